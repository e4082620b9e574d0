-- Who may use a store over the network, with what they log in, and the log of what was done to it.

-- A row for each name that was ever given: a name is never given twice, because records and the log name it.
CREATE TABLE person (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE CHECK (name <> ''), -- what is typed to log in
  title TEXT NOT NULL, -- as records call the person
  role TEXT NOT NULL CHECK (role IN ('reader', 'officer', 'manager', 'auditor', 'admin')),
  unit TEXT NOT NULL CHECK (unit = 'all' OR (unit <> '' AND unit NOT GLOB '*[^0-9]*')), -- code of the 盟市 or 旗县; 'all': no bounds
  password TEXT NOT NULL, -- Argon2id as a PHC string; '' for one who has tokens only
  added_at TEXT NOT NULL, -- UTC, as every time here
  revoked_at TEXT NOT NULL DEFAULT '' -- '' while the person may log in
);
CREATE TRIGGER person_no_delete BEFORE DELETE ON person
BEGIN SELECT RAISE(ABORT, '人员不可删除，只可停用 / people are revoked, never deleted'); END;
CREATE TRIGGER person_stays_revoked BEFORE UPDATE ON person
WHEN OLD.revoked_at <> '' OR OLD.name IS NOT NEW.name OR OLD.id IS NOT NEW.id
BEGIN SELECT RAISE(ABORT, '停用的人员不可再改，名称不可换 / who was revoked stays so, and names do not change'); END;

-- For programs: the SHA-256 of 256 random bits, which were shown once.
CREATE TABLE person_token (
  id INTEGER PRIMARY KEY,
  person_id INTEGER NOT NULL REFERENCES person (id),
  title TEXT NOT NULL, -- what it is for
  sha256 TEXT NOT NULL UNIQUE CHECK (length(sha256) = 64),
  made_at TEXT NOT NULL,
  expires_at TEXT NOT NULL,
  revoked_at TEXT NOT NULL DEFAULT ''
);

-- For the page: likewise a hash of what the browser keeps. A session that has ended is no row.
CREATE TABLE person_session (
  sha256 TEXT PRIMARY KEY CHECK (length(sha256) = 64),
  person_id INTEGER NOT NULL REFERENCES person (id),
  began_at TEXT NOT NULL,
  seen_at TEXT NOT NULL, -- to the minute
  expires_at TEXT NOT NULL
);

-- Logins, and whatever changed or gave out something, in the order in which it happened. Sealed row by row as records are:
-- src/store/access_log.h says over which bytes.
CREATE TABLE access_log (
  id INTEGER PRIMARY KEY CHECK (id >= 1), -- 1, 2, 3, ... without a gap
  at TEXT NOT NULL,
  person TEXT NOT NULL, -- who logged in; 'os:NAME' for the operating system's user at the command line; '' for nobody known
  address TEXT NOT NULL, -- from which; '' for the command line
  action TEXT NOT NULL CHECK (action <> ''),
  subject TEXT NOT NULL, -- on what: a name, a number, a layer
  detail TEXT NOT NULL,
  previous_sha256 TEXT NOT NULL, -- of the row before; 64 zeros in the first
  sha256 TEXT NOT NULL UNIQUE CHECK (length(sha256) = 64)
);
CREATE TRIGGER access_log_at_end BEFORE INSERT ON access_log
WHEN NEW.id IS NOT (SELECT coalesce(max(id), 0) + 1 FROM access_log)
  OR NEW.previous_sha256 IS NOT coalesce((SELECT sha256 FROM access_log ORDER BY id DESC LIMIT 1),
    '0000000000000000000000000000000000000000000000000000000000000000')
BEGIN SELECT RAISE(ABORT, '日志只能在末尾续写 / the log only grows at its end'); END;
CREATE TRIGGER access_log_no_update BEFORE UPDATE ON access_log
BEGIN SELECT RAISE(ABORT, '日志不可修改 / the log never changes'); END;
CREATE TRIGGER access_log_no_delete BEFORE DELETE ON access_log
BEGIN SELECT RAISE(ABORT, '日志不可删除 / the log is never deleted'); END;

-- Who was logged in when a record was made; '' before there were people, and for the command line. Sealed where it is not ''.
ALTER TABLE record ADD COLUMN person TEXT NOT NULL DEFAULT '';

-- The units in which a record's or a saved project's parcels wholly lie, each by the digits that all codes within it begin with
-- (15, 1501, 150104, ...). None: not known, or kept before there were people; then only who has no bounds sees it.
CREATE TABLE record_place (record_id INTEGER NOT NULL REFERENCES record (id), digits TEXT NOT NULL, PRIMARY KEY (record_id, digits)) WITHOUT ROWID;
CREATE TABLE project_place (project_id INTEGER NOT NULL REFERENCES project (id), digits TEXT NOT NULL, PRIMARY KEY (project_id, digits)) WITHOUT ROWID;
