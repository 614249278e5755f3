"""The answer of a model, released to the user: text in a window, calls of tools when they are complete.

A stream and a whole answer go through the same machine, so that what a stream has shown is the beginning of what the
whole answer would be. Of what the upstream says only known fields are read, and nothing of its bytes goes on.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from accord.core.content import Context, Modality, Role, Text
from accord.core.decision import Coverage, Decision, Destination, Outcome, Verdict
from accord.core.finding import Finding
from accord.core.place import Meta
from accord.gateway.chat_said import KNOWN, counts, garbled, head_of, merged
from accord.gateway.ids import is_id
from accord.gateway.texts import Released
from accord.guard import Guard

_TOOL = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")
_ENDS = frozenset({"stop", "length", "tool_calls", "content_filter", "function_call"})
_TEXTS = ("content", "refusal", "reasoning_content")
_MAX_ARGUMENTS = 1 << 20
_MAX_CALLS = 128
_MANY = 64  # pieces that wait before they are joined, however short they are
_LONGER = 65  # than any name of a tool
FILTERED = "content_filter"


@dataclass(slots=True, repr=False)
class _Call:
    """A call of a tool, until it is complete."""

    id: str = ""
    name: str = ""
    arguments: list[str] = field(default_factory=list)
    size: int = 0


@dataclass(slots=True)
class _Choice:
    """One of the answers."""

    texts: dict[str, Released] = field(default_factory=dict)
    calls: dict[int, _Call] = field(default_factory=dict)
    function: _Call | None = None
    finish: str | None = None
    began: bool = False
    done: bool = False
    stopped: bool = False
    logprobs: list[Any] = field(default_factory=list)
    said: list[tuple[str, str]] = field(default_factory=list)
    changed: bool = False


Delta = dict[str, Any]
"""What a choice shows: `index`, `delta`, `finish_reason`, `logprobs`."""


class Answer:
    """Takes what the upstream says, gives what may be shown.

    Args:
        guard: decides.
        context: on whose behalf.
        text: makes what releases a text.
        choices: how many answers were asked for.
        tools: names of the tools that may be called.
        logprobs: whether probabilities of tokens were asked for.

    Attributes:
        called: the decisions about calls of tools, on record already.
        usage: what was used, as the upstream says.
        head: what the answer says of itself.
        unknown: how many fields were not understood, and dropped.
    """

    def __init__(
        self,
        guard: Guard,
        context: Context,
        text: Callable[[], Released],
        *,
        choices: int,
        tools: frozenset[str],
        logprobs: bool,
    ) -> None:
        self._guard, self._context, self._text = guard, context, text
        self._tools, self._logprobs, self._most = tools, logprobs, choices
        self._choices: dict[int, _Choice] = {}
        self._waiting: list[tuple[int, str, str]] = []
        self.called: list[Decision] = []
        self._faults: list[Verdict] = []
        self.unknown = 0
        self.usage: dict[str, Any] | None = None
        self.head: dict[str, Any] = {}

    def __repr__(self) -> str:
        return f"<Answer of {len(self._choices)} choices>"

    @property
    def due(self) -> bool:
        """Whether there is work that should not be done between events."""
        if any(c.finish is not None and not (c.done or c.stopped) for c in self._choices.values()):
            return True
        if len(self._waiting) > _MANY:
            return True
        arrived: Counter[tuple[int, str]] = Counter()
        for index, name, piece in self._waiting:
            arrived[index, name] += len(piece)
        return any(self._choice(index).texts[name].due(size) for (index, name), size in arrived.items())

    @property
    def held(self) -> bool:
        """Whether some text waits for what comes next."""
        return bool(self._waiting) or any(t.held for c in self._choices.values() for t in c.texts.values())

    @property
    def over(self) -> bool:
        """Whether nothing more of what comes may be shown: every choice was stopped."""
        found = self._choices.values()
        return len(self._choices) >= self._most and all(choice.stopped for choice in found)

    @property
    def complete(self) -> bool:
        """Whether every choice that began has said how it ended."""
        return bool(self._choices) and all(choice.finish is not None for choice in self._choices.values())

    @property
    def waiting(self) -> int:
        """How many characters wait for what comes next."""
        return sum(text.held for choice in self._choices.values() for text in choice.texts.values())

    def take(self, chunk: Mapping[str, Any]) -> None:
        """Take a chunk of a stream.

        Raises:
            Problem: 502: it is none.
        """
        self._heads(chunk)
        choices = chunk.get("choices")
        if not isinstance(choices, list):
            raise garbled()
        for said in choices:
            delta = said.get("delta") if isinstance(said, dict) else None
            self._take(said, delta if delta is not None else {})

    def take_whole(self, body: Mapping[str, Any]) -> None:
        """Take an answer that came at once.

        Raises:
            Problem: 502: it is none.
        """
        self._heads(body)
        choices = body.get("choices")
        if not isinstance(choices, list) or not choices:
            raise garbled()
        for said in choices:
            message = said.get("message") if isinstance(said, dict) else None
            if not isinstance(message, dict):
                raise garbled()
            calls = message.get("tool_calls")
            numbered = [{**call, "index": i} for i, call in enumerate(calls)] if isinstance(calls, list) else calls
            self._take(said, {**message, "tool_calls": numbered})

    def work(self) -> list[Delta]:
        """Release what can be released of what was taken."""
        shown: list[Delta] = []
        waiting, self._waiting = self._waiting, []
        for index, name, piece in waiting:
            choice = self._choice(index)
            if not (choice.stopped or choice.done):
                shown += self._shown(index, choice, name, choice.texts[name].feed(piece))
        for index, choice in self._choices.items():
            if choice.finish is not None and not (choice.done or choice.stopped):
                shown += self._finished(index, choice)
        return shown

    def hurry(self) -> list[Delta]:
        """Release what is surely harmless of what is held."""
        shown = self.work()
        for index, choice in self._choices.items():
            for name, text in choice.texts.items():
                if not (choice.stopped or choice.done):
                    shown += self._shown(index, choice, name, text.hurry())
        return shown

    def end(self) -> list[Delta]:
        """The upstream has said all it says."""
        shown = self.work()
        for index, choice in self._choices.items():
            if not (choice.done or choice.stopped):
                choice.finish = choice.finish or "stop"
                shown += self._finished(index, choice)
        return shown

    def decision(self, decision_id: str) -> Decision:
        """What was decided about all of it so far, as one decision."""
        parts = [text.decision(decision_id) for choice in self._choices.values() for text in choice.texts.values()]
        parts += self.called
        verdicts = (*(v for part in parts for v in part.verdicts), *self._faults)
        outcome = max((part.outcome for part in parts), default=Outcome.ALLOW)
        outcome = max((outcome, *(verdict.outcome for verdict in self._faults)))
        rules = {rule for part in parts for rule in part.rules} | {r for v in self._faults for r in v.rules}
        inspected: Counter[Modality] = Counter()
        total: Counter[Modality] = Counter()
        for part in parts:
            for modality, covered in part.coverage.items():
                inspected[modality] += covered.inspected
                total[modality] += covered.total
        return Decision(
            id=decision_id,
            to=Destination.USER,
            outcome=outcome,
            rules=tuple(sorted(rules)),
            reasons=tuple(dict.fromkeys(reason for part in parts for reason in part.reasons)),
            verdicts=verdicts,
            coverage={m: Coverage(inspected[m], total[m]) for m in total},
            policy_digest=self._guard.policy.digest,
            would=outcome,
            degraded=tuple(sorted({name for part in parts for name in part.degraded})),
        )

    def _heads(self, said: Mapping[str, Any]) -> None:
        self.unknown += sum(key not in KNOWN for key in said)
        if not self.head:
            self.head = head_of(said)
        if isinstance(used := said.get("usage"), dict):
            self.usage = counts(used)

    def _choice(self, index: int) -> _Choice:
        return self._choices.setdefault(index, _Choice())

    def _take(self, said: Any, delta: Any) -> None:
        if not isinstance(said, dict) or not isinstance(delta, dict):
            raise garbled()
        index = said.get("index", 0)
        if not isinstance(index, int) or not 0 <= index < self._most:
            raise garbled()
        choice = self._choice(index)
        for name in _TEXTS:
            piece = delta.get(name)
            if isinstance(piece, str) and piece:
                if name not in choice.texts:
                    choice.texts[name] = self._text()
                self._waiting.append((index, name, piece))
                if self._logprobs:
                    choice.said.append((name, piece))
            elif piece is not None and not isinstance(piece, str):
                raise garbled()
        if delta.get("audio") is not None:
            self._stay(index, choice, "an answer in sound was not inspected")
        self._calls(index, choice, delta)
        if self._logprobs and isinstance(said.get("logprobs"), dict):
            choice.logprobs.append(said["logprobs"])
        finish = said.get("finish_reason")
        if isinstance(finish, str):
            choice.finish = finish if finish in _ENDS else "stop"

    def _calls(self, index: int, choice: _Choice, delta: Mapping[str, Any]) -> None:
        calls = delta.get("tool_calls") or []
        if not isinstance(calls, list):
            raise garbled()
        for said in calls:
            at = said.get("index", 0) if isinstance(said, dict) else None
            if not isinstance(at, int) or not 0 <= at < _MAX_CALLS:
                raise garbled()
            self._call(index, choice, choice.calls.setdefault(at, _Call()), said.get("function") or {}, said)
        if isinstance(old := delta.get("function_call"), dict):
            choice.function = choice.function or _Call()
            self._call(index, choice, choice.function, old, {})

    def _call(self, index: int, choice: _Choice, call: _Call, function: Any, said: Mapping[str, Any]) -> None:
        if not isinstance(function, dict):
            raise garbled()
        if isinstance(said.get("id"), str) and is_id(said["id"]):
            call.id = said["id"]
        if isinstance(function.get("name"), str):
            call.name = (call.name + function["name"])[:_LONGER]
        if isinstance(function.get("arguments"), str):
            call.arguments.append(function["arguments"])
            call.size += len(function["arguments"])
        if call.size > _MAX_ARGUMENTS:
            self._stay(index, choice, f"arguments of more than {_MAX_ARGUMENTS} characters")

    def _shown(self, index: int, choice: _Choice, name: str, text: str) -> list[Delta]:
        shown = [self._delta(index, choice, {name: text})] if text else []
        released = choice.texts[name]
        if released.stopped:
            choice.stopped = True
            shown.append(self._delta(index, choice, {}, FILTERED))
        return shown

    def _finished(self, index: int, choice: _Choice) -> list[Delta]:
        shown: list[Delta] = []
        for name, text in choice.texts.items():
            if not choice.stopped:
                shown += self._shown(index, choice, name, text.end())
        choice.changed = any(t.decision().outcome is not Outcome.ALLOW for t in choice.texts.values())
        if choice.stopped:
            return shown
        calls = self._released_calls(choice)
        if calls is None:
            choice.stopped = True
            return [*shown, self._delta(index, choice, {}, FILTERED)]
        shown += [self._delta(index, choice, called) for called in calls]
        choice.done = True
        last = self._delta(index, choice, {}, choice.finish)
        if choice.logprobs and not choice.changed:
            last["logprobs"] = merged(choice.logprobs, choice.said)
        return [*shown, last]

    def _released_calls(self, choice: _Choice) -> list[Delta] | None:
        """The calls as deltas, each whole; None where one of them may not leave."""
        made: list[Delta] = []
        for at, call in sorted(choice.calls.items()):
            arguments = self._arguments(call)
            if arguments is None:
                return None
            function = {"name": call.name, "arguments": arguments}
            named = call.id or f"call_{at}"
            made.append({"tool_calls": [{"index": at, "id": named, "type": "function", "function": function}]})
        if choice.function is not None:
            arguments = self._arguments(choice.function)
            if arguments is None:
                return None
            made.append({"function_call": {"name": choice.function.name, "arguments": arguments}})
        return made

    def _arguments(self, call: _Call) -> str | None:
        if not _TOOL.match(call.name) or call.name not in self._tools:
            self._fault("a tool was called that was not offered")
            return None
        part = Text("".join(call.arguments), role=Role.ASSISTANT, media_type="application/json")
        decision = self._guard.inspect(part, self._context).release(Destination.TOOL, tool=call.name)
        self.called.append(decision)
        released = decision.content[0] if decision.content else None
        return released.reveal() if isinstance(released, Text) else None

    def _stay(self, index: int, choice: _Choice, reason: str) -> None:
        """End a choice that holds what cannot be inspected."""
        self._fault(reason)
        choice.calls.clear()
        choice.finish, choice.done = FILTERED, False
        choice.texts.setdefault("content", self._text())

    def _fault(self, reason: str) -> None:
        fault = Finding("fault.uninspected", 1.0, "chat", 0, Meta("content"), reason=reason)
        verdict = self._guard.policy.judge(fault, Destination.USER, self._context)
        self._faults.append(replace(verdict, outcome=max(verdict.outcome, Outcome.HOLD)))

    def _delta(self, index: int, choice: _Choice, delta: Delta, finish: str | None = None) -> Delta:
        if not choice.began:
            choice.began = True
            delta = {"role": "assistant", **delta}
        return {"index": index, "delta": delta, "logprobs": None, "finish_reason": finish}
