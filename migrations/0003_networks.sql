-- Networks and who is on them. An endpoint stands from before a container's processes exist until
-- after they are gone; UNIQUE keeps an address from being handed out twice, whatever was killed
-- in between.
CREATE TABLE networks (
  id      TEXT PRIMARY KEY,           -- 64 hex digits, for ever
  name    TEXT NOT NULL UNIQUE,
  driver  TEXT NOT NULL CHECK (driver IN ('bridge', 'host', 'null')),
  created INTEGER NOT NULL,           -- ns since the epoch
  bridge  TEXT NOT NULL DEFAULT '',   -- the link's name
  gateway TEXT NOT NULL DEFAULT ''    -- "172.17.0.1/16": the bridge's address and the subnet
) STRICT;

CREATE TABLE endpoints (
  id             TEXT PRIMARY KEY,    -- 64 hex digits
  network_id     TEXT NOT NULL REFERENCES networks (id),
  container_id   TEXT NOT NULL,
  container_name TEXT NOT NULL,
  address        TEXT,                -- dotted; NULL on host and none
  prefix_len     INTEGER NOT NULL DEFAULT 0,
  gateway        TEXT NOT NULL DEFAULT '',
  mac            TEXT NOT NULL DEFAULT '',
  host_link      TEXT NOT NULL DEFAULT '',
  UNIQUE (network_id, address),
  UNIQUE (container_id, network_id)
) STRICT;

CREATE TABLE endpoint_ports (
  endpoint_id    TEXT NOT NULL REFERENCES endpoints (id) ON DELETE CASCADE,
  position       INTEGER NOT NULL,
  protocol       TEXT NOT NULL,
  container_port INTEGER NOT NULL,
  host_ip        TEXT NOT NULL,
  host_port      INTEGER NOT NULL,
  PRIMARY KEY (endpoint_id, position)
) STRICT, WITHOUT ROWID;
