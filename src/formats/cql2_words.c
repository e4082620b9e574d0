#include "base/number.h"
#include "base/text.h"
#include "formats/cql2_reader.h"

#include <stdio.h>
#include <string.h>

/* ---- places ---- */

size_t cql2_character(const struct cql2_reader *r, const char *at)
{
    size_t n = 1;
    for (const char *c = r->begin; c < at; c++)
        n += ((unsigned char)*c & 0xC0) != 0x80;
    return n;
}

enum status cql2_fail_at(const struct cql2_reader *r, const char *at, const char *zh, const char *en)
{
    return cql2_fail(&(struct cql2_node){.at = cql2_character(r, at)}, "bad-filter", zh, en, r->error);
}

enum status cql2_fail_unread_at(const struct cql2_reader *r, const char *at, size_t n)
{
    return cql2_fail_unread(&(struct cql2_node){.at = cql2_character(r, at)}, at, n, r->error);
}

struct cql2_node *cql2_new_node(const struct cql2_reader *r, enum cql2_kind kind, const char *at)
{
    struct cql2_node *n = cql2_node_new(r->arena, kind);
    if (n)
        n->at = cql2_character(r, at);
    return n;
}

/* ---- words ---- */

/* Bytes of the blank at s: ASCII's, and the two that Chinese keyboards and web pages give. */
static size_t blank(const char *s)
{
    if (*s == ' ' || (*s >= '\t' && *s <= '\r'))
        return 1;
    return strncmp(s, "\xC2\xA0", 2) == 0 ? 2 : strncmp(s, "\xE3\x80\x80", 3) == 0 ? 3 : 0;
}

void cql2_skip(struct cql2_reader *r, size_t n)
{
    r->at += n;
    while ((n = blank(r->at)))
        r->at += n;
}

/* Signs that look like those of the language and are none: （，），quotation marks, and full-width ＝＜＞. */
static bool is_look_alike(const char *s)
{
    static const char *const signs[] = {"（", "）", "，", "＝", "＜", "＞", "‘", "’", "“", "”", "＂", "＇"};
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (strncmp(s, signs[i], strlen(signs[i])) == 0)
            return true;
    return false;
}

bool cql2_begins_word(const char *s)
{
    return (*s >= 'A' && *s <= 'Z') || (*s >= 'a' && *s <= 'z') || *s == '_' || *s == ':' ||
           ((unsigned char)*s >= 0x80 && !blank(s) && !is_look_alike(s));
}

/* Bytes of the word at s; 0: there is none. */
size_t cql2_word(const char *s)
{
    const char *at = s;
    if (!cql2_begins_word(at))
        return 0;
    while (cql2_begins_word(at) || *at == '.' || (*at >= '0' && *at <= '9'))
        at += text_char(at);
    return (size_t)(at - s);
}

bool cql2_is_word(const struct cql2_reader *r, const char *expected)
{
    return cql2_same_word(r->at, cql2_word(r->at), expected);
}

bool cql2_take_word(struct cql2_reader *r, const char *expected)
{
    if (!cql2_is_word(r, expected))
        return false;
    cql2_skip(r, strlen(expected));
    return true;
}

bool cql2_take_sign(struct cql2_reader *r, char sign)
{
    if (*r->at != sign)
        return false;
    cql2_skip(r, 1);
    return true;
}

enum status cql2_fail_expected(const struct cql2_reader *r, const char *zh, const char *en)
{
    char all_zh[200], all_en[200];
    if (is_look_alike(r->at))
        return cql2_fail_at(r, r->at, "这是全角标点；请改为半角的 ( ) , = < > ' \"。",
                            "this is a full-width sign; write ( ) , = < > ' \" instead.");
    bool end = *r->at == '\0';
    snprintf(all_zh, sizeof all_zh, "%s应为%s。", end ? "到此就结束了，" : "", zh);
    snprintf(all_en, sizeof all_en, "%s%s is needed.", end ? "the text ends; " : "", en);
    return cql2_fail_at(r, r->at, all_zh, all_en);
}

enum status cql2_need_sign(struct cql2_reader *r, char sign)
{
    char zh[8], en[8];
    if (cql2_take_sign(r, sign))
        return STATUS_OK;
    snprintf(zh, sizeof zh, "“%c”", sign);
    snprintf(en, sizeof en, "\"%c\"", sign);
    return cql2_fail_expected(r, zh, en);
}

enum status cql2_need_word(struct cql2_reader *r, const char *expected)
{
    return cql2_take_word(r, expected) ? STATUS_OK : cql2_fail_expected(r, expected, expected);
}

/* Does a parenthesis stand behind the word that is here? */
bool cql2_is_called(const struct cql2_reader *r)
{
    struct cql2_reader next = *r;
    cql2_skip(&next, cql2_word(r->at));
    return *next.at == '(';
}

/* ---- literals ---- */

/* What stands for a character behind a backslash; 0: the backslash is a part of the text, as LIKE needs
 * it. */
static char escaped(char c)
{
    static const char from[] = "abtnvfr'", to[] = "\a\b\t\n\v\f\r'";
    const char *at = c ? strchr(from, c) : NULL;
    return at ? to[at - from] : '\0';
}

enum status cql2_quoted(struct cql2_reader *r, struct cql2_node **out)
{
    const char *at = r->at + 1;
    struct cql2_node *n = cql2_new_node(r, CQL2_TEXT, r->at);
    char *text = arena_alloc(r->arena, strlen(r->at));
    if (!n || !text)
        return error_no_memory(r->error);
    n->text = text;
    for (; *at && (*at != '\'' || at[1] == '\''); at++) {
        char c = *at == '\\' ? escaped(at[1]) : '\0';
        *text++ = c ? c : *at;
        if (*at == '\\' && at[1] == '\\')
            *text++ = *at++;
        else
            at += c || *at == '\'';
    }
    *text = '\0';
    if (!*at)
        return cql2_fail_at(r, r->at, "这里开始的文字没有结束的单引号 '。",
                            "the text that begins here has no closing '.");
    cql2_skip(r, (size_t)(at + 1 - r->at));
    *out = n;
    return STATUS_OK;
}

enum status cql2_number(struct cql2_reader *r, double *out)
{
    const char *at = r->at;
    bool plain = *at && strchr("+-.0123456789", *at);
    if (!plain || !number_read(&at, out))
        return cql2_fail_expected(r, "数", "a number");
    cql2_skip(r, (size_t)(at - r->at));
    return STATUS_OK;
}
