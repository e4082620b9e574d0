/* libmicrohttpd and nothing else: what our answers would cost if they were there already.
 *
 *   bench_bare_http DIR
 *
 * DIR has answers as `bench_load --once --write` keeps them; N.head and N.body are answered at /N, to any
 * method, with the same headers and the same bytes (those in chunks with their length). The daemon has the
 * flags of src/http/server.c, and each response is made once. Prints its address, and serves until standard
 * input ends. */
#include <arpa/inet.h>
#include <microhttpd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_ANSWERS = 64, HEADER_BYTES = 64 * 1024, MAX_CONNECTIONS = 512, IDLE_TIMEOUT_S = 30 };

static struct MHD_Response *answers[MAX_ANSWERS];
static unsigned long n_answers;

static void stop(const char *what)
{
    fprintf(stderr, "bench: bare server: %s\n", what);
    exit(2);
}

static char *read_file(const char *dir, unsigned long number, const char *part, size_t *n)
{
    char path[4200];
    snprintf(path, sizeof path, "%s/%lu.%s", dir, number, part);
    FILE *f = fopen(path, "rb");
    if (!f)
        return NULL;
    fseek(f, 0, SEEK_END);
    *n = (size_t)ftell(f);
    rewind(f);
    char *bytes = malloc(*n + 1);
    if (!bytes || fread(bytes, 1, *n, f) != *n)
        stop("an answer cannot be read");
    bytes[*n] = '\0';
    fclose(f);
    return bytes;
}

/* libmicrohttpd writes these itself. */
static bool is_own(const char *name)
{
    return strcasecmp(name, "Date") == 0 || strcasecmp(name, "Connection") == 0 ||
           strcasecmp(name, "Content-Length") == 0 || strcasecmp(name, "Transfer-Encoding") == 0;
}

static bool load(const char *dir, unsigned long number)
{
    size_t head_size, size;
    char *head = read_file(dir, number, "head", &head_size), *body = read_file(dir, number, "body", &size);
    if (!head || !body)
        return false;
    struct MHD_Response *r = MHD_create_response_from_buffer(size, body, MHD_RESPMEM_PERSISTENT);
    char *rest = NULL;
    (void)strtok_r(head, "\r\n", &rest); /* the status */
    for (char *line; (line = strtok_r(NULL, "\r\n", &rest));) {
        char *value = strstr(line, ": ");
        if (!value)
            continue;
        *value = '\0';
        if (!is_own(line) && MHD_add_response_header(r, line, value + 2) != MHD_YES)
            stop(line);
    }
    free(head);
    answers[number] = r;
    return true;
}

static enum MHD_Result on_request(void *user, struct MHD_Connection *connection, const char *path,
                                  const char *method, const char *version, const char *upload,
                                  size_t *upload_size, void **state)
{
    (void)user, (void)method, (void)version, (void)upload;
    static int seen;
    bool first = !*state;
    *state = &seen;
    if (first) /* an answer at once would end the connection */
        return MHD_YES;
    if (*upload_size) {
        *upload_size = 0;
        return MHD_YES;
    }
    unsigned long number = strtoul(path + 1, NULL, 10);
    return number < n_answers ? MHD_queue_response(connection, MHD_HTTP_OK, answers[number]) : MHD_NO;
}

int main(int argc, char **argv)
{
    const struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    unsigned flags =
        MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION | MHD_USE_POLL | MHD_USE_ITC;
    if (argc != 2)
        stop("usage: bench_bare_http DIR");
    while (n_answers < MAX_ANSWERS && load(argv[1], n_answers))
        n_answers++;
    struct MHD_Daemon *daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, on_request, NULL, MHD_OPTION_SOCK_ADDR, &at, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)IDLE_TIMEOUT_S, MHD_OPTION_CONNECTION_LIMIT, (unsigned)MAX_CONNECTIONS,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HEADER_BYTES, MHD_OPTION_END);
    if (!daemon || n_answers == 0)
        stop("no answers, or no port");
    printf("http://127.0.0.1:%u\n", (unsigned)MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT)->port);
    fflush(stdout);
    while (getchar() != EOF)
        ;
    MHD_stop_daemon(daemon);
    for (unsigned long i = 0; i < n_answers; i++)
        MHD_destroy_response(answers[i]);
    return 0;
}
