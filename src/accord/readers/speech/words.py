"""Words with times, made of tokens; and what of the voice they leave unexplained."""

from __future__ import annotations

import codecs
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from accord.core.media import Strip
from accord.core.numerals import numbers
from accord.readers.speech.activity import FRAME_S, voiced
from accord.readers.speech.whisper import LEAST_LOGPROB, Guess, Token

Floats = NDArray[np.float32]
Times = tuple[tuple[float, float], ...]

LINE_PAUSE_S = 2.0
"""Seconds of silence that end a line."""

_PHRASE_PAUSE_S = 0.5
_TRIM = 0.15
_ONSET_S, _RELEASE_S = 0.2, 0.12  # an f or s before the voice sets in, and what fades after it
_TAIL_S = 0.6
_UNEXPLAINED_S = 0.6
_SAID_S = 0.2
_FEW, _WORDS_A_SECOND = 4, 8.0
# Slow and careful speech, in seconds: words, a spelled letter, a digit by itself; the same for brisk speech.
_BRISK_S, _BRISK_LETTER_S, _BRISK_DIGIT_S, _SLOWER = 0.2, 0.08, 0.8, 1.6
_LONG_S, _SWALLOWED_S, _GUESSED = 0.05, 0.35, -1.0
_BRIEF_S, _LEAST_BRIEF = 0.8, -1.5
_EARLY_S, _STAMMER = 0.15, 4
_ROUND = re.compile(r"(?i)([^\W\d_]{1,4}[-,.]?)\1{7,}")
_MARKS = ".,;:!?…-–()\"'"
_WORD_S, _LETTER_S, _CAPITAL_S, _DIGIT_S = 0.4, 0.12, 0.4, 0.7
# Scripts that are written without spaces: Thai to Myanmar, Khmer, kana, Han and what belongs to them.
_UNSPACED = (
    (0x0E00, 0x0EFF),
    (0x1000, 0x109F),
    (0x1780, 0x17FF),
    (0x3040, 0x30FF),
    (0x3400, 0x9FFF),
    (0xF900, 0xFAFF),
)


@dataclass(frozen=True, slots=True, repr=False)
class Word:
    """A word with the punctuation around it.

    Attributes:
        text: without spaces.
        times: start and end of each of its characters, in seconds of the recording.
        logprobs: of its tokens.
        spaced: it is written apart from the word before it.
    """

    text: str
    times: Times
    logprobs: tuple[float, ...]
    spaced: bool

    @property
    def start(self) -> float:
        """When it begins."""
        return self.times[0][0]

    @property
    def end(self) -> float:
        """When it ends."""
        return self.times[-1][1]

    def within(self, start: float, end: float) -> Word:
        """The same word with its first character beginning and its last one ending there."""
        times = [(min(max(a, start), end), min(max(b, start), end)) for a, b in self.times]
        times[0] = (start, max(start, times[0][1]))
        times[-1] = (min(times[-1][0], end), end)
        return replace(self, times=tuple(times))

    @property
    def allowance(self) -> float:
        """Seconds that somebody who speaks slowly may need for it."""
        digits = sum(each.isdigit() for each in self.text)
        capitals = sum(each.isupper() for each in self.text)
        letters = sum(each.isalpha() for each in self.text) - capitals
        return _WORD_S + _DIGIT_S * digits + _CAPITAL_S * capitals + _LETTER_S * letters

    @property
    def brief(self) -> float:
        """Seconds that somebody who speaks briskly needs for it at most."""
        digits = digits_of(self)
        return _BRISK_S + (_BRISK_DIGIT_S * digits if digits else _BRISK_LETTER_S * len(self.text))


@dataclass(frozen=True, slots=True, repr=False)
class Hearing:
    """What was made of a window.

    Attributes:
        words: in order.
        doubts: times in which somebody speaks and was not understood, in seconds of the recording.
        language: the language it was taken for.
    """

    words: tuple[Word, ...]
    doubts: tuple[tuple[float, float], ...]
    language: str

    @property
    def doubtful(self) -> float:
        """Seconds that were not understood."""
        return sum(end - start for start, end in self.doubts)

    @property
    def sureness(self) -> float:
        """Mean logarithm of the probabilities of what was understood; minus infinity for nothing."""
        chances = [each for word in self.words for each in word.logprobs]
        return sum(chances) / len(chances) if chances else -math.inf


@dataclass(frozen=True, slots=True, repr=False)
class _Unit:
    text: str
    start: float
    end: float
    logprobs: tuple[float, ...]


def words_of(tokens: Iterable[Token], offset: float) -> list[Word]:
    """Join tokens to words.

    Args:
        tokens: of one window.
        offset: when the window starts in the recording, in seconds.
    """
    groups: list[list[_Unit]] = []
    for unit in _units(tokens):
        if not groups or unit.text[0].isspace() or _starts_word(groups[-1][-1].text, unit.text):
            groups.append([])
        groups[-1].append(unit)
    made = [_word(group, offset) for group in groups]
    return [word for word in made if word is not None]


def _units(tokens: Iterable[Token]) -> list[_Unit]:
    """Tokens joined where a character runs over several."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    units: list[_Unit] = []
    open_since, pending = -1.0, list[float]()
    for token in tokens:
        open_since = token.start if open_since < 0 else open_since
        pending.append(token.logprob)
        text = decoder.decode(token.data).replace("\ufffd", "").replace("\0", "")
        if text:
            units.append(_Unit(text, open_since, token.end, tuple(pending)))
            open_since, pending = -1.0, []
    return units


def _starts_word(before: str, text: str) -> bool:
    """Whether a piece without a space before it is a word of its own, as in scripts that have no spaces."""
    return text[0].isalnum() and (_unspaced(text[0]) or _unspaced(before[-1]))


def _unspaced(character: str) -> bool:
    return any(low <= ord(character) <= high for low, high in _UNSPACED)


def _word(units: Sequence[_Unit], offset: float) -> Word | None:
    spaced = units[0].text[0].isspace() or not _unspaced(units[0].text[0])
    text, times = "", list[tuple[float, float]]()
    for unit in units:
        written = "".join(unit.text.split())
        text += written
        times += _spread(written, offset + unit.start, offset + unit.end)
    if not text:
        return None
    return Word(
        text,
        _over_marks(text, times, offset + units[-1].end),
        tuple(each for unit in units for each in unit.logprobs),
        spaced,
    )


def _spread(text: str, start: float, end: float) -> list[tuple[float, float]]:
    """Share the time of a piece among its letters and digits; marks take none."""
    spoken = [each.isalnum() for each in text]
    total = max(1, sum(spoken))
    times, done = [], 0
    for counts in spoken:
        low = start + (end - start) * done / total
        done += counts
        times.append((low, start + (end - start) * done / total))
    return times


def _over_marks(text: str, times: list[tuple[float, float]], end: float) -> Times:
    """Give the time of marks at the end of a word to its last letter, so that none of it is left over."""
    last = max((at for at, each in enumerate(text) if each.isalnum()), default=0)
    return tuple(times[:last] + [(times[last][0], max(times[last][1], end))] * (len(text) - last))


def settle(guess: Guess, start: float, end: float, probabilities: Floats) -> Hearing:
    """Lay what was understood in a window over the voice in it.

    Silence at either end of a word is taken off it, a little voice that no word covers is added to the next one;
    more of it, and what was understood badly, is a doubt.

    Args:
        guess: what was understood.
        start: of the window, in seconds.
        end: of the window, in seconds.
        probabilities: of voice, for each frame of the recording.
    """
    words = [_trimmed(word, probabilities) for word in words_of(guess.tokens, start)]
    if guess.invented or _too_many(words, end - start):
        words = []
    if not any(each.isalnum() for word in words for each in word.text):
        heard = voiced(probabilities, start, end)
        return Hearing((), ((start, end),) if heard >= _SAID_S else (), guess.language)
    words, doubts = _ends(words, start, end, probabilities)
    for word in words:
        if voiced(probabilities, word.start, word.end) - word.allowance > _UNEXPLAINED_S:
            doubts.append((word.start, word.end))
    for phrase in _phrases(words):
        chances = [each for word in phrase for each in word.logprobs]
        if sum(chances) / len(chances) < _least(phrase, probabilities):
            doubts.append((phrase[0].start, phrase[-1].end))
    doubts += _stammers(words)
    if guess.logprob < _least(words, probabilities):
        doubts = [(start, end)]
    return Hearing(tuple(words), tuple(merged(doubts)), guess.language)


def _least(words: Sequence[Word], probabilities: Floats) -> float:
    """How sure words have to be; a mean over the few tokens of a word or two says less, and they hold no number."""
    long = voiced(probabilities, words[0].start, words[-1].end) >= _BRIEF_S
    return LEAST_LOGPROB if long or any(map(digits_of, words)) else _LEAST_BRIEF


def questionable(words: Sequence[Word], probabilities: Floats) -> bool:
    """Whether a number may be among some words: one is a number, one was guessed, one lasts longer than it takes."""
    return any(
        digits_of(word) or min(word.logprobs) < _GUESSED or _surplus(word, probabilities) > _LONG_S for word in words
    )


def lasting(words: Sequence[Word], probabilities: Floats) -> list[tuple[float, float, float]]:
    """Where words in a row last longer than anybody who speaks at that pace needs for them.

    Whisper leaves out what it does not expect, and stretches the words around it.

    Returns:
        When, and for how many seconds somebody speaks whom no word explains.
    """
    paces = [voiced(probabilities, word.start, word.end) / word.brief for word in words]
    pace = max(1.0, _SLOWER * float(np.median(paces))) if len(paces) >= _FEW else 1.0
    found: list[tuple[float, float, float]] = []
    run: list[Word] = []
    total = 0.0
    for word in [*words, None]:
        more = _surplus(word, probabilities, pace) if word is not None else 0.0
        if word is not None and more > 0:
            run.append(word)
            total += more
            continue
        if total > _SWALLOWED_S:
            found.append((run[0].start, run[-1].end, total))
        run, total = [], 0.0
    return found


def _surplus(word: Word, probabilities: Floats, pace: float = 1.0) -> float:
    """Seconds of voice in a word that it does not explain."""
    return voiced(probabilities, word.start, word.end) - pace * word.brief


def widened(words: Sequence[Word]) -> list[Word]:
    """The same words with more time for numbers, taken from the words around them.

    The attention by which words are placed comes late to a number that follows talk, and leaves it early.
    """
    done = list(words)
    for at, word in enumerate(words):
        if digits_of(word):
            start, end = word.start, word.end
            if at and start - words[at - 1].end < _EARLY_S:
                start = min(start, max(start - _EARLY_S, (words[at - 1].start + words[at - 1].end) / 2))
            if at + 1 < len(words) and words[at + 1].start - end < _EARLY_S:
                end = max(end, min(end + _EARLY_S, (words[at + 1].start + words[at + 1].end) / 2))
            done[at] = word.within(start, end)
    return done


def _stammers(words: Sequence[Word]) -> list[tuple[float, float]]:
    """When a word that is no number, or a part of one, was understood again and again, which nobody says."""
    found = []
    for _, group in groupby(words, key=lambda word: word.text.strip(_MARKS).lower()):
        same = list(group)
        if (len(same) >= _STAMMER and not digits_of(same[0])) or any(_ROUND.search(word.text) for word in same):
            found.append((same[0].start, same[-1].end))
    return found


def digits_of(word: Word) -> int:
    """How many digits a word stands for."""
    written = sum(each.isdigit() for each in word.text)
    return written or len(numbers().get(word.text.strip(_MARKS).lower(), ""))


def _too_many(words: Sequence[Word], seconds: float) -> bool:
    """Whether it is more than anybody could say in that time: the decoder went round in circles."""
    return len(words) > _FEW and len(words) > _WORDS_A_SECOND * (seconds + 1)


def _trimmed(word: Word, probabilities: Floats) -> Word:
    """Take silence off its ends; a word that is all silence stays as it is."""
    low, high = int(word.start / FRAME_S), int(np.ceil(word.end / FRAME_S))
    loud = np.flatnonzero(probabilities[low:high] >= _TRIM)
    if not len(loud):
        return word
    first, last = (low + int(loud[0])) * FRAME_S - _ONSET_S, (low + int(loud[-1]) + 1) * FRAME_S + _RELEASE_S
    return word.within(max(word.start, first), min(word.end, last))


def _ends(
    words: list[Word], start: float, end: float, probabilities: Floats
) -> tuple[list[Word], list[tuple[float, float]]]:
    """Voice before the first word, between words, and after the last one."""
    doubts: list[tuple[float, float]] = []
    done = list(words)
    edges = [(start, -1)] + [(word.end, at) for at, word in enumerate(words)]
    for number, (low, at) in enumerate(edges):
        high = words[number].start if number < len(words) else end
        heard = voiced(probabilities, low, high) if high > low else 0.0
        if heard <= 0:
            continue
        if heard > _TAIL_S:
            doubts.append((low, high))
        if at >= 0:
            done[at] = done[at].within(done[at].start, _last_voice(probabilities, low, high))
        else:
            done[0] = done[0].within(_first_voice(probabilities, low, high), done[0].end)
    return done, doubts


def _last_voice(probabilities: Floats, low: float, high: float) -> float:
    return min(high, low + (int(np.flatnonzero(_cut(probabilities, low, high) >= _TRIM)[-1]) + 1) * FRAME_S)


def _first_voice(probabilities: Floats, low: float, high: float) -> float:
    return max(low, low + (int(np.flatnonzero(_cut(probabilities, low, high) >= _TRIM)[0]) - 1) * FRAME_S)


def _cut(probabilities: Floats, low: float, high: float) -> Floats:
    return probabilities[max(0, round(low / FRAME_S)) : max(0, round(high / FRAME_S))]


def _phrases(words: Sequence[Word]) -> list[list[Word]]:
    """Words said without a pause."""
    phrases: list[list[Word]] = []
    for word in words:
        if not phrases or word.start - phrases[-1][-1].end > _PHRASE_PAUSE_S:
            phrases.append([])
        phrases[-1].append(word)
    return phrases


def merged(times: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    """Intervals joined where they touch, in order."""
    found: list[tuple[float, float]] = []
    for start, end in sorted(times):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def strip_of(words: Sequence[Word], item: int) -> Strip:
    """Words as text in which every character knows its time; a long pause ends a line."""
    text, times = "", list[tuple[float, float]]()
    before: Word | None = None
    for word in words:
        if before is not None:
            pause = word.start - before.end >= LINE_PAUSE_S
            apart = "\n" if pause else " " if word.spaced else ""
            text += apart
            times += [(-1.0, -1.0)] * len(apart)
        text += word.text
        times += word.times
        before = word
    table = np.asarray(times, dtype=np.float32).reshape(len(text), 2)
    return Strip(text, "speech", item=item, times=table)
