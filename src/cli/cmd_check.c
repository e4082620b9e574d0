#include "base/file.h"
#include "base/limits.h"
#include "base/text.h"
#include "check/saved_project.h"
#include "cli/as_job.h"
#include "cli/audit_say.h"
#include "cli/command.h"
#include "cli/exit_codes.h"
#include "cli/fail_on.h"
#include "cli/keep.h"
#include "cli/print_json.h"
#include "cli/sandbox_say.h"
#include "cli/store_path.h"
#include "features/file_parts.h"
#include "features/sandbox/sandbox.h"
#include "report/form_write.h"
#include "store/store_versions.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct check_args {
    struct arguments base;
    const char *project_class, *fail_on, *crs, *out, *as_of, *slivers_text;
    struct sliver_policy slivers;
    const char *saved_as, *saved; /* --save-project, --project */
    struct report_project project;
    struct keep_args keep;
    const char *progress, *job_of, *sandbox; /* as_job.h */
    bool require_sandbox;
    const char
        *source_file; /* of a job: the file as the client calls it, "" not at all; NULL: as it is called */
    struct audit_say say; /* to a program with --progress json, which jobs ask for */
    int epsg;             /* of --crs; 0 when not given */
    const struct report_form *output;
};

static enum status check_date(const char *date, struct error *e)
{
    struct tm day;
    const char *end = date ? strptime(date, "%Y-%m-%d", &day) : "";
    if (!date || (end && !*end && strlen(date) == 10))
        return STATUS_OK;
    error_zh(e, "--date 的值“%.40s”不对：应为 2026-01-31 这样的日期。", date);
    return error_fail(e, STATUS_INVALID_INPUT, "bad-usage",
                      "The value \"%.40s\" of --date is wrong: a date like 2026-01-31 is needed.", date);
}

/* Of a saved project these are saved, too. */
static bool has_project_fields(const struct report_project *p)
{
    return p->name || p->code || p->builder || p->district;
}

/* As it is saved, but for its file and claims. */
static struct store_project project_of(const struct check_args *a)
{
    return (struct store_project){.name = a->saved_as,
                                  .code = a->project.code,
                                  .builder = a->project.builder,
                                  .district = a->project.district,
                                  .project_class = a->project_class,
                                  .crs = a->crs,
                                  .slivers = a->slivers_text};
}

/* A saved project is checked as it was saved. */
static enum status check_project(const struct check_args *a, struct error *e)
{
    const struct arguments *base = &a->base;
    if (!a->saved)
        return base->n ? STATUS_OK
                       : command_lacks(e, "缺少地块文件（“-”为标准输入）。",
                                       "A parcel file is missing (\"-\" is standard input).");
    return saved_project_alone(base->n || base->n_given || a->project_class || a->crs || a->slivers_text ||
                                   a->saved_as || has_project_fields(&a->project),
                               e);
}

static enum status check_output(const struct check_args *a, struct error *e)
{
    const char *format = a->base.format;
    if (!a->output->is_binary || a->out || !isatty(STDOUT_FILENO))
        return STATUS_OK;
    error_zh(e, "%s 不能显示在终端上；请用 -o 指定文件。", format);
    return error_fail(e, STATUS_INVALID_INPUT, "bad-usage",
                      "%s cannot be shown on a terminal; name a file with -o.", format);
}

static enum status check_arguments(struct arguments *base, struct error *e)
{
    struct check_args *a = (struct check_args *)base;
    enum status s = report_form_find(base->format, &a->output, e);
    if (!s)
        s = fail_on_check(a->fail_on, e);
    if (!s && a->as_of)
        s = store_day_check(a->as_of, e);
    if (!s)
        s = crs_of_option(a->crs, false, &a->epsg, e);
    if (!s)
        s = sliver_policy_of_text(a->slivers_text, &a->slivers, e);
    a->keep.project = &a->project;
    if (!s)
        s = keep_args_check(&a->keep, e);
    if (!s)
        s = check_project(a, e);
    if (!s && a->saved_as) {
        const struct store_project p = project_of(a);
        s = store_project_check(&p, e);
    }
    if (!s)
        s = check_date(a->project.date, e);
    return s ? s : check_output(a, e);
}

/* "dir/a.txt" -> "a.txt": a report names the file, not the folders of whoever made it. */
static const char *file_name_of(const struct check_args *a, const char *path)
{
    if (a->source_file)
        return *a->source_file ? a->source_file : NULL;
    return strcmp(path, "-") == 0 ? NULL : text_file_name(path);
}

static int print_report(struct check_worker *w, const struct report *r, const char *path,
                        const struct check_args *a)
{
    struct buffer b;
    struct error e = {0};
    buffer_init(&b, 0);
    struct report_project project = a->project;
    project.source_file = file_name_of(a, path);
    const struct form_request wanted = {a->output, args_english(&a->base) ? REPORT_LANG_EN : REPORT_LANG_ZH,
                                        &project};
    enum status s = report_form_write(w, r, &wanted, &b, &e);
    if (!s)
        s = output_write(a->out, b.data, b.size, &e);
    buffer_release(&b);
    if (s)
        return audit_say_refusal(&a->say, REFUSED_AUDIT, &e);
    if (a->say.json)
        audit_say_check(&a->say, r);
    for (size_t i = 0; i < r->parcels.n_parcels; i++)
        if (fail_on_asks(a->fail_on, r->results[i].verdict))
            return EXIT_VERDICT;
    return EXIT_OK;
}

static enum status read_claims(const struct check_args *a, struct arena *arena, struct check_options *out,
                               struct error *e)
{
    struct claim_words *words = arena_array(arena, LINES_MAX, sizeof *words);
    enum status s = words ? STATUS_OK : error_no_memory(e);
    for (int i = 0; !s && i < a->base.n_given; i++)
        s = claims_split(a->base.given[i].value, arena, words, LINES_MAX, &out->n_claims, e);
    out->claims = words;
    return s;
}

/* ---- saved projects ---- */

static enum status open_store(const char *asked, enum store_mode mode, struct store **out, struct error *e)
{
    char path[STORE_PATH_SIZE];
    enum status s = store_path_find(asked, path, e);
    return s ? s : store_open(path, mode, out, e);
}

/* What a check reads: a file, or what was saved of one. */
struct check_input {
    const char *name; /* a path; of a saved project the file's name */
    char *bytes;
    size_t n;
};

/* After a check that went through: what cannot be checked is not saved. */
static enum status save_project(const struct check_args *a, const struct check_input *in,
                                const struct report *r, struct arena *arena, struct error *e)
{
    struct store *store;
    struct store_project p = project_of(a), saved;
    p.input_name = text_file_name(in->name);
    p.input = in->bytes;
    p.input_size = in->n;
    enum status s = open_store(a->base.store, STORE_WRITE, &store, e);
    if (s)
        return s;
    s = saved_project_save(store, &p, r, PROJECT_REPLACES_ANY, arena, &saved, e);
    store_close(store);
    if (!s)
        fprintf(stderr, "已保存项目“%s”\nsaved as project \"%s\"\n", saved.name, saved.name);
    return s;
}

static const char *given(const char *text)
{
    return *text ? text : NULL;
}

static enum status load_project(struct check_args *a, struct arena *arena, struct check_input *out,
                                struct saved_check *ask, struct error *e)
{
    struct store *store;
    struct store_project p;
    enum status s = open_store(a->base.store, STORE_READ, &store, e);
    if (s)
        return s;
    s = store_project_read(store, a->saved, arena, &p, e);
    store_close(store);
    if (!s)
        s = saved_project_ask(&p, arena, ask, e);
    if (s)
        return s;
    a->project = (struct report_project){.name = p.name,
                                         .code = given(p.code),
                                         .builder = given(p.builder),
                                         .district = given(p.district),
                                         .date = a->project.date};
    out->name = p.input_name;
    out->n = p.input_size;
    out->bytes = arena_strndup(arena, p.input, p.input_size);
    return out->bytes ? STATUS_OK : error_no_memory(e);
}

static enum status load_file(const struct check_args *a, struct arena *arena, struct check_input *out,
                             struct error *e)
{
    const char *path = out->name = a->base.items[0];
    enum status s = file_is_in_parts(path)
                        ? file_parts_pack(path, LIMIT_BODY_BYTES, arena, &out->bytes, &out->n, e)
                        : file_read(path, LIMIT_BODY_BYTES, arena, &out->bytes, &out->n, e);
    if (s == STATUS_IO) /* the file that was named is the input, and refused */
        e->status = STATUS_NOT_FOUND;
    return s;
}

static int run_with(struct check_worker *w, const struct snapshot *snapshot, struct check_args *a)
{
    struct error e = {0};
    struct report report;
    struct check_input in;
    struct saved_check ask = {
        .slivers = a->slivers,
        .options = {.project_class = a->project_class, .epsg = a->epsg, .slivers = &ask.slivers}};
    enum status s = a->saved ? load_project(a, w->arena, &in, &ask, &e) : load_file(a, w->arena, &in, &e);
    if (!s && !a->saved)
        s = read_claims(a, w->arena, &ask.options, &e);
    if (!s) /* all that lies elsewhere is read, or mapped */
        s = as_job_enter_sandbox(a->sandbox, a->job_of, &e);
    if (!s)
        s = check_bytes(w, snapshot, &ask.options, in.bytes, in.n, &report, &e);
    if (!s && a->saved_as)
        s = save_project(a, &in, &report, w->arena, &e);
    a->keep.project = &a->project;
    if (!s && a->keep.keep)
        s = keep_report(&a->keep, a->base.store, in.name, (struct store_bytes){in.bytes, in.n}, w->arena,
                        &report, &e);
    return s ? audit_say_refusal(&a->say, REFUSED_AUDIT, &e) : print_report(w, &report, in.name, a);
}

/* The store is needed only until the snapshot is loaded. */
static enum status load_snapshot(const char *asked, const char *day, struct snapshot **out, struct error *e)
{
    struct store *store;
    enum status s = open_store(asked, STORE_READ, &store, e);
    if (s)
        return s;
    s = snapshot_load_as_of(store, day, out, e);
    store_close(store);
    return s;
}

static int run(struct arguments *base)
{
    struct error e = {0};
    struct check_args *a = (struct check_args *)base;
    audit_say_init(&a->say, a->progress);
    as_job_begin(a->job_of, base->store);
    if (a->require_sandbox && sandbox_require(NULL, &e))
        return audit_say_refusal(&a->say, REFUSED_AUDIT, &e);
    struct snapshot *snapshot;
    if (load_snapshot(base->store, a->as_of, &snapshot, &e))
        return audit_say_refusal(&a->say, REFUSED_STORE, &e);
    struct check_worker w;
    int code;
    if (check_worker_init(&w, &e)) {
        code = audit_say_refusal(&a->say, REFUSED_AUDIT, &e);
    } else {
        w.reader = &child_reader_self;
        code = run_with(&w, snapshot, a);
        check_worker_release(&w);
    }
    snapshot_unref(snapshot);
    return code;
}

/* ---- what is said of it ---- */

static void name_forms(char *out, size_t size)
{
    report_form_names("|", out, size);
}

#define AT(member) offsetof(struct check_args, member)
/* clang-format off */
static const struct cli_option options[] = {
    OPTION_STORE,
    OPTION("--crs", OPTION_TEXT, AT(crs), "EPSG:N", "文件没有写明时的坐标系",
     "the coordinate system of a file that states none"),
    OPTION("--class", OPTION_TEXT, AT(project_class), "CLASS", "项目类型（hongxian classes 列出）",
     "the project's class (hongxian classes lists them)"),
    OPTION("--claim", OPTION_LISTED, 0, "LAYER=CLASS[#ITEM][:DOCUMENT@DATE[@BY]]",
     "主张：在该控制线内属于哪一类、哪一项，依据什么文件",
     "a claim: in this line it is of that class and item, by that document", .key = "claim"),
    OPTION("--slivers", OPTION_TEXT, AT(slivers_text), "M2,M", "碎屑标准：面积和宽度都不超过它们的压占",
     "what is a sliver: an overlap of no more than this area and width"),
    OPTION("--as-of", OPTION_TEXT, AT(as_of), "DATE", "按那一天有效的图层版本检查",
     "with the layer versions that were in force on that day"),
    OPTION("--format", OPTION_TEXT, offsetof(struct arguments, format), NULL, "报告的形式",
     "the form of the report",
     .fallback = "text", .name_values = name_forms),
    OPTION("-o", OPTION_TEXT, AT(out), "FILE|-", "写到文件；“-”为标准输出",
     "the file to write; \"-\" is standard output"),
    OPTION_LANG,
    OPTION("--fail-on", OPTION_TEXT, AT(fail_on), "VERDICT,...",
     "结论属于所列或更重时，退出码为 10（prohibited、unknown、restricted、notice、allowed）",
     "exit with 10 when a verdict is one of these or worse (prohibited, unknown, restricted, notice, "
     "allowed)"),
    OPTION("--project-name", OPTION_TEXT, AT(project.name), "TEXT", "报告中的项目名称",
     "the project's name, for the report"),
    OPTION("--project-code", OPTION_TEXT, AT(project.code), "TEXT", "报告中的项目代码", "its code"),
    OPTION("--builder", OPTION_TEXT, AT(project.builder), "TEXT", "报告中的建设单位", "who builds"),
    OPTION("--district", OPTION_TEXT, AT(project.district), "TEXT", "报告中的所在行政区",
     "the district that it is in"),
    OPTION("--date", OPTION_TEXT, AT(project.date), "DATE", "报告的日期，如 2026-01-31",
     "the report's date, such as 2026-01-31"),
    OPTION("--keep", OPTION_FLAG, AT(keep.keep), NULL, "存档：报告进入记录链（须有 --officer）",
     "keep the report in the record (with --officer)"),
    OPTION("--officer", OPTION_TEXT, AT(keep.officer), "NAME", "存档时的经办人", "whose decision is kept"),
    OPTION("--save-project", OPTION_TEXT, AT(saved_as), "NAME", "以此名称保存项目，以后可再次检查",
     "save the project by this name, to be checked again"),
    OPTION("--project", OPTION_TEXT, AT(saved), "NAME", "检查已保存的项目（名称或代码），不给 FILE",
     "check a saved project, by name or code, instead of FILE"),
    AUDIT_OPTION_PROGRESS(AT(progress)),
    OPTION_REQUIRE_SANDBOX(AT(require_sandbox)),
    OPTION_JOB_OF(AT(job_of)),
    OPTION_SANDBOX(AT(sandbox)),
    OPTION("--source-file", OPTION_TEXT, AT(source_file), "NAME", "作业中文件的名称",
     "of a job: what the file is called",
     .is_hidden = true),
    OPTION_END};
/* clang-format on */

const struct command command_check = {
    .name = "check",
    .zh = "检查地块文件（国土TXT、GeoJSON、Shapefile 等）是否压占控制线",
    .en = "check parcels (TXT, GeoJSON, Shapefile …) against the control lines",
    .operands = "FILE|-",
    .operand_zh = "地块文件；“-”为标准输入；检查已保存的项目时不给",
    .operand_en = "the parcels; \"-\" is standard input; none with --project",
    .most = 1,
    .options = options,
    .size = sizeof(struct check_args),
    .check = check_arguments,
    .run = run,
    .refuse = audit_say_misused};
