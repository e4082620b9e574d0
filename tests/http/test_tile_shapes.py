#!/usr/bin/env python3
"""Tiles of shapes as nobody would draw them: stars, combs, strips thinner than a unit, swiss cheese, crowds of parts, from a metre to a
province. Whatever the zoom and wherever the tile's border cuts them, what is drawn is valid, of the right area, and the same in both grids.
  test_tile_shapes.py HONGXIAN SOURCE_DIR"""
import math
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import unittest

from shapely import affinity, geometry
from shapely.geometry import LineString, MultiPolygon, Point, Polygon, box, mapping
from shapely.ops import unary_union

PROGRAM, SOURCE = sys.argv[1], pathlib.Path(sys.argv[2])
import fixture  # noqa: E402
import mvt_read  # noqa: E402
from fixture import runs  # noqa: E402

LAYER = "ecological_red_line"
ZOOMS = (4, 6, 8, 10, 12, 14)


def star(rng, x, y, size):
    n = rng.choice([6, 20, 200])
    return Polygon([(x + size * (1 if i % 2 else .3 + .6 * rng.random()) * math.cos(2 * math.pi * i / n),
                     y + size * (1 if i % 2 else .2) * math.sin(2 * math.pi * i / n)) for i in range(n)])


def strip(rng, x, y, size):
    points = [(x + size * rng.gauss(0, 1), y + size * rng.gauss(0, 1)) for _ in range(rng.randrange(2, 9))]
    return LineString(points).buffer(size * 10 ** rng.uniform(-3, -.5), cap_style=2)


def crowd(rng, x, y, size):
    return unary_union([Point(x + size * rng.gauss(0, 1), y + size * rng.gauss(0, 1)).buffer(size * rng.random() * .4, 8) for _ in range(30)])


def cheese(rng, x, y, size):
    shape = Point(x, y).buffer(size, 16)
    for _ in range(rng.randrange(1, 40)):
        shape = shape.difference(Point(x + size * rng.gauss(0, .5), y + size * rng.gauss(0, .5)).buffer(size * 10 ** rng.uniform(-3, -.7), 6))
    return shape


def comb(rng, x, y, size):
    n = rng.randrange(2, 60)
    return unary_union([box(x + size * i / n, y, x + size * (i + .5) / n, y + size) for i in range(n)] + [box(x, y, x + size, y + size * .01)])


def slab(rng, x, y, size):
    return affinity.rotate(box(x, y, x + size, y + size * 10 ** rng.uniform(-4, 0)), rng.uniform(0, 180))


def shapes(rng, n):
    out = []
    while len(out) < n:
        x, y, size = 111.7 + rng.gauss(0, .5), 40.8 + rng.gauss(0, .4), 10 ** rng.uniform(-4.5, .3)
        shape = rng.choice([star, strip, crowd, cheese, comb, slab])(rng, x, y, size)
        if shape.is_valid and not shape.is_empty and shape.area > 1e-9 and shape.geom_type in ("Polygon", "MultiPolygon"):
            out.append(shape)
    return out


def inside(polygons):
    return MultiPolygon(polygons).intersection(box(0, 0, 4096, 4096)).area


class Shapes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="hongxian-tile-shapes-"))
        cls.store = fixture.empty_store(PROGRAM, cls.folder / "shapes.sqlite")
        cls.truth = shapes(random.Random(20261130), runs.small_or_whole(80, 800))
        features = [{"type": "Feature", "properties": {"BSM": f"S{i}", "MC": str(i)}, "geometry": mapping(s)} for i, s in enumerate(cls.truth)]
        file = fixture.write_json(cls.folder / "shapes.geojson", {"type": "FeatureCollection", "features": features})
        cover = fixture.write_json(cls.folder / "cover.geojson", fixture.collection(fixture.feature((105, 36, 119, 46), BSM="C")))
        subprocess.run([PROGRAM, "import", "--store", cls.store, file, "--layer", LAYER, "--synthetic", "--coverage", cover,
                        "--effective-from", "2026-01-01", "--document", "测试〔2026〕1号"], check=True, capture_output=True)
        cls.server = fixture.Server(PROGRAM, "--store", cls.store, "--threads", "2")
        cls.line = fixture.Line(cls.server)

    @classmethod
    def tearDownClass(cls):
        cls.line.close()
        cls.server.stop()
        shutil.rmtree(cls.folder)

    def tile(self, grid, z, x, y):
        answer, body = self.line.ask("GET", f"/collections/{LAYER}/tiles/{grid}/{z}/{y}/{x}")
        self.assertIn(answer.status, (200, 204))
        return mvt_read.read(body)[LAYER] if body else []

    def tiles(self, grid, z, most):
        """Of the tiles in the midst of the shapes some."""
        x = (111.7 + 180) / 360 * 2 ** z
        y = (1 - math.asinh(math.tan(math.radians(40.8))) / math.pi) / 2 * 2 ** z if grid == "WebMercatorQuad" else (90 - 40.8) / 360 * 2 ** z
        around = sorted(((i, j) for i in range(-3, 4) for j in range(-3, 4)), key=lambda at: at[0] ** 2 + at[1] ** 2)
        return [(int(x) + i, int(y) + j) for i, j in around[:most]]

    def test_valid(self):
        """No polygon crosses itself or the others of its feature, at any zoom, in either grid."""
        n = 0
        for grid in ("WebMercatorQuad", "CGCS2000Quad"):
            for z in ZOOMS:
                for x, y in self.tiles(grid, z, 9):
                    for f in self.tile(grid, z, x, y):
                        n += 1
                        shape = geometry.MultiPolygon(f["polygons"])
                        self.assertTrue(shape.is_valid, (grid, z, x, y, f["id"]))
        self.assertGreater(n, 500)

    def test_area(self):
        """The national grid is longitude and latitude: what shapely cuts out of the shapes themselves is what is drawn, within 5 % of the ground
        that the tile shows, at every zoom."""
        for z in ZOOMS:
            drawn = truth = 0
            side = 360 / 2 ** z
            for x, y in self.tiles("CGCS2000Quad", z, 9):
                drawn += sum(inside(f["polygons"]) for f in self.tile("CGCS2000Quad", z, x, y))
                west, north = x * side - 180, 90 - y * side
                tile = box(west, north - side, west + side, north)
                truth += sum(s.intersection(tile).area for s in self.truth) * (4096 / side) ** 2
            with self.subTest(z=z):
                self.assertGreater(truth, 0)
                self.assertLess(abs(drawn / truth - 1), 0.05)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
