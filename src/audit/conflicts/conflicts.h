/* The lines among themselves: every place where the control lines and the spaces to which they belong do
 * not fit together, as a work list. It says what overlaps, where, by how much, and which text speaks of
 * it; it never says who gives way.
 *
 * Areas come from the kernel (index/overlap.h), with every feature as a parcel against the other layers;
 * GEOS makes only the geometry of what was found. Findings are sorted, so that they are the same for any
 * number of threads, and each has an id that another run over other versions gives again, as long as
 * layers, codes and place are the same. Threads: audit_lines starts and joins its own. */
#ifndef HX_AUDIT_CONFLICTS_CONFLICTS_H
#define HX_AUDIT_CONFLICTS_CONFLICTS_H

#include "audit/audit.h"

/* Below this a common area is rounding of coordinates along a shared border, not a finding. */
#define LINES_FLOOR_M2 0.01
/* A declared area (MJ) may differ from the computed one by this much, whichever is more. */
#define LINES_DECLARED_M2 1.0
#define LINES_DECLARED_SHARE 1e-4
/* Two features are one drawn twice when what they share is this much of both. */
#define LINES_DUPLICATE_SHARE 0.999
/* A county code contradicts a place only when the code's prefecture has nothing within this distance of
 * the feature: the outlines that are to be had are generalised, and differ from each other by kilometres. */
#define LINES_PREFECTURE_FAR_M 20000.0
/* A total may differ from the official one by this share, or by half of its last digit. */
#define LINES_TOTAL_SHARE 1e-4
/* Less than this outside the region, as a share of the feature, is the outline's own error. */
#define LINES_OUTSIDE_SHARE 0.01

enum lines_kind {
    LINES_CROSS,         /* two of the control lines */
    LINES_ZONES_CROSS,   /* two of the spaces */
    LINES_SUBZONES,      /* two sub-zones of a line that contains */
    LINES_WITHIN,        /* two features of one layer */
    LINES_DUPLICATE,     /* the same figure twice */
    LINES_GAP,           /* no space covers a place of the region */
    LINES_OUTSIDE,       /* part of a feature lies outside the region */
    LINES_PREFECTURE,    /* the county code says another prefecture */
    LINES_DECLARED_AREA, /* MJ and the figure disagree */
    LINES_INCOMPLETE,    /* features of the layer were refused at import */
    LINES_ZONE_GAP,      /* between sub-zones of such a line, in none of them */
    LINES_ZONE_OUTSIDE,  /* part of a sub-zone lies outside the line as a whole */
    LINES_COUNTY,        /* part of a feature lies outside the county of its code */
    LINES_OWN_SPACE,     /* a line lies outside the space that it belongs to; only when asked for */
    LINES_INVALID,       /* a feature's geometry was invalid: refused or repaired at import */
    LINES_TOTAL,         /* a total differs from the official one */
};
enum { LINES_KIND_COUNT = LINES_TOTAL + 1, LINES_ID_SIZE = 17, LINES_LAYERS_MAX = 2 * CONTROL_LINE_COUNT };
const char *lines_kind_name(enum lines_kind k);
const char *lines_kind_zh(enum lines_kind k);

enum lines_change { LINES_UNCOMPARED, LINES_NEW, LINES_STILL, LINES_FIXED };
const char *lines_change_name(enum lines_change c); /* "", "new", "still", "fixed" */

struct lines_finding {
    char id[LINES_ID_SIZE]; /* hex, stable */
    enum lines_kind kind;
    int severity; /* 4 highest .. 0 */
    bool sliver;  /* small and narrow by SLIVER_POLICY_DEFAULT: listed, counts as nothing pressed on */
    const char *layer_a, *layer_b; /* "" when there is only one */
    const char *code_a, *code_b;
    int64_t feature_a, feature_b; /* ids in the store; 0: none */
    const char *zone_a, *zone_b;
    const char *county;     /* as feature a declares, or "" */
    const char *prefecture; /* code, by the polygon that holds the place; "" */
    const char *prefecture_name;
    double area_m2;
    double width_m;                  /* 2 * area / perimeter; NAN when there is no shape */
    double declared_m2, computed_m2; /* NAN but for LINES_DECLARED_AREA */
    double lon_deg, lat_deg;
    const char *rule, *basis;      /* of the rule table; "" when no rule speaks of it */
    const char *note_zh, *note_en; /* one sentence */
    const void *blob;              /* GeoPackage geometry of the place; size 0: none */
    size_t blob_size;
    enum lines_change change;
};

struct lines_report {
    struct arena *arena;            /* what the findings point to */
    struct lines_finding *findings; /* malloc'd; worst first */
    size_t n_findings;
    size_t by_kind[LINES_KIND_COUNT], n_sliver;
    size_t n_new, n_still, n_fixed;
    bool synthetic, compared;
    double seconds;
};

/* Code of the error when `stop` ended the run (STATUS_CONFLICT). */
#define AUDIT_STOPPED "audit-stopped"

/* The whole audit as it is asked: what is found, compared with an earlier output, and written to each
 * output and the summary. Progress is told in items of work, whose total may grow; when it is stopped
 * nothing comes out. Owned: lines_report_release. */
enum status audit_lines(struct store *store, const struct snapshot *snapshot, const struct audit_request *r,
                        const struct audit_watch *watch, struct lines_report *out,
                        struct error *e) HX_MUST_CHECK;
void lines_report_release(struct lines_report *r);

#endif
