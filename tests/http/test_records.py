#!/usr/bin/env python3
"""The server against the requirements of OGC API - Records - Part 1: Core (20-004r1), each named where it is asked, and through OWSLib
where that is installed. Tested against, not certified.
  test_records.py HONGXIAN SOURCE_DIR"""
import hashlib
import http.client
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest
import urllib.parse

PROGRAM, SOURCE = sys.argv[1], pathlib.Path(sys.argv[2])
import fixture  # noqa: E402

CONF = "http://www.opengis.net/spec/ogcapi-records-1/1.0/conf/"
RED, FARM, URBAN = "ecological_red_line", "permanent_basic_farmland", "urban_development_boundary"
JSON, GEOJSON, CATALOG, HTML = "application/json", "application/geo+json", "application/ogc-catalog+json", "text/html"
PATH = "/collections/layer-catalog"


@fixture.runs.no_threads
class Records(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        """The red line in two versions, from 2024-01-01 and from 2025-06-01, and a draft; the others in one."""
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="hongxian-records-"))
        cls.store = fixture.make_store(PROGRAM, cls.folder)
        one = fixture.write_json(cls.folder / "new-line.geojson", fixture.collection(fixture.feature((111.75, 40.80, 111.76, 40.81), BSM="N1", MC="新")))
        cover = fixture.write_json(cls.folder / "cover.geojson", fixture.collection(fixture.feature(fixture.COVERAGE, BSM="C")))
        for more in (["--effective-from", "2025-06-01", "--document", "测试〔2025〕6号"], ["--draft", "--document", "测试〔2026〕9号"]):
            subprocess.run([fixture.store_maker(PROGRAM), "import", "--store", cls.store, one, "--layer", RED, "--synthetic", "--coverage", cover, *more],
                           check=True, capture_output=True)
        cls.sum = hashlib.sha256(pathlib.Path(one).read_bytes()).hexdigest()
        cls.server = fixture.Server(PROGRAM, "--store", cls.store, "--threads", "2")
        cls.base = f"http://{cls.server.host}:{cls.server.port}"

    @classmethod
    def tearDownClass(cls):
        fixture.stop_well(cls.server, cls.folder)

    def request(self, url, headers=None):
        connection = http.client.HTTPConnection(self.server.host, self.server.port)
        try:
            connection.request("GET", url.removeprefix(self.base), headers=headers or {})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def get(self, url, kind=GEOJSON, headers=None):
        status, told, body = self.request(url, headers)
        self.assertEqual((200, kind), (status, told["Content-Type"].partition(";")[0]), body[:300])
        return json.loads(body)

    def link(self, answer, rel):
        found = [link for link in answer["links"] if link["rel"] == rel]
        for link in found:
            self.assertTrue(link["href"].startswith(self.base) and link["type"], link)
        self.assertLessEqual(len(found), 1, rel)
        return found[0]["href"] if found else None

    def ids(self, query=""):
        return [r["id"] for r in self.get(f"{PATH}/items?{query}")["features"]]

    def test_conformance_and_catalog(self):
        """/req/json/conformance, /req/searchable-catalog; /req/records-api/catalogs-response, catalog-response; /req/record-collection/itemType,
        mandatory-properties-collection, links, links-records, default-mediatype: the catalogue stands among the collections and is the same alone."""
        named = {c.removeprefix(CONF) for c in self.get("/conformance", JSON)["conformsTo"] if c.startswith(CONF)}
        self.assertEqual({"record-core", "record-collection", "record-core-query-parameters", "records-api", "json", "html", "searchable-catalog"}, named)
        listed, = [c for c in self.get("/collections", JSON)["collections"] if c["itemType"] == "record"]
        alone = self.get(self.link(listed, "self"), CATALOG)
        self.assertEqual(listed, alone)
        self.assertEqual(("layer-catalog", "Collection"), (alone["id"], alone["type"]))
        self.assertEqual(f"{self.base}{PATH}/items", self.link(alone, "items"))
        tags = set()
        for accept, kind in (("*/*", CATALOG), ("application/json", JSON), (f"{CATALOG}, application/json;q=0.5", CATALOG)):
            status, told, body = self.request(PATH, {"Accept": accept})
            self.assertEqual((200, kind, alone), (status, told["Content-Type"].partition(";")[0], json.loads(body)))
            self.assertEqual(304, self.request(PATH, {"Accept": accept, "If-None-Match": told["ETag"]})[0])
            tags.add((told["ETag"], kind))
        self.assertEqual(2, len(tags))   # a cache gives nobody the other's media type

    def check_record(self, r):
        """recordGeoJSON.yaml and recordCommonProperties.yaml, by their required members and the types of those that are given."""
        self.assertEqual({"id", "type", "conformsTo", "time", "geometry", "properties", "links"}, set(r))
        self.assertEqual("Feature", r["type"])
        if r["time"]:
            for end in r["time"]["interval"]:
                self.assertRegex(end, r"^(\.\.|\d{4}-\d\d-\d\d)$")
        if r["geometry"]:
            ring, = r["geometry"]["coordinates"]
            self.assertEqual(("Polygon", ring[0], 5), (r["geometry"]["type"], ring[-1], len(ring)))
        p = r["properties"]
        self.assertTrue(p["title"] and p["description"] and p["language"]["code"] == "zh" and p["type"] == "dataset")
        self.assertRegex(p["created"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$")
        self.assertTrue(all(isinstance(k, str) for k in p["keywords"]))
        self.assertTrue(all(i["value"] for i in p["externalIds"]))

    def test_records(self):
        """/req/records-api/records-op, record-op, record-response; /req/record-core/mandatory-properties-record, links, time-zone; /req/json/record-response,
        record-content: one for each version that was ever in use, no draft, each the same alone, in exactly one catalogue, with its features."""
        page = self.get(self.link(self.get(PATH, CATALOG), "items"))
        self.assertEqual("<http://www.opengis.net/def/crs/OGC/1.3/CRS84>", self.request(f"{PATH}/items")[1]["Content-Crs"])
        self.assertEqual({f"{RED}.1", f"{RED}.2", f"{FARM}.1", f"{URBAN}.1"}, {r["id"] for r in page["features"]})
        self.assertEqual(("FeatureCollection", 4, 4), (page["type"], page["numberMatched"], page["numberReturned"]))
        self.assertRegex(page["timeStamp"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        for r in page["features"]:
            self.check_record(r)
            self.assertEqual(r, self.get(self.link(r, "self")))
            self.assertEqual(f"{self.base}{PATH}", self.link(r, "collection"))
            p = r["properties"]
            features = self.get(self.link(r, "item"))
            self.assertEqual(p["n_features"], features["numberMatched"])
            version, = [v for v in self.get(f"/collections/{p['layer']}/versions", JSON)["versions"] if v["version"] == p["version"]]
            self.assertEqual([version[k] for k in ("status", "document_no", "label", "synthetic", "source_sha256", "n_refused")],
                             [p[k] for k in ("status", "document_no", "label", "synthetic")] + [p["externalIds"][0]["value"], p["n_refused"]])
            self.assertEqual([version["effective_from"] or "..", version["effective_to"] or ".."], r["time"]["interval"])
            if p["status"] == "current":
                xs = [x for f in features["features"] for polygon in ([f["geometry"]["coordinates"]] if f["geometry"]["type"] == "Polygon" else f["geometry"]["coordinates"])
                      for x, _ in polygon[0]]
                ring, = r["geometry"]["coordinates"]
                self.assertTrue(abs(min(x for x, _ in ring) - min(xs)) < 1e-5)
        for wrong in (f"{RED}.3", f"{RED}.9", RED, "x"):   # 3 is a draft
            status, _, body = self.request(f"{PATH}/items/{wrong}")
            self.assertEqual((404, "unknown-record"), (status, json.loads(body)["code"]))

    def test_pages(self):
        """/req/record-core-query-parameters/limit: links lead over every record once, in the same order, and keep the search."""
        everything = self.ids()
        for limit in (1, 3, 4):
            for query, want in (("", everything), ("&q=ecological", self.ids("q=ecological")), (f"&layer={RED}&label=" + urllib.parse.quote("示例数据"), self.ids(f"layer={RED}"))):
                seen, url = [], f"{PATH}/items?limit={limit}{query}"
                while url:
                    page = self.get(url)
                    self.assertLessEqual(page["numberReturned"], limit)
                    self.assertEqual(len(want), page["numberMatched"])
                    self.assertEqual(page["features"], self.get(self.link(page, "self"))["features"])
                    seen += [r["id"] for r in page["features"]]
                    url = self.link(page, "next")
                self.assertEqual(want, seen)
        self.assertEqual(everything, self.ids("limit=99999"))

    def test_search(self):
        """/req/record-core-query-parameters/*-response, /req/records-api/query-params: bbox, datetime, q, type, ids, externalIds and properties, each alone and
        together, held against what the records themselves say."""
        records = {r["id"]: r for r in self.get(f"{PATH}/items")["features"]}

        def by(holds):
            return [i for i, r in records.items() if holds(r)]
        for box in ((111.0, 40.0, 113.0, 42.0), (111.745, 40.81, 111.75, 40.82), (111.79, 40.80, 111.82, 40.82), (0, 0, 1, 1), (179, -90, -179, 90), (110, 40, 100, 42)):
            def meets(r, box=box):
                if not r["geometry"]:
                    return False
                (west, south), _, (east, north), _, _ = r["geometry"]["coordinates"][0]
                spans = [(box[0], box[2])] if box[0] <= box[2] else [(box[0], 180), (-180, box[2])]
                return south <= box[3] and north >= box[1] and any(west <= e and east >= w for w, e in spans)
            self.assertEqual(by(meets), self.ids("bbox=" + ",".join(map(str, box))), box)
        for time, first, last in (("2024-06-01", "2024-06-01", "2024-06-01"), ("2025-07-01T08:00:00Z", "2025-07-01", "2025-07-01"),
                                  ("../2023-12-31", "0000", "2023-12-31"), ("2025-06-01/..", "2025-06-01", "9999"), ("2024-01-01/2025-05-31", "2024-01-01", "2025-05-31")):
            def in_force(r, first=first, last=last):
                begin, end = r["time"]["interval"]
                return (begin == ".." or begin <= last) and (end == ".." or end >= first)
            self.assertEqual(by(in_force), self.ids("datetime=" + urllib.parse.quote(time)), time)
        for q, holds in (("红线", lambda r: r["properties"]["layer"] == RED), ("RED LINE", lambda r: r["properties"]["layer"] == RED),
                         ("red   line", lambda r: r["properties"]["layer"] == RED), ("line red", lambda r: False), ("redline", lambda r: False),
                         ("basic,boundary", lambda r: r["properties"]["layer"] in (FARM, URBAN)), (" basic ,", lambda r: r["properties"]["layer"] == FARM),
                         ("测试〔2025〕6号", lambda r: r["id"] == f"{RED}.2"), ("示例数据", lambda r: r["properties"]["synthetic"]), ("nothing", lambda r: False), ("", lambda r: False)):
            self.assertEqual(by(holds), self.ids("q=" + urllib.parse.quote(q)), q)
        self.assertEqual((list(records), list(records), []), (self.ids("type=dataset"), self.ids("type=service,dataset"), self.ids("type=data")))
        self.assertEqual([f"{RED}.1", f"{FARM}.1"], sorted(self.ids(f"ids={FARM}.1,{RED}.1,x")))
        self.assertEqual([], self.ids("ids="))
        for external in (self.sum, f"sha256:{self.sum}", f"x,{self.sum}"):
            self.assertEqual([f"{RED}.2"], self.ids(f"externalIds={external}"))
        self.assertEqual((list(records), [], []), (self.ids("externalIds=sha256:"), self.ids(f"externalIds=md5:{self.sum}"), self.ids("externalIds=")))
        self.assertEqual([f"{RED}.1"], self.ids("q=ecological&datetime=2024-06-01&bbox=111,40,113,42&type=dataset"))
        for name in ("layer", "version", "status", "document_no", "label"):
            values = {r["properties"][name] for r in records.values()}
            for value in (*values, "nothing"):
                self.assertEqual(by(lambda r: r["properties"][name] == value), self.ids(f"{name}={urllib.parse.quote(str(value))}"), (name, value))
        self.assertEqual([f"{RED}.1"], self.ids(f"layer={RED}&status=retired"))
        for wrong in ("bbox=1,2,3", "datetime=yesterday", "limit=0", "filter=x", "q=a&q=b", "after=x", "crs=x"):
            self.assertEqual(400, self.request(f"{PATH}/items?{wrong}")[0], wrong)

    def test_pages_for_people(self):
        """/req/html/*: catalogue, records and record are pages too, each linked with its JSON; the sample data is marked."""
        for url, kind, words in ((PATH, CATALOG, "目录"), (f"{PATH}/items", GEOJSON, f"{RED}.2"), (f"{PATH}/items?limit=1&q=line", GEOJSON, "下一页"),
                                 (f"{PATH}/items/{RED}.2", GEOJSON, "测试〔2025〕6号")):
            status, told, body = self.request(url, {"Accept": "text/html"})
            self.assertEqual((200, HTML), (status, told["Content-Type"].partition(";")[0]))
            self.assertIn(words, body.decode())
            self.assertIn("default-src 'none'", told["Content-Security-Policy"])
            (there, href), = re.findall(r'<link rel="alternate" type="([^"]*)" href="([^"]*)"', body.decode())
            self.assertEqual(kind, there)
            self.get(href.replace("&amp;", "&"), kind)
            self.assertEqual(HTML, self.request(self.link(self.get(url, kind), "alternate"))[1]["Content-Type"].partition(";")[0])
        self.assertIn("示例数据", self.request(f"{PATH}/items/{RED}.2?f=html")[2].decode())
        self.assertIn(PATH, self.request("/collections?f=html")[2].decode())

    def test_owslib(self):
        """OWSLib finds the catalogue by its itemType and reads its records."""
        try:
            from owslib.ogcapi.records import Records as Client
        except ImportError:
            self.skipTest("python3-owslib with owslib.ogcapi.records is not installed")
        client = Client(self.base + "/")
        self.assertEqual(["layer-catalog"], client.records())
        page = client.collection_items("layer-catalog", q="ecological", limit=1)
        self.assertEqual((2, 1), (page["numberMatched"], page["numberReturned"]))
        self.assertEqual(page["features"][0], client.collection_item("layer-catalog", page["features"][0]["id"]))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
