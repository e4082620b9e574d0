/* An index whose file is changed while it is open. Whatever happens to the bytes, nothing crashes and nothing
 * hangs, and a number that is not the truth is known not to be one: index_is_trusted says no after it. */
#include "base/arena.h"
#include "base/array.h"
#include "index/candidates.h"
#include "index/index_file.h"
#include "index/index_lease.h"
#include "index/layer_set_find.h"
#include "index/overlap_batch.h"
#include "index/overlap_shape.h"
#include "index/shapes.h"
#include "runs.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

static const uint8_t key[SHA256_BYTES] = "this version";
enum { FEATURES = 40 };

struct fixture {
    struct arena *arena, *work;
    char path[64], other[64];
    struct geo_shape parcel;
    struct geo_geos *geos;
    struct index_clip_scratch *clip;
    struct overlap_scratch *scratch;
};

/* Stars in a row, each of which overlaps the next; the fourth has so many edges that its tree has three
 * levels. `shift_deg` moves them all. */
static void build(const char *path, double shift_deg)
{
    struct random r = {1};
    struct index_builder *b;
    struct arena *a = arena_new((size_t)1 << 30);
    assert_int_equal(index_builder_new(path, key, &b, NULL), STATUS_OK);
    for (int i = 0; i < FEATURES; i++) {
        char name[32];
        snprintf(name, sizeof name, "图斑%d", i);
        struct geo_shape s =
            shape_star(&r, a, 111 + 0.01 * i + shift_deg, 41, 0.02, i == 3 ? 5000 : 60, i % 2);
        assert_int_equal(index_builder_add(b, 100 + i, name, name, "甲", &s, NULL), STATUS_OK);
    }
    assert_int_equal(index_builder_finish(b, NULL), STATUS_OK);
    index_builder_free(b);
    arena_free(a);
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    f->arena = arena_new((size_t)1 << 30);
    f->work = arena_new((size_t)1 << 30);
    snprintf(f->path, sizeof f->path, "/tmp/hx-damage-%ld.hxi", (long)getpid());
    snprintf(f->other, sizeof f->other, "/tmp/hx-damage-%ld-other.hxi", (long)getpid());
    struct random r = {7};
    f->parcel = shape_star(&r, f->arena, 111.05, 41.003, 0.03, 40, true);
    assert_int_equal(geo_geos_new(&f->geos, NULL), STATUS_OK);
    assert_int_equal(overlap_scratch_new(&f->scratch, NULL), STATUS_OK);
    f->clip = index_clip_scratch_new();
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    unlink(f->path);
    unlink(f->other);
    geo_geos_free(f->geos);
    overlap_scratch_free(f->scratch);
    index_clip_scratch_free(f->clip);
    arena_free(f->work);
    arena_free(f->arena);
    free(f);
    return 0;
}

static struct layer_index *open_new(struct fixture *f)
{
    struct layer_index *ix;
    build(f->path, 0);
    assert_int_equal(index_open(f->path, key, &ix, NULL), STATUS_OK);
    assert_int_equal(index_verify(ix, NULL), STATUS_OK);
    return ix;
}

static void write_at(const char *path, const void *bytes, size_t n, uint64_t at)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, bytes, n, (off_t)at), n);
    close(fd);
}

static double measured(struct fixture *f, const struct layer_index *ix)
{
    const struct overlap *o;
    size_t n;
    double sum = 0;
    overlap_prepare(f->scratch, &f->parcel);
    assert_int_equal(overlap_measure(f->scratch, ix, &o, &n, NULL), STATUS_OK);
    for (size_t i = 0; i < n; i++)
        sum += o[i].area_m2;
    return sum;
}

/* ---- everything that an index can be asked ---- */

static bool count_one(uint32_t feature, void *user)
{
    (void)feature;
    ++*(size_t *)user;
    return true;
}

static bool see_ring(const struct index_clip_ring *ring, void *user)
{
    double *sum = user;
    for (uint32_t i = 0; i < ring->n; i++) { /* GEOS and the drawing of tiles are told so */
        assert_true(fabs(ring->lon_deg[i]) <= 180 && fabs(ring->lat_deg[i]) <= 90);
        *sum += ring->lon_deg[i];
    }
    return true;
}

static bool see_parcel(size_t parcel, const struct overlap *found, size_t n, void *user)
{
    for (size_t i = 0; i < n; i++)
        *(double *)user += found[i].area_m2 + (double)parcel;
    return true;
}

/* What it says is thrown away. */
static void ask_everything(struct fixture *f, const struct layer_index *ix)
{
    struct geo_box box = f->parcel.box;
    double sum = 0;
    size_t n = 0, n_found;
    const struct overlap *o;
    struct overlap_shapes shapes = {
        .ix = ix, .parcel = &f->parcel, .geos = f->geos, .clip = f->clip, .arena = f->work};
    arena_reset(f->work);
    assert_int_equal(index_candidates(ix, &box, count_one, &n, NULL), STATUS_OK);
    overlap_prepare(f->scratch, &f->parcel);
    assert_int_equal(overlap_measure(f->scratch, ix, &o, &n_found, NULL), STATUS_OK);
    struct overlap copy[FEATURES];
    assert_true(n_found <= FEATURES);
    if (n_found)
        memcpy(copy, o, n_found * sizeof *copy);
    for (size_t i = 0; i < n_found; i++) {
        struct index_feature feature = index_feature_at(ix, copy[i].feature);
        struct overlap_part part = {copy[i].feature, copy[i].area_m2};
        struct overlap_shape shape;
        bool touches;
        int64_t at;
        assert_true(strlen(feature.name) < 32 && feature.n_rings < 3);
        assert_int_equal(overlap_touches(f->scratch, ix, copy[i].feature, 0.001, &touches, NULL), STATUS_OK);
        assert_int_equal(index_clip_feature(ix, copy[i].feature, &box, f->clip, see_ring, &sum, NULL),
                         STATUS_OK);
        struct geo_box feature_box = index_feature_box(ix, copy[i].feature);
        assert_int_equal(index_find_at(ix, feature_box.west_deg, feature_box.south_deg, f->clip, &at, NULL),
                         STATUS_OK);
        if (i < 4) /* GEOS takes the time */
            (void)!overlap_shape_build(&shapes, &part, 1, &shape, NULL);
    }
    struct overlap_batch *batch;
    assert_int_equal(overlap_batch_new(&batch, NULL), STATUS_OK);
    assert_int_equal(overlap_batch_set(batch, &f->parcel, 1, NULL), STATUS_OK);
    assert_int_equal(overlap_batch_measure(batch, f->scratch, ix, see_parcel, &sum, NULL), STATUS_OK);
    overlap_batch_free(batch);
    const struct layer_set *set = layer_set_new(&ix, 1, f->work);
    overlap_prepare(f->scratch, &f->parcel);
    assert_int_equal(overlap_look(f->scratch, set, NULL), STATUS_OK);
    assert_int_equal(overlap_measure(f->scratch, ix, &o, &n_found, NULL), STATUS_OK);
}

/* ---- the tests ---- */

/* Without a handler a reader of a page that the file no longer has is killed by SIGBUS. */
static void a_file_that_is_cut_off_is_known_and_harms_nobody(void **state)
{
    struct fixture *f = *state;
    for (int cut = 0; cut < 4; cut++) {
        struct layer_index *ix = open_new(f);
        double truth = measured(f, ix);
        assert_true(truth > 0 && index_is_trusted(ix));
        off_t size = (off_t)ix->file->stamp.size;
        assert_int_equal(truncate(f->path, (const off_t[]){0, 4096, size / 2, size - 1}[cut]), 0);
        ask_everything(f, ix);
        assert_false(index_is_trusted(ix));
        assert_true(index_has_changed(ix));
        assert_int_equal(index_verify(ix, NULL), STATUS_CORRUPT);
        index_close(ix);
        assert_int_equal(index_open(f->path, key, &ix, NULL), STATUS_CORRUPT);
    }
}

/* Cut off and grown again to its size, at once: the reader met zeros, and the stamp says when. */
static void a_file_that_is_cut_and_grows_again_is_known(void **state)
{
    struct fixture *f = *state;
    struct layer_index *ix = open_new(f);
    off_t size = (off_t)ix->file->stamp.size;
    assert_int_equal(truncate(f->path, 0), 0);
    assert_int_equal(truncate(f->path, size), 0);
    assert_true(measured(f, ix) == 0);
    assert_false(index_is_trusted(ix));
    index_close(ix);
}

/* A name more or less changes no byte: the rebuilt file that takes the place of the one that is open, and a
 * version that is swept away. Another owner, or nothing at all but a write of the same bytes, is a change
 * until somebody has verified. */
static void other_names_are_no_change_and_a_touch_is(void **state)
{
    struct fixture *f = *state;
    struct layer_index *ix = open_new(f), *again;
    double truth = measured(f, ix);
    build(f->other, 0.5);
    assert_int_equal(link(f->path, "/tmp/hx-damage-link"), 0);
    assert_true(index_is_trusted(ix));
    assert_int_equal(unlink("/tmp/hx-damage-link"), 0);
    assert_true(index_is_trusted(ix));
    assert_int_equal(rename(f->other, f->path), 0);
    assert_true(index_is_trusted(ix));
    assert_true(measured(f, ix) == truth);
    index_close(ix);
    ix = open_new(f);
    write_at(f->path, &ix->header->magic, 8, 0);
    assert_false(index_is_trusted(ix));
    assert_int_equal(index_open(f->path, key, &again, NULL), STATUS_OK);
    assert_int_equal(index_verify(again, NULL), STATUS_OK);
    assert_true(index_is_trusted(again) && !index_is_trusted(ix));
    index_close(again);
    index_close(ix);
}

/* A write within the tick of the kernel's clock in which the file was verified would leave its times as they
 * are: verifying waits until that tick is over. */
static void a_file_is_verified_only_when_its_times_are_past(void **state)
{
    struct fixture *f = *state;
    for (int round = 0; round < 20; round++) {
        struct layer_index *ix = open_new(f);
        double truth = measured(f, ix), zeros[512] = {0};
        write_at(f->path, zeros, sizeof zeros, ix->header->vertices_at);
        assert_true(truth > 0);
        assert_false(index_is_trusted(ix));
        index_close(ix);
    }
}

/* What an address or a loop is computed from was copied: not one byte of it follows the file. */
static void tables_do_not_follow_the_file(void **state)
{
    struct fixture *f = *state;
    struct layer_index *ix = open_new(f);
    struct index_feature before = index_feature_at(ix, 5);
    size_t n = (size_t)(ix->file->stamp.size - ix->header->features_at);
    char *ones = malloc(n);
    memset(ones, 0xff, n);
    write_at(f->path, ones, n, ix->header->features_at);
    write_at(f->path, ones, 256, 0);
    struct index_feature after = index_feature_at(ix, 5);
    assert_memory_equal(&before, &after, sizeof before);
    assert_string_equal(after.name, "图斑5");
    ask_everything(f, ix);
    assert_false(index_is_trusted(ix));
    free(ones);
    index_close(ix);
}

/* Bytes of a kind that arithmetic stumbles over, in the part that stays in the file. */
static void damage(struct random *r, char *bytes, size_t n)
{
    static const double odd[] = {NAN, INFINITY, -INFINITY, 1e308, -1e308, 1e-320, 0, 180, -90, 4e9};
    for (size_t i = 0; i + 8 <= n; i += 8) {
        uint64_t bits = random_bits(r);
        double v = odd[random_below(r, sizeof odd / sizeof *odd)];
        if (random_below(r, 2))
            memcpy(bytes + i, &bits, 8);
        else if (random_below(r, 2))
            memcpy(bytes + i, &v, 8);
    }
}

/* Numbers may be wrong, and are known to be; nothing else may happen. */
static void any_bytes_in_the_mapping_harm_nobody(void **state)
{
    struct fixture *f = *state;
    struct random r = {11};
    struct layer_index *ix = open_new(f);
    size_t n = (size_t)ix->header->features_at - 256;
    char *bytes = malloc(n), *kept = malloc(n);
    memcpy(kept, ix->file->mapped + 256, n);
    for (int round = 0; round < small_or_whole(90, 5000); round++) {
        size_t at = random_below(&r, (uint32_t)(n / 8)) * 8, left = n - at;
        size_t part = round % 3 == 0 ? 8 : round % 3 == 1 ? 4096 : n;
        part = part < left ? part : left;
        memcpy(bytes, kept, n);
        damage(&r, bytes + at, part);
        write_at(f->path, bytes, n, 256);
        ask_everything(f, ix);
        assert_false(index_is_trusted(ix));
    }
    free(bytes);
    free(kept);
    index_close(ix);
}

/* ---- verified once ---- */

/* How much of the mapping this process has touched, bytes. */
static size_t resident(const char *path)
{
    FILE *maps = fopen("/proc/self/smaps", "r");
    char line[512];
    size_t kb = 0, sum = 0;
    bool ours = false;
    assert_non_null(maps);
    while (fgets(line, sizeof line, maps)) {
        if (strchr(line, '-') && strchr(line, ' ') && strstr(line, "r--s"))
            ours = strstr(line, path) != NULL;
        if (ours && sscanf(line, "Rss: %zu kB", &kb) == 1) {
            sum += kb * 1024;
            ours = false;
        }
    }
    fclose(maps);
    return sum;
}

/* Opens it as a start of the program does; was all of it read? */
static bool reads_all(const char *path)
{
    struct layer_index *ix;
    assert_int_equal(index_open_verified(path, key, &ix, NULL), STATUS_OK);
    assert_true(index_is_trusted(ix));
    size_t n = ix->file->mapped_bytes, read = resident(path);
    index_close(ix);
    assert_true(read > n * 9 / 10 || read < n / 2);
    return read > n / 2;
}

static void copy_file(const char *from, const char *to)
{
    char command[256];
    snprintf(command, sizeof command, "cp -p '%s' '%s'", from, to);
    assert_int_equal(system(command), 0);
}

/* Three hundred megabytes are read by the first start and by none after it, until something has happened to
 * the file; what says so is believed only of the very file, and only when it is whole itself. */
static void a_file_is_verified_once(void **state)
{
    struct fixture *f = *state;
    char seen[96], other_seen[96];
    struct random r = {3};
    struct index_builder *b;
    struct layer_index *ix;
    assert_int_equal(index_builder_new(f->path, key, &b, NULL), STATUS_OK);
    struct geo_shape s = shape_star(&r, f->arena, 111, 41, 0.5, 100000, false);
    assert_int_equal(index_builder_add(b, 1, "", "", "", &s, NULL), STATUS_OK);
    assert_int_equal(index_builder_finish(b, NULL), STATUS_OK);
    index_builder_free(b);
    snprintf(seen, sizeof seen, "%s.seen", f->path);
    snprintf(other_seen, sizeof other_seen, "%s.seen", f->other);

    assert_true(reads_all(f->path));
    assert_false(reads_all(f->path));
    assert_int_equal(chmod(f->path, 0600), 0); /* a backup and a boot may do as much */
    assert_true(reads_all(f->path));
    assert_false(reads_all(f->path));
    copy_file(f->path, f->other); /* with its times, and its mark */
    copy_file(seen, other_seen);
    assert_true(reads_all(f->other));
    write_at(seen, "x", 1, 40);
    assert_true(reads_all(f->path));
    assert_int_equal(truncate(seen, 20), 0);
    assert_true(reads_all(f->path));
    assert_false(reads_all(f->path));

    double zero = 0;
    write_at(f->path, &zero, sizeof zero, 256 + 80000);
    assert_int_equal(index_open_verified(f->path, key, &ix, NULL), STATUS_CORRUPT);
    assert_int_equal(index_open_verified(f->path, key, &ix, NULL), STATUS_CORRUPT);
    assert_int_equal(unlink(seen), 0);
    assert_int_equal(unlink(other_seen), 0);
}

/* ---- while it is read ---- */

struct writer {
    const char *path;
    uint64_t vertices_at, size;
    atomic_bool go, stop;
};

/* Waits for its turn, then overwrites pages, cuts the file and lets it grow again, until told to end. */
static void *spoil(void *user)
{
    struct writer *w = user;
    struct random r = {13};
    char page[4096];
    while (!atomic_load(&w->go))
        sched_yield();
    for (int i = 0; !atomic_load(&w->stop); i++) {
        memset(page, 0, sizeof page);
        damage(&r, page, sizeof page);
        write_at(w->path, page, sizeof page, w->vertices_at + random_below(&r, 30) * 4096u);
        if (i % 4 == 3) {
            assert_int_equal(truncate(w->path, (off_t)(w->size / (1 + random_below(&r, 4)) - 1)), 0);
            assert_int_equal(truncate(w->path, (off_t)w->size), 0);
        }
    }
    return NULL;
}

/* The property for which all this is there: what was measured is the truth, or is known not to be. */
static void a_number_is_the_truth_or_is_not_trusted(void **state)
{
    struct fixture *f = *state;
    for (int round = 0; round < small_or_whole(5, 300); round++) {
        struct layer_index *ix = open_new(f);
        struct writer w = {
            .path = f->path, .vertices_at = ix->header->vertices_at, .size = ix->file->stamp.size};
        pthread_t thread;
        double truth = measured(f, ix);
        bool trusted = true;
        assert_int_equal(pthread_create(&thread, NULL, spoil, &w), 0);
        for (int i = 0; trusted || i < round + 4; i++) {
            if (i == round)
                atomic_store(&w.go, true);
            double m2 = measured(f, ix);
            trusted = index_is_trusted(ix);
            assert_true(m2 == truth || !trusted);
            ask_everything(f, ix);
        }
        atomic_store(&w.stop, true);
        pthread_join(thread, NULL);
        index_close(ix);
    }
}

/* ---- whose signal it is ---- */

static volatile sig_atomic_t others;

static void another_handler(int number)
{
    (void)number;
    others++;
    _exit(33);
}

/* Reads a page of a mapping of its own that the file does not have, after an index was opened. */
static int child_ends_by(struct fixture *f, void (*handler)(int), bool sent)
{
    pid_t child = fork();
    if (child == 0) {
        struct layer_index *ix;
        int fd = open(f->other, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        signal(SIGBUS, handler);
        if (index_open(f->path, key, &ix, NULL) != STATUS_OK)
            _exit(1);
        volatile char *p = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
        if (sent)
            raise(SIGBUS);
        else
            (void)*p;
        _exit(2);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

/* Other mappings of the program that uses us stay its own affair. Before any index was opened here, so that
 * the handler of each child is what the guard finds. */
static void a_fault_elsewhere_goes_to_whoever_had_it(void **state)
{
    struct fixture *f = *state;
    build(f->path, 0);
    for (int sent = 0; sent < 2; sent++) {
        assert_int_equal(child_ends_by(f, SIG_DFL, sent), -SIGBUS);
        assert_int_equal(child_ends_by(f, another_handler, sent), 33);
    }
    assert_int_equal(child_ends_by(f, SIG_IGN, false), -SIGBUS); /* as the kernel has it */
    assert_int_equal(child_ends_by(f, SIG_IGN, true), 2);
}

/* More mappings at once than the table of guards begins with. */
static void every_mapping_is_guarded_however_many_there_are(void **state)
{
    enum { MANY = 150 };
    struct fixture *f = *state;
    struct layer_index *ix[MANY];
    build(f->path, 0);
    for (int i = 0; i < MANY; i++)
        assert_int_equal(index_open(f->path, key, &ix[i], NULL), STATUS_OK);
    assert_int_equal(truncate(f->path, 0), 0);
    for (int i = 0; i < MANY; i++) {
        assert_true(measured(f, ix[i]) == 0);
        assert_true(index_has_changed(ix[i])); /* by the missing page: nobody has asked the kernel */
    }
    for (int i = 0; i < MANY; i++)
        index_close(ix[i]);
}

/* ---- leases ---- */

/* Of another process, as it is in life: it waits in the kernel until we have let go. */
static void write_as_another(const char *path, bool anything)
{
    pid_t child = fork();
    if (child == 0) {
        double zeros[512] = {0};
        int fd = open(path, O_WRONLY | O_CLOEXEC);
        bool ok = fd >= 0 && (!anything || pwrite(fd, zeros, sizeof zeros, 256) == (ssize_t)sizeof zeros);
        _exit(ok ? 0 : 1);
    }
    int status;
    while (waitpid(child, &status, 0) < 0) /* the signal comes here */
        assert_int_equal(errno, EINTR);
    assert_int_equal(status, 0);
}

/* With leases the kernel is not asked for each answer, and nobody can write before we know: who reads or
 * removes the file disturbs nothing; who opens it for writing ends the lease, and what he writes is seen. */
static void a_lease_ends_before_anybody_writes(void **state)
{
    struct fixture *f = *state;
    if (!index_use_leases(INDEX_LEASE_SIGNAL))
        skip();
    struct layer_index *ix = open_new(f);
    int fd = ix->file->fd;
    if (!ix->file->leased) /* a file system without */
        skip();
    double truth = measured(f, ix);
    copy_file(f->path, f->other);
    assert_int_equal(rename(f->other, f->path), 0); /* ours has no name any more */
    assert_true(index_lease_holds(fd) && index_is_trusted(ix) && measured(f, ix) == truth);
    index_close(ix);

    ix = open_new(f);
    assert_true(ix->file->leased && index_lease_holds(ix->file->fd));
    write_as_another(f->path, false);
    assert_false(index_lease_holds(ix->file->fd));
    assert_true(index_is_trusted(ix)); /* by its stamp: nothing was written */
    write_as_another(f->path, true);
    assert_false(index_is_trusted(ix));
    index_close(ix);

    ix = open_new(f);
    assert_true(ix->file->leased && index_lease_holds(ix->file->fd));
    assert_int_equal(truncate(f->path, 4096), 0); /* ourselves: the signal comes in the midst of the call */
    assert_false(index_lease_holds(ix->file->fd));
    ask_everything(f, ix);
    assert_false(index_is_trusted(ix));
    index_close(ix);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fault_elsewhere_goes_to_whoever_had_it),
        cmocka_unit_test(a_file_that_is_cut_off_is_known_and_harms_nobody),
        cmocka_unit_test(a_file_that_is_cut_and_grows_again_is_known),
        cmocka_unit_test(other_names_are_no_change_and_a_touch_is),
        cmocka_unit_test(a_file_is_verified_only_when_its_times_are_past),
        cmocka_unit_test(tables_do_not_follow_the_file),
        cmocka_unit_test(a_file_is_verified_once),
        cmocka_unit_test(any_bytes_in_the_mapping_harm_nobody),
        cmocka_unit_test(a_number_is_the_truth_or_is_not_trusted),
        cmocka_unit_test(every_mapping_is_guarded_however_many_there_are),
        cmocka_unit_test(a_lease_ends_before_anybody_writes), /* from here on with leases */
        cmocka_unit_test(a_file_is_verified_once),
        cmocka_unit_test(a_number_is_the_truth_or_is_not_trusted),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
