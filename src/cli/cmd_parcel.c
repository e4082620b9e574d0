/* hongxian parcel inspect|convert: what a parcel file says and how it was read, without any layer; and the
 * same parcels as TXT or GeoJSON. */
#include "base/file.h"
#include "base/limits.h"
#include "cli/args.h"
#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "features/geojson_write.h"
#include "features/parcels.h"
#include "features/txt_write.h"
#include "geo/area.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

struct parcel_args {
    const char *to, *zone_text, *crs, *lang, *out;
    bool utf8;
    struct arg_rest rest; /* the verb and the file */
    int epsg;
    long zone;
};

static enum status parse(int argc, char **argv, struct parcel_args *a, struct error *e)
{
    const struct arg_option options[] = {{"--to", &a->to, NULL},   {"--zone", &a->zone_text, NULL},
                                         {"--crs", &a->crs, NULL}, {"--lang", &a->lang, NULL},
                                         {"-o", &a->out, NULL},    {"--utf8", NULL, &a->utf8},
                                         {NULL, NULL, NULL}};
    enum status s = args_parse(argc, argv, options, &a->rest, e);
    if (!s)
        s = args_number("--zone", a->zone_text, 13, 45, &a->zone, e);
    if (!s)
        s = args_lang(a->lang, e);
    if (!s)
        s = crs_of_option(a->crs, false, &a->epsg, e);
    if (s)
        return s;
    bool convert = a->rest.n == 2 && strcmp(a->rest.items[0], "convert") == 0;
    if (a->rest.n != 2 || (!convert && strcmp(a->rest.items[0], "inspect") != 0)) {
        error_zh(e, "用法是 inspect 文件，或 convert 文件 --to txt|geojson（“-”为标准输入）。");
        return error_fail(e, STATUS_INVALID_INPUT, "bad-usage",
                          "Say inspect FILE, or convert FILE --to txt|geojson (\"-\" is standard input).");
    }
    if (convert && (!a->to || (strcmp(a->to, "txt") != 0 && strcmp(a->to, "geojson") != 0))) {
        error_zh(e, "--to 只能是 txt 或 geojson。");
        return error_fail(e, STATUS_INVALID_INPUT, "bad-usage", "--to is txt or geojson.");
    }
    return STATUS_OK;
}

static void print_parcel(const struct parcel *p, bool english, struct buffer *out)
{
    double declared = p->declared_area_m2;
    buffer_printf(out, "  %s%s%s\n", p->id, *p->name ? "  " : "", p->name);
    buffer_printf(
        out, english ? "      %u points, %u rings, area %.2f m²" : "      界址点%u，环%u，面积%.2f平方米",
        p->delivered_points, p->shape.n_rings, geo_shape_area_m2(&p->shape));
    if (!isnan(declared))
        buffer_printf(out, english ? ", declared %.2f m²" : "，申报%.2f平方米", declared);
    buffer_printf(out,
                  english ? ", EPSG:%d, longitude %.6f to %.6f, latitude %.6f to %.6f\n"
                          : "，EPSG:%d，经度%.6f–%.6f，纬度%.6f–%.6f\n",
                  p->crs.epsg, p->shape.box.west_deg, p->shape.box.east_deg, p->shape.box.south_deg,
                  p->shape.box.north_deg);
}

static void inspect(const struct parcel_set *set, bool english, struct buffer *out)
{
    const char *crs = english ? set->crs_note_en : set->crs_note;
    buffer_printf(out, english ? "format: %s\n%s\nparcels: %zu\n" : "格式：%s\n%s\n地块：%zu个\n",
                  parcel_format_name(set->format), crs ? crs : "", set->n_parcels);
    for (size_t i = 0; i < set->n_parcels; i++)
        print_parcel(&set->parcels[i], english, out);
    buffer_printf(out, english ? "warnings: %zu\n" : "提示：%zu条\n", set->n_warnings);
    for (size_t i = 0; i < set->n_warnings; i++)
        buffer_printf(out, "  [%s] %s\n", set->warnings[i].code,
                      english ? set->warnings[i].en : set->warnings[i].zh);
}

/* Reads back what was written: a TXT has straight edges in its zone only, and points of three decimals. */
static enum status tell_differences(const struct parcel_context *c, const struct parcel_set *set,
                                    const struct buffer *txt, struct error *e)
{
    struct parcel_set back;
    struct parcel_context plain = *c;
    plain.epsg = 0;
    enum status s = parcel_parse(&plain, txt->data, txt->size, &back, e);
    for (size_t i = 0; !s && i < set->n_parcels && i < back.n_parcels; i++) {
        double was = geo_shape_area_m2(&set->parcels[i].shape),
               now = geo_shape_area_m2(&back.parcels[i].shape);
        if (fabs(now - was) > 0.01)
            fprintf(stderr,
                    "提示：地块“%s”写成TXT后面积由%.2f变为%.2f平方米（取到毫米，且边在投影带内取直）。\n"
                    "note: as TXT the area of parcel \"%s\" goes from %.2f to %.2f m² (millimetres, and "
                    "edges straight in the "
                    "zone).\n",
                    set->parcels[i].id, was, now, set->parcels[i].id, was, now);
    }
    return s;
}

static enum status produce(const struct parcel_context *c, const struct parcel_args *a, struct buffer *out,
                           struct error *e)
{
    char *bytes;
    size_t n;
    struct parcel_set set;
    const struct parcel_txt_options txt = {.zone = (int)a->zone, .utf8 = a->utf8};
    enum status s = file_read(a->rest.items[1], LIMIT_BODY_BYTES, c->arena, &bytes, &n, e);
    if (!s)
        s = feature_parcels(c, &(struct feature_request){.bytes = bytes, .n_bytes = n}, &set, e);
    if (s)
        return s;
    if (strcmp(a->rest.items[0], "inspect") == 0)
        inspect(&set, args_is_english(a->lang), out);
    else if (strcmp(a->to, "geojson") == 0)
        parcel_geojson_write(set.parcels, set.n_parcels, out);
    else
        s = parcel_txt_write(c, set.parcels, set.n_parcels, &txt, out, e);
    if (!s && a->to && strcmp(a->to, "txt") == 0)
        s = tell_differences(c, &set, out, e);
    return s ? s : buffer_status(out, e);
}

static enum status run(const struct parcel_args *a, struct error *e)
{
    struct parcel_context c = {
        .reader = &child_reader_self, .epsg = a->epsg, .arena = arena_new(LIMIT_REQUEST_ARENA_BYTES)};
    struct buffer out;
    buffer_init(&out, 0);
    enum status s = c.arena ? STATUS_OK : error_no_memory(e);
    if (!s)
        s = geo_transformer_new(&c.transformer, e);
    if (!s)
        s = geo_geos_new(&c.geos, e);
    if (!s)
        s = produce(&c, a, &out, e);
    if (!s && a->out)
        s = file_write_atomic(a->out, out.data, out.size, e);
    else if (!s)
        fwrite(out.data, 1, out.size, stdout);
    buffer_release(&out);
    geo_geos_free(c.geos);
    geo_transformer_free(c.transformer);
    arena_free(c.arena);
    return s;
}

int cmd_parcel(int argc, char **argv)
{
    struct error e = {0};
    struct parcel_args a = {.rest.max = 2};
    if (parse(argc, argv, &a, &e))
        return command_misused("parcel", &e);
    return run(&a, &e) ? exit_with_error(&e) : EXIT_OK;
}
