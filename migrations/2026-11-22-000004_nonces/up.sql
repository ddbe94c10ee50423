CREATE TABLE nonces (
    nonce TEXT PRIMARY KEY NOT NULL,
    used_at BIGINT NOT NULL
);
