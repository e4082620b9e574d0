#include "formats/json_member.h"

#include <string.h>

struct at {
    const char *p, *end;
};

static void skip_blanks(struct at *t)
{
    while (t->p < t->end && strchr(" \t\r\n", *t->p) && *t->p)
        t->p++;
}

/* From its first quote to behind its last. */
static void skip_string(struct at *t)
{
    for (t->p++; t->p < t->end && *t->p != '"'; t->p++)
        if (*t->p == '\\')
            t->p++;
    t->p += t->p < t->end;
}

static void skip_value(struct at *t)
{
    size_t depth = 0;
    while (t->p < t->end) {
        char c = *t->p;
        if (c == '"') {
            skip_string(t);
        } else if (depth == 0 && strchr(",]} \t\r\n", c)) {
            return;
        } else {
            depth += c == '{' || c == '[';
            depth -= depth > 0 && (c == '}' || c == ']');
            t->p++;
        }
        if (depth == 0 && (c == '"' || c == '}' || c == ']'))
            return;
    }
}

bool json_member_find(const char *object, size_t n, const char *name, const char **value, size_t *n_value)
{
    struct at t = {object, object + n};
    size_t n_name = strlen(name);
    skip_blanks(&t);
    if (t.p == t.end || *t.p++ != '{')
        return false;
    for (skip_blanks(&t); t.p < t.end && *t.p == '"'; skip_blanks(&t)) {
        const char *key = t.p + 1;
        skip_string(&t);
        bool found = (size_t)(t.p - 1 - key) == n_name && memcmp(key, name, n_name) == 0;
        skip_blanks(&t);
        t.p += t.p < t.end; /* the colon */
        skip_blanks(&t);
        *value = t.p;
        skip_value(&t);
        *n_value = (size_t)(t.p - *value);
        if (found)
            return true;
        skip_blanks(&t);
        t.p += t.p < t.end && *t.p == ',';
    }
    return false;
}
