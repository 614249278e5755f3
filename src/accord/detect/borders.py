"""Where a name or an address cannot go on: the borders of cells, values, keys and tags.

Readers of structure say where values stand (`accord.core.reading.Field`). Within a table, JSON or markup, what is
outside of every value is a key, a header or a tag and concerns nobody, and a value called `type` or `boundary`
is machinery, unless it holds several words. Labels in prose (`Name: …`) set no borders: they are guesses.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator

from accord.core.place import Span
from accord.core.reading import Field, Reading

_HARD = ("json.", "csv.", "code.", "html.attribute", "header")
_STRUCTURAL = re.compile(
    r"(?:.*[._\- ])?(?:type|kind|id|uuid|guid|class|classname|status|content-type|boundary|format|mode|level|severity"
    r"|priority|role|encoding|charset|mime|method|action|event|version|schema|unit|currency|locale|lang|language|op"
    r"|operator|color|colour|component|module|package|extension|icon|ref|rel|href|src|style|key|enum|tag|th|label|begin|end)"
    r"|[a-z0-9]*type"
)
_ROUTING = re.compile(
    r"header\.(?:content-.*|message-id|mime-version|received|dkim-.*|arc-.*|x-.*|authentication-.*)"
)
_KEY = re.compile(r"[^\s\"']{0,40}[\"']?\s{0,4}[:=]\s{0,4}[\"'`]{0,3}")
_ASSIGNED = re.compile(r"[^\s\"':]{0,40}[\"']?\s{0,4}=>?\s{0,4}[bfruBFRU]{0,2}[\"'`]{1,3}")
_JSON_KEY = re.compile(r"[^\"\n]{0,40}\"\s{0,4}:")
_TAG = re.compile(r"<[a-zA-Z/!?]")
_NEAR = 400  # characters to the next cell or tag
_TABULAR = re.compile(r"[\t|;]|(?:[^,\n]*,){5}|\"\s*:")


def tabular(text: str, end: int, start: int) -> bool:
    """Whether the lines before and after a line's end are rows: cells, not the lines of one address."""
    left = max(text.rfind("\n", max(0, end - _NEAR), end) + 1, end - _NEAR, 0)
    right = text.find("\n", start, start + _NEAR)
    right = min(len(text), start + _NEAR) if right < 0 else right
    return bool(_TABULAR.search(text, left, end) or _TABULAR.search(text, start, right))


class Borders:
    """The borders of one reading.

    Args:
        reading: the reading, with its fields.
    """

    def __init__(self, reading: Reading) -> None:
        self._text = reading.text
        self._fields = reading.fields
        self._starts = [field.span.start for field in reading.fields]
        hard = [field.span for field in reading.fields if field.syntax.startswith(_HARD)]
        self._at = sorted({place for span in hard for place in (span.start, span.end)})
        kinds = {field.syntax.partition(".")[0] for field in reading.fields}
        self._kinds = kinds
        self._json = kinds == {"json"} and reading.text.lstrip()[:1] in ("{", "[")

    def between(self, start: int, end: int) -> bool:
        """Whether a value begins or ends within `[start, end]`."""
        at = bisect_left(self._at, start)
        return at < len(self._at) and self._at[at] <= end

    def pieces(self, span: Span) -> Iterator[Span]:
        """What of a name or address stands in values, value by value; all of it in prose."""
        if not self._fields:
            yield span
            return
        inside = [field for field in self._touching(span) if field.syntax.startswith(_HARD)]
        if not inside:
            soft = self._touching(span)
            if not self._outside(span) and not any(self._machinery(field) for field in soft):
                yield span
            return
        for field in inside:
            piece = Span(max(span.start, field.span.start), min(span.end, field.span.end))
            letters = sum(map(str.isalpha, self._text[piece.start : piece.end]))
            if (piece == span or letters >= 2) and not self._machinery(field):
                yield piece

    def _touching(self, span: Span) -> list[Field]:
        first = max(0, bisect_right(self._starts, span.start) - 1)
        last = bisect_left(self._starts, span.end)
        return [field for field in self._fields[first:last] if field.span.touches(span)]

    def _machinery(self, field: Field) -> bool:
        """Whether a value says how something works rather than who somebody is."""
        if field.syntax == "header" and _ROUTING.fullmatch(field.name):
            return True
        value = self._text[field.span.start : min(field.span.end, field.span.start + _NEAR)]
        if len(value.split()) > 1:
            return False
        named = field.syntax == "html.attribute" and field.name.rpartition(".")[2] == "name"
        return named or bool(_STRUCTURAL.fullmatch(field.name[-100:]))

    def _outside(self, span: Span) -> bool:
        """Whether what no value holds is a key, a header cell, a tag or a boundary."""
        text = self._text
        if self._json:
            return True
        after = bisect_left(self._starts, span.end)
        following = self._fields[after] if after < len(self._fields) else None
        if following is not None and following.span.start - span.end <= _NEAR:
            gap = text[span.end : following.span.start]
            if following.syntax.startswith("csv.") and gap.count("\n") <= 1:
                return True
            # `Ada: "Hi"` is speech, `ada="Hi"` is not.
            key = _ASSIGNED if following.syntax.startswith("code.") else _KEY
            if following.syntax.startswith(_HARD) and key.fullmatch(gap):
                return True
        if "json" in self._kinds and _JSON_KEY.match(text, span.end):
            return True
        if "html" in self._kinds:
            opened = text.rfind("<", max(0, span.start - _NEAR), span.start)
            if opened >= 0 and text.find(">", opened, span.start) < 0 and _TAG.match(text, opened):
                return True
        line = text.rfind("\n", max(0, span.start - 80), span.start) + 1
        return "header" in self._kinds and text.startswith("--", line) and " " not in text[line : span.end].rstrip()
