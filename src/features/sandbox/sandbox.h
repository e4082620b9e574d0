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

/* ---- what of the sandbox takes effect here: kernels and containers differ ---- */

enum sandbox_measure {
    SANDBOX_LIMITS,       /* of files, sizes, and of an upload's memory and time */
    SANDBOX_PRIVILEGES,   /* no program gives it more (no_new_privs) */
    SANDBOX_CAPABILITIES, /* none is left, and none can be had again */
    SANDBOX_USER,         /* a user namespace */
    SANDBOX_PID,          /* of processes, where it sees no other */
    SANDBOX_NET,          /* without a network */
    SANDBOX_IPC,
    SANDBOX_MOUNT,
    SANDBOX_FILES, /* Landlock: its own file, and the system's libraries and tables */
    SANDBOX_CALLS, /* seccomp: the system calls that it needs, and no other */
    SANDBOX_REQUIRED,
    /* What the list of calls keeps from a reader as well; kernels later than Debian 12's have it. */
    SANDBOX_TRUNCATE = SANDBOX_REQUIRED, /* Landlock 3 */
    SANDBOX_TCP,                         /* 4 */
    SANDBOX_DEVICES,                     /* 5 */
    SANDBOX_SIGNALS,                     /* 6 */
    SANDBOX_MEASURES
};
struct sandbox_measures {
    bool tried[SANDBOX_MEASURES];
    int why[SANDBOX_MEASURES]; /* errno's number; 0: in effect */
    int landlock;              /* the kernel's version of it; 0: none */
};

/* "limits", as programs read it. */
const char *sandbox_measure_name(enum sandbox_measure which);
/* "in-effect", "not-permitted", "unknown-to-kernel" or "untried". */
const char *sandbox_measure_state(const struct sandbox_measures *m, enum sandbox_measure which);
/* What is missing without it and what to do, as an error's two sentences. */
void sandbox_measure_words(const struct sandbox_measures *m, enum sandbox_measure which, struct error *out);
/* Are all of SANDBOX_REQUIRED in effect? */
bool sandbox_complete(const struct sandbox_measures *m);

/* Finds out, by confining a reader and a job that do nothing (NULL program: this very one, whose `main` asks
 * sandbox_child_wanted; some 20 ms): of each measure the worse of the two. Kept for sandbox_known. */
enum status sandbox_report(const char *program, struct sandbox_measures *out, struct error *e) HX_MUST_CHECK;
/* What the latest sandbox_report has found; false: none was asked for. */
bool sandbox_known(struct sandbox_measures *out);

/* From here on a file is read only when every measure of SANDBOX_REQUIRED takes effect. Fails with the
 * sentence for the administrator when one does not. */
enum status sandbox_require(const char *program, struct error *e) HX_MUST_CHECK;
bool sandbox_is_required(void);

#endif
