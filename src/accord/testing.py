"""The plugin contract as executable tests, and fakes for the tests of others.

from accord.testing import check_detector

def test_my_detector_keeps_the_contract():
check_detector(MyDetector(), hits=["a text it finds something in"], misses=["a text it finds nothing in"])
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from accord.audit.records import AuditRecord
from accord.core.along import NOWHERE
from accord.core.finding import Hit
from accord.core.media import Looked, Sight, Strip, Surface
from accord.core.place import Span
from accord.core.reading import Reading
from accord.core.roles import Detector, PictureDetector, PictureReader, Reader, Stop
from accord.core.taxonomy import CATEGORIES
from accord.errors import AuditError


def never() -> bool:
    """A `stop` that never says so."""
    return False


def check_detector(detector: Detector, *, hits: Iterable[str], misses: Iterable[str] = ()) -> None:
    """Check a detector against its contract.

    It declares known categories only and a floor between 0 and 1; its hits lie inside the reading and the declared
    categories; the same text gives the same hits, alone or beside others; it stops when told to.

    Raises:
        AssertionError: the contract is broken; the message names the clause, never the text.
    """
    _require(isinstance(detector, Detector), "it has name, categories, floor, joins, reference and detect")
    _require(bool(detector.categories), "it declares categories")
    _require(detector.categories <= CATEGORIES.keys(), "its categories are in the taxonomy")
    _require(0.0 <= detector.floor <= 1.0, "its reporting floor is between 0 and 1")
    texts = list(hits)
    for text in texts:
        found = _detect(detector, [text])
        _require(any(hit.score >= detector.floor for hit in found), "it finds something in each text of `hits`")
        _require(_detect(detector, [text]) == found, "the same text gives the same hits")
        beside = [hit for hit in _detect(detector, ["", text]) if hit.reading == 1]
        _require(_spans(beside) == _spans(found), "other readings do not change what it finds")
    for text in misses:
        found = _detect(detector, [text])
        _require(all(hit.score < detector.floor for hit in found), "it reports nothing in each text of `misses`")
    _require(_detect(detector, []) == [], "no readings, no hits")
    asked: list[bool] = []

    def stop() -> bool:
        asked.append(True)
        return True

    list(detector.detect([Reading(text) for text in texts], stop))
    _require(not texts or bool(asked), "it asks whether to stop")


def check_reader(reader: Reader, texts: Iterable[str]) -> None:
    """Check a reader against its contract.

    Fields are sorted, disjoint and inside the reading; what it reads has the reading as its source, and places inside
    it; a codec gives back what it decoded.

    Raises:
        AssertionError: the contract is broken; the message names the clause, never the text.
    """
    _require(isinstance(reader, Reader), "it has name and read")
    for text in texts:
        source = Reading(text)
        readout = reader.read(source, "")
        ends = [0, *(field.span.end for field in readout.fields)]
        starts = [field.span.start for field in readout.fields]
        _require(
            all(end <= start for end, start in zip(ends, starts, strict=False)), "fields are sorted and disjoint"
        )
        _require(ends[-1] <= len(text), "fields lie inside the reading")
        for child in readout.readings:
            _require(child.source is source, "what is read has the reading as its source")
            place = child.source_span(Span(0, len(child.text)))
            _require(place.end <= len(text), "what is read has a place inside the reading")
            if child.region is not None and child.encode is not None:
                _require(child.region.covers(place), "the region of a codec covers its text")
                again = reader.read(Reading(child.encode(child.text)), "")
                texts_again = [r.text for r in again.readings if r.encode is not None]
                _require(child.text in texts_again, "what a codec encodes again decodes to the same text")


def check_picture_reader(reader: PictureReader, surfaces: Iterable[tuple[Surface, str]]) -> None:
    """Check a reader of pictures against its contract.

    It reads the words that stand in each surface; every character it reads has a box inside the surface, or none; the
    same surface gives the same strips.

    Args:
        reader: the reader.
        surfaces: each with words that are to be among what is read, compared without blanks.

    Raises:
        AssertionError: the contract is broken; the message names the clause, never the text.
    """
    _require(isinstance(reader, PictureReader), "it has name and read_picture")
    for surface, words in surfaces:
        strips = _strips(reader, surface)
        read = "".join("".join(strip.text.split()) for strip in strips)
        _require("".join(words.split()) in read, "it reads what stands there")
        again = _strips(reader, surface)
        _require([s.text for s in strips] == [s.text for s in again], "the same surface gives the same strips")
        for strip in strips:
            boxes = [] if strip.boxes is None else strip.boxes.tolist()
            _require(strip.boxes is not None, "what is read from pixels has boxes")
            for character, (left, top, right, bottom, page) in zip(strip.text, boxes, strict=True):
                _require(page != NOWHERE or character.isspace(), "every character but a blank has a box")
                inside = 0 <= left < right <= surface.width and 0 <= top < bottom <= surface.height
                _require(page == NOWHERE or (inside and page == surface.page), "boxes lie inside the surface")


def _strips(reader: PictureReader, surface: Surface) -> list[Strip]:
    found = reader.read_picture(surface, never)
    return list(found.strips if isinstance(found, Looked) else found)


def check_picture_detector(
    detector: PictureDetector, *, hits: Iterable[Surface], misses: Iterable[Surface] = ()
) -> None:
    """Check a detector of pictures against its contract, like `check_detector`.

    Raises:
        AssertionError: the contract is broken; the message names the clause.
    """
    _require(isinstance(detector, PictureDetector), "it has name, categories, floor, reference and look")
    _require(bool(detector.categories), "it declares categories")
    _require(detector.categories <= CATEGORIES.keys(), "its categories are in the taxonomy")
    _require(0.0 <= detector.floor <= 1.0, "its reporting floor is between 0 and 1")
    for surface in hits:
        sights = _look(detector, surface)
        _require(any(sight.score >= detector.floor for sight in sights), "it sees something in each of `hits`")
        _require(_look(detector, surface) == sights, "the same surface gives the same sights")
    for surface in misses:
        sights = _look(detector, surface)
        _require(all(sight.score < detector.floor for sight in sights), "it reports nothing in each of `misses`")


def _look(detector: PictureDetector, surface: Surface) -> list[Sight]:
    sights = sorted(detector.look(surface, never), key=lambda s: (s.box, s.category, s.score))
    for sight in sights:
        box = sight.box
        inside = 0 <= box.left < box.right <= surface.width and 0 <= box.top < box.bottom <= surface.height
        _require(sight.category in detector.categories, "it reports declared categories only")
        _require(0.0 <= sight.score <= 1.0, "its scores are between 0 and 1")
        _require(inside, "its boxes lie inside the surface")
    return sights


def _detect(detector: Detector, texts: Sequence[str]) -> list[Hit]:
    readings = [Reading(text) for text in texts]
    found = sorted(detector.detect(readings, never), key=lambda h: (h.reading, h.span, h.category, h.score))
    for hit in found:
        _require(hit.category in detector.categories, "it reports declared categories only")
        _require(0 <= hit.reading < len(readings), "it reports readings it was given")
        _require(hit.span.end <= len(readings[hit.reading].text), "its spans lie inside the reading")
        _require(0.0 <= hit.score <= 1.0, "its scores are between 0 and 1")
    return found


def _spans(hits: Iterable[Hit]) -> list[tuple[Span, str]]:
    return [(hit.span, hit.category) for hit in hits]


def _require(holds: bool, clause: str) -> None:
    if not holds:
        raise AssertionError(f"plugin contract: {clause}")


class FixedDetector:
    """A detector that finds given words, for tests: `FixedDetector({"secret": ("privacy.person.name", 0.9)})`."""

    joins = True
    floor = 0.5
    reference = "accord.testing"

    def __init__(self, words: dict[str, tuple[str, float]], *, name: str = "fixed") -> None:
        self.name = name
        self.words = words
        self.categories = frozenset(category for category, _ in words.values())

    def detect(self, readings: Sequence[Reading], stop: Stop) -> Iterable[Hit]:
        """Every occurrence of every word."""
        for index, reading in enumerate(readings):
            if stop():
                return
            for word, (category, score) in self.words.items():
                at = reading.text.find(word)
                while at >= 0:
                    yield Hit(index, Span(at, at + len(word)), category, score)
                    at = reading.text.find(word, at + 1)


class MemoryLog:
    """An audit log in memory, for tests of what a guard records."""

    def __init__(self) -> None:
        self._records: list[AuditRecord] = []
        self._closed = False

    def append(self, record: AuditRecord) -> int:
        """Keep one record; gives its number.

        Raises:
            AuditError: the log is closed.
        """
        if self._closed:
            raise AuditError("the audit log is closed", hint="nothing was released")
        self._records.append(record)
        return len(self._records) - 1

    def append_many(self, records: Sequence[AuditRecord]) -> range:
        """Keep records; gives their numbers."""
        numbers = [self.append(record) for record in records]
        return range(len(self._records) - len(numbers), len(self._records))

    def records(self) -> Iterator[dict[str, Any]]:
        """Every record, oldest first, each with its number as `seq`."""
        for seq, record in enumerate(self._records):
            yield {"seq": seq, **json.loads(record.canonical())}

    def verify(self) -> None:
        """Nothing can have changed."""

    def close(self) -> None:
        """Take no more records."""
        self._closed = True
