#!/usr/bin/env python3
"""CONTRIBUTING.md tells whoever carries on where things are: what it names is there, and its map is the house."""
import fnmatch
import os
import re
import unittest

import tree
from layer_rule import read_table

PAPER = 'CONTRIBUTING.md'
ENDINGS = ('.c', '.h', '.py', '.txt', '.mjs', '.ts', '.sh', '.json', '.yaml', '.csv', '.md', '.supp')
LIBRARIES = {'libxlsxwriter': 'xlsxwriter', 'libqrencode': 'qrencode', 'libmicrohttpd': 'microhttpd', 'libseccomp': 'seccomp'}   # as modules.txt calls them
# Words of the paper that stand for what the reader makes, and what a build leaves.
PLACEHOLDER = re.compile(r'[A-Z]{2,}|\.\.\.|…')
MADE = ('build/',)
SEVERAL = {'shp', 'gdb', 'tab', 'mif', 'mid'}   # one file of several: they are sent in a zip


def words(text):
    """What stands between backquotes, outside the blocks of code."""
    return sorted(set(re.findall(r'`([^`\n]+)`', re.sub(r'```.*?```', '', text, flags=re.S))))


def there(word, names):
    """A file or a folder of the tree, whole or as the end of a path, with * for any."""
    word = word.rstrip('/')
    folders = {os.path.dirname(n) for n in names}
    for d in list(folders):
        while d := os.path.dirname(d):
            folders.add(d)
    return any(fnmatch.fnmatch(n, pattern) for n in names + sorted(folders) for pattern in (word, '*/' + word))


def names_a_file(word):
    return not PLACEHOLDER.search(word) and ' ' not in word and not word.startswith(('/',) + MADE) and word != '"module/file.h"' \
        and (word.endswith(ENDINGS) or '/' in word)


def tests_named(names):
    """What ctest calls the tests: folder_file, the file without its test_; and what a CMakeLists.txt says."""
    found = {w for n in names if n.startswith('tests/') and n.endswith('CMakeLists.txt') for w in re.findall(r'\w+', tree.text(n))}
    for n in names:
        at = re.fullmatch(r'tests/(\w+)/(?:test_)?(\w+)\.(?:py|c)', n)
        if at:
            found.add(f'{at[1]}_{at[2]}')
    return found


def map_of(text):
    """{folder: (number, its row, its libraries)}"""
    rows = re.findall(r'^\| (\d+) \| `(\w+)` \| (.*) \| ([^|]*) \|$', text, re.M)
    return {folder: (int(n), job, {LIBRARIES.get(l, l) for l in re.split(r'[, ]+', libraries.lower())} - {'none'})
            for n, folder, job, libraries in rows}


class Papers(unittest.TestCase):
    text = tree.text(PAPER)
    names = tree.files()

    def test_files_and_folders_that_it_names_are_there(self):
        named = [w for w in words(self.text) if names_a_file(w)]
        self.assertGreater(len(named), 60)
        self.assertEqual([], [w for w in named if not there(w, self.names)])

    def test_files_that_the_design_names_are_there(self):
        """Of DESIGN.md, whose words may be anything, only what ends as a source does."""
        named = [w for w in words(tree.text('DESIGN.md')) if names_a_file(w) and w.endswith(('.c', '.h', '.py', '.mjs', '.ts'))]
        self.assertGreater(len(named), 60)
        self.assertEqual([], [w for w in named if not there(w, self.names)])

    def test_functions_and_tables_that_it_names_are_there(self):
        """A name of code is in some source, and a name of a test is one of ctest's."""
        sources = ' '.join(filter(None, map(tree.text, tree.files('src', 'include', 'tests', 'web', 'schema', 'script', ends=ENDINGS))))
        known = set(re.findall(r'\w+', sources)) | tests_named(self.names)
        named = [w for w in words(self.text) if re.fullmatch(r'[a-z]\w*_\w+', w) and not PLACEHOLDER.search(w)]
        self.assertGreater(len(named), 40)
        self.assertEqual([], [w for w in named if w not in known])

    def test_tests_that_its_commands_run_are_there(self):
        asked = re.findall(r'ctest [^\n`]*-R (\w+)', self.text)
        self.assertIn('audit_rows', asked)
        known = tests_named(self.names)
        self.assertEqual([], [a for a in asked if a != 'NAME' and a not in known])

    def test_the_map_is_the_house(self):
        """Every folder of src/ with its number and its libraries; the folders within are told in their row."""
        told = map_of(self.text)
        self.assertEqual(read_table(), {m: (n, libraries) for m, (n, _, libraries) in told.items()})
        inner = {tuple(n.split('/')[1:3]) for n in tree.files('src') if n.count('/') > 2}
        self.assertTrue(inner)
        self.assertEqual([], sorted('/'.join(p) for p in inner if not re.search(rf'`(?:\w+/)?{p[1]}/`', told[p[0]][1])))

    def test_the_folders_of_tests_are_told(self):
        """Those of src/, and those that it lists."""
        listed = re.search(r'what belongs to no folder of `src/`: (.*?)\. A new', self.text, re.S)[1]
        found = {n.split('/')[1] for n in tree.files('tests') if n.count('/') > 1}
        self.assertEqual(found - set(read_table()), set(re.findall(r'`(\w+)`', listed)))


class Page(unittest.TestCase):
    def test_the_file_dialogs_offer_what_the_matrix_sends(self):
        """A format that is read is one that can be chosen: the endings of the matrix's files, but for those of several."""
        sent = set(re.findall(r'"p\.(?:\w+\.)*(\w+)"', tree.text('tests/matrix/writers.py'))) - SEVERAL
        self.assertGreater(len(sent), 8)
        offered = re.search(r"ACCEPT =\s*'([^']*)'", tree.text('web/src/accept.ts'))[1].split(',')
        self.assertEqual(set(), {'.' + e for e in sent} - set(offered))


class TheTestItself(unittest.TestCase):
    """It must be able to fail."""
    def test_a_dead_name_is_seen(self):
        self.assertTrue(there('reports.c', ['src/a/reports.c']) and there('src/a/*.c', ['src/a/reports.c']) and there('a/', ['src/a/b.c']))
        self.assertFalse(there('reply.h', ['src/http/reply.c']))
        self.assertTrue(names_a_file('reply.h') and names_a_file('sandbox/'))
        self.assertFalse(names_a_file('test_NAME.c') or names_a_file('build/logs/') or names_a_file('/tiles'))

    def test_a_row_of_the_map_is_read(self):
        self.assertEqual({'base': (0, 'status; `x/` does', {'nettle', 'xlsxwriter'}), 'tile': (5, 'map tiles', set())},
                         map_of('| 0 | `base` | status; `x/` does | nettle, libxlsxwriter |\n| 5 | `tile` | map tiles | none |\n'))


if __name__ == '__main__':
    unittest.main()
