#include "report/report_parts.h"

const char *report_column_title(enum table_column c)
{
    switch (c) {
    case COLUMN_PARCEL:
        return "地块面积";
    case COLUMN_RED_LINE:
        return "占用生态保护红线面积";
    case COLUMN_FARMLAND:
        return "占用永久基本农田面积";
    case COLUMN_INSIDE:
        return "城镇开发边界内面积";
    case COLUMN_CONCENTRATED:
        return "其中：集中建设区";
    case COLUMN_FLEXIBLE:
        return "其中：弹性发展区";
    case COLUMN_SPECIAL:
        return "其中：特别用途区";
    case COLUMN_OUTSIDE:
        return "城镇开发边界外面积";
    }
    return "";
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
