"""Ctrl-C and SIGTERM end a command, also inside one dear parcel, and leave nothing half written: test_interrupt.py PROGRAM SOURCE_DIR.
What goes on after the signal is told in processor time, which a busy machine does not change."""
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "audit"))
import audit_fixture as f  # noqa: E402

fixture, runs = f.fixture, f.runs
TEETH = 30000 if f.SANITIZED else 200000  # seconds of work for each parcel in either build
AFTERWARDS_S = 10 if f.SANITIZED else 2.5  # of processor time: far less than one such parcel and its overlaps take


def comb(n, x=111.69, y=40.79, width=0.1, height=0.06):
    points = [(x, y)]
    for i in range(n):
        points += [(x + width * (i + 0.25) / n, y + height), (x + width * (i + 0.75) / n, y + height * 0.01)]
    return [*points, (x + width, y), (x, y)]


class Interrupt(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="hongxian-interrupt-test-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        (cls.folder / "store").mkdir()
        cls.store = f.store(cls.folder / "store")
        ring = comb(TEETH)
        cls.gpkg = f.write_gpkg(cls.folder / "dear.gpkg", [(f.blob([ring]), f"P{i}", "", "150102", "") for i in range(4)])
        feature = {"type": "Feature", "properties": {"BSM": "A"}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
        cls.geojson = f.write_json(cls.folder / "dear.geojson", {"type": "FeatureCollection", "features": [feature] * 3})

    def interrupted(self, number, after_s, *command):
        """Exit code and sentences of the command, which got the signal after so much processor time, and what is left in its folder."""
        out = pathlib.Path(tempfile.mkdtemp(dir=self.folder))
        process = subprocess.Popen([f.PROGRAM, *command, "--store", self.store], cwd=out, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        runs.wait_until(lambda: runs.cpu_seconds(process.pid) >= after_s)
        self.assertIsNone(process.poll(), "it ended before it could be interrupted")
        before = runs.cpu_seconds(process.pid)
        process.send_signal(number)
        said = process.stderr.read().decode()
        process.stderr.close()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        self.assertLess(used.ru_utime + used.ru_stime - before, AFTERWARDS_S)
        return process.returncode, said, sorted(p.name for p in out.iterdir())

    def test_an_audit_ends_inside_a_parcel(self):
        """130, the sentence that it can be resumed, and no output under its name: not even of a row whose measuring was cut short."""
        for number in (signal.SIGINT, signal.SIGTERM):
            code, said, left = self.interrupted(number, 2, "audit", "parcels", self.gpkg, "-o", "out.gpkg", "--overlaps", "--threads", "2")
            self.assertEqual(130, code, said)
            self.assertIn("--resume", said)
            self.assertNotIn("out.gpkg", left)

    def test_a_check_ends_at_once(self):
        """By the signal itself, as shells and scripts expect; neither a report nor a temporary file is there."""
        for number in (signal.SIGINT, signal.SIGTERM):
            code, _, left = self.interrupted(number, 1, "check", self.geojson, "--format", "json", "-o", "out.json")
            self.assertEqual((-number, []), (code, left))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
