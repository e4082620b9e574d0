#include "http/answer_tag.h"

#include "base/sha256.h"
#include "http/catalog.h"
#include "http/negotiate.h"
#include "report/identity.h"

#include <inttypes.h>
#include <stdio.h>

static enum MHD_Result add_argument(void *user, enum MHD_ValueKind kind, const char *key, const char *value)
{
    (void)kind;
    sha256_add_field(user, key ? key : "", value ? value : "");
    return MHD_YES;
}

/* Which form is chosen depends on what JSON is called there. */
static void add_form(struct sha256_ctx *sum, const struct request *rq)
{
    static const char *const kinds[] = {MEDIA_JSON,   MEDIA_GEOJSON, MEDIA_OPENAPI_TYPE,
                                        MEDIA_SCHEMA, MEDIA_CATALOG, MEDIA_STYLE};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        char form[] = {(char)('0' + (int)form_accepted(rq, kinds[i], false)),
                       (char)('0' + (int)form_accepted(rq, kinds[i], true)), '\0'};
        sha256_add_field(sum, "form", form);
    }
    sha256_add_field(sum, "plain", catalog_asked_plain(rq) ? "1" : "0");
}

static void add_state(struct sha256_ctx *sum, const struct request *rq)
{
    char number[24];
    sha256_add_field(sum, "file", engine_store_mark(rq->engine));
    snprintf(number, sizeof number, "%" PRId64, snapshot_generation(rq->snapshot));
    sha256_add_field(sum, "generation", number);
    for (size_t i = 0; i < snapshot_n_layers(rq->snapshot); i++)
        sha256_add_field(sum, "version", snapshot_layer_at(rq->snapshot, i)->version.uid);
}

void answer_tag(const struct request *rq, char tag[ANSWER_TAG_SIZE])
{
    struct sha256_ctx sum;
    struct links links;
    uint8_t digest[SHA256_BYTES];
    char hex[SHA256_HEX_SIZE];
    links_of(rq, &links);
    sha256_init(&sum);
    sha256_add_field(&sum, "program", report_engine_version());
    sha256_add_field(&sum, "base", links.base);
    sha256_add_field(&sum, "path", rq->path);
    (void)MHD_get_connection_values(rq->connection, MHD_GET_ARGUMENT_KIND, add_argument, &sum);
    add_form(&sum, rq);
    add_state(&sum, rq);
    sha256_digest(&sum, sizeof digest, digest);
    sha256_to_hex(digest, hex);
    snprintf(tag, ANSWER_TAG_SIZE, "W/\"%.32s\"", hex);
}
