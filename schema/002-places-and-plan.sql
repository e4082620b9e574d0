-- Administrative units with their seats, and the plan (内政办发〔2021〕74号): layout, places and tables.
-- Read by src/store/migrate.c: every SELECT must return 1.

CREATE TABLE admin_unit (
  code TEXT PRIMARY KEY CHECK (code NOT GLOB '*[^0-9]*'),
  name TEXT NOT NULL,
  name_en TEXT NOT NULL DEFAULT '',
  level TEXT NOT NULL CHECK (level IN ('region', 'prefecture', 'county')),
  parent TEXT REFERENCES admin_unit (code)
);
-- Boundaries, where there are any, come from the layers of kind 'admin' and are for reference only.
SELECT AddGeometryColumn('admin_unit', 'geometry', 4490, 'MULTIPOLYGON', 'XY', 0);
SELECT CreateSpatialIndex('admin_unit', 'geometry');

CREATE TABLE admin_seat (
  code TEXT PRIMARY KEY REFERENCES admin_unit (code),
  name TEXT NOT NULL,
  source TEXT NOT NULL
);
SELECT AddGeometryColumn('admin_seat', 'geometry', 4490, 'POINT', 'XY', 1);
SELECT CreateSpatialIndex('admin_seat', 'geometry');

CREATE TABLE plan_feature (
  id INTEGER PRIMARY KEY,
  collection TEXT NOT NULL CHECK (collection IN ('plan_layout', 'plan_places')),
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  properties TEXT NOT NULL
);
SELECT AddGeometryColumn('plan_feature', 'geometry', 4490, 'GEOMETRY', 'XY', 1);
SELECT CreateSpatialIndex('plan_feature', 'geometry');

-- Everything that the map shows beside the layers, under the name of its collection.
CREATE VIEW place_item AS
  SELECT collection, id, name, properties, geometry FROM plan_feature
  UNION ALL
  SELECT 'counties', CAST(s.code AS INTEGER), u.name,
         json_object('code', u.code, 'name', u.name, 'prefecture_code', u.parent, 'prefecture_name', p.name,
                     'seat', s.name, 'seat_source', s.source), s.geometry
  FROM admin_seat s JOIN admin_unit u ON u.code = s.code LEFT JOIN admin_unit p ON p.code = u.parent;

-- The plan's tables, each named after its key in geodata/manifest.json. Every row that states something of the plan carries the plan's own words in `quote`.
CREATE TABLE plan_table (name TEXT PRIMARY KEY, title_zh TEXT NOT NULL, title_en TEXT NOT NULL);
CREATE TABLE plan_state (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  loaded_key TEXT NOT NULL, -- SHA-256 over the files that the plan was loaded from
  loaded_at TEXT NOT NULL
);
INSERT INTO plan_state VALUES (1, '', '');
INSERT INTO plan_table (name, title_zh, title_en) VALUES
  ('plan_city_types', '城市分类（提质扩张、稳定发展、收缩）', 'City types'),
  ('plan_city_type_rules', '各类城市的发展要求', 'Rules of each city type'),
  ('plan_positioning', '专栏1、专栏2 城市发展定位', 'Positioning of cities'),
  ('plan_key_counties', '专栏3 重点县城', 'Key county towns'),
  ('plan_special_towns', '专栏7 重点发展的特色小镇', 'Special-feature towns'),
  ('plan_targets', '规划指标', 'Targets'),
  ('plan_nodes', '枢纽、口岸与试点', 'Hubs, ports and pilots'),
  ('plan_integration_pairs', '一体化发展', 'Places developed together'),
  ('plan_smart_city', '专栏4 新型智慧城市示范工程', 'Smart-city projects'),
  ('plan_three_lines', '规划关于三区三线的要求', 'The plan on the three lines'),
  ('plan_layout_table', '一群两极多点空间布局', 'The layout: one cluster, two poles, many points'),
  ('plan_document', '规划文件', 'The document');

CREATE TABLE plan_city_types (type_zh TEXT NOT NULL, type_en TEXT NOT NULL, place TEXT NOT NULL, policy TEXT NOT NULL, quote TEXT NOT NULL);
CREATE TABLE plan_city_type_rules (type TEXT NOT NULL, rules JSON NOT NULL);
CREATE TABLE plan_positioning (box TEXT NOT NULL, place TEXT NOT NULL, positioning TEXT NOT NULL, lon_approx REAL, lat_approx REAL);
CREATE TABLE plan_key_counties (seq INTEGER NOT NULL, class_zh TEXT NOT NULL, population TEXT NOT NULL, county TEXT NOT NULL, town TEXT NOT NULL, xzqdm TEXT NOT NULL, mengshi TEXT NOT NULL);
CREATE TABLE plan_special_towns (seq INTEGER NOT NULL, category TEXT NOT NULL, name TEXT NOT NULL, county TEXT NOT NULL, xzqdm TEXT NOT NULL, mengshi TEXT NOT NULL, county_source TEXT NOT NULL);
CREATE TABLE plan_targets (indicator TEXT NOT NULL, scope TEXT NOT NULL, year INTEGER NOT NULL, op TEXT NOT NULL, value TEXT NOT NULL, unit TEXT NOT NULL, quote TEXT NOT NULL);
CREATE TABLE plan_nodes (kind_zh TEXT NOT NULL, kind_en TEXT NOT NULL, name TEXT NOT NULL, status TEXT NOT NULL, quote TEXT NOT NULL);
CREATE TABLE plan_integration_pairs (a TEXT NOT NULL, b TEXT NOT NULL, relation TEXT NOT NULL, quote TEXT NOT NULL);
CREATE TABLE plan_smart_city (project TEXT NOT NULL, members JSON NOT NULL DEFAULT '[]', missing TEXT NOT NULL DEFAULT '', quote TEXT NOT NULL);
CREATE TABLE plan_three_lines (id TEXT NOT NULL, topic TEXT NOT NULL, quote TEXT NOT NULL, section TEXT NOT NULL DEFAULT '', gis TEXT NOT NULL DEFAULT '', year INTEGER);
CREATE TABLE plan_layout_table (pattern JSON NOT NULL, yi_qun JSON NOT NULL, liang_ji JSON NOT NULL, duo_dian JSON NOT NULL, three_spatial_patterns JSON, principle_triplet JSON);
CREATE TABLE plan_document (title TEXT NOT NULL, doc_no TEXT NOT NULL, issuer TEXT NOT NULL, date TEXT NOT NULL, horizon JSON NOT NULL, quotes JSON NOT NULL, annex_boxes JSON NOT NULL, map_caption TEXT NOT NULL, note TEXT NOT NULL);
