-- The first schema. What a page said is kept in `sighting`; `paper` is a fold over its sightings and can be made again.
-- Dates are ISO text, so that they sort and compare as text; unknown is NULL.

CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE page (
    id             INTEGER PRIMARY KEY,
    digest         TEXT NOT NULL UNIQUE,          -- SHA-256 of the bytes: the same page twice is one page
    name           TEXT NOT NULL,                 -- the input as it was named when it first came
    layout         TEXT NOT NULL,
    captured       TEXT,
    captured_given INTEGER NOT NULL DEFAULT 0,
    added          TEXT NOT NULL
);

CREATE TABLE paper (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,   -- a number is never given twice: people write it down
    title         TEXT NOT NULL,
    abstract      TEXT,
    url           TEXT,
    arxiv_id      TEXT,
    doi           TEXT,
    published     TEXT,
    year_inferred INTEGER NOT NULL DEFAULT 0,
    added         TEXT NOT NULL,
    author_count  INTEGER,
    authors       TEXT NOT NULL DEFAULT '[]',          -- JSON list of names
    organization  TEXT,
    comments      INTEGER,
    upvotes       INTEGER,
    code_url      TEXT,
    code_stars    INTEGER,
    summary       TEXT,
    sightings     INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX paper_published ON paper (published DESC, id);
CREATE INDEX paper_added ON paper (added DESC, id);
CREATE INDEX paper_authors ON paper (author_count, published);
CREATE UNIQUE INDEX paper_arxiv ON paper (arxiv_id) WHERE arxiv_id IS NOT NULL;

-- Numbers that papers had before a merge: what people wrote down still leads to the paper.
CREATE TABLE paper_alias (
    old_id   INTEGER PRIMARY KEY,
    paper_id INTEGER NOT NULL REFERENCES paper (id) ON DELETE CASCADE
);

CREATE TABLE sighting (
    id        INTEGER PRIMARY KEY,
    paper_id  INTEGER NOT NULL REFERENCES paper (id),
    page_id   INTEGER NOT NULL REFERENCES page (id),
    position  INTEGER NOT NULL,                   -- place on the page, from 0
    entry     TEXT NOT NULL,                      -- the Entry as JSON, raw text included
    title_key TEXT NOT NULL,                      -- normal.title_key of its title
    text_key  TEXT,                               -- normal.text_key of its abstract
    arxiv_id  TEXT,
    doi       TEXT,
    listed    TEXT,
    method    TEXT NOT NULL,
    score     REAL,
    reason    TEXT NOT NULL,
    added     TEXT NOT NULL,
    UNIQUE (page_id, position)
);
CREATE INDEX sighting_paper ON sighting (paper_id);
CREATE INDEX sighting_key ON sighting (title_key);
CREATE INDEX sighting_text ON sighting (text_key) WHERE text_key IS NOT NULL;
CREATE INDEX sighting_arxiv ON sighting (arxiv_id) WHERE arxiv_id IS NOT NULL;
CREATE INDEX sighting_doi ON sighting (doi) WHERE doi IS NOT NULL;

CREATE TABLE paper_source (
    paper_id  INTEGER NOT NULL REFERENCES paper (id) ON DELETE CASCADE,
    source_id TEXT NOT NULL,                      -- "hf:2403.02178"
    PRIMARY KEY (paper_id, source_id)
) WITHOUT ROWID;
CREATE INDEX source_paper ON paper_source (source_id, paper_id);

CREATE TABLE paper_listed (
    paper_id INTEGER NOT NULL REFERENCES paper (id) ON DELETE CASCADE,
    day      TEXT NOT NULL,
    PRIMARY KEY (paper_id, day)
) WITHOUT ROWID;
CREATE INDEX listed_paper ON paper_listed (day, paper_id);

CREATE TABLE paper_topic (
    paper_id INTEGER NOT NULL REFERENCES paper (id) ON DELETE CASCADE,
    topic    TEXT NOT NULL,
    place    INTEGER NOT NULL,                    -- 0 is the topic that fits best
    PRIMARY KEY (paper_id, topic)
) WITHOUT ROWID;
CREATE INDEX topic_paper ON paper_topic (topic, paper_id);

-- What belongs to a reader. A decision is never changed: taking one back is a row of its own.
CREATE TABLE decision (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    reader   TEXT NOT NULL,
    paper_id INTEGER NOT NULL REFERENCES paper (id),
    status   TEXT NOT NULL CHECK (status IN ('inbox', 'keep', 'later', 'skip')),
    at       TEXT NOT NULL,
    command  TEXT NOT NULL,
    undoes   INTEGER UNIQUE REFERENCES decision (id)
);
CREATE INDEX decision_paper ON decision (paper_id, reader);

-- The status that follows from the log; no row is "inbox".
CREATE TABLE status (
    reader   TEXT NOT NULL,
    paper_id INTEGER NOT NULL REFERENCES paper (id) ON DELETE CASCADE,
    status   TEXT NOT NULL CHECK (status IN ('keep', 'later', 'skip')),
    PRIMARY KEY (reader, paper_id)
) WITHOUT ROWID;
CREATE INDEX status_papers ON status (reader, status, paper_id);

CREATE TABLE tag (
    reader   TEXT NOT NULL,
    paper_id INTEGER NOT NULL REFERENCES paper (id) ON DELETE CASCADE,
    tag      TEXT NOT NULL,
    PRIMARY KEY (reader, paper_id, tag)
) WITHOUT ROWID;
CREATE INDEX tag_papers ON tag (reader, tag, paper_id);

CREATE TABLE note (
    reader   TEXT NOT NULL,
    paper_id INTEGER NOT NULL REFERENCES paper (id) ON DELETE CASCADE,
    text     TEXT NOT NULL,
    PRIMARY KEY (reader, paper_id)
) WITHOUT ROWID;

CREATE TABLE saved_search (
    reader TEXT NOT NULL,
    name   TEXT NOT NULL,
    query  TEXT NOT NULL,
    PRIMARY KEY (reader, name)
) WITHOUT ROWID;

CREATE TABLE digest (
    id     INTEGER PRIMARY KEY,
    reader TEXT NOT NULL,
    day    TEXT NOT NULL,                         -- "today" when it was made
    at     TEXT NOT NULL
);
CREATE INDEX digest_reader ON digest (reader, id);

CREATE TABLE told (
    reader    TEXT NOT NULL,
    paper_id  INTEGER NOT NULL REFERENCES paper (id) ON DELETE CASCADE,
    digest_id INTEGER NOT NULL REFERENCES digest (id),
    PRIMARY KEY (reader, paper_id)
) WITHOUT ROWID;
CREATE INDEX told_digest ON told (digest_id, paper_id);

CREATE VIRTUAL TABLE paper_text USING fts5 (
    title, abstract, authors, organization,
    content = 'paper', content_rowid = 'id', tokenize = "porter unicode61 remove_diacritics 2"
);
CREATE TRIGGER paper_text_insert AFTER INSERT ON paper BEGIN
    INSERT INTO paper_text (rowid, title, abstract, authors, organization)
    VALUES (new.id, new.title, new.abstract, new.authors, new.organization);
END;
CREATE TRIGGER paper_text_delete AFTER DELETE ON paper BEGIN
    INSERT INTO paper_text (paper_text, rowid, title, abstract, authors, organization)
    VALUES ('delete', old.id, old.title, old.abstract, old.authors, old.organization);
END;
CREATE TRIGGER paper_text_update AFTER UPDATE OF title, abstract, authors, organization ON paper BEGIN
    INSERT INTO paper_text (paper_text, rowid, title, abstract, authors, organization)
    VALUES ('delete', old.id, old.title, old.abstract, old.authors, old.organization);
    INSERT INTO paper_text (rowid, title, abstract, authors, organization)
    VALUES (new.id, new.title, new.abstract, new.authors, new.organization);
END;
