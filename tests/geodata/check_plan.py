#!/usr/bin/env python3
"""Checks geodata/plan against the plan's own text, geodata/plan/text.txt. Any Python: python3 tests/geodata/check_plan.py
Prints one sentence for each protected property; exits 1 if any is broken. It reads the text in its own way, not by geodata/make."""
import collections
import csv
import hashlib
import json
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PLAN = os.path.join(ROOT, 'geodata', 'plan')
TEXT_SHA256 = '39fdacc20e82f2aa8a25db2ab7e346f65ca9b45c52ab2861147b1056573c00ac'
# The word of the sentence, and what it makes of the value. Whatever reached a value is a floor as a target and a figure as a fact.
FLOORS, CAPS, ABOUT = ('达到', '以上', '不低于', '建成', '满'), ('以内', '见绿', '见园'), ('左右', '近', '约', '基本', '总体')
LISTS = {'targets.csv', 'nodes.csv', 'positioning.csv', 'city-types.csv', 'key-counties.csv', 'special-towns.csv', 'integration-pairs.csv',
         'three-lines.json', 'smart-city.json', 'layout.json', 'layout.geojson', 'places.geojson', 'unplaced.csv'}


def bare(text):
    return re.sub(r'\s+', '', text)


def read(name):
    with open(os.path.join(PLAN, name), encoding='utf-8') as f:
        return list(csv.DictReader(f)) if name.endswith('.csv') else json.load(f)


def sections():
    """{chapter and section: its whole text, boxes and all}, and the whole text; page numbers left out."""
    with open(os.path.join(PLAN, 'text.txt'), encoding='utf-8') as f:
        lines = [x for x in f if not re.fullmatch(r'\s*-\s*\d+\s*-\s*', x)]
    out, chapter, where = collections.defaultdict(str), '', '前言'
    for line in lines:
        head = re.match(r'\s*(第[一二三四五六七八九]章|第[一二三四五六七八九]节)\s', line)
        if head and head.group(1).endswith('章'):
            chapter = where = head.group(1)
        elif head:
            where = chapter + head.group(1)
        out[where] += bare(line)
    return out, bare(''.join(lines))


SECTIONS, WHOLE = sections()


def quoted(value, section=None):
    """Every (quote, section) in a table, however deep; lists of rules are quotes of their row's section."""
    if isinstance(value, list):
        for v in value:
            yield from quoted(v, section)
    elif isinstance(value, dict):
        section = value.get('section', section)
        for key, v in value.items():
            if key == 'quote':
                yield v, section
            elif key in ('rules', 'text', 'heading') and not isinstance(v, dict):
                for text in v if isinstance(v, list) else [v]:
                    yield text, section if key != 'heading' else None
            else:
                yield from quoted(v, section)


def stands(quote, section):
    """Whether a quote stands in the section, and for one of a box after the box's heading."""
    place, _, box = (section or '').partition('·')
    body = SECTIONS[place] if place else WHOLE
    if box:
        body = body[body.index(box):]
    return bool(bare(quote)) and bare(quote) in body


# ------------------------------------------------------------------ the properties, each a sentence
def text():
    """The text is the one that was read: its SHA-256, nine chapters, nine boxes."""
    with open(os.path.join(PLAN, 'text.txt'), 'rb') as f:
        assert hashlib.sha256(f.read()).hexdigest() == TEXT_SHA256
    assert len({s[:3] for s in SECTIONS if s != '前言'}) == 9
    assert all('专栏%d' % n in WHOLE for n in range(1, 10)) and '专栏10' not in WHOLE


def quotes():
    """Every sentence that is quoted anywhere in geodata/plan stands in the plan's text, in the chapter and section that are given."""
    there = {f for f in os.listdir(PLAN) if f.endswith(('.csv', '.json', '.geojson'))}
    n = collections.Counter()
    for name in sorted(there):
        for quote, section in quoted(read(name)):
            assert stands(quote, section), (name, section, quote)
            assert section or name in ('layout.json', 'document.json'), (name, quote)
            n[name] += 1
    assert LISTS <= set(n), LISTS - set(n)


def made_up():
    """A made-up quote, and a true one of another section, are told."""
    assert not stands('城镇用水普及率达到98%', '第六章第五节') and not stands('城镇用水普及率达到99%', '第六章第四节')
    assert not stands('', '第六章第五节') and stands('城镇用水普及率达到 99%', '第六章第五节')


def sentences():
    """The sentences, one after the other, are the whole text, and each carries its section."""
    rows = read('sentences.csv')
    assert ''.join(r['sentence'] for r in rows) == WHOLE
    for r in rows:
        assert stands(r['sentence'], r['section'] if r['section'] != '前言' else '前言'), r
    assert [r['no'] for r in rows] == [str(i + 1) for i in range(len(rows))]


def operators():
    """The operator of every figure follows from a word of its sentence: floors pass what is better, caps what is less."""
    seen = set()
    for r in read('targets.csv'):
        word, fact = r['words'], r['nature'] in ('现状', '测算')
        assert word and word in bare(r['quote']), r
        number = re.fullmatch(r'[\d.]+', r['value'])
        assert r['value'] in bare(r['quote']) or not number, r
        if word in ABOUT:
            want = {'≈'}
        elif word == '超过':
            want = {'>'}
        elif word in CAPS:
            want = {'<='}
        elif word in FLOORS and not fact and number:
            want = {'>='}
        else:
            want = {'=', ''}
        assert r['op'] in want, (r, want)
        seen.add(r['op'])
    assert seen == {'', '=', '≈', '<=', '>=', '>'}


def years():
    """A figure has a year only where its sentence, or the passage's head (到2025年，…), says one."""
    rows = read('targets.csv')
    for r in rows:
        body = SECTIONS[r['section'].split('·')[0]]
        sentence = [s for s in re.split('。', body) if bare(r['quote']).split('。')[0] in s]
        assert r['section'] and sentence, r
        if r['year_from'] == '句':
            assert any(r['year'] in s for s in sentence), r
        elif r['year_from'] == '段':
            before = body[:body.index(bare(r['quote']))]
            assert re.findall(r'到(20\d\d)年', before)[-1] == r['year'] and not any(re.search(r'到20\d\d年', s) for s in sentence), r
        else:
            assert r['year'] == '', r
    of = {(r['indicator'], r['nature']): r for r in rows}
    for indicator in ('城镇用水普及率', '城镇燃气普及率', '消防水鹤完好率', '健康城市示范市'):
        assert of[indicator, '目标']['year'] == '' and of[indicator, '目标']['op'] == '>=', indicator
    share = of['划入生态保护红线的国土空间比例', '现状']
    assert share['year'] == '' and share['value'] == '50.46'


def share():
    """The red line's share that audits compare with is the plan's 50.46 %, from the definition, with its section and no year."""
    with open(os.path.join(ROOT, 'schema', 'layers', 'ecological_red_line.json'), encoding='utf-8') as f:
        planned = json.load(f)['control']['planned_share']
    row = next(r for r in read('targets.csv') if r['value'] == '50.46')
    assert abs(planned['value'] * 100 - float(row['value'])) < 1e-9 and row['section'] in planned['source'] and '无年份' in planned['source']


def numbers():
    """Every number of the text is in coverage.csv, with the data that quote it or the reason why it is no datum."""
    want = collections.Counter(re.findall(r'\d+(?:\.\d+)?', WHOLE))
    rows = read('coverage.csv')
    assert collections.Counter(r['number'] for r in rows) == want
    tables = {'targets': 'targets.csv', 'nodes': 'nodes.csv', 'positioning': 'positioning.csv', 'key_counties': 'key-counties.csv',
              'special_towns': 'special-towns.csv', 'three_lines': 'three-lines.json', 'layout': 'layout.json'}
    lines = {r['no']: r['sentence'] for r in read('sentences.csv')}
    reasons = {r['reason'] for r in read('numbers-not-data.csv')}
    for r in rows:
        assert bool(r['data']) != bool(r['reason']) and r['number'] in lines[r['sentence_no']], r
        assert not r['reason'] or r['reason'] in reasons, r
        for datum in filter(None, r['data'].split('；')):
            own = [q for q, _ in quoted(read(tables[datum.split(':', 1)[0]])) if r['number'] in q]
            assert any(bare(q) in lines[r['sentence_no']] or lines[r['sentence_no']] in bare(q) for q in own), (r, datum)


def measured():
    """Numbers with a unit of measure are figures of targets.csv (or of the towns' classes), not merely mentioned."""
    held = {(n, r['section']) for r in read('targets.csv') for n in re.findall(r'\d+(?:\.\d+)?', r['value'] + r['indicator'] + r['scope'])}
    for section, body in SECTIONS.items():
        for n in re.findall(r'(\d+(?:\.\d+)?)(?:%|％|万|个百分点|平方米|条出市)', body):
            boxes = {section} | {'%s·专栏%d' % (section, i) for i in range(1, 10)}
            assert any((n, s) in held for s in boxes) or n in ('20', '50'), (section, n)


def status():
    """Status is the plan's own word, in a column of its own, and an open list (等) says that it is one."""
    for r in read('nodes.csv'):
        assert r['status'] in bare(r['quote']) and r['open'] in ('', '等') and r['open'] in r['quote'] and r['theme'], r
        assert not re.search(r'[(（](国家|自治区)[)）]', r['name'] + r['kind_zh']), r
    check = {r['name']: r['status'] for r in read('nodes.csv') if r['kind_zh'] == '城市体检'}
    assert check == {'呼和浩特市': '国家试点', '通辽市': '自治区试点'}
    assert all(r['open'] == '等' for r in read('key-counties.csv')[1:])


def cluster():
    """What is said of 呼包鄂榆 is no fact of 呼包鄂乌, and only 扎阿莫 is a belt of towns; 增减挂钩 is not in the text and in no table."""
    layout = read('layout.json')
    assert not any('呼包鄂榆' in f['quote'] for f in layout['yi_qun']['facts'])
    assert [b['name'] for b in layout['duo_dian']['belts']] == ['扎（兰屯）阿（荣旗）莫（旗）城镇带']
    assert [a['role'] for a in layout['duo_dian']['areas']] == ['示范区', '引领区']
    assert all(bare(a['name']).rstrip() in bare(a['quote']) for a in layout['duo_dian']['areas'])
    assert '增减挂钩' not in WHOLE and not any('增减挂钩' in json.dumps(read(n), ensure_ascii=False) for n in sorted(LISTS))
    places = {r['place'] for r in read('positioning.csv')}
    assert {'赤峰市', '通辽市', '东胜区', '康巴什区'} <= places


def called(code, name):
    """As the plan calls a unit: whole, or without 市, 区, 县 or 旗 where what is left means nothing else; 呼包鄂乌 and the like."""
    stem, short = name[:-1], {'150302': '', '150502': '', '150624': ''}.get(code, name[:-1])   # 科尔沁 and 鄂托克 begin other names
    words = [name] + [short] * (len(stem) >= 3 and bool(short)) + [stem] * (stem in ('包头', '赤峰', '通辽', '乌海', '临河', '集宁', '凉城', '武川'))
    clusters = {'150100': '呼包鄂', '150200': '呼包鄂', '150600': '呼包鄂', '150900': '呼包鄂乌'}
    others = {'150724': '鄂温克旗', '152921': '阿左旗', '150121': '土左旗', '150123': '和林县', '150783': '扎（兰屯）', '150721': '阿（荣旗）', '150722': '莫（旗）',
              '150824': '甘其毛都', '150821': '隆兴昌镇', '150823': '乌拉山镇', '150826': '陕坝镇', '150822': '巴彦高勒镇', '150723': '大杨树镇'}
    return words + [w for w in (clusters.get(code), others.get(code)) if w]


def units():
    """Every sentence that names a 盟市 or a 旗县 is on that unit's page, and what is on a page names it, or says by what else it is there."""
    with open(os.path.join(ROOT, 'geodata', 'admin', 'counties.csv'), encoding='utf-8') as f:
        counties = list(csv.DictReader(f))
    names = {r['code']: r['name'] for r in counties} | {r['prefecture_code']: r['prefecture_name'] for r in counties}
    rows = collections.defaultdict(dict)
    for r in read('units.csv'):
        assert r['name'] == names[r['code']], r
        rows[r['code']][r['sentence_no']] = r
    text = {r['no']: r['sentence'] for r in read('sentences.csv')}
    for code, name in names.items():
        said = {no for no, s in text.items() if any(w in s for w in called(code, name))}
        assert said <= set(rows[code]), (name, said - set(rows[code]))
    for r in counties:
        above = rows[r['prefecture_code']]
        assert set(rows[r['code']]) <= set(above), (r['name'], set(rows[r['code']]) - set(above))
    for code, own in rows.items():
        for no, r in own.items():
            assert r['words'] in text[no] and (r['words'] or r['how'] in ('承上文', '推断')), r
    assert len(rows) > 100 and not rows['150105']      # 赛罕区 is not named


def nothing_lost():
    """Each node and pair of the tables is drawn or listed with the reason why not, and every line says that it is schematic."""
    features = [f for f in read('places.geojson')['features']]
    drawn = collections.Counter((f['properties']['name'], f['properties'].get('kind_zh')) for f in features)
    lost = collections.Counter((r['name'], r['kind_zh']) for r in read('unplaced.csv'))
    want = collections.Counter((r['name'], r['kind_zh']) for r in read('nodes.csv'))
    want += collections.Counter((r['a'] + '—' + r['b'], r['relation']) for r in read('integration-pairs.csv'))
    assert drawn + lost - want == collections.Counter({k: v for k, v in drawn.items() if k[1] is None}), (drawn + lost) - want
    assert not want - (drawn + lost), want - (drawn + lost)
    assert all(r['reason'] for r in read('unplaced.csv'))
    assert all('示意' in f['properties']['note'] for f in features if f['geometry']['type'] == 'LineString')


CHECKS = [text, quotes, made_up, sentences, operators, years, share, numbers, measured, status, cluster, units, nothing_lost]


def main():
    failed = 0
    for check in CHECKS:
        sentence = ' '.join(check.__doc__.split())
        try:
            check()
            print('ok    %s' % sentence, flush=True)
        except AssertionError as e:
            failed += 1
            print('FAIL  %s [%s] %s' % (sentence, check.__name__, str(e)[:600]), flush=True)
    print('%d passed, %d failed' % (len(CHECKS) - failed, failed))
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
