/* The figures of the plan: area of each line and space, by region, prefecture and county, with the share of
 * the unit's official area where one is known (share.h), and the areas of layers that are shares of others.
 *
 * Areas of features are added up; where features of a layer overlap each other (lines.h lists those
 * places) the sum counts the common part twice; but the zones of a boundary that is drawn as a whole, too,
 * are not added to it. By prefecture: the part of each feature within the polygon, by the kernel. By county:
 * whole features, by the code that they carry. The result is the same for any number of threads. */
#ifndef HX_AUDIT_FIGURES_H
#define HX_AUDIT_FIGURES_H

#include "audit/conflicts/conflicts.h"
#include "audit/share.h"

enum { FIGURES_CODE_SIZE = 7 };

/* Features that carry one county code; "" is none. */
struct figures_county {
    char code[FIGURES_CODE_SIZE];
    const char *name;    /* "" when the store does not know the unit */
    double *area_m2;     /* by layer */
    struct share *share; /* of its official area, by layer */
    int64_t *n;
};

struct figures_zone {
    const char *zone;
    double area_m2;
    int64_t n;
};

struct figures_layer {
    const char *layer, *title_zh;
    int64_t n_features;
    double area_m2;
    struct share share;          /* of the region */
    double *by_prefecture_m2;    /* n_prefectures */
    struct share *by_prefecture; /* of its official area */
    struct figures_zone *zones;  /* as the features name them, in the order of the first of each */
    size_t n_zones, cap_zones;
};

struct figures {
    struct arena *arena;
    const struct line_table *lines; /* borrowed from the snapshot, as names are */
    struct figures_layer *layers;
    size_t n_layers;
    const char **prefecture, **prefecture_name; /* n_prefectures */
    size_t n_prefectures;
    struct figures_county *counties; /* by code */
    size_t n_counties;
    double outline_m2;         /* of the region, as it is drawn; NAN when none is loaded. No share is of it */
    struct share region;       /* its official area, with the source; value is 1 */
    struct conflict_tie *ties; /* malloc'd: of layers that are shares of others */
    size_t n_ties;
    bool synthetic;
};
/* The share of the region of a line for which the plan gives one; NULL: it gives none, or the line holds no
 * data. */
const struct share *figures_planned(const struct figures *f, const struct control_line *line);

/* The whole audit as it is asked, each output written; stop and progress as in audit_lines. Owned:
 * figures_release. */
enum status audit_figures(struct store *store, const struct snapshot *snapshot, const struct audit_request *r,
                          const struct audit_watch *watch, struct figures *out,
                          struct error *e) HX_MUST_CHECK;
void figures_release(struct figures *f);
/* Private to audit/: .csv, .json, .html, by the endings of a list that NULL ends. */
enum status figures_write(const struct figures *f, const char *const *outputs, struct error *e) HX_MUST_CHECK;

#endif
