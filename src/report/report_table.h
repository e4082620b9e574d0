/* A report as an officer's document: every figure, sentence and row that the printed formats show, made in
 * one place, so that CSV, XLSX, HTML and PDF cannot differ.
 *
 * Figures are whole hundredths of a square metre. Rounding: the decimal text that the binary value stands
 * for, half away from zero (decimal.h); hectares and mu follow from the printed square metres, by whole
 * numbers. Balance:
 *   - a column's total is the rounded sum of the unrounded values; what the rounded rows miss of it is given
 *     to the largest row, and where that is more than 0.01 m2, to the next largest ones in turn, 0.01 m2
 *     each, so that no figure is moved by more than 0.01 m2;
 *   - inside + outside of a line that contains is the parcel, row by row and in total; its zones add up to
 *     the inside, and details to their row, the same way.
 * A row comes before a column where both cannot hold at once: then the total is the sum of the printed rows.
 * A figure that was not measured is never a number: it says 未测算 or 数据未覆盖, and so does a total that
 * needs it.
 *
 * Not for: layout. Threads: pure; everything lives in the arena that is passed. */
#ifndef HX_REPORT_REPORT_TABLE_H
#define HX_REPORT_REPORT_TABLE_H

#include "base/decimal.h"
#include "report/report_maps.h"

/* 五、其他控制线: no layer of these is known to the check yet, and the report says so instead of leaving a
 * gap. */
#define REPORT_OTHER_LINES_ZH                                                                                \
    "未载入城市蓝线、绿线、紫线、黄线、历史文化保护线、洪涝风险控制线数据，本报告未对其作出审查。"

/* What only the applicant knows. Every field may be NULL. */
struct report_project {
    const char *name;        /* 项目名称 */
    const char *code;        /* 项目代码 */
    const char *builder;     /* 建设单位/申报部门 */
    const char *class_zh;    /* the project class in words */
    const char *district;    /* 所在行政区; otherwise that of the layers */
    const char *source_file; /* 数据来源文件 */
    const char *date;        /* 审查日期, "2026-01-31" */
};

enum figure_state {
    FIGURE_UNMEASURED = 0, /* 未测算 */
    FIGURE_NOT_COVERED,    /* 数据未覆盖 */
    FIGURE_PARTLY,         /* a total of which some rows are not known */
    FIGURE_KNOWN,
};

struct figure {
    enum figure_state state;
    int64_t cents; /* hundredths of m2; 0 unless FIGURE_KNOWN */
};

/* Column 0 is the parcel's; behind it stand those of each line, in the order of the table of lines: the area
 * in the line, and of a line that contains its zones and the outside, too. */
enum { COLUMN_PARCEL = 0, COLUMN_COUNT = LINE_COLUMN_COUNT };
static inline int column_of_line(int line) /* of the area in the line */
{
    return line_at(line)->column;
}
static inline int column_of_zone(int line, int zone)
{
    return line_at(line)->column + 1 + zone;
}
static inline int column_of_outside(int line)
{
    return column_of_zone(line, line_at(line)->n_zones);
}

struct table_row {
    const char *id, *name;
    struct figure figures[COLUMN_COUNT];
    enum verdict verdict;
    const char *remark;
};

struct detail_row {
    size_t parcel;
    const char *parcel_id;
    int line;
    const char *code, *name; /* of the feature; zone in brackets after the name */
    const char *district;
    struct figure area;
    const char *share_percent; /* "12.34", or "" */
    const char *basis;
};

struct rule_row {
    const struct rule *rule;
    const char
        *title; /* what it is about, and why it is not a rule of the project's own class where it is none */
    const char *certainty; /* 已读公布文本 ... */
    const char *parcels;   /* ids of the parcels, cut after some */
};

struct source_row { /* a layer version that was used */
    const char *title, *version, *label, *effective, *document, *file, *sha256;
};

struct labelled {
    const char *label, *value;
};

struct sentence {
    const char *text;
    bool warning; /* shown in red: pressing on a line, or not known */
};

struct texts {
    struct sentence *items;
    size_t n, capacity;
};

struct border_row {
    size_t parcel;
    const char *parcel_id;
    uint32_t number, ring; /* J number within the parcel; ring from 1 */
    double x_m, y_m, side_m;
};

struct report_table {
    const char *title;
    struct labelled basics[16];
    size_t n_basics;
    const char *verdict;          /* 综合结论 in one word */
    const char *verdict_sentence; /* and in a sentence */
    enum verdict worst;
    struct texts sentences; /* one per line */
    struct table_row *rows;
    size_t n_rows;
    struct table_row total; /* id "合计" */
    struct detail_row *details;
    size_t n_details;
    struct rule_row *rules;
    size_t n_rules;
    struct border_row *border;
    size_t n_border;
    const char *border_note; /* zone and axes, one sentence */
    struct source_row sources[CONTROL_LINE_COUNT];
    size_t n_sources;
    struct texts notes;    /* 审查说明 */
    struct texts warnings; /* oddities of the input, with the parcel in front */
    const char *sha256;    /* of the input, hex */
    bool synthetic;
    const char *engine; /* "hongxian 0.1.0" */
    const char *date;   /* "" when not given */
};

/* `maps` may be NULL: then there are no districts and no boundary points. `project` may be NULL. */
enum status report_table_build(const struct report *r, const struct report_project *project,
                               const struct report_maps *maps, struct arena *a, struct report_table *out,
                               struct error *e) HX_MUST_CHECK;

const char *report_column_title(int column); /* 地块面积, ... */

/* "1234.50", or 未测算 and the like. Decimals: m2 2, ha 4, mu 2. */
void figure_m2(const struct figure *f, char text[DECIMAL_SIZE]);
void figure_ha(const struct figure *f, char text[DECIMAL_SIZE]);
void figure_mu(const struct figure *f, char text[DECIMAL_SIZE]);
const char *figure_words(enum figure_state s); /* "" when known */
const char *figure_words_en(enum figure_state s);

/* The column that holds this zone of a finding alone, the outside, too; COLUMN_PARCEL: there is none. */
int report_zone_column(const struct layer_finding *f, size_t zone);
const char *report_certainty(const char *confidence);

/* ---- the parts, for report_table.c alone ---- */

struct table_making {
    const struct report *r;
    const struct report_project *project;
    const struct report_maps *maps;
    struct arena *arena;
    struct report_table *t;
    bool no_memory; /* latched */
};
void table_make_rows(struct table_making *m);      /* report_figures.c */
void table_make_details(struct table_making *m);   /* report_details.c */
void table_make_sentences(struct table_making *m); /* report_sentences.c */
void table_make_facts(struct table_making *m);     /* report_facts.c */
/* Adds a sentence of which the text is in the arena; NULL latches. */
void table_say(struct table_making *m, struct texts *to, bool warning, const char *text);
/* Text from outside as it may be printed: invalid UTF-8 and control characters become U+FFFD, line breaks
 * become spaces, and after TABLE_TEXT_MAX characters it ends with "…". NULL reads as "". */
enum { TABLE_TEXT_MAX = 600 };
const char *table_clean(struct table_making *m, const char *text);
/* "DK-1、DK-2 等5个地块" of the parcels that are marked. */
const char *table_parcel_list(struct table_making *m, const bool *marked);

/* Rounds so that the parts add up to `total`: see the rule above. A part is moved only between low[i] and
 * high[i] (either may be NULL). Returns what could not be given to any part, in cents. */
int64_t figures_balance(int64_t total, const double *raw, size_t n, const int64_t *low, const int64_t *high,
                        int64_t *cents, struct arena *a, bool *no_memory);

#endif
