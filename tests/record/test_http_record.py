#!/usr/bin/env python3
"""The record over HTTP: keeping, listing, showing, verifying."""
import concurrent.futures
import http.client
import json
import unittest
import urllib.parse

from office import PROGRAM, Office, fixture

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

    def ask(self, method, path, body=None, server=None):
        server = server or self.server
        c = http.client.HTTPConnection(server.host, server.port, timeout=60)
        c.request(method, path, body)
        answer = c.getresponse()
        text = answer.read().decode()
        c.close()
        return answer.status, json.loads(text)

    def keep(self, more=''):
        status, report = self.ask('POST', f'/check?keep=1&officer={OFFICER}{more}', self.parcel)
        self.assertEqual(200, status, report)
        return report

    def test_keep_list_show_verify(self):
        report = self.keep('&project_name=P&source_file=a.geojson')
        self.assertEqual('张三', report['record']['officer'])
        status, page = self.ask('GET', '/records?limit=1000')
        row = next(r for r in page['records'] if r['id'] == report['record']['id'])
        self.assertEqual((report['record']['sha256'], 'P', 'a.geojson'),
                         (row['sha256'], row['project_name'], row['input_name']))
        status, whole = self.ask('GET', f'/records/{row["id"]}')
        self.assertEqual(200, status)
        self.assertEqual({**report, 'record': None}, whole['report'])
        status, finding = self.ask('POST', '/verify', json.dumps(report))
        self.assertEqual((200, 'identical'), (status, finding['finding']), finding)
        report['parcels'][0]['area_m2'] += 0.01
        self.assertEqual('differs', self.ask('POST', '/verify', json.dumps(report))[1]['finding'])
        self.assertEqual(0, self.office.chain()[0])

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
        server = fixture.Server(PROGRAM, '--store', self.office.store)
        try:
            answer = self.ask('POST', f'/check?keep=1&officer={OFFICER}', self.parcel, server)
            self.assertEqual((422, 'records-not-allowed'), self.code(answer))
            self.assertIsNone(self.ask('POST', '/check', self.parcel, server)[1]['record'])
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
