#!/usr/bin/env python3
"""The n-th call fails: of malloc, read, write, fsync, mmap, rename, open, ftruncate and unlink, in every command that keeps something and
in checks. Afterwards the command has said what failed, in both languages, and nothing is half-done: the store is as it was or as
it is when nothing fails, so is what is beside it, and what was asked of it is answered as before.

What is refused is refused to the program and to SQLite: other libraries end the process when they are without memory (GLib, Pango,
Cairo, SpatiaLite; DESIGN.md, "Faults on purpose"). The same calls are moments at which the program is killed: what it had acknowledged is there then."""
import fcntl
import json
import os
import pathlib
import shutil
import signal
import sys
import tempfile
import time
import unittest
import unittest.mock

from faults import Faults, contents, copied, differing, files, fixture, is_same, moments, runs, same_text

PROGRAM, SHIM = sys.argv[1:3]
# What a kept check is made of: where a layer could not be mapped, it is kept as unmeasured, and these differ from those of the truth.
ANSWERED = {("record_content", ""), ("record_content", "bytes"), ("record_content", "sha256"), ("record", "verdict"), ("record", "result_sha256"),
            ("access_log", "detail")}
OWN = "hongxian"      # calls of the program itself
BOTH = "hongxian,libsqlite3"
STORE = ("--store", "test.sqlite")
CHECK = ("check", "on.geojson", "--format", "json", *STORE)
# A hole, a second part and enough vertices that arrays grow while they are read.
RING = [[111.703 + 0.00001 * i, 40.8005 + (0.000001 if i % 2 else 0)] for i in range(600)] + [[111.709, 40.809], [111.703, 40.809]]
HOLE = [[111.704, 40.804], [111.704, 40.805], [111.705, 40.805], [111.705, 40.804], [111.704, 40.804]]
LAYER = fixture.collection(
    {"type": "Feature", "properties": {"BSM": "N-1", "MC": "新一", "GKFQ": "核心保护区外"},
     "geometry": {"type": "MultiPolygon", "coordinates": [[RING + [RING[0]], HOLE], [fixture.ring(111.80, 40.80, 111.81, 40.81)]]}},
    fixture.feature((111.85, 40.80, 111.86, 40.81), BSM="N-2", MC="新二", GKFQ="核心保护区外"))

QUIET = {"layer": "quiet_zone", "standard": "JMQ", "title_zh": "静默区", "title_en": "Quiet zone", "kind": "line", "order": 45,
         "fields": {"id": ["BSM"], "name": ["MC"], "zone": ["FQ"]},
         "control": {"relation": "exclude", "name_en": "quiet zone", "zones": [{"name": "一级", "has": "", "absolute": True}],
                     "symbol": {"fill": "#80b1d3", "edge": "#1f78b4"},
                     "rules": [{"rule_id": "QZ-1", "sub_zone": "一级", "relation": "overlap", "project_class": "*", "verdict": "prohibited",
                                "severity": 3, "title_zh": "压占静默区", "title_en": "In the quiet zone", "needs_zh": "附意见",
                                "legal_basis": "静默区办法", "conf": "design", "source": "-"}]}}


def base(folder):
    """A store with layers, a kept record, parcels, and a layer to import."""
    store = fixture.make_store(PROGRAM, folder)
    faults = Faults(PROGRAM, SHIM, folder)
    fixture.write_json(folder / "on.geojson", fixture.collection(
        fixture.feature((111.705, 40.80, 111.715, 40.81), 地块编号="压占"), fixture.feature((111.75, 40.81, 111.751, 40.811), 地块编号="不压")))
    fixture.write_json(folder / "layer.geojson", LAYER)
    kept = faults.run((*CHECK, "--keep", "--officer", "李四"), folder)
    assert kept.code == 0, kept.err
    (folder / "counts").unlink(missing_ok=True)
    return pathlib.Path(store)


class Operation:
    """One command, what it is like when nothing fails, and what holds when something did."""

    def __init__(self, case, name, arguments, outputs=(), acknowledges=None, given=None, prepare=None, leaves=None):
        self.case, self.name, self.arguments, self.given = case, name, arguments, given
        self.leaves = leaves  # with what begins what may lie there after a failure, so that nothing is lost
        self.outputs, self.acknowledges = outputs, acknowledges
        self.base, self.at = case.folder / f"base-{name}", case.folder / "now"
        copied(case.base, self.base)
        if prepare:
            prepare(self.base)
        self.before, self.files_before = contents(self.base / "test.sqlite"), files(self.base)
        self.truth = self.undisturbed()
        self.after, self.changing = contents(self.at / "test.sqlite"), set()
        self.files_after = files(self.at)
        second = int(time.time())
        runs.wait_until(lambda: int(time.time()) != second)  # what is a time is another one then
        self.undisturbed()
        self.changing = differing(self.after, contents(self.at / "test.sqlite"))
        case.assertIn(b"prohibited", self.truth["check"])
        self.totals = {}

    def undisturbed(self):
        done = self.run()
        self.case.assertEqual(0, done.code, (self.name, done.err))
        return self.outcome(done)

    def run(self, fault=None, by=None):
        copied(self.base, self.at)
        return self.case.faults.run(self.arguments, self.at, fault, by, self.given)

    def outcome(self, done):
        texts = {o: same_text((self.at / o).read_bytes()) for o in self.outputs if (self.at / o).exists()}
        return {"out": same_text(done.out), "check": same_text(self.case.faults.run(CHECK, self.at).out), **texts}

    def state(self):
        """Is the store as it was before, or as it is after?"""
        now = contents(self.at / "test.sqlite")
        was, is_done = is_same(now, self.before), is_same(now, self.after, self.changing)
        if not was and not is_done and self.is_unmeasured():
            is_done = is_same(now, self.after, self.changing | ANSWERED)
        self.case.assertTrue(was or is_done, (self.name, "half-done", differing(now, self.after) - self.changing))
        return "both" if was and is_done else "before" if was else "after"

    def is_unmeasured(self):
        """A check that was kept, and says of a layer that it could not be measured: an answer of its own, and never clear."""
        return any((self.at / o).exists() and b'"unmeasured"' in (self.at / o).read_bytes() for o in self.outputs)

    def look(self, fault, done):
        """What holds after each run, whatever failed."""
        case, where = self.case, (self.name, fault, done.code, done.err[-600:])
        state = self.state()
        case.assertTrue(done.code == 0 or done.told, where)
        if done.code == 0:
            case.assertIn(state, ("after", "both"), where)
        elif self.acknowledges:  # what was not acknowledged was not kept
            case.assertIn(state, ("both", "after" if self.acknowledges in done.err else "before"), where)
        for output in self.outputs:
            there = self.at / output
            if done.code == 0:
                case.assertTrue(there.exists(), where)
            if there.exists() and output in self.truth and not output.endswith((".pdf", ".xlsx", ".gpkg", ".sqlite")):
                content = same_text(there.read_bytes())
                if output not in self.files_before or content != same_text((self.base / output).read_bytes()):
                    self.is_true(content, self.truth[output], where)
        left = files(self.at) - self.files_before - self.files_after
        if done.code:
            case.assertEqual(set(), {f for f in left if not (self.leaves and f.startswith(self.leaves))}, where)
        return state

    def is_true(self, content, truth, where):
        """The truth byte by byte, or an answer that says that it could not measure."""
        if content != truth:
            self.case.assertIn(b"unknown", content, where)
            self.case.assertNotIn(b'"clear"', content, where)

    def sound(self, where):
        """The program itself finds nothing wrong with the store, and answers as before."""
        for arguments in (("records", "verify", *STORE), ("log", "verify", *STORE), ("doctor", *STORE)):
            done = self.case.faults.run(arguments, self.at)
            self.case.assertIn(done.code, (0, 11) if arguments[0] == "doctor" else (0,), (where, done.out.decode(), done.err))
        self.case.assertEqual(self.truth["check"] if self.state() != "before" else self.check_before(),
                              same_text(self.case.faults.run(CHECK, self.at).out), where)

    def check_before(self):
        return same_text(self.case.faults.run(CHECK, self.base).out)

    def kill(self, kind, most):
        """kill -9 in place of a spread of the calls of one kind, and once more behind the last: what was acknowledged is there, what is
        half-done is not, and the next one does it as if nothing had been."""
        if BOTH not in self.totals:
            self.totals[BOTH] = self.run("none:0", BOTH).counts
        for n in moments(self.totals[BOTH][kind], most):
            fault = f"{kind}:{n}!"
            done = self.run(fault, BOTH)
            with self.case.subTest(operation=self.name, fault=fault):
                where = (self.name, fault, done.code, done.err[-600:])
                self.case.assertEqual(-signal.SIGKILL, done.code, where)
                state = self.state()
                if self.acknowledges and self.acknowledges in done.err:
                    self.case.assertIn(state, ("after", "both"), where)
                for output in set(self.outputs) - {o for o in self.outputs if o.endswith((".gpkg", ".sqlite"))}:
                    if (self.at / output).exists():
                        self.is_true(same_text((self.at / output).read_bytes()), self.truth[output], where)
                if runs.LONG:
                    self.sound(where)
                if state == "before":
                    again = self.case.faults.run(self.arguments, self.at, given=self.given)
                    self.case.assertEqual((0, "after"), (again.code, self.state()), (where, again.err))

    def fail(self, kind, most, by=BOTH, suffix="", first=0):
        """Refuses a spread of the calls of one kind, and the first ones."""
        if by not in self.totals:
            self.totals[by] = self.run("none:0", by).counts
        total = self.totals[by][kind]
        for n in sorted({*moments(total, most), *range(1, min(first, total) + 1)}):
            fault = f"{kind}:{n}{suffix}"
            done = self.run(fault, by)
            with self.case.subTest(operation=self.name, fault=fault, by=by):
                self.look((fault, by), done)
        if total and runs.LONG:
            self.sound((self.name, kind))


KEEP = (*CHECK, "--keep", "--officer", "张三", "-o", "out.json")
ADD = ("users", "add", "zhang", "--role", "officer", "--unit", "all", *STORE)


@unittest.skipIf(runs.SANITIZED, "a sanitizer brings a malloc of its own")
class EveryCall(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="hongxian-faults-"))
        cls.base = cls.folder / "base"
        cls.base.mkdir()
        base(cls.base)
        cls.faults = Faults(PROGRAM, SHIM, cls.folder)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def spread(self, operation, first=0):
        """The program's own calls of each kind, every one in the long form, then those of SQLite; once, and from then on."""
        few, many = runs.small_or_whole((2, 3), (10 ** 6, 60))
        operation.fail("alloc", few, by=OWN, first=first)
        operation.fail("alloc", many, by="libsqlite3", suffix=runs.small_or_whole("+", ""))
        for kind in ("read", "write", "sync", "map", "open", "rename", "truncate", "unlink"):
            operation.fail(kind, min(few, 1 if kind in ("read", "truncate", "unlink") else few), suffix="+" if kind in ("write", "open") else "")
        if runs.LONG:
            for kind in ("alloc", "read", "write", "map", "open"):
                operation.fail(kind, few, by=OWN, suffix="+")
        operation.sound(operation.name)

    def test_keep(self):
        self.spread(Operation(self, "keep", KEEP, ("out.json",), "kept as record"))

    def test_import(self):
        self.spread(Operation(self, "import", (
            "import", "layer.geojson", "--layer", "ecological_red_line", "--title-zh", "生态保护红线", "--title-en", "Red line", "--kind", "line",
            "--synthetic", "--document", "测试〔2024〕2号", "--effective-from", "2024-01-01", "--coverage", "coverage.geojson", *STORE)), first=7)

    def test_backup(self):
        self.spread(Operation(self, "backup", ("backup", "copy.sqlite", *STORE), ("copy.sqlite",)))

    def test_restore(self):
        """What was kept since the backup stands in the store's place until the other is whole there."""
        self.spread(self.restoring("restore"))

    def restoring(self, name):
        def prepare(at):
            done = self.faults.run(("backup", "earlier.sqlite", *STORE), at)
            self.assertEqual(0, done.code, done.err)
            done = self.faults.run(("users", "add", "li", "--role", "admin", "--unit", "all", "--no-password", *STORE), at)
            self.assertEqual(0, done.code, done.err)
        return Operation(self, name, ("restore", "earlier.sqlite", *STORE), prepare=prepare, leaves="test.sqlite.before-")

    def test_killed(self):
        """kill -9 at every kind of call that changes a file: keep, restore, users."""
        for operation in (Operation(self, "kill-keep", KEEP, ("out.json",), "kept as record"), self.restoring("kill-restore"),
                          Operation(self, "kill-users", ADD, given="长密码长密码长密码\n".encode())):
            for kind in ("write", "sync", "rename", "truncate", "unlink", "open")[:runs.small_or_whole(3, 6)]:
                operation.kill(kind, runs.small_or_whole(2, 10 ** 6))
            operation.sound(operation.name)

    def test_what_a_killed_process_left_in_the_temporary_folder(self):
        """An index that cannot lie beside the store is built in a folder for the moment; the next one takes away what a kill left, once it is
        old enough that nobody is just making it."""
        at, temporary = copied(self.base, self.folder / "now"), self.folder / "temporary"
        shutil.rmtree(at / "test.sqlite.index")
        (at / "test.sqlite.index").write_text("no folder")
        temporary.mkdir()
        with unittest.mock.patch.dict(os.environ, TMPDIR=str(temporary)):
            self.assertEqual(0, self.faults.run(CHECK, at).code)
            self.assertEqual([], os.listdir(temporary))
            killed = self.faults.run(CHECK, at, "rename:1!", OWN)
            self.assertEqual(-signal.SIGKILL, killed.code, killed.err)
            left, = temporary.iterdir()
            self.assertNotEqual([], os.listdir(left))
            self.assertEqual(0, self.faults.run(CHECK, at).code)
            self.assertEqual([left], list(temporary.iterdir()))
            os.utime(left, (0, 0))
            held = os.open(left, os.O_RDONLY)  # in use, whatever its age
            try:
                fcntl.flock(held, fcntl.LOCK_EX)
                self.assertEqual(0, self.faults.run(CHECK, at).code)
                self.assertEqual([left], list(temporary.iterdir()))
            finally:
                os.close(held)
            self.assertEqual(0, self.faults.run(CHECK, at).code)
            self.assertEqual([], os.listdir(temporary))

    def test_audits(self):
        for name, out in (("audit-package", "out.gpkg"), ("audit-table", "out.csv"), ("audit-lines", "out.geojsonl"))[:runs.small_or_whole(1, 3)]:
            self.spread(Operation(self, name, ("audit", "parcels", "on.geojson", "-o", out, "--threads", "1", *STORE), (out,), leaves="out."))

    def test_users(self):
        self.spread(Operation(self, "users", ADD, given="长密码长密码长密码\n".encode()))

    def test_definitions(self):
        def prepare(at):
            fixture.write_json(at / "quiet.json", QUIET)
        self.spread(Operation(self, "layer", ("layer", "add", "quiet.json", *STORE), prepare=prepare), first=4)

    def test_projects(self):
        self.spread(Operation(self, "project", (*CHECK, "--save-project", "风电一期")))

    def test_forms(self):
        """Every form of the report; what the drawing libraries ask for is not refused."""
        for form in ("xlsx", "html", "pdf", "text", "csv", "geojson")[:runs.small_or_whole(2, 6)]:
            operation = Operation(self, f"form-{form}", ("check", "on.geojson", "--format", form, "-o", f"out.{form}", *STORE), (f"out.{form}",))
            operation.fail("alloc", runs.small_or_whole(3, 10 ** 6), by=OWN)
            operation.fail("write", runs.small_or_whole(1, 10 ** 6), by=OWN)

    def test_what_could_not_be_mapped_is_not_measured(self):
        """Every mapping from the n-th on: a layer is what it is, or unmeasured; nothing else, and never clear."""
        def statuses(done):
            return [[layer["status"] for layer in parcel["layers"]] for parcel in json.loads(done.out)["parcels"]]
        truth, unmeasured = statuses(self.faults.run(CHECK, self.base)), 0
        self.assertIn("overlap", sum(truth, []))
        for n in range(1, 6):
            done = self.faults.run(CHECK, self.base, f"map:{n}+", OWN)
            self.assertEqual(0, done.code, done.err)
            for now, true in zip(sum(statuses(done), []), sum(truth, []), strict=True):
                self.assertIn(now, (true, "unmeasured"), n)
                unmeasured += now == "unmeasured"
        self.assertGreater(unmeasured, 5)

    def test_an_output_that_was_there_stays_until_the_new_one_is_whole(self):
        """-o over a file of before: of write, fsync and rename none may touch it."""
        def prepare(at):
            (at / "out.csv").write_text("von früher", encoding="utf-8")
        operation = Operation(self, "over", ("check", "on.geojson", "--format", "csv", "-o", "out.csv", *STORE), ("out.csv",), prepare=prepare)
        for kind in ("write", "sync", "rename", "open"):
            operation.fail(kind, 3, by=OWN, suffix="+")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
