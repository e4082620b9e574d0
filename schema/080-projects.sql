-- Projects that are checked no more, and what a search of the record asks of a kept check.

-- The newest saving of a name may be put away; whoever saves the name again takes it up again.
CREATE TABLE project_retired (
  project_id INTEGER PRIMARY KEY REFERENCES project (id),
  retired_at TEXT NOT NULL -- UTC
);
CREATE TRIGGER project_retired_no_update BEFORE UPDATE ON project_retired
BEGIN SELECT RAISE(ABORT, '项目的停用不可修改；请再保存一次 / what was put away stays so; save the project again'); END;
CREATE TRIGGER project_retired_no_delete BEFORE DELETE ON project_retired
BEGIN SELECT RAISE(ABORT, '项目的停用不可删除；请再保存一次 / what was put away stays so; save the project again'); END;

-- The newest saving of each name, without those put away.
CREATE VIEW project_current AS
  SELECT p.* FROM project p
  WHERE p.id = (SELECT max(x.id) FROM project x WHERE x.name = p.name)
    AND NOT EXISTS (SELECT 1 FROM project_retired r WHERE r.project_id = p.id);

-- Project and claims of each kept check, taken from its report: an index for searches and lists. The evidence is the report, which the
-- chain seals. Reports of format 1 have neither: their project's name is in the record itself.
CREATE TABLE record_search (
  record_id INTEGER PRIMARY KEY REFERENCES record (id),
  project_code TEXT NOT NULL,
  claims TEXT NOT NULL -- JSON: the member "claims" of the report
);
CREATE VIEW record_search_of AS
  SELECT record_id, coalesce(json_extract(report, '$.project.code'), '') AS project_code,
         coalesce(json_extract(report, '$.claims'), '[]') AS claims
  FROM (SELECT r.id AS record_id, CASE WHEN json_valid(CAST(c.bytes AS TEXT)) THEN CAST(c.bytes AS TEXT) ELSE '{}' END AS report
        FROM record r JOIN record_content c ON c.sha256 = r.result_sha256 WHERE r.kind = 'check');
INSERT INTO record_search SELECT record_id, project_code, claims FROM record_search_of;
CREATE TRIGGER record_search_filled AFTER INSERT ON record WHEN NEW.kind = 'check'
BEGIN INSERT INTO record_search SELECT record_id, project_code, claims FROM record_search_of WHERE record_id = NEW.id; END;
