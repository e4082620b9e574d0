#!/usr/bin/env python3
"""Files of the kinds that have gone wrong, through every door: no plot vanishes, no datum is invented, figures and texts are those of
the file, and what is refused is refused in words that help.
  test_cases.py HONGXIAN MATRIX_LIBRARY SOURCE_DIR [--write]
HX_LONG=1 goes through every door; without it through the library, and every second through the audit."""
import csv
import hashlib
import pathlib
import sys
import tempfile
import unittest
from concurrent.futures import ThreadPoolExecutor

import cases
import doors   # which knows the folder of the next
import expected
import runs

PROGRAM, LIBRARY, SOURCE = (pathlib.Path(a).resolve() for a in sys.argv[1:4])
KNOWN = pathlib.Path(__file__).resolve().parent / "expected_cases.txt"
LONG = runs.LONG and not runs.SANITIZED   # what is looked at once by a sanitizer is enough, of thousands of cells


def jobs():
    for n, c in enumerate(cases.CASES):
        for door in c.doors or doors.DOORS:
            if LONG or c.doors or door == "library" or door == "audit" and n % 2:
                yield c, door


def of_refusal(right, a):
    said = " ".join(a.reasons())
    if right.refused is None and not right.also_refused:
        return {"refused": said}
    if right.refused and not any(word in said for word in right.refused):
        return {"words": said}
    return {}


def of_texts(right, a):
    ids, names = [p.id for p in a.plots], [p.name for p in a.plots]
    found = {}
    kept = [[p.id, *(p.attributes or {}).values()] for p in a.plots]   # a layer's code may be another field; nothing may be lost
    told = a.door == "import" and right.ids and any(all(i in k for i, k in zip(r, kept)) for r in right.ids)
    if right.ids and ids not in right.ids and not told:
        found["id"] = str(ids)
    if right.names and names not in right.names:
        found["name"] = str(names)
    known = [p.attributes for p in a.plots if p.attributes is not None]
    if right.attributes and known and not any(right.attributes.items() <= k.items() for k in known):
        found["attributes"] = str(known)
    if right.warned and not any(right.warned in w for w in a.warnings):
        found["warning"] = "; ".join(a.warnings)
    return found


def faults(right, a):
    """{fault: what was seen}"""
    if a.crashed:
        return {"crash": a.crashed}
    found = {}
    if right.never and any(right.never in r for r in a.reasons()):
        found["never"] = " ".join(a.reasons())
    unknown = [p for p in a.plots if p.area_m2 is None]
    if a.refused:
        return {**found, **of_refusal(right, a)}
    if unknown and len(unknown) == len(a.plots) and right.refused is not None:
        return {**found, **of_refusal(right, a)}
    if unknown:
        return {**found, **({} if right.told or right.also_refused else {"unknown": unknown[0].reason})}
    if right.plots is None and right.area_m2 is None:   # nothing but words would do
        return {**found, "accepted": f"{len(a.plots)} plots, {a.total_m2:.2f} m2, "
                                     f"{'clear' if a.plots and all(p.clear for p in a.plots) else 'not clear'}"}
    if right.plots is not None and len(a.plots) != right.plots:
        found["plots"] = f"{len(a.plots)}, not {right.plots}"
    if right.area_m2 is not None and not abs(a.total_m2 - right.area_m2) <= 0.01 * max(1, len(a.plots)) + 1e-8 * right.area_m2 + slack(a):
        found["area"] = f"{a.total_m2}, not {right.area_m2:.4f}"
    return {**found, **of_texts(right, a)}


def slack(a):
    """TXT, CSV and drawings hold whole millimetres."""
    return 0.15 if any(f in a.source for f in (".txt", ".csv", ".dxf")) and "bulge" not in a.source and "circle" not in a.source else 0


def ask(d, folder, c, door):
    place = folder / c.name / door
    place.mkdir(parents=True)
    path = c.make(place)
    before = state(path)
    a = d.through(door, path, c.crs)
    a.source = f"{c.name} {path.name}"
    found = faults(c.right, a)
    if c.right.clean and state(path) != before:
        found["written"] = f"{sorted(state(path))}, not {sorted(before)}"
    return found


def state(path):
    """Of the input and what lies beside it: names and contents."""
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in path.parent.iterdir() if p.is_file()}


class Cases(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory(prefix="hongxian-cases-")
        cls.folder = pathlib.Path(cls.temporary.name)
        cls.doors = doors.Doors(PROGRAM, LIBRARY, SOURCE / "geodata", cls.folder)
        cls.doors.__enter__()

    @classmethod
    def tearDownClass(cls):
        cls.doors.__exit__()
        cls.temporary.cleanup()

    def compare(self, found):
        if "--write" in sys.argv:
            expected.write(KNOWN, found, set(found))
        told = expected.differences(expected.read(KNOWN), found, set(found))
        self.assertFalse(told, "\n".join(told))

    def test_every_kind_through_every_door(self):
        """What is known to be wrong is in expected_cases.txt."""
        wanted = list(jobs())
        with ThreadPoolExecutor(2) as pool:
            got = pool.map(lambda j: ask(self.doors, self.folder, *j), wanted)
            self.compare({(c.name, door): found for (c, door), found in zip(wanted, got)})

    def test_cells_of_an_audit_are_guarded_as_those_of_a_report(self):
        """A spreadsheet must not run what stands in a plot's name, nor turn a long code into another number."""
        texts = [("150207001000054321", "=1+1"), ("001", "@SUM(A1)"), ("1E5", '=HYPERLINK("http://127.0.0.1/")'), ("K-1", "甲,乙")]
        plots = [cases.drawn(cases.FARM, *t) for t in texts]
        path = cases.geojson(self.folder, *((cases.FARM, p.fields) for p in plots))
        out = self.folder / "out.csv"
        self.doors.run("audit", "parcels", path, "-o", out, "--store", self.doors.store, "--id-field", "DKBH", check=True)
        report = self.doors.run("check", path, "--store", self.doors.store, "--format", "csv", check=True).stdout.decode("utf-8-sig")
        rows = {}
        for r in csv.reader(report.splitlines()):
            if r and r[0].isdigit():
                rows.setdefault(r[0], r[1:3])   # the first table that counts is that of the plots
        with open(out, encoding="utf-8-sig", newline="") as f:
            got = {r["position"]: [r["parcel_id"], r["name"]] for r in csv.DictReader(f)}
        wrong = {k: v for k, v in got.items() if v != rows[k]}
        self.compare({("csv-cells", "audit"): {"guard": str(wrong)} if wrong else {}})

    def test_a_plot_far_from_the_zone_is_not_written_into_it(self):
        """The TXT of two plots in zones far apart is refused, or holds each in its own zone."""
        far = [(x + 4.5, y) for x, y in cases.FARM]
        path = cases.geojson(self.folder, (cases.FARM, {"DKBH": "1"}), (far, {"DKBH": "2"}))
        done = self.doors.run("parcel", "convert", path, "--to", "txt")
        points = [r.split(",") for r in done.stdout.decode("gb18030").splitlines() if r.startswith("J")]
        zones = {round(x / 3) for x, _ in (*cases.FARM, *far)}
        off = [r for r in points if int(float(r[3]) // 1e6) not in zones]
        self.compare({("far-plot", "convert"): {"zone": str(off[0])} if off else {}})


if __name__ == "__main__":
    unittest.main(argv=["test_cases"], verbosity=2)
