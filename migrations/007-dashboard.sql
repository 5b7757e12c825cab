-- Brands group apps; an app of none belongs to the company itself.
CREATE TABLE brand (
  id INTEGER PRIMARY KEY,
  sandbox_id INTEGER NOT NULL REFERENCES sandbox ON DELETE CASCADE,
  name TEXT NOT NULL,
  UNIQUE (sandbox_id, name)
) STRICT;

CREATE TABLE brand_app (
  app_row INTEGER PRIMARY KEY REFERENCES app ON DELETE CASCADE,
  brand_row INTEGER NOT NULL REFERENCES brand ON DELETE CASCADE
) STRICT;
CREATE INDEX brand_app_brand ON brand_app (brand_row);

-- How often things happened, by the hour since the epoch of the sandbox's own clock.
CREATE TABLE hourly_count (
  sandbox_id INTEGER NOT NULL REFERENCES sandbox ON DELETE CASCADE,
  hour INTEGER NOT NULL,
  name TEXT NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (sandbox_id, hour, name)
) STRICT, WITHOUT ROWID;
