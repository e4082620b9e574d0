#include "check/rules_csv.h"

#include <string.h>

/* One cell; `delimiter` is what stood behind it (',', '\n' or NUL), and `at` moves past that. */
static const char *next_cell(struct rules_csv *c, char *delimiter)
{
    bool quoted = *c->at == '"', closed = !quoted;
    char *start = quoted ? c->at + 1 : c->at, *to = start, *from = start;
    for (; *from; from++) {
        if (quoted && *from == '"') {
            if (from[1] != '"') {
                from++;
                closed = true;
                break;
            }
            from++;
        } else if (!quoted && (*from == ',' || *from == '\n')) {
            break;
        }
        *to++ = *from;
    }
    from += strcspn(from, ",\n");
    *delimiter = *from;
    c->at = *from ? from + 1 : from;
    c->unclosed = c->unclosed || !closed;
    if (!quoted && to > start && to[-1] == '\r')
        to--;
    *to = '\0';
    return start;
}

bool rules_csv_next(struct rules_csv *c, struct rules_row *row)
{
    c->at += strspn(c->at, "\r\n");
    if (!*c->at)
        return false;
    c->row++;
    row->n = 0;
    for (char delimiter = ','; delimiter == ','; row->n++) {
        const char *cell = next_cell(c, &delimiter);
        if (row->n < RULES_MAX_COLUMNS)
            row->cell[row->n] = cell;
    }
    return true;
}
