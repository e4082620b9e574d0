/* What the forms without a place for it in the document (CSV, FlatGeobuf) say in headers: Link, how many
 * match and how many are here, a name to save it by, the coordinate system. Threads: one request's. */
#ifndef HX_HTTP_ITEM_HEADERS_H
#define HX_HTTP_ITEM_HEADERS_H

#include "http/item_stream.h"

void item_file_headers(struct reply *reply, const struct item_page *p, struct item_shown shown, bool more);

#endif
