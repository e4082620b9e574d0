"""The plan's layout and places as GeoJSON, from the tables in geodata/plan/; quotes, chapters and sections stay as they are there.

A place is drawn where the seats of counties or GeoNames have it; what has no such place is listed in unplaced.csv with the reason.
Lines run straight from place to place, and say so (示意)."""
import csv
import json
import re

from shapely.geometry import LineString, Point, shape
from shapely.ops import unary_union

import admin
import plan_index
from common import as_multi, log, path, rounded, write_geojson
from plan_units import Units

# where the plan's cities are drawn: county code of the seat, or a GeoNames id
CITY = {'呼和浩特市': 'gn:2036892', '包头市': '150203', '鄂尔多斯市': '150603', '乌兰察布市': '150902', '赤峰市': '150402',
        '通辽市': '150502', '呼伦贝尔市': '150702', '乌兰浩特市': '152201', '锡林浩特市': '152502', '巴彦淖尔市': '150802',
        '乌海市': '150302', '巴彦浩特镇': '152921', '满洲里市': '150781', '二连浩特市': '152501'}
IDS = {'呼和浩特市': 'hohhot', '包头市': 'baotou', '鄂尔多斯市': 'ordos', '乌兰察布市': 'ulanqab', '赤峰市': 'chifeng',
       '通辽市': 'tongliao', '呼伦贝尔市': 'hulunbuir', '乌兰浩特市': 'ulanhot', '锡林浩特市': 'xilinhot', '巴彦淖尔市': 'bayannur',
       '乌海市': 'wuhai', '巴彦浩特镇': 'bayanhot', '满洲里市': 'manzhouli', '二连浩特市': 'erenhot', '甘其毛都口岸': 'ganqimaodu',
       '扎（兰屯）阿（荣旗）莫（旗）城镇带': 'zhaamo', '乌海及周边地区资源型产业转型发展示范区': 'wuhai',
       '河套灌区特色优势产业高质量发展引领区': 'hetao'}
TYPE_OF = {'乌兰浩特市': '兴安盟', '锡林浩特市': '锡林郭勒盟', '巴彦浩特镇': '阿拉善盟'}     # the plan types the league, not the town
BY_HAND = (107.57, 42.40)    # 甘其毛都
PLACE = {      # names in the tables that are not a county's or a city's full name
    '赤峰市元宝山区': '150403', '大杨树镇': 'gn:2037741', '赤峰市中心城区': '150402', '喀喇沁旗锦山镇': '150428',
    '呼和浩特新机场': 'gn:2036892', '巴彦淖尔机场': '150802', '甘其毛都': BY_HAND, '甘其毛都口岸': BY_HAND,
    '乌拉山镇': '150823', '隆兴昌镇': '150821', '巴彦高勒镇': '150822', '陕坝镇': '150826', '兴安盟': '152201',
    '呼和浩特': 'gn:2036892', '包头': '150203', '鄂尔多斯': '150603', '赤峰': '150402', '通辽': '150502', '集宁': '150902',
    '乌兰浩特': '152201', '锡林浩特': '152502', '二连浩特': '152501', '满洲里': '150781', '海拉尔': '150702', '阿尔山': '152202',
    '巴彦浩特': '152921', '凉城': '150925', '白音查干': '150928',
    '大同': 'gn:2037799', '惠农': 'gn:8596383', '延安': 'gn:1787765', '榆林': 'gn:1785777', '银川': 'gn:1786657',
    '白城': 'gn:2038569', '朔州': 'gn:1794328', '太原': 'gn:1793511', '齐齐哈尔': 'gn:2035265', '长春': 'gn:2038180',
}
NOTES = {      # beside where the coordinates are from
    '呼和浩特新机场': '规划没有给出机场的位置', '巴彦淖尔机场': '规划没有给出机场的位置', '兴安盟': '画在盟行政公署驻地乌兰浩特市',
    '白音查干—乌兰浩特': '白音查干取察哈尔右翼后旗驻地白音察干镇（推断）；规划：二广高速公路集阿联络线',
    '白城—阿尔山（芒罕屯—阿尔山段）': '芒罕屯不在所用地名数据中，画出的是白城至阿尔山', '包头—惠农': '规划：包银高铁包头至惠农段',
}
NO_PLACE = {   # why a name has no place; every other name without one stops the making
    '鄂托克旗经济开发区': '不在所用地名数据中', '双河新区': '不在所用地名数据中', '乌斯太镇': '不在所用地名数据中',
    '伊利现代智慧健康谷': '不在所用地名数据中', '呼和浩特南站': '不在所用地名数据中', '呼和浩特市第一医院': '不在所用地名数据中',
    '太子城': '不在所用地名数据中', '东台子水库': '不在所用地名数据中', '引绰济辽': '工程，规划没有给出线路', '引绰济辽二期': '工程，规划没有给出线路',
    'LXB供水内蒙古支线': '工程，规划没有给出线路', '引嫩济锡': '工程，规划没有给出线路', '中心城市': '不是一处地方', '沿边城镇': '不是一处地方',
    '大兴安岭南麓': '不是一处地方', '阴山北麓': '不是一处地方', '黄河流域': '不是一处地方', '乌海市及周边地区': '不是一处地方',
    '呼包鄂乌城市群': '见规划布局中的城市群', '莫斯科': '在图幅之外', '蒙西': '不是一处地方',
}
AT_SEAT = '位置为旗县驻地，示意'
SCHEMATIC = '两地之间的直线，示意，不是线路走向'


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

    def key(self, name):
        """Where a name of the tables is drawn; None for one of NO_PLACE."""
        key = PLACE.get(name) or CITY.get(name) or (self.by_name[name]['code'] if name in self.by_name else None)
        if key is None and name not in NO_PLACE:
            raise SystemExit('plan: no place is known for %s; add it to PLACE or, with the reason, to NO_PLACE' % name)
        return key

    def at(self, key):
        """(lon, lat, note) of a county code, a GeoNames id or a pair entered by hand."""
        if isinstance(key, tuple):
            return (*key, '手工录入，约 ±10 km，仅供显示')
        if key.startswith('gn:'):
            return (*admin.geonames(key[3:]), '城市中心点，GeoNames %s（CC BY 4.0）' % key[3:])
        u = self.by_code[key]
        return u['lon'], u['lat'], '位置取%s驻地（%s），示意' % (u['name'], u['seat_source'])

    def line(self, names):
        """(LineString, []) through the places of the names, or (None, those without a place)."""
        lost = [n for n in names if self.key(n) is None]
        return (None, lost) if lost else (LineString([self.at(self.key(n))[:2] for n in names]), [])


class Layout:
    def __init__(self, places):
        self.places, self.out, self.units = places, [], Units(_csv('../admin/counties.csv'))
        self.types = {r['place']: r for r in _csv('city-types.csv')}
        self.positions, self.targets = {}, {}
        for r in _csv('positioning.csv'):
            self.positions.setdefault(r['place'], []).append({'text': r['positioning'], 'section': r['section']})
        for r in _csv('targets.csv'):
            self.targets.setdefault(r['scope'], []).append({k: r[k] for k in ('indicator', 'year', 'op', 'value', 'unit', 'section', 'quote')})

    def add(self, geometry, kind, name, role, said, note, inferred=False, **more):
        """`said`: what the plan says of it, {quote, section}."""
        t = self.types.get(TYPE_OF.get(name, name), {})
        self.out.append((geometry, {
            'id': '%s-%s' % (kind.replace('_', '-'), IDS.get(name, 'area')), 'name': name, 'kind': kind, 'role': role,
            'type_zh': t.get('type_zh', ''), 'type_of': t.get('place', ''), 'policy': t.get('policy', ''),
            'positioning': self.positions.get(name, []), 'targets': self.targets.get(name, []), 'inferred': inferred,
            'unit': self._unit(name), 'quote': said['quote'], 'section': said['section'], 'coord_note': note, **more}))

    def _unit(self, name):
        """The code of the one unit that the name means; '' for a cluster or a belt."""
        codes = list(self.units.named(name))
        return codes[0] if len(codes) == 1 else ''

    def point(self, name, kind, role, said, at=None, **more):
        lon, lat, note = self.places.at(self.places.key(at or name))
        self.add(Point(lon, lat), kind, name, role, said, note, **more)


def _cluster(out, doc, prefs):
    group = doc['yi_qun']
    area = rounded(as_multi(unary_union([g for g, p in prefs if p['XZQMC'] in {m['name'] for m in group['members']}]).simplify(0.01)))
    assert area.is_valid
    out.add(area, 'cluster_area', group['name'], '城市群', doc['pattern']['quotes'][0], '四个盟市界线合并简化，仅供参考；' + group['circle']['note'],
            facts=group['facts'], circle=group['circle'], related=group['related'])
    for m in group['members']:
        out.point(m['name'], 'cluster', m['role'], m)


def layout(places, prefs):
    doc, out = _json('layout.json'), Layout(places)
    poles, points = doc['liang_ji'], doc['duo_dian']
    _cluster(out, doc, prefs)
    for m in poles['members']:
        out.point(m['name'], 'pole', '区域中心城市', poles['quotes'][0], facts=poles['quotes'][1:])
    for m in points['members']:
        box = {'quote': out.positions[m['name']][0]['text'], 'section': out.positions[m['name']][0]['section']}
        named = (m.get('core') or m['name']).rstrip('市区') in points['quotes'][0]['quote']
        out.point(m['name'], 'point', '中小城市（多点，推断）', points['quotes'][0] if named else box, inferred=True,
                  inference_note='推断：规划未列出“多点”名单；此点见专栏2。')
    for m in points['secondary_points']:
        out.point(m['name'], 'secondary_point', '口岸城市等（推断）', m, inferred=True, inference_note='推断：规划未列出“多点”名单。')
    for b in points['belts']:
        line, lost = places.line(b['members'])
        assert not lost
        out.add(line, 'belt', b['name'], '城镇带', b, SCHEMATIC, members=b['members'])
    for b in points['areas']:
        out.point(b['name'], 'area', b['role'], b, at=b['centre'], members=[b['centre'], *b['nodes']], open=b.get('open', ''))
    write_geojson(path('plan', 'layout.geojson'), 'layout', out.out)
    log('plan layout: %d features' % len(out.out))


class Towns:
    """The features of places.geojson, and what could not be drawn."""
    def __init__(self, places):
        self.places, self.out, self.unplaced = places, [], []

    def point(self, kind, fid, name, key, r, **more):
        lon, lat, src = self.places.at(key)
        u = self.places.by_code.get(key) if isinstance(key, str) else None
        note = '；'.join(x for x in (NOTES.get(name), AT_SEAT if u else src) if x)
        self.out.append((Point(lon, lat), {'id': fid, 'kind': kind, 'name': name, 'county': u['name'] if u else '', 'code': u['code'] if u else '',
                                           'section': r['section'], 'quote': r['quote'], 'note': note, **more}))

    def line(self, kind, fid, name, stops, r, **more):
        line, lost = self.places.line(stops)
        if lost:
            self.lose(r, name, lost)
            return
        note = '；'.join(x for x in (NOTES.get(name), SCHEMATIC) if x)
        self.out.append((line, {'id': fid, 'kind': kind, 'name': name, 'county': '', 'code': '', 'section': r['section'], 'quote': r['quote'],
                                'note': note, **more}))

    def lose(self, r, name, lost):
        why = '；'.join('%s：%s' % (n, NO_PLACE[n]) for n in lost)
        self.unplaced.append((name, r.get('kind_zh') or r['relation'], why, r['section'], r['quote']))


def _stops(name):
    """The places of a line's name: A—B—C; what is in brackets tells a part of it."""
    return re.sub(r'（.*）', '', name).split('—')


def _nodes(t):
    for i, r in enumerate(_csv('nodes.csv')):
        fid, name = 'node-%03d' % (i + 1), r['name']
        more = {k: r[k] for k in ('kind_zh', 'kind_en', 'status', 'open')}
        if '—' in name:
            # 蒙西 is no place, so that where its lines end does not matter
            stops = _stops(name)
            t.lose(r, name, stops[:1]) if stops[0] in NO_PLACE else t.line(r['theme'], fid, name, stops, r, **more)
        elif t.places.key(name) is None:
            t.lose(r, name, [name])
        else:
            t.point(r['theme'], fid, name, t.places.key(name), r, **more)


def towns(places):
    t = Towns(places)
    for r in _csv('key-counties.csv'):
        t.point('key_county', 'key-county-%02d' % int(r['seq']), r['county'] + r['town'], r['xzqdm'], r, box='专栏3',
                class_zh=r['class_zh'], population=r['population'], prefecture=r['mengshi'], open=r['open'])
    for r in _csv('special-towns.csv'):
        t.point('special_town', 'special-town-%02d' % int(r['seq']), r['name'], r['xzqdm'] or CITY[r['mengshi']], r, box='专栏7',
                category=r['category'], prefecture=r['mengshi'], county_source=r['county_source'],
                **({} if r['xzqdm'] else {'county': '', 'code': '', 'note': '位置为盟市驻地，示意'}))
    for i, r in enumerate(_csv('integration-pairs.csv')):
        t.line('pair', 'pair-%02d' % (i + 1), '%s—%s' % (r['a'], r['b']), [r['a'], r['b']], r, kind_zh=r['relation'], open=r['open'])
    _nodes(t)
    write_geojson(path('plan', 'places.geojson'), 'places', t.out)
    plan_index.write('unplaced.csv', ['name', 'kind_zh', 'reason', 'section', 'quote'], t.unplaced)
    log('plan places: %d drawn' % len(t.out))


def make(units, prefs):
    places = Places(units)
    layout(places, prefs)
    towns(places)
    plan_index.make()
