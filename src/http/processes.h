/* The processes of OGC API - Processes: the one table of them, of their inputs and of their outputs.
 *
 * A process is what another route does, by other words: its inputs have the names of that route's parameters
 * (POST /check, POST /jobs), and an execution is that route with them (handle_execute.c). So there is
 * nothing here that measures or audits. Not for: what a value may be beyond its JSON type; the routes say
 * that. Threads: const. */
#ifndef HX_HTTP_PROCESSES_H
#define HX_HTTP_PROCESSES_H

#include "http/links.h"
#include "jobs/queue.h"

/* A text is a JSON string, texts an array of them or one, a flag true or false; a file is what
 * execute_body.h says. */
enum process_type { PROCESS_TEXT, PROCESS_TEXTS, PROCESS_FLAG, PROCESS_FILE };

struct process {
    const char *id;
    const char *title, *description; /* Chinese, then English */
    bool is_check;
    enum audit_kind kind; /* of an audit */
};

struct process_input {
    const char *name, *title;
    enum process_type type;
    const char *schema; /* JSON; NULL: by its type */
    unsigned of;        /* a bit for each process of the table */
};

size_t process_count(void);
const struct process *process_at(size_t i);
/* STATUS_NOT_FOUND, with the standard's exception (reply.c), when there is none. */
enum status process_find(const char *id, const struct process **out, struct error *e) HX_MUST_CHECK;

/* Its inputs, in their order; NULL beyond the last. */
const struct process_input *process_input_at(const struct process *p, size_t i);
/* NULL when it has no such input. */
const struct process_input *process_input_find(const struct process *p, const char *name);

/* Its outputs: "report" of a check; "summary" and "rows" of an audit. NULL beyond the last. */
const char *process_output_at(const struct process *p, size_t i);
/* The names of an output's formats, the default one first; NULL beyond the last. */
const char *process_format_at(const struct process *p, const char *output, size_t i);
/* The media type of a format, with its parameters. */
const char *process_media(const char *format);
/* Is a media type, with or without parameters, that of the format? */
bool process_media_is(const char *format, const char *media);

/* processSummary.yaml or, with its inputs and outputs, process.yaml. */
void process_write(struct json_writer *w, const struct links *l, const struct process *p, bool whole);

#endif
