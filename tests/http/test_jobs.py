"""Background jobs, driven from outside: test_jobs.py PROGRAM SOURCE_DIR. Every test says what it protects."""
import csv
import http.client
import io
import json
import os
import pathlib
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "audit"))
import audit_fixture as f  # noqa: E402
from job_client import Client, children_of, is_alive  # noqa: E402

PROGRAM = f.PROGRAM
LARGE = f.runs.small_or_whole(4000 if f.SANITIZED else 16000, 15000 if f.SANITIZED else 60000)  # parcels: seconds of work in either build
fixture, runs = f.fixture, f.runs


class Jobs(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="hongxian-jobs-test-"))
        cls.store = f.store(cls.folder)
        cls.small = pathlib.Path(f.many(cls.folder / "small.gpkg", 500))
        cls.tiny = pathlib.Path(f.many(cls.folder / "tiny.gpkg", 5))
        cls.large = pathlib.Path(f.many(cls.folder / "large.gpkg", LARGE, seed=2))
        cls.server = None

    @classmethod
    def tearDownClass(cls):
        cls.stop()
        shutil.rmtree(cls.folder)

    def setUp(self):
        """One server for all tests, but for those that end it; each begins without jobs."""
        if not self.server:
            Jobs.server = fixture.Server(PROGRAM, "--store", self.store)
        self.client = Client(self.server)

    @classmethod
    def stop(cls):
        server, Jobs.server = cls.server, None
        if not server:
            return
        code = server.stop()
        if code != 0 or "Sanitizer" in server.log or "runtime error" in server.log:
            raise AssertionError(f"the server ended with {code}:\n{server.log[-4000:]}")

    def tearDown(self):
        if not self.server:
            shutil.rmtree(self.jobs_folder(), ignore_errors=True)  # jobs outlast their server
            return
        for job in self.client.json("GET", "/jobs")["jobs"]:
            if job["state"] in ("queued", "running"):
                self.client.json("DELETE", f"/jobs/{job['id']}")
                self.client.wait(job)
        for job in self.client.json("GET", "/jobs")["jobs"]:
            self.client.json("DELETE", f"/jobs/{job['id']}")

    @classmethod
    def jobs_folder(cls):
        return pathlib.Path(cls.store + ".jobs")

    def files_of_jobs(self):
        """All but what is noted of each job."""
        return [p for p in self.jobs_folder().glob("server-*/job-*/**/*") if p.is_file() and p.name != "job.json"]

    def assert_problem(self, answer):
        self.assertRegex(answer["detail"], "[\u4e00-\u9fff]{4}")
        self.assertRegex(answer["detail_en"], "[a-z]{3}.* [a-z]{2}")

    def cli(self, name, source, *more):
        out = self.folder / name
        f.expected("parcels", source, "-o", out, "--store", self.store, "--overwrite", *more)
        return out

    # ---- results ----

    @f.no_threads
    def test_results_are_those_of_the_command(self):
        """Every format that a job hands out has the very bytes (of a GeoPackage: the rows and the index) of the CLI."""
        job = self.client.add("kind=parcels&name=small.gpkg&class=GENERAL&formats=gpkg,csv,geojsonl,xlsx",
                              self.small.read_bytes())
        self.assertEqual((job["state"] in ("queued", "running"), job["name"]), (True, "small.gpkg"))
        done = self.client.wait(job)
        self.assertEqual(done["state"], "done", done)
        self.assertEqual([r["format"] for r in done["results"]], ["gpkg", "csv", "geojsonl", "xlsx", "html", "json"])
        for form in ("gpkg", "csv", "geojsonl"):
            want = self.cli(f"want.{form}", self.small, "--class", "GENERAL")
            got = self.folder / f"got.{form}"
            headers, body = self.client.result(job, form)
            got.write_bytes(body)
            self.assertEqual(f.digest(got), f.digest(want), form)
            self.assertIn("attachment", headers["Content-Disposition"])
            self.assertEqual(len(body), next(r["bytes"] for r in done["results"] if r["format"] == form))
        self.assertEqual(self.client.result(job, "xlsx")[1][:2], b"PK")
        for ending in ("html", "json"):
            summary = self.folder / f"want-summary.{ending}"
            self.cli("want.gpkg", self.small, "--class", "GENERAL", "--summary", summary)
            headers, body = self.client.result(job, ending)
            self.assertEqual(body, summary.read_bytes(), ending)
        self.assertIn("default-src 'none'", self.client.result(job, "html")[0]["Content-Security-Policy"])
        self.assertEqual(done["outcome"]["n_parcels"], 500)
        self.assertEqual(sum(done["outcome"]["verdicts"].values()), 500)
        self.assertEqual(done["work"]["share"], 1)

    @f.whole_under_sanitizers
    def test_sums_are_those_of_the_rows(self):
        """The summary for the page counts what the rows say, and its worst cases are rows, in the order of severity."""
        job = self.client.wait(self.client.add("name=small.gpkg&formats=csv", self.small.read_bytes()))
        rows = list(csv.DictReader(io.StringIO(self.client.result(job, "csv")[1].decode("utf-8-sig"))))
        summary = json.loads(self.client.result(job, "json")[1])
        counted = {}
        for row in rows:
            counted[row["verdict"]] = counted.get(row["verdict"], 0) + 1
        self.assertEqual({k: n for k, n in summary["verdicts"].items() if n}, counted)
        self.assertEqual({k: n for k, n in job["outcome"]["verdicts"].items() if n}, counted)
        self.assertEqual(sum(g["n"] for g in summary["groups"]), len(rows))
        by_id = {row["parcel_id"]: row for row in rows}
        order = ["prohibited", "unknown", "restricted", "notice", "allowed"]
        ranks = []
        for case in summary["worst"]:
            row = by_id[case["id"]]
            self.assertEqual(case["verdict"], row["verdict"])
            self.assertAlmostEqual(case["area_m2"], float(row["area_m2"]), 3)
            ranks.append(order.index(case["verdict"]))
        self.assertEqual(ranks, sorted(ranks))
        self.assertEqual(len(summary["worst"]), min(100, len(rows)))

    @f.whole_under_sanitizers
    def test_other_forms_are_read(self):
        """TXT, WKT, GeoJSON and zipped files are taken, by their name or, without one, by their first bytes; one bad plot
        is a row, not the end."""
        geojson = pathlib.Path(f.as_geojson(self.small, self.folder / "small.geojson")).read_bytes()
        wkt = b"POLYGON((111.705 40.80, 111.715 40.80, 111.715 40.81, 111.705 40.81, 111.705 40.80))"
        bow_tie = json.dumps(fixture.collection(
            {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [
                [[111.7, 40.8], [111.701, 40.801], [111.701, 40.8], [111.7, 40.801], [111.7, 40.8]]]}})).encode()
        good = json.dumps(fixture.feature((111.7, 40.8, 111.701, 40.801), BSM="A")).encode()
        for name, body, n, bad in (("rows.csv", b"id,wkt\n1,\"" + wkt + b"\"\n2,nothing\n", 2, 1), ("rows.wkt", wkt + b"\nPOLYGON((\n" + wkt, 3, 1),
                                   ("rows.geojsonl", good + b"\nbad\n" + good, 3, 1), ("x.geojson", geojson, 500, 0), ("", geojson, 500, 0), ("", self.small.read_bytes(), 500, 0),
                                   ("", wkt, 1, 0), ("a.wkt", wkt, 1, 0), ("bow.geojson", bow_tie, 1, 1)):
            with self.subTest(name=name, bytes=body[:12]):
                job = self.client.wait(self.client.add(f"name={name}&formats=csv", body))
                self.assertEqual(job["state"], "done", job["error"])
                self.assertEqual((job["outcome"]["n_parcels"], job["outcome"]["n_unmeasured"]), (n, bad))

    @f.no_threads
    def test_bad_file_fails_with_the_sentence_of_the_command(self):
        """A file that cannot be read is a failed job with a sentence in both languages, never an empty success; what was
        uploaded is gone afterwards."""
        for name, body in (("rubbish.gpkg", b"not a database"), ("rubbish.txt", "你好".encode()), ("x.zip", b"PK\3\4" + b"\0" * 60),
                           ("cut.gpkg", self.small.read_bytes()[:40000])):
            with self.subTest(name):
                job = self.client.wait(self.client.add(f"name={name}", body))
                self.assertEqual((job["state"], job["outcome"], job["results"]), ("failed", None, []))
                self.assertRegex(job["error"]["zh"], "[\u4e00-\u9fff]{4}")
                self.assertRegex(job["error"]["en"], "[a-z]{3}.* [a-z]{2}")
                code, _, answer = self.client.request("GET", f"/jobs/{job['id']}/result?format=csv")
                self.assertGreaterEqual(code, 400)
                self.assertEqual(json.loads(answer)["detail"], job["error"]["zh"])
        self.assertEqual(self.files_of_jobs(), [])

    def test_no_format_that_would_lose_rows(self):
        """FlatGeobuf cannot hold the rows of parcels without geometry: as a download of one file it is refused."""
        answer = self.client.add("name=small.gpkg&formats=csv,fgb", self.small.read_bytes(), status=400)
        self.assertIn("fgb", answer["detail"])

    @f.whole_under_sanitizers
    def test_the_child_sees_only_its_folder(self):
        """A name that climbs, or one that GDAL would take for an address, names a file in the job's own folder."""
        for name in ("../../../../etc/passwd", "/etc/passwd", "%2e%2e%2fx.gpkg", "vsicurl%3a%2f%2fx.gpkg", "a%7bb%7d.zip", "%00x"):
            job = self.client.wait(self.client.add(f"name={name}&formats=csv", self.tiny.read_bytes()))
            self.assertNotIn("/", job["name"])
            if not name.endswith(".zip"):
                self.assertEqual(job["state"], "done", (name, job["error"]))

    @f.no_threads
    def test_lines_and_figures(self):
        """The lines audit and the plan's figures as jobs give what the commands write; an earlier result can be compared."""
        job = self.client.wait(self.client.add("kind=lines"))
        self.assertEqual(job["state"], "done", job["error"])
        want = self.folder / "lines.csv"
        f.expected("lines", "-o", want, "--store", self.store)
        self.assertEqual(self.client.result(job, "csv")[1], want.read_bytes())
        listed = json.loads(self.client.result(job, "json")[1])
        rows = list(csv.DictReader(io.StringIO(want.read_text(encoding="utf-8-sig"))))
        self.assertGreater(len(rows), 0)
        self.assertEqual([x["id"] for x in listed["findings"]], [r["finding_id"] for r in rows])
        self.assertEqual(job["outcome"]["n_findings"], len(rows))
        again = self.client.wait(self.client.add("kind=lines&name=before.csv", want.read_bytes()))
        self.assertEqual((again["outcome"]["compared"], again["outcome"]["n_still"], again["outcome"]["n_new"]),
                         (True, len(rows), 0))
        figures = self.client.wait(self.client.add("kind=figures"))
        want = self.folder / "figures.json"
        f.expected("figures", "-o", want, "--store", self.store)
        self.assertEqual(json.loads(self.client.result(figures, "json")[1]), json.loads(want.read_text(encoding="utf-8")))

    def test_an_earlier_result_is_gone_on_from(self):
        """Re-audit: rows of an earlier job stand where nothing has changed, the result is that of a full run, and it does not
        matter that the earlier job is forgotten meanwhile."""
        body = self.small.read_bytes()
        first = self.client.wait(self.client.add("name=small.gpkg&formats=gpkg", body))
        second = self.client.add(f"name=small.gpkg&formats=gpkg,csv&since={first['id']}", body)
        self.client.json("DELETE", f"/jobs/{first['id']}")
        second = self.client.wait(second)
        self.assertEqual(second["state"], "done", second["error"])
        self.assertEqual((second["outcome"]["n_reused"], second["outcome"]["since_zh"]), (500, None))
        for form in ("gpkg", "csv"):
            got = self.folder / f"again.{form}"
            got.write_bytes(self.client.result(second, form)[1])
            self.assertEqual(f.digest(got), f.digest(self.cli(f"full.{form}", self.small)), form)
        self.assert_problem(self.client.add(f"name=small.gpkg&since={first['id']}", body, 404))
        lines = self.client.wait(self.client.add("kind=lines&within_spaces=1"))
        self.assertEqual(lines["state"], "done", lines["error"])

    @f.whole_under_sanitizers
    def test_audited_again_without_sending_the_file(self):
        """A finished parcel audit is repeated against the lines of today from what the server keeps: same file, same options,
        same formats; only what lies near changes is measured, and the answer is that of a full run. A third run stands on the
        second, and it does not matter that the jobs before were forgotten."""
        folder = self.folder / "again"
        folder.mkdir()
        store = f.store(folder)
        server = fixture.Server(PROGRAM, "--store", store)
        self.addCleanup(server.stop)
        client = Client(server)
        first = client.wait(client.add("name=small.gpkg&class=GENERAL&formats=csv,gpkg", self.small.read_bytes()))
        self.assertTrue(first["repeatable"])
        for change in (lambda lines: lines["features"].pop(0), lambda lines: lines["features"].append(
                fixture.feature((111.75, 40.79, 111.76, 40.82), BSM="ERL-9", MC="新", GKFQ="", MJ=1.0, BZ=None))):
            lines = fixture.red_line()
            change(lines)
            fixture.import_layer(PROGRAM, folder, store, "ecological_red_line", lines)
            job = client.add(f"since={first['id']}")
            self.assertEqual(("small.gpkg", "GENERAL"), (job["name"], job["project_class"]))
            client.json("DELETE", f"/jobs/{first['id']}")
            job = client.wait(job)
            self.assertEqual("done", job["state"], job["error"])
            self.assertEqual(["gpkg", "csv", "html", "json"], [r["format"] for r in job["results"]])
            self.assertIsNone(job["outcome"]["since_zh"])
            self.assertTrue(0 < job["outcome"]["n_reused"] < 500, job["outcome"])
            for form in ("gpkg", "csv"):
                got, want = folder / f"got.{form}", folder / f"want.{form}"
                got.write_bytes(client.result(job, form)[1])
                f.expected("parcels", self.small, "-o", want, "--store", store, "--overwrite", "--class", "GENERAL")
                self.assertEqual(f.digest(want), f.digest(got), form)
            first = job
        other = client.wait(client.add(f"since={first['id']}&class=NATIONAL_MAJOR&formats=csv"))
        self.assertEqual((0, "NATIONAL_MAJOR"), (other["outcome"]["n_reused"], other["project_class"]))
        self.assertRegex(other["outcome"]["since_zh"], "[\u4e00-\u9fff]")
        self.assertFalse(other["repeatable"])  # no GeoPackage to go on from
        for wrong in (other["id"], "0" * 24, "../x"):
            self.assert_problem(client.add(f"since={wrong}", None, 404))

    @f.no_threads
    def test_official_totals(self):
        """Official totals are a body of their own kind; with them an earlier result that the server keeps can be compared; a
        file with a fault is a failed job that names the row, and no folder of the server."""
        totals = "code,layer,area_ha\n150102,STBHHX,999999\n"
        want = self.folder / "official.csv"
        (self.folder / "totals.csv").write_text(totals)
        f.expected("lines", "-o", want, "--store", self.store, "--official", self.folder / "totals.csv", "--within-spaces")
        plain = self.client.wait(self.client.add("kind=lines&within_spaces=1"))
        job = self.client.wait(self.client.add(f"kind=lines&within_spaces=1&body=official&name=totals.csv", totals.encode()))
        self.assertEqual("done", job["state"], job["error"])
        self.assertEqual(want.read_bytes(), self.client.result(job, "csv")[1])
        self.assertEqual(1, sum(k["n"] for k in job["outcome"]["kinds"] if k["kind"] == "official-total"), job["outcome"])
        both = self.client.wait(self.client.add(
            f"kind=lines&within_spaces=1&body=official&name=totals.csv&compare={plain['id']}", totals.encode()))
        self.assertEqual((True, 1, plain["outcome"]["n_findings"], 0),
                         tuple(both["outcome"][k] for k in ("compared", "n_new", "n_still", "n_fixed")))
        for name, text in (("a.csv", "code,layer\n15,STBHHX\n"), ("a.csv", "code,layer,area_ha\n15,STBHHX,NaN\n"), ("a.csv", "\0\1"), ("a.json", "[[["),
                           ("a.csv", "code,layer,area_ha\n15,nothing,1\n")):
            bad = self.client.wait(self.client.add(f"kind=lines&body=official&name={name}", text.encode()))
            self.assertEqual("failed", bad["state"], text)
            self.assertRegex(bad["error"]["zh"], "[\u4e00-\u9fff]{4}")
            self.assertNotIn(str(self.folder), bad["error"]["zh"] + bad["error"]["en"])
            self.assertIn(name, bad["error"]["zh"])
        for query in ("kind=lines&body=official", "kind=lines&body=x", "kind=lines&within_spaces=yes", "kind=lines&since=" + plain["id"],
                      "kind=figures&within_spaces=1", "kind=parcels&within_spaces=1", "kind=parcels&compare=x", "formats=,"):
            self.assert_problem(self.client.add(query, None, 400))
        self.assert_problem(self.client.add("kind=lines&compare=" + "0" * 24, None, 404))

    @f.whole_under_sanitizers
    def test_sentences_name_no_folder_of_the_server(self):
        """What is wrong with a file is said of the file by its name; where the server keeps it is nobody's business."""
        for name, body in (("坏.gpkg", b"not a database"), ("坏.csv", b"a,b\n1,2\n"), ("坏.zip", b"PK\3\4" + b"\0" * 60), ("坏.geojson", b"{"), ("坏.fgb", b"fgb"),
                           ("坏.kml", b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><kml><Document><name>&x;</name></Document></kml>')):
            job = self.client.wait(self.client.add(f"name={urllib.parse.quote(name)}", body))
            self.assertEqual("failed", job["state"])
            self.assertNotIn(str(self.folder), job["error"]["zh"] + job["error"]["en"])
            self.assertNotIn("job-", job["error"]["zh"] + job["error"]["en"])

    def test_a_page_of_another_site_is_refused(self):
        """No page elsewhere starts or ends jobs through an officer's browser."""
        job = self.client.wait(self.client.add("kind=figures"))
        for method, path in (("POST", "/jobs?kind=figures"), ("DELETE", f"/jobs/{job['id']}")):
            connection = http.client.HTTPConnection(self.server.host, self.server.port)
            connection.request(method, path, headers={"Origin": "http://evil.example"})
            response = connection.getresponse()
            self.assertEqual(response.status, 403)
            self.assert_problem(json.loads(response.read()))
            connection.close()
        self.assertEqual(len(self.client.json("GET", "/jobs")["jobs"]), 1)

    # ---- while it runs ----

    @f.only_threads
    def test_progress_and_other_requests(self):
        """A running job tells how far it is and how long it will take, and requests are answered meanwhile."""
        job = self.client.add("name=large.gpkg&formats=gpkg,csv", self.large.read_bytes())
        seen = []
        while True:
            now = self.client.json("GET", f"/jobs/{job['id']}")
            self.client.json("GET", "/health")
            if now["state"] not in ("queued", "running"):
                break
            seen.append(now["work"])
            time.sleep(0.05)
        self.assertEqual(now["state"], "done", now["error"])
        told = [p for p in seen if p["share"] is not None and 0 < p["share"] < 1]
        self.assertTrue(told, seen[-3:])
        self.assertEqual([p["share"] for p in told], sorted(p["share"] for p in told))
        self.assertTrue(any(p["rate"] > 0 and p["seconds_left"] > 0 and p["total"] == LARGE for p in told), told[-1])

    def test_cancel(self):
        """A running job ends soon after DELETE, its process and its files with it; DELETE of an ended one forgets it."""
        job = self.client.add("name=large.gpkg&formats=gpkg,csv,geojsonl,xlsx", self.large.read_bytes())
        self.client.wait(job, ("running",))
        children = runs.wait_until(lambda: self.client.wait(job, ("running",)) and children_of(self.server.process.pid))
        self.client.json("DELETE", f"/jobs/{job['id']}")
        ended = self.client.wait(job)
        self.assertEqual((ended["state"], ended["results"], ended["outcome"]), ("cancelled", [], None))
        self.assertEqual([p for p in children if is_alive(p)], [])
        self.assertEqual(self.files_of_jobs(), [])
        code, _, answer = self.client.request("GET", f"/jobs/{job['id']}/result?format=gpkg")
        self.assertEqual(code, 409)
        self.assert_problem(json.loads(answer))
        self.client.json("DELETE", f"/jobs/{job['id']}")
        self.assert_problem(self.client.json("GET", f"/jobs/{job['id']}", status=404))

    @f.only_threads
    def test_two_jobs_wait_for_each_other(self):
        """One job runs at a time, the next waits and knows how many are ahead; a waiting one can be cancelled; the list
        names all, newest first."""
        first = self.client.add("name=a.gpkg&formats=gpkg,csv,geojsonl", self.large.read_bytes())
        second = self.client.add("name=b.gpkg&formats=csv", self.small.read_bytes())
        third = self.client.add("name=c.gpkg&formats=csv", self.small.read_bytes())
        self.assertEqual([second["ahead"], third["ahead"]], [1, 2])
        self.assertEqual(self.client.json("DELETE", f"/jobs/{third['id']}")["state"], "cancelled")
        listed = self.client.json("GET", "/jobs")["jobs"]
        self.assertEqual([j["name"] for j in listed], ["c.gpkg", "b.gpkg", "a.gpkg"])
        self.assertLessEqual(len([j for j in listed if j["state"] == "running"]), 1)
        self.client.wait(second)
        ended = {j["name"]: j for j in self.client.json("GET", "/jobs")["jobs"]}
        self.assertEqual([ended[n]["state"] for n in ("a.gpkg", "b.gpkg", "c.gpkg")], ["done", "done", "cancelled"])
        self.assertGreaterEqual(ended["b.gpkg"]["started_at"], ended["a.gpkg"]["ended_at"])
        self.assertEqual(self.client.wait(first)["outcome"]["n_parcels"], LARGE)

    @f.only_threads
    def test_the_queue_and_the_shelf_are_bounded(self):
        """A ninth waiting job is refused with a sentence; of many results the oldest go."""
        large = self.client.add("name=a.gpkg&formats=gpkg,csv,geojsonl,xlsx", self.large.read_bytes())
        self.client.wait(large, ("running",))
        small = [self.client.add("kind=figures") for _ in range(8)]
        self.assert_problem(self.client.add("kind=figures", status=409))
        self.client.json("DELETE", f"/jobs/{large['id']}")
        self.client.wait(small[-1])
        for _ in range(14):
            self.client.wait(self.client.add("kind=figures"))
        listed = self.client.json("GET", "/jobs")["jobs"]
        self.assertEqual(len(listed), 20)
        self.assertNotIn(small[0]["id"], [j["id"] for j in listed])
        self.assertLessEqual(len(list(self.jobs_folder().glob("server-*/job-*"))), 20)

    # ---- refusals ----

    def test_refusals(self):
        """What is wrong with a request is said at once, and no job comes of it."""
        body = self.small.read_bytes()
        self.assert_problem(self.client.add("kind=nothing", body, 400))
        self.assert_problem(self.client.add("formats=gpkg,pdf", body, 400))
        self.assert_problem(self.client.add("crs=abc", body, 400))
        self.assert_problem(self.client.add("kind=parcels", None, 400))
        for query in ("name=%ff%fe.gpkg", "class=%ff%fe"):  # what is kept of a job is text
            self.assertEqual("bad-text", self.client.add(query, body, 400)["code"])
        self.assert_problem(self.client.json("GET", "/jobs/0123456789abcdef01234567", status=404))
        self.assert_problem(self.client.json("DELETE", "/jobs/nothing", status=404))
        self.assertEqual(self.client.json("GET", "/jobs")["jobs"], [])
        job = self.client.wait(self.client.add("name=a.gpkg&class=NO_SUCH_CLASS&formats=csv", body))
        self.assertTrue(job["state"] == "failed" or job["outcome"]["verdicts"]["unknown"] == 500, job)
        code, headers, _ = self.client.request("PUT", "/jobs", b"x")
        self.assertEqual((code, headers["Allow"]), (405, "GET, HEAD, POST"))

    @f.no_threads
    def test_too_large_is_refused_and_not_kept(self):
        """An upload beyond the limit is refused, announced or not, and leaves no file."""
        connection = http.client.HTTPConnection(self.server.host, self.server.port)
        connection.putrequest("POST", "/jobs?name=a.gpkg")
        connection.putheader("Content-Length", str((1 << 30) + 1))
        connection.putheader("Expect", "100-continue")
        connection.endheaders()
        response = connection.getresponse()
        self.assertEqual(response.status, 413)
        self.assert_problem(json.loads(response.read()))
        connection.close()
        connection = http.client.HTTPConnection(self.server.host, self.server.port)
        connection.putrequest("POST", "/jobs?name=a.gpkg")
        connection.putheader("Content-Length", str(1 << 29))
        connection.endheaders()
        connection.send(b" " * (1 << 20))
        runs.wait_until(lambda: list(self.jobs_folder().glob("server-*/job-*")))
        connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()  # gone in the middle; at the latest the server's patience (30 s) ends
        runs.wait_until(lambda: not list(self.jobs_folder().glob("server-*/job-*")))

    # ---- the end ----

    def test_shutdown_in_the_middle(self):
        """SIGTERM during a job: the server ends soon with 0, its child with it. (That the job goes on: tests/jobs/test_restart.py.)"""
        job = self.client.add("name=large.gpkg&formats=gpkg,csv,geojsonl,xlsx", self.large.read_bytes())
        self.client.wait(job, ("running",))
        children = runs.wait_until(lambda: self.client.wait(job, ("running",)) and children_of(self.server.process.pid))
        self.stop()
        self.assertEqual([p for p in children if is_alive(p)], [])

    def test_nothing_is_left_of_no_jobs(self):
        """A server whose jobs are all forgotten leaves no folder beside the store."""
        job = self.client.wait(self.client.add("kind=figures"))
        self.client.json("DELETE", f"/jobs/{job['id']}")
        self.stop()
        self.assertFalse(self.jobs_folder().exists())

    @f.whole_under_sanitizers
    def test_read_only_folder(self):
        """Where nothing may be written beside the store, jobs use the folder for temporary files."""
        if os.geteuid() == 0:
            blocked = self.folder / "blocked.sqlite"
            shutil.copy(self.store, blocked)
            pathlib.Path(str(blocked) + ".jobs").write_text("a file, so that no folder can be made")
            tmp = self.folder / "tmp"
            tmp.mkdir()
            before = os.environ.get("TMPDIR")
            os.environ["TMPDIR"] = str(tmp)
            try:
                server = fixture.Server(PROGRAM, "--store", str(blocked))
            finally:
                os.environ.pop("TMPDIR") if before is None else os.environ.update(TMPDIR=before)
            job = Client(server).wait(Client(server).add("kind=figures"))
            self.assertEqual(job["state"], "done", job["error"])
            self.assertEqual(len(list(tmp.glob("hongxian-jobs-*/server-*/job-*"))), 1)
            Client(server).json("DELETE", f"/jobs/{job['id']}")
            self.assertEqual(server.stop(), 0, server.log)
            self.assertEqual(list(tmp.iterdir()), [])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
