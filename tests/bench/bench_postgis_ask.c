/* One prepared statement, asked many times over one connection: what PostGIS takes for a tile, or a page.
 *
 *   bench_postgis_ask CONNINFO < QUESTIONS
 *
 * The first line of QUESTIONS is the statement, whose parameters ($1, $2, ...) are integers; each further
 * line has their values. For each prints: microseconds, bytes of the first column in all rows. Answers are
 * binary. */
#include "bench_data.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_PARAMS = 8, OID_INT4 = 23, LINE = 8192 };

static void must(PGconn *db, PGresult *r)
{
    ExecStatusType s = PQresultStatus(r);
    if (s == PGRES_COMMAND_OK || s == PGRES_TUPLES_OK)
        return;
    fprintf(stderr, "bench: %s\n", PQerrorMessage(db));
    exit(2);
}

static void ask(PGconn *db, char *line)
{
    const char *values[MAX_PARAMS];
    char *rest = NULL;
    int n = 0;
    size_t bytes = 0;
    for (char *v = strtok_r(line, " \n", &rest); v && n < MAX_PARAMS; v = strtok_r(NULL, " \n", &rest))
        values[n++] = v;
    double start = bench_now_s();
    PGresult *r = PQexecPrepared(db, "ask", n, values, NULL, NULL, 1);
    double us = (bench_now_s() - start) * 1e6;
    must(db, r);
    for (int i = 0; i < PQntuples(r); i++)
        bytes += (size_t)PQgetlength(r, i, 0);
    printf("%.1f %zu\n", us, bytes);
    PQclear(r);
}

int main(int argc, char **argv)
{
    static char line[LINE];
    static const Oid types[MAX_PARAMS] = {OID_INT4, OID_INT4, OID_INT4, OID_INT4,
                                          OID_INT4, OID_INT4, OID_INT4, OID_INT4};
    PGconn *db = PQconnectdb(argc == 2 ? argv[1] : "");
    if (argc != 2 || PQstatus(db) != CONNECTION_OK || !fgets(line, sizeof line, stdin)) {
        fprintf(stderr, "usage: bench_postgis_ask CONNINFO < QUESTIONS\n%s", PQerrorMessage(db));
        return 2;
    }
    int n_params = 0;
    for (int i = 1; i <= MAX_PARAMS; i++) {
        char name[] = {'$', (char)('0' + i), '\0'};
        n_params = strstr(line, name) ? i : n_params;
    }
    PGresult *r = PQprepare(db, "ask", line, n_params, types);
    must(db, r);
    PQclear(r);
    while (fgets(line, sizeof line, stdin))
        ask(db, line);
    PQfinish(db);
    return 0;
}
