ALTER TABLE tokens ADD COLUMN created_by TEXT;
ALTER TABLE tokens ADD COLUMN description TEXT NOT NULL DEFAULT '';
ALTER TABLE tokens ADD COLUMN networks TEXT NOT NULL DEFAULT '';
ALTER TABLE tokens ADD COLUMN renewed_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE tokens ADD COLUMN changed_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE tokens ADD COLUMN unused_days BIGINT;
ALTER TABLE tokens ADD COLUMN paused_at BIGINT;
UPDATE tokens SET created_by = user_id, renewed_at = created_at, changed_at = created_at;
