/* WKT, pasted tables and CSV: each notation that is met gives the same parcel, each guess is told, each
 * ambiguity is a question. */
#include "features/parcel_test.h"

#define SQUARE_M2 119988.2068 /* 400 m x 300 m in zone 37: tests/features/test_parcel_txt.c */

/* A circle of 40 m in zone metres, as an arc and as a polygon of 3,600 corners, has one area to 0.02 m2; as
 * an arc it says so, and an arc that does not come back is closed and told. */
static void test_arcs_of_wkt(void **state)
{
    static char drawn[3700 * 32];
    size_t at = (size_t)snprintf(drawn, sizeof drawn, "SRID=4525;POLYGON((");
    for (int i = 0; i <= 3600; i++)
        at += (size_t)snprintf(drawn + at, sizeof drawn - at, "%s%.4f %.4f", i ? "," : "",
                               37563000 + 40 * cos(i % 3600 * M_PI / 1800),
                               4520000 + 40 * sin(i % 3600 * M_PI / 1800));
    snprintf(drawn + at, sizeof drawn - at, "))");
    double right = geo_shape_area_m2(&accept_text(*state, drawn).parcels[0].shape);
    struct parcel_set set = accept_text(
        *state,
        "SRID=4525;CURVEPOLYGON(\nCIRCULARSTRING(37563040 4520000,37562960 4520000,37563040 4520000))");
    assert_int_equal(set.format, PARCEL_FORMAT_WKT);
    assert_true(set.parcels[0].curved);
    assert_true(fabs(geo_shape_area_m2(&set.parcels[0].shape) - right) < 0.02);
    set = accept_text(*state,
                      "SRID=4525;CURVEPOLYGON(CIRCULARSTRING(37563040 4520000,37563000 4520040,37562960 "
                      "4520000))");
    assert_true(fabs(geo_shape_area_m2(&set.parcels[0].shape) - right / 2) < 0.02);
    assert_warned(&set, "ring-closed");
}

/* All of these mean the square of the TXT tests; the warning is the one that must be among them (NULL:
 * any). */
static void test_grid_notations(void **state)
{
    const struct {
        const char *what, *text, *warning;
        enum parcel_format format;
        int epsg;
    } cases[] = {
        {"table, X Y with prefix",
         "J1,4520000.000,37563000.000\nJ2,4520000,37563400\nJ3,4520300,37563400\nJ4,4520300,37563000\nJ1,"
         "4520000.000,37563000.000\n",
         "datum-assumed", PARCEL_FORMAT_TABLE, 4525},
        {"table, Y X, blanks",
         "1 37563000 4520000\n2 37563400 4520000\n3 37563400 4520300\n4 37563000 4520300\n", "axes-swapped",
         PARCEL_FORMAT_TABLE, 4525},
        {"table without numbers, tabs",
         "4520000\t37563000\n4520000\t37563400\n4520300\t37563400\n4520300\t37563000\n", "ring-closed",
         PARCEL_FORMAT_TABLE, 4525},
        {"table, zone in words",
         "坐标系：2000国家大地坐标系，三度带，带号37\n1、4520000、563000\n2、4520000、563400\n3、4520300、563"
         "400\n4、4520300、563000\n",
         NULL, PARCEL_FORMAT_TABLE, 4546},
        {"table, central meridian",
         "CGCS2000 中央经线111度\nJ1 4520000 563000\nJ2 4520000 563400\nJ3 4520300 563400\nJ4 4520300 563000",
         NULL, PARCEL_FORMAT_TABLE, 4546},
        {"table, full-width",
         "Ｊ１，４５２００００，３７５６３０００\nJ2；4520000；37563400\nJ3，4520300，37563400\nJ4，4520300，"
         "37563000",
         NULL, PARCEL_FORMAT_TABLE, 4525},
        {"table, X= Y=",
         "J1 X=4520000.000 Y=37563000.000\nJ2 X=4520000 Y=37563400\nJ3 X=4520300 Y=37563400\nJ4 X:4520300 "
         "Y:37563000\n",
         NULL, PARCEL_FORMAT_TABLE, 4525},
        {"table, all in one line", "4520000,37563000;4520000,37563400;4520300,37563400;4520300,37563000",
         NULL, PARCEL_FORMAT_TABLE, 4525},
        {"table, number and ring",
         "J1,1,4520000,37563000\nJ2,1,4520000,37563400\nJ3,1,4520300,37563400\nJ4,1,4520300,37563000\nJ1,1,"
         "4520000,37563000\n",
         NULL, PARCEL_FORMAT_TABLE, 4525},
        {"table, heights",
         "1 4520000 37563000 1050.5\n2 4520000 37563400 1051\n3 4520300 37563400 1052\n4 4520300 37563000 "
         "1050\n",
         "z-ignored", PARCEL_FORMAT_TABLE, 4525},
        {"table, zone and its width",
         "3度带37带\n1. 4520000 563000\n2. 4520000 563400\n3. 4520300 563400\n4. 4520300 563000", NULL,
         PARCEL_FORMAT_TABLE, 4546},
        {"table, the name of a CRS",
         "CGCS2000 3 Degree GK Zone 37\n4520000m 563000m\n4520000m 563400m\n4520300m 563400m\n4520300m "
         "563000m",
         NULL, PARCEL_FORMAT_TABLE, 4546},
        {"table, the name of a CRS by its meridian",
         "CGCS2000_3_Degree_GK_CM_"
         "111E\n4520000米，563000米\n4520000米，563400米\n4520300米，563400米\n4520300米，"
         "563000米",
         NULL, PARCEL_FORMAT_TABLE, 4546},
        {"table, converted from another datum",
         "由西安80转换为2000国家大地坐标系，带号37\n4520000 563000\n4520000 563400\n4520300 563400\n4520300 "
         "563000",
         NULL, PARCEL_FORMAT_TABLE, 4546},
        {"CSV, the zone as a column",
         "点号,带号,X,Y\n1,37,4520000,563000\n2,37,4520000,563400\n3,37,4520300,563400\n4,37,4520300,"
         "563000\n",
         NULL, PARCEL_FORMAT_CSV, 4546},
        {"CSV, the code as a column",
         "点号,X,Y,EPSG\n1,4520000,563000,4546\n2,4520000,563400,4546\n3,4520300,563400,4546\n4,4520300,"
         "563000,4546\n",
         NULL, PARCEL_FORMAT_CSV, 4546},
        {"CSV, Chinese header",
         "地块编号,圈号,点号,X坐标,Y坐标\nP1,1,J1,4520000,37563000\nP1,1,J2,4520000,37563400\nP1,1,J3,"
         "4520300,37563400\nP1,1,J4,4520300,37563000\n",
         NULL, PARCEL_FORMAT_CSV, 4525},
        {"CSV, English header, east first",
         "plot,ring,no,x,y\nP1,1,1,37563000,4520000\nP1,1,2,37563400,4520000\nP1,1,3,37563400,4520300\nP1,1,"
         "4,37563000,4520300\n",
         NULL, PARCEL_FORMAT_CSV, 4525},
        {"CSV, semicolons",
         "id;easting;northing\r\nP1;37563000;4520000\r\nP1;37563400;4520000\r\nP1;37563400;4520300\r\nP1;"
         "37563000;4520300\r\n",
         NULL, PARCEL_FORMAT_CSV, 4525},
        {"CSV with WKT",
         "编号,名称,wkt\nP1,\"一,二\",\"SRID=4525;POLYGON((37563000 4520000,37563400 4520000,37563400 "
         "4520300,37563000 4520300,37563000 4520000))\"\n",
         NULL, PARCEL_FORMAT_CSV, 4525},
        {"WKT",
         "POLYGON((37563000 4520000,37563400 4520000,37563400 4520300,37563000 4520300,37563000 4520000))",
         "datum-assumed", PARCEL_FORMAT_WKT, 4525},
        {"EWKT",
         "SRID=4546;POLYGON((563000 4520000,563400 4520000,563400 4520300,563000 4520300,563000 4520000))",
         NULL, PARCEL_FORMAT_WKT, 4546},
        {"EWKT, lower case, Z",
         "srid=4525; multipolygon z (((37563000 4520000 1,37563400 4520000 1,37563400 4520300 1,37563000 "
         "4520300 1,37563000 4520000 1)))",
         NULL, PARCEL_FORMAT_WKT, 4525},
        {"WKT, open ring",
         "SRID=4525;POLYGON((37563000 4520000,37563400 4520000,37563400 4520300,37563000 4520300))",
         "ring-closed", PARCEL_FORMAT_WKT, 4525},
        {"WKT, north first",
         "SRID=4525;POLYGON((4520000 37563000,4520000 37563400,4520300 37563400,4520300 37563000,4520000 "
         "37563000))",
         "axes-swapped", PARCEL_FORMAT_WKT, 4525},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct parcel_set set;
        struct error e;
        enum status s = parse_bytes(*state, cases[i].text, strlen(cases[i].text), &set, &e);
        if (s != STATUS_OK)
            fail_msg("%s: %s", cases[i].what, e.en);
        assert_int_equal(set.format, cases[i].format);
        assert_int_equal(set.n_parcels, 1);
        assert_int_equal(set.parcels[0].crs.epsg, cases[i].epsg);
        assert_area(&set, 0, SQUARE_M2, 0.05);
        assert_int_equal(set.parcels[0].delivered.n_rings, 1);
        assert_int_equal(set.parcels[0].delivered.start[1], 4);
        if (cases[i].warning)
            assert_warned(&set, cases[i].warning);
    }
}

/* 111°42′00″ to 111°42′36″ and 40°48′ to 40°48′36″, that is 0.01 degrees each way. */
static void test_degree_notations(void **state)
{
    static const char *const texts[] = {
        "111.70,40.80\n111.71,40.80\n111.71,40.81\n111.70,40.81\n",
        "40.80 111.70\n40.80 111.71\n40.81 111.71\n40.81 111.70\n",
        "1,111°42′00″,40°48′00″\n2,111°42′36″,40°48′00″\n3,111°42′36″,40°48′36″\n4,111°42′00″,40°48′36″\n",
        "J1 111°42'0\" 40°48'0\"\nJ2 111°42'36.00\" 40°48'0\"\nJ3 111°42'36\" 40°48'36\"\nJ4 111°42'0\" "
        "40°48'36\"\n",
        "111-42-00,40-48-00\n111-42-36,40-48-00\n111-42-36,40-48-36\n111-42-00,40-48-36\n",
        "111:42:00 40:48:00\n111:42:36 40:48:00\n111:42:36 40:48:36\n111:42:00 40:48:36\n",
        "东经111°42′00″，北纬40°48′00″\n东经111°42′36″，北纬40°48′00″\n东经111°42′36″，北纬40°48′36″\n东经111"
        "°42′00″，北纬40°48′36″\n",
        "北纬40度48分0秒、东经111度42分0秒\n北纬40度48分0秒、东经111度42分36秒\n北纬40度48分36秒、东经111度42"
        "分36秒\n北纬40度48分36秒、东经111度42分0秒",
        "111.70E 40.80N\n111.71E 40.80N\n111.71E 40.81N\n111.70E 40.81N\n",
        "E111.70 N40.80\nE111.71 N40.80\nE111.71 N40.81\nE111.70 N40.81\n",
        "点号\t经度\t纬度\n1\t111.70\t40.80\n2\t111.71\t40.80\n3\t111.71\t40.81\n4\t111.70\t40.81\n",
        "lon,lat\n111.70,40.80\n111.71,40.80\n111.71,40.81\n111.70,40.81\n",
        "SRID=4490;POLYGON((111.70 40.80,111.71 40.80,111.71 40.81,111.70 40.81,111.70 40.80))",
        "POLYGON((40.80 111.70,40.80 111.71,40.81 111.71,40.81 111.70,40.80 111.70))",
        "111 42 00 40 48 00\n111 42 36 40 48 00\n111 42 36.00 40 48 36.0\n111 42 00 40 48 36\n",
        "J1,40 48 00,111 42 00\nJ2,40 48 00,111 42 36\nJ3,40 48 36,111 42 36\nJ4,40 48 36,111 42 00\n",
        "1\t111 42 0\t40 48 0\t1035.2\n2\t111 42 36\t40 48 0\t1035\n3\t111 42 36\t40 48 36\t1035\n4\t111 42 "
        "0\t40 "
        "48 36\t1035\n",
        "111 42.0 40 48.0\n111 42.6 40 48.0\n111 42.6 40 48.6\n111 42.0 40 48.6\n",
        "111°42.0′ 40°48.0′\n111°42.6′ 40°48.0′\n111°42.6′ 40°48.6′\n111°42.0′ 40°48.6′\n",
        "111.70° 40.80°\n111.71° 40.80°\n111.71° 40.81°\n111.70° 40.81°\n",
        "lng=111.70,lat=40.80\nlng=111.71,lat=40.80\nlng=111.71,lat=40.81\nlng=111.70,lat=40.81\n",
        "111–42–00,40–48–00\n111–42–36,40–48–00\n111–42–36,40–48–36\n111–42–00,40–48–36\n",
        "经度,纬度\n111 42 00,40 48 00\n111 42 36,40 48 00\n111 42 36,40 48 36\n111 42 00,40 48 36\n",
        "经度：111.70，纬度：40.80\n经度：111.71，纬度：40.80\n经度：111.71，纬度：40.81\n经度：111."
        "70，纬度：40.81\n",
    };
    struct parcel_set first = accept_text(*state, texts[0]);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct parcel_set set;
        struct error e;
        if (parse_bytes(*state, texts[i], strlen(texts[i]), &set, &e) != STATUS_OK)
            fail_msg("%s: %s", texts[i], e.en);
        assert_int_equal(set.n_parcels, 1);
        for (uint32_t k = 0; k < 5; k++) {
            test_assert_near(set.parcels[0].shape.lon_deg[k], first.parcels[0].shape.lon_deg[k], 1e-12,
                             texts[i]);
            test_assert_near(set.parcels[0].shape.lat_deg[k], first.parcels[0].shape.lat_deg[k], 1e-12,
                             texts[i]);
        }
    }
}

static void test_rings_and_plots(void **state)
{
    static const char square[] =
        "4520000,37563000\n4520000,37563400\n4520300,37563400\n4520300,37563000\n4520000,37563000\n";
    static const char inner[] =
        "4520100,37563100\n4520100,37563200\n4520200,37563200\n4520200,37563100\n4520100,37563100\n";
    static const char far_off[] =
        "4521000,37563000\n4521000,37563400\n4521300,37563400\n4521300,37563000\n4521000,37563000\n";
    char text[2048];
    snprintf(text, sizeof text, "%s%s%s", square, inner, far_off);
    struct parcel_set set = accept_text(*state, text);
    assert_int_equal(set.n_parcels, 2);
    assert_warned(&set, "holes-inferred");
    assert_int_equal(set.parcels[0].shape.n_rings, 2);
    assert_area(&set, 0, 109989.19, 0.05);
    assert_string_equal(set.parcels[1].id, "2");
    snprintf(text, sizeof text, "地块甲\n%s\n地块乙\n%s", square, inner);
    set = accept_text(*state, text); /* under its own heading a ring is a plot of its own, and overlaps */
    assert_int_equal(set.n_parcels, 2);
    assert_string_equal(set.parcels[1].name, "地块乙");
    assert_warned(&set, "plots-overlap");
    snprintf(text, sizeof text,
             "id,x,y\na,4520000,37563000\na,4520000,37563400\na,4520300,37563400\nb,4521000,37563000\nb,"
             "4521000,37563400\nb,4521300,37563400\n");
    set = accept_text(*state, text);
    assert_int_equal(set.n_parcels, 2);
    assert_string_equal(set.parcels[1].id, "b");
    set = accept_text(*state, "POLYGON((111.70 40.80,111.71 40.80,111.71 40.81,111.70 "
                              "40.80))\nPOLYGON((111.80 40.80,111.81 40.80,111.81 40.81,111.80 40.80));\n");
    assert_int_equal(set.n_parcels, 2);
    set =
        accept_text(*state, "GEOMETRYCOLLECTION(POLYGON((111.70 40.80,111.71 40.80,111.71 40.81,111.70 "
                            "40.80)),MULTIPOLYGON(((111.80 40.80,111.81 40.80,111.81 40.81,111.80 40.80))))");
    assert_int_equal(set.parcels[0].shape.n_polygons, 2);
}

static void test_questions(void **state)
{
    const struct {
        const char *text;
        enum status status;
        const char *code;
    } cases[] = {
        {"4520000,563000\n4520000,563400\n4520300,563400\n", STATUS_INVALID_INPUT, "zone-missing"},
        {"POLYGON((563000 4520000,563400 4520000,563400 4520300,563000 4520000))", STATUS_INVALID_INPUT,
         "zone-missing"},
        {"30.1,40.1\n30.2,40.1\n30.2,40.2\n", STATUS_INVALID_INPUT, "coords-order"},
        {"带号38\n4520000,37563000\n4520000,37563400\n4520300,37563400\n", STATUS_INVALID_INPUT,
         "zone-conflict"},
        {"4520000,37563000\n4520000,38563400\n4520300,37563400\n", STATUS_INVALID_INPUT, "zone-mixed"},
        {"4520000,37563000\n111.1,40.1\n4520300,37563400\n", STATUS_INVALID_INPUT, "coords-odd"},
        {"1980西安坐标系\n4520000,37563000\n4520000,37563400\n4520300,37563400\n", STATUS_UNSUPPORTED,
         "datum-refused"},
        {"4520000,37563000\n4520000,37563400\n", STATUS_INVALID_INPUT, "ring-short"},
        {"4520000,37563000\n4520000,37563400\n452,3756\n4520300,37563400\n", STATUS_INVALID_INPUT,
         "coords-odd"},
        {"4520000,37563000\n4520000,37563400\n4520300 x 1 2 3 9 9\n", STATUS_INVALID_INPUT, "table-row"},
        {"POLYGON((111.7 40.8,111.8 nan,111.8 40.9,111.7 40.8))", STATUS_INVALID_INPUT, "wkt-syntax"},
        {"POLYGON((111.7 40.8,111.8 inf,111.8 40.9,111.7 40.8))", STATUS_INVALID_INPUT, "wkt-syntax"},
        {"POLYGON((111.7 40.8,111.8 40.8", STATUS_INVALID_INPUT, "wkt-syntax"},
        {"POLYGON EMPTY", STATUS_INVALID_INPUT, "source-no-geometry"},
        {"POINT(111.7 40.8)", STATUS_INVALID_INPUT, "wkt-not-area"},
        {"LINESTRING(111.7 40.8,111.8 40.9)", STATUS_INVALID_INPUT, "wkt-not-area"},
        {"CIRCULARSTRING(111.7 40.8,111.8 40.9,111.9 40.8)", STATUS_INVALID_INPUT, "wkt-not-area"},
        {"CURVEPOLYGON EMPTY", STATUS_INVALID_INPUT, "source-no-geometry"},
        {"CURVEPOLYGON(CIRCULARSTRING(111.7 40.8,111.701 40.8))", STATUS_INVALID_INPUT, "wkt-syntax"},
        {"CURVEPOLYGON(COMPOUNDCURVE((111.7 40.8,111.701 40.8,111.701 40.801),(111.7 40.801,111.7 40.8)))",
         STATUS_INVALID_INPUT, "wkt-curve-apart"},
        {"SRID=4525;CURVEPOLYGON(CIRCULARSTRING(37563000 4520000,38963000 5920000,37563000 4520000))",
         STATUS_INVALID_INPUT, "wkt-arcs-too-long"},
        {"SRID=x;POLYGON((111.7 40.8,111.8 40.8,111.8 40.9,111.7 40.8))", STATUS_INVALID_INPUT, "wkt-srid"},
        {"SRID=2361;POLYGON((37563000 4520000,37563400 4520000,37563400 4520300,37563000 4520000))",
         STATUS_UNSUPPORTED, NULL},
        {"SRID=4490;POLYGON((37563000 4520000,37563400 4520000,37563400 4520300,37563000 4520000))",
         STATUS_INVALID_INPUT, "crs-conflict"},
        {"SRID=4525;POLYGON((111.7 40.8,111.8 40.8,111.8 40.9,111.7 40.8))", STATUS_INVALID_INPUT,
         "crs-conflict"},
        {"GEOMETRYCOLLECTION(GEOMETRYCOLLECTION(GEOMETRYCOLLECTION(GEOMETRYCOLLECTION(GEOMETRYCOLLECTION("
         "GEOMETRYCOLLECTION(GEOMETRYCOLLECTION(GEOMETRYCOLLECTION(GEOMETRYCOLLECTION(GEOMETRYCOLLECTION("
         "GEOMETRYCOLLECTION(GEOMETRYCOLLECTION(GEOMETRYCOLLECTION(GEOMETRYCOLLECTION(GEOMETRYCOLLECTION("
         "GEOMETRYCOLLECTION(GEOMETRYCOLLECTION(",
         STATUS_INVALID_INPUT, "wkt-syntax"},
        {"id,wkt\n1,\n", STATUS_INVALID_INPUT, "source-no-geometry"},
        {"id,wkt\n", STATUS_INVALID_INPUT, "parcel-empty"},
        {"id,x,y\n1,abc,4520000\n", STATUS_INVALID_INPUT, "csv-coordinates"},
        {"id,x,y\n", STATUS_INVALID_INPUT, "parcel-empty"},
        /* merged cells of a spreadsheet: not a plot of one point and a plot of the rest */
        {"id,x,y\nA,111.70,40.80\n,111.71,40.80\n,111.71,40.81\n,111.70,40.81\n", STATUS_INVALID_INPUT,
         "csv-id-empty"},
        {"POLYGON((111.70 40.80,111.71 40.81,111.71 40.80,111.70 40.81,111.70 40.80))", STATUS_INVALID_INPUT,
         "self-intersection"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct parcel_set set;
        struct error e = {0};
        enum status s = parse_bytes(*state, cases[i].text, strlen(cases[i].text), &set, &e);
        if (s != cases[i].status || (cases[i].code && strcmp(e.code, cases[i].code) != 0))
            fail_msg("%s: status %d, %s: %s", cases[i].text, s, e.code, e.en);
        assert_true(e.zh[0] && e.en[0]);
    }
}

/* A table says nowhere how many rows it has. A last row without a line end is how editors leave it, an open
 * ring how some surveys write it, and a short number may be a round one; all three together may be a number
 * that lost its last digits. */
static void test_a_table_that_may_be_cut_off(void **state)
{
    static const char open[] =
        "点号,X,Y\n1,4520000.25,37563000.25\n2,4520000.25,37563400.25\n3,4520300.25,37563400.2",
                      closed[] = "点号,X,Y\n1,4520000,37563000\n2,4520000,37563400\n3,4520300,37563400\n"
                                 "1,4520000,37563000";
    char text[256];
    struct error e = refuse_text(*state, open, STATUS_INVALID_INPUT, "file-cut");
    assert_non_null(strstr(e.zh, "第4行"));
    accept_text(*state, closed);
    refuse_text(*state, "id,纬度,经度\n1,40.8025,111.705\n1,40.8025,111.725\n1,40.8065,111.7",
                STATUS_INVALID_INPUT, "file-cut");
    accept_text(*state, "id,经度,纬度\n1,111.705,40.8025\n1,111.725,40.8025\n1,111.7,40.8065");
    static const char *const ends[] = {"5", ",", "\n", "\r\n", "\n\n", "\n  "};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        snprintf(text, sizeof text, "%s%s", open, ends[i]);
        accept_text(*state, text);
    }
    accept_text(*state, open + strlen("点号,X,Y\n")); /* a pasted table is no file */
    snprintf(text, sizeof text, "%s\n\"", closed);
    refuse_text(*state, text, STATUS_INVALID_INPUT, "csv-quote");
    refuse_text(*state, "id,wkt\n1,\"POLYGON((111.7 40.8,111.8 40.8,111.8 40.9,111.7 40.8))",
                STATUS_INVALID_INPUT, "csv-quote");
}

/* A ring is whole however its points are laid out: many in one line are as many as a point a line. */
static void test_a_long_line_is_read_to_its_end(void **state)
{
    enum { POINTS = 400 };
    char one[32 * POINTS], many[32 * POINTS];
    size_t n = 0, m = 0;
    for (int i = 0; i < POINTS; i++) {
        double angle = 2 * 3.14159265358979 * i / POINTS, x = 4520000 + 200 * sin(angle),
               y = 37563000 + 200 * cos(angle);
        n += (size_t)snprintf(one + n, sizeof one - n, "%.3f,%.3f;", x, y);
        m += (size_t)snprintf(many + m, sizeof many - m, "%.3f,%.3f\n", x, y);
    }
    struct parcel_set a = accept_text(*state, one), b = accept_text(*state, many);
    assert_int_equal(a.n_parcels, 1);
    assert_int_equal(b.n_parcels, 1);
    assert_true(a.parcels[0].shape.n_vertices >= POINTS);
    assert_true(geo_shape_area_m2(&a.parcels[0].shape) == geo_shape_area_m2(&b.parcels[0].shape));
}

/* What stands behind a point and is a point itself is no height: it is never passed over. */
static void test_a_second_point_in_a_line_is_not_lost(void **state)
{
    refuse_text(*state, "J1 4520000 37563000 J2 4520000 37563400\nJ3 4520300 37563400 J4 4520300 37563000\n",
                STATUS_INVALID_INPUT, "table-row");
    refuse_text(*state, "J1,111.70,40.80,111.71,40.80\nJ2,111.71,40.81,111.70,40.81\n", STATUS_INVALID_INPUT,
                "table-row");
    /* the same point in degrees beside it is one */
    accept_text(*state, "J1 4520000 37563000 111.745 40.814\nJ2 4520000 37563400 111.750 40.814\n"
                        "J3 4520300 37563400 111.750 40.817\n");
}

/* Cells without a column, and columns beyond what is read. */
static void test_csv_cells_are_not_lost(void **state)
{
    static char wide[1 << 14];
    size_t n = (size_t)sprintf(wide, "点号,X,Y");
    refuse_text(*state,
                "点号,X,Y,备注\n1,4520000,37563000,旱地,甲\n2,4520000,37563400,,\n3,4520300,37563400,,\n",
                STATUS_INVALID_INPUT, "csv-cells");
    accept_text(*state, "点号,X,Y\n1,4520000,37563000,,\n2,4520000,37563400,\n3,4520300,37563400,\n");
    /* a table in two halves, side by side: half of the points */
    refuse_text(*state,
                "点号,X(m),Y(m),点号,X(m),Y(m)\n1,4520000,37563000,4,4520300,37563200\n"
                "2,4520000,37563400,5,4520200,37563100\n3,4520300,37563400,6,4520100,37563000\n",
                STATUS_INVALID_INPUT, "csv-columns");
    for (int i = 0; i < 300; i++)
        n += (size_t)sprintf(wide + n, ",c%d", i);
    strcpy(wide + n, "\n1,4520000,37563000\n2,4520000,37563400\n3,4520300,37563400\n");
    refuse_text(*state, wide, STATUS_INVALID_INPUT, "csv-columns");
}

/* What words say of the system moves a parcel by a hundred metres or a hundred kilometres, so only words that
 * can mean nothing else count, and what contradicts is refused. */
static void test_words(void **state)
{
    static const struct {
        const char *heading, *code;
    } cases[] = {
        {"第38批次绿化带项目", "zone-missing"}, /* neither names a zone */
        {"第39号带状公园", "zone-missing"},
        {"中央经线111度30分", "meridian-unknown"}, /* a local system, half a degree from zone 37 */
        {"中央子午线：111°30′", "meridian-unknown"},
        {"中央经线112", "meridian-unknown"},
        {"带号137", "zone-unknown"},
        {"带号37,38", "crs-said-twice"},
        {"带号37 EPSG:4547", "zone-conflict"},
        {"中央经线111 带号38", "zone-conflict"},
        {"三度带 带号19", "zone-conflict"},
        {"带号37 80坐标系", "datum-refused"},
        {"带号37 54坐标系", "datum-refused"},
        {"带号37 Xian_1980", "datum-refused"},
        {"带号37 Beijing 54", "datum-refused"},
        {"带号37 独立坐标系", "local-system-refused"},
        {"带号37 呼和浩特城市坐标系", "local-system-refused"},
        {"百度坐标", "web-map-refused"},
    };
    static const char points[] = "4520000,563000\n4520000,563400\n4520300,563400\n4520300,563000\n";
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[512];
        struct parcel_set set;
        struct error e = {0};
        snprintf(text, sizeof text, "%s\n%s", cases[i].heading, points);
        (void)parse_bytes(*state, text, strlen(text), &set, &e);
        if (strcmp(e.code, cases[i].code) != 0)
            fail_msg("%s: %s %s", cases[i].heading, e.code, e.en);
    }
    /* the second heading must not move the points above it */
    char text[512];
    snprintf(text, sizeof text, "带号37\n%s\n带号38\n%s", points, points);
    refuse_text(*state, text, STATUS_INVALID_INPUT, "crs-said-twice");
    refuse_text(*state, "点号,带号,X,Y\n1,37,4520000,563000\n2,38,4520000,563400\n3,37,4520300,563400\n",
                STATUS_INVALID_INPUT, "crs-said-twice");
    refuse_text(
        *state,
        "点号,X,Y,坐标系\n1,4520000,37563000,西安80\n2,4520000,37563400,西安80\n3,4520300,37563400,西安80\n",
        STATUS_UNSUPPORTED, "datum-refused");
    refuse_text(*state,
                "点号,X(西安80),Y(西安80)\n1,4520000,37563000\n2,4520000,37563400\n3,4520300,37563400\n",
                STATUS_UNSUPPORTED, "datum-refused");
    refuse_text(*state, "点号,经度(GCJ-02),纬度\n1,111.7,40.8\n2,111.8,40.8\n3,111.8,40.9\n",
                STATUS_UNSUPPORTED, "web-map-refused");
    /* degrees, minutes and seconds run together pass for other numbers: asked, never read as those */
    refuse_text(*state, "1114200.5,404800.5\n1114236.5,404800.5\n1114236.5,404836.5\n", STATUS_INVALID_INPUT,
                "dms-packed");
    refuse_text(*state,
                "经度(度.分秒),纬度(度.分秒)\n111.42005,40.48005\n111.42365,40.48005\n111.42365,40.48365\n",
                STATUS_UNSUPPORTED, "dms-packed");
}

/* The option answers the question; where the file says otherwise it is refused. */
static void test_crs_option(void **state)
{
    struct parcel_context c = *(struct parcel_context *)*state;
    static const char text[] = "4520000,563000\n4520000,563400\n4520300,563400\n4520300,563000\n";
    struct parcel_set set;
    struct error e;
    c.epsg = 4546;
    test_assert_ok(parse_bytes(&c, text, sizeof text - 1, &set, &e), &e);
    assert_area(&set, 0, SQUARE_M2, 0.05);
    c.epsg = 4525; /* the same zone, named with its prefix */
    test_assert_ok(parse_bytes(&c, text, sizeof text - 1, &set, &e), &e);
    assert_int_equal(set.parcels[0].crs.epsg, 4546);
    c.epsg = 4490;
    test_assert_refused(parse_bytes(&c, text, sizeof text - 1, &set, &e), STATUS_INVALID_INPUT,
                        "crs-conflict", &e);
    static const char ewkt[] =
        "SRID=4546;POLYGON((563000 4520000,563400 4520000,563400 4520300,563000 4520000))";
    c.epsg = 4547;
    test_assert_refused(parse_bytes(&c, ewkt, sizeof ewkt - 1, &set, &e), STATUS_INVALID_INPUT,
                        "crs-conflict", &e);
    int epsg;
    test_assert_ok(crs_of_option("epsg:4525", false, &epsg, &e), &e);
    assert_int_equal(epsg, 4525);
    test_assert_ok(crs_of_option(NULL, false, &epsg, &e), &e);
    assert_int_equal(epsg, 0);
    test_assert_refused(crs_of_option("37", false, &epsg, &e), STATUS_UNSUPPORTED, e.code, &e);
    test_assert_refused(crs_of_option("zone 37", false, &epsg, &e), STATUS_INVALID_INPUT, "crs-option", &e);
}

static void test_encodings(void **state)
{
    size_t n;
    struct parcel_set set;
    struct error e;
    char *bytes = encode("地块编号,地块名称,X坐标,Y坐标\nP1,示例,4520000,37563000\nP1,示例,4520000,"
                         "37563400\nP1,示例,4520300,37563400\n",
                         "GB18030", &n);
    test_assert_ok(parse_bytes(*state, bytes, n, &set, &e), &e);
    assert_string_equal(set.parcels[0].name, "示例");
    free(bytes);
    bytes = encode(
        "东经111°42′00″、北纬40°48′00″\n东经111°42′36″、北纬40°48′00″\n东经111°42′36″、北纬40°48′36″\n",
        "GBK", &n);
    test_assert_ok(parse_bytes(*state, bytes, n, &set, &e), &e);
    free(bytes);
}

/* 30 000 damaged files: every answer is OK or a sentence. */
static void test_mutations_end_well(void **state)
{
    static const char *const good[] = {
        "SRID=4525;POLYGON((37563000 4520000,37563400 4520000,37563400 4520300,37563000 4520300,37563000 "
        "4520000))",
        "J1,111°42′00″,40°48′00″\nJ2,111°42′36″,40°48′00″\nJ3,111°42′36″,40°48′36″\n\n4,111°42′00″,"
        "40°48′36″\n",
        "编号,圈号,\"x\",y,wkt2\nP1,1,37563000,4520000,\nP1,1,37563400,4520000,\nP1,1,37563400,4520300,\n",
        "id,wkt\n1,\"POLYGON((111.7 40.8,111.8 40.8,111.8 40.9,111.7 40.8))\"\n"};
    static const char pieces[] = ",;()\"\n\t 0123456789.-:=dENJ\xC2\xB0\xE7\xFF";
    struct parcel_context *c = *state;
    uint64_t seed = 4525;
    size_t accepted = 0;
    for (int round = 0; round < 30000; round++) {
        char text[512];
        struct parcel_set set;
        struct error e = {.status = STATUS_OK};
        strcpy(text, good[round % 4]);
        size_t n = strlen(text);
        for (uint64_t k = 1 + test_random(&seed) % 4; k > 0; k--)
            text[test_random(&seed) % n] = pieces[test_random(&seed) % (sizeof pieces - 1)];
        enum status s = parse_bytes(c, text, n, &set, &e);
        accepted += s == STATUS_OK;
        assert_true(s != STATUS_INTERNAL && s != STATUS_NO_MEMORY);
        assert_true(s == STATUS_OK || (e.code[0] && e.zh[0] && e.en[0]));
        arena_reset(c->arena);
    }
    assert_true(accepted > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        parcel_test(test_grid_notations),
        parcel_test(test_degree_notations),
        parcel_test(test_arcs_of_wkt),
        parcel_test(test_rings_and_plots),
        parcel_test(test_questions),
        parcel_test(test_crs_option),
        parcel_test(test_encodings),
        parcel_test(test_mutations_end_well),
        parcel_test(test_words),
        parcel_test(test_a_long_line_is_read_to_its_end),
        parcel_test(test_a_second_point_in_a_line_is_not_lost),
        parcel_test(test_csv_cells_are_not_lost),
        parcel_test(test_a_table_that_may_be_cut_off),
    };
    return cmocka_run_group_tests_name("wkt, tables, csv", tests, NULL, NULL);
}
