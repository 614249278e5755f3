"""The guard: read, detect, and hand over an inspection. Fails closed.

Detectors run in a bounded pool under a deadline. One that fails, or does not finish in time, is a finding
(`fault.detector`, `fault.deadline`) that the policy judges like any other.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from accord.core.content import Content, Context, Modality, Part, Text
from accord.core.decision import Coverage, Decision, Destination
from accord.core.finding import Finding
from accord.core.place import Meta, Span, union
from accord.core.roles import (
    Detector,
    Opener,
    PictureDetector,
    PictureReader,
    Reader,
    SoundDetector,
    SoundReader,
)
from accord.detect.repeats import repeats
from accord.detect.speech.echoes import NAME, echoes, known_names
from accord.errors import ConfigError
from accord.guard.breaking import Agreed, Breaker, Turn
from accord.guard.detecting import detect, whole_faults
from accord.guard.findings import Claim, findings, in_order, outside, settle
from accord.guard.inspection import Inspection, Keeper
from accord.guard.limits import Limits
from accord.guard.media import (
    Clock,
    Scene,
    Seen,
    fault,
    look,
    megapixels,
    minutes,
    open_all,
    open_enclosed,
    scenes_of,
)
from accord.guard.needed import is_quiet, needed, numbers_only
from accord.guard.pools import Pools
from accord.guard.read import Reads, read
from accord.guard.recording import Heard, Identify, Log, Recorder
from accord.guard.stream import AHEAD, AHEAD_OF_NAMES, Stream
from accord.guard.told import Expected, told
from accord.policy import Policy
from accord.transform.pseudonyms import Pseudonyms, Style
from accord.transform.text import TextRewriter

_NO_CONTENT = "content is a str or parts in order; bytes go into Text.decode, Image, Audio or Document"


AnyReader = Reader | PictureReader | SoundReader
AnyDetector = Detector | PictureDetector | SoundDetector


class Guard:
    """Inspects content and decides, per destination, what of it may leave.

    Args:
        policy: the accord.
        readers: read structure and disguises out of text, and text out of pictures and recordings.
        detectors: find categories in readings, in pictures and in recordings.
        audit: where decisions are recorded before they take effect.
        pseudonyms: the names that stand for values.
        limits: bounds on one inspection.
        opener: opens parts that are no text and builds them anew; without one they are not inspected.
        keeper: keeps content that does not leave; without one nothing is kept.
        identify: says in records who asked and whom they are about; see `accord.guard.recording.Recorder`.
        on_close: run when the guard is closed; closes the log, where that is the guard's alone.
        breaker: leaves detectors alone that fail again and again.
        agreed: whether somebody answers for the absence of a detector that is left alone.
        heard: told of every decision once it is on record.
    """

    def __init__(
        self,
        policy: Policy,
        readers: Sequence[AnyReader],
        detectors: Sequence[AnyDetector],
        audit: Log,
        pseudonyms: Pseudonyms | None = None,
        limits: Limits | None = None,
        opener: Opener | None = None,
        keeper: Keeper | None = None,
        identify: Identify | None = None,
        on_close: Callable[[], None] | None = None,
        breaker: Breaker | None = None,
        agreed: Agreed | None = None,
        heard: Heard | None = None,
    ) -> None:
        self.policy = policy
        self.readers = tuple(readers)
        self.detectors = tuple(detectors)
        self.opener = opener
        self.keeper = keeper
        self.recorder = Recorder(audit, identify, heard)
        self._turn = partial(Turn, breaker, agreed)
        self._on_close = on_close
        self._by_destination: dict[Destination, tuple[list[Detector], list[Detector]]] = {}
        self._text_readers = [r for r in self.readers if isinstance(r, Reader)]
        self._text_detectors = [d for d in self.detectors if isinstance(d, Detector)]
        plugins = (*self.readers, *self.detectors)
        self._lookers = [
            p for p in plugins if isinstance(p, PictureReader | PictureDetector | SoundReader | SoundDetector)
        ]
        self.audit = audit
        self.pseudonyms = pseudonyms or Pseudonyms()
        self.limits = limits or Limits()
        self._rewriter = TextRewriter(self.pseudonyms)
        if not self.detectors or len({d.name for d in self.detectors}) != len(self.detectors):
            raise ConfigError("a guard needs detectors, each with a name of its own")
        self._pools = Pools(self.limits.workers, self.limits.waiting)

    def inspect(self, content: str | Part | Iterable[str | Part], context: Context | None = None) -> Inspection:
        """Read the content, run every detector on what was read, and return what was found.

        Args:
            content: a text, a part, or parts in order.
            context: on whose behalf; without one, pseudonyms hold for this request alone.
        """
        parts = _parts(content)
        return self._admit(parts, context or Context(), self._end(parts))

    def stream(self, to: Destination | str, context: Context | None = None, *, json: bool | None = None) -> Stream:
        """A text that arrives bit by bit, to be released bit by bit; whoever releases it records that.

        Args:
            to: where it goes. Only what its rules do not let pass as it is, is looked for.
            context: on whose behalf.
            json: whether the text is JSON; found out where None.
        """
        whom, destination = context or Context(), Destination(to)
        chosen, quiet = self._chosen(destination)

        def inspect(text: Text) -> Inspection:
            detectors = quiet if is_quiet(text.reveal()) else chosen
            return self._admit((text,), whom, self._end((text,)), detectors)

        ahead = AHEAD if self.pseudonyms.style is Style.TAGS else AHEAD_OF_NAMES
        return Stream(inspect, self.policy, whom, destination, self.pseudonyms.batch(whom).settled, json, ahead)

    async def ainspect(
        self, content: str | Part | Iterable[str | Part], context: Context | None = None
    ) -> Inspection:
        """`inspect`, without blocking the event loop. The clock runs from the call on."""
        parts = _parts(content)
        loop, end = asyncio.get_running_loop(), self._end(parts)
        return await loop.run_in_executor(self._pools.get("front"), self._admit, parts, context or Context(), end)

    def _chosen(self, to: Destination) -> tuple[list[Detector], list[Detector]]:
        """The detectors that a destination needs, and those of them that quiet text needs."""
        if to not in self._by_destination:
            chosen = needed(self._text_detectors, self.policy, to)
            quiet = [one for one in chosen if not numbers_only(one, self.policy, to)]
            self._by_destination[to] = chosen, quiet
        return self._by_destination[to]

    def delivered(self, decision: Decision, status: str = "delivered") -> None:
        """Record what became of a release: `delivered`, `failed` or `unknown`.

        Raises:
            AuditError: it could not be written.
        """
        self.recorder.settle(Context(), delivered=[(decision, status)])

    def close(self) -> None:
        """Let go of threads and child processes; of the log and what else it was given only if `on_close` does."""
        self._pools.close()
        close = getattr(self.opener, "close", None)
        if close is not None:
            close()
        if self._on_close is not None:
            self._on_close()

    def _end(self, parts: Content) -> float:
        """When an inspection that begins now is to be done."""
        return time.monotonic() + self.limits.deadline + self.limits.deadline_per_megabyte * _size(parts) / 1e6

    def _admit(
        self, parts: Content, context: Context, end: float, detectors: Sequence[Detector] | None = None
    ) -> Inspection:
        if _size(parts) > self.limits.characters:
            reason = f"longer than {self.limits.characters} characters"
            return self._unread(parts, context, "fault.uninspected", reason)
        room = self._pools.room
        if not room.acquire(timeout=max(0.0, end - time.monotonic())):
            return self._unread(parts, context, "fault.deadline", "too many inspections are waiting")
        try:
            return self._inspect(parts, context, end, self._text_detectors if detectors is None else detectors)
        finally:
            room.release()

    def _inspect(self, parts: Content, context: Context, end: float, detectors: Sequence[Detector]) -> Inspection:
        clock, turn = Clock(end), self._turn()
        seen, reads = self._read(parts, clock, partial(self._expected, parts, context, clock, detectors, turn), turn)
        made, faults = detect(reads, detectors, self._pools.get("text"), clock, turn)
        made = outside(made, reads, seen.enclosures)
        sure = [claim for claim in made if claim.hit.score >= claim.floor]
        again = repeats(reads.readings, [claim.hit for claim in sure], clock)
        sure += [Claim(hit, "repeats", reads.readings[hit.reading].tape_span(hit.span)) for hit in again]
        names = known_names(reads.readings, [claim.hit for claim in sure], self.pseudonyms.names(context))
        heard = echoes(reads.readings, names, clock)
        within = [(claim.hit.reading, claim.hit.span) for claim in sure]
        heard = [hit for hit in heard if not any(r == hit.reading and s.covers(hit.span) for r, s in within)]
        sure += [Claim(hit, "echoes", reads.readings[hit.reading].tape_span(hit.span)) for hit in heard]
        if clock() and not faults:
            faults = whole_faults(parts, "fault.deadline", "guard", "it did not finish in time")
        found = findings(reads, settle(sure), lambda *value: self.pseudonyms.knows(context, *value))
        scores = dict(seen.scores)
        for claim in made:
            scores[claim.hit.category] = max(scores.get(claim.hit.category, 0.0), claim.hit.score)
        found = in_order([*seen.findings, *found], reads.readings)
        faults += _reader_faults(reads) + _unopened(reads, seen)
        missing = tuple(sorted(turn.degraded))
        return self._inspection(parts, context, reads, [*faults, *found], scores, seen, names, missing)

    def _expected(
        self, parts: Content, context: Context, clock: Clock, used: Sequence[Detector], turn: Turn
    ) -> Sequence[str]:
        """The names that may be said in recordings: those of the texts beside them, and those that are known."""
        reads = read(parts, self._text_readers, self.limits.depth, clock, [])
        names = [each for each in used if NAME in each.categories]
        made, _ = detect(reads, names, self._pools.get("text"), clock, turn)
        sure = [claim.hit for claim in made if claim.hit.score >= claim.floor]
        return known_names(reads.readings, sure, self.pseudonyms.names(context))

    def _read(self, parts: Content, clock: Clock, expected: Expected, turn: Turn) -> tuple[Seen, Reads]:
        """Open, look and read; and again, as long as what is read encloses further files."""
        media = self.limits.media
        seen = open_all(parts, self.opener, media, self._pools.get("open"))
        clock.end += seen.spent
        scenes = [found for part, opening in seen.openings.items() for found in scenes_of(part, opening)]
        self._look(seen, parts, scenes, clock, expected, turn)
        reads = read(parts, self._text_readers, self.limits.depth, clock, seen.strips)
        for level in range(media.depth):
            if self.opener is None or all(reads.region(*file) in seen.enclosures for file in reads.enclosed):
                break
            before = seen.spent
            fresh = open_enclosed(parts, reads, seen, self.opener, media, level)
            clock.end += seen.spent - before
            self._look(seen, parts, fresh, clock, expected, turn)
            reads = read(parts, self._text_readers, self.limits.depth, clock, seen.strips)
        return seen, reads

    def _look(
        self,
        seen: Seen,
        parts: Content,
        scenes: list[tuple[int, Scene]],
        clock: Clock,
        expected: Expected,
        turn: Turn,
    ) -> None:
        """Only when a file is open is it known how much there is in it, and how long that may take."""
        before = seen.characters
        clock.end += self.limits.deadline_per_megapixel * megapixels(scenes)
        clock.end += self.limits.deadline_per_minute * minutes(scenes)
        running, faults = turn.lookers(parts, scenes, self._lookers)
        lookers = told(running, scenes, expected)
        failed = look(seen, parts, scenes, lookers, self._pools.get("look"), clock)
        seen.findings = [*turn.looked(running, failed, seen.findings), *faults]
        clock.end += self.limits.deadline_per_megabyte * (seen.characters - before) / 1e6
        if seen.characters > self.limits.characters:
            reason = f"longer than {self.limits.characters} characters"
            for index in {part for part, _, _ in seen.strips}:
                seen.findings.append(fault(parts, index, Meta("content"), "fault.uninspected", "guard", reason))
            seen.strips.clear()

    def _unread(self, parts: Content, context: Context, category: str, reason: str) -> Inspection:
        reads = read((), (), 0, lambda: True)
        return self._inspection(parts, context, reads, whole_faults(parts, category, "guard", reason), {}, Seen())

    def _inspection(
        self,
        parts: Content,
        context: Context,
        reads: Reads,
        found: list[Finding],
        scores: dict[str, float],
        seen: Seen,
        names: tuple[str, ...] = (),
        degraded: tuple[str, ...] = (),
    ) -> Inspection:
        for finding in found:
            scores[finding.category] = max(scores.get(finding.category, 0.0), finding.score)
        return Inspection(
            findings=tuple(found),
            scores=dict(sorted(scores.items())),
            coverage=_coverage(parts, found),
            context=context,
            policy=self.policy,
            openings=seen.openings,
            languages=seen.languages,
            degraded=degraded,
            _enclosures=seen.enclosures,
            _known=names,
            _content=parts,
            _reads=reads,
            _rewriter=self._rewriter,
            _pseudonyms=self.pseudonyms,
            _recorder=self.recorder,
            _opener=self.opener,
            _keeper=self.keeper,
        )


def _parts(content: str | Part | Iterable[str | Part]) -> Content:
    if isinstance(content, Mapping):
        raise TypeError(_NO_CONTENT)
    items: Iterable[object] = (content,) if isinstance(content, str | Part) else content
    parts: list[Part] = []
    for item in items:
        part = Text(item) if isinstance(item, str) else item
        if not isinstance(part, Part):
            raise TypeError(_NO_CONTENT)
        parts.append(part)
    return tuple(parts)


def _size(parts: Content) -> int:
    return sum(len(part) for part in parts if isinstance(part, Text))


def _reader_faults(reads: Reads) -> list[Finding]:
    made = []
    for index, found in reads.faults:
        for stretch in reads.readings[index].tape_spans(found.span):
            for lane, inside in reads.tape.places(stretch):
                item = lane.strip.item if lane.strip else 0
                for place in lane.places(inside):
                    one = fault(reads.tape.content, lane.part, place, found.category, "readers", found.reason)
                    made.append(replace(one, item=item))
    return made


def _unopened(reads: Reads, seen: Seen) -> list[Finding]:
    """Files written inside texts that nobody opened."""
    made = []
    for index, file in reads.enclosed:
        span = reads.region(index, file)
        if span not in seen.enclosures:
            for lane, inside in reads.tape.places(span):
                reason = f"{file.kind} is not inspected"
                for place in lane.places(inside):
                    one = fault(reads.tape.content, lane.part, place, "fault.uninspected", "guard", reason)
                    made.append(replace(one, item=lane.strip.item if lane.strip else 0))
    return made


def _coverage(content: Content, found: Sequence[Finding]) -> dict[Modality, Coverage]:
    blind: dict[int, list[Span]] = {}
    for finding in found:
        if finding.category.startswith("fault."):
            place = finding.place if isinstance(finding.place, Span) else Span(0, len(content[finding.part]))
            blind.setdefault(finding.part, []).append(place)
    covered: dict[Modality, Coverage] = {}
    for index, part in enumerate(content):
        before = covered.get(part.modality, Coverage(0, 0))
        lost = sum(len(span) for span in union(blind.get(index, ())))
        covered[part.modality] = Coverage(before.inspected + len(part) - lost, before.total + len(part))
    return covered
