"""Deliberate conflicts in otherwise disjoint lines, and the proof that there are no others."""
import csv
import os

import numpy as np
from shapely.geometry import Point, Polygon
from shapely.prepared import prep
from shapely.strtree import STRtree

from common import area_m2, as_multi, log, metres_per_degree, path, polygons, rng, rounded, write_gpkg
from lines import SYNTHETIC, YSDM, bsm, farm_row, urban_row
from shapes import nearest_unit, quad, radial_profile, star

OVERLAP_M2 = 1e-3          # less than this is arithmetic on 8-decimal coordinates, not an overlap


class Finder:
    """Every pair of features, within a layer or across layers, whose interiors overlap."""

    def __init__(self, rows):
        self.rows, self.parts, self.owner, self.ready = rows, [], {}, {}
        for code in rows:
            for i, (g, _) in enumerate(rows[code]):
                for p in polygons(g):
                    self.parts.append(p)
                    self.owner[id(p)] = (code, i)
        self.tree = STRtree(self.parts)

    def meet(self, a, b):
        big = a if len(a.exterior.coords) >= len(b.exterior.coords) else b
        if id(big) not in self.ready:
            self.ready[id(big)] = prep(big)
        return self.ready[id(big)].intersects(b if big is a else a)

    def of(self, geom, skip=None):
        """{(layer, row number): overlap in m²} for one geometry."""
        found = {}
        for part in polygons(geom):
            for p in self.tree.query(part):
                key = self.owner[id(p)]
                if key != skip and p is not part and self.meet(p, part):
                    m2 = area_m2(p.intersection(part))
                    if m2 > 0:
                        found[key] = found.get(key, 0) + m2
        return found

    def all(self):
        """{((layer, row), (layer, row)): m²} of all pairs over OVERLAP_M2."""
        found = {}
        for part in self.parts:
            a = self.owner[id(part)]
            for p in self.tree.query(part):
                b = self.owner[id(p)]
                if b <= a or not self.meet(p, part):
                    continue
                found[a, b] = found.get((a, b), 0) + area_m2(p.intersection(part))
        return {k: v for k, v in found.items() if v > OVERLAP_M2}


class Planter:
    def __init__(self, rows, units):
        self.rows, self.units, self.base = rows, units, Finder(rows)
        self.log, self.expected, self.used = [], {}, []

    def unit_at(self, g):
        p = g.representative_point()
        return nearest_unit(self.units, p.x, p.y)

    def add(self, layer, geom, unit=None, zone=0):
        """Append a feature and return its number; its fields are right, only its place is wrong."""
        rows, unit = self.rows[layer], unit or self.unit_at(geom)
        serial = len(rows) + 1
        if layer == 'YJJBNTBHTB':
            row = farm_row(geom, unit, serial, 90000 + serial % 10000, 0)
        elif layer == 'CZKFBJ':
            row = urban_row(geom, unit, zone, serial)
        else:
            row = (as_multi(geom), {'BSM': bsm(unit['code'], layer, serial), 'YSDM': YSDM, 'XJXZQDM': unit['code'],
                                    'XJXZQMC': unit['name'], 'MC': '湿地保护区（示例）-%02d' % serial, 'GKFQ': '核心保护区外',
                                    'MJ': round(area_m2(geom), 2), 'BZ': SYNTHETIC})
        rows.append(row)
        return serial - 1

    def note(self, kind, a, b, m2, at, text):
        def name(k):
            return (k[0], self.rows[k[0]][k[1]][1]['BSM']) if k else ('', '')
        self.log.append(['P%02d' % (len(self.log) + 1), kind, *name(a), *name(b), '%.4f' % m2, '%.8f' % at[0], '%.8f' % at[1], text])
        if a and b:
            self.expected[tuple(sorted((a, b)))] = m2

    def place(self, kind, layer, candidates, wanted, text, low=0.0, high=1e12, zone=0):
        """Take the first candidate geometry that overlaps exactly one feature, of the wanted layer, within the limits."""
        for g, want_row in candidates:
            if not g.is_valid or any(g.distance(u) < 0.02 for u in self.used):
                continue
            hits = {k: v for k, v in self.base.of(g).items() if v > 1e-6}
            if len(hits) != 1:
                continue
            (key, m2), = hits.items()
            if key[0] != wanted or not low <= m2 <= high or (want_row is not None and key[1] != want_row):
                continue
            n = self.add(layer, g, zone=zone)
            p = g.intersection(self.rows[key[0]][key[1]][0]).representative_point()
            self.used.append(g)
            self.note(kind, (layer, n), key, m2, (p.x, p.y), text)
            return
        raise RuntimeError('no place for ' + kind)


def _on_border(r, g, n):
    """n random vertices of a feature's outer rings, with the unit normal that points outwards (metres)."""
    ring = np.asarray(max(polygons(g), key=lambda p: p.area).exterior.coords)
    sign = 1 if Polygon(ring).exterior.is_ccw else -1
    for k in r.integers(1, len(ring) - 1, n):
        east, north = metres_per_degree(ring[k, 1])
        d = (ring[k + 1] - ring[k]) * [east, north]
        length = float(np.hypot(*d))
        if length > 1:
            yield ring[k], ring[k + 1], d / length, np.array([d[1], -d[0]]) / length * sign, length


def _strip(r, g, n, depth_m, long_m, height_m):
    """Plots outside a feature whose one side runs along a straight stretch of its border, pushed in by depth_m."""
    for a, b, along, out, length in _on_border(r, g, n):
        if length < long_m * 1.15:
            continue
        east, north = metres_per_degree(a[1])
        t0 = (length - long_m) / 2
        corners = [t0 * along - depth_m * out, (t0 + long_m) * along - depth_m * out,
                   (t0 + long_m) * along + height_m * out, t0 * along + height_m * out]
        p = Polygon(np.round([a + c / [east, north] for c in corners], 8))
        yield (p if p.exterior.is_ccw else Polygon(list(p.exterior.coords)[::-1])), None


def plant(rows, units):
    """Add the conflicts to rows; returns the planter, which knows what it did."""
    p, r = Planter(rows, units), rng(8)
    red = sorted(range(len(rows['STBHHX'])), key=lambda i: -rows['STBHHX'][i][0].area)
    towns = [i for i, (_, v) in enumerate(rows['CZKFBJ'])]
    farms = [int(i) for i in r.integers(0, len(rows['YJJBNTBHTB']), 400)]

    def red_of(code):
        return [i for i in red if rows['STBHHX'][i][1]['XJXZQDM'].startswith(code)]

    def town(code, zone):
        return [i for i in towns if rows['CZKFBJ'][i][1]['XZQDM'].startswith(code) and rows['CZKFBJ'][i][1]['GHFQMC'] == zone]

    def at_border(layer, which, n, w, h):
        for i in which:
            for a, _, _, _, _ in _on_border(r, rows[layer][i][0], n):
                yield quad(a[0], a[1], w * r.uniform(.8, 1.2), h * r.uniform(.8, 1.2), r.uniform(0, 1.5), r), i

    def inside(layer, which, w, h):
        for i in which:
            for part in polygons(rows[layer][i][0]):
                c = part.representative_point()
                g = quad(c.x, c.y, w, h, r.uniform(0, 1.5), r)
                if part.contains(g):
                    yield g, i

    def blob_at(which, radius, on_edge):
        for i in which:
            g = rows['CZKFBJ'][i][0]
            spots = [tuple(v[0]) for v in _on_border(r, g, 40)] if on_edge else [g.representative_point().coords[0]]
            for x, y in spots:
                yield Polygon(star(x, y, radius * radial_profile(r, 36, .2))), i

    FARM, RED, TOWN = 'YJJBNTBHTB', 'STBHHX', 'CZKFBJ'
    core, flex, special = '城镇集中建设区', '城镇弹性发展区', '特别用途区'
    p.place('red_line×farmland straddle', FARM, at_border(RED, red_of('1507'), 60, 420, 300), RED, '农田图斑跨生态保护红线', 1e4)
    p.place('red_line×farmland inside', FARM, inside(RED, red_of('1508'), 350, 260), RED, '农田图斑全部在生态保护红线内', 1e4)
    p.place('red_line×farmland inside', FARM, inside(RED, red_of('1525'), 500, 220), RED, '农田图斑全部在生态保护红线内', 1e4)
    p.place('farmland enclave in boundary', FARM, inside(TOWN, town('150802', core), 300, 240), TOWN, '城镇集中建设区内的农田开天窗', 1e4)
    p.place('farmland×boundary straddle', FARM, at_border(TOWN, town('1505', flex), 60, 360, 260), TOWN, '农田图斑跨城镇开发边界', 1e4)
    p.place('red_line×boundary straddle', RED, blob_at(town('1507', special), 420, True), TOWN, '红线与特别用途区部分重叠', 1e4)
    p.place('red_line×boundary inside', RED, blob_at(town('1503', core), 300, False), TOWN, '红线全部在集中建设区内', 1e4)
    p.place('farmland×farmland', FARM, at_border(FARM, farms, 12, 160, 90), FARM, '两个农田图斑部分重叠', 500)
    p.place('sub-zone overlap', TOWN, inside(TOWN, town('1509', core), 700, 500), TOWN, '弹性发展区压盖集中建设区', 1e4, zone=1)
    i = next(k for k in farms if all(rows[FARM][k][0].distance(u) > 0.02 for u in p.used))
    g, props = rows[FARM][i]
    n = p.add(FARM, g, next(u for u in units if u['code'] == props['XZQDM']))
    p.used.append(g)
    c = g.representative_point()
    p.note('duplicate feature', (FARM, n), (FARM, i), area_m2(g), (c.x, c.y), '图形重复，标识码不同')

    def strips(layer, which, depth, long_m, height):
        for k in which:
            yield from ((s, k) for s, _ in _strip(r, rows[layer][k][0], 60, depth, long_m, height))
    p.place('sliver < 1 m²', FARM, strips(RED, red_of('1504'), 0.002, 300, 200), RED, '沿红线的碎屑，应视为压占 0', 0.2, 0.98)
    p.place('sliver < 1 m²', FARM, strips(FARM, farms, 0.006, 80, 120), FARM, '沿农田图斑的碎屑，应视为压占 0', 0.2, 0.98)
    p.place('narrow < 0.1 m', FARM, strips(RED, red_of('1506'), 0.08, 350, 220), RED, '沿红线的狭长重叠，平均宽度小于 0.1 m', 15, 45)
    p.place('narrow 4 m', FARM, strips(TOWN, town('15', flex), 4.0, 250, 200), TOWN, '沿城镇开发边界的狭长重叠，宽约 4 m', 700, 1400)

    i = town('150602', core)[0]
    rows[TOWN][i][1]['MJ'] = round(rows[TOWN][i][1]['MJ'] + 12345.67, 2)
    c = rows[TOWN][i][0].representative_point()
    p.note('wrong MJ', (TOWN, i), None, 12345.67, (c.x, c.y), 'MJ 比图形面积大 12345.67 m²')
    i = next(k for k in farms if rows[FARM][k][1]['XZQDM'].startswith('1508') and all(rows[FARM][k][0].distance(q) > 0.02 for q in p.used))
    rows[FARM][i][1]['XZQDM'] = '152921'
    c = rows[FARM][i][0].representative_point()
    p.note('wrong county code', (FARM, i), None, 0.0, (c.x, c.y), 'XZQDM 写成 152921（阿拉善左旗），名称和位置不符')
    return p


def write_list(planter):
    os.makedirs(path('lines'), exist_ok=True)
    with open(path('lines', 'PLANTED.csv'), 'w', encoding='utf-8', newline='') as f:
        w = csv.writer(f, lineterminator='\n')
        w.writerow('id kind layer_a bsm_a layer_b bsm_b area_m2 lon lat note'.split())
        w.writerows(planter.log)


def prove(planter):
    """The overlaps that are there are the planted ones, and no others."""
    found = Finder(planter.rows).all()
    extra = {k: v for k, v in found.items() if k not in planter.expected}
    lost = [k for k in planter.expected if k not in found]
    for (a, b), m2 in sorted(extra.items(), key=lambda t: -t[1])[:20]:
        log('  not planted: %s %s × %s %s: %.4f m²' % (a[0], a[1], b[0], b[1], m2))
    assert not extra and not lost, (len(extra), lost)
    for k, m2 in planter.expected.items():
        assert abs(found[k] - m2) < 1e-6 + 1e-9 * m2, (k, found[k], m2)
    for code, rows in planter.rows.items():
        for g, v in rows:
            assert g.is_valid and g.geom_type == 'MultiPolygon' and v['BZ'] == SYNTHETIC and len(v['BSM']) == 18
            assert rounded(g).equals_exact(g, 0)
        assert len({v['BSM'] for _, v in rows}) == len(rows)
    log('overlaps: %d pairs, all planted; %d entries in PLANTED.csv' % (len(found), len(planter.log)))
