-- What a reset goes back to: the company and the settings with which the sandbox was created. NULL means those that hold now.
ALTER TABLE sandbox ADD COLUMN initial TEXT;

-- A code or token that was restored while another sandbox had a row of its key: it still carries the key it was issued with.
CREATE TABLE carried_key (
  sandbox_id INTEGER NOT NULL REFERENCES sandbox ON DELETE CASCADE,
  carried INTEGER NOT NULL,
  id INTEGER NOT NULL,
  PRIMARY KEY (sandbox_id, carried)
) STRICT, WITHOUT ROWID;
