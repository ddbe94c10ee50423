-- One a person: making another ends the one before.
CREATE TABLE password_links (
    digest BYTEA PRIMARY KEY NOT NULL,
    user_id TEXT NOT NULL UNIQUE REFERENCES users (id) ON DELETE CASCADE,
    ends_at BIGINT NOT NULL
);
