DROP INDEX events_by_token;
