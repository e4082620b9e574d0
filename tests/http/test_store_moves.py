"""A store that is moved, replaced or removed while officers keep checks in it.

What "acknowledged is not lost" means: when a check was answered with its record, that record is in the file that was at the store's path
then. It stays in that file wherever it is moved to, journal or no journal, also when the server is killed afterwards, and every
request that begins after the path is empty is 503 until there is a store again. What is asked after another store has taken the place is in
that one. A file that somebody deletes is gone with what it had: the test keeps another name of it."""
import contextlib
import http.client
import itertools
import json
import os
import pathlib
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import unittest

import fixture
from fixture import runs

PROGRAM = sys.argv[1]
PARCEL = json.dumps(fixture.feature((111.705, 40.80, 111.715, 40.81))).encode()


def names(store):
    with contextlib.closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as db:
        return {row[0] for row in db.execute("SELECT project_name FROM record")}


class Keeper(threading.Thread):
    """Keeps checks, one after another, each under a name of its own. `answers`: when it was asked, the name, and what was answered."""
    counter = itertools.count(1)

    def __init__(self, server):
        super().__init__()
        self.server, self.answers, self.over = server, [], False

    def run(self):
        while not self.over:
            name, asked = f"P{next(self.counter)}", time.monotonic()
            connection = http.client.HTTPConnection(self.server.host, self.server.port)
            try:
                connection.request("POST", f"/check?keep=1&officer=A&project_name={name}", PARCEL)
                answer = connection.getresponse()
                self.answers.append((asked, name, answer.status, json.loads(answer.read())))
            except OSError:
                return
            finally:
                connection.close()


class Moves(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="hongxian-moves-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.path = pathlib.Path(fixture.make_store(PROGRAM, self.folder))
        self.aside = self.folder / "aside.sqlite"
        self.server = fixture.Server(PROGRAM, "--store", str(self.path), "--threads", "4", "--allow-records")
        self.addCleanup(lambda: self.server.process.poll() is None and self.server.stop())
        self.keepers = [Keeper(self.server) for _ in range(2)]
        for keeper in self.keepers:
            keeper.start()
        self.addCleanup(self.end)

    def end(self):
        for keeper in self.keepers:
            keeper.over = True
        for keeper in self.keepers:
            keeper.join()

    def answers(self, status, since=0):
        return [a for k in self.keepers for a in list(k.answers) if a[2] == status and a[0] > since]

    def wait_for(self, n, status=200, since=0):
        runs.wait_until(lambda: len(self.answers(status, since)) >= n)

    def acknowledged(self):
        for _, _, _, body in self.answers(200):
            self.assertTrue(body["record"]["sha256"])
        return {a[1] for a in self.answers(200)}

    def assert_away(self, since):
        """Whatever was asked since then is 503, with the reason and a sentence in both languages."""
        self.wait_for(4, 503, since)
        self.assertEqual([], self.answers(200, since))
        for _, _, _, body in self.answers(503):
            self.assertIn(body["code"], ("store-not-found", "store-moved", "store-moved-since", "store-closed"))
            self.assertTrue(body["detail"] and body["detail_en"])

    def test_moved_away_and_back(self):
        """All that was acknowledged is in the file that was moved away, its journal left behind, and the server killed."""
        for _ in range(runs.small_or_whole(2, 20)):
            before = time.monotonic()
            self.wait_for(6, since=before)
            os.rename(self.path, self.aside)
            moved = time.monotonic()
            self.assert_away(moved)
            self.assertLessEqual(self.acknowledged(), names(self.aside))
            os.rename(self.aside, self.path)
        os.rename(self.path, self.aside)
        self.assert_away(time.monotonic())
        os.kill(self.server.process.pid, signal.SIGKILL)
        self.server.process.wait()
        self.end()
        self.assertLessEqual(self.acknowledged(), names(self.aside))
        self.assertEqual(0, subprocess.run([PROGRAM, "records", "verify", "--store", self.aside], capture_output=True).returncode)
        self.server.stop()

    def test_replaced_by_an_old_copy(self):
        """An old copy is put over the store again and again: a record is in the file that was there when it was acknowledged."""
        old, files = self.folder / "old.sqlite", []
        with contextlib.closing(sqlite3.connect(self.path)) as a, contextlib.closing(sqlite3.connect(old)) as b:
            a.backup(b)
        for i in range(runs.small_or_whole(3, 30)):
            self.wait_for(4, since=time.monotonic())
            shutil.copyfile(old, self.folder / "new.sqlite")
            files.append(self.folder / f"was-{i}.sqlite")
            os.link(self.path, files[-1])
            os.replace(self.folder / "new.sqlite", self.path)
            replaced = time.monotonic()
            self.wait_for(1, since=replaced)
            since = {a[1] for a in self.answers(200, replaced)}
            self.assertLessEqual(since, names(self.path))
        self.end()
        self.assertEqual(0, self.server.stop(), self.server.log)
        kept = set().union(*(names(f) for f in [*files, self.path]))
        self.assertLessEqual(self.acknowledged(), kept)
        for store in [*files, self.path]:
            self.assertEqual(0, subprocess.run([PROGRAM, "records", "verify", "--store", store], capture_output=True).returncode, store)

    def test_a_journal_that_is_removed(self):
        """What would be kept into a journal that nobody can find any more is refused; the store is opened anew, with what the journal had,
        and goes on. After a kill -9 all that was acknowledged is there."""
        for i, suffix in enumerate(("-wal", "-shm", "-wal") * runs.small_or_whole(1, 5)):
            self.wait_for(4, since=time.monotonic())
            os.unlink(f"{self.path}{suffix}")
            removed = time.monotonic()
            self.wait_for(2, 503, removed)
            self.assertIn("store-journal-gone", {a[3]["code"] for a in self.answers(503)})
            self.wait_for(4, since=time.monotonic())
        os.kill(self.server.process.pid, signal.SIGKILL)
        self.server.process.wait()
        self.end()
        self.assertLessEqual(self.acknowledged(), names(self.path))
        self.assertEqual(0, subprocess.run([PROGRAM, "records", "verify", "--store", self.path], capture_output=True).returncode)
        self.server.stop()

    def test_removed(self):
        """Removed: 503 for everybody; what was acknowledged is in the file, which another name of it shows."""
        self.wait_for(4)
        os.link(self.path, self.aside)
        os.unlink(self.path)
        self.assert_away(time.monotonic())
        self.end()
        self.assertLessEqual(self.acknowledged(), names(self.aside))


class Owner(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="hongxian-owner-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.path = self.folder / "a.sqlite"
        fixture.empty_store(PROGRAM, self.path)

    def serve(self, store):
        return subprocess.run([PROGRAM, "serve", "--port", "0", "--store", store], capture_output=True, text=True)

    def test_one_server_owns_a_store(self):
        """A second one is refused by name of the first, also under another name of the file; commands go on beside it; and a store that
        another server owns is not taken up in the place of one's own."""
        server = fixture.Server(PROGRAM, "--store", str(self.path), "--threads", "2")
        self.addCleanup(lambda: server.process.poll() is None and server.stop())
        other, link = self.folder / "b.sqlite", self.folder / "link.sqlite"
        os.symlink(self.path, link)
        os.link(self.path, other)
        for store in (self.path, link, other):
            refused = self.serve(store)
            self.assertEqual(2, refused.returncode)
            self.assertIn(f"process {server.process.pid}, port {server.port}", refused.stderr)
            self.assertIn(f"进程 {server.process.pid}，端口 {server.port}", refused.stderr)
        for command in ("layers list", "records list", "rules history"):
            subprocess.run([PROGRAM, *command.split(), "--store", self.path], check=True, capture_output=True)
        second_path = self.folder / "c.sqlite"
        fixture.empty_store(PROGRAM, second_path)
        second = fixture.Server(PROGRAM, "--store", str(second_path), "--threads", "2")
        self.addCleanup(lambda: second.process.poll() is None and second.stop())
        os.unlink(self.path)
        os.link(second_path, self.path)
        line = fixture.Line(server)
        answer, body = line.ask("GET", "/collections")
        self.assertEqual((503, "store-in-use"), (answer.status, json.loads(body)["code"]))
        beside = fixture.Line(second)
        self.assertEqual(200, beside.ask("GET", "/collections")[0].status)
        beside.close()
        os.unlink(self.path)
        os.rename(other, self.path)
        runs.wait_until(lambda: line.ask("GET", "/collections")[0].status == 200)
        line.close()
        self.assertEqual(0, server.stop(), server.log)
        self.assertEqual(0, second.stop(), second.log)


class Health(unittest.TestCase):
    """/health tells what is wrong with the store, whatever else is answered."""
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="hongxian-health-"))
        self.addCleanup(shutil.rmtree, self.folder)

    def serve(self, server):
        self.line = fixture.Line(server)
        self.addCleanup(lambda: server.process.poll() is None and server.stop())
        self.addCleanup(self.line.close)
        return server

    def health(self):
        answer, body = self.line.ask("GET", "/health")
        said = json.loads(body)
        self.assertEqual(503 if said["status"] == "failed" else 200, answer.status)
        for warning in said["warnings"]:
            self.assertTrue(warning["zh"] and warning["en"])
        return said["status"], {w["code"] for w in said["warnings"]}

    def test_a_store_that_is_gone(self):
        store = pathlib.Path(fixture.make_store(PROGRAM, self.folder))
        server = self.serve(fixture.Server(PROGRAM, "--store", str(store), "--threads", "2", "--allow-records"))
        before = self.health()
        self.assertNotIn("failed", before)
        os.rename(store, self.folder / "aside")
        status, codes = self.health()
        self.assertEqual("failed", status)
        self.assertIn("store-not-found", codes)
        (store).write_bytes(b"no store" * 1000)
        runs.wait_until(lambda: "store-foreign" in self.health()[1])
        self.assertIn("store-closed", self.health()[1])      # nor can anything be kept
        os.rename(self.folder / "aside", store)
        runs.wait_until(lambda: self.health() == before)
        self.assertEqual(0, server.stop(), server.log)

    def test_a_full_disk(self):
        """On a disk of 64 MB that is filled up: nearly full, then full, then also that a record was not kept; with room, as before. Needs to be
        allowed a file system of its own."""
        disk = self.folder / "disk"
        disk.mkdir()
        fixture.make_store(PROGRAM, self.folder / "made")
        # the command begins in a mount namespace of its own, so that nothing is left of it; the store is reached through /proc
        command = 'mount -t tmpfs -o size=64m none "$1" && cp -r "$2"/. "$1" && exec "$3" serve --port 0 --store "$1/test.sqlite" --threads 2 --allow-records'
        words = ["unshare", "-m"] if os.geteuid() == 0 else ["unshare", "-rm"]
        if subprocess.run([*words, "mount", "-t", "tmpfs", "none", disk], capture_output=True).returncode:
            self.skipTest("no mount namespace here")

        class Inside(fixture.Server):
            def __init__(self):
                wrapper = disk.parent / "serve.sh"
                wrapper.write_text('#!/bin/sh\nexec ' + " ".join(words) + f" sh -c '{command}' sh '{disk}' '{disk.parent}/made' '{PROGRAM}'\n")
                wrapper.chmod(0o755)
                super().__init__(wrapper)
        server = self.serve(Inside())
        inside = pathlib.Path(f"/proc/{server.process.pid}/root{disk}")
        self.assertEqual(("degraded", {"disk-low"}), self.health())
        with open(inside / "filler", "wb") as f, contextlib.suppress(OSError):
            while f.write(b"x" * 65536):
                f.flush()
        self.assertEqual(("degraded", {"disk-full"}), self.health())
        answer, body = self.line.ask("POST", "/check?keep=1&officer=A", PARCEL)
        self.assertEqual((500, "disk-full"), (answer.status, json.loads(body)["code"]))
        answer, body = self.line.ask("GET", "/health")
        self.assertTrue(any(w["en"].startswith("What should have been kept last was not") for w in json.loads(body)["warnings"]), body)
        self.assertEqual(200, self.line.ask("POST", "/check", PARCEL)[0].status)      # checks go on
        (inside / "filler").unlink()
        self.assertEqual(200, self.line.ask("POST", "/check?keep=1&officer=A", PARCEL)[0].status)
        self.assertEqual(("degraded", {"disk-low"}), self.health())
        self.assertEqual(0, server.stop(), server.log)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:], verbosity=1)
