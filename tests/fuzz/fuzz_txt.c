/* A 国土TXT, whole and plot by plot: the reader of the whole file and the cutter with its reader agree. What
 * is accepted whole is given plot by plot with as many areas and rings, and without a fault; and what is
 * refused whole is not given plot by plot as nothing. */
#include "fuzz.h"

#include "features/stream.h"
#include "formats/wkb.h"

struct cut {
    enum status status; /* of the file */
    size_t n, n_faults, n_rings;
};

static size_t rings_of(const struct feature *f)
{
    struct geo_shape_builder b;
    struct error e;
    geo_shape_builder_init(&b);
    require(wkb_read(f->wkb, f->n_wkb, &b, &e) == STATUS_OK);
    size_t n = b.n_rings;
    geo_shape_builder_release(&b);
    return n;
}

static struct cut read_by_plot(const uint8_t *data, size_t n, struct arena *arena)
{
    const struct feature_request request = {.bytes = data, .n_bytes = n};
    struct feature_stream *s = NULL;
    struct error e = {.status = STATUS_OK};
    struct cut cut = {.status = feature_stream_open_text(&request, &s, &e)};
    require(s || cut.status);
    for (bool more = !cut.status; more;) {
        struct feature f;
        cut.status = feature_stream_next(s, arena, &f, &more, &e);
        if (cut.status || !more)
            break;
        cut.n++;
        if (f.fault) {
            cut.n_faults++;
            require(f.fault->code[0] && f.fault->zh[0] && f.fault->en[0]);
        } else {
            cut.n_rings += rings_of(&f);
        }
    }
    require(cut.status != STATUS_INTERNAL && (!cut.status || (e.code[0] && e.zh[0] && e.en[0])));
    feature_stream_close(s);
    return cut;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    const struct parcel_context *c = fuzz_context();
    struct parcel_set set = {.format = PARCEL_FORMAT_UNKNOWN};
    struct error e = {.status = STATUS_OK};
    enum status whole = parcel_parse(c, data, n, &set, &e);
    require(whole != STATUS_INTERNAL);
    if (whole == STATUS_OK && set.format == PARCEL_FORMAT_TXT) {
        size_t n_rings = 0;
        for (size_t i = 0; i < set.n_parcels; i++)
            n_rings += set.parcels[i].delivered.n_rings;
        struct cut cut = read_by_plot(data, n, c->arena);
        require(cut.status == STATUS_OK && cut.n == set.n_parcels && cut.n_faults == 0 &&
                cut.n_rings == n_rings);
    } else if (whole != STATUS_OK) {
        struct cut cut = read_by_plot(data, n, c->arena);
        require(cut.status || cut.n > 0);
    }
    arena_reset(c->arena);
    return 0;
}
