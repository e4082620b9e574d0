#!/usr/bin/env python3
"""Saved projects through the command and the server: the same rows, the same refusals in the same words; and the record searched by
project and claim."""
import datetime
import http.client
import json
import unittest
import urllib.parse
import zoneinfo

from office import PROGRAM, Office, fixture, report_schema

CLAIM = 'STBHHX=NATIONAL_MAJOR#3:内政字〔2026〕12号@2026-03-01@自治区人民政府'


def in_china(utc):
    there = datetime.datetime.fromisoformat(utc.replace('Z', '+00:00')).astimezone(zoneinfo.ZoneInfo('Asia/Shanghai'))
    return f'{there:%Y-%m-%d %H:%M:%S} 北京时间'


def query(**parts):
    return urllib.parse.urlencode(parts, doseq=True)


class Projects(unittest.TestCase):
    def setUp(self):
        self.office = Office()
        self.server = fixture.Server(PROGRAM, '--store', self.office.store, '--allow-records', '--behind-proxy')
        self.parcel = (self.office.folder / 'pressing.geojson').read_bytes()

    def tearDown(self):
        self.server.stop()
        self.office.close()

    def ask(self, method, path, body=None, server=None, headers={}, text=True):
        server = server or self.server
        c = http.client.HTTPConnection(server.host, server.port)
        c.request(method, path.removeprefix(f'http://{server.host}:{server.port}'), body, headers)
        answer = c.getresponse()
        content = answer.read()
        c.close()
        return answer.status, json.loads(content) if text else content

    def save(self, body=None, **parts):
        return self.ask('POST', '/projects?' + query(**parts), self.parcel if body is None else body)

    def listed(self):
        """By the server and by the command, which must tell the same; the command to people, by China's clock."""
        rows = self.ask('GET', '/projects')[1]['projects']
        lines = self.office.run('projects', 'list').stdout.splitlines()
        self.assertEqual([[r[k] for k in ('name', 'code', 'project_class', 'claims', 'input_name')] + [in_china(r['saved_at'])] for r in rows],
                         [line.split('\t') for line in lines])
        return rows

    def command(self, *arguments):
        done = self.office.run(*arguments)
        return done.returncode, done.stderr

    # ---- one project, both doors

    def test_saved_by_the_server_and_checked_by_both(self):
        """What the server saved, the command checks again, and the other way round: one report."""
        status, saved = self.save(name='一号线', code='A-1', builder='铁路公司', district='赛罕区', **{'class': 'GENERAL'}, claim=CLAIM,
                                  slivers='0.5,0.05', source_file='红线.geojson')
        self.assertEqual(201, status, saved)
        self.assertEqual(('一号线', 'A-1', '铁路公司', 'GENERAL', '0.5,0.05', '红线.geojson', len(self.parcel), False, saved['id']),
                         tuple(saved[k] for k in ('name', 'code', 'builder', 'project_class', 'slivers', 'input_name', 'input_bytes',
                                                  'retired', 'newest_id')))
        self.assertEqual(CLAIM.replace('STBHHX', 'ecological_red_line'), saved['claims'])
        self.assertEqual(saved, self.ask('GET', f'/projects/{saved["id"]}')[1])
        self.assertEqual(self.parcel, self.ask('GET', f'/projects/{saved["id"]}/input', text=False)[1])
        over_http = report_schema.demand(self.ask('GET', '/check?' + query(project='一号线'))[1])
        by_command = json.loads(self.office.run('check', '--project', 'A-1', '--format', 'json').stdout)   # by its code
        self.assertEqual(over_http, by_command)
        self.assertEqual({'name': '一号线', 'code': 'A-1', 'builder': '铁路公司', 'district': '赛罕区'}, over_http['project'])
        self.assertEqual(0.5, over_http['sliver_policy']['area_m2'])
        self.assertEqual('NATIONAL_MAJOR', over_http['claims'][0]['class'])
        self.assertEqual('identical', self.ask('POST', '/verify', json.dumps(over_http))[1]['finding'] if self.ask(
            'POST', f'/check?{query(project="一号线", keep=1, officer="张三")}')[0] == 200 else 'not kept')
        self.assertEqual(0, self.office.run('check', 'clear.geojson', '--save-project', '二号').returncode)
        self.assertEqual('二号', self.ask('POST', '/check?' + query(project='二号'))[1]['project']['name'])
        self.assertEqual(['一号线', '二号'], [r['name'] for r in self.listed()])
        page = self.ask('GET', '/projects?limit=1')[1]
        proxied = self.ask('GET', '/projects?limit=1', headers={'X-Forwarded-Prefix': '/hx', 'X-Forwarded-Host': 'gis.example.cn'})[1]
        self.assertRegex(proxied['links'][0]['href'], r'^http://gis\.example\.cn/hx/projects\?limit=1&after=\d+$')
        self.assertEqual((1, ['二号']), (page['numberReturned'], [
            r['name'] for r in self.ask('GET', page['links'][0]['href'])[1]['projects']]))

    def test_what_cannot_be_checked_is_not_saved(self):
        for body, parts, status, code in [
                (b'', {'name': 'x'}, 400, 'empty-body'), (b'{', {'name': 'x'}, 400, None), (None, {}, 400, 'project-name-missing'),
                (None, {'name': '  '}, 400, 'project-name-missing'), (None, {'name': 'x' * 257}, 400, 'project-text'),
                (None, {'name': 'a\nb'}, 400, 'project-text'), (None, {'name': 'x', 'code': '1\t2'}, 400, 'project-text'),
                (None, {'name': 'x', 'class': 'NO_SUCH'}, 400, None), (None, {'name': 'x', 'claim': 'STBHHX=NO_SUCH'}, 400, 'claim-class'),
                (None, {'name': 'x', 'crs': 'EPSG:1'}, 422, 'crs-unsupported'), (None, {'name': 'x', 'replaces': '-2'}, 400, 'bad-parameter'),
                (None, {'name': 'x', 'keep': '1'}, 400, 'unknown-parameter')]:
            got, answer = self.save(body, **parts)
            self.assertEqual(status, got, (parts, answer))
            self.assertEqual(code or answer['code'], answer['code'])
        self.assertEqual([], self.listed())

    def test_the_same_refusals_in_the_same_words(self):
        """A missing project, a wrong code, options beside a saved project: each door says what the other says, with the remedy."""
        self.save(name='一号', code='A-1')
        cases = [(('check', '--project', '三号'), ('GET', '/check?' + query(project='三号')), 404, 'project-not-found'),
                 (('check', 'pressing.geojson', '--save-project', '一号', '--project-code', 'B-2'),
                  ('POST', '/projects?' + query(name='一号', code='B-2')), 400, 'project-code'),
                 (('check', 'pressing.geojson', '--save-project', '二号', '--project-code', 'A-1'),
                  ('POST', '/projects?' + query(name='二号', code='A-1')), 400, 'project-code'),
                 (('check', 'pressing.geojson', '--project', '一号'), ('POST', '/check?' + query(project='一号')), 400, 'project-alone'),
                 (('check', '--project', '一号', '--project-name', 'x'),
                  ('GET', '/check?' + query(project='一号', project_name='x')), 400, 'project-alone'),
                 (('check', 'pressing.geojson', '--save-project', ''), ('POST', '/projects'), 400, 'project-name-missing')]
        for arguments, (method, path), status, code in cases:
            got, answer = self.ask(method, path, self.parcel if method == 'POST' else None)
            self.assertEqual((status, code), (got, answer['code']), path)
            done, said = self.command(*arguments)
            self.assertEqual(1, done, arguments)
            self.assertIn(answer['detail'], said)
            self.assertIn(answer['detail_en'], said)
        self.assertEqual(1, len(self.listed()))

    def test_changed_since_it_was_opened(self):
        """Who saves over, or puts away, what another has saved meanwhile is told so; nothing is written."""
        first = self.save(name='一号', code='A-1')[1]
        second = self.save(name='一号', code='A-1', replaces=first['id'], **{'class': 'GENERAL'})[1]
        for method, path in (('POST', '/projects?' + query(name='一号', replaces=first['id'])),
                             ('POST', '/projects?' + query(name='一号', replaces=0)), ('DELETE', f'/projects/{first["id"]}')):
            status, answer = self.ask(method, path, self.parcel if method == 'POST' else None)
            self.assertEqual((409, 'project-changed'), (status, answer['code']), path)
            self.assertIn(f'第 {second["id"]} 号', answer['detail'])
        self.assertEqual([second['id']], [r['id'] for r in self.listed()])
        self.assertEqual(second['id'], self.ask('GET', f'/projects/{first["id"]}')[1]['newest_id'])   # the earlier one stays
        status, gone = self.ask('DELETE', f'/projects/{second["id"]}')
        self.assertEqual((200, True), (status, gone['retired']))
        self.assertEqual((409, 'project-retired'), self.code(self.ask('DELETE', f'/projects/{second["id"]}')))
        self.assertEqual((409, 'project-changed'), self.code(self.save(name='一号', replaces=second['id'])))
        self.assertEqual([], self.listed())
        self.assertEqual(404, self.ask('GET', '/check?' + query(project='一号'))[0])
        self.assertEqual(201, self.save(name='新名', code='A-1', replaces=0)[0])   # its code is free for another name
        self.assertEqual((404, 'project-not-found'), self.code(self.ask('DELETE', '/projects/99')))
        done, said = self.command('projects', 'retire', '新名')
        self.assertEqual((0, []), (done, self.listed()), said)

    def test_only_where_records_may_be_kept(self):
        """A server that keeps nothing, or a page of another site, saves nothing; reading goes on."""
        first = self.save(name='一号')[1]
        foreign = {'Origin': 'https://example.org'}
        for method, path in (('POST', '/projects?name=x'), ('DELETE', f'/projects/{first["id"]}')):
            self.assertEqual((403, 'foreign-page'), self.code(self.ask(method, path, self.parcel, headers=foreign)))
        server = fixture.Server(PROGRAM, '--store', fixture.beside(self.office.store))
        try:
            for method, path in (('POST', '/projects?name=x'), ('DELETE', f'/projects/{first["id"]}')):
                self.assertEqual((422, 'records-not-allowed'), self.code(self.ask(method, path, self.parcel, server)))
            self.assertEqual(['一号'], [r['name'] for r in self.ask('GET', '/projects', server=server)[1]['projects']])
            self.assertEqual(200, self.ask('GET', '/check?' + query(project='一号'), server=server)[0])
        finally:
            server.stop()
        self.assertEqual(1, len(self.listed()))

    # ---- the record, searched

    def found(self, **parts):
        """The ids, by the server and by the command, which must find the same."""
        rows = self.ask('GET', '/records?' + query(**parts))[1]['records']
        options = [x for k, v in parts.items() for x in (f'--{k}', v)]
        done = self.office.run('records', 'list', '--format', 'json', *options)
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertEqual(rows, json.loads(done.stdout)['records'])
        return [r['id'] for r in rows]

    def test_records_are_found_by_project_and_claim(self):
        """By a part of name, code or document, by layer as people write it and class by code or title: of one and the same claim."""
        keep = {'keep': 1, 'officer': '张三'}
        other = 'YJJBNT=STATE_KEY:农字9号@2026-02-02'
        checks = [{'project_name': '一号线', 'project_code': 'A-1', 'claim': CLAIM},
                  {'project_name': '风电', 'project_code': 'B-77', 'claim': [CLAIM.replace('12号', '30号'), other]},
                  {'project_name': '无主张', 'class': 'GENERAL'}]
        ids = []
        for parts in checks:
            status, report = self.ask('POST', '/check?' + query(**keep, **parts), self.parcel)
            self.assertEqual(200, status, report)
            ids.append(report['record']['id'])
        override = self.ask('POST', f'/records/{ids[0]}/overrides', json.dumps(
            {'verdict': 'notice', 'reason': '另有批复', 'officer': '李四'}))[1]['id']
        self.assertEqual([ids[0], override], self.found(project='一号'))
        self.assertEqual([ids[1]], self.found(project='b-7'))
        self.assertEqual([ids[0], ids[1], override], self.found(layer='生态保护红线'))
        self.assertEqual([ids[1]], self.found(layer='YJJBNT'))
        self.assertEqual([ids[0], override], self.found(document='12号'))
        self.assertEqual([ids[1]], self.found(layer='ecological_red_line', document='30号'))
        self.assertEqual([], self.found(layer='ecological_red_line', document='农字'))
        self.assertEqual([], self.found(layer='YJJBNT', **{'class': 'NATIONAL_MAJOR'}))
        self.assertEqual([ids[0], ids[1], override], self.found(**{'class': 'NATIONAL_MAJOR'}))
        self.assertEqual([ids[1]], self.found(**{'class': '国家重大'}, project='风电'))
        self.assertEqual([ids[2]], self.found(**{'class': 'GENERAL'}))
        self.assertEqual([], self.found(project='%'))
        self.assertEqual([*ids, override], self.found())
        page = self.ask('GET', '/records?' + query(limit=1, layer='生态保护红线', document='号'))[1]
        self.assertEqual([ids[1]], [r['id'] for r in self.ask('GET', page['links'][0]['href'])[1]['records']][:1])
        status, answer = self.ask('GET', '/records?' + query(layer='没有的'))
        self.assertEqual((400, 'claim-layer'), (status, answer['code']))
        self.assertIn(answer['detail'], self.command('records', 'list', '--layer', '没有的')[1])
        self.assertEqual(400, self.ask('GET', '/records?' + query(document='x' * 300))[0])
        self.assertEqual(0, self.office.chain()[0])

    def code(self, answer):
        return answer[0], answer[1].get('code')


if __name__ == '__main__':
    unittest.main()
