"""Recordings at the command line: when, never what; a transcript only when asked for, and masked."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from accord import config
from accord.batch.inputs import to_input
from accord.batch.sanitise import Job
from accord.cli import page, person, report, say, sounds, story
from accord.core.content import Audio, Context
from accord.core.decision import Destination, Verdict
from accord.core.finding import Finding
from accord.core.media import Flaw, Heard, Sound, Strip
from accord.core.place import Interval, Span
from accord.detect.patterns import PatternDetector
from accord.guard import Guard
from accord.media.limits import MediaLimits
from accord.media.opener import MediaOpener
from accord.testing import FixedDetector, MemoryLog

RATE = 16_000
WORDS = "Hello this is Mateo Ruiz write to mateo.ruiz@example.net please thank you"
NAMES = FixedDetector({"Mateo Ruiz": ("privacy.person.name", 0.95)})


class Ears:
    """Hears the same words in every recording, each as long as the others."""

    name = "speech"

    def __init__(self, *flaws: Flaw) -> None:
        self.flaws = flaws

    def read_sound(self, sound: Sound, stop) -> Heard:
        words, rows = WORDS.split(), []
        for number, word in enumerate(words):
            at = [sound.seconds * (number + share) / len(words) for share in (0.1, 0.9)]
            rows += [at] * len(word) + [[-1.0, -1.0]]
        return Heard((Strip(WORDS, "speech", times=np.array(rows[:-1], dtype=np.float32)),), self.flaws, "en")


def made(folder: Path, ears: Ears) -> Guard:
    return Guard(
        config.shipped("default").policy(),
        [ears],
        [NAMES, PatternDetector()],
        MemoryLog(),
        opener=MediaOpener(MediaLimits(), workers=1),
    )


@pytest.fixture
def guard(tmp_path: Path) -> Iterator[Guard]:
    with closing(made(tmp_path, Ears())) as ready:
        yield ready


def hiss(seconds: float = 4.4, form: str = "WAV", coding: str | None = None) -> bytes:
    out = io.BytesIO()
    samples = np.random.default_rng(5).normal(0, 0.2, int(seconds * RATE)).astype(np.float32)
    soundfile.write(out, samples, RATE, coding, format=form)
    return out.getvalue()


def checked(guard: Guard, data: bytes) -> report.Checked:
    part = to_input(data, name="note.wav").part
    inspection = guard.inspect(part, Context(session="s"))
    return report.Checked("note.wav", "", (part,), inspection, inspection.preview("model"))


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.0, "0:00.0"),
        (3.24, "0:03.2"),
        (59.96, "1:00.0"),
        (61.5, "1:01.5"),
        (3661.04, "1:01:01.0"),
        (-1.0, "0:00.0"),
    ],
)
def test_times_in_words(seconds: float, words: str) -> None:
    assert sounds.clock(seconds) == words


def test_plain_lines_say_when_and_never_what(guard) -> None:
    lines = report.plain(checked(guard, hiss()))
    assert "note.wav:0:01.2–0:02.0: privacy.person.name 0.95 fixed" in lines
    assert "note.wav:0:02.8–0:03.2: privacy.contact.email 0.95 patterns" in lines
    assert "note.wav: opened a recording, 0:04.4, 16,000 Hz, 1 channel, language en" in lines
    whole = "\n".join(lines)
    assert "Mateo" not in whole
    assert "Hello" not in whole


def test_a_transcript_is_shown_when_asked_for_and_masked(guard, capsys, monkeypatch) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    given = checked(guard, hiss())
    told = "Hello this is [PERSON] write to [EMAIL] please thank you"
    assert f"note.wav: said: {told}" in report.plain(given, spoken=True)
    report.rich(given, say.console(), spoken=True)
    shown = capsys.readouterr().out
    assert told in shown
    assert "Mateo" not in shown
    report.rich(given, say.console())
    assert "Hello" not in capsys.readouterr().out


def test_json_has_rounded_times_and_no_words(guard) -> None:
    found = report.as_object(checked(guard, hiss()))
    (name,) = [f for f in found["findings"] if f["category"] == "privacy.person.name"]
    assert name["place"] == {"kind": "interval", "start": 1.24, "end": 1.96}
    assert name["item"] == 0
    assert found["coverage"]["audio"]["inspected"] == found["coverage"]["audio"]["total"] > 0
    assert "Mateo" not in json.dumps(found)
    assert "Hello" not in json.dumps(found)


def test_what_was_not_understood_has_its_time_and_reason(tmp_path) -> None:
    ears = Ears(Flaw("fault.uninspected", "speech that could not be understood", place=Interval(1.0, 2.5)))
    with closing(made(tmp_path, ears)) as guard:
        given = checked(guard, hiss())
    lines = report.plain(given)
    assert lines[0].startswith("note.wav: block to model: F")
    assert "note.wav: speech that could not be understood" in lines
    assert "note.wav:0:01.0–0:02.5: fault.uninspected 1.00 speech" in lines
    (fault,) = [f for f in report.as_object(given)["findings"] if f["category"].startswith("fault.")]
    assert fault["reason"] == "speech that could not be understood"


def test_nothing_here_that_hears_is_a_fault(run, tmp_path) -> None:
    (tmp_path / "note.wav").write_bytes(hiss(0.5))
    ran = run("check --transcript", tmp_path / "note.wav")
    assert (ran.code, "no reader here reads sound" in ran.out, "said:" in ran.out) == (1, True, False)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("cut.flac", hiss(2.0, "FLAC")[:9000]),
        ("empty.wav", hiss(0.0)),
        ("other.mp3", b"\x93\0\0 nothing of the kind"),
        ("talk.m4a", b"\0\0\0\x18ftypM4A \0\0\2\0isomiso2\xff" + bytes(200)),
    ],
)
def test_a_damaged_recording_is_said_and_refused(run, tmp_path, name, data) -> None:
    (tmp_path / name).write_bytes(data)
    ran = run("check --json", tmp_path / name)
    faults = [f for f in ran.lines[0]["findings"] if f["category"].startswith("fault.")]
    assert (ran.code, ran.lines[0]["outcome"]) == (1, "block")
    assert faults
    assert all(f["reason"] in ran.err for f in faults)


def job(guard: Guard, source: Path, target: Path, **more) -> Job:
    return Job(guard, source, target, Destination("model"), context=Context(session="job"), **more)


def test_recordings_are_written_anew_with_their_transcripts(guard, tmp_path) -> None:
    source = tmp_path / "in"
    source.mkdir()
    (source / "a.wav").write_bytes(hiss())
    (source / "b.opus").write_bytes(hiss(4.4, "OGG", "OPUS"))
    (source / "b.opus.txt").write_text("in the way")
    report = job(guard, source, tmp_path / "out", transcripts=True).run()
    written = {path.name: path for path in (tmp_path / "out").iterdir()}
    told = [(r.name, r.transcript) for r in report.results]
    assert told == [("a.wav", "a.wav.txt"), ("b.ogg", "b.ogg.txt"), ("b.opus.txt", "")]
    assert sorted(written) == ["a.wav", "a.wav.txt", "b.ogg", "b.ogg.txt", "b.opus.txt", "manifest.json"]
    said = written["a.wav.txt"].read_text()
    assert said.startswith("Hello this is [PERSON_")
    assert said.endswith(" please thank you\n")
    assert written["b.ogg.txt"].read_text() == said  # one job, one pseudonym
    assert soundfile.info(written["b.ogg"]).subtype == "VORBIS"
    again = job(guard, source, tmp_path / "out", force=True).run()
    assert [r.transcript for r in again.results] == ["", "", ""]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "a.wav", "b.ogg", "b.opus.txt", "manifest.json",
    ]  # fmt: skip


def test_a_transcript_in_the_way_is_not_overwritten(guard, tmp_path) -> None:
    (tmp_path / "a.wav").write_bytes(hiss())
    (tmp_path / "b.wav.txt").write_text("mine")
    with pytest.raises(Exception, match="there already"):
        job(guard, tmp_path / "a.wav", tmp_path / "b.wav", transcripts=True)
    assert job(guard, tmp_path / "a.wav", tmp_path / "b.wav").run().exit_code == 0
    assert (tmp_path / "b.wav.txt").read_text() == "mine"


def test_a_transcript_does_not_stay_without_its_recording(guard, tmp_path, monkeypatch) -> None:
    from accord.batch import sanitise as module

    (tmp_path / "a.wav").write_bytes(hiss())
    whole = module.write_whole

    def fail(path: Path, data: bytes, *, replace: bool = False) -> None:
        if path.suffix == ".wav":
            raise OSError(28, "No space left on device")
        whole(path, data, replace=replace)

    monkeypatch.setattr(module, "write_whole", fail)
    found = job(guard, tmp_path / "a.wav", tmp_path / "b.wav", transcripts=True).run()
    assert (found.exit_code, found.results[0].transcript) == (2, "")
    assert not list(tmp_path.glob("b.*"))


def verdict(category: str, start: float, end: float, transform: str) -> Verdict:
    from accord.core.decision import Outcome

    finding = Finding(category, 0.9, "x", 0, Interval(start, end))
    return Verdict(finding, Outcome.TRANSFORM, ("R",), transform)


SOUND = Sound.of(np.full((RATE * 10, 1), 0.5, dtype=np.float32), RATE)


def test_what_was_changed_is_told_with_its_padding() -> None:
    verdicts = [verdict("privacy.person.name", 2.0, 3.0, "mask"), verdict("privacy.contact.email", 2.5, 4.0, "mask")]
    (band,) = sounds.changed(verdicts, 0, SOUND)
    assert (band.label, band.transform) == ("silence", "mute")
    assert band.interval.start < 2.0
    assert band.interval.end > 4.0
    assert sounds.summary(verdicts, 0, SOUND) == "2.2 of 10.0 s are silent"
    assert sounds.changed(verdicts, 1, SOUND) == []
    assert sounds.summary([], 0, SOUND) == "nothing is taken out"
    voice = verdict("privacy.biometric.voice", 0.0, 10.0, "voice")
    assert sounds.summary([voice], 0, SOUND) == "the voice is changed"
    assert sounds.summary([replace(voice, transform=None)], 0, SOUND).startswith("10.0 of 10.0 s are cut out")


def test_labels_never_meet() -> None:
    found = [
        (n, Finding("privacy.financial.card", 0.9, "x", 0, Interval(at, at + 0.2)))
        for n, at in enumerate((1.0, 1.1, 1.2, 1.3, 8.0))
    ]
    bands = sorted(sounds.heard(found, 10.0).bands, key=lambda b: b.interval)
    assert [(b.label, b.row) for b in bands] == [("card", 0), ("card", 1), ("card", 2), ("", 0), ("card", 0)]


def test_the_shape_of_a_sound() -> None:
    samples = np.concatenate([np.zeros(RATE), np.full(RATE, 0.5)]).astype(np.float32)[:, None]
    sound = Sound.of(samples, RATE)
    assert sounds.spark(sound, 10) == " " * 5 + "█" * 5
    assert sounds.spark(sound, 10, loudest=1.0)[-1] not in " █"
    assert sounds.outline(sound).startswith("M0,49.6 ")
    assert sounds.outline(Sound.of(np.zeros((0, 1), dtype=np.float32), RATE)) == ""
    assert sounds.spark(Sound.of(np.zeros((0, 1), dtype=np.float32), RATE), 10) == ""


def test_the_page_shows_a_recording_and_what_each_gets(guard) -> None:
    context = Context(session="demo")
    scene = story.scene(guard, "voice-note.ogg", context)
    trip = story.round_trip(guard, scene.decisions[Destination.MODEL], context)
    text = page.render([scene], trip, (), guard, 1)
    assert text.count('<audio controls preload="metadata" src="data:audio/ogg;base64,') == 4
    assert text.count('class="curve"') == 4
    assert "Mateo Ruiz<small>person</small>" in text
    model = (scene.decisions[Destination.MODEL].transcripts[0]).text
    tag = model.split()[3]
    assert f'<mark class="tag">{tag}</mark>' in text
    assert "That hides who speaks from a listener" not in text  # no voice was found, so none was changed
    assert sounds.said(scene.inspection)[0].placed[0][1] == Span(14, 24)


def test_one_person_has_one_pseudonym_in_text_and_in_sound(guard) -> None:
    scene = story.scene(guard, story.CONVERSATION, Context(session="demo"))
    assert scene.left_out == ("inbox.png",)  # nothing here reads pictures
    known = person.person(guard, scene)
    assert known is not None
    assert (known.name, [spot.where for spot in known.spots]) == (
        "Mateo Ruiz", ["the text", "the document", "the voice note"],
    )  # fmt: skip
    assert {spot.gets.value for spot in known.spots if spot.gets} == {known.tag}
    assert {spot.said.value for spot in known.spots} == {"Mateo Ruiz"}


def test_the_voice_note_is_what_its_script_says(monkeypatch, capsys, tmp_path) -> None:
    folder = Path(__file__).parents[3] / "scripts"
    monkeypatch.syspath_prepend(str(folder))
    import sample_voice

    data = story.sample_bytes("voice-note.ogg")
    info = soundfile.info(io.BytesIO(data))
    assert (info.format, info.subtype, info.channels) == ("OGG", "VORBIS", 1)
    assert 10 < info.duration < 20
    assert len(data) < 150_000
    part = to_input(data, name="voice-note.ogg").part
    assert isinstance(part, Audio)
    with MediaOpener(MediaLimits(), workers=1) as opener:
        opening = opener.open(part, lambda: False)
    assert (opening.items[0].metadata, opening.flaws) == ((), ())
    assert sample_voice.numbered(data) == data  # the checksums of its pages hold
    assert " ".join(sample_voice.SENTENCES) == story.SPOKEN["voice-note.ogg"]
    if sample_voice.missing():
        sample_voice.main(tmp_path)
        assert "stays as it is" in capsys.readouterr().out
        assert not list(tmp_path.iterdir())
