#!/usr/bin/env python3
"""Who gets in, and how: the name that a request calls the server by, the page that it comes from, where it begins and ends, and from where it
can be reached at all. Bytes go over bare sockets, since a library of HTTP would not send most of them."""
import concurrent.futures
import itertools
import json
import os
import pathlib
import re
import select
import signal
import socket
import sqlite3
import ssl
import subprocess
import sys
import tempfile
import time
import unittest
import warnings

import fixture

PROGRAM, SOURCE = sys.argv[1], pathlib.Path(sys.argv[2])
PARCEL = json.dumps({"type": "Polygon", "coordinates": [fixture.ring(111.72, 40.80, 111.73, 40.81)]}).encode()
RED = "ecological_red_line"


def read_answer(stream):
    """(status, headers with small names, body) of the next answer; None when the connection was closed before one came."""
    try:
        line = stream.readline()
        if not line:
            return None
        headers = {}
        while (field := stream.readline().strip()):
            name, _, value = field.partition(b":")
            headers[name.decode().lower()] = value.strip().decode()
        return int(line.split()[1]), headers, stream.read(int(headers.get("content-length", 0)))
    except ConnectionError:
        return None


class Raw:
    """A connection that sends what it is told and reads answers one by one."""

    def __init__(self, server, source=None, narrow=False):
        self.socket = socket.socket()
        if narrow:  # little fits between the server and us
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        if source:
            self.socket.bind((source, 0))
        self.socket.connect((server.host, server.port))
        self.stream = self.socket.makefile("rb")

    def send(self, data):
        self.socket.sendall(data)
        return self

    def answer(self):
        return read_answer(self.stream)

    def ask(self, data):
        return self.send(data).answer()

    def rest(self):
        """What still comes, once the server has closed."""
        try:
            return self.stream.read()
        except ConnectionError:
            return b""

    def has_ended(self, seconds):
        """Has the server closed, or does so within that time?"""
        if not select.select([self.socket], [], [], seconds)[0]:
            return False
        return self.socket.recv(1, socket.MSG_PEEK) == b""

    def has_answered(self):
        return bool(select.select([self.socket], [], [], 0)[0])

    def close(self):
        self.stream.close()
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *what):
        self.close()


class Door(unittest.TestCase):
    OPTIONS = ()

    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp())
        cls.store = fixture.make_store(PROGRAM, cls.folder)
        cls.server = fixture.Server(PROGRAM, "--store", cls.store, "--threads", "2", *cls.OPTIONS)

    @classmethod
    def tearDownClass(cls):
        fixture.stop_well(cls.server, cls.folder)

    def request(self, method, path, headers=(), body=b"", server=None):
        """The answer to a request with these headers, Host among them unless it is told otherwise."""
        fields = {"Host": f"127.0.0.1:{(server or self.server).port}", **dict(headers)}
        head = "".join(f"{k}: {v}\r\n" for k, v in fields.items() if v is not None)
        length = f"Content-Length: {len(body)}\r\n" if method != "GET" else ""
        with Raw(server or self.server) as raw:
            return raw.ask(f"{method} {path} HTTP/1.1\r\n{head}{length}\r\n".encode() + body)

    def assert_refused(self, answer, status, code, *words):
        self.assertIsNotNone(answer)
        told = json.loads(answer[2])
        self.assertEqual((status, code), (answer[0], told["code"]), told)
        self.assertRegex(told["detail"], "[\u4e00-\u9fff]")
        for word in words:
            self.assertIn(word, told["detail"])
            self.assertIn(word, told["detail_en"])


class Framing(Door):
    """A request that two readers may cut in two ways: 400, and the connection is closed, so that nothing behind it is taken for a request."""

    SMUGGLED = b"GET /classes HTTP/1.1\r\nHost: localhost\r\n\r\n"

    def ambiguous(self):
        get, post = b"GET /health HTTP/1.1\r\nHost: localhost\r\n", b"POST /convert?to=geojson HTTP/1.1\r\nHost: localhost\r\n"
        yield "two lengths", post + b"Content-Length: 0\r\nContent-Length: 5\r\n\r\n"
        yield "the same length twice", post + b"Content-Length: 0\r\nContent-Length: 0\r\n\r\n"
        for length in (b"+5", b"5,5", b"0x5", b"-1", b"5 5", b"", b"5;", b"99999999999999999999999"):
            yield f"length {length}", post + b"Content-Length: " + length + b"\r\n\r\n"
        yield "length and encoding", post + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
        yield "encoding and length", post + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n"
        for encoding in (b"identity", b"gzip, chunked", b"chunked, chunked", b"xchunked", b"chunked;q=1", b""):
            yield f"encoding {encoding}", post + b"Transfer-Encoding: " + encoding + b"\r\n\r\n0\r\n\r\n"
        yield "two encodings", post + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n"
        yield "chunked in 1.0", b"POST /convert HTTP/1.0\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
        yield "a blank before the colon", post + b"Content-Length : 5\r\n\r\n"
        yield "a tab before the colon", post + b"Transfer-Encoding\t: chunked\r\n\r\n0\r\n\r\n"
        yield "no name", get + b": x\r\n\r\n"
        yield "no colon", get + b"nothing\r\n\r\n"
        yield "a name with a sign", get + b"X(y): x\r\n\r\n"
        yield "a folded line", get + b"X-A: b\r\n Content-Length: 5\r\n\r\n"
        yield "a folded line by a tab", get + b"X-A: b\r\n\tc\r\nX-D: e\r\n\r\n"
        yield "a first line that is folded", b"GET /health HTTP/1.1\r\n X: y\r\nHost: localhost\r\n\r\n"
        yield "a bare LF behind the first line", b"GET /health HTTP/1.1\nHost: localhost\r\n\r\n"
        yield "a bare LF in the middle", get + b"X-A: b\nX-B: c\r\n\r\n"
        yield "a bare LF at the end", get + b"X-A: b\r\n\n"
        yield "two bare LFs at the end", get + b"X-A: b\n\n"
        yield "bare LFs alone", b"GET /health HTTP/1.1\nHost: localhost\n\n"
        yield "a bare CR in a value", get + b"X-A: b\rX-B: c\r\n\r\n"
        yield "a bare CR in the first line", b"GET /health HTTP/1.1\rX: y\r\nHost: localhost\r\n\r\n"
        yield "NUL in a value", get + b"X-A: b\0c\r\n\r\n"
        yield "zeros as a line of their own in a value", get + b"X-A: b\0\0X-B\0 c\r\n\r\n"
        yield "NUL at the end of a value", get + b"X-A: b\0\r\n\r\n"
        yield "NUL in a name", get + b"X\0A: b\r\n\r\n"
        yield "NUL in the target", b"GET /health\0/x HTTP/1.1\r\nHost: localhost\r\n\r\n"
        yield "NUL in the method", b"GE\0T /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
        yield "a bell in the method", b"\x07ET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
        yield "NUL in the version", b"GET /health HTTP/1.1\0\r\nHost: localhost\r\n\r\n"
        yield "a blank in the target", b"GET /health /x HTTP/1.1\r\nHost: localhost\r\n\r\n"
        yield "two blanks", b"GET  /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
        yield "a blank behind", b"GET /health HTTP/1.1 \r\nHost: localhost\r\n\r\n"
        yield "a bell in a value", get + b"X-A: \x07\r\n\r\n"
        yield "no version", b"GET /health\r\nHost: localhost\r\n\r\n"
        yield "version 1.2", b"GET /health HTTP/1.2\r\nHost: localhost\r\n\r\n"
        yield "version 2.0", b"GET /health HTTP/2.0\r\nHost: localhost\r\n\r\n"
        yield "no Host", b"GET /health HTTP/1.1\r\n\r\n"
        yield "two Hosts", get + b"Host: localhost\r\n\r\n"
        yield "two different Hosts", get + b"Host: evil.example\r\n\r\n"

    def test_what_can_be_read_in_two_ways(self):
        """As the first request of a connection and as the second; what is sent right behind it gets no answer. A line that is none at all may be
        closed without a word."""
        plain = b"GET /classes HTTP/1.1\r\nHost: localhost\r\n\r\n"
        for before in (b"", plain):
            for what, data in self.ambiguous():
                with Raw(self.server) as raw:
                    if before:
                        self.assertEqual(200, raw.ask(before)[0])
                    answer = raw.ask(data + self.SMUGGLED)
                    if answer is None:
                        self.assertIn(what, ("no version", "NUL in the method", "version 2.0"))
                        continue
                    self.assertIn(answer[0], (400, 505) if what.startswith("version") else (413,) if "999" in what else (400,), what)
                    self.assertNotIn(b"200 OK", raw.rest(), what)  # libmicrohttpd sends the head of its own refusal twice

    def test_the_reason_is_told(self):
        """What we refuse ourselves says what would be right."""
        answer = self.request("POST", "/convert", {"Transfer-Encoding": "chunked"})
        self.assert_refused(answer, 400, "ambiguous-request", "Transfer-Encoding", "Content-Length")
        self.assertEqual("close", answer[1]["connection"].lower())

    def test_what_is_plain_is_taken(self):
        """What clients really send: blanks and tabs about a value or none, an empty value, UTF-8, an empty line before, a chunked body, two
        requests in one packet, one byte at a time, headers of many kilobytes."""
        good = b"GET /classes HTTP/1.1\r\nHost:localhost\r\nX-A: \t b c \t \r\nX-Empty:\r\nX-U: \xe7\xba\xa2\r\nx-token!#$%&'*+-.^_`|~: 1\r\n\r\n"
        many = b"GET /classes HTTP/1.1\r\nHost: localhost\r\n" + b"".join(b"X-%d: %s\r\n" % (i, b"y" * i) for i in range(150)) + b"\r\n"
        chunked = b"".join((b"POST /check?format=text HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: Chunked\r\n\r\n",
                            b"%x\r\n" % len(PARCEL), PARCEL, b"\r\n0\r\n\r\n"))
        target = "GET /collections/红线?x=%20 HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
        with Raw(self.server) as raw:
            for data, status in ((good, 200), (b"\r\n" + good, 200), (many, 200), (chunked, 200), (target, 400), (good, 200)):
                self.assertEqual(status, raw.ask(data)[0], data[:80])
            raw.send(good + many + chunked + good)
            self.assertEqual([200] * 4, [raw.answer()[0] for _ in range(4)])
            for i in range(len(good)):
                raw.send(good[i:i + 1])
            self.assertEqual(200, raw.answer()[0])
        with Raw(self.server) as raw:
            self.assertEqual(200, raw.ask(b"GET /classes HTTP/1.0\r\n\r\n")[0])


class Names(Door):
    """A name that was made to lead here opens nothing (DNS rebinding)."""

    OPTIONS = ("--allow-records", "--public-name", "Gis.example.cn", "--public-url", "https://map.example.cn:8443/hx")

    PATHS = (("GET", "/"), ("GET", "/health"), ("GET", "/classes"), ("GET", "/records"), ("GET", "/projects"), ("GET", "/jobs"), ("GET", "/nothing"),
             ("GET", f"/collections/{RED}/items"), ("POST", "/check?keep=1&officer=x"), ("POST", "/projects?name=x"), ("POST", "/jobs?kind=figures"),
             ("DELETE", "/jobs/1"), ("OPTIONS", "/collections"), ("GET", "/openapi.yaml"), ("POST", "/processes/check/execution"))

    def test_names_that_are_ours(self):
        for host in ("localhost", "LocalHost:1", "127.0.0.1", "127.0.0.2:9", "[::1]:80", "gis.example.cn", "GIS.example.cn:443", "map.example.cn"):
            self.assertEqual(200, self.request("GET", "/classes", {"Host": host})[0], host)

    def test_any_other_name_opens_nothing(self):
        """By every route; the sentence says which option makes the name ours."""
        for host in ("evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "localhost.", "10.0.0.1", "", "[::1", "[::2]", "127.0.0.1:80:80",
                     "evil.example:80", "xgis.example.cn", "localhost:x", "2130706433", "user@localhost"):
            self.assert_refused(self.request("GET", "/classes", {"Host": host}), 421, "unknown-host", "--public-name")
        for method, path in self.PATHS:
            answer = self.request(method, path, {"Host": "evil.example"}, PARCEL if method == "POST" else b"")
            self.assert_refused(answer, 421, "unknown-host", "evil.example", "--public-name")

    def test_nothing_was_written(self):
        """What the page of another name asked for is not there."""
        self.test_any_other_name_opens_nothing()
        self.assertEqual([], json.loads(self.request("GET", "/records")[2])["records"])
        self.assertEqual([], json.loads(self.request("GET", "/projects")[2])["projects"])
        self.assertEqual([], json.loads(self.request("GET", "/jobs")[2])["jobs"])

    def test_a_whole_address_as_target(self):
        """Its host is looked at like Host, and Host as well."""
        for target, host, status in (("http://localhost/classes", "localhost", 200), ("http://evil.example/classes", "localhost", 421),
                                     ("http://localhost/classes", "evil.example", 421), ("http://gis.example.cn/classes", "127.0.0.1", 200)):
            self.assertEqual(status, self.request("GET", target, {"Host": host})[0], target)

    def test_pages_of_other_sites(self):
        """They check nothing, change nothing, read nothing that is not published; our own page and programs do."""
        here = f"127.0.0.1:{self.server.port}"
        foreign = [{"Origin": o} for o in ("http://evil.example", "null", "http://127.0.0.1:1", f"{here}", "http://localhost", "http://gis.example.cn:81",
                                           "https://map.example.cn", f"http://x@{here}")]
        foreign += [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate",
                                                                                        "Sec-Fetch-Dest": "iframe"}]
        closed = (("POST", "/check"), ("POST", "/convert"), ("POST", "/check?keep=1&officer=x"), ("GET", "/records"), ("GET", "/projects"), ("GET", "/jobs"),
                  ("POST", "/jobs?kind=figures"), ("DELETE", "/jobs/1"), ("DELETE", "/projects/1"), ("POST", "/records/1/overrides"), ("POST", "/verify"),
                  ("POST", "/processes/audit-figures/execution"), ("GET", "/check?parcel=POINT(1%201)"))
        for headers in foreign:
            for method, path in closed:
                self.assert_refused(self.request(method, path, headers, PARCEL if method == "POST" else b""), 403, "foreign-page")
            for path in ("/", "/health", "/collections", f"/collections/{RED}/items?limit=1"):
                self.assertNotEqual(403, self.request("GET", path, headers)[0])
        for headers in ({"Origin": f"http://{here}"}, {"Origin": "https://gis.example.cn"}, {"Origin": "https://map.example.cn:8443"},
                        {"Sec-Fetch-Site": "same-origin", "Origin": f"http://{here}"}, {"Sec-Fetch-Site": "none"}):
            self.assertEqual(200, self.request("POST", "/check", headers, PARCEL)[0], headers)
            self.assertEqual(200, self.request("GET", "/records", headers)[0], headers)

    def test_a_link_that_a_person_follows(self):
        """It may lead from elsewhere to a page here, but never sends anything."""
        followed = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
        self.assertEqual(200, self.request("GET", "/jobs", followed)[0])
        self.assert_refused(self.request("POST", "/check", followed, PARCEL), 403, "foreign-page")

    def test_who_asks_through_which_proxy_is_nobodys_word(self):
        """X-Forwarded-* are believed with --behind-proxy alone."""
        said = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", "X-Forwarded-Prefix": "/evil"}
        self.assertIn("https://map.example.cn:8443/hx/", self.request("GET", "/?f=json", said)[2].decode())
        for options, base in (((), "http://127.0.0.1:"), (("--behind-proxy",), "https://evil.example/evil/")):
            server = fixture.Server(PROGRAM, "--store", fixture.beside(self.store), *options)
            try:
                links = json.loads(self.request("GET", "/?f=json", said, server=server)[2])["links"]
                self.assertTrue(all(link["href"].startswith(base) for link in links), links[0])
                asked = self.request("GET", "/jobs", {**said, "Origin": "https://evil.example"}, server=server)
                self.assertEqual(200 if options else 403, asked[0])
            finally:
                self.assertEqual(0, server.stop())


class Reach(Door):
    """Where it may be reached."""

    OPTIONS = ("--public-read",)

    def test_everybody_reads_and_checks_and_leaves_nothing(self):
        for method, path in (("GET", "/"), ("GET", "/collections"), ("GET", f"/collections/{RED}/items?limit=1"), ("GET", "/health"), ("POST", "/check"),
                             ("POST", "/convert?to=geojson"), ("GET", "/check?parcel=POLYGON((111.72%2040.8,111.73%2040.8,111.73%2040.81,111.72%2040.8))")):
            self.assertEqual(200, self.request(method, path, body=PARCEL if method == "POST" else b"")[0], path)
        for method, path in (("GET", "/records"), ("GET", "/records/1"), ("GET", "/projects"), ("GET", "/jobs"), ("GET", "/jobs/1/result"), ("POST", "/jobs?kind=figures"),
                             ("DELETE", "/jobs/1"), ("POST", "/projects?name=x"), ("POST", "/check?keep=1"), ("POST", "/check?keep=0"), ("POST", "/check?project=1"),
                             ("GET", "/check?project=1"), ("POST", "/processes/check/execution"), ("GET", "/records/verify")):
            self.assert_refused(self.request(method, path, body=PARCEL if method == "POST" else b""), 403, "public-read-only", "--public-read")

    def refused_start(self, *options):
        done = subprocess.run([PROGRAM, "serve", "--store", fixture.beside(self.store), "--port", "0", *options], capture_output=True, text=True, timeout=60)
        self.assertEqual(1, done.returncode, done.stderr)
        return done.stderr

    def test_where_others_reach_it(self):
        """Not without saying who may read, nor without something that encrypts; each sentence names what to add."""
        for host in ("0.0.0.0", "::"):
            self.assertIn("--public-read", self.refused_start("--host", host))
            self.assertIn("--public-read", self.refused_start("--host", host, "--behind-proxy"))
            self.assertIn("--behind-proxy", self.refused_start("--host", host, "--public-read"))
        self.assertIn("--allow-records", self.refused_start("--public-read", "--allow-records"))
        self.assertIn("--public-name", self.refused_start("--public-name", "http://x/"))
        server = fixture.Server(PROGRAM, "--store", fixture.beside(self.store), "--host", "0.0.0.0", "--public-read", "--behind-proxy")
        try:
            server.host = "127.0.0.3"
            self.assertEqual(200, self.request("GET", "/classes", {"Host": "127.0.0.3"}, server=server)[0])
            self.assert_refused(self.request("GET", "/classes", {"Host": "evil.example"}, server=server), 421, "unknown-host")
        finally:
            self.assertEqual(0, server.stop())


def limits(**values):
    return [word for name, value in values.items() for word in ("--limit", f"{name.replace('_', '-')}={value}")]


GET = b"GET /classes HTTP/1.1\r\nHost: localhost\r\n\r\n"
HALF = b"GET /classes HTTP/1.1\r\nHost: localh"
POST = b"POST /check?format=text HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n"


def trickle(raw, data, pause=0.05):
    """Sends a byte now and then, until the server has closed."""
    for i in itertools.count():
        try:
            raw.socket.sendall(data[i % len(data):i % len(data) + 1])
            if raw.has_ended(pause):
                return
        except OSError:
            return


class Slow(Door):
    """What is too slow is shown out, however it is slow, and by nothing but its own slowness."""

    OPTIONS = limits(header_seconds=2, slow_seconds=1, idle_seconds=2, body_rate=1000, reply_rate=20000)

    def cut(self):
        return json.loads(self.request("GET", "/health")[2])["door"]["cut_slow"]

    def test_a_header_that_does_not_come(self):
        """Byte by byte, from one address or others, as a first request and as a second; nothing at all likewise."""
        long_one = b"GET /classes HTTP/1.1\r\nX-A: " + b"a" * 60000

        def shown_out(source, data, is_second):
            with Raw(self.server, source) as raw:
                if is_second:
                    self.assertEqual(200, raw.ask(GET)[0])
                return trickle(raw, data) if data else self.assertEqual(b"", raw.rest())
        before = self.cut()
        with concurrent.futures.ThreadPoolExecutor(8) as threads:
            list(threads.map(lambda case: shown_out(*case), [(source, *how) for source in ("127.0.0.1", "127.0.0.9") for how in (
                (long_one, False), (b"G" * 1000, False), (b"", False), (long_one, True))]))
        self.assertEqual(8, self.cut() - before)

    def test_between_two_requests(self):
        """A connection on which nothing is asked any more is closed, and is not counted as slow."""
        before = self.cut()
        with Raw(self.server) as raw:
            self.assertEqual(200, raw.ask(GET)[0])
            self.assertEqual(b"", raw.rest())
        self.assertEqual(before, self.cut())

    def test_a_body_that_does_not_come(self):
        """A byte now and then, or nothing."""
        before = self.cut()
        for data in (b" ", b""):
            with Raw(self.server) as raw:
                raw.send(POST % 100000 + b"\r\n")
                trickle(raw, data or b"x") if data else self.assertEqual(b"", raw.rest())
        with Raw(self.server) as raw:
            raw.send(POST % 100000 + b"Transfer-Encoding: chunked\r\n\r\n")
            self.assertEqual(400, raw.answer()[0])
        self.assertEqual(before + 2, self.cut())

    def test_a_body_that_comes_quickly_enough_is_answered(self):
        fixture.runs.wait_until(self.was_quick_and_is_answered)

    def was_quick_and_is_answered(self):
        """A body that comes for longer than slow-seconds, and more quickly than its rate; again when this machine gave us no turn to send so
        quickly."""
        body, sent = b" " * 9000 + PARCEL, []
        with Raw(self.server) as raw:
            raw.send(POST % len(body) + b"\r\n")
            for i in range(0, len(body), 300):
                try:
                    raw.send(body[i:i + 300])
                except ConnectionError:
                    break
                sent.append(time.monotonic())
                raw.has_ended(0.1)
            answer = raw.answer()
        if max(later - earlier for earlier, later in itertools.pairwise(sent)) > 0.2:
            return False
        self.assertEqual(200, answer and answer[0])
        return True

    def test_an_answer_that_nobody_reads(self):
        """The thread that sends it is free again."""
        before = self.cut()
        with Raw(self.server, narrow=True) as raw:
            raw.send(b"GET /collections/permanent_basic_farmland/items?limit=1201 HTTP/1.1\r\nHost: localhost\r\n\r\n" * 60)
            fixture.runs.wait_until(lambda: self.cut() > before)

    def test_a_request_has_an_end(self):
        """However quickly it comes."""
        server = fixture.Server(PROGRAM, "--store", fixture.beside(self.store), *limits(request_seconds=1))
        try:
            with Raw(server) as raw:
                raw.send(POST % 10000000 + b"\r\n")
                trickle(raw, b" ", 0)
        finally:
            self.assertEqual(0, server.stop())


class Full(Door):
    """When the door is full: who waits gives way, who works does not, and everybody else has a place left."""

    OPTIONS = limits(connections=24, connections_per_address=6, reserve=4, header_seconds=3600, idle_seconds=3600, slow_seconds=3600, body_rate=0)

    def setUp(self):
        self.open = []

    def tearDown(self):
        for raw in self.open:
            raw.close()
        fixture.runs.wait_until(lambda: self.door()["connections"] == 1)

    def door(self):
        return json.loads(self.request("GET", "/health")[2])["door"]

    def come(self, source, data):
        raw = Raw(self.server, source)
        self.open.append(raw)
        return raw.send(data)

    def work(self, sources):
        """Requests of which ten bytes of the body have come: one after another, since one whose header has not been looked at yet waits, and may have
        to give way to somebody else; then it comes again."""
        working = []
        for source in sources:
            before = self.door()["body_bytes"]

            def begin(source=source, before=before):
                raw = self.come(source, POST % len(PARCEL) + b"\r\n" + PARCEL[:10])
                fixture.runs.wait_until(lambda: self.door()["body_bytes"] == before + 10 or raw.has_answered())
                return None if raw.has_answered() else raw  # sent away, with a word or without
            working.append(fixture.runs.wait_until(begin))
        return working

    def test_slow_headers_from_many_addresses(self):
        """Newcomers are let in, and the ones that have waited longest go."""
        waiting = [self.come(f"127.0.1.{i + 1}", HALF) for i in range(20)]
        for i in range(5):
            newcomer = self.come(f"127.0.2.{i + 1}", GET)
            self.assertEqual(200, newcomer.answer()[0])
            newcomer.send(HALF)  # else it would be the next to go
        self.assertEqual(b"", waiting[0].rest())
        self.assertGreaterEqual(self.door()["gave_way"], 5)

    def test_slow_headers_from_one_address(self):
        """They take no more than their share; even from there a request comes through, and nobody else's connection goes."""
        other = self.come("127.0.0.7", HALF)
        waiting = [self.come("127.0.0.8", HALF) for _ in range(40)]
        self.assertEqual(200, self.come("127.0.0.8", GET).answer()[0])
        self.assertEqual(b"", waiting[0].rest())
        self.assertEqual(200, other.ask(b"ost\r\n\r\n")[0])

    def test_idle_ones_go_first(self):
        """Before one that sends a header: the one that has waited longest between two requests."""
        idle = [self.come(f"127.0.1.{i + 1}", b"") for i in range(10)]
        self.assertEqual([200] * 10, [raw.ask(GET)[0] for raw in idle])
        header = [self.come(f"127.0.2.{i + 1}", HALF) for i in range(10)]
        self.assertEqual(200, self.come("127.0.3.1", GET).answer()[0])
        fixture.runs.wait_until(lambda: any(raw.has_ended(0) for raw in idle[:2]))  # their answers' ends may lie in the same millisecond
        self.assertEqual([200] * 10, [raw.ask(b"ost\r\n\r\n")[0] for raw in header])

    def test_who_works_does_not_give_way(self):
        """One address at work with its whole share is told to come later, others are answered; with all places at work this machine still is."""
        working = self.work(["127.0.0.8"] * 6)
        status, headers, body = self.come("127.0.0.8", GET).answer()
        told = json.loads(body)
        self.assertEqual((503, "2", "too-many-connections"), (status, headers["retry-after"], told["code"]))
        self.assertIn("connections-per-address", told["detail"])
        self.assertIn("connections-per-address", told["detail_en"])
        self.assertEqual(200, self.come("127.0.0.9", GET).answer()[0])
        working += self.work([f"127.0.1.{i + 1}" for i in range(14)])

        def is_sent_away():  # once those that were answered above have been seen to be gone
            with Raw(self.server, "127.0.2.1") as raw:
                answer = raw.ask(GET)
                return answer and answer[0] == 503
        fixture.runs.wait_until(is_sent_away)
        self.assertEqual(200, self.come("127.0.0.1", GET).answer()[0])
        self.assertEqual([200] * 20, [raw.ask(PARCEL[10:])[0] for raw in working])

    def test_behind_a_proxy_clients_are_counted_by_its_word(self):
        """All come from one address there: no connection is refused for that, and requests are counted by the last of X-Forwarded-For, which is the
        one that the proxy itself has seen."""
        server = fixture.Server(PROGRAM, "--store", fixture.beside(self.store), "--behind-proxy", *limits(connections_per_address=2, body_rate=0))
        try:
            def begin(forwarded):
                raw = Raw(server)
                self.open.append(raw)
                return raw.send(POST % len(PARCEL) + b"X-Forwarded-For: " + forwarded + b"\r\n\r\n" + PARCEL[:10])

            def under_way():
                return json.loads(self.request("GET", "/health", server=server)[2])["door"]["body_bytes"]
            working = [begin(f) for f in (b"203.0.113.9", b"1.2.3.4, 203.0.113.9", b"203.0.113.7", b"2001:db8::1")]
            fixture.runs.wait_until(lambda: under_way() == 40)
            for made_up in (b"203.0.113.9", b"5.6.7.8,203.0.113.9", b"9.9.9.9 , 203.0.113.9 ", b"9.9.9.9\r\nX-Forwarded-For: 203.0.113.9"):
                refused = begin(made_up).ask(PARCEL[10:])
                self.assert_refused(refused, 429, "too-many-requests", "connections-per-address")
                self.assertIn("retry-after", refused[1])
            self.assertEqual([200] * 4, [raw.ask(PARCEL[10:])[0] for raw in working])
            self.assertEqual(200, begin(b"203.0.113.9").ask(PARCEL[10:])[0])
        finally:
            self.assertEqual(0, server.stop())


class Watched(Door):
    """GET /metrics, as a program that watches reads it."""

    def read(self):
        """Each sample and its value; every line is one that OpenMetrics has."""
        status, headers, body = self.request("GET", "/metrics")
        self.assertEqual((200, "application/openmetrics-text; version=1.0.0; charset=utf-8"), (status, headers["content-type"]))
        lines = body.decode().split("\n")
        self.assertEqual(["# EOF", ""], lines[-2:])
        samples, types = {}, {}
        for line in lines[:-2]:
            if told := re.fullmatch(r"# TYPE (\w+) (gauge|counter|info|histogram|stateset)", line):
                self.assertNotIn(told[1], types)
                types[told[1]] = told[2]
            elif not line.startswith("# HELP "):
                name, value = re.fullmatch(r"(\w+(?:\{\w+=\"[^\"]*\"(?:,\w+=\"[^\"]*\")*\})?) (\d+(?:\.\d+)?)", line).groups()
                family = name.partition("{")[0]
                suffix = {"counter": ["_total"], "info": ["_info"], "histogram": ["_bucket", "_count", "_sum"]}
                self.assertTrue(any(family == f + end for f, t in types.items() for end in suffix.get(t, [""])), line)
                self.assertEqual(list(types)[-1], re.sub("_(total|info|bucket|count|sum)$", "", family) if family not in types else family, "families lie together")
                self.assertNotIn(name, samples)
                samples[name] = float(value)
        return samples

    def test_durations(self):
        """A histogram for each lane: what took longer is counted in every step from its own on, and the last has them all."""
        self.request("GET", "/collections")
        fixture.runs.wait_until(lambda: self.read()['hongxian_request_seconds_count{lane="quick"}'] >= 1)
        samples = self.read()
        for lane in ("quick", "slow", "none"):
            steps = [v for k, v in samples.items() if k.startswith(f'hongxian_request_seconds_bucket{{lane="{lane}"')]
            self.assertEqual(10, len(steps))
            self.assertEqual(sorted(steps), steps)
            self.assertEqual(steps[-1], samples[f'hongxian_request_seconds_count{{lane="{lane}"}}'])
            self.assertEqual(steps[-1] > 0, samples[f'hongxian_request_seconds_sum{{lane="{lane}"}}'] > 0)

    def test_the_store_and_what_was_said(self):
        """What an alarm hangs on: the state, room, lines of the log, verdicts, jobs."""
        before = self.read()
        status, _, body = self.request("POST", "/check", body=PARCEL)
        self.assertEqual(200, status, body)
        after = self.read()
        verdict = json.loads(body)["verdict"]
        name = f'hongxian_checks_total{{verdict="{verdict}"}}'
        self.assertEqual(1, after[name] - before[name])
        self.assertEqual([1, 0, 0], [after[f'hongxian_state{{hongxian_state="{state}"}}'] for state in ("ok", "degraded", "failed")])
        self.assertEqual(3, after["hongxian_layers"])
        self.assertGreaterEqual(after["hongxian_store_bytes"], os.path.getsize(self.store))
        self.assertGreater(after["hongxian_disk_free_bytes"], 0)
        self.assertGreater(after['hongxian_log_lines_total{level="info"}'], before['hongxian_log_lines_total{level="info"}'])
        self.assertEqual(0, after['hongxian_jobs{state="queued"}'])

    def test_figures(self):
        """They count what was asked; no page of another site reads them."""
        before = self.read()
        self.assertEqual(404, self.request("GET", "/nothing")[0])
        self.assertEqual([200] * 3, [self.request("GET", "/classes")[0] for _ in range(3)])

        def grown(kind, n):
            name = f'hongxian_requests_total{{class="{kind}"}}'
            return self.read()[name] - before[name] >= n
        fixture.runs.wait_until(lambda: grown(4, 1) and grown(2, 4))
        after = self.read()
        self.assertEqual(1, after['hongxian_requests_total{class="4"}'] - before['hongxian_requests_total{class="4"}'])
        fixture.runs.wait_until(lambda: self.read()["hongxian_requests_active"] == 1)  # a request ends a moment after its answer was read
        self.assertEqual(2, after["hongxian_workers"])
        self.assert_refused(self.request("GET", "/metrics", {"Origin": "http://evil.example"}), 403, "foreign-page")


class Bodies(Door):
    """All bodies together have a bound, and their memory goes back."""

    OPTIONS = limits(bodies_mb=2, body_rate=0)

    def resident(self):
        return int(pathlib.Path(f"/proc/{self.server.process.pid}/statm").read_text().split()[1]) * 4096

    def held(self):
        return json.loads(self.request("GET", "/health")[2])["door"]["body_bytes"]

    def test_bodies_in_memory(self):
        """Who does not fit beside the others gets 503, once he has sent it; who waits is answered; afterwards there is room again."""
        body = b" " * 1500000 + PARCEL
        with Raw(self.server) as first, Raw(self.server) as second:
            first.send(POST % len(body) + b"\r\n" + body[:-10])
            fixture.runs.wait_until(lambda: self.held() == len(body) - 10)
            answer = second.ask(POST % len(body) + b"\r\n" + body)
            self.assert_refused(answer, 503, "bodies-in-memory", "bodies-mb")
            self.assertIn("retry-after", answer[1])
            self.assertEqual(200, first.ask(body[-10:])[0])
            fixture.runs.wait_until(lambda: self.held() == 0)  # a request ends a moment after its answer was read
            self.assertEqual(200, second.ask(POST % len(body) + b"\r\n" + body)[0])
        with Raw(self.server) as raw:
            raw.send(POST % len(body) + b"\r\n" + body[:-10])
            fixture.runs.wait_until(lambda: self.held() == len(body) - 10)
        fixture.runs.wait_until(lambda: self.held() == 0)

    @unittest.skipIf(fixture.runs.SANITIZED, "freed memory is kept from reuse")
    def test_memory_goes_back(self):
        """After thirty bodies of a megabyte and a half, one by one, the server is hardly larger than after two."""
        body = b" " * 1500000 + PARCEL
        sizes = []
        for _ in range(30):
            self.assertEqual(200, self.request("POST", "/check?format=text", body=body)[0])
            sizes.append(self.resident())
        self.assertLess(sizes[-1] - sizes[1], 4 << 20)


class Busy(Door):
    """What must be answered at any moment, and an end at any moment. Somebody else's lock on the store holds requests that keep something, one
    after the other, for five seconds each."""

    N = 6

    def setUp(self):
        self.web = self.folder / "web"
        self.web.mkdir(exist_ok=True)
        (self.web / "index.html").write_text("<title>x</title>", encoding="utf-8")
        self.store = fixture.beside(type(self).store)
        self.mine = fixture.Server(PROGRAM, "--store", self.store, "--threads", str(2 * self.N), "--allow-records", "--web", str(self.web), *limits(body_rate=0))
        self.lock = sqlite3.connect(self.store, isolation_level=None)
        self.before = self.n_records()
        self.lock.execute("BEGIN IMMEDIATE")
        self.keeps = []
        fixture.runs.wait_until(lambda: self.holds(self.N))

    def holds(self, n):
        """That many are under way, others in the place of those whose time was over, and they have all the slow workers."""
        head = b"POST /check?keep=1&officer=x HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % len(PARCEL)
        for raw in [raw for raw in self.keeps if raw.has_answered()]:
            self.keeps.remove(raw)
            raw.close()
        self.keeps += [Raw(self.mine).send(head + PARCEL) for _ in range(n - len(self.keeps))]
        return self.load()["slow"] == self.N

    def tearDown(self):
        self.lock.execute("ROLLBACK")
        self.lock.close()
        for raw in self.keeps:
            raw.close()

    def all_are_held(self):
        """And will be once more: somebody waits for each worker that is given back."""
        load = self.load()
        return load["slow"] == self.N and load["waiting_slow"] > 0

    def n_records(self):
        return self.lock.execute("SELECT count(*) FROM record").fetchone()[0]

    def health(self):
        return json.loads(self.request("GET", "/health", server=self.mine)[2])

    def load(self):
        return self.health()["load"]

    def test_health_waits_for_nobody(self):
        """While every slow worker keeps a record and waits for a lock that another program has on the store: health, what watches, the page's files
        and the map are answered, and so are readers, though somebody wrote past the journal."""
        def others_are_answered_meanwhile():
            fixture.runs.wait_until(lambda: self.holds(2 * self.N) and self.all_are_held())
            os.utime(self.store)  # the next request wants the handle that keeps records to be opened anew
            self.assertEqual(200, self.request("GET", "/collections", server=self.mine)[0])
            for path, accept in 10 * (("/health", "*/*"), ("/live", "*/*"), ("/ready", "*/*"), ("/index.html", "*/*"), ("/", "text/html")):
                self.assertEqual(200, self.request("GET", path, {"Accept": accept}, server=self.mine)[0], path)
            return self.all_are_held()  # and so they were all the time; else this machine had no turn for us for half a minute
        fixture.runs.wait_until(others_are_answered_meanwhile)
        self.lock.execute("ROLLBACK")
        self.lock.execute("BEGIN")
        self.assertEqual(0, self.mine.stop(), self.mine.log)

    def test_a_second_signal_ends_it_at_once(self):
        """Though requests are under way that cannot be cut short, and a client that never ends its own."""
        before = self.health()["door"]["body_bytes"]
        stuck = Raw(self.mine).send(POST % 1000 + b"\r\n ")
        fixture.runs.wait_until(lambda: self.health()["door"]["body_bytes"] == before + 1)  # else it is refused as one that comes too late
        self.mine.process.terminate()
        fixture.runs.wait_until(self.has_taken_signals)
        self.mine.process.terminate()
        self.assertEqual(0, self.mine.stop())
        self.assertIn("ended at once", self.mine.log)
        self.assertEqual("", stuck.rest().decode())
        stuck.close()
        self.assertEqual(self.before, self.n_records())

    def has_taken_signals(self):
        status = pathlib.Path(f"/proc/{self.mine.process.pid}/status").read_text(encoding="ascii")
        return int(re.search(r"ShdPnd:\s*([0-9a-f]+)", status).group(1), 16) == 0

    def test_a_client_that_has_left_gives_up_its_place(self):
        """It waits for one of the slow workers, all of which are held; once it has gone nobody waits any more, and nothing is done for it."""
        items = f"/collections/{RED}/items"

        def left_while_it_waited():
            with Raw(self.mine) as raw:
                raw.send(f"GET {items} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
                fixture.runs.wait_until(lambda: self.load()["waiting_slow"] == 1 or raw.has_answered())
            fixture.runs.wait_until(lambda: self.load()["waiting_slow"] == 0)
            return re.search(f"GET {items} 503 ", self.mine.read_log())
        answered = lambda: sum(raw.has_answered() for raw in self.keeps)  # noqa: E731
        fixture.runs.wait_until(lambda: left_while_it_waited() or answered() == self.N)
        self.assertLess(answered(), self.N)
        self.lock.execute("ROLLBACK")
        self.lock.execute("BEGIN")
        self.assertEqual(0, self.mine.stop())

    @unittest.skipUnless(fixture.runs.LONG, "waits for fourteen seconds; in script/test --long")
    def test_it_ends_in_any_case(self):
        self.assertEqual(0, self.mine.stop())
        self.assertIn("could not be waited for", self.mine.log)


class Leaving(Door):
    """The end does not hang on clients."""

    def test_a_client_that_stays_but_never_ends_does_not_keep_the_server(self):
        """SIGTERM with a body half sent and an answer that nobody reads, and after no more than the time that requests are given."""
        server = fixture.Server(PROGRAM, "--store", fixture.beside(self.store), *limits(stop_seconds=1))
        with Raw(server) as half, Raw(server, narrow=True) as reader, Raw(server) as idle:
            half.send(POST % 1000 + b"\r\n ")
            reader.send(b"GET /collections/permanent_basic_farmland/items?limit=1201 HTTP/1.1\r\nHost: localhost\r\n\r\n" * 60)
            self.assertEqual(200, idle.ask(GET)[0])
            self.assertEqual(0, server.stop(), server.log)
            self.assertEqual(b"", half.rest())


class Encrypted(Door):
    """Over TLS: the same door, and a certificate that is renewed while requests are under way."""

    def certificate(self, name):
        """A certificate of our own and its key; the names are files, which a later certificate overwrites."""
        cert, key = self.folder / "cert.pem", self.folder / "key.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", f"/CN={name}",
                        "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", cert], check=True, capture_output=True)
        return str(cert), str(key)

    def connect(self, server, **versions):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        for name, value in versions.items():
            setattr(context, name, value)
        return context.wrap_socket(socket.create_connection((server.host, server.port)))

    def ask(self, line, data):
        line.sendall(data)
        with line.makefile("rb") as stream:
            return read_answer(stream)

    def subject(self, line):
        return ssl.DER_cert_to_PEM_cert(line.getpeercert(True))

    def start(self, *options):
        cert, key = self.certificate("one")
        server = fixture.Server.__new__(fixture.Server)
        server.errors = tempfile.TemporaryFile()
        server.process = subprocess.Popen([PROGRAM, "serve", "--port", "0", "--store", fixture.beside(self.store), "--tls-cert", cert, "--tls-key", key, *options],
                                          stdout=subprocess.PIPE, stderr=server.errors, text=True, encoding="utf-8")
        match = re.match(r"https://([^:/]+):(\d+)/", server.process.stdout.readline())
        self.assertTrue(match, server.read_log())
        server.host, server.port = match.group(1), int(match.group(2))
        return server

    def test_encrypted(self):
        """Answers, links and the browser's order to stay with https; nothing older than TLS 1.2, nothing that is not encrypted, and the door as
        it is without."""
        server = self.start(*limits(header_seconds=4))
        try:
            with self.connect(server) as line:
                status, headers, body = self.ask(line, b"GET /?f=json HTTP/1.1\r\nHost: localhost\r\n\r\n")
                self.assertEqual((200, "max-age=31536000"), (status, headers["strict-transport-security"]))
                self.assertTrue(all(link["href"].startswith("https://localhost/") for link in json.loads(body)["links"]))
                answer = self.ask(line, b"GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n")
                self.assertEqual((404, "max-age=31536000"), (answer[0], answer[1]["strict-transport-security"]))
                self.assertEqual(421, self.ask(line, b"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n")[0])
                self.assertEqual(400, self.ask(line, b"GET / HTTP/1.1\r\nHost: localhost\r\nX: a\nY: b\r\n\r\n")[0])
            with Raw(server) as raw:
                self.assertNotIn(b"HTTP/1.1 200", raw.send(GET).rest())
            with Raw(server) as raw:  # a handshake that does not come
                self.assertEqual(b"", raw.rest())
            with self.assertRaises(OSError):
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    self.connect(server, minimum_version=ssl.TLSVersion.TLSv1, maximum_version=ssl.TLSVersion.TLSv1_1)
        finally:
            self.assertEqual(0, server.stop(), server.log)

    def test_a_new_certificate_drops_no_request(self):
        """SIGHUP: who has begun ends with the certificate of before, who comes then gets the new one; files that are none change nothing."""
        server = self.start(*limits(body_rate=0))
        try:
            with self.connect(server) as before:
                first = self.subject(before)
                before.sendall(POST % len(PARCEL) + b"\r\n" + PARCEL[:10])
                self.certificate("two")
                server.process.send_signal(signal.SIGHUP)

                def is_new():
                    with self.connect(server) as line:
                        return self.subject(line) != first and self.subject(line)
                second = fixture.runs.wait_until(is_new)
                self.assertEqual(200, self.ask(before, PARCEL[10:])[0])
                self.assertEqual(200, self.ask(before, GET)[0])
            (self.folder / "key.pem").write_text("nothing")
            server.process.send_signal(signal.SIGHUP)
            fixture.runs.wait_until(lambda: "stays in use" in server.read_log())
            with self.connect(server) as line:
                self.assertEqual(second, self.subject(line))
                self.assertEqual(200, self.ask(line, GET)[0])
        finally:
            self.assertEqual(0, server.stop(), server.log)

    @fixture.runs.whole_under_sanitizers
    def test_what_is_no_certificate(self):
        """It does not start, and says so; with one it may listen where others reach it."""
        cert, key = self.certificate("one")
        for options in (("--tls-cert", cert), ("--tls-key", key), ("--tls-cert", cert, "--tls-key", cert), ("--tls-cert", cert, "--tls-key", "/nonexistent")):
            done = subprocess.run([PROGRAM, "serve", "--store", fixture.beside(self.store), "--port", "0", *options], capture_output=True, text=True, timeout=60)
            self.assertNotEqual(0, done.returncode)
            self.assertRegex(done.stderr, "--tls-|PEM|/nonexistent")
        server = self.start("--host", "0.0.0.0", "--public-read")
        self.assertEqual(0, server.stop())


class Told(unittest.TestCase):
    """Each limit has its name in the table, the option and the papers."""

    def table(self):
        text = (SOURCE / "src/http/door_limits.h").read_text(encoding="utf-8")
        return re.findall(r'X\([A-Z_]+, "([a-z-]+)", (\d+), (\d+), (\d+)', text)

    def test_each_limit_is_described_and_can_be_set(self):
        design = (SOURCE / "DESIGN.md").read_text(encoding="utf-8")
        self.assertGreater(len(self.table()), 8)
        for name, fallback, least, most in fixture.runs.some_under_sanitizers(self.table()[:2], self.table()):
            self.assertTrue(f"`{name}` {fallback}" in design, name)
            for wrong in (str(int(most) + 1), "-1", "x", "", f"{fallback}x", " 5", *([str(int(least) - 1)] if int(least) else [])):
                done = subprocess.run([PROGRAM, "serve", "--store", "/nonexistent", "--limit", f"{name}={wrong}"], capture_output=True, text=True)
                self.assertEqual(1, done.returncode, done.stderr)
                self.assertIn(name, done.stderr)
        done = subprocess.run([PROGRAM, "serve", "--store", "/nonexistent", "--limit", "nothing=1"], capture_output=True, text=True)
        self.assertEqual(1, done.returncode)
        for name, *_ in self.table():
            self.assertIn(name, done.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:], verbosity=1)
