/* Which CRS the coordinates are in: the one decision of geo/crs/, to which an import adds where its unit
 * lies. */
#include "layers/source_parts.h"

struct by_unit {
    struct source *source;
    const struct source_request *request;
};

static enum status zone_by_unit(void *self, int *epsg, struct error *e)
{
    const struct by_unit *u = self;
    return source_zone_by_unit(u->source, u->request, epsg, e);
}

static const char *by_name(enum crs_by by)
{
    switch (by) {
    case CRS_BY_FILE:
    case CRS_BY_WORDS:
    case CRS_BY_FORMAT:
        return "file";
    case CRS_BY_MATCH:
        return "identified";
    case CRS_BY_GIVEN:
        return "operator";
    case CRS_BY_PREFIX:
        return "coordinates";
    case CRS_BY_UNIT:
        return "unit";
    }
    return "";
}

static enum status decide(struct source *s, const struct source_request *r, struct error *e)
{
    struct by_unit unit = {s, r};
    struct crs_decision d;
    struct crs_stated stated;
    struct crs_question q = feature_stream_question(s->stream, r->epsg);
    q.shift = r->shift;
    q.zone_by_unit = r->survey || r->units || r->unit ? zone_by_unit : NULL;
    q.self = &unit;
    enum status st = feature_stream_crs(s->stream, s->transformer, &q, &stated, &d, e);
    if (st)
        return st;
    s->info.crs = d.crs;
    s->info.crs_decided_by = by_name(d.by);
    s->info.crs_stated = arena_strdup(s->keep, stated.name);
    return s->info.crs_stated ? STATUS_OK : error_no_memory(e);
}

/* The zone in which the data lie in their unit; the stream begins anew with it. */
static enum status reopen_by_unit(struct source *s, const struct source_request *r, struct error *e)
{
    int epsg = 0;
    enum status st = source_zone_by_unit(s, r, &epsg, e);
    if (st)
        return st;
    feature_stream_close(s->stream);
    s->stream = NULL;
    s->file.epsg = epsg;
    st = feature_stream_open(&s->file, &s->stream, e);
    if (st)
        return st;
    s->info.layer = s->stream->info.layer; /* what was borrowed from the stream before */
    s->info.driver = s->stream->info.driver;
    s->info.encoding = s->stream->info.encoding;
    s->info.crs = s->stream->info.first_crs;
    s->info.crs_stated = "";
    s->info.crs_decided_by = "unit";
    return STATUS_OK;
}

enum status source_decide_crs(struct source *s, const struct source_request *r, struct error *e)
{
    enum status st = STATUS_OK;
    if (s->stream->info.has_own_crs && s->file.epsg != r->epsg) {
        st = reopen_by_unit(s, r, e);
    } else if (s->stream->info.has_own_crs) {
        s->info.crs = s->stream->info.first_crs;
        s->info.crs_stated = "";
        s->info.crs_decided_by = r->epsg ? "operator" : s->stream->info.assumed_epsg ? "coordinates" : "file";
    } else {
        st = decide(s, r, e);
    }
    return !st && r->unit ? source_check_unit(s, r, e) : st;
}
