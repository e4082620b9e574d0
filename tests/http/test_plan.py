#!/usr/bin/env python3
"""What the plan says of every unit, with chapter and sentence, and its tables, from the real server over geodata/.
  test_plan.py HONGXIAN SOURCE_DIR"""
import csv
import json
import pathlib
import re
import shutil
import sqlite3
import sys
import tempfile
import unittest

PROGRAM, SOURCE = sys.argv[1], pathlib.Path(sys.argv[2])
import fixture  # noqa: E402

TEXT = re.sub(r"\s+", "", re.sub(r"(?m)^\s*-\s*\d+\s*-\s*$", "", (SOURCE / "geodata/plan/text.txt").read_text(encoding="utf-8")))
SMALL = ("plan", "admin", "base")   # without the layers: a second instead of a minute


def geodata(folder):
    """geodata/ with the plan, the units and no layer."""
    manifest = json.loads((SOURCE / "geodata/manifest.json").read_text(encoding="utf-8"))
    fixture.write_json(folder / "manifest.json", {**manifest, "layers": []})
    for part in SMALL:
        shutil.copytree(SOURCE / "geodata" / part, folder / part)


class Plan(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="hongxian-plan-"))
        cls.data = cls.folder / "geodata"
        cls.data.mkdir()
        geodata(cls.data)
        cls.store = str(cls.folder / "test.sqlite")
        cls.load("init", cls.store)
        cls.load("import", "--store", cls.store, "--geodata", cls.data)
        cls.server = fixture.Server(PROGRAM, "--store", cls.store, "--threads", "2")
        cls.line = fixture.Line(cls.server)

    @classmethod
    def tearDownClass(cls):
        cls.line.close()
        fixture.stop_well(cls.server, cls.folder)

    @staticmethod
    def load(*command):
        fixture.run(fixture.store_maker(PROGRAM), *command)

    def json(self, path, status=200):
        reply, body = self.line.ask("GET", path)
        self.assertEqual(status, reply.status, body)
        return json.loads(body)

    def page(self, path):
        reply, body = self.line.ask("GET", path, headers={"Accept": "text/html"})
        self.assertEqual(200, reply.status, body)
        self.assertIn("text/html", reply.getheader("Content-Type"))
        return body.decode()

    def test_every_unit_has_a_page(self):
        """The list has the 12 prefectures and 103 counties; each one's sentences are as many as it says, stand in the plan's text, and have their section."""
        units = self.json("/plan/units")["units"]
        self.assertEqual({"prefecture": 12, "county": 103}, {k: sum(u["level"] == k for u in units) for k in ("prefecture", "county")})
        for u in units:
            one = self.json(f"/plan/units/{u['code']}")
            self.assertEqual((u["name"], u["parent"], u["sentences"]), (one["name"], one["parent"], len(one["sentences"])))
            for s in one["sentences"]:
                self.assertIn(s["sentence"], TEXT)
                self.assertIn(s["words"], s["sentence"])
                self.assertRegex(s["section"], r"^(前言|第.章)")

    def test_what_it_says(self):
        """赤峰: its positioning, its floor and its about, its kind; 东胜区 its role; 乌达区 is not named, and its page says so."""
        said = self.json("/plan/units/150400")["sentences"]
        topics = [t for s in said for t in s["topics"]]
        for part in ("中心城区人口（2025） ≈ 150万人", "提质扩张型城市", "产城融合示范区：赤峰市", "自治区历史文化名城：赤峰市（申报）"):
            self.assertTrue(any(part in t for t in topics), part)
        self.assertTrue(any("区域性物流中心" in s["sentence"] and s["section"] == "第三章第二节" for s in said))
        self.assertTrue(any("≥" not in t and ">= 100万人" in t for s in self.json("/plan/units/150500")["sentences"] for t in s["topics"]))
        self.assertIn("制造业和综合服务提升", self.page("/plan/units/150602?f=html"))
        self.assertIn("规划没有点到本地名称", self.page("/plan/units/150304"))
        self.assertIn("境内地点：“甘其毛都”", self.page("/plan/units/150824"))
        self.assertIn('/plan/units/150400?f=html"', self.page("/plan/units"))

    def test_tables(self):
        """A table is what its file has, row by row; one that is not there is refused, and so is a unit that is not."""
        with open(SOURCE / "geodata/plan/targets.csv", encoding="utf-8") as f:
            want = list(csv.DictReader(f))
        self.assertEqual(want, self.json("/plan/targets")["rows"])
        smart = self.json("/plan/smart_city")["rows"]
        self.assertIn("呼伦贝尔市", smart[1]["members"])   # JSON in the store, JSON here
        for path, code in (("/plan/state", "plan-table"), ("/plan/targets%20", "plan-table"), ("/plan/units/150000", "plan-unit"), ("/plan/units/15", "plan-unit")):
            self.assertEqual(code, self.json(path, 404)["code"], path)

    def test_a_store_without_sentences_says_so(self):
        """A store of before schema 140 is not silent about a unit: it asks for the import, and has everything after it."""
        with sqlite3.connect(self.store) as db:
            db.execute("DELETE FROM plan_units")
            db.execute("DELETE FROM plan_sentences")
            db.execute("UPDATE plan_state SET loaded_key = ''")
            db.execute("UPDATE store_state SET generation = generation + 1")
        db.close()
        try:
            for path in ("/plan/units", "/plan/units/150100"):
                fixture.runs.wait_until(lambda: self.line.ask("GET", path)[0].status == 404)
                self.assertEqual("plan-none", self.json(path, 404)["code"])
        finally:
            self.load("import", "--store", self.store, "--geodata", self.data)
        fixture.runs.wait_until(lambda: self.line.ask("GET", "/plan/units")[0].status == 200)
        self.assertGreater(len(self.json("/plan/units/150100")["sentences"]), 50)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
