#include "http/kept_answers.h"

#include "http/answer_tag.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct kept_answer {
    atomic_int holders; /* the table, and responses on their way */
    struct MHD_Response
        *response; /* as it was made: it has the bytes and the headers, and is sent to nobody */
    const char *bytes;
    size_t size;
    char tag[ANSWER_TAG_SIZE];
    bool gzip;
    uint64_t used; /* the latest use */
};

struct kept_answers {
    pthread_mutex_t lock; /* guards all below */
    struct kept_answer *answers[KEPT_ANSWERS];
    size_t n, bytes;
    uint64_t n_asked;
};

struct kept_answers *kept_answers_new(void)
{
    struct kept_answers *k = calloc(1, sizeof *k);
    if (k)
        pthread_mutex_init(&k->lock, NULL);
    return k;
}

static void let_go(void *answer)
{
    struct kept_answer *a = answer;
    if (atomic_fetch_sub(&a->holders, 1) > 1)
        return;
    MHD_destroy_response(a->response);
    free(a);
}

void kept_answers_free(struct kept_answers *k)
{
    if (!k)
        return;
    for (size_t i = 0; i < k->n; i++)
        let_go(k->answers[i]);
    pthread_mutex_destroy(&k->lock);
    free(k);
}

static struct kept_answer *look_up(struct kept_answers *k, const char *tag, bool gzip)
{
    for (size_t i = 0; i < k->n; i++)
        if (k->answers[i]->gzip == gzip && strcmp(k->answers[i]->tag, tag) == 0)
            return k->answers[i];
    return NULL;
}

static enum MHD_Result copy_header(void *to, enum MHD_ValueKind kind, const char *key, const char *value)
{
    (void)kind;
    return MHD_add_response_header(to, key, value);
}

/* A response of the reply's own over the kept bytes. False, with the reply as it was: memory is out. */
static bool hand_out(struct kept_answers *k, struct kept_answer *a, struct reply *r)
{
    struct MHD_Response *own = MHD_create_response_from_buffer_with_free_callback_cls(
        a->size, (void *)(uintptr_t)a->bytes, let_go, a);
    if (!own)
        return false;
    atomic_fetch_add(&a->holders, 1);
    (void)MHD_get_response_headers(a->response, copy_header, own);
    a->used = ++k->n_asked;
    r->response = own;
    r->status = MHD_HTTP_OK;
    return true;
}

bool kept_answers_find(struct kept_answers *k, const char *tag, struct reply *r)
{
    pthread_mutex_lock(&k->lock);
    struct kept_answer *a = look_up(k, tag, r->gzip);
    bool found = a && hand_out(k, a, r);
    pthread_mutex_unlock(&k->lock);
    return found;
}

static void drop_oldest(struct kept_answers *k)
{
    size_t oldest = 0;
    for (size_t i = 1; i < k->n; i++)
        if (k->answers[i]->used < k->answers[oldest]->used)
            oldest = i;
    k->bytes -= k->answers[oldest]->size;
    let_go(k->answers[oldest]);
    k->answers[oldest] = k->answers[--k->n];
}

/* With the lock: the table has it from now on, and holds the response that it came with. */
static void keep(struct kept_answers *k, struct kept_answer *a)
{
    while (k->n == KEPT_ANSWERS || (k->n > 0 && k->bytes + a->size > KEPT_BYTES))
        drop_oldest(k);
    k->answers[k->n++] = a;
    k->bytes += a->size;
}

void kept_answers_add(struct kept_answers *k, const char *tag, struct reply *r)
{
    struct kept_answer *a = NULL;
    if (r->status == MHD_HTTP_OK && r->bytes && r->size > 0 && r->size <= KEPT_ANSWER_BYTES)
        a = calloc(1, sizeof *a);
    if (!a)
        return;
    atomic_init(&a->holders, 1);
    a->response = r->response;
    a->bytes = r->bytes;
    a->size = r->size;
    a->gzip = r->gzip;
    snprintf(a->tag, sizeof a->tag, "%s", tag);
    pthread_mutex_lock(&k->lock);
    if (look_up(k, tag, r->gzip) || !hand_out(k, a, r)) /* another thread has made it meanwhile */
        free(a);
    else
        keep(k, a);
    pthread_mutex_unlock(&k->lock);
}
