/* Cairo and Pango, loaded when a map or a PDF is first drawn (base/late_library.h): with what is below
 * them they are a third of the libraries of a start, and most runs draw nothing. What includes this header
 * calls their functions by their own names, which mean the loaded ones; one that is new to us is added to
 * both lists below (without that it does not link).
 *
 * drawing_load comes before a surface is made; later calls cost nothing. Threads: any. */
#ifndef HX_REPORT_DRAWING_H
#define HX_REPORT_DRAWING_H

#include "base/status.h"

#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <pango/pangocairo.h>

/* STATUS_INTERNAL when one of them is missing. */
enum status drawing_load(struct error *e) HX_MUST_CHECK;

/* clang-format off */
#define DRAWING_FUNCTIONS(X) \
    X(cairo_clip) X(cairo_clip_extents) X(cairo_clip_preserve) X(cairo_close_path) X(cairo_create) \
    X(cairo_destroy) X(cairo_fill) X(cairo_fill_preserve) X(cairo_line_to) X(cairo_move_to) \
    X(cairo_new_path) X(cairo_pdf_surface_create_for_stream) X(cairo_pdf_surface_set_metadata) \
    X(cairo_pdf_surface_set_size) X(cairo_rectangle) X(cairo_restore) X(cairo_rotate) X(cairo_save) \
    X(cairo_set_dash) X(cairo_set_fill_rule) X(cairo_set_line_join) X(cairo_set_line_width) \
    X(cairo_set_source_rgba) X(cairo_show_page) X(cairo_status) X(cairo_status_to_string) \
    X(cairo_stroke) X(cairo_surface_destroy) X(cairo_surface_finish) X(cairo_surface_status) \
    X(cairo_svg_surface_create_for_stream) X(cairo_translate) X(g_object_unref) \
    X(pango_attr_insert_hyphens_new) X(pango_attr_list_insert) X(pango_attr_list_new) \
    X(pango_attr_list_unref) X(pango_cairo_create_layout) X(pango_cairo_show_layout) \
    X(pango_context_set_language) X(pango_font_description_free) X(pango_font_description_new) \
    X(pango_font_description_set_absolute_size) X(pango_font_description_set_family_static) \
    X(pango_font_description_set_weight) X(pango_language_from_string) X(pango_layout_get_context) \
    X(pango_layout_get_size) X(pango_layout_get_unknown_glyphs_count) X(pango_layout_set_alignment) \
    X(pango_layout_set_attributes) X(pango_layout_set_ellipsize) \
    X(pango_layout_set_font_description) X(pango_layout_set_height) X(pango_layout_set_text) \
    X(pango_layout_set_width) X(pango_layout_set_wrap)
/* clang-format on */

struct drawing_functions {
#define DRAWING_MEMBER(name) __typeof__(name) *name;
    DRAWING_FUNCTIONS(DRAWING_MEMBER)
#undef DRAWING_MEMBER
};
extern struct drawing_functions drawing_functions; /* filled by drawing_load */

#define cairo_clip drawing_functions.cairo_clip
#define cairo_clip_extents drawing_functions.cairo_clip_extents
#define cairo_clip_preserve drawing_functions.cairo_clip_preserve
#define cairo_close_path drawing_functions.cairo_close_path
#define cairo_create drawing_functions.cairo_create
#define cairo_destroy drawing_functions.cairo_destroy
#define cairo_fill drawing_functions.cairo_fill
#define cairo_fill_preserve drawing_functions.cairo_fill_preserve
#define cairo_line_to drawing_functions.cairo_line_to
#define cairo_move_to drawing_functions.cairo_move_to
#define cairo_new_path drawing_functions.cairo_new_path
#define cairo_pdf_surface_create_for_stream drawing_functions.cairo_pdf_surface_create_for_stream
#define cairo_pdf_surface_set_metadata drawing_functions.cairo_pdf_surface_set_metadata
#define cairo_pdf_surface_set_size drawing_functions.cairo_pdf_surface_set_size
#define cairo_rectangle drawing_functions.cairo_rectangle
#define cairo_restore drawing_functions.cairo_restore
#define cairo_rotate drawing_functions.cairo_rotate
#define cairo_save drawing_functions.cairo_save
#define cairo_set_dash drawing_functions.cairo_set_dash
#define cairo_set_fill_rule drawing_functions.cairo_set_fill_rule
#define cairo_set_line_join drawing_functions.cairo_set_line_join
#define cairo_set_line_width drawing_functions.cairo_set_line_width
#define cairo_set_source_rgba drawing_functions.cairo_set_source_rgba
#define cairo_show_page drawing_functions.cairo_show_page
#define cairo_status drawing_functions.cairo_status
#define cairo_status_to_string drawing_functions.cairo_status_to_string
#define cairo_stroke drawing_functions.cairo_stroke
#define cairo_surface_destroy drawing_functions.cairo_surface_destroy
#define cairo_surface_finish drawing_functions.cairo_surface_finish
#define cairo_surface_status drawing_functions.cairo_surface_status
#define cairo_svg_surface_create_for_stream drawing_functions.cairo_svg_surface_create_for_stream
#define cairo_translate drawing_functions.cairo_translate
#define g_object_unref drawing_functions.g_object_unref
#define pango_attr_insert_hyphens_new drawing_functions.pango_attr_insert_hyphens_new
#define pango_attr_list_insert drawing_functions.pango_attr_list_insert
#define pango_attr_list_new drawing_functions.pango_attr_list_new
#define pango_attr_list_unref drawing_functions.pango_attr_list_unref
#define pango_cairo_create_layout drawing_functions.pango_cairo_create_layout
#define pango_cairo_show_layout drawing_functions.pango_cairo_show_layout
#define pango_context_set_language drawing_functions.pango_context_set_language
#define pango_font_description_free drawing_functions.pango_font_description_free
#define pango_font_description_new drawing_functions.pango_font_description_new
#define pango_font_description_set_absolute_size drawing_functions.pango_font_description_set_absolute_size
#define pango_font_description_set_family_static drawing_functions.pango_font_description_set_family_static
#define pango_font_description_set_weight drawing_functions.pango_font_description_set_weight
#define pango_language_from_string drawing_functions.pango_language_from_string
#define pango_layout_get_context drawing_functions.pango_layout_get_context
#define pango_layout_get_size drawing_functions.pango_layout_get_size
#define pango_layout_get_unknown_glyphs_count drawing_functions.pango_layout_get_unknown_glyphs_count
#define pango_layout_set_alignment drawing_functions.pango_layout_set_alignment
#define pango_layout_set_attributes drawing_functions.pango_layout_set_attributes
#define pango_layout_set_ellipsize drawing_functions.pango_layout_set_ellipsize
#define pango_layout_set_font_description drawing_functions.pango_layout_set_font_description
#define pango_layout_set_height drawing_functions.pango_layout_set_height
#define pango_layout_set_text drawing_functions.pango_layout_set_text
#define pango_layout_set_width drawing_functions.pango_layout_set_width
#define pango_layout_set_wrap drawing_functions.pango_layout_set_wrap

#endif
