/* The file under a layer index: held open, its first part mapped, its last part in memory of our own, and
 * looked at whenever what was read of it is to be believed. Private to index/. */
#ifndef HX_INDEX_INDEX_FILE_H
#define HX_INDEX_INDEX_FILE_H

#include "index/bus_guard.h"
#include "index/format.h"

#include <stdint.h>
#include <sys/stat.h>

/* What the kernel says of a file, by which a change is known. */
struct index_stamp {
    uint64_t device, inode, size, links;
    int64_t mtime_ns, ctime_ns;
};

struct index_file {
    int fd;
    struct index_header header;
    const char *mapped; /* bytes 0 .. mapped_bytes - 1 */
    size_t mapped_bytes;
    char *tables; /* all bytes behind those */
    size_t table_bytes;
    char *table_room; /* the mapping that they lie in; NULL: they are from malloc */
    size_t table_room_bytes;
    struct bus_guard *guard;
    bool leased;              /* it was, when it was opened (index_lease.h) */
    struct index_stamp stamp; /* when it was opened, but for the two below */
    _Atomic int64_t ctime_ns; /* follows that of a file that only lost or got a name */
    _Atomic uint64_t links;
    atomic_bool changed; /* for ever: bytes that were believed may be others now */
};

/* Opens it and reads the header, of which nothing has been checked yet. */
enum status index_file_open(const char *path, struct index_file **out, struct error *e) HX_MUST_CHECK;
/* Maps the bytes before `tables_at` and reads those behind. */
enum status index_file_load(struct index_file *f, const char *path, uint64_t tables_at,
                            struct error *e) HX_MUST_CHECK;
void index_file_close(struct index_file *f); /* NULL-safe */

/* Is the file as it was when it was opened? Asks the kernel; once it was not, the answer stays no. */
bool index_file_is_unchanged(struct index_file *f);
/* Waits, at most some hundredths of a second where times are fine, until a write would give the file another
 * ctime than it has. */
void index_file_settle(const struct index_file *f);
/* XXH3 of all bytes behind the header, as they are read: of the mapping and of our own memory. */
uint64_t index_file_checksum(const struct index_file *f);

#endif
