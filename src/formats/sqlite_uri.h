/* How SQLite is told to open a file that nobody writes. Threads: pure. */
#ifndef HX_FORMATS_SQLITE_URI_H
#define HX_FORMATS_SQLITE_URI_H

/* "file:PATH?immutable=1": nothing is locked or written, and no -wal or -shm looked for or made beside it.
 * For SQLITE_OPEN_URI. Owned; NULL when memory is out. */
char *sqlite_immutable_uri(const char *path);

#endif
