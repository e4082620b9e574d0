#!/usr/bin/env python3
"""GET /search: the one box, over geodata/.
  test_search.py HONGXIAN SOURCE_DIR"""
import csv
import json
import pathlib
import shutil
import sqlite3
import sys
import tempfile
import unittest
import urllib.parse

from osgeo import osr

PROGRAM, SOURCE = sys.argv[1], pathlib.Path(sys.argv[2])
import fixture  # noqa: E402


def in_zone(epsg, lon, lat):
    """Easting and northing by GDAL."""
    degrees, zone = osr.SpatialReference(), osr.SpatialReference()
    degrees.ImportFromEPSG(4490), zone.ImportFromEPSG(epsg)
    for system in (degrees, zone):
        system.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    return osr.CoordinateTransformation(degrees, zone).TransformPoint(lon, lat)[:2]


class Search(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="hongxian-search-"))
        cls.store = str(cls.folder / "test.sqlite")
        fixture.geodata_store(PROGRAM, cls.store, SOURCE / "geodata")
        cls.server = fixture.Server(PROGRAM, "--store", cls.store, "--threads", "2")
        cls.line = fixture.Line(cls.server)

    @classmethod
    def tearDownClass(cls):
        cls.line.close()
        fixture.stop_well(cls.server, cls.folder)

    def ask(self, text, status=200, **more):
        reply, body = self.line.ask("GET", "/search?" + urllib.parse.urlencode({"q": text, **more}))
        self.assertEqual(status, reply.status, body)
        answer = json.loads(body)
        return answer["found"] if status == 200 else answer

    def points(self, text):
        found = self.ask(text)
        self.assertEqual({"point"}, {f["what"] for f in found}, text)
        self.assertTrue(all(f["note_zh"] and f["note_en"] for f in found))
        return found

    def near(self, found, lon, lat):
        west, south, east, north = found["bbox"]
        self.assertTrue(abs(west - lon) < 2e-7 and abs(south - lat) < 2e-7 and (west, south) == (east, north), (found, lon, lat))

    def test_open_to_everybody(self):
        """Under --public-read what is published is found, and no project, which GET /projects refuses there; a page of another site reads
        neither."""
        store = fixture.beside(self.store)
        parcel = json.dumps({"type": "Polygon", "coordinates": [fixture.ring(111.70, 40.80, 111.71, 40.81)]})
        for options, projects in ((("--allow-records",), 1), (("--public-read", "--public-name", "gis.example"), 0)):
            server = fixture.Server(PROGRAM, "--store", store, *options)
            line = fixture.Line(server)
            if projects:
                answer, body = line.ask("POST", "/projects?" + urllib.parse.urlencode({"name": "机密项目"}), parcel)
                self.assertEqual(201, answer.status, body)
            found = {name: json.loads(line.ask("GET", "/search?" + urllib.parse.urlencode({"q": name}))[1])["found"] for name in ("机密项目", "新城区")}
            self.assertEqual((projects, True), (len(found["机密项目"]), bool(found["新城区"])), options)
            self.assertEqual(403, line.ask("GET", "/search?q=1", headers={"Sec-Fetch-Site": "cross-site"})[0].status)
            line.close()
            self.assertEqual(0, server.stop())

    def test_units(self):
        """Every county is found by its name and by its code, first, at its seat; a prefecture with its extent."""
        with open(SOURCE / "geodata/admin/counties.csv", encoding="utf-8") as f:
            rows = list(csv.DictReader(f))
        for row in rows[::10]:
            for text in (row["name"], row["code"]):
                first = self.ask(text)[0]
                self.assertEqual(("unit", row["code"], row["name"], row["prefecture_name"]), tuple(first[k] for k in ("what", "code", "name", "within")))
                self.near(first, float(row["lon"]), float(row["lat"]))
        west, south, east, north = self.ask("呼伦贝尔")[0]["bbox"]
        self.assertTrue(west < 116 < 126 < east and south < 48 < 53 < north)

    def test_places(self):
        """Towns, water and what the plan names, by a part of the name; the whole name comes first; never two of one seat."""
        for text, what in (("呼伦苏木", "town"), ("黄河", "water"), ("贝尔湖", "water"), ("甘其毛都", "plan")):
            self.assertIn((what, text), [(f["what"], f["name"]) for f in self.ask(text)])
        self.assertEqual("东胜区", self.ask("东胜区")[0]["name"])
        self.assertFalse([f for f in self.ask("鄂托克旗") if f["what"] == "town"])

    def test_codes(self):
        """A feature of a layer by its code or the beginning of it, as the store has it; by three signs nothing is looked for."""
        with sqlite3.connect(self.store) as store:
            code, name, layer = store.execute(
                "SELECT f.code, f.name, l.id FROM feature f JOIN layer l ON l.current_version_id = f.version_id WHERE l.id = 'nature_reserve' ORDER BY f.id LIMIT 1").fetchone()
            n, = store.execute("SELECT count(*) FROM feature f JOIN layer l ON l.current_version_id = f.version_id WHERE substr(f.code, 1, 13) = ?", (code[:13],)).fetchone()
        one, = self.ask(code)
        self.assertEqual(("feature", layer, code, name), tuple(one[k] for k in ("what", "collection", "code", "name")))
        item = json.loads(self.line.ask("GET", f"/collections/{layer}/items/{one['id']}")[1])
        self.assertEqual(code, item["properties"]["code"])
        self.assertEqual(min(n, 50), len(self.ask(code[:13], limit=50)))
        self.assertEqual([], [f for f in self.ask(code[:3]) if f["what"] == "feature"])

    def test_codes_by_index(self):
        """The search for a code reads an index, however many features there are: SQLite's own plan of the very statement."""
        text = (SOURCE / "src/store/search.c").read_text(encoding="utf-8")
        self.assertIn("CROSS JOIN layer l ON l.current_version_id = f.version_id WHERE f.code >= ?1", text)
        with sqlite3.connect(self.store) as store:
            plan = store.execute("EXPLAIN QUERY PLAN SELECT f.id FROM feature f CROSS JOIN layer l ON l.current_version_id = f.version_id "
                                 "WHERE f.code >= ?1 AND f.code < ?1 || char(1114111) ORDER BY f.code, f.id LIMIT 9", ("1501",)).fetchall()
        self.assertIn("feature_by_code", plan[0][3])
        self.assertFalse([step for step in plan if "TEMP B-TREE" in step[3]])

    def test_degrees(self):
        """Longitude and latitude in the usual writings and either order."""
        for text in ("111.6736111,40.8083333", "40.8083333 111.6736111", "111°40′25″E 40°48′30″N", "北纬40°48′30″，东经111°40′25″", "111 40 25 40 48 30",
                     "１１１．６７３６１１１，４０．８０８３３３３"):
            found, = self.points(text)
            west, south = found["bbox"][:2]
            self.assertTrue(abs(west - 111.6736111) < 1e-6 and abs(south - 40.8083333) < 1e-6, (text, found))

    def test_zones(self):
        """Coordinates of a zone, by its prefix, where GDAL has them; either order, 3 degrees and 6."""
        for epsg in (4526, 4521, 4529, 4497):
            lon = {4526: 114.6, 4521: 98.7, 4529: 122.6, 4497: 112.3}[epsg]
            east, north = in_zone(epsg, lon, 41.5)
            for text in (f"{east:.4f}, {north:.4f}", f"{north:.4f} {east:.4f}"):
                found, = self.points(text)
                self.assertEqual(epsg, found["epsg"])
                self.near(found, lon, 41.5)
        self.assertEqual(4526, self.points("38555000, 4520000")[0]["epsg"])

    def test_zone_is_missing(self):
        """Without the prefix nothing is guessed: each zone by which the point is in the region is an answer, and says so."""
        found = self.points("4520000, 555000")
        self.assertGreater(len(found), 5)
        for f in found:
            zone = f["epsg"] - 4534 + 25
            self.assertIn(f"{zone} 带", f["note_zh"])
            west, south = f["bbox"][:2]
            east, north = in_zone(f["epsg"], west, south)
            self.assertTrue(abs(east - 555000) < 0.05 and abs(north - 4520000) < 0.05)
        lons = [f["bbox"][0] for f in found]
        self.assertTrue(97 < min(lons) and max(lons) < 126.1 and len(set(lons)) == len(lons))

    def test_refused(self):
        """Nothing to look for; coordinates that are none; a misspelt parameter. What is not there is an empty list."""
        self.assertEqual("search-text", self.ask("  ", 400)["code"])
        self.assertEqual("search-text", self.ask("长" * 41, 400)["code"])
        self.assertEqual("coords-odd", self.ask("999, 1234567890", 400)["code"])
        self.assertEqual(400, self.line.ask("GET", "/search?q=a&limti=3")[0].status)
        for text in ("没有这个地方", "%", "_", "' OR 1=1 --", "\u0000x"[1:] + "\"quoted\""):
            self.assertEqual([], self.ask(text), text)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
