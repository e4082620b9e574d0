#!/usr/bin/env python3
"""A control layer that nobody thought of when the program was written: its definition and its data are added, and every
door speaks of it. A definition that is wrong changes nothing. Usage: test_new_layer.py PROGRAM"""
import collections
import csv
import json
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unittest
import urllib.request
import xml.etree.ElementTree

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / 'http'))
import fixture  # noqa: E402

PROGRAM = sys.argv.pop(1)


def rule(rule_id, zone, project_class, verdict, **more):
    return {'rule_id': rule_id, 'sub_zone': zone, 'relation': 'overlap', 'project_class': project_class, 'verdict': verdict,
            'severity': 3, 'title_zh': '压占静默区' + zone, 'title_en': 'In the quiet zone', 'needs_zh': '附意见',
            'legal_basis': '静默区办法', 'conf': 'design', 'source': '-', **more}


def definition(**control):
    return {'layer': 'quiet_zone', 'standard': 'JMQ', 'title_zh': '静默区', 'title_en': 'Quiet zone', 'kind': 'line',
            'order': 45, 'fields': {'id': ['BSM'], 'name': ['MC'], 'zone': ['FQ']},
            'control': {'relation': 'exclude', 'name_en': 'quiet zone',
                        'zones': [{'name': '一级', 'has': '一级', 'absolute': True},
                                  {'name': '二级', 'has': '', 'has_not': ['一级']}],
                        'symbol': {'fill': '#80b1d3', 'edge': '#1f78b4'},
                        'rules': [rule('QZ-1', '一级', '*', 'prohibited'), rule('QZ-2', '二级', 'GENERAL', 'restricted'),
                                  rule('QZ-2-LINE', '二级', 'LINEAR_NO_LAND', 'notice')], **control}}


QUIET = fixture.collection(fixture.feature((111.90, 40.50, 111.91, 40.51), BSM='Q-1', MC='甲', FQ='一级'),
                           fixture.feature((111.91, 40.50, 111.92, 40.51), BSM='Q-2', MC='乙', FQ='二级'))
PARCELS = fixture.collection(fixture.feature((111.905, 40.502, 111.908, 40.505), 地块编号='一'),
                             fixture.feature((111.912, 40.502, 111.915, 40.505), 地块编号='二'))


class NewLayer(unittest.TestCase):
    loaded = None  # a folder as load leaves it

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.dir = pathlib.Path(self.folder.name)
        self.store = fixture.make_store(PROGRAM, self.dir)
        fixture.write_json(self.dir / 'parcels.geojson', PARCELS)

    def tearDown(self):
        self.folder.cleanup()

    def run_in(self, *arguments, code=0):
        done = subprocess.run([PROGRAM, *arguments, '--store', str(self.store)], cwd=self.dir, capture_output=True, text=True)
        self.assertEqual(code, done.returncode, done.stderr + done.stdout)
        return done

    def add(self, what, code=0):
        fixture.write_json(self.dir / 'new.json', what)
        return self.run_in('layer', 'add', 'new.json', code=code)

    def load(self):
        """Added and imported by the first test that wants it; the others copy that."""
        if NewLayer.loaded:
            shutil.copytree(NewLayer.loaded, self.dir, dirs_exist_ok=True)
            return
        self.add(definition())
        fixture.write_json(self.dir / 'quiet.geojson', QUIET)
        fixture.write_json(self.dir / 'cover.geojson', fixture.collection(fixture.feature(fixture.COVERAGE, BSM='C')))
        self.run_in('import', 'quiet.geojson', '--layer', 'quiet_zone', '--coverage', 'cover.geojson', '--document', '文1')
        NewLayer.loaded = tempfile.mkdtemp(prefix='hongxian-new-layer-')
        self.addClassCleanup(shutil.rmtree, NewLayer.loaded)
        shutil.copytree(self.dir, NewLayer.loaded, dirs_exist_ok=True)

    def check(self, *arguments):
        return json.loads(self.run_in('check', 'parcels.geojson', '--format', 'json', *arguments).stdout)

    @staticmethod
    def layer_of(report, parcel=0):
        return next((l for l in report['parcels'][parcel]['layers'] if l['layer'] == 'quiet_zone'), None)

    def test_defined_without_data_it_is_listed_and_not_examined(self):
        before = self.check()
        self.add(definition())
        report = self.check()
        self.assertIsNone(self.layer_of(report))
        self.assertIn('quiet_zone', [l['layer'] for l in report['not_examined']])
        self.assertEqual(before['verdict'], report['verdict'])
        for form in ('text', 'csv', 'html'):
            said = self.run_in('check', 'parcels.geojson', '--format', form).stdout
            self.assertRegex(said, r'未审查[^\n]*静默区', form)
        shapes = json.loads(self.run_in('check', 'parcels.geojson', '--format', 'geojson').stdout)
        for told in (shapes, *(f['properties'] for f in shapes['features'] if f['properties']['kind'] == 'parcel')):
            self.assertIn('静默区', told['not_examined_zh'].split('、'))

    def test_what_must_be_examined_and_holds_nothing_leaves_the_verdict_unknown(self):
        self.add(definition(must=True))
        report = self.check()
        self.assertEqual(('not_covered', 'unknown'), (self.layer_of(report)['status'], report['parcels'][1]['verdict']))

    def test_every_form_of_a_check_speaks_of_it(self):
        self.load()
        report = self.check()
        one, two = self.layer_of(report, 0), self.layer_of(report, 1)
        self.assertEqual(['QZ-1'], [r['id'] for r in one['rules']])
        self.assertEqual('prohibited', report['parcels'][0]['verdict'])
        self.assertEqual(['QZ-2'], [r['id'] for r in two['rules']])
        self.assertAlmostEqual(report['parcels'][1]['area_m2'], two['area_m2'], places=2)
        for form in ('text', 'csv', 'html'):
            said = self.run_in('check', 'parcels.geojson', '--format', form).stdout
            for word in ('静默区', 'QZ-1', 'Q-1', f'{one["area_m2"]:.2f}'):
                self.assertIn(word, said, form)
        shapes = json.loads(self.run_in('check', 'parcels.geojson', '--format', 'geojson').stdout)
        self.assertIn('quiet_zone', [f['properties'].get('layer') for f in shapes['features']])

    def test_a_claim_on_it_is_judged_by_its_own_rules(self):
        self.load()
        report = self.check('--claim', '静默区=LINEAR_NO_LAND')
        rule_of = self.layer_of(report, 1)['rules'][0]
        self.assertEqual(('QZ-2-LINE', 'notice', 'restricted', True),
                         (rule_of['id'], rule_of['verdict'], rule_of['verdict_here'], rule_of['paper_missing']))
        self.assertEqual(['quiet_zone'], [t['layer'] for t in report['parcels'][1]['todo']])
        shapes = json.loads(self.run_in('check', 'parcels.geojson', '--format', 'geojson', '--claim', '静默区=LINEAR_NO_LAND').stdout)
        self.assertEqual(report['parcels'][1]['todo'][0]['zh'], shapes['features'][1]['properties']['to_bring_zh'])
        self.assertEqual('prohibited', report['parcels'][0]['verdict'])  # absolute: no claim opens it
        report = self.check('--claim', 'JMQ=LINEAR_NO_LAND:文3号@2026-05-01@某局')
        self.assertEqual('notice', self.layer_of(report, 1)['verdict'])
        self.assertEqual([], report['parcels'][1]['todo'])
        self.run_in('check', 'parcels.geojson', '--claim', 'quiet_zone=RURAL', code=1)

    def test_an_audit_has_its_columns_and_its_conflicts_are_none_unless_named(self):
        self.load()
        self.run_in('audit', 'parcels', 'parcels.geojson', '-o', 'out.csv')
        with open(self.dir / 'out.csv', encoding='utf-8-sig', newline='') as f:
            rows = list(csv.DictReader(f))
        self.assertEqual([('overlap', 'prohibited'), ('overlap', 'restricted')],
                         [(r['quiet_zone_status'], r['verdict']) for r in rows])
        report = self.check()
        for i, row in enumerate(rows):
            self.assertAlmostEqual(self.layer_of(report, i)['area_m2'], float(row['quiet_zone_m2']), places=3)

    def test_a_kept_report_is_made_again_after_the_definition_has_changed(self):
        self.load()
        report = json.loads(self.run_in('check', 'parcels.geojson', '--format', 'json', '--keep', '--officer', '张三').stdout)
        self.add(definition(rules=[rule('QZ-1', '一级', '*', 'notice'), rule('QZ-2', '二级', 'GENERAL', 'notice')]))
        self.assertEqual('notice', self.layer_of(self.check())['verdict'])
        fixture.write_json(self.dir / 'report.json', report)
        finding = json.loads(self.run_in('verify', 'report.json', '--format', 'json').stdout)
        self.assertEqual('identical', finding['finding'], finding)

    def test_a_desktop_gis_finds_it_with_its_symbol(self):
        self.load()
        with sqlite3.connect(self.store) as db:
            styles = dict(db.execute("SELECT f_table_name, styleQML FROM layer_styles WHERE f_table_name IN ('quiet_zone', '静默区')"))
        self.assertEqual({'quiet_zone', '静默区'}, set(styles))
        for style in styles.values():
            self.assertIn('128,177,211,', style)

    # Zones that are drawn each in its own colour: what begins with 一级 is not 二级, whatever else its name has.
    COLOURS = {'一级': (0xe4, 0x1a, 0x1c), '二级': (0x4d, 0xaf, 0x4a)}

    def load_coloured(self):
        good = definition()
        for zone in good['control']['zones']:
            zone['fill'] = '#%02x%02x%02x' % self.COLOURS[zone['name']]
        good['control']['symbol']['alpha'] = 1
        self.load()
        self.add(good)

    def test_zones_have_their_colours_in_a_desktop_gis(self):
        """The style is one symbol for each zone; its expression, run by SQLite over the view, gives the zones that a check finds."""
        self.load_coloured()
        with sqlite3.connect(self.store) as db:
            styles = db.execute("SELECT f_table_name, styleQML FROM layer_styles WHERE f_table_name IN ('quiet_zone', '静默区')").fetchall()
            self.assertEqual(4, len(styles))
            for view, text in styles:
                renderer = xml.etree.ElementTree.fromstring(text).find('renderer-v2')
                found = dict(db.execute(f"""SELECT {'"标识码"' if view == '静默区' else 'code'}, {renderer.get('attr')} FROM "{view}" """))
                self.assertEqual({'Q-1': '一级', 'Q-2': '二级'}, found)
                symbols = {s.get('name'): s.find(".//prop[@k='color']").get('v') for s in renderer.iter('symbol')}
                drawn = {c.get('value'): symbols[c.get('symbol')] for c in renderer.iter('category')}
                self.assertEqual({'': '128,177,211,255', '一级': '228,26,28,255', '二级': '77,175,74,255'}, drawn)
        db.close()

    def test_zones_have_their_colours_on_paper(self):
        """On the map of a PDF each zone is drawn in its colour, and the legend names those that are on the map."""
        if not shutil.which('pdftoppm'):
            self.skipTest('pdftoppm is not installed')
        self.load_coloured()
        self.run_in('check', 'parcels.geojson', '--format', 'pdf', '-o', 'report.pdf')
        subprocess.run(['pdftoppm', '-r', '50', 'report.pdf', 'page'], cwd=self.dir, check=True)
        seen = collections.Counter()
        for page in self.dir.glob('page*.ppm'):
            pixels = page.read_bytes().split(b'\n', 3)[3]
            seen.update(pixels[i:i + 3] for i in range(0, len(pixels), 3))
        for zone, colour in self.COLOURS.items():
            self.assertGreater(seen[bytes(colour)], 200, zone)   # an area, not the frame of a letter
        text = subprocess.run(['pdftotext', '-layout', 'report.pdf', '-'], cwd=self.dir, check=True, capture_output=True, text=True).stdout
        legend = text[text.index('图例'):][:600]
        self.assertLess(legend.index('静默区'), legend.index('一级'))
        self.assertIn('二级', legend)

    @fixture.runs.whole_under_sanitizers
    def test_the_page_is_told_the_colours(self):
        self.load_coloured()
        server = fixture.Server(PROGRAM, '--store', str(self.store))
        try:
            with urllib.request.urlopen(f'http://{server.host}:{server.port}/layers') as answer:
                layers = json.load(answer)['layers']
        finally:
            server.stop()
        zones = next(layer for layer in layers if layer['id'] == 'quiet_zone')['zones']
        self.assertEqual({'一级': '#e41a1c', '二级': '#4daf4a'}, {z['zh']: z['fill'] for z in zones})

    @fixture.runs.whole_under_sanitizers
    def test_a_wrong_definition_changes_nothing(self):
        self.load()
        before = self.run_in('layer', 'history').stdout, self.check()
        good = definition()
        wrong = {
            'relation': definition(relation='surround'),
            'colour': definition(symbol={'fill': 'grass', 'edge': '#000000'}),
            'colour of a zone': definition(zones=[dict(z, fill='red') for z in good['control']['zones']]),
            'no colour of a zone': definition(zones=[dict(z, fill='') for z in good['control']['zones']]),
            'member': dict(good, colour='green'),
            'official name': dict(good, title_zh='生态保护红线'),
            'official table': dict(good, standard='STBHHX'),
            'zone of a rule': definition(rules=good['control']['rules'] + [rule('QZ-9', '三级', '*', 'notice')]),
            'class': definition(rules=good['control']['rules'] + [rule('QZ-9', '二级', 'ROYALTY', 'notice')]),
            'fallback': definition(rules=[rule('QZ-1', '一级', '*', 'prohibited')]),
            'same rule id': definition(rules=good['control']['rules'] + [rule('ERL-GEN', '二级', 'RURAL', 'notice')]),
            'circle': definition(within={'layer': 'quiet_zone', 'zone': '一级'}),
            'unknown layer': definition(apart_from=['nowhere']),
            'verdict': definition(rules=[rule('QZ-1', '一级', '*', 'maybe'), rule('QZ-2', '二级', 'GENERAL', 'notice')]),
        }
        for what, text in wrong.items():
            said = self.add(text, code=1).stderr
            self.assertTrue(said.strip(), what)
            self.assertNotIn('QZ-2-LINE', said, what)
        (self.dir / 'new.json').write_text('{"layer": "quiet_zone",', encoding='utf-8')
        self.run_in('layer', 'add', 'new.json', code=1)
        self.assertEqual(before, (self.run_in('layer', 'history').stdout, self.check()))

    def test_two_that_name_each_other_are_added_together(self):
        other = dict(definition(apart_from=['quiet_zone'], rules=[rule('LZ-1', '一级', '*', 'prohibited'),
                                                                  rule('LZ-2', '二级', 'GENERAL', 'restricted')]),
                     layer='loud_zone', standard='XNQ', title_zh='喧闹区', title_en='Loud zone', order=46)
        fixture.write_json(self.dir / 'a.json', definition(apart_from=['loud_zone']))
        fixture.write_json(self.dir / 'b.json', other)
        self.run_in('layer', 'add', 'a.json', code=1)
        self.run_in('layer', 'add', 'a.json', 'b.json')
        self.assertIn('loud_zone', self.run_in('layer', 'list').stdout)


if __name__ == '__main__':
    unittest.main()
