/* The flat layer index: one layer version as plain arrays in one file, mapped read-only and shared by
 * processes.
 *
 * It is derived from the store and can be rebuilt from it at any time; it is never the truth. Opening it
 * validates the header, every table's bounds and every ring's bounds, so that no later access can leave the
 * file; a file that is truncated, from another byte order, from another version of the format or of another
 * layer version is an error, never a crash. index_verify compares a checksum over all bytes.
 *
 * A file that is open can be changed by others. Its tables were copied and cannot change; its coordinates
 * can, under whoever reads them, and one that is cut off reads as zeros (bus_guard.h). So a number is an
 * answer only when index_is_trusted says so after it was computed.
 *
 * The format, byte by byte, is written above `struct index_header` in format.h.
 * Threads: const after open; any number of readers. */
#ifndef HX_INDEX_LAYER_INDEX_H
#define HX_INDEX_LAYER_INDEX_H

#include "base/sha256.h"
#include "geo/shape.h"

struct layer_index;

/* What a check needs to know of a feature without asking the store. Strings live as long as the
 * index. */
struct index_feature {
    int64_t id;       /* the store's feature id */
    const char *code; /* BSM */
    const char *name;
    const char *zone;    /* sub-zone, or "" */
    double area_m2;      /* ellipsoid */
    uint32_t first_ring; /* rings first_ring .. first_ring + n_rings - 1; outer rings ccw, holes cw */
    uint32_t n_rings;
};

/* ---- building ----
 *
 * Vertices are streamed to the file as they come, so that memory grows with rings and features only. */

struct index_builder;
/* Starts the file under a temporary name beside `path`. `key` ties it to its layer version (any 32 bytes; the
 * store makes one from the version's row). */
enum status index_builder_new(const char *path, const uint8_t key[SHA256_BYTES], struct index_builder **out,
                              struct error *e) HX_MUST_CHECK;
enum status index_builder_add(struct index_builder *b, int64_t id, const char *code, const char *name,
                              const char *zone, const struct geo_shape *shape, struct error *e) HX_MUST_CHECK;
/* The same for a caller that has already measured the shape (geo_shape_area_m2). */
enum status index_builder_add_measured(struct index_builder *b, int64_t id, const char *code,
                                       const char *name, const char *zone, const struct geo_shape *shape,
                                       double area_m2, struct error *e) HX_MUST_CHECK;
/* Writes the tables and the header and renames the file to its path. */
enum status index_builder_finish(struct index_builder *b, struct error *e) HX_MUST_CHECK;
void index_builder_free(struct index_builder *b); /* NULL-safe; removes the temporary file unless finished */

/* ---- opening ---- */

/* STATUS_NOT_FOUND: no file. STATUS_CORRUPT: damaged, foreign or stale (another key); the sentence says
 * which. */
enum status index_open(const char *path, const uint8_t key[SHA256_BYTES], struct layer_index **out,
                       struct error *e) HX_MUST_CHECK;
void index_close(struct layer_index *ix); /* NULL-safe */
/* Compares the checksum over all bytes; reads the whole file once. A file that was written within the last
 * hundredths of a second is waited for (index_file.c). */
enum status index_verify(const struct layer_index *ix, struct error *e) HX_MUST_CHECK;
/* index_open, and index_verify unless an earlier process has verified this very file: PATH.seen says which it
 * was (device, inode, size, mtime, ctime and checksum). Then only the tables are read. */
enum status index_open_verified(const char *path, const uint8_t key[SHA256_BYTES], struct layer_index **out,
                                struct error *e) HX_MUST_CHECK;

/* Are the bytes that were read until now those that were there when the file was opened? Asked after
 * measuring, and once for an answer: it is one call of the kernel. No is for ever: the index can be read
 * without harm, and nothing that is read of it is worth anything. */
bool index_is_trusted(const struct layer_index *ix);
/* The kernel is to tell when somebody wants to write into an index file, and not to be asked for each answer
 * (index_lease.h). For a program that answers without pause, before its threads and before any index.
 * Takes the signal for itself. False: the kernel gives no leases, and is asked. */
#define INDEX_LEASE_SIGNAL (SIGRTMIN + 5) /* of the programs that we make */
bool index_use_leases(int signal_number);
/* What the last such question, or a page that was missing, has left; asks nobody. */
bool index_has_changed(const struct layer_index *ix);
/* STATUS_CORRUPT, in words: what happened, and what to do. */
enum status index_changed(struct error *e);
const char *index_changed_text(bool english);

/* Do the two hold the same features in the same order, ring for ring and bit for bit? Ids and texts may
 * differ. What is measured against one is then what is measured against the other. */
bool index_same_shapes(const struct layer_index *a, const struct layer_index *b);

uint32_t index_n_features(const struct layer_index *ix);
uint32_t index_n_rings(const struct layer_index *ix);
uint64_t index_n_vertices(const struct layer_index *ix);
struct geo_box index_box(const struct layer_index *ix); /* grows outward by at most 1e-5 degrees */
struct index_feature index_feature_at(const struct layer_index *ix, uint32_t feature);
/* Costs O(rings); grows outward by at most 1e-5 degrees. */
struct geo_box index_feature_box(const struct layer_index *ix, uint32_t feature);
/* By the top of its edge tree, however many vertices it has; grows outward in the same way. */
struct geo_box index_ring_box(const struct layer_index *ix, uint32_t ring);
/* Vertices of a ring, closed; the pointers live in the mapped file. Returns their number. */
uint32_t index_ring(const struct layer_index *ix, uint32_t ring, const double **lon_deg,
                    const double **lat_deg);

/* The whole feature, in the arena. */
enum status index_feature_shape(const struct layer_index *ix, uint32_t feature, struct arena *a,
                                struct geo_shape *out, struct error *e) HX_MUST_CHECK;

/* ---- candidates ---- */

/* Calls `fn` with every feature one of whose ring boxes meets `box`, each once, in feature order. `fn`
 * returns false to stop. Boxes are grown outward to 32-bit floats (about 1 m): a candidate may still be
 * disjoint. */
typedef bool index_feature_fn(uint32_t feature, void *user);
enum status index_candidates(const struct layer_index *ix, const struct geo_box *box, index_feature_fn *fn,
                             void *user, struct error *e) HX_MUST_CHECK;

/* ---- local clip ---- */

/* Calls `fn` with what each of the feature's rings looks like inside `box` (borrowed for the call): a ring
 * far larger than the box costs O(log n + edges in the box). A ring is cut by Sutherland-Hodgman, so pieces
 * of it may be joined by edges that run along the border of the box; read by even-odd or by winding number,
 * the area inside the box is exact.
 * Directions are kept: outer rings counter-clockwise, holes clockwise. The scratch remembers what meets the
 * last box: clipping one feature after another to the same box searches the index once. */
struct index_clip_ring {
    const double *lon_deg, *lat_deg;
    uint32_t n; /* closed */
};
typedef bool index_clip_fn(const struct index_clip_ring *ring, void *user);
struct index_clip_scratch; /* reusable memory; one thread */
struct index_clip_scratch *index_clip_scratch_new(void);
void index_clip_scratch_free(struct index_clip_scratch *s);
/* From now on a run of edges whose box is at most so many degrees wide and high is taken as one edge, so that
 * a ring costs no more than what can be seen of it; but no run that is more than an eighth of its ring. 0:
 * every edge is taken, as a new scratch does. */
void index_clip_scratch_thin(struct index_clip_scratch *s, double lon_deg, double lat_deg);
enum status index_clip_feature(const struct layer_index *ix, uint32_t feature, const struct geo_box *box,
                               struct index_clip_scratch *s, index_clip_fn *fn, void *user,
                               struct error *e) HX_MUST_CHECK;

/* Is a point inside a feature? By the parity of the rings above it; O(log n) for each ring whose box holds
 * the point.
 * On a border either answer may come. */
enum status index_feature_contains(const struct layer_index *ix, uint32_t feature, double lon_deg,
                                   double lat_deg, struct index_clip_scratch *s, bool *out,
                                   struct error *e) HX_MUST_CHECK;
/* The first feature that holds a point, -1 when none does. On the border of two that lie side by side it
 * is one of them, and always the same. */
enum status index_find_at(const struct layer_index *ix, double lon_deg, double lat_deg,
                          struct index_clip_scratch *s, int64_t *feature, struct error *e) HX_MUST_CHECK;

#endif
