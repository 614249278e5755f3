"""`accord serve`: what its options mean, and what it says when it cannot; and what the doctor says of serving."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from accord.access.principals import Role
from accord.cli.serve import UPSTREAM_KEY, address, said
from accord.config import ConfigModel, parse, shipped
from accord.errors import ConfigError
from accord.state import open_state
from accord.store.switch import Switch


@pytest.mark.parametrize(
    ("where", "host", "port"),
    [
        ("127.0.0.1:8080", "127.0.0.1", 8080),
        ("0.0.0.0:443", "0.0.0.0", 443),
        (":9000", "", 9000),
        ("*:9000", "*", 9000),
        ("9000", "127.0.0.1", 9000),
        ("0", "127.0.0.1", 0),
        ("localhost", "localhost", 8080),
        ("[::1]:80", "[::1]", 80),
        ("::1", "::1", 8080),
        ("[::1]", "[::1]", 8080),
        ("unix:/run/accord.sock", "unix:/run/accord.sock", 0),
        ("/run/accord.sock", "/run/accord.sock", 0),
    ],
)
def test_addresses_are_understood(where: str, host: str, port: int) -> None:
    assert address(where) == (host, port)


@pytest.mark.parametrize("where", ["127.0.0.1:99999", "127.0.0.1:", "127.0.0.1:x", "a:b:c", "::1:80:x", "1.1.1.1:-1"])
def test_what_is_no_address_is_told_how_to_write_one(where: str) -> None:
    with pytest.raises(ConfigError) as raised:
        address(where)
    assert "127.0.0.1:8080" in raised.value.hint


def test_options_stand_over_the_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(UPSTREAM_KEY, raising=False)
    plain = shipped("default")
    assert said(plain) == plain
    made = said(plain, upstream="https://model.test/v1", timeout=7.5, workers=3, behind=True)
    assert made.upstreams["upstream"].url == "https://model.test/v1" and made.upstreams["upstream"].key is None
    assert made.upstreams["upstream"].timeout == timedelta(seconds=7.5)
    assert (made.gateway.workers, made.gateway.behind_proxy) == (3, True)
    monkeypatch.setenv(UPSTREAM_KEY, "secret")
    key = said(plain, upstream="https://model.test/v1").upstreams["upstream"].key
    assert key is not None and "secret" not in repr(key)
    assert said(plain, upstream="echo").upstreams["upstream"].key is None


def test_a_timeout_is_for_all_upstreams_of_the_file() -> None:
    file = parse("version: 1\nextends: default\nupstreams: {a: {url: echo}, b: {url: echo, timeout: PT1S}}\n", "f")
    made = said(file, timeout=9)
    assert {one.timeout for one in made.upstreams.values()} == {timedelta(seconds=9)}


def test_it_does_not_listen_where_anyone_could_use_it(run) -> None:
    ran = run("serve --listen 0.0.0.0:0")
    assert ran.code == 2 and ran.out == ""
    assert "no API key" in ran.err and "accord keys add" in ran.err
    ran = run("serve --listen 127.0.0.1:0 --behind-proxy")
    assert ran.code == 2 and "behind a proxy" in ran.err


def test_a_key_alone_is_not_enough_elsewhere(run, fast: ConfigModel) -> None:
    with_key(run.state, fast)
    ran = run("serve --listen 0.0.0.0:0")
    assert ran.code == 2 and "no TLS" in ran.err and "--behind-proxy" in ran.err


def test_a_port_that_is_taken_is_told(run) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ran = run("serve --listen", f"127.0.0.1:{taken.getsockname()[1]}")
    assert ran.code == 2 and "cannot listen" in ran.err and ran.out == ""


@pytest.mark.parametrize("options", ["--upstream http://model.test/v1", "--upstream ftp://x", "--workers 0"])
def test_what_cannot_be_served_is_told(run, options: str) -> None:
    ran = run(f"serve --listen 0 {options}")
    assert ran.code == 2 and ran.out == "" and ran.err


@pytest.fixture
def fast(run) -> ConfigModel:
    return parse(run.config.read_text(), "fast.yaml")


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """Logs go on as tests want them after a server has set them up."""
    import logging

    root = logging.getLogger()
    handlers, level, shown, raising = root.handlers[:], root.level, logging.captureWarnings, logging.raiseExceptions
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    shown(False)
    logging.raiseExceptions = raising


def with_key(folder: Path, chosen: ConfigModel) -> None:
    kept = open_state(folder, chosen)
    kept.api_keys().add("acme", Role.APP)
    kept.close()


def found(run, monkeypatch: pytest.MonkeyPatch) -> dict[str, tuple[bool, str]]:
    monkeypatch.setattr("accord.models.cache.status", list)
    return {check["name"]: (check["ok"], check["detail"]) for check in run("doctor --json").json["checks"]}


def test_the_doctor_counts_keys_and_knows_where_one_may_listen(run, fast, monkeypatch) -> None:
    with_key(run.state, fast)
    checks = found(run, monkeypatch)
    assert checks["keys"] == (True, "the key store opens; 1 API key in force, of 1")
    assert checks["listen"][0] and "no TLS" in checks["listen"][1]
    run.config.write_text(run.config.read_text() + "gateway: {behind_proxy: true}\n")
    assert found(run, monkeypatch)["listen"] == (True, "on this machine and elsewhere")


def test_the_doctor_finds_the_kill_switch_engaged(run, monkeypatch) -> None:
    Switch(run.state).engage("local:jo", "a drill")
    ok, detail = found(run, monkeypatch)["switch"]
    assert not ok and "local:jo" in detail
    assert "accord kill off" in run("doctor").out


def test_the_doctor_finds_a_wrong_certificate(run, monkeypatch) -> None:
    run.config.write_text(run.config.read_text() + "gateway: {tls: {certificate: /nowhere.pem, key: /nowhere.key}}\n")
    ok, detail = found(run, monkeypatch)["listen"]
    assert not ok and "/nowhere.key" in detail


def test_the_doctor_asks_upstreams(run, monkeypatch) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # and nobody listens
        run.config.write_text(
            run.config.read_text()
            + f"upstreams:\n  gone: {{url: 'http://127.0.0.1:{nobody.getsockname()[1]}/v1', models: [a]}}\n"
            + "  here: {url: echo}\n"
        )
        checks = found(run, monkeypatch)
    assert checks["upstream here"] == (True, "answers")
    assert not checks["upstream gone"][0] and "could not be reached" in checks["upstream gone"][1]


def test_the_doctor_finds_an_upstream_that_cannot_be(run, monkeypatch) -> None:
    run.config.write_text(run.config.read_text() + "upstreams: {clear: {url: 'http://model.test/v1'}}\n")
    ok, detail = found(run, monkeypatch)["upstreams"]
    assert not ok and "in clear" in detail
