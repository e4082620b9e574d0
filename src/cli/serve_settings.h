/* What `serve` may be told: its options, and the checks that concern their values. Everything of this table
 * is a setting of the environment and of the configuration file, too (options/settings.h): a new one is one
 * row, and a line where it goes into the server's configuration. Threads: pure. */
#ifndef HX_CLI_SERVE_SETTINGS_H
#define HX_CLI_SERVE_SETTINGS_H

#include "cli/command.h"
#include "http/server.h"

struct serve_args {
    struct arguments base;
    struct http_config config; /* but for the store, the page and the version of GDAL */
    const char *web, *log_format, *log_level;
    long port, threads;
    bool require_sandbox;
};

extern const struct cli_option serve_options[];

/* Fills a->config from what was given; the error names the option. */
enum status serve_settings_check(struct arguments *a, struct error *e) HX_MUST_CHECK;

#endif
