/* A JSON document on standard output. Releases the buffer; returns the command's exit code. */
#ifndef HX_CLI_PRINT_JSON_H
#define HX_CLI_PRINT_JSON_H

#include "base/buffer.h"

int print_json(struct buffer *b);

#endif
