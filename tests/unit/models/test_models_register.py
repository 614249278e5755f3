"""The register: what it holds is complete, and what it refuses."""

from __future__ import annotations

import pytest

from accord.errors import ModelError
from accord.models.register import parse, register

ENTRY = """
entries:
  - name: thing
    slot: entities
    version: 1.0.0
    kind: package
    summary: a thing
    source: {requirement: thing==1.0.0, wheel: thing-1.0.0-py3-none-any.whl, sha256: AAAA, size: 10}
    files: [{name: a.bin, path: thing/a.bin, sha256: BBBB, size: 4}]
    licence: MIT
    attribution: somebody
""".replace("AAAA", "a" * 64).replace("BBBB", "b" * 64)


def test_the_shipped_register_says_what_a_reader_must_know() -> None:
    for entry in register().entries:
        assert entry.licence
        assert entry.attribution
        assert entry.gaps
        assert entry.files


def test_package_entries_carry_the_licence_text_with_the_weights() -> None:
    for entry in register().entries:
        if entry.kind == "package":
            # One publisher puts the licence in the package's metadata only; its text is the one of whisper-base.
            wanted = "METADATA" if entry.name == "whisper-tiny-en" else "LICENSE"
            assert wanted in {file.name for file in entry.files}


def test_an_entry_is_found_by_name() -> None:
    assert parse(ENTRY).entry("thing").folder == "thing-1.0.0"


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(ModelError) as caught:
        register().entry("nonesuch")
    assert "rampart" in caught.value.hint


def test_an_unknown_name_is_not_echoed_when_it_is_no_name() -> None:
    with pytest.raises(ModelError) as caught:
        register().entry("../../etc/passwd")
    assert "passwd" not in str(caught.value)


@pytest.mark.parametrize(
    "change",
    [
        ("kind: package", "kind: shipped"),
        ("licence: MIT", "license: MIT"),
        ("size: 4", "size: 0"),
        ("name: a.bin", "name: ../a.bin"),
        ("thing==1.0.0", "thing>=1.0.0"),
        ("b" * 64, "b" * 63),
        ("licence: MIT", "derived: [{name: b, made_from: c, method: bert-int8, sha256: " + "c" * 64 + ", size: 1}]"),
    ],
)
def test_a_register_that_is_not_exact_is_refused(change: tuple[str, str]) -> None:
    assert change[0] in ENTRY
    with pytest.raises(ModelError):
        parse(ENTRY.replace(*change))


def test_two_entries_of_one_name_are_refused() -> None:
    twice = ENTRY + ENTRY.split("entries:\n")[1]
    with pytest.raises(ModelError):
        parse(twice)
