#!/usr/bin/env python3
"""A report recomputed from what it names: identical, what differs, or what is missing."""
import copy
import http.client
import json
import shutil
import unittest

from office import PROGRAM, Office, fixture, parameters_digest, runs


def leaves(value, path=()):
    """Every number, text and truth value of a report, by its path."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, (*path, key))
    elif isinstance(value, list):
        for i, inner in enumerate(value):
            yield from leaves(inner, (*path, i))
    else:
        yield path, value


def changed(report, path):
    forged = copy.deepcopy(report)
    place = forged
    for key in path[:-1]:
        place = place[key]
    old = place[path[-1]]
    place[path[-1]] = (not old if isinstance(old, bool) else old + 1 if isinstance(old, int) else
                       round(old + 0.01, 6) if isinstance(old, float) else 'x' if old in ('', None) else old + 'x')
    return forged


class Verify(unittest.TestCase):
    def setUp(self):
        self.office = Office()

    def tearDown(self):
        self.office.close()

    def test_a_kept_report_is_identical(self):
        for name in runs.some_under_sanitizers(('pressing', 'outside'), ('pressing', 'clear', 'farm', 'outside')):
            for project_class in runs.small_or_whole(('GENERAL', None), ('GENERAL', 'RURAL', 'LIMITED_ACTIVITY', None)):
                report = self.office.check(name, *(('--class', project_class) if project_class else ()))
                code, finding = self.office.verify(report)
                self.assertEqual((0, 'identical'), (code, finding['finding']), finding)
                self.assertEqual(report['record']['id'], finding['record_id'])
        exported = self.office.run('records', 'export', '1').stdout
        self.assertEqual(0, self.office.verify(exported)[0])

    def test_every_single_change_of_a_kept_report_is_caught(self):
        """By a server, which is started once; that the command says the same is asked of some."""
        report = self.office.check('pressing')
        paths = [p for p, _ in leaves(report)]
        self.assertGreater(len(paths), 100)
        server = fixture.Server(PROGRAM, '--store', self.office.store, '--allow-records')
        self.addCleanup(server.stop)
        connection = http.client.HTTPConnection(server.host, server.port)
        self.addCleanup(connection.close)
        for i, path in enumerate(paths[::runs.some_under_sanitizers(7, 1)]):
            forged = changed(report, path)
            connection.request('POST', '/verify', json.dumps(forged))
            answer = connection.getresponse()
            finding = json.loads(answer.read())
            if path == ('format',):  # of a later format nothing is guessed
                self.assertEqual('report-format', finding['code'], finding)
                continue
            self.assertEqual((200, 'differs'), (answer.status, finding['finding']), (path, finding))
            if i % 20 == 0:
                code, said = self.office.verify(forged)
                self.assertEqual((10, finding['differences']), (code, said['differences']), path)
        gone = copy.deepcopy(report)
        del gone['parcels'][0]['layers'][0]['rules'][0]
        self.assertEqual(10, self.office.verify(gone)[0])

    @runs.whole_under_sanitizers
    def test_changes_of_a_report_that_was_not_kept_are_caught_by_recomputing(self):
        report = self.office.check('pressing', keep=False)
        given = ('--input', 'pressing.geojson')
        self.assertEqual(0, self.office.verify(report, *given)[0])
        code, finding = self.office.verify(report)
        self.assertEqual((11, 'cannot_recompute'), (code, finding['finding']))
        self.assertIn('--input', finding['missing'][0]['zh'])
        figure = ('parcels', 0, 'layers', 0, 'area_m2')
        code, finding = self.office.verify(changed(report, figure), *given)
        self.assertEqual(10, code)
        self.assertEqual(['parcels[0].layers[0].area_m2'], [d['path'] for d in finding['differences']])
        self.assertAlmostEqual(report['parcels'][0]['layers'][0]['area_m2'],
                               float(finding['differences'][0]['found']), places=4)
        for path in (('verdict',), ('parcels', 0, 'verdict'), ('input', 'sha256'), ('layers_used', 0, 'source_sha256'),
                     ('layers_used', 0, 'uid'), ('parcels', 0, 'summary_zh'), ('parcels', 0, 'layers', 0, 'rules', 0, 'basis')):
            self.assertEqual(10, self.office.verify(changed(report, path), *given)[0], path)
        self.assertEqual(10, self.office.verify(report, '--input', 'clear.geojson')[0])

    def test_what_the_store_does_not_have_is_named(self):
        report = self.office.check('pressing', keep=False)
        for path, word in ((('layers_used', 0, 'version'), '第 2 版'), (('rules_version',), '规则表')):
            other = changed(report, path)
            other['parameters_sha256'] = parameters_digest(other)
            code, finding = self.office.verify(other, '--input', 'pressing.geojson')
            self.assertEqual(11, code, finding)
            self.assertIn(word, finding['missing'][0]['zh'])

    @runs.whole_under_sanitizers
    def test_a_report_of_another_version(self):
        """Which version made it is told and not compared; that it was changed by hand is seen."""
        report = self.office.check('pressing', keep=False)
        report['engine']['version'] = '0.0.9'
        self.assertEqual(10, self.office.verify(report, '--input', 'pressing.geojson')[0])
        report['parameters_sha256'] = parameters_digest(report)
        code, finding = self.office.verify(report, '--input', 'pressing.geojson')
        self.assertEqual(0, code, finding)
        self.assertIn('0.0.9', finding['notes'][0]['zh'])

    def test_no_report_at_all(self):
        for text in ('', '{', '[]', '{"type":"FeatureCollection","features":[]}', '{"a":1,"a":2}'):
            code, sentence = self.office.verify(text)
            self.assertEqual(1, code, text)
            self.assertIn('错误', sentence)

    def test_an_old_report_stays_true_after_a_layer_was_switched(self):
        old = self.office.check('pressing')
        elsewhere = fixture.collection(fixture.feature((111.90, 40.90, 111.91, 40.91), BSM='ERL-9', MC='新线', GKFQ='核心保护区外'))
        fixture.import_layer(PROGRAM, self.office.folder, self.office.store, 'ecological_red_line', elsewhere)
        new = self.office.check('pressing')
        self.assertEqual(['prohibited', 'overlap'], [old['verdict'], old['parcels'][0]['layers'][0]['status']])
        self.assertEqual(2, new['layers_used'][0]['version'])
        self.assertEqual('clear', new['parcels'][0]['layers'][0]['status'])
        for report in (old, new):
            self.assertEqual(0, self.office.verify(report)[0])
        shutil.rmtree(f'{self.office.store}.index')
        self.assertEqual(0, self.office.verify(old)[0], 'a retired version is rebuilt from the store')
        mixed = copy.deepcopy(old)
        mixed['layers_used'][0] = new['layers_used'][0]
        self.assertEqual(10, self.office.verify(mixed)[0])

    @runs.whole_under_sanitizers
    def test_a_rule_changed_by_data_alone_changes_new_checks_only(self):
        old = self.office.check('pressing', '--class', 'GENERAL')
        self.assertEqual('prohibited', old['verdict'])
        table = self.office.run('rules', 'export').stdout
        row = next(line for line in table.split('\n') if line.startswith('ERL-GEN'))
        edited = table.replace(row, row.replace(',prohibited,禁止,4,', ',restricted,限制,2,'))
        (self.office.folder / 'edited.csv').write_text(edited, encoding='utf-8', newline='')
        done = self.office.run('rules', 'load', 'edited.csv', '--source', '2027 年修订')
        self.assertEqual(0, done.returncode, done.stderr)
        new = self.office.check('pressing', '--class', 'GENERAL')
        self.assertEqual('restricted', new['verdict'])
        self.assertNotEqual(old['rules_version'], new['rules_version'])
        for report in (old, new):
            self.assertEqual(0, self.office.verify(report)[0])
        history = self.office.run('rules', 'history').stdout.strip().split('\n')
        self.assertEqual(2, len(history))
        self.assertIn('2027 年修订\t现行', history[1])
        self.assertEqual(table, self.office.run('rules', 'export', old['rules_version']).stdout)
        self.assertEqual(0, self.office.chain()[0])

    def test_the_crs_that_the_officer_named_is_part_of_the_report(self):
        ring = '644000 4518000,644100 4518000,644100 4518100,644000 4518100,644000 4518000'
        (self.office.folder / 'zone.wkt').write_text(f'POLYGON(({ring}))')
        done = self.office.run('check', 'zone.wkt', '--crs', '4546', '--format', 'json', '--keep', '--officer', '张三')
        report = json.loads(done.stdout)
        self.assertEqual('EPSG:4546', report['input']['crs_given'])
        self.assertEqual(0, self.office.verify(report)[0])
        report['input']['crs_given'] = 'EPSG:4547'
        self.assertEqual(10, self.office.verify(report)[0])

    def test_a_report_with_many_parcels(self):
        boxes = [(111.70 + 0.001 * i, 40.80, 111.7005 + 0.001 * i, 40.8005) for i in range(60)]
        features = [fixture.feature(box, 地块编号=f'P{i}') for i, box in enumerate(boxes)]
        fixture.write_json(self.office.folder / 'many.geojson', fixture.collection(*features))
        report = self.office.check('many')
        self.assertEqual(0, self.office.verify(report)[0])
        for parcel in report['parcels']:
            parcel['area_m2'] += 1
        code, finding = self.office.verify(report)
        self.assertEqual((10, 120), (code, finding['n_differences']))
        self.assertEqual({'record', 'recomputed'}, {d['against'] for d in finding['differences']})


@runs.whole_under_sanitizers
class Rules(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.office = Office()
        cls.table = cls.office.run('rules', 'export').stdout

    @classmethod
    def tearDownClass(cls):
        cls.office.close()

    def refused(self, text, *words):
        path = self.office.folder / 'rules.csv'
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        done = self.office.run('rules', 'load', 'rules.csv')
        self.assertEqual(1, done.returncode, done.stdout)
        for word in words:
            self.assertIn(word, done.stderr)
        return done.stderr

    def tearDown(self):
        """What was refused has changed nothing."""
        self.assertEqual(self.table, self.office.run('rules', 'export').stdout)

    def edited(self, old, new):
        self.assertIn(old, self.table)
        return self.table.replace(old, new, 1)

    def row_of(self, rule_id):
        """As a sentence names it; the header is row 1."""
        rows = [line.split(',')[0] for line in self.table.splitlines()]
        return f'第 {rows.index(rule_id) + 1} 行'

    def test_the_table_of_the_program_is_in_order(self):
        (self.office.folder / 'same.csv').write_text(self.table, encoding='utf-8', newline='')
        done = self.office.run('rules', 'check', 'same.csv')
        self.assertEqual(0, done.returncode, done.stderr)

    def test_each_fault_is_told_with_its_row(self):
        self.refused(self.edited('GENERAL,prohibited,禁止', 'GENERAL,forbidden,禁止'), '第 3 行', 'forbidden', 'Row 3')
        self.refused(self.edited('ERL-GEN,STBHHX', 'ERL-GEN,STBHX'), '第 3 行', 'STBHX')
        self.refused(self.edited('touch_or_span', 'touches'), self.row_of('ERL-CROSS'), 'touches')
        self.refused(self.edited('overlap,GENERAL', 'overlap,GENERALL'), '第 3 行', 'GENERALL')
        self.refused(self.edited('ERL-LIM', 'ERL-GEN'), '第 4 行', '重复')
        self.refused(self.edited('overlap,LIMITED_ACTIVITY', 'overlap,GENERAL'), '第 4 行', '永远用不到')
        self.refused(self.edited(',厅字〔2019〕48号；自然资发〔2022〕142号,read', ',,read'), '第 3 行', 'legal_basis')
        self.refused(self.edited('GENERAL,prohibited,禁止', 'GENERAL,allowed,禁止'), '第 3 行', '允许')
        self.refused(self.edited('verdict,verdict_zh', 'result,verdict_zh'), 'verdict')
        self.refused(self.edited(',severity,', ',weight,'), 'severity')
        self.refused(self.edited('GENERAL,prohibited,禁止,4', 'GENERAL,prohibited,禁止,9'), '第 3 行', '9')
        self.refused(self.edited('ERL-GEN,STBHHX', 'ERL-GEN,STBHHX,STBHHX'), '第 3 行', '18 / 17')
        self.refused(self.table + '"never closed', '引号')
        self.refused(self.table.encode('gb18030'), 'UTF-8')
        self.refused('', '空')
        self.refused(self.table.split('\n')[0] + '\n', '没有一条规则')

    def test_rows_that_must_be_there(self):
        """A table that leaves a situation to nobody, or has a row or a column that nobody reads, is refused with the remedy."""
        def without(row):
            return ''.join(line for line in self.table.splitlines(keepends=True) if not line.startswith(row + ','))
        self.refused(without('ERL-GEN'), '兜底', 'STBHHX,核心保护区外,overlap,GENERAL', 'fallback')
        self.refused(without('ERL-CORE'), '兜底', 'STBHHX,自然保护地核心保护区,overlap,*')
        self.refused(without('PBF-GEN'), '兜底', 'YJJBNTBHTB,*,overlap,GENERAL')
        self.refused(without('UDB-IN-TX'), '兜底', 'CZKFBJ,城镇弹性发展区,inside,*')
        self.refused(without('UDB-OUT-UNK').replace('UDB-OUT-OTHER,CZKFBJ,边界外,outside,*', 'UDB-OUT-OTHER,CZKFBJ,边界外,outside,GENERAL'),
                     '兜底', 'CZKFBJ,边界外,outside,UNKNOWN')
        self.refused(self.edited('自然保护地核心保护区,overlap', '核心区,overlap'), '第 2 行', '核心区')
        self.refused(self.edited('needs_en', 'need_en'), '第 1 行', 'need_en')
        self.refused(self.edited(',read,', ',sure,'), '第 2 行', 'conf', 'sure')

    def test_all_faults_are_told_at_once(self):
        two = self.edited('ERL-GEN,STBHHX', 'ERL-GEN,X1').replace('PBF-GEN,YJJBNTBHTB', 'PBF-GEN,X2')
        said = self.refused(two, '第 3 行', 'X1', self.row_of('PBF-GEN'), 'X2', '2 处')
        done = self.office.run('rules', 'check', 'rules.csv')
        self.assertEqual((1, said), (done.returncode, done.stderr), 'check says what load says')


if __name__ == '__main__':
    unittest.main()
