-- The plan's sentences with chapter and section, what it says of each unit, and whence every row of its tables is.
-- Rows that are there stay until the next `import --geodata`, which the empty key below makes read them anew.

ALTER TABLE plan_city_types ADD COLUMN section TEXT NOT NULL DEFAULT '';
ALTER TABLE plan_city_type_rules ADD COLUMN section TEXT NOT NULL DEFAULT '';
ALTER TABLE plan_positioning ADD COLUMN section TEXT NOT NULL DEFAULT '';
ALTER TABLE plan_positioning ADD COLUMN quote TEXT NOT NULL DEFAULT '';
ALTER TABLE plan_key_counties ADD COLUMN open TEXT NOT NULL DEFAULT ''; -- how the plan ends the list (等): there are others that it does not name
ALTER TABLE plan_key_counties ADD COLUMN section TEXT NOT NULL DEFAULT '';
ALTER TABLE plan_key_counties ADD COLUMN quote TEXT NOT NULL DEFAULT '';
ALTER TABLE plan_special_towns ADD COLUMN section TEXT NOT NULL DEFAULT '';
ALTER TABLE plan_special_towns ADD COLUMN quote TEXT NOT NULL DEFAULT '';
ALTER TABLE plan_nodes ADD COLUMN theme TEXT NOT NULL DEFAULT ''; -- hub, logistics, port, airport, rail, road, …
ALTER TABLE plan_nodes ADD COLUMN open TEXT NOT NULL DEFAULT '';
ALTER TABLE plan_nodes ADD COLUMN section TEXT NOT NULL DEFAULT '';
ALTER TABLE plan_integration_pairs ADD COLUMN open TEXT NOT NULL DEFAULT '';
ALTER TABLE plan_integration_pairs ADD COLUMN section TEXT NOT NULL DEFAULT '';
ALTER TABLE plan_smart_city ADD COLUMN open TEXT NOT NULL DEFAULT '';
ALTER TABLE plan_smart_city ADD COLUMN section TEXT NOT NULL DEFAULT '';

-- A year or none ('' of the column year), and the word of the sentence that makes a value a floor, a cap or an about.
ALTER TABLE plan_targets ADD COLUMN year_from TEXT NOT NULL DEFAULT ''; -- 句: the sentence says the year; 段: the passage does (到2025年，…)
ALTER TABLE plan_targets ADD COLUMN words TEXT NOT NULL DEFAULT '';     -- 达到, 以上, 不低于, 超过, 以内, 左右, …
ALTER TABLE plan_targets ADD COLUMN nature TEXT NOT NULL DEFAULT '';    -- 现状, 目标, 标准, 测算
ALTER TABLE plan_targets ADD COLUMN section TEXT NOT NULL DEFAULT '';

CREATE TABLE plan_sentences (no INTEGER PRIMARY KEY, section TEXT NOT NULL, sentence TEXT NOT NULL);
CREATE TABLE plan_units (
  code TEXT NOT NULL,
  name TEXT NOT NULL,
  sentence_no INTEGER NOT NULL REFERENCES plan_sentences (no),
  words TEXT NOT NULL, -- by which the sentence names the unit; '' where it does not
  how TEXT NOT NULL,   -- 全称, 简称, 境内地点, 所辖旗县, 承上文, 推断
  topics JSON NOT NULL -- what the other tables took from the sentence for this unit
);
CREATE INDEX plan_units_by_code ON plan_units (code, sentence_no);
CREATE TABLE plan_unplaced (name TEXT NOT NULL, kind_zh TEXT NOT NULL, reason TEXT NOT NULL, section TEXT NOT NULL, quote TEXT NOT NULL);
INSERT OR REPLACE INTO plan_table (name, title_zh, title_en) VALUES
  ('plan_sentences', '规划全文（逐句）', 'The plan, sentence by sentence'),
  ('plan_units', '规划对各盟市、旗县的表述', 'What the plan says of each unit'),
  ('plan_unplaced', '没有点位的规划要素', 'What the plan names and no map can show');
UPDATE plan_state SET loaded_key = '';
