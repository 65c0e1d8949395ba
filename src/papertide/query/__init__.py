"""The query language: text to a Query, which the store turns into SQL and `match` answers without one.

`parse` reads what people type, `condition`, `number_range` and `date_range` what options say, `both` joins them; `fields`
lists what there is to ask. Nothing here knows of a database, and nothing here is slow to import.
"""

from __future__ import annotations

from papertide.query.ast import Query, both, readers_in, topics_in
from papertide.query.fields import FIELDS, HAS, Field
from papertide.query.parse import parse
from papertide.query.spellings import Spellings, widened
from papertide.query.values import condition, date_range, number_range

__all__ = [
    "FIELDS",
    "HAS",
    "Field",
    "Query",
    "Spellings",
    "both",
    "condition",
    "date_range",
    "number_range",
    "parse",
    "readers_in",
    "topics_in",
    "widened",
]
