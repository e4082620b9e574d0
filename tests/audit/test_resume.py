"""Long audits: killed at random points, stopped by Ctrl-C, and resumed, they give the rows of an unbroken run."""
import contextlib
import pathlib
import random
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import unittest

import audit_fixture as f
from audit_fixture import runs

KILLS = runs.small_or_whole(3, 6 if f.SANITIZED else 16)
ROWS = runs.small_or_whole(24000, 24000 if f.SANITIZED else 50000)  # a checkpoint comes after 10,000


class Resume(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.dir = pathlib.Path(cls.temporary.name)
        cls.store = f.store(cls.dir)
        cls.input = f.many(cls.dir / "in.gpkg", ROWS)
        cls.whole = {}

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def command(self, out, *more):
        return [f.PROGRAM, "audit", "parcels", self.input, "-o", str(out), "--store", self.store, "--threads", "2", *more]

    def unbroken(self, ending):
        """Its digest, and the processor time that it took: one run for all tests of a format."""
        if ending not in self.whole:
            out = self.dir / f"whole.{ending}"
            used = runs.run_counting_cpu(self.command(out, "--summary", str(self.dir / "whole.html")))
            self.whole[ending] = f.digest(out), used
        return self.whole[ending]

    def start(self, out, **more):
        return subprocess.Popen(self.command(out), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **more)

    def run_killed(self, out, seconds):
        self.start(out, preexec_fn=runs.kill_after_cpu(seconds)).wait()

    def resume(self, out):
        """The row after which the run went on; 0 when it began anew, or had nothing left to do."""
        page = self.dir / "resumed.html"
        r = subprocess.run(self.command(out, "--resume", "--summary", str(page)), capture_output=True, text=True)
        self.assertEqual(0, r.returncode, r.stderr)
        self.assertEqual((self.dir / "whole.html").read_text(), page.read_text())
        resumed = re.search(r"Resumed after row (\d+)", r.stderr)
        return int(resumed.group(1)) if resumed else 0

    def killed(self, ending, kills):
        rng = random.Random(7)
        whole, seconds = self.unbroken(ending)
        resumed = 0
        for i in range(kills):
            out = self.dir / f"k{i}.{ending}"
            self.run_killed(out, rng.uniform(0.02, seconds * 1.05))
            resumed += self.resume(out) > 0
            self.assertEqual(whole, f.digest(out), f"kill {i}")
            self.assertFalse(pathlib.Path(f"{out}.part").exists())
            for p in self.dir.glob(f"k{i}.*"):
                p.unlink()
        if runs.LONG and not f.SANITIZED:  # else the kills are few, and some come before the first checkpoint
            self.assertGreater(resumed, kills // 8, "hardly any run had a checkpoint to go on from")

    def test_killed_gpkg(self):
        self.killed("gpkg", KILLS)

    def test_killed_csv(self):
        self.killed("csv", max(1, KILLS // 3))

    def test_interrupted(self):
        whole, _ = self.unbroken("geojsonl")
        out = self.dir / "i.geojsonl"
        part = pathlib.Path(f"{out}.part")
        p = self.start(out)
        while p.poll() is None and not (part.exists() and part.stat().st_size > 0):
            time.sleep(0.001)  # a loop without it takes a core from the run
        p.send_signal(signal.SIGINT)
        p.wait()
        self.assertIn(p.returncode, (130, 0))
        after = self.resume(out)
        self.assertTrue(after > 0 or p.returncode == 0, "rows were written, and Ctrl-C made no checkpoint of them")
        self.assertEqual(whole, f.digest(out))

    def test_refuses_when_something_changed(self):
        out = self.dir / "c.gpkg"
        self.killed_after_a_checkpoint(out, self.unbroken("gpkg")[1])
        r = subprocess.run(self.command(out), capture_output=True, text=True)
        self.assertEqual(1, r.returncode)
        self.assertIn("--resume", r.stderr)
        r = subprocess.run(self.command(out, "--resume", "--class", "GENERAL"), capture_output=True, text=True)
        self.assertEqual(1, r.returncode, r.stderr)
        self.assertIn("an option has changed", r.stderr)
        other = f.many(self.dir / "other.gpkg", 100, seed=9)
        command = self.command(out, "--resume")
        command[3] = other
        r = subprocess.run(command, capture_output=True, text=True)
        self.assertEqual(1, r.returncode)
        self.assertIn("the input file has changed", r.stderr)

    def killed_after_a_checkpoint(self, out, seconds):
        """A run that was not caught there leaves nothing, and the next is let go on a little longer."""
        for share in range(35, 120, 3):
            self.run_killed(out, seconds * share / 100)
            if self.has_checkpoint(f"{out}.part"):
                return
            for left in self.dir.glob(f"{out.name}*"):
                left.unlink()
        self.fail("no run was caught between its first checkpoint and its end")

    def has_checkpoint(self, part):
        if not pathlib.Path(part).exists():
            return False
        try:
            with contextlib.closing(sqlite3.connect(part)) as db:
                return db.execute("SELECT 1 FROM audit_run").fetchone() is not None
        except sqlite3.OperationalError:  # killed before the tables were there
            return False

    def test_resuming_a_finished_run(self):
        whole, _ = self.unbroken("gpkg")
        out = self.dir / "whole.gpkg"
        r = subprocess.run(self.command(out, "--resume"), capture_output=True, text=True)
        self.assertEqual(0, r.returncode, r.stderr)
        self.assertIn("complete already", r.stderr)
        self.assertEqual(whole, f.digest(out))


if __name__ == "__main__":
    unittest.main(argv=["test_resume", *sys.argv[3:]], verbosity=2)
