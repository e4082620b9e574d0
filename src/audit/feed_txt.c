/* 国土TXT, plot by plot: each is given to parcel/ with the head of the file, so that a plot that cannot be read is a row with
 * its reason and memory does not grow with the file. The file is mapped, and read for its encoding, for the
 * number of plots, and for the plots themselves.
 *
 * Not for files of which a plot cannot be cut out: UTF-16, or points without plot rows. Those are read whole. */
#include "audit/feed.h"
#include "audit/mapped.h"

#include "base/limits.h"
#include "parcel/text_encoding.h"

#include <stdlib.h>
#include <string.h>

struct feed_txt {
    struct feed base;
    struct parcel_context context;
    struct mapped file;
    bool gb;                            /* GB18030, whose second bytes may look like ASCII */
    size_t head_at, head_n, head_lines; /* of the file, or of the file that was glued behind it */
    size_t at, lines, plots;            /* what has been passed */
    char *text;                         /* head and plot together */
    size_t cap;
};

/* ---- lines ---- */

static bool tail_is(const unsigned char *p, size_t n, const char *tail)
{
    size_t k = strlen(tail);
    return n >= k && memcmp(p + n - k, tail, k) == 0;
}

/* Whether the last byte is a character of its own. */
static bool last_stands_alone(const struct feed_txt *t, const unsigned char *p, size_t n)
{
    size_t i = 0;
    while (t->gb && i + 1 < n) {
        bool wide = p[i] >= 0x81;
        bool four = wide && p[i + 1] >= '0' && p[i + 1] <= '9';
        i += four ? 4 : wide ? 2 : 1;
    }
    return !t->gb || i + 1 == n;
}

/* "...,@" with blanks and empty cells behind it; the full-width sign, too. As parcel_txt_plot.c sees it. */
static bool is_plot_row(const struct feed_txt *t, const struct mapped_line *l)
{
    const unsigned char *p = (const unsigned char *)t->file.bytes + l->at;
    size_t n = l->n;
    while (n > 0 && (p[n - 1] == ',' || p[n - 1] <= 0x20) && last_stands_alone(t, p, n))
        n--;
    bool sign = n > 0 && p[n - 1] == '@' && last_stands_alone(t, p, n);
    bool wide = t->gb ? tail_is(p, n, "\xA3\xC0") : tail_is(p, n, "\xEF\xBC\xA0");
    return (sign || wide) && n > 1;
}

static bool is_section(const struct feed_txt *t, const struct mapped_line *l)
{
    const unsigned char *p = (const unsigned char *)t->file.bytes + l->at;
    size_t n = l->n;
    while (n > 0 && *p <= 0x20)
        p++, n--;
    return n > 0 && (*p == '[' ||
                     (n >= 3 && (memcmp(p, "\xE3\x80\x90", 3) == 0 || memcmp(p, "\xE3\x80\x94", 3) == 0)) ||
                     (t->gb && n >= 2 && (memcmp(p, "\xA1\xBE", 2) == 0 || memcmp(p, "\xA1\xB2", 2) == 0)));
}

/* The head ends where the first plot row begins. false: there is none. */
static bool find_head(struct feed_txt *t, size_t from)
{
    struct mapped_line l;
    size_t lines = 0;
    for (size_t at = from; mapped_next_line(&t->file, at, &l); at = l.next, lines++)
        if (is_plot_row(t, &l)) {
            t->head_at = from;
            t->head_n = l.at - from;
            t->head_lines = lines;
            t->at = l.at;
            t->lines += lines;
            return true;
        }
    return false;
}

/* From its plot row to the next one, or to a section, which begins a head of its own. */
static size_t plot_end(const struct feed_txt *t, size_t *lines, bool *section)
{
    struct mapped_line l;
    size_t at = t->at;
    *lines = 0;
    *section = false;
    while (mapped_next_line(&t->file, at, &l)) {
        if (*lines > 0 && (is_plot_row(t, &l) || (*section = is_section(t, &l))))
            return l.at;
        ++*lines;
        at = l.next;
    }
    return t->file.n;
}

/* ---- plots ---- */

static enum status put_together(struct feed_txt *t, size_t end, struct error *e)
{
    size_t n = t->head_n + end - t->at;
    if (n + 1 > t->cap) {
        char *p = realloc(t->text, 2 * n + 1);
        if (!p)
            return error_no_memory(e);
        t->text = p;
        t->cap = 2 * n + 1;
    }
    memcpy(t->text, t->file.bytes + t->head_at, t->head_n);
    memcpy(t->text + t->head_n, t->file.bytes + t->at, end - t->at);
    return STATUS_OK;
}

/* The third cell of the plot row, for a plot that could not be read. */
static const char *id_of_row(const struct feed_txt *t, struct arena *a)
{
    struct mapped_line l;
    char *text, *cell;
    size_t n;
    enum text_encoding was;
    if (!mapped_next_line(&t->file, t->at, &l) ||
        text_decode(t->file.bytes + l.at, l.n, t->context.arena, &text, &n, &was, NULL) != STATUS_OK)
        return "";
    cell = text;
    for (int i = 0; cell && i < 2; i++) {
        cell = strchr(cell, ',');
        cell = cell ? cell + 1 : NULL;
    }
    return cell ? arena_strndup(a, cell, strcspn(cell, ",")) : "";
}

static enum status parse_plot(struct feed_txt *t, size_t end, struct parcel_set *out, struct error *e)
{
    arena_reset(t->context.arena);
    t->context.lines_before = t->lines - t->head_lines;
    t->context.plots_before = t->plots;
    enum status s = put_together(t, end, e);
    return s ? s : parcel_parse(&t->context, t->text, t->head_n + end - t->at, out, e);
}

static enum status fill_item(const struct parcel *p, struct arena *a, struct audit_item *out, struct error *e)
{
    out->id = arena_strdup(a, p->id);
    out->name = arena_strdup(a, p->name);
    bool ok = feed_shape_copy(&p->shape, a, &out->shape) && out->id && out->name;
    return ok ? STATUS_OK : error_no_memory(e);
}

static enum status fault_item(struct feed_txt *t, const struct error *why, struct arena *a,
                              struct audit_item *out, struct error *e)
{
    out->fault = feed_fault(why, a);
    out->name = "";
    out->id = id_of_row(t, a);
    if (out->id && !*out->id)
        out->id = arena_printf(a, "%zu", t->plots + 1);
    return out->fault && out->id ? STATUS_OK : error_no_memory(e);
}

static void pass(struct feed_txt *t, size_t end, size_t lines, bool section)
{
    t->lines += lines;
    t->plots++;
    t->at = end;
    mapped_forget(&t->file, end);
    if (section && !find_head(t, end)) /* nothing but a section at the end */
        t->at = t->file.n;
}

static enum status feed_txt_next(struct feed *f, struct arena *a, struct audit_item *out, bool *more,
                                 struct error *e)
{
    struct feed_txt *t = (struct feed_txt *)f;
    struct parcel_set set;
    struct error why = {0};
    size_t lines;
    bool section;
    *more = t->at < t->file.n;
    if (!*more)
        return STATUS_OK;
    *out = (struct audit_item){.position = (int64_t)t->plots + 1,
                               .fid = (int64_t)t->plots + 1,
                               .county = "",
                               .project_class = "",
                               .properties = "{}"};
    size_t end = plot_end(t, &lines, &section);
    enum status s = parse_plot(t, end, &set, &why);
    if (s == STATUS_NO_MEMORY || s == STATUS_IO)
        return error_no_memory(e);
    if (!s && set.n_parcels == 1)
        s = fill_item(&set.parcels[0], a, out, e);
    else
        s = fault_item(t, &why, a, out, e);
    pass(t, end, lines, section);
    return s;
}

static enum status feed_txt_skip(struct feed *f, int64_t position, int64_t fid, struct error *e)
{
    (void)fid, (void)e;
    struct feed_txt *t = (struct feed_txt *)f;
    while ((int64_t)t->plots < position && t->at < t->file.n) {
        size_t lines;
        bool section;
        size_t end = plot_end(t, &lines, &section);
        pass(t, end, lines, section);
    }
    return STATUS_OK;
}

/* ---- opening ---- */

static void feed_txt_close(struct feed *f)
{
    struct feed_txt *t = (struct feed_txt *)f;
    geo_transformer_free(t->context.transformer);
    geo_geos_free(t->context.geos);
    arena_free(t->context.arena);
    mapped_close(&t->file);
    free(t->text);
    free(t);
}

static bool is_utf8(struct feed_txt *t)
{
    struct mapped_line l;
    bool valid = true;
    for (size_t at = 0; valid && mapped_next_line(&t->file, at, &l); at = l.next) {
        valid = text_utf8_valid_prefix(t->file.bytes + l.at, l.n) == l.n;
        mapped_forget(&t->file, l.at);
    }
    mapped_rewind(&t->file);
    return valid;
}

static int64_t count_plots(struct feed_txt *t)
{
    struct mapped_line l;
    int64_t n = 0;
    for (size_t at = 0; mapped_next_line(&t->file, at, &l); at = l.next) {
        n += is_plot_row(t, &l);
        mapped_forget(&t->file, l.at);
    }
    mapped_rewind(&t->file);
    return n;
}

/* What is wrong with the head is wrong with every plot: that is refused with its question, as in a single check. */
static enum status try_first(struct feed_txt *t, bool *ours, struct error *e)
{
    static const char *const of_head[] = {
        "datum-refused",  "datum-unknown",    "zone-width",    "zone-unknown",         "txt-unit",
        "txt-projection", "zone-missing",     "crs-option",    "local-system-refused", "web-map-refused",
        "datum-unclear",  "meridian-unknown", "crs-said-twice"};
    struct parcel_set set = {.n_parcels = 0};
    struct error why = {0};
    size_t lines;
    bool section;
    size_t end = plot_end(t, &lines, &section);
    enum status s = parse_plot(t, end, &set, &why);
    *ours = s != STATUS_OK || set.n_parcels == 1; /* else points stand before the first plot row */
    for (size_t i = 0; s && i < sizeof of_head / sizeof *of_head; i++)
        if (strcmp(why.code, of_head[i]) == 0 || s == STATUS_NO_MEMORY) {
            if (e)
                *e = why;
            return s;
        }
    return STATUS_OK;
}

static enum status open_plots(struct feed_txt *t, const struct audit_request *r, bool *ours, struct error *e)
{
    enum status s = mapped_open(r->input, &t->file, e);
    *ours = !s && t->file.n > 0 && !text_is_utf16(t->file.bytes, t->file.n);
    if (s || !*ours)
        return s;
    t->gb = !is_utf8(t);
    t->base.total = count_plots(t);
    *ours = find_head(t, 0);
    if (!*ours)
        return STATUS_OK;
    t->context.epsg = r->epsg;
    t->context.arena = arena_new(LIMIT_REQUEST_ARENA_BYTES);
    s = t->context.arena ? geo_transformer_new(&t->context.transformer, e) : error_no_memory(e);
    if (!s)
        s = geo_geos_new(&t->context.geos, e);
    return s ? s : try_first(t, ours, e);
}

enum status feed_txt_open(const struct audit_request *r, struct feed **out, struct error *e)
{
    static const struct feed_ops ops = {feed_txt_next, feed_txt_skip, feed_txt_close};
    struct feed_txt *t = calloc(1, sizeof *t);
    bool ours = false;
    *out = NULL;
    if (!t)
        return error_no_memory(e);
    t->base = (struct feed){.ops = &ops, .srs = 4490, .total = -1, .reader = "txt"};
    enum status s = open_plots(t, r, &ours, e);
    if (s || !ours) {
        feed_txt_close(&t->base);
        return s;
    }
    *out = &t->base;
    return STATUS_OK;
}
