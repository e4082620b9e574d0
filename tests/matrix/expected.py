"""Known faults: `expected_failures*.txt`, one line "subject  door:fault,fault door:fault" for each subject that has any. The list
can only shrink: what fails and is not in it, and what is in it and no longer fails, are both an error."""
import pathlib


def read(path):
    """{(subject, door): {fault, ...}}"""
    known = {}
    for line in pathlib.Path(path).read_text(encoding="utf-8").splitlines():
        words = line.partition("#")[0].split()
        for cell in words[1:]:
            door, _, faults = cell.partition(":")
            known[words[0], door] = set(faults.split(","))
    return known


def write(path, found, ran):
    """Puts in what was found of the cells that ran; what did not run stays."""
    path = pathlib.Path(path)
    head = [line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("#")] if path.exists() else []
    merged = {k: v for k, v in read(path).items() if k not in ran} if path.exists() else {}
    merged.update({k: set(v) for k, v in found.items() if v})
    lines = {}
    for (subject, door), faults in merged.items():
        lines.setdefault(subject, []).append(f"{door}:{','.join(sorted(faults))}")
    path.write_text("\n".join(head + [f"{s:36} {' '.join(sorted(lines[s]))}" for s in sorted(lines)]) + "\n", encoding="utf-8")


def differences(known, found, ran, whole=True):
    """What to tell: new faults, with what was seen, and lines to take out. `found`: {(subject, door): {fault: words}}. Where each
    cell was looked at in part only (`whole` is false), what was not met may still be there."""
    told = []
    for key in sorted(ran):
        now, before = found.get(key, {}), known.get(key, set())
        told += [f"{' '.join(key)}: {fault}: {now[fault]}" for fault in sorted(set(now) - before)]
        told += [f"{' '.join(key)}: {fault}: is right now; take it out of the list" for fault in sorted(before - set(now)) if whole]
    return told
