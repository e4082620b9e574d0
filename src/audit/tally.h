/* The sums of an audit: by prefecture, county and project class, by line and verdict, the worst cases, and a
 * coarse map.
 * Private to audit/.
 *
 * Rows are added in input order by one thread, so that the sums are the same bits for any number of threads;
 * the state is written to the checkpoint and read back exactly (numbers as hexadecimal floats). Bounded:
 * TALLY_GROUPS groups (what comes after them is one group "*"), TALLY_WORST cases, a fixed grid. Sums by line
 * are in the order of the table of lines, which is the snapshot's and must outlive the tally. */
#ifndef HX_AUDIT_TALLY_H
#define HX_AUDIT_TALLY_H

#include "audit/row.h"

enum {
    TALLY_GROUPS = 20000,
    TALLY_WORST = 100,
    TALLY_COLUMNS = 120,
    TALLY_ROWS = 68,
    TALLY_KEY = 24,
    TALLY_ID = 64
};
#define TALLY_WEST_DEG 97.0
#define TALLY_SOUTH_DEG 37.0
#define TALLY_STEP_DEG 0.25

struct tally_line {
    int64_t n, unmeasured; /* unmeasured: nothing is known of them: no zero */
    double m2;
};

struct tally_group {
    char prefecture[TALLY_KEY], county[TALLY_KEY], project_class[TALLY_KEY];
    int64_t n, unmeasured, verdict[VERDICT_ALLOWED + 1];
    double area_m2;
    struct tally_line *lines;
};

struct tally_case {
    int64_t position;
    char id[TALLY_ID];
    enum verdict verdict;
    double area_m2, line_m2[LINES_MAX], lon_deg, lat_deg;
};

struct tally {
    const struct line_table *lines; /* borrowed */
    struct arena *arena;            /* of the groups' lines */
    struct tally_group *groups;
    size_t n_groups, cap_groups;
    struct tally_case worst[TALLY_WORST + 1]; /* worst first */
    size_t n_worst;
    uint32_t grid[TALLY_ROWS][TALLY_COLUMNS][VERDICT_ALLOWED + 1];
    int64_t status[LINES_MAX][LAYER_CLEAR + 1];
    int64_t n, unmeasured, n_findings, verdict[VERDICT_ALLOWED + 1];
    double box[4];  /* west, south, east, north of all shapes */
    uint32_t *hash; /* of groups; 0: none, otherwise number + 1 */
};

/* Owned; NULL when memory is out. */
struct tally *tally_new(const struct line_table *lines);
void tally_free(struct tally *t);
enum status tally_add(struct tally *t, const struct audit_item *item, const struct audit_row *row,
                      struct error *e) HX_MUST_CHECK;
/* Lines of text; tally_read takes them back. `text` ends with NUL. */
void tally_write(const struct tally *t, struct buffer *out);
enum status tally_read(struct tally *t, const char *text, struct error *e) HX_MUST_CHECK;
/* The refusal of a checkpoint that cannot be read. */
enum status tally_damaged(struct error *e) HX_MUST_CHECK;

#endif
