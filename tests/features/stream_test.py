"""print_stream as a function: what the tests of the readers share."""
import json
import subprocess


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


def read(program, path, *options, env=None):
    done = subprocess.run([program, *options, path], capture_output=True, timeout=300, env=env)
    assert done.returncode in (0, 1), (path, done.returncode, done.stderr)
    return Stream([json.loads(l) for l in done.stdout.decode().splitlines()])
