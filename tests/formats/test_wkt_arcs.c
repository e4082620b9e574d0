/* WKT with arcs: each way of writing an area gives the same rings, and what is none is refused by its kind.
 * That the areas are those of a GeoPackage by GDAL, to the bit, is the matrix's business. */
#include "formats/wkt.h"
#include "formats/wkt_arcs.h"
#include "geo/geo_test.h"

#include <string.h>

enum { ROOM = 100000 };

static enum wkt_arcs_result read(const char *text, struct ring_list *rings, bool *open)
{
    ring_list_clear(rings);
    return wkt_arcs_read(text, ROOM, rings, open);
}

static double area(const struct ring_list *rings)
{
    double sum = 0;
    for (size_t r = 0; r < rings->n_rings; r++) {
        struct ring ring = ring_list_ring(rings, r);
        sum += (rings->hole_of[r] < 0 ? 0.5 : -0.5) * fabs(ring_twice_area(&ring));
    }
    return sum;
}

#define HALF "CIRCULARSTRING(500 4500, 550 4550, 600 4500)" /* the upper half of a circle of 50 m */
#define HALF_M2 (M_PI * 2500 / 2)

/* Tags, cases, blanks, lines and measures change nothing; a hole is taken off and parts are added. */
static void test_the_same_area_in_every_notation(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double area_m2;
        size_t rings;
    } cases[] = {
        {"CURVEPOLYGON(COMPOUNDCURVE(" HALF ",(600 4500,500 4500)))", HALF_M2, 1},
        {"curvepolygon ( compoundcurve ( (600 4500 , 500 4500) ,\n" HALF " ) )", HALF_M2, 1},
        {"CURVEPOLYGON Z(COMPOUNDCURVE Z(CIRCULARSTRING Z(500 4500 9,550 4550 9,600 4500 9),(600 4500 9,500 "
         "4500 9)))",
         HALF_M2, 1},
        {"CURVEPOLYGONZM(COMPOUNDCURVE ZM(CIRCULARSTRINGZM(500 4500 9 1,550 4550 9 1,600 4500 9 "
         "1),LINESTRING(600 "
         "4500,500 4500)))",
         HALF_M2, 1},
        {"CURVEPOLYGON(CIRCULARSTRING(500 4500,600 4500,500 4500))", 2 * HALF_M2, 1},
        {"CURVEPOLYGON(CIRCULARSTRING(500 4500,550 4550,600 4500,550 4450,500 4500))", 2 * HALF_M2, 1},
        {"CURVEPOLYGON((400 4400,700 4400,700 4600,400 4600,400 4400),COMPOUNDCURVE(" HALF
         ",(600 4500,500 4500)))",
         60000 - HALF_M2, 2},
        {"MULTISURFACE(((0 4000,10 4000,10 4010,0 4010,0 4000)),CURVEPOLYGON(COMPOUNDCURVE(" HALF
         ",(600 4500,500 4500))))",
         100 + HALF_M2, 2},
        {"GEOMETRYCOLLECTION(CURVEPOLYGON(COMPOUNDCURVE(" HALF ",(600 4500,500 4500))),POLYGON EMPTY)",
         HALF_M2, 1},
        /* three points on a line are no arc */
        {"CURVEPOLYGON(COMPOUNDCURVE(CIRCULARSTRING(0 4000,5 4000,10 4000),(10 4000,10 4010,0 4010,0 4000)))",
         100, 1},
    };
    struct ring_list rings = {0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bool open = true;
        assert_true(wkt_has_arcs(cases[i].text));
        assert_int_equal(read(cases[i].text, &rings, &open), WKT_ARCS_READ);
        assert_false(open);
        assert_int_equal(rings.n_rings, cases[i].rings);
        if (!(fabs(area(&rings) - cases[i].area_m2) < 0.01))
            fail_msg("%s: %.6f", cases[i].text, area(&rings));
    }
    ring_list_release(&rings);
}

/* A hole belongs to the outer ring of its own polygon. */
static void test_holes_know_their_ring(void **state)
{
    (void)state;
    struct ring_list rings = {0};
    bool open;
    assert_int_equal(
        read("MULTISURFACE(((0 0,9 0,9 9,0 0)),CURVEPOLYGON((400 4400,700 4400,700 4600,400 4600,400 "
             "4400),CIRCULARSTRING(500 4500,600 4500,500 4500)))",
             &rings, &open),
        WKT_ARCS_READ);
    assert_int_equal(rings.n_rings, 3);
    assert_int_equal(rings.hole_of[0], -1);
    assert_int_equal(rings.hole_of[1], -1);
    assert_int_equal(rings.hole_of[2], 1);
    ring_list_release(&rings);
}

/* Nothing is passed over: a number too few, a half arc, a gap between segments, words that are none. */
static void test_what_is_no_area_is_refused_by_its_kind(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum wkt_arcs_result result;
    } cases[] = {
        {"CURVEPOLYGON(COMPOUNDCURVE(" HALF ",(600 4501,500 4500)))", WKT_ARCS_APART},
        {"CURVEPOLYGON(CIRCULARSTRING(500 4500,550 4550,600 4500,500 4500))", WKT_ARCS_SYNTAX},
        {"CURVEPOLYGON(CIRCULARSTRING(500 4500))", WKT_ARCS_SYNTAX},
        {"CURVEPOLYGON(CIRCULARSTRING(500,550 4550,500 4500))", WKT_ARCS_SYNTAX},
        {"CURVEPOLYGON(CIRCULARSTRING(1 2 3 4 5,550 4550,500 4500))", WKT_ARCS_SYNTAX},
        {"CURVEPOLYGON(CIRCULARSTRING(0x1 2,550 4550,500 4500))", WKT_ARCS_SYNTAX},
        {"CURVEPOLYGON(COMPOUNDCURVE(COMPOUNDCURVE(" HALF ")))", WKT_ARCS_SYNTAX},
        {"CURVEPOLYGON(CIRCLE(500 4500,550 4550,500 4500))", WKT_ARCS_SYNTAX},
        {"CURVEPOLYGON(" HALF ") x", WKT_ARCS_SYNTAX},
        {"CURVEPOLYGON(" HALF ",)", WKT_ARCS_SYNTAX},
        {"CURVEPOLYGON()", WKT_ARCS_SYNTAX},
        {"CURVEPOLYGON", WKT_ARCS_SYNTAX},
        {"MULTISURFACE(CIRCULARSTRING(500 4500,550 4550,600 4500))", WKT_ARCS_NOT_AREA},
        {"GEOMETRYCOLLECTION(POINT(1 2),CURVEPOLYGON(" HALF "))", WKT_ARCS_NOT_AREA},
        {HALF, WKT_ARCS_NOT_AREA},
        {"MULTICURVE(" HALF ")", WKT_ARCS_NOT_AREA},
        {"CURVEPOLYGON EMPTY", WKT_ARCS_NOT_AREA},
        {"MULTISURFACE(CURVEPOLYGON EMPTY)", WKT_ARCS_NOT_AREA},
        {"CURVEPOLYGON(CIRCULARSTRING(0 0,300000 300000,600000 0,300000 -300000,0 0))", WKT_ARCS_TOO_LONG},
    };
    struct ring_list rings = {0};
    bool open;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (read(cases[i].text, &rings, &open) != cases[i].result)
            fail_msg("%s", cases[i].text);
    assert_int_equal(read("CURVEPOLYGON(" HALF ")", &rings, &open), WKT_ARCS_READ);
    assert_true(open); /* who calls closes it, and says so */
    ring_list_release(&rings);
}

/* Words within may begin a line: the geometry goes on behind them, and ends where its parentheses close. */
static void test_a_geometry_over_several_lines_is_one(void **state)
{
    (void)state;
    static const char first[] =
        "CURVEPOLYGON(\n  COMPOUNDCURVE(\nCIRCULARSTRING(500 4500, 550 4550, 600 4500),\n"
        "(600 4500, 500 4500)))";
    char text[400];
    snprintf(text, sizeof text, "SRID=4525;%s\nMULTISURFACE(\nCURVEPOLYGON(" HALF "))\n", first);
    int srid = 0;
    size_t from = wkt_pass_srid(text, strlen(text), &srid);
    assert_int_equal(wkt_piece_end(text, strlen(text), from), from + strlen(first));
    from += strlen(first) + 1;
    assert_int_equal(wkt_piece_end(text, strlen(text), from), strlen(text) - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_same_area_in_every_notation),
        cmocka_unit_test(test_holes_know_their_ring),
        cmocka_unit_test(test_what_is_no_area_is_refused_by_its_kind),
        cmocka_unit_test(test_a_geometry_over_several_lines_is_one),
    };
    return cmocka_run_group_tests_name("wkt with arcs", tests, NULL, NULL);
}
