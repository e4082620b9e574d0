/* Is this paper ours, and as we gave it out? Of a PDF, a workbook, the text that a telephone reads from the
 * code on paper, or a report's number (report/proof.h).
 *
 * Genuine is said only of what the key has signed, byte for byte, and, where the store is asked, of what its
 * row does not contradict; of a number, when the record has it. A genuine code or number says nothing of the
 * sheet that it stands on, which anybody can copy: its figures are given back to be compared.
 * Nothing is recomputed (record/verify.h does that with the report inside). Threads: as the store's. */
#ifndef HX_RECORD_PROOF_CHECK_H
#define HX_RECORD_PROOF_CHECK_H

#include "formats/json.h"
#include "record/verify.h"
#include "report/proof.h"

enum proof_finding {
    PROOF_UNKNOWN = 0, /* a zeroed answer never says genuine */
    PROOF_ALTERED,
    PROOF_GENUINE,
};

enum { PROOF_NOTES_MAX = 8 };

struct proof_request {
    const char *bytes;
    size_t n;
    const struct ed25519_public *key; /* NULL: the store's */
    const char *place;                /* as record_verify_request's */
};

struct proof_answer {
    enum proof_finding finding;
    const char *kind;                 /* "pdf", "xlsx", "code", "number" */
    struct proof_statement statement; /* of which `text` is NULL: none could be read */
    bool has_record;
    struct store_record record;   /* the row, when it is there and may be seen */
    char key_id[ED25519_ID_SIZE]; /* of the key that was asked; "": there is none */
    struct record_sentence notes[PROOF_NOTES_MAX];
    size_t n_notes;
};

/* Is it something else than a report in JSON, which record_verify takes? */
bool proof_is_paper(const char *bytes, size_t n);

/* `store` may be NULL when a key is given: then nothing but the signatures is looked at. */
enum status proof_check(struct store *store, const struct proof_request *rq, struct arena *a,
                        struct proof_answer *out, struct error *e) HX_MUST_CHECK;

const char *proof_finding_name(enum proof_finding f); /* "genuine", "altered", "unknown" */
const char *proof_finding_zh(enum proof_finding f);
void proof_write_answer(struct json_writer *w, const struct proof_answer *p);

#endif
