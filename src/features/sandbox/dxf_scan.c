#include "features/sandbox/dxf_scan.h"

#include "base/array.h"
#include "features/gdal.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { PIECE = 1 << 16, LINE_MAX_BYTES = 1 << 20, BLOCK_DEPTH = 16, KEPT_STRINGS = 4096 };

/* ---- pairs of lines ---- */

struct pairs {
    VSILFILE *file;
    char piece[PIECE];
    size_t at, n;
    struct buffer line;
    int code;
    const char *value; /* without blanks around it; until the next pair */
};

/* Next line without its end; false at the end of the file. */
static bool take_line(struct pairs *p)
{
    bool any = false;
    buffer_clear(&p->line);
    buffer_append_str(&p->line, "");
    for (;;) {
        if (p->at == p->n) {
            p->n = VSIFReadL(p->piece, 1, PIECE, p->file);
            p->at = 0;
            if (p->n == 0)
                break;
        }
        any = true;
        const char *from = p->piece + p->at, *end = memchr(from, '\n', p->n - p->at);
        size_t k = end ? (size_t)(end - from) : p->n - p->at;
        buffer_append(&p->line, from, k);
        p->at += k + (end != NULL);
        if (end || p->line.size > LINE_MAX_BYTES)
            break;
    }
    return any;
}

static const char *trimmed(struct buffer *b)
{
    char *s = b->data;
    size_t n = s && b->size ? strlen(s) : 0;
    while (n > 0 && strchr(" \t\r", s[n - 1]))
        s[--n] = '\0';
    return n ? s + strspn(s, " \t") : "";
}

static bool take_pair(struct pairs *p)
{
    if (!take_line(p))
        return false;
    const char *code = trimmed(&p->line);
    if (*code == '\xEF')
        code += 3;
    p->code = atoi(code);
    if (!take_line(p))
        return false;
    p->value = trimmed(&p->line);
    return true;
}

/* ---- strings that are there often ---- */

struct scanning {
    struct child *c;
    struct pairs pairs;
    struct dxf_scan *out;
    size_t cap, cap_inner, cap_blocks;
    const char *strings[KEPT_STRINGS];
    char section[32], variable[32];
    struct dxf_entity *open; /* the entity whose codes are being read; NULL */
    bool passing;            /* the codes of an ATTRIB, which belong to no entity that is kept */
    bool in_block, no_memory;
};

static const char *keep(struct scanning *s, const char *text)
{
    unsigned hash = 5381;
    for (const char *p = text; *p; p++)
        hash = hash * 33 + (unsigned char)*p;
    const char **slot = &s->strings[hash % KEPT_STRINGS];
    if (!*slot || strcmp(*slot, text) != 0)
        *slot = arena_strdup(s->c->keep, text);
    s->no_memory |= !*slot;
    return *slot ? *slot : "";
}

/* ---- kinds ---- */

static bool is_one_of(const char *type, const char *const *names)
{
    for (; *names; names++)
        if (strcmp(type, *names) == 0)
            return true;
    return false;
}

static enum dxf_class class_of(const char *type)
{
    static const char *const areas[] = {"LWPOLYLINE", "POLYLINE", "CIRCLE", "ELLIPSE", "SPLINE",
                                        "HELIX",      "SOLID",    "TRACE",  "3DFACE",  NULL};
    static const char *const annotation[] = {
        "TEXT",     "MTEXT",      "POINT",         "DIMENSION",   "LEADER",         "MULTILEADER",
        "MLEADER",  "ATTRIB",     "ATTDEF",        "IMAGE",       "WIPEOUT",        "TOLERANCE",
        "SHAPE",    "ACAD_TABLE", "OLE2FRAME",     "OLEFRAME",    "XLINE",          "RAY",
        "LIGHT",    "SUN",        "CAMERA",        "PDFUNDERLAY", "DWFUNDERLAY",    "DGNUNDERLAY",
        "VIEWPORT", "SECTION",    "ARC_DIMENSION", "RTEXT",       "ARCALIGNEDTEXT", "GEOPOSITIONMARKER",
        NULL};
    return is_one_of(type, areas)                                  ? DXF_AREA
           : strcmp(type, "LINE") == 0 || strcmp(type, "ARC") == 0 ? DXF_LINES
           : strcmp(type, "HATCH") == 0                            ? DXF_HATCH
           : strcmp(type, "INSERT") == 0                           ? DXF_INSERT
           : is_one_of(type, annotation)                           ? DXF_ANNOTATION
                                                                   : DXF_UNREAD;
}

static bool is_part(const char *type) /* of the entity before it */
{
    return strcmp(type, "VERTEX") == 0 || strcmp(type, "SEQEND") == 0 || strcmp(type, "ATTRIB") == 0;
}

/* ---- building ---- */

static int find_block(const struct dxf_scan *scan, const char *name)
{
    for (size_t i = 0; i < scan->n_blocks; i++)
        if (strcasecmp(scan->blocks[i].name, name) == 0)
            return (int)i;
    return -1;
}

static void open_entity(struct scanning *s, const char *type)
{
    struct dxf_scan *out = s->out;
    struct dxf_entity **list = s->in_block ? &out->inner : &out->entities;
    size_t *n = s->in_block ? &out->n_inner : &out->n, *cap = s->in_block ? &s->cap_inner : &s->cap;
    if (!ARRAY_RESERVE(*list, *cap, *n + 1)) {
        s->no_memory = true;
        return;
    }
    s->open = &(*list)[(*n)++];
    enum dxf_class class = class_of(type);
    bool curved = class == DXF_AREA && (*type == 'C' || *type == 'E' || strcmp(type, "SPLINE") == 0);
    *s->open = (struct dxf_entity){keep(s, type), "", "", -1, 1, class, curved, false};
    if (s->in_block && out->n_blocks)
        out->blocks[out->n_blocks - 1].n++;
}

static void open_block(struct scanning *s)
{
    if (!ARRAY_RESERVE(s->out->blocks, s->cap_blocks, s->out->n_blocks + 1)) {
        s->no_memory = true;
        return;
    }
    s->out->blocks[s->out->n_blocks++] = (struct dxf_block){.name = "", .from = s->out->n_inner};
    s->in_block = true;
    s->open = NULL;
}

static void begin(struct scanning *s, const char *type)
{
    bool entities = strcmp(s->section, "ENTITIES") == 0, blocks = strcmp(s->section, "BLOCKS") == 0;
    s->variable[0] = '\0';
    s->passing = strcmp(type, "ATTRIB") == 0;
    if (strcmp(type, "EOF") == 0)
        s->out->ended = true;
    if (strcmp(type, "SECTION") == 0 || strcmp(type, "ENDSEC") == 0 || strcmp(type, "EOF") == 0) {
        s->section[0] = '\0';
        s->open = NULL;
        s->in_block = false;
    } else if (blocks && strcmp(type, "BLOCK") == 0) {
        open_block(s);
    } else if (blocks && strcmp(type, "ENDBLK") == 0) {
        s->in_block = false;
        s->open = NULL;
    } else if ((entities || (blocks && s->in_block)) && !is_part(type)) {
        open_entity(s, type);
    }
}

static void take_header(struct scanning *s, int code, const char *value)
{
    if (code == 9)
        snprintf(s->variable, sizeof s->variable, "%s", value);
    else if (code == 1 && strcmp(s->variable, "$ACADVER") == 0)
        s->out->unicode = strncmp(value, "AC", 2) == 0 && atoi(value + 2) >= 1021;
    else if (code == 3 && strcmp(s->variable, "$DWGCODEPAGE") == 0)
        snprintf(s->out->code_page, sizeof s->out->code_page, "%s", value);
}

/* Blocks may be used before they are told: their names stand for the type of INSERTs until all are known. */
static void take_code(struct scanning *s, int code, const char *value)
{
    struct dxf_entity *t = s->open;
    switch (code) {
    case 2:
        if (t->class == DXF_INSERT)
            t->type = keep(s, value); /* the block's name, resolved at the end */
        break;
    case 5:
        if (!*t->handle && !s->in_block)
            t->handle = arena_strdup(s->c->keep, value);
        break;
    case 8:
        if (!*t->layer)
            t->layer = keep(s, value);
        break;
    case 42:
        t->curved |= t->class == DXF_AREA && strstr(t->type, "POLYLINE") && strtod(value, NULL) != 0;
        break;
    case 67:
        t->paper = atoi(value) == 1;
        break;
    case 70:
    case 71:
        if (t->class == DXF_INSERT && atoi(value) > 1 && atoi(value) < 100000)
            t->copies *= atoi(value);
        break;
    default:
        break;
    }
}

static void take(struct scanning *s)
{
    int code = s->pairs.code;
    const char *value = s->pairs.value;
    if (code >= 0 && code <= 9)
        text_vote_add(&s->out->votes, value, strlen(value));
    if (code == 0)
        begin(s, value);
    else if (s->passing)
        return; /* its tag and flags would become the INSERT's block and copies */
    else if (code == 2 && !s->section[0])
        snprintf(s->section, sizeof s->section, "%s", value);
    else if (strcmp(s->section, "HEADER") == 0)
        take_header(s, code, value);
    else if (code == 2 && s->in_block && !s->open && s->out->n_blocks)
        s->out->blocks[s->out->n_blocks - 1].name = arena_strdup(s->c->keep, value);
    else if (s->open)
        take_code(s, code, value);
}

/* ---- blocks within blocks ---- */

/* The names are shared strings: that a name was found is remembered by where it stands. */
static void name_inserts(struct dxf_scan *scan, struct dxf_entity *list, size_t n)
{
    static struct {
        const char *name;
        int block;
    } found[KEPT_STRINGS];
    for (size_t i = 0; i < n; i++) {
        if (list[i].class != DXF_INSERT)
            continue;
        const char *name = list[i].type;
        size_t slot = ((uintptr_t)name >> 4) % KEPT_STRINGS;
        if (found[slot].name != name) {
            found[slot].name = name;
            found[slot].block = find_block(scan, name);
        }
        list[i].block = found[slot].block;
        list[i].type = "INSERT";
    }
}

static void walk_block(struct dxf_scan *scan, struct dxf_block *b, int depth)
{
    if (b->walked)
        return;
    b->walked = true;
    for (size_t i = b->from; i < b->from + b->n; i++) {
        const struct dxf_entity *t = &scan->inner[i];
        struct dxf_block *within = t->block >= 0 && depth < BLOCK_DEPTH ? &scan->blocks[t->block] : NULL;
        b->curved |= t->curved;
        b->hatched |= t->class == DXF_HATCH;
        b->solid |= t->class == DXF_AREA && !strstr(t->type, "LINE");
        b->lines += t->class == DXF_LINES;
        b->features += t->class != DXF_INSERT && t->class != DXF_UNREAD;
        if (t->class == DXF_UNREAD && !b->unread)
            b->unread = t;
        if (!within)
            continue;
        walk_block(scan, within, depth + 1);
        b->curved |= within->curved;
        b->hatched |= within->hatched;
        b->solid |= within->solid;
        b->lines += within->lines * t->copies;
        b->features += within->features * t->copies;
        b->unread = b->unread ? b->unread : within->unread;
    }
}

static enum status fail_cut(struct child *c, struct error *e)
{
    error_zh(e, "%s没有结尾（0 EOF）：图没有写完或被截断，请重新导出。", c->called_zh);
    return error_fail(
        e, STATUS_INVALID_INPUT, "dxf-cut",
        "%s has no end (0 EOF): the drawing was not written in full or was cut off; export it again.",
        c->called_en);
}

static enum status fail_binary(struct child *c, struct error *e)
{
    error_zh(e, "%s是二进制DXF；请在CAD中另存为ASCII（文本）DXF后提交。", c->called_zh);
    return error_fail(e, STATUS_UNSUPPORTED, "dxf-binary", "%s is a binary DXF; save it as ASCII (text) DXF.",
                      c->called_en);
}

enum status dxf_scan_file(struct child *c, const char *name, struct dxf_scan *out, struct error *e)
{
    static struct scanning s;
    s.c = c;
    s.out = out;
    buffer_init(&s.pairs.line, 0);
    s.pairs.file = VSIFOpenL(name, "rb");
    if (!s.pairs.file)
        return child_fail_open(c, e);
    char mark[18] = {0};
    bool binary = VSIFReadL(mark, 1, sizeof mark, s.pairs.file) == sizeof mark &&
                  memcmp(mark, "AutoCAD Binary DXF", sizeof mark) == 0;
    VSIFSeekL(s.pairs.file, 0, SEEK_SET);
    while (!binary && !out->ended && !s.no_memory && take_pair(&s.pairs))
        take(&s);
    VSIFCloseL(s.pairs.file);
    buffer_release(&s.pairs.line);
    if (binary)
        return fail_binary(c, e);
    if (s.no_memory)
        return error_no_memory(e);
    if (!out->ended)
        return fail_cut(c, e);
    name_inserts(out, out->entities, out->n);
    name_inserts(out, out->inner, out->n_inner);
    for (size_t i = 0; i < out->n_blocks; i++)
        walk_block(out, &out->blocks[i], 0);
    return STATUS_OK;
}
