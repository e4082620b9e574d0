#!/usr/bin/env python3
"""A parcel outside the region is told so, and by which other zone its numbers would lie inside: for every zone of the region,
against pyproj and shapely. The answer itself stays as it is. Usage: test_outside.py PROGRAM SOURCE"""
import html
import io
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest
import urllib.request
import warnings
import zipfile

warnings.filterwarnings("ignore")
import pyproj  # noqa: E402
import shapely.geometry as geometry  # noqa: E402

PROGRAM, SOURCE = sys.argv.pop(1), pathlib.Path(sys.argv.pop(1))
sys.path.insert(0, str(SOURCE / "tests" / "http"))
import fixture  # noqa: E402

ZONES = [(3, z) for z in range(33, 43)] + [(6, z) for z in range(17, 22)]  # of the region
ALL = [(3, z) for z in range(25, 46)] + [(6, z) for z in range(13, 24)]    # that there are
BESIDE_DEG = 0.5  # surveys reach that far over a zone's border


def meridian(zone):
    return 3 * zone[1] if zone[0] == 3 else 6 * zone[1] - 3


def epsg(zone, prefix):
    first = {(3, False): 4534 - 25, (3, True): 4513 - 25, (6, False): 4502 - 13, (6, True): 4491 - 13}
    return first[zone[0], prefix] + zone[1]


def grid(zone):
    """Eastings without a prefix; pyproj, by parameters and not by our table of codes."""
    return pyproj.Transformer.from_crs(
        "EPSG:4490", f"+proj=tmerc +lat_0=0 +lon_0={meridian(zone)} +k=1 +x_0=500000 +y_0=0 +ellps=GRS80 +units=m +no_defs",
        always_xy=True)


GRID = {zone: grid(zone) for zone in ALL}
UNITS = [(f["properties"]["XZQMC"], geometry.shape(f["geometry"]))
         for f in json.loads((SOURCE / "geodata/admin/prefectures.geojson").read_text(encoding="utf-8"))["features"]]


def unit_at(lon, lat):
    return next((name for name, shape in UNITS if shape.contains(geometry.Point(lon, lat))), None)


def places():
    """Of each zone of the region points well inside a few of its prefectures: (zone, unit, easting, northing)."""
    out = []
    for zone in ZONES:
        half = zone[0] / 2
        strip = geometry.box(meridian(zone) - half, 30, meridian(zone) + half, 60)
        parts = sorted(((name, shape.intersection(strip)) for name, shape in UNITS), key=lambda p: -p[1].area)
        for name, part in parts[:3]:
            if part.is_empty:
                continue
            largest = max(getattr(part, "geoms", [part]), key=lambda g: g.area)
            point = largest.representative_point()
            if part.area > 0.2:
                out.append((zone, name, *GRID[zone].transform(point.x, point.y)))
    return out


PLACES = places()


def expected(declared, east, north, prefix):
    """Zones by which the numbers lie in a prefecture, as (meridian, unit): 3-degree zones first, a meridian once."""
    found = {}
    for zone in ALL:
        if meridian(zone) in (*found, meridian(declared)):
            continue
        lon, lat = GRID[zone].transform(east, north, direction="INVERSE")
        if abs(lon - meridian(zone)) <= zone[0] / 2 + BESIDE_DEG and unit_at(lon, lat):
            found[meridian(zone)] = (zone, unit_at(lon, lat))
    return {(width, number, unit) for (width, number), unit in found.values()}


def parcels(zone, prefix, squares):
    add = zone[1] * 1e6 if prefix else 0
    return {"type": "FeatureCollection", "crs": {"type": "name", "properties": {"name": f"EPSG:{epsg(zone, prefix)}"}},
            "features": [fixture.feature((x + add - 30, y - 30, x + add + 30, y + 30), 地块编号=f"P{i}")
                         for i, (x, y) in enumerate(squares)]}


def hint_of(parcel):
    found = [w for w in parcel["warnings"] if w["code"] == "place-outside"]
    assert len(found) <= 1
    return found[0] if found else None


def said(hint):
    return {(int(w), int(n), unit) for w, n, unit in
            re.findall(r"按(\d)度带第(\d+)带（中央经线\d+°）计算则在(.*?)境内", hint["zh"])}


class Outside(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.dir = pathlib.Path(cls.folder.name)
        cls.store = fixture.geodata_store(PROGRAM, cls.dir / "t.sqlite", SOURCE / "geodata")

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def check(self, what, *arguments, form="json"):
        path = fixture.write_json(self.dir / "p.geojson", what)
        done = subprocess.run([PROGRAM, "check", path, "--store", self.store, "--format", form, *arguments], capture_output=True)
        self.assertFalse(done.stderr, done.stderr.decode())
        return done.stdout

    def report(self, what, *arguments):
        return json.loads(self.check(what, *arguments))

    def walk(self, prefix):
        told = set()
        for declared in ZONES[::fixture.runs.small_or_whole(3, 1)]:
            squares = []
            for zone, unit, x, y in PLACES:
                lon, lat = GRID[declared].transform(x, y, direction="INVERSE")
                far = abs(x - 500000) > (490000 if prefix else 1490000)
                if meridian(zone) != meridian(declared) and not far:
                    squares.append((zone, unit, x, y, unit_at(lon, lat)))
            report = self.report(parcels(declared, prefix, [(x, y) for _, _, x, y, _ in squares]))
            self.assertEqual(len(squares), len(report["parcels"]))
            for (zone, unit, x, y, inside), parcel in zip(squares, report["parcels"]):
                hint = hint_of(parcel)
                self.assertEqual(inside is None, hint is not None, (declared, zone, unit))
                self.assertEqual(inside is None, not parcel["units"])
                if not hint:
                    continue
                told.add(zone)
                self.assertEqual(expected(declared, x, y, prefix), said(hint), hint["zh"])
                self.assertIn((meridian(zone), unit), {(meridian((w, n)), u) for w, n, u in said(hint)}, hint["zh"])
                self.assertIn(f"按{declared[0]}度带第{declared[1]}带（中央经线{meridian(declared)}°）计算，不在所载行政区之内", hint["zh"])
                self.assertEqual(prefix, "前缀换成该带的带号" in hint["zh"])
                self.assertRegex(hint["en"], rf"central meridian {meridian(zone)}\) it would lie in {unit}")
        return told

    def test_numbers_of_one_zone_declared_as_another_are_told_their_own(self):
        self.assertGreater(len({unit for _, unit, _, _ in PLACES}), 8)
        told = self.walk(prefix=False)
        self.assertEqual(set(ZONES), told)

    def test_with_a_prefix_the_other_zone_stands_in_its_place(self):
        self.assertEqual(set(ZONES), self.walk(prefix=True))

    # 117.3 E, 46.9 N: in Mongolia
    DECLARED, SQUARE = (3, 39), (520000, 5200000)

    def outside(self):
        lon, lat = GRID[self.DECLARED].transform(*self.SQUARE, direction="INVERSE")
        self.assertIsNone(unit_at(lon, lat))
        return parcels(self.DECLARED, False, [self.SQUARE])

    def test_the_zones_of_the_sentence_can_be_chosen_by_a_program(self):
        """The GeoJSON, which a page asks for besides, has them with their EPSG codes; of a parcel inside it has none."""
        for prefix in (False, True):
            what = parcels(self.DECLARED, prefix, [self.SQUARE])
            properties = json.loads(self.check(what, form="geojson"))["features"][0]["properties"]
            listed = {(z["width_deg"], z["zone"], z["place_zh"]) for z in properties["zones_elsewhere"]}
            self.assertEqual(said(hint_of(self.report(what)["parcels"][0])), listed)
            self.assertEqual(expected(self.DECLARED, *self.SQUARE, prefix), listed)
            for z in properties["zones_elsewhere"]:
                self.assertEqual(epsg((z["width_deg"], z["zone"]), prefix), z["epsg"])
                self.assertEqual(meridian((z["width_deg"], z["zone"])), z["meridian_deg"])
        zone, _, x, y = PLACES[0]
        inside = json.loads(self.check(parcels(zone, False, [(x, y)]), form="geojson"))
        self.assertNotIn("zones_elsewhere", inside["features"][0]["properties"])

    def test_the_answer_is_the_same_as_without_the_hint(self):
        """Places, areas and verdict are those of the zone that was declared: the same numbers as degrees."""
        report = self.report(self.outside())
        x, y = self.SQUARE
        ring = [GRID[self.DECLARED].transform(*p, direction="INVERSE")
                for p in ((x - 30, y - 30), (x + 30, y - 30), (x + 30, y + 30), (x - 30, y + 30), (x - 30, y - 30))]
        degrees = self.report({"type": "FeatureCollection", "features": [
            {"type": "Feature", "properties": {"地块编号": "P0"}, "geometry": {"type": "Polygon", "coordinates": [ring]}}]})
        one, two = report["parcels"][0], degrees["parcels"][0]
        self.assertAlmostEqual(one["area_m2"], two["area_m2"], delta=0.02)
        self.assertEqual(one["verdict"], two["verdict"])
        self.assertIn("与带号无关", hint_of(two)["zh"])
        self.assertFalse(said(hint_of(two)))

    def test_when_no_zone_would_help_that_is_said(self):
        report = self.report(parcels((3, 37), False, [(500000, 2500000)]))  # 22 degrees north
        self.assertIn("按其他各带计算也不在其内", hint_of(report["parcels"][0])["zh"])
        self.assertIn("lie in none by any other zone", hint_of(report["parcels"][0])["en"])

    def test_inside_nothing_is_said(self):
        lon, lat = UNITS[0][1].representative_point().coords[0]
        report = self.report(parcels((3, 37), False, [GRID[3, 37].transform(lon, lat)]))
        self.assertIsNone(hint_of(report["parcels"][0]))

    def test_without_units_nothing_is_known_of_the_place(self):
        store = fixture.empty_store(PROGRAM, self.dir / "empty.sqlite")
        path = fixture.write_json(self.dir / "p.geojson", self.outside())
        done = subprocess.run([PROGRAM, "check", path, "--store", store, "--format", "json"], capture_output=True)
        self.assertIsNone(hint_of(json.loads(done.stdout)["parcels"][0]))

    def test_swapped_axes_never_reach_a_report(self):
        """So that no hint need speak of them: the refusal does."""
        x, y = self.SQUARE
        for what in (parcels(self.DECLARED, False, [(y, x)]), parcels(self.DECLARED, True, [(y, x)]),
                     fixture.collection(fixture.feature((40.5, 111.5, 40.6, 111.6), 地块编号="P0"))):
            path = fixture.write_json(self.dir / "p.geojson", what)
            done = subprocess.run([PROGRAM, "check", path, "--store", self.store, "--format", "json"], capture_output=True, text=True)
            self.assertEqual("", done.stdout)
            self.assertRegex(done.stderr, "颠倒|写反")

    def test_every_form_says_it(self):
        what = self.outside()
        hint = hint_of(self.report(what)["parcels"][0])
        zone, number, unit = sorted(said(hint))[0]
        words = f"按{zone}度带第{number}带（中央经线{meridian((zone, number))}°）计算则在{unit}境内"

        def bare(text):
            return re.sub(r"\s+", "", text)
        book = zipfile.ZipFile(io.BytesIO(self.check(what, form="xlsx")))
        (self.dir / "r.pdf").write_bytes(self.check(what, form="pdf"))
        pdf = subprocess.run(["pdftotext", "-layout", str(self.dir / "r.pdf"), "-"], capture_output=True, text=True, check=True).stdout
        forms = {"text": self.check(what, form="text").decode(), "csv": self.check(what, form="csv").decode("utf-8-sig"),
                 "html": html.unescape(self.check(what, form="html").decode()),
                 "xlsx": "".join(book.read(n).decode() for n in book.namelist() if n.endswith(".xml")), "pdf": pdf}
        parcel = json.loads(self.check(what, form="geojson"))["features"][0]["properties"]
        self.assertIn(hint["zh"], parcel["remarks_zh"])
        self.assertIn(hint["en"], parcel["remarks_en"])
        self.assertEqual("所载行政区之外", parcel["place_zh"])
        for form, text in forms.items():
            self.assertIn(bare(words), bare(text), form)
            if form != "text":
                self.assertIn("所载行政区之外", bare(text), form)
        self.assertIn(hint["en"], self.check(what, "--lang", "en", form="text").decode())

    def test_the_server_says_it(self):
        server = fixture.Server(PROGRAM, "--store", self.store)
        try:
            request = urllib.request.Request(f"http://{server.host}:{server.port}/check", json.dumps(self.outside()).encode())
            with urllib.request.urlopen(request) as answer:
                self.assertTrue(said(hint_of(json.load(answer)["parcels"][0])))
        finally:
            server.stop()

    def test_a_kept_report_with_the_hint_verifies(self):
        fixture.write_json(self.dir / "p.geojson", self.outside())
        (self.dir / "r.json").write_bytes(self.check(self.outside()))
        done = subprocess.run([PROGRAM, "verify", str(self.dir / "r.json"), "--input", str(self.dir / "p.geojson"), "--store", self.store],
                              capture_output=True, text=True)
        self.assertEqual(0, done.returncode, done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main()
