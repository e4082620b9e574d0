#include "audit/earlier.h"

#include <math.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

struct earlier {
    sqlite3 *db;
    const struct line_table *lines;
    sqlite3_stmt *parcels, *findings, *overlaps;
    bool finding_waits, overlap_waits; /* the statement stands on a row that belongs to a later parcel */
};

static enum status not_an_audit(struct earlier *s, const char *path, struct error *e)
{
    error_zh(e, "“%.200s”不是 audit parcels 输出的完整 GeoPackage：%.200s。", path, sqlite3_errmsg(s->db));
    return error_fail(e, STATUS_INVALID_INPUT, "audit-since",
                      "\"%.200s\" is no finished GeoPackage of audit parcels: %.200s.", path,
                      sqlite3_errmsg(s->db));
}

static enum status fail_read(struct earlier *s, struct error *e)
{
    error_zh(e, "读取以前的结果失败：%.200s；请不用 --since 重新审查。", sqlite3_errmsg(s->db));
    return error_fail(e, STATUS_CORRUPT, "audit-since-read",
                      "Reading the earlier output failed: %.200s; run without --since.",
                      sqlite3_errmsg(s->db));
}

static void select_parcels(const struct line_table *lines, struct buffer *out)
{
    buffer_append_str(
        out, "SELECT fid, source_fid, parcel_id, project_class, claims, verdict, measured, area_m2, ");
    row_line_columns(out, lines, &(struct line_columns){", ", ", ", ", "});
    buffer_append_str(out, "rules, reason_zh, reason_en, geom FROM parcels ORDER BY fid");
}

enum status earlier_open(const char *path, const struct line_table *lines, bool overlaps,
                         struct earlier **out, struct error *e)
{
    static const struct line_table none = {.n = 0};
    struct earlier *s = calloc(1, sizeof *s);
    struct buffer parcels;
    buffer_init(&parcels, 0);
    select_parcels(lines ? lines : &none, &parcels);
    if (!s || buffer_status(&parcels, NULL)) {
        free(s);
        buffer_release(&parcels);
        return error_no_memory(e);
    }
    s->lines = lines ? lines : &none;
    const struct {
        sqlite3_stmt **q;
        const char *sql;
    } all[] = {
        {&s->parcels, parcels.data},
        {&s->findings, "SELECT parcel_fid, line, feature_id, feature_code, feature_name, zone, area_m2, "
                       "width_m, sliver FROM findings ORDER BY fid"},
        {&s->overlaps, "SELECT parcel_fid, line, area_m2, geom FROM overlaps ORDER BY fid"},
    };
    bool ok = sqlite3_open_v2(path, &s->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL) == SQLITE_OK;
    for (size_t i = 0; ok && i < 2 + (size_t)overlaps; i++)
        ok = sqlite3_prepare_v2(s->db, all[i].sql, -1, all[i].q, NULL) == SQLITE_OK;
    buffer_release(&parcels);
    if (!ok) {
        enum status st = not_an_audit(s, path, e);
        earlier_close(s);
        return st;
    }
    *out = s;
    return STATUS_OK;
}

void earlier_close(struct earlier *s)
{
    if (!s)
        return;
    sqlite3_finalize(s->parcels);
    sqlite3_finalize(s->findings);
    sqlite3_finalize(s->overlaps);
    sqlite3_close(s->db);
    free(s);
}

/* ---- one value ---- */

static const char *text_at(sqlite3_stmt *q, int i, struct arena *a)
{
    const char *t = (const char *)sqlite3_column_text(q, i);
    return t && *t ? arena_strndup(a, t, (size_t)sqlite3_column_bytes(q, i)) : "";
}

static double number_at(sqlite3_stmt *q, int i)
{
    return sqlite3_column_type(q, i) == SQLITE_NULL ? NAN : sqlite3_column_double(q, i);
}

static const void *blob_at(sqlite3_stmt *q, int i, struct arena *a, size_t *n)
{
    const void *bytes = sqlite3_column_blob(q, i);
    *n = (size_t)sqlite3_column_bytes(q, i);
    void *copy = *n ? arena_alloc(a, *n) : NULL;
    return copy ? memcpy(copy, bytes, *n) : NULL;
}

/* Words that nobody knows read as the worst: unknown, unmeasured. */
static enum verdict verdict_at(sqlite3_stmt *q, int i)
{
    const char *t = (const char *)sqlite3_column_text(q, i);
    for (int v = VERDICT_ALLOWED; t && v > VERDICT_UNKNOWN; v--)
        if (strcmp(t, verdict_name((enum verdict)v)) == 0)
            return (enum verdict)v;
    return VERDICT_UNKNOWN;
}

static enum layer_status status_at(sqlite3_stmt *q, int i)
{
    const char *t = (const char *)sqlite3_column_text(q, i);
    for (int s = LAYER_CLEAR; t && s > LAYER_UNMEASURED; s--)
        if (strcmp(t, layer_status_name((enum layer_status)s)) == 0)
            return (enum layer_status)s;
    return LAYER_UNMEASURED;
}

/* ---- rows that belong to a parcel follow each other, as they were appended ---- */

static enum status step(struct earlier *s, sqlite3_stmt *q, int64_t parcel, bool *waits, bool *more,
                        struct error *e)
{
    while (!*waits ||
           sqlite3_column_int64(q, 0) < parcel) { /* those of parcels that nobody took are passed */
        int rc = sqlite3_step(q);
        if (rc != SQLITE_ROW && rc != SQLITE_DONE)
            return fail_read(s, e);
        *waits = rc == SQLITE_ROW;
        if (!*waits)
            break;
    }
    *more = *waits && sqlite3_column_int64(q, 0) == parcel;
    *waits = *waits && !*more;
    return STATUS_OK;
}

/* Arrays grow by doubling in the arena: few parcels have more than a handful. */
static void *room(struct arena *a, void *items, size_t n, size_t size)
{
    bool full = n == 0 || (n >= 4 && (n & (n - 1)) == 0);
    if (!full)
        return items;
    void *grown = arena_array(a, n < 4 ? 4 : 2 * n, size);
    if (grown && n)
        memcpy(grown, items, n * size);
    return grown;
}

static enum status take_findings(struct earlier *s, int64_t parcel, struct arena *a, struct audit_row *r,
                                 struct error *e)
{
    bool more;
    enum status st;
    while (!(st = step(s, s->findings, parcel, &s->finding_waits, &more, e)) && more) {
        sqlite3_stmt *q = s->findings;
        struct row_feature f = {.line = line_of_id(s->lines, (const char *)sqlite3_column_text(q, 1))};
        if (!f.line)
            return fail_read(s, e);
        f.overlap = (struct feature_overlap){.feature_id = sqlite3_column_int64(q, 2),
                                             .code = text_at(q, 3, a),
                                             .name = text_at(q, 4, a),
                                             .zone = text_at(q, 5, a),
                                             .area_m2 = number_at(q, 6),
                                             .width_m = number_at(q, 7),
                                             .sliver = sqlite3_column_int(q, 8) != 0};
        r->features = room(a, r->features, r->n_features, sizeof *r->features);
        if (!r->features || !f.overlap.code || !f.overlap.name || !f.overlap.zone)
            return error_no_memory(e);
        r->features[r->n_features++] = f;
    }
    return st;
}

static enum status take_overlaps(struct earlier *s, int64_t parcel, struct arena *a, struct audit_row *r,
                                 struct error *e)
{
    bool more;
    enum status st = STATUS_OK;
    while (s->overlaps && !(st = step(s, s->overlaps, parcel, &s->overlap_waits, &more, e)) && more) {
        struct row_overlap o = {.line =
                                    line_of_id(s->lines, (const char *)sqlite3_column_text(s->overlaps, 1))};
        if (!o.line)
            return fail_read(s, e);
        o.area_m2 = number_at(s->overlaps, 2);
        o.blob = blob_at(s->overlaps, 3, a, &o.blob_size);
        r->overlaps = room(a, r->overlaps, r->n_overlaps, sizeof *r->overlaps);
        if (!r->overlaps || !o.blob)
            return error_no_memory(e);
        r->overlaps[r->n_overlaps++] = o;
    }
    return st;
}

enum status earlier_take(struct earlier *s, bool geometry, struct arena *a, struct earlier_row *out,
                         struct error *e)
{
    sqlite3_stmt *q = s->parcels;
    *out = (struct earlier_row){.position = sqlite3_column_int64(q, 0), .fid = sqlite3_column_int64(q, 1)};
    struct audit_row *r = &out->row;
    out->id = text_at(q, 2, a);
    r->project_class = text_at(q, 3, a);
    r->claims = text_at(q, 4, a);
    r->verdict = verdict_at(q, 5);
    r->measured = sqlite3_column_int(q, 6) == 1;
    r->area_m2 = number_at(q, 7);
    r->lines = arena_array(a, (size_t)s->lines->n + 1, sizeof *r->lines);
    int at = 8;
    for (int l = 0; r->lines && l < s->lines->n; l++, at += 3)
        r->lines[l] = (struct row_line){status_at(q, at), number_at(q, at + 1), number_at(q, at + 2)};
    r->rules = text_at(q, at++, a);
    r->reason_zh = text_at(q, at++, a);
    r->reason_en = text_at(q, at++, a);
    if (geometry)
        r->blob = blob_at(q, at, a, &r->blob_size);
    bool ok =
        out->id && r->project_class && r->claims && r->lines && r->rules && r->reason_zh && r->reason_en;
    enum status st = ok ? take_findings(s, out->position, a, r, e) : error_no_memory(e);
    return st ? st : take_overlaps(s, out->position, a, r, e);
}

enum status earlier_step(struct earlier *s, int64_t *fid, bool *more, struct error *e)
{
    int rc = sqlite3_step(s->parcels);
    if (rc != SQLITE_ROW && rc != SQLITE_DONE)
        return fail_read(s, e);
    *more = rc == SQLITE_ROW;
    *fid = *more ? sqlite3_column_int64(s->parcels, 1) : 0;
    return STATUS_OK;
}

enum status earlier_rewind(struct earlier *s, struct error *e)
{
    sqlite3_stmt *all[] = {s->parcels, s->findings, s->overlaps};
    s->finding_waits = s->overlap_waits = false;
    for (size_t i = 0; i < 3; i++)
        if (all[i] && sqlite3_reset(all[i]) != SQLITE_OK)
            return fail_read(s, e);
    return STATUS_OK;
}
