"""A disk that is full, and one that may only be read: a small file system of memory that the test mounts for itself. Where it may not, nothing is tried
(the calls themselves are refused by test_faults.py, everywhere). test_disk.py PROGRAM"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

from faults import Faults, contents, copied, differing, files, fixture, is_same, same_text

PROGRAM = sys.argv[1]
STORE = ("--store", "test.sqlite")
CHECK = ("check", "on.geojson", "--format", "json", *STORE)
MB = 1 << 20
# What is asked of the disk, and the file that it makes.
WRITES = {"keep": ((*CHECK, "--keep", "--officer", "张三"), None), "report": (("check", "on.geojson", "--format", "html", "-o", "out.html", *STORE), "out.html"),
          "backup": (("backup", "copy.sqlite", *STORE), "copy.sqlite"),
          "audit": (("audit", "parcels", "on.geojson", "-o", "out.csv", "--threads", "1", *STORE), "out.csv"),
          "import": (("import", "layer.geojson", "--layer", "ecological_red_line", "--synthetic", "--document", "测试〔2024〕2号", "--effective-from", "2024-01-01",
                      "--coverage", "coverage.geojson", *STORE), None),
          "users": (("users", "add", "zhang", "--role", "officer", "--unit", "all", "--no-password", *STORE), None)}


class Disk(unittest.TestCase):
    def setUp(self):
        self.at = pathlib.Path(tempfile.mkdtemp(prefix="hongxian-disk-"))
        self.addCleanup(shutil.rmtree, self.at, ignore_errors=True)
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", self.at], capture_output=True).returncode != 0:
            self.skipTest("a file system cannot be mounted here")
        self.addCleanup(subprocess.run, ["umount", "-l", self.at])
        self.run_in = Faults(PROGRAM, None, self.at).run
        fixture.make_store(PROGRAM, self.at)
        fixture.write_json(self.at / "on.geojson", fixture.collection(fixture.feature((111.705, 40.80, 111.715, 40.81), 地块编号="压占")))
        fixture.write_json(self.at / "layer.geojson", fixture.collection(
            fixture.feature((111.70, 40.80, 111.71, 40.81), BSM="N-1", MC="新一", GKFQ="核心保护区外")))
        self.good(*CHECK, "--keep", "--officer", "李四")
        self.truth = same_text(self.run_in(CHECK, self.at).out)
        self.before, self.files = contents(self.at / "test.sqlite"), files(self.at)
        self.assertIn(b"prohibited", self.truth)

    def good(self, *arguments):
        done = self.run_in(arguments, self.at)
        self.assertEqual(0, done.code, (arguments, done.err))
        return done

    def fill(self, left):
        """Until that many bytes are left."""
        with open(self.at / "filling", "wb") as f:
            room = os.statvfs(self.at)
            for n in (MB, 4096):
                while room.f_bavail * room.f_frsize - left >= n:
                    f.write(bytes(n))
                    f.flush()
                    room = os.statvfs(self.at)

    def in_store(self):
        """What is in it, read where there is room for SQLite's own files."""
        with tempfile.TemporaryDirectory() as elsewhere:
            return contents(copied(self.at, pathlib.Path(elsewhere) / "copy") / "test.sqlite")

    def refused(self, name, *more):
        """Told, nothing kept, nothing left; what was there answers as before."""
        arguments, output = WRITES[name]
        done = self.run_in((*arguments, *more), self.at)
        where = (name, done.code, done.err)
        self.assertTrue(done.told, where)
        if (self.at / "filling").exists():
            (self.at / "filling").unlink()
        now = self.in_store()
        self.assertTrue(is_same(now, self.before), (where, differing(now, self.before)))
        self.assertFalse(output and (self.at / output).exists(), where)
        # an audit that could not go on leaves its place, for --resume
        self.assertEqual(set(), {f for f in files(self.at) - self.files if not f.startswith("out.csv.")}, where)
        self.assertEqual(self.truth, same_text(self.run_in(CHECK, self.at).out), where)

    def test_full(self):
        """Without a byte and with a little room. When there is room again, each does what it was asked."""
        for left, names in ((0, WRITES), (64 << 10, ("backup", "import"))):
            for name in names:
                self.fill(left)
                with self.subTest(left=left, what=name):
                    self.refused(name)
        for name, (arguments, _) in WRITES.items():
            with self.subTest(what=name):
                self.good(*arguments, *(["--overwrite"] if name == "audit" else []))
        self.good("records", "verify", *STORE)

    def test_a_store_that_may_only_be_read(self):
        """Checks and audits answer as before; what would be kept is refused, and says so."""
        subprocess.run(["mount", "-o", "remount,ro", self.at], check=True)
        self.addCleanup(subprocess.run, ["mount", "-o", "remount,rw", self.at])
        self.assertEqual(self.truth, same_text(self.good(*CHECK).out))
        for name in WRITES:
            with self.subTest(what=name):
                self.refused(name)
        with tempfile.TemporaryDirectory() as elsewhere:
            out = os.path.join(elsewhere, "out.csv")
            self.good("audit", "parcels", "on.geojson", "-o", out, *STORE)
            self.assertIn("压占", pathlib.Path(out).read_text(encoding="utf-8-sig"))
            self.good("backup", os.path.join(elsewhere, "copy.sqlite"), *STORE)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[2:])
