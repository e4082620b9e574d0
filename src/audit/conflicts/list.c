#include "audit/conflicts/list.h"

#include "base/file.h"

static void write_finding(struct json_writer *w, const struct conflict_finding *f)
{
    jw_object_begin(w);
    jw_kv_string(w, "id", f->id);
    jw_kv_string(w, "change", conflict_change_name(f->change));
    jw_kv_string(w, "kind", conflict_kind_name(f->kind));
    jw_kv_string(w, "kind_zh", conflict_kind_zh(f->kind));
    jw_kv_integer(w, "severity", f->severity);
    jw_kv_bool(w, "sliver", f->sliver);
    jw_kv_fixed(w, "area_m2", f->area_m2, 4);
    jw_kv_fixed(w, "width_m", f->width_m, 4);
    jw_kv_string(w, "layer_a", f->layer_a);
    jw_kv_string(w, "code_a", f->code_a);
    jw_kv_string(w, "zone_a", f->zone_a);
    jw_kv_string(w, "layer_b", f->layer_b);
    jw_kv_string(w, "code_b", f->code_b);
    jw_kv_string(w, "zone_b", f->zone_b);
    jw_kv_string(w, "county", f->county);
    jw_kv_string(w, "prefecture", f->prefecture_name);
    jw_kv_fixed(w, "lon", f->lon_deg, 8);
    jw_kv_fixed(w, "lat", f->lat_deg, 8);
    jw_kv_string(w, "rule", f->rule);
    jw_kv_string(w, "basis", f->basis);
    jw_kv_string(w, "note_zh", f->note_zh);
    jw_kv_string(w, "note_en", f->note_en);
    jw_object_end(w);
}

void conflict_counts_write(struct json_writer *w, const struct conflict_report *r)
{
    jw_kv_integer(w, "n_findings", (long long)(r->n_findings - r->n_fixed));
    jw_kv_integer(w, "n_slivers", (long long)r->n_sliver);
    jw_kv_bool(w, "compared", r->compared);
    jw_kv_integer(w, "n_new", (long long)r->n_new);
    jw_kv_integer(w, "n_still", (long long)r->n_still);
    jw_kv_integer(w, "n_fixed", (long long)r->n_fixed);
    jw_key(w, "kinds");
    jw_array_begin(w);
    for (int k = 0; k < CONFLICT_KIND_COUNT; k++) {
        if (!r->by_kind[k])
            continue;
        jw_object_begin(w);
        jw_kv_string(w, "kind", conflict_kind_name((enum conflict_kind)k));
        jw_kv_string(w, "zh", conflict_kind_zh((enum conflict_kind)k));
        jw_kv_integer(w, "n", (long long)r->by_kind[k]);
        jw_object_end(w);
    }
    jw_array_end(w);
    jw_kv_integer(w, "n_not_examined", (long long)r->n_not_examined);
}

void conflict_ties_write(struct json_writer *w, const struct conflict_tie *ties, size_t n)
{
    jw_array_begin(w);
    for (size_t i = 0; i < n; i++) {
        const struct conflict_tie *t = &ties[i];
        jw_object_begin(w);
        jw_kv_string(w, "relation", tie_name(t->tie));
        jw_kv_string(w, "layer_a", t->layer_a);
        jw_kv_string(w, "title_a", t->title_a);
        jw_kv_string(w, "layer_b", t->layer_b);
        jw_kv_string(w, "title_b", t->title_b);
        jw_kv_string(w, "unit", t->unit);
        jw_kv_string(w, "unit_name", t->unit_name);
        jw_kv_bool(w, "examined", t->examined);
        if (t->examined && t->tie != TIE_SHARE)
            jw_kv_integer(w, "n_findings", (long long)t->n_findings);
        jw_kv_fixed(w, "area_m2", t->area_m2, 4);
        jw_kv_fixed(w, "outside_m2", t->outside_m2, 4);
        jw_kv_fixed(w, "of_m2", t->of_m2, 4);
        jw_kv_fixed(w, "share", t->share, 6);
        jw_kv_string(w, "note_zh", t->note_zh);
        jw_kv_string(w, "note_en", t->note_en);
        jw_object_end(w);
    }
    jw_array_end(w);
}

enum status conflict_list_write(const struct conflict_report *r, size_t most, const char *path,
                                struct error *e)
{
    struct buffer b;
    struct json_writer w;
    buffer_init(&b, 0);
    jw_init(&w, &b, false);
    jw_object_begin(&w);
    jw_kv_bool(&w, "synthetic", r->synthetic);
    conflict_counts_write(&w, r);
    jw_key(&w, "relations");
    conflict_ties_write(&w, r->ties, r->n_ties);
    jw_key(&w, "findings");
    jw_array_begin(&w);
    for (size_t i = 0; i < r->n_findings && i < most; i++)
        write_finding(&w, &r->findings[i]);
    jw_array_end(&w);
    jw_object_end(&w);
    buffer_append_char(&b, '\n');
    enum status s = buffer_status(&b, e);
    if (!s)
        s = file_write_atomic(path, b.data, b.size, e);
    buffer_release(&b);
    return s;
}
