"""Names that may be said: Whisper is told them, and writes down right what else it would write as it sounds.

A recogniser that has just read `Jürgen Albrecht` writes that where it would have written `your journal read`
(Radford et al. 2022, section 4.5: text before a window is context for it). What it is told may come from anybody, so
it is listened to once more and nothing else is taken from that than the names: words that no digit is in give way to
a name that was heard in their place. Whatever gave way is part of the name from then on, with its time.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace

from accord.readers.speech.words import Word

MOST = 24
"""Names that are told at most; more of them crowd out one another."""

LEAST_LOGPROB = -6.0
"""From which on a name counts as heard: the mean logarithm of its tokens' probabilities for who was told nothing.

Names that are said come as a surprise then, those that are made up come out of nothing: in sentences of synthesised
voices that are measured nowhere, -5.5 was the least of 46 names that were said, -6.3 the most of those of some length
that were not.
"""

_SHORTEST = 4  # letters of a word of a name
_MOST_WORDS = 2  # as many times more words than a name has may give way to it
_SIGNS = re.compile(r"[^\w'’\-]+$")


def context(names: Sequence[str]) -> str:
    """What Whisper is told."""
    return ", ".join(names[:MOST]) + "." if names else ""


def corrected(words: Sequence[Word], told: Sequence[Word], names: Sequence[str]) -> list[Word]:
    """Words in which names stand that were heard by who was told them.

    Args:
        words: as they were heard without being told, in order.
        told: the same window, as it was heard by who was told names.
        names: those.
    """
    made = list(words)
    for start, end in _said(told, names):
        made = _put(made, told[start:end])
    return made


def _said(told: Sequence[Word], names: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Where names stand, whole ones before words of them."""
    plain = [_plain(word.text) for word in told]
    whole = [[_plain(word) for word in name.split()] for name in names[:MOST]]
    parts = {word for name in whole for word in name if len(word) >= _SHORTEST}
    at = 0
    while at < len(plain):
        size = max((len(name) for name in whole if name and plain[at : at + len(name)] == name), default=0)
        size = size or (1 if plain[at] in parts else 0)
        if size and _sure(told[at : at + size]):
            yield at, at + size
        at += max(1, size)


def _sure(words: Sequence[Word]) -> bool:
    chances = [each for word in words for each in word.logprobs]
    return bool(chances) and sum(chances) / len(chances) >= LEAST_LOGPROB


def _put(words: list[Word], name: Sequence[Word]) -> list[Word]:
    """Words with a name in place of those that are said at the same time; as they were where that cannot be."""
    start, end = name[0].start, name[-1].end
    inside = [at for at, word in enumerate(words) if _shared(word, start, end)]
    gone = [words[at] for at in inside]
    if [_plain(word.text) for word in gone] == [_plain(word.text) for word in name]:
        return words
    numbers = any(each.isdigit() for word in gone for each in word.text)
    if not gone or numbers or len(gone) > _MOST_WORDS * len(name) + 1:
        return words  # where nothing else was heard, who expects a name hears it in silence
    signs = _SIGNS.search(gone[-1].text)
    row = [_bare(word) for word in name]
    row[0] = row[0].within(min(start, gone[0].start), max(row[0].end, gone[0].start))
    row[-1] = row[-1].within(row[-1].start, max(end, gone[-1].end))
    if signs is not None:
        last = row[-1]
        row[-1] = replace(last, text=last.text + signs[0], times=(*last.times, *[last.times[-1]] * len(signs[0])))
    return words[: inside[0]] + row + words[inside[-1] + 1 :]


def _shared(word: Word, start: float, end: float) -> bool:
    """Whether most of the shorter of two is said at the time of the other."""
    both = min(word.end, end) - max(word.start, start)
    return both > 0 and both >= 0.5 * min(word.end - word.start, end - start)


def _bare(word: Word) -> Word:
    """A word without the marks at its end."""
    text = _SIGNS.sub("", word.text) or word.text
    return replace(word, text=text, times=word.times[: len(text)])


def _plain(word: str) -> str:
    """Letters without case, accents and what belongs to somebody (`Anna's`)."""
    folded = unicodedata.normalize("NFKD", re.sub(r"['’]s\b", "", word).casefold())
    return "".join(each for each in folded if each.isalnum())
