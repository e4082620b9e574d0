#include "index/bus_guard.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* A place in the table. The handler takes no lock, and may run while others come and go: a place is read as
 * one when its `begin` is the same before and after. That of the mapping whose reader it interrupted stands
 * still, because nobody removes a guard under a reader. */
struct bus_guard {
    atomic_bool taken;
    atomic_uintptr_t begin; /* 0: nothing */
    atomic_size_t n;
    _Atomic(atomic_bool *) hit;
};

enum { PLACES = 64 };

/* The table only grows: the handler may be looking at any part of it. */
struct places {
    struct bus_guard place[PLACES];
    _Atomic(struct places *) next;
};

static struct places first_places;

/* Who handled the signal before us: each time that we were installed. */
enum { FORMER_MAX = 16 };
static pthread_mutex_t install_lock = PTHREAD_MUTEX_INITIALIZER;
static struct sigaction former[FORMER_MAX];
static atomic_int n_former;
static _Atomic pid_t passing; /* the thread that is in pass_on */

/* Anonymous zeros over all of it, in one step: one page at a time, a large file cut off would take as many
 * entries in the process's table of mappings as there are pages, of which the kernel allows 65530. */
static bool heal(uintptr_t address)
{
    for (struct places *p = &first_places; p; p = atomic_load(&p->next))
        for (int i = 0; i < PLACES; i++) {
            struct bus_guard *g = &p->place[i];
            uintptr_t begin = atomic_load(&g->begin);
            size_t n = atomic_load(&g->n);
            atomic_bool *hit = atomic_load(&g->hit);
            if (!begin || address < begin || address - begin >= n || atomic_load(&g->begin) != begin)
                continue;
            atomic_store(hit, true);
            int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE;
            return mmap((void *)begin, n, PROT_READ, flags, -1, 0) != MAP_FAILED;
        }
    return false;
}

/* To whoever was there before; by default the fault comes again when we return, and ends the process, as it
 * does when the one before hands it back to us. */
static void pass_on(int number, siginfo_t *info, void *context)
{
    const struct sigaction *a = &former[atomic_load(&n_former) - 1];
    pid_t self = gettid();
    bool back = atomic_exchange(&passing, self) == self;
    if (!back && (a->sa_flags & SA_SIGINFO)) {
        a->sa_sigaction(number, info, context);
    } else if (!back && a->sa_handler != SIG_DFL && a->sa_handler != SIG_IGN) {
        a->sa_handler(number);
    } else if (back || a->sa_handler == SIG_DFL || info->si_code > 0) { /* a fault cannot be ignored */
        (void)signal(number, SIG_DFL);
        if (info->si_code <= 0)
            (void)raise(number); /* somebody sent it: it does not come again by itself */
    }
    atomic_store(&passing, 0);
}

static void on_bus(int number, siginfo_t *info, void *context)
{
    int error = errno;
    bool ours = info->si_code > 0 && heal((uintptr_t)info->si_addr);
    errno = error;
    if (!ours)
        pass_on(number, info, context);
}

/* Again when somebody else has taken the place since: who opens an index is protected from there on. */
static bool install(void)
{
    struct sigaction now, a = {.sa_sigaction = on_bus, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART};
    sigemptyset(&a.sa_mask);
    pthread_mutex_lock(&install_lock);
    bool ok = sigaction(SIGBUS, NULL, &now) == 0;
    bool there = ok && (now.sa_flags & SA_SIGINFO) && now.sa_sigaction == on_bus;
    int n = atomic_load(&n_former);
    bool known =
        n > 0 && now.sa_flags == former[n - 1].sa_flags && now.sa_sigaction == former[n - 1].sa_sigaction;
    if (ok && !there && !known && n < FORMER_MAX) {
        former[n] = now;
        atomic_store(&n_former, n + 1);
    }
    if (ok && !there)
        ok = sigaction(SIGBUS, &a, NULL) == 0;
    pthread_mutex_unlock(&install_lock);
    return ok;
}

/* A free place; the table grows when there is none. */
static struct bus_guard *take_place(void)
{
    for (struct places *p = &first_places;;) {
        for (int i = 0; i < PLACES; i++) {
            bool free_one = false;
            if (atomic_compare_exchange_strong(&p->place[i].taken, &free_one, true))
                return &p->place[i];
        }
        struct places *next = atomic_load(&p->next), *none = NULL;
        if (!next) {
            struct places *more = calloc(1, sizeof *more);
            if (!more)
                return NULL;
            next = atomic_compare_exchange_strong(&p->next, &none, more) ? more : none;
            if (next != more)
                free(more);
        }
        p = next;
    }
}

struct bus_guard *bus_guard_add(const void *at, size_t n, atomic_bool *hit)
{
    struct bus_guard *g = install() ? take_place() : NULL;
    if (!g)
        return NULL;
    atomic_store(&g->n, n);
    atomic_store(&g->hit, hit);
    atomic_store(&g->begin, (uintptr_t)at);
    return g;
}

void bus_guard_remove(struct bus_guard *g)
{
    if (!g)
        return;
    atomic_store(&g->begin, 0);
    atomic_store(&g->taken, false);
}
