/* Does a request begin and end where we think it does? What two readers may cut in two ways (a proxy before
 * us and we) lets somebody put a request of his own into the line of another: such a request is refused, and
 * its connection closed, since nobody knows where the next one begins.
 *
 * libmicrohttpd 0.9.75 itself refuses a Content-Length that is no number and a line without a colon. It
 * takes what else is named at framing_check, and cannot be told not to (its strict mode looks at Host and at
 * blanks in the target alone). It leaves the lines of a header where they came in, with a zero for each CR
 * and LF and for the first colon; there they are looked at. From 0.9.77 on its strict mode does this itself,
 * and its memory is not looked at. Not seen: a zero byte that stands for CR or LF where a line ends, a colon
 * that stands for the CR of the empty line at the end, and lines before the request that are empty or begin
 * with a zero, which libmicrohttpd passes over. Threads: a request's own. */
#ifndef HX_HTTP_FRAMING_H
#define HX_HTTP_FRAMING_H

#include "base/status.h"
#include "http/mhd.h"

/* The target as it came, before it is taken apart (MHD_OPTION_URI_LOG_CALLBACK). */
struct framing_target {
    const char *at; /* in the connection's memory; NULL: there is none */
    size_t size;
    bool is_odd; /* has a blank or a control character */
};
struct framing_target framing_target(const char *uri);

/* When the headers are there. Refused, as STATUS_INVALID_INPUT: another version than HTTP/1.0 and 1.1; a
 * method that is no word; a control character or blank in the target; a line that does not end in CR LF, that
 * goes on in the next one, or has a control character; a name that is none, or has a blank before its colon;
 * Content-Length twice, or with signs; Transfer-Encoding other than chunked, or beside Content-Length, or in
 * HTTP/1.0; Host twice, and in HTTP/1.1 none. */
enum status framing_check(struct MHD_Connection *connection, const struct framing_target *target,
                          const char *method, const char *version, struct error *e) HX_MUST_CHECK;

#endif
