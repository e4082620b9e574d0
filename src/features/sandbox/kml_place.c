#include "features/sandbox/kml_parts.h"

#include <string.h>

void kml_fail(struct kml *k, enum status s, const struct error *why)
{
    if (k->stopped)
        return;
    k->error = *why;
    k->status = s;
    k->stopped = true;
    XML_StopParser(k->parser, XML_FALSE);
}

int kml_field(struct kml *k, const char *name)
{
    for (size_t i = KML_FIELDS_OWN; i < k->n_fields; i++)
        if (strcmp(k->fields[i], name) == 0)
            return (int)i;
    if (k->giving || k->n_fields == KML_FIELDS_MAX)
        return -1;
    k->fields[k->n_fields] = arena_strdup(k->c->keep, name);
    k->aliases[k->n_fields] = "";
    k->types[k->n_fields] = FEATURE_TEXT;
    return k->fields[k->n_fields] ? (int)k->n_fields++ : -1;
}

static const char *folder_of(const struct kml *k)
{
    int open = k->n_open_folders;
    const char *name = open ? k->folder_names[k->folders[open - 1]] : NULL;
    return name ? name : "";
}

/* Folders are one list unless one is asked for, with what is in the folders within it. */
static bool is_chosen(const struct kml *k)
{
    bool chosen = !k->c->layer;
    for (int i = 0; !chosen && i < k->n_open_folders; i++) {
        const char *name = k->folder_names[k->folders[i]];
        chosen = name && strcmp(name, k->c->layer) == 0;
    }
    return chosen;
}

static void fault_line(struct kml *k)
{
    const struct kml_placemark *p = &k->placemark;
    const char *zh = p->tracks ? "轨迹" : "路径（线）";
    const char *en = p->tracks ? "a track" : "a path (line)";
    struct kml_shape *s = &k->shape;
    if (s->fault.code[0])
        return;
    error_zh(&s->fault, "这里画的是%s，不是多边形；请改画成多边形，或从文件中删去。", zh);
    error_en(&s->fault, STATUS_INVALID_INPUT, "source-not-polygon",
             "This is %s, not a polygon; draw a polygon, or delete it.", en);
}

static void give(struct kml *k)
{
    struct child *c = k->c;
    struct kml_shape *s = &k->shape;
    const char *name = k->values[KML_FIELD_NAME] ? k->values[KML_FIELD_NAME] : "";
    kml_shape_finish(s);
    bool faulty = s->fault.code[0];
    const struct feature f = {
        .values = k->values,
        .wkb = (const unsigned char *)s->wkb.data,
        .n_wkb = faulty ? 0 : s->wkb.size,
        .where_zh = arena_printf(c->scratch, "“%.100s”（第%lu行）", name, k->placemark.line),
        .where_en = arena_printf(c->scratch, "\"%.100s\" (line %lu)", name, k->placemark.line),
        .fault = faulty ? &s->fault : NULL};
    struct error e = {0};
    enum status st = s->no_memory ? error_no_memory(&e) : child_feature(c, &f, &e);
    if (st != STATUS_OK)
        kml_fail(k, st, &e);
}

/* A placemark of points alone is no record: it is counted. One of nothing is a record without geometry. */
void kml_placemark_end(struct kml *k)
{
    struct kml_placemark *p = &k->placemark;
    bool area = p->polygons > 0, line = p->lines + p->tracks > 0;
    bool counted = !area && !line && p->points + p->models > 0;
    p->open = false;
    if (!is_chosen(k))
        return;
    k->others[KML_POINTS] += p->points;
    k->others[KML_MODELS] += p->models;
    if (counted)
        return;
    k->n_placemarks++;
    if (!k->giving || child_passes(k->c))
        return;
    if (line)
        fault_line(k);
    else if (!area)
        kml_shape_fault(&k->shape, FEATURE_NO_GEOMETRY);
    k->values[KML_FIELD_FOLDER] = folder_of(k);
    give(k);
}
