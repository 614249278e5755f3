"""The keys of an issuer: over real HTTPS, bounded, kept while it is down, fetched rarely."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from accord.access.jwks import MAX_BYTES, JwkSet, Times, parse
from accord.access.principals import Unauthenticated
from accord.access.tls import client_context, server_context
from accord.access.tokens import Tokens
from accord.errors import ConfigError

from .conftest import Clock
from .issuer import AUDIENCE, ISSUER, Issuer, claims, key, running, token
from .pki import Authority, here, self_signed

QUICK = Times(fetch=0.4)


@pytest.fixture(autouse=True)
def this_machine(monkeypatch: pytest.MonkeyPatch, no_network: None) -> None:
    """The address of this machine is found; no other."""

    def find(host: str, port: int, *_: object, **__: object) -> list[object]:
        assert host == "127.0.0.1", "a test asked for another host"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, port))]

    monkeypatch.setattr(socket, "getaddrinfo", find)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("pki"))


@pytest.fixture
def issuer(root: Authority) -> Iterator[Issuer]:
    pair = root.issue("issuer", here())
    with running(Issuer([key()]), server_context(pair.certificate, pair.key)) as started:
        yield started


@pytest.fixture
def keys(issuer: Issuer, root: Authority, clock: Clock) -> JwkSet:
    return JwkSet(issuer.url, tls=client_context(ca=root.path), ticks=clock.ticks, times=QUICK)


def test_a_token_is_verified_with_keys_from_the_issuer(issuer: Issuer, keys: JwkSet, clock: Clock) -> None:
    tokens = Tokens(ISSUER, AUDIENCE, keys, now=clock.now)
    for _ in range(5):
        assert tokens.check(token(issuer.keys[0], claims(clock.ms))).tenant == "acme"
    assert issuer.asked == 1 and issuer.seen == ["/jwks"]


def test_a_new_key_is_fetched_when_a_token_names_it(issuer: Issuer, keys: JwkSet, clock: Clock) -> None:
    tokens = Tokens(ISSUER, AUDIENCE, keys, now=clock.now)
    tokens.check(token(issuer.keys[0], claims(clock.ms)))
    fresh = key("k2")
    issuer.keys = [fresh]
    clock.seconds += 61
    tokens.check(token(fresh, claims(clock.ms)))
    assert issuer.asked == 2


def test_unknown_keys_cause_one_request_a_minute(issuer: Issuer, keys: JwkSet, clock: Clock) -> None:
    keys.refresh()
    clock.seconds += 61
    for number in range(50):
        with pytest.raises(Unauthenticated, match="does not publish"):
            keys.find(f"made-up-{number}", "ES256")
    assert issuer.asked == 2
    clock.seconds += 60
    with pytest.raises(Unauthenticated):
        keys.find("made-up", "ES256")
    assert issuer.asked == 3


def test_a_key_that_the_issuer_withdrew_is_no_longer_good(issuer: Issuer, keys: JwkSet, clock: Clock) -> None:
    assert keys.find("k1", "ES256")
    issuer.keys = [key("k2")]
    clock.seconds += 601
    keys.find("k1", "ES256")  # the old set serves while the new one is fetched
    ended = time.monotonic() + 5
    while issuer.asked < 2 or "k1" in {one.kid for one in keys._keys}:
        assert time.monotonic() < ended
        time.sleep(0.01)
    with pytest.raises(Unauthenticated):
        keys.find("k1", "ES256")


@pytest.mark.parametrize("mode", ["down", "redirect", "garbage", "huge", "empty", "private", "slow"])
def test_the_last_good_keys_serve_while_the_issuer_does_not(
    issuer: Issuer, keys: JwkSet, clock: Clock, mode: str
) -> None:
    assert keys.refresh()
    issuer.mode = mode
    clock.seconds += 700
    begun = time.monotonic()
    assert keys.find("k1", "ES256")
    with pytest.raises(Unauthenticated, match="does not publish"):
        keys.find("unknown", "ES256")
    assert time.monotonic() - begun < 5
    assert keys.find("k1", "ES256")
    assert "/elsewhere" not in issuer.seen
    clock.seconds += Times().last
    with pytest.raises(Unauthenticated, match="cannot be had"):
        keys.find("k1", "ES256")
    issuer.mode = "good"
    clock.seconds += 61
    ended = time.monotonic() + 5
    while not keys.refresh():  # what was slow may still be under way
        clock.seconds += 6
        assert time.monotonic() < ended
        time.sleep(0.05)
    assert keys.find("k1", "ES256")


def test_an_answer_without_end_is_not_read_to_the_end(issuer: Issuer, keys: JwkSet) -> None:
    issuer.mode = "endless"
    assert keys.refresh() is False
    sent, ended = -1, time.monotonic() + 20
    while issuer.sent != sent or not sent:  # until the connection is closed
        assert time.monotonic() < ended
        sent = issuer.sent
        time.sleep(0.2)


@pytest.mark.parametrize("mode", ["down", "redirect", "garbage", "huge", "empty", "private"])
def test_without_keys_nobody_gets_in(issuer: Issuer, keys: JwkSet, mode: str) -> None:
    issuer.mode = mode
    assert keys.refresh() is False
    with pytest.raises(Unauthenticated, match="cannot be had"):
        keys.find("k1", "ES256")


def test_an_issuer_that_is_not_who_it_says_is_not_believed(root: Authority, clock: Clock, tmp_path: Path) -> None:
    trusting = client_context(ca=root.path)
    elsewhere = root.issue("issuer.example")
    for pair in (self_signed(tmp_path, "self"), Authority(tmp_path, "other").issue("issuer", here()), elsewhere):
        with running(Issuer([key()]), server_context(pair.certificate, pair.key)) as false:
            keys = JwkSet(false.url, tls=trusting, ticks=clock.ticks, times=QUICK)
            assert keys.refresh() is False
            assert false.asked == 0


def test_many_at_once_make_one_request(issuer: Issuer, keys: JwkSet) -> None:
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(keys.find("k1", "ES256").kid)) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == ["k1"] * 12 and issuer.asked == 1


def test_an_address_must_be_https_and_verified() -> None:
    with pytest.raises(ConfigError, match="https only"):
        JwkSet("http://issuer.test/jwks", tls=client_context())
    for address in ("file:///etc/passwd", "ftp://issuer.test/x", "https:///jwks"):
        with pytest.raises(ConfigError):
            JwkSet(address, tls=client_context())
    with pytest.raises(ConfigError):
        JwkSet("https://issuer.test/jwks")
    blind = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    blind.check_hostname = False
    blind.verify_mode = ssl.CERT_NONE
    with pytest.raises(ConfigError, match="not be verified"):
        JwkSet("https://issuer.test/jwks", tls=blind)


def test_a_file_is_read_again(tmp_path: Path, clock: Clock) -> None:
    path = tmp_path / "jwks.json"
    keys = JwkSet(str(path), ticks=clock.ticks)
    assert keys.refresh() is False
    path.write_bytes(Issuer([key()]).set())
    clock.seconds += 6
    assert keys.find("k1", "ES256")
    path.write_bytes(Issuer([key("k2")]).set())
    clock.seconds += 61
    assert keys.find("k2", "ES256")


@pytest.mark.parametrize(
    "data",
    [b"", b"[]", b"{}", b'{"keys": 5}', b'{"keys": {}}', b'"keys"', b"\xff", b"[" * 100_000, b" " * (MAX_BYTES + 1),
     b'{"keys": [' + b"{}," * 64 + b"{}]}"],
)  # fmt: skip
def test_no_set_of_keys(data: bytes) -> None:
    with pytest.raises(ConfigError):
        parse(data)


def test_a_set_may_hold_what_we_do_not_know() -> None:
    assert parse(b'{"keys": [{}, 5, null, [], {"kty": "AKP"}]}') == ()
