#include "lines/rules_csv.h"

bool rules_csv_next(struct rules_csv *c, struct rules_row *row)
{
    size_t n;
    do {
        if (!csv_next_row(&c->cells, row->cell, RULES_MAX_COLUMNS, &n))
            return false;
    } while (n == 1 && !*row->cell[0]);
    row->n = (int)n;
    c->row++;
    return true;
}

size_t rules_csv_most_rows(const char *csv, size_t n)
{
    size_t rows = 1;
    for (size_t i = 0; i < n; i++)
        rows += csv[i] == '\n' || csv[i] == '\r';
    return rows;
}
