#!/usr/bin/env python3
"""The server against the requirements of OGC API - Processes - Part 1: Core (18-062r2), each named where it is asked, and through
OWSLib where that is installed. Tested against, not certified. What is compared with is the command's own report.
  test_processes.py HONGXIAN SOURCE_DIR"""
import base64
import concurrent.futures
import csv
import email
import email.policy
import http.client
import io
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

PROGRAM, SOURCE = sys.argv[1], pathlib.Path(sys.argv[2])
import fixture  # noqa: E402

runs = fixture.runs
CONF = "http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/"
EXCEPTION = "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0/"
REL = "http://www.opengis.net/def/rel/ogc/1.0/"
ASYNC = {"Prefer": "respond-async"}
PROCESSES = ["check", "audit-parcels", "audit-lines", "audit-figures"]
STATUSES = {"accepted", "running", "successful", "failed", "dismissed"}
TIME = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"
JSON, GEOJSON, TEXT, CSV, HTML = "application/json", "application/geo+json", "text/plain", "text/csv", "text/html"
GPKG, PDF = "application/geopackage+sqlite3", "application/pdf"


class Processes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="hongxian-processes-"))
        cls.store = fixture.make_store(PROGRAM, cls.folder)
        cls.parcels = fixture.collection(fixture.feature((111.70, 40.80, 111.705, 40.805), BSM="P1"),
                                         fixture.feature((111.75, 40.81, 111.76, 40.82), BSM="P2"))
        cls.file = pathlib.Path(fixture.write_json(cls.folder / "parcels.geojson", cls.parcels))
        cls.server = fixture.Server(PROGRAM, "--store", cls.store, "--threads", "2", "--allow-records")
        cls.base = f"http://{cls.server.host}:{cls.server.port}"

    @classmethod
    def tearDownClass(cls):
        code = cls.server.stop()
        shutil.rmtree(cls.folder)
        if code != 0 or "Sanitizer" in cls.server.log:
            raise AssertionError(f"the server ended with {code}:\n{cls.server.log[-4000:]}")

    def request(self, method, url, body=None, headers=None):
        connection = http.client.HTTPConnection(self.server.host, self.server.port)
        try:
            if body is not None and not isinstance(body, (str, bytes)):
                body = json.dumps(body)
            body = body.encode() if isinstance(body, str) else body
            connection.request(method, url.removeprefix(self.base), body, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def get(self, url, status=200, kind=JSON):
        got, headers, body = self.request("GET", url)
        self.assertEqual((status, kind), (got, headers["Content-Type"].partition(";")[0]), body[:300])
        return json.loads(body)

    def execute(self, process, body, headers=None, status=200):
        got, told, answer = self.request("POST", f"/processes/{process}/execution", body, headers)
        self.assertEqual(status, got, answer[:600])
        return told, answer

    def submit(self, process, body):
        told, answer = self.execute(process, body, ASYNC, 201)
        self.assertEqual("respond-async", told["Preference-Applied"])
        return told["Location"], json.loads(answer)

    def wait(self, job):
        for pause in runs.pauses():
            now = self.get(job)
            if now["status"] not in ("accepted", "running"):
                return now
            time.sleep(pause)

    def refused(self, process, body, code, *words, status=400):
        _, answer = self.execute(process, body, status=status)
        problem = json.loads(answer)
        self.assertEqual(code, problem["code"], problem)
        self.assertRegex(problem["detail"], "[\u4e00-\u9fff]{2}")
        for word in words:
            self.assertIn(word, problem["detail_en"])
            self.assertIn(word, problem["detail"])

    def cli(self, *arguments):
        done = subprocess.run([PROGRAM, "check", *map(str, arguments), "--store", self.store], capture_output=True)
        self.assertEqual(0, done.returncode, done.stderr)
        return done.stdout

    def inputs(self, **more):
        """An execution whose parcels are the very bytes of the file."""
        return '{"inputs": {"parcels": %s%s}}' % (self.file.read_text(encoding="utf-8"),
                                                  "".join(f', "{k}": {json.dumps(v, ensure_ascii=False)}' for k, v in more.items()))

    def links(self, answer, rel):
        for link in answer["links"]:
            self.assertTrue(link["href"].startswith(self.base) and link["type"], link)
        return [link["href"] for link in answer["links"] if link["rel"] == rel]

    def check_status(self, job):
        """statusInfo.yaml, and processID, which job-list/processID-mandatory asks for."""
        self.assertTrue({"jobID", "status", "type", "processID"} <= job.keys(), job)
        self.assertEqual("process", job["type"])
        self.assertIn(job["processID"], PROCESSES)
        self.assertIn(job["status"], STATUSES)
        for key in {"created", "started", "finished", "updated"} & job.keys():
            self.assertRegex(job[key], TIME)
        if "progress" in job:
            self.assertTrue(isinstance(job["progress"], int) and 0 <= job["progress"] <= 100)
        self.assertEqual([f"{self.base}/jobs/{job['jobID']}"], self.links(job, "self"))

    # ---- landing page, conformance, list, description ----

    @runs.no_threads
    def test_landing_page_and_conformance(self):
        """/req/core/landingpage-success, conformance-success, api-definition-success: links to definition, classes and processes; the
        classes that are walked here are named, and no other of this standard."""
        page = self.get("/?f=json")
        self.assertEqual([f"{self.base}/processes"], self.links(page, REL + "processes"))
        self.assertEqual([f"{self.base}/jobs"], self.links(page, REL + "job-list"))
        self.assertEqual([f"{self.base}/conformance"], self.links(page, REL + "conformance"))
        named = {c.removeprefix(CONF) for c in self.get("/conformance")["conformsTo"] if c.startswith(CONF)}
        self.assertEqual({"core", "ogc-process-description", "json", "oas30", "job-list", "dismiss"}, named)
        told = self.get("/api", kind="application/vnd.oai.openapi+json")
        for path, method in (("/processes", "get"), ("/processes/{id}", "get"), ("/processes/{id}/execution", "post"), ("/jobs", "get"),
                             ("/jobs/{id}", "get"), ("/jobs/{id}", "delete"), ("/jobs/{id}/results", "get")):
            self.assertIn(method, told["paths"][path])

    @runs.no_threads
    def test_process_list(self):
        """/req/core/process-list, process-list-success, pl-links, pl-limit-definition, pl-limit-response."""
        answer = self.get("/processes")
        self.assertEqual(PROCESSES, [p["id"] for p in answer["processes"]])
        self.assertEqual([f"{self.base}/processes"], self.links(answer, "self"))
        self.assertEqual([f"{self.base}/processes?f=html"], self.links(answer, "alternate"))
        for p in answer["processes"]:
            self.assertTrue(p["version"] and p["title"] and p["description"])
            self.assertEqual([f"{self.base}/processes/{p['id']}"], self.links(p, "self"))
            self.assertNotIn("inputs", p)
        self.assertEqual(PROCESSES[:2], [p["id"] for p in self.get("/processes?limit=2")["processes"]])
        self.assertEqual(PROCESSES, [p["id"] for p in self.get("/processes?limit=99999")["processes"]])
        self.assertEqual(400, self.request("GET", "/processes?limit=0")[0])

    @runs.no_threads
    def test_process_description(self):
        """/req/core/process, process-success; /req/ogc-process-description/json-encoding, inputs-def, input-def, input-mixed-type, outputs-def,
        output-def, output-mixed-type: a description as process.yaml has it. The inputs are the parameters of the route that does it, all of them, but for
        those that the process or its outputs say; and files."""
        paths, named = self.get("/api", kind="application/vnd.oai.openapi+json"), {}
        for route in ("/check", "/jobs"):
            told = paths["paths"][route]["post"]["parameters"]
            named[route] = {(p if "name" in p else paths["components"]["parameters"][p["$ref"].rpartition("/")[2]])["name"] for p in told}
        inputs = {p: set(self.get(f"/processes/{p}")["inputs"]) for p in PROCESSES}
        self.assertEqual(named["/check"] - {"format"} | {"parcels"}, inputs["check"])
        self.assertEqual(named["/jobs"] - {"kind", "formats", "body"} | {"parcels", "official", "earlier"},
                         inputs["audit-parcels"] | inputs["audit-lines"] | inputs["audit-figures"])
        for listed in self.get("/processes")["processes"]:
            told = self.get(self.links(listed, "self")[0])
            self.assertEqual(listed, {k: v for k, v in told.items() if k not in ("inputs", "outputs")})
            self.assertEqual({"sync-execute", "async-execute", "dismiss"}, set(told["jobControlOptions"]))
            self.assertEqual({"value", "reference"}, set(told["outputTransmission"]))
            self.assertEqual([f"{self.base}/processes/{told['id']}/execution"], self.links(told, REL + "execute"))
            for name, one in told["inputs"].items():
                self.assertTrue(one["title"] and (one["schema"].get("type") or one["schema"]["oneOf"]), name)
                self.assertIn(one.get("maxOccurs", 1), (1, "unbounded"))
            for name, one in told["outputs"].items():
                self.assertTrue(one["title"] and all(f["type"] and f["contentMediaType"] for f in one["schema"]["oneOf"]), name)
        self.assertEqual(["report"], list(self.get("/processes/check")["outputs"]))
        self.assertEqual(["summary", "rows"], list(self.get("/processes/audit-lines")["outputs"]))

    @runs.no_threads
    def test_no_such_process(self):
        """/req/core/process-exception/no-such-process, for the description and for an execution."""
        for method, url in (("GET", "/processes/nothing"), ("POST", "/processes/nothing/execution")):
            status, headers, body = self.request(method, url, "{}" if method == "POST" else None)
            self.assertEqual((404, "application/problem+json"), (status, headers["Content-Type"].partition(";")[0]))
            self.assertEqual(EXCEPTION + "no-such-process", json.loads(body)["type"])

    # ---- executions of the check ----

    def test_a_check_at_once(self):
        """/req/core/process-execute-op, -request, -default-execution-mode, -default-outputs, -sync-raw-value-one: without a word of how, the report
        in its default format, which is the command's byte by byte, and POST /check's; no job comes of it."""
        before = self.get("/jobs")["numberMatched"]
        told, body = self.execute("check", self.inputs())
        self.assertEqual(JSON, told["Content-Type"].partition(";")[0])
        self.assertEqual(self.cli(self.file, "--format", "json"), body)
        self.assertEqual(self.request("POST", "/check", self.file.read_bytes())[2], body)
        self.assertEqual(before, self.get("/jobs")["numberMatched"])
        asked = dict(**{"class": "NATIONAL_MAJOR"}, slivers="2,0.2", as_of="2024-06-01")
        self.assertEqual(self.cli(self.file, "--format", "json", "--class", "NATIONAL_MAJOR", "--slivers", "2,0.2", "--as-of", "2024-06-01"),
                         self.execute("check", self.inputs(**asked))[1])
        for mode in ({"Prefer": "wait=20"}, {"Prefer": "return=minimal, handling=lenient"}):
            self.assertEqual(body, self.execute("check", self.inputs(), mode)[1])

    def test_a_check_as_a_job(self):
        """/req/core/process-execute-auto-execution-mode, process-execute-success-async, job, job-success, job-results, job-results-async-raw-value-one: the
        job's report is the command's, byte by byte, in every form that has no picture."""
        for form, media in (("json", JSON), ("geojson", GEOJSON), ("text", TEXT), ("csv", CSV)):
            body = json.loads(self.inputs(**{"class": "NATIONAL_MAJOR", "source_file": "parcels.geojson", "project_name": "一号"}))
            body["outputs"] = {"report": {"format": {"mediaType": media}}}
            body["inputs"]["parcels"] = {"value": self.file.read_text(encoding="utf-8"), "mediaType": GEOJSON}
            location, job = self.submit("check", body)
            self.check_status(job)
            self.assertEqual((f"{self.base}/jobs/{job['jobID']}", "check"), (location, job["processID"]))
            self.assertIn(job["status"], ("accepted", "running"))
            now = self.wait(location)
            self.check_status(now)
            self.assertEqual(("successful", 100), (now["status"], now["progress"]), now)
            self.assertLessEqual({"created", "started", "finished", "updated"}, now.keys())
            status, headers, report = self.request("GET", self.links(now, REL + "results")[0])
            self.assertEqual((200, media), (status, headers["Content-Type"].partition(";")[0]))
            self.assertEqual(self.cli(self.file, "--format", form, "--class", "NATIONAL_MAJOR", "--project-name", "一号"), report)
            body["inputs"]["source_file"] = "parcels.geojson"
            self.assertEqual(report, self.execute("check", body)[1])

    @runs.whole_under_sanitizers
    def test_a_job_prints_what_is_printed_at_once(self):
        """A page of a check that was a job has no other name of the file than the client gave, and none where he gave none."""
        for name in (None, "甲/乙?.txt"):
            body = json.loads(self.inputs(**({"source_file": name} if name else {})))
            body["outputs"] = {"report": {"format": {"mediaType": HTML}}}

            def counted(page):   # the drawing library numbers its pictures anew in each process
                return re.sub(rb"(surface|glyph-|clip|image|source-)[\d-]+", rb"\1", page)
            want = self.execute("check", body)[1]
            job = self.wait(self.submit("check", body)[0])
            self.assertEqual(counted(want), counted(self.request("GET", f"/jobs/{job['jobID']}/results")[2]))
            self.assertEqual(bool(name), (name or "x.txt") in want.decode())

    def test_a_document_of_a_check(self):
        """/req/core/process-execute-sync-document, job-results-async-document: JSON is a value that is JSON, text is a string, what is neither is
        base64; by reference a link that gives the same."""
        whole = {"inputs": {"parcels": self.parcels}, "response": "document"}
        report = json.loads(self.execute("check", {"inputs": {"parcels": self.parcels}})[1])
        _, body = self.execute("check", whole)
        self.assertEqual(report, json.loads(body)["report"]["value"])
        text = json.loads(self.execute("check", {**whole, "outputs": {"report": {"format": {"mediaType": CSV}}}})[1])["report"]
        self.assertEqual(CSV, text["mediaType"].partition(";")[0])
        self.assertTrue(list(csv.reader(io.StringIO(text["value"]))))
        pdf = json.loads(self.execute("check", {**whole, "outputs": {"report": {"format": {"mediaType": PDF}}}})[1])["report"]
        self.assertEqual(("base64", b"%PDF"), (pdf["encoding"], base64.b64decode(pdf["value"])[:4]))
        told, body = self.execute("check", {**whole, "outputs": {"report": {"transmissionMode": "reference"}}})
        link = json.loads(body)["report"]
        self.assertEqual(report, self.get(link["href"]))
        self.assertRegex(told["Link"], r"^<%s/jobs/[0-9a-f]{24}>; rel=\"monitor\"" % re.escape(self.base))

    def test_raw_by_reference(self):
        """/req/core/process-execute-sync-raw-ref, job-results-async-raw-ref: 204 and a link to the output."""
        body = {"inputs": {"parcels": self.parcels}, "outputs": {"report": {"transmissionMode": "reference"}}}
        told, answer = self.execute("check", body, status=204)
        self.assertEqual(b"", answer)
        monitor, = [link for link in told.get_all("Link") if 'rel="monitor"' in link]
        result, = [link for link in told.get_all("Link") if 'rel="monitor"' not in link]
        report = self.execute("check", {"inputs": {"parcels": self.parcels}})[1]
        self.assertEqual(json.loads(report), self.get(re.match("<(.*?)>", result)[1]))
        again = self.request("GET", re.match("<(.*?)>", monitor)[1] + "/results")
        self.assertEqual((204, result), (again[0], again[1]["Link"]))

    @runs.no_threads
    def test_ways_to_send_parcels(self):
        """/req/core/process-execute-inputs, -input-inline-object, -input-mixed-type, -input-inline-binary: GeoJSON as it is and qualified, text, and
        any file as base64 give the same parcels; a saved project of this server is a reference."""
        want = json.loads(self.execute("check", self.inputs())[1])["parcels"]
        wkt = "POLYGON((111.70 40.80, 111.705 40.80, 111.705 40.805, 111.70 40.805, 111.70 40.80))"
        gpkg = self.folder / "ways.gpkg"
        subprocess.run(["ogr2ogr", "-f", "GPKG", "-nln", "p", gpkg, self.file], check=True, capture_output=True)
        packed = base64.b64encode(gpkg.read_bytes()).decode()
        for value in (self.parcels, {"value": self.parcels, "mediaType": GEOJSON}, self.file.read_text(), {"value": self.file.read_text()},
                      {"value": base64.encodebytes(self.file.read_bytes()).decode(), "encoding": "base64"},
                      {"value": packed, "encoding": "base64", "mediaType": GPKG}):
            got = json.loads(self.execute("check", {"inputs": {"parcels": value}})[1])["parcels"]
            self.assertEqual([p["area_m2"] for p in want], [p["area_m2"] for p in got], str(value)[:60])
        self.assertEqual(1, len(json.loads(self.execute("check", {"inputs": {"parcels": wkt}})[1])["parcels"]))
        self.assertEqual(1, len(json.loads(self.execute("check", {"inputs": {"parcels": self.parcels["features"][0]}})[1])["parcels"]))
        job = self.wait(self.submit("check", {"inputs": {"parcels": {"value": packed, "encoding": "base64"}}})[0])
        self.assertEqual(("successful", 2), (job["status"], job["outcome"]["n_parcels"]), job)
        saved = json.loads(self.request("POST", "/projects?name=One", self.file.read_bytes())[2])
        for href in (f"{self.base}/projects/{saved['id']}/input", f"/projects/{saved['id']}/input"):
            got = json.loads(self.execute("check", {"inputs": {"parcels": {"href": href, "type": GEOJSON}}})[1])["parcels"]
            self.assertEqual(want, got)
        self.assertEqual(want, json.loads(self.execute("check", {"inputs": {"project": "One"}})[1])["parcels"])
        job = self.wait(self.submit("check", {"inputs": {"project": "One"}})[0])
        self.assertEqual(("successful", 2), (job["status"], job["outcome"]["n_parcels"]), job)

    @runs.no_threads
    def test_claims_come_once_or_several_times(self):
        """/req/core/process-execute-input-array: an input that may come several times is an array, also of one; all of them are judged."""
        claims = ["ecological_red_line=NATIONAL_MAJOR:国函〔2024〕1号@2024-05-01", "permanent_basic_farmland=STATE_KEY:国函〔2024〕2号@2024-05-01"]
        want = json.loads(self.cli(self.file, "--format", "json", *[f"--claim={c}" for c in claims]))
        self.assertEqual(want, json.loads(self.execute("check", self.inputs(claim=claims))[1]))
        one = json.loads(self.cli(self.file, "--format", "json", f"--claim={claims[0]}"))
        for value in (claims[0], claims[:1], {"value": claims[:1]}):
            self.assertEqual(one, json.loads(self.execute("check", self.inputs(claim=value))[1]))
        job = self.wait(self.submit("check", self.inputs(claim=claims))[0])
        self.assertEqual(want, self.get(f"/jobs/{job['jobID']}/results"))
        self.assertNotEqual(one, want)

    @runs.no_threads
    def test_a_check_is_kept_only_at_once(self):
        """keep=true is the record of POST /check; a job that would pass it over is refused; and so is a page of another site."""
        body = json.loads(self.inputs(keep=True, officer="李四"))
        self.assertIsNotNone(json.loads(self.execute("check", body)[1])["record"])
        status, _, answer = self.request("POST", "/processes/check/execution", body, ASYNC)
        self.assertEqual((400, "keep-in-a-job"), (status, json.loads(answer)["code"]))
        foreign = {"Origin": "http://evil.example"}
        self.assertEqual(403, self.request("POST", "/processes/check/execution", body, foreign)[0])
        self.assertEqual(403, self.request("POST", "/processes/check/execution", self.inputs(), {**ASYNC, **foreign})[0])
        self.assertEqual(403, self.request("POST", "/processes/audit-figures/execution", {}, foreign)[0])

    # ---- refusals ----

    @runs.no_threads
    def test_what_is_wrong_is_refused_by_name(self):
        """/req/core/process-execute-input-validation: an input, output, format or member that nobody would look at, and a value of another
        kind, is refused with its name; nothing is passed over, and no job comes of it."""
        before, p = self.get("/jobs")["numberMatched"], self.parcels
        for process, body, code, *words in (
                ("check", "{", "bad-execution"), ("check", "[]", "bad-execution"), ("check", "", "bad-execution"),
                ("check", '{"inputs":{"parcels":"x","parcels":"y"}}', "bad-execution", "parcels"),
                ("check", {"inputs": {"parcels": p}, "input": {}}, "unknown-member", "input"),
                ("check", {"inputs": {"parcels": p}, "subscriber": {"successUri": "http://x"}}, "unknown-member", "subscriber"),
                ("check", {"inputs": [1]}, "bad-execution"), ("check", {"inputs": {"parcels": p}, "outputs": []}, "bad-execution"),
                ("check", {"inputs": {"parcels": p, "asof": "2024-01-01"}}, "unknown-input", "asof", "as_of"),
                ("check", {"inputs": {"parcels": p, "since": "x"}}, "unknown-input", "since"),
                ("check", {"inputs": {}}, "missing-input", "parcels"), ("check", {}, "missing-input", "parcels"),
                ("audit-parcels", {}, "missing-input", "since"),
                ("check", {"inputs": {"parcels": 5}}, "bad-input", "parcels"), ("check", {"inputs": {"parcels": {"a": 1}}}, "bad-input", "parcels"),
                ("check", {"inputs": {"parcels": {"value": "x", "schema": {}}}}, "unknown-member", "schema"),
                ("check", {"inputs": {"parcels": {"value": "%%%", "encoding": "base64"}}}, "bad-input", "base64"),
                ("check", {"inputs": {"parcels": {"value": "eA==", "encoding": "gzip"}}}, "bad-input", "encoding"),
                ("check", {"inputs": {"parcels": {"href": "http://example.com/a.geojson"}}}, "bad-input", "/projects/{id}/input"),
                ("check", {"inputs": {"parcels": {"href": "/projects/1x/input"}}}, "bad-input", "parcels"),
                ("check", {"inputs": {"parcels": p, "class": 5}}, "bad-input", "class"),
                ("check", {"inputs": {"parcels": p, "claim": [1]}}, "bad-input", "claim"),
                ("check", {"inputs": {"parcels": p, "keep": "yes"}}, "bad-input", "keep"),
                ("check", {"inputs": {"parcels": p}, "outputs": {"rows": {}}}, "unknown-member", "rows", "report"),
                ("check", {"inputs": {"parcels": p}, "outputs": {"report": {"format": {"mediaType": "image/png"}}}}, "unknown-format", "image/png"),
                ("check", {"inputs": {"parcels": p}, "outputs": {"report": {"format": {"mediaType": JSON, "schema": "x"}}}}, "unknown-member", "schema"),
                ("check", {"inputs": {"parcels": p}, "outputs": {"report": {"transmissionMode": "x"}}}, "bad-transmission"),
                ("check", {"inputs": {"parcels": p}, "outputs": {"report": 1}}, "bad-execution"),
                ("check", {"inputs": {"parcels": p}, "response": "both"}, "bad-execution"),
                ("audit-lines", {"inputs": {"official": "a", "earlier": "b"}}, "bad-input", "official", "earlier"),
                ("audit-figures", {"inputs": {"parcels": p}}, "unknown-input", "parcels")):
            with self.subTest(body=str(body)[:80]):
                self.refused(process, body, code, *words)
        self.assertEqual(400, self.request("POST", "/processes/check/execution?crs=4490", "{}")[0])
        self.assertEqual(before, self.get("/jobs")["numberMatched"])

    @runs.no_threads
    def test_the_route_judges_the_values(self):
        """What POST /check refuses of a value is refused with the same code, at once and before a job is made."""
        for inputs, query in (({"crs": "abc"}, "crs=abc"), ({"slivers": "x"}, "slivers=x"), ({"claim": "nothing"}, "claim=nothing"),
                              ({"lang": "fr"}, "lang=fr"), ({"as_of": "2024-13-01"}, "as_of=2024-13-01"), ({"project": "One"}, "project=One")):
            want = self.request("POST", "/check?" + query, self.file.read_bytes())
            for headers in ({}, ASYNC):
                got = self.request("POST", "/processes/check/execution", self.inputs(**inputs), headers)
                if not headers or "project" not in inputs:   # a job is told of a saved project when its turn comes
                    self.assertEqual((want[0], json.loads(want[2])["code"]), (got[0], json.loads(got[2])["code"]), (inputs, headers))
        for query, inputs in (("class=NO&crs=abc", {"crs": "abc"}), ("since=" + "0" * 24, {"since": "0" * 24})):
            want = json.loads(self.request("POST", "/jobs?" + query, self.file.read_bytes())[2])
            self.refused("audit-parcels", self.inputs(**inputs), want["code"], status=want["status"])

    # ---- audits ----

    def test_audits_are_the_jobs_that_they_are(self):
        """/req/core/process-execute-sync-raw-value-multi, -sync-raw-mixed-multi, -sync-document, job-results-success-sync: an audit that is waited for has the
        bytes of POST /jobs, in parts (RFC 2387) or in a document, and names its job."""
        rows = {"rows": {"format": {"mediaType": CSV}}}
        plain = json.loads(self.request("POST", "/jobs?name=parcels.geojson&formats=csv", self.file.read_bytes())[2])
        self.wait(f"/jobs/{plain['id']}")
        want = {form: self.request("GET", f"/jobs/{plain['id']}/result?format={form}")[2] for form in ("csv", "json")}
        asked = json.loads(self.inputs(name="parcels.geojson"))
        asked["inputs"]["parcels"] = self.file.read_text(encoding="utf-8")
        told, body = self.execute("audit-parcels", {**asked, "outputs": rows})
        self.assertEqual((CSV, want["csv"]), (told["Content-Type"].partition(";")[0], body))
        self.check_status(self.get(re.match('<(.*?)>; rel="monitor"', told["Link"])[1]))
        told, body = self.execute("audit-parcels", {**asked, "outputs": {"summary": {}, **rows}})
        message = email.message_from_bytes(b"Content-Type: " + told["Content-Type"].encode() + b"\r\n\r\n" + body, policy=email.policy.HTTP)
        self.assertEqual("multipart/related", message.get_content_type())
        parts = {p["Content-ID"].strip("<>"): p for p in message.iter_parts()}
        self.assertEqual({"summary": JSON, "rows": CSV}, {k: p.get_content_type() for k, p in parts.items()})
        self.assertEqual(json.loads(want["json"])["verdicts"], json.loads(parts["summary"].get_payload(decode=True))["verdicts"])
        self.assertIn(want["csv"], body)
        rows["rows"]["transmissionMode"] = "reference"
        told, body = self.execute("audit-parcels", {**asked, "outputs": {"summary": {}, **rows}})
        message = email.message_from_bytes(b"Content-Type: " + told["Content-Type"].encode() + b"\r\n\r\n" + body, policy=email.policy.HTTP)
        parts = {p["Content-ID"].strip("<>"): p for p in message.iter_parts()}
        self.assertEqual(want["csv"], self.request("GET", parts["rows"]["Content-Location"])[2])
        _, body = self.execute("audit-parcels", {**asked, "outputs": {"summary": {}, **rows}, "response": "document"})
        document = json.loads(body)
        self.assertEqual(json.loads(want["json"])["verdicts"], document["summary"]["value"]["verdicts"])
        self.assertEqual(want["csv"], self.request("GET", document["rows"]["href"])[2])

    @runs.whole_under_sanitizers
    def test_every_audit(self):
        """Each audit runs with no word about outputs (all of them, by value), and as a job; since= goes on from an earlier one of either door."""
        for process, inputs in (("audit-parcels", {"parcels": self.parcels}), ("audit-lines", {"within_spaces": True}), ("audit-figures", {})):
            _, body = self.execute(process, {"inputs": inputs, "response": "document"})
            document = json.loads(body)
            self.assertEqual(["summary", "rows"], list(document))
            self.assertIsInstance(document["summary"]["value"], dict)
            if process != "audit-figures":
                self.assertEqual(b"SQLite format 3", base64.b64decode(document["rows"]["value"])[:15])
            location, job = self.submit(process, {"inputs": inputs})
            self.assertEqual(("successful", process), (self.wait(location)["status"], job["processID"]))
            if process == "audit-parcels":
                again = self.wait(self.submit(process, {"inputs": {"since": job["jobID"]}})[0])
                self.assertEqual(("successful", 2), (again["status"], again["outcome"]["n_reused"]))
            elif process == "audit-lines":
                again = self.wait(self.submit(process, {"inputs": {"compare": job["jobID"], "within_spaces": True}})[0])
                self.assertTrue(again["outcome"]["compared"], again)
        totals = "code,layer,area_ha\n150102,STBHHX,999999\n"
        document = json.loads(self.execute("audit-lines", {"inputs": {"official": totals, "name": "totals.csv"}, "outputs": {"summary": {}}})[1])
        self.assertIn("official-total", [k["kind"] for k in document["kinds"]])

    # ---- jobs ----

    def test_a_job_of_either_door_is_in_one_list(self):
        """/req/job-list/job-list-op, -success, links, limit-*, type-*, processID-*, status-*, datetime-*, duration-*: all jobs, whichever way they came,
        as statusInfo; each parameter lets through what it says and no more; what it cannot be is refused."""
        mine = self.get(self.submit("audit-figures", {})[0])["jobID"]
        theirs = json.loads(self.request("POST", "/jobs?kind=figures")[2])
        self.check_status(theirs)
        for job in (mine, theirs["id"]):
            self.wait(f"/jobs/{job}")
        answer = self.get("/jobs")
        self.assertEqual([f"{self.base}/jobs"], self.links(answer, "self"))
        self.assertEqual([f"{self.base}/jobs?f=html"], self.links(answer, "alternate"))
        jobs = {j["jobID"]: j for j in answer["jobs"]}
        self.assertLessEqual({mine, theirs["id"]}, jobs.keys())
        for job in answer["jobs"]:
            self.check_status(job)

        def ids(query):
            return [j["jobID"] for j in self.get("/jobs?" + query)["jobs"]]
        every = [j["jobID"] for j in answer["jobs"]]
        self.assertEqual(every[:1], ids("limit=1"))
        self.assertEqual((len(every), 1), (self.get("/jobs?limit=1")["numberMatched"], len(ids("limit=1"))))
        self.assertEqual((every, []), (ids("type=process"), ids("type=wps")))
        for process in PROCESSES:
            self.assertEqual([i for i in every if jobs[i]["processID"] == process], ids(f"processID={process}"))
        self.assertEqual([i for i in every if jobs[i]["processID"] in ("check", "audit-figures")], ids("processID=check,audit-figures"))
        for status in STATUSES:
            self.assertEqual([i for i in every if jobs[i]["status"] == status], ids(f"status={status}"))
        self.assertEqual(every, ids("status=" + ",".join(STATUSES)))
        created = jobs[mine]["created"]
        for query, keeps in ((created, lambda t: t == created), (f"{created}/..", lambda t: t >= created), (f"/{created}", lambda t: t <= created),
                             (f"{created}/{created}", lambda t: t == created), ("2001-01-01T00:00:00Z/2002-01-01T00:00:00.5+08:00", lambda t: False)):
            self.assertEqual([i for i in every if keeps(jobs[i]["created"])], ids("datetime=" + urllib.parse.quote(query)), query)

        def seconds(i):
            return time.mktime(time.strptime(jobs[i]["finished"], "%Y-%m-%dT%H:%M:%SZ")) - time.mktime(time.strptime(jobs[i]["started"], "%Y-%m-%dT%H:%M:%SZ"))
        lasted = {i: seconds(i) for i in every if "started" in jobs[i]}
        middle = sorted(lasted.values())[len(lasted) // 2]
        self.assertEqual([i for i in lasted if lasted[i] >= middle], ids(f"minDuration={middle:.0f}"))
        self.assertEqual([i for i in lasted if lasted[i] <= middle], ids(f"maxDuration={middle:.0f}"))
        for wrong in ("status=done", "status=", "datetime=yesterday", "datetime=../..", "minDuration=-1", "limit=0", "state=done", "limit=1&limit=2"):
            if wrong != "status=":
                self.assertEqual(400, self.request("GET", "/jobs?" + wrong)[0], wrong)

    @runs.whole_under_sanitizers
    def test_results_of_a_job_of_the_other_door(self):
        """A job of POST /jobs has results, too: the summary, and the rows by reference."""
        job = json.loads(self.request("POST", "/jobs?kind=parcels&name=a.geojson&formats=csv", self.file.read_bytes())[2])
        self.wait(f"/jobs/{job['id']}")
        document = self.get(f"/jobs/{job['id']}/results")
        self.assertEqual(2, document["summary"]["value"]["n_parcels"])
        self.assertEqual(self.request("GET", f"/jobs/{job['id']}/result?format=csv")[2], self.request("GET", document["rows"]["href"])[2])

    @runs.no_threads
    def test_exceptions_of_jobs(self):
        """/req/core/job-exception-no-such-job, job-results-exception/no-such-job, -results-not-ready, job-results-failed: the standard's types, and of
        a failed job the error that it failed of."""
        for url in ("/jobs/" + "0" * 24, "/jobs/nothing", "/jobs/" + "0" * 24 + "/results"):
            self.assertEqual(EXCEPTION + "no-such-job", self.get(url, 404, "application/problem+json")["type"])
        many = fixture.write_json(self.folder / "many.geojson", fixture.collection(*[
            fixture.feature((111.7 + 0.0001 * i, 40.8, 111.70005 + 0.0001 * i, 40.8001), BSM=f"M{i}") for i in range(20000)]))
        first = self.submit("audit-parcels", '{"inputs": {"parcels": %s}}' % pathlib.Path(many).read_text())[1]
        waiting = self.submit("audit-figures", {})[1]
        problem = self.get(f"/jobs/{waiting['jobID']}/results", 404, "application/problem+json")
        self.assertEqual(EXCEPTION + "result-not-ready", problem["type"])
        self.assertRegex(problem["detail"], "[\u4e00-\u9fff]{2}")
        # /req/dismiss/job-dismiss-op, job-dismiss-success: of one that waits, of one that runs, of one that has ended
        for job in (waiting, first):
            status, _, body = self.request("DELETE", f"/jobs/{job['jobID']}")
            self.assertEqual((200, "dismissed"), (status, json.loads(body)["status"]))
            self.check_status(json.loads(body))
            self.assertEqual("dismissed", self.wait(f"/jobs/{job['jobID']}")["status"])
            self.assertEqual(409, self.request("GET", f"/jobs/{job['jobID']}/results")[0])
            runs.wait_until(lambda: self.get(f"/jobs/{job['jobID']}")["state"] == "cancelled")   # one that ran ends within seconds
            self.assertEqual("dismissed", json.loads(self.request("DELETE", f"/jobs/{job['jobID']}")[2])["status"])
            self.assertEqual(404, self.request("GET", f"/jobs/{job['jobID']}")[0])
        for process, inputs in (("check", {"parcels": "POLYGON((1 2, 3"}), ("audit-parcels", {"parcels": '{"type": "Fea'})):
            failed = self.wait(self.submit(process, {"inputs": inputs})[0])
            self.assertEqual("failed", failed["status"], failed)
            self.assertRegex(failed["message"], "[\u4e00-\u9fff]{2}")
            status, _, body = self.request("GET", f"/jobs/{failed['jobID']}/results")
            problem = json.loads(body)
            self.assertTrue(400 <= status < 500, problem)
            self.assertEqual(failed["error"]["code"], problem["code"])
            self.refused(process, {"inputs": inputs}, problem["code"], status=status)   # the same when it is waited for

    @runs.whole_under_sanitizers
    def test_checks_do_not_push_audits_out(self):
        """Of jobs that have ended twenty checks are kept and, beside them, the audits, however many checks a program sends."""
        audit = self.wait(self.submit("audit-figures", {})[0])["jobID"]
        wkt = "POLYGON((111.70 40.80, 111.705 40.80, 111.705 40.805, 111.70 40.805, 111.70 40.80))"
        sent = [self.wait(self.submit("check", {"inputs": {"parcels": wkt}})[0])["jobID"] for _ in range(21)]
        self.wait(f"/jobs/{self.submit('audit-figures', {})[1]['jobID']}")   # after it the shelf has been looked through
        kept = [j["jobID"] for j in self.get("/jobs?processID=check")["jobs"]]
        self.assertEqual(sent[:0:-1], kept)
        self.assertEqual(200, self.request("GET", f"/jobs/{audit}/results")[0])

    def test_a_waiting_request_holds_no_worker(self):
        """Two workers, one of them for slow requests: while several executions wait for their jobs, other slow requests are answered."""
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            waiting = [pool.submit(self.execute, "audit-lines", {"outputs": {"summary": {}}}) for _ in range(3)]
            runs.wait_until(lambda: len([j for j in self.get("/jobs")["jobs"] if j["status"] in ("accepted", "running")]) >= 2 or
                            all(w.done() for w in waiting))
            self.assertEqual(200, self.request("GET", "/collections/permanent_basic_farmland/items?limit=5")[0])
            bodies = {w.result()[1] for w in waiting}
        self.assertEqual(1, len({json.dumps(json.loads(b)["kinds"]) for b in bodies}))

    def test_who_waits_is_told_that_it_is_over(self):
        """A job that somebody waits for may be dismissed by another, and the server may stop: whoever waits gets an answer that says so."""
        many = fixture.collection(*[fixture.feature((111.7 + 0.0001 * i, 40.8, 111.70005 + 0.0001 * i, 40.8001), BSM=f"M{i}") for i in range(20000)])
        server = fixture.Server(PROGRAM, "--store", fixture.beside(self.store), "--threads", "2")

        def ask(method, url, body=None):
            connection = http.client.HTTPConnection(server.host, server.port)
            try:
                connection.request(method, url, body)
                answer = connection.getresponse()
                return answer.status, json.loads(answer.read())
            finally:
                connection.close()

        def running():
            return next((j["jobID"] for j in ask("GET", "/jobs?status=running")[1]["jobs"]), None)
        body = json.dumps({"inputs": {"parcels": many}})
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            waiting = pool.submit(ask, "POST", "/processes/audit-parcels/execution", body)
            self.assertEqual("dismissed", ask("DELETE", f"/jobs/{runs.wait_until(lambda: running() or waiting.done())}")[1]["status"])
            status, problem = waiting.result()
            self.assertEqual((409, "job-cancelled"), (status, problem["code"]))
            waiting = pool.submit(ask, "POST", "/processes/audit-parcels/execution", body)
            runs.wait_until(lambda: running() or waiting.done())
            self.assertEqual(0, server.stop(), server.log)
            status, problem = waiting.result()
            self.assertIn((status, problem["code"]), ((409, "jobs-stopping"), (409, "job-cancelled")))

    # ---- pages, clients ----

    @runs.no_threads
    def test_pages_for_people(self):
        """Processes and jobs are pages where HTML is asked for, each linked with its JSON, with a policy that runs nothing."""
        job = self.wait(self.submit("audit-figures", {})[0])
        for url, words in (("/processes", "地块审查"), ("/processes/check", "parcels"), ("/jobs", job["jobID"]), (f"/jobs/{job['jobID']}", "successful")):
            for headers, query in (({"Accept": "text/html"}, ""), ({}, "?f=html")):
                status, told, body = self.request("GET", url + query, headers=headers)
                self.assertEqual((200, "text/html"), (status, told["Content-Type"].partition(";")[0]))
                self.assertIn(words, body.decode())
                self.assertIn("default-src 'none'", told["Content-Security-Policy"])
                self.assertIn(f'href="{self.base}{url}?f=json"', body.decode())
            self.assertEqual(400, self.request("GET", url + "?f=xml")[0])

    @runs.no_threads
    def test_owslib(self):
        """OWSLib finds the processes and describes one."""
        try:
            from owslib.ogcapi.processes import Processes as Client
        except ImportError:
            self.skipTest("python3-owslib with owslib.ogcapi.processes is not installed")
        client = Client(self.base + "/")
        self.assertIn(CONF + "core", client.conformance()["conformsTo"])
        self.assertEqual(PROCESSES, [p["id"] for p in client.processes()["processes"]])
        self.assertIn("parcels", client.process("check")["inputs"])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
