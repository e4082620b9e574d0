-- Layers, their immutable versions, features and stated coverage.
-- Read by src/store/migrate.c: statements run in order inside one transaction, and every SELECT must return 1.

-- The CRSs that a land-use office meets: CGCS2000 geographic, WGS 84, CGCS2000 Gauss-Krueger zones (EPSG 4491-4554).
SELECT InitSpatialMetaData(0, 'NONE');
SELECT InsertEpsgSrid(4490);
SELECT InsertEpsgSrid(4326);
SELECT min(InsertEpsgSrid(value)) FROM json_each(json_array(
  4491, 4492, 4493, 4494, 4495, 4496, 4497, 4498, 4499, 4500, 4501, 4502, 4503, 4504, 4505, 4506, 4507, 4508, 4509,
  4510, 4511, 4512, 4513, 4514, 4515, 4516, 4517, 4518, 4519, 4520, 4521, 4522, 4523, 4524, 4525, 4526, 4527, 4528,
  4529, 4530, 4531, 4532, 4533, 4534, 4535, 4536, 4537, 4538, 4539, 4540, 4541, 4542, 4543, 4544, 4545, 4546, 4547,
  4548, 4549, 4550, 4551, 4552, 4553, 4554));

-- One row. `generation` grows with every change of what a check would see.
CREATE TABLE store_state (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  uid TEXT NOT NULL,
  generation INTEGER NOT NULL,
  created_at TEXT NOT NULL
);
INSERT INTO store_state VALUES (1, lower(hex(randomblob(16))), 1, strftime('%Y-%m-%dT%H:%M:%SZ', 'now'));

CREATE TABLE layer (
  id TEXT PRIMARY KEY CHECK (id GLOB '[a-z]*' AND id NOT GLOB '*[^a-z0-9_]*' AND length(id) <= 48),
  title_zh TEXT NOT NULL CHECK (title_zh <> ''),
  title_en TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('line', 'zone', 'admin')),
  legend_order INTEGER NOT NULL,
  view_zh TEXT NOT NULL DEFAULT '', -- name of the view with Chinese columns, '' when the title cannot be one
  current_version_id INTEGER REFERENCES layer_version (id)
);

CREATE TABLE layer_version (
  id INTEGER PRIMARY KEY,
  uid TEXT NOT NULL UNIQUE, -- ties derived files to this version of this store
  layer_id TEXT NOT NULL REFERENCES layer (id),
  version_no INTEGER NOT NULL CHECK (version_no >= 1),
  status TEXT NOT NULL CHECK (status IN ('draft', 'current', 'retired')),
  synthetic INTEGER NOT NULL CHECK (synthetic IN (0, 1)),
  reference_only INTEGER NOT NULL CHECK (reference_only IN (0, 1)),
  label TEXT NOT NULL,
  source_name TEXT NOT NULL,
  source_sha256 TEXT NOT NULL,
  source_crs TEXT NOT NULL,
  import_key TEXT NOT NULL, -- SHA-256 over everything that decided the result; equal keys import equal versions
  document_no TEXT NOT NULL,
  effective_from TEXT NOT NULL CHECK (effective_from = '' OR effective_from GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]'),
  effective_to TEXT NOT NULL CHECK (effective_to = '' OR effective_to GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]'),
  imported_at TEXT NOT NULL,
  imported_by TEXT NOT NULL,
  n_features INTEGER NOT NULL DEFAULT 0,
  n_vertices INTEGER NOT NULL DEFAULT 0,
  n_repaired INTEGER NOT NULL DEFAULT 0,
  n_refused INTEGER NOT NULL DEFAULT 0, -- above 0 the layer is known to be incomplete
  area_m2 REAL NOT NULL DEFAULT 0,
  has_coverage INTEGER NOT NULL DEFAULT 0 CHECK (has_coverage IN (0, 1)),
  report TEXT NOT NULL DEFAULT '{}',
  UNIQUE (layer_id, version_no)
);
CREATE INDEX layer_version_by_import_key ON layer_version (import_key);

CREATE TABLE feature (
  id INTEGER PRIMARY KEY,
  version_id INTEGER NOT NULL REFERENCES layer_version (id),
  code TEXT NOT NULL,
  name TEXT NOT NULL,
  zone TEXT NOT NULL,
  county TEXT NOT NULL,
  declared_area_m2 REAL,
  properties TEXT NOT NULL
);
SELECT AddGeometryColumn('feature', 'geometry', 4490, 'MULTIPOLYGON', 'XY', 1);
SELECT CreateSpatialIndex('feature', 'geometry');
CREATE INDEX feature_by_version ON feature (version_id);

-- Where a version's source claims to be complete. No row: it claims nothing.
CREATE TABLE coverage (version_id INTEGER PRIMARY KEY REFERENCES layer_version (id));
SELECT AddGeometryColumn('coverage', 'geometry', 4490, 'MULTIPOLYGON', 'XY', 1);
SELECT CreateSpatialIndex('coverage', 'geometry');

-- Immutability: what a check was answered from stays as it was. Only a draft, inside its import's own transaction,
-- may grow; afterwards the status is the one thing that changes.
CREATE TRIGGER feature_insert_draft_only BEFORE INSERT ON feature
WHEN (SELECT status FROM layer_version WHERE id = NEW.version_id) IS NOT 'draft'
BEGIN SELECT RAISE(ABORT, '图层版本已定稿，不能再加要素；请另行导入新版本 / a committed version takes no more features; import a new version'); END;
CREATE TRIGGER feature_no_update BEFORE UPDATE ON feature
BEGIN SELECT RAISE(ABORT, '图层版本的要素不可修改；请导入新版本 / features of a version never change; import a new version'); END;
CREATE TRIGGER feature_delete_draft_only BEFORE DELETE ON feature
WHEN (SELECT status FROM layer_version WHERE id = OLD.version_id) IS NOT 'draft'
BEGIN SELECT RAISE(ABORT, '图层版本的要素不可删除；请导入新版本 / features of a version are never deleted; import a new version'); END;
CREATE TRIGGER coverage_insert_draft_only BEFORE INSERT ON coverage
WHEN (SELECT status FROM layer_version WHERE id = NEW.version_id) IS NOT 'draft'
BEGIN SELECT RAISE(ABORT, '图层版本已定稿，不能再改覆盖范围；请另行导入新版本 / the coverage of a committed version is fixed; import a new version'); END;
CREATE TRIGGER coverage_no_update BEFORE UPDATE ON coverage
BEGIN SELECT RAISE(ABORT, '图层版本的覆盖范围不可修改；请导入新版本 / the coverage of a version never changes; import a new version'); END;
CREATE TRIGGER coverage_delete_draft_only BEFORE DELETE ON coverage
WHEN (SELECT status FROM layer_version WHERE id = OLD.version_id) IS NOT 'draft'
BEGIN SELECT RAISE(ABORT, '图层版本的覆盖范围不可删除；请导入新版本 / the coverage of a version is never deleted; import a new version'); END;

CREATE TRIGGER layer_version_insert_draft_only BEFORE INSERT ON layer_version
WHEN NEW.status <> 'draft'
BEGIN SELECT RAISE(ABORT, '图层版本须从草稿开始 / a layer version begins as a draft'); END;
CREATE TRIGGER layer_version_fixed BEFORE UPDATE OF id, uid, layer_id, version_no, synthetic, reference_only, label,
  source_name, source_sha256, source_crs, import_key, document_no, effective_from, effective_to, imported_at,
  imported_by, n_features, n_vertices, n_repaired, n_refused, area_m2, has_coverage, report ON layer_version
WHEN OLD.status <> 'draft'
BEGIN SELECT RAISE(ABORT, '已定稿的图层版本只能切换状态 / of a committed version only the status changes'); END;
CREATE TRIGGER layer_version_no_return_to_draft BEFORE UPDATE OF status ON layer_version
WHEN NEW.status = 'draft' AND OLD.status <> 'draft'
BEGIN SELECT RAISE(ABORT, '已定稿的图层版本不能退回草稿 / a committed version does not become a draft again'); END;
CREATE TRIGGER layer_version_delete_draft_only BEFORE DELETE ON layer_version
WHEN OLD.status <> 'draft'
BEGIN SELECT RAISE(ABORT, '已定稿的图层版本不可删除 / a committed version is never deleted'); END;

CREATE TRIGGER layer_switch_counts AFTER UPDATE OF current_version_id ON layer
BEGIN UPDATE store_state SET generation = generation + 1; END;
CREATE TRIGGER layer_current_is_current BEFORE UPDATE OF current_version_id ON layer
WHEN NEW.current_version_id IS NOT NULL AND NOT EXISTS (
  SELECT 1 FROM layer_version WHERE id = NEW.current_version_id AND layer_id = NEW.id AND status = 'current')
BEGIN SELECT RAISE(ABORT, '只能切换到本图层状态为 current 的版本 / a layer can only point to its own current version'); END;
