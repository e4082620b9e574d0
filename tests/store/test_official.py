"""Official data through the command line: what a file is taken for, what is refused, what comes back out, and what a
fault in the middle leaves behind. test_official.py PROGRAM"""
import contextlib
import http.client
import json
import math
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import zipfile

from osgeo import gdal

import official
from official import GEODATA, Official, fixture, gcj02, runs

gdal.UseExceptions()


class Formats(Official):
    def test_what_is_exported_comes_back_without_loss(self):
        self.take(self.source("a.geojson",
                              fixture.feature((111.1, 40.1, 111.2, 40.2), BSM="150102000000000001", MC="大青山保护区",
                                              GKFQ="核心", XJXZQDM="150102", MJ=12345.67, BZ="生僻字𠮷", N=7, R=0.1),
                              fixture.feature((111.3, 40.1, 111.4, 40.2), BSM="2", MC="", MJ=None)))
        for ending in ("gpkg", "geojson", "fgb", "shp"):
            self.run_program("export", "ecological_red_line", "--store", self.store, "-o", f"out.{ending}")
            self.take(f"out.{ending}", f"copy_{ending}")
            d = self.difference("ecological_red_line", f"copy_{ending}")
            self.assertEqual((d["unchanged"], d["attributes_changed"], d["added"], d["removed"], d["changed"]),
                             (2, 0, 0, 0, 0), ending)
        self.assertEqual((self.folder / "out.cpg").read_text().strip(), "GB18030")
        self.assert_at_rest()

    def by_gdal(self, path):
        """Features as GDAL reads the exported file: properties without nulls and exact coordinates, in the order of BSM."""
        gdal.VectorTranslate(str(self.folder / "gdal.json"), str(self.folder / path), format="GeoJSON",
                             layerCreationOptions=["RFC7946=NO", "COORDINATE_PRECISION=17"])
        data = json.loads((self.folder / "gdal.json").read_text(encoding="utf-8"))
        (self.folder / "gdal.json").unlink()

        def polygons(g):
            # the start and the direction of a ring are not part of the shape
            parts = g["coordinates"] if g["type"] == "MultiPolygon" else [g["coordinates"]]
            return sorted(sorted(sorted(set(map(tuple, ring))) for ring in part) for part in parts)
        rows = [({k: v for k, v in f["properties"].items() if v is not None}, polygons(f["geometry"])) for f in data["features"]]
        return sorted(rows, key=lambda r: str(r[0].get("BSM", r[0].get("XZQDM"))))

    def test_official_fields_and_every_value_are_what_gdal_reads_from_each_format(self):
        third = 1 / 3  # a coordinate that no short decimal is
        layers = {
            "STBHHX": {"BSM": "1", "MC": "大青山", "GKFQ": "核心", "XJXZQDM": "150102", "MJ": 0.1, "LHLX": "陆", "N": 7},
            "YJJBNTBHTB": {"BSM": "1", "YJJBNTTBBH": "T7", "XZQDM": "150102", "YJJBNTTBMJ": 12345.67, "DLBM": "0103", "R": 1e-7},
            "CZKFBJ": {"BSM": "1", "XZQMC": "新城区", "GHFQMC": "特别用途区", "GHFQDM": "430", "XZQDM": "150102", "MJ": 2.0},
            "XZQ": {"XZQDM": "150102", "XZQMC": "新城区", "DCMJ": 3.5, "BSM": "1"},
        }
        ours = {"STBHHX": "ecological_red_line", "YJJBNTBHTB": "permanent_basic_farmland", "CZKFBJ": "urban_development_boundary",
                "XZQ": "admin_counties"}
        endings = ("gpkg", "shp", "geojson", "fgb")
        for i, (name, properties) in enumerate(layers.items()):
            path = self.source(f"{name}.geojson", fixture.feature((111 + third, 40.1, 111.5, 40.2), **properties))
            self.run_program("import", "--store", self.store, path)
            want = [(properties, self.by_gdal(path)[0][1])]
            for ending in runs.small_or_whole(endings[i % 2::2], endings):
                out = f"{name}.out.{ending}"
                self.run_program("export", ours[name], "--store", self.store, "-o", out)
                self.assertEqual(self.by_gdal(out), want, out)
                self.run_program("import", "--store", self.store, out, "--layer", f"copy_of_{ours[name]}")
                again = f"again.{ending}"
                if ending != "shp":  # the copy's own standard is none, so only the values count
                    self.run_program("export", f"copy_of_{ours[name]}", "--store", self.store, "-o", again)
                    self.assertEqual(self.by_gdal(again)[0][1], want[0][1], out)
                    (self.folder / again).unlink()

    def test_what_a_shapefile_cannot_hold_is_refused_and_leaves_no_file(self):
        for properties, word in (({"A_LONG_FIELD_NAME": "x"}, "A_LONG_FIELD_NAME"), ({"BZ": "长" * 128}, "BZ")):
            self.take(self.source("a.geojson", fixture.feature((111.1, 40.1, 111.2, 40.2), BSM="1", **properties)))
            done = self.run_program("export", "ecological_red_line", "--store", self.store, "-o", "out.shp", code=1)
            self.assertIn(word, done.stderr)
            self.assertEqual(list(self.folder.glob("out.*")), [])
        self.take(self.source("a.geojson", fixture.feature((111.1, 40.1, 111.2, 40.2), BSM="1", 五个汉字名="长" * 127)))
        self.run_program("export", "ecological_red_line", "--store", self.store, "-o", "out.shp")
        self.take("out.shp", "copy")
        d = self.difference("ecological_red_line", "copy")
        self.assertEqual((d["unchanged"], d["attributes_changed"]), (1, 0))

    def test_a_shapefile_is_read_with_without_and_despite_its_cpg_and_in_a_zip(self):
        self.take(self.source("a.geojson", fixture.feature((111.1, 40.1, 111.2, 40.2), BSM="1", MC="大青山自然保护区")))
        self.run_program("export", "ecological_red_line", "--store", self.store, "-o", "out.shp")
        (self.folder / "out.cpg").write_text("UTF-8")
        self.take("out.shp", "misdeclared")
        self.assertIn("encoding-misdeclared", self.findings("misdeclared"))
        (self.folder / "out.cpg").unlink()
        self.take("out.shp", "undeclared")
        self.assertEqual(self.report("undeclared")["source"]["encoding"], "GB18030")
        with zipfile.ZipFile(self.folder / "out.zip", "w") as z:
            for part in ("shp", "shx", "dbf", "prj"):
                z.write(self.folder / f"out.{part}", f"out.{part}")
        self.take("out.zip", "zipped")
        for layer in ("misdeclared", "undeclared", "zipped"):
            self.assertEqual(self.difference("ecological_red_line", layer)["unchanged"], 1, layer)

    def test_inspect_says_what_a_file_is(self):
        self.source("CZKFBJ.geojson", fixture.feature((111.1, 40.1, 111.2, 40.2), BSM="1", GHFQMC="特别用途区"))
        done = json.loads(self.run_program("inspect", "CZKFBJ.geojson", "--format", "json").stdout)
        layer = done["layers"][0]
        self.assertEqual((layer["looks_like"], layer["features"]), ("urban_development_boundary", 1))
        self.assertEqual((layer["import"]["epsg"], layer["import"]["zone"]), (4490, "GHFQMC"))


class Crs(Official):
    def test_a_zone_is_found_from_the_prefix_of_eastings_and_the_guess_is_written_down(self):
        box = (37517000.0, 4500000.0, 37518000.0, 4501000.0)
        features = {"type": "FeatureCollection", "features": [fixture.feature(box, BSM="1")],
                    "crs": {"type": "name", "properties": {"name": "EPSG:4525"}}}
        self.take(fixture.write_json(self.folder / "zone.geojson", features), "stated")
        csv = 'BSM,WKT\n1,"POLYGON ((' + ", ".join(f"{x} {y}" for x, y in fixture.ring(*box)) + '))"\n'
        (self.folder / "zone.csv").write_text(csv)
        made = subprocess.run(["ogr2ogr", "-f", "ESRI Shapefile", "zone.shp", "zone.csv", "-oo", "GEOM_POSSIBLE_NAMES=WKT"],
                              cwd=self.folder, capture_output=True) if shutil.which("ogr2ogr") else None
        if made is None or made.returncode != 0:
            self.skipTest("ogr2ogr is not installed")
        self.take("zone.shp", "guessed")
        self.assertEqual(self.report("guessed")["crs"]["decided_by"], "coordinates")
        self.assertEqual(self.report("guessed")["crs"]["epsg"], 4525)
        self.assertIn("crs-guessed", self.findings("guessed"))
        d = self.difference("stated", "guessed")
        self.assertEqual((d["unchanged"] + d["attributes_changed"], d["changed"]), (1, 0))


class Gate(Official):
    def test_a_villages_boundary_is_not_taken_for_a_towns(self):
        path = self.source("czkfbj.geojson", fixture.feature((111.1, 40.1, 111.2, 40.2), BSM="1", XZCMC="某村"))
        done = self.take(path, "urban_development_boundary", code=1)
        self.assertIn("村庄的边界", done.stderr)
        self.take(path, "urban_development_boundary", "--confirm-layer")

    def test_zones_are_named_by_their_code_where_they_have_no_name(self):
        self.take(self.source("a.geojson", fixture.feature((111.1, 40.1, 111.2, 40.2), BSM="1", GHFQDM="420"),
                              fixture.feature((111.3, 40.1, 111.4, 40.2), BSM="2", GHFQDM="510")),
                  "urban_development_boundary")
        with sqlite3.connect(self.store) as db:
            zones = [z for z, in db.execute("SELECT zone FROM feature ORDER BY id")]
        db.close()
        self.assertEqual(zones, ["城镇弹性发展区", "村庄建设区"])
        self.assertEqual(self.findings("urban_development_boundary")["zone-unknown"]["count"], 1)

    def test_duplicates_and_slivers_are_kept_and_listed_with_their_places(self):
        one = (111.1, 40.1, 111.2, 40.2)
        self.take(self.source("a.geojson", fixture.feature(one, BSM="1"), fixture.feature(one, BSM="2"),
                              fixture.feature((111.5, 40.5, 111.500001, 40.500001), BSM="3")))
        found = self.findings("ecological_red_line")
        self.assertEqual(found["duplicate"]["count"], 1)
        self.assertEqual(found["duplicate"]["places"][0]["position"], 2)
        self.assertAlmostEqual(found["sliver"]["places"][0]["lon"], 111.5, 5)

    def test_strict_refuses_the_file_at_its_first_fault_and_a_refusal_has_its_place(self):
        bow = fixture.feature((111.1, 40.1, 111.2, 40.2), BSM="1")
        bow["geometry"]["coordinates"] = [[[111, 40], [111.1, 40.1], [111.1, 40], [111, 40.1], [111, 40]]]
        good = fixture.feature((111.3, 40.1, 111.4, 40.2), BSM="2")
        empty = {"type": "Feature", "properties": {"BSM": "3"}, "geometry": None}
        path = self.source("a.geojson", good, bow, empty)
        self.assertIn("ingest-strict", "ingest-strict" if "严格" in self.take(path, "ecological_red_line", "--strict",
                                                                             code=1).stderr else "")
        done = self.take(path, "ecological_red_line", "--report", "why.html", code=1)
        self.assertIn("source-no-geometry ×1", done.stderr)
        self.assertIn("111.05", done.stderr)
        page = (self.folder / "why.html").read_text(encoding="utf-8")
        self.assertTrue(page.startswith("<!doctype html>") and "111.05" in page)
        self.take(path, "ecological_red_line", "--allow-refused", "--report", "why.json")
        self.assertEqual(json.loads((self.folder / "why.json").read_text(encoding="utf-8"))["counts"]["refused"], 2)
        refused = self.report("ecological_red_line")["refused"]
        self.assertEqual([r["position"] for r in refused], [2, 3])
        self.assertAlmostEqual(refused[0]["lon"], 111.05, 2)

    def test_coverage_by_units_needs_units_that_have_boundaries(self):
        path = self.source("a.geojson", fixture.feature((111.1, 40.1, 111.2, 40.2), BSM="1"))
        done = self.take(path, "ecological_red_line", "--coverage", "units:150102", code=1)
        self.assertIn("150102", done.stderr)


class Places(Official):
    GEODATA_LOADED = True

    def setUp(self):
        super().setUp()
        prefectures = json.loads((GEODATA / "admin" / "prefectures.geojson").read_text(encoding="utf-8"))
        self.prefectures = prefectures["features"]

    def test_coordinates_with_the_offset_of_web_maps_are_suspected_and_others_are_not(self):
        for name, shift in (("plain", lambda lon, lat: (lon, lat)), ("shifted", gcj02)):
            features = []
            for f in self.prefectures:
                g = f["geometry"]
                polygons = g["coordinates"] if g["type"] == "MultiPolygon" else [g["coordinates"]]
                moved = [[[[float(v) for v in shift(*p[:2])] for p in r] for r in polygon] for polygon in polygons]
                features.append({"type": "Feature", "properties": {"BSM": "1"},
                                 "geometry": {"type": "MultiPolygon", "coordinates": moved}})
            self.take(self.source(f"{name}.geojson", *features), name, "--allow-refused")
        self.assertNotIn("gcj02-suspected", self.findings("plain"))
        self.assertIn("gcj02-suspected", self.findings("shifted"))

    def test_a_code_that_no_county_has_and_a_place_outside_the_region_are_reported(self):
        self.take(self.source("a.geojson", fixture.feature((111.7, 40.8, 111.71, 40.81), BSM="1", XJXZQDM="150102"),
                              fixture.feature((111.8, 40.8, 111.81, 40.81), BSM="2", XJXZQDM="999999"),
                              fixture.feature((121.4, 31.2, 121.41, 31.21), BSM="3", XJXZQDM="150102")), "a_layer")
        found = self.findings("a_layer")
        self.assertEqual(found["county-unknown"]["places"][0]["position"], 2)
        self.assertEqual(found["outside-region"]["places"][0]["position"], 3)

    def test_official_county_boundaries_tell_the_county_of_what_is_imported_later(self):
        self.take(self.source("xzq.geojson",
                              fixture.feature((111.6, 40.7, 111.75, 40.9), BSM="900000000000000001", XZQDM="150102",
                                              XZQMC="新城区"),
                              fixture.feature((111.75, 40.7, 111.9, 40.9), BSM="900000000000000002", XZQDM="150199",
                                              XZQMC="没有的区")), "admin_official", "--kind", "admin")
        self.assertEqual(self.findings("admin_official")["county-unknown"]["places"][0]["position"], 2)
        self.take(self.source("a.geojson", fixture.feature((111.7, 40.8, 111.71, 40.81), BSM="1"),
                              fixture.feature((111.72, 40.8, 111.73, 40.81), BSM="2", XJXZQDM="150103")), "a_layer",
                  "--coverage", "units:150102")
        found = self.findings("a_layer")
        self.assertEqual(found["county-from-place"]["places"][0]["position"], 1)
        self.assertEqual(found["county-place"]["places"][0]["position"], 2)
        with sqlite3.connect(self.store) as db:
            counties = [c for c, in db.execute("SELECT f.county FROM feature f JOIN layer l ON f.version_id = "
                                               "l.current_version_id WHERE l.id = 'a_layer' ORDER BY f.id")]
        db.close()
        self.assertEqual(counties, ["150102", "150103"])
        self.assertEqual(self.report("a_layer")["coverage"]["units"], "150102")

    def test_coverage_by_a_unit_is_its_boundary_and_the_report_says_so(self):
        self.take(self.source("a.geojson", fixture.feature((111.7, 40.8, 111.71, 40.81), BSM="1")), "a_layer",
                  "--coverage", "region")
        coverage = self.report("a_layer")["coverage"]
        self.assertEqual((coverage["stated"], coverage["by"], coverage["units"]), (True, "units", "region"))
        self.assertGreater(coverage["area_m2"], 1.1e12)


class Threads(Official):
    """Reading ahead changes nothing: rows, report and failures are those of one thread."""

    def result(self, path, *more, code=0):
        done = self.take(path, "a_layer", *more, code=code)
        if code:
            return done.stderr
        with sqlite3.connect(self.store) as db:
            rows = db.execute("SELECT f.code, f.name, f.zone, f.county, f.declared_area_m2, f.properties, f.geometry FROM feature f JOIN "
                              "layer l ON f.version_id = l.current_version_id WHERE l.id = 'a_layer' ORDER BY f.id").fetchall()
        db.close()
        return rows, self.report("a_layer")

    def test_a_file_of_many_batches_gives_the_same_rows_in_the_same_order(self):
        features = []
        for i in range(1000):
            x, y = 110 + 0.01 * (i % 40), 40 + 0.01 * (i // 40)
            features.append(fixture.feature((x, y, x + 0.008, y + 0.008), BSM=f"N{i}", MC=f"图斑{i}", BZ="长" * (i % 300), N=i))
        ring = [[111 + 0.5 * math.cos(k / 20000 * 2 * math.pi), 42 + 0.5 * math.sin(k / 20000 * 2 * math.pi)] for k in range(20000)]
        features.insert(500, {"type": "Feature", "properties": {"BSM": "round"},
                              "geometry": {"type": "Polygon", "coordinates": [ring + ring[:1]]}})
        path = self.source("many.geojson", *features)
        self.assertEqual(self.result(path), self.result(path, "--one-thread"))

    def test_a_failure_in_the_middle_is_the_same_failure(self):
        many = [fixture.feature((110 + 0.01 * (i % 40), 40 + 0.01 * (i // 40), 110.008 + 0.01 * (i % 40), 40.008 + 0.01 * (i // 40)),
                                BSM=f"N{i}") for i in range(1000)]
        self.take(self.source("many.geojson", *many), "scratch_layer")
        self.run_program("export", "scratch_layer", "--store", self.store, "-o", "many.shp")
        whole = (self.folder / "many.dbf").read_bytes()
        (self.folder / "many.dbf").write_bytes(whole[:int(len(whole) * 0.7)])
        broken = self.result("many.shp", code=1)
        self.assertIn("69", broken)
        self.assertEqual(broken, self.result("many.shp", "--one-thread", code=1))
        many[700]["geometry"] = None
        path = self.source("gap.geojson", *many)
        strict = self.result(path, "--strict", code=1)
        self.assertIn("701", strict)
        self.assertEqual(strict, self.result(path, "--strict", "--one-thread", code=1))


class Faults(Official):
    begun = None  # made once, then copied

    def setUp(self):
        super().setUp()
        if not Faults.begun:
            self.begin()
            Faults.begun = tempfile.TemporaryDirectory(prefix="hongxian-official-")
            shutil.copytree(self.folder, Faults.begun.name, dirs_exist_ok=True)
        shutil.copytree(Faults.begun.name, self.folder, dirs_exist_ok=True)
        self.before = self.current()

    def begin(self):
        self.take(self.source("old.geojson", fixture.feature((111.1, 40.1, 111.2, 40.2), BSM="old")))
        many = [fixture.feature((110 + 0.01 * (i % 100), 40 + 0.01 * (i // 100), 110.008 + 0.01 * (i % 100),
                                 40.008 + 0.01 * (i // 100)), BSM=f"N{i}") for i in range(6000)]
        self.take(self.source("many.geojson", *many), "scratch_layer")
        self.run_program("export", "scratch_layer", "--store", self.store, "-o", "many.gpkg")

    def assert_nothing_changed_and_a_rerun_succeeds(self):
        self.assertEqual(self.current(), self.before)
        self.assert_at_rest()
        self.take("many.gpkg")
        self.assertIn("ecological_red_line\tv2", self.current())
        self.assert_at_rest()

    def test_a_source_that_was_cut_off_is_noticed(self):
        whole = (self.folder / "many.gpkg").read_bytes()
        for share in (0.2, 0.5, 0.8, 0.97):
            (self.folder / "cut.gpkg").write_bytes(whole[:int(len(whole) * share)])
            self.assertNotEqual(self.take("cut.gpkg", code=None).returncode, 0, share)
        self.run_program("export", "scratch_layer", "--store", self.store, "-o", "many.fgb")
        whole = (self.folder / "many.fgb").read_bytes()
        (self.folder / "cut.fgb").write_bytes(whole[:int(len(whole) * 0.6)])
        self.assertNotEqual(self.take("cut.fgb", code=None).returncode, 0)
        self.assert_nothing_changed_and_a_rerun_succeeds()

    def test_a_full_disk_leaves_the_store_as_it_was(self):
        """RLIMIT_FSIZE stands in for the disk: writes beyond the limit fail as on a full one."""

        def limit(at_most):
            def apply():
                signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
                resource.setrlimit(resource.RLIMIT_FSIZE, (at_most, at_most))
            return apply
        for at_most in (4096, 65536, 300000, 1000000):
            done = self.run_program("import", "--store", self.store, "many.gpkg", "--layer", "ecological_red_line",
                                    code=None, preexec_fn=limit(at_most))
            self.assertNotEqual(done.returncode, 0, at_most)
            self.assertIn("error:", done.stderr)
        self.assert_nothing_changed_and_a_rerun_succeeds()

    def test_a_store_that_another_program_has_locked_is_left_alone(self):
        other = sqlite3.connect(self.store, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        done = self.take("many.gpkg", code=None)
        self.assertEqual(done.returncode, 2, done.stderr)
        other.execute("ROLLBACK")
        other.close()
        self.assert_nothing_changed_and_a_rerun_succeeds()

    def test_two_imports_at_once_each_succeed_or_are_told_to_wait(self):
        two = [subprocess.Popen([official.PROGRAM, "import", "--store", self.store, str(self.folder / "many.gpkg"), "--layer",
                                 "ecological_red_line"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
               for _ in range(2)]
        codes = [p.wait() for p in two]
        self.assertIn(0, codes)
        self.assertTrue(all(c in (0, 1, 2) for c in codes), codes)
        self.assertIn(f"ecological_red_line\tv{1 + codes.count(0)}", self.current())
        self.assert_at_rest()

    def test_a_running_server_takes_up_a_switch_without_dropping_a_request(self):
        server = fixture.Server(official.PROGRAM, "--store", self.store)
        answers = []

        def ask():
            with contextlib.closing(http.client.HTTPConnection(server.host, server.port)) as connection:
                connection.request("GET", "/collections/ecological_red_line/items?limit=1")
                reply = connection.getresponse()
                answers.append((reply.status, reply.read()))
                connection.request("POST", "/check", "POLYGON ((111.15 40.15, 111.16 40.15, 111.16 40.16, 111.15 40.15))")
                reply = connection.getresponse()
                answers.append((reply.status, json.loads(reply.read())["layers_used"][0]["version"]))

        def wait_for(version):  # the server looks a few times a second
            seen = len(answers)
            runs.wait_until(lambda: version in [v for _, v in answers[seen:]])
        self.addCleanup(server.stop)
        with runs.beside(ask, 3):
            wait_for(1)
            self.take("many.gpkg")
            wait_for(2)
            self.run_program("layers", "rollback", "ecological_red_line", "--store", self.store)
            wait_for(1)
            self.run_program("layers", "promote", "ecological_red_line@2", "--store", self.store)
            wait_for(2)
        self.assertEqual({status for status, _ in answers}, {200})
        self.assertEqual({v for _, v in answers if isinstance(v, int)}, {1, 2}, "both versions answered, nothing in between")
        self.assertGreater(len(answers), 10)


if __name__ == "__main__":
    official.main()
