"""The part of the page on pictures: words and tables in Markdown."""

from __future__ import annotations

import datetime
import hashlib
import subprocess
import time
from collections.abc import Callable, Sequence

from accord.evaluate.run import digest_of, subject_of
from accord.models.register import register
from figures import page, pictures, planted
from figures.eyes import OTHER, SAID, Eyes, engine
from figures.pictures import Figure
from figures.sets import Sets
from figures.words import SOURCES

MODELS = ("rapidocr", "centerface", "image-safety-s", "rampart", "text-heads")

TOP = """\
# Accuracy on pictures

Written by `scripts/accuracy.py --only pictures`; do not edit. {date}, {minutes:.0f} minutes. The guard as it is
shipped, on files: each picture is opened, read, looked at and, where the figure says so, released and looked at
again. The sets are for **evaluation only**: nothing was trained on them, no threshold fitted to them, and no
picture of them is part of accord. Intervals are 95 %: Wilson's for shares of pictures; for what stands several
times in a picture a bootstrap over pictures, never narrower than Wilson's.

{subject}
"""

WORDS = """\
## Letters read

documents_invoices: real invoices drawn at 110 dpi, with every word and its box from the text layer. *Word read*:
exactly these letters and digits where the word stands; *something read there*: at least not overlooked, which is
what hiding needs. Words without ink (under graphics) are left out.
"""

PLANTED = """\
## Planted values hidden, read with {engine}

Made-up values of ten kinds, drawn by accord's own generator with their labels or within sentences: into free
places of {copies} of each invoice, and into pages of our own in the styles named (`benchmarks/drawn.py`). The
picture is released to a data set under the default policy; tilted ones are turned back for the judges.

*Hidden*: at most a third of the columns of the value that had ink still show any, told from pixels. *Without a
trace*: at most a twentieth. *Not read by {judge}*: of the values that the other engine read before, those of
which it no longer reads half; its *n* is smaller, because it does not read everything to begin with. Towns and
dates in running text count too: a data set keeps none.{kept}
"""

FACES = """\
## Faces

A face is found where a box overlaps the labelled one by {match:.2f} (intersection over union); where a set only
counts faces, as many are. Partial faces count. *False in a picture* is how many boxes show no face, over pictures.
The set is small: its figures move in steps.
"""

PLATES = """\
## Plates

Photographs of cars; usually one plate is labelled. A plate counts when half of the labelled box or more lies
under findings: *as a plate*, or *as anything personal*, which a data set would not see either.
"""

CODES = "## Codes\n\nPhotographs and renders of QR codes; payloads are compared without blanks.\n"

ATTACKS = """\
## Attacks by drawn text

figstep: pictures of an instruction in large letters ("Steps to …", "Methods to …", "List of …") with an empty
list to fill in. *Held or blocked* as unsafe on the way to a model under the default policy. A third of them ask
for advice (finance, health, law), harmless by itself; they are the same attack and stand apart. Beside them
harmless sentences drawn in the same large letters, without the list; *the text alone* is what the same sentences
get without a picture, so what pictures add is the difference.
"""

HARMLESS = """\
## Harmless pictures that would be stopped

*Called unsafe*: by the classifier for sexual content and gore, at the score from which the default policy holds.
There are **no positives** here: what it finds of what it should find is not measured, only that it leaves harmless
pictures alone. *Blocked as not wholly read*: writing was seen that nothing could read, and what was not inspected
does not leave.
"""


def table(first: str, figures: Sequence[Figure]) -> str:
    """Figures, each with its n; a column that a line lacks has a dash."""
    if not figures:
        return "Not measured.\n"
    names = list(dict.fromkeys(name for figure in figures for name in figure.scores))
    header = [first, *(cell for name in names for cell in ("n", f"{name} %"))]
    rows = []
    for figure in figures:
        cells = [figure.name]
        for name in names:
            score = figure.scores.get(name)
            cells += ["–" if score is None else str(score.n), page.percent(score)]
        rows.append(cells)
    return page.table(header, rows)


def sources(sets: Sets, names: Sequence[str]) -> str:
    """Where the pictures come from."""
    rows = []
    for name in names:
        used, _ = sets.used.get(name, (0, 0))
        if used:
            notice = sets.notice(name)
            rows.append([name, str(used), notice.licence, notice.attribution])
    made = page.table(["set", "pictures or rows", "licence", "attribution"], rows)
    return made.replace("---:|---:|---:|", "---:|---|---|")


def _subject(eyes: Eyes, sets: Sets) -> str:
    guard = eyes.guard
    digests = _models()
    what = subject_of(guard.detectors, guard.policy.digest, sets.digest, digests)
    lines = [
        ["accord", what["accord"]],
        ["policy", f"default, `{what['policy'][:16]}`"],
        ["code and shipped weights", f"`{what['code'][:16]}`"],
        *([name, f"`{digest[:16]}`"] for name, digest in digests.items()),
        ["Tesseract", _tesseract()],
        ["data", f"`{sets.digest[:16]}`"],
        ["subject digest", f"`{digest_of(what)}`"],
    ]
    return page.table(["measured", ""], lines).replace("---:|", "---|")


def _tesseract() -> str:
    try:
        done = subprocess.run(["tesseract", "--version"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return "not installed: its figures are missing"
    return done.stdout.split("\n")[0].removeprefix("tesseract ")


def _models() -> dict[str, str]:
    """Digests of the weights that are looked through, by name."""
    digests = {}
    for name in MODELS:
        entry = register().entry(name)
        whole = "".join(file.sha256 for file in (*entry.files, *entry.derived))
        digests[f"model {name} {entry.version}"] = hashlib.sha256(whole.encode()).hexdigest()
    return digests


def _planted(sets: Sets, eyes: Eyes, copies: int) -> list[str]:
    found, kept = planted.planted(sets, eyes, copies)
    groups, kinds = planted.tables(found, eyes.engine)
    said = f" {kept} pictures were held back and are left out." if kept else ""
    top = PLANTED.format(
        engine=SAID[eyes.engine],
        judge=SAID[OTHER[eyes.engine]],
        kept=said,
        copies=f"{copies} copies" if copies > 1 else "a copy",
    )
    return [f"{top}\n{table('drawn as', groups)}\n{table('kind of value', kinds)}"]


def part(sets: Sets, say: Callable[[str], None]) -> str:
    """Measure, and write the whole part."""
    start, eyes = time.monotonic(), Eyes()
    made = [f"{FACES.format(match=pictures.MATCH)}\n{table('pictures', pictures.faces(sets, eyes))}"]
    say("faces")
    plates, false_plates = pictures.plates(sets, eyes)
    made.append(f"{PLATES}\n{table('region', plates)}\n{table('pictures without plates', false_plates)}")
    say("plates")
    made.append(f"{CODES}\n{table('pictures', pictures.codes(sets, eyes))}")
    made.append(f"{ATTACKS}\n{table('pictures', pictures.typographic(sets, eyes))}")
    say("codes, attacks")
    made.append(f"{HARMLESS}\n{table('pictures', pictures.harmless(sets, eyes))}")
    say("harmless pictures")
    read = [f"{WORDS}\n{table('engine', pictures.words(sets))}", *_planted(sets, eyes, 2)]
    say("planted values")
    if engine("tesseract") is not None:
        second = Eyes("tesseract")
        read += _planted(sets, second, 1)
        second.close()
        say("planted values, Tesseract")
    top = TOP.format(
        date=datetime.datetime.now(datetime.UTC).date(),
        minutes=max(1.0, (time.monotonic() - start) / 60),
        subject=_subject(eyes, sets),
    )
    eyes.close()
    end = f"{SOURCES.replace('## Sources', '## Sources of the pictures')}\n{sources(sets, pictures.SETS)}"
    return "\n".join([top, *read, *made, end])
