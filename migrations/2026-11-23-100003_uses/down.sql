-- SQL can't read the rows of `uses`: the way back loses the last uses.
ALTER TABLE tokens ADD COLUMN used_at BIGINT;
ALTER TABLE tokens ADD COLUMN used_address TEXT;
ALTER TABLE tokens ADD COLUMN used_agent TEXT;
DROP TABLE former_uses;
DROP TABLE daily_uses;
DROP TABLE uses;
