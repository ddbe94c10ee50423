-- What a token is looked for by: name and hint as the application folds them, as the databases do it differently. Of
-- what is here already it is filled in when the database is opened.
ALTER TABLE tokens ADD COLUMN search_text TEXT NOT NULL DEFAULT '';
CREATE INDEX tokens_by_time ON tokens (created_at, id);
CREATE INDEX tokens_by_text ON tokens (search_text, id);
CREATE INDEX tokens_by_expiry ON tokens ((expires_at IS NULL), expires_at, id) WHERE revoked_at IS NULL;
CREATE INDEX events_of_kind ON events (kind, number);
