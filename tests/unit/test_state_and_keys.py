"""State as it is put together: whose files, under which keys, and what happens without them."""

from __future__ import annotations

import base64
import hashlib
import json
import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from accord import config
from accord.app import guard_of, plugins_of, pseudonyms_of
from accord.core.content import Context
from accord.errors import KeyLost, StoreError
from accord.guard import Guard
from accord.state import MASTER_VARIABLE, State, open_state

FAST = "version: 1\nextends: default\nreaders: [structure]\ndetectors: [patterns]\n"
JANE = Context(tenant="acme", session="s1", subject="patient-4711")


@pytest.fixture(autouse=True)
def no_master(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(MASTER_VARIABLE, raising=False)


def opened(folder: Path, more: str = "") -> State:
    return open_state(folder, config.parse(FAST + more, "test.yaml"))


@pytest.fixture
def state(tmp_path: Path) -> Iterator[State]:
    made = opened(tmp_path / "state")
    yield made
    made.close()


def guard(state: State) -> Guard:
    chosen = state.chosen
    return guard_of(chosen, plugins_of(chosen), state, pseudonyms_of(chosen, state))


def test_everything_is_its_owners_and_keys_lie_apart(state: State) -> None:
    guard(state).inspect("mail jane@example.org", JANE).release("model")
    files = {str(file.relative_to(state.folder)): file for file in state.folder.rglob("*") if file.is_file()}
    assert {"state.sqlite", "keys/keys.sqlite", "keys/master.key"} <= set(files)
    assert {stat.S_IMODE(file.stat().st_mode) for file in files.values()} == {0o600}
    assert stat.S_IMODE((state.folder / "keys").stat().st_mode) == 0o700


def test_a_record_says_whom_it_is_about_to_who_has_their_key_alone(state: State) -> None:
    said = state.commitment(JANE)
    assert said == state.commitment(JANE) != state.commitment(Context(tenant="acme", subject="patient-0815"))
    assert said != state.commitment(Context(tenant="other", subject="patient-4711"))
    assert said != hashlib.sha256(b"patient-4711").hexdigest() and len(said) == 64
    assert state.commitment(Context(tenant="acme", session="s1")) == ""
    guard(state).inspect("hello", JANE).release("model")
    (record,) = state.audit.records(kind="release")
    assert said in json.dumps(record) and "patient-4711" not in json.dumps(record)


def test_after_an_erasure_nothing_leads_from_a_record_to_the_person(state: State) -> None:
    said = state.commitment(JANE)
    guard(state).inspect("mail jane@example.org", JANE).release("model")
    state.desk("olga", "acme", lambda _: None).erasure.erase("acme", "olga", subject="patient-4711")  # type: ignore[arg-type, return-value]
    assert state.commitment(JANE) != said, "under another key: the old one is gone"
    assert said in json.dumps(list(state.audit.records())), "the record stays what it was"


def test_pseudonyms_of_one_request_are_kept_nowhere(state: State) -> None:
    made = guard(state)
    rows = lambda: _count(state, "pseudonym")  # noqa: E731
    made.inspect("mail jane@example.org", Context(tenant="acme")).release("model")
    assert rows() == 0
    made.inspect("mail jane@example.org", JANE).release("model")
    assert rows() == 1


def _count(state: State, table: str) -> int:
    database = sqlite3.connect(state.folder / "state.sqlite")
    try:
        return int(database.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
    finally:
        database.close()


def test_pseudonyms_of_a_session_outlive_the_process(tmp_path: Path) -> None:
    seen = []
    for _ in range(2):
        one = opened(tmp_path)
        decision = guard(one).inspect("mail jane@example.org", JANE).release("model")
        seen.append(decision.content[0].reveal() if decision.content else "")
        one.close()
    assert seen[0] == seen[1] and "jane" not in seen[0]


def test_without_its_master_key_nothing_opens_and_none_is_made(state: State) -> None:
    guard(state).inspect("mail jane@example.org", JANE).release("model")
    master = state.folder / "keys" / "master.key"
    kept = master.read_bytes()
    master.unlink()
    with pytest.raises(StoreError, match="missing") as caught:
        opened(state.folder)
    assert "no new one was made" in caught.value.hint and not master.exists()
    other = opened(state.folder.parent / "other")
    other.close()
    (state.folder.parent / "other" / "keys" / "master.key").rename(master)
    with pytest.raises(StoreError, match="another master key"):
        opened(state.folder)
    master.write_bytes(kept)
    opened(state.folder).close()


def test_without_its_key_store_a_state_is_closed(state: State) -> None:
    guard(state).inspect("mail jane@example.org", JANE).release("model")
    (state.folder / "keys").rename(state.folder / "elsewhere")
    with pytest.raises(KeyLost):
        opened(state.folder)


def test_a_master_key_in_the_environment_is_written_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = bytes(range(32))
    monkeypatch.setenv(MASTER_VARIABLE, base64.b64encode(secret).decode())
    one = opened(tmp_path)
    guard(one).inspect("mail jane@example.org", JANE).release("model")
    one.close()
    assert not (tmp_path / "keys" / "master.key").exists()
    kept = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    assert secret not in kept and base64.b64encode(secret) not in kept
    monkeypatch.setenv(MASTER_VARIABLE, base64.b64encode(bytes(32)).decode())
    with pytest.raises(StoreError, match="another master key"):
        opened(tmp_path)


def test_heads_are_kept_where_the_configuration_says(tmp_path: Path) -> None:
    heads = tmp_path / "elsewhere" / "heads.jsonl"
    one = opened(
        tmp_path / "state", f"state: {{audit: {{name: acme.example/audit, anchors: [{{file: {heads}}}]}}}}\n"
    )
    guard(one).inspect("hello").release("model")
    one.close()
    note = json.loads(heads.read_text().splitlines()[-1])["head"]
    assert note.startswith("acme.example/audit\n")


def test_what_is_decided_is_on_record_when_it_is_shown_to_be(state: State) -> None:
    """A reader that comes from elsewhere at the moment of a release already finds the record."""
    decision = guard(state).inspect("mail jane@example.org", JANE).release("model")
    database = sqlite3.connect(f"file:{state.folder / 'state.sqlite'}?mode=ro", uri=True)
    found = database.execute("SELECT count(*) FROM audit_entry WHERE decision = ?", (decision.id,)).fetchone()
    database.close()
    assert found == (1,)
