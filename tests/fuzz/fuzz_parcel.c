/* Any bytes -> parcels or a refusal with its sentence; what comes out can be written as TXT and read
 * again. */
#include "fuzz.h"

#include "features/txt_write.h"
#include "geo/area.h"

static void write_and_read_back(const struct parcel_context *c, const struct parcel_set *set)
{
    struct buffer out;
    struct parcel_set back;
    struct error e = {.status = STATUS_OK};
    buffer_init(&out, 1 << 24);
    if (parcel_txt_write(c, set->parcels, set->n_parcels, &(struct parcel_txt_options){.utf8 = true}, &out,
                         &e) == STATUS_OK) {
        enum status s = parcel_parse(c, out.data, out.size, &back, &e);
        require(s != STATUS_INTERNAL &&
                (s == STATUS_OK || e.zh[0])); /* rounding may make a ring touch itself */
    }
    buffer_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    const struct parcel_context *c = fuzz_context();
    struct parcel_set set;
    struct error e = {.status = STATUS_OK};
    enum status s = parcel_parse(c, data, n, &set, &e);
    require(s != STATUS_INTERNAL);
    if (s == STATUS_OK) {
        require(set.n_parcels > 0);
        for (size_t i = 0; i < set.n_parcels; i++)
            require(geo_shape_area_m2(&set.parcels[i].shape) > 0 && set.parcels[i].delivered.n_rings > 0);
        write_and_read_back(c, &set);
    } else {
        require(e.status == s && e.code[0] && e.zh[0] && e.en[0]);
    }
    arena_reset(c->arena);
    return 0;
}
