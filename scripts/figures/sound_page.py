"""The part of the page on recordings: words and tables in Markdown."""

from __future__ import annotations

import datetime
import hashlib
import time
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from sample_voice import PLANTED

from accord.core.score import Score
from accord.evaluate.run import digest_of, subject_of
from accord.models.register import register
from figures import page, sound, sound_voice
from figures.picture_page import sources, table
from figures.pictures import Figure
from figures.sets import Sets
from figures.sound_ears import OTHER, Ears
from figures.words import SOURCES

ROOT = Path(__file__).resolve().parents[2]
MODELS = ("whisper-base", "whisper-tiny-en", "silero-vad", "resemblyzer", "rampart", "text-heads")

PROCESSES = 3
WITHIN_EACH, OTHER_EACH, TALK_EACH = 4, 4, 4
"""Recordings of each speaker, where not all are used."""

SPEAKER = "speaker, accent"

TOP = """\
# Accuracy on recordings

Written by `scripts/accuracy.py --only sound`; do not edit. {date}, {minutes:.0f} minutes. The guard as it is
shipped, on files: each recording is decoded, heard, released to a data set under the default policy, and heard
again. The sets are for **evaluation only**: nothing was trained on them, no threshold fitted to them, and nothing of
them is part of accord. Where not all rows are used, those with the smallest hashes are. Intervals are 95 %: Wilson's
for shares of recordings, a bootstrap over recordings for times and words, never narrower than Wilson's for as many
recordings. *n* counts recordings, for equal error rates pairs of them. A recording that is held back counts as
muted and as not heard, because nothing of it is released; how many were stands beside it. Where every resample says
the same, as before the change of voices, an interval has no width: that is no certainty.

{subject}
{targets}
"""

NUMBERS = """\
## Spoken numbers muted, read with Whisper {model}

spoken_digits_fsdd: numbers of 4 to 16 digits, joined from single digits that six men spoke, with the time of each.
Six voices only, digits apart from one another and without a sentence: what they say about other voices is little.
Accents as the repository of the set labels them. *Muted* is told from samples of the released file: hundredths of a
second of digits that were not silent before and are now. *Heard in what was released*: Whisper {judge}, another
recogniser than the one that was used, hears {left} or more digits of the number in a row, said or written in
whatever way, of those numbers of which it heard as much before.
"""

WITHIN = """\
### The same numbers within talk

Some numbers ({each} of each speaker), each between two pieces of three to five seconds of read speech
(librispeech_speakers), as loud as they are, drawn with a fixed seed. Beside it how much of that talk was muted with
it, more than a quarter of a second away from the number; names are in it.
"""

FAST = """\
### With Whisper tiny.en, judged by Whisper {judge}

{each} of the numbers of each speaker, by themselves.
"""

NEEDLESS = """\
## Muted without need

Recordings in which no number was planted: the share of their time that is muted for a data set ({each}
of each reader of librispeech_speakers, all others). Nobody labelled them,
and names are spoken in them (Margaret, Mr Hale), so that the first column is an upper bound; the second leaves out
what was taken for a person's name. Held back are recordings of which some speech was not understood.
"""

MISHEARD = """\
## Words misheard

Substitutions, deletions and insertions over words or digits that were said. Of speech_samples **one** recording has a
transcript ({words} words, one speaker): no more than an example. Digits ({each} numbers of each speaker) stand for
word error by accent, as nothing else is labelled by accent.
"""

SPEAKERS = """\
## Speakers counted

ami_meetings: half minutes of meetings; who speaks at all in them is labelled, and some say only "mm". Number due and
number counted, recording by recording: {pairs}.
"""

VOICES = """\
## Known again by the voice

librispeech_speakers: five readers, ten recordings each; the embedding is that of Resemblyzer's encoder, run without
torch. The ignorant attacker compares changed voices with originals, the lazy-informed one changes what he has the
same way first. *Named* is who finds the one among five by all other recordings of each (chance: 20 %). An equal error
rate of 50 % would be chance. **Both attackers still know many voices again: the voice is changed, not the person
hidden.** An attacker who trains on changed voices does better than either, five readers are few, and the interval
over recordings does not tell how other readers would fare.
"""

HEARD = "Words that Whisper base hears in originals and hears differently after the change (no transcripts here):\n"

GAPS = """\
## What was not measured

- **Names of people who speak**: no recording at hand has labelled names; what synthesisers say is measured in a part
  of its own. Of the voice note of `accord demo`, in a synthesiser's voice too, {note}
- **Accents of sentences**: only digits are labelled by accent, one or two speakers each; no women among them.
- **Other languages**: no recording in another language has a transcript or labelled values.
- **Noise, telephones, distance**: the meetings are the only recordings that were not made close to the mouth.
"""


def _alone(sets: Sets, digest: str) -> tuple[list[Figure], str, str]:
    ears = Ears()
    figures = sound.digits_hidden(sound.numbers_said(sets, ears, within=False))
    note, what = _note(ears), subject(ears, digest)
    ears.close()
    return figures, note, what


def _within(sets: Sets) -> tuple[list[Figure], list[Figure]]:
    ears = Ears()
    said = sound.numbers_said(sets, ears, within=True, each=WITHIN_EACH)
    ears.close()
    return sound.digits_hidden(said), [sound.talk_muted(said)] if said else []


def _other(sets: Sets) -> list[Figure]:
    """Some of the numbers with the fast English model, judged by the other one."""
    ears = Ears("tiny.en")
    figures = sound.digits_hidden(sound.numbers_said(sets, ears, within=False, each=OTHER_EACH))
    ears.close()
    return figures


def _needless(sets: Sets) -> list[Figure]:
    ears = Ears()
    figures = sound.muted_needlessly(sets, ears, TALK_EACH)
    ears.close()
    return figures


def _misheard(sets: Sets) -> tuple[list[Figure], Figure, list[tuple[int, int]]]:
    return sound.words_misheard(sets, OTHER_EACH), *sound.speakers(sets)


def _run(measure: Callable[..., Any], fresh: Callable[[], Sets], *given: str) -> Any:
    """Measure in another process, with the sets opened there."""
    return measure(fresh(), *given)


def _done(say: Callable[[str], None], name: str, job: Future[Any]) -> None:
    say(f"{name}: failed" if job.exception() else name)


def part(sets: Sets, say: Callable[[str], None]) -> str:
    """Measure, several parts at once in processes of their own, and write the whole part."""
    start = time.monotonic()
    there = [name for name in sound.SETS if sets.media(name)]
    if not there:
        return "# Accuracy on recordings\n\nNot measured: no set of recordings was there.\n"
    fresh = partial(Sets, sets.folder, there, sets.limit, sets.trained)
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        jobs: dict[str, Future[Any]] = {
            "numbers": pool.submit(_run, _alone, fresh, sets.digest),
            "within": pool.submit(_run, _within, fresh),
            "voices": pool.submit(_run, sound_voice.known_again, fresh),
            "needless": pool.submit(_run, _needless, fresh),
            "misheard": pool.submit(_run, _misheard, fresh),
            "other": pool.submit(_run, _other, fresh),
        }
        for name, job in jobs.items():
            job.add_done_callback(partial(_done, say, name))
        alone, note, what = jobs["numbers"].result()
        within, around = jobs["within"].result()
        voices, heard = jobs["voices"].result()
        needless = jobs["needless"].result()
        misheard, counted, pairs = jobs["misheard"].result()
        other = jobs["other"].result()
    count = sum(len(row["transcript"].split()) for row in sets.media(sound.SAMPLES) if row["transcript"])
    listed = ", ".join(f"{due} and {got}" for due, got in pairs)
    top = NUMBERS.format(model="base", judge=OTHER["base"], left=sound.LEFT)
    opening = TOP.format(
        date=datetime.datetime.now(datetime.UTC).date(),
        minutes=max(1.0, (time.monotonic() - start) / 60),
        subject=what,
        targets=_targets(alone, within, [*needless, *around], counted),
    )
    made = [
        f"{top}\n{table(SPEAKER, alone)}",
        f"{WITHIN.format(each=WITHIN_EACH)}\n{table(SPEAKER, within)}\n{table('talk', around)}",
        f"{FAST.format(judge=OTHER['tiny.en'], each=OTHER_EACH)}\n{table(SPEAKER, other)}",
        f"{NEEDLESS.format(each=TALK_EACH)}\n{table('recordings', needless)}",
        f"{MISHEARD.format(words=count, each=OTHER_EACH)}\n{table('said', misheard)}",
        f"{SPEAKERS.format(pairs=listed)}\n{table('recordings', [counted])}",
        f"{VOICES}\n{table('attacker', voices)}\n{HEARD}\n{table('heard before', heard)}",
        GAPS.format(note=note),
    ]
    end = f"{SOURCES.replace('## Sources', '## Sources of the recordings')}\n{sources(sets, sound.SETS)}"
    return "\n".join([opening, *made, end])


def _note(ears: Ears) -> str:
    data = (ROOT / "src" / "accord" / "samples" / "voice-note.ogg").read_bytes()
    left, held = sound.note_left(PLANTED.values(), data, ears)
    if held:
        return "nothing is left: it was held back."
    return f"{len(left)} of the {len(PLANTED)} planted values are heard by the other recogniser after release."


def _targets(alone: list[Figure], within: list[Figure], needless: list[Figure], counted: Figure) -> str:
    """What was promised, beside what was measured; misses are called misses."""
    promised = []
    for where, figures in (("alone", alone), ("within talk", within)):
        scores = figures[-1].scores if figures else {}
        promised.append((f"digit time muted, numbers {where}", scores.get("digit time muted"), "≥ 95 %", 0.95, True))
        left = scores.get("heard in what was released")
        promised.append((f"numbers heard in what was released, {where}", left, "none", 0.0, False))
    rows = [
        [name, page.percent(score), said, _met(score, limit, above)] for name, score, said, limit, above in promised
    ]
    rows.append(["time of names muted", "see names in recordings", "≥ 80 %", "in synthesised voices only"])
    rows += [
        [f"false mute share, {each.name}", page.percent(each.scores["time muted"]), "no figure promised", ""]
        for each in needless
    ]
    rows.append(["speakers counted right", page.percent(counted.scores["counted right"]), "no figure promised", ""])
    return page.table(["promise", "measured %", "target", ""], rows)


def _met(score: Score | None, limit: float, above: bool) -> str:
    if score is None or score.value is None:
        return "**not measured**"
    return "met" if (score.value >= limit if above else score.value <= limit) else "**missed**"


def subject(ears: Ears, digest: str) -> str:
    """What was measured, as a table."""
    digests = {}
    for name in MODELS:
        entry = register().entry(name)
        whole = "".join(file.sha256 for file in (*entry.files, *entry.derived))
        digests[f"model {name} {entry.version}"] = hashlib.sha256(whole.encode()).hexdigest()
    guard = ears.guard
    what = subject_of(guard.detectors, guard.policy.digest, digest, digests)
    lines = [
        ["accord", what["accord"]],
        ["policy", f"default, `{what['policy'][:16]}`"],
        ["code and shipped weights", f"`{what['code'][:16]}`"],
        *([name, f"`{digest[:16]}`"] for name, digest in digests.items()),
        ["data", f"`{digest[:16]}`"],
        ["subject digest", f"`{digest_of(what)}`"],
    ]
    return page.table(["measured", ""], lines).replace("---:|", "---|")
