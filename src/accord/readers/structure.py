"""The reader of structure: which values have names, and what their escapes read as."""

from __future__ import annotations

from dataclasses import replace

from accord.core.place import Span
from accord.core.reading import Reading
from accord.core.roles import Fault, Readout
from accord.readers.align import Scan, aligned, disjoint, settled
from accord.readers.json_fields import nested_json, scan_json
from accord.readers.lines import scan_lines
from accord.readers.mail import scan_mail
from accord.readers.markup import scan_markup
from accord.readers.sniff import kind_of
from accord.readers.table import scan_markdown_tables, scan_table, separator


class StructureReader:
    """Finds the names that stand beside values in JSON, tables, markup, mail, code, settings and logs.

    Args:
        max_fields: how many fields one reading may yield; a text with more is reported as not fully inspected.
    """

    name = "structure"

    def __init__(self, *, max_fields: int = 2_000_000) -> None:
        self.max_fields = max_fields

    def read(self, reading: Reading, media_type: str) -> Readout:
        """Read what `reading` holds; `media_type` may be empty: then look."""
        kind = kind_of(reading.text, media_type)
        scan = scan_mail(reading, scan_body) if kind == "mail" else scan_text(reading.text, kind)
        fields = disjoint(scan.fields, reading.fields)
        if len(fields) > self.max_fields:
            rest = Span(fields[self.max_fields].span.start, len(reading.text))
            scan.faults.append(Fault(rest, "fault.uninspected", "more named values than are read at once"))
            del fields[self.max_fields :]
        readings = list(scan.readings)
        swaps = settled(scan.swaps)
        if swaps:
            shown = aligned(reading, swaps, "unescaped", fields=disjoint([*reading.fields, *fields]))
            readings.append(replace(shown, fields=tuple(nested_json(shown.text, shown.fields))))
        return Readout(tuple(fields), tuple(readings), tuple(scan.faults), tuple(scan.enclosed))


def scan_text(text: str, kind: str) -> Scan:
    """Find the structure of a text of a kind that `kind_of` names, mail excepted."""
    end = len(text)
    if kind == "json":
        found = scan_json(text, 0, end)
        if found is not None:
            return found
    if kind == "markup":
        return scan_markup(text, 0, end)
    return scan_plain(text, 0, end)


def scan_body(text: str, start: int, end: int, media_type: str) -> Scan:
    """Find the structure of a mail body that stands as it is."""
    kind = kind_of(text[start : min(end, start + 2_000)], media_type)
    if kind == "markup":
        return scan_markup(text, start, end)
    if kind == "json":
        found = scan_json(text, start, end)
        if found is not None:
            return found
    return scan_plain(text, start, end)


def scan_plain(text: str, start: int, end: int) -> Scan:
    """Find tables, assignments and labels."""
    mark = separator(text, start, end)
    if mark:
        return scan_table(text, start, end, mark)
    scan = scan_lines(text, start, end)
    if text.find("--|", start, end) >= 0 or text.find("-|", start, end) >= 0 or text.find("- |", start, end) >= 0:
        scan.fields = disjoint(scan_markdown_tables(text, start, end).fields) + scan.fields
    return scan
