#include "audit/state.h"

#include "ingest/source.h"

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

enum status identity_of(const struct snapshot *s, const struct audit_request *r, struct run_identity *out,
                        struct error *e)
{
    static const char *const layers[] = {"ecological_red_line", "permanent_basic_farmland",
                                         "urban_development_boundary", "prefectures"};
    struct sha256_ctx h;
    enum status st = source_sha256(r->input, out->input, e);
    if (st)
        return st;
    sha256_init(&h);
    for (size_t i = 0; i < sizeof layers / sizeof *layers; i++) {
        const struct layer_snapshot *l = snapshot_layer(s, layers[i]);
        hash_text(&h, layers[i]);
        hash_text(&h, l ? l->version.uid : NULL);
        hash_text(&h, l && l->index ? "measured" : "unreadable");
    }
    hash_end(&h, out->layers);
    snprintf(out->rules, sizeof out->rules, "%s", snapshot_rules(s)->version);
    char numbers[64];
    const char *dot = strrchr(r->output, '.');
    snprintf(numbers, sizeof numbers, "%d %d", r->epsg, r->overlaps);
    sha256_init(&h);
    const char *const options[] = {r->layer, r->project_class, r->class_field, r->id_field, numbers, dot};
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
    } else if (strcmp(then->layers, now->layers) != 0) {
        zh = "管控图层的版本";
        en = "a layer's version";
    } else if (strcmp(then->rules, now->rules) != 0) {
        zh = "规则表";
        en = "the rule table";
    } else if (strcmp(then->options, now->options) != 0) {
        zh = "选项";
        en = "an option";
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
    buffer_printf(out,
                  "hongxian audit 1\ninput %s\nlayers %s\nrules %s\noptions %s\nat %lld %lld %llu %llu %d\n",
                  s->identity.input, s->identity.layers, s->identity.rules, s->identity.options,
                  (long long)s->rows, (long long)s->last_fid, (unsigned long long)s->bytes[0],
                  (unsigned long long)s->bytes[1], s->finished);
    tally_write(t, out);
}

enum status state_read(const char *text, struct run_state *out, struct tally *t, struct error *e)
{
    long long rows, fid;
    unsigned long long a, b;
    int finished, n = 0;
    int got = sscanf(
        text,
        "hongxian audit 1\ninput %64s\nlayers %64s\nrules %64s\noptions %64s\nat %lld %lld %llu %llu %d\n%n",
        out->identity.input, out->identity.layers, out->identity.rules, out->identity.options, &rows, &fid,
        &a, &b, &finished, &n);
    if (got != 9 || n == 0)
        return tally_read(t, "?", e); /* its sentence: the checkpoint is damaged */
    out->rows = rows;
    out->last_fid = fid;
    out->bytes[0] = a;
    out->bytes[1] = b;
    out->finished = finished;
    return tally_read(t, text + n, e);
}
