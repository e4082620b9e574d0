#include "cli/options/suggest.h"

#include <stdio.h>
#include <string.h>

enum { LONGEST = 40 };

static size_t least_of(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* How many letters are another, missing, too many or in each other's place. */
static size_t distance(const char *a, size_t n_a, const char *b, size_t n_b)
{
    size_t rows[3][LONGEST + 1], *before = rows[0], *last = rows[1], *now = rows[2];
    for (size_t j = 0; j <= n_b; j++)
        last[j] = j;
    for (size_t i = 1; i <= n_a; i++) {
        now[0] = i;
        for (size_t j = 1; j <= n_b; j++) {
            now[j] = least_of(least_of(last[j] + 1, now[j - 1] + 1), last[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                now[j] = least_of(now[j], before[j - 2] + 1);
        }
        size_t *oldest = before;
        before = last;
        last = now;
        now = oldest;
    }
    return last[n_b];
}

void suggest_begin(struct suggestion *s, const char *word, size_t n)
{
    *s = (struct suggestion){.word = word, .n = n};
}

/* Of a short word one letter may be wrong, of a longer one every third. A word that was broken off is near to
 * what it begins. */
void suggest_look(struct suggestion *s, const char *name)
{
    size_t n = strlen(name), letters = 0, far = s->n / 3 ? s->n / 3 : 1;
    while (letters < s->n && s->word[letters] == '-')
        letters++;
    if (n > LONGEST || s->n > LONGEST || s->n <= letters)
        return;
    bool begins = s->n - letters >= 3 && n > s->n && strncmp(s->word, name, s->n) == 0;
    size_t d = begins ? 1 : distance(s->word, s->n, name, n);
    if (d > far || d >= s->n - letters || (s->nearest && d >= s->distance))
        return;
    s->nearest = name;
    s->distance = d;
}

void suggest_words(const struct suggestion *s, char zh[SUGGEST_SIZE], char en[SUGGEST_SIZE])
{
    *zh = *en = '\0';
    if (!s->nearest)
        return;
    snprintf(zh, SUGGEST_SIZE, "是不是 %s？", s->nearest);
    snprintf(en, SUGGEST_SIZE, " Did you mean %s?", s->nearest);
}
