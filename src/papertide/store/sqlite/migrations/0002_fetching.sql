-- Live sources: how a page was asked for, so that it can be read again from its archived bytes; what was fetched when; and
-- what servers asked of us. Moments are seconds since 1970 where they are compared with a clock, ISO text in UTC elsewhere.

ALTER TABLE page ADD COLUMN asked TEXT NOT NULL DEFAULT 'auto';   -- the layout that was asked for
ALTER TABLE page ADD COLUMN listed TEXT;                          -- the day whose listing it is, by its name or address

UPDATE page SET listed = captured WHERE captured_given = 1 AND layout IN ('hf-json', 'hf-html');

-- Parts of a source (a day of a listing) that were fetched whole.
CREATE TABLE fetched (
    source  TEXT NOT NULL,
    part    TEXT NOT NULL,
    at      TEXT NOT NULL,
    entries INTEGER NOT NULL,
    PRIMARY KEY (source, part)
) WITHOUT ROWID;

-- What a server gave with a page, to be shown to it when that page is asked for again.
CREATE TABLE validator (
    url      TEXT PRIMARY KEY,
    etag     TEXT,
    modified TEXT,
    digest   TEXT NOT NULL
) WITHOUT ROWID;

-- When a lane of a server is free again: all processes that share this library keep to it.
CREATE TABLE lane (
    name TEXT PRIMARY KEY,
    free REAL NOT NULL
) WITHOUT ROWID;

CREATE TABLE robots (
    host TEXT PRIMARY KEY,
    text TEXT NOT NULL,
    at   REAL NOT NULL
) WITHOUT ROWID;
