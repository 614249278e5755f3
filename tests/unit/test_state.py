"""What is kept between requests, opened together."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

import accord
from accord import Context, Text, config
from accord.app import load
from accord.state import State, open_state


@pytest.fixture
def state(tmp_path: Path) -> State:
    opened = open_state(tmp_path, config.shipped("default"))
    yield opened
    opened.close()


PATTERNS = "version: 1\nextends: default\nreaders: []\ndetectors: [patterns]\n"


def test_ids_of_ours_stand_in_records_and_names_of_people_do_not(state: State) -> None:
    for own in ("open", "local:root", "Ab3dEf9hIj1K", "oidc:0123456789abcdef"):
        assert state.identify(Context(principal=own))["principal"] == own
    for named in ("anna@example.org", "Anna Miller", "4111111111111111", "x" * 5000, "anna"):
        said = state.identify(Context(tenant="t", principal=named, purpose=f"for {named}"))
        assert named not in str(said.values()) and said["principal"].startswith("hash:")
    first, second = (state.identify(Context(tenant="t", principal="anna@example.org")) for _ in range(2))
    assert first == second != state.identify(Context(tenant="u", principal="anna@example.org"))


def test_nothing_that_is_said_of_people_is_in_the_files(tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text(PATTERNS)
    guard = load(tmp_path / "c.yaml", state=tmp_path / "state")
    who = Context(
        tenant="acme",
        principal="p-needle@x",
        end_user="e-needle",
        session="s-needle",
        subject="j-needle",
        purpose="u-Needle",
    )
    guard.inspect("write to v-needle@example.org", who).release("model")
    guard.close()
    for file in (tmp_path / "state").rglob("*"):
        assert not file.is_file() or b"needle" not in file.read_bytes().lower(), file.name


def test_no_repr_tells_who_or_where(state: State, tmp_path: Path) -> None:
    chosen = config.parse("version: 1\nextends: default\nstate: {url: 'postgresql://u:hunter2@h/d'}", "x")
    who = Context(tenant="acme", principal="anna", end_user="anna", subject="anna")
    for shown in (repr(state), repr(chosen), str(chosen.state), repr(who)):
        assert "hunter2" not in shown and "anna" not in shown and "root" not in shown


def test_a_session_goes_on_in_another_process(tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text(PATTERNS)
    who = Context(tenant="acme", principal="app", end_user="u", session="s")
    first = load(tmp_path / "c.yaml", state=tmp_path / "state")
    sent = first.inspect("write to jane@example.org", who).release("model").content[0].reveal()
    first.close()
    again = load(tmp_path / "c.yaml", state=tmp_path / "state")
    answer = Text(f"I did: {sent}", role="assistant")
    assert "jane@example.org" in again.inspect([answer], who).release("user").content[0].reveal()
    other = Context(tenant="acme", principal="app", end_user="other", session="s")
    assert "jane" not in again.inspect([answer], other).release("user").content[0].reveal()
    again.close()


def test_a_child_of_a_busy_process_goes_on(tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text(PATTERNS)
    guard = load(tmp_path / "c.yaml", state=tmp_path / "state")
    who = Context(tenant="acme", principal="app", end_user="u", session="s")
    guard.inspect("jane@example.org", who).release("model")
    batch = guard.pseudonyms.batch(who)
    held, go = threading.Event(), threading.Event()

    def hold() -> None:
        with batch._state.lock, guard.pseudonyms._scopes._lock:
            held.set()
            go.wait(30)

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait(10)
    child = os.fork()
    if child == 0:
        done = guard.inspect("write to jane@example.org", who).release("model")
        os._exit(0 if done.outcome is accord.Outcome.TRANSFORM else 1)
    status = os.waitpid(child, 0)[1]
    go.set()
    thread.join()
    guard.close()
    assert status == 0


def test_retention_is_as_the_configuration_says(tmp_path: Path) -> None:
    said = PATTERNS + "retention: {evidence: P90D, categories: {privacy.health.*: P1D}}\n"
    opened = open_state(tmp_path, config.parse(said, "here"))
    try:
        keep = opened.keep
        assert keep.explicit == {"evidence"}, "what nobody wrote shortens nothing that is kept already"
        assert keep.lasts("evidence", ["privacy.health.condition"]) == 86_400_000
        assert keep.lasts("evidence", ["privacy.person.name"]) == 90 * 86_400_000
    finally:
        opened.close()
    with pytest.raises(accord.errors.ConfigError):
        config.parse(PATTERNS + "retention: {categories: {privacy.helth.*: P1D}}\n", "here")
