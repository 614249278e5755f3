"""Where tags stand in a text, also where a model did not write them quite as they were.

Case, brackets, Markdown, escapes, and blanks or hyphens in the place of underscores may change. The letters may not:
one wrong letter makes another tag. So that no word or number of ordinary text can be taken for a tag without its
brackets, the letters of a tag begin and end with a letter and hold a digit.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from accord.core.taxonomy import CATEGORIES
from accord.transform.restore_view import View
from accord.transform.surroundings import LOOKAHEAD

MAX = 48
"""How long a pseudonym is at most, as it is written in a text."""

STRICT = re.compile(r"\[([A-Z]+(?:_[A-Z]+)*)_([A-Z2-7]{4,16})\]")
"""A tag as it is issued."""

_LABELS = {
    "privacy.person.name": "PERSON",
    "privacy.person.username": "USER",
    "privacy.date.birth": "BIRTH_DATE",
    "privacy.date.date": "DATE",
    "privacy.location.place": "PLACE",
    "privacy.group.organisation": "ORG",
    "privacy.health.condition": "HEALTH",
    "privacy.id.national": "NATIONAL_ID",
    "privacy.id.social_security": "SOCIAL_SECURITY",
    "privacy.id.other": "ID",
}


def label(category: str) -> str:
    """The word a tag or mask uses for a category: `privacy.contact.email` is `EMAIL`."""
    return _LABELS.get(category) or category.rsplit(".", 1)[-1].upper()


_SHAPE = re.compile(r"[a-z](?=[a-z]*[2-7])[a-z2-7]{2,14}[a-z]", re.IGNORECASE)


def shaped(letters: str) -> bool:
    """Whether letters are such as a tag has: a letter at both ends and a digit between."""
    return _SHAPE.fullmatch(letters) is not None


BETWEEN = r"(?:[ *`]{0,2}[_\-][ *`]{0,2}| {1,3})"
"""What may stand between the words of a tag."""

WORDS = sorted({label(category) for category in CATEGORIES if category.startswith("privacy.")}, key=len)[::-1]
"""The labels of all categories, the longest first."""

LABELS = "|".join(word.lower().replace("_", BETWEEN) for word in WORDS)
"""The labels of all categories, as they may be written, as a regular expression."""

WORD = "a-z0-9ß-ʯͰ-ԯԱ-֏"
"""The characters of scripts that part words by blanks, folded."""


_TOLERANT = re.compile(
    rf"(?<![{WORD}])(?<![{WORD}]_)(?<![{WORD}]__)"
    rf"({LABELS})({BETWEEN})([a-z2-7]{{4,16}})(?![{WORD}])(?!_{{1,2}}[{WORD}])"
)
_SEPARATOR = re.compile(BETWEEN)
_CLOSING = {"[": "]", "{": "}", "<": ">", "【": "】", "〔": "〕", "⟦": "⟧", "(": ")"}
_WRAPPING = " *_`~\"'"
_WRAPS = 4
_SHORT = 3  # a label of so few letters may be a word of ordinary text, such as ID


@dataclass(frozen=True, slots=True)
class TagSpan:
    """Where a tag may stand.

    Attributes:
        start: where it begins in the text, with its brackets.
        end: where it ends.
        tag: the tag it is, as it was issued.
        owner: the tag it is where its last letter is the s of a genitive; empty where it cannot be.
        tail: what follows the value, such as the s of a genitive.
        joint: where that stands which parts the letters from the label.
    """

    start: int
    end: int
    tag: str
    owner: str
    tail: str
    joint: tuple[int, int]


def tags_in(text: str, view: View) -> list[TagSpan]:
    """Everything in a text that may be a tag, in order and apart.

    Args:
        text: the text.
        view: the text as it is meant.
    """
    exact = [_strict(match) for match in STRICT.finditer(text)]
    loose = [found for match in _TOLERANT.finditer(view.text) if (found := _tolerant(text, view, match)) is not None]
    kept: list[TagSpan] = []
    following = 0
    for found in loose:
        while following < len(exact) and exact[following].start < found.end:
            kept.append(exact[following])
            following += 1
        if not kept or kept[-1].end <= found.start:
            kept.append(found)
    return [*kept, *exact[following:]]


def cores_in(view: View) -> list[tuple[int, int]]:
    """Where in a view there are labels with letters, whether or not what is around them makes tags of them."""
    return [match.span() for match in _TOLERANT.finditer(view.text) if shaped(match[3])]


def _strict(match: re.Match[str]) -> TagSpan:
    joint = match.start(2) - 1
    return TagSpan(match.start(), match.end(), match[0], "", "", (joint, joint + 1))


def _tolerant(text: str, view: View, match: re.Match[str]) -> TagSpan | None:
    start, end = view.span(match.start(), match.end())
    core = text[start:end]
    name, letters = _SEPARATOR.sub("_", match[1]).upper(), match[3]
    if not shaped(letters):
        return None
    around = _around(view.text, match.start(), match.end())
    if around.wrapped:
        first, last = view.span(around.start, around.end)
        if start - first > LOOKAHEAD or last - end > LOOKAHEAD:
            around = replace(around, wrapped=False, swallowed=False, tail="")
    if not around.wrapped and not _stands_alone(core, match):
        return None
    owner = f"[{name}_{letters[:-1].upper()}]" if letters[-1] == "s" and core[-1] == "s" and core[-2] != "s" else ""
    if owner and not (core[:-1].isupper() and shaped(letters[:-1])):
        owner = ""
    if around.swallowed:
        start, end = view.span(around.start, around.end)
    if end - start > MAX:
        return None
    joint = view.span(match.start(2), match.end(2))
    return TagSpan(start, end, f"[{name}_{letters.upper()}]", owner, around.tail, joint)


def _stands_alone(core: str, match: re.Match[str]) -> bool:
    """Whether something is a tag even without brackets."""
    if "_" in match[2]:
        return True
    loud = core.removesuffix("s").isupper()
    return loud and ("-" in match[2] or len(match[1]) > _SHORT)


@dataclass(frozen=True, slots=True)
class _Around:
    """What stands around a tag in a view: whether brackets do, whether they are its own, and what they hold."""

    wrapped: bool
    swallowed: bool
    start: int
    end: int
    tail: str


def _around(text: str, start: int, end: int) -> _Around:
    left, right, tail = start, end, ""
    while left > 0 and start - left < _WRAPS and text[left - 1] in _WRAPPING:
        left -= 1
    if text.startswith("'s", end) and not text[left:start].endswith("'"):
        right, tail = end + 2, "'s"
    mark = right
    while right < len(text) and right - mark < _WRAPS and text[right] in _WRAPPING:
        right += 1
    opening = text[left - 1] if left else ""
    closing = _CLOSING.get(opening, "")
    if not closing or not text.startswith(closing, right):
        return _Around(False, False, start, end, "")
    inside, mirrored = text[left:start], text[mark:right][::-1]
    # Quotes and parentheses may be the text's own: what is put between them then stays between them.
    own = opening != "(" and inside == mirrored and not set(inside) & {'"', "'"}
    if not own:
        return _Around(True, False, left - 1, right + 1, "")
    twice = opening == "{" and text[left - 2 : left - 1] == "{" and text.startswith("}", right + 1)
    return _Around(True, True, left - 1 - twice, right + 1 + twice, tail)
