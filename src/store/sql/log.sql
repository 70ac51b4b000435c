-- The log: events with their headers and leaves, values and salts beside them. Nothing here is ever updated or
-- deleted but by erasure, which replaces a value by its commitment and leaves every proof valid.

-- name: schema_log_head()
CREATE TABLE IF NOT EXISTS head (
  county BIGINT NOT NULL, log BIGINT NOT NULL, size BIGINT NOT NULL, last_ms BIGINT NOT NULL,
  root BLOB NOT NULL, frontier BLOB NOT NULL,
  PRIMARY KEY (county, log));

-- name: schema_log_event()
CREATE TABLE IF NOT EXISTS event (
  county BIGINT NOT NULL, log BIGINT NOT NULL, seq BIGINT NOT NULL, at_ms BIGINT NOT NULL,
  account TEXT NOT NULL, kind TEXT NOT NULL, ledger TEXT NOT NULL, entry BIGINT NOT NULL, key BLOB NOT NULL,
  leaf BLOB NOT NULL,
  PRIMARY KEY (county, log, seq))
--[sqlite] WITHOUT ROWID
;
CREATE INDEX IF NOT EXISTS event_of_entry ON event (county, log, entry, seq);

-- name: schema_log_event_value()
CREATE TABLE IF NOT EXISTS event_value (
  county BIGINT NOT NULL, log BIGINT NOT NULL, seq BIGINT NOT NULL, body BLOB NOT NULL,
  PRIMARY KEY (county, log, seq));

-- name: schema_log_guard()
-- Events refuse to be changed, whoever asks.
--[sqlite] CREATE TRIGGER IF NOT EXISTS event_is_final BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'an event is never changed'); END;
--[sqlite] CREATE TRIGGER IF NOT EXISTS event_stays BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'an event is never deleted'); END;
--[pg] SELECT 1;
;

-- name: head_get(county, log)
SELECT size, last_ms, root, frontier FROM head WHERE county = :county AND log = :log;

-- name: head_put(county, log, size, last_ms, root, frontier)
INSERT INTO head (county, log, size, last_ms, root, frontier) VALUES (:county, :log, :size, :last_ms, :root, :frontier)
ON CONFLICT (county, log) DO UPDATE SET size = excluded.size, last_ms = excluded.last_ms, root = excluded.root,
  frontier = excluded.frontier;

-- name: event_put(county, log, seq, at_ms, account, kind, ledger, entry, key, leaf)
INSERT INTO event (county, log, seq, at_ms, account, kind, ledger, entry, key, leaf)
VALUES (:county, :log, :seq, :at_ms, :account, :kind, :ledger, :entry, :key, :leaf);

-- name: event_value_put(county, log, seq, body)
INSERT INTO event_value (county, log, seq, body) VALUES (:county, :log, :seq, :body);

-- name: event_from(county, log, seq)
-- Every event from a sequence number on, in order; a missing value row shows as NULL.
SELECT e.seq, e.at_ms, e.account, e.kind, e.ledger, e.entry, e.key, e.leaf, v.body
FROM event e LEFT JOIN event_value v ON v.county = e.county AND v.log = e.log AND v.seq = e.seq
WHERE e.county = :county AND e.log = :log AND e.seq >= :seq ORDER BY e.seq;

-- name: event_of_entry(county, entry)
-- SQLite would walk the whole log by its key, which has the order already: some rows against half a million.
SELECT e.seq, e.at_ms, e.account, e.kind, e.ledger, e.entry, e.key, e.leaf, v.body
--[sqlite] FROM event e INDEXED BY event_of_entry
--[pg] FROM event e
JOIN event_value v ON v.county = e.county AND v.log = e.log AND v.seq = e.seq
WHERE e.county = :county AND e.log = 0 AND e.entry = :entry ORDER BY e.seq;

-- name: event_reports(county, entry, from_ms)
-- The first report of an entry from an instant on.
SELECT e.at_ms FROM event e
WHERE e.county = :county AND e.log = 0 AND e.entry = :entry AND e.entry > 0 AND e.kind = 'reported' AND e.at_ms >= :from_ms
ORDER BY e.seq LIMIT 1;

-- name: event_range(county, log, first, last)
SELECT e.seq, e.at_ms, e.account, e.kind, e.ledger, e.entry, e.key, e.leaf, v.body
FROM event e JOIN event_value v ON v.county = e.county AND v.log = e.log AND v.seq = e.seq
WHERE e.county = :county AND e.log = :log AND e.seq BETWEEN :first AND :last ORDER BY e.seq;

-- name: event_leaves(county, log, first, last)
SELECT leaf FROM event WHERE county = :county AND log = :log AND seq BETWEEN :first AND :last ORDER BY seq;

-- name: event_last_before(county, log, at_ms)
-- The log as it was known at an instant: log time never goes back.
SELECT coalesce(max(seq), 0) FROM event WHERE county = :county AND log = :log AND at_ms < :at_ms;

-- name: event_stray(county)
-- What no log counts: an event of a log that there is not, a value without its event. Named as the table it stands in.
SELECT 'event' AS place, log, seq FROM event WHERE county = :county AND log NOT IN (0, 1)
UNION ALL
SELECT 'event_value' AS place, v.log, v.seq FROM event_value v
WHERE v.county = :county AND NOT EXISTS (SELECT 1 FROM event e WHERE e.county = v.county AND e.log = v.log AND e.seq = v.seq)
ORDER BY 1, 2, 3;
