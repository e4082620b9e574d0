-- Definitions of layers as JSON text (schema/layer.schema.json): one of each layer is in force, earlier ones stay, so that a
-- check of before can be made again. lines/definition.c reads them; a new store gets those of schema/layers/.

CREATE TABLE layer_definition (
  id INTEGER PRIMARY KEY,
  layer_id TEXT NOT NULL,
  sha256 TEXT NOT NULL UNIQUE CHECK (length(sha256) = 64), -- of the text
  json TEXT NOT NULL,
  source TEXT NOT NULL, -- a file's name
  loaded_at TEXT NOT NULL,
  current INTEGER NOT NULL CHECK (current IN (0, 1))
);
CREATE UNIQUE INDEX layer_definition_one_current ON layer_definition (layer_id) WHERE current = 1;
CREATE TRIGGER layer_definition_text_fixed BEFORE UPDATE OF id, layer_id, sha256, json, source, loaded_at ON layer_definition
BEGIN SELECT RAISE(ABORT, '已载入的图层定义不可修改；请载入新版 / a loaded layer definition never changes; load a new one'); END;
CREATE TRIGGER layer_definition_no_delete BEFORE DELETE ON layer_definition
BEGIN SELECT RAISE(ABORT, '图层定义不可删除 / layer definitions are never deleted'); END;
CREATE TRIGGER layer_definition_insert_counts AFTER INSERT ON layer_definition
BEGIN UPDATE store_state SET generation = generation + 1; END;
CREATE TRIGGER layer_definition_switch_counts AFTER UPDATE OF current ON layer_definition
BEGIN UPDATE store_state SET generation = generation + 1; END;

-- Which definition was put in force, and when: one row for each switch, never changed.
CREATE TABLE layer_definition_switch (
  id INTEGER PRIMARY KEY,
  layer_id TEXT NOT NULL,
  sha256 TEXT NOT NULL REFERENCES layer_definition (sha256),
  in_force_at TEXT NOT NULL
);
CREATE TRIGGER layer_definition_switch_no_update BEFORE UPDATE ON layer_definition_switch
BEGIN SELECT RAISE(ABORT, '定义切换记录不可修改 / the record of switches never changes'); END;
CREATE TRIGGER layer_definition_switch_no_delete BEFORE DELETE ON layer_definition_switch
BEGIN SELECT RAISE(ABORT, '定义切换记录不可删除 / the record of switches is never deleted'); END;
CREATE TRIGGER layer_definition_logged AFTER UPDATE OF current ON layer_definition WHEN NEW.current = 1 AND OLD.current = 0
BEGIN
  INSERT INTO layer_definition_switch (layer_id, sha256, in_force_at)
    VALUES (NEW.layer_id, NEW.sha256, strftime('%Y-%m-%dT%H:%M:%SZ', 'now'));
  -- Its symbol as a style for QGIS, unless somebody made another: ours says by its description where it is from.
  DELETE FROM layer_styles WHERE f_table_name IN (SELECT NEW.layer_id UNION ALL SELECT view_zh FROM layer WHERE id = NEW.layer_id)
    AND owner = 'hongxian' AND description = '取自图层定义 / from the definition of the layer';
  INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName, styleQML, styleSLD, useAsDefault, description, owner)
    SELECT place.name, place.name, target.name, 'geometry', NEW.layer_id,
      '<!DOCTYPE qgis PUBLIC ''http://mrcc.com/qgis.dtd'' ''SYSTEM''><qgis version="3.16" styleCategories="Symbology">' ||
      '<renderer-v2 type="singleSymbol" symbollevels="0" enableorderby="0" forceraster="0"><symbols>' ||
      '<symbol type="fill" name="0" alpha="1" clip_to_extent="1" force_rhr="0"><layer class="SimpleFill" enabled="1" locked="0" pass="0">' ||
      '<prop k="color" v="' || symbol.fill || printf('%02x', CAST(round(255 * symbol.alpha) AS INTEGER)) || '"/>' ||
      '<prop k="style" v="solid"/><prop k="outline_color" v="' || symbol.edge || '"/><prop k="outline_style" v="' ||
      CASE WHEN symbol.dashed THEN 'dash' ELSE 'solid' END || '"/><prop k="outline_width" v="' || printf('%.2f', symbol.width * 0.3528) ||
      '"/><prop k="outline_width_unit" v="MM"/><prop k="joinstyle" v="round"/></layer></symbol></symbols></renderer-v2></qgis>',
      '', 1, '取自图层定义 / from the definition of the layer', 'hongxian'
    FROM (SELECT json_extract(NEW.json, '$.control.symbol.fill') AS fill, json_extract(NEW.json, '$.control.symbol.edge') AS edge,
                 coalesce(json_extract(NEW.json, '$.control.symbol.alpha'), 0.5) AS alpha,
                 coalesce(json_extract(NEW.json, '$.control.symbol.width'), 0.8) AS width,
                 coalesce(json_extract(NEW.json, '$.control.symbol.dashed'), 0) AS dashed) symbol,
         (SELECT NEW.layer_id AS name UNION SELECT view_zh FROM layer WHERE id = NEW.layer_id AND view_zh <> '') target,
         (SELECT NULL AS name UNION ALL SELECT '') place
    WHERE symbol.fill IS NOT NULL AND NOT EXISTS (SELECT 1 FROM layer_styles s WHERE s.f_table_name = target.name);
END;

-- Projects that an office checks again: what was asked, with the parcel file as it was. Each saving is a row of its own; the newest
-- of a name counts, earlier ones stay.
CREATE TABLE project (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL CHECK (name <> ''),
  code TEXT NOT NULL,
  builder TEXT NOT NULL, -- 建设单位
  district TEXT NOT NULL, -- 所在行政区
  project_class TEXT NOT NULL, -- '' when not given
  claims TEXT NOT NULL, -- src/lines/claims.h says how it is written
  crs TEXT NOT NULL, -- of a file that states none, 'EPSG:n'; '' otherwise
  slivers TEXT NOT NULL, -- 'area,width'; '' for the usual
  input_name TEXT NOT NULL,
  input BLOB NOT NULL,
  saved_at TEXT NOT NULL
);
CREATE INDEX project_by_name ON project (name);
CREATE TRIGGER project_no_update BEFORE UPDATE ON project
BEGIN SELECT RAISE(ABORT, '已保存的项目不可修改；请再保存一次 / a saved project never changes; save it again'); END;
CREATE TRIGGER project_no_delete BEFORE DELETE ON project
BEGIN SELECT RAISE(ABORT, '已保存的项目不可删除 / saved projects are never deleted'); END;
