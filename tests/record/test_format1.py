#!/usr/bin/env python3
"""A report of format 1 (three lines, no claims) in a store of before definitions were data: both made by version 0.1.0
and kept here as they were. The store is upgraded, the report is still made again to the last digit, and what was changed
in it is still found."""
import copy
import json
import lzma
import pathlib
import subprocess
import tempfile
import unittest

from office import PROGRAM

HERE = pathlib.Path(__file__).resolve().parent / 'format1'
# What a later office may have added meanwhile: another layer, which the report of then knows nothing of.
LAYER = {'layer': 'quiet_zone', 'standard': 'JMQ', 'title_zh': '静默区', 'title_en': 'Quiet zone', 'kind': 'line', 'order': 5,
         'control': {'relation': 'exclude', 'must': True, 'symbol': {'fill': '#102030', 'edge': '#102030'},
                     'rules': [{'rule_id': 'QZ', 'sub_zone': '*', 'relation': 'overlap', 'project_class': '*',
                                'verdict': 'prohibited', 'severity': 4, 'title_zh': '压占静默区', 'legal_basis': '-',
                                'conf': 'design', 'source': '-'}]}}


class Format1(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.dir = pathlib.Path(self.folder.name)
        (self.dir / 'store.sqlite').write_bytes(lzma.decompress((HERE / 'store.sqlite.xz').read_bytes()))
        self.report = json.loads((HERE / 'report.json').read_text(encoding='utf-8'))

    def tearDown(self):
        self.folder.cleanup()

    def run_in(self, *arguments, code=0):
        done = subprocess.run([PROGRAM, *arguments, '--store', 'store.sqlite'], cwd=self.dir, capture_output=True, text=True)
        self.assertEqual(code, done.returncode, done.stderr)
        return done.stdout

    def upgrade(self):
        """Anything that writes upgrades the store."""
        (self.dir / 'quiet.json').write_text(json.dumps(LAYER, ensure_ascii=False), encoding='utf-8')
        self.run_in('layer', 'add', 'quiet.json')

    def verify(self, report, code=0):
        (self.dir / 'report.json').write_text(json.dumps(report, ensure_ascii=False), encoding='utf-8')
        return json.loads(self.run_in('verify', 'report.json', '--format', 'json', code=code))

    def test_a_report_of_before_is_made_again_as_it_was(self):
        self.assertNotIn('format', self.report)
        self.upgrade()
        finding = self.verify(self.report)
        self.assertEqual(('identical', 1), (finding['finding'], finding['record_id']), finding)
        chain = json.loads(self.run_in('records', 'verify', '--format', 'json'))
        self.assertTrue(chain['sound'], chain)

    def test_it_is_found_by_its_project_and_by_no_claim(self):
        """What was kept before there were claims has none, and is listed and found all the same."""
        self.upgrade()
        listed = json.loads(self.run_in('records', 'list', '--format', 'json'))
        self.assertEqual(listed, json.loads(self.run_in('records', 'list', '--project', '示例项', '--format', 'json')))
        self.assertEqual(listed, json.loads(self.run_in('records', 'list', '--class', 'LIMITED_ACTIVITY', '--format', 'json')))
        self.assertEqual(1, len(listed['records']))
        for option in (('--layer', 'STBHHX'), ('--document', '号'), ('--project', '别的')):
            self.assertEqual({'records': []}, json.loads(self.run_in('records', 'list', *option, '--format', 'json')), option)

    def test_what_was_changed_in_it_is_found(self):
        self.upgrade()
        for path in (('verdict',), ('parcels', 0, 'layers', 0, 'area_m2'), ('parameters_sha256',), ('project_class',)):
            forged = copy.deepcopy(self.report)
            place = forged
            for key in path[:-1]:
                place = place[key]
            place[path[-1]] = place[path[-1]] + 1 if isinstance(place[path[-1]], float) else 'allowed'
            self.assertEqual('differs', self.verify(forged, code=10)['finding'], path)

    def test_a_report_of_a_later_format_is_not_guessed_at(self):
        self.upgrade()
        later = dict(self.report, format=99)
        (self.dir / 'report.json').write_text(json.dumps(later), encoding='utf-8')
        done = subprocess.run([PROGRAM, 'verify', 'report.json', '--store', 'store.sqlite'], cwd=self.dir,
                              capture_output=True, text=True)
        self.assertNotEqual(0, done.returncode)
        self.assertIn('99', done.stderr)

    def test_a_new_check_there_knows_the_new_layer_and_has_the_new_number(self):
        """The layer must be examined and holds nothing: the verdict is unknown, or worse."""
        self.upgrade()
        (self.dir / 'p.geojson').write_text(json.dumps(
            {'type': 'Polygon', 'coordinates': [[[112, 41], [112.001, 41], [112.001, 41.001], [112, 41.001], [112, 41]]]}))
        report = json.loads(self.run_in('check', 'p.geojson', '--format', 'json', '--keep', '--officer', '张三'))
        self.assertEqual(2, report['format'])
        self.assertEqual('quiet_zone', report['parcels'][0]['layers'][0]['layer'])
        self.assertEqual('unknown', report['verdict'])
        self.assertEqual('identical', self.verify(report)['finding'])


if __name__ == '__main__':
    unittest.main()
