"""What a desktop GIS finds in the store: every layer with one geometry type and the right CRS, readable names, and styles that follow
a layer through its versions. Where PyQGIS is installed, QGIS itself opens all of it. test_desktop.py PROGRAM"""
import json
import math
import os
import re
import sqlite3
import unittest
import xml.etree.ElementTree as xml

from osgeo import ogr

import official
from official import GEODATA, Official, fixture

try:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from qgis.core import Qgis, QgsApplication, QgsDataSourceUri, QgsFeatureRequest, QgsRectangle, QgsVectorLayer
    from qgis.PyQt.QtXml import QDomDocument
except ImportError:
    QgsApplication = None
# What QGIS calls a renderer in a style, and its class.
RENDERERS = {"RuleRenderer": "QgsRuleBasedRenderer", "singleSymbol": "QgsSingleSymbolRenderer", "categorizedSymbol": "QgsCategorizedSymbolRenderer"}
ogr.UseExceptions()


class Desktop(Official):
    GEODATA_LOADED = True

    def ask(self, sql, *values):
        with sqlite3.connect(self.store) as db:
            rows = db.execute(sql, values).fetchall()
        db.close()
        return rows

    def registered(self):
        """Names of all tables and views that SpatiaLite lists as layers."""
        return [n for n, in self.ask("SELECT f_table_name FROM geometry_columns UNION ALL SELECT view_name FROM views_geometry_columns")]

    def style(self, view, schema=""):
        rows = self.ask("SELECT styleQML FROM layer_styles WHERE f_table_name = ? AND f_table_schema IS ? AND useAsDefault", view, schema)
        return rows[0][0] if rows else None


class Layers(Desktop):
    def test_every_layer_opens_with_one_geometry_type_and_in_4490(self):
        data = ogr.Open(self.store)
        for name in self.registered():
            with self.subTest(name):
                layer = data.GetLayerByName(name)
                self.assertIn(ogr.GeometryTypeToName(layer.GetGeomType()), ("Multi Polygon", "Point", "Line String"))
                self.assertEqual(("EPSG", "4490"), (layer.GetSpatialRef().GetAuthorityName(None), layer.GetSpatialRef().GetAuthorityCode(None)))

    def test_the_plan_is_kept_by_geometry_type_and_loading_it_again_leaves_nothing_twice(self):
        kinds = ("plan_point", "plan_line", "plan_area")
        for again in (False, True):
            if again:
                self.run_program("import", "--store", self.store, "--geodata", str(GEODATA))
            counts = [self.ask(f"SELECT count(*) FROM {t}")[0][0] for t in kinds]
            self.assertEqual(sum(counts), self.ask("SELECT count(*) FROM plan_feature")[0][0])
            self.assertTrue(all(counts))
            with sqlite3.connect(self.store) as db:
                db.execute("UPDATE plan_state SET loaded_key = ''")
            db.close()
        self.assertNotIn("plan_feature", self.registered(), "QGIS opens no column of mixed geometries")

    def test_the_coverage_of_the_current_version_is_a_layer(self):
        self.assertEqual(len(self.ask("SELECT * FROM layer_coverage")), self.ask(
            "SELECT count(*) FROM layer JOIN layer_version v ON v.id = current_version_id WHERE v.has_coverage")[0][0])
        self.take(self.source("a.geojson", fixture.feature((111.7, 40.8, 111.71, 40.81), BSM="1")), "ecological_red_line")
        self.assertEqual(self.ask("SELECT * FROM layer_coverage WHERE layer = 'ecological_red_line'"), [],
                         "the new version states no coverage, and that of the old one does not hold for it")


class Styles(Desktop):
    def test_every_layer_of_the_lines_has_a_style_in_both_languages_for_both_providers_of_qgis(self):
        for layer, zh in self.ask("SELECT id, view_zh FROM layer"):
            for view in (layer, zh):
                for schema in ("", None):
                    with self.subTest(view=view, schema=schema):
                        self.assertEqual(xml.fromstring(self.style(view, schema).split("'SYSTEM'>")[1]).tag, "qgis")
        self.assertIn('"zone" LIKE', self.style("urban_development_boundary").replace("&quot;", '"'))
        zh = self.ask("SELECT view_zh FROM layer WHERE id = 'urban_development_boundary'")[0][0]
        self.assertIn('"分区" LIKE', self.style(zh).replace("&quot;", '"'))
        self.assertIn('fieldName="名称"', self.style(self.ask("SELECT view_zh FROM layer WHERE id = 'prefectures'")[0][0]))

    def test_fills_are_those_of_the_definitions(self):
        """Written as QGIS writes them: it takes #rrggbbaa for #aarrggbb."""
        definitions = {i: json.loads(text)["control"] for i, text in self.ask("SELECT layer_id, json FROM layer_definition WHERE current")
                       if "symbol" in json.loads(text).get("control", {})}
        looked_at = 0
        for layer, control in definitions.items():
            style = self.style(layer)
            if style is None or 'type="RuleRenderer"' in style:   # a shipped one
                continue
            fills = [control["symbol"]["fill"], *(z["fill"] for z in control.get("zones", ()) if "fill" in z)]
            alpha = math.floor(255 * control["symbol"].get("alpha", 0.5) + 0.5)
            self.assertEqual({tuple(bytes.fromhex(f[1:])) + (alpha,) for f in fills},
                             {tuple(map(int, c.split(","))) for c in re.findall(r'<prop k="color" v="([^"]*)"', style)}, layer)
            looked_at += 1
        self.assertGreater(looked_at, 10)

    def test_a_style_that_was_saved_from_qgis_stays_when_an_import_gives_the_layer_another_title(self):
        before = self.ask("SELECT view_zh FROM layer WHERE id = 'ecological_red_line'")[0][0]
        with sqlite3.connect(self.store) as db:
            db.execute("UPDATE layer_styles SET styleQML = 'mine' WHERE f_table_name = ?", (before,))
        db.close()
        self.take(self.source("a.geojson", fixture.feature((111.7, 40.8, 111.71, 40.81), BSM="1")), "ecological_red_line", "--title-zh", "正式红线")
        self.assertEqual((self.style("正式红线"), self.style("正式红线", None)), ("mine", "mine"))
        self.assertIsNone(self.style(before))
        self.assertEqual(self.ask("SELECT count(*) FROM layer_styles WHERE f_table_name = '正式红线'"), [(2,)])


@unittest.skipIf(QgsApplication is None, "needs PyQGIS (python3-qgis)")
class InQgis(Desktop):
    @classmethod
    def setUpClass(cls):
        cls.app = QgsApplication([], False)
        cls.app.initQgis()
        print("QGIS", Qgis.QGIS_VERSION)

    @classmethod
    def tearDownClass(cls):
        cls.app.exitQgis()
        ogr.RegisterAll()  # it takes GDAL's drivers with it

    @staticmethod
    def written(layer):
        """The layer's style as QGIS writes it."""
        document = QDomDocument("qgis")
        layer.exportNamedStyle(document)
        return document.toString()

    @staticmethod
    def colours(renderer):
        """Red, green, blue and, where it is written, alpha of all fills and lines."""
        found = [o.get("value") or o.get("v") for o in renderer.iter() if (o.get("name") or o.get("k")) in ("color", "outline_color", "line_color")]
        return {tuple(bytes.fromhex(c[1:])) + (255,) if c[0] == "#" else tuple(map(int, c.split(","))) for c in found}

    def opened(self, name, provider):
        uri = QgsDataSourceUri()
        uri.setDatabase(self.store)
        uri.setDataSource("", name, "geometry", "", "")
        return QgsVectorLayer(uri.uri() if provider == "spatialite" else f"{self.store}|layername={name}", name, provider)

    def test_qgis_opens_every_layer_by_both_providers_with_crs_count_index_and_style(self):
        views = [v for row in self.ask("SELECT id, view_zh FROM layer") for v in row]
        for provider in ("spatialite", "ogr"):
            for name in self.registered():
                with self.subTest(name=name, provider=provider):
                    layer = self.opened(name, provider)
                    self.assertTrue(layer.isValid())
                    self.assertEqual(layer.crs().authid(), "EPSG:4490")
                    self.assertEqual(layer.featureCount(), self.ask(f'SELECT count(*) FROM "{name}"')[0][0])
                    self.assertEqual(len({f.id() for f in layer.getFeatures()}), layer.featureCount(), "every feature has its own number")
                    if name in views:
                        stored = xml.fromstring(self.style(name)).find("renderer-v2")
                        self.assertTrue(layer.loadDefaultStyle()[1])
                        self.assertEqual(RENDERERS[stored.get("type")], type(layer.renderer()).__name__)
                        read = xml.fromstring(self.written(layer)).find("renderer-v2")
                        self.assertLessEqual(self.colours(stored), self.colours(read))   # QGIS adds what a style leaves out
        box = (107.3, 40.6, 107.6, 40.9)
        request = QgsFeatureRequest(QgsRectangle(*box))
        found = sum(1 for _ in self.opened("permanent_basic_farmland", "spatialite").getFeatures(request))
        self.assertEqual(found, sum(1 for _ in self.opened("permanent_basic_farmland", "ogr").getFeatures(request)))
        self.assertGreater(found, 100)

    def test_qgis_opens_what_is_exported_and_what_an_audit_writes(self):
        for name in ("red.gpkg", "red.shp", "red.geojson", "red.fgb"):
            self.run_program("export", "ecological_red_line", "-o", name, "--store", self.store)
            layer = QgsVectorLayer(str(self.folder / name), name, "ogr")
            self.assertEqual((layer.isValid(), layer.crs().authid(), layer.featureCount()), (True, "EPSG:4490", 187), name)
            self.assertIn("示例", next(layer.getFeatures())["MC"], name)
        self.run_program("audit", "lines", "-o", "lines.gpkg", "--store", self.store)
        layer = QgsVectorLayer(str(self.folder / "lines.gpkg") + "|layername=findings", "findings", "ogr")
        self.assertEqual((layer.isValid(), layer.crs().authid(), layer.featureCount()), (True, "EPSG:4490", 16))


if __name__ == "__main__":
    official.main()
