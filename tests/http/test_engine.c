/* Workers and their lanes: what is slow never takes what checks need. */
#include "../fresh_store.h"
#include "http/engine.h"

#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

enum { N_SLOW = 6 };

struct fixture {
    char folder[64], path[96];
    struct engine *engine;
};

static void set_up(struct fixture *f, size_t n_workers)
{
    struct error e = {0};
    snprintf(f->folder, sizeof f->folder, "/tmp/hongxian-engine-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    snprintf(f->path, sizeof f->path, "%s/a.sqlite", f->folder);
    if (fresh_store(f->path, &e) || engine_open(f->path, n_workers, &f->engine, &e))
        fail_msg("%s", e.en);
}

static void tear_down(struct fixture *f)
{
    char command[128];
    engine_close(f->engine);
    snprintf(command, sizeof command, "rm -r '%s'", f->folder);
    assert_int_equal(system(command), 0);
}

static struct engine_worker *take(struct engine *en, enum engine_lane lane)
{
    struct error e = {0};
    struct engine_worker *w = NULL;
    if (engine_take(en, lane, NULL, &w, &e))
        fail_msg("%s", e.en);
    return w;
}

struct slow {
    struct engine *engine;
    pthread_mutex_t gate; /* locked: whoever works is held */
    atomic_int n_working, n_most;
};

static void *work_slowly(void *user)
{
    struct slow *s = user;
    struct engine_worker *w = take(s->engine, LANE_SLOW);
    int n = atomic_fetch_add(&s->n_working, 1) + 1;
    for (int most = atomic_load(&s->n_most);
         n > most && !atomic_compare_exchange_weak(&s->n_most, &most, n);) {
    }
    pthread_mutex_lock(&s->gate);
    pthread_mutex_unlock(&s->gate);
    atomic_fetch_sub(&s->n_working, 1);
    engine_give(s->engine, w);
    return NULL;
}

/* However many slow requests there are, held as they may be: half of the workers take them, the others
 * wait, and quick ones are answered one after another meanwhile. Were it otherwise, this would hang. */
static void quick_beside_slow(size_t asked, size_t workers)
{
    struct fixture f;
    pthread_t threads[N_SLOW];
    set_up(&f, asked);
    struct slow s = {.engine = f.engine, .gate = PTHREAD_MUTEX_INITIALIZER};
    pthread_mutex_lock(&s.gate);
    for (int i = 0; i < N_SLOW; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, work_slowly, &s), 0);
    struct engine_load load = engine_load(f.engine);
    while (load.slow + load.waiting_slow < N_SLOW) {
        sched_yield();
        load = engine_load(f.engine);
    }
    assert_int_equal(load.workers, workers);
    assert_int_equal(load.slow_max, workers / 2);
    assert_int_equal(load.slow, workers / 2);
    for (int i = 0; i < 100; i++) {
        struct engine_worker *all[8];
        size_t free_ones = workers - workers / 2;
        for (size_t k = 0; k < free_ones; k++)
            all[k] = take(f.engine, LANE_QUICK);
        load = engine_load(f.engine);
        assert_int_equal(load.quick, free_ones);
        assert_int_equal(load.slow, workers / 2);
        assert_int_equal(load.waiting_slow, N_SLOW - workers / 2);
        for (size_t k = 0; k < free_ones; k++)
            engine_give(f.engine, all[k]);
    }
    pthread_mutex_unlock(&s.gate);
    for (int i = 0; i < N_SLOW; i++)
        pthread_join(threads[i], NULL);
    assert_in_range(atomic_load(&s.n_most), 1, workers / 2);
    load = engine_load(f.engine);
    assert_int_equal(load.slow + load.quick + load.waiting_slow + load.waiting_quick, 0);
    tear_down(&f);
}

static void test_quick_beside_slow(void **state)
{
    (void)state;
    quick_beside_slow(4, 4);
    quick_beside_slow(5, 5);
    quick_beside_slow(1, 2); /* one alone would have no lane to keep free */
}

/* A file that is gone fails at once, for both lanes, and counts as nobody's work; put back, it is served
 * again. */
static void test_no_store(void **state)
{
    (void)state;
    struct fixture f;
    struct error e = {0};
    struct engine_worker *w = NULL;
    char aside[128];
    set_up(&f, 2);
    snprintf(aside, sizeof aside, "%s.aside", f.path);
    assert_int_equal(rename(f.path, aside), 0);
    for (int lane = LANE_SLOW; lane <= LANE_QUICK; lane++)
        assert_int_equal(engine_take(f.engine, (enum engine_lane)lane, NULL, &w, &e), STATUS_NOT_FOUND);
    assert_string_equal(e.code, "store-not-found");
    assert_int_equal(engine_load(f.engine).slow + engine_load(f.engine).quick, 0);
    assert_int_equal(rename(aside, f.path), 0);
    engine_give(f.engine, take(f.engine, LANE_SLOW));
    assert_int_equal(engine_store_number(f.engine), 0);
    tear_down(&f);
}

static void *give_later(void *user)
{
    struct slow *s = user;
    struct engine_worker *w = take(s->engine, LANE_SLOW);
    atomic_store(&s->n_working, 1);
    pthread_mutex_lock(&s->gate);
    pthread_mutex_unlock(&s->gate);
    engine_give(s->engine, w);
    return NULL;
}

static void *take_once(void *user)
{
    struct slow *s = user;
    struct engine_worker *w = take(s->engine, LANE_QUICK);
    atomic_store(&s->n_most, (int)engine_store_number(s->engine));
    engine_give(s->engine, w);
    return NULL;
}

/* Another store is taken up once nobody works with the one before, and not earlier: who works keeps his
 * own. */
static void test_another_store_waits_for_who_works(void **state)
{
    (void)state;
    struct fixture f;
    struct error e = {0};
    char other[128];
    pthread_t worker, asker;
    set_up(&f, 3);
    struct slow s = {.engine = f.engine, .gate = PTHREAD_MUTEX_INITIALIZER};
    pthread_mutex_lock(&s.gate);
    snprintf(other, sizeof other, "%s.other", f.path);
    if (fresh_store(other, &e))
        fail_msg("%s", e.en);
    assert_int_equal(pthread_create(&worker, NULL, give_later, &s), 0);
    while (!atomic_load(&s.n_working))
        sched_yield();
    assert_int_equal(rename(other, f.path), 0);
    assert_int_equal(pthread_create(&asker, NULL, take_once, &s), 0);
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(engine_store_number(f.engine), 0);
        sched_yield();
    }
    pthread_mutex_unlock(&s.gate);
    pthread_join(worker, NULL);
    pthread_join(asker, NULL);
    assert_int_equal(atomic_load(&s.n_most), 1);
    tear_down(&f);
}

static void *look_until_it_fails(void *user)
{
    struct slow *s = user;
    struct error e = {0};
    struct snapshot *snapshot = NULL;
    struct engine_worker *w = take(s->engine, LANE_SLOW);
    atomic_store(&s->n_working, 1);
    while (!engine_snapshot(s->engine, w, &snapshot, &e))
        snapshot_unref(snapshot);
    engine_give(s->engine, w);
    return NULL;
}

static void *ask_until_served(void *user)
{
    struct slow *s = user;
    struct error e = {0};
    struct engine_worker *w = NULL;
    while (
        engine_take(s->engine, LANE_QUICK, NULL, &w, &e)) /* for a fifth of a second it is not tried again */
        sched_yield();
    engine_give(s->engine, w);
    return NULL;
}

/* Whoever finds the old store unreadable while another is being taken up holds a worker for which that waits:
 * the two would wait for each other, and this would hang. */
static void test_a_fault_found_while_another_store_is_taken_up(void **state)
{
    (void)state;
    struct fixture f;
    struct error e = {0};
    char other[128];
    pthread_t worker, asker;
    sqlite3 *db = NULL;
    set_up(&f, 3);
    struct slow s = {.engine = f.engine};
    snprintf(other, sizeof other, "%s.other", f.path);
    if (fresh_store(other, &e))
        fail_msg("%s", e.en);
    assert_int_equal(pthread_create(&worker, NULL, look_until_it_fails, &s), 0);
    while (!atomic_load(&s.n_working))
        sched_yield();
    assert_int_equal(sqlite3_open(f.path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "DROP TABLE store_state", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    assert_int_equal(rename(other, f.path), 0);
    assert_int_equal(pthread_create(&asker, NULL, ask_until_served, &s), 0);
    pthread_join(worker, NULL);
    pthread_join(asker, NULL);
    engine_give(f.engine, take(f.engine, LANE_QUICK));
    assert_int_equal(engine_store_number(f.engine), 1);
    tear_down(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_fault_found_while_another_store_is_taken_up),
        cmocka_unit_test(test_quick_beside_slow),
        cmocka_unit_test(test_no_store),
        cmocka_unit_test(test_another_store_waits_for_who_works),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
