/* backup: the store as another file, while servers and imports go on. */
#include "cli/command.h"
#include "cli/exit_codes.h"
#include "cli/progress.h"
#include "cli/store_path.h"
#include "cli/whole_store.h"
#include "store/store_file.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct backup_args {
    struct arguments base;
    bool overwrite, damaged;
};

/* Said at once, not after minutes of copying. */
static enum status look_at_target(const struct backup_args *a, const char *store, struct error *e)
{
    const char *target = a->base.items[0];
    struct store_file from, to;
    struct stat st;
    if (lstat(target, &st) != 0)
        return STATUS_OK;
    if (!a->overwrite) {
        error_zh(e, "“%.300s”已经存在，不会覆盖；请换一个文件名，或加 --overwrite。", target);
        return error_fail(
            e, STATUS_INVALID_INPUT, "file-exists",
            "\"%.300s\" is there already and is not overwritten; choose another name, or say --overwrite.",
            target);
    }
    enum status s = store_file_look(store, &from, e);
    if (!s)
        s = store_file_look(target, &to, e);
    if (s || !store_file_same(&from, &to))
        return s;
    error_zh(e, "备份文件“%.300s”就是存储本身；请换一个文件名。", target);
    return error_fail(e, STATUS_INVALID_INPUT, "backup-is-store",
                      "The backup \"%.300s\" is the store itself; choose another name.", target);
}

/* The copy must hold what was read in the transaction in which it was made. */
static enum status examine(const char *copy, const struct store_facts *copied, const struct backup_args *a,
                           struct whole_store *out, struct error *e)
{
    struct store *s = NULL;
    enum status st = store_open_any(copy, &s, e);
    if (!st)
        st = whole_store_examine(s, out, e);
    store_close(s);
    if (!st && !store_facts_same(copied, &out->facts)) {
        error_zh(e, "备份与存储不一致，已丢弃；请检查磁盘后重试。");
        st = error_fail(
            e, STATUS_CORRUPT, "backup-differs",
            "The backup differs from the store and was thrown away; look at the disk, then try again.");
    }
    return !st && !out->chain.sound && !a->damaged ? whole_store_refuse(copy, &out->chain, e) : st;
}

static int say(const struct backup_args *a, const struct whole_store *w)
{
    struct stat st;
    printf("已备份并核对 backed up and verified: %s", a->base.items[0]);
    if (stat(a->base.items[0], &st) == 0)
        printf("（%.1f MB）", (double)st.st_size / 1e6);
    printf("\n");
    whole_store_print(w);
    if (w->chain.sound)
        return EXIT_OK;
    fprintf(stderr, "档案链断裂，照原样备份。%s\nthe record is broken, and was backed up as it is. %s\n",
            w->chain.zh, w->chain.en);
    return EXIT_DIFFERS;
}

static enum status copy_and_place(const struct backup_args *a, const char *store, const char *copy,
                                  struct whole_store *whole, struct error *e)
{
    struct store_facts copied;
    struct progress_clock clock;
    progress_clock_start(&clock, &a->base, "正在备份并核对", "copying and verifying");
    enum status s = store_copy(store, copy, &copied, e);
    if (!s)
        s = examine(copy, &copied, a, whole, e);
    if (!s)
        s = store_copy_place(copy, a->base.items[0], a->overwrite, e);
    progress_clock_end(&clock);
    return s;
}

static int run(const struct backup_args *a, const char *store)
{
    struct error e = {0};
    struct whole_store whole;
    char copy[STORE_PATH_SIZE];
    enum status s = store_copy_name(a->base.items[0], copy, sizeof copy, &e);
    if (s)
        return exit_with_error(&e);
    if (copy_and_place(a, store, copy, &whole, &e)) {
        store_copy_discard(copy);
        return exit_with_store_error(&e);
    }
    return say(a, &whole);
}

static int run_backup(struct arguments *base)
{
    struct error e = {0};
    const struct backup_args *a = (const struct backup_args *)base;
    char store[STORE_PATH_SIZE];
    if (store_path_find(base->store, store, &e))
        return exit_with_store_error(&e);
    return look_at_target(a, store, &e) ? exit_with_error(&e) : run(a, store);
}

#define AT(member) offsetof(struct backup_args, member)
static const struct cli_option options[] = {
    OPTION_STORE,
    OPTION("--overwrite", OPTION_FLAG, AT(overwrite), NULL, "替换已有的文件", "replace a file that is there"),
    OPTION("--damaged", OPTION_FLAG, AT(damaged), NULL, "档案链断裂的存储也照原样备份",
           "back up a store whose record is broken, too, as it is"),
    OPTION_END};

const struct command command_backup = {
    .name = "backup",
    .zh = "备份存储（服务运行中也可以），核对无误后才写成 FILE",
    .en = "back up the store, also while it is served; verified before it gets its name",
    .operands = "FILE",
    .operand_zh = "备份写到哪个文件",
    .operand_en = "the file to write the backup to",
    .least = 1,
    .most = 1,
    .options = options,
    .size = sizeof(struct backup_args),
    .run = run_backup};
