"""The Python door: a library as an object. Each method calls one flow and hands its values on as records."""

from __future__ import annotations

import builtins
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Self

from papertide import config, topics
from papertide.errors import UsageError
from papertide.flows import triage
from papertide.flows.add import add as add_flow
from papertide.flows.archived import archive_of
from papertide.flows.browse import Filters, ensure_labels, find, query_of, sort_of, spellings_of
from papertide.flows.rank import ensure_scores
from papertide.flows.replay import ReplayReport
from papertide.flows.replay import replay as replay_flow
from papertide.flows.tally import report_of
from papertide.flows.triage import Decision
from papertide.parsers import SUFFIXES
from papertide.records.paper import Paper
from papertide.records.plain import PaperDict
from papertide.records.reports import AddReport
from papertide.sources.files import Files
from papertide.sources.parts import InParts
from papertide.store import LibraryStore, open_library
from papertide.store.base import Decided, Selection


class Library:
    """A library of papers in an SQLite file or on a server, open; use it in a `with` statement, or close it.

    Decisions are those of `reader` (default: the configured one, else the login name). Errors are PapertideErrors.
    """

    def __init__(self, store: LibraryStore, settings: config.Config) -> None:
        self._store = store
        self._settings = settings
        source = settings.topic_source() or (topics.default_source(), "default topics")
        self._source = source
        self._taxonomy: topics.Taxonomy | None = None

    @classmethod
    def open(
        cls,
        path: str | Path | None = None,
        *,
        reader: str | None = None,
        create: bool = True,
        archive: bool | None = None,
    ) -> Self:
        """Open the library at `path`, a file or the address of a server; by default the configured one.

        It is made first unless `create` is False.

        `archive` tells whether the bytes of added pages are kept for `replay` (default: the setting, else they are).
        """
        settings = config.load(library=str(path) if path is not None else None, reader=reader)
        if archive is not None:
            settings = replace(settings, archive=archive)
        return cls(open_library(settings.library, create=create), settings)

    def close(self) -> None:
        """Let go of the library; a second time does nothing."""
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def add(
        self,
        paths: Sequence[str | Path] | str | Path,
        *,
        layout: str = "auto",
        captured: date | None = None,
        dry_run: bool = False,
    ) -> AddReport:
        """Read pages from files and folders; what can't be read is a problem in the report, the rest is stored."""
        named = [paths] if isinstance(paths, (str, Path)) else list(paths)
        source = InParts(Files([str(path) for path in named], SUFFIXES))
        rules = self._rules()
        steps = add_flow(
            source,
            lambda: self._store,
            rules,
            now=config.now,
            layout=layout,
            captured=captured,
            dry_run=dry_run,
            archive=archive_of if self._settings.archive else None,
        )
        return report_of(steps)

    def replay(self, *, dry_run: bool = False) -> ReplayReport:
        """Read all archived pages again by the parsers of today; numbers, decisions, tags and notes stay."""
        steps = replay_flow(self._store, self._rules(), archive_of(self._store), now=config.now, dry_run=dry_run)
        return report_of(steps)

    def list(
        self,
        query: str = "",
        *,
        sort: str = "published",
        reverse: bool = False,
        limit: int | None = None,
        offset: int = 0,
    ) -> builtins.list[Paper]:
        """The papers that a query holds (all of them for an empty one), in the order asked for."""
        return self._find(query, Selection(None, self.reader, sort_of(sort), reverse, limit, offset))

    def search(
        self,
        query: str,
        *,
        any: bool = False,  # noqa: A002 - the name that the contract gives it
        limit: int | None = None,
        offset: int = 0,
    ) -> builtins.list[Paper]:
        """The papers that hold all the words of a query, best match first; the best partial matches where none does.

        With `any` papers holding some of the words follow those holding all of them.
        """
        if not query.strip():
            raise UsageError("nothing to search for")
        chosen = Selection(None, self.reader, "relevance", limit=limit, offset=offset, any_word=any)
        return self._find(query, chosen, partial=True)

    def similar(self, name: int | str, *, limit: int = 10) -> builtins.list[Paper]:
        """The papers nearest to one, by what they say, nearest first; raises NotFound."""
        ensure_labels(self._store, *self._source)
        (number,) = triage.named(self._store.looking, [str(name)])
        return [_record(paper) for paper in self._store.looking.similar(number, self.reader, limit)]

    def __iter__(self) -> Iterator[Paper]:
        return iter(self.list(sort="added", reverse=True))

    def __len__(self) -> int:
        return self._store.looking.count(Selection(None, self.reader))

    def get(self, name: int | str) -> Paper:
        """One paper, by number, arXiv id or a URL holding that id; raises NotFound."""
        ensure_labels(self._store, *self._source)
        ensure_scores(self._store, self.reader)
        number = triage.named(self._store.looking, [str(name)])[0]
        return _record(self._store.looking.by_number([number], self.reader)[0])

    def keep(self, *names: int | str) -> Decision:
        """Keep papers, by number, arXiv id or URL."""
        return self._decide("keep", names)

    def later(self, *names: int | str) -> Decision:
        """Put papers off."""
        return self._decide("later", names)

    def skip(self, *names: int | str) -> Decision:
        """Skip papers."""
        return self._decide("skip", names)

    def inbox(self, *names: int | str) -> Decision:
        """Put papers back into the inbox."""
        return self._decide("inbox", names)

    def undo(self, count: int = 1) -> builtins.list[Decided]:
        """Take back the reader's last decisions, newest first."""
        return triage.undo(self._store, self.reader, count, at=self._settings.moment())

    @property
    def reader(self) -> str:
        """Whose decisions these are."""
        return self._settings.reader

    def _decide(self, status: str, names: Sequence[int | str]) -> Decision:
        numbers = triage.named(self._store.looking, [str(name) for name in names])
        return triage.decide(self._store, self.reader, numbers, status, at=self._settings.moment(), command=status)

    def _find(self, text: str, chosen: Selection, *, partial: bool = False) -> builtins.list[Paper]:
        ensure_labels(self._store, *self._source)
        ensure_scores(self._store, self.reader)
        query = query_of(
            self._store.looking,
            text,
            Filters(),
            reader=self.reader,
            today=self._settings.today,
            table=spellings_of(self._settings.spelling_source()),
        )
        return [
            _record(paper) for paper in find(self._store.looking, replace(chosen, query=query), partial=partial).papers
        ]

    def _rules(self) -> topics.Taxonomy:
        if self._taxonomy is None:
            self._taxonomy = topics.load(*self._source)
        return self._taxonomy


def _record(paper: PaperDict) -> Paper:
    return Paper.model_validate(paper)
