/* A text in CQL2 from its beginning to its end: words, signs, values. What fails names the place. Internal to
 * formats: cql2_words.c, cql2_values.c and cql2_text.c. */
#ifndef HX_FORMATS_CQL2_READER_H
#define HX_FORMATS_CQL2_READER_H

#include "formats/cql2_parts.h"

struct cql2_reader {
    const char *begin, *at; /* `at` is behind blanks */
    struct arena *arena;
    struct error *error;
};

/* ---- places: characters from 1 ---- */

size_t cql2_character(const struct cql2_reader *r, const char *at);
struct cql2_node *cql2_new_node(const struct cql2_reader *r, enum cql2_kind kind, const char *at);
enum status cql2_fail_at(const struct cql2_reader *r, const char *at, const char *zh, const char *en);
/* The n bytes of a name that is not supported. */
enum status cql2_fail_unread_at(const struct cql2_reader *r, const char *at, size_t n);
/* Where we are something else is needed. */
enum status cql2_fail_expected(const struct cql2_reader *r, const char *zh, const char *en);

/* ---- words and signs ---- */

/* n bytes, and the blanks behind them. */
void cql2_skip(struct cql2_reader *r, size_t n);
bool cql2_begins_word(const char *s);
/* Bytes of the word at s; 0: there is none. */
size_t cql2_word(const char *s);
bool cql2_is_word(const struct cql2_reader *r, const char *expected);
/* Does a parenthesis stand behind the word that is here? */
bool cql2_is_called(const struct cql2_reader *r);
bool cql2_take_word(struct cql2_reader *r, const char *expected);
bool cql2_take_sign(struct cql2_reader *r, char sign);
enum status cql2_need_word(struct cql2_reader *r, const char *expected) HX_MUST_CHECK;
enum status cql2_need_sign(struct cql2_reader *r, char sign) HX_MUST_CHECK;

/* ---- values ---- */

enum status cql2_quoted(struct cql2_reader *r, struct cql2_node **out) HX_MUST_CHECK;
enum status cql2_number(struct cql2_reader *r, double *out) HX_MUST_CHECK;
/* Any value: a property, a literal. */
enum status cql2_value(struct cql2_reader *r, struct cql2_node **out) HX_MUST_CHECK;

#endif
