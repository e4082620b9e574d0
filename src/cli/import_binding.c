#include "cli/import_binding.h"

#include "base/file.h"
#include "base/text.h"
#include "layers/report_print.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

struct word {
    const char *key, *text;
};

static const char *word_of(const struct word *words, size_t n, const char *key)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(words[i].key, key) == 0)
            return words[i].text;
    return key;
}

static const struct word BY[] = {
    {"operator", "按操作者指定 as told"},
    {"name", "按图层名 by the layer's name"},
    {"alias", "按图层别名 by the layer's alias"},
    {"file", "按文件名 by the file's name"},
    {"identified", "按其参数识别 identified by its parameters"},
    {"coordinates", "文件未写明，按东坐标带号推定 guessed from the eastings' prefix"},
    {"unit", "文件未写明，按所属行政区推定带号 guessed: the zone in which the data lie in their unit"},
};
static const struct word CRS_BY[] = {
    {"file", "文件写明 as the file says"},
};
static const struct word ZONE_BY[] = {
    {"name", "按名称 by name"},
    {"code", "按代码表（未核对官方文本）by the table of codes (not verified)"},
    {"mapping", "按对应文件 by the mapping file"},
    {"unknown", "规则不认识，请核对 no rule knows it, check"},
};

static void print_field(const char *zh, const char *en, const char *name)
{
    fprintf(stderr, "  %s %s\t%s\n", zh, en, *name ? name : "—");
}

static void print_zones(const struct source_info *info)
{
    for (int i = 0; i < info->n_zones && i < SOURCE_ZONES_SHOWN; i++) {
        const struct source_zone_use *z = &info->zones[i];
        fprintf(stderr, "    %s → %s\t×%lld\t%s\n", z->value, *z->name ? z->name : "—", (long long)z->n,
                word_of(ZONE_BY, sizeof ZONE_BY / sizeof *ZONE_BY, z->by));
    }
    if (info->n_zones > SOURCE_ZONES_SHOWN)
        fprintf(stderr, "    …\n");
}

static void print_crs(const struct source_info *info)
{
    const char *by = info->crs_decided_by;
    by = strcmp(by, "file") == 0 ? CRS_BY[0].text : word_of(BY, sizeof BY / sizeof *BY, by);
    const struct geo_datum_shift *d = &info->crs.shift;
    fprintf(stderr, "  坐标系 CRS\tEPSG:%d %s（%s）\n", info->crs.epsg, info->crs.name, by);
    if (d->given)
        fprintf(stderr, "  转换参数 datum shift\t平移 %g, %g, %g m；旋转 %g, %g, %g\"；尺度 %g ppm；%s\n",
                d->t_m[0], d->t_m[1], d->t_m[2], d->r_arcsec[0], d->r_arcsec[1], d->r_arcsec[2], d->scale_ppm,
                d->position_vector ? "位置矢量法 position vector" : "坐标框架法（布尔沙）coordinate frame");
}

void import_binding_print(const struct source_info *info, const struct ingest_request *r, void *user)
{
    const struct source_fields *f = &info->bound;
    (void)user;
    fprintf(stderr, "对应 binding：%s → %s %s（%s）\n", info->layer, r->layer, r->title_zh,
            word_of(BY, sizeof BY / sizeof *BY, info->target_by));
    print_field("标识码", "id", f->id);
    print_field("名称", "name", f->name);
    print_field("分区", "sub-zone", f->zone);
    print_field("分区代码", "sub-zone code", f->zone_code);
    print_zones(info);
    print_field("行政区代码", "county", f->county);
    print_field("登记面积", "declared area", f->area);
    print_crs(info);
    if (*info->encoding)
        fprintf(stderr, "  文字编码 encoding\t%s\n", info->encoding);
    fflush(stderr);
}

static const char *text_of(const json_t *finding, const char *key)
{
    const char *text = json_string_value(json_object_get(finding, key));
    return text ? text : "";
}

void import_findings_print(const struct ingest_report *r)
{
    json_t *root = r->json.size ? json_loadb(r->json.data, r->json.size, 0, NULL) : NULL;
    const json_t *list = json_object_get(root, "findings"), *one;
    size_t i;
    json_array_foreach(list, i, one)
    {
        long long n = json_integer_value(json_object_get(one, "count"));
        fprintf(stderr, "提示 %s", text_of(one, "code"));
        if (n)
            fprintf(stderr, " ×%lld", n);
        fprintf(stderr, "：%s %s\n", text_of(one, "zh"), text_of(one, "en"));
    }
    if (json_array_size(list))
        fprintf(stderr, "位置与明细 places and details: hongxian layers report %s@%d\n", r->layer,
                r->version_no);
    json_decref(root);
}

enum { REFUSALS_SHOWN = 10, FAULTS = 16 };

static void print_faults(const json_t *list, long long n)
{
    const char *codes[FAULTS];
    int counts[FAULTS] = {0}, n_codes = 0;
    const json_t *one;
    size_t i;
    json_array_foreach(list, i, one)
    {
        const char *code = text_of(one, "fault");
        int k = 0;
        while (k < n_codes && strcmp(codes[k], code) != 0)
            k++;
        if (k == n_codes && n_codes < FAULTS)
            codes[n_codes++] = code;
        if (k < n_codes)
            counts[k]++;
    }
    fprintf(stderr, "拒收 refused %lld：", n);
    for (int k = 0; k < n_codes; k++)
        fprintf(stderr, "%s%s ×%d", k ? ", " : "", codes[k], counts[k]);
    fputs((long long)json_array_size(list) < n ? " …\n" : "\n", stderr);
}

void import_refusals_print(const struct ingest_report *r)
{
    json_t *root = r->json.size ? json_loadb(r->json.data, r->json.size, 0, NULL) : NULL;
    const json_t *list = json_object_get(root, "refused"), *one;
    size_t i;
    if (json_array_size(list))
        print_faults(list, (long long)r->n_refused);
    json_array_foreach(list, i, one)
    {
        if (i == REFUSALS_SHOWN)
            break;
        fprintf(stderr, "  %lld\t%s", (long long)json_integer_value(json_object_get(one, "position")),
                text_of(one, "code"));
        if (json_object_get(one, "lon"))
            fprintf(stderr, "\t%.7f, %.7f", json_number_value(json_object_get(one, "lon")),
                    json_number_value(json_object_get(one, "lat")));
        fprintf(stderr, "\t%s\n", text_of(one, "zh"));
    }
    if (json_array_size(list) > REFUSALS_SHOWN)
        fprintf(stderr, "  …（全部见 --report 文件 all of them: --report FILE.html）\n");
    json_decref(root);
}

enum status import_report_write(const struct ingest_report *r, const char *path, struct error *e)
{
    struct buffer b;
    if (!r->json.size)
        return STATUS_OK; /* refused before anything was read: the sentence is all there is */
    if (text_ends_with(path, ".json"))
        return file_write_atomic(path, r->json.data, r->json.size, e);
    buffer_init(&b, 0);
    enum status st =
        report_print("导入报告 import report", r->json.data,
                     text_ends_with(path, ".html") ? REPORT_PRINT_HTML : REPORT_PRINT_TEXT, false, &b, e);
    if (st == STATUS_OK)
        st = file_write_atomic(path, b.data, b.size, e);
    buffer_release(&b);
    return st;
}
