"""`accord demo`: the whole of it on shipped samples, in the terminal and as one page."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from rich import box
from rich.columns import Columns
from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.rule import Rule as Line
from rich.text import Text as Styled

from accord import app, config, plugins
from accord.batch.write import write_whole
from accord.cli import gallery, page, report, say, story
from accord.cli.options import Common, common, pass_common, policy_option
from accord.core.content import Content, Context, Text
from accord.core.decision import Decision, Destination
from accord.core.place import Box, Span, union
from accord.errors import ContentError, ModelError
from accord.guard import Guard

_TITLES = {
    Destination.MODEL: "the model gets",
    Destination.REVIEWER: "a reviewer gets",
    Destination.DATASET: "a data set gets",
}
_SIDE_BY_SIDE = 108
_ROWS = 9


@dataclass(frozen=True, slots=True)
class _Show:
    """Everything the demo shows."""

    scenes: tuple[story.Scene, ...]
    trip: story.RoundTrip
    missing: tuple[str, ...]
    guard: Guard
    records: int


@click.command(short_help="Show what accord does, on samples that come with it.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("demo-out"),
    show_default=True,
    help="Folder for the page and the samples.",
)
@policy_option
@common
@pass_common
def demo(shared: Common, out: Path) -> int:
    """Show what accord does, on samples that come with it: texts, pictures and documents, some with an attack.

    Each is inspected once and released to a model, a reviewer and a data set. Everything shown is a real run; every
    name, number and key in the samples is made up. The page and the samples are written to a folder of their own,
    with the audit log of the demo, unless --state names another.
    """
    with _guard(shared, out) as (guard, missing):
        show = _run(guard, missing)
        written = _write(show, out)
    if shared.json:
        say.as_json(_object(show, written), indent=2)
    elif say.human():
        _rich(show, written)
    else:
        _plain(show, written)
    return 0


@contextlib.contextmanager
def _guard(shared: Common, out: Path) -> Iterator[tuple[Guard, tuple[str, ...]]]:
    """The guard of the demo; without weights, one that does without them and says so."""
    state = shared.state or out / "state"
    missing = () if shared.source else _without_weights()
    with tempfile.TemporaryDirectory(prefix="accord-demo-") as folder:
        source = shared.source
        if missing:
            source = Path(folder, "demo.yaml")
            names = [item.use for item in config.DETECTORS if item.use not in missing]
            source.write_text(f"version: 1\nextends: default\ndetectors: [{', '.join(names)}]\n", encoding="utf-8")
        guard = app.load(source, state=state)
    try:
        yield guard, missing
    finally:
        guard.close()


def _without_weights() -> tuple[str, ...]:
    """The detectors of the default configuration whose weights are missing or altered."""
    found = []
    for item in config.DETECTORS:
        try:
            plugins.load("accord.detectors", item.use, item.options)
        except ModelError:
            found.append(item.use)
    return tuple(found)


def _run(guard: Guard, missing: tuple[str, ...]) -> _Show:
    context = Context(principal="demo", end_user="demo", session="demo")
    scenes = tuple(story.scene(guard, name, context) for name in story.NAMES)
    trip = story.round_trip(guard, scenes[0].decisions[Destination.MODEL], context)
    guard.audit.verify()
    return _Show(scenes, trip, missing, guard, sum(1 for _ in guard.audit.records()))


def _write(show: _Show, out: Path) -> Path:
    made = page.render(show.scenes, show.trip, show.missing, show.guard, show.records)
    target = out / "index.html"
    try:
        (out / "samples").mkdir(parents=True, exist_ok=True)
        for name in story.NAMES:
            write_whole(out / "samples" / name, story.sample_bytes(name), replace=True)
        write_whole(target, made.encode(), replace=True)
    except OSError as error:
        raise ContentError(
            f"cannot write the demo: {error.strerror or type(error).__name__}", hint="name another folder with --out"
        ) from None
    return target


def _object(show: _Show, written: Path) -> dict[str, Any]:
    return {
        "page": str(written),
        "policy_digest": show.guard.policy.digest,
        "without": list(show.missing),
        "samples": [
            {
                "sample": scene.name,
                "seconds": round(scene.seconds, 3),
                "findings": dict(scene.counts),
                "decisions": [
                    report.as_object(report.Checked(scene.name, "", scene.content, scene.inspection, decision))
                    for decision in scene.decisions.values()
                ],
            }
            for scene in show.scenes
        ],
    }


def _without(missing: tuple[str, ...]) -> str:
    return (
        f"Run without {', '.join(missing)}, whose weights are not here: what they find is missing below."
        " `accord models pull` brings them."
    )


def _rich(show: _Show, written: Path) -> None:
    out = say.console()
    out.print()
    out.print(
        Styled.assemble(
            ("accord", "bold"), " decides what may leave. One policy, one inspection, a release for each who asks."
        )
    )
    if show.missing:
        out.print(Panel(Styled(_without(show.missing), style="yellow"), box=box.ROUNDED, border_style="yellow"))
    for scene in show.scenes:
        _scene(scene, out)
    _trip(show.trip, out)
    out.print(Line(style="dim"))
    out.print(Styled.assemble(("The whole of it as a page  ", "bold"), str(written)))
    out.print(
        Styled(
            f"policy {show.guard.policy.digest[:12]} · {show.records} audit records, and the chain holds", style="dim"
        )
    )
    out.print(Styled(f"Try next: accord check {written.parent / 'samples' / 'mail.eml'}", style="dim"))


def _scene(scene: story.Scene, out: Console) -> None:
    out.print()
    out.print(Line(Styled(scene.title, style="bold"), align="left", style="dim"))
    out.print(Styled(scene.about))
    counts = ", ".join(f"{count} × {category}" for category, count in scene.counts)
    out.print(Styled.assemble(("found     ", "bold"), counts))
    covered = report.coverage_words(next(iter(scene.decisions.values())))
    out.print(Styled(f"inspected {covered}, in {scene.seconds:.2f} s", style="dim"))
    rows = _interesting(scene)
    body = Styled("\n".join(_places(scene))) if scene.visual else _original(scene, rows)
    out.print(Panel(body, title="the sample", title_align="left", box=box.ROUNDED, border_style="dim"))
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


def _release(
    scene: story.Scene, to: Destination, decision: Decision, rows: list[tuple[int, int]], width: int
) -> RenderableType:
    outcome = decision.outcome.value
    head = Styled.assemble((say.verdict(decision), say.STYLES[outcome]), ("  " + ", ".join(decision.rules), "dim"))
    body: list[RenderableType] = [head, *(Styled(reason, style="italic") for reason in decision.reasons), Styled()]
    if decision.content is None:
        body.append(Styled("Nothing leaves." if outcome == "block" else "Nothing leaves until a person has looked."))
    else:
        body += [_tagged(say.safe_lines(text)) for text in _gets(scene, decision, rows)]
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


def _rows(content: Content, rows: list[tuple[int, int]], scene: story.Scene) -> list[str]:
    """The same lines as of the original, where lines were kept; else the first ones."""
    picked = []
    for part, row in rows:
        old, new = scene.content[part], content[part]
        if not (isinstance(old, Text) and isinstance(new, Text)):
            continue
        before, after = old.reveal().split("\n"), new.reveal().split("\n")
        picked.append(after[row] if len(before) == len(after) else "\n".join(after[:_ROWS]))
    return list(dict.fromkeys(picked))


def _places(scene: story.Scene) -> list[str]:
    """Where in a picture or document what was found, a line for each place."""
    lines, inspection = report.lines_of(scene.content), scene.inspection
    found: dict[str, list[str]] = {}
    for finding in inspection.findings:
        found.setdefault(report.where(inspection, finding, lines), []).append(finding.category)
    rows = [f"{place}: {', '.join(dict.fromkeys(categories))}" for place, categories in found.items()]
    return [*rows[:_ROWS], f"and {len(rows) - _ROWS} more places"] if len(rows) > _ROWS else rows


def _gets(scene: story.Scene, decision: Decision, rows: list[tuple[int, int]]) -> list[str]:
    """What somebody gets, in lines."""
    if decision.content is None or not scene.visual:
        return _rows(decision.content or (), rows, scene)
    part, opening = decision.content[0], scene.opened.get(decision.to)
    if isinstance(part, Text) or opening is None:
        return [part.reveal()] if isinstance(part, Text) else []
    boxes = [v.finding for v in decision.verdicts if v.transform and isinstance(v.finding.place, Box)]
    painted = len({(f.item, f.place) for f in boxes})
    said = [f"{part.media_type}, {len(part):,} bytes, written anew; {say.plural(painted, 'place')} painted over"]
    return said + [sheet.text.strip() for sheet in gallery.sheets(opening)]


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


def _plain(show: _Show, written: Path) -> None:
    if show.missing:
        say.line(_without(show.missing))
    for scene in show.scenes:
        say.line(f"{scene.title} ({scene.name}): {scene.about}")
        for category, count in scene.counts:
            say.line(f"  found {count} {category}")
        for one in story.hidden(scene):
            say.line(f"  hidden in it: {one.category}, read through {one.path}")
            say.line("\n".join(f"    > {row}" for row in say.safe_lines(one.text).split("\n")))
        for to, decision in scene.decisions.items():
            say.line(f"  {_TITLES[to]}: {say.verdict(decision)} ({', '.join(decision.rules)})")
            for reason in decision.reasons:
                say.line(f"    {reason}")
            if decision.content is not None:
                for text in _gets(scene, decision, _interesting(scene)):
                    say.line("\n".join(f"    | {row}" for row in say.safe_lines(text).split("\n")))
        say.line()
    say.line(f"the model answers: {show.trip.answer}")
    say.line(f"the user reads:    {show.trip.shown}")
    say.line()
    say.line(f"page: {written}")
