/* Mappings of files that somebody may cut off. The kernel sends SIGBUS to who reads a mapped page that the
 * file no longer has, or that the disk does not give; by default that ends the process. Private to index/.
 *
 * A guarded mapping is replaced by zeros at such a moment, whole, and says so; the reader goes on, and asks
 * before it believes what it read. A SIGBUS from anywhere else goes to whoever handled it before, or ends the
 * process as ever.
 * Threads: any. The handler is installed by the first guard and stays; should another program's handler have
 * taken its place (and not hand on what it does not know), the next guard installs it again, a few times. */
#ifndef HX_INDEX_BUS_GUARD_H
#define HX_INDEX_BUS_GUARD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

struct bus_guard;

/* `at` is a mapping of n bytes, for reading; *hit becomes true before anybody reads a zero that the file does
 * not have. Both must live until bus_guard_remove. NULL: no memory, or no handler could be installed. */
struct bus_guard *bus_guard_add(const void *at, size_t n, atomic_bool *hit);
void bus_guard_remove(struct bus_guard *g); /* NULL-safe; nobody may be reading the mapping */

#endif
