#!/usr/bin/env python3
"""国土TXT in the wild, in pairs: every way of writing the same plots is read as the same plots, whatever two ways meet in
one file. What they are is known from a second program: PROJ by way of pyproj, and the nesting that the plots were made with.
  test_txt_variants.py LIBRARY HONGXIAN SOURCE_DIR"""
import ctypes
import itertools
import json
import pathlib
import random
import sys
import tempfile
import unicodedata
import unittest

import pyproj

LIBRARY, PROGRAM, SOURCE = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
sys.path.insert(0, str(SOURCE / "tests" / "http"))
import fixture  # noqa: E402
import report_schema  # noqa: E402

ZONE = 37
FROM_GRID = pyproj.Transformer.from_crs(4525, 4490, always_xy=True)   # eastings with the zone in front
ELLIPSOID = pyproj.Geod(ellps="GRS80")   # CGCS2000's differs by 0.1 mm in b: below 1e-9 of an area


def degrees(points):
    lon, lat = FROM_GRID.transform([e + ZONE * 1000000 for _, e in points], [n for n, _ in points])
    return lon, lat


# ---- plots: {name: [plot]}, plot = [ring], ring = [(north, east)]; rings that hold another come first in no certain order

def box(n, e, size):
    return [(n, e), (n, e + size), (n + size, e + size), (n + size, e)]


SQUARE = box(4520000, 563000, 300)
PLOTS = {
    "square": [[SQUARE]],
    "hole": [[SQUARE, box(4520100, 563100, 80)]],
    "parts": [[SQUARE, box(4520600, 563000, 200)]],
    "parts with holes": [[box(4520100, 563100, 80), SQUARE, box(4520600, 563000, 200), box(4520650, 563050, 50)]],
    "island": [[SQUARE, box(4520050, 563050, 200), box(4520100, 563100, 60)]],
    "two plots": [[box(4520000, 563000, 120)], [box(4520500, 563500, 90), box(4520520, 563520, 20)]],
    "millimetres": [[[(4520000.001, 563000.123), (4520010.555, 563222.25), (4520150.005, 563180.999),
                      (4520222.222, 563090.5), (4520111.111, 562950.007)]]],
}


def inside(point, ring):
    (n, e), odd = point, False
    for (n1, e1), (n2, e2) in zip(ring, ring[1:] + ring[:1]):
        if (e1 > e) != (e2 > e) and n < (n2 - n1) * (e - e1) / (e2 - e1) + n1:
            odd = not odd
    return odd


def depth(ring, rings):
    return sum(inside(ring[0], other) for other in rings if other is not ring)


def area_m2(ring):
    """Edges straight in the grid: cut into metres, then geodesics."""
    dense = []
    for (n1, e1), (n2, e2) in zip(ring, ring[1:] + ring[:1]):
        steps = max(1, int(max(abs(n2 - n1), abs(e2 - e1))))
        dense += [(n1 + (n2 - n1) * k / steps, e1 + (e2 - e1) * k / steps) for k in range(steps)]
    lon, lat = degrees(dense)
    return abs(ELLIPSOID.polygon_area_perimeter(lon, lat)[0])


class Truth:
    def __init__(self, plots):
        self.areas = [sum((-1) ** depth(r, rings) * area_m2(r) for r in rings) for rings in plots]
        self.polygons = [sum(depth(r, rings) % 2 == 0 for r in rings) for rings in plots]
        self.rings = [len(rings) for rings in plots]
        self.corners = []
        for rings in plots:
            lon, lat = degrees([p for r in rings for p in r])
            self.corners.append(list(zip(lon, lat)))


TRUTHS = {name: Truth(plots) for name, plots in PLOTS.items()}


# ---- ways of writing: {dimension: {way: ...}}; the first is the rule's

WIDE = str.maketrans(",=[]@0123456789.J", "，＝［］＠０１２３４５６７８９．Ｊ")
HEADS = {
    "rule": "[属性描述]\n格式版本号=1.01版本\n数据产生单位=某单位\n数据产生日期=2026-1-1\n坐标系=2000国家大地坐标系\n几度分带=3\n"
            "投影类型=高斯克吕格\n计量单位=米\n带号={zone}\n精度=0.001\n转换参数=,,,,,,\n[地块坐标]\n",
    "empty values": "[属性描述]\n格式版本号=\n数据产生单位=\n坐标系=2000国家大地坐标系\n几度分带=\n投影类型=\n计量单位=\n带号={zone}\n"
                    "精度=\n转换参数=\n[地块坐标]\n",
    "missing keys": "[属性描述]\n坐标系=2000国家大地坐标系\n带号={zone}\n[地块坐标]\n",
    "other order": "[属性描述]\n转换坐标=0,0,0,0,0,0,0\n精度=3\n带号={zone}\n计量单位=米\n投影类型=高斯克吕格\n分带=3度带\n"
                   "坐标系=2000国家大地坐标系\n[地块坐标]\n",
    "blanks": "  [属性描述] \n 坐标系 = 2000国家大地坐标系 \n\n带号 = {zone}\n　[地块坐标]　\n\n",
    "other section": "[扩展]\n甲=1,2\n[属性描述]\n坐标系=CGCS2000\n带号={zone}\n[地块坐标]\n",
    "a remark": "勘测定界坐标\n[属性描述]\n坐标系=2000国家大地坐标系\n带号={zone}\n[地块坐标]\n",
}
ROWS = {   # number, area, id, name
    "rule": "{n},{ha:.4f},{id},{name},面,K49,工业用地,0601,@",
    "8 columns": "{n},{ha:.4f},{id},{name},面,,工业用地,@",
    "14 columns": "{n},{ha:.4f},{id},{name},面,,工业用地,0601,1,2,3,4,备注,@",
    "empty cells": "{n},,{id},{name},面,,,,@",
    "5 columns": "{n},{ha:.4f},{id},{name},@",
    "trailing commas": "{n},{ha:.4f},{id},{name},面,,,,@,,",
    "unit": "{n},{ha:.4f}公顷,{id},{name},面,,,,@",
    "square metres": "{n},{m2:.2f}平方米,{id},{name},面,,,地上,@",
    "no count": ",{ha:.4f},{id},{name},面,,,,@",
    "blanks": " {n} , {ha:.4f} , {id} , {name} , 面 , , , , @ ",
}
POINTS = {"rule": "J{d},{q},{a},{b}", "no J": "{d},{q},{a},{b}", "small j": "j{d},{q},{a},{b}", "blanks": " J{d} , {q} , {a} , {b} ",
          "trailing comma": "J{d},{q},{a},{b},", "other letter": "T{d},{q},{a},{b}", "zeros": "J{d:03d},0{q},{a},{b}"}
DIMENSIONS = {
    "head": list(HEADS),
    "row": list(ROWS),
    "point": list(POINTS),
    "numbers": ["restart", "run on"],
    "closing": ["closed", "open", "twice"],
    "rings": ["counted", "all 1", "from 0"],
    "axes": ["north first", "east first"],
    "zone": ["header", "prefix", "both"],
    "decimals": ["3", "as short as can be", "6"],
    "winding": ["as drawn", "reversed"],
    "encoding": ["gb18030", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-16-be with mark"],
    "ends": ["\r\n", "\n", "\r", "mixed"],
    "width": ["ASCII", "full", "brackets"],
    "separator": [",", "\t", ";"],
    "tail": ["newline", "none", "blank lines", "DOS end"],
}
RULE = {k: v[0] for k, v in DIMENSIONS.items()}


def perhaps_cut(way):
    """The last number may have lost digits: no line end behind it, an open ring, and numbers of many lengths."""
    return way["tail"] == "none" and way["closing"] == "open" and way["decimals"] == "as short as can be"


def impossible(way):
    """Pairs that do not mean one thing: left out here, and refused or told in test_ambiguous."""
    return way["rings"] == "all 1" and way["closing"] == "open" and way["numbers"] == "run on"   # nothing tells rings apart


def unmarked(way):
    """UTF-16 without a mark is recognised by its ASCII; where there is none it may be refused, but never misread."""
    return way["encoding"] in ("utf-16-le", "utf-16-be") and way["width"] == "full"


def number_text(v, way):
    if way["decimals"] == "as short as can be":
        return repr(float(v)).removesuffix(".0")
    return f"{v:.{way['decimals']}f}"


def ring_lines(ring, index, way, first):
    ring = ring[::-1] if way["winding"] == "reversed" else ring
    count = len(ring)
    lines = []
    extra = {"closed": 1, "open": 0, "twice": 2}[way["closing"]]
    q = {"counted": index + 1, "all 1": 1, "from 0": index}[way["rings"]]
    for k in range(count + extra):
        k = k if k < count else 0
        n, e = ring[k]
        e = e + ZONE * 1000000 if way["zone"] != "header" else e
        a, b = (n, e) if way["axes"] == "north first" else (e, n)
        d = (first if way["numbers"] == "run on" else 1) + k
        lines.append(POINTS[way["point"]].format(d=d, q=q, a=number_text(a, way), b=number_text(b, way)))
    return lines, count


def write(plots, way):
    lines = HEADS[way["head"]].format(zone=ZONE if way["zone"] != "prefix" else "").split("\n")[:-1]
    for i, rings in enumerate(plots):
        m2 = sum((-1) ** depth(r, rings) * area_m2(r) for r in rings) if len(rings) else 0
        body, first = [], 1
        for index, ring in enumerate(rings):
            more, count = ring_lines(ring, index, way, first)
            body, first = body + more, first + count
        row = ROWS[way["row"]].format(n=len(body), ha=m2 / 10000, m2=m2, id=f"DK-{i + 1}", name=f"一号地块{i + 1}")
        for line in [row] + body:
            lines.append(line.replace(",", way["separator"]))
    text = "\n".join(lines) + {"newline": "\n", "none": "", "blank lines": "\n \n\n", "DOS end": "\n\x1a"}[way["tail"]]
    if way["width"] == "full":
        text = text.replace(";", "；").translate(WIDE)
    if way["width"] == "brackets":
        text = text.replace("[", "【").replace("]", "】")
    if way["ends"] == "mixed":
        ends = itertools.cycle(["\r\n", "\n", "\r"])
        text = "".join(next(ends) if c == "\n" else c for c in text)
    else:
        text = text.replace("\n", way["ends"])
    if way["encoding"] == "utf-16-be with mark":
        return b"\xfe\xff" + text.encode("utf-16-be")
    return text.encode(way["encoding"])


# ---- the library

class Error(ctypes.Structure):
    _fields_ = [("result", ctypes.c_int), ("code", ctypes.c_char * 48), ("zh", ctypes.c_char * 512), ("en", ctypes.c_char * 512)]


class Bytes(ctypes.Structure):
    _fields_ = [("data", ctypes.c_void_p), ("size", ctypes.c_size_t)]


class Library:
    def __init__(self, store):
        self.lib = ctypes.CDLL(LIBRARY)
        self.error, self.store, self.checker = Error(), ctypes.c_void_p(), ctypes.c_void_p()
        for name in ("hx_store_open", "hx_checker_new", "hx_check_bytes", "hx_report_write"):
            getattr(self.lib, name).restype = ctypes.c_int
        assert not self.lib.hx_store_open(store.encode(), ctypes.byref(self.store), ctypes.byref(self.error))
        assert not self.lib.hx_checker_new(self.store, ctypes.byref(self.checker), ctypes.byref(self.error))

    def close(self):
        self.lib.hx_checker_free(self.checker)
        self.lib.hx_store_close(self.store)

    def write(self, form):
        out = Bytes()
        assert not self.lib.hx_report_write(self.checker, form, None, ctypes.byref(out), ctypes.byref(self.error))
        text = ctypes.string_at(out.data, out.size)
        self.lib.hx_bytes_free(ctypes.byref(out))
        return json.loads(text)

    def read(self, content):
        """(None, report, features), or (code, Chinese sentence, English sentence)."""
        report = ctypes.c_void_p()
        if self.lib.hx_check_bytes(self.checker, content, ctypes.c_size_t(len(content)), None, ctypes.byref(report),
                                   ctypes.byref(self.error)):
            return tuple(getattr(self.error, k).decode() for k in ("code", "zh", "en"))
        features = [f for f in self.write(1)["features"] if f["properties"]["kind"] == "parcel"]
        return None, report_schema.demand(self.write(0)), features


class Variants(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory(prefix="hongxian-txt-")
        cls.library = Library(fixture.make_store(PROGRAM, cls.temporary.name))

    @classmethod
    def tearDownClass(cls):
        cls.library.close()
        cls.temporary.cleanup()

    def fail_on(self, name, way, said):
        odd = {k: v for k, v in way.items() if v != RULE[k]}
        self.fail(f"{name}, {odd}: {said}\n{write(PLOTS[name], {**way, 'encoding': 'utf-8'})[:1500].decode('utf-8', 'replace')}")

    def same(self, name, way):
        """The file means the plots; every corner is there to a tenth of a millimetre."""
        truth = TRUTHS[name]
        code, report, features = self.library.read(write(PLOTS[name], way))
        if (code == "text-encoding" and unmarked(way)) or (code == "file-cut" and perhaps_cut(way)):
            return []
        if code:
            self.fail_on(name, way, (code, features))
        if len(features) != len(truth.areas):
            self.fail_on(name, way, f"{len(features)} plots")
        for i, (feature, parcel) in enumerate(zip(features, report["parcels"])):
            shape = feature["geometry"]
            polygons = shape["coordinates"] if shape["type"] == "MultiPolygon" else [shape["coordinates"]]
            rings = [r for p in polygons for r in p]
            if (len(polygons), len(rings)) != (truth.polygons[i], truth.rings[i]):
                self.fail_on(name, way, f"{len(polygons)} polygons of {len(rings)} rings")
            if not abs(parcel["area_m2"] - truth.areas[i]) <= 0.01:
                self.fail_on(name, way, (parcel["area_m2"], truth.areas[i]))
            narrow = [unicodedata.normalize("NFKC", parcel[k]) for k in ("id", "name")]   # names may stay as they are
            if narrow != [f"DK-{i + 1}", f"一号地块{i + 1}"]:
                self.fail_on(name, way, (parcel["id"], parcel["name"]))
            points = [p for r in rings for p in r]
            for lon, lat in truth.corners[i]:
                if not min(abs(lon - x) + abs(lat - y) for x, y in points) <= 2e-9:
                    self.fail_on(name, way, (lon, lat))
        return [w["code"] for w in report["warnings"]] + [w["code"] for p in report["parcels"] for w in p["warnings"]]

    def test_as_the_rule_has_it(self):
        """The rule's own way earns no warning."""
        for name in PLOTS:
            self.assertEqual(set(), set(self.same(name, RULE)), name)

    def test_each_way_and_each_pair(self):
        """Every way alone, on every shape; every two ways together, on shapes in turn."""
        names = itertools.cycle(PLOTS)
        count = 0
        for a, b in itertools.combinations_with_replacement(DIMENSIONS, 2):
            for way_a, way_b in itertools.product(DIMENSIONS[a], DIMENSIONS[b]):
                way = {**RULE, a: way_a, b: way_b}
                if impossible(way) or (a == b and way_a != way_b):
                    continue
                for name in PLOTS if a == b else [next(names)]:
                    self.same(name, way)
                    count += 1
        self.assertGreater(count, 1500)

    def test_many_at_once(self):
        """A thousand files in which everything is odd at once."""
        chance = random.Random(5)
        for _ in range(1000):
            way = {k: chance.choice(v) for k, v in DIMENSIONS.items()}
            if not impossible(way):
                self.same(chance.choice(list(PLOTS)), way)

    def test_guesses_are_told(self):
        """What was guessed is said; what only looks odd is not called out."""
        for way, code in [({"closing": "open"}, "ring-closed"), ({"axes": "east first"}, "axes-swapped"),
                          ({"separator": "\t"}, "separator"), ({"separator": ";"}, "separator"),
                          ({"rings": "all 1"}, "ring-inferred"), ({"row": "14 columns"}, "plot-row-columns")]:
            self.assertIn(code, self.same("hole", {**RULE, **way}), way)
        for dimension in ("encoding", "ends", "width", "decimals", "winding", "tail", "head", "zone"):
            for way in DIMENSIONS[dimension]:
                codes = set(self.same("hole", {**RULE, dimension: way})) - {"text-encoding"}
                self.assertEqual(set(), codes, (dimension, way))

    def test_spaced_points(self):
        """Points parted by blanks have one meaning; plot rows parted by blanks have many and are refused."""
        lines = write(PLOTS["square"], {**RULE, "encoding": "utf-8"}).decode().split("\r\n")
        spaced = [line.replace(",", "  ") if line.startswith("J") else line for line in lines]
        code, report, _ = self.library.read("\n".join(spaced).encode())
        self.assertIsNone(code, report)
        self.assertAlmostEqual(TRUTHS["square"].areas[0], report["parcels"][0]["area_m2"], delta=0.01)
        row = next(i for i, line in enumerate(lines) if line.endswith("@"))
        lines[row] = lines[row].replace(",", " ")
        self.assertEqual("txt-row", self.library.read("\n".join(lines).encode())[0])

    def test_files_behind_one_another(self):
        """Two files put one behind the other, each with its mark and header, are the plots of both."""
        for encoding in ("utf-8-sig", "gb18030"):
            one = write(PLOTS["square"], {**RULE, "encoding": encoding})
            two = write([[box(4530000, 563000, 100)]], {**RULE, "encoding": encoding, "zone": "prefix"})
            code, report, features = self.library.read(one + two)
            self.assertIsNone(code, (report, features))
            self.assertEqual(2, len(features))

    def test_ambiguous(self):
        """What could be two places, or two shapes, is refused with the question or the remedy; never guessed."""
        def square(**way):
            return write(PLOTS["square"], {**RULE, "encoding": "utf-8", **way}).decode()
        rule = square()
        no_zone = rule.replace("带号=37", "带号=")
        for text, code, words in [
                (no_zone, "zone-missing", "哪一带"),
                (no_zone.replace("几度分带=3", "几度分带="), "zone-missing", "哪一带"),
                (square(zone="both").replace("带号=37", "带号=38"), "zone-conflict", "矛盾"),
                (rule.replace("几度分带=3", "几度分带=6"), "zone-conflict", "矛盾"),
                (rule.replace("带号=37", "带号=111"), "zone-unknown", "中央经线"),
                (rule.replace("2000国家大地坐标系", "1980西安坐标系"), "datum-refused", "转换"),
                (rule.replace("2000国家大地坐标系", "北京54"), "datum-refused", "转换"),
                (rule.replace("563000.000", "111.75").replace("4520000.000", "40.81"), "txt-degrees", "经纬度"),
                (rule.replace("563300.000", "111.75"), "txt-coordinates", "位数"),
                (rule.replace("J2,1,", "J2,1,,"), "txt-point", "不是数"),
                (rule.replace("J3,1,4520300.000,563300.000", "J3,1,4520300.000"), "txt-coordinates", "列的顺序"),
                (rule.replace(",@", ","), "txt-plot-mark", "@"),
                (rule[:rule.index("5,8.9991")], "txt-no-plots", "没有地块"),
                ("矿区范围拐点坐标\nXY001=1,2588801.00,39438457.00\n标高=1", "format-mining", "暂不支持")]:
            said = self.library.read(text.encode())
            self.assertEqual(code, said[0], (text, said))
            self.assertIn(words, said[1])
            self.assertRegex(said[2], "[a-z]{3}")
        # rings that nothing tells apart are read as the one ring that is written there: one that crosses itself is refused,
        # and two squares in a line touch along it, enclose what they enclose, and are told
        way = {**RULE, "rings": "all 1", "closing": "open", "numbers": "run on"}
        self.assertEqual("self-intersection", self.library.read(write(PLOTS["hole"], way))[0])
        said = self.library.read(write(PLOTS["parts"], way))
        self.assertLessEqual({"ring-closed", "ring-touching-dissolved"}, {w["code"] for w in said[1]["warnings"]})
        self.assertAlmostEqual(TRUTHS["parts"].areas[0], said[1]["parcels"][0]["area_m2"], delta=0.05)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
