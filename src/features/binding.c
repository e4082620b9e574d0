#include "features/binding.h"

#include <string.h>
#include <strings.h>

enum { NAMES = 24, CUT_BYTES = 10 };

/* The first that is there is taken. */
static const char *const table[BOUND_FIELDS][NAMES] = {
    [BOUND_ID] = {"DKBH", "地块编号", "地块号", "宗地号", "BSM", "标识码", "编号", BINDING_FEATURE_ID,
                  "plot_id", "plot", "parcel_id", "parcel", "地块", "id", "fid", "EntityHandle"},
    [BOUND_NAME] = {"DKMC", "地块名称", "XMMC", "项目名称", "MC", "名称", "name", "plot_name", "YJJBNTTBBH",
                    "JBNTTBBH", "TBBH", "XZQMC", "Layer"},
    [BOUND_USE] = {"DKYT", "地块用途", "用途", "use"},
    [BOUND_AREA] = {"DKMJ", "地块面积", "MJ", "面积", "area"},
    [BOUND_COUNTY] = {"XJXZQDM", "XJXZQHDM", "XZQDM"},
};

/* Is `name` what `wanted` becomes where names have 10 bytes at most, perhaps cut in the midst of a character
 * whose rest the reader dropped? Equal names (in any case) match, too. */
static bool matches(const char *name, const char *wanted)
{
    if (strcasecmp(name, wanted) == 0)
        return true;
    size_t n = strlen(name);
    return n <= CUT_BYTES && n > CUT_BYTES - 4 && strlen(wanted) > CUT_BYTES &&
           strncasecmp(name, wanted, n) == 0;
}

int binding_find_name(const char *wanted, const char *const *names, const char *const *aliases, size_t n)
{
    int by_alias = -1, by_cut = -1;
    for (size_t i = 0; i < n; i++) {
        if (strcasecmp(names[i], wanted) == 0)
            return (int)i;
        if (by_alias < 0 && aliases && aliases[i] && strcasecmp(aliases[i], wanted) == 0)
            by_alias = (int)i;
        if (by_cut < 0 && matches(names[i], wanted))
            by_cut = (int)i;
    }
    return by_alias >= 0 ? by_alias : by_cut;
}

int binding_find(enum bound_field field, const char *const *names, const char *const *aliases, size_t n)
{
    int found = -1;
    for (size_t i = 0; found < 0 && i < NAMES && table[field][i]; i++)
        found = binding_find_name(table[field][i], names, aliases, n);
    return found;
}
