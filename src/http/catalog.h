/* The records of OGC API - Records: every version of every loaded layer that was ever in use, described. One
 * collection, /collections/layer-catalog, whose id no layer can have (it has a hyphen).
 *
 * A record lies where its version's features do, as far as that is known without reading them: the box of
 * the index of the current version, of an earlier one the box of its stated coverage, else nowhere. Threads:
 * one request's. */
#ifndef HX_HTTP_CATALOG_H
#define HX_HTTP_CATALOG_H

#include "http/links.h"
#include "http/mini_map.h"
#include "http/negotiate.h"

#define CATALOG_ID "layer-catalog"
#define CATALOG_PATH "/collections/" CATALOG_ID
#define CATALOG_TITLE "图层目录"
#define CATALOG_TITLE_EN "Catalogue of the layers and their versions"
#define CATALOG_PROPERTIES "layer version status document_no label" /* that a search may ask to be equal */
#define CATALOG_SEARCH "bbox datetime q type ids externalIds " CATALOG_PROPERTIES
#define CATALOG_QUERY CATALOG_SEARCH " limit after f"
#define MEDIA_CATALOG "application/ogc-catalog+json"

struct catalog_record {
    struct store_version version;
    char id[96]; /* "farmland.3" */
    bool has_box;
    struct geo_box box;
};

/* All of them, the oldest import first; in the arena of the request's worker. */
enum status catalog_read(const struct request *rq, struct catalog_record **out, size_t *n,
                         struct error *e) HX_MUST_CHECK;
/* The one that the path names. */
enum status catalog_find(const struct request *rq, int param, struct catalog_record *out,
                         struct error *e) HX_MUST_CHECK;

/* A page of those that the query lets through. */
struct catalog_page {
    const struct catalog_record *rows;
    size_t n, n_matched;
    const char *self, *next; /* paths; NULL: this is the last page */
};
enum status catalog_search(const struct request *rq, struct catalog_page *out, struct error *e) HX_MUST_CHECK;

/* recordGeoJSON.yaml. */
void catalog_write(struct json_writer *w, const struct links *l, const struct catalog_record *r);
/* catalog.yaml, as of /collections/layer-catalog and in the list of collections. */
void catalog_write_collection(struct json_writer *w, const struct links *l);

/* The collection has the standard's media type, but for who asks for plain JSON rather. */
bool catalog_asked_plain(const struct request *rq);

enum status html_catalog(struct request *rq, struct reply *reply, struct error *e) HX_MUST_CHECK;
enum status html_catalog_page(struct request *rq, const struct catalog_page *page, struct reply *reply,
                              struct error *e) HX_MUST_CHECK;
enum status html_catalog_record(struct request *rq, const struct catalog_record *r, struct reply *reply,
                                struct error *e) HX_MUST_CHECK;

#endif
