#!/usr/bin/env python3
"""The server against OGC API - Features - Part 3: Filtering (19-079r2) and the conformance tests of CQL2 (21-065r2) whose classes it names.
SQLite judges comparisons and logic, shapely the geometries, each over the same features. Tested against, not certified.
  test_ogc_filter.py HONGXIAN SOURCE_DIR"""
import http.client
import itertools
import json
import pathlib
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unittest
import urllib.parse

from osgeo import gdal, ogr
from shapely import geometry as geo, wkt

PROGRAM, SOURCE = sys.argv[1], pathlib.Path(sys.argv[2])
import fixture  # noqa: E402
from fixture import runs  # noqa: E402

gdal.UseExceptions()
ogr.UseExceptions()
FARM = "permanent_basic_farmland"
ITEMS = f"/collections/{FARM}/items"
EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
CQL2 = "http://www.opengis.net/spec/cql2/1.0/conf/"
PART3 = "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/"
SIDE, STEP = 20, 0.01
FIELDS = ("DLMC", "PZRQ", "PZSJ", "SL", "YX", "BZ")


def square(i):
    """As it comes back in nine decimals: what touches must touch to the last digit. Some touch each other."""
    west, south = 111.5 + STEP * (i % SIDE), 40.5 + STEP * (i // SIDE)
    size = STEP / 2 if i % 3 else STEP
    return tuple(round(v, 6) for v in (west, south, west + size, south + size))


def content():
    chance = random.Random(3)
    return fixture.collection(*(fixture.feature(
        square(i), BSM=f"F-{i:03}", MC=chance.choice(["一号", "二号", "København", "a_b", "50%", "O'Neil", "x\\y", ""]), MJ=chance.choice([None, 10.5, 20.0, 3e6]),
        DLMC=chance.choice(["水浇地", "旱地", None]), PZRQ=chance.choice(["2021-01-01", "2022-04-16", "2022-12-31", None]),
        PZSJ=chance.choice(["2022-04-16T10:13:19Z", "2023-01-01T00:00:00Z", None]), SL=chance.choice([1, 2, 3.5, None]),
        YX=chance.choice([True, False, None]), BZ=chance.choice(["", "注"])) for i in range(SIDE * SIDE)))


class Filter(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="hongxian-ogc-filter-"))
        store = fixture.empty_store(PROGRAM, cls.folder / "filter.sqlite")
        source = fixture.write_json(cls.folder / "farm.geojson", content())
        subprocess.run([fixture.store_maker(PROGRAM), "import", "--store", store, source, "--layer", FARM, "--synthetic"], check=True, capture_output=True)
        cls.server = fixture.Server(PROGRAM, "--store", store, "--threads", "2")
        cls.base = f"http://{cls.server.host}:{cls.server.port}"
        cls.features = cls.ask(ITEMS, limit=10000)[1]["features"]
        cls.shapes = {f["id"]: geo.shape(f["geometry"]) for f in cls.features}
        cls.table = sqlite3.connect(":memory:")
        cls.table.execute("PRAGMA case_sensitive_like = ON")
        cls.table.execute('CREATE TABLE f (id INTEGER, code TEXT, name TEXT, zone TEXT, county TEXT, declared_area_m2 REAL, '
                          '"properties.DLMC", "properties.PZRQ", "properties.PZSJ", "properties.SL", "properties.YX", "properties.BZ")')
        cls.table.executemany("INSERT INTO f VALUES (?,?,?,?,?,?,?,?,?,?,?,?)", [
            (f["id"], *(f["properties"][k] for k in ("code", "name", "zone", "county", "declared_area_m2")),
             *(f["properties"]["properties"][k] for k in FIELDS)) for f in cls.features])

    @classmethod
    def tearDownClass(cls):
        fixture.stop_well(cls.server, cls.folder)

    @classmethod
    def ask(cls, path, server=None, **query):
        server = server or cls.server
        if query:
            path += "?" + urllib.parse.urlencode({k.replace("__", "."): v for k, v in ((k.replace("_crs", "-crs").replace("_lang", "-lang"), v) for k, v in query.items())})
        connection = http.client.HTTPConnection(server.host, server.port)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read()), answer.headers
        finally:
            connection.close()

    def ids(self, text=None, **query):
        if text is not None:
            query["filter"] = text if isinstance(text, str) else json.dumps(text)
            query["filter_lang"] = "cql2-text" if isinstance(text, str) else "cql2-json"
        status, page, _ = self.ask(ITEMS, limit=10000, **query)
        self.assertEqual(200, status, (text, page))
        self.assertEqual((page["numberMatched"], page["numberReturned"]), (len(page["features"]), len(page["features"])), text)
        return [f["id"] for f in page["features"]]

    def refused(self, code, path=ITEMS, place=None, server=None, **query):
        status, problem, headers = self.ask(path, server, **query)
        self.assertEqual((400, code), (status, problem.get("code")), (query, problem))
        self.assertEqual("application/problem+json", headers["Content-Type"].partition(";")[0])
        if place is not None:
            self.assertIn(f"第 {place} 个字处" if isinstance(place, int) else place, problem["detail"], query)
            self.assertIn(f"character {place}:" if isinstance(place, int) else place, problem["detail_en"], query)
        return problem

    def by_sql(self, where):
        return [i for i, in self.table.execute(f"SELECT id FROM f WHERE {where} ORDER BY id")]

    # ---- queryables ----

    def test_queryables(self):
        """/req/queryables/*, /req/features-filter/get-queryables-op, -link: every collection has a JSON Schema of what may be asked, with
        the types that the data have, and a link to it."""
        for c in self.ask("/collections")[1]["collections"]:
            if c["itemType"] != "feature":
                continue
            link, = (link for link in c["links"] if link["rel"] == "http://www.opengis.net/def/rel/ogc/1.0/queryables")
            status, schema, headers = self.ask(link["href"].removeprefix(self.base))
            self.assertEqual((200, link["type"], "application/schema+json"), (status, link["type"], headers["Content-Type"].partition(";")[0]))
            self.assertEqual(("https://json-schema.org/draft/2020-12/schema", link["href"], "object", False),
                             (schema["$schema"], schema["$id"], schema["type"], schema["additionalProperties"]))
            self.assertRegex(schema["properties"]["geometry"]["format"], "^geometry-")
            for name, q in schema["properties"].items():
                self.assertEqual(name != "geometry", "type" in q)
                self.assertTrue(q["title"])
        properties = self.ask(f"/collections/{FARM}/queryables")[1]["properties"]
        self.assertEqual({"id": ("number", None), "code": ("string", None), "name": ("string", None), "zone": ("string", None), "county": ("string", None),
                          "declared_area_m2": ("number", None), "properties.DLMC": ("string", None), "properties.PZRQ": ("string", "date"),
                          "properties.PZSJ": ("string", "date-time"), "properties.SL": ("number", None), "properties.YX": ("boolean", None),
                          "properties.BZ": ("string", None)},
                         {k: (v["type"], v.get("format")) for k, v in properties.items() if k != "geometry"})
        self.assertEqual("geometry-polygon-or-multipolygon", properties["geometry"]["format"])
        self.assertEqual(404, self.ask("/collections/nothing/queryables")[0])

    @runs.whole_under_sanitizers
    def test_a_list_that_is_not_whole_says_so(self):
        """A field that only the 1,001st feature has is not listed, and the list says of how many features it is; a smaller layer's says nothing,
        because it is whole. The field is refused as unknown, never taken for null."""
        store = fixture.empty_store(PROGRAM, self.folder / "rare.sqlite")
        many = [fixture.feature((111 + 0.001 * i, 40, 111.0005 + 0.001 * i, 40.0005), BSM=f"F{i}", **({"RARE": 1} if i == 1000 else {})) for i in range(1001)]
        source = fixture.write_json(self.folder / "rare.geojson", fixture.collection(*many))
        subprocess.run([fixture.store_maker(PROGRAM), "import", "--store", store, source, "--layer", FARM, "--synthetic"], check=True, capture_output=True)
        server = fixture.Server(PROGRAM, "--store", store, "--threads", "2")
        try:
            listed = self.ask(f"/collections/{FARM}/queryables", server)[1]
            self.assertNotIn("properties.RARE", listed["properties"])
            self.assertIn("1000 of 1001", listed["description"])
            self.refused("unknown-property", server=server, filter="properties.RARE = 1")
        finally:
            server.stop()
        self.assertNotIn("description", self.ask(f"/collections/{FARM}/queryables")[1])

    def test_conformance(self):
        """What is named is what is walked here."""
        told = set(self.ask("/conformance")[1]["conformsTo"])
        self.assertTrue({PART3 + c for c in ("queryables", "queryables-query-parameters", "filter", "features-filter")} <= told)
        self.assertEqual({CQL2 + c for c in ("cql2-text", "cql2-json", "basic-cql2", "advanced-comparison-operators", "basic-spatial-functions",
                                             "basic-spatial-functions-plus", "spatial-functions", "temporal-functions", "property-property")},
                         {c for c in told if "cql2" in c})

    def test_parameters(self):
        """/req/queryables-query-parameters/parameters: each queryable of a simple type is a parameter, of its type; beside a filter, too."""
        for where, query in (("name = '一号'", {"name": "一号"}), ("name = ''", {"name": ""}), ("\"properties.SL\" = 3.5", {"properties__SL": "3.5"}),
                             ("\"properties.YX\" = 1", {"properties__YX": "true"}), ("\"properties.PZRQ\" = '2022-04-16'", {"properties__PZRQ": "2022-04-16"}),
                             ("\"properties.PZSJ\" = '2023-01-01T00:00:00Z'", {"properties__PZSJ": "2023-01-01T00:00:00Z"}),
                             ("declared_area_m2 = 20 AND \"properties.DLMC\" = '旱地'", {"declared_area_m2": "2e1", "properties__DLMC": "旱地"})):
            self.assertTrue(self.by_sql(where))
            self.assertEqual(self.by_sql(where), self.ids(**query), query)
            self.assertEqual(self.by_sql(f"({where}) AND code < 'F-200'"), self.ids("code < 'F-200'", **query), query)
        for wrong in ({"properties__SL": "many"}, {"properties__YX": "1"}, {"properties__PZRQ": "16.4.2022"}, {"declared_area_m2": ""}):
            self.refused("bad-parameter", **wrong)
        for unknown in ({"geometry": "x"}, {"properties__GONE": "x"}, {"DLMC": "x"}):
            self.assertIn("properties.DLMC", self.refused("unknown-parameter", **unknown)["detail"])
        self.refused("parameter-twice", path=ITEMS + "?name=a&name=b")

    # ---- basic CQL2 and advanced comparison, by SQLite ----

    PREDICATES = (
        "name = 'København'", "name <> 'København'", "name > 'København'", "name <= 'København'", "name < '二号'", "name >= '二号'", "name = 'O''Neil'",
        "declared_area_m2 = 20", "declared_area_m2 <> 20.0", "declared_area_m2 > 1.05E1", "declared_area_m2 < +20", "declared_area_m2 >= 3000000", "declared_area_m2 <= -1",
        "declared_area_m2 IS NULL", "declared_area_m2 is not null", "name IS NULL", "\"properties.DLMC\" IS NULL", "\"properties.SL\" = 3.5", "\"properties.SL\" <> 1",
        "\"properties.YX\" = TRUE", "\"properties.YX\" = false", "\"properties.YX\" IS NOT NULL", "\"properties.PZRQ\" = '2022-04-16'", "\"properties.PZRQ\" > '2021-06-01'",
        "\"properties.PZSJ\" <= '2022-04-16T10:13:19Z'", "declared_area_m2 BETWEEN 10.5 AND 20", "declared_area_m2 not between 1 and 15", "declared_area_m2 between 100 and 1",
        "name IN ('一号', '二号', 'foo')", "name NOT IN ('一号','foo')", "\"properties.SL\" in (1, 2)", "\"properties.YX\" in (true)", "\"properties.PZRQ\" in ('2022-04-16','2021-01-01')",
        "name LIKE '%号'", "name NOT LIKE '_号'", "name like ''", "name like '%%'", "name LIKE '_%'", "name LIKE '%n%v%'", "name LIKE 'k%'", "name LIKE '__benhavn'",
        "code LIKE 'F-_1%'", "declared_area_m2 > \"properties.SL\"", "\"properties.SL\" = \"properties.SL\"", "name < code", "\"properties.DLMC\" <> name",
        "20 = declared_area_m2", "'一号' = name", "true", "false", "code = 'F-007' OR code = 'F-008' AND name = 'nothing'", "NOT code = 'F-007'", "not (code < 'F-300')")

    def test_comparisons(self):
        """/conf/basic-cql2/comparison, is-null, boolean; /conf/advanced-comparison-operators/*; /conf/property-property: as SQL has it,
        also where something is null."""
        for p in runs.some_under_sanitizers(self.PREDICATES[::4], self.PREDICATES):
            self.assertEqual(self.by_sql(p), self.ids(p), p)
        self.assertEqual(self.by_sql("name LIKE '%\\%' ESCAPE '\\'"), self.ids(r"name LIKE '%\%'"))
        self.assertEqual(self.by_sql("name LIKE 'a\\_b' ESCAPE '\\'"), self.ids(r"name LIKE 'a\_b'"))
        self.assertEqual(self.by_sql("name = 'O''Neil'"), self.ids(r"name = 'O\'Neil'"))
        self.assertEqual(self.by_sql(r"name = 'x\y'"), self.ids(r"name = 'x\y'"))
        self.assertEqual(self.by_sql("name = '一号'"), self.ids("  \n\u3000name　=\t'一号'  "))
        for date in ("DATE('2022-04-16')", "'2022-04-16'"):
            self.assertEqual(self.by_sql("\"properties.PZRQ\" >= '2022-04-16'"), self.ids(f"properties.PZRQ >= {date}"))
        self.assertEqual(self.by_sql("\"properties.PZSJ\" = '2022-04-16T10:13:19Z'"), self.ids("properties.PZSJ = TIMESTAMP('2022-04-16T10:13:19.000Z')"))

    def test_logic(self):
        """/conf/basic-cql2/logical, /conf/advanced-comparison-operators/logical: combinations, null taken for unknown as SQL does."""
        chance = random.Random(14)
        for _ in range(runs.some_under_sanitizers(6, runs.small_or_whole(40, 600))):
            p1, p2, p3, p4 = chance.sample(self.PREDICATES, 4)
            p = f"(NOT ({p2}) AND ({p1})) OR (({p3}) and ({p4})) or not (({p1}) OR {p4})"
            self.assertEqual(self.by_sql(p), self.ids(p), p)

    def test_every_queryable(self):
        """/conf/basic-cql2/comparison: each operator on each queryable; what is = is not <>, what is > is not <=, what is < is not >=."""
        values = {"number": "1", "boolean": "true", "string": "'foo'", "date": "DATE('2022-04-14')", "date-time": "TIMESTAMP('2022-04-14T14:48:46Z')"}
        for name, q in self.ask(f"/collections/{FARM}/queryables")[1]["properties"].items():
            if name == "geometry":
                self.assertEqual([], self.ids("geometry IS NULL"))
                self.assertEqual(len(self.features), len(self.ids("geometry is not null")))
                continue
            value = values[q.get("format", q["type"])]
            for one, other in (("=", "<>"), (">", "<="), ("<", ">=")):
                self.assertFalse(set(self.ids(f"{name} {one} {value}")) & set(self.ids(f"\"{name}\"{other}{value}")), name)

    # ---- geometries, by shapely ----

    def literals(self):
        """Of each type: apart, touching, equal, within, about, across."""
        equal = self.features[5]["geometry"]
        west, south, east, north = square(7)
        return [wkt.loads(text) for text in (
            f"POINT({west} {south})", f"POINT({west + 0.001} {south + 0.001})", f"MULTIPOINT({west} {south}, {east} {north})",
            f"LINESTRING({west} {south}, {west + 0.05} {south + 0.03})", f"LINESTRING({west} {south}, {east} {south})", "LINESTRING(-180 -45, 0 -45)",
            f"MULTILINESTRING(({west} {south}, {east} {north}), (0 45, 110 45))",
            f"POLYGON(({west} {south}, {west + 0.043} {south}, {west + 0.043} {south + 0.057}, {west} {south}))",
            "POLYGON((111.5 40.5,111.9 40.5,111.9 40.9,111.5 40.9,111.5 40.5),(111.55 40.55,111.85 40.55,111.85 40.85,111.55 40.85,111.55 40.55))",
            f"MULTIPOLYGON((({west} {south}, {east} {south}, {east} {north}, {west} {south})), ((0 0, 10 0, 10 10, 0 10, 0 0)))")] + [geo.shape(equal)]

    OPERATORS = ("intersects", "equals", "disjoint", "touches", "within", "overlaps", "crosses", "contains")

    def test_geometries(self):
        """/conf/basic-spatial-functions*/s_intersects, /conf/spatial-functions/*: each function with each type of literal, either way round, as
        text and as JSON."""
        hits = dict.fromkeys(self.OPERATORS, 0)
        for operator, literal in itertools.product(self.OPERATORS, runs.some_under_sanitizers(self.literals()[::3], self.literals())):
            for turned in (False, True):
                expected = [i for i, s in self.shapes.items() if getattr(*((literal, operator) if turned else (s, operator)))(s if turned else literal)]
                args = [literal.wkt, "geometry"] if turned else ["geometry", literal.wkt]
                self.assertEqual(expected, self.ids(f"S_{operator.upper()}({', '.join(args)})"), (operator, literal.wkt))
                if not turned:
                    tree = {"op": f"s_{operator}", "args": [{"property": "geometry"}, geo.mapping(literal)]}
                    self.assertEqual(expected, self.ids(tree), tree)
                hits[operator] += len(expected) not in (0, len(self.shapes))
        self.assertTrue(all(hits.values()) or runs.some_under_sanitizers(True, False), hits)

    def test_boxes(self):
        """/conf/basic-spatial-functions/s_intersects: BBOX, also with heights, over the antimeridian, of no height or width."""
        for box in ((111.52, 40.52, 111.6, 40.6), (-180, -90, 180, 90), (111.5, 40.5, 111.5, 40.5), (111.52, 40.5, 111.52, 40.7), (0, 0, 1, 1)):
            expected = [i for i, s in self.shapes.items() if s.intersects(geo.box(*box))]
            for text in ("BBOX(%.9g,%.9g,%.9g,%.9g)" % box, "BBOX(%.9g,%.9g,-5,%.9g,%.9g,1e4)" % box):
                self.assertEqual(expected, self.ids(f"S_INTERSECTS(geometry,{text})"), text)
            self.assertEqual(expected, self.ids({"op": "s_intersects", "args": [{"property": "geometry"}, {"bbox": box}]}))
        around = geo.MultiPolygon([geo.box(111.6, -90, 180, 90), geo.box(-180, -90, 111.55, 90)])
        self.assertEqual([i for i, s in self.shapes.items() if s.within(around)], self.ids("S_WITHIN(geometry, BBOX(111.6,-90,111.55,90))"))
        collection = geo.GeometryCollection([geo.Point(111.5, 40.5), geo.box(111.6, 40.6, 111.63, 40.7)])
        for operator in ("intersects", "disjoint"):
            expected = [i for i, s in self.shapes.items() if any(s.intersects(g) for g in collection.geoms) == (operator == "intersects")]
            self.assertEqual(expected, self.ids(f"S_{operator.upper()}(geometry,{collection.wkt})"))
            self.assertEqual(expected, self.ids({"op": f"s_{operator}", "args": [{"property": "geometry"}, geo.mapping(collection)]}))
        areas = geo.GeometryCollection([geo.box(111.5, 40.5, 111.613, 40.6), geo.box(111.6, 40.55, 111.66, 40.66)])
        for operator in ("within", "overlaps", "touches"):   # of one dimension: as their union
            expected = [i for i, s in self.shapes.items() if getattr(s, operator)(areas.geoms[0].union(areas.geoms[1]))]
            self.assertTrue(expected)
            self.assertEqual(expected, self.ids(f"S_{operator.upper()}(geometry,{areas.wkt})"))
        self.refused("filter-unsupported", filter=f"S_TOUCHES(geometry,{collection.wkt})", place=20)

    def test_filter_crs(self):
        """/req/filter/filter-crs-param, filter-crs-wgs84: literals are in that system, its axes in its order; without it in CRS84."""
        plain = self.ids("S_INTERSECTS(geometry,POLYGON((111.52 40.52,111.6 40.53,111.57 40.61,111.52 40.52)))")
        self.assertTrue(0 < len(plain) < 100)
        self.assertEqual(plain, self.ids("S_INTERSECTS(geometry,POLYGON((40.52 111.52,40.53 111.6,40.61 111.57,40.52 111.52)))", filter_crs=EPSG + "4490"))
        for code in (4524, 4525, 4546):
            there = {f["id"]: geo.shape(f["geometry"]) for f in self.ask(ITEMS, limit=10000, crs=f"{EPSG}{code}")[1]["features"]}
            north, east = there[self.features[200]["id"]].exterior.coords[0]
            north, east = north + 13.7, east + 11.3   # within; no edge lies on another, which differ by centimetres in the two systems
            for text in (f"POLYGON(({north} {east},{north + 9000} {east + 3000},{north + 1000} {east + 12000},{north} {east}))",
                         f"LINESTRING({north - 20000.3} {east - 20000.7},{north + 30000} {east + 25000})", f"POINT({north + 10} {east + 10})"):
                expected = [i for i, s in there.items() if s.intersects(wkt.loads(text))]
                self.assertTrue(expected)
                self.assertEqual(expected, self.ids(f"S_INTERSECTS(geometry,{text})", filter_crs=f"{EPSG}{code}"), text)
        self.refused("unknown-crs", filter="true", filter_crs=EPSG + "3857", place=EPSG + "3857")
        self.refused("unknown-crs", filter_crs="")

    # ---- days and times ----

    def test_times(self):
        """/conf/temporal-functions/*: against each relation as the standard's tables define it, on days, times and intervals of properties."""
        relations = {
            "after": lambda a, b, c, d: a > d, "before": lambda a, b, c, d: b < c, "contains": lambda a, b, c, d: a < c and b > d,
            "disjoint": lambda a, b, c, d: b < c or a > d, "during": lambda a, b, c, d: a > c and b < d, "equals": lambda a, b, c, d: (a, b) == (c, d),
            "finishedby": lambda a, b, c, d: a < c and b == d, "finishes": lambda a, b, c, d: a > c and b == d, "intersects": lambda a, b, c, d: b >= c and a <= d,
            "meets": lambda a, b, c, d: b == c, "metby": lambda a, b, c, d: a == d, "overlappedby": lambda a, b, c, d: c < a < d < b,
            "overlaps": lambda a, b, c, d: a < c < b < d, "startedby": lambda a, b, c, d: a == c and b > d, "starts": lambda a, b, c, d: a == c and b < d}
        days = [("2021-01-01", "2021-12-31"), ("2022-04-16", "2022-12-31"), ("2021-01-01", "2022-04-16"), ("2022-01-01", "2023-01-01"), ("..", "2022-04-16"), ("2022-04-16", ".."),
                ("2022-12-31", "2023-06-01"), ("2023-01-01", "2023-02-01"), ("2022-01-01", "2022-02-01"), ("2021-06-01", "2022-12-31")]
        ends = {"..": ("0000", "9999")}
        seen = set()
        for (name, holds), (c, d) in itertools.product(relations.items(), runs.some_under_sanitizers(days[:1], days)):
            low, high = ends.get(c, (c,))[0], ends.get(d, (0, d))[1]
            values = {f["id"]: f["properties"]["properties"]["PZRQ"] for f in self.features}
            expected = [i for i, v in values.items() if v and holds(v, v, low, high)]
            self.assertEqual(expected, self.ids(f"T_{name.upper()}(properties.PZRQ, INTERVAL('{c}','{d}'))"), (name, c, d))
            tree = {"op": f"t_{name}", "args": [{"property": "properties.PZRQ"}, {"interval": [c, d]}]}
            self.assertEqual(expected, self.ids(tree), tree)
            expected = [i for i, v in values.items() if v and holds(v, "2022-12-31", low, high)]
            self.assertEqual(expected, self.ids(f"t_{name}(INTERVAL(properties.PZRQ,'2022-12-31'), INTERVAL('{c}','{d}'))"), (name, c, d))
            seen |= {name} if 0 < len(expected) < len(values) else set()
        self.assertEqual(runs.some_under_sanitizers(seen, set(relations)), seen)   # each has told some from others
        for name in ("after", "before", "disjoint", "equals", "intersects"):
            values = {f["id"]: f["properties"]["properties"]["PZSJ"] for f in self.features}
            moment = "2022-04-16T10:13:19Z"
            self.assertEqual([i for i, v in values.items() if v and relations[name](v, v, moment, moment)],
                             self.ids(f"T_{name.upper()}(properties.PZSJ,TIMESTAMP('{moment}'))"), name)
        self.refused("bad-filter", filter="T_AFTER(properties.PZRQ,TIMESTAMP('2022-04-16T10:13:19Z'))", place=25)
        self.refused("bad-filter", filter="T_AFTER(properties.PZRQ,INTERVAL('2022-04-16','2021-01-01'))", place=25)

    # ---- JSON ----

    def test_json(self):
        """/conf/cql2-json: the same filters as JSON."""
        def p(name):
            return {"property": name}
        for text, tree in (
                ("name = '一号'", {"op": "=", "args": [p("name"), "一号"]}), ("properties.YX = true", {"op": "=", "args": [p("properties.YX"), True]}),
                ("declared_area_m2 >= 20", {"op": ">=", "args": [p("declared_area_m2"), 20]}), ("true", True), ("false", False),
                ("name LIKE '%号' AND NOT code < 'F-100'", {"op": "and", "args": [{"op": "like", "args": [p("name"), "%号"]},
                                                                                {"op": "not", "args": [{"op": "<", "args": [p("code"), "F-100"]}]}]}),
                ("code = 'F-001' OR code = 'F-002'", {"op": "or", "args": [{"op": "=", "args": [p("code"), c]} for c in ("F-001", "F-002")]}),
                ("properties.SL NOT IN (1,2)", {"op": "not", "args": [{"op": "in", "args": [p("properties.SL"), [1, 2]]}]}),
                ("properties.SL BETWEEN 2 AND 4", {"op": "between", "args": [p("properties.SL"), 2, 4]}),
                ("properties.PZRQ IS NULL", {"op": "isNull", "args": [p("properties.PZRQ")]}),
                ("properties.PZRQ > DATE('2021-06-01')", {"op": ">", "args": [p("properties.PZRQ"), {"date": "2021-06-01"}]}),
                ("properties.PZSJ = TIMESTAMP('2023-01-01T00:00:00Z')", {"op": "=", "args": [p("properties.PZSJ"), {"timestamp": "2023-01-01T00:00:00Z"}]})):
            self.assertEqual(self.ids(text), self.ids(tree), text)
        for wrong, code, place in (
                ('{"op":"=","args":[{"property":"name"},3]}', "bad-filter", "/args/1"), ('{"op":"and","args":[true,{"op":"=","args":[{"property":"x"},1]}]}', "unknown-property", "/args/1/args/0"),
                ('{"op":"casei","args":["x"]}', "filter-unsupported", "casei"), ('{"op":"=","args":[{"op":"+","args":[1,2]},3]}', "filter-unsupported", "/args/0"),
                ('{"op":"a_contains","args":[{"property":"name"},["x"]]}', "filter-unsupported", "a_contains"), ('{"op":"=","args":[1]}', "bad-filter", "args"),
                ('{"op":"=" "args":[]}', "bad-filter", "16"), ("", "bad-filter", "1"), ("[]", "bad-filter", "op"), ("name = 1", "bad-filter", "1"), ("null", "bad-filter", "op"),
                ('{"op":"s_intersects","args":[{"property":"geometry"},{"type":"Point","coordinates":[1]}]}', "bad-filter", "/args/1"),
                ('{"op":"s_intersects","args":[{"property":"geometry"},{"type":"Polygon","coordinates":[[[0,0],[1,1],[2,0]]]}]}', "bad-filter", "/args/1"),
                ('{"op":"s_intersects","args":[{"property":"geometry"},{"bbox":[1,2,3]}]}', "bad-filter", "/args/1"),
                ('{"op":"t_after","args":[{"property":"properties.PZRQ"},{"date":"2022-02-30"}]}', "bad-filter", "/args/1"),
                ('{"op":"not","args":[' * 40 + "true" + "]}" * 40, "filter-too-deep", "32")):
            self.refused(code, filter=wrong, filter_lang="cql2-json", place=place)

    # ---- what is refused ----

    def test_refused(self):
        """/req/features-filter/response E: each wrong filter is 400 and names the place in the text, and what would be right."""
        for text, code, place in (
                ("name = ", "bad-filter", 8), ("name = 'x", "bad-filter", 8), ("name == 'x'", "bad-filter", 7), ("(name = 'x'", "bad-filter", 12), ("name = 'x')", "bad-filter", 11),
                ("name 'x'", "bad-filter", 6), ("name", "bad-filter", 5), ("", "bad-filter", 1), ("AND", "bad-filter", 4), ("名称 = 'x'", "unknown-property", 1),
                ("code = 'a' AND 名称 = 'x'", "unknown-property", 16), ("Name = 'x'", "unknown-property", 1), ("\"DLMC\" = 'x'", "unknown-property", 1),
                ("name = 3", "bad-filter", 8), ("declared_area_m2 = '3'", "bad-filter", 20), ("name BETWEEN 'a' AND 'b'", "bad-filter", 1), ("declared_area_m2 LIKE '3%'", "bad-filter", 1),
                ("name IN ('a', 3)", "bad-filter", 15), ("name IN ()", "bad-filter", 10), ("geometry = 'x'", "bad-filter", 1), ("name LIKE code", "bad-filter", 11),
                ("name（= 'x'", "bad-filter", 5), ("name = ‘x’", "bad-filter", 8), ("CASEI(name) = 'x'", "filter-unsupported", 1), ("name = accenti('x')", "filter-unsupported", 8),
                ("declared_area_m2 + 1 = 2", "filter-unsupported", 18), ("A_CONTAINS(name, ('x'))", "filter-unsupported", 1), ("buffer(geometry, 5) = 1", "filter-unsupported", 1),
                ("S_INTERSECTS(name, POINT(1 2))", "bad-filter", 14), ("S_INTERSECTS(geometry, POINT(90 180))", "bad-filter", 24), ("S_INTERSECTS(geometry, POINT(1))", "bad-filter", 31),
                ("S_INTERSECTS(geometry, MULTIPOINT(7.02 49.92, 90 180))", "bad-filter", 24), ("S_INTERSECTS(geometry)", "bad-filter", 22), ("S_NEAR(geometry, POINT(1 2))", "filter-unsupported", 1),
                ("S_INTERSECTS(geometry, POLYGON((0 0,1 1,1 0,0 1,0 0)))", "bad-filter", 24), ("S_INTERSECTS(geometry, POLYGON((0 0,1 1,1 0)))", "bad-filter", 31),
                ("S_INTERSECTS(geometry, LINESTRING(0 0))", "bad-filter", 34), ("S_INTERSECTS(geometry, BBOX(1,2,3))", "bad-filter", 34), ("S_INTERSECTS(geometry, POINT EMPTY)", "bad-filter", 30),
                ("properties.PZRQ = DATE('2022-02-30')", "bad-filter", 24), ("properties.PZRQ = DATE('2022-01-01T00:00:00Z')", "bad-filter", 19), ("properties.PZSJ = TIMESTAMP('2022-01-01T25:00:00Z')", "bad-filter", 29),
                ("name = 'a\x00b'", "bad-filter", None), ("(" * 40 + "true" + ")" * 40, "filter-too-deep", 34), ("NOT " * 40 + "true", "filter-too-deep", None),
                ("name = '" + "x" * 8200 + "'", "filter-too-long", None)):
            self.refused(code, filter=text, place=place)
        problem = self.refused("unknown-property", filter="foo = 1")
        for words in (problem["detail"], problem["detail_en"]):
            self.assertTrue("foo" in words and "declared_area_m2" in words and "properties.DLMC" in words, words)
        self.refused("bad-filter", path=ITEMS + "?filter=name%20%3D%20%27%FF%27", place=9)
        self.refused("unknown-filter-lang", filter="true", filter_lang="cql-text", place="cql2-text")
        self.refused("unknown-filter-lang", filter_lang="ecql")
        self.refused("unknown-parameter", filter="true", fliter="false")

    # ---- pages ----

    def test_pages(self):
        """Links of pages lead on and back over every match once, and say how many there are; with a box and other systems, too."""
        for query, expected in (({"filter": "name LIKE '%号' AND S_INTERSECTS(geometry,BBOX(111.52,40.52,111.6,40.6))"}, None),
                                ({"filter": "declared_area_m2 IS NULL", "bbox": "111.5,40.5,111.6,40.7", "crs": EPSG + "4525"}, None),
                                ({"filter": "S_WITHIN(geometry,BBOX(40.5,111.5,40.7,111.6))", "filter_crs": EPSG + "4490", "bbox": "111.55,40.5,111.9,40.6", "name": "一号"}, None),
                                ({"name": "a_b"}, None), ({"filter": "false"}, 0), ({"filter": "code = 'F-399'"}, 1), ({"filter": "code IN ('F-000','F-399')"}, 2)):
            everything = self.ids(**query)
            self.assertEqual(len(everything), len(everything) if expected is None else expected)
            for limit in (1, 3, 7, len(everything) or 1):
                if limit == 1 and len(everything) > 10:
                    continue
                pages, status, page = [], *self.ask(ITEMS, limit=limit, **query)[:2]
                self.assertEqual(200, status, page)
                while True:
                    links = {link["rel"]: link["href"].removeprefix(self.base) for link in page["links"]}
                    self.assertEqual((len(everything), len(page["features"])), (page["numberMatched"], page["numberReturned"]))
                    self.assertEqual(page["features"], self.ask(links["self"])[1]["features"], links)
                    self.assertEqual(pages[-1] if pages else None, self.ask(links["prev"])[1]["features"] if "prev" in links else None)
                    pages.append(page["features"])
                    if "next" not in links:
                        break
                    page = self.ask(links["next"])[1]
                self.assertEqual(everything, [f["id"] for p in pages for f in p], (query, limit))
                self.assertTrue(all(len(p) == limit for p in pages[:-1]))

    def test_counted_once(self):
        """The pages that follow the first do not look at every feature again: what it has counted goes for its walk. Seen by a store that somebody
        changes meanwhile, which no version does: the second page says what the first said, and whoever begins anew is told the new number."""
        store = self.folder / "counted.sqlite"
        for part in self.folder.glob("filter.sqlite*"):
            (shutil.copytree if part.is_dir() else shutil.copyfile)(part, f"{store}{part.name.removeprefix('filter.sqlite')}")
        server = fixture.Server(PROGRAM, "--store", str(store), "--threads", "2")
        try:
            matches = self.ids("name = '一号'")
            self.assertGreater(len(matches), 20)
            first = self.ask(ITEMS, server, limit=5, filter="name = '一号'")[1]
            with sqlite3.connect(store) as table:
                for guard, in table.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%never change%'").fetchall():
                    table.execute(f'DROP TRIGGER "{guard}"')
                table.execute("UPDATE feature SET name = 'changed' WHERE id = ?", (matches[-1],))
            table.close()
            onward = next(link["href"] for link in first["links"] if link["rel"] == "next").partition(f":{server.port}")[2]
            second = self.ask(onward, server)[1]
            self.assertEqual(matches[5:10], [f["id"] for f in second["features"]])
            self.assertEqual([len(matches)] * 2, [first["numberMatched"], second["numberMatched"]])
            self.assertEqual(len(matches) - 1, self.ask(ITEMS, server, limit=6, filter="name = '一号'")[1]["numberMatched"])
        finally:
            server.stop()

    def test_mixed(self):
        """/req/filter/mixing-expressions: filter, bbox and datetime must all hold."""
        box = geo.box(111.52, 40.52, 111.6, 40.6)
        expected = [i for i in self.by_sql("name = '一号'") if self.shapes[i].intersects(box)]
        self.assertTrue(expected)
        self.assertEqual(expected, self.ids("name = '一号'", bbox="111.52,40.52,111.6,40.6"))
        other = geo.box(111.58, 40.5, 111.7, 40.56)
        expected = [i for i, s in self.shapes.items() if s.intersects(box) and s.intersects(other)]
        self.assertEqual(expected, self.ids("S_INTERSECTS(geometry,BBOX(111.52,40.52,111.6,40.6))", bbox="111.58,40.5,111.7,40.56"))
        self.assertEqual([], self.ids("true", datetime="1990-01-01"))
        self.refused("unknown-property", filter="foo = 1", datetime="1990-01-01")

    @runs.whole_under_sanitizers
    def test_long_answers(self):
        """Many pieces of a stream: a filter over 15,159 sample features gives each match once, in order; places are filtered, too."""
        store = fixture.geodata_store(PROGRAM, self.folder / "geodata.sqlite", SOURCE / "geodata")
        server = fixture.Server(PROGRAM, "--store", store, "--threads", "2")
        try:
            whole = [f for after in (0, 1) for f in self.ask(ITEMS, server, limit=10000, **({"after": last} if after else {}))[1]["features"] if (last := f["id"])]
            expected = [f["id"] for f in whole if f["properties"]["properties"]["DLMC"] != "水浇地"]
            page = self.ask(ITEMS, server, limit=10000, filter="NOT properties.DLMC = '水浇地'")[1]
            self.assertEqual((15159, expected, len(expected)), (len(whole), [f["id"] for f in page["features"]], page["numberMatched"]))
            path = "/collections/counties/items"
            counties = self.ask(path, server)[1]["features"]
            seats = {f["id"]: f["properties"] for f in counties if f["properties"]["prefecture_name"] == "包头市" and f["geometry"]["coordinates"][0] > 110}
            self.assertTrue(1 < len(seats) < 12)
            pages = [self.ask(path, server, limit=1, filter="prefecture_name = '包头市' AND S_INTERSECTS(geometry,BBOX(110,-90,180,90))")[1]]
            while nexts := [link["href"] for link in pages[-1]["links"] if link["rel"] == "next"]:
                pages.append(self.ask(nexts[0].partition(f":{server.port}")[2], server)[1])
            self.assertEqual((list(seats), {len(seats)}), ([f["id"] for p in pages for f in p["features"]], {p["numberMatched"] for p in pages}))
            one = next(iter(seats.values()))
            self.assertEqual([one["name"]], [f["properties"]["name"] for f in self.ask(path, server, code=one["code"])[1]["features"]])
            self.refused("unknown-property", path=path, server=server, filter="zone = 'x'")
        finally:
            server.stop()

    # ---- clients ----

    def test_gdal(self):
        """GDAL's OAPIF driver, with a filter on an attribute and on a box, reads what it reads of the file."""
        opened, served = ogr.Open(str(self.folder / "farm.geojson")), gdal.OpenEx(f"OAPIF:{self.base}", gdal.OF_VECTOR)
        file, layer = opened.GetLayer(), served.GetLayerByName(FARM)
        for name in ("一号", "O'Neil"):
            quoted = name.replace("'", "''")
            file.SetAttributeFilter(f"MC = '{quoted}'")
            layer.SetAttributeFilter(f"name = '{quoted}'")
            for box in (None, (111.52, 40.52, 111.6, 40.6)):
                for one in (file, layer):
                    one.SetSpatialFilterRect(*box) if box else one.SetSpatialFilter(None)
                expected = sorted(f["BSM"] for f in file)
                self.assertTrue(expected)
                self.assertEqual(expected, sorted(f["code"] for f in layer), (name, box))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
