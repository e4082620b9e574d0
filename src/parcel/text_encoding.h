/* Text of unknown encoding -> UTF-8, by the rule that fits Chinese surveyors' files: a byte order mark decides; else
 * what is valid UTF-8 is UTF-8; else it is GB18030 (which contains GBK and GB2312). UTF-16 without a mark is known by
 * its zero bytes.
 *
 * Not for: telling text from binary files (recognise.h). Threads: pure. */
#ifndef HX_PARCEL_TEXT_ENCODING_H
#define HX_PARCEL_TEXT_ENCODING_H

#include "base/arena.h"
#include "base/status.h"

enum text_encoding { TEXT_UTF8, TEXT_UTF8_BOM, TEXT_GB18030, TEXT_UTF16LE, TEXT_UTF16BE };

/* `text` is NUL-terminated, without the mark, and lives in the arena. The error names the byte. */
enum status text_decode(const void *bytes, size_t n, struct arena *a, char **text, size_t *n_text,
                        enum text_encoding *was, struct error *e) HX_MUST_CHECK;

const char *text_encoding_name(enum text_encoding encoding); /* "GB18030" */

/* Offset of the first byte that is not valid UTF-8 (overlong forms and surrogates included); n when all is valid. */
size_t text_utf8_valid_prefix(const void *bytes, size_t n);

#endif
