"""Files appear whole or not at all."""

from __future__ import annotations

import os

import pytest

from accord.batch import write
from accord.batch.write import sweep, write_whole


@pytest.fixture(params=["as here", "no unnamed files", "no links"])
def system(request, monkeypatch):
    """This file system, one without O_TMPFILE, and one without links."""
    if request.param != "as here":
        monkeypatch.setattr(write, "_write_unnamed", lambda path, data: False)
    if request.param == "no links":

        def refuse(*_, **__):
            raise PermissionError(1, "no links here")

        monkeypatch.setattr(os, "link", refuse)
    return request.param


def test_here_a_file_has_no_name_before_it_is_whole(tmp_path, monkeypatch) -> None:
    seen: list[list[str]] = []
    real = write._write

    def look(handle: int, data: bytes) -> None:
        real(handle, data)
        seen.append([p.name for p in tmp_path.iterdir()])

    monkeypatch.setattr(write, "_write", look)
    write_whole(tmp_path / "a", b"whole")
    if len(seen) > 1:
        pytest.skip("this file system has no unnamed files")
    assert seen == [[]]
    assert (tmp_path / "a").read_bytes() == b"whole"


def test_a_file_is_written(tmp_path, system) -> None:
    write_whole(tmp_path / "a", b"whole")
    assert [p.name for p in tmp_path.iterdir()] == ["a"]
    assert (tmp_path / "a").read_bytes() == b"whole"


def test_nothing_is_overwritten_unasked(tmp_path, system) -> None:
    (tmp_path / "a").write_bytes(b"old")
    with pytest.raises(FileExistsError):
        write_whole(tmp_path / "a", b"new")
    assert (tmp_path / "a").read_bytes() == b"old"
    assert len(list(tmp_path.iterdir())) == 1


def test_replacing_is_one_step(tmp_path, system) -> None:
    (tmp_path / "a").write_bytes(b"old")
    write_whole(tmp_path / "a", b"new", replace=True)
    assert (tmp_path / "a").read_bytes() == b"new"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_failed_write_leaves_nothing(tmp_path, monkeypatch, system) -> None:
    def fail(handle: int, data: bytes) -> None:
        os.write(handle, data[:2])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(write, "_write", fail)
    with pytest.raises(OSError, match="No space"):
        write_whole(tmp_path / "a", b"whole")
    assert list(tmp_path.iterdir()) == []


def test_an_empty_file_is_a_file(tmp_path, system) -> None:
    write_whole(tmp_path / "a", b"")
    assert (tmp_path / "a").read_bytes() == b""


def test_the_umask_holds(tmp_path, system) -> None:
    old = os.umask(0o027)
    try:
        write_whole(tmp_path / "a", b"x")
    finally:
        os.umask(old)
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o640


def test_sweeping_takes_only_leftovers(tmp_path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / ".accord-0011.part").write_bytes(b"half")
    (tmp_path / "kept.part").write_bytes(b"")
    (tmp_path / ".accord-kept").write_bytes(b"")
    sweep(tmp_path)
    assert sorted(p.name for p in tmp_path.rglob("*") if p.is_file()) == [".accord-kept", "kept.part"]
