"""How layers lie to each other, as their definitions say: apart, nested, tiled, and shares; with gaps, protrusions and overlaps
that are known, with shapely as a second opinion, and with layers that are added at run time. What was not examined is told."""
import csv
import json
import math
import pathlib
import random
import subprocess
import sys
import tempfile
import unittest

import audit_fixture as f

try:
    from pyproj import Geod
    from shapely.geometry import Polygon, shape
    from shapely.ops import unary_union
except ImportError:
    Geod = None

RED, FARM, CITY, RESERVE = ("ecological_red_line", "permanent_basic_farmland", "urban_development_boundary", "strategic_reserve")
SPACES = ("ecological_space", "agricultural_space", "urban_space")
X, Y = 111.7, 40.8
M_EAST, M_NORTH = 84350.0, 111047.0  # metres in a degree there, to 0.1 %


def box(w, s, e, n):
    """A closed ring, in metres about X, Y."""
    return [[X + x / M_EAST, Y + y / M_NORTH] for x, y in ((w, s), (e, s), (e, n), (w, n), (w, s))]


def feature(code, ring, **properties):
    return {"type": "Feature", "properties": {"BSM": code, **properties}, "geometry": {"type": "Polygon", "coordinates": [ring]}}


def definition(layer, order, title, **more):
    return {"layer": layer, "standard": layer.upper(), "title_zh": title, "title_en": layer, "kind": "line", "order": order,
            "fields": {"id": ["BSM"], "county": ["XZQDM"]},
            "control": {"relation": "exclude", "symbol": {"fill": "#80b1d3", "edge": f"#1f78{order % 100:02d}"},
                        "rules": [{"rule_id": layer.upper(), "sub_zone": "*", "relation": "overlap", "project_class": "*",
                                   "verdict": "notice", "severity": 1, "title_zh": title, "title_en": layer, "needs_zh": "-",
                                   "legal_basis": "-", "conf": "design", "source": "-"}]}, **more}


class Office(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.addCleanup(self.temporary.cleanup)
        self.dir = pathlib.Path(self.temporary.name)
        self.store = f.fixture.empty_store(f.PROGRAM, self.dir / "s.sqlite")

    def run_in(self, *arguments, code=0, program=f.PROGRAM):
        r = subprocess.run([program, *map(str, arguments), "--store", str(self.store)], capture_output=True, text=True)
        self.assertEqual(code, r.returncode, r.stdout + r.stderr)
        return r

    def add(self, *definitions, code=0):
        paths = [f.write_json(self.dir / f"{d['layer']}.json", d) for d in definitions]
        return self.run_in("layer", "add", *paths, code=code)

    def put(self, layer, *features, kind="line", more=()):
        source = f.write_json(self.dir / f"{layer}.geojson", f.fixture.collection(*features))
        self.run_in("import", source, "--layer", layer, "--kind", kind, "--confirm-layer", *more, program=f.fixture.store_maker(f.PROGRAM))

    def lines(self, *more):
        """Findings, and the rows of the matrix."""
        out = self.dir / "out.csv"
        f.audit("lines", "--store", self.store, "-o", out, *more)
        self.found, self.rows = self.table(out), self.table(f"{out}.relations.csv")
        return self.found

    @staticmethod
    def table(path):
        with open(path, encoding="utf-8-sig", newline="") as text:
            return [{k: v.lstrip("\t") for k, v in row.items()} for row in csv.DictReader(text)]

    def row(self, relation, a, b, unit=""):
        rows = [r for r in self.rows if r["relation"] == relation and r["unit"] == unit
                and (r["layer_a"], r["layer_b"]) in ((a, b), (b, a))]
        self.assertEqual(1, len(rows), (relation, a, b, unit, self.rows))
        return rows[0]


class Matrix(Office):
    def test_what_is_not_loaded_is_not_examined_in_every_form(self):
        """A pair of which one layer holds no data is never told as a pair without a conflict."""
        self.put(FARM, feature("F", box(0, 0, 100, 100)))
        outputs = [self.dir / f"o.{e}" for e in ("csv", "gpkg", "xlsx", "html", "json", "geojsonl", "fgb")]
        said = f.audit("lines", "--store", self.store, *(w for o in outputs for w in ("-o", o))).stdout
        self.assertRegex(said, rf"未审查 not examined\tapart\t{RED} × {FARM}\t[^\n]*生态保护红线")
        for ending in ("csv", "geojsonl", "fgb"):
            self.rows = self.table(self.dir / f"o.{ending}.relations.csv")
            row = self.row("apart", RED, FARM)
            self.assertEqual(("0", "", ""), (row["examined"], row["n_findings"], row["area_m2"]))
            self.assertIn("生态保护红线", row["note_zh"])
            self.assertIn("holds no data", row["note_en"])
        rows = f.rows(self.dir / "o.gpkg", "SELECT * FROM relations")
        self.assertEqual(len(self.rows), len(rows))
        self.assertEqual([(0, None)], [(r["examined"], r["n_findings"]) for r in rows if r["relation"] == "apart"
                                       and {r["layer_a"], r["layer_b"]} == {RED, FARM}])
        sheets = subprocess.run(["ogrinfo", "-ro", "-al", str(self.dir / "o.xlsx"), "relations"], capture_output=True, text=True).stdout
        self.assertIn("生态保护红线”的数据，未审查", sheets)
        told = json.loads((self.dir / "o.json").read_text(encoding="utf-8"))
        self.assertEqual(sum(r["examined"] == "0" for r in self.rows), told["n_not_examined"])
        pair = [r for r in told["relations"] if r["relation"] == "apart" and {r["layer_a"], r["layer_b"]} == {RED, FARM}]
        self.assertEqual([(False, None)], [(r["examined"], r.get("n_findings")) for r in pair])
        page = (self.dir / "o.html").read_text(encoding="utf-8")
        self.assertIn("没有“生态保护红线”的数据，未审查", page)
        self.assertIn("未审查不等于没有问题", page)
        # and once it is there, the row has its figure
        self.put(RED, feature("R", box(50, 0, 150, 100)))
        self.lines()
        row = self.row("apart", RED, FARM)
        self.assertEqual(("1", "1"), (row["examined"], row["n_findings"]))
        self.assertAlmostEqual(5000, float(row["area_m2"]), delta=10)
        # neither says where it has data, so that the row is not one of the whole region
        self.assertIn("没有写明数据范围，数据之外未审查", row["note_zh"])

    @f.whole_under_sanitizers
    def test_one_layer_alone_says_what_it_left_out(self):
        self.put(FARM, feature("F", box(0, 0, 100, 100)))
        self.put(RED, feature("R", box(50, 0, 150, 100)))
        self.lines("--layer", FARM)
        self.assertEqual("0", self.row("apart", RED, FARM)["examined"])
        self.assertIn("--layer", self.row("apart", RED, FARM)["note_zh"])

    def test_a_layer_added_at_run_time_takes_part(self):
        """Apart from one, inside another, a share of a third: by its definition alone."""
        self.add(definition("quiet_zone", 45, "静默区", nests_in=[{"layer": CITY}], share_of=CITY))
        one = definition("loud_zone", 46, "喧闹区")
        one["control"]["apart_from"] = ["quiet_zone"]
        self.add(one)
        self.put(CITY, feature("C", box(0, 0, 1000, 1000), GHFQMC="城镇集中建设区", XZQDM="150102"))
        self.put("quiet_zone", feature("in", box(100, 100, 300, 300), XZQDM="150102"),
                 feature("across", box(900, 500, 1050, 600), XZQDM="150102"))
        self.put("loud_zone", feature("L", box(200, 200, 400, 400)))
        found = {x["kind"]: x for x in self.lines()}
        self.assertEqual({"lines-cross", "not-nested"}, set(found))
        self.assertAlmostEqual(100 * 100, float(found["lines-cross"]["area_m2"]), delta=20)
        nest = found["not-nested"]
        self.assertEqual(("quiet_zone", "across", CITY), (nest["layer_a"], nest["code_a"], nest["layer_b"]))
        self.assertAlmostEqual(50 * 100, float(nest["area_m2"]), delta=10)
        self.assertIn("城镇开发边界", nest["note_zh"])
        self.assertAlmostEqual(X + 1025 / M_EAST, float(nest["lon"]), delta=25 / M_EAST)
        share = self.row("share", "quiet_zone", CITY)
        self.assertAlmostEqual((40000 + 10000) / 1e6, float(share["share"]), delta=1e-4)
        self.assertAlmostEqual(5000, float(share["outside_m2"]), delta=10)

    def test_inside_two_that_overlap_each_other(self):
        """Half of it is outside; that what lies inside is drawn twice must not make up for it."""
        self.add(definition("quiet_zone", 45, "静默区", nests_in=[{"layer": FARM}]))
        self.put(FARM, feature("1", box(0, 0, 100, 100)), feature("2", box(0, 0, 100, 100.5)))
        self.put("quiet_zone", feature("half", box(50, 0, 150, 100)), feature("whole", box(10, 10, 90, 90)))
        nested = [x for x in self.lines() if x["kind"] == "not-nested"]
        self.assertEqual(["half"], [x["code_a"] for x in nested])
        self.assertAlmostEqual(5000, float(nested[0]["area_m2"]), delta=10)

    @f.whole_under_sanitizers
    def test_an_own_space_is_asked_for(self):
        self.put(FARM, feature("F", box(0, 0, 100, 100)))
        self.put("agricultural_space", feature("S", box(-10, -10, 60, 200)), kind="zone")
        self.assertEqual([], [x for x in self.lines() if "space" in x["kind"]])
        row = self.row("nest", FARM, "agricultural_space")
        self.assertEqual("0", row["examined"])
        self.assertIn("--within-spaces", row["note_zh"])
        self.lines("--within-spaces")
        row = self.row("nest", FARM, "agricultural_space")
        self.assertEqual(("1", "1"), (row["examined"], row["n_findings"]))
        self.assertAlmostEqual(4000, float(row["area_m2"]), delta=10)

    # ---- tiling ----

    def spaces(self, *rings):
        for i, (layer, ring) in enumerate(zip(SPACES, rings)):
            self.put(layer, feature(f"S{i}", ring), kind="zone")

    def test_spaces_that_tile_and_that_do_not(self):
        self.put("region", feature("150000", box(0, 0, 900, 300), XZQDM="150000"), kind="admin")
        self.spaces(box(0, 0, 300, 300), box(300, 0, 600, 300))
        self.assertEqual([], self.lines())
        tiling = self.row("tile", ",".join(SPACES), "region")
        self.assertEqual("0", tiling["examined"])  # two of three are no tiling
        self.assertIn("城镇空间", tiling["note_zh"])
        self.put("urban_space", feature("S2", box(600, 0, 900, 300)), kind="zone")
        self.assertEqual([], self.lines())
        tiling = self.row("tile", ",".join(SPACES), "region")
        self.assertEqual(("1", "0"), (tiling["examined"], tiling["n_findings"]))
        self.put("urban_space", feature("S2", box(580, 0, 900, 290)), kind="zone")
        found = {x["kind"]: x for x in self.lines()}
        self.assertEqual({"gap", "spaces-cross"}, set(found))
        self.assertAlmostEqual(300 * 10, float(found["gap"]["area_m2"]), delta=5)
        self.assertAlmostEqual(20 * 290, float(found["spaces-cross"]["area_m2"]), delta=15)
        self.assertEqual({"agricultural_space", "urban_space"}, {found["spaces-cross"]["layer_a"], found["spaces-cross"]["layer_b"]})
        self.assertEqual("1", self.row("tile", "agricultural_space", "urban_space")["n_findings"])
        self.assertEqual("1", self.row("tile", ",".join(SPACES), "region")["n_findings"])

    @f.whole_under_sanitizers
    def test_a_gap_beside_an_overlap_of_the_same_size(self):
        """Sums of areas agree; the gap is there all the same."""
        self.put("region", feature("150000", box(0, 0, 900, 300), XZQDM="150000"), kind="admin")
        self.spaces(box(0, 0, 320, 300), box(300, 0, 580, 300), box(600, 0, 900, 300))
        found = {x["kind"]: x for x in self.lines()}
        self.assertEqual({"gap", "spaces-cross"}, set(found))
        self.assertAlmostEqual(20 * 300, float(found["gap"]["area_m2"]), delta=15)

    @f.whole_under_sanitizers
    def test_what_protrudes_from_the_region(self):
        self.put("region", feature("150000", box(0, 0, 900, 300), XZQDM="150000"), kind="admin")
        self.spaces(box(0, 0, 300, 300), box(300, 0, 600, 300), box(600, 0, 1000, 300))
        found = self.lines()
        self.assertEqual([("outside", "urban_space")], [(x["kind"], x["layer_a"]) for x in found])
        self.assertAlmostEqual(100 * 300, float(found[0]["area_m2"]), delta=60)

    def test_layers_added_at_run_time_tile_another(self):
        """They cover a line, not the region: what is missing of it is a gap with its unit."""
        self.add(definition("left_part", 45, "左片", tiles={"with": ["right_part"], "cover": CITY}, nests_in=[{"layer": CITY}]),
                 definition("right_part", 46, "右片"))
        self.put("admin_counties", feature("150102", box(-2000, -2000, 2000, 2000), XZQDM="150102", XZQMC="新城区"), kind="admin",
                 more=("--id-field", "XZQDM"))
        self.put(CITY, feature("whole", box(0, 0, 400, 300), GHFQMC=""), feature("A", box(0, 0, 200, 300), GHFQMC="城镇集中建设区"),
                 feature("B", box(200, 0, 400, 300), GHFQMC="特别用途区"))
        self.put("left_part", feature("L", box(-50, 0, 200, 300)))
        self.put("right_part", feature("R", box(210, 0, 400, 300)))
        found = {x["kind"]: x for x in self.lines()}
        self.assertEqual({"gap", "not-nested"}, set(found))
        self.assertAlmostEqual(10 * 300, float(found["gap"]["area_m2"]), delta=10)
        self.assertEqual((CITY, "150102"), (found["gap"]["layer_a"], found["gap"]["county"]))
        self.assertAlmostEqual(50 * 300, float(found["not-nested"]["area_m2"]), delta=40)
        self.assertEqual("1", self.row("tile", "left_part,right_part", CITY)["n_findings"])

    @f.whole_under_sanitizers
    def test_zones_of_a_layer_are_a_row_of_their_own(self):
        self.put(FARM, feature("F", box(5000, 0, 5100, 100)))
        self.lines()
        self.assertEqual("0", self.row("zones", CITY, CITY)["examined"])
        self.put(CITY, feature("whole", box(0, 0, 400, 300), GHFQMC=""), feature("A", box(0, 0, 200, 300), GHFQMC="城镇集中建设区"),
                 feature("B", box(200, 0, 450, 280), GHFQMC="特别用途区"))
        kinds = sorted(x["kind"] for x in self.lines())
        self.assertEqual(["sub-zone-gap", "sub-zone-outside"], kinds)
        row = self.row("zones", CITY, CITY)
        self.assertEqual(("1", "2"), (row["examined"], row["n_findings"]))
        self.assertAlmostEqual(50 * 280 + 200 * 20, float(row["area_m2"]), delta=40)

    # ---- shares ----

    def test_reserve_land_as_a_share_of_the_boundary(self):
        """As a whole and by unit, in every form of both audits; units add up, and what lies outside is no part of it."""
        self.put(CITY, feature("A", box(0, 0, 1000, 1000), GHFQMC="城镇集中建设区", XZQDM="150102"),
                 feature("B", box(1000, 0, 3000, 1000), GHFQMC="城镇集中建设区", XZQDM="150103"),
                 feature("C", box(5000, 0, 6000, 1000), GHFQMC="城镇集中建设区", XZQDM="150207"))
        self.lines()
        self.assertEqual("0", self.row("share", RESERVE, CITY)["examined"])
        self.assertEqual("", self.row("share", RESERVE, CITY)["share"])
        self.put(RESERVE, feature("1", box(0, 0, 100, 1000), XZQDM="150102"), feature("2", box(2000, 0, 2500, 1000), XZQDM="150103"),
                 feature("3", box(2900, 0, 3100, 1000), XZQDM="150103"))
        outputs = [self.dir / f"o.{e}" for e in ("csv", "gpkg", "xlsx", "html", "json")]
        said = f.audit("lines", "--store", self.store, *(w for o in outputs for w in ("-o", o))).stdout
        self.rows = self.table(self.dir / "o.csv.relations.csv")
        want = {"": (0.7, 4.0), "150100": (0.7, 3.0), "150102": (0.1, 1.0), "150103": (0.6, 2.0), "150200": (0, 1.0), "150207": (0, 1.0)}
        self.assertEqual(set(want), {r["unit"] for r in self.rows if r["relation"] == "share"})
        for unit, (part, whole) in want.items():
            row = self.row("share", RESERVE, CITY, unit)
            self.assertAlmostEqual(part * 1e6, float(row["area_m2"]), delta=2e3, msg=unit)
            self.assertAlmostEqual(whole * 1e6, float(row["of_m2"]), delta=8e3, msg=unit)
            self.assertAlmostEqual(part / whole, float(row["share"]), delta=1e-4, msg=unit)
        self.assertAlmostEqual(1e5, float(self.row("share", RESERVE, CITY)["outside_m2"]), delta=300)
        self.assertIn("不在城镇开发边界之内", self.row("share", RESERVE, CITY)["note_zh"])
        self.assertIn("17.50 %", said)
        rows = {r["unit"]: r for r in f.rows(self.dir / "o.gpkg", "SELECT * FROM relations WHERE relation = 'share'")}
        told = {r["unit"]: r for r in json.loads((self.dir / "o.json").read_text())["relations"] if r["relation"] == "share"}
        for unit in want:
            self.assertAlmostEqual(float(self.row("share", RESERVE, CITY, unit)["share"]), rows[unit]["share"], 6)
            self.assertAlmostEqual(rows[unit]["area_m2"], told[unit]["area_m2"], 3)
        sheet = subprocess.run(["ogrinfo", "-ro", "-al", str(self.dir / "o.xlsx"), "relations"], capture_output=True, text=True).stdout
        self.assertRegex(sheet, r"share \(Real\) = 0\.175")
        self.assertIn("17.50 %", (self.dir / "o.html").read_text(encoding="utf-8"))
        # the figures of the plan have the same rows
        for ending in ("csv", "html", "json"):
            f.audit("figures", "--store", self.store, "-o", self.dir / f"f.{ending}")
        figures = {r["unit"]: r for r in json.loads((self.dir / "f.json").read_text())["shares"]}
        self.assertEqual({u: told[u] for u in told}, figures)
        self.assertIn("17.50 %", (self.dir / "f.html").read_text(encoding="utf-8"))
        self.assertTrue([r for r in self.table(self.dir / "f.csv") if r["layer"] == RESERVE and r["share_of"] == CITY and r["unit"] == "150103"])

    @f.whole_under_sanitizers
    def test_a_boundary_that_is_drawn_as_a_whole_counts_once(self):
        self.put(CITY, feature("whole", box(0, 0, 1000, 1000), GHFQMC=""), feature("A", box(0, 0, 500, 1000), GHFQMC="城镇集中建设区"),
                 feature("B", box(500, 0, 1000, 1000), GHFQMC="特别用途区"))
        self.put(RESERVE, feature("1", box(0, 0, 100, 1000)))
        self.lines()
        self.assertAlmostEqual(0.1, float(self.row("share", RESERVE, CITY)["share"]), delta=1e-4)
        self.assertAlmostEqual(1e6, float(self.row("share", RESERVE, CITY)["of_m2"]), delta=2e3)

    # ---- refused ----

    @f.whole_under_sanitizers
    def test_a_row_that_cannot_be_is_refused_with_the_remedy(self):
        before = self.run_in("layer", "history").stdout
        zone = json.loads(self.run_in("layer", "show", "urban_space").stdout)
        quiet = definition("quiet_zone", 45, "静默区")
        apart = json.loads(json.dumps(dict(quiet, nests_in=[{"layer": FARM}])))
        apart["control"]["apart_from"] = [FARM]
        alone = json.loads(json.dumps(quiet))
        alone["control"]["apart_from"] = ["quiet_zone"]
        wrong = {
            "nests_in|nowhere": [dict(quiet, nests_in=[{"layer": "nowhere"}])],
            "tiles.with|nowhere": [dict(quiet, tiles={"with": ["nowhere"], "cover": "region"})],
            "tiles.cover|nowhere": [dict(quiet, tiles={"with": [FARM], "cover": "nowhere"})],
            "share_of|nowhere": [dict(quiet, share_of="nowhere")],
            "share_of|itself": [dict(quiet, share_of="quiet_zone")],
            "control.apart_from|itself": [alone],
            "circle|nests_in": [dict(quiet, nests_in=[{"layer": "loud_zone"}]),
                                dict(definition("loud_zone", 46, "喧闹区"), nests_in=[{"layer": "quiet_zone"}])],
            "circle|share_of": [dict(quiet, share_of="loud_zone"), dict(definition("loud_zone", 46, "喧闹区"), share_of="quiet_zone")],
            "contradicts|apart": [apart],
            "contradicts|tiles": [dict(quiet, tiles={"with": [FARM], "cover": "region"}, nests_in=[{"layer": FARM}])],
            "contradicts|differs": [dict(quiet, tiles={"with": ["urban_space"], "cover": FARM})],
            "tiles.with|missing": [dict(quiet, tiles={"with": [], "cover": "region"})],
            "official_areas|admin": [dict(quiet, official_areas=[{"code": "150100", "km2": 1, "source": "-", "conf": "read"}])],
            "nests_in.inside|not a member": [dict(quiet, nests_in=[{"inside": FARM}])],
            "kind|another kind": [dict(zone, layer=RED, title_zh="红", tiles={"with": ["agricultural_space"], "cover": "region"})],
            "same id or title|静默区": [quiet, dict(zone, layer="third_space", standard="DSKJ", title_zh="静默区")],
        }
        for words, definitions in wrong.items():
            said = self.add(*definitions, code=1).stderr
            for word in words.split("|"):
                self.assertIn(word, said, words)
        self.assertEqual(before, self.run_in("layer", "history").stdout)

    # ---- a second opinion ----

    @unittest.skipIf(Geod is None, "needs shapely and pyproj")
    @f.whole_under_sanitizers
    def test_shapely_finds_the_same(self):
        """Random layers: common areas, what is outside, what is missing, to two millionths and 2 m2: parts below 1 m2 are no findings."""
        rng = random.Random(7)
        self.add(definition("layer_a", 45, "甲", nests_in=[{"layer": "layer_c"}], tiles={"with": ["layer_b"], "cover": "layer_c"}),
                 definition("layer_b", 46, "乙", share_of="layer_c"), definition("layer_c", 47, "丙"))
        d = json.loads(self.run_in("layer", "show", "layer_c").stdout)
        d["control"]["apart_from"] = [FARM]
        self.add(d)
        rings = {}
        for layer, n in (("layer_a", 25), ("layer_b", 25), ("layer_c", 12), (FARM, 25)):
            rings[layer] = [blob(rng) for _ in range(f.runs.small_or_whole(n, 4 * n))]
            self.put(layer, *(feature(f"{layer[-1]}{i}", r) for i, r in enumerate(rings[layer])))
        self.lines()
        geod = Geod(a=6378137.0, rf=298.257222101)

        def area(g):
            return sum(abs(geod.geometry_area_perimeter(p)[0]) for p in getattr(g, "geoms", [g]) if p.geom_type == "Polygon")

        shapes = {k: [Polygon(r) for r in v] for k, v in rings.items()}
        joined = {k: unary_union(v) for k, v in shapes.items()}
        common = sum(area(a.intersection(b)) for a in shapes["layer_c"] for b in shapes[FARM])
        outside = {f"a{i}": area(a.difference(joined["layer_c"])) for i, a in enumerate(shapes["layer_a"])}
        gap = area(joined["layer_c"].difference(joined["layer_a"]).difference(joined["layer_b"]))
        cross = sum(area(a.intersection(b)) for a in shapes["layer_a"] for b in shapes["layer_b"])

        def near(want, got):
            self.assertTrue(math.isclose(want, got, rel_tol=2e-6, abs_tol=2.0), (want, got))

        near(common, float(self.row("apart", "layer_c", FARM)["area_m2"]))
        near(cross, float(self.row("tile", "layer_a", "layer_b")["area_m2"]))
        near(gap, float(self.row("tile", "layer_a,layer_b", "layer_c")["area_m2"]))
        nested = {x["code_a"]: float(x["area_m2"]) for x in self.found if x["kind"] == "not-nested"}
        self.assertEqual({k for k, v in outside.items() if v > 1}, set(nested))
        for code, got in nested.items():
            near(outside[code], got)
        for x in self.found:
            if x["kind"] == "gap":  # its place is one
                place = shape({"type": "Point", "coordinates": [float(x["lon"]), float(x["lat"])]})
                self.assertFalse(joined["layer_a"].contains(place) or joined["layer_b"].contains(place))
                self.assertTrue(joined["layer_c"].contains(place))


class OfficialAreas(Office):
    """A unit's share is of its official area, never of its outline; without one it is left out, and why is told."""

    def figures(self):
        for ending in ("json", "csv", "html"):
            f.audit("figures", "--store", self.store, "-o", self.dir / f"f.{ending}")
        self.said = f.audit("figures", "--store", self.store).stdout
        told = json.loads((self.dir / "f.json").read_text(encoding="utf-8"))
        return told, next(layer for layer in told["layers"] if layer["layer"] == RED)

    def setUp(self):
        super().setUp()
        self.put("region", feature("150000", box(0, 0, 3000, 1000), XZQDM="150000"), kind="admin")
        self.put("prefectures", feature("150100", box(0, 0, 1000, 1000), XZQDM="150100", XZQMC="甲", DCMJ=1250000.0),
                 feature("150200", box(1000, 0, 2000, 1000), XZQDM="150200", XZQMC="乙"),
                 feature("150300", box(2000, 0, 3000, 1000), XZQDM="150300", XZQMC="丙", DCMJ=100.0),
                 kind="admin", more=("--id-field", "XZQDM"))
        self.put(RED, feature("1", box(0, 0, 500, 1000), XZQDM="150102"), feature("2", box(1000, 0, 1500, 1000), XZQDM="150203"),
                 feature("3", box(2000, 0, 2500, 1000), XZQDM="150302"))

    def test_a_share_is_of_what_an_office_states(self):
        told, red = self.figures()
        by_code = {p["code"]: p for p in red["prefectures"]}
        self.assertAlmostEqual(5e5 / 1.25e6, by_code["150100"]["share"], delta=1e-3)
        self.assertEqual(1250000, by_code["150100"]["official_m2"])
        self.assertIn("prefectures", by_code["150100"]["share_note_en"])
        self.assertIsNone(by_code["150200"]["share"])  # not 0.5, which its outline would give
        self.assertIn("official area is not known", by_code["150200"]["share_note_en"])
        self.assertIn("没有该行政区的官方面积", by_code["150200"]["share_note_zh"])
        self.assertIsNone(by_code["150300"]["share"])  # an area in hectares, or a slip: no share of 5000
        self.assertIn("larger than the official one", by_code["150300"]["share_note_en"])
        rows = {r["unit"]: r for r in self.table(self.dir / "f.csv") if r["layer"] == RED}
        self.assertEqual("", rows["150200"]["share"])
        self.assertIn("没有该行政区的官方面积", rows["150200"]["note_zh"])
        self.assertAlmostEqual(0.4, float(rows["150100"]["share"]), delta=1e-3)
        self.assertEqual(1182900e6, told["official_m2"])
        self.assertAlmostEqual(red["area_m2"] / 1182900e6, told["red_line_share"], 6)
        page = (self.dir / "f.html").read_text(encoding="utf-8")
        for word in ("1182900 km²", "国函〔2023〕148号", "1 个盟市没有官方面积"):
            self.assertIn(word, page)

    @f.whole_under_sanitizers
    def test_a_definition_states_areas_and_stands_before_a_file(self):
        d = json.loads(self.run_in("layer", "show", "prefectures").stdout)
        d["official_areas"] = [{"code": "150200", "km2": 2.5, "source": "统计年鉴", "conf": "read"},
                               {"code": "150100", "km2": 5, "source": "统计年鉴", "conf": "read"},
                               {"code": "150203", "km2": 1, "source": "统计年鉴", "conf": "read"}]
        self.add(d)
        told, red = self.figures()
        by_code = {p["code"]: p for p in red["prefectures"] + red["counties"]}
        self.assertAlmostEqual(0.2, by_code["150200"]["share"], delta=1e-3)
        self.assertAlmostEqual(0.1, by_code["150100"]["share"], delta=1e-3)
        self.assertAlmostEqual(0.5, by_code["150203"]["share"], delta=1e-3)
        self.assertIn("统计年鉴", by_code["150203"]["share_note_zh"])
        self.assertEqual((None, None), (told["official_m2"], told["red_line_share"]))  # the office's list has no region
        self.assertIn("没有该行政区的官方面积", self.said)
        self.assertNotIn("50.46 %", (self.dir / "f.html").read_text(encoding="utf-8"))


def blob(rng):
    """A star about a place within two kilometres, in longitude and latitude."""
    x, y, n = rng.uniform(0, 2000), rng.uniform(0, 2000), rng.randint(5, 14)
    around = [(rng.uniform(80, 260), 2 * math.pi * (i + rng.uniform(-0.3, 0.3)) / n) for i in range(n)]
    ring = [[round(X + (x + r * math.cos(a)) / M_EAST, 8), round(Y + (y + r * math.sin(a)) / M_NORTH, 8)] for r, a in around]
    return [*ring, ring[0]]


if __name__ == "__main__":
    unittest.main(argv=["test_matrix", *sys.argv[3:]], verbosity=2)
