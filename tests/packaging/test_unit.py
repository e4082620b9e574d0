#!/usr/bin/env python3
"""The unit of the service: what systemd says of it, and the program under what it forbids.

    test_unit.py PROGRAM SOURCE UNDER_FILTER
"""
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import unittest
import urllib.error
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import runs  # noqa: E402

PROGRAM, SOURCE, UNDER_FILTER = sys.argv[1:4]
UNIT = pathlib.Path(SOURCE, "packaging", "debian", "hongxian.service")
MOST_EXPOSED = 2.5  # of 10, by systemd-analyze security; a unit that says nothing has 9.6
PARCEL = json.dumps({"type": "Polygon", "coordinates": [[[107.395, 40.734], [107.400, 40.734], [107.400, 40.737], [107.395, 40.737], [107.395, 40.734]]]})

KML = ('<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Placemark><name>1</name><Polygon><outerBoundaryIs><LinearRing><coordinates>'
       + " ".join(f"{x},{y}" for x, y in json.loads(PARCEL)["coordinates"][0])
       + "</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark></kml>")


def said(name):
    """The values of a setting, in their order."""
    return re.findall(rf"^{name}=(.*)$", UNIT.read_text(encoding="utf-8"), re.M)


def analyze(*arguments):
    return subprocess.run(["systemd-analyze", *map(str, arguments)], capture_output=True, text=True)


def calls_of(words):
    """The system calls that are meant by words of a filter: names, and groups of them."""
    calls = set()
    for word in words:
        if word.startswith("@"):
            listed = re.findall(r"^ +(?!#)(\S+)", analyze("syscall-filter", "--no-pager", word).stdout, re.M)
            calls |= calls_of(listed)
        else:
            calls.add(word)
    return calls


def permitted():
    calls = set()
    for line in said("SystemCallFilter"):
        words = calls_of(line.lstrip("~").split())
        calls = calls - words if line.startswith("~") else calls | words
    return calls | {"execve"}  # the manager's own, of ExecStart=


@unittest.skipUnless(shutil.which("systemd-analyze"), "systemd is not installed")
class Unit(unittest.TestCase):
    def test_systemd_understands_every_line(self):
        """Beside programs that are not installed on this machine it has nothing to say."""
        done = analyze("verify", UNIT)
        unknown = [line for line in done.stderr.splitlines() if "is not executable" not in line and "man hongxian(1)" not in line and UNIT.name in line]
        self.assertEqual([], unknown)

    def test_it_stays_as_closed_as_it_is(self):
        done = analyze("security", "--offline=true", "--no-pager", UNIT)
        if "Overall exposure level" not in done.stdout:
            self.skipTest(f"this systemd does not examine files: {done.stderr}")
        self.assertLessEqual(float(re.search(r"Overall exposure level for \S+: ([\d.]+)", done.stdout).group(1)), MOST_EXPOSED, done.stdout)

    def test_the_service_works_under_its_filter(self):
        """The store is prepared, a parcel is checked, a KML is read by the sandboxed child, a report is printed, a job runs, SIGHUP is taken, and
        it stops: as ExecStartPre= and ExecStart= of the unit, with its environment and its list of system calls. The sandbox has all that it has
        without the list."""
        with tempfile.TemporaryDirectory() as work:
            self.run_service(work)

    def under(self, *command):
        return [UNDER_FILTER, self.calls, *command]

    def run_service(self, work):
        self.calls = os.path.join(work, "calls")
        pathlib.Path(self.calls).write_text("\n".join(sorted(permitted())), encoding="ascii")
        share = os.path.join(work, "share", "hongxian")
        os.makedirs(os.path.join(work, "bin"))
        os.makedirs(share)
        os.symlink(PROGRAM, os.path.join(work, "bin", "hongxian"))
        os.symlink(os.path.join(SOURCE, "geodata"), os.path.join(share, "geodata"))
        shutil.copy(os.path.join(SOURCE, "packaging", "prepare-store"), share)
        for line in said("Environment"):
            environment = dict(word.split("=", 1) for word in line.replace("/var/lib/hongxian", work).split())
        environment["PATH"] = "/usr/bin:/bin"
        done = subprocess.run(self.under(os.path.join(share, "prepare-store")), env=environment, capture_output=True, text=True)
        self.assertEqual(0, done.returncode, done.stderr)
        plain = self.sandbox_of(self.serve([], environment, work))
        server = self.serve(self.under(), environment, work)
        self.assertEqual(plain, self.sandbox_of(server, stop=False))
        url = server.url
        self.assertIn("71613.8", self.ask(url + "check?format=text", PARCEL.encode()).decode())
        self.assertTrue(self.ask(url + "check?format=pdf", PARCEL.encode()).startswith(b"%PDF"))
        self.assertIn("71613.8", self.ask(url + "check?format=text", KML.encode()).decode())
        server.send_signal(signal.SIGHUP)
        self.run_job(url)
        self.stop(server)

    def serve(self, before, environment, work):
        log = open(os.path.join(work, "log"), "w+b")
        self.addCleanup(log.close)
        with tempfile.TemporaryDirectory() as notify:  # SIGHUP is taken where somebody listens
            listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            listener.bind(os.path.join(notify, "s"))
            process = subprocess.Popen([*before, os.path.join(work, "bin", "hongxian"), "serve", "--port", "0", "--allow-records"], stdout=subprocess.PIPE, stderr=log,
                                       env={**environment, "NOTIFY_SOCKET": os.path.join(notify, "s")}, text=True)
            self.addCleanup(lambda: process.poll() is None and (process.kill(), process.communicate()))
            process.url = process.stdout.readline().strip()
            self.assertTrue(process.url, pathlib.Path(log.name).read_text(encoding="utf-8"))
            self.assertEqual(b"READY=1", listener.recv(100))
            listener.close()
        return process

    def sandbox_of(self, process, stop=True):
        sandbox = json.loads(self.ask(process.url + "health"))["sandbox"]
        if stop:
            self.stop(process)
        return sandbox

    def stop(self, process):
        process.terminate()
        process.communicate()
        self.assertEqual(0, process.returncode)

    def ask(self, url, body=None):
        try:
            return urllib.request.urlopen(url, body).read()
        except urllib.error.HTTPError as e:
            raise AssertionError(e.read().decode()) from e

    def run_job(self, url):
        parcel = {"type": "Feature", "properties": {"id": "1"}, "geometry": json.loads(PARCEL)}
        job = json.loads(self.ask(url + "jobs?kind=parcels&formats=csv&name=a.geojson", json.dumps(parcel).encode()))["id"]
        runs.wait_until(lambda: json.loads(self.ask(f"{url}jobs/{job}"))["state"] not in ("queued", "running", "waiting"))
        self.assertEqual("done", json.loads(self.ask(f"{url}jobs/{job}"))["state"])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
