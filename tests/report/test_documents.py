#!/usr/bin/env python3
"""The printed reports as an officer's programs see them: CSV, XLSX, HTML and PDF, from the command and the server."""
import csv
import datetime
import decimal
import html.parser
import io
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import urllib.error
import urllib.parse
import urllib.request
import xml.etree.ElementTree as xml
import zipfile
import zoneinfo

PROGRAM, SOURCE = sys.argv[1], pathlib.Path(sys.argv[2])
sys.path.insert(0, str(SOURCE / "tests" / "http"))
import fixture  # noqa: E402
import report_schema  # noqa: E402

HOSTILE = "<script>alert('\"x\"')</script>&\U0002000b" + "长" * 500
COLUMNS = 8
HIT = "项目用地压占生态保护红线"
DISCLAIMER = "本结果只客观反映与所载数据的空间关系，不代替审批，不决定项目是否通过审查"
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
PROJECT = ["--project-name", "某某光伏项目", "--project-code", "=1+1", "--builder", "@某某公司", "--date", "2026-01-31"]


def plots():
    """On the red line, on farmland, in the boundary, in nothing, partly outside the coverage; a hostile name."""
    boxes = [(111.695, 40.802, 111.705, 40.806), (111.722, 40.802, 111.724, 40.804), (111.735, 40.81, 111.75, 40.82),
             (111.60, 40.80, 111.604, 40.803), (112.499, 41.2, 112.501, 41.201)]
    features = [fixture.feature(box, DKBH=f"DK-{i + 1}", DKMC=f"第{i + 1}地块", name=f"第{i + 1}地块")
                for i, box in enumerate(boxes)]
    features[3]["properties"].update(DKMC=HOSTILE, name=HOSTILE)
    for i, f in enumerate(features):
        f["id"] = f"DK-{i + 1}"
    return fixture.collection(*features)


class Page(html.parser.HTMLParser):
    """Tags in their order, what they ask for from elsewhere, and whether they close."""
    VOID = {"meta", "br", "path", "use", "rect", "circle", "line"}

    def __init__(self):
        super().__init__()
        self.open, self.tags, self.foreign, self.text, self.faults = [], set(), [], [], []

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        if tag not in self.VOID:
            self.open.append(tag)
        for name, value in attributes:
            if name in ("src", "href", "srcset", "action", "data", "xlink:href") and not value.startswith("#"):
                self.foreign.append((tag, name, value))
            if name.startswith("on"):
                self.faults.append((tag, name))

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in self.VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if tag in self.VOID:
            return
        if not self.open or self.open[-1] != tag:
            self.faults.append(("end", tag))
        else:
            self.open.pop()

    def handle_data(self, data):
        self.text.append(data)


class Documents(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.folder = pathlib.Path(cls.temporary.name)
        cls.store = fixture.make_store(PROGRAM, cls.folder)
        cls.parcels = fixture.write_json(cls.folder / "parcels.geojson", plots())
        cls.one = fixture.write_json(cls.folder / "one.geojson", fixture.collection(plots()["features"][0]))

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def made(self, form, parcels=None, *more):
        out = self.folder / f"report.{form}"
        subprocess.run([PROGRAM, "check", parcels or self.parcels, "--store", self.store, "--class", "GENERAL",
                        "--format", form, "-o", str(out), *PROJECT, *more], check=True, capture_output=True)
        return out.read_bytes()

    # ---- CSV

    def sections(self):
        text = self.made("csv")
        self.assertTrue(text.startswith(b"\xef\xbb\xbf"))
        self.assertNotIn(b"\n", text.replace(b"\r\n", b""))
        rows = list(csv.reader(io.StringIO(text.decode("utf-8-sig"), newline="")))
        found, name = {}, ""
        for row in rows:
            if row and re.match(r"[一二三四五六七]、|适用条款|界址点成果表|数据版本", row[0]):
                name = row[0]
                found[name] = []
            elif row:
                found.setdefault(name, []).append(row)
        return found

    def test_csv_balances(self):
        table = next(rows for name, rows in self.sections().items() if name.startswith("三、"))
        self.assertEqual(table[0][:3] + table[0][-2:], ["序号", "地块编号", "地块名称", "结论", "备注"])
        self.assertEqual({len(r) for r in table}, {COLUMNS + 5})
        self.assertEqual(table[-1][1], "合计")
        for row in table[1:5]:
            parcel, _, _, inside, *zones, outside = map(decimal.Decimal, row[3:3 + COLUMNS])
            self.assertEqual(inside + outside, parcel)
            self.assertEqual(sum(zones), inside)
        total = sum(decimal.Decimal(r[3]) for r in table[1:-1])
        self.assertEqual(total, decimal.Decimal(table[-1][3]))
        self.assertEqual(table[5][4:7], ["数据未覆盖"] * 3)     # beyond the coverage: never 0
        self.assertEqual(table[-1][4], "部分未测算")

    def test_the_file_first_then_its_plots(self):
        """The worst verdict, how many plots have which and each plot's own are those of the JSON, before anything is said of one."""
        answer = json.loads(self.made("json"))
        said = [r for name, rows in self.sections().items() if name.startswith("二、") for r in rows]
        self.assertEqual(said[0][:2], ["综合结论", answer["verdict_zh"]])
        counts = {w: int(n) for w, n in re.findall(r"(禁止|无法判定|限制|提示|允许)(\d+)个", said[1][0])}
        words = [p["verdict_zh"] for p in answer["parcels"]]
        self.assertEqual(counts, {w: words.count(w) for w in words})
        self.assertIn(f"共{len(words)}个地块", said[1][0])
        at = said.index(["各地块结论"])
        for number, (parcel, row) in enumerate(zip(answer["parcels"], said[at + 2:]), 1):
            self.assertEqual((row[0], row[1], row[4]), (str(number), parcel["id"], parcel["verdict_zh"]))
            worst = [f for f in parcel["layers"] if f["verdict"] == parcel["verdict"] and f["title_zh"].split("（")[0] in row[5]]
            self.assertTrue(worst or row[5] == "—", row)
        self.assertNotIn("各地块结论", self.made("csv", self.one).decode("utf-8-sig"))

    def test_csv_agrees_with_json(self):
        answer = report_schema.demand(json.loads(self.made("json")))
        table = next(rows for name, rows in self.sections().items() if name.startswith("三、"))
        for parcel, row in zip(answer["parcels"], table[1:]):
            self.assertAlmostEqual(parcel["area_m2"], float(row[3]), delta=0.0151)
            for layer, cell in zip(parcel["layers"], row[4:7]):
                if layer["area_m2"] is None:
                    self.assertIn(cell, ("数据未覆盖", "未测算"))
                else:
                    self.assertAlmostEqual(layer["area_m2"], float(cell), delta=0.0151)

    def test_csv_has_no_formula(self):
        for rows in self.sections().values():
            for cell in (c for row in rows for c in row):
                self.assertFalse(cell[:1] in "=+-@|%" and cell[:1], cell)
        self.assertIn(["项目代码", "'=1+1"], self.sections()["一、项目基本信息"])

    def test_a_rule_that_is_not_the_classes_own_says_so(self):
        """A clause that stands in (no class given; no row for the class) is printed with the reason, like in the JSON."""
        farm = fixture.write_json(self.folder / "farm.geojson", fixture.collection(plots()["features"][1]))
        for project_class, words in [("UNKNOWN", "未填项目类型，按最严的一般规定判定"),
                                     ("NATIONAL_MAJOR", "规则表对所填项目类型没有专门条款，按一般规定判定，请人工核对")]:
            out = subprocess.run([PROGRAM, "check", farm, "--store", self.store, "--class", project_class, "--format", "csv"],
                                 check=True, capture_output=True).stdout.decode("utf-8-sig")
            self.assertRegex(out, rf"PBF-GEN,禁止,[^,]*（{words}）")

    # ---- XLSX

    def test_xlsx(self):
        book = zipfile.ZipFile(io.BytesIO(self.made("xlsx")))
        self.assertIsNone(book.testzip())
        for name in book.namelist():
            if name.endswith((".xml", ".rels")):
                xml.fromstring(book.read(name))
        names = [s.get("name") for s in xml.fromstring(book.read("xl/workbook.xml")).iter(f"{SHEET}sheet")]
        self.assertEqual(names, ["结论", "占用三线情况表", "占用明细", "界址点", "说明"])
        strings = ["".join(t.text or "" for t in s.iter(f"{SHEET}t"))
                   for s in xml.fromstring(book.read("xl/sharedStrings.xml")).iter(f"{SHEET}si")]
        self.assertTrue(any(HIT in s for s in strings))
        self.assertIn("=1+1", strings)      # text, not a formula
        self.assertIn(HOSTILE, strings)
        sheet = xml.fromstring(book.read("xl/worksheets/sheet2.xml"))
        self.assertEqual([], list(sheet.iter(f"{SHEET}f")))
        self.assertTrue(list(sheet.iter(f"{SHEET}pane")))
        columns = {}
        for cell in sheet.iter(f"{SHEET}c"):
            letter, value = re.match(r"[A-Z]+", cell.get("r")).group(), cell.find(f"{SHEET}v")
            if value is None:
                continue
            columns.setdefault(letter, []).append(strings[int(value.text)] if cell.get("t") == "s"
                                                  else decimal.Decimal(value.text).quantize(decimal.Decimal("0.01")))
        areas = columns["D"][1:]
        self.assertEqual(sum(areas[:-1]), areas[-1])

    def test_xlsx_border_points_are_those_of_the_csv(self):
        """Coordinates copied out of the sheet are the millimetres that the other forms print."""
        sheet = xml.fromstring(zipfile.ZipFile(io.BytesIO(self.made("xlsx"))).read("xl/worksheets/sheet4.xml"))
        rows = [[float(c.find(f"{SHEET}v").text) for c in row.iter(f"{SHEET}c") if c.get("r")[0] in "DEF"
                 and c.get("t") != "s" and c.find(f"{SHEET}v") is not None] for row in sheet.iter(f"{SHEET}row")]
        printed = [[float(v) for v in r[-3:]] for r in self.sections()["界址点成果表"] if re.fullmatch(r"J\d+", r[1] if len(r) > 1 else "")]
        self.assertGreater(len(printed), 15)
        self.assertEqual(printed, [r for r in rows if r])

    # ---- HTML

    def test_html(self):
        text = self.made("html").decode()
        page = Page()
        page.feed(text)
        self.assertEqual([], page.faults)
        self.assertEqual([], page.open)
        self.assertEqual([], page.foreign)
        self.assertNotRegex(text, r"(?:src|href)\s*=\s*[\"']?(?:https?:|//)|url\(\s*[\"']?(?:https?:|//)|@import")
        self.assertFalse(page.tags & {"script", "link", "iframe", "img", "object"})
        self.assertIn("svg", page.tags)
        said = "".join(page.text)
        for sentence in (HIT, DISCLAIMER, HOSTILE, "数据未覆盖", "示例数据", "已读公布文本", "三、占用三线情况表"):
            self.assertIn(sentence, said)
        ids = re.findall(r' id="([^"]+)"', text)
        self.assertEqual(len(ids), len(set(ids)), "ids of several maps are told apart")
        used = set(re.findall(r'href="#([^"]+)"', text)) | set(re.findall(r"url\(#([^)]+)\)", text))
        self.assertEqual(set(), used - set(ids))
        xml.fromstring(text.replace("<!DOCTYPE html>\n", "", 1))

    # ---- a check that was kept

    def test_kept_documents_name_their_record(self):
        """Paper and record find each other: number, officer and the whole seal are in every form of a kept check."""
        for form in ("text", "csv", "xlsx", "html", "pdf"):
            self.made(form, self.one, "--keep", "--officer", "李审查")
            rows = subprocess.run([PROGRAM, "records", "list", "--format", "json", "--store", self.store], check=True,
                                  capture_output=True).stdout
            row = json.loads(rows)["records"][-1]
            said = self.words(form)
            kept_at = datetime.datetime.fromisoformat(row["kept_at"]).astimezone(zoneinfo.ZoneInfo("Asia/Shanghai"))
            for word in (str(row["id"]), row["sha256"], "李审查", f"{kept_at:%Y-%m-%d%H:%M:%S}（北京时间）"):
                self.assertIn(word, re.sub(r"\s", "", said), form)
            self.made(form, self.one)
            self.assertNotIn("李审查", self.words(form), form)

    def words(self, form):
        path = self.folder / f"report.{form}"
        if form == "pdf":
            return re.sub(r"\s+", "", self.pdf_tool("pdftotext", "-layout", str(path), "-"))
        if form == "xlsx":
            return zipfile.ZipFile(path).read("xl/sharedStrings.xml").decode()
        return path.read_text(encoding="utf-8-sig")

    # ---- English

    def test_english_is_english(self):
        """The English text has Chinese only where it quotes: clauses as published, and the names of places and files."""
        box = (111.695, 40.802, 111.745, 40.816)
        feature = fixture.write_json(self.folder / "plain.geojson", fixture.feature(box))
        txt = subprocess.run([PROGRAM, "parcel", "convert", feature, "--to", "txt", "--zone", "37"], check=True,
                             capture_output=True).stdout
        forms = {"a.txt": txt, "b.geojson": pathlib.Path(feature).read_bytes(),
                 "c.csv": b"lon,lat\n" + b"".join(b"%.4f,%.4f\n" % p for p in
                                                  [(box[0], box[1]), (box[2], box[1]), (box[2], box[3]), (box[0], box[3])]),
                 "d.wkt": b"POLYGON((111.60 40.80,111.604 40.80,111.604 40.803,111.60 40.803,111.60 40.80))",
                 "e.wkt": b"POLYGON((112.499 41.2,112.501 41.2,112.501 41.201,112.499 41.201,112.499 41.2))"}
        for name, content in forms.items():
            path = self.folder / name
            path.write_bytes(content)
            for project_class in ("UNKNOWN", "GENERAL", "NATIONAL_MAJOR"):
                said = subprocess.run([PROGRAM, "check", str(path), "--store", self.store, "--class", project_class, "--lang",
                                       "en", "--keep", "--officer", "Li"], check=True, capture_output=True).stdout.decode()
                self.assertIn("CRS ", said)
                for line in said.splitlines():
                    quoted = re.match(r"\s+(Basis \(as published\)|Feature) |Data ", line)
                    line = line.replace("[属性描述]", "").replace("带号", "")
                    if not quoted and re.search("[\u3000-\u9fff\uff00-\uffef]", line):
                        self.fail(f"{name} {project_class}: {line}")

    # ---- PDF

    def pdf_tool(self, *command):
        if not shutil.which(command[0]):
            self.skipTest("no poppler-utils")
        return subprocess.run(command, check=True, capture_output=True).stdout.decode()

    def test_pdf(self):
        self.made("pdf")
        path = str(self.folder / "report.pdf")
        fonts = self.pdf_tool("pdffonts", path).splitlines()[2:]
        self.assertTrue(fonts)
        for line in fonts:
            self.assertRegex(line, r"[A-Z]{6}\+\S+.* yes +yes +yes")  # embedded, a subset, with its characters
        said = re.sub(r"\s+", "", self.pdf_tool("pdftotext", "-layout", path, "-"))
        for sentence in (HIT, DISCLAIMER, "某某光伏项目占用三条控制线情况分析报告", "界址点成果表", "数据未覆盖", "示例数据",
                         "第1页/共"):
            self.assertIn(sentence, said)
        table = next(rows for name, rows in self.sections().items() if name.startswith("三、"))
        for figure in table[1][3:3 + COLUMNS]:
            self.assertIn(figure, said)
        answer = json.loads(self.made("json"))
        pages = self.pdf_tool("pdftotext", path, "-").rstrip("\f").split("\f")
        for page in pages:
            self.assertIn(answer["input"]["sha256"], re.sub(r"\s+", "", page))
        self.assertRegex(self.pdf_tool("pdfinfo", path), r"Page size: +595.276 x 841.89 pts \(A4\)")

    def test_same_bytes_twice(self):
        for form in ("csv", "xlsx", "html", "pdf"):
            self.assertEqual(self.made(form), self.made(form), form)

    # ---- the table of forms

    def test_a_form_that_there_is_not_is_refused(self):
        """Never a PDF, or anything else, for a name that is none; command and server say which there are, and the OpenAPI
        document has the same. (The C library: tests/api.)"""
        out = self.folder / "report.docx"
        said = subprocess.run([PROGRAM, "check", self.one, "--store", self.store, "--format", "docx", "-o", str(out)],
                              capture_output=True)
        self.assertEqual(said.returncode, 1)
        self.assertFalse(out.exists())
        forms = re.search(r"没有输出格式“docx”；可用 (.*)。", said.stderr.decode())[1].split("、")
        listed = re.search(r"enum: \[(json, geojson, text[^\]]*)\]", (SOURCE / "schema/openapi.yaml").read_text())[1]
        self.assertEqual(listed.split(", "), forms)
        told = subprocess.run([PROGRAM, "help", "check"], capture_output=True, check=True).stdout.decode()
        self.assertIn("--format " + "|".join(forms), told)
        server = fixture.Server(PROGRAM, "--store", self.store)
        try:
            request = urllib.request.Request(f"http://{server.host}:{server.port}/check?format=docx",
                                             pathlib.Path(self.one).read_bytes())
            with self.assertRaises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(request)
            self.assertEqual(refused.exception.code, 400)
            answer = refused.exception.read().decode()
            self.assertIn("unknown-format", answer)
            self.assertIn("、".join(forms), answer)
        finally:
            server.stop()

    # ---- HTTP

    def test_http(self):
        server = fixture.Server(PROGRAM, "--store", self.store)
        expected = {"csv": "text/csv; charset=utf-8", "html": "text/html; charset=utf-8", "pdf": "application/pdf",
                    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
        try:
            for form, content_type in expected.items():
                query = urllib.parse.urlencode({"format": form, "class": "GENERAL", "project_name": "某某光伏项目"})
                request = urllib.request.Request(f"http://{server.host}:{server.port}/check?{query}",
                                                 pathlib.Path(self.parcels).read_bytes())
                with urllib.request.urlopen(request) as answer:
                    body = answer.read()
                    self.assertEqual(answer.headers["Content-Type"], content_type)
                    self.assertIn(f'filename="hongxian-report.{form}"', answer.headers["Content-Disposition"])
                    policies = answer.headers.get_all("Content-Security-Policy")
                self.assertGreater(len(body), 2000)
                self.assertEqual(len(policies), 1)
                if form == "html":
                    self.assertIn("default-src 'none'", policies[0])
                    self.assertIn("某某光伏项目", body.decode())
        finally:
            server.stop()


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
