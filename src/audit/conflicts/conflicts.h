/* The lines among themselves: every place where layers do not lie to each other as the matrix of their
 * definitions says (lines/matrix.h: apart, nested, tiled), as a work list, and what each row of the matrix
 * came to: examined or not, and why not; of a share its area. A layer that only classifies is not among them
 * unless a row names it: what it says of a place stands beside the others. It says what overlaps, where, by
 * how much, and which text speaks of it; it never says who gives way.
 *
 * Areas come from the kernel (index/overlap.h), with every feature as a parcel against the other layers;
 * GEOS makes only the geometry of what was found. Findings are sorted, so that they are the same for any
 * number of threads, and each has an id that another run over other versions gives again, as long as
 * layers, codes and place are the same. Threads: audit_lines starts and joins its own. */
#ifndef HX_AUDIT_CONFLICTS_CONFLICTS_H
#define HX_AUDIT_CONFLICTS_CONFLICTS_H

#include "audit/audit.h"
#include "lines/matrix.h"

/* Below this a common area is rounding of coordinates along a shared border, not a finding. */
#define CONFLICT_FLOOR_M2 0.01
/* A declared area (MJ) may differ from the computed one by this much, whichever is more. */
#define CONFLICT_DECLARED_M2 1.0
#define CONFLICT_DECLARED_SHARE 1e-4
/* Two features are one drawn twice when what they share is this much of both. */
#define CONFLICT_DUPLICATE_SHARE 0.999
/* A county code contradicts a place only when the code's prefecture has nothing within this distance of
 * the feature: the outlines that are to be had are generalised, and differ from each other by kilometres. */
#define CONFLICT_PREFECTURE_FAR_M 20000.0
/* A total may differ from the official one by this share, or by half of its last digit. */
#define CONFLICT_TOTAL_SHARE 1e-4
/* Less than this outside the region, as a share of the feature, is the outline's own error. */
#define CONFLICT_OUTSIDE_SHARE 0.01

enum conflict_kind {
    CONFLICT_CROSS,         /* two control lines that must be kept apart */
    CONFLICT_ZONES_CROSS,   /* two layers of one tiling, such as the spaces */
    CONFLICT_SUBZONES,      /* two sub-zones of a line that contains */
    CONFLICT_WITHIN,        /* two features of one layer */
    CONFLICT_DUPLICATE,     /* the same figure twice */
    CONFLICT_GAP,           /* no layer of a tiling covers a place of what it covers */
    CONFLICT_OUTSIDE,       /* part of a feature lies outside the region */
    CONFLICT_PREFECTURE,    /* the county code says another prefecture */
    CONFLICT_DECLARED_AREA, /* MJ and the figure disagree */
    CONFLICT_INCOMPLETE,    /* features of the layer were refused at import */
    CONFLICT_ZONE_GAP,      /* between sub-zones of such a line, in none of them */
    CONFLICT_ZONE_OUTSIDE,  /* part of a sub-zone lies outside the line as a whole */
    CONFLICT_COUNTY,        /* part of a feature lies outside the county of its code */
    CONFLICT_OWN_SPACE,     /* a line lies outside the space that it belongs to; only when asked for */
    CONFLICT_INVALID,       /* a feature's geometry was invalid: refused or repaired at import */
    CONFLICT_TOTAL,         /* a total differs from the official one */
    CONFLICT_NEST,          /* part of a feature lies outside the layer in which it nests */
};
enum { CONFLICT_KIND_COUNT = CONFLICT_NEST + 1, CONFLICT_ID_SIZE = 17 };
const char *conflict_kind_name(enum conflict_kind k);
const char *conflict_kind_zh(enum conflict_kind k);

enum conflict_change { CONFLICT_UNCOMPARED, CONFLICT_NEW, CONFLICT_STILL, CONFLICT_FIXED };
const char *conflict_change_name(enum conflict_change c); /* "", "new", "still", "fixed" */

struct conflict_finding {
    char id[CONFLICT_ID_SIZE]; /* hex, stable */
    enum conflict_kind kind;
    int severity; /* 4 highest .. 0 */
    bool sliver;  /* small and narrow by SLIVER_POLICY_DEFAULT: listed, counts as nothing pressed on */
    const char *layer_a, *layer_b; /* "" when there is only one */
    const char *code_a, *code_b;
    int64_t feature_a, feature_b; /* ids in the store; 0: none */
    const char *zone_a, *zone_b;
    const char *county;     /* as feature a declares, else by the polygon that holds the place; "" */
    const char *prefecture; /* code, by the polygon that holds the place; "" */
    const char *prefecture_name;
    double area_m2;
    double width_m;                  /* 2 * area / perimeter; NAN when there is no shape */
    double declared_m2, computed_m2; /* NAN but for CONFLICT_DECLARED_AREA */
    double lon_deg, lat_deg;
    const char *rule, *basis;      /* of the rule table; "" when no rule speaks of it */
    const char *note_zh, *note_en; /* one sentence */
    const void *blob;              /* GeoPackage geometry of the place; size 0: none */
    size_t blob_size;
    enum conflict_change change;
    int tie; /* the row of the matrix that it belongs to, by number in the report; -1: none */
};

/* A row of the matrix, and what came of it. Texts are "" and figures NAN where there are none. */
struct conflict_tie {
    enum tie tie;
    const char *layer_a, *layer_b; /* of a tiling: all its layers, with commas, and what they cover */
    const char *title_a, *title_b; /* Chinese */
    const char *unit, *unit_name;  /* of a share: code of the prefecture or county; "" for all of it */
    bool examined;
    size_t n_findings;
    double area_m2; /* of the findings, slivers too; of a share: of the part of a that lies in b */
    double outside_m2, of_m2, share; /* of a share: of a outside b; of b; their ratio */
    const char *note_zh, *note_en;   /* why it was not examined, or what must be known beside the figures */
};

struct conflict_report {
    struct arena *arena;               /* what the findings point to */
    struct conflict_finding *findings; /* malloc'd; worst first */
    size_t n_findings;
    size_t by_kind[CONFLICT_KIND_COUNT], n_sliver;
    size_t n_new, n_still, n_fixed;
    struct conflict_tie *ties; /* malloc'd */
    size_t n_ties, n_not_examined;
    bool synthetic, compared;
    double seconds;
};

/* Code of the error when `stop` ended the run (STATUS_CONFLICT). */
#define AUDIT_STOPPED "audit-stopped"

/* The whole audit as it is asked: what is found, compared with an earlier output, and written to each
 * output and the summary. Progress is told in items of work, whose total may grow; when it is stopped
 * nothing comes out. Owned: conflict_report_release. */
enum status audit_lines(struct store *store, const struct snapshot *snapshot, const struct audit_request *r,
                        const struct audit_watch *watch, struct conflict_report *out,
                        struct error *e) HX_MUST_CHECK;
/* The file beside an output in which the rows of the matrix are, where its format has room for one table
 * only; false: they are in the output itself. `path` has SINK_PATH_SIZE bytes (audit/sink.h). */
bool conflict_beside_path(const char *out, char *path);
void conflict_report_release(struct conflict_report *r);

#endif
