"""Samples of three more layers, SYNTHETIC: basic grassland, nature reserves, land-use parcels. They lie where the three lines
do, so that one parcel can meet several. They are made from the lines as written and change nothing of them."""
import numpy as np
from scipy.spatial import Voronoi
from shapely.geometry import LineString, MultiPoint, MultiPolygon, Point, Polygon, box
from shapely.ops import unary_union
from shapely.prepared import prep

from common import SYNTHETIC, area_m2, as_multi, log, metres_per_degree, path, polygons, rng, rounded, write_geojson, write_gpkg
from lines import YSDM, _contour
from shapes import Lookup, boundary_lines, faces, nearest_unit, noise, radial_profile, star

LAYER_CODE = {'JBCY': '9004', 'ZRBHD': '9005', 'DLTB': '9006'}           # placeholders, see SOURCES.md
FIELDS = {
    'JBCY': [('BSM', 18), ('YSDM', 10), ('XZQDM', 12), ('XZQMC', 100), ('MC', 100), ('MJ', None), ('BZ', 255)],
    'ZRBHD': [('BSM', 18), ('YSDM', 10), ('XZQDM', 12), ('XZQMC', 100), ('MC', 100), ('GKFQ', 40), ('MJ', None), ('BZ', 255)],
    'DLTB': [('BSM', 18), ('YSDM', 10), ('TBBH', 8), ('DLBM', 5), ('DLMC', 60), ('QSXZ', 2), ('ZLDWDM', 19), ('ZLDWMC', 60),
             ('TBMJ', None), ('SJNF', 4), ('BZ', 255)],
}
TITLES = {'JBCY': '基本草原（示例）', 'ZRBHD': '自然保护地（示例）', 'DLTB': '变更调查地类图斑（示例）'}
COVERAGE = ('lines', 'DLTB-coverage.geojson')
CORE, GENERAL = '核心保护区', '一般控制区'
OVERLAP_M2 = 1e-3


def bsm(county, layer, serial):
    return '%s%s%08d' % (county, LAYER_CODE[layer], serial)


def _row(layer, g, u, serial, **values):
    return (as_multi(g), {'BSM': bsm(u['code'], layer, serial), 'YSDM': YSDM, 'XZQDM': u['code'], 'XZQMC': u['name'],
                          'MJ': round(area_m2(g), 2), 'BZ': SYNTHETIC, **values})


# ------------------------------------------------------------------ basic grassland
WEST, SOUTH, EAST, NORTH, STEP = 96.8, 37.0, 126.6, 53.7, 0.04
GRASS = [   # lon, lat, reach east, reach north, weight: the steppes
    (117.5, 48.3, 2.2, 1.2, 1.8), (116.0, 44.6, 2.6, 1.2, 1.9), (112.5, 43.2, 2.0, 1.0, 1.4), (120.5, 45.0, 1.4, 1.0, 1.2),
    (110.5, 42.0, 1.8, 0.6, 1.0), (108.0, 39.3, 1.0, 0.8, 0.8), (121.0, 51.0, 1.6, 1.6, -1.6), (102.0, 40.8, 3.2, 1.6, -1.2),
]
MEETS = [   # places where a parcel is to meet grassland beside what the lines plant there: lon, lat
    (123.223, 49.571), (109.008, 41.684), (116.626, 44.209), (119.792, 49.201),
]
GRASS_SHARE = 0.40


def grassland(outline, unit_at, farm):
    """Contours of a smooth field, GRASS_SHARE of the region, cut clear of every plot of permanent basic farmland by 200 m."""
    x, y = np.arange(WEST, EAST, STEP), np.arange(SOUTH, NORTH, STEP * .75)
    X, Y = np.meshgrid(x, y)
    f = noise(rng(9, 1), len(y), len(x), 3.2, 120)
    for lon, lat, sx, sy, w in GRASS:
        f += w * np.exp(-(((X - lon) / sx) ** 2 + ((Y - lat) / sy) ** 2) / 2)
    for lon, lat in MEETS:
        f += 4 * np.exp(-(((X - lon) * .74) ** 2 + (Y - lat) ** 2) / .15 ** 2)
    inside = prep(outline)
    there = np.array([[inside.contains(Point(a, b)) for a in x] for b in y])
    level = float(np.quantile(f[there], 1 - GRASS_SHARE))
    solid = unary_union([Polygon(p[0], p[1:]).buffer(0) for p in _contour(x, y, f, level)]).intersection(outline.buffer(-0.02))
    groups = {}
    for g in farm:                          # neighbours are cut out together
        c = g.representative_point()
        groups.setdefault((round(c.x / .06), round(c.y / .05)), []).append(g)
    away = unary_union([MultiPoint([xy for g in gs for p in polygons(g) for xy in p.exterior.coords]).convex_hull.buffer(.0024, 2)
                        for gs in groups.values()])
    pieces = {}
    for p in polygons(solid.difference(away)):
        if area_m2(p) > 2e6:
            c = p.representative_point()
            u = unit_at(c.x, c.y)
            pieces.setdefault(u['code'], []).append((p, u))
    rows, serial = [], 0
    for code in sorted(pieces):
        whole = sorted(pieces[code], key=lambda t: -t[0].area)
        for p, u in whole[:40]:
            g = rounded(p)
            if not g.is_valid:
                g = rounded(as_multi(g.buffer(0)))
            assert g.is_valid
            serial += 1
            rows.append(_row('JBCY', g, u, serial, MC='基本草原（示例）-%04d' % serial))
    log('grassland: %d features, %.1f %% of the region' % (len(rows), sum(v['MJ'] for _, v in rows) / area_m2(outline) * 100))
    return rows


# ------------------------------------------------------------------ nature reserves
OWN = [     # reserves beside the places that the lines plant: name, lon, lat, core radius and whole radius in km
    ('诺敏河湿地', 123.30, 49.60, 2.2, 4.6), ('乌拉特荒漠', 109.06, 41.70, 2.5, 5.2), ('锡林河草原', 116.70, 44.23, 2.4, 5.0),
    ('海拉尔河湿地', 119.74, 49.23, 1.2, 2.8), ('河套湿地', 107.30, 40.66, 1.1, 2.4),
]


def reserves(outline, unit_at, red):
    """Around each core of the red line of more than 50 km² a reserve whose core zone is that feature, vertex for vertex; and
    small ones beside the planted conflicts. Core and general zone share their border exactly."""
    wanted = []
    for g, v in red:
        if v['GKFQ'].startswith('自然保护地') and v['MJ'] > 5e7:
            c = g.centroid
            wanted.append((v['XJXZQMC'] + '保护区', c.x, c.y, (v['MJ'] / np.pi) ** .5 * 1.55, g))
    for k, (name, lon, lat, core, whole) in enumerate(OWN):
        ring = star(lon, lat, core * 1000 * radial_profile(rng(9, 2, k), 90, .18))
        wanted.append((name, lon, lat, whole * 1000, Polygon(ring)))
    kept, rows, serial = [], [], 0
    for k, (name, lon, lat, metres, core) in enumerate(wanted):
        outer = Polygon(star(lon, lat, metres * radial_profile(rng(9, 3, k), 160, .10)))
        if not outer.is_valid or any(outer.intersects(o) for o in kept) or not outline.contains(outer):
            continue
        kept.append(outer)
        zone, hull = {CORE: [], GENERAL: []}, prep(core)
        for face in faces(boundary_lines([outer, core])):
            p = face.representative_point()
            if hull.contains(p):
                zone[CORE].append(face)
            elif outer.contains(p):
                zone[GENERAL].append(face)
        u = unit_at(lon, lat)
        for z in (CORE, GENERAL):
            g = rounded(unary_union(zone[z]))
            assert g.is_valid and not g.is_empty
            serial += 1
            rows.append(_row('ZRBHD', g, u, serial, MC='%s（示例）' % name, GKFQ=z))
    log('reserves: %d, %.0f km²' % (len(kept), sum(v['MJ'] for _, v in rows) / 1e6))
    return rows


# ------------------------------------------------------------------ land-use parcels
PLACES = [  # name, west, south, east, north, cell in metres, what lies between
    ('河套', 107.385, 40.722, 107.570, 40.845, 330, 'plain'),
    ('诺敏', 123.185, 49.545, 123.285, 49.610, 260, 'steppe'),
]
NAMES = {'0102': '水浇地', '0103': '旱地', '0201': '果园', '0301': '乔木林地', '0305': '灌木林地', '0401': '天然牧草地', '0403': '人工牧草地',
         '0404': '其他草地', '0508': '物流仓储用地', '05H1': '商业服务业设施用地', '0601': '工业用地', '0701': '城镇住宅用地', '0702': '农村宅基地',
         '0809': '公用设施用地', '0810': '公园与绿地', '08H1': '机关团体新闻出版用地', '08H2': '科教文卫用地', '1003': '公路用地', '1004': '城镇村道路用地',
         '1006': '农村道路', '1104': '坑塘水面', '1106': '内陆滩涂', '1107': '沟渠', '1108': '沼泽地', '1201': '空闲地', '1202': '设施农用地',
         '1204': '盐碱地', '1205': '沙地'}
MIX = {     # class and weight, by what the place is
    'town': [('0701', 34), ('0601', 14), ('05H1', 12), ('08H2', 10), ('08H1', 6), ('0810', 8), ('0508', 5), ('0809', 4), ('1004', 3), ('1201', 4)],
    'edge': [('0102', 30), ('0702', 18), ('0601', 8), ('0403', 8), ('1202', 8), ('1201', 6), ('1104', 6), ('0201', 6), ('0404', 10)],
    'plain': [('0102', 44), ('0103', 6), ('0702', 9), ('1104', 5), ('0404', 9), ('1204', 8), ('0305', 7), ('0201', 4), ('1202', 4), ('1106', 4)],
    'steppe': [('0401', 58), ('0103', 12), ('0404', 9), ('0301', 8), ('0305', 5), ('1108', 4), ('1205', 2), ('0702', 2)],
    'red': [('0401', 46), ('0301', 22), ('0305', 10), ('1108', 12), ('1106', 6), ('0404', 4)],
    'grass': [('0401', 86), ('0403', 10), ('0404', 4)],
}


def _cells(r, place):
    """Borders of irregular cells over a box, and a road and a canal that cross it."""
    _, w, s, e, n, cell, _ = place
    east, north = metres_per_degree((s + n) / 2)
    nx, ny = int((e - w) * east / cell), int((n - s) * north / cell)
    gx, gy = np.meshgrid(np.arange(-1, nx + 1) + .5, np.arange(-1, ny + 1) + .5)
    pts = np.stack([gx, gy], -1).reshape(-1, 2) + r.uniform(-.32, .32, (gx.size, 2))
    pts = np.column_stack([w + pts[:, 0] / nx * (e - w), s + pts[:, 1] / ny * (n - s)])
    v = Voronoi(pts * [east / north, 1])
    frame = box(w, s, e, n)
    out = []
    for a, b in v.ridge_vertices:
        if a >= 0 and b >= 0:
            line = LineString(np.round(v.vertices[[a, b]] / [east / north, 1], 8)).intersection(frame)
            if line.geom_type == 'LineString' and not line.is_empty:
                out.append(line)
    strips = []
    for code, metres, k in (('1003', 24, 0), ('1107', 18, 1)):
        t = np.linspace(0, 1, 24)
        bend = np.cumsum(r.normal(0, .004, 24))
        xy = np.column_stack([w - .01 + t * (e - w + .02), s + (n - s) * (.35 + .3 * k) + bend * .25])
        if k:
            xy = np.column_stack([w + (e - w) * .62 + bend * .25, s - .01 + t * (n - s + .02)])
        strips.append((code, Polygon(LineString(xy).buffer(metres / 2 / north, 1, cap_style=2).exterior)))
    return out, strips, frame


def _pick(r, mix):
    codes, weights = zip(*MIX[mix])
    return codes[int(np.searchsorted(np.cumsum(weights) / sum(weights), r.random()))]


def _merged(cells, least_m2):
    """Faces smaller than that go to the neighbour of their own kind with the longest common border, or, if there is none, of any kind."""
    cells = [list(c) for c in cells]
    edges = {}

    def walk(g):
        for p in polygons(g):
            for ring in (p.exterior, *p.interiors):
                c = list(ring.coords)
                yield from (tuple(sorted(e)) for e in zip(c, c[1:]))
    for i, (g, *_) in enumerate(cells):
        for e in walk(g):
            edges.setdefault(e, []).append(i)
    home = list(range(len(cells)))

    def root(i):
        while home[i] != i:
            i = home[i]
        return i
    for i in sorted(range(len(cells)), key=lambda k: cells[k][0].area):
        if area_m2(cells[i][0]) >= least_m2:
            break
        shared = {}
        for e in walk(cells[i][0]):
            for j in edges.get(e, []):
                k = root(j)
                if k != root(i):
                    length = np.hypot(e[0][0] - e[1][0], e[0][1] - e[1][1])
                    shared[k] = shared.get(k, 0) + length
        if shared:
            same = {k: v for k, v in shared.items() if cells[k][1] == cells[i][1]} or shared
            home[root(i)] = max(sorted(same), key=lambda k: same[k])
    groups = {}
    for i in range(len(cells)):
        groups.setdefault(root(i), []).append(cells[i][0])
    return [(unary_union(gs), *cells[k][1:]) for k, gs in sorted(groups.items())]


def land_use(unit_at, rows, grass):
    """Parcels that tile each box without gap or overlap, cut along the borders of the lines and the grassland within it: a plot of
    permanent basic farmland is cropland, a core of a town is built on."""
    farm = [g for g, _ in rows['YJJBNTBHTB']]
    town = [g for g, v in rows['CZKFBJ'] if v['GHFQMC'] == '城镇集中建设区']
    edge = [g for g, v in rows['CZKFBJ'] if v['GHFQMC'] != '城镇集中建设区']
    red = [g for g, _ in rows['STBHHX']]
    frames, out = [], []
    for k, place in enumerate(PLACES):
        r = rng(9, 4, k)
        cells, strips, frame = _cells(r, place)
        frames.append((place[0], frame))
        near = {name: [g.intersection(frame) for g in gs if g.intersects(frame)]
                for name, gs in (('farm', farm), ('town', town), ('edge', edge), ('red', red), ('grass', grass))}
        cut = [LineString(ring.coords) for gs in near.values() for g in gs for p in polygons(g) for ring in (p.exterior, *p.interiors)]
        crossing = [l for _, s in strips for l in polygons(s.intersection(frame))]
        plots = unary_union([g for g in near['farm']]) if near['farm'] else MultiPolygon()
        thin = [p for l in cells for p in getattr(l.difference(plots), 'geoms', [l.difference(plots)]) if not p.is_empty]
        find = {name: Lookup([as_multi(g) for g in gs]) for name, gs in near.items()}
        on_strip = Lookup([s for _, s in strips])
        faced = []
        for face in faces([LineString(frame.exterior.coords)] + cut + [LineString(p.exterior.coords) for p in crossing] + thin):
            p = face.representative_point()
            if not frame.contains(p):
                continue
            strip = on_strip.containing(p)
            in_plot, in_town = find['farm'].containing(p), find['town'].containing(p) is not None
            if in_plot is not None:                    # a plot stays whole: the road goes around in the data
                faced.append((face, 'plot%d' % in_plot))
            elif strip is not None:
                faced.append((face, 'strip%d' % strip))
            else:
                faced.append((face, 'town' if in_town else next((n for n in ('edge', 'red', 'grass') if find[n].containing(p) is not None), place[6])))
        count = 0
        for g, kind in _merged(faced, 400):
            if kind.startswith('plot'):
                code = '0102' if place[6] == 'plain' else '0103'
            elif kind.startswith('strip'):
                code = strips[int(kind[5:])][0]
            else:
                code = _pick(r, kind)
            g = rounded(g)
            assert g.is_valid, (place[0], kind)
            c = g.representative_point()
            u = unit_at(c.x, c.y)
            count += 1
            built = code[:2] in ('05', '06', '08', '09') or code in ('0701', '1003', '1004')
            out.append((as_multi(g), {'BSM': bsm(u['code'], 'DLTB', len(out) + 1), 'YSDM': YSDM, 'TBBH': '%04d' % count, 'DLBM': code, 'DLMC': NAMES[code],
                                      'QSXZ': '20' if built or code in ('0301', '1107') else '30', 'ZLDWDM': u['code'] + '0' * 13,
                                      'ZLDWMC': u['name'] + '（示例嘎查村）', 'TBMJ': round(area_m2(g), 2), 'SJNF': '2023', 'BZ': SYNTHETIC}))
        whole = sum(v['TBMJ'] for _, v in out[-count:])
        assert abs(whole - area_m2(frame)) < 1 + count * .01, (place[0], whole, area_m2(frame))
        log('land use: %s, %d parcels, %.1f km², %d plots' % (place[0], count, whole / 1e6, len(near['farm'])))
    return out, frames


# ------------------------------------------------------------------ all three
def prove(rows, farm):
    """Within each layer nothing overlaps, and grassland keeps clear of permanent basic farmland."""
    for code, features in rows.items():
        parts = [(p, i) for i, (g, _) in enumerate(features) for p in polygons(g)]
        tree = Lookup([p for p, _ in parts])
        for k, (p, i) in enumerate(parts):
            for j in tree.meeting(p):
                if j > k and parts[j][1] != i:
                    assert area_m2(p.intersection(parts[j][0])) < OVERLAP_M2, (code, i, parts[j][1])
        for g, v in features:
            assert g.is_valid and rounded(g).equals_exact(g, 0) and v['BZ'] == SYNTHETIC and len(v['BSM']) == 18, (code, v['BSM'])
    grass = Lookup([g for g, _ in rows['JBCY']])
    assert not any(grass.meeting(g) for g in farm)


def make(outline, units, prefs, parts, rows):
    """rows: the three lines as written. Returns {layer: features}."""
    which = Lookup(parts)

    def unit_at(lon, lat):
        """The county whose seat is nearest within the prefecture of the place."""
        home = which.containing(Point(lon, lat))
        return nearest_unit(units, lon, lat, None if home is None else prefs[home][1]['XZQDM'])

    farm = [g for g, _ in rows['YJJBNTBHTB']]
    out = {'JBCY': grassland(outline, unit_at, farm), 'ZRBHD': reserves(outline, unit_at, rows['STBHHX'])}
    out['DLTB'], frames = land_use(unit_at, rows, [g for g, _ in out['JBCY']])
    prove(out, farm)
    for code, features in out.items():
        write_gpkg(path('lines', code + '.gpkg'), code, TITLES[code], FIELDS[code], features)
    write_geojson(path(*COVERAGE), 'DLTB-coverage', [(g, {'name': name + '（示例）', 'note': SYNTHETIC}) for name, g in frames])
    return out
