/* Audit results as one HTML page: map, charts (inline SVG), worst cases first; no scripts, nothing to fetch.
 * Private to audit/. */
#ifndef HX_AUDIT_HTML_H
#define HX_AUDIT_HTML_H

#include "audit/outcome.h"
#include "audit/state.h"
#include "formats/html.h"

enum status html_parcels_write(const struct snapshot *s, const struct audit_request *r, const struct tally *t,
                               const struct run_identity *identity, const struct input_remarks *about,
                               struct error *e) HX_MUST_CHECK;

/* The parts that pages share. Text from outside goes through html_text (formats/html.h). */
void html_begin(struct buffer *b, const char *title_zh, const char *title_en, bool synthetic);
void html_end(struct buffer *b);
void html_number(struct buffer *b, double v, int decimals); /* 12,345.68; "未测算" when it is not finite */
struct html_bar {
    const char *label;
    double value;
    const char *shown; /* the figure as text */
    const char *colour;
};
void html_bars(struct buffer *b, const struct html_bar *bars, size_t n);
/* Opens an SVG map in longitude/latitude with the outlines of "prefectures"; places are put with
 * html_map_at. */
void html_map_begin(struct buffer *b, const struct snapshot *s);
void html_map_at(double lon_deg, double lat_deg, double *x, double *y);
void html_map_end(struct buffer *b);
bool html_is_synthetic(const struct snapshot *s);

#endif
