#include "http/request.h"

#include <stdio.h>

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

const char *request_query(const struct request *rq, const char *key)
{
    for (size_t i = 0; i < rq->n_values; i++)
        if (strcmp(rq->values[i].key, key) == 0)
            return rq->values[i].value;
    if (rq->values)
        return NULL;
    return MHD_lookup_connection_value(rq->connection, MHD_GET_ARGUMENT_KIND, key);
}

struct query_each {
    const char *key;
    request_value_fn *fn;
    void *user;
};

static enum MHD_Result tell_value(void *user, enum MHD_ValueKind kind, const char *key, const char *value)
{
    (void)kind;
    struct query_each *each = user;
    return !key || strcmp(key, each->key) != 0 || each->fn(value ? value : "", each->user) ? MHD_YES : MHD_NO;
}

void request_query_each(const struct request *rq, const char *key, request_value_fn *fn, void *user)
{
    struct query_each each = {key, fn, user};
    if (rq->values) { /* each but once (execute_body.h) */
        const char *value = request_query(rq, key);
        if (value)
            (void)fn(value, user);
        return;
    }
    (void)MHD_get_connection_values(rq->connection, MHD_GET_ARGUMENT_KIND, tell_value, &each);
}

/* ---- parameters that nobody would look at ---- */

enum { QUERY_KEYS_MAX = 128, BITS = 32 };

struct query_look {
    const char *known;
    uint32_t seen[QUERY_KEYS_MAX / BITS]; /* a bit for each known key */
    char unknown[64], twice[64];
};

/* Its number among the known ones, -1 when it is none. A name that is known with "*" may come again. */
static int number_of_key(const char *known, const char *key, bool *again)
{
    size_t n = strlen(key);
    for (int i = 0; *known && i < QUERY_KEYS_MAX; i++) {
        size_t word = strcspn(known, " ");
        *again = word == n + 1 && known[n] == '*';
        if ((word == n || *again) && memcmp(known, key, n) == 0)
            return i;
        known += word + strspn(known + word, " ");
    }
    return -1;
}

static enum MHD_Result look_at_key(void *user, enum MHD_ValueKind kind, const char *key, const char *value)
{
    (void)kind, (void)value;
    struct query_look *l = user;
    bool again;
    int i = number_of_key(l->known, key ? key : "", &again);
    if (i < 0)
        snprintf(l->unknown, sizeof l->unknown, "%s", key && *key ? key : "=");
    else if (l->seen[i / BITS] & 1u << i % BITS && !again)
        snprintf(l->twice, sizeof l->twice, "%s", key);
    else
        l->seen[i / BITS] |= 1u << i % BITS;
    return MHD_YES;
}

enum status request_check_query(const struct request *rq, const char *known, struct error *e)
{
    struct query_look l = {.known = known};
    (void)MHD_get_connection_values(rq->connection, MHD_GET_ARGUMENT_KIND, look_at_key, &l);
    if (*l.unknown) {
        error_zh(e, "没有请求参数“%.40s”；可用：%s。", l.unknown, known);
        return error_fail(e, STATUS_INVALID_INPUT, "unknown-parameter",
                          "There is no parameter \"%.40s\"; these are known: %s.", l.unknown, known);
    }
    if (*l.twice) {
        error_zh(e, "请求参数“%.40s”出现了不止一次，无法判断以哪个为准；请只保留一个。", l.twice);
        return error_fail(e, STATUS_INVALID_INPUT, "parameter-twice",
                          "The parameter \"%.40s\" is given more than once; keep one.", l.twice);
    }
    return STATUS_OK;
}

const char *request_header(const struct request *rq, const char *name)
{
    return MHD_lookup_connection_value(rq->connection, MHD_HEADER_KIND, name);
}

struct header_last {
    const char *name, *value;
};

static enum MHD_Result keep_last(void *user, enum MHD_ValueKind kind, const char *key, const char *value)
{
    (void)kind;
    struct header_last *l = user;
    if (strcasecmp(key, l->name) == 0)
        l->value = value;
    return MHD_YES;
}

const char *request_header_last(const struct request *rq, const char *name)
{
    struct header_last l = {name, NULL};
    (void)MHD_get_connection_values(rq->connection, MHD_HEADER_KIND, keep_last, &l);
    return l.value;
}

const char *request_split_target(const char *target, char host[REQUEST_HOST_SIZE])
{
    static const char *const schemes[] = {"http://", "https://"};
    *host = '\0';
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
        size_t scheme = strlen(schemes[i]), n;
        if (strncasecmp(target, schemes[i], scheme) != 0)
            continue;
        n = strcspn(target + scheme, "/");
        if (n == 0 || n >= REQUEST_HOST_SIZE)
            return target;
        memcpy(host, target + scheme, n);
        host[n] = '\0';
        return target[scheme + n] ? target + scheme + n : "/";
    }
    return target;
}

static enum status parse_integer(const char *name, const char *text, int64_t min, int64_t max, int64_t *out,
                                 struct error *e)
{
    char *end = NULL;
    errno = 0;
    bool starts_well =
        (*text >= '0' && *text <= '9') || *text == '-'; /* strtoll would also take blanks and '+' */
    long long v = starts_well ? strtoll(text, &end, 10) : 0;
    if (starts_well && end != text && !*end && !errno && v >= min && v <= max) {
        *out = v;
        return STATUS_OK;
    }
    error_zh(e, "参数 %s 的值“%.40s”不对：应为 %lld 至 %lld 的整数。", name, text, (long long)min,
             (long long)max);
    return error_fail(e, STATUS_INVALID_INPUT, "bad-parameter",
                      "The value \"%.40s\" of %s is wrong: a whole number from %lld to %lld is needed.", text,
                      name, (long long)min, (long long)max);
}

enum status request_query_integer(const struct request *rq, const char *key, int64_t fallback, int64_t min,
                                  int64_t max, int64_t *out, struct error *e)
{
    const char *text = request_query(rq, key);
    if (text)
        return parse_integer(key, text, min, max, out, e);
    *out = fallback;
    return STATUS_OK;
}

enum status request_param_integer(const struct request *rq, int param, int64_t min, int64_t max, int64_t *out,
                                  struct error *e)
{
    return parse_integer("path", rq->params[param], min, max, out, e);
}

/* Four numbers between commas, or six with heights, which nothing here has; and nothing else: no blanks, no
 * hexadecimal, no infinity. */
static bool parse_four(const char *text, double v[4])
{
    double read[6];
    int n = 0;
    char *end;
    do {
        read[n] = strtod(text, &end);
        if (end == text || strspn(text, "+-.0123456789eE") != (size_t)(end - text) || !isfinite(read[n]))
            return false;
        text = end + 1;
    } while (++n < 6 && *end == ',');
    if (*end != '\0' || (n != 4 && n != 6))
        return false;
    for (int i = 0; i < 4; i++)
        v[i] = n == 4 || i < 2 ? read[i] : read[i + 1];
    return n == 4 || read[2] <= read[5];
}

enum status request_query_corners(const struct request *rq, double corners[4], bool *present, struct error *e)
{
    const char *text = request_query(rq, "bbox");
    *present = text != NULL;
    if (!text || parse_four(text, corners))
        return STATUS_OK;
    error_zh(e, "bbox“%.80s”不对：应为四个数（不带 bbox-crs 时为经纬度“西,南,东,北”），或带高程的六个数。",
             text);
    return error_fail(
        e, STATUS_INVALID_INPUT, "bad-bbox",
        "The bbox \"%.80s\" is wrong: four numbers are needed (without bbox-crs: west,south,east,north in "
        "degrees), or six, with heights.",
        text);
}
