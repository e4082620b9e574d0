/* import: a file becomes a layer's new version; geodata/ becomes layers, places and tables. */
#include "cli/args.h"
#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/import_binding.h"
#include "cli/store_path.h"
#include "features/sandbox/sandbox.h"
#include "geo/crs/decide.h"
#include "layers/ingest.h"
#include "store/store.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static enum status missing(const char *zh, const char *en, struct error *e)
{
    error_zh(e, "缺少%s。", zh);
    return error_fail(e, STATUS_INVALID_INPUT, "bad-usage", "%s is missing.", en);
}

struct import_args {
    const char *store, *geodata, *crs, *coverage, *shift, *report;
    struct ingest_request request;
    bool require_sandbox;
    struct arg_rest rest;
    struct timespec start;
};

/* On a terminal only: one line that rewrites itself. */
static void show_progress(int64_t n, int64_t n_declared, void *user)
{
    const struct timespec *start = user;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    double s = (double)(now.tv_sec - start->tv_sec) + 1e-9 * (double)(now.tv_nsec - start->tv_nsec);
    double rate = s > 0 ? (double)n / s : 0;
    if (n_declared > 0 && rate > 0)
        fprintf(stderr, "\r%lld / %lld  %.0f%%  %.0f/s  剩余 left %.0f s   ", (long long)n,
                (long long)n_declared, 100.0 * (double)n / (double)n_declared, rate,
                (double)(n_declared - n) / rate);
    else
        fprintf(stderr, "\r%lld  %.0f/s   ", (long long)n, rate);
}

static enum status parse(int argc, char **argv, struct import_args *a, struct error *e)
{
    struct ingest_request *r = &a->request;
    const struct arg_option options[] = {
        {"--store", &a->store, NULL},
        {"--geodata", &a->geodata, NULL},
        {"--layer", &r->layer, NULL},
        {"--source-layer", &r->source_layer, NULL},
        {"--title-zh", &r->title_zh, NULL},
        {"--title-en", &r->title_en, NULL},
        {"--kind", &r->kind, NULL},
        {"--label", &r->label, NULL},
        {"--synthetic", NULL, &r->synthetic},
        {"--reference-only", NULL, &r->reference_only},
        {"--document", &r->document_no, NULL},
        {"--effective-from", &r->effective_from, NULL},
        {"--effective-to", &r->effective_to, NULL},
        {"--imported-by", &r->imported_by, NULL},
        {"--by", &r->imported_by, NULL},
        {"--coverage", &a->coverage, NULL},
        {"--allow-refused", NULL, &r->allow_refused},
        {"--strict", NULL, &r->strict},
        {"--one-thread", NULL, &r->one_thread},
        {"--draft", NULL, &r->draft},
        {"--confirm-place", NULL, &r->confirm_place},
        {"--confirm-layer", NULL, &r->confirm_layer},
        {"--id-field", &r->fields.id, NULL},
        {"--name-field", &r->fields.name, NULL},
        {"--zone-field", &r->fields.zone, NULL},
        {"--county-field", &r->fields.county, NULL},
        {"--area-field", &r->fields.area, NULL},
        {"--zone-code-field", &r->fields.zone_code, NULL},
        {"--mapping", &r->mapping_path, NULL},
        {"--crs", &a->crs, NULL},
        {"--epsg", &a->crs, NULL}, /* its earlier name: goes with the next release */
        {"--report", &a->report, NULL},
        {"--unit", &r->unit, NULL},
        {"--require-sandbox", NULL, &a->require_sandbox},
        {"--datum-shift", &a->shift, NULL},
        {NULL, NULL, NULL},
    };
    enum status s = args_parse(argc, argv, options, &a->rest, e);
    if (!s)
        s = crs_of_option(a->crs, true, &r->epsg, e);
    if (!s && a->shift)
        s = geo_datum_shift_parse(a->shift, &r->shift, e);
    if (s || a->geodata)
        return s;
    if (a->rest.n == 0)
        return missing("要载入的文件（或 --geodata 文件夹）", "The file to load (or --geodata with a folder)",
                       e);
    if (a->coverage && strncmp(a->coverage, "units:", 6) == 0)
        r->coverage_units = a->coverage + 6;
    else if (a->coverage && strcmp(a->coverage, "region") == 0)
        r->coverage_units = "region";
    else
        r->coverage_path = a->coverage;
    if (isatty(STDERR_FILENO)) {
        clock_gettime(CLOCK_MONOTONIC, &a->start);
        r->progress = show_progress;
        r->progress_user = &a->start;
    }
    r->path = a->rest.items[0];
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
        fputs("\r\033[K", stderr);
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

int cmd_import(int argc, char **argv)
{
    struct error e = {0};
    struct import_args a = {.rest.max = 1};
    char path[STORE_PATH_SIZE];
    struct store *store;
    if (parse(argc, argv, &a, &e))
        return command_misused("import", &e);
    if (a.require_sandbox && sandbox_require(NULL, &e))
        return exit_with_error(&e);
    if (store_path_find(a.store, path, &e) || store_open(path, STORE_WRITE, &store, &e))
        return exit_with_store_error(&e);
    int code = a.geodata ? import_geodata(store, a.geodata) : import_file(store, &a.request, a.report);
    store_close(store);
    return code;
}
