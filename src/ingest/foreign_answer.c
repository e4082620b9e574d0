#include "ingest/foreign_answer.h"

#include "base/limits.h"
#include "base/text.h"
#include "ingest/foreign_stream.h"
#include "parcel/features.h"

#include <string.h>

enum { WARNINGS_MAX = 16 };

struct answer {
    const struct parcel_context *context;
    struct parcel_features set;
    struct parcel_feature *features; /* arena */
    size_t cap;
    struct parcel_warning warnings[WARNINGS_MAX];
    bool ended;
    struct error *error;
};

static enum status fail_answer(struct error *e)
{
    error_zh(e, "读取文件的程序没有读完就结束了：文件可能损坏，或超出内存、时间的限制。请重新导出，或转为GeoJ"
                "SON、TXT后提交。");
    return error_fail(
        e, STATUS_INVALID_INPUT, "foreign-failed",
        "The reading program ended before it was done: the file may be damaged, or over the limits of "
        "memory and time. Export it again, or convert it to GeoJSON or TXT.");
}

/* Valid UTF-8 without control characters; what is not becomes "?". Arena. */
static const char *clean(struct answer *a, const struct foreign_text *t, size_t max)
{
    size_t n = t->n < max ? t->n : max;
    char *text = arena_strndup(a->context->arena, t->bytes, n);
    if (!text)
        return NULL;
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)text[i] < 0x20 || text[i] == 0x7F)
            text[i] = ' ';
    for (size_t at = 0; at < n;) {
        at += text_valid_prefix(text + at, n - at);
        if (at < n && t->n > max && n - at < 4)
            n = at; /* the cut went through a character */
        else if (at < n)
            text[at++] = '?';
    }
    text[n] = '\0';
    return text;
}

/* The child's own sentence. Its status is one of those that a file can cause. */
static enum status take_error(struct answer *a, const struct foreign_message *m)
{
    if (m->n_texts != 3)
        return fail_answer(a->error);
    const char *code = clean(a, &m->texts[0], sizeof a->error->code - 1);
    const char *zh = clean(a, &m->texts[1], sizeof a->error->zh - 1);
    const char *en = clean(a, &m->texts[2], sizeof a->error->en - 1);
    if (!code || !zh || !en)
        return error_no_memory(a->error);
    enum status s =
        m->number == STATUS_UNSUPPORTED || m->number == STATUS_TOO_LARGE || m->number == STATUS_INTERNAL
            ? (enum status)m->number
            : STATUS_INVALID_INPUT;
    error_zh(a->error, "%s", zh);
    return error_fail(a->error, s, code, "%s", en);
}

static enum status take_warning(struct answer *a, const struct foreign_message *m)
{
    if (m->n_texts != 3 || a->set.n_warnings == WARNINGS_MAX)
        return fail_answer(a->error);
    struct parcel_warning w = {clean(a, &m->texts[0], 47), clean(a, &m->texts[1], 500),
                               clean(a, &m->texts[2], 500)};
    if (!w.code || !w.zh || !w.en)
        return error_no_memory(a->error);
    a->warnings[a->set.n_warnings++] = w;
    return STATUS_OK;
}

static bool grow(struct answer *a)
{
    if (a->set.n < a->cap)
        return true;
    size_t cap = a->cap ? a->cap * 2 : 64;
    struct parcel_feature *more = arena_array(a->context->arena, cap, sizeof *more);
    if (!more)
        return false;
    if (a->set.n)
        memcpy(more, a->features, a->set.n * sizeof *more);
    a->features = more;
    a->cap = cap;
    return true;
}

static enum status take_feature(struct answer *a, const struct foreign_message *m)
{
    if (m->n_texts != 5 || a->set.n >= LIMIT_PARCELS_PER_FILE)
        return fail_answer(a->error);
    struct parcel_feature f = {.id = clean(a, &m->texts[0], 200),
                               .name = clean(a, &m->texts[1], 200),
                               .use = clean(a, &m->texts[2], 200),
                               .area = clean(a, &m->texts[3], 60),
                               .wkb = m->texts[4].bytes,
                               .n_wkb = m->texts[4].n};
    if (!f.id || !f.name || !f.use || !f.area || !grow(a))
        return error_no_memory(a->error);
    a->features[a->set.n++] = f;
    return STATUS_OK;
}

static enum status take(struct answer *a, const struct foreign_message *m)
{
    switch (m->type) {
    case FOREIGN_ERROR:
        return take_error(a, m);
    case FOREIGN_CRS:
        a->set.epsg = m->number < 1000000 ? (int)m->number : 0;
        a->set.crs_stated = m->n_texts == 1 ? clean(a, &m->texts[0], 80) : "";
        return a->set.crs_stated ? STATUS_OK : error_no_memory(a->error);
    case FOREIGN_WARNING:
        return take_warning(a, m);
    case FOREIGN_FEATURE:
        return take_feature(a, m);
    case FOREIGN_END:
        a->ended = m->number == a->set.n;
        return a->ended ? STATUS_OK : fail_answer(a->error);
    }
    return fail_answer(a->error);
}

enum status foreign_answer(const struct parcel_context *c, enum parcel_format format,
                           const struct buffer *answer, const void *bytes, size_t n, struct parcel_set *out,
                           struct error *e)
{
    struct error error = {0};
    struct answer a = {.context = c, .set = {.format = format, .crs_stated = ""}, .error = &error};
    struct foreign_cursor cursor = {(const unsigned char *)answer->data, answer->size, strlen(FOREIGN_MAGIC)};
    struct foreign_message m;
    enum status s = STATUS_OK;
    if (answer->size < cursor.at || memcmp(answer->data, FOREIGN_MAGIC, cursor.at) != 0)
        s = fail_answer(&error);
    while (s == STATUS_OK && !a.ended && foreign_next(&cursor, &m))
        s = take(&a, &m);
    if (s == STATUS_OK && (!a.ended || a.set.n == 0))
        s = fail_answer(&error);
    a.set.features = a.features;
    a.set.warnings = a.warnings;
    if (s == STATUS_OK)
        return parcel_from_features(c, &a.set, bytes, n, out, e);
    if (e)
        *e = error;
    return s;
}
