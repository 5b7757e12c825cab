-- An authorization that a user gives elsewhere, while its client waits: on the verification page of a device (RFC 8628), or on the
-- authentication device of CIBA. Of the device_code or auth_req_id the digest is kept. What the user's browser holds is
-- interaction_id. polled_at and interval say when the client may ask again.
CREATE TABLE deferred_authorization (
  id INTEGER PRIMARY KEY,
  sandbox_id INTEGER NOT NULL REFERENCES sandbox ON DELETE CASCADE,
  client_row INTEGER NOT NULL REFERENCES client ON DELETE CASCADE,
  user_row INTEGER REFERENCES user ON DELETE CASCADE,
  grant_type TEXT NOT NULL,
  digest BLOB NOT NULL,
  user_code TEXT,
  interaction_id TEXT UNIQUE,
  scope TEXT NOT NULL,
  details TEXT NOT NULL DEFAULT '{}',
  request TEXT NOT NULL DEFAULT '{}',
  interval INTEGER NOT NULL,
  issued_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  polled_at INTEGER,
  decision TEXT,
  used_at INTEGER,
  UNIQUE (sandbox_id, digest),
  UNIQUE (sandbox_id, user_code)
) STRICT;
CREATE INDEX deferred_authorization_client ON deferred_authorization (client_row);
CREATE INDEX deferred_authorization_user ON deferred_authorization (user_row);
CREATE INDEX deferred_authorization_expiry ON deferred_authorization (sandbox_id, expires_at);

-- A grant that came of a token of another one (RFC 8693) ends with it.
ALTER TABLE "grant" ADD COLUMN parent_id INTEGER REFERENCES "grant" ON DELETE CASCADE;
CREATE INDEX grant_parent ON "grant" (parent_id) WHERE parent_id IS NOT NULL;

-- Clients that registered themselves (RFC 7591); the digest is that of the registration access token.
CREATE TABLE client_registration (
  client_row INTEGER PRIMARY KEY REFERENCES client ON DELETE CASCADE,
  digest BLOB NOT NULL
) STRICT;
