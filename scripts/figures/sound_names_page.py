"""The part of the page on what is planted in spoken sentences: words and tables in Markdown."""

from __future__ import annotations

import datetime
import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context

from accord.core.score import Score
from figures import page
from figures.picture_page import table
from figures.sound_ears import OTHER, Ears
from figures.sound_names import (
    ANNOUNCED,
    KNOWN,
    MAIL,
    NAMED,
    PART,
    PHONE,
    Sentence,
    Told,
    by,
    kind_of,
    misheard,
    origin_of,
    people,
    sentences,
    told,
    voice_of,
)
from figures.sound_page import subject
from figures.sound_synth import voices

PROCESSES = min(3, os.cpu_count() or 1)

NOT_THERE = """\
# Accuracy on names in recordings

**Not measured**: no recording at hand has labelled names, and no synthesiser was there to speak sentences
(`scripts/accuracy.py --only names --synthesiser espeak-ng flite …`).
"""

TOP = """\
# Accuracy on names in recordings

Written by `scripts/accuracy.py --only names --synthesiser …`; do not edit. {date}, {minutes:.0f} minutes. No
recording at hand has labelled names, so synthesisers speak sentences of our own: {names} made-up names of {origins}
origins, addresses and telephone numbers, in {voices} voices. **Every voice is a synthesiser's and reads clearly,
close by and without noise; the formant voices (espeak-ng) are harder to understand than people are, the others
easier.** Accents are those that the synthesisers claim, and names are pronounced as English is. What the figures
say about people is whether something is found that was understood badly, not how badly people are understood.

What is private is spoken by itself and joined with what stands around it, so that its time is known. Each recording
is released to a data set under the default policy. *Time of it muted* is told from samples of the released file;
*muted whole*: at least nine tenths of it. *Heard in what was released*: Whisper {judge}, another recogniser, hears
a word like one of the name (or three digits of the number in a row), of those of which it heard as much before.
*Muted around it*: of the rest of the sentence, a quarter of a second away. Held back counts as muted. These names,
numbers and sentences were not used to build what is measured; most of the voices were, with others.

{subject}
{targets}
"""

KINDS = """\
## By what tells that it is private

*Announced*: by what is said around it ("my name is", "ask for"). *Known*: a text that comes with the recording has
the name; it is heard in a sentence that does not announce it; *a part of it*: only its longest word is said.
*Neither*: the same sentences without such a text.
"""

GAPS = """\
## What this does not tell

- **People**: no recording of a person with labelled names, addresses or sentences by accent was to be had.
- **Noise, telephones, far microphones, several who talk at once**: all sentences are clean.
- **Other languages**: all sentences are English.
"""

Say = Callable[[str], None]


def part(programs: Sequence[str], digest: str, say: Say) -> str:
    """Speak, measure in several processes, and write the whole part; a plain statement where nobody can speak."""
    start = time.monotonic()
    found = voices(programs)
    if not found:
        return NOT_THERE
    names = people()
    made = sentences(found, names)
    shares = [found[at::PROCESSES] for at in range(PROCESSES)]
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        jobs = [pool.submit(_told, [one for one in made if one.voice in share]) for share in shares if share]
        for at, job in enumerate(jobs):
            job.add_done_callback(partial(_done, say, f"names {at + 1} of {len(jobs)}"))
        said = [one for job in jobs for one in job.result()]
    ears = Ears()
    top = TOP.format(
        date=datetime.datetime.now(datetime.UTC).date(),
        minutes=max(1.0, (time.monotonic() - start) / 60),
        names=len(names),
        origins=len({origin_of(one) for one in said if one.sentence.kind == ANNOUNCED}),
        voices=len(found),
        judge=OTHER["base"],
        subject=subject(ears, digest),
        targets=_targets(said),
    )
    ears.close()
    return "\n".join([top, *_tables(said), GAPS])


def _told(made: Sequence[Sentence]) -> list[Told]:
    ears = Ears()
    found = told(made, ears)
    ears.close()
    return found


def _done(say: Say, name: str, job: object) -> None:
    say(name)


def _tables(said: Sequence[Told]) -> list[str]:
    every = [*NAMED, MAIL, PHONE]
    both = ANNOUNCED, KNOWN
    kinds = [by([one for one in said if one.sentence.kind == kind], [kind], kind_of)[0] for kind in every]
    return [
        f"{KINDS}\n{table('kind', kinds)}",
        f"## Announced and known, by voice\n\n{table('voice, accent', by(said, both, voice_of))}",
        f"## Announced and known, by origin\n\n{table('origin of the name', by(said, both, origin_of))}",
        f"## Numbers and addresses, by voice\n\n{table('voice, accent', by(said, (MAIL, PHONE), voice_of))}",
        f"## Words misheard, by voice\n\nOf whole sentences with names in them.\n\n{table('voice', misheard(said))}",
    ]


def _targets(said: Sequence[Told]) -> str:
    """What was promised, beside what was measured."""
    rows = []
    for kind, limit in ((ANNOUNCED, 0.8), (KNOWN, 0.8), (PART, 0.8), (PHONE, 0.95)):
        figures = by(said, (kind,), kind_of)
        score = figures[0].scores["time of it muted"] if figures else None
        rows.append([f"time muted, {kind}", page.percent(score), f"≥ {limit * 100:.0f} %", _met(score, limit)])
    return page.table(["promise", "measured %", "target", ""], rows)


def _met(score: Score | None, limit: float) -> str:
    if score is None or score.value is None:
        return "**not measured**"
    return "met" if score.value >= limit else "**missed**"
