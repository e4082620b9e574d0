/* GET /search?q=&limit=: where a name, a code, a project or coordinates are: the one box of the page. */
#include "http/route.h"

#include "formats/json.h"
#include "geo/crs/typed.h"
#include "store/projects.h"
#include "store/search.h"

#include <string.h>

enum { DEFAULT_LIMIT = 10, MAX_LIMIT = 50, MAX_TEXT_BYTES = 120, PROJECTS_LOOKED_AT = 20000 };

static enum status text_asked(struct request *rq, const char **out, struct error *e)
{
    const char *q = request_query(rq, "q");
    while (q && *q == ' ')
        q++;
    if (q && *q && strlen(q) <= MAX_TEXT_BYTES) {
        *out = q;
        return STATUS_OK;
    }
    error_zh(e, "请用 q 写明要找什么：名称、代码、项目或坐标，最多 %d 字节。", MAX_TEXT_BYTES);
    return error_fail(
        e, STATUS_INVALID_INPUT, "search-text",
        "Say with q what to look for: a name, a code, a project or coordinates, at most %d bytes.",
        MAX_TEXT_BYTES);
}

/* ---- coordinates ---- */

static struct geo_box region_of(const struct request *rq)
{
    const struct layer_snapshot *region = snapshot_layer(rq->snapshot, "region");
    return region && region->index
               ? index_box(region->index)
               : (struct geo_box){.west_deg = 73, .south_deg = 3, .east_deg = 136, .north_deg = 54};
}

static void write_box(struct json_writer *w, const struct geo_box *box)
{
    const double corners[4] = {box->west_deg, box->south_deg, box->east_deg, box->north_deg};
    jw_key(w, "bbox");
    jw_array_begin(w);
    for (int i = 0; i < 4; i++)
        jw_fixed(w, corners[i], 7);
    jw_array_end(w);
}

static void write_point(struct json_writer *w, const struct crs_typed_point *p)
{
    jw_object_begin(w);
    jw_kv_string(w, "what", "point");
    jw_kv_string(w, "name", p->crs.name);
    jw_kv_string(w, "note_zh", p->note_zh);
    jw_kv_string(w, "note_en", p->note_en);
    jw_kv_integer(w, "epsg", p->crs.epsg);
    write_box(w, &(struct geo_box){.west_deg = p->lon_deg,
                                   .south_deg = p->lat_deg,
                                   .east_deg = p->lon_deg,
                                   .north_deg = p->lat_deg});
    jw_object_end(w);
}

/* ---- names, codes, projects ---- */

static bool write_found(const struct store_found *f, void *user)
{
    struct json_writer *w = user;
    jw_object_begin(w);
    jw_kv_string(w, "what", f->what);
    jw_kv_string(w, "name", f->name);
    jw_kv_string(w, "code", f->code);
    jw_kv_string(w, "within", f->within);
    if (*f->collection) {
        jw_kv_string(w, "collection", f->collection);
        jw_kv_integer(w, "id", f->id);
    }
    write_box(w, &f->box);
    jw_object_end(w);
    return true;
}

struct project_search {
    struct json_writer *w;
    const char *text;
    int64_t n, limit;
};

static bool write_project(const struct store_project *p, void *user)
{
    struct project_search *search = user;
    if (!strstr(p->name, search->text) && strcmp(p->code, search->text) != 0)
        return true;
    jw_object_begin(search->w);
    jw_kv_string(search->w, "what", "project");
    jw_kv_string(search->w, "name", p->name);
    jw_kv_string(search->w, "code", p->code);
    jw_kv_string(search->w, "within", p->district);
    jw_kv_integer(search->w, "id", p->id);
    jw_object_end(search->w);
    return ++search->n < search->limit;
}

/* Of those that the caller may list at GET /projects, and no other: none where that is refused because the
 * server is open to everybody. */
static enum status write_projects(struct request *rq, const char *text, int64_t limit, struct json_writer *w,
                                  struct error *e)
{
    struct project_search search = {.w = w, .text = text, .limit = limit};
    bool is_anybody = rq->caller.way == ACCESS_OPEN && rq->caller.reads;
    if (is_anybody || !access_may(&rq->caller, RIGHT_RECORDS))
        return STATUS_OK;
    struct store_project_page page = {.limit = PROJECTS_LOOKED_AT, .digits = access_digits(&rq->caller)};
    return store_projects(rq->worker->store, &page, write_project, &search, e);
}

static enum status write_all(struct request *rq, const char *text, int64_t limit, struct json_writer *w,
                             struct error *e)
{
    struct crs_typed typed;
    struct geo_box region = region_of(rq);
    enum status s = crs_typed_read(rq->worker->check.transformer, text, &region, &typed, e);
    for (size_t i = 0; !s && i < typed.n; i++)
        write_point(w, &typed.at[i]);
    if (s || typed.is_point)
        return s;
    s = store_search(rq->worker->store, text, limit, write_found, w, e);
    return s ? s : write_projects(rq, text, limit, w, e);
}

enum status handle_search(struct request *rq, struct reply *reply, struct error *e)
{
    struct buffer b;
    struct json_writer w;
    const char *text;
    int64_t limit;
    enum status s = text_asked(rq, &text, e);
    if (!s)
        s = request_query_integer(rq, "limit", DEFAULT_LIMIT, 1, MAX_LIMIT, &limit, e);
    if (s)
        return s;
    buffer_init(&b, 0);
    jw_init(&w, &b, false);
    jw_object_begin(&w);
    jw_key(&w, "found");
    jw_array_begin(&w);
    s = write_all(rq, text, limit, &w, e);
    jw_array_end(&w);
    jw_object_end(&w);
    return reply_json(reply, &b, s, "no-store", e);
}
