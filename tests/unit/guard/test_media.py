"""Pictures and documents walk through the same hall: opened, read, looked at, judged, built anew."""

from __future__ import annotations

import base64
import os
import signal
import time
import warnings
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from accord import Audio, Context, Document, Guard, Image, Meta, Modality, ModelError, Outcome, Role, Span, Text
from accord.core.media import Changes, Flaw, Heard, Item, Noise, Opening, Sight, Sound, Stop, Strip, Surface
from accord.core.place import Box, Interval
from accord.core.roles import Media
from accord.errors import ContentError
from accord.guard import Limits
from accord.media.limits import MediaLimits
from accord.testing import FixedDetector

MakeGuard = Callable[..., Guard]

WORDS = FixedDetector({"jane@x.org": ("privacy.contact.email", 0.9), "attack": ("safety.injection", 0.95)})
PAGE = Surface.of(np.arange(60 * 400 * 3, dtype=np.uint8).reshape(60, 400, 3))


def written(text: str, page: int = 0, top: int = 10) -> Strip:
    """Text as an OCR reader would return it: ten pixels for each character."""
    rows = [[10 * i, top, 10 * i + 10, top + 12, page] if c.strip() else [0, 0, 0, 0, -1] for i, c in enumerate(text)]
    return Strip(text, "ocr", np.array(rows, dtype=np.int32).reshape(-1, 5))


class _Opener:
    """Opens every part the same way, and remembers what it was asked to build."""

    def __init__(self, opening: Opening) -> None:
        self.opening = opening
        self.changes: list[Changes] = []
        self.closed = False

    def open(self, part: Media, stop: Stop) -> Opening:
        return self.opening

    def rebuild(self, part: Media, opening: Opening, changes: Changes) -> Media:
        self.changes.append(changes)
        if part.reveal() == b"broken":
            raise ContentError("it cannot be built")
        return replace(part, _value=b"built anew", media_type="image/png")

    def close(self) -> None:
        self.closed = True


class _Reader:
    def __init__(self, act: Callable[[Surface], Sequence[Strip]], name: str = "eyes") -> None:
        self.act, self.name = act, name

    def read_picture(self, surface: Surface, stop: Stop) -> Sequence[Strip]:
        return self.act(surface)


class _Seer:
    categories = frozenset({"privacy.biometric.face"})
    floor = 0.5
    reference = ""

    def __init__(self, *sights: Sight, name: str = "seer") -> None:
        self.sights, self.name = sights, name

    def look(self, surface: Surface, stop: Stop) -> Iterable[Sight]:
        return self.sights


BLIND = _Reader(lambda surface: [])


def picture(*strips: Strip, surfaces: Sequence[Surface] = (PAGE,), **more: object) -> _Opener:
    item = Item(0, None, "picture", "image/png", surfaces=tuple(surfaces), strips=strips, **more)  # type: ignore[arg-type]
    return _Opener(Opening((item,)))


def test_what_is_read_from_pixels_is_found_where_it_stands(make_guard: MakeGuard) -> None:
    opener = picture()
    guard = make_guard(WORDS, readers=[_Reader(lambda s: [written("mail jane@x.org")])], opener=opener)
    inspection = guard.inspect(Image(b"x"))
    [finding] = inspection.findings
    assert (finding.category, finding.place) == ("privacy.contact.email", Box(50, 10, 150, 22))
    assert finding.modality is Modality.IMAGE
    decision = inspection.release("model")
    assert decision.outcome is Outcome.TRANSFORM
    assert decision.content == (Image(b"built anew", media_type="image/png"),)
    [mark] = opener.changes[0].marks
    assert (mark.box, mark.transform) == (Box(50, 10, 150, 22), "replace")
    assert mark.label.startswith("[EMAIL_")


def test_a_value_has_one_pseudonym_in_text_and_in_pixels(make_guard: MakeGuard) -> None:
    opener = picture()
    guard = make_guard(WORDS, readers=[_Reader(lambda s: [written("mail jane@x.org")])], opener=opener)
    decision = guard.inspect([Text("I am jane@x.org"), Image(b"x")], Context(session="s")).release("model")
    assert decision.content is not None
    [mark] = opener.changes[0].marks
    text = decision.content[0].reveal()
    assert isinstance(text, str)
    assert mark.label in text


def test_a_picture_without_findings_is_built_anew_and_allowed(make_guard: MakeGuard) -> None:
    opener = picture()
    decision = make_guard(WORDS, readers=[_Reader(lambda s: [])], opener=opener).inspect(Image(b"x")).release("model")
    assert decision.outcome is Outcome.ALLOW
    assert decision.content == (Image(b"built anew", media_type="image/png"),)
    assert opener.changes == [Changes()]


def test_words_in_a_picture_are_judged_like_any_others(make_guard: MakeGuard) -> None:
    guard = make_guard(WORDS, readers=[_Reader(lambda s: [written("attack")])], opener=picture())
    decision = guard.inspect(Image(b"x")).release("model")
    assert (decision.outcome, decision.content) == (Outcome.BLOCK, None)


def test_a_sight_is_painted_over_and_named_by_its_kind(make_guard: MakeGuard) -> None:
    opener = picture()
    seer = _Seer(
        Sight("privacy.biometric.face", 0.8, Box(1, 2, 30, 40)),
        Sight("privacy.biometric.face", 0.2, Box(50, 2, 70, 40)),
    )
    guard = make_guard(WORDS, seer, readers=[BLIND], opener=opener)
    inspection = guard.inspect(Image(b"x"))
    assert [f.place for f in inspection.findings] == [Box(1, 2, 30, 40)]
    assert inspection.scores["privacy.biometric.face"] == 0.8
    assert inspection.release("model").outcome is Outcome.TRANSFORM
    [mark] = opener.changes[0].marks
    assert (mark.transform, mark.label) == ("fill", "[FACE]")


def test_metadata_is_found_and_gone(make_guard: MakeGuard) -> None:
    opener = picture(metadata=("exif.Artist", "exif.GPSInfo"))
    inspection = make_guard(WORDS, readers=[BLIND], opener=opener).inspect(Image(b"x"))
    assert [(f.category, f.place) for f in inspection.findings] == [
        ("privacy.metadata.author", Meta("exif.Artist")),
        ("privacy.metadata.exif", Meta("exif.GPSInfo")),
    ]
    assert inspection.release("model").outcome is Outcome.TRANSFORM
    assert opener.changes == [Changes()]


def test_text_of_a_document_is_patched_where_it_can_be_written(make_guard: MakeGuard) -> None:
    strips = (
        Strip("nothing", "office", key="word/document.xml", writable=True),
        Strip("by jane@x.org", "office", key="word/comments.xml", writable=True),
    )
    opener = _Opener(Opening((Item(0, None, "office", "application/msword", strips=strips),)))
    inspection = make_guard(WORDS, readers=[BLIND], opener=opener).inspect(Document(b"x"))
    [finding] = inspection.findings
    assert finding.place == Meta("word/comments.xml")
    inspection.release("model")
    [patch] = opener.changes[0].patches
    assert (patch.strip, patch.span.start, patch.span.end, patch.item) == (1, 3, 13, 0)
    assert patch.text.startswith("[EMAIL_")


def test_a_document_shows_a_label_or_a_bar(make_guard: MakeGuard) -> None:
    opener = _Opener(Opening((Item(0, None, "pdf", "application/pdf", surfaces=(PAGE,)),)))
    guard = make_guard(WORDS, readers=[_Reader(lambda s: [written("jane@x.org")])], opener=opener)
    inspection = guard.inspect(Document(b"x"))
    inspection.release("model")
    inspection.release("dataset")
    assert [changes.marks[0].transform for changes in opener.changes] == ["replace", "fill"]
    assert opener.changes[1].marks[0].label == "[EMAIL]"


def test_the_same_words_read_twice_at_one_place_are_one_finding(make_guard: MakeGuard) -> None:
    layer = replace(written("jane@x.org", top=11), reader="pdf")
    opener = _Opener(Opening((Item(0, None, "pdf", "application/pdf", surfaces=(PAGE,), strips=(layer,)),)))
    guard = make_guard(WORDS, readers=[_Reader(lambda s: [written("jane@x.org")])], opener=opener)
    assert len(guard.inspect(Document(b"x")).findings) == 1


def test_flaws_are_faults_of_the_part(make_guard: MakeGuard) -> None:
    opener = _Opener(Opening((), (Flaw("fault.undecodable", "encrypted"),)))
    inspection = make_guard(WORDS, readers=[BLIND], opener=opener).inspect([Text("fine"), Document(b"x")])
    [finding] = inspection.findings
    assert (finding.category, finding.reason, finding.part) == ("fault.undecodable", "encrypted", 1)
    assert inspection.coverage[Modality.DOCUMENT].inspected == 0
    assert inspection.release("model").outcome is Outcome.BLOCK


def test_nothing_opened_is_never_nothing_found(make_guard: MakeGuard) -> None:
    decision = make_guard(WORDS, readers=[BLIND], opener=_Opener(Opening())).inspect(Image(b"x")).release("model")
    assert decision.outcome is Outcome.BLOCK


def _slow(surface: Surface) -> Sequence[Strip]:
    time.sleep(0.4)
    return []


def _no_weights(surface: Surface) -> Sequence[Strip]:
    raise ModelError("model is not there", hint="run `accord models pull`")


def _crash(surface: Surface) -> Sequence[Strip]:
    raise RuntimeError("jane@x.org")


@pytest.mark.parametrize(
    ("act", "category", "reason"),
    [
        (_no_weights, "fault.uninspected", "run `accord models pull`"),
        (_crash, "fault.detector", "RuntimeError"),
        (_slow, "fault.deadline", "it did not finish in time"),
    ],
)
def test_a_reader_that_fails_is_a_fault_of_that_part_alone(
    make_guard: MakeGuard, act: Callable[[Surface], Sequence[Strip]], category: str, reason: str
) -> None:
    limits = Limits(deadline=0.2, deadline_per_megapixel=0.0)
    guard = make_guard(WORDS, readers=[_Reader(act)], opener=picture(surfaces=(PAGE, PAGE)), limits=limits)
    found = guard.inspect([Image(b"x")]).findings
    assert {(f.category, f.reason) for f in found if f.detector == "eyes"} == {(category, reason)}
    assert all(f.category.startswith("fault.") for f in found)


def test_a_sight_beyond_the_picture_breaks_the_contract(make_guard: MakeGuard) -> None:
    seer = _Seer(Sight("privacy.biometric.face", 0.8, Box(1, 2, 3000, 40)))
    [finding] = make_guard(WORDS, seer, readers=[BLIND], opener=picture()).inspect(Image(b"x")).findings
    assert (finding.category, finding.reason) == ("fault.detector", "ValueError")


@pytest.mark.parametrize("opener", ["picture", "recording"])
def test_a_guard_without_a_reader_for_it_lets_nothing_pass(make_guard: MakeGuard, opener: str) -> None:
    made = picture() if opener == "picture" else recording()
    inspection = make_guard(WORDS, readers=[], opener=made).inspect([Image(b"x"), Text("fine")])
    assert [(f.category, f.part) for f in inspection.findings] == [("fault.uninspected", 0)]
    assert inspection.release("model").outcome is Outcome.BLOCK


def test_an_empty_page_is_not_read(make_guard: MakeGuard) -> None:
    blank = Surface.of(np.full((20, 20, 3), 255, np.uint8))
    guard = make_guard(WORDS, readers=[_Reader(_crash)], opener=picture(surfaces=(blank,)))
    assert guard.inspect(Image(b"x")).findings == ()


def test_what_cannot_be_built_anew_does_not_leave(make_guard: MakeGuard) -> None:
    decision = make_guard(WORDS, readers=[BLIND], opener=picture()).inspect(Image(b"broken")).release("model")
    assert (decision.outcome, decision.content) == (Outcome.BLOCK, None)
    assert decision.findings[-1].reason == "ContentError"


PNG = b"\x89PNG\r\n\x1a\n" + bytes(80)
URL = "data:image/png;base64," + base64.b64encode(PNG).decode()
ANEW = base64.b64encode(b"built anew").decode()


def test_a_picture_in_a_data_url_is_opened_and_written_back(make_guard: MakeGuard) -> None:
    opener = picture()
    guard = make_guard(WORDS, readers=[_Reader(lambda s: [written("jane@x.org")])], opener=opener)
    inspection = guard.inspect([Text("first"), Text(f'for jane@x.org <img src="{URL}"> end', media_type="text/html")])
    found = {(f.part, f.item, type(f.place).__name__) for f in inspection.findings}
    assert found == {(1, 0, "Span"), (1, 1, "Box")}
    decision = inspection.release("model")
    assert decision.outcome is Outcome.TRANSFORM and decision.content is not None
    [mark] = opener.changes[0].marks
    assert decision.content[1].reveal() == f'for {mark.label} <img src="data:image/png;base64,{ANEW}"> end'


def test_a_picture_in_a_mail_is_opened_and_written_back(make_guard: MakeGuard) -> None:
    body = base64.encodebytes(PNG).decode()
    mail = f"Subject: hi\nContent-Type: image/png\nContent-Transfer-Encoding: base64\n\n{body}"
    guard = make_guard(WORDS, readers=[_Reader(lambda s: [written("nothing")])], opener=picture())
    decision = guard.inspect(Text(mail, media_type="message/rfc822")).release("model")
    assert decision.content is not None
    assert decision.content[0].reveal() == mail.replace(body, ANEW + "\n")


def test_a_file_in_a_file_in_a_text_is_patched_from_the_inside_out(make_guard: MakeGuard) -> None:
    inner = Strip(f"jane@x.org and {URL}", "attachment", key="a.html", writable=True)

    class Nested(_Opener):
        def open(self, part: Media, stop: Stop) -> Opening:
            if part.reveal() == PNG:
                return Opening((Item(0, None, "picture", "image/png", surfaces=(PAGE,)),))
            return Opening((Item(0, None, "text", "text/html", strips=(inner,)),))

    opener = Nested(Opening())
    outer = "data:application/x-thing;base64," + base64.b64encode(b"PK\x03\x04" + bytes(90)).decode()
    decision = make_guard(WORDS, readers=[BLIND], opener=opener).inspect(Text(f"see {outer}")).release("dataset")
    assert decision.content is not None
    first, second = opener.changes
    assert first == Changes()
    assert [(p.item, p.text) for p in second.patches] == [(0, "[EMAIL]"), (0, ANEW)]


class _ByBytes(_Opener):
    """Opens PNG bytes as a picture whose colour tells one from another."""

    def open(self, part: Media, stop: Stop) -> Opening:
        value = part.reveal()[-1]
        surface = Surface.of(np.array([[[value, 0, 0], [0, 255, 0]]], dtype=np.uint8).repeat(60, 0).repeat(200, 1))
        return Opening((Item(0, None, "picture", "image/png", surfaces=(surface,)),))

    def rebuild(self, part: Media, opening: Opening, changes: Changes) -> Media:
        super().rebuild(part, opening, changes)
        return replace(part, _value=b"changed" if changes.marks else b"as it was")


def _reads_the_first(surface: Surface) -> Sequence[Strip]:
    return [written("jane@x.org")] if surface.pixels[0, 0, 0] == 1 else []


def urls(*pictures: int) -> list[str]:
    return ["data:image/png;base64," + base64.b64encode(PNG + bytes([p])).decode() for p in pictures]


def test_files_of_one_text_are_changed_each_by_itself(make_guard: MakeGuard) -> None:
    guard = make_guard(WORDS, readers=[_Reader(_reads_the_first)], opener=_ByBytes(Opening()))
    inspection = guard.inspect(Text(" ".join(urls(2, 1, 3))))
    assert [(f.item, f.category) for f in inspection.findings] == [(2, "privacy.contact.email")]
    content = inspection.release("model").content
    assert content is not None
    written_back = [base64.b64decode(url.partition(",")[2]) for url in str(content[0].reveal()).split(" ")]
    assert written_back == [b"as it was", b"changed", b"as it was"]


def test_a_picture_cut_over_two_messages_takes_nothing_else_with_it(make_guard: MakeGuard) -> None:
    [url] = urls(1)
    parts = [
        Text(url[:60], message=0),
        Text("what the model said", role=Role.ASSISTANT, message=1),
        Text(url[60:], message=2),
    ]
    guard = make_guard(WORDS, readers=[_Reader(_reads_the_first)], opener=_ByBytes(Opening()))
    content = guard.inspect(parts).release("model").content
    assert content is not None
    assert content[1].reveal() == "what the model said"
    joined = str(content[0].reveal()) + str(content[2].reveal())
    assert base64.b64decode(joined.partition(",")[2]) == b"changed"


def test_letters_that_a_file_is_written_with_are_no_values(make_guard: MakeGuard) -> None:
    [url] = urls(2)
    letters = FixedDetector({url[40:48]: ("privacy.contact.address", 0.9)})
    guard = make_guard(letters, readers=[BLIND], opener=_ByBytes(Opening()))
    assert guard.inspect(Text(url)).findings == ()


def test_metadata_of_an_attachment_goes_without_a_word(make_guard: MakeGuard) -> None:
    author = Strip("Author: jane@x.org", "metadata", key="pdf.info")
    item = Item(0, None, "pdf", "application/pdf", strips=(author,), metadata=("pdf.Author",))
    guard = make_guard(WORDS, readers=[BLIND], opener=_Opener(Opening((item,))))
    decision = guard.inspect(Text(f"see {URL}")).release("model")
    assert decision.outcome is Outcome.TRANSFORM and decision.content is not None
    assert decision.content[0].reveal() == f"see data:image/png;base64,{ANEW}"


def test_all_files_of_a_content_share_the_bounds(make_guard: MakeGuard) -> None:
    limits = Limits(media=MediaLimits(total_pixels=60 * 400 + 10))
    guard = make_guard(WORDS, readers=[BLIND], opener=_ByBytes(Opening()), limits=limits)
    found = guard.inspect([Text(" ".join(urls(2, 3))), Image(b"x4")]).findings
    assert [f.category for f in found] == ["fault.uninspected"] * 2


def test_who_stops_early_has_not_seen_everything(make_guard: MakeGuard) -> None:
    class Hasty(_Seer):
        def look(self, surface: Surface, stop: Stop) -> Iterable[Sight]:
            while not stop():
                time.sleep(0.01)
            return []

    limits = Limits(deadline=0.2, deadline_per_megapixel=0.0)
    guard = make_guard(WORDS, Hasty(), readers=[BLIND], opener=picture(), limits=limits)
    assert "fault.deadline" in {f.category for f in guard.inspect(Image(b"x")).findings}


def test_a_long_document_leaves_room_for_a_short_text(make_guard: MakeGuard) -> None:
    def slow(surface: Surface) -> Sequence[Strip]:
        time.sleep(0.2)
        return []

    limits = Limits(deadline=1.5, deadline_per_megapixel=1000.0)
    guard = make_guard(WORDS, readers=[_Reader(slow)], opener=picture(surfaces=[PAGE] * 20), limits=limits)
    with ThreadPoolExecutor(1) as pool:
        document = pool.submit(guard.inspect, Image(b"x"))
        time.sleep(0.1)
        assert guard.inspect("write to jane@x.org").release("model").outcome is Outcome.TRANSFORM
        assert not document.done()
        assert document.result().findings == ()


def test_a_forked_process_makes_its_own_threads(make_guard: MakeGuard) -> None:
    guard = make_guard(WORDS, readers=[BLIND], opener=picture())
    guard.inspect([Text("warm"), Image(b"x")])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # forking with threads is what is tested
        child = os.fork()
    if child == 0:
        found = guard.inspect([Text("jane@x.org"), Image(b"x")]).findings
        os._exit(0 if [f.category for f in found] == ["privacy.contact.email"] else 1)
    for _ in range(100):
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            break
        time.sleep(0.1)
    else:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        pytest.fail("the forked process hangs")
    assert status == 0


def test_of_two_readings_the_text_layer_says_what_a_value_is(make_guard: MakeGuard) -> None:
    names = FixedDetector(
        {"jane@x.org": ("privacy.contact.email", 0.8), "jane@x.0rg": ("privacy.contact.email", 0.9)}
    )
    layer = replace(written("jane@x.org", top=11), reader="pdf")
    opener = _Opener(Opening((Item(0, None, "pdf", "application/pdf", surfaces=(PAGE,), strips=(layer,)),)))
    guard = make_guard(names, readers=[_Reader(lambda s: [written("jane@x.0rg")])], opener=opener)
    inspection = guard.inspect([Text("jane@x.org"), Document(b"x")])
    [_, finding] = inspection.findings
    assert (finding.score, finding.place) == (0.9, Box(0, 10, 100, 23))
    decision = inspection.release("model")
    assert decision.content is not None
    assert opener.changes[0].marks[0].label == decision.content[0].reveal()


def test_a_file_in_a_text_that_cannot_be_opened_is_a_fault(make_guard: MakeGuard) -> None:
    opener = _Opener(Opening((), (Flaw("fault.undecodable", "it is truncated"),)))
    inspection = make_guard(WORDS, readers=[BLIND], opener=opener).inspect(Text(f"see {URL}"))
    assert [(f.category, f.reason) for f in inspection.findings] == [("fault.undecodable", "it is truncated")]
    assert inspection.release("model").outcome is Outcome.BLOCK
    kept = inspection.release("reviewer").content
    assert kept is not None and kept[0].reveal() == "see data:image/png;base64,"


def test_without_an_opener_a_file_in_a_text_is_not_inspected(make_guard: MakeGuard) -> None:
    [finding] = make_guard(WORDS).inspect(Text(f"see {URL}")).findings
    assert (finding.category, finding.reason) == ("fault.uninspected", "embedded png is not inspected")
    assert isinstance(finding.place, Span)


def test_more_files_in_a_text_than_are_opened_are_faults(make_guard: MakeGuard) -> None:
    limits = Limits(media=MediaLimits(files=2))
    guard = make_guard(WORDS, readers=[BLIND], opener=picture(), limits=limits)
    found = guard.inspect(Text(" ".join([URL] * 4))).findings
    assert [f.category for f in found] == ["fault.uninspected"] * 2


TONE = Sound.of(np.full((16000, 1), 0.2, np.float32), 8000)


def spoken(text: str) -> Strip:
    """Text as a speech reader would return it: a tenth of a second for each character."""
    times = [[i / 10, i / 10 + 0.1] if c.strip() else [-1.0, -1.0] for i, c in enumerate(text)]
    return Strip(text, "speech", times=np.array(times, dtype=np.float32))


class _Ear:
    name = "ear"

    def read_sound(self, sound: Sound, stop: Stop) -> Heard:
        return Heard(
            (spoken("mail jane@x.org"),), (Flaw("fault.uninspected", "not understood", place=Interval(1.6, 1.9)),)
        )


class _Listener:
    name, floor, reference = "listener", 0.5, ""
    categories = frozenset({"privacy.biometric.voice"})

    def listen(self, sound: Sound, stop: Stop) -> Iterable[Noise]:
        return [Noise("privacy.biometric.voice", 0.9, Interval(0.0, 1.9))]


def recording(sound: Sound = TONE) -> _Opener:
    return _Opener(Opening((Item(0, None, "sound", "audio/wav", sound=sound),)))


def test_what_is_said_is_cut_where_it_is_said(make_guard: MakeGuard) -> None:
    opener = recording()
    inspection = make_guard(WORDS, _Listener(), readers=[_Ear()], opener=opener).inspect(Audio(b"x"))
    found = {(f.category, f.place) for f in inspection.findings}
    [mail] = [place for category, place in found if category == "privacy.contact.email"]
    assert isinstance(mail, Interval)
    assert (round(mail.start, 2), round(mail.end, 2)) == (0.5, 1.5)
    assert ("privacy.biometric.voice", Interval(0.0, 1.9)) in found
    assert ("fault.uninspected", Interval(1.6, 1.9)) in found
    assert inspection.release("model").outcome is Outcome.BLOCK


def test_a_recording_is_built_anew_with_its_cuts(make_guard: MakeGuard) -> None:
    class Sure(_Ear):
        def read_sound(self, sound: Sound, stop: Stop) -> Heard:
            return Heard((spoken("mail jane@x.org"),))

    opener = recording()
    inspection = make_guard(WORDS, _Listener(), readers=[Sure()], opener=opener).inspect(Audio(b"x"))
    assert inspection.release("model").content == (Audio(b"built anew", media_type="image/png"),)
    told = inspection.release("dataset").transcripts
    assert [(t.part, t.text) for t in told] == [(0, "mail [EMAIL]")]
    assert "EMAIL" not in repr(told)
    first, second = opener.changes
    assert [(cut.transform, cut.label[:7]) for cut in first.cuts] == [("replace", "[EMAIL_")]
    assert sorted(cut.transform for cut in second.cuts) == ["mute", "voice"]


def test_one_person_has_one_pseudonym_in_writing_and_in_speech(make_guard: MakeGuard) -> None:
    class Ear(_Ear):
        def read_sound(self, sound: Sound, stop: Stop) -> Heard:
            return Heard((spoken("Matteo Ruis rang"),))

    names = FixedDetector({"Mateo Ruiz": ("privacy.person.name", 0.9), "Matteo Ruis": ("privacy.person.name", 0.9)})
    guard = make_guard(names, readers=[Ear()], opener=recording())
    decision = guard.inspect([Text("Mateo Ruiz"), Audio(b"x")], Context(session="s")).release("model")
    assert decision.content is not None
    assert decision.transcripts[0].text == f"{decision.content[0].reveal()} rang"


def test_silence_is_not_listened_to(make_guard: MakeGuard) -> None:
    silence = Sound.of(np.zeros((800, 1), np.float32), 8000)
    guard = make_guard(WORDS, _Listener(), readers=[_Ear()], opener=recording(silence))
    assert guard.inspect(Audio(b"x")).findings == ()


def test_closing_the_guard_closes_the_opener(make_guard: MakeGuard) -> None:
    opener = picture()
    make_guard(WORDS, opener=opener).close()
    assert opener.closed
