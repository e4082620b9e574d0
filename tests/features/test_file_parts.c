/* Sources of several files: what belongs to one is found and packed, and nothing else; the archive is the
 * same for the same parts, so that its digest names them. */
#include "features/file_parts.h"

#include "features/parcel_test.h"

#include <sys/stat.h>
#include <unistd.h>

static void make(const char *folder, const char *name, const char *text)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static void drop(const char *folder)
{
    char command[600];
    snprintf(command, sizeof command, "rm -rf -- '%s'", folder);
    assert_int_equal(system(command), 0);
}

static void names_are(const char *path, struct arena *a, const char *want)
{
    struct file_parts p;
    struct error e;
    char got[512] = "";
    test_assert_ok(file_parts_list(path, a, &p, &e), &e);
    for (size_t i = 0; i < p.n; i++)
        snprintf(got + strlen(got), sizeof got - strlen(got), "%s ", p.names[i]);
    assert_string_equal(got, want);
}

/* A neighbour with a longer stem, notes beside it and a lock of ArcGIS are not parts. */
static void test_what_belongs_together(void **state)
{
    struct arena *a = ((struct parcel_context *)*state)->arena;
    char folder[] = "/tmp/hongxian-parts-XXXXXX", path[600], *bytes;
    size_t n;
    struct error e;
    assert_non_null(mkdtemp(folder));
    make(folder, "a.shp", "1");
    make(folder, "a.DBF", "2");
    make(folder, "a.prj", "3");
    make(folder, "a.b.shp", "4");
    make(folder, "a.txt", "5");
    make(folder, "ab.dbf", "6");
    snprintf(path, sizeof path, "%s/a.shp", folder);
    names_are(path, a, "a.DBF a.prj a.shp ");
    assert_true(file_is_in_parts(path));
    snprintf(path, sizeof path, "%s/none.shp", folder);
    assert_false(file_is_in_parts(path)); /* whoever opens it says that it is not there */
    snprintf(path, sizeof path, "%s/x.gdb", folder);
    assert_int_equal(mkdir(path, 0700), 0);
    make(path, "a00000001.gdbtable", "7");
    make(path, "a00000001.gdbtablx", "8");
    make(path, "_gdb.PC.1.sr.lock", "9");
    names_are(path, a, "a00000001.gdbtable a00000001.gdbtablx ");
    test_assert_refused(file_parts_pack(folder, 1 << 20, a, &bytes, &n, &e), STATUS_INVALID_INPUT,
                        "source-folder", &e);
    drop(folder);
}

static void test_the_archive(void **state)
{
    struct arena *a = ((struct parcel_context *)*state)->arena;
    char folder[] = "/tmp/hongxian-parts-XXXXXX", path[600], *one, *two;
    size_t n_one, n_two;
    struct error e;
    assert_non_null(mkdtemp(folder));
    make(folder, "b.shp", "shapes");
    make(folder, "b.dbf", "table");
    snprintf(path, sizeof path, "%s/b.shp", folder);
    test_assert_ok(file_parts_pack(path, 1 << 20, a, &one, &n_one, &e), &e);
    usleep(1000); /* other times of the files, were they in it */
    make(folder, "b.dbf", "table");
    test_assert_ok(file_parts_pack(path, 1 << 20, a, &two, &n_two, &e), &e);
    assert_int_equal(n_one, n_two);
    assert_memory_equal(one, two, n_one);
    /* two stored entries of 30 + 5 bytes, two of the directory of 46 + 5, the end of 22 */
    assert_int_equal(n_one, 2 * 35 + 6 + 5 + 2 * 51 + 22);
    assert_non_null(memmem(one, n_one, "b.dbftable", 10));
    assert_int_equal(file_parts_pack(path, 8, a, &one, &n_one, &e), STATUS_TOO_LARGE);
    drop(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {parcel_test(test_what_belongs_together),
                                       parcel_test(test_the_archive)};
    return cmocka_run_group_tests_name("files in parts", tests, NULL, NULL);
}
