-- Large libraries: what a sort or a filter needs to find the first papers without reading the others; and files that are
-- added in parts.

ALTER TABLE page ADD COLUMN line INTEGER NOT NULL DEFAULT 1;      -- the line that it begins with in its file

ALTER TABLE paper ADD COLUMN last_listed TEXT;                    -- the latest day in paper_listed
UPDATE paper SET last_listed = (SELECT max(day) FROM paper_listed WHERE paper_id = paper.id);

-- One index for each order of `list`. That of the usual one holds what is filtered by, too, so that papers which don't fit
-- are passed over without being read.
DROP INDEX paper_published;
CREATE INDEX paper_published ON paper (published DESC, id, author_count, upvotes, comments, code_stars);
DROP INDEX paper_authors;
CREATE INDEX paper_authors ON paper (author_count);
CREATE INDEX paper_last_listed ON paper (last_listed DESC, id);
CREATE INDEX paper_upvotes ON paper (upvotes DESC, comments DESC, published DESC, id);
CREATE INDEX paper_comments ON paper (comments DESC, id);
CREATE INDEX paper_title ON paper (title COLLATE NOCASE);
CREATE INDEX paper_bare ON paper (id) WHERE abstract IS NULL;
CREATE INDEX paper_stars ON paper (code_stars) WHERE code_stars IS NOT NULL;

-- A topic's papers, newest first, by its index alone; the date and the author count are the paper's.
ALTER TABLE paper_topic ADD COLUMN published TEXT;
ALTER TABLE paper_topic ADD COLUMN author_count INTEGER;
UPDATE paper_topic SET (published, author_count) = (SELECT published, author_count FROM paper WHERE id = paper_id);
DROP INDEX topic_paper;
CREATE INDEX topic_papers ON paper_topic (topic COLLATE NOCASE, published DESC, paper_id, author_count, place);
