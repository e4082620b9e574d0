#!/usr/bin/env python3
"""The chain of the record: what it refuses, what it catches, and what happens when several write or one is killed."""
import concurrent.futures
import json
import random
import sqlite3
import subprocess
import sys
import unittest

import auditor
import office
from office import PROGRAM, Office, runs


def reseal(db, first, last):
    """What a forger who knows the definition would do to rows `first` to `last`."""
    db.row_factory = sqlite3.Row
    for i in range(first, last + 1):
        before = db.execute('SELECT sha256 FROM record WHERE id = ?', (i - 1,)).fetchone()
        db.execute('UPDATE record SET previous_sha256 = ? WHERE id = ?', (before[0] if before else '0' * 64, i))
        row = db.execute('SELECT * FROM record WHERE id = ?', (i,)).fetchone()
        db.execute('UPDATE record SET sha256 = ? WHERE id = ?', (auditor.seal(row), i))


class Chain(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.office = Office()
        for name in ('pressing', 'clear', 'farm', 'pressing'):
            cls.office.check(name)
        done = cls.office.run('records', 'override', '1', '--verdict', 'restricted', '--reason', '已取得认定意见\n第二行',
                              '--officer', '李四')
        assert done.returncode == 0, done.stderr

    @classmethod
    def tearDownClass(cls):
        cls.office.close()

    def assert_broken(self, at, *words, statements):
        code, chain = self.office.chain(store=self.office.forged(*statements))
        self.assertEqual(10, code, chain)
        self.assertFalse(chain['sound'])
        self.assertEqual(at, chain['broken_id'], chain)
        for word in words:
            self.assertIn(word, chain['zh'] + chain['en'])
        done = subprocess.run([sys.executable, str(office.HERE / 'auditor.py'), str(self.office.folder / 'forged.sqlite')],
                              capture_output=True, text=True)
        return done

    def test_sound_and_the_same_seal_by_the_auditor(self):
        code, chain = self.office.chain()
        self.assertEqual((0, True, 5), (code, chain['sound'], chain['n_rows']), chain)
        done = subprocess.run([sys.executable, str(office.HERE / 'auditor.py'), self.office.store, chain['head_sha256']],
                              capture_output=True, text=True, check=True)
        self.assertEqual(chain['head_sha256'], done.stdout.strip())

    def test_the_table_refuses_change(self):
        db = sqlite3.connect(self.office.store)
        for statement in ("UPDATE record SET verdict = 'allowed' WHERE id = 1", 'DELETE FROM record WHERE id = 4',
                          'DELETE FROM record', "UPDATE record_content SET bytes = x'00'", 'DELETE FROM record_content',
                          'INSERT OR REPLACE INTO record SELECT * FROM record WHERE id = 2',
                          "INSERT OR REPLACE INTO record_content SELECT sha256, x'00' FROM record_content",
                          'DELETE FROM rule_set', 'DELETE FROM rule_switch'):
            with self.subTest(statement), self.assertRaises(sqlite3.IntegrityError):
                db.execute(statement)
            db.rollback()
        db.close()
        self.assertEqual(0, self.office.chain()[0])

    def test_a_changed_field_is_named(self):
        changes = (('verdict', 'notice'), ('project_class', 'RURAL'), ('rules_sha256', '0' * 64), ('layers', '[]'), ('engine', '{}'),
                   ('area_basis', '平面面积'))
        for column, value in runs.some_under_sanitizers(changes[:2], changes):
            done = self.assert_broken(2, column, statements=[f"UPDATE record SET {column} = '{value}' WHERE id = 2"])
            self.assertIn('row 2', done.stderr)
        for column in runs.some_under_sanitizers(('officer',), ('officer', 'project_name', 'kept_at', 'input_name')):
            self.assert_broken(2, statements=[f"UPDATE record SET {column} = 'X' WHERE id = 2"])
        self.assert_broken(2, statements=["UPDATE record SET officer = officer || char(0) || 'x' WHERE id = 2"])
        self.assert_broken(5, statements=["UPDATE record SET reason = '无' WHERE id = 5"])

    def test_a_row_taken_out_or_moved(self):
        self.assert_broken(3, '缺失', statements=['DELETE FROM record WHERE id = 3'])
        self.assert_broken(1, '缺失', statements=['DELETE FROM record WHERE id = 1'])
        self.assert_broken(3, statements=['DELETE FROM record WHERE id = 3', 'UPDATE record SET id = id - 1 WHERE id > 3'])
        self.assert_broken(2, statements=['UPDATE record SET id = 99 WHERE id = 2', 'UPDATE record SET id = 2 WHERE id = 3',
                                          'UPDATE record SET id = 3 WHERE id = 99'])

    def test_kept_bytes_are_sealed_too(self):
        self.assert_broken(1, statements=["UPDATE record_content SET bytes = bytes || ' ' WHERE sha256 = "
                                          '(SELECT input_sha256 FROM record WHERE id = 1)'])
        self.assert_broken(3, statements=["UPDATE record_content SET bytes = x'7b7d' WHERE sha256 = "
                                          '(SELECT result_sha256 FROM record WHERE id = 3)'])
        self.assert_broken(2, statements=['DELETE FROM record_content WHERE sha256 = '
                                          '(SELECT result_sha256 FROM record WHERE id = 2)'])

    def test_a_row_that_was_sealed_anew_does_not_fit_the_next(self):
        self.assert_broken(3, statements=["UPDATE record SET officer = '王五' WHERE id = 2", lambda db: reseal(db, 2, 2)])
        self.assert_broken(2, '报告',
                           statements=["UPDATE record SET verdict = 'prohibited' WHERE id = 2",
                                       lambda db: reseal(db, 2, 5)])

    def test_what_a_row_kept_betrays_its_absence(self):
        """The last rows are taken away, and the file and report of one that was kept only there are left behind."""
        cut = self.office.forged('DELETE FROM record WHERE id >= 3')
        code, chain = self.office.chain(store=cut)
        self.assertEqual((10, 3), (code, chain['broken_id']))
        self.assertIn('没有记录引用', chain['zh'])

    def test_only_the_anchor_shows_a_cut_end_or_a_new_chain(self):
        head = self.office.chain()[1]['head_sha256']
        cut = self.office.forged('DELETE FROM record WHERE id = 5')
        self.assertEqual(0, self.office.chain(store=cut)[0])
        code, chain = self.office.chain('--expect', head, store=cut)
        self.assertEqual((10, None), (code, chain['broken_id']))
        self.assertIn(head, chain['zh'])
        again = self.office.forged("UPDATE record SET officer = '王五' WHERE id = 2", lambda db: reseal(db, 2, 5))
        self.assertEqual(0, self.office.chain(store=again)[0])
        self.assertEqual(10, self.office.chain('--expect', head, store=again)[0])
        self.assertEqual(0, self.office.chain('--expect', head)[0])
        self.assertEqual(1, self.office.run('records', 'verify', '--expect', 'abc').returncode)

    def test_an_override_stands_beside_the_verdict(self):
        whole = json.loads(self.office.run('records', 'show', '1', '--format', 'json').stdout)
        self.assertEqual('prohibited', whole['record']['verdict'])
        self.assertEqual('prohibited', whole['report']['verdict'])
        self.assertEqual(['restricted'], [o['verdict'] for o in whole['overrides']])
        self.assertEqual('已取得认定意见\n第二行', whole['overrides'][0]['reason'])
        text = self.office.run('records', 'show', '1').stdout
        self.assertIn('结论 verdict  prohibited', text)
        self.assertIn('改判 override 5', text)
        self.assertRegex(text, r'时间 kept at  \d{4}-\d\d-\d\d \d\d:\d\d:\d\d 北京时间\n')  # one clock, and it is told
        self.assertRegex(self.office.run('records', 'list').stdout, r'^1\t\d{4}-\d\d-\d\d \d\d:\d\d:\d\d 北京时间\t')

    def test_an_override_needs_a_check_a_verdict_a_reason_and_an_officer(self):
        good = {'--verdict': 'notice', '--reason': '理由', '--officer': '李四'}
        for change in ({'--verdict': 'fine'}, {'--verdict': None}, {'--reason': ''}, {'--reason': None}, {'--officer': ''},
                       {'--reason': 'x' * 5000}):
            arguments = [a for k, v in {**good, **change}.items() if v is not None for a in (k, v)]
            self.assertEqual(1, self.office.run('records', 'override', '1', *arguments).returncode, change)
        arguments = [a for pair in good.items() for a in pair]
        self.assertEqual(1, self.office.run('records', 'override', '5', *arguments).returncode)   # itself an override
        self.assertEqual(1, self.office.run('records', 'override', '77', *arguments).returncode)
        self.assertEqual(5, self.office.chain()[1]['n_rows'])

    def test_what_was_kept_comes_back_byte_for_byte(self):
        kept = subprocess.run([PROGRAM, 'records', 'export', '1', '--input', '--store', self.office.store],
                              capture_output=True, check=True).stdout
        self.assertEqual((self.office.folder / 'pressing.geojson').read_bytes(), kept)


class Writing(unittest.TestCase):
    def setUp(self):
        self.office = Office()

    def tearDown(self):
        self.office.close()

    def test_a_check_without_an_officer_is_refused_before_it_is_made(self):
        done = self.office.run('check', 'pressing.geojson', '--keep')
        self.assertEqual((1, ''), (done.returncode, done.stdout))
        self.assertIn('--officer', done.stderr)
        self.assertEqual(1, self.office.run('check', 'pressing.geojson', '--officer', '张三').returncode)
        self.assertEqual(0, self.office.chain()[1]['n_rows'])

    def test_processes_that_keep_at_once_make_one_chain(self):
        n = runs.some_under_sanitizers(6, 24)
        with concurrent.futures.ThreadPoolExecutor(6) as pool:
            reports = list(pool.map(lambda i: self.office.check(('pressing', 'clear', 'farm')[i % 3]), range(n)))
        self.assertEqual(list(range(1, n + 1)), sorted(r['record']['id'] for r in reports))
        code, chain = self.office.chain()
        self.assertEqual((0, n), (code, chain['n_rows']), chain)
        seals = {r['record']['id']: r['record']['sha256'] for r in reports}
        self.assertEqual(seals[n], chain['head_sha256'])

    def test_a_kept_check_survives_a_kill_and_a_half_kept_one_leaves_nothing(self):
        chance = random.Random(7)
        command = [PROGRAM, 'check', str(self.office.folder / 'pressing.geojson'), '--keep', '--officer', '张三', '--store',
                   self.office.store]
        whole, told = runs.run_counting_cpu(command), 1
        for _ in range(runs.some_under_sanitizers(2, runs.small_or_whole(8, 25))):
            p = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                                 preexec_fn=runs.kill_after_cpu(chance.uniform(0, 1.1 * whole)))
            told += 'kept as record' in p.communicate()[1]
            code, chain = self.office.chain()
            self.assertEqual((0, True), (code, chain['sound']), chain)
            self.assertGreaterEqual(chain['n_rows'], told)
        self.office.check('clear')
        self.assertEqual(0, self.office.chain()[0])


if __name__ == '__main__':
    unittest.main()
