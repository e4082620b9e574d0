/* CSV and WKT, row by row; points of one parcel are one piece.
 *
 * A bad piece ends where the next one begins as far as that can be told: a quote that nothing closes ends
 * with its line, and so does a geometry of WKT whose parentheses are not closed before a new one begins. */
#include "features/readers/text_cutter.h"

#include "base/array.h"
#include "features/readers/csv.h"
#include "formats/encoding.h"
#include "formats/wkt.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct cut_rows {
    struct text_cutter base; /* CSV or WKT */
    bool gb;                 /* most text is GB18030 */
    bool any;                /* there is at least one row */
    /* CSV */
    size_t head_n; /* with blank lines before it; 0 in WKT */
    char *head;    /* cut into `names` */
    struct csv_header header;
    struct csv_record names;
    /* WKT */
    int srid; /* the latest that was stated, 0: none */

    size_t start, lines_of_head; /* where the first piece begins */
    size_t at, lines;            /* what has been passed */
    char *record;                /* scratch */
    size_t cap;
};

static size_t count_lines(const char *s, size_t n)
{
    size_t lines = 0;
    for (size_t i = 0; i < n; i++)
        lines += s[i] == '\n' || (s[i] == '\r' && (i + 1 == n || s[i + 1] != '\n'));
    return lines;
}

/* ---- encoding ---- */

static bool most_is_gb(struct cut_rows *p)
{
    struct mapped_line l;
    struct text_vote vote = {0, 0};
    for (size_t at = 0; mapped_next_line(&p->base.file, at, &l); at = l.next) {
        text_vote_add(&vote, p->base.file.bytes + l.at, l.n);
        mapped_forget(&p->base.file, l.at);
    }
    mapped_rewind(&p->base.file);
    return text_vote_decide(&vote, NULL) == TEXT_GB18030;
}

static enum status decode(const struct cut_rows *p, const char *bytes, size_t n, struct arena *a, char **text,
                          size_t *n_text, struct error *e)
{
    enum text_encoding was;
    return p->gb ? text_decode_as(TEXT_GB18030, bytes, n, a, text, n_text, e)
                 : text_decode(bytes, n, a, text, n_text, &was, e);
}

/* ---- CSV ---- */

/* The bytes of a record in `record`, NUL-terminated, to be cut. Not decoded: separators and quotes are no
 * second bytes of GB18030. */
static bool hold_record(struct cut_rows *p, size_t at, size_t n)
{
    if (n == SIZE_MAX || !ARRAY_RESERVE(p->record, p->cap, n + 1))
        return false;
    memcpy(p->record, p->base.file.bytes + at, n);
    p->record[n] = '\0';
    return true;
}

static size_t record_at(const struct cut_rows *p, size_t at, bool *open_quote)
{
    return csv_record_end(p->base.file.bytes + at, p->base.file.n - at, p->header.separator, open_quote);
}

static bool blank_record(const struct cut_rows *p, size_t at, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!wkt_is_blank(p->base.file.bytes[at + i]) && p->base.file.bytes[at + i] != p->header.separator &&
            p->base.file.bytes[at + i] != '"')
            return false;
    return true;
}

static const char *cell_of(const struct csv_record *r, int column)
{
    return column >= 0 && (size_t)column < r->n ? r->cells[column] : "";
}

/* Rows of points belong together while their id stays the same; blank rows part rings, not parcels. Rows
 * without an id under one that has it are merged cells: they stay with it, so that the reader sees and
 * refuses them. */
static bool add_points(struct cut_rows *p, struct text_piece *out)
{
    struct csv_record r;
    if (!hold_record(p, out->at, out->record_n))
        return false;
    csv_record_read(p->header.separator, p->record, &r);
    char *id = strdup(cell_of(&r, p->header.id));
    bool same = id != NULL, open_quote = false, blank = false;
    while (same && !open_quote && out->at + out->n < p->base.file.n) {
        size_t at = out->at + out->n, n = record_at(p, at, &open_quote);
        if (!hold_record(p, at, n)) {
            free(id);
            return false;
        }
        csv_record_read(p->header.separator, p->record, &r);
        bool merged = !blank && *cell_of(&r, p->header.id) == '\0';
        blank = blank_record(p, at, n);
        same = blank || merged || strcmp(cell_of(&r, p->header.id), id) == 0;
        if (same)
            out->n += n;
        out->open_quote = out->open_quote || (same && open_quote);
    }
    free(id);
    return id != NULL;
}

static bool next_csv(struct cut_rows *p, struct text_piece *out)
{
    bool open_quote = false;
    size_t n = 0;
    while (p->at < p->base.file.n) {
        n = record_at(p, p->at, &open_quote);
        if (open_quote || !blank_record(p, p->at, n))
            break;
        p->lines += count_lines(p->base.file.bytes + p->at, n);
        p->at += n;
    }
    *out = (struct text_piece){
        .at = p->at, .n = n, .record_n = n, .lines_before = p->lines, .open_quote = open_quote};
    if (p->at >= p->base.file.n)
        return false;
    if (p->header.geometry < 0 && !open_quote && !add_points(p, out))
        out->n = 0;
    return true;
}

/* ---- WKT ---- */

static bool next_wkt(struct cut_rows *p, struct text_piece *out)
{
    const char *s = p->base.file.bytes;
    size_t n = p->base.file.n, at = p->at;
    while (at < n && (wkt_is_blank(s[at]) || s[at] == ';' || s[at] == ','))
        at++;
    p->lines += count_lines(s + p->at, at - p->at);
    p->at = at;
    *out = (struct text_piece){.at = at, .lines_before = p->lines, .srid = p->srid};
    if (at >= n)
        return false;
    size_t from = wkt_pass_srid(s + at, n - at, &p->srid);
    out->srid = from ? 0 : out->srid;
    size_t end = at + wkt_piece_end(s + at, n - at, from), next = end;
    while (next < n && (s[next] == ' ' || s[next] == '\t' || s[next] == ';' || s[next] == ','))
        next++;
    /* what stands behind it on its line belongs to it, and spoils it */
    if (next < n && !wkt_is_blank(s[next]) && !isalpha((unsigned char)s[next]))
        end = wkt_line_end(s, n, next);
    out->n = end - at;
    return true;
}

static bool next_row(struct text_cutter *c, struct text_piece *out)
{
    struct cut_rows *p = (struct cut_rows *)c;
    bool more = c->format == PARCEL_FORMAT_CSV ? next_csv(p, out) : next_wkt(p, out);
    p->lines += count_lines(c->file.bytes + out->at, out->n);
    p->at = out->at + out->n;
    mapped_forget(&c->file, p->at);
    return more;
}

static void rewind_rows(struct text_cutter *c)
{
    struct cut_rows *p = (struct cut_rows *)c;
    p->at = p->start;
    p->lines = p->lines_of_head;
    p->srid = 0;
    mapped_rewind(&c->file);
}

static enum status row_text(struct text_cutter *c, const struct text_piece *piece, struct arena *a,
                            char **text, size_t *n, struct error *e)
{
    const struct cut_rows *p = (const struct cut_rows *)c;
    char *bytes = arena_alloc(a, p->head_n + piece->n + 1);
    if (!bytes)
        return error_no_memory(e);
    if (p->head_n)
        memcpy(bytes, c->file.bytes, p->head_n);
    memcpy(bytes + p->head_n, c->file.bytes + piece->at, piece->n);
    c->head_lines = p->head_n ? p->lines_of_head : 0;
    return decode(p, bytes, p->head_n + piece->n, a, text, n, e);
}

static const char *id_of_row(struct text_cutter *c, const struct text_piece *piece, struct arena *a)
{
    const struct cut_rows *p = (const struct cut_rows *)c;
    struct csv_record r = {.n = 0};
    char *text;
    size_t n;
    if (c->format != PARCEL_FORMAT_CSV ||
        decode(p, c->file.bytes + piece->at, piece->record_n, a, &text, &n, NULL) != STATUS_OK)
        return "";
    csv_record_read(p->header.separator, text, &r);
    return cell_of(&r, p->header.id);
}

static void close_rows(struct text_cutter *c)
{
    struct cut_rows *p = (struct cut_rows *)c;
    mapped_close(&c->file);
    free(p->head);
    free(p->record);
    free(p);
}

/* ---- opening ---- */

static enum status read_head(struct cut_rows *p, bool *ours, struct error *e)
{
    struct mapped_line l = {.n = 0};
    size_t at = p->base.file.n >= 3 && memcmp(p->base.file.bytes, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0, n;
    while (mapped_next_line(&p->base.file, at, &l)) {
        size_t i = 0;
        while (i < l.n && wkt_is_blank(p->base.file.bytes[l.at + i]))
            i++;
        if (i < l.n)
            break;
        at = l.next;
        p->lines_of_head++;
    }
    struct arena *a = arena_new((size_t)8 << 20);
    enum status s = a ? decode(p, p->base.file.bytes + at, l.n < 65536 ? l.n : 65536, a, &p->head, &n, NULL)
                      : error_no_memory(e);
    p->head = a && !s ? strdup(p->head + strspn(p->head, " \t")) : NULL;
    arena_free(a);
    bool csv = p->head && csv_recognised(p->head) && csv_header_read(p->head, &p->names, &p->header);
    *ours = csv || (p->head && wkt_begins(p->head, strlen(p->head)));
    p->base.format = csv ? PARCEL_FORMAT_CSV : PARCEL_FORMAT_WKT;
    p->start = csv ? l.next : at;
    p->head_n = csv ? l.next : 0;
    p->lines_of_head += csv;
    return s == STATUS_NO_MEMORY ? s : STATUS_OK;
}

/* Of points nobody knows how many parcels they are before they are read. */
static void count_rows(struct cut_rows *p)
{
    struct text_piece piece;
    int64_t n = 0;
    while ((p->base.one_each || n == 0) && next_row(&p->base, &piece))
        n++;
    p->base.total = p->base.one_each ? n : -1;
    p->any = n > 0;
    rewind_rows(&p->base);
}

static enum status open_rows(struct cut_rows *p, const char *id_field, bool force, bool *ours,
                             struct error *e)
{
    enum status s =
        text_is_utf16(p->base.file.bytes, p->base.file.n) ? mapped_decode(&p->base.file, e) : STATUS_OK;
    *ours = false;
    if (s || p->base.file.n == 0)
        return s;
    p->gb = most_is_gb(p);
    s = read_head(p, ours, e);
    *ours = !s && (*ours || force);
    if (!*ours)
        return s;
    for (size_t i = 0; id_field && i < p->names.n; i++)
        if (strcasecmp(p->names.cells[i], id_field) == 0)
            p->header.id = (int)i; /* points of one parcel are told from those of another by it */
    p->base.one_each = p->base.format == PARCEL_FORMAT_WKT || p->header.geometry >= 0;
    rewind_rows(&p->base);
    count_rows(p);
    *ours = p->any; /* nothing but a head: what is read whole says so */
    return STATUS_OK;
}

enum status cut_rows_open(struct mapped *file, const char *id_field, bool force, struct text_cutter **out,
                          struct error *e)
{
    static const struct text_cutter_ops ops = {next_row, row_text, rewind_rows, id_of_row, close_rows};
    static const char *const of_file[] = {"zone-missing",
                                          "zone-conflict",
                                          "crs-conflict",
                                          "crs-option",
                                          "crs-datum-refused",
                                          "crs-web-mercator",
                                          "crs-unsupported",
                                          "datum-refused",
                                          "web-map-refused",
                                          "local-system-refused",
                                          "datum-unclear",
                                          "crs-missing",
                                          "dms-packed",
                                          "coords-few-digits",
                                          CSV_ID_EMPTY,
                                          CSV_COLUMNS,
                                          NULL};
    struct cut_rows *p = file->n ? calloc(1, sizeof *p) : NULL;
    bool ours = false;
    *out = NULL;
    if (!p)
        return file->n ? error_no_memory(e) : STATUS_OK;
    p->base = (struct text_cutter){.ops = &ops, .file = *file, .file_codes = of_file};
    enum status s = open_rows(p, id_field, force, &ours, e);
    *file = ours ? (struct mapped){.n = 0} : p->base.file;
    if (ours) {
        *out = &p->base;
        return STATUS_OK;
    }
    p->base.file = (struct mapped){.n = 0};
    close_rows(&p->base);
    return s;
}
