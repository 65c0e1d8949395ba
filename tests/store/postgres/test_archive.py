"""The archive in a database on a server: what was kept is what is read, and it is kept with the page or not at all."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from hashlib import sha256
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.archives import DAMAGE, PAGE, kept
from tests.fakes import NOW, json_page
from tests.libraries import Pool

from papertide import topics
from papertide.errors import LibraryDamaged, LibraryError
from papertide.flows.add import add
from papertide.flows.prune import prune, survey
from papertide.flows.replay import replay
from papertide.flows.tally import report_of
from papertide.sources.archive import ArchiveFolder
from papertide.sources.base import Raw
from papertide.store import LibraryStore
from papertide.store.postgres.archive import ArchiveTable
from papertide.store.postgres.engine import PostgresDatabase


@pytest.fixture
def database(pool: Pool) -> Iterator[PostgresDatabase]:
    """An empty library on a server."""
    place = pool.take()
    database = PostgresDatabase.open(place)
    yield database
    database.close()
    pool.give_back(place)


@pytest.fixture
def archive(database: PostgresDatabase) -> ArchiveTable:
    """An empty archive."""
    return ArchiveTable(database)


def packed(database: PostgresDatabase) -> bytes:
    """The bytes of the only row."""
    ((found,),) = database.connection.execute("SELECT packed FROM raw_page").fetchall()
    assert isinstance(found, bytes)
    return found


def spoil(database: PostgresDatabase, data: bytes) -> None:
    """Write something else into every row."""
    database.connection.execute("UPDATE raw_page SET packed = ?", (data,))


@given(pages=st.lists(st.binary(max_size=400), max_size=8))
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])  # each begins with no page
def test_what_was_kept_is_read(
    database: PostgresDatabase, tmp_path_factory: pytest.TempPathFactory, pages: list[bytes]
) -> None:
    """Any bytes come back as they were, and the archive tells of exactly these pages, with the bytes that a folder takes."""
    database.connection.execute("DELETE FROM raw_page")
    archive = ArchiveTable(database)
    folder = ArchiveFolder(tmp_path_factory.mktemp("archive") / "pages")
    digests = [kept(archive, page) for page in pages]
    assert [archive.read(digest) for digest in digests] == pages
    assert [kept(folder, page) for page in pages] == digests
    assert archive.contents() == folder.contents()


def test_a_page_that_is_there_is_left_alone(archive: ArchiveTable, database: PostgresDatabase) -> None:
    """Keeping a page again writes nothing, unless it is damaged: then it is mended."""
    digest = kept(archive, PAGE)
    spoil(database, gzip.compress(PAGE, 1, mtime=7))
    before = packed(database)
    assert kept(archive, PAGE) == digest
    assert packed(database) == before
    spoil(database, b"touched")
    kept(archive, PAGE)
    assert archive.read(digest) == PAGE


def test_what_is_not_kept_is_none(archive: ArchiveTable) -> None:
    """A page that isn't there is None, and so is one that was removed; there are never strays."""
    digest = sha256(PAGE).hexdigest()
    assert archive.read(digest) is None
    archive.remove(digest)
    kept(archive, PAGE)
    archive.sweep()
    assert (list(archive.contents()), archive.strays()) == ([digest], ())
    archive.remove(digest)
    assert archive.read(digest) is None
    assert archive.contents() == {}


@pytest.mark.parametrize("what", DAMAGE)
def test_damage_is_an_error(database: PostgresDatabase, what: str) -> None:
    """A row that doesn't hold the page of its name is an error naming it, never wrong bytes; a bomb isn't unpacked."""
    archive = ArchiveTable(database, largest=10_000)
    digest = kept(archive, PAGE)
    spoil(database, DAMAGE[what](packed(database)))
    with pytest.raises(LibraryDamaged, match=f"{digest} is damaged") as caught:
        archive.read(digest)
    assert caught.value.path == str(database.path)


def test_what_stands_behind_a_page_is_not_fetched(database: PostgresDatabase) -> None:
    """What stands behind a whole page does no harm, however much that is; how it was compressed makes no difference."""
    archive = ArchiveTable(database, largest=10_000)
    digest = kept(archive, PAGE)
    spoil(database, zlib.compress(PAGE, 1, wbits=31) + bytes(100_000))
    assert archive.read(digest) == PAGE


def test_a_page_that_cannot_be_made_smaller(database: PostgresDatabase) -> None:
    """A page of the largest size is read, though its row is larger than itself; a larger one isn't kept."""
    archive = ArchiveTable(database, largest=50_000)
    page = Random(5).randbytes(50_000)
    digest = kept(archive, page)
    assert len(packed(database)) > len(page)
    assert archive.read(digest) == page
    with pytest.raises(LibraryError, match="too large"):
        kept(archive, page + b".")


@pytest.mark.parametrize(
    "name", ["", "ab", "A" * 64, "g" * 64, "0" * 63, "0" * 65, "0" * 64 + "\n", "'; DROP TABLE page"]
)
def test_a_name_that_is_no_digest(archive: ArchiveTable, name: str) -> None:
    """What is no SHA-256 in small hexadecimal digits never reaches the table."""
    for use in (archive.read, archive.remove, lambda name: archive.keep(name, PAGE)):
        with pytest.raises(LibraryError, match="SHA-256"):
            use(name)
    assert archive.contents() == {}


def test_what_fails_names_the_library(database: PostgresDatabase) -> None:
    """Without its table the archive fails with an error of ours, whatever is asked of it."""
    database.connection.driver.execute("DROP TABLE raw_page")
    archive, digest = ArchiveTable(database), sha256(PAGE).hexdigest()
    for use in (
        archive.contents,
        lambda: archive.read(digest),
        lambda: archive.remove(digest),
        lambda: kept(archive, PAGE),
    ):
        with pytest.raises(LibraryError, match="raw_page") as caught:
            use()
        assert caught.value.path == str(database.path)


def test_a_page_is_archived_with_its_papers_or_not_at_all(archive: ArchiveTable, database: PostgresDatabase) -> None:
    """What is kept within a transaction that fails is not kept."""

    def fail() -> None:
        with database.transaction():
            assert archive.read(kept(archive, PAGE)) == PAGE
            raise LibraryError("library.db", "is full")

    with pytest.raises(LibraryError, match="is full"):
        fail()
    assert archive.contents() == {}


def test_adding_reading_again_and_pruning(archive: ArchiveTable, database: PostgresDatabase) -> None:
    """The flows do with it what they do with a folder: pages are kept as they are added, read again, and orphans removed."""
    store, rules = LibraryStore(database), topics.load(topics.default_source(), "default topics")
    pages = [Raw(f"{title}.json", json_page(title)) for title in ("Low-rank adapters", "Catastrophic forgetting")]
    report = report_of(add(pages, lambda: store, rules, now=lambda: NOW, archive=lambda _store: archive))
    assert (report.new, len(archive.contents())) == (2, 2)
    again = report_of(replay(store, rules, archive, now=lambda: NOW))
    assert (again.unchanged, again.missing, again.problems) == (2, 0, ())
    orphan = kept(archive, PAGE)
    assert list(survey(store, archive).orphans) == [orphan]
    assert prune(store, archive, None).orphans == (orphan,)
    assert len(archive.contents()) == 2
