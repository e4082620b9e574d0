/* What a request leaves open, decided in the open. */
#include "layers/ingest_parts.h"
#include "layers/layer_table.h"
#include "layers/mapping.h"

#include <stdio.h>
#include <string.h>

static void fill(const char **to, const char *with)
{
    if (!*to)
        *to = with;
}

enum status ingest_settle_mapping(struct ingest_request *r, struct source_zones *zones, struct arena *a,
                                  struct error *e)
{
    struct mapping m = {0};
    enum status st = r->mapping_path ? mapping_read(r->mapping_path, a, &m, e) : STATUS_OK;
    if (st != STATUS_OK)
        return st;
    fill(&r->layer, m.layer);
    fill(&r->source_layer, m.source_layer);
    fill(&r->fields.id, m.fields.id);
    fill(&r->fields.name, m.fields.name);
    fill(&r->fields.zone, m.fields.zone);
    fill(&r->fields.zone_code, m.fields.zone_code);
    fill(&r->fields.county, m.fields.county);
    fill(&r->fields.area, m.fields.area);
    fill(&r->unit, m.unit);
    if (!r->epsg)
        r->epsg = m.epsg;
    *zones = m.zones;
    return STATUS_OK;
}

void ingest_crs_text(const struct geo_crs *crs, char out[256])
{
    const struct geo_datum_shift *d = &crs->shift;
    int n = snprintf(out, 256, "EPSG:%d", crs->epsg);
    if (d->given)
        snprintf(out + n, 256 - (size_t)n, " + Helmert %.10g,%.10g,%.10g,%.10g,%.10g,%.10g,%.10g %s",
                 d->t_m[0], d->t_m[1], d->t_m[2], d->r_arcsec[0], d->r_arcsec[1], d->r_arcsec[2],
                 d->scale_ppm, d->position_vector ? "position_vector" : "coordinate_frame");
}

static const char *copy_of(struct arena *a, const char *text)
{
    return text ? arena_strdup(a, text) : NULL;
}

/* Titles of sample data do not pass to official data, nor the other way round. */
static void fill_from_known(const struct store_version *v, struct ingest_request *r)
{
    if (v->synthetic == r->synthetic && v->reference_only == r->reference_only) {
        fill(&r->title_zh, v->title_zh);
        fill(&r->title_en, v->title_en);
    }
    fill(&r->kind, v->kind);
}

static enum status fill_from_table(struct store *s, struct ingest_request *r, struct arena *a,
                                   struct error *e)
{
    struct layer_table t;
    enum status st = layer_table_read(s, &t, e);
    if (st != STATUS_OK)
        return st;
    fill(&r->title_zh, copy_of(a, layer_table_text(&t, r->layer, "title_zh")));
    fill(&r->title_en, copy_of(a, layer_table_text(&t, r->layer, "title_en")));
    fill(&r->kind, copy_of(a, layer_table_text(&t, r->layer, "kind")));
    layer_table_release(&t);
    return STATUS_OK;
}

enum status ingest_settle_layer(struct store *s, const struct source_info *info, struct ingest_request *r,
                                struct arena *a, struct error *e)
{
    struct store_version known;
    struct error none;
    r->layer = info->target;
    enum status found = store_current_version(s, r->layer, a, &known, &none);
    if (found == STATUS_OK)
        fill_from_known(&known, r);
    else if (found != STATUS_NOT_FOUND) {
        if (e)
            *e = none;
        return found;
    }
    enum status st = fill_from_table(s, r, a, e);
    if (found == STATUS_OK) { /* a layer that no standard knows keeps the name that it had */
        fill(&r->title_zh, known.title_zh);
        fill(&r->title_en, known.title_en);
    }
    fill(&r->title_zh, r->layer);
    fill(&r->title_en, r->title_zh);
    fill(&r->kind, "line");
    fill(&r->label, r->synthetic ? "示例数据" : "");
    return st;
}
