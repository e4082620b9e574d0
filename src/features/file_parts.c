#include "features/file_parts.h"

#include "base/buffer.h"
#include "base/file.h"
#include "base/text.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

static bool is_folder(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* The endings of what belongs together; the first is the one by which it is named. */
static const char *const families[][12] = {
    {".shp", ".shx", ".dbf", ".prj", ".cpg", ".cst", ".qpj", ".sbn", ".sbx", ".shp.xml"},
    {".tab", ".dat", ".map", ".id", ".ind"},
    {".mif", ".mid"},
};
enum { FAMILIES = sizeof families / sizeof *families };

/* NULL: of none. */
static const char *const *family_of(const char *path)
{
    for (size_t i = 0; i < FAMILIES; i++)
        if (text_ends_with(path, families[i][0]))
            return families[i];
    return NULL;
}

bool file_is_in_parts(const char *path)
{
    return is_folder(path) || (family_of(path) && access(path, F_OK) == 0);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Without a family all of a folder. */
static bool is_part(const char *name, const char *stem, const char *const *family)
{
    size_t n = family ? strlen(stem) : 0;
    if (!family)
        return name[0] != '.' && !text_ends_with(name, ".lock");
    for (; strncmp(name, stem, n) == 0 && *family; family++)
        if (strcasecmp(name + n, *family) == 0)
            return true;
    return false;
}

static bool is_file(DIR *d, const char *name)
{
    struct stat st;
    return fstatat(dirfd(d), name, &st, 0) == 0 && S_ISREG(st.st_mode);
}

static enum status read_names(struct file_parts *p, const char *stem, const char *const *family,
                              struct arena *a, struct error *e)
{
    DIR *d = opendir(p->folder);
    if (!d)
        return error_errno(e, "读取目录", "Reading the directory", p->folder);
    bool ok = true;
    for (struct dirent *entry; ok && (entry = readdir(d));) {
        if (!is_part(entry->d_name, stem, family) || !is_file(d, entry->d_name))
            continue;
        char *copy = arena_strdup(a, entry->d_name);
        ok = copy && ARENA_RESERVE(a, p->names, p->cap, p->n + 1);
        if (ok)
            p->names[p->n++] = copy;
    }
    closedir(d);
    if (!ok)
        return error_no_memory(e);
    if (p->n)
        qsort(p->names, p->n, sizeof *p->names, by_name);
    return STATUS_OK;
}

static enum status fail_folder(const char *path, struct error *e)
{
    error_zh(e, "“%.200s”是文件夹；请指明其中的文件，或 .gdb 文件夹。", path);
    return error_fail(e, STATUS_INVALID_INPUT, "source-folder",
                      "\"%.200s\" is a folder; name a file in it, or a .gdb folder.", path);
}

static bool is_gdb(const char *name)
{
    size_t n = strcspn(name, "/");
    return n > 4 && strncasecmp(name + n - 4, ".gdb", 4) == 0;
}

enum status file_parts_list(const char *path, struct arena *a, struct file_parts *out, struct error *e)
{
    const char *name = text_file_name(path);
    struct file_parts p = {.folder = path, .within = ""};
    if (is_folder(path)) {
        p.within = arena_printf(a, "%.*s/", (int)strcspn(name, "/"), name);
        enum status s = p.within ? read_names(&p, "", NULL, a, e) : error_no_memory(e);
        if (!s)
            *out = p;
        return s;
    }
    p.folder = name == path ? "." : arena_strndup(a, path, (size_t)(name - path));
    char *stem = arena_strndup(a, name, strlen(name) - 4);
    if (!p.folder || !stem)
        return error_no_memory(e);
    enum status s = read_names(&p, stem, family_of(path), a, e);
    if (!s)
        *out = p;
    return s;
}

/* ---- the archive: APPNOTE.TXT 4.3, stored entries of one disk ---- */

enum { STORED_VERSION = 20, UTF8_NAMES = 0x0800, FIRST_DAY = 0x21 /* 1980-01-01 */ };

static void put(struct buffer *b, uint32_t value, int bytes)
{
    for (int i = 0; i < bytes; i++)
        buffer_append_char(b, (char)(value >> 8 * i & 0xFF));
}

struct entry {
    const char *name;
    uint32_t crc, size, at;
};

/* What the header before the data and the one in the directory have in common. */
static void put_entry(struct buffer *b, const struct entry *entry)
{
    put(b, STORED_VERSION, 2);
    put(b, UTF8_NAMES, 2);
    put(b, 0, 2); /* not compressed */
    put(b, 0, 2);
    put(b, FIRST_DAY, 2);
    put(b, entry->crc, 4);
    put(b, entry->size, 4);
    put(b, entry->size, 4);
    put(b, (uint32_t)strlen(entry->name), 2);
    put(b, 0, 2);
}

static enum status put_file(struct buffer *b, const char *path, size_t limit, struct entry *entry,
                            struct error *e)
{
    struct arena *a = arena_new(limit + ((size_t)1 << 20));
    char *bytes;
    size_t n;
    enum status s = a ? file_read(path, limit, a, &bytes, &n, e) : error_no_memory(e);
    if (!s) {
        entry->at = (uint32_t)b->size;
        entry->size = (uint32_t)n;
        entry->crc = (uint32_t)crc32(0, (const unsigned char *)bytes, (unsigned)n);
        put(b, 0x04034b50, 4);
        put_entry(b, entry);
        buffer_append_str(b, entry->name);
        buffer_append(b, bytes, n);
    }
    arena_free(a);
    return s;
}

static void put_directory(struct buffer *b, const struct entry *entries, size_t n)
{
    uint32_t at = (uint32_t)b->size;
    for (size_t i = 0; i < n; i++) {
        put(b, 0x02014b50, 4);
        put(b, STORED_VERSION, 2);
        put_entry(b, &entries[i]);
        put(b, 0, 2); /* comment, disk and attributes: none */
        put(b, 0, 2);
        put(b, 0, 2);
        put(b, 0, 4);
        put(b, entries[i].at, 4);
        buffer_append_str(b, entries[i].name);
    }
    uint32_t size = (uint32_t)b->size - at;
    put(b, 0x06054b50, 4);
    put(b, 0, 4);
    put(b, (uint32_t)n, 2);
    put(b, (uint32_t)n, 2);
    put(b, size, 4);
    put(b, at, 4);
    put(b, 0, 2);
}

static enum status fail_many(const char *path, struct error *e)
{
    error_zh(e, "“%.200s”里的文件太多，不像一个数据文件；请指明 .gdb 文件夹或其中一个文件。", path);
    return error_fail(e, STATUS_TOO_LARGE, "source-parts",
                      "\"%.200s\" holds too many files to be one source; name the .gdb folder, or one file.",
                      path);
}

static enum status pack(const struct file_parts *p, size_t limit, struct arena *a, struct buffer *b,
                        struct error *e)
{
    struct entry *entries = arena_array(a, p->n + 1, sizeof *entries);
    enum status s = entries ? STATUS_OK : error_no_memory(e);
    for (size_t i = 0; !s && i < p->n; i++) {
        const char *path = arena_printf(a, "%s/%s", p->folder, p->names[i]);
        entries[i].name = arena_printf(a, "%s%s", p->within, p->names[i]);
        s = path && entries[i].name ? put_file(b, path, limit, &entries[i], e) : error_no_memory(e);
    }
    if (!s)
        put_directory(b, entries, p->n);
    return s ? s : buffer_status(b, e);
}

enum status file_parts_pack(const char *path, size_t limit, struct arena *a, char **bytes, size_t *n,
                            struct error *e)
{
    struct file_parts p;
    struct buffer b;
    enum status s = is_folder(path) && !is_gdb(text_file_name(path)) ? fail_folder(path, e)
                                                                     : file_parts_list(path, a, &p, e);
    if (!s && p.n > UINT16_MAX)
        s = fail_many(path, e);
    if (s)
        return s;
    buffer_init(&b, limit);
    s = pack(&p, limit, a, &b, e);
    char *copy = s ? NULL : arena_alloc(a, b.size + 1);
    if (copy) {
        memcpy(copy, b.data, b.size);
        copy[b.size] = '\0';
        *bytes = copy;
        *n = b.size;
    }
    buffer_release(&b);
    return s ? s : copy ? STATUS_OK : error_no_memory(e);
}
