"""backup and restore: a copy of a store of one moment while others write, and its way back, so that nothing is lost unsaid.

What is held: a backup that has its name is whole (its record's chain, its pages, its features), or there is none; a restore puts nothing in
the store's place that is not, loses no record without being told to, keeps what was there, and leaves one whole store at the path at
whatever moment it is killed."""
import contextlib
import itertools
import lzma
import os
import pathlib
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "http"))
import fixture  # noqa: E402
from fixture import runs  # noqa: E402

PROGRAM = sys.argv[1]
HERE = pathlib.Path(__file__).resolve().parent


def database(path):
    return contextlib.closing(sqlite3.connect(path))


def names(store):
    with contextlib.closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as db:
        return [row[0] for row in db.execute("SELECT project_name FROM record ORDER BY id")]


class Stores(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="hongxian-backup-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.store = pathlib.Path(fixture.make_store(PROGRAM, self.folder))
        self.parcel = fixture.write_json(self.folder / "p.geojson", fixture.feature((111.705, 40.80, 111.715, 40.81)))
        self.file = self.folder / "backup.sqlite"

    def run_program(self, *words):
        return subprocess.run([PROGRAM, *map(str, words)], capture_output=True, text=True)

    def good(self, *words):
        done = self.run_program(*words)
        self.assertEqual(0, done.returncode, done.stderr)
        return done.stdout

    def refused(self, code, zh, en, *words):
        """The exit code, and a sentence in each language with these words in it."""
        done = self.run_program(*words)
        self.assertEqual(code, done.returncode, done.stdout + done.stderr)
        self.assertIn(zh, done.stderr)
        self.assertIn(en, done.stderr)

    def keep(self, *projects, store=None):
        for name in projects:
            self.good("check", self.parcel, "--store", store or self.store, "--keep", "--officer", "A", "--project-name", name)

    def backup(self, *words):
        return self.good("backup", self.file, "--store", self.store, *words)

    def restore(self, *words):
        return self.good("restore", self.file, "--store", self.store, *words)

    def assert_whole(self, store):
        """By SQLite itself and by the chain; and it is one file at rest."""
        with database(store) as db:
            self.assertEqual([("ok",)], db.execute("PRAGMA integrity_check").fetchall())
        self.assertEqual(0, self.run_program("records", "verify", "--store", store).returncode)
        self.assertFalse(pathlib.Path(f"{store}-wal").exists())

    def beside(self, word):
        return sorted(p for p in self.folder.iterdir() if word in p.name)


class Backup(Stores):
    @runs.whole_under_sanitizers
    def test_while_a_server_keeps(self):
        """Of one moment: a whole chain with all that was acknowledged before it began, again and again, while officers keep."""
        server, kept = fixture.Server(PROGRAM, "--store", str(self.store), "--allow-records"), []
        body = pathlib.Path(self.parcel).read_bytes()

        line, numbers = fixture.Line(server), itertools.count(1)

        def officer():
            name = f"P{next(numbers)}"
            if line.ask("POST", f"/check?keep=1&officer=A&project_name={name}", body)[0].status == 200:
                kept.append(name)
        with runs.beside(officer, 1):
            for _ in range(runs.small_or_whole(2, 30)):
                n = len(kept)
                runs.wait_until(lambda: len(kept) > n)
                before = list(kept)
                said = self.backup("--overwrite")
                self.assert_whole(self.file)
                self.assertEqual(before, names(self.file)[:len(before)])
                self.assertIn(f"records {len(names(self.file))}", said)
        line.close()
        self.assertEqual(0, server.stop(), server.log)
        self.assertEqual(0o600, stat.S_IMODE(os.stat(self.file).st_mode))

    def test_nothing_is_overwritten_untold(self):
        self.backup()
        before = self.file.read_bytes()
        self.refused(1, "已经存在", "is there already", "backup", self.file, "--store", self.store)
        self.assertEqual(before, self.file.read_bytes())
        self.refused(1, "就是存储本身", "is the store itself", "backup", self.store, "--store", self.store, "--overwrite")
        self.refused(1, "缺少 FILE", "FILE is missing", "backup", "--store", self.store)

    def test_a_damaged_store_makes_no_backup(self):
        """A page that is wrong, features that are missing, a broken chain: the backup of before stays, and nothing else is left."""
        self.keep("P1", "P2")
        self.backup()
        good, whole = self.file.read_bytes(), self.store.read_bytes()

        def tamper(sql):
            with database(self.store) as db:
                for name, in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN ('record', 'feature')").fetchall():
                    db.execute(f'DROP TRIGGER "{name}"')
                db.execute(sql)
                db.commit()

        def damage():
            with database(self.store) as db:
                page = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'record_by_input'").fetchone()[0]
            content = bytearray(whole)
            content[(page - 1) * 16384:(page - 1) * 16384 + 64] = b"\xff" * 64
            self.store.write_bytes(content)
        cases = ((lambda: tamper("DELETE FROM feature WHERE id = (SELECT max(id) FROM feature)"), "已损坏", "is damaged"),
                 (lambda: tamper("UPDATE record SET verdict = 'allowed' WHERE id = 1"), "第 1 号记录", "Record 1"),
                 (damage, "已损坏", "is damaged"))
        for spoil, zh, en in cases:
            self.store.write_bytes(whole)
            spoil()
            self.refused(2, zh, en, "backup", self.file, "--store", self.store, "--overwrite")
            self.assertEqual(good, self.file.read_bytes())
            self.assertEqual([], self.beside(".new-"))
        self.store.write_bytes(whole)
        cases[1][0]()
        done = self.run_program("backup", self.file, "--store", self.store, "--overwrite", "--damaged")
        self.assertEqual(10, done.returncode)       # what is broken can be kept for those who look into it, and says so
        self.assertEqual(["P1", "P2"], names(self.file))


class Restore(Stores):
    def test_there_and_back(self):
        """What the backup holds is in the store's place; what was there is whole beside it, its journal in it; rights stay."""
        self.keep("P1")
        self.backup()
        os.chmod(self.store, 0o640)
        server = fixture.Server(PROGRAM, "--store", str(self.store), "--allow-records")
        line = fixture.Line(server)
        line.ask("POST", "/check?keep=1&officer=A&project_name=P2", pathlib.Path(self.parcel).read_bytes())
        line.close()
        self.refused(2, f"进程 {server.process.pid}", f"process {server.process.pid}", "restore", self.file, "--store", self.store, "--older-records")
        self.assertIn(f"process {server.process.pid}", self.good("restore", self.file, "--store", self.store, "--older-records", "--dry-run"))
        os.kill(server.process.pid, signal.SIGKILL)     # its journal is left
        server.process.wait()
        server.stop()
        self.assertGreater(os.path.getsize(f"{self.store}-wal"), 0)
        said = self.restore("--older-records")
        self.assertIn("lost 1", said)
        kept, = self.beside(".before-restore-")
        self.assertIn(str(kept), said)
        self.assertEqual((["P1"], ["P1", "P2"]), (names(self.store), names(kept)))
        self.assert_whole(self.store)
        self.assert_whole(kept)
        self.assertEqual(0o640, stat.S_IMODE(os.stat(self.store).st_mode))
        self.good("check", self.parcel, "--store", self.store)
        self.keep("P3")

    @runs.whole_under_sanitizers
    def test_a_record_is_not_lost_untold(self):
        """An older chain, and one that went another way, are refused with the number of records; one that goes on is not."""
        self.keep("P1")
        self.backup()
        self.assertIn("lost 0", self.restore())
        self.keep("P2", "P3")
        words = ("restore", self.file, "--store", self.store)
        self.refused(2, "会失去 2 条记录", "2 records would be lost", *words)
        self.refused(2, "会失去 2 条记录", "2 records would be lost", *words, "--dry-run")
        other = self.folder / "other.sqlite"
        self.good("restore", self.file, "--store", other)
        self.keep("Q2", store=other)
        self.good("backup", self.file, "--store", other, "--overwrite")
        self.refused(2, "分了岔", "went apart", *words)
        self.assertEqual(["P1", "P2", "P3"], names(self.store))
        self.restore("--older-records")
        self.assertEqual(["P1", "Q2"], names(self.store))
        self.assertIn(["P1", "P2", "P3"], [names(k) for k in self.beside("test.sqlite.before-restore-")])

    def test_what_is_not_whole_is_not_restored(self):
        """No store, half of one, a broken chain, the store itself: the store stays byte for byte, and nothing is left beside it."""
        self.keep("P1", "P2")
        self.backup()
        before, whole = self.store.read_bytes(), self.file.read_bytes()
        listing = sorted(self.folder.iterdir())
        for content in (b"no store" * 4096, whole[:len(whole) // 2], b""):
            self.file.write_bytes(content)
            done = self.run_program("restore", self.file, "--store", self.store)
            self.assertEqual(2, done.returncode, done.stdout)
        self.file.write_bytes(whole)
        with database(self.file) as db:
            db.execute("DROP TRIGGER record_no_update")
            db.execute("UPDATE record SET officer = 'B' WHERE id = 2")
            db.commit()
        for suffix in ("-wal", "-shm"):
            pathlib.Path(f"{self.file}{suffix}").unlink(missing_ok=True)
        self.refused(2, "第 2 号记录", "Record 2", "restore", self.file, "--store", self.store)
        self.refused(1, "就是存储本身", "is the store itself", "restore", self.store, "--store", self.store)
        self.refused(1, "没有找到", "There is no store", "restore", self.folder / "nothing", "--store", self.store)
        self.assertEqual(before, self.store.read_bytes())
        self.assertEqual(listing, sorted(self.folder.iterdir()))

    @runs.whole_under_sanitizers
    def test_a_store_that_others_have_open_stays(self):
        """Also by a program that knows nothing of the lock; afterwards it works as before for whoever had it open."""
        self.keep("P1")
        self.backup()
        with database(self.store) as db:
            db.execute("SELECT count(*) FROM layer").fetchall()
            self.refused(2, "QGIS", "QGIS", "restore", self.file, "--store", self.store)
            self.assertEqual([("wal",)], db.execute("PRAGMA journal_mode").fetchall())
        self.restore()

    @runs.whole_under_sanitizers
    def test_dry_run_changes_nothing(self):
        self.keep("P1")
        self.backup()
        before = {p: (p.read_bytes() if p.is_file() else None) for p in self.folder.iterdir()}
        self.assertIn("would be kept as", self.restore("--dry-run"))
        self.assertEqual(before, {p: (p.read_bytes() if p.is_file() else None) for p in self.folder.iterdir()})

    @runs.whole_under_sanitizers
    def test_a_damaged_store_is_replaced_when_that_is_said(self):
        """How much would be lost cannot be told then; it is kept as it is."""
        self.keep("P1")
        self.backup()
        self.store.write_bytes(b"rubbish" * 5000)
        self.refused(2, "读不出来", "cannot be read", "restore", self.file, "--store", self.store)
        self.restore("--older-records")
        self.assertEqual(["P1"], names(self.store))
        self.assert_whole(self.store)
        kept, = self.beside(".before-restore-")
        self.assertEqual(b"rubbish" * 5000, kept.read_bytes())

    @runs.whole_under_sanitizers
    def test_a_journal_of_a_store_that_is_gone_is_not_read(self):
        """SQLite would read it into whatever gets the name."""
        self.keep("P1")
        self.backup()
        server = fixture.Server(PROGRAM, "--store", str(self.store), "--allow-records")
        line = fixture.Line(server)
        line.ask("POST", "/check?keep=1&officer=A&project_name=P2", pathlib.Path(self.parcel).read_bytes())
        line.close()
        os.kill(server.process.pid, signal.SIGKILL)
        server.process.wait()
        server.stop()
        self.store.unlink()
        self.restore()
        self.assertEqual(["P1"], names(self.store))
        self.assert_whole(self.store)

    def test_a_store_of_an_earlier_version(self):
        """It can be backed up as it is, before an upgrade; restored, it has the schema of this program, and its records."""
        old = self.folder / "old.sqlite"
        old.write_bytes(lzma.decompress((HERE.parent / "record" / "format1" / "store.sqlite.xz").read_bytes()))
        kept = len(names(old))
        self.assertGreater(kept, 0)
        schema = sqlite3.connect(old).execute("PRAGMA user_version").fetchone()[0]
        self.good("backup", self.file, "--store", old)
        self.assertEqual(schema, sqlite3.connect(self.file).execute("PRAGMA user_version").fetchone()[0])
        said = self.restore()
        self.assertRegex(said, rf"由 {schema} 升级")
        self.assertEqual(kept, len(names(self.store)))
        self.good("records", "verify", "--store", self.store)


@runs.whole_under_sanitizers
class Killed(Stores):
    """At moments of the command's own processor time, spread over the whole of it."""
    def moments(self, command):
        whole = runs.run_counting_cpu(list(map(str, command)))
        n = runs.small_or_whole(2, 120)
        return [whole * ((0.5 + 0.618034 * i) % 1.0) for i in range(n)]

    def killed_after(self, seconds, command):
        done = subprocess.run(list(map(str, command)), capture_output=True, preexec_fn=runs.kill_after_cpu(seconds))
        self.assertIn(done.returncode, (0, -signal.SIGPROF), done.stderr)
        return done.returncode != 0

    def test_restore(self):
        """The store at the path is the old or the new one, whole; the old one is never in no place; leftovers go with the next one."""
        self.keep("P1")
        self.backup()
        new = ["P1", "P2"]
        self.keep("P2")
        later = self.folder / "later.sqlite"
        self.good("backup", later, "--store", self.store)
        command = [PROGRAM, "restore", later, "--store", self.store]
        moments, n_killed = self.moments(command), 0
        for seconds in moments:
            for p in self.beside(".before-restore-"):
                p.unlink()
            self.restore("--older-records")
            for p in self.beside(".before-restore-"):
                p.unlink()
            was_killed = self.killed_after(seconds, command)
            n_killed += was_killed
            there = names(self.store)
            self.assertIn(there, (["P1"], new))
            self.assertTrue(was_killed or there == new)
            self.assert_whole(self.store)
            if there == new:
                self.assertEqual(["P1"], names(self.beside(".before-restore-")[0]))
        self.assertGreater(n_killed, len(moments) // 3)
        self.restore("--older-records")
        self.assertEqual([], self.beside(".new-"))

    def test_backup(self):
        """There is the backup of before or the new one, whole, and nothing half-done by that name."""
        self.keep("P1")
        self.backup()
        self.keep("P2")
        command = [PROGRAM, "backup", self.file, "--store", self.store, "--overwrite"]
        moments, n_killed = self.moments(command), 0
        shutil.copyfile(self.store, self.folder / "keep")
        for i, seconds in enumerate(moments):
            self.keep(f"R{i}")
            was_killed = self.killed_after(seconds, command)
            n_killed += was_killed
            self.assert_whole(self.file)
            if not was_killed:
                self.assertEqual(names(self.store), names(self.file))
        self.assertGreater(n_killed, len(moments) // 3)
        self.backup("--overwrite")
        self.assertEqual([], self.beside(".new-"))
        self.assertEqual(names(self.store), names(self.file))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[2:], verbosity=1)
