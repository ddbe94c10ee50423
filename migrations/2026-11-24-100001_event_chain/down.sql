DROP TABLE turns;
INSERT INTO former_events (id, at, kind, person_id, actor_id, token_id, detail, address, agent)
SELECT CAST(number AS TEXT), at, kind, person_id, actor_id, token_id, detail, address, agent FROM events;
DROP TABLE events;
ALTER TABLE former_events RENAME TO events;
CREATE INDEX events_by_person ON events (person_id, at);
CREATE INDEX events_by_token ON events (token_id, at);
