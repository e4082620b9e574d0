#include "report/parameters.h"

#include <stdio.h>

enum { FORMAT_1_LAYERS = 3 };

static void add(struct sha256_ctx *ctx, const char *name, const char *value)
{
    sha256_add_field(ctx, name, value ? value : "");
}

void report_parameters_digest(const struct report_parameters *p, char hex[SHA256_HEX_SIZE])
{
    char first[32], area[32], width[32];
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
                  {"rules_version", p->rules_version}};
    struct sha256_ctx ctx;
    uint8_t digest[SHA256_BYTES];
    sha256_init(&ctx);
    int n = snprintf(first, sizeof first, "hongxian check %d\n", p->format);
    sha256_update(&ctx, (size_t)n, (const uint8_t *)first);
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        add(&ctx, fields[i].name, fields[i].value);
    for (int i = 0; i < REPORT_LAYERS_MAX && (p->layer_uids[i] || (p->format == 1 && i < FORMAT_1_LAYERS));
         i++)
        add(&ctx, "layer", p->layer_uids[i]);
    add(&ctx, "verdict", p->verdict);
    if (p->format > 1)
        add(&ctx, "claims", p->claims);
    for (int i = 0; p->format > 1 && i < LINES_MAX && p->definitions[i]; i++)
        add(&ctx, "definition", p->definitions[i]);
    for (int i = 0; p->format > 1 && i < LINES_MAX && p->rest[i]; i++)
        add(&ctx, "not_examined", p->rest[i]);
    for (size_t i = 0; p->format > 1 && p->drafts && p->drafts[i]; i++)
        add(&ctx, "draft", p->drafts[i]);
    sha256_digest(&ctx, SHA256_BYTES, digest);
    sha256_to_hex(digest, hex);
}
