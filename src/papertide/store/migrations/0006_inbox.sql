-- The order in which an inbox is shown before there is anything to learn from: its first page is read without sorting
-- all the papers. See _SORTS and _TIES in store.read.
CREATE INDEX paper_impression ON paper (upvotes DESC, comments DESC, published DESC, id);
