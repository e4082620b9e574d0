-- What a desktop GIS (QGIS) finds when it opens the store: layers of one geometry type each, what is covered now, and styles.
-- Read by src/store/migrate.c: every SELECT must return 1.

-- QGIS's SpatiaLite provider opens no column of mixed geometries, so the plan's points, axes and areas are kept by type beside it.
CREATE TABLE plan_point (id INTEGER PRIMARY KEY, collection TEXT NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL, properties TEXT NOT NULL);
SELECT AddGeometryColumn('plan_point', 'geometry', 4490, 'POINT', 'XY', 1);
SELECT CreateSpatialIndex('plan_point', 'geometry');
CREATE TABLE plan_line (id INTEGER PRIMARY KEY, collection TEXT NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL, properties TEXT NOT NULL);
SELECT AddGeometryColumn('plan_line', 'geometry', 4490, 'LINESTRING', 'XY', 1);
SELECT CreateSpatialIndex('plan_line', 'geometry');
CREATE TABLE plan_area (id INTEGER PRIMARY KEY, collection TEXT NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL, properties TEXT NOT NULL);
SELECT AddGeometryColumn('plan_area', 'geometry', 4490, 'MULTIPOLYGON', 'XY', 1);
SELECT CreateSpatialIndex('plan_area', 'geometry');

INSERT INTO plan_point SELECT id, collection, name, kind, properties, geometry FROM plan_feature WHERE GeometryType(geometry) = 'POINT';
INSERT INTO plan_line SELECT id, collection, name, kind, properties, geometry FROM plan_feature WHERE GeometryType(geometry) = 'LINESTRING';
INSERT INTO plan_area SELECT id, collection, name, kind, properties, CastToMultiPolygon(geometry) FROM plan_feature
  WHERE GeometryType(geometry) IN ('POLYGON', 'MULTIPOLYGON');
CREATE TRIGGER plan_point_added AFTER INSERT ON plan_feature WHEN GeometryType(NEW.geometry) = 'POINT'
BEGIN INSERT INTO plan_point VALUES (NEW.id, NEW.collection, NEW.name, NEW.kind, NEW.properties, NEW.geometry); END;
CREATE TRIGGER plan_line_added AFTER INSERT ON plan_feature WHEN GeometryType(NEW.geometry) = 'LINESTRING'
BEGIN INSERT INTO plan_line VALUES (NEW.id, NEW.collection, NEW.name, NEW.kind, NEW.properties, NEW.geometry); END;
CREATE TRIGGER plan_area_added AFTER INSERT ON plan_feature WHEN GeometryType(NEW.geometry) IN ('POLYGON', 'MULTIPOLYGON')
BEGIN INSERT INTO plan_area VALUES (NEW.id, NEW.collection, NEW.name, NEW.kind, NEW.properties, CastToMultiPolygon(NEW.geometry)); END;
CREATE TRIGGER plan_feature_removed AFTER DELETE ON plan_feature
BEGIN
  DELETE FROM plan_point WHERE id = OLD.id;
  DELETE FROM plan_line WHERE id = OLD.id;
  DELETE FROM plan_area WHERE id = OLD.id;
END;

-- The mixed column is no layer for a desktop GIS any longer; the map reads it as it always did.
SELECT DisableSpatialIndex('plan_feature', 'geometry');
DROP TABLE idx_plan_feature_geometry;
SELECT DiscardGeometryColumn('plan_feature', 'geometry');

-- Where the current versions claim to be complete: outside of it nothing is clear.
CREATE VIEW layer_coverage AS
  SELECT c.version_id AS id, l.id AS layer, l.title_zh AS title_zh, l.title_en AS title_en, v.version_no AS version_no,
         v.effective_from AS effective_from, v.document_no AS document_no, c.geometry AS geometry
  FROM coverage c JOIN layer_version v ON v.id = c.version_id JOIN layer l ON l.current_version_id = v.id;
INSERT INTO views_geometry_columns (view_name, view_geometry, view_rowid, f_table_name, f_geometry_column, read_only)
  VALUES ('layer_coverage', 'geometry', 'id', 'coverage', 'geometry', 1);

-- The table in which QGIS looks for a layer's style, and saves one, as QGIS itself would make it. QGIS 3.22 reads rows without a schema
-- by its SpatiaLite provider (NULL) and rows with an empty one by its OGR provider (''), so that each style is there twice.
CREATE TABLE layer_styles (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  f_table_catalog VARCHAR(256),
  f_table_schema VARCHAR(256),
  f_table_name VARCHAR(256),
  f_geometry_column VARCHAR(256),
  styleName TEXT,
  styleQML TEXT,
  styleSLD TEXT,
  useAsDefault BOOLEAN,
  description TEXT,
  owner VARCHAR(30),
  ui TEXT,
  update_time TIMESTAMP DEFAULT CURRENT_TIMESTAMP
);

-- The colours are those of the web map (web/src/map/symbols.ts). One row for each symbol of a layer; `zone` is a part of the
-- sub-zone's name, '' stands for all others. Colours are red,green,blue,alpha; the width is in millimetres.
WITH symbol (layer, zone, title, fill, pattern, ink, line, dash, width) AS (VALUES
  ('ecological_red_line', '', '生态保护红线', '214,30,50,18', 'b_diagonal', '200,16,46,140', '200,16,46,255', 'solid', 0.5),
  ('permanent_basic_farmland', '', '永久基本农田', '255,214,10,128', 'dense7', '120,90,0,191', '138,103,0,255', 'solid', 0.3),
  ('urban_development_boundary', '集中', '城镇集中建设区', '242,145,170,128', '', '', '29,79,145,255', 'dash', 0.4),
  ('urban_development_boundary', '弹性', '城镇弹性发展区', '176,140,214,77', 'vertical', '96,60,150,179', '29,79,145,255', 'dash', 0.4),
  ('urban_development_boundary', '特别', '特别用途区', '110,180,225,89', 'diagonal_x', '20,95,150,204', '29,79,145,255', 'dash', 0.4),
  ('urban_development_boundary', '', '城镇开发边界', '29,79,145,15', '', '', '29,79,145,255', 'dash', 0.5),
  ('urban_space', '', '城镇空间', '232,150,170,102', '', '', '180,84,110,255', 'dot', 0.2),
  ('agricultural_space', '', '农业空间', '236,222,140,115', '', '', '143,127,46,255', 'dot', 0.2),
  ('ecological_space', '', '生态空间', '150,200,150,102', '', '', '76,128,85,255', 'dot', 0.2),
  ('region', '', '自治区界线', '0,0,0,0', '', '', '93,102,112,255', 'solid', 0.5),
  ('prefectures', '', '盟市界线', '0,0,0,0', '', '', '93,102,112,255', 'dash', 0.3),
  ('admin_counties', '', '旗县界线', '0,0,0,0', '', '', '139,148,158,255', 'dash dot', 0.26),
  ('townships', '', '苏木乡镇界线', '0,0,0,0', '', '', '170,178,186,255', 'dot', 0.2),
  ('plan_area', '', '规划布局', '108,60,150,18', '', '', '108,60,150,255', 'dash dot', 0.5)
), numbered AS (
  SELECT *, row_number() OVER (PARTITION BY layer) - 1 AS n, count(*) OVER (PARTITION BY layer) AS of FROM symbol
), drawn AS (
  SELECT layer, n,
    '<rule key="' || layer || '-' || n || '" symbol="' || n || '" label="' || title || '"' ||
    CASE WHEN zone <> '' THEN ' filter="&quot;zone&quot; LIKE ''%' || zone || '%''"' WHEN of > 1 THEN ' filter="ELSE"' ELSE '' END || '/>'
    AS rule,
    '<symbol type="fill" name="' || n || '" alpha="1" clip_to_extent="1" force_rhr="0">' ||
    '<layer class="SimpleFill" enabled="1" locked="0" pass="0"><prop k="color" v="' || fill || '"/><prop k="style" v="solid"/>' ||
    '<prop k="outline_color" v="' || line || '"/><prop k="outline_style" v="' || dash || '"/><prop k="outline_width" v="' || width || '"/>' ||
    '<prop k="outline_width_unit" v="MM"/><prop k="joinstyle" v="round"/></layer>' ||
    CASE WHEN pattern = '' THEN '' ELSE '<layer class="SimpleFill" enabled="1" locked="0" pass="0"><prop k="color" v="' || ink ||
      '"/><prop k="style" v="' || pattern || '"/><prop k="outline_style" v="no"/></layer>' END || '</symbol>' AS symbol
  FROM numbered ORDER BY layer, n
)
INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName, styleQML, styleSLD, useAsDefault, description, owner)
SELECT place.name, place.name, layer, 'geometry', layer,
  '<!DOCTYPE qgis PUBLIC ''http://mrcc.com/qgis.dtd'' ''SYSTEM''><qgis version="3.16" styleCategories="Symbology|Labeling" labelsEnabled="' ||
  (layer IN ('prefectures', 'admin_counties', 'townships')) ||
  '"><renderer-v2 type="RuleRenderer" symbollevels="0" enableorderby="0" forceraster="0"><rules key="' || layer || '">' ||
  group_concat(rule, '') || '</rules><symbols>' || group_concat(symbol, '') || '</symbols></renderer-v2>' ||
  CASE WHEN layer IN ('prefectures', 'admin_counties', 'townships') THEN
    '<labeling type="simple"><settings calloutType="simple"><text-style fieldName="name" isExpression="0" fontFamily="Noto Sans CJK SC" ' ||
    'fontSize="9" fontSizeUnit="Point" textColor="70,78,86,255" namedStyle="Regular" textOpacity="1"><text-buffer bufferDraw="1" ' ||
    'bufferSize="0.8" bufferSizeUnits="MM" bufferColor="255,255,255,255" bufferOpacity="1"/></text-style><placement placement="1" ' ||
    'centroidInside="1" centroidWhole="1" fitInPolygonOnly="0"/><rendering obstacle="0" drawLabels="1"/></settings></labeling>'
  ELSE '' END || '</qgis>',
  '', 1, '随数据文件提供 / comes with the store', 'hongxian'
FROM drawn, (SELECT NULL AS name UNION ALL SELECT '') place GROUP BY layer, place.name;

-- The view with Chinese columns looks like the one with English columns, and keeps its style (also one that was saved from QGIS) when
-- an import gives the layer another title.
CREATE TRIGGER layer_style_follows_view AFTER UPDATE OF view_zh ON layer WHEN NEW.view_zh <> '' AND NEW.view_zh <> OLD.view_zh
BEGIN
  UPDATE layer_styles SET f_table_name = NEW.view_zh WHERE f_table_name = OLD.view_zh AND OLD.view_zh <> '';
  INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName, styleQML, styleSLD, useAsDefault, description, owner)
    SELECT f_table_catalog, f_table_schema, NEW.view_zh, f_geometry_column, styleName,
           replace(replace(styleQML, '&quot;zone&quot;', '&quot;分区&quot;'), 'fieldName="name"', 'fieldName="名称"'),
           styleSLD, useAsDefault, description, owner
    FROM layer_styles WHERE f_table_name = NEW.id AND owner = 'hongxian'
      AND NOT EXISTS (SELECT 1 FROM layer_styles WHERE f_table_name = NEW.view_zh);
END;
-- Layers that were there before this table.
INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName, styleQML, styleSLD, useAsDefault, description, owner)
  SELECT s.f_table_catalog, s.f_table_schema, l.view_zh, s.f_geometry_column, s.styleName,
         replace(replace(s.styleQML, '&quot;zone&quot;', '&quot;分区&quot;'), 'fieldName="name"', 'fieldName="名称"'),
         s.styleSLD, s.useAsDefault, s.description, s.owner
  FROM layer l JOIN layer_styles s ON s.f_table_name = l.id WHERE l.view_zh <> '';
