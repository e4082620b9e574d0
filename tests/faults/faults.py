"""Runs the program while the system refuses one of its calls (fault_shim.c), and says what a store holds, so that two of them can be
compared: what was there before, what is there when nothing failed, and what is there now."""
import contextlib
import hashlib
import os
import pathlib
import re
import shutil
import sqlite3
import struct
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "http"))
import fixture  # noqa: E402
from fixture import runs  # noqa: E402

KINDS = ("alloc", "read", "write", "sync", "map", "rename", "open", "truncate", "unlink", "thread")
# What differs between two runs of the same: moments, and what is derived from them.
CHANGING = re.compile(rb'"(?:checked_at|kept_at|date|sha256|parameters_sha256|uid|seconds|cpu_s)": ?(?:"[^"]*"|[0-9.]+)')
TOLD = (1, 2, 3)  # the exits that come with a sentence


class Done:
    def __init__(self, process, counts):
        self.code, self.out = process.returncode, process.stdout
        self.err = process.stderr.decode("utf-8", "replace")
        self.counts = counts
        self.told = self.code in TOLD and "错误：" in self.err and "error: " in self.err


class Faults:
    def __init__(self, program, shim, folder):
        self.program, self.shim, self.folder = program, shim, pathlib.Path(folder)
        self.counts = self.folder / "counts"

    def environment(self, fault, by=None, command=None):
        self.counts.write_bytes(bytes(4096))
        more = {"LD_PRELOAD": self.shim, "HX_FAULT": fault, "HX_FAULT_COUNTS": str(self.counts)}
        if by:
            more["HX_FAULT_FROM"] = by
        if command:
            more["HX_FAULT_COMMAND"] = command
        return {**os.environ, **more}

    def counted(self):
        return dict(zip(KINDS, struct.unpack_from(f"<{len(KINDS)}Q", self.counts.read_bytes())))

    def run(self, arguments, at, fault=None, by=None, given=None):
        """The program with these arguments in the folder `at`. `fault`: "KIND:N", "KIND:N+", "KIND:N!" (killed there) or "none:0", which only
        counts."""
        environment = self.environment(fault, by) if fault else os.environ
        process = subprocess.run([self.program, *map(str, arguments)], cwd=at, env=environment, capture_output=True, input=given)
        return Done(process, self.counted() if fault else None)


def moments(total, most):
    """`most` numbers of 1 … total, or all when there are no more: at both ends, and at an odd stride between."""
    if total <= most:
        return list(range(1, total + 1))
    stride = max(1, int(total * 0.381966)) | 1  # by the golden section: no period of the program's own
    return sorted({1, total} | {1 + k * stride % total for k in range(1, most - 1)})


def same_text(content):
    return CHANGING.sub(b"", content)


def contents(store):
    """Every table's rows, as (table, column) → digest; and whether SQLite finds the file whole."""
    found = {}
    mode = "rw" if pathlib.Path(f"{store}-journal").exists() else "ro"  # what is left of a transaction is taken back by whoever opens it
    with contextlib.closing(sqlite3.connect(f"file:{store}?mode={mode}", uri=True)) as db:
        db.text_factory = bytes
        for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE '%VIRTUAL%' ORDER BY name").fetchall():
            name = name.decode()
            try:
                rows = db.execute(f'SELECT * FROM "{name}"')
            except sqlite3.OperationalError:  # of an extension
                continue
            columns = [c[0] for c in rows.description]
            sums = [hashlib.sha256() for _ in columns]
            n = 0
            for row in rows:
                n += 1
                for s, value in zip(sums, row):
                    s.update(repr(value).encode())
            found[name, ""] = n
            found.update({(name, c): s.hexdigest() for c, s in zip(columns, sums)})
        found["whole", ""] = db.execute("PRAGMA integrity_check").fetchone()[0]
    return found


def is_same(found, expected, but=()):
    return {k: v for k, v in found.items() if k not in but} == {k: v for k, v in expected.items() if k not in but}


def differing(a, b):
    return {k for k in a.keys() | b.keys() if a.get(k) != b.get(k)}


def files(folder):
    """Names below a folder, but for what SQLite keeps beside an open store, and what the test itself wrote."""
    return {str(p.relative_to(folder)) for p in pathlib.Path(folder).rglob("*")
            if p.is_file() and not p.name.endswith(("-wal", "-shm"))}


def copied(base, to):
    shutil.rmtree(to, ignore_errors=True)
    shutil.copytree(base, to)
    return to
