"""The plan's layout and places as GeoJSON, from the tables in geodata/plan/. Quotes stay as they are in the tables."""
import csv
import json

from shapely.geometry import LineString, Point, shape
from shapely.ops import unary_union

import admin
from common import as_multi, log, path, rounded, write_geojson

# where the plan's cities are drawn: county code of the seat, or a GeoNames id
CITY = {'呼和浩特市': 'gn:2036892', '包头市': '150203', '鄂尔多斯市': '150603', '乌兰察布市': '150902', '赤峰市': '150402',
        '通辽市': '150502', '呼伦贝尔市': '150702', '乌兰浩特市': '152201', '锡林浩特市': '152502', '巴彦淖尔市': '150802',
        '乌海市': '150302', '巴彦浩特镇': '152921', '满洲里市': '150781', '二连浩特市': '152501'}
IDS = {'呼和浩特市': 'hohhot', '包头市': 'baotou', '鄂尔多斯市': 'ordos', '乌兰察布市': 'ulanqab', '赤峰市': 'chifeng',
       '通辽市': 'tongliao', '呼伦贝尔市': 'hulunbuir', '乌兰浩特市': 'ulanhot', '锡林浩特市': 'xilinhot', '巴彦淖尔市': 'bayannur',
       '乌海市': 'wuhai', '巴彦浩特镇': 'bayanhot', '满洲里市': 'manzhouli', '二连浩特市': 'erenhot', '甘其毛都口岸': 'ganqimaodu'}
TYPE_OF = {'乌兰浩特市': '兴安盟', '锡林浩特市': '锡林郭勒盟', '巴彦浩特镇': '阿拉善盟'}     # the plan types the league, not the town
BELT_PATHS = {   # drawn order; a pair of numbers is by hand, ±10 km
    '扎（兰屯）阿（荣旗）莫（旗）城镇带': ('belt-zhaamo', ['150783', '150721', '150722']),
    '乌海及周边城镇一体化': ('belt-wuhai', [(106.70, 39.44), '150302', (107.03, 39.38)]),
    '河套灌区特色优势产业高质量发展引领区': ('belt-hetao', ['150823', '150821', '150802', '150826', '150822']),
}
NODE_AT = {      # names in nodes.csv that are not a county's or a city's full name
    '二连浩特': '152501', '满洲里': '150781', '赤峰市元宝山区': '150403', '大杨树镇': 'gn:2037741', '呼和浩特市(国家)': 'gn:2036892',
    '通辽市(自治区)': '150502', '清水河': '150124', '武川': '150125', '和林县': '150123', '土左旗': '150121',
    '呼和浩特新机场': 'gn:2036892', '巴彦淖尔机场': '150802', '甘其毛都': (107.57, 42.40),
}
AT_SEAT = '位置为旗县驻地，示意'


def _json(name):
    with open(path('plan', name), encoding='utf-8') as f:
        return json.load(f)


def _csv(name):
    with open(path('plan', name), encoding='utf-8') as f:
        return list(csv.DictReader(f))


class Places:
    def __init__(self, units):
        self.by_code = {u['code']: u for u in units}
        self.by_name = {u['name']: u for u in units}

    def at(self, key):
        """(lon, lat, note) of a county code, a GeoNames id or a pair entered by hand."""
        if isinstance(key, tuple):
            return (*key, '手工录入，约 ±10 km，仅供显示')
        if key.startswith('gn:'):
            return (*admin.geonames(key[3:]), '城市中心点，GeoNames %s（CC BY 4.0）' % key[3:])
        u = self.by_code[key]
        return u['lon'], u['lat'], '位置取%s驻地（%s），示意' % (u['name'], u['seat_source'])


def layout(places, prefs):
    doc, types, boxes = _json('layout.json'), {r['place']: r for r in _csv('city-types.csv')}, {r['place']: r for r in _csv('positioning.csv')}
    targets = {}
    for r in _csv('targets.csv'):
        targets.setdefault(r['scope'], []).append({k: r[k] for k in ('indicator', 'year', 'op', 'value', 'unit', 'quote')})
    out = []

    def props(fid, name, kind, role, quote, inferred, note, **more):
        t = types.get(TYPE_OF.get(name, name), {})
        return {'id': fid, 'name': name, 'kind': kind, 'role': role, 'type_zh': t.get('type_zh', ''), 'type_of': t.get('place', ''),
                'policy': t.get('policy', ''), 'positioning': boxes.get(name, {}).get('positioning', ''),
                'targets': targets.get(name, []), 'inferred': inferred, 'quote': quote, 'coord_note': note, **more}

    def point(m, kind, role, quote, inferred, **more):
        key = CITY.get(m['name'])
        lon, lat, note = places.at(key) if key else (m['lon'], m['lat'], '约 ±5 km，仅供显示')
        out.append((Point(lon, lat), props('%s-%s' % (kind.replace('_', '-'), IDS[m['name']]), m['name'], kind, role, quote, inferred, note, **more)))

    group, poles, points = doc['yi_qun'], doc['liang_ji'], doc['duo_dian']
    area = as_multi(unary_union([g for g, p in prefs if p['XZQMC'] in {m['name'] for m in group['members']}]).simplify(0.01))
    area = rounded(area)
    assert area.is_valid
    out.append((area, props('cluster-area', group['name'], 'cluster_area', '城市群', doc['pattern']['quotes'][0], False,
                            '四个盟市界线合并简化，仅供参考', facts=group['facts'])))
    for m in group['members']:
        point(m, 'cluster', m['role'], m['quote'], False)
    for m in poles['members']:
        point(m, 'pole', '区域中心城市', poles['quotes'][0], False)
    for m in points['members']:
        box = boxes[m['name']]['positioning']
        named = (m.get('core') or m['name']).rstrip('市区') in points['quotes'][0]
        point(m, 'point', '中小城市（多点，推断）', points['quotes'][0] if named else box, True, inference_note='推断：规划未列出“多点”名单；此点见专栏2。')
    for m in points['secondary_points']:
        point(m, 'secondary_point', '口岸城市等（推断）', m['why'], True, inference_note='推断：规划未列出“多点”名单。')
    for b in points['belts']:
        fid, keys = BELT_PATHS[b['name']]
        line = LineString([places.at(k)[:2] for k in keys])
        out.append((line, props(fid, b['name'], 'belt', '城镇带', b['quote'], False, '连线仅为示意，不是规划图上的线',
                                members=b.get('members') or [b['centre'], *b['nodes']])))
    write_geojson(path('plan', 'layout.geojson'), 'layout', out)
    log('plan layout: %d features' % len(out))


def towns(places):
    boxes = {b['no']: b['title'] for b in _json('document.json')['annex_boxes']}
    out, unplaced = [], []

    def add(kind, fid, name, key, quote, **more):
        lon, lat, src = places.at(key)
        u = places.by_code.get(key) if isinstance(key, str) else None
        out.append((Point(lon, lat), {'id': fid, 'kind': kind, 'name': name, 'county': u['name'] if u else '', 'code': u['code'] if u else '',
                                      'quote': quote, 'note': AT_SEAT if u else src, **more}))
    for r in _csv('key-counties.csv'):
        add('key_county', 'key-county-%02d' % int(r['seq']), r['county'] + r['town'], r['xzqdm'], boxes[3], box='专栏3',
            class_zh=r['class_zh'], population=r['population'], prefecture=r['mengshi'])
    for r in _csv('special-towns.csv'):
        add('special_town', 'special-town-%02d' % int(r['seq']), r['name'], r['xzqdm'] or CITY[r['mengshi']], boxes[7], box='专栏7',
            category=r['category'], prefecture=r['mengshi'], county_source=r['county_source'],
            **({} if r['xzqdm'] else {'county': '', 'code': '', 'note': '位置为盟市驻地，示意'}))
    for i, r in enumerate(_csv('nodes.csv')):
        n = r['name']
        key = NODE_AT.get(n) or CITY.get(n) or (places.by_name[n]['code'] if n in places.by_name else None)
        if key is None:
            unplaced.append(n)
            continue
        add('node', 'node-%02d' % (i + 1), n, key, r['quote'], kind_zh=r['kind_zh'], kind_en=r['kind_en'], status=r['status'])
    write_geojson(path('plan', 'places.geojson'), 'places', out)
    log('plan places: %d points; not places: %s' % (len(out), '、'.join(unplaced)))


def make(units, prefs):
    places = Places(units)
    layout(places, prefs)
    towns(places)
