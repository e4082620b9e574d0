#include "base/own_folders.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { FOLDERS_MAX = 12 };
static char *folders[FOLDERS_MAX]; /* each with its last slash; never freed */
static size_t n_folders;

static void add(const char *path)
{
    const char *slash = path && *path == '/' ? strrchr(path, '/') : NULL;
    if (!slash || slash == path || n_folders == FOLDERS_MAX)
        return;
    char *folder = strndup(path, (size_t)(slash - path) + 1);
    if (folder)
        folders[n_folders++] = folder;
}

void own_folder_add(const char *path)
{
    char *real = path ? realpath(path, NULL) : NULL;
    add(path);
    if (real && strcmp(real, path) != 0)
        add(real);
    free(real);
}

/* The longest goes first, so that nothing of a folder inside another stays. */
static const char *first_in(const char *sentence, char **at)
{
    const char *best = NULL;
    for (size_t i = 0; i < n_folders; i++) {
        char *found = strstr(sentence, folders[i]);
        if (found && (!best || strlen(folders[i]) > strlen(best))) {
            best = folders[i];
            *at = found;
        }
    }
    return best;
}

void own_folders_forget(char *sentence)
{
    char *at;
    for (const char *folder; (folder = first_in(sentence, &at));)
        memmove(at, at + strlen(folder), strlen(at + strlen(folder)) + 1);
}
