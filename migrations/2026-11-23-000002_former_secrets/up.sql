CREATE TABLE former_secrets (
    digest BYTEA PRIMARY KEY NOT NULL,
    token_id TEXT NOT NULL REFERENCES tokens (id) ON DELETE CASCADE,
    hint TEXT NOT NULL,
    ends_at BIGINT NOT NULL,
    used_at BIGINT,
    used_address TEXT,
    used_agent TEXT
);
CREATE INDEX former_secrets_by_token ON former_secrets (token_id, ends_at);
