#include "bench_client.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { FIRST_ROOM = 1 << 20 };

static void stop(const char *what)
{
    fprintf(stderr, "bench: client: %s\n", what);
    exit(2);
}

void bench_client_open(struct bench_client *c, const char *url)
{
    char host[64];
    int port, one = 1;
    if (sscanf(url, "http://%63[^:/]:%d", host, &port) != 2)
        stop("the address is not http://ADDRESS:PORT");
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    *c = (struct bench_client){socket(AF_INET, SOCK_STREAM, 0), malloc(FIRST_ROOM), FIRST_ROOM};
    if (!c->data || c->fd < 0 || inet_pton(AF_INET, host, &to.sin_addr) != 1 ||
        connect(c->fd, (struct sockaddr *)&to, sizeof to) != 0)
        stop("there is no connection");
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
}

void bench_client_close(struct bench_client *c)
{
    close(c->fd);
    free(c->data);
}

/* Reads on; `have` bytes are there. */
static size_t more(struct bench_client *c, size_t have)
{
    if (c->room - have < FIRST_ROOM / 2) {
        c->room *= 2;
        c->data = realloc(c->data, c->room);
        if (!c->data)
            stop("memory is out");
    }
    ssize_t got = recv(c->fd, c->data + have, c->room - 1 - have, 0);
    if (got <= 0)
        stop("the connection ended inside an answer");
    c->data[have + (size_t)got] = '\0';
    return have + (size_t)got;
}

/* The field's value within the head, or NULL. */
static const char *field(const struct bench_client *c, size_t head_size, const char *name)
{
    const char *at = strcasestr(c->data, name);
    return at && at < c->data + head_size ? at + strlen(name) : NULL;
}

/* Chunks behind the head, moved together as they come; the size of what they held. */
static size_t read_chunks(struct bench_client *c, size_t head_size, size_t have)
{
    size_t at = head_size, body = 0;
    for (;;) {
        char *end = NULL;
        while (!(end = memmem(c->data + at, have - at, "\r\n", 2)))
            have = more(c, have);
        size_t start = (size_t)(end + 2 - c->data), n = strtoul(c->data + at, NULL, 16);
        while (have < start + n + 2)
            have = more(c, have);
        if (n == 0)
            return body;
        memmove(c->data + head_size + body, c->data + start, n);
        body += n;
        at = start + n + 2;
    }
}

struct bench_answer bench_client_ask(struct bench_client *c, const char *request, size_t n)
{
    for (size_t sent = 0; sent < n;) {
        ssize_t some = send(c->fd, request + sent, n - sent, MSG_NOSIGNAL);
        if (some <= 0)
            stop("the request cannot be sent");
        sent += (size_t)some;
    }
    size_t have = 0;
    char *end = NULL;
    while (!end) {
        have = more(c, have);
        end = strstr(c->data, "\r\n\r\n");
    }
    size_t head = (size_t)(end + 4 - c->data), body = 0;
    unsigned status = (unsigned)strtoul(c->data + 9, NULL, 10);
    const char *length = field(c, head, "\r\nContent-Length:"),
               *coding = field(c, head, "\r\nTransfer-Encoding:");
    if (coding) {
        body = read_chunks(c, head, have);
    } else if (status != 204 && status != 304) {
        body = length ? strtoul(length, NULL, 10) : 0;
        while (have < head + body)
            have = more(c, have);
    }
    return (struct bench_answer){status, c->data, c->data + head, head, body};
}
