/* Any bytes as the words of a reading child that an upload has taken over. */
#include "fuzz.h"

#include "ingest/foreign_answer.h"
#include "ingest/foreign_stream.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    const struct parcel_context *c = fuzz_context();
    struct parcel_set set;
    struct error e = {.status = STATUS_OK};
    struct buffer answer;
    buffer_init(&answer, 1 << 24);
    buffer_append_str(&answer, FOREIGN_MAGIC);
    buffer_append(&answer, data, n);
    enum status s = foreign_answer(c, PARCEL_FORMAT_KML, &answer, data, n, &set, &e);
    require(s == STATUS_OK || (e.code[0] && e.zh[0] && e.en[0]));
    buffer_release(&answer);
    arena_reset(c->arena);
    return 0;
}
