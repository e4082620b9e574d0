"""An office for the tests of the record: a store with three small layers, parcels on and off them, and the program."""
import hashlib
import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / 'http'))
import fixture  # noqa: E402
from fixture import runs  # noqa: E402, F401
import report_schema  # noqa: E402

PROGRAM = os.environ.get('HONGXIAN', 'hongxian')
HERE = pathlib.Path(__file__).resolve().parent
PARCELS = {'pressing': (111.705, 40.80, 111.715, 40.81), 'clear': (111.75, 40.81, 111.751, 40.811),
           'farm': (111.725, 40.80, 111.726, 40.801), 'outside': (111.60, 40.60, 111.61, 40.61)}


def claim_text(c):
    """LAYER=CLASS[#ITEM][:DOCUMENT@DATE[@BY]]"""
    text = f"{c['layer']}={c['class']}" + (f"#{c['item']}" if c['item'] else '')
    return text + (f":{c['document']}@{c['date']}" + (f"@{c['by']}" if c['by'] else '') if c['document'] else '')


def parameters_digest(report):
    """What src/report/parameters.h says, a second time."""
    libraries, slivers = report['engine']['libraries'], report['sliver_policy']
    fields = [('engine', report['engine']['version'])] + [(k, libraries[k]) for k in ('geos', 'proj', 'sqlite')]
    fields += [('area_basis', report['area_basis']), ('sliver_area_m2', format(slivers['area_m2'], '.17g')),
               ('sliver_width_m', format(slivers['width_m'], '.17g')), ('project_class', report['project_class']),
               ('crs_given', report['input']['crs_given'] or ''), ('input_sha256', report['input']['sha256']),
               ('rules_version', report['rules_version'])]
    fields += [('layer', layer['uid']) for layer in report['layers_used']] + [('verdict', report['verdict'])]
    number = report.get('format', 1)
    if number > 1:
        fields += [('claims', ';'.join(map(claim_text, report['claims'])))]
        fields += [('definition', d['sha256']) for d in report['definitions']]
        fields += [('not_examined', d['sha256']) for d in report['not_examined']]
        fields += [('draft', d['uid']) for d in report.get('drafts', [])]
    text = b'hongxian check %d\n' % number
    for name, value in fields:
        text += b'%s:%d:%s\n' % (name.encode(), len(value.encode()), value.encode())
    return hashlib.sha256(text).hexdigest()


class Office:
    def __init__(self):
        self.temporary = tempfile.TemporaryDirectory(prefix='hongxian-record-')
        self.folder = pathlib.Path(self.temporary.name)
        self.store = fixture.make_store(PROGRAM, self.folder)
        for name, box in PARCELS.items():
            fixture.write_json(self.folder / f'{name}.geojson', fixture.feature(box, 地块编号=name))

    def close(self):
        self.temporary.cleanup()

    def run(self, *arguments, store=None, **more):
        return subprocess.run([PROGRAM, *arguments, '--store', str(store or self.store)], cwd=self.folder,
                              capture_output=True, text=True, encoding='utf-8', **more)

    def run_bytes(self, *arguments, store=None):
        done = subprocess.run([PROGRAM, *arguments, '--store', str(store or self.store)], cwd=self.folder, capture_output=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def check(self, name, *arguments, keep=True):
        keeping = ('--keep', '--officer', '张三', '--project-name', '风电 "一期"') if keep else ()
        done = self.run('check', f'{name}.geojson', '--format', 'json', *keeping, *arguments)
        assert done.returncode == 0, done.stderr
        return report_schema.demand(json.loads(done.stdout))

    def write(self, report):
        path = self.folder / 'report.json'
        path.write_text(report if isinstance(report, str) else json.dumps(report, ensure_ascii=False), encoding='utf-8')
        return str(path)

    def verify(self, report, *arguments, store=None):
        done = self.run('verify', self.write(report), '--format', 'json', *arguments, store=store)
        return done.returncode, json.loads(done.stdout) if done.stdout else done.stderr

    def chain(self, *arguments, store=None):
        done = self.run('records', 'verify', '--format', 'json', *arguments, store=store)
        return done.returncode, json.loads(done.stdout)

    def forged(self, *statements):
        """A copy of the store in which somebody with a SQL prompt has done this."""
        path = self.folder / 'forged.sqlite'
        with sqlite3.connect(self.store) as db:   # folds the journal back, so that the file is all there is
            db.execute('PRAGMA wal_checkpoint(TRUNCATE)')
        db.close()
        shutil.copy(self.store, path)
        for suffix in ('-wal', '-shm'):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        db = sqlite3.connect(path)
        names = db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN "
                           "('record', 'record_content', 'rule_set')").fetchall()
        for (name,) in names:
            db.execute(f'DROP TRIGGER {name}')
        for statement in statements:
            if callable(statement):
                statement(db)
            else:
                db.execute(statement)
        db.commit()
        db.close()
        return path
