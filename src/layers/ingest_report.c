/* The import report: what was read, decided, repaired and refused, as JSON kept with the version. */
#include "layers/ingest_parts.h"

#include "base/text.h"

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

void ingest_list_init(struct ingest_list *l)
{
    *l = (struct ingest_list){0};
    buffer_init(&l->text, 0);
    jw_init(&l->json, &l->text, false);
    jw_array_begin(&l->json);
}

void ingest_list_release(struct ingest_list *l)
{
    buffer_release(&l->text);
}

void ingest_list_add(struct ingest_list *l, const struct source_feature *f)
{
    if (l->n++ >= REPORT_LIST_LIMIT)
        return;
    struct json_writer *w = &l->json;
    w->out = &l->text;
    jw_object_begin(w);
    jw_kv_integer(w, "position", f->position);
    jw_kv_integer(w, "fid", f->fid);
    jw_kv_string(w, "code", f->code);
    jw_kv_string(w, "name", f->name);
    jw_kv_string(w, "fault", f->fault.code);
    jw_kv_string(w, "zh", f->fault.zh);
    jw_kv_string(w, "en", f->fault.en);
    if (isfinite(f->place_deg[0])) {
        jw_kv_fixed(w, "lon", f->place_deg[0], 7);
        jw_kv_fixed(w, "lat", f->place_deg[1], 7);
    }
    if (f->state == SOURCE_REPAIRED) {
        jw_kv_string(w, "method", "parts-united");
        jw_kv_fixed(w, "at_stake_m2", f->at_stake_m2, 4);
        jw_kv_fixed(w, "area_after_m2", f->area_m2, 4);
    }
    jw_object_end(w);
}

static void write_source(struct json_writer *w, const struct ingest_report_parts *p,
                         const struct source_info *info)
{
    jw_key(w, "source");
    jw_object_begin(w);
    jw_kv_string(w, "file", text_file_name(p->request->path));
    jw_kv_string(w, "sha256", p->sha256);
    jw_kv_string(w, "layer", info->layer);
    jw_kv_string(w, "driver", info->driver);
    jw_kv_string(w, "encoding", info->encoding);
    jw_object_end(w);
    jw_key(w, "crs");
    jw_object_begin(w);
    jw_kv_string(w, "stated", info->crs_stated);
    jw_kv_string(w, "decided_by", info->crs_decided_by);
    jw_kv_integer(w, "epsg", info->crs.epsg);
    jw_kv_string(w, "name", info->crs.name);
    if (p->request->unit)
        jw_kv_string(w, "unit", p->request->unit);
    if (info->crs.shift.given) {
        char text[256];
        ingest_crs_text(&info->crs, text);
        jw_kv_string(w, "datum_shift", text);
    }
    jw_object_end(w);
}

void source_write_zones(struct json_writer *w, const struct source_info *info, bool counted)
{
    jw_key(w, "zones");
    jw_array_begin(w);
    for (int i = 0; i < info->n_zones && i < SOURCE_ZONES_SHOWN; i++) {
        jw_object_begin(w);
        jw_kv_string(w, "value", info->zones[i].value);
        jw_kv_string(w, "stored_as", info->zones[i].name);
        jw_kv_string(w, "decided_by", info->zones[i].by);
        if (counted)
            jw_kv_integer(w, "features", info->zones[i].n);
        jw_object_end(w);
    }
    jw_array_end(w);
}

void source_write_fields(struct json_writer *w, const struct source_fields *bound)
{
    jw_kv_string(w, "id", bound->id);
    jw_kv_string(w, "name", bound->name);
    jw_kv_string(w, "zone", bound->zone);
    jw_kv_string(w, "zone_code", bound->zone_code);
    jw_kv_string(w, "county", bound->county);
    jw_kv_string(w, "area", bound->area);
}

static void write_binding(struct json_writer *w, const struct source_info *info)
{
    jw_key(w, "binding");
    jw_object_begin(w);
    jw_kv_string(w, "source_layer", info->layer);
    jw_kv_string(w, "layer", info->target);
    jw_kv_string(w, "decided_by", info->target_by);
    source_write_zones(w, info, true);
    jw_object_end(w);
    jw_key(w, "fields");
    jw_object_begin(w);
    source_write_fields(w, &info->bound);
    jw_object_end(w);
}

static void write_counts(struct json_writer *w, const struct ingest_report *r, int64_t n_declared)
{
    jw_key(w, "counts");
    jw_object_begin(w);
    if (n_declared >= 0)
        jw_kv_integer(w, "declared", n_declared);
    jw_kv_integer(w, "read", r->n_read);
    jw_kv_integer(w, "stored", r->n_stored);
    jw_kv_integer(w, "dissolved", r->n_dissolved);
    jw_kv_integer(w, "repaired", r->n_repaired);
    jw_kv_integer(w, "refused", r->n_refused);
    jw_kv_integer(w, "curved", r->n_curved);
    jw_kv_integer(w, "vertices", r->n_vertices);
    jw_object_end(w);
    jw_kv_bool(w, "complete", r->n_refused == 0);
    jw_kv_fixed(w, "area_m2", r->area_m2, 2);
    jw_kv_fixed(w, "declared_area_m2", r->declared_area_m2, 2);
}

static void write_coverage(struct json_writer *w, const struct ingest_report_parts *p)
{
    jw_key(w, "coverage");
    jw_object_begin(w);
    jw_kv_bool(w, "stated", p->coverage->stated);
    if (p->coverage->stated) {
        jw_kv_string(w, "by", p->coverage->by);
        jw_kv_string(w, p->request->coverage_path ? "file" : "units",
                     p->request->coverage_path ? text_file_name(p->request->coverage_path)
                                               : p->request->coverage_units);
        jw_kv_string(w, "sha256", p->coverage->sha256);
        jw_kv_fixed(w, "area_m2", p->coverage->area_m2, 2);
    }
    jw_object_end(w);
}

static void write_list(struct json_writer *w, const char *key, const struct ingest_list *l)
{
    jw_key(w, key);
    jw_raw(w, l->text.data, l->text.size);
    buffer_carry(w->out, &l->text);
    buffer_append_char(w->out, ']'); /* the list itself is left open for more */
}

static void write_warnings(struct json_writer *w, const struct source *s)
{
    size_t n;
    const struct feature_note *notes = source_notes(s, &n);
    jw_key(w, "warnings");
    jw_array_begin(w);
    for (size_t i = 0; i < n; i++)
        jw_string(w, notes[i].zh);
    jw_array_end(w);
}

enum status ingest_report_write(struct ingest_report *r, const struct ingest_report_parts *p, struct error *e)
{
    const struct source_info *info = source_info(p->source);
    struct json_writer w;
    buffer_clear(&r->json);
    jw_init(&w, &r->json, false);
    jw_object_begin(&w);
    jw_kv_string(&w, "layer", p->request->layer);
    write_source(&w, p, info);
    write_binding(&w, info);
    write_counts(&w, r, info->n_declared);
    write_coverage(&w, p);
    findings_write(p->findings, &w, info);
    write_list(&w, "dissolved", p->dissolved);
    write_list(&w, "repaired", p->repaired);
    write_list(&w, "refused", p->refused);
    write_warnings(&w, p->source);
    jw_object_end(&w);
    return buffer_status(&r->json, e);
}
