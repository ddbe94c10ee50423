-- Of two links of a person the one that was handed over stays: the other one can be asked for again.
CREATE TABLE password_links_before (
    digest BYTEA PRIMARY KEY NOT NULL,
    user_id TEXT NOT NULL UNIQUE REFERENCES users (id) ON DELETE CASCADE,
    ends_at BIGINT NOT NULL
);

INSERT INTO password_links_before (digest, user_id, ends_at)
SELECT digest, user_id, ends_at FROM password_links WHERE origin = 'handed_over';

DROP TABLE password_links;

ALTER TABLE password_links_before RENAME TO password_links;
