/* What a report on paper proves itself with: its number, and of a kept one a statement that the store's key
 * has signed, which stands in its QR code, and a seal over the file.
 *
 * The statement is one line of ASCII without blanks, so that what a telephone reads from paper can be pasted
 * anywhere:
 *
 *     HX1;NUMBER;KEPT_AT;VERDICT;PARCEL_M2;LINE=M2,LINE=M2;REPORT_SHA256;ROW_SEAL;KEY;SIGNATURE
 *
 * The areas are the totals as they are printed, by the prefixes of the lines; "?" where one is not known.
 * SIGNATURE (Ed25519, base64) is over everything before the last semicolon. REPORT_SHA256 is that of the kept
 * report, byte for byte; ROW_SEAL that of its row in the chain, which covers officer and project, too.
 *
 * The seal of a file, a PDF or a workbook, is the text "HXFILE1 STATEMENT SIGNATURE" within it. What is
 * signed is "HXFILE1;STATEMENT;SHA256", the sum over the number of bytes before the signature in decimal, a
 * semicolon, these bytes, and those behind it: every byte of the file but the signature itself. So a figure
 * that is changed on a page is told although the statement, and the report inside, stay as they were.
 *
 * A report that is not kept has a number, by its contents, and proves nothing; it says so.
 * Not for: the store (record/proof_check.h). Threads: pure. */
#ifndef HX_REPORT_PROOF_H
#define HX_REPORT_PROOF_H

#include "base/buffer.h"
#include "base/ed25519.h"
#include "report/blocks.h"

struct report_proof {
    const char *number;            /* "12-3f2a91c04d"; "T-3f2a91c04db7" of one that is not kept */
    const char *statement;         /* "" unless it is kept and there is a key */
    const struct ed25519_key *key; /* NULL when the statement is "" */
    const char *json;              /* the report for programs, as it is kept */
    size_t json_size;
};

enum { PROOF_NUMBER_DIGITS = 10 }; /* of the report's SHA-256, behind the number of the row */

/* In the arena. `project` as for form_json. */
enum status report_proof_make(const struct report *r, const struct report_table *table,
                              const struct report_project *project, struct arena *a, struct report_proof *out,
                              struct error *e) HX_MUST_CHECK;

/* ---- statements, read ---- */

struct proof_statement {
    const char *text; /* without blanks and line ends */
    const char *number, *kept_at, *verdict, *parcel_m2, *areas, *result_sha256, *seal, *key_id;
    const char *signature; /* within `text` */
    int64_t id;            /* of the row, by the number */
};

/* False when it is no statement; its texts are in the arena. Memory that is out reads as none. */
bool proof_statement_read(const char *text, size_t n, struct arena *a, struct proof_statement *out);
bool proof_statement_signed(const struct proof_statement *s, const struct ed25519_public *key);

/* ---- files ---- */

/* The text that goes into a file, its signature still to come; NULL: no memory. */
const char *proof_file_text(const struct report_proof *p, struct arena *a);
/* Signs the bytes of `file` from `from` on, which contain that text once. */
enum status proof_file_sign(struct buffer *file, size_t from, const struct report_proof *p,
                            struct error *e) HX_MUST_CHECK;

struct proof_file {
    const char *bytes;
    size_t n;
    size_t statement, statement_size; /* where they stand */
    size_t signature;
};
/* The last seal in the bytes; false when there is none. */
bool proof_file_find(const char *bytes, size_t n, struct proof_file *out);
bool proof_file_signed(const struct proof_file *f, const struct ed25519_public *key);

#endif
