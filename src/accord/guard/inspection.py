"""What one inspection found, and what may leave for each destination."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

from accord.core.content import Content, Context, Modality, Part, Text
from accord.core.decision import Coverage, Decision, Destination, Outcome, Transcript, Verdict
from accord.core.finding import Finding
from accord.core.media import Changes, Opening, Strip
from accord.core.place import Meta, Span
from accord.core.reading import Reading
from accord.core.roles import Enclosed, Media, Opener
from accord.guard.changes import Plan, plan
from accord.guard.media import Enclosure
from accord.guard.read import Reads
from accord.policy import Judgement, Policy, approved, decide, on_error
from accord.transform.pseudonyms import Issued, Pseudonyms, label
from accord.transform.text import Rewritten, TextRewriter, Written, splice, withhold

TRANSFORM_RULE = "transform.failed"
"""What stands in place of a rule id where a transform could not be carried out."""

_TAIL = 4096  # how much of the part before is looked at for a link that goes on


class Recorder(Protocol):
    """Makes decisions durable before they take effect."""

    def record(self, decision: Decision, context: Context, kind: str) -> None:
        """Write the record of a decision; raises AuditError when that fails."""
        ...


class Keeper(Protocol):
    """Keeps content that does not leave, for those who decide about it later."""

    def keep(
        self,
        content: Content,
        decision: Decision,
        context: Context,
        values: Iterable[tuple[str, str]] | None = None,
    ) -> str:
        """Keep what was held or blocked, as long as is configured; the id it is kept under, or "" where it is not.

        Args:
            content: the parts.
            decision: what held or blocked it.
            context: on whose behalf.
            values: category and value of what was found, so that erasing a value finds it.

        Raises:
            StoreError: it cannot be kept.
        """
        ...

    def admits(self, content: Content, to: Destination, context: Context, policy: str = "") -> str:
        """The id of an approval of this very content for there, used up by this call; "" where there is none.

        Args:
            content: what was held.
            to: where it goes.
            context: on whose behalf.
            policy: digest of the policy that holds it: an approval under another one does not count.

        Raises:
            StoreError: it cannot be read.
        """
        ...


@dataclass(frozen=True, slots=True)
class Stretch:
    """What may leave of a stretch of text.

    Attributes:
        judged: what the policy says of all that was found from its beginning on.
        text: the stretch, rewritten; None where it stays.
    """

    judged: Judgement
    text: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Inspection:
    """Findings of one content, to be judged for as many destinations as needed.

    Attributes:
        findings: what was found, in order of place.
        scores: the highest score of each category, also below the reporting floor; never judged.
        coverage: what was inspected of what there was, per modality.
        context: on whose behalf.
        openings: pictures and documents as they were opened, by index of the part.
        languages: what language is spoken in recordings (BCP 47), by index of the part.
        degraded: detectors that did not inspect it, for whose absence somebody answers.
    """

    findings: tuple[Finding, ...]
    scores: Mapping[str, float]
    coverage: Mapping[Modality, Coverage]
    context: Context
    policy: Policy
    openings: Mapping[int, Opening] = field(repr=False)
    languages: Mapping[int, str]
    _content: Content = field(repr=False)
    _reads: Reads = field(repr=False)
    _rewriter: TextRewriter = field(repr=False)
    _pseudonyms: Pseudonyms = field(repr=False)
    _recorder: Recorder = field(repr=False)
    _opener: Opener | None = field(repr=False, default=None)
    _known: tuple[str, ...] = field(repr=False, default=())
    _enclosures: Mapping[Span, Enclosure] = field(repr=False, default_factory=dict)
    _keeper: Keeper | None = field(repr=False, default=None)
    degraded: tuple[str, ...] = ()

    @property
    def readings(self) -> tuple[Reading, ...]:
        """Everything that was read; a finding's `reading` is an index into it."""
        return self._reads.readings

    def preview(self, to: Destination | str) -> Decision:
        """What `release` would decide. Pure: nothing is recorded, and no content is returned."""
        destination = Destination(to)
        judged = decide(self.policy, self.findings, destination, self.context)
        if not self.policy.enforced():
            return self._decision(destination, judged, Outcome.ALLOW, None)
        outcome = judged.outcome
        enclosed = bool(self._enclosures)  # they are built anew, so the text around them changes
        if outcome is Outcome.ALLOW and (
            enclosed or _differ(self._named(self._content, destination, ""), self._content)
        ):
            outcome = Outcome.TRANSFORM
        return self._decision(destination, judged, outcome, None)

    def release(self, to: Destination | str, *, tool: str = "") -> Decision:
        """Decide, transform, record, return; in that order.

        Args:
            to: where the content goes.
            tool: for `to="tool"`, the tool whose arguments these are; see `restore` in the policy.

        Raises:
            AuditError: the record could not be written, so nothing is released.
            StoreError: what is held could not be kept; nothing is released.
        """
        decision = self.decide(to, tool=tool)
        self._recorder.record(decision, self.context, "release")
        return decision

    def decide(self, to: Destination | str, *, tool: str = "") -> Decision:
        """`release` without the record: for those who release several things under one record that they write.

        Raises:
            StoreError: what is held could not be kept; nothing is released.
        """
        destination = Destination(to)
        judged = decide(self.policy, self.findings, destination, self.context)
        if not self.policy.enforced():
            return self._decision(destination, judged, Outcome.ALLOW, self._content)
        return self._enforced(destination, judged, tool)

    def _enforced(self, to: Destination, judged: Judgement, tool: str) -> Decision:
        admitted = ""
        if judged.outcome is Outcome.HOLD and self._keeper is not None:
            admitted = self._keeper.admits(self._content, to, self.context, self.policy.digest)
            judged = approved(judged) if admitted else judged
        if judged.outcome.releases:
            decision = replace(self._carried_out(to, judged, tool), item=admitted)
        else:
            decision = self._decision(to, judged, judged.outcome, None)
        if self._keeper is None or decision.outcome.releases:
            return decision
        values = [(f.category, value) for f in decision.findings if (value := self._value(f)) is not None]
        return replace(decision, item=self._keeper.keep(self._content, decision, self.context, values))

    def _value(self, finding: Finding) -> str | None:
        if finding.reading is None or finding.span is None:
            return None
        return self.readings[finding.reading].text[finding.span.start : finding.span.end]

    def stretch(self, to: Destination | str, span: Span) -> Stretch:
        """Decide about one stretch of the only text part, and rewrite it; nothing is recorded.

        For those who release a text bit by bit, and record that themselves: see `accord.guard.stream`.

        Args:
            to: where it goes.
            span: the stretch; no value may lie across its ends.
        """
        destination = Destination(to)
        (part,) = self._content
        if not isinstance(part, Text):
            raise TypeError("only text is released bit by bit")
        whole = part.reveal()
        found = [f for f in self.findings if not isinstance(f.place, Span) or f.place.end > span.start]
        judged = decide(self.policy, found, destination, self.context)
        if not self.policy.enforced():
            return Stretch(judged, whole[span.start : span.end])
        if not judged.outcome.releases:
            return Stretch(judged, None)
        near = [v for v in judged.verdicts if isinstance(v.finding.place, Span) and v.finding.place.touches(span)]
        work = plan(self._reads, near, self._rewriter, self.context, self._known)
        made = self._rewrite(work, self._enclosed(work, span)).texts.get(0)
        if 0 in work.withheld:
            return Stretch(judged, "")
        text = made.reveal() if isinstance(made, Text) else whole
        return Stretch(judged, text[span.start : len(text) - (len(whole) - span.end)])

    def named(
        self, text: str, to: Destination, *, before: str = "", after: str = "", json: bool | None = None
    ) -> str:
        """The text with this caller's own values put back where they may be, and nothing else that looks like it."""
        if to is not Destination.USER:
            return self._names(text, to, "", before)
        return self._pseudonyms.restore(self.context, text, self._users, before[-_TAIL:], after, json=json)

    async def arelease(self, to: Destination | str, *, tool: str = "") -> Decision:
        """`release`, without blocking the event loop."""
        return await asyncio.to_thread(self.release, to, tool=tool)

    def _carried_out(self, to: Destination, judged: Judgement, tool: str) -> Decision:
        try:
            names = self._pseudonyms.batch(self.context)
            content, transcripts = self._rewritten(judged, to, tool)
            # What stands for values is durable before it leaves: an answer may come back to another process.
            names.flush()
        except Exception as error:
            # Whatever failed, content that should have changed did not: it stays, and the record says why.
            failed = on_error(self.policy, judged.verdicts)
            fault = Finding("fault.detector", 1.0, "transform", 0, Meta("content"), reason=type(error).__name__)
            verdict = Verdict(fault, failed, (TRANSFORM_RULE,))
            told = replace(
                judged, outcome=failed, verdicts=(*judged.verdicts, verdict), rules=(*judged.rules, TRANSFORM_RULE)
            )
            return self._decision(to, told, failed, None)
        changed = judged.outcome is Outcome.ALLOW and _differ(content, self._content)
        decision = self._decision(to, judged, Outcome.TRANSFORM if changed else judged.outcome, content)
        return replace(decision, transcripts=transcripts)

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
            would=max(judged.outcome, effective),
            content=content,
            degraded=self.degraded,
        )

    def _rewritten(self, judgement: Judgement, to: Destination, tool: str) -> tuple[Content, tuple[Transcript, ...]]:
        work = plan(self._reads, judgement.verdicts, self._rewriter, self.context, self._known)
        made = self._rewrite(work, self._enclosed(work))
        changed: dict[int, Part] = dict(made.texts)
        for index, part in enumerate(self._content):
            if index in work.withheld:
                changed[index] = withhold(part)
            elif index in self.openings and not isinstance(part, Text):
                # Built anew from what was inspected, even where nothing is to be changed: no decoder behind this
                # one can see anything else in it.
                changes = work.changes(index, made.patches.get(index, ()))
                changed[index] = self._built(part, self._as_read(self.openings[index], index), changes)
        # A name of a part was not inspected: it does not leave.
        content = tuple(replace(part, name="") if part.name else part for part in splice(self._content, changed))
        return self._named(content, to, tool), tuple(
            Transcript(lane.part, lane.strip.item, made.spoken.get(lane, lane.strip.text))
            for lane in self._reads.tape.lanes
            if lane.strip is not None and lane.strip.times is not None and lane.part not in work.withheld
        )

    def _rewrite(self, work: Plan, written: Written) -> Rewritten:
        return self._rewriter.rewrite(self._reads.tape, self._reads.roots, work.edits, self.context, written)

    def _enclosed(self, work: Plan, within: Span | None = None) -> Written:
        """Files written inside texts, built anew and written the same way, by the frame they stand in.

        The innermost come first: what is patched into the text of a file may be a file in itself.
        """
        written: dict[Reading | None, list[tuple[Span, str]]] = {}
        files = [(i, file, self._enclosures.get(self._reads.region(i, file))) for i, file in self._reads.enclosed]
        opened = [
            (i, file, e)
            for i, file, e in files
            if e is not None
            and e.part not in work.withheld
            and (within is None or self._reads.region(i, file).touches(within))
        ]
        for level in sorted({e.level for _, _, e in opened}, reverse=True):
            patches = self._rewrite(work, written).patches
            for index, file, enclosure in opened:
                if enclosure.level == level:
                    text = self._anew(work.within(enclosure, patches.get(enclosure.part, ())), file, enclosure)
                    self._write(written, self._reads.readings[index], file.region, text)
        return written

    def _anew(self, changes: Changes, file: Enclosed, enclosure: Enclosure) -> str:
        if 0 in changes.withheld:
            return ""
        opening = self._as_read(enclosure.opening, enclosure.part, enclosure.base)
        return file.encode(self._built(enclosure.file, opening, changes).reveal())

    @staticmethod
    def _write(
        written: dict[Reading | None, list[tuple[Span, str]]], reading: Reading, region: Span, text: str
    ) -> None:
        """Put a text in the place of a region; one that runs over messages goes into the first of them."""
        spans = reading.tape_spans(region) if reading.is_seam else [reading.frame_span(region)]
        for span in spans:
            written.setdefault(reading.frame, []).append((span, text))
            text = ""

    def _as_read(self, opening: Opening, part: int, base: int = 0) -> Opening:
        """An opening with what was read from its pixels beside what it said itself."""
        read: dict[int, list[Strip]] = {}
        for lane in self._reads.tape.lanes:
            if lane.strip is not None and lane.part == part and lane.number < 0:
                read.setdefault(lane.strip.item - base, []).append(replace(lane.strip, item=lane.strip.item - base))
        items = (replace(i, strips=(*i.strips, *read[i.number])) if i.number in read else i for i in opening.items)
        return replace(opening, items=tuple(items))

    def _built(self, part: Media, opening: Opening, changes: Changes) -> Media:
        if self._opener is None or not opening.items:
            raise TypeError("what could not be opened cannot be built anew")
        return self._opener.rebuild(part, opening, changes)

    def _named(self, content: Content, to: Destination, tool: str) -> Content:
        """Give the user back what is theirs; let nothing else pass for a pseudonym."""
        named: list[Part] = []
        before: Text | None = None
        for part in content:
            if not isinstance(part, Text):
                named.append(part)
                continue
            goes_on = before is not None and (before.role, before.message) == (part.role, part.message)
            old = part.reveal()
            new = self._names(old, to, tool, before.reveal()[-_TAIL:] if before is not None and goes_on else "")
            named.append(part if new == old else part.with_value(new))
            before = part
        return tuple(named)

    def _names(self, text: str, to: Destination, tool: str, before: str) -> str:
        if to is Destination.USER:
            return self._pseudonyms.restore(self.context, text, self._users, before)
        if to is Destination.TOOL and tool in self.policy.restore:
            kinds = self.policy.restore[tool]
            return self._pseudonyms.restore(self.context, text, lambda i: label(i.category).lower() in kinds, before)
        if to in (Destination.MODEL, Destination.TOOL, Destination.VENDOR):
            return self._pseudonyms.escape(self.context, text)
        return text

    def _users(self, issued: Issued) -> bool:
        """Whether the user may see a value: the policy would let it pass as it is."""
        probe = Finding(issued.category, 1.0, "pseudonyms", 0, Meta("content"), origin=issued.origin)
        return self.policy.judge(probe, Destination.USER, self.context).outcome is Outcome.ALLOW


def _differ(one: Content, two: Content) -> bool:
    """Whether the texts of the parts differ: pictures are always encoded anew, which changes nothing in them."""
    return any(a.reveal() != b.reveal() for a, b in zip(one, two, strict=True) if isinstance(a, Text))
