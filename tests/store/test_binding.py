"""What a file is taken for: which layer, which fields, which sub-zones; told before the import begins, asked when in doubt,
and overridden by flags or a mapping file. test_binding.py PROGRAM"""
import json
import pathlib
import sqlite3
import subprocess
import unittest

import official
from official import Official, fixture

BOX = (111.1, 40.1, 111.2, 40.2)
NEXT = (111.3, 40.1, 111.4, 40.2)
SCHEMA = pathlib.Path(__file__).resolve().parent.parent.parent / "schema"


class Binding(Official):
    def import_file(self, *arguments, code=0):
        return self.run_program("import", "--store", self.store, *arguments, code=code)

    def rows(self, layer, columns):
        with sqlite3.connect(self.store) as db:
            rows = db.execute(f"SELECT {columns} FROM feature f JOIN layer l ON f.version_id = l.current_version_id "
                              "WHERE l.id = ? ORDER BY f.id", (layer,)).fetchall()
        db.close()
        return rows

    def asked(self, *arguments, said):
        """The import is refused with a question, in both languages, and the store is as it was."""
        before = self.versions()
        done = self.import_file(*arguments, code=1)
        for words in said:
            self.assertIn(words, done.stderr)
        self.assertIn("error:", done.stderr)
        self.assertEqual(self.versions(), before)
        return done


class Layer(Binding):
    def test_a_name_of_the_standard_decides_the_layer_and_it_is_told_before_the_import(self):
        for name, layer in (("STBHHX", "ecological_red_line"), ("150102_stbhhx_2035", "ecological_red_line"),
                            ("新城区2035年_生态保护红线", "ecological_red_line"), ("YJJBNTBHTB", "permanent_basic_farmland"),
                            ("呼和浩特市永久基本农田", "permanent_basic_farmland"),
                            ("呼和浩特市城镇开发边界", "urban_development_boundary")):
            self.source(f"{name}.geojson", fixture.feature(BOX, BSM="1"))
            done = self.import_file(f"{name}.geojson")
            self.assertIn(f"→ {layer} ", done.stderr, name)
            self.assertIn("BSM", done.stderr)
            self.assertTrue(done.stdout.startswith(f"{layer}\t"), done.stdout)
            binding = self.report(layer)["binding"]
            self.assertEqual((binding["layer"], binding["decided_by"]), (layer, "name"))

    def test_a_name_with_more_in_it_is_a_question_because_the_more_may_turn_it_around(self):
        for name in ("永久基本农田整备区", "非生态保护红线", "STBHHX_核减", "YJJBNTHZ", "LYSTBHHX"):
            self.source(f"{name}.geojson", fixture.feature(BOX, BSM="1"))
            self.asked(f"{name}.geojson", said=["--layer", "是不是"])

    def test_fields_alone_or_against_the_name_are_a_question(self):
        self.source("export.geojson", fixture.feature(BOX, BSM="1", YJJBNTTBBH="7"))
        self.asked("export.geojson", said=["permanent_basic_farmland", "只有字段像"])
        self.source("STBHHX.geojson", fixture.feature(BOX, BSM="1", YJJBNTTBBH="7", YJJBNTTBMJ=1.0))
        self.asked("STBHHX.geojson", said=["ecological_red_line", "字段却像另一个图层"])
        self.source("whatever.geojson", fixture.feature(BOX, BSM="1"))
        self.asked("whatever.geojson", said=["看不出"])

    def test_a_layer_named_for_another_is_refused_unless_the_operator_insists(self):
        self.source("STBHHX.geojson", fixture.feature(BOX, BSM="1"))
        self.asked("STBHHX.geojson", "--layer", "permanent_basic_farmland", said=["ecological_red_line", "--confirm-layer"])
        self.import_file("STBHHX.geojson", "--layer", "permanent_basic_farmland", "--confirm-layer")

    def test_of_many_layers_the_one_that_is_the_target_is_read(self):
        self.source("a.geojson", fixture.feature(BOX, BSM="1"))
        for name in ("STBHHX", "YJJBNTBHTB", "DLTB"):
            subprocess.run(["ogr2ogr", "-f", "GPKG", "-update", "-append", "plan.gpkg", "a.geojson", "-nln", name],
                           cwd=self.folder, check=True, capture_output=True)
        self.asked("plan.gpkg", said=["STBHHX (ecological_red_line?)", "DLTB", "--source-layer"])
        self.import_file("plan.gpkg", "--layer", "permanent_basic_farmland")
        self.assertEqual(self.report("permanent_basic_farmland")["binding"]["source_layer"], "YJJBNTBHTB")
        self.import_file("plan.gpkg", "--source-layer", "STBHHX")
        self.assertEqual(self.report("ecological_red_line")["binding"]["source_layer"], "STBHHX")

    def test_administrative_units_are_of_the_level_that_all_their_codes_have(self):
        for codes, layer in ((("150100", "150200"), "prefectures"), (("150102", "150103"), "admin_counties"),
                             (("150102001", "150102002000"), "townships"), (("150102001201", "150102001202"), "villages")):
            self.source("XZQ.geojson", fixture.feature(BOX, XZQDM=codes[0]), fixture.feature(NEXT, XZQDM=codes[1]))
            self.import_file("XZQ.geojson")
            self.assertEqual(self.rows(layer, "f.code"), [(c,) for c in codes])
            with sqlite3.connect(self.store) as db:
                self.assertEqual(db.execute("SELECT kind FROM layer WHERE id = ?", (layer,)).fetchone(), ("admin",))
            db.close()
        self.source("XZQ.geojson", fixture.feature(BOX, XZQDM="150100"), fixture.feature(NEXT, XZQDM="150102"))
        self.asked("XZQ.geojson", said=["prefectures|admin_counties|townships|villages"])

    def test_a_new_layer_of_the_standard_gets_its_title_and_official_data_does_not_inherit_a_samples(self):
        self.source("STBHHX.geojson", fixture.feature(BOX, BSM="1"))
        self.import_file("STBHHX.geojson", "--layer", "ecological_red_line")
        self.assertIn("\t生态保护红线\t", self.current())
        self.import_file("STBHHX.geojson", "--synthetic", "--title-zh", "生态保护红线（示例数据）")
        self.import_file("STBHHX.geojson")
        self.assertIn("v3\t生态保护红线\t", self.current())


class Villages(Binding):
    def caught(self, *arguments):
        self.asked(*arguments, said=["村庄的边界", "village"])

    def test_a_czkfbj_that_is_a_villages_boundary_is_caught_by_name_field_value_or_zone(self):
        for properties in ({"XZCMC": "某村"}, {"XZQMC": "哈拉沁村"}, {"XZQDM": "150102001203"},
                           {"XZQMC": "乌兰嘎查", "MJ": 1.0}, {"GHFQMC": "村庄建设区"}):
            path = self.source("czkfbj.geojson", fixture.feature(BOX, BSM="1", **properties))
            self.caught(path, "--layer", "urban_development_boundary")
            self.caught(path)
        path = self.source("czkfbj村庄规划.geojson", fixture.feature(BOX, BSM="1"))
        self.caught(path, "--layer", "urban_development_boundary")

    def test_czkfbj_without_any_field_of_planning_zones_is_a_question_and_with_them_it_is_not(self):
        path = self.source("czkfbj.geojson", fixture.feature(BOX, BSM="1", XZQDM="150102"))
        self.asked(path, said=["GHFQMC"])
        path = self.source("czkfbj.geojson", fixture.feature(BOX, BSM="1", XZQDM="150102", GHFQMC="特别用途区"))
        self.import_file(path)
        self.assertEqual(self.rows("urban_development_boundary", "f.zone"), [("特别用途区",)])

    def test_the_operator_may_insist(self):
        path = self.source("czkfbj.geojson", fixture.feature(BOX, BSM="1", XZQMC="哈拉沁村"))
        self.import_file(path, "--layer", "urban_development_boundary", "--confirm-layer")


class Fields(Binding):
    def test_fields_are_found_by_the_standards_names_in_pinyin_or_chinese_and_the_layers_own_come_first(self):
        self.source("YJJBNTBHTB.geojson", fixture.feature(BOX, 标识码="B1", MC="不是它", YJJBNTTBBH="T7", MJ=1.0,
                                                          永久基本农田图斑面积=2.0, 行政区代码="150102"))
        self.import_file("YJJBNTBHTB.geojson")
        self.assertEqual(self.rows("permanent_basic_farmland", "f.code, f.name, f.county, f.declared_area_m2"),
                         [("B1", "T7", "150102", 2.0)])
        self.assertEqual(self.report("permanent_basic_farmland")["fields"]["id"], "标识码")

    def test_flags_come_before_the_mapping_file_and_both_before_names(self):
        self.source("x.geojson", fixture.feature(BOX, BSM="b", A="a", B="c", N="n", Z="R1", MJ=5.0))
        mapping = fixture.write_json(self.folder / "m.json", {
            "note": "某市交来的库", "layer": "urban_development_boundary",
            "fields": {"id": "A", "name": "N", "zone": "Z", "area": ""}, "zones": {"R1": "城镇弹性发展区"}})
        done = self.import_file("x.geojson", "--mapping", mapping, "--id-field", "B")
        self.assertIn("R1 → 城镇弹性发展区", done.stderr)
        self.assertEqual(self.rows("urban_development_boundary", "f.code, f.name, f.zone, f.declared_area_m2"),
                         [("c", "n", "城镇弹性发展区", None)])
        zone, = self.report("urban_development_boundary")["binding"]["zones"]
        self.assertEqual((zone["value"], zone["stored_as"], zone["decided_by"]), ("R1", "城镇弹性发展区", "mapping"))
        properties, = [json.loads(p) for p, in self.rows("urban_development_boundary", "f.properties")]
        self.assertEqual(properties["Z"], "R1", "the source's own word is kept beside the rules'")

    def test_codes_of_sub_zones_are_explained_by_the_mapping_before_the_built_in_table(self):
        self.source("CZKFBJ.geojson", fixture.feature(BOX, BSM="1", GHFQDM="01"), fixture.feature(NEXT, BSM="2", GHFQDM="X9"))
        self.import_file("CZKFBJ.geojson")
        self.assertEqual(self.rows("urban_development_boundary", "f.zone"), [("城镇集中建设区",), ("",)])
        mapping = fixture.write_json(self.folder / "m.json", {"zones": {"01": "特别用途区", "X9": "城镇弹性发展区"}})
        self.import_file("CZKFBJ.geojson", "--mapping", mapping)
        self.assertEqual(self.rows("urban_development_boundary", "f.zone"), [("特别用途区",), ("城镇弹性发展区",)])

    def test_a_mapping_file_with_a_mistake_is_refused_in_words_and_follows_its_schema(self):
        self.source("x.geojson", fixture.feature(BOX, BSM="b"))
        mistakes = [("{", "JSON"), ("[]", "JSON"), ('{"layr": "a"}', "layr"), ('{"layer": "大写"}', "layer"),
                    ('{"epsg": "4490"}', "epsg"), ('{"fields": {"code": "A"}}', "code"), ('{"fields": []}', "fields"),
                    ('{"zones": {"1": ""}}', "1"), ('{"zones": 3}', "zones"), ('{"unit": "15"}', "unit"),
                    ('{"layer": "a", "layer": "b"}', "JSON"), ('{"fields": {"id": 3}}', "id")]
        for text, word in mistakes:
            (self.folder / "m.json").write_text(text, encoding="utf-8")
            self.asked("x.geojson", "--layer", "a", "--mapping", "m.json", said=[word, "mapping.schema.json"])
        self.asked("x.geojson", "--layer", "a", "--mapping", "nowhere.json", said=["nowhere.json"])
        (self.folder / "m.json").write_text('{"fields": {"id": "NOSUCH"}}', encoding="utf-8")
        self.asked("x.geojson", "--layer", "a", "--mapping", "m.json", said=["NOSUCH", "BSM"])
        schema = json.loads((SCHEMA / "mapping.schema.json").read_text(encoding="utf-8"))
        self.assertEqual(sorted(schema["properties"]), ["epsg", "fields", "layer", "note", "source_layer", "unit", "zones"])
        self.assertEqual(sorted(schema["properties"]["fields"]["properties"]),
                         ["area", "county", "id", "name", "zone", "zone_code"])


class Table(unittest.TestCase):
    def test_the_layer_table_is_consistent(self):
        layers = [json.loads(p.read_text(encoding="utf-8")) for p in sorted((SCHEMA / "layers").glob("*.json"))]
        ids = [l["layer"] for l in layers]
        self.assertGreater(len(ids), 20)
        self.assertEqual(len(ids), len(set(ids)))
        aliases = [a.lower() for l in layers for a in l["aliases"] + l["aliases_unverified"]]
        self.assertEqual(len(aliases), len(set(aliases)), "an alias of two layers decides nothing")
        for layer in layers:
            self.assertTrue(all(a["conf"] in ("read", "memory", "design") for a in layer["attributes"]), layer["layer"])
            self.assertIn(layer["kind"], ("line", "zone", "admin"))


if __name__ == "__main__":
    official.main()
