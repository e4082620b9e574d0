/* The plan's part of the manifest: administrative units and seats (CSV), layout and places (GeoJSON), tables
 * (CSV or JSON). A table "x" of the manifest goes to the store's table "plan_x". With it the base map, whose
 * "x" (GeoJSON) goes to the collection "base_x". */
#include "base/text.h"
#include "formats/csv.h"
#include "layers/geodata_parts.h"

#include "base/sha256.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct loader {
    const struct geodata *g;
    struct store_plan_load *load;
};

/* ---- units ---- */

static enum status fail_seat(const char *code, struct error *e)
{
    error_zh(e, "旗县表中 %s 的驻地坐标不是数字；请改为十进制度。", code);
    return error_fail(
        e, STATUS_INVALID_INPUT, "counties-seat",
        "The seat of %s in the list of counties has no numeric coordinates; give decimal degrees.", code);
}

static bool parse_degrees(const char *text, double *out)
{
    char *end = NULL;
    double v = strtod(text, &end);
    if (end == text || *end)
        return false;
    *out = v;
    return true;
}

static enum status add_county(struct loader *l, const struct csv_table *c, size_t row, struct error *e)
{
    struct store_admin_unit prefecture = {
        .code = csv_table_cell(c, row, csv_table_column(c, "prefecture_code")),
        .name = csv_table_cell(c, row, csv_table_column(c, "prefecture_name")),
        .level = "prefecture"};
    struct store_admin_unit county = {.code = csv_table_cell(c, row, csv_table_column(c, "code")),
                                      .name = csv_table_cell(c, row, csv_table_column(c, "name")),
                                      .level = "county",
                                      .parent = prefecture.code,
                                      .seat = csv_table_cell(c, row, csv_table_column(c, "seat")),
                                      .seat_source =
                                          csv_table_cell(c, row, csv_table_column(c, "seat_source"))};
    if (!parse_degrees(csv_table_cell(c, row, csv_table_column(c, "lon")), &county.seat_lon_deg) ||
        !parse_degrees(csv_table_cell(c, row, csv_table_column(c, "lat")), &county.seat_lat_deg))
        return fail_seat(county.code, e);
    enum status st = store_plan_add_unit(l->load, &prefecture, e);
    return st == STATUS_OK ? store_plan_add_unit(l->load, &county, e) : st;
}

static enum status load_counties(struct loader *l, const char *file, struct error *e)
{
    const char *text = NULL;
    size_t n = 0;
    struct csv_table c;
    enum status st = geodata_text(l->g, file, &text, &n, e);
    if (st == STATUS_OK)
        st = csv_table_read(text, n, file, l->g->arena, &c, e);
    for (size_t i = 0; st == STATUS_OK && i < c.n_rows; i++)
        st = add_county(l, &c, i, e);
    return st;
}

/* ---- layout and places ---- */

static enum status add_feature(struct loader *l, const char *collection, const json_t *f, struct error *e)
{
    const json_t *properties = json_object_get(f, "properties");
    const char *name = json_string_value(json_object_get(properties, "name"));
    const char *kind = json_string_value(json_object_get(properties, "kind"));
    char *text = json_dumps(properties, JSON_COMPACT);
    char *geometry = json_dumps(json_object_get(f, "geometry"), JSON_COMPACT | JSON_REAL_PRECISION(17));
    enum status st = text && geometry ? store_plan_add_feature(l->load, collection, name ? name : "",
                                                               kind ? kind : "", text, geometry, e)
                                      : error_no_memory(e);
    free(text);
    free(geometry);
    return st;
}

static enum status load_features(struct loader *l, const char *collection, const char *file, struct error *e)
{
    json_t *doc = NULL;
    enum status st = geodata_json(l->g, file, &doc, e);
    const json_t *features = json_object_get(doc, "features");
    for (size_t i = 0; st == STATUS_OK && i < json_array_size(features); i++)
        st = add_feature(l, collection, json_array_get(features, i), e);
    json_decref(doc);
    return st;
}

/* ---- tables ---- */

static enum status load_csv_table(struct loader *l, const char *table, const char *file, struct error *e)
{
    const char *text = NULL;
    size_t n = 0;
    struct csv_table c;
    enum status st = geodata_text(l->g, file, &text, &n, e);
    if (st == STATUS_OK)
        st = csv_table_read(text, n, file, l->g->arena, &c, e);
    for (size_t i = 0; st == STATUS_OK && i < c.n_rows; i++)
        st = store_plan_add_row(l->load, table, c.header, c.cells + i * c.n_columns, c.n_columns, e);
    return st;
}

/* Text as it is; anything else as JSON text. */
static char *cell_text(const struct loader *l, const json_t *v)
{
    if (json_is_string(v))
        return arena_strdup(l->g->arena, json_string_value(v));
    char *text = json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY);
    char *copy = text ? arena_strdup(l->g->arena, text) : NULL;
    free(text);
    return copy;
}

static enum status add_json_row(struct loader *l, const char *table, json_t *row, struct error *e)
{
    size_t n = json_object_size(row), k = 0;
    const char **columns = arena_array(l->g->arena, n + 1, sizeof *columns);
    const char **values = arena_array(l->g->arena, n + 1, sizeof *values);
    if (!columns || !values)
        return error_no_memory(e);
    const char *key;
    json_t *value;
    json_object_foreach(row, key, value)
    {
        if (json_is_null(value))
            continue;
        columns[k] = key;
        values[k] = cell_text(l, value);
        if (!values[k++])
            return error_no_memory(e);
    }
    return k ? store_plan_add_row(l->load, table, columns, values, k, e) : STATUS_OK;
}

static enum status load_json_table(struct loader *l, const char *table, const char *file, struct error *e)
{
    json_t *doc = NULL;
    enum status st = geodata_json(l->g, file, &doc, e);
    if (st == STATUS_OK && json_is_object(doc))
        st = add_json_row(l, table, doc, e);
    for (size_t i = 0; st == STATUS_OK && i < json_array_size(doc); i++)
        st = add_json_row(l, table, json_array_get(doc, i), e);
    json_decref(doc);
    return st;
}

static enum status load_entry(struct loader *l, const char *key, const char *file, struct error *e)
{
    if (text_ends_with(file, ".geojson")) {
        char *collection = arena_printf(l->g->arena, "plan_%s", key);
        return collection ? load_features(l, collection, file, e) : error_no_memory(e);
    }
    char *table = arena_printf(l->g->arena, "plan_%s", key);
    if (!table)
        return error_no_memory(e);
    return text_ends_with(file, ".csv") ? load_csv_table(l, table, file, e)
                                        : load_json_table(l, table, file, e);
}

static enum status load_base(struct loader *l, const char *key, const char *file, struct error *e)
{
    char *collection = arena_printf(l->g->arena, "base_%s", key);
    return collection ? load_features(l, collection, file, e) : error_no_memory(e);
}

/* ---- all of it ---- */

static enum status hash_file(const struct geodata *g, struct sha256_ctx *ctx, const char *key,
                             const char *file, struct error *e)
{
    const char *text = NULL;
    size_t n = 0;
    enum status st = geodata_text(g, file, &text, &n, e);
    if (st != STATUS_OK)
        return st;
    uint8_t digest[SHA256_BYTES];
    sha256_of_bytes(text, n, digest);
    sha256_update(ctx, strlen(key) + 1, (const uint8_t *)key);
    sha256_update(ctx, sizeof digest, digest);
    return STATUS_OK;
}

static enum status fail_entry(const char *part, const char *key, struct error *e)
{
    error_zh(e, "清单 manifest.json 中 %s 的“%s”不是文件名；请写数据目录内的相对路径。", part, key);
    return error_fail(e, STATUS_INVALID_INPUT, "manifest-plan",
                      "The entry \"%s\" of \"%s\" in manifest.json is no file name; give a relative path.",
                      key, part);
}

static enum status hash_part(const struct geodata *g, struct sha256_ctx *ctx, const char *part,
                             struct error *e)
{
    enum status st = STATUS_OK;
    const char *name;
    json_t *file;
    json_object_foreach(json_object_get(g->manifest, part), name, file)
    {
        if (st == STATUS_OK)
            st = json_is_string(file) ? hash_file(g, ctx, name, json_string_value(file), e)
                                      : fail_entry(part, name, e);
    }
    return st;
}

/* One hash over all files, so that an unchanged plan is left alone. */
static enum status make_key(const struct geodata *g, const char *counties, char key[65], struct error *e)
{
    struct sha256_ctx ctx;
    sha256_init(&ctx);
    enum status st = counties ? hash_file(g, &ctx, "counties", counties, e) : STATUS_OK;
    if (st == STATUS_OK)
        st = hash_part(g, &ctx, "plan", e);
    if (st == STATUS_OK)
        st = hash_part(g, &ctx, "base", e);
    uint8_t digest[SHA256_BYTES];
    sha256_digest(&ctx, SHA256_BYTES, digest);
    sha256_to_hex(digest, key);
    return st;
}

typedef enum status load_fn(struct loader *l, const char *key, const char *file, struct error *e);

static enum status load_part(struct loader *l, const char *part, load_fn *load, struct error *e)
{
    enum status st = STATUS_OK;
    const char *name;
    json_t *file;
    json_object_foreach(json_object_get(l->g->manifest, part), name, file)
    {
        if (st == STATUS_OK)
            st = load(l, name, json_string_value(file), e);
    }
    return st;
}

static enum status fill(struct loader *l, const char *counties, struct error *e)
{
    enum status st = counties ? load_counties(l, counties, e) : STATUS_OK;
    if (st == STATUS_OK)
        st = load_part(l, "plan", load_entry, e);
    return st == STATUS_OK ? load_part(l, "base", load_base, e) : st;
}

enum status geodata_load_plan(const struct geodata *g, struct store *s, bool *loaded, struct error *e)
{
    const char *counties = json_string_value(json_object_get(g->manifest, "counties"));
    char key[65];
    bool current = false;
    struct loader l = {.g = g};
    enum status st = make_key(g, counties, key, e);
    if (st == STATUS_OK)
        st = store_plan_begin(s, key, &l.load, &current, e);
    if (st != STATUS_OK)
        return st;
    if (!current) {
        st = fill(&l, counties, e);
        if (st == STATUS_OK)
            st = store_plan_commit(l.load, e);
        if (st != STATUS_OK)
            store_plan_abort(l.load);
    }
    if (st == STATUS_OK)
        *loaded = !current;
    return st;
}
