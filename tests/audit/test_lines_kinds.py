"""Each kind of finding of a lines audit by itself: drawn so that its area is known, and beside it the case that looks alike
and is none."""
import csv
import json
import math
import pathlib
import subprocess
import sys
import tempfile
import unittest

import audit_fixture as f

RED, FARM, CITY = "ecological_red_line", "permanent_basic_farmland", "urban_development_boundary"
X, Y = 111.7, 40.8
M_EAST, M_NORTH = 84350.0, 111047.0  # metres in a degree there, to 0.1 %


def at(x_m, y_m):
    return [X + x_m / M_EAST, Y + y_m / M_NORTH]


def polygon(*rings):
    """Rings of points in metres."""
    return [[at(*p) for p in (*r, r[0])] for r in rings]


def box(w, s, e, n):
    return [(w, s), (e, s), (e, n), (w, n)]


def feature(code, *rings, **properties):
    return {"type": "Feature", "properties": {"BSM": code, **properties},
            "geometry": {"type": "Polygon", "coordinates": polygon(*rings)}}


class Kinds(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.addCleanup(self.temporary.cleanup)
        self.dir = pathlib.Path(self.temporary.name)
        self.store = f.fixture.empty_store(f.PROGRAM, self.dir / "s.sqlite")

    def put(self, layer, *features, more=(), kind="line"):
        source = f.write_json(self.dir / f"{layer}.geojson", f.fixture.collection(*features))
        r = subprocess.run([f.fixture.store_maker(f.PROGRAM), "import", "--store", self.store, source, "--layer", layer, "--kind", kind,
                            "--confirm-layer", *more], capture_output=True, text=True)
        self.assertEqual(0, r.returncode, r.stderr)

    def lines(self, *more, code=0):
        out = self.dir / "out.csv"
        r = f.audit("lines", "--store", self.store, "-o", out, *more, code=code)
        if code:
            return r.stderr
        with open(out, encoding="utf-8-sig") as text:
            return list(csv.DictReader(text))

    # ---- sub-zones of the boundary ----

    def zone(self, code, *rings, zone="城镇集中建设区", **more):
        return feature(code, *rings, GHFQMC=zone, **more)

    def test_slit_between_sub_zones(self):
        """A slit that is open at both ends, 0.4 m by 300 m."""
        self.put(CITY, self.zone("A", box(0, 0, 200, 300)), self.zone("B", box(200.4, 0, 400, 300), zone="特别用途区"))
        found = self.lines()
        self.assertEqual(["sub-zone-gap"], [x["kind"] for x in found])
        self.assertAlmostEqual(120, float(found[0]["area_m2"]), delta=1)
        self.assertAlmostEqual(0.4, float(found[0]["width_m"]), delta=0.01)
        self.assertEqual({"A", "B"}, {found[0]["code_a"], found[0]["code_b"]})

    def test_what_is_no_gap(self):
        """Borders that match, a road of 20 m, a corner, a hole that was drawn, a sliver of rounding."""
        self.put(CITY, self.zone("A", box(0, 0, 200, 300), box(50, 50, 100, 100)), self.zone("B", box(200, 0, 400, 300)),
                 self.zone("C", box(420, 0, 600, 300)), self.zone("D", [(600, 0), (800, 0), (800, 300), (650, 300)]),
                 self.zone("E", box(0, 300.002, 200, 500)))
        self.assertEqual([], self.lines())

    def test_void_that_sub_zones_enclose(self):
        """20 m by 100 m, between two; the same under farmland is an enclave."""
        halves = [[(0, 0), (200, 0), (200, 100), (180, 100), (180, 200), (200, 200), (200, 300), (0, 300)], box(200, 0, 400, 300)]
        self.put(CITY, self.zone("A", halves[0]), self.zone("B", halves[1]))
        found = self.lines()
        self.assertEqual(["sub-zone-gap"], [x["kind"] for x in found])
        self.assertAlmostEqual(2000, float(found[0]["area_m2"]), delta=5)
        self.put(FARM, feature("F", box(180, 100, 200, 200)))
        self.assertEqual([], self.lines())

    def test_boundary_as_a_whole_and_its_sub_zones(self):
        self.put(CITY, self.zone("whole", box(0, 0, 400, 300), zone=""), self.zone("A", box(0, 0, 200, 300)),
                 self.zone("B", box(200, 0, 400, 300), zone="特别用途区"))
        self.assertEqual([], self.lines())
        self.put(CITY, self.zone("whole", box(0, 0, 400, 300), zone=""), self.zone("A", box(0, 0, 200, 300)),
                 self.zone("B", box(200, 0, 450, 280), zone="特别用途区"))
        found = {x["kind"]: x for x in self.lines()}
        self.assertEqual({"sub-zone-gap", "sub-zone-outside"}, set(found))
        self.assertAlmostEqual(50 * 280, float(found["sub-zone-outside"]["area_m2"]), delta=30)
        self.assertEqual("B", found["sub-zone-outside"]["code_a"])
        self.assertAlmostEqual(200 * 20, float(found["sub-zone-gap"]["area_m2"]), delta=10)
        self.put(CITY, self.zone("whole", box(0, 0, 400, 300), zone=""), self.zone("A", box(0, 0, 220, 300)),
                 self.zone("B", box(200, 0, 400, 300), zone="特别用途区"))
        found = self.lines()
        self.assertEqual([("sub-zones-cross", {"A", "B"})], [(x["kind"], {x["code_a"], x["code_b"]}) for x in found])
        self.assertAlmostEqual(20 * 300, float(found[0]["area_m2"]), delta=15)

    def test_a_sub_zone_whose_name_is_missing(self):
        """It is no boundary as a whole: it overlaps like any other feature, and nothing lies outside of it."""
        self.put(CITY, self.zone("A", box(0, 0, 200, 300)), self.zone("B", box(190, 0, 400, 300), zone=""),
                 self.zone("C", box(400, 0, 600, 300), zone="特别用途区"))
        found = self.lines()
        self.assertEqual([("sub-zones-cross", {"A", "B"})], [(x["kind"], {x["code_a"], x["code_b"]}) for x in found])
        self.assertAlmostEqual(10 * 300, float(found[0]["area_m2"]), delta=10)

    # ---- where things should lie ----

    def test_county(self):
        self.put("admin_counties", feature("150102", box(0, 0, 1000, 1000), XZQDM="150102", XZQMC="新城区"),
                 feature("150103", box(1000, 0, 2000, 1000), XZQDM="150103", XZQMC="回民区"), kind="admin",
                 more=("--id-field", "XZQDM"))
        self.put(FARM, feature("in", box(100, 100, 200, 200), XZQDM="150102"),
                 feature("across", box(950, 300, 1050, 400), XZQDM="150102"),
                 feature("border", box(900, 500, 1000.005, 600), XZQDM="150102"),
                 feature("elsewhere", box(1500, 100, 1600, 200), XZQDM="150102999"),
                 feature("unknown", box(1500, 300, 1600, 400), XZQDM="159999"))
        found = {x["code_a"]: x for x in self.lines() if x["kind"] == "outside-county"}
        self.assertEqual({"across", "elsewhere"}, set(found))
        self.assertAlmostEqual(5000, float(found["across"]["area_m2"]), delta=10)
        self.assertAlmostEqual(10000, float(found["elsewhere"]["area_m2"]), delta=20)

    def test_line_within_its_own_space(self):
        self.put(RED, feature("R", box(0, 0, 100, 100)))
        self.put("ecological_space", feature("S", box(-100, -100, 60, 200)), kind="zone")
        self.assertEqual([], self.lines())
        found = self.lines("--within-spaces")
        self.assertEqual([("outside-own-space", "R")], [(x["kind"], x["code_a"]) for x in found])
        self.assertAlmostEqual(4000, float(found[0]["area_m2"]), delta=10)

    # ---- what the import says ----

    def test_refused_and_repaired_features(self):
        bow = feature("bow", [(0, 0), (100, 100), (100, 0), (0, 100)])
        spike = feature("spike", [(200, 0), (300, 0), (300, 100), (200, 100), (200, 50), (190, 50), (200, 50)])
        bare = {"type": "Feature", "properties": {"BSM": "bare"}, "geometry": None}
        self.put(FARM, feature("good", box(500, 0, 600, 100)), bow, spike, bare, more=("--allow-refused",))
        found = self.lines()
        self.assertEqual(1, sum(x["kind"] == "incomplete-layer" and x["severity"] == "4" for x in found))
        refused = {x["code_a"] for x in found if x["kind"] == "invalid-geometry" and x["severity"] == "3"}
        repaired = {x["code_a"] for x in found if x["kind"] == "invalid-geometry" and x["severity"] == "1"}
        self.assertIn("bare", refused)
        self.assertEqual({"bow", "bare"}, refused | repaired)  # a spike without width has one meaning: it is dissolved

    # ---- official totals ----

    def test_official_totals(self):
        self.put(FARM, feature("1", box(0, 0, 1000, 1000), XZQDM="150102"), feature("2", box(2000, 0, 3000, 1000), XZQDM="150103"),
                 feature("3", box(4000, 0, 5000, 1000), XZQDM="150207"), feature("4", box(6000, 0, 7000, 1000), XZQDM="1502"))
        self.put(RED, feature("5", box(0, 2000, 1000, 3000), XZQDM="150102"))
        figures = self.dir / "figures.json"
        f.audit("figures", "--store", self.store, "-o", figures)
        each = {x["layer"]: x["area_m2"] for x in json.loads(figures.read_text())["layers"]}
        one = each[FARM] / 4
        official = self.dir / "official.csv"

        def totals(unit, *rows):
            official.write_text(f"code,name,layer,{unit}\n" + "".join(",".join(map(str, r)) + "\n" for r in rows), encoding="utf-8")
            return [(x["layer_a"], x["code_a"], float(x["area_m2"])) for x in self.lines("--official", official)
                    if x["kind"] == "official-total"]

        self.assertEqual([], totals("area_ha", ("150102", "新城区", FARM, f"{one / 1e4:.4f}"),
                                    ("150102000000", "", "STBHHX", f"{each[RED] / 1e4:.4f}"),
                                    ("1501", "呼和浩特市", "YJJBNTBHTB", f"{2 * one / 1e4:.3f}"),
                                    ("150200", "包头市", FARM, f"{2 * one / 1e4:.3f}"), ("150000", "全区", FARM, f"{4 * one / 1e4:.3f}")))
        self.assertEqual([], totals("area_km2", ("150102", "", FARM, "1.0")))  # rounded to 0.1 km2
        found = totals("area_km2", ("150102", "", FARM, "1.2"), ("150207", "", FARM, "0.9000"))
        self.assertEqual([(FARM, "150102"), (FARM, "150207")], sorted(x[:2] for x in found))
        for x in found:
            self.assertAlmostEqual(abs(one - (1.2e6 if x[1] == "150102" else 0.9e6)), x[2], delta=1)
        self.assertEqual([], totals("area_wanmu", ("15", "", FARM, f"{4 * one * 3 / 2e7:.6f}")))
        self.assertEqual(1, len(totals("area_mu", ("15", "", FARM, f"{4 * one * 3 / 2000 + 20:.2f}"))))
        official.write_text(json.dumps([{"code": "150102", "layer": FARM, "area_m2": round(one, 2)},
                                        {"code": "150103", "name": "回民区", "layer": "CZKFBJ", "area_m2": 5}]))
        self.assertIn("none of the audited layers", self.lines("--official", official, code=1))
        official.write_text(json.dumps([{"code": "150102", "layer": FARM, "area_m2": round(one, 2)},
                                        {"code": "150103", "name": "回民区", "layer": FARM, "area_m2": 5}]))
        self.assertEqual(["150103"], [x["code_a"] for x in self.lines("--official", official) if x["kind"] == "official-total"])
        for text in ("code,layer\n1,2\n", "code,layer,area_ha,area_mu\n15,x,1,1\n", "[1]", "{",
                     f"code,layer,area_ha\n15,{FARM},1e3\n", f"code,layer,area_ha\n15,{FARM},1\n15,{FARM},1\n",
                     f"code,layer,area_ha\nabc,{FARM},1\n", f"code,layer,area_ha\n15,{FARM},-1\n"):
            official.write_text(text)
            self.assertIn("fficial totals", self.lines("--official", official, code=1), text)
        self.assertIn("", self.lines("--official", self.dir / "none.csv", code=1))

    def test_metres(self):
        """The test's own metres agree with the program's, or the figures above mean nothing."""
        self.put(FARM, feature("1", box(0, 0, 1000, 1000)))
        out = self.dir / "f.json"
        f.audit("figures", "--store", self.store, "-o", out)
        self.assertTrue(math.isclose(1e6, json.loads(out.read_text())["layers"][0]["area_m2"], rel_tol=2e-3))


if __name__ == "__main__":
    unittest.main(argv=["test_lines_kinds", *sys.argv[3:]], verbosity=2)
