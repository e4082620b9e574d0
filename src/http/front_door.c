#include "http/front_door.h"

#include "base/clock.h"
#include "base/log.h"
#include "http/peer_address.h"
#include "http/request_id.h"

#include <errno.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    LOOK_MS = 200,       /* between two looks at all guests */
    LEFT_MS = 1000,      /* a request is under way before its client is looked for */
    SLOW_BODY_MS = 1000, /* before a body may give way */
    LOG_MS = 60 * 1000,  /* between two lines of the log about the same */
};

struct door_guest {
    struct front_door *door;
    struct door_guest *next, *before;
    int fd;
    struct peer_address address; /* at the other end of the connection */
    struct peer_address client;  /* of the request, behind a proxy */
    bool is_cut;                 /* its socket is shut down */

    atomic_int stage;
    atomic_llong since_ms, request_ms; /* the stage's begin; the request's, 0: none */
    atomic_size_t n_body;
    atomic_ulong n_requests; /* that were answered */
    atomic_bool cancelled;

    /* Of the watcher: where it stood when the present stretch of slowness began. */
    int64_t slow_ms;
    uint64_t slow_bytes;
    int slow_stage;
    bool left_before; /* its client had left at the look before */
};

struct front_door {
    atomic_long limits[DOOR_N_LIMITS]; /* by enum door_limit */
    atomic_long bound; /* connections for which there are files; 0: for all that the limits allow */
    bool behind_proxy;
    bool is_encrypted; /* nothing can be said that was not agreed upon before */
    atomic_size_t bodies;

    pthread_mutex_t lock; /* guards what follows, and the sockets of guests */
    pthread_cond_t changed;
    struct door_guest *guests; /* newest first */
    size_t n_guests;           /* that are not cut */
    bool is_shut, ends;
    bool watches;
    pthread_t watcher;
    unsigned long long cut_slow, gave_way, sent_away;
    int64_t told_ms;
};

static long limit(const struct front_door *d, enum door_limit which)
{
    long set = atomic_load_explicit(&d->limits[which], memory_order_relaxed);
    long bound = atomic_load_explicit(&d->bound, memory_order_relaxed);
    if (which == DOOR_CONNECTIONS && bound)
        return set < bound ? set : bound;
    if (which == DOOR_RESERVE && bound) /* stays a part of them */
        return set < bound / 4 ? set : bound / 4;
    return set;
}

/* ---- showing out; with the lock ---- */

static void cut(struct front_door *d, struct door_guest *g)
{
    if (g->is_cut)
        return;
    g->is_cut = true;
    d->n_guests--;
    atomic_store(&g->cancelled, true);
    (void)shutdown(g->fd, SHUT_RDWR);
}

/* One line for many, and not for each. */
static void tell(struct front_door *d)
{
    int64_t now = clock_ms();
    if (d->told_ms && now - d->told_ms < LOG_MS)
        return;
    d->told_ms = now;
    log_line(LOG_WARN,
             "the door: %zu connections; since the start %llu were cut for slowness, %llu gave way to "
             "others, %llu were sent away",
             d->n_guests, d->cut_slow, d->gave_way, d->sent_away);
}

static bool has_bytes_to_read(int fd)
{
    int n = 0;
    return ioctl(fd, FIONREAD, &n) == 0 && n > 0;
}

/* How readily it gives way: 0 never, the more the sooner. */
static int readiness(const struct front_door *d, const struct door_guest *g, int64_t now)
{
    int64_t age = now - atomic_load(&g->since_ms);
    switch ((enum door_stage)atomic_load(&g->stage)) {
    case DOOR_WAITING:
        return atomic_load(&g->n_requests) == 0 ? 2 : has_bytes_to_read(g->fd) ? 0 : 3;
    case DOOR_HEADER:
        return 2;
    case DOOR_BODY:
        return age >= SLOW_BODY_MS &&
               (int64_t)atomic_load(&g->n_body) * 1000 < (int64_t)limit(d, DOOR_BODY_RATE) * age;
    case DOOR_WORK:
    case DOOR_REPLY:
        break;
    }
    return 0;
}

/* Somebody goes so that another may come; only of one address where that is given. False: nobody can. */
static bool make_room(struct front_door *d, const struct peer_address *of)
{
    struct door_guest *goes = NULL;
    int64_t now = clock_ms();
    int most = 0;
    for (struct door_guest *g = d->guests; g; g = g->next) {
        if (g->is_cut || (of && !peer_address_same(of, &g->address)))
            continue;
        int ready = readiness(d, g, now);
        bool sooner = ready > most ||
                      (ready && ready == most && atomic_load(&g->since_ms) <= atomic_load(&goes->since_ms));
        if (sooner) {
            goes = g;
            most = ready;
        }
    }
    if (!goes)
        return false;
    cut(d, goes);
    d->gave_way++;
    tell(d);
    return true;
}

static long count_of(const struct front_door *d, const struct peer_address *a)
{
    long n = 0;
    for (const struct door_guest *g = d->guests; g; g = g->next)
        n += !g->is_cut && peer_address_same(a, &g->address);
    return n;
}

static bool finds_room(struct front_door *d, const struct peer_address *a)
{
    long most = limit(d, DOOR_CONNECTIONS) - (peer_address_is_this_machine(a) ? 0 : limit(d, DOOR_RESERVE));
    if (d->is_shut)
        return false;
    if (!d->behind_proxy && count_of(d, a) >= limit(d, DOOR_PER_ADDRESS) && !make_room(d, a))
        return false;
    return (long)d->n_guests < most || make_room(d, NULL);
}

/* ---- coming and going ---- */

/* Nobody could answer by libmicrohttpd yet. What does not fit into the socket at once is lost. */
static void send_away(int fd, const struct peer_address *a, bool is_encrypted)
{
    static const char body[] =
        "{\"type\":\"urn:hongxian:problem:too-many-connections\",\"title\":\"Service "
        "Unavailable\",\"status\":503,"
        "\"detail\":\"连接太多，本服务此刻不能再接待；请稍后再试，或请管理员调大 serve --limit connections "
        "或 "
        "connections-per-address。\","
        "\"detail_en\":\"There are too many connections for this server at this moment; try again in a "
        "while, or "
        "have its operator raise serve --limit connections or connections-per-address.\","
        "\"code\":\"too-many-connections\",\"request_id\":\"%s\"}\n";
    char id[REQUEST_ID_SIZE], who[PEER_ADDRESS_TEXT], said[sizeof body + REQUEST_ID_SIZE];
    char text[sizeof said + 320];
    request_id_make(id);
    int n = snprintf(said, sizeof said, body, id);
    n = snprintf(
        text, sizeof text,
        "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/problem+json; charset=utf-8\r\n"
        "Retry-After: 2\r\nCache-Control: no-store\r\nConnection: close\r\n" REQUEST_ID_HEADER
        ": %s\r\nContent-Length: %d\r\n\r\n%s",
        id, n, said);
    if (!is_encrypted)
        (void)!send(fd, text, (size_t)n, MSG_NOSIGNAL | MSG_DONTWAIT);
    (void)shutdown(fd, SHUT_RDWR);
    peer_address_text(a, who);
    log_set_id(id);
    log_line(LOG_INFO, "a connection from %s was sent away: there are too many", who);
    log_set_id("");
}

static struct door_guest *guest_new(struct front_door *d, int fd, const struct peer_address *a)
{
    struct door_guest *g = calloc(1, sizeof *g);
    if (!g)
        return NULL;
    g->door = d;
    g->fd = fd;
    g->address = *a;
    atomic_store(&g->since_ms, clock_ms());
    return g;
}

static void come(struct front_door *d, struct MHD_Connection *connection, void **guest)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    int fd = info->connect_fd;
    info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    struct peer_address a = peer_address_of(info ? info->client_addr : NULL);
    pthread_mutex_lock(&d->lock);
    struct door_guest *g = finds_room(d, &a) ? guest_new(d, fd, &a) : NULL;
    if (g) {
        g->next = d->guests;
        if (g->next)
            g->next->before = g;
        else
            pthread_cond_signal(&d->changed); /* the watcher sleeps while there is nobody */
        d->guests = g;
        d->n_guests++;
    } else {
        d->sent_away++;
        tell(d);
    }
    pthread_mutex_unlock(&d->lock);
    if (!g)
        send_away(fd, &a, d->is_encrypted);
    *guest = g;
}

static void go(struct front_door *d, struct door_guest *g)
{
    if (!g)
        return;
    pthread_mutex_lock(&d->lock);
    if (g->before)
        g->before->next = g->next;
    else
        d->guests = g->next;
    if (g->next)
        g->next->before = g->before;
    d->n_guests -= !g->is_cut;
    pthread_mutex_unlock(&d->lock);
    free(g);
}

void door_connection(void *door, struct MHD_Connection *connection, void **guest,
                     enum MHD_ConnectionNotificationCode what)
{
    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        come(door, connection, guest);
    } else {
        go(door, *guest);
        *guest = NULL;
    }
}

struct door_guest *door_guest_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info ? info->socket_context : NULL;
}

/* ---- what a guest says ---- */

void door_stage(struct door_guest *g, enum door_stage stage)
{
    if (!g)
        return;
    int64_t now = clock_ms();
    if (stage == DOOR_HEADER) {
        atomic_store(&g->n_body, 0);
        atomic_store(&g->request_ms, now);
    } else if (stage == DOOR_WAITING) {
        atomic_fetch_add(&g->n_requests, 1);
        atomic_store(&g->request_ms, 0);
        if (g->door->behind_proxy) { /* others count by it */
            pthread_mutex_lock(&g->door->lock);
            g->client = (struct peer_address){.is_known = false};
            pthread_mutex_unlock(&g->door->lock);
        }
    }
    if (stage != DOOR_HEADER ||
        atomic_load(&g->n_requests) > 0) /* a first header is waited for from the start */
        atomic_store(&g->since_ms, now);
    atomic_store(&g->stage, (int)stage);
}

void door_body_came(struct door_guest *g, size_t n)
{
    if (g)
        atomic_fetch_add(&g->n_body, n);
}

enum status door_client(struct front_door *d, struct door_guest *g, const char *forwarded_for,
                        struct error *e)
{
    struct peer_address client;
    if (!g || !d->behind_proxy || !peer_address_forwarded(forwarded_for, &client))
        return STATUS_OK;
    long n = 0;
    pthread_mutex_lock(&d->lock);
    for (const struct door_guest *o = d->guests; o; o = o->next)
        n += o != g && !o->is_cut && atomic_load(&o->request_ms) && peer_address_same(&client, &o->client);
    bool fits = n < limit(d, DOOR_PER_ADDRESS);
    if (fits)
        g->client = client;
    else
        d->sent_away++;
    pthread_mutex_unlock(&d->lock);
    if (fits)
        return STATUS_OK;
    error_zh(e,
             "同一地址同时的请求已达上限 %ld 个；请稍后再试，或请管理员调大 serve --limit "
             "connections-per-address。",
             limit(d, DOOR_PER_ADDRESS));
    return error_fail(
        e, STATUS_TOO_LARGE, "too-many-requests",
        "There are already %ld requests of the same address under way; try again in a while, or "
        "have the operator raise serve --limit connections-per-address.",
        limit(d, DOOR_PER_ADDRESS));
}

const atomic_bool *door_cancelled(const struct door_guest *g)
{
    return g ? &g->cancelled : NULL;
}

/* ---- bodies ---- */

bool door_bytes_take(struct front_door *d, size_t n)
{
    size_t most = (size_t)limit(d, DOOR_BODIES_MB) << 20;
    if (atomic_fetch_add(&d->bodies, n) + n <= most)
        return true;
    atomic_fetch_sub(&d->bodies, n);
    return false;
}

void door_bytes_give(struct front_door *d, size_t n)
{
    atomic_fetch_sub(&d->bodies, n);
}

/* ---- the watcher ---- */

/* What the other side has taken of an answer so far, and whether there is more on the way to it. */
static bool is_reading(const struct door_guest *g, uint64_t *taken)
{
    struct tcp_info info;
    socklen_t size = sizeof info;
    int queued = 0;
    memset(&info, 0, sizeof info);
    if (getsockopt(g->fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0 ||
        size < offsetof(struct tcp_info, tcpi_bytes_acked) + sizeof info.tcpi_bytes_acked ||
        ioctl(g->fd, SIOCOUTQ, &queued) != 0)
        return false;
    *taken = info.tcpi_bytes_acked;
    return queued > 0;
}

/* Has it been below its rate for as long as it may? Slowness of ours, with nothing on the way, does not
 * count. */
static bool is_slow(const struct front_door *d, struct door_guest *g, int stage, int64_t now)
{
    uint64_t bytes = 0;
    bool waits_for_it = stage == DOOR_BODY || is_reading(g, &bytes);
    long rate = limit(d, stage == DOOR_BODY ? DOOR_BODY_RATE : DOOR_REPLY_RATE);
    int64_t most = (int64_t)limit(d, DOOR_SLOW_SECONDS) * 1000;
    if (stage == DOOR_BODY)
        bytes = atomic_load(&g->n_body);
    if (stage == DOOR_BODY && has_bytes_to_read(g->fd))
        waits_for_it = false;
    if (g->slow_stage != stage || !waits_for_it || bytes < g->slow_bytes ||
        g->slow_ms < atomic_load(&g->since_ms)) {
        g->slow_stage = stage;
        g->slow_ms = now;
        g->slow_bytes = bytes;
        return false;
    }
    if (now - g->slow_ms < most)
        return false;
    if ((int64_t)(bytes - g->slow_bytes) * 1000 < rate * (now - g->slow_ms))
        return true;
    g->slow_ms = now;
    g->slow_bytes = bytes;
    return false;
}

/* A client that has closed its side waits for nothing any more. One that only has no more to send looks the
 * same; it is given a second. */
static bool has_left(struct door_guest *g)
{
    struct pollfd p = {.fd = g->fd, .events = POLLRDHUP};
    bool gone = poll(&p, 1, 0) == 1 && p.revents & (POLLRDHUP | POLLHUP | POLLERR);
    bool twice = gone && g->left_before;
    g->left_before = gone;
    return twice;
}

static void look_at(struct front_door *d, struct door_guest *g, int64_t now)
{
    int stage = atomic_load(&g->stage);
    int64_t age = now - atomic_load(&g->since_ms), began = atomic_load(&g->request_ms);
    bool first = atomic_load(&g->n_requests) == 0, over = false;
    if ((stage == DOOR_WAITING || stage == DOOR_HEADER) && has_bytes_to_read(g->fd))
        over = false; /* it is we who are slow */
    else if (stage == DOOR_WAITING)
        over = age >= 1000 * limit(d, first ? DOOR_HEADER_SECONDS : DOOR_IDLE_SECONDS);
    else if (stage == DOOR_HEADER)
        over = age >= 1000 * limit(d, DOOR_HEADER_SECONDS);
    else if (stage == DOOR_WORK && age >= LEFT_MS && has_left(g))
        atomic_store(&g->cancelled, true);
    else if (stage == DOOR_BODY || stage == DOOR_REPLY)
        over = is_slow(d, g, stage, now);
    if (began && now - began >= 1000 * limit(d, DOOR_REQUEST_SECONDS))
        over = true;
    if (!over)
        return;
    bool idle = stage == DOOR_WAITING && !first; /* as everybody's ends */
    cut(d, g);
    d->cut_slow += !idle;
    if (!idle)
        tell(d);
}

static void *watch(void *user)
{
    struct front_door *d = user;
    pthread_mutex_lock(&d->lock);
    while (!d->ends) {
        struct timespec until = clock_in_ms(LOOK_MS);
        if (d->guests)
            pthread_cond_clockwait(&d->changed, &d->lock, CLOCK_MONOTONIC, &until);
        else
            pthread_cond_wait(&d->changed, &d->lock);
        int64_t now = clock_ms();
        for (struct door_guest *g = d->guests; g; g = g->next)
            if (!g->is_cut)
                look_at(d, g, now);
    }
    pthread_mutex_unlock(&d->lock);
    return NULL;
}

void door_shut(struct front_door *d)
{
    pthread_mutex_lock(&d->lock);
    d->is_shut = true;
    for (struct door_guest *g = d->guests; g; g = g->next)
        if (atomic_load(&g->stage) <= DOOR_HEADER && !has_bytes_to_read(g->fd))
            cut(d, g);
    pthread_mutex_unlock(&d->lock);
}

void door_cut_all(struct front_door *d)
{
    pthread_mutex_lock(&d->lock);
    d->is_shut = true;
    for (struct door_guest *g = d->guests; g; g = g->next)
        cut(d, g);
    pthread_mutex_unlock(&d->lock);
}

struct door_load door_load(struct front_door *d)
{
    pthread_mutex_lock(&d->lock);
    struct door_load load = {d->n_guests, atomic_load(&d->bodies), d->cut_slow, d->gave_way, d->sent_away};
    pthread_mutex_unlock(&d->lock);
    return load;
}

/* ---- life ---- */

unsigned door_most_sockets(const struct front_door *d)
{
    return 2 * (unsigned)limit(d, DOOR_CONNECTIONS);
}

unsigned door_longest_wait_s(const struct front_door *d)
{
    return (unsigned)(limit(d, DOOR_HEADER_SECONDS) + limit(d, DOOR_IDLE_SECONDS) +
                      limit(d, DOOR_SLOW_SECONDS));
}

void door_change_limits(struct front_door *d, const struct door_limits *limits)
{
    for (size_t i = 0; i < DOOR_N_LIMITS; i++)
        atomic_store(&d->limits[i], limits->of[i]);
}

void door_bound(struct front_door *d, long connections)
{
    atomic_store(&d->bound, connections);
}

enum status door_open(const struct door_limits *limits, bool behind_proxy, bool is_encrypted,
                      struct front_door **out, struct error *e)
{
    struct front_door *d = calloc(1, sizeof *d);
    if (!d)
        return error_no_memory(e);
    door_change_limits(d, limits);
    d->behind_proxy = behind_proxy;
    d->is_encrypted = is_encrypted;
    pthread_mutex_init(&d->lock, NULL);
    pthread_cond_init(&d->changed, NULL);
    d->watches = pthread_create(&d->watcher, NULL, watch, d) == 0;
    if (!d->watches) {
        door_close(d);
        return error_no_memory(e);
    }
    *out = d;
    return STATUS_OK;
}

void door_close(struct front_door *d)
{
    if (!d)
        return;
    pthread_mutex_lock(&d->lock);
    d->ends = true;
    pthread_cond_signal(&d->changed);
    pthread_mutex_unlock(&d->lock);
    if (d->watches)
        pthread_join(d->watcher, NULL);
    pthread_cond_destroy(&d->changed);
    pthread_mutex_destroy(&d->lock);
    free(d);
}
