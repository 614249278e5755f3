"""The part of the page on pictures."""

from __future__ import annotations

import datetime

from picture_run import ENGINES, KINDS, PEER, Cell, PictureResults
from report import SAID, Target, number, ratio, table

from accord.evaluate.metrics import wilson

INTRO = """\
# Benchmarks on pictures

Written by `make bench`; do not edit. {date}, Python {machine}.

A page has 1240 × 1754 pixels and letters of 24 pixels, a screenshot 1920 × 1080 pixels and letters of 17; both are
densely written, and every fourth word or so is a made-up value. Each system has a process of its own and one thread;
it reads the file and writes the redacted picture. CPU time counts every process it starts; medians over {pages} pages
and {shots} screenshots. accord runs **all** its detectors (faces, codes, plates and unsafe pictures too), under a
policy that hides all that is personal, as the peer does. Peer: {peer}, with Tesseract and a small spaCy model.

*Left*: values of which more than a third of the inked columns still show ink, or of which another OCR engine than
the one that was used reads half in one piece. A value that is broken over two lines counts twice. In brackets the
upper end of the 95 % interval (Wilson).
"""

REST = """\
*OCR alone* is the reader by itself: what no guard on it can be faster than. Peak memory counts the guard with all
its processes, each at its own peak, on the pictures above. Faces are looked for in a picture without any, which is
the dearest: it is looked at turned as well.
"""


def targets(results: PictureResults) -> list[Target]:
    """Every promise with what was measured."""

    def of(system: str, kind: str) -> Cell | None:
        return results.cells.get((system, kind))

    def cpu(system: str, kind: str) -> float | None:
        cell = of(system, kind)
        return None if cell is None else cell.cpu

    made = [
        Target("page, RapidOCR", 6, "s", cpu("accord, RapidOCR", "page")),
        Target("page, Tesseract", 2, "s", cpu("accord, Tesseract", "page")),
    ]
    for said, times in (
        ("RapidOCR", 3.3),
        ("Tesseract", 1.1),
    ):  # what the seconds for a page are beside the peer's 1.8
        beside = ratio(cpu(f"accord, {said}", "screenshot"), cpu(PEER, "screenshot"))
        made.append(Target(f"screenshot, {said}, beside Presidio", times, "×", beside))
    for kind in KINDS:
        for said in ENGINES.values():
            cell = of(f"accord, {said}", kind)
            bound = None if cell is None or not cell.values else 100 * wilson(cell.either, cell.values)[1]
            made.append(Target(f"values left, upper bound, {kind}, {said}", 2, "%", bound))
    made.append(Target("faces in a picture of 640 pixels", 60, "ms", max(results.faces_ms.values(), default=None)))
    made.append(Target("peak memory of the whole guard", 1200, "MB", max(results.peak_mb.values(), default=None)))
    one, two = results.pages_s.get(1), results.pages_s.get(2)
    made.append(Target("one document on two threads beside one", 0.75, "×", ratio(two, one)))
    return made


def page(results: PictureResults, machine: str) -> str:
    """The whole part."""
    today = datetime.datetime.now(datetime.UTC).date()
    counts = {kind: count for kind, (_, count) in KINDS.items()}
    promised = [
        [t.name, f"{number(t.value)} {t.unit}", f"≤ {t.limit:g} {t.unit}", SAID[t.met]] for t in targets(results)
    ]
    header = ["system", "CPU s", "wall s", "÷ Presidio", "values", "left", "by ink", "read by the other engine"]
    made = [
        INTRO.format(
            date=today, machine=machine, peer=results.peer, pages=counts["page"], shots=counts["screenshot"]
        ),
        "## Targets on pictures\n",
        table(["promise", "measured", "target", ""], promised),
    ]
    for kind in KINDS:
        made += [f"## Each {kind}\n", table(header, _rows(results, kind)), _left(results, kind)]
    rest = [[f"peak memory, {said}", f"{number(mb)} MB"] for said, mb in results.peak_mb.items()]
    rest += [[f"faces, 640 pixels, {name}", f"{number(ms)} ms"] for name, ms in results.faces_ms.items()]
    rest += [
        [f"document of 4 pages, {n} thread{'s' * (n > 1)}", f"{number(s)} s"] for n, s in results.pages_s.items()
    ]
    rest += [[name, f"failed: {why}"] for name, why in results.failed.items()]
    return "\n".join([*made, "## Memory, faces, documents\n", REST, table(["measured", ""], rest)])


def _rows(results: PictureResults, kind: str) -> list[list[str]]:
    names = [*(f"{said} alone" for said in ENGINES.values()), *(f"accord, {said}" for said in ENGINES.values()), PEER]
    peer, rows = results.cells.get((PEER, kind)), []
    for name in names:
        cell = results.cells.get((name, kind))
        if cell is None:
            continue
        beside = ratio(cell.cpu, peer.cpu if peer else None)
        row = [name, number(cell.cpu), number(cell.wall), number(beside)]
        if cell.values:
            share, bound = 100 * cell.either / cell.values, 100 * wilson(cell.either, cell.values)[1]
            left = f"{cell.either}: {share:.1f} % ({bound:.1f} %)"
            row += [str(cell.values), left, str(cell.ink), str(cell.read)]
        else:
            row += ["–"] * 4
        rows.append(row)
    return rows


def _left(results: PictureResults, kind: str) -> str:
    """What kinds of values were left by whom, in words."""
    said = []
    for (name, of), cell in results.cells.items():
        if of == kind and cell.kinds:
            kinds = ", ".join(f"{n} × {what}" for what, n in sorted(cell.kinds.items(), key=lambda item: -item[1]))
            said.append(f"Left by {name}: {kinds}.")
    return "\n".join(said) + "\n" if said else "Nothing was left by any.\n"
