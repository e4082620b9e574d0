/* Where a parcel meets a line, unit by unit. */
#include "check/check.h"

#include <limits.h>
#include <math.h>
#include <string.h>

/* How much of the parcel lies in units of the layer. */
static double area_in_units(const struct parcel_report *p, const struct layer_snapshot *layer)
{
    double m2 = 0;
    for (size_t i = 0; i < p->n_units; i++)
        m2 += strcmp(p->units[i].layer, layer->version.layer) == 0 ? p->units[i].area_m2 : 0;
    return m2;
}

/* The smallest whose units hold the whole parcel: villages may be loaded of one county only, and the parcel
 * lie in another. When none do, those that hold most of it. */
const struct unit_layer *parcel_smallest_units(const struct snapshot *snapshot, const struct parcel_report *p,
                                               int digits)
{
    const struct unit_layer *levels, *most = NULL;
    double most_m2 = 0;
    for (size_t i = snapshot_units(snapshot, &levels); i-- > 0;) {
        bool asked = layer_is_measurable(levels[i].layer) && levels[i].level->digits <= digits;
        double m2 = asked ? area_in_units(p, levels[i].layer) : -1;
        if (m2 >= 0 && measure_is_covered(p->area_m2 - m2, p->area_m2))
            return &levels[i];
        if (m2 >= 0 && (!most || m2 > most_m2)) {
            most = &levels[i];
            most_m2 = m2;
        }
    }
    return most;
}

struct splitting {
    struct check_worker *w;
    const struct layer_snapshot *units;
    const struct parcel_report *p;
    const struct layer_finding *f;
    struct zones_in_units *out;
    size_t capacity;
};

static enum status add(struct splitting *s, int zone, const char *code, const char *name, double area_m2,
                       struct error *e)
{
    if (!ARENA_RESERVE(s->w->arena, s->out->items, s->capacity, s->out->n + 1))
        return error_no_memory(e);
    s->out->items[s->out->n++] = (struct zone_in_unit){s->f->line, zone, code, name, area_m2};
    return STATUS_OK;
}

/* What of the zone's area no unit took is said to lie in none. */
static enum status add_rest(struct splitting *s, int zone, double rest_m2, struct error *e)
{
    return rest_m2 > fmax(0.01, 1e-9 * s->p->area_m2) ? add(s, zone, "", "", rest_m2, e) : STATUS_OK;
}

static enum status split_shape(struct splitting *s, int zone, double zone_m2, struct error *e)
{
    const struct zone_filter only = {s->f->line, zone};
    const struct overlap *o = NULL;
    struct geo_shape shape;
    size_t n = 0;
    enum status st = check_overlap_pieces(s->w, s->f->layer, &s->p->parcel->shape, &only, &shape, e);
    if (!st && shape.n_rings > 0) {
        overlap_prepare(s->w->scratch, &shape);
        st = overlap_measure(s->w->scratch, s->units->index, &o, &n, e);
    }
    double rest = zone_m2;
    for (size_t i = 0; !st && i < n; i++) {
        struct index_feature unit = index_feature_at(s->units->index, o[i].feature);
        rest -= o[i].area_m2;
        if (o[i].area_m2 > measure_floor_m2(s->p->area_m2))
            st = add(s, zone, unit.code, unit.name, o[i].area_m2, e);
    }
    return st ? st : add_rest(s, zone, rest, e);
}

/* The one unit in which the whole parcel lies; NULL: it lies in several, or in none. */
static const struct parcel_unit *only_unit(const struct splitting *s)
{
    const struct parcel_unit *found = NULL;
    for (size_t i = 0; i < s->p->n_units; i++) {
        if (strcmp(s->p->units[i].layer, s->units->version.layer) != 0)
            continue;
        if (found)
            return NULL;
        found = &s->p->units[i];
    }
    return found && measure_is_covered(s->p->area_m2 - found->area_m2, s->p->area_m2) ? found : NULL;
}

enum status check_zones_in_units(struct check_worker *w, const struct snapshot *snapshot,
                                 const struct parcel_report *p, const struct layer_finding *f,
                                 struct zones_in_units *out, struct error *e)
{
    const struct unit_layer *smallest = parcel_smallest_units(snapshot, p, INT_MAX);
    struct splitting s = {.w = w, .units = smallest ? smallest->layer : NULL, .p = p, .f = f, .out = out};
    enum status st = STATUS_OK;
    *out = (struct zones_in_units){.n = 0};
    if (!s.units || f->status != LAYER_OVERLAP)
        return STATUS_OK;
    const struct parcel_unit *one = only_unit(&s);
    double m2[ZONES_MAX + 1];
    layer_finding_zones_m2(f, m2);
    for (int zone = 0; !st && zone <= f->line->n_zones; zone++)
        if (m2[zone] > 0)
            st = one ? add(&s, zone, one->code, one->name, m2[zone], e) : split_shape(&s, zone, m2[zone], e);
    return st;
}
