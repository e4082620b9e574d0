#!/usr/bin/env python3
"""Index files that are damaged, cut, emptied or swapped under a server that answers: no answer is another one than the truth or that nothing
can be said, no tile is drawn from what is there instead, the server lives, and has the right answer again by itself.
  test_damaged_index.py HONGXIAN SOURCE_DIR"""
import contextlib
import json
import os
import pathlib
import random
import struct
import subprocess
import sys
import tempfile
import unittest

PROGRAM = sys.argv[1]
import fixture  # noqa: E402
from fixture import runs  # noqa: E402

HALF_IN_RED_LINE = (111.705, 40.802, 111.715, 40.804)
TILES = [f"/tiles/ecological_red_line/{t}.mvt" for t in ("8/207/96", "15/26551/12309")]  # kept, and drawn each time
random.seed(15)


def parcel(box):
    return json.dumps(fixture.collection(fixture.feature(box)))


def in_place(path, data, at=0):
    with open(path, "r+b") as f:
        f.seek(at)
        f.write(data)


def shifted(path):
    """Every longitude a degree further east, as a wrong but well-formed file would have it."""
    data = bytearray(path.read_bytes())
    for at in range(256, min(len(data), 4096) - 8, 8):
        value, = struct.unpack_from("<d", data, at)
        if 111 < value < 113:
            struct.pack_into("<d", data, at, value + 1)
    in_place(path, data)


DAMAGES = {
    "random bytes": lambda p: in_place(p, random.randbytes(p.stat().st_size)),
    "zeros": lambda p: in_place(p, bytes(p.stat().st_size)),
    "random bytes behind the header": lambda p: in_place(p, random.randbytes(p.stat().st_size - 256), 256),
    "zeros behind the header": lambda p: in_place(p, bytes(p.stat().st_size - 256), 256),
    "shifted coordinates": shifted,
    "cut to half": lambda p: os.truncate(p, p.stat().st_size // 2),
    "cut to nothing": lambda p: os.truncate(p, 0),
    "another layer's": lambda p: in_place(p, next(p.parent.glob("2-*[0-9a-f].hxi")).read_bytes()),
    "another layer's, by rename": lambda p: (in_place(p, b"", 0), os.replace(copy_of(next(p.parent.glob("2-*[0-9a-f].hxi"))), p)),
    "removed": lambda p: p.unlink(),
}


def copy_of(path):
    copy = path.with_suffix(".copy")
    copy.write_bytes(path.read_bytes())
    return copy


class DamagedIndexTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.store = fixture.make_store(PROGRAM, self.folder.name)
        self.index = next(pathlib.Path(f"{self.store}.index").glob("1-*[0-9a-f].hxi"))

    def tearDown(self):
        self.folder.cleanup()

    def ask(self, line):
        """(verdict, status of the red line, area) of the parcel."""
        answer, body = line.ask("POST", "/check?format=json", parcel(HALF_IN_RED_LINE), {"Content-Type": "application/geo+json"})
        self.assertEqual(answer.status, 200, body[:300])
        report = json.loads(body)
        found = next(f for f in report["parcels"][0]["layers"] if f["layer"] == "ecological_red_line")
        return report["verdict"], found["status"], found["area_m2"]

    def watch(self, server, truth, tiles, seen):
        with contextlib.closing(fixture.Line(server)) as line:
            answer = self.ask(line)
            if answer != truth and answer[:2] != ("unknown", "unmeasured"):
                seen.append(answer)
            for path, tile in tiles.items():
                got, body = line.ask("GET", path)
                if (got.status, body) != (200, tile) and got.status != 503:
                    seen.append((path, got.status, body[:200]))

    def test_under_a_server(self):
        """Whatever becomes of the file, nobody is told anything else than the truth or that it cannot be measured."""
        server = fixture.Server(PROGRAM, "--store", self.store, "--threads", "4")
        self.addCleanup(server.process.kill)
        line = fixture.Line(server)
        truth = self.ask(line)
        self.assertEqual(truth[:2], ("prohibited", "overlap"))
        tiles = {path: line.ask("GET", path)[1] for path in TILES}
        self.assertTrue(all(tiles.values()))
        seen = []
        with runs.beside(lambda: self.watch(server, truth, tiles, seen), 2):
            for name, damage in DAMAGES.items():
                damage(self.index)
                runs.wait_until(lambda: self.ask(line) == truth)
                self.assertEqual(seen, [], name)
                self.assertIsNone(server.process.poll(), name)
        self.assertEqual(seen, [])
        runs.wait_until(lambda: json.loads(line.ask("GET", "/health")[1])["status"] == "ok")
        line.close()
        self.assertEqual(server.stop(), 0)
        self.assertIn("index files were changed", server.log)

    def test_by_the_command(self):
        """A command does not believe a damaged file: it is made anew from the store, and the answer is the same."""
        source = pathlib.Path(self.folder.name) / "parcel.geojson"
        source.write_text(parcel(HALF_IN_RED_LINE), encoding="utf-8")

        def check():
            done = subprocess.run([PROGRAM, "check", "--store", self.store, "--format", "json", str(source)], capture_output=True)
            found = json.loads(done.stdout)
            return found["verdict"], found["parcels"][0]["layers"]
        truth = check()
        self.assertEqual(truth[0], "prohibited")
        for name, damage in DAMAGES.items():
            damage(self.index)
            damaged = self.index.read_bytes() if self.index.exists() else b""
            self.assertEqual(check(), truth, name)
            self.assertNotEqual(self.index.read_bytes(), damaged, name)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0]] + sys.argv[3:])
