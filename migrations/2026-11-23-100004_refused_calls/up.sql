-- The last few refused calls of a token, for its owner to see.
CREATE TABLE refused_calls (
    token_id TEXT PRIMARY KEY NOT NULL REFERENCES tokens (id) ON DELETE CASCADE,
    last_at BIGINT NOT NULL,
    calls TEXT NOT NULL
);
CREATE INDEX refused_calls_by_time ON refused_calls (last_at);
