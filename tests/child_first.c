/* A test program is its own sandboxed child: before its main it looks whether it was started as one. */
#include "features/sandbox/sandbox.h"

/* glibc hands constructors what main gets. */
__attribute__((constructor)) static void child_first(int argc, char **argv)
{
    if (sandbox_child_wanted(argc, argv))
        sandbox_child_main(argc, argv);
}
