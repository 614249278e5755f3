"""Where a server may listen, and why not."""

from __future__ import annotations

import socket
from itertools import product

import pytest

from accord.access.listen import Listen, check_listen
from accord.errors import ConfigError

NAMES = {
    "localhost": ("127.0.0.1", "::1"),
    "hijacked": ("127.0.0.1", "192.0.2.7"),
    "gateway.example": ("192.0.2.7",),
    "127.1": ("127.0.0.1",),
    "0": ("0.0.0.0",),
    "0x7f000001": ("127.0.0.1",),
    "nowhere": (),
}


def resolve(host: str) -> tuple[str, ...]:
    if host not in NAMES:
        raise socket.gaierror(8, "not known")
    return NAMES[host]


def check(host: str, port: int = 8080, *, keys: bool = False, **more: bool) -> Listen:
    return check_listen(host, port, keys_exist=keys, resolve=resolve, **more)  # type: ignore[arg-type]


LOOPBACK = ["127.0.0.1", "127.8.9.10", "::1", "[::1]", "::ffff:127.0.0.1", "localhost", "127.1", "0x7f000001"]
ELSEWHERE = [
    "0.0.0.0", "::", "[::]", "", "*", "0", "192.0.2.7", "10.0.0.1", "::ffff:0.0.0.0", "::ffff:10.0.0.1", "fe80::1",
    "fe80::1%eth0", "hijacked", "gateway.example", "::127.0.0.1", "169.254.169.254", "2001:db8::1", "128.0.0.1",
]  # fmt: skip


@pytest.mark.parametrize("host", LOOPBACK)
def test_this_machine_alone_is_open_until_there_is_a_key(host: str) -> None:
    where = check(host)
    assert where.loopback and where.open and where.port == 8080 and where.unix is None
    closed = check(host, keys=True)
    assert closed.loopback and not closed.open


@pytest.mark.parametrize("host", ELSEWHERE)
def test_elsewhere_it_takes_keys_and_tls(host: str) -> None:
    with pytest.raises(ConfigError, match="no API key") as caught:
        check(host, tls=True)
    assert "accord keys add" in caught.value.hint
    with pytest.raises(ConfigError, match="no TLS") as caught:
        check(host, keys=True)
    assert "--behind-proxy" in caught.value.hint and "127.0.0.1" in caught.value.hint
    for more in ({"tls": True}, {"behind_proxy": True}):
        where = check(host, keys=True, **more)
        assert not where.open and not where.loopback
    assert not check(host, oidc=True, tls=True).open
    assert not check(host, mtls=True).open


@pytest.mark.parametrize("host", [*LOOPBACK, *ELSEWHERE, "unix:/run/a.sock"])
def test_nothing_is_ever_open_to_others(host: str) -> None:
    for keys, oidc, mtls, tls, proxy in product((False, True), repeat=5):
        try:
            where = check(host, keys=keys, oidc=oidc, mtls=mtls, tls=tls, behind_proxy=proxy)
        except ConfigError as error:
            assert error.hint
            continue
        assert where.loopback or keys or oidc or mtls
        assert where.loopback or tls or mtls or proxy
        assert where.open is not (keys or oidc or mtls)


@pytest.mark.parametrize("host", ["127.0.0.1", "unix:/run/a.sock"])
def test_behind_a_proxy_this_machine_is_not_alone(host: str) -> None:
    with pytest.raises(ConfigError, match="behind a proxy"):
        check(host, behind_proxy=True)
    assert not check(host, behind_proxy=True, keys=True).open


def test_what_was_checked_is_what_is_bound() -> None:
    assert check("localhost").addresses == ("127.0.0.1", "::1")
    assert check("[::1]").addresses == ("::1",)
    assert set(check("", keys=True, tls=True).addresses) == {"0.0.0.0", "::"}


def test_the_refusal_names_where_a_name_leads() -> None:
    with pytest.raises(ConfigError, match=r"192\.0\.2\.7"):
        check("hijacked")


@pytest.mark.parametrize("host", ["unix:/run/accord.sock", "/run/accord.sock"])
def test_a_unix_socket_is_of_this_machine(host: str) -> None:
    where = check(host)
    assert where.unix == "/run/accord.sock" and where.open and where.addresses == ()


@pytest.mark.parametrize(
    "host", ["nowhere", "unknown", "unix:", "127.0.0.1:80", "a b", "x\n", "http://x/", "[::1]x", "\0"]
)
def test_no_address(host: str) -> None:
    with pytest.raises(ConfigError) as caught:
        check(host)
    assert caught.value.hint


@pytest.mark.parametrize("port", [-1, 65536])
def test_no_port(port: int) -> None:
    with pytest.raises(ConfigError, match="port"):
        check("127.0.0.1", port)


def test_names_are_asked_of_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 0))] * 2
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answer)
    assert check_listen("localhost", 0, keys_exist=False).addresses == ("127.0.0.1",)
