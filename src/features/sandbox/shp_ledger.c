#include "features/sandbox/shp_ledger.h"

#include <string.h>

enum { HEAD_BYTES = 100, FILE_CODE = 9994 };
#define SHX_BYTES ((size_t)4 << 30)

static uint32_t be32(const unsigned char *b)
{
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static enum status fail_part(struct child *c, const char *part, const char *zh, const char *en,
                             struct error *e)
{
    error_zh(e, "%s的 %s %s；请连同 .shp、.shx、.dbf、.prj 一起重新获取。", c->called_zh, part, zh);
    return error_fail(e, STATUS_INVALID_INPUT, "shapefile-damaged",
                      "The %s of %s %s; get all of .shp, .shx, .dbf and .prj again.", part, c->called_en, en);
}

static enum status fail_counts(struct child *c, const struct shp_parts *p, struct error *e)
{
    const struct dbf *t = &p->table;
    error_zh(e,
             "%s的三个文件对不上：.shp 有 %lld 个图形，.shx 记 %lld 个，.dbf 有 %lld 行（表头写 "
             "%lld，其中标为删除 %lld）；"
             "请在 QGIS 或 ArcGIS 中重新导出后提交。",
             c->called_zh, (long long)p->n_shp, (long long)p->n_shx, (long long)t->n_rows,
             (long long)t->n_header, (long long)t->n_deleted);
    return error_fail(e, STATUS_INVALID_INPUT, "shapefile-counts",
                      "The three files of %s disagree: .shp has %lld shapes, .shx counts %lld, .dbf has %lld "
                      "rows (its header says "
                      "%lld, %lld are marked as deleted); export it again from QGIS or ArcGIS.",
                      c->called_en, (long long)p->n_shp, (long long)p->n_shx, (long long)t->n_rows,
                      (long long)t->n_header, (long long)t->n_deleted);
}

static int64_t size_of(VSILFILE *f)
{
    return VSIFSeekL(f, 0, SEEK_END) == 0 ? (int64_t)VSIFTellL(f) : -1;
}

/* The header of a .shp or .shx; false when it is none, or tells another length than the file has. */
static bool check_head(VSILFILE *f, unsigned char head[HEAD_BYTES], int64_t *size)
{
    *size = size_of(f);
    return VSIFSeekL(f, 0, SEEK_SET) == 0 && VSIFReadL(head, 1, HEAD_BYTES, f) == HEAD_BYTES &&
           be32(head) == FILE_CODE && (int64_t)be32(head + 24) * 2 == *size;
}

/* Record after record, where the index has gaps: editing programs leave the old form of a shape where it
 * was. The highest number is the count; -1 when a record goes beyond the end. */
static int64_t walk(VSILFILE *f, int64_t size)
{
    int64_t at = HEAD_BYTES, highest = 0;
    unsigned char head[8];
    while (at < size) {
        if (VSIFSeekL(f, (vsi_l_offset)at, SEEK_SET) != 0 ||
            VSIFReadL(head, 1, sizeof head, f) != sizeof head)
            return -1;
        int64_t number = be32(head);
        highest = number > highest ? number : highest;
        at += 8 + (int64_t)be32(head + 4) * 2;
    }
    return at == size ? highest : -1;
}

/* Do the records of the index stand one behind the other and fill the .shp? Then it has as many as the
 * index. */
static bool is_gapless(const unsigned char *index, int64_t n, int64_t shp_size)
{
    int64_t at = HEAD_BYTES;
    for (int64_t i = 0; i < n; i++) {
        if ((int64_t)be32(index + 8 * i) * 2 != at)
            return false;
        at += 8 + (int64_t)be32(index + 8 * i + 4) * 2;
    }
    return at == shp_size;
}

static enum status count_shapes(struct child *c, struct shp_parts *p, struct error *e)
{
    unsigned char head[HEAD_BYTES];
    int64_t shp_size = -1, shx_size = -1;
    VSILFILE *shp = VSIFOpenL(p->shp, "rb"), *shx = VSIFOpenL(p->shx, "rb");
    bool ok = shx && check_head(shx, head, &shx_size) && (shx_size - HEAD_BYTES) % 8 == 0;
    if (!ok)
        return fail_part(c, ".shx", "不完整或已损坏（长度与文件头不符）",
                         "is incomplete or damaged (its length is not that of its header)", e);
    ok = shp && check_head(shp, head, &shp_size);
    if (!ok)
        return fail_part(c, ".shp", "不完整或已损坏（长度与文件头不符）",
                         "is incomplete or damaged (its length is not that of its header)", e);
    p->shape_type = head[32] | head[33] << 8;
    p->n_shx = (shx_size - HEAD_BYTES) / 8;
    size_t n;
    const unsigned char *index = (unsigned char *)child_slurp(c, p->shx, SHX_BYTES, &n);
    if (!index || n != (size_t)shx_size)
        return error_no_memory(e);
    p->n_shp = is_gapless(index + HEAD_BYTES, p->n_shx, shp_size) ? p->n_shx : walk(shp, shp_size);
    VSIFCloseL(shp);
    VSIFCloseL(shx);
    if (p->n_shp < 0)
        return fail_part(c, ".shp", "在一个图形中间断了", "ends within a shape", e);
    return STATUS_OK;
}

static enum status read_table(struct child *c, struct shp_parts *p, struct error *e)
{
    if (!dbf_open(p->dbf, c->keep, &p->table))
        return fail_part(c, ".dbf", "不完整或已损坏", "is incomplete or damaged", e);
    for (int64_t i = 0; i < p->table.n_rows; i++) {
        const unsigned char *row = dbf_row(&p->table, i);
        if (!row)
            return fail_part(c, ".dbf", "读不出来", "cannot be read", e);
        p->table.n_deleted += *row == '*';
    }
    return STATUS_OK;
}

enum status shp_survey(struct child *c, const char *name, struct shp_parts *out, struct error *e)
{
    struct shp_parts p = {.shp = name,
                          .shx = child_sibling(c, name, "shx"),
                          .dbf = child_sibling(c, name, "dbf"),
                          .prj = child_sibling(c, name, "prj"),
                          .cpg = child_sibling(c, name, "cpg")};
    if (!p.shx) {
        error_zh(e, "%s缺少 .shx（图形索引）；请连同 .shp、.dbf、.prj 一起重新获取。", c->called_zh);
        return error_fail(e, STATUS_INVALID_INPUT, "source-no-shx",
                          "%s has no .shx; get all of .shp, .shx, .dbf and .prj.", c->called_en);
    }
    enum status s = count_shapes(c, &p, e);
    if (s == STATUS_OK && p.dbf)
        s = read_table(c, &p, e);
    if (s != STATUS_OK)
        return s;
    const struct dbf *t = &p.table;
    bool agree = p.n_shp == p.n_shx &&
                 (!p.dbf || (t->n_rows == p.n_shx && t->n_header == p.n_shx && !t->cut && !t->n_deleted));
    if (!agree)
        return fail_counts(c, &p, e);
    *out = p;
    return STATUS_OK;
}
