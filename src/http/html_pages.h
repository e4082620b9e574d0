/* The resources of OGC API as pages for people (html_page.h), each beside its JSON: start, conformance
 * classes, the interface, collections, one of them, a page of its features, a feature; processes and jobs.
 *
 * Not for: deciding whether HTML is asked for (negotiate.h). Threads: one request's. */
#ifndef HX_HTTP_HTML_PAGES_H
#define HX_HTTP_HTML_PAGES_H

#include "http/html_page.h"
#include "http/item_page.h"
#include "http/mini_map.h"
#include "http/processes.h"

enum status html_landing(struct request *rq, struct reply *reply, struct error *e) HX_MUST_CHECK;
enum status html_conformance(struct request *rq, const char *const *classes, size_t n, struct reply *reply,
                             struct error *e) HX_MUST_CHECK;
enum status html_api(struct request *rq, struct reply *reply, struct error *e) HX_MUST_CHECK;
enum status html_collections(struct request *rq, struct reply *reply, struct error *e) HX_MUST_CHECK;
/* That the path names. */
enum status html_collection(struct request *rq, struct reply *reply, struct error *e) HX_MUST_CHECK;
enum status html_items(struct request *rq, const struct item_page *page, struct reply *reply,
                       struct error *e) HX_MUST_CHECK;
/* A feature that was found, of a layer or of a set of places: exactly one of the two. */
enum status html_item(struct request *rq, const struct store_feature *feature,
                      const struct store_plan_feature *place, struct reply *reply,
                      struct error *e) HX_MUST_CHECK;

/* The first n of them; one. */
enum status html_processes(struct request *rq, size_t n, struct reply *reply, struct error *e) HX_MUST_CHECK;
enum status html_process(struct request *rq, const struct process *process, struct reply *reply,
                         struct error *e) HX_MUST_CHECK;
/* Of the JSON that a program gets. */
enum status html_jobs(struct request *rq, const struct buffer *json, struct reply *reply,
                      struct error *e) HX_MUST_CHECK;
enum status html_job(struct request *rq, const struct buffer *json, struct reply *reply,
                     struct error *e) HX_MUST_CHECK;

/* ---- what the pages share ---- */

/* A collection's small map with a title above it; nothing where it has no features. */
enum status html_map(struct html_page *p, struct request *rq, const char *id, struct error *e) HX_MUST_CHECK;

struct html_title {
    const char *zh, *en, *label; /* label: 示例数据 and the like, or "" */
};
struct html_title html_title_of(const struct collection *c);
/* A position of a GeoJSON geometry onto the map `user`: for stored_json_each_position. */
void html_draw_position(double lon_deg, double lat_deg, bool begins, void *user);
/* Says what the map left out, if anything. */
void html_left_out(struct html_page *p, const struct mini_map *m);

#endif
