"""The scripts that plant names in spoken sentences, on made-up voices."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def paths(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for folder in ("scripts", "benchmarks"):
        monkeypatch.syspath_prepend(str(ROOT / folder))
    yield
    for name in [name for name in sys.modules if name.partition(".")[0] in ("figures", "parts", "sample_voice")]:
        del sys.modules[name]


def test_it_is_known_when_each_piece_is_said() -> None:
    from figures.sound_synth import RATE, joined

    pieces = [np.full(RATE // each, 0.3, np.float32) for each in (2, 4, 1)]
    samples, times = joined(pieces, 7)
    assert [round(end - start, 3) for start, end in times] == [0.5, 0.25, 1.0]
    loud = np.abs(samples) > 0.25
    for start, end in times:
        assert loud[round(start * RATE) : round(end * RATE)].all()
    assert loud.sum() == sum(map(len, pieces))
    assert np.array_equal(samples, joined(pieces, 7)[0])


def test_every_name_is_said_in_every_way_and_each_voice_says_some() -> None:
    from figures.sound_names import ANNOUNCED, KNOWN, MAIL, NAMED, PHONE, people, sentences
    from figures.sound_synth import Voice

    voices = [Voice("espeak-ng", f"v{at}", "none", "espeak-ng") for at in range(5)]
    names = people()
    made = sentences(voices, names)
    kinds = Counter(one.kind for one in made)
    assert len(set(names)) == len(names) >= 80
    assert kinds[ANNOUNCED] == kinds[KNOWN] == len(names)
    assert set(kinds) == {*NAMED, MAIL, PHONE}
    for kind in NAMED:
        assert {one.voice for one in made if one.kind == kind} == set(voices)
    for one in made:
        assert (one.value in one.beside) == (one.kind not in (ANNOUNCED, NAMED[-1], MAIL, PHONE))


def test_what_is_left_of_a_value_is_heard() -> None:
    from figures.sound_names import ANNOUNCED, MAIL, PHONE, Sentence, Told
    from figures.sound_synth import Voice

    def told(kind: str, value: str) -> Told:
        sentence = Sentence(kind, Voice("flite", "slt", "none", "flite"), ("a", value, "b"), value)
        return Told(sentence, (0.5, 1.0), (0.0, 2.0), "", "", "")

    name, mail, phone = told(ANNOUNCED, "Owen Pritchard"), told(MAIL, "clara.hughes@x.org"), told(PHONE, "2025550143")
    assert name.heard("so prichard came")
    assert not name.heard("so nobody came")
    assert mail.heard("it is Clara at")
    assert not mail.heard("it is x dot org")
    assert phone.heard("oh one four three")
    assert not phone.heard("at six")


def test_without_a_synthesiser_that_is_said(tmp_path: Path) -> None:
    from figures.sound_names_page import NOT_THERE, part
    from figures.sound_synth import voices

    assert voices(["no-such-program", str(tmp_path / "piper") + "=no.onnx"]) == []
    assert part(["no-such-program"], "0" * 64, print) == NOT_THERE
    assert "Not measured" in NOT_THERE


def test_a_program_that_fails_is_an_error(tmp_path: Path) -> None:
    from figures.sound_synth import Voice

    broken = tmp_path / "flite"
    broken.write_text("#!/bin/sh\nexit 3\n")
    broken.chmod(0o755)
    with pytest.raises(RuntimeError, match="flite failed"):
        Voice("flite", "slt", "none", str(broken)).speak(["hello"])
