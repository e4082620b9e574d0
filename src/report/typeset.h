/* Chinese text on a Cairo surface, by Pango: for the PDF and for the map picture.
 *
 * Not for: markup (text is always plain: a name cannot change the layout). A machine without a Chinese font
 * is refused with a sentence: a page of empty boxes is no report.
 * Threads: one typeset belongs to one thread. Lengths in points. */
#ifndef HX_REPORT_TYPESET_H
#define HX_REPORT_TYPESET_H

#include "report/drawing.h"

enum type_face { TYPE_SANS = 0, TYPE_SERIF };
enum type_align { TYPE_LEFT = 0, TYPE_CENTRE, TYPE_RIGHT };

struct type_style {
    enum type_face face;
    bool bold;
    double size;
    enum type_align align;
    double width;    /* wraps at it; 0: one line */
    int max_lines;   /* then "…"; 0: as many as it takes */
    unsigned colour; /* 0xRRGGBB */
};

struct typeset {
    cairo_t *cr; /* borrowed */
    PangoLayout *layout;
    PangoFontDescription *fonts[4]; /* face + 2 * bold */
};

enum status typeset_init(struct typeset *t, cairo_t *cr, struct error *e) HX_MUST_CHECK;
void typeset_release(struct typeset *t); /* a zeroed one is fine */

void typeset_measure(struct typeset *t, const char *text, const struct type_style *s, double *width,
                     double *height);
/* Draws with the top left corner at x, y. Returns the height. */
double typeset_draw(struct typeset *t, const char *text, const struct type_style *s, double x, double y);
/* The same, centred between y and y + height. */
void typeset_draw_in(struct typeset *t, const char *text, const struct type_style *s, double x, double y,
                     double height);
/* One line, centred on the point, with a white halo: for labels on a map. */
void typeset_label(struct typeset *t, const char *text, const struct type_style *s, double x, double y);

void typeset_colour(cairo_t *cr, unsigned rgb, double alpha);
/* The surface's or context's failure as ours. */
enum status typeset_status(cairo_status_t s, struct error *e) HX_MUST_CHECK;

#endif
