-- What users write and apps store about them, and what finds users by their names.

CREATE TABLE message (
  id INTEGER PRIMARY KEY,
  app_row INTEGER NOT NULL REFERENCES app ON DELETE CASCADE,
  message_id TEXT NOT NULL,
  sender_row INTEGER NOT NULL REFERENCES user ON DELETE CASCADE,
  recipient_row INTEGER NOT NULL REFERENCES user ON DELETE CASCADE,
  body TEXT NOT NULL,
  image_id TEXT,
  data TEXT NOT NULL DEFAULT '{}',
  sent_at INTEGER NOT NULL,
  acknowledged_at INTEGER,
  UNIQUE (app_row, message_id)
) STRICT;
CREATE INDEX message_inbox ON message (recipient_row, app_row, sent_at);
CREATE INDEX message_sent ON message (sender_row, app_row, sent_at);

-- The data that an app keeps about a user; the one without a bucket has the empty name.
CREATE TABLE app_data (
  id INTEGER PRIMARY KEY,
  app_row INTEGER NOT NULL REFERENCES app ON DELETE CASCADE,
  user_row INTEGER NOT NULL REFERENCES user ON DELETE CASCADE,
  bucket TEXT NOT NULL,
  data TEXT NOT NULL,
  version INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  UNIQUE (app_row, user_row, bucket)
) STRICT;
CREATE INDEX app_data_user ON app_data (user_row);

CREATE INDEX user_first_name ON user (sandbox_id, first_name COLLATE NOCASE);
CREATE INDEX user_type ON user (sandbox_id, type);
