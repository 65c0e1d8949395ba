"""What a reader's own role may do on a server: all that the program does, and nothing to what other readers wrote.

Ada and Ben are roles that the owner admitted. By SQL of his own, past all of our code, Ben tries what no reader may do.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.fakes import NOW, json_page, prose
from tests.postgres import LAB, Postgres

from papertide.cli.app import run

ADA, BEN, CY = "Ada L.", "ben", "cy"
"""The readers; their roles bear the same names. Cy is admitted to nothing."""

OF_READERS = ("decision", "status", "tag", "note", "saved_search", "digest", "told", "ranking", "verdict")
"""The tables whose rows are a reader's own."""

TITLES = (
    "Low-rank adapters",
    "Forgetting in tuning",
    "Reward models",
    "Robots that fold laundry",
    "Sparse attention",
    "Tides",
)
WRITING = (
    ("keep", "1", "2"), ("skip", "2"), ("later", "3"), ("undo",), ("tag", "1", "3", "+todo", "+both"), ("note", "1", "mine"),
    ("note", "3", "mine, too"), ("saved", "add", "mine", "adapters"), ("digest",), ("keep", "4"), ("rank",),
    ("duplicates", "merge", "1", "6", "--yes"),
)  # fmt: skip
"""Commands by which a reader writes into each of those tables."""

ALPHA = {"title": "Alpha of the low-rank adapters", "arxiv_id": "2403.00001"}
OMEGA = {"title": "Omega for sequential forgetting", "upvotes": 3}

Rows = dict[str, list[tuple[Any, ...]]]


@dataclass(frozen=True)
class Lab:
    """A library that several readers share; `folder` has the pages that are added."""

    server: Postgres
    database: str
    folder: Path

    def url(self, role: str) -> str:
        """Its address for a role."""
        return self.server.url(self.database, role)

    def says(self, role: str, *arguments: str, reader: str | None = None) -> tuple[int, str, str]:
        """Run a command as a role, in its reader's name; gives the exit code and both streams."""
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            told = ["--library", self.url(role), "--reader", reader or role, "--today", "2026-11-21", *arguments]
            code = run(told)
        return int(code), out.getvalue(), err.getvalue()

    def done(self, role: str, *arguments: str) -> str:
        """Run a command that has to succeed; gives what it printed."""
        code, out, err = self.says(role, *arguments)
        assert code == 0, f"{' '.join(arguments)}: {err}"
        return out

    def add(self, role: str, *papers: Mapping[str, object] | str) -> str:
        """Add a page."""
        page = self.folder / f"{len(list(self.folder.iterdir()))}.jsonl"
        page.write_bytes(json_page(*papers))
        return self.done(role, "add", str(page))


def made(postgres: Postgres, folder: Path) -> Lab:
    """A library of a few papers whose owner admitted Ada and Ben, and on which Ada wrote."""
    lab = Lab(postgres, str(psycopg.conninfo.conninfo_to_dict(postgres.fresh())["dbname"]), folder)
    lab.add(LAB, *({"title": title, "abstract": prose(title)} for title in TITLES))
    lab.add(LAB, {"title": TITLES[0].upper(), "abstract": prose(TITLES[0])})
    for role in (ADA, BEN, CY):
        postgres.role(role)
    with psycopg.connect(lab.url(LAB)) as connection:
        for role in (ADA, BEN):
            connection.execute("SELECT papertide_admit(%s)", (role,))
    for command in WRITING:
        lab.done(ADA, *command)
    return lab


@pytest.fixture(scope="module")
def shared(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """The library for tests that leave it as it is."""
    lab = made(postgres, tmp_path_factory.mktemp("pages"))
    yield lab
    postgres.drop(lab.url(LAB))


@pytest.fixture
def lab(shared: Lab, tmp_path: Path) -> Iterator[Lab]:
    """A copy of it, for a test that changes it."""
    url = shared.server.copied(shared.url(LAB))
    yield Lab(shared.server, str(psycopg.conninfo.conninfo_to_dict(url)["dbname"]), tmp_path)
    shared.server.drop(url)


def rows_of(connection: psycopg.Connection, reader: str) -> Rows:
    """All that is a reader's."""
    asked = {table: f"SELECT * FROM {table} WHERE reader = %s" for table in OF_READERS}
    return {table: sorted(connection.execute(q.encode(), (reader,)), key=repr) for table, q in asked.items()}


# --- what nobody may do ------------------------------------------------------------------------------------------------


def forged(**old: list[list[object]]) -> str:
    """What a number that was given up is said to have had."""
    nothing: dict[str, list[list[object]]] = {"tags": [], "notes": [], "told": []}
    return json.dumps({"led": [], "decisions": [1, 2, 3, 4], "old": nothing | old, "kept": nothing})


GIVEN_UP = f"INSERT INTO given_up (old_id, paper_id, added, belongings) VALUES (9, 1, '{NOW}', '%s');"
BLANK = f"INSERT INTO paper (id, title, added) VALUES (9, '', '{NOW}');"
MINE = "(SELECT id FROM decision WHERE reader = 'Ada L.' AND undoes IS NULL ORDER BY id LIMIT 1)"
AT = f"'{NOW}'"
ATTEMPTS = (
    # the log
    "UPDATE decision SET status = 'skip'",
    "UPDATE decision SET reader = 'ben'",
    "DELETE FROM decision",
    "TRUNCATE decision CASCADE",
    f"INSERT INTO decision (reader, paper_id, status, at, command) VALUES ('Ada L.', 1, 'skip', {AT}, 'x')",
    f"INSERT INTO decision (reader, paper_id, status, at, command, undoes) VALUES ('ben', 1, 'inbox', {AT}, 'x', {MINE})",
    f"INSERT INTO decision (reader, paper_id, status, at, command, undoes) VALUES ('Ada L.', 1, 'inbox', {AT}, 'x', {MINE})",
    (
        "INSERT INTO decision SELECT id, 'ben', paper_id, 'skip', at, command, undoes FROM decision WHERE reader = 'Ada L.'"
        " ON CONFLICT (id) DO UPDATE SET status = 'skip'"
    ),
    "SELECT * FROM decision FOR UPDATE",
    # what stands in rows
    *(
        f"{change} {table} {rest}"
        for table in ("status", "tag", "note", "saved_search", "digest", "told", "ranking")
        for change, rest in (("UPDATE", "SET reader = 'ben'"), ("DELETE FROM", ""), ("TRUNCATE", "CASCADE"))
    ),
    "UPDATE status SET status = 'skip'",
    "UPDATE tag SET tag = 'wrong'",
    "UPDATE tag SET paper_id = 5",
    "UPDATE note SET text = 'wrong'",
    "UPDATE saved_search SET query = 'wrong'",
    "UPDATE digest SET made = 'wrong', day = '2020-01-01'",
    "UPDATE ranking SET scores = ''",
    "INSERT INTO status VALUES ('Ada L.', 5, 'keep')",
    "INSERT INTO status VALUES ('Ada L.', 1, 'skip') ON CONFLICT (reader, paper_id) DO UPDATE SET status = 'skip'",
    "INSERT INTO tag VALUES ('Ada L.', 5, 'x')",
    "INSERT INTO note VALUES ('Ada L.', 5, 'x')",
    "INSERT INTO note VALUES ('Ada L.', 1, 'x') ON CONFLICT (reader, paper_id) DO UPDATE SET text = 'x'",
    "INSERT INTO saved_search VALUES ('Ada L.', 'x', 'x')",
    f"INSERT INTO digest (reader, day, at) VALUES ('Ada L.', '2026-11-21', {AT})",
    "INSERT INTO told SELECT 'Ada L.', 1, min(id) FROM digest ON CONFLICT DO NOTHING",
    "INSERT INTO ranking VALUES ('Ada L.', 9, 9, '', '', '', '') ON CONFLICT (reader) DO UPDATE SET scores = ''",
    "INSERT INTO note VALUES ('ben', 5, 'x'); UPDATE note SET reader = 'Ada L.' WHERE paper_id = 5",
    "INSERT INTO tag VALUES ('ben', 5, 'x'); UPDATE tag SET reader = 'Ada L.' WHERE paper_id = 5",
    f"INSERT INTO verdict (reader, kind, at, command) VALUES ('Ada L.', 'same', {AT}, 'x')",
    "UPDATE verdict SET kind = 'same'",
    "DELETE FROM verdict",
    f"INSERT INTO verdict (reader, kind, at, command, undoes) SELECT 'ben', kind, {AT}, 'x', id FROM verdict",
    # another's name
    "UPDATE member SET reader = 'Ada L.'",
    "INSERT INTO member VALUES ('ben', 'Ada L.') ON CONFLICT (role) DO UPDATE SET reader = 'Ada L.'",
    "DELETE FROM member WHERE role = 'Ada L.'",
    "SELECT papertide_admit('ben', 'Ada L.')",
    "SET ROLE lab; DELETE FROM note",
    'SET ROLE "Ada L."; DELETE FROM note',
    "SET SESSION AUTHORIZATION lab; DELETE FROM note",
    "SELECT set_config('papertide.reader', 'Ada L.', FALSE), set_config('role', 'lab', FALSE); DELETE FROM note",
    "SET row_security = off; DELETE FROM note",
    (
        "CREATE FUNCTION pg_temp.my_reader() RETURNS TEXT LANGUAGE sql AS $$ SELECT 'Ada L.' $$;"
        " SET search_path = pg_temp, public; DELETE FROM note"
    ),
    (
        "CREATE TEMP TABLE member (role TEXT, reader TEXT); INSERT INTO member VALUES ('ben', 'Ada L.');"
        " SET search_path = pg_temp, public; DELETE FROM note"
    ),
    "CREATE OR REPLACE FUNCTION public.my_reader() RETURNS TEXT LANGUAGE sql AS $$ SELECT 'Ada L.' $$",
    "CREATE FUNCTION public.mine() RETURNS TEXT LANGUAGE sql AS $$ SELECT 'Ada L.' $$",
    # the guard itself
    "ALTER TABLE note DISABLE ROW LEVEL SECURITY",
    "DROP POLICY own ON note",
    "CREATE POLICY more ON note USING (TRUE)",
    "ALTER TABLE decision DISABLE TRIGGER ALL",
    "SET session_replication_role = replica; DELETE FROM paper",
    "DROP TABLE note",
    "GRANT lab TO ben",
    "CREATE TRIGGER mine BEFORE INSERT ON note FOR EACH ROW EXECUTE FUNCTION own_decision()",
    # by way of papers, which are shared
    "DELETE FROM paper WHERE id = 1",
    "DELETE FROM sighting; DELETE FROM paper WHERE id = 4",
    "DELETE FROM sighting; DELETE FROM paper",
    "UPDATE paper SET id = id + 100",
    # by the functions that carry what belongs to papers that become one
    "SELECT hand_over(1, 5)",
    "SELECT hand_over(1, 1)",
    "SELECT hand_over(1, 99)",
    "DELETE FROM status; SELECT restate(1)",
    "UPDATE sighting SET paper_id = 1 WHERE paper_id = 5; SELECT hand_over(1, 5)",
    *(
        f"{BLANK} {GIVEN_UP % forged(**had)} SELECT give_back(9)"
        for had in (
            {},
            {"tags": [[ADA, "both"]]},
            {"notes": [[ADA, "forged"]]},
            {"notes": [[ADA, "mine"]]},
            {"told": [[ADA, 1]]},
        )
    ),
    "SELECT give_back(5)",
    f"UPDATE given_up SET belongings = '{forged(tags=[[ADA, 'both']])}'",
    f"{BLANK} UPDATE given_up SET old_id = 9; SELECT give_back(9)",
)


@pytest.mark.parametrize("attempt", ATTEMPTS, ids=lambda attempt: attempt[:60])
def test_nothing_of_another_reader_changes(shared: Lab, attempt: str) -> None:
    """Whatever Ben says to the server, what is Ada's stays what it was: he is refused, or nothing of hers is concerned."""
    with psycopg.connect(shared.url(BEN)) as connection:
        before = rows_of(connection, ADA)
        assert all(before.values())
        try:
            connection.execute(attempt.encode())
            connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
        except psycopg.Error:
            connection.rollback()
        assert rows_of(connection, ADA) == before
        connection.rollback()


def test_the_attempts_would_do_harm(shared: Lab) -> None:
    """What Ben is kept from isn't impossible: the owner, whom no policy binds, changes what is Ada's by most of it."""
    harmful = 0
    with psycopg.connect(shared.url(LAB)) as connection:
        before = rows_of(connection, ADA)
        for attempt in ATTEMPTS:
            try:
                connection.execute(attempt.encode())
                harmful += rows_of(connection, ADA) != before
            except psycopg.Error:
                pass
            connection.rollback()
    assert harmful > len(ATTEMPTS) / 2


def test_taking_back_what_is_yet_to_be_decided(lab: Lab) -> None:
    """A decision can't take back one that another reader makes while its transaction is open."""
    with psycopg.connect(lab.url(BEN)) as connection, psycopg.connect(lab.url(ADA), autocommit=True) as ada:
        connection.execute("SET CONSTRAINTS ALL DEFERRED")
        ahead = connection.execute("SELECT max(id) + 1 FROM decision").fetchone()
        assert ahead
        row = "(id, reader, paper_id, status, at, command, undoes) VALUES (%s, %s, 5, 'keep', '', '', %s)"
        connection.execute(f"INSERT INTO decision {row}".encode(), (ahead[0] + 1, BEN, ahead[0]))
        ada.execute(f"INSERT INTO decision {row}".encode(), (ahead[0], ADA, None))
        with pytest.raises(psycopg.Error):
            connection.commit()


def test_who_is_no_member(shared: Lab) -> None:
    """A role that nobody admitted is refused in one line that says what to do, and shows nothing."""
    code, out, err = shared.says(CY, "list")
    assert (code, out) == (1, "")
    assert "admit" in err
    assert len(err.splitlines()) <= 2


def test_another_name_is_refused(shared: Lab) -> None:
    """Who gives another reader's name is refused in one line that says what to do, and nothing changes."""
    with psycopg.connect(shared.url(LAB)) as connection:
        before = rows_of(connection, ADA)
    for command in (("keep", "5"), ("tag", "5", "+x"), ("note", "5", "x"), ("saved", "add", "x", "x"), ("digest",)):
        code, _, err = shared.says(BEN, *command, reader=ADA)
        assert code == 1, command
        assert "your role" in err
    with psycopg.connect(shared.url(LAB)) as connection:
        assert rows_of(connection, ADA) == before


# --- what everybody may do ---------------------------------------------------------------------------------------------


def test_a_member_does_all_that_the_program_does(lab: Lab) -> None:
    """Each command that writes succeeds for a reader's own role, on papers that another reader decided on."""
    for command in WRITING[:-1]:
        lab.done(BEN, *command)
    for command in (
        ("inbox", "4"), ("undo", "2"), ("log",), ("tag", "1", "-todo"), ("saved", "remove", "mine"), ("digest", "--again"),
        ("list", "status:keep"), ("search", "adapters"), ("show", "1"), ("similar", "1"), ("stats",), ("rank", "explain", "1"),
        ("export", "--format", "jsonl"), ("duplicates",), ("replay",), ("doctor",), ("topics",),
    ):  # fmt: skip
        lab.done(BEN, *command)


def test_a_merge_carries_what_others_wrote(lab: Lab) -> None:
    """A page that shows two decided papers to be one, and a merge by hand and its undoing, carry all readers' words along."""
    lab.done(BEN, "keep", "5")
    lab.done(BEN, "duplicates", "merge", "1", "5", "--yes")
    merged = json.loads(lab.done(ADA, "list", "--json", "id:1"))
    assert (merged["tags"], merged["note"], merged["status"]) == (["both", "todo"], "mine", "keep")
    assert json.loads(lab.done(BEN, "list", "--json", "id:1"))["status"] == "keep"
    lab.done(BEN, "duplicates", "undo")
    assert json.loads(lab.done(BEN, "list", "--json", "id:5"))["status"] == "keep"
    assert json.loads(lab.done(BEN, "list", "--json", "id:1"))["status"] == "inbox"
    assert json.loads(lab.done(ADA, "list", "--json", "id:1"))["note"] == "mine"
    lab.done(ADA, "duplicates", "merge", "5", "3", "--yes")
    joined = json.loads(lab.done(BEN, "list", "--json", "id:3"))
    assert joined["status"] == "keep"
    assert joined["id"] == json.loads(lab.done(ADA, "list", "--json", "tag:both", "note", "--limit", "1") or "{}").get(
        "id", joined["id"]
    )


def test_an_import_that_joins_papers_of_others(lab: Lab) -> None:
    """A page that Ben adds joins two papers that Ada wrote on; her words are on the one that stays."""
    lab.add(LAB, ALPHA, OMEGA)
    lab.done(ADA, "keep", "2403.00001")
    (other,) = [json.loads(row)["id"] for row in lab.done(ADA, "list", "--json", "title:omega").splitlines()]
    lab.done(ADA, "tag", str(other), "+mine")
    assert "1 merged" in lab.add(BEN, {"title": OMEGA["title"], "arxiv_id": ALPHA["arxiv_id"]})
    (one,) = [json.loads(row) for row in lab.done(ADA, "list", "--json", "omega").splitlines()]
    assert (one["status"], one["tags"], one["sightings"]) == ("keep", ["mine"], 3)
