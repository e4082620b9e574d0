#!/usr/bin/env python3
"""What is in the tiles of geodata/, by readers that we did not write the tiles with: valid polygons, the true area, a bounded size; and
@mapbox/vector-tile, where node and the page's packages are there.
  test_tiles.py HONGXIAN SOURCE_DIR"""
import gzip
import json
import math
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

from osgeo import ogr
from shapely import geometry, wkb
from shapely.geometry import box
from shapely.ops import transform, unary_union

PROGRAM, SOURCE = sys.argv[1], pathlib.Path(sys.argv[2])
import fixture  # noqa: E402
import mvt_read  # noqa: E402

ogr.UseExceptions()
RED = "ecological_red_line"
LINES = {"ecological_red_line": "STBHHX", "permanent_basic_farmland": "YJJBNTBHTB", "urban_development_boundary": "CZKFBJ", "land_use": "DLTB"}
MAX_BYTES = 500 * 1024
WHOLE = (4, 5, 7)             # zooms of which every tile is looked at
SOME = (8, 10, 12, 14)        # zooms of which some are
READER = """
import fs from 'node:fs';
import * as pbf from 'pbf';
import { VectorTile } from '@mapbox/vector-tile';
const make = pbf.default ?? pbf.PbfReader ?? pbf.Pbf, out = {};
for (const name of fs.readdirSync(process.argv[1])) {
  const tile = new VectorTile(new make(fs.readFileSync(process.argv[1] + '/' + name)));
  let features = 0, rings = 0;
  for (const layer of Object.values(tile.layers))
    for (let i = 0; i < layer.length; i++) { features++; rings += layer.feature(i).loadGeometry().length; }
  out[name] = [features, rings];
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

# Draws the tiles of a layer by its style, and prints what is under each of the places: "1" where there is a colour.
DRAW = """
import json
import urllib.parse
import urllib.request
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor
tiles, style, west, south, east, north = sys.argv[1], sys.argv[2], *map(float, sys.argv[3:7])
layer = QgsVectorTileLayer("type=xyz&zmin=0&zmax=14&url=" + urllib.parse.quote(tiles, safe=":/{}"), "tiles")
assert layer.isValid()
converter, context = QgsMapBoxGlStyleConverter(), QgsMapBoxGlStyleConversionContext()
assert converter.convert(json.load(urllib.request.urlopen(style)), context) == QgsMapBoxGlStyleConverter.Success, converter.errorMessage()
assert not converter.warnings(), converter.warnings()
layer.setRenderer(converter.renderer())
settings = QgsMapSettings()
settings.setLayers([layer])
settings.setDestinationCrs(QgsCoordinateReferenceSystem("EPSG:3857"))
settings.setOutputSize(QSize(800, 600))
settings.setBackgroundColor(QColor("white"))
change = QgsCoordinateTransform(QgsCoordinateReferenceSystem("EPSG:4490"), settings.destinationCrs(), QgsProject.instance())
settings.setExtent(change.transformBoundingBox(QgsRectangle(west, south, east, north)))
job = QgsMapRendererSequentialJob(settings)
job.start()
job.waitForFinished()
image, to_pixel = job.renderedImage(), settings.mapToPixel()
for lon, lat in json.load(sys.stdin):
    at = to_pixel.transform(change.transform(QgsPointXY(lon, lat)))
    print(int(image.pixelColor(round(at.x()), round(at.y())) != QColor("white")), end="")
"""


def column(lon, z):
    return int((lon + 180) / 360 * 2 ** z)


def place(lat):
    return (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2


def tiles_of(bbox, z):
    west, south, east, north = bbox
    return [(z, x, y) for x in range(column(west, z), column(east, z) + 1)
            for y in range(int(place(north) * 2 ** z), int(place(south) * 2 ** z) + 1)]


class Tiles(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="hongxian-tiles-"))
        store = cls.folder / "geo.sqlite"
        fixture.geodata_store(PROGRAM, store, SOURCE / "geodata")
        cls.server = fixture.Server(PROGRAM, "--store", str(store), "--threads", "2")
        cls.line = fixture.Line(cls.server)
        cls.layers = {line: cls.get_json(f"/collections/{line}") for line in LINES}
        (cls.folder / "tiles").mkdir()
        cls.read, cls.shapes = {}, []
        for line, about in cls.layers.items():
            for z in WHOLE + SOME:
                all_of_them = tiles_of(about["bbox"], z)
                step = 1 if z in WHOLE else max(1, len(all_of_them) // 12)
                for t in all_of_them[::step]:
                    cls.take(line, t)

    @classmethod
    def tearDownClass(cls):
        cls.line.close()
        cls.server.stop()
        shutil.rmtree(cls.folder)

    @classmethod
    def get(cls, path, headers=None):
        answer, body = cls.line.ask("GET", path, headers=headers)
        return answer.status, dict(answer.getheaders()), body

    @classmethod
    def get_json(cls, path):
        return json.loads(cls.get(path)[2])

    @classmethod
    def take(cls, line, t):
        status, _, body = cls.get("/tiles/{}/{}/{}/{}.mvt".format(line, *t))
        if (status, body) != (204, b""):
            assert status == 200 and body, (line, t, status)
            (cls.folder / "tiles" / "{}-{}-{}-{}".format(line, *t)).write_bytes(body)
            cls.read[line, t] = mvt_read.read(body)[line]
            cls.shapes += [(line, t, f, geometry.MultiPolygon(f["polygons"])) for f in cls.read[line, t]]

    def test_sizes(self):
        """No tile is larger than what may be sent, and there is something to look at in each zoom of each line."""
        sizes = {p.name: p.stat().st_size for p in (self.folder / "tiles").iterdir()}
        self.assertLessEqual(max(sizes.values()), MAX_BYTES)
        for line in LINES:
            for z in WHOLE:
                self.assertTrue(any(name.startswith(f"{line}-{z}-") for name in sizes), (line, z))

    def test_valid(self):
        """No polygon crosses itself or the others of its feature."""
        n = 0
        for line, t, f, shape in self.shapes:
            n += 1
            self.assertTrue(shape.is_valid, (line, t, f["id"]))
        self.assertGreater(n, 1000)

    def test_features_or_counted(self):
        """What has no id stands for several features, and says for how many; from zoom 12 on everything has one."""
        for line, t, f, _ in self.shapes:
            if f["id"] is None:
                self.assertGreater(f["tags"]["merged"], 0)
                self.assertLess(t[0], 12)
            else:
                self.assertTrue(f["tags"]["code"])
                self.assertNotIn("merged", f["tags"])

    def test_drawn_area(self):
        """All tiles of a zoom together show the layer's area, within 5 %: of each line from zoom 4 on, in Mercator's measure."""
        for line, table in LINES.items():
            source = ogr.Open(str(SOURCE / "geodata" / "lines" / f"{table}.gpkg"))
            truth = 0
            for f in source.GetLayer(0):
                shape = wkb.loads(bytes(f.GetGeometryRef().ExportToWkb()))
                truth += transform(lambda x, y, z=None: ([v / 360 for v in x], [-place(v) for v in y]), shape).area
            for z in WHOLE:
                drawn = 0
                for l, t, _, shape in self.shapes:
                    if l == line and t[0] == z:
                        inside = shape.bounds[0] >= 0 and shape.bounds[1] >= 0 and max(shape.bounds[2:]) <= 4096
                        drawn += shape.area if inside else shape.intersection(box(0, 0, 4096, 4096)).area
                ratio = drawn / (4096 * 2 ** z) ** 2 / truth
                with self.subTest(line=line, z=z):
                    self.assertLess(abs(ratio - 1), 0.05)

    def test_read_by_the_map_library(self):
        """@mapbox/vector-tile, which MapLibre is built on, reads every tile with the same features and rings."""
        modules = SOURCE / "web" / "node_modules"
        if not shutil.which("node") or not (modules / "@mapbox" / "vector-tile").is_dir():
            self.skipTest("no node, or the page's packages are not installed")
        run = subprocess.run(["node", "--input-type=module", "-e", READER, str(self.folder / "tiles")], cwd=SOURCE / "web",
                             check=True, capture_output=True, text=True)
        theirs = json.loads(run.stdout)
        ours = {"{}-{}-{}-{}".format(line, *t): [len(fs), sum(1 + len(h) for f in fs for _, h in f["polygons"])]
                for (line, t), fs in self.read.items()}
        self.assertEqual(theirs, ours)

    def test_answers(self):
        """Compressed for who takes that, nothing for who has it already, and the same bytes from the cache as before."""
        path = "/tiles/ecological_red_line/5/{}/{}.mvt".format(column(111, 5), int(place(41) * 32))
        status, headers, plain = self.get(path)
        self.assertEqual((status, headers["Content-Type"], "Content-Encoding" in headers), (200, "application/vnd.mapbox-vector-tile", False))
        self.assertIn("Accept-Encoding", headers["Vary"])
        for _ in range(2):
            _, packed, body = self.get(path, {"Accept-Encoding": "gzip"})
            self.assertEqual((packed["Content-Encoding"], gzip.decompress(body)), ("gzip", plain))
            self.assertLess(len(body), len(plain))
        for tag in (headers["ETag"], packed["ETag"], '"other", ' + headers["ETag"]):
            status, again, body = self.get(path, {"If-None-Match": tag})
            self.assertEqual((status, body, again["ETag"]), (304, b"", headers["ETag"]))
        self.assertEqual(self.get(path, {"If-None-Match": '"other"'})[0], 200)

    # ---- OGC API - Tiles, Part 1: Core (20-057), by requirement. Tested against, not certified. ----

    def link(self, document, rel, **more):
        found = [l for l in document["links"] if l["rel"] == rel and all(l.get(k) == v for k, v in more.items())]
        self.assertEqual(len(found), 1, (rel, document["links"]))
        return found[0]["href"].removeprefix(f"http://{self.server.host}:{self.server.port}")

    def sets_of(self, line):
        """/req/geodata-tilesets/desc-links and operation, /req/tilesets-list: from the collection to each of its tile sets."""
        collection = self.get_json(f"/collections/{line}")
        path = self.link(collection, "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector")
        self.assertEqual(path, f"/collections/{line}/tiles")
        for entry in self.get_json(path)["tilesets"]:
            self.assertEqual(entry["dataType"], "vector")
            about = self.get_json(self.link(entry, "self"))
            grid = self.get_json(self.link(entry, "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme"))
            self.assertEqual((entry["crs"], entry.get("tileMatrixSetURI")), (grid["crs"], grid.get("uri")))
            yield entry, about, grid

    def test_conformance(self):
        """What is claimed is what the tests below walk through."""
        claimed = {c.rpartition("/conf/")[2] for c in self.get_json("/conformance")["conformsTo"] if "ogcapi-tiles" in c}
        self.assertEqual(claimed, {"core", "tileset", "tilesets-list", "geodata-tilesets", "oas30", "mvt"})

    def test_tile_set(self):
        """/req/tileset/description: a template of tiles, the grid, where the layer lies; and the layer's name as in the tile."""
        for entry, about, grid in self.sets_of("ecological_red_line"):
            self.assertEqual(about["tileMatrixSetURI" if "uri" in grid else "crs"], grid.get("uri", grid["crs"]))
            template = self.link(about, "item", templated=True, type="application/vnd.mapbox-vector-tile")
            for name in ("{tileMatrix}", "{tileRow}", "{tileCol}"):
                self.assertEqual(template.count(name), 1)
            self.assertEqual([l["id"] for l in about["layers"]], ["ecological_red_line"])
            west, south = about["boundingBox"]["lowerLeft"]
            self.assertTrue(97 < west < 98 and 37 < south < 38)

    def place_of(self, grid, matrix, x, y):
        """A point in a grid's CRS, easting or longitude first: row, column, and the units within the tile, by the grid's own document."""
        m = next(m for m in grid["tileMatrices"] if m["id"] == str(matrix))
        first, second = m["pointOfOrigin"]
        left, top = (second, first) if grid["orderedAxes"][0] == "Lat" else (first, second)
        column, row = (x - left) / m["cellSize"] / m["tileWidth"], (top - y) / m["cellSize"] / m["tileHeight"]
        self.assertTrue(0 <= column < m["matrixWidth"] and 0 <= row < m["matrixHeight"])
        return int(row), int(column), (column % 1 * 4096, row % 1 * 4096)

    def test_grid_of_tiles(self):
        """/req/core/tc-op, tc-success, /req/mvt/content: by the grid's document alone, a feature's points are found where the tile has them, in
        either grid; so the row stands before the column, and the axes are as the grid says."""
        item = self.get_json("/collections/urban_development_boundary/items?limit=1")["features"][0]
        ring = item["geometry"]["coordinates"]
        while isinstance(ring[0][0], list):
            ring = ring[0]
        for entry, about, grid in self.sets_of("urban_development_boundary"):
            template = self.link(about, "item", templated=True)
            seen = 0
            for lon, lat in ring[:20]:
                metres = 6378137 * math.pi
                x, y = (lon, lat) if "4490" in grid["crs"] else (lon / 180 * metres, (0.5 - place(lat)) * 2 * metres)
                row, column, (u, v) = self.place_of(grid, 14, x, y)
                path = template.replace("{tileMatrix}", "14").replace("{tileRow}", str(row)).replace("{tileCol}", str(column))
                status, headers, body = self.get(path)
                self.assertEqual((status, headers["Content-Type"]), (200, "application/vnd.mapbox-vector-tile"))
                features = mvt_read.read(body)["urban_development_boundary"]
                shape = next(geometry.MultiPolygon(f["polygons"]) for f in features if f["id"] == item["id"])
                self.assertLess(shape.boundary.distance(geometry.Point(u, v)), 2)
                seen += 1
            self.assertGreater(seen, 3)

    def test_errors(self):
        """/req/core/tc-error: what is out of range is refused, what is empty is 204; unknown grids and forms are named."""
        base = "/collections/ecological_red_line/tiles"
        for path, status in ((f"{base}/CGCS2000Quad/0/0/0", 400), (f"{base}/CGCS2000Quad/1/1/0", 400), (f"{base}/CGCS2000Quad/1/0/2", 400),
                             (f"{base}/WebMercatorQuad/23/0/0", 400), (f"{base}/WebMercatorQuad/3/8/0", 400), (f"{base}/WebMercatorQuad/a/0/0", 400),
                             (f"{base}/WorldCRS84Quad/1/0/0", 404), (f"{base}/WorldCRS84Quad", 404), ("/tileMatrixSets/w", 404),
                             ("/collections/nothing/tiles", 404), (f"{base}?f=xml", 400),
                             (f"{base}/WebMercatorQuad/5/1/1?f=png", 400), (f"{base}/CGCS2000Quad?f=tilejson", 400), ("/styles/nothing", 404),
                             ("/styles/map?f=sld", 400)):
            with self.subTest(path):
                code, headers, body = self.get(path)
                self.assertEqual((code, headers["Content-Type"].partition(";")[0]), (status, "application/problem+json"))
                self.assertTrue(json.loads(body)["detail_en"])
        for path in (f"{base}/CGCS2000Quad/8/0/0", f"{base}/WebMercatorQuad/8/0/0"):
            self.assertEqual(self.get(path)[::2], (204, b""))

    def test_grids(self):
        """The Mercator grid is OGC's, figure for figure; the national one is 天地图 c: two tiles at level 1, 0.703125 degrees a pixel."""
        grids = {g["id"]: self.get_json(self.link(g, "self")) for g in self.get_json("/tileMatrixSets")["tileMatrixSets"]}
        top = {name: g["tileMatrices"][0] for name, g in grids.items()}
        self.assertAlmostEqual(top["WebMercatorQuad"]["scaleDenominator"], 559082264.028717, places=5)
        self.assertAlmostEqual(top["WebMercatorQuad"]["cellSize"], 156543.033928041, places=8)
        national = top["CGCS2000Quad"]
        self.assertEqual([national[k] for k in ("id", "cellSize", "pointOfOrigin", "matrixWidth", "matrixHeight", "tileWidth")],
                         ["1", 0.703125, [90, -180], 2, 1, 256])
        self.assertAlmostEqual(national["scaleDenominator"], 279541132.0143589, places=6)
        self.assertNotIn("uri", grids["CGCS2000Quad"])
        for g in grids.values():
            for upper, lower in zip(g["tileMatrices"], g["tileMatrices"][1:]):
                self.assertEqual(lower["cellSize"] * 2, upper["cellSize"])
                self.assertEqual(lower["matrixWidth"], 2 * upper["matrixWidth"])

    def test_described(self):
        """/req/oas30: the paths are in the API's definition, with the operation ids by which a client knows them."""
        paths = self.get_json("/api")["paths"]
        ids = {operation.get("operationId") for methods in paths.values() for operation in methods.values() if isinstance(operation, dict)}
        for suffix in ("getTileSetsList", "getTileSet", "getTile"):
            self.assertIn(f".collection.vector.{suffix}", ids)

    def test_tilejson_and_styles(self):
        """TileJSON and styles lead to tiles that are there, and a style is valid by MapLibre's own specification where that is installed."""
        about = self.get_json("/collections/ecological_red_line/tiles/WebMercatorQuad?f=tilejson")
        self.assertEqual((about["tilejson"], [l["id"] for l in about["vector_layers"]]), ("3.0.0", ["ecological_red_line"]))
        styles = {s["id"]: self.link(s, "stylesheet") for s in self.get_json("/styles")["styles"]}
        self.assertLessEqual({"map", *LINES}, set(styles))
        documents = {name: self.get_json(path) for name, path in styles.items()}
        for template in (about["tiles"][0], documents["map"]["sources"]["ecological_red_line"]["tiles"][0]):
            path = template.removeprefix(f"http://{self.server.host}:{self.server.port}").format(z=5, x=column(111, 5), y=int(place(41) * 32))
            status, headers, _ = self.get(path)
            self.assertEqual((status, "immutable" in headers["Cache-Control"]), (200, True))
        colours = json.dumps(documents["land_use"]["layers"][0]["paint"]["fill-color"])
        self.assertGreater(colours.count("rgba("), 50)     # a colour for each class, as on the page
        self.assertLessEqual({l["source"] for l in documents["map"]["layers"]}, set(documents["map"]["sources"]))
        if not shutil.which("node") or not (SOURCE / "web" / "node_modules" / "@maplibre" / "maplibre-gl-style-spec").is_dir():
            self.skipTest("no node, or the page's packages are not installed")
        path = self.folder / "styles.json"
        path.write_text(json.dumps(documents), encoding="utf-8")
        run = subprocess.run(["node", "--input-type=module", "-e", VALIDATOR, str(path)], cwd=SOURCE / "web", check=True, capture_output=True, text=True)
        self.assertEqual(json.loads(run.stdout), {name: [] for name in documents})

    def test_qgis_draws_what_is_there(self):
        """QGIS, given the tiles and the style, has a colour well inside the shapes of the source and none well outside."""
        box_drawn, degree = (111.0, 40.3, 113.0, 41.8), 0.02     # eight pixels of the picture
        source = ogr.Open(str(SOURCE / "geodata" / "lines" / f"{LINES[RED]}.gpkg"))
        layer = source.GetLayer(0)
        layer.SetSpatialFilterRect(*box_drawn)
        drawn = unary_union([wkb.loads(bytes(f.GetGeometryRef().ExportToWkb())) for f in layer])
        inside, outside = drawn.buffer(-degree), drawn.buffer(degree)
        places, expected = [], ""
        for i in range(1, 40):
            for j in range(1, 30):
                at = geometry.Point(111.0 + i * 0.05, 40.3 + j * 0.05)
                if inside.contains(at) or not outside.contains(at):
                    places.append((at.x, at.y))
                    expected += "1" if inside.contains(at) else "0"
        self.assertGreater(min(expected.count("1"), expected.count("0")), 50)
        about = self.get_json(f"/collections/{RED}/tiles/WebMercatorQuad?f=tilejson")
        style = f"http://{self.server.host}:{self.server.port}/styles/{RED}"
        printed = fixture.in_qgis(self.folder, DRAW, about["tiles"][0], style, *map(str, box_drawn), given=json.dumps(places))
        self.assertEqual(printed, expected)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
