"""The titles of a library, and their marks: what is near a title is found where its marks stand, without reading others."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice

from papertide import normal
from papertide.store.database import Database

MarksOf = Callable[[str, bool], Sequence[tuple[int, int]]]
"""The marks of a key, and the place of each, by whether it came without an arXiv id (`matching.marks.marks_of`)."""

_AT_ONCE = 20_000
"""Titles whose marks are written together, in order: sorted rows are written faster."""

# What stands near a mark: `:reach` rows at most on either side, the nearest first.
_BESIDE = """
SELECT code, title_id FROM (
    SELECT code, title_id, place FROM mark WHERE (code, place) >= (?1, ?2) AND code <= ?4 ORDER BY code, place LIMIT ?7
) above WHERE place BETWEEN ?5 AND ?6
UNION ALL SELECT code, title_id FROM (
    SELECT code, title_id, place FROM mark WHERE (code, place) < (?1, ?2) AND code >= ?3 ORDER BY code DESC, place DESC LIMIT ?7
) below WHERE place BETWEEN ?5 AND ?6
"""
_KEYS = "SELECT key FROM title WHERE id IN (SELECT value FROM json_each(?1)) AND length(key) BETWEEN ?2 AND ?3"
_LAST = "\U0010ffff"  # behind whatever stands in a key
_BEGUN = "SELECT key FROM title WHERE key > ? AND key < ? ORDER BY key LIMIT ?"
_MARKED = "SELECT DISTINCT t.key FROM mark m JOIN title t ON t.id = m.title_id WHERE m.code = ?"
_EARLIER = "SELECT title_key, max(CASE WHEN arxiv_id IS NULL THEN 1 ELSE 0 END) FROM sighting GROUP BY title_key"
_KNOWN = "SELECT key, id, nameless FROM title WHERE key IN (SELECT atom FROM json_each(?))"
_KEYED = "SELECT id, entry, title_key, text_key FROM sighting WHERE id > ? ORDER BY id LIMIT ?"


def _keys_in(entry: str) -> tuple[str, str | None]:
    """The keys of a stored entry; not read as a record, which takes longer than all the rest."""
    told = json.loads(entry)
    return normal.title_key(told["title"]), normal.text_key(told.get("abstract"))


class TitleList:
    """See `base.Titling`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._connection = database.connection

    def keep(self, keys: Mapping[str, bool], marks_of: MarksOf) -> None:
        """Take in keys, each with whether it came without an arXiv id, and their marks; not those that have no marks."""
        with self._database.translated():
            if self._connection.execute("SELECT 1 FROM meta WHERE key = 'titles'").fetchone() is None:
                # What was added before there was a list of titles.
                self._keep_all(self._connection.execute(_EARLIER), marks_of)
                self._connection.execute("INSERT INTO meta (key, value) VALUES ('titles', '1')")
                self._note_keys()
            self._keep_all(keys.items(), marks_of)

    def rekey(self) -> int:
        """Make the keys of all sightings anew if they are not of `normal.KEYS`; the list of titles follows at the next page."""
        with self._database.translated():
            held = self._connection.execute("SELECT value FROM meta WHERE key = 'keys'").fetchone()
            if held == (normal.KEYS,):
                return 0
            changed = after = 0
            while rows := self._connection.execute(_KEYED, (after, _AT_ONCE)).fetchall():
                new = [(*_keys_in(entry), number) for number, entry, *_ in rows]
                other = [made for made, (_, _, *old) in zip(new, rows, strict=True) if made[:2] != tuple(old)]
                self._connection.executemany("UPDATE sighting SET title_key = ?, text_key = ? WHERE id = ?", other)
                changed += len(other)
                after = rows[-1][0]
            if changed:
                for forget in ("DELETE FROM title", "DELETE FROM mark", "DELETE FROM meta WHERE key = 'titles'"):
                    self._connection.execute(forget)
            if after:  # an empty library has no keys that could be any version's
                self._note_keys()
            return changed

    def _note_keys(self) -> None:
        sql = "INSERT INTO meta (key, value) VALUES ('keys', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value"
        self._connection.execute(sql, (normal.KEYS,))

    def _keep_all(self, keys: Iterable[tuple[str, bool]], marks_of: MarksOf) -> None:
        rest = iter(keys)
        while part := dict(islice(rest, _AT_ONCE)):
            self._keep(part, marks_of)

    def _keep(self, keys: Mapping[str, bool], marks_of: MarksOf) -> None:
        found = self._connection.execute(_KNOWN, (json.dumps([*keys]),))
        known = {key: (number, nameless) for key, number, nameless in found}
        free = self._connection.execute("SELECT coalesce(max(id), 0) + 1 FROM title").fetchone()[0]
        titles: list[tuple[int, str, int]] = []
        lost_id: list[tuple[int]] = []
        marks: list[tuple[int, int, int]] = []
        for key, nameless in keys.items():
            number, was = known.get(key, (free + len(titles), None))
            if was is None:
                cut = marks_of(key, bool(nameless))
                if cut:
                    titles.append((number, key, int(nameless)))
            elif nameless and not was:
                # Its marks on the other side stay: they lead to the same title.
                cut = marks_of(key, True)
                lost_id.append((number,))
            else:
                continue
            marks += [(code, place, number) for code, place in cut]
        self._connection.executemany("INSERT INTO title (id, key, nameless) VALUES (?, ?, ?)", titles)
        self._connection.executemany("UPDATE title SET nameless = 1 WHERE id = ?", lost_id)
        marks.sort()
        self._connection.executemany("INSERT INTO mark (code, place, title_id) VALUES (?, ?, ?)", marks)

    def newest(self) -> int:
        """The number of the title that came last; as many there are."""
        with self._database.translated():
            return int(self._connection.execute("SELECT coalesce(max(id), 0) FROM title").fetchone()[0])

    def keys(self, after: int) -> list[str]:
        """The keys of the titles numbered above `after`."""
        with self._database.translated():
            return [row[0] for row in self._connection.execute("SELECT key FROM title WHERE id > ?", (after,))]

    def any_from(self, code: int) -> bool:
        """Whether there is a mark with this number or a higher one."""
        with self._database.translated():
            return self._connection.execute("SELECT 1 FROM mark WHERE code >= ?", (code,)).fetchone() is not None

    def nameless(self, key: str) -> bool:
        """Whether a title ever came without an arXiv id."""
        with self._database.translated():
            return (
                self._connection.execute("SELECT 1 FROM title WHERE key = ? AND nameless = 1", (key,)).fetchone()
                is not None
            )

    def beside(self, ask: tuple[int, int, int, int, int, int], reach: int) -> list[tuple[int, int]]:
        """The marks beside one that is asked for, and the numbers of their titles."""
        with self._database.translated():
            return self._connection.execute(_BESIDE, (*ask, reach)).fetchall()

    def begun(self, key: str, most: int) -> list[str]:
        """The first `most` keys that a key begins, in order; not itself."""
        with self._database.translated():
            found = self._connection.execute(_BEGUN, (key, key + _LAST, most))
            return [row[0] for row in found]

    def last(self, bound: str) -> str | None:
        """The last key up to a bound, in order; None where there is none."""
        with self._database.translated():
            found = self._connection.execute("SELECT max(key) FROM title WHERE key <= ?", (bound,)).fetchone()
            return None if found is None else found[0]

    def marked(self, code: int) -> list[str]:
        """The keys of the titles with a mark."""
        with self._database.translated():
            return [row[0] for row in self._connection.execute(_MARKED, (code,))]

    def keys_of(self, numbers: Sequence[int], lengths: tuple[int, int]) -> list[str]:
        """The keys of these titles that have a fit length, from and to."""
        with self._database.translated():
            found = self._connection.execute(_KEYS, (json.dumps(sorted(numbers)), *lengths))
            return [row[0] for row in found]
