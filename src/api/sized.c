/* Size-first structs: how a program that was compiled against an older or a newer header calls this library
 * (hongxian.h, "Versions"). The one place that reads or writes such a struct whole. */
#include "api/api_parts.h"

#include <string.h>

/* Nothing behind the last member: a member that comes later cannot land in bytes that an older program never
 * set. */
#define NO_PADDING_BEHIND(type, last)                                                                        \
    _Static_assert(offsetof(struct type, size) == 0 && sizeof(struct type) <= API_SIZED_MAX &&               \
                       offsetof(struct type, last) + sizeof(((struct type *)0)->last) ==                     \
                           sizeof(struct type),                                                              \
                   #type " begins with its size and ends with its last member")
NO_PADDING_BEHIND(hx_check_options, n_claims);
NO_PADDING_BEHIND(hx_document_options, date);
NO_PADDING_BEHIND(hx_keep_options, input_name);
NO_PADDING_BEHIND(hx_kept, sha256);
NO_PADDING_BEHIND(hx_chain, en);
NO_PADDING_BEHIND(hx_audit_options, reserved);
NO_PADDING_BEHIND(hx_audit_outcome, since_en);

static enum status refuse_size(const char *type, size_t given, size_t known, struct error *e)
{
    error_zh(
        e,
        "结构 %s 的 size 是 %zu，不是任何版本的头文件中的大小（本库的是 %zu）：请写 {.size = sizeof 变量}。",
        type, given, known);
    return error_fail(
        e, STATUS_INVALID_INPUT, "struct-size",
        "The size of the struct %s is %zu, which it has in no version of the header (here it is "
        "%zu): write {.size = sizeof variable}.",
        type, given, known);
}

static enum status refuse_unknown(const char *type, size_t at, size_t known, struct error *e)
{
    error_zh(
        e,
        "结构 %s 的第 %zu 字节不为零，本库（%s）只认识前 %zu 字节：请升级 libhongxian，或先将整个结构清零。",
        type, at, hx_version(), known);
    return error_fail(
        e, STATUS_INVALID_INPUT, "struct-size",
        "Byte %zu of the struct %s is not zero, and this library (%s) knows the first %zu only: "
        "install a newer libhongxian, or set the struct to zero first.",
        at, type, hx_version(), known);
}

enum status api_sized_read(const char *type, const void *given, void *known, size_t known_size,
                           struct error *e)
{
    memset(known, 0, known_size);
    if (!given)
        return STATUS_OK;
    size_t size;
    memcpy(&size, given, sizeof size);
    /* no header ends within a member: each of them is a whole number of pointers */
    if (size <= sizeof size || size > API_SIZED_MAX || size % sizeof(void *) != 0)
        return refuse_size(type, size, known_size, e);
    for (size_t at = known_size; at < size; at++)
        if (((const char *)given)[at])
            return refuse_unknown(type, at, known_size, e);
    memcpy(known, given, size < known_size ? size : known_size);
    return STATUS_OK;
}

void api_sized_give(void *out, const void *known, size_t known_size)
{
    size_t size, first = sizeof size; /* which stays the caller's */
    memcpy(&size, out, sizeof size);
    memcpy((char *)out + first, (const char *)known + first, (size < known_size ? size : known_size) - first);
}
