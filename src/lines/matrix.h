/* How layers lie to each other: which pairs must not meet, which must nest (one inside the other), which
 * together tile something without gap or overlap, and of which other layer one is a share.
 *
 * Each definition brings its own row (schema/layer.schema.json: control.apart_from, control.space, nests_in,
 * tiles, share_of), so that a layer that is added later takes part by being added. The matrix is what the
 * rows make together, judged as a whole: an unknown name, a circle, and two rows that contradict each other
 * are refused. Threads: pure; const once made; texts are the definitions'. */
#ifndef HX_LINES_MATRIX_H
#define HX_LINES_MATRIX_H

#include "lines/line_table.h"

/* What is tiled when it is no layer that a definition describes: the outline of the region. */
#define MATRIX_REGION "region"

enum tie {
    TIE_APART, /* the two must not overlap */
    TIE_NEST,  /* a lies inside b */
    TIE_TILE,  /* both belong to one tiling: they must not overlap */
    TIE_ZONES, /* the zones of a layer that contains (its `relation`) tile it; a is b */
    TIE_SHARE, /* a is a share of b */
};
const char *tie_name(enum tie t); /* "apart", "nest", "tile", "zones", "share" */

enum layer_kind { LAYER_IS_LINE, LAYER_IS_ZONE, LAYER_IS_ADMIN };

struct tie_nest {
    const char *layer;
    bool asked; /* examined only when an audit is asked for it */
};

/* The area of a unit as an office states it. */
struct unit_area {
    const char *code; /* six digits */
    double km2;
    const char *source, *conf;
};

/* The row of one definition, of any kind of layer. */
struct layer_ties {
    const char *layer, *title_zh, *title_en;
    enum layer_kind kind;
    bool zoned; /* a control layer that contains, and that has zones */
    int order;
    const char *const *apart; /* control.apart_from; NULL ends */
    const char *space;        /* control.space: a nest that is asked for; "" */
    const struct tie_nest *nests;
    size_t n_nests;
    const char *const *tiles_with; /* NULL ends */
    const char *covers;            /* what the tiling covers; "" when the row states no tiling */
    const char *share_of;          /* "" */
    const struct unit_area *areas; /* of an administrative layer */
    size_t n_areas;
};

struct matrix_tie {
    enum tie tie;
    const struct layer_ties *a, *b;
    bool asked;
};

/* The layers of a tiling, in the order of reports. */
struct matrix_tiling {
    const struct layer_ties **layers;
    size_t n;
    const char *covers; /* MATRIX_REGION, or a layer's id */
};

struct layer_matrix {
    const struct matrix_tie *ties; /* apart, nest, tile, zones, share; each in the order of reports */
    size_t n_ties;
    const struct matrix_tiling *tilings;
    size_t n_tilings;
};

/* Of all definitions behind the table, those of spaces and administrative layers, too. Refused
 * (STATUS_INVALID_INPUT), with the definition, its member and the remedy: a layer that nobody defines
 * ("layer-unknown"), one id or title of two ("layer-clash"), nests or shares in a circle ("layer-circle"), a
 * pair that must be apart and nest, or nest and tile, and a tiling of which two definitions say that it
 * covers different things ("layer-contradiction"). */
enum status layer_matrix_make(const struct line_table *t, struct arena *a, struct layer_matrix *out,
                              struct error *e) HX_MUST_CHECK;
/* Whether two layers are tied so; apart and tile hold for both, whichever is called a. */
bool matrix_has(const struct layer_matrix *m, enum tie tie, const char *a, const char *b);

#endif
