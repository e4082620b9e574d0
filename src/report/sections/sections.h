/* The sections of a report: one builder each, which adds its blocks, or none when it has nothing to say. The
 * order in which they stand in a report is the list in blocks.c. Private to report/. Threads: pure. */
#ifndef HX_REPORT_SECTIONS_SECTIONS_H
#define HX_REPORT_SECTIONS_SECTIONS_H

#include "report/report_parts.h"

typedef void section_fn(struct report_making *m);

section_fn section_opening;     /* title, and what must not be overlooked */
section_fn section_proof;       /* the number, and what proves it */
section_fn section_overrides;   /* what officers decided since */
section_fn section_project;     /* 一、项目基本信息 */
section_fn section_conclusion;  /* 二、审查结论 */
section_fn section_plots;       /* 各地块结论 */
section_fn section_rules;       /* 适用条款 */
section_fn section_claims;      /* 项目主张与待补材料 */
section_fn section_lines;       /* 三、占用三线情况表 */
section_fn section_classes;     /* 地类 */
section_fn section_units;       /* 按行政区 */
section_fn section_offices;     /* 主管部门与依据文本 */
section_fn section_details;     /* 四、占用明细 */
section_fn section_other_lines; /* 五、其他控制线 */
section_fn section_maps;        /* 六、附图 */
section_fn section_border;      /* 界址点成果表 */
section_fn section_notes;       /* 七、审查说明 */
section_fn section_sources;     /* 数据版本 */
section_fn section_warnings;    /* 数据提醒 */
section_fn section_signing;     /* 经办、复核、签章 */

/* ---- adding blocks: never NULL, a spare one when memory is out ---- */

struct block *add_block(struct report_making *m, enum block_kind kind, const char *text);
void add_part(struct report_making *m, const char *name, bool wide);
void add_list(struct report_making *m, const struct texts *texts, bool small);
/* A table of n_rows rows of "" to be filled; NULL when memory is out. `columns` must outlive the blocks. */
struct block_table *add_table(struct report_making *m, const struct block_column *columns, int n_columns,
                              size_t n_rows);
/* Row i for writing. */
struct block_cell *table_row_at(struct block_table *t, size_t i);

static inline struct block_cell cell_words(const char *text)
{
    return (struct block_cell){text ? text : "", 0};
}

static inline struct block_cell cell_number(int64_t units)
{
    return (struct block_cell){NULL, units};
}

/* Hundredths of a square metre, or the words that stand instead. */
struct block_cell cell_figure(const struct figure *f);
/* The value with this many decimals; "" when it is not finite. */
struct block_cell cell_value(double v, int decimals);

#endif
