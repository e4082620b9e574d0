/* The measuring stage: one parcel against one layer of the snapshot, without any judgement. Private to
 * check/. */
#ifndef HX_CHECK_MEASURE_H
#define HX_CHECK_MEASURE_H

#include "check/check.h"

/* One parcel while layer after layer is measured. It is prepared in w->scratch. */
struct measuring {
    struct check_worker *w;
    const struct geo_shape *parcel;
    double parcel_m2; /* by the kernel's arithmetic, as the overlaps are */
    double area_m2;   /* as the report says it; both are the same to rounding */
    /* How much of it each coverage covers, that was asked: many layers have the same. */
    struct {
        const struct layer_index *coverage;
        double m2;
    } covered[LINES_MAX];
    size_t n_covered;
};

static inline void measuring_begin(struct measuring *m, struct check_worker *w, const struct parcel_report *r)
{
    m->w = w;
    m->parcel = &r->parcel->shape;
    m->parcel_m2 = r->kernel_m2;
    m->area_m2 = r->area_m2;
    m->n_covered = 0;
}

/* Fills status, areas, features and zones of one line of the table. A layer that cannot answer (not loaded,
 * no coverage, damaged, incomplete) says so in its status; only running out of memory and the like fail. */
enum status measure_line(struct measuring *m, const struct snapshot *snapshot, int line,
                         struct layer_finding *out, struct error *e) HX_MUST_CHECK;

/* The same of a version of the line's layer that is not the one in force. `layer` NULL: there is none. */
enum status measure_layer(struct measuring *m, const struct control_line *line,
                          const struct layer_snapshot *layer, struct layer_finding *out,
                          struct error *e) HX_MUST_CHECK;

/* The units in which the parcel lies, into r->units; the parcel is prepared in w->scratch, and r->area_m2 is
 * there. Levels that are not loaded are passed over: a place is told, nothing is decided by its absence. */
enum status measure_units(struct check_worker *w, const struct snapshot *snapshot, struct parcel_report *r,
                          struct error *e) HX_MUST_CHECK;

/* Areas in which two lines overlap each other within the parcel. First what a line has of the parcel is built
 * and prepared in w->scratch, once for all lines that it is held against; then each of them, m2. */
enum status measure_common_begin(struct check_worker *w, const struct geo_shape *parcel,
                                 const struct layer_finding *a, struct geo_shape *common,
                                 struct error *e) HX_MUST_CHECK;
enum status measure_common(struct check_worker *w, const struct geo_shape *common,
                           const struct layer_finding *b, double *area_m2, struct error *e) HX_MUST_CHECK;

#endif
