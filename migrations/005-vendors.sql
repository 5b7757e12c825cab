-- Tokens that stand for a user's password once, without a client. The digest is the SHA-256 of the token, cut to 16 bytes.
CREATE TABLE one_time_token (
  digest BLOB PRIMARY KEY,
  sandbox_id INTEGER NOT NULL REFERENCES sandbox ON DELETE CASCADE,
  user_row INTEGER NOT NULL REFERENCES user ON DELETE CASCADE,
  service TEXT NOT NULL,
  details TEXT NOT NULL DEFAULT '{}',
  issued_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  used_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX one_time_token_sandbox ON one_time_token (sandbox_id, expires_at);
CREATE INDEX one_time_token_user ON one_time_token (user_row);
