#include "http/framing.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

static bool has_blank_or_control(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)text[i] <= 0x20 || text[i] == 0x7F)
            return true;
    return false;
}

struct framing_target framing_target(const char *uri)
{
    size_t size = uri ? strlen(uri) : 0;
    return (struct framing_target){uri, size, !uri || has_blank_or_control(uri, size)};
}

static enum status refuse(const char *zh, const char *en, struct error *e)
{
    error_zh(e, "请求的写法有歧义，已拒绝并关闭连接：%s。", zh);
    return error_fail(e, STATUS_INVALID_INPUT, "ambiguous-request",
                      "The request can be read in two ways, and is refused and its connection closed: %s.",
                      en);
}

/* ---- the lines, where they came in ---- */

static bool is_name(unsigned char c)
{
    return isalnum(c) || (c && strchr("!#$%&'*+-.^_`|~", c));
}

static bool is_text(unsigned char c)
{
    return c == '\t' || (c >= 0x20 && c != 0x7F);
}

static bool is_method(const char *text)
{
    const char *p = text;
    while (is_name((unsigned char)*p))
        p++;
    return p > text && !*p;
}

/* Steps over a line's CR LF, which are zeros now. */
static bool line_ends(const char **p, const char *end)
{
    if (end - *p < 2 || (*p)[0] || (*p)[1])
        return false;
    *p += 2;
    return true;
}

/* "NAME: VALUE", its colon a zero, and its end. */
static bool take_line(const char **p, const char *end)
{
    const char *name = *p;
    while (*p < end && is_name((unsigned char)**p))
        ++*p;
    if (*p == name || *p == end || **p)
        return false;
    ++*p;
    while (*p < end && is_text((unsigned char)**p))
        ++*p;
    return line_ends(p, end);
}

/* As many as libmicrohttpd has found: two zero bytes that came within a value look like the end of a line. */
static bool lines_are_plain(const char *version, const char *end, int n_headers)
{
    const char *p = version + strlen(version);
    bool good = p < end && line_ends(&p, end);
    int n = 0;
    for (; good && p < end && *p; n++)
        good = take_line(&p, end);
    return good && line_ends(&p, end) && p == end && n == n_headers;
}

static bool leaves_lines_in_place(void)
{
    static const char *const versions[] = {"0.9.75", "0.9.76"};
    for (size_t i = 0; i < sizeof versions / sizeof *versions; i++)
        if (strcmp(MHD_get_version(), versions[i]) == 0)
            return true;
    return false;
}

static enum status check_lines(struct MHD_Connection *connection, const struct framing_target *target,
                               const char *method, const char *version, struct error *e)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    if (!leaves_lines_in_place())
        return STATUS_OK;
    if (!target->at || target->at != method + strlen(method) + 1 ||
        version != target->at + target->size + 1 || target->is_odd)
        return refuse("请求行应为“方法 地址 HTTP/1.1”，其间各一个空格，且没有控制字符",
                      "its first line has to be \"METHOD TARGET HTTP/1.1\", with one blank between and no "
                      "control characters",
                      e);
    int n_headers = MHD_get_connection_values(connection, MHD_HEADER_KIND, NULL, NULL);
    if (info && lines_are_plain(version, method + info->header_size, n_headers))
        return STATUS_OK;
    return refuse(
        "请求头的每一行应为“名称: 值”，以回车换行结束，不续行，冒号前没有空格，也没有控制字符",
        "each line of its header has to be \"Name: value\", ended by CR LF, not going on in the next "
        "line, without a blank before the colon and without control characters",
        e);
}

/* ---- what the lines say of the length ---- */

struct lengths {
    size_t n_lengths, n_encodings, n_hosts;
    bool odd_length, odd_encoding;
};

static bool is_number(const char *text)
{
    size_t n = strspn(text, "0123456789");
    return n > 0 && n <= 19 && !text[n];
}

static enum MHD_Result look(void *user, enum MHD_ValueKind kind, const char *key, const char *value)
{
    (void)kind;
    struct lengths *l = user;
    if (strcasecmp(key, MHD_HTTP_HEADER_CONTENT_LENGTH) == 0) {
        l->n_lengths++;
        l->odd_length = l->odd_length || !value || !is_number(value);
    } else if (strcasecmp(key, MHD_HTTP_HEADER_TRANSFER_ENCODING) == 0) {
        l->n_encodings++;
        l->odd_encoding = l->odd_encoding || !value || strcasecmp(value, "chunked") != 0;
    } else if (strcasecmp(key, MHD_HTTP_HEADER_HOST) == 0) {
        l->n_hosts++;
    }
    return MHD_YES;
}

enum status framing_check(struct MHD_Connection *connection, const struct framing_target *target,
                          const char *method, const char *version, struct error *e)
{
    struct lengths l = {0};
    bool old = strcmp(version, "HTTP/1.0") == 0;
    if (!old && strcmp(version, "HTTP/1.1") != 0)
        return refuse("只接受 HTTP/1.0 和 HTTP/1.1", "only HTTP/1.0 and HTTP/1.1 are taken", e);
    if (!is_method(method))
        return refuse("请求方法应为一个词，如 GET", "the method has to be a word, such as GET", e);
    enum status s = check_lines(connection, target, method, version, e);
    if (s)
        return s;
    (void)MHD_get_connection_values(connection, MHD_HEADER_KIND, look, &l);
    if (l.n_lengths > 1 || l.odd_length)
        return refuse("Content-Length 应只出现一次，且只有数字",
                      "Content-Length has to stand there once, in digits alone", e);
    if (l.n_encodings > 1 || l.odd_encoding)
        return refuse("Transfer-Encoding 只接受 chunked，且只出现一次",
                      "Transfer-Encoding has to stand there once, and chunked is the only one", e);
    if (l.n_encodings && (l.n_lengths || old))
        return refuse("Transfer-Encoding 不能与 Content-Length 或 HTTP/1.0 并用",
                      "Transfer-Encoding does not go with Content-Length or HTTP/1.0", e);
    if (l.n_hosts > 1 || (l.n_hosts == 0 && !old))
        return refuse("HTTP/1.1 请求应有且只有一个 Host", "a request of HTTP/1.1 has one Host, and no second",
                      e);
    return STATUS_OK;
}
