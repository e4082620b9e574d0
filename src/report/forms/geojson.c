#include "report/forms.h"

#include "formats/geojson.h"
#include "formats/json.h"

enum { COORDINATE_DECIMALS = 9 }; /* 0.1 mm */

static void write_verdict(struct json_writer *w, enum verdict v)
{
    jw_kv_string(w, "verdict", verdict_name(v));
    jw_kv_string(w, "verdict_zh", verdict_zh(v));
}

static void feature_begin(struct json_writer *w, const struct geo_shape *shape)
{
    jw_object_begin(w);
    jw_kv_string(w, "type", "Feature");
    jw_key(w, "geometry");
    geojson_write(w, shape, COORDINATE_DECIMALS);
    jw_key(w, "properties");
    jw_object_begin(w);
}

static void feature_end(struct json_writer *w)
{
    jw_object_end(w);
    jw_object_end(w);
}

static void write_parcel(struct json_writer *w, const struct parcel_report *p)
{
    feature_begin(w, &p->parcel->shape);
    jw_kv_string(w, "kind", "parcel");
    jw_kv_string(w, "id", p->parcel->id);
    jw_kv_string(w, "name", p->parcel->name);
    jw_kv_string(w, "use", p->parcel->use);
    jw_kv_decimal(w, "area_m2", p->area_m2, 4);
    write_verdict(w, p->verdict);
    jw_kv_string(w, "summary_zh", p->summary_zh);
    jw_kv_string(w, "summary_en", p->summary_en);
    feature_end(w);
}

static void write_overlap(struct json_writer *w, const struct report *r, const struct map_overlap *o)
{
    const struct parcel_report *p = &r->results[o->parcel];
    const struct layer_finding *f = &p->layers[o->line->number];
    feature_begin(w, &o->shape);
    jw_kv_string(w, "kind", "overlap");
    jw_kv_string(w, "parcel", p->parcel->id);
    jw_kv_string(w, "layer", o->line->id);
    jw_kv_string(w, "title_zh", report_layer_title(f, REPORT_LANG_ZH));
    jw_kv_string(w, "title_en", report_layer_title(f, REPORT_LANG_EN));
    jw_kv_string(w, "status", layer_status_name(f->status));
    jw_kv_string(w, "status_zh", layer_finding_zh(f));
    jw_kv_decimal(w, "area_m2", f->area_m2, 4);
    jw_kv_decimal(w, "share", f->share, 6);
    jw_kv_bool(w, "synthetic", f->layer && f->layer->version.synthetic);
    jw_kv_string(w, "label", f->layer ? f->layer->version.label : "");
    feature_end(w);
}

/* A shape that could not be built is not passed over in silence: its area stands in the JSON report. */
static void write_missing(struct json_writer *w, const struct form_input *in, bool *no_memory)
{
    size_t n = in->maps->n_overlaps_failed;
    jw_kv_integer(w, "shapes_missing", (long long)n);
    if (n == 0)
        return;
    const char *zh = report_shapes_missing(in->arena, n, REPORT_LANG_ZH),
               *en = report_shapes_missing(in->arena, n, REPORT_LANG_EN);
    *no_memory = !zh || !en;
    jw_kv_string(w, "shapes_missing_zh", zh);
    jw_kv_string(w, "shapes_missing_en", en);
}

enum status form_geojson(const struct form_input *in, struct buffer *out, struct error *e)
{
    const struct report *r = in->report;
    bool no_memory = false;
    struct json_writer w;
    jw_init(&w, out, false);
    jw_object_begin(&w);
    jw_kv_string(&w, "type", "FeatureCollection");
    write_verdict(&w, r->verdict);
    jw_kv_bool(&w, "synthetic", r->synthetic);
    jw_kv_string(&w, "disclaimer_zh", REPORT_DISCLAIMER_ZH);
    write_missing(&w, in, &no_memory);
    jw_key(&w, "features");
    jw_array_begin(&w);
    for (size_t i = 0; i < r->parcels.n_parcels; i++)
        write_parcel(&w, &r->results[i]);
    for (size_t i = 0; i < in->maps->n_overlaps; i++)
        write_overlap(&w, r, &in->maps->overlaps[i]);
    jw_array_end(&w);
    jw_object_end(&w);
    buffer_append_char(out, '\n');
    return no_memory ? error_no_memory(e) : buffer_status(out, e);
}
