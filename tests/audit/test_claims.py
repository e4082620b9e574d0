"""Claims in a parcel audit: what a project claims of single lines, for all parcels or in a field. What is refused is never judged
as if nothing had been claimed."""
import csv
import json
import pathlib
import sqlite3
import sys
import tempfile
import unittest

import audit_fixture as f

WEST, SOUTH = 111.7005, 40.8005  # within the test's red line
GRANTED = "STBHHX=LIMITED_ACTIVITY:测字〔2026〕12号@2026-03-01@测试机关"
WRITTEN = "ecological_red_line=LIMITED_ACTIVITY:测字〔2026〕12号@2026-03-01@测试机关"
CELLS = (GRANTED, "", "看不懂", "STBHHX=NOBODY", GRANTED + "；永久基本农田=STATE_KEY", "STBHHX=GENERAL;STBHHX=GENERAL")


def parcel(i):
    x, y = WEST + 0.0005 * i, SOUTH
    return [(x, y), (x + 0.0004, y), (x + 0.0004, y + 0.0004), (x, y + 0.0004), (x, y)]


class Claims(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.dir = pathlib.Path(temporary.name)
        self.store = f.store(self.dir)
        self.input = self.dir / "in.gpkg"
        f.write_gpkg(self.input, [(f.blob([parcel(i)]), f"B{i}", "", "150102", cell) for i, cell in enumerate(CELLS)])

    def audit(self, *outputs_and_options, code=0):
        return f.audit("parcels", self.input, "--store", self.store, "--overwrite", *outputs_and_options, code=code)

    def rows(self, *options):
        out = self.dir / "out.csv"
        self.audit("-o", out, *options)
        with open(out, encoding="utf-8-sig") as text:
            return list(csv.DictReader(text))

    def test_of_a_field(self):
        plain, rows = self.rows(), self.rows("--claim-field", "class")
        self.assertEqual({"prohibited"}, {r["verdict"] for r in plain})
        self.assertEqual({""}, {r["claims"] for r in plain})
        self.assertEqual([WRITTEN, "", CELLS[2], CELLS[3], f"{WRITTEN};permanent_basic_farmland=STATE_KEY", CELLS[5]],
                         [r["claims"] for r in rows])
        for i, r in enumerate(rows):
            if i in (2, 3, 5):
                self.assertEqual(("unknown", "0", ""), (r["verdict"], r["measured"], r["rules"]))
                self.assertTrue(r["reason_zh"] and r["reason_en"])
            else:
                self.assertEqual(("1", ""), (r["measured"], r["reason_zh"]))
        self.assertNotEqual(plain[0]["rules"], rows[0]["rules"])
        self.assertEqual(plain[1]["rules"], rows[1]["rules"])
        self.assertNotIn("class", json.loads(rows[0]["properties"]), "told as claims, not as another field")

    def test_for_all_parcels(self):
        """A cell that has claims stands instead; a text that cannot stand is refused before anything is written."""
        self.assertEqual({WRITTEN}, {r["claims"] for r in self.rows("--claim", GRANTED)})
        rows = self.rows("--claim", "STBHHX=LINEAR_NO_LAND", "--claim-field", "class")
        self.assertEqual(WRITTEN, rows[0]["claims"])
        self.assertEqual("ecological_red_line=LINEAR_NO_LAND", rows[1]["claims"])
        out = self.dir / "refused.csv"
        r = self.audit("-o", out, "--claim", "STBHHX=NOBODY", code=1)
        self.assertIn("NOBODY", r.stderr)
        self.assertFalse(list(self.dir.glob("refused*")))

    def test_every_output(self):
        gpkg, lines = self.dir / "o.gpkg", self.dir / "o.geojsonl"
        self.audit("-o", gpkg, "-o", lines, "--claim-field", "class")
        expected = [r["claims"] for r in self.rows("--claim-field", "class")]
        told = [json.loads(line)["properties"]["claims"] for line in lines.read_text(encoding="utf-8").splitlines()]
        self.assertEqual(expected, told)
        db = sqlite3.connect(gpkg)
        self.assertEqual(expected, [c or "" for c, in db.execute("SELECT claims FROM parcels ORDER BY fid")])
        columns = [c[1] for c in db.execute("PRAGMA table_info(parcels)")]
        self.assertEqual("claims", columns[columns.index("project_class") + 1])
        db.close()

    def test_other_claims_are_another_run(self):
        """Neither resumed nor taken over; with the same claims both are."""
        one, two = self.dir / "one.gpkg", self.dir / "two.gpkg"
        self.audit("-o", one, "--claim", GRANTED)
        resume = ("parcels", self.input, "--store", self.store, "-o", one, "--resume")
        f.audit(*resume, "--claim", GRANTED)
        f.audit(*resume, code=1)
        r = self.audit("-o", two, "--since", one, "--claim", GRANTED)
        self.assertIn(f"Taken over: {len(CELLS)} rows", r.stdout + r.stderr)
        r = self.audit("-o", two, "--since", one)
        self.assertNotIn("Taken over", r.stdout + r.stderr)


if __name__ == "__main__":
    unittest.main(argv=["test_claims", *sys.argv[3:]], verbosity=2)
