/* The C library as a door of the matrix test: one process checks many files.
 *
 *   matrix_library STORE READER
 *
 * Standard input: lines "PATH" or "PATH<tab>CRS". For each line it answers "ok N M", then N bytes of report
 * in JSON and M bytes of areas, one exact hexadecimal double a line; or "refused N 0", then N bytes: code,
 * sentence in Chinese, sentence in English, a line each. */
#include <hongxian.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct hx_bytes read_file(const char *path)
{
    struct hx_bytes b = {NULL, 0};
    FILE *f = fopen(path, "rb");
    if (!f || fseek(f, 0, SEEK_END))
        exit(99);
    b.size = (size_t)ftell(f);
    rewind(f);
    b.data = malloc(b.size + 1);
    if (!b.data || fread(b.data, 1, b.size, f) != b.size)
        exit(99);
    fclose(f);
    return b;
}

static void refuse(const struct hx_error *e)
{
    printf("refused %zu 0\n%s\n%s\n%s", strlen(e->code) + strlen(e->zh) + strlen(e->en) + 2, e->code, e->zh,
           e->en);
}

static void answer(struct hx_checker *checker, const struct hx_report *report)
{
    struct hx_error e;
    struct hx_bytes json;
    char area[64];
    size_t n = 0;
    if (hx_report_write(checker, HX_FORMAT_JSON, NULL, &json, &e)) {
        refuse(&e);
        return;
    }
    for (size_t i = 0; i < report->n_parcels; i++)
        n += (size_t)snprintf(area, sizeof area, "%a\n", report->parcels[i].area_m2);
    printf("ok %zu %zu\n", json.size, n);
    fwrite(json.data, 1, json.size, stdout);
    for (size_t i = 0; i < report->n_parcels; i++)
        printf("%a\n", report->parcels[i].area_m2);
    hx_bytes_free(&json);
}

static void check(struct hx_checker *checker, char *line)
{
    char *crs = strchr(line, '\t');
    if (crs)
        *crs++ = '\0';
    const struct hx_check_options options = {.size = sizeof options, .crs = crs};
    const struct hx_report *report;
    struct hx_error e;
    struct hx_bytes input = read_file(line);
    if (hx_check_bytes(checker, input.data, input.size, &options, &report, &e))
        refuse(&e);
    else
        answer(checker, report);
    hx_bytes_free(&input);
    fflush(stdout);
}

int main(int argc, char **argv)
{
    struct hx_store *store = NULL;
    struct hx_checker *checker = NULL;
    struct hx_error e;
    static char line[4096];
    if (argc != 3)
        return 99;
    if (hx_store_open(argv[1], &store, &e) || hx_checker_new(store, &checker, &e) ||
        hx_checker_reader(checker, argv[2], &e)) {
        fprintf(stderr, "%s\n%s\n", e.zh, e.en);
        return 1;
    }
    while (fgets(line, sizeof line, stdin)) {
        line[strcspn(line, "\n")] = '\0';
        check(checker, line);
    }
    hx_checker_free(checker);
    hx_store_close(store);
    return 0;
}
