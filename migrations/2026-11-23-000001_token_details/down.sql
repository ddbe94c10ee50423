ALTER TABLE tokens DROP COLUMN paused_at;
ALTER TABLE tokens DROP COLUMN unused_days;
ALTER TABLE tokens DROP COLUMN changed_at;
ALTER TABLE tokens DROP COLUMN renewed_at;
ALTER TABLE tokens DROP COLUMN networks;
ALTER TABLE tokens DROP COLUMN description;
ALTER TABLE tokens DROP COLUMN created_by;
