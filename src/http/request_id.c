#include "http/request_id.h"

#include <stdint.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

void request_id_make(char out[REQUEST_ID_SIZE])
{
    static const char signs[] = "abcdefghjkmnpqrstvwxyz0123456789"; /* no i, l, o, u: 32 */
    uint64_t bits = 0;
    if (getrandom(&bits, sizeof bits, GRND_NONBLOCK) != (ssize_t)sizeof bits) { /* just after the boot */
        struct timespec now;
        clock_gettime(CLOCK_MONOTONIC, &now);
        bits = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
    }
    for (int i = 0; i < 14; i++) {
        out[i] = i % 5 == 4 ? '-' : signs[bits & 31];
        bits >>= i % 5 == 4 ? 0 : 5;
    }
    out[14] = '\0';
}

bool request_id_is_plain(const char *text)
{
    size_t n = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.");
    return n > 0 && n < REQUEST_ID_SIZE && !text[n];
}
