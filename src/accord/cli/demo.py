"""`accord demo`: the whole of it on shipped samples, in the terminal and as one page."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from accord import app, config, plugins
from accord.batch.write import write_whole
from accord.cli import page, report, say, story, telling
from accord.cli.options import Common, common, pass_common, policy_option
from accord.cli.person import person
from accord.core.content import Context
from accord.core.decision import Destination
from accord.errors import ContentError, ModelError
from accord.guard import Guard


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
    """Show what accord does, on samples that come with it: a conversation in text, picture, document and sound.

    It is followed by samples of many kinds, some with an attack. Each is inspected once and released to a model, a
    reviewer and a data set. Everything shown is a real run; every name, number and key in the samples is made up. The
    page and the samples are written to a folder of their own, with the audit log of the demo, unless --state names
    another.
    """
    with _guard(shared, out) as (guard, missing):
        show = _run(guard, missing)
        written = _write(show, out)
    if shared.json:
        say.as_json(_object(show, written), indent=2)
    elif say.human():
        telling.rich(show, written)
    else:
        telling.plain(show, written)
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


def _run(guard: Guard, missing: tuple[str, ...]) -> telling.Show:
    context = Context(principal="demo", end_user="demo", session="demo")
    scenes = tuple(story.scenes(guard, context))
    known = person(guard, scenes[0])
    trip = story.round_trip(guard, scenes[0].decisions[Destination.MODEL], context)
    guard.audit.verify()
    return telling.Show(scenes, trip, missing, guard, sum(1 for _ in guard.audit.records()), known)


def _write(show: telling.Show, out: Path) -> Path:
    made = page.render(show.scenes, show.trip, show.missing, show.guard, show.records, show.known)
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


def _object(show: telling.Show, written: Path) -> dict[str, Any]:
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
