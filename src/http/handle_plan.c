/* GET /plan/units, /plan/units/{code} and /plan/{table}: what the plan (内政办发〔2021〕74号) says of every unit,
 * with chapter and sentence, as JSON and as a page; and its tables, row by row. */
#include "http/html_plan.h"
#include "http/negotiate.h"
#include "http/route.h"

#include "formats/json.h"

#include <string.h>

static enum status fail_unit(const char *code, struct error *e)
{
    error_zh(e, "没有代码为“%s”的盟市或旗县；可用的代码见 /plan/units。", code);
    return error_fail(e, STATUS_NOT_FOUND, "plan-unit",
                      "There is no prefecture or county of the code \"%s\"; /plan/units lists the codes.",
                      code);
}

/* An empty page would read as "the plan says nothing of it". */
static enum status must_have_sentences(struct request *rq, struct error *e)
{
    bool has = false;
    enum status s = plan_has_sentences(rq->worker->store, &has, e);
    if (s || has)
        return s;
    error_zh(e, "存储里没有规划的逐句文本；请重新运行 hongxian import --geodata geodata。");
    return error_fail(
        e, STATUS_NOT_FOUND, "plan-none",
        "The store has not the plan sentence by sentence; run hongxian import --geodata geodata "
        "again.");
}

/* ---- the units ---- */

static bool write_unit(const struct plan_unit *u, void *user)
{
    struct json_writer *w = user;
    jw_object_begin(w);
    jw_kv_string(w, "code", u->code);
    jw_kv_string(w, "name", u->name);
    jw_kv_string(w, "level", u->level);
    jw_kv_string(w, "parent", u->parent);
    jw_kv_integer(w, "sentences", u->n_sentences);
    jw_object_end(w);
    return true;
}

enum status handle_plan_units(struct request *rq, struct reply *reply, struct error *e)
{
    struct buffer b;
    struct json_writer w;
    enum form form;
    enum status s = form_asked(rq, MEDIA_JSON, &form, e);
    if (!s)
        s = must_have_sentences(rq, e);
    if (s || form == FORM_HTML)
        return s ? s : html_plan_units(rq, reply, e);
    buffer_init(&b, 0);
    jw_init(&w, &b, false);
    jw_object_begin(&w);
    jw_kv_string(&w, "document", PLAN_DOCUMENT);
    jw_key(&w, "units");
    jw_array_begin(&w);
    s = plan_units(rq->worker->store, NULL, write_unit, &w, e);
    jw_array_end(&w);
    jw_object_end(&w);
    return reply_json(reply, &b, s, "no-cache", e);
}

/* ---- one ---- */

static bool write_sentence(const struct plan_sentence *p, void *user)
{
    struct json_writer *w = user;
    jw_object_begin(w);
    jw_kv_integer(w, "number", p->no);
    jw_kv_string(w, "section", p->section);
    jw_kv_string(w, "sentence", p->sentence);
    jw_kv_string(w, "words", p->words);
    jw_kv_string(w, "how", p->how);
    jw_key(w, "topics");
    jw_raw(w, p->topics, strlen(p->topics));
    jw_object_end(w);
    return true;
}

struct finding_unit {
    struct arena *arena;
    struct plan_unit unit;
    bool found, failed;
};

static bool take_unit(const struct plan_unit *u, void *user)
{
    struct finding_unit *f = user;
    f->unit = (struct plan_unit){arena_strdup(f->arena, u->code), arena_strdup(f->arena, u->name),
                                 arena_strdup(f->arena, u->level), arena_strdup(f->arena, u->parent),
                                 u->n_sentences};
    f->found = true;
    f->failed = !f->unit.code || !f->unit.name || !f->unit.level || !f->unit.parent;
    return false;
}

static enum status find_unit(struct request *rq, struct plan_unit *out, struct error *e)
{
    struct finding_unit f = {.arena = rq->worker->check.arena};
    enum status s = plan_units(rq->worker->store, rq->params[0], take_unit, &f, e);
    if (!s && !f.found)
        s = fail_unit(rq->params[0], e);
    if (!s && f.failed)
        s = error_no_memory(e);
    *out = f.unit;
    return s;
}

static enum status unit_json(struct request *rq, const struct plan_unit *u, struct reply *reply,
                             struct error *e)
{
    struct buffer b;
    struct json_writer w;
    buffer_init(&b, 0);
    jw_init(&w, &b, false);
    jw_object_begin(&w);
    jw_kv_string(&w, "document", PLAN_DOCUMENT);
    jw_kv_string(&w, "code", u->code);
    jw_kv_string(&w, "name", u->name);
    jw_kv_string(&w, "level", u->level);
    jw_kv_string(&w, "parent", u->parent);
    jw_key(&w, "sentences");
    jw_array_begin(&w);
    enum status s = plan_sentences(rq->worker->store, u->code, write_sentence, &w, e);
    jw_array_end(&w);
    jw_object_end(&w);
    return reply_json(reply, &b, s, "no-cache", e);
}

enum status handle_plan_unit(struct request *rq, struct reply *reply, struct error *e)
{
    struct plan_unit u;
    enum form form;
    enum status s = form_asked(rq, MEDIA_JSON, &form, e);
    if (!s)
        s = find_unit(rq, &u, e);
    if (!s)
        s = must_have_sentences(rq, e);
    if (s)
        return s;
    return form == FORM_HTML ? html_plan_unit(rq, &u, reply, e) : unit_json(rq, &u, reply, e);
}

/* ---- tables ---- */

static bool write_row(const struct plan_cell *cells, size_t n, void *user)
{
    struct json_writer *w = user;
    jw_object_begin(w);
    for (size_t i = 0; i < n; i++)
        if (cells[i].is_json && cells[i].value) {
            jw_key(w, cells[i].column);
            jw_raw(w, cells[i].value, strlen(cells[i].value));
        } else {
            jw_kv_string(w, cells[i].column, cells[i].value);
        }
    jw_object_end(w);
    return true;
}

enum status handle_plan_table(struct request *rq, struct reply *reply, struct error *e)
{
    struct buffer b;
    struct json_writer w;
    buffer_init(&b, 0);
    jw_init(&w, &b, false);
    jw_object_begin(&w);
    jw_kv_string(&w, "document", PLAN_DOCUMENT);
    jw_kv_string(&w, "table", rq->params[0]);
    jw_key(&w, "rows");
    jw_array_begin(&w);
    enum status s = plan_rows(rq->worker->store, rq->params[0], write_row, &w, e);
    jw_array_end(&w);
    jw_object_end(&w);
    return reply_json(reply, &b, s, "no-cache", e);
}
