#include "report/report_parts.h"

static const char *title_in(const struct control_line *line, int column)
{
    int zone = column - column_of_zone(line, 0);
    if (column == column_of_line(line))
        return line->texts.column;
    return zone < line->n_zones ? line->zones[zone].column : line->texts.outside_column;
}

const char *report_column_title(const struct line_table *lines, int column)
{
    if (column == COLUMN_PARCEL)
        return "地块面积";
    int line = 0;
    while (line + 1 < lines->n && column_of_line(line_at(lines, line + 1)) <= column)
        line++;
    return title_in(line_at(lines, line), column);
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
