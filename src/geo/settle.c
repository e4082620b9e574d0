#include "geo/settle.h"

#include "geo/arrangement.h"

#include <math.h>
#include <stdlib.h>

/* Rounded coordinates of a common border leave slits and overlaps of this width, in metres, which mean
 * nothing. */
#define NEAR_M 0.001
/* What may be at stake in what is dissolved: slits along common borders; and less within one ring, whose
 * points are written once. */
#define DISSOLVE_M2 0.1
#define DISSOLVE_RING_M2 1e-5
/* Metres in a degree, or less: tolerances of slits need no more. */
#define DEGREE_M 1e5

struct settler {
    struct arrangement *arrangement;
    struct meaning meaning;
};

enum status settler_new(struct settler **out, struct error *e)
{
    struct settler *s = calloc(1, sizeof *s);
    if (!s)
        return error_no_memory(e);
    enum status st = arrangement_new(&s->arrangement, e);
    if (st != STATUS_OK) {
        settler_free(s);
        return st;
    }
    *out = s;
    return STATUS_OK;
}

void settler_free(struct settler *s)
{
    if (!s)
        return;
    arrangement_free(s->arrangement);
    ring_list_release(&s->meaning.rings);
    free(s);
}

static double length_m(const struct ring_list *l, bool degrees)
{
    double sum = 0;
    for (size_t r = 0; r < l->n_rings; r++) {
        struct ring ring = ring_list_ring(l, r);
        for (size_t i = 0, j = ring.n - 1; i < ring.n; j = i++)
            sum += hypot(ring.x[i] - ring.x[j], ring.y[i] - ring.y[j]);
    }
    return sum * (degrees ? DEGREE_M : 1);
}

static enum settled_how judge(const struct meaning *m, double slits_m2, double repair_m2)
{
    if (!m->known || m->rings.n_rings == 0)
        return SETTLED_REFUSED;
    if (m->stake.m2 <= slits_m2 && m->stake.within_ring_m2 <= DISSOLVE_RING_M2)
        return SETTLED_DISSOLVED;
    return m->stake.m2 <= repair_m2 ? SETTLED_REPAIRED : SETTLED_REFUSED;
}

enum status settle_rings(struct settler *s, struct geo_geos *g, const struct ring_list *in, bool degrees,
                         double repair_m2, struct settled *out)
{
    struct meaning *m = &s->meaning;
    struct error ignored;
    enum status st = arrangement_mean(s->arrangement, g, in, degrees, m, &ignored);
    if (st != STATUS_OK)
        return st;
    double slits_m2 = fmin(NEAR_M * length_m(in, degrees), DISSOLVE_M2);
    bool placed = m->known && m->stake.largest_m2 > 0;
    *out = (struct settled){.how = judge(m, slits_m2, repair_m2),
                            .dissolved = m->ring_touches ? DISSOLVED_TOUCHING_RING : DISSOLVED_PARTS,
                            .rings = &m->rings,
                            .at_stake_m2 = m->known ? fmax(0, m->stake.m2) : NAN,
                            .place = {placed ? m->stake.x : NAN, placed ? m->stake.y : NAN}};
    return STATUS_OK;
}
