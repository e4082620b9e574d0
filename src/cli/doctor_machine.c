/* The machine: disks, the sandbox, fonts, coordinate systems, GDAL. */
#include "base/disk_room.h"
#include "cli/doctor.h"
#include "features/sandbox/sandbox.h"
#include "geo/crs.h"
#include "layers/gdal_version.h"
#include "report/fonts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS_SIZE = 240, FEATURE_ARENA_BYTES = 8 << 20 };

static void look_at_disk(struct doctor *d, const char *folder, const char *zh, const char *en)
{
    static const struct doctor_topic topic = {"disk", "磁盘空间", "room on the disk"};
    struct error e = {0};
    char well_zh[WORDS_SIZE], well_en[WORDS_SIZE];
    snprintf(well_zh, sizeof well_zh, "%s所在的磁盘空间足够。", zh);
    snprintf(well_en, sizeof well_en, "There is room on the disk of %s.", en);
    if (!disk_room(folder, zh, en, &e))
        doctor_well(d, &topic, well_zh, well_en);
    else
        doctor_found(d, &topic, strcmp(e.code, "disk-low") == 0 ? DOCTOR_WARNING : DOCTOR_FAULT, &e);
}

static void look_at_disks(struct doctor *d)
{
    char folder[4096];
    const char *slash = strrchr(d->path, '/'), *tmp = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - d->path) + 1 : 1, slash ? d->path : ".");
    look_at_disk(d, folder, "存储", "the store");
    look_at_disk(d, tmp && *tmp ? tmp : "/tmp", "临时文件", "temporary files");
}

/* A small file is read by the child, as an upload is. */
static enum status read_sample(struct error *e)
{
    static const char sample[] =
        "<?xml version=\"1.0\"?><kml "
        "xmlns=\"http://www.opengis.net/kml/2.2\"><Placemark><Polygon><outerBoundaryIs>"
        "<LinearRing><coordinates>111,40 111.1,40 111.1,40.1 111,40.1 111,40</coordinates></LinearRing>"
        "</outerBoundaryIs></Polygon></Placemark></kml>";
    struct feature_request r = {.bytes = sample, .n_bytes = sizeof sample - 1};
    struct feature_stream *s = NULL;
    struct feature f;
    bool more = false;
    struct arena *a = arena_new(FEATURE_ARENA_BYTES);
    enum status st = a ? feature_stream_open_sandboxed(&r, &s, e) : error_no_memory(e);
    if (!st)
        st = feature_stream_next(s, a, &f, &more, e);
    feature_stream_close(s);
    arena_free(a);
    return st;
}

/* The measures that a reader shall have and does not, one row each. */
static void tell_measures(struct doctor *d, const struct doctor_topic *topic,
                          const struct sandbox_measures *m)
{
    for (int i = 0; i < SANDBOX_REQUIRED; i++) {
        enum sandbox_measure which = (enum sandbox_measure)i;
        struct error why = {0};
        if (m->tried[i] && !m->why[i])
            continue;
        sandbox_measure_words(m, which, &why);
        doctor_found(d, topic, DOCTOR_WARNING, &why);
    }
}

static void look_at_sandbox(struct doctor *d)
{
    static const struct doctor_topic topic = {"sandbox", "读文件的沙箱", "the sandbox that reads files"};
    struct sandbox_measures m;
    struct error e = {0};
    char zh[WORDS_SIZE], en[WORDS_SIZE];
    if (read_sample(&e) || sandbox_report(NULL, &m, &e)) {
        doctor_found(d, &topic, DOCTOR_FAULT, &e);
        return;
    }
    snprintf(zh, sizeof zh, "读了一个样本文件；各项限制都有效（Landlock 版本 %d）。", m.landlock);
    snprintf(en, sizeof en, "It has read a sample, and confines whole (Landlock %d).", m.landlock);
    if (sandbox_complete(&m))
        doctor_well(d, &topic, zh, en);
    else
        tell_measures(d, &topic, &m);
}

static void look_at_fonts(struct doctor *d)
{
    static const struct doctor_topic topic = {"fonts", "中文字体", "Chinese fonts"};
    struct error e = {0};
    enum status s = report_fonts_look(&e);
    doctor_judge(d, &topic, s, &e, "能排中文版面。", "Pages can be set in Chinese.");
}

/* On its central meridian a zone has the easting that it is defined by: 500 km, behind the zone's number. */
static enum status convert_sample(struct error *e)
{
    struct geo_transformer *t = NULL;
    struct geo_crs zone;
    double x = NAN, y = NAN;
    enum status s = geo_crs_from_epsg(4525, &zone, e); /* CGCS2000, 3-degree zone 37 */
    if (!s)
        s = geo_transformer_new(&t, e);
    if (!s)
        s = geo_transformer_from_lonlat(t, &zone, zone.central_meridian_deg, 40.8, &x, &y, e);
    geo_transformer_free(t);
    double expected = (zone.zone_prefix ? 1e6 * zone.zone : 0) + 500000;
    if (s || fabs(x - expected) < 0.001)
        return s;
    error_zh(e, "PROJ 换算出的坐标不对（%.3f，应为 %.3f）；请重装 proj-data，或检查 PROJ_DATA。", x,
             expected);
    return error_fail(
        e, STATUS_INTERNAL, "proj-wrong",
        "PROJ converts wrongly (%.3f, where %.3f is right); install proj-data anew, or look at PROJ_DATA.", x,
        expected);
}

static void look_at_libraries(struct doctor *d)
{
    static const struct doctor_topic crs = {"proj", "坐标换算", "coordinate systems"};
    static const struct doctor_topic gdal = {"gdal", "GDAL", "GDAL"};
    struct error e = {0};
    const char *version = NULL;
    char words[WORDS_SIZE];
    enum status s = convert_sample(&e);
    doctor_judge(d, &crs, s, &e, "PROJ 换算正确。", "PROJ converts as it should.");
    e = (struct error){0};
    s = ingest_gdal_version(&version, &e);
    snprintf(words, sizeof words, "GDAL %s.", version ? version : "");
    doctor_judge(d, &gdal, s, &e, words, words);
}

void doctor_look_at_machine(struct doctor *d)
{
    look_at_disks(d);
    look_at_sandbox(d);
    look_at_fonts(d);
    look_at_libraries(d);
}
