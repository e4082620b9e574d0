"""Parcel audits: every output, the same rows whatever the threads, bad parcels as rows, memory, exit codes."""
import csv
import html
import html.parser
import json
import pathlib
import re
import sys
import tempfile
import unittest
import zipfile

import audit_fixture as f
from audit_fixture import runs

N = runs.small_or_whole(1200, 3000)
BOW_TIE = [(111.7, 40.8), (111.701, 40.801), (111.701, 40.8), (111.7, 40.801), (111.7, 40.8)]
FAR_AWAY = [(5, 5), (5.1, 5), (5.1, 5.1), (5, 5)]
IN_CORE = [(111.802, 40.802), (111.803, 40.802), (111.803, 40.803), (111.802, 40.803), (111.802, 40.802)]
FREE = [(111.95, 40.95), (111.951, 40.95), (111.951, 40.951), (111.95, 40.951), (111.95, 40.95)]


class Balanced(html.parser.HTMLParser):
    VOID = {"meta", "br", "rect", "circle", "path"}

    def __init__(self):
        super().__init__()
        self.open = []

    def handle_starttag(self, tag, attrs):
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in self.VOID:
            assert self.open.pop() == tag, tag


class Parcels(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.dir = pathlib.Path(cls.temporary.name)
        cls.store = f.store(cls.dir)
        cls.input = f.many(cls.dir / "in.gpkg", N)

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def run_to(self, name, *more, source=None, code=0):
        out = self.dir / name
        r = f.audit("parcels", source or self.input, "-o", out, "--store", self.store, "--overwrite", *more, code=code)
        return out, r

    @f.only_threads
    def test_same_rows_for_any_number_of_threads(self):
        for ending in ("gpkg", "csv", "geojsonl"):
            found = set()
            for threads in f.THREADS:
                out, _ = self.run_to(f"t{threads}.{ending}", "--threads", threads, "--class-field", "class",
                                     *(("--overlaps",) if ending == "gpkg" else ()))
                found.add(f.digest(out))
            self.assertEqual(1, len(found), ending)

    @f.no_threads
    def test_rows_are_those_of_single_checks(self):
        out, _ = self.run_to("single.gpkg")
        some = f.rows(out, f"SELECT * FROM parcels WHERE fid % {N // runs.small_or_whole(6, 12)} = 1")
        shapes = {r["fid"]: r["geom"] for r in f.rows(self.input, "SELECT fid, geom FROM p")}
        for row in some:
            one = f.write_gpkg(self.dir / f"one{row['fid']}.gpkg", [(shapes[row["fid"]], "X", "", "", "")])
            single, _ = self.run_to("one.csv", source=one)
            with open(single, encoding="utf-8-sig") as text:
                got = next(csv.DictReader(text))
            self.assertEqual(got["verdict"], row["verdict"])
            self.assertAlmostEqual(float(got["area_m2"]), row["area_m2"], 3)
            self.assertEqual(shapes[row["fid"]], row["geom"])  # the bytes as they were

    @f.no_threads
    def test_other_readers_give_the_same_rows(self):
        copy = f.as_geojson(self.input, self.dir / "copy.geojson")
        sql = "SELECT fid, parcel_id, name, county, project_class, verdict, round(area_m2, 3) AS area, rules FROM parcels"
        fast, _ = self.run_to("fast.gpkg", "--class-field", "class")
        slow, _ = self.run_to("slow.gpkg", "--class-field", "class", source=copy)
        self.assertEqual(f.rows(fast, sql), f.rows(slow, sql))

    @f.no_threads
    def test_bad_parcels_are_rows(self):
        bad = f.write_gpkg(self.dir / "bad.gpkg", [
            (f.blob([BOW_TIE]), "bow", "", "", ""), (None, "none", "", "", ""), (b"rubbish", "rubbish", "", "", ""),
            (f.blob([FAR_AWAY]), "far", "", "", ""), (f.blob([FREE]), "class", "", "", "NO_SUCH"),
            (f.blob([IN_CORE]), "core", "", "", "GENERAL"), (f.blob([FREE])[:-20], "short", "", "", "")])
        out, r = self.run_to("bad-out.gpkg", "--class-field", "class", "--fail-on", "prohibited", source=bad, code=10)
        nothing_measured = f.write_gpkg(self.dir / "none-measured.gpkg", [(f.blob([BOW_TIE]), "bow", "", "", "")])
        for asked, code in (("prohibited", 0), ("unknown", 10), ("restricted", 10), ("prohibited,notice", 10)):
            self.run_to("none-out.csv", "--fail-on", asked, source=nothing_measured, code=code)
        got = {row["parcel_id"]: row for row in f.rows(out, "SELECT * FROM parcels")}
        self.assertEqual(7, len(got))
        for name in ("bow", "none", "rubbish", "far", "class", "short"):
            self.assertEqual(("unknown", 0), (got[name]["verdict"], got[name]["measured"]), name)
            self.assertIsNone(got[name]["area_m2"], name)
            self.assertTrue(got[name]["reason_zh"] and got[name]["reason_en"], name)
            self.assertEqual("unmeasured", got[name]["red_line_status"])
        self.assertEqual(("prohibited", 1), (got["core"]["verdict"], got["core"]["measured"]))
        self.assertIsNotNone(got["bow"]["geom"])  # it is there to be looked at
        self.assertIn("无法测算 unmeasured 6", r.stdout)

    @f.no_threads
    def test_no_output_loses_or_reorders_rows(self):
        """Rows stay in the order of the input; those without geometry, which FlatGeobuf cannot hold, are beside it."""
        rng = f.random.Random(5)
        rows = [(f.blob([f.parcel(rng)]) if i % 7 else None, f"P{i}", "", "", "") for i in range(60)]
        source = f.write_gpkg(self.dir / "holes.gpkg", rows)
        wanted = [f"P{i}" for i in range(60)]
        for ending in ("fgb", "xlsx", "csv", "geojsonl"):
            out, _ = self.run_to(f"holes-out.{ending}", source=source)
            copy = self.dir / f"holes-{ending}.csv"
            table, code = ("地块", "地块编号") if ending == "xlsx" else ("parcels", "parcel_id")
            if ending == "csv":
                copy = out
            elif ending != "geojsonl":
                f.subprocess.run(["ogr2ogr", "-f", "CSV", str(copy), str(out), table], check=True, capture_output=True)
            if ending == "geojsonl":
                got = [json.loads(line)["properties"]["parcel_id"] for line in out.read_text(encoding="utf-8").splitlines()]
            else:
                with open(copy, encoding="utf-8-sig") as text:
                    got = [row[code] for row in csv.DictReader(text)]
            if ending == "fgb":
                with open(f"{out}.without-geometry.csv", encoding="utf-8-sig") as text:
                    bare = [row["parcel_id"] for row in csv.DictReader(text)]
                self.assertEqual([p for i, p in enumerate(wanted) if i % 7 == 0], bare)
                self.assertEqual([p for p in wanted if p not in bare], got)
                self.run_to(f"holes-out.{ending}")  # all of these have geometry
                self.assertFalse(pathlib.Path(f"{out}.without-geometry.csv").exists())
            else:
                self.assertEqual(wanted, got, ending)

    @f.no_threads
    def test_a_workbook_is_made_for_people(self):
        """Chinese heads that stay in sight, a filter over all rows, figures as numbers in a form, and nothing where nothing was measured: every
        cell against the GeoPackage. The same bytes twice."""
        rng = f.random.Random(6)
        rows = [(f.blob([f.parcel(rng)]) if i % 7 else None, f"P{i}", "名称" if i % 2 else None, "150102", "") for i in range(40)]
        source = f.write_gpkg(self.dir / "book.gpkg", rows)
        out, _ = self.run_to("book-out.xlsx", source=source)
        again, _ = self.run_to("book-again.xlsx", source=source)
        self.assertEqual(out.read_bytes(), again.read_bytes())
        stored = f.rows(self.run_to("book-out.gpkg", source=source)[0], "SELECT * FROM parcels ORDER BY fid")
        with zipfile.ZipFile(out) as book:
            self.assertEqual(["地块", "压占图斑"], re.findall('<sheet name="([^"]+)"', book.read("xl/workbook.xml").decode("utf-8")))
            text = book.read("xl/worksheets/sheet1.xml").decode("utf-8")
            styles = book.read("xl/styles.xml").decode("utf-8")
        self.assertIn('xSplit="2" ySplit="1"', text)
        self.assertIn('state="frozen"', text)
        self.assertRegex(text, r'<autoFilter ref="A1:[A-Z]+41"/>')
        self.assertLessEqual({"#,##0.00", "0.00%"}, set(re.findall('formatCode="([^"]+)"', styles)))
        cells = {at: (kind, html.unescape(re.sub("<[^>]+>", "", value))) for at, kind, value in re.findall(r'<c r="([A-Z]+\d+)"[^>]*?(t="inlineStr"|)>(.*?)</c>', text)}
        heads = {value: at[:-1] for at, (_, value) in cells.items() if re.fullmatch("[A-Z]+1", at)}
        self.assertTrue(all(re.search("[\u4e00-\u9fff]", h) for h in heads), heads)
        prefix = next(k[:-3] for k in stored[0] if k.endswith("_m2") and k != "area_m2")
        for head, column in (("地块编号", "parcel_id"), ("名称", "name"), ("结论", "verdict_zh"), ("说明", "reason_zh"), ("地块面积（平方米）", "area_m2"), ("生态保护红线面积（平方米）", prefix + "_m2"),
                             ("生态保护红线占地块比例", prefix + "_share")):
            for i, row in enumerate(stored):
                kind, value = cells.get(f"{heads[head]}{i + 2}", ("", None))
                if isinstance(row[column], float):
                    self.assertEqual("", kind, (head, i))
                    self.assertAlmostEqual(row[column], float(value), delta=1e-14 * row[column], msg=(head, i))  # 16 digits
                else:
                    self.assertEqual(row[column], value, (head, i))
        self.assertGreater(sum(r["area_m2"] is None for r in stored), 3)

    @f.no_threads
    def test_every_output(self):
        for ending in ("csv", "geojsonl", "fgb", "xlsx"):
            out, _ = self.run_to(f"every.{ending}")
            self.assertGreater(out.stat().st_size, 1000, ending)
            self.assertEqual([], [p.name for p in self.dir.glob(f"*every.{ending}*part*")])
        with open(self.dir / "every.csv", encoding="utf-8-sig") as text:
            parcels = list(csv.DictReader(text))
        with open(self.dir / "every.csv.findings.csv", encoding="utf-8-sig") as text:
            findings = list(csv.DictReader(text))
        features = [json.loads(line) for line in (self.dir / "every.geojsonl").read_text(encoding="utf-8").splitlines()]
        self.assertEqual([str(i + 1) for i in range(N)], [p["position"] for p in parcels])
        self.assertEqual(N, len(features))
        self.assertEqual(len(findings), sum(len(p["properties"]["findings"]) for p in features))
        self.assertEqual("地块，“一”", parcels[0]["name"])

    @f.no_threads
    def test_summary_page(self):
        page = self.dir / "s.html"
        self.run_to("page.gpkg", "--summary", page, "--class-field", "class")
        text = page.read_text(encoding="utf-8")
        parser = Balanced()
        parser.feed(text)
        self.assertEqual([], parser.open)
        for word in ("示例数据", "<svg", "最严重的地块", "150102", f"{N} 个地块", "压占面积", "分布图", "按项目类型", "NATIONAL_MAJOR"):
            self.assertIn(word, text)
        self.assertNotIn("<script", text)

    @f.no_threads
    def test_what_was_not_measured_is_no_zero_in_the_sums(self):
        """Sums of parcels of which none was measured are a word on the page and null for programs; sums that lack some say so;
        so do those of a line whose data do not reach the parcel."""
        bow = [(111.7, 40.8), (111.701, 40.801), (111.701, 40.8), (111.7, 40.801), (111.7, 40.8)]
        square = [(x, y) for x, y in ((111.72, 40.82), (111.721, 40.82), (111.721, 40.821), (111.72, 40.821), (111.72, 40.82))]
        far = [(x + 5, y) for x, y in square]  # outside the coverage of the lines
        source = f.write_gpkg(self.dir / "u.gpkg", [(f.blob([bow]), "BOW", "", "150101", ""), (f.blob([square]), "OK", "", "150102", ""),
                                                    (f.blob([far]), "FAR", "", "150103", ""), (f.blob([bow]), "BOW2", "", "150104", ""),
                                                    (f.blob([square]), "OK2", "", "150104", "")])
        page, sums = self.dir / "u.html", self.dir / "u.json"
        f.audit("parcels", source, "-o", self.dir / "u.csv", "--store", self.store, "--summary", page)
        f.audit("parcels", source, "-o", self.dir / "u.csv", "--store", self.store, "--summary", sums, "--overwrite")
        groups = {g["county"]: g for g in json.loads(sums.read_text())["groups"]}
        line = lambda county: groups[county]["overlaps"]["ecological_red_line"]  # noqa: E731
        self.assertEqual((None, None, 1), (groups["150101"]["area_m2"], line("150101")["area_m2"], line("150101")["n_unmeasured"]))
        self.assertEqual((0, 0), (line("150102")["area_m2"], line("150102")["n_unmeasured"]))
        self.assertEqual((None, 1), (line("150103")["area_m2"], line("150103")["n_unmeasured"]))
        self.assertGreater(groups["150103"]["area_m2"], 1000)
        self.assertEqual((0, 1), (line("150104")["area_m2"], line("150104")["n_unmeasured"]))
        text = page.read_text(encoding="utf-8")
        cells = {c: re.search(f"<tr><td>{c} .*?</tr>", text, re.S).group(0) for c in groups}
        self.assertEqual(4, cells["150101"].count("<td>未测算</td>"))
        self.assertEqual(0, cells["150102"].count("未测算"))
        self.assertEqual(3, cells["150103"].count("<td>未测算</td>"))
        self.assertEqual(4, cells["150104"].count("*</td>"))
        self.assertIn("另有 3 个未测算", text)

    @f.no_threads
    def test_county_by_place(self):
        """A parcel without a county code is counted where it lies, when county polygons are loaded; its own code stands."""
        folder = self.dir / "counties"
        folder.mkdir()
        store = f.store(folder)
        counties = f.write_json(folder / "c.geojson", f.fixture.collection(
            f.fixture.feature((111.0, 40.0, 111.74, 41.5), BSM="150102", XZQDM="150102", XZQMC="新城区"),
            f.fixture.feature((111.74, 40.0, 112.5, 41.5), BSM="150103", XZQDM="150103", XZQMC="回民区")))
        f.subprocess.run([f.fixture.store_maker(f.PROGRAM), "import", "--store", store, counties, "--layer", "admin_counties", "--kind", "admin",
                          "--confirm-layer"], check=True, capture_output=True)
        rows = [(f.blob([[(x, 40.8), (x + 0.001, 40.8), (x + 0.001, 40.801), (x, 40.8)]]), f"P{i}", "", own, "")
                for i, (x, own) in enumerate(((111.70, ""), (111.75, ""), (111.70, "150207"), (113.0, "")))]
        source = f.write_gpkg(folder / "p.gpkg", rows)
        out, page = folder / "o.csv", folder / "o.html"
        f.audit("parcels", source, "-o", out, "--store", store, "--summary", page)
        with open(out, encoding="utf-8-sig") as text:
            self.assertEqual(["150102", "150103", "150207", ""], [r["county"] for r in csv.DictReader(text)])
        self.assertIn("150103 回民区", page.read_text(encoding="utf-8"))

    @f.no_threads
    def test_refusals_and_exit_codes(self):
        out, _ = self.run_to("there.csv")
        self.assertIn("--overwrite", f.audit("parcels", self.input, "-o", out, "--store", self.store, code=1).stderr)
        f.audit("parcels", self.input, "-o", self.dir / "x.doc", "--store", self.store, code=1)
        f.audit("parcels", self.dir / "none.gpkg", "-o", self.dir / "x.csv", "--store", self.store, code=1)
        f.audit("parcels", self.input, "--store", self.store, code=1)
        f.audit("parcels", self.input, "-o", self.dir / "y.csv", "--id-field", "nope", "--store", self.store, code=1)
        f.audit("parcels", self.input, "-o", self.dir / "y.csv", "--fail-on", "often", "--store", self.store, code=1)
        f.audit("parcels", self.input, "-o", self.dir / "y.csv", "--store", self.dir / "no.sqlite", code=2)
        f.audit("parcels", self.input, "-o", self.input, "--store", self.store, "--overwrite", code=1)
        self.run_to("f.csv", "--fail-on", "prohibited", code=10)

    @f.of_the_everyday_build
    def test_memory_does_not_grow_with_the_file(self):
        large = f.many(self.dir / "large.gpkg", runs.small_or_whole(25000, 60000))
        small_kb, large_kb = (f.peak_kb("parcels", path, "-o", self.dir / "m.csv", "--store", self.store, "--overwrite")
                              for path in (self.input, large))
        self.assertLess(large_kb - small_kb, runs.small_or_whole(15, 30) * 1024, f"{small_kb} -> {large_kb} kB")


if __name__ == "__main__":
    unittest.main(argv=["test_parcels", *sys.argv[3:]], verbosity=2)
