#include "cli/password.h"

#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static enum status fail_no_line(struct error *e)
{
    error_zh(e, "没有读到密码：请在终端输入，或从标准输入、--password-file 给出一行。");
    return error_fail(e, STATUS_INVALID_INPUT, "no-password",
                      "No password was read: type it at the terminal, or give one line on standard input or "
                      "in --password-file.");
}

static enum status read_line(FILE *from, char out[PASSWORD_LINE_SIZE], struct error *e)
{
    if (!fgets(out, PASSWORD_LINE_SIZE, from))
        return fail_no_line(e);
    out[strcspn(out, "\r\n")] = '\0';
    return *out ? STATUS_OK : fail_no_line(e);
}

/* The terminal gets its echo back in any case but a kill. */
static enum status read_unseen(const char *prompt, char out[PASSWORD_LINE_SIZE], struct error *e)
{
    struct termios before, unseen;
    fprintf(stderr, "%s", prompt);
    if (tcgetattr(STDIN_FILENO, &before) != 0)
        return error_errno(e, "读取终端", "Reading the terminal", "stdin");
    unseen = before;
    unseen.c_lflag &= ~(tcflag_t)ECHO;
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &unseen);
    enum status s = read_line(stdin, out, e);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
    fputc('\n', stderr);
    return s;
}

static enum status read_typed(bool again, char out[PASSWORD_LINE_SIZE], struct error *e)
{
    char second[PASSWORD_LINE_SIZE];
    enum status s = read_unseen("密码 password: ", out, e);
    if (s || !again)
        return s;
    s = read_unseen("再输入一次 once more: ", second, e);
    bool same = !s && strcmp(out, second) == 0;
    explicit_bzero(second, sizeof second);
    if (s || same)
        return s;
    error_zh(e, "两次输入的密码不同；没有改变任何内容，请重来。");
    return error_fail(e, STATUS_INVALID_INPUT, "passwords-differ",
                      "The two passwords differ; nothing was changed, try again.");
}

enum status password_read(const char *file, bool again, char out[PASSWORD_LINE_SIZE], struct error *e)
{
    if (!file)
        return isatty(STDIN_FILENO) ? read_typed(again, out, e) : read_line(stdin, out, e);
    FILE *f = fopen(file, "re");
    if (!f)
        return error_errno(e, "读取密码文件", "Reading the password file", file);
    enum status s = read_line(f, out, e);
    fclose(f);
    return s;
}
