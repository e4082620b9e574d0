-- 嘎查村: which levels of administrative units there are says member "unit" of their layers' definitions. Definitions that came with the
-- program before it are put out of force, and the program brings its own again; an office's own stay.
UPDATE layer_definition SET current = 0
  WHERE current = 1 AND layer_id IN ('prefectures', 'admin_counties', 'townships')
    AND source = 'layers/' || layer_id || '.json' AND json_extract(json, '$.unit') IS NULL;

INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName, styleQML, styleSLD, useAsDefault, description, owner)
  SELECT f_table_catalog, f_table_schema, 'villages', f_geometry_column, 'villages',
         replace(replace(styleQML, 'townships', 'villages'), '苏木乡镇界线', '嘎查村界线'), styleSLD, useAsDefault, description, owner
  FROM layer_styles WHERE f_table_name = 'townships' AND owner = 'hongxian'
    AND NOT EXISTS (SELECT 1 FROM layer_styles s WHERE s.f_table_name = 'villages');

-- A check tells what drafts would change, so that one that comes or goes is a change of what a check would see, too.
CREATE TRIGGER layer_version_insert_counts AFTER INSERT ON layer_version
BEGIN UPDATE store_state SET generation = generation + 1; END;
CREATE TRIGGER layer_version_delete_counts AFTER DELETE ON layer_version
BEGIN UPDATE store_state SET generation = generation + 1; END;
