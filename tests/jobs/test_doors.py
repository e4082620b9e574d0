"""What is refused by the command is refused by a background job, with the same code and the same two sentences:
test_doors.py PROGRAM SOURCE_DIR. A job is the command itself, so that a difference is a second judge that somebody made."""
import http.client
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "audit"))
import audit_fixture as f  # noqa: E402

fixture = f.fixture


class Doors(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="hongxian-doors-test-"))
        cls.store = f.store(cls.folder)
        cls.good = pathlib.Path(f.many(cls.folder / "good.gpkg", 20)).read_bytes()
        cls.server = fixture.Server(f.PROGRAM, "--store", cls.store)
        cls.n = 0

    @classmethod
    def tearDownClass(cls):
        code = cls.server.stop()
        shutil.rmtree(cls.folder)
        assert code == 0, cls.server.log

    # ---- the two doors ----

    def request(self, method, path, body=None):
        connection = http.client.HTTPConnection(self.server.host, self.server.port, timeout=120)
        connection.request(method, path, body=body)
        response = connection.getresponse()
        answer = json.loads(response.read())
        connection.close()
        return response.status, answer

    def job(self, query, body):
        """(code, zh, en), and whether it was said at once."""
        status, answer = self.request("POST", "/jobs?" + urllib.parse.urlencode(query), body)
        if status != 202:
            return (answer["code"], answer["detail"], answer["detail_en"]), True
        while answer["state"] in ("queued", "running"):
            time.sleep(0.02)
            answer = self.request("GET", f"/jobs/{answer['id']}")[1]
        self.assertEqual("failed", answer["state"], (query, answer["outcome"]))
        return tuple(answer["error"][k] for k in ("code", "zh", "en")), False

    def results(self, query, body, format):
        """The bytes of a result of a job that must succeed."""
        status, answer = self.request("POST", "/jobs?" + urllib.parse.urlencode(query), body)
        self.assertEqual(202, status, answer)
        while answer["state"] in ("queued", "running"):
            time.sleep(0.02)
            answer = self.request("GET", f"/jobs/{answer['id']}")[1]
        self.assertEqual("done", answer["state"], answer["error"])
        connection = http.client.HTTPConnection(self.server.host, self.server.port, timeout=120)
        connection.request("GET", f"/jobs/{answer['id']}/result?format={format}")
        got = connection.getresponse().read()
        connection.close()
        return got

    def command(self, arguments, name=None, body=None):
        """The same of the command, which runs where its file is, so that it has the same name."""
        Doors.n += 1
        there = self.folder / str(self.n) / "in"
        there.mkdir(parents=True)
        if name:
            (there / name).write_bytes(body)
        command = [str(pathlib.Path(f.PROGRAM).resolve()), "audit", arguments[0], "--store", self.store, "--progress", "json", *arguments[1:]]
        told = subprocess.run(command, cwd=there, capture_output=True, text=True, encoding="utf-8")
        lines = [json.loads(line) for line in told.stdout.splitlines()]
        self.assertEqual((True, ""), (told.returncode > 0, told.stderr), arguments)
        self.assertEqual(["error"], list(lines[-1]))
        error = lines[-1]["error"]
        if name == "rubbish.gpkg" or arguments == ["nothing"]:  # to a person the same is said
            command = [c for c in command if c not in ("--progress", "json")]
            person = subprocess.run(command, cwd=there, capture_output=True, text=True, encoding="utf-8")
            self.assertEqual(told.returncode, person.returncode)
            self.assertIn(f"错误：{error['zh']}\nerror: {error['en']}\n", person.stderr)
        # a library may name the file by its whole path: the owner of the folder may know it, the client of a server need not
        return tuple(error[k].replace(f"{there}/", "") for k in ("code", "zh", "en"))

    def same(self, arguments, query, name=None, body=None, at_once=None):
        ours = self.command(arguments, name, body)
        theirs, said_at_once = self.job({**query, **({"name": name} if name else {})}, body)
        self.assertEqual(ours, theirs)
        self.assertRegex(ours[1], "[\u4e00-\u9fff]{3}")
        if at_once is not None:
            self.assertEqual(at_once, said_at_once, ours)
        return ours

    # ---- what is asked ----

    def test_options(self):
        """An option with a wrong value, one of another kind of audit, a kind or a format that there is not: refused when the job is
        sent, not when its turn comes."""
        parcels = ["parcels", "a.gpkg", "-o", "../out.gpkg"]
        cases = [
            (["nothing"], {"kind": "nothing"}),
            ([*parcels, "--crs", "abc"], {"crs": "abc"}),
            ([*parcels, "--epsg", "abc"], {"crs": "abc"}),
            ([*parcels, "--crs", "EPSG:999999"], {"crs": "EPSG:999999"}),
            (["parcels", "a.gpkg", "-o", "../out.pdf"], {"formats": "pdf"}),
            (["parcels", "a.gpkg", "-o", "../out.gpkg", "-o", "../out.html"], {"formats": "gpkg,html"}),
            ([*parcels, "--within-spaces"], {"within_spaces": "1"}),
            ([*parcels, "--compare", "x"], {"compare": "x"}),
            ([*parcels, "--official", "x"], {"body": "official"}),
            (["lines", "--class", "GENERAL"], {"kind": "lines", "class": "GENERAL"}),
            (["lines", "--class-field", "x"], {"kind": "lines", "class_field": "x"}),
            (["lines", "--id-field", "x"], {"kind": "lines", "id_field": "x"}),
            (["lines", "--crs", "EPSG:4490"], {"kind": "lines", "crs": "4490"}),
            (["lines", "--since", "x"], {"kind": "lines", "since": "x"}),
            (["figures", "--within-spaces"], {"kind": "figures", "within_spaces": "1"}),
            (["figures", "--compare", "x"], {"kind": "figures", "compare": "x"}),
            (["figures", "--official", "x"], {"kind": "figures", "body": "official"}),
        ]
        for arguments, query in cases:
            with self.subTest(query=query):
                kind = query.get("kind", "parcels")
                name, body = ("a.gpkg", self.good) if kind == "parcels" else (None, None)
                self.same(arguments, query, name, body, at_once=True)

    def known(self):
        """What each door names where it refuses what it does not know."""
        commands = [self.command([*arguments, "--colour"]) for arguments in (["parcels", "a.gpkg"], ["lines"], ["figures"])]
        (code, _, en), at_once = self.job({"colour": "red"}, self.good)
        self.assertEqual(("bad-usage", "unknown-parameter", True), (commands[0][0], code, at_once))
        return re.findall(r"--([a-z-]+)", " ".join(c[2].partition("Known are")[2] for c in commands)), en.partition("are known: ")[2].rstrip(".").split()

    def test_every_door_has_every_option(self):
        """The command and jobs go by one table; of what it holds a job does itself only what is named here, and the library has a
        member for each."""
        command, job = self.known()
        self.assertNotIn("job-of", command)
        of_the_command = {"store", "fail-on", "progress", "require-sandbox"}
        of_the_job = {"summary", "since", "compare", "official", "threads", "resume", "overwrite"}
        both = set(command) - of_the_command - of_the_job
        self.assertEqual(both, {"layer", "class", "class-field", "claim", "claim-field", "id-field", "crs", "within-spaces", "overlaps"})
        self.assertEqual({k.replace("-", "_") for k in both} | {"kind", "name", "formats", "since", "compare", "body"}, set(job))
        library = set(re.findall(r'^    \{"([a-z-]+)", (?:TEXT|FLAG|NUMBER), AT', (f.SOURCE / "src/api/audits.c").read_text(), re.M))
        self.assertEqual(set(command) - of_the_command, library | {"layer"})

    def test_the_options_of_a_job_do_what_those_of_the_command_do(self):
        body = self.good
        query = {"name": "a.gpkg", "class": "GENERAL", "id_field": "XMMC", "crs": "EPSG:4490", "layer": "p", "overlaps": "1"}
        result = self.results(query, body, "gpkg")
        there = self.folder / "ours"
        there.mkdir()
        (there / "a.gpkg").write_bytes(body)
        (there / "theirs.gpkg").write_bytes(result)
        f.audit("parcels", "a.gpkg", "-o", "ours.gpkg", "--store", self.store, "--class", "GENERAL", "--id-field", "XMMC", "--crs", "EPSG:4490",
                "--layer", "p", "--overlaps", cwd=there)
        self.assertEqual(f.digest(there / "ours.gpkg"), f.digest(there / "theirs.gpkg"))
        self.assertTrue(f.rows(there / "theirs.gpkg", "SELECT name FROM sqlite_master WHERE name = 'overlaps'"))

    # ---- formats ----

    def test_formats_in_any_case_and_those_that_jobs_do_not_give_out(self):
        """GPKG is gpkg; a format that the command writes and no job gives out is refused by name, because its result would be found
        by nobody."""
        self.assertTrue(self.results({"name": "a.gpkg", "formats": "GPKG,Csv"}, self.good, "gpkg").startswith(b"SQLite"))
        for word in ("geojsonseq", "fgb", "FGB"):
            (code, zh, en), at_once = self.job({"name": "a.gpkg", "formats": f"csv,{word}"}, self.good)
            self.assertEqual(("job-format", True), (code, at_once), word)
            self.assertIn(f"“{word}”", zh)
            self.assertIn("gpkg, csv, geojsonl and xlsx", en)

    # ---- bodies ----

    def test_a_body_where_none_is_read_and_none_where_one_is_named(self):
        self.assertEqual("unasked-body", self.job({"kind": "figures"}, b"x")[0][0])
        for word in ("compare", "official"):
            (code, zh, _), at_once = self.job({"kind": "lines", "body": word}, None)
            self.assertEqual(("empty-body", True), (code, at_once))
            self.assertIn(f"body={word}", zh)

    # ---- what is sent ----

    def test_files(self):
        """A file that cannot be read, or that lacks the field or the layer that was named."""
        parcels = lambda name, *more: ["parcels", "-o", "../out.gpkg", *more, "--", name]
        cut = self.good[:len(self.good) // 2]
        geojson = json.dumps(fixture.collection(fixture.feature((111.7, 40.8, 111.701, 40.801), BSM="A"))).encode()
        cases = [("rubbish.gpkg", b"not a database", {}, ()), ("cut.gpkg", cut, {}, ()), ("你好.txt", "你好".encode(), {}, ()), ("空.txt", b" ", {}, ()),
                 ("x.zip", b"PK\3\4" + b"\0" * 60, {}, ()), ("open.geojson", b"{", {}, ()),
                 ("a.csv", b"a,b\n1,2\n", {}, ()), ("a.fgb", b"fgb", {}, ()), ("-a.gpkg", b"SQLite format 3\0", {}, ()),
                 ("a.kml", b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><kml><Document><name>&x;</name></Document></kml>', {}, ()),
                 ("good.gpkg", self.good, {"class_field": "无此字段"}, ("--class-field", "无此字段")),
                 ("good.gpkg", self.good, {"id_field": "none"}, ("--id-field", "none")),
                 ("good.gpkg", self.good, {"layer": "none"}, ("--layer", "none")),
                 ("a.geojson", geojson, {"class_field": "none"}, ("--class-field", "none")),
                 ("a.geojson", geojson, {"layer": "none"}, ("--layer", "none"))]
        for name, body, query, more in cases:
            with self.subTest(name=name, query=query):
                self.same(parcels(name, *more), query, name, body)

    def test_files_of_the_lines(self):
        """Official totals with a fault, an earlier result that is none, a layer that there is not."""
        cases = [("official", "a.csv", b"code,layer\n15,STBHHX\n"), ("official", "a.csv", b"code,layer,area_ha\n15,STBHHX,NaN\n"),
                 ("official", "a.json", b"[[["), ("official", "a.csv", b"code,layer,area_ha\n15,nothing,1\n"),
                 ("compare", "before.gpkg", b"nothing"), ("compare", "before.csv", b"\0\1\2"), ("compare", "before.gpkg", self.good)]
        for option, name, body in cases:
            with self.subTest(option=option, body=body[:30]):
                self.same(["lines", f"--{option}", name], {"kind": "lines", "body": option}, name, body)
        for kind in ("lines", "figures"):
            self.same([kind, "--layer", "nothing"], {"kind": kind, "layer": "nothing"})


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
