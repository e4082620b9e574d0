#include "http/request_counts.h"

/* From what a small check takes to what a request may take. */
static const double steps_s[REQUEST_STEPS] = {0.001, 0.005, 0.02, 0.05, 0.2, 1, 5, 20, 60};
static const char *const lanes[REQUEST_LANES] = {"slow", "quick", "none"};

void request_counts_end(struct request_counts *c, unsigned status, int lane, double seconds)
{
    struct request_durations *d = &c->durations[lane];
    int step = 0;
    while (step < REQUEST_STEPS && seconds > steps_s[step])
        step++;
    atomic_fetch_add(&d->n[step], 1);
    atomic_fetch_add(&d->microseconds, (unsigned long long)(seconds * 1e6));
    atomic_fetch_sub(&c->active, 1);
    atomic_fetch_add(&c->ended[status / 100 % REQUEST_CLASSES], 1);
}

void request_counts_write_durations(struct buffer *b, const struct request_counts *c, const char *name)
{
    for (int lane = 0; lane < REQUEST_LANES; lane++) {
        const struct request_durations *d = &c->durations[lane];
        unsigned long n = 0;
        for (int i = 0; i < REQUEST_STEPS; i++) {
            n += atomic_load(&d->n[i]);
            buffer_printf(b, "%s_bucket{lane=\"%s\",le=\"%g\"} %lu\n", name, lanes[lane], steps_s[i], n);
        }
        n += atomic_load(&d->n[REQUEST_STEPS]);
        buffer_printf(b, "%s_bucket{lane=\"%s\",le=\"+Inf\"} %lu\n%s_count{lane=\"%s\"} %lu\n", name,
                      lanes[lane], n, name, lanes[lane], n);
        buffer_printf(b, "%s_sum{lane=\"%s\"} %.6f\n", name, lanes[lane],
                      (double)atomic_load(&d->microseconds) / 1e6);
    }
}
