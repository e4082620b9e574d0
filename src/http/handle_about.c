/* What the server says about itself: its health, the project classes it knows, its interface. */
#include "http/front_door.h"
#include "http/html_pages.h"
#include "http/openapi.h"
#include "http/route.h"
#include "http/store_health.h"
#include "http/stored_json.h"

#include "features/sandbox/sandbox.h"
#include "report/identity.h"
#include "store/schema_files.h"

#include <stdlib.h>
#include <string.h>

/* A layer that cannot be used is told here too: a check would answer "cannot be measured" on it. */
static void write_faults(struct json_writer *w, const struct snapshot *s, const struct store_health *h)
{
    jw_key(w, "warnings");
    jw_array_begin(w);
    for (size_t i = 0; i < snapshot_n_layers(s); i++) {
        struct error why = {0};
        if (store_health_layer(snapshot_layer_at(s, i), &why))
            continue;
        jw_words_begin(w, why.code, why.zh, why.en);
        jw_object_end(w);
    }
    store_health_write(w, h);
    jw_array_end(w);
}

static void write_load(struct json_writer *w, struct engine *en)
{
    struct engine_load load = engine_load(en);
    jw_key(w, "load");
    jw_object_begin(w);
    jw_kv_integer(w, "workers", (long long)load.workers);
    jw_kv_integer(w, "slow_max", (long long)load.slow_max);
    jw_kv_integer(w, "slow", (long long)load.slow);
    jw_kv_integer(w, "quick", (long long)load.quick);
    jw_kv_integer(w, "waiting_slow", (long long)load.waiting_slow);
    jw_kv_integer(w, "waiting_quick", (long long)load.waiting_quick);
    jw_object_end(w);
}

/* What was found when the server started; nothing when nobody asked (a program with a server of its own). */
static void write_sandbox(struct json_writer *w)
{
    struct sandbox_measures m;
    if (!sandbox_known(&m))
        return;
    jw_key(w, "sandbox");
    jw_object_begin(w);
    jw_kv_bool(w, "complete", sandbox_complete(&m));
    jw_kv_bool(w, "required", sandbox_is_required());
    jw_kv_integer(w, "landlock", m.landlock);
    jw_key(w, "measures");
    jw_array_begin(w);
    for (int i = 0; i < SANDBOX_MEASURES; i++) {
        enum sandbox_measure which = (enum sandbox_measure)i;
        struct error why = {0};
        sandbox_measure_words(&m, which, &why);
        jw_object_begin(w);
        jw_kv_string(w, "name", sandbox_measure_name(which));
        jw_kv_string(w, "state", sandbox_measure_state(&m, which));
        if (!m.tried[i] || m.why[i]) {
            jw_kv_string(w, "zh", why.zh);
            jw_kv_string(w, "en", why.en);
        }
        jw_object_end(w);
    }
    jw_array_end(w);
    jw_object_end(w);
}

static void write_door(struct json_writer *w, struct front_door *door)
{
    struct door_load load = door_load(door);
    jw_key(w, "door");
    jw_object_begin(w);
    jw_kv_integer(w, "connections", (long long)load.connections);
    jw_kv_integer(w, "body_bytes", (long long)load.bodies);
    jw_kv_integer(w, "cut_slow", (long long)load.cut_slow);
    jw_kv_integer(w, "gave_way", (long long)load.gave_way);
    jw_kv_integer(w, "sent_away", (long long)load.sent_away);
    jw_object_end(w);
}

/* May be asked without a worker, and then of the snapshot that is held: what is wrong is told, not met. */
enum status handle_health(struct request *rq, struct reply *reply, struct error *e)
{
    struct buffer b;
    struct json_writer w;
    struct store_health h;
    struct error why = {0};
    store_health_look(rq->engine, rq->record_writer, &h);
    buffer_init(&b, 0);
    jw_init(&w, &b, false);
    jw_object_begin(&w);
    jw_kv_string(&w, "status", store_health_word(&h, rq->snapshot, &why));
    jw_kv_string(&w, "version", report_engine_version());
    jw_kv_integer(&w, "generation", snapshot_generation(rq->snapshot));
    jw_kv_integer(&w, "n_layers", (long long)snapshot_n_layers(rq->snapshot));
    jw_kv_string(&w, "rules_version", snapshot_rules(rq->snapshot)->version);
    jw_kv_bool(&w, "keeps_records", rq->record_writer != NULL);
    write_faults(&w, rq->snapshot, &h);
    write_load(&w, rq->engine);
    write_door(&w, rq->door);
    write_sandbox(&w);
    jw_object_end(&w);
    enum status s = reply_json(reply, &b, STATUS_OK, "no-store", e);
    if (!s && h.failed) {
        reply->status = MHD_HTTP_SERVICE_UNAVAILABLE;
        reply_header(reply, MHD_HTTP_HEADER_RETRY_AFTER, "1");
    }
    return s;
}

static enum status say(const char *word, struct reply *reply, struct error *e)
{
    struct buffer b;
    struct json_writer w;
    buffer_init(&b, 0);
    jw_init(&w, &b, false);
    jw_object_begin(&w);
    jw_kv_string(&w, "status", word);
    jw_object_end(&w);
    return reply_json(reply, &b, STATUS_OK, "no-store", e);
}

enum status handle_live(struct request *rq, struct reply *reply, struct error *e)
{
    (void)rq;
    return say("live", reply, e);
}

/* That there is a store and a snapshot of it is seen before (engine_glance). */
enum status handle_ready(struct request *rq, struct reply *reply, struct error *e)
{
    (void)rq;
    return say("ready", reply, e);
}

enum status handle_classes(struct request *rq, struct reply *reply, struct error *e)
{
    (void)rq;
    const struct schema_file *file = schema_file_find("project_classes.json");
    char *text = file ? stored_json_classes(file->bytes, file->size) : NULL;
    if (!text) {
        error_zh(e, "程序内的项目类型表不可读。");
        return error_fail(e, STATUS_INTERNAL, "classes-unreadable",
                          "The table of project classes inside the program cannot be read.");
    }
    struct buffer b;
    buffer_init(&b, 0);
    buffer_append_str(&b, text);
    free(text);
    enum status s = reply_buffer(reply, &b, "application/json; charset=utf-8", e);
    buffer_release(&b);
    return s;
}

enum status handle_openapi(struct request *rq, struct reply *reply, struct error *e)
{
    (void)rq;
    return reply_static(reply, openapi_yaml, openapi_yaml_size, "application/yaml; charset=utf-8", e);
}

enum status handle_api(struct request *rq, struct reply *reply, struct error *e)
{
    enum form form;
    enum status s = form_asked(rq, MEDIA_OPENAPI_TYPE, &form, e);
    if (!s && form == FORM_HTML)
        return html_api(rq, reply, e);
    return s ? s : reply_static(reply, openapi_json, openapi_json_size, MEDIA_OPENAPI, e);
}
