"""doctor finds what is wrong with a store, says what to do in both languages, and changes nothing. Each fault is made on purpose."""
import contextlib
import json
import lzma
import os
import pathlib
import shutil
import sqlite3
import stat
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "http"))
import fixture  # noqa: E402
from fixture import runs  # noqa: E402

PROGRAM = sys.argv[1]


class Doctor(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="hongxian-doctor-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.store = pathlib.Path(fixture.make_store(PROGRAM, self.folder))
        os.chmod(self.store, 0o600)

    def ask(self, code, **environment):
        """The rows that are not ok, name -> codes; every row is a sentence in both languages."""
        done = subprocess.run([PROGRAM, "doctor", "--store", self.store, "--format", "json"], capture_output=True, text=True, env={**os.environ, **environment})
        self.assertEqual(code, done.returncode, done.stdout + done.stderr)
        said, found = json.loads(done.stdout), {}
        for row in said["rows"]:
            self.assertTrue(row["zh"] and row["en"], row)
            if row["state"] != "ok":
                found.setdefault(row["name"], []).append(row["code"])
        self.assertEqual({0: "ok", 10: "fault", 11: "warning"}[code], said["state"])
        self.names = {row["name"] for row in said["rows"]}
        return found

    def change(self, sql):
        """As another program would."""
        with contextlib.closing(sqlite3.connect(self.store)) as db:
            for name, in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN ('record', 'feature')").fetchall():
                db.execute(f'DROP TRIGGER "{name}"')
            db.execute(sql)
            db.commit()

    def test_all_is_well(self):
        """Nothing found, nothing changed, and every part was looked at."""
        def state():
            return {p: (p.stat().st_mtime_ns, p.read_bytes()) for p in self.folder.rglob("*") if p.is_file()}
        before = state()
        self.assertEqual({}, self.ask(0))
        self.assertEqual({"owner", "rights", "store", "record", "versions", "indexes", "beside", "disk", "sandbox", "fonts", "proj", "gdal"}, self.names)
        self.assertEqual(before, state())

    def test_an_index_that_is_damaged_or_missing(self):
        """Every byte is looked at: one in the middle is enough. It is not rebuilt here."""
        one, two = sorted(pathlib.Path(f"{self.store}.index").glob("*[0-9a-f].hxi"))[:2]
        content = bytearray(one.read_bytes())
        content[len(content) // 2] ^= 1
        one.write_bytes(content)
        two.unlink()
        self.assertEqual({"indexes": ["index-damaged", "index-missing"]}, {k: sorted(v) for k, v in self.ask(11).items()})
        self.assertFalse(two.exists())
        self.assertEqual(bytes(content), one.read_bytes())

    @runs.whole_under_sanitizers
    def test_a_version_that_was_changed(self):
        """A red line that another program took away, though its index is as it was."""
        self.change("DELETE FROM feature WHERE id = 1")
        found = self.ask(10)
        self.assertEqual(["store-corrupt"], found["store"])
        self.assertEqual(["version-changed"], found["versions"])

    def test_a_record_that_was_changed(self):
        parcel = fixture.write_json(self.folder / "p.geojson", fixture.feature((111.705, 40.80, 111.715, 40.81)))
        for _ in range(2):
            subprocess.run([PROGRAM, "check", parcel, "--store", self.store, "--keep", "--officer", "A"], check=True, capture_output=True)
        self.change("UPDATE record SET officer = 'B' WHERE id = 1")
        self.assertEqual({"record": ["record-broken"]}, self.ask(10))
        self.change("DELETE FROM record")           # emptied: what was kept is still there
        self.assertEqual({"record": ["record-broken"]}, self.ask(10))

    @runs.whole_under_sanitizers
    def test_rights(self):
        os.chmod(self.store, 0o644)
        self.assertEqual({"rights": ["store-readable-by-all"]}, self.ask(11))
        os.chmod(self.store, 0o600)
        os.chmod(self.folder, 0o777)
        self.assertEqual({"rights": ["store-writable-by-all"]}, self.ask(10))

    @runs.whole_under_sanitizers
    def test_what_is_made_is_for_whom_the_store_is(self):
        """A new store is its owner's alone; its index follows what the store's mode is, by whichever command it is made; made by root it
        belongs to whom the folder belongs to."""
        folder = self.folder / "new"
        folder.mkdir()
        if os.geteuid() == 0:
            os.chown(folder, 12345, 12345)
        store = folder / "s.sqlite"
        subprocess.run([PROGRAM, "init", store], check=True, capture_output=True, umask=0)
        self.assertEqual(0o600, stat.S_IMODE(os.stat(store).st_mode))
        for mode, in_folder in ((0o600, 0o700), (0o660, 0o770), (0o640, 0o750)):
            shutil.rmtree(f"{store}.index", ignore_errors=True)
            os.chmod(store, mode)
            if mode == 0o600:
                fixture.import_layer(PROGRAM, folder, str(store), "ecological_red_line", fixture.red_line())
            else:
                parcel = fixture.write_json(folder / "p.geojson", fixture.feature((111.705, 40.80, 111.715, 40.81)))
                subprocess.run([PROGRAM, "check", parcel, "--store", store], check=True, capture_output=True)
            made = [pathlib.Path(f"{store}.index"), *pathlib.Path(f"{store}.index").iterdir()]
            self.assertEqual([in_folder] + [mode] * (len(made) - 1), [stat.S_IMODE(os.stat(p).st_mode) for p in made])
            self.assertEqual(2, sum(p.suffix == ".hxi" for p in made))
            if os.geteuid() == 0:
                self.assertEqual({12345}, {os.stat(p).st_uid for p in (store, *made)})

    @runs.whole_under_sanitizers
    def test_no_store_half_a_store_an_older_one(self):
        whole = self.store.read_bytes()
        self.store.write_bytes(whole[:len(whole) // 2])
        self.assertIn("store", self.ask(10))
        self.store.write_bytes(b"no store" * 1000)
        self.assertEqual({"store": ["store-foreign"]}, self.ask(10))
        self.store.write_bytes(lzma.decompress((HERE.parent / "record" / "format1" / "store.sqlite.xz").read_bytes()))
        self.assertEqual({"store": ["store-older"]}, self.ask(11))
        self.store.unlink()
        self.assertEqual({"store": ["store-not-found"]}, self.ask(10))
        self.assertIn("fonts", self.names)                      # the machine is looked at all the same

    def test_the_machine(self):
        """No fonts; no table of coordinate systems."""
        (self.folder / "fonts.conf").write_text('<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig></fontconfig>')
        found = self.ask(10, FONTCONFIG_FILE=str(self.folder / "fonts.conf"), PROJ_DATA=str(self.folder), PROJ_LIB=str(self.folder))
        self.assertEqual(["no-chinese-font"], found["fonts"])
        self.assertIn("proj", found)

    @runs.whole_under_sanitizers
    def test_who_has_it(self):
        server = fixture.Server(PROGRAM, "--store", str(self.store), "--threads", "2")
        said = subprocess.run([PROGRAM, "doctor", "--store", self.store], capture_output=True, text=True).stdout
        self.assertIn(f"process {server.process.pid}, port {server.port}", said)
        self.assertIn("[正常 ok] 档案链", said)
        line = fixture.Line(server)
        self.assertEqual(200, line.ask("GET", "/collections")[0].status)      # it goes on
        line.close()
        self.assertEqual(0, server.stop(), server.log)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[2:], verbosity=1)
