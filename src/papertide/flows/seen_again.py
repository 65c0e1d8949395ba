"""A page that is read, against what is stored of it: what is fresh, what stands where it stood, and what is gone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from papertide.matching.realign import realign
from papertide.parsers import parse
from papertide.records.listing import Listing
from papertide.records.paper import Seen
from papertide.sources.base import Raw
from papertide.store.facts import KnownPage


@dataclass(frozen=True, slots=True)
class Read:
    """A page as it was read, against what is stored of it; sightings by their refs.

    `fresh` are to be placed (new, read differently than before, or of another capture or layout), and `before` is what
    is stored of them; `unchanged` say the same as before. `moved` stand in another place of the page now, and `gone` not
    on it any more.
    """

    fresh: Mapping[int, Seen]
    before: Sequence[Seen] = ()
    unchanged: frozenset[int] = frozenset()
    moved: Mapping[int, int] = field(default_factory=dict)
    gone: Mapping[int, Seen] = field(default_factory=dict)
    changes: bool = True


def compared(listing: Listing, known: KnownPage | None, page: str) -> Read:
    """Which entries of a page are fresh; where the capture changed, all of them: what is the latest count depends on it."""
    read = [
        Seen(-(place + 1), entry, listing.layout, listing.captured, page) for place, entry in enumerate(listing.entries)
    ]
    if known is None:
        return Read({seen.ref: seen for seen in read})
    # What the page showed no longer when it was read last has a place below 0 (see `store.papers`).
    stood = sorted((place, seen) for place, seen in known.sightings.items() if place >= 0)
    now_at = realign([seen.entry for _, seen in stood], listing.entries)
    same = [(old, read[now_at[k]]) for k, (_, old) in enumerate(stood) if k in now_at]
    recaptured = (known.captured, known.captured_given) != (listing.captured, listing.captured_given)
    unchanged = frozenset(old.ref for old, new in same if old.entry == new.entry)
    again = [(old, new) for old, new in same if recaptured or old.ref not in unchanged or old.layout != listing.layout]
    kept = {old.ref for old, _ in same}
    taken = set(now_at.values())
    fresh = {old.ref: new._replace(ref=old.ref, paper_id=old.paper_id) for old, new in again}
    fresh |= {seen.ref: seen for place, seen in enumerate(read) if place not in taken}
    moved = {old.ref: now_at[k] for k, (place, old) in enumerate(stood) if now_at.get(k, place) != place}
    gone = {seen.ref: seen for seen in known.sightings.values() if seen.ref not in kept}
    return Read(
        fresh=fresh,
        before=[old for old, _ in again],
        unchanged=unchanged,
        moved=moved,
        gone=gone,
        changes=bool(fresh or moved or len(kept) < len(stood)),
    )


def as_was_said(raw: Raw, listing: Listing, known: KnownPage | None) -> tuple[Raw, Listing]:
    """What was said of a page when it was added before still holds, unless a person says something else now."""
    if known is None or (raw.captured is not None and raw.line == known.line):
        return raw, listing
    told = raw if raw.captured is not None else replace(raw, listed=known.listed or raw.listed)
    told = replace(told, line=known.line)
    captured = known.captured if known.captured_given and raw.captured is None else raw.captured
    if captured == raw.captured and told == raw:
        return raw, listing
    return told, parse(raw.data, listing.layout, captured, listed=told.listed, line=told.line)


def position_of(ref: int) -> int | None:
    """The place on its page of a sighting that is not stored yet (see `_fresh`)."""
    return -ref - 1 if ref < 0 else None
