#include "formats/html.h"

#include "base/text.h"

/* What stands for the character at s, of n bytes, 0 when it is none; NULL: itself. */
static const char *stand_in(const char *s, size_t n)
{
    switch (*s) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    case '\n':
    case '\t':
        return NULL;
    default:
        return n == 0 ? "\xEF\xBF\xBD" : (unsigned char)*s < ' ' || *s == 0x7F ? "" : NULL;
    }
}

/* What may stand as it is goes over in whole runs. */
void html_text(struct buffer *out, const char *text)
{
    const char *s = text ? text : "", *run = s;
    while (*s) {
        size_t n = text_char(s);
        const char *instead = stand_in(s, n);
        if (instead) {
            buffer_append(out, run, (size_t)(s - run));
            buffer_append_str(out, instead);
            run = s + (n ? n : 1);
        }
        s += n ? n : 1;
    }
    buffer_append(out, run, (size_t)(s - run));
}
