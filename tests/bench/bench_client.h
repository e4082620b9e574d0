/* A client of HTTP/1.1 that keeps its connection and does little besides: what is measured is the server.
 * Whatever it does not expect ends the program with a sentence. Threads: a client belongs to one. */
#ifndef HX_BENCH_CLIENT_H
#define HX_BENCH_CLIENT_H

#include <stddef.h>

struct bench_client {
    int fd;
    char *data; /* the answer; room grows with it */
    size_t room;
};

struct bench_answer {
    unsigned status;
    const char *head, *body; /* the client's, until the next request; a body in chunks is put together */
    size_t head_size, body_size;
};

/* `url`: http://ADDRESS:PORT, whatever follows */
void bench_client_open(struct bench_client *c, const char *url);
void bench_client_close(struct bench_client *c);
/* Sends the bytes and reads the whole answer. */
struct bench_answer bench_client_ask(struct bench_client *c, const char *request, size_t n);

#endif
