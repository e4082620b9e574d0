/* import: a file becomes a layer's new version; geodata/ becomes layers, places and tables. */
#include "cli/command.h"
#include "cli/exit_codes.h"
#include "cli/import_binding.h"
#include "cli/progress.h"
#include "cli/sandbox_say.h"
#include "cli/store_path.h"
#include "features/sandbox/sandbox.h"
#include "geo/crs/decide.h"
#include "layers/ingest.h"
#include "store/store.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

struct import_args {
    struct arguments base;
    const char *geodata, *crs, *coverage, *shift, *report;
    struct ingest_request request;
    bool require_sandbox;
    struct timespec start;
};

static void show_progress(int64_t n, int64_t n_declared, void *user)
{
    const struct timespec *start = user;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    progress_count(&(struct progress_count){.done = n,
                                            .done_here = n,
                                            .total = n_declared,
                                            .seconds = (double)(now.tv_sec - start->tv_sec) +
                                                       1e-9 * (double)(now.tv_nsec - start->tv_nsec)});
}

static void read_coverage(const char *text, struct ingest_request *r)
{
    if (text && strncmp(text, "units:", 6) == 0)
        r->coverage_units = text + 6;
    else if (text && strcmp(text, "region") == 0)
        r->coverage_units = "region";
    else
        r->coverage_path = text;
}

static enum status check(struct arguments *base, struct error *e)
{
    struct import_args *a = (struct import_args *)base;
    struct ingest_request *r = &a->request;
    enum status s = crs_of_option(a->crs, true, &r->epsg, e);
    if (!s && a->shift)
        s = geo_datum_shift_parse(a->shift, &r->shift, e);
    if (s || a->geodata)
        return s;
    if (base->n == 0)
        return command_lacks(e, "缺少要载入的文件（或 --geodata 文件夹）。",
                             "The file to load (or --geodata with a folder) is missing.");
    read_coverage(a->coverage, r);
    if (progress_wanted(base)) {
        clock_gettime(CLOCK_MONOTONIC, &a->start);
        r->progress = show_progress;
        r->progress_user = &a->start;
    }
    r->path = base->items[0];
    r->bound = import_binding_print;
    return STATUS_OK;
}

static void print_report(const char *layer, const struct ingest_report *r, void *user)
{
    (void)user;
    if (r->skipped) {
        printf("%s\t未变 unchanged\n", layer);
        return;
    }
    printf("%s\tv%d\t读取 read %lld\t载入 stored %lld\t修复 repaired %lld\t拒收 refused %lld\t%.4f 公顷 ha\n",
           layer, r->version_no, (long long)r->n_read, (long long)r->n_stored, (long long)r->n_repaired,
           (long long)r->n_refused, r->area_m2 / 10000);
    fflush(stdout);
}

static int import_geodata(struct store *store, const char *folder)
{
    struct error e = {0};
    struct ingest_geodata_result result = {0};
    if (ingest_geodata(store, folder, print_report, NULL, &result, &e))
        return exit_with_error(&e);
    printf("图层 layers：载入 imported %d，未变 unchanged %d；规划 plan：%s\n", result.n_imported,
           result.n_skipped, result.plan_loaded ? "载入 loaded" : "未变 unchanged");
    if (result.n_kept)
        printf("%d 个图层已有正式数据，示例（参考）数据没有替换它们。 %d layers hold official data, which "
               "sample or "
               "reference data did not replace.\n",
               result.n_kept, result.n_kept);
    return EXIT_OK;
}

/* When features are refused the report lists them, and is what the source is mended by. `to` NULL: it is
 * not wanted as a file. */
static int import_file(struct store *store, const struct ingest_request *request, const char *to)
{
    struct error e = {0};
    struct ingest_report report;
    ingest_report_init(&report);
    enum status s = ingest_layer_file(store, request, &report, &e);
    if (request->progress)
        progress_clear();
    if (!s) {
        print_report(report.layer, &report, NULL);
        import_refusals_print(&report);
        import_findings_print(&report);
    } else if (strcmp(e.code, "ingest-refused") == 0) {
        import_refusals_print(&report);
    }
    struct error not_written;
    bool lost = to && import_report_write(&report, to, &not_written) != STATUS_OK;
    ingest_report_release(&report);
    if (lost && !s)
        return exit_with_error(&not_written);
    return s ? exit_with_error(&e) : EXIT_OK;
}

static int run(struct arguments *base)
{
    struct error e = {0};
    struct import_args *a = (struct import_args *)base;
    char path[STORE_PATH_SIZE];
    struct store *store;
    if (a->require_sandbox && sandbox_require(NULL, &e))
        return exit_with_error(&e);
    if (store_path_find(base->store, path, &e) || store_open(path, STORE_WRITE, &store, &e))
        return exit_with_store_error(&e);
    int code = a->geodata ? import_geodata(store, a->geodata) : import_file(store, &a->request, a->report);
    store_close(store);
    return code;
}

#define AT(member) offsetof(struct import_args, member)
/* clang-format off */
static const struct cli_option options[] = {
    OPTION_STORE,
    OPTION("--geodata", OPTION_TEXT, AT(geodata), "DIR", "载入一个 geodata 文件夹的全部图层，不给 FILE",
     "load all layers of a geodata folder, instead of FILE"),
    OPTION("--layer", OPTION_TEXT, AT(request.layer), "ID", "载入哪个图层（hongxian layer list 列出）；不写时按名称识别",
     "the layer to load (hongxian layer list has them); otherwise it is told by names"),
    OPTION("--source-layer", OPTION_TEXT, AT(request.source_layer), "NAME", "文件中的哪个图层",
     "which layer of the file"),
    OPTION("--mapping", OPTION_TEXT, AT(request.mapping_path), "FILE.json", "字段与分区的对应文件",
     "a file that says which field and which zone is which"),
    OPTION("--title-zh", OPTION_TEXT, AT(request.title_zh), "TEXT", "图层的中文名称", "the layer's Chinese title"),
    OPTION("--title-en", OPTION_TEXT, AT(request.title_en), "TEXT", "图层的英文名称", "the layer's English title"),
    OPTION("--kind", OPTION_TEXT, AT(request.kind), "line|zone|admin", "没有定义的图层是哪一种",
     "what kind of layer it is, where it has no definition"),
    OPTION("--label", OPTION_TEXT, AT(request.label), "TEXT", "这一版的名称", "what this version is called"),
    OPTION("--synthetic", OPTION_FLAG, AT(request.synthetic), NULL, "示例数据：每份报告都会写明",
     "sample data, which every report says"),
    OPTION("--reference-only", OPTION_FLAG, AT(request.reference_only), NULL, "仅供参考：不据以判定",
     "for reference: nothing is decided by it"),
    OPTION("--document", OPTION_TEXT, AT(request.document_no), "NUMBER", "批准文号",
     "the number of its approval"),
    OPTION("--effective-from", OPTION_TEXT, AT(request.effective_from), "DATE", "自何日起有效，如 2026-01-31",
     "the day from which it is in force, such as 2026-01-31"),
    OPTION("--effective-to", OPTION_TEXT, AT(request.effective_to), "DATE", "至何日有效",
     "the last day on which it is in force"),
    OPTION("--by", OPTION_TEXT, AT(request.imported_by), "WHO", "由谁载入", "who loads it",
     .alias = "--imported-by"),
    OPTION("--coverage", OPTION_TEXT, AT(coverage), "FILE|units:CODE,...|region",
     "数据覆盖的范围：一个文件、行政区代码，或全区；范围之外不会说“未压占”",
     "where there are data: a file, codes of units, or the region; elsewhere nothing is called clear"),
    OPTION("--draft", OPTION_FLAG, AT(request.draft), NULL, "载入为草稿，不切换（hongxian layers promote 切换）",
     "as a draft, not switched on (hongxian layers promote does that)"),
    OPTION("--one-thread", OPTION_FLAG, AT(request.one_thread), NULL, "只用一个线程", "with one thread"),
    OPTION("--strict", OPTION_FLAG, AT(request.strict), NULL, "第一个须修复或拒收的图形即终止导入",
     "the first feature that is repaired or refused ends the import"),
    OPTION("--allow-refused", OPTION_FLAG, AT(request.allow_refused), NULL, "有图形拒收时也载入其余的",
     "load the others where some are refused"),
    OPTION("--report", OPTION_TEXT, AT(report), "FILE", "导入报告，按扩展名 .html、.json 或 .txt",
     "the report of the import, by its ending .html, .json or .txt"),
    OPTION("--confirm-layer", OPTION_FLAG, AT(request.confirm_layer), NULL, "确认就是这个图层，尽管看起来像别的",
     "it is this layer, although it looks like another"),
    OPTION("--confirm-place", OPTION_FLAG, AT(request.confirm_place), NULL, "确认位置无误，尽管远离其代码所指之处",
     "its place is right, although it is far from what its codes say"),
    OPTION("--crs", OPTION_TEXT, AT(crs), "EPSG:N", "文件没有写明时的坐标系",
     "the coordinate system of a file that states none", .alias = "--epsg"),
    OPTION("--unit", OPTION_TEXT, AT(request.unit), "CODE", "数据所属的行政区",
     "the administrative unit of the data"),
    OPTION("--datum-shift", OPTION_TEXT, AT(shift), "DX,DY,DZ[,RX,RY,RZ,S[,frame|vector]]",
     "到 CGCS2000 的转换参数（米、角秒、ppm）", "the datum shift to CGCS2000 (metres, arc seconds, ppm)"),
    OPTION("--id-field", OPTION_TEXT, AT(request.fields.id), "FIELD", "载有标识码的字段", "the field with the id"),
    OPTION("--name-field", OPTION_TEXT, AT(request.fields.name), "FIELD", "载有名称的字段",
     "the field with the name"),
    OPTION("--zone-field", OPTION_TEXT, AT(request.fields.zone), "FIELD", "载有分区的字段",
     "the field with the sub-zone"),
    OPTION("--zone-code-field", OPTION_TEXT, AT(request.fields.zone_code), "FIELD", "载有分区代码的字段",
     "the field with the sub-zone's code"),
    OPTION("--county-field", OPTION_TEXT, AT(request.fields.county), "FIELD", "载有行政区代码的字段",
     "the field with the unit's code"),
    OPTION("--area-field", OPTION_TEXT, AT(request.fields.area), "FIELD", "载有登记面积的字段",
     "the field with the declared area"),
    OPTION_REQUIRE_SANDBOX(AT(require_sandbox)),
    OPTION_END};
/* clang-format on */

const struct command command_import = {.name = "import",
                                       .zh = "载入图层的新版本",
                                       .en = "load new versions of layers",
                                       .operands = "FILE",
                                       .operand_zh = "要载入的文件",
                                       .operand_en = "the file to load",
                                       .most = 1,
                                       .options = options,
                                       .size = sizeof(struct import_args),
                                       .check = check,
                                       .run = run};
