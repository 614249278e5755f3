"""From what detectors say to findings: places on parts, one finding for one thing, and who brought it."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass, replace

from accord.core.content import Origin
from accord.core.finding import Finding, Hit
from accord.core.place import Box, Interval, Meta, Place, Span
from accord.core.reading import Reading
from accord.core.roles import Detector
from accord.core.taxonomy import CHECKED_FAMILIES
from accord.guard.read import Reads, covering

Brought = Callable[[str, str], bool]
"""Whether the caller had brought a value of a category before."""


PROVEN = 0.8
"""The score from which a checksum settles what a number is."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A hit with who made it and where on the tape it stands.

    Attributes:
        floor: the reporting floor of its detector.
        apart: it was read over the borders of messages, so that `tape` also covers what lies between them.
    """

    hit: Hit
    detector: str
    tape: Span
    floor: float = 0.0
    apart: bool = False


def claims(reads: Reads, detector: Detector, hits: Iterable[Hit]) -> list[Claim]:
    """Check hits against the contract of a detector and place them on the tape.

    Raises:
        ValueError: a hit breaks the contract: an undeclared category, a score or a span out of bounds.
    """
    found = []
    for hit in hits:
        reading = reads.readings[hit.reading]
        bounded = 0.0 <= hit.score <= 1.0 and hit.span.start < hit.span.end <= len(reading.text)
        if not bounded or hit.category not in detector.categories:
            raise ValueError("contract broken")
        span = reading.tape_span(hit.span)
        # A seam is read for what runs over a border; the rest has been found where it stands. What had to be decoded
        # has not: the encoding may run over the border although the value does not.
        if reading.is_seam and not reading.is_decoded and len(reads.tape.places(span)) < 2:
            continue
        found.append(Claim(hit, detector.name, span, detector.floor, reading.is_seam))
    return found


def outside(found: Sequence[Claim], reads: Reads, opened: Container[Span]) -> list[Claim]:
    """Claims but those about the letters a file is written with: what is in it was read from the file itself.

    Args:
        found: the claims.
        reads: what was read.
        opened: the regions of the files that were opened.
    """
    taken = sorted(p for file in reads.enclosed if reads.region(*file) in opened for p in reads.pieces(*file))
    if not taken:
        return list(found)
    return [c for c in found if reads.readings[c.hit.reading].is_decoded or not covering(taken, c.tape)]


def settle(found: Sequence[Claim]) -> list[Claim]:
    """One claim for one thing.

    A claim yields to one of the same category that covers it, which then is as sure as the surer of the two; and,
    among numbers that look alike, to a sure one that is proven by a checksum. What was read over borders displaces
    nothing: other people's words may lie in between.
    """
    return _without_covered(_without_disproved(found))


def _without_disproved(found: Sequence[Claim]) -> list[Claim]:
    proven = sorted(
        (c.tape, c.hit.category) for c in found if c.hit.checked and c.hit.score >= PROVEN and not c.apart
    )
    if not proven:
        return list(found)
    kept = []
    for claim in found:
        alike = claim.hit.category.startswith(CHECKED_FAMILIES) and not claim.hit.checked
        if not (alike and any(_covering(proven, claim))):
            kept.append(claim)
    return kept


def _covering(proven: list[tuple[Span, str]], claim: Claim) -> Iterable[bool]:
    # Proven identifiers are short, so only those that begin a little before can cover the claim.
    at = bisect_right(proven, claim.tape.start, key=lambda p: p[0].start)
    for span, category in reversed(proven[max(0, at - 8) : at]):
        yield span.covers(claim.tape) and category != claim.hit.category


def _without_covered(found: Sequence[Claim]) -> list[Claim]:
    by_category: dict[tuple[str, bool], list[Claim]] = defaultdict(list)
    for claim in found:
        by_category[claim.hit.category, claim.apart].append(claim)
    kept: list[Claim] = []
    for same in by_category.values():
        cover: Claim | None = None
        for claim in sorted(same, key=lambda c: (c.tape.start, -c.tape.end, -c.hit.score, c.hit.reading)):
            if cover is not None and cover.tape.covers(claim.tape):
                cover = kept[-1] = _surer(cover, claim)
                continue
            kept.append(claim)
            cover = claim
    return kept


def _surer(cover: Claim, claim: Claim) -> Claim:
    if cover.hit.score >= claim.hit.score:
        return cover
    return replace(cover, hit=replace(cover.hit, score=claim.hit.score))


def findings(reads: Reads, settled: Iterable[Claim], brought: Brought) -> list[Finding]:
    """Findings in the order of their places, one for each part a claim touches."""
    made = []
    for claim in settled:
        hit, reading = claim.hit, reads.readings[claim.hit.reading]
        for stretch in reading.tape_spans(hit.span):
            for lane, inside in reads.tape.places(stretch):
                source = reads.tape.content[lane.part]
                for place in lane.places(inside):
                    finding = Finding(
                        category=hit.category,
                        score=hit.score,
                        detector=claim.detector,
                        part=lane.part,
                        place=place,
                        modality=source.modality,
                        role=source.role,
                        origin=source.origin,
                        reading=hit.reading,
                        span=hit.span,
                        item=lane.strip.item if lane.strip else 0,
                    )
                    made.append(_attributed(finding, reading.text[hit.span.start : hit.span.end], brought))
    return made


def in_order(found: Iterable[Finding], readings: Sequence[Reading] = ()) -> list[Finding]:
    """Findings in the order of their parts and places; what is seen twice at one place of a picture only once.

    Of two, the one that was read from a text layer says what the value is: pixels are misread more often.
    """
    kept: list[Finding] = []
    seen: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for finding in sorted(found, key=_order):
        box = finding.place
        if not isinstance(box, Box):
            kept.append(finding)
            continue
        where = (finding.part, finding.item, box.page, finding.category, finding.origin)
        near = seen[where, (box.left + box.right) // 2 // _CELL, (box.top + box.bottom) // 2 // _CELL]
        twin = next((i for i in near if _within(box, kept[i].place)), None)
        if twin is not None:
            # The text of a page is read from its text layer and from its pixels, which differ by a pixel or two.
            kept[twin] = _one_of(kept[twin], finding, readings)
            continue
        for cell in _cells(box):
            seen[where, *cell].append(len(kept))
        kept.append(finding)
    return sorted(kept, key=lambda f: (f.part, f.item, *_position(f.place), f.category))


_CELL = 64
_SLACK = 3
"""Pixels by which a box may stick out of another and still be the same place."""


def _cells(box: Box) -> Iterable[tuple[int, int]]:
    for x in range((box.left - _SLACK) // _CELL, (box.right + _SLACK) // _CELL + 1):
        for y in range((box.top - _SLACK) // _CELL, (box.bottom + _SLACK) // _CELL + 1):
            yield x, y


def _one_of(kept: Finding, twin: Finding, readings: Sequence[Reading]) -> Finding:
    """Two findings of one thing as one: all pixels of both, the higher score, the better reading."""
    a, b = kept.place, twin.place
    if not isinstance(a, Box) or not isinstance(b, Box):
        return kept
    place = Box(min(a.left, b.left), min(a.top, b.top), max(a.right, b.right), max(a.bottom, b.bottom), a.page)
    told = twin if _from_layer(twin, readings) and not _from_layer(kept, readings) else kept
    return replace(kept, place=place, score=max(kept.score, twin.score), reading=told.reading, span=told.span)


def _from_layer(finding: Finding, readings: Sequence[Reading]) -> bool:
    if finding.reading is None or finding.reading >= len(readings):
        return False
    return readings[finding.reading].root.reader.startswith("pdf")


def _within(box: Box, other: Place) -> bool:
    if not isinstance(other, Box):
        return False
    across = other.left - _SLACK <= box.left and box.right <= other.right + _SLACK
    return across and other.top - _SLACK <= box.top and box.bottom <= other.bottom + _SLACK


def _order(finding: Finding) -> tuple[object, ...]:
    """Larger boxes first, so that one that covers another comes before it; then the surer."""
    place = finding.place
    area = (place.right - place.left) * (place.bottom - place.top) if isinstance(place, Box) else 0
    return (finding.part, finding.item, -area, -finding.score, *_position(place), finding.category, finding.detector)


def _position(place: Place) -> tuple[object, ...]:
    match place:
        case Span(start, end):
            return (0, start, end)
        case Box(left, top, right, bottom, page):
            return (1, page, top, left, bottom, right)
        case Interval(start, end):
            return (2, start, end)
        case Meta(key):
            return (3, key)


def _attributed(finding: Finding, value: str, brought: Brought) -> Finding:
    """What a model says that the caller had brought belongs to the caller."""
    if finding.origin is not Origin.CALLER and brought(finding.category, value):
        return replace(finding, origin=Origin.CALLER)
    return finding
