"""A wall clock that is set forth and back while the server runs: test_clock.py PROGRAM CLOCK_SHIM."""
import datetime
import http.client
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "http"))
import fixture  # noqa: E402

PROGRAM, SHIM = sys.argv[1:3]
PARCEL = json.dumps({"type": "Polygon", "coordinates": [fixture.ring(111.70, 40.80, 111.71, 40.81)]}).encode()
HOUR, DAY = 3600, 86400
PASSWORD = "草原 grassland"


class Clock(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="hongxian-clock-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.store = fixture.make_store(PROGRAM, self.folder)
        self.clock = self.folder / "ahead"
        self.set(0)

    def set(self, ahead):
        new = self.folder / "ahead.new"
        new.write_text(str(ahead))
        new.rename(self.clock)

    def serve(self):
        os.environ.update(LD_PRELOAD=SHIM, HX_CLOCK=str(self.clock))
        try:
            server = fixture.Server(PROGRAM, "--store", self.store, "--allow-records")
        finally:
            del os.environ["LD_PRELOAD"], os.environ["HX_CLOCK"]
        self.addCleanup(lambda: server.process.poll() is None and server.stop())
        self.server = server
        return server

    def ask(self, method, path, body=None, **headers):
        connection = http.client.HTTPConnection(self.server.host, self.server.port)
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        said = answer.read()
        connection.close()
        return answer, json.loads(said) if said.startswith((b"{", b"[")) else said

    def command(self, *arguments, given=None, code=0):
        """By the clock of this machine."""
        done = subprocess.run([PROGRAM, *arguments], input=given, capture_output=True, text=True, encoding="utf-8")
        self.assertEqual(code, done.returncode, done.stdout + done.stderr)
        return done.stdout

    def keep(self):
        answer, said = self.ask("POST", "/check?keep=1&officer=A", PARCEL)
        self.assertEqual(200, answer.status, said)
        return said["record"]

    def test_records_and_jobs(self):
        """Records have the clock's word and the chain's order; all that was acknowledged is there and verifies; doctor tells which one says an earlier
        time than the one before it. A job that has ended stays for as long as was promised, whatever the clock says."""
        server = self.serve()
        feature = {"type": "Feature", "properties": {"id": "1"}, "geometry": json.loads(PARCEL)}
        job = self.ask("POST", "/jobs?kind=parcels&formats=csv&name=a.geojson", json.dumps(feature).encode())[1]["id"]
        state = fixture.runs.wait_until(lambda: (s := self.ask("GET", f"/jobs/{job}")[1]["state"]) not in ("queued", "running") and s)
        self.assertEqual("done", state)
        kept = []
        for ahead in (0, 3 * DAY, -2 * DAY, 0):
            self.set(ahead)
            record = self.keep()
            kept.append(record)
            said = datetime.datetime.strptime(record["kept_at"], "%Y-%m-%dT%H:%M:%SZ")
            now = datetime.datetime.utcnow() + datetime.timedelta(seconds=ahead)
            self.assertLess(abs((said - now).total_seconds()), HOUR)
            self.assertEqual("done", self.ask("GET", f"/jobs/{job}")[1]["state"])
            self.assertEqual(200, self.ask("GET", f"/jobs/{job}/result?format=csv")[0].status)
            self.assertEqual(200, self.ask("GET", "/live")[0].status)
        self.assertEqual([1, 2, 3, 4], [record["id"] for record in kept])
        self.assertEqual(0, server.stop(), server.log)
        self.command("records", "verify", "--store", self.store)
        doctor = json.loads(self.command("doctor", "--store", self.store, "--format", "json", code=11))
        found = [row for row in doctor["rows"] if row["code"] == "clock-went-back"]
        self.assertEqual(["warning"], [row["state"] for row in found])
        self.assertIn("record 3 ", found[0]["en"])

    def test_sessions(self):
        """A session ends when the clock says that its time is over; and when the clock was set back before its latest use, rather than live on by
        that."""
        self.command("users", "add", "wang", "--role", "officer", "--unit", "all", "--store", self.store, given=PASSWORD + "\n")
        server = self.serve()

        def me(cookie):
            return self.ask("GET", "/me", Cookie=cookie)[1]["way"]

        def login():
            answer, said = self.ask("POST", "/login", json.dumps({"name": "wang", "password": PASSWORD}).encode())
            self.assertEqual(200, answer.status, said)
            return answer.headers["Set-Cookie"].partition(";")[0]
        cookie = login()
        self.assertEqual("session", me(cookie))
        for ahead, way in ((HOUR, "session"), (13 * HOUR, "nobody")):
            self.set(ahead)
            self.assertEqual(way, me(cookie), ahead)
        self.set(0)
        later = login()
        self.assertEqual("session", me(later))
        self.set(-2 * DAY)
        self.assertEqual("nobody", me(later))
        self.assertEqual("session", me(login()))
        self.assertEqual(0, server.stop(), server.log)
        self.command("log", "verify", "--store", self.store)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
