"""What the tests of official data share: a store of their own, small sources, and the program's answers."""
import json
import math
import pathlib
import sqlite3
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "http"))
import fixture  # noqa: E402
from fixture import runs  # noqa: E402, F401

GEODATA = pathlib.Path(__file__).resolve().parent.parent.parent / "geodata"
PROGRAM = None


def main():
    """unittest with the program as the first argument."""
    global PROGRAM
    PROGRAM = str(pathlib.Path(sys.argv.pop(1)).resolve())
    unittest.main(module="__main__")


def gcj02(lon, lat):
    """WGS 84 to GCJ-02 by the published approximation (geodata/make/gcj02.py)."""
    x, y, pi, sin = lon - 105.0, lat - 35.0, math.pi, math.sin
    wave = (20 * sin(6 * x * pi) + 20 * sin(2 * x * pi)) * 2 / 3
    dlat = (-100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x)) + wave
            + (20 * sin(y * pi) + 40 * sin(y / 3 * pi)) * 2 / 3 + (160 * sin(y / 12 * pi) + 320 * sin(y * pi / 30)) * 2 / 3)
    dlon = (300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x)) + wave
            + (20 * sin(x * pi) + 40 * sin(x / 3 * pi)) * 2 / 3 + (150 * sin(x / 12 * pi) + 300 * sin(x / 30 * pi)) * 2 / 3)
    rad = math.radians(lat)
    magic = 1 - 0.00669342162296594323 * sin(rad) ** 2
    lat += dlat * 180 / (6378245.0 * (1 - 0.00669342162296594323) / (magic * math.sqrt(magic)) * pi)
    return lon + dlon * 180 / (6378245.0 / math.sqrt(magic) * math.cos(rad) * pi), lat


def in_4490(*features):
    return fixture.collection(*features, crs={"type": "name", "properties": {"name": "EPSG:4490"}})


class Official(unittest.TestCase):
    GEODATA_LOADED = False  # whether a test begins with geodata/ in its store

    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory(prefix="hongxian-official-")
        self.folder = pathlib.Path(self.temporary.name)
        self.store = str(self.folder / "red.sqlite")
        self.begin_store()

    def tearDown(self):
        self.temporary.cleanup()

    def begin_store(self):
        if self.GEODATA_LOADED:
            fixture.geodata_store(PROGRAM, self.store, GEODATA)
        else:
            fixture.empty_store(PROGRAM, self.store)

    def run_program(self, *arguments, code=0, **more):
        done = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, cwd=self.folder, **more)
        if code is not None:
            self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done

    def take(self, source, layer="ecological_red_line", *more, code=0):
        return self.run_program("import", "--store", self.store, str(source), "--layer", layer, *more, code=code)

    def report(self, name):
        return json.loads(self.run_program("layers", "report", name, "--store", self.store, "--format", "json").stdout)

    def source(self, name, *features):
        return fixture.write_json(self.folder / name, in_4490(*features))

    def findings(self, name):
        return {f["code"]: f for f in self.report(name)["findings"]}

    def difference(self, a, b):
        done = self.run_program("layers", "diff", a, b, "--store", self.store, "--format", "json")
        return json.loads(done.stdout)

    def assert_at_rest(self):
        """One file, sound, and nothing beside it but the derived indexes."""
        beside = [p.name for p in self.folder.iterdir() if p.name.startswith("red.sqlite") and p.is_file()]
        self.assertEqual(beside, ["red.sqlite"])
        with sqlite3.connect(self.store) as db:
            self.assertEqual(db.execute("PRAGMA integrity_check").fetchone(), ("ok",))
            self.assertEqual(db.execute("SELECT count(*) FROM layer_version WHERE status = 'draft'").fetchone(), (0,))
        db.close()

    def versions(self):
        """The store's layers and their versions as the tables have them: what a refused import must leave alone."""
        with sqlite3.connect(self.store) as db:
            rows = [db.execute(f"SELECT * FROM {table} ORDER BY id").fetchall() for table in ("layer", "layer_version")]
        db.close()
        return rows

    def current(self):
        return self.run_program("layers", "--store", self.store).stdout
