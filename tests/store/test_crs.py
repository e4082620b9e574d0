"""Which coordinate system a file is in: found where there is one answer only, asked otherwise, and written into the version;
older datums by the operator's parameters, compared with an independent computation. test_crs.py PROGRAM"""
import json
import math
import sqlite3

from osgeo import gdal

import official
from official import Official, fixture

gdal.UseExceptions()

KRASS, IAU75, CGCS2000 = (6378245.0, 1 / 298.3), (6378140.0, 1 / 298.257), (6378137.0, 1 / 298.257222101)


def cartesian(ellipsoid, lon, lat, h=0.0):
    a, f = ellipsoid
    e2, lon, lat = f * (2 - f), math.radians(lon), math.radians(lat)
    n = a / math.sqrt(1 - e2 * math.sin(lat) ** 2)
    return ((n + h) * math.cos(lat) * math.cos(lon), (n + h) * math.cos(lat) * math.sin(lon),
            (n * (1 - e2) + h) * math.sin(lat))


def geographic(ellipsoid, p):
    a, f = ellipsoid
    e2, r, lat = f * (2 - f), math.hypot(p[0], p[1]), math.atan2(p[2], math.hypot(p[0], p[1]))
    for _ in range(20):
        n = a / math.sqrt(1 - e2 * math.sin(lat) ** 2)
        lat = math.atan2(p[2] + e2 * n * math.sin(lat), r)
    return math.degrees(math.atan2(p[1], p[0])), math.degrees(lat)


def shifted(p, dx=0, dy=0, dz=0, rx=0, ry=0, rz=0, s=0, vector=False):
    """布尔沙 as the books write it (coordinate frame): X' = T + (1 + m) R X."""
    sign = -1 if vector else 1
    rx, ry, rz = (sign * math.radians(v / 3600) for v in (rx, ry, rz))
    k = 1 + s * 1e-6
    x, y, z = p
    return dx + k * (x + rz * y - ry * z), dy + k * (-rz * x + y + rx * z), dz + k * (ry * x - rx * y + z)


def gauss_krueger(ellipsoid, lon, lat, meridian, easting=500000.0):
    """Krueger's series in n, to n^4: millimetres within a zone."""
    a, f = ellipsoid
    n, e = f / (2 - f), math.sqrt(f * (2 - f))
    radius = a / (1 + n) * (1 + n ** 2 / 4 + n ** 4 / 64)
    alpha = (n / 2 - 2 * n ** 2 / 3 + 5 * n ** 3 / 16 + 41 * n ** 4 / 180, 13 * n ** 2 / 48 - 3 * n ** 3 / 5 + 557 * n ** 4 / 1440,
             61 * n ** 3 / 240 - 103 * n ** 4 / 140, 49561 * n ** 4 / 161280)
    lat, d = math.radians(lat), math.radians(lon - meridian)
    t = math.sinh(math.atanh(math.sin(lat)) - e * math.atanh(e * math.sin(lat)))
    xi, eta = math.atan2(t, math.cos(d)), math.asinh(math.sin(d) / math.hypot(t, math.cos(d)))
    x = xi + sum(al * math.sin(2 * (j + 1) * xi) * math.cosh(2 * (j + 1) * eta) for j, al in enumerate(alpha))
    y = eta + sum(al * math.cos(2 * (j + 1) * xi) * math.sinh(2 * (j + 1) * eta) for j, al in enumerate(alpha))
    return easting + radius * y, radius * x


class Crs(Official):
    def vertices(self, layer):
        (self.folder / f"{layer}.geojson").unlink(missing_ok=True)
        done = self.run_program("export", layer, "--store", self.store, "-o", f"{layer}.geojson")
        self.assertEqual(done.returncode, 0)
        data = json.loads((self.folder / f"{layer}.geojson").read_text(encoding="utf-8"))
        return [p for f in data["features"] for polygon in f["geometry"]["coordinates"] for ring in polygon for p in ring]

    def shapefile(self, name, features):
        """A Shapefile without a .prj, through GDAL and a CSV of WKT."""
        rows = "".join(f'{code},{county},"POLYGON (({", ".join(f"{x:.6f} {y:.6f}" for x, y in ring)}))"\n'
                       for code, county, ring in features)
        (self.folder / f"{name}.csv").write_text("BSM,XZQDM,WKT\n" + rows)
        made = gdal.OpenEx(str(self.folder / f"{name}.csv"), open_options=["GEOM_POSSIBLE_NAMES=WKT"])
        gdal.VectorTranslate(str(self.folder / f"{name}.shp"), made, format="ESRI Shapefile")
        return f"{name}.shp"

    def ring(self, lon, lat, meridian, ellipsoid=CGCS2000, move=None):
        corners = [(lon, lat), (lon + 0.01, lat), (lon + 0.01, lat + 0.01), (lon, lat + 0.01), (lon, lat)]
        return [gauss_krueger(ellipsoid, *(move(*c) if move else c), meridian) for c in corners]

    def assert_near(self, got, lon, lat, metres):
        best = min(math.hypot((g[0] - lon) * 111320 * math.cos(math.radians(lat)), (g[1] - lat) * 110950) for g in got)
        self.assertLess(best, metres)


class Zones(Crs):
    GEODATA_LOADED = True

    def source_of(self, layer):
        with sqlite3.connect(self.store) as db:
            row = db.execute("SELECT v.source_crs FROM layer_version v JOIN layer l ON l.current_version_id = v.id "
                             "WHERE l.id = ?", (layer,)).fetchone()
        db.close()
        return row[0]

    def test_eastings_without_a_prefix_are_of_the_one_zone_in_which_the_data_lie_in_their_county(self):
        path = self.shapefile("one", [("1", "150102", self.ring(111.7, 40.85, 111)), ("2", "150102", self.ring(111.75, 40.9, 111))])
        done = self.take(path, "a_layer")
        self.assertIn("EPSG:4546", done.stderr)
        report = self.report("a_layer")
        self.assertEqual((report["crs"]["decided_by"], report["crs"]["epsg"]), ("unit", 4546))
        self.assertIn("crs-zone-from-place", self.findings("a_layer"))
        self.assertEqual(self.source_of("a_layer"), "EPSG:4546")
        self.assert_near(self.vertices("a_layer"), 111.7, 40.85, 0.001)

    def test_more_than_one_possible_zone_is_a_question_that_names_them(self):
        path = self.shapefile("wide", [("1", "", self.ring(111.7, 40.85, 111))])  # any zone of the region will do
        done = self.take(path, "a_layer", code=1)
        self.assertIn("EPSG:4546", done.stderr)
        self.assertIn("EPSG:4545", done.stderr)
        self.assertIn("--crs", done.stderr)
        self.take(path, "a_layer", "--crs", "4546")

    def test_the_unit_may_be_told_and_data_that_lie_elsewhere_are_refused(self):
        path = self.shapefile("told", [("1", "", self.ring(111.7, 40.85, 111))])
        self.take(path, "a_layer", "--unit", "150102")
        self.assertEqual(self.report("a_layer")["crs"]["epsg"], 4546)
        done = self.take(path, "a_layer", "--unit", "150102", "--crs", "4548", code=1)
        self.assertIn("150102", done.stderr)
        self.assertIn("0%", done.stderr)
        done = self.take(path, "a_layer", "--unit", "999999", code=1)
        self.assertIn("--unit 999999", done.stderr)

    def test_metres_in_a_geojson_that_says_nothing_are_not_taken_for_degrees(self):
        ring = [[x, y] for x, y in self.ring(111.7, 40.85, 111)]
        path = fixture.write_json(self.folder / "plain.geojson", {"type": "FeatureCollection", "features": [
            {"type": "Feature", "properties": {"BSM": "1", "XZQDM": "150102"},
             "geometry": {"type": "Polygon", "coordinates": [ring]}}]})
        self.take(path, "a_layer")
        self.assert_near(self.vertices("a_layer"), 111.7, 40.85, 0.001)


class Questions(Crs):
    def test_without_units_a_zone_cannot_be_found_and_degrees_and_swapped_axes_are_asked_about(self):
        done = self.take(self.shapefile("metres", [("1", "150102", self.ring(111.7, 40.85, 111))]), "a_layer", code=1)
        self.assertIn("--crs", done.stderr)
        self.assertIn("--unit", done.stderr)
        degrees = [(111.7, 40.8), (111.8, 40.8), (111.8, 40.9), (111.7, 40.8)]
        done = self.take(self.shapefile("degrees", [("1", "", degrees)]), "a_layer", code=1)
        self.assertIn("4490", done.stderr)
        swapped = [(y, 37e6 + x) for x, y in self.ring(111.7, 40.85, 111)]
        done = self.take(self.shapefile("swapped", [("1", "", swapped)]), "a_layer", code=1)
        self.assertIn("颠倒", done.stderr)


class Datums(Crs):
    SEVEN = {"dx": 15.8, "dy": -154.4, "dz": -82.3, "rx": 1.2, "ry": -0.7, "rz": 2.4, "s": -3.1}

    def to_old(self, ellipsoid, parameters):
        """CGCS2000 to the old datum: the shift, undone by iteration."""
        def move(lon, lat):
            target = cartesian(CGCS2000, lon, lat)
            guess = target
            for _ in range(30):
                # heights are left alone by the program: the old point lies on its own ellipsoid
                guess_geo = geographic(ellipsoid, guess)
                got = geographic(CGCS2000, shifted(cartesian(ellipsoid, *guess_geo), **parameters))
                guess = cartesian(ellipsoid, guess_geo[0] + lon - got[0], guess_geo[1] + lat - got[1])
            return geographic(ellipsoid, guess)
        return move

    def text(self, parameters, convention=""):
        return ",".join(str(v) for v in parameters.values()) + convention

    def test_old_datums_are_refused_without_parameters_and_the_sentence_names_the_option(self):
        for epsg in (4610, 4214, 2386, 2361, 2435, 21419, 21459):
            path = self.shapefile(f"old{epsg}", [("1", "", self.ring(111.7, 40.85, 111))])
            done = self.take(path, "a_layer", "--crs", str(epsg), code=1)
            self.assertIn("--datum-shift", done.stderr, epsg)

    def test_seven_parameters_give_the_place_that_an_independent_computation_gives(self):
        for epsg, ellipsoid, vector in ((2382, IAU75, False), (2434, KRASS, False), (2434, KRASS, True)):
            move = self.to_old(ellipsoid, dict(self.SEVEN, vector=vector))
            path = self.shapefile(f"z{epsg}{vector}", [("1", "", self.ring(111.7, 40.85, 111, ellipsoid, move))])
            layer = f"layer_{epsg}_{vector}".lower()
            done = self.take(path, layer, "--crs", str(epsg), "--datum-shift", self.text(self.SEVEN, ",vector" if vector else ""))
            self.assertIn("datum shift", done.stderr)
            for corner in ((111.7, 40.85), (111.71, 40.86)):
                self.assert_near(self.vertices(layer), *corner, 0.001)
            self.assertIn("Helmert 15.8,-154.4,-82.3,1.2,-0.7,2.4,-3.1", self.report(layer)["crs"]["datum_shift"])
            self.assertIn("position_vector" if vector else "coordinate_frame", self.report(layer)["crs"]["datum_shift"])
            with sqlite3.connect(self.store) as db:
                crs, = db.execute("SELECT source_crs FROM layer_version ORDER BY id DESC").fetchone()
            db.close()
            self.assertIn(f"EPSG:{epsg} + Helmert", crs)

    def test_degrees_of_an_old_datum_are_shifted_too(self):
        three = {"dx": 24.0, "dy": -123.0, "dz": -94.0}
        move = self.to_old(KRASS, three)
        corners = [move(*c) for c in ((111.7, 40.85), (111.71, 40.85), (111.71, 40.86), (111.7, 40.85))]
        (self.folder / "d.prj").write_text("")
        path = self.shapefile("degrees", [("1", "", [(round(x, 9), round(y, 9)) for x, y in corners])])
        self.take(path, "a_layer", "--crs", "4214", "--datum-shift", self.text(three))
        self.assert_near(self.vertices("a_layer"), 111.71, 40.86, 0.15)  # six decimals of a degree in the file

    def test_parameters_that_are_wrong_or_not_needed_are_refused(self):
        path = self.shapefile("p", [("1", "", self.ring(111.7, 40.85, 111))])
        for text in ("", "1,2", "1,2,3,4", "1,2,x", "1,2,3,4,5,6,7,8", "5000,0,0", "1,2,3,vector", "nan,0,0", "1,2,3,"):
            done = self.take(path, "a_layer", "--crs", "2434", "--datum-shift", text, code=1)
            self.assertIn("dx,dy,dz", done.stderr, text)
        done = self.take(path, "a_layer", "--crs", "4546", "--datum-shift", "1,2,3", code=1)
        self.assertIn("EPSG:4546", done.stderr)


if __name__ == "__main__":
    official.main()
