-- The record: checks that an office keeps, and officers' overrides beside them. One chain of rows, each sealed by a
-- SHA-256 over the row before it and its own fields: src/store/store_records.h says over which bytes.

-- Input files and reports as they were, byte for byte, each once.
CREATE TABLE record_content (
  sha256 TEXT PRIMARY KEY CHECK (length(sha256) = 64),
  bytes BLOB NOT NULL
);

CREATE TABLE record (
  id INTEGER PRIMARY KEY CHECK (id >= 1), -- 1, 2, 3, ... without a gap
  kind TEXT NOT NULL CHECK (kind IN ('check', 'override')),
  kept_at TEXT NOT NULL, -- UTC
  officer TEXT NOT NULL CHECK (officer <> ''),
  project_name TEXT NOT NULL,
  project_class TEXT NOT NULL,
  verdict TEXT NOT NULL CHECK (verdict IN ('unknown', 'prohibited', 'restricted', 'notice', 'allowed')),
  area_basis TEXT NOT NULL,
  engine TEXT NOT NULL, -- JSON: versions of the program and its libraries
  layers TEXT NOT NULL, -- JSON: the layer versions that answered, with their hashes
  rules_sha256 TEXT NOT NULL,
  input_name TEXT NOT NULL,
  input_sha256 TEXT NOT NULL, -- of record_content; '' in an override
  result_sha256 TEXT NOT NULL, -- of record_content: the report as JSON; '' in an override
  refers_to INTEGER NOT NULL, -- an override: the check that it stands beside; 0 in a check
  reason TEXT NOT NULL, -- an override's; '' in a check
  previous_sha256 TEXT NOT NULL, -- of the row before; 64 zeros in the first
  sha256 TEXT NOT NULL UNIQUE CHECK (length(sha256) = 64),
  CHECK ((kind = 'override') = (refers_to > 0)),
  CHECK ((kind = 'override') = (reason <> ''))
);
CREATE INDEX record_by_input ON record (input_sha256);
CREATE INDEX record_by_reference ON record (refers_to) WHERE refers_to > 0;

CREATE TRIGGER record_insert_at_end BEFORE INSERT ON record
WHEN NEW.id IS NOT (SELECT coalesce(max(id), 0) + 1 FROM record)
  OR NEW.previous_sha256 IS NOT coalesce((SELECT sha256 FROM record ORDER BY id DESC LIMIT 1),
    '0000000000000000000000000000000000000000000000000000000000000000')
BEGIN SELECT RAISE(ABORT, '档案只能在末尾续写 / records are only added at the end of the chain'); END;
CREATE TRIGGER record_insert_has_content BEFORE INSERT ON record
WHEN NEW.kind = 'check' AND (SELECT count(*) FROM record_content WHERE sha256 IN (NEW.input_sha256, NEW.result_sha256)) <> 2
BEGIN SELECT RAISE(ABORT, '档案缺少原始文件或报告 / a record needs its input and its report'); END;
CREATE TRIGGER record_override_of_check BEFORE INSERT ON record
WHEN NEW.kind = 'override' AND (SELECT kind FROM record WHERE id = NEW.refers_to) IS NOT 'check'
BEGIN SELECT RAISE(ABORT, '改判必须指向一次存档的检查 / an override refers to a kept check'); END;
CREATE TRIGGER record_no_update BEFORE UPDATE ON record
BEGIN SELECT RAISE(ABORT, '档案不可修改 / records never change'); END;
CREATE TRIGGER record_no_delete BEFORE DELETE ON record
BEGIN SELECT RAISE(ABORT, '档案不可删除 / records are never deleted'); END;
CREATE TRIGGER record_content_once BEFORE INSERT ON record_content
WHEN EXISTS (SELECT 1 FROM record_content WHERE sha256 = NEW.sha256)
BEGIN SELECT RAISE(ABORT, '存档内容不可覆盖 / kept content is never overwritten'); END;
CREATE TRIGGER record_content_no_update BEFORE UPDATE ON record_content
BEGIN SELECT RAISE(ABORT, '存档内容不可修改 / kept content never changes'); END;
CREATE TRIGGER record_content_no_delete BEFORE DELETE ON record_content
BEGIN SELECT RAISE(ABORT, '存档内容不可删除 / kept content is never deleted'); END;

-- An edition of the rules that was ever in force may be named by a report.
CREATE TRIGGER rule_set_no_delete BEFORE DELETE ON rule_set
BEGIN SELECT RAISE(ABORT, '载入过的规则表不可删除 / a loaded rule table is never deleted'); END;

-- Which edition came into force when; an earlier one may come back.
CREATE TABLE rule_switch (
  id INTEGER PRIMARY KEY,
  sha256 TEXT NOT NULL REFERENCES rule_set (sha256),
  in_force_at TEXT NOT NULL
);
INSERT INTO rule_switch (sha256, in_force_at) SELECT sha256, loaded_at FROM rule_set WHERE current = 1;
CREATE TRIGGER rule_switch_logged AFTER UPDATE OF current ON rule_set WHEN NEW.current = 1 AND OLD.current = 0
BEGIN INSERT INTO rule_switch (sha256, in_force_at) VALUES (NEW.sha256, strftime('%Y-%m-%dT%H:%M:%SZ', 'now')); END;
CREATE TRIGGER rule_switch_no_update BEFORE UPDATE ON rule_switch
BEGIN SELECT RAISE(ABORT, '规则表的启用记录不可修改 / the log of rule tables never changes'); END;
CREATE TRIGGER rule_switch_no_delete BEFORE DELETE ON rule_switch
BEGIN SELECT RAISE(ABORT, '规则表的启用记录不可删除 / the log of rule tables is never deleted'); END;
