"""When two records are one paper. False merges are worse than missed ones: a merged paper is a paper nobody sees.

The rules, first one that speaks wins; `profiles` has the numbers behind them.

    |    | titles          | and besides                                          | verdict                          |
    | -- | --------------- | ---------------------------------------------------- | -------------------------------- |
    |  1 | any             | the same arXiv id; two arXiv ids                     | same; different                  |
    |  2 | any             | the same DOI, and a title or author not all another  | same                             |
    |  3 | less alike than | and neither begins the other                         | unlike                           |
    |    | `ratio`         |                                                      |                                  |
    |  4 | alike           | one is a correction, reply or comment, one isn't     | different                        |
    |  5 | alike, not one  | numbers, ordinals, parts or versions differ          | different                        |
    |  6 | alike           | both abstracts differ, and both author counts        | different                        |
    |  7 | alike           | the abstracts agree                                  | same                             |
    |  8 | alike           | authors known, none or too few in common             | different; unlike                |
    |  9 | alike           | two editions (bibliographies that tell other years), | unlike                           |
    |    |                 | or dates too many years apart                        |                                  |
    | 10 | one, recurring  | "Editor's Notes" of many years                       | unlike                           |
    | 11 | one, generic or | year and authors agree; nothing speaks against a     | same                             |
    |    | of 1 or 2 words | short one that isn't generic; else                   | unlike                           |
    | 12 | one             | two versions, and neither a known preprint           | unlike                           |
    |    |                 | else                                                 | same                             |
    | 13 | one begins the  | cut off in "…"; or a subtitle more, the same authors | same                             |
    |    | other           | and year; or just a heading more ("Guest Editorial") |                                  |
    |    | reordered       | its two halves changed about, the same year, the     | same                             |
    |    |                 | authors agree                                        |                                  |
    |    | not one         | two DOIs of other than preprints, and more than the  | unlike                           |
    |    |                 | spelling differs or the authors don't agree          |                                  |
    | 14 | alike           | a word differs by more than a typo, an ending or a   | unlike                           |
    |    |                 | small word                                           |                                  |
    | 15 | alike           | the authors agree, or `silent`/`differ` is reached   | same                             |

"One" are titles with one key (`normal.title_key`): the words run together, without remarks as catalogues add them.
"Different" is a veto, never outvoted by a third record (see `cluster`); "unlike" is no reason to take two for one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import NamedTuple

from rapidfuzz import fuzz

from papertide.matching.authors import Shared, is_group, shared
from papertide.matching.confusables import SEQUELS
from papertide.matching.keys import Face, numbers, solid
from papertide.matching.profiles import BALANCED, PROFILES, Profile, Rules, is_generic, is_heading
from papertide.matching.spelling import different_word, slip


class Texts(Enum):
    """What two abstracts say of each other."""

    AGREE = "the abstracts agree"
    UNKNOWN = "an abstract is missing"
    DIFFER = "the abstracts differ"


LEAST_RATIO = {
    # What the abstracts say: the least ratio (0 to 100) at which two titles may be one in a library.
    Texts.AGREE: 60.0,
    Texts.UNKNOWN: PROFILES["balanced"].ratio,
    Texts.DIFFER: PROFILES["balanced"].differ,
}
CANDIDATE_RATIO = min(LEAST_RATIO[Texts.UNKNOWN], LEAST_RATIO[Texts.DIFFER])
"""Titles below this ratio are compared only where their abstracts begin alike."""

TEXTS_AGREE = 85.0
"""The `ratio` from which two abstracts agree; one that begins the other agrees too (a cut-off copy)."""
TEXT_LEAST = 120
"""Characters; a shorter abstract is no evidence either way."""
SHORT = 2
"""Titles of up to so many words ("Technical Report") say too little by themselves."""
LONG = 8
"""Words; a title of so many in one year is one paper, even where an export has a group in place of the authors."""
TELLING = 5
"""Words; titles of so many, of one year and the very same authors, may differ by a slip (see `spelling.slip`)."""
CUT_LEAST, SUBTITLED_LEAST, UNLED_LEAST = 4, 1, 4
"""Words that a title which was cut off, or that lost its subtitle, must still have, where the authors agree.

One or two are enough where a colon stands behind them in the other ("LoRA: Low-Rank Adaptation"), and several wrote it.
"""
_BEGUN_LEAST = 3
"""Words that begin another title without a colon."""
SEVERAL = 2
"""Authors from which "Guest Editorial" is told from another one of that year."""
_YEAR = 4
"""Digits."""
ALONE_LEAST = 6
"""Words of a title that was cut off, where nothing but titles is known."""


class Kind(Enum):
    """What a comparison finds."""

    SAME = "same"
    DIFFERENT = "different"  # a veto
    UNLIKE = "unlike"  # no reason to take them for one


class Verdict(NamedTuple):
    """What two faces are to each other; `score` is 0 to 100, and the reason is a sentence for a person."""

    kind: Kind
    method: str
    score: float
    reason: str


def compare(a: Face, b: Face, rules: Rules = BALANCED) -> Verdict:
    """Whether two records are one paper, and why; symmetric."""
    if a.arxiv_id and b.arxiv_id:
        if a.arxiv_id == b.arxiv_id:
            return Verdict(Kind.SAME, "arxiv-id", 100.0, f"the same arXiv id, {a.arxiv_id}")
        low, high = sorted((a.arxiv_id, b.arxiv_id))
        return Verdict(Kind.DIFFERENT, "arxiv-id", 0.0, f"two arXiv ids, {low} and {high}")
    profile = rules.profile
    ratio = 100.0 if a.key == b.key else fuzz.ratio(a.key, b.key)
    begins = ratio < 100.0 and (_begins(a, b) or framed(a, b))
    reordered = ratio < 100.0 and _reordered(a, b)
    related = begins or reordered
    if a.doi and a.doi == b.doi:
        if related or _akin(a, b, ratio):
            return Verdict(Kind.SAME, "doi", 100.0, f"the same DOI, {a.doi}")
        return Verdict(Kind.UNLIKE, "doi", ratio, f"the same DOI, {a.doi}, but other titles and {_authors(a, b)}")
    if ratio < min(profile.ratio, LEAST_RATIO[Texts.AGREE]) and not related:
        return Verdict(Kind.UNLIKE, "title", ratio, f"the titles are {_percent(ratio)} alike")
    least = min(profile.twins, profile.ratio) if _may_be_twins(a, b) else profile.ratio
    if ratio < least and not related and not (a.abstract and b.abstract):
        return Verdict(Kind.UNLIKE, "title", ratio, f"the titles are only {_percent(ratio)} alike")
    kind, reason = _judge(_Pair(a, b, ratio, begins, reordered), rules)
    return Verdict(kind, "title", ratio, reason)


@dataclass(frozen=True, eq=False)
class _Pair:
    """Two records whose titles or abstracts are alike."""

    a: Face
    b: Face
    ratio: float
    begins: bool
    reordered: bool

    @cached_property
    def texts(self) -> Texts:
        """What the abstracts say; they are long, so they are looked at only where all else leaves it open."""
        return compare_texts(self.a.abstract, self.b.abstract)

    @cached_property
    def people(self) -> Shared | None:
        """The authors in common."""
        return shared(self.a.people, self.b.people)

    @property
    def gap(self) -> int | None:
        """The years between them."""
        return None if self.a.year is None or self.b.year is None else abs(self.a.year - self.b.year)

    @property
    def one(self) -> bool:
        """Whether they have one title."""
        return self.a.key == self.b.key

    @property
    def titles(self) -> str:
        """How alike the titles are, for a person."""
        if self.one:
            return "the same title" if self.a.title == self.b.title else "the same title, respelt"
        if self.reordered:
            return "the titles have the same words in another order"
        return "one title begins the other" if self.begins else f"the titles are {_percent(self.ratio)} alike"

    @property
    def two_dois(self) -> bool:
        """Whether each has a DOI of its own, and neither is that of a preprint, beside which a journal's says nothing."""
        one, other = self.a.doi, self.b.doi
        return bool(one and other and one != other and not (_PREPRINT.match(one) or _PREPRINT.match(other)))

    @property
    def related(self) -> bool:
        """Whether one title is found in the other, however far apart they are by ratio."""
        return self.begins or self.reordered


_Judgement = tuple[Kind, str]


def _judge(pair: _Pair, rules: Rules) -> _Judgement:
    """Rules 3 to 15, in the order of the table."""
    return (
        _denied(pair)
        or _agreed(pair, rules.profile)
        or _contradicted(pair, rules.profile)
        or (_one_title(pair, rules) if pair.one else _near_titles(pair, rules))
    )


def _denied(pair: _Pair) -> _Judgement | None:
    """Rules 4 to 6: what two papers say of themselves, whatever else is alike."""
    a, b, people = pair.a, pair.b, pair.people
    if a.title.about != b.title.about:
        what = " and ".join(sorted(filter(None, (a.title.about, b.title.about))))
        return Kind.DIFFERENT, f"{pair.titles}, but one is {what}"
    if not pair.one and not pair.begins and numbers(a.words) != numbers(b.words):
        return Kind.DIFFERENT, f"{pair.titles}, but a number or version in them differs"
    counts_differ = a.author_count and b.author_count and a.author_count != b.author_count
    if counts_differ and pair.texts is Texts.DIFFER and (people is None or people.common < people.of):
        low, high = sorted((a.author_count or 0, b.author_count or 0))
        told = f"{pair.titles}, but the abstracts differ and so do the author counts ({low} and {high})"
        return Kind.DIFFERENT, told
    return None


def _agreed(pair: _Pair, profile: Profile) -> _Judgement | None:
    """Rules 7 and 3, when the abstracts were looked at."""
    if pair.texts is Texts.AGREE and (pair.related or pair.ratio >= min(LEAST_RATIO[Texts.AGREE], profile.ratio)):
        return Kind.SAME, f"{pair.titles} and the abstracts agree"
    twins = _may_be_twins(pair.a, pair.b) and pair.ratio >= profile.twins
    if pair.ratio < profile.ratio and not pair.related and not twins:
        return Kind.UNLIKE, f"the titles are only {_percent(pair.ratio)} alike, and {pair.texts.value}"
    return None


def _contradicted(pair: _Pair, profile: Profile) -> _Judgement | None:
    """Rules 8 and 9: other people wrote it, or it came out in another year."""
    people, gap = pair.people, pair.gap
    apart = f" and {_years(gap)} apart" if gap else ""
    if people is not None:
        if not people.common and not (pair.one and gap == 0 and _long(pair) and not pair.two_dois):
            return Kind.DIFFERENT, f"{pair.titles}, but no author in common{apart}"
        if people.common and people.share < (profile.exact_share if pair.one else profile.near_share):
            return Kind.UNLIKE, f"{pair.titles}, but only {_of(people)}{apart}"
    if gap and pair.a.edition and pair.b.edition and gap > profile.editions:
        low, high = sorted((pair.a.year or 0, pair.b.year or 0))
        who = f" and {_of(people)}" if people else ""
        return Kind.UNLIKE, f"{pair.titles}{who}, but two editions, of {low} and {high}"
    if gap and gap > (profile.years if people else 1):
        return Kind.UNLIKE, f"{pair.titles}, but {_years(gap)} apart{'' if people else ' and the authors unknown'}"
    return None


def _one_title(pair: _Pair, rules: Rules) -> _Judgement:
    """Rules 10 to 12."""
    people, gap = pair.people, pair.gap
    agree = people is not None and people.share >= rules.profile.near_share
    if rules.column(pair.a) and rules.column(pair.b):
        return Kind.UNLIKE, "the same title, but a column of the same people, with many a year"
    needs = _needs_more(pair, rules)
    generic = rules.generic(pair.a)
    if needs and pair.a.doi and pair.b.doi:
        return Kind.UNLIKE, f"the same title, but {needs}, and two DOIs"
    if needs and not (agree and gap == 0):
        bare = people is None and gap is None and pair.texts is Texts.UNKNOWN and not _counts_differ(pair)
        if generic or not bare:
            return Kind.UNLIKE, f"the same title, but {needs}, and {_lacking(pair)}"
    if not agree and not rules.profile.trusting:
        return Kind.UNLIKE, "the same title, but nothing else is known to agree"
    if not agree and (pair.a.title.genre != pair.b.title.genre or pair.a.title.version != pair.b.title.version):
        return Kind.UNLIKE, f"the same title but for a remark or version behind it, and {_lacking(pair)}"
    if pair.two_dois and pair.a.title.version != pair.b.title.version:
        return Kind.UNLIKE, f"{pair.titles} but for a version, and two DOIs"
    if _two_versions(pair) and not (rules.profile.trusting and (_is_preprint(pair.a) or _is_preprint(pair.b))):
        return Kind.UNLIKE, f"{pair.titles}, but two versions"
    if people is not None and not people.common:
        return Kind.SAME, f"{pair.titles}, of {len(pair.a.words)} words, and the same year; one is by a group"
    return Kind.SAME, pair.titles + (f" and {_of(people)}" if people else "")


def _near_titles(pair: _Pair, rules: Rules) -> _Judgement:
    """Rules 13 to 15."""
    if rules.profile.subtitles and pair.texts is not Texts.DIFFER and framed(pair.a, pair.b):
        return Kind.SAME, "one title has a heading more than the other, the same year and the very same authors"
    profile, people = rules.profile, pair.people
    agree = people is not None and people.share >= profile.near_share
    sure = agree and pair.gap == 0
    if not rules.recurring.isdisjoint((pair.a.key, pair.b.key)):
        return Kind.UNLIKE, f"{pair.titles}, and one recurs from year to year"
    who = f" and {_of(people)}" if people else ""
    if pair.two_dois and (pair.related or not agree or different_word(pair.a.words, pair.b.words)):
        return Kind.UNLIKE, f"{pair.titles}{who}, but two DOIs"
    if pair.begins and _cut_off(pair, profile):
        return Kind.SAME, f"one title is the beginning of the other, cut off{who}"
    if pair.begins and profile.subtitles and _subtitled(pair):
        return Kind.SAME, f"one title lacks the other's subtitle, the same year{who}"
    if pair.reordered:
        turned = sure and _turned(pair.a.words, pair.b.words)
        return (Kind.SAME if turned else Kind.UNLIKE), f"{pair.titles}{who}"
    if pair.begins and pair.ratio < profile.ratio:
        return Kind.UNLIKE, "one title begins the other, but nothing tells that a subtitle was dropped"
    if numbers(pair.a.words) != numbers(pair.b.words):
        return Kind.DIFFERENT, f"{pair.titles}, but a number or version in them differs"
    if min(len(pair.a.words), len(pair.b.words)) <= SHORT:
        return Kind.UNLIKE, f"{pair.titles}, and too short for a misspelling"
    other = different_word(pair.a.words, pair.b.words, forgiving=sure)
    if other is not None and _twins(pair) and slip(pair.a.words, pair.b.words):
        return Kind.SAME, f"{pair.titles}, with the same year and exactly the same authors ({other})"
    if other is not None:
        return Kind.UNLIKE, f"{pair.titles}, but {other}"
    if pair.ratio < profile.ratio and not _twins(pair):
        return Kind.UNLIKE, f"the titles are only {_percent(pair.ratio)} alike"
    if people is not None:
        return Kind.SAME, f"{pair.titles}: spelling only; {_of(people)}"
    if pair.ratio < (profile.differ if pair.texts is Texts.DIFFER else profile.silent):
        return Kind.UNLIKE, f"{pair.titles}: spelling only, but {pair.texts.value} and the authors are unknown"
    return Kind.SAME, f"{pair.titles}: spelling only; {pair.texts.value}"


def framed(a: Face, b: Face) -> bool:
    """Whether one title is the other and a heading ("Guest Editorial: X"), or a heading and what it is about.

    Of bibliographies alone, in one year, by the very same two people or more: many an issue has its "Guest Editorial".
    """
    short, long = sorted((a.words, b.words), key=len)
    if long[: len(short)] == short:
        more = long[len(short) :]
    elif long[len(long) - len(short) :] == short:
        more = long[: len(long) - len(short)]
    else:
        return False
    if (
        not short
        or not more
        or not (is_heading(short) or is_heading(more))
        or not _may_be_twins(a, b)
        or len(a.people) < SEVERAL
    ):
        return False
    people = shared(a.people, b.people)
    return people is not None and people.share == 1


def _may_be_twins(a: Face, b: Face) -> bool:
    """Whether two records of bibliographies tell one year, and as many authors."""
    return a.edition and b.edition and a.year == b.year and 0 < len(a.people) == len(b.people)


def _same_people(pair: _Pair) -> bool:
    return pair.people is not None and pair.people.share == 1 and len(pair.a.people) == len(pair.b.people)


def _twins(pair: _Pair) -> bool:
    """Whether two records of bibliographies agree in all but their titles, which must say something."""
    known = _may_be_twins(pair.a, pair.b) and pair.texts is Texts.UNKNOWN
    return known and _same_people(pair) and min(len(pair.a.words), len(pair.b.words)) >= TELLING


def _long(pair: _Pair) -> bool:
    """Whether a title says so much that no two papers of a year bear it, and a group stands for the authors of one.

    Two abstracts say more.
    """
    editions = pair.a.edition and pair.b.edition and not pair.a.title.about
    group = any(is_group(face.authors) for face in (pair.a, pair.b))
    return editions and group and len(pair.a.words) >= LONG and pair.texts is Texts.UNKNOWN


def _cut_off(pair: _Pair, profile: Profile) -> bool:
    """Whether one title ends in an ellipsis where the other goes on, and has enough words for what else is known."""
    short = min(pair.a, pair.b, key=lambda face: len(face.key))
    least = CUT_LEAST if pair.people else ALONE_LEAST
    return (
        short.title.cut
        and len(short.words) >= least
        and pair.texts is not Texts.DIFFER
        and (pair.people is not None or profile.trusting)
    )


def _subtitled(pair: _Pair) -> bool:
    """Whether one title lacks what stands behind the other's, and that is no part or number of a series."""
    short, long = sorted((pair.a, pair.b), key=lambda face: len(face.key))
    behind = long.words[len(short.words) :]
    # "(FQAS 2000)" is no part of a series, "(Part I)" is.
    aside = long.title.aside >= len(behind) and all(len(number) == _YEAR for number in numbers(behind))
    article = len(behind) > 1 and behind[0] == "a"
    part = numbers(behind[:2]) or (not article and numbers(("part", *behind[:1])))
    led = len(pair.a.people) >= SEVERAL and len(short.words) == long.title.lead and not is_generic(short)
    known = pair.gap == 0 and pair.texts is not Texts.DIFFER and _same_people(pair) and SEQUELS.isdisjoint(behind)
    return known and (led or len(short.words) >= UNLED_LEAST) and (aside or not part)


def _needs_more(pair: _Pair, rules: Rules) -> str | None:
    """Why a title in common isn't enough by itself."""
    if pair.a.key in rules.recurring:
        return "one that recurs from year to year"
    if is_generic(pair.a):
        return "a generic one"
    return "a short one" if min(len(pair.a.words), len(pair.b.words)) <= SHORT else None


def _lacking(pair: _Pair) -> str:
    """What doesn't agree besides, for a person."""
    people, gap = pair.people, pair.gap
    if people is None:
        return f"the authors aren't known of both; {pair.texts.value}"
    when = "the years unknown" if gap is None else f"{_years(gap)} apart" if gap else "the same year"
    return f"{_of(people)}, {when}"


def _counts_differ(pair: _Pair) -> bool:
    return None not in (pair.a.author_count, pair.b.author_count) and pair.a.author_count != pair.b.author_count


def _years(count: int) -> str:
    return f"{count} year{'' if count == 1 else 's'}"


def _of(people: Shared) -> str:
    if people.of == 1:
        return "the same author" if people.common else "another author"
    return (
        f"{people.common} of {people.of} authors in common"
        if people.share < 1
        else f"all {people.of} authors in common"
    )


def compare_texts(a: str | None, b: str | None) -> Texts:
    """What two abstracts say of each other, by their letters and digits alone."""
    if not a or not b or min(len(a), len(b)) < TEXT_LEAST:
        return Texts.UNKNOWN
    if a == b:
        return Texts.AGREE
    one, two = solid(a), solid(b)
    if one.startswith(two) or two.startswith(one):
        return Texts.AGREE
    return Texts.AGREE if fuzz.ratio(one, two, score_cutoff=TEXTS_AGREE) else Texts.DIFFER


def _reordered(a: Face, b: Face) -> bool:
    """Whether two titles of some length have the same words in another order."""
    return len(a.key) == len(b.key) and len(a.words) >= TELLING and sorted(a.words) == sorted(b.words)


def _turned(a: tuple[str, ...], b: tuple[str, ...]) -> bool:
    """Whether one title is the other with its two halves changed about; any other order can turn the sense about."""
    return any(a[k:] + a[:k] == b for k in range(1, len(a)))


def _akin(a: Face, b: Face, ratio: float) -> bool:
    """Whether two records with one DOI can be one paper: chapters are listed with the DOI of their book."""
    people = shared(a.people, b.people)
    if people is not None and people.common:
        return True
    alike = ratio >= LEAST_RATIO[Texts.AGREE]
    return alike or (people is None and any(len(word) >= TELLING for word in {*a.words} & {*b.words}))


def _authors(a: Face, b: Face) -> str:
    return "the authors aren't known of both" if shared(a.people, b.people) is None else "no author in common"


def _percent(ratio: float) -> str:
    """A ratio rounded down: what isn't one title is never 100% alike."""
    return f"{int(ratio)}%"


def _two_versions(pair: _Pair) -> bool:
    """Whether each title names a version, and another one."""
    return None not in (pair.a.title.version, pair.b.title.version) and pair.a.title.version != pair.b.title.version


def _is_preprint(face: Face) -> bool:
    return face.arxiv_id is not None or (face.doi is not None and _PREPRINT.match(face.doi) is not None)


_PREPRINT = re.compile(
    r"10\.(?:48550/arxiv|1101/\d|2139/ssrn|21203/rs|5281/zenodo|6084/m9\.figshare|20944/preprints|26434/chemrxiv"
    r"|36227/techrxiv|22541/au|3123[45]/osf|31219/osf|31234/|31235/|31222/|13140/rg|32388/|55458/)"
)
"""The DOIs of repositories: arXiv, bioRxiv and medRxiv, SSRN, Research Square, Zenodo, figshare and others."""


def _begins(a: Face, b: Face) -> bool:
    """Whether one title is the beginning of the other, by whole words; the last may be cut off by "…".

    By three words at least, or by all that stand before a colon.
    """
    short, long = sorted((a, b), key=lambda face: len(face.key))
    if not short.words or (len(short.words) < _BEGUN_LEAST and len(short.words) != long.title.lead):
        return False
    return long.words[: len(short.words)] == short.words or (short.title.cut and long.key.startswith(short.key))
