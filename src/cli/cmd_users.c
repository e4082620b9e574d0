/* People, their passwords and their programs' tokens. */
#include "access/roles.h"
#include "access/secret.h"
#include "cli/args.h"
#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/password.h"
#include "cli/print_json.h"
#include "cli/store_path.h"
#include "formats/json.h"
#include "store/people.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { USERS_ARENA_BYTES = 16 << 20, TOKEN_MAX_DAYS = 3660 };

struct users_args {
    const char *store, *role, *unit, *title, *password_file, *days_text, *format;
    bool no_password, json;
    long days, id;
    const char *name;
    struct arg_rest rest;
};

struct subcommand {
    const char *name;
    enum store_mode mode;
    bool takes_name;
    int (*run)(struct store *store, struct arena *arena, const struct users_args *a);
};

static int done(enum status s, const struct error *e, const char *zh, const char *en)
{
    if (s)
        return exit_with_error(e);
    printf("%s %s\n", zh, en);
    return EXIT_OK;
}

/* ---- people ---- */

static enum status ask_password(const struct users_args *a, char phc[SECRET_PHC_SIZE], struct error *e)
{
    char password[PASSWORD_LINE_SIZE];
    enum status s = password_read(a->password_file, true, password, e);
    if (!s)
        s = password_check(password, e);
    if (!s)
        s = password_hash(password, phc, e);
    explicit_bzero(password, sizeof password);
    return s;
}

static int run_add(struct store *store, struct arena *arena, const struct users_args *a)
{
    (void)arena;
    struct error e = {0};
    char phc[SECRET_PHC_SIZE] = "";
    const struct access_role *role;
    enum status s = access_role_find(a->role, &role, &e);
    if (!s && !a->no_password)
        s = ask_password(a, phc, &e);
    const struct store_person p = {
        .name = a->name, .title = a->title, .role = a->role, .unit = a->unit, .password = phc};
    if (!s)
        s = store_person_add(store, &p, &e);
    return done(s, &e, "已添加。", "added");
}

struct listing {
    struct json_writer *json; /* NULL: text */
};

static bool list_person(const struct store_person *p, void *user)
{
    struct json_writer *w = ((struct listing *)user)->json;
    if (!w) {
        printf("%s\t%s\t%s\t%s\t%s\t%s\n", p->name, p->title, p->role, p->unit, p->added_at,
               *p->revoked_at ? "已停用 revoked"
               : *p->password ? "-"
                              : "无密码 no password");
        return true;
    }
    jw_object_begin(w);
    jw_kv_string(w, "name", p->name);
    jw_kv_string(w, "title", p->title);
    jw_kv_string(w, "role", p->role);
    jw_kv_string(w, "unit", p->unit);
    jw_kv_bool(w, "has_password", *p->password != '\0');
    jw_kv_string(w, "added_at", p->added_at);
    jw_kv_string(w, "revoked_at", *p->revoked_at ? p->revoked_at : NULL);
    jw_object_end(w);
    return true;
}

static bool list_token(const struct store_token *t, void *user)
{
    struct json_writer *w = ((struct listing *)user)->json;
    if (!w) {
        printf("%" PRId64 "\t%s\t%s\t%s\t%s\t%s\n", t->id, t->person, t->title, t->made_at, t->expires_at,
               *t->revoked_at ? "已停用 revoked"
               : t->ended     ? "已失效 over"
                              : "-");
        return true;
    }
    jw_object_begin(w);
    jw_kv_integer(w, "id", t->id);
    jw_kv_string(w, "name", t->person);
    jw_kv_string(w, "title", t->title);
    jw_kv_string(w, "made_at", t->made_at);
    jw_kv_string(w, "expires_at", t->expires_at);
    jw_kv_string(w, "revoked_at", *t->revoked_at ? t->revoked_at : NULL);
    jw_kv_bool(w, "ended", t->ended);
    jw_object_end(w);
    return true;
}

static int list(struct store *store, bool tokens, bool json)
{
    struct error e = {0};
    struct buffer b;
    struct json_writer w;
    struct listing l = {json ? &w : NULL};
    buffer_init(&b, 0);
    jw_init(&w, &b, true);
    jw_array_begin(&w);
    enum status s =
        tokens ? store_tokens(store, list_token, &l, &e) : store_people(store, list_person, &l, &e);
    jw_array_end(&w);
    if (!s && json)
        return print_json(&b);
    buffer_release(&b);
    return s ? exit_with_store_error(&e) : EXIT_OK;
}

static int run_list(struct store *store, struct arena *arena, const struct users_args *a)
{
    (void)arena;
    return list(store, false, a->json);
}

static int run_tokens(struct store *store, struct arena *arena, const struct users_args *a)
{
    (void)arena;
    return list(store, true, a->json);
}

static int run_change(struct store *store, struct arena *arena, const struct users_args *a)
{
    (void)arena;
    struct error e = {0};
    const struct access_role *role;
    if (!a->role && !a->unit && !a->title) {
        error_zh(&e, "请写明要改什么：--role、--unit 或 --title。");
        (void)error_fail(&e, STATUS_INVALID_INPUT, "bad-usage",
                         "Say what is to be another: --role, --unit or --title.");
        return command_misused("users", &e);
    }
    enum status s = a->role ? access_role_find(a->role, &role, &e) : STATUS_OK;
    if (!s)
        s = store_person_change(store, a->name, a->role, a->unit, a->title, &e);
    return done(s, &e, "已更改，自下一个请求起生效。", "changed, from the next request on");
}

static int run_revoke(struct store *store, struct arena *arena, const struct users_args *a)
{
    (void)arena;
    struct error e = {0};
    enum status s = store_person_revoke(store, a->name, &e);
    return done(s, &e, "已停用；其登录和令牌自下一个请求起失效。",
                "revoked: its logins and tokens end with the next request");
}

static int run_password(struct store *store, struct arena *arena, const struct users_args *a)
{
    struct error e = {0};
    struct store_person p;
    char phc[SECRET_PHC_SIZE];
    enum status s = store_person_named(store, a->name, arena, &p, &e); /* before anybody types one */
    if (!s)
        s = ask_password(a, phc, &e);
    if (!s)
        s = store_person_password(store, a->name, phc, &e);
    return done(s, &e, "密码已更换；此前的登录已退出。",
                "the password was changed, and earlier logins have ended");
}

/* ---- tokens ---- */

static int run_token(struct store *store, struct arena *arena, const struct users_args *a)
{
    struct error e = {0};
    struct store_token t;
    char secret[SECRET_SIZE], hex[SHA256_HEX_SIZE];
    if (!a->days_text) {
        error_zh(&e, "请用 --days 写明令牌几天后失效（1 至 %d）。", TOKEN_MAX_DAYS);
        (void)error_fail(&e, STATUS_INVALID_INPUT, "bad-usage",
                         "Say with --days when the token ends (1 to %d).", TOKEN_MAX_DAYS);
        return command_misused("users", &e);
    }
    enum status s = secret_new(secret, &e);
    if (!s && secret_hash(secret, hex))
        s = store_token_add(store, a->name, a->title, hex, (int)a->days, arena, &t, &e);
    if (s)
        return exit_with_error(&e);
    fprintf(stderr,
            "第 %" PRId64 " 号令牌，至 %s；只显示这一次，请妥善保存：\n"
            "token %" PRId64 ", until %s; it is shown this once:\n",
            t.id, t.expires_at, t.id, t.expires_at);
    printf("%s\n", secret);
    explicit_bzero(secret, sizeof secret);
    return EXIT_OK;
}

static int run_revoke_token(struct store *store, struct arena *arena, const struct users_args *a)
{
    (void)arena;
    struct error e = {0};
    long id = 0;
    enum status s = args_number("ID", a->name, 1, 1000000000, &id, &e);
    if (!s)
        s = store_token_revoke(store, id, &e);
    return done(s, &e, "令牌已停用。", "the token was revoked");
}

/* ---- arguments ---- */

static const struct subcommand subcommands[] = {
    {"add", STORE_WRITE, true, run_add},           {"list", STORE_READ, false, run_list},
    {"change", STORE_WRITE, true, run_change},     {"revoke", STORE_WRITE, true, run_revoke},
    {"password", STORE_WRITE, true, run_password}, {"token", STORE_WRITE, true, run_token},
    {"tokens", STORE_READ, false, run_tokens},     {"revoke-token", STORE_WRITE, true, run_revoke_token}};

static const struct subcommand *find(const char *name)
{
    for (size_t i = 0; name && i < sizeof subcommands / sizeof *subcommands; i++)
        if (strcmp(subcommands[i].name, name) == 0)
            return &subcommands[i];
    return NULL;
}

static enum status parse(int argc, char **argv, struct users_args *a, const struct subcommand **sub,
                         struct error *e)
{
    const struct arg_option options[] = {{"--store", &a->store, NULL},
                                         {"--role", &a->role, NULL},
                                         {"--unit", &a->unit, NULL},
                                         {"--title", &a->title, NULL},
                                         {"--password-file", &a->password_file, NULL},
                                         {"--no-password", NULL, &a->no_password},
                                         {"--days", &a->days_text, NULL},
                                         {"--format", &a->format, NULL},
                                         {NULL, NULL, NULL}};
    enum status s = args_parse(argc, argv, options, &a->rest, e);
    if (!s)
        s = args_number("--days", a->days_text, 1, TOKEN_MAX_DAYS, &a->days, e);
    if (s)
        return s;
    a->json = a->format && strcmp(a->format, "json") == 0;
    *sub = find(a->rest.n ? a->rest.items[0] : NULL);
    a->name = a->rest.n > 1 ? a->rest.items[1] : NULL;
    if (*sub && a->rest.n == ((*sub)->takes_name ? 2 : 1) &&
        (!a->format || a->json || strcmp(a->format, "text") == 0))
        return STATUS_OK;
    error_zh(e, "应为 add 登录名、list、change 登录名、revoke 登录名、password 登录名、token 登录名、tokens "
                "或 revoke-token "
                "编号；--format 为 text 或 json。");
    return error_fail(
        e, STATUS_INVALID_INPUT, "bad-usage",
        "add NAME, list, change NAME, revoke NAME, password NAME, token NAME, tokens or revoke-token ID is "
        "needed; --format is text or json.");
}

int cmd_users(int argc, char **argv)
{
    struct error e = {0};
    struct users_args a = {.rest.max = 2};
    const struct subcommand *sub;
    char path[STORE_PATH_SIZE];
    struct store *store;
    if (parse(argc, argv, &a, &sub, &e))
        return command_misused("users", &e);
    if (store_path_find(a.store, path, &e) || store_open(path, sub->mode, &store, &e))
        return exit_with_store_error(&e);
    struct arena *arena = arena_new(USERS_ARENA_BYTES);
    int code = arena ? sub->run(store, arena, &a) : EXIT_INTERNAL;
    arena_free(arena);
    store_close(store);
    return code;
}
