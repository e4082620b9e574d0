"""Long audits: killed at random points, stopped by Ctrl-C, and resumed, they give the rows of an unbroken run."""
import pathlib
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest

import audit_fixture as f

KILLS = 6 if f.SANITIZED else 24


class Resume(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.dir = pathlib.Path(cls.temporary.name)
        cls.store = f.store(cls.dir)
        cls.input = f.many(cls.dir / "in.gpkg", 24000 if f.SANITIZED else 70000)

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def command(self, out, *more):
        return [f.PROGRAM, "audit", "parcels", self.input, "-o", str(out), "--store", self.store, "--threads", "2", *more]

    def unbroken(self, ending):
        out = self.dir / f"whole.{ending}"
        start = time.monotonic()
        subprocess.run(self.command(out, "--summary", str(self.dir / "whole.html")), check=True, capture_output=True)
        return f.digest(out), time.monotonic() - start

    def kill_and_resume(self, out, seconds, sign=signal.SIGKILL):
        p = subprocess.Popen(self.command(out), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(seconds)
        p.send_signal(sign)
        p.wait()
        page = self.dir / "resumed.html"
        r = subprocess.run(self.command(out, "--resume", "--summary", str(page)), capture_output=True, text=True)
        self.assertEqual(0, r.returncode, r.stderr)
        self.assertEqual((self.dir / "whole.html").read_text(), page.read_text())
        resumed = re.search(r"Resumed after row (\d+)", r.stderr)
        return p.returncode, int(resumed.group(1)) if resumed else 0

    def killed(self, ending, kills):
        rng = random.Random(7)
        whole, seconds = self.unbroken(ending)
        resumed = 0
        for i in range(kills):
            out = self.dir / f"k{i}.{ending}"
            _, after = self.kill_and_resume(out, rng.uniform(0.02, seconds * 1.05))
            resumed += after > 0
            self.assertEqual(whole, f.digest(out), f"kill {i}")
            self.assertFalse(pathlib.Path(f"{out}.part").exists())
            for p in self.dir.glob(f"k{i}.*"):
                p.unlink()
        if not f.SANITIZED:  # few kills, and mostly before the first checkpoint
            self.assertGreater(resumed, kills // 8, "hardly any run had a checkpoint to go on from")

    def test_killed_gpkg(self):
        self.killed("gpkg", KILLS)

    def test_killed_csv(self):
        self.killed("csv", KILLS // 3)

    def test_interrupted(self):
        whole, seconds = self.unbroken("geojsonl")
        out = self.dir / "i.geojsonl"
        code, after = self.kill_and_resume(out, seconds / 2, signal.SIGINT)
        self.assertIn(code, (130, 0))
        self.assertTrue(after > 0 or code == 0)
        self.assertEqual(whole, f.digest(out))

    def test_refuses_when_something_changed(self):
        out = self.dir / "c.gpkg"
        p = subprocess.Popen(self.command(out), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(0.05)
        while not self.committed(out) and p.poll() is None:
            time.sleep(0.01)
        p.kill()
        p.wait()
        if not pathlib.Path(f"{out}.part").exists():
            self.skipTest("the run was over too soon")
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

    @staticmethod
    def committed(out):
        part = pathlib.Path(f"{out}.part")
        return part.exists() and part.stat().st_size > 3 << 20

    def test_resuming_a_finished_run(self):
        whole, _ = self.unbroken("gpkg")
        out = self.dir / "whole.gpkg"
        r = subprocess.run(self.command(out, "--resume"), capture_output=True, text=True)
        self.assertEqual(0, r.returncode, r.stderr)
        self.assertIn("complete already", r.stderr)
        self.assertEqual(whole, f.digest(out))

    def setUp(self):
        for p in self.dir.glob("whole.*"):
            p.unlink()


if __name__ == "__main__":
    unittest.main(argv=["test_resume", *sys.argv[3:]], verbosity=2)
