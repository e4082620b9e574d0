/* What the files of verification share; jansson's names are in them, so that none of them writes with
 * formats/json.h functions. Private to record/. */
#ifndef HX_RECORD_VERIFY_PARTS_H
#define HX_RECORD_VERIFY_PARTS_H

#include "record/verify.h"

struct json_t;
struct verifying {
    struct check_worker *w;
    struct store *store;
    const struct record_verify_request *rq;
    struct record_verification *out;
    bool no_memory; /* latched */
    /* NULL, or what is done with the report as it was made again, when nothing differs and nothing is
     * missing. */
    enum status (*then)(struct verifying *v, struct json_t *report, struct report *again, struct error *e);
    void *user;
    struct report again;
};

/* record_verify with `then`. */
enum status verify_and(struct verifying *v, struct error *e);

void verify_difference(struct verifying *v, const char *path, const char *reported, const char *found,
                       const char *against);

/* ---- JSON by jansson, behind an opaque name ---- */

struct json_t *verify_parse(const char *text, size_t n, struct error *e); /* NULL with the sentence */
void verify_free(struct json_t *value);
/* Lists every field in which two reports differ. `with_engine`: also the engine's versions, and
 * parameters_sha256, which follows from them; never the member record. */
void verify_compare(struct verifying *v, struct json_t *reported, struct json_t *found, bool with_engine,
                    const char *against);
/* `inner` of `inner` too: engine.libraries.geos. */
const char *verify_library(const struct json_t *report, const char *name);
/* "" or 0 when it is not there. Borrowed. */
double verify_number(const struct json_t *report, const char *key, const char *inner, double otherwise);
const char *verify_text(const struct json_t *report, const char *key, const char *inner);
int64_t verify_integer(const struct json_t *report, const char *key, const char *inner);
size_t verify_n_layers(const struct json_t *report);
const char *verify_layer_uid(const struct json_t *report, size_t i);
const char *verify_layer(const struct json_t *report, size_t i, int *version_no);
/* The number of its format; reports of before there were numbers are 1. */
int verify_format(const struct json_t *report);
/* Digest i of its definitions, and behind those of the lines that were not examined; NULL at the end. */
const char *verify_definition(const struct json_t *report, size_t i);
size_t verify_n_examined(const struct json_t *report);
/* The id of line i that a report of format 1 speaks of; NULL at the end. */
const char *verify_line(const struct json_t *report, size_t i);
/* Draft i that it measured under: its layer, number and uid; NULL at the end. */
const char *verify_draft(const struct json_t *report, size_t i, int *version_no, const char **uid);
/* Takes draft i out of the report, with what is said of it of every parcel. */
void verify_forget_draft(struct json_t *report, size_t i);
/* Claim i; false at the end. Texts are borrowed from the report. */
struct claim_words;
bool verify_claim(const struct json_t *report, size_t i, struct claim_words *out);

#endif
