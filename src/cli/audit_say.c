#include "cli/audit_say.h"

#include "audit/outcome.h"
#include "audit/sink.h"
#include "base/text.h"
#include "cli/exit_codes.h"
#include "cli/progress.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void audit_say_init(struct audit_say *s, const char *progress)
{
    *s = (struct audit_say){.json = progress != NULL, .terminal = isatty(STDERR_FILENO) == 1};
}

/* ---- to a program ---- */

struct line {
    struct buffer text;
    struct json_writer w;
};

static struct json_writer *line_begin(struct line *l)
{
    buffer_init(&l->text, 0);
    jw_init(&l->w, &l->text, false);
    jw_object_begin(&l->w);
    return &l->w;
}

static void line_end(struct line *l)
{
    jw_object_end(&l->w);
    buffer_append_char(&l->text, '\n');
    if (!l->text.failed)
        (void)fwrite(l->text.data, 1, l->text.size, stdout);
    (void)fflush(stdout);
    buffer_release(&l->text);
}

static struct json_writer *outcome_begin(struct line *l)
{
    struct json_writer *w = line_begin(l);
    jw_key(w, "outcome");
    jw_object_begin(w);
    return w;
}

static void outcome_end(struct line *l)
{
    jw_object_end(&l->w);
    line_end(l);
}

static void progress_line(const struct audit_progress *p)
{
    struct line l;
    struct json_writer *w = line_begin(&l);
    jw_kv_integer(w, "done", p->done);
    jw_kv_number(w, "total", p->total >= 0 ? (double)p->total : NAN);
    jw_kv_fixed(w, "seconds", p->seconds, 3);
    jw_kv_integer(w, "done_here", p->done_here);
    jw_kv_integer(w, "pass", p->pass + 1);
    jw_kv_integer(w, "passes", p->n_passes);
    line_end(&l);
}

static void error_line(const struct error *e)
{
    struct line l;
    struct json_writer *w = line_begin(&l);
    jw_key(w, "error");
    jw_object_begin(w);
    jw_kv_string(w, "status", status_name(e->status));
    jw_kv_string(w, "code", e->code);
    jw_kv_string(w, "zh", e->zh);
    jw_kv_string(w, "en", e->en);
    jw_object_end(w);
    line_end(&l);
}

/* FlatGeobuf holds no row without geometry: they are in a file of their own. False: there is none. */
static bool rest_of(const char *output, char path[SINK_PATH_SIZE])
{
    sink_rest_path(output, path);
    return text_ends_with(output, ".fgb") && access(path, F_OK) == 0;
}

static void write_rests(struct json_writer *w, const struct audit_request *r)
{
    char rest[SINK_PATH_SIZE];
    jw_key(w, "without_geometry");
    jw_array_begin(w);
    for (const char *const *o = r->outputs; *o; o++)
        if (rest_of(*o, rest))
            jw_string(w, rest);
    jw_array_end(w);
}

/* ---- to a person ---- */

static void show_progress(const struct audit_progress *p)
{
    progress_count(&(struct progress_count){.done = p->done,
                                            .done_here = p->done_here,
                                            .total = p->total,
                                            .seconds = p->seconds,
                                            .pass = p->pass,
                                            .passes = p->n_passes});
}

static void tell_rests(const struct audit_request *r)
{
    char rest[SINK_PATH_SIZE];
    for (const char *const *o = r->outputs; *o; o++)
        if (rest_of(*o, rest))
            fprintf(stderr, "没有图形的记录写在“%s”。\nRows without geometry are in \"%s\".\n", rest, rest);
}

static void print_parcels(const struct audit_outcome *o)
{
    for (size_t i = 0; i < o->n_notes; i++)
        fprintf(stderr, "提醒：%s\nnote: %s\n", o->notes[i].zh, o->notes[i].en);
    if (o->n_notes_left_out)
        fprintf(stderr, "另有 %zu 条提醒未列出。\n%zu more notes are not listed.\n", o->n_notes_left_out,
                o->n_notes_left_out);
    if (o->finished_before)
        fprintf(stderr, "结果已完整，无须继续。\nThe output is complete already.\n");
    else if (o->resumed_after)
        fprintf(stderr, "从第 %lld 行之后继续。\nResumed after row %lld.\n", (long long)o->resumed_after,
                (long long)o->resumed_after);
    if (*o->since_zh)
        fprintf(stderr, "全部重新测算：%s。\nEverything was measured: %s.\n", o->since_zh, o->since_en);
    else if (o->n_reused)
        fprintf(stderr,
                "沿用以前结果 %lld 个，其余重新测算。\nTaken over: %lld rows; the others were measured.\n",
                (long long)o->n_reused, (long long)o->n_reused);
    printf("地块 parcels %lld", (long long)o->n_parcels);
    for (int v = VERDICT_UNKNOWN; v <= VERDICT_ALLOWED; v++)
        printf("\t%s %s %lld", verdict_zh((enum verdict)v), verdict_name((enum verdict)v),
               (long long)o->by_verdict[v]);
    printf("\t无法测算 unmeasured %lld\t图斑 findings %lld\n", (long long)o->n_unmeasured,
           (long long)o->n_findings);
}

/* What was not examined, and the shares. */
static void print_ties(const struct conflict_tie *ties, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct conflict_tie *t = &ties[i];
        if (!t->examined)
            printf("未审查 not examined\t%s\t%s × %s\t%s %s\n", tie_name(t->tie), t->layer_a, t->layer_b,
                   t->note_zh, t->note_en);
        if (!t->examined || t->tie != TIE_SHARE)
            continue;
        printf("%s %s\t%s %s\t%.4f 公顷 ha", t->layer_a, t->title_a, *t->unit ? t->unit : "全部 all",
               t->unit_name, t->area_m2 / 1e4);
        if (isfinite(t->share))
            printf("\t占%s %.2f %% of %s", t->title_b, 100 * t->share, t->layer_b);
        printf("%s%s %s\n", *t->note_zh ? "\t" : "", t->note_zh, t->note_en);
    }
}

static void print_lines(const struct conflict_report *r)
{
    for (int k = 0; k < CONFLICT_KIND_COUNT; k++)
        if (r->by_kind[k])
            printf("%s\t%s\t%zu\n", conflict_kind_zh((enum conflict_kind)k),
                   conflict_kind_name((enum conflict_kind)k), r->by_kind[k]);
    printf("合计 findings %zu\t碎屑 slivers %zu", r->n_findings - r->n_fixed, r->n_sliver);
    if (r->compared)
        printf("\t新增 new %zu\t仍在 still %zu\t已解决 fixed %zu", r->n_new, r->n_still, r->n_fixed);
    printf("\n");
    print_ties(r->ties, r->n_ties);
}

static void print_figures(const struct figures *f)
{
    for (size_t i = 0; i < f->n_layers; i++)
        printf("%s\t%s\t%.4f 公顷 ha\n", f->layers[i].layer, f->layers[i].title_zh,
               f->layers[i].area_m2 / 1e4);
    for (int l = 0; l < f->lines->n; l++) {
        const struct control_line *line = line_at(f->lines, l);
        const struct share *share = figures_planned(f, line);
        if (share && isfinite(share->value))
            printf("%s占全区 %s share of the region %.2f %%（规划 plan %.2f %%；官方面积 official area %.2f "
                   "km²：%s）\n",
                   line->title_zh, line->short_en, 100 * share->value, 100 * line->planned_share,
                   share->of_m2 / 1e6, share->zh);
        else if (share)
            printf("%s占全区：%s %s\n", line->title_zh, share->zh, share->en);
    }
    print_ties(f->ties, f->n_ties);
}

/* ---- to either ---- */

void audit_say_progress(const struct audit_progress *p, void *user)
{
    const struct audit_say *s = user;
    if (s->json)
        progress_line(p);
    else if (s->terminal)
        show_progress(p);
}

void audit_say_progress_end(const struct audit_say *s)
{
    if (!s->json && s->terminal)
        fprintf(stderr, "\n");
}

void audit_say_parcels(const struct audit_say *s, const struct audit_request *r,
                       const struct audit_outcome *o)
{
    struct line l;
    if (s->json) {
        struct json_writer *w = outcome_begin(&l);
        audit_outcome_write(w, o);
        write_rests(w, r);
        outcome_end(&l);
        return;
    }
    print_parcels(o);
    tell_rests(r);
    if (o->stopped)
        fprintf(stderr,
                "已停止；同一命令加 --resume 可继续。\nStopped; the same command with --resume goes on.\n");
}

void audit_say_lines(const struct audit_say *s, const struct audit_request *r,
                     const struct conflict_report *report)
{
    struct line l;
    char beside[SINK_PATH_SIZE];
    if (s->json) {
        struct json_writer *w = outcome_begin(&l);
        conflict_outcome_write(w, report);
        write_rests(w, r);
        outcome_end(&l);
        return;
    }
    print_lines(report);
    tell_rests(r);
    for (const char *const *o = r->outputs; *o; o++)
        if (conflict_beside_path(*o, beside))
            fprintf(stderr,
                    "图层关系（含未审查的）写在“%s”。\nHow the layers lie to each other, and what was not "
                    "examined, is in \"%s\".\n",
                    beside, beside);
}

void audit_say_figures(const struct audit_say *s, const struct figures *f)
{
    struct line l;
    if (s->json) {
        figures_outcome_write(outcome_begin(&l), f);
        outcome_end(&l);
        return;
    }
    print_figures(f);
}

void audit_say_check(const struct audit_say *s, const struct report *r)
{
    struct line l;
    if (!s->json)
        return;
    struct json_writer *w = outcome_begin(&l);
    int64_t by_verdict[VERDICT_ALLOWED + 1] = {0};
    for (size_t i = 0; i < r->parcels.n_parcels; i++)
        by_verdict[r->results[i].verdict]++;
    jw_kv_integer(w, "n_parcels", (long long)r->parcels.n_parcels);
    verdicts_write(w, by_verdict);
    outcome_end(&l);
}

int audit_say_refusal(const struct audit_say *s, enum audit_refusal kind, const struct error *e)
{
    if (s->json)
        error_line(e);
    switch (kind) {
    case REFUSED_STORE:
        return s->json ? exit_store_code_of(e) : exit_with_store_error(e);
    case REFUSED_AUDIT:
        return s->json ? exit_code_of(e) : exit_with_error(e);
    }
    return EXIT_INTERNAL;
}

int audit_say_misused(const struct command *c, int argc, char **argv, const struct error *e)
{
    bool json = false;
    for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++)
        json = json || strcmp(argv[i], "--progress=json") == 0 ||
               (strcmp(argv[i], "--progress") == 0 && i + 1 < argc && strcmp(argv[i + 1], "json") == 0);
    if (!json)
        return command_misused(c, e);
    error_line(e);
    return EXIT_INPUT;
}
