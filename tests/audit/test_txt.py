"""国土TXT in a parcel audit: a plot that cannot be read is a row with its reason, line and plot; every other plot is measured
as in a single check; memory does not grow with the file; a run goes on after a kill."""
import csv
import json
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest

import audit_fixture as f

HEAD = ["[属性描述]", "坐标系=2000国家大地坐标系", "几度分带=3", "投影类型=高斯克吕格", "计量单位=米", "带号=37", "精度=0.001",
        "转换参数=,,,,,,", "[地块坐标]"]
X, Y = 4520000.0, 37558000.0  # within the test's layers


def plot(code, points, name="地块"):
    return [f"{len(points)},,{code},{name},面,,用途,0701,@"] + [f"J{i + 1},1,{x:.3f},{y:.3f}" for i, (x, y) in enumerate(points)]


def square(i, size=40.0, points=4):
    x, y = X + 60 * (i % 40), Y + 60 * (i // 40 % 200)
    n = max(1, points // 4)
    return ([(x + size * k / n, y) for k in range(n)] + [(x + size, y + size * k / n) for k in range(n)] +
            [(x + size - size * k / n, y + size) for k in range(n)] + [(x, y + size - size * k / n) for k in range(n)])


class Txt(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.addCleanup(self.temporary.cleanup)
        self.dir = pathlib.Path(self.temporary.name)
        self.store = f.store(self.dir)

    def write(self, name, lines, encoding="utf-8", end="\r\n"):
        path = self.dir / name
        path.write_bytes((end.join(lines) + end).encode(encoding))
        return path

    def audit(self, path, *more, code=0):
        out = self.dir / "out.csv"
        r = f.audit("parcels", path, "-o", out, "--store", self.store, "--overwrite", *more, code=code)
        if code:
            return r.stderr
        with open(out, encoding="utf-8-sig") as text:
            return list(csv.DictReader(text))

    def test_bad_plots_are_rows(self):
        bow = [(X, Y), (X + 50, Y + 50), (X + 50, Y), (X, Y + 60)]
        lines = (HEAD + plot("G1", square(1)) + plot("BOW", bow) + plot("SHORT", square(3)[:2]) + plot("EMPTY", []) +
                 plot("G2", square(4)) + plot("WORD", square(5))[:-1] + ["J4,1,abc,def"] + plot("G3", square(6)) +
                 plot("MIXED", square(7)[:2] + [(x, y + 1e6) for x, y in square(7)[2:]]) + plot("G4", square(8)))
        for encoding in ("utf-8", "utf-8-sig", "gb18030"):
            for end in ("\r\n", "\n", "\r"):
                rows = self.audit(self.write("bad.txt", lines, encoding, end))
                got = {x["parcel_id"]: x for x in rows}
                self.assertEqual(["G1", "BOW", "SHORT", "EMPTY", "G2", "WORD", "G3", "MIXED", "G4"], [x["parcel_id"] for x in rows])
                for name, row in got.items():
                    good = name.startswith("G")
                    self.assertEqual("1" if good else "0", row["measured"], name)
                    if good:
                        self.assertAlmostEqual(1600, float(row["area_m2"]), delta=3)
                    else:
                        self.assertEqual("unknown", row["verdict"])
                        self.assertTrue(row["reason_zh"] and row["reason_en"])
                line = {n: next(i + 1 for i, text in enumerate(lines) if f",{n}," in text) for n in got}
                self.assertIn(f"第{line['WORD'] + 4}行", got["WORD"]["reason_zh"])
                self.assertIn(f"Line {line['EMPTY']}:", got["EMPTY"]["reason_en"])
                self.assertIn(f"Plot 2 \"地块\" (from line {line['BOW']})", got["BOW"]["reason_en"])
                self.assertIn(f"line {line['SHORT'] + 1}:", got["SHORT"]["reason_en"].lower())

    @f.whole_under_sanitizers
    def test_figures_are_those_of_a_single_check(self):
        lines = HEAD + [x for i in range(60) for x in plot(f"P{i}", square(i * 7, 40 + i, 4 + 4 * (i % 5)))]
        path = self.write("same.txt", lines)
        rows = self.audit(path)
        r = subprocess.run([f.PROGRAM, "check", str(path), "--store", self.store, "--format", "json"], capture_output=True, text=True)
        single = json.loads(r.stdout)["parcels"]
        self.assertEqual(60, len(rows))
        for row, one in zip(rows, single):
            self.assertEqual(row["parcel_id"], one["id"])
            self.assertEqual(row["verdict"], one["verdict"])
            self.assertAlmostEqual(float(row["area_m2"]), one["area_m2"], 3)

    def test_names_that_look_like_rows(self):
        """In GB18030 the second byte of some characters is that of "@"; sections and full-width signs are told apart."""
        name = bytes((0x81, 0x40)).decode("gb18030")
        lines = HEAD + plot("A", square(1), "末" + name) + plot("B", square(2))
        rows = self.audit(self.write("gb.txt", lines, "gb18030"))
        self.assertEqual(["A", "B"], [x["parcel_id"] for x in rows])
        self.assertEqual("末" + name, rows[0]["name"])
        wide = [x.replace("@", "＠") for x in lines]
        for encoding in ("utf-8", "gb18030"):
            self.assertEqual(["A", "B"], [x["parcel_id"] for x in self.audit(self.write("wide.txt", wide, encoding))])

    def test_two_files_glued_together(self):
        other = [x.replace("带号=37", "带号=38") for x in HEAD]
        far = [(x, y + 1e6 - 257000) for x, y in square(0)]
        rows = self.audit(self.write("two.txt", HEAD + plot("A", square(1)) + other + plot("B", far) + plot("C", square(2))))
        self.assertEqual(["A", "B", "C"], [x["parcel_id"] for x in rows])
        self.assertEqual("1", rows[0]["measured"])
        self.assertEqual("1", rows[1]["measured"], rows[1]["reason_en"])
        self.assertEqual("0", rows[2]["measured"])  # its prefix is not that of the second head

    def test_what_concerns_the_whole_file_is_refused(self):
        body = plot("A", square(1)) + plot("B", square(2))
        self.assertIn("1980", self.audit(self.write("x.txt", [x.replace("2000国家大地", "1980西安") for x in HEAD] + body), code=1))
        bare = [x.replace("37558", "558").replace("37557", "557") for x in body]
        head = [x for x in HEAD if not x.startswith("带号")]
        self.assertIn("带号", self.audit(self.write("zone.txt", head + bare), code=1))
        self.assertEqual(2, len(self.audit(self.write("zone.txt", head + bare), "--crs", "4546")))
        self.assertEqual(2, len(self.audit(self.write("utf16.txt", HEAD + body, "utf-16"))))
        self.audit(self.write("none.txt", HEAD), code=1)
        self.audit(self.write("empty.txt", []), code=1)

    def big(self, name, megabytes):
        ring = square(0, 40, 400)
        one = len("\r\n".join(plot("P000000", ring)).encode())
        n = megabytes * (1 << 20) // one + 1
        return self.write(name, HEAD + [x for i in range(n) for x in plot(f"P{i:06d}", [(x + i % 500, y) for x, y in ring])]), n

    @f.of_the_everyday_build
    @f.whole_under_sanitizers
    def test_large_files_in_bounded_memory(self):
        small, _ = self.big("small.txt", 4)
        large, n = self.big("large.txt", 40)  # above what is read whole
        out = self.dir / "bounded.csv"
        before, after = (f.peak_kb("parcels", path, "-o", out, "--store", self.store, "--overwrite") for path in (small, large))
        with open(out, encoding="utf-8-sig") as text:
            self.assertEqual(n, sum(1 for _ in csv.reader(text)) - 1)
        self.assertLess(after - before, 30 * 1024, f"{before} -> {after} kB")

    @f.whole_under_sanitizers
    def test_killed_and_resumed(self):
        path, _ = self.big("k.txt", 12)
        whole = self.dir / "whole.csv"
        f.audit("parcels", path, "-o", whole, "--store", self.store)
        out = self.dir / "k.csv"
        command = [f.PROGRAM, "audit", "parcels", str(path), "-o", str(out), "--store", self.store]
        p = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        state = pathlib.Path(f"{out}.audit")
        while p.poll() is None and not state.exists():
            time.sleep(0.005)
        p.send_signal(signal.SIGKILL)
        p.wait()
        r = subprocess.run([*command, "--resume"], capture_output=True, text=True)
        self.assertEqual(0, r.returncode, r.stderr)
        self.assertTrue(re.search(r"Resumed after row \d+|complete already", r.stderr), r.stderr)
        self.assertEqual(f.digest(whole), f.digest(out))


if __name__ == "__main__":
    unittest.main(argv=["test_txt", *sys.argv[3:]], verbosity=2)
