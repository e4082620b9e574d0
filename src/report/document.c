#include "report/document.h"

#include "report/class_title.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* In the order of enum document_format. */
static const struct {
    const char *name, *content_type, *file_name;
    bool binary;
} formats[] = {
    {"json", "application/json; charset=utf-8", NULL, false},
    {"geojson", "application/geo+json; charset=utf-8", NULL, false},
    {"text", "text/plain; charset=utf-8", NULL, false},
    {"csv", "text/csv; charset=utf-8", "hongxian-report.csv", false},
    {"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "hongxian-report.xlsx",
     true},
    {"html", "text/html; charset=utf-8", "hongxian-report.html", false},
    {"pdf", "application/pdf", "hongxian-report.pdf", true},
};
enum { N_FORMATS = sizeof formats / sizeof *formats };

enum status document_format_parse(const char *name, enum document_format *out, struct error *e)
{
    if (!name || !*name)
        name = "json";
    for (int i = 0; i < N_FORMATS; i++) {
        if (strcmp(name, formats[i].name) != 0)
            continue;
        *out = (enum document_format)i;
        return STATUS_OK;
    }
    error_zh(e, "没有输出格式“%.40s”；可用 json、geojson、text、csv、xlsx、html、pdf。", name);
    return error_fail(
        e, STATUS_INVALID_INPUT, "unknown-format",
        "There is no output format \"%.40s\"; json, geojson, text, csv, xlsx, html and pdf are known.", name);
}

const char *document_format_name(enum document_format f)
{
    return (unsigned)f < N_FORMATS ? formats[f].name : "?";
}

enum status document_lang_parse(const char *text, enum render_lang *out, struct error *e)
{
    bool english = text && strcmp(text, "en") == 0;
    if (text && *text && !english && strcmp(text, "zh") != 0) {
        error_zh(e, "没有语言“%.20s”；可用 zh、en。", text);
        return error_fail(e, STATUS_INVALID_INPUT, "unknown-language",
                          "There is no language \"%.20s\"; zh and en are known.", text);
    }
    *out = english ? RENDER_LANG_EN : RENDER_LANG_ZH;
    return STATUS_OK;
}

const char *document_content_type(enum document_format f)
{
    return formats[f].content_type;
}

const char *document_file_name(enum document_format f)
{
    return formats[f].file_name;
}

bool document_is_binary(enum document_format f)
{
    return formats[f].binary;
}

static bool is_drawn(const struct layer_finding *f)
{
    return f->layer && (f->status == LAYER_OVERLAP || f->status == LAYER_SLIVER);
}

static enum status collect_overlaps(struct check_worker *w, const struct report *r,
                                    struct render_overlap **out, size_t *n, struct error *e)
{
    struct render_overlap *overlaps =
        arena_array(w->arena, r->parcels.n_parcels * CONTROL_LINE_COUNT, sizeof *overlaps);
    if (!overlaps)
        return error_no_memory(e);
    *n = 0;
    for (size_t i = 0; i < r->parcels.n_parcels; i++) {
        for (int line = 0; line < CONTROL_LINE_COUNT; line++) {
            const struct layer_finding *f = &r->results[i].layers[line];
            if (!is_drawn(f))
                continue;
            struct render_overlap o = {.parcel = i, .line = line};
            enum status s = check_overlap_shape(w, f->layer, &r->parcels.parcels[i].shape, &o.shape, e);
            if (s)
                return s;
            if (o.shape.n_polygons) /* a sliver may round to nothing */
                overlaps[(*n)++] = o;
        }
    }
    *out = overlaps;
    return STATUS_OK;
}

/* Today in China, where every clock shows UTC+8. */
static const char *today(struct arena *a)
{
    time_t now = time(NULL) + 8 * 3600;
    struct tm day;
    char text[16];
    if (!gmtime_r(&now, &day) || strftime(text, sizeof text, "%Y-%m-%d", &day) == 0)
        return "";
    return arena_strdup(a, text);
}

static const char *class_title(struct arena *a, const char *code)
{
    char *title = class_title_zh(code);
    const char *kept = arena_strdup(a, title ? title : "");
    free(title);
    return kept;
}

/* The formats that show the whole document: its table first, then the form. */
static enum status document_body(struct check_worker *w, const struct report *r,
                                 const struct document_request *rq, struct buffer *out, struct error *e)
{
    struct report_project project = rq->project ? *rq->project : (struct report_project){.name = NULL};
    struct report_maps map_set;
    struct report_table table;
    bool drawn = rq->format == DOCUMENT_HTML || rq->format == DOCUMENT_PDF;
    bool plain = rq->format == DOCUMENT_TEXT;
    if (!project.class_zh)
        project.class_zh = class_title(w->arena, r->project_class);
    if (!project.date)
        project.date = today(w->arena);
    if (!project.class_zh || !project.date)
        return error_no_memory(e);
    enum status s =
        plain ? STATUS_OK
              : report_maps_fill(w, r, (struct map_want){.maps = drawn, .borders = true}, &map_set, e);
    if (!s)
        s = report_table_build(r, &project, plain ? NULL : &map_set, w->arena, &table, e);
    if (s)
        return s;
    const struct render_document document = {r, &table, plain ? NULL : &map_set, w->arena};
    if (plain)
        return render_text(&document, rq->lang, out, e);
    if (rq->format == DOCUMENT_CSV)
        return render_csv(&table, out, e);
    if (rq->format == DOCUMENT_XLSX)
        return render_xlsx(&table, out, e);
    return rq->format == DOCUMENT_HTML ? render_html(&document, out, e) : render_pdf(&document, out, e);
}

enum status document_write(struct check_worker *w, const struct report *r, const struct document_request *rq,
                           struct buffer *out, struct error *e)
{
    struct render_overlap *overlaps = NULL;
    size_t n = 0;
    enum status s = STATUS_OK;
    switch (rq->format) {
    case DOCUMENT_JSON:
        return render_json(r, out, e);
    case DOCUMENT_GEOJSON:
        s = collect_overlaps(w, r, &overlaps, &n, e);
        return s ? s : render_geojson(r, overlaps, n, out, e);
    case DOCUMENT_TEXT:
    case DOCUMENT_CSV:
    case DOCUMENT_XLSX:
    case DOCUMENT_HTML:
    case DOCUMENT_PDF:
        return document_body(w, r, rq, out, e);
    }
    return s;
}
