-- Townships (苏木乡镇街道) are administrative units, too: children of their county, with codes of nine digits. They come from the
-- current versions of administrative layers (src/store/store_units.c), never from the list of counties.
-- Read by src/store/migrate.c: every SELECT must return 1.

-- A CHECK cannot be changed in place: the table is made anew and its rows put back. Seats refer to it meanwhile.
PRAGMA defer_foreign_keys = ON;
CREATE TABLE admin_unit_before AS SELECT code, name, name_en, level, parent, geometry FROM admin_unit ORDER BY rowid;
SELECT DisableSpatialIndex('admin_unit', 'geometry');
DROP TABLE idx_admin_unit_geometry;
SELECT DiscardGeometryColumn('admin_unit', 'geometry');
DROP TABLE admin_unit;
CREATE TABLE admin_unit (
  code TEXT PRIMARY KEY CHECK (code NOT GLOB '*[^0-9]*'),
  name TEXT NOT NULL,
  name_en TEXT NOT NULL DEFAULT '',
  level TEXT NOT NULL CHECK (level IN ('region', 'prefecture', 'county', 'township')),
  parent TEXT REFERENCES admin_unit (code),
  CHECK (level <> 'township' OR (length(code) = 9 AND parent IS substr(code, 1, 6)))
);
SELECT AddGeometryColumn('admin_unit', 'geometry', 4490, 'MULTIPOLYGON', 'XY', 0);
SELECT CreateSpatialIndex('admin_unit', 'geometry');
INSERT INTO admin_unit (code, name, name_en, level, parent, geometry)
  SELECT code, name, name_en, level, parent, geometry FROM admin_unit_before ORDER BY rowid;
DROP TABLE admin_unit_before;
