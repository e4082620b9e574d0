#include "features/sandbox/answer.h"

#include "features/sandbox/calls.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

enum { SCHEMA_FIELDS_MAX = 65536, FEATURE_NOTES_MAX = 16 };

enum status answer_fail(struct error *e)
{
    error_zh(e, "读取文件的程序没有读完就结束了：文件可能损坏，或超出内存、时间的限制。请重新导出，或转为GeoJ"
                "SON、TXT后提交。");
    return error_fail(
        e, STATUS_INVALID_INPUT, "foreign-failed",
        "The reading program ended before it was done: the file may be damaged, or over the limits of "
        "memory and time. Export it again, or convert it to GeoJSON or TXT.");
}

enum status answer_forbidden(struct record *r, struct error *e)
{
    char text[40];
    const char *name = calls_name(record_take_u32(r), text);
    if (r->bad)
        return answer_fail(e);
    error_zh(e,
             "读取文件的程序用到了沙箱不允许的系统调用（%"
             "s），已被终止，文件未读取：文件可能有恶意，或本机换了新版本"
             "的库。请勿使用来历不明的文件；文件可信时请把这句话告诉管理员。",
             name);
    return error_fail(e, STATUS_INTERNAL, "foreign-forbidden",
                      "The reading program was ended because it made a system call that its sandbox does not "
                      "permit (%s); the file was not read. The file may be hostile, or a library of this "
                      "machine new. If the file can be trusted, tell the administrator this sentence.",
                      name);
}

static bool is_plain(const char *s, size_t n)
{
    unsigned char odd = 0;
    for (size_t i = 0; i < n; i++)
        odd |= (unsigned char)((unsigned char)s[i] < 0x20 || (unsigned char)s[i] >= 0x7F);
    return !odd;
}

/* Valid UTF-8 without control characters, in place. */
static void clean(char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)text[i] < 0x20 || text[i] == 0x7F)
            text[i] = ' ';
    for (size_t at = 0; at < n;) {
        size_t k = text_char(text + at);
        if (k == 0)
            text[at] = '?';
        at += k ? k : 1;
    }
}

const char *answer_text(struct record_field f, struct arena *a, bool *ok)
{
    if (!f.bytes)
        return NULL;
    char *text = arena_strndup(a, f.bytes, f.n);
    if (!text)
        *ok = false;
    else if (!is_plain(text, f.n))
        clean(text, f.n);
    return text;
}

/* Null is "". */
static const char *take_text(struct record *r, struct arena *a, bool *ok)
{
    const char *text = answer_text(record_take_field(r), a, ok);
    return text ? text : "";
}

/* Into a field of struct error: what is too long is cut between characters. */
static void take_into(struct record *r, char *to, size_t size)
{
    struct record_field f = record_take_field(r);
    size_t n = f.n < size - 1 ? f.n : size - 1;
    if (f.bytes)
        memcpy(to, f.bytes, n);
    while (n < f.n && n > 0 && ((unsigned char)f.bytes[n] & 0xC0) == 0x80)
        n--;
    to[f.bytes ? n : 0] = '\0';
    clean(to, f.bytes ? n : 0);
}

static enum status outcome(const struct record *r, bool ok, struct error *e)
{
    if (r->bad || r->at != r->n)
        return answer_fail(e);
    return ok ? STATUS_OK : error_no_memory(e);
}

static bool is_finite_box(const double box[4])
{
    for (int i = 0; i < 4; i++)
        if (!(box[i] > -1e300 && box[i] < 1e300))
            return false;
    return true;
}

enum status answer_header(struct record *r, struct arena *a, struct feature_stream_info *out, struct error *e)
{
    bool ok = true;
    struct feature_stream_info info = {0};
    info.driver = take_text(r, a, &ok);
    info.layer = take_text(r, a, &ok);
    info.layer_alias = take_text(r, a, &ok);
    info.crs_wkt = take_text(r, a, &ok);
    for (int i = 0; i < 4; i++)
        info.box[i] = record_take_f64(r);
    unsigned flags = record_take_u8(r);
    info.n_declared = record_take_i64(r);
    info.encoding = take_text(r, a, &ok);
    info.has_box = (flags & HEADER_BOX) && is_finite_box(info.box);
    info.heights = flags & HEADER_HEIGHTS;
    info.drawing = flags & HEADER_DRAWING;
    info.encoding_misdeclared = flags & HEADER_MISDECLARED;
    enum status s = outcome(r, ok, e);
    if (s == STATUS_OK)
        *out = info;
    return s;
}

enum status answer_schema(struct record *r, struct arena *a, struct feature_schema *out, struct error *e)
{
    uint32_t n = record_take_u32(r);
    bool ok = true;
    if (n > SCHEMA_FIELDS_MAX)
        return answer_fail(e);
    const char **names = arena_array(a, n + 1, sizeof *names),
               **aliases = arena_array(a, n + 1, sizeof *aliases);
    enum feature_type *types = arena_array(a, n + 1, sizeof *types);
    if (!names || !aliases || !types)
        return error_no_memory(e);
    for (uint32_t i = 0; i < n && !r->bad; i++) {
        names[i] = take_text(r, a, &ok);
        aliases[i] = take_text(r, a, &ok);
        unsigned type = record_take_u8(r);
        types[i] = type <= FEATURE_REAL ? (enum feature_type)type : FEATURE_TEXT;
    }
    enum status s = outcome(r, ok, e);
    if (s == STATUS_OK)
        *out = (struct feature_schema){.names = names, .aliases = aliases, .types = types, .n = n};
    return s;
}

enum status answer_note(struct record *r, struct arena *a, struct feature_note *out, struct error *e)
{
    bool ok = true;
    struct feature_note note = {take_text(r, a, &ok), take_text(r, a, &ok), take_text(r, a, &ok)};
    enum status s = outcome(r, ok, e);
    if (s == STATUS_OK)
        *out = note;
    return s;
}

/* Status of a sentence: one of those that a file can cause. */
static void take_sentence(struct record *r, struct error *out)
{
    uint32_t s = record_take_u32(r);
    out->status = s == STATUS_UNSUPPORTED || s == STATUS_TOO_LARGE || s == STATUS_INTERNAL ||
                          s == STATUS_NOT_FOUND || s == STATUS_CORRUPT || s == STATUS_IO ||
                          s == STATUS_NO_MEMORY
                      ? (enum status)s
                      : STATUS_INVALID_INPUT;
    take_into(r, out->code, sizeof out->code);
    take_into(r, out->zh, sizeof out->zh);
    take_into(r, out->en, sizeof out->en);
}

enum status answer_error(struct record *r, struct error *out, struct error *e)
{
    struct error said = {0};
    take_sentence(r, &said);
    enum status s = outcome(r, said.code[0] && said.zh[0] && said.en[0], e);
    if (s == STATUS_OK)
        *out = said;
    return s == STATUS_NO_MEMORY ? answer_fail(e) : s;
}

static bool take_values(struct record *r, struct arena *a, size_t n, const char *const **out)
{
    bool ok = true;
    const char **values = arena_array(a, n + 1, sizeof *values);
    for (size_t i = 0; values && i < n && !r->bad; i++)
        values[i] = answer_text(record_take_field(r), a, &ok);
    *out = values;
    return ok && values;
}

static bool take_wkb(struct record *r, struct arena *a, struct feature *f)
{
    struct record_field wkb = record_take_field(r);
    if (!wkb.n)
        return true;
    unsigned char *copy = arena_alloc(a, wkb.n);
    if (!copy)
        return false;
    memcpy(copy, wkb.bytes, wkb.n);
    f->wkb = copy;
    f->n_wkb = wkb.n;
    return true;
}

static bool take_notes(struct record *r, struct arena *a, struct feature *f)
{
    bool ok = true;
    uint32_t n = record_take_u32(r);
    if (n == 0 || n > FEATURE_NOTES_MAX) {
        r->bad |= n > 0;
        return true;
    }
    struct feature_note *notes = arena_array(a, n, sizeof *notes);
    for (uint32_t i = 0; notes && i < n; i++) {
        notes[i].code = take_text(r, a, &ok);
        notes[i].zh = take_text(r, a, &ok);
        notes[i].en = take_text(r, a, &ok);
    }
    f->notes = notes;
    f->n_notes = n;
    return ok && notes;
}

/* One of geometry and fault is there, and not both. */
static bool take_fault(struct record *r, struct arena *a, struct feature *f)
{
    struct error *fault = arena_alloc(a, sizeof *fault);
    if (!fault)
        return false;
    take_sentence(r, fault);
    bool of_record = fault->status == STATUS_UNSUPPORTED || fault->status == STATUS_TOO_LARGE;
    fault->status =
        of_record ? fault->status : STATUS_INVALID_INPUT; /* one record is no failure of the machine */
    r->bad |= f->n_wkb > 0 || !fault->code[0];
    f->fault = fault;
    return true;
}

enum status answer_feature(struct record *r, const struct feature_schema *schema, struct arena *a,
                           struct feature *out, struct error *e)
{
    bool ok = true;
    struct feature f = {.schema = schema};
    f.position = record_take_i64(r);
    f.fid = record_take_i64(r);
    unsigned flags = record_take_u8(r);
    f.where_zh = take_text(r, a, &ok);
    f.where_en = take_text(r, a, &ok);
    uint32_t n = record_take_u32(r);
    if (n != schema->n || r->bad)
        return answer_fail(e);
    ok = take_values(r, a, n, &f.values) && ok;
    ok = take_wkb(r, a, &f) && ok;
    f.curved = flags & FEATURE_CURVED;
    if (flags & FEATURE_FAULT)
        ok = take_fault(r, a, &f) && ok;
    else
        r->bad |= (f.n_wkb == 0) != ((flags & FEATURE_BARE) != 0);
    ok = ok && take_notes(r, a, &f);
    enum status s = outcome(r, ok, e);
    if (s == STATUS_OK)
        *out = f;
    return s;
}
