#include "cli/serve_settings.h"

#include "cli/args.h"
#include "cli/options/settings.h"
#include "cli/sandbox_say.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#define HEADER_LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-"

static enum status fail_public_url(const char *url, struct error *e)
{
    error_zh(e,
             "--public-url“%.200s”不对：应为别人访问本服务的地址，如 "
             "https://map.example.cn/hongxian，末尾没有斜线。",
             url);
    return error_fail(
        e, STATUS_INVALID_INPUT, "bad-public-url",
        "The --public-url \"%.200s\" is wrong: the address at which others reach this service is "
        "needed, such as https://map.example.cn/hongxian, without a slash at its end.",
        url);
}

static enum status fail_cors(const char *origin, struct error *e)
{
    error_zh(e,
             "--cors“%.200s”不对：应为一个网站的来源，如 "
             "https://portal.example.cn（不带路径，末尾没有斜线），或 *（任何网站）。",
             origin);
    return error_fail(e, STATUS_INVALID_INPUT, "bad-cors",
                      "The --cors \"%.200s\" is wrong: the origin of a site is needed, such as "
                      "https://portal.example.cn (no "
                      "path, no slash at its end), or * (any site).",
                      origin);
}

static enum status fail_public_name(const char *name, struct error *e)
{
    error_zh(e,
             "--public-name“%.200s”不对：应为别人访问本服务所用的主机名，如 gis.example.cn，不带端口和路径。",
             name);
    return error_fail(
        e, STATUS_INVALID_INPUT, "bad-public-name",
        "The --public-name \"%.200s\" is wrong: the name of the host by which others reach this "
        "service is needed, such as gis.example.cn, without port and path.",
        name);
}

static enum status fail_half_certificate(struct error *e)
{
    error_zh(e, "--tls-cert 和 --tls-key 要一起给出：证书（含中间证书）和它的私钥，均为 PEM 文件。");
    return error_fail(
        e, STATUS_INVALID_INPUT, "half-certificate",
        "--tls-cert and --tls-key are given together: the certificate (with those between it and "
        "its root) and its key, files in PEM.");
}

/* The options that may come several times. */
static enum status take_listed(const struct arguments *a, struct http_config *c, struct error *e)
{
    for (int i = 0; i < a->n_given; i++) {
        const char *value = a->given[i].value;
        bool is_limit = strcmp(a->given[i].key, "limit") == 0;
        enum status s = is_limit ? door_limits_set(&c->limits, value, e) : STATUS_OK;
        if (s)
            return s;
        if (is_limit)
            continue;
        if (!http_public_name_check(value) || c->n_public_names == HTTP_MAX_NAMES)
            return fail_public_name(value, e);
        c->public_names[c->n_public_names++] = value;
    }
    return STATUS_OK;
}

/* A name in a header is believed from one address, or not at all. */
static enum status check_proxy(const struct http_config *c, struct error *e)
{
    unsigned char bytes[16];
    bool address =
        !c->proxy || inet_pton(AF_INET, c->proxy, bytes) == 1 || inet_pton(AF_INET6, c->proxy, bytes) == 1;
    bool header =
        !c->login_header || (*c->login_header && !c->login_header[strspn(c->login_header, HEADER_LETTERS)]);
    if (address && header && (c->proxy || !c->login_header))
        return STATUS_OK;
    error_zh(e, "--login-header 须是请求头的名称，并与 --proxy（该代理的 IP 地址，如 "
                "127.0.0.1）一起给出：只相信从那里来的。");
    return error_fail(
        e, STATUS_INVALID_INPUT, "bad-proxy",
        "--login-header is the name of a header and goes with --proxy, the IP address of the proxy "
        "(such as 127.0.0.1): it is believed from there alone.");
}

enum status serve_settings_check(struct arguments *base, struct error *e)
{
    struct serve_args *a = (struct serve_args *)base;
    struct http_config *c = &a->config;
    door_limits_default(&c->limits);
    c->port = (uint16_t)a->port;
    c->n_threads = (unsigned)a->threads;
    if (c->public_url && !http_public_url_check(c->public_url))
        return fail_public_url(c->public_url, e);
    if (!c->tls_cert != !c->tls_key)
        return fail_half_certificate(e);
    enum status s = take_listed(base, c, e);
    if (!s && c->cors && !http_cors_check(c->cors))
        s = fail_cors(c->cors, e);
    return s ? s : check_proxy(c, e);
}

enum status serve_settings_again(const struct arguments *running, struct serve_args **out, struct error *e)
{
    struct serve_args *a = calloc(1, sizeof *a);
    if (!a)
        return error_no_memory(e);
    a->base.arena = arena_new(SETTINGS_ARENA_BYTES);
    enum status s = a->base.arena
                        ? args_parse(running->command, running->argc, running->argv, -1, &a->base, e)
                        : error_no_memory(e);
    if (s)
        serve_settings_free(a);
    else
        *out = a;
    return s;
}

void serve_settings_free(struct serve_args *a)
{
    if (!a)
        return;
    arena_free(a->base.arena);
    free(a);
}

static bool limit_at(size_t i, struct option_part *p)
{
    const struct door_limit_info *d = door_limit_at(i);
    if (d)
        *p = (struct option_part){.name = d->name,
                                  .unit = d->unit,
                                  .zh = d->zh,
                                  .en = d->en,
                                  .fallback = d->fallback,
                                  .least = d->least,
                                  .most = d->most};
    return d != NULL;
}

#define AT(member) offsetof(struct serve_args, member)
/* clang-format off */
const struct cli_option serve_options[] = {
    OPTION_STORE,
    OPTION("--host", OPTION_TEXT, AT(config.host), "HOST",
     "在哪个地址或主机名上监听；本机以外的地址须有人员（users add）或 --public-read，并须加密",
     "the address or name to listen on; any but this machine's needs people (users add) or "
     "--public-read, and encryption",
     .fallback = "127.0.0.1"),
    OPTION("--port", OPTION_NUMBER, AT(port), "PORT", "端口；0 为任一空闲端口", "the port; 0 takes a free one",
     .fallback = "8080",
     .most = 65535),
    OPTION("--web", OPTION_TEXT, AT(web), "DIR", "网页文件所在的文件夹；不写时为随程序安装的",
     "the folder of the page; otherwise that which is installed with the program"),
    OPTION("--threads", OPTION_NUMBER, AT(threads), "N", "同时处理的请求，一半留给慢的；不写时按处理器数",
     "requests worked on at a time, half of them slow ones; otherwise by the number of processors",
     .least = 1,
     .most = HTTP_MAX_THREADS),
    OPTION("--public-url", OPTION_TEXT, AT(config.public_url), "URL", "别人访问本服务的地址，用于答复中的链接，末尾没有斜线",
     "the address at which others reach it, for links in answers, without a slash at its end"),
    OPTION("--public-name", OPTION_LISTED, 0, "NAME", "别人访问本服务所用的主机名，不带端口",
     "a host name by which others reach it, without a port",
     .key = "public-name", .is_live = true),
    OPTION("--limit", OPTION_LISTED, 0, "NAME=NUMBER", "一项限额：", "one of the bounds:", .key = "limit",
     .part_at = limit_at, .is_live = true),
    OPTION("--tls-cert", OPTION_TEXT, AT(config.tls_cert), "FILE", "证书（含中间证书），PEM；与 --tls-key 一起",
     "the certificate with those between it and its root, in PEM; with --tls-key"),
    OPTION("--tls-key", OPTION_TEXT, AT(config.tls_key), "FILE", "证书的私钥，PEM", "its key, in PEM"),
    OPTION("--behind-proxy", OPTION_FLAG, AT(config.behind_proxy), NULL, "只有代理能访问到它：相信 X-Forwarded-*",
     "a proxy is all that reaches it: X-Forwarded-* are believed"),
    OPTION("--public-read", OPTION_FLAG, AT(config.public_read), NULL, "已发布的数据不登录也可查阅",
     "what is published may be read without a login"),
    OPTION("--cors", OPTION_TEXT, AT(config.cors), "ORIGIN|*", "哪个网站的网页可以读取已发布的数据，* 为任何网站",
     "whose pages may read what is published; * is any site", .is_live = true),
    OPTION("--allow-records", OPTION_FLAG, AT(config.allow_records), NULL, "检查可以存档（POST /check?keep=1）",
     "checks may be kept in the record (POST /check?keep=1)"),
    OPTION("--login-header", OPTION_TEXT, AT(config.login_header), "NAME", "代理在哪个请求头中写明登录人；与 --proxy 一起",
     "the header in which the proxy says who logged in; with --proxy"),
    OPTION("--proxy", OPTION_TEXT, AT(config.proxy), "ADDRESS", "该代理的 IP 地址：只相信从那里来的",
     "the proxy's IP address: the header is believed from there alone"),
    OPTION_REQUIRE_SANDBOX(AT(require_sandbox)),
    OPTION("--log-format", OPTION_CHOICE, AT(log_format), "text|json", "日志：每行一句，或每行一个 JSON 对象",
     "the log: a sentence or a JSON object a line", .fallback = "text"),
    OPTION("--log-level", OPTION_CHOICE, AT(log_level), "error|warn|info|debug", "日志记到哪一级",
     "what is logged: this, and what is worse", .fallback = "info"),
    OPTION("--config", OPTION_TEXT, AT(config_file), "FILE",
     "设置文件；不写时为 $HONGXIAN_CONFIG，否则 /etc/hongxian.conf（如有）",
     "the file of settings; otherwise $HONGXIAN_CONFIG, or /etc/hongxian.conf where there is one",
     .is_no_setting = true),
    OPTION("--print-config", OPTION_FLAG, AT(print_config), NULL, "显示现行的设置和各自的来源，不启动",
     "show the settings in force and where each comes from, and start nothing", .is_no_setting = true),
    OPTION_END};
/* clang-format on */
