/* geodata/manifest.json: its layers, one after the other, then the plan. */
#include "layers/geodata_parts.h"
#include "layers/ingest.h"

#include "base/file.h"
#include "base/limits.h"

#include <string.h>

static enum status fail_name(const char *name, struct error *e)
{
    error_zh(e, "清单 manifest.json 中的文件名“%s”不在数据目录之内；请只写目录内的相对路径。", name);
    return error_fail(
        e, STATUS_INVALID_INPUT, "manifest-path",
        "The file name \"%s\" in manifest.json leaves the data directory; use relative paths inside it.",
        name);
}

/* "<dir>/<name>" for a name that stays inside the directory. */
static enum status geodata_path(const struct geodata *g, const char *name, const char **path, struct error *e)
{
    if (!name[0] || name[0] == '/' || strstr(name, ".."))
        return fail_name(name, e);
    char *joined = arena_printf(g->arena, "%s/%s", g->dir, name);
    if (!joined)
        return error_no_memory(e);
    *path = joined;
    return STATUS_OK;
}

enum status geodata_text(const struct geodata *g, const char *name, const char **text, size_t *n,
                         struct error *e)
{
    const char *path = NULL;
    char *bytes = NULL;
    enum status st = geodata_path(g, name, &path, e);
    if (st == STATUS_OK)
        st = file_read(path, LIMIT_BODY_BYTES, g->arena, &bytes, n, e);
    if (st == STATUS_OK)
        *text = bytes;
    return st;
}

enum status geodata_json(const struct geodata *g, const char *name, json_t **out, struct error *e)
{
    const char *text = NULL;
    size_t n = 0;
    enum status st = geodata_text(g, name, &text, &n, e);
    if (st != STATUS_OK)
        return st;
    json_error_t why;
    json_t *doc = json_loadb(text, n, JSON_REJECT_DUPLICATES, &why);
    if (!doc) {
        error_zh(e, "“%s/%s”第 %d 行第 %d 列不是有效的 JSON：%s。", g->dir, name, why.line, why.column,
                 why.text);
        return error_fail(e, STATUS_INVALID_INPUT, "geodata-json",
                          "\"%s/%s\" is not JSON at line %d, column %d: %s.", g->dir, name, why.line,
                          why.column, why.text);
    }
    *out = doc;
    return STATUS_OK;
}

/* A string member, or `otherwise` when it is absent or null. */
static const char *text_of(const json_t *object, const char *key, const char *otherwise)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : otherwise;
}

/* In the manifest a null field says that the source has none: nothing is then looked for. */
static const char *field_of(const json_t *fields, const char *key)
{
    const json_t *v = json_object_get(fields, key);
    return json_is_null(v) ? "" : json_string_value(v);
}

static enum status fail_layer(const char *id, const char *key, struct error *e)
{
    error_zh(e, "清单 manifest.json 的图层“%s”缺少“%s”；请补上。", id, key);
    return error_fail(e, STATUS_INVALID_INPUT, "manifest-layer",
                      "Layer \"%s\" of manifest.json lacks \"%s\".", id, key);
}

static enum status read_request(const struct geodata *g, const json_t *l, struct ingest_request *r,
                                struct error *e)
{
    const json_t *fields = json_object_get(l, "fields");
    *r = (struct ingest_request){
        .source_layer = text_of(l, "source_layer", NULL),
        .fields = {.id = field_of(fields, "id"),
                   .name = field_of(fields, "name"),
                   .zone = field_of(fields, "zone"),
                   .county = field_of(fields, "county"),
                   .area = field_of(fields, "area")},
        .layer = text_of(l, "id", ""),
        .title_zh = text_of(l, "title_zh", ""),
        .title_en = text_of(l, "title_en", ""),
        .kind = text_of(l, "kind", ""),
        .label = text_of(l, "label", ""),
        .synthetic = json_is_true(json_object_get(l, "synthetic")),
        .reference_only = json_is_true(json_object_get(l, "reference_only")),
        .document_no = text_of(l, "document", ""),
        .effective_from = text_of(l, "effective_from", ""),
        .effective_to = text_of(l, "effective_to", ""),
        .imported_by = "geodata/manifest.json",
        .skip_unchanged = true,
    };
    static const char *const needed[] = {"id", "file", "title_zh", "kind"};
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
        if (!text_of(l, needed[i], "")[0])
            return fail_layer(r->layer, needed[i], e);
    const char *coverage = text_of(l, "coverage", "none");
    enum status st = geodata_path(g, text_of(l, "file", ""), &r->path, e);
    if (st == STATUS_OK && strcmp(coverage, "none") != 0)
        st = geodata_path(g, coverage, &r->coverage_path, e);
    return st;
}

/* The manifest says which bytes it was written for. */
static enum status check_sha256(const json_t *l, const char *path, struct error *e)
{
    const char *want = text_of(l, "sha256", "");
    char got[65];
    if (!want[0])
        return STATUS_OK;
    enum status st = source_sha256(path, got, e);
    if (st != STATUS_OK || strcmp(got, want) == 0)
        return st;
    error_zh(e, "“%s”的 SHA-256 与清单不符；文件被改动或没有下载完整，请重新获取，或更新清单。", path);
    return error_fail(
        e, STATUS_CORRUPT, "manifest-sha256",
        "The SHA-256 of \"%s\" is not the one in manifest.json; the file was changed or is incomplete: "
        "get it again, or renew the manifest.",
        path);
}

/* Sample and reference data fill an empty place; they never take the place of data that someone imported
 * as official. */
static enum status is_official(const struct geodata *g, struct store *s, const struct ingest_request *r,
                               bool *official, struct error *e)
{
    struct store_version v;
    *official = false;
    if (!r->synthetic && !r->reference_only)
        return STATUS_OK;
    enum status st = store_current_version(s, r->layer, g->arena, &v, e);
    if (st == STATUS_NOT_FOUND)
        return STATUS_OK;
    *official = st == STATUS_OK && !v.synthetic && !v.reference_only;
    return st;
}

static enum status load_layer(const struct geodata *g, struct store *s, const json_t *l, ingest_layer_fn *fn,
                              void *user, struct ingest_geodata_result *result, struct error *e)
{
    struct ingest_request r;
    struct ingest_report report;
    ingest_report_init(&report);
    bool official = false;
    enum status st = read_request(g, l, &r, e);
    if (st == STATUS_OK)
        st = is_official(g, s, &r, &official, e);
    if (st == STATUS_OK && official) {
        result->n_kept++;
        ingest_report_release(&report);
        return STATUS_OK;
    }
    if (st == STATUS_OK)
        st = check_sha256(l, r.path, e);
    if (st == STATUS_OK)
        st = ingest_layer_file(s, &r, &report, e);
    if (st == STATUS_OK) {
        result->n_skipped += report.skipped;
        result->n_imported += !report.skipped;
        if (fn)
            fn(r.layer, &report, user);
    }
    ingest_report_release(&report);
    return st;
}

static enum status load_all(const struct geodata *g, struct store *s, ingest_layer_fn *fn, void *user,
                            struct ingest_geodata_result *result, struct error *e)
{
    const json_t *layers = json_object_get(g->manifest, "layers");
    if (!json_is_array(layers)) {
        error_zh(e, "“%s/manifest.json”中没有图层清单（layers）；请核对数据目录。", g->dir);
        return error_fail(e, STATUS_INVALID_INPUT, "manifest-layers",
                          "\"%s/manifest.json\" has no list of layers; is this the data directory?", g->dir);
    }
    enum status st = STATUS_OK;
    for (size_t i = 0; st == STATUS_OK && i < json_array_size(layers); i++)
        st = load_layer(g, s, json_array_get(layers, i), fn, user, result, e);
    return st == STATUS_OK ? geodata_load_plan(g, s, &result->plan_loaded, e) : st;
}

enum status ingest_geodata(struct store *s, const char *geodata_dir, ingest_layer_fn *fn, void *user,
                           struct ingest_geodata_result *out, struct error *e)
{
    struct geodata g = {.dir = geodata_dir, .arena = arena_new(LIMIT_REQUEST_ARENA_BYTES)};
    if (!g.arena)
        return error_no_memory(e);
    struct ingest_geodata_result result = {0};
    enum status st = geodata_json(&g, "manifest.json", &g.manifest, e);
    if (st == STATUS_OK)
        st = load_all(&g, s, fn, user, &result, e);
    if (st == STATUS_OK && out)
        *out = result;
    json_decref(g.manifest);
    arena_free(g.arena);
    return st;
}
