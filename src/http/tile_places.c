#include "http/tile_places.h"

#include "base/sha256.h"
#include "http/stored_json.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { CODE, NAME, KIND };
const char *const tile_place_keys[MVT_KEYS] = {[CODE] = "code", [NAME] = "name", [KIND] = "kind", "merged"};

struct reading {
    struct arena *arena;
    struct mixed_feature *features;
    size_t n, capacity;
    enum status status;
    struct error *error;
};

struct members {
    struct arena *arena;
    struct mixed_feature *feature;
    bool no_memory;
};

static void take_member(const char *key, const char *value, void *user)
{
    struct members *m = user;
    for (int i = 0; i < MVT_TEXTS; i++)
        if (i != NAME && strcmp(key, tile_place_keys[i]) == 0) {
            m->feature->tags[i] = arena_strdup(m->arena, value);
            m->no_memory |= !m->feature->tags[i];
        }
}

static enum status read_place(struct reading *r, const struct store_plan_feature *f)
{
    struct geojson_geometry *g = arena_alloc(r->arena, sizeof *g);
    if (!g || !ARENA_RESERVE(r->arena, r->features, r->capacity, r->n + 1))
        return error_no_memory(r->error);
    struct mixed_feature *to = &r->features[r->n++];
    *to = (struct mixed_feature){.id = f->id, .geometry = g};
    to->tags[NAME] = arena_strdup(r->arena, f->name);
    struct members members = {r->arena, to, to->tags[NAME] == NULL};
    (void)stored_json_each_member(f->properties, take_member, &members);
    return members.no_memory ? error_no_memory(r->error) : geojson_read(f->geometry, r->arena, g, r->error);
}

static bool take_place(const struct store_plan_feature *f, void *user)
{
    struct reading *r = user;
    r->status = read_place(r, f);
    return r->status == STATUS_OK;
}

enum status tile_places_encode(struct request *rq, const struct place_set *set, const struct tile_id *t,
                               struct buffer *out, struct error *e)
{
    struct reading r = {.arena = rq->worker->check.arena, .error = e};
    struct geo_box box = tile_box(t, TILE_BUFFER_UNITS);
    enum status s = store_plan_features(rq->worker->store, set->id, &box, 0, 0, take_place, &r, e);
    if (!s)
        s = r.status;
    struct mixed_layer layer = {.name = set->id, .features = r.features, .n = r.n};
    memcpy(layer.keys, tile_place_keys, sizeof layer.keys);
    return s ? s : tile_encode_mixed(&layer, t, rq->worker->tile, out, e);
}

enum status tile_places_box(const struct request *rq, const struct place_set *set, struct geo_box *box,
                            bool *any, struct error *e)
{
    int64_t n = 0;
    enum status s = store_plan_extent(rq->worker->store, set->id, box, &n, e);
    *any = n > 0;
    return s;
}

uint64_t tile_places_content(const struct request *rq)
{
    struct sha256_ctx sum;
    uint8_t digest[SHA256_BYTES];
    char number[24];
    uint64_t first = 0;
    snprintf(number, sizeof number, "%" PRId64, snapshot_generation(rq->snapshot));
    sha256_init(&sum);
    sha256_add_field(&sum, "file", engine_store_mark(rq->engine));
    sha256_add_field(&sum, "generation", number);
    sha256_digest(&sum, sizeof digest, digest);
    for (int i = 0; i < 8; i++)
        first = first << 8 | digest[i];
    return first;
}
