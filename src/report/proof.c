#include "report/proof.h"

#include "base/sha256.h"
#include "report/forms.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MARK "HX1;"
enum { FIELDS = 10, STATEMENT_MAX = 4000 };

/* ---- making ---- */

static const char *figure_text(const struct figure *f, char text[DECIMAL_SIZE])
{
    figure_m2(f, text);
    return f->state == FIGURE_KNOWN ? text : "?";
}

/* The totals of the lines: "pbf=120.00,eprl=0.00". NULL: no memory. */
static const char *areas_text(const struct report *r, const struct report_table *table, struct arena *a)
{
    const struct line_table *lines = report_lines(r);
    const char *text = "";
    char number[DECIMAL_SIZE];
    for (int l = 0; text && l < lines->n; l++) {
        const struct control_line *line = line_at(lines, l);
        const struct figure *f = &table->total.figures[column_of_line(line)];
        text = arena_printf(a, "%s%s%s=%s", text, l ? "," : "", line->prefix, figure_text(f, number));
    }
    return text;
}

static const char *signed_text(const struct ed25519_key *key, const char *unsigned_text, struct arena *a)
{
    char signature[ED25519_SIGNATURE_CHARS + 1];
    ed25519_sign(key, unsigned_text, strlen(unsigned_text), signature);
    return arena_printf(a, "%s;%s", unsigned_text, signature);
}

static enum status make_statement(const struct report *r, const struct report_table *table, struct arena *a,
                                  struct report_proof *p, struct error *e)
{
    const struct report_record *record = r->record;
    char parcel[DECIMAL_SIZE], id[ED25519_ID_SIZE];
    const char *areas = areas_text(r, table, a), *text = NULL;
    ed25519_id(&record->key->public, id);
    if (areas)
        text =
            arena_printf(a, MARK "%s;%s;%s;%s;%s;%s;%s;%s", p->number, record->kept_at,
                         verdict_name(r->verdict), figure_text(&table->total.figures[COLUMN_PARCEL], parcel),
                         areas, record->result_sha256, record->sha256, id);
    p->statement = text ? signed_text(record->key, text, a) : NULL;
    p->key = record->key;
    return p->statement ? STATUS_OK : error_no_memory(e);
}

/* The report as it would be kept: it does not know its row. */
static enum status make_json(const struct report *r, const struct report_project *project, struct arena *a,
                             struct report_proof *p, struct error *e)
{
    struct report plain = *r;
    struct buffer b;
    plain.record = NULL;
    buffer_init(&b, 0);
    enum status s =
        form_json(&(const struct form_input){.report = &plain, .project = project, .arena = a}, &b, e);
    p->json = s ? NULL : arena_strndup(a, b.data, b.size);
    p->json_size = b.size;
    buffer_release(&b);
    return s || p->json ? s : error_no_memory(e);
}

static enum status make_unkept(struct report_proof *p, struct arena *a, struct error *e)
{
    uint8_t digest[SHA256_BYTES];
    char hex[SHA256_HEX_SIZE];
    sha256_of_bytes(p->json, p->json_size, digest);
    sha256_to_hex(digest, hex);
    p->number = arena_printf(a, "T-%.12s", hex);
    return p->number ? STATUS_OK : error_no_memory(e);
}

enum status report_proof_make(const struct report *r, const struct report_table *table,
                              const struct report_project *project, struct arena *a, struct report_proof *out,
                              struct error *e)
{
    const struct report_record *record = r->record;
    *out = (struct report_proof){.statement = ""};
    if (!record || !record->result_sha256) {
        enum status s = make_json(r, project, a, out, e);
        return s ? s : make_unkept(out, a, e);
    }
    out->json = record->json;
    out->json_size = record->json_size;
    out->number = arena_printf(a, "%" PRId64 "-%.*s", record->id, PROOF_NUMBER_DIGITS, record->result_sha256);
    if (!out->number)
        return error_no_memory(e);
    return record->key ? make_statement(r, table, a, out, e) : STATUS_OK;
}

/* ---- reading ---- */

/* Without blanks and line ends, which messages and forms put in; NULL when it has what no statement has. */
static char *squeezed(const char *text, size_t n, struct arena *a)
{
    char *out = n < STATEMENT_MAX ? arena_strndup(a, text, n) : NULL;
    size_t k = 0;
    for (size_t i = 0; out && i < n; i++) {
        if (text[i] > ' ' && text[i] < 127)
            out[k++] = text[i];
        else if (!strchr(" \t\r\n", text[i]) || !text[i])
            return NULL;
    }
    if (out)
        out[k] = '\0';
    return out;
}

bool proof_statement_read(const char *text, size_t n, struct arena *a, struct proof_statement *out)
{
    const char *fields[FIELDS];
    char *whole = squeezed(text, n, a), *cut = whole ? arena_strdup(a, whole) : NULL;
    int k = 0;
    if (!cut || strncmp(cut, MARK, sizeof MARK - 1) != 0)
        return false;
    for (char *field; (field = strsep(&cut, ";"));)
        if (k == FIELDS)
            return false;
        else
            fields[k++] = field;
    if (k != FIELDS || strlen(fields[9]) != ED25519_SIGNATURE_CHARS || strlen(fields[6]) != 64)
        return false;
    *out = (struct proof_statement){.text = whole,
                                    .number = fields[1],
                                    .kept_at = fields[2],
                                    .verdict = fields[3],
                                    .parcel_m2 = fields[4],
                                    .areas = fields[5],
                                    .result_sha256 = fields[6],
                                    .seal = fields[7],
                                    .key_id = fields[8],
                                    .signature = strrchr(whole, ';') + 1,
                                    .id = strtoll(fields[1], NULL, 10)};
    return true;
}

bool proof_statement_signed(const struct proof_statement *s, const struct ed25519_public *key)
{
    return ed25519_verify(key, s->text, (size_t)(s->signature - 1 - s->text), s->signature);
}
