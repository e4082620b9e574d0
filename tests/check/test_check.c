/* What a check may and may not say. Small stores are made here, layer by layer, so that each case shows one
 * thing; the figures of real layers are compared with an independent program in second_opinion.py. */
#include "base/budget.h"
#include "base/file.h"
#include "check/areas.h"
#include "check/check.h"
#include "formats/wkb.h"
#include "fresh_store.h"
#include "geo/area.h"
#include "lines/judge.h"
#include "shipped_lines.h"

#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define ERL "ecological_red_line"
#define PBF "permanent_basic_farmland"
#define UDB "urban_development_boundary"
#define EVERYWHERE "110 40 113 43"

/* A store in a folder of its own. */
struct world {
    char folder[64], path[96];
    struct store *store;
    struct check_worker worker;
    struct snapshot *snapshot;
};

static struct geo_shape box_shape(struct geo_shape_builder *b, const char *box)
{
    double w, s, e, n;
    struct geo_shape shape;
    assert_int_equal(sscanf(box, "%lf %lf %lf %lf", &w, &s, &e, &n), 4);
    geo_shape_builder_clear(b);
    geo_shape_builder_polygon(b);
    geo_shape_builder_ring(b);
    geo_shape_builder_point(b, w, s);
    geo_shape_builder_point(b, e, s);
    geo_shape_builder_point(b, e, n);
    geo_shape_builder_point(b, w, n);
    assert_int_equal(geo_shape_builder_view(b, &shape, NULL), STATUS_OK);
    return shape;
}

struct feature_spec {
    const char *box, *zone;
};

struct layer_spec {
    const char *id;
    const char *coverage; /* box, or NULL for none stated */
    int64_t n_refused;
    struct feature_spec features[6]; /* until box is NULL */
};

static void layer_add(struct world *w, const struct layer_spec *spec)
{
    struct geo_shape_builder b;
    struct buffer wkb;
    geo_shape_builder_init(&b);
    buffer_init(&wkb, 0);
    struct store_version_spec v = {.layer = spec->id,
                                   .title_zh = "测试",
                                   .title_en = "test",
                                   .kind = "line",
                                   .label = "示例数据",
                                   .synthetic = true,
                                   .source_name = "made by the test",
                                   .source_sha256 = "00",
                                   .source_crs = "EPSG:4490",
                                   .document_no = "",
                                   .effective_from = "2024-01-01"};
    struct store_import *im;
    int64_t version_id, feature_id;
    struct error e = {0};
    int64_t n_vertices = 0;
    double area_m2 = 0;
    assert_int_equal(store_import_begin(w->store, &v, &im, &version_id, &e), STATUS_OK);
    for (int i = 0; spec->features[i].box; i++) {
        struct geo_shape s = box_shape(&b, spec->features[i].box);
        char code[16];
        n_vertices += s.n_vertices;
        area_m2 += geo_shape_area_m2(&s);
        snprintf(code, sizeof code, "F%d", i);
        buffer_clear(&wkb);
        wkb_write(&s, &wkb);
        struct store_feature f = {.code = code,
                                  .name = code,
                                  .zone = spec->features[i].zone ? spec->features[i].zone : "",
                                  .county = "",
                                  .declared_area_m2 = NAN,
                                  .properties = "{}",
                                  .wkb = wkb.data,
                                  .wkb_size = wkb.size};
        assert_int_equal(store_import_feature(im, &f, &feature_id, &e), STATUS_OK);
    }
    if (spec->coverage) {
        struct geo_shape s = box_shape(&b, spec->coverage);
        buffer_clear(&wkb);
        wkb_write(&s, &wkb);
        assert_int_equal(store_import_coverage(im, wkb.data, wkb.size, &e), STATUS_OK);
    }
    store_import_counts(im, 0, spec->n_refused);
    assert_int_equal(store_import_commit(im, n_vertices, area_m2, "{}", &e), STATUS_OK);
    geo_shape_builder_release(&b);
    buffer_release(&wkb);
}

static struct world *world_new(const struct layer_spec *layers, size_t n)
{
    struct world *w = calloc(1, sizeof *w);
    struct error e = {0};
    strcpy(w->folder, "/tmp/hx-check-XXXXXX");
    assert_non_null(mkdtemp(w->folder));
    snprintf(w->path, sizeof w->path, "%s/t.sqlite", w->folder);
    assert_int_equal(fresh_store(w->path, &e), STATUS_OK);
    assert_int_equal(store_open(w->path, STORE_WRITE, &w->store, &e), STATUS_OK);
    for (size_t i = 0; i < n; i++)
        layer_add(w, &layers[i]);
    assert_int_equal(check_worker_init(&w->worker, &e), STATUS_OK);
    if (snapshot_load(w->store, &w->snapshot, &e))
        fail_msg("%s", e.en);
    return w;
}

static void world_free(struct world *w)
{
    char command[128];
    snapshot_unref(w->snapshot);
    check_worker_release(&w->worker);
    store_close(w->store);
    snprintf(command, sizeof command, "rm -rf '%s'", w->folder);
    assert_int_equal(system(command), 0);
    free(w);
}

static struct report check_box(struct world *w, const char *box, const char *project_class)
{
    double west, south, east, north;
    char json[512];
    struct report r;
    struct error e = {0};
    struct check_options opt = {.project_class = project_class};
    assert_int_equal(sscanf(box, "%lf %lf %lf %lf", &west, &south, &east, &north), 4);
    int n = snprintf(
        json, sizeof json,
        "{\"type\":\"Polygon\",\"coordinates\":[[[%.10f,%.10f],[%.10f,%.10f],[%.10f,%.10f],[%.10f,%.10f],"
        "[%.10f,%.10f]]]}",
        west, south, east, south, east, north, west, north, west, south);
    if (check_bytes(&w->worker, w->snapshot, &opt, json, (size_t)n, &r, &e))
        fail_msg("%s", e.en);
    return r;
}

static const struct rule_hit *hit_of(const struct layer_finding *f, const char *rule_id)
{
    for (size_t i = 0; i < f->n_rules; i++)
        if (strcmp(f->rules[i].rule->id, rule_id) == 0)
            return &f->rules[i];
    return NULL;
}

/* A report that nobody filled in reads as unknown and unmeasured, never as clear. */
static void a_zeroed_report_is_not_clear(void **state)
{
    (void)state;
    struct parcel_report r;
    memset(&r, 0, sizeof r);
    assert_int_equal(r.verdict, VERDICT_UNKNOWN);
    struct layer_finding f;
    memset(&f, 0, sizeof f);
    assert_string_equal(layer_status_name(f.status), "unmeasured");
}

/* No layer, a layer without a stated coverage, a layer that covers part of the parcel, and a layer that lost
 * features at import: none of them may say "clear", and the verdict is unknown. */
static void without_data_nothing_is_clear(void **state)
{
    (void)state;
    struct layer_spec layers[] = {{ERL, NULL, 0, {{"112 42 112.1 42.1", NULL}}},
                                  {PBF, "110 40 111.005 43", 0, {{"112 42 112.1 42.1", NULL}}}};
    struct world *w = world_new(layers, 2);
    struct report r = check_box(w, "111 41 111.01 41.01", NULL);
    for (int l = 0; l < LINE_COUNT; l++) {
        assert_int_equal(r.results[0].layers[l].status, LAYER_NOT_COVERED);
        assert_true(isnan(r.results[0].layers[l].area_m2));
        assert_true(strlen(r.results[0].layers[l].reason_zh) > 0);
        assert_non_null(hit_of(&r.results[0].layers[l], "DATA-COVER"));
    }
    assert_int_equal(r.verdict, VERDICT_UNKNOWN);
    world_free(w);
    struct layer_spec lossy[] = {{ERL, EVERYWHERE, 1, {{"112 42 112.1 42.1", NULL}}}};
    w = world_new(lossy, 1);
    r = check_box(w, "111 41 111.01 41.01", NULL);
    assert_int_equal(r.results[0].layers[0].status, LAYER_UNMEASURED);
    world_free(w);
}

static const struct layer_spec usual[] = {
    {ERL,
     EVERYWHERE,
     0,
     {{"111 41 111.1 41.1", "核心保护区外"}, {"111.2 41 111.3 41.1", "自然保护地核心保护区"}}},
    {PBF,
     EVERYWHERE,
     0,
     {{"111 41.2 111.05 41.3", NULL}, {"111.05 41.2 111.1 41.3", NULL}, {"112.02 42.02 112.03 42.03", NULL}}},
    {UDB,
     EVERYWHERE,
     0,
     {{"112 42 112.05 42.1", "城镇集中建设区"},
      {"112.05 42 112.08 42.1", "城镇弹性发展区"},
      {"112.08 42 112.1 42.1", "特别用途区"}}}};

/* Pressing is pressing: area, share, feature, the prohibition, and the class that was assumed because none
 * was named. */
static void an_overlap_is_measured_and_judged(void **state)
{
    (void)state;
    struct world *w = world_new(usual, 3);
    struct report r = check_box(w, "111.09 41.04 111.11 41.05", NULL);
    const struct parcel_report *p = &r.results[0];
    const struct layer_finding *f = &p->layers[LINE_ECOLOGICAL_RED_LINE];
    assert_int_equal(f->status, LAYER_OVERLAP);
    assert_true(fabs(f->area_m2 - p->area_m2 / 2) < 0.01);
    assert_true(fabs(f->share - 0.5) < 1e-8);
    assert_int_equal(f->n_features, 1);
    assert_string_equal(f->features[0].code, "F0");
    assert_non_null(hit_of(f, "ERL-GEN"));
    assert_true(hit_of(f, "ERL-GEN")->class_assumed);
    assert_int_equal(p->layers[LINE_PERMANENT_BASIC_FARMLAND].status, LAYER_CLEAR);
    assert_int_equal(p->verdict, VERDICT_PROHIBITED);
    assert_true(r.synthetic);
    world_free(w);
}

/* The boundary's sub-zones and the outside add up to the parcel, each with its own rule; a straddling
 * parcel is told. */
static void sub_zones_and_outside_add_up(void **state)
{
    (void)state;
    struct world *w = world_new(usual, 3);
    struct report r = check_box(w, "112.04 42.09 112.11 42.12", NULL);
    const struct layer_finding *f = &r.results[0].layers[LINE_URBAN_DEVELOPMENT_BOUNDARY];
    double sum = 0;
    for (size_t i = 0; i < f->n_zones; i++)
        sum += f->zones[i].area_m2;
    assert_int_equal(f->n_zones, 4);
    assert_string_equal(f->zones[3].zone, "边界外");
    assert_true(fabs(sum - r.results[0].area_m2) < 0.01);
    static const char *const rules[] = {"UDB-IN-JZ", "UDB-IN-TX", "UDB-IN-TB", "UDB-OUT-UNK", "UDB-SPAN"};
    for (size_t i = 0; i < 5; i++)
        assert_non_null(hit_of(f, rules[i]));
    world_free(w);
}

/* Each class gets the rule of its own row, and the verdict that the row says. */
static void the_project_class_chooses_the_rule(void **state)
{
    (void)state;
    struct world *w = world_new(usual, 3);
    static const struct {
        const char *box, *project_class, *rule;
        int line;
        enum verdict verdict;
    } cases[] = {
        {"111.01 41.01 111.02 41.02", "GENERAL", "ERL-GEN", LINE_ECOLOGICAL_RED_LINE, VERDICT_PROHIBITED},
        {"111.01 41.01 111.02 41.02", "RURAL", "ERL-GEN", LINE_ECOLOGICAL_RED_LINE, VERDICT_PROHIBITED},
        {"111.01 41.01 111.02 41.02", "LIMITED_ACTIVITY", "ERL-LIM", LINE_ECOLOGICAL_RED_LINE,
         VERDICT_RESTRICTED},
        {"111.01 41.01 111.02 41.02", "NATIONAL_MAJOR", "ERL-NAT", LINE_ECOLOGICAL_RED_LINE,
         VERDICT_RESTRICTED},
        {"111.21 41.01 111.22 41.02", "LIMITED_ACTIVITY", "ERL-CORE", LINE_ECOLOGICAL_RED_LINE,
         VERDICT_PROHIBITED},
        {"111.01 41.21 111.02 41.22", "STATE_KEY", "PBF-NAT", LINE_PERMANENT_BASIC_FARMLAND,
         VERDICT_RESTRICTED},
        {"111.01 41.21 111.02 41.22", "GENERAL", "PBF-GEN", LINE_PERMANENT_BASIC_FARMLAND,
         VERDICT_PROHIBITED},
        {"112.021 42.021 112.022 42.022", "STATE_KEY", "PBF-INUDB", LINE_PERMANENT_BASIC_FARMLAND,
         VERDICT_RESTRICTED},
        {"112.021 42.021 112.022 42.022", "STATE_KEY", "DATA-XLINE", LINE_PERMANENT_BASIC_FARMLAND,
         VERDICT_RESTRICTED},
        {"110.5 40.5 110.51 40.51", "URBAN_CONCENTRATED", "UDB-OUT-CONC", LINE_URBAN_DEVELOPMENT_BOUNDARY,
         VERDICT_PROHIBITED},
        {"110.5 40.5 110.51 40.51", "RURAL", "UDB-OUT-RURAL", LINE_URBAN_DEVELOPMENT_BOUNDARY,
         VERDICT_RESTRICTED},
        {"110.5 40.5 110.51 40.51", NULL, "UDB-OUT-UNK", LINE_URBAN_DEVELOPMENT_BOUNDARY, VERDICT_NOTICE},
        {"112.01 42.01 112.015 42.015", "GENERAL", "UDB-IN-JZ", LINE_URBAN_DEVELOPMENT_BOUNDARY,
         VERDICT_ALLOWED},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct report r = check_box(w, cases[i].box, cases[i].project_class);
        if (!hit_of(&r.results[0].layers[cases[i].line], cases[i].rule) || r.verdict != cases[i].verdict)
            fail_msg("case %zu: %s expected, verdict %s", i, cases[i].rule, verdict_name(r.verdict));
        arena_reset(w->worker.arena);
    }
    world_free(w);
}

/* What stands in for a rule of the project's own class says why: no class was named, or the table has none
 * for it. */
static void a_rule_that_stands_in_says_why(void **state)
{
    (void)state;
    struct world *w = world_new(usual, 3);
    static const struct {
        const char *box, *project_class, *rule;
        int line;
        enum class_note note;
    } cases[] = {
        {"110.5 40.5 110.51 40.51", NULL, "UDB-OUT-UNK", LINE_URBAN_DEVELOPMENT_BOUNDARY, CLASS_NOT_GIVEN},
        {"110.5 40.5 110.51 40.51", "GENERAL", "UDB-OUT-OTHER", LINE_URBAN_DEVELOPMENT_BOUNDARY,
         CLASS_HAS_NO_RULE},
        {"110.5 40.5 110.51 40.51", "RURAL", "UDB-OUT-RURAL", LINE_URBAN_DEVELOPMENT_BOUNDARY, CLASS_MATCHED},
        {"111.01 41.01 111.02 41.02", NULL, "ERL-GEN", LINE_ECOLOGICAL_RED_LINE, CLASS_NOT_GIVEN},
        {"111.01 41.01 111.02 41.02", "RURAL", "ERL-GEN", LINE_ECOLOGICAL_RED_LINE, CLASS_HAS_NO_RULE},
        {"111.01 41.01 111.02 41.02", "GENERAL", "ERL-GEN", LINE_ECOLOGICAL_RED_LINE, CLASS_MATCHED},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct report r = check_box(w, cases[i].box, cases[i].project_class);
        const struct rule_hit *hit = hit_of(&r.results[0].layers[cases[i].line], cases[i].rule);
        if (!hit || hit->class_note != cases[i].note ||
            hit->class_assumed != (hit->class_note == CLASS_NOT_GIVEN))
            fail_msg("case %zu: %s expected with note %d", i, cases[i].rule, cases[i].note);
        assert_int_equal(*class_note_zh(hit->class_note) == '\0', hit->class_note == CLASS_MATCHED);
        arena_reset(w->worker.arena);
    }
    world_free(w);
}

/* An office may quote a whole clause in a cell: the table is taken as it is, without a limit on one cell. */
static void a_long_cell_of_the_rule_table_is_taken(void **state)
{
    enum { LONG = 3000 };
    static const char at_word[] = "原则上禁止人为活动", filler[] = "条";
    (void)state;
    struct error e = {0};
    struct arena *a = arena_new(16 << 20);
    struct rule_table table;
    char *csv = NULL;
    size_t n = 0;
    assert_int_equal(file_read(HX_SOURCE_DIR "/schema/rules.csv", 1 << 20, a, &csv, &n, &e), STATUS_OK);
    char *at = strstr(csv, at_word), *longer = arena_alloc(a, n + LONG + 1);
    assert_non_null(at);
    size_t before = (size_t)(at - csv);
    memcpy(longer, csv, before);
    for (size_t i = 0; i < LONG; i++)
        longer[before + i] = filler[i % (sizeof filler - 1)];
    memcpy(longer + before + LONG, at, n - before);
    const struct line_table lines = shipped_lines(a);
    assert_int_equal(rules_parse(longer, n + LONG, &lines, a, &table, &e), STATUS_OK);
    assert_string_equal(table.rules[0].id, "ERL-CORE");
    assert_true(strlen(table.rules[0].needs_zh) > LONG);
    assert_non_null(strstr(table.rules[0].needs_zh, at_word));
    arena_free(a);
}

/* Judges a parcel again by another table. */
static enum verdict judged_by(struct world *w, struct report *r, const char *project_class,
                              const struct rule_table *rules)
{
    static const double nothing[LINE_COUNT * LINE_COUNT];
    const struct common_areas none = {nothing, LINE_COUNT};
    struct parcel_report *p = &r->results[0];
    const struct judge_case c = {.rules = rules,
                                 .project_class = project_class,
                                 .parcel_m2 = p->kernel_m2,
                                 .slivers = p->slivers,
                                 .common = &none};
    assert_int_equal(judge_findings(&c, w->worker.arena, p->layers, p->n_layers, &p->verdict, NULL),
                     STATUS_OK);
    return p->verdict;
}

/* By the table without some of its rows. */
static enum verdict judged_without(struct world *w, struct report *r, const char *project_class,
                                   const char *prefix)
{
    const struct rule_table *all = snapshot_rules(w->snapshot);
    struct rule kept[256];
    struct rule_table some = *all;
    assert_true(all->n_rules <= 256);
    some.n_rules = 0;
    for (size_t i = 0; i < all->n_rules; i++)
        if (strncmp(all->rules[i].id, prefix, strlen(prefix)) != 0)
            kept[some.n_rules++] = all->rules[i];
    some.rules = kept;
    assert_true(rules_by_line(&some, w->worker.arena));
    return judged_by(w, r, project_class, &some);
}

/* However many rows of an office's table speak of one parcel on one line: each is told and counts, the last
 * as the first. */
static void no_row_of_a_long_table_is_left_out(void **state)
{
    enum { BESIDE = 1000 };
    (void)state;
    const struct layer_spec layers[] = {{ERL, EVERYWHERE, 0, {{"111 41 111.1 41.1", "核心保护区外"}}}};
    struct world *w = world_new(layers, 1);
    struct report r = check_box(w, "111.01 41.01 111.02 41.02", "LIMITED_ACTIVITY");
    const struct layer_finding *f = &r.results[0].layers[LINE_ECOLOGICAL_RED_LINE];
    const struct rule_table *all = snapshot_rules(w->snapshot);
    struct rule_table longer = *all;
    size_t told = f->n_rules;
    assert_int_equal(f->verdict, VERDICT_RESTRICTED);
    longer.rules = arena_array(w->worker.arena, all->n_rules + BESIDE, sizeof *longer.rules);
    assert_non_null(longer.rules);
    memcpy(longer.rules, all->rules, all->n_rules * sizeof *longer.rules);
    for (int i = 0; i < BESIDE; i++)
        longer.rules[longer.n_rules++] =
            (struct rule){.id = i + 1 < BESIDE ? "BESIDE" : "LAST",
                          .lines = UINT64_C(1) << f->line->number,
                          .sub_zone = "*",
                          .relation = RELATION_OVERLAP,
                          .project_class = "*",
                          .verdict = i + 1 < BESIDE ? VERDICT_NOTICE : VERDICT_PROHIBITED,
                          .unit = "",
                          .beside = true};
    assert_true(rules_by_line(&longer, w->worker.arena));
    assert_int_equal(judged_by(w, &r, "LIMITED_ACTIVITY", &longer), VERDICT_PROHIBITED);
    assert_int_equal(f->n_rules, told + BESIDE);
    assert_non_null(hit_of(f, "LAST"));
    world_free(w);
}

/* Of many layers each has its remarks: none is left out, and none is too many for the check to end. */
static void every_layer_has_its_remarks(void **state)
{
    (void)state;
    struct arena *a = arena_new(16 << 20);
    const struct line_table lines = shipped_lines(a);
    enum { LAYERS = 10 };
    struct layer_spec specs[LAYERS] = {0};
    for (int l = 0; l < LAYERS; l++)
        specs[l] = (struct layer_spec){line_at(&lines, l)->id,
                                       "111 41 111.2 41.1",
                                       0,
                                       {{"111 41 111.1 41.1", NULL}, {"111 41 111.1 41.1", NULL}}};
    struct world *w = world_new(specs, LAYERS);
    struct report r = check_box(w, "111.05 41.05 111.06 41.15", NULL);
    const struct parcel_report *p = &r.results[0];
    assert_int_equal(p->n_layers, LAYERS);
    for (int l = 0; l < p->n_layers; l++) {
        bool partly = false, twice = false;
        for (size_t i = 0; i < p->n_warnings; i++) {
            bool names_it = strstr(p->warnings[i].zh, p->layers[l].line->title_zh) != NULL;
            partly |= names_it && strcmp(p->warnings[i].code, "partly-covered") == 0;
            twice |= names_it && strcmp(p->warnings[i].code, "features-overlap") == 0;
        }
        if (!partly || !twice)
            fail_msg("%s lacks a remark", p->layers[l].line->id);
    }
    world_free(w);
    arena_free(a);
}

/* What no row of the table speaks of is not allowed by silence, and not by the rows that speak of
 * something else. */
static void what_no_rule_speaks_of_is_unknown(void **state)
{
    (void)state;
    const struct layer_spec layers[] = {
        {ERL,
         EVERYWHERE,
         0,
         {{"111 41 111.1 41.1", "核心保护区外"}, {"111.1 41 111.2 41.1", "自然保护地核心保护区"}}},
        {PBF, EVERYWHERE, 0, {{"112 41 112.1 41.1", NULL}}},
        {UDB,
         EVERYWHERE,
         0,
         {{"111 41.2 111.2 41.4", "城镇集中建设区"}, {"111.2 41.2 111.4 41.4", "城镇弹性发展区"}}}};
    struct world *w = world_new(layers, 3);
    struct report r = check_box(w, "111.09 41.04 111.11 41.05", "LIMITED_ACTIVITY");
    assert_int_equal(r.verdict, VERDICT_PROHIBITED);
    assert_int_equal(judged_without(w, &r, "LIMITED_ACTIVITY", "ERL-CORE"),
                     VERDICT_UNKNOWN); /* was: restricted */
    r = check_box(w, "111.19 41.29 111.21 41.30", NULL);
    assert_int_equal(r.verdict, VERDICT_RESTRICTED);
    assert_int_equal(judged_without(w, &r, "UNKNOWN", "UDB-IN-TX"), VERDICT_UNKNOWN); /* was: allowed */
    r = check_box(w, "111.5 41.5 111.51 41.51", NULL);
    assert_int_equal(r.verdict, VERDICT_NOTICE);
    assert_int_equal(judged_without(w, &r, "UNKNOWN", "UDB-OUT"), VERDICT_UNKNOWN); /* was: allowed */
    world_free(w);
}

/* The core of a reserve is the core under every name that data give it. */
static void the_core_is_not_taken_for_less(void **state)
{
    (void)state;
    static const struct {
        const char *zone, *rule;
    } cases[] = {
        {"自然保护地核心保护区", "ERL-CORE"}, {"国家公园核心保护区", "ERL-CORE"}, {"核心区", "ERL-CORE"},
        {"核心保护区外", "ERL-LIM"},          {"非核心保护区", "ERL-LIM"},        {"一般控制区", "ERL-LIM"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct layer_spec layers[] = {{ERL, EVERYWHERE, 0, {{"111 41 111.1 41.1", cases[i].zone}}}};
        struct world *w = world_new(layers, 1);
        struct report r = check_box(w, "111.01 41.01 111.02 41.02", "LIMITED_ACTIVITY");
        if (!hit_of(&r.results[0].layers[LINE_ECOLOGICAL_RED_LINE], cases[i].rule))
            fail_msg("%s is not judged by %s", cases[i].zone, cases[i].rule);
        world_free(w);
    }
}

/* A parcel on several lines at once gets the most severe verdict, and each line keeps its own rule and
 * figure; where the lines overlap each other that is reported on both, and none gives way. */
static void several_lines_give_the_most_severe_and_are_all_listed(void **state)
{
    (void)state;
    const struct layer_spec layers[] = {{ERL, EVERYWHERE, 0, {{"111 41 111.1 41.1", "核心保护区外"}}},
                                        {PBF, EVERYWHERE, 0, {{"111.05 41 111.15 41.1", NULL}}},
                                        {UDB, EVERYWHERE, 0, {{"111 41 111.2 41.2", "城镇弹性发展区"}}}};
    struct world *w = world_new(layers, 3);
    struct report r = check_box(w, "111.04 41.04 111.06 41.05", "LIMITED_ACTIVITY");
    const struct layer_finding *f = r.results[0].layers;
    const struct rule_hit *red = hit_of(&f[LINE_ECOLOGICAL_RED_LINE], "ERL-LIM"),
                          *farm = hit_of(&f[LINE_PERMANENT_BASIC_FARMLAND], "PBF-GEN"),
                          *zone = hit_of(&f[LINE_URBAN_DEVELOPMENT_BOUNDARY], "UDB-IN-TX");
    assert_true(red && farm && zone);
    assert_int_equal(red->rule->verdict, VERDICT_RESTRICTED);
    assert_int_equal(farm->rule->verdict, VERDICT_PROHIBITED);
    assert_int_equal(r.verdict, VERDICT_PROHIBITED);
    assert_true(fabs(f[LINE_ECOLOGICAL_RED_LINE].share - 1) < 1e-8);
    assert_true(fabs(f[LINE_PERMANENT_BASIC_FARMLAND].share - 0.5) < 1e-8);
    for (int l = 0; l < LINE_COUNT; l++)
        assert_non_null(hit_of(&f[l], "DATA-XLINE"));
    world_free(w);
}

/* A class that the rule table does not know is refused with a question, not guessed. */
static void an_unknown_class_is_refused(void **state)
{
    (void)state;
    struct world *w = world_new(usual, 3);
    struct check_options opt = {.project_class = "PALACE"};
    struct report r;
    struct error e = {0};
    static const char json[] =
        "{\"type\":\"Polygon\",\"coordinates\":[[[111,41],[111.01,41],[111.01,41.01],[111,41]]]}";
    assert_int_equal(check_bytes(&w->worker, w->snapshot, &opt, json, strlen(json), &r, &e),
                     STATUS_INVALID_INPUT);
    assert_string_equal(e.code, "unknown-project-class");
    world_free(w);
}

/* Features that overlap each other are each reported in full, and the union decides: nothing is counted twice
 * and no share exceeds 1. */
static void overlapping_features_count_once(void **state)
{
    (void)state;
    struct layer_spec layers[] = {
        {ERL,
         EVERYWHERE,
         0,
         {{"111 41 111.1 41.1", NULL}, {"111.05 41 111.15 41.1", NULL}, {"111 41 111.1 41.1", NULL}}}};
    struct world *w = world_new(layers, 1);
    struct report r = check_box(w, "111.02 41.02 111.08 41.03", NULL);
    const struct layer_finding *f = &r.results[0].layers[0];
    assert_int_equal(f->n_features, 3);
    assert_true(fabs(f->area_m2 - r.results[0].area_m2) < 0.01);
    assert_true(f->sum_m2 > 2.4 * r.results[0].area_m2);
    assert_true(f->share <= 1.0);
    assert_true(f->inside);
    r = check_box(w, "111.09 41.02 111.2 41.03", NULL);
    f = &r.results[0].layers[0];
    assert_true(fabs(f->area_m2 - r.results[0].area_m2 * 6 / 11) < 0.01);
    world_free(w);
}

/* A ring of n points around a place, `reach` degrees wide, as GeoJSON. */
static void write_star(char *text, size_t size, int n, double reach)
{
    size_t at = (size_t)snprintf(text, size, "{\"type\":\"Polygon\",\"coordinates\":[[");
    for (int i = 0; i <= n; i++) {
        double angle = 2 * M_PI * (i % n) / n, r = reach * (i % 2 && n > 4 ? 0.8 : 1);
        at += (size_t)snprintf(text + at, size - at, "%s[%.9f,%.9f]", i ? "," : "", 111.5 + r * cos(angle),
                               41.5 + r * sin(angle));
    }
    snprintf(text + at, size - at, "]]}");
}

/* Every door says the same area of the same shape: a check's is that of an import (geo_shape_area_m2), to the
 * bit, however many edges there are; what lies wholly in a line has the parcel's own area, to rounding. */
static void a_parcels_area_is_its_shapes_in_every_door(void **state)
{
    (void)state;
    struct layer_spec layers[] = {{ERL, EVERYWHERE, 0, {{"110.5 40.5 112.5 42.5", NULL}}},
                                  {UDB, EVERYWHERE, 0, {{"110.5 40.5 112.5 42.5", "CZJZ"}}}};
    static const int sizes[] = {4, 12, 64, 66, 700};
    static const double reaches[] = {0.0004, 0.02, 0.31};
    struct world *w = world_new(layers, 2);
    for (size_t i = 0; i < 15; i++) {
        char text[64 + 702 * 40];
        struct report r, before;
        const struct check_options of_before = {.kernel_areas = true};
        write_star(text, sizeof text, sizes[i / 3], reaches[i % 3]);
        assert_int_equal(check_bytes(&w->worker, w->snapshot, &of_before, text, strlen(text), &before, NULL),
                         STATUS_OK);
        assert_int_equal(check_bytes(&w->worker, w->snapshot, NULL, text, strlen(text), &r, NULL), STATUS_OK);
        const struct parcel_report *p = r.results;
        double area = geo_shape_area_m2(&p->parcel->shape);
        assert_memory_equal(&p->area_m2, &area, sizeof area);
        assert_true(fabs(p->kernel_m2 - area) <= 1e-10 * area);
        assert_memory_equal(&before.results[0].area_m2, &p->kernel_m2, sizeof area);
        assert_int_equal(before.results[0].verdict, p->verdict);
        for (int l = 0; l < p->n_layers; l++) {
            const struct layer_finding *f = p->layers + l;
            if (f->status != LAYER_OVERLAP)
                continue;
            assert_true(f->inside);
            assert_true(f->area_m2 <= area && area - f->area_m2 <= 1e-10 * area);
        }
    }
    world_free(w);
}

/* A feature that is added can only add: an overlap never becomes clear and its area never shrinks. */
static void an_added_feature_never_clears(void **state)
{
    (void)state;
    struct layer_spec one[] = {{ERL, EVERYWHERE, 0, {{"111 41 111.1 41.1", NULL}}}};
    struct layer_spec two[] = {
        {ERL, EVERYWHERE, 0, {{"111 41 111.1 41.1", NULL}, {"110.95 41.05 111.05 41.2", NULL}}}};
    struct world *a = world_new(one, 1), *b = world_new(two, 1);
    for (int i = 0; i < 40; i++) {
        char box[80];
        snprintf(box, sizeof box, "%.3f %.3f %.3f %.3f", 110.9 + i * 0.006, 40.98 + i * 0.005,
                 110.93 + i * 0.006, 41.01 + i * 0.005);
        struct report ra = check_box(a, box, NULL), rb = check_box(b, box, NULL);
        const struct layer_finding *fa = &ra.results[0].layers[0], *fb = &rb.results[0].layers[0];
        assert_true(fb->area_m2 >= fa->area_m2 - 1e-6);
        if (fa->status == LAYER_OVERLAP)
            assert_int_equal(fb->status, LAYER_OVERLAP);
    }
    world_free(a);
    world_free(b);
}

static void assert_same_finding(const struct layer_finding *a, const struct layer_finding *b)
{
    assert_int_equal(a->status, b->status);
    assert_int_equal(a->verdict, b->verdict);
    assert_memory_equal(&a->uncovered_m2, &b->uncovered_m2, sizeof a->uncovered_m2);
    assert_memory_equal(&a->area_m2, &b->area_m2, sizeof a->area_m2);
    assert_int_equal(a->n_features, b->n_features);
    assert_string_equal(a->reason_zh, b->reason_zh);
}

/* Layers with one and the same coverage are measured against it once; each is answered, to the bit, as if it
 * were alone, and a coverage that differs in the last bit of one coordinate is another one. */
static void a_shared_coverage_answers_as_each_layers_own(void **state)
{
    enum { LAYERS = 3 };
    (void)state;
    const struct layer_spec all[LAYERS] = {
        {ERL, EVERYWHERE, 0, {{"111 41 111.1 41.1", NULL}}},
        {PBF, EVERYWHERE, 0, {{"112.9 42.9 112.99 42.99", NULL}}},
        {UDB, "110 40 113 43.000000000000007", 0, {{"111.2 41.2 111.3 41.3", NULL}}}};
    struct world *together = world_new(all, LAYERS), *alone[LAYERS];
    const struct layer_index *coverage[LAYERS];
    for (int l = 0; l < LAYERS; l++) {
        alone[l] = world_new(all + l, 1);
        coverage[l] = snapshot_layer(together->snapshot, all[l].id)->coverage;
    }
    assert_ptr_equal(coverage[0], coverage[1]);
    assert_ptr_not_equal(coverage[0], coverage[2]);
    for (int i = 0; i < 60; i++) { /* within it, across its corner, outside */
        char box[120];
        double at = 0.3 / 60 * i;
        snprintf(box, sizeof box, "%.6f %.6f %.6f %.6f", 112.8 + at, 42.8 + at, 112.87 + at, 42.86 + at);
        struct report r = check_box(together, box, NULL);
        for (int l = 0; l < LAYERS; l++) {
            struct report own = check_box(alone[l], box, NULL);
            const struct control_line *line = line_of_id(report_lines(&own), all[l].id);
            assert_same_finding(&r.results[0].layers[line->number], &own.results[0].layers[line->number]);
        }
    }
    for (int l = 0; l < LAYERS; l++)
        world_free(alone[l]);
    world_free(together);
}

/* A snapshot that is asked often looks into its lines together; the answers stay what they were,
 * to the bit. */
static void lines_looked_into_together_answer_the_same(void **state)
{
    enum { BOXES = 40 };
    (void)state;
    struct world *w = world_new(usual, 3);
    struct report first[BOXES];
    char box[BOXES][120];
    for (int i = 0; i < BOXES; i++) {
        double at = 0.4 / BOXES * i;
        snprintf(box[i], sizeof box[i], "%.6f %.6f %.6f %.6f", 110.95 + at, 40.95 + at, 111.0 + at,
                 41.0 + at);
        first[i] = check_box(w, box[i], NULL);
    }
    assert_null(snapshot_measured(w->snapshot));
    for (int i = 0; i < 100; i++)
        (void)!snapshot_measured(w->snapshot);
    assert_non_null(snapshot_measured(w->snapshot));
    for (int i = 0; i < BOXES; i++) {
        struct report r = check_box(w, box[i], NULL);
        for (int l = 0; l < r.results[0].n_layers; l++)
            assert_same_finding(&first[i].results[0].layers[l], &r.results[0].layers[l]);
    }
    world_free(w);
}

/* A sliver is small and narrow; what is only small, or only narrow, is an overlap. It is listed, and is
 * not clear. */
static void slivers_are_small_and_narrow(void **state)
{
    (void)state;
    struct world *w = world_new(usual, 3);
    static const struct {
        const char *box;
        enum layer_status status;
    } cases[] = {
        {"111.1 41.05 111.11 41.06", LAYER_CLEAR},            /* shares the border */
        {"111.09999999 41.05 111.11 41.0502", LAYER_SLIVER},  /* 0.8 mm x 22 m */
        {"111.09999 41.0999930 111.11 41.11", LAYER_OVERLAP}, /* 0.84 m x 0.78 m: small, not narrow */
        {"111.0999995 41.01 111.11 41.09", LAYER_OVERLAP},    /* 4 cm x 8.9 km: narrow, not small */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct report r = check_box(w, cases[i].box, NULL);
        const struct layer_finding *f = &r.results[0].layers[0];
        if (f->status != cases[i].status)
            fail_msg("case %zu: %s, %.6f m2", i, layer_status_name(f->status), f->area_m2);
        if (f->status == LAYER_SLIVER) {
            assert_int_equal(f->n_features, 1);
            assert_true(f->features[0].sliver && f->features[0].width_m < SLIVER_POLICY_DEFAULT.width_m);
            assert_true(r.verdict != VERDICT_ALLOWED);
        }
        assert_int_equal(f->touches, i == 0);
    }
    world_free(w);
}

/* The policy is the check's own: with {0, 0} nothing is set aside, a wider one sets more aside, and the
 * report says which it was. */
static void the_sliver_policy_is_chosen_and_disclosed(void **state)
{
    (void)state;
    struct world *w = world_new(usual, 3);
    static const char json[] =
        "{\"type\":\"Polygon\",\"coordinates\":[[[111.09999999,41.05],[111.11,41.05],[111.11,41.0502],"
        "[111.09999999,41.0502],[111.09999999,41.05]]]}";
    const struct {
        const char *text;
        enum layer_status status;
    } cases[] = {{NULL, LAYER_SLIVER}, {"0,0", LAYER_OVERLAP}, {"5,0.5", LAYER_SLIVER}};
    for (size_t i = 0; i < 3; i++) {
        struct sliver_policy policy;
        struct report r;
        struct check_options opt = {.slivers = &policy};
        assert_int_equal(sliver_policy_of_text(cases[i].text, &policy, NULL), STATUS_OK);
        assert_int_equal(check_bytes(&w->worker, w->snapshot, &opt, json, strlen(json), &r, NULL), STATUS_OK);
        assert_int_equal(r.results[0].layers[0].status, cases[i].status);
        assert_true(r.slivers.area_m2 == policy.area_m2 && r.slivers.width_m == policy.width_m);
    }
    static const char *const wrong[] = {"1", "1,2,3", "-1,0.1", "11,0.1", "1,1.5", "a,b", "nan,0.1"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct sliver_policy policy;
        assert_int_equal(sliver_policy_of_text(wrong[i], &policy, NULL), STATUS_INVALID_INPUT);
    }
    world_free(w);
}

/* A damaged index file is rebuilt from the store, and the answer is the same. */
static void a_damaged_index_is_rebuilt(void **state)
{
    (void)state;
    struct world *w = world_new(usual, 3);
    struct report r = check_box(w, "111.09 41.04 111.11 41.05", NULL);
    double before = r.results[0].layers[0].area_m2;
    char command[160];
    snprintf(command, sizeof command, "for f in '%s'/*.index/*; do head -c 1000 /dev/urandom > \"$f\"; done",
             w->folder);
    assert_int_equal(system(command), 0);
    snapshot_unref(w->snapshot);
    assert_int_equal(snapshot_load(w->store, &w->snapshot, NULL), STATUS_OK);
    r = check_box(w, "111.09 41.04 111.11 41.05", NULL);
    assert_memory_equal(&before, &r.results[0].layers[0].area_m2, sizeof before);
    world_free(w);
}

/* Does something to the index of a version; the first that was imported has number 1, and so on. */
static void spoil_index(const struct world *w, int version, const char *how)
{
    char command[320];
    snprintf(command, sizeof command,
             "f=$(ls '%s'.index/%d-*.hxi | grep -v coverage); n=$(stat -c %%s \"$f\"); %s", w->path, version,
             how);
    assert_int_equal(system(command), 0);
}

static const char *const spoilings[] = {
    "dd if=/dev/urandom of=\"$f\" bs=$n count=1 conv=notrunc status=none",
    "dd if=/dev/zero of=\"$f\" bs=$n count=1 conv=notrunc status=none",
    "truncate -s 0 \"$f\"",
    "truncate -s $((n / 2)) \"$f\"",
    "cat \"$(ls \"${f%/*}\"/2-*.hxi | head -1)\" > \"$f\"",
    "printf 'A' | dd of=\"$f\" bs=1 seek=263 conv=notrunc status=none", /* the first longitude, about 0 now */
};

/* The file of a layer is changed in place while it is in use. A layer that cannot be measured is no clear
 * layer: the parcel's verdict is unknown, the other lines stand, and a new snapshot has the right answer. */
static void a_layer_that_changes_while_it_is_used_is_unmeasured(void **state)
{
    (void)state;
    const char *parcel = "111.09 41.04 111.11 41.05";
    struct world *w = world_new(usual, 3);
    for (size_t i = 0; i < sizeof spoilings / sizeof *spoilings; i++) {
        struct report r = check_box(w, parcel, NULL);
        double before = r.results[0].layers[LINE_ECOLOGICAL_RED_LINE].area_m2;
        assert_true(before > 0);
        spoil_index(w, 1, spoilings[i]);
        for (int again = 0; again < 2; again++) {
            r = check_box(w, parcel, NULL);
            const struct layer_finding *f = &r.results[0].layers[LINE_ECOLOGICAL_RED_LINE];
            assert_int_equal(f->status, LAYER_UNMEASURED);
            assert_true(isnan(f->area_m2));
            assert_non_null(strstr(f->reason_zh, "索引"));
            assert_int_equal(r.results[0].layers[LINE_PERMANENT_BASIC_FARMLAND].status, LAYER_CLEAR);
            assert_int_equal(r.verdict, VERDICT_UNKNOWN);
            assert_int_equal(r.n_changed, 1);
        }
        struct geo_shape shape;
        assert_int_equal(check_overlap_shape(&w->worker, snapshot_layer(w->snapshot, ERL),
                                             &r.parcels.parcels[0].shape, NULL, &shape, NULL),
                         STATUS_CORRUPT);
        struct parcel_areas areas;
        assert_int_equal(areas_measure(&w->worker, snapshot_layer(w->snapshot, ERL),
                                       &r.parcels.parcels[0].shape, 1, &areas, NULL),
                         STATUS_CORRUPT);
        snapshot_unref(w->snapshot);
        assert_int_equal(snapshot_load(w->store, &w->snapshot, NULL), STATUS_OK);
        r = check_box(w, parcel, NULL);
        assert_memory_equal(&before, &r.results[0].layers[LINE_ECOLOGICAL_RED_LINE].area_m2, sizeof before);
        assert_int_equal(r.verdict, VERDICT_PROHIBITED);
        arena_reset(w->worker.arena);
    }
    world_free(w);
}

/* A coverage that changes is a layer that changes: it says where "clear" may be said. */
static void a_coverage_that_changes_while_it_is_used_clears_nothing(void **state)
{
    (void)state;
    const char *nowhere = "110.2 40.2 110.21 40.21";
    struct world *w = world_new(usual, 1);
    char command[160];
    struct report r = check_box(w, nowhere, NULL);
    assert_int_equal(r.results[0].layers[LINE_ECOLOGICAL_RED_LINE].status, LAYER_CLEAR);
    snprintf(command, sizeof command, "touch '%s'.index/1-*-coverage.hxi", w->path);
    assert_int_equal(system(command), 0);
    r = check_box(w, nowhere, NULL);
    assert_int_equal(r.results[0].layers[LINE_ECOLOGICAL_RED_LINE].status, LAYER_UNMEASURED);
    world_free(w);
}

struct asking {
    struct world *w;
    atomic_int n_unknown;
    atomic_bool wrong, stop;
};

/* Asks until it is told to stop, and at least until the answer was unknown a few times. */
static void *ask_on(void *user)
{
    struct asking *a = user;
    const char *box = "{\"type\":\"Polygon\",\"coordinates\":[[[111.09,41.04],[111.11,41.04],[111.11,41.05],"
                      "[111.09,41.05],[111.09,41.04]]]}";
    struct check_worker worker;
    struct report r;
    if (check_worker_init(&worker, NULL) != STATUS_OK)
        abort();
    for (int unknown = 0; unknown < 3 || !atomic_load(&a->stop);) {
        if (check_bytes(&worker, a->w->snapshot, NULL, box, strlen(box), &r, NULL) != STATUS_OK)
            abort();
        const struct layer_finding *f = &r.results[0].layers[LINE_ECOLOGICAL_RED_LINE];
        bool is_unknown = r.verdict == VERDICT_UNKNOWN && f->status == LAYER_UNMEASURED;
        bool is_right = r.verdict == VERDICT_PROHIBITED && f->status == LAYER_OVERLAP &&
                        fabs(f->area_m2 - r.results[0].area_m2 / 2) < 0.01;
        if (!is_unknown && !is_right)
            atomic_store(&a->wrong, true);
        if (is_unknown && ++unknown == 1)
            atomic_fetch_add(&a->n_unknown, 1);
        arena_reset(worker.arena);
    }
    check_worker_release(&worker);
    return NULL;
}

/* Four threads ask while it happens: each answer is the right one or that nothing can be said. */
static void no_thread_is_told_anything_else(void **state)
{
    (void)state;
    enum { THREADS = 4 };
    for (size_t i = 0; i < sizeof spoilings / sizeof *spoilings; i++) {
        struct asking a = {.w = world_new(usual, 3)};
        pthread_t thread[THREADS];
        for (int t = 0; t < THREADS; t++)
            assert_int_equal(pthread_create(&thread[t], NULL, ask_on, &a), 0);
        spoil_index(a.w, 1, spoilings[i]);
        atomic_store(&a.stop, true);
        for (int t = 0; t < THREADS; t++)
            pthread_join(thread[t], NULL);
        assert_false(atomic_load(&a.wrong));
        assert_int_equal(atomic_load(&a.n_unknown), THREADS);
        world_free(a.w);
    }
}

/* The overlap that is drawn has the area that is reported. */
static void the_drawn_overlap_has_the_reported_area(void **state)
{
    (void)state;
    struct world *w = world_new(usual, 3);
    struct report r = check_box(w, "111.03 41.19 111.07 41.21", NULL);
    const struct layer_finding *f = &r.results[0].layers[LINE_PERMANENT_BASIC_FARMLAND];
    struct geo_shape s;
    double area;
    assert_int_equal(f->n_features, 2);
    assert_int_equal(check_overlap_shape(&w->worker, f->layer, &r.parcels.parcels[0].shape, NULL, &s, NULL),
                     STATUS_OK);
    overlap_prepare(w->worker.other, &s);
    assert_int_equal(overlap_parcel_area(w->worker.other, &area, NULL), STATUS_OK);
    assert_true(fabs(area - f->area_m2) < 0.01);
    world_free(w);
}

/* ---- claims ---- */

static enum status check_claimed(struct world *w, const char *box, const char *claims, struct report *out,
                                 struct error *e)
{
    char json[600];
    double x0, y0, x1, y1;
    struct claim_words words[LINES_MAX];
    struct check_options opt = {.claims = words};
    assert_int_equal(sscanf(box, "%lf %lf %lf %lf", &x0, &y0, &x1, &y1), 4);
    int n =
        snprintf(json, sizeof json,
                 "{\"type\":\"Polygon\",\"coordinates\":[[[%.9g,%.9g],[%.9g,%.9g],[%.9g,%.9g],[%.9g,%.9g],"
                 "[%.9g,%.9g]]]}",
                 x0, y0, x1, y0, x1, y1, x0, y1, x0, y0);
    enum status s = claims_split(claims, w->worker.arena, words, LINES_MAX, &opt.n_claims, e);
    return s ? s : check_bytes(&w->worker, w->snapshot, &opt, json, (size_t)n, out, e);
}

/* A railway is one thing to the red line, another to farmland and a third outside the boundary: each line is
 * judged by the claim on it, and a lawful one is not called prohibited. */
static void each_line_is_judged_by_its_own_claim(void **state)
{
    (void)state;
    static const struct layer_spec layers[] = {
        {ERL, EVERYWHERE, 0, {{"111 41 111.1 41.1", "核心保护区外"}}},
        {PBF, EVERYWHERE, 0, {{"111.1 41 111.2 41.1", NULL}}},
        {UDB, EVERYWHERE, 0, {{"112 42 112.1 42.1", "城镇集中建设区"}}}};
    static const char across[] = "111.05 41.04 111.15 41.05", all[] = "STBHHX=NATIONAL_MAJOR#3;"
                                                                      "YJJBNTBHTB=STATE_KEY；"
                                                                      "CZKFBJ=LINEAR_OR_SINGLE_SITE";
    struct world *w = world_new(layers, 3);
    struct report r;
    struct error e = {0};
    assert_int_equal(check_claimed(w, across, all, &r, &e), STATUS_OK);
    const struct layer_finding *f = r.results[0].layers;
    assert_non_null(hit_of(&f[LINE_ECOLOGICAL_RED_LINE], "ERL-NAT"));
    assert_non_null(hit_of(&f[LINE_PERMANENT_BASIC_FARMLAND], "PBF-NAT"));
    assert_non_null(hit_of(&f[LINE_URBAN_DEVELOPMENT_BOUNDARY], "UDB-OUT-INFRA"));
    assert_int_equal(r.verdict, VERDICT_RESTRICTED);
    assert_int_equal(r.claims.n, 3);
    /* one claim fewer, and the general rule is back on that line alone */
    assert_int_equal(check_claimed(w, across, "STBHHX=NATIONAL_MAJOR#3", &r, &e), STATUS_OK);
    f = r.results[0].layers;
    assert_non_null(hit_of(&f[LINE_ECOLOGICAL_RED_LINE], "ERL-NAT"));
    assert_non_null(hit_of(&f[LINE_PERMANENT_BASIC_FARMLAND], "PBF-GEN"));
    assert_int_equal(r.verdict, VERDICT_PROHIBITED);
    world_free(w);
}

/* Without its document a claim is at best a restriction, and the paper is named; with it the row's own
 * verdict stands. No claim opens the core. */
static void a_claim_needs_its_document(void **state)
{
    (void)state;
    static const struct layer_spec layers[] = {
        {ERL,
         EVERYWHERE,
         0,
         {{"111 41 111.1 41.1", "核心保护区外"}, {"111.2 41 111.3 41.1", "自然保护地核心保护区"}}},
        {PBF, EVERYWHERE, 0, {{"112 41 112.1 41.1", NULL}}},
        {UDB, EVERYWHERE, 0, {{"110.5 40.5 111.15 41.5", "城镇集中建设区"}}}};
    struct world *w = world_new(layers, 3);
    static const char box[] = "111.01 41.01 111.02 41.02";
    static const struct {
        const char *claims;
        enum verdict of_row, here;
        bool missing;
    } cases[] = {
        {"STBHHX=LINEAR_NO_LAND", VERDICT_NOTICE, VERDICT_RESTRICTED, true},
        {"STBHHX=LINEAR_NO_LAND:文1号@2026-01-31", VERDICT_NOTICE, VERDICT_NOTICE, false},
        {"STBHHX=LIMITED_ACTIVITY#6", VERDICT_RESTRICTED, VERDICT_RESTRICTED, true},
        {"STBHHX=LIMITED_ACTIVITY#6:文1号@2026-01-31@某厅", VERDICT_RESTRICTED, VERDICT_RESTRICTED, false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct report r;
        struct error e = {0};
        if (check_claimed(w, box, cases[i].claims, &r, &e))
            fail_msg("%s: %s", cases[i].claims, e.en);
        const struct layer_finding *f = &r.results[0].layers[LINE_ECOLOGICAL_RED_LINE];
        const struct rule_hit *hit = &f->rules[0];
        if (hit->rule->verdict != cases[i].of_row || hit->verdict != cases[i].here ||
            hit->paper_missing != cases[i].missing)
            fail_msg("%s: row %s, here %s", cases[i].claims, verdict_name(hit->rule->verdict),
                     verdict_name(hit->verdict));
        arena_reset(w->worker.arena);
    }
    struct report r;
    struct error e = {0};
    assert_int_equal(
        check_claimed(w, "111.21 41.01 111.22 41.02", "STBHHX=LIMITED_ACTIVITY#1:文@2026-01-31", &r, &e),
        STATUS_OK);
    assert_int_equal(r.results[0].layers[LINE_ECOLOGICAL_RED_LINE].verdict, VERDICT_PROHIBITED);
    world_free(w);
}

/* A claim that nobody can judge by is refused before anything is measured, with what is wrong. */
static void a_claim_that_no_rule_knows_is_refused(void **state)
{
    (void)state;
    static const struct layer_spec layers[] = {{ERL, EVERYWHERE, 0, {{"111 41 111.1 41.1", "核心保护区外"}}}};
    struct world *w = world_new(layers, 1);
    static const struct {
        const char *claims, *code;
    } cases[] = {{"STBHHX", "claim"},
                 {"XYZ=NATIONAL_MAJOR", "claim-layer"},
                 {"STBHHX=RURAL", "claim-class"},
                 {"STBHHX=GENERAL", "claim-class"},
                 {"STBHHX=*", "claim-class"},
                 {"STBHHX=NATIONAL_MAJOR#8", "claim-item"},
                 {"STBHHX=NATIONAL_MAJOR#0", "claim"},
                 {"STBHHX=LINEAR_NO_LAND#1", "claim-item"},
                 {"STBHHX=NATIONAL_MAJOR:文1号", "claim"},
                 {"STBHHX=NATIONAL_MAJOR:文1号@2026-02-30", "claim"},
                 {"STBHHX=NATIONAL_MAJOR:@2026-02-20", "claim"},
                 {"STBHHX=NATIONAL_MAJOR;生态保护红线=LIMITED_ACTIVITY", "claim"},
                 {"YJJBNTBHTB=STATE_KEY", "claim-not-loaded"},
                 {"basic_grassland=LINEAR_OR_SINGLE_SITE", "claim-not-loaded"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct report r;
        struct error e = {0};
        enum status s = check_claimed(w, "111.01 41.01 111.02 41.02", cases[i].claims, &r, &e);
        if (s != STATUS_INVALID_INPUT || strcmp(e.code, cases[i].code) != 0)
            fail_msg("%s: %s %s", cases[i].claims, e.code, e.en);
        assert_true(strlen(e.zh) > 0);
        arena_reset(w->worker.arena);
    }
    world_free(w);
}

/* ---- layers beside the three ---- */

/* A layer that must not be examined: not loaded it is listed and no verdict hangs on it; loaded and not
 * reaching it is told, never allowed; of what only classifies no verdict hangs on the data's reach. */
static void other_layers_are_listed_and_never_taken_for_clear(void **state)
{
    (void)state;
    static const char inside[] = "111.01 41.01 111.02 41.02";
    const struct layer_spec layers[] = {
        {ERL, EVERYWHERE, 0, {{"112 42.5 112.1 42.6", "核心保护区外"}}},
        {PBF, EVERYWHERE, 0, {{"112 42.5 112.1 42.6", NULL}}},
        {UDB, EVERYWHERE, 0, {{"111 41 111.1 41.1", "城镇集中建设区"}}},
        {"basic_grassland", "112 42 113 43", 0, {{"112 42 112.1 42.1", NULL}}}};
    struct world *w = world_new(layers, 3);
    struct report r = check_box(w, inside, "GENERAL");
    assert_int_equal(r.results[0].n_layers, LINE_COUNT);
    assert_true(report_lines(&r)->n_rest > 0);
    assert_int_equal(r.verdict, VERDICT_ALLOWED);
    world_free(w);
    w = world_new(layers, 4);
    r = check_box(w, inside, "GENERAL");
    assert_int_equal(r.results[0].n_layers, 4);
    assert_int_equal(r.results[0].layers[3].status, LAYER_NOT_COVERED);
    assert_int_equal(r.verdict, VERDICT_NOTICE);
    world_free(w);
    struct layer_spec land[] = {
        layers[0], layers[1], layers[2], {"land_use", "112 42 113 43", 0, {{"112 42 112.1 42.1", "0101"}}}};
    w = world_new(land, 4);
    r = check_box(w, inside, "GENERAL");
    assert_int_equal(r.results[0].layers[3].status, LAYER_NOT_COVERED);
    assert_int_equal(r.verdict, VERDICT_ALLOWED);
    world_free(w);
}

/* A layer that classifies gives the area by class, under the names of its definition, and the classes add
 * up. */
static void classes_add_up_and_have_names(void **state)
{
    (void)state;
    const struct layer_spec layers[] = {
        {"land_use", EVERYWHERE, 0, {{"111 41 111.01 41.02", "0103"}, {"111.01 41 111.02 41.02", "0401"}}}};
    struct world *w = world_new(layers, 1);
    struct report r = check_box(w, "111.005 41.005 111.015 41.015", NULL);
    const struct layer_finding *f = NULL;
    for (int l = 0; l < r.results[0].n_layers; l++)
        if (strcmp(r.results[0].layers[l].line->id, "land_use") == 0)
            f = &r.results[0].layers[l];
    assert_non_null(f);
    assert_int_equal(f->n_zones, 2);
    assert_true(fabs(f->zones[0].area_m2 + f->zones[1].area_m2 - r.results[0].area_m2) < 0.01);
    for (size_t i = 0; i < f->n_zones; i++) {
        const char *title = line_zone_title(f->line, f->zones[i].zone);
        assert_true(strcmp(title, "旱地") == 0 || strcmp(title, "天然牧草地") == 0);
    }
    assert_non_null(strstr(r.results[0].summary_zh, "旱地"));
    world_free(w);
}

/* ---- units ---- */

/* A parcel across two units: what it meets of a line is divided among them by zone, and adds up; what lies in
 * none is said to. */
static void what_is_met_is_divided_among_units(void **state)
{
    (void)state;
    const struct layer_spec layers[] = {
        {ERL,
         EVERYWHERE,
         0,
         {{"111 41 111.01 41.02", "核心保护区外"}, {"111 41.02 111.01 41.04", "自然保护地核心保护区"}}},
        {"prefectures", NULL, 0, {{"110.9 40.9 111.004 41.1", NULL}, {"111.004 40.9 111.008 41.1", NULL}}}};
    struct world *w = world_new(layers, 2);
    struct report r = check_box(w, "111.002 41.01 111.009 41.03", NULL);
    const struct parcel_report *p = &r.results[0];
    assert_int_equal(p->n_units, 2);
    struct zones_in_units found;
    struct error e = {0};
    assert_int_equal(
        check_zones_in_units(&w->worker, w->snapshot, p, &p->layers[LINE_ECOLOGICAL_RED_LINE], &found, &e),
        STATUS_OK);
    assert_int_equal(found.n, 6); /* two zones, each in two units and in none */
    double sum = 0, of_unit[3] = {0, 0, 0};
    for (size_t i = 0; i < found.n; i++) {
        const struct zone_in_unit *z = &found.items[i];
        sum += z->area_m2;
        of_unit[strcmp(z->code, "F0") == 0 ? 0 : strcmp(z->code, "F1") == 0 ? 1 : 2] += z->area_m2;
        assert_true(z->zone == 0 || z->zone == 1);
    }
    assert_true(fabs(sum - p->layers[LINE_ECOLOGICAL_RED_LINE].area_m2) < 0.01);
    assert_true(fabs(of_unit[0] / sum - 2.0 / 7) < 1e-6 && fabs(of_unit[1] / sum - 4.0 / 7) < 1e-6);
    world_free(w);
}

/* In a unit with a row of its own that row answers; of a parcel across two units both are told, and the worse
 * counts; elsewhere the row that holds everywhere. */
static void a_rule_of_a_unit_comes_before_the_general_one(void **state)
{
    (void)state;
    const struct layer_spec layers[] = {{ERL, EVERYWHERE, 0, {{"111 41 111.01 41.02", "核心保护区外"}}}};
    struct world *w = world_new(layers, 1);
    struct report r = check_box(w, "111.002 41.01 111.003 41.011", "GENERAL");
    struct parcel_report *p = &r.results[0];
    const struct rule_table *all = snapshot_rules(w->snapshot);
    static const double nothing[LINE_COUNT * LINE_COUNT];
    const struct common_areas none = {nothing, LINE_COUNT};
    struct rule rules[256];
    struct rule_table table = {.rules = rules, .n_rules = all->n_rules + 1, .has_units = true};
    memcpy(rules, all->rules, all->n_rules * sizeof *rules);
    for (size_t i = 0; i < all->n_rules; i++)
        if (strcmp(rules[i].id, "ERL-GEN") == 0)
            rules[all->n_rules] = rules[i];
    rules[all->n_rules].id = "LOCAL";
    rules[all->n_rules].unit = "1507|152501";
    rules[all->n_rules].verdict = VERDICT_NOTICE;
    assert_true(rules_by_line(&table, w->worker.arena));
    static const struct {
        const char *units[3];
        bool local, general;
    } cases[] = {{{"150702", NULL}, true, false},
                 {{"150302", NULL}, false, true},
                 {{"152501", "152502", NULL}, true, true},
                 {{NULL}, false, true}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct judge_case c = {.rules = &table,
                                     .project_class = "GENERAL",
                                     .units = cases[i].units,
                                     .parcel_m2 = p->kernel_m2,
                                     .slivers = p->slivers,
                                     .common = &none};
        assert_int_equal(judge_findings(&c, w->worker.arena, p->layers, p->n_layers, &p->verdict, NULL),
                         STATUS_OK);
        const struct layer_finding *f = &p->layers[LINE_ECOLOGICAL_RED_LINE];
        assert_int_equal(hit_of(f, "LOCAL") != NULL, cases[i].local);
        assert_int_equal(hit_of(f, "ERL-GEN") != NULL, cases[i].general);
        assert_int_equal(f->verdict, cases[i].general ? VERDICT_PROHIBITED : VERDICT_NOTICE);
    }
    world_free(w);
}

static const char region[] =
    "{\"type\":\"Polygon\",\"coordinates\":[[[110,40],[113,40],[113,43],[110,43],[110,40]]]}";

/* Wherever a check is stopped it gives a reason and no report; and one that is not stopped says what it says
 * without a budget. A part of a report could read as clear. */
static void a_check_that_is_stopped_says_nothing(void **state)
{
    (void)state;
    struct layer_spec layers[] = {
        usual[0],
        {PBF, EVERYWHERE, 0, {{"111 41 111.05 41.3", NULL}, {"111.04 41.2 111.1 41.3", NULL}}},
        usual[2]};
    struct world *w = world_new(layers, 3);
    struct report whole, r;
    struct error e = {0};
    struct check_options opt = {.project_class = NULL};
    assert_int_equal(check_bytes(&w->worker, w->snapshot, &opt, region, strlen(region), &whole, &e),
                     STATUS_OK);
    assert_int_equal(whole.verdict, VERDICT_PROHIBITED);
    uint64_t stopped = 0;
    enum status s = STATUS_TOO_LARGE;
    while (s) {
        struct budget b;
        budget_begin(&b, 0, 0, NULL);
        b.asks_max = 1 + stopped + stopped / 4;
        s = check_bytes(&w->worker, w->snapshot, &opt, region, strlen(region), &r, &e);
        budget_end(&b);
        if (s) {
            assert_int_equal(s, STATUS_TOO_LARGE);
            assert_string_equal(e.code, "too-costly");
        }
        stopped += s != STATUS_OK;
    }
    assert_true(stopped > 20);
    assert_int_equal(r.verdict, whole.verdict);
    for (int l = 0; l < LINE_COUNT; l++)
        assert_memory_equal(&r.results[0].layers[l].area_m2, &whole.results[0].layers[l].area_m2,
                            sizeof(double));
    world_free(w);
}

/* Of a line with many features only those that overlap are united, and what two lines have in common is
 * measured without uniting: the areas are those of boxes, which anybody can count. */
static void many_features_are_united_where_they_overlap(void **state)
{
    (void)state;
    enum {
        ROWS = 9,
        COLUMNS = 10
    }; /* each column: a box, beside it one that overlaps it by half every other time */
    static char text[ROWS * COLUMNS * 2][64];
    struct layer_spec few[] = {usual[0], {PBF, EVERYWHERE, 0, {{"111 41 112 42", NULL}}}};
    struct world *w = world_new(few, 2);
    struct geo_shape_builder b;
    struct buffer wkb;
    double each = 0, sum = 0;
    geo_shape_builder_init(&b);
    buffer_init(&wkb, 0);
    struct layer_spec many = {ERL, EVERYWHERE, 0, {{"111 41 111.1 41.1", NULL}}};
    struct store_version_spec v = {.layer = many.id,
                                   .title_zh = "测试",
                                   .title_en = "test",
                                   .kind = "line",
                                   .label = "示例数据",
                                   .synthetic = true,
                                   .source_name = "made by the test",
                                   .source_sha256 = "01",
                                   .source_crs = "EPSG:4490",
                                   .document_no = "",
                                   .effective_from = "2024-01-01"};
    struct store_import *im;
    struct error e = {0};
    int64_t version_id, feature_id, n_vertices = 0;
    assert_int_equal(store_import_begin(w->store, &v, &im, &version_id, &e), STATUS_OK);
    for (int i = 0; i < ROWS * COLUMNS * 2; i++) {
        int row = i / 2 / COLUMNS, column = i / 2 % COLUMNS, second = i % 2;
        double west = 111 + column * 0.1 + second * (row % 2 ? 0.02 : 0.04), south = 41 + row * 0.1;
        snprintf(text[i], sizeof text[i], "%.4f %.4f %.4f %.4f", west, south, west + 0.04, south + 0.05);
        struct geo_shape s = box_shape(&b, text[i]);
        each += geo_shape_area_m2(&s);
        sum += geo_shape_area_m2(&s) * (second && row % 2 ? 0.5 : 1);
        n_vertices += s.n_vertices;
        buffer_clear(&wkb);
        wkb_write(&s, &wkb);
        struct store_feature f = {.code = text[i],
                                  .name = "",
                                  .zone = "",
                                  .county = "",
                                  .declared_area_m2 = NAN,
                                  .properties = "{}",
                                  .wkb = wkb.data,
                                  .wkb_size = wkb.size};
        assert_int_equal(store_import_feature(im, &f, &feature_id, &e), STATUS_OK);
    }
    struct geo_shape everywhere = box_shape(&b, EVERYWHERE);
    buffer_clear(&wkb);
    wkb_write(&everywhere, &wkb);
    assert_int_equal(store_import_coverage(im, wkb.data, wkb.size, &e), STATUS_OK);
    store_import_counts(im, 0, 0);
    assert_int_equal(store_import_commit(im, n_vertices, each, "{}", &e), STATUS_OK);
    snapshot_unref(w->snapshot);
    assert_int_equal(snapshot_load(w->store, &w->snapshot, &e), STATUS_OK);
    struct report r = check_box(w, "110.95 40.95 112.05 42.05", NULL);
    const struct layer_finding *f = &r.results[0].layers[LINE_ECOLOGICAL_RED_LINE];
    assert_int_equal(f->n_features, ROWS * COLUMNS * 2);
    assert_false(f->area_is_bound);
    assert_true(fabs(f->sum_m2 - each) < 1e-6 * each);
    assert_true(fabs(f->area_m2 - sum) < 0.01);
    geo_shape_builder_release(&b);
    buffer_release(&wkb);
    world_free(w);
}

/* A client that has left, or a server that stops, ends a check at the next question. */
static void a_cancelled_check_ends(void **state)
{
    (void)state;
    struct world *w = world_new(usual, 3);
    struct report r;
    struct error e = {0};
    struct budget b;
    atomic_bool cancelled = false;
    budget_begin(&b, 1000, 1000, &cancelled);
    assert_int_equal(check_bytes(&w->worker, w->snapshot, NULL, region, strlen(region), &r, &e), STATUS_OK);
    cancelled = true;
    assert_int_equal(check_bytes(&w->worker, w->snapshot, NULL, region, strlen(region), &r, &e),
                     STATUS_TOO_LARGE);
    assert_string_equal(e.code, "cancelled");
    budget_end(&b);
    assert_int_equal(check_bytes(&w->worker, w->snapshot, NULL, region, strlen(region), &r, &e), STATUS_OK);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_met_is_divided_among_units),
        cmocka_unit_test(a_check_that_is_stopped_says_nothing),
        cmocka_unit_test(a_cancelled_check_ends),
        cmocka_unit_test(many_features_are_united_where_they_overlap),
        cmocka_unit_test(a_rule_of_a_unit_comes_before_the_general_one),
        cmocka_unit_test(each_line_is_judged_by_its_own_claim),
        cmocka_unit_test(a_claim_needs_its_document),
        cmocka_unit_test(a_claim_that_no_rule_knows_is_refused),
        cmocka_unit_test(other_layers_are_listed_and_never_taken_for_clear),
        cmocka_unit_test(classes_add_up_and_have_names),
        cmocka_unit_test(a_zeroed_report_is_not_clear),
        cmocka_unit_test(without_data_nothing_is_clear),
        cmocka_unit_test(an_overlap_is_measured_and_judged),
        cmocka_unit_test(sub_zones_and_outside_add_up),
        cmocka_unit_test(the_project_class_chooses_the_rule),
        cmocka_unit_test(a_rule_that_stands_in_says_why),
        cmocka_unit_test(no_row_of_a_long_table_is_left_out),
        cmocka_unit_test(every_layer_has_its_remarks),
        cmocka_unit_test(what_no_rule_speaks_of_is_unknown),
        cmocka_unit_test(a_long_cell_of_the_rule_table_is_taken),
        cmocka_unit_test(the_core_is_not_taken_for_less),
        cmocka_unit_test(several_lines_give_the_most_severe_and_are_all_listed),
        cmocka_unit_test(an_unknown_class_is_refused),
        cmocka_unit_test(overlapping_features_count_once),
        cmocka_unit_test(an_added_feature_never_clears),
        cmocka_unit_test(a_parcels_area_is_its_shapes_in_every_door),
        cmocka_unit_test(a_shared_coverage_answers_as_each_layers_own),
        cmocka_unit_test(lines_looked_into_together_answer_the_same),
        cmocka_unit_test(slivers_are_small_and_narrow),
        cmocka_unit_test(the_sliver_policy_is_chosen_and_disclosed),
        cmocka_unit_test(a_damaged_index_is_rebuilt),
        cmocka_unit_test(a_layer_that_changes_while_it_is_used_is_unmeasured),
        cmocka_unit_test(a_coverage_that_changes_while_it_is_used_clears_nothing),
        cmocka_unit_test(no_thread_is_told_anything_else),
        cmocka_unit_test(the_drawn_overlap_has_the_reported_area),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
