/* The commands, one function each: arguments after the command's name in, exit code out (exit_codes.h).
 *
 * Results go to standard output, everything else to standard error. */
#ifndef HX_CLI_COMMANDS_H
#define HX_CLI_COMMANDS_H

#include "base/status.h"

typedef int command_fn(int argc, char **argv);

command_fn cmd_audit;             /* cmd_audit.c */
command_fn cmd_backup;            /* cmd_backup.c */
command_fn cmd_check;             /* cmd_check.c */
command_fn cmd_parcel;            /* cmd_parcel.c */
command_fn cmd_doctor;            /* cmd_doctor.c */
command_fn cmd_init;              /* cmd_store.c */
command_fn cmd_import;            /* cmd_import.c */
command_fn cmd_inspect;           /* cmd_inspect.c */
command_fn cmd_export;            /* cmd_export.c */
command_fn cmd_layer;             /* cmd_layer.c */
command_fn cmd_layers;            /* cmd_layers.c */
command_fn cmd_classes;           /* cmd_list.c */
command_fn cmd_log;               /* cmd_log.c */
command_fn cmd_projects;          /* cmd_projects.c */
command_fn cmd_records;           /* cmd_records.c */
command_fn cmd_restore;           /* cmd_restore.c */
command_fn cmd_rules;             /* cmd_rules.c */
command_fn cmd_serve;             /* cmd_serve.c */
command_fn cmd_users;             /* cmd_users.c */
command_fn cmd_verify;            /* cmd_verify.c */
command_fn cmd_help, cmd_version; /* main.c */

/* A usage error: the sentence, then the command's usage line. Returns EXIT_INPUT. */
int command_misused(const char *command, const struct error *e);

#endif
