#!/usr/bin/env python3
"""Areas of many parcels through the installed library (hx_areas) are those that a check gives for each, and what is not known
is said for each parcel.
  test_areas.py AREAS HONGXIAN_INSTALLED SOURCE_DIR"""
import json
import math
import pathlib
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unittest

AREAS, PROGRAM, SOURCE = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
sys.path.insert(0, str(SOURCE / "tests" / "http"))
import fixture  # noqa: E402

LINES = ["ecological_red_line", "permanent_basic_farmland", "urban_development_boundary"]


def star(rng, lon, lat, radius, n):
    ring = []
    for k in range(n):
        angle, r = 2 * math.pi * k / n, radius * (0.5 + 0.5 * rng.random())
        ring.append((lon + r * math.cos(angle), lat + r * math.sin(angle)))
    return ring


def parcels_of(seed, n):
    """Around the sample lines and far from them; with holes, of many vertices, larger than what is covered."""
    rng = random.Random(seed)
    parcels = []
    for i in range(n):
        lon, lat = rng.uniform(111.2, 112.2), rng.uniform(40.4, 41.1)
        if i % 10 == 0:
            lon, lat = rng.uniform(97, 126), rng.uniform(37, 53)
        radius = 10 ** rng.uniform(-3.5, -0.7 if i % 25 == 0 else -1.8)
        rings = [star(rng, lon, lat, radius, rng.choice([4, 5, 9, 30, 90]))]
        if i % 6 == 0:
            rings.append(star(rng, lon, lat, radius * 0.4, 6)[::-1])
        parcels.append(rings)
    return parcels


def as_text(parcels):
    lines = []
    for rings in parcels:
        lines.append(str(len(rings)))
        for ring in rings:
            lines.append(f"{len(ring)} " + " ".join(f"{x!r} {y!r}" for x, y in ring))
    return "\n".join(lines)


def as_geojson(parcels):
    return {"type": "FeatureCollection", "features": [
        {"type": "Feature", "properties": {"DKBH": str(i)},
         "geometry": {"type": "Polygon", "coordinates": [[list(p) for p in r] + [list(r[0])] for r in rings]}}
        for i, rings in enumerate(parcels)]}


class Areas(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory(prefix="hongxian-areas-")
        cls.folder = pathlib.Path(cls.temporary.name)
        cls.store = pathlib.Path(fixture.geodata_store(PROGRAM, cls.folder / "geodata.sqlite", SOURCE / "geodata"))

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def areas(self, parcels, line, *more, code=0, store=None):
        done = subprocess.run([AREAS, str(store or self.store), LINES[line] if isinstance(line, int) else line, *map(str, more)], input=as_text(parcels),
                              capture_output=True, text=True)
        self.assertEqual(code, done.returncode, done.stderr)
        if code:
            return done.stderr.splitlines(), done.stdout
        rows = []
        for text in done.stdout.splitlines():
            number, area, uncovered, *features = text.split()
            rows.append((int(number), float(area), float(uncovered),
                         {f.split(":")[0]: float(f.split(":")[1]) for f in features}))
        return rows

    def check(self, parcels):
        path = self.folder / "parcels.geojson"
        path.write_text(json.dumps(as_geojson(parcels)))
        done = subprocess.run([PROGRAM, "check", str(path), "--store", str(self.store), "--format", "json"],
                              capture_output=True)
        return json.loads(done.stdout)["parcels"]

    def test_areas_are_those_of_a_check(self):
        """Per parcel and feature, in the order given, the same square metres; the same part without data."""
        parcels = parcels_of(20261129, fixture.runs.small_or_whole(150, 300))
        checked = self.check(parcels)
        self.assertEqual(len(parcels), len(checked))
        met = [0, 0, 0]
        for line, layer_id in enumerate(LINES):
            rows = self.areas(parcels, line)
            self.assertEqual(list(range(len(parcels))), [r[0] for r in rows])
            for (_, area, uncovered, features), report in zip(rows, checked):
                layer = next(x for x in report["layers"] if x["layer"] == layer_id)
                self.assertAlmostEqual(report["area_m2"], area, delta=0.52e-4)   # to the digits that the report has
                self.assertAlmostEqual(layer["uncovered_m2"], uncovered, delta=0.01 + 1e-9 * area)
                theirs = {f["code"]: f["area_m2"] for f in layer["features"]}
                self.assertEqual(set(theirs), set(features))
                for feature, m2 in features.items():
                    self.assertAlmostEqual(theirs[feature], m2, delta=1e-3 + 1e-9 * area)
                met[line] += len(features)
        self.assertGreater(min(met), 10, met)

    def test_what_is_not_covered_is_never_clear(self):
        """A parcel in Hainan: no feature, and all of it without data."""
        square = [[(109.5, 19.0), (109.51, 19.0), (109.51, 19.01), (109.5, 19.01)]]
        for line in range(3):
            (_, area, uncovered, features), = self.areas([square], line)
            self.assertEqual({}, features)
            self.assertGreater(area, 1e6)
            self.assertAlmostEqual(area, uncovered, delta=1e-3)

    def test_an_incomplete_layer_clears_nothing(self):
        """Features of the layer were refused at import: whatever is measured, all of the parcel counts as unknown."""
        holed = self.folder / "incomplete.sqlite"
        shutil.copy(self.store, holed)
        with sqlite3.connect(holed) as db:  # what an import that refuses features writes; the trigger guards it since
            db.execute("DROP TRIGGER layer_version_fixed")
            db.execute("UPDATE layer_version SET n_refused = 1")
        for line in range(3):
            for _, area, uncovered, _ in self.areas(parcels_of(5, 60), line, store=holed):
                self.assertEqual(area, uncovered)

    def test_a_fault_names_its_parcel(self):
        """A figure that crosses itself, a line, a point off the globe: the sentence begins with the parcel's number."""
        good = parcels_of(3, 2)
        bow_tie = [[(111.7, 40.8), (111.71, 40.81), (111.71, 40.8), (111.7, 40.81)]]
        line = [[(111.7, 40.8), (111.71, 40.81), (111.7, 40.8)]]
        off = [[(411.7, 40.8), (411.71, 40.81), (411.71, 40.8)]]
        for bad in (bow_tie, line, off, [], [[]]):
            (code, zh, en), told = self.areas(good + [bad], 0, code=1)
            self.assertTrue(code)
            self.assertTrue(zh.startswith("第 3 个地块："), zh)
            self.assertTrue(en.startswith("Parcel 3: "), en)
            self.assertEqual("", told)

    def test_no_layer_is_an_error_and_no_parcels_are_none(self):
        """A store without the line, a line that there is not, nothing to measure, and a caller that has seen enough."""
        empty = self.folder / "empty.sqlite"
        subprocess.run([PROGRAM, "init", str(empty)], check=True, capture_output=True)
        parcels = parcels_of(4, 40)
        (code, zh, _), told = self.areas(parcels, 0, code=4, store=empty)
        self.assertEqual(("layer-missing", ""), (code, told))
        self.assertIn("ecological_red_line", zh)
        self.assertEqual("line-unknown", self.areas(parcels, "no_such_layer", code=1)[0][0])
        self.assertEqual([], self.areas([], 0))
        self.assertEqual(5, len(self.areas(parcels, 0, 5)))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
