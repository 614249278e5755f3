"""Which files a job has."""

from __future__ import annotations

import os

import pytest

from accord.batch.plan import plan, refuse_overlap
from accord.errors import ContentError


def test_files_come_sorted_and_numbered(tmp_path) -> None:
    for name in ("b.txt", "a/z.txt", "a.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    assert [(i.number, str(i.relative)) for i in plan(tmp_path)] == [(1, "a.txt"), (2, "a/z.txt"), (3, "b.txt")]


def test_links_stay_in_the_tree(tmp_path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "real.txt").write_text("x")
    (tmp_path / "outside.txt").write_text("x")
    (tmp_path / "in" / "away.txt").symlink_to(tmp_path / "outside.txt")
    (tmp_path / "in" / "here.txt").symlink_to("real.txt")
    (tmp_path / "in" / "nowhere.txt").symlink_to("missing")
    (tmp_path / "in" / "circle").symlink_to(tmp_path / "in")
    problems = {str(item.relative): item.problem for item in plan(tmp_path / "in")}
    assert problems == {
        "away.txt": "a link that leads out of the input",
        "here.txt": "",
        "nowhere.txt": "cannot read the file: No such file or directory",
        "real.txt": "",
        "circle": "a link to a folder is not followed",
    }


def test_pipes_are_not_opened(tmp_path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert [item.problem for item in plan(tmp_path)] == ["not a regular file"]


def test_nothing_to_do_is_said(tmp_path) -> None:
    with pytest.raises(ContentError, match="no file"):
        plan(tmp_path)
    with pytest.raises(ContentError, match="No such file"):
        plan(tmp_path / "missing")


@pytest.mark.parametrize(("source", "target"), [("a", "a"), ("a", "a/out"), ("a/b", "a"), ("a", "link")])
def test_input_and_output_are_apart(tmp_path, source: str, target: str) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "a")
    with pytest.raises(ContentError, match="overlap"):
        refuse_overlap(tmp_path / source, tmp_path / target)


def test_neighbours_are_apart(tmp_path) -> None:
    refuse_overlap(tmp_path / "a", tmp_path / "ab")
    refuse_overlap(tmp_path / "notes.txt", tmp_path / "notes.clean.txt")


def test_items_do_not_show_names(tmp_path) -> None:
    (tmp_path / "Jane Doe.txt").write_text("x")
    assert "Jane" not in repr(plan(tmp_path)[0])
