/* A KML file's bytes -> expat, as UTF-8 whatever its declaration says. Private to sandbox/. */
#ifndef HX_FEATURES_SANDBOX_KML_FEED_H
#define HX_FEATURES_SANDBOX_KML_FEED_H

#include "features/sandbox/child_parts.h"

#include <expat.h>

struct kml_file {
    const char *name;
    bool gbk;         /* its bytes are no UTF-8 */
    bool misdeclared; /* and it says otherwise */
    bool utf16;
};

/* Reads it once for its encoding: what is valid UTF-8 throughout is UTF-8, else it is GB18030. */
enum status kml_file_open(struct child *c, const char *name, struct kml_file *out,
                          struct error *e) HX_MUST_CHECK;
/* Parses all of it. The error names the line. A handler that stops the parser has its own error in *e:
 * `stopped` is true. */
enum status kml_feed(struct child *c, const struct kml_file *f, XML_Parser p, const bool *stopped,
                     struct error *e) HX_MUST_CHECK;

#endif
