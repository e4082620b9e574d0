"""What a server writes of its requests, and how it calls them: test_log_lines.py PROGRAM SOURCE_DIR."""
import datetime
import http.client
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import fixture  # noqa: E402

PROGRAM = sys.argv[1]
MADE = re.compile(r"[a-hjkmnp-tv-z0-9]{4}-[a-hjkmnp-tv-z0-9]{4}-[a-hjkmnp-tv-z0-9]{4}")
# Each of them would end a line, or begin another, for one reader or another.
HOSTILE = ["%0A", "%0D%0A", "%0B", "%1B[2J", "%7F", "%C2%85", "%C2%9B2J", "%E2%80%A8", "%E2%80%A9", "%E2%80%AE", "%FF%FE", "%ED%A0%80"]
FORGED = "2026-01-01T00:00:00Z%20ERROR%20forged"


class Lines(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="hongxian-log-"))
        cls.store = fixture.empty_store(PROGRAM, cls.folder / "test.sqlite")

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def serve(self, *arguments):
        server = fixture.Server(PROGRAM, "--store", self.store, *arguments)
        self.addCleanup(lambda: server.process.poll() is None and server.stop())
        return server

    def ask(self, server, path, headers=None, method="GET"):
        connection = http.client.HTTPConnection(server.host, server.port)
        connection.putrequest(method, path, skip_host=True)
        for name, value in {"Host": "localhost", **(headers or {})}.items():
            connection.putheader(name, value)
        connection.endheaders()
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer, body

    def hostile(self, server):
        for sign in HOSTILE:
            self.ask(server, f'/a"\\b{sign}{FORGED}{sign}')

    def test_no_path_writes_a_line_of_its_own(self):
        """Text: a line for each request and none besides, with nothing in it that a terminal obeys."""
        server = self.serve()
        self.hostile(server)
        self.assertEqual(0, server.stop(), server.log)
        lines = [line for line in re.split("[\n\r\v\f\x85\u2028\u2029]", server.log) if "forged" in line]
        self.assertEqual(len(HOSTILE), len(lines))
        for line in lines:
            self.assertRegex(line, r'^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ INFO GET /a"\\b[ -~]*forged[ -~]* 404 \d+\.\d ms \[[-a-z0-9]+\]$')

    def test_json_is_an_object_a_line(self):
        """Every line of the whole log is an object: of a request with its parts, of all else with a message; what was sent is in it as it was, but
        for what steers."""
        server = self.serve("--log-format", "json")
        self.hostile(server)
        answer, body = self.ask(server, "/nothing", {"X-Request-Id": "mine"})
        self.assertEqual(0, server.stop(), server.log)
        lines = [json.loads(line) for line in server.log.splitlines()]
        requests = [line for line in lines if "path" in line]
        self.assertEqual(len(HOSTILE) + 1, len(requests))
        for line in lines:
            self.assertIn(line["level"], ("info", "warn", "error"))
            self.assertTrue(line["message"])
            datetime.datetime.strptime(line["time"], "%Y-%m-%dT%H:%M:%S.%fZ")
        self.assertEqual(['/a"\\b?2026-01-01T00:00:00Z ERROR forged?'], [r["path"] for r in requests][:1])
        last = requests[-1]
        self.assertEqual(("GET", "/nothing", 404, "127.0.0.1"), tuple(last[k] for k in ("method", "path", "status", "client")))
        self.assertGreaterEqual(last["ms"], 0)
        self.assertEqual(answer.headers["X-Request-Id"], last["request_id"])
        self.assertEqual(json.loads(body)["request_id"], last["request_id"])
        self.assertNotEqual("mine", last["request_id"])
        self.assertRegex(last["request_id"], MADE)
        self.assertEqual(len(requests), len({r["request_id"] for r in requests}))

    def test_levels(self):
        """Of what is less than asked for nothing is written; what there is not is refused with what there is."""
        for level, requests in (("warn", 0), ("error", 0), ("info", 1), ("debug", 1)):
            server = self.serve("--log-level", level)
            self.ask(server, "/live")
            self.assertEqual(0, server.stop(), server.log)
            self.assertEqual(requests, server.log.count("GET /live 200"), level)
        for option, words in (("--log-level", "error, warn, info or debug"), ("--log-format", "text or json")):
            done = subprocess.run([PROGRAM, "serve", "--store", self.store, option, "loud"], capture_output=True, text=True)
            self.assertEqual(1, done.returncode)
            self.assertIn(words, done.stderr)

    def test_the_journal_reads_the_level(self):
        """Under systemd a line begins with its priority and has no time; a stream that is not the journal's gets lines as ever."""
        with open(self.folder / "stream", "w+b") as stream:
            st = os.fstat(stream.fileno())
            for there in (f"{st.st_dev}:{st.st_ino}", f"{st.st_dev}:{st.st_ino + 1}"):
                stream.seek(0)
                stream.truncate()
                process = subprocess.Popen([PROGRAM, "serve", "--store", self.store, "--port", "0"], stdout=subprocess.PIPE, stderr=stream,
                                           env={**os.environ, "JOURNAL_STREAM": there})
                process.stdout.readline()
                process.terminate()
                process.communicate()
                said = pathlib.Path(stream.name).read_text(encoding="utf-8").splitlines()
                begins = r"<[3467]>(DEBUG|INFO|WARN|ERROR) " if there.endswith(f":{st.st_ino}") else r"\d{4}-\d\d-\d\dT"
                self.assertTrue(any("listening on" in line for line in said))
                for line in said:
                    self.assertRegex(line, f"^{begins}")

    def test_every_answer_has_its_own_id(self):
        """Also what is kept and sent to many, what the client has already, and what is refused before anything is read."""
        server = self.serve()
        seen = []
        for path, headers in (("/collections", {}), ("/collections", {}), ("/api", {}), ("/api", {}), ("/health", {}), ("/nothing", {}),
                              ("/collections", {"Host": "evil.example"}), ("/collections", {"Content-Length": "1", "Transfer-Encoding": "chunked"})):
            answer, _ = self.ask(server, path, headers)
            seen.append(answer.headers.get_all("X-Request-Id"))
        tag = self.ask(server, "/collections")[0].headers["ETag"]
        answer, _ = self.ask(server, "/collections", {"If-None-Match": tag})
        self.assertEqual(304, answer.status)
        seen.append(answer.headers.get_all("X-Request-Id"))
        self.assertEqual([1] * len(seen), [len(s or []) for s in seen], seen)
        self.assertEqual(len(seen), len({s[0] for s in seen}))
        self.assertEqual(0, server.stop(), server.log)
        for (name,) in seen:
            self.assertEqual(1, server.log.count(f"[{name}]"), name)

    def test_what_is_kept_stays_as_it_is(self):
        """A kept answer is the same bytes under the same headers as when it was made, but for the id and the day."""
        server = self.serve()
        for path in ("/collections", "/api", "/layers"):
            first, second = self.ask(server, path), self.ask(server, path)
            self.assertEqual(first[1], second[1])
            heads = [sorted((k, v) for k, v in a.getheaders() if k not in ("X-Request-Id", "Date")) for a, _ in (first, second)]
            self.assertEqual(heads[0], heads[1])
            head, body = self.ask(server, path, method="HEAD")
            self.assertEqual(b"", body)
            self.assertEqual(str(len(first[1])), head.headers["Content-Length"])

    def test_a_proxys_id(self):
        """Behind a proxy its id is taken over, where it is short and plain: nothing else gets into the log by it."""
        server = self.serve("--behind-proxy", "--log-format", "json")
        for name in ("a", "0f" * 16, "A-b_c.9", "x" * 64):
            answer, _ = self.ask(server, "/live", {"X-Request-Id": name})
            self.assertEqual(name, answer.headers["X-Request-Id"])
        for name in ("", "x" * 65, "a b", "a\"b", "红".encode().decode("latin-1"), "a;b", "<b>"):
            answer, _ = self.ask(server, "/live", {"X-Request-Id": name})
            self.assertRegex(answer.headers["X-Request-Id"], MADE)
        answer, _ = self.ask(server, "/live", {"X-Forwarded-For": "203.0.113.9", "X-Request-Id": "theirs"})
        self.assertEqual(0, server.stop(), server.log)
        last = next(r for r in map(json.loads, server.log.splitlines()) if r.get("request_id") == "theirs")
        self.assertEqual("203.0.113.9", last["client"])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
