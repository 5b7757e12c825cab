-- What a user was asked for, where a vendor's rules say when he is: found by client, kind of access and scope, however often he was.
CREATE INDEX grant_consented ON "grant" (user_row, client_row, ifnull(details ->> '$.parameters.access_type', 'online'), scope)
  WHERE revoked_at IS NULL AND details ->> '$.consented';
