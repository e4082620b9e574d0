#!/usr/bin/env python3
"""The tree is as short and clean as the project wants it: top level, left-overs, paths of one machine, lengths."""
import re
import unittest

import tree

TOP_LEVEL = {'CMakeLists.txt', 'CMakePresets.json', 'src', 'include', 'schema', 'geodata', 'web', 'tests', 'script',
             'packaging', 'LICENSE', 'README.md', 'DESIGN.md', 'CHANGELOG.md', 'CONTRIBUTING.md'}
CODE = ('src', 'include', 'schema', 'script', 'tests', 'packaging', 'web/src', 'geodata/make')
MAX_FILE_LINES = 600
LONG_FUNCTION_LINES = 55    # nine in ten are no longer
# Spelt in pieces, so that this file does not find itself.
LEFT_OVER = re.compile(r'\b(TO' r'DO|FIX' r'ME|XX' r'X|HA' r'CK)\b')
MACHINE_PATH = re.compile(r'(?<![\w.$}/~-])/(?:home|root|Users|work)/[\w.]')


def function_lengths(text):
    """(line, length) of each function, opening line to closing brace. The pinned format puts both in column one."""
    start, lines = None, text.split('\n')
    for number, line in enumerate(lines, 1):
        if line == '{':
            start = number - 1
        elif line == '}' and start:
            yield start, number - start + 1
            start = None


class Tidy(unittest.TestCase):
    def test_top_level(self):
        found = {n.split('/')[0] for n in tree.files()}
        self.assertEqual(set(), {n for n in found if not n.startswith('.')} - TOP_LEVEL)

    def test_nothing_left_over(self):
        self.assertEqual([], self.lines_with(LEFT_OVER, tree.files(*CODE)))

    def test_no_path_of_one_machine(self):
        self.assertEqual([], self.lines_with(MACHINE_PATH, tree.files()))

    def test_files_are_short(self):
        long = [f'{n}: {count} lines' for n in tree.files('src', 'include', 'web/src', ends=('.c', '.h', '.ts', '.css'))
                if (count := tree.text(n).count('\n')) > MAX_FILE_LINES]
        self.assertEqual([], long)

    def test_functions_are_short(self):
        all_of_them = [(length, f'{n}:{line}') for n in tree.files('src', ends=('.c',))
                       for line, length in function_lengths(tree.text(n))]
        long = sorted((f for f in all_of_them if f[0] > LONG_FUNCTION_LINES), reverse=True)
        print(f'{len(all_of_them)} functions, {len(long)} over {LONG_FUNCTION_LINES} lines:',
              *(f'{where} {length}' for length, where in long[:10]))
        self.assertLessEqual(len(long) * 10, len(all_of_them))

    def lines_with(self, pattern, names):
        found = []
        for name in names:
            text = tree.text(name)
            for number, line in enumerate((text or '').split('\n'), 1):
                if len(line) < 2000 and pattern.search(line):
                    found.append(f'{name}:{number}: {line.strip()[:120]}')
        return found


if __name__ == '__main__':
    unittest.main()
