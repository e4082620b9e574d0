"""The plan's text, geodata/plan/text.txt, as sentences that know their chapter and section.

Every quote in geodata/plan is found in it here; white space and the printed page numbers do not count. A sentence ends with 。 or
with what stands on a line of its own; what a box (专栏) says belongs to the section in which the box is printed."""
import re

from common import path

CHAPTER = re.compile(r'^第[一二三四五六七八九]章$')
SECTION = re.compile(r'^第[一二三四五六七八九]节$')
BOX = re.compile(r'^专栏$')
PAGE = re.compile(r'^\s*-\s*\d+\s*-\s*$')
# The text does not show where a box ends. Most end with their section; after these the section goes on.
AFTER_BOX = ('提升物业服务质量和管理水平。', '完善小城镇联结城乡功能。', '培育消费中心。')
# items of 专栏3 and 专栏7, which have no full stop
ITEM = re.compile(r'(?=(?:三产融合|体育运动|文化旅游|商贸流通|数字经济)：|[ⅠⅡ]型小城镇（)')


def bare(text):
    """Without white space, which the text has wherever a line or a page of the printed document ends."""
    return re.sub(r'\s+', '', text)


class Sentence:
    def __init__(self, no, section, box, text):
        self.no, self.section, self.box, self.text = no, section, box, text

    @property
    def where(self):
        return self.section + (self.box and '·' + self.box)


def _headings(line):
    """(chapter, section, box) that this line opens, each None or its name."""
    words = line.split()
    first = words[0] if words else ''
    return (first if CHAPTER.match(first) else None, first if SECTION.match(first) else None,
            '专栏' + words[1] if BOX.match(first) and len(words) > 1 else None)


def _blocks(lines):
    """[(section, box, text, heading)], in the order of the text."""
    chapter = section = box = ''
    parts, out = [], []

    def close():
        if parts:
            out.append((chapter + section, box, ''.join(parts), False))
            parts.clear()
    for line in lines:
        if PAGE.match(line):
            continue
        c, s, b = _headings(line)
        if c or s or b:
            close()
            chapter, section, box = (c, '', '') if c else (chapter, s, '') if s else (chapter, section, b)
            out.append((chapter + section, box, bare(line), True))
            continue
        after = next((a for a in AFTER_BOX if bare(line).startswith(a)), None)
        if box and after:
            close()
            box = ''
        parts.append(bare(line))
    close()
    return out


def sentences():
    """The whole text, in order; what stands before the first chapter is of the section 前言."""
    with open(path('plan', 'text.txt'), encoding='utf-8') as f:
        lines = f.read().splitlines()
    out = []
    for section, box, text, heading in _blocks(lines):
        pieces = [text] if heading else [p for q in ITEM.split(text) if q for p in re.split(r'(?<=。)', q) if p]
        for p in pieces:
            out.append(Sentence(len(out) + 1, section or '前言', box, p))
    return out


class Text:
    def __init__(self):
        self.sentences = sentences()
        self.whole = ''.join(s.text for s in self.sentences)
        self.starts, at = [], 0
        for s in self.sentences:
            self.starts.append(at)
            at += len(s.text)

    def find(self, quote, section=None):
        """The sentences in which a quote stands, all places of it; of one section where that is said."""
        q, out, at = bare(quote), [], -1
        while q and (at := self.whole.find(q, at + 1)) >= 0:
            here = [s for s, start in zip(self.sentences, self.starts) if start < at + len(q) and start + len(s.text) > at]
            if section is None or all(s.where.startswith(section) for s in here):
                out += [s for s in here if s not in out]
        return out
