#include "features/sandbox/child_parts.h"

#include "base/limits.h"

#include <string.h>

static enum status write_schema(struct child *c, const struct feature_schema *schema, struct error *e)
{
    record_begin(&c->out, RECORD_SCHEMA);
    record_u32(&c->out, (uint32_t)schema->n);
    for (size_t i = 0; i < schema->n; i++) {
        record_text(&c->out, schema->names[i]);
        record_text(&c->out, schema->aliases ? schema->aliases[i] : "");
        record_u8(&c->out, schema->types[i]);
    }
    return record_end(&c->out, e);
}

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

enum status child_header(struct child *c, const struct feature_stream_info *info, struct error *e)
{
    unsigned flags = (info->has_box ? HEADER_BOX : 0u) | (info->heights ? HEADER_HEIGHTS : 0u) |
                     (info->drawing ? HEADER_DRAWING : 0u) |
                     (info->encoding_misdeclared ? HEADER_MISDECLARED : 0u);
    record_begin(&c->out, RECORD_HEADER);
    record_text(&c->out, info->driver);
    record_text(&c->out, or_empty(info->layer));
    record_text(&c->out, or_empty(info->layer_alias));
    record_text(&c->out, or_empty(info->crs_wkt));
    for (int i = 0; i < 4; i++)
        record_f64(&c->out, info->has_box ? info->box[i] : 0);
    record_u8(&c->out, flags);
    record_i64(&c->out, info->n_declared);
    record_text(&c->out, or_empty(info->encoding));
    enum status s = record_end(&c->out, e);
    if (s != STATUS_OK || c->list)
        return s;
    c->n_values = info->schema->n;
    s = write_schema(c, info->schema, e);
    return s == STATUS_OK ? record_flush(&c->out, e) : s; /* the parent is waiting for it */
}

enum status child_layer(struct child *c, const struct sandbox_layer *l, struct error *e)
{
    record_begin(&c->out, RECORD_LAYER);
    record_text(&c->out, or_empty(l->name));
    record_text(&c->out, or_empty(l->alias));
    record_u8(&c->out, l->may_be_areas);
    record_i64(&c->out, l->n_declared);
    record_text(&c->out, or_empty(l->geometry));
    record_text(&c->out, or_empty(l->crs_wkt));
    record_u8(&c->out, l->has_box);
    for (int i = 0; i < 4; i++)
        record_f64(&c->out, l->has_box ? l->box[i] : 0);
    enum status s = record_end(&c->out, e);
    return s == STATUS_OK ? write_schema(c, l->schema, e) : s;
}

bool child_passes(struct child *c)
{
    if (c->position >= c->skip_position)
        return false;
    c->position++;
    return true;
}

static enum status fail_too_many(const struct child *c, struct error *e)
{
    error_zh(e, "文件里的图形或界址点太多（上限%zu个地块、%zu个点）；请分成几个文件，或使用批量审查。",
             c->max_features, c->max_vertices);
    return error_fail(
        e, STATUS_TOO_LARGE, "too-many-parcels",
        "The file has too many shapes or points (at most %zu parcels, %zu points); split it, or use the "
        "batch audit.",
        c->max_features, c->max_vertices);
}

static void write_sentence(struct child *c, const struct error *fault)
{
    record_u32(&c->out, fault->status);
    record_text(&c->out, fault->code);
    record_text(&c->out, fault->zh);
    record_text(&c->out, fault->en);
}

static void write_notes(struct child *c, const struct feature *f)
{
    record_u32(&c->out, (uint32_t)f->n_notes);
    for (size_t i = 0; i < f->n_notes; i++) {
        record_text(&c->out, f->notes[i].code);
        record_text(&c->out, f->notes[i].zh);
        record_text(&c->out, f->notes[i].en);
    }
}

enum status child_feature(struct child *c, const struct feature *f, struct error *e)
{
    if (child_passes(c))
        return STATUS_OK;
    c->n_given++;
    c->n_vertices += f->n_wkb / 16;
    if ((c->max_features && c->n_given > c->max_features) ||
        (c->max_vertices && c->n_vertices > c->max_vertices))
        return fail_too_many(c, e);
    record_begin(&c->out, RECORD_FEATURE);
    c->position++;
    record_i64(&c->out, c->position);
    record_i64(&c->out, f->fid ? f->fid : c->position);
    unsigned bare = c->attributes_only && !f->fault && f->n_wkb == 0 ? FEATURE_BARE : 0u;
    record_u8(&c->out, (f->curved ? FEATURE_CURVED : 0u) | (f->fault ? FEATURE_FAULT : 0u) | bare);
    record_text(&c->out, or_empty(f->where_zh));
    record_text(&c->out, or_empty(f->where_en));
    record_u32(&c->out, (uint32_t)c->n_values);
    for (size_t i = 0; i < c->n_values; i++)
        record_text(&c->out, f->values ? f->values[i] : NULL);
    record_bytes(&c->out, f->wkb, f->fault ? 0 : f->n_wkb);
    if (f->fault)
        write_sentence(c, f->fault);
    write_notes(c, f);
    return record_end(&c->out, e);
}

enum status child_note(struct child *c, const char *code, const char *zh, const char *en, struct error *e)
{
    record_begin(&c->out, RECORD_NOTE);
    record_text(&c->out, code);
    record_text(&c->out, zh);
    record_text(&c->out, en);
    return record_end(&c->out, e);
}
