"""The weights in the repository are the ones the register and their own list of hashes name."""

from __future__ import annotations

import hashlib

from accord.detect import heads
from accord.models.cache import read_checked
from accord.models.register import register


def test_shipped_weights_are_what_the_register_says() -> None:
    shipped = [entry for entry in register().entries if entry.kind == "shipped"]
    assert shipped
    for entry in shipped:
        for file in entry.files:
            assert len(read_checked(entry, file)) == file.size


def test_the_list_of_hashes_beside_them_says_the_same() -> None:
    line = (heads.WEIGHTS / heads.SUMS).read_text("ascii").split()
    assert line == [hashlib.sha256((heads.WEIGHTS / heads.FILE).read_bytes()).hexdigest(), heads.FILE]
    [file] = register().entry("text-heads").files
    assert file.sha256 == line[0]
