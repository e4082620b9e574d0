/* The sweep over edges against a look at every pair of them, and against GEOS. */
#include "geo/edge_sweep.h"
#include "geo/geo_test.h"
#include "geo/quick_valid.h"
#include "runs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { RINGS_MAX = 40, CORNERS_MAX = 9 };

struct rings {
    double x[RINGS_MAX * (CORNERS_MAX + 1)], y[RINGS_MAX * (CORNERS_MAX + 1)];
    uint32_t start[RINGS_MAX + 1], n;
};

static uint64_t seed = 20261130;

static uint32_t random_below(uint32_t n)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((seed >> 33) % n);
}

/* A ring around a place: its corners on a lattice of `fine` steps, where they often touch, and each further
 * around than the one before, so that it seldom crosses itself. */
static void add_ring(struct rings *r, double x, double y, double size, uint32_t fine)
{
    uint32_t at = r->start[r->n], corners = 3 + random_below(CORNERS_MAX - 2), turn = random_below(2);
    for (uint32_t i = 0; i < corners; i++) {
        double angle = 6.28 * (turn ? corners - i : i) / corners, reach = size * (1 + random_below(3)) / 3;
        double px = round((x + reach * cos(angle)) * fine) / fine,
               py = round((y + reach * sin(angle)) * fine) / fine;
        if (at > r->start[r->n] && px == r->x[at - 1] && py == r->y[at - 1])
            continue;
        r->x[at] = px;
        r->y[at++] = py;
    }
    r->x[at] = r->x[r->start[r->n]];
    r->y[at] = r->y[r->start[r->n]];
    if (at >= r->start[r->n] + 3 && (r->x[at] != r->x[at - 1] || r->y[at] != r->y[at - 1]))
        r->start[++r->n] = at + 1;
}

static bool all_fine(const struct edge_grid *g, const struct rings *r)
{
    for (uint32_t i = 0; i < g->n_edges; i++)
        for (uint32_t k = i + 1; k < g->n_edges; k++) {
            const struct edge *a = g->edges + i, *b = g->edges + k;
            if (!edges_surely_fine(a, b, r->start[a->ring + 1] - r->start[a->ring] - 2))
                return false;
        }
    return true;
}

static double area_of(const struct rings *r, uint32_t ring)
{
    double twice = 0;
    for (uint32_t i = r->start[ring]; i + 1 < r->start[ring + 1]; i++)
        twice += r->x[i] * r->y[i + 1] - r->x[i + 1] * r->y[i];
    return fabs(twice) / 2;
}

static bool holds(const struct rings *r, uint32_t ring, double x, double y)
{
    bool odd = false;
    for (uint32_t i = r->start[ring]; i + 1 < r->start[ring + 1]; i++)
        odd ^= (r->x[i] <= x) != (r->x[i + 1] <= x) &&
               r->y[i] + (x - r->x[i]) / (r->x[i + 1] - r->x[i]) * (r->y[i + 1] - r->y[i]) < y;
    return odd;
}

static int32_t smallest_around(const struct rings *r, uint32_t ring)
{
    int32_t best = -1;
    for (uint32_t i = 0; i < r->n; i++)
        if (i != ring && holds(r, i, r->x[r->start[ring]], r->y[r->start[ring]]) &&
            (best < 0 || area_of(r, i) < area_of(r, (uint32_t)best)))
            best = (int32_t)i;
    return best;
}

/* Whatever touches is seen, nothing is seen where nothing touches, and each ring lies in the ring that it
 * lies in: as a look at all pairs, and a ray, say. A crossing that is passed over would make an invalid
 * parcel valid. */
static void test_random_rings_as_every_pair_says(void **state)
{
    (void)state;
    struct edge_grid g = {0};
    struct edge_sweep s = {0};
    int n_clear = 0, n_deep = 0, n_met = 0;
    for (int round = 0; round < small_or_whole(20000, 400000); round++) {
        struct rings r = {.n = 0};
        uint32_t wanted = 1 + random_below(round % 4 ? 6 : RINGS_MAX), fine = round % 3 ? 4 : 1 << 20;
        for (uint32_t i = 0; i < wanted; i++)
            add_ring(&r, random_below(9), random_below(9), 0.2 + random_below(40) / 8.0 / (1 + i), fine);
        if (r.n == 0)
            continue;
        assert_true(edge_grid_make(&g, r.x, r.y, r.start, r.n));
        enum sweep_answer answer = edge_sweep_look(&s, g.edges, g.n_edges, r.start, r.n);
        assert_int_equal(answer == SWEEP_CLEAR, all_fine(&g, &r));
        n_met += answer == SWEEP_CROSSING;
        for (uint32_t i = 0; answer == SWEEP_CLEAR && i < r.n; i++) {
            assert_int_equal(s.around[i], smallest_around(&r, i));
            n_deep += s.around[i] >= 0;
        }
        n_clear += answer == SWEEP_CLEAR;
    }
    assert_true(n_clear > 1000 && n_deep > 100 && n_met > 1000);
    edge_grid_release(&g);
    edge_sweep_release(&s);
}

/* ---- crowded figures, for which validity asks the sweep ---- */

enum figure { STAR, STAR_CROSSED, SQUARES, SQUARES_WITHOUT_A_HOLE, SQUARES_APART, FIGURES };
enum { SPIKES = 3000 };

static void spikes(struct geo_shape_builder *b, bool crossed)
{
    geo_shape_builder_polygon(b);
    geo_shape_builder_ring(b);
    for (int i = 0; i < 2 * SPIKES; i++) {
        int at = crossed && i == 777 ? 1777 : i; /* one vertex is elsewhere */
        double reach = i % 2 ? 0.3 : 1.5, angle = 3.14159265358979 * at / SPIKES;
        geo_shape_builder_point(b, 111 + reach * cos(angle), 41 + reach * sin(angle));
    }
}

/* Ring in ring in ring: outer, hole, outer … */
static void squares(struct geo_shape_builder *b, enum figure figure)
{
    for (int i = 0; i < SPIKES; i++) {
        double d = 1.5 * (1 - (double)i / (SPIKES + 1)), x = 111, turn = i % 2 ? -d : d;
        if (i % 2 == 0 || (figure == SQUARES_WITHOUT_A_HOLE && i == 1501))
            geo_shape_builder_polygon(b);
        if (figure == SQUARES_APART && i == 1501)
            x += 3;
        geo_shape_builder_ring(b);
        geo_shape_builder_point(b, x - d, 41 - turn);
        geo_shape_builder_point(b, x + d, 41 - turn);
        geo_shape_builder_point(b, x + d, 41 + turn);
        geo_shape_builder_point(b, x - d, 41 + turn);
    }
}

/* The answer and its kind are GEOS's, found in n log n steps instead of in minutes. */
static void test_crowded_figures_as_geos_says(void **state)
{
    (void)state;
    struct error e;
    struct quick_valid *q;
    struct geo_geos *g;
    test_assert_ok(quick_valid_new(&q, &e), &e);
    test_assert_ok(geo_geos_new(&g, &e), &e);
    for (enum figure f = STAR; f < FIGURES; f++) {
        struct geo_shape_builder b;
        struct geo_shape shape;
        struct error slow_error = {.code = ""}, quick_error = {.code = ""};
        double place[2];
        geo_shape_builder_init(&b);
        if (f <= STAR_CROSSED)
            spikes(&b, f == STAR_CROSSED);
        else
            squares(&b, f);
        test_assert_ok(geo_shape_builder_view(&b, &shape, &e), &e);
        enum status slow = geo_valid_check_place(g, &shape, place, &slow_error);
        enum status quick = quick_valid_check(q, g, &shape, place, &quick_error);
        assert_int_equal(quick, slow);
        assert_string_equal(quick_error.code, slow_error.code);
        assert_int_equal(slow != STATUS_OK, f != STAR && f != SQUARES);
        geo_shape_builder_release(&b);
    }
    quick_valid_free(q);
    geo_geos_free(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_rings_as_every_pair_says),
        cmocka_unit_test(test_crowded_figures_as_geos_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
