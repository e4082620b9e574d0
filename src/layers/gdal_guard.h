/* What GDAL says while it writes our own exports, kept for one sentence; and no network, whatever it thinks
 * that it needs. Users' files are read by GDAL in the sandboxed child only (features/sandbox/).
 *
 * GDAL is loaded (gdal_load) before a guard is entered. Threads: enter and leave on one thread, in pairs. */
#ifndef HX_LAYERS_GDAL_GUARD_H
#define HX_LAYERS_GDAL_GUARD_H

#include "base/status.h"
#include "features/gdal.h"

struct gdal_guard {
    char failure[256]; /* the latest; "" when there was none */
};

void gdal_guard_enter(struct gdal_guard *g); /* clears `failure` */
void gdal_guard_leave(void);

#endif
