#include "report/report_parts.h"

static const char *title_in(int line, int column)
{
    const struct control_line *l = line_at(line);
    int zone = column - column_of_zone(line, 0);
    if (column == column_of_line(line))
        return l->texts.column;
    return zone < l->n_zones ? l->zones[zone].column : l->texts.outside_column;
}

const char *report_column_title(int column)
{
    if (column == COLUMN_PARCEL)
        return "地块面积";
    int line = 0;
    while (line + 1 < CONTROL_LINE_COUNT && column_of_line(line + 1) <= column)
        line++;
    return title_in(line, column);
}

enum status report_table_build(const struct report *r, const struct report_maps *maps, struct arena *a,
                               struct report_table *out, struct error *e)
{
    struct report_table t = {.worst = r->verdict};
    struct report_making m = {.r = r, .maps = maps, .arena = a, .t = &t};
    table_make_rows(&m);
    if (!m.no_memory)
        table_make_details(&m);
    if (!m.no_memory)
        table_make_sentences(&m);
    if (m.no_memory)
        return error_no_memory(e);
    *out = t;
    return STATUS_OK;
}
