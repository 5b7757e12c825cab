-- The port that a sandbox has to itself; 0 until a free one was found for it.
ALTER TABLE sandbox ADD COLUMN port INTEGER;
