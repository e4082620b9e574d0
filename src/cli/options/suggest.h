/* "Did you mean …?": the name that a misspelt one is nearest to. Threads: pure. */
#ifndef HX_CLI_OPTIONS_SUGGEST_H
#define HX_CLI_OPTIONS_SUGGEST_H

#include "base/status.h"

/* Begun with the misspelt word; names are shown to it one by one. */
struct suggestion {
    const char *word; /* borrowed, of `n` bytes */
    size_t n;
    const char *nearest; /* NULL: none that is near enough */
    size_t distance;
};

enum { SUGGEST_SIZE = 128 };

void suggest_begin(struct suggestion *s, const char *word, size_t n);
/* `name` is kept, not copied. */
void suggest_look(struct suggestion *s, const char *name);
/* "是不是 --format？" and "did you mean --format?", with a blank before; empty where nothing is near. */
void suggest_words(const struct suggestion *s, char zh[SUGGEST_SIZE], char en[SUGGEST_SIZE]);

#endif
