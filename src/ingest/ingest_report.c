/* The import report: what was read, decided, repaired and refused, as JSON kept with the version. */
#include "ingest/ingest_parts.h"

#include <math.h>
#include <string.h>

void ingest_report_init(struct ingest_report *r)
{
    *r = (struct ingest_report){0};
    buffer_init(&r->json, 0);
}

void ingest_report_release(struct ingest_report *r)
{
    buffer_release(&r->json);
}

void report_list_init(struct report_list *l)
{
    *l = (struct report_list){0};
    buffer_init(&l->text, 0);
    json_init(&l->json, &l->text, false);
    json_array_begin(&l->json);
}

void report_list_release(struct report_list *l)
{
    buffer_release(&l->text);
}

void report_list_add(struct report_list *l, const struct source_feature *f)
{
    if (l->n++ >= REPORT_LIST_LIMIT)
        return;
    struct json_writer *w = &l->json;
    w->out = &l->text;
    json_object_begin(w);
    json_kv_integer(w, "position", f->position);
    json_kv_integer(w, "fid", f->fid);
    json_kv_string(w, "code", f->code);
    json_kv_string(w, "name", f->name);
    json_kv_string(w, "fault", f->fault.code);
    json_kv_string(w, "zh", f->fault.zh);
    json_kv_string(w, "en", f->fault.en);
    if (isfinite(f->place_deg[0])) {
        json_kv_fixed(w, "lon", f->place_deg[0], 7);
        json_kv_fixed(w, "lat", f->place_deg[1], 7);
    }
    if (f->state == SOURCE_REPAIRED) {
        json_kv_string(w, "method", "make-valid-linework");
        json_kv_fixed(w, "area_before_m2", f->area_before_m2, 4);
        json_kv_fixed(w, "area_after_m2", f->area_m2, 4);
    }
    json_object_end(w);
}

static const char *file_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash && slash[1] ? slash + 1 : path;
}

static void write_source(struct json_writer *w, const struct report_parts *p, const struct source_info *info)
{
    json_key(w, "source");
    json_object_begin(w);
    json_kv_string(w, "file", file_name(p->request->path));
    json_kv_string(w, "sha256", p->sha256);
    json_kv_string(w, "layer", info->layer);
    json_kv_string(w, "driver", info->driver);
    json_kv_string(w, "encoding", info->encoding);
    json_object_end(w);
    json_key(w, "crs");
    json_object_begin(w);
    json_kv_string(w, "stated", info->crs_stated);
    json_kv_string(w, "decided_by", info->crs_decided_by);
    json_kv_integer(w, "epsg", info->crs.epsg);
    json_kv_string(w, "name", info->crs.name);
    json_object_end(w);
}

static void write_fields(struct json_writer *w, const struct source_fields *bound, const char *zone_code)
{
    json_key(w, "fields");
    json_object_begin(w);
    json_kv_string(w, "id", bound->id);
    json_kv_string(w, "name", bound->name);
    json_kv_string(w, "zone", bound->zone);
    json_kv_string(w, "county", bound->county);
    json_kv_string(w, "area", bound->area);
    json_kv_string(w, "zone_code", zone_code);
    json_object_end(w);
}

static void write_counts(struct json_writer *w, const struct ingest_report *r, int64_t n_declared)
{
    json_key(w, "counts");
    json_object_begin(w);
    if (n_declared >= 0)
        json_kv_integer(w, "declared", n_declared);
    json_kv_integer(w, "read", r->n_read);
    json_kv_integer(w, "stored", r->n_stored);
    json_kv_integer(w, "repaired", r->n_repaired);
    json_kv_integer(w, "refused", r->n_refused);
    json_kv_integer(w, "curved", r->n_curved);
    json_kv_integer(w, "vertices", r->n_vertices);
    json_object_end(w);
    json_kv_bool(w, "complete", r->n_refused == 0);
    json_kv_fixed(w, "area_m2", r->area_m2, 2);
    json_kv_fixed(w, "declared_area_m2", r->declared_area_m2, 2);
}

static void write_coverage(struct json_writer *w, const struct report_parts *p)
{
    json_key(w, "coverage");
    json_object_begin(w);
    json_kv_bool(w, "stated", p->coverage->stated);
    if (p->coverage->stated) {
        json_kv_string(w, "by", p->coverage->by);
        json_kv_string(w, p->request->coverage_path ? "file" : "units",
                       p->request->coverage_path ? file_name(p->request->coverage_path)
                                                 : p->request->coverage_units);
        json_kv_string(w, "sha256", p->coverage->sha256);
        json_kv_fixed(w, "area_m2", p->coverage->area_m2, 2);
    }
    json_object_end(w);
}

static void write_list(struct json_writer *w, const char *key, const struct report_list *l)
{
    json_key(w, key);
    json_raw(w, l->text.data, l->text.size);
    buffer_append_char(w->out, ']'); /* the list itself is left open for more */
}

static void write_warnings(struct json_writer *w, const struct gdal_guard *g)
{
    json_key(w, "warnings");
    json_array_begin(w);
    for (int i = 0; i < g->n_warnings && i < GUARD_MAX_WARNINGS; i++)
        json_string(w, g->warnings[i]);
    json_array_end(w);
}

enum status report_write(struct ingest_report *r, const struct report_parts *p, struct error *e)
{
    const struct source_info *info = source_info(p->source);
    struct json_writer w;
    buffer_clear(&r->json);
    json_init(&w, &r->json, false);
    json_object_begin(&w);
    json_kv_string(&w, "layer", p->request->layer);
    write_source(&w, p, info);
    write_fields(&w, &info->bound, info->zone_code);
    write_counts(&w, r, info->n_declared);
    write_coverage(&w, p);
    findings_write(p->findings, &w, info);
    write_list(&w, "repaired", p->repaired);
    write_list(&w, "refused", p->refused);
    write_warnings(&w, source_messages(p->source));
    json_object_end(&w);
    return buffer_status(&r->json, e);
}
