"""Doubling the work costs at most LIMIT times the instructions, in every case of growth.c, or as many as the case says: of
what should hardly grow at all. test_growth.py PROGRAM [CASE...]

Two runs of callgrind, one for the sizes n and one for 2n, side by side: instructions do not depend on how busy the machine is.
"""
import pathlib
import re
import subprocess
import sys
import tempfile

LIMIT = 2.3


def cases_of(program):
    lines = subprocess.run([program, "--list"], check=True, capture_output=True, text=True).stdout.splitlines()
    return [(name, int(n), float(most or LIMIT), says) for name, n, most, says in (line.split("\t") for line in lines)]


def start(program, sizes, folder):
    """Callgrind over all the cases: a file for each time that growth_counted was left."""
    return subprocess.Popen(
        ["valgrind", "--quiet", "--tool=callgrind", "--toggle-collect=growth_counted", "--dump-after=growth_counted",
         f"--callgrind-out-file={folder}/out", program] + [f"{name}={n}" for name, n in sizes])


def counts(run, folder, n_cases):
    """Instructions of each case, in order. The first files are the cases; the last is what the end of the program adds."""
    if run.wait() != 0:
        raise SystemExit("a case failed: see above")
    files = sorted((p for p in pathlib.Path(folder).iterdir() if re.fullmatch(r"out\.\d+", p.name)),
                   key=lambda p: int(p.name.split(".")[1]))
    found = [int(re.search(r"^totals: (\d+)", p.read_text(), re.M).group(1)) for p in files]
    found = [n for n in found if n > 0]
    if len(found) != n_cases:
        raise SystemExit(f"callgrind counted {len(found)} cases of {n_cases}")
    return found


def main():
    program, wanted = sys.argv[1], sys.argv[2:]
    cases = [c for c in cases_of(program) if not wanted or c[0] in wanted]
    assert cases, "no such case"
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        runs = [(start(program, [(name, k * n) for name, n, _, _ in cases], d), d) for k, d in ((1, one), (2, two))]
        once, twice = [counts(run, d, len(cases)) for run, d in runs]
    failed = 0
    for (name, n, most, says), a, b in zip(cases, once, twice):
        grows = b > most * a
        failed += grows
        print(f"{'GROWS' if grows else 'ok   '} x {b / a:4.2f}  {name}: {says}; {a / 1e6:.3g} M instructions at n = {n}, "
              f"{b / 1e6:.3g} M at {2 * n}")
    print(f"{len(cases) - failed} of {len(cases)} cases cost at most {LIMIT} times the instructions for twice the work, "
          "or what their own limit is")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
