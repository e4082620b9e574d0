/* The smallest program on the public library: one parcel from coordinates against the three lines.
 *
 *   check_one STORE WEST SOUTH EAST NORTH      (degrees, EPSG:4490)
 */
#include <hongxian.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    if (argc != 6) {
        fprintf(stderr, "usage: check_one STORE WEST SOUTH EAST NORTH\n");
        return 1;
    }
    double west = atof(argv[2]), south = atof(argv[3]), east = atof(argv[4]), north = atof(argv[5]);
    double lon[] = {west, east, east, west}, lat[] = {south, south, north, north};
    struct hx_ring ring = {lon, lat, 4};
    struct hx_store *store = NULL;
    struct hx_checker *checker = NULL;
    const struct hx_report *report;
    struct hx_error e;

    if (hx_store_open(argv[1], &store, &e) || hx_checker_new(store, &checker, &e) ||
        hx_check_rings(checker, &ring, 1, NULL, &report, &e)) {
        fprintf(stderr, "%s\n%s\n", e.zh, e.en);
        hx_checker_free(checker);
        hx_store_close(store);
        return 2;
    }
    const struct hx_parcel *p = &report->parcels[0];
    printf("parcel %.4f m2 %s%s\n", p->area_m2, hx_verdict_name(p->verdict),
           report->synthetic ? " (示例数据)" : "");
    for (int l = 0; l < (int)p->n_layers; l++)
        printf("%s %s %.4f\n", p->layers[l].layer, hx_status_name(p->layers[l].status), p->layers[l].area_m2);
    for (size_t i = 0; i < p->n_remarks; i++)
        printf("remark %s %s\n", p->remarks[i].code, p->remarks[i].en);
    hx_checker_free(checker);
    hx_store_close(store);
    return 0;
}
