/* Any bytes as the image of an index file: refused with a sentence, or opened and asked, and then no bytes
 * lead out of the file. Verification is right by a second sum: what it takes has the checksum of its header,
 * and so no damaged image answers (index_open_verified).
 *
 * The first byte says what is mended before, since nothing else passes the two checksums: bit 0 the header's,
 * bit 1 that of the bytes behind it. The key is taken from the image. index_verify waits until the time is
 * past, so only a first byte of 4 to 7 asks it; its sum is compared each time. */
#include "fuzz.h"

#include "index/format.h"
#include "index/index_file.h"
#include "index/layer_index.h"
#include "index/overlap.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <xxhash.h>

static struct overlap_scratch *scratch;
static struct geo_shape parcel;

/* A square of a hundredth of a degree in the sample's place, with a hole. */
static void make_parcel(void)
{
    static const double at[2][4] = {{111.0, 41.0, 111.02, 41.02}, {111.005, 41.005, 111.01, 41.01}};
    struct geo_shape_builder b;
    struct error e;
    geo_shape_builder_init(&b);
    for (int r = 0; r < 2; r++) {
        geo_shape_builder_ring(&b);
        geo_shape_builder_point(&b, at[r][0], at[r][1]);
        geo_shape_builder_point(&b, at[r][2], at[r][1]);
        geo_shape_builder_point(&b, at[r][2], at[r][3]);
        geo_shape_builder_point(&b, at[r][0], at[r][3]);
    }
    require(geo_shape_builder_view(&b, &parcel, &e) ==
            STATUS_OK); /* its arrays live as long as the program */
    require(overlap_scratch_new(&scratch, &e) == STATUS_OK);
    overlap_prepare(scratch, &parcel);
}

static void ask(const struct layer_index *ix)
{
    const struct overlap *found;
    size_t n = 0;
    struct error e = {.status = STATUS_OK};
    enum status s = overlap_measure(scratch, ix, &found, &n, &e);
    require(s != STATUS_INTERNAL && (s == STATUS_OK || e.code[0]));
    for (size_t i = 0; s == STATUS_OK && i < n; i++)
        require(found[i].feature < index_n_features(ix));
    for (uint32_t f = 0; f < index_n_features(ix); f++) {
        struct index_feature feature = index_feature_at(ix, f);
        require(strlen(feature.code) + strlen(feature.name) + strlen(feature.zone) <
                ix->header->file_bytes * 3);
        require(feature.first_ring + feature.n_rings <= index_n_rings(ix));
    }
}

/* Opens it, asks it, and verifies it. */
static void look(const char *path, const uint8_t *image, size_t n, bool verify)
{
    struct index_header h;
    struct layer_index *ix = NULL;
    struct error e = {.status = STATUS_OK};
    memcpy(&h, image, sizeof h);
    enum status s = index_open(path, h.key, &ix, &e);
    require(s != STATUS_INTERNAL && (s == STATUS_OK) == (ix != NULL));
    if (s) {
        require(e.status == s && e.code[0] && e.zh[0] && e.en[0]);
        return;
    }
    bool right = h.checksum == XXH3_64bits(image + sizeof h, n - sizeof h);
    require((index_file_checksum(ix->file) == h.checksum) == right);
    require(!verify || (index_verify(ix, &e) == STATUS_OK) == right);
    ask(ix);
    index_close(ix);
}

static void mend(uint8_t *image, size_t n, unsigned how)
{
    struct index_header h;
    memcpy(&h, image, sizeof h);
    if (how & 2)
        h.checksum = XXH3_64bits(image + sizeof h, n - sizeof h);
    if (how & 1) {
        h.file_bytes = n;
        h.header_checksum = index_header_checksum(&h);
    }
    memcpy(image, &h, sizeof h);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    char path[64];
    if (n < 1 + sizeof(struct index_header))
        return 0;
    if (!scratch)
        make_parcel();
    uint8_t *image = malloc(n - 1);
    int fd = memfd_create("image", MFD_CLOEXEC);
    require(image && fd >= 0);
    memcpy(image, data + 1, n - 1);
    mend(image, n - 1, data[0]);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    require(write(fd, image, n - 1) == (ssize_t)(n - 1));
    look(path, image, n - 1, data[0] / 4 == 1);
    close(fd);
    free(image);
    return 0;
}
