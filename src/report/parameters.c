#include "report/parameters.h"

#include <stdio.h>

void report_parameters_digest(const struct report_parameters *p, char hex[SHA256_HEX_SIZE])
{
    static const char first[] = "hongxian check 1\n";
    char area[32], width[32];
    snprintf(area, sizeof area, "%.17g", p->slivers.area_m2);
    snprintf(width, sizeof width, "%.17g", p->slivers.width_m);
    const struct {
        const char *name, *value;
    } fields[] = {{"engine", p->engine},
                  {"geos", p->geos},
                  {"proj", p->proj},
                  {"sqlite", p->sqlite},
                  {"area_basis", p->area_basis},
                  {"sliver_area_m2", area},
                  {"sliver_width_m", width},
                  {"project_class", p->project_class},
                  {"crs_given", p->crs_given},
                  {"input_sha256", p->input_sha256},
                  {"rules_version", p->rules_version},
                  {"layer", p->layer_uids[0]},
                  {"layer", p->layer_uids[1]},
                  {"layer", p->layer_uids[2]},
                  {"verdict", p->verdict}};
    struct sha256_ctx ctx;
    uint8_t digest[SHA256_BYTES];
    sha256_init(&ctx);
    sha256_update(&ctx, sizeof first - 1, (const uint8_t *)first);
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        sha256_add_field(&ctx, fields[i].name, fields[i].value ? fields[i].value : "");
    sha256_digest(&ctx, SHA256_BYTES, digest);
    sha256_to_hex(digest, hex);
}
