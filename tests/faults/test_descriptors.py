"""A server that may open few files: test_descriptors.py PROGRAM."""
import http.client
import json
import pathlib
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "http"))
import fixture  # noqa: E402

PROGRAM = sys.argv[1]
PARCEL = json.dumps({"type": "Polygon", "coordinates": [fixture.ring(111.70, 40.80, 111.71, 40.81)]}).encode()


class Descriptors(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="hongxian-files-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.store = fixture.make_store(PROGRAM, self.folder)

    def ask(self, server, method="GET", path="/live", body=None):
        connection = http.client.HTTPConnection(server.host, server.port)
        try:
            connection.request(method, path, body)
            answer = connection.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException):
            return 0, b""
        finally:
            connection.close()

    def test_a_start_with_too_few_is_refused(self):
        """With the sentence that says what to raise, and not by a failure somewhere inside later."""
        for n in (32, 48, 64, 128):
            done = subprocess.run(["sh", "-c", f'ulimit -n {n}; exec "$@"', "sh", PROGRAM, "serve", "--store", self.store, "--port", "0"], capture_output=True, text=True)
            self.assertEqual(1, done.returncode, done.stderr)
            for word in (str(n), "ulimit -n", "LimitNOFILE="):
                self.assertIn(word, done.stderr)

    def test_few_let_few_in(self):
        """Where the system allows fewer than all connections may need, the door is smaller: whom there is no place for is told so with 503, and the
        server answers again when others have gone."""
        limited = self.folder / "limited"
        limited.write_text(f'#!/bin/sh\nulimit -n 300\nexec "{PROGRAM}" "$@"\n')
        limited.chmod(0o755)
        server = fixture.Server(str(limited), "--store", self.store)
        held = []
        try:
            self.assertIn("at most 75 connections", server.read_log())
            for _ in range(75):
                s = socket.create_connection((server.host, server.port))
                s.sendall(b"POST /check HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n")
                s.recv(100)
                held.append(s)
            self.assertEqual(503, self.ask(server)[0])
        finally:
            for s in held:
                s.close()
        fixture.runs.wait_until(lambda: self.ask(server)[0] == 200)
        status, said = self.ask(server, "POST", "/check", PARCEL)
        self.assertEqual((200, "prohibited"), (status, json.loads(said)["verdict"]))
        self.assertEqual(0, server.stop(), server.log)

    def test_fewer_while_it_serves(self):
        """The limit falls to what is open: what is asked then fails or is answered as ever, and never otherwise; with the limit as before all is well."""
        server = fixture.Server(PROGRAM, "--store", self.store)
        pid = server.process.pid
        status, right = self.ask(server, "POST", "/check", PARCEL)
        self.assertEqual(200, status)
        before = resource.prlimit(pid, resource.RLIMIT_NOFILE)
        n = len(list(pathlib.Path(f"/proc/{pid}/fd").iterdir()))
        kml = b'<kml xmlns="http://www.opengis.net/kml/2.2"><Placemark><Point><coordinates>1,2</coordinates></Point></Placemark></kml>'
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (n + 1, before[1]))
        for body in (PARCEL, kml, PARCEL):
            status, said = self.ask(server, "POST", "/check", body)
            if status == 200:
                self.assertEqual(json.loads(right)["verdict"], json.loads(said)["verdict"])
            else:
                self.assertIn(status, (400, 422, 500, 503), said)
        resource.prlimit(pid, resource.RLIMIT_NOFILE, before)
        fixture.runs.wait_until(lambda: self.ask(server, "POST", "/check", PARCEL)[0] == 200)
        self.assertEqual(0, server.stop(), server.log)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
