"""`/console`: a page to paste text or drop a file on, and see what was found and what each destination would get.

Nothing is kept and nothing leaves: each decision is recorded as the preview that it is. The page loads nothing, holds
no script or style but its own (Content Security Policy, by hash), and works with a keyboard and a screen reader.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from importlib import resources
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from accord import __version__
from accord.core.content import Audio, Content, Context, Document, Image, Part, Text
from accord.core.decision import Decision, Destination
from accord.errors import ContentError
from accord.gateway import drawing, strict
from accord.gateway.asgi import Request, Response, as_json
from accord.gateway.problems import Problem, bad, unknown
from accord.gateway.services import Caller, Guards, Route, openai_shape, told
from accord.gateway.slots import decoded
from accord.guard import Guard
from accord.guard.inspection import Inspection
from accord.media import sniff

HTML = "text/html; charset=utf-8"

MAX_FILES = 8
"""Most files of one request."""

_LARGEST = 24_000_000  # what comes back holds a file once for each destination
_HEADERS = {
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-frame-options": "DENY",
}


class Console:
    """The page and what it asks.

    Args:
        guards: decide.
        body: largest body, in bytes.
        seconds: how long a client may take to send it.
    """

    def __init__(self, guards: Guards, *, body: int, seconds: float) -> None:
        self._guards, self._body, self._seconds = guards, min(body, _LARGEST), seconds

    def routes(self) -> list[Route]:
        """Its doors."""
        page, asks = "A page to try the policy on.", "What is found in content, and what each destination would get."
        return [
            Route("GET", "/console", "", self.page, openai_shape, page),
            Route("POST", "/console/inspect", "inspect", self.inspect, openai_shape, asks),
        ]

    async def page(self, _request: Request, _caller: Caller) -> Response:
        """The page."""
        body, policy = _page()
        return Response(200, body, HTML, {**_HEADERS, "content-security-policy": policy})

    async def inspect(self, request: Request, caller: Caller) -> Response:
        """Inspect what was pasted or dropped, and say what each destination would get."""
        _same_origin(request)
        body = await request.body(self._body, self._seconds)
        content = await asyncio.to_thread(lambda: parse(strict.loads_object(body)))
        guard = self._guards.current
        # A scope of its own: what other requests of this caller brought is not to be seen here.
        context = Context(tenant=caller.tenant, principal=caller.id, purpose="console")
        inspection = await guard.ainspect(content, context)
        decisions = await asyncio.to_thread(_decided, guard, inspection)
        html = "text/html" in request.headers.get("accept", "")
        drawn = await asyncio.to_thread(_drawn, content, inspection, decisions, html)
        headers = {**_HEADERS, **told(decisions[0])}
        return (
            Response(200, drawn.encode(), HTML, headers) if isinstance(drawn, str) else as_json(drawn, 200, headers)
        )


def parse(said: Mapping[str, Any]) -> Content:
    """The content of a request: `text`, and `files` with `data` in base64.

    Raises:
        Problem: 400.
    """
    for name in said:
        if name not in ("text", "files"):
            raise unknown("a field of the request")
    text, files = said.get("text", ""), said.get("files", [])
    if not isinstance(text, str) or not isinstance(files, list):
        raise bad("invalid_value", "text is a text, and files is a list.")
    if len(files) > MAX_FILES:
        raise bad("too_many_parts", f"There are more than {MAX_FILES} files.", "files")
    parts: list[Part] = [Text(text)] if text or not files else []
    for number, file in enumerate(files):
        if not isinstance(file, dict) or set(file) != {"data"}:
            raise bad("invalid_value", "A file is an object with data.", f"files[{number}]")
        parts.append(_part(decoded(file["data"], f"files[{number}].data"), number))
    return tuple(parts)


def _part(data: bytes, number: int) -> Part:
    """Which kind of part some bytes are, told from the bytes; whoever opens them looks again."""
    kind = sniff.media_type(data)
    if kind.startswith("image/"):
        return Image(data, media_type=kind)
    if kind.startswith("audio/"):
        return Audio(data, media_type=kind)
    if kind == sniff.UNKNOWN and sniff.text_of(data) is not None:
        try:
            return Text.decode(data)
        except ContentError:
            raise bad("invalid_utf8", "A text is UTF-8, or UTF-16 that says so.", f"files[{number}].data") from None
    return Document(data, media_type="" if kind == sniff.UNKNOWN else kind)


def _same_origin(request: Request) -> None:
    """That it is this page that asks: those of others cannot send JSON without this server's consent."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise Problem(415, "media_type", "Send JSON, as application/json.")
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise Problem(403, "foreign_page", "Pages of other sites may not ask here.")


def _decided(guard: Guard, inspection: Inspection) -> list[Decision]:
    """What each destination would get, on record as previews before it is shown.

    Custody has no part in it: a mere look puts nothing into quarantine, and uses up no approval.
    """
    looked = replace(inspection, _keeper=None)
    made = []
    for to in Destination:
        decision = looked.decide(to)
        guard.recorder.record(decision, inspection.context, "preview")
        made.append(decision)
    return made


def _drawn(
    content: Content, inspection: Inspection, decisions: Sequence[Decision], html: bool
) -> str | dict[str, Any]:
    found, releases = drawing.findings(inspection), drawing.releases(decisions)
    if not html:
        covered = {m.value: [c.inspected, c.total] for m, c in inspection.coverage.items()}
        return {"findings": found, "releases": releases, "coverage": covered, "policy": inspection.policy.digest}
    return _templates().get_template("result.html.j2").render(
        findings=found,
        summary=drawing.summary(found),
        boards=drawing.boards(content, inspection),
        releases=releases,
        words=drawing.WORDS,
        outcome_of=drawing.outcome_of,
        enforced=inspection.policy.enforced(),
    )  # fmt: skip


@cache
def _page() -> tuple[bytes, str]:
    """The page, and the policy that lets nothing but its own script and style run."""
    style, script = _file("console.css"), _file("console.js")
    body = _templates().get_template("console.html.j2").render(
        style=Markup(style),  # noqa: S704 - our own files; escaped they would be neither
        script=Markup(script),  # noqa: S704
        version=__version__,
    )  # fmt: skip
    policy = (
        f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(style)}; img-src data:; media-src data:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return body.encode(), policy


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@cache
def _templates() -> Environment:
    return Environment(
        autoescape=True, loader=FunctionLoader(_file), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )


def _file(name: str) -> str:
    return resources.files("accord.gateway").joinpath("templates", name).read_text(encoding="utf-8")
