"""From verdicts to what is changed: edits of texts, marks on pixels, items that stay behind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from accord.core.content import Context, Modality
from accord.core.decision import Outcome, Verdict
from accord.core.edit import IMAGE_TRANSFORMS, Edit, suited
from accord.core.finding import Finding
from accord.core.media import Changes, Cut, Mark, Patch
from accord.core.place import Box, Interval, Span
from accord.core.reading import Reading
from accord.detect.speech.echoes import NAME, sounds_like
from accord.guard.media import Enclosure
from accord.guard.read import Reads
from accord.transform.text import TextRewriter

_PAINTED = {"mask": "fill", "remove": "remove"}
"""How a text transform shows on the page of a document; the others leave a label there."""


@dataclass(slots=True, repr=False)
class Plan:
    """What is to be changed in one content.

    Attributes:
        edits: by frame of text; None is the tape.
        marks: by part, places on pixels.
        cuts: by part, times of recordings.
        withheld: parts that do not leave.
        left_out: by part, embedded files that do not leave.
    """

    edits: dict[Reading | None, list[Edit]] = field(default_factory=dict)
    marks: dict[int, list[Mark]] = field(default_factory=dict)
    cuts: dict[int, list[Cut]] = field(default_factory=dict)
    withheld: set[int] = field(default_factory=set)
    left_out: dict[int, set[int]] = field(default_factory=dict)

    def changes(self, part: int, patches: Sequence[Patch]) -> Changes:
        """What becomes of one part that is no text."""
        return Changes(
            tuple(self.marks.get(part, ())),
            tuple(patches),
            frozenset(self.left_out.get(part, ())),
            tuple(self.cuts.get(part, ())),
        )

    def within(self, enclosure: Enclosure, patches: Sequence[Patch]) -> Changes:
        """What becomes of a file written inside a text, with the numbers of its items counted from 0."""
        base, end = enclosure.base, enclosure.base + max(1, len(enclosure.opening.items))
        whole = self.changes(enclosure.part, patches)
        return Changes(
            tuple(replace(mark, item=mark.item - base) for mark in whole.marks if base <= mark.item < end),
            tuple(replace(patch, item=patch.item - base) for patch in whole.patches if base <= patch.item < end),
            frozenset(item - base for item in whole.withheld if base <= item < end),
            tuple(replace(cut, item=cut.item - base) for cut in whole.cuts if base <= cut.item < end),
        )


def plan(
    reads: Reads, verdicts: Iterable[Verdict], rewriter: TextRewriter, context: Context, names: Sequence[str] = ()
) -> Plan:
    """What the verdicts of a decision ask for.

    Args:
        reads: what was read.
        verdicts: what the policy says of each finding.
        rewriter: writes what stands for values.
        context: on whose behalf.
        names: the names of the inspection, for what only sounds like one of them.
    """
    made = Plan()
    changing = [verdict for verdict in verdicts if verdict.outcome is Outcome.TRANSFORM]
    for finding in (verdict.finding for verdict in changing):
        if finding.category.startswith("fault."):
            if finding.item:
                made.left_out.setdefault(finding.part, set()).add(finding.item)
            else:
                made.withheld.add(finding.part)
    lanes = {lane.part: lane.span for lane in reads.tape.lanes if lane.strip is None}
    for verdict in changing:
        finding = verdict.finding
        if finding.part in made.withheld or finding.item in made.left_out.get(finding.part, ()):
            continue
        if isinstance(finding.place, Box):
            transform = _on_paper(verdict)
            label = _label(verdict, reads, rewriter, context)
            made.marks.setdefault(finding.part, []).append(Mark(finding.place, transform, label, finding.item))
        elif isinstance(finding.place, Interval):
            transform = suited(verdict.transform or "remove", Modality.AUDIO)
            label = _label(verdict, reads, rewriter, context, names)
            made.cuts.setdefault(finding.part, []).append(Cut(finding.place, transform, label, finding.item))
            if finding.reading is not None:
                frame, edit = _edit(verdict, reads, lanes)
                made.edits.setdefault(frame, []).append(replace(edit, value=_meant(finding, reads, names)))
        elif isinstance(finding.place, Span) or _writable(finding, reads):
            frame, edit = _edit(verdict, reads, lanes)
            made.edits.setdefault(frame, []).append(edit)
        # What is left stands in metadata and the like: no part that is built anew has any.
    return made


def _writable(finding: Finding, reads: Reads) -> bool:
    if finding.reading is None or finding.span is None:
        return False
    found = reads.tape.places(reads.readings[finding.reading].tape_span(finding.span))
    return any(lane.strip is not None and lane.strip.writable for lane, _ in found)


def _edit(verdict: Verdict, reads: Reads, lanes: Mapping[int, Span]) -> tuple[Reading | None, Edit]:
    finding = verdict.finding
    if finding.reading is None or finding.span is None:
        raise TypeError("only what was read as text can be rewritten")
    reading = reads.readings[finding.reading]
    span = _on_tape(finding, lanes) if reading.is_seam else reading.frame_span(finding.span)
    transform = suited(verdict.transform or "remove", Modality.TEXT)
    edit = Edit(span, transform, finding.category, verdict.rules, _value(finding, reads), finding.origin)
    return reading.frame, edit


def _on_paper(verdict: Verdict) -> str:
    """The form a transform takes on pixels: of a picture, or of a page of a document."""
    wanted = suited(verdict.transform or "remove", verdict.finding.modality)
    return wanted if wanted in IMAGE_TRANSFORMS else _PAINTED.get(wanted, "replace")


def _label(
    verdict: Verdict, reads: Reads, rewriter: TextRewriter, context: Context, names: Sequence[str] = ()
) -> str:
    """What stands for a value that was seen or heard."""
    finding = verdict.finding
    written = suited(verdict.transform or "remove", Modality.TEXT)
    value = _meant(finding, reads, names)
    if value is None:
        # Nothing was read there, so nothing stands for a value: what is seen is named by its kind.
        written = "remove" if written == "remove" else "mask"
    edit = Edit(Span(0, 0), written, finding.category, verdict.rules, value, finding.origin)
    return rewriter.replacement(edit, value or "", context)


def _meant(finding: Finding, reads: Reads, names: Sequence[str]) -> str | None:
    """The value of a finding; for a name, the known one that it is or sounds like."""
    value = _value(finding, reads)
    return (sounds_like(value, names) or value) if value and finding.category == NAME else value


def _value(finding: Finding, reads: Reads) -> str | None:
    if finding.reading is None or finding.span is None:
        return None
    return reads.readings[finding.reading].text[finding.span.start : finding.span.end]


def _on_tape(finding: Finding, lanes: Mapping[int, Span]) -> Span:
    if not isinstance(finding.place, Span):
        raise TypeError("a finding in text has a span")
    start = lanes[finding.part].start
    return Span(start + finding.place.start, start + finding.place.end)
