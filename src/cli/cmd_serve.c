#include "base/log.h"
#include "base/own_folders.h"
#include "cli/exit_codes.h"
#include "cli/options/settings.h"
#include "cli/sandbox_say.h"
#include "cli/serve_settings.h"
#include "cli/store_path.h"
#include "index/layer_index.h"
#include "layers/gdal_version.h"

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

/* What a signal brought stays until the stop: the server borrows its texts. */
struct serving {
    struct http_server *server;
    const struct serve_args *started, *now; /* what needs a restart is as it was at the start */
    struct later {
        struct serve_args *args;
        struct later *before;
    } * later;
};

static void tell_changes(const struct serving *v, const struct serve_args *next)
{
    struct cli_option o;
    char name[SETTING_NAME_SIZE];
    for (size_t i = 0; command_option_at(&command_serve, i, &o); i++) {
        if (!setting_name(&o, name))
            continue;
        if (o.is_live && !setting_same(&o, &v->now->base, &next->base))
            log_line(LOG_INFO, "settings: %s has changed and is in force", name);
        else if (!o.is_live && !setting_same(&o, &v->started->base, &next->base))
            log_line(LOG_WARN, "settings: %s has changed, which needs a restart", name);
    }
}

/* All of it or nothing. */
static enum status take_again(struct serving *v, struct error *e)
{
    struct later *l = calloc(1, sizeof *l);
    enum status s = l ? serve_settings_again(&v->started->base, &l->args, e) : error_no_memory(e);
    if (!s)
        s = http_server_change(v->server, &l->args->config, e);
    if (s) {
        serve_settings_free(l ? l->args : NULL);
        free(l);
        return s;
    }
    tell_changes(v, l->args);
    l->before = v->later;
    v->later = l;
    v->now = l->args;
    return STATUS_OK;
}

static void renew(struct serving *v)
{
    struct error e = {0};
    if (take_again(v, &e))
        log_line(LOG_ERROR, "what was there before stays in use: %s", e.en);
    else
        log_line(LOG_INFO, "the settings and the certificate were read anew");
}

static void forget(struct serving *v)
{
    for (struct later *l = v->later, *before; l; l = before) {
        before = l->before;
        serve_settings_free(l->args);
        free(l);
    }
}

static void stop(struct http_server *server, const sigset_t *signals)
{
    static sigset_t again; /* the thread is there until the process is not, longer than whoever calls this */
    pthread_t last_resort;
    again = *signals;
    sigdelset(&again, SIGHUP);
    if (pthread_create(&last_resort, NULL, end_anyway, &again) == 0)
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

static int exit_not_started(const struct error *e)
{
    return strcmp(e->code, "port-busy") == 0 || e->status == STATUS_INVALID_INPUT
               ? (exit_with_error(e), EXIT_INPUT)
               : exit_with_store_error(e);
}

static int serve(const struct serve_args *a)
{
    struct error e = {0};
    struct serving v = {.started = a, .now = a};
    sigset_t signals;
    int signal_number = 0;
    umask(077); /* what it and its jobs write is of persons; a store's index is shared as the store is */
    block_signals(&signals, a->config.tls_cert || a->base.config || notify_is_heard(a->config.notify));
    (void)index_use_leases(INDEX_LEASE_SIGNAL); /* without them every check asks the kernel; nothing else */
    (void)mallopt(M_MMAP_THRESHOLD,
                  LARGE_BLOCK); /* fixed, so that the memory of large bodies goes back each time */
    if (http_server_start(&a->config, &v.server, &e))
        return exit_not_started(&e);
    printf("%s\n", http_server_url(v.server));
    fflush(stdout);
    while (sigwait(&signals, &signal_number) != 0 || signal_number == SIGHUP)
        renew(&v);
    stop(v.server, &signals);
    forget(&v);
    return EXIT_OK;
}

static int run(struct arguments *base)
{
    struct error e = {0};
    struct serve_args *a = (struct serve_args *)base;
    char store_path[STORE_PATH_SIZE], web_path[PATH_SIZE];
    struct notify notify;
    notify_take(&notify); /* first, so that no child inherits it */
    a->config.notify = &notify;
    if (a->print_config)
        return settings_print(base->command, base), EXIT_OK;
    if (log_setup(a->log_format, a->log_level, &e))
        return command_misused(base->command, &e);
    if (store_path_find(base->store, store_path, &e))
        return exit_with_store_error(&e);
    if (sandbox_say(a->require_sandbox, &e))
        return exit_with_error(&e);
    a->config.store_path = store_path;
    own_folders(store_path);
    if (ingest_gdal_version(&a->config.gdal_version, &e))
        return exit_with_error(&e);
    a->config.web_dir = find_page(a->web, web_path);
    own_folder_add(a->config.web_dir);
    if (!a->config.web_dir)
        log_line(LOG_WARN,
                 "没有找到网页文件（web/dist），只提供接口。 The web page's files are missing (web/dist): "
                 "only the interface for programs is served.");
    return serve(a);
}

const struct command command_serve = {.name = "serve",
                                      .zh = "启动网页与接口服务",
                                      .en = "serve the web page and the interface for programs",
                                      .options = serve_options,
                                      .size = sizeof(struct serve_args),
                                      .check = serve_settings_check,
                                      .has_settings = true,
                                      .run = run};
