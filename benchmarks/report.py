"""The page of a benchmark run: figures, ratios to the peer, targets."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from run import Results

SM, PATTERNS = "Presidio, sm", "Presidio, patterns"
ROWS = {
    "floor": "the loop alone",
    "patterns alone": "the pattern detector on the bare text",
    "fields alone": "the field detector on the bare text (without readers there is nothing for it to do)",
    "entities alone": "the token classifier on the bare text",
    "injection alone": "the injection head on the bare text",
    "harm alone": "the harm heads on the bare text",
    "privacy": "readers and the three privacy detectors, through the guard",
    "inspect": "readers and all detectors, through the guard",
    "release": "the same, then a release to the model with its audit record on disk",
    PATTERNS: "its pattern recognizers, without a language model",
    SM: "its default recognizers with a small spaCy model",
}
"""The systems in the order of the page."""


@dataclass(frozen=True, slots=True)
class Target:
    """A promise about speed.

    Attributes:
        name: what is measured.
        limit: at most this.
        unit: of both.
        value: as measured; None where it could not be.
    """

    name: str
    limit: float
    unit: str
    value: float | None

    @property
    def met(self) -> bool | None:
        """Whether it is kept; None where it was not measured."""
        return None if self.value is None else self.value <= self.limit


def ratio(above: float | None, below: float | None) -> float | None:
    """`above / below`, None where one is missing."""
    return None if above is None or not below else above / below


def targets(results: Results) -> list[Target]:
    """Every promise with what was measured."""

    def beside(kind: str) -> float | None:
        return ratio(results.median("inspect", kind), results.median(SM, kind))

    growth = [per[max(per)] / per[min(per)] for per in results.lengths.values() if per]
    return [
        Target("patterns, message", 0.1, "ms", results.median("patterns alone", "message")),
        Target("patterns, document", 0.6, "ms", results.median("patterns alone", "document")),
        Target("all detectors beside Presidio sm, message", 0.8, "×", beside("message")),
        Target("all detectors beside Presidio sm, document", 1.0, "×", beside("document")),
        Target("cost per kB at 1 MB beside 64 kB, worst shape", 1.5, "×", max(growth, default=None)),
        Target("peak memory with a text of 1 MB", 600, "MB", results.peak_mb or None),
        Target("import accord", 0.4, "s", results.import_s or None),
    ]


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [f"| {' | '.join(header)} |", "|---|" + "---:|" * (len(header) - 1)]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)]) + "\n"


def number(value: float | None) -> str:
    """Three significant digits."""
    return "–" if value is None else f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


INTRO = """\
# Benchmarks

Written by `make bench`; do not edit. {date}, Python {machine}.

CPU time of the whole process, one thread, medians of {rounds} interleaved rounds, each system in a process of its own.
A message has about 200 characters, a document about 2,000; half of their sentences carry made-up personal data, and no
text comes twice, so nothing is answered from memory. Trust the ratios of one run, not milliseconds across machines.
Peer: {peer}; it reads the same texts.
"""

LENGTH = """\
CPU milliseconds per 1,000 characters of `inspect` with all detectors: prose as above, digits only, one word without
blanks, HTML, and prose with s p a c e d letters every 2 kB, which is read twice. Peak memory of a process that inspects
1 MB: {memory} MB. `import accord`: {imports} s.
"""

SAID = {True: "met", False: "**missed**", None: "not measured"}


def page(results: Results, machine: str, rounds: int) -> str:
    """The whole page."""
    today = datetime.datetime.now(datetime.UTC).date()
    header = ["system", "message, CPU ms", "document, CPU ms", "÷ Presidio patterns, message", "document"]
    promised = [
        [t.name, f"{number(t.value)} {t.unit}", f"≤ {t.limit:g} {t.unit}", SAID[t.met]] for t in targets(results)
    ]
    lengths = sorted({size for per in results.lengths.values() for size in per})
    by_length = [[shape, *(number(per.get(size)) for size in lengths)] for shape, per in results.lengths.items()]
    return "\n".join(
        [
            INTRO.format(date=today, machine=machine, rounds=rounds, peer=results.peer),
            "## Targets\n",
            table(["promise", "measured", "target", ""], promised),
            "## Per text\n",
            table([*header, "÷ Presidio sm, message", "document"], _rows(results)),
            "## By length\n",
            LENGTH.format(memory=number(results.peak_mb), imports=number(results.import_s)),
            table(["text", *(f"{size // 1000:,} kB" for size in lengths)], by_length),
        ]
    )


def _rows(results: Results) -> list[list[str]]:
    rows = []
    for system, what in ROWS.items():
        own = {kind: results.median(system, kind) for kind in ("message", "document")}
        if own["message"] is None:
            if system in results.failed:
                rows.append([f"{system}: {what}", "failed", *[""] * 5])
            continue
        peers = () if system == "floor" else (PATTERNS, SM)
        beside = [ratio(own[kind], results.median(peer, kind)) for peer in peers for kind in own] or [None] * 4
        rows.append([f"{system}: {what}", *(number(value) for value in (*own.values(), *beside))])
    return rows
