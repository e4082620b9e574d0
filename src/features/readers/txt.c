#include "features/readers/txt.h"
#include "formats/lines.h"

#include <stdlib.h>
#include <string.h>

enum status txt_fail(struct txt *t, size_t line, enum status s, const char *code, const char *zh,
                     const char *en)
{
    error_zh(t->p->error, "第%zu行：%s", line, zh);
    return error_fail(t->p->error, s, code, "Line %zu: %s", line, en);
}

void txt_warn(struct txt *t, size_t line, const char *code, const char *zh, const char *en)
{
    if (parsing_warn_wanted(t->p, code))
        parsing_warn(t->p, code, parsing_printf(t->p, "第%zu行：%s", line, zh),
                     parsing_printf(t->p, "Line %zu: %s", line, en));
}

/* [名称] opens a section; a second [属性描述] is another file glued behind the first, with its own zone. */
static enum status section_line(struct txt *t)
{
    enum status s = txt_plot_end(t);
    t->in_plots = strstr(t->line.folded, "地块坐标") != NULL;
    if (strstr(t->line.folded, "属性描述"))
        t->header = (struct txt_header){0};
    return s;
}

/* "-----" and "# …" between plots. */
static bool is_remark(const char *s)
{
    return *s == '#' || strncmp(s, "//", 2) == 0 || s[strspn(s, "-=_*~. ")] == '\0';
}

static enum status plots_line(struct txt *t)
{
    if (is_remark(t->line.folded))
        return txt_remark_line(t, t->line.folded);
    if (txt_is_plot_row(t->line.folded))
        return txt_plot_row(t);
    if (txt_is_point_row(t->line.folded))
        return txt_point_row(t);
    return txt_fail(
        t, t->line.number, STATUS_INVALID_INPUT, "txt-row",
        "既不是地块行（以“@”结尾），也不是界址点行（点号,圈号,X,Y）；请改正或删去该行。",
        "neither a plot row (ending in \"@\") nor a point row (number,ring,X,Y); correct or remove it.");
}

static enum status header_line(struct txt *t)
{
    char *equals = strpbrk(t->line.folded, "=:");
    bool plot_row = txt_is_plot_row(t->line.folded);
    if (equals && !plot_row) {
        *equals = '\0';
        return txt_header_line(t, line_trim(t->line.folded), line_trim(equals + 1));
    }
    char first = t->line.folded[0];
    bool point_row =
        txt_is_point_row(t->line.folded) && (first == 'J' || first == 'j' || (first >= '0' && first <= '9'));
    if (!plot_row && !point_row)
        return txt_remark_line(t, t->line.folded);
    txt_warn(t, t->line.number, "section-missing", "缺少[地块坐标]，从该行起按地块坐标读取。",
             "there is no [地块坐标] line; plots are read from here.");
    t->in_plots = true;
    return plots_line(t);
}

static void commas_for(char *s, char separator)
{
    for (; *s; s++)
        if (*s == separator)
            *s = ',';
}

/* "J1 1 4520000.0 37563000.0": four words, of which the last two are numbers. */
static bool is_spaced_point(const char *s)
{
    size_t words = 0;
    bool digits = true;
    while (*s) {
        size_t n = strcspn(s, " ");
        words++;
        digits = digits && (words < 3 || strspn(s, "0123456789.") == n);
        s += n;
        s += strspn(s, " ");
    }
    return words == 4 && digits;
}

static void collapse_blanks(char *s)
{
    char *to = s;
    for (; *s; s++)
        if (*s != ' ' || (s[1] && s[1] != ' ')) /* the last of several, and none at the end */
            *to++ = *s;
    *to = '\0';
}

/* Rows that have no comma at all may be parted by tabs or semicolons; points also by blanks, since none of
 * their cells is ever empty or has a blank inside. A row with a comma is never parted by anything else:
 * the others belong to names. */
static void settle_separator(struct txt *t)
{
    char *s = t->line.folded, separator = strchr(s, '\t') ? '\t' : ';';
    const char *first = s + strspn(s, " \t");
    if (*first == '[' || strchr(s, ',') || strchr(s, '='))
        return;
    if (!strchr(s, separator)) {
        if (!is_spaced_point(first))
            return;
        memmove(s, first, strlen(first) + 1);
        collapse_blanks(s);
        separator = ' ';
    }
    commas_for(s, separator);
    commas_for(t->line.raw, separator);
    if (txt_is_plot_row(s) || txt_is_point_row(s))
        txt_warn(t, t->line.number, "separator", "该行不用逗号而用制表符、分号或空格分隔，已按逗号读取。",
                 "the row is parted by tabs, semicolons or blanks instead of commas and was read as if by "
                 "commas.");
}

static enum status one_line(struct txt *t)
{
    const char *s = t->line.folded;
    if (*s == '\0')
        return STATUS_OK;
    if (*s == '[' && strchr(s, ']'))
        return section_line(t);
    return t->in_plots ? plots_line(t) : header_line(t);
}

/* 0.001 of "J1,1,4534885.448,36462008.272"; 0 where something stands behind the number, which is whole
 * then. */
static double unit_at_end(const char *line)
{
    const char *end = line + strlen(line), *s;
    double unit = 1;
    while (end > line && (unsigned char)end[-1] <= 0x20)
        end--;
    for (s = end; s > line && (unsigned)(s[-1] - '0') < 10; s--)
        unit /= 10;
    if (s == end && (s == line || s[-1] != '.'))
        return 0;
    return s > line && s[-1] == '.' ? unit : 1;
}

static enum status each_line(struct txt *t, char *text, char *scratch)
{
    enum status s = STATUS_OK;
    for (char *at = text; at && s == STATUS_OK;) {
        char *line = line_cut(&at);
        t->last_unit = at ? 0 : unit_at_end(line);
        t->line.number++;
        if (t->in_plots && txt_plain_point(t, line, &s))
            continue;
        t->line.raw = line;
        memcpy(scratch, line, strlen(line) + 1); /* scratch is as large as the whole text */
        crs_fold(scratch);
        t->last_unit = at ? 0 : unit_at_end(scratch);
        t->line.folded = scratch;
        settle_separator(t); /* before trimming: a row may begin with an empty cell, and so with a tab */
        t->line.raw = line_trim(line);
        t->line.folded = line_trim(scratch);
        s = one_line(t);
    }
    return s == STATUS_OK ? txt_plot_end(t) : s;
}

enum status parcel_txt_read(struct parsing *p, char *text, size_t n)
{
    struct txt t = {.p = p, .n_plots = p->context->plots_before};
    char *scratch = malloc(n + 1);
    if (!scratch)
        return error_no_memory(p->error);
    enum status s = each_line(&t, text, scratch);
    if (s == STATUS_OK && t.n_plots == p->context->plots_before) {
        error_zh(p->error, "文件里没有地块；[地块坐标]之后应有地块行（以“@”结尾）和界址点行。");
        s = error_fail(
            p->error, STATUS_INVALID_INPUT, "txt-no-plots",
            "The file has no plots; after [地块坐标] there should be plot rows (ending in \"@\") and point "
            "rows.");
    }
    coords_release(&t.plot.points);
    free(scratch);
    return s;
}
