ALTER TABLE nonces DROP COLUMN token_id;
