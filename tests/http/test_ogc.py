#!/usr/bin/env python3
"""The server against the abstract tests of OGC API - Features - Part 1: Core (17-069r4), by number, and through clients that follow
its links: GDAL, and OWSLib where it is installed. Tested against, not certified.
  test_ogc.py HONGXIAN SOURCE_DIR"""
import csv
import http.client
import io
import json
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import unittest
import urllib.parse

from osgeo import gdal, ogr

PROGRAM, SOURCE = sys.argv[1], pathlib.Path(sys.argv[2])
import fixture  # noqa: E402

ogr.UseExceptions()
gdal.UseExceptions()
CORE = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
FARM = "permanent_basic_farmland"   # 1,201 features
RED = "ecological_red_line"         # in two versions: 2 features from 2024-01-01, 1 from 2025-06-01
JSON, GEOJSON, HTML = "application/json", "application/geo+json", "text/html"


class Ogc(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="hongxian-ogc-"))
        cls.store = fixture.make_store(PROGRAM, cls.folder)
        one = fixture.write_json(cls.folder / "one.geojson", fixture.collection(fixture.feature((111.75, 40.80, 111.76, 40.81), BSM="N1", MC="新")))
        cover = fixture.write_json(cls.folder / "cover.geojson", fixture.collection(fixture.feature(fixture.COVERAGE, BSM="C")))
        subprocess.run([fixture.store_maker(PROGRAM), "import", "--store", cls.store, one, "--layer", RED, "--synthetic", "--coverage", cover,
                        "--effective-from", "2025-06-01", "--document", "测试〔2025〕6号"], check=True, capture_output=True)
        (cls.folder / "web").mkdir()
        (cls.folder / "web" / "index.html").write_text("<!doctype html><title>红线</title>", encoding="utf-8")
        cls.server = fixture.Server(PROGRAM, "--store", cls.store, "--web", str(cls.folder / "web"), "--threads", "2",
                                    "--behind-proxy", "--public-name", "10.0.0.1", "--public-name", "gis.example.cn")
        cls.base = f"http://{cls.server.host}:{cls.server.port}"

    @classmethod
    def tearDownClass(cls):
        fixture.stop_well(cls.server, cls.folder)

    def request(self, url, headers=None, server=None):
        server = server or self.server
        connection = http.client.HTTPConnection(server.host, server.port)
        try:
            connection.request("GET", url.removeprefix(self.base), headers=headers or {})
            answer = connection.getresponse()
            return answer.status, answer.getheader("Content-Type"), answer.read()
        finally:
            connection.close()

    def get(self, url, kind=JSON, headers=None, server=None):
        status, content_type, body = self.request(url, headers, server)
        self.assertEqual((200, kind), (status, content_type.partition(";")[0]), body[:300])
        return json.loads(body)

    def links(self, answer, rel):
        found = [link for link in answer["links"] if link["rel"] == rel]
        for link in found:   # /req/core/*-links: absolute, with rel and type
            self.assertTrue(link["href"].startswith(self.base) and link["type"], link)
        return [link["href"] for link in found]

    def link(self, answer, rel):
        return (self.links(answer, rel) + [None])[0]

    def refused(self, url, code):
        status, content_type, body = self.request(url)
        self.assertEqual((400, "application/problem+json"), (status, content_type.partition(";")[0]), body[:300])
        self.assertEqual(code, json.loads(body)["code"])

    # ---- A.2.2 to A.2.4: landing page, definition, conformance ----

    def test_landing_page(self):
        """/conf/core/root-op, root-success: JSON with links to the definition, the classes and the data; HTML for a browser."""
        page = self.get("/")
        for rel in ("self", "service-desc", "conformance", "data"):
            self.assertEqual(1, len(self.links(page, rel)), rel)
        browser = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
        self.assertEqual(HTML, self.request("/", browser)[1].partition(";")[0])
        self.assertEqual(HTML, self.request("/?f=html")[1].partition(";")[0])
        self.assertEqual(HTML, self.request(self.link(page, "alternate"))[1].partition(";")[0])
        for headers in ({"Accept": JSON}, {"Accept": "*/*"}, {"Accept": "text/html;q=0.2, application/json"}, {}):
            self.assertEqual(page, self.get("/", headers=headers))
        self.assertEqual(page, self.get("/?f=json", headers=browser))
        self.refused("/?f=xml", "unknown-format")

    def test_definition(self):
        """/conf/core/api-definition-op, -success: the link leads to the definition, which names every path that was asked for."""
        status, kind, body = self.request(self.link(self.get("/"), "service-desc"))
        self.assertEqual((200, "application/vnd.oai.openapi+json;version=3.0"), (status, kind))
        told, text = json.loads(body), body.decode()
        for path in ("/", "/conformance", "/collections", "/collections/{id}", "/collections/{id}/items", "/collections/{id}/items/{fid}"):
            self.assertIn("get", told["paths"][path])
        self.assertTrue(told["openapi"].startswith("3.0."))
        for newer in ('"const"', '"examples":[', '"null"'):
            self.assertNotIn(newer, text)
        for name in set(re.findall(r'"\$ref":"#/([^"]*)"', text)):
            node = told
            for word in name.split("/"):
                node = node[word]
        self.assertEqual({"type": "integer", "minimum": 1, "maximum": 10000, "default": 1000}, told["components"]["parameters"]["limit"]["schema"])

    def test_conformance(self):
        """/conf/core/conformance-op, -success."""
        self.assertIn(CORE, self.get(self.link(self.get("/"), "conformance"))["conformsTo"])

    # ---- A.2.5: collections ----

    def test_collections(self):
        """/conf/core/fc-md-*, sfc-md-*, rc-md-*: all of them, each the same alone, with its items, its extent and its CRS."""
        answer = self.get(self.link(self.get("/"), "data"))
        self.assertEqual(self.base + "/collections", self.link(answer, "self"))
        catalog = answer["collections"].pop()   # of records: test_records.py
        self.assertEqual(("layer-catalog", "record"), (catalog["id"], catalog["itemType"]))
        self.assertEqual({*fixture.LAYERS, "plan_layout", "plan_places", "base_water", "base_towns", "counties"}, {c["id"] for c in answer["collections"]})
        for c in answer["collections"]:
            alone = self.get(self.link(c, "self"))
            self.assertEqual({**c, "crs": answer["crs"]}, alone)   # "#/crs" leads to the list of all, Part 2, /req/crs/fc-md-crs-list-global
            self.assertEqual(["#/crs"], c["crs"])
            self.assertEqual(["feature", True], [c["itemType"], bool(c["title"] and c["description"])])
            self.assertIn(CRS84, alone["crs"])
            self.assertEqual(f"{self.base}/collections/{c['id']}/items", self.link(c, "items"))
            if c["n_features"]:
                (west, south, east, north), = c["extent"]["spatial"]["bbox"]
                self.assertTrue(-180 <= west <= east <= 180 and -90 <= south <= north <= 90)
            for end in c["extent"]["temporal"]["interval"][0]:
                self.assertTrue(end is None or re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", end), end)
        red = next(c for c in answer["collections"] if c["id"] == RED)
        self.assertEqual([["2025-06-01T00:00:00Z", None]], red["extent"]["temporal"]["interval"])

    @fixture.runs.whole_under_sanitizers
    def test_a_long_title_is_whole(self):
        """A title of any length is UTF-8 to its end: a client would not read the list of collections otherwise."""
        title = "A" + "某市自然资源局二〇二五年六月批准启用的" * 12
        store = self.folder / "long.sqlite"
        subprocess.run([PROGRAM, "init", store], check=True, capture_output=True)
        subprocess.run([fixture.store_maker(PROGRAM), "import", "--store", store, self.folder / "one.geojson", "--layer", RED, "--synthetic", "--title-zh", title],
                       check=True, capture_output=True)
        server = fixture.Server(PROGRAM, "--store", str(store), "--threads", "2")
        try:
            red = next(c for c in self.get("/collections", server=server)["collections"] if c["id"] == RED)
        finally:
            server.stop()
        self.assertIn(title, red["title_zh"])
        self.assertEqual((red["title_zh"], red["title_en"]), (red["title"], red["description"]))

    # ---- A.2.6: features ----

    def pages(self, url):
        while url:
            page = self.get(url, GEOJSON)
            yield page
            url = self.link(page, "next")

    def test_items(self):
        """/conf/core/fc-op, fc-response, fc-links, fc-timeStamp, fc-numberMatched, fc-numberReturned: links lead on and back over
        every feature once."""
        for limit in (7, 500, 1201):
            pages = list(self.pages(f"/collections/{FARM}/items?limit={limit}"))
            ids = [f["id"] for p in pages for f in p["features"]]
            self.assertEqual((1201, 1201), (len(ids), len(set(ids))))
            for p in pages:
                self.assertEqual((1201, len(p["features"])), (p["numberMatched"], p["numberReturned"]))
                self.assertRegex(p["timeStamp"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
                self.assertEqual(p["features"], self.get(self.link(p, "self"), GEOJSON)["features"])
                self.assertEqual(f"{self.base}/collections/{FARM}", self.link(p, "collection"))
            self.assertEqual([None] + [p["features"] for p in pages[:-1]],
                             [(u := self.link(p, "prev")) and self.get(u, GEOJSON)["features"] for p in pages])

    def test_limit(self):
        """/conf/core/fc-limit-definition, -response: a limit beyond ours is ours; none is a default."""
        self.assertEqual(1000, self.get(f"/collections/{FARM}/items", GEOJSON)["numberReturned"])
        answer = self.get(f"/collections/{FARM}/items?limit=9999999999", GEOJSON)
        self.assertEqual(1201, answer["numberReturned"])
        self.assertIn("limit=10000", self.link(answer, "self"))
        for wrong in ("0", "-1", "x", "1.5"):
            self.refused(f"/collections/{FARM}/items?limit={wrong}", "bad-parameter")

    def test_bbox(self):
        """/conf/core/fc-bbox-definition, -response: four numbers, or six with heights, whose order is held to; by page, too."""
        box = "112.0,41.0,112.395,41.005"
        pages = list(self.pages(f"/collections/{FARM}/items?bbox={box}&limit=7"))
        ids = [f["id"] for p in pages for f in p["features"]]
        self.assertEqual((40, {40}), (len(set(ids)), {p["numberMatched"] for p in pages}))
        self.assertEqual(pages[0]["features"], self.get(self.link(pages[1], "prev"), GEOJSON)["features"])
        six = self.get(f"/collections/{FARM}/items?bbox=112.0,41.0,-5,112.395,41.005,9000", GEOJSON)
        self.assertEqual(ids, [f["id"] for f in six["features"]])
        for wrong in ("1,2,3", "112,42,113,41", "1,2,9,3,4,5", "1,2,3,4,5", "1,2,3,4,5,6,7", "a,2,3,4"):
            self.refused(f"/collections/{FARM}/items?bbox={wrong}", "bad-bbox")

    def test_datetime(self):
        """/conf/core/fc-time-definition, -response: the version that was in force; of an interval, at its end."""
        for when, n in (("2024-03-01", 2), ("2024-03-01T10:00:00Z", 2), ("2024-03-01T10:00:00.25+08:00", 2), ("2026-01-01", 1), ("2023-12-31", 0),
                        ("2024-01-01/2024-12-31", 2), ("2024-01-01/..", 1), ("../2024-12-31", 2), ("/2024-12-31", 2), ("../..", 1)):
            page = self.get(f"/collections/{RED}/items?datetime={urllib.parse.quote(when)}", GEOJSON)
            self.assertEqual((n, n, n), (page["numberMatched"], page["numberReturned"], len(page["features"])), when)
            self.assertEqual(page["features"], self.get(self.link(page, "self"), GEOJSON)["features"], when)
        self.refused(f"/collections/{RED}/items?datetime=2024-03-01&version=1", "bad-parameter")
        for wrong in ("yesterday", "2024-02-30", "2024-01-01T25:00:00Z", "2024-01-01T10:00:00", "2024-01-01 10:00:00Z", "2025-01-01/2024-01-01",
                      "2024-01-01/2024-02-01/2024-03-01", "..", ""):
            self.refused(f"/collections/{RED}/items?datetime={urllib.parse.quote(wrong)}", "bad-datetime")

    def test_unknown_parameters(self):
        """/conf/core/query-param-unknown, -invalid."""
        self.refused(f"/collections/{FARM}/items?limt=5", "unknown-parameter")
        self.refused("/collections?x=1", "unknown-parameter")
        # whoever asks for a day must not be answered as of today
        for path in ("/layers", "/classes", "/openapi.yaml", f"/collections/{FARM}/versions", f"/tiles/{FARM}/5/25/12.mvt", "/records/1",
                     "/projects/1"):
            self.refused(path + "?as_of=2020-01-01", "unknown-parameter")
        self.refused(f"/collections/{FARM}/items?f=gml", "unknown-format")

    def test_item(self):
        """/conf/core/f-op, f-success, f-links: one feature, with links to itself and its collection."""
        one = self.get(f"/collections/{FARM}/items?limit=1", GEOJSON)["features"][0]
        alone = self.get(f"/collections/{FARM}/items/{one['id']}", GEOJSON)
        self.assertEqual(alone, self.get(self.link(alone, "self"), GEOJSON))
        self.assertEqual(f"{self.base}/collections/{FARM}", self.link(alone, "collection"))
        self.assertEqual(one, {k: v for k, v in alone.items() if k != "links"})

    def test_pages_as_tables(self):
        """CSV: what GeoJSON says of each feature but its shape, of which the box; every row once over all pages, and marked as
        sample data; the headers say what JSON says in the document."""
        seen, url = [], f"/collections/{FARM}/items?f=csv&limit=500"
        everything = self.get(f"/collections/{FARM}/items?limit=10000", GEOJSON)
        while url:
            connection = http.client.HTTPConnection(self.server.host, self.server.port)
            connection.request("GET", url.removeprefix(self.base))
            answer = connection.getresponse()
            body = answer.read()
            connection.close()
            self.assertEqual((200, "text/csv"), (answer.status, answer.getheader("Content-Type").partition(";")[0]), body[:300])
            self.assertTrue(body.startswith(b"\xef\xbb\xbf"), "a spreadsheet takes it for another encoding")
            rows = list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline="")))
            self.assertEqual((str(everything["numberMatched"]), str(len(rows))),
                             (answer.getheader("OGC-NumberMatched"), answer.getheader("OGC-NumberReturned")))
            seen += rows
            links = {m[1]: m[0] for m in re.findall(r'<([^>]+)>; rel="(\w+)"', ", ".join(answer.headers.get_all("Link")))}
            self.assertEqual(len(seen) > len(rows), "prev" in links)
            url = links.get("next")
        self.assertEqual([f["id"] for f in everything["features"]], [int(r["id"]) for r in seen])
        for feature, row in zip(everything["features"], seen):
            self.assertEqual([feature["properties"][k] for k in ("name", "zone", "county")], [row[k] for k in ("name", "zone", "county")])
            self.assertEqual(feature["properties"]["code"], row["code"].lstrip("\t'"))
            self.assertEqual("示例数据", row["label"])
            polygons = feature["geometry"]["coordinates"]
            rings = polygons if feature["geometry"]["type"] == "Polygon" else [ring for polygon in polygons for ring in polygon]
            xy = [p for ring in rings for p in ring]
            self.assertEqual([f"{v:.9f}" for v in (min(p[0] for p in xy), min(p[1] for p in xy), max(p[0] for p in xy), max(p[1] for p in xy))],
                             [row[k] for k in ("west_deg", "south_deg", "east_deg", "north_deg")])
        by_accept = self.request(f"/collections/{FARM}/items?limit=2", {"Accept": "text/csv, application/json;q=0.5"})
        self.assertEqual(self.request(f"/collections/{FARM}/items?f=csv&limit=2"), by_accept)
        self.refused(f"/collections/{FARM}/items?f=csv&crs=http://www.opengis.net/def/crs/EPSG/0/4490", "bad-parameter")
        self.refused("/collections?f=csv", "unknown-format")

    @fixture.runs.whole_under_sanitizers
    def test_places_of_the_plan(self):
        """They are collections like the others: pages on and back, a count, one alone; without times, they match every one."""
        store = fixture.geodata_store(PROGRAM, self.folder / "geodata.sqlite", SOURCE / "geodata")
        server = fixture.Server(PROGRAM, "--store", store, "--threads", "2")

        def of(page, rel):
            return next((link["href"].partition(f":{server.port}")[2] for link in page["links"] if link["rel"] == rel), None)
        try:
            everything = self.get("/collections/counties/items?datetime=1990-01-01", GEOJSON, server=server)
            self.assertGreater(everything["numberMatched"], 100)
            pages, url = [], "/collections/counties/items?limit=40&bbox=100,35,130,60"
            while url:
                pages.append(self.get(url, GEOJSON, server=server))
                url = of(pages[-1], "next")
            self.assertEqual(everything["features"], [f for p in pages for f in p["features"]])
            self.assertEqual([None] + [p["features"] for p in pages[:-1]],
                             [(u := of(p, "prev")) and self.get(u, GEOJSON, server=server)["features"] for p in pages])
            self.assertEqual(404, self.request("/collections/counties/items?version=1", server=server)[0])
            one = everything["features"][7]
            alone = self.get(f"/collections/counties/items/{one['id']}", GEOJSON, server=server)
            self.assertEqual(one, {k: v for k, v in alone.items() if k != "links"})
        finally:
            server.stop()

    def test_a_version_that_switches_between_two_pages(self):
        """Pages go on in the version of the first: none of its features is lost, none of another's comes in."""
        store = self.folder / "switch.sqlite"
        subprocess.run([PROGRAM, "init", store], check=True, capture_output=True)
        fixture.import_layer(PROGRAM, self.folder, str(store), FARM, fixture.LAYERS[FARM][0]())
        with_other = fixture.Server(PROGRAM, "--store", str(store), "--threads", "2")
        try:
            first = self.get(f"/collections/{FARM}/items?limit=700", GEOJSON, server=with_other)
            rest = next(link["href"] for link in first["links"] if link["rel"] == "next").partition(f":{with_other.port}")[2]
            fixture.import_layer(PROGRAM, self.folder, str(store), FARM, fixture.collection(fixture.feature((111.75, 40.80, 111.76, 40.81), BSM="N1")))
            fixture.runs.wait_until(lambda: self.get(f"/collections/{FARM}", server=with_other)["version"] == 2)
            second = self.get(rest, GEOJSON, server=with_other)
        finally:
            with_other.stop()
        self.assertEqual((700, 501, 1201), (len(first["features"]), len(second["features"]), second["numberMatched"]))
        self.assertEqual(1201, len({f["properties"]["code"] for f in first["features"] + second["features"]}))

    # ---- addresses ----

    def test_behind_a_proxy(self):
        """Links are what the client can follow: under another host, scheme and path; what is no address is passed over."""
        def to(headers):
            return self.get("/", headers=headers)["links"][0]["href"]
        self.assertEqual("https://gis.example.cn/map/hx/?f=json", to({"Host": "10.0.0.1:80", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "gis.example.cn, inner",
                                                                      "X-Forwarded-Prefix": "/map/hx/"}))
        self.assertEqual("http://gis.example.cn:8443/?f=json", to({"Host": "gis.example.cn:8443"}))
        for odd in ({"X-Forwarded-Host": 'x"><script>'}, {"X-Forwarded-Proto": "javascript"}, {"X-Forwarded-Prefix": "//evil\" x"}, {"X-Forwarded-Prefix": "no/slash"}):
            self.assertEqual(f"{self.base}/?f=json", to(odd), odd)

    def test_a_request_without_a_host(self):
        """HTTP 1.0 names none: links are by the address that the server listens on."""
        with socket.create_connection((self.server.host, self.server.port)) as s:
            s.sendall(b"GET / HTTP/1.0\r\n\r\n")
            answer = b"".join(iter(lambda: s.recv(65536), b""))
        self.assertEqual(f"{self.base}/?f=json", json.loads(answer.partition(b"\r\n\r\n")[2])["links"][0]["href"])

    def test_public_url(self):
        """--public-url stands before every link, whatever a request says."""
        server = fixture.Server(PROGRAM, "--store", fixture.beside(self.store), "--public-url", "https://gis.example.cn/hx")
        try:
            page = self.get("/?f=json", headers={"X-Forwarded-Host": "other"}, server=server)
            self.assertTrue(all(link["href"].startswith("https://gis.example.cn/hx/") for link in page["links"]))
        finally:
            server.stop()
        for wrong in ("gis.example.cn", "https://gis.example.cn/", "ftp://x", "https://a b", "https://", 'https://x/"'):
            done = subprocess.run([PROGRAM, "serve", "--store", self.store, "--port", "0", "--public-url", wrong], capture_output=True, text=True)
            self.assertNotEqual(0, done.returncode, wrong)
            self.assertIn("--public-url", done.stderr, wrong)

    # ---- clients ----

    def test_gdal_reads_every_feature(self):
        """GDAL's OAPIF driver follows the pages to the end, and filters by box."""
        data = gdal.OpenEx(f"OAPIF:{self.base}", gdal.OF_VECTOR, open_options=["PAGE_SIZE=500"])
        layer = data.GetLayerByName(FARM)
        codes = {f["code"] for f in layer}
        self.assertEqual((1201, 1201), (len(codes), layer.GetFeatureCount()))
        layer.SetSpatialFilterRect(112.0, 41.0, 112.395, 41.005)
        self.assertEqual(40, sum(1 for _ in layer))

    def test_qgis_reads_every_feature(self):
        """QGIS's provider goes on to the last page."""
        script = ("layer = QgsVectorLayer(f\"url='{sys.argv[1]}' typename='{sys.argv[2]}'\", 'farm', 'OAPIF')\n"
                  "print(layer.isValid(), layer.featureCount(), len({f['code'] for f in layer.getFeatures()}))\n")
        self.assertEqual(["True", "1201", "1201"], fixture.in_qgis(self.folder, script, self.base, FARM).split())

    def test_owslib_reads(self):
        """OWSLib finds the collections and reads them."""
        try:
            from owslib.ogcapi.features import Features
        except ImportError:
            self.skipTest("python3-owslib is not installed")
        client = Features(self.base + "/")
        self.assertIn(CORE, client.conformance()["conformsTo"])
        self.assertIn(FARM, client.feature_collections())
        page = client.collection_items(FARM, limit=5, bbox=[112.0, 41.0, 112.395, 41.005])
        self.assertEqual((40, 5), (page["numberMatched"], page["numberReturned"]))
        one = client.collection_item(FARM, str(page["features"][0]["id"]))
        self.assertEqual(page["features"][0]["properties"], one["properties"])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
