"""CSV, WKT and sequences of GeoJSON in a parcel audit: a row that cannot be read is a row with its reason and its line, wherever
it stands; every other row is measured as in a single check; what is wrong with the file is refused with its question."""
import csv
import json
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest

import audit_fixture as f
from audit_fixture import runs

WEST, SOUTH = 111.70, 40.80  # within the test's red line


def ring(i, size=0.0004):
    x, y = WEST + 0.0005 * (i % 18), SOUTH + 0.0005 * (i // 18 % 18)
    return [(x, y), (x + size, y), (x + size, y + size), (x, y + size), (x, y)]


def wkt(i, points=None):
    return "POLYGON((" + ", ".join(f"{x:.6f} {y:.6f}" for x, y in (points or ring(i))) + "))"


def bow(i):
    p = ring(i)
    return [p[0], p[2], p[1], (p[3][0], p[3][1] + 0.0001), p[0]]


def grid(i, prefix=37):
    x, y = 4520000 + 60 * (i // 30), prefix * 1000000 + 558000 + 60 * (i % 30)
    return [(x, y), (x + 40, y), (x + 40, y + 40), (x, y + 40)]


class Rows(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.addCleanup(self.temporary.cleanup)
        self.dir = pathlib.Path(self.temporary.name)
        self.store = f.store(self.dir)

    def write(self, name, lines, encoding="utf-8", end="\n"):
        path = self.dir / name
        path.write_bytes(b"".join(x if isinstance(x, bytes) else (x + end).encode(encoding) for x in lines))
        return path

    def audit(self, path, *more, code=0):
        out = self.dir / "out.csv"
        r = f.audit("parcels", path, "-o", out, "--store", self.store, "--overwrite", *more, code=code)
        if code:
            return r.stderr
        with open(out, encoding="utf-8-sig") as text:
            return list(csv.DictReader(text))

    def expect(self, rows, ids, bad):
        """Every row there, in order; the bad ones unknown with a reason in both languages, the others measured."""
        self.assertEqual(ids, [x["parcel_id"] for x in rows])
        self.assertEqual([str(i + 1) for i in range(len(ids))], [x["position"] for x in rows])
        for row in rows:
            if row["parcel_id"] in bad:
                self.assertEqual(("0", "unknown"), (row["measured"], row["verdict"]), row)
                self.assertTrue(row["reason_zh"] and row["reason_en"], row)
            else:
                self.assertEqual("1", row["measured"], row)
                self.assertGreater(float(row["area_m2"]), 1000)

    # ---- CSV with WKT ----

    def test_bad_rows_of_csv(self):
        def row(name, geometry, more="一号"):
            return f'{name},"{geometry}",{more}'
        lines = ["编号,WKT,名称", row("G1", wkt(1)), row("BOW", wkt(2, bow(2))), row("G2", wkt(3)), row("EMPTY", ""),
                 row("OPEN", "POLYGON((111.7 40.8, 111.71 40.8"), row("WORD", "POLYGON((a b, c d, e f, a b))"), "", ",,",
                 row("POINT", "POINT(111.7 40.8)"), row("NAN", wkt(4).replace("40.8", "nan", 1)), row("G3", wkt(5)),
                 row("SEA", wkt(6).replace("111.7", "11.7")), row("NONE", "hello"), row("SWAP", wkt(7, [(y, x) for x, y in ring(7)])),
                 "LESS", row("G4", wkt(8), '"带,逗号""和引号"')]
        ids = ["G1", "BOW", "G2", "EMPTY", "OPEN", "WORD", "POINT", "NAN", "G3", "SEA", "NONE", "SWAP", "LESS", "G4"]
        for encoding in ("utf-8", "utf-8-sig", "gb18030", "utf-16"):
            for end in ("\n", "\r\n", "\r"):
                path = self.dir / "bad.csv"
                path.write_bytes((end.join(lines) + end).encode(encoding))
                rows = self.audit(path)
                self.expect(rows, ids, {"BOW", "EMPTY", "OPEN", "WORD", "POINT", "NAN", "SEA", "NONE", "LESS"})
                got = {x["parcel_id"]: x for x in rows}
                self.assertEqual("带,逗号\"和引号", got["G4"]["name"])
                for name in ("EMPTY", "OPEN", "WORD", "NONE"):
                    line = next(i + 1 for i, text in enumerate(lines) if text.startswith(name))
                    self.assertIn(f"第{line}行", got[name]["reason_zh"], name)
                    self.assertIn(f"Line {line}", got[name]["reason_en"], name)

    def test_a_quote_that_nothing_closes_spoils_its_own_row_only(self):
        good = [f'P{i},"{wkt(i)}",n' for i in range(6)]
        lines = ["id,wkt,name", *good[:2], f'Q1,"{wkt(7)},n', *good[2:4], 'Q2,"' + wkt(8) + '","n', *good[4:]]
        self.expect(self.audit(self.write("q.csv", lines)), ["P0", "P1", "Q1", "P2", "P3", "Q2", "P4", "P5"], {"Q1", "Q2"})
        last = self.audit(self.write("q.csv", lines[:3] + [f'Q1,"{wkt(7)},n']))
        self.expect(last, ["P0", "P1", "Q1"], {"Q1"})
        self.assertIn("第4行", last[2]["reason_zh"])
        # quoted line ends are no error
        split = [f'P{i},"{wkt(i)}",n'.replace(", ", ",\n") for i in range(3)]
        self.expect(self.audit(self.write("q.csv", ["id,wkt,name", *split])), ["P0", "P1", "P2"], set())

    def test_bytes_that_are_no_text_spoil_their_own_row_only(self):
        lines = ["编号,wkt,name", f'甲1,"{wkt(1)}",地块', f'乙2,"{wkt(2)}",'.encode() + b"\xff\xff\n", f'丙3,"{wkt(3)}",地块',
                 f'丁4,"{wkt(4)}",'.encode() + b"\0x\n", f'戊5,"{wkt(5)}",地块']
        rows = self.audit(self.write("bytes.csv", lines))
        self.assertEqual(["1", "0", "1", "0", "1"], [x["measured"] for x in rows])
        self.assertEqual(["甲1", "丙3", "戊5"], [rows[i]["parcel_id"] for i in (0, 2, 4)])
        # a word that is valid in both encodings is read as the rest of the file
        gb = self.audit(self.write("gb.csv", ["id,wkt,name", f'1,"{wkt(1)}",联通', f'2,"{wkt(2)}",地块', f'3,"{wkt(3)}",红线'], "gb18030"))
        self.assertEqual(["联通", "地块", "红线"], [x["name"] for x in gb])

    def test_columns(self):
        lines = ["BSM,wkt,类别,XZQDM,备注,编号"] + [f'B{i},"{wkt(i)}",{c},150102,注{i},{i}' for i, c in enumerate(["GENERAL", "NATIONAL_MAJOR", "WRONG"])]
        rows = self.audit(self.write("c.csv", lines), "--class-field", "类别")
        self.assertEqual(["B0", "B1", "B2"], [x["parcel_id"] for x in rows])
        self.assertEqual(["GENERAL", "NATIONAL_MAJOR"], [x["project_class"] for x in rows[:2]])
        self.assertEqual(["1", "1", "0"], [x["measured"] for x in rows])
        self.assertEqual({"备注": "注1", "编号": "1"}, json.loads(rows[1]["properties"]))
        self.assertEqual(["150102"] * 3, [x["county"] for x in rows])
        self.assertEqual(["0", "1", "2"], [x["parcel_id"] for x in self.audit(self.dir / "c.csv", "--id-field", "编号")])
        self.assertIn("没有", self.audit(self.dir / "c.csv", "--class-field", "nothing", code=1))

    def test_no_cell_becomes_a_formula_or_another_number_in_a_spreadsheet(self):
        """As in the report's CSV: an apostrophe before what a spreadsheet would compute, a tab before what it would turn into
        another number, and everything else as it was written; figures stay figures."""
        ids = ['=HYPERLINK("http://x","y")', "@SUM(1,1)", "+1", "-2", "150102200001012345", "001", "3-12", "1E5", "150102", "丙"]
        names = ["=1+1", "＝1", "110105196001010011", "0012", "项目", "-", "@x", "12", "a", "b"]
        quoted = ['"' + x.replace('"', '""') + '"' for x in ids]
        rows = self.audit(self.write("guard.csv", ["BSM,XMMC,XZQDM,wkt"] +
                                     [f'{quoted[i]},{names[i]},150102,"{wkt(i)}"' for i in range(len(ids))]))
        self.assertEqual(["'" + x for x in ids[:4]] + ["\t" + x for x in ids[4:8]] + ids[8:], [x["parcel_id"] for x in rows])
        self.assertEqual(["'=1+1", "'＝1", "\t110105196001010011", "\t0012", "项目", "'-", "'@x", "12", "a", "b"],
                         [x["name"] for x in rows])
        self.assertEqual(["150102"] * len(ids), [x["county"] for x in rows])
        with open(self.dir / "out.csv.findings.csv", encoding="utf-8-sig") as text:
            found = {x["position"]: x["parcel_id"] for x in csv.DictReader(text)}
        self.assertEqual("'" + ids[0], found["1"])
        self.assertEqual("\t" + ids[4], found["5"])
        for row in rows:
            self.assertGreater(float(row["area_m2"]), 1000)

    def test_figures_are_those_of_a_single_check(self):
        for name, lines in (("a.csv", ["id;geom"] + [f"P{i};{wkt(i)}" for i in range(40)]), ("a.wkt", [wkt(i) for i in range(40)]),
                            ("p.csv", ["地块号,X,Y"] + [f"P{i},{x},{y}" for i in range(40) for x, y in grid(i)])):
            path = self.write(name, lines)
            rows = self.audit(path)
            r = subprocess.run([f.PROGRAM, "check", str(path), "--store", self.store, "--format", "json"], capture_output=True, text=True)
            single = json.loads(r.stdout)["parcels"]
            self.assertEqual([(x["id"], x["verdict"]) for x in single], [(x["parcel_id"], x["verdict"]) for x in rows])
            for row, one in zip(rows, single):
                self.assertAlmostEqual(float(row["area_m2"]), one["area_m2"], 3)

    # ---- CSV with a point a row ----

    def test_bad_points(self):
        lines = ["地块号,X,Y"]
        for i in range(6):
            lines += [f"P{i},{x},{y}" for x, y in grid(i)]
        lines[6] = "P1,4520000,abc"
        lines[15:17] = []  # two points of P3
        rows = self.audit(self.write("p.csv", lines))
        self.expect(rows, [f"P{i}" for i in range(6)], {"P1", "P3"})
        self.assertIn("第7行", rows[1]["reason_zh"])
        # several areas of one plot are one row, as in a single check
        two = ["地块号,X,Y"] + [f"A,{x},{y}" for x, y in grid(0)] + [",,"] + [f"A,{x},{y}" for x, y in grid(5)] + [f"B,{x},{y}" for x, y in grid(9)]
        self.expect(self.audit(self.write("two.csv", two)), ["A", "B"], set())

    # ---- WKT ----

    def test_bad_rows_of_wkt(self):
        lines = [wkt(0), "POLYGON((111.7 40.8, 111.71", wkt(1), "hello", wkt(2) + ")", "POLYGON EMPTY", wkt(3, bow(3)),
                 wkt(4).replace("POLYGON(", "POLYGON\n("), wkt(5) + ";" + wkt(6), "SRID=abc;" + wkt(7), "", wkt(8)]
        rows = self.audit(self.write("b.wkt", lines))
        self.expect(rows, [str(i + 1) for i in range(12)], {"2", "4", "5", "6", "7", "11"})
        self.assertIn("第2行", rows[1]["reason_zh"])
        self.assertIn("第7行", rows[6]["reason_zh"])
        self.expect(self.audit(self.write("first.wkt", ["POLYGONE((1 2))", wkt(1)])), ["1", "2"], {"1"})
        self.expect(self.audit(self.write("bom.wkt", [wkt(1), wkt(2)], "utf-8-sig")), ["1", "2"], set())

    def test_an_srid_holds_until_the_next(self):
        def east(i):  # without a prefix
            p = grid(i, 0)
            return "POLYGON((" + ",".join(f"{y} {x}" for x, y in [*p, p[0]]) + "))"
        rows = self.audit(self.write("s.wkt", ["SRID=4546;" + east(0), east(1), "SRID=4490;" + wkt(2), "SRID=4546;" + east(3)]))
        self.expect(rows, ["1", "2", "3", "4"], set())

    # ---- what concerns the whole file ----

    def test_what_concerns_the_whole_file_is_refused(self):
        bare = ["地块号,X,Y"] + [f"P{i},{x},{y}" for i in range(3) for x, y in grid(i, 0)]
        self.assertIn("带号", self.audit(self.write("bare.csv", bare), code=1))
        self.assertEqual(3, len(self.audit(self.dir / "bare.csv", "--crs", "4546")))
        self.assertIn("EPSG:4546", self.audit(self.write("deg.csv", ["id,wkt", f'1,"{wkt(1)}"']), "--crs", "4546", code=1))
        for name, lines in (("head.csv", ["id,wkt"]), ("no.csv", ["a,b", "1,2"]), ("empty.csv", []), ("empty.wkt", []), ("blank.wkt", ["", " "])):
            self.audit(self.write(name, lines), code=1)

    # ---- sequences of GeoJSON ----

    def line(self, i, **properties):
        return json.dumps(f.fixture.collection({"type": "Feature", "properties": {"BSM": f"P{i}", **properties}, "geometry": {
            "type": "Polygon", "coordinates": [ring(i)]}})["features"][0], ensure_ascii=False)

    def test_bad_lines_of_a_sequence(self):
        """GDAL passes over lines that it cannot read without a word: here each is a row."""
        good = [self.line(i, note="注") for i in range(8)]
        bad = ["garbage", '{"type":"Feature","geometry":{"type":"Pol', "[1,2]", '{"a":1}', good[0] + "}", good[0].replace("[[111", "[[1e999"),
               '{"type":"FeatureCollection","features":[]}', "[" * 3000, '{"type":"Feature","properties":{"x":' + "[" * 40 + "]" * 40 + '},"geometry":null}']
        whole = self.audit(self.write("whole.geojsonl", good))
        for place in (0, 3, 8):
            for end in ("\n", "\r\n"):
                rows = self.audit(self.write("bad.geojsonl", good[:place] + bad + good[place:], end=end))
                self.assertEqual(len(good) + len(bad), len(rows))
                for k, row in enumerate(rows[place:place + len(bad)]):
                    self.assertEqual(("0", "unknown"), (row["measured"], row["verdict"]))
                    self.assertIn(f"第{place + k + 1}行", row["reason_zh"])
                    self.assertRegex(row["reason_en"], rf"(?i)\bline {place + k + 1}\b")
                rest = rows[:place] + rows[place + len(bad):]
                drop = ("position", "source_fid")
                self.assertEqual([{k: v for k, v in x.items() if k not in drop} for x in whole],
                                 [{k: v for k, v in x.items() if k not in drop} for x in rest])
        # none is a feature; GDAL would take the first four, and end the run at the last
        cut = [x + "}" for x in good[:4]] + [good[4][:60]]
        self.assertEqual(["0"] * 5, [x["measured"] for x in self.audit(self.write("none.geojsonl", cut))])
        rs = self.dir / "rs.geojsons"
        rs.write_text("".join("\x1e" + x + "\n" for x in good[:2] + ["garbage"] + good[2:]), encoding="utf-8")
        rows = self.audit(rs)
        self.assertEqual(9, len(rows))
        self.assertEqual("0", rows[2]["measured"])

    # ---- any size, any number of threads, stopped and resumed ----

    def many(self, name, n, padding=400):
        def row(i):
            return wkt(i % 300, bow(i % 300)) if i % 97 == 13 else wkt(i % 300)[:-(1 + i % 5)] if i % 101 == 50 else wkt(i % 300)
        if name.endswith(".csv"):
            lines = ["编号,wkt,名称"] + [f'P{i},"{row(i)}",地块' + (" " * padding) for i in range(n)]
        elif name.endswith(".wkt"):
            lines = [row(i) + " " * 400 for i in range(n)]
        else:
            lines = [self.line(i % 300) + " " * 200 if i % 97 != 13 else "bad " + "x" * (i % 7) for i in range(n)]
        return self.write(name, lines)

    @f.only_threads
    def test_any_number_of_threads(self):
        n = runs.small_or_whole(1200, 3000)
        for name in ("t.csv", "t.wkt", "t.geojsonl"):
            path = self.many(name, n)
            seen = set()
            for threads in (1, 2, 7):
                out = self.dir / f"{threads}.gpkg"
                f.audit("parcels", path, "-o", out, "--store", self.store, "--threads", threads, "--overwrite")
                seen.add(f.digest(out))
            self.assertEqual(1, len(seen), name)
            self.assertEqual(n, f.rows(out, "SELECT count(*) n FROM parcels")[0]["n"])

    @f.whole_under_sanitizers
    def test_killed_and_resumed(self):
        for name in ("k.csv", "k.wkt", "k.geojsonl"):
            path = self.many(name, runs.small_or_whole(12000, 15000 if f.SANITIZED else 30000))
            whole, out = self.dir / f"whole-{name}.csv", self.dir / f"out-{name}.csv"
            f.audit("parcels", path, "-o", whole, "--store", self.store)
            command = [f.PROGRAM, "audit", "parcels", str(path), "-o", str(out), "--store", self.store]
            p = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            state = pathlib.Path(f"{out}.audit")
            while p.poll() is None and not state.exists():
                time.sleep(0.002)
            p.send_signal(signal.SIGKILL)
            p.wait()
            r = subprocess.run([*command, "--resume"], capture_output=True, text=True)
            self.assertEqual(0, r.returncode, r.stderr)
            self.assertTrue(re.search(r"Resumed after row \d+|complete already", r.stderr), r.stderr)
            self.assertEqual(f.digest(whole), f.digest(out), name)
            left = [x.name for x in self.dir.iterdir() if x.name.startswith("out-" + name) and x.name != out.name and x.name not in (out.name + ".audit", out.name + ".findings.csv")]
            self.assertEqual([], left)

    @f.of_the_everyday_build
    def test_large_files_in_bounded_memory(self):
        n, padding = runs.small_or_whole((9000, 3800), (70000, 400))
        small, large = self.many("small.csv", n // 9, padding), self.many("large.csv", n, padding)
        self.assertGreater(large.stat().st_size, 33 << 20)  # above what is read whole
        out = self.dir / "bounded.csv"
        before, after = (f.peak_kb("parcels", path, "-o", out, "--store", self.store, "--overwrite") for path in (small, large))
        with open(out, encoding="utf-8-sig") as text:
            self.assertEqual(n, sum(1 for _ in csv.reader(text)) - 1)
        self.assertLess(after - before, 30 * 1024, f"{before} -> {after} kB")


if __name__ == "__main__":
    unittest.main(argv=["test_rows", *sys.argv[3:]], verbosity=2)
