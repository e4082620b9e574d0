/* libxlsxwriter, loaded when a workbook is first written (base/late_library.h): with OpenSSL's libcrypto
 * below it it is a third of what is left of a start. What includes this header calls its functions by their
 * own names, which mean the loaded ones; one that is new to us is added to both lists below (without that it
 * does not link). Threads: any. */
#ifndef HX_REPORT_FORMS_XLSXWRITER_H
#define HX_REPORT_FORMS_XLSXWRITER_H

#include "base/status.h"

#include <xlsxwriter.h>

/* STATUS_INTERNAL when it is missing on this machine, or another than the one that we were built with. */
enum status xlsxwriter_load(struct error *e) HX_MUST_CHECK;

/* clang-format off */
#define XLSXWRITER_FUNCTIONS(X) \
    X(format_set_align) X(format_set_bg_color) X(format_set_bold) X(format_set_border) \
    X(format_set_font_color) X(format_set_font_name) X(format_set_font_size) X(format_set_num_format) \
    X(format_set_text_wrap) X(lxw_strerror) X(workbook_add_format) X(workbook_add_worksheet) \
    X(workbook_close) X(workbook_new) X(workbook_new_opt) X(workbook_set_properties) \
    X(worksheet_autofilter) X(worksheet_fit_to_pages) \
    X(worksheet_freeze_panes) X(worksheet_merge_range) X(worksheet_repeat_rows) X(worksheet_set_column) \
    X(worksheet_set_footer) X(worksheet_set_header) X(worksheet_set_landscape) X(worksheet_set_paper) \
    X(worksheet_set_row) X(worksheet_write_number) X(worksheet_write_string)
/* clang-format on */

struct xlsxwriter_functions {
#define XLSXWRITER_MEMBER(name) __typeof__(name) *name;
    XLSXWRITER_FUNCTIONS(XLSXWRITER_MEMBER)
#undef XLSXWRITER_MEMBER
};
extern struct xlsxwriter_functions xlsxwriter_functions; /* filled by xlsxwriter_load, read-only after that */

#define format_set_align xlsxwriter_functions.format_set_align
#define format_set_bg_color xlsxwriter_functions.format_set_bg_color
#define format_set_bold xlsxwriter_functions.format_set_bold
#define format_set_border xlsxwriter_functions.format_set_border
#define format_set_font_color xlsxwriter_functions.format_set_font_color
#define format_set_font_name xlsxwriter_functions.format_set_font_name
#define format_set_font_size xlsxwriter_functions.format_set_font_size
#define format_set_num_format xlsxwriter_functions.format_set_num_format
#define format_set_text_wrap xlsxwriter_functions.format_set_text_wrap
#define lxw_strerror xlsxwriter_functions.lxw_strerror
#define workbook_add_format xlsxwriter_functions.workbook_add_format
#define workbook_add_worksheet xlsxwriter_functions.workbook_add_worksheet
#define workbook_close xlsxwriter_functions.workbook_close
#define workbook_new xlsxwriter_functions.workbook_new
#define workbook_new_opt xlsxwriter_functions.workbook_new_opt
#define workbook_set_properties xlsxwriter_functions.workbook_set_properties
#define worksheet_autofilter xlsxwriter_functions.worksheet_autofilter
#define worksheet_fit_to_pages xlsxwriter_functions.worksheet_fit_to_pages
#define worksheet_freeze_panes xlsxwriter_functions.worksheet_freeze_panes
#define worksheet_merge_range xlsxwriter_functions.worksheet_merge_range
#define worksheet_repeat_rows xlsxwriter_functions.worksheet_repeat_rows
#define worksheet_set_column xlsxwriter_functions.worksheet_set_column
#define worksheet_set_footer xlsxwriter_functions.worksheet_set_footer
#define worksheet_set_header xlsxwriter_functions.worksheet_set_header
#define worksheet_set_landscape xlsxwriter_functions.worksheet_set_landscape
#define worksheet_set_paper xlsxwriter_functions.worksheet_set_paper
#define worksheet_set_row xlsxwriter_functions.worksheet_set_row
#define worksheet_write_number xlsxwriter_functions.worksheet_write_number
#define worksheet_write_string xlsxwriter_functions.worksheet_write_string

#endif
