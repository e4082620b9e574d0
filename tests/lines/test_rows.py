#!/usr/bin/env python3
"""src/lines/table.cmake: a line that is added to schema/layers.json is a row, and one that is wrong stops the build
with its name, before a program is made of it. Usage: test_rows.py CMAKE PROJECT"""
import copy
import json
import os
import subprocess
import sys
import tempfile
import unittest

CMAKE, PROJECT = sys.argv[1:3]
with open(os.path.join(PROJECT, 'schema/layers.json'), encoding='utf-8') as f:
    SCHEMA = json.load(f)


def control(schema, layer):
    return next(l for l in schema['layers'] if l['layer'] == layer)['control']


class Rows(unittest.TestCase):
    def make(self, schema):
        """The generated rows and counts, or what CMake said instead."""
        with tempfile.TemporaryDirectory() as folder:
            paths = [os.path.join(folder, n) for n in ('layers.json', 'rows.c', 'count.h')]
            with open(paths[0], 'w', encoding='utf-8') as f:
                json.dump(schema, f, ensure_ascii=False)
            done = subprocess.run([CMAKE, f'-DJSON={paths[0]}', f'-DOUT={paths[1]}', f'-DCOUNT={paths[2]}', '-P',
                                   os.path.join(PROJECT, 'src/lines/table.cmake')], capture_output=True, text=True)
            if done.returncode:
                return None, None, ' '.join(done.stderr.split())
            with open(paths[1], encoding='utf-8') as rows, open(paths[2], encoding='utf-8') as count:
                return rows.read(), count.read(), ''

    def test_every_row_with_control_is_a_line(self):
        rows, count, _ = self.make(SCHEMA)
        n = sum('control' in l for l in SCHEMA['layers'])
        self.assertIn(f'CONTROL_LINE_COUNT = {n},', count)
        self.assertEqual(rows.count('.id = '), n)

    def test_a_fourth_line_is_one_more_row(self):
        schema = copy.deepcopy(SCHEMA)
        added = copy.deepcopy(schema['layers'][1])
        added.update(layer='basic_grassland', standard='JBCY', title_zh='基本草原', title_en='Basic grassland')
        schema['layers'].append(added)
        rows, count, _ = self.make(schema)
        self.assertIn(f'CONTROL_LINE_COUNT = {1 + sum("control" in l for l in SCHEMA["layers"])},', count)
        self.assertIn('.id = "basic_grassland"', rows)

    def test_text_is_kept_to_the_letter(self):
        schema = copy.deepcopy(SCHEMA)
        control(schema, 'ecological_red_line')['texts']['held_then_zh'] = 'a "b" \\ c; [d]；%s'
        rows, _, _ = self.make(schema)
        self.assertIn(r'.held_then = "a \"b\" \\ c; [d]；%s"', rows)

    def test_a_wrong_row_stops_the_build_with_its_name(self):
        def unknown_relation(c): c['relation'] = 'near'
        def no_words(c): del c['texts']['held_en']
        def no_prefix(c): del c['prefix']
        def within_nothing(c): c['within'] = {'layer': 'lakes', 'zone': '湖内'}
        def no_outside(c): c.update(relation='contain')
        def no_colour(c): del c['symbol']['edge']
        for change, told in ((unknown_relation, 'exclude or contain'), (no_words, 'held_en'), (no_prefix, 'prefix'),
                             (within_nothing, 'lakes'), (no_outside, 'outside'), (no_colour, 'edge')):
            schema = copy.deepcopy(SCHEMA)
            change(control(schema, 'permanent_basic_farmland'))
            rows, _, said = self.make(schema)
            self.assertIsNone(rows, change.__name__)
            self.assertIn(told, said, change.__name__)


if __name__ == '__main__':
    unittest.main(argv=sys.argv[:1])
