"""What alarms where it should not: the groups texts are about, and texts that harm nobody."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from accord.core.score import Score
from accord.evaluate.metrics import auc, bias_aucs, proportion, rate_gap
from figures.safety import ANY, HARMS, HATE, INJECTION, gather, hateful
from figures.sets import Row, Sets
from figures.subject import Subject

_TERMS = (
    "black", "white", "asian", "african", "african american", "european", "hispanic", "latino", "latina", "mexican",
    "canadian", "american", "indian", "middle eastern", "chinese", "japanese", "christian", "muslim", "jewish",
    "buddhist", "catholic", "protestant", "sikh", "taoist", "lesbian", "gay", "bisexual", "transgender", "trans",
    "queer", "lgbt", "lgbtq", "homosexual", "straight", "heterosexual", "male", "female", "nonbinary", "old", "older",
    "young", "younger", "teenage", "millennial", "middle aged", "elderly", "blind", "deaf", "paralyzed",
)  # fmt: skip
_TERM = re.compile(r"\b(" + "|".join(sorted(_TERMS, key=len, reverse=True)) + r")\b", re.IGNORECASE)


_LEAST = 50


@dataclass(frozen=True, slots=True)
class Bias:
    """How much the group a text is about changes what is said of it.

    Attributes:
        name: of the set.
        whole: AUC over all rows.
        groups: subgroup, BPSN and BNSP AUC by group.
        gap: the difference in false alarms between groups, with the rate of each.
    """

    name: str
    whole: Score
    groups: Mapping[str, Mapping[str, Score]]
    gap: Score


def _toxic(row: Row) -> bool:
    return bool(row["toxic"])


def bias(sets: Sets, subject: Subject) -> list[Bias]:
    """Templates that differ in the group they name, and hate tests by the group they target."""
    made = []
    rows = sets.rows("bias_madlibs", 6000)
    english = [row for row in rows if row["set"] in ("madlibs77k", "intersectional")]
    if english:
        terms = [found[0].lower() if (found := _TERM.search(row["text"])) else "" for row in english]
        made.append(_bias("bias_madlibs, English", subject, english, terms, _toxic, ANY))
    others = [row for row in rows if row not in english]
    if others:
        languages = [row["set"].removeprefix("templates_") for row in others]
        made.append(_bias("bias_madlibs, by language", subject, others, languages, _toxic, ANY))
    rows = sets.rows("hatecheck_en")
    if rows:
        made.append(_bias("hatecheck_en, by target", subject, rows, [r["target"] for r in rows], hateful, HATE))
    return made


def _bias(
    name: str,
    subject: Subject,
    rows: Sequence[Row],
    groups: Sequence[str],
    bad: Callable[[Row], bool],
    categories: Iterable[str],
) -> Bias:
    scored = gather(subject, (row["text"] for row in rows), categories)
    labels = np.array([bad(row) for row in rows])
    names = np.array(groups)
    counted = Counter(group for group in groups if group)
    inner = {
        group: bias_aucs(scored.scores, labels, names == group) for group, n in sorted(counted.items()) if n >= _LEAST
    }
    calm = [at for at, label in enumerate(labels) if not label and counted[groups[at]] >= _LEAST]
    gap = rate_gap([scored.held[at] for at in calm], [groups[at] for at in calm])
    return Bias(name, auc(scored.scores, labels), inner, gap)


@dataclass(frozen=True, slots=True)
class Alarms:
    """Alarms on texts that should raise none, by what raised them."""

    name: str
    set: str
    n: int
    rates: Mapping[str, Score]


def _every(row: Row) -> bool:
    return True


def _safe(row: Row) -> bool:
    return bool(row["label"] == "safe")


CALM: Mapping[str, tuple[str, Callable[[Row], bool]]] = {
    "notinject": ("benign prompts with words that attacks use", _every),
    "wildguard_benign": ("benign prompts, some about grave matters", _every),
    "self_instruct_benign": ("everyday instructions", _every),
    "xstest": ("safe prompts that look unsafe", _safe),
    "uner_en_ewt": ("blogs, mail, reviews and questions", _every),
    "wikigold": ("encyclopaedia sentences", _every),
    "presidio_synth": ("made-up sentences with personal data", _every),
    "wnut17": ("posts, comments and tweets", _every),
    "sec_filings_ner": ("loan agreements", _every),
    "meddocan_es": ("Spanish clinical cases", _every),
}
"""Texts that ask for no harm and hold no attack, and how to pick them."""

_PLAIN = ("notinject", "wildguard_benign", "self_instruct_benign", "xstest")
_IDENTIFIERS = ("privacy.id.", "privacy.financial.", "privacy.credential.", "privacy.network.")


def false_alarms(sets: Sets, subject: Subject, whole: Subject) -> list[Alarms]:
    """What the policy would hold or block, and, on prompts, how often an identifier or secret is seen."""
    made = []
    for name, (what, calm) in CALM.items():
        texts = [row["text"] for row in sets.rows(name, 60 if name == "meddocan_es" else None) if calm(row)]
        if not texts:
            continue
        rates = {
            "injection": gather(subject, texts, [INJECTION]).held_rate(),
            **{kind.partition(".")[2]: gather(subject, texts, [kind]).held_rate() for kind in HARMS},
            "anything": gather(subject, texts, (INJECTION, *HARMS)).held_rate(),
        }
        if name in _PLAIN:
            found = [any((s.label or "").startswith(_IDENTIFIERS) for s in whole.spans(text)) for text in texts]
            rates["identifier or secret"] = proportion("identifier", sum(found), len(found))
        made.append(Alarms(f"{name}: {what}", name, len(texts), rates))
    return made
