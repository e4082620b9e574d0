#include "base/log.h"
#include "base/own_folders.h"
#include "cli/args.h"
#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/sandbox_say.h"
#include "cli/store_path.h"
#include "http/server.h"
#include "index/layer_index.h"
#include "layers/gdal_version.h"

#include <arpa/inet.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    PATH_SIZE = 4096,
    STOP_AT_LATEST_S = 14, /* after a signal; door_limits.h says how long requests are waited for before */
    LARGE_BLOCK = 1 << 20,
};

#define HEADER_LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-"

static bool is_page(const char *folder)
{
    char index[PATH_SIZE];
    int n = snprintf(index, sizeof index, "%s/index.html", folder);
    return n > 0 && n < PATH_SIZE && access(index, R_OK) == 0;
}

/* "<prefix>/bin/hongxian" has its page in "<prefix>/share/hongxian/web", wherever the prefix was moved to. */
static bool installed_page(char folder[PATH_SIZE])
{
    ssize_t n = readlink("/proc/self/exe", folder, PATH_SIZE - 32);
    if (n <= 0)
        return false;
    folder[n] = '\0';
    for (int up = 0; up < 2; up++) {
        char *slash = strrchr(folder, '/');
        if (!slash)
            return false;
        *slash = '\0';
    }
    strcat(folder, "/share/hongxian/web");
    return is_page(folder);
}

/* NULL when there is no page: the interface for programs works without one. */
static const char *find_page(const char *asked, char folder[PATH_SIZE])
{
    if (asked)
        return asked;
    if (installed_page(folder))
        return folder;
    return is_page("web/dist") ? "web/dist" : NULL;
}

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
static enum status take_listed(const struct arg_rest *rest, struct http_config *c, struct error *e)
{
    for (int i = 0; i < rest->n_given; i++) {
        const char *value = rest->given[i].value;
        bool is_limit = strcmp(rest->given[i].key, "limit") == 0;
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

static enum status parse(int argc, char **argv, struct http_config *c, const char **store, const char **web,
                         bool *require_sandbox, struct error *e)
{
    const char *port_text = NULL, *threads_text = NULL;
    long port = HTTP_DEFAULT_PORT, threads = 0;
    static const struct arg_listed several[] = {
        {"--public-name", "public-name", false}, {"--limit", "limit", false}, {NULL, NULL, false}};
    struct arg_rest rest = {.max = 0, .listed = several};
    const struct arg_option options[] = {{"--store", store, NULL},
                                         {"--host", &c->host, NULL},
                                         {"--port", &port_text, NULL},
                                         {"--web", web, NULL},
                                         {"--public-url", &c->public_url, NULL},
                                         {"--cors", &c->cors, NULL},
                                         {"--threads", &threads_text, NULL},
                                         {"--tls-cert", &c->tls_cert, NULL},
                                         {"--tls-key", &c->tls_key, NULL},
                                         {"--behind-proxy", NULL, &c->behind_proxy},
                                         {"--public-read", NULL, &c->public_read},
                                         {"--allow-records", NULL, &c->allow_records},
                                         {"--require-sandbox", NULL, require_sandbox},
                                         {"--login-header", &c->login_header, NULL},
                                         {"--proxy", &c->proxy, NULL},
                                         {NULL, NULL, NULL}};
    enum status s = args_parse(argc, argv, options, &rest, e);
    if (!s)
        s = args_number("--port", port_text, 0, 65535, &port, e);
    if (!s)
        s = args_number("--threads", threads_text, 1, HTTP_MAX_THREADS, &threads, e);
    if (!s && c->public_url && !http_public_url_check(c->public_url))
        s = fail_public_url(c->public_url, e);
    if (!s && !c->tls_cert != !c->tls_key)
        s = fail_half_certificate(e);
    if (!s)
        s = take_listed(&rest, c, e);
    if (!s && c->cors && !http_cors_check(c->cors))
        s = fail_cors(c->cors, e);
    if (!s)
        s = check_proxy(c, e);
    c->port = (uint16_t)port;
    c->n_threads = (unsigned)threads;
    return s;
}

/* The server's threads inherit the mask, so that only this one ever takes the signals. */
static void block_signals(sigset_t *set, bool renews)
{
    sigemptyset(set);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGINT);
    if (renews) /* else it ends the program, as it always does */
        sigaddset(set, SIGHUP);
    pthread_sigmask(SIG_BLOCK, set, NULL);
}

/* A thread that waits in a library cannot be ended, and nothing that was acknowledged hangs on it: what is
 * stored is stored, and a job dies with its server. */
static void *end_anyway(void *user)
{
    const struct timespec most = {.tv_sec = STOP_AT_LATEST_S};
    bool again = sigtimedwait(user, NULL, &most) > 0;
    log_line(LOG_WARN, again ? "ended at once, as was asked again"
                             : "ended with requests that could not be waited for");
    _exit(EXIT_OK);
}

static void renew(struct http_server *server)
{
    struct error e = {0};
    if (http_server_renew(server, &e))
        log_line(LOG_ERROR, "the certificate of before stays in use: %s", e.en);
    else
        log_line(LOG_INFO, "the certificate was read anew");
}

static void stop(struct http_server *server, sigset_t *signals)
{
    pthread_t last_resort;
    sigdelset(signals, SIGHUP);
    if (pthread_create(&last_resort, NULL, end_anyway, signals) == 0)
        pthread_detach(last_resort);
    http_server_stop(server);
}

/* A client is told none of these: the store's, with its indexes and jobs, and the temporary one. */
static void own_folders(const char *store_path)
{
    char file[PATH_SIZE];
    const char *tmp = getenv("TMPDIR");
    snprintf(file, sizeof file, "%.4000s/x", tmp && *tmp == '/' ? tmp : "/tmp");
    own_folder_add(store_path);
    own_folder_add(file);
}

int cmd_serve(int argc, char **argv)
{
    struct error e = {0};
    struct http_config config = {0};
    door_limits_default(&config.limits);
    struct http_server *server;
    const char *store = NULL, *web = NULL;
    char store_path[STORE_PATH_SIZE], web_path[PATH_SIZE];
    sigset_t signals;
    int signal_number = 0;
    bool require_sandbox = false;
    if (parse(argc, argv, &config, &store, &web, &require_sandbox, &e))
        return command_misused("serve", &e);
    if (store_path_find(store, store_path, &e))
        return exit_with_store_error(&e);
    if (sandbox_say(require_sandbox, &e))
        return exit_with_error(&e);
    config.store_path = store_path;
    own_folders(store_path);
    if (ingest_gdal_version(&config.gdal_version, &e))
        return exit_with_error(&e);
    config.web_dir = find_page(web, web_path);
    own_folder_add(config.web_dir);
    if (!config.web_dir)
        fprintf(stderr,
                "没有找到网页文件（web/dist），只提供接口。\n"
                "The web page's files are missing (web/dist): only the interface for programs is served.\n");
    umask(077); /* what it and its jobs write is of persons; a store's index is shared as the store is */
    block_signals(&signals, config.tls_cert != NULL);
    (void)index_use_leases(INDEX_LEASE_SIGNAL); /* without them every check asks the kernel; nothing else */
    (void)mallopt(M_MMAP_THRESHOLD,
                  LARGE_BLOCK); /* fixed, so that the memory of large bodies goes back each time */
    if (http_server_start(&config, &server, &e))
        return strcmp(e.code, "port-busy") == 0 || e.status == STATUS_INVALID_INPUT
                   ? (exit_with_error(&e), EXIT_INPUT)
                   : exit_with_store_error(&e);
    printf("%s\n", http_server_url(server));
    fflush(stdout);
    while (sigwait(&signals, &signal_number) != 0 || signal_number == SIGHUP)
        renew(server);
    stop(server, &signals);
    return EXIT_OK;
}
