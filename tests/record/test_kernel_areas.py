#!/usr/bin/env python3
"""A report of before a parcel's area became the one that the policy measures: it told the kernel's own sum, which differs in
the last printed digit where the parcel is as large as a county. Store, parcels and kept report are of that time
(示例数据); they are confirmed as they are, and not with a digit changed."""
import copy
import json
import lzma
import pathlib
import subprocess
import tempfile
import unittest

from office import PROGRAM

HERE = pathlib.Path(__file__).resolve().parent / 'kernel_areas'


class KernelAreas(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.dir = pathlib.Path(self.folder.name)
        (self.dir / 'store.sqlite').write_bytes(lzma.decompress((HERE / 'store.sqlite.xz').read_bytes()))
        self.report = json.loads((HERE / 'report.json').read_text(encoding='utf-8'))
        # Anything that writes upgrades the store to whatever is needed by then.
        self.run_in('layer', 'add', str(HERE.parents[2] / 'schema' / 'layers' / 'nature_reserve.json'))

    def tearDown(self):
        self.folder.cleanup()

    def run_in(self, *arguments, code=0):
        done = subprocess.run([PROGRAM, *arguments, '--store', 'store.sqlite'], cwd=self.dir, capture_output=True, text=True)
        self.assertEqual(code, done.returncode, done.stderr)
        return done.stdout

    def verify(self, report, code=0):
        (self.dir / 'report.json').write_text(json.dumps(report, ensure_ascii=False), encoding='utf-8')
        return json.loads(self.run_in('verify', 'report.json', '--format', 'json', code=code))

    def now(self):
        return json.loads(self.run_in('check', str(HERE / 'parcels.geojson'), '--format', 'json'))

    def test_the_report_of_then_is_made_again_to_the_last_digit(self):
        before = [p['area_m2'] for p in self.report['parcels']]
        after = [p['area_m2'] for p in self.now()['parcels']]
        for a, b in zip(before, after):
            self.assertNotEqual(a, b)   # or this test would protect nothing
            self.assertAlmostEqual(a, b, delta=0.00015)
        finding = self.verify(self.report)
        self.assertEqual(('identical', 0), (finding['finding'], finding['n_differences']), finding)

    def test_a_changed_digit_is_found_and_told_once(self):
        """Also one that takes the figure of today: the two arithmetics are not mixed."""
        today = self.now()['parcels'][0]['area_m2']
        for value in (today, self.report['parcels'][0]['area_m2'] - 0.0001):
            forged = copy.deepcopy(self.report)
            forged['parcels'][0]['area_m2'] = value
            finding = self.verify(forged, code=10)
            self.assertEqual('differs', finding['finding'], value)
            paths = [d['path'] for d in finding['differences'] if d['against'] == 'recomputed']
            self.assertEqual(len(paths), len(set(paths)), finding)

    def test_a_report_of_today_is_confirmed_by_todays_arithmetic(self):
        (self.dir / 'parcels.geojson').write_bytes((HERE / 'parcels.geojson').read_bytes())
        report = json.loads(self.run_in('check', 'parcels.geojson', '--format', 'json', '--keep', '--officer', '示例'))
        self.assertEqual('identical', self.verify(report)['finding'])
        inside = report['parcels'][0]['layers'][0]
        self.assertTrue(inside['inside'])
        self.assertEqual(report['parcels'][0]['area_m2'], inside['area_m2'])   # what lies in a line whole has its own area


if __name__ == '__main__':
    unittest.main()
