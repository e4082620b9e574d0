/* The sandboxed child: the program itself, started again with a hidden argument. GDAL, expat and SQLite
 * parse a user's file there and nowhere else. `main` of every program that opens such streams begins with
 * sandbox_child_wanted, unless feature_request.reader names another program.
 *
 * The stream is opened by feature_stream_open_sandboxed (stream.h). Threads: any; each stream has its own
 * child. */
#ifndef HX_FEATURES_SANDBOX_SANDBOX_H
#define HX_FEATURES_SANDBOX_SANDBOX_H

#include "features/stream.h"

/* Is this the command line of a child? */
bool sandbox_child_wanted(int argc, char **argv);
/* Enters the sandbox, reads the file, and writes records to standard output. Never returns. */
_Noreturn void sandbox_child_main(int argc, char **argv);

/* What a file holds, for whoever has to say which layer is meant. */
struct sandbox_layer {
    const char *name, *alias; /* UTF-8; alias "" when there is none */
    bool may_be_areas;
    int64_t n_declared;   /* -1 unknown */
    const char *geometry; /* the type as GDAL names it, "Multi Polygon"; "" where the format has none */
    const char *crs_wkt;  /* as feature_stream_info.crs_wkt */
    double box[4];        /* west, south, east, north in the file's units, as far as it says, when has_box */
    bool has_box;
    const struct feature_schema *schema;
};
struct sandbox_layers {
    const char *driver;
    const struct sandbox_layer *layers;
    size_t n;
};
/* In the arena. `layer` of the request does not matter. */
enum status sandbox_list_layers(const struct feature_request *r, struct arena *a, struct sandbox_layers *out,
                                struct error *e) HX_MUST_CHECK;

#endif
