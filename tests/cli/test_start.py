"""What a start of the program loads, and what is said when GDAL, which is loaded later, is not there. test_start.py PROGRAM"""
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "http"))
import fixture  # noqa: E402

PROGRAM = sys.argv.pop(1)


class Start(unittest.TestCase):
    def test_a_start_loads_neither_gdal_nor_spatialite_nor_what_draws(self):
        """With the libraries below them they are most of what a start would cost, and a check needs none of them."""
        listed = subprocess.run([PROGRAM], env=dict(os.environ, LD_TRACE_LOADED_OBJECTS="1"), capture_output=True, text=True)
        self.assertIn("libsqlite3", listed.stdout)
        for library in ("libgdal", "libcairo", "libpango", "libspatialite", "libxml2", "libicu"):
            self.assertNotIn(library, listed.stdout)

    def test_a_gdal_that_cannot_be_loaded_is_named_and_a_check_still_works(self):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            store = fixture.make_store(PROGRAM, folder)
            for version in range(20, 60):
                (folder / f"libgdal.so.{version}").write_text("no library")
            broken = dict(os.environ, LD_LIBRARY_PATH=name)
            done = subprocess.run([PROGRAM, "export", "ecological_red_line", "--store", store, "-o", str(folder / "out.gpkg")],
                                  env=broken, capture_output=True, text=True)
            self.assertNotEqual(0, done.returncode)
            self.assertIn("不能载入 GDAL", done.stderr)
            self.assertIn("GDAL cannot be loaded", done.stderr)
            self.assertFalse((folder / "out.gpkg").exists())
            parcel = fixture.write_json(folder / "p.geojson", fixture.feature((111.705, 40.80, 111.715, 40.81)))
            done = subprocess.run([PROGRAM, "check", parcel, "--store", store], env=broken, capture_output=True, text=True)
            self.assertEqual(0, done.returncode, done.stderr)


if __name__ == "__main__":
    unittest.main()
