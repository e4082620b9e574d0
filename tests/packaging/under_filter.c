/* under_filter CALLS PROGRAM [ARGUMENT...]: the program with no other system calls than those that the file
 * CALLS names, and without memory that is written and run, as systemd makes it of SystemCallFilter=,
 * SystemCallErrorNumber=EPERM and MemoryDenyWriteExecute=. */
#include <errno.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static int permit_named(scmp_filter_ctx filter, FILE *names)
{
    char name[80];
    int failed = 0;
    while (!failed && fscanf(names, "%79s", name) == 1) {
        int call = seccomp_syscall_resolve_name(name);
        if (call >= 0) /* else none of this machine's */
            failed = seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0);
    }
    return failed;
}

static int refuse_writing_and_running(scmp_filter_ctx filter)
{
    const scmp_datum_t both = PROT_WRITE | PROT_EXEC;
    int failed = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(mmap), 1,
                                  SCMP_A2(SCMP_CMP_MASKED_EQ, both, both));
    if (!failed)
        failed = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(mprotect), 1,
                                  SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, PROT_EXEC));
    return failed;
}

int main(int argc, char **argv)
{
    FILE *names = argc > 2 ? fopen(argv[1], "r") : NULL;
    scmp_filter_ctx permitted = seccomp_init(SCMP_ACT_ERRNO(EPERM)), others = seccomp_init(SCMP_ACT_ALLOW);
    if (!names || !permitted || !others || permit_named(permitted, names) ||
        refuse_writing_and_running(others) || seccomp_load(others) || seccomp_load(permitted)) {
        fprintf(stderr, "the filter cannot be set\n");
        return 125;
    }
    fclose(names);
    execv(argv[2], argv + 2);
    fprintf(stderr, "%s cannot be run: %s\n", argv[2], strerror(errno));
    return 126;
}
