#include "http/item_page.h"

#include "base/limits.h"
#include "base/text.h"
#include "store/store_versions.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- time ---- */

enum { DAY_CHARS = ITEM_DAY_SIZE - 1, DAY_SIZE = ITEM_DAY_SIZE };

static enum status fail_time(const char *text, struct error *e)
{
    error_zh(
        e,
        "datetime“%.80s”不对：应为日期（2024-01-31）、时刻（2024-01-31T08:00:00Z）或区间（起/止，不限的一端"
        "写“..”），起不晚于止。",
        text);
    return error_fail(
        e, STATUS_INVALID_INPUT, "bad-datetime",
        "The datetime \"%.80s\" is wrong: a day (2024-01-31), a time (2024-01-31T08:00:00Z) or an "
        "interval of two (\"..\" for an open end) that does not end before it begins is needed.",
        text);
}

/* The day of "2024-01-31" or of "2024-01-31T08:00:00.5+08:00", as written; "" for an open end. */
static bool read_day(const char *text, size_t n, char day[DAY_CHARS + 1])
{
    const char *clock = text + DAY_CHARS;
    *day = '\0';
    if (n == 0 || (n == 2 && memcmp(text, "..", 2) == 0))
        return true;
    if (n < DAY_CHARS)
        return false;
    memcpy(day, text, DAY_CHARS);
    day[DAY_CHARS] = '\0';
    if (store_day_check(day, NULL))
        return false;
    int hours, minutes, read = 0;
    double seconds;
    if (n == DAY_CHARS)
        return true;
    if (n < DAY_CHARS + 10 || (*clock != 'T' && *clock != 't') ||
        sscanf(clock + 1, "%2d:%2d:%9lf%n", &hours, &minutes, &seconds, &read) != 3 || hours > 23 ||
        minutes > 59 || seconds >= 61 || hours < 0 || minutes < 0 || seconds < 0)
        return false;
    const char *zone = clock + 1 + read;
    size_t left = (size_t)(text + n - zone);
    return (left == 1 && (*zone == 'Z' || *zone == 'z')) ||
           (left == 6 && (*zone == '+' || *zone == '-') && strspn(zone + 1, "0123456789:") >= 5 &&
            zone[3] == ':');
}

enum status item_page_days(const char *text, char from[DAY_SIZE], char until[DAY_SIZE], struct error *e)
{
    size_t n = strlen(text), begin = strcspn(text, "/");
    const char *end = text + begin + 1;
    bool ok = read_day(text, begin, from);
    if (begin == n)
        ok = ok && *from;
    else
        ok = ok && !strchr(end, '/') && read_day(end, strlen(end), until) &&
             (!*from || !*until || strcmp(from, until) <= 0);
    if (ok && begin == n)
        memcpy(until, from, DAY_SIZE);
    return ok ? STATUS_OK : fail_time(text, e);
}

/* The day by which the version is chosen: that of the time, or the last of the interval; "" is today. */
static enum status read_datetime(const char *text, char day[DAY_SIZE], struct error *e)
{
    char from[DAY_SIZE];
    return item_page_days(text, from, day, e);
}

/* ---- which version ---- */

/* A label that there is no memory for is NULL, which keep_parameters tells. */
static void use(const struct store_version *v, struct item_page *p)
{
    p->version_id = v->id;
    p->version_no = v->version_no;
    p->matched = v->n_features;
    snprintf(p->uid, sizeof p->uid, "%s", v->uid);
    free(p->label);
    p->label = strdup(v->label);
}

static enum status use_day(const struct request *rq, struct item_page *p, struct error *e)
{
    struct store_version *in_force = NULL;
    size_t n = 0;
    enum status s =
        store_versions_as_of(rq->worker->store, p->day, rq->worker->check.arena, &in_force, &n, e);
    p->version_id = p->matched = 0; /* none, unless it is found */
    for (size_t i = 0; i < n; i++)
        if (strcmp(in_force[i].layer, p->id) == 0)
            use(&in_force[i], p);
    return s;
}

/* Drafts are nobody's answer. */
static enum status use_number(const struct request *rq, int64_t number, struct item_page *p, struct error *e)
{
    struct store_version *all = NULL;
    size_t n = 0;
    enum status s = store_versions(rq->worker->store, p->id, rq->worker->check.arena, &all, &n, e);
    for (size_t i = 0; i < n; i++)
        if (all[i].version_no == number && strcmp(all[i].status, "draft") != 0) {
            use(&all[i], p);
            return STATUS_OK;
        }
    if (s)
        return s;
    error_zh(e, "图层“%.100s”没有已启用过的第 %lld 版；各版见 /collections/%.100s/versions。", p->id,
             (long long)number, p->id);
    return error_fail(
        e, STATUS_NOT_FOUND, "version-not-found",
        "The layer \"%.100s\" has no version %lld that was ever in use; /collections/%.100s/versions "
        "lists them.",
        p->id, (long long)number, p->id);
}

static enum status fail_both(struct error *e)
{
    error_zh(e, "datetime 与 version 各选一版，只能给一个。");
    return error_fail(e, STATUS_INVALID_INPUT, "bad-parameter",
                      "datetime and version each choose a version; give one of them.");
}

static enum status choose_version(const struct request *rq, struct item_page *p, struct error *e)
{
    const char *time = request_query(rq, "datetime"), *version = request_query(rq, "version");
    int64_t number = 0;
    enum status s = time ? read_datetime(time, p->day, e) : STATUS_OK;
    if (!s && version)
        s = request_query_integer(rq, "version", 0, 1, INT32_MAX, &number, e);
    p->chosen = time || version;
    if (!s && time && version)
        return fail_both(e);
    if (!s && version)
        return use_number(rq, number, p, e);
    /* places have no times, so that they match every one */
    return !s && *p->day && !p->places ? use_day(rq, p, e) : s;
}

/* ---- how many, and where the page before begins ---- */

struct store_feature_query item_page_query(const struct item_page *p, int64_t after, int64_t limit)
{
    const struct geo_box *box = p->has_box ? &p->box : NULL,
                         *narrow = p->has_filter_box ? &p->filter_box : NULL;
    return (struct store_feature_query){.version_id = p->version_id,
                                        .box = box ? box : narrow,
                                        .also = box ? narrow : NULL,
                                        .after_id = after,
                                        .limit = limit};
}

/* What a filter chooses, and places, are counted one by one. */
struct seen {
    const struct item_page *page;
    int64_t all, until; /* until: up to `after` */
    int64_t *latest;    /* the ids of the latest `kept` of those, by number */
    int64_t kept;       /* limit + 1; of a page without a limit nothing comes before */
    enum status status;
    struct error *error;
};

static bool see(struct seen *s, int64_t id, bool matches)
{
    if (s->status || !matches)
        return !s->status;
    s->all++;
    if (id <= s->page->after)
        s->latest[++s->until % s->kept] = id;
    return true;
}

static bool see_place(const struct store_plan_feature *f, void *user)
{
    struct seen *s = user;
    bool matches = true;
    if (s->page->filter)
        s->status = item_filter_place(s->page->filter, f, &matches, s->error);
    return see(s, f->id, matches);
}

static bool see_feature(const struct store_feature *f, void *user)
{
    struct seen *s = user;
    bool matches = true;
    s->status = item_filter_feature(s->page->filter, f, &matches, s->error);
    return see(s, f->id, matches);
}

/* What must be the same for pages to be of one walk. A version never changes, and places change with the
 * generation. */
static void name_walk(const struct request *rq, struct item_page *p)
{
    struct sha256_ctx sum;
    char text[64];
    int64_t generation = p->places ? snapshot_generation(rq->snapshot) : 0;
    snprintf(text, sizeof text, "%lld:%lld:%lld", (long long)p->version_id, (long long)generation,
             (long long)p->limit);
    sha256_init(&sum);
    sha256_add_field(&sum, "file", engine_store_mark(rq->engine));
    sha256_add_field(&sum, "collection", p->id);
    sha256_add_field(&sum, "version", p->uid);
    sha256_add_field(&sum, "numbers", text);
    sha256_add_field(&sum, "parameters", p->kept);
    sha256_digest(&sum, sizeof p->walk, p->walk);
    p->counts = engine_page_counts(rq->engine);
}

static void name_page(const struct item_page *p, int64_t after, uint8_t key[SHA256_BYTES])
{
    struct sha256_ctx sum;
    char text[24];
    snprintf(text, sizeof text, "%lld", (long long)after);
    sha256_init(&sum);
    sha256_update(&sum, sizeof p->walk, p->walk);
    sha256_add_field(&sum, "after", text);
    sha256_digest(&sum, SHA256_BYTES, key);
}

void item_page_note_next(const struct item_page *p, int64_t last, int64_t n)
{
    uint8_t key[SHA256_BYTES];
    const struct page_count next = {p->matched, p->until + n, p->until ? p->after : 0};
    if (!p->counted || n != p->limit)
        return;
    name_page(p, last, key);
    page_counts_add(p->counts, key, &next);
}

static enum status count_each(const struct request *rq, struct item_page *p, struct error *e)
{
    struct seen seen = {.page = p, .error = e};
    seen.kept = p->whole ? 1 : p->limit + 1;
    seen.latest = arena_array(rq->worker->check.arena, (size_t)seen.kept, sizeof *seen.latest);
    if (!seen.latest)
        return error_no_memory(e);
    struct store_feature_query q = item_page_query(p, 0, 0);
    q.attributes_only = p->filter && !filter_needs_geometry(item_filter_of(p->filter));
    enum status s = p->places ? store_plan_features(rq->worker->store, p->places, p->has_box ? &p->box : NULL,
                                                    0, 0, see_place, &seen, e)
                              : store_features(rq->worker->store, &q, see_feature, &seen, e);
    if (!s)
        s = seen.status;
    p->counted = true;
    p->matched = seen.all;
    p->until = seen.until;
    if (!p->whole && seen.until > p->limit)
        p->before = seen.latest[(seen.until - p->limit) % seen.kept];
    else
        p->before = seen.until ? 0 : -1;
    return s;
}

static enum status look_at_each(const struct request *rq, struct item_page *p, struct error *e)
{
    uint8_t key[SHA256_BYTES];
    struct page_count known;
    name_walk(rq, p);
    name_page(p, p->after, key);
    if (!page_counts_find(p->counts, key, &known)) {
        enum status s = count_each(rq, p, e);
        if (s)
            return s;
        known = (struct page_count){p->matched, p->until, p->before};
        page_counts_add(p->counts, key, &known);
    }
    p->counted = true;
    p->matched = known.matched;
    p->until = known.until;
    p->before = known.before;
    return STATUS_OK;
}

static enum status look_at_layer(const struct request *rq, struct item_page *p, struct error *e)
{
    const struct store_feature_query q = item_page_query(p, p->after, p->limit),
                                     all = item_page_query(p, 0, 0);
    enum status s = p->has_box ? store_features_count(rq->worker->store, &all, &p->matched, e) : STATUS_OK;
    if (!s && p->after > 0)
        s = store_features_before(rq->worker->store, &q, &p->before, e);
    return s;
}

/* ---- where ---- */

/* bbox by the system that bbox-crs names. */
static enum status read_box(const struct request *rq, struct item_page *p, struct error *e)
{
    struct item_filter_box *b = &p->written;
    enum status s = request_query_corners(rq, b->corners, &b->given, e);
    if (!s)
        s = item_crs_read(rq, "bbox-crs", &b->crs, e);
    if (!s && b->given)
        s = crs_named_box(rq->worker->check.transformer, &b->crs, b->corners, &p->box, e);
    p->has_box = b->given;
    return s;
}

void item_page_keep(const struct request *rq, const char *keys, struct buffer *out)
{
    while (*keys) {
        size_t n = strcspn(keys, " ");
        char key[64];
        snprintf(key, sizeof key, "%.*s", (int)n, keys);
        const char *value = request_query(rq, key);
        size_t size = value ? 3 * strlen(value) + 4 : 0; /* text_percent wants room for one more */
        char *coded = value ? malloc(size) : NULL;
        if (coded) {
            text_percent(value, coded, size);
            buffer_printf(out, "&%s=%s", key, coded);
        } else if (value) {
            out->failed = STATUS_NO_MEMORY;
        }
        free(coded);
        keys += n + strspn(keys + n, " ");
    }
}

static enum status keep_parameters(const struct request *rq, struct item_page *p, struct error *e)
{
    struct buffer b;
    size_t n;
    buffer_init(&b, 0);
    buffer_append_str(&b, "");
    item_page_keep(rq, "bbox bbox-crs crs", &b);
    item_filter_keep(rq, p->filter, &b);
    enum status s = p->label ? buffer_status(&b, e) : error_no_memory(e);
    p->kept = s ? NULL : buffer_detach(&b, &n);
    buffer_release(&b);
    return s;
}

void item_page_release(struct item_page *p)
{
    free(p->kept);
    free(p->label);
    p->kept = p->label = NULL;
    item_filter_free(p->filter);
    p->filter = NULL;
}

enum status item_page_read(const struct request *rq, struct item_page *out, struct error *e)
{
    struct collection c;
    struct item_page *p = out;
    *p = (struct item_page){.before = -1};
    enum status s = form_asked_of_features(rq, MEDIA_GEOJSON, &p->form, e);
    if (!s)
        s = collection_find(rq->snapshot, rq->params[0], &c, e);
    if (s)
        return s;
    snprintf(p->id, sizeof p->id, "%s", rq->params[0]);
    p->places = c.places ? c.places->id : NULL;
    if (c.layer)
        use(&c.layer->version, p);
    else
        p->label = strdup(c.places->label);
    links_of(rq, &p->links);
    s = item_crs_read(rq, "crs", &p->crs, e);
    if (!s)
        s = read_box(rq, p, e);
    if (!s)
        s = request_query_integer(rq, "limit",
                                  p->form == FORM_HTML ? PAGE_FEATURES_READ : PAGE_FEATURES_DEFAULT, 1,
                                  INT64_MAX, &p->limit, e);
    if (!s)
        s = request_query_integer(rq, "after", 0, 0, INT64_MAX, &p->after, e);
    p->limit = p->limit < LIMIT_PAGE_FEATURES ? p->limit : LIMIT_PAGE_FEATURES;
    p->whole = p->form == FORM_FGB && !request_query(rq, "limit");
    if (p->whole)
        p->limit = INT64_MAX;
    int64_t current = p->version_id;
    if (!s)
        s = choose_version(rq, p, e);
    if (!s) /* where no version was in force, a filter is read, too */
        s = item_filter_read(rq, &c, p->version_id ? p->version_id : current, &p->written, &p->filter, e);
    if (!s)
        s = keep_parameters(rq, p, e);
    if (s)
        return s;
    if (p->filter)
        p->has_filter_box = filter_box(item_filter_of(p->filter), &p->filter_box);
    if (p->places || (p->filter && p->version_id))
        return look_at_each(rq, p, e);
    return p->version_id ? look_at_layer(rq, p, e) : STATUS_OK;
}

void item_page_path(const struct item_page *p, int64_t after, struct buffer *out)
{
    buffer_printf(out, "/collections/%s/items?", p->id);
    if (p->whole)
        buffer_append_str(out, "f=fgb");
    else
        buffer_printf(out, "limit=%lld", (long long)p->limit);
    buffer_append_str(out, p->kept ? p->kept : "");
    if (!p->places && p->version_id && (after || p->chosen))
        buffer_printf(out, "&version=%d", p->version_no);
    else if (!p->places && !p->version_id)
        buffer_printf(out, "&datetime=%s", p->day);
    if (after)
        buffer_printf(out, "&after=%lld", (long long)after);
}
