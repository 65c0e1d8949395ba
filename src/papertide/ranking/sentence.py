"""The one sentence of an abstract that says most: where the authors say what they did. Chosen, never written.

The rule, first that finds one:

    1. the first sentence in which the authors present something   (we propose, we introduce, this paper presents …)
    2. the first that begins with what the title names             ("LoRA freezes …", where the title is "LoRA: …")
    3. the first in which they study something                     (we study, we investigate, this work examines …)
    4. the first in which they find something                      (we find, we show, the results demonstrate …)
    5. the one that shares most words with the title, at least two; questions come after statements
    6. the first

A sentence is taken by rules 1 to 5 only if it is of telling length (5 words to 600 characters) and not about where the
code is.
"""

from __future__ import annotations

import re

from papertide.normal import words

_WE = r"(?:we|this (?:paper|work|study|article|survey|report)|the (?:paper|authors)|our (?:paper|work|method|approach))"
_ADVERB = r"(?:\s+(?:\w+ly|also|then|first|thus|hence|therefore|further|here|instead|aim to|seek to))*"
_PRESENT = (
    "propos|introduc|present|develop|design|build|built|creat|releas|contribut|describ|formulat|establish|construct"
    "|offer|provid|devis|advocat|suggest|extend|leverag|address|tackl"
)
_STUDY = (
    "stud|investigat|examin|analy|explor|evaluat|compar|revisit|survey|review|ask|characteri|assess|measur|benchmark"
    "|consider"
)
_FIND = "find|found|show|demonstrat|reveal|discover|observ|prov|argu|report|achiev|identif|uncover|conclud"
_PRESENTS, _STUDIES, _FINDS = (
    re.compile(rf"\b{_WE}{_ADVERB}\s+(?:{verbs})\w*", re.IGNORECASE) for verbs in (_PRESENT, _STUDY, _FIND)
)
_NAME = re.compile(r"(?P<name>[^\s:]\S{0,40}(?: \S{1,20}){0,2}?)\s*:\s")
_LINK = re.compile(
    r"https?://|github|\b(?:code|models?|data|datasets?) (?:is|are|will be) (?:publicly )?available", re.IGNORECASE
)
_END = re.compile(r"[.!?][)\]\"'”’]*\s+(?=[\"'“‘(\[]?[A-Z0-9])")
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|cf|vs|et al|etc|Figs?|Eqs?|Sec|Tab|resp|approx|w\.r\.t|a\.k\.a|Dr|Prof|Mr|Ms|St|No|avg)"
    r"|\b[A-Z])\.$"
)
_LONGEST = 600


def sentences(text: str) -> list[str]:
    """The sentences of a text; an abbreviation's or an initial's full stop ends none."""
    found: list[str] = []
    start = 0
    for end in _END.finditer(text):
        piece = text[start : end.end()].rstrip()
        if _ABBREVIATION.search(piece):
            continue
        found.append(piece.strip())
        start = end.end()
    rest = text[start:].strip()
    return [*found, rest] if rest else found


def telling_sentence(abstract: str | None, title: str = "") -> str | None:
    """The sentence that says most, word for word; None where there is no abstract."""
    if not abstract:
        return None
    found = sentences(abstract)
    able = [s for s in found if len(s) <= _LONGEST and len(s.split()) >= 5 and not _LINK.search(s)]
    named = _NAME.match(title)
    begins = re.compile(rf"\A{re.escape(named['name'])}(?!\w)") if named else None
    for rule in (_PRESENTS, begins, _STUDIES, _FINDS):
        for sentence in able if rule else ():
            if rule and rule.search(sentence):
                return sentence
    return _nearest(able, title) or (found or [abstract])[0]


def _nearest(able: list[str], title: str) -> str | None:
    """The sentence that shares most words with the title; a statement before a question, else the earlier one."""
    asked = {word for word in words(title) if len(word) > 3}
    shared = [(len(asked.intersection(words(s))), not s.endswith("?"), -place) for place, s in enumerate(able)]
    best = max(shared, default=(0, False, 0))
    return able[-best[2]] if best[0] >= 2 else None
