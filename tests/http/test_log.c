/* The log of a server: gathered lines lose nothing, keep their order, and do not wait for the next
 * request. */
#include "base/log.h"

#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum { THREADS = 4, LINES = 2000, WAIT_MS = 5000 };

static int file, real_stderr;

static int setup(void **state)
{
    (void)state;
    char path[] = "/tmp/hongxian-log-XXXXXX";
    file = mkstemp(path);
    unlink(path);
    real_stderr = dup(STDERR_FILENO);
    dup2(file, STDERR_FILENO);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    dup2(real_stderr, STDERR_FILENO);
    close(real_stderr);
    close(file);
    return 0;
}

/* owned */
static char *written(void)
{
    off_t n = lseek(file, 0, SEEK_END);
    char *text = calloc(1, (size_t)n + 1);
    assert_int_equal(pread(file, text, (size_t)n, 0), n);
    return text;
}

static bool has_come(const char *what)
{
    char *text = written();
    bool found = strstr(text, what) != NULL;
    free(text);
    return found;
}

/* A server that nobody asks any more has written of its last request all the same. */
static void a_line_comes_by_itself(void **state)
{
    (void)state;
    log_hold();
    log_line(LOG_INFO, "GET /health %d", 200);
    for (int ms = 0; ms < WAIT_MS && !has_come("INFO GET /health 200\n"); ms += 10)
        nanosleep(&(struct timespec){.tv_nsec = 10 * 1000 * 1000}, NULL);
    assert_true(has_come("INFO GET /health 200\n"));
    log_release();
}

/* What went wrong is there at once, behind what was before it. */
static void an_error_waits_for_nothing(void **state)
{
    (void)state;
    log_hold();
    log_line(LOG_INFO, "before");
    log_line(LOG_ERROR, "wrong");
    char *text = written(), *before = strstr(text, "INFO before\n"), *wrong = strstr(text, "ERROR wrong\n");
    assert_non_null(before);
    assert_non_null(wrong);
    assert_true(before < wrong);
    free(text);
    log_release();
}

static void *write_lines(void *name)
{
    for (int i = 0; i < LINES; i++)
        log_line(LOG_INFO, "%s%05d", (const char *)name, i);
    return NULL;
}

/* More than there is room for, from several threads: every line is there once, whole, in its thread's order,
 * once the server has stopped; a second server of the same process does not end the first one's. */
static void nothing_is_lost(void **state)
{
    (void)state;
    static const char *const names[THREADS] = {"a", "b", "c", "d"};
    int next[THREADS] = {0}, n = 0;
    pthread_t threads[THREADS];
    log_hold();
    log_hold();
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, write_lines, (void *)(uintptr_t)names[i]), 0);
    log_release();
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    log_release();
    char *text = written(), *rest = NULL;
    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest), n++) {
        char thread;
        int number;
        assert_int_equal(sscanf(line, "%*[0-9T:Z-] INFO %c%5d", &thread, &number), 2);
        assert_int_equal(strlen(line), strlen("2026-01-01T00:00:00Z INFO a00000"));
        assert_int_equal(number, next[thread - 'a']++);
    }
    assert_int_equal(n, THREADS * LINES);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_line_comes_by_itself, setup, teardown),
        cmocka_unit_test_setup_teardown(an_error_waits_for_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(nothing_is_lost, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
