#include "features/sandbox/child_parts.h"

enum status child_read_dxf(struct child *c, const char *name, struct error *e)
{
    static const char *const drivers[] = {"DXF", NULL};
    return child_read_ogr(c, &(struct child_source){KIND_OGR, name, drivers}, e);
}
