/* Words that several forms say alike, in both languages. Not for: what is said of a line (lines/sentences.h).
 * Threads: pure; texts are static, or borrowed from the layer. */
#ifndef HX_REPORT_WORDS_H
#define HX_REPORT_WORDS_H

#include "check/check.h"

enum report_lang { REPORT_LANG_ZH = 0, REPORT_LANG_EN };

/* "zh" or "en"; NULL and "" are zh. */
enum status report_lang_parse(const char *text, enum report_lang *out, struct error *e) HX_MUST_CHECK;

#define REPORT_AREA_BASIS                                                                                    \
    "CGCS2000 椭球面积；边在所交坐标系中为直线 / "                                           \
    "area on the CGCS2000 ellipsoid, edges straight in the delivered CRS"
/* Every form carries the sentence that it decides nothing. */
#define REPORT_DISCLAIMER_ZH "本结果只客观反映与所载数据的空间关系，不代替审批，不决定项目是否通过审查"
#define REPORT_DISCLAIMER_EN                                                                                 \
    "This result only states spatial relations with the data that is loaded; it does not replace approval "  \
    "and "                                                                                                   \
    "does not decide whether a project passes review"

const char *report_verdict_en(enum verdict v);
/* The layer's own title, or the control line's when no layer is loaded. */
const char *report_layer_title(const struct layer_finding *f, enum report_lang lang);
/* Where a parcel lies that is in no unit that is loaded. */
const char *report_outside_units(enum report_lang lang);
/* How sure the text of a clause is, from the rule table's `confidence`. */
const char *report_certainty(const char *confidence, enum report_lang lang);
/* The rule table writes "-" where there is nothing to say. */
bool report_states(const char *text);

/* What a claim lacks: a sentence without its stop, for the arena; NULL when memory is out. */
const char *report_paper_missing(struct arena *a, const struct layer_finding *f, const struct rule *rule,
                                 enum report_lang lang);
/* The class and the item of a claim in words; likewise. */
const char *report_claim_title(struct arena *a, const struct claim *c, enum report_lang lang);

/* The titles of the layers that are defined and were not examined; "" when there is none, NULL when memory is
 * out. */
const char *report_not_examined(struct arena *a, const struct report *r, enum report_lang lang);

/* How many shapes of overlaps could not be built: a sentence for the arena; NULL when memory is out. */
const char *report_shapes_missing(struct arena *a, size_t n, enum report_lang lang);

/* A moment of the record, "2026-01-31T16:05:00Z", by the clock of China: "2026-02-01 00:05:00（北京时间）". What
 * is no such moment stays as it is. In the arena; NULL: no memory. */
const char *report_china_time(struct arena *a, const char *utc, enum report_lang lang);

#endif
