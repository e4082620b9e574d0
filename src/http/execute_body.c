#include "http/execute_body.h"

#include "base/base64.h"
#include "base/limits.h"
#include "formats/json_member.h"
#include "store/projects.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reading {
    const struct request *rq;
    const struct process *process;
    struct arena *arena;
    struct execute_asked *out;
    const char *file_input; /* the name of the input that the file came by; NULL: none yet */
    struct error *error;
};

/* ---- refusals ---- */

static enum status fail_body(const char *zh, const char *en, struct error *e)
{
    error_zh(e, "执行请求%s；应为 {\"inputs\": {…}, \"outputs\": {…}, \"response\": \"raw\"}。", zh);
    return error_fail(
        e, STATUS_INVALID_INPUT, "bad-execution",
        "The request to execute %s; {\"inputs\": {…}, \"outputs\": {…}, \"response\": \"raw\"} is "
        "needed.",
        en);
}

static enum status fail_json(const json_error_t *why, struct error *e)
{
    char zh[256], en[256];
    snprintf(zh, sizeof zh, "不是有效的 JSON（第 %d 行第 %d 列：%.120s）", why->line, why->column, why->text);
    snprintf(en, sizeof en, "is no valid JSON (line %d, column %d: %.120s)", why->line, why->column,
             why->text);
    return fail_body(zh, en, e);
}

static enum status fail_member(const char *where, const char *name, const char *known, struct error *e)
{
    error_zh(e, "%s 中没有“%.60s”；可用：%s。", where, name, known);
    return error_fail(e, STATUS_INVALID_INPUT, "unknown-member",
                      "There is no \"%.60s\" in %s; these are known: %s.", name, where, known);
}

static enum status fail_input(const char *name, const char *zh, const char *en, struct error *e)
{
    error_zh(e, "输入 %.60s 不对：应为%s。", name, zh);
    return error_fail(e, STATUS_INVALID_INPUT, "bad-input", "The input %.60s is wrong: %s is needed.", name,
                      en);
}

static enum status fail_unknown_input(const struct reading *r, const char *name)
{
    char known[400] = "";
    const struct process_input *input;
    size_t n = 0;
    for (size_t i = 0; (input = process_input_at(r->process, i)) && n < sizeof known; i++)
        n += (size_t)snprintf(known + n, sizeof known - n, "%s%s", i ? ", " : "", input->name);
    error_zh(r->error, "处理过程 %s 没有输入“%.60s”；可用：%s。", r->process->id, name, known);
    return error_fail(r->error, STATUS_INVALID_INPUT, "unknown-input",
                      "The process %s has no input \"%.60s\"; these are known: %s.", r->process->id, name,
                      known);
}

/* Every member of an object is one of `known`, which is written "a, b". */
static enum status members_known(const json_t *object, const char *where, const char *known, struct error *e)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)object, key, value)
    {
        size_t n = strlen(key);
        const char *at = known;
        while (at && !(strncmp(at, key, n) == 0 && (at[n] == ',' || !at[n])))
            at = strstr(at, ", ") ? strstr(at, ", ") + 2 : NULL;
        if (!at || n == 0)
            return fail_member(where, key, known, e);
    }
    return STATUS_OK;
}

/* ---- values ---- */

static enum status add(struct reading *r, const char *key, const char *value)
{
    if (!value)
        return error_no_memory(r->error);
    if (r->out->n == EXECUTE_VALUES_MAX)
        return fail_body("中的输入太多", "has too many inputs", r->error);
    r->out->values[r->out->n++] = (struct request_value){key, value};
    return STATUS_OK;
}

static enum status add_text(struct reading *r, const struct process_input *input, const json_t *value)
{
    if (!json_is_string(value))
        return fail_input(input->name, "字符串", "a string", r->error);
    return add(r, input->name, arena_strdup(r->arena, json_string_value(value)));
}

/* Several are one text, as the route takes them. */
static enum status add_texts(struct reading *r, const struct process_input *input, const json_t *value)
{
    const char *texts[64];
    size_t n = json_array_size(value);
    if (!json_is_array(value))
        return add_text(r, input, value);
    if (n > sizeof texts / sizeof *texts)
        return fail_input(input->name, "最多 64 项", "at most 64 items", r->error);
    for (size_t i = 0; i < n; i++)
        if (!(texts[i] = json_string_value(json_array_get(value, i))))
            return fail_input(input->name, "字符串的数组", "an array of strings", r->error);
    return n ? add(r, input->name, arena_join(r->arena, texts, n, ";")) : STATUS_OK;
}

static enum status add_flag(struct reading *r, const struct process_input *input, const json_t *value)
{
    if (!json_is_boolean(value))
        return fail_input(input->name, " true 或 false", "true or false", r->error);
    return add(r, input->name, json_is_true(value) ? "1" : "0");
}

/* ---- the file ---- */

static enum status take_bytes(struct reading *r, const char *bytes, size_t n)
{
    r->out->file = bytes;
    r->out->file_size = n;
    return bytes ? STATUS_OK : error_no_memory(r->error);
}

static enum status take_base64(struct reading *r, const struct process_input *input, const json_t *value)
{
    struct buffer b;
    buffer_init(&b, LIMIT_BODY_BYTES);
    bool ok = json_is_string(value) && base64_read(json_string_value(value), json_string_length(value), &b);
    enum status s = buffer_status(&b, r->error);
    if (!s && !ok)
        s = fail_input(input->name, " base64 的字符串", "a string of base64", r->error);
    if (!s)
        s = take_bytes(r, arena_strndup(r->arena, b.data ? b.data : "", b.size), b.size);
    buffer_release(&b);
    return s;
}

/* {"value": …, "mediaType": …, "encoding": …}; `text` is where it stands in the body. */
static enum status take_qualified(struct reading *r, const struct process_input *input, const json_t *object,
                                  const char *text, size_t n)
{
    const json_t *value = json_object_get(object, "value"), *encoding = json_object_get(object, "encoding");
    enum status s = members_known(object, input->name, "value, mediaType, encoding", r->error);
    if (s)
        return s;
    if (encoding && strcmp(json_string_value(encoding) ? json_string_value(encoding) : "", "base64") != 0)
        return fail_input(input->name, "“encoding”为 base64 或没有", "an encoding of base64, or none,",
                          r->error);
    if (encoding)
        return take_base64(r, input, value);
    if (json_is_string(value))
        return take_bytes(r, arena_strdup(r->arena, json_string_value(value)), json_string_length(value));
    if (json_is_object(value) && json_member_find(text, n, "value", &text, &n))
        return take_bytes(r, text, n);
    return fail_input(input->name, "“value”为字符串或 GeoJSON", "a value that is a string or GeoJSON",
                      r->error);
}

/* The number of a saved project whose input the address leads to; 0: it does not. */
static int64_t saved_project_of(const struct request *rq, const char *href)
{
    static const char folder[] = "/projects/";
    struct links l;
    char *end;
    links_of(rq, &l);
    size_t n = strlen(l.base);
    href += strncmp(href, l.base, n) == 0 ? n : 0;
    if (strncmp(href, folder, sizeof folder - 1) != 0)
        return 0;
    href += sizeof folder - 1;
    long long id = *href >= '1' && *href <= '9' ? strtoll(href, &end, 10) : 0;
    return id > 0 && strcmp(end, "/input") == 0 ? id : 0;
}

static enum status take_reference(struct reading *r, const struct process_input *input, const json_t *object)
{
    const char *href = json_string_value(json_object_get(object, "href"));
    int64_t id = href ? saved_project_of(r->rq, href) : 0;
    struct store_project p;
    enum status s = members_known(object, input->name, "href, rel, type, hreflang, title", r->error);
    if (!s && id == 0)
        s = fail_input(input->name,
                       "内容本身，或本服务器上已保存项目的原文件（/projects/{id}/input）；不会到别处去取文件",
                       "the file itself, or the input of a project saved on this server "
                       "(/projects/{id}/input), as nothing "
                       "is fetched from elsewhere,",
                       r->error);
    if (!s)
        s = store_project_at(r->rq->worker->store, id, r->arena, &p, r->error);
    return s ? s : take_bytes(r, p.input, p.input_size);
}

static enum status take_file(struct reading *r, const struct process_input *input, const json_t *value,
                             const char *text, size_t n)
{
    if (r->file_input) {
        error_zh(r->error, "输入 %s 与 %s 只能给一个。", r->file_input, input->name);
        return error_fail(r->error, STATUS_INVALID_INPUT, "bad-input",
                          "Of the inputs %s and %s only one can be given.", r->file_input, input->name);
    }
    r->file_input = input->name;
    if (json_is_string(value))
        return take_bytes(r, arena_strdup(r->arena, json_string_value(value)), json_string_length(value));
    if (json_object_get(value, "value"))
        return take_qualified(r, input, value, text, n);
    if (json_object_get(value, "href"))
        return take_reference(r, input, value);
    if (json_is_object(value) && json_object_get(value, "type"))
        return take_bytes(r, text, n);
    return fail_input(input->name, " GeoJSON、字符串，或 {\"value\": …}",
                      "GeoJSON, a string, or {\"value\": …},", r->error);
}

/* ---- inputs ---- */

/* A text or a flag may be qualified as well, which says nothing more of it. */
static const json_t *bare(const json_t *value)
{
    const json_t *inside = json_object_get(value, "value");
    return inside && json_object_size(value) == 1 ? inside : value;
}

static enum status read_input(struct reading *r, const struct process_input *input, const json_t *value,
                              const char *text, size_t n)
{
    switch (input->type) {
    case PROCESS_TEXT:
        return add_text(r, input, bare(value));
    case PROCESS_TEXTS:
        return add_texts(r, input, bare(value));
    case PROCESS_FLAG:
        return add_flag(r, input, bare(value));
    case PROCESS_FILE:
        return take_file(r, input, value, text, n);
    }
    return STATUS_INTERNAL;
}

static enum status read_inputs(struct reading *r, const json_t *inputs)
{
    const char *name, *all = NULL, *text = NULL;
    size_t n_all = 0, n = 0;
    json_t *value;
    enum status s = STATUS_OK;
    if (!inputs)
        return STATUS_OK;
    if (!json_is_object(inputs) || !json_member_find(r->rq->body, r->rq->body_size, "inputs", &all, &n_all))
        return fail_body("的 inputs 不是对象", "has inputs that are no object", r->error);
    json_object_foreach((json_t *)(uintptr_t)inputs, name, value)
    {
        const struct process_input *input = process_input_find(r->process, name);
        if (!input)
            return fail_unknown_input(r, name);
        if (!json_member_find(all, n_all, name, &text, &n)) /* written with escapes */
            return fail_input(name, "不带转义的名称", "a name without escapes", r->error);
        s = read_input(r, input, value, text, n);
        if (s)
            return s;
    }
    return STATUS_OK;
}

static bool has_value(const struct reading *r, const char *key)
{
    for (size_t i = 0; i < r->out->n; i++)
        if (strcmp(r->out->values[i].key, key) == 0 && *r->out->values[i].value)
            return true;
    return false;
}

static enum status need_a_file(const struct reading *r)
{
    const struct process *p = r->process;
    const char *other = p->is_check ? "project" : "since";
    if (r->file_input || !process_input_find(p, "parcels") || has_value(r, other))
        return STATUS_OK;
    error_zh(r->error, "缺少输入 parcels（地块）；没有它时须有 %s。", other);
    return error_fail(r->error, STATUS_INVALID_INPUT, "missing-input",
                      "The input parcels is missing; without it %s is needed.", other);
}

/* ---- outputs ---- */

static enum status fail_format(const struct reading *r, const char *output, const char *media)
{
    char known[512] = "";
    const char *format;
    size_t n = 0;
    for (size_t i = 0; (format = process_format_at(r->process, output, i)) && n < sizeof known; i++)
        n += (size_t)snprintf(known + n, sizeof known - n, "%s%s", i ? ", " : "", process_media(format));
    error_zh(r->error, "输出 %s 没有格式“%.80s”；有：%s。", output, media, known);
    return error_fail(r->error, STATUS_INVALID_INPUT, "unknown-format",
                      "The output %s has no format \"%.80s\"; there is %s.", output, media, known);
}

static enum status read_format(struct reading *r, const char *output, const json_t *format,
                               struct job_wish *wish)
{
    const char *media = json_string_value(json_object_get(format, "mediaType"));
    enum status s = format ? members_known(format, "format", "mediaType", r->error) : STATUS_OK;
    if (s || !format)
        return s;
    for (size_t i = 0; media && (wish->format = process_format_at(r->process, output, i)); i++)
        if (process_media_is(wish->format, media))
            return STATUS_OK;
    return fail_format(r, output, media ? media : "");
}

static enum status read_mode(struct reading *r, const json_t *mode, struct job_wish *wish)
{
    const char *text = json_string_value(mode);
    wish->by_reference = text && strcmp(text, "reference") == 0;
    if (!mode || wish->by_reference || (text && strcmp(text, "value") == 0))
        return STATUS_OK;
    error_zh(r->error, "transmissionMode 应为 value 或 reference。");
    return error_fail(r->error, STATUS_INVALID_INPUT, "bad-transmission",
                      "transmissionMode is value or reference.");
}

/* In the order of the process, so that the same request is answered in the same order. */
static enum status read_output(struct reading *r, const char *output, const json_t *asked)
{
    struct job_delivery *d = &r->out->delivery;
    struct job_wish *wish = &d->wishes[d->n++];
    *wish = (struct job_wish){output, process_format_at(r->process, output, 0), false};
    if (!asked)
        return STATUS_OK;
    enum status s = json_is_object(asked) ? members_known(asked, output, "format, transmissionMode", r->error)
                                          : fail_body("的 outputs 中有一项不是对象",
                                                      "has an output that is no object", r->error);
    if (!s)
        s = read_format(r, output, json_object_get(asked, "format"), wish);
    return s ? s : read_mode(r, json_object_get(asked, "transmissionMode"), wish);
}

static enum status read_outputs(struct reading *r, const json_t *outputs)
{
    char known[80] = "";
    const char *output;
    bool all = !outputs || json_object_size(outputs) == 0;
    for (size_t i = 0; (output = process_output_at(r->process, i)); i++)
        snprintf(known + strlen(known), sizeof known - strlen(known), "%s%s", i ? ", " : "", output);
    enum status s = STATUS_OK;
    if (outputs && !json_is_object(outputs))
        s = fail_body("的 outputs 不是对象", "has outputs that are no object", r->error);
    if (!s && outputs)
        s = members_known(outputs, "outputs", known, r->error);
    for (size_t i = 0; !s && (output = process_output_at(r->process, i)); i++)
        if (all || json_object_get(outputs, output))
            s = read_output(r, output, json_object_get(outputs, output));
    return s;
}

static enum status read_response(struct reading *r, const json_t *response)
{
    const char *text = json_string_value(response);
    r->out->delivery.is_said = true;
    r->out->delivery.raw = !response || (text && strcmp(text, "raw") == 0);
    if (r->out->delivery.raw || (text && strcmp(text, "document") == 0))
        return STATUS_OK;
    return fail_body("的 response 既不是 raw 也不是 document",
                     "has a response that is neither raw nor document", r->error);
}

/* ---- the whole ---- */

/* What the route must know beside the inputs. */
static enum status add_words(struct reading *r)
{
    const struct process *p = r->process;
    const struct job_delivery *d = &r->out->delivery;
    const char *form = p->is_check ? "format" : p->kind == AUDIT_PARCELS ? "formats" : NULL;
    enum status s = p->is_check ? STATUS_OK : add(r, "kind", audit_kind_name(p->kind));
    for (size_t i = 0; !s && form && i < d->n; i++)
        if (strcmp(d->wishes[i].output, "summary") != 0)
            s = add(r, form, d->wishes[i].format);
    if (!s && r->file_input && p->kind == AUDIT_LINES)
        s = add(r, "body", strcmp(r->file_input, "official") == 0 ? "official" : "compare");
    return s;
}

static enum status read_root(struct reading *r, const json_t *root)
{
    enum status s = json_is_object(root) ? STATUS_OK : fail_body("不是对象", "is no object", r->error);
    if (!s)
        s = members_known(root, "execute", "inputs, outputs, response", r->error);
    if (!s)
        s = read_inputs(r, json_object_get(root, "inputs"));
    if (!s)
        s = need_a_file(r);
    if (!s)
        s = read_outputs(r, json_object_get(root, "outputs"));
    if (!s)
        s = read_response(r, json_object_get(root, "response"));
    return s ? s : add_words(r);
}

enum status execute_body_read(const struct request *rq, const struct process *p, struct execute_asked *out,
                              struct error *e)
{
    struct reading r = {.rq = rq, .process = p, .arena = rq->worker->check.arena, .out = out, .error = e};
    json_error_t why;
    *out = (struct execute_asked){.n = 0};
    json_t *root = json_loadb(rq->body ? rq->body : "", rq->body_size, JSON_REJECT_DUPLICATES, &why);
    enum status s = root ? read_root(&r, root) : fail_json(&why, e);
    json_decref(root);
    return s;
}
