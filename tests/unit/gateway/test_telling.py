"""Metrics, logs and traces: numbers and names, and never content."""

from __future__ import annotations

import io
import json
import logging
import os
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from accord import Guard
from accord.config import shipped
from accord.core.content import Context
from accord.errors import ConfigError
from accord.gateway import logs, metrics, tracing
from accord.gateway.breaker import Breakers
from accord.gateway.metrics import Metrics
from accord.testing import FixedDetector, MemoryLog

SECRET = "jane@example.org"


def lines(made: Metrics) -> list[str]:
    return made.render().decode().splitlines()


class Broken:
    name = "broken"
    joins = False
    categories = frozenset({"privacy.person.name"})
    floor = 0.5
    reference = ""

    def detect(self, *_: Any) -> Any:
        raise ValueError(SECRET)


@pytest.mark.parametrize("tenants", [False, True])
def test_decisions_are_counted_without_content(tenants: bool) -> None:
    made = Metrics(tenants=tenants)
    detectors = [FixedDetector({SECRET: ("privacy.contact.email", 0.9)})]
    guard = Guard(shipped("default").policy(), [], detectors, MemoryLog(), heard=made.decision)
    context = Context(tenant="acme", principal="app1", subject="jane")
    guard.inspect(f"{SECRET} and {SECRET}", context).release("model")
    guard.inspect(SECRET, context).preview("model")
    guard.close()
    of = ',tenant="acme"' if tenants else ""
    assert f'accord_decisions_total{{outcome="transform"{of},to="model"}} 1.0' in lines(made)
    assert 'accord_findings_total{category="privacy.contact.email"} 2.0' in lines(made)
    assert ("acme" in made.render().decode()) == tenants and "jane" not in made.render().decode()


def test_faults_are_counted_by_what_failed() -> None:
    made = Metrics()
    guard = Guard(shipped("default").policy(), [], [Broken()], MemoryLog(), heard=made.decision)
    guard.inspect(SECRET).release("model")
    guard.close()
    assert 'accord_faults_total{category="fault.detector",detector="broken"} 1.0' in lines(made)


def test_records_are_timed_and_failures_counted() -> None:
    made = Metrics()
    made.audited(0.002, failed=False)
    made.audited(9.0, failed=True)
    assert 'accord_audit_seconds_bucket{le="0.0025"} 1.0' in lines(made)
    assert "accord_audit_seconds_count 1.0" in lines(made) and "accord_audit_failures_total 1.0" in lines(made)


def test_breakers_and_what_is_of_the_moment_are_set_when_asked() -> None:
    made, breakers = Metrics(), Breakers(1, 60.0)
    made.before(lambda: made.breakers("upstream", breakers.states(["main"])))
    assert 'accord_breaker_open{kind="upstream",name="main"} 0.0' in lines(made)
    breakers.failure("main")
    assert 'accord_breaker_open{kind="upstream",name="main"} 1.0' in lines(made)


_WORKER = """
import sys
from pathlib import Path
from accord.gateway import metrics
if sys.argv[2] == "parent":
    import subprocess
    metrics.shared(Path(sys.argv[1]))
    for count in (2, 3):
        child = subprocess.run([sys.executable, "-c", sys.argv[3], sys.argv[1], str(count), ""], check=True)
    made = metrics.Metrics()
    made.policy("f" * 64)
    sys.stdout.write(made.render().decode())
else:
    made = metrics.Metrics()
    for _ in range(int(sys.argv[2])):
        made.request("/door", 200, 0.01)
    made.inside(5, 100)
    import os
    metrics.ended(os.getpid())
"""


def test_several_processes_are_added_up(tmp_path: Path) -> None:
    folder = tmp_path / "metrics"
    folder.mkdir()
    (folder / "counter_1.db").write_bytes(b"of the last run")
    command = [sys.executable, "-c", _WORKER, str(folder), "parent", _WORKER]
    environment = {k: v for k, v in os.environ.items() if k != metrics.FOLDER}
    said = subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout.splitlines()
    assert 'accord_requests_total{door="/door",status="200"} 5.0' in said
    assert 'accord_request_seconds_count{door="/door"} 5.0' in said
    assert not any(line.startswith("accord_requests_open 1") for line in said)  # those who measured it have ended
    assert oct(folder.stat().st_mode & 0o777) == "0o700" or folder.exists()


def test_who_counts_already_cannot_share(tmp_path: Path) -> None:
    Metrics()
    with pytest.raises(ConfigError):
        metrics.shared(tmp_path)
    assert metrics.FOLDER not in os.environ


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    names = ("accord", "uvicorn", "uvicorn.access")
    loggers = [logging.getLogger(name) for name in names]
    before = [(one, list(one.handlers), one.level, one.propagate, one.disabled) for one in (root, *loggers)]
    raising = logging.raiseExceptions
    out = io.StringIO()
    logs.configure(logging.INFO, out)
    yield out
    logging.captureWarnings(False)
    logging.raiseExceptions = raising
    for one, handlers, level, propagate, disabled in before:
        one.handlers[:] = handlers
        one.setLevel(level)
        one.propagate, one.disabled = propagate, disabled


def said(out: io.StringIO) -> list[dict[str, Any]]:
    for handler in logging.getLogger().handlers:
        handler.flush()
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_logs_are_lines_of_json_that_name_the_request(logged: io.StringIO) -> None:
    name = logs.begin()
    logs.decision_id.set("d1")
    logging.getLogger("accord.x").warning(
        "it is %s", "so", extra={"accord": {"status": 200, "pid": 1, "odd": object}}
    )
    (line,) = said(logged)
    assert (line["message"], line["level"], line["request"], line["decision"]) == ("it is so", "warning", name, "d1")
    assert line["status"] == 200 and line["pid"] == os.getpid() and isinstance(line["odd"], str)
    logs.begin()


def test_no_word_of_an_exception_or_of_others_is_logged(logged: io.StringIO) -> None:
    try:
        raise ValueError(SECRET)
    except ValueError:
        logging.getLogger("accord.x").exception("failed")
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application")
    logging.getLogger("asyncio").error("Task exception was never retrieved: %s", SECRET)
    logging.getLogger("aiohttp.client").error(f"cannot connect to {SECRET}")
    logging.getLogger("uvicorn.access").info('"GET /?q=%s"', SECRET)
    logging.getLogger("accord.x").info("%d", SECRET)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn(SECRET, stacklevel=1)
    found = said(logged)
    assert SECRET not in logged.getvalue() and "jane" not in logged.getvalue()
    assert found[0]["error"]["type"] == "ValueError" and "test_telling.py" in found[0]["error"]["at"][0]
    assert {line["logger"] for line in found} >= {"accord.x", "uvicorn.error", "asyncio", "aiohttp.client"}


def test_whoever_reads_logs_slowly_keeps_nobody_waiting() -> None:
    class Stuck(io.StringIO):
        free = threading.Event()

        def write(self, text: str) -> int:
            self.free.wait(30)
            return super().write(text)

    out = Stuck()
    writer = logs.Writer(out, most=10)
    writer.setFormatter(logs.JsonFormatter())
    record = logging.LogRecord("accord.x", logging.INFO, "", 1, "said", (), None)
    began = time.monotonic()
    for _ in range(500):
        writer.emit(record)
    assert time.monotonic() - began < 5
    out.free.set()
    writer.flush()
    writer.flush()
    found = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [line["message"] for line in found].count("said") >= 10
    assert sum(line.get("lines", 1) for line in found) == 500


@pytest.fixture(scope="module")
def exporter() -> InMemorySpanExporter:
    provider, exporter = TracerProvider(), InMemorySpanExporter()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    return exporter


def test_a_trace_has_names_and_numbers(exporter: InMemorySpanExporter) -> None:
    exporter.clear()
    parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    span = tracing.begin("POST", "/v1/chat/completions", {"traceparent": parent, "authorization": SECRET})
    tracing.decided("d1", "digest", "transform")
    tracing.genai("chat", model="gpt-x", answered_by=f"to {SECRET}", provider="main", tokens_in=3, tokens_out=4)
    span.end(503)
    (made,) = exporter.get_finished_spans()
    facts = dict(made.attributes or {})
    assert made.name == "POST /v1/chat/completions" and facts["http.response.status_code"] == 503
    assert made.context is not None and f"{made.context.trace_id:032x}" in parent
    assert facts["gen_ai.request.model"] == "gpt-x" and facts["gen_ai.usage.output_tokens"] == 4
    assert facts["accord.decision"] == "d1" and facts["accord.outcome"] == "transform"
    assert "gen_ai.response.model" not in facts and SECRET not in made.to_json()


def test_without_the_package_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracing, "trace", None)
    span = tracing.begin("POST", "/x", {})
    span.note({"a": 1})
    span.end(200)
