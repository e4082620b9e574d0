/* Text in HTML and XML, as the content of an element or the value of an attribute. Threads: pure. */
#ifndef HX_FORMATS_HTML_H
#define HX_FORMATS_HTML_H

#include "base/buffer.h"

/* Escapes & < > " '. Control characters, which HTML may not have, are left out (line end and tab stay); bytes
 * that are no UTF-8 become U+FFFD. NULL reads as "". */
void html_text(struct buffer *out, const char *text);

#endif
