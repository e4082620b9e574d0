/* Any bytes on a connection, through libmicrohttpd, the framing, the routes and the reading of parameters,
 * without a port: nothing crashes, what is refused has its sentence, and what framing_check takes is a
 * request that a strict second reader cuts in the same way, so that nobody puts one into another's line. */
#include "fuzz.h"

#include "http/framing.h"
#include "http/route.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <netinet/in.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

static struct {
    const uint8_t *data;
    size_t n;
    struct framing_target target;
    unsigned n_asked;
    bool closed;
} now;

/* ---- the second reader ---- */

/* The length of the line at p without its CR LF; -1: it has no end, or other control characters. A zero may
 * stand for CR or LF, and a colon for the CR of the last line (framing.h). */
static long line_length(const uint8_t *p, const uint8_t *end)
{
    if (end - p >= 2 && p[0] == ':' && p[1] == '\n')
        return 0;
    for (const uint8_t *q = p; q + 1 < end; q++) {
        if (((q[0] == '\r' || q[0] == 0) && q[1] == '\n') || (q[0] == '\n' && q[1] == 0))
            return q - p;
        if ((q[0] < 0x20 && q[0] != '\t') || q[0] == 0x7F)
            return -1;
    }
    return -1;
}

static bool is_word(const uint8_t *p, size_t n, const char *word)
{
    return n == strlen(word) && strncasecmp((const char *)p, word, n) == 0;
}

static bool first_line_is_plain(const uint8_t *p, size_t n)
{
    size_t blanks = 0;
    for (size_t i = 0; i < n; i++)
        blanks += p[i] == ' ' || p[i] == '\t';
    return blanks == 2 && n > 11 && memcmp(p + n - 9, " HTTP/1.", 8) == 0 &&
           (p[n - 1] == '0' || p[n - 1] == '1');
}

/* Is the header, from the first line to the empty one, what RFC 9112 takes without leave to be lenient? */
static bool is_plain_request(const uint8_t *p, const uint8_t *end)
{
    size_t lengths = 0, encodings = 0, hosts = 0;
    while (p < end && (p[0] == '\r' || p[0] == '\n' || p[0] == 0)) { /* empty lines before it (framing.h) */
        const uint8_t *next = p[0] ? p + 1 : memchr(p, '\n', (size_t)(end - p));
        p = next ? next : end;
    }
    long n = line_length(p, end);
    if (n < 0 || !first_line_is_plain(p, (size_t)n))
        return false;
    bool old = p[n - 1] == '0';
    for (p += n + 2; (n = line_length(p, end)) > 0; p += n + 2) {
        const uint8_t *colon = memchr(p, ':', (size_t)n);
        size_t name = colon ? (size_t)(colon - p) : 0;
        for (size_t i = 0; i < name; i++)
            if (!isalnum(p[i]) && !strchr("!#$%&'*+-.^_`|~", p[i]))
                return false;
        if (name == 0)
            return false;
        lengths += is_word(p, name, "Content-Length");
        encodings += is_word(p, name, "Transfer-Encoding");
        hosts += is_word(p, name, "Host");
    }
    return n == 0 && lengths <= 1 && encodings <= 1 && !(lengths && encodings) && !(old && encodings) &&
           hosts <= 1 && (old || hosts == 1);
}

/* ---- the server's own reading ---- */

static void read_request(struct MHD_Connection *connection, const char *target, const char *method)
{
    char host[REQUEST_HOST_SIZE], allowed[32], query[ROUTE_QUERY_SIZE];
    struct request rq = {.connection = connection, .path = request_split_target(target, host)};
    struct error e = {.status = STATUS_OK};
    double corners[4];
    bool present;
    int64_t number;
    const struct route *r = route_find(method, rq.path, rq.params, allowed);
    require(r || strlen(allowed) < sizeof allowed);
    if (r && r->query && request_check_query(&rq, route_query(r, query), &e))
        require(e.code[0] && e.zh[0] && e.en[0]);
    if (request_query_integer(&rq, "limit", 10, 1, 10000, &number, &e) == STATUS_OK)
        require(number >= 1 && number <= 10000);
    if (request_query_corners(&rq, corners, &present, &e) == STATUS_OK && present)
        require(corners[0] == corners[0] && corners[3] == corners[3]);
    (void)request_header_last(&rq, "X-Forwarded-Host");
}

static void *on_target(void *user, const char *uri, struct MHD_Connection *connection)
{
    (void)user, (void)connection;
    now.target = framing_target(uri);
    return NULL;
}

static enum MHD_Result on_request(void *user, struct MHD_Connection *connection, const char *target,
                                  const char *method, const char *version, const char *body,
                                  size_t *body_size, void **own)
{
    (void)user, (void)body;
    struct error e = {.status = STATUS_OK};
    if (*own) {
        if (*body_size) {
            *body_size = 0;
            return MHD_YES;
        }
    } else {
        enum status s = framing_check(connection, &now.target, method, version, &e);
        require(s == STATUS_OK || (e.code[0] && e.zh[0] && e.en[0]));
        if (s)
            return MHD_NO;
        require(now.n_asked++ > 0 || is_plain_request(now.data, now.data + now.n));
        read_request(connection, target, method);
        *own = &now;
        return MHD_YES;
    }
    struct MHD_Response *r = MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
    enum MHD_Result queued = MHD_queue_response(connection, MHD_HTTP_OK, r);
    MHD_destroy_response(r);
    return queued;
}

static void on_connection(void *user, struct MHD_Connection *connection, void **of,
                          enum MHD_ConnectionNotificationCode what)
{
    (void)user, (void)connection, (void)of;
    now.closed = what == MHD_CONNECTION_NOTIFY_CLOSED;
}

static struct MHD_Daemon *daemon_of_all(void)
{
    static struct MHD_Daemon *d;
    require(mhd_load(NULL) == STATUS_OK);
    if (!d)
        d = MHD_start_daemon(MHD_USE_NO_LISTEN_SOCKET | MHD_USE_EPOLL, 0, NULL, NULL, on_request, NULL,
                             MHD_OPTION_URI_LOG_CALLBACK, on_target, NULL, MHD_OPTION_NOTIFY_CONNECTION,
                             on_connection, NULL, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)32768,
                             MHD_OPTION_END);
    require(d);
    return d;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    enum { MOST = 32768, TURNS = 1000 };
    int ends[2];
    char sink[4096];
    struct sockaddr_in from = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct MHD_Daemon *d = daemon_of_all();
    if (n > MOST || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) != 0)
        return 0;
    now.data = data;
    now.n = n;
    now.n_asked = 0;
    now.closed = false;
    require(n == 0 || send(ends[1], data, n, MSG_NOSIGNAL) == (ssize_t)n);
    shutdown(ends[1], SHUT_WR);
    require(MHD_add_connection(d, ends[0], (struct sockaddr *)&from, sizeof from) == MHD_YES);
    for (int turn = 0; turn < TURNS && !now.closed; turn++) {
        MHD_run(d);
        while (recv(ends[1], sink, sizeof sink, 0) > 0)
            ;
    }
    close(ends[1]); /* with half a line libmicrohttpd waits for the other end to be gone altogether */
    for (int turn = 0; turn < TURNS && !now.closed; turn++)
        MHD_run(d);
    require(now.closed);
    return 0;
}
