#include "layers/report_print.h"

#include "formats/html.h"

#include <jansson.h>
#include <string.h>

/* The report's keys in Chinese; a key that is not here prints as it is. */
static const char *const WORDS[][2] = {
    {"layer", "图层"},
    {"source", "来源文件"},
    {"file", "文件"},
    {"driver", "格式"},
    {"encoding", "文字编码"},
    {"crs", "坐标系"},
    {"stated", "已写明"},
    {"decided_by", "依据"},
    {"name", "名称"},
    {"fields", "字段对应"},
    {"id", "标识码"},
    {"zone", "分区"},
    {"county", "行政区代码"},
    {"area", "面积"},
    {"layers", "图层"},
    {"geometry", "几何类型"},
    {"crs_stated", "写明的坐标系"},
    {"extent", "范围"},
    {"may_be_areas", "可能是面"},
    {"looks_like", "像"},
    {"because", "因为"},
    {"certain", "确定"},
    {"type", "类型"},
    {"import", "导入"},
    {"possible", "可以"},
    {"village", "像村庄的边界"},
    {"binding", "对应"},
    {"source_layer", "源图层"},
    {"zones", "分区对应"},
    {"zone_code", "分区代码"},
    {"value", "源值"},
    {"stored_as", "载入为"},
    {"unit", "所属行政区"},
    {"units", "行政区"},
    {"datum_shift", "转换参数"},
    {"count", "次数"},
    {"places", "位置"},
    {"lon", "经度"},
    {"lat", "纬度"},
    {"width_m", "平均宽度（米）"},
    {"method", "方法"},
    {"sample", "抽样顶点"},
    {"near_as_is", "原样靠近界线"},
    {"near_undone", "去偏后靠近界线"},
    {"counts", "数量"},
    {"declared", "文件声明"},
    {"read", "读取"},
    {"stored", "载入"},
    {"dissolved", "整理"},
    {"repaired", "修复"},
    {"refused", "拒收"},
    {"curved", "曲线已折线化"},
    {"vertices", "顶点"},
    {"complete", "完整"},
    {"area_m2", "面积（平方米）"},
    {"declared_area_m2", "登记面积（平方米）"},
    {"coverage", "覆盖范围"},
    {"warnings", "警告"},
    {"findings", "提示"},
    {"duplicates", "重复图形"},
    {"slivers", "碎屑图形"},
    {"heights_dropped", "舍去高程（Z/M）"},
    {"position", "序号"},
    {"code", "标识码"},
    {"fault", "问题"},
    {"zh", "说明"},
    {"place", "位置（经度, 纬度）"},
    {"at_stake_m2", "读法不一的面积"},
    {"area_before_m2", "原面积"},
    {"area_after_m2", "现面积"},
    {"before", "旧版"},
    {"after", "新版"},
    {"version", "版本"},
    {"status", "状态"},
    {"unchanged", "未变"},
    {"attributes_changed", "仅属性变化"},
    {"added", "新增"},
    {"removed", "删除"},
    {"changed", "变化"},
    {"recoded", "改码"},
    {"gained_m2", "增加面积（平方米）"},
    {"lost_m2", "减少面积（平方米）"},
    {"features", "图斑"},
    {"new_code", "新标识码"},
};

struct printer {
    struct buffer *out;
    bool html, english;
};

static const char *word_of(const struct printer *p, const char *key)
{
    for (size_t i = 0; !p->english && i < sizeof WORDS / sizeof *WORDS; i++)
        if (strcmp(WORDS[i][0], key) == 0)
            return WORDS[i][1];
    return key;
}

static void put_text(struct printer *p, const char *text)
{
    if (p->html)
        html_text(p->out, text);
    else
        buffer_append_str(p->out, text);
}

static void put_scalar(struct printer *p, const json_t *v)
{
    if (json_is_string(v)) {
        put_text(p, json_string_value(v));
    } else if (json_is_boolean(v)) {
        put_text(p, json_is_true(v) ? (p->english ? "yes" : "是") : (p->english ? "no" : "否"));
    } else if (json_is_integer(v)) {
        buffer_printf(p->out, "%lld", (long long)json_integer_value(v));
    } else if (json_is_real(v)) {
        buffer_printf(p->out, "%.12g", json_real_value(v));
    }
}

static bool is_scalar(const json_t *v)
{
    return !json_is_object(v) && !json_is_array(v);
}

static bool all_scalar(const json_t *array)
{
    size_t i;
    json_t *v;
    json_array_foreach(array, i, v) if (!is_scalar(v)) return false;
    return true;
}

/* Fits behind its key: a scalar, or a list of numbers. */
static bool is_inline(const json_t *v)
{
    return is_scalar(v) ||
           (json_is_array(v) && json_array_size(v) && all_scalar(v) && !json_is_string(json_array_get(v, 0)));
}

static void put_indent(struct printer *p, int depth)
{
    for (int i = 0; !p->html && i < depth; i++)
        buffer_append_str(p->out, "  ");
}

static void put_value(struct printer *p, const json_t *v, int depth); /* nested values */

static bool is_other_language(const struct printer *p, const char *key)
{
    return strcmp(key, p->english ? "zh" : "en") == 0;
}

static void put_object(struct printer *p, const json_t *object, int depth)
{
    const char *key;
    json_t *v;
    buffer_append_str(p->out, p->html ? "<dl>\n" : "");
    json_object_foreach((json_t *)object, key, v)
    {
        if (is_other_language(p, key))
            continue;
        put_indent(p, depth);
        buffer_append_str(p->out, p->html ? "<dt>" : "");
        put_text(p, word_of(p, key));
        buffer_append_str(p->out, p->html ? "</dt><dd>" : is_inline(v) ? ": " : ":\n");
        put_value(p, v, depth + 1);
        buffer_append_str(p->out, p->html ? "</dd>\n" : is_inline(v) ? "\n" : "");
    }
    buffer_append_str(p->out, p->html ? "</dl>\n" : "");
}

/* One line for each item: its values in order. */
static void put_item(struct printer *p, const json_t *item, int depth)
{
    const char *key;
    json_t *v;
    put_indent(p, depth);
    buffer_append_str(p->out, p->html ? "<li>" : "- ");
    if (!json_is_object(item)) {
        put_value(p, item, depth);
    } else {
        bool first = true;
        json_object_foreach((json_t *)item, key, v)
        {
            if (is_other_language(p, key) || (json_is_string(v) && !*json_string_value(v)))
                continue;
            buffer_append_str(p->out, first ? "" : "; ");
            put_text(p, word_of(p, key));
            buffer_append_str(p->out, is_inline(v) || p->html ? " " : ":\n");
            put_value(p, v, depth + 2);
            first = false;
        }
    }
    buffer_append_str(p->out, p->html ? "</li>\n" : "\n");
}

static void put_array(struct printer *p, const json_t *array, int depth)
{
    size_t i;
    json_t *v;
    if (is_inline(array)) {
        json_array_foreach(array, i, v)
        {
            buffer_append_str(p->out, i ? ", " : "");
            put_scalar(p, v);
        }
        return;
    }
    buffer_append_str(p->out, p->html ? "<ul>\n" : "");
    json_array_foreach(array, i, v) put_item(p, v, depth);
    buffer_append_str(p->out, p->html ? "</ul>\n" : "");
}

static void put_value(struct printer *p, const json_t *v, int depth)
{
    if (json_is_object(v))
        put_object(p, v, depth);
    else if (json_is_array(v))
        put_array(p, v, depth);
    else
        put_scalar(p, v);
}

static void put_head(struct printer *p, const char *title)
{
    if (!p->html) {
        buffer_printf(p->out, "%s\n", title);
        return;
    }
    buffer_printf(p->out, "<!doctype html>\n<html lang=\"%s\"><head><meta charset=\"utf-8\"><title>",
                  p->english ? "en" : "zh-CN");
    put_text(p, title);
    buffer_append_str(p->out, "</title><style>body{font-family:sans-serif;max-width:60em;margin:2em auto}"
                              "dl{display:grid;grid-template-columns:max-content 1fr;gap:.2em 1em;margin:0}"
                              "dt{font-weight:bold}dd{margin:0}</style></head><body><h1>");
    put_text(p, title);
    buffer_append_str(p->out, "</h1>\n");
}

enum status report_print(const char *title, const char *json, enum report_print how, bool english,
                         struct buffer *out, struct error *e)
{
    struct printer p = {.out = out, .html = how == REPORT_PRINT_HTML, .english = english};
    json_t *root = json_loads(json, 0, NULL);
    if (!json_is_object(root)) {
        json_decref(root);
        error_zh(e, "所存的报告不是有效的 JSON；请重新导入该版本。");
        return error_fail(e, STATUS_CORRUPT, "report-damaged",
                          "The stored report is not valid JSON; import the version again.");
    }
    put_head(&p, title);
    put_object(&p, root, 0);
    buffer_append_str(out, p.html ? "</body></html>\n" : "");
    json_decref(root);
    return buffer_status(out, e);
}
