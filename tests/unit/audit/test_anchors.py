"""Heads kept outside: durable, readable after a crash, and telling when the whole store was put back."""

from __future__ import annotations

import subprocess
import threading
from pathlib import Path

import pytest
from tests.audit_parts import Opened, edit, preview

from accord.audit.anchors import FileAnchor, GitAnchor, anchor_of, kept
from accord.audit.notes import read_note
from accord.errors import AuditError, TamperDetected


def git(folder: Path, *arguments: str) -> str:
    return subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=True).stdout


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "outside"
    folder.mkdir()
    git(folder, "init", "--quiet")
    return folder


def test_every_signed_head_is_kept(opened: Opened, tmp_path: Path, repository: Path) -> None:
    file, tree = FileAnchor(tmp_path / "new" / "heads"), GitAnchor(repository)
    log = opened(anchors=(file, tree), every=10)
    for i in range(25):
        log.append(preview(i))
    log.close()
    assert [read_note(note, log.verifier).size for note in file.notes()] == [10, 20, 25]
    assert file.notes() == tree.notes()
    assert len(git(repository, "log", "--format=%h").split()) == 3
    assert opened(anchors=(file, tree)).verify().anchored == 25


def test_a_store_put_back_is_told(opened: Opened, tmp_path: Path) -> None:
    anchor = FileAnchor(tmp_path / "heads")
    log = opened(anchors=(anchor,))
    log.append_many([preview(i) for i in range(5)])
    log.close()
    for table in ("audit_entry", "audit_checkpoint", "audit_head"):
        edit(opened.store, f"DELETE FROM {table}")
    assert opened().verify().size == 0, "from within it looks like a new log"
    with pytest.raises(TamperDetected, match="5 records are anchored, 0 are here"):
        opened(anchors=(anchor,)).verify()


def test_a_line_that_a_crash_has_cut_is_no_head_and_is_written_over(opened: Opened, tmp_path: Path) -> None:
    log, anchor = opened(), FileAnchor(tmp_path / "heads")
    log.append(preview(0))
    anchor.publish(log.checkpoint())
    whole = anchor.path.read_bytes()
    anchor.path.write_bytes(whole + whole[:50])
    assert len(anchor.notes()) == 1
    log.append(preview(1))
    anchor.publish(log.checkpoint())
    assert [read_note(note, log.verifier).size for note in anchor.notes()] == [1, 2]
    anchor.path.write_bytes(b"torn and alone")
    anchor.publish(log.checkpoint())
    assert len(anchor.notes()) == 1


@pytest.mark.parametrize("line", [b"x", b"[]", b'{"head": 5}', b"{}", b"\xff"])
def test_a_line_that_is_no_head_is_told(tmp_path: Path, line: bytes) -> None:
    (tmp_path / "heads").write_bytes(b'{"head": "a"}\n' + line + b"\n")
    with pytest.raises(AuditError, match="line 2 "):
        FileAnchor(tmp_path / "heads").notes()


def test_where_nothing_was_kept_yet(tmp_path: Path, repository: Path) -> None:
    assert kept([FileAnchor(tmp_path / "none"), GitAnchor(repository)]) == []


def test_a_file_or_a_repository(tmp_path: Path, repository: Path) -> None:
    assert isinstance(anchor_of(repository), GitAnchor)
    assert isinstance(anchor_of(tmp_path / "heads"), FileAnchor)


def test_a_head_that_cannot_be_kept_is_told_and_stops_nothing(opened: Opened, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "folder").mkdir()
    told: list[AuditError] = []
    anchors = (FileAnchor(tmp_path / "file" / "heads"), GitAnchor(tmp_path / "folder"), FileAnchor(tmp_path / "good"))
    log = opened(anchors=anchors, alert=told.append, every=2)
    assert [log.append(preview(i)) for i in range(2)] == [0, 1]
    assert len(told) == 2 and all(error.hint for error in told)
    assert len(FileAnchor(tmp_path / "good").notes()) == 1
    with pytest.raises(AuditError, match="cannot be used|cannot be kept"):
        log.verify()


def test_an_edit_in_the_working_tree_alone_hides_nothing(opened: Opened, repository: Path) -> None:
    log = opened(anchors=(GitAnchor(repository),))
    log.append(preview(0))
    log.checkpoint()
    (repository / GitAnchor(repository).name).write_text("")
    assert log.verify().anchored == 1


def test_threads_commit_one_after_the_other(opened: Opened, repository: Path) -> None:
    log = opened()
    notes = []
    for i in range(6):
        log.append(preview(i))
        notes.append(log.checkpoint())
    failed: list[AuditError] = []

    def publish(note: str) -> None:
        try:
            GitAnchor(repository).publish(note)
        except AuditError as error:
            failed.append(error)

    threads = [threading.Thread(target=publish, args=(note,)) for note in notes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed and sorted(GitAnchor(repository).notes()) == sorted(notes)
