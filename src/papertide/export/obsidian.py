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

Line ends and a byte order mark stay as they are. A note without its block, or whose block or front matter has lost its
end, is left alone.
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
_BLOCK = re.compile(rf"(?:^|(?<=\A\ufeff)){BEGIN}\r?$.*?^{END}(?=\r?$)", re.MULTILINE | re.DOTALL)
_FRONT = re.compile(r"\A\ufeff?---(?P<end>\r?\n)(?P<front>.*?)^---[ \t]*\r?$", re.MULTILINE | re.DOTALL)
_IDENTITY = re.compile(r"^(papertide|title|arxiv|doi):[ \t]*([^\r\n]*?)[ \t\r]*$", re.MULTILINE)
_NUMBER = re.compile(r"\d{1,18}", re.ASCII)
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
    title = " ".join(_FORBIDDEN.sub(" ", unicodedata.normalize("NFC", one_line(paper["title"]))).split())
    title = title.lstrip(". -")  # a hidden file, or an option to whatever command takes `*`
    short = title.encode()[:_LONGEST_NAME].decode(errors="ignore").rstrip(". ")
    return f"{short} ({key})" if short else f"({key})"


@dataclass(frozen=True, slots=True)
class Identity:
    """Which paper a note is about, by its front matter: the number in the library that wrote it, and what is known besides."""

    number: int
    title: str | None
    arxiv: str | None
    doi: str | None

    def of(self, paper: PaperDict) -> bool:
        """Whether the note of this number is about `paper`: another library may number another paper so.

        An arXiv id tells, else a DOI. Where only the note has one, the title does; a paper may gain one later.
        """
        if self.arxiv and paper["arxiv_id"]:
            return self.arxiv == paper["arxiv_id"]
        if self.doi and paper["doi"]:
            return self.doi.casefold() == one_line(paper["doi"]).casefold()
        lost = (self.arxiv or self.doi) and not (paper["arxiv_id"] or paper["doi"])
        return not lost or self.title == one_line(paper["title"])


def identity_in(text: str) -> Identity | None:
    """Which paper a note is about; None for a file that is no note of ours."""
    front = _FRONT.match(text)
    known = {found[1]: _value(found[2]) for found in _IDENTITY.finditer(front["front"])} if front else {}
    number = known.get("papertide") or ""
    if not _NUMBER.fullmatch(number):
        return None
    return Identity(int(number), known.get("title"), known.get("arxiv"), known.get("doi"))


def _value(text: str) -> str | None:
    """A text in front matter, in quotes as we write it or without; None for an empty one."""
    try:
        read = json.loads(text) if text.startswith('"') else text
    except ValueError:
        read = text
    return read.strip("'") or None


def new(note: Note) -> str:
    """A note that isn't there yet."""
    return f"---\n{''.join(note.keys.values())}{_tags_line(note.tags)}---\n{note.block}\n"


def renewed(text: str, note: Note) -> str | None:
    """A note brought up to date; None for one that has no place for what Papertide says."""
    front = _FRONT.match(text)
    body = _renewed_block(text[front.end() :], note.block) if front else None
    if front is None or body is None or _BLOCK.search(front[0]):
        return None
    start, end = front.span("front")
    return text[:start] + _renewed_front(front["front"], note, front["end"]) + text[end : front.end()] + body


def _renewed_block(text: str, block: str) -> str | None:
    """A text with our block in the place of the one there, in its line ends; None where there isn't just one."""
    found = list(_BLOCK.finditer(text))
    if len(found) != 1:
        return None
    return text[: found[0].start()] + _as_there(found[0][0], block) + text[found[0].end() :]


def _as_there(there: str, ours: str, line_end: str | None = None) -> str:
    """What we say, with the line ends of what stands there; that itself where it says the same."""
    if there.replace("\r\n", "\n") == ours:
        return there
    return ours.replace("\n", line_end or ("\r\n" if "\r\n" in there else "\n"))


def _renewed_front(front: str, note: Note, line_end: str) -> str:
    """The front matter with our keys where they stood, the new ones behind them, and all others as they were."""
    left, lines, tagged = dict(note.keys), [], False
    for piece in _KEY.split(front):
        name = piece.partition(":")[0]
        if name == "tags":
            tagged = True
            lines.append(_as_there(piece, _merged_tags(piece.replace("\r\n", "\n"), note.tags), line_end))
        else:
            lines.append(_as_there(piece, left.pop(name), line_end) if name in left else piece)
    more = [*left.values()] if tagged else [*left.values(), _tags_line(note.tags)]
    return "".join(lines) + "".join(more).replace("\n", line_end)


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
    return _renewed_block(text, block)
