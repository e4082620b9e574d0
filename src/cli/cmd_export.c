/* export: a layer version as a file for other programs. */
#include "base/file.h"
#include "cli/command.h"
#include "cli/exit_codes.h"
#include "cli/print_json.h"
#include "layers/export.h"
#include "store/store_versions.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { OUTPUT_BYTES = 200 << 20 };

struct export_args {
    struct arguments base;
    const char *out;
};

/* GeoJSON, by way of a file: it is written whole or not at all. */
static enum status write_to_output(struct store *store, const struct store_version *v, struct arena *arena,
                                   struct error *e)
{
    char folder[] = "/tmp/hongxian-export-XXXXXX", path[sizeof folder + 16], *bytes;
    size_t size;
    int64_t n;
    if (!mkdtemp(folder))
        return error_errno(e, "建立临时文件夹", "Making a temporary folder", folder);
    snprintf(path, sizeof path, "%s/e.geojson", folder);
    enum status s = export_version(store, v, path, &n, e);
    if (!s)
        s = file_read(path, OUTPUT_BYTES, arena, &bytes, &size, e);
    (void)unlink(path);
    (void)rmdir(folder);
    return s ? s : output_write("-", bytes, size, e);
}

static int run(struct store *store, struct arena *arena, const struct arguments *base)
{
    struct error e = {0};
    const char *path = ((const struct export_args *)base)->out;
    struct store_version v;
    int64_t n = 0;
    if (store_version_find(store, base->items[0], arena, &v, &e))
        return exit_with_error(&e);
    if (strcmp(path, "-") == 0)
        return write_to_output(store, &v, arena, &e) ? exit_with_error(&e) : EXIT_OK;
    if (export_version(store, &v, path, &n, &e))
        return exit_with_error(&e);
    printf("%s@%d\t%lld\t%s\n", v.layer, v.version_no, (long long)n, path);
    return EXIT_OK;
}

static const struct cli_option options[] = {
    OPTION("-o", OPTION_TEXT, offsetof(struct export_args, out), "FILE|-",
           "写到哪个文件；格式按扩展名：.gpkg、.geojson、.fgb、.shp；“-”：GeoJSON 写到标准输出",
           "the file to write, in the format of its ending: .gpkg, .geojson, .fgb, .shp; \"-\" is GeoJSON on "
           "standard output",
           .is_required = true),
    OPTION_STORE, OPTION_END};

const struct command command_export = {.name = "export",
                                       .zh = "导出图层版本",
                                       .en = "write a layer version to a file",
                                       .operands = "LAYER[@VERSION]",
                                       .operand_zh = "图层，或图层@版本号",
                                       .operand_en = "a layer, or layer@number",
                                       .least = 1,
                                       .most = 1,
                                       .options = options,
                                       .size = sizeof(struct export_args),
                                       .mode = STORE_READ,
                                       .in_store = run};
