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

void report_layers_json(struct json_writer *w, const struct report *r)
{
    jw_array_begin(w);
    /* Every parcel sees the same layers, so the first one's findings name them all. */
    for (int i = 0; i < CONTROL_LINE_COUNT && r->parcels.n_parcels; i++)
        if (r->results[0].layers[i].layer)
            write_layer_used(w, &r->results[0].layers[i].layer->version);
    jw_array_end(w);
}
