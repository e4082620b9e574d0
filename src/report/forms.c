#include "report/forms.h"

#include <stdio.h>
#include <string.h>

/* In the order of enum hx_format (include/hongxian.h), so a new form comes last. */
static const struct report_form forms[] = {
    {.name = "json", .content_type = "application/json; charset=utf-8", .write = form_json},
    {.name = "geojson",
     .content_type = "application/geo+json; charset=utf-8",
     .write = form_geojson,
     .needs = FORM_NEEDS_SHAPES},
    {.name = "text",
     .content_type = "text/plain; charset=utf-8",
     .write = form_text,
     .needs = FORM_NEEDS_TABLE},
    {.name = "csv",
     .content_type = "text/csv; charset=utf-8",
     .write = form_csv,
     .needs = FORM_NEEDS_BLOCKS,
     .is_kept = true},
    {.name = "xlsx",
     .content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
     .write = form_xlsx,
     .needs = FORM_NEEDS_BLOCKS,
     .is_kept = true,
     .is_binary = true},
    {.name = "html",
     .content_type = "text/html; charset=utf-8",
     .write = form_html,
     .needs = FORM_NEEDS_PICTURES,
     .is_kept = true,
     .is_page = true},
    {.name = "pdf",
     .content_type = "application/pdf",
     .write = form_pdf,
     .needs = FORM_NEEDS_PICTURES,
     .is_kept = true,
     .is_binary = true},
};
enum { N_FORMS = sizeof forms / sizeof *forms };

const struct report_form *report_form_at(size_t i)
{
    return i < N_FORMS ? &forms[i] : NULL;
}

void report_form_names(const char *between, char *text, size_t size)
{
    size_t n = 0;
    for (size_t i = 0; i < N_FORMS && n < size; i++)
        n += (size_t)snprintf(text + n, size - n, "%s%s", i ? between : "", forms[i].name);
}

enum status report_form_find(const char *name, const struct report_form **out, struct error *e)
{
    char zh[160], en[160];
    if (!name || !*name)
        name = "json";
    for (size_t i = 0; i < N_FORMS; i++) {
        if (strcmp(name, forms[i].name) != 0)
            continue;
        *out = &forms[i];
        return STATUS_OK;
    }
    report_form_names("、", zh, sizeof zh);
    report_form_names(", ", en, sizeof en);
    error_zh(e, "没有输出格式“%.40s”；可用 %s。", name, zh);
    return error_fail(e, STATUS_INVALID_INPUT, "unknown-format",
                      "There is no output format \"%.40s\"; these are known: %s.", name, en);
}
