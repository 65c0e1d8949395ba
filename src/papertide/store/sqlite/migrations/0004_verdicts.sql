-- What a person says of merges: which sightings are one paper and which are not, and what a number gives back when it is
-- a paper's again.

-- Rows are only ever added: taking one back is a row of its own.
CREATE TABLE verdict (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    reader  TEXT NOT NULL,
    kind    TEXT NOT NULL CHECK (kind IN ('same', 'different')),
    at      TEXT NOT NULL,
    command TEXT NOT NULL,
    undoes  INTEGER UNIQUE REFERENCES verdict (id)
);

-- The sightings that a verdict names, by side, as they were then. 'same': all are one paper, whose sides were several;
-- 'different': each side is one paper, and no two sides are.
CREATE TABLE verdict_sighting (
    verdict_id  INTEGER NOT NULL REFERENCES verdict (id),
    place       INTEGER NOT NULL,
    side        INTEGER NOT NULL,
    sighting_id INTEGER REFERENCES sighting (id) ON DELETE SET NULL,   -- NULL: its page shows it no longer
    paper_id    INTEGER NOT NULL,                 -- the number of its paper then
    digest      TEXT NOT NULL,                    -- of the page
    position    INTEGER NOT NULL,
    entry       TEXT NOT NULL,
    PRIMARY KEY (verdict_id, place)
) WITHOUT ROWID;
CREATE INDEX verdict_of ON verdict_sighting (sighting_id, verdict_id) WHERE sighting_id IS NOT NULL;
CREATE INDEX verdict_lost ON verdict_sighting (digest) WHERE sighting_id IS NULL;

-- The sightings that went to another paper by a verdict, and the number of the one that they were of.
CREATE TABLE verdict_moved (
    verdict_id  INTEGER NOT NULL REFERENCES verdict (id),
    sighting_id INTEGER NOT NULL REFERENCES sighting (id) ON DELETE CASCADE,
    paper_id    INTEGER NOT NULL,
    PRIMARY KEY (verdict_id, sighting_id)
) WITHOUT ROWID;
CREATE INDEX verdict_moved_of ON verdict_moved (sighting_id);

-- The numbers that were a paper's again by a verdict, and the one that each had led to.
CREATE TABLE verdict_revived (
    verdict_id INTEGER NOT NULL REFERENCES verdict (id),
    old_id     INTEGER NOT NULL,
    paper_id   INTEGER NOT NULL,
    PRIMARY KEY (verdict_id, old_id)
) WITHOUT ROWID;

-- A number that a paper had before it was merged into another, with what belonged to either then; as long as it leads
-- there (see paper_alias).
CREATE TABLE given_up (
    id         INTEGER PRIMARY KEY,
    old_id     INTEGER NOT NULL UNIQUE,
    paper_id   INTEGER NOT NULL REFERENCES paper (id) ON DELETE CASCADE,
    added      TEXT NOT NULL,                     -- when the paper of that number came into the library
    belongings TEXT NOT NULL                      -- JSON, see store.belongings
);
CREATE INDEX given_up_paper ON given_up (paper_id);

-- The sightings of both; `kept` is 1 for those of the paper that the other joined.
CREATE TABLE given_up_sighting (
    given_up_id INTEGER NOT NULL REFERENCES given_up (id) ON DELETE CASCADE,
    sighting_id INTEGER NOT NULL REFERENCES sighting (id) ON DELETE CASCADE,
    kept        INTEGER NOT NULL,
    PRIMARY KEY (given_up_id, sighting_id)
) WITHOUT ROWID;
CREATE INDEX given_up_of ON given_up_sighting (sighting_id);
