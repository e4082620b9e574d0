/* Which features a page holds: of which version of a collection, where, from which one on, and how many; and
 * the addresses of this page and of its neighbours.
 *
 * Pages are told by the id that they begin behind, and name their version once they are not the first, so
 * that a switch of versions between two pages neither loses nor repeats a feature.
 * Threads: one request's. */
#ifndef HX_HTTP_ITEM_PAGE_H
#define HX_HTTP_ITEM_PAGE_H

#include "http/collection.h"
#include "http/item_crs.h"
#include "http/item_filter.h"
#include "http/links.h"
#include "http/negotiate.h"
#include "http/page_counts.h"

struct item_page {
    enum form form;              /* that is asked for */
    char id[REQUEST_PARAM_SIZE]; /* of the collection */
    const char *places;          /* a place set's id, static; NULL: of a layer */
    int64_t version_id;          /* of a layer; 0: none was in force, and the page is empty */
    int version_no;
    char uid[80];
    char *label;  /* owned: 示例数据 and the like, of this version */
    bool chosen;  /* by the query: the first page names it, too */
    char day[11]; /* that it was chosen by; "": none */
    bool has_box;
    struct geo_box box;             /* in degrees, about what bbox says in bbox-crs */
    struct item_filter_box written; /* as it stands in the request */
    struct crs_named crs;           /* of the answer */
    struct item_filter *filter;     /* owned; NULL: all */
    bool has_filter_box;
    struct geo_box filter_box; /* outside which the filter chooses nothing */
    char *kept;                /* owned: the parameters that all pages share, "&bbox=...", or "" */
    bool whole; /* no limit was asked for, and the form has none: `limit` is beyond any number */
    int64_t limit, after;
    int64_t matched;            /* on all pages */
    int64_t before;             /* the `after` of the page before; -1: this is the first */
    bool counted;               /* each was looked at, and then: */
    int64_t until;              /* how many of them lie before this page */
    struct page_counts *counts; /* borrowed: where the next page finds what this one has counted */
    uint8_t walk[SHA256_BYTES]; /* of all pages with the same filter, store, version and limit */
    struct links links;
};

enum { ITEM_DAY_SIZE = 11 }; /* "2024-01-31" */
/* The days of datetime=, a time or an interval, whose open ends are "". */
enum status item_page_days(const char *text, char from[ITEM_DAY_SIZE], char until[ITEM_DAY_SIZE],
                           struct error *e) HX_MUST_CHECK;

enum { PAGE_FEATURES_DEFAULT = 1000, PAGE_FEATURES_READ = 100 /* by people */ };

/* From the query: ITEMS_QUERY, and each queryable. A limit above LIMIT_PAGE_FEATURES is
 * that. `out` is to be released in any case. */
enum status item_page_read(const struct request *rq, struct item_page *out, struct error *e) HX_MUST_CHECK;
void item_page_release(struct item_page *p);
/* What the store is to give: the page's features behind `after`, among which the filter then chooses. */
struct store_feature_query item_page_query(const struct item_page *p, int64_t after, int64_t limit);
/* The path with its query, of the page behind `after`; 0: the first. Appended. Without f=, but for a page
 * that is whole, of which there is one form. */
void item_page_path(const struct item_page *p, int64_t after, struct buffer *out);
/* The next page begins behind `last`; this one has shown n. Then it need not count again. */
void item_page_note_next(const struct item_page *p, int64_t last, int64_t n);
/* "&key=value" for each of the keys (between blanks) that the request has, appended. */
void item_page_keep(const struct request *rq, const char *keys, struct buffer *out);

#endif
