"""Taking in pages: what matching decided becomes rows, in one transaction a page."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date

from sqlalchemy import delete, insert, text, update
from sqlmodel import col, select

from papertide import normal
from papertide.records.listing import Entry
from papertide.records.paper import Seen
from papertide.store.base import KnownPage, PageFacts, PlacedPaper, PlacedSighting
from papertide.store.decisions import STATUSES_BY_LOG
from papertide.store.engine import Database, translated
from papertide.store.mapping import entry_from_json, entry_to_json
from papertide.store.rows import (
    PageRow,
    PaperAliasRow,
    PaperListedRow,
    PaperRow,
    PaperSourceRow,
    PaperTopicRow,
    SightingRow,
)

_LINKED = """
SELECT s.id, s.entry, g.layout, g.captured, g.name, s.paper_id
FROM sighting s JOIN page g ON g.id = s.page_id
WHERE s.id IN (
    SELECT id FROM sighting WHERE arxiv_id IN (SELECT value FROM json_each(:arxiv))
    UNION SELECT id FROM sighting WHERE doi IN (SELECT value FROM json_each(:doi))
    UNION SELECT id FROM sighting WHERE title_key IN (SELECT value FROM json_each(:title))
    UNION SELECT id FROM sighting WHERE text_key IN (SELECT value FROM json_each(:text))
)
"""
_OF_PAPERS = """
SELECT s.id, s.entry, g.layout, g.captured, g.name, s.paper_id
FROM sighting s JOIN page g ON g.id = s.page_id
WHERE s.paper_id IN (SELECT value FROM json_each(:papers))
"""


# What readers did with a paper that is merged into another; :old becomes :kept.
_GIVE_UP = tuple(
    statement.strip()
    for statement in f"""
    UPDATE decision SET paper_id = :kept WHERE paper_id = :old;
    INSERT OR IGNORE INTO tag (reader, paper_id, tag) SELECT reader, :kept, tag FROM tag WHERE paper_id = :old;
    INSERT INTO note (reader, paper_id, text) SELECT reader, :kept, text FROM note WHERE paper_id = :old
        ON CONFLICT DO UPDATE SET text = note.text || char(10) || char(10) || excluded.text;
    INSERT OR IGNORE INTO told (reader, paper_id, digest_id)
        SELECT reader, :kept, digest_id FROM told WHERE paper_id = :old;
    DELETE FROM status WHERE paper_id = :kept;
    INSERT INTO status (reader, paper_id, status) {STATUSES_BY_LOG} AND d.paper_id = :kept;
    UPDATE sighting SET paper_id = :kept WHERE paper_id = :old;
    UPDATE paper_alias SET paper_id = :kept WHERE paper_id = :old
    """.split(";")
)


class PaperStore:
    """Writes pages, papers and sightings; see `base.Adding`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._session = database.session()

    def transaction(self) -> AbstractContextManager[object]:
        """All that is written inside is kept together, or nothing of it is."""
        return self._database.transaction()

    def known_page(self, digest: str) -> KnownPage | None:
        """The page with these bytes, if it was added before."""
        with translated(self._database.path):
            page = self._session.exec(select(PageRow).where(PageRow.digest == digest)).first()
            if page is None or page.id is None:
                return None
            self._session.expunge(page)
            rows = self._session.exec(
                select(SightingRow.position, SightingRow.id, SightingRow.entry, SightingRow.paper_id).where(
                    SightingRow.page_id == page.id
                )
            ).all()
        captured = _day(page.captured)
        sightings = {
            position: Seen(ref or 0, entry_from_json(entry), page.layout, captured, page.name, paper)
            for position, ref, entry, paper in rows
        }
        return KnownPage(page.id, captured, bool(page.captured_given), sightings)

    def title_keys(self, after: int) -> tuple[list[str], int]:
        """The title keys of the sightings numbered above `after`, and the highest number there is."""
        with translated(self._database.path):
            highest = self._database.connection.execute("SELECT coalesce(max(id), 0) FROM sighting").fetchone()[0]
            if highest <= after:
                return [], after
            sql = "SELECT DISTINCT title_key FROM sighting WHERE id > ?"
            return [row[0] for row in self._database.connection.execute(sql, (after,))], highest

    def linked(
        self, *, arxiv_ids: Iterable[str], dois: Iterable[str], title_keys: Iterable[str], text_keys: Iterable[str]
    ) -> list[Seen]:
        """All sightings with one of these ids or keys."""
        asked = {"arxiv": arxiv_ids, "doi": dois, "title": title_keys, "text": text_keys}
        return self._seen(_LINKED, {name: json.dumps(sorted(values)) for name, values in asked.items()})

    def sightings_of(self, paper_ids: Iterable[int]) -> list[Seen]:
        """All sightings of these papers."""
        return self._seen(_OF_PAPERS, {"papers": json.dumps(sorted(paper_ids))})

    def _seen(self, sql: str, asked: Mapping[str, str]) -> list[Seen]:
        with translated(self._database.path):
            rows = self._session.execute(text(sql), asked).all()
        return [
            Seen(ref, entry_from_json(entry), layout, _day(captured), page, paper)
            for ref, entry, layout, captured, page, paper in rows
        ]

    def place(self, page: PageFacts, papers: Sequence[PlacedPaper], given_up: Mapping[int, int], at: str) -> list[int]:
        """Write what matching decided; gives the papers' numbers. `given_up` maps a number to the paper it joins."""
        with translated(self._database.path):
            page_id = self._page_id(page, at)
            self._free_ids(papers, given_up)
            numbers = [self._paper(paper, at) for paper in papers]
            for paper, number in zip(papers, numbers, strict=True):
                self._sightings(paper.sightings, number, page_id, at)
                self._sides(paper, number)
            for old, index in given_up.items():
                self._give_up(old, numbers[index])
            return numbers

    def _page_id(self, page: PageFacts, at: str) -> int:
        captured = page.captured.isoformat() if page.captured else None
        values = {
            "name": page.name, "layout": page.layout, "captured": captured, "captured_given": int(page.captured_given),
            "asked": page.asked, "listed": page.listed.isoformat() if page.listed else None,
        }  # fmt: skip
        known = self._session.exec(select(PageRow.id).where(PageRow.digest == page.digest)).first()
        if known is not None:
            kept = {name: value for name, value in values.items() if name != "name"}
            self._session.execute(update(PageRow).where(col(PageRow.id) == known).values(kept))
            return known
        made = insert(PageRow).values(digest=page.digest, added=at, **values).returning(col(PageRow.id))
        return int(self._session.execute(made).scalar_one() or 0)

    def _free_ids(self, papers: Sequence[PlacedPaper], given_up: Mapping[int, int]) -> None:
        """Take the arXiv ids off papers that lose theirs, before another paper is given them (they are unique)."""
        keeps = {paper.paper_id: paper.columns.get("arxiv_id") for paper in papers if paper.paper_id is not None}
        if not keeps:
            return
        rows = self._session.exec(
            select(PaperRow.id, PaperRow.arxiv_id).where(col(PaperRow.id).in_([*keeps, *given_up]))
        ).all()
        losing = [number for number, arxiv in rows if arxiv is not None and keeps.get(number or 0) != arxiv]
        if losing:
            self._session.execute(update(PaperRow).where(col(PaperRow.id).in_(losing)).values(arxiv_id=None))

    def _paper(self, paper: PlacedPaper, at: str) -> int:
        columns = dict(paper.columns)
        if paper.paper_id is None:
            made = insert(PaperRow).values(added=at, **columns).returning(col(PaperRow.id))
            return int(self._session.execute(made).scalar_one() or 0)
        self._session.execute(update(PaperRow).where(col(PaperRow.id) == paper.paper_id).values(columns))
        return paper.paper_id

    def _sightings(self, placed: Sequence[PlacedSighting], paper_id: int, page_id: int, at: str) -> None:
        fresh: list[dict[str, object]] = []
        for sighting in placed:
            values: dict[str, object] = {
                "paper_id": paper_id, "method": sighting.method, "score": sighting.score, "reason": sighting.reason
            }  # fmt: skip
            if sighting.entry is not None:
                values |= _columns(sighting.entry)
            if sighting.ref > 0:
                self._session.execute(update(SightingRow).where(col(SightingRow.id) == sighting.ref).values(values))
            else:
                fresh.append({**values, "page_id": page_id, "position": sighting.position, "added": at})
        if fresh:
            self._session.execute(insert(SightingRow), fresh)

    def _sides(self, paper: PlacedPaper, number: int) -> None:
        sources = [{"paper_id": number, "source_id": source} for source in paper.source_ids]
        days = [{"paper_id": number, "day": day} for day in paper.listed]
        topics = [{"paper_id": number, "topic": topic, "place": k} for k, topic in enumerate(paper.topics)]
        for row, values in ((PaperSourceRow, sources), (PaperListedRow, days), (PaperTopicRow, topics)):
            if paper.paper_id is not None:
                self._session.execute(delete(row).where(col(row.paper_id) == number))
            if values:
                self._session.execute(insert(row), values)

    def _give_up(self, old: int, kept: int) -> None:
        """Let `old` become `kept`: its number leads there, and what readers did with it goes along."""
        both = {"old": old, "kept": kept}
        for sql in _GIVE_UP:
            self._session.execute(text(sql), both)
        self._session.execute(insert(PaperAliasRow).values(old_id=old, paper_id=kept))
        self._session.execute(delete(PaperRow).where(col(PaperRow.id) == old))

    def relabel(self, topics: Iterable[tuple[int, Sequence[str]]], digest: str) -> None:
        """Replace the topics of papers, and note the rules they come from."""
        with translated(self._database.path):
            connection = self._database.connection
            for number, names in topics:
                connection.execute("DELETE FROM paper_topic WHERE paper_id = ?", (number,))
                rows = [(number, name, place) for place, name in enumerate(names)]
                connection.executemany("INSERT INTO paper_topic (paper_id, topic, place) VALUES (?, ?, ?)", rows)
            connection.execute("INSERT OR REPLACE INTO meta (key, value) VALUES ('taxonomy', ?)", (digest,))

    def texts(self) -> Iterator[tuple[int, str, str | None]]:
        """Number, title and abstract of every paper."""
        with translated(self._database.path):
            yield from self._database.connection.execute("SELECT id, title, abstract FROM paper ORDER BY id").fetchall()


def _columns(entry: Entry) -> dict[str, object]:
    return {
        "entry": entry_to_json(entry),
        "title_key": normal.title_key(entry.title),
        "text_key": normal.text_key(entry.abstract),
        "arxiv_id": entry.arxiv_id,
        "doi": entry.doi.casefold() if entry.doi else None,
        "listed": entry.listed.isoformat() if entry.listed else None,
    }


def _day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None
