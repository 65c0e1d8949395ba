-- Titles are found by their letters in any order, too: the list of titles and their marks is made anew when the next page
-- is added (see store.titles), with a mark for those.
DELETE FROM mark;
DELETE FROM title;
DELETE FROM meta WHERE key = 'titles';
