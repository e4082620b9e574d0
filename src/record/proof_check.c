#include "record/proof_check.h"

#include "store/paper_key.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBER_MAX = 40, HEAD_BYTES = 1024 };

struct checking {
    struct store *store; /* NULL: none is asked */
    const struct proof_request *rq;
    struct arena *arena;
    struct ed25519_public key;
    bool has_key;
    struct proof_answer *out;
    bool no_memory; /* latched */
};

const char *proof_finding_name(enum proof_finding f)
{
    return f == PROOF_GENUINE ? "genuine" : f == PROOF_ALTERED ? "altered" : "unknown";
}

const char *proof_finding_zh(enum proof_finding f)
{
    return f == PROOF_GENUINE ? "属实" : f == PROOF_ALTERED ? "被改动" : "无法确认";
}

/* Both in the arena, or static. */
static void note(struct checking *c, const char *zh, const char *en)
{
    if (!zh || !en)
        c->no_memory = true;
    else if (c->out->n_notes < PROOF_NOTES_MAX)
        c->out->notes[c->out->n_notes++] = (struct record_sentence){zh, en};
}

static void find(struct checking *c, enum proof_finding f, const char *zh, const char *en)
{
    c->out->finding = f;
    note(c, zh, en);
}

/* ---- signatures ---- */

/* Is the statement of the key that was asked? Otherwise nothing can be said of it. */
static bool of_our_key(struct checking *c)
{
    const char *said = c->out->statement.key_id;
    if (!c->has_key)
        find(c, PROOF_UNKNOWN, "本存储没有签名密钥，也没有给出公钥。",
             "this store has no signing key, and no public key was given");
    else if (strcmp(said, c->out->key_id) != 0)
        find(c, PROOF_UNKNOWN,
             arena_printf(c->arena, "签名所用密钥为 %.40s，不是 %s：请以出具单位的公钥核验。", said,
                          c->out->key_id),
             arena_printf(c->arena,
                          "it is signed by the key %.40s, not %s: verify it with the public key of whoever "
                          "gave it out",
                          said, c->out->key_id));
    else
        return true;
    return false;
}

static void check_code(struct checking *c)
{
    if (!of_our_key(c))
        return;
    if (proof_statement_signed(&c->out->statement, &c->key))
        find(c, PROOF_GENUINE, "二维码文字属实；二维码可被复印到别的纸上，请把下列各项与纸面逐项核对。",
             "the code's text is genuine; a code can be copied onto another sheet: compare what follows with "
             "the paper");
    else
        find(c, PROOF_ALTERED, "二维码文字与其签名不符：文字被改动，或没有读全。",
             "the code's text does not have its signature: it was changed, or not read to its end");
}

static void check_file(struct checking *c)
{
    struct proof_file f;
    if (!proof_file_find(c->rq->bytes, c->rq->n, &f)) {
        find(c, PROOF_UNKNOWN,
             "文件中没有签名：是未存档的报告、另存过的文件，或不是本系统出具的。请改用二维码文字或报告编号核"
             "验。",
             "the file has no signature: a report that was not kept, a file that was saved anew, or none of "
             "ours; verify the text of its code, or its number");
        return;
    }
    if (!proof_statement_read(f.bytes + f.statement, f.statement_size, c->arena, &c->out->statement)) {
        find(c, PROOF_ALTERED, "文件中的签名文字残缺：文件被改动。",
             "the signed text in the file is damaged: the file was changed");
        return;
    }
    if (!of_our_key(c))
        return;
    bool statement = proof_statement_signed(&c->out->statement, &c->key);
    if (statement && proof_file_signed(&f, &c->key))
        find(c, PROOF_GENUINE, "文件与出具时逐字节相同。", "the file is byte for byte as it was given out");
    else if (statement)
        find(c, PROOF_ALTERED, "文件出具后被改动。其中的签名文字属实，下列各项是出具时的内容。",
             "the file was changed after it was given out; its signed text is genuine: what follows is what "
             "it said then");
    else
        find(c, PROOF_ALTERED, "文件被改动，其中的签名文字也不属实：下列各项不可信。",
             "the file was changed, and its signed text is not genuine either: do not trust what follows");
}

/* ---- the record ---- */

static bool add_override(const struct store_record *r, void *user)
{
    struct checking *c = user;
    note(c,
         arena_printf(c->arena, "第 %" PRId64 " 号记录已将此检查改判为 %.20s（%.300s）。", r->id, r->verdict,
                      r->officer),
         arena_printf(c->arena, "record %" PRId64 " has overridden this check: %.20s (%.300s)", r->id,
                      r->verdict, r->officer));
    return true;
}

/* *found is false when there is no such check, or the caller may not see it. */
static enum status read_row(struct checking *c, int64_t id, bool *found, struct error *e)
{
    struct error why;
    struct store_record *row = &c->out->record;
    enum status s = store_record_seen(c->store, id, c->rq->place ? c->rq->place : "", &why);
    if (!s)
        s = store_record_read(c->store, id, c->arena, row, &why);
    *found = !s && strcmp(row->kind, "check") == 0;
    c->out->has_record = *found;
    if (!s || s == STATUS_NOT_FOUND)
        return STATUS_OK;
    if (e)
        *e = why;
    return s;
}

/* Does the row say what the statement says? Its own seal, too, must be what its fields give. */
static bool row_agrees(const struct store_record *row, const struct proof_statement *s)
{
    char seal[65];
    store_record_seal(row, seal);
    return !row->damaged && strcmp(seal, row->sha256) == 0 && strcmp(row->sha256, s->seal) == 0 &&
           strcmp(row->result_sha256, s->result_sha256) == 0 && strcmp(row->verdict, s->verdict) == 0 &&
           strcmp(row->kept_at, s->kept_at) == 0;
}

/* What a statement that is genuine so far says, against its row. */
static enum status check_row(struct checking *c, struct error *e)
{
    const struct proof_statement *s = &c->out->statement;
    bool found = false;
    if (!c->store || c->out->finding != PROOF_GENUINE)
        return STATUS_OK;
    enum status st = read_row(c, s->id, &found, e);
    if (st)
        return st;
    if (!found) {
        note(c, "签名属实，但这里的档案中没有此号记录，或无权查看。",
             "the signature is genuine, and the record here has no such row, or none that you may see");
        return STATUS_OK;
    }
    if (!row_agrees(&c->out->record, s))
        find(c, PROOF_ALTERED, "签名属实，但与档案中的此号记录不符：档案被改动过，请运行 records verify。",
             "the signature is genuine, and the row of the record says something else: the record was "
             "changed; "
             "run records verify");
    return store_record_overrides(c->store, s->id, add_override, c, e);
}

/* ---- numbers ---- */

/* "12-3f2a91c04d", "12", "T-3f2a91c04db7", with blanks around it. */
static bool number_text(const char *bytes, size_t n, char out[NUMBER_MAX])
{
    while (n && strchr(" \t\r\n", bytes[n - 1]) && bytes[n - 1])
        n--;
    while (n && strchr(" \t\r\n", *bytes) && *bytes)
        bytes++, n--;
    if (n == 0 || n >= NUMBER_MAX)
        return false;
    memcpy(out, bytes, n);
    out[n] = '\0';
    const char *rest = strncmp(out, "T-", 2) == 0 ? out + 2 : out;
    return strspn(rest, "0123456789abcdef-") == strlen(rest) && *rest;
}

static void judge_number(struct checking *c, const char *digits)
{
    const struct store_record *row = &c->out->record;
    char seal[65];
    store_record_seal(row, seal);
    if (row->damaged || strcmp(seal, row->sha256) != 0)
        find(c, PROOF_ALTERED, "档案中的此号记录被改动过，请运行 records verify。",
             "the row of the record was changed; run records verify");
    else if (!*digits)
        find(c, PROOF_UNKNOWN, "档案中有此号记录，但只凭序号不能确认：请输入纸上的完整编号。",
             "the record has this row, but its ordinal alone confirms nothing: give the whole number on the "
             "paper");
    else if (strlen(digits) == PROOF_NUMBER_DIGITS &&
             strncmp(digits, row->result_sha256, PROOF_NUMBER_DIGITS) == 0)
        find(c, PROOF_GENUINE, "编号属实；编号可被抄到别的纸上，请把下列各项与纸面核对，图表数字以档案为准。",
             "the number is genuine; it can be copied onto another sheet: compare what follows with the "
             "paper; "
             "for the figures, see the record");
    else
        find(c, PROOF_ALTERED, "档案中此号记录的编号不是这个：编号被改动或抄错。",
             "the row of the record has another number: it was changed, or copied wrongly");
}

static enum status check_number(struct checking *c, const char *number, struct error *e)
{
    bool found = false;
    if (*number == 'T') {
        find(c, PROOF_UNKNOWN, "这是未存档报告的编号：没有记录可查。",
             "this is the number of a report that was not kept: there is no record of it");
        return STATUS_OK;
    }
    if (!c->store) {
        find(c, PROOF_UNKNOWN, "编号要查档案，仅凭公钥不能核验。",
             "a number is looked up in the record; a public key alone cannot verify it");
        return STATUS_OK;
    }
    char *end;
    int64_t id = strtoll(number, &end, 10);
    enum status s = read_row(c, id, &found, e);
    if (s)
        return s;
    if (!found)
        find(c, PROOF_UNKNOWN, "这里的档案中没有此编号，或无权查看。",
             "the record here has no such number, or none that you may see");
    else
        judge_number(c, *end == '-' ? end + 1 : end);
    return found ? store_record_overrides(c->store, id, add_override, c, e) : STATUS_OK;
}

/* ---- all ---- */

static const char *kind_of(const struct proof_request *rq, struct arena *a, struct proof_statement *statement,
                           char number[NUMBER_MAX])
{
    size_t head = rq->n < HEAD_BYTES ? rq->n : HEAD_BYTES;
    if (memmem(rq->bytes, head, "%PDF-", 5))
        return "pdf";
    if (rq->n > 4 && memcmp(rq->bytes, "PK\3\4", 4) == 0)
        return "xlsx";
    if (proof_statement_read(rq->bytes, rq->n, a, statement))
        return "code";
    return number_text(rq->bytes, rq->n, number) ? "number" : NULL;
}

bool proof_is_paper(const char *bytes, size_t n)
{
    static const char mark[] = "\xef\xbb\xbf";
    if (n >= 3 && memcmp(bytes, mark, 3) == 0)
        bytes += 3, n -= 3;
    while (n && strchr(" \t\r\n", *bytes) && *bytes)
        bytes++, n--;
    return n > 0 && *bytes != '{' && *bytes != '[';
}

static enum status find_key(struct checking *c, struct error *e)
{
    struct ed25519_key own;
    enum status s = STATUS_OK;
    c->has_key = c->rq->key != NULL;
    if (c->has_key)
        c->key = *c->rq->key;
    else if (c->store)
        s = store_paper_key_read(c->store, &own, &c->has_key, e);
    if (!s && c->has_key && !c->rq->key)
        c->key = own.public;
    if (c->has_key)
        ed25519_id(&c->key, c->out->key_id);
    return s;
}

static enum status fail_no_paper(struct error *e)
{
    error_zh(e, "不是可核验的内容：应为报告（JSON）、本系统出具的 PDF 或 "
                "XLSX、二维码的全部文字（HX1;…），或报告编号。");
    return error_fail(
        e, STATUS_INVALID_INPUT, "not-a-report",
        "This cannot be verified: give a report in JSON, a PDF or XLSX of ours, the whole text of "
        "a report's code (HX1;...), or a report's number.");
}

enum status proof_check(struct store *store, const struct proof_request *rq, struct arena *a,
                        struct proof_answer *out, struct error *e)
{
    struct checking c = {.store = store, .rq = rq, .arena = a, .out = out};
    char number[NUMBER_MAX];
    *out = (struct proof_answer){.finding = PROOF_UNKNOWN};
    out->kind = kind_of(rq, a, &out->statement, number);
    enum status s = out->kind ? find_key(&c, e) : fail_no_paper(e);
    if (s)
        return s;
    bool is_number = strcmp(out->kind, "number") == 0;
    if (is_number)
        s = check_number(&c, number, e);
    else if (strcmp(out->kind, "code") == 0)
        check_code(&c);
    else
        check_file(&c);
    if (!s && !is_number)
        s = check_row(&c, e);
    return s || !c.no_memory ? s : error_no_memory(e);
}

/* ---- as JSON ---- */

/* "red_line=0.00,farmland=?" as an object of texts. */
static void write_areas(struct json_writer *w, const char *areas)
{
    char one[200];
    jw_object_begin(w);
    for (const char *at = areas; *at;) {
        size_t n = strcspn(at, ",");
        snprintf(one, sizeof one, "%.*s", (int)n, at);
        char *value = strchr(one, '=');
        if (value) {
            *value = '\0';
            jw_kv_string(w, one, value + 1);
        }
        at += n + (at[n] == ',');
    }
    jw_object_end(w);
}

static void write_statement(struct json_writer *w, const struct proof_statement *s)
{
    jw_key(w, "statement");
    if (!s->text) {
        jw_null(w);
        return;
    }
    jw_object_begin(w);
    jw_kv_string(w, "number", s->number);
    jw_kv_string(w, "kept_at", s->kept_at);
    jw_kv_string(w, "verdict", s->verdict);
    jw_kv_string(w, "parcel_m2", s->parcel_m2);
    jw_key(w, "areas_m2");
    write_areas(w, s->areas);
    jw_kv_string(w, "result_sha256", s->result_sha256);
    jw_kv_string(w, "seal", s->seal);
    jw_kv_string(w, "key", s->key_id);
    jw_object_end(w);
}

static void write_record(struct json_writer *w, const struct proof_answer *p)
{
    jw_key(w, "record");
    if (!p->has_record) {
        jw_null(w);
        return;
    }
    jw_object_begin(w);
    jw_kv_integer(w, "id", p->record.id);
    jw_kv_string(w, "kept_at", p->record.kept_at);
    jw_kv_string(w, "officer", p->record.officer);
    jw_kv_string(w, "project_name", p->record.project_name);
    jw_kv_string(w, "verdict", p->record.verdict);
    jw_object_end(w);
}

void proof_write_answer(struct json_writer *w, const struct proof_answer *p)
{
    jw_object_begin(w);
    jw_kv_string(w, "finding", proof_finding_name(p->finding));
    jw_kv_string(w, "finding_zh", proof_finding_zh(p->finding));
    jw_kv_string(w, "kind", p->kind);
    jw_kv_string(w, "key", *p->key_id ? p->key_id : NULL);
    write_statement(w, &p->statement);
    write_record(w, p);
    jw_key(w, "notes");
    jw_array_begin(w);
    for (size_t i = 0; i < p->n_notes; i++) {
        jw_object_begin(w);
        jw_kv_string(w, "zh", p->notes[i].zh);
        jw_kv_string(w, "en", p->notes[i].en);
        jw_object_end(w);
    }
    jw_array_end(w);
    jw_object_end(w);
}
