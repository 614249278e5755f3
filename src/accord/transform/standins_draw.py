"""Drawing from tables by HMAC, and knowing what must not be drawn."""

from __future__ import annotations

import hashlib
import hmac
import re
import string
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from accord.transform.restore_view import UNSEEN, fold

_T = TypeVar("_T")

# Vowel signs of Indic scripts are no letters to Python, but parts of words.
TOKEN = re.compile(r"(?:[^\W_]|[\u0900-\u0963\u0966-\u0dff\u0e00-\u0fff\u1000-\u109f])+")
"""A word or a number."""
_CHUNK = re.compile(r"[^\s\"'<>,;()\[\]{}|]+")
_NUMBER = re.compile(r"\d[\d \-./()]{5,40}")
_TAIL = 7  # digits from the end: what precedes them is a prefix one may leave out

HAN = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
"""The scripts that do not part the words of a name."""
_RUN = re.compile(f"[{HAN}]{{2,}}")


def plain(text: str) -> str:
    """A text folded, without what does not show."""
    return fold(text).replace(UNSEEN, "")


def compact(text: str) -> str:
    """The letters and digits of a text, folded."""
    return "".join(TOKEN.findall(plain(text)))


_SPELT = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ø": "o", "ł": "l", "ı": "i", "đ": "d", "œ": "oe"}
)


def spelt(word: str) -> str:
    """A word in the letters of e-mail addresses; empty where it has none."""
    made = plain(word.casefold().translate(_SPELT))
    return made if made.isascii() else ""


class Draw:
    """Numbers derived from a key and words; the same words give the same numbers.

    Args:
        key: of the scope.
        words: what is drawn for.
    """

    def __init__(self, key: bytes, *words: str) -> None:
        text = "\0".join(word.replace("\0", "\0\0") for word in ("stand-in", *words))
        self._key = hmac.digest(key, text.encode("utf-8", "surrogatepass"), hashlib.sha256)
        self._drawn = 0

    def number(self, below: int) -> int:
        """The next number, from 0 to below a bound."""
        self._drawn += 1
        return int.from_bytes(hmac.digest(self._key, self._drawn.to_bytes(8), hashlib.sha256)[:16]) % below

    def pick(self, items: Sequence[_T]) -> _T:
        """One of some items."""
        return items[self.number(len(items))]

    def digits(self, count: int) -> str:
        """Decimal digits."""
        return "".join(str(self.number(10)) for _ in range(count))

    def order(self, items: Sequence[_T]) -> Iterator[_T]:
        """All items, beginning at a drawn one, by a drawn step."""
        size = len(items)
        start, step = self.number(size), 1 + self.number(max(size - 1, 1))
        while _gcd(step, size) != 1:
            step += 1
        return (items[(start + step * i) % size] for i in range(size))

    def like(self, pattern: str) -> str:
        """Characters of the same kinds: digit for digit, letter for letter of the same case."""
        made = []
        for character in pattern:
            if character.isdecimal():
                made.append(str(self.number(10)))
            elif character in string.ascii_uppercase:
                made.append(self.pick(string.ascii_uppercase))
            elif character in string.ascii_lowercase:
                made.append(self.pick(string.ascii_lowercase))
            else:
                made.append(character)
        return "".join(made)


def _gcd(one: int, two: int) -> int:
    while two:
        one, two = two, one % two
    return one


def refill(pattern: str, digits: str) -> str:
    """A pattern with its digits replaced, in order, by as many others."""
    left = iter(digits)
    return "".join(next(left) if character.isdecimal() else character for character in pattern)


@dataclass(frozen=True, slots=True, repr=False)
class Present:
    """What occurs in a content, so that no stand-in is taken for it.

    Attributes:
        tokens: its words and numbers, folded.
        chunks: what blanks and brackets part, folded.
        numbers: the last digits of its numbers.
        pairs: neighbouring characters of scripts that do not part words.
    """

    tokens: set[str] = field(default_factory=set)
    chunks: set[str] = field(default_factory=set)
    numbers: set[str] = field(default_factory=set)
    pairs: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, texts: Iterable[str]) -> Present:
        """What occurs in texts."""
        present = cls()
        for text in texts:
            view = plain(text)
            present.tokens.update(TOKEN.findall(view))
            present.chunks.update(chunk.strip(".:!?") for chunk in _CHUNK.findall(view))
            for number in _NUMBER.findall(view):
                present.numbers.add("".join(c for c in number if c.isdecimal())[-_TAIL:])
            for run in _RUN.findall(view):
                present.pairs.update(run[i : i + 2] for i in range(len(run) - 1))
        return present

    def has_word(self, word: str) -> bool:
        """Whether a word of a name occurs."""
        folded = plain(word)
        return any(token in self.tokens for token in TOKEN.findall(folded)) or (
            _RUN.fullmatch(folded) is not None and folded[:2] in self.pairs
        )

    def has_phrase(self, phrase: str) -> bool:
        """Whether all words of a phrase occur."""
        tokens = TOKEN.findall(plain(phrase))
        return all(token in self.tokens for token in tokens)

    def has(self, value: str) -> bool:
        """Whether a value that is no name occurs, or could be meant by what does."""
        folded = plain(value)
        digits = "".join(c for c in folded if c.isdecimal())
        return folded in self.chunks or (len(digits) >= _TAIL and digits[-_TAIL:] in self.numbers)


def cased(word: str, like: str) -> str:
    """A word in capitals or small letters where another is."""
    if like.isupper() and len(like) > 1:
        return word.upper()
    return word.lower() if like.islower() else word
