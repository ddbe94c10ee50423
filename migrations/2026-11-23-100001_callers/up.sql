CREATE TABLE callers (
    service TEXT PRIMARY KEY NOT NULL,
    digest BYTEA NOT NULL,
    hint TEXT NOT NULL,
    added_at BIGINT NOT NULL,
    renewed_at BIGINT NOT NULL,
    former_digest BYTEA,
    former_hint TEXT,
    former_ends_at BIGINT
);
