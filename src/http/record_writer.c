#include "http/record_writer.h"

#include "http/access_gate.h"
#include "http/request.h"
#include "store/access_log.h"
#include "store/store_file.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct record_writer {
    pthread_mutex_t lock; /* guards the store */
    struct store *store;
    const char *gdal_version;
    _Atomic(const char *) due;  /* the path at which the store is to be opened anew; NULL: it is not */
    pthread_mutex_t fault_lock; /* guards the two below; held to look and to note only */
    bool is_closed;
    struct error fault; /* of the latest write; status 0: it was kept, or refused for what it was */
};

static void note_open(struct record_writer *d)
{
    pthread_mutex_lock(&d->fault_lock);
    d->is_closed = d->store == NULL;
    if (d->store)
        d->fault = (struct error){0};
    pthread_mutex_unlock(&d->fault_lock);
}

/* A text that is too long, a project that is not there: nothing is wrong with the writer. */
static enum status note_write(struct record_writer *d, enum status s, const struct error *e)
{
    bool is_ours = s == STATUS_IO || s == STATUS_CORRUPT || s == STATUS_INTERNAL || s == STATUS_NO_MEMORY ||
                   (s == STATUS_CONFLICT && strncmp(e->code, "store-", 6) == 0);
    if (s && !is_ours)
        return s;
    pthread_mutex_lock(&d->fault_lock);
    d->fault = s ? *e : (struct error){0};
    pthread_mutex_unlock(&d->fault_lock);
    return s;
}

enum status record_writer_open(const char *store_path, const char *gdal_version, struct record_writer **out,
                               struct error *e)
{
    struct record_writer *d = calloc(1, sizeof *d);
    if (!d)
        return error_no_memory(e);
    enum status s = store_open(store_path, STORE_WRITE, &d->store, e);
    if (s) {
        free(d);
        return s;
    }
    pthread_mutex_init(&d->lock, NULL);
    pthread_mutex_init(&d->fault_lock, NULL);
    d->gdal_version = gdal_version;
    *out = d;
    return STATUS_OK;
}

void record_writer_close(struct record_writer *d)
{
    if (!d)
        return;
    store_close(d->store);
    pthread_mutex_destroy(&d->lock);
    pthread_mutex_destroy(&d->fault_lock);
    free(d);
}

void record_writer_let_go(struct record_writer *d)
{
    pthread_mutex_lock(&d->lock);
    atomic_store(&d->due, NULL);
    store_close_apart(d->store);
    d->store = NULL;
    note_open(d);
    pthread_mutex_unlock(&d->lock);
}

void record_writer_fold(struct record_writer *d)
{
    pthread_mutex_lock(&d->lock);
    store_fold_some(d->store);
    pthread_mutex_unlock(&d->lock);
}

bool record_writer_lost_store(const struct error *e)
{
    static const char *const codes[] = {"store-closed", "store-moved", "store-moved-since",
                                        "store-journal-gone"};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (strcmp(e->code, codes[i]) == 0)
            return true;
    return false;
}

enum status record_writer_take_up(struct record_writer *d, const char *store_path, struct error *e)
{
    pthread_mutex_lock(&d->lock);
    enum status s = store_open(store_path, STORE_WRITE, &d->store, e);
    note_open(d);
    pthread_mutex_unlock(&d->lock);
    return s;
}

/* With the lock. */
static enum status renew_if_due(struct record_writer *d, struct error *e)
{
    const char *path = atomic_exchange(&d->due, NULL);
    if (!path)
        return STATUS_OK;
    store_close_apart(d->store);
    d->store = NULL;
    enum status s = store_open(path, STORE_WRITE, &d->store, e);
    note_open(d);
    return s;
}

/* Before anything is written. What could not be opened is told by fail_closed. */
static void lock_to_write(struct record_writer *d)
{
    pthread_mutex_lock(&d->lock);
    (void)!renew_if_due(d, NULL);
}

enum status record_writer_renew(struct record_writer *d, const char *store_path, struct error *e)
{
    atomic_store(&d->due, store_path);
    if (pthread_mutex_trylock(&d->lock) != 0)
        return STATUS_OK; /* somebody keeps, and may wait for another program: the next one does it */
    enum status s = renew_if_due(d, e);
    pthread_mutex_unlock(&d->lock);
    return s;
}

static enum status fail_closed(struct error *e)
{
    error_zh(e, "存储正在更换，或已不能打开；没有写入任何内容，请重试。");
    return error_fail(
        e, STATUS_CONFLICT, "store-closed",
        "The store is being replaced, or cannot be opened any more; nothing was written, try again.");
}

enum status record_writer_fault(struct record_writer *d, struct error *e)
{
    pthread_mutex_lock(&d->fault_lock);
    bool is_closed = d->is_closed;
    struct error fault = d->fault;
    pthread_mutex_unlock(&d->fault_lock);
    if (is_closed)
        return fail_closed(e);
    if (fault.status) {
        error_zh(e, "最近一次存档没有写成：%.400s", fault.zh);
        return error_fail(e, fault.status, fault.code, "What should have been kept last was not: %.400s",
                          fault.en);
    }
    return STATUS_OK;
}

enum status record_writer_use(struct record_writer *d, const char *person, const char *address,
                              record_writer_fn *fn, void *user, struct error *e)
{
    lock_to_write(d);
    if (d->store)
        store_act_as(d->store, person ? person : "", address);
    enum status s = !d->store ? fail_closed(e) : fn(d->store, user, e);
    pthread_mutex_unlock(&d->lock);
    return s;
}

void record_writer_use_if_idle(struct record_writer *d, record_writer_fn *fn, void *user)
{
    if (pthread_mutex_trylock(&d->lock) != 0)
        return;
    if (d->store)
        (void)!fn(d->store, user, NULL);
    pthread_mutex_unlock(&d->lock);
}

/* The request's writer for the request's caller: whatever is written names who had logged in. */
static struct record_writer *lock_for(const struct request *rq)
{
    struct record_writer *d = rq->record_writer;
    char address[ADDRESS_SIZE];
    access_address(rq, address);
    lock_to_write(d);
    if (d->store)
        store_act_as(d->store, rq->caller.name, address);
    return d;
}

enum status record_writer_keep(const struct request *rq, const struct record_spec *spec, struct arena *a,
                               struct report *r, struct error *e)
{
    struct record_spec whole = *spec;
    struct report_record *record = arena_alloc(a, sizeof *record);
    if (!record)
        return error_no_memory(e);
    struct record_writer *d = lock_for(rq);
    whole.gdal_version = d->gdal_version;
    enum status s = !d->store ? fail_closed(e) : record_keep(d->store, r, &whole, a, record, e);
    s = note_write(d, s, e);
    pthread_mutex_unlock(&d->lock);
    if (!s)
        r->record = record;
    return s;
}

enum status record_writer_override(const struct request *rq, int64_t id, const char *verdict,
                                   const char *reason, const char *officer, struct arena *a,
                                   struct store_record *out, struct error *e)
{
    struct record_writer *d = lock_for(rq);
    enum status s =
        !d->store ? fail_closed(e) : record_override(d->store, id, verdict, reason, officer, a, out, e);
    s = note_write(d, s, e);
    pthread_mutex_unlock(&d->lock);
    return s;
}

enum status record_writer_save_project(const struct request *rq, const struct store_project *p,
                                       const struct report *r, int64_t replaces, struct arena *a,
                                       struct store_project *out, struct error *e)
{
    struct record_writer *d = lock_for(rq);
    enum status s = !d->store ? fail_closed(e) : saved_project_save(d->store, p, r, replaces, a, out, e);
    s = note_write(d, s, e);
    pthread_mutex_unlock(&d->lock);
    return s;
}

enum status record_writer_retire_project(const struct request *rq, int64_t id, struct error *e)
{
    struct record_writer *d = lock_for(rq);
    enum status s = !d->store ? fail_closed(e) : store_project_retire(d->store, id, e);
    s = note_write(d, s, e);
    pthread_mutex_unlock(&d->lock);
    return s;
}

enum status record_writer_may_write(const struct request *rq, enum access_right right, struct error *e)
{
    enum status s = access_need(&rq->caller, right, e);
    if (s || rq->record_writer)
        return s;
    error_zh(e, "本服务没有开启存档，也不保存项目；请由管理员以 hongxian serve --allow-records 启动。");
    return error_fail(e, STATUS_UNSUPPORTED, "records-not-allowed",
                      "This server keeps no records and saves no projects; its operator starts it "
                      "with hongxian serve --allow-records.");
}
