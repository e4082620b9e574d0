#!/usr/bin/env python3
"""One set of shapes in every format through every door: the same plots are accepted and refused, with the same reason, area (to the
bit where the format holds the same doubles), id, name and attributes.
  test_matrix.py HONGXIAN MATRIX_LIBRARY SOURCE_DIR [--only FORMAT] [--write]
HX_LONG=1 runs every cell; without it a part in which each format, shape and door is met. --only is for whoever adds a
format: all its cells. --write makes the list of known faults anew. What a format cannot carry is told by writers.py."""
import math
import pathlib
import re
import sys
import tempfile
import unittest
from concurrent.futures import ThreadPoolExecutor

import doors   # which knows the folder of the next
import expected
import runs
import shapes
import writers

PROGRAM, LIBRARY, SOURCE = (pathlib.Path(a).resolve() for a in sys.argv[1:4])
ID_FIELDS, NAME_FIELDS = ("DKBH", "地块编号"), ("DKMC", "地块名称")
KNOWN = pathlib.Path(__file__).resolve().parent / "expected_failures.txt"
LONG = runs.LONG and not runs.SANITIZED   # what is looked at once by a sanitizer is enough, of thousands of cells
REFERENCES = ("geojson", "geojson-metres", "gpkg", "gpkg-metres")   # GeoJSON has no arcs
# A short run: each format through the library and two more doors, in turn; two formats through each door; each shape in two formats;
# and in every format what goes wrong silently.
SHORT_DOORS = {"geojson": ("library", "http", "audit"), "gpkg": ("library",)}
SHORT_FORMATS = ("geojson", "gpkg")
SHORT_SHAPES = ("hole-on-edge", "null-beside", "bad-beside-good", "chinese")


def carried():
    return [(f, s) for f in writers.FORMATS for s in shapes.SHAPES if writers.carries(writers.FORMATS[f], s)]


def cells():
    only = writers.only()
    for f, s in carried():
        if only not in (None, f):
            continue
        for door in writers.FORMATS[f].doors or doors.DOORS:
            short = s.name == "valid" and door in doors_in_turn(f) or door in SHORT_DOORS.get(f, ()) or (s.name in SHORT_SHAPES and door == "library")
            if LONG or short or only:
                yield f, s, door


def doors_in_turn(f):
    """Those of a short run for one shape. Of five doors beside the library each format goes through the next two."""
    there = writers.FORMATS[f].doors or doors.DOORS
    if f in SHORT_FORMATS or "library" not in there:
        return there
    others, n = [d for d in there if d != "library"], list(writers.FORMATS).index(f)
    return {"library", *(others[(2 * n + i) % len(others)] for i in range(2))}


def reference_format(f, s):
    order = (1, 3, 0, 2) if writers.FORMATS[f].metres else (0, 2)
    return next(REFERENCES[i] for i in order if writers.carries(writers.FORMATS[REFERENCES[i]], s))


def same_doubles(f, s):
    """Are the numbers in the file those of the reference? Not where the format has a grid of its own, where only degrees can
    carry what it has in metres (two zones), or where it says a circle in another way (a bulge)."""
    form = writers.FORMATS[f]
    return not (form.tolerance_m2 or form.metres != writers.FORMATS[reference_format(f, s)].metres
                or form.bulges and any(d.arcs for d in s.plots))


def own_door(f):
    return "library" if "library" in (writers.FORMATS[f].doors or doors.DOORS) else "audit"


def core(reason):
    """A reason without the place in the file, which each format words in its own way."""
    reason = re.sub(r"^.*?第一个是第 ?\d+ ?个(（编号“[^”]*”）)?：", "", reason)
    while True:
        cut = re.sub(r"^(第\d+(个要素|个地块|行|个图形)[^：；。]*：|“[^”]*”：)", "", reason)
        if cut == reason:
            return reason.strip()
        reason = cut


def same_text(fields, names, otherwise):
    """What must be told: what the file says, else its place in the file, or nothing."""
    return next((fields[n] for n in names if n in fields), otherwise)


class Judge:
    """Holds answers; says what is wrong with each."""

    def __init__(self, answers):
        self.answers = answers   # {(format, shape name, door): Answer}

    def reference(self, f, s):
        """The library's answer to the same coordinates in the plainest format that can carry them."""
        return self.answers[reference_format(f, s), s.name, "library"]

    def to_the_bit(self, f, s):
        """The answer whose areas are the same doubles. A format that holds other numbers than the reference is held against
        itself: every door of the same file says the same."""
        return self.reference(f, s) if same_doubles(f, s) else self.answers[f, s.name, own_door(f)]

    def faults(self, f, s, door):
        """{fault: what was seen}"""
        a = self.answers[f, s.name, door]
        if a.crashed:
            return {"crash": a.crashed}
        if a.refused and not a.plots:
            return self.of_refusal(f, s, a)
        found = self.of_count(s, a)
        found = found or {**self.of_plots(f, s, a), **self.of_areas(f, s, a)}
        return found

    def accepted(self, f, s):
        """Are all plots right to be accepted?"""
        rights = {d.right for d in s.plots}
        if "either" in rights:
            return not self.reference(f, s).reasons()
        return "refused" not in rights

    def of_refusal(self, f, s, a):
        if self.accepted(f, s):
            return {"refused": a.refusal}
        return self.of_reason(f, s, a)

    def of_reason(self, f, s, a):
        wanted, got = {core(r) for r in self.reference(f, s).reasons()}, {core(r) for r in a.reasons()}
        found = {}
        if wanted and got and not wanted & got:
            found["reason"] = f"{'; '.join(got)} / not {'; '.join(wanted)}"
        code = self.reference(f, s).code
        if code and a.code and code != a.code:
            found["code"] = f"{a.code}, not {code}"
        return found

    @staticmethod
    def of_count(s, a):
        if not a.refused and len(a.plots) < len(s.plots):
            return {"lost": f"{len(a.plots)} of {len(s.plots)} plots, and no refusal"}
        if len(a.plots) > len(s.plots):
            return {"more": f"{len(a.plots)} of {len(s.plots)} plots"}
        return {}

    def of_plots(self, f, s, a):
        found = {}
        if a.refused:   # import names the plots that it refuses, and takes none
            return {"refused": a.reasons()[-1]} if self.accepted(f, s) else self.of_reason(f, s, a)
        for i, (d, p) in enumerate(zip(s.plots, a.plots)):
            right = d.right if d.right != "either" else "accepted" if self.accepted(f, s) else "refused"
            if right == "accepted" and p.area_m2 is None:
                found["refused"] = p.reason
            if right == "refused" and p.area_m2 is not None:
                found["accepted"] = f"plot {i + 1}: {p.area_m2}"
            found.update(self.of_texts(f, d, p, i, a.door))
        if any(p.area_m2 is None for p in a.plots) and "refused" not in found:
            found.update(self.of_reason(f, s, a))
        return found

    @staticmethod
    def of_texts(f, d, p, i, door):
        found, form, kept = {}, writers.FORMATS[f], p.attributes or {}
        fields = {} if "ids" in form.cannot else d.fields if d.fields or not form.numbered else {"DKBH": str(i + 1)}
        id, name = form.texts(i) if form.texts else (
            same_text(fields, ID_FIELDS, "" if door == "import" else str(i + 1)), same_text(fields, NAME_FIELDS, ""))
        name = "" if "names" in form.cannot else name
        # A layer's own code and name may be other fields; then nothing may be lost.
        if id != p.id and not (door == "import" and id in kept.values()):
            found["id"] = f"{p.id!r}, not {id!r}"
        if name != p.name and not (door == "import" and name in kept.values()):
            found["name"] = f"{p.name!r}, not {name!r}"
        if p.attributes is not None and "fields" not in form.cannot and "备注" in fields and fields["备注"] != kept.get("备注"):
            found["attributes"] = f"{kept}"
        return found

    def of_areas(self, f, s, a):
        form, reference, twin = writers.FORMATS[f], self.reference(f, s), self.to_the_bit(f, s)
        drawn = shapes.in_metres(s).plots if form.metres else s.plots
        pairs = [(d, p) for d, p in zip(drawn, a.plots) if p.area_m2 is not None and d.right != "refused"]
        if not pairs or a.refused:
            return {}
        if a.door == "import":
            pairs = pairs[:0] if len(pairs) < len(a.plots) else [(None, a)]
        found = {}
        for i, (d, p) in enumerate(pairs):
            measured = p.total_m2 if d is None else p.area_m2
            right = sum(shapes.right_area(x, form.metres) for x in drawn) if d is None else shapes.right_area(d, form.metres)
            if not math.isclose(measured, right, rel_tol=0, abs_tol=0.01 + form.tolerance_m2 + 1e-7 * right):
                found["area"] = f"{measured!r}, not {right:.4f}"
            same = twin.total_m2 if d is None else twin.plots[i].area_m2 if i < len(twin.plots) else None
            # A layer's edges are cut as finely as its place asks, a parcel's as its area does (features/policy.h).
            exact = not twin.refused and (p.exact if d is not None else not form.metres)
            if exact and same is not None and measured != same and "area" not in found:
                found["bits"] = f"{measured!r}, not {same!r}"
            verdict = reference.plots[i].verdict if d is not None and i < len(reference.plots) else ""
            if d is not None and verdict and p.verdict != verdict:
                found["verdict"] = f"{p.verdict}, not {verdict}"
        return found


class Matrix(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory(prefix="hongxian-matrix-")
        cls.folder = pathlib.Path(cls.temporary.name)

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def ask(self, wanted):
        """The answers to the wanted cells, and to those that they are held against."""
        keys = {(f, s, door) for f, s, door in wanted}
        keys |= {(r, s, "library") for r in REFERENCES for _, s, _ in wanted if writers.carries(writers.FORMATS[r], s)}
        keys |= {(f, s, own_door(f)) for f, s, _ in wanted if not same_doubles(f, s)}
        paths = {(f, s): writers.write(f, s, self.folder / f / s.name) for f, s in {k[:2] for k in keys}}
        with doors.Doors(PROGRAM, LIBRARY, SOURCE / "geodata", self.folder) as d, ThreadPoolExecutor(2) as pool:
            ordered = sorted(keys, key=lambda k: (k[0], k[1].name, k[2]))
            got = pool.map(lambda k: d.through(k[2], paths[k[:2]], writers.crs_to_tell(*k[:2])), ordered)
            return {(f, s.name, door): answer for (f, s, door), answer in zip(ordered, got)}

    def test_every_shape_in_every_format_through_every_door(self):
        """The whole of it; what is known to be wrong is in expected_failures.txt, word for word."""
        wanted = list(cells())
        answers = self.ask(wanted)
        judge = Judge(answers)
        found = {(f"{f}/{s.name}", door): judge.faults(f, s, door) for f, s, door in wanted}
        if "--write" in sys.argv:
            expected.write(KNOWN, found, set(found))
        told = expected.differences(expected.read(KNOWN), found, set(found))
        self.assertFalse(told, f"{len(told)} of {len(found)} cells:\n" + "\n".join(told))


if __name__ == "__main__":
    unittest.main(argv=["test_matrix"], verbosity=2)
