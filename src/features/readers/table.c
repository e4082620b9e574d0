/* Coordinates as they are pasted from letters, tables and surveys: a point a line, or several, with or
 * without numbers, headings, blank lines and remarks. */
#include "features/readers/table.h"
#include "base/array.h"
#include "features/readers/coords.h"
#include "formats/lines.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

struct token {
    bool is_number;
    struct crs_value v;
    const char *text; /* borrowed from the folded line */
    size_t n;
};

struct table {
    struct parsing *p;
    struct coords coords;
    size_t line;
    struct token *tokens; /* of a line */
    size_t cap_tokens;
    const char *heading; /* waits for its points */
    char label[24];      /* of the ring: the column before the pair, where there are two */
    bool gap;            /* a blank line since the last point */
    bool height_warned;
};

static bool is_separator(char c)
{
    return c == ',' || c == ';' || c == '\t' || c == ' ' || c == '|' || c == '(' || c == ')' || c == '[' ||
           c == ']';
}

/* Numbers of points are whole and small; a pair may stand behind at most two of such (number, ring). */
static bool may_be_label(const struct token *t)
{
    return !t->is_number || (t->v.whole && t->v.value < 100000);
}

static bool is_pair(const struct token *a, const struct token *b)
{
    return a->is_number && b->is_number && crs_values_plausible(a->v.value, b->v.value);
}

/* How many tokens stand before the pair; n when there is none. */
static size_t find_pair(const struct token *t, size_t n)
{
    for (size_t i = 0; i + 1 < n; i++) {
        bool number_first = i + 2 < n && t[i].v.whole && may_be_label(&t[i]) &&
                            is_pair(&t[i + 1], &t[i + 2]); /* "40 111.7 40.8" */
        if (is_pair(&t[i], &t[i + 1]) && !number_first)
            return i;
        if (i >= 3 || !may_be_label(&t[i]))
            break;
    }
    return n;
}

/* "109 30 15.2 40 20 10.5" or "109 30.25 40 20.17": degrees, minutes and seconds as numbers of their own,
 * behind a label or two perhaps, with a height perhaps. They become two tokens; how many there are then is
 * returned. Without this the first two numbers would pass for a point. */
static size_t join_sexagesimal(struct token *t, size_t n)
{
    for (size_t parts = 3; parts >= 2; parts--)
        for (size_t k = 0; k < 3 && k + 2 * parts <= n; k++) {
            struct crs_value values[6], first, second;
            size_t numbers = 0, rest = n - k - 2 * parts;
            while (numbers < 2 * parts && t[k + numbers].is_number)
                values[numbers] = t[k + numbers].v, numbers++;
            if (numbers == 2 * parts && rest <= (parts == 3) &&
                crs_value_sexagesimal(values, parts, &first) &&
                crs_value_sexagesimal(values + parts, parts, &second) &&
                crs_values_plausible(first.value, second.value)) {
                t[k].v = first;
                t[k + 1].v = second;
                memmove(t + k + 2, t + k + 2 * parts, rest * sizeof *t);
                return k + 2 + rest;
            }
            if (!may_be_label(&t[k]))
                break;
        }
    return n;
}

/* `tokens` has room for all of them: no more than every second character begins one. */
static size_t tokenise(const char *s, struct token *tokens)
{
    size_t n = 0;
    for (;;) {
        while (is_separator(*s))
            s++;
        if (!*s)
            return join_sexagesimal(tokens, n);
        struct token *t = &tokens[n++];
        *t = (struct token){.text = s};
        t->is_number = crs_value_read(&s, &t->v);
        while (!t->is_number && *s && !is_separator(*s))
            s++;
        t->n = (size_t)(s - t->text);
    }
}

static bool all_pairs(const struct token *t, size_t n)
{
    for (size_t i = 0; i + 1 < n; i += 2)
        if (!is_pair(&t[i], &t[i + 1]))
            return false;
    return n >= 4 && n % 2 == 0;
}

/* Behind the pair at t[0] and t[1]. */
static bool another_pair(const struct token *t, size_t n)
{
    for (size_t i = 2; i + 1 < n; i++)
        if (t[i].is_number && t[i + 1].is_number &&
            crs_values_another(t[0].v.value, t[1].v.value, t[i].v.value, t[i + 1].v.value))
            return true;
    return false;
}

static enum status fail_line(struct table *t)
{
    error_zh(t->p->error,
             "第%zu行：读不出一个点。每行应为：点号（可省）、两个坐标（经纬度，或X、Y），例如“J1,4520000.123,"
             "37563000.456”"
             "或“1 111°45′30.25″ 40°48′20.1″”。",
             t->line);
    return error_fail(
        t->p->error, STATUS_INVALID_INPUT, "table-row",
        "Line %zu: no point can be read. Each line has a number (may be left out) and two coordinates, "
        "such as \"J1,4520000.123,37563000.456\" or \"1 111°45′30.25″ 40°48′20.1″\".",
        t->line);
}

static enum status set_axis(struct table *t, char *axis, char says)
{
    if (!says || *axis == says)
        return STATUS_OK;
    if (*axis)
        return fail_line(t);
    *axis = says;
    return STATUS_OK;
}

static void begin_ring_if_due(struct table *t, const char *label, size_t n_label)
{
    struct coords *c = &t->coords;
    size_t in_ring = coords_in_ring(c);
    bool new_label = in_ring && (strlen(t->label) != n_label || strncmp(t->label, label, n_label) != 0);
    if (t->heading)
        coords_begin_plot(c, "", t->heading);
    if (t->heading || in_ring == 0 || new_label || coords_came_back(c) || t->gap)
        coords_begin_ring(c);
    t->heading = NULL;
    t->gap = false;
    memcpy(t->label, label, n_label);
    t->label[n_label] = '\0';
}

static enum status add_point(struct table *t, const struct token *a, const struct token *b,
                             const struct token *ring)
{
    struct coords *c = &t->coords;
    enum status s = set_axis(t, &c->axis_a, a->v.axis);
    if (s == STATUS_OK)
        s = set_axis(t, &c->axis_b, b->v.axis);
    size_t n_label = ring ? ring->n < sizeof t->label ? ring->n : sizeof t->label - 1 : 0;
    begin_ring_if_due(t, ring ? ring->text : "", n_label);
    coords_written(c, &a->v, &b->v, t->line);
    return s;
}

static void warn_height(struct table *t)
{
    if (!t->height_warned)
        parsing_warn(t->p, "z-ignored",
                     parsing_printf(t->p, "第%zu行起：坐标之后还有别的列（如高程），已忽略。", t->line),
                     parsing_printf(t->p,
                                    "From line %zu: columns after the coordinates (a height?) were ignored.",
                                    t->line));
    t->height_warned = true;
}

static bool names_columns(const char *s)
{
    static const char *const words[] = {"点号", "序号", "坐标", "经度", "纬度", "lon",
                                        "lng",  "Lon",  "LON",  "lat",  "X",    "x",
                                        "度带", "中央", "=",    "测绘", "面积", "投影"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strstr(s, words[i]))
            return true;
    return false;
}

static enum status read_line(struct table *t, char *line, char *scratch)
{
    if (*line == '\0') {
        t->gap = coords_in_ring(&t->coords) > 0;
        return STATUS_OK;
    }
    if (!ARRAY_RESERVE(t->tokens, t->cap_tokens, strlen(line) / 2 + 1))
        return error_no_memory(t->p->error);
    struct token *tokens = t->tokens;
    strcpy(scratch, line);
    crs_fold_signs(scratch);
    size_t n = tokenise(scratch, tokens), numbers = 0, i = find_pair(tokens, n);
    for (size_t k = 0; k < n; k++)
        numbers += tokens[k].is_number;
    enum status s = STATUS_OK;
    if (all_pairs(tokens, n)) {
        for (size_t k = 0; s == STATUS_OK && k + 1 < n; k += 2)
            s = add_point(t, &tokens[k], &tokens[k + 1], NULL);
        return s;
    }
    if (i == n && n == 2 && numbers == 2)
        i = 0; /* odd, but a point: coords_decide asks */
    if (i == n && n == 3 && numbers >= 2 && may_be_label(&tokens[0]) && tokens[1].is_number &&
        tokens[2].is_number)
        i = 1;
    if (i < n) {
        if (another_pair(tokens + i, n - i))
            return fail_line(t); /* a second point, and which of the others are points is not known */
        if (n - i > 2)
            warn_height(t);
        return add_point(t, &tokens[i], &tokens[i + 1], i >= 2 ? &tokens[i - 1] : NULL);
    }
    bool said;
    s = coords_words(t->p, &t->coords, line, CRS_TEXT_REMARK, t->line, &said);
    if (s != STATUS_OK || said)
        return s;
    if (numbers >= 3 || (numbers == 2 && !names_columns(line)))
        return fail_line(t);
    if (!names_columns(line))
        t->heading = arena_strdup(t->p->context->arena, line);
    return s;
}

bool table_recognised(const char *text)
{
    char line[512];
    struct token tokens[sizeof line / 2];
    for (int looked = 0; *text && looked < 40; looked++) {
        size_t n = strcspn(text, "\r\n"), take = n < sizeof line - 1 ? n : sizeof line - 1;
        memcpy(line, text, take);
        line[take] = '\0';
        crs_fold_signs(line);
        n = tokenise(line, tokens);
        if (find_pair(tokens, n) < n ||
            (looked == 0 && n >= 2 && n <= 3 && tokens[n - 1].is_number && tokens[n - 2].is_number))
            return true;
        text += strcspn(text, "\r\n");
        text += strspn(text, "\r\n");
    }
    return false;
}

enum status parcel_table_read(struct parsing *p, char *text, size_t n)
{
    struct table t = {.p = p};
    char *scratch = malloc(n + 1);
    enum status s = scratch ? STATUS_OK : error_no_memory(p->error);
    for (char *at = text; at && s == STATUS_OK;) {
        char *line = line_trim(line_cut(&at));
        t.line++;
        s = read_line(&t, line, scratch);
    }
    free(scratch);
    free(t.tokens);
    t.coords.usual_a = t.coords.rings.n && t.coords.rings.x[0] <= 180 ? 'E' : 'N';
    if (s == STATUS_OK)
        s = coords_add_parcels(p, &t.coords);
    coords_release(&t.coords);
    return s;
}
