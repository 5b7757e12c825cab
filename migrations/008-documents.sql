-- What vendors keep of their own: JSON by kind and key. A document may belong to an app, to a user or to both, and goes when they go. It stands
-- in the lists of those that it belongs to, and in one that is named, by place.
CREATE TABLE document (
  id INTEGER PRIMARY KEY,
  sandbox_id INTEGER NOT NULL REFERENCES sandbox ON DELETE CASCADE,
  kind TEXT NOT NULL,
  key TEXT NOT NULL,
  app_row INTEGER REFERENCES app ON DELETE CASCADE,
  user_row INTEGER REFERENCES user ON DELETE CASCADE,
  list TEXT,
  place INTEGER NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX document_key ON document (sandbox_id, kind, key, ifnull(app_row, 0), ifnull(user_row, 0));
CREATE INDEX document_user ON document (user_row, kind, place) WHERE user_row IS NOT NULL;
CREATE INDEX document_app ON document (app_row, kind, place) WHERE app_row IS NOT NULL;
CREATE INDEX document_list ON document (sandbox_id, kind, list, place) WHERE list IS NOT NULL;

-- The data that apps keep about users had a table of its own; its JSON goes on as it was written.
INSERT INTO document (sandbox_id, kind, key, app_row, user_row, place, body)
  SELECT app.sandbox_id, 'app_data', app_data.bucket, app_data.app_row, app_data.user_row, 0,
    '{"data":' || app_data.data || ',"version":' || app_data.version || ',"created_at":' || app_data.created_at || ',"updated_at":' || app_data.updated_at || '}'
  FROM app_data JOIN app ON app.id = app_data.app_row ORDER BY app_data.id;
DROP TABLE app_data;
