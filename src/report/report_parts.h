/* What the builders of figures and of blocks share. Private to report/.
 *
 * A builder never fails: what it could not allocate is latched in `no_memory`, and the build answers with
 * that once. Threads: pure. */
#ifndef HX_REPORT_REPORT_PARTS_H
#define HX_REPORT_REPORT_PARTS_H

#include "report/blocks.h"
#include "report/proof.h"

struct report_making {
    const struct report *r;
    const struct report_maps *maps;       /* may be NULL */
    const struct report_project *project; /* of the blocks; never NULL there */
    struct arena *arena;
    struct report_table *t;    /* being made, or made */
    struct report_blocks *out; /* of the blocks */
    struct block *blocks;      /* n of them are in out->n */
    size_t cap_blocks;
    struct block spare;               /* what is added once memory is out */
    bool no_memory;                   /* latched */
    const struct report_proof *proof; /* of the blocks; may be NULL */
    struct error *error;              /* of `failed` */
    enum status failed;               /* what was not memory */
};

/* The text, or "" and the latch when it is NULL: around arena_printf and its like. */
const char *making_keep(struct report_making *m, const char *text);
/* Adds a sentence of which the text is in the arena; NULL latches. */
void making_say(struct report_making *m, struct texts *to, bool alarm, const char *text);
/* Text from outside as it may be printed: invalid UTF-8, control characters and marks that turn text about
 * become U+FFFD, line breaks become spaces, and after MAKING_TEXT_MAX characters it ends with "…". NULL reads
 * as "". */
enum { MAKING_TEXT_MAX = 600 };
const char *making_clean(struct report_making *m, const char *text);
/* "DK-1、DK-2 等5个地块" of the parcels that are marked. */
const char *making_parcel_list(struct report_making *m, const bool *marked);

/* What was found of parcel i on a line; of a report that was never filled in, a finding that says nothing. */
const struct layer_finding *making_finding(const struct report_making *m, size_t i,
                                           const struct control_line *line);

/* ---- the parts of report_table_build ---- */

void table_make_rows(struct report_making *m);      /* report_figures.c */
void table_make_details(struct report_making *m);   /* report_details.c */
void table_make_sentences(struct report_making *m); /* report_sentences.c */

/* Rounds so that the parts add up to `total`: see report_table.h. A part is moved only between low[i] and
 * high[i] (either may be NULL). Returns what could not be given to any part, in cents. */
int64_t figures_balance(int64_t total, const double *raw, size_t n, const int64_t *low, const int64_t *high,
                        int64_t *cents, struct arena *a, bool *no_memory);

#endif
