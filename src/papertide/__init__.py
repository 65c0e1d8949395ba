"""Papertide keeps a feed of papers readable; the names below are its Python face.

>>> import papertide
>>> with papertide.Library.open("papers.db") as library:      # doctest: +SKIP
...     library.add(["page.txt"])

Nothing is imported before it is used (PEP 562), so that `papertide --version` costs little more than Python itself.
"""

from __future__ import annotations

__version__ = "0.1.0"
