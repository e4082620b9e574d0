#include "http/processes.h"

#include "report/forms.h"
#include "report/identity.h"

#include <stdio.h>
#include <string.h>

enum { CHECK, PARCELS, LINES, FIGURES };
enum { C = 1 << CHECK, P = 1 << PARCELS, L = 1 << LINES, F = 1 << FIGURES };

static const struct process processes[] = {
    [CHECK] = {JOB_PROCESS_CHECK, "地块审查 Check of parcels",
               "地块是否压占管控线、压占多少平方米、适用哪一条款；与 POST /check 相同。Do parcels press on a "
               "control line, by how "
               "many square metres, and which clause applies: as POST /check.",
               true, AUDIT_PARCELS},
    [PARCELS] = {"audit-parcels", "批量审查 Audit of many parcels",
                 "逐个地块审查一个文件；与 POST /jobs?kind=parcels 相同。Every parcel of a file: as POST "
                 "/jobs?kind=parcels.",
                 false, AUDIT_PARCELS},
    [LINES] = {"audit-lines", "图层之间的冲突 Audit of the lines among themselves",
               "管控线之间、与空间的关系是否成立；与 POST /jobs?kind=lines 相同。Whether the lines lie to "
               "each other as they are to: as "
               "POST /jobs?kind=lines.",
               false, AUDIT_LINES},
    [FIGURES] = {"audit-figures", "规划数据 Figures of the plan",
                 "各图层面积及占比；与 POST /jobs?kind=figures 相同。Areas of the layers and their shares: "
                 "as POST /jobs?kind=figures.",
                 false, AUDIT_FIGURES},
};
enum { N_PROCESSES = sizeof processes / sizeof *processes };

#define FILE_SCHEMA                                                                                          \
    "{\"oneOf\":[{\"type\":\"object\",\"format\":\"geojson-feature-collection\"},"                           \
    "{\"type\":\"object\",\"format\":\"geojson-feature\"},"                                                  \
    "{\"type\":\"object\",\"format\":\"geojson-geometry\"},"                                                 \
    "{\"type\":\"string\",\"contentMediaType\":\"text/plain\"},"                                             \
    "{\"type\":\"string\",\"contentEncoding\":\"base64\","                                                   \
    "\"contentMediaType\":\"application/octet-stream\"}]}"
#define CRS_SCHEMA "{\"type\":\"string\",\"pattern\":\"^(EPSG:)?[0-9]{4,6}$\"}"
#define DAY_SCHEMA "{\"type\":\"string\",\"format\":\"date\"}"

static const struct process_input inputs[] = {
    {"parcels", "地块 The parcels: GeoJSON; text (WKT, 国土TXT, coordinates, CSV); any other file as base64",
     PROCESS_FILE, FILE_SCHEMA, C | P},
    {"official", "官方面积 Official totals, CSV or JSON", PROCESS_FILE, FILE_SCHEMA, L},
    {"earlier", "以前的结果 An earlier result to compare with: CSV, GeoJSON sequence or GeoPackage",
     PROCESS_FILE, FILE_SCHEMA, L},
    {"class", "项目类型 Project class, one of /classes", PROCESS_TEXT, NULL, C | P},
    {"claim", "主张 Claims, LAYER=CLASS[#ITEM][:DOCUMENT@DATE[@BY]]", PROCESS_TEXTS, NULL, C | P},
    {"crs", "坐标系 The CRS of a file that does not state one", PROCESS_TEXT, CRS_SCHEMA, C | P},
    {"slivers", "碎屑标准 The sliver policy, \"area,width\" in m2 and m", PROCESS_TEXT, NULL, C},
    {"as_of", "日期 The day whose versions answer; today without it", PROCESS_TEXT, DAY_SCHEMA, C},
    {"lang", "语言 Language of the text form", PROCESS_TEXT,
     "{\"type\":\"string\",\"enum\":[\"zh\",\"en\"],\"default\":\"zh\"}", C},
    {"project", "已保存的项目 A saved project, instead of parcels and of all that it says", PROCESS_TEXT,
     NULL, C},
    {"project_name", "项目名称 Printed: name of the project", PROCESS_TEXT, NULL, C},
    {"project_code", "项目代码 Printed: its code", PROCESS_TEXT, NULL, C},
    {"builder", "建设单位 Printed: who builds", PROCESS_TEXT, NULL, C},
    {"district", "行政区 Printed: the district", PROCESS_TEXT, NULL, C},
    {"source_file", "文件名 Name of the file, printed", PROCESS_TEXT, NULL, C},
    {"keep", "存档 Keep the check in the record (only when executed synchronously)", PROCESS_FLAG, NULL, C},
    {"officer", "经办人 Of a check that is kept: who asked", PROCESS_TEXT, NULL, C},
    {"name", "文件名 Name of the file; its ending says which reader it gets", PROCESS_TEXT, NULL, P | L},
    {"since",
     "续审 Id of an earlier job: rows stand where nothing has changed; without parcels its file is taken",
     PROCESS_TEXT, NULL, P},
    {"class_field", "类型字段 The field with each parcel's class", PROCESS_TEXT, NULL, P},
    {"claim_field", "主张字段 The field with each parcel's claims", PROCESS_TEXT, NULL, P},
    {"id_field", "编号字段 The field with each parcel's code; BSM without it", PROCESS_TEXT, NULL, P},
    {"overlaps", "压占图形 The common areas as geometry, too (GeoPackage)", PROCESS_FLAG, NULL, P},
    {"compare", "比较 Id of an earlier job of this process to compare with", PROCESS_TEXT, NULL, L},
    {"within_spaces", "所在空间 Whether each line lies within its own space, too", PROCESS_FLAG, NULL, L},
    {"layer", "图层 Of a file with several layers this one; of an audit of layers only this one",
     PROCESS_TEXT, NULL, P | L | F},
};
enum { N_INPUTS = sizeof inputs / sizeof *inputs };

static const char REPORT[] = "report", SUMMARY[] = "summary", ROWS[] = "rows";

/* ---- looking up ---- */

size_t process_count(void)
{
    return N_PROCESSES;
}

const struct process *process_at(size_t i)
{
    return &processes[i];
}

enum status process_find(const char *id, const struct process **out, struct error *e)
{
    for (size_t i = 0; i < N_PROCESSES; i++)
        if (strcmp(processes[i].id, id) == 0) {
            *out = &processes[i];
            return STATUS_OK;
        }
    error_zh(e, "没有名为“%.60s”的处理过程；有哪些见 /processes。", id);
    return error_fail(e, STATUS_NOT_FOUND, "no-such-process",
                      "There is no process \"%.60s\"; /processes lists those that there are.", id);
}

const struct process_input *process_input_at(const struct process *p, size_t i)
{
    unsigned bit = 1u << (p - processes);
    for (size_t k = 0; k < N_INPUTS; k++)
        if (inputs[k].of & bit && i-- == 0)
            return &inputs[k];
    return NULL;
}

const struct process_input *process_input_find(const struct process *p, const char *name)
{
    const struct process_input *input = NULL;
    for (size_t i = 0; (input = process_input_at(p, i)) && strcmp(input->name, name) != 0; i++)
        ;
    return input;
}

const char *process_output_at(const struct process *p, size_t i)
{
    if (p->is_check)
        return i == 0 ? REPORT : NULL;
    return i == 0 ? SUMMARY : i == 1 ? ROWS : NULL;
}

const char *process_format_at(const struct process *p, const char *output, size_t i)
{
    static const char *const of_summary[] = {"json", "html"};
    if (p->is_check)
        return report_form_at(i) ? report_form_at(i)->name : NULL;
    if (strcmp(output, SUMMARY) == 0)
        return i < 2 ? of_summary[i] : NULL;
    for (size_t f = 0; job_format_name(f); f++) {
        const char *name = job_format_name(f);
        bool is_row =
            job_format_of_audit(f, p->kind) && strcmp(name, "json") != 0 && strcmp(name, "html") != 0;
        if (is_row && i-- == 0)
            return name;
    }
    return NULL;
}

const char *process_media(const char *format)
{
    for (size_t i = 0; job_format_name(i); i++)
        if (strcmp(job_format_name(i), format) == 0)
            return job_format_type(i);
    return "application/octet-stream";
}

static size_t bare_length(const char *media)
{
    size_t n = strcspn(media, ";");
    while (n > 0 && media[n - 1] == ' ')
        n--;
    return n;
}

bool process_media_is(const char *format, const char *media)
{
    const char *own = process_media(format);
    size_t n = bare_length(own);
    return bare_length(media) == n && strncmp(own, media, n) == 0;
}

/* ---- written ---- */

static void write_texts(struct json_writer *w, const char *key, const char *const *texts)
{
    jw_key(w, key);
    jw_array_begin(w);
    for (; *texts; texts++)
        jw_string(w, *texts);
    jw_array_end(w);
}

static const char *schema_of(const struct process_input *input)
{
    if (input->schema)
        return input->schema;
    return input->type == PROCESS_FLAG ? "{\"type\":\"boolean\",\"default\":false}" : "{\"type\":\"string\"}";
}

static void write_input(struct json_writer *w, const struct process_input *input)
{
    jw_key(w, input->name);
    jw_object_begin(w);
    jw_kv_string(w, "title", input->title);
    jw_key(w, "schema");
    jw_raw(w, schema_of(input), strlen(schema_of(input)));
    jw_kv_integer(w, "minOccurs", 0);
    if (input->type == PROCESS_TEXTS)
        jw_kv_string(w, "maxOccurs", "unbounded");
    jw_object_end(w);
}

static void write_format(struct json_writer *w, const char *format)
{
    char media[96];
    snprintf(media, sizeof media, "%.*s", (int)bare_length(process_media(format)), process_media(format));
    bool json = strcmp(format, "json") == 0 || strcmp(format, "geojson") == 0;
    bool text = strncmp(media, "text/", 5) == 0 || strcmp(format, "geojsonl") == 0;
    jw_object_begin(w);
    jw_kv_string(w, "type", json ? "object" : "string");
    if (!json && !text)
        jw_kv_string(w, "contentEncoding", "base64");
    jw_kv_string(w, "contentMediaType", media);
    jw_object_end(w);
}

static void write_output(struct json_writer *w, const struct process *p, const char *output)
{
    const char *format;
    jw_key(w, output);
    jw_object_begin(w);
    jw_kv_string(w, "title",
                 output == REPORT    ? "审查报告 The report"
                 : output == SUMMARY ? "汇总 Sums and the worst cases"
                                     : "逐行结果 The rows");
    jw_key(w, "schema");
    jw_object_begin(w);
    jw_key(w, "oneOf");
    jw_array_begin(w);
    for (size_t i = 0; (format = process_format_at(p, output, i)); i++)
        write_format(w, format);
    jw_array_end(w);
    jw_object_end(w);
    jw_object_end(w);
}

static void write_links(struct json_writer *w, const struct links *l, const struct process *p)
{
    char path[LINK_PATH_SIZE];
    jw_key(w, "links");
    jw_array_begin(w);
    snprintf(path, sizeof path, "/processes/%s", p->id);
    link_write(w, l, "self", MEDIA_JSON, "本过程 this process", path);
    link_write_alternate(w, l, path);
    snprintf(path, sizeof path, "/processes/%s/execution", p->id);
    link_write(w, l, "http://www.opengis.net/def/rel/ogc/1.0/execute", MEDIA_JSON,
               "执行（POST）to execute it: POST", path);
    jw_array_end(w);
}

void process_write(struct json_writer *w, const struct links *l, const struct process *p, bool whole)
{
    static const char *const control[] = {"sync-execute", "async-execute", "dismiss", NULL};
    static const char *const transmission[] = {"value", "reference", NULL};
    const struct process_input *input;
    const char *output;
    jw_object_begin(w);
    jw_kv_string(w, "id", p->id);
    jw_kv_string(w, "version", report_engine_version());
    jw_kv_string(w, "title", p->title);
    jw_kv_string(w, "description", p->description);
    write_texts(w, "jobControlOptions", control);
    write_texts(w, "outputTransmission", transmission);
    if (whole) {
        jw_key(w, "inputs");
        jw_object_begin(w);
        for (size_t i = 0; (input = process_input_at(p, i)); i++)
            write_input(w, input);
        jw_object_end(w);
        jw_key(w, "outputs");
        jw_object_begin(w);
        for (size_t i = 0; (output = process_output_at(p, i)); i++)
            write_output(w, p, output);
        jw_object_end(w);
    }
    write_links(w, l, p);
    jw_object_end(w);
}
