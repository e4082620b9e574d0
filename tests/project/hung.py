#!/usr/bin/env python3
"""Runs a command that runs tests, and says of a test that hangs where it does: hung.py SECONDS COMMAND...

A child of the command (a test, for CTest) that has not ended after so many seconds hangs: no test is measured against that
time, it is many times what the slowest takes. Its processes are told, each with its threads, what they wait for in the kernel
and, where eu-stack is installed and may look, their stacks (of Python, too, in a test that uses tests/runs.py); then they are killed, so that the command counts a failed test and
goes on. Without this all that is known of a hang is that the whole run did not end."""
import os
import pathlib
import re
import signal
import subprocess
import sys
import time

TICKS = os.sysconf("SC_CLK_TCK")


def read(path):
    try:
        return pathlib.Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError as e:
        return f"({e.strerror})"


def processes():
    """Each process of the system: its parent and when it began, in seconds after the system's start."""
    found = {}
    for entry in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            fields = (entry / "stat").read_text(encoding="utf-8", errors="replace").rsplit(")", 1)[1].split()
        except OSError:
            continue  # it has ended
        found[int(entry.name)] = int(fields[1]), int(fields[19]) / TICKS
    return found


def family(pid, all_of_them):
    """It and all that it has started, itself first."""
    return [pid] + [p for child, (parent, _) in sorted(all_of_them.items()) if parent == pid for p in family(child, all_of_them)]


def ask_python(pid):
    """A test that uses tests/runs.py writes the stacks of its Python to its standard error when asked with this signal; who does not
    catch it would die of it."""
    caught = re.search(r"^SigCgt:\s*([0-9a-f]+)$", read(f"/proc/{pid}/status"), re.MULTILINE)
    if "python" in read(f"/proc/{pid}/comm") and caught and int(caught[1], 16) >> (signal.SIGUSR2 - 1) & 1:
        os.kill(pid, signal.SIGUSR2)


def account_of(pid):
    """What can be seen of one process from outside."""
    ask_python(pid)
    lines = [f"  {pid}: " + read(f"/proc/{pid}/cmdline").replace("\0", " ").strip()[:400]]
    for thread in sorted(pathlib.Path(f"/proc/{pid}/task").glob("*"), key=lambda t: int(t.name)):
        state = (read(thread / "stat").rsplit(")", 1)[-1].split() or ["?"])[0]
        lines.append(f"    thread {thread.name} {read(thread / 'comm').strip()}: state {state}, in {read(thread / 'wchan').strip()}, "
                     f"call {read(thread / 'syscall').strip()}")
    try:
        stacks = subprocess.run(["eu-stack", "-p", str(pid)], capture_output=True, text=True, errors="replace", timeout=60)
        lines += ["    " + line for line in (stacks.stdout + stacks.stderr).splitlines()[:200]]
    except (OSError, subprocess.TimeoutExpired) as e:
        lines.append(f"    no stacks: {e}")
    return "\n".join(lines)


def end(pid):
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def look(command, hung_s):
    """Tells of, and ends, each test of the command that hangs."""
    now = time.clock_gettime(time.CLOCK_BOOTTIME)
    all_of_them = processes()
    for test, (parent, began) in all_of_them.items():
        if parent == command and now - began > hung_s:
            hangs = family(test, all_of_them)
            print(f"\n挂起 hangs, after {now - began:.0f} s; its processes, which are killed now:", *map(account_of, hangs), "", sep="\n", flush=True)
            for pid in hangs:
                end(pid)


def main():
    hung_s, command = float(sys.argv[1]), subprocess.Popen(sys.argv[2:])
    signal.signal(signal.SIGTERM, lambda *_: command.terminate())
    while True:
        try:
            return command.wait(min(5, hung_s / 2))
        except subprocess.TimeoutExpired:
            look(command.pid, hung_s)


if __name__ == "__main__":
    sys.exit(main())
