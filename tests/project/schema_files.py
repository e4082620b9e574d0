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

RULE_COLUMNS = ['rule_id', 'layer', 'sub_zone', 'relation', 'project_class', 'verdict', 'verdict_zh', 'severity',
                'title_zh', 'title_en', 'needs_zh', 'needs_en', 'legal_basis', 'conf', 'source']
VERDICTS = {'prohibited', 'restricted', 'notice', 'unknown', 'allowed'}


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
                self.assertIn(rule['project_class'], classes | {'*'})
                self.assertRegex(rule['severity'], r'^\d$')
                self.assertTrue(rule['legal_basis'] and rule['source'], 'a rule names its basis and where it was read')

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
