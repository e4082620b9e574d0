/* The report's number, and of a kept one the code by which it is verified; and at the end the blocks in which
 * people sign. */
#include "base/base64.h"
#include "report/sections/sections.h"
#include "report/words.h"

#include <string.h>

#define VERIFY_ZH                                                                                                                                            \
    "核验：用手机扫描二维码，把所得文字粘贴到本系统“核验”页，或运行 hongxian verify；也可提交本文件或"            \
    "报告编号。文字中依次为编号、存档时间、结论、用地面积、各控制线内面积（平方米）、报告摘要、记录封印、" \
    "密钥号、签名：请与纸上所印逐项核对。"

static const char *key_text(struct report_making *m, const struct ed25519_public *key)
{
    struct buffer b;
    buffer_init(&b, 0);
    base64_append(&b, key->bytes, sizeof key->bytes);
    const char *text = b.failed ? NULL : arena_strndup(m->arena, b.data, b.size);
    buffer_release(&b);
    return making_keep(m, text);
}

static void add_seal(struct report_making *m)
{
    const struct report_proof *p = m->proof;
    struct qr_code *code = arena_alloc(m->arena, sizeof *code);
    if (!code) {
        m->no_memory = true;
        return;
    }
    if (!m->failed)
        m->failed = qr_code_make(p->statement, m->arena, code, m->error);
    struct block *b = add_block(m, BLOCK_SEAL, p->statement);
    b->label = making_keep(m, arena_printf(m->arena, "报告编号 %s", p->number));
    b->note =
        making_keep(m, arena_printf(m->arena, VERIFY_ZH "公钥（Ed25519）%s", key_text(m, &p->key->public)));
    b->code = code;
}

void section_proof(struct report_making *m)
{
    const struct report_proof *p = m->proof;
    if (!p)
        return;
    if (p->key)
        add_seal(m);
    else if (m->r->record)
        add_block(m, BLOCK_NOTICE,
                  arena_printf(m->arena,
                               "报告编号 %s　已存档，但没有签名密钥：凭本件不能核验，请以档案为准。",
                               p->number));
    else
        add_block(m, BLOCK_NOTICE,
                  arena_printf(m->arena,
                               "报告编号 %s　未存档：本件没有记录和签名，不证明任何事；需要凭证时请存档后重新"
                               "出具。",
                               p->number));
}

/* ---- 改判 ---- */

/* Of a name that is none, "未知" and its like: never a better one. */
static const char *verdict_words(const char *name)
{
    for (int v = VERDICT_UNKNOWN; v <= VERDICT_ALLOWED; v++)
        if (strcmp(name, verdict_name((enum verdict)v)) == 0)
            return verdict_zh((enum verdict)v);
    return verdict_zh(VERDICT_UNKNOWN);
}

/* The machine's verdict stays where it is; what officers decided since stands before it. */
void section_overrides(struct report_making *m)
{
    static const struct block_column columns[] = {{"记录", 8, BLOCK_CENTRE, 0},
                                                  {"时间", 24, BLOCK_LEFT, 0},
                                                  {"经办人", 16, BLOCK_LEFT, 0},
                                                  {"改判为", 12, BLOCK_CENTRE, 0},
                                                  {"理由", 40, BLOCK_LEFT, 0}};
    const struct report_record *record = m->r->record;
    if (!record || !record->n_overrides)
        return;
    add_block(m, BLOCK_NOTICE, "本检查已有经办人改判；下文结论是系统当时的结论，未作更改。");
    struct block_table *t = add_table(m, columns, 5, record->n_overrides);
    for (size_t i = 0; t && i < record->n_overrides; i++) {
        const struct report_override *o = &record->overrides[i];
        struct block_cell *row = table_row_at(t, i);
        row[0] = cell_number(o->id);
        row[1] = cell_words(making_keep(m, report_china_time(m->arena, o->kept_at, REPORT_LANG_ZH)));
        row[2] = cell_words(making_clean(m, o->officer));
        row[3] = cell_words(verdict_words(o->verdict));
        row[4] = cell_words(making_clean(m, o->reason));
    }
}

/* ---- 签署 ---- */

void section_signing(struct report_making *m)
{
    static const struct block_column columns[] = {
        {"经办", 30, BLOCK_LEFT, 0}, {"复核", 30, BLOCK_LEFT, 0}, {"单位（签章）", 40, BLOCK_LEFT, 0}};
    if (!m->r->record)
        return;
    add_block(m, BLOCK_SUBHEADING, "签署");
    struct block_table *t = add_table(m, columns, 3, 2);
    if (!t)
        return;
    table_row_at(t, 0)[0] = cell_words(making_clean(m, m->r->record->officer));
    for (int k = 0; k < 3; k++)
        table_row_at(t, 1)[k] = cell_words("日期　　　　年　　月　　日");
}
