"""Numbers and letters said aloud: `four one double one`, `oh seven`, `N for November`, `jane at example dot com`.

Transcripts hold them, and people type them to get around a filter. The words are read as the digits and letters they
stand for, with the places of the words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import re2

from accord.core.numerals import ALPHABET, AMBIGUOUS, AND, FILLERS, SIGNS, TIMES, numbers, tens
from accord.core.reading import Reading
from accord.readers.align import Swap, aligned

_TOKEN = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*-?|\d+|[+]")
_GAP = re.compile(r"[\s,;.…\-–—·/'\"”“]*")
_LEAST = 4  # digits; fewer are counts
_LEAST_WORDS = 2
_LETTERS = 3
_AS_IN = frozenset({"for", "as", "like", "wie", "comme", "de", "come"})
_WORDS_TOO = "aàiyeèéêoóu"  # letters that are words: `à quatre`, `e cinque`
_MOST = 64  # tokens of one run: no number is longer


def _gate() -> Any:
    words = sorted({*numbers(), *TIMES, *ALPHABET}, key=len, reverse=True)
    return re2.compile(rf"(?i)\b(?:{'|'.join(map(re.escape, words))}|[a-z] (?:for|as in|wie|comme) [a-z])")


_GATE = _gate()
_ASIDE = 64  # characters beside them that may belong to it
_NEAR = 14  # characters between two telling words of one run
_AT = re.compile(
    r"(?i)\b([a-z0-9]+(?:(?:\s+(?:dot|period|point|punkt|punto|ponto|underscore|unterstrich|dash|hyphen|minus)\s+|[._\-])[a-z0-9]+){0,5})"
    r"\s+(?:at|at sign|arroba|arobase|chiocciola|apenstaartje)\s+"
    r"([a-z0-9\-]{2,}(?:(?:\s+(?:dot|period|point|punkt|punto|ponto)\s+|\.)[a-z0-9\-]{2,}){1,3})\b"
)
_AT_GATE = re2.compile(
    r"(?i)\s(?:at|at sign|arroba|arobase|chiocciola|apenstaartje)\s+[a-z0-9\-]+"
    r"(?:\s+(?:dot|period|point|punkt|punto|ponto)\s|\.[a-z])"
)
_AT_SIGNS = {
    "dot": ".", "period": ".", "point": ".", "punkt": ".", "punto": ".", "ponto": ".", "underscore": "_",
    "unterstrich": "_", "dash": "-", "hyphen": "-", "minus": "-",
}  # fmt: skip
_AT_WORD = re.compile(r"(?i)\s+(" + "|".join(_AT_SIGNS) + r")\s+")
_WORD_AT = re.compile(r"(?i)\s+(?:at sign|at|arroba|arobase|chiocciola|apenstaartje)\s+")


@dataclass(slots=True)
class _Said:
    """What a word stands for."""

    start: int
    end: int
    text: str
    kind: str  # number, sign, letter


def read_spoken(reading: Reading) -> Reading | None:
    """Read number words and spelled letters as what they stand for, or say None where there are none."""
    text = reading.text
    swaps = [swap for part in _parts(text) for run in _runs(text, *part) for swap in _written(run)]
    swaps += _addresses(text, swaps)
    if not swaps:
        return None
    return aligned(reading, sorted(swaps), "spoken", fields=reading.fields)


def _addresses(text: str, taken: Sequence[Swap]) -> Iterator[Swap]:
    """Signs said within addresses: `jane dot doe at example dot com`."""
    if _AT_GATE.search(text) is None:
        return
    for match in _AT.finditer(text):
        if any(start < match.end() and match.start() < end for start, end, _ in taken):
            continue
        for part in (1, 2):
            for word in _AT_WORD.finditer(text, *match.span(part)):
                yield word.start(), word.end(), _AT_SIGNS[word[1].lower()]
        at = _WORD_AT.search(text, match.end(1), match.start(2))
        if at is not None:
            yield at.start(), at.end(), "@"


def _parts(text: str) -> Iterator[tuple[int, int]]:
    """Stretches in which telling words stand close together: a number word by itself is a count."""
    start = last = -1
    count = 0
    for match in _GATE.finditer(text):
        if start >= 0 and match.start() - last > _NEAR:
            if count > 1:
                yield max(0, start - _ASIDE), last + _ASIDE
            start = -1
        if start < 0:
            start, count = match.start(), 0
        last, count = match.end(), count + 1
    if count > 1:
        yield max(0, start - _ASIDE), last + _ASIDE


def _runs(text: str, start: int, stop: int) -> Iterator[list[_Said]]:
    """Runs of words that stand for digits, signs and letters, with enough in them to be worth reading."""
    run: list[_Said] = []
    end = 0
    while start > 0 and text[start - 1].isalnum():
        start -= 1
    tokens = list(_TOKEN.finditer(text, start, stop))
    at = 0
    while at < len(tokens):
        token = tokens[at]
        if run and (_GAP.fullmatch(text, end, token.start()) is None or len(run) >= _MOST):
            yield from _worth(run)
            run = []
        said, used = _meaning(tokens, at, bool(run))
        if said is None:
            if not (run and token[0].lower() in FILLERS):
                yield from _worth(run)
                run = []
            at += 1
        else:
            run += said
            at += used
        end = tokens[at - 1].end()
    yield from _worth(run)


def _meaning(tokens: Sequence[re.Match[str]], at: int, within: bool) -> tuple[list[_Said] | None, int]:
    """What the words at a place stand for, and how many they are."""
    token = tokens[at]
    word = token[0].lower().rstrip("-")
    times = TIMES.get(word)
    if times and at + 1 < len(tokens):
        said, used = _meaning(tokens, at + 1, True)
        if said and len(said) == 1 and len(said[0].text) == 1:
            return [_Said(token.start(), said[0].end, said[0].text * times, said[0].kind)], used + 1
        return None, 1
    if word in tens() and at + 1 < len(tokens):
        follows = at + 2 if tokens[at + 1][0].lower() in AND and at + 2 < len(tokens) else at + 1
        unit = numbers().get(tokens[follows][0].lower(), "")
        if len(unit) == 1 and unit != "0" and numbers()[word][-1] == "0":
            return [
                _Said(token.start(), tokens[follows].end(), numbers()[word][:-1] + unit, "number")
            ], follows - at + 1
    digits = token[0] if token[0].isdigit() else numbers().get(word)
    if digits is not None:
        return [_Said(token.start(), token.end(), digits, "number")], 1
    spelled = _letter(tokens, at, word)
    if spelled[1] > 1:
        return spelled
    if within and word in AMBIGUOUS:
        return [_Said(token.start(), token.end(), AMBIGUOUS[word], "ambiguous")], 1
    if word in SIGNS and (within or word == "plus"):
        return [_Said(token.start(), token.end(), SIGNS[word], "sign")], 1
    return spelled


def _letter(tokens: Sequence[re.Match[str]], at: int, word: str) -> tuple[list[_Said] | None, int]:
    """A letter that is said by itself, by its code word, or as `N for November`."""
    token = tokens[at]
    if len(word) == 1 and word.isalpha():
        skip = 1
        if at + 2 < len(tokens) and tokens[at + 1][0].lower() in _AS_IN:
            skip = 3 if at + 3 < len(tokens) and tokens[at + 2][0].lower() == "in" else 2
            if at + skip < len(tokens) and tokens[at + skip][0].lower().startswith(word):
                return [_Said(token.start(), tokens[at + skip].end(), word, "letter")], skip + 1
        return [_Said(token.start(), token.end(), word, "letter")], 1
    if word in ALPHABET:
        return [_Said(token.start(), token.end(), ALPHABET[word], "letter")], 1
    return None, 1


def _worth(run: list[_Said]) -> Iterator[list[_Said]]:
    """A run without loose ends, if it holds a number or a spelled word in words."""
    while run and run[-1].kind in ("sign", "ambiguous") and run[-1].text != "0":
        run = run[:-1]
    if run and run[0].kind == "letter" and run[0].text in _WORDS_TOO and run[0].end - run[0].start == 1:
        run = run[1:]
    digits = sum(len(said.text) for said in run if said.kind in ("number", "ambiguous"))
    letters = sum(said.kind == "letter" for said in run)
    words = sum(not said.text.isdigit() or said.end - said.start != len(said.text) for said in run)
    if words and len(run) >= _LEAST_WORDS and (digits >= _LEAST or letters >= _LETTERS):
        yield run


def _written(run: list[_Said]) -> Iterator[Swap]:
    """A run as digits and letters without anything between them."""
    upper = any(said.kind == "number" for said in run)
    for index, said in enumerate(run):
        start = said.start if index == 0 else run[index - 1].end
        yield start, said.end, said.text.upper() if said.kind == "letter" and upper else said.text
