-- What is here already is chained when the database is opened: SQL can't work the hashes out.
DROP INDEX events_by_person;
DROP INDEX events_by_token;
ALTER TABLE events RENAME TO former_events;
CREATE TABLE events (
    number BIGINT PRIMARY KEY NOT NULL,
    hash BYTEA NOT NULL,
    at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    person_id TEXT,
    actor_id TEXT,
    token_id TEXT,
    detail TEXT NOT NULL,
    address TEXT,
    agent TEXT NOT NULL
);
CREATE INDEX events_by_person ON events (person_id, number);
CREATE INDEX events_by_kind ON events (person_id, kind, number);
CREATE INDEX events_by_token ON events (token_id, number);
CREATE INDEX events_by_token_kind ON events (token_id, kind, number);

-- Never has a row. Changes on PostgreSQL lock it to come one after the other; a table with rows in it could be locked
-- by PostgreSQL's own vacuum at the same time, and hold every change up.
CREATE TABLE turns (
    name TEXT PRIMARY KEY NOT NULL
);
