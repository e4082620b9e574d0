"""`audit … --progress json`: what a program is told, and several outputs of one run."""
import json
import pathlib
import re
import signal
import subprocess
import tempfile
import unittest

import audit_fixture as f

MANY = 8000 if f.SANITIZED else 40000


class Progress(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.dir = pathlib.Path(cls.temporary.name)
        cls.store = f.store(cls.dir)
        cls.small = f.many(cls.dir / "small.gpkg", 700)
        cls.many = f.many(cls.dir / "many.gpkg", MANY, seed=3)

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def told(self, *arguments, code=0):
        r = f.audit(*arguments, "--store", self.store, "--progress", "json", code=code)
        self.assertEqual("", r.stderr)
        lines = [json.loads(line) for line in r.stdout.splitlines()]
        for line in lines[:-1]:
            self.assertEqual({"done", "total", "seconds", "done_here", "pass", "passes"}, set(line))
        return lines[:-1], lines[-1]

    def test_lines_and_outcome(self):
        """Progress never goes back, ends with all, and the outcome has the sums that a person is told; standard output holds
        nothing else."""
        progress, last = self.told("parcels", self.many, "-o", self.dir / "a.gpkg")
        self.assertEqual(["outcome"], list(last))
        done = [p["done"] for p in progress]
        self.assertEqual((sorted(done), MANY), (done, done[-1]))
        self.assertEqual({MANY}, {p["total"] for p in progress})
        outcome = last["outcome"]
        self.assertEqual({"n_parcels", "notes", "n_unmeasured", "n_findings", "n_reused", "since_zh", "since_en", "verdicts", "resumed_after", "stopped",
                          "finished_before", "seconds", "without_geometry"}, set(outcome))
        person = f.audit("parcels", self.many, "-o", self.dir / "b.gpkg", "--store", self.store).stdout
        self.assertEqual({k: n for k, n in outcome["verdicts"].items()},
                         {k: int(n) for k, n in re.findall(r"\b(unknown|prohibited|restricted|notice|allowed) (\d+)", person)})
        self.assertIn(f"parcels {outcome['n_parcels']}\t", person)
        self.assertIn(f"findings {outcome['n_findings']}\n", person)
        again = self.told("parcels", self.many, "-o", self.dir / "c.gpkg", "--since", self.dir / "b.gpkg")[1]["outcome"]
        self.assertEqual((MANY, None), (again["n_reused"], again["since_zh"]))

    def test_other_kinds(self):
        """The lines and the figures tell their outcome the same way, and write every output that is asked for."""
        outputs = [self.dir / f"lines.{e}" for e in ("csv", "geojsonl", "html")]
        _, last = self.told("lines", *(x for o in outputs for x in ("-o", o)), "--summary", self.dir / "lines.json")
        listed = json.loads((self.dir / "lines.json").read_text())
        self.assertEqual(last["outcome"]["n_findings"], listed["n_findings"])
        self.assertEqual(listed["n_findings"], len(outputs[0].read_text(encoding="utf-8-sig").splitlines()) - 1)
        self.assertEqual(listed["n_findings"], len(outputs[1].read_text().splitlines()))
        _, last = self.told("figures", "-o", self.dir / "f.json", "-o", self.dir / "f.csv")
        self.assertEqual(last["outcome"]["n_layers"], len(json.loads((self.dir / "f.json").read_text())["layers"]))

    def test_several_outputs(self):
        """Each output has the bytes of a run of its own; the passes are told."""
        outputs = [self.dir / f"both.{e}" for e in ("csv", "gpkg", "geojsonl")]
        progress, last = self.told("parcels", self.small, *(x for o in outputs for x in ("-o", o)), "--summary", self.dir / "both.html",
                                   "--summary", self.dir / "both.json")
        self.assertEqual([1, 2, 3], sorted({p["pass"] for p in progress}))
        self.assertEqual(700, last["outcome"]["n_parcels"])
        for output in outputs:
            alone = output.with_name("alone" + output.suffix)
            f.audit("parcels", self.small, "-o", alone, "--store", self.store, "--overwrite", "--summary", self.dir / "alone.html")
            self.assertEqual(f.digest(alone), f.digest(output))
        self.assertEqual((self.dir / "alone.html").read_text(), (self.dir / "both.html").read_text())
        self.assertEqual(700, json.loads((self.dir / "both.json").read_text())["n_parcels"])

    def test_all_outputs_are_looked_at_first(self):
        """What a later pass would refuse is refused before the first one writes anything."""
        there = self.dir / "there.csv"
        there.write_text("x")
        for second in (there, self.small, self.dir / "x.pdf", self.dir / "new.gpkg"):
            _, last = self.told("parcels", self.small, "-o", self.dir / "new.gpkg", "-o", second, code=1)
            self.assertRegex(last["error"]["zh"], "[\u4e00-\u9fff]{3}")
            self.assertFalse((self.dir / "new.gpkg").exists())
            self.assertFalse((self.dir / "new.gpkg.part").exists())
        self.assertEqual("x", there.read_text())

    def test_a_summary_is_never_the_parcels(self):
        """--overwrite is for results: a summary under the name of the input file would leave the summary alone."""
        for name in ("in.json", "in.html"):
            path = self.dir / name
            f.as_geojson(self.small, path)
            before = path.read_bytes()
            _, last = self.told("parcels", path, "-o", self.dir / "s.csv", "--summary", path, "--overwrite", code=1)
            self.assertEqual(("audit-output-is-input", before), (last["error"]["code"], path.read_bytes()))
            self.assertFalse((self.dir / "s.csv").exists())

    def test_refusals(self):
        """A refusal is one line, whether it is found in the arguments, the store or the file, and however the wish for JSON is
        written."""
        for arguments in (["nothing"], [], ["parcels", "a"], ["parcels", self.small, "-o", "x.gpkg", "--colour", "red"], ["parcels", "--threads"],
                          ["parcels", self.small, "-o", "x.gpkg", "--threads", "0"], ["lines", "more"], ["lines", "--fail-on", "prohibited"],
                          ["parcels", str(self.dir / "missing.gpkg"), "-o", str(self.dir / "x.gpkg")]):
            for wish in (["--progress", "json"], ["--progress=json"]):
                r = f.audit(*arguments[:1], *wish, *arguments[1:], "--store", self.store, code=None) if arguments else f.audit(*wish, code=None)
                self.assertEqual((True, ""), (r.returncode in (1, 2, 3), r.stderr), arguments)
                error = json.loads(r.stdout)["error"]
                self.assertEqual({"status", "code", "zh", "en"}, set(error))
        r = f.audit("parcels", self.small, "-o", self.dir / "x.gpkg", "--progress", "xml", code=1)
        self.assertIn("--progress", r.stderr)
        self.assertEqual("", r.stdout)
        r = f.audit("lines", "--store", self.dir / "none.sqlite", "--progress", "json", code=2)
        self.assertEqual("not-found", json.loads(r.stdout)["error"]["status"])

    def stopped_in_the_second_pass(self, source, outputs):
        """What it told, or None when it had ended before."""
        command = ["parcels", source, "-o", outputs[0], "-o", outputs[1], "--store", self.store, "--progress", "json", "--overwrite"]
        p = subprocess.Popen([f.PROGRAM, "audit", *map(str, command)], stdout=subprocess.PIPE, text=True)
        told = []
        for line in p.stdout:
            told.append(json.loads(line))
            if told[-1].get("pass") == 2:
                p.send_signal(signal.SIGTERM)
                break
        told += [json.loads(line) for line in p.stdout]
        p.stdout.close()
        code = p.wait()
        self.assertIn(code, (0, 130), told[-1])
        return told if code == 130 else None

    def test_stopped_and_resumed(self):
        """SIGTERM in the second pass is a clean stop, told as such; the same command with --resume leaves the first output alone, goes
        on with the second, and gives what an unbroken run gives. A machine that is too fast to be stopped gets more parcels."""
        outputs = [self.dir / "stop.csv", self.dir / "stop.gpkg"]
        source, n = self.many, MANY
        while not (told := self.stopped_in_the_second_pass(source, outputs)):
            n *= 2
            source = f.many(self.dir / f"many-{n}.gpkg", n, seed=3)
        self.assertTrue(told[-1]["outcome"]["stopped"])
        self.assertEqual((True, True), (outputs[0].exists(), pathlib.Path(f"{outputs[1]}.part").exists()))
        before = outputs[0].stat().st_mtime_ns
        progress, last = self.told("parcels", source, "-o", outputs[0], "-o", outputs[1], "--resume")
        self.assertEqual((n, False), (last["outcome"]["n_parcels"], last["outcome"]["stopped"]))
        self.assertEqual(told[-2]["done"], last["outcome"]["resumed_after"], "that of the output that was left, not of the one that was whole")
        self.assertEqual(before, outputs[0].stat().st_mtime_ns)
        self.assertEqual({2}, {p["pass"] for p in progress})
        for output in outputs:
            whole = output.with_name("unbroken" + output.suffix)
            f.audit("parcels", source, "-o", whole, "--store", self.store)
            self.assertEqual(f.digest(whole), f.digest(output))


if __name__ == "__main__":
    unittest.main(argv=["test_progress"], verbosity=2)
