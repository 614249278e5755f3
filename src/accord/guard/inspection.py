"""What one inspection found, and what may leave for each destination."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from accord.core.content import Content, Context, Modality, Part, Text
from accord.core.decision import Coverage, Decision, Destination, Outcome, Verdict
from accord.core.edit import Edit, suited
from accord.core.finding import Finding
from accord.core.place import Span
from accord.core.reading import Reading
from accord.guard.read import Reads
from accord.policy import Judgement, Policy, decide, on_error
from accord.transform.text import TextRewriter, splice, withhold


class Recorder(Protocol):
    """Makes decisions durable before they take effect."""

    def record(self, decision: Decision, context: Context, kind: str) -> None:
        """Write the record of a decision; raises AuditError when that fails."""
        ...


class Pseudonymiser(Protocol):
    """What release needs of pseudonyms besides writing them."""

    def restore(self, context: Context, text: str, kinds: frozenset[str] | None = None) -> str:
        """Put the scope's own values back."""
        ...

    def escape(self, context: Context, text: str) -> str:
        """Rewrite text that only looks like a pseudonym."""
        ...


@dataclass(frozen=True, slots=True)
class Inspection:
    """Findings of one content, to be judged for as many destinations as needed.

    Attributes:
        findings: what was found, in order of place.
        scores: the highest score of each category, also below the reporting floor; never judged.
        coverage: what was inspected of what there was, per modality.
        context: on whose behalf.
    """

    findings: tuple[Finding, ...]
    scores: Mapping[str, float]
    coverage: Mapping[Modality, Coverage]
    context: Context
    policy: Policy
    _content: Content = field(repr=False)
    _reads: Reads = field(repr=False)
    _rewriter: TextRewriter = field(repr=False)
    _pseudonyms: Pseudonymiser = field(repr=False)
    _recorder: Recorder = field(repr=False)

    @property
    def readings(self) -> tuple[Reading, ...]:
        """Everything that was read; a finding's `reading` is an index into it."""
        return self._reads.readings

    def preview(self, to: Destination | str) -> Decision:
        """What `release` would decide. Pure: nothing is recorded, and no content is returned."""
        judgement = decide(self.policy, self.findings, Destination(to), self.context)
        return self._decision(Destination(to), judgement, self._effective(judgement), None)

    def release(self, to: Destination | str, *, tool: str = "") -> Decision:
        """Decide, transform, record, return; in that order.

        Args:
            to: where the content goes.
            tool: for `to="tool"`, the tool whose arguments these are; see `restore` in the policy.

        Raises:
            AuditError: the record could not be written, so nothing is released.
        """
        destination = Destination(to)
        judgement = decide(self.policy, self.findings, destination, self.context)
        effective, content = self._effective(judgement), None
        if effective.releases:
            try:
                content = self._content if self._watching else self._rewritten(judgement, destination, tool)
            except Exception:
                # Whatever failed, content that should have changed did not: it stays.
                effective = on_error(self.policy, judgement.verdicts)
        if content is not None and effective is Outcome.ALLOW and content != self._content and not self._watching:
            effective = Outcome.TRANSFORM
        decision = self._decision(destination, judgement, effective, content)
        self._recorder.record(decision, self.context, "release")
        return decision

    async def arelease(self, to: Destination | str, *, tool: str = "") -> Decision:
        """`release`, without blocking the event loop."""
        return await asyncio.to_thread(self.release, to, tool=tool)

    @property
    def _watching(self) -> bool:
        return not self.policy.enforced()

    def _effective(self, judgement: Judgement) -> Outcome:
        return Outcome.ALLOW if self._watching else judgement.outcome

    def _decision(self, to: Destination, judged: Judgement, effective: Outcome, content: Content | None) -> Decision:
        return Decision(
            id=uuid.uuid4().hex,
            to=to,
            outcome=effective,
            rules=judged.rules,
            reasons=judged.reasons,
            verdicts=judged.verdicts,
            coverage=self.coverage,
            policy_digest=self.policy.digest,
            would=max(judged.outcome, effective) if not self._watching else judged.outcome,
            content=content,
        )

    def _rewritten(self, judgement: Judgement, to: Destination, tool: str) -> Content:
        changing = [v for v in judgement.verdicts if v.outcome is Outcome.TRANSFORM]
        withheld = {v.finding.part for v in changing if v.finding.category.startswith("fault.")}
        edits: dict[Reading | None, list[Edit]] = {}
        for verdict in changing:
            if verdict.finding.part not in withheld:
                frame, edit = self._edit(verdict)
                edits.setdefault(frame, []).append(edit)
        changed = self._rewriter.rewrite(self._reads.tape, self._reads.roots, edits, self.context)
        for part in withheld:
            changed[part] = withhold(self._content[part])
        return self._named(splice(self._content, changed), to, tool)

    def _edit(self, verdict: Verdict) -> tuple[Reading | None, Edit]:
        finding = verdict.finding
        if finding.modality is not Modality.TEXT or finding.reading is None or finding.span is None:
            raise TypeError("only findings in text can be rewritten")
        reading = self._reads.readings[finding.reading]
        value = reading.text[finding.span.start : finding.span.end]
        span = self._on_tape(finding) if reading.is_seam else reading.frame_span(finding.span)
        transform = suited(verdict.transform or "remove", finding.modality)
        return reading.frame, Edit(span, transform, finding.category, verdict.rules, value)

    def _on_tape(self, finding: Finding) -> Span:
        lane = self._reads.tape.spans[self._reads.tape.parts.index(finding.part)]
        if not isinstance(finding.place, Span):
            raise TypeError("a finding in text has a span")
        return Span(lane.start + finding.place.start, lane.start + finding.place.end)

    def _named(self, content: Content, to: Destination, tool: str) -> Content:
        """Give the user back what is theirs; let nothing else pass for a pseudonym."""
        named: list[Part] = []
        for part in content:
            if isinstance(part, Text):
                old = part.reveal()
                new = self._names(old, to, tool)
                named.append(part if new == old else part.with_value(new))
            else:
                named.append(part)
        return tuple(named)

    def _names(self, text: str, to: Destination, tool: str) -> str:
        if to is Destination.USER:
            return self._pseudonyms.restore(self.context, text)
        if to is Destination.TOOL and tool in self.policy.restore:
            return self._pseudonyms.restore(self.context, text, self.policy.restore[tool])
        if to in (Destination.MODEL, Destination.TOOL, Destination.VENDOR):
            return self._pseudonyms.escape(self.context, text)
        return text
