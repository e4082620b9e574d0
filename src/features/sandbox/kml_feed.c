#include "features/sandbox/kml_feed.h"

#include "base/text.h"
#include "features/gdal.h"

#include <errno.h>
#include <iconv.h>
#include <string.h>

enum { PIECE = 1 << 16, DECLARATION = 200 };

/* ---- which encoding ---- */

struct utf8_count {
    char rest[8]; /* the beginning of a character whose end is in the next piece */
    size_t n_rest;
    bool valid;
    int64_t wide; /* characters of three bytes and more: a GBK text has none by chance */
    int64_t all;
};

static void count(struct utf8_count *u, char *bytes, size_t n)
{
    for (size_t at = 0; at < n && u->valid;) {
        size_t k = text_char(bytes + at);
        unsigned char first = (unsigned char)bytes[at];
        size_t whole = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
        if ((k == 0 || at + k > n) && first >= 0xC2 && n - at < whole) {
            u->n_rest = n - at;
            memcpy(u->rest, bytes + at, u->n_rest);
            return;
        }
        u->valid = k > 0;
        u->wide += k >= 3;
        u->all += k >= 2;
        at += k;
    }
}

static void judge_bytes(VSILFILE *f, struct utf8_count *u)
{
    static char piece[PIECE + 16];
    u->valid = true;
    for (;;) {
        memcpy(piece, u->rest, u->n_rest);
        size_t n = VSIFReadL(piece + u->n_rest, 1, PIECE, f), all = n + u->n_rest;
        if (n == 0)
            break;
        u->n_rest = 0;
        piece[all] = '\0';
        count(u, piece, all);
    }
    u->valid &= u->n_rest == 0;
}

enum status kml_file_open(struct child *c, const char *name, struct kml_file *out, struct error *e)
{
    char head[DECLARATION + 1] = {0};
    struct utf8_count u = {.n_rest = 0};
    VSILFILE *f = VSIFOpenL(name, "rb");
    if (!f)
        return child_fail_open(c, e);
    size_t n = VSIFReadL(head, 1, DECLARATION, f);
    bool utf16 = n >= 2 && (memcmp(head, "\xFF\xFE", 2) == 0 || memcmp(head, "\xFE\xFF", 2) == 0);
    VSIFSeekL(f, 0, SEEK_SET);
    if (!utf16)
        judge_bytes(f, &u);
    VSIFCloseL(f);
    head[strcspn(head, ">")] = '\0';
    bool says_gbk = strcasestr(head, "encoding=\"gb") || strcasestr(head, "encoding='gb");
    bool gbk = !utf16 && (!u.valid || (says_gbk && u.all > 0 && u.wide == 0));
    *out = (struct kml_file){name, gbk, !utf16 && u.all + !u.valid > 0 && gbk != says_gbk, utf16};
    return STATUS_OK;
}

/* ---- parsing ---- */

static enum status fail_xml(struct child *c, XML_Parser p, struct error *e)
{
    unsigned long line = XML_GetCurrentLineNumber(p);
    const char *why = XML_ErrorString(XML_GetErrorCode(p));
    error_zh(e, "%s不是完整的KML：第%lu行读不下去（%s）；文件可能被截断或改坏，请重新导出。", c->called_zh,
             line, why);
    return error_fail(
        e, STATUS_INVALID_INPUT, "kml-malformed",
        "%s is no whole KML: it cannot be read on at line %lu (%s); it may be cut off or spoiled, export it "
        "again.",
        c->called_en, line, why);
}

static enum status fail_bytes(struct child *c, XML_Parser p, struct error *e)
{
    unsigned long line = XML_GetCurrentLineNumber(p);
    error_zh(e, "%s第%lu行的文字既不是UTF-8也不是GB18030；请重新导出为UTF-8。", c->called_zh, line);
    return error_fail(e, STATUS_INVALID_INPUT, "kml-encoding",
                      "The text of %s at line %lu is neither UTF-8 nor GB18030; export it as UTF-8.",
                      c->called_en, line);
}

static enum status parse(struct child *c, XML_Parser p, const char *bytes, size_t n, bool last,
                         const bool *stopped, struct error *e)
{
    if (XML_Parse(p, bytes, (int)n, last) == XML_STATUS_OK)
        return STATUS_OK;
    return *stopped ? (e ? e->status : STATUS_INVALID_INPUT) : fail_xml(c, p, e);
}

/* One piece from GB18030; what is half a character at its end is kept for the next. */
static enum status parse_gbk(struct child *c, XML_Parser p, iconv_t how, char *piece, size_t *n, bool last,
                             const bool *stopped, struct error *e)
{
    static char text[PIECE * 3];
    char *from = piece, *to = text;
    size_t left = *n, room = sizeof text;
    bool ok = iconv(how, &from, &left, &to, &room) != (size_t)-1;
    if (!ok && (errno != EINVAL || last))
        return fail_bytes(c, p, e);
    memmove(piece, from, left);
    *n = left;
    return parse(c, p, text, (size_t)(to - text), last, stopped, e);
}

enum status kml_feed(struct child *c, const struct kml_file *file, XML_Parser p, const bool *stopped,
                     struct error *e)
{
    static char piece[PIECE + 16];
    iconv_t how = file->gbk ? iconv_open("UTF-8", "GB18030") : (iconv_t)-1;
    VSILFILE *f = VSIFOpenL(file->name, "rb");
    enum status s = f && (!file->gbk || how != (iconv_t)-1) ? STATUS_OK : child_fail_open(c, e);
    if (s == STATUS_OK && !file->utf16)
        XML_SetEncoding(p, "UTF-8");
    size_t kept = 0;
    for (bool last = false; s == STATUS_OK && !last;) {
        size_t n = VSIFReadL(piece + kept, 1, PIECE, f) + kept;
        last = n - kept < PIECE;
        if (file->gbk)
            s = parse_gbk(c, p, how, piece, &n, last, stopped, e);
        else
            s = parse(c, p, piece, n, last, stopped, e);
        kept = file->gbk ? n : 0;
    }
    if (f)
        VSIFCloseL(f);
    if (how != (iconv_t)-1)
        iconv_close(how);
    return s;
}
