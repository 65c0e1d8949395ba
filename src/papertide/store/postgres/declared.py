"""What a library on a server should declare, read off the migrations, and what of it is there."""

from __future__ import annotations

import re
from typing import NamedTuple

import psycopg

from papertide.store.postgres import migrations

_STATEMENT = re.compile(
    r"^CREATE (?:UNIQUE )?(TABLE|INDEX|TRIGGER|POLICY|FUNCTION|AGGREGATE) (\w+)(.*?);$", re.MULTILINE | re.DOTALL
)
_OF_TABLE = re.compile(r"\bON (\w+)")
HERE = "CAST(quote_ident(current_schema()) AS regnamespace)"
"""The schema that the library is in."""

_THERE = f"""
SELECT 'table', c.relname, '' FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = {HERE}
UNION ALL SELECT 'index', c.relname, '' FROM pg_class c JOIN pg_index i ON i.indexrelid = c.oid AND i.indisvalid
    WHERE c.relnamespace = {HERE}
UNION ALL SELECT 'trigger', t.tgname, c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
    WHERE NOT t.tgisinternal AND t.tgenabled <> 'D' AND c.relnamespace = {HERE}
UNION ALL SELECT 'policy', p.polname, c.relname FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
    WHERE c.relrowsecurity AND c.relnamespace = {HERE}
UNION ALL SELECT 'function', p.proname, '' FROM pg_proc p WHERE p.pronamespace = {HERE}
"""


class Named(NamedTuple):
    """Something that is declared: "table", "index", "trigger", "policy" or "function", its name, and the table it is on."""

    kind: str
    name: str
    table: str


def wanted() -> dict[Named, str]:
    """What the migrations declare, with the statement of each."""
    found: dict[Named, str] = {}
    for file in migrations.files():
        for statement in _STATEMENT.finditer(file.read_text(encoding="utf-8")):
            kind, name, rest = statement.groups()
            kind = {"AGGREGATE": "function"}.get(kind, kind.lower())
            table = _OF_TABLE.search(rest) if kind in ("trigger", "policy") else None
            found[Named(kind, name, table.group(1) if table else "")] = statement.group()
    return found


def missing(driver: psycopg.Connection) -> list[Named]:
    """What is declared and isn't there, or doesn't work: an index that isn't valid, a trigger or a policy switched off."""
    there = {Named(*row) for row in driver.execute(_THERE)}
    return [named for named in wanted() if named not in there]
