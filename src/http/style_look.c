#include "http/style_look.h"

#include <string.h>

/* As the page draws what has no screen symbol of its own: thinner than on paper. */
#define SCREEN_ALPHA 0.6
#define SCREEN_WIDTH 1.6

static struct look look_of_screen(const struct line_screen *s)
{
    return (struct look){.fill = s->fill, .edge = s->edge, .alpha = s->alpha, .width = s->width};
}

static const struct control_line *line_of_layer(const struct snapshot *s, const char *id)
{
    return line_of_id(snapshot_lines(s), id);
}

/* The line whose space it is; NULL: of none. */
static const struct control_line *line_of_space(const struct snapshot *s, const char *id)
{
    const struct line_table *t = snapshot_lines(s);
    for (int l = 0; l < t->n; l++)
        if (strcmp(line_at(t, l)->space, id) == 0)
            return line_at(t, l);
    for (int r = 0; r < t->n_rest; r++)
        if (strcmp(t->rest[r].space, id) == 0)
            return &t->rest[r];
    return NULL;
}

struct look look_of(const struct snapshot *s, const char *id)
{
    const struct control_line *line = line_of_layer(s, id), *of_space = line ? NULL : line_of_space(s, id);
    struct look look = {.edge = 0x8b949e, .width = 1};
    if (line && line->symbol.screen.given)
        look = look_of_screen(&line->symbol.screen);
    else if (line)
        look = (struct look){.fill = line->symbol.fill,
                             .edge = line->symbol.edge,
                             .alpha = line->symbol.alpha * SCREEN_ALPHA,
                             .width = line->symbol.width * SCREEN_WIDTH};
    else if (of_space && of_space->space_screen.given)
        look = look_of_screen(&of_space->space_screen);
    if (line) {
        look.dashed = line->symbol.dashed;
        look.line = line;
        look.hidden = line->relation == LINE_CLASSIFIES;
    }
    look.hidden |= of_space != NULL;
    return look;
}

static int rank_of(const struct snapshot *s, const char *id)
{
    const struct control_line *line = line_of_layer(s, id);
    if (line)
        return 3 + LINES_MAX - line->number;
    return line_of_space(s, id) ? 1 : 2;
}

const struct layer_snapshot *look_next(const struct snapshot *s, int *rank, size_t *at)
{
    for (; *rank <= 3 + LINES_MAX; ++*rank, *at = 0)
        while (*at < snapshot_n_layers(s)) {
            const struct layer_snapshot *l = snapshot_layer_at(s, (*at)++);
            if (l->index && rank_of(s, l->version.layer) == *rank)
                return l;
        }
    return NULL;
}
