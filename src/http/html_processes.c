/* Pages for people: the processes, one of them, the jobs, one of them. The jobs are read from the JSON that
 * a program gets, so that a page says the same. */
#include "http/html_pages.h"

#include "formats/html.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#define START                                                                                                \
    {                                                                                                        \
        "红线 Hongxian", "/"                                                                                 \
    }
#define PROCESSES                                                                                            \
    {                                                                                                        \
        "处理过程 Processes", "/processes"                                                                   \
    }
#define JOBS                                                                                                 \
    {                                                                                                        \
        "后台任务 Jobs", "/jobs"                                                                             \
    }

/* ---- processes ---- */

enum status html_processes(struct request *rq, size_t n, struct reply *reply, struct error *e)
{
    const struct html_step way[] = {START, PROCESSES};
    struct buffer b;
    struct html_page p;
    char path[LINK_PATH_SIZE];
    html_page_init(&p, rq, &b);
    html_page_begin(&p, way, 2, MEDIA_JSON);
    buffer_append_str(&b, "<ul>\n");
    for (size_t i = 0; i < n; i++) {
        const struct process *process = process_at(i);
        snprintf(path, sizeof path, "/processes/%s", process->id);
        buffer_append_str(&b, "<li>");
        html_link(&p, path, process->title);
        html_element(&p, "p", process->description);
        buffer_append_str(&b, "</li>\n");
    }
    buffer_append_str(&b, "</ul>\n<p>");
    html_link(&p, "/jobs", "后台任务 Jobs");
    buffer_append_str(&b, "</p>\n");
    html_page_end(&p);
    return reply_html(reply, &b, STATUS_OK, e);
}

static void list_formats(struct html_page *p, const struct process *process, const char *output)
{
    char media[512] = "";
    const char *format;
    size_t n = 0;
    for (size_t i = 0; (format = process_format_at(process, output, i)) && n < sizeof media; i++)
        n += (size_t)snprintf(media + n, sizeof media - n, "%s%s", i ? ", " : "", process_media(format));
    html_row(p, output, media);
}

enum status html_process(struct request *rq, const struct process *process, struct reply *reply,
                         struct error *e)
{
    char path[LINK_PATH_SIZE];
    snprintf(path, sizeof path, "/processes/%s", process->id);
    const struct html_step way[] = {START, PROCESSES, {process->title, path}};
    struct buffer b;
    struct html_page p;
    const struct process_input *input;
    const char *output;
    html_page_init(&p, rq, &b);
    html_page_begin(&p, way, 3, MEDIA_JSON);
    html_element(&p, "p", process->description);
    snprintf(path, sizeof path, "POST /processes/%s/execution", process->id);
    html_element(&p, "p", path);
    html_element(&p, "h2", "输入 Inputs");
    buffer_append_str(&b, "<table>\n");
    for (size_t i = 0; (input = process_input_at(process, i)); i++)
        html_row(&p, input->name, input->title);
    buffer_append_str(&b, "</table>\n");
    html_element(&p, "h2", "输出 Outputs");
    buffer_append_str(&b, "<table>\n");
    for (size_t i = 0; (output = process_output_at(process, i)); i++)
        list_formats(&p, process, output);
    buffer_append_str(&b, "</table>\n");
    html_page_end(&p);
    return reply_html(reply, &b, STATUS_OK, e);
}

/* ---- jobs ---- */

static const char *text_of(const json_t *job, const char *key)
{
    const char *text = json_string_value(json_object_get(job, key));
    return text ? text : "";
}

static enum status fail_job(struct error *e)
{
    error_zh(e, "任务的说明不可读。");
    return error_fail(e, STATUS_INTERNAL, "job-unreadable", "What is told of the job cannot be read.");
}

enum status html_jobs(struct request *rq, const struct buffer *json, struct reply *reply, struct error *e)
{
    const struct html_step way[] = {START, JOBS};
    struct buffer b;
    struct html_page p;
    char path[LINK_PATH_SIZE];
    size_t i;
    json_t *job, *root = json_loadb(json->data ? json->data : "", json->size, 0, NULL);
    json_t *jobs = json_object_get(root, "jobs");
    if (!json_is_array(jobs)) {
        json_decref(root);
        return fail_job(e);
    }
    html_page_init(&p, rq, &b);
    html_page_begin(&p, way, 2, MEDIA_JSON);
    buffer_append_str(&b, "<table>\n<tr><th>任务 Job</th><th>过程 Process</th><th>状态 Status</th>"
                          "<th>提交 Created</th></tr>\n");
    json_array_foreach(jobs, i, job)
    {
        const char *const cells[] = {text_of(job, "processID"), text_of(job, "status"),
                                     text_of(job, "created")};
        snprintf(path, sizeof path, "/jobs/%s", text_of(job, "jobID"));
        buffer_append_str(&b, "<tr><td>");
        html_link(&p, path, text_of(job, "jobID"));
        buffer_append_str(&b, "</td>");
        for (size_t c = 0; c < sizeof cells / sizeof *cells; c++)
            html_element(&p, "td", cells[c]);
        buffer_append_str(&b, "</tr>\n");
    }
    buffer_append_str(&b, "</table>\n");
    html_page_end(&p);
    json_decref(root);
    return reply_html(reply, &b, STATUS_OK, e);
}

enum status html_job(struct request *rq, const struct buffer *json, struct reply *reply, struct error *e)
{
    static const char *const rows[][2] = {{"processID", "过程 Process"}, {"status", "状态 Status"},
                                          {"message", "说明 Message"},   {"created", "提交 Created"},
                                          {"started", "开始 Started"},   {"finished", "结束 Finished"},
                                          {"updated", "更新 Updated"},   {"name", "文件 File"}};
    char path[LINK_PATH_SIZE], percent[24];
    struct buffer b;
    struct html_page p;
    size_t i;
    json_t *result, *job = json_loadb(json->data ? json->data : "", json->size, 0, NULL);
    if (!job)
        return fail_job(e);
    snprintf(path, sizeof path, "/jobs/%s", text_of(job, "jobID"));
    const struct html_step way[] = {START, JOBS, {text_of(job, "jobID"), path}};
    html_page_init(&p, rq, &b);
    html_page_begin(&p, way, 3, MEDIA_JSON);
    buffer_append_str(&b, "<table>\n");
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++)
        if (*text_of(job, rows[k][0]))
            html_row(&p, rows[k][1], text_of(job, rows[k][0]));
    if (json_is_integer(json_object_get(job, "progress"))) {
        snprintf(percent, sizeof percent, "%lld %%",
                 (long long)json_integer_value(json_object_get(job, "progress")));
        html_row(&p, "进度 Progress", percent);
    }
    buffer_append_str(&b, "</table>\n<ul>\n");
    json_array_foreach(json_object_get(job, "results"), i, result)
    {
        buffer_append_str(&b, "<li>");
        html_plain_link(&p, text_of(result, "href"), text_of(result, "format"));
        buffer_append_str(&b, "</li>\n");
    }
    buffer_append_str(&b, "</ul>\n");
    html_page_end(&p);
    json_decref(job);
    return reply_html(reply, &b, STATUS_OK, e);
}
