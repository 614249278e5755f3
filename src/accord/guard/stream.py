"""A text that arrives bit by bit, released bit by bit: nothing of it before what stands around it was inspected.

The text is cut where a value is never cut: at blanks, not inside what was found or could still become a value. Each
stretch is inspected together with what stands before it and after it. Where the cuts fall depends on the text alone,
not on the pieces it arrives in, so that what a stream has shown is always the beginning of what the whole would show.
"""

from __future__ import annotations

import re
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from accord.core.content import Context, Role, Text
from accord.core.decision import Coverage, Decision, Destination, Outcome, Verdict
from accord.core.finding import Finding
from accord.core.place import Meta, Span
from accord.guard.inspection import Inspection, Stretch
from accord.guard.tellings import under_way
from accord.policy import Policy
from accord.transform.surroundings import carried

HELD = 128
"""How many characters are held back, beside an open candidate and the rest of a word."""

AHEAD = 64
"""Characters that must be known behind a stretch: a value that begins in it is then seen whole, or as far as that."""

AHEAD_OF_NAMES = 96
"""The same where pseudonyms look like names: whether one goes on is only known behind it."""

BEHIND = 128
"""Characters before a stretch that are inspected with it: "my password is" says what comes next."""

LONGEST = 8192
"""How long a candidate may be before it counts as not inspected."""

_OPENED = re.compile(r"-----BEGIN [A-Z0-9 ]{1,40}-----")
_CLOSED = re.compile(r"-----END [A-Z0-9 ]{1,40}-----")
_CODED_LINE = re.compile(r"(?:^|\n)[ \t]*[A-Za-z0-9+/=_-]{32,}[ \t]*\r?\n[ \t]*\Z")
_CODED_START = re.compile(r"[A-Za-z0-9+/=_-]{8}")
_PLAIN = re.compile(r"(?:(?<=\s)|^)[^\W\d_A-Z]+[,.;:!?]?\s+")
# Scripts that are written without blanks: between two of their characters is a place to cut as good as any.
_UNSPACED = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3000-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\uff01-\uff60]"
)


@dataclass(slots=True)
class Stream:
    """One text on its way to one destination.

    Args:
        inspect: inspects a text for that destination.
        policy: judges what is found.
        context: on whose behalf.
        to: where it goes.
        settled: how much of a text surely holds no unfinished pseudonym.
        json: whether it is JSON, in which values are written as JSON needs them; found out where None.
        ahead: characters that must be known behind a stretch.

    Attributes:
        outcome: allow while nothing was changed, transform, or what stopped it.
    """

    inspect: Callable[[Text], Inspection]
    policy: Policy
    context: Context
    to: Destination
    settled: Callable[[str], int]
    json: bool | None = None
    ahead: int = AHEAD
    outcome: Outcome = Outcome.ALLOW
    _buffer: str = ""
    _behind: str = ""
    _shown: str = ""
    _least: int = 0
    _size: int = 0
    _released: int = 0
    _rules: set[str] = field(default_factory=set)
    _reasons: dict[str, None] = field(default_factory=dict)
    _verdicts: list[Verdict] = field(default_factory=list)
    _seen: set[tuple[str, int, int]] = field(default_factory=set)
    _degraded: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._least = self._step_size

    @property
    def _step_size(self) -> int:
        return HELD - self.ahead

    def __repr__(self) -> str:
        return f"<Stream to {self.to.value}, {self._size} characters>"

    @property
    def stopped(self) -> bool:
        """Whether nothing more of it will be shown."""
        return not self.outcome.releases

    def due(self, more: int) -> bool:
        """Whether with so many characters more there is something to inspect; until then `feed` costs nothing."""
        return len(self._buffer) + more >= self._least + self.ahead

    @property
    def held(self) -> int:
        """How many characters have arrived and not been shown."""
        return len(self._buffer)

    def feed(self, text: str) -> str:
        """Take what arrived; give what may be shown."""
        self._buffer += text
        self._size += len(text)
        return self._advance(final=False)

    def hurry(self) -> str:
        """Give what is surely harmless of what is held, without waiting for what comes next.

        For a source that has become slow. Where the cuts fall then depends on time as well.
        """
        return "" if self.stopped or not self._buffer else self._hurried()

    def end(self) -> str:
        """The text is complete: give the rest of what may be shown."""
        return self._advance(final=True)

    def decision(self, decision_id: str = "") -> Decision:
        """What was decided about it so far, without content."""
        coverage = {Text.modality: Coverage(self._released, self._size)}
        return Decision(
            id=decision_id or uuid.uuid4().hex,
            to=self.to,
            outcome=self.outcome,
            rules=tuple(sorted(self._rules)),
            reasons=tuple(self._reasons),
            verdicts=tuple(self._verdicts),
            coverage=coverage,
            policy_digest=self.policy.digest,
            would=self.outcome,
            degraded=tuple(sorted(self._degraded)),
        )

    def counts(self) -> Counter[str]:
        """How much of what was found."""
        return Counter(verdict.finding.category for verdict in self._verdicts)

    def _advance(self, final: bool) -> str:
        shown = []
        while self._buffer and not self.stopped:
            piece = self._step(final)
            if piece is None:
                break
            shown.append(piece)
        return "".join(shown)

    def _step(self, final: bool) -> str | None:
        """One stretch; None where more must be known first."""
        near = self._buffer[: LONGEST + self.ahead]
        end = self._cut(near)
        if end is None:
            if len(near) == LONGEST + self.ahead:
                return self._unread(f"a candidate of more than {LONGEST} characters")
            if not final:
                return None
            end = len(near)
            if any(last > end for _, last in _blocks(near)):
                return self._unread("a block that does not end")
        window = near[: end + self.ahead]
        start = len(self._behind)
        inspection = self.inspect(Text(self._behind + window, role=Role.ASSISTANT))
        beyond = self._crossing(inspection, start, end)
        if beyond > end:
            self._least = beyond
            return self._step(final)
        return self._take(inspection, start, end)

    def _hurried(self) -> str:
        """A stretch without looking ahead: as far as plain words go, and no value can have begun."""
        near = self._buffer[:LONGEST]
        ends = [match.end() for match in _PLAIN.finditer(near)]
        blocks = _blocks(near)
        sure = self.settled(self._behind + near) - len(self._behind)
        free = (e for e in reversed(ends) if e <= sure and _free(near, e, blocks))
        end = next((e for e in free if not under_way(self._behind + near[:e])), 0)
        if not end:
            return ""
        start = len(self._behind)
        inspection = self.inspect(Text(self._behind + near, role=Role.ASSISTANT))
        return "" if self._crossing(inspection, start, end) > end else self._take(inspection, start, end)

    def _take(self, inspection: Inspection, start: int, end: int) -> str:
        self._degraded.update(inspection.degraded)
        made = inspection.stretch(self.to, Span(start, start + end))
        self._note(made, start, end)
        original = self._buffer[:end]
        if made.text is None:
            self.outcome = made.judged.outcome
            self._buffer = ""
            return ""
        after = self._buffer[end : end + self.ahead]
        text = inspection.named(made.text, self.to, before=self._shown, after=after, json=self.json)
        if text != original:
            self.outcome = Outcome.TRANSFORM
        self._buffer = self._buffer[end:]
        behind = self._behind + original
        self._behind = behind[_blank_before(behind, len(behind) - BEHIND) :]
        self._shown = carried(self._shown + made.text)
        self._least = self._step_size
        self._released += end
        return text

    def _note(self, made: Stretch, start: int, end: int) -> None:
        """Remember what was found, each thing once: windows overlap."""
        base = self._released - start
        for verdict in made.judged.verdicts:
            place = verdict.finding.place
            if not isinstance(place, Span):
                at = (0, 0)
            elif place.start < start + end or not verdict.outcome.releases:
                at = (place.start + base, place.end + base)
            else:
                continue
            key = (verdict.finding.category, *at)
            if key not in self._seen:
                self._seen.add(key)
                self._verdicts.append(verdict)
                self._rules.update(verdict.rules)
        self._reasons.update(dict.fromkeys(made.judged.reasons))

    def _crossing(self, inspection: Inspection, start: int, end: int) -> int:
        """Where the stretch must end so that nothing that is to be changed lies across."""
        changed = sorted(
            (f.place.start - start, f.place.end - start)
            for f in inspection.findings
            if isinstance(f.place, Span) and self.policy.judge(f, self.to, self.context).outcome is Outcome.TRANSFORM
        )
        for first, last in changed:
            if first < end < last:
                end = last
        return end

    def _cut(self, text: str) -> int | None:
        """The first place with enough known behind it where nothing can lie across."""
        blocks = _blocks(text)
        for end in range(self._least, len(text) - self.ahead + 1):
            if _apart(text, end) and _free(text, end, blocks) and self._sure(text, end):
                return end
        return None

    def _sure(self, text: str, end: int) -> bool:
        """Whether no pseudonym lies across a place, as far as can be seen from there."""
        return self.settled(self._behind + text[: end + self.ahead]) >= len(self._behind) + end

    def _unread(self, reason: str) -> str:
        fault = Finding(
            "fault.uninspected",
            1.0,
            "stream",
            0,
            Meta("content"),
            reason=reason,
        )
        verdict = self.policy.judge(fault, self.to, self.context)
        self._verdicts.append(verdict)
        self._rules.update(verdict.rules)
        # Whatever the policy says of faults: what comes after cannot be told from what belongs to the candidate.
        self.outcome = max(verdict.outcome, Outcome.HOLD)
        self._buffer = ""
        return ""


def _apart(text: str, at: int) -> bool:
    """Whether no word lies across a place."""
    before, after = text[at - 1], text[at : at + 1]
    if before.isspace():
        return not after.isspace()
    return bool(after and _UNSPACED.match(before) and _UNSPACED.match(after))


def _free(text: str, at: int, blocks: list[tuple[int, int]]) -> bool:
    """Whether a place lies in no block, such as a private key, and in no lines of encoded text."""
    if any(first < at < last for first, last in blocks):
        return False
    return not (_CODED_START.match(text, at) and _CODED_LINE.search(text, max(0, at - 200), at))


def _blocks(text: str) -> list[tuple[int, int]]:
    """Blocks with a first and a last line of their own; one that has not ended goes on for good."""
    found = []
    at = 0
    while match := _OPENED.search(text, at):
        closed = _CLOSED.search(text, match.end())
        at = closed.end() if closed else len(text)
        found.append((match.start(), at if closed else len(text) + LONGEST))
    return found


def _blank_before(text: str, at: int) -> int:
    """The beginning of the word at a place."""
    if at <= 0:
        return 0
    found = at
    while found > 0 and not text[found - 1].isspace() and at - found < BEHIND:
        found -= 1
    return found
