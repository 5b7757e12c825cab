-- Brands had tables of their own; they are what a vendor keeps, and go on as documents.
INSERT INTO document (sandbox_id, kind, key, list, place, body)
  SELECT sandbox_id, 'brand', CAST(id AS TEXT), 'all', 0, json_object('id', CAST(id AS TEXT), 'name', name) FROM brand ORDER BY id;
INSERT INTO document (sandbox_id, kind, key, app_row, place, body)
  SELECT brand.sandbox_id, 'app_brand', '', brand_app.app_row, 0, json_object('brand', CAST(brand.id AS TEXT))
  FROM brand_app JOIN brand ON brand.id = brand_app.brand_row ORDER BY brand_app.app_row;
DROP TABLE brand_app;
DROP TABLE brand;
