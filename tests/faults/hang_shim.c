/* Preloaded into a server (LD_PRELOAD): while the file $HX_HANG exists nobody is taken at the door, as if the
 * thread that does it hung. */
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

int accept4(int fd, struct sockaddr *address, socklen_t *size, int flags)
{
    const struct timespec step = {.tv_nsec = 10 * 1000 * 1000};
    const char *file = getenv("HX_HANG");
    int (*real)(int, struct sockaddr *, socklen_t *, int);
    *(void **)&real = dlsym(RTLD_NEXT, "accept4");
    while (file && access(file, F_OK) == 0)
        nanosleep(&step, NULL);
    return real(fd, address, size, flags);
}
