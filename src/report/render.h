/* A report -> each form in which people and programs read it.
 *
 * Pure: no file, clock, store or library state is touched, so that the same report always gives the same
 * bytes.
 * Not for: measuring or judging (check/); overlap geometry (the caller asks check_overlap_shape and passes
 * shapes).
 * Invariants: a figure that could not be measured comes out as null or 未知, never as 0; every document
 * carries the sentence that it decides nothing, and 示例数据 is marked wherever it was used.
 * Threads: pure functions. */
#ifndef HX_REPORT_RENDER_H
#define HX_REPORT_RENDER_H

#include "base/buffer.h"
#include "check/check.h"
#include "report/report_table.h"

enum render_lang { RENDER_LANG_ZH = 0, RENDER_LANG_EN };

#define RENDER_AREA_BASIS                                                                                                \
    "CGCS2000 椭球面积；边在所交坐标系中为直线 / area on the CGCS2000 ellipsoid, edges straight in the " \
    "delivered CRS"
#define RENDER_DISCLAIMER_ZH "本结果只客观反映与所载数据的空间关系，不代替审批，不决定项目是否通过审查"
#define RENDER_DISCLAIMER_EN                                                                                 \
    "This result only states spatial relations with the data that is loaded; it does not replace approval "  \
    "and "                                                                                                   \
    "does not decide whether a project passes review"

/* The common ground of one parcel and one line, for drawing. Everything borrowed. */
struct render_overlap {
    size_t parcel; /* index into report.results */
    int line;
    struct geo_shape shape;
};

/* The report in full: schema/report.schema.json describes it. */
enum status render_json(const struct report *r, struct buffer *out, struct error *e) HX_MUST_CHECK;

/* A FeatureCollection for the map: parcels first ("kind":"parcel"), then overlaps ("kind":"overlap"). */
enum status render_geojson(const struct report *r, const struct render_overlap *overlaps, size_t n_overlaps,
                           struct buffer *out, struct error *e) HX_MUST_CHECK;

/* ---- the printed report: figures and sentences from the table, made once (report_table.h) ---- */

struct render_document {
    const struct report *report;
    const struct report_table *table;
    const struct report_maps *maps; /* NULL: no maps */
    struct arena *arena;            /* for sentences that are put together on the way: of the text */
};

/* For the terminal: UTF-8 text, one paragraph per parcel; the figures are those of the table. In English
 * everything is English but names, codes and the clauses, which are quoted as published. */
enum status render_text(const struct render_document *d, enum render_lang lang, struct buffer *out,
                        struct error *e) HX_MUST_CHECK;

/* UTF-8 with a byte order mark and CRLF, so that Excel opens it as it is; the sections one below the other, a
 * blank row between them. A cell that a spreadsheet would take for a formula has an apostrophe in front, and
 * a code of twelve digits or more a tab, which keeps its digits. */
enum status render_csv(const struct report_table *t, struct buffer *out, struct error *e) HX_MUST_CHECK;
/* Sheets 结论, 占用三线情况表, 占用明细, 界址点, 说明. Figures are numbers. */
enum status render_xlsx(const struct report_table *t, struct buffer *out, struct error *e) HX_MUST_CHECK;
/* One file that prints on A4, without scripts or anything from elsewhere; maps are inline SVG. */
enum status render_html(const struct render_document *d, struct buffer *out, struct error *e) HX_MUST_CHECK;
/* A4, fonts embedded. */
enum status render_pdf(const struct render_document *d, struct buffer *out, struct error *e) HX_MUST_CHECK;

const char *render_engine_version(void); /* "0.1.0" */
const char *render_verdict_en(enum verdict v);
/* The layer's own title, or the control line's when no layer is loaded. */
const char *render_layer_title(const struct layer_finding *f, enum render_lang lang);

#endif
