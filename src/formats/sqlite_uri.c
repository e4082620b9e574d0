#include "formats/sqlite_uri.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *sqlite_immutable_uri(const char *path)
{
    char *uri = malloc(strlen(path) * 3 + 32);
    if (!uri)
        return NULL;
    char *p = stpcpy(uri, "file:");
    for (; *path; path++) {
        if (strchr("%?# ", *path) || (unsigned char)*path >= 0x80)
            p += sprintf(p, "%%%02X", (unsigned char)*path);
        else
            *p++ = *path;
    }
    strcpy(p, "?immutable=1");
    return uri;
}
