"""Writes a shape of shapes.py in every format that is read, and says what each format cannot carry.

Texts are written here, so that nothing rounds a coordinate; binary files are GDAL's, with the same doubles in them."""
import json
import struct
import sys
import zipfile
from dataclasses import dataclass
from xml.sax.saxutils import escape

from osgeo import gdal, ogr, osr

import shapes

ogr.UseExceptions()
gdal.SetConfigOption("CPL_LOG", "/dev/null")
EVERYTHING = frozenset({"holes", "parts", "empty", "null", "unclosed", "arcs", "z", "m", "several", "fields", "zones", "ids",
                        "roles",    # whether a ring is a part or a hole is said, not found from where it lies
                        "bare",     # no field at all
                        "names",    # what a plot is called, besides its id; no shape is left out for it
                        "chinese"})  # Chinese names of fields


@dataclass(frozen=True)
class Format:
    write: object          # (shape, folder) -> path
    cannot: frozenset      # of EVERYTHING; what the matrix leaves out
    crs: str | None = None     # told with the file, which cannot state one
    crs_of_no_geometry: str | None = None   # told with a file of which no record has one: it states none then
    metres: bool = False       # gets the twin in metres
    tolerance_m2: float = 0.0  # where the format's own grid moves coordinates; otherwise areas are equal to the bit
    doors: tuple | None = None  # None: all; files that are several cannot be sent
    numbered: bool = False     # a plot without an id is written with its number, which tells the plots apart
    endless: bool = False      # a list of records: one that was cut off behind a record cannot be told from a whole one
    bulges: bool = False       # an arc is the tangent of a quarter of its angle, not three points
    texts: object = None       # (plot's number from 0) -> (id, name), where the format has texts of its own


FORMATS = {}


def fmt(name, cannot="", **more):
    def take(write):
        FORMATS[name] = Format(write, frozenset(cannot.split()), **more)
        assert FORMATS[name].cannot <= EVERYTHING, name
        return write
    return take


def only():
    """The format behind --only, for whoever adds one; None: all."""
    name = sys.argv[sys.argv.index("--only") + 1] if "--only" in sys.argv else None
    assert name is None or name in FORMATS, f"{name} is none of {', '.join(FORMATS)}"
    return name


def carries(f, shape):
    needs = shape.needs | ({"ids"} if any(d.fields for d in shape.plots) and shape.name in ("codes", "chinese") else set())
    return not needs & f.cannot


# ---- geometry in words ----

def pairs(d, ring):
    more = [v for v in (d.z, d.m) if v is not None]
    return [[*p, *more] for p in ring]


def geojson_geometry(d):
    if d.polygons is None:
        return None
    polygons = [[pairs(d, r) for r in polygon] for polygon in d.polygons]
    if len(polygons) > 1:
        return {"type": "MultiPolygon", "coordinates": polygons}
    return {"type": "Polygon", "coordinates": polygons[0] if polygons else []}


def wkt_ring(d, ring):
    if d.arcs:
        (x, y), r = ring
        points = [(x - r, y), (x, y + r), (x + r, y), (x, y - r), (x - r, y)]
        return "CIRCULARSTRING(" + ",".join(f"{a!r} {b!r}" for a, b in points) + ")"
    return "(" + ",".join(" ".join(repr(v) for v in p) for p in pairs(d, ring)) + ")"


def wkt(d):
    kind = "CURVEPOLYGON" if d.arcs else "POLYGON"
    tag = (" Z" if d.z is not None else "") + ("M" if d.m is not None else "")
    if not d.polygons:
        return f"{kind}{tag} EMPTY"
    bodies = ["(" + ",".join(wkt_ring(d, r) for r in polygon) + ")" for polygon in d.polygons]
    return f"{kind}{tag}{bodies[0]}" if len(bodies) == 1 else f"MULTI{kind}{tag}({','.join(bodies)})"


def save(path, text, encoding="utf-8"):
    path.write_bytes(text.encode(encoding) if isinstance(text, str) else text)
    return path


# ---- texts ----

def geojson_features(s):
    return [{"type": "Feature", "properties": d.fields, "geometry": geojson_geometry(d)} for d in s.plots]


def geojson_text(s, epsg):
    crs = {"crs": {"type": "name", "properties": {"name": f"urn:ogc:def:crs:EPSG::{epsg}"}}}
    return json.dumps({"type": "FeatureCollection", **crs, "features": geojson_features(s)}, ensure_ascii=False)


@fmt("geojson", "arcs m")
def geojson(s, folder):
    return save(folder / "p.geojson", geojson_text(s, 4490))


@fmt("geojson-metres", "arcs m zones", metres=True)
def geojson_metres(s, folder):
    return save(folder / "p.geojson", geojson_text(s, shapes.EPSG_METRES))


@fmt("geojsonl", "arcs m", endless=True)
def geojsonl(s, folder):
    return save(folder / "p.geojsonl", "".join(json.dumps(f, ensure_ascii=False) + "\n" for f in geojson_features(s)))


@fmt("geojson-rs", "arcs m", endless=True)
def geojson_rs(s, folder):
    return save(folder / "p.geojsons", "".join("\x1e" + json.dumps(f, ensure_ascii=False) + "\n" for f in geojson_features(s)))


@fmt("wkt", "null fields ids", crs="EPSG:4490", endless=True)
def wkt_file(s, folder):
    return save(folder / "p.wkt", "".join(wkt(d) + "\n" for d in s.plots))


def quoted(cell):
    return '"' + cell.replace('"', '""') + '"'


def field_names(s):
    return list(dict.fromkeys(k for d in s.plots for k in d.fields))


@fmt("csv-wkt", crs="EPSG:4490", endless=True)
def csv_wkt(s, folder):
    names = field_names(s)
    rows = [[*(d.fields.get(n, "") for n in names), "" if d.polygons is None else wkt(d)] for d in s.plots]
    return save(folder / "p.csv", "".join(",".join(map(quoted, r)) + "\r\n" for r in [[*names, "wkt"], *rows]))


@fmt("csv-points", "roles empty null arcs z m fields", crs="EPSG:4490", numbered=True, endless=True)
def csv_points(s, folder):
    rows = ["DKBH,DKMC,圈号,经度,纬度"]
    for i, d in enumerate(s.plots):
        rings = [r for polygon in d.polygons for r in polygon]
        rows += [",".join((quoted(d.fields.get("DKBH", str(i + 1))), quoted(d.fields.get("DKMC", "")), str(k + 1), repr(x), repr(y)))
                 for k, r in enumerate(rings) for x, y in r]
    return save(folder / "p.csv", "\r\n".join(rows) + "\r\n")


TXT_HEAD = """[属性描述]
格式版本号=1.01版本
数据产生单位=某旗自然资源局
数据产生日期=2025-6-15
坐标系=2000国家大地坐标系
几度分带=3
投影类型=高斯克吕格
计量单位=米
精度=0.001
转换参数=0,0,0,0,0,0,0
[地块坐标]
"""


def txt_text(s):
    rows = []
    for i, d in enumerate(s.plots):
        rings = [r for polygon in d.polygons for r in polygon]
        hectares = max(shapes.right_area(d, True) if d.right == "accepted" else 0, 0) / 1e4
        rows.append(f"{sum(map(len, rings))},{hectares:.4f},{d.fields.get('DKBH', i + 1)},{d.fields.get('DKMC', '')},面,,,,@")
        for k, r in enumerate(rings):
            numbers = [*range(1, len(r)), 1] if d.closed else range(1, len(r) + 1)
            rows += [f"J{n},{k + 1},{y:.3f},{x:.3f}" for n, (x, y) in zip(numbers, r)]
    return TXT_HEAD.replace("\n", "\r\n") + "\r\n".join(rows) + "\r\n"


@fmt("txt", "roles empty null arcs z m fields", metres=True, endless=True)
def txt(s, folder):
    return save(folder / "p.txt", txt_text(s), "gb18030")


def kml_text(s):
    def ring(tag, d, r):
        points = " ".join(",".join(repr(v) for v in p) for p in pairs(d, r))
        return f"<{tag}><LinearRing><coordinates>{points}</coordinates></LinearRing></{tag}>"

    def geometry(d):
        if d.polygons is None:
            return ""
        polygons = ["<Polygon>" + "".join(ring("innerBoundaryIs" if i else "outerBoundaryIs", d, r) for i, r in enumerate(p))
                    + "</Polygon>" for p in d.polygons or [[]]]
        return polygons[0] if len(polygons) == 1 else "<MultiGeometry>" + "".join(polygons) + "</MultiGeometry>"
    marks = "".join(
        f"<Placemark><name>{escape(d.fields.get('DKMC', ''))}</name><ExtendedData>"
        + "".join(f'<Data name="{escape(k)}"><value>{escape(v)}</value></Data>' for k, v in d.fields.items())
        + f"</ExtendedData>{geometry(d)}</Placemark>" for d in s.plots)
    return ('<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>d</name>'
            f"{marks}</Document></kml>")


@fmt("kml", "arcs m")
def kml(s, folder):
    return save(folder / "p.kml", kml_text(s))


@fmt("kmz", "arcs m")
def kmz(s, folder):
    return archive(folder / "p.kmz", [("doc.kml", kml_text(s).encode())])


def archive(path, parts):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
        for name, data in parts:
            z.writestr(zipfile.ZipInfo(name), data)
    return path


# A drawing: closed light polylines. What a plot is called in it is its handle, by which CAD finds it, and its layer.
FILES = ("check", "audit", "import")


def handle_and_layer(i):
    return f"{0x2A + i:X}", "宗地"


def dxf_text(s, version="AC1015", encoding_page="ANSI_936"):
    out = ["0", "SECTION", "2", "HEADER", "9", "$ACADVER", "1", version, "9", "$DWGCODEPAGE", "3", encoding_page, "0", "ENDSEC",
           "0", "SECTION", "2", "ENTITIES"]
    for i, d in enumerate(s.plots):
        for polygon in d.polygons:
            for r in polygon:
                points = arc_points(r) if d.arcs else [(*p, None) for p in (r[:-1] if d.closed else r)]
                out += ["0", "LWPOLYLINE", "5", handle_and_layer(i)[0], "100", "AcDbEntity", "8", handle_and_layer(i)[1], "100", "AcDbPolyline",
                        "90", str(len(points)), "70", "1" if d.closed else "0"]
                out += ["38", repr(d.z)] if d.z is not None else []
                for x, y, bulge in points:
                    out += ["10", repr(x), "20", repr(y)] + (["42", repr(bulge)] if bulge else [])
    return "\n".join(out + ["0", "ENDSEC", "0", "EOF"]) + "\n"


def arc_points(circle):
    (x, y), r = circle
    return [(x - r, y, 1.0), (x + r, y, 1.0)]


# A line that is not closed is no area of a drawing: refused by name.
@fmt("dxf", "holes parts empty null m fields ids unclosed", crs="EPSG:4490", bulges=True, texts=handle_and_layer)
def dxf(s, folder):
    return save(folder / "p.dxf", dxf_text(s), "gb18030")


@fmt("dxf-metres", "holes parts empty null m fields ids zones unclosed", crs=f"EPSG:{shapes.EPSG_METRES}", metres=True, bulges=True,
     texts=handle_and_layer)
def dxf_metres(s, folder):
    return save(folder / "p.dxf", dxf_text(s), "gb18030")


@fmt("mif", "roles empty arcs z m", crs="EPSG:4490", doors=FILES)
def mif(s, folder):
    names = field_names(s) or ["id"]
    head = ['Version 300', 'Charset "WindowsSimpChinese"', 'Delimiter ","', 'CoordSys Earth Projection 1, 0', f"Columns {len(names)}"]
    rows = [f"  {n} Char(60)" for n in names] + ["Data", ""]
    for d in s.plots:
        if d.polygons is None:
            rows.append("none")
            continue
        rings = [r for polygon in d.polygons for r in polygon]
        rows.append(f"Region {len(rings)}")
        for r in rings:
            rows += [f"  {len(r)}"] + [f"{x!r} {y!r}" for x, y in r]
    save(folder / "p.mid", "".join(",".join(quoted(d.fields.get(n, "")) for n in names) + "\r\n" for d in s.plots), "gb18030")
    return save(folder / "p.mif", "\r\n".join(head + rows) + "\r\n", "gb18030")


@fmt("mif-zip", "roles empty arcs z m", crs="EPSG:4490")
def mif_zip(s, folder):
    made = mif(s, folder)
    return archive(folder / "p.zip", [(p.name, p.read_bytes()) for p in (made, made.with_suffix(".mid"))])


# ---- GDAL's ----

def reference(epsg):
    crs = osr.SpatialReference()
    crs.ImportFromEPSG(epsg)
    crs.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    return crs


def ogr_geometry(d):
    """By way of WKB, which holds the doubles; an unclosed ring stays as it is."""
    if d.polygons is None:
        return None
    if d.arcs or not d.polygons:
        return ogr.CreateGeometryFromWkt(wkt(d))
    return ogr.CreateGeometryFromWkb(wkb(d))


def wkb(d):
    flag = (0x80000000 if d.z is not None else 0) | (0x40000000 if d.m is not None else 0)

    def polygon(rings):
        return struct.pack("<BII", 1, 3 | flag, len(rings)) + b"".join(
            struct.pack("<I", len(r)) + b"".join(struct.pack(f"<{len(p)}d", *p) for p in pairs(d, r)) for r in rings)
    if len(d.polygons) == 1:
        return polygon(d.polygons[0])
    return struct.pack("<BII", 1, 6 | flag, len(d.polygons)) + b"".join(map(polygon, d.polygons))


def layer_type(s):
    drawn = [ogr_geometry(d) for d in s.plots]
    kinds = [g.GetGeometryType() for g in drawn if g is not None]
    base = ogr.wkbCurvePolygon if any(d.arcs for d in s.plots) else (
        ogr.wkbMultiPolygon if any(d.polygons and len(d.polygons) > 1 for d in s.plots) else ogr.wkbPolygon)
    if any(ogr.GT_HasZ(k) for k in kinds):
        base = ogr.GT_SetZ(base)
    return ogr.GT_SetM(base) if any(ogr.GT_HasM(k) for k in kinds) else base


def by_gdal(s, path, driver, epsg=4490, options=(), creation=(), multi=False, name="p"):
    source = ogr.GetDriverByName(driver).CreateDataSource(str(path), list(creation))
    kind = layer_type(s)
    if multi and not ogr.GT_IsSubClassOf(ogr.GT_Flatten(kind), ogr.wkbCurvePolygon):
        kind = ogr.wkbMultiPolygon
    layer = source.CreateLayer(name, reference(epsg), kind, list(options))
    for n in field_names(s):
        made = ogr.FieldDefn(n, ogr.OFTString)
        made.SetWidth(60)
        layer.CreateField(made)
    definition = layer.GetLayerDefn()
    for d in s.plots:
        f = ogr.Feature(definition)
        for k, n in enumerate(field_names(s)):
            if n in d.fields:
                f.SetField(k, d.fields[n])
        g = ogr_geometry(d)
        if g is not None:
            f.SetGeometry(ogr.ForceTo(g, kind) if multi else g)
        layer.CreateFeature(f)
        del f
    del layer, source
    return path


def shapefile_parts(s, folder, epsg=4490):
    inner = folder / "shp"
    inner.mkdir()
    by_gdal(s, inner / "p.shp", "ESRI Shapefile", epsg, ["ENCODING=GB18030"])
    return inner


# GDAL winds the rings of a Shapefile and of a FileGDB by where they lie, and gives a table without fields one of its own;
# rings that contradict where they lie are in cases.py (shapefile-part-again).
@fmt("shapefile", "empty arcs unclosed roles bare", doors=FILES)
def shapefile(s, folder):
    return shapefile_parts(s, folder) / "p.shp"


@fmt("shapefile-zip", "empty arcs unclosed roles bare")
def shapefile_zip(s, folder):
    return archive(folder / "p.zip", [(p.name, p.read_bytes()) for p in sorted(shapefile_parts(s, folder).iterdir())])


@fmt("shapefile-zip-metres", "empty arcs unclosed zones roles bare", metres=True)
def shapefile_zip_metres(s, folder):
    inner = shapefile_parts(s, folder, shapes.EPSG_METRES)
    return archive(folder / "p.zip", [(p.name, p.read_bytes()) for p in sorted(inner.iterdir())])


@fmt("gpkg")
def gpkg(s, folder):
    return by_gdal(s, folder / "p.gpkg", "GPKG")


@fmt("gpkg-metres", "zones", metres=True)
def gpkg_metres(s, folder):
    return by_gdal(s, folder / "p.gpkg", "GPKG", shapes.EPSG_METRES)


@fmt("fgb", "empty null")
def fgb(s, folder):
    return by_gdal(s, folder / "p.fgb", "FlatGeobuf", options=["SPATIAL_INDEX=NO"])


@fmt("filegdb", "arcs unclosed empty roles", tolerance_m2=0.5, doors=FILES)
def filegdb(s, folder):
    return by_gdal(s, folder / "p.gdb", "OpenFileGDB", multi=True)


@fmt("filegdb-zip", "arcs unclosed empty roles", tolerance_m2=0.5)
def filegdb_zip(s, folder):
    made = filegdb(s, folder)
    return archive(folder / "p.gdb.zip", [(f"p.gdb/{p.name}", p.read_bytes()) for p in sorted(made.iterdir())])


@fmt("spatialite", "arcs")
def spatialite(s, folder):
    return by_gdal(s, folder / "p.sqlite", "SQLite", creation=["SPATIALITE=YES"])


# As GDAL writes it: Chinese names of fields become underscores, and there is always a field. Without a geometry it has no
# map, which is what states its CRS.
@fmt("tab", "roles empty arcs z m unclosed chinese bare", tolerance_m2=0.5, doors=FILES, crs_of_no_geometry="EPSG:4490")
def tab(s, folder):
    return by_gdal(s, folder / "p.tab", "MapInfo File", options=["ENCODING=CP936", "BOUNDS=107,40,124,50"])


def crs_to_tell(name, shape):
    f = FORMATS[name]
    return f.crs or (f.crs_of_no_geometry if all(d.polygons is None for d in shape.plots) else None)


def write(name, shape, folder):
    """The file's path, in a new folder."""
    folder.mkdir(parents=True)
    f = FORMATS[name]
    return f.write(shapes.in_metres(shape) if f.metres else shape, folder)


if __name__ == "__main__":   # writers.py FOLDER: everything, to look at
    import pathlib
    for n, f in FORMATS.items():
        for s in shapes.SHAPES:
            if carries(f, s):
                try:
                    write(n, s, pathlib.Path(sys.argv[1]) / n / s.name)
                except Exception as e:
                    print(n, s.name, type(e).__name__, e)
