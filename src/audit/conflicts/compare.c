/* Two runs by the ids of their findings: new, still there, fixed. */
#include "audit/conflicts/parts.h"

#include "audit/conflicts/page.h"
#include "base/array.h"
#include "base/file.h"
#include "formats/csv.h"

#include <math.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { OLD_FILE_LIMIT = 1 << 30 };

struct old_finding {
    char id[CONFLICT_ID_SIZE];
    const char *kind, *code_a, *code_b; /* "" where the old output is text: the id tells enough */
    double lon_deg, lat_deg, area_m2;
    bool seen;
};

struct old_list {
    struct old_finding *items;
    size_t n, capacity;
};

static struct old_finding *old_add(struct old_list *l, const char *id)
{
    if (!ARRAY_RESERVE(l->items, l->capacity, l->n + 1))
        return NULL;
    struct old_finding *f = &l->items[l->n++];
    *f = (struct old_finding){
        .kind = "", .code_a = "", .code_b = "", .lon_deg = NAN, .lat_deg = NAN, .area_m2 = NAN};
    memcpy(f->id, id, CONFLICT_ID_SIZE - 1);
    return f;
}

static bool is_id(const char *text)
{
    return strspn(text, "0123456789abcdef") >= CONFLICT_ID_SIZE - 1;
}

static enum status bad_old(const char *path, struct error *e)
{
    error_zh(e, "“%.200s”不是本命令以前的输出，不能比较。", path);
    return error_fail(e, STATUS_INVALID_INPUT, "audit-compare",
                      "\"%.200s\" is no earlier output of this command; it cannot be compared.", path);
}

static const char *text_at(sqlite3_stmt *q, int column, struct arena *a)
{
    const char *text = (const char *)sqlite3_column_text(q, column);
    const char *kept = text ? arena_strdup(a, text) : NULL;
    return kept ? kept : "";
}

static enum status read_gpkg(struct old_list *l, struct arena *a, const char *path, struct error *e)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *q = NULL;
    static const char sql[] =
        "SELECT finding_id, kind, code_a, code_b, lon, lat, area_m2 FROM findings WHERE change <> 'fixed'";
    bool ok = sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK &&
              sqlite3_prepare_v2(db, sql, -1, &q, NULL) == SQLITE_OK;
    while (ok && sqlite3_step(q) == SQLITE_ROW) {
        const char *id = (const char *)sqlite3_column_text(q, 0);
        struct old_finding *f = id && is_id(id) ? old_add(l, id) : NULL;
        if (!f) {
            ok = false;
            break;
        }
        f->kind = text_at(q, 1, a);
        f->code_a = text_at(q, 2, a);
        f->code_b = text_at(q, 3, a);
        f->lon_deg = sqlite3_column_double(q, 4);
        f->lat_deg = sqlite3_column_double(q, 5);
        f->area_m2 = sqlite3_column_double(q, 6);
    }
    sqlite3_finalize(q);
    sqlite3_close(db);
    return ok ? STATUS_OK : bad_old(path, e);
}

/* The first two columns are the id and the change. */
static bool read_csv(struct old_list *l, char *text)
{
    enum { ID, CHANGE, LOOKED_AT };
    char *cells[LOOKED_AT];
    struct csv_reader rows;
    csv_reader_init(&rows, text, ',');
    for (size_t n; csv_next_row(&rows, cells, LOOKED_AT, &n);) {
        const char *id = csv_plain(cells[ID]);
        if (n > CHANGE && is_id(id) && strcmp(cells[CHANGE], "fixed") != 0 && !old_add(l, id))
            return false;
    }
    return true;
}

/* JSON lines carry the id under "id". What a newer run calls fixed is not there any more. */
static enum status read_text(struct old_list *l, struct arena *a, const char *path, struct error *e)
{
    char *text;
    size_t n;
    enum status s = file_read(path, OLD_FILE_LIMIT, a, &text, &n, e);
    bool csv = !s && strncmp(text,
                             "\xEF\xBB\xBF"
                             "finding_id,",
                             14) == 0;
    if (!s && !csv && n && strncmp(text, "{\"type\":\"Feature\",\"id\":\"", 24) != 0)
        return bad_old(path, e);
    if (!s && csv)
        return read_csv(l, text) ? STATUS_OK : error_no_memory(e);
    for (char *line = s ? NULL : text; !s && line && *line;) {
        char *end = strchr(line, '\n');
        if (end)
            *end = '\0';
        bool fixed = strstr(line, "\"change\":\"fixed\"") != NULL;
        if (strlen(line) > 48 && is_id(line + 24) && !fixed && !old_add(l, line + 24))
            return error_no_memory(e);
        line = end ? end + 1 : NULL;
    }
    return s;
}

static int by_id(const void *a, const void *b)
{
    return memcmp(((const struct old_finding *)a)->id, ((const struct old_finding *)b)->id,
                  CONFLICT_ID_SIZE - 1);
}

static void mark(struct conflict_report *r, struct old_list *l)
{
    if (l->n)
        qsort(l->items, l->n, sizeof *l->items, by_id);
    for (size_t i = 0; i < r->n_findings; i++) {
        struct old_finding key;
        memcpy(key.id, r->findings[i].id, CONFLICT_ID_SIZE);
        struct old_finding *f = l->n ? bsearch(&key, l->items, l->n, sizeof *l->items, by_id) : NULL;
        r->findings[i].change = f ? CONFLICT_STILL : CONFLICT_NEW;
        if (f)
            f->seen = true;
        *(f ? &r->n_still : &r->n_new) += 1;
    }
}

static struct conflict_finding fixed_of(const struct old_finding *o)
{
    struct conflict_finding f = conflict_blank(CONFLICT_CROSS, 0);
    f.code_a = o->code_a;
    f.code_b = o->code_b;
    f.area_m2 = o->area_m2;
    f.lon_deg = o->lon_deg;
    f.lat_deg = o->lat_deg;
    f.note_zh = "上次的问题，本次已不存在。";
    f.note_en = "A finding of the earlier run that is gone.";
    f.change = CONFLICT_FIXED;
    memcpy(f.id, o->id, sizeof f.id);
    for (int k = 0; k < CONFLICT_KIND_COUNT; k++)
        if (strcmp(o->kind, conflict_kind_name((enum conflict_kind)k)) == 0)
            f.kind = (enum conflict_kind)k;
    return f;
}

static enum status add_fixed(struct conflict_report *r, const struct old_list *l, struct error *e)
{
    size_t n = 0;
    for (size_t i = 0; i < l->n; i++)
        n += !l->items[i].seen;
    struct conflict_finding *all = realloc(r->findings, (r->n_findings + n + 1) * sizeof *all);
    if (!all)
        return error_no_memory(e);
    for (size_t i = 0; i < l->n; i++)
        if (!l->items[i].seen)
            all[r->n_findings + r->n_fixed++] = fixed_of(&l->items[i]);
    r->findings = all;
    r->n_findings += r->n_fixed;
    return STATUS_OK;
}

enum status conflict_compare(struct conflict_report *r, const char *old_path, struct error *e)
{
    struct old_list l = {.n = 0};
    size_t n = strlen(old_path);
    bool gpkg = n > 5 && strcasecmp(old_path + n - 5, ".gpkg") == 0;
    enum status s = gpkg ? read_gpkg(&l, r->arena, old_path, e) : read_text(&l, r->arena, old_path, e);
    if (!s) {
        r->compared = true;
        mark(r, &l);
        s = add_fixed(r, &l, e);
    }
    free(l.items);
    return s;
}
