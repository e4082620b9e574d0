/* How fast is a 国土TXT read? Three figures, because they differ by much: decoding and lines, rows and rings
 * alone (what "parsing" means); and everything that a parcel goes through (projection, validity, area,
 * overlaps with the others). usage: bench_txt [PLOTS [POINTS_PER_PLOT]] */
#include "features/parsing.h"
#include "formats/encoding.h"

#include <iconv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ROUNDS = 7 };

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Plots of 100 m in a grid, each with `points` points on its border. */
static char *make_text(int plots, int points, size_t *n)
{
    size_t room = (size_t)plots * ((size_t)points + 3) * 64 + 4096, at = 0;
    char *text = malloc(room);
    if (!text)
        abort();
    at += (size_t)sprintf(text, "[属性描述]\r\n格式版本号=1.01版本\r\n坐标系=2000国家大地坐标系\r\n几度分带="
                                "3\r\n投影类型=高斯克吕格\r\n计量单位=米\r\n"
                                "带号=37\r\n精度=0.001\r\n转换参数=,,,,,,\r\n[地块坐标]\r\n");
    for (int i = 0; i < plots; i++) {
        double north = 4400000 + (i / 100) * 150.0, east = 37500000 + (i % 100) * 150.0;
        at += (size_t)sprintf(text + at, "%d,1.0000,15%06d,示例地块%d,面,,工业用地,0601,@\r\n", points + 1, i,
                              i);
        for (int k = 0; k <= points; k++) {
            int j = k % points, side = 4 * j / points;
            double t = 100.0 * (4.0 * j / points - side);
            double x = side == 0 ? t : side == 1 ? 100 : side == 2 ? 100 - t : 0;
            double y = side == 0 ? 0 : side == 1 ? t : side == 2 ? 100 : 100 - t;
            at += (size_t)sprintf(text + at, "J%d,1,%.3f,%.3f\r\n", j + 1, north + y, east + x);
        }
    }
    *n = at;
    return text;
}

static void fail(const struct error *e)
{
    fprintf(stderr, "%s\n", e->en);
    exit(1);
}

static char *to_gbk(char *text, size_t n, size_t *out_n)
{
    char *out = malloc(n), *to = out;
    size_t room = n;
    iconv_t cd = iconv_open("GB18030", "UTF-8");
    if (!out || cd == (iconv_t)-1 || iconv(cd, &text, &n, &to, &room) == (size_t)-1)
        abort();
    iconv_close(cd);
    *out_n = (size_t)(to - out);
    return out;
}

static void report(const char *what, size_t n, double best_s)
{
    printf("%-44s %8.1f MB/s  %8.2f ms\n", what, (double)n / 1e6 / best_s, best_s * 1e3);
}

static void decode_and_scan(const struct parcel_context *c, const char *bytes, size_t n, const char *name)
{
    double decode = 1e9, scan = 1e9;
    char what[64];
    for (int round = 0; round < ROUNDS; round++) {
        char *text;
        size_t n_text;
        enum text_encoding encoding;
        struct error e;
        struct parsing p;
        arena_reset(c->arena);
        double t0 = now_s();
        if (text_decode(bytes, n, c->arena, &text, &n_text, &encoding, &e) != STATUS_OK)
            fail(&e);
        double t1 = now_s();
        if (parsing_begin(&p, c, &e))
            exit(1);
        p.structure_only = true;
        enum status s = parcel_txt_read(&p, text, n_text);
        double t2 = now_s();
        parsing_release(&p);
        if (s != STATUS_OK)
            fail(&e);
        decode = t1 - t0 < decode ? t1 - t0 : decode;
        scan = t2 - t1 < scan ? t2 - t1 : scan;
    }
    snprintf(what, sizeof what, "%s: decoding", name);
    report(what, n, decode);
    snprintf(what, sizeof what, "%s: lines, rows, rings", name);
    report(what, n, scan);
    snprintf(what, sizeof what, "%s: both (text parse)", name);
    report(what, n, decode + scan);
}

static void whole(const struct parcel_context *c, const char *bytes, size_t n)
{
    double best = 1e9;
    for (int round = 0; round < 3; round++) {
        struct parcel_set set;
        struct error e;
        arena_reset(c->arena);
        double t0 = now_s();
        if (parcel_parse(c, bytes, n, &set, &e) != STATUS_OK)
            fail(&e);
        double t1 = now_s();
        best = t1 - t0 < best ? t1 - t0 : best;
    }
    report("whole: projected, valid, compared", n, best);
}

int main(int argc, char **argv)
{
    int plots = argc > 1 ? atoi(argv[1]) : 10000, points = argc > 2 ? atoi(argv[2]) : 20;
    if (plots < 1 || points < 4)
        return 1;
    struct parcel_context c = {.arena = arena_new((size_t)2 << 30)};
    struct error e;
    if (!c.arena || geo_transformer_new(&c.transformer, &e) != STATUS_OK ||
        geo_geos_new(&c.geos, &e) != STATUS_OK)
        return 1;
    size_t n, n_gbk;
    char *text = make_text(plots, points, &n), *gbk = to_gbk(text, n, &n_gbk);
    printf("%d plots of %d points, %.2f MB\n", plots, points, (double)n / 1e6);
    decode_and_scan(&c, text, n, "UTF-8");
    decode_and_scan(&c, gbk, n_gbk, "GB18030");
    whole(&c, gbk, n_gbk);
    free(text);
    free(gbk);
    geo_geos_free(c.geos);
    geo_transformer_free(c.transformer);
    arena_free(c.arena);
    return 0;
}
