/* Reading children without their start: GDAL with its hundred libraries takes ten times as long to load as
 * most files take to read. A process that opens a second file starts its nursery: the program itself once
 * more, which loads GDAL, meets no file, and forks a child of itself for each reading. The child is what it
 * would have been: it confines itself before it looks at the file, and nothing of one reading is left for
 * the next.
 *
 * Its namespaces are its children's, too: it enters them, drops its capabilities, and makes the list of
 * system calls once for all.
 *
 * Where no nursery can be had (the first file, a job in its sandbox, an older kernel), process.c starts the
 * program for each reading. Private to sandbox/; process.h is what others call. Threads: any; one nursery
 * for all of them. It ends with the process that started it. */
#ifndef HX_FEATURES_SANDBOX_NURSERY_H
#define HX_FEATURES_SANDBOX_NURSERY_H

#include <stdbool.h>
#include <sys/types.h>

#define NURSERY_COMMAND "--sandbox-nursery" /* the hidden argument, the only one */

/* A child of the nursery; which nursery, because a pid says nothing once that one is gone. */
struct nursling {
    pid_t pid; /* 0: none */
    unsigned nursery;
};

/* Begins a child with these arguments (from argv[1] on, NULL-terminated), `to_parent` as its standard output
 * and `input` (-1: none) as SANDBOX_INPUT. False: there is no nursery for `program`, and nothing began. One
 * is started for the second reading, or for the first when `more` will follow. */
bool nursery_begin(const char *program, const char *const *arguments, int to_parent, int input, bool more,
                   struct nursling *out);
/* Kills it and all of its group. */
void nursery_end(struct nursling n);
/* For a process that is about to confine itself: a nursery from before would be a way around that. */
void nursery_give_up(void);

/* ---- in the nursery ---- */

bool nursery_wanted(int argc, char **argv);
_Noreturn void nursery_main(void);

#endif
