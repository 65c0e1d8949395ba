-- Titles as matching looks them up: each key once, and its marks (see matching.marks), sorted. The marks of what was added
-- before are cut when the next page is added ('titles' in meta says that they were): it is not for SQL to cut them.

CREATE TABLE title (
    id       INTEGER PRIMARY KEY,
    key      TEXT NOT NULL UNIQUE,                -- normal.title_key; stays, whatever becomes of its sightings
    nameless INTEGER NOT NULL                     -- 1 if ever a sighting of it came without an arXiv id
);

-- No foreign key: titles are never removed, and a check for each of so many rows would take longer than the rows.
CREATE TABLE mark (
    code     INTEGER NOT NULL,
    place    INTEGER NOT NULL,
    title_id INTEGER NOT NULL,
    PRIMARY KEY (code, place, title_id)
) WITHOUT ROWID;
