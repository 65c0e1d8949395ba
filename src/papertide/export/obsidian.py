"""Notes for Obsidian, as text: a note has front matter in YAML, a block that is Papertide's, and whatever a person writes.

    ---
    papertide: 12                     which paper: a note may be renamed and moved within the folder
    title: "…"                        Papertide's keys are brought up to date, all other keys stay as they are
    tags: ["peft", "mine"]            tags are added and never taken away
    ---
    %% papertide begin %%
    …                                 brought up to date
    %% papertide end %%
    …                                 a person's

A note without its block, or whose block or front matter has lost its end, is left alone.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from papertide.export import markdown
from papertide.export.facts import facts
from papertide.export.words import address_of, key_of, one_line, safe_url
from papertide.normal import safe
from papertide.records.plain import PaperDict

BEGIN, END = "%% papertide begin %%", "%% papertide end %%"
_BLOCK = re.compile(rf"^{BEGIN}$.*?^{END}$", re.MULTILINE | re.DOTALL)
_FRONT = re.compile(r"\A---\n(.*?)^---[ \t]*$", re.MULTILINE | re.DOTALL)
_NUMBER = re.compile(r"^papertide:[ \t]*(\d{1,18})[ \t]*$", re.MULTILINE)
_KEY = re.compile(r"^(?=[^\s-])", re.MULTILINE)
_FORBIDDEN = re.compile(r'[\[\]#^|\\/:*?"<>%`$]+')
_LONGEST_NAME = 150
"""Bytes: a name may have 255, some of which synchronising programs want for themselves."""
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MARKS = {**markdown.MARKS, **{mark: f"\\{mark}" for mark in "#%=^"}}
"""What Markdown takes for its own, and Obsidian besides: tags, comments, marked text, names of blocks."""
_TAG = re.compile(r"[^\w/-]+")


@dataclass(frozen=True, slots=True)
class Note:
    """What Papertide says in a note: the name of a new file, the lines of its keys, its tags, and its block."""

    name: str
    keys: dict[str, str]
    tags: tuple[str, ...]
    block: str


def note_of(paper: PaperDict, text: str | None) -> Note:
    """The note of a paper; `text` is what is told of it."""
    known: dict[str, object] = {
        "papertide": paper["id"],
        "title": one_line(paper["title"]),
        "authors": [one_line(name) for name in paper["authors"]],
        "published": paper["published"],
        "arxiv": paper["arxiv_id"],
        "doi": one_line(paper["doi"] or ""),
        "url": address_of(paper),
        "status": paper["status"],
    }
    keys = {name: f"{name}: {_yaml(value)}\n" for name, value in known.items() if value not in (None, "", [])}
    tags = tuple(tag for word in (*paper["topics"], *paper["tags"]) if (tag := _tag(word)))
    return Note(file_name(paper), keys, tags, _block(paper, text, tags))


def file_name(paper: PaperDict) -> str:
    """A name for a new note, without `.md`: the title as far as a file may bear it, and what tells it from all others."""
    key = key_of(paper).replace("arXiv:", "").replace("/", "-")
    title = " ".join(_FORBIDDEN.sub(" ", unicodedata.normalize("NFC", one_line(paper["title"]))).split()).strip(". ")
    short = title.encode()[:_LONGEST_NAME].decode(errors="ignore").strip()
    return f"{short} ({key})" if short else f"({key})"


def number_in(text: str) -> int | None:
    """The number of the paper that a note is about, by its front matter."""
    front = _FRONT.match(text.replace("\r\n", "\n"))
    found = _NUMBER.search(front[1]) if front else None
    return int(found[1]) if found else None


def new(note: Note) -> str:
    """A note that isn't there yet."""
    return f"---\n{''.join(note.keys.values())}{_tags_line(note.tags)}---\n{note.block}\n"


def renewed(text: str, note: Note) -> str | None:
    """A note brought up to date; None for one that has no place for what Papertide says."""
    front = _FRONT.match(text)
    if front is None or len(_BLOCK.findall(text)) != 1:
        return None
    body = _BLOCK.sub(lambda _: note.block, text[front.end() :])
    return f"---\n{_renewed_front(front[1], note)}---{body}" if BEGIN in body else None


def _renewed_front(front: str, note: Note) -> str:
    """The front matter with our keys where they stood, the new ones behind them, and all others as they were."""
    left, lines, tagged = dict(note.keys), [], False
    for piece in _KEY.split(front):
        name = piece.partition(":")[0]
        if name == "tags":
            tagged = True
            lines.append(_merged_tags(piece, note.tags))
        else:
            lines.append(left.pop(name, piece))
    lines += left.values()
    return "".join(lines) + ("" if tagged else _tags_line(note.tags))


_FLOW = re.compile(r"tags:[ \t]*\[(?P<items>[^\[\]{}\n]*)\][ \t]*\n")
_LISTED = re.compile(r"tags:[ \t]*\n(?P<items>(?:[ \t]*-[ \t]+[^\n]*\n)*)")


def _merged_tags(piece: str, tags: Iterable[str]) -> str:
    """The tags that are there, as they stand, with ours behind them; in a form that isn't known they stay as they are."""
    flow, listed = _FLOW.fullmatch(piece), _LISTED.fullmatch(piece)
    if flow:
        there = [item for part in flow["items"].split(",") if (item := part.strip())]
    elif listed:
        there = [line.strip()[1:].strip() for line in listed["items"].splitlines()]
    else:
        return piece
    known = {item.strip("\"'") for item in there}
    more = [_yaml(tag) for tag in tags if tag not in known]
    if not more:
        return piece
    if flow:
        return f"tags: [{', '.join([*there, *more])}]\n"
    return "tags:\n" + "".join(f"  - {item}\n" for item in [*there, *more])


def _tags_line(tags: Iterable[str]) -> str:
    return f"tags: {_yaml(list(tags))}\n"


def _yaml(value: object) -> str:
    """A value as JSON, which is YAML too; what YAML takes for a line end or doesn't allow is escaped."""
    if isinstance(value, str) and _DAY.fullmatch(value):
        return value  # Obsidian takes a day for one where it stands without quotes
    text = json.dumps(value, ensure_ascii=False)
    return re.sub("[\x7f-\x9f\u2028\u2029\ufeff]", lambda c: f"\\u{ord(c[0]):04x}", text)


def _tag(word: str) -> str | None:
    """A word as a tag of Obsidian's: letters, digits, `_`, `-` and `/`, and not digits alone."""
    tag = _TAG.sub("-", safe(word)).strip("-/")
    return tag if tag and not tag.isdigit() else None


def _block(paper: PaperDict, text: str | None, tags: Iterable[str]) -> str:
    parts = [f"# {_link(paper['title'], address_of(paper))}"]
    told = [_escape(fact) for fact in facts(paper)]
    if paper["arxiv_id"]:
        told.append(_link(f"arXiv:{paper['arxiv_id']}", f"https://arxiv.org/abs/{paper['arxiv_id']}"))
    if safe_url(paper["code_url"]):
        told.append(_link("code", paper["code_url"]))
    parts.append(" · ".join(told))
    parts.append(" ".join(f"[[{tag}]]" for tag in tags))
    parts.append(_escape(text or ""))
    parts.append(f"Note: {_escape(paper['note'])}" if paper["note"] else "")
    return _enclosed(parts)


def _escape(text: str) -> str:
    return markdown.escape(text, _MARKS)


def _link(label: str, url: str | None) -> str:
    return markdown.link(label, url, _MARKS)


def _enclosed(parts: Iterable[str]) -> str:
    """Paragraphs between the two lines that say whose they are."""
    return "\n\n".join([BEGIN, *(part for part in parts if part), END])


def contents(headed: Iterable[tuple[str, Iterable[str]]], title: str, subtitle: str) -> str:
    """The block of the note that leads to all others: headings, and below each the names of its papers' notes."""
    parts = [f"# {_escape(title)}", _escape(subtitle)]
    for heading, names in headed:
        parts.append(f"## {_escape(heading)}" if heading else "")
        parts.append("\n".join(f"- [[{name}]]" for name in names))
    return _enclosed(parts)


def renewed_contents(text: str, block: str) -> str | None:
    """The leading note brought up to date; None where its block isn't there."""
    return _BLOCK.sub(lambda _: block, text) if len(_BLOCK.findall(text)) == 1 else None
