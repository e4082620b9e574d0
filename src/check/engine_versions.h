/* The versions of the libraries that a figure depends on, as they run and not as they were compiled
 * against. Threads: any. */
#ifndef HX_CHECK_ENGINE_VERSIONS_H
#define HX_CHECK_ENGINE_VERSIONS_H

struct engine_versions {
    const char *geos, *proj, *sqlite;
};

const struct engine_versions *engine_versions(void); /* static */

#endif
