-- One a person and origin: what a stranger asks for at sign-in ends no link that was handed over. SQLite can't let go of
-- a UNIQUE, so the table is made anew.
CREATE TABLE password_links_by_origin (
    digest BYTEA PRIMARY KEY NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    ends_at BIGINT NOT NULL,
    origin TEXT NOT NULL CHECK (origin IN ('handed_over', 'asked_for')),
    UNIQUE (user_id, origin)
);

INSERT INTO password_links_by_origin (digest, user_id, ends_at, origin)
SELECT digest, user_id, ends_at, 'handed_over' FROM password_links;

DROP TABLE password_links;

ALTER TABLE password_links_by_origin RENAME TO password_links;
