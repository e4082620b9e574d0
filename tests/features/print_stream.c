/* Opens a file as a sandboxed stream and prints every record as a line of JSON: what the tests of the
 * readers look at. print_stream [--bytes] [--layer NAME] [--skip POSITION FID] [--list] [--count]
 * [--attributes] [--any] FILE; --any: a text, too, which no child reads. print_stream --each: the same for
 * every line of standard input, its arguments parted by tabs; a line "." ends the answer. */
#include "features/sandbox/sandbox.h"
#include "formats/json.h"

#include "base/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct buffer out;
static struct json_writer w;

static void begin(void)
{
    buffer_clear(&out);
    jw_init(&w, &out, false);
    jw_object_begin(&w);
}

static void end(void)
{
    jw_object_end(&w);
    puts(out.data);
}

static void put_sentence(const char *code, const char *zh, const char *en)
{
    jw_kv_string(&w, "code", code);
    jw_kv_string(&w, "zh", zh);
    jw_kv_string(&w, "en", en);
}

static void put_notes(const struct feature_note *notes, size_t n)
{
    jw_key(&w, "notes");
    jw_array_begin(&w);
    for (size_t i = 0; i < n; i++) {
        jw_object_begin(&w);
        put_sentence(notes[i].code, notes[i].zh, notes[i].en);
        jw_object_end(&w);
    }
    jw_array_end(&w);
}

static void put_hex(const unsigned char *bytes, size_t n)
{
    char *text = malloc(n * 2 + 1);
    for (size_t i = 0; i < n; i++)
        sprintf(text + 2 * i, "%02X", bytes[i]);
    text[n * 2] = '\0';
    jw_kv_string(&w, "wkb", text);
    free(text);
}

static void put_fields(const struct feature_schema *schema)
{
    jw_key(&w, "fields");
    jw_array_begin(&w);
    for (size_t i = 0; schema && i < schema->n; i++) {
        jw_array_begin(&w);
        jw_string(&w, schema->names[i]);
        jw_string(&w, schema->aliases[i]);
        jw_integer(&w, schema->types[i]);
        jw_array_end(&w);
    }
    jw_array_end(&w);
}

static void put_box(const double box[4])
{
    jw_key(&w, "box");
    jw_array_begin(&w);
    for (int i = 0; i < 4; i++)
        jw_number(&w, box[i]);
    jw_array_end(&w);
}

static void print_info(const struct feature_stream_info *info)
{
    begin();
    jw_kv_string(&w, "driver", info->driver);
    jw_kv_string(&w, "layer", info->layer);
    jw_kv_string(&w, "alias", info->layer_alias);
    jw_kv_string(&w, "crs", info->crs_wkt);
    if (info->has_box) {
        put_box(info->box);
    }
    jw_kv_integer(&w, "declared", info->n_declared);
    jw_kv_bool(&w, "heights", info->heights);
    jw_kv_bool(&w, "drawing", info->drawing);
    jw_kv_string(&w, "encoding", info->encoding);
    jw_kv_bool(&w, "misdeclared", info->encoding_misdeclared);
    put_fields(info->schema);
    end();
}

static void print_feature(const struct feature *f)
{
    begin();
    jw_kv_integer(&w, "position", f->position);
    jw_kv_integer(&w, "fid", f->fid);
    jw_kv_string(&w, "where", f->where_zh);
    jw_key(&w, "values");
    jw_object_begin(&w);
    for (size_t i = 0; i < f->schema->n; i++) {
        if (!f->values[i])
            continue;
        jw_kv_string(&w, f->schema->names[i], f->values[i]);
    }
    jw_object_end(&w);
    if (f->wkb)
        put_hex(f->wkb, f->n_wkb);
    if (f->fault) {
        jw_key(&w, "fault");
        jw_object_begin(&w);
        put_sentence(f->fault->code, f->fault->zh, f->fault->en);
        jw_object_end(&w);
    }
    if (f->n_notes)
        put_notes(f->notes, f->n_notes);
    jw_kv_bool(&w, "curved", f->curved);
    end();
}

static int print_error(const struct error *e)
{
    begin();
    jw_key(&w, "error");
    jw_object_begin(&w);
    jw_kv_string(&w, "status", status_name(e->status));
    put_sentence(e->code, e->zh, e->en);
    jw_object_end(&w);
    end();
    return 1;
}

static int list(const struct feature_request *r, struct arena *a)
{
    struct sandbox_layers layers;
    struct error e = {0};
    if (sandbox_list_layers(r, a, &layers, &e) != STATUS_OK)
        return print_error(&e);
    for (size_t i = 0; i < layers.n; i++) {
        begin();
        jw_kv_string(&w, "driver", layers.driver);
        jw_kv_string(&w, "layer", layers.layers[i].name);
        jw_kv_string(&w, "alias", layers.layers[i].alias);
        jw_kv_bool(&w, "areas", layers.layers[i].may_be_areas);
        jw_kv_integer(&w, "declared", layers.layers[i].n_declared);
        jw_kv_string(&w, "geometry", layers.layers[i].geometry);
        jw_kv_string(&w, "crs", layers.layers[i].crs_wkt);
        if (layers.layers[i].has_box)
            put_box(layers.layers[i].box);
        put_fields(layers.layers[i].schema);
        end();
    }
    return 0;
}

static int print_records(struct feature_stream *s, struct arena *a, bool quiet)
{
    struct error e = {0};
    long long n = 0, faults = 0;
    bool more = true;
    while (more) {
        struct feature f;
        arena_reset(a);
        if (feature_stream_next(s, a, &f, &more, &e) != STATUS_OK)
            return print_error(&e);
        n += more;
        faults += more && f.fault;
        if (more && !quiet)
            print_feature(&f);
    }
    begin();
    jw_kv_integer(&w, "end", n);
    jw_kv_integer(&w, "faults", faults);
    put_notes(s->notes, s->n_notes);
    end();
    return 0;
}

struct arguments {
    struct feature_request request;
    bool bytes, list, quiet, any;
    long long position, fid;
};

static struct arguments read_arguments(int argc, char **argv)
{
    struct arguments a = {.bytes = false};
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--bytes") == 0)
            a.bytes = true;
        else if (strcmp(argv[i], "--list") == 0)
            a.list = true;
        else if (strcmp(argv[i], "--count") == 0)
            a.quiet = true;
        else if (strcmp(argv[i], "--any") == 0)
            a.any = true;
        else if (strcmp(argv[i], "--attributes") == 0)
            a.request.attributes_only = true;
        else if (strcmp(argv[i], "--layer") == 0)
            a.request.layer = argv[++i];
        else if (strcmp(argv[i], "--skip") == 0 && i + 2 < argc)
            a.position = atoll(argv[++i]), a.fid = atoll(argv[++i]);
        else
            a.request.path = argv[i];
    }
    return a;
}

static int run(struct arguments *with, struct arena *keep, struct arena *each)
{
    struct feature_request *r = &with->request;
    struct feature_stream *s = NULL;
    struct error e = {0};
    char *data;
    if (with->bytes) {
        if (file_read(r->path, (size_t)1 << 30, keep, &data, &r->n_bytes, &e) != STATUS_OK)
            return print_error(&e);
        r->bytes = data;
        r->path = NULL;
    }
    if (with->list)
        return list(r, keep);
    int code = 1;
    enum status st = with->any ? feature_stream_open(r, &s, &e) : feature_stream_open_sandboxed(r, &s, &e);
    if (st != STATUS_OK || feature_stream_skip(s, with->position, with->fid, &e) != STATUS_OK) {
        print_error(&e);
    } else {
        print_info(&s->info);
        code = print_records(s, each, with->quiet);
    }
    feature_stream_close(s);
    return code;
}

static int run_each_line(struct arena *keep, struct arena *each)
{
    char *line = NULL;
    size_t cap = 0;
    for (ssize_t n; (n = getline(&line, &cap, stdin)) > 0;) {
        char *argv[16] = {NULL}, *at = line;
        int argc = 1;
        line[n - 1] = '\0';
        while (argc < 16 && (argv[argc] = strsep(&at, "\t")))
            argc++;
        struct arguments with = read_arguments(argc, argv);
        arena_reset(keep);
        run(&with, keep, each);
        puts(".");
        fflush(stdout);
    }
    free(line);
    return 0;
}

int main(int argc, char **argv)
{
    if (sandbox_child_wanted(argc, argv))
        sandbox_child_main(argc, argv);
    bool many = argc == 2 && strcmp(argv[1], "--each") == 0;
    struct arguments with = read_arguments(argc, argv);
    struct arena *keep = arena_new((size_t)2 << 30), *each = arena_new((size_t)1 << 30);
    buffer_init(&out, 0);
    int code = many ? run_each_line(keep, each) : run(&with, keep, each);
    arena_free(keep);
    arena_free(each);
    buffer_release(&out);
    return code;
}
