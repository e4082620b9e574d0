/* Where a member's value stands in the text of a JSON object: for who must pass the very bytes on, which a
 * tree that was read and written again would not give. Threads: pure. */
#ifndef HX_FORMATS_JSON_MEMBER_H
#define HX_FORMATS_JSON_MEMBER_H

#include <stdbool.h>
#include <stddef.h>

/* `object` is valid JSON, an object without duplicate members. False when it has no member whose name is
 * written just so, without escapes. */
bool json_member_find(const char *object, size_t n, const char *name, const char **value, size_t *n_value);

#endif
