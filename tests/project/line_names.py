#!/usr/bin/env python3
"""No code names a control line: a line is a definition in schema/layers/ (or in an office's store) and nothing else.

Looked for in src and include, and in the page (web/src): what the definitions call the lines and their spaces (ids, titles, official tables, codes,
aliases, zones, columns), constants made of those names, and numbers of lines in code. The words that are forbidden
come from the definitions, so that a line that is added there is guarded, too."""
import json
import re
import unittest

import tree

BY_NUMBER = re.compile(r'\bline_at\([^(),]+, \d|\b[fodr]->line->number\s*[!=]=\s*\d|(?<![>.])\bline\s*[!=]=\s*\d')


def lines():
    layers = [json.loads(tree.text(name)) for name in tree.files('schema/layers', ends=('.json',))]
    return [l for l in layers if 'control' in l]


def words_of(line):
    """What the line is called, each with what the word is."""
    c = line['control']
    yield line['layer'], 'id'
    yield line['title_zh'], 'title'
    yield line['title_en'], 'title'
    yield c['name_en'], 'title'
    yield line['standard'], 'official table'
    if 'space' in c:
        yield c['space']['layer'], 'space'
        yield c['space']['standard'], 'official table of the space'
    for code in c.get('rule_codes', []):
        yield code, 'code in the rule table'
    for alias in line['aliases'] + line['aliases_unverified']:
        yield alias, 'alias'
    for zone in c.get('zones', []):
        yield from ((quote + zone["name"] + quote, 'zone') for quote in '"\'')
    if 'within' in c:
        yield c['within']['zone'], 'zone'
    if 'outside' in c:
        yield from ((quote + c["outside"]["zone"] + quote, 'zone') for quote in '"\'')
    for end in ('status', 'm2', 'share'):
        yield f'{c["prefix"]}_{end}', 'column'


def pattern_of(word):
    """A word of Latin letters stands alone, or behind LINE_ in a constant; Chinese has no ends of words."""
    if re.search('[^\x00-\x7f]', word):
        return re.compile(re.escape(word))
    return re.compile(r'(?<![A-Za-z0-9])' + re.escape(word).replace(r'\ ', r'\s+') + r'(?![A-Za-z0-9_])', re.I)


def forbidden():
    """The words with their patterns, and before them one pattern that most rows of a file do not match."""
    words = [(pattern_of(word), word, what) for line in lines() for word, what in dict(words_of(line)).items()]
    return re.compile('|'.join(sorted({re.escape(w).replace(r'\ ', r'\s+') for _, w, _ in words})), re.I), words


def faults_in(text, patterns):
    found = []
    any_word, words = patterns
    for number, row in enumerate(text.split('\n'), 1):
        if any_word.search(row):
            found += [f'{number}: {what} “{word}”' for pattern, word, what in words if pattern.search(row)]
        if BY_NUMBER.search(row):
            found.append(f'{number}: a line by its number')
    return found


class LineNames(unittest.TestCase):
    def test_no_code_names_a_line(self):
        names = tree.files('src', 'include', ends=('.c', '.h', '.cmake'))
        self.assertTrue(len(names) > 100)
        self.no_faults(names, 'ask the members of a line (lines/line_table.h), not which line it is; call a line of a text otherwise')

    def test_the_page_names_none_either(self):
        names = tree.files('web/src', ends=('.ts', '.css'))
        self.assertTrue(len(names) > 30)
        self.no_faults(names, 'ask the layer (control.ts), which has it from GET /layers')

    def no_faults(self, names, remedy):
        patterns, faults = forbidden(), []
        for name in names:
            faults += [f'{name}:{fault}' for fault in faults_in(tree.text(name), patterns)]
        self.assertEqual([], faults, remedy)

    def test_what_is_looked_for_is_found(self):
        """Each kind of name, planted in a piece of code, is a fault; words that are only like them are none."""
        patterns = forbidden()
        self.assertTrue(len(lines()) > 15)
        for line in lines():
            for planted in (f'strcmp(id, "{line["layer"]}")', f'case LINE_{line["layer"].upper()}:',
                            f'"占用{line["title_zh"]}面积"', f'/* the {line["control"]["name_en"]} */',
                            f'{{"{line["standard"]}", NULL}}', f'"{line["control"]["prefix"]}_m2 DOUBLE"',
                            f"LINES = ['{line['layer']}']", *(f"zone === '{z['name']}'" for z in line['control'].get('zones', []))):
                self.assertNotEqual([], faults_in(planted, patterns), planted)
        self.assertNotEqual([], faults_in('if (f->line->number == 2)', patterns))
        self.assertNotEqual([], faults_in('line_at(lines, 1)->title_zh', patterns))
        self.assertEqual([], faults_in('"YJJBNTTBBH", x.line == other, line_at(t, l), map_boundary_m, 红线', patterns))


if __name__ == '__main__':
    unittest.main()
