#!/usr/bin/env python3
"""What drafts would change is told beside an answer that stays as it is: what it says of each is what a check says once the
draft is in force. Usage: test_drafts.py PROGRAM SOURCE"""
import copy
import html
import io
import json
import pathlib
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unittest
import urllib.request
import zipfile

PROGRAM, SOURCE = sys.argv.pop(1), pathlib.Path(sys.argv.pop(1))
sys.path.insert(0, str(SOURCE / "tests" / "http"))
import fixture  # noqa: E402
import report_schema  # noqa: E402

TOP = {"parameters_sha256", "drafts"}
PARCELS = fixture.collection(
    fixture.feature((111.7020, 40.8020, 111.7060, 40.8060), 地块编号="离开"),   # on the red line now, off it under the draft
    fixture.feature((111.7600, 40.8600, 111.7640, 40.8640), 地块编号="压上"),   # on nothing now
    fixture.feature((111.7980, 40.8020, 111.8040, 40.8060), 地块编号="核心"),   # the same under the draft
    fixture.feature((111.7180, 40.8010, 111.7230, 40.8070), 地块编号="部分"),   # more farmland under the draft of that
    fixture.feature((111.7760, 40.8100, 111.7820, 40.8140), 地块编号="边界"))   # half in the boundary, wholly under its draft


def red_line():
    return [fixture.feature((111.758, 40.861, 111.763, 40.866), BSM="N-1", MC="新北山", GKFQ="核心保护区外"),
            fixture.feature((111.80, 40.80, 111.81, 40.81), BSM="ERL-2", MC="南山", GKFQ="自然保护地核心保护区")]


def farmland():
    return [fixture.feature((111.719, 40.80, 111.73, 40.81), BSM="PBF-1", MC="一号")]


def boundary():
    return [fixture.feature((111.74, 40.80, 111.79, 40.84), BSM="UDB-1", MC="城区", GHFQMC="城镇集中建设区")]


DRAFTS = {"ecological_red_line": red_line, "permanent_basic_farmland": farmland, "urban_development_boundary": boundary}


class Drafts(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.dir = pathlib.Path(self.folder.name)
        self.store = fixture.make_store(PROGRAM, self.dir)
        fixture.write_json(self.dir / "cover.geojson", fixture.collection(fixture.feature(fixture.COVERAGE, BSM="C")))
        fixture.write_json(self.dir / "parcels.geojson", PARCELS)

    def tearDown(self):
        self.folder.cleanup()

    def run_in(self, *arguments, store=None, code=0, raw=False, program=PROGRAM):
        done = subprocess.run([program, *arguments, "--store", str(store or self.store)], cwd=self.dir, capture_output=True)
        self.assertEqual(code, done.returncode, done.stderr.decode() + done.stdout[:3000].decode("utf-8", "replace"))
        return done.stdout if raw else done.stdout.decode("utf-8-sig")

    def draft(self, layer, *arguments, features=None, covered=True):
        fixture.write_json(self.dir / f"{layer}.geojson", fixture.collection(*(features or DRAFTS[layer]())))
        cover = ("--coverage", "cover.geojson") if covered else ()
        self.run_in("import", f"{layer}.geojson", "--layer", layer, "--draft", "--document", "调整〔2026〕9号", *cover, *arguments,
                    program=fixture.store_maker(PROGRAM))

    def check(self, *arguments, store=None):
        return report_schema.demand(json.loads(self.run_in("check", "parcels.geojson", "--format", "json", *arguments, store=store)))

    def copied(self):
        other = self.dir / "other.sqlite"
        with sqlite3.connect(self.store) as db:
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        db.close()
        shutil.copy(self.store, other)
        return other

    def of(self, report, parcel, layer="ecological_red_line"):
        found = next(p for p in report["parcels"] if p["id"] == parcel)
        return next(d for d in found["drafts"] if d["layer"] == layer)

    def test_without_a_draft_there_is_no_word_of_any(self):
        self.assertNotIn('"drafts"', self.run_in("check", "parcels.geojson", "--format", "json"))
        self.assertNotIn("草稿", self.run_in("check", "parcels.geojson", "--format", "csv"))

    def test_the_answer_is_what_it_was_and_what_is_told_is_the_answer_once_the_draft_is_in_force(self):
        before = self.check()
        for layer in DRAFTS:
            self.draft(layer)
        report = self.check()
        plain = {k: v for k, v in report.items() if k not in TOP}
        plain["parcels"] = [{k: v for k, v in p.items() if k != "drafts"} for p in report["parcels"]]
        self.assertEqual({k: v for k, v in before.items() if k not in TOP}, plain)
        self.assertEqual(sorted(DRAFTS), sorted(d["layer"] for d in report["drafts"]))
        changed = set()
        for layer in DRAFTS:
            other = self.copied()
            number = next(d["version"] for d in report["drafts"] if d["layer"] == layer)
            self.run_in("layers", "promote", f"{layer}@{number}", "--by", "某人", store=other)
            after = self.check(store=other)
            for now, then in zip(report["parcels"], after["parcels"]):
                told = self.of(report, now["id"], layer)
                of_now, of_then = (next(x for x in p["layers"] if x["layer"] == layer) for p in (now, then))
                self.assertEqual((of_now["area_m2"], of_now["status"], of_now["verdict"], now["verdict"]),
                                 (told["area_m2_now"], told["status_now"], told["layer_verdict_now"], told["verdict_now"]))
                self.assertEqual((of_then["area_m2"], of_then["status"], of_then["verdict"], then["verdict"]),
                                 (told["area_m2"], told["status"], told["layer_verdict"], told["verdict"]))
                differs = any(told[k] != told[f"{k}_now"] for k in ("status", "layer_verdict", "verdict", "area_m2"))
                self.assertEqual(differs, told["changes"], told)
                self.assertTrue(told["measured"])
                if differs:
                    changed.add((layer, now["id"]))
        self.assertEqual({("ecological_red_line", "离开"), ("ecological_red_line", "压上"), ("permanent_basic_farmland", "部分"),
                          ("urban_development_boundary", "边界")}, changed)
        told = self.of(report, "离开")
        self.assertEqual(("prohibited", "clear", 0), (told["verdict_now"], told["status"], told["area_m2"]))
        self.assertIn("草稿第2版（调整〔2026〕9号）：现为压占", told["zh"])
        self.assertIn("地块结论将由禁止变为", told["zh"])
        self.assertIn("the parcel's verdict would change from prohibited to", told["en"])
        self.assertEqual("prohibited", self.of(report, "压上")["verdict"])
        self.assertIn("与现行相同", self.of(report, "核心")["zh"])

    @fixture.runs.whole_under_sanitizers
    def test_every_form_says_it(self):
        self.draft("ecological_red_line")
        words = [re.escape("地块离开：生态保护红线草稿第2版（调整〔2026〕9号）：现为压占") + r"\d+\.\d\d平方米，该层结论禁止，按草稿为未压占，该层结论",
                 re.escape("地块压上：生态保护红线草稿第2版（调整〔2026〕9号）：现为未压占，该层结论") + r"\w+，按草稿为压占\d+\.\d\d平方米，该层结论禁止",
                 "其余3处（地块×草稿）与现行相同"]
        book = zipfile.ZipFile(io.BytesIO(self.run_in("check", "parcels.geojson", "--format", "xlsx", raw=True)))
        (self.dir / "r.pdf").write_bytes(self.run_in("check", "parcels.geojson", "--format", "pdf", raw=True))
        forms = {"csv": self.run_in("check", "parcels.geojson", "--format", "csv"),
                 "html": html.unescape(self.run_in("check", "parcels.geojson", "--format", "html")),
                 "xlsx": "".join(book.read(n).decode() for n in book.namelist() if n.endswith(".xml")),
                 "pdf": subprocess.run(["pdftotext", "-layout", str(self.dir / "r.pdf"), "-"], capture_output=True, text=True, check=True).stdout}
        for form, text in forms.items():
            for word in words:
                self.assertRegex(re.sub(r"\s+", "", text), word, form)
        shapes = json.loads(self.run_in("check", "parcels.geojson", "--format", "geojson"))
        told = [f["properties"] for f in shapes["features"] if f["properties"]["kind"] == "parcel"]
        for parcel, whole in zip(told, self.check()["parcels"]):
            self.assertEqual("；".join(d["zh"] for d in whole["drafts"]), parcel["drafts_zh"])
        said = self.run_in("check", "parcels.geojson", "--format", "text")
        self.assertEqual(5, len(re.findall(r"^  草稿（不影响本次结论） 生态保护红线草稿第2版", said, re.M)))
        english = self.run_in("check", "parcels.geojson", "--format", "text", "--lang", "en")
        self.assertEqual(5, len(re.findall(r"^  Draft \(no part of this answer\) Under the draft, version 2", english, re.M)))

    def test_what_cannot_be_measured_under_a_draft_is_said_so(self):
        self.draft("ecological_red_line", covered=False)
        told = self.of(self.check(), "核心", "ecological_red_line")
        self.assertEqual("overlap", told["status"])   # what is there is measured; only the rest is not known
        told = self.of(self.check(), "离开")
        self.assertEqual((False, True, None, "not_covered", "unknown"), (told["measured"], told["changes"], told["area_m2"], told["status"], told["layer_verdict"]))
        self.assertRegex(told["zh"], "不能测算：.+")
        self.assertRegex(told["en"], "cannot be measured: .+")
        self.assertRegex(self.run_in("check", "parcels.geojson", "--format", "csv"), "地块离开：生态保护红线草稿第2版（调整〔2026〕9号）不能测算")

    @fixture.runs.whole_under_sanitizers
    def test_a_damaged_draft_is_not_measured_and_harms_no_answer(self):
        before = self.check()
        self.draft("ecological_red_line")
        with sqlite3.connect(self.store) as db:
            db.execute("UPDATE layer_version SET area_m2 = area_m2 + 50 WHERE status = 'draft'")
        db.close()
        shutil.rmtree(self.store + ".index")
        report = self.check()
        self.assertEqual([p["verdict"] for p in before["parcels"]], [p["verdict"] for p in report["parcels"]])
        self.assertTrue(all(not d["measured"] and d["status"] == "unmeasured" for p in report["parcels"] for d in p["drafts"]))

    @fixture.runs.whole_under_sanitizers
    def test_a_server_sees_a_draft_come_and_go(self):
        server = fixture.Server(PROGRAM, "--store", self.store)
        try:
            def ask():
                request = urllib.request.Request(f"http://{server.host}:{server.port}/check", json.dumps(PARCELS).encode())
                with urllib.request.urlopen(request) as answer:
                    return report_schema.demand(json.load(answer))
            self.assertNotIn("drafts", ask())
            self.draft("ecological_red_line")
            fixture.runs.wait_until(lambda: "drafts" in ask())
            self.assertTrue(self.of(ask(), "离开")["changes"])
            self.run_in("layers", "discard", "ecological_red_line@2")
            fixture.runs.wait_until(lambda: "drafts" not in ask())
        finally:
            server.stop()

    @fixture.runs.whole_under_sanitizers
    def test_an_audit_is_the_same_with_a_draft(self):
        self.run_in("audit", "parcels", "parcels.geojson", "-o", "one.csv")
        self.draft("ecological_red_line")
        self.run_in("audit", "parcels", "parcels.geojson", "-o", "two.csv")
        self.assertEqual((self.dir / "one.csv").read_bytes(), (self.dir / "two.csv").read_bytes())

    def verify(self, report, code=0):
        fixture.write_json(self.dir / "r.json", report)
        return json.loads(self.run_in("verify", "r.json", "--input", "parcels.geojson", "--format", "json", code=code))

    def test_a_report_verifies_while_the_draft_is_one_when_it_is_in_force_and_when_it_is_gone(self):
        self.draft("ecological_red_line")
        self.draft("permanent_basic_farmland")
        report = self.check("--keep", "--officer", "张三", "--project-name", "风电")
        self.assertEqual([], self.verify(report)["notes"])
        # whatever is changed of it is seen
        forged = copy.deepcopy(report)
        forged["parcels"][0]["drafts"][0]["area_m2"] = 1.5
        self.assertIn("parcels[0].drafts[0].area_m2", [d["path"] for d in self.verify(forged, 10)["differences"]])
        for change in (lambda r: r.pop("drafts"), lambda r: r["drafts"].pop(), lambda r: r["drafts"].reverse(), lambda r: r["drafts"].append(1),
                       lambda r: r["drafts"].append(r["drafts"][0]), lambda r: r["drafts"][0].update(uid="x"), lambda r: r.update(drafts={}),
                       lambda r: r["parcels"][1].pop("drafts"), lambda r: r["parcels"][1]["drafts"].pop(),
                       lambda r: [p.pop("drafts") for p in (r, *r["parcels"])]):
            forged = copy.deepcopy(report)
            forged["record"] = None   # by its own words, without the kept one beside it
            change(forged)
            self.verify(forged, 10)
        self.run_in("layers", "promote", "ecological_red_line@2", "--by", "某人")
        self.assertEqual([], self.verify(report)["notes"])
        self.run_in("layers", "discard", "permanent_basic_farmland@2")
        done = self.verify(report)
        self.assertEqual("identical", done["finding"])
        self.assertEqual(1, len(done["notes"]))
        self.assertIn("没有核验", done["notes"][0]["zh"])
        forged = copy.deepcopy(report)
        forged["parcels"][0]["drafts"][0]["area_m2"] = 1.5   # of the one that is there
        self.verify(forged, 10)


if __name__ == "__main__":
    unittest.main()
