#!/usr/bin/env python3
"""Audits through the installed C library write what the command writes: rows, text byte for byte; progress is told, a stop is
clean and can be resumed.
  test_audits.py AUDITS HONGXIAN_INSTALLED SOURCE_DIR"""
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

AUDITS = sys.argv[1]
sys.argv[1:] = sys.argv[2:]  # as audit_fixture.py expects it
SOURCE = pathlib.Path(sys.argv[2])
sys.path.insert(0, str(SOURCE / "tests" / "audit"))
import audit_fixture as f  # noqa: E402

N = f.runs.small_or_whole(2000, 20000)
MANY = f.runs.small_or_whole(20000, 120000)


class Audits(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.dir = pathlib.Path(cls.temporary.name)
        cls.store = f.store(cls.dir)
        cls.input = f.many(cls.dir / "in.gpkg", N)

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def library(self, *arguments, code=0):
        r = subprocess.run([AUDITS, self.store, *map(str, arguments)], capture_output=True, text=True, encoding="utf-8")
        self.assertEqual(code, r.returncode, r.stdout + r.stderr)
        return dict(re.findall(r"(\w+) (-?\d+)", r.stdout)) if code == 0 else r.stderr

    def test_parcels(self):
        for ending in ("gpkg", "csv", "geojsonl"):
            ours, theirs = self.dir / f"library.{ending}", self.dir / f"command.{ending}"
            out = self.library("parcels", self.input, ours, "class", "-", 0)
            r = f.audit("parcels", self.input, "-o", theirs, "--store", self.store, "--class-field", "class")
            self.assertEqual(f.digest(ours), f.digest(theirs))
            self.assertIn(f"parcels {out['parcels']}", r.stdout)
            self.assertIn(f"prohibited {out['prohibited']}", r.stdout)
            self.assertGreater(int(out["calls"]), 0)
        again = self.library("parcels", self.input, self.dir / "since.gpkg", "class", self.dir / "library.gpkg", 0)
        self.assertEqual(str(N), again["reused"])
        self.assertEqual(f.digest(self.dir / "since.gpkg"), f.digest(self.dir / "library.gpkg"))

    def test_remarks_are_those_of_the_command(self):
        """What was assumed of the file, and that a result was whole already, the library tells in the command's words."""
        source = self.dir / "zone.csv"
        source.write_text("id,wkt\n1,\"POLYGON((37600000 4520000,37600100 4520000,37600100 4520100,37600000 4520000))\"\n")
        run = [AUDITS, self.store, "parcels", source, self.dir / "zone.gpkg", "-", "-", "0"]
        ours = subprocess.run(list(map(str, run)), capture_output=True, text=True, encoding="utf-8", check=True).stdout.splitlines()[1:]
        theirs = f.audit("parcels", source, "-o", self.dir / "theirs.gpkg", "--store", self.store).stderr.splitlines()
        self.assertTrue(any(line.startswith("note: ") for line in ours), ours)
        self.assertEqual(theirs, ours)
        again = [AUDITS, self.store, "resume", source, self.dir / "zone.gpkg", "-"]
        ours = subprocess.run(list(map(str, again)), capture_output=True, text=True, encoding="utf-8", check=True).stdout.splitlines()[1:]
        theirs = f.audit("parcels", source, "-o", self.dir / "theirs.gpkg", "--store", self.store, "--resume").stderr.splitlines()
        self.assertIn("The output is complete already.", ours)
        self.assertEqual(theirs, ours)

    def test_stop_and_resume(self):
        out, n = self.dir / "stopped.gpkg", MANY
        many = f.many(self.dir / "many.gpkg", n)
        first = self.library("parcels", many, out, "class", "-", 1)
        self.assertEqual("1", first["stopped"], "it is asked after the first rows, however fast the machine")
        self.assertLess(int(first["parcels"]), n)
        whole = self.dir / "whole.gpkg"
        f.audit("parcels", many, "-o", whole, "--store", self.store, "--class-field", "class")
        self.assertFalse(out.exists())
        self.assertIn("audit-interrupted", self.library("parcels", many, out, "class", "-", 0, code=1))
        second = self.library("resume", many, out, "class")
        self.assertEqual(("0", str(n)), (second["stopped"], second["parcels"]))
        self.assertGreater(int(second["resumed"]), 0)
        self.assertEqual(f.digest(whole), f.digest(out))

    def test_lines_and_figures(self):
        for ending in ("csv", "geojsonl", "html"):
            self.library("lines", self.dir / f"library-l.{ending}", "-", 0)
            f.audit("lines", "--store", self.store, "-o", self.dir / f"command-l.{ending}")
        for ending in ("json", "csv", "html"):
            self.library("figures", self.dir / f"library-l.{ending}.{ending}")
            f.audit("figures", "--store", self.store, "-o", self.dir / f"command-l.{ending}.{ending}")
        for ours in self.dir.glob("library-l.*"):
            self.assertEqual(ours.read_bytes(), (self.dir / ours.name.replace("library", "command")).read_bytes(), ours.name)
        out = self.library("lines", self.dir / "again.csv", self.dir / "library-l.csv", 0)
        self.assertEqual(out["findings"], out["still"])
        stopped = self.library("lines", self.dir / "stopped.csv", "-", 1)
        self.assertEqual("1", stopped["stopped"])
        self.assertFalse((self.dir / "stopped.csv").exists())

    def test_refusals(self):
        self.assertIn("bad-usage", self.library("parcels", self.input, self.dir / "x.doc", "-", "-", 0, code=1))
        self.assertIn("audit-since", self.library("parcels", self.input, self.dir / "x.csv", "-", self.input, 0, code=1))
        self.assertIn("bad-usage", self.library("figures", self.dir / "x.doc", code=1))

    def test_refusals_are_those_of_the_command(self):
        """Code and both sentences: the library makes its request by the same function, and audits by the same one."""
        x = self.dir / "x.csv"
        rubbish = self.dir / "rubbish.gpkg"
        rubbish.write_bytes(b"not a database")
        for library, command in ((("parcels", self.input, self.dir / "x.doc", "-", "-", 0), ("parcels", self.input, "-o", self.dir / "x.doc")),
                                 (("parcels", self.input, x, "none", "-", 0), ("parcels", self.input, "-o", x, "--class-field", "none")),
                                 (("parcels", self.input, x, "-", self.input, 0), ("parcels", self.input, "-o", x, "--since", self.input)),
                                 (("parcels", rubbish, x, "-", "-", 0), ("parcels", rubbish, "-o", x)),
                                 (("parcels", self.dir / "none.gpkg", x, "-", "-", 0), ("parcels", self.dir / "none.gpkg", "-o", x)),
                                 (("lines", self.dir / "x.doc", "-", 0), ("lines", "-o", self.dir / "x.doc")),
                                 (("lines", x, rubbish, 0), ("lines", "-o", x, "--compare", rubbish)),
                                 (("figures", self.dir / "x.doc"), ("figures", "-o", self.dir / "x.doc"))):
            r = f.audit(*command, "--store", self.store, "--progress", "json", code=None)
            error = json.loads(r.stdout.splitlines()[-1])["error"]
            ours = subprocess.run([AUDITS, self.store, *map(str, library)], capture_output=True, text=True, encoding="utf-8")
            self.assertEqual([error["code"], error["zh"], error["en"]], ours.stderr.splitlines(), command)


if __name__ == "__main__":
    unittest.main(argv=["test_audits"], verbosity=2)
