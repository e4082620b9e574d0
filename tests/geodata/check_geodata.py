#!/usr/bin/env python3
"""Checks that geodata/ keeps its promises. Run with the system's Python: /usr/bin/python3 tests/geodata/check_geodata.py
Prints one sentence for each protected property; exits 1 if any is broken. Needs python3-gdal, -numpy, -scipy and -shapely."""
import csv
import json
import os
import sys
import time
import warnings

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
GEODATA = os.path.join(ROOT, 'geodata')
sys.path.insert(0, os.path.join(GEODATA, 'make'))
sys.dont_write_bytecode = True
warnings.filterwarnings('ignore')

import numpy as np
from osgeo import gdal, ogr, osr
from shapely.geometry import Point, box, shape
from shapely.ops import unary_union
from shapely.prepared import prep
from shapely.strtree import STRtree

import admin
import base
import gcj02
from common import area_m2, polygons, read_gpkg, rounded, sha256_of

LINES = ('STBHHX', 'YJJBNTBHTB', 'CZKFBJ')
SAMPLES = ('JBCY', 'ZRBHD', 'DLTB')
ZONES = ('CZKJ', 'NYKJ', 'STKJ')
IDS = ['region', 'prefectures', 'ecological_red_line', 'permanent_basic_farmland', 'urban_development_boundary',
       'basic_grassland', 'nature_reserve', 'land_use', 'urban_space', 'agricultural_space', 'ecological_space']
AREA_FIELD = {'STBHHX': 'MJ', 'YJJBNTBHTB': 'YJJBNTTBMJ', 'CZKFBJ': 'MJ', 'JBCY': 'MJ', 'ZRBHD': 'MJ', 'DLTB': 'TBMJ',
              'CZKJ': 'MJ', 'NYKJ': 'MJ', 'STKJ': 'MJ'}
OFFICIAL = {   # official field names and lengths, as far as they were read
    'STBHHX': {'BSM': 18, 'YSDM': 10, 'XJXZQDM': 6, 'XJXZQMC': 100, 'MJ': 0},
    'YJJBNTBHTB': {'BSM': 18, 'YSDM': 10, 'XZQDM': 12, 'XZQMC': 100, 'DLBM': 5, 'DLMC': 60, 'YJJBNTTBMJ': 0, 'YJJBNTMJ': 0},
    'CZKFBJ': {'BSM': 18, 'YSDM': 10, 'XZQDM': 12, 'XZQMC': 100, 'MJ': 0, 'BZ': 255},
    'DLTB': {'BSM': 18, 'YSDM': 10, 'DLBM': 5, 'DLMC': 60, 'QSXZ': 2, 'ZLDWDM': 19, 'TBMJ': 0, 'SJNF': 4},
}
OVERLAP_M2 = 1e-3


def at(*parts):
    return os.path.join(GEODATA, *parts)


def geojson(*parts):
    with open(at(*parts), encoding='utf-8') as f:
        return [(shape(x['geometry']), x['properties']) for x in json.load(f)['features']]


def table(*parts):
    with open(at(*parts), encoding='utf-8') as f:
        return list(csv.DictReader(f))


class Data:
    def __init__(self):
        self.outline = geojson('admin', 'region.geojson')[0][0]
        self.prefs = geojson('admin', 'prefectures.geojson')
        self.lines = {c: read_gpkg(at('lines', c + '.gpkg')) for c in LINES}
        self.samples = {c: read_gpkg(at('lines', c + '.gpkg')) for c in SAMPLES}
        self.zones = {c: read_gpkg(at('zones', c + '.gpkg')) for c in ZONES}
        self.planted = table('lines', 'PLANTED.csv')
        with open(at('manifest.json'), encoding='utf-8') as f:
            self.manifest = json.load(f)


def overlaps(layers):
    """{((layer, BSM), (layer, BSM)): m²} of every pair of features whose interiors share more than OVERLAP_M2."""
    parts, owner, ready, found = [], {}, {}, {}
    for code, rows in layers.items():
        for g, v in rows:
            for p in polygons(g):
                parts.append(p)
                owner[id(p)] = (code, v['BSM'])
    tree = STRtree(parts)
    for p in parts:
        for q in tree.query(p):
            if owner[id(q)] <= owner[id(p)]:
                continue
            big, other = (p, q) if len(p.exterior.coords) >= len(q.exterior.coords) else (q, p)
            if id(big) not in ready:
                ready[id(big)] = prep(big)
            if ready[id(big)].intersects(other):
                key = (owner[id(p)], owner[id(q)])
                found[key] = found.get(key, 0) + area_m2(p.intersection(q))
    return {k: v for k, v in found.items() if v > OVERLAP_M2}


# ------------------------------------------------------------------ the properties, each a sentence
def sums(d):
    """Every file has the SHA-256 that SHA256SUMS says, and no data file is missing from it."""
    with open(at('SHA256SUMS'), encoding='utf-8') as f:
        listed = dict(reversed(line.split()) for line in f)
    bad = [n for n, want in listed.items() if sha256_of(at(n)) != want]
    there = {os.path.join(folder, f) for folder in ('admin', 'base', 'lines', 'zones', 'plan') for f in os.listdir(at(folder))}
    assert not bad and there <= set(listed), (bad, there - set(listed))


def size(d):
    """All of geodata/ stays under 15 MB."""
    total = sum(os.path.getsize(os.path.join(p, f)) for p, _, fs in os.walk(GEODATA) if '__pycache__' not in p for f in fs)
    assert total < 15e6, total


def valid(d):
    """Every geometry is valid by GEOS and has at most 8 decimals."""
    for code, rows in {**d.lines, **d.samples, **d.zones}.items():
        for g, v in rows:
            assert g.is_valid and not g.is_empty and g.geom_type == 'MultiPolygon', (code, v['BSM'])
            assert rounded(g).equals_exact(g, 0), (code, v['BSM'])
    for g, v in [(d.outline, {})] + d.prefs + geojson('plan', 'layout.geojson') + geojson('plan', 'places.geojson'):
        assert g.is_valid and not g.is_empty, v


def manifest(d):
    """The manifest lists the eleven layers in order, and each names a file, layer and fields that are there."""
    assert [x['id'] for x in d.manifest['layers']] == IDS
    for x in d.manifest['layers']:
        ds = ogr.Open(at(x['file']))
        ly = ds.GetLayerByName(x['source_layer'])
        assert ly is not None and ly.GetFeatureCount() == x['features'], x['id']
        names = {f.GetName() for f in ly.schema}
        assert {f for f in x['fields'].values() if f} <= names, (x['id'], names)
        assert x['synthetic'] == (x['kind'] != 'admin') and x['reference_only'] == (x['kind'] == 'admin'), x['id']
        assert x['sha256'] == sha256_of(at(x['file'])) and x['effective_from'] == '2024-01-01'
        if x['synthetic']:
            assert ly.GetSpatialRef().GetAuthorityCode(None) == '4490' and os.path.exists(at(x['coverage']))
            assert x['coverage'] == ('lines/DLTB-coverage.geojson' if x['id'] == 'land_use' else 'admin/region.geojson')
            assert x['label'] == '示例数据' and '示例数据' in x['document']
    assert os.path.exists(at(d.manifest['counties'])) and all(os.path.exists(at(f)) for f in d.manifest['plan'].values())


def fields(d):
    """The control lines have the official field names with their lengths."""
    for code, want in OFFICIAL.items():
        ds = ogr.Open(at('lines', code + '.gpkg'))
        got = {f.GetName(): f.GetWidth() for f in ds.GetLayer(0).schema}
        assert all(got.get(n) == w for n, w in want.items()), (code, got)


def area_formula(d):
    """The ellipsoidal area agrees with PROJ's equal-area cylinder on the region's outline to one part in ten million."""
    src, dst = osr.SpatialReference(), osr.SpatialReference()
    src.ImportFromProj4('+proj=longlat +a=6378137 +rf=298.257222101 +no_defs')
    dst.ImportFromProj4('+proj=cea +lon_0=111 +lat_ts=0 +a=6378137 +rf=298.257222101 +units=m +no_defs')
    src.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    g = ogr.CreateGeometryFromWkb(d.outline.wkb)
    g.Segmentize(0.002)
    g.Transform(osr.CoordinateTransformation(src, dst))
    assert abs(g.GetArea() / area_m2(d.outline) - 1) < 1e-7


def counties(d):
    """There are 103 county units with different codes, each with a seat in its prefecture's polygon or within 5 km."""
    rows, shapes = table('admin', 'counties.csv'), {v['XZQDM']: g for g, v in d.prefs}
    assert len({r['code'] for r in rows}) == len(rows) == 103
    for r in rows:
        assert r['prefecture_code'][:4] == r['code'][:4] and r['seat_source']
        assert shapes[r['prefecture_code']].distance(Point(float(r['lon']), float(r['lat']))) * 111.2 < 5, r


def prefectures(d):
    """The 12 prefectures have their GCJ-02 offset undone: shifted forward again, the vertices lie on the source's grid of
    1/1024 degree, and their systematic offset from the region's outline is smaller than before."""
    assert len(d.prefs) == 12 and all('仅供参考' in v['note'] for _, v in d.prefs)
    c = np.array([xy for g, _ in d.prefs for p in polygons(g) for r in (p.exterior, *p.interiors) for xy in r.coords])
    lon, lat = gcj02.forward(c[:, 0], c[:, 1])
    off = np.abs(np.column_stack([lon, lat]) * 1024 - np.round(np.column_stack([lon, lat]) * 1024)).max(1)
    assert (off < 1e-4).mean() > 0.99, (off < 1e-4).mean()
    move = np.hypot((lon - c[:, 0]) * np.cos(np.radians(c[:, 1])), lat - c[:, 1]) * 111200
    assert 300 < move.mean() < 900, move.mean()
    union = unary_union([g for g, _ in d.prefs])
    after, before = (np.hypot(*admin.best_shift(g, d.outline)) for g in (union, admin.shift_to_gcj02(union)))
    assert after < 0.65 * before, (after, before)
    assert abs(sum(area_m2(g) for g, _ in d.prefs) / area_m2(d.outline) - 1) < 0.01


def share(d):
    """The red line covers 50.46 % ± 0.3 % of the region, lies within it, has 150,000 to 250,000 vertices and one giant."""
    rows = d.lines['STBHHX']
    assert abs(sum(area_m2(g) for g, _ in rows) / area_m2(d.outline) * 100 - 50.46) < 0.3
    counts = [sum(len(r.coords) for p in g.geoms for r in (p.exterior, *p.interiors)) for g, _ in rows]
    assert 150000 < sum(counts) < 250000 and max(counts) > 30000, (sum(counts), max(counts))
    hull = d.outline.buffer(1e-7)            # a crossing rounded to 1e-8 degrees may lie a millimetre outside
    assert all(hull.contains(g) for g, _ in rows)
    assert {v['GKFQ'] for _, v in rows} == {'自然保护地核心保护区', '核心保护区外'}


def synthetic(d):
    """Every synthetic feature and layer says 示例数据, and identifiers are 18 characters and never repeat."""
    for code, rows in {**d.lines, **d.samples, **d.zones}.items():
        assert all('示例数据' in v['BZ'] and 'synthetic' in v['BZ'] and len(v['BSM']) == 18 for _, v in rows), code
        assert len({v['BSM'] for _, v in rows}) == len(rows), code
        file = at('zones' if code in ZONES else 'lines', code + '.gpkg')
        ds = gdal.OpenEx(file)
        assert '示例数据' in (ds.GetLayer(0).GetMetadataItem('DESCRIPTION') or ''), code


def areas(d):
    """Every area field is the ellipsoidal area to 1 cm², save the one planted as wrong, which is off by what is listed."""
    wrong = {(p['layer_a'], p['bsm_a']): float(p['area_m2']) for p in d.planted if p['kind'] == 'wrong MJ'}
    assert len(wrong) == 1
    for code, rows in {**d.lines, **d.samples, **d.zones}.items():
        for g, v in rows:
            off = v[AREA_FIELD[code]] - area_m2(g) - wrong.get((code, v['BSM']), 0)
            assert abs(off) < 0.0051 + 1e-12 * area_m2(g), (code, v['BSM'], off)


def county_codes(d):
    """County codes and names belong together, save the one planted as wrong."""
    names = {r['code']: r['name'] for r in table('admin', 'counties.csv')}
    wrong = {(p['layer_a'], p['bsm_a']) for p in d.planted if p['kind'] == 'wrong county code'}
    found = {(c, v['BSM']) for c, rows in d.lines.items() for _, v in rows
             if names.get(v.get('XZQDM') or v.get('XJXZQDM')) != (v.get('XZQMC') or v.get('XJXZQMC'))}
    assert found == wrong and len(wrong) == 1, found ^ wrong


def conflicts(d):
    """The planted conflicts are there with the listed areas, and no other two features of the three lines overlap."""
    want = {tuple(sorted(((p['layer_a'], p['bsm_a']), (p['layer_b'], p['bsm_b'])))): float(p['area_m2'])
            for p in d.planted if p['bsm_b']}
    got = {tuple(sorted(k)): v for k, v in overlaps(d.lines).items()}
    assert 10 <= len(d.planted) <= 20 and set(got) == set(want), set(got) ^ set(want)
    for k, m2 in want.items():
        assert abs(got[k] - m2) < 1e-4, (k, got[k], m2)
    for p in d.planted:
        if p['kind'].startswith('sliver'):
            assert float(p['area_m2']) < 1


def seats(d):
    """Each of the 103 counties has an urban boundary with a concentrated zone and at least one other sub-zone."""
    zones = {}
    for _, v in d.lines['CZKFBJ']:
        zones.setdefault(v['XZQDM'], set()).add(v['GHFQMC'])
    assert len(zones) == 103 and all('城镇集中建设区' in z and len(z) >= 2 for z in zones.values())
    assert sum(len(z) == 3 for z in zones.values()) >= 100


def farmland(d):
    """There are 15,000 to 20,000 farmland plots of 4 to 40 vertices, of which many share a border exactly."""
    rows = d.lines['YJJBNTBHTB']
    n = [sum(len(p.exterior.coords) - 1 for p in g.geoms) for g, _ in rows]
    assert 15000 <= len(rows) <= 20000 and 4 <= min(n) and max(n) <= 40, (len(rows), min(n), max(n))
    edges = {}
    for g, _ in rows:
        c = list(g.geoms[0].exterior.coords)
        for e in zip(c, c[1:]):
            edges[tuple(sorted(e))] = edges.get(tuple(sorted(e)), 0) + 1
    assert sum(k > 1 for k in edges.values()) > 10000


def definitions(d):
    """Every layer of the manifest but the outline has a definition of its kind in schema/layers, whose official field names are the manifest's."""
    for x in d.manifest['layers'][1:]:
        with open(os.path.join(ROOT, 'schema', 'layers', x['id'] + '.json'), encoding='utf-8') as f:
            own = json.load(f)
        assert own['layer'] == x['id'] and own['kind'] == x['kind'], x['id']
        assert x['kind'] == 'admin' or own['standard'] == x['source_layer'], x['id']
        assert all(v in own['fields'][k] for k, v in x['fields'].items() if v), (x['id'], x['fields'])


def grassland(d):
    """Basic grassland is 30 to 50 % of the region, lies within it, and touches no plot of permanent basic farmland."""
    rows = d.samples['JBCY']
    assert 0.3 < sum(v['MJ'] for _, v in rows) / area_m2(d.outline) < 0.5
    assert all(prep(d.outline).contains(g) for g, _ in rows)
    parts = [p for g, _ in rows for p in polygons(g)]
    tree, ready = STRtree(parts), {id(p): prep(p) for p in parts}
    assert not any(ready[id(p)].intersects(g) for g, _ in d.lines['YJJBNTBHTB'] for p in tree.query(g))
    assert not overlaps({'JBCY': rows})


def reserves(d):
    """Each nature reserve has a core and a general zone, which share a border and do not overlap; the cores of the red line are cores of reserves."""
    zones = {}
    for g, v in d.samples['ZRBHD']:
        zones.setdefault(v['MC'], {}).setdefault(v['GKFQ'], []).append(g)
    assert len(zones) >= 15 and all(set(z) == {'核心保护区', '一般控制区'} for z in zones.values()), zones.keys()
    assert not overlaps({'ZRBHD': d.samples['ZRBHD']})
    assert all(z['核心保护区'][0].touches(z['一般控制区'][0]) for z in zones.values() if len(z['核心保护区']) == 1)
    cores = unary_union([g for z in zones.values() for g in z['核心保护区']])
    red = [g for g, v in d.lines['STBHHX'] if v['GKFQ'] == '自然保护地核心保护区' and v['MJ'] > 5e7]
    assert sum(area_m2(g.intersection(cores)) > 0.999 * area_m2(g) for g in red) >= 10


def land_use(d):
    """The land-use parcels tile their coverage (to 1 m² a box), their classes are those of the definition, and basic farmland is cropland."""
    rows, boxes = d.samples['DLTB'], [g for g, _ in geojson('lines', 'DLTB-coverage.geojson')]
    assert 2000 <= len(rows) <= 6000 and not overlaps({'DLTB': rows})
    assert abs(sum(area_m2(g) for g, _ in rows) - sum(area_m2(b) for b in boxes)) < len(boxes)
    with open(os.path.join(ROOT, 'schema', 'layers', 'land_use.json'), encoding='utf-8') as f:
        names = {c: z['name'] for z in json.load(f)['control']['zones'] for c in z['codes']}
    assert all(names.get(v['DLBM']) == v['DLMC'] for _, v in rows)
    crop = unary_union([g for g, v in rows if v['DLBM'].startswith('01')])
    cover = unary_union(boxes)
    for g, v in d.lines['YJJBNTBHTB']:
        inside = g.intersection(cover)
        assert area_m2(inside.difference(crop)) < 1, v['BSM']


def together(d):
    """There is a place of 1.5 km where red line, farmland, grassland, a reserve and land-use parcels all lie."""
    here = Point(123.237, 49.576).buffer(0.016)
    for code, rows in {**{c: d.lines[c] for c in ('STBHHX', 'YJJBNTBHTB')}, **d.samples}.items():
        assert any(g.intersects(here) for g, _ in rows), code


def spaces(d):
    """The three spaces cover the region (to 1,000 m² of 1.1 million km²), do not overlap, and hold the boundaries, the plots and most of the red line."""
    assert abs(sum(area_m2(g) for r in d.zones.values() for g, _ in r) - area_m2(d.outline)) < 1e3
    assert not overlaps(d.zones)
    own = {code: unary_union([g for g, _ in rows]) for code, rows in d.zones.items()}
    skip = {p['bsm_a'] for p in d.planted}
    farm = prep(own['NYKJ'].union(own['CZKJ']))
    assert sum(area_m2(g.difference(own['CZKJ'])) for g, _ in d.lines['CZKFBJ']) < 1
    assert all(farm.contains(g) for g, v in d.lines['YJJBNTBHTB'] if v['BSM'] not in skip)
    red = unary_union([g for g, _ in d.lines['STBHHX']])
    assert area_m2(red.intersection(own['STKJ'])) > 0.95 * area_m2(red)


def plan(d):
    """The layout has one cluster of four, two poles, six points marked as inferred, a belt, two areas; the places are those of the tables, in or near the region."""
    kinds = {}
    for g, v in geojson('plan', 'layout.geojson'):
        kinds.setdefault(v['kind'], []).append((g, v))
        assert v['quote'] and v['section'] and v['coord_note'] and isinstance(v['targets'], list) and isinstance(v['inferred'], bool), v
    assert {k: len(x) for k, x in kinds.items()} == {'cluster_area': 1, 'cluster': 4, 'pole': 2, 'point': 6, 'secondary_point': 3, 'belt': 1, 'area': 2}
    assert all(v['inferred'] and '推断' in v['inference_note'] for k in ('point', 'secondary_point') for _, v in kinds[k])
    assert not any(v['inferred'] for k in ('cluster', 'pole') for _, v in kinds[k]) and all(v['positioning'] for k in ('cluster', 'pole', 'point') for _, v in kinds[k])
    assert all(g.geom_type == 'Point' for k in ('cluster', 'pole', 'point', 'secondary_point', 'area') for g, _ in kinds[k])
    places = geojson('plan', 'places.geojson')
    assert sum(v['kind'] == 'key_county' for _, v in places) == 70 and sum(v['kind'] == 'special_town' for _, v in places) == 43
    assert len({v['id'] for _, v in places}) == len(places)
    region = prep(d.outline.buffer(0.1))
    assert all((g.geom_type == 'LineString' or region.contains(g)) and v['quote'] and v['note'] and v['section'] for g, v in places)


def base_map(d):
    """The base map stays under 1 MB, is reference only, of its lines and areas none leaves the box; a place has a name, a kind, a rank and its source; the greatest lakes are where they are, by their names and nearly their sizes; every county has its seat, and every city of a prefecture is in or near the region."""
    water, towns = geojson('base', 'water.geojson'), geojson('base', 'towns.geojson')
    assert sum(os.path.getsize(at('base', f)) for f in os.listdir(at('base'))) < 1e6
    for file in ('water', 'towns'):
        with open(at('base', file + '.geojson'), encoding='utf-8') as f:
            assert '仅供参考' in json.load(f)['attribution'], file
    frame = box(*base.BOX).buffer(1e-3)
    kinds = {'sea': 'Polygon', 'lake': 'Polygon', 'river': 'LineString', 'intermittent': 'LineString'}
    for g, v in water:
        assert g.is_valid and frame.contains(g) and kinds[v['kind']] in g.geom_type and v['code'] in '1234', v
        assert bool(v['name']) == ('人工录入' in v.get('name_source', '')), v
    lakes = {v['name']: area_m2(g) / 1e6 for g, v in water if v['kind'] == 'lake' and v['name']}
    for name, (low, high) in {'呼伦湖': (1800, 2700), '贝尔湖': (550, 700), '达里诺尔': (180, 280), '岱海': (50, 200)}.items():
        assert low < lakes[name] < high, (name, lakes[name])
    yellow = unary_union([g for g, v in water if v['name'] == '黄河'])
    assert all(yellow.distance(Point(p)) * 111.2 < 15 for p in ((106.8, 39.7), (107.0, 40.3), (109.9, 40.5), (111.2, 39.4)))
    assert all(v['name'] and v['kind'] in ('city', 'county', 'town') and v['source'] for _, v in towns)
    near = d.outline.buffer(0.3)
    found = {v['name']: g for g, v in towns if v['kind'] != 'town'}
    assert {r['name'] for r in table('admin', 'counties.csv')} <= set(found)
    assert all(near.contains(found[name]) for name in base.CITIES.values())
    assert d.manifest['base'] == {'water': 'base/water.geojson', 'towns': 'base/towns.geojson'}


CHECKS = [sums, size, valid, manifest, fields, area_formula, counties, prefectures, share, synthetic, areas, county_codes,
          conflicts, seats, farmland, definitions, grassland, reserves, land_use, together, spaces, plan, base_map]


def main():
    d, failed = Data(), 0
    for check in CHECKS:
        start, sentence = time.time(), ' '.join(check.__doc__.split())
        try:
            check(d)
            print('ok    %s (%.1f s)' % (sentence, time.time() - start), flush=True)
        except AssertionError as e:
            failed += 1
            print('FAIL  %s [%s] %s' % (sentence, check.__name__, str(e)[:400]), flush=True)
    print('%d passed, %d failed' % (len(CHECKS) - failed, failed))
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
