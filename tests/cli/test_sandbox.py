"""What the sandbox of readers is to an administrator: the server's start, /health, --require-sandbox, and what a client does not see
of the machine. test_sandbox.py PROGRAM"""
import ctypes
import json
import os
import pathlib
import platform
import signal
import struct
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "http"))
import fixture  # noqa: E402

PROGRAM = sys.argv.pop(1)
UNSHARE = 272 if platform.machine() == "x86_64" else 97


def without_namespaces():
    """What comes now is refused new namespaces, as in many a container: a filter that answers EPERM to unshare."""
    program = [(0x20, 0, 0, 0), (0x15, 0, 1, UNSHARE), (0x06, 0, 0, 0x00050001), (0x06, 0, 0, 0x7FFF0000)]
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *i) for i in program))
    filter_ = ctypes.create_string_buffer(struct.pack("HxxxxxxQ", len(program), ctypes.addressof(code)))
    libc = ctypes.CDLL(None)
    if libc.prctl(38, 1, 0, 0, 0) != 0 or libc.prctl(22, 2, ctypes.byref(filter_), 0, 0) != 0:
        os._exit(70)


def get(url, path, body=None):
    try:
        with urllib.request.urlopen(urllib.request.Request(url.rstrip("/") + path, data=body), timeout=60) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as e:
        return e.code, json.load(e)


class Served:
    def __init__(self, *arguments, refused=False, env=None):
        self.process = subprocess.Popen([PROGRAM, "serve", "--port", "0", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        text=True, env=env, preexec_fn=without_namespaces if refused else None)
        self.url = self.process.stdout.readline().strip()

    def end(self):
        self.process.terminate()
        _, log = self.process.communicate()
        return log


class Sandbox(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.held = tempfile.TemporaryDirectory(prefix="hongxian-sandbox-test-")
        cls.folder = pathlib.Path(cls.held.name)
        cls.store = fixture.make_store(PROGRAM, cls.folder)
        cls.kml = cls.folder / "parcel.kml"
        cls.kml.write_text("<kml><Document><Placemark><name>P</name><Polygon><outerBoundaryIs><LinearRing><coordinates>111.705,40.80 "
                           "111.715,40.80 111.715,40.81 111.705,40.80</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>"
                           "</Document></kml>")

    @classmethod
    def tearDownClass(cls):
        cls.held.cleanup()

    def run_without_namespaces(self, *arguments):
        return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, preexec_fn=without_namespaces)

    def test_health_says_what_takes_effect_and_what_to_do_where_not(self):
        served = Served("--store", self.store, refused=True)
        sandbox = get(served.url, "/health")[1]["sandbox"]
        log = served.end()
        states = {m["name"]: m["state"] for m in sandbox["measures"]}
        self.assertEqual((False, False), (sandbox["complete"], sandbox["required"]))
        for name in ("user", "pid", "net", "ipc", "mount"):
            self.assertEqual("not-permitted", states[name])
        for name in ("limits", "privileges", "capabilities", "calls"):
            self.assertEqual("in-effect", states[name])
        user = next(m for m in sandbox["measures"] if m["name"] == "user")
        self.assertIn("max_user_namespaces", user["en"])
        self.assertIn("max_user_namespaces", user["zh"])
        self.assertNotIn("en", next(m for m in sandbox["measures"] if m["name"] == "calls"))
        self.assertIn("WARN sandbox without user", log)

    def test_what_is_required_and_not_permitted_refuses_to_start_and_to_read(self):
        """And without --require-sandbox the same file is read there."""
        for arguments in (("serve", "--port", 0, "--store", self.store), ("check", self.kml, "--store", self.store),
                          ("import", self.kml, "--store", self.store, "--layer", "ecological_red_line"),
                          ("audit", "parcels", self.kml, "-o", self.folder / "out.csv", "--store", self.store)):
            done = self.run_without_namespaces(*arguments, "--require-sandbox")
            self.assertNotEqual(0, done.returncode, arguments)
            self.assertIn("要求完整的沙箱", done.stderr)
            self.assertIn("user.max_user_namespaces", done.stderr)
            self.assertEqual("", done.stdout)
        self.assertFalse((self.folder / "out.csv").exists())
        done = self.run_without_namespaces("check", self.kml, "--store", self.store)
        self.assertEqual(("", True), (done.stderr, "ERL-1" in done.stdout or "综合结论" in done.stdout))

    def test_a_whole_sandbox_reads_and_its_jobs_do(self):
        served = Served("--store", self.store, "--require-sandbox")
        if not served.url:
            self.assertIn("--require-sandbox", served.end())
            self.skipTest("this machine permits no whole sandbox")
        self.assertTrue(get(served.url, "/health")[1]["sandbox"]["complete"])
        code, report = get(served.url, "/check", self.kml.read_bytes())
        self.assertEqual(200, code, report)
        job = get(served.url, "/jobs?kind=parcels&name=parcel.kml", self.kml.read_bytes())[1]
        while job["state"] in ("queued", "running"):
            time.sleep(0.05)
            job = get(served.url, f"/jobs/{job['id']}")[1]
        self.assertEqual("done", job["state"], (job["error"], served.end()))
        served.end()

    def test_a_job_that_goes_too_far_says_so(self):
        """It ends by SIGSYS, which is sent here by hand: no damaged file is blamed."""
        served = Served("--store", self.store)
        asked = f"--job-of={served.process.pid}".encode()
        job, killed = None, False
        while not killed:
            job = get(served.url, "/jobs?kind=parcels&name=parcel.kml", self.kml.read_bytes())[1]
            while job["state"] in ("queued", "running"):
                for command in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
                    try:
                        if not killed and asked in command.read_bytes().split(b"\0"):
                            os.kill(int(command.parent.name), signal.SIGSYS)
                            killed = True
                    except OSError:
                        pass
                job = get(served.url, f"/jobs/{job['id']}")[1]
        served.end()
        self.assertEqual(("failed", "job-forbidden"), (job["state"], job["error"]["code"]))
        self.assertIn("沙箱不允许", job["error"]["zh"])

    def test_no_reply_names_a_folder_of_the_machine(self):
        """The job's folder cannot be made: what the client is told names the file, and not where it lies."""
        blocked = pathlib.Path(f"{self.store}.jobs")
        shutil.rmtree(blocked, ignore_errors=True)  # of the jobs of other tests
        blocked.write_text("a file where the folder of jobs would be")
        served = Served("--store", self.store, env=dict(os.environ, TMPDIR="/nonexistent"))
        try:
            code, answer = get(served.url, "/jobs?kind=lines", b"")
        finally:
            served.end()
            blocked.unlink()
        self.assertNotEqual(202, code, answer)
        self.assertIn(f"“{blocked.name}”", answer["detail"])
        self.assertNotIn(str(self.folder), json.dumps(answer, ensure_ascii=False))


if __name__ == "__main__":
    unittest.main()
