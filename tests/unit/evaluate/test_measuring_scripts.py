"""The scripts that write the accuracy and benchmark pages, on made-up data."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from accord.core.decision import Outcome
from accord.core.score import Score
from accord.evaluate.spans import Labelled

ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def paths(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for folder in ("scripts", "benchmarks"):
        monkeypatch.syspath_prepend(str(ROOT / folder))
    yield
    for name in [name for name in sys.modules if name.partition(".")[0] in ("figures", "corpus", "report")]:
        del sys.modules[name]


class Stub:
    """Finds the word Ann, and scores texts by the words vile and obey."""

    categories = frozenset({"privacy.person.name"})

    def spans(self, text: str) -> tuple[Labelled, ...]:
        at = text.find("Ann")
        return () if at < 0 else (Labelled(at, at + 3, "privacy.person.name"),)

    def scores(self, text: str) -> dict[str, float]:
        return {"safety.hate": 0.95 * ("vile" in text), "safety.injection": 0.7 * ("obey" in text)}

    def threshold(self, category: str, outcome: Outcome) -> float:
        return 0.9 if outcome is Outcome.BLOCK else 0.6


class NoPeer:
    version = ""

    def spans(self, texts: list[str]) -> None:
        return None


def write(folder: Path, name: str, rows: list[dict[str, object]]) -> None:
    (folder / name).mkdir()
    facts = "- **Source:** somewhere\n- **Licence:** MIT\n- **Attribution:** Somebody\n"
    (folder / name / "README.md").write_text(f"# {name}\n\n{facts}", encoding="utf-8")
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (folder / name / "data.jsonl").write_text(lines, encoding="utf-8")


def test_a_sample_depends_on_the_rows_alone(tmp_path: Path) -> None:
    from figures.sets import Sets, sample

    lines = [f"row {number}" for number in range(50)]
    assert sample(lines, 7) == [line for line in lines if line in set(sample(lines[::-1], 7))]
    write(tmp_path, "wikigold", [{"text": f"a\u2028b {number}", "spans": []} for number in range(30)])
    sets = Sets(tmp_path, [], 10, frozenset())
    assert len(sets.rows("wikigold")) == 10
    assert sets.used == {"wikigold": (10, 30)}
    assert sets.rows("nothing") == []
    assert Sets(tmp_path, ["other"], 10, frozenset()).rows("wikigold") == []


def test_training_sets_are_read_from_the_sources_of_a_card_alone(tmp_path: Path) -> None:
    from figures.sets import trained_on

    card = "# Card\nNot trained on: gamma\n## Sources\n| source | n |\n|---|---|\n| alpha | 1 |\n## Sources left out\n| hate | beta |\n"
    (tmp_path / "card.md").write_text(card, encoding="utf-8")
    assert trained_on(tmp_path, ["alpha", "beta", "gamma"]) == {"alpha"}


def test_spans_are_scored_by_type_and_no_text_reaches_the_page(tmp_path: Path) -> None:
    from figures import page, privacy
    from figures.sets import Sets

    rows = [
        {"text": "Ann saw Bob in Rome.", "spans": [_span(0, 3, "PER"), _span(8, 11, "PER"), _span(15, 19, "LOC")]},
        {"text": "Ann again, a band.", "spans": [_span(0, 3, "ORG"), _span(13, 17, "MISC")]},
    ]
    write(tmp_path, "wikigold", rows)
    sets = Sets(tmp_path, [], 10, frozenset())
    (result,) = privacy.span_results(sets, Stub(), NoPeer())
    names = {metric: score.groups["name"].value for metric, score in result.ours.items() if score.groups}
    assert names["overlap_recall"] == 0.5
    assert names["overlap_precision"] == 0.5
    undetected = privacy.undetected(Stub())
    assert privacy.PLACE in undetected and privacy.NAME not in undetected
    shown = page.span_tables([result], undetected) + page.source_table(sets)
    assert "place or address (no detector)" in shown
    assert "Somebody" in shown
    assert "Bob" not in shown and "band" not in shown


def _span(start: int, end: int, label: str) -> dict[str, object]:
    return {"start": start, "end": end, "label": label}


def test_articles_and_titles_identify_nobody(tmp_path: Path) -> None:
    from figures import privacy

    (one,) = [one for one in privacy.SPAN_SETS if one.name == "echr_anonymisation_es_fr"]
    for text, kept in {
        "El 3 de mayo": "3 de mayo",
        "M . A . Roux": "A . Roux",
        "Elena": "Elena",
        "D . M .": "D . M .",
    }.items():
        gold = privacy._gold(one, text, {"start": 0, "end": len(text), "label": "PER"})
        assert text[gold.start : gold.end].endswith(kept.split()[-1])
        assert gold.end == len(text)
        if kept in ("3 de mayo", "Elena"):
            assert text[gold.start :] == kept


def test_harm_is_told_from_the_rest_of_its_set(tmp_path: Path) -> None:
    from figures import page, safety
    from figures.sets import Sets

    rows = [
        {"text": "a vile thing", "label": "hateful", "target": "x"},
        {"text": "a nice thing", "label": "non-hateful", "target": "x"},
        {"text": "a vile word, quoted", "label": "non-hateful", "target": "y"},
    ]
    write(tmp_path, "hatecheck_en", rows)
    sets = Sets(tmp_path, [], 10, frozenset())
    (result,) = safety.harm(sets, Stub())
    assert (result.bad.n, result.good.n) == (1, 2)
    assert result.good.held_rate().value == 0.5
    assert result.scores()["auc"].value == 0.75
    assert "quoted" not in page.contrast_tables([result], sets)
    seen = page.contrast_tables([result], Sets(tmp_path, [], 10, frozenset({"hatecheck_en"})))
    assert "hatecheck_en †" in seen and "nothing more" in seen


def test_the_corpus_is_seeded_and_never_repeats() -> None:
    import corpus

    first, again, other = (list(islice(corpus.texts("message", seed), 300)) for seed in (1, 1, 2))
    assert first == again
    assert not set(first) & set(other)
    assert len(set(first)) == 300
    assert 120 < sum(map(len, first)) / 300 < 280
    for shape in corpus.SHAPES:
        assert len(corpus.long_text(shape, 20_000, 1)) == 20_000


class Results:
    peer = "a peer"
    peak_mb, import_s = 100.0, 0.2

    def __init__(self) -> None:
        self.failed = {"harm alone": "no weights"}
        self.lengths = {"prose": {64_000: 2.0, 1_000_000: 4.0}}

    def median(self, system: str, kind: str) -> float | None:
        return {"patterns alone": 0.2, "inspect": 4.0, "Presidio, sm": 8.0}.get(system)


def test_targets_are_met_missed_or_not_measured() -> None:
    import report

    found = {target.name: target.met for target in report.targets(Results())}
    assert found["patterns, message"] is False
    assert found["all detectors beside Presidio sm, message"] is True
    assert found["cost per kB at 1 MB beside 64 kB, worst shape"] is False
    assert report.Target("x", 1, "s", None).met is None
    shown = report.page(Results(), "3.11", 3)
    assert "0.5" in shown and "**missed**" in shown and "failed" in shown
    assert (
        "Presidio, patterns"
        not in shown.partition("## Per text")[2].partition("## By length")[0].partition("|---|")[2]
    )


def test_figures_show_their_interval_or_a_dash() -> None:
    from figures import page

    assert page.figure(Score("x", 0.5, 0.25, 0.75, 4)) == "0.50 <small>0.25–0.75</small>"
    assert page.percent(Score("x", 0.5, 0.25, 0.75, 4)).startswith("50.0")
    assert page.figure(Score("x", None, None, None, 0)) == page.percent(None) == "–"
