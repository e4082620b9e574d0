#!/usr/bin/env python3
"""No code outside src/lines names a control line: a new line is a row of schema/layers.json and nothing else.

Looked for in src and include: what the rows call the lines and their spaces (ids, titles, official tables, codes,
aliases, zones, columns), constants made of those names, and numbers of lines in code. The words that are forbidden
come from the schema, so that a line that is added there is guarded, too."""
import json
import re
import unittest

import tree

ABI = 'include/hongxian.h'
ENUM = re.compile(r'enum hx_line \{(.*?)\};', re.S)
BY_NUMBER = re.compile(r'\bline_at\(\d|\b[fodr]->line\s*[!=]=\s*\d|(?<![>.])\bline\s*[!=]=\s*\d')


def lines():
    layers = json.loads(tree.text('schema/layers.json'))['layers']
    return [l for l in layers if 'control' in l]


def words_of(line):
    """What the line is called, each with what the word is."""
    c = line['control']
    yield line['layer'], 'id'
    yield line['title_zh'], 'title'
    yield line['title_en'], 'title'
    yield c['name_en'], 'title'
    yield line['standard'], 'official table'
    yield c['space']['layer'], 'space'
    yield c['space']['standard'], 'official table of the space'
    for code in c['rule_codes']:
        yield code, 'code in the rule table'
    for alias in line['aliases'] + line['aliases_unverified']:
        yield alias, 'alias'
    for zone in c.get('zones', []):
        yield zone['name'], 'zone'
    if 'within' in c:
        yield c['within']['zone'], 'zone'
    if 'outside' in c:
        yield f'"{c["outside"]["zone"]}"', 'zone'
    for end in ('status', 'm2', 'share'):
        yield f'{c["prefix"]}_{end}', 'column'


def pattern_of(word):
    """A word of Latin letters stands alone, or behind LINE_ in a constant; Chinese has no ends of words."""
    if re.search('[^\x00-\x7f]', word):
        return re.compile(re.escape(word))
    return re.compile(r'(?<![A-Za-z0-9])' + re.escape(word).replace(r'\ ', r'\s+') + r'(?![A-Za-z0-9_])', re.I)


def forbidden():
    return [(pattern_of(word), word, what) for line in lines() for word, what in dict(words_of(line)).items()]


def faults_in(text, patterns):
    found = []
    for number, row in enumerate(text.split('\n'), 1):
        found += [f'{number}: {what} “{word}”' for pattern, word, what in patterns if pattern.search(row)]
        if BY_NUMBER.search(row):
            found.append(f'{number}: a line by its number')
    return found


class LineNames(unittest.TestCase):
    def sources(self):
        names = tree.files('src', 'include', ends=('.c', '.h'))
        self.assertTrue(len(names) > 100)
        return [n for n in names if not n.startswith('src/lines/')]

    def test_no_code_outside_lines_names_a_line(self):
        patterns, faults = forbidden(), []
        for name in self.sources():
            text = tree.text(name)
            if name == ABI:
                text = ENUM.sub(lambda m: '\n' * m.group(0).count('\n'), text)
            faults += [f'{name}:{fault}' for fault in faults_in(text, patterns)]
        self.assertEqual([], faults, 'ask the members of a line (lines/line_table.h), not which line it is')

    def test_src_lines_names_none_either_but_in_its_rows(self):
        """The rows are made of the schema at build time: what lies in src/lines walks over them, too."""
        patterns, faults = forbidden(), []
        for name in tree.files('src/lines', ends=('.c', '.h', '.cmake')):
            faults += [f'{name}:{fault}' for fault in faults_in(tree.text(name), patterns)]
        self.assertEqual([], faults)

    def test_the_library_numbers_the_lines_as_the_table_does(self):
        """The constants of the ABI are the one list of names that is kept: they must stay the first rows."""
        constants = re.findall(r'\bHX_LINE_\w+', ENUM.search(tree.text(ABI)).group(1))
        ids = [line['layer'] for line in lines()]
        self.assertEqual(['HX_LINE_' + id.upper() for id in ids], constants)

    def test_what_is_looked_for_is_found(self):
        """Each kind of name, planted in a piece of code, is a fault; words that are only like them are none."""
        patterns = forbidden()
        for line in lines():
            for planted in (f'strcmp(id, "{line["layer"]}")', f'case LINE_{line["layer"].upper()}:',
                            f'"占用{line["title_zh"]}面积"', f'/* the {line["control"]["name_en"]} */',
                            f'{{"{line["standard"]}", NULL}}', f'"{line["control"]["prefix"]}_m2 DOUBLE"'):
                self.assertNotEqual([], faults_in(planted, patterns), planted)
        self.assertNotEqual([], faults_in('if (f->line == 2)', patterns))
        self.assertNotEqual([], faults_in('line_at(1)->title_zh', patterns))
        self.assertEqual([], faults_in('"YJJBNTTBBH", x.line == other, line_at(l), map_boundary_m, 红线', patterns))


if __name__ == '__main__':
    unittest.main()
