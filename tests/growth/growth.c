/* growth CASE=N ... does each case once, in order; growth --list names them with their sizes. See
 * growth.h. */
#include "growth/growth.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name, *says;
    growth_case *run;
    size_t n;
    const char *most; /* times the instructions for twice the size; NULL: as every case */
} cases[] = {
    {"many_features", "a parcel over n features: check", many_features, 1000, NULL},
    {"many_shapes", "a parcel over n features: their common ground as one shape", many_shapes, 300, NULL},
    {"many_drawn", "a parcel over n features: the map of the report", many_drawn, 300, NULL},
    {"many_near", "n features beside a parcel of n teeth, none of them upon it", many_near, 1000, NULL},
    {"many_overlapping", "a parcel over n features, each upon its neighbour: the union", many_overlapping,
     200, NULL},
    {"many_slivers", "n slivers along the border of a parcel of n vertices", many_slivers, 250, NULL},
    {"many_zones", "a parcel over n sub-zones", many_zones, 1000, NULL},
    {"many_in_two_lines", "a parcel over n features of one line and n of another: what they share",
     many_in_two_lines, 100, NULL},
    {"many_holes_near", "a parcel over a feature with n holes", many_holes_near, 300, NULL},
    {"star_parcel", "a star of n rays over a feature", star_parcel, 1500, NULL},
    {"comb_parcel", "a comb of n teeth over a feature", comb_parcel, 500, NULL},
    {"star_over_many", "a star of 16 rays over n features", star_over_many, 250, NULL},
    {"comb_over_few", "a comb of n teeth over 16 features", comb_over_few, 80, NULL},
    {"region_parcel", "a parcel of n vertices over n features", region_parcel, 250, NULL},
    {"ring_beside", "a parcel at the corner of a feature of n vertices, most of them far away", ring_beside,
     100000, "1.2"},
    {"far_layers", "a look into n layers, of which one is near", far_layers, 16, "1.5"},
    /* At twice this size GEOS's polygonizer, which looks for each hole's points among all of its shell's,
     * is a third of the work, and it grows with the square. */
    {"border_holes_meant", "n holes that touch one straight border: what the rings mean", border_holes_meant,
     500, NULL},
    {"border_holes_nested", "n rings along one straight border: which are holes", border_holes_nested, 4000,
     NULL},
    {"border_holes_valid", "n holes along one straight border: validity", border_holes_valid, 4000, NULL},
    {"spikes_valid", "a star of n spikes: validity", spikes_valid, 4000, NULL},
    {"rings_in_rings_valid", "n rings, each in the one before: validity", rings_in_rings_valid, 4000, NULL},
    {"border_holes_touching", "n holes that touch one straight border: validity", border_holes_touching, 2000,
     NULL},
    {"tile_of_bars", "a tile over n features that reach far beyond it", tile_of_bars, 1000, NULL},
    {"tile_of_specks", "a tile over n features that are too small to be seen", tile_of_specks, 4000, NULL},
    {"tile_of_few_parts", "a tile that has four of a feature's n parts", tile_of_few_parts, 4000, "1.2"},
    {"tile_of_holes", "a tile over a feature of n parts with a hole each", tile_of_holes, 1000, NULL},
    {"tile_of_points_and_a_line", "a tile of n points, and a line that leaves it n times",
     tile_of_points_and_a_line, 3000, NULL},
};
enum { N_CASES = sizeof cases / sizeof *cases };

__attribute__((noinline)) void growth_counted(growth_work *work, void *what)
{
    work(what);
    __asm__ volatile(""); /* not a jump: callgrind waits for the return */
}

void growth_must(enum status s, const struct error *e)
{
    if (s) {
        fprintf(stderr, "status %d: %s\n", (int)s, e->en);
        exit(1);
    }
}

void growth_expected(int holds, const char *condition, const char *file, int line)
{
    if (!holds) {
        fprintf(stderr, "%s:%d: not so: %s\n", file, line, condition);
        exit(1);
    }
}

static bool run(const char *name, size_t n)
{
    for (size_t i = 0; i < N_CASES; i++)
        if (strcmp(cases[i].name, name) == 0) {
            cases[i].run(n);
            return true;
        }
    return false;
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--list") == 0)
        for (size_t i = 0; i < N_CASES; i++)
            printf("%s\t%zu\t%s\t%s\n", cases[i].name, cases[i].n, cases[i].most ? cases[i].most : "",
                   cases[i].says);
    for (int i = 1; i < argc; i++) {
        char name[64];
        size_t n;
        if (sscanf(argv[i], "%63[a-z_]=%zu", name, &n) == 2 && !run(name, n)) {
            fprintf(stderr, "no case %s\n", name);
            return 1;
        }
    }
    return 0;
}
