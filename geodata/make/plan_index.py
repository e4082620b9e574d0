"""What the plan's text says of whom, and where each of its numbers went: sentences.csv, units.csv, coverage.csv.

units.csv has a row for every unit and every sentence that names it, so that nothing which the plan says of a unit can be left out;
`topics` are the data of the other tables that were taken from that sentence and are of that unit."""
import csv
import json
import re

from common import log, path
from plan_text import Text, bare
from plan_units import Units

NUMBER = re.compile(r'\d+(?:\.\d+)?')


def table(name):
    with open(path('plan', name), encoding='utf-8') as f:
        return json.load(f) if name.endswith('.json') else list(csv.DictReader(f))


def write(name, head, rows):
    with open(path('plan', name), 'w', encoding='utf-8', newline='') as f:
        w = csv.writer(f, lineterminator='\n')
        w.writerow(head)
        w.writerows(rows)
    log('wrote plan/%s: %d rows' % (name, len(rows)))


def _target(r):
    sign = {'=': '', '': ''}.get(r['op'], r['op'])
    return '%s：%s%s%s%s%s' % (r['nature'], r['indicator'], '（%s）' % r['year'] if r['year'] else '', sign and ' ' + sign, ' ' + r['value'], r['unit'])


def data():
    """[(table, key, whom, topic, quote, section)] of every datum in the tables; `whom` is searched for names of units."""
    out = []

    def add(name, rows, key, whom, topic, quote=lambda r: r['quote']):
        out.extend((name, key(r), whom(r), topic(r), quote(r), r['section']) for r in rows)
    add('targets', table('targets.csv'), lambda r: '/'.join(x for x in (r['indicator'], r['scope'], r['year']) if x), lambda r: r['scope'], _target)
    add('nodes', table('nodes.csv'), lambda r: r['kind_zh'] + '/' + r['name'], lambda r: r['name'],
        lambda r: '%s：%s%s' % (r['kind_zh'], r['name'], '（%s）' % r['status'] if r['status'] else ''))
    add('positioning', table('positioning.csv'), lambda r: r['place'], lambda r: r['place'], lambda r: '定位：' + r['place'])
    add('city_types', table('city-types.csv'), lambda r: r['place'], lambda r: r['place'], lambda r: '%s城市（%s）' % (r['type_zh'], r['policy']))
    add('key_counties', table('key-counties.csv'), lambda r: r['county'], lambda r: r['county'],
        lambda r: '重点县城：%s%s（%s，人口%s）' % (r['county'], r['town'], r['class_zh'], r['population']))
    add('special_towns', table('special-towns.csv'), lambda r: r['name'], lambda r: r['county'] or r['mengshi'], lambda r: '特色小镇（%s）：%s' % (r['category'], r['name']))
    add('integration_pairs', table('integration-pairs.csv'), lambda r: r['a'] + '—' + r['b'], lambda r: r['a'] + '、' + r['b'],
        lambda r: '%s：%s—%s' % (r['relation'], r['a'], r['b']))
    add('smart_city', table('smart-city.json'), lambda r: r['project'], lambda r: '、'.join(r['members']), lambda r: '智慧城市：' + r['project'])
    add('three_lines', table('three-lines.json'), lambda r: r['id'], lambda r: r['quote'], lambda r: '三区三线：' + r['topic'])
    layout = table('layout.json')
    many = layout['duo_dian']
    add('layout', layout['yi_qun']['members'], lambda r: r['name'], lambda r: r['name'], lambda r: '一群：' + r['role'])
    add('layout', layout['yi_qun']['facts'], lambda r: '呼包鄂乌城市群', lambda r: '呼包鄂乌', lambda r: '一群')
    add('layout', layout['yi_qun']['related'], lambda r: r['name'], lambda r: r['name'], lambda r: r['name'])
    add('layout', layout['liang_ji']['quotes'], lambda r: '两极', lambda r: '赤峰通辽', lambda r: '两极')
    add('layout', many['quotes'], lambda r: '多点', lambda r: r['quote'], lambda r: '中心城区综合承载能力')
    add('layout', many['belts'] + many['areas'], lambda r: r['name'], lambda r: r['quote'], lambda r: r['name'])
    return out


def _unit_rows(text, units, rows):
    """(code, sentence, words, topics) of every sentence that names the unit, and of every datum that is its own."""
    named = {s.no: units.with_parents(units.named(s.text)) for s in text.sentences}
    topics = {}
    for _, _, whom, topic, quote, section in rows:
        for code in units.with_parents(units.named(whom)):
            for s in text.find(quote, section):
                if bare(quote) in s.text or s.text in bare(quote):
                    topics.setdefault((code, s.no), []).append(topic)
                    named[s.no].setdefault(code, '')
    for s in text.sentences:
        for code, words in named[s.no].items():
            yield code, s, words, topics.get((code, s.no), [])


def _how(units, code, words, topics):
    """How the sentence is known to be of the unit; where it does not name it, by what goes before, or (towns of 专栏7) by us."""
    if words:
        return units.how(code, words)
    return '推断' if all(t.startswith('特色小镇') for t in topics) else '承上文'


def _reason(reasons, s, number):
    """Why a number of a sentence is no datum: a row of numbers-not-data.csv."""
    return next((r['reason'] for r in reasons if r['words'] in s.text and number in NUMBER.findall(r['words'])), '')


def _coverage(text, rows):
    """(section, number, sentence no, the data that have it, or the reason why none does) of every number of the text."""
    reasons = table('numbers-not-data.csv')
    spans = []
    for name, key, _, _, quote, section in rows:
        q, at = bare(quote), -1
        while (at := text.whole.find(q, at + 1)) >= 0:
            spans.append((at, at + len(q), name + ':' + key))
    targets = table('targets.csv')
    holds = {'targets:' + '/'.join(x for x in (r['indicator'], r['scope'], r['year']) if x):
             set(NUMBER.findall(r['value'] + ' ' + r['year'] + ' ' + r['indicator'] + ' ' + r['scope'])) for r in targets}
    for s, start in zip(text.sentences, text.starts):
        for m in NUMBER.finditer(s.text):
            at = start + m.start()
            where = sorted({k for a, b, k in spans if a <= at and at + len(m.group()) <= b
                            and (m.group() in holds[k] if k in holds else True)})
            reason = '' if where else _reason(reasons, s, m.group())
            yield s.where, m.group(), s.no, '；'.join(where), reason


def make():
    with open(path('admin', 'counties.csv'), encoding='utf-8') as f:
        units = Units(csv.DictReader(f))
    text, rows = Text(), data()
    write('sentences.csv', ['no', 'section', 'sentence'], [(s.no, s.where, s.text) for s in text.sentences])
    own = sorted(_unit_rows(text, units, rows), key=lambda r: (r[0], r[1].no))
    write('units.csv', ['code', 'name', 'sentence_no', 'words', 'how', 'topics'],
          [(c, units.name[c], s.no, w, _how(units, c, w, t), json.dumps(list(dict.fromkeys(t)), ensure_ascii=False)) for c, s, w, t in own])
    write('coverage.csv', ['section', 'number', 'sentence_no', 'data', 'reason'], list(_coverage(text, rows)))
