/* One server owns a store, by its file and not by its name; and what is written goes into the file at the
 * path, or the writer is told that it did not. */
#include "../fresh_store.h"
#include "base/sha256.h"
#include "store/sql.h"
#include "store/store_lock.h"
#include "store/store_records.h"
#include "store_fixture.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* A child that takes the lock and keeps it until it is killed; its end of the pipe says that it has. */
static pid_t hold(const char *path, unsigned port)
{
    int ends[2];
    char byte;
    assert_int_equal(pipe(ends), 0);
    pid_t pid = fork();
    if (pid == 0) {
        struct error e = {0};
        struct store_lock *l = NULL;
        if (store_lock_take(path, port, &l, &e) || write(ends[1], "x", 1) != 1)
            _exit(1);
        for (;;)
            pause();
    }
    close(ends[1]);
    assert_int_equal(read(ends[0], &byte, 1), 1);
    close(ends[0]);
    return pid;
}

static void end(pid_t pid)
{
    int how;
    kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, &how, 0), pid);
    assert_true(WIFSIGNALED(how));
}

static void assert_taken_by(const char *path, pid_t pid, unsigned port)
{
    struct error e = {0};
    struct store_lock *l = NULL;
    struct store_owner o;
    char who[64];
    assert_int_equal(store_lock_take(path, 1, &l, &e), STATUS_CONFLICT);
    assert_says(&e, STATUS_CONFLICT, "store-in-use", path);
    snprintf(who, sizeof who, "process %ld", (long)pid);
    assert_non_null(strstr(e.en, who));
    snprintf(who, sizeof who, "进程 %ld", (long)pid);
    assert_non_null(strstr(e.zh, who));
    must(store_lock_look(path, &o, &e), &e);
    assert_true(o.held);
    assert_int_equal(o.pid, pid);
    assert_int_equal(o.port, port);
}

/* Whoever comes second is told who has it, also when the file has another name by now or a second one; a
 * kill -9 leaves nothing; and programs that read and write rows go on beside it. */
static void one_owner_whatever_the_file_is_called(void **state)
{
    struct place *p = *state;
    struct error e = {0};
    struct store_lock *l = NULL;
    struct store_owner o;
    char other[128], link_name[128];
    snprintf(other, sizeof other, "%s.other", p->path);
    snprintf(link_name, sizeof link_name, "%s.link", p->path);
    pid_t pid = hold(p->path, 65535);
    assert_taken_by(p->path, pid, 65535);
    struct store *s = must_open(p->path, STORE_WRITE);
    import_squares(s, 3, "a");
    store_close(s);
    assert_int_equal(rename(p->path, other), 0);
    assert_taken_by(other, pid, 65535);
    assert_int_equal(symlink(other, link_name), 0);
    assert_taken_by(link_name, pid, 65535);
    end(pid);
    must(store_lock_look(other, &o, &e), &e);
    assert_false(o.held);
    must(store_lock_take(other, 8080, &l, &e), &e);
    store_lock_free(l);
    pid = hold(other, 0);
    assert_taken_by(other, pid, 0);
    end(pid);
}

/* Another store that is taken up brings its own lock, and the old one is free then; one that has an owner is
 * refused. */
static void the_lock_goes_over_to_another_store(void **state)
{
    struct place *p = *state;
    struct error e = {0};
    struct store_lock *l = NULL;
    struct store_owner o;
    char first[128], second[128];
    snprintf(first, sizeof first, "%s.first", p->path);
    snprintf(second, sizeof second, "%s.second", p->path);
    must(fresh_store(second, &e), &e);
    must(store_lock_take(p->path, 7, &l, &e), &e);
    must(store_lock_move(l, p->path, &e), &e);
    pid_t pid = hold(second, 8);
    assert_int_equal(rename(p->path, first), 0);
    assert_int_equal(store_lock_move(l, p->path, &e), STATUS_NOT_FOUND);
    assert_int_equal(rename(second, p->path), 0);
    assert_int_equal(store_lock_move(l, p->path, &e), STATUS_CONFLICT);
    end(pid);
    must(store_lock_move(l, p->path, &e), &e);
    must(store_lock_look(first, &o, &e), &e);
    assert_false(o.held);
    pid = fork();
    if (pid == 0) {
        struct store_lock *mine = NULL;
        _exit(store_lock_take(p->path, 9, &mine, &e) == STATUS_CONFLICT ? 0 : 1);
    }
    int how;
    assert_int_equal(waitpid(pid, &how, 0), pid);
    assert_int_equal(how, 0);
    store_lock_free(l);
}

/* ---- writing ---- */

static enum status keep(struct store *s, struct arena *a, struct error *e)
{
    struct store_record r = {.kind = "check", .officer = "甲", .verdict = "allowed"};
    return store_record_append(s, &r, (struct store_bytes){"in", 2}, (struct store_bytes){"out", 3}, a, e);
}

static int64_t n_records(const char *path)
{
    struct error e = {0};
    int64_t n = -1;
    struct store *s = must_open(path, STORE_READ);
    must(sql_integer(s, "SELECT count(*) FROM record", &n, (struct doing){"数", "counting"}, &e), &e);
    store_close(s);
    return n;
}

/* However the file went from its path, nothing is said to be kept; put back, it goes on. */
static void nothing_is_kept_into_a_file_that_is_gone(void **state)
{
    struct place *p = *state;
    struct error e = {0};
    char aside[128], other[128];
    snprintf(aside, sizeof aside, "%s.aside", p->path);
    snprintf(other, sizeof other, "%s.other", p->path);
    must(fresh_store(other, &e), &e);
    struct store *s = must_open(p->path, STORE_WRITE);
    must(keep(s, p->arena, &e), &e);
    assert_int_equal(rename(p->path, aside), 0);
    assert_int_equal(keep(s, p->arena, &e), STATUS_CONFLICT); /* moved away */
    assert_says(&e, STATUS_CONFLICT, "store-moved", p->path);
    assert_int_equal(link(other, p->path), 0);
    assert_int_equal(keep(s, p->arena, &e), STATUS_CONFLICT); /* replaced */
    assert_int_equal(unlink(p->path), 0);
    assert_int_equal(symlink(other, p->path), 0);
    assert_int_equal(keep(s, p->arena, &e), STATUS_CONFLICT); /* led elsewhere */
    assert_int_equal(unlink(p->path), 0);
    assert_int_equal(rename(aside, p->path), 0);
    must(keep(s, p->arena, &e), &e);
    store_close(s);
    assert_int_equal(n_records(p->path), 2);
    assert_int_equal(n_records(other), 0);
}

/* Its journal, or what its users share: it would be in a file that is gone with the process. Opened anew, it
 * goes on. */
static void nothing_is_kept_into_a_journal_that_is_gone(void **state)
{
    struct place *p = *state;
    struct error e = {0};
    char name[128];
    for (int i = 0; i < 2; i++) {
        struct store *s = must_open(p->path, STORE_WRITE);
        must(keep(s, p->arena, &e), &e);
        must(keep(s, p->arena, &e), &e);
        snprintf(name, sizeof name, "%s%s", p->path, i ? "-shm" : "-wal");
        assert_int_equal(unlink(name), 0);
        assert_int_equal(keep(s, p->arena, &e), STATUS_CONFLICT);
        assert_says(&e, STATUS_CONFLICT, "store-journal-gone", p->path);
        store_close(s);
    }
    assert_int_equal(n_records(p->path), 4);
}

/* A link that leads to another store now: SQLite compares with where it led when it was opened. */
static void a_link_that_leads_elsewhere_is_another_store(void **state)
{
    struct place *p = *state;
    struct error e = {0};
    char other[128], link_name[128];
    snprintf(other, sizeof other, "%s.other", p->path);
    snprintf(link_name, sizeof link_name, "%s.link", p->path);
    must(fresh_store(other, &e), &e);
    assert_int_equal(symlink(p->path, link_name), 0);
    struct store *s = must_open(link_name, STORE_WRITE);
    must(keep(s, p->arena, &e), &e);
    assert_int_equal(unlink(link_name), 0);
    assert_int_equal(symlink(other, link_name), 0);
    assert_int_equal(keep(s, p->arena, &e), STATUS_CONFLICT);
    store_close(s);
    assert_int_equal(n_records(p->path), 1);
    assert_int_equal(n_records(other), 0);
}

/* The switch of an import, which is long under way. */
static void an_import_does_not_end_in_a_file_that_is_gone(void **state)
{
    struct place *p = *state;
    struct error e = {0};
    struct store_import *im = NULL;
    int64_t id;
    char aside[128];
    snprintf(aside, sizeof aside, "%s.aside", p->path);
    struct store *s = must_open(p->path, STORE_WRITE);
    struct store_version_spec spec = red_line_spec("a");
    must(store_import_begin(s, &spec, &im, &id, &e), &e);
    add_squares(im, 3);
    assert_int_equal(rename(p->path, aside), 0);
    assert_int_equal(store_import_commit(im, 15, 1, "{}", &e), STATUS_CONFLICT);
    assert_says(&e, STATUS_CONFLICT, "store-moved", p->path);
    store_import_abort(im);
    assert_int_equal(rename(aside, p->path), 0);
    import_squares(s, 2, "b");
    assert_int_equal(current_red_line(s, p->arena).version_no, 1); /* the other never was */
    store_close(s);
}

static int move_now(void *user)
{
    struct place *p = user;
    char aside[128];
    snprintf(aside, sizeof aside, "%s.aside", p->path);
    return rename(p->path, aside) != 0;
}

/* Moved between the last look and the end of the commit: it is in that file, and who kept it is told where
 * to look. */
static void moved_while_it_is_committed_is_told(void **state)
{
    struct place *p = *state;
    struct error e = {0};
    char aside[128];
    snprintf(aside, sizeof aside, "%s.aside", p->path);
    struct store *s = must_open(p->path, STORE_WRITE);
    sqlite3_commit_hook(s->db, move_now, p);
    assert_int_equal(keep(s, p->arena, &e), STATUS_CONFLICT);
    assert_says(&e, STATUS_CONFLICT, "store-moved-since", p->path);
    sqlite3_commit_hook(s->db, NULL, NULL);
    store_fold_some(s);
    store_close_apart(s);
    assert_int_equal(n_records(aside), 1);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, place_make_store, place_remove)
    const struct CMUnitTest tests[] = {
        CASE(one_owner_whatever_the_file_is_called),
        CASE(the_lock_goes_over_to_another_store),
        CASE(nothing_is_kept_into_a_file_that_is_gone),
        CASE(nothing_is_kept_into_a_journal_that_is_gone),
        CASE(a_link_that_leads_elsewhere_is_another_store),
        CASE(an_import_does_not_end_in_a_file_that_is_gone),
        CASE(moved_while_it_is_committed_is_told),
    };
    return cmocka_run_group_tests_name("lock", tests, NULL, NULL);
}
