/* What a report's figures follow from, under one digest: whoever changes the class, the sliver policy or
 * another of these without it is noticed, even where no figure depends on it. It is no signature: anybody can
 * compute it, and a report made anew under another class is another true report. Against that there is the
 * record. Threads: pure. */
#ifndef HX_REPORT_PARAMETERS_H
#define HX_REPORT_PARAMETERS_H

#include "base/sha256.h"
#include "check/check.h"

/* As the report writes them; NULL is written as "". */
struct report_parameters {
    const char *engine, *geos, *proj, *sqlite; /* versions */
    const char *area_basis;
    struct sliver_policy slivers;
    const char *project_class;
    const char *crs_given;
    const char *input_sha256;
    const char *rules_version;
    const char *layer_uids[CONTROL_LINE_COUNT]; /* of layers_used, in its order */
    const char *verdict;
};

/* SHA-256 of "hongxian check 1\n" and the fields in the order above, each as sha256_add_field writes it; a
 * layer's name is "layer", and the two limits are "sliver_area_m2" and "sliver_width_m" in %.17g. */
void report_parameters_digest(const struct report_parameters *p, char hex[SHA256_HEX_SIZE]);

#endif
