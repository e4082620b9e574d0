#!/usr/bin/env python3
"""Items as FlatGeobuf: what GDAL and our own reader find in the file is what the store has, to the bit; a page is a page and a
whole collection is whole.
  test_fgb.py HONGXIAN SOURCE_DIR"""
import gzip
import http.client
import json
import pathlib
import re
import struct
import subprocess
import sys
import tempfile
import unittest
import urllib.parse

from osgeo import gdal, ogr, osr

PROGRAM, SOURCE = sys.argv[1], pathlib.Path(sys.argv[2])
import fixture  # noqa: E402

ogr.UseExceptions()
gdal.UseExceptions()
FARM, TOWN = "permanent_basic_farmland", "urban_development_boundary"
FGB = "application/flatgeobuf"
EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
# Third parts of degrees have no short decimals; parts, holes, and one feature without an area of its own.
SHAPES = [[[fixture.ring(111 + 1 / 3, 40.5, 111.4, 40.6), fixture.ring(111.35, 40.55, 111 + 5 / 14, 40.56)[::-1]],
           [fixture.ring(111.5, 40.5, 111.6, 40 + 4 / 7)]],
          [[fixture.ring(111.7, 40.5, 111 + 5 / 7, 40.6)]]]


def bits(coordinates):
    return [bits(c) if isinstance(c[0], list) else struct.pack("<2d", *c) for c in coordinates]


def bits_of(geometry):
    """The same of a geometry of GDAL."""
    n = geometry.GetGeometryCount()
    return [bits_of(geometry.GetGeometryRef(i)) for i in range(n)] if n else [struct.pack("<2d", *p[:2]) for p in geometry.GetPoints()]


class Items(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="hongxian-fgb-"))
        cls.store = fixture.make_store(PROGRAM, cls.folder)
        towns = [{"type": "Feature", "geometry": {"type": "MultiPolygon", "coordinates": shape},
                  "properties": {"BSM": f"U{i}", "MC": f"城区“{i}”", "GHFQMC": "城镇集中建设区", "BZ": [None, "备注"][i], **([{"MJ": 1234.5678}, {}][i])}}
                 for i, shape in enumerate(SHAPES)]
        cls.towns = fixture.collection(*towns)
        subprocess.run([fixture.store_maker(PROGRAM), "import", "--store", cls.store, fixture.write_json(cls.folder / "towns.geojson", cls.towns), "--layer", TOWN,
                        "--document", "批〔2025〕1号", "--effective-from", "2025-01-01"], check=True, capture_output=True)
        cls.server = fixture.Server(PROGRAM, "--store", cls.store, "--threads", "2")
        cls.base = f"http://{cls.server.host}:{cls.server.port}"

    @classmethod
    def tearDownClass(cls):
        fixture.stop_well(cls.server, cls.folder)

    def ask(self, path, headers=None, server=None):
        server = server or self.server
        connection = http.client.HTTPConnection(server.host, server.port)
        try:
            connection.request("GET", path.removeprefix(self.base), headers=headers or {})
            answer = connection.getresponse()
            return answer, answer.read()
        finally:
            connection.close()

    def json(self, path, server=None):
        return json.loads(self.ask(path, server=server)[1])

    def fetch(self, path, headers=None, server=None):
        """The answer, and the layer that GDAL reads in it (every table verified)."""
        answer, body = self.ask(path, headers, server)
        self.assertEqual((200, FGB), (answer.status, answer.getheader("Content-Type")), body[:300])
        self.file = self.folder / "answer.fgb"
        self.file.write_bytes(gzip.decompress(body) if answer.getheader("Content-Encoding") == "gzip" else body)
        self.source = gdal.OpenEx(str(self.file), gdal.OF_VECTOR, open_options=["VERIFY_BUFFERS=YES"])
        return answer, self.source.GetLayer(0)

    def test_shapes_and_values_are_those_of_the_store(self):
        """Vertices to the bit, parts and holes, types, nulls, Chinese texts; the system, the name and what the layer is."""
        answer, layer = self.fetch(f"/collections/{TOWN}/items?f=fgb")
        self.assertEqual((TOWN, ogr.wkbMultiPolygon, "4490"),
                         (layer.GetName(), layer.GetGeomType(), layer.GetSpatialRef().GetAuthorityCode(None)))
        self.assertIn(f'filename="{TOWN}.fgb"', answer.getheader("Content-Disposition"))
        of_json = self.json(f"/collections/{TOWN}/items")["features"]
        features = list(layer)
        self.assertEqual([f["id"] for f in of_json], [f["id"] for f in features])
        for feature, same, shape in zip(features, of_json, SHAPES):
            self.assertEqual(bits(shape), bits_of(feature.GetGeometryRef()))
            for key in ("code", "name", "zone", "county", "declared_area_m2"):
                self.assertEqual(same["properties"][key], feature[key], key)
            self.assertEqual(same["properties"]["properties"], json.loads(feature["properties"]))
        self.assertEqual([1234.5678, None], [f["declared_area_m2"] for f in features])
        definition = layer.GetLayerDefn()
        types = {definition.GetFieldDefn(i).GetName(): definition.GetFieldDefn(i).GetType() for i in range(definition.GetFieldCount())}
        self.assertEqual((ogr.OFTInteger64, ogr.OFTReal, ogr.OFTString), (types["id"], types["declared_area_m2"], types["code"]))

    def test_our_own_reader_takes_it(self):
        """What is downloaded can be imported elsewhere, and is the same layer there: every shape to the bit."""
        self.fetch(f"/collections/{TOWN}/items?f=fgb")
        other = fixture.empty_store(PROGRAM, self.folder / "other.sqlite")
        subprocess.run([PROGRAM, "import", "--store", other, self.file, "--layer", TOWN, "--id-field", "code"], check=True, capture_output=True)
        back = self.folder / "back.geojson"
        subprocess.run([PROGRAM, "export", TOWN, "--store", other, "-o", back], check=True, capture_output=True)
        shapes = [f["geometry"]["coordinates"] for f in json.loads(back.read_text(encoding="utf-8"))["features"]]
        self.assertEqual([bits(s) for s in SHAPES], [bits(s) for s in shapes])

    def test_without_a_limit_it_is_whole(self):
        """A file shows nobody a link to its next page: 1,201 features, not the 1,000 of a page; in order, with their number told first."""
        answer, layer = self.fetch(f"/collections/{FARM}/items?f=fgb", {"Accept-Encoding": "gzip"})
        everything = self.json(f"/collections/{FARM}/items?limit=10000")["features"]
        self.assertEqual((1201, "1201", "1201"),
                         (layer.GetFeatureCount(), answer.getheader("OGC-NumberMatched"), answer.getheader("OGC-NumberReturned")))
        self.assertEqual([f["id"] for f in everything], [f["id"] for f in layer])
        self.assertEqual({"示例数据"}, {f["label"] for f in layer})
        middle = everything[599]["id"]
        _, rest = self.fetch(f"/collections/{FARM}/items?f=fgb&after={middle}")
        self.assertEqual((601, [f["id"] for f in everything[600:]]), (rest.GetFeatureCount(), [f["id"] for f in rest]))

    def test_pages(self):
        """With a limit, links in the header lead over every feature once and back, with box and filter; each file tells its own number."""
        for query in ("limit=500", "limit=300&bbox=112.1,41,112.3,41.2", "limit=97&filter=code LIKE 'G-1%'",
                      "limit=50&bbox=112,41,112.4,41.1&filter=S_INTERSECTS(geometry,BBOX(112.1,41,112.2,41.3))"):
            path = f"/collections/{FARM}/items?f=fgb&{urllib.parse.quote(query, safe='=&,')}"
            wanted = [f["id"] for f in self.json(path.replace("f=fgb", "f=json").replace(query.split("&")[0], "limit=10000"))["features"]]
            self.assertGreater(len(wanted), 90)
            seen, sizes, url, back = [], [], path, []
            while url:
                answer, layer = self.fetch(url)
                page = [f["id"] for f in layer]
                self.assertEqual((len(page), str(len(page)), str(len(wanted))),
                                 (layer.GetFeatureCount(), answer.getheader("OGC-NumberReturned"), answer.getheader("OGC-NumberMatched")))
                links = {m[1]: m[0] for m in re.findall(r'<([^>]+)>; rel="(\w+)"; type="application/flatgeobuf"', ", ".join(answer.headers.get_all("Link")))}
                self.assertEqual(bool(seen), "prev" in links)
                seen, url = seen + page, links.get("next")
                sizes.append(page)
                back.append(links.get("prev"))
            self.assertEqual(wanted, seen, query)
            self.assertEqual(sizes[:-1], [[f["id"] for f in self.fetch(u)[1]] for u in back[1:]])
            whole = self.fetch(path.replace(urllib.parse.quote(query.split("&")[0], safe="="), "").replace("&&", "&"))[1]
            self.assertEqual((len(wanted), wanted), (whole.GetFeatureCount(), [f["id"] for f in whole]))

    def test_systems(self):
        """In a zone x is the easting, as in every file; the header names the zone; a point is where PROJ has it."""
        for code in ("4525", "4546", "4490", "4326"):
            answer, layer = self.fetch(f"/collections/{TOWN}/items?f=fgb&crs={EPSG}{code}")
            self.assertEqual((code, f"<{EPSG}{code}>"), (layer.GetSpatialRef().GetAuthorityCode(None), answer.getheader("Content-Crs")))
            zone = osr.SpatialReference()
            zone.ImportFromEPSG(int(code))
            zone.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
            stored = osr.SpatialReference()
            stored.ImportFromEPSG(4490 if code != "4326" else 4326)
            stored.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
            to = osr.CoordinateTransformation(stored, zone)
            for feature, shape in zip(layer, SHAPES):
                for ring, truth in zip(feature.GetGeometryRef().GetGeometryRef(0), shape[0]):
                    for got, (lon, lat) in zip(ring.GetPoints(), truth):
                        x, y, _ = to.TransformPoint(lon, lat)
                        self.assertLess(abs(got[0] - x) + abs(got[1] - y), 2e-4)
        self.assertEqual("<http://www.opengis.net/def/crs/OGC/1.3/CRS84>", self.fetch(f"/collections/{TOWN}/items?f=fgb")[0].getheader("Content-Crs"))

    def test_places(self):
        """Points, lines and areas of one collection in one file; those that are all points say so."""
        store = fixture.geodata_store(PROGRAM, self.folder / "geodata.sqlite", SOURCE / "geodata")
        server = fixture.Server(PROGRAM, "--store", store, "--threads", "2")
        try:
            for name, kind in (("plan_layout", ogr.wkbUnknown), ("plan_places", ogr.wkbUnknown), ("counties", ogr.wkbPoint)):
                _, layer = self.fetch(f"/collections/{name}/items?f=fgb", server=server)
                of_json = self.json(f"/collections/{name}/items?limit=10000", server)["features"]
                self.assertEqual((kind, len(of_json)), (layer.GetGeomType(), layer.GetFeatureCount()))
                for feature, same in zip(layer, of_json):
                    self.assertEqual((same["id"], same["properties"]["name"]), (feature["id"], feature["name"]))
                    self.assertTrue(feature.GetGeometryRef().Equals(ogr.CreateGeometryFromJson(json.dumps(same["geometry"]))))
                    self.assertEqual(same["properties"], {"name": feature["name"]} | json.loads(feature["properties"]))
            _, some = self.fetch("/collections/counties/items?f=fgb&limit=40", server=server)
            self.assertEqual(40, some.GetFeatureCount())
            _, zone = self.fetch(f"/collections/plan_layout/items?f=fgb&crs={EPSG}4526", server=server)
            self.assertEqual("4526", zone.GetSpatialRef().GetAuthorityCode(None))
        finally:
            server.stop()

    def test_no_features(self):
        """Where no version was in force, and where a filter chooses nothing, the file is there and empty."""
        for query in ("datetime=1990-01-01", "filter=code='none'", "bbox=0,0,1,1"):
            answer, layer = self.fetch(f"/collections/{FARM}/items?f=fgb&{urllib.parse.quote(query, safe='=,')}")
            self.assertEqual((0, "0"), (sum(1 for _ in layer), answer.getheader("OGC-NumberReturned")), query)

    def test_a_version_keeps_its_label(self):
        """The first version of the towns is sample data, the second is not: each file and table says so of itself."""
        for form in ("fgb", "csv"):
            labels = []
            for version in (1, 2):
                _, body = self.ask(f"/collections/{TOWN}/items?f={form}&version={version}")
                labels.append("示例数据" in body.decode("utf-8", "replace"))
            self.assertEqual([True, False], labels, form)

    def test_asked_for_and_linked(self):
        """By Accept like by f=; pages and collections link to it; elsewhere it is refused; a file that is had is 304."""
        by_accept = self.ask(f"/collections/{TOWN}/items", {"Accept": f"{FGB}, application/json;q=0.5"})[1]
        answer, by_name = self.ask(f"/collections/{TOWN}/items?f=fgb")
        self.assertEqual(by_name, by_accept)
        self.assertEqual("application/geo+json", self.ask(f"/collections/{TOWN}/items", {"Accept": "*/*"})[0].getheader("Content-Type").partition(";")[0])
        page = next(link for link in self.json(f"/collections/{FARM}/items?limit=7")["links"] if link["type"] == FGB)
        self.assertEqual("alternate", page["rel"])
        self.assertEqual(7, self.fetch(page["href"])[1].GetFeatureCount())
        whole = next(link for link in self.json(f"/collections/{FARM}")["links"] if link["type"] == FGB)
        self.assertEqual(("items", 1201), (whole["rel"], self.fetch(whole["href"])[1].GetFeatureCount()))
        for page in (f"/collections/{FARM}?f=html", f"/collections/{FARM}/items?f=html"):
            self.assertIn("f=fgb", self.ask(page)[1].decode())
        self.assertEqual(304, self.ask(f"/collections/{TOWN}/items?f=fgb", {"If-None-Match": answer.getheader("ETag")})[0].status)
        for path in ("/collections?f=fgb", f"/collections/{TOWN}?f=fgb"):
            answer, body = self.ask(path)
            self.assertEqual((400, "unknown-format"), (answer.status, json.loads(body)["code"]))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
