#include "http/kept_answers.h"

#include "http/answer_tag.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct kept_answer {
    atomic_int holders; /* the table, and replies on their way */
    struct MHD_Response *response;
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

static void let_go(struct kept_answer *a)
{
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

static void hand_out(struct kept_answers *k, struct kept_answer *a, struct reply *r)
{
    atomic_fetch_add(&a->holders, 1);
    a->used = ++k->n_asked;
    r->response = a->response;
    r->status = MHD_HTTP_OK;
    r->kept = a;
}

bool kept_answers_find(struct kept_answers *k, const char *tag, struct reply *r)
{
    pthread_mutex_lock(&k->lock);
    struct kept_answer *a = look_up(k, tag, r->gzip);
    if (a)
        hand_out(k, a, r);
    pthread_mutex_unlock(&k->lock);
    return a != NULL;
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

void kept_answers_add(struct kept_answers *k, const char *tag, struct reply *r)
{
    struct kept_answer *a = NULL;
    if (r->status == MHD_HTTP_OK && r->size > 0 && r->size <= KEPT_ANSWER_BYTES)
        a = calloc(1, sizeof *a);
    if (!a)
        return;
    atomic_init(&a->holders, 1);
    a->response = r->response;
    a->size = r->size;
    a->gzip = r->gzip;
    snprintf(a->tag, sizeof a->tag, "%s", tag);
    pthread_mutex_lock(&k->lock);
    if (look_up(k, tag, r->gzip)) { /* another thread has made it meanwhile */
        free(a);
    } else {
        while (k->n == KEPT_ANSWERS || (k->n > 0 && k->bytes + a->size > KEPT_BYTES))
            drop_oldest(k);
        k->answers[k->n++] = a;
        k->bytes += a->size;
        hand_out(k, a, r);
    }
    pthread_mutex_unlock(&k->lock);
}

void reply_done(struct reply *r)
{
    if (r->kept)
        let_go(r->kept);
    else if (r->response)
        MHD_destroy_response(r->response);
    r->response = NULL;
    r->kept = NULL;
}
