/* The forms in which people and programs read a report: the one table of them, which the command, the server
 * and the C library ask.
 *
 * A form is one file in forms/ and one line of the table in forms.c. Its writer is pure: no file, clock,
 * store or library state is touched, so that the same report always gives the same bytes.
 * Invariants: a figure that could not be measured comes out as null or in words, never as 0; every form
 * carries the sentence that it decides nothing, and 示例数据 is marked wherever it was used.
 * Threads: pure functions. */
#ifndef HX_REPORT_FORMS_H
#define HX_REPORT_FORMS_H

#include "base/buffer.h"
#include "report/blocks.h"
#include "report/proof.h"
#include "report/words.h"

/* The number of the JSON report. Format 1 knew three lines and no claims; a report of it is made again as it
 * was (record/verify.h). */
enum { REPORT_FORMAT = 2 };

/* What a writer is given; what its form does not need (enum form_needs) is NULL. All borrowed. */
struct form_input {
    const struct report *report;
    enum report_lang lang;
    const struct report_table *table;
    const struct report_maps *maps;
    const struct report_blocks *blocks;
    const struct report_proof *proof;     /* with the blocks; NULL: none */
    const struct report_project *project; /* of form_json; the blocks have their own */
    struct arena *arena;
    int format; /* of form_json alone: 1; otherwise, and with 0, REPORT_FORMAT */
};

/* On a failure `out` holds a part of the form, which nobody may read. */
typedef enum status form_fn(const struct form_input *in, struct buffer *out, struct error *e) HX_MUST_CHECK;

enum form_needs {
    FORM_NEEDS_REPORT = 0,
    FORM_NEEDS_TABLE,   /* and the table of figures */
    FORM_NEEDS_SHAPES,  /* and the shapes of overlaps (maps), no table */
    FORM_NEEDS_BLOCKS,  /* the blocks */
    FORM_NEEDS_PICTURES /* the blocks, with pictures that can be drawn */
};

struct report_form {
    const char *name; /* "pdf": of --format and ?format=, and the ending of its files */
    const char *content_type;
    form_fn *write;
    enum form_needs needs;
    bool is_kept;   /* a document that people keep: served with a file name */
    bool is_page;   /* and shown by a browser */
    bool is_binary; /* not for a terminal */
};

/* NULL and "" are json. An unknown name is refused with those that are known. */
enum status report_form_find(const char *name, const struct report_form **out, struct error *e) HX_MUST_CHECK;
/* In the order of the table, which is that of enum hx_format; NULL beyond its end. */
const struct report_form *report_form_at(size_t i);
/* The names with this text between them: "json、geojson、…". */
void report_form_names(const char *between, char *text, size_t size);

/* The writers, for the table. form_json is schema/report.schema.json, also for the record. */
form_fn form_json, form_geojson, form_text, form_csv, form_xlsx, form_html, form_pdf;

#endif
