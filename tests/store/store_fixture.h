/* What the store's tests share: a directory of their own, squares as WKB, and a short import. */
#ifndef HX_TESTS_STORE_FIXTURE_H
#define HX_TESTS_STORE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "store/store.h"

struct place {
    char dir[64];
    char path[96]; /* of the store */
    struct arena *arena;
};

/* setup and teardown for cmocka: *state is a struct place */
int place_make(void **state);
int place_remove(void **state);
/* as place_make, with an empty store in it */
int place_make_store(void **state);

struct square_wkb {
    unsigned char bytes[9 + 9 + 4 + 5 * 16];
};
/* A MultiPolygon of one square with the given south-west corner and side, degrees. */
struct square_wkb square_wkb(double west, double south, double side);

struct store_version_spec red_line_spec(const char *sha256);
/* Adds n squares in a row eastward from (111, 40), 0.01 degree apart; codes "A0", "A1", ... */
void add_squares(struct store_import *im, int n);
/* Imports and commits n squares as the next version of ecological_red_line. */
void import_squares(struct store *s, int n, const char *sha256);

/* Fails the test with the sentence when the status is not OK. */
void must(enum status st, const struct error *e);
/* Every refusal is a sentence in both languages with the file's name in it. */
void assert_says(const struct error *e, enum status st, const char *code, const char *place);
int count_features(struct store *s, int64_t version, const struct geo_box *box);
/* The current version of ecological_red_line. */
struct store_version current_red_line(struct store *s, struct arena *a);
int64_t generation_of(struct store *s);
/* Runs SQL as another program would (with SpatiaLite, as QGIS has it); returns SQLite's code and message. */
int foreign_sql(const char *path, const char *sql, char message[256]);
struct store *must_open(const char *path, enum store_mode mode);

#endif
