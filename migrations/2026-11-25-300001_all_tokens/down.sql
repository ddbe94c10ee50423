DROP INDEX events_of_kind;
DROP INDEX tokens_by_expiry;
DROP INDEX tokens_by_text;
DROP INDEX tokens_by_time;
ALTER TABLE tokens DROP COLUMN search_text;
