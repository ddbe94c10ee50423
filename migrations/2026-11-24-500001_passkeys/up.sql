-- Passkeys that people sign in and confirm changes with. The credential is its public key, with its count and what else
-- is checked, as JSON; its own id stands beside it to be found by.
CREATE TABLE passkeys (
    id TEXT PRIMARY KEY NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    credential_id BYTEA NOT NULL UNIQUE,
    credential TEXT NOT NULL,
    added_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX passkeys_by_user ON passkeys (user_id);
