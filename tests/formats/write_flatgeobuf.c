/* Writes the geometries of GeoJSON on its standard input, one a line, as FlatGeobuf: for test_flatgeobuf.py.
 *   write_flatgeobuf KIND EPSG COUNT > FILE */
#include "formats/flatgeobuf.h"
#include "formats/geojson_read.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct fgb_column columns[] = {{"n", "序号", FGB_LONG},
                                            {"third", NULL, FGB_DOUBLE},
                                            {"says", "原文", FGB_TEXT},
                                            {"json", NULL, FGB_JSON}};

static void write_geometry(struct fgb_writer *w, const struct geojson_geometry *g)
{
    struct fgb_points p = {g->x, g->y, g->ring_start, g->n, g->n_rings};
    if (g->kind == GEOJSON_MULTIPOINT)
        p.start = NULL;
    if (g->kind == GEOJSON_NONE)
        return;
    if (g->kind < GEOJSON_MULTIPOLYGON) {
        fgb_geometry(w, (enum fgb_kind)g->kind, &p);
        return;
    }
    struct fgb_parts parts = fgb_parts(w, (enum fgb_kind)g->kind, g->n_parts);
    for (uint32_t i = 0; i < g->n_parts; i++) {
        p.start = g->ring_start + g->parts[i].first_ring;
        p.n_rings = g->parts[i + 1].first_ring - g->parts[i].first_ring;
        fgb_part(w, &parts);
        fgb_geometry(w, (enum fgb_kind)g->parts[i].kind, &p);
    }
}

static enum status write_line(struct fgb_writer *w, struct arena *a, const char *line, int n)
{
    struct geojson_geometry g;
    struct error e = {0};
    enum status s = geojson_read(line, a, &g, &e);
    if (s) {
        fprintf(stderr, "%s\n", e.en);
        return s;
    }
    fgb_feature_begin(w);
    write_geometry(w, &g);
    fgb_text(w, 2, n % 3 ? line : NULL);
    fgb_integer(w, 0, n % 2 ? n : -n * 10000000000LL);
    fgb_number(w, 1, n % 4 ? n / 3.0 : NAN);
    fgb_text(w, 3, n % 5 ? "{\"键\":[1,null]}" : NULL);
    fgb_feature_end(w);
    return STATUS_OK;
}

int main(int argc, char **argv)
{
    struct buffer out;
    struct fgb_writer w;
    char line[4096];
    if (argc != 4)
        return 1;
    struct arena *a = arena_new(1 << 20);
    buffer_init(&out, 0);
    fgb_init(&w, &out);
    fgb_head(&out, &(struct fgb_head){"layer", "图层", "示例数据", (enum fgb_kind)atoi(argv[1]), columns, 4,
                                      strtoull(argv[3], NULL, 10), atoi(argv[2])});
    enum status s = STATUS_OK;
    for (int n = 0; !s && fgets(line, sizeof line, stdin); n++) {
        line[strcspn(line, "\n")] = '\0';
        arena_reset(a);
        s = write_line(&w, a, line, n);
    }
    if (!s)
        s = buffer_status(&out, NULL);
    fwrite(out.data, 1, out.size, stdout);
    fgb_release(&w);
    buffer_release(&out);
    arena_free(a);
    return s ? 1 : 0;
}
