/* What the two readers of CQL2 share. Internal to formats. */
#ifndef HX_FORMATS_CQL2_PARTS_H
#define HX_FORMATS_CQL2_PARTS_H

#include "formats/cql2.h"

/* The predicate of a name, in any case ("S_INTERSECTS"); CQL2_NO_OP: none. */
enum cql2_op cql2_op_of(const char *name, size_t n);
bool cql2_op_is_spatial(enum cql2_op op);
/* The same letters, in any case? */
bool cql2_same_word(const char *text, size_t n, const char *word);

struct cql2_node *cql2_node_new(struct arena *a, enum cql2_kind kind); /* NULL when memory is out */
/* Both by doubling: false when memory is out. */
bool cql2_add_arg(struct arena *a, struct cql2_node *to, struct cql2_node *arg);
bool cql2_add_position(struct arena *a, struct cql2_geometry *to, double x, double y);
bool cql2_add_part(struct arena *a, struct cql2_geometry *to, struct cql2_geometry *part);

enum status cql2_fail_depth(const struct cql2_node *at, struct error *e);
enum status cql2_fail_length(size_t n_bytes, struct error *e);
/* "CASEI" and its like. */
enum status cql2_fail_unread(const struct cql2_node *at, const char *name, size_t n, struct error *e);
/* Enough positions for what it is, rings closed? The sentence names what is wrong. */
enum status cql2_check_geometry(const struct cql2_node *at, const struct cql2_geometry *g,
                                struct error *e) HX_MUST_CHECK;
/* A text into a day or a time; ".." into an open end where `open`. */
enum status cql2_instant(struct cql2_node *n, bool open, struct error *e) HX_MUST_CHECK;

#endif
