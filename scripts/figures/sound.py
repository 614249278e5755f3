"""Recordings: digits muted and left, what is muted needlessly, words misheard, speakers counted."""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soxr

from accord.core.media import Sound
from accord.core.score import Score
from accord.detect.voice.detector import VoiceDetector
from accord.evaluate.metrics import proportion
from figures.pictures import Figure, rows
from figures.sets import Row, Sets
from figures.sound_ears import (
    OTHER,
    Ears,
    Kept,
    Samples,
    decoded,
    digits,
    distance,
    encoded,
    rate_of,
    transcript,
    words,
)

SETS = ("spoken_digits_fsdd", "librispeech_speakers", "ami_meetings", "speech_samples")
"""What the figures are made from."""

NUMBERS, TALK, MEETINGS, SAMPLES = SETS
ACCENTS = {
    "george": "Greek", "jackson": "American", "lucas": "not labelled", "nicolas": "Belgian French",
    "theo": "American", "yweweler": "German",
}  # fmt: skip
"""As the metadata of the set's repository says; it does not speak of lucas."""

LEFT = 3
"""As many digits of a number in a row count as heard."""

_SEED = 20_261_124
_CARRIER_S = (3.0, 5.0)
_RATE = 16_000


@dataclass(frozen=True, slots=True)
class Said:
    """A spoken number before and after.

    Attributes:
        row: of the set.
        kept: before and after.
        shift: when the number starts in the recording, in seconds.
        before: digits the judge heard before.
        after: digits the judge heard in what was released.
    """

    row: Row
    kept: Kept
    shift: float
    before: str
    after: str

    @property
    def times(self) -> list[tuple[float, float]]:
        """When its digits are said."""
        return [(self.shift + part["start"], self.shift + part["end"]) for part in self.row["segments"]]

    @property
    def muted(self) -> tuple[float, float]:
        """Seconds of digits muted, and of digits."""
        each = [self.kept.muted(*times) for times in self.times]
        return sum(part for part, _ in each), sum(whole for _, whole in each)

    def heard(self, said: str) -> bool:
        """Whether some digits of it stand in a row in what was heard."""
        number = self.row["digits"]
        return any(number[at : at + LEFT] in said for at in range(len(number) - LEFT + 1))


def drawn(found: Sequence[Row], each: int) -> list[Row]:
    """So many rows of each speaker, drawn by the hash of the file's name; all where 0 are wanted."""
    ranked = sorted(found, key=lambda row: hashlib.sha256(row["file"].encode()).digest())
    places: Counter[str] = Counter()
    kept = set()
    for row in ranked:
        places[row["speaker"]] += 1
        if not each or places[row["speaker"]] <= each:
            kept.add(row["file"])
    return [row for row in found if row["file"] in kept]


def spoken(sets: Sets, each: int = 0) -> list[Row]:
    """Spoken numbers: so many of each speaker, or all."""
    return drawn([row for row in rows(sets, NUMBERS) if row["kind"] == "number"], each)


def numbers_said(sets: Sets, ears: Ears, within: bool, each: int = 0) -> list[Said]:
    """Spoken numbers, released to a data set, by themselves or within somebody else's talk."""
    made, carriers = [], [row["path"] for row in rows(sets, TALK)] if within else []
    chance, judge = random.Random(_SEED), OTHER[ears.model]
    for row in spoken(sets, each):
        if within and not carriers:
            continue
        data, shift = row["path"].read_bytes(), 0.0
        if within:
            data, shift = _within(data, carriers, chance)
        kept = ears.release(data)
        before = digits(transcript(kept.before, kept.rate, judge))
        after = "" if kept.after is None else digits(transcript(kept.after, kept.rate, judge))
        made.append(Said(row, kept, shift, before, after))
    return made


def _within(data: bytes, carriers: Sequence[Path], chance: random.Random) -> tuple[bytes, float]:
    """A number between two pieces of read speech, as loud as they are; and when it starts."""
    samples, rate = decoded(data)
    number = soxr.resample(samples, rate, _RATE)
    first, last = (_piece(path) for path in chance.sample(list(carriers), 2))
    level = float(np.sqrt(np.mean(first**2)) / max(1e-6, float(np.sqrt(np.mean(number**2)))))
    number = np.clip(number * np.float32(min(level, 1.0 / max(1e-6, float(np.abs(number).max())))), -1, 1)
    return encoded(np.concatenate([first, number, last]).astype(np.float32), _RATE), len(first) / _RATE


def _piece(path: Path) -> Samples:
    """The beginning of a recording, up to the quietest moment between two times."""
    samples, rate = decoded(path.read_bytes())
    low, high = (round(seconds * rate) for seconds in _CARRIER_S)
    size = rate // 20
    levels = [
        float(np.abs(samples[at : at + size]).mean()) for at in range(low, min(high, len(samples) - size), size)
    ]
    return samples[: low + size * int(np.argmin(levels)) + size // 2] if levels else samples


def digits_hidden(said: Sequence[Said]) -> list[Figure]:
    """Digit time muted and numbers left, by speaker and in all."""
    groups = [
        (f"{name}, {accent}", [s for s in said if s.row["speaker"] == name]) for name, accent in ACCENTS.items()
    ]
    sizes = [(f"{n} digits", [s for s in said if len(s.row["digits"]) == n]) for n in (4, 7, 10, 16)]
    return [_hidden(name, group) for name, group in [*groups, *sizes, ("**all**", list(said))] if group]


def _hidden(name: str, said: Sequence[Said]) -> Figure:
    due = [one for one in said if one.heard(one.before)]
    parts = [one.muted for one in said]
    return Figure(
        name,
        {
            "digit time muted": rate_of("muted", [p for p, _ in parts], [w for _, w in parts]),
            "whole number muted": proportion("whole", sum(w - p < 0.02 for p, w in parts), len(parts)),
            "heard in what was released": proportion("left", sum(one.heard(one.after) for one in due), len(due)),
            "held back": proportion("held", sum(one.kept.after is None for one in said), len(said)),
        },
    )


def talk_muted(said: Sequence[Said]) -> Figure:
    """What else than the number was muted in talk around it, in which nothing was planted."""
    parts, wholes = [], []
    for one in said:
        if one.kept.after is not None:
            near = one.times[0][0] - 0.25, one.times[-1][1] + 0.25
            each = one.kept.muted(0, near[0]), one.kept.muted(near[1])
            parts.append(sum(p for p, _ in each))
            wholes.append(sum(w for _, w in each))
    return Figure("talk around planted numbers", {"time muted": rate_of("muted", parts, wholes)})


def muted_needlessly(sets: Sets, ears: Ears, each: int = 0) -> list[Figure]:
    """Time muted of recordings in which no number was planted."""
    made = []
    for name in (TALK, MEETINGS, SAMPLES):
        found = drawn(rows(sets, name), each) if name == TALK else rows(sets, name)
        kept = [ears.release(row["path"].read_bytes()) for row in found]
        if not kept:
            continue
        out = [one for one in kept if one.after is not None]
        every = [one.muted() for one in out]
        named = [_named(one) for one in out]
        made.append(
            Figure(
                name,
                {
                    "time muted": rate_of("muted", [p for p, _ in every], [w for _, w in every]),
                    "of it away from names": rate_of(
                        "other", [p - n for (p, _), n in zip(every, named, strict=True)], [w for _, w in every]
                    ),
                    "held back": proportion("held", len(kept) - len(out), len(kept)),
                },
            )
        )
    return made


def _named(kept: Kept) -> float:
    """Seconds muted within what was heard as a person's name, padding included."""
    names = sorted((p.start - 0.13, p.end + 0.13) for category, p in kept.found if category == "privacy.person.name")
    total, last = 0.0, 0.0
    for start, end in names:
        if end > last:
            total += kept.muted(max(start, last), end)[0]
            last = end
    return total


def words_misheard(sets: Sets, each: int = 0) -> list[Figure]:
    """Words and digits that Whisper gets wrong, by model."""
    made = []
    scripts = [row for row in rows(sets, SAMPLES) if row["transcript"]]
    numbers = spoken(sets, each)
    groups = [
        (f"digits, {name}, {accent}", [r for r in numbers if r["speaker"] == name])
        for name, accent in ACCENTS.items()
    ]
    for name, group in [("words, speech_samples", scripts), *groups, ("**digits, all**", numbers)]:
        scores: dict[str, Score] = {}
        for model in OTHER if group else ():
            pairs = [_errors(row, model) for row in group]
            scores[f"wrong, {model}"] = rate_of("wrong", [e for e, _ in pairs], [n for _, n in pairs])
        if scores:
            made.append(Figure(name, scores))
    return made


def _errors(row: Row, model: str) -> tuple[int, int]:
    said = transcript(*decoded(row["path"].read_bytes()), model)
    due, got = (
        (list(row["digits"]), list(digits(said))) if "digits" in row else (words(row["transcript"]), words(said))
    )
    return distance(due, got), len(due)


def speakers(sets: Sets) -> tuple[Figure, list[tuple[int, int]]]:
    """How often the number of speakers of a meeting is right; and pairs of the number due and the number counted."""
    detector, pairs = VoiceDetector(), []
    for row in rows(sets, MEETINGS):
        samples, rate = decoded(row["path"].read_bytes())
        pairs.append((int(row["n_speakers"]), detector.speakers(Sound.of(samples[:, None], rate), lambda: False)))
    right = proportion("right", sum(due == got for due, got in pairs), len(pairs))
    near = proportion("near", sum(abs(due - got) <= 1 for due, got in pairs), len(pairs))
    return Figure(MEETINGS, {"counted right": right, "off by one at most": near}), pairs


def note_left(planted: Iterable[str], note: bytes, ears: Ears) -> tuple[list[str], bool]:
    """Which planted values of the voice note of the demo the other recogniser hears in what a data set gets."""
    kept = ears.release(note)
    if kept.after is None:
        return [], True
    said = transcript(kept.after, kept.rate, OTHER[ears.model])
    heard, plain = digits(said), " ".join(words(said))
    return [value for value in planted if _in(value, heard, plain)], False


def _in(value: str, heard: str, plain: str) -> bool:
    number = "".join(c for c in value if c.isdigit())
    if number:
        return any(number[at : at + LEFT] in heard for at in range(len(number) - LEFT + 1))
    return any(word in plain.split() for word in words(value.split("@", maxsplit=1)[0].replace(".", " ")))
