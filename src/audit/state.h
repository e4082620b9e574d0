/* What a run says about itself: what it was asked, how far it is, and its sums. Private to audit/.
 *
 * As text, because it is kept for people, too. A run may be resumed only by a request with the same identity:
 * same input bytes, same layer versions, same rules and definitions of the lines, same options, same program
 * and libraries. Threads: pure. */
#ifndef HX_AUDIT_STATE_H
#define HX_AUDIT_STATE_H

#include "audit/sink.h"
#include "audit/tally.h"

/* A control line as the run found it, so that a later run can tell what has changed since. */
struct run_line {
    char id[64];
    int64_t version_no; /* 0: the store had none */
    char uid[48];       /* of the version; "-" likewise */
    bool readable;
};

struct run_identity {
    char input[SHA256_HEX_SIZE], layers[SHA256_HEX_SIZE], rules[SHA256_HEX_SIZE], options[SHA256_HEX_SIZE],
        engine[SHA256_HEX_SIZE];
    char definitions[SHA256_HEX_SIZE]; /* of the lines that are examined, in their order */
    char units[SHA256_HEX_SIZE];       /* the layers of units, where a rule holds in some of them only */
    struct run_line lines[LINES_MAX];
    int n_lines;
};

struct run_state {
    struct run_identity identity;
    int64_t rows, last_fid;
    uint64_t bytes[BATCH_TEXTS];
    struct row_seal seal; /* of all rows: tells whether somebody has edited the output since */
    bool finished;
};

/* The kind of output (by its ending) is one of the options. */
enum status identity_of(const struct snapshot *s, const struct audit_request *r, const char *output,
                        struct run_identity *out, struct error *e) HX_MUST_CHECK;
/* Says in words what has changed; STATUS_OK when nothing has. */
enum status identity_compare(const struct run_identity *then, const struct run_identity *now,
                             struct error *e) HX_MUST_CHECK;
void state_write(const struct run_state *s, const struct tally *t, struct buffer *out);
/* *sums: where those of the tally begin, for tally_read. They are sums over the lines of the run that wrote
 * them: read them only when the identity is the same. */
enum status state_read(const char *text, struct run_state *out, const char **sums,
                       struct error *e) HX_MUST_CHECK;

#endif
