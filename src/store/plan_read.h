/* What the plan says, as loaded from geodata/plan: of a unit, sentence by sentence, and its tables row by
 * row. Not for: its features on the map (store_plan_features in store.h). Texts are borrowed for the call;
 * false stops. Threads: as store.h. */
#ifndef HX_STORE_PLAN_READ_H
#define HX_STORE_PLAN_READ_H

#include "store/store.h"

/* A unit that the store knows, in the order of codes, with the number of sentences about it. */
struct plan_unit {
    const char *code, *name, *level, *parent; /* parent "": the region's own */
    int64_t n_sentences;
};
typedef bool plan_unit_fn(const struct plan_unit *u, void *user);
/* Prefectures and counties; of one code alone where `code` is not NULL. */
enum status plan_units(struct store *s, const char *code, plan_unit_fn *fn, void *user,
                       struct error *e) HX_MUST_CHECK;

/* A sentence of the plan's text that is about a unit. `words`: those that name it, "" where none does. `how`
 * they mean it: 全称, 简称, 境内地点, 所辖旗县, 承上文, 推断. `topics`: a JSON array of texts, what the tables
 * took from the sentence for this unit. */
struct plan_sentence {
    int64_t no;
    const char *section, *sentence, *words, *how, *topics;
};
typedef bool plan_sentence_fn(const struct plan_sentence *p, void *user);
enum status plan_sentences(struct store *s, const char *code, plan_sentence_fn *fn, void *user,
                           struct error *e) HX_MUST_CHECK;
/* Whether the store has the plan sentence by sentence; one that was made before schema 140 has not, until the
 * next import of geodata. */
enum status plan_has_sentences(struct store *s, bool *has, struct error *e) HX_MUST_CHECK;

/* A cell of a row; `is_json`: the value is JSON text. */
struct plan_cell {
    const char *column, *value;
    bool is_json;
};
typedef bool plan_row_fn(const struct plan_cell *cells, size_t n, void *user);
enum { PLAN_COLUMNS_MAX = 16 };
/* The rows of "plan_<name>" as they were loaded; STATUS_NOT_FOUND where the plan has no such table. */
enum status plan_rows(struct store *s, const char *name, plan_row_fn *fn, void *user,
                      struct error *e) HX_MUST_CHECK;

#endif
