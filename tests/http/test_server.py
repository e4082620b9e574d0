"""Drives the real server from outside: test_server.py PROGRAM SOURCE_DIR. Every test says what it protects."""
import concurrent.futures
import gzip
import http.client
import json
import math
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import unittest
import urllib.parse

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import fixture  # noqa: E402
from fixture import runs  # noqa: E402
import report_schema  # noqa: E402

PROGRAM, SOURCE = sys.argv[1], pathlib.Path(sys.argv[2])

# Half in the red line, half beside it: edges along meridians, so that the halves are equal.
STRADDLING = fixture.feature((111.705, 40.80, 111.715, 40.81), 地块编号="DK-1", 地块名称="甲地块")


def encoded(value):
    return json.dumps(value, ensure_ascii=False).encode()


def txt_parcel(zone, easting_prefix):
    """国土TXT of a square of 100 m near Hohhot, central meridian 111 (zone 37)."""
    e, n = 559000.0, 4519000.0
    points = [(n, e), (n, e + 100), (n + 100, e + 100), (n + 100, e), (n, e)]
    lines = ["[属性描述]", "坐标系=2000国家大地坐标系", "几度分带=3", f"带号={zone}", "[地块坐标]",
             "5,1.0000,DK-7,测试地块,面,,建设用地,,@"]
    lines += [f"J{1 if i == 4 else i + 1},1,{x:.3f},{easting_prefix}{y:.3f}" for i, (x, y) in enumerate(points)]
    return ("\r\n".join(lines) + "\r\n").encode("gb18030")


class ServerTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="hongxian-http-"))
        cls.store = fixture.make_store(PROGRAM, cls.folder)
        web = cls.folder / "web"
        (web / "assets").mkdir(parents=True)
        (web / "index.html").write_text("<!doctype html><title>红线</title>", encoding="utf-8")
        (web / "assets" / "index-4f2a-1c0.js").write_text("export {}")
        (web / "assets" / "style.css").write_text("a{}")
        (web / "assets" / "style.css.gz").write_bytes(gzip.compress(b"a{}"))
        (web / ".secret").write_text("hidden")
        (cls.folder / "outside.txt").write_text("outside")
        (web / "link.txt").symlink_to(cls.folder / "outside.txt")
        cls.server = fixture.Server(PROGRAM, "--store", cls.store, "--web", str(web), "--threads", "4",
                                    *(word for name in ("gis.example.cn", "other.example", "x") for word in ("--public-name", name)))

    @classmethod
    def tearDownClass(cls):
        code = cls.server.stop()
        shutil.rmtree(cls.folder)
        if code != 0 or "Sanitizer" in cls.server.log or "runtime error" in cls.server.log:
            raise AssertionError(f"the server ended with {code}:\n{cls.server.log[-4000:]}")

    # ---- helpers ----

    def request(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection(self.server.host, self.server.port)
        try:
            connection.request(method, path, body=body, headers=headers or {})
            response = connection.getresponse()
            return response.status, dict(response.getheaders()), response.read()
        finally:
            connection.close()

    def test_a_check_is_found_again_by_its_digest(self):
        """What was asked and answered, byte for byte, without a record; only where that is asked for, and never another's or a newer answer."""
        body = encoded(STRADDLING)
        code, headers, answer = self.request("POST", "/check?class=LIMITED_ACTIVITY&source_file=%E7%94%B2.json", body, {"Prefer": "recall"})
        self.assertEqual((200, "recall"), (code, headers["Preference-Applied"]))
        at = headers["Content-Location"]
        self.assertRegex(at, r"^checks/[0-9a-f]{64}$")
        code, headers, found = self.request("GET", "/" + at)
        self.assertEqual((200, "no-store"), (code, headers["Cache-Control"]))
        self.assertIn(answer.strip(), found)
        self.assertEqual({"class": "LIMITED_ACTIVITY", "source_file": "甲.json", "claims": []}, json.loads(found)["question"])
        self.assertEqual(json.loads(answer), json.loads(found)["report"])
        code, headers, sent = self.request("GET", f"/{at}/input")
        self.assertEqual((200, body), (code, sent))
        self.assertIn("attachment", headers["Content-Disposition"])
        again = self.request("POST", "/check?class=LIMITED_ACTIVITY&source_file=%E7%94%B2.json", body, {"Prefer": "recall"})[1]
        self.assertEqual(at, again["Content-Location"])
        self.assertNotEqual(at, self.request("POST", "/check", body, {"Prefer": "recall"})[1]["Content-Location"])  # asked otherwise
        for query, more in (("", {}), ("?format=geojson", {"Prefer": "recall"}), ("", {"Prefer": "respond-async"})):
            self.assertNotIn("Content-Location", self.request("POST", "/check" + query, body, more)[1], (query, more))
        for path in ("/checks/" + "0" * 64, "/checks/x", "/checks/" + "0" * 64 + "/input"):
            code, _, problem = self.request("GET", path)
            self.assertEqual((404, "check-gone"), (code, json.loads(problem)["code"]), path)

    def get_json(self, path, status=200):
        code, headers, body = self.request("GET", path)
        self.assertEqual(code, status, body[:500])
        self.assertIn("json", headers["Content-Type"])
        return json.loads(body)

    def path_of(self, answer, rel):
        """Where a link of an answer leads, on this server; None when it has no such link."""
        href = next((link["href"] for link in answer["links"] if link["rel"] == rel), None)
        return href and href.removeprefix(f"http://{self.server.host}:{self.server.port}")

    def check(self, body, query="", status=200):
        code, _, answer = self.request("POST", "/check" + query, body)
        self.assertEqual(code, status, answer[:800])
        said = json.loads(answer)
        return report_schema.demand(said) if status == 200 and "geojson" not in query else said

    def assert_problem(self, answer, status):
        self.assertEqual(answer["status"], status)
        for key in ("type", "title", "detail", "detail_en", "code", "request_id"):
            self.assertTrue(answer[key], key)
        self.assertRegex(answer["detail"], "[\u4e00-\u9fff]")
        self.assertRegex(answer["detail_en"], "[a-z]{3}.* [a-z]{2}")

    def test_a_whole_address_as_target(self):
        """RFC 9112, 3.2.2: "GET http://host/path", as it is sent to a proxy, is answered like "GET /path"; its host goes before Host, so that links
        lead back to where it came from."""
        def ask(target, method="GET", body=b""):
            answer = self.raw(f"{method} {target} HTTP/1.1\r\nHost: other.example\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
            head, _, content = answer.partition(b"\r\n\r\n")
            return int(head.split()[1]), content
        for target in ("http://gis.example.cn:81/?f=json", "HTTP://gis.example.cn:81?f=json", "https://gis.example.cn:81/?f=json"):
            status, content = ask(target)
            self.assertEqual(200, status, content[:200])
            self.assertEqual("http://gis.example.cn:81/?f=json", json.loads(content)["links"][0]["href"])
        self.assertEqual(200, ask("http://x/collections/ecological_red_line/items?limit=1")[0])
        parcel = json.dumps(fixture.ring(111.70, 40.80, 111.71, 40.81)).encode()
        shape = b'{"type":"Polygon","coordinates":[' + parcel + b"]}"
        self.assertEqual([200, 200], [ask(t, "POST", shape)[0] for t in ("/check", "http://x/check")])
        for target in ("http:///health", "ftp://x/health", "http://x/nothing"):
            self.assertEqual(404, ask(target)[0], target)

    def raw(self, data):
        """Sends bytes as they are, then reads until the server closes."""
        with socket.create_connection((self.server.host, self.server.port)) as s:
            parts = []
            try:
                s.sendall(data)
                s.shutdown(socket.SHUT_WR)
                while part := s.recv(65536):
                    parts.append(part)
            except OSError:
                pass
            return b"".join(parts)

    # ---- what the server says of itself ----

    def test_health(self):
        """A probe learns that the server answers, and from which data."""
        health = self.get_json("/health")
        self.assertEqual(health["status"], "ok")
        self.assertEqual(health["n_layers"], 3)
        self.assertEqual(health["warnings"], [])

    def test_classes(self):
        """The form's list comes from the rule table's own classes."""
        ids = [c["id"] for c in self.get_json("/classes")["classes"]]
        self.assertIn("GENERAL", ids)
        self.assertEqual(len(ids), len(set(ids)))

    def test_classes_say_what_a_claim_of_them_needs(self):
        """A page can offer the items of a class, and name the paper, without a list of its own."""
        classes = {c["id"]: c for c in self.get_json("/classes")["classes"]}
        table = json.loads((SOURCE / "schema/project_classes.json").read_text(encoding="utf-8"))["project_classes"]
        for row in table:
            self.assertEqual(classes[row["code"]].get("items"), row.get("items"))
            self.assertEqual(classes[row["code"]].get("paper_zh"), row.get("paper_zh"))
            self.assertEqual(classes[row["code"]].get("paper_en"), row.get("paper_en"))
        self.assertEqual([i["no"] for i in classes["NATIONAL_MAJOR"]["items"]], list(range(1, 8)))
        self.assertTrue(classes["NATIONAL_MAJOR"]["paper_zh"])

    # ---- control layers ----

    def test_layers(self):
        """Every layer that is defined, in the order of the report, as its definition says; what has no data is listed, too."""
        layers = self.get_json("/layers")["layers"]
        defined = [json.loads(f.read_text(encoding="utf-8")) for f in (SOURCE / "schema/layers").glob("*.json")]
        lines = sorted((d for d in defined if "control" in d), key=lambda d: d["order"])
        self.assertEqual([l["id"] for l in layers], [d["layer"] for d in lines])
        report = self.check(encoded(STRADDLING))
        self.assertEqual([l["id"] for l in layers if l["examined"]], [d["layer"] for d in report["definitions"]])
        self.assertEqual([l["id"] for l in layers if not l["examined"]], [d["layer"] for d in report["not_examined"]])
        digests = {d["layer"]: d["sha256"] for d in report["definitions"] + report["not_examined"]}
        for said, d in zip(layers, lines):
            control = d["control"]
            self.assertEqual((said["title_zh"], said["title_en"], said["standard"]), (d["title_zh"], d["title_en"], d["standard"]))
            self.assertEqual((said["relation"], said["must"]), (control["relation"], control["must"]))
            self.assertEqual([z["zh"] for z in said["zones"]], [z["name"] for z in control.get("zones", [])])
            self.assertEqual([z["group"] for z in said["zones"]], [z.get("group", "") for z in control.get("zones", [])])
            for key in ("fill", "edge", "overlap", "alpha", "width", "hatch", "dashed"):
                self.assertEqual(said["symbol"][key], control["symbol"][key], (said["id"], key))
            screen = control["symbol"].get("screen")
            self.assertEqual(said["symbol"]["screen"] is None, screen is None)
            self.assertEqual({k: (said["symbol"]["screen"] or {}).get(k) for k in screen or {}}, screen or {})
            self.assertEqual(said["outside"], control.get("outside", {}).get("zone", ""))
            self.assertEqual((said["office_zh"], said["office_en"]), (control["office"]["zh"], control["office"]["en"]))
            self.assertEqual([(k["title"], k["url"], k["confidence"]) for k in said["links"]],
                             [(k["title_zh"], k["url"], k["conf"]) for k in control.get("links", [])])
            self.assertEqual(said["quotes"], control.get("quotes", []))
            self.assertEqual(said["definition"], digests[said["id"]])
            self.assertEqual(said["loaded"], said["id"] in fixture.LAYERS)
            self.assertEqual(said["synthetic"], said["loaded"])
            if not said["loaded"]:
                self.assertEqual(said["classes"], [])

    def test_what_may_be_claimed_is_what_a_check_takes(self):
        """A class that /layers lists for a layer is taken as a claim on it; of the others, every one is refused."""
        classes = [c["id"] for c in self.get_json("/classes")["classes"]]
        for layer in self.get_json("/layers")["layers"]:
            if not layer["loaded"]:
                continue
            self.assertTrue(layer["classes"], layer["id"])
            for code in classes:
                claim = "?claim=" + urllib.parse.quote(f"{layer['id']}={code}")
                if code in layer["classes"]:
                    self.assertEqual(self.check(encoded(STRADDLING), claim)["claims"][0]["class"], code)
                else:
                    self.assertEqual(self.check(encoded(STRADDLING), claim, 400)["code"], "claim-class")

    def test_layers_takes_no_parameter(self):
        """Nothing can be chosen of the list; a POST to it is told so."""
        code, _, _ = self.request("POST", "/layers", b"x")
        self.assertEqual(code, 405)

    def test_openapi(self):
        """The description that is served is the one in the source, and it names every route."""
        code, headers, body = self.request("GET", "/openapi.yaml")
        self.assertEqual(code, 200)
        self.assertIn("yaml", headers["Content-Type"])
        self.assertEqual(body, (SOURCE / "schema/openapi.yaml").read_bytes())
        text = body.decode()
        described, path = [], None
        for line in text[text.index("\npaths:"):text.index("\ncomponents:")].splitlines():
            at = re.fullmatch(r"  (/\S*):", line)
            path = at.group(1) if at else path
            method = re.fullmatch(r"    (get|post|put|delete|patch):", line)
            if method:
                described.append((method.group(1).upper(), path))
        routes = re.findall(r'^    \{"([A-Z]+)", "(/[^"]*)", handle_', (SOURCE / "src/http/route.c").read_text(), re.M)
        self.assertGreater(len(routes), 15)
        self.assertEqual(sorted(routes), sorted(described))

    def test_openapi_names_nothing_twice(self):
        """No operation has two parameters of one name, and no two operations share an id."""
        text = (SOURCE / "schema/openapi.yaml").read_text(encoding="utf-8")
        for operation in re.split(r"\n    (?:get|post):\n", text)[1:]:
            names = re.findall(r"\n        - (?:\{)?name: ([\w-]+)", operation)
            self.assertEqual(sorted(set(names)), sorted(names), operation[:200])
        ids = re.findall(r"operationId: (\w+)", text)
        self.assertEqual(sorted(set(ids)), sorted(ids))

    # ---- collections ----

    def test_collections(self):
        """Each layer says what it is, from where and since when; sample data is marked."""
        entries = {c["id"]: c for c in self.get_json("/collections")["collections"]}
        for name in (*fixture.LAYERS, "plan_layout", "plan_places", "base_water", "base_towns", "counties"):
            self.assertIn(name, entries)
        del entries["layer-catalog"]   # of records: test_records.py
        red = entries["ecological_red_line"]
        self.assertEqual(set(red), {"id", "title_zh", "title_en", "kind", "geometry", "synthetic", "label",
                                    "reference_only", "version", "effective_from", "document_no", "source_sha256",
                                    "n_features", "area_m2", "bbox", "tiles", "links",
                                    "title", "description", "extent", "itemType", "crs", "storageCrs"})
        self.assertEqual((red["n_features"], red["synthetic"], red["label"]), (2, True, "示例数据"))
        self.assertEqual(red["document_no"], "测试〔2024〕1号")
        for got, expected in zip(red["bbox"], (111.70, 40.80, 111.81, 40.81)):
            self.assertAlmostEqual(got, expected, delta=2e-5)
        for entry in entries.values():
            self.assertEqual(set(entry), set(red))
        self.assertEqual(self.get_json("/collections/ecological_red_line")["id"], "ecological_red_line")
        self.assert_problem(self.get_json("/collections/nothing", 404), 404)

    def test_items_by_page(self):
        """Following `next` meets every feature exactly once, whatever the page size."""
        for limit in (7, 500, 1201, 10000):
            seen, path = [], f"/collections/permanent_basic_farmland/items?limit={limit}"
            while path:
                page = self.get_json(path)
                self.assertLessEqual(len(page["features"]), limit)
                self.assertEqual(page["numberReturned"], len(page["features"]))
                seen += [f["id"] for f in page["features"]]
                path = self.path_of(page, "next")
            self.assertEqual(len(seen), 1201)
            self.assertEqual(len(set(seen)), 1201)
            self.assertEqual(seen, sorted(seen))

    def test_items_by_box(self):
        """A bbox gives the features there, and pages on within it."""
        page = self.get_json("/collections/permanent_basic_farmland/items?bbox=112.0,41.0,112.395,41.005&limit=30")
        self.assertEqual(len(page["features"]), 30)
        rest = self.get_json(self.path_of(page, "next"))
        self.assertEqual(len(rest["features"]), 10)
        self.assertIsNone(self.path_of(rest, "next"))
        self.assertEqual({40}, {page["numberMatched"], rest["numberMatched"]})
        self.assertEqual(self.get_json("/collections/permanent_basic_farmland/items?bbox=0,0,1,1")["features"], [])

    def test_item(self):
        """One feature comes whole: geometry as delivered, its fields, and the source's other fields."""
        item = self.get_json("/collections/ecological_red_line/items?limit=1")["features"][0]
        one = self.get_json(f"/collections/ecological_red_line/items/{item['id']}")
        self.assertEqual(["self", "alternate", "collection"], [link["rel"] for link in one.pop("links")])
        self.assertEqual(one, item)
        self.assertEqual(one["properties"]["code"], "ERL-1")
        self.assertEqual(one["properties"]["zone"], "核心保护区外")
        self.assertEqual(one["properties"]["declared_area_m2"], 900000)
        self.assertEqual(one["properties"]["properties"]["BZ"], "备注")
        self.assertEqual(sorted(one["geometry"]["coordinates"][0]), sorted(fixture.ring(111.70, 40.80, 111.71, 40.81)))
        self.assert_problem(self.get_json("/collections/ecological_red_line/items/999999", 404), 404)
        self.assert_problem(self.get_json("/collections/ecological_red_line/items/abc", 400), 400)
        self.assert_problem(self.get_json("/collections/permanent_basic_farmland/items/%d" % item["id"], 404), 404)

    def test_bad_parameters(self):
        """A wrong bbox, limit or page is told, and never silently taken for another."""
        base = "/collections/ecological_red_line/items?"
        for query in ("bbox=1,2,3", "bbox=1,2,3,4,5", "bbox=a,b,c,d", "bbox=nan,40,112,41", "bbox=inf,40,112,41",
                      "bbox=112,40,181,41", "bbox=111,41,112,40", "bbox=-181,40,112,41", "bbox=111,40,112,91", "bbox=",
                      "bbox=0x10,40,112,41", "bbox=111%2040,41,112,41", "limit=0", "limit=-1", "limit=1e3",
                      "limit=", "limit=%2010", "after=-1", "after=99999999999999999999"):
            with self.subTest(query):
                self.assert_problem(self.get_json(base + query, 400), 400)

    def test_unknown_and_repeated_parameters(self):
        """A misspelt parameter is never passed over (an as_of that nobody reads would be answered as of today), nor is one of two
        values taken in silence; a day that no calendar has is no day."""
        good = encoded(STRADDLING)
        for query in ("as-of=2024-06-01", "asof=2024-06-01", "nonsense=1", "as_of=2024-06-01&as_of=2025-06-01", "class=GENERAL&class=UNKNOWN", "=1",
                      "as_of=2024-02-30", "as_of=2023-02-29", "as_of=2024-04-31", "%FF=1"):
            with self.subTest(query):
                self.assert_problem(self.check(good, "?" + query, 400), 400)
        self.check(good, "?as_of=2024-02-29")
        for path in ("/collections/ecological_red_line/items?as_of=2024-01-01", "/collections/ecological_red_line/items?limit=1&limit=2", "/jobs/x/result?fmt=csv"):
            self.assert_problem(self.get_json(path, 400), 400)

    # ---- tiles ----

    @staticmethod
    def tile(z, lon, lat):
        n = 2 ** z
        y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
        return f"{z}/{int((lon + 180) / 360 * n)}/{int(y * n)}"

    def test_tile(self):
        """A tile has bytes where the layer is and none elsewhere, and is not sent twice to a client that has it."""
        path = f"/tiles/ecological_red_line/{self.tile(14, 111.705, 40.805)}.mvt"
        code, headers, body = self.request("GET", path)
        self.assertEqual((code, headers["Content-Type"]), (200, "application/vnd.mapbox-vector-tile"))
        self.assertGreater(len(body), 50)
        self.assertEqual(headers["Cache-Control"], "no-cache")
        code, again, empty = self.request("GET", path, headers={"If-None-Match": headers["ETag"]})
        self.assertEqual((code, empty, again["ETag"]), (304, b"", headers["ETag"]))
        template = self.get_json("/collections/ecological_red_line")["tiles"]
        address = template.replace("{z}/{x}/{y}", self.tile(14, 111.705, 40.805))
        self.assertIn("immutable", self.request("GET", address)[1]["Cache-Control"])
        code, headers, body = self.request("GET", f"/tiles/ecological_red_line/{self.tile(14, 100, 30)}.mvt")
        self.assertEqual((code, body), (204, b""))
        self.assertIn("ETag", headers)
        for bad in ("23/0/0", "3/8/0", "3/0/8", "-1/0/0", "a/b/c", "3/1.5/1", "4294967296/0/0"):
            with self.subTest(bad):
                self.assert_problem(self.get_json(f"/tiles/ecological_red_line/{bad}.mvt", 400), 400)
        self.assert_problem(self.get_json("/tiles/nothing/0/0/0.mvt", 404), 404)
        self.assertEqual((204, b""), self.request("GET", "/tiles/counties/0/0/0.mvt")[::2])  # the plan is not loaded here

    @unittest.skipUnless(shutil.which("ogrinfo"), "GDAL's ogrinfo is not installed")
    def test_tile_is_read_by_gdal(self):
        """A reader that we did not write understands the tile: layer name, ids, names, polygons."""
        _, _, body = self.request("GET", f"/tiles/ecological_red_line/{self.tile(14, 111.705, 40.805)}.mvt")
        path = self.folder / "tile.mvt"
        path.write_bytes(body)
        out = subprocess.run(["ogrinfo", "-q", "-al", f"MVT:{path}"], capture_output=True, text=True, check=True).stdout
        self.assertIn("Layer name: ecological_red_line", out)
        self.assertIn("code (String) = ERL-1", out)
        self.assertIn("name (String) = 北山", out)
        self.assertIn("POLYGON", out)

    # ---- check ----

    def test_check_json(self):
        """The straddling parcel lies half in the red line; the report follows its schema and says what was used."""
        report = self.check(encoded(STRADDLING), "?class=GENERAL")
        self.assertEqual(report_schema.faults(report), [])
        parcel = report["parcels"][0]
        red = next(x for x in parcel["layers"] if x["layer"] == "ecological_red_line")
        self.assertEqual((report["verdict"], parcel["id"], red["status"]), ("prohibited", "DK-1", "overlap"))
        self.assertAlmostEqual(red["area_m2"], parcel["area_m2"] / 2, delta=0.01)
        self.assertEqual(red["share"], 0.5)
        self.assertEqual(red["features"][0]["code"], "ERL-1")
        self.assertEqual(red["rules"][0]["id"], "ERL-GEN")
        self.assertTrue(report["synthetic"])
        self.assertEqual({x["layer"] for x in report["layers_used"]}, set(fixture.LAYERS))

    def test_check_formats(self):
        """The same report as text, in both languages, and as GeoJSON with the overlap's shape."""
        code, headers, body = self.request("POST", "/check?format=text", encoded(STRADDLING))
        self.assertEqual((code, headers["Content-Type"]), (200, "text/plain; charset=utf-8"))
        self.assertIn("生态保护红线", body.decode())
        body = self.request("POST", "/check?format=text&lang=en", encoded(STRADDLING))[2]
        self.assertIn("Ecological red line", body.decode())
        shapes = self.check(encoded(STRADDLING), "?format=geojson")
        kinds = [f["properties"]["kind"] for f in shapes["features"]]
        self.assertEqual(kinds, ["parcel", "overlap"])
        lons = [p[0] for p in shapes["features"][1]["geometry"]["coordinates"][0]]
        self.assertAlmostEqual(min(lons), 111.705, places=8)
        self.assertAlmostEqual(max(lons), 111.71, places=8)
        self.assert_problem(self.check(encoded(STRADDLING), "?format=docx", 400), 400)
        self.assert_problem(self.check(encoded(STRADDLING), "?class=NOTHING", 400), 400)
        self.assert_problem(self.check(encoded(STRADDLING), "?format=text&lang=fr", 400), 400)

    def test_check_txt(self):
        """A 国土TXT in GB18030 is recognised by its bytes."""
        report = self.check(txt_parcel(37, "37"))
        self.assertEqual(report["input"]["format"], "txt")
        self.assertEqual(report["parcels"][0]["id"], "DK-7")
        self.assertAlmostEqual(report["parcels"][0]["area_m2"], 10000, delta=5)

    def test_convert(self):
        """The parcels of any file as TXT or GeoJSON, as the command writes them; a TXT comes back as it was."""
        path = self.folder / "convert.geojson"
        path.write_bytes(encoded(STRADDLING))
        for to, query, more in (("txt", "&zone=37", ["--zone", "37"]), ("geojson", "", []),
                                ("txt", "&zone=19&encoding=utf-8", ["--zone", "19", "--utf8"])):
            code, headers, body = self.request("POST", f"/convert?to={to}{query}", encoded(STRADDLING))
            self.assertEqual(code, 200, body)
            self.assertIn("attachment", headers["Content-Disposition"])
            theirs = subprocess.run([PROGRAM, "parcel", "convert", str(path), "--to", to, *more], check=True, capture_output=True)
            self.assertEqual(theirs.stdout, body)
        once = self.request("POST", "/convert", txt_parcel(37, "37"))[2]
        self.assertTrue(once.startswith("[属性描述]\r\n".encode("gb18030")))
        self.assertEqual(once, self.request("POST", "/convert", once)[2])
        self.assertEqual(self.check(txt_parcel(37, "37"))["parcels"][0]["area_m2"], self.check(once)["parcels"][0]["area_m2"])
        for query, sent in (("?to=dwg", encoded(STRADDLING)), ("?encoding=latin1", encoded(STRADDLING)), ("?zone=50", b"{}"),
                            ("?crs=x", encoded(STRADDLING)), ("", b""), ("", b"rubbish")):
            code, _, body = self.request("POST", "/convert" + query, sent)
            self.assert_problem(json.loads(body), 400)

    def test_outside_coverage_is_not_clear(self):
        """Where no data is loaded, no layer may say clear."""
        report = self.check(encoded(fixture.feature((120.0, 48.0, 120.01, 48.01))))
        self.assertEqual([x["status"] for x in report["parcels"][0]["layers"]], ["not_covered"] * 3)
        self.assertIsNone(report["parcels"][0]["layers"][0]["area_m2"])

    def test_rubbish_is_refused_with_a_sentence(self):
        """Whatever is wrong with the input, the answer is a problem in both languages and never a verdict."""
        crossing = {"type": "Polygon", "coordinates": [[[111.70, 40.80], [111.71, 40.81], [111.71, 40.80], [111.70, 40.81],
                                                        [111.70, 40.80]]]}
        swapped = {"type": "Polygon", "coordinates": [[[y, x] for x, y in fixture.ring(111.70, 40.80, 111.71, 40.81)]]}
        unknown_crs = dict(fixture.collection(STRADDLING),
                           crs={"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3857"}})
        xian = dict(unknown_crs, crs={"type": "name", "properties": {"name": "EPSG:2361"}})
        line = {"type": "LineString", "coordinates": [[111.70, 40.80], [111.71, 40.81]]}
        good = encoded(STRADDLING)
        cases = {
            "not JSON": b"{{{", "text": "你好".encode(), "binary": bytes(range(256)) * 10, "zip": b"PK\x03\x04" + b"\0" * 100,
            "NaN": good.replace(b"111.715", b"NaN"), "overflow": good.replace(b"111.715", b"1e999"),
            "null coordinate": good.replace(b"111.715", b"null"), "self-crossing": encoded(crossing),
            "wrong zone": txt_parcel(38, "37"), "swapped axes": encoded(swapped), "unknown CRS": encoded(unknown_crs),
            "Xi'an 80": encoded(xian), "truncated": good[:len(good) // 2], "a line": encoded(line), "no features":
            encoded(fixture.collection()), "deep": b"[" * 100000, "two points": encoded(
                {"type": "Polygon", "coordinates": [[[111.7, 40.8], [111.71, 40.8], [111.7, 40.8]]]}),
            "array": b"[]", "number": b"1", "nul": b"\0", "bom only": b"\xef\xbb\xbf", "txt without points":
            "[属性描述]\r\n坐标系=2000国家大地坐标系\r\n[地块坐标]\r\n".encode("gb18030"),
        }
        for name, body in cases.items():
            with self.subTest(name):
                code, headers, answer = self.request("POST", "/check", body)
                self.assertIn(code, (400, 422), answer[:300])
                self.assertEqual(headers["Content-Type"], "application/problem+json; charset=utf-8")
                self.assert_problem(json.loads(answer), code)

    def test_empty_body(self):
        """Nothing sent is nothing checked."""
        self.assert_problem(self.check(b"", status=400), 400)

    def test_body_too_large(self):
        """200 MB is refused, whether its length is announced or not, and the server does not keep it."""
        connection = http.client.HTTPConnection(self.server.host, self.server.port)
        block = b" " * (1 << 20)
        connection.request("POST", "/check", body=(block for _ in range(200)),
                           headers={"Content-Length": str(200 << 20)})
        response = connection.getresponse()
        self.assert_problem(json.loads(response.read()), 413)
        connection.close()
        connection = http.client.HTTPConnection(self.server.host, self.server.port)
        connection.request("POST", "/check", body=(block for _ in range(200)), encode_chunked=True,
                           headers={"Transfer-Encoding": "chunked"})
        response = connection.getresponse()
        self.assert_problem(json.loads(response.read()), 413)
        connection.close()
        with open(f"/proc/{self.server.process.pid}/status", encoding="ascii") as status:
            peak_kb = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
        if "Sanitizer" not in os.environ.get("HX_BUILD", ""):
            self.assertLess(peak_kb, 600 * 1024)

    def test_announced_giant_is_refused_at_once(self):
        """A client that asks first (Expect: 100-continue), or announces an absurd length, is answered without waiting."""
        head = "POST /check HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n{}\r\n"
        for length, more in ((200 << 20, "Expect: 100-continue\r\n"), (1 << 50, "")):
            answer = self.raw(head.format(length, more).encode())
            self.assertTrue(answer.startswith(b"HTTP/1.1 413 "), answer[:200])

    def test_truncated_upload(self):
        """A client that goes away in the middle of its body leaves the server as it was."""
        self.raw(b"POST /check HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{\"type\":")
        self.raw(b"POST /check HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab")
        self.assertEqual(self.get_json("/health")["status"], "ok")

    def test_broken_http(self):
        """Bytes that are no HTTP do no harm."""
        for data in (b"\0" * 100, b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"A" * 100000, b"GET /%00%ff%zz HTTP/1.1\r\nHost: localhost\r\n\r\n",
                     b"GET /" + b"a" * 60000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
                     b"POST /check HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\n\r\n",
                     b"POST /check HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999999999999999\r\n\r\n"):
            self.raw(data)
        self.assertEqual(self.get_json("/health")["status"], "ok")

    # ---- paths and methods ----

    def test_unknown_path_and_method(self):
        """404 for what is not there; 405 with Allow for what is there but not so; HEAD answers like GET."""
        for path in ("/nothing", "/check/", "/collections/", "/collections//items", "/tiles/a/1/2/3", "/tiles/a/1/2/.mvt"):
            self.assert_problem(self.get_json(path, 404), 404)
        for method, path, allow in (("GET", "/verify", "POST"), ("DELETE", "/health", "GET, HEAD"),
                                    ("POST", "/collections", "GET, HEAD")):
            code, headers, body = self.request(method, path)
            self.assertEqual((code, headers["Allow"]), (405, allow))
            self.assert_problem(json.loads(body), 405)
        code, headers, body = self.request("HEAD", "/health")
        self.assertEqual((code, body), (200, b""))

    def test_web_files(self):
        """The page is served with its types, may be kept when its name carries a hash, and loads nothing foreign."""
        browser = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
        code, headers, body = self.request("GET", "/", headers=browser)
        self.assertEqual((code, headers["Content-Type"]), (200, "text/html; charset=utf-8"))
        self.assertIn("红线", body.decode())
        self.assertEqual(headers["Cache-Control"], "no-cache")
        policy = headers["Content-Security-Policy"]
        for part in ("default-src 'self'", "worker-src 'self' blob:", "img-src 'self' data: blob:"):
            self.assertIn(part, policy)
        self.assertNotIn("Access-Control-Allow-Origin", headers)
        self.assertEqual(self.request("GET", "/", headers={**browser, "If-None-Match": headers["ETag"]})[0], 304)
        code, headers, _ = self.request("GET", "/assets/index-4f2a-1c0.js")
        self.assertEqual((code, headers["Content-Type"]), (200, "text/javascript; charset=utf-8"))
        self.assertIn("immutable", headers["Cache-Control"])
        self.assertEqual(self.request("GET", "/assets/style.css")[1]["Cache-Control"], "no-cache")

    def test_compressed_files(self):
        """A browser that takes gzip gets the compressed file of the build, others the plain one; both are the same text and have
        tags of their own, so that a cache between never mixes them up."""
        plain_code, plain_headers, plain = self.request("GET", "/assets/style.css")
        code, headers, body = self.request("GET", "/assets/style.css", headers={"Accept-Encoding": "gzip, deflate, br"})
        self.assertEqual((plain_code, code, headers["Content-Encoding"], gzip.decompress(body)), (200, 200, "gzip", plain))
        self.assertEqual((headers["Content-Type"], headers["Vary"]), (plain_headers["Content-Type"], "Accept-Encoding"))
        self.assertNotIn("Content-Encoding", plain_headers)
        self.assertEqual(plain_headers["Vary"], "Accept-Encoding")
        self.assertNotEqual(headers["ETag"], plain_headers["ETag"])
        self.assertNotIn("Content-Encoding", self.request("GET", "/assets/style.css", headers={"Accept-Encoding": "gzip;q=0"})[1])
        self.assertNotIn("Content-Encoding", self.request("GET", "/live", headers={"Accept-Encoding": "gzip"})[1])  # too small to gain

    def test_path_traversal(self):
        """No path leads out of the web folder, nor to hidden files or links."""
        for path in ("/../outside.txt", "/assets/../../outside.txt", "/..%2foutside.txt", "/%2e%2e/outside.txt",
                     "/assets/..%5c..%5coutside.txt", "//etc/passwd", "/./index.html", "/.secret", "/link.txt",
                     "/index.html%00.js", "/%252e%252e/outside.txt", "/assets", "/assets/", "/etc/passwd"):
            with self.subTest(path):
                answer = self.raw(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
                self.assertNotIn(b"outside\n", answer + b"\n" if answer.endswith(b"outside") else answer)
                self.assertNotIn(b"hidden", answer)
                self.assertNotIn(b"root:", answer)
                if path != "/index.html%00.js":
                    self.assertIn(b" 404 ", answer.split(b"\r\n")[0])

    # ---- versions ----

    def test_versions_say_their_papers_and_their_coverage(self):
        """Of each version an officer sees since when, by which document, and where it is complete: the area of the coverage
        that was given; a set of places has none."""
        versions = self.get_json("/collections/ecological_red_line/versions")["versions"]
        self.assertEqual([(v["version"], v["status"], v["document_no"], v["effective_from"], v["synthetic"]) for v in versions],
                         [(1, "current", "测试〔2024〕1号", "2024-01-01", True)])
        west, south, east, north = fixture.COVERAGE
        self.assertEqual(versions[0]["coverage"]["bbox"], [west, south, east, north])
        radius = 6371007.2  # of the sphere with the same surface: within 0.3 % at these latitudes
        area = radius**2 * math.radians(east - west) * (math.sin(math.radians(north)) - math.sin(math.radians(south)))
        self.assertAlmostEqual(versions[0]["coverage"]["area_m2"] / area, 1, 2)
        self.assertEqual(self.get_json("/collections/counties/versions")["versions"], [])
        self.assert_problem(self.get_json("/collections/nothing/versions", 404), 404)

    # ---- many at once ----

    def test_parallel_clients_get_identical_bytes(self):
        """Eight clients at once get the same bytes as one alone, from every kind of route."""
        requests = [("POST", "/check?class=GENERAL", encoded(STRADDLING)), ("POST", "/check?format=geojson", encoded(STRADDLING)),
                    ("POST", "/check", txt_parcel(37, "37")), ("GET", "/collections", None),
                    ("GET", "/collections/permanent_basic_farmland/items?limit=2000", None),
                    ("GET", f"/tiles/permanent_basic_farmland/{self.tile(8, 112.1, 41.1)}.mvt", None),
                    ("POST", "/check", b"{{{")]
        def ask(i):   # a page of features says when it was written, a refusal of which request it is
            return re.sub(rb'"timeStamp":"[^"]*",|,"request_id":"[^"]*"', b"", self.request(*requests[i])[2])

        alone = [ask(i) for i in range(len(requests))]

        def client(number):
            order = [(number + i) % len(requests) for i in range(len(requests))] * 6
            return all(ask(i) == alone[i] for i in order)

        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            self.assertEqual(list(pool.map(client, range(8))), [True] * 8)

    def test_keep_alive(self):
        """One connection carries many requests, refused ones among them."""
        connection = http.client.HTTPConnection(self.server.host, self.server.port)
        for _ in range(20):
            for method, path, body, status in (("GET", "/health", None, 200), ("POST", "/check", b"{", 400),
                                               ("POST", "/check", encoded(STRADDLING), 200)):
                connection.request(method, path, body=body)
                response = connection.getresponse()
                response.read()
                self.assertEqual(response.status, status)
        connection.close()


class LifeTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="hongxian-life-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.store = fixture.make_store(PROGRAM, self.folder)

    def get(self, server, path):
        connection = http.client.HTTPConnection(server.host, server.port)
        connection.request("GET", path)
        response = connection.getresponse()
        body = response.read()
        connection.close()
        return response.status, body

    def test_new_version_is_swapped_in(self):
        """An import while requests run: none fails, all see one version or the other, and soon the new one."""
        server = fixture.Server(PROGRAM, "--store", self.store)
        versions = set()

        def client():
            status, body = self.get(server, "/collections/ecological_red_line")
            self.assertEqual(200, status, body)
            entry = json.loads(body)
            versions.add((entry["version"], entry["n_features"]))

        grown = fixture.red_line()
        grown["features"].append(fixture.feature((111.90, 40.80, 111.91, 40.81), BSM="ERL-3", MC="新"))
        with runs.beside(client, 4):
            runs.wait_until(lambda: (1, 2) in versions)
            fixture.import_layer(PROGRAM, self.folder, self.store, "ecological_red_line", grown)
            runs.wait_until(lambda: (2, 3) in versions)
        self.assertEqual(versions, {(1, 2), (2, 3)})
        self.assertEqual(json.loads(self.get(server, "/collections/ecological_red_line")[1])["version"], 2)
        self.assertEqual(server.stop(), 0, server.log)

    def test_port_in_use(self):
        """A busy port is a sentence and an exit code, not a crash."""
        server = fixture.Server(PROGRAM, "--store", self.store)
        second = subprocess.run([PROGRAM, "serve", "--store", self.store, "--port", str(server.port)], capture_output=True,
                                text=True)
        self.assertEqual(second.returncode, 1)
        self.assertIn(f"端口 {server.port} 已被占用", second.stderr)
        self.assertIn(f"Port {server.port}", second.stderr)
        self.assertEqual(server.stop(), 0, server.log)

    def has_taken_signals(self, server):
        status = pathlib.Path(f"/proc/{server.process.pid}/status").read_text(encoding="ascii")
        return int(re.search(r"ShdPnd:\s*([0-9a-f]+)", status).group(1), 16) == 0

    def test_stop_lets_a_request_finish(self):
        """SIGTERM during an upload: the answer still comes, and the program exits with 0."""
        server = fixture.Server(PROGRAM, "--store", self.store)
        body = encoded(STRADDLING)
        with socket.create_connection((server.host, server.port)) as s:
            s.sendall(b"POST /check HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(body))
            self.assertTrue(s.recv(100).startswith(b"HTTP/1.1 100 "))  # the request is under way
            s.sendall(body[:10])
            server.process.terminate()
            runs.wait_until(lambda: self.has_taken_signals(server))
            s.sendall(body[10:])
            answer = s.recv(65536)
        self.assertTrue(answer.startswith(b"HTTP/1.1 200 "), answer[:100])
        server.process.wait()  # a second signal would end it at once
        self.assertEqual(server.stop(), 0, server.log)
        self.assertRegex(server.log, r"POST /check 200 \d+\.\d ms")

    def test_slow_request_holds_nobody_up(self):
        """While three clients wait seconds for reports of thousands of parcels, connections that were open already are answered."""
        server = fixture.Server(PROGRAM, "--store", self.store, "--threads", "4")
        parcels = [fixture.feature((111.60 + 0.001 * (i % 100), 40.60 + 0.001 * (i // 100), 111.6005 + 0.001 * (i % 100),
                                    40.6005 + 0.001 * (i // 100)), BSM=f"P{i}") for i in range(runs.small_or_whole(6000, 18000))]
        body = encoded(fixture.collection(*parcels))
        open_ones = [http.client.HTTPConnection(server.host, server.port) for _ in range(12)]

        def ask(connection):
            connection.request("GET", "/health")
            response = connection.getresponse()
            response.read()
            return response.status

        self.assertEqual([ask(c) for c in open_ones], [200] * 12)
        answers = []

        def slow(connection):
            connection.request("POST", "/check?format=xlsx", body)
            answers.append(connection.getresponse().read()[:2])

        threads = [threading.Thread(target=slow, args=(c,)) for c in open_ones[::4]]  # not the neighbours: a pool spreads them
        before = runs.cpu_seconds(server.process.pid)
        for thread in threads:
            thread.start()
        runs.wait_until(lambda: runs.cpu_seconds(server.process.pid) > before + 0.3)  # the work has begun
        quick = [ask(c) for i, c in enumerate(open_ones) if i % 4]
        n_done = len(answers)
        for thread in threads:
            thread.join()
        self.assertEqual((quick, n_done, answers), ([200] * 9, 0, [b"PK"] * 3))
        for connection in open_ones:
            connection.close()
        self.assertEqual(server.stop(), 0, server.log)

    def test_slow_requests_leave_checks_their_workers(self):
        """As many reports as there are workers, and more: half of the workers take them, the others wait, and a check that comes then is
        answered while all of them are still under way."""
        server = fixture.Server(PROGRAM, "--store", self.store, "--threads", "2")
        parcels = [fixture.feature((111.60 + 0.001 * (i % 100), 40.60 + 0.001 * (i // 100), 111.6005 + 0.001 * (i % 100),
                                    40.6005 + 0.001 * (i // 100)), BSM=f"P{i}") for i in range(runs.small_or_whole(6000, 18000))]
        body = encoded(fixture.collection(*parcels))

        def slow(answers):
            connection = http.client.HTTPConnection(server.host, server.port)
            connection.request("POST", "/check?format=xlsx", body)
            answers.append(connection.getresponse().read()[:2])
            connection.close()

        def load():
            return json.loads(self.get(server, "/health")[1])["load"]

        def a_check_is_answered_meanwhile():
            """False when this machine had no turn for us until the first report was there."""
            answers = []
            threads = [threading.Thread(target=slow, args=(answers,)) for _ in range(4)]
            for thread in threads:
                thread.start()
            runs.wait_until(lambda: load()["waiting_slow"] == 3 or answers)
            connection = http.client.HTTPConnection(server.host, server.port)
            connection.request("POST", "/check", encoded(STRADDLING))
            status, still = connection.getresponse().status, len(answers)
            connection.close()
            listed, now = self.get(server, "/collections")[0], load()
            for thread in threads:
                thread.join()
            self.assertEqual((200, 200, 2, 1), (status, listed, now["workers"], now["slow_max"]))
            self.assertEqual([b"PK"] * 4, answers)
            return still == 0
        runs.wait_until(a_check_is_answered_meanwhile)
        self.assertEqual(server.stop(), 0, server.log)

    def test_no_page(self):
        """Without a web folder the interface works; a folder that is named but missing is an error."""
        missing = subprocess.run([PROGRAM, "serve", "--store", self.store, "--port", "0", "--web", "/nonexistent"],
                                 capture_output=True, text=True)
        self.assertNotEqual(missing.returncode, 0)
        self.assertIn("/nonexistent", missing.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:], verbosity=1)
