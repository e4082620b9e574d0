#include "formats/encoding.h"

#include "base/text.h"

#include <errno.h>
#include <iconv.h>
#include <stdint.h>
#include <string.h>

const char *text_encoding_name(enum text_encoding encoding)
{
    switch (encoding) {
    case TEXT_UTF8:
    case TEXT_UTF8_BOM:
        return "UTF-8";
    case TEXT_GB18030:
        return "GB18030";
    case TEXT_UTF16LE:
        return "UTF-16LE";
    case TEXT_UTF16BE:
        return "UTF-16BE";
    }
    return "UTF-8";
}

/* A text of digits and commas has a zero in every second byte of its UTF-16; a few characters ("一" is 4E00)
 * have theirs in the other. */
static bool zeros_in_every_second_byte(const unsigned char *p, size_t n, size_t parity)
{
    size_t look = n < 4096 ? n : 4096;
    size_t zeros[2] = {0, 0};
    for (size_t i = 0; i < look; i++)
        zeros[i & 1] += p[i] == 0;
    return n >= 4 && n % 2 == 0 && zeros[parity] > look / 8 && zeros[1 - parity] < zeros[parity] / 4;
}

/* A file in UTF-8 with a damaged byte is not GB18030: the error then names the byte, and nobody reads other
 * characters than were written. */
static enum text_encoding by_lines(const char *s, size_t n)
{
    struct text_vote vote = {0, 0};
    for (const char *end = s + n, *line = s; line < end;) {
        const char *stop = memchr(line, '\n', (size_t)(end - line));
        stop = stop ? stop + 1 : end;
        text_vote_add(&vote, line, (size_t)(stop - line));
        line = stop;
    }
    return text_vote_decide(&vote, "GB18030");
}

/* `mark` is the length of the byte order mark, to be skipped. */
static enum text_encoding recognise(const unsigned char *p, size_t n, size_t *mark)
{
    *mark = 0;
    if (n >= 3 && memcmp(p, "\xEF\xBB\xBF", 3) == 0) {
        *mark = 3;
        return TEXT_UTF8_BOM;
    }
    if (n >= 2 && p[0] == 0xFF && p[1] == 0xFE) {
        *mark = 2;
        return TEXT_UTF16LE;
    }
    if (n >= 2 && p[0] == 0xFE && p[1] == 0xFF) {
        *mark = 2;
        return TEXT_UTF16BE;
    }
    if (zeros_in_every_second_byte(p, n, 1))
        return TEXT_UTF16LE;
    if (zeros_in_every_second_byte(p, n, 0))
        return TEXT_UTF16BE;
    return text_valid_prefix(p, n) == n ? TEXT_UTF8 : by_lines((const char *)p, n);
}

bool text_is_utf16(const void *bytes, size_t n)
{
    size_t mark;
    enum text_encoding was = recognise(bytes, n < 4096 ? n : 4096, &mark);
    return was == TEXT_UTF16LE || was == TEXT_UTF16BE;
}

static enum status fail_bytes(enum text_encoding encoding, size_t at, struct error *e)
{
    const char *name = text_encoding_name(encoding);
    if (encoding == TEXT_UTF8 || encoding == TEXT_UTF8_BOM) {
        error_zh(e, "文件是UTF-8文字，但第%zu字节损坏；请从原程序重新导出，或改正该处后重新提交。", at + 1);
        return error_fail(
            e, STATUS_INVALID_INPUT, "text-encoding",
            "The file is UTF-8 text, but byte %zu is damaged; export it again, or correct it there.", at + 1);
    }
    error_zh(e, "第%zu字节起不是%s文字（也不是UTF-8）；文件可能损坏，请另存为UTF-8或GB18030后重新提交。",
             at + 1, name);
    return error_fail(
        e, STATUS_INVALID_INPUT, "text-encoding",
        "From byte %zu the file is not %s text (nor UTF-8); it may be damaged, save it again as UTF-8 or "
        "GB18030.",
        at + 1, name);
}

static enum status convert(enum text_encoding encoding, const char *from, size_t n, struct arena *a,
                           char **text, size_t *n_text, struct error *e)
{
    size_t room = n * 2 + 4; /* a two-byte character becomes three bytes at most */
    char *out = arena_alloc(a, room + 1);
    if (!out)
        return error_no_memory(e);
    iconv_t cd = iconv_open("UTF-8", text_encoding_name(encoding));
    if (cd == (iconv_t)-1) {
        error_zh(e, "本机的iconv不能转换%s；请安装glibc的gconv模块，或把文件另存为UTF-8。",
                 text_encoding_name(encoding));
        return error_fail(
            e, STATUS_UNSUPPORTED, "iconv-missing",
            "iconv on this machine cannot convert %s; install glibc's gconv modules, or save the file as "
            "UTF-8.",
            text_encoding_name(encoding));
    }
    char *in_at = (char *)(uintptr_t)from; /* iconv's prototype is not const, its behaviour is */
    char *out_at = out;
    size_t left = n;
    size_t answer = iconv(cd, &in_at, &left, &out_at, &room);
    iconv_close(cd);
    if (answer == (size_t)-1)
        return fail_bytes(encoding, n - left, e);
    *text = out;
    *n_text = (size_t)(out_at - out);
    return STATUS_OK;
}

enum status text_decode_as(enum text_encoding encoding, const void *bytes, size_t n, struct arena *a,
                           char **text, size_t *n_text, struct error *e)
{
    return convert(encoding, bytes, n, a, text, n_text, e);
}

enum status text_decode(const void *bytes, size_t n, struct arena *a, char **text, size_t *n_text,
                        enum text_encoding *was, struct error *e)
{
    size_t mark;
    enum text_encoding encoding = recognise(bytes, n, &mark);
    const char *from = n ? (const char *)bytes + mark : "";
    size_t size = n - mark;
    enum status s = STATUS_OK;
    if (encoding == TEXT_UTF8 || encoding == TEXT_UTF8_BOM) {
        size_t valid = text_valid_prefix(from, size);
        if (valid != size)
            return fail_bytes(encoding, mark + valid, e);
        *text = arena_strndup(a, from, size);
        *n_text = size;
        s = *text ? STATUS_OK : error_no_memory(e);
    } else {
        s = convert(encoding, from, size, a, text, n_text, e);
    }
    if (s == STATUS_OK)
        *was = encoding;
    return s;
}
