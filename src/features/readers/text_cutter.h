/* A text file cut into pieces of one record each, without reading what they say: 国土TXT into plots, CSV and
 * WKT into rows, GeoJSON into features. Each piece is given to the reader of its format with the head of its
 * file, so that a record that cannot be read is one with its reason, and memory does not grow with the file.
 * Private to features/.
 * Threads: a cutter belongs to one thread. */
#ifndef HX_FEATURES_READERS_TEXT_CUTTER_H
#define HX_FEATURES_READERS_TEXT_CUTTER_H

#include "features/parcel.h"
#include "features/readers/mapped.h"

struct text_piece {
    size_t at, n;                        /* n is 0 when memory is out */
    size_t lines_before, columns_before; /* of the piece in the file; columns when it begins within a line */
    size_t record_n;                     /* CSV: its first record */
    int srid;        /* WKT: the one stated before; 0: none, or the piece states one itself */
    bool open_quote; /* CSV: a quote that nothing closes */
};

struct text_cutter;
struct text_cutter_ops {
    bool (*next)(struct text_cutter *c, struct text_piece *out); /* false at the end */
    /* The piece behind the head of its file, as the reader takes it; sets c->head_lines to the lines of
     * the head. */
    enum status (*text)(struct text_cutter *c, const struct text_piece *p, struct arena *a, char **text,
                        size_t *n, struct error *e);
    void (*rewind)(struct text_cutter *c);
    /* The id of a piece that could not be read, as far as it can be told: arena, or "". */
    const char *(*id_of)(struct text_cutter *c, const struct text_piece *p, struct arena *a);
    void (*close)(struct text_cutter *c);
};

struct text_cutter { /* what every cutter begins with */
    const struct text_cutter_ops *ops;
    enum parcel_format format;
    const char *driver; /* NULL: that of the format (parcel_format_driver) */
    struct mapped file;
    size_t head_lines; /* of the text that ops->text made: to be taken off the numbers of lines */
    int64_t total;     /* pieces, -1 unknown */
    bool one_each;     /* a piece is one feature: pieces can be skipped without being read */
    /* Codes of refusals that speak of the whole file, whichever piece they were met in. NULL-terminated */
    const char *const *file_codes;
};

/* *out is NULL, with STATUS_OK, when the file is none that this cutter cuts; then *file is still the
 * caller's, else it has moved into the cutter. */
enum status cut_txt_open(struct mapped *file, struct text_cutter **out, struct error *e) HX_MUST_CHECK;
/* `id_field`: the column that tells parcels apart, NULL: by its usual names. `force`: a file whose first
 * line says nothing is WKT. */
enum status cut_rows_open(struct mapped *file, const char *id_field, bool force, struct text_cutter **out,
                          struct error *e) HX_MUST_CHECK;
/* `sequence`: the file's name says that it is one, which decides where its first line is no feature. */
/* Are these bytes a sequence of GeoJSON, and no one document? Told by the first line. */
bool cut_geojson_is_sequence(const void *bytes, size_t n);
enum status cut_geojson_open(struct mapped *file, bool sequence, struct text_cutter **out,
                             struct error *e) HX_MUST_CHECK;

#endif
