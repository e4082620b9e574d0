#include "cli/print_json.h"

#include "base/file.h"
#include "cli/exit_codes.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int print_json(struct buffer *b)
{
    struct error e = {0};
    buffer_append_char(b, '\n');
    enum status s = buffer_status(b, &e);
    if (!s)
        fwrite(b->data, 1, b->size, stdout);
    buffer_release(b);
    return s ? exit_with_error(&e) : EXIT_OK;
}

void listing_begin(struct listing *l, const struct arguments *a, const char *name)
{
    l->json = args_json(a);
    buffer_init(&l->text, 0);
    jw_init(&l->w, &l->text, true);
    jw_object_begin(&l->w);
    jw_key(&l->w, name);
    jw_array_begin(&l->w);
}

struct json_writer *listing_json(struct listing *l)
{
    return l->json ? &l->w : NULL;
}

int listing_end(struct listing *l, enum status s, const struct error *e)
{
    jw_array_end(&l->w);
    jw_object_end(&l->w);
    if (!s && l->json)
        return print_json(&l->text);
    buffer_release(&l->text);
    return s ? exit_with_store_error(e) : EXIT_OK;
}

bool output_reader_left(void)
{
    struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};
    return poll(&out, 1, 0) == 1 && (out.revents & POLLERR);
}

/* The file and its temporary name: a signal comes before or after, so that neither is left half. */
static enum status write_whole(const char *path, const void *bytes, size_t n, struct error *e)
{
    sigset_t held, before;
    sigemptyset(&held);
    sigaddset(&held, SIGINT);
    sigaddset(&held, SIGTERM);
    sigprocmask(SIG_BLOCK, &held, &before);
    enum status s = file_write_atomic(path, bytes, n, e);
    sigprocmask(SIG_SETMASK, &before, NULL);
    return s;
}

enum status output_write(const char *path, const void *bytes, size_t n, struct error *e)
{
    if (path && strcmp(path, "-") != 0)
        return write_whole(path, bytes, n, e);
    if ((fwrite(bytes, 1, n, stdout) == n && fflush(stdout) == 0) || output_reader_left())
        return STATUS_OK;
    return error_errno(e, "写出结果", "Writing the output", "stdout");
}

int output_end(int code)
{
    bool lost = fflush(stdout) != 0 || ferror(stdout);
    if (!lost || code != EXIT_OK || output_reader_left())
        return code;
    fprintf(stderr, "错误：结果没有写完。\nerror: The output could not be written in full.\n");
    return EXIT_INTERNAL;
}
