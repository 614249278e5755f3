"""What `accord check` says of one input: as JSON, as plain lines, and as a table for people. Never a value."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rich import box
from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text as Styled

from accord.cli import say, sounds
from accord.core.content import Content, Text
from accord.core.decision import Decision
from accord.core.finding import Finding
from accord.core.media import Opening, Sound
from accord.core.place import Box, Interval, Meta, Place, Span
from accord.guard import Inspection
from accord.transform.pseudonyms import label

SHOWN = 40
"""How many findings people are shown before the rest is only counted."""

_EXCERPT = 24

_KINDS = {
    "picture": "a picture",
    "pdf": "a PDF",
    "office": "an Office file",
    "sound": "a recording",
    "text": "a text",
}


@dataclass(frozen=True, slots=True)
class Checked:
    """One input with what was found and decided."""

    name: str
    note: str
    content: Content
    inspection: Inspection
    decision: Decision


class Lines:
    """Where the lines of a text begin, to say line and column of a character."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._starts = [0]
        at = text.find("\n")
        while at >= 0:
            self._starts.append(at + 1)
            at = text.find("\n", at + 1)

    def at(self, position: int) -> tuple[int, int]:
        """Line and column of a character, both from 1."""
        row = bisect_right(self._starts, position)
        return row, position - self._starts[row - 1] + 1

    def around(self, span: Span, hidden: Sequence[tuple[Span, str]]) -> str:
        """The line of a span, cut to what is near, with hidden places written as `[KIND]`.

        Args:
            span: what it is about.
            hidden: places, sorted and disjoint, each with the word that stands for it.
        """
        row = bisect_right(self._starts, span.start)
        start = max(self._starts[row - 1], span.start - _EXCERPT)
        stop = self._starts[row] - 1 if row < len(self._starts) else len(self.text)
        end = max(span.end, min(stop, span.end + _EXCERPT))
        pieces, at = [], start
        for place, word in hidden[max(0, bisect_right(hidden, start, key=lambda pair: pair[0].start) - 1) :]:
            if place.start >= end:
                break
            if place.end > at:
                pieces += [self.text[at : place.start], f"[{word}]"]
                at = place.end
        pieces.append(self.text[at:end])
        return " ".join("".join(pieces).split())


def hidden_of(findings: Sequence[Finding]) -> dict[int, list[tuple[Span, str]]]:
    """What is private in each part: places that overlap are one, named after the longest."""
    parts: dict[int, list[tuple[Span, str]]] = {}
    private = [(f, f.place) for f in findings if isinstance(f.place, Span) and f.category.startswith("privacy.")]
    longest = 0
    for finding, place in sorted(private, key=lambda pair: (pair[0].part, pair[1])):
        places = parts.setdefault(finding.part, [])
        if places and places[-1][0].touches(place):
            word = label(finding.category) if len(place) > longest else places[-1][1]
            longest = max(longest, len(place))
            places[-1] = (places[-1][0].join(place), word)
        else:
            longest = len(place)
            places.append((place, label(finding.category)))
    return parts


def lines_of(content: Content) -> list[Lines | None]:
    """The lines of every text part."""
    return [Lines(part.reveal()) if isinstance(part, Text) else None for part in content]


def place_object(place: Place, lines: Lines | None) -> dict[str, Any]:
    """A place as JSON: `span` (characters, with line and column), `box`, `interval` or `meta`."""
    found: dict[str, Any] = {"kind": type(place).__name__.lower(), **asdict(place)}
    if isinstance(place, Interval):
        found |= {"start": round(place.start, 3), "end": round(place.end, 3)}
    if isinstance(place, Span) and lines is not None:
        found["line"], found["column"] = lines.at(place.start)
    return found


def as_object(checked: Checked) -> dict[str, Any]:
    """One input as JSON."""
    decision = checked.decision
    lines = lines_of(checked.content)
    return {
        "input": checked.name,
        "to": decision.to.value,
        "outcome": decision.outcome.value,
        "decision_id": decision.id,
        "policy_digest": decision.policy_digest,
        "rules": list(decision.rules),
        "coverage": {m.value: asdict(covered) for m, covered in sorted(decision.coverage.items())},
        **({"language": next(iter(languages.values()))} if (languages := checked.inspection.languages) else {}),
        "findings": [_finding_object(finding, lines[finding.part]) for finding in decision.findings],
        "scores": {category: round(score, 4) for category, score in checked.inspection.scores.items()},
    }


def _finding_object(finding: Finding, lines: Lines | None) -> dict[str, Any]:
    found: dict[str, Any] = {
        "category": finding.category,
        "score": round(finding.score, 4),
        "detector": finding.detector,
        "part": finding.part,
        "place": place_object(finding.place, lines),
    }
    if lines is None:
        found["item"] = finding.item
    if finding.reason:
        found["reason"] = finding.reason
    return found


def where(inspection: Inspection, finding: Finding, lines: Sequence[Lines | None]) -> str:
    """Where a finding stands, for people: what is embedded in a file is counted, never named."""
    opening = inspection.openings.get(finding.part)
    words = place_words(finding.place, lines[finding.part], pages=_pages(opening, finding.item))
    return f"embedded {finding.item}, {words}" if finding.item else words


def _pages(opening: Opening | None, number: int) -> int:
    item = next((i for i in opening.items if i.number == number), None) if opening else None
    return item.pages if item else 1


def opened_words(checked: Checked) -> str:
    """What was opened, for people; empty where there was nothing but text."""
    said = []
    for part, opening in checked.inspection.openings.items():
        if not opening.items:
            continue
        first, *embedded = opening.items
        sizes = [f"{s.width} × {s.height}" for s in first.surfaces if not s.view][:1]
        words = [
            _KINDS.get(first.kind, "a file") + (f" of {say.plural(first.pages, 'page')}" if first.pages > 1 else "")
        ]
        words += [f"{sizes[0]} pixels"] if first.kind == "picture" and sizes else []
        words += _sound_words(first.sound) if first.sound is not None else []
        words += [f"language {language}"] if (language := checked.inspection.languages.get(part)) else []
        words += [f"{say.plural(len(embedded), 'embedded file')}"] if embedded else []
        said.append(", ".join(words))
    return "; ".join(said)


def _sound_words(sound: Sound) -> list[str]:
    return [sounds.clock(sound.seconds), f"{sound.rate:,} Hz", say.plural(sound.channels, "channel")]


def place_words(place: Place, lines: Lines | None, *, pages: int = 1) -> str:
    """A place for people.

    Args:
        place: where.
        lines: of the text it stands in.
        pages: how many pages there are; of one page the number is not said.
    """
    match place:
        case Span() if lines is not None:
            row, column = lines.at(place.start)
            return f"{row}:{column}"
        case Box():
            page = f"page {place.page + 1}, " if pages > 1 or place.page else ""
            return f"{page}{place.left},{place.top}–{place.right},{place.bottom}"
        case Interval():
            return sounds.span_words(place)
        case Meta() if place.key != "content":
            return say.safe(place.key)
        case _:
            return "all of it"


def coverage_words(decision: Decision) -> str:
    """How much was inspected of how much there was."""
    unit = {"text": "characters"}
    return "; ".join(
        f"{covered.inspected:,} of {covered.total:,} {unit.get(m.value, 'bytes of ' + m.value)}"
        for m, covered in sorted(decision.coverage.items())
    )


def transcripts(checked: Checked) -> list[str]:
    """What was understood of recordings, with what is private in it masked; none of it was proof-read."""
    heard = sounds.said(checked.inspection)
    return [say.safe_lines(sounds.masked(one, checked.inspection.findings)) for one in heard]


def plain(checked: Checked, *, every: bool = False, spoken: bool = False) -> list[str]:
    """One input as lines for a pipe; with what was said in it, masked, where `spoken` asks for that."""
    decision, name = checked.decision, say.safe(checked.name)
    lines = lines_of(checked.content)
    rules = ", ".join(decision.rules) or "nothing found that a rule acts on"
    said = [f"{name}: {say.verdict(decision)} to {decision.to.value}: {rules}"]
    said += [f"{name}: {reason}" for reason in _reasons(checked)]
    shown = decision.findings if every else decision.findings[:SHOWN]
    for finding in shown:
        at = where(checked.inspection, finding, lines)
        said.append(f"{name}:{at}: {finding.category} {finding.score:.2f} {finding.detector}")
    if len(shown) < len(decision.findings):
        said.append(f"{name}: and {len(decision.findings) - len(shown):,} more; --all shows them")
    if opened := opened_words(checked):
        said.append(f"{name}: opened {opened}")
    if spoken:
        said += [f"{name}: said: {line}" for words in transcripts(checked) for line in words.split("\n")]
    said.append(f"{name}: inspected {coverage_words(decision)}")
    return said


def _reasons(checked: Checked) -> list[str]:
    faults = [f.reason for f in checked.decision.findings if f.reason]
    return list(dict.fromkeys(filter(None, [checked.note, *checked.decision.reasons, *faults])))


def rich(checked: Checked, out: Console, *, every: bool = False, excerpts: bool = True, spoken: bool = False) -> None:
    """One input as a panel for people."""
    decision = checked.decision
    style = say.STYLES[decision.outcome.value]
    head = Styled.assemble(
        (say.verdict(decision), style), f"  {say.WORDS[decision.outcome.value]} to {decision.to.value}"
    )
    body: list[RenderableType] = [head]
    if decision.rules:
        body.append(Styled(f"rules     {', '.join(decision.rules)}"))
    body += [Styled(f"because   {say.safe(reason)}") for reason in _reasons(checked)]
    if opened := opened_words(checked):
        body.append(Styled(f"opened    {opened}", style="dim"))
    body.append(Styled(f"inspected {coverage_words(decision)}", style="dim"))
    body.append(Styled(f"decision  {decision.id}, policy {decision.policy_digest[:12]}", style="dim"))
    if decision.findings:
        body.append(_table(checked, every, excerpts))
    if spoken and (heard := transcripts(checked)):
        told = "what was understood, masked where something private was found"
        body.append(Panel(Styled("\n".join(heard)), title=told, title_align="left", box=box.ROUNDED, style="dim"))
    title = Styled(say.safe(checked.name) if checked.name != "-" else "standard input", style="bold")
    out.print(Panel(Group(*body), title=title, title_align="left", border_style=style, box=box.ROUNDED))


def _table(checked: Checked, every: bool, excerpts: bool) -> RenderableType:
    found = checked.decision.verdicts if every else checked.decision.verdicts[:SHOWN]
    lines, hidden = lines_of(checked.content), hidden_of(checked.decision.findings)
    table = Table(box=box.SIMPLE_HEAD, expand=True, padding=(0, 1))
    excerpts = excerpts and any(lines)  # what stands in pixels is shown as a place, never as words
    table.add_column("line:column" if all(lines) else "where", no_wrap=True)
    table.add_column("category", no_wrap=True)
    table.add_column("score", justify="right", no_wrap=True)
    table.add_column("detector", no_wrap=True)
    table.add_column("what follows", no_wrap=True)
    if excerpts:
        table.add_column("text, masked", ratio=1, no_wrap=True, overflow="ellipsis", style="dim")
    for verdict in found:
        finding = verdict.finding
        what = (
            verdict.transform if verdict.outcome.value == "transform" and verdict.transform else verdict.outcome.value
        )
        row: list[RenderableType] = [
            Styled(where(checked.inspection, finding, lines)),
            Styled(finding.category),
            Styled(f"{finding.score:.2f}"),
            Styled(finding.detector),
            Styled(what, style=say.STYLES[verdict.outcome.value]),
        ]
        if excerpts:
            row.append(Styled(say.safe(_excerpt(finding, lines[finding.part], hidden.get(finding.part, ())))))
        table.add_row(*row)
    if len(found) < len(checked.decision.findings):
        rest = len(checked.decision.findings) - len(found)
        return Group(table, Styled(f"and {rest:,} more; --all shows them", style="dim"))
    return table


def _excerpt(finding: Finding, lines: Lines | None, hidden: Sequence[tuple[Span, str]]) -> str:
    if lines is None or not isinstance(finding.place, Span) or finding.category.startswith(("fault.", "safety.")):
        return ""
    return lines.around(finding.place, hidden)
