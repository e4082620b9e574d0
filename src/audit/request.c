#include "audit/request.h"

#include "audit/format.h"

#include "base/text.h"
#include "geo/crs/decide.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum { P = 1 << AUDIT_PARCELS, L = 1 << AUDIT_LINES, F = 1 << AUDIT_FIGURES };
enum option_type { TEXT, FLAG, THREADS, CRS, OUTPUT, SUMMARY };

struct option_row {
    struct audit_option_info info;
    enum option_type type;
    size_t at; /* of TEXT and FLAG */
};

#define AT(member) offsetof(struct audit_request, member)
/* As the command spells it, and how the other doors do. */
#define NAMES(key) key, "--" key
/* clang-format off */
static const struct option_row table[] = {
    {{NAMES("input"), NULL, NULL, P, "FILE", "地块文件", "the file of parcels", false}, TEXT, AT(input)},
    {{"output", "-o", NULL, NULL, P | L | F, "FILE", "结果文件，格式按扩展名；可以给出几个",
      "a file of results, in the format of its ending; there may be several", false}, OUTPUT, 0},
    {{NAMES("summary"), NULL, NULL, P | L, "FILE", "汇总：.json 供程序读取；parcels 另可为 .html",
      "the sums: .json for programs; of parcels also .html", false}, SUMMARY, 0},
    {{NAMES("layer"), NULL, "layer", P | L | F, "NAME", "parcels：文件中的哪个图层；lines、figures：只看哪个图层",
      "of parcels: which layer of the file; of lines and figures: this layer only", false}, TEXT, AT(layer)},
    {{NAMES("class"), NULL, "class", P, "CLASS", "每个地块的项目类型（hongxian classes 列出）",
      "the project class of every parcel (hongxian classes lists them)", false}, TEXT, AT(project_class)},
    {{NAMES("class-field"), NULL, "class_field", P, "FIELD", "载有各地块项目类型的字段",
      "the field that has each parcel's class", false}, TEXT, AT(class_field)},
    {{NAMES("claim"), NULL, "claim", P, "LAYER=CLASS[;...]", "每个地块的主张：在该控制线内属于哪一类",
      "the claims of every parcel: of which class it is in that line", false}, TEXT, AT(claims)},
    {{NAMES("claim-field"), NULL, "claim_field", P, "FIELD", "载有各地块主张的字段",
      "the field that has each parcel's claims", false}, TEXT, AT(claim_field)},
    {{NAMES("id-field"), NULL, "id_field", P, "FIELD", "载有地块编号的字段；不写时为 BSM，否则为文件中的序号",
      "the field that has a parcel's id; otherwise BSM, or its number in the file", false}, TEXT,
      AT(id_field)},
    {{NAMES("crs"), "--epsg", "crs", P, "EPSG:N", "文件没有写明时的坐标系",
      "the coordinate system of a file that states none", false}, CRS, 0},
    {{NAMES("since"), NULL, NULL, P, "EARLIER.gpkg", "以前的结果：没有变化的沿用，其余重新测算",
      "an earlier output: what stands is taken over, the rest is measured", false}, TEXT, AT(since)},
    {{NAMES("compare"), NULL, NULL, L, "OLD", "以前的结果：说明新增、仍在、已解决",
      "an earlier output: what is new, what is still there, what was settled", false}, TEXT, AT(compare)},
    {{NAMES("official"), NULL, NULL, L, "FILE", "官方汇总面积（.csv 或 .json），与图层比对",
      "official totals (.csv or .json) to hold the layers against", false}, TEXT, AT(official)},
    {{NAMES("threads"), NULL, NULL, P | L | F, "N", "同时工作的线程，1 至 64；不写时为处理器数",
      "threads at a time, 1 to 64; otherwise as many as there are processors", false}, THREADS, 0},
    {{NAMES("within-spaces"), NULL, "within_spaces", L, NULL, "另查每条控制线是否在自己的空间之内",
      "also: does each line lie within its own space?", true}, FLAG, AT(within_spaces)},
    {{NAMES("overlaps"), NULL, "overlaps", P, NULL, "GeoPackage 中另写一张压占图形的表",
      "in a GeoPackage also a table of the overlaps' geometry", true}, FLAG, AT(overlaps)},
    {{NAMES("resume"), NULL, NULL, P, NULL, "接着上次中断处继续", "go on where a run was interrupted", true},
     FLAG, AT(resume)},
    {{NAMES("overwrite"), NULL, NULL, P, NULL, "替换已有的结果文件；丢弃中断的结果",
      "replace an output that is there, and throw an interrupted run away", true}, FLAG, AT(overwrite)},
};
/* clang-format on */
enum { N_OPTIONS = sizeof table / sizeof *table };
_Static_assert(N_OPTIONS + 2 * AUDIT_OUTPUTS_MAX + 3 <= AUDIT_ARGUMENTS_MAX, "all of them at once");

static const char **text_at(struct audit_request *r, const struct option_row *o)
{
    return (const char **)((char *)r + o->at);
}

static bool *flag_at(struct audit_request *r, const struct option_row *o)
{
    return (bool *)((char *)r + o->at);
}

/* ---- kinds ---- */

const char *audit_kind_name(enum audit_kind k)
{
    static const char *const names[AUDIT_KIND_COUNT] = {"parcels", "lines", "figures"};
    return names[k];
}

enum status audit_kind_of(const char *name, enum audit_kind *out, struct error *e)
{
    for (int k = 0; k < AUDIT_KIND_COUNT; k++)
        if (strcmp(name, audit_kind_name((enum audit_kind)k)) == 0)
            return *out = (enum audit_kind)k, STATUS_OK;
    error_zh(e, "没有审查种类“%.40s”；可用 parcels（批量审查）、lines（三线冲突）、figures（规划数据）。",
             name);
    return error_fail(e, STATUS_INVALID_INPUT, "audit-kind",
                      "There is no kind of audit \"%.40s\"; parcels, lines and figures are known.", name);
}

/* ---- outputs ---- */

static enum status check_format(const char *path, enum audit_kind kind, struct error *e)
{
    enum audit_format format;
    char zh[AUDIT_FORMAT_NAMES_SIZE], en[AUDIT_FORMAT_NAMES_SIZE];
    unsigned set = 0;
    if (audit_format_of(path, kind, &format))
        return STATUS_OK;
    for (int f = 0; f < AUDIT_FORMAT_COUNT; f++)
        set |= audit_format_written((enum audit_format)f, kind) ? 1u << f : 0;
    audit_format_names(set, zh, en);
    const char *dot = strrchr(text_file_name(path), '.');
    error_zh(e, "没有结果格式“%.20s”；audit %s 可写 %s（按输出文件的扩展名）。", dot ? dot + 1 : "",
             audit_kind_name(kind), zh);
    return error_fail(e, STATUS_INVALID_INPUT, "bad-usage",
                      "There is no format \"%.20s\" of results; audit %s writes %s, by the output's ending.",
                      dot ? dot + 1 : "", audit_kind_name(kind), en);
}

static enum status add_output(struct audit_request *r, const char *path, struct error *e)
{
    size_t n = 0;
    enum status s = check_format(path, r->kind, e);
    if (s)
        return s;
    for (; n < AUDIT_OUTPUTS_MAX && r->outputs[n]; n++)
        if (strcmp(r->outputs[n], path) == 0) {
            error_zh(e, "输出文件“%.200s”给了两次；请去掉一个。", path);
            return error_fail(e, STATUS_INVALID_INPUT, "bad-usage",
                              "The output \"%.200s\" is given twice; leave one out.", path);
        }
    if (n == AUDIT_OUTPUTS_MAX) {
        error_zh(e, "输出文件太多；一次最多 %d 个。", AUDIT_OUTPUTS_MAX);
        return error_fail(e, STATUS_INVALID_INPUT, "bad-usage", "At most %d outputs can be written at once.",
                          AUDIT_OUTPUTS_MAX);
    }
    r->outputs[n] = path;
    r->outputs[n + 1] = NULL;
    return STATUS_OK;
}

static enum status set_summary(struct audit_request *r, const char *path, struct error *e)
{
    if (text_ends_with(path, ".json")) {
        r->summary_json = path;
        return STATUS_OK;
    }
    if (r->kind == AUDIT_PARCELS) {
        r->summary = path;
        return STATUS_OK;
    }
    error_zh(e, "audit %s 的汇总“%.200s”应为 .json 文件。", audit_kind_name(r->kind), path);
    return error_fail(e, STATUS_INVALID_INPUT, "bad-usage",
                      "The summary \"%.200s\" of audit %s is a .json file.", path, audit_kind_name(r->kind));
}

/* ---- one option ---- */

enum status audit_option_refuse(const char *key, enum audit_kind kind, struct error *e)
{
    error_zh(e, "选项 %.40s 不用于这种审查（%s）；请去掉，或改正审查的种类。", key, audit_kind_name(kind));
    return error_fail(
        e, STATUS_INVALID_INPUT, "audit-option",
        "The option %.40s is not one of this kind of audit (%s); leave it out, or correct the kind.", key,
        audit_kind_name(kind));
}

static enum status set_flag(const char *key, const char *value, bool *out, struct error *e)
{
    bool on = strcmp(value, "1") == 0;
    if (on || strcmp(value, "0") == 0)
        return *out = on, STATUS_OK;
    error_zh(e, "选项 %s 的值应为 0 或 1，不是“%.20s”；请改正。", key, value);
    return error_fail(e, STATUS_INVALID_INPUT, "audit-option", "The option %s is 0 or 1, not \"%.20s\".", key,
                      value);
}

static enum status set_threads(const char *value, int *out, struct error *e)
{
    char *end;
    errno = 0;
    long v = strtol(value, &end, 10);
    if (end != value && !*end && !errno && v >= 1 && v <= AUDIT_MAX_THREADS)
        return *out = (int)v, STATUS_OK;
    error_zh(e, "选项 threads 的值“%.40s”不对：应为 1 至 %d 的整数。", value, AUDIT_MAX_THREADS);
    return error_fail(
        e, STATUS_INVALID_INPUT, "bad-usage",
        "The value \"%.40s\" of the option threads is wrong: a whole number from 1 to %d is needed.", value,
        AUDIT_MAX_THREADS);
}

static enum status set(struct audit_request *r, const struct option_row *o, const char *value,
                       struct error *e)
{
    if (!(o->info.kinds & 1U << r->kind))
        return audit_option_refuse(o->info.key, r->kind, e);
    switch (o->type) {
    case TEXT:
        return *text_at(r, o) = value, STATUS_OK;
    case FLAG:
        return set_flag(o->info.key, value, flag_at(r, o), e);
    case THREADS:
        return set_threads(value, &r->threads, e);
    case CRS:
        return crs_of_option(value, false, &r->epsg, e);
    case OUTPUT:
        return add_output(r, value, e);
    case SUMMARY:
        return set_summary(r, value, e);
    }
    return STATUS_INTERNAL;
}

static enum status fail_unknown(const char *key, struct error *e)
{
    char known[256] = "";
    for (size_t i = 0, n = 0; i < N_OPTIONS && n < sizeof known; i++)
        n += (size_t)snprintf(known + n, sizeof known - n, "%s%s", i ? ", " : "", table[i].info.key);
    error_zh(e, "没有这个选项：%.40s；可用：%s。", key, known);
    return error_fail(e, STATUS_INVALID_INPUT, "bad-usage", "There is no such option: %.40s; known are %s.",
                      key, known);
}

/* ---- the whole ---- */

static int processors(void)
{
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n < 1 ? 1 : n > AUDIT_MAX_THREADS ? AUDIT_MAX_THREADS : (int)n;
}

static enum status check_whole(const struct audit_request *r, struct error *e)
{
    if (r->kind != AUDIT_PARCELS)
        return STATUS_OK;
    if (!r->input) {
        error_zh(e, "缺少地块文件。");
        return error_fail(e, STATUS_INVALID_INPUT, "bad-usage", "A parcel file is missing.");
    }
    if (!r->outputs[0]) {
        error_zh(e, "缺少 -o 输出文件。");
        return error_fail(e, STATUS_INVALID_INPUT, "bad-usage", "The output, -o FILE, is missing.");
    }
    return STATUS_OK;
}

enum status audit_request_of(const struct audit_option *options, size_t n, struct audit_request *r,
                             struct error *e)
{
    struct audit_request made = *r;
    enum status s = STATUS_OK;
    for (size_t i = 0; !s && i < n; i++) {
        size_t o = 0;
        if (!options[i].value || !*options[i].value)
            continue;
        while (o < N_OPTIONS && strcmp(table[o].info.key, options[i].key) != 0)
            o++;
        s = o < N_OPTIONS ? set(&made, &table[o], options[i].value, e) : fail_unknown(options[i].key, e);
    }
    if (!s)
        s = check_whole(&made, e);
    if (s)
        return s;
    if (!made.threads)
        made.threads = processors();
    *r = made;
    return STATUS_OK;
}

bool audit_option_at(size_t i, struct audit_option_info *out)
{
    if (i >= N_OPTIONS)
        return false;
    *out = table[i].info;
    return true;
}

/* ---- copied, and written back ---- */

static enum status copy_text(struct arena *a, const char **text, struct error *e)
{
    if (*text && !(*text = arena_strdup(a, *text)))
        return error_no_memory(e);
    return STATUS_OK;
}

enum status audit_request_copy(const struct audit_request *from, struct arena *a, struct audit_request *out,
                               struct error *e)
{
    struct audit_request r = *from;
    enum status s = copy_text(a, &r.summary, e);
    if (!s)
        s = copy_text(a, &r.summary_json, e);
    for (size_t i = 0; !s && r.outputs[i]; i++)
        s = copy_text(a, &r.outputs[i], e);
    for (size_t i = 0; !s && i < N_OPTIONS; i++)
        if (table[i].type == TEXT)
            s = copy_text(a, text_at(&r, &table[i]), e);
    if (!s)
        *out = r;
    return s;
}

/* What is written for an option, "" when it is not given; NULL: no memory. Outputs and the input are none
 * of these. */
static const char *argument(struct audit_request *r, const struct option_row *o, struct arena *a)
{
    switch (o->type) {
    case TEXT:
        return *text_at(r, o) && o->at != AT(input) ? arena_printf(a, "--%s=%s", o->info.key, *text_at(r, o))
                                                    : "";
    case FLAG:
        return *flag_at(r, o) ? arena_printf(a, "--%s", o->info.key) : "";
    case THREADS:
        return r->threads ? arena_printf(a, "--%s=%d", o->info.key, r->threads) : "";
    case CRS:
        return r->epsg ? arena_printf(a, "--%s=EPSG:%d", o->info.key, r->epsg) : "";
    case SUMMARY:
        return r->summary_json ? arena_printf(a, "--%s=%s", o->info.key, r->summary_json) : "";
    case OUTPUT:
        break;
    }
    return "";
}

enum status audit_request_arguments(const struct audit_request *from, struct arena *a,
                                    const char *argv[AUDIT_ARGUMENTS_MAX], size_t *out, struct error *e)
{
    struct audit_request r = *from;
    size_t n = 0;
    for (size_t i = 0; r.outputs[i]; i++) {
        argv[n++] = "-o";
        argv[n++] = r.outputs[i];
    }
    if (r.summary && !(argv[n++] = arena_printf(a, "--summary=%s", r.summary)))
        return error_no_memory(e);
    for (size_t i = 0; i < N_OPTIONS; i++) {
        const char *text = argument(&r, &table[i], a);
        if (!text)
            return error_no_memory(e);
        if (*text)
            argv[n++] = text;
    }
    if (r.input) {
        argv[n++] = "--"; /* its name may begin with a dash */
        argv[n++] = r.input;
    }
    *out = n;
    return STATUS_OK;
}
