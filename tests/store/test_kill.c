/* A server that loses power in the middle of an import: whatever the moment, the store opens afterwards, is
 * sound, and shows the old version whole or the new one whole. */
#include "ingest_fixture.h"
#include "runs.h"

#include "base/sha256.h"
#include "index/layer_index.h"

#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <spatialite.h> /* after sqlite3.h */

enum { OLD_FEATURES = 40, NEW_FEATURES = 1500 };

static void make_squares(const char *path, size_t n)
{
    struct made_feature *f = calloc(n, sizeof *f);
    char(*wkt)[256] = calloc(n, sizeof *wkt);
    for (size_t i = 0; i < n; i++) {
        rectangle_wkt(wkt[i], 110 + 0.01 * (double)(i % 100), 40 + 0.01 * (double)(i / 100), 0.008, 0.008);
        f[i] = (struct made_feature){"B", "", 1, wkt[i], NULL, NULL};
    }
    make_source(path, "GPKG", 4490, f, n);
    free(f);
    free(wkt);
}

/* What the importing process itself used, without its reading child, whose time its timer does not count.
 * Shared with it. */
static double *own_s;

static double process_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* In a child: a whole import, as a program would do it. Never returns. */
static void import_and_exit(const char *store, const char *file)
{
    struct store *s = NULL;
    struct error e;
    struct ingest_report report;
    ingest_report_init(&report);
    struct ingest_request r = red_line_request(file);
    if (store_open(store, STORE_WRITE, &s, &e) != STATUS_OK ||
        ingest_layer_file(s, &r, &report, &e) != STATUS_OK)
        _exit(1);
    ingest_report_release(&report);
    store_close(s);
    *own_s = process_s();
    _exit(0);
}

/* Imports in a child that the kernel ends, as kill -9 would, once it has used that much processor time: a
 * busy machine moves no moment. 0: to its end. */
static pid_t start_import(const char *store, const char *file, double end_after_s)
{
    pid_t pid = fork();
    if (pid == 0) {
        struct itimerval timer = {.it_value = {.tv_sec = (time_t)end_after_s,
                                               .tv_usec = (suseconds_t)(fmod(end_after_s, 1) * 1e6)}};
        setitimer(ITIMER_PROF, &timer, NULL);
        import_and_exit(store, file);
    }
    return pid;
}

/* The processor time that it took. */
static double import_whole(const char *store, const char *file)
{
    int status = -1;
    waitpid(start_import(store, file, 0), &status, 0);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    return *own_s;
}

/* Whether the import was still under way when it was ended. */
static bool import_killed_after(const char *store, const char *file, double cpu_s)
{
    int status = 0;
    waitpid(start_import(store, file, fmax(cpu_s, 1e-4)), &status, 0);
    if (WIFEXITED(status))
        assert_int_equal(WEXITSTATUS(status), 0);
    return WIFSIGNALED(status);
}

static int64_t ask(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *q = NULL;
    if (sqlite3_prepare_v2(db, sql, -1, &q, NULL) != SQLITE_OK || sqlite3_step(q) != SQLITE_ROW)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    int64_t v = sqlite3_column_int64(q, 0);
    sqlite3_finalize(q);
    return v;
}

/* What another program (QGIS, sqlite3) finds in the file: no damage, no half version, an index for every
 * feature. */
static void assert_sound(const char *path)
{
    sqlite3 *db = NULL;
    void *cache = spatialite_alloc_connection();
    sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL);
    spatialite_init_ex(db, cache, 0);
    assert_int_equal(ask(db, "SELECT integrity_check = 'ok' FROM pragma_integrity_check"), 1);
    assert_int_equal(ask(db, "SELECT count(*) FROM pragma_foreign_key_check"), 0);
    assert_int_equal(ask(db, "SELECT count(*) FROM layer_version WHERE status = 'draft'"), 0);
    assert_int_equal(ask(db, "SELECT count(*) FROM layer_version WHERE status = 'current'"), 1);
    assert_int_equal(
        ask(db, "SELECT count(*) FROM layer_version v WHERE n_features <> (SELECT count(*) FROM feature f "
                "WHERE f.version_id = v.id)"),
        0);
    assert_int_equal(
        ask(db, "SELECT (SELECT count(*) FROM feature) = (SELECT count(*) FROM idx_feature_geometry)"), 1);
    sqlite3_close(db);
    spatialite_cleanup_ex(cache);
}

/* The index file beside the version is right, or is noticed not to be. */
static void assert_index_is_right_or_refused(struct store *s, struct arena *a, const struct store_version *v)
{
    struct layer_index *ix = NULL;
    struct error e = {0};
    uint8_t key[SHA256_BYTES];
    store_index_key(v, false, key);
    enum status st = index_open(store_index_path(s, a, v, false), key, &ix, &e);
    if (st == STATUS_OK) {
        must(index_verify(ix, &e), &e);
        assert_int_equal(index_n_features(ix), v->n_features);
        index_close(ix);
    } else {
        assert_true(st == STATUS_NOT_FOUND || st == STATUS_CORRUPT);
    }
}

static bool count_one(const struct store_feature *f, void *user)
{
    (void)f;
    ++*(int64_t *)user;
    return true;
}

static struct store_version look_into(const char *path, struct arena *a)
{
    struct error e = {0};
    struct store_version v;
    int64_t n = 0;
    struct store *s = must_open(path, STORE_WRITE);
    must(store_current_version(s, "ecological_red_line", a, &v, &e), &e);
    struct store_feature_query q = {.version_id = v.id};
    must(store_features(s, &q, count_one, &n, &e), &e);
    assert_int_equal(n, v.n_features);
    assert_index_is_right_or_refused(s, a, &v);
    store_close(s);
    return v;
}

static void killed_at_any_moment_the_store_keeps_a_whole_version(void **state)
{
    struct place *p = *state;
    char small[96], large[96];
    snprintf(small, sizeof small, "%s/old.gpkg", p->dir);
    snprintf(large, sizeof large, "%s/new.gpkg", p->dir);
    make_squares(small, OLD_FEATURES);
    make_squares(large, NEW_FEATURES);
    own_s = mmap(NULL, sizeof *own_s, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(own_s != MAP_FAILED);
    import_whole(p->path, small);
    double whole_s = import_whole(p->path, large);
    int n_killed = 0, n_moments = small_or_whole(left_to_the_whole_run() ? 6 : 16, 120);
    struct store_version before = look_into(p->path, p->arena);
    for (int i = 0; i < n_moments; i++) {
        /* steps of the golden ratio: few moments or many are spread over the whole import, its end
         * included */
        double share = fmod(0.5 + 0.618034 * i, 1.0);
        bool was_killed = import_killed_after(p->path, large, whole_s * share);
        n_killed += was_killed;
        assert_sound(p->path);
        struct store_version v = look_into(p->path, p->arena);
        /* a kill after the commit, while the journal is folded back, leaves the new version: whole, too */
        assert_true(v.id == before.id || v.version_no == before.version_no + 1);
        assert_true(was_killed || v.id != before.id);
        before = v;
    }
    assert_true(n_killed > n_moments / 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(killed_at_any_moment_the_store_keeps_a_whole_version,
                                        place_make_store, place_remove),
    };
    return cmocka_run_group_tests_name("kill", tests, NULL, NULL);
}
