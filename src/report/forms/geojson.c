#include "report/forms.h"

#include "formats/geojson.h"
#include "formats/json.h"

enum { COORDINATE_DECIMALS = 9 }; /* 0.1 mm */

struct geojson_form {
    const struct form_input *in;
    struct json_writer w;
    bool no_memory;
};

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

static void write_not_examined(struct geojson_form *g)
{
    const char *zh = report_not_examined(g->in->arena, g->in->report, REPORT_LANG_ZH),
               *en = report_not_examined(g->in->arena, g->in->report, REPORT_LANG_EN);
    g->no_memory = g->no_memory || !zh || !en;
    if (!zh || !en || !*zh)
        return;
    jw_kv_string(&g->w, "not_examined_zh", zh);
    jw_kv_string(&g->w, "not_examined_en", en);
}

/* ---- sentences, which a GIS shows as one attribute ---- */

/* "a；b" under KEY_zh and "a; b" under KEY_en; nothing where nothing was said. */
struct said {
    struct geojson_form *g;
    const char *zh, *en;
};

static void say(struct said *t, const char *zh, const char *en)
{
    struct arena *a = t->g->in->arena;
    bool first = !t->zh || !*t->zh;
    t->zh = zh && t->zh ? first ? zh : arena_printf(a, "%s；%s", t->zh, zh) : NULL;
    t->en = en && t->en ? first ? en : arena_printf(a, "%s; %s", t->en, en) : NULL;
    t->g->no_memory = t->g->no_memory || !t->zh || !t->en;
}

static void write_said(struct said *t, const char *key_zh, const char *key_en)
{
    if (t->zh && t->en && *t->zh) {
        jw_kv_string(&t->g->w, key_zh, t->zh);
        jw_kv_string(&t->g->w, key_en, t->en);
    }
    t->zh = t->en = "";
}

static void say_warnings(struct said *t, const struct feature_note *warnings, size_t n)
{
    for (size_t i = 0; i < n; i++)
        say(t, warnings[i].zh, warnings[i].en);
}

static void say_papers(struct said *t, const struct layer_finding *f)
{
    struct arena *a = t->g->in->arena;
    for (size_t i = 0; i < f->n_rules; i++)
        if (f->rules[i].paper_missing)
            say(t, report_paper_missing(a, f, f->rules[i].rule, REPORT_LANG_ZH),
                report_paper_missing(a, f, f->rules[i].rule, REPORT_LANG_EN));
}

/* Where it lies, what is remarked, what is to be brought, and what drafts would change. */
static void write_beside(struct geojson_form *g, const struct parcel_report *p)
{
    struct said t = {g, "", ""};
    for (size_t i = 0; i < p->n_units; i++)
        say(&t, p->units[i].name, p->units[i].name);
    if (parcel_is_outside(g->in->report->snapshot, p))
        say(&t, report_outside_units(REPORT_LANG_ZH), report_outside_units(REPORT_LANG_EN));
    write_said(&t, "place_zh", "place_en");
    say_warnings(&t, p->warnings, p->n_warnings);
    write_said(&t, "remarks_zh", "remarks_en");
    for (int l = 0; l < p->n_layers; l++)
        say_papers(&t, &p->layers[l]);
    write_said(&t, "to_bring_zh", "to_bring_en");
    for (size_t i = 0; i < p->n_drafts; i++)
        say(&t, draft_text(g->in->arena, p, &p->drafts[i], NULL, false),
            draft_text(g->in->arena, p, &p->drafts[i], NULL, true));
    write_said(&t, "drafts_zh", "drafts_en");
}

/* For a page: the zones of the remark on a parcel that lies outside, to choose from. */
static void write_elsewhere(struct json_writer *w, const struct parcel_report *p)
{
    if (p->n_elsewhere == 0)
        return;
    jw_key(w, "zones_elsewhere");
    jw_array_begin(w);
    for (size_t i = 0; i < p->n_elsewhere; i++) {
        const struct geo_crs *crs = &p->elsewhere[i].crs;
        jw_object_begin(w);
        jw_kv_integer(w, "epsg", crs->epsg);
        jw_kv_integer(w, "zone", crs->zone);
        jw_kv_integer(w, "width_deg", crs->zone_width_deg);
        jw_kv_number(w, "meridian_deg", crs->central_meridian_deg);
        jw_kv_string(w, "place_zh", p->elsewhere[i].place_zh);
        jw_object_end(w);
    }
    jw_array_end(w);
}

static void write_parcel(struct geojson_form *g, const struct parcel_report *p)
{
    struct json_writer *w = &g->w;
    feature_begin(w, &p->parcel->shape);
    jw_kv_string(w, "kind", "parcel");
    jw_kv_string(w, "id", p->parcel->id);
    jw_kv_string(w, "name", p->parcel->name);
    jw_kv_string(w, "use", p->parcel->use);
    jw_kv_decimal(w, "area_m2", p->area_m2, 4);
    write_verdict(w, p->verdict);
    jw_kv_string(w, "summary_zh", p->summary_zh);
    jw_kv_string(w, "summary_en", p->summary_en);
    write_beside(g, p);
    write_elsewhere(w, p);
    write_not_examined(g); /* with each parcel: a GIS shows no members of the collection */
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
static void write_missing(struct geojson_form *g)
{
    const struct form_input *in = g->in;
    size_t n = in->maps->n_overlaps_failed;
    jw_kv_integer(&g->w, "shapes_missing", (long long)n);
    if (n == 0)
        return;
    const char *zh = report_shapes_missing(in->arena, n, REPORT_LANG_ZH),
               *en = report_shapes_missing(in->arena, n, REPORT_LANG_EN);
    g->no_memory = g->no_memory || !zh || !en;
    jw_kv_string(&g->w, "shapes_missing_zh", zh);
    jw_kv_string(&g->w, "shapes_missing_en", en);
}

enum status form_geojson(const struct form_input *in, struct buffer *out, struct error *e)
{
    const struct report *r = in->report;
    struct geojson_form g = {.in = in};
    struct said remarks = {&g, "", ""};
    jw_init(&g.w, out, false);
    jw_object_begin(&g.w);
    jw_kv_string(&g.w, "type", "FeatureCollection");
    write_verdict(&g.w, r->verdict);
    jw_kv_bool(&g.w, "synthetic", r->synthetic);
    jw_kv_string(&g.w, "disclaimer_zh", REPORT_DISCLAIMER_ZH);
    write_missing(&g);
    write_not_examined(&g);
    say_warnings(&remarks, r->parcels.warnings, r->parcels.n_warnings);
    write_said(&remarks, "remarks_zh", "remarks_en");
    jw_key(&g.w, "features");
    jw_array_begin(&g.w);
    for (size_t i = 0; i < r->parcels.n_parcels; i++)
        write_parcel(&g, &r->results[i]);
    for (size_t i = 0; i < in->maps->n_overlaps; i++)
        write_overlap(&g.w, r, &in->maps->overlaps[i]);
    jw_array_end(&g.w);
    jw_object_end(&g.w);
    buffer_append_char(out, '\n');
    return g.no_memory ? error_no_memory(e) : buffer_status(out, e);
}
