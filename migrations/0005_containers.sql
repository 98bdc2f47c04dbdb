-- What containers should exist and how their latest run stands. The configuration that clients
-- sent is kept whole as JSON (api/json); columns are what is searched, joined or changed alone.
CREATE TABLE containers (
  id            TEXT PRIMARY KEY,           -- 64 hex digits
  name          TEXT NOT NULL UNIQUE,       -- without the leading slash
  image_ref     TEXT NOT NULL,              -- as the client wrote it
  image_id      TEXT NOT NULL,              -- sha256:...
  created       INTEGER NOT NULL,           -- ns since the epoch
  state         TEXT NOT NULL CHECK (state IN ('created', 'starting', 'running', 'paused',
                                               'restarting', 'exited', 'removing', 'dead')),
  config        TEXT NOT NULL,
  host_config   TEXT NOT NULL,
  networking    TEXT NOT NULL,
  pid           INTEGER NOT NULL DEFAULT 0, -- of the first process, 0 when none runs
  pid_start     INTEGER NOT NULL DEFAULT 0, -- clock ticks after boot
  boot_id       TEXT NOT NULL DEFAULT '',   -- of the boot that pid belongs to
  exit_code     INTEGER NOT NULL DEFAULT 0,
  oom_killed    INTEGER NOT NULL DEFAULT 0,
  error         TEXT NOT NULL DEFAULT '',
  started_at    INTEGER NOT NULL DEFAULT 0,
  finished_at   INTEGER NOT NULL DEFAULT 0,
  restart_count INTEGER NOT NULL DEFAULT 0,
  manual_stop   INTEGER NOT NULL DEFAULT 0  -- a client stopped it: restart policies leave it alone
) STRICT;

CREATE INDEX containers_image ON containers (image_id);

-- Where the container's user mounts come from, in the order in which they are mounted.
CREATE TABLE container_mounts (
  container_id TEXT NOT NULL REFERENCES containers (id) ON DELETE CASCADE,
  position     INTEGER NOT NULL,
  type         TEXT NOT NULL CHECK (type IN ('bind', 'volume', 'tmpfs')),
  name         TEXT NOT NULL DEFAULT '',    -- of the volume
  source       TEXT NOT NULL DEFAULT '',
  destination  TEXT NOT NULL,
  mode         TEXT NOT NULL DEFAULT '',
  rw           INTEGER NOT NULL,
  propagation  TEXT NOT NULL DEFAULT '',
  options      TEXT NOT NULL DEFAULT '',    -- of a tmpfs
  copy_up      INTEGER NOT NULL DEFAULT 0,
  anonymous    INTEGER NOT NULL DEFAULT 0,  -- goes with the container under rm -v
  recursive    INTEGER NOT NULL DEFAULT 1,
  PRIMARY KEY (container_id, position)
) STRICT;

CREATE INDEX container_mounts_volume ON container_mounts (name) WHERE type = 'volume';
