#!/usr/bin/env python3
"""Areas by unit go as deep as units are loaded: 嘎查村, too, which is a definition and no code. What villages add up to is what
the report says of their township without them. Usage: test_villages.py PROGRAM SOURCE"""
import csv
import io
import json
import pathlib
import re
import sqlite3
import subprocess
import sys
import tempfile
import unittest
import warnings

warnings.filterwarnings("ignore")
import pyproj  # noqa: E402
import shapely.geometry as geometry  # noqa: E402

PROGRAM, SOURCE = sys.argv.pop(1), pathlib.Path(sys.argv.pop(1))
sys.path.insert(0, str(SOURCE / "tests" / "http"))
import fixture  # noqa: E402

WEST, MIDDLE, EAST, SOUTH, NORTH = 111.60, 111.715, 111.90, 40.70, 40.90
ELLIPSOID = pyproj.Geod(ellps="GRS80")


def polygon(points, **properties):
    return {"type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": [points + points[:1]]}}


def box(west, south, east, north):
    return [[west, south], [east, south], [east, north], [west, north]]


def area_m2(shape):
    """Edges straight in longitude and latitude: cut so finely that their geodesics are the same."""
    points = list(shape.exterior.coords)
    fine = [(x0 + (x1 - x0) * k / 300, y0 + (y1 - y0) * k / 300) for (x0, y0), (x1, y1) in zip(points, points[1:]) for k in range(300)]
    return abs(ELLIPSOID.geometry_area_perimeter(geometry.Polygon(fine))[0])


VILLAGES = []  # three in each township, one above the other; the borders between them run up and down
for t in (1, 2):
    west, east = (WEST, MIDDLE) if t == 1 else (MIDDLE, EAST)
    marks = [40.8034, 40.8061]
    lines = [[[west + k * (east - west) / 40, y + (0.0007 if k % 2 else -0.0004)] for k in range(41)] for y in marks]
    rings = [[[west, SOUTH], [east, SOUTH], *reversed(lines[0])], [*lines[0], *reversed(lines[1])], [*lines[1], [east, NORTH], [west, NORTH]]]
    VILLAGES += [polygon(ring, ZLDWDM=f"15010200{t}{i + 1:03d}0000000", ZLDWMC=f"{'甲乙'[t - 1]}{'东中西'[i]}嘎查") for i, ring in enumerate(rings)]
TOWNSHIPS = [polygon(box(WEST, SOUTH, MIDDLE, NORTH), XZQDM="150102001", XZQMC="甲苏木"),
             polygon(box(MIDDLE, SOUTH, EAST, NORTH), XZQDM="150102002", XZQMC="乙镇")]
COUNTIES = [polygon(box(WEST, SOUTH, EAST, NORTH), XZQDM="150102", XZQMC="新城区"),
            polygon(box(EAST, SOUTH, 112.2, NORTH), XZQDM="150103", XZQMC="回民区")]
PREFECTURES = [polygon(box(110.5, 40.0, 112.5, 41.5), XZQDM="150100", XZQMC="呼和浩特市")]
# across both townships and their villages, over the red line's two zones; and in a county without villages
PARCELS = fixture.collection(
    fixture.feature((111.7031, 40.8007, 111.7307, 40.8088), 地块编号="跨村"),
    fixture.feature((111.6210, 40.7510, 111.6250, 40.7540), 地块编号="一村"),
    fixture.feature((111.9005, 40.8020, 111.9055, 40.8050), 地块编号="邻县"))
TABLE = "按行政区分列（界线仅供参考）"


def undo_migrations(db, number):
    """What the migrations behind that number made is taken away, and what they took away made again."""
    files = sorted((SOURCE / "schema").glob("[0-9]*.sql"))
    later = "".join(f.read_text(encoding="utf-8") for f in files if int(f.name[:3]) > number)
    before = "".join(f.read_text(encoding="utf-8") for f in files if int(f.name[:3]) <= number)
    for kind, name in reversed(re.findall(r"^CREATE (TABLE|VIEW|TRIGGER|INDEX) (\w+)", later, re.M)):
        db.execute(f"DROP {kind} IF EXISTS {name}")
    for table, column in re.findall(r"^ALTER TABLE (\w+) ADD COLUMN (\w+)", later, re.M):
        db.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
    for name in re.findall(r"^DROP TRIGGER (\w+)", later, re.M):
        db.execute(re.search(rf"^CREATE TRIGGER {name} .*?\bEND;$", before, re.M | re.S).group(0))
    for name in re.findall(r"^DROP VIEW (\w+)", later, re.M):
        if was := re.search(rf"^CREATE VIEW {name} .*?;$", before, re.M | re.S):
            db.execute(was.group(0))
    db.execute(f"PRAGMA user_version = {number}")


class Villages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.dir = pathlib.Path(cls.folder.name)
        cls.without, cls.deep = cls.make("without", False), cls.make("deep", True)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    @classmethod
    def run_in(cls, *arguments, code=0):
        done = subprocess.run([PROGRAM, *map(str, arguments)], cwd=cls.dir, capture_output=True)
        assert done.returncode == code, (arguments, done.stderr.decode(), done.stdout.decode()[:2000])
        return done.stdout.decode("utf-8-sig")

    @classmethod
    def make(cls, name, villages):
        folder = cls.dir / name
        store = fixture.make_store(PROGRAM, folder)
        layers = [("prefectures", PREFECTURES), ("admin_counties", COUNTIES), ("townships", TOWNSHIPS)]
        for layer, features in layers + [("villages", VILLAGES)] * villages:
            path = fixture.write_json(cls.dir / f"{layer}.geojson", fixture.collection(*features))
            cls.run_in("import", path, "--store", store, "--layer", layer, "--document", "示例数据", "--confirm-place")
        # a zone line that falls across the borders
        red = fixture.collection(fixture.feature((111.705, 40.801, 111.722, 40.807), BSM="R-1", MC="一", GKFQ="核心保护区外"),
                                 fixture.feature((111.722, 40.801, 111.7302, 40.8077), BSM="R-2", MC="二", GKFQ="自然保护地核心保护区"),
                                 fixture.feature((111.8990, 40.801, 111.9020, 40.804), BSM="R-3", MC="三", GKFQ="核心保护区外"))
        path, cover = fixture.write_json(cls.dir / "red.geojson", red), fixture.write_json(
            cls.dir / "cover.geojson", fixture.collection(fixture.feature(fixture.COVERAGE, BSM="C")))
        cls.run_in("import", path, "--store", store, "--layer", "ecological_red_line", "--coverage", cover, "--document", "示例数据")
        return store

    def check(self, store, form="json", *arguments, what=PARCELS):
        path = fixture.write_json(self.dir / "parcels.geojson", what)
        return self.run_in("check", path, "--store", store, "--format", form, *arguments)

    def units(self, store, parcel=0):
        return json.loads(self.check(store))["parcels"][parcel]["units"]

    def by_unit(self, store, what=PARCELS):
        """(layer, zone, code) -> (name, cents), of the CSV."""
        rows, out = list(csv.reader(io.StringIO(self.check(store, "csv", what=what)))), {}
        at = next(i for i, r in enumerate(rows) if r and r[0] == TABLE)
        for r in rows[at + 2:]:
            if len(r) != 5:
                break
            out[r[0], r[1], r[2].strip()] = (r[3], round(float(r[4]) * 100))
        return out

    def test_the_place_of_a_parcel_names_its_villages(self):
        found = [(u["layer"], u["name"]) for u in self.units(self.deep)]
        self.assertEqual(["prefectures", "admin_counties", "townships", "villages"], sorted({k for k, _ in found}, key=[k for k, _ in found].index))
        self.assertEqual({"甲东嘎查", "甲中嘎查", "甲西嘎查", "乙东嘎查", "乙中嘎查", "乙西嘎查"}, {n for k, n in found if k == "villages"})
        self.assertNotIn("villages", [u["layer"] for u in self.units(self.without)])
        said = self.check(self.deep, "text")
        self.assertIn("所在 呼和浩特市、新城区、甲苏木、甲东嘎查", said)
        for form in ("csv", "html"):
            self.assertIn("呼和浩特市新城区甲苏木甲东嘎查", self.check(self.deep, form), form)

    def test_the_areas_of_the_villages_are_those_of_their_township_and_of_a_second_opinion(self):
        for parcel in range(2):
            units = self.units(self.deep, parcel)
            for township in (u for u in units if u["layer"] == "townships"):
                own = [u["area_m2"] for u in units if u["layer"] == "villages" and u["code"].startswith(township["code"])]
                self.assertAlmostEqual(township["area_m2"], sum(own), delta=0.01)
        shape = geometry.shape(PARCELS["features"][0]["geometry"])
        second = {v["properties"]["ZLDWDM"]: area_m2(shape.intersection(geometry.shape(v["geometry"]))) for v in VILLAGES}
        for u in self.units(self.deep):
            if u["layer"] == "villages":
                self.assertAlmostEqual(second[u["code"]], u["area_m2"], delta=0.01 + 1e-7 * u["area_m2"])

    def test_the_table_by_unit_goes_down_to_villages_and_adds_up_to_that_of_townships(self):
        deep, flat = self.by_unit(self.deep), self.by_unit(self.without)
        self.assertTrue(all(len(code) == 9 or code == "150103" for _, _, code in flat), flat)
        above = {}
        for (layer, zone, code), (name, cents) in deep.items():
            self.assertTrue(code == "150103" or (len(code) == 19 and name.endswith("嘎查")), (code, name))
            key = layer, zone, code if code == "150103" else code[:9]
            above[key] = above.get(key, 0) + cents
        self.assertEqual(set(flat), set(above))
        self.assertGreater(len(deep), len(flat) + 4)
        for key, (_, cents) in flat.items():
            self.assertLessEqual(abs(cents - above[key]), 1, key)   # 0.01 m2
        own = {l["title_zh"]: sum(round(p["layers"][i]["area_m2"] * 100) for p in json.loads(self.check(self.deep))["parcels"])
               for i, l in enumerate(json.loads(self.check(self.deep))["parcels"][0]["layers"])}
        for title in {k[0] for k in deep}:
            self.assertLessEqual(abs(own[title] - sum(c for k, (_, c) in deep.items() if k[0] == title)), 3, title)

    def test_where_no_villages_are_loaded_the_next_larger_units_stand(self):
        alone = fixture.collection(PARCELS["features"][2])
        self.assertEqual({"150103"}, {code for _, _, code in self.by_unit(self.deep, alone)})

    def test_a_report_with_villages_verifies(self):
        (self.dir / "r.json").write_text(self.check(self.deep), encoding="utf-8")
        report = json.loads((self.dir / "r.json").read_text(encoding="utf-8"))
        self.assertIn("villages", [l["layer"] for l in report["layers_used"]])
        self.run_in("verify", "r.json", "--input", "parcels.geojson", "--store", self.deep)

    def test_villages_make_no_unit_of_the_list_and_no_countys_boundary(self):
        def listed(store):
            with sqlite3.connect(store) as db:
                found = db.execute("SELECT code, name, level, hex(geometry) FROM admin_unit ORDER BY code").fetchall()
            db.close()
            return found
        self.assertEqual(listed(self.without), listed(self.deep))
        # also when they carry their county's or their township's code beside a number of their own
        store = self.make("coded", False)
        before = listed(store)
        named = [polygon(v["geometry"]["coordinates"][0][:-1], BSM=f"90000000000000000{i}", XZQDM=code, XZQMC=f"村{i}")
                 for i, (v, code) in enumerate(zip(VILLAGES, ("150102", "150102001", "150102009")))]
        path = fixture.write_json(self.dir / "coded.geojson", fixture.collection(*named))
        self.run_in("import", path, "--store", store, "--layer", "villages", "--id-field", "BSM", "--confirm-place")
        self.assertEqual(before, listed(store))

    def test_a_rule_of_a_county_answers_alone_in_it(self):
        """Prefectures are loaded, too: the parcel's prefecture is no part of it of which the rule does not speak."""
        rows = (SOURCE / "schema/rules.csv").read_text(encoding="utf-8-sig").splitlines()
        head, line = rows[0].split(","), next(r for r in rows if r.startswith("ERL-GEN,"))
        own = next(csv.reader([line]))
        own[head.index("rule_id")], own[head.index("unit")], own[head.index("severity")] = "ERL-LOCAL", "150102", "3"
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerow(own)
        (self.dir / "local.csv").write_text("\n".join([*rows, out.getvalue()]), encoding="utf-8")
        store = self.make("local", True)
        self.run_in("rules", "load", "local.csv", "--store", store)
        of = [sorted({r["id"] for r in p["layers"][0]["rules"] if r["id"] in ("ERL-GEN", "ERL-LOCAL")})
              for p in json.loads(self.check(store))["parcels"]]
        self.assertEqual([["ERL-LOCAL"], [], ["ERL-GEN"]], of)

    def test_a_store_of_before_gets_the_levels(self):
        store = self.make("old", False)
        with sqlite3.connect(store) as db:
            for layer in ("prefectures", "admin_counties", "townships"):
                text = db.execute("SELECT json FROM layer_definition WHERE layer_id = ? AND current", (layer,)).fetchone()[0]
                old = {k: v for k, v in json.loads(text).items() if k != "unit"}
                db.execute("UPDATE layer_definition SET current = 0 WHERE layer_id = ? AND current", (layer,))
                db.execute("INSERT INTO layer_definition (layer_id, sha256, json, source, loaded_at, current) VALUES (?, ?, ?, ?, '', 1)",
                           (layer, f"{layer:0<64}", json.dumps(old), f"layers/{layer}.json"))
            undo_migrations(db, 50)
        db.close()
        path = fixture.write_json(self.dir / "v.geojson", fixture.collection(*VILLAGES))
        self.run_in("import", path, "--store", store, "--layer", "villages", "--confirm-place")
        self.assertEqual(self.units(self.deep), self.units(store))


if __name__ == "__main__":
    unittest.main()
