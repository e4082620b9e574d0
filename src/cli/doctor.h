/* doctor: what is wrong with a store and with the machine that it is on, and what to do. Nothing is changed
 * by it but that a journal may be folded back, as by any reader that closes last. */
#ifndef HX_CLI_DOCTOR_H
#define HX_CLI_DOCTOR_H

#include "base/status.h"
#include "formats/json.h"

enum doctor_state { DOCTOR_OK, DOCTOR_WARNING, DOCTOR_FAULT, DOCTOR_STATES };

struct doctor {
    const char *path;         /* of the store */
    struct json_writer *json; /* NULL: text, row by row */
    int n[DOCTOR_STATES];
};

/* What is looked at, "record-chain", and what people call it. */
struct doctor_topic {
    const char *name, *zh, *en;
};

/* One row: it is all right, and how it is; or a finding with its sentence. */
void doctor_well(struct doctor *d, const struct doctor_topic *t, const char *zh, const char *en);
void doctor_found(struct doctor *d, const struct doctor_topic *t, enum doctor_state state,
                  const struct error *e);
/* doctor_well or a fault, by a status. */
void doctor_judge(struct doctor *d, const struct doctor_topic *t, enum status s, const struct error *e,
                  const char *zh, const char *en);

void doctor_look_at_store(struct doctor *d);   /* doctor_store.c */
void doctor_look_at_machine(struct doctor *d); /* doctor_machine.c */

#endif
