-- Which version of a layer was switched on, when, by whom and why: one row for each switch, never changed.
-- A version that a rollback took out of force (and that was not switched on again) is withdrawn: no as-of check uses it.
CREATE TABLE layer_switch (
  id INTEGER PRIMARY KEY,
  layer_id TEXT NOT NULL REFERENCES layer (id),
  version_id INTEGER NOT NULL REFERENCES layer_version (id),
  previous_id INTEGER REFERENCES layer_version (id),
  kind TEXT NOT NULL CHECK (kind IN ('import', 'promote', 'rollback')),
  at TEXT NOT NULL,
  by TEXT NOT NULL,
  reason TEXT NOT NULL
);
CREATE INDEX layer_switch_by_version ON layer_switch (version_id);
INSERT INTO layer_switch (layer_id, version_id, kind, at, by, reason)
  SELECT layer_id, id, 'import', imported_at, imported_by, '' FROM layer_version
  WHERE status <> 'draft' ORDER BY layer_id, version_no;

CREATE TRIGGER layer_switch_no_update BEFORE UPDATE ON layer_switch
BEGIN SELECT RAISE(ABORT, '版本切换记录不可修改 / the record of switches never changes'); END;
CREATE TRIGGER layer_switch_no_delete BEFORE DELETE ON layer_switch
BEGIN SELECT RAISE(ABORT, '版本切换记录不可删除 / the record of switches is never deleted'); END;

CREATE VIEW layer_version_withdrawn AS
  SELECT s.previous_id AS version_id FROM layer_switch s
  WHERE s.kind = 'rollback' AND s.previous_id IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM layer_switch t WHERE t.version_id = s.previous_id AND t.id > s.id);
