"""The fields of the query language, in one table: the parser, the help and the completion all read it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Takes = Literal["text", "name", "status", "source", "has", "arxiv", "id", "date", "number"]


@dataclass(frozen=True, slots=True)
class Field:
    """A field as people write it. `node` is its name in the tree, where that differs; `none` says whether it takes `none`."""

    name: str
    takes: Takes
    help: str
    examples: tuple[str, ...]
    none: bool = False
    node: str = ""
    aliases: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Its name in the tree."""
        return self.node or self.name


FIELDS = (
    Field("title", "text", "words in the title", ("title:lora", 'title:"low rank"', "title:adapt*")),
    Field("abstract", "text", "words in the abstract", ("abstract:forgetting", 'abstract:"catastrophic forgetting"')),
    Field("author", "text", "words in an author's name", ("author:smith", 'author:"jane smith"')),
    Field("org", "text", "words in the organization's name", ("org:university",), aliases=("organization",)),
    Field("topic", "name", "a topic; none: papers without one", ("topic:peft", "topic:none"), none=True),
    Field("tag", "name", "one of your tags; none: papers without one", ("tag:todo", "tag:none"), none=True),
    Field("status", "status", "what you decided: inbox, keep, later or skip", ("status:keep", "-status:skip")),
    Field("keptby", "name", "a reader who keeps it", ("keptby:anna", 'keptby:"anna b"')),
    Field("keeps", "number", "how many readers keep it, you among them", ("keeps:>=2", "keeps:0")),
    Field(
        "source",
        "source",
        "where it was seen: a source, or one id of it",
        ("source:hf", "source:hf:2403.02178"),
        none=True,
    ),
    Field("has", "has", "something is known of it", ("has:code", "has:note")),
    Field("arxiv", "arxiv", "the arXiv id, or a URL holding it", ("arxiv:2403.02178",), none=True),
    Field("id", "id", "the number in this library", ("id:12",)),
    Field(
        "date",
        "date",
        "when it was published",
        ("date:2024", "date:2024-03..2024-06", "date:>=2024-05-01", "date:7d", "date:none"),
        none=True,
        node="published",
        aliases=("published",),
    ),
    Field("listed", "date", "a day when a listing showed it", ("listed:today", "listed:2w"), none=True),
    Field("added", "date", "when it came into this library", ("added:yesterday", "added:2026-11"), none=True),
    Field(
        "authors",
        "number",
        "how many authors; none: not known",
        ("authors:3", "authors:<=5", "authors:2..4", "authors:none"),
        none=True,
    ),
    Field("comments", "number", "how many comments", ("comments:>0",), none=True),
    Field("upvotes", "number", "how many upvotes", ("upvotes:>=50",), none=True),
    Field("stars", "number", "how many stars its code has", ("stars:>100",), none=True),
)

HAS = {
    "abstract": "an abstract",
    "code": "a link to code",
    "note": "a note of yours",
    "summary": "a summary",
    "date": "a publication date",
    "authors": "its authors' names, not only their number",
    "tag": "a tag of yours",
    "topic": "a topic",
}
"""What `has:` takes, and what each means."""

_BY_NAME = {name: field for field in FIELDS for name in (field.name, field.key, *field.aliases)}
NAMES = tuple(_BY_NAME)
"""Every name that a field answers to."""


def lookup(name: str) -> Field | None:
    """The field that people mean by a name; case is ignored."""
    return _BY_NAME.get(name.lower())


def closest(word: str, known: tuple[str, ...]) -> str | None:
    """The known name that was probably meant."""
    # Imported for those alone who misspelt something: it costs more than reading the query.
    from difflib import get_close_matches

    return next(iter(get_close_matches(word.lower(), known, n=1, cutoff=0.7)), None)
