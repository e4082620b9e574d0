#include "http/report_body.h"

#include <string.h>

enum status report_format_parse(const char *name, enum report_format *out, struct error *e)
{
    static const char *const names[] = {"json", "geojson", "text"};
    if (!name || !*name)
        name = "json";
    for (int i = 0; i < 3; i++) {
        if (strcmp(name, names[i]) != 0)
            continue;
        *out = (enum report_format)i;
        return STATUS_OK;
    }
    error_zh(e, "没有输出格式“%.40s”；可用 json、geojson、text。", name);
    return error_fail(e, STATUS_INVALID_INPUT, "unknown-format",
                      "There is no output format \"%.40s\"; json, geojson and text are known.", name);
}

const char *report_content_type(enum report_format f)
{
    switch (f) {
    case REPORT_JSON:
        return "application/json; charset=utf-8";
    case REPORT_GEOJSON:
        return "application/geo+json; charset=utf-8";
    case REPORT_TEXT:
        return "text/plain; charset=utf-8";
    }
    return "application/octet-stream";
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
            struct render_overlap o = {.parcel = i, .line = (enum control_line)line};
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

enum status report_body(struct check_worker *w, const struct report *r, enum report_format f,
                        enum render_lang lang, struct buffer *out, struct error *e)
{
    struct render_overlap *overlaps = NULL;
    size_t n = 0;
    enum status s = STATUS_OK;
    switch (f) {
    case REPORT_JSON:
        return render_json(r, out, e);
    case REPORT_TEXT:
        return render_text(r, lang, out, e);
    case REPORT_GEOJSON:
        s = collect_overlaps(w, r, &overlaps, &n, e);
        return s ? s : render_geojson(r, overlaps, n, out, e);
    }
    return s;
}
