#include "store_fixture.h"

#include "fresh_store.h"

#include <ftw.h>
#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <spatialite.h> /* after sqlite3.h */

int place_make(void **state)
{
    struct place *p = calloc(1, sizeof *p);
    const char *base = getenv("TMPDIR");
    snprintf(p->dir, sizeof p->dir, "%s/hx-store-XXXXXX", base && strlen(base) < 32 ? base : "/tmp");
    if (!mkdtemp(p->dir))
        return -1;
    snprintf(p->path, sizeof p->path, "%s/red.hx", p->dir);
    p->arena = arena_new((size_t)64 << 20);
    *state = p;
    return 0;
}

int place_make_store(void **state)
{
    if (place_make(state) != 0)
        return -1;
    struct place *p = *state;
    struct error e = {0};
    if (fresh_store(p->path, &e) != STATUS_OK) {
        fprintf(stderr, "%s\n", e.en);
        return -1;
    }
    return 0;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st, (void)type, (void)ftw;
    return remove(path);
}

int place_remove(void **state)
{
    struct place *p = *state;
    nftw(p->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    arena_free(p->arena);
    free(p);
    return 0;
}

static unsigned char *put(unsigned char *p, const void *bytes, size_t n)
{
    memcpy(p, bytes, n);
    return p + n;
}

struct square_wkb square_wkb(double west, double south, double side)
{
    struct square_wkb w;
    const uint32_t multi = 6, polygon = 3, one = 1, five = 5;
    const double xy[5][2] = {{west, south},
                             {west + side, south},
                             {west + side, south + side},
                             {west, south + side},
                             {west, south}};
    unsigned char *p = w.bytes;
    *p++ = 1;
    p = put(put(p, &multi, 4), &one, 4);
    *p++ = 1;
    p = put(put(put(p, &polygon, 4), &one, 4), &five, 4);
    memcpy(p, xy, sizeof xy);
    return w;
}

struct store_version_spec red_line_spec(const char *sha256)
{
    return (struct store_version_spec){.layer = "ecological_red_line",
                                       .title_zh = "生态保护红线",
                                       .title_en = "Ecological red line",
                                       .kind = "line",
                                       .label = "示例数据",
                                       .synthetic = true,
                                       .source_name = "STBHHX.gpkg",
                                       .source_sha256 = sha256,
                                       .source_crs = "EPSG:4490",
                                       .document_no = "",
                                       .effective_from = "2024-01-01"};
}

void add_squares(struct store_import *im, int n)
{
    struct error e = {0};
    for (int i = 0; i < n; i++) {
        char code[16];
        snprintf(code, sizeof code, "A%d", i);
        struct square_wkb w = square_wkb(111 + 0.01 * i, 40, 0.008);
        struct store_feature f = {.code = code,
                                  .name = "图斑",
                                  .zone = "",
                                  .county = "150121",
                                  .declared_area_m2 = i % 2 ? 1234.5 : NAN,
                                  .properties = "{\"BZ\":\"示例\"}",
                                  .wkb = w.bytes,
                                  .wkb_size = sizeof w.bytes};
        must(store_import_feature(im, &f, NULL, &e), &e);
    }
}

void import_squares(struct store *s, int n, const char *sha256)
{
    struct error e = {0};
    struct store_import *im = NULL;
    int64_t id = 0;
    struct store_version_spec spec = red_line_spec(sha256);
    must(store_import_begin(s, &spec, &im, &id, &e), &e);
    add_squares(im, n);
    must(store_import_commit(im, 5 * n, 1e6 * n, "{\"read\":1}", &e), &e);
}

void must(enum status st, const struct error *e)
{
    if (st != STATUS_OK)
        fail_msg("%s: %s / %s", e->code, e->en, e->zh);
}

struct store *must_open(const char *path, enum store_mode mode)
{
    struct error e = {0};
    struct store *s = NULL;
    must(store_open(path, mode, &s, &e), &e);
    return s;
}

void assert_says(const struct error *e, enum status st, const char *code, const char *place)
{
    assert_int_equal(e->status, st);
    assert_string_equal(e->code, code);
    assert_non_null(strstr(e->zh, place));
    assert_non_null(strstr(e->en, place));
    assert_non_null(strstr(e->zh, "。"));
}

int foreign_sql(const char *path, const char *sql, char message[256])
{
    sqlite3 *db = NULL;
    void *cache = spatialite_alloc_connection();
    sqlite3_open(path, &db);
    spatialite_init_ex(db, cache, 0);
    char *text = NULL;
    int rc = sqlite3_exec(db, sql, NULL, NULL, &text);
    snprintf(message, 256, "%s", text ? text : "");
    sqlite3_free(text);
    sqlite3_close(db);
    spatialite_cleanup_ex(cache);
    return rc;
}

static bool count_one(const struct store_feature *f, void *user)
{
    (void)f;
    ++*(int *)user;
    return true;
}

int count_features(struct store *s, int64_t version, const struct geo_box *box)
{
    struct error e = {0};
    int n = 0;
    struct store_feature_query q = {.version_id = version, .box = box};
    must(store_features(s, &q, count_one, &n, &e), &e);
    return n;
}

struct store_version current_red_line(struct store *s, struct arena *a)
{
    struct error e = {0};
    struct store_version v = {0};
    must(store_current_version(s, "ecological_red_line", a, &v, &e), &e);
    return v;
}

int64_t generation_of(struct store *s)
{
    struct error e = {0};
    int64_t g = 0;
    must(store_generation(s, &g, &e), &e);
    return g;
}
