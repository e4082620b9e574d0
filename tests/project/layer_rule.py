#!/usr/bin/env python3
"""Modules include only what their row in modules.txt allows: a CMake link does not stop a stray include."""
import fnmatch
import os
import re
import unittest

import tree

LIBRARIES = {   # library → its headers
    'nettle': ['nettle/*.h'],
    'argon2': ['argon2.h'],
    'geos': ['geos_c.h'],
    'xxhash': ['xxhash.h'],
    'proj': ['proj.h', 'geodesic.h'],
    'sqlite': ['sqlite3.h', 'sqlite3ext.h'],
    'spatialite': ['spatialite.h', 'spatialite/*.h', 'gaiageo.h'],
    'expat': ['expat.h'],
    'seccomp': ['seccomp.h'],
    'zlib': ['zlib.h'],
    'gdal': ['gdal*.h', 'ogr_*.h', 'cpl_*.h'],
    'microhttpd': ['microhttpd.h'],
    'jansson': ['jansson.h'],
    'cairo': ['cairo.h', 'cairo-*.h'],
    'pango': ['pango/*.h'],
    'qrencode': ['qrencode.h'],
    'xlsxwriter': ['xlsxwriter.h', 'xlsxwriter/*.h'],
}
GENERATED = {'lines/line_count.h'}   # made by the build
SYSTEM = {      # the C library, the operating system, the compiler
    'assert.h', 'ctype.h', 'errno.h', 'fenv.h', 'float.h', 'inttypes.h', 'iso646.h', 'limits.h', 'locale.h', 'math.h',
    'setjmp.h', 'signal.h', 'stdalign.h', 'stdarg.h', 'stdatomic.h', 'stdbool.h', 'stddef.h', 'stdint.h', 'stdio.h',
    'stdlib.h', 'stdnoreturn.h', 'string.h', 'strings.h', 'tgmath.h', 'threads.h', 'time.h', 'uchar.h', 'wchar.h',
    'dirent.h', 'endian.h', 'fcntl.h', 'ftw.h', 'fnmatch.h', 'getopt.h', 'glob.h', 'grp.h', 'iconv.h', 'langinfo.h', 'libgen.h',
    'netdb.h', 'poll.h', 'pthread.h', 'pwd.h', 'sched.h', 'semaphore.h', 'spawn.h', 'syslog.h', 'termios.h', 'unistd.h',
    'byteswap.h', 'dlfcn.h', 'malloc.h', 'immintrin.h', 'xmmintrin.h', 'emmintrin.h',
}
SYSTEM_FOLDERS = ('sys/', 'arpa/', 'net/', 'netinet/', 'linux/')
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]+([<"])([^>"\n]+)[>"]', re.M)


def read_table():
    table = {}
    for line in tree.text('tests/project/modules.txt').splitlines():
        fields = line.split()
        if fields and not line.startswith('#'):
            table[fields[1]] = (int(fields[0]), set(fields[2:]))
    return table


def library_of(header):
    for library, patterns in LIBRARIES.items():
        if any(fnmatch.fnmatchcase(header, p) for p in patterns):
            return library
    return None


def is_system(header):
    return header in SYSTEM or header.startswith(SYSTEM_FOLDERS)


def own_include_fault(table, module, header):
    if header == 'hongxian.h':
        return None if module == 'api' else 'the public header is for src/api and for others’ programs'
    other, _, rest = header.partition('/')
    if other not in table or not rest:
        return 'own headers are included as "module/file.h", with a module of modules.txt'
    if header not in GENERATED and not os.path.isfile(tree.path('src', header)):
        return 'there is no such header'
    if other != module and table[other][0] >= table[module][0]:
        return f'{module} ({table[module][0]}) may not include {other} ({table[other][0]}): only lower numbers'
    return None


def foreign_include_fault(table, module, header):
    if is_system(header):
        return None
    library = library_of(header)
    if library is None:
        return 'a header of no known library; name its library in layer_rule.py and in modules.txt'
    return None if library in table[module][1] else f'modules.txt does not allow {library} in {module}'


class LayerRule(unittest.TestCase):
    table = read_table()

    def sources(self):
        for name in tree.files('src', ends=('.c', '.h')):
            yield name, name.split('/')[1]

    def test_every_folder_of_src_is_a_module(self):
        found = {m for _, m in self.sources()}
        self.assertTrue(found)
        self.assertEqual(set(), found - set(self.table), 'not in tests/project/modules.txt')

    def test_includes(self):
        faults = []
        for name, module in self.sources():
            for quote, header in INCLUDE.findall(tree.text(name)):
                fault = (own_include_fault if quote == '"' else foreign_include_fault)(self.table, module, header)
                if fault:
                    faults.append(f'{name}: #include {header}: {fault}')
        self.assertEqual([], faults)

    def test_links(self):
        faults = []
        for name in tree.files('src', ends=('CMakeLists.txt',)):
            module = name.split('/')[1]
            for other in re.findall(r'\bhx_(\w+)', tree.text(name)):
                if module in self.table and other in self.table and other != module:
                    if self.table[other][0] >= self.table[module][0]:
                        faults.append(f'{name}: hx_{other}')
        self.assertEqual([], faults)

    def test_the_design_tells_the_same_table(self):
        if not os.path.exists(tree.path('DESIGN.md')):
            self.skipTest('no DESIGN.md')
        told = dict((m, int(n)) for n, m in re.findall(r'^\|\s*(\d+)\s*\|\s*`(\w+)`\s*\|', tree.text('DESIGN.md'), re.M))
        self.assertEqual({m: row[0] for m, row in self.table.items()}, told)


class TheRuleItself(unittest.TestCase):
    """The rule must be able to fail."""
    table = {'base': (0, {'nettle'}), 'index': (2, {'geos'}), 'store': (2, {'sqlite'}), 'check': (3, set())}

    def test_refuses_a_higher_module(self):
        self.assertRegex(own_include_fault(read_table(), 'geo', 'check/check.h'), 'only lower numbers')

    def test_refuses_an_equal_module(self):
        self.assertRegex(own_include_fault(read_table(), 'index', 'store/store.h'), 'only lower numbers')

    def test_refuses_a_library(self):
        self.assertRegex(foreign_include_fault(self.table, 'check', 'sqlite3.h'), 'does not allow sqlite')
        self.assertRegex(foreign_include_fault(self.table, 'base', 'gdal_priv.h'), 'does not allow gdal')
        self.assertRegex(foreign_include_fault(self.table, 'base', 'curl/curl.h'), 'no known library')

    def test_allows_what_the_table_allows(self):
        self.assertIsNone(foreign_include_fault(self.table, 'store', 'sqlite3.h'))
        self.assertIsNone(foreign_include_fault(self.table, 'check', 'sys/stat.h'))
        self.assertIsNone(own_include_fault(read_table(), 'check', 'base/status.h'))


if __name__ == '__main__':
    unittest.main()
