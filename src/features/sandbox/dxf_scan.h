/* The entities of a drawing by their group codes: what there is, beside what GDAL makes of it. Text DXF
 * only. Private to sandbox/. */
#ifndef HX_FEATURES_SANDBOX_DXF_SCAN_H
#define HX_FEATURES_SANDBOX_DXF_SCAN_H

#include "features/sandbox/child_parts.h"
#include "formats/encoding.h"

/* What an entity can be to an audit. */
enum dxf_class {
    DXF_AREA,   /* encloses something when it is closed; GDAL reads it */
    DXF_LINES,  /* LINE and ARC: several may enclose something */
    DXF_UNREAD, /* may enclose something, and GDAL does not read it: REGION, MLINE, proxies, unknown ones */
    DXF_HATCH,  /* a filling is no plot */
    DXF_INSERT, /* a block's content */
    DXF_ANNOTATION,
};

struct dxf_entity {
    const char *type, *layer,
        *handle; /* as they are, layer in the file's bytes; shared; handle "" without one */
    int block;   /* of an INSERT: its number, -1 unknown */
    int copies;  /* of an INSERT */
    enum dxf_class class;
    bool curved, paper;
};
struct dxf_block {
    const char *name;
    size_t from, n; /* of its entities */
    bool walked;
    bool curved, hatched, solid;     /* of all that it holds, blocks within it included */
    int64_t lines, features;         /* LINE and ARC; what GDAL gives for one copy */
    const struct dxf_entity *unread; /* the first; NULL */
};
struct dxf_scan {
    struct dxf_entity *entities, *inner; /* of the drawing; of all blocks */
    size_t n, n_inner;
    struct dxf_block *blocks;
    size_t n_blocks;
    bool unicode;           /* AC1021 and later: UTF-8, whatever $DWGCODEPAGE says */
    char code_page[32];     /* "" none */
    struct text_vote votes; /* on the bytes of its texts */
    bool ended;             /* 0 EOF was met */
};

enum status dxf_scan_file(struct child *c, const char *name, struct dxf_scan *out,
                          struct error *e) HX_MUST_CHECK;

#endif
