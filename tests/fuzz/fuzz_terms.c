/* Any bytes as what an office or an applicant writes of layers: a definition, a rule table, claims. Read, or
 * refused with a sentence; what was read can be written and read again. */
#include "lines/claims.h"
#include "lines/definition.h"
#include "lines/rules_check.h"
#include "store/definitions.h"
#include "store/schema_files.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void require(bool holds)
{
    if (!holds)
        abort();
}

static bool everything_is_loaded(const char *id, const void *user)
{
    (void)id, (void)user;
    return true;
}

/* What all inputs are held against: the shipped definitions and rules. */
struct shipped {
    struct line_table lines;
    struct rule_table rules;
    struct class_table classes;
};

static const struct shipped *shipped(void)
{
    static struct shipped s;
    static struct arena *a;
    struct error e;
    if (a)
        return &s;
    a = arena_new((size_t)1 << 28);
    struct definition_text texts[LINES_MAX];
    struct store_definition d;
    size_t n = 0;
    for (; n < LINES_MAX && shipped_definition(n, &d); n++)
        texts[n] = (struct definition_text){d.source, d.json, d.size};
    const struct schema_file *csv = schema_file_find("rules.csv");
    require(a && csv && definitions_read(texts, n, a, &s.lines, &e) == STATUS_OK &&
            rules_parse(csv->bytes, csv->size, &s.lines, a, &s.rules, &e) == STATUS_OK &&
            class_table_read(a, &s.classes, &e) == STATUS_OK);
    return &s;
}

static void as_definition(const uint8_t *data, size_t n, struct arena *a)
{
    const struct definition_text text = {"input", (const char *)data, n};
    struct line_table t;
    struct error e = {.code = ""};
    struct layer_matrix m;
    enum status s = definitions_read(&text, 1, a, &t, &e);
    require(s == STATUS_OK ? t.n <= 1 : *e.code && *e.zh && *e.en);
    if (s == STATUS_OK && layer_matrix_make(&t, a, &m, &e) != STATUS_OK)
        require(*e.code && *e.zh && *e.en);
}

static void no_fault(int row, const char *zh, const char *en, void *user)
{
    (void)row, (void)user;
    require(*zh && *en);
}

static void as_rules(const char *text, size_t n, struct arena *a)
{
    struct rules_checked checked;
    struct error e;
    require(rules_check(&(struct rules_text){text, n}, &shipped()->lines, a, no_fault, NULL, &checked, &e) ==
            STATUS_OK);
}

/* Claims that are accepted say the same when they are written and read again. */
static void as_claims(const char *text, struct arena *a)
{
    const struct claim_terms terms = {&shipped()->lines, &shipped()->rules, &shipped()->classes,
                                      everything_is_loaded, NULL};
    struct claim_words words[8], again[8];
    struct claim_set set, second;
    size_t k = 0, m = 0;
    struct error e;
    if (claims_split(text, a, words, 8, &k, &e) || claims_make(words, k, &terms, a, &set, &e))
        return;
    const char *written = claims_text(&set, a);
    require(written && claims_split(written, a, again, 8, &m, &e) == STATUS_OK && m == k &&
            claims_make(again, m, &terms, a, &second, &e) == STATUS_OK &&
            strcmp(written, claims_text(&second, a)) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct arena *a = arena_new((size_t)1 << 26);
    char *text = a ? arena_strndup(a, (const char *)data, n) : NULL;
    require(text != NULL);
    as_definition(data, n, a);
    as_rules(text, n, a);
    as_claims(text, a);
    arena_free(a);
    return 0;
}
