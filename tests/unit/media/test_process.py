"""Hostile bytes cost the file they are in, never the process that asked."""

from __future__ import annotations

import gc
import io
import json
import os
import random
import signal
import struct
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from accord.core.media import Flaw, Item, Opening, Patch, Strip, Surface
from accord.core.place import Box, Meta, Span
from accord.errors import ContentError
from accord.media import process, wire, worker
from accord.media.limits import MediaLimits
from accord.media.process import Decoders

LIMITS = MediaLimits()


def png(size: int = 8) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (size, size), "red").save(out, "PNG")
    return out.getvalue()


@pytest.fixture(scope="module")
def shared() -> Iterator[Decoders]:
    decoders = Decoders(LIMITS)
    yield decoders
    decoders.close()


def never() -> bool:
    return False


def children(decoders: Decoders) -> list[int]:
    return [child.process.pid for child in decoders._state.all]


def categories(opening: Opening) -> list[str]:
    return [flaw.category for flaw in opening.flaws]


def fake(script: str, limits: MediaLimits = LIMITS) -> Decoders:
    """Decoders that start a script instead of the worker."""
    return Decoders(limits, 1, command=(sys.executable, "-c", script))


def gone(pid: int) -> bool:
    """Whether a process is gone and its remains were taken away."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_a_file_is_opened_in_another_process(shared: Decoders) -> None:
    opening = shared.unpack(png(), "", never)
    assert not opening.flaws
    assert (opening.items[0].surfaces[0].pixels == (255, 0, 0)).all()
    first = children(shared)
    assert first and os.getpid() not in first
    shared.unpack(b"words", "a.txt", never)
    assert children(shared) == first


def test_broken_files_are_flaws_and_the_process_stays(shared: Decoders) -> None:
    shared.unpack(png(), "", never)
    before = children(shared)
    for data in (b"\x89PNG\r\n\x1a\nbroken", bytes(256), b"GIF89a"):
        assert categories(shared.unpack(data, "", never))
    assert children(shared) == before


def test_a_child_killed_between_files_is_replaced() -> None:
    decoders = Decoders(LIMITS, 1)
    decoders.unpack(b"words", "", never)
    killed = children(decoders)[0]
    os.kill(killed, signal.SIGKILL)
    while decoders._state.idle[0].alive:
        time.sleep(0.01)
    assert not decoders.unpack(b"words", "", never).flaws
    assert children(decoders) != [killed]
    decoders.close()


def test_a_child_killed_in_mid_work_is_a_flaw_of_that_file() -> None:
    decoders = Decoders(LIMITS, 1)
    decoders.unpack(b"words", "", never)
    pid = children(decoders)[0]

    def kills() -> bool:
        os.kill(pid, signal.SIGKILL)
        return False

    opening = decoders.unpack(png(), "", kills)
    assert [(flaw.category, flaw.reason) for flaw in opening.flaws] == [
        ("fault.undecodable", "decoding the file ended the decoder")
    ]
    assert gone(pid)
    assert not decoders.unpack(png(), "", never).flaws
    decoders.close()


@pytest.mark.parametrize(
    "script",
    ["import time; time.sleep(60)", "import sys, time\nwhile sys.stdin.buffer.read(1 << 16): pass\ntime.sleep(60)"],
)
def test_a_child_that_hangs_is_ended_in_time(script: str) -> None:
    decoders = fake(script, MediaLimits(seconds=0.4))
    opening = decoders.unpack(b"x" * 1_000_000, "", never)
    assert categories(opening) == ["fault.deadline"]
    assert not children(decoders)


def test_a_deadline_of_the_caller_ends_the_child() -> None:
    decoders = fake("import time; time.sleep(60)")
    asked = []

    def stop() -> bool:
        asked.append(1)
        return len(asked) > 4

    assert categories(decoders.unpack(b"x", "", stop)) == ["fault.deadline"]
    assert not children(decoders)


@pytest.mark.parametrize(
    "script",
    [
        "",
        "raise SystemExit(3)",
        "print('hello, this is no answer at all')",
        "import sys; sys.stdin.buffer.read(10); import os; os.kill(os.getpid(), 11)",
        "import sys, struct; sys.stdout.buffer.write(struct.pack('>8sI', b'accord1\\n', 2**32 - 1))",
        "import sys, struct; h=b'{\"sizes\": [99999999999999]}'; sys.stdout.buffer.write(struct.pack('>8sI', b'accord1\\n', len(h)) + h)",
        "import sys, struct; h=b'[' * 100000; sys.stdout.buffer.write(struct.pack('>8sI', b'accord1\\n', len(h)) + h)",
        "import sys, struct; h=b'{\"sizes\": []}'; sys.stdout.buffer.write(struct.pack('>8sI', b'accord1\\n', len(h)) + h + b'more')",
    ],
)
def test_a_child_that_ends_or_answers_nonsense_is_a_flaw(script: str) -> None:
    decoders = fake(script)
    opening = decoders.unpack(b"x", "", never)
    assert not opening.items
    assert categories(opening) == ["fault.undecodable"]
    assert not children(decoders)


def test_a_command_that_does_not_exist_is_a_flaw() -> None:
    decoders = Decoders(LIMITS, 1, command=("/nowhere/at/all",))
    assert decoders.unpack(b"x", "", never).flaws[0].reason == "the decoder could not be started"
    assert decoders.unpack(b"x", "", never).flaws


def test_several_threads_share_a_few_children() -> None:
    decoders = Decoders(LIMITS, 2)
    answers: list[Opening] = []
    most: list[int] = []

    def one(size: int) -> None:
        answers.append(decoders.unpack(png(size), "", never))
        most.append(len(children(decoders)))

    threads = [threading.Thread(target=one, args=(size,)) for size in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.items[0].surfaces[0].width for answer in answers) == list(range(1, 9))
    assert max(most) <= 2
    decoders.close()
    assert not children(decoders)


def test_waiting_for_a_child_ends_with_the_deadline() -> None:
    decoders = fake("import time; time.sleep(60)")
    over = threading.Event()
    busy = threading.Thread(target=decoders.unpack, args=(b"x", "", over.is_set))
    busy.start()
    while not children(decoders):
        time.sleep(0.01)
    assert categories(decoders.unpack(b"y", "", lambda: True)) == ["fault.deadline"]
    over.set()
    busy.join()


def test_a_child_is_replaced_after_some_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "MOST_JOBS", 2)
    decoders = Decoders(LIMITS, 1)
    decoders.unpack(b"a", "", never)
    first = children(decoders)
    decoders.unpack(b"a", "", never)
    assert not children(decoders) and gone(first[0])
    decoders.unpack(b"a", "", never)
    assert children(decoders) != first
    decoders.close()


def test_a_child_that_has_grown_large_is_replaced() -> None:
    decoders = Decoders(MediaLimits(memory=1_000_000_000), 1)
    decoders.unpack(png(), "", never)
    first = children(decoders)
    assert first
    assert not decoders.unpack(png(5000), "", never).flaws
    assert not children(decoders) and gone(first[0])
    decoders.close()


def test_closing_and_forgetting_leave_nothing_behind() -> None:
    decoders = Decoders(LIMITS, 1)
    decoders.unpack(b"a", "", never)
    first = children(decoders)[0]
    decoders.close()
    decoders.close()
    assert gone(first)
    assert not decoders.unpack(b"a", "", never).flaws
    second = children(decoders)[0]
    del decoders
    gc.collect()
    assert gone(second)


def test_closing_while_a_child_works_ends_it_after_its_file() -> None:
    decoders = Decoders(LIMITS, 1)
    decoders.unpack(b"a", "", never)
    busy = children(decoders)[0]
    closed: list[None] = []
    opening = decoders.unpack(png(), "", lambda: not closed and bool(closed.append(decoders.close())))
    assert closed and not opening.flaws
    assert gone(busy) and not children(decoders)


@pytest.mark.parametrize("script", ["", "import os; os.kill(os.getpid(), 11)", "import time; time.sleep(60)"])
def test_a_child_that_fails_to_rewrite_is_an_error_without_content(script: str) -> None:
    decoders = fake(script, MediaLimits(seconds=0.4))
    with pytest.raises(ContentError, match="^the file cannot be rewritten$"):
        decoders.rewrite(b"PK Jane", Item(0, None, "office", "application/x"), (), {"Jane": None})
    assert not children(decoders)


def test_what_is_not_what_was_inspected_is_not_rewritten(shared: Decoders) -> None:
    with pytest.raises(ContentError):
        shared.rewrite(b"no office file", Item(0, None, "office", "application/x"), (), {})
    assert not shared.unpack(b"words", "", never).flaws


def test_what_is_rewritten_survives_the_wire() -> None:
    item = Item(
        4, 2, "office", "application/x", "k", strips=(Strip("Jane", "office", key="k", item=4, writable=True),)
    )
    patches = [Patch(0, Span(0, 4), "Grüße", item=4), Patch(0, Span(4, 4), "", item=4)]
    replaced = {"ä/b.png": b"new", "c": None, "d": b""}
    header, buffers = wire.encode_rewrite(b"data", item, patches, replaced)
    data, got, moved, new = wire.decode_rewrite(json.loads(json.dumps(header)), buffers, LIMITS)
    assert (data, new, got.number, got.strips[0].text) == (b"data", replaced, 0, "Jane")
    assert moved == [Patch(0, Span(0, 4), "Grüße"), Patch(0, Span(4, 4), "")]


def test_a_fork_starts_children_of_its_own() -> None:
    decoders = Decoders(LIMITS, 1)
    decoders.unpack(b"a", "", never)
    before = children(decoders)
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:  # pragma: no cover
        fine = not decoders.unpack(b"b", "", never).flaws and children(decoders) != before
        decoders.close()
        os.write(writing, b"y" if fine else b"n")
        os._exit(0)
    os.close(writing)
    assert os.read(reading, 1) == b"y"
    os.close(reading)
    os.waitpid(pid, 0)
    assert not decoders.unpack(b"a", "", never).flaws
    assert children(decoders) == before
    decoders.close()


def test_the_environment_of_a_child_holds_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_API_TOKEN", "hunter2")
    assert "hunter2" not in json.dumps(process._environment())


def test_a_child_ends_with_its_parent() -> None:
    script = (
        "import os, sys; from accord.media.process import Decoders; from accord.media.limits import MediaLimits;"
        "d = Decoders(MediaLimits()); d.unpack(b'a', '', lambda: False);"
        "print(next(iter(d._state.all)).process.pid, flush=True); os.kill(os.getpid(), 9)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False, timeout=60)
    pid = int(done.stdout)
    for _ in range(500):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            break
        if state in "ZX":
            break
        time.sleep(0.02)
    else:
        pytest.fail("the child outlives its parent")


CONFINED = """
import resource, sys
from accord.media.limits import MediaLimits
from accord.media.worker import allow_seconds, confine

confine(MediaLimits(memory=900_000_000))
allow_seconds(5)
print(*(resource.getrlimit(getattr(resource, "RLIMIT_" + name))[0] for name in ("AS", "CORE", "NOFILE", "CPU")))
try:
    with open(sys.argv[1], "wb", buffering=0) as file:
        file.write(b"x")
    print("written")
except OSError:
    print("refused")
"""


def test_a_child_is_confined(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", CONFINED, str(tmp_path / "file")],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    memory, core, files, seconds, written = done.stdout.split()
    assert memory == "900000000" or sys.platform == "darwin"
    assert (core, files, written) == ("0", "64", "refused")
    assert 5 <= int(seconds) < 60


def test_too_much_memory_is_a_flaw() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (6000, 6000), (1, 2, 3, 99)).save(out, "PNG", compress_level=1)
    decoders = Decoders(MediaLimits(memory=400_000_000), 1)
    opening = decoders.unpack(out.getvalue(), "", never)
    assert categories(opening) == ["fault.undecodable"]
    assert not decoders.unpack(png(), "", never).flaws
    decoders.close()


def opening() -> Opening:
    boxes = np.array([[1, 2, 3, 4, 0], [0, 0, 0, 0, -1], [3, 2, 5, 4, 0]], dtype=np.int32)
    surface = Surface.of(np.full((3, 4, 3), 9, dtype=np.uint8), item=0, page=0, view="black")
    first = Item(0, None, "pdf", "application/pdf", "", (surface,), (Strip("a b", "pdf", boxes),), ("pdf.Author",), 7)
    text = Strip("Grüße 𝄞", "attachment", key="content", item=1, media_type="text/csv", writable=True, hidden=True)
    second = Item(1, 0, "text", "text/csv", "Jane\nDoe.csv", (), (text,))
    flaws = (
        Flaw("fault.uninspected", "why (so)", 1, Meta("k")),
        Flaw("fault.deadline", "late", 0, Box(1, 2, 3, 4, 5)),
    )
    return Opening((first, wire.hold(second, b"bytes")), flaws)


def test_an_opening_survives_the_wire() -> None:
    sent = opening()
    header, buffers = wire.encode(sent)
    got = wire.decode(json.loads(json.dumps(header)), buffers, LIMITS)
    assert got.flaws == sent.flaws
    assert getattr(got.items[1], "data", None) == b"bytes" and not hasattr(got.items[0], "data")
    for mine, theirs in zip(sent.items, got.items, strict=True):
        assert (mine.number, mine.parent, mine.kind, mine.media_type, mine.key, mine.metadata, mine.pages) == (
            theirs.number, theirs.parent, theirs.kind, theirs.media_type, theirs.key, theirs.metadata, theirs.pages
        )  # fmt: skip
        for one, other in zip(mine.strips, theirs.strips, strict=True):
            assert (one.text, one.reader, one.key, one.item, one.media_type, one.writable, one.hidden) == (
                other.text, other.reader, other.key, other.item, other.media_type, other.writable, other.hidden
            )  # fmt: skip
            assert (one.boxes is None) == (other.boxes is None)
            if one.boxes is not None and other.boxes is not None:
                assert (one.boxes == other.boxes).all()
    theirs_surface = got.items[0].surfaces[0]
    assert (theirs_surface.pixels == 9).all() and theirs_surface.view == "black" and theirs_surface.ink == 0


@pytest.mark.parametrize(
    "packed",
    [
        zlib.compress(b"\0" * 100_000_000),
        zlib.compress(b"\0" * 35),
        zlib.compress(b"\0" * 36) + b"more",
        zlib.compress(b"\0" * 36)[:-5],
        b"no stream",
        b"",
    ],
)
def test_pixels_that_are_not_as_many_as_they_should_be_are_refused(packed: bytes) -> None:
    header, buffers = wire.encode(opening())
    index = header["items"][0]["surfaces"][0][2]
    buffers[index] = packed
    with pytest.raises(wire.WireError):
        wire.decode(header, buffers, LIMITS)


def test_reasons_of_a_child_hold_no_content() -> None:
    header, buffers = wire.encode(opening())
    header["flaws"] = [["fault.uninspected", "mail jane@example.org", 0, ["meta", "content"]]]
    assert wire.decode(header, buffers, LIMITS).flaws[0].reason == "something of it could not be read"
    header["flaws"] = [["privacy.person", "x", 0, ["meta", "content"]]]
    with pytest.raises(wire.WireError):
        wire.decode(header, buffers, LIMITS)


def spoil(value: Any, dice: random.Random) -> Any:
    """The same structure with something in it that is wrong."""
    wrong = (None, -1, 2**70, "x" * 3000, [], {}, 1.5, True, "\x00", [[]])
    if dice.random() < 0.08 or not isinstance(value, dict | list) or not value:
        return dice.choice(wrong)
    spoiled = dict(value) if isinstance(value, dict) else list(value)
    key = dice.choice(list(spoiled) if isinstance(spoiled, dict) else range(len(spoiled)))  # type: ignore[arg-type]
    spoiled[key] = spoil(spoiled[key], dice)  # type: ignore[index]
    return spoiled


def test_answers_with_anything_wrong_in_them_are_refused_or_harmless() -> None:
    dice = random.Random(4)
    header, buffers = wire.encode(opening())
    refused = 0
    for _ in range(2_000):
        hurt = spoil(header, dice)
        if not isinstance(hurt, dict):
            continue
        try:
            got = wire.decode(hurt, buffers, LIMITS)
        except wire.WireError:
            refused += 1
            continue
        for item in got.items:
            for surface in item.surfaces:
                assert surface.pixels.shape == (surface.height, surface.width, 3)
    assert refused > 1_000


def test_sizes_are_checked_before_anything_is_waited_for() -> None:
    with pytest.raises(wire.WireError):
        wire.read_header(b'{"sizes": [10, 10]}', 19)
    assert wire.read_header(b'{"sizes": [10, 9]}', 19)[1] == [10, 9]
    with pytest.raises(wire.WireError):
        wire.read_header(b"[" * 200_000, 19)
    with pytest.raises(wire.WireError):
        wire.header_size(struct.pack(">8sI", b"other!!\n", 10))


def test_the_worker_answers_whatever_goes_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    from accord.media import unpack

    for error in (MemoryError, RuntimeError):

        def fails(*_: object, error: type[BaseException] = error) -> Opening:
            raise error("Jane")

        monkeypatch.setattr(unpack, "unpack", fails)
        header, buffers = worker.answer(LIMITS, "", b"x")
        assert buffers == []
        assert categories(wire.decode(header, [], LIMITS)) == ["fault.undecodable"]
