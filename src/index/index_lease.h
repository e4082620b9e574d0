/* Read leases of the kernel (fcntl(2), F_SETLEASE) on index files: while one is held, nobody has opened the
 * file for writing, or cut it off, since it was taken. Whoever wants to is kept waiting by the kernel until
 * we let go, which we do at once, by a signal. So a file need not be looked at for every answer: a look is a
 * call of the kernel (0.1 to 1.4 us) for each of half a dozen files, and a whole check takes some
 * microseconds.
 * Private to index/; a program asks for it by index_use_leases (layer_index.h).
 *
 * Nothing rests on the signal but how long the other waits. A lease was seen to be unbroken at some moment
 * (F_GETLEASE); who wants to write afterwards is kept waiting for fs.lease-break-time (45 s; below 10 no
 * lease is used) unless we let go, and we believe in it for one second.
 * Threads: any. */
#ifndef HX_INDEX_INDEX_LEASE_H
#define HX_INDEX_INDEX_LEASE_H

#include <stdbool.h>

/* false: not asked for, not on this file system, open for writing somewhere, or not ours. */
bool index_lease_take(int fd);
/* Was nothing written since it was taken? Once false, false until it is taken again. */
bool index_lease_holds(int fd);
void index_lease_drop(int fd); /* before it is closed */

#endif
