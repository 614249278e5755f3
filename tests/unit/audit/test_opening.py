"""The log of a state keeps its key and its name, whatever happens to the key ring."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from tests.audit_parts import edit, preview, release

from accord.audit.log import AuditLog
from accord.audit.opening import open_log
from accord.errors import AuditError, KeyLost, TamperDetected
from accord.store.engine import Store, file_url
from accord.store.tables import KEY_STORE
from accord.vault.keys import KeyRing
from accord.vault.master import FileMaster


@pytest.fixture
def ring(tmp_path: Path) -> Iterator[KeyRing]:
    store = Store(file_url(tmp_path / "keys.sqlite"), KEY_STORE)
    yield KeyRing(store, FileMaster(tmp_path / "master", create=True))
    store.close()


Opener = Callable[..., AuditLog]


@pytest.fixture
def opens(state: Store, ring: KeyRing) -> Iterator[Opener]:
    """Opens logs of the state, and closes them."""
    with ExitStack() as stack:

        def one(**settings: Any) -> AuditLog:
            log = open_log(state, ring, **settings)
            stack.callback(closed, log)
            return log

        yield one


def closed(log: AuditLog) -> None:
    with contextlib.suppress(AuditError):  # a test may have left it in pieces
        log.close()


def wrote(log: AuditLog, number: int) -> AuditLog:
    log.append(preview(number))
    log.close()
    return log


def test_rotating_and_renewing_keys_changes_nothing(state: Store, ring: KeyRing, opens: Opener) -> None:
    first = wrote(opens(), 0)
    assert isinstance(ring.master, FileMaster)
    ring.master.add()
    ring.rewrap()
    ring.renew("audit")
    second = wrote(opens(name="another.example"), 1)
    assert str(second.verifier) == str(first.verifier)
    assert opens(recover=False).verify().checkpoints == 2


def test_a_new_log_takes_its_name(state: Store, ring: KeyRing, opens: Opener) -> None:
    log = wrote(opens(name="log.example"), 0)
    assert log.verifier.name == "log.example"


def test_who_opens_closes_what_the_dead_left(state: Store, ring: KeyRing, opens: Opener) -> None:
    log = opens()
    log.append(release(0))
    edit(state, "UPDATE audit_writer SET pid = 999999999")
    log._writer.owed.clear()
    opens(recover=False).close()
    assert list(log.records(kind="delivery")) == []
    opens().close()
    assert [(r["decision"], r["status"], r["by"]) for r in log.records(kind="delivery")] == [
        ("d0", "unknown", "recovery")
    ]
    log.close()


def test_an_edited_name_of_the_key_is_an_edit(state: Store, ring: KeyRing, opens: Opener) -> None:
    wrote(opens(), 0)
    edit(state, "UPDATE audit_head SET key = 'nothing'")
    log = opens()
    with pytest.raises(TamperDetected, match="head of the audit log was edited"):
        log.verify()
    with pytest.raises(TamperDetected):
        log.append(preview(1))


def test_without_its_key_a_log_is_not_written(state: Store, ring: KeyRing, opens: Opener) -> None:
    wrote(opens(), 0)
    ring.shred("audit")
    with pytest.raises(KeyLost) as caught:
        opens()
    assert caught.value.hint
    ring.key("audit")
    with pytest.raises(AuditError, match="another key"):
        opens().append(preview(1))
