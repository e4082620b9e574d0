"""Every format that an office hands over, whole and damaged: what is read is right (area and texts), or the file is refused in
words; what was done to a feature is in the report. GDAL's own tools make the files. test_formats.py PROGRAM"""
import contextlib
import json
import math
import shutil
import sqlite3
import zipfile

from osgeo import gdal

import official
from official import Official, fixture, runs

gdal.UseExceptions()

HOLED = {"type": "Feature", "properties": {"BSM": "150102000000000001", "MC": "大青山自然保护区", "XJXZQDM": "150102", "MJ": 12345.67},
         "geometry": {"type": "Polygon", "coordinates": [fixture.ring(111.1, 40.1, 111.2, 40.2),
                                                         list(reversed(fixture.ring(111.12, 40.12, 111.14, 40.14)))]}}
PARTS = {"type": "Feature", "properties": {"BSM": "2", "MC": "灰腾梁", "XJXZQDM": "150103", "MJ": 5.0},
         "geometry": {"type": "MultiPolygon", "coordinates": [[fixture.ring(111.3, 40.1, 111.4, 40.2)],
                                                              [fixture.ring(111.5, 40.1, 111.6, 40.2)]]}}
GDB = ("-f", "OpenFileGDB", "-nln", "STBHHX", "-nlt", "MULTIPOLYGON")
FORMATS = {
    "a.gdb": GDB,
    "a.tab": ("-f", "MapInfo File", "-lco", "ENCODING=CP936"),
    "a.mif": ("-f", "MapInfo File", "-dsco", "FORMAT=MIF", "-lco", "ENCODING=CP936"),
    "a.sqlite": ("-f", "SQLite", "-dsco", "SPATIALITE=YES"),
    "a.kml": ("-f", "LIBKML"),
    "a.kmz": ("-f", "LIBKML"),
    "a.fgb": ("-f", "FlatGeobuf"),
    "a.gpkg": ("-f", "GPKG"),
    "a.geojson": ("-f", "GeoJSON", "-lco", "RFC7946=NO"),
    "utf8.shp": ("-f", "ESRI Shapefile", "-lco", "ENCODING=UTF-8"),
    "gbk.shp": ("-f", "ESRI Shapefile", "-lco", "ENCODING=GB18030"),
}


SHARES = runs.small_or_whole((0.6,), (0.1, 0.3, 0.6, 0.9))  # how much of a damaged file is left


class Formats(Official):
    def setUp(self):
        super().setUp()
        self.origin = self.source("origin.geojson", HOLED, PARTS)
        self.expected = None  # area and texts of the origin, once something is held against them

    def make(self, name, *options, source=None):
        if name.endswith(".kmz"):  # one document, as 奥维 and Google Earth pack it; LIBKML makes several, which is a question
            self.make("doc.kml", *FORMATS["a.kml"], source=source)
            with zipfile.ZipFile(self.folder / name, "w", zipfile.ZIP_DEFLATED) as z:
                z.write(self.folder / "doc.kml", "doc.kml")
            (self.folder / "doc.kml").unlink()
            return name
        gdal.VectorTranslate(str(self.folder / name), str(self.folder / (source or self.origin)), options=list(options))
        return name

    def taken(self, path, *more):
        self.take(path, "taken", *more)
        return self.report("taken")

    def texts(self, layer):
        self.run_program("export", layer, "--store", self.store, "-o", f"{layer}.out.geojson")
        path = self.folder / f"{layer}.out.geojson"
        rows = [f["properties"] for f in json.loads(path.read_text(encoding="utf-8"))["features"]]
        path.unlink()
        return [(r["BSM"], r["MC"], r["XJXZQDM"]) for r in rows]

    def assert_whole(self, report, name):
        if not self.expected:
            self.take(self.origin, "origin")
            self.expected = (self.report("origin")["area_m2"], sorted(self.texts("origin")))
        self.assertEqual(report["counts"]["stored"], 2, name)
        self.assertLess(abs(report["area_m2"] - self.expected[0]), 5.0, name)  # a geodatabase has a grid of nanodegrees
        self.assertEqual(sorted(self.texts("taken")), self.expected[1], name)  # FlatGeobuf sorts


class Whole(Formats):
    @runs.whole_under_sanitizers
    def test_every_format_gives_the_same_areas_codes_and_chinese_names(self):
        for name, options in FORMATS.items():
            self.make(name, *options)
            self.assert_whole(self.taken(name), name)

    # What follows is decided in the sandboxed child, whose readers of archives and encodings features_readers runs there.
    @runs.whole_under_sanitizers
    def test_a_gbk_shapefile_without_a_cpg_and_with_a_wrong_one(self):
        self.make("gbk.shp", *FORMATS["gbk.shp"])
        (self.folder / "gbk.cpg").unlink()
        report = self.taken("gbk.shp")
        self.assert_whole(report, "without")
        self.assertEqual(report["source"]["encoding"], "GB18030")
        for wrong in ("UTF-8", "ISO-8859-1", "rubbish"):
            (self.folder / "gbk.cpg").write_text(wrong)
            report = self.taken("gbk.shp")
            self.assert_whole(report, wrong)
            self.assertIn("encoding-misdeclared", [f["code"] for f in report["findings"]], wrong)

    @runs.whole_under_sanitizers
    def test_a_gbk_shapefile_keeps_its_chinese_name_also_in_an_archive_of_windows(self):
        self.make("gbk.shp", *FORMATS["gbk.shp"])

        class Info(zipfile.ZipInfo):  # names as Windows packs them: GBK bytes, no flag
            def _encodeFilenameFlags(self):
                return self.filename.encode("gbk"), self.flag_bits & ~0x800
        with zipfile.ZipFile(self.folder / "windows.zip", "w") as z:
            for part in ("shp", "shx", "dbf", "prj"):
                data = (self.folder / f"gbk.{part}").read_bytes()
                (self.folder / f"生态保护红线.{part}").write_bytes(data)
                z.writestr(Info(f"成果/生态保护红线.{part}"), data)
        for name in ("生态保护红线.shp", "windows.zip"):
            self.run_program("import", "--store", self.store, name)  # the name alone says which layer it is
            report = self.report("ecological_red_line")
            self.assertEqual(report["binding"]["source_layer"], "生态保护红线", name)
            self.assertEqual(report["source"]["encoding"], "GB18030", name)
        inspected = json.loads(self.run_program("inspect", "windows.zip", "--format", "json").stdout)["layers"][0]
        self.assertEqual((inspected["layer"], inspected["looks_like"]), ("生态保护红线", "ecological_red_line"))
        self.assertIn("Polygon", inspected["geometry"])
        self.assertTrue(inspected["crs_stated"])
        west, south, east, north = inspected["extent"]
        self.assertTrue(west < east and south < north, inspected["extent"])
        for language, words in (("zh", ("几何类型", "写明的坐标系", "范围")), ("en", ("geometry", "crs_stated", "extent"))):
            printed = self.run_program("inspect", "windows.zip", "--lang", language).stdout
            self.assertEqual([w for w in words if w not in printed], [])
        self.run_program("import", "--store", self.store, "windows.zip", "--source-layer", "生态保护红线")

    @runs.whole_under_sanitizers
    def test_archives_with_folders_geodatabases_and_more_than_one_shapefile(self):
        self.make("gbk.shp", *FORMATS["gbk.shp"])
        self.make("a.gdb", *GDB)
        parts = [p for p in self.folder.glob("gbk.*") if p.suffix != ".cpg"]
        gdb = sorted((self.folder / "a.gdb").iterdir())
        for name, members in (("root.zip", [(p, p.name) for p in parts]), ("deep.zip", [(p, f"成果/面/{p.name}") for p in parts]),
                              ("gdb.zip", [(p, f"成果/a.gdb/{p.name}") for p in gdb]), ("b.gdb.zip", [(p, f"a.gdb/{p.name}") for p in gdb])):
            with zipfile.ZipFile(self.folder / name, "w", zipfile.ZIP_DEFLATED) as z:
                for path, inside in members:
                    z.write(path, inside)
            self.assert_whole(self.taken(name), name)
        with zipfile.ZipFile(self.folder / "two.zip", "w") as z:
            for p in parts:
                z.write(p, f"STBHHX{p.suffix}")
                z.write(p, f"other{p.suffix}")
        done = self.take("two.zip", "taken", code=1)
        self.assertIn("STBHHX", done.stderr)
        self.assert_whole(self.taken("two.zip", "--source-layer", "STBHHX"), "two.zip")
        with zipfile.ZipFile(self.folder / "mixed.zip", "w") as z:
            z.write(self.origin, "a.geojson")
            z.write(self.origin, "b.geojson")
        self.assertIn("有 2 个图层", self.take("mixed.zip", "taken", code=1).stderr)
        with zipfile.ZipFile(self.folder / "none.zip", "w") as z:
            z.writestr("readme.txt", "nothing")
        self.assertIn("没有能读的数据", self.take("none.zip", "taken", code=1).stderr)

    @runs.whole_under_sanitizers
    def test_a_drawing_has_areas_as_closed_lines_and_an_open_line_is_refused_with_its_reason(self):
        def line(points, flag):
            pairs = "".join(f"10\n{x}\n20\n{y}\n" for x, y in points)
            return f"0\nLWPOLYLINE\n100\nAcDbEntity\n8\n0\n100\nAcDbPolyline\n90\n{len(points)}\n70\n{flag}\n{pairs}"
        square = [(37500000, 4500000), (37500100, 4500000), (37500100, 4500100), (37500000, 4500100)]
        for name, flag in (("closed.dxf", 1), ("open.dxf", 0)):
            (self.folder / name).write_text(f"0\nSECTION\n2\nENTITIES\n{line(square, flag)}0\nENDSEC\n0\nEOF\n")
        report = self.taken("closed.dxf")  # no CRS, but eastings with a prefix
        self.assertLess(abs(report["area_m2"] - 10000), 10)
        self.assertEqual(report["crs"]["epsg"], 4525)
        self.assertIn("closed-lines", [f["code"] for f in report["findings"]])
        self.assertIn("没有闭合", self.take("open.dxf", "taken", code=1).stderr)


class Exported(Formats):
    def test_geojson_holds_every_bit_and_every_field(self):
        """What the store has comes out again: doubles that need 17 digits, a field that is null in every feature, digits of a code,
        a number beyond 2^53, and one shape after the other as one type."""
        def near(x, steps):
            for _ in range(steps):
                x = math.nextafter(x, 200)
            return x
        rings = [[[near(x, i + k), near(y, 3 * i + k)] for k, (x, y) in enumerate(fixture.ring(111 + i / 7, 40 + i / 300, 111.1 + i / 7, 40.003 + i / 300)[:-1])]
                 for i in range(9)]
        self.source("bits.geojson", *({"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [r + r[:1]]},
                                       "properties": {"BSM": f"00{i}", "MC": "", "NOTHING": None, "SHARE": near(0.1, i) if i else None,
                                                      "BIG": 9007199254740993 + i, "YES": "是"}} for i, r in enumerate(rings)))
        self.take("bits.geojson", "bits")
        self.run_program("export", "bits", "--store", self.store, "-o", "out.geojson")
        text = (self.folder / "out.geojson").read_text(encoding="utf-8")
        out = json.loads(text)
        self.assertIn("4490", out["crs"]["properties"]["name"])
        self.assertEqual({"MultiPolygon"}, {f["geometry"]["type"] for f in out["features"]})
        for i, (ring, feature) in enumerate(zip(rings, out["features"])):
            got = feature["geometry"]["coordinates"][0][0]
            self.assertEqual(got[0], got[-1])
            self.assertEqual(sorted(map(tuple, ring)), sorted(map(tuple, got[:-1])), i)
            p = feature["properties"]
            self.assertEqual((f"00{i}", None, near(0.1, i) if i else None, 9007199254740993 + i, "是"),
                             (p["BSM"], p["NOTHING"], p["SHARE"], p["BIG"], p["YES"]))
        # GDAL reads it as it was written, and a second import gives the same file
        self.take("out.geojson", "again")
        self.run_program("export", "again", "--store", self.store, "-o", "again.geojson")
        self.assertEqual(text.replace('"bits"', '"again"'), (self.folder / "again.geojson").read_text(encoding="utf-8"))
        self.run_program("export", "bits", "--store", self.store, "-o", "out.gpkg")
        with contextlib.closing(sqlite3.connect(self.folder / "out.gpkg")) as db:
            types = {r[1]: r[2] for r in db.execute("PRAGMA table_info(bits)")}
        self.assertEqual(("REAL", "INTEGER", "TEXT"), (types["SHARE"], types["BIG"], types["NOTHING"]))

    def test_what_is_no_field_of_a_table_is_its_json_text(self):
        """A list, an object and true of a GeoJSON file are neither left out nor turned into something else in a table."""
        self.source("nested.geojson", {**fixture.feature((111.1, 40.1, 111.2, 40.2)), "properties": {
            "BSM": "1", "LIST": ["甲", 1, None], "OBJECT": {"a": {"b": 0.5}}, "YES": True}})
        self.take("nested.geojson", "nested")
        self.run_program("export", "nested", "--store", self.store, "-o", "nested.gpkg")
        with contextlib.closing(sqlite3.connect(self.folder / "nested.gpkg")) as db:
            row = db.execute("SELECT LIST, OBJECT, YES FROM nested").fetchone()
        self.assertEqual(('["甲",1,null]', '{"a":{"b":0.5}}', "true"), row)

    def test_an_export_goes_to_a_local_file(self):
        """And is told so in words of an export, not of an import."""
        self.source("a.geojson", fixture.feature((111.1, 40.1, 111.2, 40.2), BSM="1"))
        self.take("a.geojson", "remote")
        for path in ("/vsimem/a.gpkg", "https://example.org/a.gpkg"):
            done = self.run_program("export", "remote", "--store", self.store, "-o", path, code=1)
            self.assertIn("只导出到本机文件", done.stderr)
            self.assertIn("export to a local file", done.stderr)


class Geometry(Formats):
    def geopackage(self, name, *rows):
        lines = "".join(f'{i},"{wkt}"\n' for i, wkt in enumerate(rows, 1))
        (self.folder / f"{name}.csv").write_text("BSM,WKT\n" + lines)
        return self.make(f"{name}.gpkg", "-f", "GPKG", "-a_srs", "EPSG:4490", "-oo", "GEOM_POSSIBLE_NAMES=WKT", "-oo",
                         "KEEP_GEOM_COLUMNS=NO", "-nlt", "GEOMETRY", source=f"{name}.csv")

    def codes(self, report):
        return {f["code"]: f for f in report["findings"]}

    def test_curves_become_chords_and_are_told(self):
        path = self.geopackage("curved", "CURVEPOLYGON (CIRCULARSTRING (111.1 40.1, 111.15 40.15, 111.2 40.1, 111.15 40.05, 111.1 40.1))")
        report = self.taken(path)
        self.assertEqual((report["counts"]["curved"], self.codes(report)["curve"]["count"]), (1, 1))
        # a circle of 0.05 degrees: its area on the ellipsoid within a millionth of pi * r^2 at that latitude
        self.assertLess(abs(report["area_m2"] / (3.14159265 * 0.05 ** 2 * 85_390.0 * 111_040.0) - 1), 2e-3)

    def test_heights_and_measures_are_dropped_and_told(self):
        for kind in ("Z", "M", "ZM"):
            more = " 7" * len(kind)
            ring = ", ".join(f"{x} {y}{more}" for x, y in fixture.ring(111.1, 40.1, 111.2, 40.2))
            lines = f'1,"POLYGON {kind} (({ring}))"\n'
            (self.folder / f"h{kind}.csv").write_text("BSM,WKT\n" + lines)
            self.make(f"h{kind}.gpkg", "-f", "GPKG", "-a_srs", "EPSG:4490", "-oo", "GEOM_POSSIBLE_NAMES=WKT",
                      "-nlt", f"POLYGON{kind}", source=f"h{kind}.csv")
            self.assertIn("heights-dropped", self.codes(self.taken(f"h{kind}.gpkg")), kind)

    def test_null_empty_points_and_lines_are_refused_each_with_its_position(self):
        path = self.geopackage("odd", "POLYGON ((111.1 40.1, 111.2 40.1, 111.2 40.2, 111.1 40.1))", "", "POLYGON EMPTY",
                               "POINT (111 40)", "LINESTRING (111 40, 112 40)", "GEOMETRYCOLLECTION EMPTY")
        self.take(path, "taken", code=1)
        report = self.taken(path, "--allow-refused")
        self.assertEqual([r["position"] for r in report["refused"]], [2, 3, 4, 5, 6])
        self.assertEqual((report["counts"]["stored"], report["complete"]), (1, False))

    def test_duplicates_are_kept_and_listed(self):
        square = "POLYGON ((111.1 40.1, 111.2 40.1, 111.2 40.2, 111.1 40.1))"
        report = self.taken(self.geopackage("twice", square, square, square))
        self.assertEqual(self.codes(report)["duplicate"]["count"], 2)


class Damaged(Formats):
    """However a file was cut off, nothing of it is imported as if it were whole."""

    def setUp(self):
        super().setUp()
        many = [fixture.feature((110 + 0.01 * (i % 30), 40 + 0.01 * (i // 30), 110.008 + 0.01 * (i % 30), 40.008 + 0.01 * (i // 30)),
                                BSM=f"N{i}", MC=f"图斑{i}") for i in range(300)]
        self.many = self.source("many.geojson", *many)
        self.before = self.versions()

    def assert_refused(self, path, what):
        done = self.take(path, "taken", code=None)
        self.assertIn(done.returncode, (1, 2, 3), f"{what}: {done.stdout}{done.stderr}")
        self.assertIn("错误：", done.stderr, what)
        self.assertEqual(self.versions(), self.before, what)

    def cut(self, name, share):
        path = self.folder / name
        whole = path.read_bytes()
        path.write_bytes(whole[:int(len(whole) * share)])
        return whole

    def test_every_part_of_every_format_cut_off(self):
        for name, parts in (("a.shp", ("shp", "shx", "dbf")), ("a.tab", ("map", "dat", "tab")), ("a.mif", ("mif", "mid")),
                            ("a.kml", ("kml",)), ("a.fgb", ("fgb",)), ("a.sqlite", ("sqlite",)), ("a.geojson", ("geojson",)),
                            ("a.kmz", ("kmz",))):
            self.make(name, *FORMATS.get(name, FORMATS["gbk.shp"]), source=self.many)
            for part in parts:
                for share in SHARES:
                    whole = self.cut(f"a.{part}", share)
                    self.assert_refused(name, f"{name}: .{part} cut at {share}")
                    (self.folder / f"a.{part}").write_bytes(whole)
            self.take(name, "scratch")  # mended, it is taken
            self.before = self.versions()
            for p in self.folder.glob("a.*"):
                p.unlink()

    def test_a_geodatabase_with_a_table_cut_off(self):
        self.make("a.gdb", *GDB, source=self.many)
        table = max((self.folder / "a.gdb").glob("*.gdbtable"), key=lambda p: p.stat().st_size)
        for path in (table, table.with_suffix(".gdbtablx")):
            for share in SHARES:
                whole = self.cut(f"a.gdb/{path.name}", share)
                self.assert_refused("a.gdb", f"{path.suffix} cut at {share}")
                path.write_bytes(whole)

    def test_an_archive_cut_off_or_with_a_byte_changed(self):
        self.make("gbk.shp", *FORMATS["gbk.shp"], source=self.many)
        with zipfile.ZipFile(self.folder / "a.zip", "w", zipfile.ZIP_DEFLATED) as z:
            for part in ("shp", "shx", "dbf", "prj"):
                z.write(self.folder / f"gbk.{part}", f"a.{part}")
        whole = (self.folder / "a.zip").read_bytes()
        for share in (0.1, *SHARES, 0.999):
            (self.folder / "a.zip").write_bytes(whole[:int(len(whole) * share)])
            self.assert_refused("a.zip", f"cut at {share}")
        changed = bytearray(whole)
        changed[len(whole) // 3] ^= 0xFF
        (self.folder / "a.zip").write_bytes(changed)
        self.assert_refused("a.zip", "a byte changed")

    def test_a_shapefile_without_one_of_its_files(self):
        self.make("gbk.shp", *FORMATS["gbk.shp"])
        for part, word in ((".shx", ".shx"), (".dbf", ".dbf"), (".prj", "--crs")):
            path = self.folder / f"gbk{part}"
            shutil.move(path, self.folder / "kept")
            done = self.take("gbk.shp", "taken", code=1)
            self.assertIn(word, done.stderr)
            shutil.move(self.folder / "kept", path)


if __name__ == "__main__":
    official.main()
