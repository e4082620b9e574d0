#!/usr/bin/env python3
"""Files that were cut off. Every prefix of a file is refused, or what is missing is an unknown row, or it has the same plots: never
fewer plots that are called clear.
  test_prefixes.py HONGXIAN MATRIX_LIBRARY SOURCE_DIR [--only FORMAT]
HX_LONG=1 cuts at every byte (of a file above 8 KB at about 1,500); without it at a few places, the same each time."""
import pathlib
import sys
import tempfile
import unittest
from concurrent.futures import ThreadPoolExecutor

import doors   # which knows the folder of the next
import runs
import shapes
import writers

PROGRAM, LIBRARY, SOURCE = (pathlib.Path(a).resolve() for a in sys.argv[1:4])
LONG = runs.LONG and not runs.SANITIZED   # what is looked at once by a sanitizer is enough, of thousands of cells
SAMPLE = 16
SAMPLE_OF_A_CHILD = 4   # what the sandboxed child reads costs a process each
WHOLE_BYTES = 8192
# The clear plot first, then the one in farmland: what is cut off is what must not be forgotten.
CUT = shapes.shape("cut", shapes.plot([shapes.C], id="DK-1", name="甲"), shapes.plot([shapes.P], id="DK-2", name="乙"))
ONE = shapes.shape("cut-one", shapes.plot([[*shapes.P[:2], (107.5449, 40.9475), *shapes.P[2:]]], id="DK-1", name="甲"))


def files():
    only = writers.only()
    for name, f in writers.FORMATS.items():
        if only not in (None, name):
            continue
        if f.doors is None and not f.metres or name == "txt":   # one file, not a folder; TXT is in metres always
            for s in (CUT, ONE):
                yield name, s


def places(name, n):
    if LONG:
        return range(0, n, 1 if n <= WHOLE_BYTES else max(61, n // 1500 | 1))
    k = SAMPLE if name.split("-")[0] in ("geojson", "geojsonl", "wkt", "csv", "txt") else SAMPLE_OF_A_CHILD
    return sorted({n - 1, n - 2, *(n * i // k for i in range(k))} - {0})


def is_whole_by_nature(name, data, n):
    """Lists of records have no end: one that ends with a record says nothing of those that were behind. The row that closes a plot
    of 国土TXT is known by its number, and may lack the millimetres."""
    if not writers.FORMATS[name].endless:
        return False
    return bool({*data[n - 1:n + (2 if name == "txt" else 1)]} & {*b"\r\n"})


def fault(whole, part):
    """What is wrong with the answer to a prefix, or None."""
    if part.crashed:
        return "crash"
    if part.refused or any(p.area_m2 is None for p in part.plots):
        return None
    if len(part.plots) < len(whole.plots):
        return "lost"
    return "other" if [p.area_m2 for p in part.plots] != [p.area_m2 for p in whole.plots] else None


class Prefixes(unittest.TestCase):
    maxDiff = None

    def cut(self, d, folder, name, s):
        """{fault: the places where it was met}"""
        path = writers.write(name, s, folder / name / s.name)
        data, crs, found = path.read_bytes(), writers.FORMATS[name].crs, {}
        whole = d.library(path, crs)
        self.assertTrue(whole.plots and not whole.refused, name)
        for n in places(name, len(data)):
            part = path.with_name(f"cut-{path.name}")
            part.write_bytes(data[:n])
            wrong = fault(whole, d.library(part, crs))
            if wrong and not is_whole_by_nature(name, data, n):
                found.setdefault(wrong, []).append(n)
        return {wrong: f"of {len(data)} bytes the first {at}" for wrong, at in found.items()}

    def test_no_prefix_has_fewer_plots_that_are_called_clear(self):
        """In every format."""
        jobs = list(files())
        with tempfile.TemporaryDirectory(prefix="hongxian-prefixes-") as t, \
                doors.Doors(PROGRAM, LIBRARY, SOURCE / "geodata", t) as d, ThreadPoolExecutor(2) as pool:
            got = pool.map(lambda job: self.cut(d, pathlib.Path(t), *job), jobs)
            found = {f"{name}/{s.name}": wrong for (name, s), wrong in zip(jobs, got) if wrong}
        self.assertEqual({}, found)


if __name__ == "__main__":
    unittest.main(argv=["test_prefixes"], verbosity=2)
