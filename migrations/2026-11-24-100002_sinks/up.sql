CREATE TABLE sinks (
    name TEXT PRIMARY KEY NOT NULL,
    number BIGINT NOT NULL,
    holder TEXT NOT NULL,
    held_until BIGINT NOT NULL
);
