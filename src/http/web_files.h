/* The web page's files, all read into memory at start.
 *
 * A request looks a path up in this table and nothing else: no path of a request ever reaches the file
 * system, so that there is nothing to climb out of. Hidden files and links are not read. Not for: large data;
 * over WEB_FILES_MAX_BYTES the folder is refused. Threads: const after load. */
#ifndef HX_HTTP_WEB_FILES_H
#define HX_HTTP_WEB_FILES_H

#include "base/arena.h"
#include "base/status.h"

#define WEB_FILES_MAX_BYTES ((size_t)256 << 20)

struct web_file {
    const char *path; /* "/assets/index-4f2a91c0.js" */
    const char *bytes;
    size_t size;
    const struct web_file *gzip; /* the same compressed, "PATH.gz" of the folder; NULL: there is none */
    const char *content_type;
    char etag[36]; /* quoted */
    bool hashed;   /* its name changes with its contents: it may be kept for ever */
};

struct web_files;
/* `dir` NULL loads nothing. */
enum status web_files_load(const char *dir, struct web_files **out,
                           struct error *e) HX_MUST_CHECK; /* owned */
void web_files_free(struct web_files *f);                  /* NULL-safe */
size_t web_files_count(const struct web_files *f);
bool web_files_has_page(const struct web_files *f); /* the map: /index.html */

#endif
