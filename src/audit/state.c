#include "audit/state.h"

#include "check/engine_versions.h"
#include "layers/source.h"

#include <stdio.h>
#include <string.h>

static void hash_text(struct sha256_ctx *h, const char *text)
{
    text = text ? text : "\1"; /* not given is not the same as empty */
    sha256_update(h, strlen(text) + 1, (const uint8_t *)text);
}

static void hash_end(struct sha256_ctx *h, char hex[SHA256_HEX_SIZE])
{
    uint8_t digest[SHA256_BYTES];
    sha256_digest(h, sizeof digest, digest);
    sha256_to_hex(digest, hex);
}

static void identity_lines(const struct snapshot *s, struct run_identity *out)
{
    const struct line_table *lines = snapshot_lines(s);
    struct sha256_ctx h;
    sha256_init(&h);
    out->n_lines = lines->n;
    for (int i = 0; i < lines->n; i++) {
        const struct control_line *line = line_at(lines, i);
        const struct layer_snapshot *l = snapshot_line(s, i);
        struct run_line *to = &out->lines[i];
        hash_text(&h, line->id);
        hash_text(&h, line->definition);
        to->version_no = l ? l->version.version_no : 0;
        to->readable = l && l->index;
        snprintf(to->id, sizeof to->id, "%s", line->id);
        snprintf(to->uid, sizeof to->uid, "%s", l && *l->version.uid ? l->version.uid : "-");
    }
    hash_end(&h, out->definitions);
}

/* Another version of the program or of what it stands on may give other last digits. */
static void identity_engine(char hex[SHA256_HEX_SIZE])
{
    const struct engine_versions *v = engine_versions();
    const char *const parts[] = {HX_VERSION, v->geos, v->proj, v->sqlite};
    struct sha256_ctx h;
    sha256_init(&h);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        hash_text(&h, parts[i]);
    hash_end(&h, hex);
}

static void hash_layer(struct sha256_ctx *h, const char *id, const struct layer_snapshot *l)
{
    hash_text(h, id);
    hash_text(h, l ? l->version.uid : NULL);
    hash_text(h, l && l->index ? "measured" : "unreadable");
}

/* Where a parcel lies decides its verdict only when a rule asks of it. */
static void identity_units(const struct snapshot *s, char hex[SHA256_HEX_SIZE])
{
    const struct unit_layer *levels;
    size_t n = snapshot_rules(s)->has_units ? snapshot_units(s, &levels) : 0;
    struct sha256_ctx h;
    sha256_init(&h);
    for (size_t i = 0; i < n; i++)
        hash_layer(&h, levels[i].level->id, levels[i].layer);
    hash_end(&h, hex);
}

enum status identity_of(const struct snapshot *s, const struct audit_request *r, const char *output,
                        struct run_identity *out, struct error *e)
{
    struct sha256_ctx h;
    enum status st = source_sha256(r->input, out->input, e);
    if (st)
        return st;
    sha256_init(&h);
    for (int i = 0; i < snapshot_lines(s)->n; i++)
        hash_layer(&h, line_at(snapshot_lines(s), i)->id, snapshot_line(s, i));
    hash_layer(&h, "prefectures", snapshot_layer(s, "prefectures"));
    hash_layer(&h, "admin_counties", snapshot_layer(s, "admin_counties"));
    hash_end(&h, out->layers);
    identity_lines(s, out);
    identity_units(s, out->units);
    identity_engine(out->engine);
    snprintf(out->rules, sizeof out->rules, "%s", snapshot_rules(s)->version);
    char numbers[64];
    const char *dot = strrchr(output, '.');
    snprintf(numbers, sizeof numbers, "%d %d", r->epsg, r->overlaps);
    sha256_init(&h);
    const char *const options[] = {r->layer,       r->project_class, r->class_field, r->claims,
                                   r->claim_field, r->id_field,      numbers,        dot};
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        hash_text(&h, options[i]);
    hash_end(&h, out->options);
    return STATUS_OK;
}

enum status identity_compare(const struct run_identity *then, const struct run_identity *now, struct error *e)
{
    const char *zh = NULL, *en = NULL;
    if (strcmp(then->input, now->input) != 0) {
        zh = "输入文件";
        en = "the input file";
    } else if (strcmp(then->definitions, now->definitions) != 0) {
        zh = "所审查的控制线或其定义";
        en = "the set of lines that are examined, or a definition of one,";
    } else if (strcmp(then->layers, now->layers) != 0 || strcmp(then->units, now->units) != 0) {
        zh = "管控图层的版本";
        en = "a layer's version";
    } else if (strcmp(then->rules, now->rules) != 0) {
        zh = "规则表";
        en = "the rule table";
    } else if (strcmp(then->options, now->options) != 0) {
        zh = "选项";
        en = "an option";
    } else if (strcmp(then->engine, now->engine) != 0) {
        zh = "程序或其所用程序库的版本";
        en = "the version of the program or of a library";
    }
    if (!zh)
        return STATUS_OK;
    error_zh(e, "不能继续：上次运行之后，%s已改变；结果会前后不一致。请用 --overwrite 重新开始。", zh);
    return error_fail(
        e, STATUS_INVALID_INPUT, "audit-changed",
        "The run cannot be resumed: %s has changed since; the rows would not agree. Start anew with "
        "--overwrite.",
        en);
}

void state_write(const struct run_state *s, const struct tally *t, struct buffer *out)
{
    const struct run_identity *i = &s->identity;
    buffer_printf(out,
                  "hongxian audit 4\ninput %s\nlayers %s\nrules %s\noptions %s\nengine %s\ndefinitions %s\n"
                  "units %s\n",
                  i->input, i->layers, i->rules, i->options, i->engine, i->definitions, i->units);
    for (int l = 0; l < i->n_lines; l++)
        buffer_printf(out, "line %s %lld %s %d\n", i->lines[l].id, (long long)i->lines[l].version_no,
                      i->lines[l].uid, i->lines[l].readable);
    buffer_printf(out, "seal %016llx %016llx\nat %lld %lld %llu %llu %d\n",
                  (unsigned long long)s->seal.half[0], (unsigned long long)s->seal.half[1],
                  (long long)s->rows, (long long)s->last_fid, (unsigned long long)s->bytes[0],
                  (unsigned long long)s->bytes[1], s->finished);
    tally_write(t, out);
}

/* How many bytes a control line takes at the beginning of the text; 0: there is none. */
static int read_line(const char *text, struct run_line *out)
{
    long long number;
    int readable, n = 0;
    if (sscanf(text, "line %63s %lld %47s %d\n%n", out->id, &number, out->uid, &readable, &n) != 4)
        return 0;
    out->version_no = number;
    out->readable = readable;
    return n;
}

/* The lines above the sums; 0: not a state, else its length. */
static int read_head(const char *text, struct run_state *out)
{
    struct run_identity *i = &out->identity;
    long long rows, fid;
    unsigned long long a, b, seal[2];
    int finished, n = 0, more = 0;
    if (sscanf(text,
               "hongxian audit 4\ninput %64s\nlayers %64s\nrules %64s\noptions %64s\nengine %64s\n"
               "definitions %64s\nunits %64s\n%n",
               i->input, i->layers, i->rules, i->options, i->engine, i->definitions, i->units, &n) != 7 ||
        n == 0)
        return 0;
    i->n_lines = 0;
    while (i->n_lines < LINES_MAX && (more = read_line(text + n, &i->lines[i->n_lines])) > 0) {
        n += more;
        i->n_lines++;
    }
    more = 0;
    if (sscanf(text + n, "seal %16llx %16llx\nat %lld %lld %llu %llu %d\n%n", &seal[0], &seal[1], &rows, &fid,
               &a, &b, &finished, &more) != 7 ||
        more == 0)
        return 0;
    out->seal = (struct row_seal){{seal[0], seal[1]}};
    out->rows = rows;
    out->last_fid = fid;
    out->bytes[0] = a;
    out->bytes[1] = b;
    out->finished = finished;
    return n + more;
}

enum status state_read(const char *text, struct run_state *out, const char **sums, struct error *e)
{
    int n = read_head(text, out);
    *sums = text + n;
    return n ? STATUS_OK : tally_damaged(e);
}
