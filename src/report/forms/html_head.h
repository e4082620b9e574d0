/* What every HTML report starts with: the style sheet. Private to report/. */
#ifndef HX_REPORT_FORMS_HTML_HEAD_H
#define HX_REPORT_FORMS_HTML_HEAD_H

#include "base/buffer.h"

extern const char html_style[];

/* Cairo's SVG made fit for standing in a page: without prologue and namespaces, its ids prefixed with
 * "m<number>-". */
void html_inline_svg(struct buffer *out, const char *svg, size_t n, size_t number);

#endif
