/* No network for GDAL, whatever it thinks that it needs: where it reads (the sandboxed child) and where it
 * writes (exports). Threads: for the thread that calls it. */
#ifndef HX_FEATURES_GDAL_OFFLINE_H
#define HX_FEATURES_GDAL_OFFLINE_H

#include <stdbool.h>

/* Every request is answered by a failure, until CPLHTTPPopFetchCallback. */
void gdal_offline_push(void);

/* Is it an address, or one of GDAL's virtual paths, which may be one? */
bool gdal_path_is_remote(const char *path);

#endif
