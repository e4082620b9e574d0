#!/usr/bin/env python3
"""Recomputes the chain of a store's record with nothing but Python: auditor.py STORE [ANCHOR]

This is the definition of src/store/store_records.h written a second time, for whoever does not want to trust the program.
Prints the last seal; any fault ends it with the row's number."""
import hashlib
import sqlite3
import sys

FIELDS = ('id kind kept_at officer project_name project_class verdict area_basis engine layers rules_sha256 input_name '
          'input_sha256 result_sha256 refers_to reason previous_sha256').split()


def seal(row):
    text = b'hongxian record %d\n' % (2 if row['person'] else 1)
    for name in FIELDS + ['person'] * bool(row['person']):
        value = str(row[name]).encode()
        text += b'%s:%d:%s\n' % (name.encode(), len(value), value)
    return hashlib.sha256(text).hexdigest()


def main(path, anchor=None):
    db = sqlite3.connect(f'file:{path}?mode=ro', uri=True)
    db.row_factory = sqlite3.Row
    previous, seals = '0' * 64, set()
    for expected, row in enumerate(db.execute('SELECT * FROM record ORDER BY id'), 1):
        assert row['id'] == expected, f'row {expected} is missing'
        assert row['previous_sha256'] == previous, f'row {expected} does not follow the one before'
        assert row['sha256'] == seal(row), f'row {expected} does not give its seal'
        for name in ('input_sha256', 'result_sha256') if row['kind'] == 'check' else ():
            (kept,) = db.execute('SELECT bytes FROM record_content WHERE sha256 = ?', (row[name],)).fetchone()
            assert hashlib.sha256(kept).hexdigest() == row[name], f'row {expected}: {name}'
        previous = row['sha256']
        seals.add(previous)
    assert anchor is None or anchor in seals, 'the anchor is not in the chain'
    print(previous)


if __name__ == '__main__':
    main(*sys.argv[1:])
