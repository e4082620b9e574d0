/* What is said of a file before it is imported is what the import then does. */
#include "store_fixture.h"

#include "base/buffer.h"
#include "layers/inspect.h"
#include "layers/source.h"

#include <gdal.h>
#include <jansson.h>
#include <ogr_api.h>
#include <ogr_srs_api.h>
#include <stdio.h>
#include <string.h>

/* ---- files ---- */

struct made_layer {
    const char *driver, *layer, *alias, *field, *field_alias; /* NULL: none */
};

static void set_field(OGRLayerH layer, const struct made_layer *m)
{
    OGRFieldDefnH field = OGR_Fld_Create(m->field ? m->field : "BSM", OFTString);
    if (m->field_alias)
        OGR_Fld_SetAlternativeName(field, m->field_alias);
    OGR_L_CreateField(layer, field, 1);
    OGR_Fld_Destroy(field);
}

static void add_layer(GDALDatasetH data, const struct made_layer *m)
{
    char option[128], square[] = "MULTIPOLYGON (((111 40,111.1 40,111.1 40.1,111 40.1,111 40)))",
                      *wkt = square;
    bool gdb = strcmp(m->driver, "OpenFileGDB") == 0;
    snprintf(option, sizeof option, "%s=%s", gdb ? "LAYER_ALIAS" : "IDENTIFIER", m->alias ? m->alias : "");
    char *options[] = {m->alias ? option : NULL, NULL};
    OGRSpatialReferenceH srs = OSRNewSpatialReference(NULL);
    OSRImportFromEPSG(srs, 4490);
    OSRSetAxisMappingStrategy(srs, OAMS_TRADITIONAL_GIS_ORDER);
    OGRLayerH layer = GDALDatasetCreateLayer(data, m->layer, srs, wkbMultiPolygon, options);
    assert_non_null(layer);
    set_field(layer, m);
    OGRFeatureH f = OGR_F_Create(OGR_L_GetLayerDefn(layer));
    OGRGeometryH g = NULL;
    assert_int_equal(OGR_G_CreateFromWkt(&wkt, NULL, &g), OGRERR_NONE);
    OGR_F_SetGeometryDirectly(f, g);
    OGR_F_SetFieldString(f, 0, "150102");
    assert_int_equal(OGR_L_CreateFeature(layer, f), OGRERR_NONE);
    OGR_F_Destroy(f);
    OSRDestroySpatialReference(srs);
}

static void make_file(const char *path, const struct made_layer *layers, size_t n)
{
    GDALAllRegister();
    GDALDatasetH data = GDALCreate(GDALGetDriverByName(layers->driver), path, 0, 0, 0, GDT_Unknown, NULL);
    assert_non_null(data);
    for (size_t i = 0; i < n; i++)
        add_layer(data, &layers[i]);
    GDALClose(data);
}

/* ---- the two ---- */

/* The whole answer; the caller frees it. */
static json_t *inspected(const char *path)
{
    struct error e = {0};
    struct buffer b;
    buffer_init(&b, 0);
    must(inspect_file(path, &b, &e), &e);
    json_t *answer = json_loadb(b.data, b.size, 0, NULL);
    assert_non_null(answer);
    buffer_release(&b);
    return answer;
}

static const char *text_of(const json_t *layer, const char *key)
{
    return json_string_value(json_object_get(layer, key));
}

/* What an import of the whole file decides is what its one layer "looks like", for the same reason; what it
 * asks is no certainty. `is` NULL: whatever it is. */
static void says_the_same(const char *path, const char *is)
{
    struct error e = {0};
    struct source *s = NULL;
    json_t *answer = inspected(path), *layer = json_array_get(json_object_get(answer, "layers"), 0);
    const struct source_request r = {.path = path, .survey = true};
    enum status st = source_open(&r, &s, &e);
    const char *looks = text_of(layer, "looks_like"), *because = text_of(layer, "because");
    print_message("%s: %s by %s; %s\n", path, looks, because, st ? e.code : source_info(s)->target);
    if (is)
        assert_string_equal(looks, is);
    if (st == STATUS_OK) {
        assert_string_equal(looks, source_info(s)->target);
        assert_string_equal(because, source_info(s)->target_by);
        assert_true(json_is_true(json_object_get(layer, "certain")));
    } else {
        assert_int_equal(strcmp(e.code, "layer-unknown") == 0, !*looks);
        assert_false(json_is_true(json_object_get(layer, "certain")) &&
                     strcmp(e.code, "layer-doubtful") == 0);
        assert_true(strncmp(e.code, "layer-", 6) != 0 || !*looks || strstr(e.en, looks) ||
                    strcmp(looks, "XZQ") == 0);
    }
    source_close(s);
    json_decref(answer);
}

static void of_names_aliases_folders_and_endings(void **state)
{
    static const struct {
        const char *file;
        struct made_layer layer;
        const char *is;
    } cases[] = {
        {"STBHHX.gpkg", {"GPKG", "a", NULL, NULL, NULL}, "ecological_red_line"},
        {"a.gpkg", {"GPKG", "a", "生态保护红线", NULL, NULL}, "ecological_red_line"},
        {"STBHHX.2035.gpkg", {"GPKG", "a", NULL, NULL, NULL}, "ecological_red_line"},
        {"新城区2035年_生态保护红线.geojson", {"GeoJSON", "x", NULL, NULL, NULL}, "ecological_red_line"},
        {"永久基本农田整备区.gpkg", {"GPKG", "TDLY", NULL, NULL, NULL}, "permanent_basic_farmland"},
        {"永久基本农田储备区.gpkg", {"GPKG", "TDLY", NULL, NULL, NULL}, "farmland_reserve"},
        {"STBHHX.geojson", {"GeoJSON", "x", NULL, "YJJBNTTBBH", NULL}, "ecological_red_line"},
        {"export.geojson", {"GeoJSON", "x", NULL, "YJJBNTTBBH", NULL}, "permanent_basic_farmland"},
        {"XZQ.geojson", {"GeoJSON", "x", NULL, "XZQDM", NULL}, "admin_counties"},
        {"XZQ.gpkg", {"GPKG", "a", NULL, "XZQDM", NULL}, "admin_counties"},
        {"whatever.geojson", {"GeoJSON", "x", NULL, NULL, NULL}, ""},
        {"YJJBNTBHTB.gdb/", {"OpenFileGDB", "a", NULL, NULL, NULL}, "permanent_basic_farmland"},
        {"c.gdb", {"OpenFileGDB", "a", NULL, "F1", "永久基本农田图斑编号"}, NULL},
        {"STBHHX.gdb/", {"OpenFileGDB", "a", NULL, "F1", "YJJBNTTBBH"}, "ecological_red_line"},
    };
    const struct place *p = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char path[256], made[256];
        snprintf(path, sizeof path, "%s/%s", p->dir, cases[i].file);
        snprintf(made, sizeof made, "%.*s", (int)(strlen(path) - (path[strlen(path) - 1] == '/')), path);
        make_file(made, &cases[i].layer, 1);
        says_the_same(path, cases[i].is);
    }
}

static void of_the_shipped_layers(void **state)
{
    static const char *const files[] = {
        "lines/STBHHX.gpkg",   "lines/YJJBNTBHTB.gpkg", "lines/CZKFBJ.gpkg",    "zones/STKJ.gpkg",
        "zones/NYKJ.gpkg",     "zones/CZKJ.gpkg",       "admin/region.geojson", "admin/prefectures.geojson",
        "plan/layout.geojson", "plan/places.geojson"};
    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char path[512];
        snprintf(path, sizeof path, HX_SOURCE_DIR "/geodata/%s", files[i]);
        says_the_same(path, NULL);
    }
}

/* A file with several layers does not say by its name what each of them is: an import of one by
 * --source-layer would take land use for farmland because the file is called so. */
static void a_file_of_many_layers_names_none_of_them(void **state)
{
    static const struct made_layer layers[] = {{"GPKG", "TDLY", NULL, "DLBM", NULL},
                                               {"GPKG", "JZJD", NULL, NULL, NULL}};
    const struct place *p = *state;
    struct error e = {0};
    struct source *s = NULL;
    char path[256];
    snprintf(path, sizeof path, "%s/永久基本农田.gpkg", p->dir);
    make_file(path, layers, 2);
    json_t *answer = inspected(path), *layer = json_array_get(json_object_get(answer, "layers"), 0);
    assert_string_equal(text_of(layer, "looks_like"), "");
    const struct source_request r = {.path = path, .layer = "TDLY", .survey = true};
    assert_int_equal(source_open(&r, &s, &e), STATUS_INVALID_INPUT);
    assert_string_equal(e.code, "layer-unknown");
    json_decref(answer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(of_names_aliases_folders_and_endings, place_make, place_remove),
        cmocka_unit_test_setup_teardown(of_the_shipped_layers, place_make, place_remove),
        cmocka_unit_test_setup_teardown(a_file_of_many_layers_names_none_of_them, place_make, place_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
