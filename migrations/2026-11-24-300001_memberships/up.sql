-- Who is in which team. What a team may do stands in the operator's file; one that the file has no more keeps its
-- people, without effect.
CREATE TABLE memberships (
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    team TEXT NOT NULL,
    joined_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, team)
);
CREATE INDEX memberships_by_team ON memberships (team);
