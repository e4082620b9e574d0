/* What a report's figures follow from, under one digest: whoever changes the class, the sliver policy or
 * another of these without it is noticed, even where no figure depends on it. It is no signature: anybody can
 * compute it, and a report made anew under another class is another true report. Against that there is the
 * record. Threads: pure. */
#ifndef HX_REPORT_PARAMETERS_H
#define HX_REPORT_PARAMETERS_H

#include "base/sha256.h"
#include "report/identity.h"

/* As the report writes them; NULL is written as "". */
struct report_parameters {
    int format;                                /* of the report: 1, or REPORT_FORMAT */
    const char *engine, *geos, *proj, *sqlite; /* versions */
    const char *area_basis;
    struct sliver_policy slivers;
    const char *project_class;
    const char *crs_given;
    const char *input_sha256;
    const char *rules_version;
    const char *layer_uids[REPORT_LAYERS_MAX]; /* of layers_used, in its order; NULL ends */
    const char *verdict;
    /* From format 2 on. */
    const char *claims;                 /* lines/claims.h's text */
    const char *definitions[LINES_MAX]; /* digests, in the order of the report's definitions; NULL ends */
    const char *rest[LINES_MAX];        /* and of the lines that were not examined; NULL ends */
    const char *const *drafts;          /* uids of the drafts that it measured under; NULL ends; NULL: none */
};

/* SHA-256 of "hongxian check 1\n" (or the number of its format) and the fields in the order above, each as
 * sha256_add_field writes it; a layer's name is "layer", of which format 1 has three whatever was loaded, a
 * definition's "definition" or "not_examined", a draft's "draft", and the two limits are "sliver_area_m2" and
 * "sliver_width_m" in %.17g. */
void report_parameters_digest(const struct report_parameters *p, char hex[SHA256_HEX_SIZE]);

#endif
