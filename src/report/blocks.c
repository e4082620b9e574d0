#include "report/blocks.h"

#include "report/identity.h"
#include "report/sections/sections.h"

#include <stdio.h>
#include <string.h>

/* A report in its order. A new section is one builder and one line here. */
static section_fn *const sections[] = {
    section_opening, section_proof,   section_overrides,   section_project,  section_conclusion,
    section_plots,   section_claims,  section_rules,       section_lines,    section_classes,
    section_units,   section_details, section_other_lines, section_maps,     section_border,
    section_notes,   section_sources, section_offices,     section_warnings, section_signing,
};

/* ---- adding ---- */

struct block *add_block(struct report_making *m, enum block_kind kind, const char *text)
{
    struct block *b = &m->spare;
    if (m->out->n == m->cap_blocks) {
        size_t capacity = m->cap_blocks ? m->cap_blocks * 2 : 32;
        struct block *more = arena_array(m->arena, capacity, sizeof *more);
        if (more && m->out->n)
            memcpy(more, m->blocks, m->out->n * sizeof *more);
        m->blocks = more ? more : m->blocks;
        m->cap_blocks = more ? capacity : m->cap_blocks;
    }
    if (m->out->n < m->cap_blocks)
        b = &m->blocks[m->out->n++];
    else
        m->no_memory = true;
    *b = (struct block){.kind = kind, .text = making_keep(m, text), .label = "", .note = ""};
    return b;
}

void add_part(struct report_making *m, const char *name, bool wide)
{
    add_block(m, BLOCK_PART, name)->wide = wide;
}

void add_list(struct report_making *m, const struct texts *texts, bool small)
{
    struct block *b = add_block(m, BLOCK_LIST, "");
    b->lines = texts->items;
    b->n = texts->n;
    b->small = small;
}

struct block_table *add_table(struct report_making *m, const struct block_column *columns, int n_columns,
                              size_t n_rows)
{
    struct block_table *t = arena_alloc(m->arena, sizeof *t);
    struct block_cell *cells = arena_array(m->arena, n_rows * (size_t)n_columns + 1, sizeof *cells);
    if (!t || !cells || n_columns > BLOCK_COLUMNS_MAX) {
        m->no_memory = true;
        return NULL;
    }
    for (size_t i = 0; i < n_rows * (size_t)n_columns; i++)
        cells[i].text = "";
    *t = (struct block_table){.columns = columns, .n_columns = n_columns, .cells = cells, .n_rows = n_rows};
    add_block(m, BLOCK_TABLE, "")->table = t;
    return t;
}

struct block_cell *table_row_at(struct block_table *t, size_t i)
{
    return t->cells + i * (size_t)t->n_columns;
}

struct block_cell cell_figure(const struct figure *f)
{
    return f->state == FIGURE_KNOWN ? cell_number(f->cents) : cell_words(figure_words(f->state));
}

struct block_cell cell_value(double v, int decimals)
{
    int64_t units;
    return decimal_units(v, decimals, &units) ? cell_number(units) : cell_words("");
}

/* ---- reading ---- */

const struct block_cell *block_row(const struct block_table *t, size_t i)
{
    return t->cells + i * (size_t)t->n_columns;
}

const char *block_cell_text(const struct block_table *t, const struct block_cell *cell, int column,
                            char buffer[DECIMAL_SIZE])
{
    if (cell->text)
        return cell->text;
    decimal_units_text(cell->units, t->columns[column].decimals, buffer);
    return buffer;
}

size_t block_rows_printed(const struct block_table *t)
{
    return t->bulk && t->n_rows > BLOCK_ROWS_PRINTED ? BLOCK_ROWS_PRINTED : t->n_rows;
}

void block_rows_left_out(const struct block_table *t, char text[DECIMAL_SIZE])
{
    *text = '\0';
    if (block_rows_printed(t) < t->n_rows)
        snprintf(text, DECIMAL_SIZE, "共%zu行，此处列出前%zu行；全部见 XLSX 或 CSV。", t->n_rows,
                 block_rows_printed(t));
}

/* ---- building ---- */

enum status report_blocks_build(const struct report *r, const struct report_table *table,
                                const struct report_project *project, const struct report_maps *maps,
                                const struct report_proof *proof, struct arena *a, struct report_blocks *out,
                                struct error *e)
{
    const struct report_project nothing = {.name = NULL};
    struct report_table made = *table;
    struct report_blocks blocks = {.n = 0};
    struct report_making m = {.r = r,
                              .maps = maps,
                              .project = project ? project : &nothing,
                              .proof = proof,
                              .error = e,
                              .arena = a,
                              .t = &made,
                              .out = &blocks};
    blocks.date = making_clean(&m, m.project->date);
    blocks.program = making_keep(&m, arena_printf(a, "hongxian %s", report_engine_version()));
    for (size_t i = 0; i < sizeof sections / sizeof *sections && !m.no_memory; i++)
        sections[i](&m);
    if (m.no_memory)
        return error_no_memory(e);
    if (m.failed)
        return m.failed;
    blocks.items = m.blocks;
    *out = blocks;
    return STATUS_OK;
}
