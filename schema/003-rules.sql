-- The rule table as text: the CSV is what people read, review and sign; lines/rules.c parses it.

CREATE TABLE rule_set (
  sha256 TEXT PRIMARY KEY,
  csv TEXT NOT NULL,
  source TEXT NOT NULL,
  loaded_at TEXT NOT NULL,
  current INTEGER NOT NULL CHECK (current IN (0, 1))
);
CREATE UNIQUE INDEX rule_set_one_current ON rule_set (current) WHERE current = 1;
CREATE TRIGGER rule_set_text_fixed BEFORE UPDATE OF sha256, csv, loaded_at ON rule_set
BEGIN SELECT RAISE(ABORT, '已载入的规则表不可修改；请载入新版 / a loaded rule table never changes; load a new one'); END;
CREATE TRIGGER rule_set_insert_counts AFTER INSERT ON rule_set
BEGIN UPDATE store_state SET generation = generation + 1; END;
CREATE TRIGGER rule_set_switch_counts AFTER UPDATE OF current ON rule_set
BEGIN UPDATE store_state SET generation = generation + 1; END;
