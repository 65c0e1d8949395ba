-- Several readers of one library. Who keeps what: by paper, and by reader, whose name may be asked for in upper or lower
-- case.
CREATE INDEX status_keepers ON status (paper_id, status, reader);
CREATE INDEX status_readers ON status (status, reader COLLATE NOCASE, paper_id);

-- What readers did with one paper: merges, splits and the full state ask for it paper by paper, and with each reader there
-- is more to be searched.
CREATE INDEX tag_paper ON tag (paper_id);
CREATE INDEX note_paper ON note (paper_id);
CREATE INDEX told_paper ON told (paper_id);
