-- The base map: water and towns, by which one knows where one is. For looking at: no check reads it.
-- A store that is there gets it with the next `import --geodata`, which the empty key below makes read everything anew.

CREATE TABLE base_feature (
  id INTEGER PRIMARY KEY,
  collection TEXT NOT NULL CHECK (collection IN ('base_water', 'base_towns')),
  name TEXT NOT NULL,
  kind TEXT NOT NULL, -- sea, lake, river, intermittent; city, county, town
  properties TEXT NOT NULL,
  geometry BLOB NOT NULL -- of three types, and so no layer of a desktop GIS (030-qgis.sql)
);
CREATE INDEX base_feature_by_collection ON base_feature (collection, id);

DROP VIEW place_item;
CREATE VIEW place_item AS
  SELECT collection, id, name, properties, geometry FROM plan_feature
  UNION ALL
  SELECT 'counties', CAST(s.code AS INTEGER), u.name,
         json_object('code', u.code, 'name', u.name, 'prefecture_code', u.parent, 'prefecture_name', p.name,
                     'seat', s.name, 'seat_source', s.source), s.geometry
  FROM admin_seat s JOIN admin_unit u ON u.code = s.code LEFT JOIN admin_unit p ON p.code = u.parent
  UNION ALL
  SELECT collection, id, name, properties, geometry FROM base_feature;

UPDATE plan_state SET loaded_key = '';

-- Going to a feature by its code (BSM, 图斑编号).
CREATE INDEX feature_by_code ON feature (code);
