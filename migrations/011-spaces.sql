-- A space that a vendor's path chooses (a realm, a pool, a tenant) and that has users, clients, keys, sessions and settings of its own
-- is a sandbox within a sandbox. The first one is the sandbox itself: its space is NULL as long as it has the vendor's default name, and
-- empty when that one was deleted.

ALTER TABLE sandbox ADD COLUMN parent_id INTEGER REFERENCES sandbox ON DELETE CASCADE;
ALTER TABLE sandbox ADD COLUMN space TEXT;
CREATE INDEX sandbox_parent ON sandbox (parent_id);
