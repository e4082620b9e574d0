/* CSV (parcels, and findings beside them) and GeoJSON sequence. Workers make the text, the writer appends it.
 *
 * What is committed is what the state says: on resumption each file is cut back to the recorded length. */
#include "audit/sink.h"

#include "base/file.h"
#include "formats/csv.h"
#include "formats/geojson.h"
#include "formats/json.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct sink_text {
    struct sink base;
    int fd[BATCH_TEXTS];
    int n_files;
    char findings_part[SINK_PATH_SIZE + 16];
};

/* ---- CSV ---- */

static void csv_head(const struct line_table *lines, struct buffer *out)
{
    buffer_append_str(out, "\xEF\xBB\xBFposition,source_fid,parcel_id,name,county,prefecture,project_class,"
                           "claims,verdict,verdict_zh,measured,area_m2,");
    row_line_columns(out, lines, &(struct line_columns){",", ",", ","});
    buffer_append_str(out, "rules,reason_zh,reason_en,properties\r\n");
}

static const char csv_findings_head[] = "\xEF\xBB\xBFposition,parcel_id,line,feature_id,feature_code,feature_"
                                        "name,zone,area_m2,width_m,sliver\r\n";

static void csv_row(struct csv_writer *w, const struct audit_item *item, const struct audit_row *r,
                    int n_lines)
{
    csv_integer(w, item->position);
    csv_integer(w, item->fid);
    csv_text(w, item->id);
    csv_text(w, item->name);
    csv_text(w, r->county);
    csv_text(w, r->prefecture);
    csv_text(w, r->project_class);
    csv_text(w, r->claims);
    csv_text(w, verdict_name(r->verdict));
    csv_text(w, verdict_zh(r->verdict));
    csv_integer(w, r->measured);
    csv_number(w, r->area_m2, 4);
    for (int l = 0; l < n_lines; l++) {
        csv_text(w, layer_status_name(r->lines[l].status));
        csv_number(w, r->lines[l].m2, 4);
        csv_number(w, r->lines[l].share, 6);
    }
    csv_text(w, r->rules);
    csv_text(w, r->reason_zh);
    csv_text(w, r->reason_en);
    csv_text(w, item->properties);
    csv_row_end(w);
}

static void csv_finding(struct csv_writer *w, const struct audit_item *item, const struct row_feature *f)
{
    csv_integer(w, item->position);
    csv_text(w, item->id);
    csv_text(w, f->line->id);
    csv_integer(w, f->overlap.feature_id);
    csv_text(w, f->overlap.code);
    csv_text(w, f->overlap.name);
    csv_text(w, f->overlap.zone);
    csv_number(w, f->overlap.area_m2, 4);
    csv_number(w, f->overlap.width_m, 4);
    csv_integer(w, f->overlap.sliver);
    csv_row_end(w);
}

static void format_csv(struct audit_batch *b)
{
    struct csv_writer parcels = {.out = &b->text[0]}, findings = {.out = &b->text[1]};
    for (size_t i = 0; i < b->n; i++) {
        csv_row(&parcels, &b->items[i], &b->rows[i], b->lines->n);
        for (size_t k = 0; k < b->rows[i].n_features; k++)
            csv_finding(&findings, &b->items[i], &b->rows[i].features[k]);
    }
}

/* ---- GeoJSON sequence: one feature a line (RFC 8142's records without the separator) ---- */

static void json_lines(struct json_writer *w, const struct line_table *lines, const struct audit_row *r)
{
    jw_key(w, "lines");
    jw_array_begin(w);
    for (int l = 0; l < lines->n; l++) {
        jw_object_begin(w);
        jw_kv_string(w, "line", line_at(lines, l)->id);
        jw_kv_string(w, "status", layer_status_name(r->lines[l].status));
        jw_kv_fixed(w, "area_m2", r->lines[l].m2, 4);
        jw_kv_fixed(w, "share", r->lines[l].share, 6);
        jw_object_end(w);
    }
    jw_array_end(w);
}

static void json_findings(struct json_writer *w, const struct audit_row *r)
{
    jw_key(w, "findings");
    jw_array_begin(w);
    for (size_t k = 0; k < r->n_features; k++) {
        const struct feature_overlap *f = &r->features[k].overlap;
        jw_object_begin(w);
        jw_kv_string(w, "line", r->features[k].line->id);
        jw_kv_integer(w, "feature_id", f->feature_id);
        jw_kv_string(w, "code", f->code);
        jw_kv_string(w, "name", f->name);
        jw_kv_string(w, "zone", f->zone);
        jw_kv_fixed(w, "area_m2", f->area_m2, 4);
        jw_kv_fixed(w, "width_m", f->width_m, 4);
        jw_kv_bool(w, "sliver", f->sliver);
        jw_object_end(w);
    }
    jw_array_end(w);
}

static void json_properties(struct json_writer *w, const struct line_table *lines,
                            const struct audit_item *item, const struct audit_row *r)
{
    jw_key(w, "properties");
    jw_object_begin(w);
    jw_kv_integer(w, "position", item->position);
    jw_kv_string(w, "parcel_id", item->id);
    jw_kv_string(w, "name", item->name);
    jw_kv_string(w, "county", r->county);
    jw_kv_string(w, "prefecture", r->prefecture);
    jw_kv_string(w, "project_class", r->project_class);
    jw_kv_string(w, "claims", r->claims);
    jw_kv_string(w, "verdict", verdict_name(r->verdict));
    jw_kv_string(w, "verdict_zh", verdict_zh(r->verdict));
    jw_kv_bool(w, "measured", r->measured);
    jw_kv_fixed(w, "area_m2", r->area_m2, 4);
    json_lines(w, lines, r);
    json_findings(w, r);
    jw_kv_string(w, "rules", r->rules);
    jw_kv_string(w, "reason_zh", r->reason_zh);
    jw_kv_string(w, "reason_en", r->reason_en);
    jw_key(w, "source");
    jw_raw(w, item->properties, strlen(item->properties));
    jw_object_end(w);
}

static void format_geojsonl(struct audit_batch *b)
{
    struct geo_shape_builder builder;
    geo_shape_builder_init(&builder);
    for (size_t i = 0; i < b->n; i++) {
        struct json_writer w;
        jw_init(&w, &b->text[0], false);
        jw_object_begin(&w);
        jw_kv_string(&w, "type", "Feature");
        jw_kv_integer(&w, "id", b->items[i].position);
        json_properties(&w, b->lines, &b->items[i], &b->rows[i]);
        jw_key(&w, "geometry");
        /* the row's own bytes: a geometry that is not valid is still there to be looked at */
        geojson_write_gpkg(&w, b->rows[i].blob, b->rows[i].blob_size, &builder);
        jw_object_end(&w);
        buffer_append_char(&b->text[0], '\n');
    }
    geo_shape_builder_release(&builder);
}

/* ---- files ---- */

static const char *path_of(const struct sink_text *t, int i)
{
    return i == 0 ? t->base.part : t->findings_part;
}

static enum status append(struct sink_text *t, int i, const char *data, size_t n, struct error *e)
{
    if (!file_write_all(t->fd[i], data, n))
        return error_errno(e, "写入", "Writing", path_of(t, i));
    t->base.bytes[i] += n;
    return STATUS_OK;
}

static enum status text_write(struct sink *s, const struct audit_batch *b, struct error *e)
{
    struct sink_text *t = (struct sink_text *)s;
    enum status st = STATUS_OK;
    for (int i = 0; !st && i < t->n_files; i++) {
        st = buffer_status(&b->text[i], e);
        if (!st)
            st = append(t, i, b->text[i].data, b->text[i].size, e);
    }
    return st;
}

static enum status state_path(const char *out, char path[SINK_PATH_SIZE + 16])
{
    return snprintf(path, SINK_PATH_SIZE + 16, "%s.audit", out) < SINK_PATH_SIZE + 16 ? STATUS_OK
                                                                                      : STATUS_INVALID_INPUT;
}

/* The state is written after the text that it speaks of; file_write_atomic makes it one or the other. */
static enum status text_commit(struct sink *s, const char *state, struct error *e)
{
    char path[SINK_PATH_SIZE + 16];
    if (state_path(s->out, path))
        return error_errno(e, "写入", "Writing", s->out);
    return file_write_atomic(path, state, strlen(state), e);
}

static enum status text_finish(struct sink *s, const char *state, struct error *e)
{
    struct sink_text *t = (struct sink_text *)s;
    for (int i = 0; i < t->n_files; i++)
        if (t->fd[i] >= 0 && fsync(t->fd[i]) != 0)
            return error_errno(e, "保存", "Saving", path_of(t, i));
    char findings[SINK_PATH_SIZE + 16];
    snprintf(findings, sizeof findings, "%.*s.findings.csv", (int)strlen(s->out), s->out);
    enum status st = text_commit(s, state, e);
    /* The findings first: where OUT is, they are. */
    if (!st && t->n_files > 1 && t->fd[1] >= 0 && rename(t->findings_part, findings) != 0)
        st = error_errno(e, "保存", "Saving", findings);
    return st;
}

static void text_close(struct sink *s)
{
    struct sink_text *t = (struct sink_text *)s;
    for (int i = 0; i < t->n_files; i++)
        if (t->fd[i] >= 0)
            close(t->fd[i]);
    free(t);
}

static enum status append_heads(struct sink_text *t, const struct line_table *lines, struct error *e)
{
    struct buffer head;
    buffer_init(&head, 0);
    csv_head(lines, &head);
    enum status s = buffer_status(&head, e);
    if (!s)
        s = append(t, 0, head.data, head.size, e);
    buffer_release(&head);
    return s ? s : append(t, 1, csv_findings_head, sizeof csv_findings_head - 1, e);
}

static enum status open_file(struct sink_text *t, int i, bool again, uint64_t bytes, struct error *e)
{
    int flags = O_WRONLY | O_CLOEXEC | (again ? 0 : O_CREAT | O_TRUNC);
    t->fd[i] = open(path_of(t, i), flags, 0666);
    if (t->fd[i] < 0 && again && i > 0 && errno == ENOENT)
        return STATUS_OK; /* the run was killed between its last two steps: the findings have their name
                             already */
    if (t->fd[i] < 0 ||
        (again && (ftruncate(t->fd[i], (off_t)bytes) != 0 || lseek(t->fd[i], 0, SEEK_END) < 0)))
        return error_errno(e, "打开", "Opening", path_of(t, i));
    t->base.bytes[i] = again ? bytes : 0;
    return STATUS_OK;
}

enum status sink_text_open(const char *part, const struct sink_request *r, const uint64_t bytes[BATCH_TEXTS],
                           struct sink **out, struct error *e)
{
    static const struct sink_ops csv_ops = {format_csv, text_write, text_commit, text_finish, text_close};
    static const struct sink_ops json_ops = {format_geojsonl, text_write, text_commit, text_finish,
                                             text_close};
    struct sink_text *t = calloc(1, sizeof *t);
    if (!t)
        return error_no_memory(e);
    bool csv = r->format == AUDIT_CSV;
    t->base.ops = csv ? &csv_ops : &json_ops;
    t->n_files = csv ? 2 : 1;
    t->fd[0] = t->fd[1] = -1;
    snprintf(t->base.part, sizeof t->base.part, "%s", part);
    snprintf(t->findings_part, sizeof t->findings_part, "%s.findings", part);
    enum status s = STATUS_OK;
    for (int i = 0; !s && i < t->n_files; i++)
        s = open_file(t, i, r->append, bytes[i], e);
    if (!s && csv && !r->append)
        s = append_heads(t, r->lines, e);
    if (s) {
        text_close(&t->base);
        return s;
    }
    *out = &t->base;
    return STATUS_OK;
}
