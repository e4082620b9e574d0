"""Small files of the kinds that have gone wrong at users' desks, made anew: a maker for each, in the order of `CASES`.

FARM lies in the sample farmland of geodata/, BARE where nothing is, both in zone 37."""
import shutil
import sqlite3
import struct
import zipfile
from dataclasses import dataclass


import shapes
import writers

FARM = shapes.ring(110.7671, 40.4732, 110.7681, 40.4741)
BARE = shapes.ring(110.7731, 40.4733, 110.7741, 40.4740)
HOLE_1 = shapes.ring(110.7672, 40.4733, 110.7674, 40.4735)
HOLE_2 = shapes.ring(110.7676, 40.4737, 110.7678, 40.4739)
CRS = "EPSG:4525"
FARM_M2, BARE_M2 = shapes.area_of_ring(FARM), shapes.area_of_ring(BARE)
HOLES_M2 = shapes.area_of_ring(HOLE_1) + shapes.area_of_ring(HOLE_2)


@dataclass(frozen=True)
class Right:
    """What may be answered. Fields that are None are not looked at."""
    refused: tuple | None = None    # words of which the sentence must have one; () any sentence
    plots: int | None = None        # accepted and measured
    area_m2: float | None = None    # of all measured plots together
    told: bool = False              # what cannot be measured may be an unknown row with its reason, too
    ids: tuple | None = None        # acceptable lists of ids
    names: tuple | None = None      # acceptable lists of names
    attributes: dict | None = None  # must be among those of some plot, in the doors that tell them
    never: str | None = None        # words that no sentence may have
    warned: str | None = None       # words that a warning of check must have
    also_refused: bool = False      # a refusal in words is as good
    clean: bool = False             # nothing beside the input afterwards, and the input as it was


@dataclass(frozen=True)
class Case:
    name: str
    make: object
    right: Right
    crs: str | None = None
    doors: tuple | None = None


CASES = []


def case(name, right, crs=None, doors=None):
    def take(make):
        CASES.append(Case(name, make, right, crs, doors))
        return make
    return take


def fields(id, name):
    return {"DKBH": id, "DKMC": name}


def drawn(ring, id, name="", **more):
    return shapes.Drawn([[ring]], {**fields(id, name), **more})


TWO = shapes.shape("two", drawn(BARE, "K-1", "东滩"), drawn(FARM, "K-2", "西滩"))
BOTH = FARM_M2 + BARE_M2
GONE = Right(refused=(), plots=2, area_m2=BOTH, told=True)   # both, or words


# ---- A. a plot vanishes ----

def shapefile(folder, s=TWO, metres=False, patch=None, leave_out=(), **parts):
    """A zipped Shapefile; `patch(dbf)` gives the table's new bytes, `parts` files to put in (cpg, prj, dbf)."""
    inner = folder / "s"
    inner.mkdir()
    writers.by_gdal(metres_of(s) if metres else s, inner / "d.shp", "ESRI Shapefile", 4525 if metres else 4490,
                    ["ENCODING=GB18030"])
    files = {p.suffix[1:]: p.read_bytes() for p in sorted(inner.iterdir()) if p.suffix[1:] not in ("cpg", *leave_out)}
    files.update(parts)
    if patch:
        files["dbf"] = patch(files["dbf"])
    return writers.archive(folder / "d.zip", [(f"d.{ending}", data) for ending, data in files.items()])


def metres_of(s):
    return shapes.in_metres(s)


def head_size(dbf):
    return struct.unpack_from("<H", dbf, 8)[0]


@case("deleted-row", Right(refused=("2",), never="/tmp/"))
def deleted_row(folder):
    def patch(dbf):
        row = head_size(dbf) + struct.unpack_from("<H", dbf, 10)[0]
        return dbf[:row] + b"*" + dbf[row + 1:]
    return shapefile(folder, patch=patch)


@case("dbf-counts-one", Right(refused=("2",), never="/tmp/"))
def dbf_counts_one(folder):
    return shapefile(folder, patch=lambda dbf: dbf[:4] + struct.pack("<I", 1) + dbf[8:])


@case("dbf-one-row-short", Right(refused=("2",), never="/tmp/"))
def dbf_one_row_short(folder):
    def patch(dbf):
        size = struct.unpack_from("<H", dbf, 10)[0]
        return dbf[:4] + struct.pack("<I", 1) + dbf[8:head_size(dbf) + size] + b"\x1a"
    return shapefile(folder, patch=patch)


@case("shx-one-short", Right(refused=("2",), never="/tmp/"))
def shx_one_short(folder):
    inner = folder / "s"
    inner.mkdir()
    writers.by_gdal(TWO, inner / "d.shp", "ESRI Shapefile")
    shx = (inner / "d.shx").read_bytes()
    short = shx[:24] + struct.pack(">i", (len(shx) - 8) // 2) + shx[28:-8]
    return writers.archive(folder / "d.zip", [(p.name, short if p.suffix == ".shx" else p.read_bytes())
                                              for p in sorted(inner.iterdir())])


@case("shapefile-part-again", Right(refused=("2805", "外环")))
def shapefile_part_again(folder):
    """A part drawn again inside another, both wound as parts: never a hole, which an even-odd reading makes of it."""
    path = shapefile(folder, shapes.shape("again", shapes.Drawn([[shapes.P], [shapes.HOLE]], fields("K-1", "东滩"))))
    with zipfile.ZipFile(path) as z:
        files = [(n, bytearray(z.read(n))) for n in z.namelist()]
    for name, data in files:
        if name.endswith(".shp"):
            n_parts, n = struct.unpack_from("<ii", data, 108 + 36)
            at, second = 108 + 44 + 4 * n_parts, struct.unpack_from("<i", data, 108 + 44 + 4)[0]
            points = [bytes(data[at + 16 * i:at + 16 * i + 16]) for i in range(n)]
            data[at:at + 16 * n] = b"".join(points[:second] + points[second:][::-1])
    return writers.archive(folder / "again.zip", [(n, bytes(d)) for n, d in files])


@case("gpkg-wal", Right(refused=("wal", "QGIS"), plots=2, area_m2=BOTH, also_refused=True, clean=True),
      doors=("check", "audit", "import"))
def gpkg_wal(folder):
    """As QGIS leaves it while it is open: the second plot is in the -wal only."""
    path = writers.by_gdal(shapes.shape("one", TWO.plots[0]), folder / "open.gpkg", "GPKG")
    db = sqlite3.connect(path)
    for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        db.execute(f'DROP TRIGGER "{name}"')
    db.commit()
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA wal_autocheckpoint = 0")
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    blob = struct.pack("<2sBBi", b"GP", 0, 1, 4490) + writers.wkb(TWO.plots[1])
    db.execute("INSERT INTO p (geom, DKBH, DKMC) VALUES (?, 'K-2', '西滩')", (blob,))
    db.commit()
    (folder / "in").mkdir()
    for ending in ("", "-wal"):
        shutil.copy(f"{path}{ending}", folder / "in" / f"d.gpkg{ending}")
    db.close()
    return folder / "in" / "d.gpkg"


def kml(folder, *marks, name="d.kml", encoding="utf-8", declared="UTF-8"):
    text = (f'<?xml version="1.0" encoding="{declared}"?>\n<kml xmlns="http://www.opengis.net/kml/2.2" '
            'xmlns:gx="http://www.google.com/kml/ext/2.2"><Document><name>d</name>' + "".join(marks) + "</Document></kml>")
    return writers.save(folder / name, text, encoding)


def kml_points(ring, comma=","):
    return " ".join(f"{x!r}{comma}{y!r}" + (",0" if comma == "," else "") for x, y in ring)


def linear(*rings, **more):
    return "".join(f"<LinearRing><coordinates>{kml_points(r, **more)}</coordinates></LinearRing>" for r in rings)


def outer(*rings, **more):
    return f"<outerBoundaryIs>{linear(*rings, **more)}</outerBoundaryIs>"


def mark(name, *inside):
    return f"<Placemark><name>{name}</name>{''.join(inside)}</Placemark>"


def polygon(*inside):
    return f"<Polygon>{''.join(inside)}</Polygon>"


BARE_MARK = mark("东滩", polygon(outer(BARE)))
FARM_MARK = mark("西滩", polygon(outer(FARM)))


@case("kml-spaces", GONE)
def kml_spaces(folder):
    return kml(folder, BARE_MARK, mark("西滩", polygon(outer(FARM, comma=" "))))


@case("kml-no-coordinates", GONE)
def kml_no_coordinates(folder):
    return kml(folder, BARE_MARK, mark("西滩", polygon("<outerBoundaryIs><LinearRing/></outerBoundaryIs>")))


@case("gpkg-empty", Right(refused=(), told=True))
def gpkg_empty(folder):
    s = shapes.shape("s", TWO.plots[0], shapes.Drawn([], fields("K-2", "西滩")))
    return writers.by_gdal(s, folder / "d.gpkg", "GPKG")


@case("gpkg-null", Right(refused=(), told=True))
def gpkg_null(folder):
    s = shapes.shape("s", TWO.plots[0], shapes.Drawn(None, fields("K-2", "西滩")))
    return writers.by_gdal(s, folder / "d.gpkg", "GPKG")


@case("kml-two-outer-in-one", Right(refused=(), plots=1, area_m2=BOTH, told=True))
def kml_two_outer_in_one(folder):
    return kml(folder, mark("滩", polygon(outer(FARM, BARE))))


@case("kml-two-outers", Right(refused=(), plots=1, area_m2=BOTH, told=True))
def kml_two_outers(folder):
    return kml(folder, mark("滩", polygon(outer(FARM), outer(BARE))))


@case("kml-two-polygons", Right(refused=(), area_m2=BOTH, told=True))
def kml_two_polygons(folder):
    return kml(folder, mark("滩", polygon(outer(FARM)), polygon(outer(BARE))))


@case("kml-two-rings-one-inner", Right(refused=(), plots=1, area_m2=FARM_M2 - HOLES_M2, told=True))
def kml_two_rings_one_inner(folder):
    return kml(folder, mark("滩", polygon(outer(FARM), f"<innerBoundaryIs>{linear(HOLE_1, HOLE_2)}</innerBoundaryIs>")))


@case("kml-networklink", Right(refused=("NetworkLink", "网络链接", "NET"), told=True))
def kml_networklink(folder):
    return kml(folder, BARE_MARK, "<NetworkLink><name>另一半</name><Link><href>http://127.0.0.1/b.kml</href></Link></NetworkLink>")


@case("kml-clear-and-path", Right(refused=("西滩", "不是面", "不是多边形"), told=True))
def kml_clear_and_path(folder):
    return kml(folder, BARE_MARK, mark("西滩", f"<LineString><coordinates>{kml_points(FARM)}</coordinates></LineString>"))


METRES = shapes.in_metres(TWO)
BARE_XY, FARM_XY = (d.polygons[0][0] for d in METRES.plots)


def dxf(folder, *entities, version="AC1015", encoding="gb18030"):
    head = ["0", "SECTION", "2", "HEADER", "9", "$ACADVER", "1", version, "9", "$DWGCODEPAGE", "3", "ANSI_936", "0", "ENDSEC",
            "0", "SECTION", "2", "ENTITIES"]
    return writers.save(folder / "d.dxf", "\n".join([*head, *(w for e in entities for w in e), "0", "ENDSEC", "0", "EOF"]) + "\n",
                        encoding)


def polyline(points, handle, closed=True, layer="JZD", bulges=()):
    out = ["0", "LWPOLYLINE", "5", handle, "100", "AcDbEntity", "8", layer, "100", "AcDbPolyline", "90", str(len(points)), "70",
           "1" if closed else "0"]
    for i, (x, y) in enumerate(points):
        out += ["10", repr(x), "20", repr(y)] + (["42", repr(bulges[i])] if bulges else [])
    return out


@case("dxf-region", Right(refused=("REGION", "面域"), told=True), CRS)
def dxf_region(folder):
    return dxf(folder, polyline(BARE_XY[:-1], "1A"), ["0", "REGION", "5", "3F", "8", "宗地", "70", "1", "1", "xx"])


@case("dxf-one-open", Right(refused=("3F",), told=True), CRS)
def dxf_one_open(folder):
    x, y = FARM_XY[0]
    return dxf(folder, polyline(BARE_XY[:-1], "1A"), polyline([*FARM_XY[:-1], (x + 0.002, y)], "3F", closed=False))


def txt(folder, rows, head="坐标系=2000国家大地坐标系\n几度分带=3\n带号=37\n", before="", encoding="gb18030"):
    text = (f"{before}[属性描述]\n格式版本号=1.01版本\n数据产生单位=测试旗自然资源局\n数据产生日期=2025-3-2\n{head}投影类型=高斯克吕格\n计量单位=米\n"
            "精度=0.001\n转换参数=0,0,0,0,0,0,0\n[地块坐标]\n" + "\n".join(rows) + "\n")
    return writers.save(folder / "d.txt", text.replace("\n", "\r\n"), encoding)


def txt_rows(points, prefix=True, id="K-1", name="西滩", declared=None, n=None):
    points = [(x if prefix else x - 37e6, y) for x, y in points]
    hectares = declared if declared is not None else FARM_M2 / 1e4
    return [f"{n or len(points)},{hectares:.4f},{id},{name},面,,,,@"] + \
        [f"J{i % (len(points) - 1) + 1},1,{y:.3f},{x:.3f}" for i, (x, y) in enumerate(points)]


@case("txt-cut", Right(refused=(), told=True))
def txt_cut(folder):
    """9 points and 21.7 ha are declared, three rows are there; BARE's corner is all that is left."""
    return txt(folder, txt_rows(BARE_XY, declared=21.7, n=9)[:4])


@case("fgb-cut", Right(refused=(), told=True))
def fgb_cut(folder):
    path = writers.by_gdal(TWO, folder / "d.fgb", "FlatGeobuf", options=["SPATIAL_INDEX=NO"])
    data = path.read_bytes()
    at = 12 + struct.unpack_from("<I", data, 8)[0]
    path.write_bytes(data[:at + 4 + struct.unpack_from("<I", data, at)[0]])   # its first feature whole
    return path


# ---- B. a datum is overridden, or invented ----

@case("kml-gcj02", Right(refused=("GCJ", "火星")))
def kml_gcj02(folder):
    return kml(folder, mark("西滩", "<OvCoordType>GCJ-02</OvCoordType>", polygon(outer(FARM))))


@case("kml-bd09", Right(refused=("BD", "百度")))
def kml_bd09(folder):
    return kml(folder, mark("西滩", "<OvCoordType>BD-09</OvCoordType>", polygon(outer(FARM))))


@case("txt-bj54-year", Right(refused=("北京54", "1954", "北京坐标系")))
def txt_bj54_year(folder):
    return txt(folder, txt_rows(FARM_XY), head="坐标系=1954年北京坐标系(2000年修测)\n几度分带=3\n带号=37\n")


@case("csv-xian80-scale", Right(refused=("西安80", "1980", "西安")))
def csv_xian80_scale(folder):
    rows = ["# 1980西安坐标系，由1:2000图转绘", "点号,X,Y"] + [f"J{i + 1},{y:.3f},{x:.3f}" for i, (x, y) in enumerate(FARM_XY)]
    return writers.save(folder / "d.csv", "\n".join(rows) + "\n")


def geojson(folder, *plots, **more):
    return writers.save(folder / "d.geojson", writers.json.dumps({"type": "FeatureCollection", "features": [
        {"type": "Feature", "properties": p, "geometry": {"type": "Polygon", "coordinates": [r] if isinstance(r[0], tuple) else r}}
        for r, p in plots], **more}, ensure_ascii=False))


@case("geojson-xian80-scale", Right(refused=("西安80", "1980", "西安")))
def geojson_xian80_scale(folder):
    return geojson(folder, (FARM, {"坐标系": "1980西安坐标系（1:2000）"}))


@case("txt-map-company", Right(plots=1, area_m2=FARM_M2, ids=(["K-1"],), names=(["西滩"],)))
def txt_map_company(folder):
    return txt(folder, txt_rows(FARM_XY), before="[项目信息]\n项目名称=百度智能云西安80号院机房\n")


def prj(ellipsoid, a, f):
    return (f'PROJCS["x",GEOGCS["x",DATUM["x",SPHEROID["{ellipsoid}",{a},{f}]],PRIMEM["Greenwich",0.0],UNIT["Degree",'
            '0.0174532925199433]],PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",37500000.0],PARAMETER["False_Northing",0.0],'
            'PARAMETER["Central_Meridian",111.0],PARAMETER["Scale_Factor",1.0],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
            ).encode()


@case("prj-krassovsky", Right(refused=("北京54", "1954", "北京")))
def prj_krassovsky(folder):
    return shapefile(folder, metres=True, prj=prj("Krassowsky 1940", 6378245.0, 298.3))


@case("prj-iag75", Right(refused=("西安80", "1980", "西安")))
def prj_iag75(folder):
    return shapefile(folder, metres=True, prj=prj("IAG 75", 6378140.0, 298.257))


@case("no-prj", Right(plots=2, warned="没有写明坐标系"))
def no_prj(folder):
    return shapefile(folder, metres=True, leave_out=("prj",))


@case("csv-baidu-heading", Right(refused=("百度", "BD")))
def csv_baidu_heading(folder):
    rows = ["点号,经度（百度坐标）,纬度（百度坐标）"] + [f"J{i + 1},{x:.7f},{y:.7f}" for i, (x, y) in enumerate(FARM)]
    return writers.save(folder / "d.csv", "\n".join(rows) + "\n")


@case("csv-tencent-remark", Right(refused=("腾讯", "网络地图", "GCJ")))
def csv_tencent_remark(folder):
    rows = ["# 坐标拾取：腾讯位置服务", "点号,经度,纬度"] + [f"J{i + 1},{x:.7f},{y:.7f}" for i, (x, y) in enumerate(FARM)]
    return writers.save(folder / "d.csv", "\n".join(rows) + "\n")


# ---- C. wrong figures ----

CENTRE = tuple(sum(p[k] for p in FARM_XY[:4]) / 4 for k in (0, 1))
RADIUS = 37.0
CIRCLE_M2 = shapes.area_of_ring(shapes.along_metres(shapes.circle(CENTRE, RADIUS, 20000), 1))


@case("dxf-bulges", Right(plots=1, area_m2=CIRCLE_M2), CRS)
def dxf_bulges(folder):
    (x, y), r = CENTRE, RADIUS
    return dxf(folder, polyline([(x - r, y), (x + r, y)], "2A", bulges=(1.0, 1.0)))


@case("dxf-circle", Right(plots=1, area_m2=CIRCLE_M2), CRS)
def dxf_circle(folder):
    return dxf(folder, ["0", "CIRCLE", "5", "2A", "8", "JZD", "10", repr(CENTRE[0]), "20", repr(CENTRE[1]), "40", repr(RADIUS)])


LARGE = shapes.ring(110.6, 40.3, 110.9, 40.5)
LARGE_M2 = shapes.area_of_ring(LARGE)


@case("two-alike", Right(plots=2, area_m2=2 * LARGE_M2, warned=f"{LARGE_M2:.2f}"), doors=("check", "http", "library"))
def two_alike(folder):
    return geojson(folder, (LARGE, {"DKBH": "1"}), (LARGE, {"DKBH": "2"}))


@case("csv-five-digits", Right(refused=()))
def csv_five_digits(folder):
    rows = ["点号,X,Y"] + [f"J{i + 1},{y:.5E},{x:.5E}" for i, (x, y) in enumerate(FARM_XY[:4])]
    return writers.save(folder / "d.csv", "\n".join(rows) + "\n")


@case("csv-dd.mmss", Right(refused=("度分秒", "DD.MMSS", "分秒")))
def csv_dd_mmss(folder):
    def packed(v):
        d, rest = int(v), (v - int(v)) * 60
        return f"{d}.{int(rest):02}{(rest - int(rest)) * 60:09.6f}".replace(".", "#", 1).replace(".", "").replace("#", ".")
    rows = ["点号,经度,纬度"] + [f"J{i + 1},{packed(x)},{packed(y)}" for i, (x, y) in enumerate(FARM[:4])]
    return writers.save(folder / "d.csv", "\n".join(rows) + "\n")


@case("kml-groundoverlay", Right(plots=1, area_m2=BARE_M2, also_refused=True))
def kml_groundoverlay(folder):
    return kml(folder, BARE_MARK, "<GroundOverlay><name>图</name><LatLonBox><north>40.6</north><south>40.4</south><east>110.9</east>"
                                  "<west>110.7</west></LatLonBox></GroundOverlay>")


# ---- D. crash ----

@case("kml-track", Right(refused=(), plots=1, area_m2=BARE_M2, told=True))
def kml_track(folder):
    return kml(folder, BARE_MARK, mark("轨迹", "<gx:Track><gx:coord>110.7 40.4 0</gx:coord></gx:Track>"))


# ---- E. identity and text ----

NUMBER = "15020700100000054321"


@case("dbf-20-digits", Right(plots=1, ids=([NUMBER],), also_refused=True))
def dbf_20_digits(folder):
    def patch(dbf):   # a numeric column, which a double cannot hold
        return dbf[:32 + 11] + b"N" + dbf[32 + 12:32 + 16] + bytes([20, 0]) + dbf[32 + 18:]
    s = shapes.shape("s", shapes.Drawn([[FARM]], {"BSM": NUMBER}))
    inner = folder / "s"
    inner.mkdir()
    writers.by_gdal(s, inner / "d.shp", "ESRI Shapefile")
    head = bytearray((inner / "d.dbf").read_bytes()[:65])
    head[32 + 11:32 + 12], head[32 + 16], head[32 + 17] = b"N", 20, 0
    head[10:12] = struct.pack("<H", 21)
    dbf = bytes(head) + b" " + NUMBER.encode() + b"\x1a"
    files = {p.suffix[1:]: p.read_bytes() for p in inner.iterdir()} | {"dbf": dbf}
    return writers.archive(folder / "d.zip", [(f"d.{e}", files[e]) for e in ("shp", "shx", "dbf", "prj")])


def raw_geojson(folder, *features):
    body = ",".join('{"type":"Feature","properties":%s,"geometry":{"type":"Polygon","coordinates":[%s]}}'
                    % (p, writers.json.dumps(r)) for r, p in features)
    return writers.save(folder / "d.geojson", '{"type":"FeatureCollection","features":[' + body + "]}")


@case("geojson-20-digits", Right(plots=1, ids=([NUMBER],), also_refused=True))
def geojson_20_digits(folder):
    return raw_geojson(folder, (FARM, f'{{"BSM":{NUMBER}}}'))


@case("geojson-decimal-codes", Right(plots=2, ids=(["150207001005678", "150207001005679"],
                                                   ["150207001005678.0", "150207001005679.0"]), also_refused=True))
def geojson_decimal_codes(folder):
    return raw_geojson(folder, (FARM, '{"BSM":150207001005678.0}'), (BARE, '{"BSM":150207001005679.0}'))


@case("geojson-18-digits", Right(plots=1, ids=(["150207001000054321"],)))
def geojson_18_digits(folder):
    return raw_geojson(folder, (FARM, '{"BSM":150207001000054321}'))


def extended(**values):
    return "<ExtendedData>" + "".join(f'<Data name="{k}"><value>{v}</value></Data>' for k, v in values.items()) + "</ExtendedData>"


@case("kml-chinese-data", Right(plots=2, area_m2=BOTH, attributes={"权利人": "西滩村", "用途码": "0103"},
                                ids=(["150207001001GB00007", "150207001001GB00008"],)))
def kml_chinese_data(folder):
    return kml(folder, mark("1", extended(权利人="东滩村", 宗地号="150207001001GB00007", 用途码="0102"), polygon(outer(BARE))),
               mark("2", extended(权利人="西滩村", 宗地号="150207001001GB00008", 用途码="0103"), polygon(outer(FARM))))


ONE = shapes.shape("one", drawn(FARM, "K-7", "西滩"))


@case("dbf-gbk-cpg-utf8", Right(plots=1, ids=(["K-7"],), names=(["西滩"],)))
def dbf_gbk_cpg_utf8(folder):
    return shapefile(folder, ONE, cpg=b"UTF-8")


def dbf(columns, row):
    """columns: (name bytes, width)."""
    head = b"".join(n.ljust(11, b"\0")[:11] + b"C" + bytes(4) + bytes([w, 0]) + bytes(14) for n, w in columns)
    size = 1 + sum(w for _, w in columns)
    return (struct.pack("<BBBBIHH", 3, 125, 1, 1, 1, 33 + len(head), size) + bytes(20) + head + b"\r "
            + b"".join(v.ljust(w)[:w] for v, (_, w) in zip(row, columns)) + b"\x1a")


@case("dbf-utf8-field-cut", Right(plots=1, ids=(["K-7"],), names=(["西滩"],)))
def dbf_utf8_field_cut(folder):
    columns = [("地块编号".encode()[:10], 20), ("地块名称".encode()[:10], 40)]
    return shapefile(folder, ONE, dbf=dbf(columns, ["K-7".encode(), "西滩".encode()]), cpg=b"UTF-8")


@case("dbf-utf8-value-cut", Right(plots=1, ids=(["K-7"],), names=(["西滩东"],)))
def dbf_utf8_value_cut(folder):
    return shapefile(folder, ONE, dbf=dbf([(b"DKBH", 20), (b"DKMC", 11)], [b"K-7", "西滩东滩".encode()]))


@case("dxf-2007-utf8", Right(plots=1, names=(["宗地"], [""])), CRS)
def dxf_2007_utf8(folder):
    return dxf(folder, polyline(FARM_XY[:-1], "2A", layer="宗地"), version="AC1021", encoding="utf-8")


@case("dbf-dkbh", Right(plots=2, area_m2=BOTH, ids=(["K-1", "K-2"],), names=(["东滩", "西滩"],)))
def dbf_dkbh(folder):
    return shapefile(folder)


# ---- F. answers that differ by door, or do not help ----

SPIKE = [*FARM[:3], (110.7690, 40.4748), *FARM[2:]]
SHARED = [(110.7671, 40.4735), (110.7675, 40.4735), (110.7675, 40.4738), (110.7671, 40.4738), (110.7671, 40.4735)]
INVERTED = [FARM[0], (110.7675, 40.4732), (110.7674, 40.4736), (110.7677, 40.4736), (110.7675, 40.4732), *FARM[1:]]


@case("spike", Right(plots=1, area_m2=FARM_M2))
def spike(folder):
    return geojson(folder, (SPIKE, {"DKBH": "1"}))


@case("hole-on-edge", Right(plots=1, area_m2=FARM_M2 - shapes.area_of_ring(SHARED)))
def hole_on_edge(folder):
    return geojson(folder, ([FARM, SHARED], {"DKBH": "1"}))


@case("inverted-hole", Right(plots=1, area_m2=FARM_M2 - shapes.area_of_ring(INVERTED[1:5])))
def inverted_hole(folder):
    return geojson(folder, (INVERTED, {"DKBH": "1"}))


@case("squares-with-a-common-edge", Right(plots=1, area_m2=FARM_M2))
def squares_with_a_common_edge(folder):
    west, east = shapes.ring(110.7671, 40.4732, 110.7676, 40.4741), shapes.ring(110.7676, 40.4732, 110.7681, 40.4741)
    text = writers.json.dumps({"type": "Feature", "properties": {"DKBH": "1"},
                               "geometry": {"type": "MultiPolygon", "coordinates": [[west], [east]]}})
    return writers.save(folder / "d.geojson", text)


@case("txt-meridian-seconds", Right(plots=1, area_m2=FARM_M2))
def txt_meridian_seconds(folder):
    return txt(folder, txt_rows(FARM_XY, prefix=False), head="坐标系=2000国家大地坐标系\n几度分带=3\n中央子午线=111°00′00″\n")


@case("txt-meridian-minutes", Right(plots=1, area_m2=FARM_M2))
def txt_meridian_minutes(folder):
    return txt(folder, txt_rows(FARM_XY, prefix=False), head="坐标系=2000国家大地坐标系\n几度分带=\n中央子午线=111°00′\n")


@case("kml-two-folders", Right(refused=("--layer",), plots=2, area_m2=BOTH, also_refused=True))
def kml_two_folders(folder):
    return kml(folder, f"<Folder><name>甲</name>{BARE_MARK}</Folder>", f"<Folder><name>乙</name>{FARM_MARK}</Folder>")


@case("kml-gbk-declared", Right(refused=(), plots=1, area_m2=FARM_M2, names=(["西滩"],), also_refused=True, never="/tmp/"))
def kml_gbk_declared(folder):
    return kml(folder, FARM_MARK, encoding="gb18030", declared="GB2312")


@case("no-shx", Right(refused=("shx",), never="/vsizip"))
def no_shx(folder):
    return shapefile(folder, leave_out=("shx",))


@case("csv-merged-ids", Right(refused=("合并",), plots=2, area_m2=BOTH, ids=(["K-1", "K-2"],), also_refused=True))
def csv_merged_ids(folder):
    rows = ["地块编号,点号,X,Y"]
    for id, points in (("K-1", BARE_XY), ("K-2", FARM_XY)):
        rows += [f"{id if i == 0 else ''},J{i + 1},{y:.3f},{x:.3f}" for i, (x, y) in enumerate(points[:4])]
    return writers.save(folder / "d.csv", "\n".join(rows) + "\n")


@case("gdb-zip", Right(plots=2, also_refused=True, never="解压后直接提交"))
def gdb_zip(folder):
    return writers.filegdb_zip(TWO, folder)


@case("gdb-folder", Right(plots=2, also_refused=True, never="Is a directory"), doors=("check", "audit", "import"))
def gdb_folder(folder):
    return writers.filegdb(TWO, folder)


