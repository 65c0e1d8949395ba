"""Plots: every count is drawn, in its size and in words, and the files are what browsers read."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import html5lib
import pytest
from tests.cli.harness import LORA, REWARD, ROBOTS, Program

from papertide.records.plain import Figures
from papertide.views.plots import figure, page

SVG = "{http://www.w3.org/2000/svg}"
NAMES = {"peft": "Parameter-efficient fine-tuning", "x": '<b>"&\x1b[31m'}
FIGURES: Figures = {
    "topic_month": {"peft": {"2024-01": 4, "2024-03": 2}, "x": {"2024-02": 1}, "": {"2023-12": 1}},
    "authors": {1: 3, 7: 2, 10: 1, 671: 1},
    "topic_status": {"peft": {"keep": 3, "skip": 1, "inbox": 9}, "x": {"inbox": 1}, "": {"later": 2}},
}
NOTHING: Figures = {"topic_month": {}, "authors": {}, "topic_status": {}}


def told(svg: str) -> list[str]:
    """What the bars say when they are pointed at."""
    return [title.text or "" for rect in ET.fromstring(svg).iter(f"{SVG}rect") for title in rect]


def test_every_count_is_told() -> None:
    """Each bar names what it counts, and a bar that is twice as much is twice as large."""
    svg = figure(FIGURES, NAMES, "20 papers")
    assert told(svg) == [
        "Parameter-efficient fine-tuni…, 2024-01: 4",
        "Parameter-efficient fine-tuni…, 2024-03: 2",
        "No topic, 2023-12: 1",
        '<b>"&, 2024-02: 1',
        *["1: 3", "2: 0", "3: 0", "4: 0", "5: 0", "6 to 7: 2", "8 to 10: 1", "11 to 15: 0", "16 to 25: 0"],
        *["26 to 50: 0", "51 to 100: 0", "101 and more: 1"],
        *["Parameter-efficient fine-tuni…: 3 keep", "Parameter-efficient fine-tuni…: 1 skip", "No topic: 2 later"],
    ]
    rects = list(ET.fromstring(svg).iter(f"{SVG}rect"))
    heights = [float(rect.get("height", "")) for rect in rects[:2]]
    assert heights[0] == pytest.approx(2 * heights[1], abs=0.11)
    assert all(float(r.get("x", "")) + float(r.get("width", "")) <= 720 for r in rects)
    assert svg == figure(FIGURES, NAMES, "20 papers")


@pytest.mark.parametrize("figures", [FIGURES, NOTHING], ids=["some", "none"])
def test_a_page_without_fault(figures: Figures) -> None:
    """The page is HTML without fault; there is no script in it, nothing is fetched, and no name is markup."""
    text = page(figures, NAMES, "<papers>")
    document = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(text)
    tags = {element.tag for element in document.iter() if isinstance(element.tag, str)}
    assert not {tag for tag in tags if tag.endswith(("script", "image", "}a", "}b", "img"))}
    assert not re.search(r"url\(|href|https?://(?!www\.w3\.org/2000/svg)", text)
    assert "\x1b" not in text


def test_many_months_and_topics() -> None:
    """The last three years are drawn, of the twelve topics that have most; long names stay in their room."""
    months = {f"20{year:02}-{month:02}": 1 for year in range(10, 27) for month in range(1, 13)}
    figures: Figures = {**NOTHING, "topic_month": {f"topic{n}": months for n in range(20)}}
    svg = figure(figures, {}, "")
    assert len(told(svg)) == 12 * 36
    assert "2024-01 to 2026-12" in svg


def test_the_command(program: Program) -> None:
    """`stats --format` draws the library: what was kept and skipped, to a file or to stdout."""
    program.done("keep", LORA)
    program.done("skip", REWARD, ROBOTS)
    svg = program.done("stats", "--format", "svg").out
    assert "Parameter-efficient fine-tuni…: 1 keep" in told(svg)
    assert "Robots and control: 1 skip" in told(svg)
    ran = program.done("stats", "--format", "html", "-o", "stats.html")
    assert (ran.out, ran.err) == ("", "written to stats.html\n")
    assert svg.split("<style>")[1] in Path("stats.html").read_text("utf-8")
    one = program.done("stats", "--format", "svg", "--json").one
    assert one["authors"] == {"1": 1, "2": 1, "3": 1, "5": 1, "11": 1}
    assert one["topic_status"]["peft"] == {"inbox": 1, "keep": 1}
    assert program("stats", "--format", "pdf").code == 2
    assert program("stats", "-o", "x").code == 2


CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.mark.skipif(CHROMIUM is None or sys.platform != "linux", reason="chromium isn't installed")
def test_a_browser_draws_it(tmp_path: Path) -> None:
    """A real browser renders the page."""
    (tmp_path / "stats.html").write_text(page(FIGURES, NAMES, "x"), "utf-8")
    picture = tmp_path / "stats.png"
    command = [str(CHROMIUM), "--headless", "--no-sandbox", f"--screenshot={picture}", str(tmp_path / "stats.html")]
    subprocess.run(command, check=True, capture_output=True)
    assert picture.stat().st_size > 5000
