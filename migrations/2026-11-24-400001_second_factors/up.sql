-- The key that a person's authenticator app shares with this instance, and the step of the last code that was taken.
CREATE TABLE second_factors (
    user_id TEXT PRIMARY KEY NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    totp_key BYTEA NOT NULL,
    added_at BIGINT NOT NULL,
    last_step BIGINT NOT NULL
);
-- Recovery codes that are left: a used one is gone.
CREATE TABLE recovery_codes (
    digest BYTEA PRIMARY KEY NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE
);
CREATE INDEX recovery_codes_by_user ON recovery_codes (user_id);
