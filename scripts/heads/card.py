"""The model card beside the weights."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from heads.catalogue import SOURCES
from heads.corpus import KEPT_FOR_EVALUATION, STDLIB
from heads.generate import NAME
from heads.measure import Figure, table
from heads.rows import HEADS, Row
from heads.train import BLOCKED, HELD

_HEAD = """# Text heads

Eight linear heads over hashed character 2- to 5-grams and word 1- to 2-grams: {heads}. Eight bits a weight,
2^18 buckets. Written by `scripts/train_heads.py --seed {seed}`; licence Apache-2.0, with the attributions below.

**Intended use.** A first, fast opinion on text that goes to or comes from a model: prompt injection and seven
kinds of harm, in windows of a sentence to a page. It is one of several controls, never the only one, and no
judgement on a person.

**Calibration.** A score says how rare it is on harmless text. On harmless texts of sources left out of training
(prompts and answers count a half, documents a third, tweets a sixth; sources of a kind evenly), injection reaches
0.6 on at most {held:.1%} of texts and 0.9 on {blocked:.2%}; so does any of the seven harm heads with 0.7 and 0.9.
No source of 200 texts or more passes a bar three times as often. The middle one of harmless texts scores 0.02.
Between these points log-odds are linear; above them the slope is Platt's. In a long text the best of many windows is
high by chance, so log-odds fall with the logarithm of the number of pages.

**Languages.** English first; French for harm (one source). German, Spanish, Italian, Portuguese, Dutch, Polish,
Russian, Chinese, Japanese, Korean, Arabic, Hindi and Turkish mostly from phrases written for this project: expect
the plain attack to be found there, not the artful one.

**Known gaps.** No meaning beyond phrases: irony, allusion, and harm in neutral words are missed; a quoted insult
can be taken for one. An order that looks like any user's ("Who wrote Hamlet?") inside data is not told from a
question. Gore has no head. The hate and harassment sources are tweets with known bias against African American
English; offensive words alone were not used as hate. Hazard prompts and red-team turns carry weak labels. Licence
texts ("without restriction", "the above grant") and elaborate role-play briefs raise false alarms of injection.

**Kept for evaluation**, no row trained on, no threshold fitted to: {kept}.
"""


def write_card(
    folder: Path,
    rows: Sequence[Row],
    dropped: Counter[str],
    figures: Sequence[Figure],
    unseen: Sequence[Figure],
    seed: int,
) -> None:
    """Write `text-heads.md` into a folder."""
    parts = [
        _HEAD.format(
            heads=", ".join(HEADS), seed=seed, held=HELD, blocked=BLOCKED, kept=", ".join(KEPT_FOR_EVALUATION)
        )
    ]
    parts.append("## Sources\n\n" + _sources(rows))
    parts.append("Left out: " + ", ".join(f"{count} {why}" for why, count in sorted(dropped.items())) + ".\n")
    note = (
        "Each source scored by heads that never saw it. A source without harmless texts borrows 5,000 of the others, "
        "evenly drawn. *held* and *blocked* are shares at the thresholds of the shipped policy."
    )
    parts.append(f"## Sources left out\n\n{note}\n\n{table(figures)}\n")
    if unseen:
        note = (
            "Neither trained on nor used to fit a threshold, but printed several times while the rule of calibration "
            "was made: development figures, not blind ones. *any harm* is the highest of the seven harm heads."
        )
        parts.append(f"## Evaluation sets\n\n{note}\n\n{table(unseen)}\n")
    (folder / "text-heads.md").write_text("\n".join(parts), "utf-8")


def _sources(rows: Sequence[Row]) -> str:
    counts = Counter(row.source for row in rows)
    lines = ["| source | rows | licence | attribution | used as |", "|---|---|---|---|---|"]
    lines += [f"| {s.name} | {counts[s.name]} | {s.licence} | {s.attribution} | {s.use} |" for s in SOURCES]
    lines.append(f"| {NAME} | {counts[NAME]} | Apache-2.0 | the accord authors | attacks, harms, hard negatives |")
    lines.append(f"| {STDLIB} | {counts[STDLIB]} | PSF-2.0 | Python Software Foundation | harmless code |")
    return "\n".join(lines) + "\n"
