"""The lines among themselves: the planted conflicts are found and nothing else is; two runs are compared; figures."""
import csv
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

import audit_fixture as f


def read(path):
    """The cells as a spreadsheet shows them: the tab that keeps a code of 18 digits a text is not part of it."""
    with open(path, encoding="utf-8-sig") as text:
        return [{k: v.removeprefix("\t") for k, v in row.items()} for row in csv.DictReader(text)]


class Lines(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.dir = pathlib.Path(cls.temporary.name)
        cls.store = f.fixture.geodata_store(f.PROGRAM, cls.dir / "geo.sqlite", f.SOURCE / "geodata")
        cls.out = cls.dir / "lines.csv"
        f.audit("lines", "--store", cls.store, "-o", cls.out)

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    @f.no_threads
    def test_planted_conflicts_and_nothing_else(self):
        planted = read(f.SOURCE / "geodata/lines/PLANTED.csv")
        found = read(self.out)
        self.assertEqual(len(planted), len(found))
        by_codes = {tuple(sorted((x["code_a"], x["code_b"]))): x for x in found}
        for p in planted:
            x = by_codes[tuple(sorted((p["bsm_a"], p["bsm_b"])))]
            if "county code" not in p["kind"]:
                # MJ is declared to the cent, so that "wrong MJ" is known only to that
                self.assertAlmostEqual(float(p["area_m2"]), float(x["area_m2"]), 1 if "MJ" in p["kind"] else 3, p["id"])
            self.assertEqual("sliver" in p["kind"], x["sliver"] == "1", p["id"])
            layers = {x["layer_a"], x["layer_b"]}
            if x["kind"] == "lines-cross":
                enclave = "permanent_basic_farmland" in layers and "urban_development_boundary" in layers
                self.assertEqual({"DATA-XLINE", "PBF-INUDB"} if enclave else {"DATA-XLINE"}, set(x["rule"].split(",")))
                self.assertAlmostEqual(float(p["lon"]), float(x["lon"]), 1)
                self.assertAlmostEqual(float(p["lat"]), float(x["lat"]), 1)
                self.assertTrue(x["prefecture"])

    @f.only_threads
    def test_same_for_any_number_of_threads(self):
        digests = set()
        for threads in f.THREADS:
            out = self.dir / f"t{threads}.geojsonl"
            f.audit("lines", "--store", self.store, "-o", out, "--threads", threads)
            digests.add(f.digest(out))
        self.assertEqual(1, len(digests))

    @f.no_threads
    def test_outputs(self):
        gpkg, page, fgb, xlsx = (self.dir / f"l.{ending}" for ending in ("gpkg", "html", "fgb", "xlsx"))
        f.audit("lines", "--store", self.store, "-o", gpkg, "-o", page, "-o", fgb, "-o", xlsx)
        self.assertEqual(16, f.rows(gpkg, "SELECT count(*) AS n FROM findings")[0]["n"])
        self.assertEqual(14, f.rows(gpkg, "SELECT count(*) AS n FROM findings WHERE geom IS NOT NULL")[0]["n"])
        for ending, magic in (("fgb", b"fgb\x03fgb"), ("xlsx", b"PK\x03\x04")):
            out = self.dir / f"l.{ending}"
            self.assertEqual(magic, out.read_bytes()[:len(magic)])
            listed = subprocess.run(["ogrinfo", "-ro", "-so", "-al", str(out)], capture_output=True, text=True).stdout
            self.assertIn("Layer name: findings", listed)
            self.assertIn(f"Feature Count: {14 if ending == 'fgb' else 16}", listed)
            self.assertIn("finding_id: String", listed)
        self.assertEqual(2, len(read(f"{self.dir / 'l.fgb'}.without-geometry.csv")))
        self.assertEqual([], [p.name for p in self.dir.iterdir() if "part" in p.name])
        text = page.read_text(encoding="utf-8")
        for word in ("示例数据", "150723900200015149", "不裁定谁让谁", "<svg"):
            self.assertIn(word, text)

    @f.whole_under_sanitizers
    def test_compare(self):
        endings = ("csv", "gpkg", "geojsonl")
        f.audit("lines", "--store", self.store, *(w for e in endings for w in ("-o", self.dir / f"old.{e}")))
        for ending in endings:
            old, new = self.dir / f"old.{ending}", self.dir / f"new.{ending}"
            r = f.audit("lines", "--store", self.store, "-o", new, "--compare", old)
            self.assertIn("新增 new 0\t仍在 still 16\t已解决 fixed 0", r.stdout)
            r = f.audit("lines", "--store", self.store, "--layer", "permanent_basic_farmland", "--compare", old)
            self.assertIn("新增 new 0\t仍在 still 4\t已解决 fixed 12", r.stdout)
        few = self.dir / "few.gpkg"
        f.audit("lines", "--store", self.store, "-o", few, "--layer", "permanent_basic_farmland")
        out = self.dir / "more.csv"
        r = f.audit("lines", "--store", self.store, "-o", out, "--compare", few)
        self.assertIn("新增 new 12\t仍在 still 4\t已解决 fixed 0", r.stdout)
        self.assertEqual(12, sum(x["change"] == "new" for x in read(out)))
        f.audit("lines", "--store", self.store, "--compare", self.store, code=1)

    @f.no_threads
    def test_gaps_and_overlaps_of_spaces(self):
        """Three spaces that leave a strip uncovered and overlap in another."""
        folder = self.dir / "gaps"
        folder.mkdir()
        store = f.fixture.empty_store(f.PROGRAM, folder / "s.sqlite")
        boxes = {"region": (111.0, 40.0, 111.9, 40.3), "urban_space": (111.0, 40.0, 111.3, 40.3),
                 "agricultural_space": (111.3005, 40.0, 111.6, 40.3), "ecological_space": (111.599, 40.0, 111.9, 40.3)}
        for layer, box in boxes.items():
            source = f.write_json(folder / f"{layer}.geojson",
                                  f.fixture.collection(f.fixture.feature(box, BSM=layer[:3], XZQDM="150100")))
            kind = "admin" if layer == "region" else "zone"
            subprocess.run([f.fixture.store_maker(f.PROGRAM), "import", "--store", store, source, "--layer", layer, "--kind", kind], check=True,
                           capture_output=True)
        out = folder / "out.csv"
        f.audit("lines", "--store", store, "-o", out)
        found = read(out)
        self.assertEqual({"gap", "spaces-cross"}, {x["kind"] for x in found})
        gaps = [x for x in found if x["kind"] == "gap"]
        for x in gaps:
            self.assertTrue(111.3 < float(x["lon"]) < 111.3005)
            self.assertAlmostEqual(42.5, float(x["width_m"]), delta=1)
        self.assertAlmostEqual(0.0005 * 0.3 * 85150 * 111030, sum(float(x["area_m2"]) for x in gaps), delta=3000)

    @f.no_threads
    def test_figures(self):
        out = self.dir / "f.json"
        f.audit("figures", "--store", self.store, "-o", out)
        figures = json.loads(out.read_text(encoding="utf-8"))
        # the sample is 50.46 % of the outline; a share is of the official area, 118.29万km², which is larger
        red = next(layer for layer in figures["layers"] if layer["layer"] == "ecological_red_line")
        self.assertAlmostEqual(0.5046, red["area_m2"] / figures["outline_m2"], 4)
        self.assertEqual(1182900e6, figures["official_m2"])
        self.assertAlmostEqual(red["area_m2"] / 1182900e6, figures["red_line_share"], 6)
        self.assertAlmostEqual(0.5046, figures["red_line_share_planned"], 4)
        self.assertTrue(all(p["share"] is None and p["share_note_zh"] for p in red["prefectures"]))  # none was read anywhere
        for layer in figures["layers"]:
            parts = sum(p["area_m2"] for p in layer["prefectures"])
            self.assertLess(parts, layer["area_m2"] * 1.001)
            self.assertGreater(parts, layer["area_m2"] * 0.97)  # the two outlines differ by kilometres
            counties = layer["counties"]
            self.assertAlmostEqual(layer["area_m2"], sum(c["area_m2"] for c in counties), 0)
            self.assertEqual(layer["features"], sum(c["features"] for c in counties))
            self.assertEqual(sorted({c["code"] for c in counties}), [c["code"] for c in counties])
            self.assertAlmostEqual(layer["area_m2"] if layer["zones"] else 0, sum(z["area_m2"] for z in layer["zones"]), -1)
        named = {c["code"]: c["name"] for layer in figures["layers"] for c in layer["counties"]}
        self.assertEqual("新城区", named["150102"])
        for ending in ("csv", "html"):
            f.audit("figures", "--store", self.store, "-o", self.dir / f"f.{ending}")
        text = (self.dir / "f.html").read_text(encoding="utf-8")
        for word in ("按盟市", "按旗县", "150102 新城区", "48.82 %", "50.46 %", "1182900 km²", "<svg"):
            self.assertIn(word, text)
        self.assertIn("ecological_red_line,生态保护红线（示例数据）,150102,新城区,", (self.dir / "f.csv").read_text(encoding="utf-8-sig"))


if __name__ == "__main__":
    unittest.main(argv=["test_lines", *sys.argv[3:]], verbosity=2)
