/* The two ends of a sandboxed reading: what the parent makes of a child that lies, hangs or dies, and what
 * the sandbox takes away. This program is its own child. */
#include "features/sandbox/answer.h"
#include "features/sandbox/confine.h"
#include "features/sandbox/process.h"
#include "features/sandbox/sandbox.h"
#include "runs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/hx-sandbox-XXXXXX";
static const unsigned char SQUARE[] = {1, 3, 0, 0, 0, 0, 0, 0, 0};

static uint64_t random_number(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return *seed >> 33;
}

static const char *script(const char *text)
{
    static char path[300];
    snprintf(path, sizeof path, "%s/child.sh", folder);
    unlink(path);
    FILE *f = fopen(path, "w");
    fputs(text, f);
    fclose(f);
    chmod(path, 0700);
    return path;
}

/* All records of a stream, or its error, which stays. */
static enum status read_all(const struct feature_request *r, size_t *n, struct error *e)
{
    struct arena *a = arena_new((size_t)64 << 20);
    struct feature_stream *s = NULL;
    struct feature f;
    enum status st = feature_stream_open_sandboxed(r, &s, e);
    bool more = st == STATUS_OK;
    *n = 0;
    while (more) {
        st = feature_stream_next(s, a, &f, &more, e);
        more = more && st == STATUS_OK;
        *n += more;
    }
    if (s)
        assert_int_equal(feature_stream_next(s, a, &f, &more, e), st);
    feature_stream_close(s);
    arena_free(a);
    return st;
}

static void test_bad_children(void **state)
{
    (void)state;
    static const struct {
        const char *text, *code;
        enum status status;
    } cases[] = {
        {"#!/bin/sh\nsleep 100\n", "foreign-timeout", STATUS_TOO_LARGE},
        {"#!/bin/sh\nsleep 100 & sleep 100\n", "foreign-timeout", STATUS_TOO_LARGE},
        {"#!/bin/sh\nprintf HXS1; sleep 100\n", "foreign-timeout", STATUS_TOO_LARGE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct error e = {0};
        size_t n;
        const struct feature_request r = {
            .bytes = "x", .n_bytes = 1, .program = script(cases[i].text), .wait_ms = 300};
        assert_int_equal(read_all(&r, &n, &e), cases[i].status);
        assert_string_equal(e.code, cases[i].code);
    }
}

static void test_lying_and_dying_children(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "#!/bin/sh\nkill -SEGV $$\n",
        "#!/bin/sh\nexit 0\n",
        "#!/bin/sh\nprintf HXS1\n",
        "#!/bin/sh\nprintf nonsense\n",
        "#!/bin/sh\nprintf 'HXS1H\\377\\377\\377\\377'\n",
        "#!/bin/sh\nprintf 'HXS1H\\377\\377\\377\\077abc'\n",
        "#!/bin/sh\nprintf 'HXS1Z\\010\\000\\000\\000\\000\\000\\000\\000\\000\\000\\000\\000'\n",
    };
    size_t n;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct error e = {0};
        const struct feature_request r = {.bytes = "x", .n_bytes = 1, .program = script(texts[i])};
        assert_int_equal(read_all(&r, &n, &e), STATUS_INVALID_INPUT);
        assert_string_equal(e.code, "foreign-failed");
        assert_true(e.zh[0] && e.en[0]);
    }
    struct error e = {0};
    const struct feature_request none = {.bytes = "x", .n_bytes = 1, .program = "/nonexistent/program"};
    enum status s = read_all(&none, &n, &e);
    assert_true(s == STATUS_IO || s == STATUS_INVALID_INPUT);
}

/* Bytes of a stranger have no name on the disk, where they would stay when we are killed; the child has them,
 * and cannot change them. */
static void test_bytes_have_no_name(void **state)
{
    (void)state;
    char text[900], line[100] = "";
    size_t n;
    struct error e = {0};
    snprintf(text, sizeof text,
             "#!/bin/sh\n{ ls -d %s/hongxian-*; echo y >&3 || cat %s; } 2>/dev/null > %s/answer\n", folder,
             SANDBOX_INPUT, folder);
    const struct feature_request r = {.bytes = "x", .n_bytes = 1, .program = script(text)};
    assert_int_equal(read_all(&r, &n, &e), STATUS_INVALID_INPUT);
    snprintf(text, sizeof text, "%s/answer", folder);
    FILE *f = fopen(text, "r");
    assert_non_null(f);
    assert_non_null(fgets(line, sizeof line, f));
    fclose(f);
    assert_string_equal(line, "x");
}

/* ---- a stream of records, whole and spoiled ---- */

static void write_texts(struct record_writer *w, int n)
{
    for (int i = 0; i < n; i++)
        record_text(w, "文字");
}

static void write_feature(struct record_writer *w, int64_t position)
{
    record_begin(w, RECORD_FEATURE);
    record_i64(w, position);
    record_i64(w, position);
    record_u8(w, 0);
    write_texts(w, 2);
    record_u32(w, 2);
    record_text(w, "a\nb\x01z");
    record_text(w, NULL);
    record_bytes(w, SQUARE, sizeof SQUARE);
    record_u32(w, 1);
    write_texts(w, 3);
    assert_int_equal(record_end(w, NULL), STATUS_OK);
}

static void write_stream(struct record_writer *w, int features)
{
    record_writer_init(w, -1);
    buffer_append_str(&w->out, SANDBOX_MAGIC);
    record_begin(w, RECORD_HEADER);
    write_texts(w, 4);
    for (int i = 0; i < 4; i++)
        record_f64(w, i);
    record_u8(w, HEADER_BOX);
    record_i64(w, features);
    record_text(w, "");
    assert_int_equal(record_end(w, NULL), STATUS_OK);
    record_begin(w, RECORD_SCHEMA);
    record_u32(w, 2);
    for (int i = 0; i < 2; i++) {
        write_texts(w, 2);
        record_u8(w, FEATURE_TEXT);
    }
    assert_int_equal(record_end(w, NULL), STATUS_OK);
    for (int i = 1; i <= features; i++)
        write_feature(w, i);
    record_begin(w, RECORD_END);
    record_i64(w, features);
    assert_int_equal(record_end(w, NULL), STATUS_OK);
}

/* What the parent makes of these bytes, through a child that prints them. */
static enum status hear(const char *bytes, size_t n, size_t *records, struct error *e)
{
    char path[300], text[700];
    snprintf(path, sizeof path, "%s/answer", folder);
    FILE *f = fopen(path, "wb");
    assert_int_equal(fwrite(bytes, 1, n, f), n);
    fclose(f);
    snprintf(text, sizeof text, "#!/bin/sh\nexec cat %s\n", path);
    const struct feature_request r = {.bytes = "x", .n_bytes = 1, .program = script(text)};
    return read_all(&r, records, e);
}

static void test_a_whole_stream_and_one_without_its_end(void **state)
{
    (void)state;
    enum { END_BYTES = 5 + 8 };
    struct record_writer w;
    struct error e = {0};
    size_t n;
    write_stream(&w, 3);
    assert_int_equal(hear(w.out.data, w.out.size, &n, &e), STATUS_OK);
    assert_int_equal(n, 3);
    assert_int_equal(hear(w.out.data, w.out.size - END_BYTES, &n, &e), STATUS_INVALID_INPUT);
    assert_string_equal(e.code, "foreign-failed");
    w.out.data[w.out.size - 8] = 2; /* an end that counts one less */
    assert_int_equal(hear(w.out.data, w.out.size, &n, &e), STATUS_INVALID_INPUT);
    buffer_release(&w.out);
}

static void test_texts_are_cleaned(void **state)
{
    (void)state;
    bool ok = true;
    struct arena *a = arena_new(1 << 20);
    const char *text = answer_text((struct record_field){"a\nb\x01\xFFz\xE4\xB8", 8}, a, &ok);
    assert_string_equal(text, "a b ?z??");
    assert_null(answer_text((struct record_field){NULL, 0}, a, &ok));
    assert_true(ok);
    arena_free(a);
}

/* A child, which may speak for a hostile file, cannot end an audit by saying of a record that the disk
 * failed. */
static void test_a_fault_of_a_record_is_no_failure_of_the_machine(void **state)
{
    (void)state;
    enum { HEAD_BYTES = 5 };
    static const enum status said[] = {STATUS_IO, STATUS_NO_MEMORY, STATUS_INTERNAL, STATUS_UNSUPPORTED};
    static const enum status taken[] = {STATUS_INVALID_INPUT, STATUS_INVALID_INPUT, STATUS_INVALID_INPUT,
                                        STATUS_UNSUPPORTED};
    const struct feature_schema none = {.n = 0};
    for (int i = 0; i < 4; i++) {
        struct arena *a = arena_new(1 << 20);
        struct record_writer w;
        struct feature f;
        record_writer_init(&w, -1);
        record_begin(&w, RECORD_FEATURE);
        record_i64(&w, 1);
        record_i64(&w, 1);
        record_u8(&w, FEATURE_FAULT);
        write_texts(&w, 2);
        record_u32(&w, 0);
        record_bytes(&w, NULL, 0);
        record_u32(&w, said[i]);
        write_texts(&w, 3);
        record_u32(&w, 0);
        assert_int_equal(record_end(&w, NULL), STATUS_OK);
        struct record r = {RECORD_FEATURE, (unsigned char *)w.out.data + HEAD_BYTES, w.out.size - HEAD_BYTES,
                           0, false};
        assert_int_equal(answer_feature(&r, &none, a, &f, NULL), STATUS_OK);
        assert_int_equal(f.fault->status, taken[i]);
        buffer_release(&w.out);
        arena_free(a);
    }
}

/* Records from spoiled bytes: whatever they say, nothing is read beyond them and no count is believed. */
static void decode(const unsigned char *bytes, size_t n)
{
    const char *names[] = {"a", "b"};
    const enum feature_type types[] = {FEATURE_TEXT, FEATURE_TEXT};
    const struct feature_schema two = {.names = names, .aliases = names, .types = types, .n = 2};
    struct arena *a = arena_new((size_t)16 << 20);
    struct error e = {0}, said;
    struct feature_schema schema;
    struct feature_stream_info info;
    struct feature_note note;
    struct feature f;
    struct record records[5];
    for (int i = 0; i < 5; i++)
        records[i] = (struct record){RECORD_FEATURE, bytes, n, 0, false};
    int failed = answer_header(&records[0], a, &info, &e) != STATUS_OK;
    failed += answer_schema(&records[1], a, &schema, &e) != STATUS_OK;
    failed += answer_note(&records[2], a, &note, &e) != STATUS_OK;
    failed += answer_error(&records[3], &said, &e) != STATUS_OK;
    failed += answer_feature(&records[4], &two, a, &f, &e) != STATUS_OK;
    assert_true(failed >= 3 && e.code[0] && e.zh[0] && e.en[0]);
    arena_free(a);
}

static void test_spoiled_records(void **state)
{
    (void)state;
    enum { HEAD_BYTES = 5 };
    struct record_writer w;
    uint64_t seed = 3;
    record_writer_init(&w, -1);
    write_feature(&w, 1);
    for (int round = 0; round < 20000; round++) {
        size_t n = w.out.size - HEAD_BYTES;
        n -= random_number(&seed) % 3 ? 0 : random_number(&seed) % n;
        unsigned char *copy = malloc(n); /* of its size, so that a sanitizer sees a step beyond */
        memcpy(copy, w.out.data + HEAD_BYTES, n);
        for (uint64_t k = random_number(&seed) % 5; k > 0; k--)
            copy[random_number(&seed) % n] = (unsigned char)random_number(&seed);
        decode(copy, n);
        free(copy);
    }
    buffer_release(&w.out);
}

/* ---- the sandbox ---- */

/* 1 a socket opened, 4 a core may be written, 8 too many files. All else has test_confined.c. */
static int probe(void)
{
    if (!confine_reader(folder, true))
        return 64;
    int bits = socket(AF_INET, SOCK_STREAM, 0) >= 0 ? 1 : 0;
    struct rlimit core, files;
    getrlimit(RLIMIT_CORE, &core);
    getrlimit(RLIMIT_NOFILE, &files);
    bits |= (core.rlim_max ? 4 : 0) | (files.rlim_max > 64 ? 8 : 0);
    return bits;
}

static void test_sandbox(void **state)
{
    (void)state;
    pid_t pid = fork();
    if (pid == 0)
        _exit(probe());
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

#define PLACEMARK                                                                                            \
    "<Placemark><name>P</name><Polygon><outerBoundaryIs><LinearRing><coordinates>107,40 107.1,40 "           \
    "107.1,40.1 107,40</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>"

static void test_limits_of_a_request(void **state)
{
    (void)state;
    static const char kml[] = "<kml><Document>" PLACEMARK PLACEMARK PLACEMARK "</Document></kml>";
    size_t n;
    struct error e = {0};
    struct feature_request r = {.bytes = kml, .n_bytes = strlen(kml), .max_features = 3};
    assert_int_equal(read_all(&r, &n, &e), STATUS_OK);
    assert_int_equal(n, 3);
    r.max_features = 2;
    assert_int_equal(read_all(&r, &n, &e), STATUS_TOO_LARGE);
    assert_string_equal(e.code, "too-many-parcels");
    r.max_features = 0;
    r.max_vertices = 9;
    assert_int_equal(read_all(&r, &n, &e), STATUS_TOO_LARGE);
}

/* A server that was started without standard streams gets their numbers for the input and the pipe; the
 * child's own streams must not be put over them. */
static void test_without_standard_streams(void **state)
{
    (void)state;
    static const char kml[] = "<kml><Document>" PLACEMARK "</Document></kml>";
    const struct feature_request r = {.bytes = kml, .n_bytes = strlen(kml)};
    int held[3];
    size_t n = 0;
    struct error e = {0};
    fflush(NULL);
    for (int fd = 0; fd < 3; fd++) {
        held[fd] = fcntl(fd, F_DUPFD_CLOEXEC, 10);
        close(fd);
    }
    enum status s = read_all(&r, &n, &e);
    for (int fd = 0; fd < 3; fd++) {
        dup2(held[fd], fd);
        close(held[fd]);
    }
    assert_int_equal(s, STATUS_OK);
    assert_int_equal(n, 1);
}

/* ---- the nursery ---- */

static const char ONE_PLOT[] = "<kml><Document>" PLACEMARK "</Document></kml>";
static const struct feature_request ONE = {.bytes = ONE_PLOT, .n_bytes = sizeof ONE_PLOT - 1};

/* The nursery that this process has, by the system's list of processes; 0: none. */
static pid_t our_nursery(void)
{
    DIR *all = opendir("/proc");
    pid_t found = 0;
    for (struct dirent *d; all && !found && (d = readdir(all));) {
        char path[300], text[4096], *parent;
        snprintf(path, sizeof path, "/proc/%s/cmdline", d->d_name);
        FILE *f = atoi(d->d_name) ? fopen(path, "r") : NULL;
        size_t n = f ? fread(text, 1, sizeof text - 1, f) : 0;
        text[n] = '\0';
        bool is_one = n > strlen(text) + 1 && strcmp(text + strlen(text) + 1, NURSERY_COMMAND) == 0;
        if (f)
            fclose(f);
        snprintf(path, sizeof path, "/proc/%s/stat", d->d_name);
        f = is_one ? fopen(path, "r") : NULL;
        n = f ? fread(text, 1, sizeof text - 1, f) : 0;
        text[n] = '\0';
        parent = strrchr(text, ')');
        if (parent && atoi(parent + 4) == getpid())
            found = atoi(d->d_name);
        if (f)
            fclose(f);
    }
    if (all)
        closedir(all);
    return found;
}

static void read_one_plot(void)
{
    size_t n = 0;
    struct error e = {0};
    if (read_all(&ONE, &n, &e) != STATUS_OK || n != 1)
        fail_msg("%zu plots: %s", n, e.en);
}

/* One process for many files; each child of it reads its own file and no other. */
static void test_a_nursery_reads_as_a_program_of_its_own_does(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++)
        read_one_plot();
    pid_t first = our_nursery();
    assert_true(first > 0);
    static const char two[] = "<kml><Document>" PLACEMARK PLACEMARK "</Document></kml>", none[] = "<kml>";
    const struct feature_request broken = {.bytes = none, .n_bytes = strlen(none)},
                                 other = {.bytes = two, .n_bytes = strlen(two)};
    struct error e = {0};
    size_t n = 0;
    assert_int_equal(read_all(&broken, &n, &e), STATUS_INVALID_INPUT);
    assert_int_equal(read_all(&other, &n, &e), STATUS_OK);
    assert_int_equal(n, 2);
    read_one_plot();
    assert_int_equal(our_nursery(), first);
}

/* Who asks what is in a file reads it next, so that the first of the two loads GDAL for both. */
static void test_a_list_begins_with_a_nursery(void **state)
{
    (void)state;
    char path[300];
    snprintf(path, sizeof path, "%s/listed.kml", folder);
    FILE *f = fopen(path, "w");
    assert_true(f && fputs(ONE_PLOT, f) >= 0 && fclose(f) == 0);
    pid_t pid = fork(); /* a process that has read nothing */
    if (pid == 0) {
        struct arena *a = arena_new((size_t)64 << 20);
        struct sandbox_layers layers;
        struct error e = {0};
        const struct feature_request r = {.path = path};
        nursery_give_up();
        bool listed = sandbox_list_layers(&r, a, &layers, &e) == STATUS_OK && layers.n == 1;
        _exit(listed && our_nursery() > 0 ? 0 : 1);
    }
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    unlink(path);
}

static void *read_some(void *failed)
{
    for (int i = 0; i < 8; i++) {
        size_t n = 0;
        *(int *)failed += read_all(&ONE, &n, NULL) != STATUS_OK || n != 1;
    }
    return NULL;
}

static void test_threads_share_a_nursery(void **state)
{
    (void)state;
    pthread_t threads[4];
    int failed[4] = {0};
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, read_some, &failed[i]), 0);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_int_equal(failed[i], 0);
    }
}

/* It has loaded GDAL, and where there is a PID namespace a process of ours stands outside of it. */
static pid_t inside(pid_t nursery)
{
    char path[100], text[100] = "";
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)nursery, (int)nursery);
    FILE *f = fopen(path, "r");
    pid_t found = f && fgets(text, sizeof text, f) ? atoi(text) : 0;
    if (f)
        fclose(f);
    return found > 0 ? found : nursery;
}

/* The system may kill it at any time, for its memory. The next file is read all the same, and later ones
 * have a nursery again. */
static void test_a_nursery_that_died_is_replaced(void **state)
{
    (void)state;
    read_one_plot();
    read_one_plot();
    pid_t first = our_nursery();
    assert_true(first > 0);
    assert_int_equal(kill(inside(first), SIGKILL), 0);
    read_one_plot();
    read_one_plot();
    pid_t second = our_nursery();
    assert_true(second > 0 && second != first);
}

/* One that is stopped is given up after the time that an answer may take, and
 * no reading waits for it any longer. */
static void test_a_nursery_that_is_stopped_is_given_up(void **state)
{
    (void)state;
    if (!is_long_run())
        skip(); /* it is that time which passes */
    read_one_plot();
    read_one_plot();
    pid_t first = our_nursery();
    assert_true(first > 0);
    assert_int_equal(kill(inside(first), SIGSTOP), 0);
    read_one_plot();
    assert_int_not_equal(our_nursery(), first);
}

/* A stream whose nursery has died ends with a sentence, and never as if the file had ended there. */
static void test_a_child_goes_with_its_nursery(void **state)
{
    (void)state;
    char path[300];
    snprintf(path, sizeof path, "%s/held.kml", folder);
    read_one_plot();
    read_one_plot();
    assert_int_equal(mkfifo(path, 0600), 0);
    pid_t nursery = our_nursery(), killer = fork();
    assert_true(nursery > 0);
    if (killer ==
        0) { /* once the child has opened the file, which it then waits for; a nursery that dies before
                          it has answered is replaced by a child of ours, which finds the file empty */
        for (bool killed = false;; killed = true) {
            int fd = open(path, O_WRONLY);
            if (!killed)
                kill(nursery, SIGKILL);
            close(fd);
        }
    }
    const struct feature_request held = {.path = path};
    struct error e = {0};
    size_t n = 0;
    assert_int_equal(read_all(&held, &n, &e), STATUS_INVALID_INPUT);
    assert_int_equal(n, 0);
    assert_true(e.zh[0] && e.en[0]);
    kill(killer, SIGKILL);
    assert_int_equal(waitpid(killer, NULL, 0), killer);
    unlink(path);
    read_one_plot();
}

/* How many of its descriptors are neither the file, nor the pipe to its parent, nor /dev/null; -1: it is not
 * there. */
static int others_open(pid_t pid, const char *path)
{
    char name[300], link[400];
    snprintf(name, sizeof name, "/proc/%d/fd", (int)pid);
    DIR *dir = opendir(name);
    int others = dir ? 0 : -1;
    for (struct dirent *d; dir && (d = readdir(dir));) {
        ssize_t n = readlinkat(dirfd(dir), d->d_name, link, sizeof link - 1);
        link[n > 0 ? n : 0] = '\0';
        others += n > 0 && strcmp(link, path) != 0 && strcmp(link, "/dev/null") != 0 &&
                  strncmp(link, "pipe:", 5) != 0;
    }
    if (dir)
        closedir(dir);
    return others;
}

/* Neither what the parent has open, nor the nursery's line to its parent, by which it would have others
 * begun and ended. Asked from outside, while it waits for its file. */
static void test_a_child_of_the_nursery_has_only_its_file_open(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip(); /* what a confined process has open only root sees */
    char path[300];
    snprintf(path, sizeof path, "%s/held.kml", folder);
    int held = open("/etc/passwd", O_RDONLY); /* not to be closed on exec */
    assert_true(held >= 0);
    nursery_give_up();
    read_one_plot();
    read_one_plot();
    assert_int_equal(mkfifo(path, 0600), 0);
    int told[2], others = -1;
    assert_int_equal(pipe2(told, O_CLOEXEC), 0);
    pid_t nursery = inside(our_nursery()), looker = fork();
    if (looker == 0) /* the child opens it more than once, and finds it empty */
        for (bool looked = false;; looked = true) {
            int fd = open(path, O_WRONLY);
            pid_t child = inside(nursery);
            others = child == nursery ? -1 : others_open(child, path);
            if (!looked && write(told[1], &others, sizeof others) != sizeof others)
                _exit(1);
            close(fd);
        }
    const struct feature_request r = {.path = path};
    size_t n = 0;
    assert_int_equal(read_all(&r, &n, NULL), STATUS_INVALID_INPUT);
    assert_int_equal(read(told[0], &others, sizeof others), sizeof others);
    assert_int_equal(others, 0);
    kill(looker, SIGKILL);
    assert_int_equal(waitpid(looker, NULL, 0), looker);
    close(told[0]);
    close(told[1]);
    close(held);
    unlink(path);
}

/* A parent that is killed leaves neither its nursery nor a child that reads. */
static void test_a_killed_parent_leaves_no_nursery(void **state)
{
    (void)state;
    char path[300];
    snprintf(path, sizeof path, "%s/held.kml", folder);
    assert_int_equal(mkfifo(path, 0600), 0);
    int told[2];
    pid_t nursery = 0, parent;
    assert_int_equal(pipe2(told, O_CLOEXEC), 0);
    parent = fork();
    if (parent == 0) { /* with a nursery of its own: that of the process that it was forked from is not its */
        read_one_plot();
        read_one_plot();
        nursery = our_nursery();
        const struct feature_request held = {.path = path};
        size_t n;
        _exit(write(told[1], &nursery, sizeof nursery) == sizeof nursery && read_all(&held, &n, NULL));
    }
    assert_int_equal(read(told[0], &nursery, sizeof nursery), sizeof nursery);
    assert_true(nursery > 0 && nursery != our_nursery());
    int fd = open(path, O_WRONLY); /* once the child has opened it, too */
    assert_true(fd >= 0);
    assert_int_equal(kill(parent, SIGKILL), 0);
    assert_int_equal(waitpid(parent, NULL, 0), parent);
    while (write(fd, "<kml>", 5) == 5 || errno == EAGAIN) /* until nobody holds the other end */
        fcntl(fd, F_SETFL, O_NONBLOCK);
    assert_int_equal(errno, EPIPE);
    while (kill(nursery, 0) == 0) { /* whoever inherits it waits for it */
        char stat[300], text[300] = "";
        snprintf(stat, sizeof stat, "/proc/%d/stat", (int)nursery);
        FILE *f = fopen(stat, "r");
        bool dead = !f || !fgets(text, sizeof text, f) || strstr(text, ") Z");
        if (f)
            fclose(f);
        if (dead)
            break;
        sched_yield();
    }
    close(fd);
    close(told[0]);
    close(told[1]);
    unlink(path);
}

/* A job that confines itself keeps no nursery from before, which may read what the job may not; and reads. */
static void test_a_job_has_no_nursery_from_before(void **state)
{
    (void)state;
    pid_t pid = fork();
    if (pid == 0) {
        size_t n = 0;
        read_one_plot();
        read_one_plot();
        pid_t before = our_nursery();
        struct pollfd end = {.fd = (int)syscall(SYS_pidfd_open, before, 0), .events = POLLIN};
        bool gone = before > 0 && end.fd >= 0 && confine_job(folder, 0) && poll(&end, 1, 0) == 1;
        _exit(!gone ? 1 : read_all(&ONE, &n, NULL) == STATUS_OK && n == 1 ? 0 : 2);
    }
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void test_nothing_is_left_behind(void **state)
{
    (void)state;
    char command[400];
    snprintf(command, sizeof command, "ls -d %s/hongxian-* 2>/dev/null | grep -q .", folder);
    assert_true(system(command) != 0);
}

int main(int argc, char **argv)
{
    if (sandbox_child_wanted(argc, argv))
        sandbox_child_main(argc, argv);
    if (!mkdtemp(folder))
        return 1;
    signal(SIGPIPE, SIG_IGN);
    setenv("TMPDIR", folder, 1); /* the readers' own folders are seen when they stay */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bad_children),
        cmocka_unit_test(test_lying_and_dying_children),
        cmocka_unit_test(test_bytes_have_no_name),
        cmocka_unit_test(test_a_whole_stream_and_one_without_its_end),
        cmocka_unit_test(test_texts_are_cleaned),
        cmocka_unit_test(test_a_fault_of_a_record_is_no_failure_of_the_machine),
        cmocka_unit_test(test_spoiled_records),
        cmocka_unit_test(test_sandbox),
        cmocka_unit_test(test_limits_of_a_request),
        cmocka_unit_test(test_without_standard_streams),
        cmocka_unit_test(test_a_nursery_reads_as_a_program_of_its_own_does),
        cmocka_unit_test(test_a_list_begins_with_a_nursery),
        cmocka_unit_test(test_threads_share_a_nursery),
        cmocka_unit_test(test_a_nursery_that_died_is_replaced),
        cmocka_unit_test(test_a_nursery_that_is_stopped_is_given_up),
        cmocka_unit_test(test_a_child_goes_with_its_nursery),
        cmocka_unit_test(test_a_child_of_the_nursery_has_only_its_file_open),
        cmocka_unit_test(test_a_killed_parent_leaves_no_nursery),
        cmocka_unit_test(test_a_job_has_no_nursery_from_before),
        cmocka_unit_test(test_nothing_is_left_behind),
    };
    int failed = cmocka_run_group_tests_name("the sandboxed child", tests, NULL, NULL);
    char path[300];
    for (int i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, i ? "answer" : "child.sh");
        unlink(path);
    }
    rmdir(folder);
    return failed;
}
