"""What a start of the program loads, and what is said when GDAL, which is loaded later, is not there. test_start.py PROGRAM"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "http"))
import fixture  # noqa: E402

PROGRAM = sys.argv.pop(1)


def loaded_by(*arguments):
    """Names of every library that a run loads, those that it loads late included: the loader's own account."""
    with tempfile.TemporaryDirectory() as name:
        environment = dict(os.environ, LD_DEBUG="files", LD_DEBUG_OUTPUT=os.path.join(name, "loader"))
        done = subprocess.run([PROGRAM, *arguments], env=environment, capture_output=True, text=True, cwd=name)
        said = "".join(p.read_text(errors="replace") for p in pathlib.Path(name).glob("loader.*"))
    return done, {m for m in re.findall(r"calling init: \S*/([^/\s]+)", said)}


class Start(unittest.TestCase):
    def test_what_says_lists_or_completes_loads_neither_shapes_nor_a_server(self):
        """With what is below them GDAL, PROJ, GEOS, libmicrohttpd, libxlsxwriter, SpatiaLite and what draws are nearly all that a start would cost. The number
        is of libraries, the C library's own and the loader included: one more is to be thought about."""
        for arguments in (("version",), ("help",), ("help", "check"), ("help", "--format", "words")):
            done, loaded = loaded_by(*arguments)
            self.assertEqual(0, done.returncode, done.stderr)
            self.assertTrue(any(name.startswith("libsqlite3") for name in loaded), loaded)
            for late in ("libgdal", "libproj", "libcurl", "libgeos", "libstdc++", "libmicrohttpd", "libgnutls", "libcairo", "libpango", "libspatialite", "libxml2",
                         "libicu", "libxlsxwriter", "libcrypto"):
                self.assertEqual([], [name for name in loaded if name.startswith(late)], arguments)
            self.assertLessEqual(len(loaded), 13, loaded)

    def test_a_check_loads_what_measures_and_nothing_else(self):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            store = fixture.make_store(PROGRAM, folder)
            done, loaded = loaded_by("check", fixture.write_json(folder / "p.geojson", fixture.feature((111.705, 40.80, 111.715, 40.81))), "--store", store)
            self.assertEqual(0, done.returncode, done.stderr)
            self.assertTrue(any(library.startswith("libgeos") for library in loaded), loaded)
            for late in ("libgdal", "libmicrohttpd", "libcairo", "libpango", "libspatialite", "libxml2", "libicu", "libxlsxwriter"):
                self.assertEqual([], [library for library in loaded if library.startswith(late)])

    def test_a_library_that_measures_and_cannot_be_loaded_is_named(self):
        """Loaded late, it is missed late: no check is answered then, and nothing crashes."""
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            store = fixture.make_store(PROGRAM, folder)
            parcel = fixture.write_json(folder / "p.geojson", fixture.feature((111.705, 40.80, 111.715, 40.81)))
            for title, file, arguments in (("PROJ", "libproj.so", ("check", parcel)), ("GEOS", "libgeos_c.so", ("check", parcel)),
                                           ("libmicrohttpd", "libmicrohttpd.so", ("serve", "--port", "0"))):
                broken = folder / title
                broken.mkdir()
                for version in range(1, 60):
                    (broken / f"{file}.{version}").write_text("no library")
                done = subprocess.run([PROGRAM, *arguments, "--store", store], env=dict(os.environ, LD_LIBRARY_PATH=str(broken)),
                                      capture_output=True, text=True)
                self.assertEqual(3, done.returncode, (title, done.stderr))
                self.assertIn(f"不能载入 {title}", done.stderr)
                self.assertIn(f"{title} cannot be loaded", done.stderr)
                self.assertEqual("", done.stdout)

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
