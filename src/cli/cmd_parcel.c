/* hongxian parcel inspect|convert: what a parcel file says and how it was read, without any layer; and the
 * same parcels as TXT or GeoJSON. */
#include "base/file.h"
#include "base/limits.h"
#include "cli/command.h"
#include "cli/exit_codes.h"
#include "cli/print_json.h"
#include "features/geojson_write.h"
#include "features/parcels.h"
#include "features/txt_write.h"
#include "geo/area.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

struct parcel_args {
    struct arguments base;
    const char *to, *crs, *out;
    bool utf8;
    int epsg;
    long zone;
};

static enum status check(struct arguments *base, struct error *e)
{
    struct parcel_args *a = (struct parcel_args *)base;
    return crs_of_option(a->crs, false, &a->epsg, e);
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
    enum status s = file_read(a->base.items[0], LIMIT_BODY_BYTES, c->arena, &bytes, &n, e);
    if (!s)
        s = feature_parcels(c, &(struct feature_request){.bytes = bytes, .n_bytes = n}, &set, e);
    if (s)
        return s;
    if (!a->to)
        inspect(&set, args_english(&a->base), out);
    else if (strcmp(a->to, "geojson") == 0)
        parcel_geojson_write(set.parcels, set.n_parcels, out);
    else
        s = parcel_txt_write(c, set.parcels, set.n_parcels, &txt, out, e);
    if (!s && a->to && strcmp(a->to, "txt") == 0)
        s = tell_differences(c, &set, out, e);
    return s ? s : buffer_status(out, e);
}

static enum status read_and_write(const struct parcel_args *a, struct error *e)
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
    if (!s)
        s = output_write(a->out, out.data, out.size, e);
    buffer_release(&out);
    geo_geos_free(c.geos);
    geo_transformer_free(c.transformer);
    arena_free(c.arena);
    return s;
}

static int run(struct arguments *base)
{
    struct error e = {0};
    return read_and_write((const struct parcel_args *)base, &e) ? exit_with_error(&e) : EXIT_OK;
}

#define AT(member) offsetof(struct parcel_args, member)
#define OPTION_CRS                                                                                           \
    OPTION("--crs", OPTION_TEXT, AT(crs), "EPSG:N", "文件没有写明时的坐标系",                                \
           "the coordinate system of a file that states none")
#define OPTION_OUT                                                                                           \
    OPTION("-o", OPTION_TEXT, AT(out), "FILE|-", "写到文件；“-”为标准输出",                                  \
           "the file to write; \"-\" is standard output")

static const struct cli_option options_of_inspect[] = {OPTION_CRS, OPTION_LANG, OPTION_OUT, OPTION_END};
static const struct cli_option options_of_convert[] = {
    OPTION("--to", OPTION_CHOICE, AT(to), "txt|geojson", "写成哪种格式", "the format to write",
           .is_required = true),
    OPTION("--zone", OPTION_NUMBER, AT(zone), "N", "TXT 的投影带号，13 至 45；不写时按位置",
           "the zone of a TXT, 13 to 45; otherwise by its place", .least = 13, .most = 45),
    OPTION("--utf8", OPTION_FLAG, AT(utf8), NULL, "TXT 用 UTF-8，而不是 GBK", "a TXT in UTF-8, not in GBK"),
    OPTION_CRS,
    OPTION_OUT,
    OPTION_END};

static const struct command subcommands[] = {{.group = "parcel",
                                              .name = "inspect",
                                              .zh = "查看地块文件读成了什么",
                                              .en = "show how a parcel file is read",
                                              .operands = "FILE|-",
                                              .operand_zh = "地块文件；“-”为标准输入",
                                              .operand_en = "the parcels; \"-\" is standard input",
                                              .least = 1,
                                              .most = 1,
                                              .options = options_of_inspect,
                                              .size = sizeof(struct parcel_args),
                                              .check = check,
                                              .run = run},
                                             {.group = "parcel",
                                              .name = "convert",
                                              .zh = "转换为国土TXT或GeoJSON",
                                              .en = "turn a parcel file into TXT or GeoJSON",
                                              .operands = "FILE|-",
                                              .operand_zh = "地块文件；“-”为标准输入",
                                              .operand_en = "the parcels; \"-\" is standard input",
                                              .least = 1,
                                              .most = 1,
                                              .options = options_of_convert,
                                              .size = sizeof(struct parcel_args),
                                              .check = check,
                                              .run = run},
                                             {.name = NULL}};

const struct command command_parcel = {.name = "parcel",
                                       .zh = "查看地块文件读成了什么；转换为国土TXT或GeoJSON",
                                       .en = "show how a parcel file is read; turn it into TXT or GeoJSON",
                                       .subcommands = subcommands};
