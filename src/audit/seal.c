#include "audit/row.h"

#include "base/sha256.h"

#include <math.h>
#include <string.h>

static void put(struct buffer *b, const void *p, size_t n)
{
    buffer_append(b, p, n);
}

static void put_text(struct buffer *b, const char *text)
{
    put(b, text ? text : "", text ? strlen(text) + 1 : 1);
}

/* As SQLite gives it back: no NAN of a kind of its own, no negative zero. */
static void put_number(struct buffer *b, double v)
{
    double plain = isnan(v) ? (double)NAN : v == 0 ? 0.0 : v;
    put(b, &plain, sizeof plain);
}

static void put_integer(struct buffer *b, int64_t v)
{
    put(b, &v, sizeof v);
}

static void put_feature(struct buffer *b, const struct row_feature *f)
{
    put_integer(b, f->line->number);
    put_integer(b, f->overlap.feature_id);
    put_text(b, f->overlap.code);
    put_text(b, f->overlap.name);
    put_text(b, f->overlap.zone);
    put_number(b, f->overlap.area_m2);
    put_number(b, f->overlap.width_m);
    put_integer(b, f->overlap.sliver);
}

enum status row_seal_of(const struct sealed_row *sealed, struct buffer *scratch, struct row_seal *out,
                        struct error *e)
{
    const struct audit_row *r = sealed->row;
    struct buffer *b = scratch;
    uint8_t digest[SHA256_BYTES];
    buffer_clear(b);
    put_integer(b, sealed->position);
    put_integer(b, sealed->fid);
    put_text(b, sealed->id);
    put_text(b, r->project_class);
    put_text(b, r->claims);
    put_integer(b, r->verdict);
    put_integer(b, r->measured);
    put_number(b, r->area_m2);
    for (int l = 0; l < sealed->n_lines; l++) {
        put_integer(b, r->lines[l].status);
        put_number(b, r->lines[l].m2);
        put_number(b, r->lines[l].share);
    }
    put_text(b, r->rules);
    put_text(b, r->reason_zh);
    put_text(b, r->reason_en);
    put_integer(b, (int64_t)r->n_features);
    for (size_t i = 0; i < r->n_features; i++)
        put_feature(b, &r->features[i]);
    for (size_t i = 0; i < r->n_overlaps; i++) {
        put_integer(b, r->overlaps[i].line->number);
        put_number(b, r->overlaps[i].area_m2);
        put(b, r->overlaps[i].blob, r->overlaps[i].blob_size);
    }
    enum status s = buffer_status(b, e);
    if (!s) {
        sha256_of_bytes(b->data, b->size, digest);
        memcpy(out->half, digest, sizeof out->half);
    }
    return s;
}

void row_seal_add(struct row_seal *sum, const struct row_seal *one)
{
    for (int i = 0; i < 2; i++)
        sum->half[i] += one->half[i];
}
