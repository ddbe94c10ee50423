-- Sessions that there are get the microsecond of their beginning as a public id: sixteen digits.
ALTER TABLE sessions ADD COLUMN id TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN address TEXT;
ALTER TABLE sessions ADD COLUMN agent TEXT NOT NULL DEFAULT '';
UPDATE sessions SET id = CAST(started_at AS TEXT);
CREATE INDEX sessions_by_id ON sessions (id);
