-- Keys that a developer put in; a reset takes them away.
ALTER TABLE signing_key ADD COLUMN given INTEGER NOT NULL DEFAULT 0;
