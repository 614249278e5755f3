"""Putting values back where their pseudonyms stand, and breaking what merely looks like a pseudonym."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from accord.core.pseudonym import Issued
from accord.transform.restore_tags import STRICT, TagSpan, shaped, tags_in
from accord.transform.restore_view import View
from accord.transform.restore_words import Restored
from accord.transform.surroundings import Links, writer

Grant = Callable[[Issued], bool]
"""Whether what a tag stands for may be put back."""


class Source:
    """A text in which pseudonyms are looked for.

    Args:
        text: the text.
        before: what stands before it, where the text goes on with it.
        after: what follows it, likewise.
    """

    def __init__(self, text: str, before: str = "", after: str = "") -> None:
        self.text = before + text + after
        self.first = len(before)
        self.last = len(before) + len(text)
        self.view = View.of(self.text)
        self._links: list[Links] = []
        self._tags: list[TagSpan] | None = None

    @property
    def tags(self) -> list[TagSpan]:
        """Everything that may be a tag."""
        if self._tags is None:
            self._tags = tags_in(self.text, self.view)
        return self._tags

    def linked(self, start: int, end: int) -> bool:
        """Whether a stretch is part of an address or of markup, as it is written or as it is meant."""
        if not self._links:
            self._links.append(Links(self.text))
            if not self.view.same:
                self._links.append(Links(self.view.text))
        if self._links[0].hold(start, end):
            return True
        return len(self._links) > 1 and self._links[1].hold(self.view.index(start), self.view.index(end))


def restored_tags(source: Source, issued: Mapping[str, Issued]) -> list[Restored]:
    """The tags in a text that were issued, and what they stand for."""
    found = []
    for span in source.tags:
        if span.tag in issued:
            one, tail = issued[span.tag], span.tail
        elif span.owner in issued:
            one, tail = issued[span.owner], "s" + span.tail
        else:
            continue
        found.append(Restored(span.start, span.end, one.value, tail, one))
    return found


def apart(first: Iterable[Restored], second: Iterable[Restored]) -> list[Restored]:
    """Two lists as one, in order; where they overlap, the first has it."""
    kept: list[Restored] = []
    ranked = [(one.start, 0, one) for one in first] + [(one.start, 1, one) for one in second]
    for _, rank, one in sorted(ranked, key=lambda item: item[:2]):
        while rank == 0 and kept and kept[-1].end > one.start:
            kept.pop()
        if not kept or kept[-1].end <= one.start:
            kept.append(one)
    return kept


def put_back(source: Source, found: Iterable[Restored], grant: Grant | None, json: bool | None = None) -> str:
    """The text with values in the places of pseudonyms.

    Nothing is put into addresses and markup. What lies over the borders of the text stays.

    Args:
        source: the text.
        found: the pseudonyms in it, in order and apart.
        grant: says which values may be put back; all when not given.
        json: whether the text is part of a JSON text; found out when None.
    """
    wanted = [
        one
        for one in found
        if source.first <= one.start
        and one.end <= source.last
        and (grant is None or grant(one.issued))
        and not source.linked(one.start, one.end)
    ]
    text = source.text
    if not wanted:
        return text[source.first : source.last]
    write = writer(text[source.first : source.last], [one.value for one in wanted], json)
    pieces, at = [], source.first
    for one in wanted:
        pieces += [text[at : one.start], write(one.value), one.tail]
        at = one.end
    return "".join([*pieces, text[at : source.last]])


def broken(source: Source, issued: Mapping[str, Issued]) -> str:
    """The text with everything that may be a tag and was not issued written such that it never can be.

    `[X_ABCD]` becomes `(X_ABCD)`, and where its letters could be those of a tag `(X:ABCD)`. What stands in an address
    only looks like a tag if it is written as one: nothing is ever restored there.
    """
    pieces, at, text = [], 0, source.text
    for span in source.tags:
        if span.tag in issued or (span.owner and span.owner in issued):
            continue
        written = text[span.start : span.end]
        first, last = span.joint[0] - span.start, span.joint[1] - span.start
        if STRICT.fullmatch(written):
            joint = ":" if shaped(written[last:-1]) else "_"
            written = f"({written[1:first]}{joint}{written[last:-1]})"
        elif source.linked(span.start, span.end):
            continue
        else:
            written = f"{written[:first]}:{written[last:]}"
        pieces += [text[at : span.start], written]
        at = span.end
    return "".join([*pieces, text[at:]]) if pieces else text
