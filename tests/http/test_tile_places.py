#!/usr/bin/env python3
"""Tiles of points and lines: every place is where it is, lines are whole from tile to tile, nothing is left out in silence; by a reader of our
own, shapely, GDAL's MVT driver and @mapbox/vector-tile, on places made to be awkward and on those of geodata/.
  test_tile_places.py HONGXIAN SOURCE_DIR"""
import gzip
import json
import math
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import unittest

from osgeo import gdal, ogr
from shapely import geometry
from shapely.geometry import box
from shapely.ops import clip_by_rect, unary_union

PROGRAM, SOURCE = sys.argv[1], pathlib.Path(sys.argv[2])
import fixture  # noqa: E402
import mvt_read  # noqa: E402

ogr.UseExceptions()
gdal.UseExceptions()
MVT = "application/vnd.mapbox-vector-tile"
UNIT = 4096
READER = """
import fs from 'node:fs';
import * as pbf from 'pbf';
import { VectorTile } from '@mapbox/vector-tile';
const make = pbf.default ?? pbf.PbfReader ?? pbf.Pbf, out = {};
for (const name of fs.readdirSync(process.argv[1])) {
  const tile = new VectorTile(new make(fs.readFileSync(process.argv[1] + '/' + name)));
  const seen = [];
  for (const layer of Object.values(tile.layers))
    for (let i = 0; i < layer.length; i++) {
      const f = layer.feature(i);
      seen.push([f.id ?? null, f.type, f.loadGeometry().map((part) => part.map((p) => [p.x, p.y])), f.properties.name ?? null]);
    }
  out[name] = seen;
}
console.log(JSON.stringify(out));
"""
VALIDATOR = """
import fs from 'node:fs';
import { validateStyleMin } from '@maplibre/maplibre-gl-style-spec';
const out = {};
for (const [name, style] of Object.entries(JSON.parse(fs.readFileSync(process.argv[1]))))
  out[name] = validateStyleMin(style).map((e) => e.message);
console.log(JSON.stringify(out));
"""
random.seed(14)


def walk(lon, lat, n, step):
    out = [[lon, lat]]
    for _ in range(n):
        out.append([round(out[-1][0] + random.uniform(-0.3, 1) * step, 7), round(out[-1][1] + random.uniform(-0.6, 0.6) * step, 7)])
    return out


LINES = {"axis": {"type": "LineString", "coordinates": [[106, 38.5], [124.5, 50.5], [110, 41]]},   # far beyond any tile
         "walk": {"type": "LineString", "coordinates": walk(108, 41, 4000, 0.004)},                 # a vertex every 300 m
         "two": {"type": "MultiLineString", "coordinates": [[[111, 41], [112, 42]], [[113, 41], [113.5, 41.2], [113, 41.4]]]},
         "tiny": {"type": "LineString", "coordinates": [[115.2, 43.3], [115.20001, 43.30001]]}}
AREAS = {"hole": {"type": "Polygon", "coordinates": [fixture.ring(117, 44, 119, 46)[::-1], fixture.ring(117.5, 44.5, 118, 45)]},  # turned the wrong way
         "parts": {"type": "MultiPolygon", "coordinates": [[fixture.ring(120, 47, 120.5, 47.5)], [fixture.ring(121, 47, 123, 49)]]}}
POINTS = {"three": {"type": "MultiPoint", "coordinates": [[100, 40], [101, 41], [125, 50]]}, "one": {"type": "Point", "coordinates": [111.111111, 41.2]}}
# So many of so long a name that one tile cannot hold them.
MANY, NAME_PARTS = fixture.runs.some_under_sanitizers((600, 45), (12000, 1))


def mercator(lon, lat):
    """The whole world as 0 to 1, to the east and down."""
    return (lon + 180) / 360, (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2


def units(lon, lat, z):
    x, y = mercator(lon, lat)
    return x * 2 ** z * UNIT, y * 2 ** z * UNIT


def in_units(shape, z):
    """A GeoJSON geometry in units of the zoom's whole grid, edges as they bend: each is cut finely first."""
    def fine(line):
        out = []
        for (x0, y0), (x1, y1) in zip(line, line[1:]):
            n = max(1, math.ceil(abs(y1 - y0) / 0.02))
            out += [units(x0 + (x1 - x0) * k / n, y0 + (y1 - y0) * k / n, z) for k in range(n)]
        return out + [units(*line[-1], z)]
    if shape["type"] == "LineString":
        return geometry.LineString(fine(shape["coordinates"]))
    if shape["type"] == "MultiLineString":
        return geometry.MultiLineString([fine(c) for c in shape["coordinates"]])
    rings = [shape["coordinates"]] if shape["type"] == "Polygon" else shape["coordinates"]
    return unary_union([geometry.Polygon(fine(r[0]), [fine(h) for h in r[1:]]) for r in rings])


def tiles_of(shape, z):
    """The tiles that a shape in units may lie in."""
    west, north, east, south = shape.bounds
    return [(x, y) for x in range(int(west // UNIT), int(east // UNIT) + 1) for y in range(int(north // UNIT), int(south // UNIT) + 1)]


class Places(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="hongxian-places-"))
        cls.data = cls.folder / "geodata"
        for part in ("plan", "admin", "base"):
            shutil.copytree(SOURCE / "geodata" / part, cls.data / part)
        manifest = json.loads((SOURCE / "geodata" / "manifest.json").read_text(encoding="utf-8"))
        fixture.write_json(cls.data / "manifest.json", {**manifest, "layers": []})
        cls.write_plan({**LINES, **AREAS, **POINTS})
        cls.store = str(cls.folder / "test.sqlite")
        cls.make(fixture.store_maker(PROGRAM), "init", cls.store)
        cls.load()
        cls.server = fixture.Server(PROGRAM, "--store", cls.store, "--threads", "2")
        cls.base = f"http://{cls.server.host}:{cls.server.port}"
        cls.line = fixture.Line(cls.server)
        cls.items = {c: cls.json(f"/collections/{c}/items?limit=10000")["features"] for c in ("plan_layout", "counties")}
        cls.ids = {f["properties"]["name"]: f["id"] for f in cls.items["plan_layout"]}

    @classmethod
    def tearDownClass(cls):
        cls.line.close()
        fixture.stop_well(cls.server, cls.folder)

    @staticmethod
    def make(*command):
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
        assert done.returncode == 0, done.stderr[-1000:]

    @classmethod
    def write_plan(cls, shapes):
        fixture.write_json(cls.data / "plan" / "layout.geojson", fixture.collection(
            *({"type": "Feature", "geometry": g, "properties": {"name": n, "kind": "test", "code": f"0{len(n)}"}} for n, g in shapes.items())))
        many = [{"type": "Feature", "properties": {"name": f"地点{i}，" + "名称颇长的一处" * NAME_PARTS, "kind": "many"},
                 "geometry": {"type": "Point", "coordinates": [round(random.uniform(108, 112), 6), round(random.uniform(39, 42), 6)]}} for i in range(MANY)]
        fixture.write_json(cls.data / "plan" / "places.geojson", fixture.collection(*many))

    @classmethod
    def load(cls):
        cls.make(fixture.store_maker(PROGRAM), "import", "--store", cls.store, "--geodata", cls.data)

    @classmethod
    def ask(cls, path, headers=None):
        return cls.line.ask("GET", path.removeprefix(cls.base), headers=headers)

    @classmethod
    def json(cls, path):
        answer, body = cls.ask(path)
        assert answer.status == 200, (path, body[:300])
        return json.loads(body)

    def tile(self, name, z, x, y):
        """The features of a tile; of an empty one (204) none."""
        answer, body = self.ask(f"/tiles/{name}/{z}/{x}/{y}.mvt")
        self.assertEqual((204, b"") if not body else (200, MVT), (answer.status, answer.getheader("Content-Type") if body else body))
        self.assertLessEqual(len(body), 500 * 1024)
        return mvt_read.read(body)[name] if body else []

    def test_points(self):
        """Every seat is in its tile at every zoom, to the unit, with its name; none twice within the tile proper."""
        for z in (0, 3, 6, 9, 13):
            where = {}
            for f in self.items["counties"]:
                x, y = units(*f["geometry"]["coordinates"], z)
                where.setdefault((int(x // UNIT), int(y // UNIT)), []).append((f["id"], f["properties"]["name"], x % UNIT, y % UNIT))
            for (x, y), wanted in where.items():
                drawn = {f["id"]: f for f in self.tile("counties", z, x, y)}
                for number, name, u, v in wanted:
                    f = drawn[number]
                    self.assertEqual(("point", name), (f["type"], f["tags"]["name"]))
                    (px, py), = f["parts"][0]
                    self.assertTrue(abs(px - u) <= 1 and abs(py - v) <= 1, (name, z, px - u, py - v))
                self.assertFalse(any("merged" in f["tags"] for f in drawn.values()))

    def test_lines(self):
        """All tiles of a zoom together have the whole line, once, and no vertex beside it; at tile edges the pieces meet. Simplified by a
        quarter of a dot at most; from zoom 12 on not at all."""
        for name, shape in LINES.items():
            for z in (2, 5, 8, 12):
                truth = in_units(shape, z)
                tiles = tiles_of(truth, z)
                if len(tiles) > 20:
                    tiles = [t for t in random.sample(tiles, len(tiles)) if clip_by_rect(truth, t[0] * UNIT, t[1] * UNIT, (t[0] + 1) * UNIT, (t[1] + 1) * UNIT)][:12]
                for x, y in tiles:
                    drawn = [f for f in self.tile("plan_layout", z, x, y) if f["id"] == self.ids[name] and f["type"] == "line"]
                    core = box(x * UNIT, y * UNIT, (x + 1) * UNIT, (y + 1) * UNIT)
                    here = clip_by_rect(truth, *core.bounds)
                    near = clip_by_rect(truth, *core.buffer(100, join_style=2).bounds).buffer(3 if z < 12 else 1.5)
                    self.assertLessEqual(len(drawn), 1)
                    if not drawn:
                        self.assertLess(here.length, 0.01, (name, z, x, y))
                        continue
                    for part in drawn[0]["parts"]:
                        self.assertGreater(len(part), 1)
                        self.assertTrue(all(a != b for a, b in zip(part, part[1:])))
                        self.assertTrue(all(-66 <= v <= UNIT + 66 for p in part for v in p))
                    lines = geometry.MultiLineString([[(x * UNIT + u, y * UNIT + v) for u, v in part] for part in drawn[0]["parts"]])
                    self.assertTrue(near.covers(lines), (name, z, x, y, lines.difference(near).length))
                    if name != "tiny":
                        self.assertLess(here.difference(lines.buffer(3)).length, 0.01, (name, z, x, y))
                    if z < 12 and name == "walk":
                        self.assertLess(sum(map(len, drawn[0]["parts"])), 4001)
        self.assertEqual(2, sum(len(p) for f in self.tile("plan_layout", 0, 0, 0) if f["id"] == self.ids["tiny"] for p in f["parts"]))

    def test_simplified(self):
        """Far off, a line of 4,001 vertices has as many as can be seen; near, all that are there."""
        def vertices(z):
            truth = in_units(LINES["walk"], z)
            return sum(len(p) for x, y in tiles_of(truth, z) for f in self.tile("plan_layout", z, x, y) if f["id"] == self.ids["walk"] for p in f["parts"])
        self.assertLess(vertices(3), 800)
        self.assertGreater(vertices(12), 3900)

    def test_areas(self):
        """Outlines are valid polygons of the true area, whichever way they were drawn, with their holes; cut at the tile's edge."""
        for name, shape in AREAS.items():
            for z in (3, 6, 9):
                truth, drawn = in_units(shape, z), 0
                for x, y in tiles_of(truth, z):
                    for f in self.tile("plan_layout", z, x, y):
                        if f["id"] != self.ids[name]:
                            continue
                        polygons = geometry.MultiPolygon(f["polygons"])
                        self.assertTrue(polygons.is_valid, (name, z, x, y))
                        self.assertTrue(-66 <= min(polygons.bounds) and max(polygons.bounds) <= UNIT + 66)
                        drawn += polygons.intersection(box(0, 0, UNIT, UNIT)).area
                self.assertLess(abs(drawn / truth.area - 1), 0.01, (name, z))

    def test_several_points(self):
        """They stay one feature, with name, kind and code."""
        three = [f for f in self.tile("plan_layout", 0, 0, 0) if f["id"] == self.ids["three"]]
        self.assertEqual([3], [sum(map(len, f["parts"])) for f in three])
        self.assertEqual({"name": "three", "kind": "test", "code": "05"}, three[0]["tags"])

    def test_many_points_are_counted(self):
        """So many places do not fit into a tile: those that share a cell are one, without an id, which says how many; none is left out. Where they
        fit, each is itself."""
        tile = self.tile("plan_places", 0, 0, 0)
        self.assertEqual(MANY, sum(f["tags"].get("merged", 1) for f in tile))
        self.assertTrue(all((f["id"] is None) == ("merged" in f["tags"]) for f in tile))
        self.assertLess(len(tile), MANY)
        x, y = (int(v) for v in (units(110, 40.5, 9)[0] // UNIT, units(110, 40.5, 9)[1] // UNIT))
        near = self.tile("plan_places", 9, x, y)
        self.assertTrue(near and all(f["id"] and "merged" not in f["tags"] for f in near))

    def test_national_grid(self):
        """In the grid of 天地图 c, too: degrees, rows from 90 north."""
        for z in (5, 11):
            size = 360 / 2 ** z
            f = self.items["counties"][20]
            lon, lat = f["geometry"]["coordinates"]
            column, row = (lon + 180) / size, (90 - lat) / size
            answer, body = self.ask(f"/collections/counties/tiles/CGCS2000Quad/{z}/{int(row)}/{int(column)}")
            self.assertEqual(200, answer.status)
            (u, v), = next(g for g in mvt_read.read(body)["counties"] if g["id"] == f["id"])["parts"][0]
            self.assertTrue(abs(u - column % 1 * UNIT) <= 1 and abs(v - row % 1 * UNIT) <= 1)

    def test_second_readers(self):
        """GDAL's driver and @mapbox/vector-tile read the same features, types and places in the same tiles."""
        folder, ours = self.folder / "tiles", {}
        folder.mkdir()
        for name, z, x, y in (("plan_layout", 0, 0, 0), ("plan_layout", 4, 12, 5), ("plan_layout", 6, 51, 23), ("counties", 3, 6, 2), ("plan_places", 0, 0, 0),
                              ("base_water", 4, 12, 5), ("base_water", 7, 103, 48), ("base_towns", 5, 25, 11)):
            _, body = self.ask(f"/tiles/{name}/{z}/{x}/{y}.mvt")
            (folder / f"{name}-{z}-{x}-{y}.mvt").write_bytes(body)
            ours[f"{name}-{z}-{x}-{y}.mvt"] = mvt_read.read(body)[name]
        self.assertGreater(sum(map(len, ours.values())), 90)
        ways = {"point": (1, ogr.wkbPoint), "line": (2, ogr.wkbLineString), "polygon": (3, ogr.wkbPolygon)}
        for file, features in ours.items():
            _, z, x, y = file.removesuffix(".mvt").rsplit("-", 3)
            source = gdal.OpenEx(str(folder / file), gdal.OF_VECTOR, allowed_drivers=["MVT"], open_options=[f"Z={z}", f"X={x}", f"Y={y}", "CLIP=NO"])
            read = list(source.GetLayer(0))
            self.assertEqual(len(features), len(read), file)
            world = 2 * math.pi * 6378137
            for f, g in zip(features, read):
                shape = g.GetGeometryRef()
                self.assertIn(ogr.GT_Flatten(shape.GetGeometryType()), (ways[f["type"]][1], ways[f["type"]][1] + 3))   # or several of them
                named = g.GetFieldIndex("name") >= 0 and g.IsFieldSetAndNotNull("name")
                self.assertEqual(f["tags"].get("name"), g["name"] if named else None)
                points = [p for part in (f.get("parts") or [r for o, hs in f["polygons"] for r in [o, *hs]]) for p in part]
                west, east, south, north = shape.GetEnvelope()
                size = world / 2 ** int(z) / UNIT
                box_of_ours = (min(p[0] for p in points), max(p[0] for p in points), min(p[1] for p in points), max(p[1] for p in points))
                box_of_theirs = ((west + world / 2) / size - int(x) * UNIT, (east + world / 2) / size - int(x) * UNIT,
                                 (world / 2 - north) / size - int(y) * UNIT, (world / 2 - south) / size - int(y) * UNIT)
                self.assertTrue(all(abs(a - b) < 1 for a, b in zip(box_of_ours, box_of_theirs)), (file, box_of_ours, box_of_theirs))
        modules = SOURCE / "web" / "node_modules"
        if not shutil.which("node") or not (modules / "@mapbox" / "vector-tile").is_dir():
            self.skipTest("no node, or the page's packages are not installed")
        run = subprocess.run(["node", "--input-type=module", "-e", READER, str(folder)], cwd=SOURCE / "web", check=True, capture_output=True, text=True)
        for file, theirs in json.loads(run.stdout).items():
            self.assertEqual([[f["id"], ways[f["type"]][0], f["tags"].get("name")] for f in ours[file]], [[t[0], t[1], t[3]] for t in theirs])
            for f, (_, _, parts, _) in zip(ours[file], theirs):
                if f["type"] != "polygon":  # points of a multipoint are parts there, and of one command here
                    self.assertEqual([list(p) for part in f["parts"] for p in part], [p for part in parts for p in part])

    def test_answers(self):
        """As for layers: 204 where nothing is, 304 for who has it, gzip, an address that never changes; and another one after another plan."""
        about = self.json("/collections/counties/tiles/WebMercatorQuad?f=tilejson")
        path = about["tiles"][0].format(z=3, x=6, y=2).removeprefix(self.base)
        answer, body = self.ask(path)
        self.assertEqual((200, "public, max-age=31536000, immutable"), (answer.status, answer.getheader("Cache-Control")))
        for _ in range(2):
            packed, small = self.ask(path, {"Accept-Encoding": "gzip"})
            self.assertEqual(("gzip", body), (packed.getheader("Content-Encoding"), gzip.decompress(small)))
        self.assertEqual(304, self.ask(path, {"If-None-Match": answer.getheader("ETag")})[0].status)
        self.assertEqual("no-cache", self.ask(path.partition("?")[0])[0].getheader("Cache-Control"))
        self.assertEqual((204, b""), (lambda a: (a[0].status, a[1]))(self.ask("/tiles/counties/8/0/0.mvt")))
        self.assertEqual(400, self.ask("/tiles/counties/3/8/0.mvt")[0].status)
        self.write_plan({**LINES, **AREAS, **POINTS, "new": {"type": "Point", "coordinates": [111, 41]}})
        before = self.ask("/tiles/plan_layout/0/0/0.mvt")[0].getheader("ETag")
        self.load()
        fixture.runs.wait_until(lambda: self.ask("/tiles/plan_layout/0/0/0.mvt")[0].getheader("ETag") != before)
        self.assertIn("new", {f["tags"]["name"] for f in self.tile("plan_layout", 0, 0, 0)})
        self.assertNotEqual(about["tiles"], self.json("/collections/counties/tiles/WebMercatorQuad?f=tilejson")["tiles"])
        type(self).items = {c: self.json(f"/collections/{c}/items?limit=10000")["features"] for c in ("plan_layout", "counties")}
        type(self).ids = {f["properties"]["name"]: f["id"] for f in self.items["plan_layout"]}

    def test_described(self):
        """From the collection to its tile sets, TileJSON and style; the dimension where there is one; styles are valid by MapLibre's own specification."""
        for name, dimension, kinds in (("counties", 0, {"circle"}), ("plan_layout", None, {"fill", "line", "circle"})):
            links = {link["rel"]: link["href"] for link in self.json(f"/collections/{name}")["links"]}
            sets = self.json(links["http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector"])["tilesets"]
            self.assertEqual({"vector"}, {s["dataType"] for s in sets})
            one = self.json(next(link["href"] for link in sets[0]["links"] if link["rel"] == "self"))
            self.assertEqual((name, dimension), (one["layers"][0]["id"], one["layers"][0].get("geometryDimension")))
            self.assertTrue(90 < one["boundingBox"]["lowerLeft"][0] < one["boundingBox"]["upperRight"][0] < 130)
            about = self.json(f"/collections/{name}/tiles/WebMercatorQuad?f=tilejson")
            self.assertEqual([{"id": name, "fields": {"code", "name", "kind", "merged"}}],
                             [{"id": v["id"], "fields": set(v["fields"])} for v in about["vector_layers"]])
            self.assertEqual(kinds, {layer["type"] for layer in self.json(f"/styles/{name}")["layers"]})
        listed = [s["id"] for s in self.json("/styles")["styles"]]
        self.assertLessEqual({"map", "counties", "plan_layout", "plan_places"}, set(listed))
        documents = {s: self.json(f"/styles/{s}") for s in listed}
        self.assertIn("counties", documents["map"]["sources"])
        seen = {layer["source"]: layer["layout"]["visibility"] for layer in documents["map"]["layers"]}
        self.assertEqual(("visible", "none"), (seen["counties"], seen["plan_layout"]))   # the plan's areas would tint the lines below them
        if not shutil.which("node") or not (SOURCE / "web" / "node_modules" / "@maplibre" / "maplibre-gl-style-spec").is_dir():
            self.skipTest("no node, or the page's packages are not installed")
        path = fixture.write_json(self.folder / "styles.json", documents)
        run = subprocess.run(["node", "--input-type=module", "-e", VALIDATOR, path], cwd=SOURCE / "web", check=True, capture_output=True, text=True)
        self.assertEqual({name: [] for name in documents}, json.loads(run.stdout))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
