#!/usr/bin/env python3
"""FlatGeobuf as we write it, read back by GDAL, which verifies every table, and by the format's own description: every kind of geometry
to the bit, every type of value, nulls, an unknown number of features, none at all, numbers where the format wants them aligned.
  test_flatgeobuf.py WRITE_FLATGEOBUF"""
import json
import pathlib
import struct
import subprocess
import sys
import tempfile
import unittest

from osgeo import gdal, ogr

WRITE = sys.argv[1]
ogr.UseExceptions()
gdal.UseExceptions()
RING = [[111.1, 40.2], [111.3, 40.2], [111.3, 1 / 3 + 40], [111.1, 40.2]]
HOLE = [[111.28, 40.21], [111.29, 40.25], [111.29, 40.21], [111.28, 40.21]]
FAR = [[-179.5, -10], [-179, -10], [-179, -9.000000000000002], [-179.5, -10]]


def of(kind, coordinates):
    return {"type": kind, "coordinates": coordinates}


KINDS = {
    1: [of("Point", [111.123456789012345, 40.1])],
    2: [of("LineString", [[111, 40], [112, 41.5], [113, 40]]), of("LineString", [[0, 0], [1e-300, -0.0]])],
    3: [of("Polygon", [RING]), of("Polygon", [RING, HOLE])],
    4: [of("MultiPoint", [[1, 2], [3, 4], [5, 6]]), of("MultiPoint", [[1, 2]])],
    5: [of("MultiLineString", [[[1, 2], [3, 4]], [[5, 6], [7, 8], [9, 1]]]), of("MultiLineString", [[[1, 2], [3, 4]]])],
    6: [of("MultiPolygon", [[RING, HOLE], [FAR]]), of("MultiPolygon", [[RING]])],
}
EVERYTHING = [g for kind in KINDS.values() for g in kind] + [
    {"type": "GeometryCollection", "geometries": [KINDS[1][0], KINDS[2][0], KINDS[3][1]]}]


def flat(geometry):
    """Kind and doubles, in their order: what must be equal to the bit."""
    c = geometry.get("coordinates", [])
    if geometry["type"] == "GeometryCollection":
        return [geometry["type"], *(flat(g) for g in geometry["geometries"])]

    def pack(v):
        return [pack(x) for x in v] if isinstance(v[0], list) else struct.pack("<2d", *v[:2])
    return [geometry["type"], pack(c)]


def of_ogr(g):
    """The same of a geometry of GDAL, by its points."""
    name = {"POINT": "Point", "LINESTRING": "LineString", "POLYGON": "Polygon", "MULTIPOINT": "MultiPoint",
            "MULTILINESTRING": "MultiLineString", "MULTIPOLYGON": "MultiPolygon", "GEOMETRYCOLLECTION": "GeometryCollection"}[g.GetGeometryName()]
    if name == "GeometryCollection":
        return [name, *(of_ogr(g.GetGeometryRef(i)) for i in range(g.GetGeometryCount()))]

    def pack(g):
        if g.GetGeometryCount():
            return [pack(g.GetGeometryRef(i)) for i in range(g.GetGeometryCount())]
        points = [struct.pack("<2d", *p[:2]) for p in g.GetPoints()]
        return points[0] if g.GetGeometryName() == "POINT" else points
    return [name, pack(g)]


class FlatGeobuf(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="hongxian-fgb-")

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def write(self, kind, geometries, epsg=4490, count=None):
        path = pathlib.Path(self.folder.name) / "out.fgb"
        lines = "".join(json.dumps(g) + "\n" for g in geometries)
        done = subprocess.run([WRITE, str(kind), str(epsg), str(len(geometries) if count is None else count)], input=lines.encode(),
                              capture_output=True, check=True)
        path.write_bytes(done.stdout)
        return path

    def read(self, path):
        self.source = gdal.OpenEx(str(path), gdal.OF_VECTOR, open_options=["VERIFY_BUFFERS=YES"])
        self.assertEqual("FlatGeobuf", self.source.GetDriver().ShortName)
        return self.source.GetLayer(0)

    def test_geometries(self):
        """Each kind as the type of a file, and all of them in one file, with one that has none."""
        for kind, geometries in [*KINDS.items(), (0, [*EVERYTHING, None, *EVERYTHING])]:
            layer = self.read(self.write(kind, geometries))
            self.assertEqual(len(geometries), layer.GetFeatureCount())
            read = [f.GetGeometryRef() and of_ogr(f.GetGeometryRef()) for f in layer]
            self.assertEqual([g and flat(g) for g in geometries], read, kind)

    def test_values(self):
        """Whole numbers of 64 bits, doubles, texts and JSON, Chinese ones; what is null stays null and is no empty text."""
        layer = self.read(self.write(0, EVERYTHING))
        definition = layer.GetLayerDefn()
        fields = [definition.GetFieldDefn(i) for i in range(definition.GetFieldCount())]
        self.assertEqual([("n", ogr.OFTInteger64), ("third", ogr.OFTReal), ("says", ogr.OFTString), ("json", ogr.OFTString)],
                         [(f.GetName(), f.GetType()) for f in fields])
        for n, f in enumerate(layer):
            self.assertEqual(n if n % 2 else -n * 10_000_000_000, f["n"])
            self.assertEqual(n / 3 if n % 4 else None, f["third"])
            self.assertEqual(json.dumps(EVERYTHING[n]) if n % 3 else None, f["says"])
            self.assertEqual('{"键":[1,null]}' if n % 5 else None, f["json"])

    def test_head(self):
        """Name, system, and how many there are; a number that is not told, and no features at all."""
        layer = self.read(self.write(3, KINDS[3], epsg=4525))
        self.assertEqual(("layer", "4525", ogr.wkbPolygon), (layer.GetName(), layer.GetSpatialRef().GetAuthorityCode(None), layer.GetGeomType()))
        self.assertIsNone(self.read(self.write(3, KINDS[3], epsg=0)).GetSpatialRef())
        self.assertEqual(2, sum(1 for _ in self.read(self.write(3, KINDS[3], count=0))))
        self.assertEqual(0, sum(1 for _ in self.read(self.write(3, []))))

    def test_a_file_that_is_cut_off_is_noticed(self):
        """The header says how many features there are: a reader must not take the first ones for all."""
        path = self.write(0, EVERYTHING)
        path.write_bytes(path.read_bytes()[:-40])
        with self.assertRaises(RuntimeError):
            for _ in self.read(path):
                pass

    def test_alignment(self):
        """By the description of the format, not by GDAL: messages are of eights of bytes and follow each other to the end; coordinates and the
        number of features stand where 8 divides, counted from their message's length on; there is no index."""
        data = self.write(0, [*EVERYTHING, None]).read_bytes()
        self.assertEqual(b"fgb\x03fgb\x01", data[:8])
        number = lambda at, n=4: int.from_bytes(data[at:at + n], "little")  # noqa: E731

        def field(table, i):
            vtable = table - int.from_bytes(data[table:table + 4], "little", signed=True)
            at = number(vtable + 4 + 2 * i, 2) if 4 + 2 * i < number(vtable, 2) else 0
            self.assertLess(at, number(vtable + 2, 2))
            return table + at if at else None

        def walk(table, start):
            xy, parts = field(table, 1), field(table, 7)
            if xy:
                vector = xy + number(xy)
                self.assertEqual(0, (vector + 4 - start) % 8)
                self.seen += number(vector) // 2
            for i in range(number(parts + number(parts)) if parts else 0):
                slot = parts + number(parts) + 4 + 4 * i
                walk(slot + number(slot), start)
        header = 12 + number(12)
        self.assertEqual((0, len(EVERYTHING) + 1), ((field(header, 8) - 8) % 8, number(field(header, 8), 8)))
        self.assertEqual(0, number(field(header, 9), 2))
        at, n, self.seen = 12 + number(8), 0, 0
        while at < len(data):
            self.assertEqual(0, (number(at) + 4) % 8)
            feature = at + 4 + number(at + 4)
            if geometry := field(feature, 0):
                walk(geometry + number(geometry), at)
            at, n = at + 4 + number(at), n + 1
        self.assertEqual((len(data), len(EVERYTHING) + 1), (at, n))
        points = lambda v: 1 if not isinstance(v[0], list) else sum(map(points, v))  # noqa: E731
        self.assertEqual(sum(points(g["coordinates"]) for g in EVERYTHING[:-1]) + sum(points(g["coordinates"]) for g in EVERYTHING[-1]["geometries"]),
                         self.seen)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
