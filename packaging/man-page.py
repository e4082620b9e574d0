"""The manual page, made from what the program says of itself: `hongxian help` and `hongxian help COMMAND`.

    man-page.py PROGRAM OUT.1
"""
import os
import re
import subprocess
import sys


def said(program: str, *arguments: str) -> str:
    return subprocess.run([program, *arguments], check=True, capture_output=True, text=True,
                          env={**os.environ, "LC_ALL": "C.UTF-8"}).stdout


def escape(text: str) -> str:
    """A line that troff prints as it is: no escapes, no requests, and hyphens that can be copied."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq")
    return "\\&" + text if text.startswith(".") else text


def commands_of(overview: str) -> list[str]:
    return re.findall(r"^  hongxian (\S+)", overview, re.M)


def usage_lines(usage: str) -> list[str]:
    """One alternative a line: the forms of a command are parted by " | " outside brackets."""
    lines, depth, start = [], 0, 0
    for i, c in enumerate(usage):
        depth += c in "[{"
        depth -= c in "]}"
        if depth == 0 and usage.startswith(" | ", i):
            lines.append(usage[start:i].strip())
            start = i + 3
    return lines + [usage[start:].strip()]


def section(program: str, command: str) -> list[str]:
    usage, zh, en = said(program, "help", command).rstrip("\n").split("\n", 2)
    usage = usage.split("hongxian", 1)[1].strip()
    rest = usage[len(command):].strip()
    out = [f'.SS "{escape(command)}"']
    for form in usage_lines(rest):
        out += [".B " + escape(f"hongxian {command}"), escape(form) if form else "\\&", ".br"]
    return out + [escape(zh), ".br"] + [escape(line) for line in en.split("\n")]


def page(program: str) -> str:
    overview = said(program, "help")
    head = overview.split("\n", 1)[0]
    version = re.search(r"hongxian (\S+?)[：:]", head).group(1)
    tail = overview[overview.index("数据文件 store"):].rstrip("\n").split("\n")
    out = [f'.TH HONGXIAN 1 "" "hongxian {version}" "红线 Hongxian"', ".nh", ".ad l", ".SH NAME",
           "hongxian \\- red\\-line checks of land parcels 国土空间管控核查", ".SH SYNOPSIS", ".B hongxian",
           ".I COMMAND", "[\\fIOPTION\\fR ...]", ".SH DESCRIPTION"]
    out += [escape(line) for line in overview.split("\n\n", 1)[0].split("\n")]
    out.append(".SH COMMANDS")
    for command in commands_of(overview):
        out += section(program, command)
    out.append(".SH FILES AND EXIT STATUS")
    for line in tail:
        out += [escape(line), ".br"]
    out += [".SH SEE ALSO", "/usr/share/doc/hongxian/README.Debian,", "/usr/share/doc/hongxian\\-doc/"]
    return "\n".join(out) + "\n"


def main() -> None:
    program, path = sys.argv[1:]
    text = page(program)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)


main()
