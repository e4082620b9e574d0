/* restore: a backup in the place of the store, which is kept beside it. */
#include "cli/command.h"
#include "cli/exit_codes.h"
#include "cli/progress.h"
#include "cli/store_path.h"
#include "cli/whole_store.h"
#include "store/store_file.h"
#include "store/store_lock.h"
#include "store/store_replace.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { KEPT_SIZE = STORE_PATH_SIZE + 64 };

struct restore_args {
    struct arguments base;
    bool dry_run, older_records;
};

/* One restore, from the backup to the switch. */
struct restore {
    const struct restore_args *args;
    char store[STORE_PATH_SIZE]; /* with its links resolved: the file is what is replaced, not a link to it */
    char copy[KEPT_SIZE], kept[KEPT_SIZE];
    struct store_seizure *seizure; /* NULL: a dry run */
    struct store *there;           /* what is replaced, to be read; NULL: none that can be */
    bool is_there;
    struct error unreadable;  /* why */
    struct store_owner owner; /* of what is there */
    struct store_facts copied;
    struct whole_store whole; /* what is restored */
    struct store_kinship kinship;
};

static enum status find_store(struct restore *r, struct error *e)
{
    struct store_file from, to;
    char *real = realpath(r->store, NULL);
    if (real && strlen(real) < sizeof r->store)
        strcpy(r->store, real);
    free(real);
    enum status s = store_file_look(r->args->base.items[0], &from, e);
    r->is_there = access(r->store, F_OK) == 0;
    if (!s && r->is_there)
        s = store_file_look(r->store, &to, e);
    if (s || !r->is_there || !store_file_same(&from, &to))
        return s;
    error_zh(e, "备份“%.300s”就是存储本身。", r->store);
    return error_fail(e, STATUS_INVALID_INPUT, "backup-is-store",
                      "The backup \"%.300s\" is the store itself.", r->store);
}

/* Said before minutes of copying, and while the store is not open: store_lock.h. */
static enum status look_at_owner(struct restore *r, struct error *e)
{
    enum status s = r->is_there ? store_lock_look(r->store, &r->owner, e) : STATUS_OK;
    return !s && r->owner.held && !r->args->dry_run ? store_lock_refuse(r->store, &r->owner, e) : s;
}

/* ---- the backup ---- */

/* The copy is what is looked at, and what is put in place: whatever becomes of the backup meanwhile. Opened
 * to write, it gets the schema of this program. */
static enum status make_copy(struct restore *r, struct error *e)
{
    struct store *s = NULL;
    enum status st = store_copy_name(r->store, r->copy, sizeof r->copy, e);
    if (!st)
        st = store_copy(r->args->base.items[0], r->copy, &r->copied, e);
    if (!st)
        st = store_open(r->copy, STORE_WRITE, &s, e);
    if (!st)
        st = whole_store_examine(s, &r->whole, e);
    store_close(s);
    return !st && !r->whole.chain.sound ? whole_store_refuse(r->args->base.items[0], &r->whole.chain, e) : st;
}

/* ---- what is there ---- */

/* A dry run only reads; another that runs may still keep something. */
static enum status open_there(struct restore *r, struct error *e)
{
    if (!r->args->dry_run) {
        enum status s = store_seize(r->store, &r->seizure, e);
        if (s)
            return s;
        r->there = store_seized(r->seizure);
        r->unreadable = *store_seized_fault(r->seizure);
        return STATUS_OK;
    }
    if (r->is_there && store_open_any(r->store, &r->there, &r->unreadable))
        r->there = NULL;
    return STATUS_OK;
}

static enum status refuse_older(const struct restore *r, struct error *e)
{
    const struct store_kinship *k = &r->kinship;
    bool is_older = k->fresh == k->common;
    error_zh(
        e,
        "%s：现有存储有 %" PRId64 " 条记录，备份有 %" PRId64 " 条，前 %" PRId64 " 条相同；恢复会失去 %" PRId64
        " 条记录。确要如此，请加 --older-records（原存储仍会保留在旁边）。",
        is_older ? "备份的档案更旧" : "备份的档案与现有的分了岔", k->there, k->fresh, k->common, k->lost);
    return error_fail(
        e, STATUS_CONFLICT, is_older ? "restore-older" : "restore-forked",
        "%s: the store has %" PRId64 " records, the backup %" PRId64 ", the first %" PRId64
        " are the same; %" PRId64 " records would be lost. If that is meant, say --older-records (the store "
        "is kept beside it).",
        is_older ? "The backup's record is older" : "The backup's record and the store's went apart",
        k->there, k->fresh, k->common, k->lost);
}

static enum status refuse_unreadable(const struct restore *r, struct error *e)
{
    error_zh(e,
             "现有存储读不出来（%.160s），不知道恢复会失去多少条记录。确要恢复，请加 "
             "--older-records（原存储仍会保留在"
             "旁边）。",
             r->unreadable.zh);
    return error_fail(
        e, STATUS_CONFLICT, "restore-unreadable",
        "The store that is there cannot be read (%.160s), and how many records would be lost is not known. "
        "If it is to be replaced, say --older-records (it is kept beside it).",
        r->unreadable.en);
}

static enum status compare(struct restore *r, struct error *e)
{
    struct store *fresh = NULL;
    if (!r->is_there)
        return STATUS_OK;
    if (!r->there)
        return r->args->older_records ? STATUS_OK : refuse_unreadable(r, e);
    enum status s = store_open(r->copy, STORE_READ, &fresh, e);
    if (!s)
        s = store_compare_records(r->there, fresh, &r->kinship, e);
    store_close(fresh);
    return !s && r->kinship.lost > 0 && !r->args->older_records ? refuse_older(r, e) : s;
}

/* ---- the switch ---- */

static void say(const struct restore *r)
{
    bool dry = r->args->dry_run;
    printf(dry ? "将恢复 would restore: %s → %s\n" : "已恢复 restored: %s → %s\n", r->args->base.items[0],
           r->store);
    whole_store_print(&r->whole);
    if (r->copied.schema != r->whole.facts.schema)
        printf("  结构由 %" PRId64 " 升级到 %" PRId64 " schema upgraded\n", r->copied.schema,
               r->whole.facts.schema);
    if (r->is_there && r->there)
        printf("  现有记录 records there %" PRId64 "，失去 lost %" PRId64 "，新增 gained %" PRId64 "\n",
               r->kinship.there, r->kinship.lost, r->kinship.fresh - r->kinship.common);
    if (r->owner.held)
        printf("  现由进程 %ld 使用，恢复前须停止它 in use by process %ld, which must be stopped first\n",
               r->owner.pid, r->owner.pid);
    if (r->is_there)
        printf(dry ? "  原存储将保留为 the store would be kept as %s\n"
                   : "  原存储保留为 the store is kept as %s\n",
               r->kept);
}

static enum status work(struct restore *r, struct error *e)
{
    enum status s = look_at_owner(r, e);
    if (!s)
        s = make_copy(r, e);
    if (!s)
        s = open_there(r, e);
    if (!s)
        s = compare(r, e);
    if (s)
        return s;
    store_kept_name(r->store, r->kept, sizeof r->kept);
    return r->args->dry_run ? STATUS_OK : store_replace(r->seizure, r->copy, r->kept, e);
}

static int run(struct restore *r)
{
    struct error e = {0};
    struct progress_clock clock;
    enum status s = find_store(r, &e);
    if (s)
        return exit_with_error(&e);
    progress_clock_start(&clock, &r->args->base, "正在核对并恢复", "verifying and restoring");
    s = work(r, &e);
    progress_clock_end(&clock);
    if (!s)
        say(r);
    store_copy_discard(r->copy); /* of one that was put in place there is nothing by this name */
    if (r->seizure)
        store_seize_end(r->seizure);
    else
        store_close(r->there);
    return s ? exit_with_store_error(&e) : EXIT_OK;
}

static int run_restore(struct arguments *base)
{
    struct error e = {0};
    struct restore r = {.args = (const struct restore_args *)base};
    return store_path_find(base->store, r.store, &e) ? exit_with_store_error(&e) : run(&r);
}

#define AT(member) offsetof(struct restore_args, member)
static const struct cli_option options[] = {
    OPTION_STORE,
    OPTION("--dry-run", OPTION_FLAG, AT(dry_run), NULL, "只核对，说明会发生什么，不改动任何东西",
           "verify, and say what would happen; nothing is changed"),
    OPTION("--older-records", OPTION_FLAG, AT(older_records), NULL, "允许换上更旧或分岔的档案",
           "also where records would be lost"),
    OPTION_END};

const struct command command_restore = {
    .name = "restore",
    .zh = "核对备份并恢复（先停止服务）；原存储保留在旁边",
    .en = "verify a backup and put it in the store's place (stop the server first); the store is kept beside "
          "it",
    .operands = "FILE",
    .operand_zh = "要恢复的备份",
    .operand_en = "the backup to restore",
    .least = 1,
    .most = 1,
    .options = options,
    .size = sizeof(struct restore_args),
    .run = run_restore};
