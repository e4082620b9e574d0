#include "access/log_json.h"

#include "base/text.h"

#include <string.h>

void access_log_write_row(struct json_writer *w, const struct store_log_row *r)
{
    jw_object_begin(w);
    jw_kv_integer(w, "id", r->id);
    jw_kv_string(w, "at", r->at);
    jw_kv_string(w, "person", *r->person ? r->person : NULL);
    jw_kv_string(w, "address", *r->address ? r->address : NULL);
    jw_kv_string(w, "action", r->action);
    jw_kv_string(w, "subject", r->subject);
    jw_kv_string(w, "detail", r->detail);
    jw_kv_string(w, "previous_sha256", r->previous_sha256);
    jw_kv_string(w, "sha256", r->sha256);
    jw_object_end(w);
}

/* "T08:00:00Z" */
static bool is_time(const char *text)
{
    static const char form[] = "T00:00:00Z";
    for (size_t i = 0; i < sizeof form - 1; i++)
        if (form[i] == '0' ? text[i] < '0' || text[i] > '9' : text[i] != form[i])
            return false;
    return !text[sizeof form - 1];
}

enum status access_log_since_check(const char *since, struct error *e)
{
    char day[11];
    if (!since || !*since)
        return STATUS_OK;
    size_t n = strlen(since);
    memcpy(day, since, n < 10 ? n + 1 : 10);
    day[10] = '\0';
    if (n >= 10 && text_is_day(day) && (n == 10 || is_time(since + 10)))
        return STATUS_OK;
    error_zh(
        e,
        "起始时间（--since，接口为 since=）“%.40s”不对：应为 2026-01-31 或 2026-01-31T08:00:00Z（世界时）。",
        since);
    return error_fail(e, STATUS_INVALID_INPUT, "bad-since",
                      "The beginning \"%.40s\" (--since; since= over HTTP) is wrong: 2026-01-31 or "
                      "2026-01-31T08:00:00Z (UTC) is needed.",
                      since);
}
