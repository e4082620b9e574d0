#!/usr/bin/env python3
"""The server as a citizen of HTTP: pages for people beside the JSON, tags, gzip, pages of other sites, another store in the place of
the one that is served.
  test_citizen.py HONGXIAN SOURCE_DIR"""
import concurrent.futures
import gzip
import html.parser
import http.client
import json
import os
import pathlib
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import unittest
import urllib.parse

PROGRAM, SOURCE = sys.argv[1], pathlib.Path(sys.argv[2])
import fixture  # noqa: E402

FARM, RED = "permanent_basic_farmland", "ecological_red_line"
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
JSON, GEOJSON, HTML = "application/json", "application/geo+json", "text/html"
STYLE = "application/vnd.mapbox.style+json"
HOSTILE = "<script>alert(1)</script>\"'&"
NO_END_TAG = {"meta", "link", "br"}


class Page(html.parser.HTMLParser):
    """Reads a page strictly: every element ends, in order. Knows its links, its rows, and what it would load or run."""
    def __init__(self, text):
        super().__init__()
        self.open, self.links, self.alternates, self.loads, self.counts, self.words = [], {}, [], [], {}, []
        self.feed(text)
        self.close()
        if self.open:
            raise AssertionError(f"not ended: {self.open}")

    def handle_starttag(self, tag, attributes):
        a = dict(attributes)
        if len(a) != len(attributes):
            raise AssertionError(f"an attribute twice: {attributes}")
        self.counts[tag] = self.counts.get(tag, 0) + 1
        self.loads += [tag] * (tag in ("script", "img", "iframe", "object", "form")) + [k for k in a if k.startswith("on") or k == "src"]
        if tag == "link" and a["rel"] == "alternate":
            self.alternates.append((a["type"], a["href"]))
        elif tag == "a":
            self.at = a["href"]
            self.links[self.at] = ""
        if tag not in NO_END_TAG:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.counts[tag] = self.counts.get(tag, 0) + 1

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            raise AssertionError(f"</{tag}> ends nothing")

    def handle_data(self, data):
        self.words.append(data)
        if self.open and self.open[-1] == "a":
            self.links[self.at] += data

    @property
    def text(self):
        return "".join(self.words)


@fixture.runs.no_threads  # requests one after the other
class Citizen(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="hongxian-citizen-"))
        cls.store = fixture.make_store(PROGRAM, cls.folder)
        red = fixture.red_line()
        red["features"][0]["properties"].update(MC=HOSTILE, 说明=HOSTILE)
        fixture.import_layer(PROGRAM, cls.folder, cls.store, RED, red)
        cls.server = fixture.Server(PROGRAM, "--store", cls.store, "--threads", "2", "--behind-proxy")
        cls.base = f"http://{cls.server.host}:{cls.server.port}"

    @classmethod
    def tearDownClass(cls):
        fixture.stop_well(cls.server, cls.folder)

    def request(self, url, headers=None, server=None, method="GET"):
        server = server or self.server
        connection = http.client.HTTPConnection(server.host, server.port)
        try:
            connection.request(method, url.removeprefix(self.base), headers=headers or {})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def page(self, url, headers=None, server=None):
        status, told, body = self.request(url, headers, server)
        self.assertEqual((200, "text/html; charset=utf-8"), (status, told["Content-Type"]), body[:300])
        policy = told["Content-Security-Policy"]
        self.assertTrue("default-src 'none'" in policy and "script" not in policy, policy)
        page = Page(body.decode())
        self.assertEqual([], page.loads, url)   # without JavaScript, without a network
        return page

    def json(self, url, headers=None, server=None):
        status, _, body = self.request(url, headers, server)
        self.assertEqual(200, status, body[:300])
        return json.loads(body)

    # ---- pages for people ----

    def resources(self):
        one = self.json(f"/collections/{FARM}/items?limit=1")["features"][0]["id"]
        return [("/", JSON), ("/conformance", JSON), ("/api", "application/vnd.oai.openapi+json;version=3.0"), ("/collections", JSON),
                (f"/collections/{FARM}", JSON), ("/collections/counties", JSON), (f"/collections/{FARM}/items", GEOJSON),
                (f"/collections/{FARM}/items?limit=3&bbox=112,41,112.5,41.5", GEOJSON), ("/collections/counties/items", GEOJSON),
                (f"/collections/{FARM}/items/{one}", GEOJSON), ("/tileMatrixSets", JSON), ("/tileMatrixSets/WebMercatorQuad", JSON),
                ("/tileMatrixSets/CGCS2000Quad", JSON), (f"/collections/{FARM}/tiles", JSON), ("/collections/counties/tiles", JSON),
                (f"/collections/{FARM}/tiles/WebMercatorQuad", JSON), (f"/collections/{RED}/tiles/CGCS2000Quad", JSON),
                ("/styles", JSON), ("/styles/map", STYLE), (f"/styles/{FARM}", STYLE), ("/styles/counties", STYLE)]

    def test_every_resource_is_a_page_for_people(self):
        """/conf/html/definition, /conf/html/content: every resource is HTML where that is asked for or preferred, JSON elsewhere; each
        leads to the other; a form that is not there is refused by name."""
        for url, kind in self.resources():
            sign = "&" if "?" in url else "?"
            with self.subTest(url):
                page = self.page(url, BROWSER)
                self.page(f"{url}{sign}f=html", {"Accept": kind})
                (there, href), = page.alternates
                self.assertEqual(kind, there)
                told = self.json(href, BROWSER)
                for headers in ({}, {"Accept": "*/*"}, {"Accept": "text/html;q=0.5, application/json"}, {"Accept": "text/html;q=0.5, */*"}):
                    self.assertEqual(kind, self.request(url, headers)[1]["Content-Type"].replace("; charset=utf-8", ""), headers)
                if kind == STYLE or url.startswith("/tileMatrixSets/"):   # documents of other standards, which have no links: a header
                    back = re.fullmatch(r'<([^>]+)>; rel="alternate"; type="text/html"', self.request(url)[1]["Link"])
                    self.page(back[1])
                elif url != "/api":   # likewise
                    back, = [link for link in told["links"] if link["rel"] == "alternate" and link["type"] == "text/html"]
                    self.assertEqual(HTML, back["type"])
                    self.page(back["href"])
                status, _, body = self.request(f"{url}{sign}f=gml")
                self.assertEqual((400, "unknown-format"), (status, json.loads(body)["code"]))
        self.assertEqual(404, self.request("/collections/nothing", BROWSER)[0])

    def test_pages_of_tiles_and_styles(self):
        """They say what is to be copied into a map program, as it is in JSON; show the layer on a small map, mark sample data, and have a
        patch for each colour that the style has; the grids have every level."""
        for url in (f"/collections/{RED}/tiles", f"/collections/{RED}/tiles/WebMercatorQuad", f"/styles/{RED}"):
            page = self.page(f"{url}?f=html")
            self.assertEqual(1, page.counts["svg"], url)
            self.assertIn("示例数据", page.text)
        page = self.page(f"/collections/{FARM}/tiles/WebMercatorQuad?f=html")
        template = next(link["href"] for link in self.json(f"/collections/{FARM}/tiles/WebMercatorQuad")["links"] if link["rel"] == "item")
        self.assertIn(template, page.text)
        for address in re.findall(r"http://\S+?(?:tilejson|mapbox)", page.text):
            self.assertEqual(200, self.request(address)[0], address)
        for grid in ("WebMercatorQuad", "CGCS2000Quad"):
            levels = self.json(f"/tileMatrixSets/{grid}")["tileMatrices"]
            page = self.page(f"/tileMatrixSets/{grid}?f=html")
            self.assertEqual(len(levels) + 1 + 3, page.counts["tr"])
            for level in levels:
                self.assertIn(f"{level['scaleDenominator']:.2f}", page.text)
        colours = json.dumps(self.json(f"/styles/{RED}")["layers"][0]["paint"]["fill-color"]).count("rgba(")
        body = self.request(f"/styles/{RED}?f=html")[2].decode()
        self.assertEqual(colours, body.count("background:rgba("))
        listed = self.page("/styles?f=html").links
        for style in self.json("/styles")["styles"]:
            self.assertTrue(any(h.endswith(f"/styles/{style['id']}?f=html") for h in listed), style)
        for way in (f"/collections/{FARM}?f=html", "/?f=html"):
            self.assertTrue(any("/styles" in h for h in self.page(way).links), way)

    def test_a_person_walks_from_the_start_to_a_feature(self):
        """By the links of the pages alone: every feature of the layer is reached, on pages that lead on and back, and each has the
        fields that the JSON has."""
        def follow(page, says):
            href, = [h for h, text in page.links.items() if says in text]
            return self.page(href)
        collections = follow(self.page("/?f=html"), "图层")
        layer = follow(collections, "永久基本农田")
        page, seen, n_pages = follow(layer, "要素 Its"), set(), 0
        while True:
            seen |= {h for h in page.links if "/items/" in h}
            n_pages += 1
            self.assertGreater(page.counts["svg"], 0)
            onward = [h for h, text in page.links.items() if "下一页" in text]
            if not onward:
                break
            page = self.page(onward[0])
        self.assertEqual((1201, 13), (len(seen), n_pages))
        before, = [h for h, text in page.links.items() if "上一页" in text]
        self.assertEqual(100, sum("/items/" in h for h in self.page(before).links))
        address = sorted(seen)[0]
        feature, alone = self.json(address.replace("f=html", "f=json")), self.page(address)
        self.assertIn(feature["properties"]["code"], alone.text)
        self.assertIn("示例数据", alone.text)
        for p in (collections, layer, page):
            self.assertIn("示例数据", p.text)

    def test_texts_of_data_are_texts(self):
        """A name that is markup is shown as it is, in lists and alone; nothing of it runs."""
        page = self.page(f"/collections/{RED}/items?f=html")
        self.assertIn(HOSTILE, page.text)
        alone = self.page(next(h for h in page.links if "/items/" in h))
        self.assertIn(HOSTILE, alone.text)
        self.assertEqual(2, alone.text.count(HOSTILE))   # the name, and a field of its own

    def test_the_map_shows_what_the_page_holds(self):
        """The small map draws each feature of its page once; a filter by box is kept from page to page."""
        page = self.page(f"/collections/{FARM}/items?f=html&limit=7&bbox=112.0,41.0,112.395,41.005")
        self.assertIn("符合条件的共 40 个", page.text)
        status, _, body = self.request(f"/collections/{FARM}/items?f=html&limit=7&bbox=112.0,41.0,112.395,41.005")
        self.assertEqual(7, body.count(b'<path class="shape"'))
        onward, = [h for h, text in page.links.items() if "下一页" in text][:1]
        self.assertIn("符合条件的共 40 个", self.page(onward).text)

    def test_pages_of_an_earlier_version(self):
        """Its features are listed, and no link leads from them to a feature of the version in force."""
        page = self.page(f"/collections/{RED}/items?version=1&f=html")
        self.assertEqual([], [h for h in page.links if "/items/" in h])
        self.assertIn("ERL-1", page.text)

    def test_the_start_is_the_map_where_there_is_one(self):
        """A browser at / gets the map; ?f=html is the page that needs no JavaScript, and leads to the map."""
        (self.folder / "web").mkdir()
        (self.folder / "web" / "index.html").write_text("<!doctype html><title>地图</title>", encoding="utf-8")
        server = fixture.Server(PROGRAM, "--store", fixture.beside(self.store), "--web", str(self.folder / "web"))
        try:
            self.assertIn("<title>地图", self.request("/", BROWSER, server)[2].decode())
            self.assertIn(f"http://{server.host}:{server.port}/", self.page("/?f=html", server=server).links)
        finally:
            server.stop()

    def test_links_of_pages_behind_a_proxy(self):
        """They are by the address at which the client reaches the service, under any path."""
        page = self.page(f"/collections/{FARM}?f=html", {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "gis.example.cn", "X-Forwarded-Prefix": "/hx"})
        self.assertEqual([], [h for h in page.links if not h.startswith("https://gis.example.cn/hx/")])

    def test_places_of_the_plan_as_pages(self):
        """Sets of places have pages like layers, with their points on the map, and so does the sample data, over its units."""
        store = fixture.geodata_store(PROGRAM, self.folder / "geodata.sqlite", SOURCE / "geodata")
        server = fixture.Server(PROGRAM, "--store", store)
        try:
            for url in ("/collections/counties?f=html", "/collections/plan_layout?f=html", "/collections/counties/items?f=html", f"/collections/{RED}?f=html"):
                self.assertEqual(1, self.page(url, server=server).counts["svg"], url)
            self.assertIn(b"<circle", self.request("/collections/counties/items?f=html", server=server)[2])
            self.assertIn(b'class="ground"', self.request(f"/collections/{RED}?f=html", server=server)[2])
            listed = self.page("/collections/counties/items?f=html&limit=5", server=server)
            one = next(h for h in listed.links if "/items/" in h)
            self.assertEqual(1, self.page(urllib.parse.urlsplit(one)._replace(scheme="", netloc="").geturl(), server=server).counts["svg"])
        finally:
            server.stop()

    # ---- conditional requests ----

    def test_what_the_client_has_is_not_sent_again(self):
        """Every resource has a weak tag; who names it, alone or in a list, gets 304 without a body and with the same tag. The tag is another
        for another form, address, page or parameter: a cache between never gives one for the other."""
        tags = {}
        for url, kind in self.resources():
            for headers in ({"Accept": kind}, BROWSER):
                with self.subTest(url=url, headers=headers):
                    status, told, _ = self.request(url, headers)
                    tag = told["ETag"]
                    self.assertRegex(tag, r'^W/"[0-9a-f]{32}"$')
                    self.assertIn("Accept-Encoding", told["Vary"])
                    self.assertRegex(told["Vary"], r"\bAccept\b(?!-)")
                    for known in (tag, f'"x", {tag}', tag.removeprefix("W/")):
                        status, again, body = self.request(url, {**headers, "If-None-Match": known})
                        self.assertEqual((304, b"", tag, told["Vary"], told["Cache-Control"]), (status, body, again["ETag"], again["Vary"], again["Cache-Control"]))
                    self.assertEqual(200, self.request(url, {**headers, "If-None-Match": '"x"'})[0])
                    self.assertNotIn(tag, tags)
                    tags[tag] = url
        elsewhere = self.request("/collections", {"X-Forwarded-Prefix": "/hx"})[1]["ETag"]
        self.assertNotIn(elsewhere, tags)
        self.assertEqual(404, self.request("/collections/nothing", {"If-None-Match": "*"})[0])
        self.assertEqual(400, self.request("/collections?x=1", {"If-None-Match": ", ".join(tags)})[0])

    def test_a_new_version_has_a_new_tag(self):
        """After an import nobody is told that he has the current answer, of the layer, of its features, nor of the list; after the plan is
        loaded anew nobody of its places."""
        store = self.folder / "tags.sqlite"
        fixture.empty_store(PROGRAM, store)
        fixture.import_layer(PROGRAM, self.folder, str(store), RED, fixture.red_line())
        server = fixture.Server(PROGRAM, "--store", str(store))
        urls = ("/collections", f"/collections/{RED}", f"/collections/{RED}/items", "/collections/counties", "/collections/counties/items")
        try:
            def changed(of):
                return all(self.request(u, {"If-None-Match": before[u]}, server)[0] == 200 for u in of)
            before = {u: self.request(u, server=server)[1]["ETag"] for u in urls}
            self.assertFalse(any(changed([u]) for u in urls))
            fixture.import_layer(PROGRAM, self.folder, str(store), RED, fixture.collection(fixture.feature((111.75, 40.8, 111.76, 40.81), BSM="N")))
            fixture.runs.wait_until(lambda: changed(urls[:3]))
            before = {u: self.request(u, server=server)[1]["ETag"] for u in urls}
            fixture.run(fixture.store_maker(PROGRAM), "import", "--store", store, "--geodata", SOURCE / "geodata")
            fixture.runs.wait_until(lambda: changed(urls))
            self.assertGreater(self.json("/collections/counties/items", server=server)["numberMatched"], 100)
        finally:
            server.stop()

    def test_kept_documents_are_each_clients_own(self):
        """A document that is made once for a state is sent again only to who asks the same: under a hundred addresses, by turns and at once,
        each client has links to its own."""
        def ask(i):
            base = f"https://h{i % 100}.example.cn/p"
            told = self.json("/collections", {"X-Forwarded-Proto": "https", "X-Forwarded-Host": f"h{i % 100}.example.cn", "X-Forwarded-Prefix": "/p"})
            links = told["links"] + [link for c in told["collections"] for link in c["links"]]
            return all(link["href"].startswith(base) for link in links)
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            self.assertTrue(all(pool.map(ask, [i // 2 for i in range(400)])))

    # ---- gzip ----

    def test_texts_are_compressed_for_who_takes_it(self):
        """The compressed answer is the plain one, and much smaller: documents, pages, and features that are streamed; short ones and
        those of clients that refuse gzip stay plain."""
        def plain(body):
            return re.sub(rb'"timeStamp":"[^"]*",', b"", body)
        for url, kind in self.resources() + [(f"/collections/{FARM}/items?limit=1201", GEOJSON), ("/layers", JSON)]:
            with self.subTest(url):
                _, told, body = self.request(url, {"Accept-Encoding": "gzip"})
                _, plainly, whole = self.request(url)
                self.assertNotIn("Content-Encoding", plainly)
                if len(whole) <= 1024 and not re.search(r"/items(\?|$)", url):   # of a stream nobody knows how long it gets
                    self.assertNotIn("Content-Encoding", told)
                    continue
                self.assertEqual(("gzip", told["Content-Type"]), (told["Content-Encoding"], plainly["Content-Type"]))
                self.assertEqual(plain(whole), plain(gzip.decompress(body)))
                if len(whole) > 5000:
                    self.assertLess(3 * len(body), len(whole))
        for refused in ("gzip;q=0", "identity", "br, gzip;q=0.0", "*, gzip;q=0"):
            self.assertNotIn("Content-Encoding", self.request("/collections", {"Accept-Encoding": refused})[1])
        self.assertEqual("gzip", self.request("/collections", {"Accept-Encoding": "br;q=1.0, gzip;q=0.5"})[1]["Content-Encoding"])
        tile = self.request(f"/tiles/{FARM}/9/415/191.mvt", {"Accept-Encoding": "br"})
        self.assertNotIn("Content-Encoding", tile[1])

    def test_a_compressed_stream_that_nobody_reads_to_its_end(self):
        """A client that goes away in the middle leaves the server able to answer."""
        for _ in range(5):
            connection = http.client.HTTPConnection(self.server.host, self.server.port)
            connection.request("GET", f"/collections/{FARM}/items?limit=1201", headers={"Accept-Encoding": "gzip"})
            connection.getresponse().read(100)
            connection.close()
        self.assertEqual(200, self.request("/health")[0])

    # ---- pages of other sites ----

    def test_other_sites_read_only_what_is_published_and_only_by_option(self):
        """Without --cors no page of another site reads anything. With it one reads what is published, errors too, and asks before;
        papers of persons, checks and whatever changes something stay closed."""
        allow = "Access-Control-Allow-Origin"
        origin = {"Origin": "https://portal.example.cn"}
        self.assertNotIn(allow, self.request("/collections", origin)[1])
        self.assertEqual(405, self.request("/collections", origin, method="OPTIONS")[0])
        for option in ("https://portal.example.cn", "*"):
            server = fixture.Server(PROGRAM, "--store", fixture.beside(self.store), "--cors", option)
            try:
                for url in ("/", "/conformance", "/api", "/collections", f"/collections/{FARM}", f"/collections/{FARM}/items", "/layers",
                            f"/tiles/{FARM}/9/415/191.mvt", "/collections/nothing", "/collections?x=1"):
                    told = self.request(url, origin, server)[1]
                    self.assertEqual([option], told.get_all(allow), url)
                    for exposed in ("Content-Crs", "ETag", "Link", "OGC-NumberMatched"):
                        self.assertIn(exposed, told["Access-Control-Expose-Headers"])
                tag = self.request("/collections", origin, server)[1]["ETag"]
                status, told, _ = self.request("/collections", {**origin, "If-None-Match": tag}, server)
                self.assertEqual((304, option), (status, told[allow]))
                status, told, body = self.request(f"/collections/{FARM}/items", {**origin, "Access-Control-Request-Method": "GET",
                                                                                 "Access-Control-Request-Headers": "if-none-match"}, server, "OPTIONS")
                self.assertEqual((204, b"", option, "GET, HEAD"), (status, body, told[allow], told["Access-Control-Allow-Methods"]))
                self.assertIn("If-None-Match", told["Access-Control-Allow-Headers"])
                for method, url in (("GET", "/records"), ("GET", "/projects"), ("GET", "/jobs"), ("OPTIONS", "/records"), ("OPTIONS", "/check"),
                                    ("OPTIONS", "/jobs"), ("GET", "/nothing"), ("GET", "/check")):
                    self.assertNotIn(allow, self.request(url, origin, server, method)[1], (method, url))
            finally:
                self.assertEqual(0, server.stop())
        for wrong in ("", "portal.example.cn", "https://portal.example.cn/", "https://portal.example.cn/x", "null", "https://a, https://b"):
            done = subprocess.run([PROGRAM, "serve", "--store", self.store, "--port", "0", "--cors", wrong], capture_output=True, text=True)
            self.assertNotEqual(0, done.returncode, wrong)
            self.assertIn("--cors", done.stderr, wrong)


OTHER = fixture.collection(fixture.feature((111.72, 40.80, 111.73, 40.81), BSM="B-1", MC="乙库"))   # where the farmland of the fixture lies, not its red line
STRADDLING = json.dumps(fixture.feature((111.705, 40.80, 111.715, 40.81))).encode()                  # on the fixture's red line, not on this


class Replaced(unittest.TestCase):
    """The file of a store that is served is replaced, taken away, written over. What is answered is of the file that is there now, or 503."""
    @classmethod
    def setUpClass(cls):
        cls.both = pathlib.Path(tempfile.mkdtemp(prefix="hongxian-replaced-"))
        cls.addClassCleanup(shutil.rmtree, cls.both)
        for name, content in (("a.sqlite", fixture.red_line()), ("b.sqlite", OTHER)):
            fixture.empty_store(PROGRAM, cls.both / name)
            fixture.import_layer(PROGRAM, cls.both, str(cls.both / name), RED, content)

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="hongxian-replaced-"))
        self.addCleanup(shutil.rmtree, self.folder)
        shutil.copytree(self.both, self.folder, dirs_exist_ok=True)
        self.path, self.other = self.folder / "a.sqlite", self.folder / "b.sqlite"

    def serve(self, *options):
        self.server = fixture.Server(PROGRAM, "--store", str(self.path), "--threads", "3", *options)

        def stop():
            self.assertEqual(0, self.server.stop(), self.server.log)
            self.assertNotIn("Sanitizer", self.server.log)
        self.addCleanup(stop)

    def request(self, url, body=None):
        connection = http.client.HTTPConnection(self.server.host, self.server.port)
        try:
            connection.request("POST" if body else "GET", url, body=body)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def tell(self):
        """What the store that is served says of itself, by every door: the names of the red line's features, and whether the parcel is on it."""
        names = [f["properties"]["name"] for f in json.loads(self.request(f"/collections/{RED}/items")[2])["features"]]
        collection = json.loads(self.request(f"/collections/{RED}")[2])
        listed = next(c for c in json.loads(self.request("/collections")[2])["collections"] if c["id"] == RED)
        self.assertEqual([len(names)] * 2, [collection["n_features"], listed["n_features"]])
        red = next(line for line in json.loads(self.request("/check", STRADDLING)[2])["parcels"][0]["layers"] if line["layer"] == RED)
        return names, red["status"] == "overlap"

    def assert_unserved(self, code, *urls):
        status, told, body = self.request("/health")       # the one that answers, and says what is wrong
        said = json.loads(body)
        self.assertEqual((503, "failed", "1"), (status, said["status"], told["Retry-After"]), body)
        self.assertIn(code, [w["code"] for w in said["warnings"]])
        for url in urls or ("/collections", f"/collections/{RED}/items", f"/tiles/{RED}/9/415/191.mvt"):
            status, told, body = self.request(url)
            self.assertEqual((503, "application/problem+json; charset=utf-8", "1"), (status, told["Content-Type"], told["Retry-After"]), body)
            said = json.loads(body)
            self.assertEqual(code, said["code"])
            self.assertTrue(said["detail"] and said["detail_en"])
        self.assertEqual(503, self.request("/check", STRADDLING)[0])

    A, B = (["北山", "南山"], True), (["乙库"], False)

    def test_another_store_in_its_place_is_taken_up(self):
        """The next request after a rename is answered from the new file, by every door, again and again, with what it says of its own
        tags; also when an import left a journal beside the old one."""
        self.serve()
        self.assertEqual(self.A, self.tell())
        tag = self.request("/collections")[1]["ETag"]
        kept = self.folder / "kept.sqlite"
        shutil.copyfile(self.other, kept)
        os.replace(self.other, self.path)
        self.assertEqual(self.B, self.tell())
        self.assertNotEqual(tag, self.request("/collections")[1]["ETag"])
        fixture.import_layer(PROGRAM, self.folder, str(self.path), RED, fixture.red_line())
        fixture.runs.wait_until(lambda: self.tell() == self.A)
        self.assertGreater(os.path.getsize(f"{self.path}-wal"), 0)
        os.replace(kept, self.path)
        self.assertEqual(self.B, self.tell())
        self.assertEqual("ok\n", self.ask(self.path))

    def ask(self, store, question="PRAGMA integrity_check"):
        database = sqlite3.connect(f"file:{store}?mode=ro", uri=True)
        try:
            return "".join(f"{row[0]}\n" for row in database.execute(question))
        finally:
            database.close()

    @fixture.runs.whole_under_sanitizers
    def test_a_store_that_was_moved_away_is_whole(self):
        """What an import had still in its journal goes into the file that was moved away, not into the one that came."""
        self.serve()
        self.assertEqual(self.A, self.tell())
        fixture.import_layer(PROGRAM, self.folder, str(self.path), RED, fixture.collection(*OTHER["features"], *fixture.red_line()["features"]))
        fixture.runs.wait_until(lambda: len(self.tell()[0]) == 3)
        aside = self.folder / "aside.sqlite"
        os.rename(self.path, aside)
        os.rename(self.other, self.path)
        self.assertEqual(self.B, self.tell())
        self.assertEqual("ok\n", self.ask(aside))
        self.assertEqual("3\n", self.ask(aside, "SELECT max(n_features) FROM layer_version"))

    @fixture.runs.no_threads
    def test_no_store_is_503(self):
        """Taken away: 503 with a sentence for whatever needs it; put back: as before. A file that is no store in its place, likewise."""
        self.serve()
        aside = self.folder / "aside.sqlite"
        self.assertEqual(self.A, self.tell())
        os.rename(self.path, aside)
        self.assert_unserved("store-not-found")
        os.rename(aside, self.path)
        self.assertEqual(self.A, self.tell())
        rubbish = self.folder / "rubbish"
        rubbish.write_text("no store" * 1000)
        os.replace(rubbish, self.path)
        self.assert_unserved("store-foreign")
        os.replace(self.other, self.path)
        fixture.runs.wait_until(lambda: self.request("/health")[0] == 200)
        self.assertEqual(self.B, self.tell())

    def test_a_store_that_is_written_over(self):
        """A copy over the file itself: as after a restart, within a moment."""
        self.serve()
        self.assertEqual(self.A, self.tell())
        shutil.copyfile(self.other, self.path)
        fixture.runs.wait_until(lambda: json.loads(self.request(f"/collections/{RED}")[2]).get("n_features") == 1)
        self.assertEqual(self.B, self.tell())

    @fixture.runs.whole_under_sanitizers
    def test_records_go_into_the_store_that_is_there(self):
        """A check that is kept after the replacement is in the new store, and only there."""
        self.serve("--allow-records")
        for store in (self.path, self.other):
            status, _, body = self.request("/check?keep=1&officer=%E7%94%B2", STRADDLING)
            self.assertEqual(200, status, body[:300])
            if store == self.path:
                os.rename(self.path, self.folder / "aside.sqlite")
                os.rename(self.other, self.path)
        self.assertEqual(1, len(json.loads(self.request("/records")[2])["records"]))
        for store in (self.path, self.folder / "aside.sqlite"):
            done = subprocess.run([PROGRAM, "records", "list", "--store", store, "--format", "json"], check=True, capture_output=True, text=True)
            self.assertEqual(1, len(json.loads(done.stdout)["records"]), store)

    def test_a_page_that_is_being_sent_does_not_go_on_in_another_store(self):
        """It is cut short, so that the client knows; features of two stores are never in one answer."""
        many = fixture.collection(*[fixture.feature((111 + i % 100 * .01, 40 + i // 100 * .01, 111.005 + i % 100 * .01, 40.005 + i // 100 * .01), BSM=f"A{i}", MC="甲" * 300)
                                    for i in range(6000)])
        fixture.import_layer(PROGRAM, self.folder, str(self.path), RED, many)
        self.serve()
        with socket.create_connection((self.server.host, self.server.port)) as s:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            s.sendall(f"GET /collections/{RED}/items?limit=6000 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
            got = s.recv(4096)
            os.replace(self.other, self.path)
            self.assertEqual(self.B, self.tell())
            try:
                while part := s.recv(1 << 20):
                    got += part
            except ConnectionResetError:
                pass
        self.assertNotIn("乙库".encode(), got)
        self.assertNotIn(b'"numberReturned"', got)
        self.assertFalse(got.endswith(b"0\r\n\r\n"))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:], verbosity=1)
