/* Any bytes as WKB: a shape in bounds, or a refusal. */
#include "formats/wkb.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct geo_shape_builder b;
    struct geo_shape shape;
    struct error e;
    geo_shape_builder_init(&b);
    if (wkb_read(data, n, &b, &e) == STATUS_OK && geo_shape_builder_view(&b, &shape, &e) == STATUS_OK) {
        struct buffer out;
        buffer_init(&out, 0);
        wkb_write(&shape, &out);
        if (buffer_status(&out, &e) != STATUS_OK || wkb_read(out.data, out.size, &b, &e) != STATUS_OK)
            abort();
        buffer_release(&out);
    }
    geo_shape_builder_release(&b);
    return 0;
}
