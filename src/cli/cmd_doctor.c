#include "cli/command.h"
#include "cli/doctor.h"
#include "cli/exit_codes.h"
#include "cli/print_json.h"
#include "cli/store_path.h"

#include <stdio.h>
#include <string.h>

static const char *const names[DOCTOR_STATES] = {"ok", "warning", "fault"};
static const char *const names_zh[DOCTOR_STATES] = {"正常", "注意", "故障"};

static void print_row(const struct doctor_topic *t, enum doctor_state state, const char *zh, const char *en)
{
    printf("[%s %s] %s %s\n    %s\n    %s\n", names_zh[state], names[state], t->zh, t->en, zh, en);
    fflush(stdout); /* what takes long is not waited for in silence */
}

static void write_row(struct json_writer *w, const struct doctor_topic *t, enum doctor_state state,
                      const char *code, const char *zh, const char *en)
{
    jw_words_begin(w, code, zh, en);
    jw_kv_string(w, "name", t->name);
    jw_kv_string(w, "state", names[state]);
    jw_object_end(w);
}

void doctor_well(struct doctor *d, const struct doctor_topic *t, const char *zh, const char *en)
{
    d->n[DOCTOR_OK]++;
    if (d->json)
        write_row(d->json, t, DOCTOR_OK, "ok", zh, en);
    else
        print_row(t, DOCTOR_OK, zh, en);
}

void doctor_found(struct doctor *d, const struct doctor_topic *t, enum doctor_state state,
                  const struct error *e)
{
    d->n[state]++;
    if (d->json)
        write_row(d->json, t, state, e->code, e->zh, e->en);
    else
        print_row(t, state, e->zh, e->en);
}

void doctor_judge(struct doctor *d, const struct doctor_topic *t, enum status s, const struct error *e,
                  const char *zh, const char *en)
{
    if (s)
        doctor_found(d, t, DOCTOR_FAULT, e);
    else
        doctor_well(d, t, zh, en);
}

static enum doctor_state worst(const struct doctor *d)
{
    return d->n[DOCTOR_FAULT] ? DOCTOR_FAULT : d->n[DOCTOR_WARNING] ? DOCTOR_WARNING : DOCTOR_OK;
}

static void look(struct doctor *d)
{
    doctor_look_at_store(d);
    doctor_look_at_machine(d);
}

static int look_as_json(struct doctor *d)
{
    struct buffer b;
    struct json_writer w;
    buffer_init(&b, 0);
    jw_init(&w, &b, true);
    d->json = &w;
    jw_object_begin(&w);
    jw_kv_string(&w, "store", d->path);
    jw_key(&w, "rows");
    jw_array_begin(&w);
    look(d);
    jw_array_end(&w);
    jw_kv_string(&w, "state", names[worst(d)]);
    jw_object_end(&w);
    return print_json(&b);
}

static int look_as_text(struct doctor *d)
{
    printf("存储 store %s\n", d->path);
    look(d);
    printf("正常 ok %d，注意 warnings %d，故障 faults %d\n", d->n[DOCTOR_OK], d->n[DOCTOR_WARNING],
           d->n[DOCTOR_FAULT]);
    return EXIT_OK;
}

static int run(struct arguments *a)
{
    static const int codes[DOCTOR_STATES] = {EXIT_OK, EXIT_WARNINGS, EXIT_FAULTS};
    struct error e = {0};
    char path[STORE_PATH_SIZE];
    if (store_path_find(a->store, path, &e))
        return exit_with_store_error(&e);
    struct doctor d = {.path = path};
    int code = args_json(a) ? look_as_json(&d) : look_as_text(&d);
    return code ? code : codes[worst(&d)];
}

static const struct cli_option options[] = {OPTION_STORE, OPTION_FORMAT, OPTION_END};

const struct command command_doctor = {
    .name = "doctor",
    .zh = "检查存储和本机：哪里不对，怎么办（不改动任何东西）",
    .en = "look at the store and the machine: what is wrong, and what to do (nothing is changed)",
    .options = options,
    .run = run};
