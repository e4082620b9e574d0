#!/usr/bin/env python3
"""The server and people: who gets in, what each role may ask, and that a revocation counts at once.
  test_access.py HONGXIAN SOURCE_DIR"""
import hashlib
import http.client
import json
import pathlib
import re
import sqlite3
import subprocess
import sys
import tempfile
import unittest

PROGRAM, SOURCE = sys.argv[1], pathlib.Path(sys.argv[2])
import fixture  # noqa: E402

PASSWORD = "草原 grassland"
ROLES = ("reader", "officer", "manager", "auditor", "admin")
COOKIE = "hongxian-session"


def command(*arguments, given=None, fails=False):
    done = subprocess.run([PROGRAM, *map(str, arguments)], input=given, capture_output=True, text=True, encoding="utf-8")
    if (done.returncode != 0) != fails:
        raise AssertionError(f"{arguments}: {done.returncode} {done.stderr}")
    return done.stderr if fails else done.stdout


def add(store, name, role, unit="all", *more):
    command("users", "add", name, "--role", role, "--unit", unit, "--store", store, *more, given=PASSWORD + "\n")


def token(store, name, days=30):
    return command("users", "token", name, "--days", days, "--store", store).strip()


class Asking:
    """Requests to `self.server`, with a bearer token or a session's cookie."""

    def ask(self, method, path, body=None, *, bearer=None, session=None, server=None, **headers):
        server = server or self.server
        headers = {k.replace("_", "-"): v for k, v in headers.items()}
        if bearer:
            headers["Authorization"] = f"Bearer {bearer}"
        if session:
            headers["Cookie"] = f"{COOKIE}={session}"
        connection = http.client.HTTPConnection(server.host, server.port)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def status(self, *arguments, **named):
        return self.ask(*arguments, **named)[0]

    def problem(self, status, code, *arguments, **named):
        """Asks what must be refused just so; both sentences are there."""
        got, headers, body = self.ask(*arguments, **named)
        said = json.loads(body)
        self.assertEqual((status, code), (got, said.get("code")), said)
        self.assertTrue(said["detail"] and said["detail_en"])
        if got == 401:
            self.assertIn("Bearer", headers["WWW-Authenticate"])
        return said, headers

    def login(self, name, password=PASSWORD, **named):
        return self.ask("POST", "/login", json.dumps({"name": name, "password": password}).encode(), **named)

    def logged_in(self, name, **named):
        """The secret of a new session."""
        status, headers, body = self.login(name, **named)
        self.assertEqual(200, status, body)
        return re.match(rf"{COOKIE}=([0-9a-f]{{64}});", headers["Set-Cookie"]).group(1)

    def me(self, **named):
        return json.loads(self.ask("GET", "/me", **named)[2])


# What each route of the interface needs, written a second time. "whole": of somebody without bounds.
NEEDS = {
    None: "/health /live /ready /login /logout /me /",
    "read": "/classes /layers /plan /search /openapi.yaml /api /conformance /collections /collections/ /tiles/ /tileMatrixSets /styles /processes",
    "check": "/check /checks /convert /verify /processes/1/execution /jobs",
    "records": "GET/projects /records",
    "projects": "POST/projects DELETE/projects/1",
    "override": "/records/1/overrides",
    "jobs": "POST/jobs",
    "log": "/log /metrics",
}
MAY = {"reader": "read check", "officer": "read check records keep projects jobs", "manager": "read check records keep override projects jobs",
       "auditor": "read check records log", "admin": "read check records keep override projects jobs log"}


def right_of(method, path):
    """The one whose beginning fits longest."""
    best = (-1, "administer")
    for right, beginnings in NEEDS.items():
        for b in beginnings.split():
            m, b = (b.split("/", 1)[0], "/" + b.split("/", 1)[1])
            fits = path == b or (b != "/" and path.startswith(b if b.endswith("/") else b + "/"))
            if fits and m in ("", method) and (len(b), bool(m)) > (best[0] if isinstance(best[0], tuple) else (-1, False)):
                best = ((len(b), bool(m)), right)
    return best[1]


@fixture.runs.no_threads
class People(Asking, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="hongxian-access-"))
        cls.store = fixture.make_store(PROGRAM, cls.folder)
        for role in ROLES:
            add(cls.store, f"a-{role}", role, "all", "--title", "张三")
        cls.tokens = {role: token(cls.store, f"a-{role}") for role in ROLES}
        cls.server = fixture.Server(PROGRAM, "--store", cls.store, "--threads", "2", "--allow-records", "--proxy", "127.0.0.1",
                                    "--login-header", "X-Remote-User")

    @classmethod
    def tearDownClass(cls):
        fixture.stop_well(cls.server, cls.folder)

    def change(self, sql):
        with sqlite3.connect(self.store) as db:
            db.execute(sql)
        db.close()

    def test_every_route_and_every_role(self):
        """What the interface describes, asked by nobody and by each role: 401 and 403 just where the tables here say so."""
        paths = re.findall(r"^  (/\S*):\n((?:    .*\n|\n)+)", (SOURCE / "schema/openapi.yaml").read_text(encoding="utf-8").split("\npaths:\n")[1], re.M)
        n = 0
        for pattern, block in paths:
            path = re.sub(r"\{[^}]*\}", "1", pattern)
            for method in re.findall(r"^    (get|post|delete):", block, re.M):
                right = right_of(method.upper(), path)
                for role in (None, *ROLES):
                    got = self.status(method.upper(), path, b"" if method == "post" else None, bearer=self.tokens.get(role))
                    may = right is None or (role is not None and right in MAY[role].split())
                    asked = f"{method} {path} as {role}, which needs {right}: {got}"
                    if path == "/login":
                        self.assertEqual(400, got, asked)
                    elif may:
                        self.assertNotIn(got, (401, 403), asked)
                    else:
                        self.assertEqual(403 if role else 401, got, asked)
                    n += 1
        self.assertGreater(n, 250)

    def test_login_and_logout(self):
        """The cookie is out of reach of scripts and other sites; /me says who it is; after the logout it opens nothing."""
        self.problem(401, "login-needed", "GET", "/records")
        status, headers, body = self.login("a-officer")
        self.assertEqual(200, status, body)
        for part in ("Path=/", "HttpOnly", "SameSite=Strict", "Max-Age="):
            self.assertIn(part, headers["Set-Cookie"])
        self.assertNotIn("Secure", headers["Set-Cookie"])
        secret = re.match(rf"{COOKIE}=([0-9a-f]{{64}});", headers["Set-Cookie"]).group(1)
        me = self.me(session=secret)
        self.assertEqual(json.loads(body)["person"], me["person"])
        self.assertEqual(("a-officer", "张三", "officer", "all"), tuple(me["person"][k] for k in ("name", "title", "role", "unit")))
        self.assertEqual((False, "session"), (me["login_needed"], me["way"]))
        self.assertIn("keep", me["rights"])
        self.assertNotIn("override", me["rights"])
        self.assertEqual(200, self.status("GET", "/records", session=secret))
        self.assertEqual(200, self.status("POST", "/logout", session=secret))
        self.problem(401, "session-over", "GET", "/records", session=secret)
        self.assertEqual((True, None), (self.me(session=secret)["login_needed"], self.me()["person"]))
        self.assertIn("Secure", self.login("a-officer", X_Forwarded_Proto="https")[1]["Set-Cookie"])

    def test_wrong_logins(self):
        """A wrong password and an unknown name are answered alike; what is no login is refused as such."""
        sent = {"X_Forwarded_For": "10.1.1.1"}
        wrong = self.login("a-officer", "wrong password", **sent), self.login("nobody-here", PASSWORD, **sent)
        self.assertEqual([401, 401], [w[0] for w in wrong])
        self.assertEqual(*(re.sub(b',"request_id":"[^"]*"', b"", answer[2]) for answer in wrong))
        self.assertNotIn("Set-Cookie", wrong[0][1])
        for body in (b"", b"[]", b'{"name":"a"}', b'{"name":"a","password":"b","more":1}', b'{"name":1,"password":"b"}'):
            self.problem(400, "bad-login", "POST", "/login", body, **sent)

    def test_guessing_gets_slow(self):
        """After some failures a name waits, with the right password, too, and from elsewhere; the log tells of it."""
        add(self.store, "guessed", "reader")
        for i in range(6):
            self.assertEqual(401, self.login("guessed", f"guess number {i}", X_Forwarded_For="10.2.2.2")[0])
        for address in ("10.2.2.2", "10.2.2.3"):
            status, headers, body = self.login("guessed", X_Forwarded_For=address)
            self.assertEqual((429, "login-wait"), (status, json.loads(body)["code"]))
            self.assertGreaterEqual(int(headers["Retry-After"]), 1)
        self.logged_in("a-reader", X_Forwarded_For="10.2.2.4")
        rows = json.loads(command("log", "--store", self.store, "--format", "json"))["log"]
        failed = [r for r in rows if r["action"] == "login-failed" and r["subject"] == "guessed"]
        self.assertEqual([("10.2.2.2")] * 6, [r["address"] for r in failed])

    def test_a_login_makes_a_new_session(self):
        """A secret that somebody else put into the browser is not taken over, and the session before ends."""
        planted = "0" * 64
        first = self.logged_in("a-reader", session=planted)
        self.assertNotEqual(planted, first)
        self.problem(401, "session-over", "GET", "/layers", session=planted)
        second = self.logged_in("a-reader", session=first)
        self.problem(401, "session-over", "GET", "/layers", session=first)
        self.assertEqual(200, self.status("GET", "/layers", session=second))

    def test_only_hashes_are_stored(self):
        """Whoever gets the file gets neither sessions nor tokens nor passwords."""
        session = self.logged_in("a-admin")
        command("log", "--store", self.store)
        for path in self.folder.glob("test.sqlite*"):
            if path.is_file():
                kept = path.read_bytes()
                for secret in (session, PASSWORD, *self.tokens.values()):
                    self.assertNotIn(secret.encode(), kept)

    def test_revoked_at_the_next_request(self):
        """Another program revokes: the session and the token open nothing any more, nor does the password. The name is not given again."""
        add(self.store, "leaves", "admin")
        session, bearer = self.logged_in("leaves"), token(self.store, "leaves")
        self.assertEqual([200, 200], [self.status("GET", "/log", session=session), self.status("GET", "/log", bearer=bearer)])
        command("users", "revoke", "leaves", "--store", self.store)
        self.problem(401, "session-over", "GET", "/log", session=session)
        self.problem(401, "token-refused", "GET", "/log", bearer=bearer)
        self.assertEqual(401, self.login("leaves", X_Forwarded_For="10.3.3.3")[0])
        self.assertIn("given once", command("users", "add", "leaves", "--role", "reader", "--unit", "all", "--store",
                                                                       self.store, given=PASSWORD, fails=True))

    def test_another_role_at_the_next_request(self):
        add(self.store, "rises", "reader")
        session = self.logged_in("rises")
        self.problem(403, "right-missing", "GET", "/records", session=session)
        command("users", "change", "rises", "--role", "officer", "--store", self.store)
        self.assertEqual(200, self.status("GET", "/records", session=session))

    def test_tokens_end_alone_and_with_time(self):
        add(self.store, "program", "officer")
        one, two = token(self.store, "program"), token(self.store, "program")
        first = json.loads(command("users", "tokens", "--store", self.store, "--format", "json"))["tokens"][-2]["id"]
        command("users", "revoke-token", first, "--store", self.store)
        self.problem(401, "token-refused", "GET", "/records", bearer=one)
        self.assertEqual(200, self.status("GET", "/records", bearer=two))
        self.change(f"UPDATE person_token SET expires_at = strftime('%Y-%m-%dT%H:%M:%SZ', 'now') WHERE id = {first + 1}")
        self.problem(401, "token-refused", "GET", "/records", bearer=two)
        for sent in ("", "x", one[:-1], one.upper(), "0" * 64):
            self.problem(401, "token-refused" if sent else "login-needed", "GET", "/records", bearer=sent or None)

    def test_sessions_end_with_time_and_with_the_password(self):
        """When nobody asked for two hours, after twelve hours in any case, and when the password is another."""
        add(self.store, "sleeps", "officer")
        for column, ago in (("seen_at", "-2 hours"), ("expires_at", "-1 seconds")):
            session = self.logged_in("sleeps")
            self.assertEqual(200, self.status("GET", "/records", session=session))
            self.change(f"UPDATE person_session SET {column} = strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '{ago}') WHERE person_id = "
                        "(SELECT id FROM person WHERE name = 'sleeps')")
            self.problem(401, "session-over", "GET", "/records", session=session)
        session, bearer = self.logged_in("sleeps"), token(self.store, "sleeps")
        command("users", "password", "sleeps", "--store", self.store, given="another password\n")
        self.problem(401, "session-over", "GET", "/records", session=session)
        self.assertEqual(200, self.status("GET", "/records", bearer=bearer))
        self.assertEqual(401, self.login("sleeps", X_Forwarded_For="10.4.4.4")[0])
        self.assertEqual(200, self.login("sleeps", "another password")[0])

    def test_a_session_in_use_lives_on(self):
        """A request is noted, to the minute, so that the two hours begin anew."""
        session = self.logged_in("a-reader")
        mine = f"sha256 = '{hashlib.sha256(session.encode()).hexdigest()}'"
        self.change(f"UPDATE person_session SET seen_at = strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-110 minutes') WHERE {mine}")
        self.assertEqual(200, self.status("GET", "/layers", session=session))
        with sqlite3.connect(self.store) as db:
            ago, = db.execute(f"SELECT unixepoch('now') - unixepoch(seen_at) FROM person_session WHERE {mine}").fetchone()
        db.close()
        self.assertLess(ago, 3600)

    @fixture.runs.whole_under_sanitizers
    def test_a_session_outlives_the_server(self):
        """Who is logged in is so after a restart, and who has logged out is not."""
        store = fixture.beside(self.store)
        other = fixture.Server(PROGRAM, "--store", store, "--threads", "2")
        try:
            session, ended = self.logged_in("a-officer", server=other), self.logged_in("a-officer", server=other)
            self.assertEqual(200, self.status("POST", "/logout", session=ended, server=other))
            self.assertEqual(0, other.stop(), other.log)
            other = fixture.Server(PROGRAM, "--store", store, "--threads", "2")
            self.assertEqual(200, self.status("GET", "/records", session=session, server=other))
            self.problem(401, "session-over", "GET", "/records", session=ended, server=other)
        finally:
            self.assertEqual(0, other.stop(), other.log)

    def test_another_sites_page(self):
        """A page of another site asks with the browser's cookie: nothing that changes anything is done; nor is a login made for it."""
        session = self.logged_in("a-admin")
        for path in ("/logout", "/check", "/jobs", "/projects?name=x"):
            self.problem(403, "foreign-page", "POST", path, b"x", session=session, Origin="https://evil.example")
        self.assertEqual(403, self.login("a-admin", Origin="https://evil.example")[0])
        self.assertEqual(200, self.status("GET", "/log", session=session))

    def test_refused_before_the_body(self):
        """Who may not is told so when the headers are there: nobody sends a gigabyte to be refused, and nothing of it goes to disk."""
        for bearer, status in ((None, 401), ("0" * 64, 401), (self.tokens["reader"], 403)):
            connection = http.client.HTTPConnection(self.server.host, self.server.port, timeout=600)
            try:
                connection.putrequest("POST", "/jobs?kind=parcels")
                connection.putheader("Content-Length", str(900 << 20))
                if bearer:
                    connection.putheader("Authorization", f"Bearer {bearer}")
                connection.endheaders()
                self.assertEqual(status, connection.getresponse().status)
            finally:
                connection.close()

    def test_a_proxys_word(self):
        """The name in the header counts from the proxy, for who is registered and not revoked. (The test itself is at the proxy's address.)"""
        me = self.me(X_Remote_User="a-manager")
        self.assertEqual(("header", "manager"), (me["way"], me["person"]["role"]))
        self.problem(401, "person-refused", "GET", "/records", X_Remote_User="nobody-here")
        other = fixture.Server(PROGRAM, "--store", fixture.beside(self.store), "--threads", "2", "--login-header", "X-Remote-User", "--proxy", "10.9.9.9")
        try:
            self.assertTrue(self.me(server=other, X_Remote_User="a-manager")["login_needed"])
            self.problem(401, "login-needed", "GET", "/records", server=other, X_Remote_User="a-manager", X_Forwarded_For="10.9.9.9")
        finally:
            other.stop()
        self.assertIn("--proxy", command("serve", "--store", self.store, "--login-header", "X-Remote-User", fails=True))

    @fixture.runs.whole_under_sanitizers
    def test_public_read(self):
        """What is published, and nothing else, without a login; a login that is over does not take that away."""
        other = fixture.Server(PROGRAM, "--store", fixture.beside(self.store), "--threads", "2", "--public-read", "--public-url", "https://map.example.cn/hx")
        try:
            cookie = self.login("a-reader", server=other)[1]["Set-Cookie"]
            self.assertTrue("; Path=/hx/;" in cookie and cookie.endswith("; Secure"), cookie)   # of the address that others know
            for path in ("/layers", "/collections", "/classes", "/styles"):
                self.assertEqual(200, self.status("GET", path, server=other))
                self.assertEqual(200, self.status("GET", path, server=other, session="1" * 64))
                self.problem(401, "login-needed", "GET", path)
            for method, path in (("POST", "/check"), ("GET", "/records"), ("GET", "/projects"), ("GET", "/jobs"), ("GET", "/log")):
                self.problem(401, "login-needed", method, path, server=other)
        finally:
            other.stop()

    def test_the_log(self):
        """A login, a bad one and a logout are rows of a chain; nobody can take one out; GET /log pages through them."""
        session = self.logged_in("a-auditor", X_Forwarded_For="10.5.5.5")
        self.login("a-auditor", "wrong password", X_Forwarded_For="10.5.5.5")
        self.status("POST", "/logout", session=session, X_Forwarded_For="10.5.5.5")
        page, rows = {"links": [{"rel": "next", "href": "/log?limit=7"}]}, []
        while any(link["rel"] == "next" for link in page.get("links", [])):
            href = [link["href"] for link in page["links"] if link["rel"] == "next"][0]
            page = json.loads(self.ask("GET", href[href.index("/log"):], bearer=self.tokens["auditor"])[2])
            rows += page["rows"]
        mine = [(r["action"], r["person"], r["subject"]) for r in rows if r["address"] == "10.5.5.5"]
        self.assertEqual([("login", "a-auditor", "a-auditor"), ("login-failed", None, "a-auditor"), ("logout", "a-auditor", "a-auditor")], mine)
        self.assertEqual(list(range(1, len(rows) + 1)), [r["id"] for r in rows])
        self.assertTrue(any(r["action"] == "user-add" and r["person"].startswith("os:") for r in rows))
        command("log", "verify", "--store", self.store)
        for sql in ("DELETE FROM access_log WHERE id = 3", "UPDATE access_log SET detail = 'x' WHERE id = 3"):
            with self.assertRaises(sqlite3.IntegrityError):
                self.change(sql)
        copy = fixture.copy_store(self.folder, self.folder / "copy.sqlite")
        with sqlite3.connect(copy) as db:
            db.executescript("DROP TRIGGER access_log_no_update; UPDATE access_log SET person = 'os:somebody' WHERE id = 3")
        db.close()
        self.assertIn("", command("log", "verify", "--store", copy, fails=True))


HOHHOT, XILINGOL, ACROSS, NOWHERE = (111.75, 40.80, 111.76, 40.81), (116.05, 43.93, 116.06, 43.94), (111.5, 40.7, 112.1, 41.1), (97.0, 35.0, 97.1, 35.1)


def parcel(box):
    return json.dumps(fixture.collection(fixture.feature(box, BSM="P"))).encode()


@fixture.runs.no_threads
class Units(Asking, unittest.TestCase):
    """What lies outside somebody's unit is neither kept nor changed nor seen. The sample data knows prefectures, and no counties."""
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="hongxian-units-"))
        cls.store = fixture.geodata_store(PROGRAM, cls.folder / "test.sqlite", SOURCE / "geodata")
        cls.tokens = {}
        for name, role, unit in (("hohhot", "officer", "150100"), ("xilingol", "manager", "152500"), ("banner", "officer", "150104"),
                                 ("region", "admin", "150000"), ("looks", "auditor", "all"), ("looks-hohhot", "auditor", "150100"),
                                 ("reader", "reader", "all")):
            add(cls.store, name, role, unit, "--title", f"{name}的姓名", "--no-password")
            cls.tokens[name] = token(cls.store, name)
        cls.server = fixture.Server(PROGRAM, "--store", cls.store, "--threads", "2", "--allow-records")
        asking = cls()
        cls.kept = {name: asking.keep(name, box)["record"] for name, box in (("hohhot", HOHHOT), ("xilingol", XILINGOL), ("region", ACROSS))}

    @classmethod
    def tearDownClass(cls):
        fixture.stop_well(cls.server, cls.folder)

    def as_(self, name, method, path, body=None, **named):
        return self.ask(method, path, body, bearer=self.tokens[name], **named)

    def json_as(self, name, method, path, body=None, status=200):
        got, _, said = self.as_(name, method, path, body)
        if got != status:
            raise AssertionError(f"{name} {method} {path}: {got} {said}")
        return json.loads(said)

    def refused(self, name, status, code, method, path, body=None):
        return self.problem(status, code, method, path, body, bearer=self.tokens[name])[0]

    def keep(self, name, box):
        return self.json_as(name, "POST", "/check?keep=1", parcel(box))

    def ids(self, name, query=""):
        return [r["id"] for r in self.json_as(name, "GET", f"/records?{query}")["records"]]

    def test_kept_in_the_unit_alone(self):
        """Outside, across, in no unit, and where the county is not known: checked, and not kept, with the places named."""
        before = self.ids("looks")
        for name, box, place in (("xilingol", HOHHOT, "呼和浩特市"), ("hohhot", XILINGOL, "锡林郭勒盟"), ("hohhot", ACROSS, "乌兰察布市"),
                                 ("hohhot", NOWHERE, "行政区"), ("region", NOWHERE, None), ("banner", HOHHOT, "行政区界线")):
            self.assertEqual(200, self.as_(name, "POST", "/check", parcel(box))[0])
            if place:
                self.assertIn(place, self.refused(name, 403, "outside-unit", "POST", "/check?keep=1&officer=x", parcel(box))["detail"])
                self.assertIn(place, self.refused(name, 403, "outside-unit", "POST", "/projects?name=out", parcel(box))["detail"])
        self.assertEqual(before, self.ids("looks"))
        two = json.dumps(fixture.collection(fixture.feature(HOHHOT, BSM="1"), fixture.feature(XILINGOL, BSM="2"))).encode()
        self.refused("hohhot", 403, "outside-unit", "POST", "/check?keep=1", two)
        for name in ("reader", "looks"):
            self.refused(name, 403, "right-missing", "POST", "/check?keep=1&officer=x", parcel(HOHHOT))

    def test_a_record_names_who_was_logged_in(self):
        """Beside the officer, who is that person unless another name is given; under the seal, which another program recomputes."""
        row = self.json_as("looks", "GET", f"/records/{self.kept['hohhot']['id']}")["record"]
        self.assertEqual(("hohhot", "hohhot的姓名"), (row["person"], row["officer"]))
        self.assertEqual([], subprocess.run([sys.executable, SOURCE / "tests/record/auditor.py", self.store, row["sha256"]],
                                            capture_output=True, text=True).stderr.splitlines())
        self.assertTrue(self.json_as("looks", "GET", "/records/verify")["sound"])
        copy = fixture.copy_store(self.folder, self.folder / "forged.sqlite")
        with sqlite3.connect(copy) as db:
            db.executescript(f"DROP TRIGGER record_no_update; UPDATE record SET person = '' WHERE id = {row['id']}")
        db.close()
        self.assertIn(str(row["id"]), subprocess.run([PROGRAM, "records", "verify", "--store", copy], capture_output=True, text=True).stdout)

    def test_records_of_others_are_not_there(self):
        """Neither listed nor counted nor paged over; one that is asked for is missing in the words in which no record is missing."""
        mine, other = self.kept["hohhot"]["id"], self.kept["xilingol"]["id"]
        self.assertTrue({mine, other, self.kept["region"]["id"]} <= set(self.ids("looks")))
        self.assertIn(mine, self.ids("hohhot"))
        self.assertNotIn(other, self.ids("hohhot"))
        self.assertEqual([], self.ids("banner"))
        self.assertEqual(set(self.ids("hohhot")), set(self.ids("looks-hohhot")))
        page = self.json_as("hohhot", "GET", f"/records?limit=1&after={self.ids('hohhot')[-1] - 1}")
        self.assertFalse(any(link["rel"] == "next" for link in page.get("links", [])))
        for path in ("", "/report", "/input"):
            missing = self.refused("hohhot", 404, "record-not-found", "GET", f"/records/99999{path}")
            hidden = self.refused("hohhot", 404, "record-not-found", "GET", f"/records/{other}{path}")
            self.assertEqual(missing["detail"].replace("99999", str(other)), hidden["detail"])
        body = json.dumps({"verdict": "allowed", "reason": "理由", "officer": ""}).encode()
        self.refused("xilingol", 404, "record-not-found", "POST", f"/records/{mine}/overrides", body)
        row = self.json_as("xilingol", "POST", f"/records/{other}/overrides", body, 201)
        self.assertEqual(("xilingol", "xilingol的姓名"), (row["person"], row["officer"]))
        self.assertIn(row["id"], self.ids("xilingol"))
        self.assertNotIn(row["id"], self.ids("hohhot"))
        for name in ("hohhot", "looks-hohhot"):
            self.refused(name, 403, "unit-bounded", "GET", "/records/verify")
        self.refused("looks-hohhot", 403, "unit-bounded", "GET", "/log")

    def test_verifying_tells_nothing_of_others(self):
        """A report that names a record of another unit is verified as if that record, and its file, were not kept."""
        report = self.json_as("region", "POST", "/check?keep=1", parcel(XILINGOL))
        text = json.dumps(report).encode()
        self.assertEqual("identical", self.json_as("region", "POST", "/verify", text)["finding"])
        for name in ("hohhot", "reader"):
            told = self.json_as(name, "POST", "/verify", text)
            self.assertEqual(("differs", None), (told["finding"], told["record_id"]))
            self.assertEqual([("record.id", "(absent)")], [(d["path"], d["found"]) for d in told["differences"]])
            self.assertTrue(told["missing"])

    def test_projects_of_others_are_not_there(self):
        mine = self.json_as("hohhot", "POST", "/projects?name=mine&code=M-1", parcel(HOHHOT), 201)
        self.assertIn("mine", [p["name"] for p in self.json_as("hohhot", "GET", "/projects")["projects"]])
        self.assertNotIn("mine", [p["name"] for p in self.json_as("xilingol", "GET", "/projects")["projects"]])
        for name, seen in (("hohhot", ["mine"]), ("xilingol", [])):
            found = self.json_as(name, "GET", "/search?q=mine")["found"]
            self.assertEqual(seen, [f["name"] for f in found if f["what"] == "project"])
        for path in (f"/projects/{mine['id']}", f"/projects/{mine['id']}/input"):
            self.assertEqual([200, 404, 403], [self.as_(n, "GET", path)[0] for n in ("hohhot", "xilingol", "reader")])
        self.refused("xilingol", 404, "project-not-found", "POST", "/check?project=mine")
        self.refused("reader", 403, "right-missing", "POST", "/check?project=mine")
        self.refused("xilingol", 404, "project-not-found", "DELETE", f"/projects/{mine['id']}")
        for query in ("name=mine", "name=another&code=M-1"):
            self.refused("xilingol", 403, "project-elsewhere", "POST", f"/projects?{query}", parcel(XILINGOL))
        self.assertEqual(200, self.as_("hohhot", "POST", "/check?project=mine")[0])
        self.assertEqual(200, self.as_("hohhot", "DELETE", f"/projects/{mine['id']}")[0])

    def test_jobs_are_of_who_made_them(self):
        job = self.json_as("hohhot", "POST", "/jobs?kind=parcels&formats=csv,gpkg", parcel(HOHHOT), 202)["jobID"]
        status = fixture.runs.wait_until(lambda: (s := self.json_as("hohhot", "GET", f"/jobs/{job}")["status"]) not in ("accepted", "running") and s)
        self.assertEqual("successful", status)
        for restart in (False, True):  # whose it is outlasts the server, as it does
            if restart:
                self.assertEqual(0, self.server.stop(), self.server.log)
                type(self).server = fixture.Server(PROGRAM, "--store", self.store, "--threads", "2", "--allow-records")
            for name, sees in (("hohhot", True), ("xilingol", False), ("looks-hohhot", False), ("reader", False), ("looks", True), ("region", True)):
                self.assertEqual(sees, job in [j["jobID"] for j in self.json_as(name, "GET", "/jobs")["jobs"]], name)
                for path in ("", "/result?format=csv", "/results", "/rows", "/rows/1", "/tiles/0/0/0"):
                    self.assertEqual(200 if sees else 404, self.as_(name, "GET", f"/jobs/{job}{path}")[0], name)
        self.refused("xilingol", 404, "job-not-found", "POST", f"/jobs?kind=parcels&since={job}")
        for name in ("xilingol", "looks"):
            self.refused(name, 404, "job-not-found", "DELETE", f"/jobs/{job}")
        self.refused("reader", 403, "right-missing", "POST", "/processes/audit-figures/execution", b"{}")
        self.assertEqual(200, self.as_("hohhot", "DELETE", f"/jobs/{job}")[0])

    def test_the_log_tells_of_what_was_kept_and_taken_out(self):
        one = self.keep("hohhot", HOHHOT)["record"]["id"]
        self.as_("looks", "GET", f"/records/{one}/input")
        rows = [(r["person"], r["action"], r["subject"]) for r in json.loads(command("log", "--store", self.store, "--format", "json"))["log"]]
        self.assertIn(("hohhot", "keep", str(one)), rows)
        self.assertIn(("looks", "record-download", str(one)), rows)
        self.assertTrue(any(p.startswith("os:") and a == "layer-import" for p, a, _ in rows if p))
        command("log", "verify", "--store", self.store)


@fixture.runs.no_threads
class Without(Asking, unittest.TestCase):
    """A store without people is as it was before there were any, until the first is added."""

    def test_open_until_somebody_is_added(self):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="hongxian-open-"))
        store = fixture.make_store(PROGRAM, folder)
        self.server = fixture.Server(PROGRAM, "--store", store, "--threads", "2")
        try:
            me = self.me()
            self.assertEqual((False, "open", None), (me["login_needed"], me["way"], me["person"]))
            self.assertEqual([200, 200, 200], [self.status("GET", p) for p in ("/layers", "/records", "/log")])
            self.problem(409, "no-people", "POST", "/login", b"{}")
            add(store, "first", "admin")
            self.problem(401, "login-needed", "GET", "/layers")
            self.assertEqual(200, self.status("GET", "/health"))
            self.assertEqual(200, self.status("GET", "/records", bearer=token(store, "first")))
            self.problem(409, "people-are-new", "POST", "/login", b"{}")
        finally:
            fixture.stop_well(self.server, folder)

    def test_a_store_without_people_does_not_open_the_server(self):
        """A backup of before there were people takes the store's place: what was closed stays closed."""
        folder = pathlib.Path(tempfile.mkdtemp(prefix="hongxian-gone-"))
        store = fixture.make_store(PROGRAM, folder)
        before = fixture.copy_store(folder, folder / "before.sqlite")
        add(store, "first", "admin")
        self.server = fixture.Server(PROGRAM, "--store", store, "--threads", "2", "--allow-records")
        try:
            self.assertEqual(200, self.status("GET", "/records", bearer=token(store, "first")))
            pathlib.Path(before).rename(store)
            fixture.runs.wait_until(lambda: json.loads(self.ask("GET", "/records")[2]).get("code") == "people-gone")
            self.problem(401, "people-gone", "GET", "/layers")
        finally:
            fixture.stop_well(self.server, folder)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
