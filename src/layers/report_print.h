/* An import report or a comparison of versions, kept as JSON, printed for people: text or a page of HTML.
 *
 * Both are walks over the JSON, so that nothing that a report holds can be forgotten here. Threads: pure. */
#ifndef HX_LAYERS_REPORT_PRINT_H
#define HX_LAYERS_REPORT_PRINT_H

#include "base/buffer.h"

enum report_print { REPORT_PRINT_TEXT, REPORT_PRINT_HTML };
/* `title` is UTF-8. STATUS_CORRUPT when `json` is no JSON object. */
enum status report_print(const char *title, const char *json, enum report_print how, bool english,
                         struct buffer *out, struct error *e) HX_MUST_CHECK;

#endif
