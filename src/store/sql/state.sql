-- State that is not folded from the log: secrets and sessions. Their being made and ended is logged, they are not.

-- name: schema_state_credential()
CREATE TABLE IF NOT EXISTS credential (
  county BIGINT NOT NULL, account TEXT NOT NULL, hash TEXT NOT NULL, must_change BIGINT NOT NULL,
  changed_ms BIGINT NOT NULL, failures BIGINT NOT NULL, locked_until_ms BIGINT NOT NULL,
  PRIMARY KEY (county, account));

-- name: schema_state_session()
CREATE TABLE IF NOT EXISTS session (
  county BIGINT NOT NULL, token BLOB NOT NULL, account TEXT NOT NULL, secret BLOB NOT NULL, began_ms BIGINT NOT NULL,
  seen_ms BIGINT NOT NULL, address TEXT NOT NULL, agent TEXT NOT NULL,
  PRIMARY KEY (county, token));
CREATE INDEX IF NOT EXISTS session_account ON session (county, account);

-- name: credential_get(county, account)
SELECT hash, must_change, changed_ms, failures, locked_until_ms FROM credential
WHERE county = :county AND account = :account;

-- name: credential_put(county, account, hash, must_change, changed_ms)
INSERT INTO credential (county, account, hash, must_change, changed_ms, failures, locked_until_ms)
VALUES (:county, :account, :hash, :must_change, :changed_ms, 0, 0)
ON CONFLICT (county, account) DO UPDATE SET hash = excluded.hash, must_change = excluded.must_change,
  changed_ms = excluded.changed_ms, failures = 0, locked_until_ms = 0;

-- name: credential_failed(county, account, failures, locked_until_ms)
UPDATE credential SET failures = :failures, locked_until_ms = :locked_until_ms
WHERE county = :county AND account = :account;

-- name: session_put(county, token, account, secret, began_ms, address, agent)
INSERT INTO session (county, token, account, secret, began_ms, seen_ms, address, agent)
VALUES (:county, :token, :account, :secret, :began_ms, :began_ms, :address, :agent);

-- name: session_get(county, token)
SELECT s.account, s.secret, s.began_ms, s.seen_ms, COALESCE(c.must_change, 0)
FROM session s LEFT JOIN credential c ON c.county = s.county AND c.account = s.account
WHERE s.county = :county AND s.token = :token;

-- name: session_seen(county, token, seen_ms)
UPDATE session SET seen_ms = :seen_ms WHERE county = :county AND token = :token;

-- name: session_end(county, token)
DELETE FROM session WHERE county = :county AND token = :token;

-- name: session_end_all(county, account)
DELETE FROM session WHERE county = :county AND account = :account;

-- name: session_sweep(county, seen_ms, began_ms)
DELETE FROM session WHERE county = :county AND (seen_ms < :seen_ms OR began_ms < :began_ms);
