#include "lines/unit_levels.h"

#include <string.h>

static enum status fail_level(const char *id, const char *zh, const char *en, struct error *e)
{
    error_zh(e, "图层定义“%.64s”的 unit.parent：%s", id, zh);
    return error_fail(e, STATUS_INVALID_INPUT, "unit-levels",
                      "The layer definition \"%.64s\", member unit.parent: %s", id, en);
}

/* The one among levels[from ..] whose parent is this; n: there is none. */
static size_t child_of(const struct unit_level *levels, size_t from, size_t n, const char *parent)
{
    while (from < n && strcmp(levels[from].parent, parent) != 0)
        from++;
    return from;
}

enum status unit_levels_sort(struct unit_level *levels, size_t n, struct error *e)
{
    const char *parent = "";
    for (size_t i = 0; i < n; i++) {
        size_t k = child_of(levels, i, n, parent);
        if (k == n || i == UNIT_LEVELS_MAX)
            return fail_level(levels[i].id, "各级行政区应一级属于一级，不成圈，不超过8级；请改正。",
                              "the levels are each within one other, in no circle, at most 8; correct it.",
                              e);
        if (child_of(levels, k + 1, n, parent) < n)
            return fail_level(levels[k].id, "另有一级行政区的上级与它相同；请改其中一个。",
                              "another level has the same parent; change one of them.", e);
        struct unit_level next = levels[k];
        levels[k] = levels[i];
        levels[i] = next;
        parent = next.id;
    }
    return STATUS_OK;
}
