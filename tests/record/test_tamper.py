#!/usr/bin/env python3
"""Tampering of every kind with reports and with the record: whatever byte somebody changes, it is seen."""
import copy
import json
import random
import sqlite3
import unittest
import urllib.parse

from office import PROGRAM, Office, fixture, parameters_digest, report_schema, runs


def places(value, path=()):
    """Every object and array inside, itself included."""
    if isinstance(value, (dict, list)):
        yield path, value
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(inner, path + (key,))


def at(value, path):
    for key in path:
        value = value[key]
    return value


class Reports(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.office = Office()
        cls.server = fixture.Server(PROGRAM, '--store', cls.office.store, '--allow-records')
        cls.line = fixture.Line(cls.server)
        boxes = [(111.695, 40.802, 111.705, 40.806), (111.722, 40.802, 111.724, 40.804), (112.499, 41.2, 112.501, 41.201)]
        cls.file = json.dumps(fixture.collection(*(fixture.feature(b, 地块编号=f'DK-{i}') for i, b in enumerate(boxes)))).encode()
        cls.plain = cls.ask('POST', '/check', cls.file)[1]
        keep = '/check?keep=1&project_name=P&officer=' + urllib.parse.quote('张三')
        cls.kept = cls.ask('POST', keep, cls.file)[1]
        for text in (cls.plain, cls.kept):
            report_schema.demand(json.loads(text))

    @classmethod
    def tearDownClass(cls):
        cls.line.close()
        cls.server.stop()
        cls.office.close()

    @classmethod
    def ask(cls, method, path, body, headers={}):
        answer, body = cls.line.ask(method, path, body, headers)
        return answer.status, body

    def finding(self, text, file=None):
        """'identical', 'differs', 'cannot_recompute', or the code of the refusal."""
        if file is None:
            status, answer = self.ask('POST', '/verify', text)
        else:
            parts = [b'--xYx\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % p
                     for p in ((b'report', text), (b'input', file))]
            status, answer = self.ask('POST', '/verify', b''.join(parts) + b'--xYx--\r\n',
                                      {'Content-Type': 'multipart/form-data; boundary=xYx'})
        return json.loads(answer)['finding' if status == 200 else 'code']

    def assert_seen(self, text, file, why):
        self.assertIn(self.finding(text, file), ('differs', 'cannot_recompute', 'not-a-report', 'bad-form'), why)

    def both(self):
        """A kept report, with nothing beside it; one that was not kept, with its file."""
        return (self.kept, None), (self.plain, self.file)

    def test_untouched(self):
        for text, file in self.both():
            self.assertEqual('identical', self.finding(text, file))
            compact = json.dumps(json.loads(text)).encode()     # other blanks and escapes say the same
            self.assertEqual('identical', self.finding(compact, file))

    def test_any_byte(self):
        """One byte is changed, anywhere: seen, unless the text still says the same to a reader of JSON."""
        chance = random.Random(3)
        for text, file in self.both():
            said = json.loads(text)
            for _ in range(runs.small_or_whole(120, 1500)):
                i = chance.randrange(len(text))
                other = text[:i] + bytes([chance.choice([text[i] ^ 1 << chance.randrange(8), chance.randrange(256)])]) + text[i + 1:]
                try:
                    now = json.loads(other)
                except ValueError:
                    now = None
                if now is not None and now == said:
                    continue
                self.assert_seen(other, file, other[max(0, i - 60):i + 60])

    def test_any_member(self):
        """A member is taken out, put in, renamed or doubled; an element is taken out, put in or moved."""
        for text, file in self.both():
            said, n = json.loads(text), 0
            for path, value in places(said):
                if path[:1] == ('record',) or (not runs.LONG and any(k in path for k in range(2, 1000))):
                    continue   # small: of each list the first two
                free = () if path else ('record',)   # without its row a kept report is a report like any other
                for change in self.changes(value, free):
                    n += 1
                    if n % runs.small_or_whole(3, 1):
                        continue   # small: every third, of every kind
                    forged = copy.deepcopy(said)
                    change(at(forged, path))
                    if forged != said:
                        self.assert_seen(json.dumps(forged).encode(), file, path)
            doubled = text.replace(b'"verdict": ', b'"verdict": "allowed", "verdict": ', 1)
            self.assertEqual('not-a-report', self.finding(doubled, file))

    @staticmethod
    def changes(value, free):
        if isinstance(value, dict):
            yield lambda v: v.update(more=1)
            for key in value:
                if key in free:
                    continue
                yield lambda v, k=key: v.pop(k)
                yield lambda v, k=key: v.update({k + 'x': v.pop(k)})
        else:
            yield lambda v: v.append(v[0] if v else 1)
            if value:
                yield lambda v: v.pop()
                yield lambda v: v.reverse()

    def test_the_last_place_of_every_figure(self):
        """A ten-thousandth of a square metre, anywhere."""
        for text, file in self.both():
            said = json.loads(text)
            count = 0
            for path, value in places(said):
                for key in value if isinstance(value, dict) else ():
                    if isinstance(value[key], float):
                        count += 1
                        if count % runs.small_or_whole(2, 1):
                            continue   # small: every second
                        forged = copy.deepcopy(said)
                        at(forged, path)[key] = round(value[key] + 0.0001, 6)
                        self.assert_seen(json.dumps(forged).encode(), file, path + (key,))
            self.assertGreater(count, 50)

    def test_parameters(self):
        """Class, sliver policy and engine, also where no figure depends on them: the digest over them shows it; an auditor computes
        it with sha256 alone."""
        for text, file in self.both():
            said = json.loads(text)
            self.assertEqual(parameters_digest(said), said['parameters_sha256'])
            for path, value in ((('project_class',), 'GENERAL'), (('sliver_policy', 'area_m2'), 2), (('sliver_policy', 'width_m'), 0.2),
                                (('engine', 'version'), '9.9'), (('engine', 'libraries', 'geos'), 'x')):
                forged = copy.deepcopy(said)
                at(forged, path[:-1])[path[-1]] = value
                self.assert_seen(json.dumps(forged).encode(), file, path)
                forged.pop('parameters_sha256')
                self.assert_seen(json.dumps(forged).encode(), file, path)

    def test_another_file(self):
        """The report of one file beside another file, if only by a blank at its end."""
        for other in (self.file + b' ', self.file.replace(b'111.695', b'111.696'), b'{}'):
            self.assert_seen(self.plain, other, other[:40])


class Lines(unittest.TestCase):
    """Somebody with a SQL prompt who wants a line to be gone."""
    def test_a_line_that_was_taken_out_is_not_clear(self):
        """A version that does not hold what was imported cannot be measured by; a verdict from it is unknown, never better."""
        office = Office()
        try:
            true = office.check('pressing', keep=False)
            self.assertEqual('overlap', true['parcels'][0]['layers'][0]['status'])
            version = "(SELECT id FROM layer_version WHERE layer_id LIKE 'eco%' OR layer_id IN (SELECT id FROM layer WHERE id LIKE 'eco%'))"
            for statement in (f"DELETE FROM feature WHERE code = 'ERL-1' AND version_id IN {version}",
                              f"UPDATE feature SET version_id = 2 WHERE code = 'ERL-1' AND version_id IN {version}",
                              "UPDATE feature SET geometry = (SELECT geometry FROM feature WHERE code = 'G-7') WHERE code = 'ERL-1'"):
                store = office.forged(self.without_triggers, statement)
                done = office.run('check', 'pressing.geojson', '--format', 'json', store=store)
                self.assertEqual(0, done.returncode, done.stderr)
                report = json.loads(done.stdout)
                self.assertEqual('unmeasured', report['parcels'][0]['layers'][0]['status'], statement)
                self.assertIn('改动过', report['parcels'][0]['layers'][0]['reason_zh'])
                self.assertEqual('unknown', report['verdict'])
        finally:
            office.close()

    @staticmethod
    def without_triggers(db):
        for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'feature'").fetchall():
            db.execute(f'DROP TRIGGER "{name}"')


class Rows(unittest.TestCase):
    """Somebody with a SQL prompt."""
    @classmethod
    def setUpClass(cls):
        cls.office = Office()
        for name in ('pressing', 'clear'):
            cls.office.check(name)
        done = cls.office.run('records', 'override', '1', '--verdict', 'notice', '--reason', '理由', '--officer', '李四')
        assert done.returncode == 0, done.stderr
        cls.office.check('farm')

    @classmethod
    def tearDownClass(cls):
        cls.office.close()

    def test_every_column_of_every_row(self):
        """A byte more, a byte less, another byte: the chain breaks at that very row."""
        db = sqlite3.connect(self.office.store)
        columns = [c[1] for c in db.execute('PRAGMA table_info(record)')]
        rows = db.execute('SELECT * FROM record ORDER BY id').fetchall()
        db.close()
        self.assertGreater(len(columns), 15)
        count = 0
        for row in rows:
            for place, (column, value) in enumerate(zip(columns, row)):
                if column == 'id':
                    continue    # a row that was moved: test_chain
                for forged in self.some(self.forgeries(value), row[0], place):
                    store = self.office.forged('PRAGMA ignore_check_constraints = ON', lambda db, c=column, v=forged, i=row[0]:
                                               db.execute(f'UPDATE record SET {c} = ? WHERE id = ?', (v, i)))
                    code, chain = self.office.chain(store=store)
                    self.assertEqual((10, row[0]), (code, chain['broken_id']), (column, value, forged, chain))
                    count += 1
        self.assertGreater(count, runs.small_or_whole(30, 100))

    @staticmethod
    def some(forgeries, row, column):
        """In a small run one forgery of a column in every second row, each kind in its turn."""
        n = row + column
        return runs.small_or_whole([forgeries[n // 2 % len(forgeries)]] if n % 2 else [], forgeries[:3 if row in (1, 3) else 1])

    @staticmethod
    def forgeries(value):
        if isinstance(value, int):
            return [value + 1]
        if not value:
            return ['x']
        return [value + ' ', value[:-1], chr(ord(value[0]) ^ 1) + value[1:]]

    def test_any_byte_of_what_was_kept(self):
        chance = random.Random(9)
        db = sqlite3.connect(self.office.store)
        contents = db.execute('SELECT sha256, bytes FROM record_content').fetchall()
        db.close()
        self.assertEqual(6, len(contents))
        for sha256, content in contents:
            for _ in range(3):
                i = chance.randrange(len(content))
                forged = content[:i] + bytes([content[i] ^ 1 << chance.randrange(8)]) + content[i + 1:]
                store = self.office.forged(lambda db, s=sha256, b=forged:
                                           db.execute('UPDATE record_content SET bytes = ? WHERE sha256 = ?', (b, s)))
                self.assertEqual(10, self.office.chain(store=store)[0], (sha256, i))


if __name__ == '__main__':
    unittest.main()
