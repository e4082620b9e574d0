/* Audits through the library.
 *
 *   audits STORE parcels INPUT OUTPUT CLASS_FIELD SINCE STOP_AT   STOP_AT: parcels after which to stop, 0
 *                                                                 never
 *   audits STORE resume INPUT OUTPUT CLASS_FIELD
 *   audits STORE lines OUTPUT COMPARE STOP_AT
 *   audits STORE figures OUTPUT
 *
 * "-" stands for an argument that is not given. Prints the outcome; the exit code is an enum hx_result. */
#include <hongxian.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct watch {
    int64_t stop_at, calls, last;
};

static bool progress(const struct hx_audit_progress *p, void *user)
{
    struct watch *w = user;
    if (p->done < w->last || (p->total >= 0 && p->done > p->total) || p->seconds < 0)
        exit(98); /* progress never goes back */
    w->last = p->done;
    w->calls++;
    return w->stop_at == 0 || p->done < w->stop_at;
}

static const char *given(const char *argument)
{
    return argument && strcmp(argument, "-") != 0 ? argument : NULL;
}

int main(int argc, char **argv)
{
    struct hx_store *store;
    struct hx_error e;
    struct hx_audit_outcome o = {.size = sizeof o, .n_parcels = -1};
    struct watch w = {0, 0, 0};
    struct hx_audit_options options = {
        .size = sizeof options, .threads = 2, .progress = progress, .user = &w};
    if (argc < 4)
        return 99;
    enum hx_result r = hx_store_open(argv[1], &store, &e);
    if (!r && strcmp(argv[2], "parcels") == 0 && argc == 8) {
        options.class_field = given(argv[5]);
        options.since = given(argv[6]);
        w.stop_at = atoll(argv[7]);
        r = hx_audit_parcels(store, argv[3], argv[4], &options, &o, &e);
    } else if (!r && strcmp(argv[2], "resume") == 0 && argc == 6) {
        options.class_field = given(argv[5]);
        options.resume = true;
        r = hx_audit_parcels(store, argv[3], argv[4], &options, &o, &e);
    } else if (!r && strcmp(argv[2], "lines") == 0 && argc == 6) {
        options.compare = given(argv[4]);
        w.stop_at = atoll(argv[5]);
        r = hx_audit_lines(store, argv[3], &options, &o, &e);
    } else if (!r && strcmp(argv[2], "figures") == 0) {
        r = hx_audit_figures(store, argv[3], NULL, &o, &e);
    }
    if (r) {
        fprintf(stderr, "%s\n%s\n%s\n", e.code, e.zh, e.en);
        return (int)r;
    }
    printf("parcels %" PRId64 " prohibited %" PRId64 " findings %" PRId64 " reused %" PRId64
           " resumed %" PRId64 " still %" PRId64 " stopped %d calls %" PRId64 "\n",
           o.n_parcels, o.by_verdict[HX_VERDICT_PROHIBITED], o.n_findings, o.n_reused, o.resumed_after,
           o.n_still, o.stopped, w.calls);
    for (size_t i = 0; i < o.n_notes; i++)
        printf("提醒：%s\nnote: %s\n", o.notes[i].zh, o.notes[i].en);
    if (*o.since_zh)
        printf("全部重新测算：%s。\nEverything was measured: %s.\n", o.since_zh, o.since_en);
    if (o.finished_before)
        printf("结果已完整，无须继续。\nThe output is complete already.\n");
    hx_store_close(store);
    return 0;
}
