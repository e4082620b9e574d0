#include "report/forms.h"

#include "base/decimal.h"
#include "check/engine_versions.h"
#include "formats/json.h"
#include "report/identity.h"
#include "report/parameters.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Decimals, by the quantity that they belong to: 0.0001 m2 is the floor of a measurement
 * (MEASURE_FLOOR_M2). */
enum { M2_DECIMALS = 4, SHARE_DECIMALS = 6, WIDTH_DECIMALS = 3 };

static void kv_m2(struct json_writer *w, const char *key, double area_m2)
{
    jw_kv_decimal(w, key, area_m2, M2_DECIMALS);
}

/* What is written, and in which format. */
struct json_form {
    struct json_writer w;
    const struct report *r;
    struct arena *arena;
    bool claims; /* from format 2 on: claims, definitions, units, and what was not examined */
    bool no_memory;
};

static const char *kept(struct json_form *j, const char *text)
{
    j->no_memory = j->no_memory || !text;
    return text;
}

/* Hectares and mu follow from the square metres as they are printed, so that page, text and paper say the
 * same. */
static void kv_area_in_three_units(struct json_writer *w, double area_m2)
{
    int64_t cents;
    bool known = decimal_units(area_m2, 2, &cents);
    const struct decimal_area a = decimal_area_of(known ? cents : 0);
    const struct {
        const char *key, *text;
    } units[] = {{"area_ha", a.ha}, {"area_mu", a.mu}};
    kv_m2(w, "area_m2", area_m2);
    for (int i = 0; i < 2; i++) {
        jw_key(w, units[i].key);
        if (known)
            jw_raw(w, units[i].text, strlen(units[i].text));
        else
            jw_null(w);
    }
}

static void kv_verdict(struct json_writer *w, enum verdict v)
{
    jw_kv_string(w, "verdict", verdict_name(v));
    jw_kv_string(w, "verdict_zh", verdict_zh(v));
}

static void write_warnings(struct json_writer *w, const struct feature_note *warnings, size_t n)
{
    jw_key(w, "warnings");
    jw_array_begin(w);
    for (size_t i = 0; i < n; i++) {
        jw_object_begin(w);
        jw_kv_string(w, "code", warnings[i].code);
        jw_kv_string(w, "zh", warnings[i].zh);
        jw_kv_string(w, "en", warnings[i].en);
        jw_object_end(w);
    }
    jw_array_end(w);
}

static void write_input(struct json_writer *w, const struct parcel_set *set, int epsg)
{
    char hex[SHA256_HEX_SIZE], crs[24];
    snprintf(crs, sizeof crs, "EPSG:%d", epsg);
    sha256_to_hex(set->sha256, hex);
    jw_key(w, "input");
    jw_object_begin(w);
    jw_kv_string(w, "format", parcel_format_name(set->format));
    jw_kv_string(w, "sha256", hex);
    jw_kv_string(w, "crs_given", epsg ? crs : NULL);
    jw_kv_string(w, "crs_note", set->crs_note);
    jw_kv_string(w, "crs_note_en", set->crs_note_en);
    jw_object_end(w);
}

static void write_features(struct json_writer *w, const struct layer_finding *f)
{
    jw_key(w, "features");
    jw_array_begin(w);
    for (size_t i = 0; i < f->n_features; i++) {
        const struct feature_overlap *o = &f->features[i];
        jw_object_begin(w);
        jw_kv_integer(w, "id", o->feature_id);
        jw_kv_string(w, "code", o->code);
        jw_kv_string(w, "name", o->name);
        jw_kv_string(w, "zone", o->zone);
        kv_m2(w, "area_m2", o->area_m2);
        jw_kv_decimal(w, "width_m", o->width_m, WIDTH_DECIMALS);
        jw_kv_bool(w, "sliver", o->sliver);
        jw_object_end(w);
    }
    jw_array_end(w);
}

static void write_zones(struct json_form *j, const struct layer_finding *f, double parcel_m2)
{
    struct json_writer *w = &j->w;
    jw_key(w, "zones");
    jw_array_begin(w);
    for (size_t i = 0; i < f->n_zones; i++) {
        jw_object_begin(w);
        jw_kv_string(w, "zone", f->zones[i].zone);
        kv_m2(w, "area_m2", f->zones[i].area_m2);
        jw_kv_decimal(w, "share", parcel_m2 > 0 ? f->zones[i].area_m2 / parcel_m2 : NAN, SHARE_DECIMALS);
        if (j->claims) {
            int z = line_zone_of(f->line, f->zones[i].zone);
            jw_kv_string(w, "title_zh", line_zone_title(f->line, f->zones[i].zone));
            jw_kv_string(w, "group", z < f->line->n_zones ? f->line->zones[z].group : "");
        }
        jw_object_end(w);
    }
    jw_array_end(w);
}

static void write_rule(struct json_form *j, const struct rule_hit *hit)
{
    struct json_writer *w = &j->w;
    const struct rule *rule = hit->rule;
    jw_object_begin(w);
    jw_kv_string(w, "id", rule->id);
    kv_verdict(w, rule->verdict);
    jw_kv_integer(w, "severity", rule->severity);
    jw_kv_string(w, "title_zh", rule->title_zh);
    jw_kv_string(w, "title_en", rule->title_en);
    jw_kv_string(w, "needs_zh", rule->needs_zh);
    jw_kv_string(w, "needs_en", rule->needs_en);
    jw_kv_string(w, "basis", rule->basis);
    jw_kv_string(w, "confidence", rule->confidence);
    jw_kv_string(w, "source", rule->source);
    kv_m2(w, "area_m2", hit->area_m2);
    jw_kv_bool(w, "class_assumed", hit->class_assumed);
    jw_kv_string(w, "class_note_zh", class_note_zh(hit->class_note));
    jw_kv_string(w, "class_note_en", class_note_en(hit->class_note));
    if (j->claims) {
        jw_kv_string(w, "verdict_here", verdict_name(hit->verdict));
        jw_kv_bool(w, "paper_missing", hit->paper_missing);
        jw_kv_string(w, "unit", rule->unit);
    }
    jw_object_end(w);
}

static void write_rules(struct json_form *j, const struct layer_finding *f)
{
    jw_key(&j->w, "rules");
    jw_array_begin(&j->w);
    for (size_t i = 0; i < f->n_rules; i++)
        write_rule(j, &f->rules[i]);
    jw_array_end(&j->w);
}

static void write_claim(struct json_form *j, const struct claim *c)
{
    struct json_writer *w = &j->w;
    jw_object_begin(w);
    jw_kv_string(w, "layer", c->line->id);
    jw_kv_string(w, "class", c->project_class);
    jw_key(w, "item");
    if (c->item)
        jw_integer(w, c->item);
    else
        jw_null(w);
    jw_kv_string(w, "title_zh", kept(j, report_claim_title(j->arena, c, REPORT_LANG_ZH)));
    jw_kv_string(w, "title_en", kept(j, report_claim_title(j->arena, c, REPORT_LANG_EN)));
    jw_kv_string(w, "document", c->document);
    jw_kv_string(w, "date", c->date);
    jw_kv_string(w, "by", c->by);
    jw_object_end(w);
}

static void write_claims(struct json_form *j)
{
    jw_key(&j->w, "claims");
    jw_array_begin(&j->w);
    for (size_t i = 0; i < j->r->claims.n; i++)
        write_claim(j, &j->r->claims.of[i]);
    jw_array_end(&j->w);
}

static void write_layer_identity(struct json_writer *w, const struct layer_finding *f)
{
    jw_kv_string(w, "layer", f->line->id);
    jw_kv_string(w, "title_zh", report_layer_title(f, REPORT_LANG_ZH));
    jw_kv_string(w, "title_en", report_layer_title(f, REPORT_LANG_EN));
    jw_key(w, "version");
    if (f->layer)
        jw_integer(w, f->layer->version.version_no);
    else
        jw_null(w);
    jw_kv_string(w, "status", layer_status_name(f->status));
    jw_kv_string(w, "status_zh", layer_finding_zh(f));
}

static void write_layer(struct json_form *j, const struct layer_finding *f, double parcel_m2)
{
    struct json_writer *w = &j->w;
    jw_object_begin(w);
    write_layer_identity(w, f);
    kv_area_in_three_units(w, f->area_m2);
    jw_kv_decimal(w, "share", f->share, SHARE_DECIMALS);
    kv_m2(w, "sum_m2", f->sum_m2);
    kv_m2(w, "uncovered_m2", f->uncovered_m2);
    jw_kv_bool(w, "inside", f->inside);
    jw_kv_bool(w, "touches", f->touches);
    jw_kv_bool(w, "synthetic", f->layer && f->layer->version.synthetic);
    jw_kv_string(w, "label", f->layer ? f->layer->version.label : "");
    jw_kv_string(w, "reason_zh", f->reason_zh ? f->reason_zh : "");
    jw_kv_string(w, "reason_en", f->reason_en ? f->reason_en : "");
    write_features(w, f);
    write_zones(j, f, parcel_m2);
    write_rules(j, f);
    if (j->claims) {
        jw_kv_string(w, "relation", line_relation_name(f->line->relation));
        jw_kv_bool(w, "must", f->line->must);
        kv_verdict(w, f->verdict);
        jw_key(w, "claim");
        if (f->claim)
            write_claim(j, f->claim);
        else
            jw_null(w);
    }
    jw_object_end(w);
}

static void write_parcel_figures(struct json_writer *w, const struct parcel_report *p)
{
    char crs[24];
    snprintf(crs, sizeof crs, "EPSG:%d", p->parcel->crs.epsg);
    jw_kv_string(w, "id", p->parcel->id);
    jw_kv_string(w, "name", p->parcel->name);
    jw_kv_string(w, "use", p->parcel->use);
    jw_kv_string(w, "crs", crs);
    kv_area_in_three_units(w, p->area_m2);
    kv_m2(w, "geodesic_area_m2", parcel_report_geodesic_area_m2(p));
    kv_m2(w, "standard_area_m2", parcel_report_standard_area_m2(p));
    kv_m2(w, "declared_area_m2", p->parcel->declared_area_m2);
}

static void write_units(struct json_form *j, const struct parcel_report *p)
{
    jw_key(&j->w, "units");
    jw_array_begin(&j->w);
    for (size_t i = 0; i < p->n_units; i++) {
        jw_object_begin(&j->w);
        jw_kv_string(&j->w, "layer", p->units[i].layer);
        jw_kv_string(&j->w, "code", p->units[i].code);
        jw_kv_string(&j->w, "name", p->units[i].name);
        kv_m2(&j->w, "area_m2", p->units[i].area_m2);
        jw_object_end(&j->w);
    }
    jw_array_end(&j->w);
}

/* The papers that claims lack, each once for each rule that needs it. */
static void write_todo(struct json_form *j, const struct parcel_report *p)
{
    jw_key(&j->w, "todo");
    jw_array_begin(&j->w);
    for (int l = 0; l < p->n_layers; l++)
        for (size_t i = 0; i < p->layers[l].n_rules; i++) {
            const struct layer_finding *f = &p->layers[l];
            const struct rule *rule = f->rules[i].rule;
            if (!f->rules[i].paper_missing)
                continue;
            jw_object_begin(&j->w);
            jw_kv_string(&j->w, "layer", f->line->id);
            jw_kv_string(&j->w, "rule", rule->id);
            jw_kv_string(&j->w, "zh", kept(j, report_paper_missing(j->arena, f, rule, REPORT_LANG_ZH)));
            jw_kv_string(&j->w, "en", kept(j, report_paper_missing(j->arena, f, rule, REPORT_LANG_EN)));
            jw_object_end(&j->w);
        }
    jw_array_end(&j->w);
}

/* What drafts would change; no member where there is none, so that reports of before stay as they are. */
static void write_draft(struct json_form *j, const struct parcel_report *p, const struct draft_outcome *o)
{
    struct json_writer *w = &j->w;
    jw_object_begin(w);
    jw_kv_string(w, "layer", o->now->line->id);
    jw_kv_integer(w, "version", o->draft->layer.version.version_no);
    jw_kv_bool(w, "measured", o->measured);
    jw_kv_bool(w, "changes", o->changes);
    kv_m2(w, "area_m2_now", o->now->area_m2);
    kv_m2(w, "area_m2", o->then.area_m2);
    jw_kv_string(w, "status_now", layer_status_name(o->now->status));
    jw_kv_string(w, "status", layer_status_name(o->then.status));
    jw_kv_string(w, "layer_verdict_now", verdict_name(o->now->verdict));
    jw_kv_string(w, "layer_verdict", verdict_name(o->then.verdict));
    jw_kv_string(w, "verdict_now", verdict_name(p->verdict));
    jw_kv_string(w, "verdict", verdict_name(o->verdict));
    jw_kv_string(w, "zh", kept(j, draft_text(j->arena, p, o, NULL, false)));
    jw_kv_string(w, "en", kept(j, draft_text(j->arena, p, o, NULL, true)));
    jw_object_end(w);
}

static void write_parcel_drafts(struct json_form *j, const struct parcel_report *p)
{
    if (p->n_drafts == 0)
        return;
    jw_key(&j->w, "drafts");
    jw_array_begin(&j->w);
    for (size_t i = 0; i < p->n_drafts; i++)
        write_draft(j, p, &p->drafts[i]);
    jw_array_end(&j->w);
}

static void write_parcel(struct json_form *j, const struct parcel_report *p)
{
    struct json_writer *w = &j->w;
    jw_object_begin(w);
    write_parcel_figures(w, p);
    kv_verdict(w, p->verdict);
    jw_kv_string(w, "summary_zh", p->summary_zh);
    jw_kv_string(w, "summary_en", p->summary_en);
    jw_key(w, "layers");
    jw_array_begin(w);
    for (int i = 0; i < p->n_layers; i++)
        write_layer(j, &p->layers[i], p->area_m2);
    jw_array_end(w);
    if (j->claims) {
        write_units(j, p);
        write_todo(j, p);
        write_parcel_drafts(j, p);
    }
    write_warnings(w, p->warnings, p->n_warnings);
    jw_object_end(w);
}

static void write_record(struct json_writer *w, const struct report_record *record)
{
    jw_key(w, "record");
    if (!record) {
        jw_null(w);
        return;
    }
    jw_object_begin(w);
    jw_kv_integer(w, "id", record->id);
    jw_kv_string(w, "sha256", record->sha256);
    jw_kv_string(w, "officer", record->officer);
    jw_kv_string(w, "project_name", record->project_name);
    jw_kv_string(w, "kept_at", record->kept_at);
    jw_object_end(w);
}

static bool says(const char *text)
{
    return text && *text;
}

static bool has_project(const struct report_project *p)
{
    return p && (says(p->name) || says(p->code) || says(p->builder) || says(p->district));
}

/* Whose the parcels are, as the applicant said: nothing was computed from it. Of a kept check, as it was
 * kept, where nothing else is said. */
static void write_project(struct json_writer *w, const struct report_project *said,
                          const struct report_record *kept)
{
    struct report_project p = {.name = NULL};
    if (has_project(said))
        p = *said;
    else if (kept)
        p = (struct report_project){.name = kept->project_name,
                                    .code = kept->project_code,
                                    .builder = kept->builder,
                                    .district = kept->district};
    jw_key(w, "project");
    if (!has_project(&p)) {
        jw_null(w);
        return;
    }
    jw_object_begin(w);
    jw_kv_string(w, "name", p.name ? p.name : "");
    jw_kv_string(w, "code", p.code ? p.code : "");
    jw_kv_string(w, "builder", p.builder ? p.builder : "");
    jw_kv_string(w, "district", p.district ? p.district : "");
    jw_object_end(w);
}

static void write_head(struct json_writer *w, const struct report *r)
{
    jw_key(w, "engine");
    report_engine_json(w);
    write_record(w, r->record);
    jw_kv_string(w, "area_basis", REPORT_AREA_BASIS);
    jw_key(w, "sliver_policy");
    jw_object_begin(w);
    jw_kv_number(w, "area_m2", r->slivers.area_m2);
    jw_kv_number(w, "width_m", r->slivers.width_m);
    jw_object_end(w);
    jw_kv_string(w, "project_class", r->project_class);
    kv_verdict(w, r->verdict);
    jw_kv_bool(w, "synthetic", r->synthetic);
    jw_kv_string(w, "disclaimer_zh", REPORT_DISCLAIMER_ZH);
}

static void write_parameters(struct json_form *j)
{
    const struct report *r = j->r;
    const struct engine_versions *v = engine_versions();
    char input[SHA256_HEX_SIZE], digest[SHA256_HEX_SIZE], crs[24];
    const struct line_table *lines = report_lines(r);
    struct report_parameters p = {.format = j->claims ? REPORT_FORMAT : 1,
                                  .engine = report_engine_version(),
                                  .geos = v->geos,
                                  .proj = v->proj,
                                  .sqlite = v->sqlite,
                                  .area_basis = REPORT_AREA_BASIS,
                                  .slivers = r->slivers,
                                  .project_class = r->project_class,
                                  .crs_given = r->epsg ? crs : NULL,
                                  .input_sha256 = input,
                                  .rules_version = snapshot_rules(r->snapshot)->version,
                                  .verdict = verdict_name(r->verdict),
                                  .claims = kept(j, claims_text(&r->claims, j->arena))};
    sha256_to_hex(r->parcels.sha256, input);
    snprintf(crs, sizeof crs, "EPSG:%d", r->epsg);
    const struct store_version *used[REPORT_LAYERS_MAX];
    size_t n = report_layers_used(r, j->claims, used);
    for (size_t i = 0; i < n; i++)
        p.layer_uids[i] = used[i]->uid;
    for (int i = 0; i < lines->n; i++)
        p.definitions[i] = line_at(lines, i)->definition;
    for (int i = 0; i < lines->n_rest; i++)
        p.rest[i] = lines->rest[i].definition;
    size_t n_drafts = report_n_drafts(r);
    const char **drafts = arena_array(j->arena, n_drafts + 1, sizeof *drafts);
    for (size_t i = 0; drafts && i < n_drafts; i++)
        drafts[i] = r->results[0].drafts[i].draft->layer.version.uid;
    p.drafts = drafts;
    j->no_memory = j->no_memory || !drafts;
    report_parameters_digest(&p, digest);
    jw_kv_string(&j->w, "parameters_sha256", digest);
}

/* Each examined line and the text by which it was examined; and those that were not, with why. */
static void write_definitions(struct json_form *j)
{
    const struct line_table *lines = report_lines(j->r);
    struct json_writer *w = &j->w;
    jw_key(w, "definitions");
    jw_array_begin(w);
    for (int l = 0; l < lines->n; l++) {
        jw_object_begin(w);
        jw_kv_string(w, "layer", line_at(lines, l)->id);
        jw_kv_string(w, "sha256", line_at(lines, l)->definition);
        jw_object_end(w);
    }
    jw_array_end(w);
    jw_key(w, "not_examined");
    jw_array_begin(w);
    for (int l = 0; l < lines->n_rest; l++) {
        jw_object_begin(w);
        jw_kv_string(w, "layer", lines->rest[l].id);
        jw_kv_string(w, "sha256", lines->rest[l].definition);
        jw_kv_string(w, "title_zh", lines->rest[l].title_zh);
        jw_kv_string(w, "title_en", lines->rest[l].title_en);
        jw_object_end(w);
    }
    jw_array_end(w);
}

enum status form_json(const struct form_input *in, struct buffer *out, struct error *e)
{
    const struct report *r = in->report;
    struct json_form j = {.r = r, .arena = in->arena, .claims = in->format != 1};
    struct json_writer *w = &j.w;
    jw_init(w, out, true);
    jw_object_begin(w);
    if (j.claims)
        jw_kv_integer(w, "format", REPORT_FORMAT);
    write_head(w, r);
    write_input(w, &r->parcels, r->epsg);
    jw_kv_string(w, "rules_version", snapshot_rules(r->snapshot)->version);
    if (j.claims) {
        write_project(w, in->project, r->record);
        write_claims(&j);
        write_definitions(&j);
    }
    write_parameters(&j);
    write_warnings(w, r->parcels.warnings, r->parcels.n_warnings);
    jw_key(w, "layers_used");
    report_layers_json(w, r, j.claims);
    if (j.claims && report_n_drafts(r) > 0) {
        jw_key(w, "drafts");
        report_drafts_json(w, r);
    }
    jw_key(w, "parcels");
    jw_array_begin(w);
    for (size_t i = 0; i < r->parcels.n_parcels; i++)
        write_parcel(&j, &r->results[i]);
    jw_array_end(w);
    jw_object_end(w);
    buffer_append_char(out, '\n');
    return j.no_memory ? error_no_memory(e) : buffer_status(out, e);
}
