/* GET /collections/{id}/versions: every version of a layer, newest first, with its papers and what it says
 * of coverage. */
#include "http/collection.h"
#include "http/route.h"

#include "formats/json.h"
#include "formats/wkb.h"
#include "geo/area.h"
#include "store/store_versions.h"

/* Null where nothing is stated: then the version answers for the features that it has, and for no other
 * place. */
static enum status write_coverage(struct json_writer *w, struct request *rq, const struct store_version *v,
                                  struct error *e)
{
    const void *wkb;
    size_t n = 0;
    struct geo_shape shape;
    jw_key(w, "coverage");
    enum status s = v->has_coverage
                        ? store_coverage(rq->worker->store, v->id, rq->worker->check.arena, &wkb, &n, e)
                        : STATUS_OK;
    if (!s && n)
        s = wkb_read(wkb, n, &rq->worker->shape, e);
    if (!s && n)
        s = geo_shape_builder_view(&rq->worker->shape, &shape, e);
    if (s)
        return s;
    if (!n) {
        jw_null(w);
        return STATUS_OK;
    }
    const double box[4] = {shape.box.west_deg, shape.box.south_deg, shape.box.east_deg, shape.box.north_deg};
    jw_object_begin(w);
    jw_kv_decimal(w, "area_m2", geo_shape_area_m2(&shape), 2);
    jw_key(w, "bbox");
    jw_array_begin(w);
    for (int i = 0; i < 4; i++)
        jw_fixed(w, box[i], 6);
    jw_array_end(w);
    jw_object_end(w);
    return STATUS_OK;
}

static enum status write_version(struct json_writer *w, struct request *rq, const struct store_version *v,
                                 struct error *e)
{
    jw_object_begin(w);
    jw_kv_integer(w, "version", v->version_no);
    jw_kv_string(w, "status", v->status);
    jw_kv_string(w, "effective_from", v->effective_from);
    jw_kv_string(w, "effective_to", v->effective_to);
    jw_kv_string(w, "document_no", v->document_no);
    jw_kv_bool(w, "synthetic", v->synthetic);
    jw_kv_bool(w, "reference_only", v->reference_only);
    jw_kv_string(w, "label", v->label);
    jw_kv_string(w, "imported_at", v->imported_at);
    jw_kv_string(w, "imported_by", v->imported_by);
    jw_kv_string(w, "source_name", v->source_name);
    jw_kv_string(w, "source_crs", v->source_crs);
    jw_kv_string(w, "source_sha256", v->source_sha256);
    jw_kv_integer(w, "n_features", v->n_features);
    jw_kv_integer(w, "n_repaired", v->n_repaired);
    jw_kv_integer(w, "n_refused", v->n_refused);
    jw_kv_decimal(w, "area_m2", v->area_m2, 4);
    enum status s = write_coverage(w, rq, v, e);
    jw_object_end(w);
    return s;
}

static enum status write_all(struct json_writer *w, struct request *rq, struct error *e)
{
    struct collection c;
    struct store_version *versions = NULL;
    size_t n = 0;
    enum status s = collection_find(rq->snapshot, rq->params[0], &c, e);
    if (!s && c.layer)
        s = store_versions(rq->worker->store, rq->params[0], rq->worker->check.arena, &versions, &n, e);
    if (s)
        return s;
    jw_object_begin(w);
    jw_kv_string(w, "id", rq->params[0]);
    jw_key(w, "versions");
    jw_array_begin(w);
    for (size_t i = n; i-- > 0 && !s;)
        s = write_version(w, rq, &versions[i], e);
    jw_array_end(w);
    jw_object_end(w);
    return s;
}

enum status handle_versions(struct request *rq, struct reply *reply, struct error *e)
{
    struct buffer b;
    struct json_writer w;
    buffer_init(&b, 0);
    jw_init(&w, &b, false);
    enum status s = write_all(&w, rq, e);
    return reply_json(reply, &b, s, "no-cache", e);
}
