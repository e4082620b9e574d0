#include "record/facts.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool facts_is_json(const char *text)
{
    json_t *v = json_loads(text, 0, NULL);
    json_decref(v);
    return v != NULL;
}

static const char *text_at(const json_t *report, const char *key, const char *inner)
{
    const json_t *v = json_object_get(report, key);
    const char *text = json_string_value(inner ? json_object_get(v, inner) : v);
    return text ? text : "";
}

static bool conflict(struct facts_conflict *out, const char *field, const char *in_row, const char *in_report)
{
    out->field = field;
    snprintf(out->in_row, sizeof out->in_row, "%.190s", in_row);
    snprintf(out->in_report, sizeof out->in_report, "%.190s", in_report);
    return false;
}

static bool same_text(const char *field, const char *in_row, const char *in_report,
                      struct facts_conflict *out)
{
    return strcmp(in_row, in_report) == 0 || conflict(out, field, in_row, in_report);
}

/* The column is the array of the report, as compact text. */
static bool same_layers(const char *column, const json_t *report, struct facts_conflict *out)
{
    const json_t *used = json_object_get(report, "layers_used");
    json_t *row = json_loads(column, 0, NULL);
    bool same = row && used && json_equal(row, used);
    json_decref(row);
    if (same)
        return true;
    char *text = used ? json_dumps(used, JSON_COMPACT) : NULL;
    conflict(out, "layers", column, text ? text : "");
    free(text);
    return false;
}

/* The column also has GDAL, which imports data and takes no part in a report. */
static bool same_engine(const char *column, const json_t *report, struct facts_conflict *out)
{
    const json_t *engine = json_object_get(report, "engine");
    const json_t *libraries = json_object_get(engine, "libraries");
    json_t *row = json_loads(column, 0, NULL);
    bool same = row && json_is_object(libraries) &&
                json_equal(json_object_get(row, "name"), json_object_get(engine, "name")) &&
                json_equal(json_object_get(row, "version"), json_object_get(engine, "version"));
    const char *names[] = {"geos", "proj", "sqlite"};
    for (int i = 0; same && i < 3; i++)
        same = json_equal(json_object_get(row, names[i]), json_object_get(libraries, names[i]));
    json_decref(row);
    if (same)
        return true;
    char *text = engine ? json_dumps(engine, JSON_COMPACT) : NULL;
    conflict(out, "engine", column, text ? text : "");
    free(text);
    return false;
}

bool facts_agree(const struct store_record *row, const void *report, size_t n, struct facts_conflict *out)
{
    json_t *r = json_loadb(report, n, JSON_REJECT_DUPLICATES, NULL);
    if (!r)
        return conflict(out, "result", row->result_sha256, "");
    bool same = same_text("verdict", row->verdict, text_at(r, "verdict", NULL), out) &&
                same_text("project_class", row->project_class, text_at(r, "project_class", NULL), out) &&
                same_text("area_basis", row->area_basis, text_at(r, "area_basis", NULL), out) &&
                same_text("rules_sha256", row->rules_sha256, text_at(r, "rules_version", NULL), out) &&
                same_text("input_sha256", row->input_sha256, text_at(r, "input", "sha256"), out) &&
                same_layers(row->layers, r, out) && same_engine(row->engine, r, out);
    json_decref(r);
    return same;
}
