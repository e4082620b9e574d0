/* A QR code of a text, by libqrencode, and its squares as vectors. The library is loaded when it is first
 * needed. Threads: any. */
#ifndef HX_REPORT_QR_CODE_H
#define HX_REPORT_QR_CODE_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/status.h"

#include <stdint.h>

struct qr_code {
    int size;            /* squares on a side, without the margin */
    const uint8_t *dark; /* row by row: 1 or 0; arena */
};

enum { QR_MARGIN = 4 }; /* blank squares on each side, without which a reader finds nothing */

/* Error correction M: some of the paper may be stained. */
enum status qr_code_make(const char *text, struct arena *a, struct qr_code *out,
                         struct error *e) HX_MUST_CHECK;
/* The dark squares in a row from `x` on, one piece: its length, 0 at the end of the row. */
int qr_code_run(const struct qr_code *q, int y, int *x);
/* As the path data of an SVG, one unit a square, the margin included. */
void qr_code_svg_path(const struct qr_code *q, struct buffer *out);

#endif
