/* export: a layer version as a file for other programs. */
#include "cli/command.h"
#include "cli/exit_codes.h"
#include "cli/print_json.h"
#include "layers/export.h"
#include "store/store_versions.h"

#include <stdio.h>
#include <string.h>

struct export_args {
    struct arguments base;
    const char *out;
};

static int run(struct store *store, struct arena *arena, const struct arguments *base)
{
    struct error e = {0};
    const char *path = ((const struct export_args *)base)->out;
    struct store_version v;
    int64_t n = 0;
    if (store_version_find(store, base->items[0], arena, &v, &e))
        return exit_with_error(&e);
    bool to_output = strcmp(path, "-") == 0;
    if (export_version(store, &v, path, &n, &e))
        return to_output && output_reader_left() ? EXIT_OK : exit_with_error(&e);
    if (!to_output)
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
