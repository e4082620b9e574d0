/* TXT is written so that our reader, and everybody else's, gets back what went in. */
#include "features/parcel_test.h"

#include "features/txt_write.h"

static struct buffer write_set(const struct parcel_context *c, const struct parcel_set *set, int zone,
                               bool utf8)
{
    struct buffer out;
    struct error e;
    const struct parcel_txt_options o = {.zone = zone, .utf8 = utf8};
    buffer_init(&out, 0);
    test_assert_ok(parcel_txt_write(c, set->parcels, set->n_parcels, &o, &out, &e), &e);
    return out;
}

static struct parcel_set read_back(const struct parcel_context *c, const struct buffer *b)
{
    struct parcel_set set;
    struct error e;
    test_assert_ok(parse_bytes(c, b->data, b->size, &set, &e), &e);
    return set;
}

static void test_exact_bytes(void **state)
{
    struct parcel_set set = accept_text(
        *state, TXT_HEAD TXT_PLOT_UNCOUNTED TXT_SQUARE
        "J5,2,4520100,37563100\nJ6,2,4520100,37563200\nJ7,2,4520200,37563200\nJ5,2,4520100,37563100\n");
    struct buffer b = write_set(*state, &set, 0, true);
    assert_string_equal(
        b.data,
        "[属性描述]\r\n格式版本号=1.01版本\r\n数据产生单位=\r\n数据产生日期=\r\n坐标系=2000国家大地坐标系\r\n"
        "几度分带=3\r\n投影类型=高斯克吕格\r\n计量单位=米\r\n带号=37\r\n精度=0.001\r\n转换参数=,,,,,,\r\n["
        "地块坐标]\r\n"
        "9,11.4989,P1,示例地块,面,,工业用地,,@\r\n"
        "J1,1,4520000.000,37563000.000\r\nJ2,1,4520000.000,37563400.000\r\n"
        "J3,1,4520300.000,37563400.000\r\nJ4,1,4520300.000,37563000.000\r\nJ1,1,4520000.000,37563000.000\r\n"
        "J5,2,4520100.000,37563100.000\r\nJ6,2,4520100.000,37563200.000\r\n"
        "J7,2,4520200.000,37563200.000\r\nJ5,2,4520100.000,37563100.000\r\n");
    buffer_release(&b);
}

/* Whatever came in: what is written reads without a guess, and is written again to the same bytes. */
static void test_round_trips(void **state)
{
    static const char *const texts[] = {
        TXT_HEAD TXT_PLOT TXT_SQUARE,
        "SRID=4490;MULTIPOLYGON(((111.70 40.80,111.71 40.80,111.71 40.81,111.70 40.80)),((111.80 "
        "40.80,111.81 40.80,111.81 "
        "40.81,111.80 40.80)))",
        "J1,4520000.1234,37563000.5678\nJ2,4520000,37563400\nJ3,4520300,37563400\n",
        "{\"type\":\"Feature\",\"properties\":{\"DKBH\":\"a,b\",\"DKMC\":\"名,称\\n二𠮷\"},\"geometry\":{"
        "\"type\":\"Polygon\","
        "\"coordinates\":[[[111.70,40.80],[111.71,40.80],[111.71,40.81],[111.70,40.80]]]}}",
        "带号19\n4520000,563000\n4520000,563400\n4520300,563400\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct parcel_set first = accept_text(*state, texts[i]);
        for (int utf8 = 0; utf8 < 2; utf8++) {
            struct buffer one = write_set(*state, &first, 0, utf8);
            struct parcel_set second = read_back(*state, &one);
            assert_clean(&second);
            assert_int_equal(second.n_parcels, first.n_parcels);
            assert_int_equal(second.parcels[0].shape.n_polygons, first.parcels[0].shape.n_polygons);
            assert_area(&second, 0, geo_shape_area_m2(&first.parcels[0].shape),
                        100); /* edges of km bend between CRS */
            struct buffer two = write_set(*state, &second, 0, utf8);
            assert_int_equal(one.size, two.size);
            assert_memory_equal(one.data, two.data, one.size);
            buffer_release(&one);
            buffer_release(&two);
        }
    }
}

static void test_delivered_points_come_back(void **state)
{
    struct parcel_set set = accept_text(*state, TXT_HEAD TXT_PLOT_UNCOUNTED
                                        "J1,1,4520000.001,37563000.999\nJ2,1,4520000.5,37563400.123\n"
                                        "J3,1,4520300.789,37563400.456\n");
    struct buffer b = write_set(*state, &set, 0, false);
    struct parcel_set back = read_back(*state, &b);
    const struct parcel_rings *d = &set.parcels[0].delivered, *r = &back.parcels[0].delivered;
    assert_int_equal(r->start[r->n_rings], 3);
    assert_memory_equal(d->x, r->x, 3 * sizeof *d->x);
    assert_memory_equal(d->y, r->y, 3 * sizeof *d->y);
    assert_int_equal(set.parcels[0].shape.n_vertices, back.parcels[0].shape.n_vertices);
    buffer_release(&b);
}

static void test_another_zone(void **state)
{
    struct parcel_set set = accept_text(*state, TXT_HEAD TXT_PLOT TXT_SQUARE);
    struct buffer b = write_set(*state, &set, 38, true);
    struct parcel_set back = read_back(*state, &b);
    assert_int_equal(back.parcels[0].crs.zone, 38);
    assert_area(&back, 0, geo_shape_area_m2(&set.parcels[0].shape), 0.5);
    buffer_release(&b);
    struct buffer out;
    struct error e;
    buffer_init(&out, 0);
    assert_true(parcel_txt_write(*state, set.parcels, 1, &(struct parcel_txt_options){.zone = 24}, &out,
                                 &e) != STATUS_OK);
    assert_int_equal(out.size, 0);
    test_assert_refused(parcel_txt_write(*state, set.parcels, 0, &(struct parcel_txt_options){0}, &out, &e),
                        STATUS_INVALID_INPUT, "no-parcels", &e);
    buffer_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        parcel_test(test_exact_bytes),
        parcel_test(test_round_trips),
        parcel_test(test_delivered_points_come_back),
        parcel_test(test_another_zone),
    };
    return cmocka_run_group_tests_name("txt written", tests, NULL, NULL);
}
