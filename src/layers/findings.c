#include "layers/findings.h"

#include "geo/inner_point.h"
#include "layers/gap_look.h"
#include "layers/gcj_test.h"
#include "layers/layer_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PLACES = 100, FIRST_SEEN = 1024 };

struct tally {
    int64_t n;
    double place[PLACES][2];
    int64_t position[PLACES];
};

struct findings {
    const struct units *units;
    const char *layer;      /* borrowed */
    bool admin;             /* its features are units themselves */
    struct gap_look *gaps;  /* of administrative units and planning zones; NULL otherwise */
    int64_t n_coded, n_far; /* features with a code of the list; those far from what it names */
    int *units_seen;        /* how often each unit came */
    struct layer_table table;
    bool bounded; /* some unit has a boundary */
    struct gcj_test gcj;
    uint64_t *seen; /* open addressing; 0 is free */
    size_t n_seen, capacity;
    struct tally tallies[FINDING_COUNT];
};

static const struct {
    const char *code, *zh, *en;
} WORDS[FINDING_COUNT] = {
    {"duplicate", "图形与前面的图斑完全相同：照样保留，占用面积按并集只计一次。",
     "The same geometry as an earlier feature: kept; the union counts it once."},
    {"sliver", "面积小于 1 平方米的碎屑图斑：照样保留。", "Smaller than 1 m2: kept."},
    {"curve", "曲线已按每段不超过 0.05 度改为折线。", "Curves became chords of at most 0.05 degrees each."},
    {"county-unknown", "行政区代码不在旗县名录中：代码照样保留，请核对。",
     "The county code is not in the list of counties: kept as it is; check it."},
    {"county-place", "行政区代码与图形所在旗县不一致：代码照样保留，请核对。",
     "The county code and the county of the place differ: the code is kept; check it."},
    {"county-from-name", "没有行政区代码：按名称取旗县名录中的代码。",
     "No county code: taken from the list of units by its name."},
    {"county-from-place", "没有行政区代码：按图形位置取旗县。", "No county code: taken from the place."},
    {"outside-region", "图形不在自治区范围内：照样保留；请检查坐标系和带号。",
     "Outside the region: kept; check the CRS and the zone."},
    {"township-code",
     "没有九位（或以 000 结尾的十二位）乡镇代码，或其前六位不是名录中的旗县：照样保留，但不作为行政区单元。",
     "No township's code of nine digits (or twelve ending in 000) beneath a county of the list: kept, but no "
     "administrative unit."},
    {"zone-unknown", NULL, NULL}, /* write_zone_words */
};

enum status findings_new(struct store *store, const struct units *units, const char *layer, const char *kind,
                         struct findings **out, struct error *e)
{
    struct findings *f = calloc(1, sizeof *f);
    if (f)
        f->seen = calloc(FIRST_SEEN, sizeof *f->seen);
    if (!f || !f->seen) {
        free(f);
        return error_no_memory(e);
    }
    f->capacity = FIRST_SEEN;
    f->units = units;
    for (size_t i = 0; i < units->n; i++)
        f->bounded |= units->list[i].shape.n_rings > 0;
    f->layer = layer;
    f->admin = strcmp(kind, "admin") == 0;
    f->units_seen = calloc(units->n + 1, sizeof *f->units_seen);
    if (!f->units_seen) {
        findings_free(f);
        return error_no_memory(e);
    }
    enum status st = layer_table_read(store, &f->table, e);
    if (st == STATUS_OK && (f->admin || strcmp(kind, "zone") == 0))
        st = gap_look_new(&f->gaps, e);
    if (st != STATUS_OK) {
        findings_free(f);
        return st;
    }
    *out = f;
    return STATUS_OK;
}

void findings_free(struct findings *f)
{
    if (!f)
        return;
    layer_table_release(&f->table);
    gap_look_free(f->gaps);
    free(f->units_seen);
    free(f->seen);
    free(f);
}

static void note(struct findings *f, enum finding what, const struct source_feature *feature)
{
    struct tally *t = &f->tallies[what];
    if (t->n < PLACES) {
        t->place[t->n][0] = feature->place_deg[0];
        t->place[t->n][1] = feature->place_deg[1];
        t->position[t->n] = feature->position;
    }
    t->n++;
}

/* ---- duplicates ---- */

/* FNV-1a by words: 64 bits over whole geometries; an accident among a hundred million is one in three
 * thousand, and costs a line in a report. */
static uint64_t hash_of(const unsigned char *p, size_t n)
{
    uint64_t h = 0xCBF29CE484222325u, word;
    for (; n >= 8; p += 8, n -= 8) {
        memcpy(&word, p, 8);
        h = (h ^ word) * 0x100000001B3u;
        h ^= h >> 29;
    }
    for (; n; p++, n--)
        h = (h ^ *p) * 0x100000001B3u;
    return h ? h : 1;
}

static bool put_seen(uint64_t *table, size_t capacity, uint64_t h)
{
    size_t i = (size_t)(h * 0x9E3779B97F4A7C15u) & (capacity - 1);
    while (table[i] && table[i] != h)
        i = (i + 1) & (capacity - 1);
    bool known = table[i] == h;
    table[i] = h;
    return known;
}

static enum status look_seen(struct findings *f, uint64_t h, bool *known, struct error *e)
{
    if (f->n_seen * 4 >= f->capacity * 3) {
        uint64_t *larger = calloc(f->capacity * 2, sizeof *larger);
        if (!larger)
            return error_no_memory(e);
        for (size_t i = 0; i < f->capacity; i++)
            if (f->seen[i])
                put_seen(larger, f->capacity * 2, f->seen[i]);
        free(f->seen);
        f->seen = larger;
        f->capacity *= 2;
    }
    *known = put_seen(f->seen, f->capacity, h);
    f->n_seen += !*known;
    return STATUS_OK;
}

/* ---- counties ---- */

static void mark_unit(struct findings *f, const char *code)
{
    const struct unit *u = units_find(f->units, code, strlen(code));
    if (u)
        f->units_seen[u - f->units->list]++;
}

/* The code may be the feature's own (XZQDM) or, beside another number (BSM), that of its place. */
static bool makes_township(const struct findings *f, const struct source_feature *feature)
{
    char nine[10];
    return (units_township_code(feature->code, nine) || units_township_code(feature->county, nine)) &&
           units_by_code(f->units, nine);
}

static void look_county(struct findings *f, const struct source_feature *feature, const char **county)
{
    double lon = feature->shape.lon_deg[0], lat = feature->shape.lat_deg[0];
    struct unit_answer at;
    if (f->units->n == 0)
        return;
    (void)geo_inner_point(&feature->shape, &lon, &lat);
    units_locate(f->units, feature->county, f->admin ? feature->name : NULL, lon, lat, &at);
    *county = at.county;
    f->n_coded += feature->county[0] != '\0' && !at.unknown;
    f->n_far += at.far;
    const bool noted[] = {[FINDING_COUNTY_CODE] = at.unknown,
                          [FINDING_COUNTY_PLACE] = at.contradicts,
                          [FINDING_COUNTY_FOUND] = at.by_place,
                          [FINDING_COUNTY_NAME] = at.by_name,
                          [FINDING_OUTSIDE] = at.outside};
    for (size_t i = 0; i < sizeof noted / sizeof *noted; i++)
        if (noted[i])
            note(f, (enum finding)i, feature);
    if (f->admin)
        mark_unit(f, at.county);
    if (strcmp(f->layer, "townships") == 0 && !makes_township(f, feature))
        note(f, FINDING_TOWNSHIP, feature);
}

enum status findings_look(struct findings *f, const struct source_feature *feature, const void *wkb, size_t n,
                          const char **county, struct error *e)
{
    bool known = false;
    *county = feature->county;
    enum status st = look_seen(f, hash_of(wkb, n), &known, e);
    if (known)
        note(f, FINDING_DUPLICATE, feature);
    if (feature->area_m2 < SOURCE_SLIVER_M2)
        note(f, FINDING_SLIVER, feature);
    if (feature->curved)
        note(f, FINDING_CURVE, feature);
    if (feature->zone[0] && !layer_table_zone_known(&f->table, f->layer, feature->zone))
        note(f, FINDING_ZONE, feature);
    look_county(f, feature, county);
    if (f->bounded)
        gcj_test_add(&f->gcj, &feature->shape);
    if (st == STATUS_OK && f->gaps)
        st = gap_look_add(f->gaps, &feature->shape, feature->area_m2, e);
    return st;
}

int64_t findings_far(const struct findings *f, int64_t *n_coded)
{
    *n_coded = f->n_coded;
    return f->n_far;
}

/* ---- writing ---- */

static void write_file_finding(struct json_writer *w, const char *code, const char *zh, const char *en)
{
    jw_words_begin(w, code, zh, en);
    jw_object_end(w);
}

/* Only a control layer has a closed list of zones. */
static void write_zone_words(struct json_writer *w, const struct layer_table *table, const char *layer)
{
    static const char *const counts[] = {"none", "one", "two", "three", "four", "five"};
    const json_t *control = layer_table_control(table, layer), *zones = json_object_get(control, "zones");
    const char *short_en = json_string_value(json_object_get(control, "short_en"));
    size_t n_zones = json_array_size(zones);
    struct buffer words;
    buffer_init(&words, 0);
    buffer_append_str(&words, "分区名称不是");
    for (size_t z = 0; z < n_zones; z++)
        buffer_printf(&words, "%s%s", z ? "、" : "",
                      json_string_value(json_object_get(json_array_get(zones, z), "name")));
    buffer_append_str(&words, "：照样保留，请核对。");
    jw_kv_string(w, "zh", words.data);
    buffer_clear(&words);
    buffer_printf(&words, "The sub-zone's name is none of the %s of the %s: kept; check it.",
                  n_zones < 6 ? counts[n_zones] : "sub-zones",
                  short_en ? short_en : layer_table_text(table, layer, "title_en"));
    jw_kv_string(w, "en", words.data);
    buffer_release(&words);
}

static void write_tally(struct json_writer *w, const struct tally *t, int what,
                        const struct layer_table *table, const char *layer)
{
    jw_object_begin(w);
    jw_kv_string(w, "code", WORDS[what].code);
    if (what == FINDING_ZONE) {
        write_zone_words(w, table, layer);
    } else {
        jw_kv_string(w, "zh", WORDS[what].zh);
        jw_kv_string(w, "en", WORDS[what].en);
    }
    jw_kv_integer(w, "count", t->n);
    jw_key(w, "places");
    jw_array_begin(w);
    for (int64_t i = 0; i < t->n && i < PLACES; i++) {
        jw_object_begin(w);
        jw_kv_integer(w, "position", t->position[i]);
        jw_kv_fixed(w, "lon", t->place[i][0], 7);
        jw_kv_fixed(w, "lat", t->place[i][1], 7);
        jw_object_end(w);
    }
    jw_array_end(w);
    jw_object_end(w);
}

static void write_gcj(const struct findings *f, struct json_writer *w)
{
    struct gcj_answer a = gcj_test_answer(&f->gcj, f->units);
    if (!a.suspected)
        return;
    jw_words_begin(
        w, "gcj02-suspected",
        "坐标可能是 "
        "GCJ-02（网络地图偏移坐标）：按去偏后的位置，靠近行政界线的顶点多得多；请向数据提供方核实，"
        "勿直接用于判定。",
        "The coordinates may be GCJ-02 (the offset of Chinese web maps): with the offset undone "
        "many more vertices "
        "lie on the known boundaries; ask whoever supplied the data before relying on it.");
    jw_kv_integer(w, "sample", a.n_sample);
    jw_kv_integer(w, "near_as_is", a.near_as_is);
    jw_kv_integer(w, "near_undone", a.near_undone);
    jw_object_end(w);
}

/* Units of the list that an administrative layer does not bring, or brings twice, at the level of what it
 * brings. */
static void write_units(const struct findings *f, struct json_writer *w)
{
    const struct units *u = f->units;
    for (int twice = 0; twice < 2; twice++) {
        int n = 0;
        struct buffer names;
        buffer_init(&names, 1 << 16);
        for (size_t i = 0; i < u->n; i++) {
            const struct unit *one = &u->list[i];
            bool of_level = false;
            if (strcmp(one->level, "township") == 0)
                continue; /* the list of townships is this very layer */
            for (size_t k = 0; k < u->n && !of_level; k++)
                of_level = f->units_seen[k] > 0 && strcmp(u->list[k].level, one->level) == 0;
            if (of_level && (twice ? f->units_seen[i] > 1 : f->units_seen[i] == 0) && n++ < PLACES)
                buffer_printf(&names, "%s%s %s", n > 1 ? ", " : "", one->code, one->name);
        }
        if (n) {
            jw_words_begin(
                w, twice ? "units-repeated" : "units-missing",
                twice ? "同一行政区有多个图斑：界线取其并集；请核对。"
                      : "名录中的这些行政区不在文件中；它们的界线保持原样。",
                twice ? "More than one feature of a unit: its boundary is their union; check it."
                      : "These units of the list are not in the file; their boundaries stay as they were.");
            jw_kv_integer(w, "count", n);
            jw_kv_string(w, "units", names.data ? names.data : "");
            jw_object_end(w);
        }
        buffer_release(&names);
    }
}

void findings_write(const struct findings *f, struct json_writer *w, const struct source_info *info)
{
    jw_key(w, "findings");
    jw_array_begin(w);
    if (info->encoding_misdeclared)
        write_file_finding(w, "encoding-misdeclared", "文件的 .cpg 写错了编码；已按实际内容解读。",
                           "The .cpg names the wrong encoding; the text was read as what it is.");
    if (strcmp(info->crs_decided_by, "coordinates") == 0)
        write_file_finding(
            w, "crs-guessed",
            "文件没有写明坐标系；按东坐标的带号前缀推定为 CGCS2000；若实为西安 80 会偏约百米，请核对。",
            "The file states no CRS; the zone was taken from the prefix of the eastings and CGCS2000 "
            "assumed: "
            "Xi'an 1980 would look the same and be a hundred metres off. Check it.");
    if (strcmp(info->crs_decided_by, "unit") == 0)
        write_file_finding(w, "crs-zone-from-place",
                           "文件没有写明坐标系，东坐标没有带号前缀；只有这一带使数据落在其行政区内，据此推定"
                           "带号，并推定为 CGCS2000；请核对。",
                           "The file states no CRS and its eastings have no zone prefix; this is the one "
                           "zone in which the data lie in "
                           "their administrative unit, and CGCS2000 was assumed. Check it.");
    if (info->crs.shift.given)
        write_file_finding(
            w, "datum-shifted", "坐标已按操作者给出的参数由旧坐标系转换到 CGCS2000；精度取决于参数。",
            "The coordinates were converted from an older datum by the parameters that the operator gave; "
            "they are as good as those.");
    if (info->drawing)
        write_file_finding(w, "closed-lines", "图形来自 DXF：闭合的线按面处理。",
                           "The shapes come from a drawing: closed lines were taken as areas.");
    if (info->heights)
        write_file_finding(w, "heights-dropped", "数据带高程或量测值（Z/M）；面积与高程无关，已舍去。",
                           "The data carries Z or M; areas do not depend on them, and they were dropped.");
    if (f && f->units->n == 0)
        write_file_finding(
            w, "no-units", "存储中没有行政区名录：行政区代码和位置未核对；可先载入 geodata。",
            "The store has no list of administrative units: codes and places were not checked; load geodata "
            "first.");
    if (f && f->admin)
        write_units(f, w);
    if (f && f->gaps)
        gap_look_write(f->gaps, w);
    if (f && f->bounded)
        write_gcj(f, w);
    for (int i = 0; f && i < FINDING_COUNT; i++)
        if (f->tallies[i].n)
            write_tally(w, &f->tallies[i], i, &f->table, f->layer);
    jw_array_end(w);
}
