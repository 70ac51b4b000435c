-- Tables that are folded from the log. They can be dropped and made again; nothing else writes them.
-- Days are days since 1970-01-01; progress is in tenths of a percent; ids are the sequence of the event that made
-- the thing. `fields` of an entry is a JSON object of its ledger's own fields.

-- name: schema_drop_made()
DROP TABLE IF EXISTS county; DROP TABLE IF EXISTS pack_file; DROP TABLE IF EXISTS unit; DROP TABLE IF EXISTS person;
DROP TABLE IF EXISTS account; DROP TABLE IF EXISTS duty; DROP TABLE IF EXISTS document; DROP TABLE IF EXISTS section;
DROP TABLE IF EXISTS term; DROP TABLE IF EXISTS entry; DROP TABLE IF EXISTS entry_unit; DROP TABLE IF EXISTS line;
DROP TABLE IF EXISTS milestone; DROP TABLE IF EXISTS receipt; DROP TABLE IF EXISTS ask; DROP TABLE IF EXISTS clock;
DROP TABLE IF EXISTS notice; DROP TABLE IF EXISTS proof; DROP TABLE IF EXISTS paper; DROP TABLE IF EXISTS number;
DROP TABLE IF EXISTS counter; DROP TABLE IF EXISTS pace; DROP TABLE IF EXISTS answer; DROP TABLE IF EXISTS precedent;
DROP TABLE IF EXISTS round; DROP TABLE IF EXISTS round_unit; DROP TABLE IF EXISTS round_line; DROP TABLE IF EXISTS round_waiver;
DROP TABLE IF EXISTS entry_pair; DROP TABLE IF EXISTS entry_words;
DROP TABLE IF EXISTS entry_stale;

-- name: schema_made_county()
CREATE TABLE IF NOT EXISTS county (
  county BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL, origin TEXT NOT NULL, algorithm TEXT NOT NULL,
  pack_hash TEXT NOT NULL, today BIGINT, people BIGINT NOT NULL);

-- name: schema_made_pack()
CREATE TABLE IF NOT EXISTS pack_file (
  county BIGINT NOT NULL, name TEXT NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (county, name));

-- name: schema_made_people()
CREATE TABLE IF NOT EXISTS unit (
  county BIGINT NOT NULL, unit BIGINT NOT NULL, code TEXT NOT NULL, name TEXT NOT NULL, short TEXT NOT NULL,
  kind TEXT NOT NULL, parent BIGINT, duties TEXT NOT NULL, former TEXT NOT NULL, from_day BIGINT, to_day BIGINT,
  PRIMARY KEY (county, unit));
CREATE INDEX IF NOT EXISTS unit_name ON unit (county, name);
CREATE TABLE IF NOT EXISTS person (
  county BIGINT NOT NULL, person BIGINT NOT NULL, name TEXT NOT NULL, unit BIGINT, post TEXT NOT NULL,
  phone TEXT NOT NULL, PRIMARY KEY (county, person));
CREATE TABLE IF NOT EXISTS account (
  county BIGINT NOT NULL, account TEXT NOT NULL, person BIGINT NOT NULL, login TEXT NOT NULL, disabled BIGINT NOT NULL,
  PRIMARY KEY (county, account));
CREATE UNIQUE INDEX IF NOT EXISTS account_login ON account (county, login);
CREATE TABLE IF NOT EXISTS duty (
  county BIGINT NOT NULL, duty BIGINT NOT NULL, person BIGINT NOT NULL, kind TEXT NOT NULL, unit BIGINT NOT NULL,
  subtree BIGINT NOT NULL, from_day BIGINT, to_day BIGINT, PRIMARY KEY (county, duty));
CREATE INDEX IF NOT EXISTS duty_person ON duty (county, person);
CREATE INDEX IF NOT EXISTS duty_unit ON duty (county, unit);

-- name: schema_made_document()
CREATE TABLE IF NOT EXISTS document (
  county BIGINT NOT NULL, document BIGINT NOT NULL, hash TEXT NOT NULL, text_hash TEXT NOT NULL, name TEXT NOT NULL,
  title TEXT NOT NULL, place TEXT NOT NULL, session TEXT NOT NULL, speaker TEXT NOT NULL, year BIGINT NOT NULL,
  delivered_on BIGINT, keeper BIGINT, added_on BIGINT NOT NULL, PRIMARY KEY (county, document));
CREATE UNIQUE INDEX IF NOT EXISTS document_hash ON document (county, hash);
CREATE TABLE IF NOT EXISTS section (
  county BIGINT NOT NULL, document BIGINT NOT NULL, section BIGINT NOT NULL, parent BIGINT NOT NULL,
  level BIGINT NOT NULL, label TEXT NOT NULL, heading TEXT NOT NULL, part TEXT NOT NULL, span_start BIGINT NOT NULL,
  span_end BIGINT NOT NULL, PRIMARY KEY (county, document, section));
CREATE TABLE IF NOT EXISTS term (
  county BIGINT NOT NULL, document BIGINT NOT NULL, term TEXT NOT NULL, definition TEXT NOT NULL,
  span_start BIGINT NOT NULL, span_end BIGINT NOT NULL, PRIMARY KEY (county, document, term));
CREATE TABLE IF NOT EXISTS precedent (
  county BIGINT NOT NULL, precedent BIGINT NOT NULL, row BIGINT NOT NULL, text TEXT NOT NULL, lead TEXT NOT NULL,
  support TEXT NOT NULL, leader TEXT NOT NULL, due TEXT NOT NULL, PRIMARY KEY (county, precedent, row));

-- name: schema_made_entry()
CREATE TABLE IF NOT EXISTS entry (
  county BIGINT NOT NULL, entry BIGINT NOT NULL, ledger TEXT NOT NULL, stage BIGINT NOT NULL, number TEXT NOT NULL,
  title TEXT NOT NULL, lead BIGINT, leader BIGINT, keeper BIGINT, due BIGINT, section TEXT NOT NULL, section_id BIGINT,
  document BIGINT, span_start BIGINT, span_end BIGINT, state TEXT NOT NULL, light BIGINT, progress BIGINT,
  ending TEXT NOT NULL, opened_on BIGINT, updated_on BIGINT, closed_on BIGINT, version BIGINT NOT NULL,
  year BIGINT NOT NULL, fields TEXT NOT NULL, dispute BIGINT NOT NULL,
  PRIMARY KEY (county, entry));
-- Lists: what follows the sorted columns lets a count, a filter or a rule about who may see it read the index alone.
CREATE INDEX IF NOT EXISTS entry_due ON entry (county, ledger, stage, due, entry, light, state, lead, leader, keeper);
CREATE INDEX IF NOT EXISTS entry_light ON entry (county, ledger, stage, light, due, entry, state, lead, leader, keeper);
CREATE INDEX IF NOT EXISTS entry_state ON entry (county, ledger, stage, state, due, entry, light, lead, leader, keeper);
CREATE INDEX IF NOT EXISTS entry_listed ON entry (county, ledger, stage, number, entry);
CREATE INDEX IF NOT EXISTS entry_lead ON entry (county, lead, ledger, stage, due, entry, light, state);
CREATE INDEX IF NOT EXISTS entry_leader ON entry (county, leader, ledger, stage, due, entry, light, state) WHERE leader IS NOT NULL;
CREATE INDEX IF NOT EXISTS entry_number ON entry (county, number) WHERE number <> '';
CREATE INDEX IF NOT EXISTS entry_document ON entry (county, document, span_start) WHERE document IS NOT NULL;
CREATE TABLE IF NOT EXISTS entry_unit (
  county BIGINT NOT NULL, entry BIGINT NOT NULL, slot TEXT NOT NULL, unit BIGINT NOT NULL, place BIGINT NOT NULL,
  PRIMARY KEY (county, entry, slot, unit))
--[sqlite] WITHOUT ROWID
;
CREATE INDEX IF NOT EXISTS entry_unit_unit ON entry_unit (county, unit, slot, entry);
-- Search: two characters that follow each other in a text of the entry, and its words in the report (search.c).
CREATE TABLE IF NOT EXISTS entry_pair (
  county BIGINT NOT NULL, pair BIGINT NOT NULL, entry BIGINT NOT NULL, PRIMARY KEY (county, pair, entry))
--[sqlite] WITHOUT ROWID
;
CREATE TABLE IF NOT EXISTS entry_words (
  county BIGINT NOT NULL, entry BIGINT NOT NULL, words TEXT NOT NULL, PRIMARY KEY (county, entry));
-- Entries whose texts changed since their pairs were written, with the texts of the pairs; emptied by the next day.
CREATE TABLE IF NOT EXISTS entry_stale (
  county BIGINT NOT NULL, entry BIGINT NOT NULL, number TEXT NOT NULL, title TEXT NOT NULL, fields TEXT NOT NULL,
  PRIMARY KEY (county, entry));
CREATE TABLE IF NOT EXISTS line (
  county BIGINT NOT NULL, entry BIGINT NOT NULL, lines TEXT NOT NULL, line BIGINT NOT NULL, account TEXT NOT NULL,
  on_day BIGINT NOT NULL, fields TEXT NOT NULL, PRIMARY KEY (county, entry, lines, line));
CREATE TABLE IF NOT EXISTS milestone (
  county BIGINT NOT NULL, entry BIGINT NOT NULL, place BIGINT NOT NULL, title TEXT NOT NULL, due BIGINT NOT NULL,
  percent BIGINT NOT NULL, PRIMARY KEY (county, entry, place));
CREATE TABLE IF NOT EXISTS pace (
  county BIGINT NOT NULL, entry BIGINT NOT NULL, from_day BIGINT NOT NULL, on_day BIGINT NOT NULL, gain BIGINT NOT NULL,
  PRIMARY KEY (county, entry));
CREATE TABLE IF NOT EXISTS receipt (
  county BIGINT NOT NULL, entry BIGINT NOT NULL, unit BIGINT NOT NULL, role TEXT NOT NULL, stage BIGINT NOT NULL,
  state TEXT NOT NULL, asked_on BIGINT NOT NULL, due BIGINT, return_until BIGINT, answered_on BIGINT, reason TEXT NOT NULL, account TEXT NOT NULL,
  ruling TEXT NOT NULL, ruled_on BIGINT, PRIMARY KEY (county, entry, unit, stage));
CREATE INDEX IF NOT EXISTS receipt_unit ON receipt (county, unit, state);
CREATE INDEX IF NOT EXISTS receipt_state ON receipt (county, state, entry);
CREATE TABLE IF NOT EXISTS ask (
  county BIGINT NOT NULL, ask BIGINT NOT NULL, entry BIGINT NOT NULL, name TEXT NOT NULL, state TEXT NOT NULL,
  unit BIGINT, account TEXT NOT NULL, asked_on BIGINT NOT NULL, fields TEXT NOT NULL, answered_on BIGINT,
  answer TEXT NOT NULL, PRIMARY KEY (county, ask));
CREATE INDEX IF NOT EXISTS ask_of_entry ON ask (county, entry, ask);
CREATE INDEX IF NOT EXISTS ask_state ON ask (county, state);
CREATE TABLE IF NOT EXISTS clock (
  county BIGINT NOT NULL, entry BIGINT NOT NULL, name TEXT NOT NULL, state TEXT NOT NULL, ends BIGINT, days_left BIGINT,
  PRIMARY KEY (county, entry, name));
CREATE INDEX IF NOT EXISTS clock_ends ON clock (county, state, ends);
CREATE TABLE IF NOT EXISTS notice (
  county BIGINT NOT NULL, notice BIGINT NOT NULL, entry BIGINT NOT NULL, kind TEXT NOT NULL, label TEXT NOT NULL,
  unit BIGINT NOT NULL, on_day BIGINT NOT NULL, PRIMARY KEY (county, notice, unit));
CREATE INDEX IF NOT EXISTS notice_of_entry ON notice (county, entry, notice, unit);
CREATE INDEX IF NOT EXISTS notice_unit ON notice (county, unit, on_day);
CREATE TABLE IF NOT EXISTS proof (
  county BIGINT NOT NULL, entry BIGINT NOT NULL, seq BIGINT NOT NULL, place BIGINT NOT NULL, hash TEXT NOT NULL,
  name TEXT NOT NULL, size BIGINT NOT NULL, PRIMARY KEY (county, entry, seq, place));
CREATE INDEX IF NOT EXISTS proof_hash ON proof (county, hash);
CREATE TABLE IF NOT EXISTS paper (
  county BIGINT NOT NULL, paper BIGINT NOT NULL, kind TEXT NOT NULL, title TEXT NOT NULL, hash TEXT NOT NULL,
  name TEXT NOT NULL, place BIGINT NOT NULL, on_day BIGINT NOT NULL, entries BIGINT NOT NULL, keeper BIGINT,
  number TEXT NOT NULL, PRIMARY KEY (county, paper, place));
CREATE TABLE IF NOT EXISTS number (
  county BIGINT NOT NULL, ledger TEXT NOT NULL, year BIGINT NOT NULL, last BIGINT NOT NULL,
  PRIMARY KEY (county, ledger, year));
CREATE TABLE IF NOT EXISTS counter (
  county BIGINT NOT NULL, entry BIGINT NOT NULL, name TEXT NOT NULL, n BIGINT NOT NULL,
  PRIMARY KEY (county, entry, name));
CREATE TABLE IF NOT EXISTS answer (
  county BIGINT NOT NULL, account TEXT NOT NULL, key BLOB NOT NULL, request TEXT NOT NULL, first BIGINT NOT NULL,
  last BIGINT NOT NULL, entry BIGINT NOT NULL, PRIMARY KEY (county, account, key));

-- name: schema_made_round()
CREATE TABLE IF NOT EXISTS round (
  county BIGINT NOT NULL, round BIGINT NOT NULL, ledger TEXT NOT NULL, name TEXT NOT NULL, period TEXT NOT NULL,
  keeper BIGINT NOT NULL, opened_on BIGINT NOT NULL, cut_off BIGINT NOT NULL, closed_on BIGINT,
  PRIMARY KEY (county, round));
CREATE INDEX IF NOT EXISTS round_series ON round (county, ledger, name, keeper, round);
CREATE TABLE IF NOT EXISTS round_unit (
  county BIGINT NOT NULL, round BIGINT NOT NULL, unit BIGINT NOT NULL, state TEXT NOT NULL, version BIGINT NOT NULL,
  filed_at BIGINT, filed_by TEXT NOT NULL, first_at BIGINT, released_at BIGINT, released_by TEXT NOT NULL, taken_at BIGINT,
  taken_by TEXT NOT NULL, reason TEXT NOT NULL, chased_on BIGINT, chased BIGINT NOT NULL,
  PRIMARY KEY (county, round, unit));
CREATE INDEX IF NOT EXISTS round_unit_unit ON round_unit (county, unit, round);
CREATE TABLE IF NOT EXISTS round_line (
  county BIGINT NOT NULL, round BIGINT NOT NULL, entry BIGINT NOT NULL, unit BIGINT NOT NULL, said TEXT NOT NULL,
  stood TEXT NOT NULL, note TEXT NOT NULL, words TEXT NOT NULL, PRIMARY KEY (county, round, unit, entry));
CREATE TABLE IF NOT EXISTS round_waiver (
  county BIGINT NOT NULL, ledger TEXT NOT NULL, name TEXT NOT NULL, keeper BIGINT NOT NULL, unit BIGINT NOT NULL,
  PRIMARY KEY (county, ledger, name, keeper, unit));

-- ---------- county, pack ----------

-- name: county_get(county)
SELECT name, origin, algorithm, pack_hash, today, people FROM county WHERE county = :county;

-- name: county_any()
-- Which counties a store has.
SELECT county FROM county ORDER BY county;

-- name: county_put(county, name, origin, algorithm)
INSERT INTO county (county, name, origin, algorithm, pack_hash, today, people)
VALUES (:county, :name, :origin, :algorithm, '', NULL, 0);

-- name: county_pack(county, pack_hash)
UPDATE county SET pack_hash = :pack_hash WHERE county = :county;

-- name: county_today(county, today)
UPDATE county SET today = :today WHERE county = :county;

-- name: county_people(county, people)
-- The last event that changed units, persons, accounts or duties: who keeps a snapshot compares this.
UPDATE county SET people = :people WHERE county = :county;

-- name: pack_file_clear(county)
DELETE FROM pack_file WHERE county = :county;

-- name: pack_file_put(county, name, bytes)
INSERT INTO pack_file (county, name, bytes) VALUES (:county, :name, :bytes);

-- name: pack_file_all(county)
SELECT name, bytes FROM pack_file WHERE county = :county ORDER BY name;

-- ---------- people ----------

-- name: unit_put(county, unit, code, name, short, kind, parent, duties, former, from_day, to_day)
INSERT INTO unit (county, unit, code, name, short, kind, parent, duties, former, from_day, to_day)
VALUES (:county, :unit, :code, :name, :short, :kind, :parent, :duties, :former, :from_day, :to_day)
ON CONFLICT (county, unit) DO UPDATE SET code = excluded.code, name = excluded.name, short = excluded.short,
  kind = excluded.kind, parent = excluded.parent, duties = excluded.duties, former = excluded.former,
  from_day = excluded.from_day, to_day = excluded.to_day;

-- name: unit_all(county)
SELECT unit, code, name, short, kind, parent, duties, former, from_day, to_day FROM unit
WHERE county = :county ORDER BY code, unit;

-- name: person_put(county, person, name, unit, post, phone)
INSERT INTO person (county, person, name, unit, post, phone) VALUES (:county, :person, :name, :unit, :post, :phone)
ON CONFLICT (county, person) DO UPDATE SET name = excluded.name, unit = excluded.unit, post = excluded.post,
  phone = excluded.phone;

-- name: person_all(county)
SELECT person, name, unit, post, phone FROM person WHERE county = :county ORDER BY person;

-- name: account_put(county, account, person, login, disabled)
INSERT INTO account (county, account, person, login, disabled)
VALUES (:county, :account, :person, :login, :disabled)
ON CONFLICT (county, account) DO UPDATE SET person = excluded.person, login = excluded.login,
  disabled = excluded.disabled;

-- name: account_all(county)
SELECT account, person, login, disabled FROM account WHERE county = :county ORDER BY account;

-- name: duty_put(county, duty, person, kind, unit, subtree, from_day, to_day)
INSERT INTO duty (county, duty, person, kind, unit, subtree, from_day, to_day)
VALUES (:county, :duty, :person, :kind, :unit, :subtree, :from_day, :to_day);

-- name: duty_end(county, duty, to_day)
UPDATE duty SET to_day = :to_day WHERE county = :county AND duty = :duty;

-- name: duty_all(county)
SELECT duty, person, kind, unit, subtree, from_day, to_day FROM duty WHERE county = :county ORDER BY duty;

-- ---------- documents ----------

-- name: document_put(county, document, hash, text_hash, name, title, place, session, speaker, year, delivered_on, keeper, added_on)
INSERT INTO document (county, document, hash, text_hash, name, title, place, session, speaker, year, delivered_on, keeper, added_on)
VALUES (:county, :document, :hash, :text_hash, :name, :title, :place, :session, :speaker, :year, :delivered_on, :keeper, :added_on)
ON CONFLICT (county, document) DO UPDATE SET title = excluded.title, place = excluded.place,
  session = excluded.session, speaker = excluded.speaker, year = excluded.year, delivered_on = excluded.delivered_on;

-- name: document_get(county, document)
SELECT document, hash, text_hash, name, title, place, session, speaker, year, delivered_on, keeper, added_on
FROM document WHERE county = :county AND document = :document;

-- name: document_by_hash(county, hash)
SELECT document FROM document WHERE county = :county AND hash = :hash;

-- name: document_all(county)
SELECT document, hash, text_hash, name, title, place, session, speaker, year, delivered_on, keeper, added_on
FROM document WHERE county = :county ORDER BY document DESC;

-- name: section_put(county, document, section, parent, level, label, heading, part, span_start, span_end)
INSERT INTO section (county, document, section, parent, level, label, heading, part, span_start, span_end)
VALUES (:county, :document, :section, :parent, :level, :label, :heading, :part, :span_start, :span_end);

-- name: section_all(county, document)
SELECT section, parent, level, label, heading, part, span_start, span_end FROM section
WHERE county = :county AND document = :document ORDER BY section;

-- name: term_put(county, document, term, definition, span_start, span_end)
INSERT INTO term (county, document, term, definition, span_start, span_end)
VALUES (:county, :document, :term, :definition, :span_start, :span_end)
ON CONFLICT (county, document, term) DO NOTHING;

-- name: term_all(county, document)
SELECT term, definition, span_start, span_end FROM term
WHERE county = :county AND document = :document ORDER BY span_start;

-- name: precedent_put(county, precedent, row, text, lead, support, leader, due)
INSERT INTO precedent (county, precedent, row, text, lead, support, leader, due)
VALUES (:county, :precedent, :row, :text, :lead, :support, :leader, :due);

-- name: precedent_all(county)
SELECT precedent, row, text, lead, support, leader, due FROM precedent WHERE county = :county ORDER BY precedent, row;

-- ---------- entries ----------

-- name: entry_put(county, entry, ledger, stage, number, title, lead, leader, keeper, due, section, section_id, document, span_start, span_end, state, light, progress, ending, opened_on, updated_on, closed_on, version, year, fields, dispute)
INSERT INTO entry (county, entry, ledger, stage, number, title, lead, leader, keeper, due, section, section_id, document,
  span_start, span_end, state, light, progress, ending, opened_on, updated_on, closed_on, version, year, fields, dispute)
VALUES (:county, :entry, :ledger, :stage, :number, :title, :lead, :leader, :keeper, :due, :section, :section_id, :document,
  :span_start, :span_end, :state, :light, :progress, :ending, :opened_on, :updated_on, :closed_on, :version, :year, :fields, :dispute)
ON CONFLICT (county, entry) DO UPDATE SET stage = excluded.stage, number = excluded.number, title = excluded.title,
  lead = excluded.lead, leader = excluded.leader, keeper = excluded.keeper, due = excluded.due,
  section = excluded.section, section_id = excluded.section_id, span_start = excluded.span_start,
  span_end = excluded.span_end, state = excluded.state, light = excluded.light, progress = excluded.progress,
  ending = excluded.ending, opened_on = excluded.opened_on, updated_on = excluded.updated_on,
  closed_on = excluded.closed_on, version = excluded.version, year = excluded.year, fields = excluded.fields,
  dispute = excluded.dispute;

-- name: entry_get(county, entry)
SELECT entry, ledger, stage, number, title, lead, leader, keeper, due, section, section_id, document, span_start, span_end,
  state, light, progress, ending, opened_on, updated_on, closed_on, version, year, fields, dispute
FROM entry WHERE county = :county AND entry = :entry;

-- name: entry_light(county, entry, light)
UPDATE entry SET light = :light WHERE county = :county AND entry = :entry;

-- name: entry_by_number(county, number)
SELECT entry FROM entry WHERE county = :county AND number = :number AND number <> '';

-- name: entry_of_document(county, document)
-- In the order of the text, with whatever became of the drafts.
SELECT entry FROM entry WHERE county = :county AND document = :document AND document IS NOT NULL ORDER BY span_start, entry;

-- name: entry_of_unit(county, unit)
-- Live entries that a unit leads or is or was asked to sign for.
SELECT entry FROM entry WHERE county = :county AND stage = 1 AND lead = :unit
UNION
SELECT r.entry FROM receipt r JOIN entry e ON e.county = r.county AND e.entry = r.entry AND e.stage = 1
WHERE r.county = :county AND r.unit = :unit AND r.stage = 1 ORDER BY 1;

-- name: entry_of_leader(county, leader)
-- Drafts and live entries that a person leads: a successor takes them over.
SELECT entry FROM entry WHERE county = :county AND leader = :leader AND leader IS NOT NULL AND stage IN (0, 1) ORDER BY entry;

-- name: entry_live(county)
-- Every live entry, for the day that begins.
SELECT entry FROM entry WHERE county = :county AND stage = 1 ORDER BY entry;

-- name: entry_unit_clear(county, entry, slot)
DELETE FROM entry_unit WHERE county = :county AND entry = :entry AND slot = :slot;

-- name: entry_unit_put(county, entry, slot, unit, place)
INSERT INTO entry_unit (county, entry, slot, unit, place) VALUES (:county, :entry, :slot, :unit, :place)
ON CONFLICT (county, entry, slot, unit) DO NOTHING;

-- name: entry_unit_all(county, entry)
SELECT slot, unit FROM entry_unit WHERE county = :county AND entry = :entry ORDER BY slot, place;

-- name: line_put(county, entry, lines, line, account, on_day, fields)
INSERT INTO line (county, entry, lines, line, account, on_day, fields)
VALUES (:county, :entry, :lines, :line, :account, :on_day, :fields);

-- name: line_all(county, entry)
SELECT lines, line, account, on_day, fields FROM line WHERE county = :county AND entry = :entry ORDER BY lines, line;

-- name: line_count(county, entry, lines)
SELECT count(*) FROM line WHERE county = :county AND entry = :entry AND lines = :lines;

-- name: milestone_clear(county, entry)
DELETE FROM milestone WHERE county = :county AND entry = :entry;

-- name: milestone_put(county, entry, place, title, due, percent)
INSERT INTO milestone (county, entry, place, title, due, percent)
VALUES (:county, :entry, :place, :title, :due, :percent);

-- name: milestone_all(county, entry)
SELECT place, title, due, percent FROM milestone WHERE county = :county AND entry = :entry ORDER BY due, place;

-- name: pace_put(county, entry, from_day, on_day, gain)
-- Tenths of a percent gained between two reports: the expected finish rests on it.
INSERT INTO pace (county, entry, from_day, on_day, gain) VALUES (:county, :entry, :from_day, :on_day, :gain)
ON CONFLICT (county, entry) DO UPDATE SET from_day = excluded.from_day, on_day = excluded.on_day, gain = excluded.gain;

-- name: pace_get(county, entry)
SELECT from_day, on_day, gain FROM pace WHERE county = :county AND entry = :entry;

-- name: receipt_put(county, entry, unit, role, stage, state, asked_on, due, return_until, answered_on, reason, account, ruling, ruled_on)
INSERT INTO receipt (county, entry, unit, role, stage, state, asked_on, due, return_until, answered_on, reason, account, ruling, ruled_on)
VALUES (:county, :entry, :unit, :role, :stage, :state, :asked_on, :due, :return_until, :answered_on, :reason, :account, :ruling, :ruled_on)
ON CONFLICT (county, entry, unit, stage) DO UPDATE SET role = excluded.role, state = excluded.state,
  asked_on = excluded.asked_on, due = excluded.due, return_until = excluded.return_until, answered_on = excluded.answered_on, reason = excluded.reason,
  account = excluded.account, ruling = excluded.ruling, ruled_on = excluded.ruled_on;

-- name: receipt_all(county, entry)
SELECT unit, role, stage, state, asked_on, due, return_until, answered_on, reason, account, ruling, ruled_on FROM receipt
WHERE county = :county AND entry = :entry ORDER BY stage, role, unit;

-- name: receipt_of_unit(county, unit)
SELECT unit, role, stage, state, asked_on, due, return_until, answered_on, reason, account, ruling, ruled_on, entry FROM receipt
WHERE county = :county AND unit = :unit ORDER BY stage, entry;

-- name: receipt_in_state(county, state)
SELECT unit, role, stage, state, asked_on, due, return_until, answered_on, reason, account, ruling, ruled_on, entry FROM receipt
WHERE county = :county AND state = :state ORDER BY entry;

-- name: receipt_of_unit_in(county, unit, state)
SELECT entry, role, stage, asked_on, due FROM receipt
WHERE county = :county AND unit = :unit AND state = :state ORDER BY entry, stage;

-- name: receipt_waiting(county, entry)
-- How many units have not signed for a live entry.
SELECT count(*) FROM receipt WHERE county = :county AND entry = :entry AND stage = 1 AND state = 'asked';

-- name: receipt_drop(county, entry, unit, stage)
-- A unit that is no longer asked.
DELETE FROM receipt WHERE county = :county AND entry = :entry AND unit = :unit AND stage = :stage;

-- name: ask_put(county, ask, entry, name, state, unit, account, asked_on, fields)
INSERT INTO ask (county, ask, entry, name, state, unit, account, asked_on, fields, answered_on, answer)
VALUES (:county, :ask, :entry, :name, :state, :unit, :account, :asked_on, :fields, NULL, '');

-- name: ask_answer(county, ask, state, answered_on, answer)
UPDATE ask SET state = :state, answered_on = :answered_on, answer = :answer WHERE county = :county AND ask = :ask;

-- name: ask_all(county, entry)
SELECT ask, name, state, unit, account, asked_on, fields, answered_on, answer FROM ask
WHERE county = :county AND entry = :entry ORDER BY ask;

-- name: ask_in_state(county, state)
SELECT entry, ask, name, unit, asked_on FROM ask WHERE county = :county AND state = :state ORDER BY entry, ask;

-- name: clock_put(county, entry, name, state, ends, days_left)
INSERT INTO clock (county, entry, name, state, ends, days_left)
VALUES (:county, :entry, :name, :state, :ends, :days_left)
ON CONFLICT (county, entry, name) DO UPDATE SET state = excluded.state, ends = excluded.ends,
  days_left = excluded.days_left;

-- name: clock_all(county, entry)
SELECT name, state, ends, days_left FROM clock WHERE county = :county AND entry = :entry ORDER BY name;

-- name: clock_due(county, today)
-- Running clocks whose last day lies before today.
SELECT entry, name FROM clock WHERE county = :county AND state = 'running' AND ends < :today ORDER BY ends, entry, name;

-- name: notice_put(county, notice, entry, kind, label, unit, on_day)
INSERT INTO notice (county, notice, entry, kind, label, unit, on_day)
VALUES (:county, :notice, :entry, :kind, :label, :unit, :on_day);

-- name: notice_all(county, entry)
SELECT notice, kind, label, unit, on_day FROM notice WHERE county = :county AND entry = :entry ORDER BY notice, unit;

-- name: notice_of_unit(county, unit, from_day)
SELECT entry, notice, on_day FROM notice WHERE county = :county AND unit = :unit AND on_day >= :from_day ORDER BY notice;

-- name: proof_put(county, entry, seq, place, hash, name, size)
INSERT INTO proof (county, entry, seq, place, hash, name, size)
VALUES (:county, :entry, :seq, :place, :hash, :name, :size);

-- name: proof_all(county, entry)
SELECT seq, place, hash, name, size FROM proof WHERE county = :county AND entry = :entry ORDER BY seq, place;

-- name: proof_get(county, entry, hash)
SELECT name, size FROM proof WHERE county = :county AND entry = :entry AND hash = :hash;

-- name: proof_hashes(county)
SELECT hash FROM proof WHERE county = :county UNION SELECT hash FROM document WHERE county = :county
UNION SELECT text_hash FROM document WHERE county = :county UNION SELECT hash FROM paper WHERE county = :county ORDER BY 1;

-- name: paper_put(county, paper, kind, title, hash, name, place, on_day, entries, keeper, number)
INSERT INTO paper (county, paper, kind, title, hash, name, place, on_day, entries, keeper, number)
VALUES (:county, :paper, :kind, :title, :hash, :name, :place, :on_day, :entries, :keeper, :number);

-- name: paper_all(county)
SELECT paper, kind, title, hash, name, place, on_day, entries, keeper, number FROM paper
WHERE county = :county ORDER BY paper DESC, place;

-- name: number_last(county, ledger, year)
SELECT last FROM number WHERE county = :county AND ledger = :ledger AND year = :year;

-- name: number_put(county, ledger, year, last)
INSERT INTO number (county, ledger, year, last) VALUES (:county, :ledger, :year, :last)
ON CONFLICT (county, ledger, year) DO UPDATE SET last = excluded.last;

-- name: counter_put(county, entry, name, n)
INSERT INTO counter (county, entry, name, n) VALUES (:county, :entry, :name, :n)
ON CONFLICT (county, entry, name) DO UPDATE SET n = excluded.n;

-- name: counter_all(county, entry)
SELECT name, n FROM counter WHERE county = :county AND entry = :entry ORDER BY name;

-- name: answer_put(county, account, key, request, first, last, entry)
INSERT INTO answer (county, account, key, request, first, last, entry)
VALUES (:county, :account, :key, :request, :first, :last, :entry)
ON CONFLICT (county, account, key) DO UPDATE SET last = excluded.last;

-- name: answer_get(county, account, key)
SELECT request, first, last, entry FROM answer WHERE county = :county AND account = :account AND key = :key;

-- ---------- counts for the home pages ----------

-- name: count_by_state_light(county, ledger)
SELECT state, light, count(*) FROM entry WHERE county = :county AND ledger = :ledger AND stage = 1 GROUP BY state, light ORDER BY state, light;

-- ---------- reporting rounds ----------

-- name: round_put(county, round, ledger, name, period, keeper, opened_on, cut_off)
INSERT INTO round (county, round, ledger, name, period, keeper, opened_on, cut_off, closed_on)
VALUES (:county, :round, :ledger, :name, :period, :keeper, :opened_on, :cut_off, NULL);

-- name: round_close(county, round, closed_on)
UPDATE round SET closed_on = :closed_on WHERE county = :county AND round = :round;

-- name: round_all(county)
SELECT round, ledger, name, period, keeper, opened_on, cut_off, closed_on FROM round WHERE county = :county ORDER BY round DESC;

-- name: round_get(county, round)
SELECT round, ledger, name, period, keeper, opened_on, cut_off, closed_on FROM round WHERE county = :county AND round = :round;

-- name: round_newest(county, ledger, name, keeper)
SELECT max(round) FROM round WHERE county = :county AND ledger = :ledger AND name = :name AND keeper = :keeper;

-- name: round_of_period(county, ledger, name, keeper, period)
SELECT count(*) FROM round
WHERE county = :county AND ledger = :ledger AND name = :name AND keeper = :keeper AND period = :period;

-- name: round_unit_put(county, round, unit, state, version, filed_at, filed_by, first_at, released_at, released_by, taken_at, taken_by, reason, chased_on, chased)
INSERT INTO round_unit (county, round, unit, state, version, filed_at, filed_by, first_at, released_at, released_by,
  taken_at, taken_by, reason, chased_on, chased)
VALUES (:county, :round, :unit, :state, :version, :filed_at, :filed_by, :first_at, :released_at, :released_by, :taken_at,
  :taken_by, :reason, :chased_on, :chased)
ON CONFLICT (county, round, unit) DO UPDATE SET state = excluded.state, version = excluded.version,
  filed_at = excluded.filed_at, filed_by = excluded.filed_by, first_at = excluded.first_at,
  released_at = excluded.released_at, released_by = excluded.released_by, taken_at = excluded.taken_at,
  taken_by = excluded.taken_by, reason = excluded.reason, chased_on = excluded.chased_on, chased = excluded.chased;

-- name: round_unit_get(county, round, unit)
SELECT unit, state, version, filed_at, filed_by, first_at, released_at, released_by, taken_at, taken_by, reason, chased_on, chased
FROM round_unit WHERE county = :county AND round = :round AND unit = :unit;

-- name: round_unit_all(county, round)
SELECT unit, state, version, filed_at, filed_by, first_at, released_at, released_by, taken_at, taken_by, reason, chased_on, chased
FROM round_unit WHERE county = :county AND round = :round ORDER BY unit;

-- name: round_line_put(county, round, entry, unit, said, stood, note)
INSERT INTO round_line (county, round, entry, unit, said, stood, note, words)
VALUES (:county, :round, :entry, :unit, :said, :stood, :note, '')
ON CONFLICT (county, round, unit, entry) DO UPDATE SET said = excluded.said, stood = excluded.stood, note = excluded.note;

-- name: round_line_words(county, round, entry, unit, words)
INSERT INTO round_line (county, round, entry, unit, said, stood, note, words)
VALUES (:county, :round, :entry, :unit, '', '', '', :words)
ON CONFLICT (county, round, unit, entry) DO UPDATE SET words = excluded.words;

-- name: round_line_all(county, round, unit)
SELECT entry, said, stood, note, words FROM round_line WHERE county = :county AND round = :round AND unit = :unit ORDER BY entry;

-- name: round_waiver_put(county, ledger, name, keeper, unit)
INSERT INTO round_waiver (county, ledger, name, keeper, unit) VALUES (:county, :ledger, :name, :keeper, :unit)
ON CONFLICT (county, ledger, name, keeper, unit) DO NOTHING;

-- name: round_waiver_drop(county, ledger, name, keeper, unit)
DELETE FROM round_waiver WHERE county = :county AND ledger = :ledger AND name = :name AND keeper = :keeper AND unit = :unit;

-- name: round_waiver_get(county, ledger, name, keeper, unit)
SELECT count(*) FROM round_waiver
WHERE county = :county AND ledger = :ledger AND name = :name AND keeper = :keeper AND unit = :unit;

-- ---------- search ----------

-- name: pair_put(county, pair, entry)
INSERT INTO entry_pair (county, pair, entry) VALUES (:county, :pair, :entry)
ON CONFLICT (county, pair, entry) DO NOTHING;

-- name: pair_drop(county, pair, entry)
DELETE FROM entry_pair WHERE county = :county AND pair = :pair AND entry = :entry;

-- name: pair_count(county, since, until, most)
-- How many entries have a pair, as far as it matters.
SELECT count(*) FROM (SELECT 1 FROM entry_pair WHERE county = :county AND pair >= :since AND pair < :until LIMIT :most) AS few;

-- name: words_put(county, entry, words)
INSERT INTO entry_words (county, entry, words) VALUES (:county, :entry, :words)
ON CONFLICT (county, entry) DO UPDATE SET words = excluded.words;

-- name: stale_put(county, entry, number, title, fields)
INSERT INTO entry_stale (county, entry, number, title, fields) VALUES (:county, :entry, :number, :title, :fields)
ON CONFLICT (county, entry) DO NOTHING;

-- name: stale_all(county)
SELECT entry, number, title, fields FROM entry_stale WHERE county = :county ORDER BY entry;

-- name: stale_clear(county)
DELETE FROM entry_stale WHERE county = :county;

-- name: search_texts(county, entry)
SELECT e.number, e.title, e.fields, COALESCE(w.words, '') FROM entry e LEFT JOIN entry_words w ON w.county = e.county AND w.entry = e.entry
 WHERE e.county = :county AND e.entry = :entry;

-- name: search_missing()
-- Is this a store of before the index?
SELECT CASE WHEN EXISTS (SELECT 1 FROM entry) AND NOT EXISTS (SELECT 1 FROM entry_pair) THEN 1 ELSE 0 END;
