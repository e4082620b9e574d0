/* What a path is: by its first bytes, and by names in an archive or a folder. */
#include "features/sandbox/child_parts.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { NAMES_MAX = 20000, MEMBERS_MAX = 200, NAMES_SHOWN = 8 };

static const char *const shapefile[] = {"ESRI Shapefile", NULL}, *const gdb[] = {"OpenFileGDB", NULL};
static const char *const fgb[] = {"FlatGeobuf", NULL}, *const sqlite[] = {"SQLite", NULL};
static const char *const mapinfo[] = {"MapInfo File", NULL};
static const char *const geojson[] = {"GeoJSON", "GeoJSONSeq", NULL};
static const char *const any[] = {"OpenFileGDB", "FlatGeobuf", "SQLite", "MapInfo File", NULL};

static const struct ending {
    const char *text;
    enum child_kind kind;
    const char *const *drivers;
} endings[] = {
    {".shp", KIND_SHAPEFILE, shapefile},
    {".gpkg", KIND_GEOPACKAGE, NULL},
    {".kml", KIND_KML, NULL},
    {".dxf", KIND_DXF, NULL},
    {".gdb", KIND_OGR, gdb},
    {".fgb", KIND_OGR, fgb},
    {".sqlite", KIND_OGR, sqlite},
    {".db", KIND_GEOPACKAGE, NULL},
    {".tab", KIND_OGR, mapinfo},
    {".mif", KIND_OGR, mapinfo},
    {".geojson", KIND_OGR, geojson},
    {".json", KIND_OGR, geojson},
    {".geojsonl", KIND_OGR, geojson},
    {".kmz", KIND_KML, NULL},
};

static const struct ending *ending_of(const char *name)
{
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (text_ends_with(name, endings[i].text))
            return &endings[i];
    return NULL;
}

static void take_ending(struct child_source *out, const struct ending *is, const char *name)
{
    *out = (struct child_source){is->kind, name, is->drivers};
}

/* ---- archives and folders ---- */

/* What GDAL's listing of an archive or a folder says: names of data, kept. A geodatabase is one folder. */
struct members {
    const char *names[MEMBERS_MAX];
    size_t n;
    bool too_many, listed;
};

static void add_member(struct child *c, struct members *m, const char *name, size_t n)
{
    for (size_t i = 0; i < m->n; i++)
        if (strncmp(m->names[i], name, n) == 0 && !m->names[i][n])
            return;
    if (m->n == MEMBERS_MAX)
        m->too_many = true;
    else
        m->names[m->n++] = arena_strndup(c->keep, name, n);
}

/* Names may not climb out of the archive, and what a Mac adds is not the officer's. */
static void find_members(struct child *c, const char *root, bool deep, struct members *m)
{
    char **all = deep ? VSIReadDirRecursive(root) : VSIReadDir(root);
    m->listed = all != NULL;
    m->too_many = CSLCount(all) > NAMES_MAX;
    for (int i = 0; all && all[i] && i < NAMES_MAX; i++) {
        const char *name = all[i], *in_gdb = strcasestr(name, ".gdb/");
        if (strstr(name, "..") || strstr(name, "__MACOSX") || strstr(name, "/._"))
            continue;
        if (in_gdb)
            add_member(c, m, name, (size_t)(in_gdb - name) + 4);
        else if (ending_of(name))
            add_member(c, m, name, strlen(name));
    }
    CSLDestroy(all);
}

/* .json beside other data is its description; .tab and .dbf names beside a .shp are not told apart here. */
static void drop_descriptions(struct members *m)
{
    size_t kept = 0, json = 0;
    for (size_t i = 0; i < m->n; i++)
        json += text_ends_with(m->names[i], ".json");
    for (size_t i = 0; i < m->n && json < m->n; i++)
        if (!text_ends_with(m->names[i], ".json"))
            m->names[kept++] = m->names[i];
    if (json < m->n)
        m->n = kept;
}

static const char *stem_of(struct child *c, const char *name)
{
    const char *shown = child_archive_name(name, c->keep);
    const char *base = shown ? strrchr(shown, '/') : NULL;
    base = base ? base + 1 : shown;
    const char *dot = base ? strrchr(base, '.') : NULL;
    return base ? arena_strndup(c->keep, base, dot ? (size_t)(dot - base) : strlen(base)) : "";
}

static enum status fail_many(struct child *c, struct error *e)
{
    error_zh(e, "%s里的文件太多（最多%d个文件，其中数据文件%d个），不能全部查看；请只打包要用的数据。",
             c->called_zh, NAMES_MAX, MEMBERS_MAX);
    return error_fail(e, STATUS_TOO_LARGE, "source-zip-many",
                      "%s holds too many files (at most %d, %d of them data), which are not all looked at; "
                      "leave only what is meant.",
                      c->called_en, NAMES_MAX, MEMBERS_MAX);
}

static enum status fail_empty(struct child *c, bool listed, struct error *e)
{
    if (!listed) {
        error_zh(e, "压缩包%s打不开：可能不完整，或不是 zip；请重新获取。", c->called_zh);
        return error_fail(e, STATUS_INVALID_INPUT, "source-zip-broken",
                          "The archive %s cannot be opened: it may be incomplete, or no zip; get it again.",
                          c->called_en);
    }
    error_zh(e, "%s里没有能读的数据（.shp、.gdb、.gpkg、.geojson、.fgb、.sqlite、.tab、.mif、.kml、.dxf）。",
             c->called_zh);
    return error_fail(
        e, STATUS_UNSUPPORTED, "source-zip-empty",
        "%s holds nothing that can be read (.shp, .gdb, .gpkg, .geojson, .fgb, .sqlite, .tab, .mif, "
        ".kml, .dxf).",
        c->called_en);
}

static enum status choose_member(struct child *c, const struct members *m, size_t *chosen, struct error *e)
{
    static struct child_choice all[MEMBERS_MAX];
    char names[300] = "";
    for (size_t i = 0; i < m->n; i++)
        all[i] =
            (struct child_choice){stem_of(c, m->names[i]), child_archive_name(m->names[i], c->keep), true};
    if (m->n == 1) {
        *chosen = 0;
        return STATUS_OK;
    }
    if (c->layer)
        return child_choose(c, all, m->n, chosen, e);
    for (size_t i = 0; i < m->n && i < NAMES_SHOWN; i++)
        snprintf(names + strlen(names), sizeof names - strlen(names), "%s%.30s", i ? ", " : "", all[i].alias);
    error_zh(e, "%s里有%zu个数据文件（%s）；读哪一个？请只留一个，或用 --layer 指明文件名。", c->called_zh,
             m->n, names);
    return error_fail(
        e, STATUS_INVALID_INPUT, "source-zip-ambiguous",
        "%s holds %zu data files (%s); which one is meant? Leave only one, or name it with --layer.",
        c->called_en, m->n, names);
}

static enum status list_members(struct child *c, const struct members *m, struct error *e)
{
    const struct feature_stream_info info = {.driver = "archive", .n_declared = -1};
    const struct feature_schema none = {0};
    enum status s = child_header(c, &info, e);
    for (size_t i = 0; s == STATUS_OK && i < m->n; i++)
        s = child_layer(c,
                        &(struct sandbox_layer){.name = stem_of(c, m->names[i]),
                                                .alias = child_archive_name(m->names[i], c->keep),
                                                .may_be_areas = true,
                                                .n_declared = -1,
                                                .schema = &none},
                        e);
    return s;
}

static enum status find_inside(struct child *c, const char *root, bool archive, int depth,
                               struct child_source *out, struct error *e)
{
    static struct members m;
    size_t chosen;
    m = (struct members){.n = 0};
    find_members(c, root, archive, &m);
    drop_descriptions(&m);
    if (m.too_many)
        return fail_many(c, e);
    if (m.n == 0)
        return fail_empty(c, m.listed || !archive, e);
    if (c->list && m.n > 1) {
        out->name = NULL;
        return list_members(c, &m, e);
    }
    enum status s = choose_member(c, &m, &chosen, e);
    if (s != STATUS_OK)
        return s;
    if (m.n > 1)
        c->layer = NULL; /* it named the file */
    const char *name = arena_printf(c->keep, "%s/%s", root, m.names[chosen]);
    if (!name)
        return error_no_memory(e);
    take_ending(out, ending_of(name), name);
    if (text_ends_with(name, ".kmz") && depth == 0)
        return find_inside(c, arena_printf(c->keep, "/vsizip/{%s}", name), true, 1, out, e);
    return STATUS_OK;
}

static bool is_geodatabase(const char *folder)
{
    char **all = VSIReadDir(folder);
    bool found = false;
    for (int i = 0; all && all[i] && i < NAMES_MAX; i++)
        found |= text_ends_with(all[i], ".gdbtable");
    CSLDestroy(all);
    return found;
}

static enum status find_in_folder(struct child *c, struct child_source *out, struct error *e)
{
    if (text_ends_with(c->path, ".gdb") || is_geodatabase(c->path)) {
        *out = (struct child_source){KIND_OGR, c->path, gdb};
        return STATUS_OK;
    }
    return find_inside(c, c->path, false, 0, out, e);
}

/* ---- one file ---- */

static bool begins(const char *head, size_t n, const void *magic, size_t k)
{
    return n >= k && memcmp(head, magic, k) == 0;
}

/* "  0\r\nSECTION", behind comments (group 999) perhaps, or the mark of a binary drawing. */
static bool is_dxf(const char *head, size_t n)
{
    if (begins(head, n, "AutoCAD Binary DXF", 18))
        return true;
    size_t i = begins(head, n, "\xEF\xBB\xBF", 3) ? 3 : 0;
    i += strspn(head + i, " \t\r\n");
    if (strncmp(head + i, "999", 3) == 0)
        return strstr(head, "SECTION") != NULL;
    if (head[i] != '0')
        return false;
    i += 1 + strspn(head + i + 1, " \t\r\n");
    return strncmp(head + i, "SECTION", 7) == 0;
}

static bool is_xml(const char *head, size_t n)
{
    size_t i = begins(head, n, "\xEF\xBB\xBF", 3) ? 3 : 0;
    return begins(head, n, "\xFF\xFE<\0", 4) || begins(head, n, "\xFE\xFF\0<", 4) ||
           head[i + strspn(head + i, " \t\r\n")] == '<';
}

static bool is_json(const char *head, size_t n)
{
    size_t i = begins(head, n, "\xEF\xBB\xBF", 3) ? 3 : 0;
    i += strspn(head + i, " \t\r\n\x1E");
    return head[i] == '{' || head[i] == '[';
}

static void by_bytes(const char *head, size_t n, struct child_source *out)
{
    if (begins(head, n, "SQLite format 3", 16))
        *out = (struct child_source){KIND_GEOPACKAGE, NULL, NULL};
    else if (begins(head, n, "fgb\3fgb", 7))
        *out = (struct child_source){KIND_OGR, NULL, fgb};
    else if (begins(head, n, "\0\0\x27\x0A", 4))
        *out = (struct child_source){KIND_SHAPEFILE, NULL, shapefile};
    else if (is_dxf(head, n))
        *out = (struct child_source){KIND_DXF, NULL, NULL};
    else if (is_json(head, n))
        *out = (struct child_source){KIND_OGR, NULL, geojson};
    else if (is_xml(head, n))
        *out = (struct child_source){KIND_KML, NULL, NULL};
    else
        *out = (struct child_source){KIND_OGR, NULL, any};
}

enum status child_find_source(struct child *c, struct child_source *out, struct error *e)
{
    VSIStatBufL st;
    char head[8193];
    if (VSIStatL(c->path, &st) == 0 && VSI_ISDIR(st.st_mode))
        return find_in_folder(c, out, e);
    VSILFILE *f = VSIFOpenL(c->path, "rb");
    if (!f)
        return child_fail_open(c, e);
    size_t n = VSIFReadL(head, 1, sizeof head - 1, f);
    VSIFCloseL(f);
    head[n] = '\0';
    if (begins(head, n, "PK\3\4", 4) || begins(head, n, "PK\5\6", 4))
        return find_inside(c, arena_printf(c->keep, "/vsizip/{%s}", c->path), true, 0, out, e);
    by_bytes(head, n, out);
    const struct ending *is = out->kind == KIND_OGR && out->drivers == any ? ending_of(c->path) : NULL;
    if (is && is->kind != KIND_GEOPACKAGE && is->kind != KIND_SHAPEFILE)
        *out = (struct child_source){is->kind, NULL, is->drivers};
    out->name = c->path;
    return STATUS_OK;
}
