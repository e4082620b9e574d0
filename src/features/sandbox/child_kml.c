/* KML by expat: GDAL keeps the last of several rings and polygons only, and makes "_____" of Chinese names
 * of data. */
#include "features/gdal.h"
#include "features/sandbox/kml_parts.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ---- where we are ---- */

static const char *local(const char *name)
{
    const char *colon = strrchr(name, ':');
    return colon ? colon + 1 : name;
}

/* The open element `up` levels above the innermost; "" above the root. */
static const char *above(const struct kml *k, int up)
{
    int at = k->depth - 1 - up;
    return at >= 0 ? k->names[at] : "";
}

static bool is(const char *a, const char *b)
{
    return strcmp(a, b) == 0;
}

static const char *attribute(const char **attributes, const char *name)
{
    for (; attributes && *attributes; attributes += 2)
        if (is(local(attributes[0]), name))
            return attributes[1];
    return NULL;
}

static void want_text(struct kml *k)
{
    k->wants_text = true;
    k->text_line = XML_GetCurrentLineNumber(k->parser);
    buffer_clear(&k->text);
}

static const char *text_of(struct kml *k, struct arena *a)
{
    const char *s = k->text.data && k->text.size ? k->text.data : "";
    size_t n = strlen(s);
    while (n > 0 && strchr(" \t\r\n", s[n - 1]))
        n--;
    size_t from = strspn(s, " \t\r\n");
    return from < n ? arena_strndup(a, s + from, n - from) : "";
}

/* ---- elements that begin ---- */

static void fail_link(struct kml *k)
{
    struct error e;
    unsigned long line = XML_GetCurrentLineNumber(k->parser);
    error_zh(&e,
             "第%"
             "lu行是网络链接（NetworkLink），内容不在这个文件里，没有读取；请在原软件中把链接的内容另存为KML"
             "后提交。",
             line);
    error_en(&e, STATUS_INVALID_INPUT, "kml-network-link",
             "Line %lu is a NetworkLink, whose content is not in this file and was not read; save the linked "
             "content as KML "
             "and send that.",
             line);
    kml_fail(k, STATUS_INVALID_INPUT, &e);
}

static void open_folder(struct kml *k)
{
    struct error e;
    if (k->folder_count == KML_FOLDERS_MAX) {
        kml_fail(k, child_fail_layers(k->c, KML_FOLDERS_MAX, &e), &e);
        return;
    }
    if (!k->giving)
        k->folder_names[k->folder_count] = NULL;
    k->folders[k->n_open_folders++] = k->folder_count++;
}

static void open_placemark(struct kml *k)
{
    k->placemark = (struct kml_placemark){true, k->depth, XML_GetCurrentLineNumber(k->parser), 0, 0, 0, 0, 0};
    kml_shape_clear(&k->shape);
    arena_reset(k->c->scratch);
    for (size_t i = 0; i < k->n_fields; i++)
        k->values[i] = NULL;
    k->data_field = -1;
}

static void open_data(struct kml *k, const char *name, const char **attributes)
{
    const char *field = attribute(attributes, "name");
    bool untyped = is(above(k, 1), "ExtendedData") && !is(name, "Data") && !is(name, "SchemaData");
    if (!is(name, "Data") && !is(name, "SimpleData") && !untyped)
        return;
    k->data_field = kml_field(k, field && *field ? field : name);
    k->data_depth = k->depth;
    if (k->data_field < 0) {
        struct error e;
        error_zh(&e, "KML里的属性字段超过%d个；请分成几个文件。", KML_FIELDS_MAX);
        error_en(&e, STATUS_TOO_LARGE, "kml-fields", "The KML has more than %d fields; split it.",
                 KML_FIELDS_MAX);
        kml_fail(k, STATUS_TOO_LARGE, &e);
    }
    if (!is(name, "Data"))
        want_text(k);
}

static void open_in_placemark(struct kml *k, const char *name, const char **attributes)
{
    struct kml_placemark *p = &k->placemark;
    const char *parent = above(k, 1);
    bool ring = is(parent, "outerBoundaryIs") || is(parent, "innerBoundaryIs");
    if (is(name, "Polygon"))
        p->polygons++;
    else if (is(name, "LineString") || (is(name, "LinearRing") && !ring))
        p->lines++;
    else if (is(name, "Point"))
        p->points++;
    else if (is(name, "Track"))
        p->tracks++;
    else if (is(name, "Model"))
        p->models++;
    else if (is(name, "coordinates") && is(parent, "LinearRing"))
        want_text(k);
    else if (k->depth == p->depth + 1 && (is(name, "name") || is(name, "description")))
        want_text(k);
    else if (is(parent, "ExtendedData") || is(parent, "SchemaData"))
        open_data(k, name, attributes);
    else if (k->data_field >= 0 && is(parent, "Data") && (is(name, "value") || is(name, "displayName")))
        want_text(k);
}

static enum feature_type type_of(const char *kml)
{
    static const char *const integers[] = {"int", "uint", "short", "ushort"};
    for (size_t i = 0; kml && i < sizeof integers / sizeof *integers; i++)
        if (is(kml, integers[i]))
            return FEATURE_INTEGER;
    return kml && (is(kml, "float") || is(kml, "double")) ? FEATURE_REAL : FEATURE_TEXT;
}

static void open_elsewhere(struct kml *k, const char *name, const char **attributes)
{
    if (is(name, "Placemark")) {
        open_placemark(k);
    } else if (is(name, "Folder") || is(name, "Document")) {
        open_folder(k);
    } else if (is(name, "GroundOverlay") || is(name, "ScreenOverlay") || is(name, "PhotoOverlay")) {
        k->others[KML_OVERLAYS]++;
    } else if (is(name, "SimpleField") && !k->giving && attribute(attributes, "name")) {
        int field = kml_field(k, attribute(attributes, "name"));
        if (field >= 0)
            k->types[field] = type_of(attribute(attributes, "type"));
    } else if (is(name, "name") && (is(above(k, 1), "Folder") || is(above(k, 1), "Document"))) {
        want_text(k);
    }
}

static void XMLCALL on_start(void *user, const char *qualified, const char **attributes)
{
    struct kml *k = user;
    const char *name = local(qualified);
    if (k->depth == KML_DEPTH_MAX) {
        struct error e;
        error_zh(&e, "KML的层次太深（上限%d层）；文件可能已损坏。", KML_DEPTH_MAX);
        error_en(&e, STATUS_INVALID_INPUT, "kml-depth", "The KML is nested deeper than %d levels.",
                 KML_DEPTH_MAX);
        kml_fail(k, STATUS_INVALID_INPUT, &e);
        return;
    }
    snprintf(k->names[k->depth++], KML_NAME, "%s", name);
    if (k->depth == 1)
        k->is_kml = is(name, "kml");
    if (is(name, "NetworkLink"))
        fail_link(k);
    else if (is(name, "OvCoordType"))
        want_text(k);
    else if (k->placemark.open)
        open_in_placemark(k, name, attributes);
    else
        open_elsewhere(k, name, attributes);
}

static void XMLCALL on_text(void *user, const char *text, int n)
{
    struct kml *k = user;
    if (k->wants_text)
        buffer_append(&k->text, text, (size_t)n);
}

/* ---- elements that end ---- */

/* A field that is there twice keeps both values. */
static void set_value(struct kml *k, int field)
{
    const char *text = text_of(k, k->c->scratch);
    if (k->values[field] && *k->values[field])
        text = arena_printf(k->c->scratch, "%s; %s", k->values[field], text);
    k->values[field] = text;
}

static void end_in_placemark(struct kml *k, const char *name)
{
    const char *parent = above(k, 1);
    if (is(name, "coordinates") && is(parent, "LinearRing")) {
        const char *role = above(k, 2);
        if (k->giving && (is(role, "outerBoundaryIs") || is(role, "innerBoundaryIs")))
            kml_shape_ring(&k->shape, is(role, "outerBoundaryIs"),
                           k->text.data && k->text.size ? k->text.data : "", k->text_line);
    } else if (is(name, "Polygon")) {
        if (k->giving)
            kml_shape_polygon(&k->shape, XML_GetCurrentLineNumber(k->parser));
    } else if (k->wants_text && k->depth == k->placemark.depth + 1) {
        set_value(k, is(name, "name") ? KML_FIELD_NAME : KML_FIELD_DESCRIPTION);
    } else if (k->wants_text && is(name, "displayName") && k->data_field >= 0) {
        if (!k->giving && !*k->aliases[k->data_field])
            k->aliases[k->data_field] = text_of(k, k->c->keep);
    } else if (k->wants_text && k->data_field >= 0) {
        set_value(k, k->data_field);
    }
    if (k->data_field >= 0 && k->depth == k->data_depth)
        k->data_field = -1;
}

static void note_coord_type(struct kml *k)
{
    const char *text = text_of(k, k->c->keep);
    if (*text && !strcasestr(text, "WGS") && !k->coord_type)
        k->coord_type = text;
}

static void XMLCALL on_end(void *user, const char *qualified)
{
    struct kml *k = user;
    const char *name = local(qualified);
    if (k->stopped)
        return;
    if (is(name, "OvCoordType"))
        note_coord_type(k);
    else if (k->placemark.open && k->depth == k->placemark.depth)
        kml_placemark_end(k);
    else if (k->placemark.open)
        end_in_placemark(k, name);
    else if (k->wants_text && is(name, "name") && !k->giving && k->n_open_folders)
        k->folder_names[k->folders[k->n_open_folders - 1]] = text_of(k, k->c->keep);
    else if ((is(name, "Folder") || is(name, "Document")) && k->n_open_folders)
        k->n_open_folders--;
    k->wants_text = false;
    k->depth--;
}

/* ---- passes ---- */

static enum status run(struct kml *k, bool giving, struct error *e)
{
    k->giving = giving;
    k->depth = k->n_open_folders = k->folder_count = 0;
    k->n_placemarks = 0;
    k->wants_text = false;
    k->placemark.open = false;
    memset(k->others, 0, sizeof k->others);
    k->parser = XML_ParserCreate(NULL);
    if (!k->parser)
        return error_no_memory(e);
    XML_SetUserData(k->parser, k);
    XML_SetElementHandler(k->parser, on_start, on_end);
    XML_SetCharacterDataHandler(k->parser, on_text);
    enum status s = kml_feed(k->c, &k->file, k->parser, &k->stopped, e);
    if (k->stopped) {
        s = k->status;
        *e = k->error;
    }
    XML_ParserFree(k->parser);
    return s == STATUS_OK ? buffer_status(&k->text, e) : s;
}

static const char *wgs84(struct child *c)
{
    char *wkt = NULL;
    OGRSpatialReferenceH srs = OSRNewSpatialReference(NULL);
    const char *kept = "";
    if (OSRImportFromEPSG(srs, 4326) == OGRERR_NONE && OSRExportToWkt(srs, &wkt) == OGRERR_NONE && wkt)
        kept = arena_strdup(c->keep, wkt);
    CPLFree(wkt);
    OSRDestroySpatialReference(srs);
    return kept;
}

static enum status fail_not_kml(struct child *c, struct error *e)
{
    error_zh(e, "%s是XML，但不是KML；请导出为KML、GeoJSON或Shapefile。", c->called_zh);
    return error_fail(e, STATUS_UNSUPPORTED, "kml-not",
                      "%s is XML, but no KML; export KML, GeoJSON or a Shapefile.", c->called_en);
}

static enum status check_layer(struct kml *k, struct error *e)
{
    struct child *c = k->c;
    size_t n = 0, chosen;
    struct child_choice *all = arena_array(c->keep, (size_t)k->n_folders + 1, sizeof *all);
    for (int i = 0; all && i < k->n_folders; i++)
        if (k->folder_names[i] && *k->folder_names[i])
            all[n++] = (struct child_choice){k->folder_names[i], "", true};
    if (!all)
        return error_no_memory(e);
    enum status s = child_choose(c, all, n, &chosen, e);
    if (s == STATUS_OK)
        c->layer = all[chosen].name;
    return s;
}

static enum status write_header(struct kml *k, struct error *e)
{
    struct child *c = k->c;
    struct feature_stream_info info = {.driver = "KML", .n_declared = k->n_placemarks};
    const struct feature_schema schema = {
        .names = k->fields, .aliases = k->aliases, .types = k->types, .n = k->n_fields};
    info.layer = c->layer ? c->layer : k->n_folders && k->folder_names[0] ? k->folder_names[0] : "";
    info.crs_wkt = k->coord_type ? arena_printf(c->keep, "OvCoordType %s", k->coord_type) : wgs84(c);
    info.encoding = k->file.misdeclared ? (k->file.gbk ? "GB18030" : "UTF-8") : "";
    info.encoding_misdeclared = k->file.misdeclared;
    info.schema = &schema;
    enum status s = child_header(c, &info, e);
    if (s != STATUS_OK || !c->list)
        return s;
    struct sandbox_layer l = {.name = info.layer,
                              .may_be_areas = true,
                              .n_declared = k->n_placemarks,
                              .crs_wkt = info.crs_wkt,
                              .schema = &schema};
    s = child_layer(c, &l, e);
    l.n_declared = -1;
    for (int i = 0; s == STATUS_OK && i < k->n_folders; i++) {
        l.name = k->folder_names[i];
        if (l.name && *l.name && strcmp(l.name, info.layer) != 0)
            s = child_layer(c, &l, e);
    }
    return s;
}

static enum status note_others(struct kml *k, struct error *e)
{
    static const char *const zh[] = {"点", "叠加图片（GroundOverlay 等）", "三维模型"};
    static const char *const en[] = {"points", "overlays", "models"};
    struct buffer b[2];
    enum status s = STATUS_OK;
    buffer_init(&b[0], 1000);
    buffer_init(&b[1], 1000);
    for (int i = 0; i < KML_OTHERS; i++)
        if (k->others[i]) {
            buffer_printf(&b[0], "%s%lld个%s", b[0].size ? "、" : "", (long long)k->others[i], zh[i]);
            buffer_printf(&b[1], "%s%lld %s", b[1].size ? ", " : "", (long long)k->others[i], en[i]);
        }
    if (b[0].size)
        s = child_note(
            k->c, "features-skipped", arena_printf(k->c->keep, "文件里还有%s，不是地块，未读取。", b[0].data),
            arena_printf(k->c->keep, "The file also holds %s, which are no plots and were not read.",
                         b[1].data),
            e);
    buffer_release(&b[0]);
    buffer_release(&b[1]);
    return s;
}

static void start_fields(struct kml *k)
{
    static const char *const own[] = {"Name", "Description", "Folder"};
    for (; k->n_fields < KML_FIELDS_OWN; k->n_fields++) {
        k->fields[k->n_fields] = own[k->n_fields];
        k->aliases[k->n_fields] = "";
    }
}

enum status child_read_kml(struct child *c, const char *name, struct error *e)
{
    static struct kml k;
    k.c = c;
    buffer_init(&k.text, 0);
    kml_shape_init(&k.shape);
    start_fields(&k);
    k.folder_names = arena_array(c->keep, KML_FOLDERS_MAX + 1, sizeof *k.folder_names);
    enum status s = k.folder_names ? kml_file_open(c, name, &k.file, e) : error_no_memory(e);
    if (s == STATUS_OK)
        s = run(&k, false, e);
    k.n_folders = k.folder_count;
    if (s == STATUS_OK && !k.is_kml)
        s = fail_not_kml(c, e);
    if (s == STATUS_OK && c->layer && !c->list) {
        s = check_layer(&k, e);
        if (s == STATUS_OK)
            s = run(&k, false, e); /* counts those of the folder */
    }
    if (s == STATUS_OK)
        s = write_header(&k, e);
    if (s != STATUS_OK || c->list)
        return s;
    s = note_others(&k, e);
    return s == STATUS_OK ? run(&k, true, e) : s;
}
