#!/usr/bin/env python3
"""The files of schema/ are what programs that read them expect, and agree with each other and with the routes."""
import csv
import json
import re
import unittest

import tree

try:
    import yaml
except ImportError:
    yaml = None
try:
    import jsonschema
except ImportError:
    jsonschema = None

RULE_COLUMNS = ['rule_id', 'layer', 'sub_zone', 'relation', 'project_class', 'verdict', 'verdict_zh', 'severity',
                'title_zh', 'title_en', 'needs_zh', 'needs_en', 'legal_basis', 'conf', 'source', 'unit', 'beside']
VERDICTS = {'prohibited', 'restricted', 'notice', 'unknown', 'allowed'}
VERDICT_ZH = {'prohibited': '禁止', 'restricted': '限制', 'notice': '提示', 'unknown': '未知', 'allowed': '允许'}


def resolve(document, ref):
    for part in ref.removeprefix('#/').split('/'):
        document = document[part.replace('~1', '/').replace('~0', '~')]
    return document


def refs(node):
    if isinstance(node, dict):
        if isinstance(node.get('$ref'), str):
            yield node['$ref']
        node = list(node.values())
    if isinstance(node, list):
        for child in node:
            yield from refs(child)


class SchemaFiles(unittest.TestCase):
    def test_json_files(self):
        for name in tree.files('schema', ends=('.json',)):
            with self.subTest(name):
                json.loads(tree.text(name))

    def test_report_schema_refers_to_what_is_there(self):
        schema = json.loads(tree.text('schema/report.schema.json'))
        self.assertEqual('https://json-schema.org/draft/2020-12/schema', schema['$schema'])
        for ref in refs(schema):
            self.assertTrue(resolve(schema, ref), ref)

    def test_rules(self):
        with open(tree.path('schema/rules.csv'), encoding='utf-8', newline='') as f:
            rows = list(csv.reader(f, strict=True))
        self.assertEqual(RULE_COLUMNS, rows[0])
        classes = {c['code'] for c in json.loads(tree.text('schema/project_classes.json'))['project_classes']}
        ids = [r[0] for r in rows[1:]]
        self.assertEqual(len(ids), len(set(ids)), 'rule_id repeats')
        for row in rows[1:]:
            with self.subTest(row[0]):
                self.assertEqual(len(RULE_COLUMNS), len(row))
                rule = dict(zip(RULE_COLUMNS, row))
                self.assertIn(rule['verdict'], VERDICTS)
                self.assertEqual(VERDICT_ZH[rule['verdict']], rule['verdict_zh'])
                self.assertRegex(rule['unit'], r'^(\d{4}(\d{2})?(\|\d{4}(\d{2})?)*)?$')
                self.assertIn(rule['beside'], ('', 'yes'))
                self.assertIn(rule['project_class'], classes | {'*'})
                self.assertRegex(rule['severity'], r'^\d$')
                self.assertTrue(rule['legal_basis'] and rule['source'], 'a rule names its basis and where it was read')

    def test_classes_and_their_lists(self):
        data = json.loads(tree.text('schema/project_classes.json'))
        by_code = {c['code']: c for c in data['project_classes']}
        self.assertEqual(len(by_code), len(data['project_classes']))
        self.assertEqual(data['limited_human_activities_10']['items'], by_code['LIMITED_ACTIVITY']['items'])
        self.assertEqual(data['national_major_7']['items'], [i['zh'] for i in by_code['NATIONAL_MAJOR']['items']])
        for c in data['project_classes']:
            self.assertEqual({'paper_zh', 'paper_en', 'conf'} & set(c), {'paper_zh', 'paper_en', 'conf'} if 'paper_zh' in c else set(), c['code'])

    def definitions(self):
        found = {}
        for name in tree.files('schema/layers', ends=('.json',)):
            own = json.loads(tree.text(name))
            self.assertEqual(name, 'schema/layers/%s.json' % own['layer'])
            found[own['layer']] = own
        self.assertGreater(len(found), 25)
        return found

    @unittest.skipIf(jsonschema is None, 'needs python3-jsonschema')
    def test_definitions_by_their_schema(self):
        check = jsonschema.Draft202012Validator(json.loads(tree.text('schema/layer.schema.json')))
        for layer, own in self.definitions().items():
            self.assertEqual([], [e.message for e in check.iter_errors(own)], layer)

    def test_definitions_agree_with_each_other(self):
        all_ = self.definitions()
        lines = {k: d['control'] for k, d in all_.items() if d['kind'] == 'line'}
        for member in (lambda d: d['order'], lambda d: d['standard'] if d['kind'] != 'admin' else d['layer'],
                       lambda d: d.get('control', {}).get('prefix', d['layer'])):
            values = [member(d) for d in all_.values()]
            self.assertEqual(len(values), len(set(values)))
        names = [a.casefold() for d in all_.values() for a in d['aliases']]
        self.assertEqual(len(names), len(set(names)), 'an alias of two layers')
        self.assertEqual(['ecological_red_line', 'permanent_basic_farmland', 'urban_development_boundary'],
                         sorted((k for k, c in lines.items() if c['must']), key=lambda k: all_[k]['order']))
        for layer, c in lines.items():
            for other in c.get('apart_from', []):
                self.assertIn(other, lines, layer)
            for key in ('within', 'space'):
                self.assertIn(c.get(key, {}).get('layer', layer), all_, layer)
            colours = c['symbol']['fill'], c['symbol']['edge']
            self.assertEqual([layer], [k for k, d in lines.items() if (d['symbol']['fill'], d['symbol']['edge']) == colours])

    def test_rules_of_definitions_leave_nothing_without_a_row(self):
        classes = {c['code'] for c in json.loads(tree.text('schema/project_classes.json'))['project_classes']}
        with open(tree.path('schema/rules.csv'), encoding='utf-8', newline='') as f:
            shared = list(csv.DictReader(f))
        ids = [r['rule_id'] for r in shared]
        for layer, d in self.definitions().items():
            if d['kind'] != 'line':
                continue
            c, standard = d['control'], d['standard']
            own = c.get('rules', [])
            ids += [r['rule_id'] for r in own]
            rows = own + [r for r in shared if standard in r['layer'].split('|')]
            zones = [z['name'] for z in c.get('zones', [])]
            named = {*zones, c.get('outside', {}).get('zone', '*'), c.get('within', {}).get('zone', '*'), '*'}
            there = {(r['relation'], r['sub_zone'], r['project_class']) for r in rows if not r.get('beside') and not r.get('unit')}
            with self.subTest(layer):
                self.assertEqual(len(there), sum(not r.get('beside') and not r.get('unit') for r in rows), 'two rows for one situation')
                for r in rows:
                    self.assertIn(r['sub_zone'], named, r['rule_id'])
                    self.assertIn(r['project_class'], classes | {'*'}, r['rule_id'])
                    self.assertTrue((r['legal_basis'] == '-') == (r['conf'] == 'design'), r['rule_id'])

                def needed(relation, zone, *wanted):
                    self.assertTrue(any((relation, zone, k) in there for k in wanted), (relation, zone, wanted))
                if c['relation'] == 'exclude' and not zones:
                    needed('overlap', '*', 'GENERAL', '*')
                for z in c.get('zones', []) if c['relation'] == 'exclude' else []:
                    needed('overlap', z['name'], '*', *([] if z.get('absolute') else ['GENERAL']))
                if c['relation'] == 'contain':
                    for z in zones:
                        needed('inside', z, '*')
                    needed('outside', c['outside']['zone'], 'UNKNOWN')
                    needed('outside', c['outside']['zone'], '*')
        self.assertEqual(len(ids), len(set(ids)), 'rule_id repeats')

    def test_migrations_are_numbered_and_embedded(self):
        names = [n.split('/')[-1] for n in tree.files('schema', ends=('.sql',))]
        numbers = [int(n[:3]) for n in names]
        self.assertEqual(sorted(set(numbers)), numbers)
        newest = int(re.search(r'STORE_SCHEMA_VERSION = (\d+)', tree.text('src/store/sql.h')).group(1))
        self.assertEqual(newest, numbers[-1], 'the newest migration and STORE_SCHEMA_VERSION')
        self.assertEqual(names, re.findall(r'/schema/(\d+[^/]*\.sql)', tree.text('src/store/CMakeLists.txt')))

    @unittest.skipIf(yaml is None, 'needs python3-yaml')
    def test_openapi(self):
        api = yaml.safe_load(tree.text('schema/openapi.yaml'))
        self.assertRegex(api['openapi'], r'^3\.1\.')
        for ref in refs(api):
            if ref.startswith('#'):
                self.assertTrue(resolve(api, ref), ref)
        told = {(method.upper(), route) for route, methods in api['paths'].items() for method in methods
                if method in ('get', 'post', 'put', 'delete', 'patch')}
        routes = set(re.findall(r'^\s*\{"(GET|POST|PUT|DELETE|PATCH)", "(/[^"]*)"', tree.text('src/http/route.c'), re.M))
        self.assertEqual(routes, told, 'src/http/route.c and schema/openapi.yaml tell different routes')


if __name__ == '__main__':
    unittest.main()
