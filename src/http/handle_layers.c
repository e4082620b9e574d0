/* GET /layers: every control layer that is defined, in the order of the report, examined or not: what a
 * client needs so that it names none of its own. Of data that are loaded, /collections. */
#include "http/route.h"

#include "formats/json.h"

#include <stdio.h>
#include <string.h>

static void kv_colour(struct json_writer *w, const char *key, unsigned rgb)
{
    char text[8];
    snprintf(text, sizeof text, "#%06x", rgb & 0xffffff);
    jw_kv_string(w, key, text);
}

static void kv_texts(struct json_writer *w, const char *key, const char *const *texts)
{
    jw_key(w, key);
    jw_array_begin(w);
    for (; texts && *texts; texts++)
        jw_string(w, *texts);
    jw_array_end(w);
}

static void kv_screen(struct json_writer *w, const struct line_screen *s)
{
    jw_key(w, "screen");
    if (!s->given) {
        jw_null(w);
        return;
    }
    jw_object_begin(w);
    kv_colour(w, "fill", s->fill);
    jw_kv_number(w, "alpha", s->alpha);
    jw_kv_string(w, "pattern", s->pattern);
    kv_colour(w, "ink", s->ink);
    jw_kv_number(w, "ink_alpha", s->ink_alpha);
    kv_colour(w, "edge", s->edge);
    jw_kv_number(w, "width", s->width);
    jw_object_end(w);
}

static void write_symbol(struct json_writer *w, const struct line_symbol *s)
{
    jw_key(w, "symbol");
    jw_object_begin(w);
    kv_colour(w, "fill", s->fill);
    kv_colour(w, "edge", s->edge);
    kv_colour(w, "overlap", s->overlap);
    jw_kv_number(w, "alpha", s->alpha);
    jw_kv_number(w, "width", s->width);
    jw_kv_number(w, "hatch", s->hatch);
    jw_kv_bool(w, "dashed", s->dashed);
    kv_screen(w, &s->screen);
    jw_object_end(w);
}

static void write_zones(struct json_writer *w, const struct control_line *line)
{
    jw_key(w, "zones");
    jw_array_begin(w);
    for (int z = 0; z < line->n_zones; z++) {
        const struct line_zone *zone = &line->zones[z];
        jw_object_begin(w);
        jw_kv_string(w, "zh", zone->zh);
        jw_kv_string(w, "en", zone->en);
        jw_kv_string(w, "group", zone->group);
        jw_kv_string(w, "has", zone->has);
        kv_texts(w, "has_not", zone->not );
        kv_texts(w, "codes", zone->codes);
        if (zone->has_fill)
            kv_colour(w, "fill", zone->fill);
        kv_screen(w, &zone->screen);
        jw_object_end(w);
    }
    jw_array_end(w);
}

static void write_quotes(struct json_writer *w, const struct line_quote *quotes, size_t n)
{
    jw_key(w, "quotes");
    jw_array_begin(w);
    for (size_t i = 0; i < n; i++) {
        jw_object_begin(w);
        jw_kv_string(w, "zh", quotes[i].zh);
        jw_kv_string(w, "en", quotes[i].en);
        jw_kv_string(w, "where", quotes[i].where);
        jw_object_end(w);
    }
    jw_array_end(w);
}

static void write_space(struct json_writer *w, const struct control_line *line)
{
    jw_key(w, "space");
    if (!*line->space) {
        jw_null(w);
        return;
    }
    jw_object_begin(w);
    jw_kv_string(w, "layer", line->space);
    kv_screen(w, &line->space_screen);
    write_quotes(w, line->space_quotes, line->n_space_quotes);
    jw_object_end(w);
}

static void write_texts(struct json_writer *w, const struct control_line *line)
{
    jw_kv_string(w, "office_zh", line->office_zh);
    jw_kv_string(w, "office_en", line->office_en);
    jw_key(w, "links");
    jw_array_begin(w);
    for (size_t i = 0; i < line->n_links; i++) {
        jw_object_begin(w);
        jw_kv_string(w, "title", line->links[i].title);
        jw_kv_string(w, "url", line->links[i].url);
        jw_kv_string(w, "confidence", line->links[i].confidence);
        jw_object_end(w);
    }
    jw_array_end(w);
    write_quotes(w, line->quotes, line->n_quotes);
}

/* The classes that may be claimed on it: of a line without data none may. */
static void write_classes(struct json_writer *w, const struct snapshot *s, const struct control_line *line,
                          bool loaded)
{
    const char *code;
    size_t at = 0;
    jw_key(w, "classes");
    jw_array_begin(w);
    while (loaded && (code = claim_next_class(snapshot_rules(s), line->number, &at)))
        jw_string(w, code);
    jw_array_end(w);
}

static void write_line(struct json_writer *w, const struct snapshot *s, const struct control_line *line)
{
    const struct layer_snapshot *layer = snapshot_layer(s, line->id);
    jw_object_begin(w);
    jw_kv_string(w, "id", line->id);
    jw_kv_string(w, "standard", line->standard);
    jw_kv_string(w, "title_zh", line->title_zh);
    jw_kv_string(w, "title_en", line->title_en);
    jw_kv_string(w, "short_zh", line->short_zh);
    jw_kv_string(w, "short_en", line->short_en);
    jw_kv_string(w, "prefix", line->prefix);
    jw_kv_string(w, "relation", line_relation_name(line->relation));
    jw_kv_bool(w, "must", line->must);
    jw_kv_bool(w, "examined", line->number >= 0);
    jw_kv_bool(w, "loaded", layer != NULL);
    jw_kv_bool(w, "synthetic", layer && layer->version.synthetic);
    write_symbol(w, &line->symbol);
    write_zones(w, line);
    jw_kv_string(w, "outside", line->outside);
    jw_kv_string(w, "outside_en", line->outside_en);
    write_space(w, line);
    write_texts(w, line);
    write_classes(w, s, line, layer != NULL);
    jw_kv_string(w, "definition", line->definition);
    jw_object_end(w);
}

enum status handle_layers(struct request *rq, struct reply *reply, struct error *e)
{
    const struct line_table *t = snapshot_lines(rq->snapshot);
    struct buffer b;
    struct json_writer w;
    buffer_init(&b, 0);
    jw_init(&w, &b, false);
    jw_object_begin(&w);
    jw_key(&w, "layers");
    jw_array_begin(&w);
    /* Both lists are in the order of the report: the next is the earlier of their first ones. */
    for (int l = 0, r = 0; l < t->n || r < t->n_rest;) {
        bool examined = r == t->n_rest || (l < t->n && line_at(t, l)->order <= t->rest[r].order);
        write_line(&w, rq->snapshot, examined ? line_at(t, l++) : &t->rest[r++]);
    }
    jw_array_end(&w);
    jw_object_end(&w);
    enum status s = reply_buffer(reply, &b, "application/json; charset=utf-8", e);
    buffer_release(&b);
    if (!s)
        reply_header(reply, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    return s;
}
