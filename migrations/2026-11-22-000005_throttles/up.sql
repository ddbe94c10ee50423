CREATE TABLE throttles (
    name TEXT PRIMARY KEY NOT NULL,
    tries BIGINT NOT NULL,
    since BIGINT NOT NULL
);
