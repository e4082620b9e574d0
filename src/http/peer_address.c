#include "http/peer_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

static bool is_v4(const struct peer_address *a)
{
    static const unsigned char mapped[12] = {[10] = 0xFF, [11] = 0xFF};
    return memcmp(a->bytes, mapped, sizeof mapped) == 0;
}

struct peer_address peer_address_of(const struct sockaddr *a)
{
    struct peer_address out = {.is_known = a && (a->sa_family == AF_INET6 || a->sa_family == AF_INET)};
    if (a && a->sa_family == AF_INET6) {
        memcpy(out.bytes, &((const struct sockaddr_in6 *)(const void *)a)->sin6_addr, 16);
    } else if (a && a->sa_family == AF_INET) {
        out.bytes[10] = out.bytes[11] = 0xFF;
        memcpy(out.bytes + 12, &((const struct sockaddr_in *)(const void *)a)->sin_addr, 4);
    }
    return out;
}

bool peer_address_same(const struct peer_address *a, const struct peer_address *b)
{
    bool v4 = is_v4(a);
    return a->is_known && b->is_known && memcmp(a->bytes, b->bytes, v4 ? 16 : 8) == 0;
}

void peer_address_text(const struct peer_address *a, char out[PEER_ADDRESS_TEXT])
{
    bool v4 = is_v4(a);
    if (!a->is_known || !inet_ntop(v4 ? AF_INET : AF_INET6, a->bytes + (v4 ? 12 : 0), out, PEER_ADDRESS_TEXT))
        snprintf(out, PEER_ADDRESS_TEXT, "?");
}

bool peer_address_is_this_machine(const struct peer_address *a)
{
    static const unsigned char v4[16] = {[10] = 0xFF, [11] = 0xFF, [12] = 127, [15] = 1}, v6[16] = {[15] = 1};
    return memcmp(a->bytes, v4, 16) == 0 || memcmp(a->bytes, v6, 16) == 0;
}

bool peer_address_forwarded(const char *forwarded_for, struct peer_address *out)
{
    char text[PEER_ADDRESS_TEXT];
    struct in_addr v4;
    const char *last = forwarded_for ? strrchr(forwarded_for, ',') : NULL;
    last = last ? last + 1 : forwarded_for;
    if (!last)
        return false;
    last += strspn(last, " \t");
    snprintf(text, sizeof text, "%.*s", (int)strcspn(last, " \t"), last);
    *out = (struct peer_address){.is_known = true};
    if (inet_pton(AF_INET, text, &v4) == 1) {
        out->bytes[10] = out->bytes[11] = 0xFF;
        memcpy(out->bytes + 12, &v4, sizeof v4);
        return true;
    }
    return inet_pton(AF_INET6, text, out->bytes) == 1;
}
