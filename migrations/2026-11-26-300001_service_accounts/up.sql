-- The team that owns a service account: an owner of tokens that is no person. NULL for people.
ALTER TABLE users ADD COLUMN owned_by TEXT;
