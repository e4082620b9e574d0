/* People, their passwords and their programs' tokens. */
#include "access/roles.h"
#include "access/secret.h"
#include "cli/args.h"
#include "cli/exit_codes.h"
#include "cli/password.h"
#include "cli/print_json.h"
#include "formats/json.h"
#include "store/people.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { TOKEN_MAX_DAYS = 3660 };

struct users_args {
    struct arguments base;
    const char *role, *unit, *title, *password_file;
    bool no_password;
    long days, id;
};

static const struct users_args *users(const struct arguments *a)
{
    return (const struct users_args *)a;
}

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

static int run_add(struct store *store, struct arena *arena, const struct arguments *a)
{
    (void)arena;
    struct error e = {0};
    char phc[SECRET_PHC_SIZE] = "";
    const struct access_role *role;
    enum status s = access_role_find(users(a)->role, &role, &e);
    if (!s && !users(a)->no_password)
        s = ask_password(users(a), phc, &e);
    const struct store_person p = {.name = a->items[0],
                                   .title = users(a)->title,
                                   .role = users(a)->role,
                                   .unit = users(a)->unit,
                                   .password = phc};
    if (!s)
        s = store_person_add(store, &p, &e);
    return done(s, &e, "已添加。", "added");
}

static bool list_person(const struct store_person *p, void *user)
{
    struct json_writer *w = listing_json(user);
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
    struct json_writer *w = listing_json(user);
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

static int run_list(struct store *store, struct arena *arena, const struct arguments *a)
{
    (void)arena;
    struct error e = {0};
    struct listing l;
    listing_begin(&l, a, "users");
    return listing_end(&l, store_people(store, list_person, &l, &e), &e);
}

static int run_tokens(struct store *store, struct arena *arena, const struct arguments *a)
{
    (void)arena;
    struct error e = {0};
    struct listing l;
    listing_begin(&l, a, "tokens");
    return listing_end(&l, store_tokens(store, list_token, &l, &e), &e);
}

static int run_change(struct store *store, struct arena *arena, const struct arguments *a)
{
    (void)arena;
    struct error e = {0};
    const struct access_role *role;
    enum status s = users(a)->role ? access_role_find(users(a)->role, &role, &e) : STATUS_OK;
    if (!s)
        s = store_person_change(store, a->items[0], users(a)->role, users(a)->unit, users(a)->title, &e);
    return done(s, &e, "已更改，自下一个请求起生效。", "changed, from the next request on");
}

static int run_revoke(struct store *store, struct arena *arena, const struct arguments *a)
{
    (void)arena;
    struct error e = {0};
    enum status s = store_person_revoke(store, a->items[0], &e);
    return done(s, &e, "已停用；其登录和令牌自下一个请求起失效。",
                "revoked: its logins and tokens end with the next request");
}

static int run_password(struct store *store, struct arena *arena, const struct arguments *a)
{
    struct error e = {0};
    struct store_person p;
    char phc[SECRET_PHC_SIZE];
    enum status s = store_person_named(store, a->items[0], arena, &p, &e); /* before anybody types one */
    if (!s)
        s = ask_password(users(a), phc, &e);
    if (!s)
        s = store_person_password(store, a->items[0], phc, &e);
    return done(s, &e, "密码已更换；此前的登录已退出。",
                "the password was changed, and earlier logins have ended");
}

/* ---- tokens ---- */

static int run_token(struct store *store, struct arena *arena, const struct arguments *a)
{
    struct error e = {0};
    struct store_token t;
    char secret[SECRET_SIZE], hex[SHA256_HEX_SIZE];
    enum status s = secret_new(secret, &e);
    if (!s && secret_hash(secret, hex))
        s = store_token_add(store, a->items[0], users(a)->title, hex, (int)users(a)->days, arena, &t, &e);
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

static int run_revoke_token(struct store *store, struct arena *arena, const struct arguments *a)
{
    (void)arena;
    struct error e = {0};
    enum status s = store_token_revoke(store, users(a)->id, &e);
    return done(s, &e, "令牌已停用。", "the token was revoked");
}

/* ---- arguments ---- */

static enum status check_change(struct arguments *a, struct error *e)
{
    return users(a)->role || users(a)->unit || users(a)->title
               ? STATUS_OK
               : command_lacks(e, "请写明要改什么：--role、--unit 或 --title。",
                               "Say what is to be another: --role, --unit or --title.");
}

static enum status take_id(struct arguments *a, struct error *e)
{
    return args_number("ID", a->items[0], 1, 1000000000, &((struct users_args *)a)->id, e);
}

#define AT(member) offsetof(struct users_args, member)
/* clang-format off */
#define OPTION_ROLE(required)                                                                                \
    OPTION("--role", OPTION_TEXT, AT(role), "reader|officer|manager|auditor|admin", "角色", \
     "what the person may do", \
     .is_required = required)
#define OPTION_UNIT(required)                                                                                \
    OPTION("--unit", OPTION_TEXT, AT(unit), "CODE|all", "所属行政区（代码），或 all：全区",                           \
     "the administrative unit (its code), or all of them", .is_required = required)
#define OPTION_TITLE                                                                                         \
    OPTION("--title", OPTION_TEXT, AT(title), "姓名", "姓名",                                                 \
     "the person's name, as records have it")
#define OPTION_PASSWORD_FILE                                                                                 \
    OPTION("--password-file", OPTION_TEXT, AT(password_file), "FILE", "密码取自此文件的第一行，而不是终端或标准输入",   \
     "the password is this file's first line; otherwise it is read from the terminal or standard input")

static const struct cli_option options_of_add[] = {
    OPTION_ROLE(true), OPTION_UNIT(true), OPTION_TITLE, OPTION_PASSWORD_FILE,
    OPTION("--no-password", OPTION_FLAG, AT(no_password), NULL, "不设密码：只能用令牌，或经代理登录",
     "none: the person comes by tokens or through a proxy only"),
    OPTION_STORE, OPTION_END};
static const struct cli_option options_of_change[] = {OPTION_ROLE(false), OPTION_UNIT(false), OPTION_TITLE,
                                                      OPTION_STORE, OPTION_END};
static const struct cli_option options_of_password[] = {OPTION_PASSWORD_FILE, OPTION_STORE, OPTION_END};
static const struct cli_option options_of_token[] = {
    OPTION("--days", OPTION_NUMBER, AT(days), "N", "令牌几天后失效，1 至 3660",
     "when the token ends, 1 to 3660 days from now",
     .least = 1, .most = TOKEN_MAX_DAYS, .is_required = true),
    OPTION("--title", OPTION_TEXT, AT(title), "TEXT", "令牌的用途", "what the token is for"),
    OPTION_STORE, OPTION_END};
static const struct cli_option options_of_store[] = {OPTION_STORE, OPTION_END};
static const struct cli_option options_of_lists[] = {OPTION_STORE, OPTION_FORMAT, OPTION_END};

#define PERSON(word, function, rows, text_zh, text_en)                                                       \
    .group = "users", .name = word, .zh = text_zh, .en = text_en, .operands = "NAME", .operand_zh = "登录名", \
    .operand_en = "the name by which the person logs in", .least = 1, .most = 1, .options = rows, \
    .size = sizeof(struct users_args), .mode = STORE_WRITE, .in_store = function
#define LIST(word, function, text_zh, text_en)                                                               \
    .group = "users", .name = word, .zh = text_zh, .en = text_en, .options = options_of_lists, \
    .mode = STORE_READ, .in_store = function

static const struct command subcommands[] = {
    {PERSON("add", run_add, options_of_add, "添加人员", "add a person")},
    {LIST("list", run_list, "列出人员", "everybody")},
    {PERSON("change", run_change, options_of_change, "更改角色、行政区或姓名", "another role, unit or name"),
     .check = check_change},
    {PERSON("revoke", run_revoke, options_of_store, "停用人员及其令牌", "end a person's logins and tokens")},
    {PERSON("password", run_password, options_of_password, "更换密码", "another password")},
    {PERSON("token", run_token, options_of_token, "发给程序用的令牌", "a token for a program")},
    {LIST("tokens", run_tokens, "列出令牌", "all tokens")},
    {.group = "users", .name = "revoke-token", .zh = "停用一个令牌", .en = "end a token", .operands = "ID",
     .operand_zh = "令牌的编号", .operand_en = "the token's number", .least = 1, .most = 1,
     .options = options_of_store, .size = sizeof(struct users_args), .check = take_id, .mode = STORE_WRITE,
     .in_store = run_revoke_token},
    {.name = NULL}};
/* clang-format on */

const struct command command_users = {
    .name = "users",
    .zh = "谁可以登录：添加、列出、更改、停用人员，更换密码，发给程序用的令牌",
    .en = "who may log in: add, list, change or revoke people, change passwords, tokens for programs",
    .subcommands = subcommands};
