"""Administrative units: official boundaries go over those for reference, at every level; codes are checked against the list of
counties; a feature's county is known by its code, its place or its name, and what disagrees is reported. test_units.py PROGRAM"""
import json
import resource
import sqlite3

import official
from official import GEODATA, Official, fixture

HOME = (111.7, 40.8, 111.71, 40.81)      # in 呼和浩特, 150100
FAR = (120.2, 49.2, 120.21, 49.21)       # in 呼伦贝尔, 150700


class Units(Official):
    GEODATA_LOADED = True

    def ask(self, sql, *values):
        with sqlite3.connect(self.store) as db:
            rows = db.execute(sql, values).fetchall()
        db.close()
        return rows

    def boundary_size(self, code):
        """Bytes of a unit's boundary: 0 when it has none."""
        return self.ask("SELECT coalesce(length(geometry), 0) FROM admin_unit WHERE code = ?", code)[0][0]

    def positions(self, layer, code):
        return [p["position"] for p in self.findings(layer)[code]["places"]]


class Boundaries(Units):
    def test_official_prefectures_go_over_those_for_reference_and_come_back_by_a_rollback(self):
        before = self.boundary_size("150100")
        self.take(self.source("XZQ.geojson", fixture.feature((111.0, 40.0, 112.0, 41.0), XZQDM="150100", XZQMC="呼和浩特市")), "prefectures")
        self.assertNotEqual(self.boundary_size("150100"), before)
        self.assertGreater(self.boundary_size("150200"), 1000, "the others stay for reference")
        missing = self.findings("prefectures")["units-missing"]
        self.assertEqual(missing["count"], 11)
        self.assertIn("150200 包头市", missing["units"])
        self.run_program("layers", "rollback", "prefectures", "--store", self.store)
        self.assertEqual(self.boundary_size("150100"), before)

    def test_counties_by_code_by_name_and_missing_and_repeated_ones_are_listed(self):
        names = [("150102", "新城区"), ("150103", "回民区"), ("150104", "玉泉区")]
        features = [fixture.feature((111.6 + 0.02 * i, 40.8, 111.61 + 0.02 * i, 40.81), adcode=int(code), name=name)
                    for i, (code, name) in enumerate(names)]
        features.append(fixture.feature((111.8, 40.8, 111.81, 40.81), adcode=150102, name="新城区"))
        features.append(fixture.feature((111.9, 40.8, 111.91, 40.81), adcode=150199, name="没有的区"))
        self.take(self.source("county.geojson", *features), "admin_counties")
        found = self.findings("admin_counties")
        self.assertEqual(found["units-missing"]["count"], 100)
        self.assertEqual(found["units-repeated"]["units"], "150102 新城区")
        self.assertEqual(self.positions("admin_counties", "county-unknown"), [5])
        self.assertTrue(all(self.boundary_size(code) for code, _ in names))
        # without codes the unit is found by its name in the list
        features = [fixture.feature((109.8, 40.6, 109.81, 40.61), name="昆都仑区 ᠬᠥᠨᠳᠦᠯᠦᠨ"), fixture.feature((109.9, 40.6, 109.91, 40.61), name="无此地")]
        self.take(self.source("osm.geojson", *features), "admin_counties")
        self.assertEqual(self.positions("admin_counties", "county-from-name"), [1])
        self.assertGreater(self.boundary_size("150203"), 0)

    def test_townships_are_checked_by_their_county_and_never_become_a_county(self):
        self.take(self.source("XZQ.geojson", fixture.feature(HOME, BSM="900000000000000001", XZQDM="150102001", XZQMC="海拉尔东路街道"),
                              fixture.feature((111.8, 40.8, 111.81, 40.81), XZQDM="159999001", XZQMC="无此乡")), "townships")
        self.assertEqual(self.positions("townships", "county-unknown"), [2])
        self.assertEqual(self.boundary_size("150102"), 0)
        self.take(self.source("b.geojson", fixture.feature(HOME, BSM="900000000000000001", XJXZQDM="150102")), "townships",
                  "--id-field", "BSM", "--county-field", "XJXZQDM")
        self.assertEqual(self.boundary_size("150102"), 0)


class Townships(Units):
    """苏木乡镇街道: rows of admin_unit beneath their counties, from the current version of the layer."""
    WEST, EAST = (111.60, 40.80, 111.65, 40.85), (111.65, 40.80, 111.70, 40.85)

    def load(self, *more):
        return self.take(self.source("XZQ_XZ.geojson", fixture.feature(self.WEST, BSM="900000000000000001", XZQDM="150102001", XZQMC="西街街道"),
                                     fixture.feature(self.EAST, BSM="900000000000000002", XZQDM="150103002000", XZQMC="东街街道"), *more), "townships")

    def townships(self):
        return self.ask("SELECT code, name, parent FROM admin_unit WHERE level = 'township' ORDER BY code")

    def test_they_become_units_beneath_their_counties_with_nine_digits_and_a_boundary(self):
        before = self.ask("SELECT code, name, level, parent, length(geometry) FROM admin_unit ORDER BY code")
        self.load()
        self.assertEqual(self.townships(), [("150102001", "西街街道", "150102"), ("150103002", "东街街道", "150103")])
        self.assertTrue(self.boundary_size("150102001") and self.boundary_size("150103002"))
        self.assertEqual(self.ask("SELECT code, name, level, parent, length(geometry) FROM admin_unit WHERE level <> 'township' ORDER BY code"),
                         before, "the units for reference stay as they were")
        self.assertEqual(self.ask("PRAGMA foreign_key_check"), [])
        # the next version brings other townships: those of the old one go, and come back with it
        self.take(self.source("b.geojson", fixture.feature(self.WEST, XZQDM="150102009", XZQMC="新乡")), "townships")
        self.assertEqual([code for code, *_ in self.townships()], ["150102009"])
        self.run_program("layers", "rollback", "townships", "--store", self.store)
        self.assertEqual([code for code, *_ in self.townships()], ["150102001", "150103002"])
        # geodata/ loaded anew leaves them
        with sqlite3.connect(self.store) as db:
            db.execute("UPDATE plan_state SET loaded_key = ''")
        db.close()
        self.run_program("import", "--store", self.store, "--geodata", str(GEODATA))
        self.assertEqual(len(self.townships()), 2)

    def test_what_is_no_townships_code_or_beneath_no_county_makes_no_unit_and_is_listed(self):
        boxes = [(111.6 + 0.02 * i, 40.8, 111.61 + 0.02 * i, 40.81) for i in range(5)]
        codes = ("150102001", "159999001", "150102001201", "150102", "")  # right, no such county, a village, a county, none
        self.take(self.source("t.geojson", *(fixture.feature(b, BSM=f"90000000000000000{i}", XZQDM=c, XZQMC=f"乡{i}")
                                             for i, (b, c) in enumerate(zip(boxes, codes)))), "townships", "--id-field", "BSM", "--confirm-place")
        self.assertEqual([code for code, *_ in self.townships()], ["150102001"])
        self.assertEqual(self.positions("townships", "township-code"), [2, 3, 4, 5])
        self.assertEqual(self.positions("townships", "county-unknown"), [2])

    def test_a_coverage_by_a_townships_code_is_its_boundary_by_nine_digits_or_twelve(self):
        self.load()
        inside, outside = (111.61, 40.81, 111.62, 40.82), (111.66, 40.81, 111.67, 40.82)
        for code in ("150102001", "150102001000"):
            self.take(self.source("a.geojson", fixture.feature((111.601, 40.801, 111.602, 40.802), BSM="1")), "ecological_red_line",
                      "--coverage", f"units:{code}", "--label", code)
            for box, status in ((inside, "clear"), (outside, "not_covered")):
                path = fixture.write_json(self.folder / "p.geojson", fixture.collection(fixture.feature(box)))
                done = self.run_program("check", str(path), "--store", self.store, "--format", "json", code=None)
                line = json.loads(done.stdout)["parcels"][0]["layers"][0]
                self.assertEqual((line["layer"], line["status"]), ("ecological_red_line", status))
        done = self.take(self.source("a.geojson", fixture.feature(inside, BSM="1")), "ecological_red_line", "--coverage", "units:150102777", code=1)
        self.assertIn("没有行政区 150102777", done.stderr)

    def test_a_features_township_code_is_checked_and_its_county_is_known_by_the_township_of_its_place(self):
        self.load()
        inside = (111.61, 40.81, 111.62, 40.82)
        self.take(self.source("a.geojson", fixture.feature(inside, BSM="1", XJXZQDM="150102001"), fixture.feature(inside, BSM="2", XJXZQDM="150102777"),
                              fixture.feature(inside, BSM="3"), fixture.feature(inside, BSM="4", XJXZQDM="150105777"),
                              fixture.feature(inside, BSM="5", XJXZQDM="150103002")), "a_layer")
        self.assertEqual(self.positions("a_layer", "county-unknown"), [2], "of 150105 no township is known, so that its codes cannot be judged")
        self.assertEqual(self.positions("a_layer", "county-from-place"), [3])
        self.assertEqual(self.positions("a_layer", "county-place"), [4, 5])
        self.assertEqual(self.ask("SELECT county FROM feature WHERE code = '3' ORDER BY id DESC LIMIT 1"), [("150102",)])

    def test_a_report_names_prefecture_county_and_township_of_a_parcel(self):
        self.take(self.source("c.geojson", fixture.feature((111.6, 40.7, 111.8, 40.9), XZQDM="150102", XZQMC="新城区")), "admin_counties")
        self.load()
        path = fixture.write_json(self.folder / "p.geojson", fixture.collection(fixture.feature((111.61, 40.81, 111.62, 40.82))))
        done = self.run_program("check", str(path), "--store", self.store, "--format", "html", "-o", "p.html", code=None)
        self.assertIn("呼和浩特市新城区西街街道", (self.folder / "p.html").read_text(encoding="utf-8"), done.stderr)


class Gaps(Units):
    """Neighbours that do not meet: counted, the largest listed with their places; lines are left alone, as theirs are meant."""

    def around(self, gap):
        """Four units around a gap of `gap` degrees on each side of a point."""
        x, y, r = 111.5, 40.5, 0.2
        boxes = ((x - r, y - r, x + gap, y - gap), (x + gap, y - r, x + r, y + gap), (x - gap, y + gap, x + r, y + r), (x - r, y - gap, x - gap, y + r))
        return [fixture.feature(box, XZQDM=code) for box, code in zip(boxes, ("150102", "150103", "150104", "150105"))]

    def test_a_hole_between_units_is_found_with_its_area_and_place_and_overlaps_with_theirs(self):
        self.take(self.source("a.geojson", *self.around(0.0001)), "admin_counties")
        gaps = self.findings("admin_counties")["gaps"]
        self.assertEqual(gaps["count"], 1)
        self.assertLess(abs(gaps["area_m2"] / (0.0002 ** 2 * 84_806 * 111_048) - 1), 0.002)
        self.assertLess(abs(gaps["places"][0]["lon"] - 111.5), 0.0002)
        self.assertNotIn("overlaps", self.findings("admin_counties"))
        common = [fixture.feature((111.5, 40.5, 111.6002, 40.5002), XZQDM="150102"), fixture.feature((111.6, 40.5, 111.7, 40.5002), XZQDM="150103")]
        self.take(self.source("b.geojson", *common), "admin_counties")
        self.assertNotIn("gaps", self.findings("admin_counties"))
        self.assertLess(abs(self.findings("admin_counties")["overlaps"]["area_m2"] / (0.0002 ** 2 * 84_806 * 111_048) - 1), 0.002)
        self.take(self.source("STBHHX.geojson", *self.around(0.0001)), "ecological_red_line")
        self.assertNotIn("gaps", self.findings("ecological_red_line"))

    def test_ten_thousand_slivers_are_counted_and_a_hundred_listed_and_nothing_takes_minutes(self):
        teeth = 10001
        def side(k):  # two neighbours: of three edges one is common, between the others they part by half a metre
            return 111.0 + k * 1e-4 / 3
        lower = [[side(k), 40.5 - (2e-6 if k % 3 == 1 else 0)] for k in range(3 * teeth + 1)]
        upper = [[side(k), 40.5 + (2e-6 if k % 3 == 1 else 0)] for k in range(3 * teeth + 1)]
        a = lower + [[side(3 * teeth), 40.4], [side(0), 40.4], lower[0]]
        b = upper + [[side(3 * teeth), 40.6], [side(0), 40.6], upper[0]]
        features = [{"type": "Feature", "properties": {"name": n}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
                    for n, ring in (("一", a), ("二", b))]
        def at_most_a_minute_of_work():
            resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
        done = self.run_program("import", "--store", self.store, self.source("slivers.geojson", *features), "--layer", "admin_counties",
                                "--report", "r.txt", preexec_fn=at_most_a_minute_of_work)
        gaps = self.findings("admin_counties")["gaps"]
        self.assertEqual((gaps["count"], len(gaps["places"])), (teeth, 100))
        self.assertIn(f"gaps ×{teeth}", done.stderr)
        self.assertLess(len((self.folder / "r.txt").read_text(encoding="utf-8").splitlines()), 400)
        self.assertEqual(self.boundary_size("150102"), 0, "units without a code make no boundary")


class Features(Units):
    def test_a_code_contradicts_its_place_by_the_prefecture_where_no_county_boundary_is_known(self):
        self.take(self.source("a.geojson", fixture.feature(HOME, BSM="1", XJXZQDM="150102"), fixture.feature(FAR, BSM="2", XJXZQDM="150102"),
                              fixture.feature(FAR, BSM="3", XJXZQDM="150702")), "a_layer")
        self.assertEqual(self.positions("a_layer", "county-place"), [2])
        self.assertEqual(self.ask("SELECT county FROM feature ORDER BY id DESC LIMIT 3"), [("150702",), ("150102",), ("150102",)])

    def test_a_file_of_which_most_lies_far_from_where_its_codes_say_is_refused_unless_the_operator_insists(self):
        codes = ("150102", "150103", "150104")
        boxes = [(111.7 + 0.02 * i, 40.8, 111.71 + 0.02 * i, 40.81) for i in range(3)]
        self.take(self.source("right.geojson", *(fixture.feature(b, XJXZQDM=c) for b, c in zip(boxes, codes))), "a_layer")
        # the same, as if of the next zone: three degrees east
        moved = [(w + 3, s, e + 3, n) for w, s, e, n in boxes]
        path = self.source("wrong.geojson", *(fixture.feature(b, XJXZQDM=c) for b, c in zip(moved, codes)))
        done = self.take(path, "a_layer", code=1)
        self.assertIn("--confirm-place", done.stderr)
        self.assertIn("3 个有行政区代码的图斑中有 3 个", done.stderr)
        self.assertIn("a_layer\tv1", self.current())
        self.take(path, "a_layer", "--confirm-place")

    def test_a_prefectures_code_does_not_contradict_the_county_within_it(self):
        self.take(self.source("c.geojson", fixture.feature((111.6, 40.7, 111.8, 40.9), XZQDM="150102", XZQMC="新城区")), "admin_counties")
        self.take(self.source("a.geojson", fixture.feature(HOME, BSM="1", XJXZQDM="150100"), fixture.feature(HOME, BSM="2", XJXZQDM="150200"),
                              fixture.feature(HOME, BSM="3", XJXZQDM="150102001"), fixture.feature(HOME, BSM="4")), "a_layer")
        self.assertEqual(self.positions("a_layer", "county-place"), [2])
        self.assertEqual(self.positions("a_layer", "county-from-place"), [4])

    def test_every_unit_holds_what_a_plain_search_says(self):
        """Points in a grid, placed by the program through its bands of latitude and by ray casting over all edges here."""
        data = json.loads((GEODATA / "admin" / "prefectures.geojson").read_text(encoding="utf-8"))
        units = [(f["properties"]["XZQDM"], f["geometry"]) for f in data["features"]]
        points = [(98 + 1.37 * i, 38 + 0.83 * k) for i in range(20) for k in range(18)]

        def holds(geometry, x, y):
            polygons = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
            crossings = sum((a[1] > y) != (b[1] > y) and a[0] + (y - a[1]) / (b[1] - a[1]) * (b[0] - a[0]) < x
                            for rings in polygons for ring in rings for a, b in zip(ring, ring[1:]))
            return crossings % 2 == 1
        want = [next((code for code, g in units if holds(g, x, y)), "") for x, y in points]
        # prefectures given as counties of the list, so that the place decides the county of features without a code
        codes = sorted({c for c, in self.ask("SELECT code FROM admin_unit WHERE level = 'county'")})[:len(units)]
        stand_in = {code: codes[i] for i, (code, _) in enumerate(units)}
        self.take(self.source("c.geojson", *({"type": "Feature", "properties": {"XZQDM": stand_in[code]}, "geometry": g} for code, g in units)),
                  "admin_counties", "--allow-refused", "--confirm-place")
        tiny = 1e-5
        self.take(self.source("p.geojson", *(fixture.feature((x - tiny, y - tiny, x + tiny, y + tiny), BSM=str(i))
                                             for i, (x, y) in enumerate(points))), "points_layer")
        got = {code: county for code, county in self.ask("SELECT f.code, f.county FROM feature f JOIN layer l ON f.version_id = "
                                                         "l.current_version_id WHERE l.id = 'points_layer'")}
        self.assertEqual([got[str(i)] for i in range(len(points))], [stand_in.get(code, "") for code in want])
        self.assertGreater(len([w for w in want if w]), 60)


class Empty(Official):
    def test_a_store_without_a_list_of_units_says_that_nothing_was_checked(self):
        self.take(self.source("a.geojson", fixture.feature(HOME, BSM="1", XJXZQDM="150102")), "a_layer")
        self.assertIn("no-units", self.findings("a_layer"))


if __name__ == "__main__":
    official.main()
