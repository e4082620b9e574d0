"""The three control lines. They are not public, so these are SYNTHETIC: seeded, plausible, of no legal force."""
import contourpy
import numpy as np
from scipy.spatial import Voronoi
from shapely.geometry import LineString, MultiPolygon, Point, Polygon
from shapely.ops import unary_union
from shapely.prepared import prep
from shapely.strtree import STRtree

from common import SYNTHETIC, area_m2, as_multi, log, metres_per_degree, polygons, rng, rounded
from shapes import Lookup, around, boundary_lines, faces, nearest_unit, noise, radial_profile, star

SHARE = 0.5046                            # the plan: 全区划入生态保护红线的国土空间占 50.46％
LAYER_CODE = {'STBHHX': '9001', 'YJJBNTBHTB': '9002', 'CZKFBJ': '9003'}      # placeholders, see SOURCES.md
YSDM = '0000000000'                       # placeholder: the official codes were not read
ZONES = [('城镇集中建设区', '410'), ('城镇弹性发展区', '420'), ('特别用途区', '430')]

FIELDS = {
    'STBHHX': [('BSM', 18), ('YSDM', 10), ('XJXZQDM', 6), ('XJXZQMC', 100), ('MC', 100), ('GKFQ', 40), ('MJ', None), ('BZ', 255)],
    'YJJBNTBHTB': [('BSM', 18), ('YSDM', 10), ('XZQDM', 12), ('XZQMC', 100), ('YJJBNTTBBH', 20), ('TBBH', 20), ('DLBM', 5),
                   ('DLMC', 60), ('YJJBNTTBMJ', None), ('YJJBNTMJ', None), ('BZ', 255)],
    'CZKFBJ': [('BSM', 18), ('YSDM', 10), ('XZQDM', 12), ('XZQMC', 100), ('GHFQDM', 10), ('GHFQMC', 50), ('MJ', None), ('BZ', 255)],
}
TITLES = {'STBHHX': '生态保护红线（示例）', 'YJJBNTBHTB': '永久基本农田（示例）', 'CZKFBJ': '城镇开发边界（示例）'}


def bsm(county, layer, serial):
    """18 characters: 6 county + 4 layer + 8 running number, the habit of the land survey databases."""
    return '%s%s%08d' % (county, LAYER_CODE[layer], serial)


# ------------------------------------------------------------------ urban development boundary
RADIUS_KM = {}
for km, codes in ((11, '150102 150103 150104 150105'), (9, '150202 150203 150204 150207'), (8, '150402 150404 150502'),
                  (7, '150602'), (6.5, '150902'), (6, '150302 150603 150702 150802 152201 152502'),
                  (5, '150622 150627 150781'), (4.5, '150403 152921'), (4, '150304 150782 150783 152501 150121'),
                  (3.5, '150303 150221 150703 152221 150926 150724'), (1.8, '150205 150206')):
    RADIUS_KM.update({c: km for c in codes.split()})


def urban(units, prefs, parts):
    """[(geometry, unit, zone index)]: for each seat a star-like boundary, cut along the lines midway between seats, its
    core the concentrated zone, its ring cut by spokes into flexible and special-use zones. Borders are shared exactly."""
    squeeze = 0.74                         # cos of a middle latitude: one plane for "midway" and "nearest"
    pts = np.array([[u['lon'] * squeeze, u['lat']] for u in units])
    part_of = {p['XZQDM']: prep(parts[i]) for i, (_, p) in enumerate(prefs)}
    lines, outer, inner, spokes = boundary_lines(parts), [], [], []
    vor = Voronoi(np.vstack([pts, [[0, 0], [200, 0], [0, 100], [200, 100]]]))
    for a, b in vor.ridge_vertices:
        if a >= 0 and b >= 0:
            lines.append(LineString(np.round(vor.vertices[[a, b]] / [squeeze, 1], 8)))
    for i, u in enumerate(units):
        r = rng(2, int(u['code']))
        km = RADIUS_KM.get(u['code'], 2.6 * float(np.clip(r.lognormal(0, 0.18), 0.75, 1.35)))
        n = int(40 + 14 * km)
        radii = km * 1000 * radial_profile(r, n, 0.22)
        turn = r.uniform(0, 6.28)
        core = radii * np.clip(0.72 * radial_profile(r, n, 0.07), 0.5, 0.88)
        o, c = star(u['lon'], u['lat'], radii, turn), star(u['lon'], u['lat'], core, turn)
        cuts = sorted(r.choice(n, int(r.integers(3, 6)), replace=False).tolist())
        outer.append(Polygon(o)), inner.append(Polygon(c)), spokes.append((cuts, n, turn))
        lines += boundary_lines([outer[-1], inner[-1]]) + [LineString([o[k], c[k]]) for k in cuts]
    outer_p, inner_p = [prep(g) for g in outer], [prep(g) for g in inner]
    reach = STRtree(outer)
    found = {}
    for f in faces(lines):
        p = f.representative_point()
        if not reach.query(p):
            continue
        i = int(np.argmin((pts[:, 0] - p.x * squeeze) ** 2 + (pts[:, 1] - p.y) ** 2))
        u = units[i]
        if not part_of[u['pref']].contains(p):
            continue
        same = [j for j, v in enumerate(units) if v['pref'] == u['pref'] and outer_p[j].contains(p)]
        if not same:
            continue
        if any(inner_p[j].contains(p) for j in same):
            zone = 0
        else:
            cuts, n, turn = spokes[i]
            east, north = metres_per_degree(u['lat'])
            th = (np.arctan2((p.y - u['lat']) * north, (p.x - u['lon']) * east) - turn) % (2 * np.pi)
            sector = int(np.searchsorted(cuts, th * n / (2 * np.pi))) % len(cuts)
            zone = 2 if sector in ((0,) if len(cuts) < 5 else (0, 2)) else 1
        found.setdefault((i, zone), []).append(f)
    out = [(rounded(unary_union(g)), units[i], z) for (i, z), g in sorted(found.items())]
    log('urban: %d features of %d seats, %.0f km²' % (len(out), len({u['code'] for _, u, _ in out}),
                                                     sum(area_m2(g) for g, _, _ in out) / 1e6))
    return out


# ------------------------------------------------------------------ permanent basic farmland
FARMING = [   # name, lon, lat, spread east, spread north (degrees), clusters, share of irrigated plots, paddy
    ('河套', 107.75, 40.88, 0.75, 0.22, 35, 0.95, 0.0),
    ('土默川', 110.95, 40.52, 0.50, 0.17, 18, 0.85, 0.0),
    ('西辽河', 121.80, 43.65, 0.95, 0.38, 27, 0.70, 0.03),
    ('嫩江', 123.40, 47.60, 0.75, 0.95, 24, 0.10, 0.12),
    ('赤峰南部', 119.20, 42.00, 0.70, 0.30, 9, 0.30, 0.0),
    ('阴山北麓', 113.20, 41.40, 0.80, 0.25, 8, 0.25, 0.0),
]


def farm_sites(outline, urban_rows):
    """Discs for clusters of plots: where farming is, apart from each other and from the urban boundaries."""
    town, inside, sites = Lookup([g for g, _, _ in urban_rows]), prep(outline), []
    for z, (name, lon, lat, sx, sy, count, wet, paddy) in enumerate(FARMING):
        r, made = rng(3, z), 0
        while made < count:
            kx, ky = (int(v) for v in r.integers(7, 17, 2))
            side = float(np.clip(r.lognormal(np.log(300), 0.35), 130, 700))
            radius = side * np.hypot(kx, ky) / 2 * 1.08
            x, y = lon + r.normal() * sx, lat + r.normal() * sy
            disc = around(x, y, radius + 600)
            if not inside.contains(disc) or town.meeting(disc):
                continue
            if any(np.hypot((x - s['x']) * 0.75, y - s['y']) * 111000 < radius + s['radius'] + 500 for s in sites):
                continue
            sites.append(dict(x=x, y=y, kx=kx, ky=ky, side=side, radius=radius, zone=z, wet=wet, paddy=paddy))
            made += 1
    return sites


def _edge(r, a, b, n, amp):
    """n points between a and b (plane metres), bent; the same array serves both neighbours."""
    t = np.arange(1, n + 1) / (n + 1)
    z = sum(c / (q + 1) ** 1.2 * np.sin((q + 1) * np.pi * t) for q, c in enumerate(r.standard_normal(3)))
    z = np.clip(z, -1.6, 1.6) * amp
    d = b - a
    return np.column_stack([a[0] + d[0] * t - d[1] * z, a[1] + d[1] * t + d[0] * z])


def farm_plots(sites, red, urban_rows):
    """[(polygon, site index)]: a bent lattice of plots on each disc; neighbours share borders exactly, or, in every
    fourth cluster, lie apart by a path. Plots that meet a red line or an urban boundary are left out."""
    away, town, out = Lookup(red), Lookup([g for g, _, _ in urban_rows]), []
    for k, s in enumerate(sites):
        r = rng(4, k)
        east, north = metres_per_degree(s['y'])
        turn = r.uniform(0, np.pi / 2)
        rot = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])

        def degrees(p):
            q = p @ rot
            return np.round(np.column_stack([s['x'] + q[:, 0] / east, s['y'] + q[:, 1] / north]), 8)
        gx, gy = np.meshgrid(np.arange(s['kx'] + 1) - s['kx'] / 2, np.arange(s['ky'] + 1) - s['ky'] / 2)
        nodes = np.stack([gx + r.uniform(-.15, .15, gx.shape), gy + r.uniform(-.15, .15, gy.shape)], -1) * s['side']
        dense = (3, 9) if k % 12 == 5 else (0, 2)

        def edge(a, b):
            return _edge(r, a, b, int(r.integers(dense[0], dense[1])) + (1 if dense[0] == 0 and r.random() < .25 else 0), .05)
        hor = [[edge(nodes[j, i], nodes[j, i + 1]) for i in range(s['kx'])] for j in range(s['ky'] + 1)]
        ver = [[edge(nodes[j, i], nodes[j + 1, i]) for i in range(s['kx'] + 1)] for j in range(s['ky'])]
        lane = 0.965 if k % 4 == 3 else None
        for j in range(s['ky']):
            for i in range(s['kx']):
                if np.hypot(i + .5 - s['kx'] / 2, j + .5 - s['ky'] / 2) > np.hypot(s['kx'], s['ky']) / 2 * .93 or r.random() < .05:
                    continue
                ring = np.vstack([nodes[j, i], hor[j][i], nodes[j, i + 1], ver[j][i + 1], nodes[j + 1, i + 1],
                                  hor[j + 1][i][::-1], nodes[j + 1, i], ver[j][i][::-1]])
                if lane:
                    mid = ring.mean(0)
                    ring = mid + (ring - mid) * lane
                plot = Polygon(degrees(ring))
                if plot.is_valid and not away.meeting(plot) and not town.meeting(plot):
                    out.append((plot, k))
    log('farmland: %d plots in %d clusters, %.0f km²' % (len(out), len(sites), sum(area_m2(g) for g, _ in out) / 1e6))
    return out


# ------------------------------------------------------------------ ecological red line
WEST, SOUTH, EAST, NORTH = 96.8, 37.0, 126.6, 53.7
DX, DY = 0.0081, 0.0060                    # about 0.67 km
ROUGH = 0.3                               # share of fine noise: how ragged the border is
RIDGES = [   # polyline, reach in degrees, weight
    ([(121.5, 53.2), (122.3, 51.0), (121.2, 48.8), (120.2, 47.2), (119.6, 45.6), (118.2, 44.2), (117.3, 43.2)], 0.95, 1.5),
    ([(105.9, 40.9), (107.2, 41.35), (109.5, 41.15), (111.5, 41.05), (113.0, 41.1)], 0.30, 1.6),
    ([(105.9, 38.4), (106.1, 39.2)], 0.35, 1.5),
]
BUMPS = [    # lon, lat, reach east, reach north, weight
    (101.0, 40.8, 3.0, 1.5, 0.9), (104.0, 40.0, 1.2, 1.2, 0.8), (115.3, 43.0, 1.4, 0.45, 1.1), (108.4, 38.8, 0.9, 0.5, 0.8),
    (109.0, 40.25, 1.0, 0.15, 0.6), (117.4, 48.9, 0.7, 0.5, 1.0), (120.8, 42.9, 0.6, 0.3, 0.5), (113.5, 44.5, 1.5, 0.6, 0.4),
    (107.75, 40.88, 0.95, 0.27, -3.5), (110.95, 40.52, 0.75, 0.28, -3.0), (121.9, 43.7, 1.3, 0.5, -2.6),
    (123.9, 47.8, 0.8, 1.3, -2.4), (119.1, 42.0, 0.9, 0.45, -1.6), (113.4, 41.5, 1.0, 0.4, -1.2), (124.5, 48.6, 0.5, 0.6, -1.5),
]
FUNCTIONS = [   # ecological function, centre
    ('大兴安岭水源涵养区', 121.5, 50.0), ('大兴安岭水源涵养区', 120.3, 46.8), ('呼伦贝尔草原生物多样性维护区', 117.8, 48.7),
    ('科尔沁防风固沙区', 121.5, 43.5), ('燕山北麓水土保持区', 118.6, 42.0), ('浑善达克防风固沙区', 115.3, 43.0),
    ('锡林郭勒草原生物多样性维护区', 116.5, 44.9), ('苏尼特荒漠草原防风固沙区', 112.8, 43.8), ('阴山北麓防风固沙区', 111.5, 41.6),
    ('黄河沿岸水土保持区', 111.0, 39.8), ('毛乌素防风固沙区', 108.5, 38.8), ('库布其防风固沙区', 108.8, 40.2),
    ('乌拉特荒漠草原生物多样性维护区', 107.8, 41.8), ('贺兰山生物多样性维护区', 106.0, 38.8), ('阿拉善荒漠防风固沙区', 103.5, 39.8),
    ('黑河下游荒漠生态维护区', 100.8, 41.6),
]


def ecology(units, sites):
    """The field whose high ground becomes the red line: (lons, lats, values)."""
    x, y = np.arange(WEST, EAST, DX), np.arange(SOUTH, NORTH, DY)
    X, Y = np.meshgrid(x, y)
    f = noise(rng(5, 1), len(y), len(x), 3.4, 450) + ROUGH * noise(rng(5, 2), len(y), len(x), 2.2, 60)
    for lon, lat, sx, sy, w in BUMPS:
        f += w * np.exp(-(((X - lon) / sx) ** 2 + ((Y - lat) / sy) ** 2) / 2)
    for line, reach, w in RIDGES:
        d = np.full(X.shape, np.inf)
        for (x0, y0), (x1, y1) in zip(line, line[1:]):
            ex, ey = (x1 - x0) * .7, y1 - y0
            t = np.clip((((X - x0) * .7) * ex + (Y - y0) * ey) / (ex * ex + ey * ey), 0, 1)
            d = np.minimum(d, np.hypot((X - x0) * .7 - t * ex, Y - y0 - t * ey))
        f += w * np.exp(-(d / reach) ** 2 / 2)
    calm = [(u['lon'], u['lat'], RADIUS_KM.get(u['code'], 3.0) * 1.6 + 2.0) for u in units]
    calm += [(s['x'], s['y'], s['radius'] / 1000 + 2.0) for s in sites]
    warp = 1 + 0.3 * np.clip(noise(rng(5, 3), len(y), len(x), 3.0, 30), -2, 2)
    for lon, lat, km in calm:              # towns and fields lie in ragged clearings
        i0, i1 = np.searchsorted(y, [lat - km / 25, lat + km / 25])
        j0, j1 = np.searchsorted(x, [lon - km / 17, lon + km / 17])
        d = np.hypot((X[i0:i1, j0:j1] - lon) * np.cos(np.radians(lat)), Y[i0:i1, j0:j1] - lat) * 111.2
        f[i0:i1, j0:j1] -= 6 * np.exp(-(d * warp[i0:i1, j0:j1] / (km * 1.3)) ** 3)
    return x, y, f


def _contour(x, y, f, level):
    """Polygons above the level, 8 decimals, without specks of a few cells."""
    g = f.copy()
    g[[0, -1], :] = g[:, [0, -1]] = level - 5
    pts, off = contourpy.contour_generator(x, y, g, fill_type=contourpy.FillType.OuterOffset).filled(level, 1e30)
    out = []
    for p, o in zip(pts, off):
        rings = [np.round(p[o[k]:o[k + 1]], 8) for k in range(len(o) - 1)]
        size = [abs(np.sum((q[:-1, 0] - q[0, 0]) * np.diff(q[:, 1]))) / DX / DY for q in rings]
        if size[0] >= 14:
            out.append([rings[0]] + [q for q, s in zip(rings[1:], size[1:]) if s >= 14])
    return out


def redline(units, prefs, parts, outline, field):
    """[(geometry, unit, function, core?)], together SHARE of the outline's area: contours of the field, cut exactly at
    prefecture borders; discs on the high ground become core zones; small pieces are gathered by county."""
    x, y, f = field
    whole = area_m2(outline)
    inside = prep(outline)
    r = rng(6)
    cores, spots = [], np.argwhere(f > np.quantile(f, 0.985))
    for i, j in spots[r.permutation(len(spots))]:
        radius = r.uniform(5, 16)
        disc = around(x[j], y[i], radius * 2500)
        if len(cores) < 14 and inside.contains(disc) and all(not disc.intersects(around(c[0], c[1], 30000)) for c in cores):
            cores.append((x[j], y[i], Polygon(star(x[j], y[i], radius * 1000 * radial_profile(r, 220, 0.25)))))
    which, level, tries = Lookup(parts), float(np.quantile(f, 0.5)), []
    border = boundary_lines(parts)
    for attempt in range(8):
        rings = _contour(x, y, f, level)
        solid = Lookup([Polygon(p[0], p[1:]) for p in rings])
        kept = []
        core_at = Lookup([c[2] for c in cores])
        for face in faces(border + [LineString(q) for p in rings for q in p] + boundary_lines([c[2] for c in cores])):
            p = face.representative_point()
            home = which.containing(p)
            if home is not None and solid.containing(p) is not None and area_m2(face) > 2e5:
                kept.append((face, home, core_at.containing(p) is not None))
        share = sum(area_m2(g) for g, _, _ in kept) / whole
        tries.append((level, share))
        log('red line: level %.4f gives %.3f %%' % (level, share * 100))
        if abs(share - SHARE) < 1e-4:
            break
        if len(tries) == 1:
            level += 0.25 if share > SHARE else -0.25
        else:
            (l0, s0), (l1, s1) = tries[-2:]
            level = l1 + (SHARE - s1) * (l1 - l0) / (s1 - s0)
    big, small = [], {}
    for g, home, core in kept:
        p = g.representative_point()
        u = nearest_unit(units, p.x, p.y, prefs[home][1]['XZQDM'])
        name = min(FUNCTIONS, key=lambda t: ((t[1] - p.x) * .74) ** 2 + (t[2] - p.y) ** 2)[0]
        if core or area_m2(g) > 1.5e8:
            big.append((g, u, name, core))
        else:
            small.setdefault((u['code'], name), []).append((g, u))
    for (_, name), group in small.items():
        big.append((MultiPolygon([g for g, _ in group]), group[0][1], name, False))
    out = [(rounded(g), u, n, c) for g, u, n, c in big]
    out.sort(key=lambda t: (t[1]['code'], t[2], not t[3], -t[0].area))
    size = [sum(len(q.coords) for p in g.geoms for q in (p.exterior, *p.interiors)) for g, *_ in out]
    log('red line: %d features, %d vertices, largest %d, holes %d, core %d' % (
        len(out), sum(size), max(size), sum(len(p.interiors) for g, *_ in out for p in g.geoms), sum(c for *_, c in out)))
    return out, level


# ------------------------------------------------------------------ rows as they are written
def red_rows(red):
    rows, count = [], {}
    for i, (g, u, name, core) in enumerate(red):
        count[name] = count.get(name, 0) + 1
        rows.append((g, {'BSM': bsm(u['code'], 'STBHHX', i + 1), 'YSDM': YSDM, 'XJXZQDM': u['code'], 'XJXZQMC': u['name'],
                         'MC': '%s（示例）-%02d' % (name, count[name]), 'GKFQ': '自然保护地核心保护区' if core else '核心保护区外',
                         'MJ': round(area_m2(g), 2), 'BZ': SYNTHETIC}))
    return rows


def farm_row(g, u, serial, number, kind):
    """kind: 0 irrigated, 1 dry, 2 paddy. Dry plots lose 2 % for field ridges, so that the two areas differ."""
    code, name = (('0102', '水浇地'), ('0103', '旱地'), ('0101', '水田'))[kind]
    a = round(area_m2(g), 2)
    return (as_multi(g), {'BSM': bsm(u['code'], 'YJJBNTBHTB', serial), 'YSDM': YSDM, 'XZQDM': u['code'], 'XZQMC': u['name'],
                          'YJJBNTTBBH': 'JN%05d' % number, 'TBBH': '%05d' % number, 'DLBM': code, 'DLMC': name,
                          'YJJBNTTBMJ': a, 'YJJBNTMJ': round(a * 0.98, 2) if kind == 1 else a, 'BZ': SYNTHETIC})


def farm_rows(plots, sites, units, prefs, parts):
    which, rows, number, home = Lookup(parts), [], {}, {}
    r = rng(7)
    for g, k in plots:
        s = sites[k]
        if k not in home:
            i = which.containing(Point(s['x'], s['y']))
            home[k] = nearest_unit(units, s['x'], s['y'], prefs[i][1]['XZQDM'])
        u = home[k]
        number[u['code']] = number.get(u['code'], 0) + 1
        t = r.random()
        rows.append(farm_row(g, u, len(rows) + 1, number[u['code']], 2 if t < s['paddy'] else 0 if t < s['paddy'] + s['wet'] else 1))
    return rows


def urban_row(g, u, zone, serial):
    return (as_multi(g), {'BSM': bsm(u['code'], 'CZKFBJ', serial), 'YSDM': YSDM, 'XZQDM': u['code'], 'XZQMC': u['name'],
                          'GHFQDM': ZONES[zone][1], 'GHFQMC': ZONES[zone][0], 'MJ': round(area_m2(g), 2), 'BZ': SYNTHETIC})


def urban_rows(found):
    return [urban_row(g, u, z, i + 1) for i, (g, u, z) in enumerate(found)]
