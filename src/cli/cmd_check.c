#include "base/file.h"
#include "base/limits.h"
#include "base/text.h"
#include "check/saved_project.h"
#include "cli/args.h"
#include "cli/as_job.h"
#include "cli/audit_say.h"
#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/fail_on.h"
#include "cli/keep.h"
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
    const char *store, *project_class, *format, *lang, *fail_on, *crs, *out, *as_of, *slivers_text;
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
    struct arg_rest rest; /* --claim comes any number of times */
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

static enum status parse(int argc, char **argv, struct check_args *a, struct error *e)
{
    const struct arg_option options[] = {{"--store", &a->store, NULL},
                                         {"--crs", &a->crs, NULL},
                                         {"--class", &a->project_class, NULL},
                                         {"--slivers", &a->slivers_text, NULL},
                                         {"--format", &a->format, NULL},
                                         {"--lang", &a->lang, NULL},
                                         {"--fail-on", &a->fail_on, NULL},
                                         {"--as-of", &a->as_of, NULL},
                                         {"-o", &a->out, NULL},
                                         {"--project-name", &a->project.name, NULL},
                                         {"--project-code", &a->project.code, NULL},
                                         {"--builder", &a->project.builder, NULL},
                                         {"--district", &a->project.district, NULL},
                                         {"--date", &a->project.date, NULL},
                                         {"--save-project", &a->saved_as, NULL},
                                         {"--project", &a->saved, NULL},
                                         {"--keep", NULL, &a->keep.keep},
                                         {"--officer", &a->keep.officer, NULL},
                                         {"--require-sandbox", NULL, &a->require_sandbox},
                                         {"--progress", &a->progress, NULL},
                                         {"--job-of", &a->job_of, NULL},
                                         {"--sandbox", &a->sandbox, NULL},
                                         {"--source-file", &a->source_file, NULL},
                                         {NULL, NULL, NULL}};
    static const struct arg_listed listed[] = {{"--claim", "claim", false}, {NULL, NULL, false}};
    a->rest.listed = listed;
    a->rest.n_hidden = 4;
    enum status s = args_parse(argc, argv, options, &a->rest, e);
    if (!s)
        s = report_form_find(a->format, &a->output, e);
    if (!s)
        s = audit_say_check_progress(a->progress, e);
    if (!s)
        s = fail_on_check(a->fail_on, e);
    if (!s)
        s = args_lang(a->lang, e);
    if (!s && a->as_of)
        s = store_day_check(a->as_of, e);
    if (!s)
        s = crs_of_option(a->crs, false, &a->epsg, e);
    if (!s)
        s = sliver_policy_of_text(a->slivers_text, &a->slivers, e);
    a->keep.project = &a->project;
    if (!s)
        s = keep_args_check(&a->keep, e);
    if (!s && a->saved)
        s = saved_project_alone(a->rest.n || a->rest.n_given || a->project_class || a->crs ||
                                    a->slivers_text || a->saved_as || has_project_fields(&a->project),
                                e);
    if (!s && a->saved_as) {
        const struct store_project p = project_of(a);
        s = store_project_check(&p, e);
    }
    if (!s && a->rest.n == 0 && !a->saved) {
        error_zh(e, "缺少地块文件（“-”为标准输入）。");
        s = error_fail(e, STATUS_INVALID_INPUT, "bad-usage",
                       "A parcel file is missing (\"-\" is standard input).");
    }
    if (!s)
        s = check_date(a->project.date, e);
    if (!s && a->output->is_binary && !a->out && isatty(STDOUT_FILENO)) {
        error_zh(e, "%s 不能显示在终端上；请用 -o 指定文件。", a->format);
        s = error_fail(e, STATUS_INVALID_INPUT, "bad-usage",
                       "%s cannot be shown on a terminal; name a file with -o.", a->format);
    }
    return s;
}

/* "dir/a.txt" -> "a.txt": a report names the file, not the folders of whoever made it. */
static const char *file_name_of(const struct check_args *a, const char *path)
{
    if (a->source_file)
        return *a->source_file ? a->source_file : NULL;
    return strcmp(path, "-") == 0 ? NULL : text_file_name(path);
}

static enum status write_out(const struct check_args *a, const struct buffer *b, struct error *e)
{
    if (a->out && strcmp(a->out, "-") != 0)
        return file_write_atomic(a->out, b->data, b->size, e);
    if (fwrite(b->data, 1, b->size, stdout) == b->size && fflush(stdout) == 0)
        return STATUS_OK;
    return error_errno(e, "写出报告", "writing the report", "stdout");
}

static int print_report(struct check_worker *w, const struct report *r, const char *path,
                        const struct check_args *a)
{
    struct buffer b;
    struct error e = {0};
    buffer_init(&b, 0);
    struct report_project project = a->project;
    project.source_file = file_name_of(a, path);
    const struct form_request wanted = {a->output, args_is_english(a->lang) ? REPORT_LANG_EN : REPORT_LANG_ZH,
                                        &project};
    enum status s = report_form_write(w, r, &wanted, &b, &e);
    if (!s)
        s = write_out(a, &b, &e);
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
    for (int i = 0; !s && i < a->rest.n_given; i++)
        s = claims_split(a->rest.given[i].value, arena, words, LINES_MAX, &out->n_claims, e);
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
    enum status s = open_store(a->store, STORE_WRITE, &store, e);
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
    enum status s = open_store(a->store, STORE_READ, &store, e);
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
    const char *path = out->name = a->rest.items[0];
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
        s = keep_report(&a->keep, a->store, in.name, (struct store_bytes){in.bytes, in.n}, w->arena, &report,
                        &e);
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

int cmd_check(int argc, char **argv)
{
    struct error e = {0};
    struct check_args a = {.format = "text", .rest.max = 1};
    audit_say_init(&a.say, argc, argv);
    if (parse(argc, argv, &a, &e))
        return a.say.json ? audit_say_refusal(&a.say, REFUSED_USAGE, &e) : command_misused("check", &e);
    as_job_begin(a.job_of, a.store);
    if (a.require_sandbox && sandbox_require(NULL, &e))
        return audit_say_refusal(&a.say, REFUSED_AUDIT, &e);
    struct snapshot *snapshot;
    if (load_snapshot(a.store, a.as_of, &snapshot, &e))
        return audit_say_refusal(&a.say, REFUSED_STORE, &e);
    struct check_worker w;
    int code;
    if (check_worker_init(&w, &e)) {
        code = audit_say_refusal(&a.say, REFUSED_AUDIT, &e);
    } else {
        w.reader = &child_reader_self;
        code = run_with(&w, snapshot, &a);
        check_worker_release(&w);
    }
    snapshot_unref(snapshot);
    return code;
}
