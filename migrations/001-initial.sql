-- Times are milliseconds since the epoch by the sandbox's own clock. Members that are lists or objects are JSON.

CREATE TABLE sandbox (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  provider TEXT NOT NULL,
  company TEXT NOT NULL,
  settings TEXT NOT NULL DEFAULT '{}',
  hosts TEXT NOT NULL DEFAULT '[]',
  seeded INTEGER NOT NULL DEFAULT 0,
  clock_offset INTEGER NOT NULL DEFAULT 0,
  clock_frozen_at INTEGER,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE app (
  id INTEGER PRIMARY KEY,
  sandbox_id INTEGER NOT NULL REFERENCES sandbox ON DELETE CASCADE,
  app_id TEXT NOT NULL,
  name TEXT NOT NULL,
  description TEXT NOT NULL DEFAULT '',
  icon TEXT,
  scopes TEXT NOT NULL DEFAULT '[]',
  redirect_uris TEXT NOT NULL DEFAULT '[]',
  mobile_store_links TEXT NOT NULL DEFAULT '{}',
  created_at INTEGER NOT NULL,
  UNIQUE (sandbox_id, app_id)
) STRICT;

CREATE TABLE client (
  id INTEGER PRIMARY KEY,
  sandbox_id INTEGER NOT NULL REFERENCES sandbox ON DELETE CASCADE,
  app_row INTEGER NOT NULL REFERENCES app ON DELETE CASCADE,
  client_id TEXT NOT NULL,
  client_secret TEXT,
  token_endpoint_auth_method TEXT NOT NULL,
  grant_types TEXT NOT NULL,
  metadata TEXT NOT NULL DEFAULT '{}',
  created_at INTEGER NOT NULL,
  UNIQUE (sandbox_id, client_id)
) STRICT;
CREATE INDEX client_app ON client (app_row);

-- A password that is NULL is the company's name.
CREATE TABLE user (
  id INTEGER PRIMARY KEY,
  sandbox_id INTEGER NOT NULL REFERENCES sandbox ON DELETE CASCADE,
  user_id TEXT NOT NULL,
  username TEXT NOT NULL COLLATE NOCASE,
  password TEXT,
  first_name TEXT NOT NULL DEFAULT '',
  last_name TEXT NOT NULL DEFAULT '',
  email TEXT,
  type TEXT,
  age INTEGER,
  claims TEXT NOT NULL DEFAULT '{}',
  disabled INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  UNIQUE (sandbox_id, username),
  UNIQUE (sandbox_id, user_id)
) STRICT;
CREATE INDEX user_email ON user (sandbox_id, email COLLATE NOCASE);

CREATE TABLE user_app (
  user_row INTEGER NOT NULL REFERENCES user ON DELETE CASCADE,
  app_row INTEGER NOT NULL REFERENCES app ON DELETE CASCADE,
  PRIMARY KEY (user_row, app_row)
) STRICT, WITHOUT ROWID;
CREATE INDEX user_app_app ON user_app (app_row, user_row);

-- Friendship is mutual and stands here in both directions.
CREATE TABLE friendship (
  user_row INTEGER NOT NULL REFERENCES user ON DELETE CASCADE,
  friend_row INTEGER NOT NULL REFERENCES user ON DELETE CASCADE,
  PRIMARY KEY (user_row, friend_row)
) STRICT, WITHOUT ROWID;
CREATE INDEX friendship_friend ON friendship (friend_row);

CREATE TABLE parenthood (
  kid_row INTEGER NOT NULL REFERENCES user ON DELETE CASCADE,
  parent_row INTEGER NOT NULL REFERENCES user ON DELETE CASCADE,
  PRIMARY KEY (kid_row, parent_row)
) STRICT, WITHOUT ROWID;
CREATE INDEX parenthood_parent ON parenthood (parent_row);

-- An authorization request that waits for its user.
CREATE TABLE interaction (
  id TEXT PRIMARY KEY,
  sandbox_id INTEGER NOT NULL REFERENCES sandbox ON DELETE CASCADE,
  client_row INTEGER NOT NULL REFERENCES client ON DELETE CASCADE,
  user_row INTEGER REFERENCES user ON DELETE CASCADE,
  request TEXT NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX interaction_sandbox ON interaction (sandbox_id, expires_at);
CREATE INDEX interaction_client ON interaction (client_row);
CREATE INDEX interaction_user ON interaction (user_row);

CREATE TABLE "grant" (
  id INTEGER PRIMARY KEY,
  sandbox_id INTEGER NOT NULL REFERENCES sandbox ON DELETE CASCADE,
  client_row INTEGER NOT NULL REFERENCES client ON DELETE CASCADE,
  user_row INTEGER REFERENCES user ON DELETE CASCADE,
  grant_type TEXT NOT NULL,
  scope TEXT NOT NULL,
  details TEXT,
  created_at INTEGER NOT NULL,
  revoked_at INTEGER,
  revoked_reason TEXT
) STRICT;
CREATE INDEX grant_client ON "grant" (client_row, user_row);
CREATE INDEX grant_user ON "grant" (user_row);
CREATE INDEX grant_sandbox ON "grant" (sandbox_id);

-- Of codes and tokens the SHA-256 is kept, cut to 16 bytes; the row's id is carried by the code or token itself.
CREATE TABLE authorization_code (
  id INTEGER PRIMARY KEY,
  grant_id INTEGER NOT NULL REFERENCES "grant" ON DELETE CASCADE,
  digest BLOB NOT NULL,
  redirect_uri TEXT,
  scope TEXT NOT NULL,
  nonce TEXT,
  code_challenge TEXT,
  code_challenge_method TEXT,
  issued_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  used_at INTEGER
) STRICT;
CREATE INDEX authorization_code_grant ON authorization_code (grant_id);

-- The tokens of one answer, which carry the same key: an access token, a refresh token, or both. A row of the refresh token's successor
-- says that it was used; used_at is kept where the use itself must be exclusive. parent_id is the row whose refresh token brought this
-- one. generation counts the rotations of a grant from 1. A scope that is NULL is the grant's, which every refresh token has.
CREATE TABLE token (
  id INTEGER PRIMARY KEY,
  grant_id INTEGER NOT NULL REFERENCES "grant" ON DELETE CASCADE,
  parent_id INTEGER,
  scope TEXT,
  details TEXT,
  issued_at INTEGER NOT NULL,
  access_digest BLOB,
  access_expires_at INTEGER,
  revoked_at INTEGER,
  generation INTEGER,
  refresh_digest BLOB,
  refresh_expires_at INTEGER,
  used_at INTEGER
) STRICT;
CREATE INDEX token_grant ON token (grant_id, generation);

-- Private keys as JWK. A retired key signs nothing and stays in the key set; a pending one signs and is not in it yet.
CREATE TABLE signing_key (
  id INTEGER PRIMARY KEY,
  sandbox_id INTEGER NOT NULL REFERENCES sandbox ON DELETE CASCADE,
  kid TEXT NOT NULL,
  alg TEXT NOT NULL,
  jwk TEXT NOT NULL,
  state TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  UNIQUE (sandbox_id, kid)
) STRICT;

-- Identifiers that may come once: of client assertions, DPoP proofs, request objects. Kept until they have expired.
CREATE TABLE seen_identifier (
  sandbox_id INTEGER NOT NULL REFERENCES sandbox ON DELETE CASCADE,
  identifier TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (sandbox_id, identifier)
) STRICT, WITHOUT ROWID;
CREATE INDEX seen_identifier_expiry ON seen_identifier (sandbox_id, expires_at);
