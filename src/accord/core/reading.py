"""Text that knows where it came from.

A reading is text of which every character knows its place in its source. Readings nest: the words hidden in
base64 inside a JSON value are a reading of a reading of the tape. The *tape* is all text parts of one content,
laid end to end with one character between them, so that a value cut in two by a part boundary has a place like
any other. There are two kinds of reading:

* an *aligned* reading (homoglyphs folded, escapes decoded, letters joined) only looks at its source
  differently; what is found in it is rewritten in the source;
* a *codec* reading (base64, hex, quoted-printable) has `encode`, so what is found in it is rewritten in the
  decoded text, which is then encoded again. It is a frame of its own.

`Reading.frame_span` answers where something is to be rewritten (in the nearest frame, else on the tape),
`Reading.tape_span` where it stands on the tape.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from accord.core.content import Role
from accord.core.place import Span

SEAM_READER = "seam"
"""The reader name of text that runs over the borders of messages; see `accord.core.tape`."""


@dataclass(frozen=True, slots=True)
class Field:
    """A value with a name beside it: a JSON key, a column, a header, an attribute, an assignment.

    Attributes:
        span: the value, in the characters of the reading.
        name: what stands beside it, lower-cased, path parts joined with dots (`customer.email`).
        syntax: how a replacement must be written here; see `accord.transform.text`.
    """

    span: Span
    name: str
    syntax: str = ""


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Reading:
    """Text with an alignment to its source.

    Attributes:
        text: what was read.
        reader: which reader made it (`text`, `base64`, `folded`, …).
        source: the reading it was made from; None when it was read from the tape.
        starts: for every character, where its source begins; None means one to one from `offset`.
        ends: for every character, where its source ends (exclusive).
        offset: where the reading begins in its source, when aligned one to one.
        encode: for a codec reading, turns rewritten text back into what stands in the source.
        region: for a codec reading, the whole of the source that `encode` replaces.
        fields: named values, sorted and disjoint.
        role: who the part speaks for.
        disguise: what was read here had been hidden from a plain reader.
    """

    text: str
    reader: str = "text"
    source: Reading | None = None
    starts: Sequence[int] | None = None
    ends: Sequence[int] | None = None
    offset: int = 0
    encode: Callable[[str], str] | None = None
    region: Span | None = None
    fields: tuple[Field, ...] = ()
    role: Role = Role.USER
    disguise: bool = False
    _field_starts: tuple[int, ...] = field(init=False, default=())

    def __post_init__(self) -> None:
        if (self.starts is None) != (self.ends is None):
            raise ValueError("an alignment has starts and ends")
        if self.starts is not None and not len(self.starts) == len(self.ends or ()) == len(self.text):
            raise ValueError("an alignment has one place for each character")
        if (self.encode is None) != (self.region is None):
            raise ValueError("a codec reading has both an encoder and a region")
        self.name_fields(self.fields)

    def __repr__(self) -> str:
        return f"<Reading {self.path}, {len(self.text)} characters>"

    @property
    def path(self) -> str:
        """The readers that led here, outermost first, joined with `>`."""
        return self.reader if self.source is None else f"{self.source.path}>{self.reader}"

    @property
    def depth(self) -> int:
        """How many readings lie between this one and the tape."""
        return 0 if self.source is None else self.source.depth + 1

    @property
    def hidden(self) -> bool:
        """Whether this text, or what it was read from, had been disguised."""
        return self.disguise or (self.source is not None and self.source.hidden)

    @property
    def root(self) -> Reading:
        """The reading of the tape this one was made from."""
        return self if self.source is None else self.source.root

    @property
    def is_seam(self) -> bool:
        """Whether it was read over the borders of messages, so that its characters may lie far apart."""
        return self.root.reader == SEAM_READER

    @property
    def is_decoded(self) -> bool:
        """Whether a codec lies between this reading and the tape."""
        return self.encode is not None or (self.source is not None and self.source.is_decoded)

    @property
    def frame(self) -> Reading | None:
        """The codec reading in whose characters a finding is rewritten; None means on the tape.

        Encoded text that runs over the borders of messages cannot be encoded again in place, so a seam has no
        frames: what is found there is taken out of the tape.
        """
        if self.is_seam:
            return None
        if self.encode is not None:
            return self
        return None if self.source is None else self.source.frame

    def source_span(self, span: Span) -> Span:
        """The exact characters of the source that `span` was read from."""
        if self.starts is None or self.ends is None:
            return Span(span.start + self.offset, span.end + self.offset)
        if span.start == span.end:
            at = self.starts[span.start] if span.start < len(self.starts) else (self.ends[-1] if self.ends else 0)
            return Span(at, at)
        starts = self.starts[span.start : span.end]
        ends = self.ends[span.start : span.end]
        return Span(min(starts), max(ends))

    def frame_span(self, span: Span) -> Span:
        """Where `span` stands in `self.frame`, or on the tape where there is none."""
        if self.encode is not None and not self.is_seam:
            return span
        found = self.source_span(span)
        return found if self.source is None else self.source.frame_span(found)

    def tape_span(self, span: Span) -> Span:
        """The smallest stretch of tape that covers `span`."""
        found = self.source_span(span)
        return found if self.source is None else self.source.tape_span(found)

    def tape_spans(self, span: Span) -> list[Span]:
        """The stretches of tape that `span` covers: one, unless it was read over the borders of messages."""
        if self.source is not None:
            return self.source.tape_spans(self.source_span(span))
        if self.starts is None or self.ends is None or self.reader != SEAM_READER:
            return [self.source_span(span)]
        pieces: list[Span] = []
        for index in range(span.start, span.end):
            if pieces and pieces[-1].end == self.starts[index]:
                pieces[-1] = Span(pieces[-1].start, self.ends[index])
            else:
                pieces.append(Span(self.starts[index], self.ends[index]))
        return pieces

    def name_fields(self, fields: tuple[Field, ...]) -> None:
        """Attach the fields that readers found. Done once, before any detector sees the reading."""
        object.__setattr__(self, "fields", fields)
        object.__setattr__(self, "_field_starts", tuple(f.span.start for f in fields))

    def field_at(self, position: int) -> Field | None:
        """The field a character stands in, if any."""
        index = bisect_right(self._field_starts, position) - 1
        if index < 0:
            return None
        found = self.fields[index]
        return found if found.span.start <= position < found.span.end else None

    def fields_in(self, span: Span) -> Sequence[Field]:
        """The fields that share a character with `span`."""
        first = max(0, bisect_right(self._field_starts, span.start) - 1)
        last = bisect_left(self._field_starts, span.end)
        return [field for field in self.fields[first:last] if field.span.touches(span)]
