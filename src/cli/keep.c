#include "cli/keep.h"

#include "base/text.h"
#include "cli/store_path.h"
#include "layers/gdal_version.h"

#include <stdio.h>
#include <string.h>

static struct record_spec spec_of(const struct keep_args *a, const char *path, struct store_bytes input)
{
    const char *name = path ? text_file_name(path) : "";
    return (struct record_spec){.officer = a->officer,
                                .project = *a->project,
                                .input_name = strcmp(name, "-") != 0 ? name : "",
                                .input = input};
}

enum status keep_args_check(const struct keep_args *a, struct error *e)
{
    struct record_spec spec = spec_of(a, NULL, (struct store_bytes){NULL, 0});
    if (a->keep)
        return record_spec_check(&spec, e);
    if (!a->officer)
        return STATUS_OK;
    error_zh(e, "--officer 只与 --keep 一起使用。");
    return error_fail(e, STATUS_INVALID_INPUT, "bad-usage", "--officer goes with --keep only.");
}

enum status keep_report(const struct keep_args *a, const char *asked_store, const char *path,
                        struct store_bytes input, struct arena *arena, struct report *r, struct error *e)
{
    char store_path[STORE_PATH_SIZE];
    struct store *store;
    struct report_record *record = arena_alloc(arena, sizeof *record);
    struct record_spec spec = spec_of(a, path, input);
    enum status s = record ? store_path_find(asked_store, store_path, e) : error_no_memory(e);
    if (!s)
        s = ingest_gdal_version(&spec.gdal_version, e);
    if (!s)
        s = store_open(store_path, STORE_WRITE, &store, e);
    if (s)
        return s;
    s = record_keep(store, r, &spec, arena, record, e);
    store_close(store);
    if (s)
        return s;
    r->record = record;
    fprintf(stderr, "已存档：第 %lld 号记录，封印 %s\nkept as record %lld, seal %s\n", (long long)record->id,
            record->sha256, (long long)record->id, record->sha256);
    return STATUS_OK;
}
