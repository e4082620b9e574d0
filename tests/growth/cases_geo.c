/* What the meaning and the validity of one feature's rings cost as its holes become more. */
#include "geo/quick_valid.h"
#include "geo/settle.h"
#include "growth/growth.h"

#include <math.h>

struct holes_work {
    struct settler *settler;
    struct quick_valid *quick;
    struct geo_geos *geos;
    struct ring_list rings;
    struct geo_shape_builder shape;
    struct arena *arena;
};

static void add(struct ring_list *l, int32_t hole_of, const double *xy, size_t n)
{
    ring_list_begin(l, hole_of);
    for (size_t i = 0; i <= n; i++)
        ring_list_point(l, xy[2 * (i % n)], xy[2 * (i % n) + 1]);
}

/* A field of a degree with n holes along its southern border: each stands upon it with a corner (`touch`),
 * or a little above it. */
static void holes_make(struct holes_work *w, size_t n, bool touch)
{
    struct error e = {0};
    const double field[] = {111, 40, 112, 40, 112, 40.5, 111, 40.5};
    *w = (struct holes_work){.arena = arena_new((size_t)1 << 30)};
    growth_must(settler_new(&w->settler, &e), &e);
    growth_must(quick_valid_new(&w->quick, &e), &e);
    growth_must(geo_geos_new(&w->geos, &e), &e);
    geo_shape_builder_init(&w->shape);
    add(&w->rings, -1, field, 4);
    double wide = 1.0 / (double)(n + 1), foot = touch ? 40 : 40 + 0.1 * wide;
    for (size_t i = 0; i < n; i++) {
        double x = 111 + wide * (double)(i + 1);
        const double hole[] = {x, foot, x - 0.3 * wide, foot + 0.5 * wide, x + 0.3 * wide, foot + 0.5 * wide};
        add(&w->rings, 0, hole, 3);
    }
}

static void view(struct holes_work *w, struct geo_shape *out)
{
    struct error e = {0};
    const struct ring_list *l = &w->rings;
    for (size_t r = 0; r < l->n_rings; r++) {
        struct ring ring = ring_list_ring(l, r);
        if (l->hole_of[r] < 0)
            geo_shape_builder_polygon(&w->shape);
        geo_shape_builder_ring(&w->shape);
        for (size_t i = 0; i < ring.n; i++)
            geo_shape_builder_point(&w->shape, ring.x[i], ring.y[i]);
    }
    growth_must(geo_shape_builder_view(&w->shape, out, &e), &e);
}

static void do_settle(void *user)
{
    struct holes_work *w = user;
    struct settled settled;
    growth_must(settle_rings(w->settler, w->geos, &w->rings, true, 0, &settled), &(struct error){0});
    growth_expect(settled.how == SETTLED_DISSOLVED);
    growth_expect(settled.rings->n_rings == w->rings.n_rings);
}

static void do_nest(void *user)
{
    struct holes_work *w = user;
    growth_must(rings_nest(&w->rings, 1e-8, w->arena, &(struct error){0}), &(struct error){0});
    growth_expect(w->rings.hole_of[w->rings.n_rings - 1] == 0);
}

static void do_check(void *user)
{
    struct holes_work *w = user;
    struct geo_shape shape;
    double place_deg[2];
    struct error e = {0};
    view(w, &shape);
    growth_must(quick_valid_check(w->quick, w->geos, &shape, place_deg, &e), &e);
}

static void holes_free(struct holes_work *w)
{
    settler_free(w->settler);
    quick_valid_free(w->quick);
    geo_geos_free(w->geos);
    geo_shape_builder_release(&w->shape);
    ring_list_release(&w->rings);
    arena_free(w->arena);
}

static void with_holes(size_t n, bool touch, growth_work *work)
{
    struct holes_work w;
    holes_make(&w, n, touch);
    growth_counted(work, &w);
    holes_free(&w);
}

void border_holes_meant(size_t n)
{
    with_holes(n, true, do_settle);
}

void border_holes_nested(size_t n)
{
    with_holes(n, false, do_nest);
}

void border_holes_valid(size_t n)
{
    with_holes(n, false, do_check);
}

void border_holes_touching(size_t n)
{
    with_holes(n, true, do_check);
}

static void rings_begin(struct holes_work *w)
{
    struct error e = {0};
    *w = (struct holes_work){.arena = arena_new((size_t)1 << 30)};
    growth_must(quick_valid_new(&w->quick, &e), &e);
    growth_must(geo_geos_new(&w->geos, &e), &e);
    geo_shape_builder_init(&w->shape);
}

void spikes_valid(size_t n)
{
    struct holes_work w;
    rings_begin(&w);
    ring_list_begin(&w.rings, -1);
    for (size_t i = 0; i <= 2 * n; i++) {
        double reach = i % 2 ? 0.3 : 1.5, angle = 3.14159265358979 * (double)(i % (2 * n)) / (double)n;
        ring_list_point(&w.rings, 111 + reach * cos(angle), 41 + reach * sin(angle));
    }
    growth_counted(do_check, &w);
    holes_free(&w);
}

void rings_in_rings_valid(size_t n)
{
    struct holes_work w;
    rings_begin(&w);
    for (size_t i = 0; i < n; i++) {
        double d = 1.5 * (1 - (double)i / (double)(n + 1));
        const double ring[] = {111 - d, 41 - d, 111 + d, 41 - d, 111 + d, 41 + d, 111 - d, 41 + d};
        add(&w.rings, i % 2 ? (int32_t)i - 1 : -1, ring, 4);
    }
    growth_counted(do_check, &w);
    holes_free(&w);
}
