#!/usr/bin/env python3
"""No parcel, whatever it looks like, costs more than its share: 10 seconds of processor time and 1 GB (a part of that in
script/test, where each is smaller). It is answered, or refused with its reason in both languages; and a server that has
had them all gives the memory back. hostile.py has the parcels. Usage: test_hostile.py PROGRAM SOURCE [CASE...]

With HX_TABLE=1 it prints what each costs, in the sizes of the requirement with HX_LONG=1."""
import http.client
import json
import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import unittest

PROGRAM, SOURCE = sys.argv.pop(1), pathlib.Path(sys.argv.pop(1))
sys.path.insert(0, str(SOURCE / "tests" / "http"))
import fixture  # noqa: E402
from fixture import runs  # noqa: E402
import hostile  # noqa: E402

CPU_S, BYTES = runs.small_or_whole(8, 10), runs.small_or_whole(400, 1000) * 10**6
PART = 8  # in script/test a parcel has one part in so many
INVALID = {"crossed_star": "self-intersection", "scribble": "self-intersection",
           "coordinates_of_lists": "geojson-position", "features_of_nothing": "json-too-large"}
# By their whole size these are more than a check may take, and say so: 100,000 teeth by an estimate, before anything dear.
MAY_BE_TOO_MUCH = {"comb", "empty_objects", "features_of_nothing"} if runs.LONG else {"empty_objects", "features_of_nothing"}


def body_of(kind):
    size = hostile.KINDS[kind][1]
    return hostile.make(kind, runs.small_or_whole(size // PART, size)).encode()


def within_limits():
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S + 1))


def check(store, body, form="json"):
    """Exit, output, errors, processor seconds, peak bytes of a check of its own."""
    with tempfile.NamedTemporaryFile(suffix=".json") as file, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        file.write(body)
        file.flush()
        child = subprocess.Popen([PROGRAM, "check", file.name, "--store", store, "--format", form], stdout=out, stderr=err,
                                 preexec_fn=within_limits)
        _, status, use = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        return child.returncode, out.read(), err.read().decode(), use.ru_utime + use.ru_stime, use.ru_maxrss * 1024


def resident(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmRSS"))


@runs.whole_under_sanitizers
class Hostile(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.store = fixture.geodata_store(PROGRAM, pathlib.Path(cls.folder.name) / "test.sqlite", SOURCE / "geodata")

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def one(self, kind):
        exit_, out, err, cpu, peak = check(self.store, body_of(kind))
        if os.environ.get("HX_TABLE"):
            print(f"| {kind} | {cpu:.1f} | {peak / 1e6:.0f} | {'answered' if exit_ == 0 else err.strip()[-120:]} |")
        self.assertGreaterEqual(exit_, 0, f"{kind}: ended by a signal after {cpu:.1f} s")
        self.assertLess(peak, BYTES, kind)
        if exit_ == 0:
            self.assertNotIn(kind, INVALID)
            report = json.loads(out)
            self.assertNotEqual(report["parcels"][0]["verdict"], "allowed")  # each lies on some line
        else:
            self.assertEqual(exit_, 1, err)
            self.assertIn("错误：", err)
            self.assertIn("error: ", err)
            self.assertTrue(kind in INVALID or kind in MAY_BE_TOO_MUCH, f"{kind}: {err}")

    # A comb of few edges is overlaid by GEOS, one of many is traced: the figures are the same, whichever it was. The second one
    # has 200 vertices more, along its back.
    def test_figures_do_not_hang_on_the_way(self):
        comb = json.loads(hostile.make("comb", 500))
        figures = [self.figures(comb)]
        ring = comb["coordinates"][0]
        (west, south), (east, _) = ring[:2]
        ring[1:1] = [[west + (east - west) * i / 200, south] for i in range(1, 200)]
        figures.append(self.figures(comb))
        self.assertGreater(len(figures[0]), 20)
        self.assertEqual(len(figures[0]), len(figures[1]))
        for (name, a), (other, b) in zip(*figures):
            self.assertEqual(name, other)
            self.assertLessEqual(abs(a - b), 1e-9 * abs(a), name)

    def figures(self, geometry):
        """Every area of the report, with its name."""
        exit_, out, err, _, _ = check(self.store, json.dumps(geometry).encode())
        self.assertEqual(exit_, 0, err)
        found = []

        def walk(value, name):
            for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
                walk(inner, f"{name}/{key}")
            if isinstance(value, (int, float)) and name.endswith("area_m2") and "geodesic" not in name and "standard" not in name:
                found.append((name, value))
        walk(json.loads(out)["parcels"][0], "")
        return found

    @unittest.skipUnless(runs.LONG, "takes the whole of a request's processor time: in script/test --long")
    def test_a_request_ends_with_its_budget(self):
        server = fixture.Server(PROGRAM, "--store", self.store, "--threads", "2")
        try:
            before = runs.cpu_seconds(server.process.pid)
            c = http.client.HTTPConnection(server.host, server.port)
            c.request("POST", "/check?format=geojson", hostile.make("star", 100000), {"Content-Type": "application/geo+json"})
            answer = c.getresponse()
            self.assertEqual((answer.status, json.loads(answer.read())["code"]), (413, "too-costly"))
            self.assertLess(runs.cpu_seconds(server.process.pid) - before, CPU_S)
            c.close()
        finally:
            server.stop()

    # A server answers what it can and goes on; afterwards it holds no more than it did, give or take.
    def test_a_server_gives_the_memory_back(self):
        server = fixture.Server(PROGRAM, "--store", self.store, "--threads", "2")
        try:
            def post(kind):
                c = http.client.HTTPConnection(server.host, server.port)
                c.request("POST", "/check", body_of(kind), {"Content-Type": "application/geo+json"})
                answer = c.getresponse()
                body = json.loads(answer.read())
                self.assertIn(answer.status, (200, 400, 413, 422), body)
                if kind in INVALID:
                    self.assertIn(INVALID[kind], (body.get("code"), "json-too-large"))
                c.close()
            post("holes")
            before = resident(server.process.pid)
            for kind in ("star", "comb", "scribble", "small_objects"):
                post(kind)
            self.assertLess(resident(server.process.pid), before + 120e6)
        finally:
            server.stop()


for name in hostile.KINDS:
    setattr(Hostile, f"test_{name}", lambda self, name=name: self.one(name))

if __name__ == "__main__":
    unittest.main()
