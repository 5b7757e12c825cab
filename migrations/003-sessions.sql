-- A browser in which a user is signed in. Of the cookie the SHA-256 is kept, cut to 16 bytes; sid is what ID tokens call the session.
CREATE TABLE session (
  id INTEGER PRIMARY KEY,
  sandbox_id INTEGER NOT NULL REFERENCES sandbox ON DELETE CASCADE,
  digest BLOB NOT NULL UNIQUE,
  sid TEXT NOT NULL,
  user_row INTEGER NOT NULL REFERENCES user ON DELETE CASCADE,
  auth_time INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX session_sandbox ON session (sandbox_id, expires_at);
CREATE INDEX session_user ON session (user_row);

-- The clients that were told of a session, and are told of its end.
CREATE TABLE session_client (
  session_id INTEGER NOT NULL REFERENCES session ON DELETE CASCADE,
  client_row INTEGER NOT NULL REFERENCES client ON DELETE CASCADE,
  PRIMARY KEY (session_id, client_row)
) STRICT, WITHOUT ROWID;
CREATE INDEX session_client_client ON session_client (client_row);

-- What a user allowed a client on the consent page.
CREATE TABLE consent (
  user_row INTEGER NOT NULL REFERENCES user ON DELETE CASCADE,
  client_row INTEGER NOT NULL REFERENCES client ON DELETE CASCADE,
  scope TEXT NOT NULL,
  given_at INTEGER NOT NULL,
  PRIMARY KEY (user_row, client_row)
) STRICT, WITHOUT ROWID;
CREATE INDEX consent_client ON consent (client_row);

-- Authorization requests that clients pushed (RFC 9126).
CREATE TABLE pushed_request (
  digest BLOB PRIMARY KEY,
  sandbox_id INTEGER NOT NULL REFERENCES sandbox ON DELETE CASCADE,
  client_row INTEGER NOT NULL REFERENCES client ON DELETE CASCADE,
  parameters TEXT NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX pushed_request_sandbox ON pushed_request (sandbox_id, expires_at);
CREATE INDEX pushed_request_client ON pushed_request (client_row);

-- The digest of the cookie of the browser that began it; NULL where it may go on in any browser.
ALTER TABLE interaction ADD COLUMN browser BLOB;
