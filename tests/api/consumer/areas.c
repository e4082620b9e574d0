/* Areas only, of many parcels against one line, as another program would ask for them.
 *
 *   areas STORE LINE [STOP_AFTER]
 *
 * LINE: 0 ecological red line, 1 permanent basic farmland, 2 urban development boundary. Standard input: for
 * each parcel the number of its rings, then for each ring the number of its points and their longitudes and
 * latitudes. Prints for each parcel its number, its area, what of it the line does not cover, then code:area.
 * The exit code is an enum hx_result. */
#include <hongxian.h>
#include <stdio.h>
#include <stdlib.h>

enum { MAX_PARCELS = 4000 };
static struct hx_polygon parcels[MAX_PARCELS];
static size_t n_parcels, n_told, stop_after;

static struct hx_ring read_ring(void)
{
    size_t n;
    if (scanf("%zu", &n) != 1)
        exit(99);
    double *lon = malloc(2 * (n + 1) * sizeof *lon), *lat = lon + n;
    for (size_t i = 0; lon && i < n; i++)
        if (scanf("%lf %lf", &lon[i], &lat[i]) != 2)
            exit(99);
    return (struct hx_ring){lon, lat, n};
}

static void read_parcels(void)
{
    size_t n_rings;
    for (; n_parcels < MAX_PARCELS && scanf("%zu", &n_rings) == 1; n_parcels++) {
        struct hx_ring *rings = malloc((n_rings + 1) * sizeof *rings);
        for (size_t r = 0; rings && r < n_rings; r++)
            rings[r] = read_ring();
        parcels[n_parcels] = (struct hx_polygon){rings, n_rings};
    }
}

static void free_parcels(void)
{
    for (size_t i = 0; i < n_parcels; i++) {
        for (size_t r = 0; r < parcels[i].n_rings; r++)
            free((double *)parcels[i].rings[r].lon_deg);
        free((struct hx_ring *)parcels[i].rings);
    }
}

static bool print_areas(const struct hx_parcel_areas *a, void *user)
{
    (void)user;
    printf("%zu %.6f %.6f", a->parcel, a->area_m2, a->uncovered_m2);
    for (size_t i = 0; i < a->n_features; i++)
        printf(" %s:%.6f", a->features[i].code, a->features[i].area_m2);
    printf("\n");
    return ++n_told != stop_after;
}

int main(int argc, char **argv)
{
    struct hx_store *store = NULL;
    struct hx_checker *checker = NULL;
    struct hx_error e;
    if (argc < 3)
        return 99;
    stop_after = argc > 3 ? (size_t)atoll(argv[3]) : 0;
    read_parcels();
    enum hx_result r = hx_store_open(argv[1], &store, &e);
    if (!r)
        r = hx_checker_new(store, &checker, &e);
    if (!r)
        r = hx_areas(checker, argv[2], parcels, n_parcels, print_areas, NULL, &e);
    if (r)
        fprintf(stderr, "%s\n%s\n%s\n", e.code, e.zh, e.en);
    hx_checker_free(checker);
    hx_store_close(store);
    free_parcels();
    return (int)r;
}
