/* Text of unknown encoding -> UTF-8, by the rule that fits Chinese surveyors' files: a byte order mark
 * decides; else what is valid UTF-8 is UTF-8; else most of its lines decide between damaged UTF-8, which is
 * refused with the byte, and GB18030 (which contains GBK and GB2312). UTF-16 without a mark is known by
 * its zero bytes.
 *
 * Not for: telling text from binary files (recognise.h). Threads: pure. */
#ifndef HX_FORMATS_ENCODING_H
#define HX_FORMATS_ENCODING_H

#include "base/arena.h"
#include "base/status.h"

enum text_encoding { TEXT_UTF8, TEXT_UTF8_BOM, TEXT_GB18030, TEXT_UTF16LE, TEXT_UTF16BE };

/* `text` is NUL-terminated, without the mark, and lives in the arena. The error names the byte. */
enum status text_decode(const void *bytes, size_t n, struct arena *a, char **text, size_t *n_text,
                        enum text_encoding *was, struct error *e) HX_MUST_CHECK;

/* The same of an encoding that is known, such as that of the file that the bytes are a piece of. */
enum status text_decode_as(enum text_encoding encoding, const void *bytes, size_t n, struct arena *a,
                           char **text, size_t *n_text, struct error *e) HX_MUST_CHECK;

/* By a byte order mark or its zero bytes; the first 4096 bytes are looked at. */
bool text_is_utf16(const void *bytes, size_t n);

const char *text_encoding_name(enum text_encoding encoding); /* "GB18030" */

/* ---- tables of texts that are in one encoding, which the file may state wrongly ---- */

/* A vote on the bytes of all names and values. Short words in GBK may be valid UTF-8 ("联通" is not, "一"
 * is), one damaged value does not make a file GBK, and what a table cut at a field's width ends in half a
 * character: the majority decides for all. */
struct text_vote {
    size_t utf8, gb; /* texts that can be only this, or this rather than the other */
};
void text_vote_add(struct text_vote *v, const void *bytes, size_t n); /* plain ASCII does not vote */
static inline bool text_votes(const struct text_vote *v)              /* did anything vote? */
{
    return v->utf8 + v->gb > 0;
}
/* What a .cpg or a code page says: "GBK", "CP936", "ANSI_936"; "UTF-8", "65001". */
bool text_states_gb(const char *stated);
bool text_states_utf8(const char *stated);
/* What is stated (a .cpg, a code page; NULL or "": nothing) counts only where the bytes are undecided. */
enum text_encoding text_vote_decide(const struct text_vote *v, const char *stated);

#endif
