#include "shipped_lines.h"

#include "store/definitions.h"
#include "store/schema_files.h"

#include <stdio.h>
#include <stdlib.h>

static void must(enum status s, const struct error *e)
{
    if (!s)
        return;
    fprintf(stderr, "%s\n", e->en);
    abort();
}

static struct definition_text *texts_of(struct arena *a, size_t *n)
{
    struct store_definition d;
    struct definition_text *texts = arena_array(a, LINES_MAX, sizeof *texts);
    if (!texts)
        abort();
    for (*n = 0; *n < LINES_MAX && shipped_definition(*n, &d); ++*n)
        texts[*n] = (struct definition_text){d.source, d.json, d.size};
    return texts;
}

struct line_table shipped_lines(struct arena *a)
{
    struct line_table t;
    struct error e = {0};
    size_t n;
    struct definition_text *texts = texts_of(a, &n);
    must(definitions_read(texts, n, a, &t, &e), &e);
    return t;
}

struct snapshot *shipped_snapshot(void)
{
    struct snapshot *s;
    struct error e = {0};
    size_t n;
    must(snapshot_new(&s, &e), &e);
    struct definition_text *texts = texts_of(s->arena, &n);
    const struct snapshot_terms terms = {texts, n, schema_file_find("rules.csv")->bytes};
    must(snapshot_take_terms(s, &terms, &e), &e);
    return s;
}
