#!/usr/bin/env python3
"""The Python module gives what the command gives, as plain objects that outlive what they were copied from; what is misused
raises, and never crashes.
  test_python.py HONGXIAN SOURCE_DIR      the library must be found (LD_LIBRARY_PATH)"""
import csv
import gc
import json
import math
import pathlib
import subprocess
import sys
import tempfile
import threading
import unittest

PROGRAM, SOURCE = sys.argv[1], pathlib.Path(sys.argv[2])
sys.path[:0] = [str(SOURCE / "tests" / "http"), str(SOURCE / "src" / "api")]
sys.dont_write_bytecode = True
import fixture  # noqa: E402
import hongxian  # noqa: E402
from hongxian import Status, Verdict  # noqa: E402

BOX = (111.705, 40.802, 111.725, 40.806)   # red line, then nothing, then farmland
FAR = (109.50, 19.00, 109.51, 19.01)       # no data there
GEOMETRY = fixture.feature(BOX)["geometry"]
RING = fixture.ring(*BOX)


def in_thread(function):
    """What a call gives, or raises, in a thread of its own."""
    out = []

    def run():
        try:
            out.append(function())
        except Exception as why:  # pylint: disable=broad-except
            out.append(why)
    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return out[0]


class Module(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory(prefix="hongxian-python-")
        cls.folder = pathlib.Path(cls.temporary.name)
        cls.path = fixture.make_store(PROGRAM, cls.folder)

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def setUp(self):
        self.store = hongxian.Store(self.path)
        self.checker = self.store.checker()
        self.addCleanup(self.store.close)

    def command(self, content, *more):
        path = self.folder / "parcel.in"
        path.write_bytes(content)
        return subprocess.run([PROGRAM, "check", str(path), "--store", self.path, *more], capture_output=True, check=True).stdout

    def assertRefused(self, code, function, *arguments, **more):
        with self.assertRaises(hongxian.HongxianError) as caught:
            function(*arguments, **more)
        self.assertEqual(code, caught.exception.code, caught.exception)
        self.assertTrue(caught.exception.zh and caught.exception.en)
        return caught.exception

    def compare(self, report, wanted):
        """Every figure of the JSON report, to the digits that it has."""
        self.assertEqual(wanted["verdict"], report.verdict.name.lower())
        self.assertEqual(len(wanted["parcels"]), len(report.parcels))
        for theirs, ours in zip(wanted["parcels"], report.parcels):
            self.assertAlmostEqual(theirs["area_m2"], ours.area_m2, delta=0.51e-4)
            self.assertEqual([x["layer"] for x in theirs["layers"]], [x.layer for x in ours.layers])
            for a, b in zip(theirs["layers"], ours.layers):
                self.assertEqual(a["status"], b.status.name.lower())
                self.assertEqual(a["verdict"], b.verdict.name.lower())
                for name in ("area_m2", "share", "uncovered_m2"):
                    value = getattr(b, name)
                    self.assertEqual(a[name] is None, value is None, (a["layer"], name))
                    if value is not None:
                        self.assertAlmostEqual(a[name], value, delta=0.51e-4)
                self.assertEqual([f["code"] for f in a["features"]], [f.code for f in b.features])
                self.assertEqual([r["id"] for r in a["rules"]], [r.id for r in b.rules])

    def test_a_check_is_that_of_the_command(self):
        """Bytes, text, a geometry, rings: one report, and the document is the command's to the byte."""
        content = json.dumps(GEOMETRY).encode()
        wanted = json.loads(self.command(content, "--format", "json"))
        self.assertEqual("prohibited", wanted["verdict"])
        wkt = "SRID=4490;POLYGON((" + ",".join(f"{x} {y}" for x, y in RING) + "))"
        for parcel in (content, GEOMETRY, fixture.feature(BOX), wkt):
            self.compare(self.checker.check(parcel), wanted)
        self.compare(self.checker.check_rings([RING[:-1]]), wanted)
        self.checker.check(content)
        self.assertEqual(self.command(content, "--format", "json"), self.checker.document("json"))
        text = self.checker.document(hongxian.Format.TEXT, lang="en", date="2026-01-31")
        self.assertIn("Prohibited", text.decode())
        self.assertIn("地块", self.checker.parcels_txt(zone=37, utf8=True).decode())

    def test_what_is_not_known_reads_as_nothing_else(self):
        """Where no data are, figures are None, and no answer can be taken for yes or no."""
        parcel, = self.checker.check(fixture.feature(FAR)).parcels
        for layer in parcel.layers:
            self.assertIs(Status.NOT_COVERED, layer.status)
            self.assertFalse(layer.is_clear)
            self.assertIsNone(layer.area_m2)
            self.assertTrue(layer.reason_zh)
            with self.assertRaises(TypeError):
                bool(layer.status)
        self.assertIsNot(Verdict.ALLOWED, parcel.verdict)
        self.assertIsNone(parcel.layer("no_such_layer"))
        self.assertIs(Status.UNMEASURED, Status(99), "what a newer library says and is not known here")
        self.assertIs(Verdict.UNKNOWN, Verdict(99))
        for answer in (Status.UNMEASURED, Status.CLEAR, Verdict.UNKNOWN, hongxian.Finding.CANNOT_RECOMPUTE):
            self.assertRaises(TypeError, lambda a=answer: not a)
        self.assertEqual("压占", Status.OVERLAP.zh)

    def test_options_reach_the_check(self):
        """Class, CRS, slivers, claims: what the command does with them, or refuses."""
        content = json.dumps(GEOMETRY).encode()
        claim = hongxian.Claim("permanent_basic_farmland", "STATE_KEY", document="自然资函〔2026〕1号", date="2026-03-01")
        with_claim = self.checker.check(content, claims=[claim], project_class="GENERAL", slivers=(2.0, 0.2))
        wanted = json.loads(self.command(content, "--format", "json", "--class", "GENERAL", "--claim",
                                         "permanent_basic_farmland=STATE_KEY:自然资函〔2026〕1号@2026-03-01"))
        self.compare(with_claim, wanted)
        claimed = with_claim.parcels[0].layer("permanent_basic_farmland")
        self.assertTrue(claimed.claimed)
        self.assertEqual((claim.project_class, claim.document, claim.date), (claimed.claim.project_class, claimed.claim.document, claimed.claim.date))
        gc.collect()  # what was given is held for the call, not for longer
        self.assertRefused("sliver-policy", self.checker.check, content, slivers="x")
        self.assertRefused("bad-text", self.checker.check, content, project_class="GENERAL\0X")
        self.assertRaises(TypeError, self.checker.check, content, no_such_option=1)
        self.assertRefused("unknown-format", self.checker.document, "doc")
        self.assertRefused("no-report", self.store.checker().document)

    def test_a_report_outlives_the_next_check_and_the_store(self):
        """What was given back is a copy."""
        first = self.checker.check(GEOMETRY)
        before = repr(first)
        for _ in range(3):
            self.checker.check(fixture.feature(FAR))
        self.store.close()
        gc.collect()
        self.assertEqual(before, repr(first))

    def test_what_is_closed_raises(self):
        """Checker and store, closed in any order and twice; and a checker that nobody holds."""
        other = self.store.checker()
        self.checker.close()
        self.checker.close()
        self.assertRefused("closed", self.checker.check, GEOMETRY)
        self.store.close()
        self.store.close()
        for function in (lambda: other.check(GEOMETRY), other.document, self.store.records, self.store.refresh, self.store.checker):
            self.assertRefused("closed", function)
        other.close()
        with hongxian.Store(self.path) as store:
            store.checker().check(GEOMETRY)
            gc.collect()
            self.assertEqual({}, store._checkers)
        missing = self.assertRefused("store-not-found", hongxian.Store, self.folder / "none.sqlite")
        self.assertIs(hongxian.Result.NOT_FOUND, missing.result)

    def test_a_checker_belongs_to_its_thread(self):
        """Another thread is refused, and makes one of its own from the same store."""
        self.assertEqual("wrong-thread", in_thread(lambda: self.checker.check(GEOMETRY)).code)
        self.assertEqual("wrong-thread", in_thread(self.checker.close).code)
        ours = self.checker.check(GEOMETRY)
        self.assertEqual(ours, in_thread(lambda: self.store.checker().check(GEOMETRY)))

    def test_a_store_is_not_closed_under_another_thread(self):
        """While a call runs elsewhere, closing and refreshing are refused; once it is done they are not."""
        inside, leave = threading.Event(), threading.Event()

        def wait(_areas):
            inside.set()
            leave.wait()
        thread = threading.Thread(target=lambda: self.store.checker().areas("ecological_red_line", [[RING]], wait))
        thread.start()
        inside.wait()
        try:
            self.assertRefused("busy", self.store.close)
            self.assertRefused("busy", self.store.refresh)
            self.assertTrue(self.checker.check(GEOMETRY).parcels, "others go on meanwhile")
        finally:
            leave.set()
            thread.join()
        self.store.refresh()
        self.store.close()

    def test_areas(self):
        """Told in their order, with what is not covered; False stops; an exception comes out; the checker is not used inside."""
        parcels = [[RING], [fixture.ring(*FAR)], [RING]]
        told = []
        self.checker.areas("ecological_red_line", parcels, told.append)
        self.assertEqual([0, 1, 2], [a.parcel for a in told])
        checked = self.checker.check(GEOMETRY).parcels[0].layer("ecological_red_line")
        self.assertEqual(["ERL-1"], [f.code for f in told[0].features])
        self.assertAlmostEqual(checked.area_m2, told[0].features[0].area_m2, delta=1e-3)
        self.assertEqual([], told[1].features)
        self.assertAlmostEqual(told[1].area_m2, told[1].uncovered_m2, delta=1e-3)
        seen = []
        self.checker.areas("ecological_red_line", parcels, lambda a: (seen.append(a), False)[1])
        self.assertEqual(1, len(seen))
        self.assertRaises(ZeroDivisionError, self.checker.areas, "ecological_red_line", parcels, lambda a: 1 / 0)
        for function in (self.checker.close, self.store.close, self.store.refresh, lambda: self.checker.check(GEOMETRY)):
            self.assertRefused("busy", self.checker.areas, "ecological_red_line", parcels, lambda a, f=function: f())
        self.assertRefused("line-unknown", self.checker.areas, "nothing", parcels, told.append)
        self.assertIn("2", self.assertRefused("parcel-empty", self.checker.areas, "ecological_red_line", [[RING], []], told.append).zh)

    def test_the_record(self):
        """Keep, list, read, override, the chain, and a report verified with and without its input."""
        with hongxian.Store(fixture.beside(self.path)) as store, store.checker() as checker:
            content = json.dumps(GEOMETRY, ensure_ascii=False).encode()
            checker.check(content)
            kept = checker.keep("张三", project_name="光伏", input_name="a.geojson")
            self.assertRefused("kept-already", checker.keep, "张三")
            over = store.override(kept.id, "restricted", "现场核实", "李四")
            rows = store.records()
            self.assertEqual([(kept.id, "check", "张三"), (over.id, "override", "李四")], [(r.id, r.kind, r.officer) for r in rows])
            self.assertEqual((kept.kept_at, kept.sha256, "光伏"), (rows[0].kept_at, rows[0].sha256, rows[0].project_name))
            self.assertEqual([over.id], [r.id for r in store.records(after=kept.id)])
            self.assertEqual(content, store.record_input(kept.id))
            self.assertEqual(kept.sha256, store.record(kept.id)["record"]["sha256"])
            self.assertRefused("record-not-found", store.record, 99)
            chain = store.verify_chain(kept.sha256)
            self.assertEqual((True, len(rows), over.id, over.sha256), (chain.sound, chain.n_rows, chain.head_id, chain.head))
            self.assertFalse(store.verify_chain("0" * 64).sound)
            report = checker.document("json")  # it names its row
            self.assertIs(hongxian.Finding.IDENTICAL, checker.verify_report(store.record_report(kept.id)).finding)
            found = checker.verify_report(report)
            self.assertIs(hongxian.Finding.IDENTICAL, found.finding)
            self.assertEqual(kept.id, found.record_id)
            changed = json.loads(report)
            changed["parcels"][0]["area_m2"] += 1
            found = checker.verify_report(json.dumps(changed).encode(), content)
            self.assertIs(hongxian.Finding.DIFFERS, found.finding)
            self.assertEqual(len(found.differences), found.n_differences)
            self.assertTrue(any(d.path == "parcels[0].area_m2" for d in found.differences), found.differences)

    def test_layer_versions_of_a_day(self):
        """Before anything was imported nothing is known, and nothing is clear."""
        with hongxian.Store(self.path, as_of="1999-01-01") as store, store.checker() as checker:
            report = checker.check(GEOMETRY)
            self.assertFalse([x for p in report.parcels for x in p.layers if x.is_clear])
        self.assertRefused("bad-date", hongxian.Store, self.path, as_of="nonsense")

    def test_audits(self):
        """The command's file to the byte, progress told, a stop, an exception; an option that there is not is refused."""
        source, ours, theirs = self.folder / "in.geojson", self.folder / "ours.csv", self.folder / "theirs.csv"
        source.write_text(json.dumps(fixture.collection(*(fixture.feature(b, DKBH=f"D{i}") for i, b in enumerate([BOX, FAR] * 50)))))
        told = []
        out = self.store.audit_parcels(source, ours, progress=told.append, threads=1, overwrite=True)
        subprocess.run([PROGRAM, "audit", "parcels", str(source), "-o", str(theirs), "--store", self.path], check=True, capture_output=True)
        self.assertEqual(theirs.read_bytes(), ours.read_bytes())
        with open(ours, encoding="utf-8-sig") as f:
            self.assertEqual(out.n_parcels, len({row[0] for row in list(csv.reader(f))[1:]}))
        self.assertEqual((100, 5), (out.n_parcels, len(out.by_verdict)))
        self.assertEqual(50, out.by_verdict[Verdict.PROHIBITED.value])
        self.assertTrue(told and all(p.seconds >= 0 and math.isfinite(p.seconds) for p in told))
        self.assertTrue(self.store.audit_lines(self.folder / "l.csv", progress=lambda p: False).stopped)
        self.assertRaises(ZeroDivisionError, self.store.audit_lines, self.folder / "l.csv", lambda p: 1 / 0)
        self.store.audit_figures(self.folder / "f.json")
        self.assertTrue(json.loads((self.folder / "f.json").read_bytes()))
        for name in ("no_such", "size", "reserved"):
            self.assertRaises(TypeError, self.store.audit_lines, self.folder / "l.csv", **{name: 1})
        self.assertRefused("bad-usage", self.store.audit_figures, self.folder / "x.doc")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:], verbosity=1)
