/* What the files of the child share. Not for other modules' use.
 * One thread, one file; what is allocated is the process's, which ends when the file is read. */
#ifndef HX_FEATURES_SANDBOX_CHILD_PARTS_H
#define HX_FEATURES_SANDBOX_CHILD_PARTS_H

#include "base/arena.h"
#include "features/gdal.h"
#include "features/sandbox/protocol.h"
#include "features/sandbox/sandbox.h"
#include "features/stream.h"

struct child {
    struct record_writer out;
    const char *path;  /* absolute */
    const char *layer; /* NULL: none was asked for */
    bool upload, list;
    bool attributes_only; /* features may be given out without geometry */
    int64_t skip_position, skip_fid;
    size_t max_features, max_vertices;
    int64_t position; /* of the last record */
    size_t n_given, n_vertices;
    size_t n_values;                     /* of the fields that were told */
    struct arena *keep;                  /* until the end */
    struct arena *scratch;               /* until the next record */
    char called_zh[300], called_en[300]; /* the file in a sentence: “甲.shp”; 文件 */
    char failure[300];                   /* GDAL's latest failure, "" none */
    bool clamped;                        /* GDAL said that it changed an integer beyond 64 bits */
    void *from_gbk;                      /* child_text.c's converter; NULL until it is needed */
};

/* ---- child_out.c: what goes to the parent ---- */

/* Header and fields: info->schema is not NULL. */
enum status child_header(struct child *c, const struct feature_stream_info *info,
                         struct error *e) HX_MUST_CHECK;
/* True when the next record was given out in an earlier run: it is passed, and must not be read. */
bool child_passes(struct child *c);
/* The next record; its position is counted here. Values as many as the fields. */
enum status child_feature(struct child *c, const struct feature *f, struct error *e) HX_MUST_CHECK;
enum status child_note(struct child *c, const char *code, const char *zh, const char *en,
                       struct error *e) HX_MUST_CHECK;
/* For SANDBOX_LIST: texts may be NULL where there is none. */
enum status child_layer(struct child *c, const struct sandbox_layer *layer, struct error *e) HX_MUST_CHECK;

/* ---- child_find.c: which file within a file ---- */

enum child_kind { KIND_OGR, KIND_SHAPEFILE, KIND_GEOPACKAGE, KIND_KML, KIND_DXF };
struct child_source {
    enum child_kind kind;
    const char *name;           /* as GDAL opens it */
    const char *const *drivers; /* KIND_OGR */
};
/* What the path is, or what is in the archive. */
enum status child_find_source(struct child *c, struct child_source *out, struct error *e) HX_MUST_CHECK;

/* ---- child_open.c: GDAL within bounds, and the parts of a file ---- */

/* GDAL's settings and drivers, the same for every file. */
void child_prepare_gdal(void);
void child_configure_gdal(struct child *c);
enum status child_open_gdal(struct child *c, const char *name, const char *const *drivers,
                            const char *const *options, GDALDatasetH *out, struct error *e) HX_MUST_CHECK;
enum status child_fail_open(struct child *c, struct error *e);
enum status child_fail_broken(struct child *c, struct error *e);
/* "dir/a.shp" with another ending, in whichever case it is there; NULL when it is not. Kept. */
const char *child_sibling(struct child *c, const char *name, const char *ending);
/* A whole file of GDAL's file systems, NUL-terminated and kept; NULL when it cannot be read or is over the
 * limit. */
char *child_slurp(struct child *c, const char *name, size_t limit, size_t *n);

/* ---- child_choose.c: which layer ---- */

struct child_choice {
    const char *name, *alias;
    bool may_be_areas;
};
/* The layer that was asked for by name or alias, the only one, or the only one that may hold areas. */
enum status child_choose(struct child *c, const struct child_choice *all, size_t n, size_t *chosen,
                         struct error *e) HX_MUST_CHECK;
/* More of them than are looked at: one that is left out might be the one that is meant. `limit` is how many
 * would do. */
enum status child_fail_layers(struct child *c, int limit, struct error *e);
/* Says which layers beside it were not read. */
enum status child_note_others(struct child *c, const struct child_choice *all, size_t n, size_t chosen,
                              struct error *e) HX_MUST_CHECK;

/* ---- child_areas.c: geometry -> WKB ---- */

struct child_areas {
    struct buffer wkb;
    bool curved;
    struct error fault; /* code "" when there are areas */
};
enum child_lines { LINES_ARE_FAULTS, CLOSED_LINES_ARE_AREAS };
/* Fails only when memory is out. `degrees`: the unit of the coordinates is no metre. */
enum status child_areas_of(OGRGeometryH g, enum child_lines lines, bool degrees, struct child_areas *out,
                           struct error *e) HX_MUST_CHECK;
/* child_arcs.c: the same geometry with chords in place of arcs; owned by the caller, NULL when it cannot
 * be. */
OGRGeometryH child_straighten(OGRGeometryH g, bool degrees);

/* ---- child_text.c: bytes -> UTF-8 ---- */

/* UTF-8, from GB18030 when `gbk`. What cannot be decoded at its end is dropped, and *cut set (nullable).
 * In the arena. */
const char *child_decode(struct child *c, const char *s, size_t n, bool gbk, struct arena *a, bool *cut);
/* A member's name in an archive of Windows, which GDAL takes for CP437. */
const char *child_archive_name(const char *raw, struct arena *a);
/* Shortest digits that read back as the same double. Scratch. */
const char *child_number(struct child *c, double v);

/* ---- the readers ---- */

enum status child_read_ogr(struct child *c, const struct child_source *s, struct error *e) HX_MUST_CHECK;
enum status child_read_shapefile(struct child *c, const char *name, struct error *e) HX_MUST_CHECK;
enum status child_read_geopackage(struct child *c, const char *name, struct error *e) HX_MUST_CHECK;
enum status child_read_kml(struct child *c, const char *name, struct error *e) HX_MUST_CHECK;
enum status child_read_dxf(struct child *c, const char *name, struct error *e) HX_MUST_CHECK;

#endif
