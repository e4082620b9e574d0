"""Runs one text case of the command line: run_case.py PROGRAM CASE.

A case is a text file. '#' lines at the top say what it protects. Then come steps:
    $ hongxian ARGUMENTS      run (in a fresh folder that holds test.sqlite, parcel.geojson and bad.geojson)
    < TEXT                    standard input of the step, one line each
    ? CODE                    exit code (0 when absent)
    TEXT                      a line of standard output, exactly; {…} stands for anything
    ! TEXT                    a line of standard error, likewise
A step without output lines expects no output; '...' stands for any number of lines."""
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "http"))
import fixture  # noqa: E402


def parse(text):
    steps = []
    for line in text.splitlines():
        if line.startswith("$ "):
            steps.append({"command": line[2:], "input": [], "code": 0, "out": [], "err": []})
        elif not steps:
            continue  # what the case protects
        elif line.startswith("? "):
            steps[-1]["code"] = int(line[2:])
        elif line.startswith("< "):
            steps[-1]["input"].append(line[2:])
        elif line.startswith("! "):
            steps[-1]["err"].append(line[2:])
        elif line:
            steps[-1]["out"].append(line)
    return steps


def matches(expected, got):
    pattern = "".join("(?:.*\n)*" if line == "..." else re.sub(r"\\\{…\\\}", ".*", re.escape(line)) + "\n"
                      for line in expected).replace(re.escape("{…}"), ".*")
    lines = "".join(line + "\n" for line in got.splitlines() if line)
    return re.fullmatch(pattern, lines) is not None


def run(step, program, folder):
    words = shlex.split(step["command"])
    environment = {k: v for k, v in os.environ.items() if k not in ("HONGXIAN_STORE", "XDG_DATA_HOME")}
    environment["HOME"] = str(folder)
    while "=" in words[0]:
        name, value = words.pop(0).split("=", 1)
        environment[name] = value
    words[0] = program
    return subprocess.run(words, input="\n".join(step["input"]).encode(), cwd=folder, env=environment,
                          capture_output=True)


def main(program, case):
    steps = parse(pathlib.Path(case).read_text(encoding="utf-8"))
    if not steps:
        sys.exit(f"{case} has no steps")
    with tempfile.TemporaryDirectory(prefix="hongxian-cli-") as name:
        folder = pathlib.Path(name)
        fixture.make_store(program, folder)
        fixture.write_json(folder / "parcel.geojson", fixture.feature((111.705, 40.80, 111.715, 40.81), 地块编号="DK-1"))
        fixture.write_json(folder / "clear.geojson", fixture.feature((111.75, 40.81, 111.751, 40.811), 地块编号="DK-2"))
        (folder / "bad.geojson").write_text("{{{")
        for step in steps:
            done = run(step, program, folder)
            out, err = done.stdout.decode(), done.stderr.decode()
            if done.returncode != step["code"] or not matches(step["out"], out) or not matches(step["err"], err):
                sys.exit(f"{case}\n$ {step['command']}\nexit code {done.returncode}, expected {step['code']}\n"
                         f"--- standard output\n{out}--- standard error\n{err}")


main(*sys.argv[1:])
