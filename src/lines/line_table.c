#include "lines/line_table.h"

#include <string.h>

int line_of_id(const char *id)
{
    for (int l = 0; id && l < CONTROL_LINE_COUNT; l++)
        if (strcmp(id, control_lines[l].id) == 0)
            return l;
    return -1;
}

static bool belongs(const struct line_zone *z, const char *zone)
{
    for (int i = 0; z->not [i]; i++)
        if (strstr(zone, z->not [i]))
            return false;
    return strstr(zone, z->has) != NULL;
}

int line_zone_of(const struct control_line *line, const char *zone)
{
    int z = 0;
    while (z < line->n_zones && !belongs(&line->zones[z], zone))
        z++;
    return z;
}

const char *line_zone_en(const struct control_line *line, const char *zone)
{
    for (int z = 0; z < line->n_zones; z++)
        if (strcmp(zone, line->zones[z].zh) == 0 && *line->zones[z].en)
            return line->zones[z].en;
    return *line->outside && strcmp(zone, line->outside) == 0 ? line->outside_en : zone;
}
