"""How careful matching is: the numbers behind the rules, one column a profile, and what is learnt from the records.

    |                                          | strict | balanced | loose |
    | ---------------------------------------- | ------ | -------- | ----- |
    | `ratio`: titles this much alike are      |  97    |   90     |  85   |
    |   candidates, by rapidfuzz, 0 to 100     |        |          |       |
    | `differ`: the same where abstracts differ|  100   |   96     |  92   |
    | `silent`: the same where nothing but the |  100   |   92     |  88   |
    |   titles is known                        |        |          |       |
    | `twins`: where the year and all authors  |  97    |   85     |  80   |
    |   of two bibliographic records are one   |        |          |       |
    | `exact_share`: of the authors that two   |  0.5   |   0.3    |  0.3  |
    |   lists of a title in common share       |        |          |       |
    | `near_share`: where the titles are only  |  0.6   |   0.5    |  0.3  |
    |   alike                                  |        |          |       |
    | `editions`: years between two editions   |  0     |   0      |  1    |
    |   that are one paper                     |        |          |       |
    | `years`: years between a preprint and    |  2     |   5      |  10   |
    |   an edition of it                       |        |          |       |
    | `trusting`: titles alone may decide      |  no    |   yes    |  yes  |
    | `subtitles`: the same people's title     |  no    |   yes    |  yes  |
    |   that begins another one's is it        |        |          |       |

`balanced` is what a library uses. Two records of a bibliography that tell other years are two editions (conference and
journal), two records there; a date of its own or an arXiv id belongs to the paper and not to an edition of it, so that
a preprint and what became of it are one paper in every profile.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from papertide.matching.keys import Face
from papertide.normal import title_key

Name = Literal["strict", "balanced", "loose"]


class Profile(NamedTuple):
    """One column of the table above."""

    ratio: float
    differ: float
    silent: float
    twins: float
    exact_share: float
    near_share: float
    editions: int
    years: int
    trusting: bool
    subtitles: bool


PROFILES: dict[Name, Profile] = {
    "strict": Profile(97.0, 100.0, 100.0, 97.0, 0.5, 0.6, 0, 2, trusting=False, subtitles=False),
    "balanced": Profile(90.0, 96.0, 92.0, 85.0, 0.3, 0.5, 0, 5, trusting=True, subtitles=True),
    "loose": Profile(85.0, 92.0, 88.0, 80.0, 0.3, 0.3, 1, 10, trusting=True, subtitles=True),
}

RECURRING_YEARS = 3
"""A title that so many years bear recurs ("Editorial"): the year and the authors must agree."""
COLUMN_YEARS = 2
"""A generic title that one person bears in so many years is a column ("Editor's Notes"): several a year are several."""
RECURRING_WORDS = 6
"""Longer titles don't recur; what looks so are editions."""
GENERIC = frozenset(
    "abstract abstracts acknowledgment acknowledgments acknowledgement acknowledgements announcement announcements answer"
    " answers appendix article articles author authors background book books brief briefs bulletin calendar call calls chair"
    " chairs column comment comments commentary committee conclusion conclusions conference contents contributor"
    " contributors correction corrections corrigendum cover dear discussion discussions editor editors editorial editorials"
    " epilogue errata erratum events feature features foreword from front general guest highlights in index information"
    " interview introduction introductory invited issue keynote letter letters matter meeting meetings memoriam message"
    " messages methods minutes miscellaneous news newsletter note notes notice obituary open organization organizers"
    " overview panel paper papers preface presentation president presidents proceedings program programme prologue"
    " publications question questions readers remarks reply report reports research response results review reviewer"
    " reviewers reviews section session short special statement summary supplement supplementary survey symposium table"
    " tables technical title tutorial tutorials untitled update updates welcome workshop workshops"
    " annual anonymous case cases document documents"
    " a an and at for of on our s the this to with your".split()
)
"""Words that name a place in an issue; a title of nothing else is any paper's."""

GENERIC_TITLES = frozenset(
    title_key(title)
    for title in (
        "Vorwort|Geleitwort|Nachwort|Einleitung|Einführung|Inhaltsverzeichnis|Inhalt|Zusammenfassung|Buchbesprechung"
        "|Buchbesprechungen|Mitteilungen|Nachruf|Leserbrief|Leserbriefe|Fallbericht|Jahresbericht|Grußwort|Literatur"
        "|Avant-propos|Préface|Sommaire|Éditorial|Compte rendu|Comptes rendus|Rapport annuel|Table des matières"
        "|Prefacio|Prólogo|Introducción|Editoriales|Presentación|Índice|Carta al editor|Cartas al editor|Reseña|Reseñas"
        "|Caso clínico|Informe anual|Prefácio|Introdução|Apresentação|Editoriale|Prefazione|Introduzione|Presentazione"
        "|Voorwoord|Inleiding|Förord|Inledning|Forord|Innledning|Indledning|Esipuhe|Johdanto|Przedmowa|Wstęp|Od redakcji"
        "|Předmluva|Úvod|Úvodník|Előszó|Bevezetés|Önsöz|Giriş|Sunuş|Предисловие|Введение|Содержание|От редакции"
        "|Рецензия|Рецензии|Аннотация|Заключение|Передмова|Вступ|Πρόλογος|Εισαγωγή|社论|社論|前言|序|序言|引言|导言|绪论"
        "|緒論|编者按|编者的话|编后记|卷首语|目录|目次|书评|综述|后记|はじめに|まえがき|序文|序論|巻頭言|巻頭言|編集後記|あとがき"
        "|会告|書評|머리말|서문|서론|권두언|사설|مقدمة|افتتاحية|المقدمة|مقدمه|سرمقاله|הקדמה|מבוא"
    ).split("|")
)
"""Keys of such titles in other languages."""

HEADINGS = frozenset(
    "editorial editorials foreword forewords preface prefaces editor editors guest introduction".split()
)
"""Words of which one stands in every heading of an issue's first pages."""


def is_heading(words: tuple[str, ...]) -> bool:
    """Whether words are what an issue's first pages are headed by ("Guest Editors' Foreword"), and nothing else.

    An introduction to something is a paper on it; one alone, or to an issue, is a heading.
    """
    if not GENERIC.issuperset(words) or HEADINGS.isdisjoint(words):
        return False
    return words[-1] not in {"to", "of", "on"} or "issue" in words


def is_generic(face: Face) -> bool:
    """Whether a title is nothing but a place in an issue."""
    return GENERIC.issuperset(face.words) or face.key in GENERIC_TITLES


@dataclass(frozen=True, slots=True)
class Rules:
    """A profile, and what is learnt from the records at hand.

    `recurring` are keys of titles that many years bear, `columns` keys with a person who bears them year after year.
    """

    profile: Profile = PROFILES["balanced"]
    recurring: frozenset[str] = frozenset()
    columns: frozenset[tuple[str, str]] = frozenset()

    def learnt(self, faces: Iterable[Face]) -> Rules:
        """These rules, knowing which titles recur among the faces: the same for any order of them."""
        years: defaultdict[str, set[int]] = defaultdict(set)
        written: dict[tuple[str, str], tuple[bool, set[int]]] = {}
        for face in faces:
            if face.year is not None and face.edition and len(face.words) <= RECURRING_WORDS:
                years[face.key].add(face.year)
                for person in face.people:
                    written.setdefault((face.key, _surname(person)), (is_generic(face), set()))[1].add(face.year)
        recurring = {key for key, told in years.items() if len(told) >= RECURRING_YEARS}
        columns = {
            (key, person)
            for (key, person), (generic, told) in written.items()
            if len(told) >= (COLUMN_YEARS if generic else RECURRING_YEARS)
        }
        return replace(self, recurring=frozenset(recurring), columns=frozenset(columns))

    def generic(self, face: Face) -> bool:
        """Whether a title is any paper's, or recurs from year to year: the year and the authors must agree."""
        return face.key in self.recurring or is_generic(face)

    def column(self, face: Face) -> bool:
        """Whether a record's title is a column of all its authors: two may be alike in all they say and still be two."""
        return bool(face.people) and all((face.key, _surname(person)) in self.columns for person in face.people)


def _surname(person: str) -> str:
    return person.partition(" ")[0]


BALANCED = Rules()


def rules_of(profile: Name, threshold: float | None = None) -> Rules:
    """The rules of a profile; a `threshold` (0 to 100) takes the place of its ratios. Raises ValueError for another."""
    if profile not in PROFILES:
        raise ValueError(f"profile should be one of {', '.join(PROFILES)}, not {profile!r}")
    chosen = PROFILES[profile]
    if threshold is not None:
        if not 0 <= threshold <= 100:
            raise ValueError(f"threshold should be between 0 and 100, not {threshold:g}")
        chosen = chosen._replace(
            ratio=threshold, silent=threshold, twins=threshold, differ=max(threshold, chosen.differ)
        )
    return Rules(chosen)
