"""print_stream as a function: what the tests of the readers share."""
import atexit
import json
import os
import subprocess
import sys

RUNNING = {}   # one of each program, which reads one file after the other: a start costs more than most files


class Stream:
    def __init__(self, lines):
        self.error = next((l['error'] for l in lines if 'error' in l), None)
        self.info = lines[0] if lines and 'driver' in lines[0] else None
        self.records = [l for l in lines if 'position' in l]
        self.end = next((l for l in lines if 'end' in l), None)

    @property
    def code(self):
        return self.error and self.error['code']

    def shapes(self):
        return [(r['values'], r.get('wkb')) for r in self.records]

    def faults(self):
        return [r['fault']['code'] for r in self.records if 'fault' in r]

    def notes(self):
        return [n['code'] for n in self.end['notes']] if self.end else []


def ask(program, *arguments):
    """The lines of an answer; a program that dies is a failed test."""
    p = RUNNING.get(program)
    if not p:
        p = RUNNING[program] = subprocess.Popen([program, '--each'], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    p.stdin.write('\t'.join(arguments).encode() + b'\n')
    p.stdin.flush()
    lines = []
    while (line := p.stdout.readline()) != b'.\n':
        if not line:
            del RUNNING[program]
            raise AssertionError((arguments, p.wait()))
        lines.append(line.decode().rstrip('\n'))
    return lines


def read(program, path, *options):
    return Stream([json.loads(l) for l in ask(program, *options, path)])


@atexit.register
def stop():
    """Each must have ended well, as a sanitizer sees it."""
    for program, p in RUNNING.items():
        p.stdin.close()
        p.stdout.close()
        if p.wait() != 0:
            print(program, 'ended with', p.returncode, file=sys.stderr)
            sys.stderr.flush()
            os._exit(1)   # an exception here would not fail the test
