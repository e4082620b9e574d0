#!/usr/bin/env python3
"""Paper that proves itself: what is genuine, altered or unknown, with second opinions of zbarimg, openssl, qpdf and poppler."""
import hashlib
import http.client
import io
import json
import re
import shutil
import subprocess
import unittest
import zipfile

from office import PROGRAM, Office, fixture, runs

SEAL = re.compile(rb'HXFILE1 (HX1;\S+) ([A-Za-z0-9+/=]{88})')


def run(*command, **named):
    return subprocess.run(command, check=True, capture_output=True, **named).stdout


def needs(program):
    return unittest.skipUnless(shutil.which(program), f'{program} is not installed')


class Proof(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.office = Office()
        cls.addClassCleanup(cls.office.close)
        cls.folder = cls.office.folder
        cls.files = {}
        for name, form, keep in (('kept.pdf', 'pdf', True), ('kept.xlsx', 'xlsx', True), ('loose.pdf', 'pdf', False),
                                 ('loose.xlsx', 'xlsx', False), ('kept.html', 'html', True), ('loose.html', 'html', False)):
            keeping = ('--keep', '--officer', '张三', '--project-name', '风电 "一期"') if keep else ()
            done = cls.office.run('check', 'pressing.geojson', '--format', form, '-o', name, *keeping)
            assert done.returncode == 0, done.stderr
            cls.files[name] = (cls.folder / name).read_bytes()
        cls.pem = cls.folder / 'key.pem'
        cls.pem.write_text(cls.office.run('records', 'key').stdout)
        cls.statement = SEAL.search(cls.files['kept.pdf']).group(1).decode()
        cls.server = fixture.Server(PROGRAM, '--store', cls.office.store, '--allow-records')
        cls.addClassCleanup(cls.server.stop)
        cls.connection = http.client.HTTPConnection(cls.server.host, cls.server.port)
        cls.addClassCleanup(cls.connection.close)

    def command(self, operand, *arguments, store=None):
        done = self.office.run('verify', operand, '--format', 'json', *arguments, store=store)
        self.assertEqual('', done.stderr)
        answer = json.loads(done.stdout)
        self.assertEqual({'genuine': 0, 'altered': 10, 'unknown': 11}[answer['finding']], done.returncode)
        return answer

    def ask(self, body):
        self.connection.request('POST', '/verify', body)
        answer = self.connection.getresponse()
        content = answer.read()
        self.assertEqual(200, answer.status, content)
        return json.loads(content)

    def test_what_was_given_out_is_genuine_at_every_door(self):
        for name, kind in (('kept.pdf', 'pdf'), ('kept.xlsx', 'xlsx')):
            by_key = self.office.run('verify', name, '--format', 'json', '--key', str(self.pem), store='/nowhere')
            for answer in (self.command(name), self.ask(self.files[name]), json.loads(by_key.stdout)):
                self.assertEqual(('genuine', kind, 'prohibited'), (answer['finding'], answer['kind'], answer['statement']['verdict']), answer)
        self.assertEqual('张三', self.command('kept.pdf')['record']['officer'])
        told = self.office.run('verify', 'kept.pdf').stdout
        self.assertEqual(2, len(re.findall(r'\d{4}-\d\d-\d\d \d\d:\d\d:\d\d 北京时间', told)), told)  # of the code and of the record

    def test_no_changed_byte_of_a_file_is_passed_over(self):
        """Spread over the file, and each one of the seal: never genuine."""
        for name in ('kept.pdf', 'kept.xlsx'):
            whole = self.files[name]
            seal = SEAL.search(whole)
            step = max(1, len(whole) // runs.small_or_whole(60, 2000))
            # '=' at the end and the two signs' lowest bits before it may differ without being another signature
            spread = [at for at in range(0, len(whole), step) if not seal.start(2) <= at]
            for at in spread + list(range(seal.start(), seal.end(2) - 3, 7)):
                forged = bytearray(whole)
                forged[at] ^= 1
                try:
                    answer = self.ask(bytes(forged))
                except AssertionError:      # no PDF and no workbook any more
                    self.assertLess(at, 8)
                    continue
                self.assertNotEqual('genuine', answer['finding'], (name, at))
            self.assertEqual('altered', self.ask(whole + b'\n')['finding'])

    def test_one_figure_changed_in_a_workbook_is_told(self):
        """Its seal taken over with everything else, as a forger would."""
        old, new = zipfile.ZipFile(io.BytesIO(self.files['kept.xlsx'])), io.BytesIO()
        changed = 0
        with zipfile.ZipFile(new, 'w', zipfile.ZIP_DEFLATED) as book:
            for info in old.infolist():
                content = old.read(info)
                if info.filename.startswith('xl/worksheets/') and not changed:
                    content, changed = re.subn(rb'<v>(\d+\.\d)', rb'<v>9\1', content, count=1)
                book.writestr(info.filename, content)
            book.comment = old.comment
        self.assertEqual(1, changed)
        answer = self.ask(new.getvalue())
        self.assertEqual('altered', answer['finding'])
        self.assertIn('其中的签名文字属实', answer['notes'][0]['zh'])

    def test_the_seal_of_one_file_is_none_of_another(self):
        seal = SEAL.search(self.files['kept.pdf']).group(0)
        for other in (b'%PDF-1.7\n%' + seal + b'\n%%EOF\n', self.files['loose.pdf'] + b'%' + seal + b'\n'):
            self.assertEqual('altered', self.ask(other)['finding'])

    @needs('qpdf')
    def test_a_figure_changed_in_the_attachment_is_told(self):
        """qpdf writes the file anew without the seal; put back, it does not fit."""
        report = self.folder / 'report.json'
        report.write_text('{"verdict": "allowed"}', encoding='utf-8')
        forged = self.folder / 'forged.pdf'
        run('qpdf', '--remove-attachment=report.json', str(self.folder / 'kept.pdf'), str(self.folder / 'bare.pdf'))
        run('qpdf', str(self.folder / 'bare.pdf'), '--add-attachment', str(report), '--', str(forged))
        self.assertEqual('unknown', self.command('forged.pdf')['finding'])
        forged.write_bytes(forged.read_bytes() + b'%' + SEAL.search(self.files['kept.pdf']).group(0) + b'\n')
        self.assertEqual('altered', self.command('forged.pdf')['finding'])

    def test_what_is_not_kept_says_so_and_is_unknown(self):
        words = '不证明任何事'
        self.assertIn(words, self.files['loose.html'].decode())
        self.assertNotIn(words, self.files['kept.html'].decode())
        self.assertNotEqual(self.files['loose.pdf'], self.files['kept.pdf'])
        for name in ('loose.pdf', 'loose.xlsx'):
            self.assertEqual('unknown', self.command(name)['finding'])
        number = re.search(r'报告编号 (T-[0-9a-f]{12})', self.files['loose.html'].decode()).group(1)
        self.assertEqual('unknown', self.command(number)['finding'])

    def test_the_text_of_the_code(self):
        """As a telephone gives it, with line ends that a message put in, and changed at any sign."""
        folded = '\r\n'.join(self.statement[i:i + 60] for i in range(0, len(self.statement), 60))
        for text in (self.statement, folded, f'  {self.statement}\n'):
            self.assertEqual('genuine', self.ask(text.encode())['finding'])
        self.assertEqual('genuine', self.command(self.statement)['finding'])
        cut = self.statement.rindex(';')
        for at in range(4, cut):
            forged = self.statement[:at] + ('1' if self.statement[at] != '1' else '2') + self.statement[at + 1:]
            self.connection.request('POST', '/verify', forged.encode())
            answer = self.connection.getresponse()
            content = json.loads(answer.read())
            self.assertTrue(answer.status == 400 or content['finding'] in ('altered', 'unknown'), forged)

    def test_the_statement_says_what_the_report_says(self):
        """Its areas are sums of the report's, and stand on the paper."""
        answer = self.ask(self.statement.encode())['statement']
        report = json.loads(self.office.run('records', 'export', '1').stdout)
        found = {'red_line': 'ecological_red_line', 'farmland': 'permanent_basic_farmland', 'boundary': 'urban_development_boundary'}
        for prefix, layer in found.items():
            area = sum(l['area_m2'] or 0 for p in report['parcels'] for l in p['layers'] if l['layer'] == layer)
            self.assertAlmostEqual(area, float(answer['areas_m2'][prefix]), delta=0.011)
        self.assertGreater(float(answer['areas_m2']['red_line']), 1000)
        self.assertEqual(report['verdict'], answer['verdict'])
        self.assertEqual(hashlib.sha256(self.office.run('records', 'export', '1').stdout.encode()).hexdigest(), answer['result_sha256'])

    @needs('pdftotext')
    def test_the_figures_that_are_signed_are_printed(self):
        text = run('pdftotext', '-layout', str(self.folder / 'kept.pdf'), '-').decode()
        answer = self.ask(self.statement.encode())['statement']
        for figure in (answer['parcel_m2'], answer['areas_m2']['red_line'], answer['number']):
            self.assertIn(figure, text)
        for block in ('经办', '复核', '签章'):
            self.assertIn(block, text)

    def test_numbers(self):
        number = self.statement.split(';')[1]
        self.assertEqual('genuine', self.command(number)['finding'])
        self.assertEqual('prohibited', self.command(number)['record']['verdict'])
        for wrong, finding in ((number[:-1] + ('0' if number[-1] != '0' else '1'), 'altered'), ('1', 'unknown'), ('1-', 'unknown'), (number[:-1], 'altered'),
                               ('4711-0123456789', 'unknown'), ('T-0123456789ab', 'unknown')):
            self.assertEqual(finding, self.command(wrong)['finding'], wrong)
        by_key = self.office.run('verify', number, '--key', str(self.pem), '--format', 'json', store='/nowhere')
        self.assertEqual('unknown', json.loads(by_key.stdout)['finding'])

    def test_a_record_that_was_changed_makes_nothing_genuine(self):
        forged = self.office.forged("UPDATE record SET verdict = 'allowed' WHERE id = 1")
        for paper in (self.statement, self.statement.split(';')[1], 'kept.pdf'):
            self.assertEqual('altered', self.command(paper, store=forged)['finding'], paper)

    def test_another_key_knows_nothing_of_it(self):
        other = self.folder / 'other.sqlite'
        subprocess.run([PROGRAM, 'init', str(other)], check=True, capture_output=True)
        self.assertEqual('unknown', self.command('kept.pdf', store=other)['finding'])
        theirs = self.folder / 'theirs.pem'
        theirs.write_text(self.office.run('records', 'key', store=other).stdout)
        self.assertNotEqual(theirs.read_text(), self.pem.read_text())
        self.assertEqual('unknown', self.command('kept.pdf', '--key', str(theirs))['finding'])
        refused = self.office.run('verify', 'kept.pdf', '--key', 'pressing.geojson')
        self.assertEqual(1, refused.returncode)
        self.assertIn('不是 Ed25519 公钥', refused.stderr)

    def test_an_override_is_told_beside_what_was_signed(self):
        store = self.office.forged()
        done = self.office.run('records', 'override', '1', '--verdict', 'allowed', '--reason', '另有批文', '--officer', '李四', store=store)
        self.assertEqual(0, done.returncode, done.stderr)
        answer = self.command('kept.pdf', store=store)
        self.assertEqual('genuine', answer['finding'])
        self.assertTrue(any('改判为 allowed' in n['zh'] for n in answer['notes']), answer)

    def test_any_record_is_printed_again_overridden_or_not(self):
        """As on the first day: the same statement, the kept report attached, the override beside the verdict; and at the server's door."""
        before = self.office.run_bytes('records', 'print', '1')
        self.assertEqual(self.statement.encode(), SEAL.search(before).group(1))
        self.assertEqual('genuine', self.ask(before)['finding'])
        self.connection.request('GET', '/records/1?f=pdf')
        answer = self.connection.getresponse()
        self.assertEqual((200, before), (answer.status, answer.read()))
        store = self.office.forged()
        self.office.run('records', 'override', '1', '--verdict', 'allowed', '--reason', '另有<b>批文', '--officer', '李四', store=store)
        for number in ('1', '4'):       # the check, and the override's own row
            page = self.office.run_bytes('records', 'print', number, '--format', 'html', store=store).decode()
            for text in ('经办人改判', '李四', '另有&lt;b&gt;批文', '禁止'):
                self.assertIn(text, page)

    def test_a_record_that_was_changed_is_not_printed(self):
        for statement in ("UPDATE record SET officer = '李四' WHERE id = 1", "UPDATE record_content SET bytes = CAST(replace(CAST(bytes AS TEXT), 'prohibited', 'allowed') AS BLOB)"):
            done = self.office.run('records', 'print', '1', '--format', 'csv', store=self.office.forged(statement))
            self.assertEqual('', done.stdout)
            self.assertIn('没有出具任何文件', done.stderr)

    def test_a_backup_carries_the_key(self):
        copy = self.folder / 'backup.sqlite'
        done = self.office.run('backup', str(copy))
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertEqual(self.pem.read_text(), self.office.run('records', 'key', store=copy).stdout)

    def test_the_server_gives_out_its_public_key(self):
        self.connection.request('GET', '/records/key')
        answer = self.connection.getresponse()
        self.assertEqual((200, self.pem.read_text()), (answer.status, answer.read().decode()))

    @needs('openssl')
    def test_openssl_confirms_the_signature(self):
        """Of the statement, by the exported key: nobody needs this program to verify."""
        message, signature = self.folder / 'message', self.folder / 'signature'
        text, _, signed = self.statement.rpartition(';')
        signature.write_bytes(__import__('base64').b64decode(signed))
        for said, code in ((text, 0), (text.replace('prohibited', 'allowed'), 1)):
            message.write_text(said)
            done = subprocess.run(['openssl', 'pkeyutl', '-verify', '-pubin', '-inkey', str(self.pem), '-rawin', '-in', str(message),
                                   '-sigfile', str(signature)], capture_output=True)
            self.assertEqual(code, done.returncode, done)

    @needs('zbarimg')
    @needs('pdftoppm')
    def test_a_reader_of_codes_reads_the_paper(self):
        run('pdftoppm', '-r', '150', '-png', '-f', '1', '-l', '1', '-singlefile', str(self.folder / 'kept.pdf'), str(self.folder / 'page'))
        read = run('zbarimg', '-q', '--raw', str(self.folder / 'page.png')).decode().strip()
        self.assertEqual(self.statement, read)

    @needs('pdfdetach')
    def test_the_attachment_is_what_was_kept(self):
        for name, kept in (('kept.pdf', True), ('loose.pdf', False)):
            out = self.folder / f'{name}.json'
            run('pdfdetach', '-save', '1', '-o', str(out), str(self.folder / name))
            self.assertEqual('prohibited', json.loads(out.read_bytes())['verdict'])
            if kept:
                self.assertEqual(self.statement.split(';')[6], hashlib.sha256(out.read_bytes()).hexdigest())

    @needs('qpdf')
    def test_the_file_is_sound_and_says_that_it_is_an_archives(self):
        """What PDF/A-3b asks for and can be seen from outside: metadata, output intent, id, related files, fonts."""
        for name in ('kept.pdf', 'loose.pdf'):
            path = str(self.folder / name)
            self.assertIn(b'No syntax or stream encoding errors', run('qpdf', '--check', path))
            objects = json.loads(run('qpdf', '--json=1', path))['objects']
            root = objects[objects['trailer']['/Root']]
            self.assertEqual('/GTS_PDFA1', root['/OutputIntents'][0]['/S'])
            self.assertEqual(1, len(root['/AF']))
            self.assertEqual('/Source', objects[root['/AF'][0]]['/AFRelationship'])
            self.assertEqual(2, len(objects['trailer']['/ID']))
            xmp = run('pdfinfo', '-meta', path).decode()
            for part in ('<pdfaid:part>3</pdfaid:part>', '<pdfaid:conformance>B</pdfaid:conformance>'):
                self.assertIn(part, xmp)
            rows = run('pdffonts', path).decode().splitlines()[2:]
            self.assertTrue(rows and all(row[-24:].split()[0] == 'yes' for row in rows), rows)


if __name__ == '__main__':
    unittest.main()
