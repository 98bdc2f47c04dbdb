-- Images, the names that lead to them, and the layers they share. A layer is kept as long as a
-- row of image_layers speaks of it; both change in one transaction.
CREATE TABLE layers (
  diff_id   TEXT PRIMARY KEY,            -- 64 hex digits: of the archive, uncompressed
  blob      TEXT NOT NULL,               -- 64 hex digits: of the archive as it came, in blobs/
  blob_size INTEGER NOT NULL,
  size      INTEGER NOT NULL,            -- bytes of its files
  opaque    INTEGER NOT NULL DEFAULT 0,  -- nothing below it shows through
  -- The boot in which it was written and is not yet known to be on the disk; empty once it is.
  unsynced  TEXT NOT NULL
) STRICT;

CREATE TABLE images (
  id          TEXT PRIMARY KEY,            -- 64 hex digits: of config
  config      TEXT NOT NULL,               -- the document to the byte
  parent      TEXT NOT NULL DEFAULT '',
  last_tagged INTEGER NOT NULL DEFAULT 0,  -- ns since the epoch
  -- Removed by force while a container still stands on it: no name leads to it any more.
  detached    INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE image_layers (
  image    TEXT NOT NULL REFERENCES images (id) ON DELETE CASCADE,
  position INTEGER NOT NULL,               -- 0: lowest
  diff_id  TEXT NOT NULL REFERENCES layers (diff_id),
  PRIMARY KEY (image, position)
) STRICT;

CREATE INDEX image_layers_diff_id ON image_layers (diff_id);

CREATE TABLE image_tags (
  repository TEXT NOT NULL,                -- as people write it: nginx, host:5000/team/app
  tag        TEXT NOT NULL,
  image      TEXT NOT NULL REFERENCES images (id) ON DELETE CASCADE,
  PRIMARY KEY (repository, tag)
) STRICT;

CREATE INDEX image_tags_image ON image_tags (image);
