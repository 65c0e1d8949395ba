-- Who keeps what, for those who share a library: by paper (who keeps it, and how many do), and by reader, whose name may be
-- asked for in upper or lower case.
CREATE INDEX status_keepers ON status (status, paper_id, reader);
CREATE INDEX status_readers ON status (status, reader COLLATE NOCASE, paper_id);
