"""Re-audit: after random changes of the layers, rows that are taken over from an earlier audit and rows that are measured
again together are, bit for bit, those of a full audit; and where anything is in doubt nothing is taken over."""
import copy
import math
import pathlib
import random
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
import unittest

import audit_fixture as f
from audit_fixture import runs

ROUNDS = runs.small_or_whole(4, 30)
RED, FARM, CITY = "ecological_red_line", "permanent_basic_farmland", "urban_development_boundary"


def coverage(east):
    """A box whose middle stays where it is when its east moves."""
    ring = [[111.0, 40.0], [111.745, 40.0], [east, 40.0], [east, 41.5], [111.745, 41.5], [111.0, 41.5], [111.0, 40.0]]
    return feature([ring], BSM="C")


def star(rng, x, y, radius, n):
    points = []
    for i in range(n):
        r = radius * (0.5 + 0.5 * rng.random())
        a = 2 * math.pi * i / n
        points.append([round(x + r * math.cos(a), 9), round(y + r * math.sin(a), 9)])
    return points + [points[0]]


def small(rng):
    return star(rng, 111.69 + 0.1 * rng.random(), 40.79 + 0.06 * rng.random(), 0.0005 + 0.003 * rng.random(),
                rng.choice((4, 7, 30)))


def feature(rings, **properties):
    """Each ring is a polygon of its own."""
    return {"type": "Feature", "properties": properties,
            "geometry": {"type": "MultiPolygon", "coordinates": [[r] for r in rings]}}


def world(rng):
    """Layer -> features; every line has a giant among the small ones, of several parts far from each other."""
    layers = {}
    for layer, zones in ((RED, ("核心保护区外", "自然保护地核心保护区")), (FARM, ("",)), (CITY, ("城镇集中建设区", "特别用途区"))):
        field = {RED: "GKFQ", FARM: "BZ", CITY: "GHFQMC"}[layer]
        parts = [star(rng, 111.70 + 0.03 * i, 40.80 + 0.02 * (i % 2), 0.009, 300) for i in range(3)]
        some = [feature(parts, BSM=f"{layer[0]}-giant", MC="大", **{field: zones[0]})]
        some += [feature([small(rng)], BSM=f"{layer[0]}-{i}", MC=f"图斑{i}", **{field: rng.choice(zones)}) for i in range(25)]
        layers[layer] = some
    return layers


class Edit:
    """What may happen to a layer between two audits."""

    def __init__(self, rng, features, n):
        self.rng, self.features, self.n = rng, features, n

    def add(self):
        self.features.append(feature([small(self.rng)], BSM=f"new-{self.n}", MC="新"))

    def remove(self):
        self.features.pop(self.rng.randrange(len(self.features)))

    def move(self):
        shift = 0.002 * (self.rng.random() - 0.5)
        for polygon in self.rng.choice(self.features)["geometry"]["coordinates"]:
            polygon[0] = [[round(x + shift, 9), y] for x, y in polygon[0]]

    def vertex(self):
        ring = self.rng.choice(self.rng.choice(self.features)["geometry"]["coordinates"])[0]
        i = self.rng.randrange(1, len(ring) - 1)
        ring[i] = [round((ring[i - 1][0] + ring[i][0]) / 2, 9), round((ring[i - 1][1] + ring[i][1]) / 2, 9)]

    def vertex_of_giant(self):
        ring = self.features[0]["geometry"]["coordinates"][-1][0]
        del ring[self.rng.randrange(1, len(ring) - 1)]

    def part(self):
        self.features[0]["geometry"]["coordinates"].append([small(self.rng)])

    def name(self):
        self.rng.choice(self.features)["properties"]["MC"] = f"改名{self.n}"

    def code(self):
        self.rng.choice(self.features)["properties"]["BSM"] = f"recoded-{self.n}"

    def twice(self):
        self.features.append(copy.deepcopy(self.rng.choice(self.features)))

    def order(self):
        self.rng.shuffle(self.features)

    def nothing(self):
        self.features[0]["properties"]["BZ2"] = str(self.n)  # another version with the same figures

    KINDS = ("add", "remove", "move", "vertex", "vertex_of_giant", "part", "name", "code", "twice", "order", "nothing")


class Since(unittest.TestCase):
    begun = None  # a folder with what every test begins with

    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.addCleanup(self.temporary.cleanup)
        self.dir = pathlib.Path(self.temporary.name)
        self.rng = random.Random(20241124)
        self.layers = world(self.rng)
        self.coverage = coverage(112.5)
        self.store, self.input = str(self.dir / "s.sqlite"), str(self.dir / "in.gpkg")
        if Since.begun:
            shutil.copytree(Since.begun.name, self.dir, dirs_exist_ok=True)
            return
        f.fixture.empty_store(f.PROGRAM, self.store)
        for layer in self.layers:
            self.put(layer)
        f.many(self.input, 1500)
        Since.begun = tempfile.TemporaryDirectory()
        shutil.copytree(self.dir, Since.begun.name, dirs_exist_ok=True)

    def put(self, layer, *more):
        source = f.write_json(self.dir / "l.geojson", f.fixture.collection(*self.layers[layer]))
        coverage = f.write_json(self.dir / "c.geojson", f.fixture.collection(self.coverage))
        r = subprocess.run([f.PROGRAM, "import", "--store", self.store, source, "--layer", layer, "--coverage", coverage,
                            "--confirm-layer", "--allow-refused", *more], capture_output=True, text=True)
        self.assertEqual(0, r.returncode, r.stderr)

    def run_to(self, name, *more, since=None, source=None, code=0):
        out = self.dir / name
        r = f.audit("parcels", source or self.input, "-o", out, "--store", self.store, "--class-field", "class", "--overwrite",
                    *more, *(("--since", since) if since else ()), code=code)
        taken = re.search(r"Taken over: (\d+)", r.stderr)
        return out, int(taken.group(1)) if taken else 0, r

    def same(self, a, b):
        self.assertEqual(f.digest(a), f.digest(b))
        states = [f.rows(p, "SELECT state FROM audit_run") for p in (a, b)]
        self.assertEqual(*states)  # sums, worst cases and seal, too

    def test_random_changes(self):
        """The earlier audit of each round is the re-audit of the round before: nothing may drift."""
        then, _, _ = self.run_to("start.gpkg", "--overlaps")
        changed = taken_most = 0
        rounds = min(ROUNDS, len(Edit.KINDS) + 1) if f.SANITIZED else ROUNDS
        for n in range(rounds):
            layer = self.rng.choice(list(self.layers))
            kinds = [Edit.KINDS[n % len(Edit.KINDS)]] + [self.rng.choice(Edit.KINDS) for _ in range(self.rng.randrange(2))]
            if not runs.LONG:  # a few rounds, and every kind in them
                kinds = list(Edit.KINDS[n::rounds])
            for kind in kinds:
                getattr(Edit(self.rng, self.layers[layer], n), kind)()
            self.put(layer)
            full, _, _ = self.run_to("full.gpkg", "--overlaps")
            now, taken, _ = self.run_to(f"since{n % 2}.gpkg", "--overlaps", "--threads", 1 + n % 3, since=then)
            with self.subTest(n=n, layer=layer, kinds=kinds, taken=taken):
                self.same(full, now)
                self.assertGreater(taken, 150)
            changed += f.digest(full) != f.digest(then)
            taken_most += taken > 1000
            then = now
        self.assertGreater(changed, rounds // 2)
        self.assertGreater(taken_most, rounds // 3)

    def test_coverage_and_text_outputs(self):
        then, _, _ = self.run_to("start.gpkg")
        self.coverage = coverage(111.75)
        self.put(RED)
        for ending in ("gpkg", "csv", "geojsonl"):
            full, _, _ = self.run_to(f"full.{ending}")
            now, taken, _ = self.run_to(f"since.{ending}", since=then)
            self.assertEqual(f.digest(full), f.digest(now))
            self.assertTrue(0 < taken < 1400, taken)
        full, _, _ = self.run_to("partly.gpkg")
        self.assertGreater(f.rows(full, "SELECT count(*) AS n FROM parcels WHERE red_line_status = 'not_covered'")[0]["n"], 100)
        self.coverage = coverage(111.76)
        self.put(RED)
        again, taken, _ = self.run_to("again.gpkg", since=full)
        self.assertGreater(taken, 0)
        self.same(self.run_to("full.gpkg")[0], again)

    def test_other_parcels(self):
        """Parcels that were moved, added, taken out, renamed or given another class: the others are taken over."""
        then, _, _ = self.run_to("start.gpkg")
        db = sqlite3.connect(self.input)
        box = [(111.8, 40.8), (111.803, 40.8), (111.803, 40.803), (111.8, 40.803), (111.8, 40.8)]
        db.execute("UPDATE p SET geom = ? WHERE fid = 10", (f.blob([box]),))
        db.execute("UPDATE p SET class = CASE class WHEN 'GENERAL' THEN 'STATE_KEY' ELSE 'GENERAL' END WHERE fid IN (20, 21)")
        db.execute("UPDATE p SET BSM = 'other' WHERE fid = 30")
        db.execute("UPDATE p SET note = 'another note' WHERE fid = 35")
        db.execute("DELETE FROM p WHERE fid = 40")
        db.execute("INSERT INTO p SELECT fid + 5000, geom, BSM, XMMC, XZQDM, class, note FROM p WHERE fid = 50")
        db.commit()
        db.close()
        now, taken, _ = self.run_to("since.gpkg", since=then)
        self.same(self.run_to("full.gpkg")[0], now)
        self.assertEqual(1500 - 1 - 4, taken)
        self.put(CITY)
        self.assertEqual(1500, self.run_to("new.gpkg", since=now)[1])  # a new version, but nothing in it is new

    def test_indexes_that_were_swept(self):
        """The index of a retired version is derived: without it the store gives it again."""
        then, _, _ = self.run_to("start.gpkg")
        Edit(self.rng, self.layers[RED], 1).move()
        self.put(RED)
        shutil.rmtree(f"{self.store}.index")
        now, taken, _ = self.run_to("since.gpkg", since=then)
        self.assertGreater(taken, 1000)
        self.same(self.run_to("full.gpkg")[0], now)

    def test_whatever_is_in_doubt_is_measured(self):
        then, _, _ = self.run_to("start.gpkg")

        def refused(words, *more, since=then):
            full, _, _ = self.run_to("full.gpkg", *more)
            now, taken, r = self.run_to("since.gpkg", *more, since=since)
            self.same(full, now)
            self.assertEqual(0, taken)
            self.assertIn(words, r.stderr)

        refused("an option has changed", "--class", "GENERAL")
        edited = self.dir / "edited.gpkg"
        for sql in ("UPDATE parcels SET verdict = 'allowed' WHERE fid = (SELECT min(fid) FROM parcels WHERE verdict = 'prohibited')",
                    "DELETE FROM findings WHERE fid = 3", "UPDATE findings SET area_m2 = area_m2 + 1e-9 WHERE fid = 1",
                    "DELETE FROM parcels WHERE fid = 1500"):
            edited.write_bytes(then.read_bytes())
            db = sqlite3.connect(edited)
            for trigger in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                db.execute(f"DROP TRIGGER {trigger[0]}")
            self.assertEqual(1, db.execute(sql).rowcount)
            db.commit()
            db.close()
            refused("edited after it was written", since=edited)
        rules = self.dir / "rules.csv"
        text = (f.SOURCE / "schema/rules.csv").read_text(encoding="utf-8")
        rules.write_text(text.replace("压占永久基本农田,", "压占永久基本农田！,", 1), encoding="utf-8")
        subprocess.run([f.PROGRAM, "rules", "load", str(rules), "--store", self.store], check=True, capture_output=True)
        self.assertNotEqual(text, rules.read_text(encoding="utf-8"))
        refused("the rule table has changed")

    def test_refused_features_and_missing_versions(self):
        then, _, _ = self.run_to("start.gpkg")
        bow = [[111.75, 40.85], [111.751, 40.851], [111.751, 40.85], [111.75, 40.851], [111.75, 40.85]]
        self.layers[FARM].append({"type": "Feature", "properties": {"BSM": "line"},
                                  "geometry": {"type": "LineString", "coordinates": bow[:2]}})
        self.put(FARM)
        full, _, _ = self.run_to("full.gpkg")
        now, taken, r = self.run_to("since.gpkg", since=then)
        self.same(full, now)
        self.assertEqual(0, taken)
        self.assertIn("whether a layer is complete", r.stderr)
        other = self.dir / "other"
        other.mkdir()
        self.store = str(other / "s.sqlite")  # the same layers in another store: versions of another identity
        subprocess.run([f.PROGRAM, "init", self.store], check=True, capture_output=True)
        for layer in self.layers:
            self.put(layer)
        now, taken, r = self.run_to("since.gpkg", since=then)
        self.assertEqual(0, taken)
        self.assertIn("does not hold the layer version", r.stderr)

    def test_what_is_no_earlier_output(self):
        text, _, _ = self.run_to("t.csv")
        for path in (self.input, text, self.dir / "none.gpkg", self.store):
            self.assertIn("--since", self.run_to("x.gpkg", since=path, code=1)[2].stderr)

    def test_killed_and_resumed(self):
        """A re-audit that was stopped goes on with the same rows, with --since or without."""
        many = f.many(self.dir / "many.gpkg", runs.small_or_whole(8000, 16000 if f.SANITIZED else 40000))
        then, _, _ = self.run_to("start.gpkg", source=many)
        Edit(self.rng, self.layers[RED], 1).vertex()
        self.put(RED)
        full, _, _ = self.run_to("full.gpkg", source=many)
        for more in (("--since", then), ()):
            out = self.dir / "k.gpkg"
            command = [f.PROGRAM, "audit", "parcels", many, "-o", str(out), "--store", self.store, "--class-field", "class"]
            p = subprocess.Popen([*command, "--overwrite", "--since", str(then)], stdout=subprocess.DEVNULL,
                                 stderr=subprocess.DEVNULL)
            part = pathlib.Path(f"{out}.part")
            while p.poll() is None and not (part.exists() and part.stat().st_size > 2 << 20):
                time.sleep(0.001)  # a loop without it takes a core from the run
            p.kill()
            p.wait()
            r = subprocess.run([*command, "--resume", *map(str, more)], capture_output=True, text=True)
            self.assertEqual(0, r.returncode, r.stderr)
            self.same(full, out)
            out.unlink()


if __name__ == "__main__":
    unittest.main(argv=["test_since", *sys.argv[3:]], verbosity=2)
