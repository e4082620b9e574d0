#include "report/form_write.h"

#include <time.h>

/* Today in China, where every clock shows UTC+8. */
static const char *today(struct arena *a)
{
    time_t now = time(NULL) + 8 * 3600;
    struct tm day;
    char text[16];
    if (!gmtime_r(&now, &day) || strftime(text, sizeof text, "%Y-%m-%d", &day) == 0)
        return "";
    return arena_strdup(a, text);
}

static const char *class_title(const struct report *r)
{
    const struct project_class *c = class_find(snapshot_classes(r->snapshot), r->project_class);
    return c ? c->zh : "";
}

static enum status make_blocks(struct check_worker *w, const struct form_request *rq,
                               const struct form_input *in, struct report_blocks *out, struct error *e)
{
    struct report_project project = rq->project ? *rq->project : (struct report_project){.name = NULL};
    if (!project.class_zh)
        project.class_zh = class_title(in->report);
    if (!project.date)
        project.date = today(w->arena);
    if (!project.date)
        return error_no_memory(e);
    return report_blocks_build(in->report, in->table, &project, in->maps, in->proof, w->arena, out, e);
}

enum status report_form_write(struct check_worker *w, const struct report *r, const struct form_request *rq,
                              struct buffer *out, struct error *e)
{
    enum form_needs needs = rq->form->needs;
    bool blocks = needs == FORM_NEEDS_BLOCKS || needs == FORM_NEEDS_PICTURES;
    struct report_maps maps_made;
    struct report_table table_made;
    struct report_blocks blocks_made;
    struct report_proof proof_made;
    struct form_input in = {.report = r, .lang = rq->lang, .project = rq->project, .arena = w->arena};
    enum status s = STATUS_OK;
    if (blocks || needs == FORM_NEEDS_SHAPES) {
        const struct map_want want = {.pictures = needs == FORM_NEEDS_PICTURES, .only_shapes = !blocks};
        s = report_maps_fill(w, r, want, &maps_made, e);
        in.maps = &maps_made;
    }
    if (!s && (blocks || needs == FORM_NEEDS_TABLE)) {
        s = report_table_build(r, in.maps, w->arena, &table_made, e);
        in.table = &table_made;
    }
    if (!s && blocks) {
        s = report_proof_make(r, in.table, rq->project, w->arena, &proof_made, e);
        in.proof = &proof_made;
    }
    if (!s && blocks) {
        s = make_blocks(w, rq, &in, &blocks_made, e);
        in.blocks = &blocks_made;
    }
    return s ? s : rq->form->write(&in, out, e);
}
