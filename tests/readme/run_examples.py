#!/usr/bin/env python3
"""Runs README.md's examples word for word: run_examples.py PROGRAM STORE, a built program and a store with geodata/ loaded.

In the README, a fenced block after <!-- run --> is run by bash, and must succeed; <!-- run: server --> first starts a server
on a port of its own, which takes the place of 127.0.0.1:8080; <!-- run: with NAME=FILE ... --> puts FILE of the project
beside the example as NAME. A block after <!-- prints --> is what the last run block prints; … stands for anything, and on
a line of its own for any number of lines. The examples run in a folder of their own, on a copy of the store, in order."""
import os
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BLOCK = re.compile(r'^<!-- (run|prints)(?:: ([^>]*?))? -->\n+```\w*\n(.*?)^```$', re.M | re.S)
README_ADDRESS = '127.0.0.1:8080'


def pattern_of(expected):
    """A regular expression for the whole output: lines as they are, … as said above."""
    parts = []
    for line in expected.splitlines():
        if line == '…':
            parts.append(r'(?:.*\n)*?')
        else:
            parts.append('.*'.join(re.escape(piece) for piece in line.split('…')) + r'\n')
    return re.compile(''.join(parts))


def first_line_missing(expected, printed):
    """The first line that is nowhere in the output, for the report of a failure."""
    lines = printed.splitlines(keepends=True)
    for line in expected.splitlines():
        if line != '…' and not any(pattern_of(line).fullmatch(x) for x in lines):
            return line
    return '(every line is there, but not in this order, or with others between)'


class Place:
    """The folder, store copy and server that the examples run with."""

    def __init__(self, program, store, folder):
        self.folder, self.server, self.address = folder, None, None
        copy = os.path.join(folder, 'store.sqlite')
        shutil.copy(store, copy)
        if os.path.isdir(store + '.index'):
            shutil.copytree(store + '.index', copy + '.index')
        os.symlink(os.path.join(ROOT, 'script'), os.path.join(folder, 'script'))
        self.program = program
        self.environment = dict(os.environ, HX_PROGRAM=program, HONGXIAN_STORE=copy)

    def start_server(self):
        self.server = subprocess.Popen([self.program, 'serve', '--port', '0'], env=self.environment, cwd=self.folder,
                                       stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        url = self.server.stdout.readline().strip()
        if not url:
            raise SystemExit('the server did not start')
        self.address = url.removeprefix('http://').rstrip('/')

    def stop_server(self):
        if self.server:
            self.server.terminate()
            self.server.wait(30)
            self.server.stdout.close()

    def prepare(self, needs):
        if needs == 'server' and not self.server:
            self.start_server()
        elif needs and needs.startswith('with '):
            for pair in needs.split()[1:]:
                name, _, file = pair.partition('=')
                shutil.copy(os.path.join(ROOT, file), os.path.join(self.folder, name))

    def run(self, command):
        if self.address:
            command = command.replace(README_ADDRESS, self.address)
        return subprocess.run(['bash', '-euo', 'pipefail', '-c', command], cwd=self.folder, env=self.environment,
                              capture_output=True, text=True)


def title(command):
    return ' '.join(command.split())[:90]


def run_all(place, blocks):
    passed = failed = 0
    result = command = None
    for kind, needs, body in blocks:
        if kind == 'run':
            place.prepare(needs)
            command, result = body, place.run(body)
            fault = None if result.returncode == 0 else f'exit code {result.returncode}\n{result.stderr}'
            what = title(body)
        else:
            ok = pattern_of(body).fullmatch(result.stdout)
            fault = None if ok else f'missing: {first_line_missing(body, result.stdout)}\nprinted:\n{result.stdout}'
            what = 'prints what README.md says: ' + title(command)
        print(('FAIL  ' if fault else 'ok    ') + what, *([fault] if fault else []), sep='\n' if fault else '')
        passed, failed = passed + (not fault), failed + bool(fault)
    return passed, failed


def main():
    program, store = (os.path.abspath(a) for a in sys.argv[1:3])
    with open(os.path.join(ROOT, 'README.md'), encoding='utf-8') as f:
        blocks = BLOCK.findall(f.read())
    with tempfile.TemporaryDirectory() as folder:
        place = Place(program, store, folder)
        try:
            passed, failed = run_all(place, blocks)
        finally:
            place.stop_server()
    print(f'{passed} passed, {failed} failed')
    return 1 if failed or not passed else 0


if __name__ == '__main__':
    sys.exit(main())
