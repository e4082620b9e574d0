"""What a server tells the service manager that started it, by a real socket: test_service.py PROGRAM HANG_SHIM."""
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import unittest
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "http"))
import fixture  # noqa: E402

PROGRAM, HANG = sys.argv[1:3]


class Manager:
    """Listens where $NOTIFY_SOCKET says, as systemd does."""

    def __init__(self, name):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(name.replace("@", "\0", 1))
        self.name = name

    def next(self):
        """What the next message says, as a dictionary; waits for it."""
        return dict(line.split("=", 1) for line in self.socket.recv(65536).decode().splitlines())

    def until(self, key, is_it=lambda value: True):
        """All messages up to the first that says so."""
        seen = [self.next()]
        while not (key in seen[-1] and is_it(seen[-1][key])):
            seen.append(self.next())
        return seen


class Service(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="hongxian-service-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.store = fixture.make_store(PROGRAM, self.folder)
        self.manager = Manager(str(self.folder / "notify"))
        self.addCleanup(self.manager.socket.close)
        self.log = open(self.folder / "log", "w+b")
        self.addCleanup(self.log.close)

    def start(self, *command, **environment):
        process = subprocess.Popen([*command, PROGRAM, "serve", "--store", self.store, "--port", "0"], stdout=subprocess.PIPE, stderr=self.log,
                                   text=True, env={**os.environ, "NOTIFY_SOCKET": self.manager.name, **environment},
                                   pass_fds=[int(environment["FD"])] if "FD" in environment else [])
        self.addCleanup(lambda: process.poll() is None and (process.kill(), process.communicate()))
        self.url = process.stdout.readline().strip()
        self.assertTrue(self.url.startswith("http://"), self.said())
        return process

    def said(self):
        return (self.folder / "log").read_text(encoding="utf-8")

    def stop(self, process):
        process.terminate()
        self.manager.until("STOPPING")
        process.communicate()
        self.assertEqual(0, process.returncode, self.said())

    def test_ready_reload_stop(self):
        """READY=1 when it takes requests, RELOADING=1 with its time and READY=1 for SIGHUP, which ends nothing; STOPPING=1. Under a path and under a
        name of the abstract namespace."""
        for name in (None, f"@hongxian-test-{os.getpid()}"):
            if name:
                self.manager = Manager(name)
                self.addCleanup(self.manager.socket.close)
            process = self.start()
            self.assertEqual({"READY": "1"}, self.manager.next())
            self.assertRegex(self.manager.until("STATUS")[-1]["STATUS"], "ok; 图层 3, 留存记录 0 ")
            process.send_signal(signal.SIGHUP)
            reloading = self.manager.until("RELOADING")[-1]
            self.assertEqual("1", reloading["RELOADING"])
            self.assertGreater(int(reloading["MONOTONIC_USEC"]), 0)
            self.manager.until("READY")
            self.assertEqual(200, urllib.request.urlopen(f"{self.url}live").status)
            self.stop(process)

    def test_it_lives_until_it_hangs(self):
        """WATCHDOG=1 comes again and again; not while nobody is taken at the door, of which STATUS and log tell; and again when that is over."""
        hang = self.folder / "hang"
        process = self.start(WATCHDOG_USEC="300000", LD_PRELOAD=HANG, HX_HANG=str(hang))
        for _ in range(3):
            self.manager.until("WATCHDOG")
        hang.write_text("")
        self.manager.until("STATUS", lambda status: "not answering: door" in status)
        errors = self.said().count("nobody is taken at the door")
        self.assertGreater(errors, 0)
        fixture.runs.wait_until(lambda: self.said().count("nobody is taken at the door") >= errors + 2)
        hang.unlink()
        between = self.manager.until("STATUS", lambda status: "not answering" not in status)
        self.assertEqual([], [m for m in between if "WATCHDOG" in m])
        self.manager.until("WATCHDOG")
        self.stop(process)

    def test_a_lost_store_is_told_and_no_reason_to_start_again(self):
        process = self.start(WATCHDOG_USEC="300000")
        self.manager.until("WATCHDOG")
        os.rename(self.store, f"{self.store}.away")
        self.manager.until("STATUS", lambda status: "failed" in status)
        for _ in range(3):
            self.manager.until("WATCHDOG")
        os.rename(f"{self.store}.away", self.store)
        self.manager.until("STATUS", lambda status: ": ok; " in status)
        self.stop(process)

    def test_watchdog_of_another_process(self):
        """What the environment says of somebody else is not taken for us."""
        process = self.start(WATCHDOG_USEC="100000", WATCHDOG_PID="1")
        self.manager.until("STATUS")
        process.send_signal(signal.SIGHUP)
        self.assertEqual([], [m for m in self.manager.until("RELOADING") if "WATCHDOG" in m])
        self.stop(process)

    def test_a_socket_that_is_handed_over(self):
        """LISTEN_FDS: it serves on the socket that was opened for it; what is no listening socket is refused by name."""
        with socket.create_server(("127.0.0.1", 0)) as given:
            port = given.getsockname()[1]
            hand_over = 'exec 3<&$FD; LISTEN_PID=$$ LISTEN_FDS=1 exec "$@"'
            process = self.start("sh", "-c", hand_over, "sh", FD=str(given.fileno()))
            self.assertEqual(f"http://127.0.0.1:{port}/", self.url)
            self.assertEqual(200, urllib.request.urlopen(f"{self.url}live").status)
            self.stop(process)
        with open(os.devnull, "rb") as none:
            done = subprocess.run(["sh", "-c", hand_over, "sh", PROGRAM, "serve", "--store", self.store], env={**os.environ, "FD": str(none.fileno())},
                                  pass_fds=[none.fileno()], capture_output=True, text=True)
        self.assertEqual(1, done.returncode)
        self.assertIn("LISTEN_FDS", done.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
