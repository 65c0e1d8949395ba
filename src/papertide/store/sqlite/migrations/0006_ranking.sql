-- What ranking needs to be quick: the terms of each paper, which papers' terms are out of date, and each reader's scores.
-- All of it follows from the papers and the log, and is made anew where it is missing.

CREATE TABLE paper_terms (
    paper_id INTEGER PRIMARY KEY REFERENCES paper (id) ON DELETE CASCADE,
    terms    BLOB NOT NULL                        -- see ranking.terms
);

-- Papers that came, went or changed since terms were last made. No foreign key: those that went are in it, too.
CREATE TABLE terms_due (
    paper_id INTEGER PRIMARY KEY
);
INSERT INTO terms_due (paper_id) SELECT id FROM paper;

CREATE TRIGGER terms_paper_insert AFTER INSERT ON paper BEGIN
    INSERT OR IGNORE INTO terms_due (paper_id) VALUES (new.id);
END;
CREATE TRIGGER terms_paper_delete AFTER DELETE ON paper BEGIN
    INSERT OR IGNORE INTO terms_due (paper_id) VALUES (old.id);
END;
CREATE TRIGGER terms_paper_update AFTER UPDATE OF title, abstract ON paper BEGIN
    INSERT OR IGNORE INTO terms_due (paper_id) VALUES (new.id);
END;
CREATE TRIGGER terms_topic_insert AFTER INSERT ON paper_topic BEGIN
    INSERT OR IGNORE INTO terms_due (paper_id) VALUES (new.paper_id);
END;
CREATE TRIGGER terms_topic_delete AFTER DELETE ON paper_topic BEGIN
    INSERT OR IGNORE INTO terms_due (paper_id) VALUES (old.paper_id);
END;

-- A reader's scores, all in one: at 100,000 papers a row for each would take longer to write than the scores to make.
CREATE TABLE ranking (
    reader   TEXT PRIMARY KEY,
    decision INTEGER NOT NULL,                    -- the last row of the reader's log that was learnt from
    made     INTEGER NOT NULL,                    -- what 'terms' in meta was: it counts how often terms were made
    scores   BLOB NOT NULL,                       -- of each number from 0 on, see store.ranking
    lengths  BLOB NOT NULL,                       -- likewise
    terms    BLOB NOT NULL,                       -- what was learnt: 32 bits a term, and in `weights` a float for each
    weights  BLOB NOT NULL
);
