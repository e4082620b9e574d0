#!/usr/bin/env python3
"""Of a file that was cut off anywhere nothing is lost in silence: it is refused, or a record says what is wrong with it, or all
records are there. HX_LONG=1 cuts at every place of the small files and at many of the large ones.

test_sandbox_prefixes.py PRINT_STREAM"""
import os
import random
import shutil
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..'))
import make_files
import runs
import stream_test

PROGRAM = sys.argv.pop(1)
LONG = runs.LONG and not runs.SANITIZED


def cuts(size, seed):
    some = random.Random(seed)
    if LONG:
        return range(size) if size < 3000 else sorted({some.randrange(size) for _ in range(400)} | set(range(size - 40, size)))
    return sorted({size // 2, size - 1, some.randrange(size)})


def parts_of(path):
    """The files that a data set consists of, which are cut one by one."""
    if os.path.isdir(path):
        return [os.path.join(path, n) for n in sorted(os.listdir(path))]
    stem, ending = os.path.splitext(path)
    more = {'.shp': ('.shx', '.dbf'), '.mif': ('.mid',), '.tab': ('.dat', '.map', '.id')}.get(ending, ())
    return [path] + [stem + e for e in more]


class Prefixes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp()
        cls.files = make_files.make_all(cls.folder)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def check(self, whole, got, where):
        if got.error:
            self.assertTrue(got.error['zh'] and got.error['en'], where)
            self.assertNotIn('/tmp', got.error['zh'] + got.error['en'], where)
            return
        self.assertEqual(len(whole.records), len(got.records), where)
        for before, after in zip(whole.records, got.records):
            if 'fault' not in after:
                self.assertEqual((before['wkb'], before['values']), (after['wkb'], after['values']), where)

    def cut(self, name):
        path = self.files[name]
        whole = stream_test.read(PROGRAM, path)
        self.assertIsNone(whole.error, name)
        self.assertEqual(3, len(whole.records), name)
        for part in parts_of(path):
            with open(part, 'rb') as f:
                data = f.read()
            if not data or (not LONG and os.path.isdir(path) and not part.endswith(('table', 'tablx'))):
                continue
            try:
                for at in cuts(len(data), part[len(self.folder):]):
                    make_files.write(part, data[:at])
                    self.check(whole, stream_test.read(PROGRAM, path), (name, os.path.basename(part), at, len(data)))
            finally:
                make_files.write(part, data)


for each in ('shapefile', 'zip', 'geopackage', 'flatgeobuf', 'filegdb', 'spatialite', 'mif', 'tab', 'kml', 'kmz', 'dxf'):
    setattr(Prefixes, 'test_' + each, lambda self, name=each: self.cut(name))

if __name__ == '__main__':
    unittest.main()
