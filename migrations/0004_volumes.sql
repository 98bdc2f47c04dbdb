-- Named and anonymous volumes of the local driver; the files are in DATA/volumes/<name>/_data.
CREATE TABLE volumes (
  name      TEXT PRIMARY KEY,
  created   INTEGER NOT NULL,            -- ns since the epoch
  labels    TEXT NOT NULL,               -- JSON object or null, as the client wrote it
  options   TEXT NOT NULL,               -- likewise
  anonymous INTEGER NOT NULL DEFAULT 0   -- made without a name
) STRICT, WITHOUT ROWID;
