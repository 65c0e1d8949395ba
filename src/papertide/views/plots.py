"""Plots as SVG: topics over time, numbers of authors, kept against skipped. Drawn here; no script, no font, nothing fetched.

Every figure stands beside its mark as text, so that nothing is told by colour alone; `title` elements name what is pointed
at. The colours hold on white and on black.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from itertools import accumulate

from papertide.normal import safe
from papertide.records.plain import Figures

WIDTH = 720
"""Units, which are pixels where nothing is scaled."""
_NAME, _COUNT, _ROW = 230, 56, 26
_MOST_TOPICS, _MOST_MONTHS = 12, 36
_COLOURS = {"keep": "#2f9e44", "later": "#e8a200", "skip": "#8a8f98", "": "#3b78c4"}
_KINDS = {
    "": "",
    "heading": ' font-size="16" font-weight="bold"',
    "small": ' font-size="11"',
    "right": ' text-anchor="end"',
}
"""Looks as attributes: programs that read no style sheet draw them too."""
_EDGES = (1, 2, 3, 4, 5, 6, 8, 11, 16, 26, 51, 101)
"""The lowest number of authors of each bar."""
_LOOK = (
    "svg{background:#ffffff}text{fill:#1c1e21}"
    "@media(prefers-color-scheme:dark){svg{background:#16181c}text{fill:#e8e6e3}}"
)


def figure(figures: Figures, names: Mapping[str, str], about: str) -> str:
    """One SVG with all plots, one below the other; `names` are the topics' names, `about` a line below the heading."""
    plots = [*_over_time(figures["topic_month"], names), *_authors(figures["authors"])]
    plots += _decided(figures["topic_status"], names)
    starts = list(accumulate((height for height, _ in plots), initial=64))
    body = "".join(
        f'<g transform="translate(0 {top})">{marks}</g>\n' for top, (_, marks) in zip(starts, plots, strict=False)
    )
    height = starts[-1] + 8
    size = f'viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" font-family="sans-serif" font-size="13"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">\n'
        f"<title>Papertide: statistics</title>\n<style>{_LOOK}</style>\n"
        f"{_text(16, 28, 'Papertide', 'heading')}{_text(16, 48, about)}\n{body}</svg>\n"
    )


def page(figures: Figures, names: Mapping[str, str], about: str) -> str:
    """The same as a page, which fits a phone."""
    svg = figure(figures, names, about).replace("<svg ", '<svg style="max-width:100%;height:auto" ', 1)
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n<title>Papertide: statistics</title>\n'
        "<style>@media (prefers-color-scheme: dark) { body { background: #16181c !important; } }</style>\n</head>\n"
        f'<body style="margin:0 auto;max-width:{WIDTH}px;background:#ffffff">\n{svg}</body>\n</html>\n'
    )


_Plot = tuple[int, str]


def _over_time(counts: Mapping[str, Mapping[str, int]], names: Mapping[str, str]) -> Iterator[_Plot]:
    """For each topic a row of bars, a bar a month; all rows have one scale."""
    months = _months(sorted({month for row in counts.values() for month in row}))
    shown = {topic: [row.get(month, 0) for month in months] for topic, row in counts.items()}
    topics = _largest({topic: sum(row) for topic, row in shown.items()})
    if not topics:
        return
    most = max(max(shown[topic]) for topic in topics)
    step = (WIDTH - _NAME - _COUNT - 16) / len(months)
    marks = [_text(16, 20, f"Topics over time, {months[0]} to {months[-1]}", "heading")]
    for place, topic in enumerate(topics):
        base = 40 + (place + 1) * _ROW
        marks.append(_text(_NAME - 8, base - 4, _named(topic, names), "right"))
        for number, (month, count) in enumerate(zip(months, shown[topic], strict=True)):
            if count:
                height = max(1.0, count * (_ROW - 6) / most)
                told = f"{_named(topic, names)}, {month}: {count}"
                marks.append(_bar(_NAME + number * step, base - height, max(step - 1, 0.5), height, "", told))
        marks.append(_text(WIDTH - 16, base - 4, str(sum(shown[topic])), "right"))
    yield 40 + len(topics) * _ROW + 24, "".join(marks)


def _authors(counts: Mapping[int, int]) -> Iterator[_Plot]:
    """A bar for each range of numbers of authors."""
    if not counts:
        return
    ends = [*(edge - 1 for edge in _EDGES[1:]), None]
    rows = [
        (
            _span(low, high),
            sum(n for authors, n in counts.items() if authors >= low and (high is None or authors <= high)),
        )
        for low, high in zip(_EDGES, ends, strict=True)
    ]
    yield _bars("Papers by number of authors", [(name, {"": count}) for name, count in rows])


def _span(low: int, high: int | None) -> str:
    if high is None:
        return f"{low} and more"
    return f"{low} to {high}" if high > low else str(low)


def _decided(counts: Mapping[str, Mapping[str, int]], names: Mapping[str, str]) -> Iterator[_Plot]:
    """For each topic what was kept, put off and skipped, one behind the other."""
    rows = {topic: {s: row[s] for s in ("keep", "later", "skip") if s in row} for topic, row in counts.items()}
    topics = _largest({topic: sum(row.values()) for topic, row in rows.items()})
    if topics:
        yield _bars("Kept, put off and skipped", [(_named(topic, names), rows[topic]) for topic in topics])


def _bars(heading: str, rows: Sequence[tuple[str, Mapping[str, int]]]) -> _Plot:
    """A bar a row, in parts by status; the parts' counts stand at its end."""
    most = max(sum(parts.values()) for _, parts in rows)
    room = WIDTH - _NAME - 150
    marks = [_text(16, 20, heading, "heading")]
    for place, (name, parts) in enumerate(rows):
        top = 34 + place * _ROW
        marks.append(_text(_NAME - 8, top + 15, name, "right"))
        left = float(_NAME)
        for status, count in parts.items():
            width = count * room / most if most else 0
            marks.append(_bar(left, top + 2, width, _ROW - 8, status, f"{name}: {count} {status}".strip()))
            left += width
        told = ", ".join(f"{count} {status}".strip() for status, count in parts.items())
        marks.append(_text(left + 6, top + 15, told, "small"))
    return 34 + len(rows) * _ROW + 24, "".join(marks)


def _months(there: Sequence[str]) -> list[str]:
    """Every month from the first to the last that there is, the latest of them where they are too many."""
    if not there:
        return []
    (first, start), (last, end) = ((int(month[:4]), int(month[5:7])) for month in (there[0], there[-1]))
    numbers = range(first * 12 + start - 1, last * 12 + end)[-_MOST_MONTHS:]
    return [f"{number // 12:04}-{number % 12 + 1:02}" for number in numbers]


def _largest(totals: Mapping[str, int]) -> list[str]:
    """The topics that have most, most first."""
    there = [topic for topic, count in totals.items() if count]
    return sorted(there, key=lambda topic: (-totals[topic], topic))[:_MOST_TOPICS]


def _named(topic: str, names: Mapping[str, str]) -> str:
    name = names.get(topic, topic) if topic else "No topic"
    return name if len(name) <= 30 else name[:29] + "…"


def _text(left: float, base: float, text: str, kind: str = "") -> str:
    return f'<text x="{left:.1f}" y="{base:.1f}"{_KINDS[kind]}>{escape(" ".join(safe(text).split()))}</text>\n'


def _bar(left: float, top: float, width: float, height: float, status: str, told: str) -> str:
    shape = f'x="{left:.1f}" y="{top:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{_COLOURS[status]}"'
    return f"<rect {shape}><title>{escape(' '.join(safe(told).split()))}</title></rect>\n"
