#!/usr/bin/env python3
"""What the Debian packages are made from agrees with what the program is: lists, symbols, manual page, completion, the unit and
the scripts. An argument behind those below names one test.

    test_packaging.py PROGRAM LIBRARY SOURCE MANUAL_PAGE [TEST]
"""
import glob
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

PROGRAM, LIBRARY, SOURCE, MANUAL = sys.argv[1:5]
DEBIAN = os.path.join(SOURCE, 'packaging', 'debian')


def read(*parts):
    with open(os.path.join(SOURCE, *parts), encoding='utf-8') as f:
        return f.read()


def listed(name):
    return set(re.findall(r'^([a-z0-9][a-z0-9.+-]*)', read('script', f'packages-{name}.txt'), re.M))


def run(*command, **more):
    return subprocess.run(command, capture_output=True, text=True, **more)


def commands():
    """Every command and subcommand, as the program says them."""
    return json.loads(run(PROGRAM, 'help', '--format', 'json').stdout)['commands']


def name_of(command):
    return f"{command['group']} {command['name']}" if command['group'] else command['name']


class Lists(unittest.TestCase):
    def test_the_source_package_builds_with_what_the_build_needs(self):
        """A library that is added to script/packages-build.txt is a build dependency, too."""
        control = read('packaging', 'debian', 'control')
        wanted = re.search(r'^Build-Depends:(.*?)^\S', control, re.M | re.S).group(1)
        declared = set(re.findall(r'[a-z0-9][a-z0-9.+-]*-dev\b', wanted))
        built = {name for name in listed('build') if name.endswith('-dev')} - {'libc6-dev'}
        self.assertEqual(declared, built)

    def test_what_is_loaded_late_is_a_dependency(self):
        """Libraries that no header of the program names (base/late_library.h), the data and the font are asked for."""
        rules = read('packaging', 'debian', 'rules')
        late, server = ({name for name in listed('run') if re.match(f'(?:{pattern})', name)} for pattern in re.findall(r"s/\^\(([^)]*)\)", rules))
        for begins in ('libgdal', 'libproj', 'libgeos', 'libxlsxwriter', 'libqrencode', 'libspatialite', 'libpangocairo', 'libcairo', 'proj-data', 'fonts-'):
            self.assertTrue(any(name.startswith(begins) for name in late), f'{begins} in {late}')
        self.assertTrue(any(name.startswith('libmicrohttpd') for name in server), server)  # the C library has no server
        titles = set(re.findall(r'hx_late_library\(\w+ \S+ (\w+) ', ''.join(pathlib.Path(f).read_text() for f in glob.glob(os.path.join(SOURCE, 'src', '*', 'CMakeLists.txt')))))
        self.assertEqual({'GDAL', 'PROJ', 'GEOS', 'XLSXWRITER', 'QRENCODE', 'SPATIALITE', 'PANGOCAIRO', 'MHD'}, titles, 'a library that is loaded late is a dependency by rules')

    def test_the_symbols_file_is_what_the_library_shows(self):
        """A function that is added to hongxian.h, or taken away, is added to the symbols of the package."""
        shown = re.findall(r' [TDBR] (hx_\w+)', run('nm', '-D', '--defined-only', LIBRARY).stdout)
        named = re.findall(r'^ (hx_\w+)@Base', read('packaging', 'debian', 'libhongxian.symbols.in'), re.M)
        self.assertEqual(sorted(shown), sorted(named))


class Manual(unittest.TestCase):
    def test_every_command_and_option_is_in_the_manual_page(self):
        with open(MANUAL, encoding='utf-8') as f:
            page = f.read().replace('\\-', '-')
        for command in commands():
            self.assertIn(f'hongxian {name_of(command)}\n', page)
            of_command = page[page.index(f'\n.SS "{name_of(command)}"\n'):]
            of_command = of_command[:of_command.index('\n.S', 5)]
            for option in command['options']:
                self.assertIn(f".B {option['name']}", of_command, name_of(command))
                self.assertIn(option['zh'], of_command)

    @unittest.skipUnless(shutil.which('groff'), 'groff is not installed')
    def test_it_is_typeset_without_a_warning(self):
        done = run('groff', '-man', '-Tutf8', '-K', 'utf8', '-ww', '-W', 'break', MANUAL) # a list of choices without a blank has no place to break
        self.assertEqual(done.stderr, '')
        self.assertIn('--allow-records', re.sub('.\x08', '', done.stdout))  # bold is printed twice


class Completion(unittest.TestCase):
    def complete(self, *words):
        script = (f'source {SOURCE}/packaging/hongxian.bash-completion; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); '
                  'compopt() { :; }; _hongxian; printf "%s\\n" "${COMPREPLY[@]}"')
        return run('bash', '-c', script, 'bash', *words, cwd='/').stdout.split()

    def test_commands(self):
        self.assertEqual(sorted(self.complete(PROGRAM, '')), sorted(c['name'] for c in commands() if not c['group']))

    def test_every_option_of_every_command(self):
        for command in commands():
            if command['options']:
                self.assertEqual(sorted(o['name'] for o in command['options']),
                                 sorted(self.complete(PROGRAM, *name_of(command).split(), '-')), name_of(command))

    def test_options_of_a_command(self):
        self.assertEqual(self.complete(PROGRAM, 'serve', '--allow'), ['--allow-records'])

    def test_the_first_word_of_a_command_that_has_several(self):
        self.assertEqual(['override'], self.complete(PROGRAM, 'records', 'over'))

    def test_the_choices_of_an_option(self):
        self.assertEqual(['zh', 'en'], self.complete(PROGRAM, 'check', '--lang', ''))


class Scripts(unittest.TestCase):
    def test_every_script_can_be_parsed_by_its_shell(self):
        n = 0
        for folder in ('packaging', 'packaging/debian', 'script'):
            for name in sorted(os.listdir(os.path.join(SOURCE, folder))):
                path = os.path.join(SOURCE, folder, name)
                if not os.path.isfile(path):
                    continue
                with open(path, encoding='utf-8') as f:
                    first = f.readline()
                shell = re.match(r'#!(?:/bin/|/usr/bin/env )(sh|bash)\b', first)
                if shell:
                    n += 1
                    done = run(shell.group(1), '-n', path)
                    self.assertEqual(done.returncode, 0, f'{path}: {done.stderr}')
        self.assertGreater(n, 5)

    def test_the_unit_starts_what_is_installed(self):
        unit = read('packaging', 'debian', 'hongxian.service')
        self.assertIn('ExecStart=/usr/bin/hongxian serve', unit)
        options = re.search(r'^HONGXIAN_OPTIONS="(.*)"', read('packaging', 'debian', 'hongxian.default'), re.M).group(1)
        known = run(PROGRAM, 'help', 'serve').stdout
        for option in re.findall(r'--[a-z-]+', options):
            self.assertIn(option, known)

    def test_prepare_store_makes_a_store_once_and_leaves_one_that_is_there(self):
        with tempfile.TemporaryDirectory() as work:
            share = os.path.join(work, 'share', 'hongxian')
            os.makedirs(os.path.join(work, 'bin'))
            os.makedirs(share)
            os.symlink(PROGRAM, os.path.join(work, 'bin', 'hongxian'))
            os.symlink(os.path.join(SOURCE, 'geodata'), os.path.join(share, 'geodata'))
            shutil.copy(os.path.join(SOURCE, 'packaging', 'prepare-store'), share)
            store = os.path.join(work, 'store.sqlite')
            prepare = [os.path.join(share, 'prepare-store')]
            environment = {**os.environ, 'HONGXIAN_STORE': store}
            with open(store, 'w', encoding='utf-8') as f:
                f.write('what the office has')
            self.assertEqual(run(*prepare, env=environment).returncode, 0)
            with open(store, encoding='utf-8') as f:
                self.assertEqual(f.read(), 'what the office has')
            os.remove(store)
            done = run(*prepare, env=environment)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn('ecological_red_line', run(PROGRAM, 'layers', '--store', store).stdout)
            self.assertEqual([name for name in os.listdir(work) if '.new' in name], [])


if __name__ == '__main__':
    unittest.main(argv=sys.argv[:1] + sys.argv[5:])
