"""Which source files the compiler may read as one (HX_UNITY): unity_groups.py FILE...

A header that thirty files include is then read a few times instead of thirty. In one group are only files of which none defines, for
itself, a name that is a word of another or that a header of the other declares: functions, types, values and macros of the one
cannot meet those of the other, and a name never means something else than in the build that is served. Prints a line "GROUP FILE"
for each file that is in a group."""
import functools
import pathlib
import re
import sys

MOST_LINES = 2200  # in a group: about ten files
COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.S)
TEXT = re.compile(r'"(?:[^"\\\n]|\\.)*"')
WORD = re.compile(r"[A-Za-z_]\w*")
LOCAL = re.compile(r"^(?:static|_Thread_local|struct|enum|union|typedef)\b[^;{(=\[]*?(\w+)\s*[;{(=\[]", re.M)
MACRO = re.compile(r"^\s*#\s*define\s+(\w+)", re.M)
DECLARED = re.compile(r"\w+(?=\s*\()|(?<=struct )\w+|(?<=enum )\w+|(?<=union )\w+|\b[A-Z][A-Z0-9_]+\b")
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.M)
CONSTANTS = re.compile(r"^(?:typedef |static (?:const )?)?enum[^;{(]*\{([^}]*)\}", re.M)


SRC = pathlib.Path(__file__).resolve().parent


@functools.cache
def names_of_header(name):
    """Functions, tags and capitals of one of ours, with those that it includes."""
    if not (SRC / name).is_file():
        return frozenset()
    text = COMMENT.sub(" ", (SRC / name).read_text(encoding="utf-8"))
    return frozenset(DECLARED.findall(text)).union(*map(names_of_header, INCLUDE.findall(text)))


class Source:
    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            text = COMMENT.sub(" ", file.read())
        includes = [i.end() for i in re.finditer(r"^\s*#\s*include", text, re.M)]
        macros = list(MACRO.finditer(text))
        # What is defined before a header changes what the header means.
        self.alone = any(m.start() < max(includes, default=0) for m in macros)
        code = TEXT.sub(" ", text)
        self.path, self.lines = path, text.count("\n")
        self.words = set(WORD.findall(code)).union(*map(names_of_header, INCLUDE.findall(text)))
        self.own = {m.group(1) for m in macros} | set(LOCAL.findall(code))
        for body in CONSTANTS.findall(code):
            self.own |= {w for w in WORD.findall(body) if w.isupper()}

    def goes_with(self, other):
        return not self.own & other.words and not other.own & self.words


def groups(paths):
    """Each file goes to the first group that has room and none of its names."""
    found = []
    for source in map(Source, paths):
        if source.alone:
            continue
        for group in found:
            if sum(s.lines for s in group) + source.lines <= MOST_LINES and all(source.goes_with(s) for s in group):
                group.append(source)
                break
        else:
            found.append([source])
    return found


for number, group in enumerate(groups(sys.argv[1:])):
    for source in group:
        print(number, source.path)
