-- What the daemon remembers about itself: `instance`, 8 hex digits that mark everything it makes
-- on the host (chains, cgroups, links).
CREATE TABLE settings (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
