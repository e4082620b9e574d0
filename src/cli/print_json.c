#include "cli/print_json.h"

#include "cli/exit_codes.h"

#include <stdio.h>

int print_json(struct buffer *b)
{
    struct error e = {0};
    buffer_append_char(b, '\n');
    enum status s = buffer_status(b, &e);
    if (!s)
        fwrite(b->data, 1, b->size, stdout);
    buffer_release(b);
    return s ? exit_with_error(&e) : EXIT_OK;
}
