ALTER TABLE tokens DROP COLUMN per_minute;
