/* The record: checks that an office keeps, officers' overrides beside them, and the chain that shows
 * tampering.
 *
 * What is kept: the input file and the report byte for byte, the layer versions and the edition of the rules
 * with their hashes, the versions of the program and its libraries, the area basis, the officer and the time.
 * An override stands beside the machine's verdict as a row of its own and never replaces it. Rows are only
 * ever added; which bytes a row's seal covers is in store/store_records.h.
 *
 * Not for: recomputing a report (record/verify.h). Threads: the store's. */
#ifndef HX_RECORD_RECORD_H
#define HX_RECORD_RECORD_H

#include "check/check.h"
#include "report/blocks.h"
#include "store/paper_key.h"
#include "store/store_records.h"

enum {
    RECORD_NAME_BYTES = 256,
    RECORD_REASON_BYTES = 4000
}; /* longest texts that a person writes into a row */

struct record_spec {
    const char *officer;           /* required */
    struct report_project project; /* name, code, builder, district */
    const char *input_name;        /* file name without folders; NULL: none */
    const char *gdal_version;      /* of the program; NULL: not linked */
    struct store_bytes input;      /* the bytes that were checked */
};

/* Is the officer named, and is every text short enough and UTF-8? To be asked before the work of a check
 * is done. */
enum status record_spec_check(const struct record_spec *spec, struct error *e) HX_MUST_CHECK;

/* Adds the report to the record of `store`, which is open for writing. *out, with texts in `a`, says which
 * row it became; a caller that hangs it into the report (report.record) prints it too. */
enum status record_keep(struct store *store, const struct report *r, const struct record_spec *spec,
                        struct arena *a, struct report_record *out, struct error *e) HX_MUST_CHECK;

/* Adds an officer's verdict, with its reason, beside that of the kept check `id`. */
enum status record_override(struct store *store, int64_t id, const char *verdict, const char *reason,
                            const char *officer, struct arena *a, struct store_record *out,
                            struct error *e) HX_MUST_CHECK;

/* The public half of the key with which the store's paper is signed (report/proof.h). */
enum status record_public_key(struct store *store, struct ed25519_public *out, struct error *e) HX_MUST_CHECK;

/* ---- searching ---- */

/* Makes of the layer as people write it (id, table, title) its id. Refused: a layer that is not defined, and
 * texts of more than RECORD_NAME_BYTES. */
enum status record_search_check(struct store_record_search *search, const struct line_table *lines,
                                struct error *e) HX_MUST_CHECK;

/* ---- the chain ---- */

struct record_chain {
    bool sound;
    int64_t n_rows;     /* that were looked at; of a broken chain: the sound ones */
    int64_t head_id;    /* 0 when the record is empty */
    char head[65];      /* seal of the last sound row: keep it elsewhere, as the anchor of a later call */
    int64_t earlier_id; /* the first that says an earlier time than the row before it; 0: none. The order is
                              that of the chain whatever a clock said */
    int64_t broken_id;  /* the first row that is wrong, or missing; 0 when only the anchor is */
    char zh[512], en[512]; /* what is wrong with it; "" when sound */
};

/* Walks the whole chain, contents included. `anchor`, a seal in hex from an earlier day, must be found in it;
 * NULL asks for none. A chain that is broken is STATUS_OK with sound == false. */
enum status record_chain_verify(struct store *store, const char *anchor, struct record_chain *out,
                                struct error *e) HX_MUST_CHECK;

#endif
