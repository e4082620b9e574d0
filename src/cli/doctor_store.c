/* The store: who has it, who may read it, whether it is whole, its record, its versions, their indexes, what
 * is left beside it. */
#include "check/rebuild.h"
#include "cli/doctor.h"
#include "cli/whole_store.h"
#include "store/store_file.h"
#include "store/store_lock.h"
#include "store/store_versions.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ARENA_BYTES = 64 << 20, WORDS_SIZE = 200 };

/* ---- who ---- */

static void look_at_owner(struct doctor *d)
{
    static const struct doctor_topic topic = {"owner", "使用者", "who owns it"};
    struct store_owner o;
    struct error e = {0};
    char zh[WORDS_SIZE], en[WORDS_SIZE];
    if (store_lock_look(d->path, &o, &e)) {
        doctor_found(d, &topic, DOCTOR_FAULT, &e);
        return;
    }
    if (!o.held) {
        doctor_well(d, &topic, "没有服务在使用。", "No server has it.");
        return;
    }
    snprintf(zh, sizeof zh, "服务正在使用（进程 %ld，端口 %u）；恢复备份前请先停止它。", o.pid, o.port);
    snprintf(en, sizeof en, "A server has it (process %ld, port %u); it must be stopped before a restore.",
             o.pid, o.port);
    doctor_well(d, &topic, zh, en);
}

/* Anybody who may write the folder may put another file in the store's place. */
static bool anybody_may_replace(const char *path)
{
    char folder[4096];
    struct stat st;
    const char *slash = strrchr(path, '/');
    snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - path) + 1 : 1, slash ? path : ".");
    return stat(folder, &st) == 0 && (st.st_mode & S_IWOTH) && !(st.st_mode & S_ISVTX);
}

static void look_at_rights(struct doctor *d)
{
    static const struct doctor_topic topic = {"rights", "权限", "owner and permissions"};
    struct stat st;
    struct error e = {0};
    char zh[WORDS_SIZE], en[WORDS_SIZE];
    if (stat(d->path, &st) != 0)
        return; /* told by the store's own row */
    unsigned mode = st.st_mode & 0777;
    if ((mode & 0002) || anybody_may_replace(d->path)) {
        error_zh(
            &e,
            "任何用户都能改写或替换存储（权限 %03o）；请执行 chmod o-w，并把它放在只有服务用户可写的目录。",
            mode);
        error_en(&e, STATUS_IO, "store-writable-by-all",
                 "Every user may change or replace the store (mode %03o); chmod o-w it, and keep it in a "
                 "folder that only "
                 "its service may write.",
                 mode);
        doctor_found(d, &topic, DOCTOR_FAULT, &e);
    } else if (mode & 0004) {
        error_zh(&e,
                 "任何用户都能读存储（权限 %03o），其中有经办人的姓名；不需要时请 chmod "
                 "o-r（共用的用户放进同一个组）。",
                 mode);
        error_en(&e, STATUS_IO, "store-readable-by-all",
                 "Every user may read the store (mode %03o), and officers' names are in it; chmod o-r it "
                 "where that is not "
                 "meant (who shares it belongs into its group).",
                 mode);
        doctor_found(d, &topic, DOCTOR_WARNING, &e);
    } else if (access(d->path, W_OK) != 0) {
        error_zh(&e, "本用户（%u）不能写存储（属于用户 %u，权限 %03o）：不能存档和导入；请以其所有者运行。",
                 geteuid(), st.st_uid, mode);
        error_en(&e, STATUS_IO, "store-not-writable",
                 "This user (%u) may not write the store (of user %u, mode %03o): nothing can be kept or "
                 "imported; run as "
                 "its owner.",
                 geteuid(), st.st_uid, mode);
        doctor_found(d, &topic, DOCTOR_WARNING, &e);
    } else {
        snprintf(zh, sizeof zh, "属于用户 %u，权限 %03o。", st.st_uid, mode);
        snprintf(en, sizeof en, "Of user %u, mode %03o.", st.st_uid, mode);
        doctor_well(d, &topic, zh, en);
    }
}

/* ---- the store and its record ---- */

static void tell_store(struct doctor *d, const struct doctor_topic *topic, const struct store_facts *f,
                       bool is_current)
{
    struct error e = {0};
    char zh[WORDS_SIZE], en[WORDS_SIZE];
    if (!is_current) {
        error_zh(&e,
                 "存储完好，结构版本是 %" PRId64
                 "，比本程序旧；先备份（hongxian backup），再以任何写入命令升级。",
                 f->schema);
        error_en(&e, STATUS_UNSUPPORTED, "store-older",
                 "The store is sound, and its schema %" PRId64
                 " is older than this program's; back it up (hongxian backup), "
                 "then any command that writes upgrades it.",
                 f->schema);
        doctor_found(d, topic, DOCTOR_WARNING, &e);
        return;
    }
    snprintf(zh, sizeof zh,
             "完好：结构版本 %" PRId64 "，%" PRId64 " 个图层，%" PRId64 " 个版本，%" PRId64 " 个要素。",
             f->schema, f->n_layers, f->n_versions, f->n_features);
    snprintf(en, sizeof en,
             "Sound: schema %" PRId64 ", %" PRId64 " layers, %" PRId64 " versions, %" PRId64 " features.",
             f->schema, f->n_layers, f->n_versions, f->n_features);
    doctor_well(d, topic, zh, en);
}

static void tell_record(struct doctor *d, const struct whole_store *w)
{
    static const struct doctor_topic topic = {"record", "档案链", "the record's chain"};
    struct error e = {0};
    char zh[WORDS_SIZE], en[WORDS_SIZE];
    if (!w->chain.sound) {
        error_zh(&e, "断裂：%.300s请保留现状（hongxian backup FILE --damaged），查明后从完好的备份恢复。",
                 w->chain.zh);
        error_en(&e, STATUS_CORRUPT, "record-broken",
                 "Broken: %.300s Keep it as it is (hongxian backup FILE --damaged), find out, and restore a "
                 "sound backup.",
                 w->chain.en);
        doctor_found(d, &topic, DOCTOR_FAULT, &e);
        return;
    }
    if (w->chain.earlier_id) {
        error_zh(&e,
                 "完好，但第 %" PRId64
                 " 号记录的时间早于它前面的一条：当时时钟被往回拨过。顺序以编号和封印为准，"
                 "时间照原样保留；请检查本机的时间同步（timedatectl）。",
                 w->chain.earlier_id);
        error_en(
            &e, STATUS_CONFLICT, "clock-went-back",
            "Sound, but record %" PRId64
            " says an earlier time than the one before it: the clock had been set "
            "back. The order is that of numbers and seals, and the time stays as it was written; look at "
            "how this machine keeps its time (timedatectl).",
            w->chain.earlier_id);
        doctor_found(d, &topic, DOCTOR_WARNING, &e);
        return;
    }
    snprintf(zh, sizeof zh, "完好：%" PRId64 " 条记录，链头封印 %.64s。", w->facts.n_records, w->facts.head);
    snprintf(en, sizeof en, "Sound: %" PRId64 " records, head %.64s.", w->facts.n_records, w->facts.head);
    doctor_well(d, &topic, zh, en);
}

/* Is it of this program's schema, so that its versions can be read? */
static bool look_whole(struct doctor *d, struct store *s)
{
    static const struct doctor_topic topic = {"store", "存储", "the store"};
    struct error e = {0};
    struct whole_store w;
    struct store *current = NULL;
    bool is_current = store_open(d->path, STORE_READ, &current, NULL) == STATUS_OK;
    store_close(current);
    if (whole_store_examine(s, &w, &e)) {
        doctor_found(d, &topic, DOCTOR_FAULT, &e);
        return is_current;
    }
    tell_store(d, &topic, &w.facts, is_current);
    tell_record(d, &w);
    return is_current;
}

/* ---- versions and their indexes ---- */

/* A finding of one version, by its name. */
static void found_in(struct doctor *d, const struct doctor_topic *t, enum doctor_state state,
                     const struct store_version *v, const struct error *why)
{
    struct error e = {0};
    error_zh(&e, "%s@%d：%.440s", v->layer, v->version_no, why->zh);
    error_en(&e, why->status, why->code, "%s@%d: %.440s", v->layer, v->version_no, why->en);
    doctor_found(d, t, state, &e);
}

static void look_at_versions(struct doctor *d, struct store *s, struct arena *a)
{
    static const struct doctor_topic topic = {"versions", "图层版本", "versions of the layers"};
    struct store_version *v = NULL;
    struct error e = {0};
    size_t n = 0, bad = 0;
    char zh[WORDS_SIZE], en[WORDS_SIZE];
    if (store_versions(s, NULL, a, &v, &n, &e)) {
        doctor_found(d, &topic, DOCTOR_FAULT, &e);
        return;
    }
    for (size_t i = 0; i < n; i++)
        if (version_verify(s, &v[i], &e)) {
            found_in(d, &topic, DOCTOR_FAULT, &v[i], &e);
            bad++;
        }
    snprintf(zh, sizeof zh, "%zu 个版本与导入时相同（图斑、顶点、面积）。", n - bad);
    snprintf(en, sizeof en, "%zu versions hold what was imported (features, vertices, area).", n - bad);
    if (bad == 0)
        doctor_well(d, &topic, zh, en);
}

static void look_at_index(struct doctor *d, const struct doctor_topic *topic, struct store *s,
                          const struct store_version *v, bool coverage, struct arena *a)
{
    struct error why = {0}, e = {0};
    if (index_file_verify(s, v, coverage, a, &why) == STATUS_OK)
        return;
    bool missing = why.status == STATUS_NOT_FOUND;
    error_zh(&e, "%s%.300s 下次使用时会由存储重建；若反复出现，请检查磁盘。",
             missing ? "没有索引文件：" : "索引文件不能用：", why.zh);
    error_en(&e, why.status, missing ? "index-missing" : "index-damaged",
             "%s: %.300s It is made anew from the store when it is needed; if that happens again, look at "
             "the disk.",
             missing ? "No index file" : "The index file cannot be used", why.en);
    found_in(d, topic, DOCTOR_WARNING, v, &e);
}

static void look_at_indexes(struct doctor *d, struct store *s, struct arena *a)
{
    static const struct doctor_topic topic = {"indexes", "图层索引", "indexes of the layers"};
    struct store_version *v = NULL;
    struct error e = {0};
    size_t n = 0;
    char zh[WORDS_SIZE], en[WORDS_SIZE];
    int before = d->n[DOCTOR_WARNING];
    if (store_current_versions(s, a, &v, &n, &e)) {
        doctor_found(d, &topic, DOCTOR_FAULT, &e);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        look_at_index(d, &topic, s, &v[i], false, a);
        if (v[i].has_coverage)
            look_at_index(d, &topic, s, &v[i], true, a);
    }
    snprintf(zh, sizeof zh, "%zu 个现行图层的索引逐字节核对无误。", n);
    snprintf(en, sizeof en, "Those of %zu current layers were verified, every byte.", n);
    if (d->n[DOCTOR_WARNING] == before)
        doctor_well(d, &topic, zh, en);
}

/* ---- what is left beside it ---- */

static void look_beside(struct doctor *d)
{
    static const struct doctor_topic topic = {"beside", "旁边的文件", "what is beside it"};
    const char *slash = strrchr(d->path, '/'), *name = slash ? slash + 1 : d->path;
    char folder[4096], zh[WORDS_SIZE], en[WORDS_SIZE];
    int n_half = 0, n_before = 0;
    snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - d->path) + 1 : 1, slash ? d->path : ".");
    DIR *dir = opendir(folder);
    for (struct dirent *entry; dir && (entry = readdir(dir));)
        if (strncmp(entry->d_name, name, strlen(name)) == 0) {
            const char *rest = entry->d_name + strlen(name);
            n_half += strncmp(rest, ".new-", 5) == 0;
            n_before += strncmp(rest, ".before-restore-", 16) == 0;
        }
    if (dir)
        closedir(dir);
    snprintf(zh, sizeof zh,
             "恢复前保留的存储 %d 个（确认不需要后可删），未做完的副本 %d 个（下次备份或恢复时清除）。",
             n_before, n_half);
    snprintf(en, sizeof en,
             "%d stores that restores have kept (to be removed by whoever is sure), %d copies that were not "
             "finished (the "
             "next backup or restore takes them away).",
             n_before, n_half);
    doctor_well(d, &topic, zh, en);
}

void doctor_look_at_store(struct doctor *d)
{
    static const struct doctor_topic topic = {"store", "存储", "the store"};
    struct error e = {0};
    struct store_file file;
    struct store *s = NULL;
    if (store_file_look(d->path, &file, &e)) {
        doctor_found(d, &topic, DOCTOR_FAULT, &e);
        return;
    }
    look_at_owner(d); /* before the store is open: store_lock.h */
    look_at_rights(d);
    struct arena *a = arena_new(ARENA_BYTES);
    if (!a)
        (void)error_no_memory(&e);
    if (!a || store_open_any(d->path, &s, &e)) {
        doctor_found(d, &topic, DOCTOR_FAULT, &e);
    } else if (look_whole(d, s)) {
        look_at_versions(d, s, a);
        look_at_indexes(d, s, a);
    }
    store_close(s);
    arena_free(a);
    look_beside(d);
}
