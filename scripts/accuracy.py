"""Measure accord on public sets and write `docs/accuracy.md`.

    python scripts/accuracy.py --data DIR [--out docs/accuracy.md] [--only text|pictures|sound|names …]
                               [--sets NAME …] [--limit N] [--synthesiser PROGRAM …] [--peer-python PYTHON]

The page has parts that are measured apart; with --only the others stay as they are. DIR holds one folder for each
set, with `README.md` (source, licence, attribution) and `data.jsonl`, or `manifest.jsonl` beside its pictures. The
sets are not part of accord; the page says where each comes from. The same thresholds hold for all rows: those of
the default policy. Nothing is tuned here, and no text of any row is written.
"""

from __future__ import annotations

import argparse
import datetime
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from figures import fairness, page, parts, picture_page, privacy, safety, sound_names_page, sound_page, words
from figures.sets import Sets, trained_on
from figures.subject import SAFETY, Peer, Subject

from accord.core.decision import Outcome
from accord.evaluate.run import digest_of, subject_of

ROOT = Path(__file__).resolve().parents[1]
PARTS = (*parts.NAMES, "names")
WEIGHTS = ROOT / "src" / "accord" / "detect" / "weights"


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder of the sets")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "accuracy.md")
    parser.add_argument("--only", nargs="*", choices=PARTS, default=list(PARTS), help="only these parts")
    parser.add_argument("--sets", nargs="*", default=[], help="only these sets")
    parser.add_argument("--limit", type=int, default=1000, help="rows of a set at most")
    parser.add_argument(
        "--synthesiser",
        nargs="*",
        default=["espeak-ng", "flite"],
        help="programs that speak names: espeak-ng, flite, or PIPER=MODEL.onnx; none is a dependency",
    )
    parser.add_argument("--peer-python", help="an interpreter that has presidio-analyzer")
    return parser.parse_args(given)


def thresholds(subject: Subject) -> str:
    """The scores from which the policy holds and blocks, in words."""
    pairs: dict[tuple[float, float], list[str]] = {}
    for category in (safety.INJECTION, *safety.HARMS):
        pair = subject.threshold(category, Outcome.HOLD), subject.threshold(category, Outcome.BLOCK)
        pairs.setdefault(pair, []).append(category.partition(".")[2])
    said = [
        f"{', '.join(names)} held from {hold:g}, blocked from {block:g}" for (hold, block), names in pairs.items()
    ]
    return "; ".join([*said, "self-harm never held"])


def intro(given: argparse.Namespace, sets: Sets, subject: Subject, minutes: float) -> str:
    """What was measured, when, and how to read it."""
    detectors = subject.guard.detectors
    what = subject_of(detectors, subject.guard.policy.digest, sets.digest)
    lines = [
        ["accord", what["accord"]],
        ["policy", f"default, `{what['policy'][:16]}`"],
        ["code and shipped weights", f"`{what['code'][:16]}`"],
        ["data", f"`{sets.digest[:16]}`"],
        ["subject digest", f"`{digest_of(what)}`"],
        *([f"detector {d.name}", d.reference] for d in detectors),
    ]
    top = words.INTRO.format(
        date=datetime.datetime.now(datetime.UTC).date(),
        minutes=max(1.0, minutes),
        limit=given.limit,
        subject=page.table(["measured", ""], lines).replace("---:|", "---|"),
        thresholds=thresholds(subject),
        floors=", ".join(f"{d.name} {d.floor:g}" for d in detectors if d.name not in SAFETY),
        missing="".join(f"\n\n**Missing:** {name} ({why})." for name, why in sorted(subject.missing.items())),
    )
    return top + (words.SEEN if sets.trained else "")


def privacy_pages(sets: Sets, subject: Subject, peer: Peer) -> list[str]:
    """Personal data and identifiers."""
    undetected = privacy.undetected(subject)
    spans = page.span_tables(privacy.span_results(sets, subject, peer), undetected)
    top = words.PRIVACY.format(undetected=", ".join(sorted(undetected)) or "none of them missing")
    said = words.PEER.format(version=peer.version, model=peer.model) if peer.version else ""
    due, not_due = privacy.numbers(sets, subject)
    return [
        f"{top}{said}\n{spans}",
        f"{words.CASES}\n{page.case_table(privacy.recognizer_cases(sets, subject))}",
        f"{words.NUMBERS}\n{page.number_table(due, 'with its name beside it')}",
        f"{words.NOBODY}\n{page.number_table(not_due, 'in a sentence')}",
    ]


def safety_pages(sets: Sets, subject: Subject, whole: Subject) -> list[str]:
    """Injection, harm, bias, false alarms."""
    pool = ", ".join(safety.pool_names(sets)) or "nothing"
    attacks, harms = safety.injection(sets, subject), safety.harm(sets, subject)
    biases, alarms = fairness.bias(sets, subject), fairness.false_alarms(sets, subject, whole)
    return [
        f"{words.INJECTION.format(pool=pool)}\n{page.contrast_tables(attacks, sets)}",
        f"{words.HARM.format(pool=pool)}\n{page.contrast_tables(harms, sets)}",
        f"{words.LEFT_OUT}\n{page.left_out(WEIGHTS)}",
        f"{words.BIAS}\n{page.bias_tables(biases)}",
        f"{words.ALARMS}\n{page.alarm_tables(alarms, sets)}",
    ]


def text_part(given: argparse.Namespace, sets: Sets, start: float) -> str:
    """Measure on texts, and write that part."""
    with tempfile.TemporaryDirectory() as folder:
        whole, subject = Subject(Path(folder) / "whole"), Subject(Path(folder) / "safety", SAFETY)
        pages = privacy_pages(sets, whole, Peer(given.peer_python))
        print(f"personal data: {time.monotonic() - start:.0f} s", file=sys.stderr)
        pages += safety_pages(sets, subject, whole)
        top = intro(given, sets, whole, (time.monotonic() - start) / 60)
        whole.close()
        subject.close()
    return "\n".join([top, *pages, f"{words.SOURCES}\n{page.source_table(sets)}"])


def main() -> None:
    """Measure, and write the page."""
    given, start = arguments(), time.monotonic()
    names = [folder.name for folder in sorted(given.data.iterdir()) if folder.is_dir()]
    trained = trained_on(WEIGHTS, names)

    def say(what: str) -> None:
        print(f"{what}: {time.monotonic() - start:.0f} s", file=sys.stderr)

    written = parts.read(given.out)
    if "text" in given.only:
        written["text"] = text_part(given, Sets(given.data, given.sets, given.limit, trained), start)
    if "pictures" in given.only:
        written["pictures"] = picture_page.part(Sets(given.data, given.sets, given.limit, trained), say)
    if "sound" in given.only:
        written["sound"] = sound_page.part(Sets(given.data, given.sets, given.limit, trained), say)
    if "names" in given.only:
        digest = Sets(given.data, [], given.limit, trained).digest
        written["names"] = sound_names_page.part(given.synthesiser, digest, say)
    parts.write(given.out, written)
    say(str(given.out))


if __name__ == "__main__":
    main()
