"""How much a test does, and how it waits and kills. Small in script/test, whole in script/test --long (HX_LONG=1); waits
are for the thing itself, and moments of a run are counted in its own processor time, so that a busy machine changes
nothing. What hangs is told and ended by tests/project/hung.py. tests/runs.h is the first part of this for C."""
import contextlib
import faulthandler
import os
import signal
import subprocess
import threading
import time
import unittest

faulthandler.register(signal.SIGUSR2)  # tests/project/hung.py asks where it is
LONG = os.environ.get("HX_LONG") == "1"


def small_or_whole(small, whole):
    return whole if LONG else small


def _sanitizer():
    """With which sanitizer the tested program was built, "asan" or "tsan": it stands in the program itself. Its path is the
    system's word: a test may have taken it from sys.argv already."""
    with open("/proc/self/cmdline", encoding="utf-8", errors="replace") as command:
        words = command.read().split("\0")
    for path in (os.environ.get("HONGXIAN", ""), *words[1:]):
        if not path.endswith(".py") and os.path.isfile(path) and os.access(path, os.X_OK):
            with open(path, "rb") as program:
                content = program.read()
            return next((s for s in ("asan", "tsan") if f"__{s}_init".encode() in content), None)
    return None


SANITIZER = _sanitizer()
SANITIZED = SANITIZER is not None
# What a sanitizer looks at once is enough in script/test; --long has it whole.
no_threads = unittest.skipIf(SANITIZER == "tsan" and not LONG, "has no threads of its own; under tsan in script/test --long")
whole_under_sanitizers = unittest.skipIf(SANITIZED and not LONG, "under sanitizers in script/test --long")


def some_under_sanitizers(some, everything):
    """For what goes through the same code again and again: everything in the everyday build and in --long."""
    return some if SANITIZED and not LONG else everything


def pauses():
    """Seconds between two looks at something that is waited for: ever longer, so that looking does not slow down what is looked at."""
    pause = 0.01
    while True:
        yield pause
        pause = min(0.1, pause * 1.1)


# Functions that say why there is nothing to wait for any more, or None: a server that has ended, a thread that has failed.
in_vain = []


def wait_until(condition):
    """What the condition gives once it gives anything."""
    for pause in pauses():
        if found := condition():
            return found
        for reason in in_vain:
            if why := reason():
                raise AssertionError(why)
        time.sleep(pause)


@contextlib.contextmanager
def beside(work, n):
    """While the block runs, n threads do the work again and again. One that fails ends all waiting, and fails the test once all have ended."""
    over, failed = threading.Event(), []

    def go_on():
        try:
            while not over.is_set():
                work()
        except BaseException as why:  # pylint: disable=broad-except
            failed.append(why)

    def has_failed():
        return failed and f"a thread beside the test failed: {failed[0]!r}"
    threads = [threading.Thread(target=go_on) for _ in range(n)]
    in_vain.append(has_failed)
    for t in threads:
        t.start()
    try:
        yield
    finally:
        over.set()
        for t in threads:
            t.join()
        in_vain.remove(has_failed)
        if failed:
            raise failed[0]


def cpu_seconds(pid):
    """Processor time of a running process so far, all threads together."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def run_counting_cpu(command):
    """Runs the command to its end, which must be a good one; the processor time that it took."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, (process.returncode, command)
    return used.ru_utime + used.ru_stime


def kill_after_cpu(seconds):
    """For Popen's preexec_fn: the kernel ends the program, as kill -9 would, once it has used that much processor time."""
    def begin():
        signal.signal(signal.SIGPROF, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_PROF, max(seconds, 1e-3))
    return begin
