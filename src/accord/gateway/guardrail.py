"""`POST /beta/litellm_basic_guardrail_api`: accord as a guardrail of LiteLLM's proxy.

A request is released to the model, an answer to the user, as by the door for chats. What LiteLLM would drop instead
of taking it back changed is not changed but stopped. Under `/verdict` everything is: for proxies that only listen to
yes or no.
"""

from __future__ import annotations

import asyncio
import re
import uuid
from collections.abc import Callable, Container
from dataclasses import replace
from functools import partial
from typing import Any

from accord.core.content import Content, Context, Role, Text
from accord.core.decision import Decision, Destination, Outcome
from accord.gateway.asgi import Request, Response, as_json
from accord.gateway.doors import closing, json_of, merged, recorded, refused
from accord.gateway.guardrail_request import Asked, Taken, read, take
from accord.gateway.guardrail_stream import Growing, Shown
from accord.gateway.problems import Problem, Stopped
from accord.gateway.services import Caller, Guards, Route, openai_shape, told
from accord.gateway.texts import released
from accord.guard import Guard

PATH = "/beta/litellm_basic_guardrail_api"

_TOOL = re.compile(r"[A-Za-z0-9_.:/-]{1,256}\Z")

NONE, INTERVENED, BLOCKED = "NONE", "GUARDRAIL_INTERVENED", "BLOCKED"


class Guardrail:
    """The door.

    Args:
        guards: decide.
        mode: how answers are released now: `window`, `buffer` or `restore_only`.
        body: largest body, in bytes.
        seconds: how long a client may take to send it.
    """

    def __init__(self, guards: Guards, mode: Callable[[], str], *, body: int, seconds: float) -> None:
        self._guards, self._mode = guards, mode
        self._body, self._seconds = body, seconds
        self._growing = Growing()

    def routes(self) -> list[Route]:
        """Where it stands."""
        said = "Inspect and rewrite what goes through LiteLLM's proxy."
        only = "The same, for what LiteLLM takes back unchanged or not at all."
        return [
            Route("POST", PATH, "inspect", self.handle, openai_shape, said),
            Route("POST", f"/verdict{PATH}", "inspect", self.judge, openai_shape, only),
        ]

    async def handle(self, request: Request, caller: Caller) -> Response:
        """Answer a call whose rewriting is taken back."""
        return await self._handle(request, caller, rewrites=True)

    async def judge(self, request: Request, caller: Caller) -> Response:
        """Answer a call whose rewriting is not: what would have to be rewritten is stopped."""
        return await self._handle(request, caller, rewrites=False)

    async def _handle(self, request: Request, caller: Caller, *, rewrites: bool) -> Response:
        asked = read(await json_of(request, self._body, self._seconds))
        context = caller.context(user=asked.user, session=asked.session)
        guard = self._guards.current
        to = Destination.USER if asked.answer else Destination.MODEL
        try:
            if asked.answer and asked.messages is None:
                return await self._answer(guard, context, caller, asked, rewrites)
            return await _whole(guard, context, asked, to, rewrites)
        except _Unreadable as error:
            # LiteLLM may be set to go on when a guardrail answers with an error; it never goes on after this.
            decision = refused(guard, context, to, "it is not understood")
            await recorded(guard, decision, context, "release")
            return _blocked(decision, str(error))

    async def _answer(self, guard: Guard, context: Context, caller: Caller, asked: Asked, rewrites: bool) -> Response:
        """An answer, or what there is of it so far."""
        calls, called = await _calls(guard, context, asked)
        decisions = list(called)
        if seen := _seen(asked):
            inspection = await guard.ainspect(seen, context)
            looked = await asyncio.to_thread(inspection.decide, Destination.USER)
            decisions.append(_unchanged(looked, seen))
        shown = await asyncio.to_thread(self._shown, guard, context, caller, asked)
        decisions += [each.decision if rewrites else _stopped_if_changed(each.decision) for each in shown]
        if not decisions:
            return as_json({"action": NONE})
        decision = replace(merged(decisions), id=uuid.uuid4().hex, to=Destination.USER, content=None)
        leave = [*called, decision] if decision.outcome.releases else [decision]
        await asyncio.to_thread(guard.recorder.settle, context, released=leave)
        if not decision.outcome.releases:
            return _blocked(decision)
        texts = [each.text for each in shown]
        same = texts == list(asked.texts) and calls == asked.calls
        made: dict[str, Any] = {
            "action": NONE if same else INTERVENED,
            "texts": texts,
            "stream_holdback_chars": [each.held for each in shown],
            **({"tool_calls": calls} if calls else {}),
        }
        response = as_json(made, headers=told(decision))
        response.after = closing(guard, *leave)
        return response

    def _shown(self, guard: Guard, context: Context, caller: Caller, asked: Asked) -> list[Shown]:
        make = released(self._mode(), guard, context, None)
        whose = (guard, caller.tenant, caller.id, asked.user, asked.session, asked.call)
        keys = ((*whose, index) if asked.call else None for index in range(len(asked.texts)))
        return [self._growing.released(key, text, make) for key, text in zip(keys, asked.texts, strict=True)]


class _Unreadable(Exception):
    """Something of the content is not understood, in fixed words."""


async def _whole(guard: Guard, context: Context, asked: Asked, to: Destination, rewrites: bool) -> Response:
    """A request, or an answer in messages."""
    taken = await asyncio.to_thread(_taken, asked)
    if not taken.content:
        return as_json({"action": NONE})
    inspection = await guard.ainspect(taken.content, context)
    decision = await asyncio.to_thread(inspection.decide, to)
    decision = _unchanged(decision, taken.content, taken.lost) if rewrites else _stopped_if_changed(decision)
    made: dict[str, Any] = {}
    if decision.content is not None:
        try:
            made = taken.back(decision.content)
        except Problem:
            decision = _stopped(decision)
    await recorded(guard, decision, context, "release")
    if decision.content is None:
        return _blocked(decision)
    media = any(not isinstance(part, Text) for part in taken.content)
    changed = decision.outcome is Outcome.TRANSFORM or media  # pictures are built anew in any case
    response = as_json({"action": INTERVENED if changed else NONE, **made}, headers=told(decision))
    response.after = closing(guard, decision)
    return response


def _taken(asked: Asked) -> Taken:
    try:
        return take(asked)
    except Problem as problem:
        raise _Unreadable(str(problem)) from None


def _seen(asked: Asked) -> Content:
    """What there is in an answer beside texts and calls."""
    return _taken(replace(asked, texts=(), calls=[])).content


async def _calls(guard: Guard, context: Context, asked: Asked) -> tuple[list[Any], list[Decision]]:
    """The calls of an answer as they may leave, and what was decided about each."""
    calls: list[Any] = []
    decisions: list[Decision] = []
    for i, call in enumerate(asked.calls):
        function = call.get("function") if isinstance(call, dict) else None
        name = function.get("name") if isinstance(function, dict) else None
        arguments = function.get("arguments") if isinstance(function, dict) else None
        if not isinstance(name, str) or not _TOOL.match(name) or not isinstance(arguments, str):
            raise _Unreadable(f"tool_calls[{i}] is a call that is not understood.")
        part = Text(arguments, role=Role.ASSISTANT, media_type="application/json")
        inspection = await guard.ainspect([part], context)
        decision = await asyncio.to_thread(partial(inspection.decide, Destination.TOOL, tool=name))
        # LiteLLM does not take them back. Own values that stay pseudonyms do no harm; others would have to go.
        decision = _stopped_if_changed(decision)
        left = decision.content[0] if decision.content else part
        calls.append({**call, "function": {**function, "arguments": left.reveal()}} if function else call)
        decisions.append(decision)
    return calls, decisions


def _unchanged(decision: Decision, content: Content, lost: Container[int] | None = None) -> Decision:
    """A decision, or its opposite where something would have to be changed that is not taken back.

    Args:
        decision: the decision.
        content: what it is about.
        lost: the parts that are not taken back; all where None.
    """
    if decision.outcome is not Outcome.TRANSFORM or decision.content is None:
        return decision
    changed = {verdict.finding.part for verdict in decision.verdicts if verdict.outcome is Outcome.TRANSFORM}
    pairs = enumerate(zip(content, decision.content, strict=True))
    changed |= {i for i, (one, two) in pairs if isinstance(one, Text) and one.reveal() != two.reveal()}
    return _stopped(decision) if any(lost is None or part in lost for part in changed) else decision


def _stopped_if_changed(decision: Decision) -> Decision:
    """A decision, or its opposite where the policy asks for a change of what is not taken back."""
    asked_for = any(verdict.outcome is Outcome.TRANSFORM for verdict in decision.verdicts)
    return _stopped(decision) if asked_for and decision.outcome is Outcome.TRANSFORM else decision


def _stopped(decision: Decision) -> Decision:
    return replace(decision, outcome=Outcome.BLOCK, would=Outcome.BLOCK, content=None)


def _blocked(decision: Decision, said: str = "") -> Response:
    """What LiteLLM tells its client: which rules, which decision, and nothing of the content."""
    reason = str(Stopped(decision))
    if decision.to is Destination.USER:
        reason = reason.replace("This request", "This answer", 1)
    reason = " ".join(word for word in (said, reason, f"Item {decision.item}." if decision.item else "") if word)
    return as_json({"action": BLOCKED, "blocked_reason": reason}, headers=told(decision))
