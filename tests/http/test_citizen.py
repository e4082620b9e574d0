#!/usr/bin/env python3
"""The server as a citizen of HTTP: pages for people beside the JSON, tags, gzip, pages of other sites.
  test_citizen.py HONGXIAN SOURCE_DIR"""
import concurrent.futures
import gzip
import html.parser
import http.client
import json
import pathlib
import re
import shutil
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


class Citizen(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="hongxian-citizen-"))
        cls.store = fixture.make_store(PROGRAM, cls.folder)
        red = fixture.red_line()
        red["features"][0]["properties"].update(MC=HOSTILE, 说明=HOSTILE)
        fixture.import_layer(PROGRAM, cls.folder, cls.store, RED, red)
        cls.server = fixture.Server(PROGRAM, "--store", cls.store, "--threads", "2")
        cls.base = f"http://{cls.server.host}:{cls.server.port}"

    @classmethod
    def tearDownClass(cls):
        code = cls.server.stop()
        shutil.rmtree(cls.folder)
        if code != 0:
            raise AssertionError(f"the server ended with {code}:\n{cls.server.log[-4000:]}")

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
                (f"/collections/{FARM}/items/{one}", GEOJSON)]

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
                if url != "/api":   # a document of another standard, which has no links
                    back, = [link for link in told["links"] if link["rel"] == "alternate"]
                    self.assertEqual(HTML, back["type"])
                    self.page(back["href"])
                status, _, body = self.request(f"{url}{sign}f=gml")
                self.assertEqual((400, "unknown-format"), (status, json.loads(body)["code"]))
        self.assertEqual(404, self.request("/collections/nothing", BROWSER)[0])

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
        server = fixture.Server(PROGRAM, "--store", self.store, "--web", str(self.folder / "web"))
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
        subprocess.run([PROGRAM, "init", store], check=True, capture_output=True)
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
            subprocess.run([PROGRAM, "import", "--store", store, "--geodata", SOURCE / "geodata"], check=True, capture_output=True)
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
            server = fixture.Server(PROGRAM, "--store", self.store, "--cors", option)
            try:
                for url in ("/", "/conformance", "/api", "/collections", f"/collections/{FARM}", f"/collections/{FARM}/items", "/layers",
                            f"/tiles/{FARM}/9/415/191.mvt", "/collections/nothing", "/collections?x=1"):
                    told = self.request(url, origin, server)[1]
                    self.assertEqual([option], told.get_all(allow), url)
                    for exposed in ("Content-Crs", "ETag", "Link"):
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


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:], verbosity=1)
