/* What a program can do with the library beside checking: write every document, keep, list, override, verify.
 *
 *   every_door STORE check FILE FOLDER CLASS CRS READER   writes FOLDER/report.json, .geojson, .text, .csv,
 *                                                         ...
 *   every_door STORE read FILE FOLDER CLASS CRS READER    as check, but report.json and parcels.txt only
 *   every_door STORE rings SLIVERS                        a square with a hole, as arrays; the report in JSON
 *   every_door STORE keep FILE OFFICER                    prints id, time and seal, then the report in JSON
 *   every_door STORE list | show ID | report ID | input ID | chain SEAL
 *   every_door STORE override ID VERDICT REASON OFFICER
 *   every_door STORE verify REPORT INPUT
 *
 * STORE may be STORE@DAY: the layer versions in force on that day. "-" stands for an argument that is not
 * given. The exit code is an enum hx_result. */
#include <hongxian.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct hx_store *store;
static struct hx_checker *checker;

static const char *given(const char *argument)
{
    return argument && strcmp(argument, "-") != 0 ? argument : NULL;
}

static int fail(const struct hx_error *e)
{
    fprintf(stderr, "%s\n%s\n%s\n", e->code, e->zh, e->en);
    return (int)e->result;
}

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

static int print_bytes(enum hx_result r, struct hx_bytes *b, const struct hx_error *e)
{
    if (r)
        return fail(e);
    fwrite(b->data, 1, b->size, stdout);
    hx_bytes_free(b);
    return 0;
}

static int check_file(const char *path, const struct hx_check_options *options)
{
    struct hx_error e;
    const struct hx_report *report;
    struct hx_bytes input = read_file(path);
    enum hx_result r = hx_check_bytes(checker, input.data, input.size, options, &report, &e);
    hx_bytes_free(&input);
    return r ? fail(&e) : 0;
}

static int write_document(enum hx_format format, const char *folder, const char *source_file)
{
    const struct hx_document_options options = {.size = sizeof options,
                                                .project_name = "光伏",
                                                .builder = "某公司",
                                                .source_file = source_file,
                                                .date = "2026-01-31"};
    struct hx_error e;
    struct hx_bytes b;
    char path[4096];
    if (hx_report_write(checker, format, &options, &b, &e))
        return fail(&e);
    snprintf(path, sizeof path, "%s/report.%s", folder, hx_format_name(format));
    FILE *f = fopen(path, "wb");
    if (!f || fwrite(b.data, 1, b.size, f) != b.size || fclose(f))
        return 99;
    hx_bytes_free(&b);
    return 0;
}

static int write_txt(const char *folder)
{
    struct hx_error e;
    struct hx_bytes b;
    char path[4096];
    if (hx_parcels_txt(checker, 37, false, &b, &e))
        return fail(&e);
    snprintf(path, sizeof path, "%s/parcels.txt", folder);
    FILE *f = fopen(path, "wb");
    if (!f || fwrite(b.data, 1, b.size, f) != b.size || fclose(f))
        return 99;
    hx_bytes_free(&b);
    return 0;
}

/* `all`: in every format that the library names; else as JSON. */
static int check_and_write(char **a, bool all)
{
    const struct hx_check_options options = {
        .size = sizeof options, .project_class = given(a[2]), .crs = given(a[3])};
    const char *slash = strrchr(a[0], '/');
    struct hx_error e;
    if (hx_checker_reader(checker, given(a[4]), &e))
        return fail(&e);
    int code = check_file(a[0], &options);
    struct hx_bytes none;
    if (!code && (hx_report_write(checker, (enum hx_format)77, NULL, &none, &e) != HX_INVALID_INPUT ||
                  strcmp(e.code, "unknown-format") != 0))
        return 95; /* a format that there is not is no other format */
    for (int f = HX_FORMAT_JSON; !code && strcmp(hx_format_name((enum hx_format)f), "?") != 0; f++)
        if (all || f == HX_FORMAT_JSON)
            code = write_document((enum hx_format)f, a[1], slash ? slash + 1 : a[0]);
    return code ? code : write_txt(a[1]);
}

static int run_check(char **a)
{
    return check_and_write(a, true);
}

static int run_read(char **a)
{
    return check_and_write(a, false);
}

/* Coordinates as arrays: what is no number, no ring or no area is refused with a sentence, like in a file. */
static int run_rings(char **a)
{
    const double lon[] = {111.705, 111.725, 111.725, 111.705}, lat[] = {40.802, 40.802, 40.806, 40.806};
    const double hole_lon[] = {111.710, 111.712, 111.712, 111.710, 111.710},
                 hole_lat[] = {40.803, 40.803, 40.804, 40.804, 40.803};
    const double zero = 0, bad_lon[] = {111.705, zero / zero, 111.725, 111.705};
    const struct hx_ring rings[] = {{lon, lat, 4}, {hole_lon, hole_lat, 5}}, bad = {bad_lon, lat, 4},
                         empty = {NULL, NULL, 0};
    const struct hx_check_options options = {.size = sizeof options, .slivers = given(a[0])};
    const struct hx_report *report;
    struct hx_error e;
    struct hx_bytes b;
    if (hx_check_rings(checker, &bad, 1, NULL, &report, &e) != HX_INVALID_INPUT || !*e.zh ||
        hx_check_rings(checker, &empty, 1, NULL, &report, &e) != HX_INVALID_INPUT || !*e.zh ||
        hx_check_rings(checker, rings, 0, NULL, &report, &e) != HX_INVALID_INPUT || !*e.zh)
        return 96;
    if (hx_check_rings(checker, rings, 2, &options, &report, &e))
        return fail(&e);
    return print_bytes(hx_report_write(checker, HX_FORMAT_JSON, NULL, &b, &e), &b, &e);
}

static int run_keep(char **a)
{
    const struct hx_keep_options options = {
        .size = sizeof options, .officer = given(a[1]), .project_name = "光伏", .input_name = "a.geojson"};
    struct hx_error e;
    struct hx_kept kept = {.size = sizeof kept};
    struct hx_bytes b;
    int code = check_file(a[0], NULL);
    if (code)
        return code;
    if (hx_report_keep(checker, &options, &kept, &e))
        return fail(&e);
    if (hx_report_keep(checker, &options, &kept, &e) != HX_CONFLICT)
        return 98;
    printf("%" PRId64 " %s %s\n", kept.id, kept.kept_at, kept.sha256);
    return print_bytes(hx_report_write(checker, HX_FORMAT_JSON, NULL, &b, &e), &b, &e);
}

static bool print_row(const struct hx_record *r, void *user)
{
    (void)user;
    printf("%" PRId64 "|%s|%s|%s|%s|%s|%" PRId64 "|%s|%s|%s|%s\n", r->id, r->kind, r->kept_at, r->officer,
           r->verdict, r->project_name, r->refers_to, r->reason, r->input_sha256, r->result_sha256,
           r->sha256);
    return true;
}

static int run_list(char **a)
{
    struct hx_error e;
    (void)a;
    return hx_records(store, 0, 0, print_row, NULL, &e) ? fail(&e) : 0;
}

static int run_show(char **a)
{
    struct hx_error e;
    struct hx_bytes b;
    return print_bytes(hx_record_json(store, atoll(a[0]), &b, &e), &b, &e);
}

static int run_report(char **a)
{
    struct hx_error e;
    struct hx_bytes b;
    return print_bytes(hx_record_report(store, atoll(a[0]), &b, &e), &b, &e);
}

static int run_input(char **a)
{
    struct hx_error e;
    struct hx_bytes b;
    return print_bytes(hx_record_input(store, atoll(a[0]), &b, &e), &b, &e);
}

static int run_override(char **a)
{
    struct hx_error e;
    struct hx_kept kept = {.size = sizeof kept};
    if (hx_record_override(store, atoll(a[0]), given(a[1]), given(a[2]), given(a[3]), &kept, &e))
        return fail(&e);
    printf("%" PRId64 " %s %s\n", kept.id, kept.kept_at, kept.sha256);
    return 0;
}

static int run_chain(char **a)
{
    struct hx_error e;
    struct hx_chain c = {.size = sizeof c};
    if (hx_records_verify(store, given(a[0]), &c, &e))
        return fail(&e);
    printf("%s %" PRId64 " %" PRId64 " %s %" PRId64 " %s\n", c.sound ? "sound" : "broken", c.n_rows,
           c.head_id, c.head, c.broken_id, c.en);
    return 0;
}

static int run_verify(char **a)
{
    struct hx_error e;
    const struct hx_verification *v;
    struct hx_bytes report = read_file(a[0]), input = {NULL, 0};
    if (given(a[1]))
        input = read_file(a[1]);
    enum hx_result r = hx_verify_report(checker, report.data, report.size, input.data, input.size, &v, &e);
    hx_bytes_free(&report);
    hx_bytes_free(&input);
    if (r)
        return fail(&e);
    printf("%s %" PRId64 " %s\n",
           v->finding == HX_IDENTICAL ? "identical"
           : v->finding == HX_DIFFERS ? "differs"
                                      : "cannot_recompute",
           v->record_id, v->verdict);
    for (size_t i = 0; i < v->n_listed; i++)
        printf("%s %s %s %s\n", v->differences[i].path, v->differences[i].reported, v->differences[i].found,
               v->differences[i].against);
    for (size_t i = 0; i < v->n_missing; i++)
        printf("missing %s\n", v->missing[i].en);
    return 0;
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        int n;
        int (*run)(char **);
    } verbs[] = {{"rings", 1, run_rings},       {"check", 5, run_check},  {"read", 5, run_read},
                 {"keep", 2, run_keep},         {"list", 0, run_list},    {"show", 1, run_show},
                 {"report", 1, run_report},     {"input", 1, run_input},  {"chain", 1, run_chain},
                 {"override", 4, run_override}, {"verify", 2, run_verify}};
    struct hx_error e;
    struct hx_bytes none;
    for (size_t i = 0; argc > 2 && i < sizeof verbs / sizeof *verbs; i++) {
        if (strcmp(argv[2], verbs[i].name) != 0 || argc != 3 + verbs[i].n)
            continue;
        char *day = strchr(argv[1], '@');
        if (day)
            *day++ = '\0';
        if (day ? hx_store_open_as_of(argv[1], day, &store, &e) : hx_store_open(argv[1], &store, &e))
            return fail(&e);
        if (hx_checker_new(store, &checker, &e))
            return fail(&e);
        if (hx_report_write(checker, HX_FORMAT_JSON, NULL, &none, &e) != HX_INVALID_INPUT)
            return 97; /* nothing was checked yet */
        int code = verbs[i].run(argv + 3);
        hx_checker_free(checker);
        hx_store_close(store);
        return code;
    }
    fprintf(stderr, "usage: every_door STORE VERB ...\n");
    return 99;
}
