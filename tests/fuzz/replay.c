/* Runs a fuzz target once over every file of the folders named: what was ever found stays mended, without
 * libFuzzer. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static int replay_file(const char *path)
{
    FILE *f = fopen(path, "rb");
    long n = -1;
    if (!f || fseek(f, 0, SEEK_END) != 0 || (n = ftell(f)) < 0) {
        fprintf(stderr, "cannot read %s\n", path);
        return EXIT_FAILURE;
    }
    rewind(f);
    uint8_t *bytes =
        malloc(n ? (size_t)n : 1); /* no longer than the file, so that a byte too many is noticed */
    if (!bytes || fread(bytes, 1, (size_t)n, f) != (size_t)n)
        return EXIT_FAILURE;
    fclose(f);
    fprintf(stderr, "%s\n", path); /* the last line before a crash names the file */
    LLVMFuzzerTestOneInput(bytes, (size_t)n);
    free(bytes);
    return EXIT_SUCCESS;
}

static int replay_folder(const char *folder, int *n_files)
{
    DIR *d = opendir(folder);
    if (!d) {
        fprintf(stderr, "no such folder: %s\n", folder);
        return EXIT_FAILURE;
    }
    int failed = EXIT_SUCCESS;
    for (struct dirent *entry; (entry = readdir(d)) != NULL;) {
        char path[4096];
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        failed |= replay_file(path);
        ++*n_files;
    }
    closedir(d);
    return failed;
}

int main(int argc, char **argv)
{
    int failed = EXIT_SUCCESS, n_files = 0;
    for (int i = 1; i < argc; i++)
        failed |= replay_folder(argv[i], &n_files);
    printf("%d files\n", n_files);
    return n_files ? failed : EXIT_FAILURE;
}
