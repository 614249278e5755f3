"""Recordings for people: times in words, what was said with its places, and the shape of the sound."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from accord.core.content import Modality
from accord.core.decision import Outcome, Verdict
from accord.core.edit import suited
from accord.core.finding import Finding
from accord.core.media import Cut, Sound
from accord.core.place import Interval, Span, union
from accord.guard import Inspection
from accord.transform.pseudonyms import label

VOICE = "privacy.biometric.voice"
HEIGHT = 100
"""How high a waveform is drawn, in its own units."""

WORDS = {
    "voice": "changed voice",
    "replace": "tone",
    "mute": "silence",
    "remove": "cut out",
}
"""What is heard where a transform was at work."""

_BECOMES = {"replace": "a tone", "mute": "silent", "remove": "cut out"}
_COLUMNS = 480
_BLOCKS = " ▁▂▃▄▅▆▇█"
_CHARACTER = 0.9  # percent of the width of a waveform that a letter of a label takes
_ROWS = 3


def clock(seconds: float) -> str:
    """A time of a recording: `0:03.2`, `1:02:03.4`."""
    tenths = round(max(0.0, seconds) * 10)
    minutes, rest = divmod(tenths, 600)
    hours, minutes = divmod(minutes, 60)
    start = f"{hours}:{minutes:02}" if hours else f"{minutes}"
    return f"{start}:{rest // 10:02}.{rest % 10}"


def span_words(interval: Interval) -> str:
    """When something is heard."""
    return f"{clock(interval.start)}–{clock(interval.end)}"


@dataclass(frozen=True, slots=True, repr=False)
class Said:
    """What was understood of one recording, with what was found in it.

    Attributes:
        text: as the reader wrote it down.
        placed: the numbers of findings, each with its characters.
    """

    text: str
    placed: tuple[tuple[int, Span], ...]


def said(inspection: Inspection) -> list[Said]:
    """What was understood of the recordings of an inspection, in their order."""
    roots = [reading for reading in inspection.readings if reading.source is None and reading.reader == "speech"]
    heard = []
    for root in roots:
        whole = Span(root.offset, root.offset + len(root.text))
        placed = []
        for number, finding in enumerate(inspection.findings):
            if finding.reading is None or finding.span is None:
                continue
            on_tape = inspection.readings[finding.reading].tape_span(finding.span)
            start, end = max(on_tape.start, whole.start), min(on_tape.end, whole.end)
            if start < end:
                placed.append((number, Span(start - whole.start, end - whole.start)))
        # A value in several stretches of time is several findings of the same characters.
        heard.append(Said(root.text, tuple(dict.fromkeys(placed))))
    return heard


def masked(one: Said, findings: Sequence[Finding]) -> str:
    """What was said, with what is private in it written as `[KIND]`."""
    private = [(span, findings[n].category) for n, span in one.placed if findings[n].category.startswith("privacy.")]
    pieces, at = [], 0
    for whole in union(span for span, _ in private):
        longest = max((p for p in private if whole.covers(p[0])), key=lambda p: (len(p[0]), p[1]))
        pieces += [one.text[at : whole.start], f"[{label(longest[1])}]"]
        at = whole.end
    return "".join([*pieces, one.text[at:]])


def outline(sound: Sound, loudest: float = 0.0, columns: int = _COLUMNS) -> str:
    """The shape of a recording as the path of an SVG, `columns` wide and `HEIGHT` high.

    Args:
        sound: the recording.
        loudest: the sample that reaches the edge; its own loudest where 0.
        columns: how fine.
    """
    scale = (HEIGHT / 2 - 2) / max(loudest or sound.loudness, 1e-6)
    upper, lower = [], []
    for at, (low, high) in enumerate(_extremes(sound, columns)):
        upper.append(f"{at},{HEIGHT / 2 - max(high * scale, 0.4):.1f}")
        lower.append(f"{at},{HEIGHT / 2 - min(low * scale, -0.4):.1f}")
    return f"M{' '.join(upper)} {' '.join(reversed(lower))}Z" if upper else ""


def spark(sound: Sound, columns: int, loudest: float = 0.0) -> str:
    """The loudness of a recording over time, in one line of block characters."""
    top = max(loudest or sound.loudness, 1e-6)
    levels = [max(-low, high) / top for low, high in _extremes(sound, columns)]
    return "".join(_BLOCKS[min(8, round(8 * min(1.0, level) ** 0.7))] for level in levels)


def _extremes(sound: Sound, columns: int) -> list[tuple[float, float]]:
    """The lowest and the highest sample of each column, all channels together."""
    import numpy as np

    if not sound.frames:
        return []
    samples = sound.samples
    edges = np.linspace(0, sound.frames, min(columns, sound.frames) + 1).astype(int)
    lows = np.minimum.reduceat(samples.min(axis=1), edges[:-1])
    highs = np.maximum.reduceat(samples.max(axis=1), edges[:-1])
    return list(zip(lows.tolist(), highs.tolist(), strict=True))


@dataclass(frozen=True, slots=True)
class Band:
    """A stretch of time on a waveform.

    Attributes:
        interval: when.
        findings: the numbers of the findings there.
        label: what is written at it; empty where there is no room.
        row: which line of labels it stands on.
        transform: what was done there; empty in an original.
    """

    interval: Interval
    findings: tuple[int, ...] = ()
    label: str = ""
    row: int = 0
    transform: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Heard:
    """Where in a recording something was found.

    Attributes:
        bands: what was said, the longest first.
        voices: who was heard, or at least that somebody was.
        faults: what could not be understood.
    """

    bands: tuple[Band, ...] = ()
    voices: tuple[Band, ...] = ()
    faults: tuple[Band, ...] = field(default=())


def heard(found: Iterable[tuple[int, Finding]], seconds: float) -> Heard:
    """Where in a recording what was found.

    Args:
        found: findings of one part, with their numbers.
        seconds: how long it lasts.
    """
    groups: dict[str, dict[Interval, list[int]]] = {"bands": {}, "voices": {}, "faults": {}}
    words: dict[Interval, str] = {}
    for number, finding in found:
        if not isinstance(finding.place, Interval):
            continue
        faulty = finding.category.startswith("fault.")
        group = "faults" if faulty else "voices" if finding.category == VOICE else "bands"
        groups[group].setdefault(finding.place, []).append(number)
        words.setdefault(finding.place, label(finding.category).replace("_", " ").lower())
    bands = [Band(when, tuple(numbers), words[when]) for when, numbers in groups["bands"].items()]
    return Heard(
        tuple(_lettered(bands, seconds)),
        tuple(Band(when, tuple(numbers)) for when, numbers in groups["voices"].items()),
        tuple(Band(when, tuple(numbers)) for when, numbers in groups["faults"].items()),
    )


def _lettered(bands: Sequence[Band], seconds: float) -> list[Band]:
    """Give labels rows on which they do not meet; where there is none, the label is left to the tip."""
    free = [0.0] * _ROWS
    made = []
    for band in sorted(bands, key=lambda b: b.interval):
        left = 100 * band.interval.start / max(seconds, 1e-6)
        row = next((n for n, end in enumerate(free) if end <= left), None)
        if row is None:
            made.append(Band(band.interval, band.findings, "", 0, band.transform))
            continue
        free[row] = left + _CHARACTER * (len(band.label) + 2)
        made.append(Band(band.interval, band.findings, band.label, row, band.transform))
    return sorted(made, key=lambda b: (b.interval.start - b.interval.end, b.interval))


def changed(verdicts: Sequence[Verdict], part: int, sound: Sound) -> list[Band]:
    """Which times of a recording were changed for a destination, and how; each with its padding.

    What was cut out has no time any more, so nothing is said of it: see `gone`.
    """
    cuts = [cut for cut in _cuts(verdicts, part) if cut.transform != "remove"]
    if any(cut.transform == "remove" for cut in _cuts(verdicts, part)):
        return []
    bands = [
        Band(Interval(start / sound.rate, end / sound.rate), (), WORDS[transform], 0, transform)
        for start, end, transform in _regions(cuts, sound)
    ]
    return _lettered(bands, sound.seconds)


def summary(verdicts: Sequence[Verdict], part: int, sound: Sound) -> str:
    """How much of a recording was changed, in words.

    Args:
        verdicts: of one decision.
        part: which part the recording is.
        sound: the recording as it was.
    """
    seconds: dict[str, float] = {}
    for start, end, transform in _regions(_cuts(verdicts, part), sound):
        seconds[transform] = seconds.get(transform, 0.0) + (end - start) / sound.rate
    words = [f"{taken:.1f} of {sound.seconds:.1f} s are {_BECOMES[kind]}" for kind, taken in seconds.items()]
    if any(cut.transform == "voice" for cut in _cuts(verdicts, part)):
        words.append("the voice is changed")
    elif any(v.finding.part == part and v.finding.category == VOICE and not v.transform for v in verdicts):
        words.append("the voice is as it was")
    return ", ".join(words) or "nothing is taken out"


def _cuts(verdicts: Sequence[Verdict], part: int) -> list[Cut]:
    return [
        Cut(verdict.finding.place, suited(verdict.transform or "remove", Modality.AUDIO), item=verdict.finding.item)
        for verdict in verdicts
        if verdict.finding.part == part
        and isinstance(verdict.finding.place, Interval)
        and verdict.outcome is Outcome.TRANSFORM
        and not verdict.finding.item
    ]


def _regions(cuts: Sequence[Cut], sound: Sound) -> list[tuple[int, int, str]]:
    from accord.transform.audio import regions

    return regions(cuts, sound.rate, sound.frames)
