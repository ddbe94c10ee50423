-- What verification has to read anew, in the order in which it was committed. PostgreSQL numbers the rows itself; for
-- SQLite, to which BIGSERIAL is but a name, the one writer does.
CREATE TABLE feed (
    id BIGSERIAL NOT NULL PRIMARY KEY,
    value BYTEA,
    person_id TEXT
);
