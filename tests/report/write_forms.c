/* write_forms FOLDER: one report of every kind of block, in every form that there is, FOLDER/report.NAME; its
 * blocks, text by text, in FOLDER/blocks.txt: "KIND text" a line, "#" for a number, and "." after each block.
 * One shape of an overlap cannot be built (the linker's --wrap). For test_blocks.py. */
#include "report/form_write.h"
#include "report/report_sample.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char seal[] = "5ea15ea15ea15ea15ea15ea15ea15ea15ea15ea15ea15ea15ea15ea15ea15ea1";
static const char kept[] = "{\"kept\": true}\n";
static struct ed25519_key key = {.secret = {42}};
static const struct report_record record = {.id = 4711,
                                            .sha256 = seal,
                                            .officer = "张三",
                                            .project_name = "",
                                            .kept_at = "2026-01-31T08:00:00Z",
                                            .result_sha256 = seal,
                                            .json = kept,
                                            .json_size = sizeof kept - 1,
                                            .key = &key};
static const struct report_project project = {.name = "某某光伏项目",
                                              .code = "=1+1",
                                              .builder = "<b>甲</b>&公司",
                                              .district = "乙旗",
                                              .date = "2026-01-31"};

enum status __wrap_check_overlap_shape(struct check_worker *w, const struct layer_snapshot *layer,
                                       const struct geo_shape *parcel, const struct zone_filter *only,
                                       struct geo_shape *out, struct error *e);

/* The first plot's shape fails, as GEOS may; the others are the plots themselves. */
enum status __wrap_check_overlap_shape(struct check_worker *w, const struct layer_snapshot *layer,
                                       const struct geo_shape *parcel, const struct zone_filter *only,
                                       struct geo_shape *out, struct error *e)
{
    (void)w, (void)layer, (void)only;
    if (parcel->box.west_deg < 111.7005)
        return error_fail(e, STATUS_INTERNAL, "no-shape", "a shape that cannot be built");
    *out = *parcel;
    return STATUS_OK;
}

static void must(enum status s, const struct error *e)
{
    if (!s)
        return;
    fprintf(stderr, "%s\n", e->en);
    exit(1);
}

static FILE *file_in(const char *folder, const char *name)
{
    char path[1000];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "wb");
    if (!f)
        abort();
    return f;
}

/* Three plots, one pressed on twice, one without data, and all that a report may say besides. */
static void make_report(struct report_sample *s)
{
    static struct feature_note warning = {.code = "odd", .zh = "第 1 圈没有闭合", .en = "ring 1 is open"};
    report_sample_make(s, 3);
    report_sample_press(s, 0, LINE_ECOLOGICAL_RED_LINE, 1234.565, 2);
    report_sample_press(s, 1, LINE_PERMANENT_BASIC_FARMLAND, 4000.004, 1);
    report_sample_press(s, 1, LINE_URBAN_DEVELOPMENT_BOUNDARY, 50, 1);
    report_sample_zones(s, 1, 40, 10, 0);
    s->results[2].layers[LINE_ECOLOGICAL_RED_LINE].status = LAYER_NOT_COVERED;
    s->results[2].warnings = &warning;
    s->results[2].n_warnings = 1;
    s->parcels[1].name = "二号，\"乙\"";
    s->report.synthetic = true;
    s->report.record = &record;
}

static void put(FILE *f, const struct block *b, const char *text)
{
    if (*text)
        fprintf(f, "%d %s\n", (int)b->kind, text);
}

static void put_table(FILE *f, const struct block *b, const struct block_table *t)
{
    char number[DECIMAL_SIZE];
    for (int k = 0; k < t->n_columns; k++)
        put(f, b, t->columns[k].title);
    for (size_t i = 0; i < t->n_rows; i++)
        for (int k = 0; k < t->n_columns; k++) {
            const struct block_cell *cell = &block_row(t, i)[k];
            const char *text = block_cell_text(t, cell, k, number);
            if (cell->text)
                put(f, b, text);
            else
                fprintf(f, "# %s\n", text);
        }
}

/* In the order in which a form says them. */
static void put_block(FILE *f, const struct block *b)
{
    put(f, b, b->label);
    put(f, b, b->text);
    put(f, b, b->note);
    for (size_t i = 0; b->lines && i < b->n; i++)
        put(f, b, b->lines[i].text);
    for (size_t i = 0; b->facts && i < b->n; i++) {
        put(f, b, b->facts[i].label);
        put(f, b, b->facts[i].value);
    }
    if (b->table)
        put_table(f, b, b->table);
    fputs(".\n", f);
}

static void write_blocks(struct check_worker *w, const struct report *r, const char *folder)
{
    struct error e = {0};
    struct report_maps maps;
    struct report_table table;
    struct report_blocks blocks;
    must(report_maps_fill(w, r, (struct map_want){.pictures = true}, &maps, &e), &e);
    must(report_table_build(r, &maps, w->arena, &table, &e), &e);
    struct report_project named = project;
    struct report_proof proof;
    must(report_proof_make(r, &table, &named, w->arena, &proof, &e), &e);
    named.class_zh = "一般建设项目";
    must(report_blocks_build(r, &table, &named, &maps, &proof, w->arena, &blocks, &e), &e);
    FILE *f = file_in(folder, "blocks.txt");
    for (size_t i = 0; i < blocks.n; i++)
        put_block(f, &blocks.items[i]);
    fprintf(f, "head %s\nfoot %s\n", blocks.page_head, blocks.page_foot);
    fclose(f);
}

static void write_form(struct check_worker *w, const struct report *r, const struct report_form *form,
                       const char *folder)
{
    struct error e = {0};
    struct buffer b;
    char name[100];
    const struct form_request rq = {.form = form, .project = &project};
    snprintf(name, sizeof name, "report.%s", form->name);
    FILE *f = file_in(folder, name);
    buffer_init(&b, 0);
    must(report_form_write(w, r, &rq, &b, &e), &e);
    fwrite(b.data, 1, b.size, f);
    buffer_release(&b);
    fclose(f);
}

int main(int argc, char **argv)
{
    struct error e = {0};
    struct check_worker w;
    struct report_sample s;
    if (argc != 2)
        return 2;
    must(check_worker_init(&w, &e), &e);
    ed25519_publish(&key);
    make_report(&s);
    write_blocks(&w, &s.report, argv[1]);
    for (size_t i = 0; report_form_at(i); i++)
        write_form(&w, &s.report, report_form_at(i), argv[1]);
    report_sample_free(&s);
    check_worker_release(&w);
    return 0;
}
