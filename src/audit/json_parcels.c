/* Pure but for the file at the end: sums in, text out. Groups are written as they were counted (prefecture ×
 * county × class); whoever shows them adds up over what is not asked for. */
#include "audit/json_parcels.h"

#include "audit/html.h"
#include "audit/outcome.h"
#include "base/file.h"
#include "base/text.h"

#include <math.h>

#include <string.h>

enum { AREA_DECIMALS = 4, PLACE_DECIMALS = 8, N_STATUSES = LAYER_CLEAR + 1 };

static void lines(struct json_writer *w, const struct tally *t)
{
    jw_key(w, "lines");
    jw_array_begin(w);
    for (int l = 0; l < t->lines->n; l++) {
        jw_object_begin(w);
        jw_kv_string(w, "layer", line_at(t->lines, l)->id);
        for (int s = 0; s < N_STATUSES; s++)
            jw_kv_integer(w, layer_status_name((enum layer_status)s), t->status[l][s]);
        jw_object_end(w);
    }
    jw_array_end(w);
}

static const char *prefecture_name(const struct layer_index *ix, const char *code)
{
    for (uint32_t i = 0; ix && i < index_n_features(ix); i++) {
        struct index_feature f = index_feature_at(ix, i);
        if (strcmp(f.code, code) == 0)
            return f.name;
    }
    return "";
}

static void group(struct json_writer *w, const struct line_table *lines, const struct tally_group *g,
                  const struct layer_index *prefectures)
{
    jw_object_begin(w);
    jw_kv_string(w, "prefecture", g->prefecture);
    jw_kv_string(w, "prefecture_name", prefecture_name(prefectures, g->prefecture));
    jw_kv_string(w, "county", g->county);
    jw_kv_string(w, "project_class", g->project_class);
    jw_kv_integer(w, "n", g->n);
    jw_kv_integer(w, "n_unmeasured", g->unmeasured);
    jw_kv_fixed(w, "area_m2", g->unmeasured < g->n ? g->area_m2 : NAN, AREA_DECIMALS);
    verdicts_write(w, g->verdict);
    jw_key(w, "overlaps");
    jw_object_begin(w);
    for (int l = 0; l < lines->n; l++) {
        const struct tally_line *sum = &g->lines[l];
        jw_key(w, line_at(lines, l)->id);
        jw_object_begin(w);
        jw_kv_integer(w, "n", sum->n);
        jw_kv_integer(w, "n_unmeasured", sum->unmeasured);
        jw_kv_fixed(w, "area_m2", sum->unmeasured < g->n ? sum->m2 : NAN, AREA_DECIMALS);
        jw_object_end(w);
    }
    jw_object_end(w);
    jw_object_end(w);
}

/* An area that was not measured is null: never zero. */
static void worst(struct json_writer *w, const struct line_table *lines, const struct tally_case *c)
{
    jw_object_begin(w);
    jw_kv_integer(w, "position", c->position);
    jw_kv_string(w, "id", c->id);
    jw_kv_string(w, "verdict", verdict_name(c->verdict));
    jw_kv_fixed(w, "area_m2", c->area_m2, AREA_DECIMALS);
    jw_kv_fixed(w, "lon", c->lon_deg, PLACE_DECIMALS);
    jw_kv_fixed(w, "lat", c->lat_deg, PLACE_DECIMALS);
    jw_key(w, "overlaps");
    jw_object_begin(w);
    for (int l = 0; l < lines->n; l++)
        jw_kv_fixed(w, line_at(lines, l)->id, c->line_m2[l], AREA_DECIMALS);
    jw_object_end(w);
    jw_object_end(w);
}

static void box(struct json_writer *w, const struct tally *t)
{
    jw_key(w, "bbox");
    if (t->box[0] > t->box[2]) {
        jw_null(w);
        return;
    }
    jw_array_begin(w);
    for (int i = 0; i < 4; i++)
        jw_fixed(w, t->box[i], PLACE_DECIMALS);
    jw_array_end(w);
}

static void write_all(struct json_writer *w, const struct snapshot *s, const struct audit_request *r,
                      const struct tally *t, const struct run_identity *identity,
                      const struct input_remarks *about)
{
    const struct layer_snapshot *p = snapshot_layer(s, "prefectures");
    jw_object_begin(w);
    jw_kv_string(w, "input", text_file_name(r->input));
    jw_kv_string(w, "input_sha256", identity->input);
    jw_kv_string(w, "rules_sha256", identity->rules);
    jw_key(w, "crs_guessed");
    if (about->crs_guessed)
        jw_integer(w, about->crs_guessed);
    else
        jw_null(w);
    audit_notes_write(w, about->notes, about->n_notes);
    jw_kv_bool(w, "synthetic", html_is_synthetic(s));
    jw_kv_integer(w, "n_parcels", t->n);
    jw_kv_integer(w, "n_unmeasured", t->unmeasured);
    jw_kv_integer(w, "n_findings", t->n_findings);
    verdicts_write(w, t->verdict);
    box(w, t);
    lines(w, t);
    jw_key(w, "worst");
    jw_array_begin(w);
    for (size_t i = 0; i < t->n_worst; i++)
        worst(w, t->lines, &t->worst[i]);
    jw_array_end(w);
    jw_key(w, "groups");
    jw_array_begin(w);
    for (size_t i = 0; i < t->n_groups; i++)
        group(w, t->lines, &t->groups[i], p ? p->index : NULL);
    jw_array_end(w);
    jw_object_end(w);
}

enum status json_parcels_write(const struct snapshot *s, const struct audit_request *r, const struct tally *t,
                               const struct run_identity *identity, const struct input_remarks *about,
                               struct error *e)
{
    struct buffer b;
    struct json_writer w;
    buffer_init(&b, 0);
    jw_init(&w, &b, false);
    write_all(&w, s, r, t, identity, about);
    buffer_append_char(&b, '\n');
    enum status st = buffer_status(&b, e);
    if (!st)
        st = file_write_atomic(r->summary_json, b.data, b.size, e);
    buffer_release(&b);
    return st;
}
