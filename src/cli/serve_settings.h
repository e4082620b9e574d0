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
    bool require_sandbox, print_config;
    const char *config_file; /* --config, which options/settings.h has read already */
};

extern const struct cli_option serve_options[];

/* The settings as they are now, with the command line of `running`; they belong to the caller. */
enum status serve_settings_again(const struct arguments *running, struct serve_args **out,
                                 struct error *e) HX_MUST_CHECK;
void serve_settings_free(struct serve_args *a); /* NULL-safe; not those that main made */

/* Fills a->config from what was given; the error names the option. */
enum status serve_settings_check(struct arguments *a, struct error *e) HX_MUST_CHECK;

#endif
