/* What changes.c and changes_match.c share. Private to audit/. */
#ifndef HX_AUDIT_CHANGES_PARTS_H
#define HX_AUDIT_CHANGES_PARTS_H

#include "audit/changes.h"

/* Numbers in the store of a feature that is the same in both versions. */
struct feature_pair {
    int64_t then, now;
};

struct feature_match {
    struct feature_pair *pairs; /* owned; ascending by `then` */
    size_t n;
    bool same;     /* nothing was added, removed or changed */
    bool in_order; /* what is the same stands in the same order */
};

struct changes {
    unsigned char *grid;                   /* 1: something has changed in the cell */
    struct feature_match match[LINES_MAX]; /* by the numbers of today's lines */
    bool identical[LINES_MAX];             /* the same version */
    bool coverage;
    const char *total_zh, *total_en;
};

void changes_mark(struct changes *c, const struct geo_box *box);
/* Matches the features of two indexes and marks every place where they differ. */
enum status changes_compare(struct changes *c, const struct layer_index *then, const struct layer_index *now,
                            struct feature_match *out, struct error *e) HX_MUST_CHECK;

#endif
