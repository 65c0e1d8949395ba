-- What a digest was made with, so that it can be shown again as it was: JSON with "topics", "limit" and "later", the
-- numbers of the papers that had been put off. NULL for digests from before this was noted.
ALTER TABLE digest ADD COLUMN made TEXT;
