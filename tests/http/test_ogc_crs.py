#!/usr/bin/env python3
"""The server against the abstract tests of OGC API - Features - Part 2: Coordinate Reference Systems by Reference (18-058r1), by number,
with PROJ (as GDAL has it) for a second opinion on every position. Tested against, not certified.
  test_ogc_crs.py HONGXIAN SOURCE_DIR"""
import http.client
import json
import math
import pathlib
import shutil
import sys
import tempfile
import unittest
import urllib.parse

from osgeo import gdal, ogr, osr

PROGRAM, SOURCE = sys.argv[1], pathlib.Path(sys.argv[2])
import fixture  # noqa: E402
from fixture import runs  # noqa: E402

for library in (gdal, ogr, osr):
    library.UseExceptions()
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
CLASS = "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs"
FARM, RED, TOWN = "permanent_basic_farmland", "ecological_red_line", "urban_development_boundary"
ZONE = 4525                          # of 111 degrees east, with its prefix


def positions(coordinates):
    if coordinates and isinstance(coordinates[0], (int, float)):
        yield coordinates
    else:
        for inner in coordinates:
            yield from positions(inner)


def by_proj(uri):
    """What PROJ makes of longitude and latitude (EPSG:4490), axes in the order of the authority; 4326 is read as 4490, as everywhere."""
    code = 4490 if uri == CRS84 else int(uri.removeprefix(EPSG))
    if code in (4490, 4326):
        return (lambda lon, lat: (lon, lat)) if uri == CRS84 else (lambda lon, lat: (lat, lon))
    source, target = osr.SpatialReference(), osr.SpatialReference()
    source.ImportFromEPSG(4490)
    target.ImportFromEPSG(code)
    source.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    target.SetAxisMappingStrategy(osr.OAMS_AUTHORITY_COMPLIANT)
    transform = osr.CoordinateTransformation(source, target)
    return lambda lon, lat: transform.TransformPoint(lon, lat)[:2]


class Crs(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="hongxian-ogc-crs-"))
        cls.server = fixture.Server(PROGRAM, "--store", fixture.make_store(PROGRAM, cls.folder), "--threads", "2")
        cls.plan = fixture.Server(PROGRAM, "--store", fixture.geodata_store(PROGRAM, cls.folder / "geodata.sqlite", SOURCE / "geodata"), "--threads", "2")

    @classmethod
    def tearDownClass(cls):
        codes = [s.stop() for s in (cls.server, cls.plan)]
        shutil.rmtree(cls.folder)
        if any(codes):
            raise AssertionError(f"a server ended with {codes}:\n{cls.server.log[-4000:]}")

    def request(self, path, server=None, **query):
        server = server or self.server
        if query:
            path += "?" + urllib.parse.urlencode({k.replace("_", "-"): v for k, v in query.items()})
        connection = http.client.HTTPConnection(server.host, server.port)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.headers, json.loads(answer.read())
        finally:
            connection.close()

    def get(self, path, server=None, **query):
        status, headers, answer = self.request(path, server, **query)
        self.assertEqual(200, status, answer)
        return answer, headers

    def refused(self, code, path, **query):
        status, headers, answer = self.request(path, **query)
        self.assertEqual((400, "application/problem+json", code), (status, headers["Content-Type"].partition(";")[0], answer.get("code")), answer)
        return answer

    def collections(self, server=None):
        return self.get("/collections", server)[0]["collections"]

    # ---- discovery: A.1 to A.3 ----

    def test_lists(self):
        """/conf/crs/crs-uri, default-crs, storageCrs: every collection lists them, CRS84 first, the stored one among them; EPSG's own
        database knows each."""
        answer = self.get("/collections")[0]
        for c in answer["collections"]:
            if c["itemType"] != "feature":
                continue
            alone = self.get(f"/collections/{c['id']}")[0]
            self.assertEqual((["#/crs"], answer["crs"]), (c["crs"], alone["crs"]))   # a pointer to the list of all, or the list
            self.assertEqual([CRS84, EPSG + "4490", EPSG + "4326"], alone["crs"][:3])
            self.assertEqual([EPSG + "4490"] * 2, [c["storageCrs"], alone["storageCrs"]])
            self.assertIn(c["storageCrs"], alone["crs"])
        self.assertEqual([EPSG + str(code) for code in range(4513, 4555)], answer["crs"][3:])   # 3-degree zones, with prefix and without
        for uri in answer["crs"]:
            osr.SpatialReference().SetFromUserInput(uri)
        self.assertIn(CLASS, self.get("/conformance")[0]["conformsTo"])

    # ---- the parameter crs: A.4 to A.7 ----

    def test_every_crs_by_proj(self):
        """/conf/crs/crs-parameter, crs-parameter-transform: in each, page and feature have its name in Content-Crs and the positions that
        PROJ gives, within 0.1 mm."""
        for path, server in ((f"/collections/{RED}/items", self.server), ("/collections/counties/items", self.plan)):
            plain = self.get(path, server, limit=5)[0]["features"]
            for uri in runs.some_under_sanitizers(*(self.get("/collections")[0]["crs"][::n] for n in (9, 1))):
                page, headers = self.get(path, server, limit=5, crs=uri)
                self.assertEqual(f"<{uri}>", headers["Content-Crs"])
                alone, headers = self.get(f"{path}/{plain[0]['id']}", server, crs=uri)
                self.assertEqual(f"<{uri}>", headers["Content-Crs"])
                self.assertEqual(page["features"][0], {k: v for k, v in alone.items() if k != "links"})
                convert, near = by_proj(uri), 1e-4 if "EPSG/0/45" in uri else 1e-9
                for f, g in zip(plain, page["features"], strict=True):
                    self.assertEqual([f["id"], f["properties"], f["geometry"]["type"]], [g["id"], g["properties"], g["geometry"]["type"]])
                    for here, there in zip(positions(f["geometry"]["coordinates"]), positions(g["geometry"]["coordinates"]), strict=True):
                        self.assertLess(math.dist(convert(*here), there), 1.01 * near, (uri, here, there))

    def test_axes(self):
        """Axes are in the order of the authority: latitude, northing first for EPSG; longitude first for CRS84."""
        def first(uri):
            return next(positions(self.get(f"/collections/{RED}/items", limit=1, crs=uri)[0]["features"][0]["geometry"]["coordinates"]))
        self.assertEqual([[111.7, 40.8], [40.8, 111.7]], [first(CRS84), first(EPSG + "4490")])
        north, east = first(EPSG + str(ZONE))
        self.assertTrue(4_500_000 < north < 4_600_000 and 37_500_000 < east < 37_600_000, (north, east))
        self.assertEqual([north, round(east - 37_000_000, 4)], first(EPSG + str(ZONE + 21)))   # the same zone without its number

    def test_default(self):
        """/conf/crs/crs-parameter-default: without the parameter it is CRS84, and said; also where there is nothing."""
        for c in self.collections():
            for path in (f"/collections/{c['id']}/items", f"/collections/{c['id']}/items?bbox=1,1,2,2"):
                self.assertEqual(f"<{CRS84}>", self.get(path)[1]["Content-Crs"])

    def test_unknown(self):
        """/conf/crs/crs-parameter-invalid, bbox-crs-parameter-invalid: 400 with a problem that names it and what is on offer."""
        one = self.get(f"/collections/{FARM}/items", limit=1)[0]["features"][0]["id"]
        for wrong in (EPSG + "4610", EPSG + "3857", EPSG + "45250", "EPSG:4490", "", "4490", CRS84 + "h", EPSG + "4490 "):
            for query in ({"crs": wrong}, {"bbox": "111,40,112,41", "bbox_crs": wrong}, {"bbox_crs": wrong}):
                problem = self.refused("unknown-crs", f"/collections/{FARM}/items", **query)
                for text in (problem["detail"], problem["detail_en"]):
                    self.assertIn(f"\"{wrong}\"" if text == problem["detail_en"] else f"“{wrong}”", text)
                    self.assertIn(CRS84, text)
                    self.assertIn(next(k.replace("_", "-") for k in query if k != "bbox"), text)
            self.refused("unknown-crs", f"/collections/{FARM}/items/{one}", crs=wrong)
        self.refused("unknown-parameter", f"/collections/{FARM}/items/{one}", bbox_crs=CRS84)

    def test_pages_keep_it(self):
        """Links of a page lead on, back and to itself in the same system and the same box."""
        box = "41,112.0,41.005,112.395"
        url, seen, pages = f"/collections/{FARM}/items?" + urllib.parse.urlencode({"limit": 7, "crs": EPSG + str(ZONE), "bbox": box, "bbox-crs": EPSG + "4490"}), [], []
        while url:
            page, headers = self.get(url)
            self.assertEqual((f"<{EPSG}{ZONE}>", 40), (headers["Content-Crs"], page["numberMatched"]))
            links = {link["rel"]: link["href"].partition(f":{self.server.port}")[2] for link in page["links"]}
            self.assertEqual(page["features"], self.get(links["self"])[0]["features"])
            if pages:
                self.assertEqual(pages[-1], self.get(links["prev"])[0]["features"])
            pages.append(page["features"])
            seen += [f["id"] for f in page["features"]]
            url = links.get("next")
        self.assertEqual((40, 40), (len(seen), len(set(seen))))
        one, headers = self.get(f"/collections/{FARM}/items/{seen[0]}", crs=EPSG + str(ZONE))
        self.assertEqual(one, self.get(one["links"][0]["href"].partition(f":{self.server.port}")[2])[0])

    # ---- the parameter bbox-crs: A.8 to A.10 ----

    def ids(self, path=f"/collections/{FARM}/items", server=None, **query):
        page = self.get(path, server, limit=10000, **query)[0]
        self.assertEqual(page["numberMatched"], page["numberReturned"])
        return [f["id"] for f in page["features"]]

    def test_box_in_degrees(self):
        """/conf/crs/bbox-crs-parameter, -default: the same box, its axes as the system has them; what is named is what is assumed."""
        plain = self.ids(bbox="112,41,112.2,41.1")
        self.assertEqual(21 * 11, len(plain))
        self.assertEqual(plain, self.ids(bbox="112,41,112.2,41.1", bbox_crs=CRS84))
        for code in ("4490", "4326"):
            self.assertEqual(plain, self.ids(bbox="41,112,41.1,112.2", bbox_crs=EPSG + code))
            self.assertEqual(plain, self.ids(bbox="41,112,-5,41.1,112.2,5", bbox_crs=EPSG + code))
            self.refused("bad-bbox", f"/collections/{FARM}/items", bbox="112,41,112.2,41.1", bbox_crs=EPSG + code)   # a latitude of 112

    def test_box_in_zones(self):
        """/conf/crs/bbox-crs-parameter: in each zone, what meets the box and nothing else, by OGR on the positions in that zone."""
        for code in (4524, 4525, 4526, 4546, 4554):
            uri = EPSG + str(code)
            everything = {f["id"]: f for f in self.get(f"/collections/{FARM}/items", limit=10000, crs=uri)[0]["features"]}
            north, east = by_proj(uri)(112.2, 41.15)
            box = (north - 6000.5, east - 9000.5, north + 4000.5, east + 8000.5)
            rectangle = ogr.CreateGeometryFromWkt("POLYGON((%f %f,%f %f,%f %f,%f %f,%f %f))" % (
                box[0], box[1], box[2], box[1], box[2], box[3], box[0], box[3], box[0], box[1]))
            expected = [i for i, f in everything.items() if ogr.CreateGeometryFromJson(json.dumps(f["geometry"])).Intersects(rectangle)]
            self.assertTrue(20 < len(expected) < 1000)
            found = self.ids(bbox=",".join(map(str, box)), bbox_crs=uri)
            self.assertEqual(expected, found, code)
        north, east = by_proj(EPSG + str(ZONE))(112.002, 41.002)   # within the first of the grid
        for box, n in (((north, east, north, east), 1), ((north, east, north, east + 1000), 2), ((north, east, north + 1, east + 1), 1)):
            self.assertEqual(n, len(self.ids(bbox=",".join(map(str, box)), bbox_crs=EPSG + str(ZONE))), box)
        self.refused("bad-bbox", f"/collections/{FARM}/items", bbox="4600000,37600000,4500000,37700000", bbox_crs=EPSG + str(ZONE))

    # ---- over the antimeridian (Part 1, /req/core/fc-bbox-definition) ----

    def test_box_over_the_antimeridian(self):
        """A west above the east is a box over 180 degrees: what lies beside it on either side, and not what lies between."""
        boxes = {f["id"]: [m(axis) for m in (min, max) for axis in zip(*positions(f["geometry"]["coordinates"]))]
                 for f in self.get(f"/collections/{FARM}/items", limit=10000)[0]["features"]}

        def around(west, south, east, north):
            return [i for i, (w, s, e, n) in boxes.items() if (e >= west or w <= east) and n >= south and s <= north]
        for box in ((112.1045, 39, 112.0995, 42), (112.3002, 41.1, 111.7, 41.2), (179, 39, -179, 42), (180, 39, 112.0005, 42), (112.2005, 39, -180, 42)):
            self.assertEqual(around(*box), self.ids(bbox=",".join(map(str, box))), box)
            self.assertEqual(around(*box), self.ids(bbox=",".join(str(box[i]) for i in (1, 0, 3, 2)), bbox_crs=EPSG + "4490"), box)
        self.assertTrue(0 < len(around(112.1045, 39, 112.0995, 42)) < len(boxes))
        n = len(self.ids("/collections/counties/items", self.plan))
        west, east = self.ids("/collections/counties/items", self.plan, bbox="115,30,-170,60"), self.ids("/collections/counties/items", self.plan, bbox="-170,30,115,60")
        self.assertEqual((n, True, True), (len({*west, *east}), bool(west), bool(east)))

    # ---- a client ----

    def test_gdal_over_our_systems(self):
        """What OGR reads of an answer in a zone is the feature where it was, by OGR's own conversion back."""
        uri = EPSG + str(ZONE)
        answer = self.get(f"/collections/{TOWN}/items", crs=uri)[0]["features"][0]["geometry"]
        source, target = osr.SpatialReference(), osr.SpatialReference()
        source.SetFromUserInput(uri)
        target.ImportFromEPSG(4490)
        target.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
        shape = ogr.CreateGeometryFromJson(json.dumps(answer))
        shape.AssignSpatialReference(source)
        self.assertEqual(0, shape.TransformTo(target))
        plain = ogr.CreateGeometryFromJson(json.dumps(self.get(f"/collections/{TOWN}/items")[0]["features"][0]["geometry"]))
        self.assertLess(plain.SymDifference(shape).GetArea(), 1e-7 * plain.GetArea())


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
