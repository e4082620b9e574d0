#!/usr/bin/env python3
"""The record over HTTP: keeping, listing, showing, verifying."""
import concurrent.futures
import hashlib
import http.client
import json
import unittest
import urllib.parse

from office import PROGRAM, Office, fixture, report_schema

OFFICER = urllib.parse.quote('张三')


class Records(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.office = Office()
        cls.server = fixture.Server(PROGRAM, '--store', cls.office.store, '--allow-records')
        cls.parcel = (cls.office.folder / 'pressing.geojson').read_bytes()

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()
        cls.office.close()

    def ask_bytes(self, method, path, body=None, server=None, headers={}):
        server = server or self.server
        c = http.client.HTTPConnection(server.host, server.port)
        c.request(method, path.removeprefix(f'http://{server.host}:{server.port}'), body, headers)
        answer = c.getresponse()
        content = answer.read()
        c.close()
        return answer.status, dict(answer.getheaders()), content

    def ask(self, method, path, body=None, server=None, headers={}):
        status, _, content = self.ask_bytes(method, path, body, server, headers)
        return status, json.loads(content)

    def override(self, number, headers={}, **body):
        return self.ask('POST', f'/records/{number}/overrides', json.dumps(body), headers=headers)

    def keep(self, more=''):
        status, report = self.ask('POST', f'/check?keep=1&officer={OFFICER}{more}', self.parcel)
        self.assertEqual(200, status, report)
        return report_schema.demand(report)

    def test_keep_list_show_verify(self):
        report = self.keep('&project_name=P&source_file=a.geojson')
        self.assertEqual('张三', report['record']['officer'])
        status, page = self.ask('GET', '/records?limit=1000')
        row = next(r for r in page['records'] if r['id'] == report['record']['id'])
        self.assertEqual((report['record']['sha256'], 'P', 'a.geojson'),
                         (row['sha256'], row['project_name'], row['input_name']))
        status, whole = self.ask('GET', f'/records/{row["id"]}')
        self.assertEqual(200, status)
        self.assertEqual({**report, 'record': None}, report_schema.demand(whole['report']))
        status, finding = self.ask('POST', '/verify', json.dumps(report))
        self.assertEqual((200, 'identical'), (status, finding['finding']), finding)
        report['parcels'][0]['area_m2'] += 0.01
        self.assertEqual('differs', self.ask('POST', '/verify', json.dumps(report))[1]['finding'])
        self.assertEqual(0, self.office.chain()[0])

    def test_override(self):
        """An officer's verdict stands beside the machine's, in the same chain, with its reason; the command sees it."""
        report = self.keep()
        number = report['record']['id']
        status, row = self.override(number, verdict='restricted', reason='属国家重大项目，附论证意见', officer='李四')
        self.assertEqual((201, 'override', number, 'restricted', '李四', '属国家重大项目，附论证意见'),
                         (status, *(row.get(k) for k in ('kind', 'refers_to', 'verdict', 'officer', 'reason'))), row)
        whole = self.ask('GET', f'/records/{number}')[1]
        self.assertEqual(('prohibited', [row]), (whole['record']['verdict'], whole['overrides']))
        shown = json.loads(self.office.run('records', 'show', str(number), '--format', 'json').stdout)
        self.assertEqual(whole, shown)
        self.assertEqual('identical', self.ask('POST', '/verify', json.dumps(report))[1]['finding'])
        self.assertEqual(0, self.office.chain('--expect', row['sha256'])[0])
        self.assertEqual((400, 'not-a-check'),
                         self.code(self.override(row['id'], verdict='allowed', reason='x', officer='y')))

    def test_override_is_refused(self):
        """Nothing is written without a verdict that exists, a reason and an officer, or by a page of another site."""
        number = self.keep()['record']['id']
        good = {'verdict': 'allowed', 'reason': '理由', 'officer': '李四'}
        before = self.ask('GET', '/records/verify')[1]
        for wrong, code in [({**good, 'verdict': 'fine'}, 'unknown-verdict'), ({**good, 'reason': ''}, 'bad-record-text'),
                            ({**good, 'officer': ''}, 'officer-missing'), ({**good, 'more': 1}, 'bad-override'),
                            ({**good, 'reason': 5}, 'bad-override'), ({**good, 'reason': 'a\x00b'}, 'bad-override'),
                            ({**good, 'reason': 'x' * 4001}, 'bad-record-text')]:
            self.assertEqual((400, code), self.code(self.override(number, **wrong)), wrong)
        for text in ('', '[]', '{"verdict":"allowed","verdict":"notice","reason":"a","officer":"b"}'):
            self.assertEqual((400, 'bad-override'), self.code(self.ask('POST', f'/records/{number}/overrides', text)))
        self.assertEqual((404, 'record-not-found'), self.code(self.override(999999, **good)))
        for origin in ('https://example.org', 'null'):
            self.assertEqual((403, 'foreign-page'), self.code(self.override(number, {'Origin': origin}, **good)))
            self.assertEqual((403, 'foreign-page'), self.code(self.ask(
                'POST', f'/check?keep=1&officer={OFFICER}', self.parcel, headers={'Origin': origin})))
        self.assertEqual(before, self.ask('GET', '/records/verify')[1])
        own = {'Origin': f'http://{self.server.host}:{self.server.port}'}
        self.assertEqual(201, self.override(number, own, **good)[0])

    def test_kept_bytes(self):
        """Input and report come back byte for byte, as downloads whose hashes are the row's."""
        number = self.keep()['record']['id']
        row = self.ask('GET', f'/records/{number}')[1]['record']
        for what, column in (('input', 'input_sha256'), ('report', 'result_sha256')):
            status, headers, content = self.ask_bytes('GET', f'/records/{number}/{what}')
            self.assertEqual((200, row[column]), (status, hashlib.sha256(content).hexdigest()))
            self.assertTrue(headers['Content-Disposition'].startswith('attachment;'))
            self.assertEqual('nosniff', headers['X-Content-Type-Options'])
        override = self.override(number, verdict='notice', reason='x', officer='y')[1]['id']
        self.assertEqual((404, 'not-a-check'), self.code(self.ask('GET', f'/records/{override}/input')))
        self.assertEqual((404, 'record-not-found'), self.code(self.ask('GET', '/records/999999/report')))

    def test_chain(self):
        """The server walks the chain as the command does, and looks for a seal of an earlier day."""
        seal = self.keep()['record']['sha256']
        self.keep()
        self.assertEqual(self.office.chain()[1], self.ask('GET', '/records/verify')[1])
        self.assertTrue(self.ask('GET', f'/records/verify?expect={seal}')[1]['sound'])
        self.assertFalse(self.ask('GET', f'/records/verify?expect={"ab" * 32}')[1]['sound'])
        self.assertEqual((400, 'bad-anchor'), self.code(self.ask('GET', '/records/verify?expect=abc')))

    def form(self, boundary='xYzZY', **fields):
        parts = [f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{name}"\r\n'
                 f'Content-Type: application/octet-stream\r\n\r\n'.encode() + value + b'\r\n'
                 for name, value in fields.items()]
        body = b''.join(parts) + f'--{boundary}--\r\n'.encode()
        return self.ask('POST', '/verify', body, headers={'Content-Type': f'multipart/form-data; boundary={boundary}'})

    def test_verify_with_the_input_beside(self):
        """A report that was never kept is verified from the file that is sent with it, as the command does."""
        other = json.dumps(fixture.feature((111.7051, 40.80, 111.7151, 40.81))).encode()   # nobody kept this one
        status, report = self.ask('POST', '/check', other)
        text = json.dumps(report).encode()
        self.assertEqual('cannot_recompute', self.ask('POST', '/verify', text)[1]['finding'])
        status, finding = self.form(report=text, input=other)
        self.assertEqual((200, 'identical'), (status, finding['finding']), finding)
        self.assertEqual('cannot_recompute', self.form(report=text)[1]['finding'])
        finding = self.form(report=text, input=other + b' ')[1]
        self.assertEqual(('differs', 'input'), (finding['finding'], finding['differences'][0]['against']), finding)
        big = json.dumps({**json.loads(other), 'pad': 'x' * 300000}).encode()   # more than one piece of MHD's
        report = self.ask('POST', '/check', big)[1]
        self.assertEqual('identical', self.form(report=json.dumps(report).encode(), input=big)[1]['finding'])

    def test_forms_that_are_refused(self):
        self.assertEqual((400, 'bad-form'), self.code(self.form(input=b'x')))
        self.assertEqual((400, 'bad-form'), self.code(self.form(report=b'{}', other=b'x')))
        self.assertEqual((400, 'not-a-report'), self.code(self.form(report=b'{}')))
        for body in (b'', b'--b\r\nContent-Disposition: form-data; name="report"\r\n\r\n{}'):
            self.assertEqual((400, 'bad-form'), self.code(
                self.ask('POST', '/verify', body, headers={'Content-Type': 'multipart/form-data; boundary=b'})), body)
        self.assertEqual((400, 'bad-form'), self.code(
            self.ask('POST', '/verify', b'x', headers={'Content-Type': 'multipart/form-data'})))

    def test_health_says_whether_records_are_kept(self):
        self.assertIs(True, self.ask('GET', '/health')[1]['keeps_records'])

    def test_pages(self):
        for _ in range(3):
            self.keep()
        status, first = self.ask('GET', '/records?limit=2')
        self.assertEqual([1, 2], [r['id'] for r in first['records']])
        status, second = self.ask('GET', first['links'][0]['href'])
        self.assertEqual(3, second['records'][0]['id'])

    def test_refusals(self):
        self.assertEqual((400, 'officer-missing'), self.code(self.ask('POST', '/check?keep=1', self.parcel)))
        self.assertEqual((400, 'bad-parameter'), self.code(self.ask('POST', '/check?keep=yes', self.parcel)))
        self.assertEqual((404, 'record-not-found'), self.code(self.ask('GET', '/records/999999')))
        self.assertEqual((400, 'bad-parameter'), self.code(self.ask('GET', '/records/x')))
        self.assertEqual((400, 'bad-parameter'), self.code(self.ask('GET', '/records?limit=0')))
        self.assertEqual((400, 'not-a-report'), self.code(self.ask('POST', '/verify', '{}')))
        self.assertEqual((400, 'not-a-report'), self.code(self.ask('POST', '/verify', '')))

    def test_a_server_that_may_not_keep(self):
        server = fixture.Server(PROGRAM, '--store', fixture.beside(self.office.store))
        try:
            answer = self.ask('POST', f'/check?keep=1&officer={OFFICER}', self.parcel, server)
            self.assertEqual((422, 'records-not-allowed'), self.code(answer))
            self.assertIsNone(self.ask('POST', '/check', self.parcel, server)[1]['record'])
            answer = self.ask('POST', '/records/1/overrides', '{"verdict":"allowed","reason":"a","officer":"b"}', server)
            self.assertEqual((422, 'records-not-allowed'), self.code(answer))
            self.assertIs(False, self.ask('GET', '/health', server=server)[1]['keeps_records'])
        finally:
            server.stop()

    def test_keeps_at_once(self):
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            ids = [r['record']['id'] for r in pool.map(lambda _: self.keep(), range(40))]
        self.assertEqual(40, len(set(ids)))
        self.assertEqual(0, self.office.chain()[0])

    def test_the_classes_with_their_lists(self):
        status, classes = self.ask('GET', '/classes')
        self.assertIn('AFFORESTATION_POND', [c['id'] for c in classes['classes']])
        activities = classes['limited_human_activities_10']['items']
        self.assertEqual((10, 'memory'), (len(activities), activities[9]['conf']))
        self.assertEqual(7, len(classes['national_major_7']['items']))

    def code(self, answer):
        return answer[0], answer[1].get('code')


if __name__ == '__main__':
    unittest.main()
