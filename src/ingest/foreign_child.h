/* The reading child: the program itself, started again with FOREIGN_COMMAND. GDAL parses an upload here and nowhere
 * else. `main` calls this before anything when its first argument is foreign_child_command(). */
#ifndef HX_INGEST_FOREIGN_CHILD_H
#define HX_INGEST_FOREIGN_CHILD_H

#include <stdbool.h>

/* Is this the command line of a reading child? */
bool foreign_child_wanted(int argc, char **argv);
/* Enters the sandbox, reads the file, and writes records to standard output. Never returns. */
_Noreturn void foreign_child_main(int argc, char **argv);

#endif
