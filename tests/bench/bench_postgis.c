/* What one parcel costs by PostGIS over a Unix socket: one connection, one prepared statement, the parcel as
 * binary EWKB, all three lines in one query.
 *
 *   bench_postgis CONNINFO DATA_DIR REDLINE_TABLE FARMLAND_TABLE URBAN_TABLE
 *
 * JSON on standard output. */
#include "bench_data.h"

#include "formats/wkb.h"

#include <libpq-fe.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LATENCY_PARCELS = 1000, N_LAYERS = 3, EWKB_HAS_SRID = 0x20000000, WKB_HEADER = 5, SRID = 4490 };

static void stop(PGconn *db)
{
    fprintf(stderr, "bench: %s\n", PQerrorMessage(db));
    exit(2);
}

static PGresult *must(PGconn *db, PGresult *r)
{
    ExecStatusType s = PQresultStatus(r);
    if (s != PGRES_COMMAND_OK && s != PGRES_TUPLES_OK)
        stop(db);
    return r;
}

/* WKB has no place for the SRID; EWKB puts it behind the type. Both are little-endian here. */
static void ewkb_of(const struct geo_shape *s, struct buffer *wkb, struct buffer *ewkb)
{
    uint32_t type, srid = SRID;
    buffer_clear(wkb);
    buffer_clear(ewkb);
    wkb_write(s, wkb);
    memcpy(&type, wkb->data + 1, sizeof type);
    type |= EWKB_HAS_SRID;
    buffer_append(ewkb, wkb->data, 1);
    buffer_append(ewkb, &type, sizeof type);
    buffer_append(ewkb, &srid, sizeof srid);
    buffer_append(ewkb, wkb->data + WKB_HEADER, wkb->size - WKB_HEADER);
}

static void prepare(PGconn *db, char **table)
{
    char sql[2048];
    int at = 0;
    for (int l = 0; l < N_LAYERS; l++)
        at += snprintf(
            sql + at, sizeof sql - (size_t)at,
            "%sSELECT %d AS layer, id, sum(ST_Area(ST_Intersection($1, geom)::geography)) AS area FROM %s "
            "WHERE ST_Intersects($1, geom) GROUP BY id",
            l ? " UNION ALL " : "", l, table[l]);
    PQclear(must(db, PQexec(db, "SET plan_cache_mode = force_generic_plan; SET jit = off")));
    PGresult *r = must(db, PQexec(db, "SELECT 'geometry'::regtype::oid"));
    Oid geometry = (Oid)strtoul(PQgetvalue(r, 0, 0), NULL, 10);
    PQclear(r);
    PQclear(must(db, PQprepare(db, "check", sql, 1, &geometry)));
}

static double area_at(const PGresult *r, int row)
{
    uint64_t bits;
    double area;
    memcpy(&bits, PQgetvalue(r, row, 2), sizeof bits);
    bits = __builtin_bswap64(bits); /* the wire is big-endian */
    memcpy(&area, &bits, sizeof area);
    return area;
}

struct found {
    long long pairs;
    double area_m2;
};

static double ask(PGconn *db, const struct buffer *ewkb, struct found *found)
{
    const char *value = ewkb->data;
    int size = (int)ewkb->size, binary = 1;
    double start = bench_now_s();
    PGresult *r = PQexecPrepared(db, "check", 1, &value, &size, &binary, 1);
    double us = (bench_now_s() - start) * 1e6;
    must(db, r);
    for (int i = 0; i < PQntuples(r); i++) {
        found->area_m2 += area_at(r, i);
        found->pairs += area_at(r, i) > 0.01;
    }
    PQclear(r);
    return us;
}

int main(int argc, char **argv)
{
    if (argc != 6) {
        fprintf(stderr, "usage: bench_postgis CONNINFO DATA_DIR REDLINE_TABLE FARMLAND_TABLE URBAN_TABLE\n");
        return 1;
    }
    PGconn *db = PQconnectdb(argv[1]);
    if (PQstatus(db) != CONNECTION_OK)
        stop(db);
    prepare(db, argv + 3);
    struct bench_layer parcels = bench_layer_read(argv[2], "parcels");
    size_t n = parcels.n < LATENCY_PARCELS ? parcels.n : LATENCY_PARCELS;
    double *us = calloc(n + 1, sizeof *us);
    struct buffer out, wkb, ewkb;
    struct json_writer w;
    struct found found;
    buffer_init(&out, 0);
    buffer_init(&wkb, 0);
    buffer_init(&ewkb, 0);
    for (int pass = 0; pass < 3; pass++) { /* the last pass counts: warm, as ours is */
        found = (struct found){0, 0};
        for (size_t i = 0; i < n; i++) {
            ewkb_of(&parcels.shapes[i], &wkb, &ewkb);
            us[i] = ask(db, &ewkb, &found);
        }
    }
    jw_init(&w, &out, true);
    jw_object_begin(&w);
    bench_percentiles(&w, "latency_three_layers_us", us, n);
    jw_kv_integer(&w, "pairs_over_0.01_m2", found.pairs);
    jw_kv_fixed(&w, "area_m2", found.area_m2, 2);
    jw_object_end(&w);
    puts(out.data);
    free(us);
    buffer_release(&out);
    buffer_release(&wkb);
    buffer_release(&ewkb);
    bench_layer_release(&parcels);
    PQfinish(db);
    return 0;
}
