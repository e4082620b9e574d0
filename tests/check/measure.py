#!/usr/bin/env python3
"""What a hostile parcel costs in each form: a row of processor seconds, peak MB and bytes of the answer for each, over geodata/.
Not a test. Usage: measure.py PROGRAM SOURCE [--seconds N] [--forms json,geojson,pdf] [KIND[:SIZE]...]; N processor seconds end a check."""
import argparse
import os
import pathlib
import resource
import subprocess
import sys
import tempfile

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent), str(pathlib.Path(__file__).resolve().parents[1] / "http")]
import fixture  # noqa: E402
import hostile  # noqa: E402

ASKED = ("region", "outline", "star:20000", "comb:20000", "holes:10000", "nested:5000", "spiral:1000", "parts:20000")


def cost(program, store, file, form, seconds):
    """Processor seconds, peak bytes, and the answer's size or its refusal."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        def limit():
            resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
        child = subprocess.Popen([program, "check", file, "--store", store, "--format", form], stdout=out, stderr=err, preexec_fn=limit)
        _, status, use = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        err.seek(0)
        said = err.read().decode().strip().splitlines()
        answer = f"{out.seek(0, os.SEEK_END) / 1e6:.1f} MB" if child.returncode == 0 else \
            "ended" if child.returncode < 0 else (said or ["?"])[-1][:90]
        return use.ru_utime + use.ru_stime, use.ru_maxrss * 1024, answer


def main():
    a = argparse.ArgumentParser()
    a.add_argument("program")
    a.add_argument("source", type=pathlib.Path)
    a.add_argument("kinds", nargs="*", default=ASKED)
    a.add_argument("--seconds", type=int, default=30)
    a.add_argument("--forms", default="json,geojson,pdf")
    a = a.parse_intermixed_args()
    print("| parcel | form | seconds | MB | answer |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        store = fixture.geodata_store(a.program, pathlib.Path(folder) / "store.sqlite", a.source / "geodata")
        for kind in a.kinds:
            name, _, size = kind.partition(":")
            file = pathlib.Path(folder) / "parcel.geojson"
            file.write_text(hostile.make(name, int(size) if size else None), encoding="ascii")
            for form in a.forms.split(","):
                seconds, peak, answer = cost(a.program, store, file, form, a.seconds)
                print(f"| {kind} | {form} | {seconds:.1f} | {peak / 1e6:.0f} | {answer} |", flush=True)


if __name__ == "__main__":
    main()
