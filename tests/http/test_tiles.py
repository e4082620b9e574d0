#!/usr/bin/env python3
"""What is in the tiles of geodata/, by readers that we did not write the tiles with: valid polygons, the true area, a bounded size; and
@mapbox/vector-tile, where node and the page's packages are there.
  test_tiles.py HONGXIAN SOURCE_DIR"""
import gzip
import http.client
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
from shapely.ops import transform

PROGRAM, SOURCE = sys.argv[1], pathlib.Path(sys.argv[2])
import fixture  # noqa: E402
import mvt_read  # noqa: E402

ogr.UseExceptions()
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
        cls.connection = http.client.HTTPConnection(cls.server.host, cls.server.port)
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
        cls.connection.close()
        cls.server.stop()
        shutil.rmtree(cls.folder)

    @classmethod
    def get(cls, path, headers=None):
        cls.connection.request("GET", path, headers=headers or {})
        answer = cls.connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()

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


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
