#include "report/identity.h"

#include "check/engine_versions.h"

const char *report_engine_version(void)
{
    return HX_VERSION;
}

void report_engine_json(struct json_writer *w)
{
    const struct engine_versions *v = engine_versions();
    jw_object_begin(w);
    jw_kv_string(w, "name", "hongxian");
    jw_kv_string(w, "version", report_engine_version());
    jw_key(w, "libraries");
    jw_object_begin(w);
    jw_kv_string(w, "geos", v->geos);
    jw_kv_string(w, "proj", v->proj);
    jw_kv_string(w, "sqlite", v->sqlite);
    jw_object_end(w);
    jw_object_end(w);
}

static void write_layer_used(struct json_writer *w, const struct store_version *v)
{
    jw_object_begin(w);
    jw_kv_string(w, "layer", v->layer);
    jw_kv_integer(w, "version", v->version_no);
    jw_kv_string(w, "uid", v->uid);
    jw_kv_string(w, "label", v->label);
    jw_kv_string(w, "source_sha256", v->source_sha256);
    jw_kv_string(w, "effective_from", v->effective_from);
    jw_kv_string(w, "document_no", v->document_no);
    jw_object_end(w);
}

size_t report_layers_used(const struct report *r, bool units,
                          const struct store_version *out[REPORT_LAYERS_MAX])
{
    size_t n = 0;
    for (int l = 0; l < report_lines(r)->n; l++)
        if (snapshot_line(r->snapshot, l))
            out[n++] = &snapshot_line(r->snapshot, l)->version;
    const struct unit_layer *levels;
    size_t n_levels = units ? snapshot_units(r->snapshot, &levels) : 0;
    for (size_t i = 0; i < n_levels; i++)
        out[n++] = &levels[i].layer->version;
    return n;
}

void report_layers_json(struct json_writer *w, const struct report *r, bool units)
{
    const struct store_version *used[REPORT_LAYERS_MAX];
    size_t n = report_layers_used(r, units, used);
    jw_array_begin(w);
    for (size_t i = 0; i < n; i++)
        write_layer_used(w, used[i]);
    jw_array_end(w);
}

size_t report_n_drafts(const struct report *r)
{
    return r->parcels.n_parcels ? r->results[0].n_drafts : 0;
}

void report_drafts_json(struct json_writer *w, const struct report *r)
{
    jw_array_begin(w);
    for (size_t i = 0; i < report_n_drafts(r); i++)
        write_layer_used(w, &r->results[0].drafts[i].draft->layer.version);
    jw_array_end(w);
}
