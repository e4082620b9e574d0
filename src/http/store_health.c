#include "http/store_health.h"

#include "base/disk_room.h"
#include "http/engine.h"
#include "http/record_writer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void add(struct store_health *h, const struct error *e)
{
    for (size_t i = 0; i < h->n; i++)
        if (strcmp(h->warnings[i].code, e->code) == 0 && strcmp(h->warnings[i].en, e->en) == 0)
            return;
    if (h->n < STORE_HEALTH_MAX)
        h->warnings[h->n++] = *e;
}

/* Jobs are beside the store, or in the folder for temporary files where that cannot be written
 * (jobs/folder.h). */
static void look_at_disks(const char *store_path, struct store_health *h)
{
    struct error e = {0};
    char folder[4096];
    const char *slash = strrchr(store_path, '/'), *tmp = getenv("TMPDIR");
    int n = slash ? (int)(slash - store_path) + 1 : 1;
    snprintf(folder, sizeof folder, "%.*s", n, slash ? store_path : ".");
    if (disk_room(folder, "存储", "the store", &e))
        add(h, &e);
    if (access(folder, W_OK) != 0 && disk_room(tmp && *tmp ? tmp : "/tmp", "批量任务", "the jobs", &e))
        add(h, &e);
}

void store_health_look(struct engine *en, struct record_writer *writer, struct store_health *out)
{
    struct error e = {0};
    *out = (struct store_health){.failed = engine_look_at_store(en, &e) != STATUS_OK};
    if (out->failed)
        add(out, &e);
    if (writer && record_writer_fault(writer, &e))
        add(out, &e);
    look_at_disks(engine_store_path(en), out);
}

/* Why a layer cannot be used: a check would answer "cannot be measured" on it. */
bool store_health_layer(const struct layer_snapshot *layer, struct error *why)
{
    if (layer_is_measurable(layer))
        return true;
    *why = layer->fault;
    if (layer->index)
        (void)index_changed(why);
    return false;
}

const char *store_health_word(const struct store_health *h, const struct snapshot *s, struct error *why)
{
    if (h->n > 0) {
        *why = h->warnings[0];
        return h->failed ? "failed" : "degraded";
    }
    for (size_t i = 0; i < snapshot_n_layers(s); i++)
        if (!store_health_layer(snapshot_layer_at(s, i), why))
            return "degraded";
    return "ok";
}

void store_health_write(struct json_writer *w, const struct store_health *h)
{
    for (size_t i = 0; i < h->n; i++) {
        jw_words_begin(w, h->warnings[i].code, h->warnings[i].zh, h->warnings[i].en);
        jw_object_end(w);
    }
}
