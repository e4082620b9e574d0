/* What a command prints: a JSON document, a listing in either form, bytes to a file or standard output. */
#ifndef HX_CLI_PRINT_JSON_H
#define HX_CLI_PRINT_JSON_H

#include "cli/command.h"
#include "formats/json.h"

/* A JSON document on standard output. Releases the buffer; returns the command's exit code. */
int print_json(struct buffer *b);

/* A listing: with --format json one object with a named array, {"records": [ … ]}; else the rows print
 * themselves. */
struct listing {
    bool json;
    struct buffer text;
    struct json_writer w;
};
void listing_begin(struct listing *l, const struct arguments *a, const char *name);
struct json_writer *listing_json(struct listing *l); /* NULL: text */
/* Prints it unless `s` is a failure, which it says, of the store. Returns the exit code. */
int listing_end(struct listing *l, enum status s, const struct error *e);

/* To a file, whole or not at all; `path` NULL or "-" is standard output. */
enum status output_write(const char *path, const void *bytes, size_t n, struct error *e) HX_MUST_CHECK;
/* Whether whoever read standard output has gone, `head` with its lines. */
bool output_reader_left(void);
/* The command's code, once everything is written: a reader that has had enough is no failure, and nothing is
 * said of it. */
int output_end(int code);

#endif
