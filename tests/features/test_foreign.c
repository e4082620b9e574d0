/* Files that GDAL reads, through the sandboxed child: this program is its own child. Good files of every
 * format give the same parcel; damaged, hostile and slow ones give a sentence, never a crash and never a
 * wait without end. */
#include "features/parcel_test.h"

#include "base/limits.h"
#include "features/parcels.h"
#include "features/sandbox/confine.h"
#include "features/sandbox/sandbox.h"

#include <cpl_conv.h>
#include <cpl_string.h>
#include <cpl_vsi.h>
#include <errno.h>
#include <gdal.h>
#include <ogr_api.h>
#include <ogr_srs_api.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define SQUARE                                                                                               \
    "POLYGON((37563000 4520000,37563400 4520000,37563400 4520300,37563000 4520300,37563000 4520000))"
#define SQUARE_M2 119988.2068

struct bytes {
    char *data;
    size_t n;
};

static char folder[] = "/tmp/hx-foreign-XXXXXX";

static const char *in_folder(const char *name)
{
    static char paths[8][300];
    static unsigned next;
    char *path = paths[next++ % 8];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

static struct bytes take_file(const char *path)
{
    struct bytes b = {0};
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    b.data = malloc(8 << 20);
    b.n = fread(b.data, 1, 8 << 20, f);
    fclose(f);
    return b;
}

/* One layer with the square in it; epsg 0: no CRS. */
static void make(const char *driver, const char *path, int epsg, char **options, const char *wkt, int copies)
{
    GDALDatasetH data = GDALCreate(GDALGetDriverByName(driver), path, 0, 0, 0, GDT_Unknown, NULL);
    OGRSpatialReferenceH srs = epsg ? OSRNewSpatialReference(NULL) : NULL;
    assert_non_null(data);
    if (srs) {
        OSRImportFromEPSG(srs, epsg);
        OSRSetAxisMappingStrategy(srs, OAMS_TRADITIONAL_GIS_ORDER);
    }
    OGRLayerH layer = GDALDatasetCreateLayer(data, "plots", srs, wkbPolygon, options);
    assert_non_null(layer);
    OGRFieldDefnH id = OGR_Fld_Create("DKBH", OFTString), name = OGR_Fld_Create("DKMC", OFTString);
    OGR_L_CreateField(layer, id, 1);
    OGR_L_CreateField(layer, name, 1);
    for (int i = 0; i < copies; i++) {
        OGRFeatureH f = OGR_F_Create(OGR_L_GetLayerDefn(layer));
        char *text = (char *)(uintptr_t)wkt;
        OGRGeometryH g = NULL;
        assert_int_equal(OGR_G_CreateFromWkt(&text, NULL, &g), OGRERR_NONE);
        OGR_F_SetGeometryDirectly(f, g);
        OGR_F_SetFieldString(f, OGR_F_GetFieldIndex(f, "DKBH"), "P1");
        OGR_F_SetFieldString(f, OGR_F_GetFieldIndex(f, "DKMC"), "示例地块");
        assert_int_equal(OGR_L_CreateFeature(layer, f), OGRERR_NONE);
        OGR_F_Destroy(f);
    }
    OGR_Fld_Destroy(id);
    OGR_Fld_Destroy(name);
    if (srs)
        OSRDestroySpatialReference(srs);
    GDALClose(data);
}

/* Zips the parts of a Shapefile (or one file) that exist. */
static struct bytes zip_of(const char *stem, const char *const *suffixes, const char *zip)
{
    void *z = CPLCreateZip(zip, NULL);
    assert_non_null(z);
    for (; *suffixes; suffixes++) {
        char path[300], name[100];
        snprintf(path, sizeof path, "%s/%s%s", folder, stem, *suffixes);
        snprintf(name, sizeof name, "某项目/%s%s", stem, *suffixes);
        if (access(path, F_OK) != 0)
            continue;
        struct bytes b = take_file(path);
        assert_int_equal(CPLCreateFileInZip(z, name, NULL), CE_None);
        assert_int_equal(CPLWriteFileInZip(z, b.data, (int)b.n), CE_None);
        CPLCloseFileInZip(z);
        free(b.data);
    }
    CPLCloseZip(z);
    return take_file(zip);
}

static const char *const shp_parts[] = {".shp", ".shx", ".dbf", ".prj", ".cpg", NULL};

static enum status read_bytes(const struct parcel_context *c, struct bytes b, int epsg,
                              struct parcel_set *set, struct error *e)
{
    struct parcel_context with = *c;
    with.reader = &child_reader_self;
    with.epsg = epsg;
    return feature_parcels(&with, &(struct feature_request){.bytes = b.data, .n_bytes = b.n}, set, e);
}

static struct parcel_set accept_file(const struct parcel_context *c, struct bytes b, int epsg)
{
    struct parcel_set set;
    struct error e;
    test_assert_ok(read_bytes(c, b, epsg, &set, &e), &e);
    return set;
}

static void refuse(const struct parcel_context *c, struct bytes b, enum status want, const char *code)
{
    struct parcel_set set;
    struct error e = {0};
    enum status s = read_bytes(c, b, 0, &set, &e);
    if (s != want || (code && strcmp(e.code, code) != 0))
        fail_msg("status %d, %s: %s", s, e.code, e.en);
}

static void test_shapefile(void **state)
{
    char *gbk[] = {(char[]){"ENCODING=CP936"}, NULL}, *utf8[] = {(char[]){"ENCODING=UTF-8"}, NULL};
    make("ESRI Shapefile", in_folder("u.shp"), 4525, utf8, SQUARE, 1);
    struct bytes b = zip_of("u", shp_parts, in_folder("u.zip"));
    struct parcel_set set = accept_file(*state, b, 0);
    assert_int_equal(set.format, PARCEL_FORMAT_SHAPEFILE);
    assert_string_equal(set.parcels[0].id, "P1");
    assert_string_equal(set.parcels[0].name, "示例地块");
    assert_int_equal(set.parcels[0].crs.epsg, 4525);
    assert_area(&set, 0, SQUARE_M2, 0.05);
    assert_int_equal(count_warnings(&set, "text-encoding"), 0);
    free(b.data);
    make("ESRI Shapefile", in_folder("g.shp"), 4525, gbk, SQUARE, 1);
    unlink(in_folder("g.cpg"));
    b = zip_of("g", shp_parts, in_folder("g.zip"));
    set = accept_file(*state, b, 0);
    assert_string_equal(set.parcels[0].name, "示例地块");
    assert_warned(&set, "text-encoding");
    free(b.data);
    unlink(in_folder("g.prj"));
    b = zip_of("g", shp_parts, in_folder("n.zip"));
    set = accept_file(*state, b,
                      0); /* the zone that the eastings carry, and the datum taken for granted aloud */
    assert_int_equal(set.parcels[0].crs.epsg, 4525);
    assert_warned(&set, "datum-assumed");
    assert_area(&set, 0, SQUARE_M2, 0.05);
    free(b.data);
}

static void test_geopackage_and_flatgeobuf(void **state)
{
    make("GPKG", in_folder("a.gpkg"), 4525, NULL, SQUARE, 1);
    struct bytes b = take_file(in_folder("a.gpkg"));
    struct parcel_set set = accept_file(*state, b, 0);
    assert_int_equal(set.format, PARCEL_FORMAT_GEOPACKAGE);
    assert_area(&set, 0, SQUARE_M2, 0.05);
    struct parcel_set none;
    struct error e;
    test_assert_refused(read_bytes(*state, b, 4526, &none, &e), STATUS_INVALID_INPUT, "crs-conflict", &e);
    free(b.data);
    make("FlatGeobuf", in_folder("a.fgb"), 4525, NULL, SQUARE, 1);
    b = take_file(in_folder("a.fgb"));
    set = accept_file(*state, b, 0);
    assert_int_equal(set.format, PARCEL_FORMAT_FLATGEOBUF);
    assert_area(&set, 0, SQUARE_M2, 0.05);
    free(b.data);
    make("GPKG", in_folder("x.gpkg"), 2361, NULL, SQUARE, 1); /* Xi'an 1980 */
    b = take_file(in_folder("x.gpkg"));
    refuse(*state, b, STATUS_UNSUPPORTED, NULL);
    free(b.data);
    make("GPKG", in_folder("c.gpkg"), 4525, NULL,
         "POLYGON((37563000 4520000,37563400 4520300,37563400 4520000,37563000 4520300,37563000 4520000))",
         1);
    b = take_file(in_folder("c.gpkg"));
    refuse(*state, b, STATUS_INVALID_INPUT, "ring-self-intersection");
    free(b.data);
}

#define KML_HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
#define KML_BODY                                                                                               \
    "<kml "                                                                                                    \
    "xmlns=\"http://www.opengis.net/kml/2.2\"><Document><name>d</name><Placemark><name>示例</name><Polygon>" \
    "<outerBoundaryIs><LinearRing><coordinates>111.7,40.8,0 111.71,40.8,0 111.71,40.81,0 111.7,40.81,0 "       \
    "111.7,40.8,0"                                                                                             \
    "</coordinates></LinearRing></outerBoundaryIs></Polygon></"                                                \
    "Placemark><Placemark><Point><coordinates>111.7,40.8"                                                      \
    "</coordinates></Point></Placemark></Document></kml>"

static void test_kml_and_kmz(void **state)
{
    static char kml[] = KML_HEAD KML_BODY;
    struct parcel_set set = accept_file(*state, (struct bytes){kml, sizeof kml - 1}, 0);
    assert_int_equal(set.format, PARCEL_FORMAT_KML);
    assert_int_equal(set.n_parcels, 1);
    assert_string_equal(set.parcels[0].name, "示例");
    assert_warned(&set, "features-skipped");
    assert_area(&set, 0, 936420, 5000);
    FILE *f = fopen(in_folder("doc.kml"), "wb");
    fwrite(kml, 1, sizeof kml - 1, f);
    fclose(f);
    struct bytes b = zip_of("doc", (const char *const[]){".kml", NULL}, in_folder("doc.zip"));
    set = accept_file(*state, b, 0);
    assert_int_equal(set.format, PARCEL_FORMAT_KMZ);
    assert_string_equal(set.parcels[0].name, "示例");
    free(b.data);
}

#define DXF_LINE(flag)                                                                                       \
    "  0\nSECTION\n  2\nENTITIES\n  0\nLWPOLYLINE\n  5\n1F\n100\nAcDbEntity\n  8\nJZD\n100\nAcDbPolyline\n " \
    "90\n4\n 70\n" flag "\n 10\n37563000.0\n 20\n4520000.0\n 10\n37563400.0\n 20\n4520000.0\n "              \
    "10\n37563400.0\n 20\n4520300.0\n 10\n"                                                                  \
    "37563000.0\n 20\n4520300.0\n  0\nENDSEC\n  0\nEOF\n"

static void test_dxf(void **state)
{
    static char closed[] = DXF_LINE("1"), open_line[] = DXF_LINE("0");
    struct bytes b = {closed, sizeof closed - 1};
    struct parcel_set set = accept_file(*state, b, 0);
    assert_int_equal(set.parcels[0].crs.epsg, 4525);
    assert_warned(&set, "datum-assumed");
    set = accept_file(*state, b, 4525);
    assert_int_equal(set.format, PARCEL_FORMAT_DXF);
    assert_area(&set, 0, SQUARE_M2, 0.05);
    assert_string_equal(set.parcels[0].name, "JZD");
    refuse(*state, (struct bytes){open_line, sizeof open_line - 1}, STATUS_INVALID_INPUT, "source-open-line");
}

/* Entities are not fetched, and a bomb of them ends in a sentence. */
static void test_kml_entities(void **state)
{
    static char outside[] =
        KML_HEAD "<!DOCTYPE kml [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><kml xmlns=\"http://www."
                 "opengis.net/kml/2.2\"><Document><Placemark><name>&x;</name><Polygon><outerBoundaryIs><"
                 "LinearRing><coordinates>111.7,40.8 111.71,40.8 111.71,40.81 111.7,40.8</coordinates></"
                 "LinearRing></outerBoundaryIs></Polygon></Placemark></Document></kml>";
    struct parcel_set set;
    struct error e = {0};
    if (read_bytes(*state, (struct bytes){outside, sizeof outside - 1}, 0, &set, &e) == STATUS_OK)
        assert_null(strstr(set.parcels[0].name, "root"));
    char bomb[4096] = KML_HEAD "<!DOCTYPE kml [<!ENTITY a0 \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\">";
    for (int i = 1; i < 12; i++)
        sprintf(bomb + strlen(bomb), "<!ENTITY a%d \"&a%d;&a%d;&a%d;&a%d;&a%d;&a%d;&a%d;&a%d;&a%d;&a%d;\">",
                i, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1);
    strcat(bomb, "]><kml "
                 "xmlns=\"http://www.opengis.net/kml/2.2\"><Document><Placemark><name>&a11;</name></"
                 "Placemark></Document></kml>");
    refuse(*state, (struct bytes){bomb, strlen(bomb)}, STATUS_INVALID_INPUT, NULL);
}

static void test_damaged_files(void **state)
{
    struct parcel_context *c = *state;
    make("GPKG", in_folder("d.gpkg"), 4525, NULL, SQUARE, 1);
    make("FlatGeobuf", in_folder("d.fgb"), 4525, NULL, SQUARE, 3);
    make("ESRI Shapefile", in_folder("d.shp"), 4525, NULL, SQUARE, 3);
    struct bytes files[] = {take_file(in_folder("d.gpkg")), take_file(in_folder("d.fgb")),
                            zip_of("d", shp_parts, in_folder("d.zip"))};
    uint64_t seed = 7;
    for (int round = 0; round < 45; round++) {
        struct bytes whole = files[round % 3], b = {malloc(whole.n), whole.n};
        struct parcel_set set;
        struct error e = {0};
        memcpy(b.data, whole.data, whole.n);
        if (round % 2)
            b.n = 17 + test_random(&seed) % (whole.n - 17); /* cut off */
        for (int k = 0; k < 8; k++)
            b.data[16 + test_random(&seed) % (b.n - 16)] = (char)test_random(&seed);
        enum status s = read_bytes(c, b, 0, &set, &e);
        assert_true(s == STATUS_OK || (e.code[0] && e.zh[0] && e.en[0]));
        free(b.data);
        arena_reset(c->arena);
    }
    for (int i = 0; i < 3; i++)
        free(files[i].data);
}

/* 1.5 GB of zeros in a .shp of 1.5 MB. */
static void test_zip_bomb(void **state)
{
    void *z = CPLCreateZip(in_folder("bomb.zip"), NULL);
    char *zeros = calloc(1, 1 << 20);
    static const char *const names[] = {"b.shp", "b.dbf"};
    for (int i = 0; i < 2; i++) {
        CPLCreateFileInZip(z, names[i], NULL);
        for (int k = 0; k < 700; k++)
            CPLWriteFileInZip(z, zeros, 1 << 20);
        CPLCloseFileInZip(z);
    }
    CPLCloseZip(z);
    free(zeros);
    struct bytes b = take_file(in_folder("bomb.zip"));
    refuse(*state, b, STATUS_INVALID_INPUT, NULL);
    free(b.data);
}

static void test_ambiguous_archives(void **state)
{
    make("ESRI Shapefile", in_folder("m1.shp"), 4525, NULL, SQUARE, 1);
    make("ESRI Shapefile", in_folder("m2.shp"), 4525, NULL, SQUARE, 1);
    struct bytes b = zip_of("m", (const char *const[]){"1.shp", "2.shp", NULL}, in_folder("m.zip"));
    refuse(*state, b, STATUS_INVALID_INPUT, "source-zip-ambiguous");
    free(b.data);
    b = zip_of("m1", (const char *const[]){".dbf", NULL}, in_folder("m3.zip"));
    refuse(*state, b, STATUS_UNSUPPORTED, "source-zip-empty");
    free(b.data);
    GDALDatasetH data =
        GDALCreate(GDALGetDriverByName("GPKG"), in_folder("two.gpkg"), 0, 0, 0, GDT_Unknown, NULL);
    GDALDatasetCreateLayer(data, "one", NULL, wkbPolygon, NULL);
    GDALDatasetCreateLayer(data, "two", NULL, wkbPolygon, NULL);
    GDALClose(data);
    b = take_file(in_folder("two.gpkg"));
    refuse(*state, b, STATUS_INVALID_INPUT, "source-layer-ambiguous");
    free(b.data);
}

static void script(const char *name, const char *text)
{
    FILE *f = fopen(in_folder(name), "w");
    fputs(text, f);
    fclose(f);
    chmod(in_folder(name), 0700);
}

enum { SOON_MS = 700, NEVER_MS = 3600 * 1000 };

/* Children that hang, flood, die or lie: the parent gives up when it is told to (those that hang would do so
 * for good), and believes nothing. */
static void test_bad_children(void **state)
{
    static char kml[] = KML_HEAD KML_BODY;
    struct parcel_context c = *(struct parcel_context *)*state;
    char path[300];
    const struct {
        const char *text, *code;
        enum status status;
        int wait_ms;
    } cases[] = {
        {"#!/bin/sh\nsleep infinity\n", "foreign-timeout", STATUS_TOO_LARGE, SOON_MS},
        {"#!/bin/sh\nsleep infinity & sleep infinity\n", "foreign-timeout", STATUS_TOO_LARGE, SOON_MS},
        {"#!/bin/sh\nkill -SEGV $$\n", "foreign-failed", STATUS_INVALID_INPUT, NEVER_MS},
        {"#!/bin/sh\nexit 0\n", "foreign-failed", STATUS_INVALID_INPUT, NEVER_MS},
        {"#!/bin/sh\nprintf HXS1\n", "foreign-failed", STATUS_INVALID_INPUT, NEVER_MS},
        {"#!/bin/sh\nprintf 'HXS1Z\\001\\000\\000\\000\\000'\n", "foreign-failed", STATUS_INVALID_INPUT,
         NEVER_MS},
        {"#!/bin/sh\nprintf 'HXS1F\\000\\000\\000\\000\\005\\377\\377\\377\\377'\n", "foreign-failed",
         STATUS_INVALID_INPUT, NEVER_MS},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct parcel_set set;
        struct error e;
        script("child.sh", cases[i].text);
        snprintf(path, sizeof path, "%s/child.sh", folder);
        const struct child_reader reader = {.program = path, .wait_ms = (unsigned)cases[i].wait_ms};
        c.reader = &reader;
        test_assert_refused(
            feature_parcels(&c, &(struct feature_request){.bytes = kml, .n_bytes = sizeof kml - 1}, &set, &e),
            cases[i].status, cases[i].code, &e);
    }
    const struct child_reader missing = {.program = "/nonexistent/program"};
    struct parcel_set set;
    struct error e;
    c.reader = &missing;
    enum status s =
        feature_parcels(&c, &(struct feature_request){.bytes = kml, .n_bytes = sizeof kml - 1}, &set, &e);
    assert_true(s == STATUS_IO || s == STATUS_INVALID_INPUT);
}

/* In the sandbox: 1 a socket opened, 4 a core may be written, 8 too many files. All else has
 * test_confined.c. */
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

static void test_nothing_is_left_behind(void **state)
{
    (void)state;
    char **names = VSIReadDir(folder);
    for (char **n = names; n && *n; n++)
        assert_null(strstr(*n, "hongxian-"));
    CSLDestroy(names);
}

int main(int argc, char **argv)
{
    if (sandbox_child_wanted(argc, argv))
        sandbox_child_main(argc, argv);
    if (!mkdtemp(folder))
        return 1;
    setenv("TMPDIR", folder, 1); /* the readers' own folders are seen when they stay */
    GDALAllRegister();
    const struct CMUnitTest tests[] = {
        parcel_test(test_shapefile),
        parcel_test(test_geopackage_and_flatgeobuf),
        parcel_test(test_kml_and_kmz),
        parcel_test(test_dxf),
        parcel_test(test_kml_entities),
        parcel_test(test_damaged_files),
        parcel_test(test_zip_bomb),
        parcel_test(test_ambiguous_archives),
        parcel_test(test_bad_children),
        parcel_test(test_sandbox),
        parcel_test(test_nothing_is_left_behind),
    };
    int failed = cmocka_run_group_tests_name("foreign files", tests, NULL, NULL);
    char **names = VSIReadDir(folder);
    for (char **n = names; n && *n; n++)
        VSIUnlink(in_folder(*n));
    CSLDestroy(names);
    rmdir(folder);
    return failed;
}
