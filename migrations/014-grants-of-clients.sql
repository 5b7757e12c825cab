-- A grant belongs to its client, which says whose sandbox it is and with which it goes: to name the sandbox here as well cost an index.
DROP INDEX grant_sandbox;
ALTER TABLE "grant" DROP COLUMN sandbox_id;
