/* CSV and WKT cut into pieces of one parcel each, without reading what they say. Private to audit/.
 *
 * A bad piece ends where the next one begins as far as that can be told: a quote that nothing closes ends with its line, and
 * so does a geometry of WKT whose parentheses are not closed before a new one begins.
 * Threads: as the feed. */
#ifndef HX_AUDIT_PIECES_H
#define HX_AUDIT_PIECES_H

#include "audit/mapped.h"
#include "parcel/parcel.h"
#include "parcel/parcel_csv.h"

struct pieces {
    struct mapped file;
    enum parcel_format format; /* CSV or WKT */
    bool gb;                   /* most text is GB18030 */
    /* CSV */
    size_t head_n; /* with blank lines before it; 0 in WKT */
    char *head;    /* cut into `names` */
    struct csv_header header;
    struct csv_record names;
    int id; /* the column that tells points of one parcel from those of another; -1: none */
    /* WKT */
    int srid; /* the latest that was stated, 0: none */

    size_t start, head_lines; /* where the first piece begins */
    size_t at, lines;         /* what has been passed */
    char *record;             /* scratch */
    size_t cap;
};

struct piece {
    size_t at, n;
    size_t lines_before;
    size_t record_n; /* CSV: its first record */
    int srid;        /* WKT: the one stated before; 0: none, or the piece states one itself */
    bool open_quote;
};

/* *ours: the file is CSV or WKT; else nothing was opened. `force`: a file whose first line says nothing is WKT. */
enum status pieces_open(const char *path, bool force, struct pieces *out, bool *ours,
                        struct error *e) HX_MUST_CHECK;
void pieces_close(struct pieces *p);  /* safe on zeroes */
void pieces_rewind(struct pieces *p); /* to the first piece */
/* false at the end. When memory is out: true, with a piece of 0 bytes. */
bool pieces_next(struct pieces *p, struct piece *out);
/* The piece with the head of the file before it, as UTF-8 in the arena, as parcel_parse takes it. */
enum status pieces_text(const struct pieces *p, const struct piece *piece, struct arena *a, char **text,
                        size_t *n, struct error *e) HX_MUST_CHECK;
/* CSV: the cells of a piece's first record; none when it is not text. */
enum status pieces_cells(const struct pieces *p, const struct piece *piece, struct arena *a,
                         struct csv_record *out, struct error *e) HX_MUST_CHECK;

#endif
