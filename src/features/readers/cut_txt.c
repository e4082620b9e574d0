/* 国土TXT, plot by plot: each is given to its reader with the head of the file, so that a plot that cannot be
 * read is a row with its reason and memory does not grow with the file. The file is mapped, and read for its
 * encoding, for the number of plots, and for the plots themselves.
 *
 * Not for files of which a plot cannot be cut out: UTF-16, or points without plot rows. Those are read
 * whole. */
#include "features/readers/text_cutter.h"

#include "base/limits.h"
#include "base/text.h"
#include "formats/encoding.h"

#include <stdlib.h>
#include <string.h>

struct head {
    size_t at, n, lines;
};

struct cut_txt {
    struct text_cutter base;
    struct head piece_head;             /* of the piece that was cut last */
    bool gb;                            /* GB18030, whose second bytes may look like ASCII */
    size_t head_at, head_n, head_lines; /* of the file, or of the file that was glued behind it */
    size_t at, lines;                   /* what has been passed */
};

/* ---- lines ---- */

static bool tail_is(const unsigned char *p, size_t n, const char *tail)
{
    size_t k = strlen(tail);
    return n >= k && memcmp(p + n - k, tail, k) == 0;
}

/* Whether the last byte is a character of its own. */
static bool last_stands_alone(const struct cut_txt *t, const unsigned char *p, size_t n)
{
    size_t i = 0;
    while (t->gb && i + 1 < n) {
        bool wide = p[i] >= 0x81;
        bool four = wide && p[i + 1] >= '0' && p[i + 1] <= '9';
        i += four ? 4 : wide ? 2 : 1;
    }
    return !t->gb || i + 1 == n;
}

/* "...,@" with blanks and empty cells behind it; the full-width sign, too. As parcel_txt_plot.c sees it. */
static bool is_plot_row(const struct cut_txt *t, const struct mapped_line *l)
{
    const unsigned char *p = (const unsigned char *)t->base.file.bytes + l->at;
    size_t n = l->n;
    while (n > 0 && (p[n - 1] == ',' || p[n - 1] <= 0x20) && last_stands_alone(t, p, n))
        n--;
    bool sign = n > 0 && p[n - 1] == '@' && last_stands_alone(t, p, n);
    bool wide = t->gb ? tail_is(p, n, "\xA3\xC0") : tail_is(p, n, "\xEF\xBC\xA0");
    return (sign || wide) && n > 1;
}

static bool is_section(const struct cut_txt *t, const struct mapped_line *l)
{
    const unsigned char *p = (const unsigned char *)t->base.file.bytes + l->at;
    size_t n = l->n;
    while (n > 0 && *p <= 0x20)
        p++, n--;
    return n > 0 && (*p == '[' ||
                     (n >= 3 && (memcmp(p, "\xE3\x80\x90", 3) == 0 || memcmp(p, "\xE3\x80\x94", 3) == 0)) ||
                     (t->gb && n >= 2 && (memcmp(p, "\xA1\xBE", 2) == 0 || memcmp(p, "\xA1\xB2", 2) == 0)));
}

/* The head ends where the first plot row begins. false: there is none. */
static bool find_head(struct cut_txt *t, size_t from)
{
    struct mapped_line l;
    size_t lines = 0;
    for (size_t at = from; mapped_next_line(&t->base.file, at, &l); at = l.next, lines++)
        if (is_plot_row(t, &l)) {
            t->head_at = from;
            t->head_n = l.at - from;
            t->head_lines = lines;
            t->at = l.at;
            t->lines += lines;
            return true;
        }
    return false;
}

/* From its plot row to the next one, or to a section, which begins a head of its own. */
static size_t plot_end(const struct cut_txt *t, size_t *lines, bool *section)
{
    struct mapped_line l;
    size_t at = t->at;
    *lines = 0;
    *section = false;
    while (mapped_next_line(&t->base.file, at, &l)) {
        if (*lines > 0 && (is_plot_row(t, &l) || (*section = is_section(t, &l))))
            return l.at;
        ++*lines;
        at = l.next;
    }
    return t->base.file.n;
}

/* ---- plots ---- */

static enum status plot_text(struct text_cutter *c, const struct text_piece *p, struct arena *a, char **text,
                             size_t *n, struct error *e)
{
    const struct cut_txt *t = (const struct cut_txt *)c;
    const struct head *h = &t->piece_head;
    char *both = arena_alloc(a, h->n + p->n + 1);
    if (!both)
        return error_no_memory(e);
    memcpy(both, c->file.bytes + h->at, h->n);
    memcpy(both + h->n, c->file.bytes + p->at, p->n);
    c->head_lines = h->lines;
    *text = both;
    *n = h->n + p->n;
    return STATUS_OK;
}

/* The third cell of the plot row, for a plot that could not be read. */
static const char *id_of_row(struct text_cutter *c, const struct text_piece *p, struct arena *a)
{
    struct mapped_line l;
    char *cell;
    size_t n;
    enum text_encoding was;
    if (!mapped_next_line(&c->file, p->at, &l) ||
        text_decode(c->file.bytes + l.at, l.n, a, &cell, &n, &was, NULL) != STATUS_OK)
        return "";
    for (int i = 0; cell && i < 2; i++) {
        cell = strchr(cell, ',');
        cell = cell ? cell + 1 : NULL;
    }
    return cell ? arena_strndup(a, cell, strcspn(cell, ",")) : "";
}

static void pass(struct cut_txt *t, size_t end, size_t lines, bool section)
{
    t->lines += lines;
    t->at = end;
    mapped_forget(&t->base.file, end);
    if (section && !find_head(t, end)) /* nothing but a section at the end */
        t->at = t->base.file.n;
}

static bool next_plot(struct text_cutter *c, struct text_piece *out)
{
    struct cut_txt *t = (struct cut_txt *)c;
    size_t lines;
    bool section;
    if (t->at >= c->file.n)
        return false;
    size_t end = plot_end(t, &lines, &section);
    *out = (struct text_piece){.at = t->at, .n = end - t->at, .lines_before = t->lines};
    t->piece_head = (struct head){t->head_at, t->head_n, t->head_lines};
    pass(t, end, lines, section);
    return true;
}

static void rewind_plots(struct text_cutter *c)
{
    struct cut_txt *t = (struct cut_txt *)c;
    t->lines = 0;
    (void)find_head(t, 0);
    mapped_rewind(&c->file);
}

static void close_txt(struct text_cutter *c)
{
    struct cut_txt *t = (struct cut_txt *)c;
    mapped_close(&c->file);
    free(t);
}

static bool is_utf8(struct cut_txt *t)
{
    struct mapped_line l;
    bool valid = true;
    for (size_t at = 0; valid && mapped_next_line(&t->base.file, at, &l); at = l.next) {
        valid = text_valid_prefix(t->base.file.bytes + l.at, l.n) == l.n;
        mapped_forget(&t->base.file, l.at);
    }
    mapped_rewind(&t->base.file);
    return valid;
}

static int64_t count_plots(struct cut_txt *t)
{
    struct mapped_line l;
    int64_t n = 0;
    for (size_t at = 0; mapped_next_line(&t->base.file, at, &l); at = l.next) {
        n += is_plot_row(t, &l);
        mapped_forget(&t->base.file, l.at);
    }
    mapped_rewind(&t->base.file);
    return n;
}

enum status cut_txt_open(struct mapped *file, struct text_cutter **out, struct error *e)
{
    static const struct text_cutter_ops ops = {next_plot, plot_text, rewind_plots, id_of_row, close_txt};
    /* What is wrong with the head is wrong with every plot. */
    static const char *const of_head[] = {"datum-refused",
                                          "datum-unknown",
                                          "zone-width",
                                          "zone-unknown",
                                          "txt-unit",
                                          "txt-projection",
                                          "zone-missing",
                                          "crs-option",
                                          "local-system-refused",
                                          "web-map-refused",
                                          "datum-unclear",
                                          "meridian-unknown",
                                          "crs-said-twice",
                                          NULL};
    *out = NULL;
    if (file->n == 0 || text_is_utf16(file->bytes, file->n))
        return STATUS_OK;
    struct cut_txt *t = calloc(1, sizeof *t);
    if (!t)
        return error_no_memory(e);
    t->base = (struct text_cutter){
        .ops = &ops, .format = PARCEL_FORMAT_TXT, .file = *file, .one_each = true, .file_codes = of_head};
    t->gb = !is_utf8(t);
    t->base.total = count_plots(t);
    if (!find_head(t, 0)) {
        free(t);
        return STATUS_OK;
    }
    *file = (struct mapped){.n = 0};
    *out = &t->base;
    return STATUS_OK;
}
