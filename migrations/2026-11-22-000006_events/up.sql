CREATE TABLE events (
    id TEXT PRIMARY KEY NOT NULL,
    at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    person_id TEXT,
    actor_id TEXT,
    token_id TEXT,
    detail TEXT NOT NULL,
    address TEXT,
    agent TEXT NOT NULL
);
CREATE INDEX events_by_person ON events (person_id, at);
