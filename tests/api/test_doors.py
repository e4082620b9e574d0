#!/usr/bin/env python3
"""The C library as an installed program sees it gives what the command gives: every input form, every document byte for
byte, the record and its verification.
  test_doors.py EVERY_DOOR HONGXIAN_INSTALLED SOURCE_DIR"""
import json
import os
import pathlib
import re
import sqlite3
import subprocess
import sys
import tempfile
import unittest
import zipfile

from osgeo import ogr, osr

DOOR, PROGRAM, SOURCE = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
sys.path.insert(0, str(SOURCE / "tests" / "http"))
import fixture  # noqa: E402
import report_schema  # noqa: E402

BOX = (111.705, 40.802, 111.725, 40.806)   # red line, then nothing, then farmland
USAGE = subprocess.run([PROGRAM, "check", "--help"], capture_output=True, text=True).stdout
FORMATS = re.search(r"--format (json\|[a-z|]+)", USAGE)[1].split("|")
ogr.UseExceptions()


def table(box):
    west, south, east, north = box
    return [(west, south), (east, south), (east, north), (west, north), (west, south)]


def wkt(box):
    return "POLYGON((" + ",".join(f"{x} {y}" for x, y in table(box)) + "))"


def write_ogr(path, driver, layer="p"):
    crs = osr.SpatialReference()
    crs.ImportFromEPSG(4490 if driver != "LIBKML" else 4326)
    crs.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    data = ogr.GetDriverByName(driver).CreateDataSource(str(path))
    made = data.CreateLayer(layer, crs, ogr.wkbPolygon if driver != "DXF" else ogr.wkbUnknown)
    if driver not in ("DXF",):
        made.CreateField(ogr.FieldDefn("DKBH", ogr.OFTString))
    f = ogr.Feature(made.GetLayerDefn())
    if driver == "DXF":
        line = ogr.Geometry(ogr.wkbLineString)
        for x, y in table(BOX):
            line.AddPoint_2D(x, y)
        f.SetGeometry(line)
    else:
        f.SetField("DKBH", "DK-7")
        f.SetGeometry(ogr.CreateGeometryFromWkt(wkt(BOX)))
    made.CreateFeature(f)
    del f, made, data


def make_inputs(folder):
    """name -> (path, crs)."""
    inputs = {}

    def text(name, content, encoding="utf-8", crs="-"):
        path = folder / name
        path.write_bytes(content.encode(encoding))
        inputs[name] = (path, crs)

    text("p.geojson", json.dumps(fixture.feature(BOX, DKBH="DK-7")))
    text("p.wkt", wkt(BOX))
    text("p.ewkt", "SRID=4490;" + wkt(BOX))
    text("pasted.txt", "\n".join(f"{i + 1}\t{x}\t{y}" for i, (x, y) in enumerate(table(BOX))), crs="4490")
    text("p.csv", 'id,wkt\nDK-7,"' + wkt(BOX) + '"\n', crs="4490")
    txt = subprocess.run([PROGRAM, "parcel", "convert", str(folder / "p.geojson"), "--to", "txt", "--zone", "37"],
                         capture_output=True, check=True).stdout
    (folder / "gb.txt").write_bytes(txt)
    inputs["gb.txt"] = (folder / "gb.txt", "-")
    words = txt.decode("gb18030")
    text("utf8.txt", words)
    text("utf16.txt", "\ufeff" + words, "utf-16-le")
    for name, driver in [("p.gpkg", "GPKG"), ("p.kml", "LIBKML"), ("p.fgb", "FlatGeobuf"),
                         ("p.dxf", "DXF")]:
        write_ogr(folder / name, driver)
        inputs[name] = (folder / name, "4490" if name == "p.dxf" else "-")
    with zipfile.ZipFile(folder / "p.kmz", "w") as z:
        z.write(folder / "p.kml", "doc.kml")
    inputs["p.kmz"] = (folder / "p.kmz", "-")
    (folder / "shape").mkdir()
    write_ogr(folder / "shape" / "p.shp", "ESRI Shapefile")
    with zipfile.ZipFile(folder / "p.zip", "w") as z:
        for part in sorted((folder / "shape").iterdir()):
            z.write(part, part.name)
    inputs["p.zip"] = (folder / "p.zip", "-")
    return inputs


class Doors(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory(prefix="hongxian-doors-")
        cls.folder = pathlib.Path(cls.temporary.name)
        cls.store = fixture.make_store(PROGRAM, cls.folder)
        cls.inputs = make_inputs(cls.folder)

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def door(self, *arguments, code=0, **more):
        done = subprocess.run([DOOR, self.store, *map(str, arguments)], capture_output=True, **more)
        self.assertEqual(code, done.returncode, done.stderr.decode())
        return done.stdout if code == 0 else done.stderr.decode()

    def command(self, *arguments, code=0):
        done = subprocess.run([PROGRAM, *map(str, arguments), "--store", self.store], capture_output=True)
        self.assertEqual(code, done.returncode, done.stderr.decode())
        return done.stdout

    def test_every_input_form_gives_the_commands_documents(self):
        """The library reads what the command reads and writes the same bytes in every format."""
        first = json.loads(self.command("check", self.inputs["p.geojson"][0], "--format", "json"))
        for name, (path, crs) in self.inputs.items():
            out = self.folder / f"out-{name}"
            out.mkdir()
            forms = FORMATS if name in ("p.geojson", "p.zip") else fixture.runs.small_or_whole(["json"], FORMATS)
            self.door("check" if forms is FORMATS else "read", path, out, "MINING_RIGHT", crs, "-")
            more = ["--crs", crs] if crs != "-" else []
            for form in forms:
                expected = self.command("check", path, "--format", form, "--class", "MINING_RIGHT", "--project-name", "光伏",
                                        "--builder", "某公司", "--date", "2026-01-31", *more)
                self.assertEqual(expected, (out / f"report.{form}").read_bytes(), (name, form))
            txt = subprocess.run([PROGRAM, "parcel", "convert", str(path), "--to", "txt", "--zone", "37", *more], check=True,
                                 capture_output=True).stdout
            self.assertEqual(txt, (out / "parcels.txt").read_bytes(), name)
            report = report_schema.demand(json.loads((out / "report.json").read_text()))
            self.assertEqual("prohibited", report["verdict"], name)
            self.assertAlmostEqual(report["parcels"][0]["layers"][0]["area_m2"], first["parcels"][0]["layers"][0]["area_m2"],
                                   delta=0.5, msg=name)

    def test_the_reading_program(self):
        """Files that need GDAL go to a program: the one that is named, else the installed one; without one, a sentence."""
        out = self.folder / "reader"
        out.mkdir()
        path, _ = self.inputs["p.gpkg"]
        self.door("read", path, out, "-", "-", PROGRAM)
        self.assertIn("reader-missing", self.door("read", path, out, "-", "-", "/nonexistent/hongxian", code=4))
        self.assertIn("foreign-failed", self.door("read", path, out, "-", "-", "/bin/true", code=1))
        alone = self.folder / "alone"   # the library without its program, and no program on PATH
        alone.mkdir()
        library = next(pathlib.Path(p) for p in os.environ["LD_LIBRARY_PATH"].split(":"))
        for part in library.glob("libhongxian.so*"):
            (alone / part.name).write_bytes(part.read_bytes())
        environment = {**os.environ, "LD_LIBRARY_PATH": str(alone), "PATH": "/nonexistent"}
        self.assertIn("reader-missing", self.door("read", path, out, "-", "-", "-", code=2, env=environment))
        on_path = {**environment, "PATH": f"relative:{pathlib.Path(PROGRAM).parent}"}
        self.door("read", path, out, "-", "-", "-", env=on_path)

    def test_rings(self):
        """Coordinates as arrays give the report of the GeoJSON that says the same, and the sliver policy reaches it."""
        outer = [[111.705, 40.802], [111.725, 40.802], [111.725, 40.806], [111.705, 40.806], [111.705, 40.802]]
        hole = [[111.710, 40.803], [111.712, 40.803], [111.712, 40.804], [111.710, 40.804], [111.710, 40.803]]
        path = self.folder / "ring.geojson"
        path.write_text(json.dumps({"type": "Polygon", "coordinates": [outer, hole]}))
        ours = report_schema.demand(json.loads(self.door("rings", "0,0")))
        theirs = json.loads(self.command("check", path, "--format", "json", "--slivers", "0,0"))
        self.assertEqual({**theirs["input"], "sha256": ours["input"]["sha256"]}, ours["input"])
        other = {"input": None, "parameters_sha256": None}   # the digest covers the input's
        self.assertEqual({**theirs, **other}, {**ours, **other})
        self.assertIn("sliver-policy", self.door("rings", "99,9", code=1))

    def test_as_of_a_day(self):
        """A store that is opened as of a day answers by the versions of then, as --as-of does."""
        path, _ = self.inputs["p.geojson"]
        elsewhere = fixture.collection(fixture.feature((111.90, 40.90, 111.91, 40.91), BSM="ERL-9", MC="新线"))
        source = fixture.write_json(self.folder / "later.geojson", elsewhere)
        coverage = fixture.write_json(self.folder / "later-coverage.geojson",
                                      fixture.collection(fixture.feature(fixture.COVERAGE, BSM="C")))
        store = str(self.folder / "later.sqlite")
        db = sqlite3.connect(self.store)
        with sqlite3.connect(store) as copy:
            db.backup(copy)
        copy.close()
        db.close()
        subprocess.run([PROGRAM, "import", "--store", store, source, "--layer", "ecological_red_line", "--synthetic", "--coverage",
                        coverage, "--effective-from", "2025-06-01"], check=True, capture_output=True)
        for day, verdict in (("2025-01-01", "overlap"), ("2025-07-01", "clear")):
            out = self.folder / day
            out.mkdir()
            subprocess.run([DOOR, f"{store}@{day}", "read", path, out, "GENERAL", "-", "-"], check=True, capture_output=True)
            expected = subprocess.run([PROGRAM, "check", path, "--store", store, "--as-of", day, "--class", "GENERAL",
                                       "--project-name", "光伏", "--builder", "某公司", "--format", "json"], check=True, capture_output=True).stdout
            self.assertEqual(expected, (out / "report.json").read_bytes())
            self.assertEqual(verdict, json.loads(expected)["parcels"][0]["layers"][0]["status"])
        done = subprocess.run([DOOR, f"{store}@2025-13-01", "list"], capture_output=True)
        self.assertEqual(1, done.returncode)

    def test_refusals_have_sentences(self):
        path, _ = self.inputs["p.geojson"]
        self.assertIn("unknown-project-class", self.door("read", path, self.folder, "NONSENSE", "-", "-", code=1))
        bad = self.folder / "bad.wkt"
        bad.write_text("POLYGON((111 40,112")
        self.assertRegex(self.door("read", bad, self.folder, "-", "-", "-", code=1), r"[\u4e00-\u9fff]")

    def test_record(self):
        """Kept through the library: the command's chain, rows and verification say the same, and the other way round."""
        path, _ = self.inputs["p.geojson"]
        self.assertIn("officer-missing", self.door("keep", path, "-", code=1))
        head, text = self.door("keep", path, "张三").decode().split("\n", 1)
        number, kept_at, seal = head.split()
        report = json.loads(text)
        self.assertEqual((int(number), seal, kept_at, "张三"), tuple(report["record"][k] for k in
                                                                 ("id", "sha256", "kept_at", "officer")))
        self.assertEqual(path.read_bytes(), self.door("input", number))
        self.assertEqual(path.read_bytes(), self.command("records", "export", number, "--input"))
        self.assertEqual({**report, "record": None}, json.loads(self.door("report", number)))
        self.assertEqual(self.command("records", "export", number), self.door("report", number))
        override, _, second = self.door("override", number, "restricted", "属国家重大项目", "李四").decode().split()
        self.assertIn("unknown-verdict", self.door("override", number, "fine", "x", "李四", code=1))
        self.assertEqual(json.loads(self.command("records", "show", number, "--format", "json")),
                         json.loads(self.door("show", number)))
        rows = [r.split("|") for r in self.door("list").decode().splitlines()]
        self.assertEqual([[number, "check", "张三", "prohibited"], [override, "override", "李四", "restricted"]],
                         [[r[0], r[1], r[3], r[4]] for r in rows[-2:]])
        chain = json.loads(self.command("records", "verify", "--format", "json"))
        self.assertEqual(f"sound {chain['n_rows']} {override} {second} 0", self.door("chain", seal).decode().strip())
        self.assertTrue(self.door("chain", "ab" * 32).decode().startswith("broken"))
        written = self.folder / "kept.json"
        written.write_text(text)
        self.assertEqual(f"identical {number} prohibited", self.door("verify", written, "-").decode().strip())
        report["parcels"][0]["layers"][0]["area_m2"] += 0.01
        written.write_text(json.dumps(report))
        self.assertIn("parcels[0].layers[0].area_m2", self.door("verify", written, "-").decode())
        self.command("verify", written, code=10)
        self.assertIn("record-not-found", self.door("show", "999", code=4))

    def test_verify_with_the_input_beside(self):
        """A report that was never kept is verified from its input; without it, what is missing is named."""
        path, _ = self.inputs["p.zip"]
        written = self.folder / "plain.json"
        written.write_bytes(self.command("check", path, "--format", "json"))
        self.assertTrue(self.door("verify", written, path).decode().startswith("identical 0 prohibited"))
        self.assertTrue(self.door("verify", written, "-").decode().startswith("cannot_recompute 0 \nmissing"))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
