CREATE INDEX events_by_token ON events (token_id, at);
