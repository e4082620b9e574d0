/* GDAL within bounds: which files it may open, with which drivers, and where its messages go.
 *
 * Local files only: paths of GDAL's virtual file systems and addresses are refused before GDAL sees them, and a
 * file that makes GDAL fetch something (a GeoJSON "link" CRS) is answered by a callback that has no network.
 * Threads: a guard belongs to one thread; enter and leave come in pairs around every group of GDAL calls. */
#ifndef HX_INGEST_GDAL_GUARD_H
#define HX_INGEST_GDAL_GUARD_H

#include "base/status.h"

#include <gdal.h>

enum { GUARD_MAX_WARNINGS = 20 };

struct gdal_guard {
    char failure[256]; /* GDAL's latest failure since gdal_guard_enter, "" when none */
    char warnings[GUARD_MAX_WARNINGS][200];
    int n_warnings; /* counted beyond GUARD_MAX_WARNINGS, too */
    bool raw_text;  /* a Shapefile: its text comes as bytes, and source_fields.c finds out what they are */
    char declared_encoding[32]; /* what its .cpg says, "" without one */
};

void gdal_guard_enter(struct gdal_guard *g);
void gdal_guard_leave(void);

/* STATUS_INVALID_INPUT for an address or a path of one of GDAL's virtual file systems. */
enum status gdal_guard_check_path(const char *path, struct error *e) HX_MUST_CHECK;
/* Opens a local vector file, a .gdb directory, or a .zip of either, read-only. */
enum status gdal_guard_open(struct gdal_guard *g, const char *path, GDALDatasetH *out,
                            struct error *e) HX_MUST_CHECK;

#endif
