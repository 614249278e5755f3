"""The demo at a terminal: panels for people, plain lines for a pipe."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich import box
from rich.columns import Columns
from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.rule import Rule as Line
from rich.table import Table
from rich.text import Text as Styled

from accord.cli import gallery, report, say, sounds, story
from accord.cli.person import Person, Snippet
from accord.core.content import Audio, Text
from accord.core.decision import Decision, Destination
from accord.core.media import Sound
from accord.core.place import Box, Interval, Span, union
from accord.guard import Guard

_TITLES = {
    Destination.MODEL: "the model gets",
    Destination.REVIEWER: "a reviewer gets",
    Destination.DATASET: "a data set gets",
}
_SIDE_BY_SIDE = 108
_ROWS = 9
_MARGIN = 4  # what the borders of a panel take of its width


@dataclass(frozen=True, slots=True)
class Show:
    """Everything the demo shows.

    Attributes:
        scenes: the samples, released.
        trip: the answer on its way back.
        missing: detectors that could not run for want of weights.
        guard: the guard that decided.
        records: how many audit records there are.
        known: somebody whom the conversation names in several ways.
    """

    scenes: tuple[story.Scene, ...]
    trip: story.RoundTrip
    missing: tuple[str, ...]
    guard: Guard
    records: int
    known: Person | None = None


def without(missing: Iterable[str]) -> str:
    """Say that the demo runs without some detectors."""
    return (
        f"Run without {', '.join(missing)}, whose weights are not here: what they find is missing below."
        " `accord models pull` brings them."
    )


def rich(show: Show, written: Path) -> None:
    """Tell it to people."""
    out = say.console()
    out.print()
    out.print(
        Styled.assemble(
            ("accord", "bold"), " decides what may leave. One policy, one inspection, a release for each who asks."
        )
    )
    if show.missing:
        out.print(Panel(Styled(without(show.missing), style="yellow"), box=box.ROUNDED, border_style="yellow"))
    for scene in show.scenes:
        _scene(scene, out)
        if scene is show.scenes[0] and show.known:
            out.print(_known(show.known))
    _trip(show.trip, out)
    out.print(Line(style="dim"))
    out.print(Styled.assemble(("The whole of it as a page  ", "bold"), str(written)))
    out.print(
        Styled(
            f"policy {show.guard.policy.digest[:12]} · {show.records} audit records, and the chain holds", style="dim"
        )
    )
    out.print(
        Styled(f"Try next: accord check --transcript {written.parent / 'samples' / 'voice-note.ogg'}", style="dim")
    )


def _scene(scene: story.Scene, out: Console) -> None:
    out.print()
    out.print(Line(Styled(scene.title, style="bold"), align="left", style="dim"))
    out.print(Styled(scene.about))
    counts = ", ".join(f"{count} × {category}" for category, count in scene.counts)
    out.print(Styled.assemble(("found     ", "bold"), counts))
    covered = report.coverage_words(next(iter(scene.decisions.values())))
    out.print(Styled(f"inspected {covered}, in {scene.seconds:.2f} s", style="dim"))
    if scene.left_out:
        out.print(Styled(_left_out(scene), style="yellow"))
    rows = _interesting(scene)
    for board in scene.boards:
        body = _board(scene, board, rows, out.width - _MARGIN)
        title = "the sample" if len(scene.boards) == 1 else f"{board.title}, {board.name}"
        out.print(Panel(body, title=title, title_align="left", box=box.ROUNDED, border_style="dim"))
    for one in story.hidden(scene):
        words = Styled.assemble(
            (say.safe_lines(one.before.lstrip()), "dim"),
            (say.safe_lines(one.text), "bold red"),
            (say.safe_lines(one.after.rstrip()), "dim"),
        )
        title = f"hidden in it: {one.category}, read through {one.path}"
        out.print(Panel(words, title=title, title_align="left", box=box.ROUNDED, border_style="red"))
    wide = out.width >= _SIDE_BY_SIDE
    width = (out.width - 2) // 3 if wide else out.width
    panels = [_release(scene, to, decision, rows, width) for to, decision in scene.decisions.items()]
    out.print(Columns(panels, padding=(0, 1, 0, 0), equal=True) if wide else Group(*panels))


def _left_out(scene: story.Scene) -> str:
    return f"left out, because it could not be inspected here: {', '.join(scene.left_out)}; it follows by itself"


def _release(
    scene: story.Scene, to: Destination, decision: Decision, rows: list[tuple[int, int]], width: int
) -> RenderableType:
    outcome = decision.outcome.value
    head = Styled.assemble((say.verdict(decision), say.STYLES[outcome]), ("  " + ", ".join(decision.rules), "dim"))
    body: list[RenderableType] = [head, *(Styled(reason, style="italic") for reason in decision.reasons), Styled()]
    if decision.content is None:
        body.append(Styled("Nothing leaves." if outcome == "block" else "Nothing leaves until a person has looked."))
    for board in scene.boards if decision.content is not None else ():
        if len(scene.boards) > 1:
            body.append(Styled(board.name, style="bold dim"))
        sound = _sound_of(scene, decision, board)
        if sound is not None:
            body.append(Styled(sounds.spark(sound[1], width - _MARGIN, sound[0].loudness), style="cyan"))
        body += [_tagged(say.safe_lines(text)) for text in _gets(scene, decision, board, rows)]
    return Panel(
        Group(*body),
        title=_TITLES[to],
        title_align="left",
        box=box.ROUNDED,
        border_style=say.STYLES[outcome],
        width=width,
    )


def _tagged(text: str) -> Styled:
    styled = Styled(text)
    styled.highlight_regex(story.MARK, style="bold cyan")
    return styled


def _interesting(scene: story.Scene) -> list[tuple[int, int]]:
    """Part and line of the first lines with findings, one for each new category first."""
    seen: set[str] = set()
    first: list[tuple[int, int]] = []
    later: list[tuple[int, int]] = []
    lines = report.lines_of(scene.content)
    for finding in scene.inspection.findings:
        at = lines[finding.part]
        plain = finding.reading is None or scene.inspection.readings[finding.reading].source is None
        if at is None or not plain or not isinstance(finding.place, Span):
            continue
        place = (finding.part, at.at(finding.place.start)[0] - 1)
        (later if finding.category in seen else first).append(place)
        seen.add(finding.category)
    return sorted(list(dict.fromkeys([*first, *later]))[:_ROWS])


def _board(scene: story.Scene, board: story.Board, rows: list[tuple[int, int]], width: int) -> RenderableType:
    """Some parts of a sample with what was found in them."""
    if isinstance(scene.content[board.parts[0]], Text):
        return _original(scene, rows)
    sound = _heard(scene, board)
    places = Styled("\n".join(_places(scene, board)))
    if sound is None:
        return places
    return Group(_wave(scene, board, sound, width), *_words(scene), places)


def _original(scene: story.Scene, rows: list[tuple[int, int]]) -> RenderableType:
    shown = []
    for part, row in rows:
        text = scene.content[part]
        if not isinstance(text, Text):
            continue
        styled = Styled(text.reveal())
        for place in union(
            f.place for f in scene.inspection.findings if f.part == part and isinstance(f.place, Span)
        ):
            styled.stylize("bold magenta", place.start, place.end)
        styled = styled.split("\n", allow_blank=True)[row]
        styled.truncate(400, overflow="ellipsis")
        shown.append(styled)
    return Group(*shown)


def _heard(scene: story.Scene, board: story.Board) -> Sound | None:
    """The sound of a recording as it came."""
    opening = scene.inspection.openings.get(board.parts[0])
    return opening.items[0].sound if opening and opening.items else None


def _wave(scene: story.Scene, board: story.Board, sound: Sound, width: int) -> Styled:
    """How loud a recording is over time, and where something was found that was said."""
    columns = max(20, width)
    styled = Styled(sounds.spark(sound, columns), style="dim")
    for finding in scene.inspection.findings:
        place = finding.place
        if finding.part in board.parts and isinstance(place, Interval) and finding.category != sounds.VOICE:
            start, end = (round(columns * at / max(sound.seconds, 1e-6)) for at in (place.start, place.end))
            styled.stylize("not dim bold magenta", start, max(start + 1, end))
    return styled


def _words(scene: story.Scene) -> list[Styled]:
    """What was understood of recordings, with what was found in it."""
    said = []
    for one in sounds.said(scene.inspection):
        styled = Styled(f"“{one.text}”")
        for place in union(span for _, span in one.placed):
            styled.stylize("bold magenta", place.start + 1, place.end + 1)
        said.append(styled)
    return said


def _rows(content: Sequence[object], rows: list[tuple[int, int]], scene: story.Scene) -> list[str]:
    """The same lines as of the original, where lines were kept; else the first ones."""
    picked = []
    for part, row in rows:
        old, new = scene.content[part], content[part]
        if not (isinstance(old, Text) and isinstance(new, Text)):
            continue
        before, after = old.reveal().split("\n"), new.reveal().split("\n")
        picked.append(after[row] if len(before) == len(after) else "\n".join(after[:_ROWS]))
    return list(dict.fromkeys(picked))


def _places(scene: story.Scene, board: story.Board) -> list[str]:
    """Where in a picture, document or recording what was found, a line for each place."""
    lines, inspection = report.lines_of(scene.content), scene.inspection
    found: dict[str, list[str]] = {}
    for finding in inspection.findings:
        if finding.part in board.parts:
            found.setdefault(report.where(inspection, finding, lines), []).append(finding.category)
    rows = [f"{place}: {', '.join(dict.fromkeys(categories))}" for place, categories in found.items()]
    return [*rows[:_ROWS], f"and {len(rows) - _ROWS} more places"] if len(rows) > _ROWS else rows


def _sound_of(scene: story.Scene, decision: Decision, board: story.Board) -> tuple[Sound, Sound] | None:
    """A recording as it came and as it leaves."""
    before = _heard(scene, board)
    opening = scene.opened.get(decision.to, {}).get(board.parts[0])
    after = opening.items[0].sound if opening and opening.items else None
    return (before, after) if before and after else None


def _gets(scene: story.Scene, decision: Decision, board: story.Board, rows: list[tuple[int, int]]) -> list[str]:
    """What somebody gets of some parts, in lines."""
    index = board.parts[0]
    part = (decision.content or ())[index]
    opening = scene.opened.get(decision.to, {}).get(index)
    if isinstance(scene.content[index], Text):
        return _rows(decision.content or (), rows, scene)
    if isinstance(part, Text) or opening is None:
        return [part.reveal()] if isinstance(part, Text) else []
    facts = f"{part.media_type}, {len(part):,} bytes, written anew"
    before = _heard(scene, board)
    if isinstance(part, Audio) and before is not None:
        said = [f"“{one.text}”" for one in decision.transcripts if one.part == index]
        return [f"{facts}; {sounds.summary(decision.verdicts, index, before)}", *said]
    boxes = [v.finding for v in decision.verdicts if v.transform and isinstance(v.finding.place, Box)]
    painted = len({(f.item, f.place) for f in boxes if f.part == index})
    sheets = [sheet.text.strip() for sheet in gallery.sheets(opening)]
    return [f"{facts}; {say.plural(painted, 'place')} painted over" if painted or not sheets else facts, *sheets]


def _known(known: Person) -> RenderableType:
    table = Table(box=box.SIMPLE_HEAD, expand=True, padding=(0, 1))
    table.add_column("where", no_wrap=True)
    table.add_column("as it came", ratio=1)
    table.add_column("as the model gets it", ratio=1)
    for spot in known.spots:
        gets = _snippet(spot.gets, "bold cyan") if spot.gets else Styled(f"{known.tag}, drawn over it", "bold cyan")
        table.add_row(f"{spot.where}, {spot.place}", _snippet(spot.said, "bold magenta"), gets)
    title = f"one person, {say.plural(len(known.spots), 'place')}, one pseudonym"
    return Panel(table, title=title, title_align="left", box=box.ROUNDED, border_style="cyan")


def _snippet(words: Snippet, style: str) -> Styled:
    return Styled.assemble((words.before, "dim"), (words.value, style), (words.after, "dim"))


def _trip(trip: story.RoundTrip, out: Console) -> None:
    out.print()
    out.print(Line(Styled("And back again", style="bold"), align="left", style="dim"))
    out.print(
        Styled("The model only knows pseudonyms. Its (made-up) answer names them; the user gets the own values back.")
    )
    user = Styled(trip.shown or "Nothing leaves.")
    for span in trip.restored:
        user.stylize("bold green", span.start, span.end)
    user.highlight_regex(story.MARK, style="bold cyan")
    panels = [
        Panel(
            _tagged(trip.answer), title="the model answers", title_align="left", box=box.ROUNDED, border_style="dim"
        ),
        Panel(user, title="the user reads", title_align="left", box=box.ROUNDED, border_style="green"),
    ]
    for panel in panels:
        out.print(panel)


def plain(show: Show, written: Path) -> None:
    """Tell it to a pipe."""
    if show.missing:
        say.line(without(show.missing))
    for scene in show.scenes:
        say.line(f"{scene.title} ({scene.name}): {scene.about}")
        if scene.left_out:
            say.line(f"  {_left_out(scene)}")
        for category, count in scene.counts:
            say.line(f"  found {count} {category}")
        for one in story.hidden(scene):
            say.line(f"  hidden in it: {one.category}, read through {one.path}")
            say.line("\n".join(f"    > {row}" for row in say.safe_lines(one.text).split("\n")))
        for to, decision in scene.decisions.items():
            say.line(f"  {_TITLES[to]}: {say.verdict(decision)} ({', '.join(decision.rules)})")
            for reason in decision.reasons:
                say.line(f"    {reason}")
            for board in scene.boards if decision.content is not None else ():
                for text in _gets(scene, decision, board, _interesting(scene)):
                    say.line("\n".join(f"    | {row}" for row in say.safe_lines(text).split("\n")))
        if scene is show.scenes[0] and show.known:
            say.line(f"  {show.known.name} is {show.known.tag} to the model in:")
            for spot in show.known.spots:
                say.line(f"    {spot.where} ({spot.file}, {spot.place})")
        say.line()
    say.line(f"the model answers: {show.trip.answer}")
    say.line(f"the user reads:    {show.trip.shown}")
    say.line()
    say.line(f"page: {written}")
