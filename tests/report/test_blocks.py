#!/usr/bin/env python3
"""What every form of a report says, against its blocks: a form that passes one over fails here.
  test_blocks.py WRITE_FORMS"""
import collections
import csv
import decimal
import html
import io
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as xml
import zipfile

WRITE_FORMS = sys.argv[1]
KINDS = 12       # of enum block_kind
PART = "0"
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
FAILED = "有1处重叠图形未能绘出，面积不受影响。"


def bare(text):
    """Without what breaking a line may add or take away."""
    return re.sub(r"[\s-]+", "", text)


class Blocks(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.folder = pathlib.Path(cls.temporary.name)
        subprocess.run([WRITE_FORMS, str(cls.folder)], check=True)
        cls.kinds, cls.said, cls.page = set(), [], {}      # said: (kind, text) in the order of the report
        for line in (cls.folder / "blocks.txt").read_text(encoding="utf-8").splitlines():
            kind, _, text = line.partition(" ")
            if kind in ("head", "foot"):
                cls.page[kind] = text
            elif kind == PART:
                cls.kinds.add(kind)
            elif kind != ".":
                cls.kinds.add("9" if kind == "#" else kind)
                cls.said.append((kind, text))

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def read(self, name):
        return (self.folder / name).read_bytes()

    def in_order(self, form, text, prepare=lambda text: text):
        """Every text stands behind the one before it."""
        at = 0
        for _, said in self.said:
            found = text.find(prepare(said), at)
            self.assertGreaterEqual(found, 0, f"{form} does not say, or not in its place: {said}")
            at = found + len(prepare(said))
        self.assertIn(prepare(self.page["foot"]), text, form)

    def test_the_sample_has_every_kind_of_block(self):
        self.assertEqual(len(self.kinds), KINDS)
        self.assertGreater(len(self.said), 200)

    def test_no_form_is_left_out_here(self):
        """A new form comes with a case below, or is one of those that do not walk the blocks."""
        forms = {path.suffix[1:] for path in self.folder.glob("report.*")}
        tested = {name[5:] for name in dir(self) if name.startswith("test_")}
        self.assertEqual(forms - tested, {"json", "geojson", "text"})

    def test_csv(self):
        rows = csv.reader(io.StringIO(self.read("report.csv").decode("utf-8-sig"), newline=""))
        cells = [re.sub(r"^['\t]", "", cell) for row in rows for cell in row]
        self.in_order("csv", "\n".join(cells))

    def test_html(self):
        page = self.read("report.html").decode()
        style = page[page.index("<style>"):page.index("</style>")]
        self.assertIn(self.page["head"], style)
        body = re.sub(r"<svg.*?</svg>", "", page[page.index("<body>"):], flags=re.S)
        self.in_order("html", html.unescape(re.sub(r"<[^>]+>", "\n", body)))

    def test_pdf(self):
        if not shutil.which("pdftotext"):
            self.skipTest("no poppler-utils")
        said = subprocess.run(["pdftotext", "-raw", str(self.folder / "report.pdf"), "-"], check=True, capture_output=True)
        pages = [bare(page) for page in said.stdout.decode().split("\f") if page.strip()]
        self.in_order("pdf", "".join(pages), bare)
        for page in pages:
            self.assertIn(bare(self.page["head"]), page)
            self.assertIn(bare(self.page["foot"]), page)

    def test_xlsx(self):
        """Its sheets are not in the report's order, so that texts are counted: each as often as the blocks have it."""
        book = zipfile.ZipFile(io.BytesIO(self.read("report.xlsx")))
        strings = ["".join(t.text or "" for t in s.iter(f"{SHEET}t"))
                   for s in xml.fromstring(book.read("xl/sharedStrings.xml")).iter(f"{SHEET}si")]
        texts, numbers = collections.Counter(), collections.Counter()
        for name in book.namelist():
            if not name.startswith("xl/worksheets/sheet"):
                continue
            sheet = xml.fromstring(book.read(name))
            for cell in sheet.iter(f"{SHEET}c"):
                value = cell.find(f"{SHEET}v")
                if value is not None and cell.get("t") == "s":
                    texts[strings[int(value.text)]] += 1
                elif value is not None:
                    numbers[round(decimal.Decimal(value.text), 3)] += 1
            printed = sheet.find(f"{SHEET}headerFooter")
            self.assertIn(self.page["head"], printed.find(f"{SHEET}oddHeader").text)
            self.assertIn(self.page["foot"], printed.find(f"{SHEET}oddFooter").text)
        wanted = collections.Counter(text for kind, text in self.said if kind != "#")
        self.assertEqual(wanted - texts, collections.Counter())
        wanted = collections.Counter(round(decimal.Decimal(text), 3) for kind, text in self.said if kind == "#")
        self.assertEqual(wanted - numbers, collections.Counter())

    def test_a_shape_that_failed_is_told(self):
        """Never fatal, and in every form that shows shapes or stands beside one that does; the others are drawn."""
        self.assertIn(FAILED, [text for _, text in self.said])     # and so in csv, xlsx, html and pdf: above
        answer = json.loads(self.read("report.geojson"))
        self.assertEqual(answer["shapes_missing"], 1)
        self.assertEqual(answer["shapes_missing_zh"], FAILED)
        self.assertIn("1 shape", answer["shapes_missing_en"])
        kinds = collections.Counter(f["properties"]["kind"] for f in answer["features"])
        self.assertEqual(kinds, {"parcel": 3, "overlap": 2})


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
