/* Folders of this machine that are nobody's business: where a server keeps its store, its jobs, its page.
 * Sentences (base/status.h) go to whoever asked the server, and name what lies in these folders without
 * them. A command names none, and its sentences have whole paths.
 *
 * Threads: own_folder_add before others start; the rest is read-only. */
#ifndef HX_BASE_OWN_FOLDERS_H
#define HX_BASE_OWN_FOLDERS_H

/* The folder in which `path` lies, as it is written (when it is absolute) and as the file system has it.
 * NULL: nothing. */
void own_folder_add(const char *path);

/* In place: "/srv/data/a.sqlite" becomes "a.sqlite". */
void own_folders_forget(char *sentence);

#endif
