/* What requests came to since the start, for /metrics. Threads: any. */
#ifndef HX_HTTP_REQUEST_COUNTS_H
#define HX_HTTP_REQUEST_COUNTS_H

#include "base/buffer.h"
#include "http/engine.h"
#include "lines/rules.h"

#include <stdatomic.h>

enum {
    REQUEST_CLASSES = 6,
    REQUEST_LANES = LANE_QUICK + 2, /* those of the engine, and none: what needs no worker */
    REQUEST_LANE_NONE = LANE_QUICK + 1,
    REQUEST_STEPS = 9, /* of the histogram of durations, but for the last, which has no end */
    REQUEST_VERDICTS = VERDICT_ALLOWED + 1,
};

struct request_counts {
    atomic_ulong ended[REQUEST_CLASSES]; /* by the first digit of the status that was answered; 0: none */
    atomic_int active;                   /* between their header and their last byte */
    struct request_durations {
        atomic_ulong n[REQUEST_STEPS + 1]; /* that took up to a step and longer than the one before */
        atomic_ullong microseconds;        /* all together */
    } durations[REQUEST_LANES];
    atomic_ulong checks[REQUEST_VERDICTS]; /* by the verdict of the whole parcel */
    atomic_ulong refused_by_sandbox;       /* files whose reading the sandbox ended or did not permit */
};

/* One has ended. */
void request_counts_end(struct request_counts *c, unsigned status, int lane, double seconds);
/* Appends the histogram as OpenMetrics has it, without its description. */
void request_counts_write_durations(struct buffer *b, const struct request_counts *c, const char *name);

#endif
