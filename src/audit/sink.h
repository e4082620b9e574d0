/* Where an audit's rows go. Private to audit/.
 *
 * A sink writes OUT.part and is committed from time to time together with its state (who asked, how far,
 * the sums so far): after a kill the two agree, and a resumed run goes on from there. sink_finish makes
 * the output whole, durable and visible under its name. GeoPackage keeps the state in its table audit_run,
 * in the same transaction as the rows; text keeps it in OUT.audit, with the lengths to which the text is
 * cut back. Both stay when the run is finished: they say which input, layers and rules the figures came
 * from. Threads: format is called by workers, each with its own batch; everything else by one thread. */
#ifndef HX_AUDIT_SINK_H
#define HX_AUDIT_SINK_H

#include "audit/audit.h"
#include "audit/format.h"
#include "audit/row.h"

enum { SINK_PATH_SIZE = 4096 };

struct sink;
struct sink_ops {
    void (*format)(struct audit_batch *b); /* NULL: nothing to prepare. Failures latch in b->text */
    enum status (*write)(struct sink *s, const struct audit_batch *b, struct error *e);
    enum status (*commit)(struct sink *s, const char *state, struct error *e);
    /* Completes the file, with the final state; OUT.part is closed and durable afterwards. */
    enum status (*finish)(struct sink *s, const char *state, struct error *e);
    void (*close)(struct sink *s);
};

struct sink {
    const struct sink_ops *ops;
    enum audit_format format;
    const char *out;                /* borrowed */
    const struct line_table *lines; /* likewise */
    char part[SINK_PATH_SIZE];      /* OUT.part */
    uint64_t bytes[BATCH_TEXTS];    /* written so far, of text */
};

/* By the ending, which is one of those (request.c). */
enum status sink_format_of(const char *path, enum audit_format *out, struct error *e) HX_MUST_CHECK;

/* The state that an earlier run left, as text in the arena: of OUT.part (*finished false) or of OUT itself
 * (true). *state is NULL when there is neither. */
enum status sink_state(const char *out, enum audit_format format, struct arena *a, const char **state,
                       bool *finished, struct error *e) HX_MUST_CHECK;
/* Opens OUT.part: anew, or to append after what `bytes` says (text) or what was committed (GeoPackage). */
struct sink_request {
    const char *out;
    enum audit_format format;
    int srs;
    const struct line_table *lines; /* the columns of the rows */
    bool overlaps, append;
};
enum status sink_open(const struct sink_request *r, const uint64_t bytes[BATCH_TEXTS], struct sink **out,
                      struct error *e) HX_MUST_CHECK;
/* Finishes, and moves OUT.part to OUT. */
enum status sink_finish(struct sink *s, const char *state, struct error *e) HX_MUST_CHECK;
/* The last step alone, for a run that was killed when its GeoPackage was finished but had no name yet. */
enum status sink_publish(const char *out, enum audit_format format, const struct line_table *lines,
                         const char *state, struct error *e) HX_MUST_CHECK;
void sink_close(struct sink *s); /* NULL-safe */
/* Throws away what an earlier run left beside OUT. */
void sink_discard(const char *out);

/* sink_gpkg.c, sink_text.c */
enum status sink_gpkg_open(const char *part, const struct sink_request *r, struct sink **out,
                           struct error *e) HX_MUST_CHECK;
enum status sink_gpkg_state(const char *path, struct arena *a, const char **state,
                            struct error *e) HX_MUST_CHECK;
enum status sink_text_open(const char *part, const struct sink_request *r, const uint64_t bytes[BATCH_TEXTS],
                           struct sink **out, struct error *e) HX_MUST_CHECK;
/* sink_xlsx.c: a finished GeoPackage as a workbook for people. */
enum status sink_xlsx_write(const char *gpkg, const struct line_table *lines, const char *to,
                            struct error *e) HX_MUST_CHECK;
/* sink_convert.c: a table of a finished GeoPackage as FlatGeobuf, or it and `more` (may be NULL) as the
 * sheets of XLSX. */
struct sink_conversion {
    const char *gpkg, *table, *more, *to;
    const char *rest; /* CSV of the rows without geometry, which FlatGeobuf cannot hold; removed when there
                         are none */
    enum audit_format format;
};
enum status sink_convert(const struct sink_conversion *c, struct error *e) HX_MUST_CHECK;
/* The name of that CSV, beside the FlatGeobuf `out`. */
void sink_rest_path(const char *out, char path[SINK_PATH_SIZE]);
/* The name under which such an output is made, beside it. */
void sink_made_path(const char *out, char path[SINK_PATH_SIZE]);

#endif
