-- Uses are kept by person, as they are read: the last use of each token with its count of `day` in one row that is
-- written often, and a row for each day before. Days are counted from 1 January 1970 in UTC.
CREATE TABLE uses (
    user_id TEXT PRIMARY KEY NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    day BIGINT NOT NULL,
    body BYTEA NOT NULL
);
CREATE TABLE daily_uses (
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    day BIGINT NOT NULL,
    counts TEXT NOT NULL,
    PRIMARY KEY (user_id, day)
);
CREATE INDEX daily_uses_by_day ON daily_uses (day);
-- What stood with the tokens until now; the application takes it over when it starts, and leaves the table empty.
CREATE TABLE former_uses (
    token_id TEXT PRIMARY KEY NOT NULL,
    user_id TEXT NOT NULL,
    used_at BIGINT NOT NULL,
    used_address TEXT,
    used_agent TEXT
);
INSERT INTO former_uses (token_id, user_id, used_at, used_address, used_agent)
SELECT id, user_id, used_at, used_address, used_agent FROM tokens WHERE used_at IS NOT NULL AND revoked_at IS NULL;
CREATE INDEX former_uses_by_user ON former_uses (user_id);
ALTER TABLE tokens DROP COLUMN used_agent;
ALTER TABLE tokens DROP COLUMN used_address;
ALTER TABLE tokens DROP COLUMN used_at;
