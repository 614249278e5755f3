"""Asking an upstream: what arrives there, what is tried again, and how it fails."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from tests.unit.access.pki import Authority
from tests.upstream import Close, FakeUpstream, Repeat, Reply, Reset, Send, Wait, answer, error, gzip_bomb

from accord.access.tls import server_context
from accord.gateway.upstream import Answer, Endpoint, Upstream, UpstreamFailed
from accord.gateway.upstreams import Upstreams

CHAT = "/chat/completions"
FAST = Endpoint("", timeout=0.4, idle=0.4, total=2.0, connect=0.4)


class Counting:
    """A breaker that counts."""

    def __init__(self, allows: bool = True) -> None:
        self.allows, self.good, self.bad = allows, 0, 0

    def allow(self, name: str) -> bool:
        return self.allows

    def success(self, name: str) -> None:
        self.good += 1

    def failure(self, name: str) -> None:
        self.bad += 1


def asking(endpoint: Endpoint, ask: Callable[[Upstream], Awaitable[Any]], breaker: Counting | None = None) -> Any:
    async def run() -> Any:
        upstreams = Upstreams({"one": endpoint}, breaker)
        await upstreams.start()
        try:
            return await ask(upstreams.choose("m"))
        finally:
            await upstreams.stop()

    return asyncio.run(run())


def post(fake: FakeUpstream, body: bytes = b"{}", endpoint: Endpoint = FAST, **how: Any) -> Answer:
    made: Answer = asking(replace(endpoint, url=fake.url), lambda one: one.post(CHAT, body, **how))
    return made


def failing(*replies: Reply, endpoint: Endpoint = FAST, seen: int | None = 1, **how: Any) -> UpstreamFailed:
    with FakeUpstream() as fake, pytest.raises(UpstreamFailed) as caught:
        fake.will(*replies)
        try:
            post(fake, endpoint=endpoint, **how)
        finally:
            assert seen is None or len(fake.requests) == seen
    return caught.value


def test_what_is_asked_arrives_and_nothing_else() -> None:
    with FakeUpstream() as fake:
        fake.will(answer({"a": "ä"}))
        found = post(fake, b'{"x":1}')
        (seen,) = fake.requests
    assert found.json() == {"a": "ä"} and found.status == 200 and "ä" not in repr(found)
    assert (seen.method, seen.path, seen.body) == ("POST", "/v1/chat/completions", b'{"x":1}')
    assert len(seen.headers.pop("x-request-id")) == 32
    assert seen.headers == {
        "host": f"127.0.0.1:{fake.port}",
        "accept": "application/json",
        "accept-encoding": "identity",
        "user-agent": "accord",
        "content-type": "application/json",
        "content-length": "7",
    }


def test_connections_are_kept_and_bounded() -> None:
    with FakeUpstream() as fake:

        async def many(one: Upstream) -> None:
            await asyncio.gather(*(one.post(CHAT, b'{"messages":[{"content":"a"}]}') for _ in range(12)))

        asking(replace(FAST, url=fake.url, connections=3), many)
        assert len(fake.requests) == 12 and fake.opened <= 3


def test_one_too_many_waits_and_is_told_to_come_again() -> None:
    with FakeUpstream() as fake:
        fake.will([Wait(5)])
        counting = Counting()

        async def two(one: Upstream) -> list[Any]:
            return await asyncio.gather(one.post(CHAT, b"{}"), one.post(CHAT, b"{}"), return_exceptions=True)

        slow, waits = asking(replace(FAST, url=fake.url, connections=1, connect=0.1, timeout=0.5), two, counting)
    assert (slow.status, slow.code) == (504, "upstream_timeout")
    assert (waits.status, waits.code, waits.delivery) == (503, "upstream_busy", "failed")
    assert waits.headers == {"retry-after": "1"} and counting.bad == 1, "that others are served is no failure"


def test_a_large_body_arrives_whole() -> None:
    body = b'{"messages":[{"content":"' + b"x" * 3_000_000 + b'"}]}'
    with FakeUpstream() as fake:
        fake.will(answer({}))
        post(fake, body)
        assert fake.requests[0].body == body


def test_what_is_large_in_pieces_comes_together() -> None:
    with FakeUpstream() as fake:
        fake.will(answer({"a": "ü" * 5000}, cut=777))
        assert post(fake).json() == {"a": "ü" * 5000}


@pytest.mark.parametrize(
    ("status", "code", "becomes", "word"),
    [
        (400, None, 400, "upstream_refused"),
        (400, "context_length_exceeded", 400, "context_length_exceeded"),
        (400, "Jane Doe", 400, "upstream_refused"),
        (422, "invalid_value", 400, "invalid_value"),
        (413, None, 413, "upstream_refused"),
        (404, "model_not_found", 404, "model_not_found"),
        (404, None, 404, "upstream_not_found"),
        (401, "invalid_api_key", 502, "upstream_credentials"),
        (403, None, 502, "upstream_credentials"),
        (408, None, 504, "upstream_timeout"),
        (409, None, 502, "upstream_refused"),
        (429, None, 429, "rate_limit_exceeded"),
        (429, "insufficient_quota", 429, "insufficient_quota"),
        (500, None, 502, "upstream_error"),
        (503, "content_filter", 502, "upstream_error"),
        (504, None, 504, "upstream_timeout"),
        (302, None, 502, "upstream_redirect"),
        (799, None, 502, "upstream_error"),
    ],
)
def test_refusals_are_told_in_our_words(status: int, code: str | None, becomes: int, word: str) -> None:
    said = failing(error(status, code, "Jane Doe has no account", {"Location": "http://127.0.0.1/Jane"}))
    assert (said.status, said.code, said.delivery) == (becomes, word, "delivered")
    assert "Jane" not in str(said) + repr(said) + str(said.headers) + str(said.param)
    assert said.__cause__ is None or "Jane" not in repr(said.__cause__)


@pytest.mark.parametrize(
    ("header", "shown"), [("7", "7"), ("999999", "86400"), ("Wed, 21 Oct 2015", None), ("-1", None)]
)
def test_when_to_come_again_is_a_number_or_is_not_told(header: str, shown: str | None) -> None:
    said = failing(error(429, headers={"Retry-After": header}))
    assert said.headers.get("retry-after") == shown


@pytest.mark.parametrize(
    "reply",
    [
        [Send(b"HELLO Jane\r\n\r\n"), Close()],
        [Send(b"HTTP/1.1 abc OK\r\n\r\n"), Close()],
        [Send(b"\x16\x03\x01\x02\x00\x01\x00" * 10), Close()],
        [Send(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nabcdef")],
        [Send(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n{}")],
        [Send(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\nZZ\r\n{}")],
        [Send(b"HTTP/1.1 200 OK\r\na: " + b"x" * 40_000 + b"\r\n\r\n")],
        [Send(b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 1000 + b"\r\n")],
        answer(body=b"<html>Jane</html>", headers={"Content-Type": "text/html"}),
        answer(body=b"{}", headers={"Content-Type": "text/event-stream"}),
        answer(body=b"{}", headers={"Content-Type": ""}),
        answer(body=b"{}", headers={"Content-Encoding": "br"}),
        gzip_bomb(),
    ],
)
def test_garbage_is_no_answer(reply: Reply, caplog: pytest.LogCaptureFixture) -> None:
    said = failing(reply)
    assert said.status == 502 and said.code in ("upstream_garbled", "upstream_reset")
    assert "Jane" not in str(said) + repr(said) + caplog.text


@pytest.mark.parametrize(
    "body", [b"", b"nothing", b'{"a":', b"[]", b'{"a":NaN}', b'{"a":"\xff"}', b'{"a":"\\ud800"}']
)
def test_what_is_no_json_object_is_no_answer(body: bytes) -> None:
    with FakeUpstream() as fake:
        fake.will(answer(body=body))
        found = post(fake)
    with pytest.raises(UpstreamFailed) as caught:
        found.json()
    assert caught.value.code == "upstream_garbled" and caught.value.delivery == "delivered"


def test_more_than_allowed_is_not_read() -> None:
    small = replace(FAST, largest=1000)
    assert failing(answer(body=b" " * 1001), endpoint=small).code == "upstream_too_large"
    head = Send(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n")
    assert failing([head, Repeat(b" " * 100)], endpoint=small).code == "upstream_too_large"
    endless = Send(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n" + b"x" * 1000)
    assert failing([endless, Repeat(b"x" * 65_536, 0.01)]).status in (502, 504)


def test_an_endless_error_is_cut_off() -> None:
    head = Send(b"HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\n\r\n")
    assert failing([head, Repeat(b" " * 10_000)]).code == "upstream_refused"
    assert failing([head, Wait(9)], endpoint=replace(FAST, total=0.5)).code == "upstream_refused"


@pytest.mark.parametrize(
    ("reply", "endpoint"),
    [
        ([Wait(9)], replace(FAST, timeout=0.1, connect=0.1)),
        ([Send(b"HTTP/1.1 200 OK\r\n"), Wait(9)], replace(FAST, timeout=0.1, connect=0.1)),
        ([Repeat(b"HTTP/1.1 100 Continue\r\n\r\n", 0.01)], replace(FAST, timeout=0.1, connect=0.1)),
        ([*answer({"a": 1})[:1], Wait(9)], replace(FAST, idle=0.1)),
        (
            [Send(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n"), Repeat(b" ", 0.02)],
            replace(FAST, total=0.3),
        ),
    ],
)
def test_what_takes_too_long_ends(reply: Reply, endpoint: Endpoint) -> None:
    said = failing(reply, endpoint=endpoint)
    assert (said.status, said.code) == (504, "upstream_timeout")


def test_a_body_that_breaks_off_is_heard_of_at_once() -> None:
    head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
    patient = replace(FAST, idle=60, total=60)
    chunked = head + b"transfer-encoding: chunked\r\n\r\n2\r\n{}\r\n"
    for steps in (
        [Send(head + b"content-length: 9\r\n\r\n{}"), Wait(0.05), Close()],
        [Send(head + b"content-length: 9\r\n\r\n{}"), Wait(0.05), Reset()],
        [Send(chunked), Wait(0.05), Send(b"XYZ\r\n"), Wait(60)],
        [Send(chunked), Wait(0.05), Close()],
    ):
        said = failing(steps, endpoint=patient)
        assert (said.code, said.delivery) == ("upstream_reset", "unknown")


def test_nobody_there() -> None:
    with FakeUpstream() as fake:
        url = fake.url
    counting = Counting()
    with pytest.raises(UpstreamFailed) as caught:
        asking(replace(FAST, url=url, retries=2), lambda one: one.post(CHAT, b"{}"), counting)
    assert (caught.value.code, caught.value.status, caught.value.delivery) == ("upstream_unreachable", 502, "failed")
    assert counting.bad == 1, "one request fails once, however often it was tried"


def test_a_chat_that_may_have_been_read_is_not_sent_twice() -> None:
    for reply in ([Reset()], [Close()], [Send(b"HTTP/1.1 200"), Reset()], error(503, headers={"Retry-After": "0"})):
        failing(reply, answer({}), seen=1)


def test_what_can_be_asked_twice_is() -> None:
    for reply in (
        [Reset()],
        [Close()],
        error(503, headers={"Retry-After": "0"}),
        error(429, headers={"Retry-After": "0"}),
    ):
        with FakeUpstream() as fake:
            fake.will(reply, answer({"a": 1}))
            assert post(fake, idempotent=True).json() == {"a": 1}
            assert len(fake.requests) == 2


def test_it_is_not_tried_again_without_end_nor_later_than_wanted() -> None:
    again = error(503, headers={"Retry-After": "0"})
    failing(*[again] * 4, endpoint=replace(FAST, retries=2), seen=3, idempotent=True)
    failing(*[again] * 4, endpoint=replace(FAST, retries=0), seen=1, idempotent=True)
    said = failing(error(429, headers={"Retry-After": "60"}), answer({}), seen=1, idempotent=True)
    assert said.headers == {"retry-after": "60"}
    failing(error(500), answer({}), seen=1, idempotent=True)


def test_a_kept_connection_that_was_closed_meanwhile_is_made_anew() -> None:
    with FakeUpstream() as fake:
        fake.will(answer({}), [Reset()], answer({"a": 2}))

        async def twice(one: Upstream) -> Any:
            await one.post(CHAT, b"{}")
            return (await one.post(CHAT, b"{}")).json()

        assert asking(replace(FAST, url=fake.url), twice) == {"a": 2}
        assert len(fake.requests) == 3 and fake.opened == 2
        fake.will(answer({}), [Wait(0.3), Send(b"H"), Reset()], answer({"a": 2}))
        with pytest.raises(UpstreamFailed):
            asking(replace(FAST, url=fake.url, retries=0), twice)


def test_a_kept_connection_that_breaks_late_is_not() -> None:
    with FakeUpstream() as fake:
        fake.will(answer({}), [Wait(1.2), Reset()], answer({"a": 2}))

        async def twice(one: Upstream) -> None:
            await one.post(CHAT, b"{}")
            await one.post(CHAT, b"{}")

        with pytest.raises(UpstreamFailed) as caught:
            asking(replace(FAST, url=fake.url, timeout=5), twice)
        assert len(fake.requests) == 2 and caught.value.delivery == "unknown"


def test_what_comes_unasked_is_nobodys_answer() -> None:
    """An answer that was put on the connection in advance is not given to the next request."""
    planted = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 15\r\n\r\n" + b'{"planted":"x"}'
    with FakeUpstream() as fake:
        fake.will([*answer({"a": 1}), Send(planted)], answer({"a": 2}))

        async def twice(one: Upstream) -> Any:
            await one.post(CHAT, b"{}")
            await asyncio.sleep(0.05)
            return (await one.post(CHAT, b"{}")).json()

        assert asking(replace(FAST, url=fake.url), twice) == {"a": 2}


def test_cookies_are_neither_kept_nor_logged(caplog: pytest.LogCaptureFixture) -> None:
    with FakeUpstream() as fake, caplog.at_level(logging.DEBUG):
        cookies = {"Set-Cookie": "jane=1; path=/\r\nSet-Cookie: Jane Doe{}=2; path=/"}
        fake.will(answer({}, headers=cookies), answer({}))

        async def twice(one: Upstream) -> None:
            await one.post(CHAT, b"{}")
            await one.post(CHAT, b"{}")

        asking(replace(FAST, url=fake.url), twice)
        assert all("cookie" not in seen.headers for seen in fake.requests)
    assert "jane" not in caplog.text.lower()


def test_proxies_and_credentials_of_the_environment_are_not_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login jane password secret\n")
    netrc.chmod(0o600)
    with FakeUpstream() as fake, FakeUpstream() as proxy:
        monkeypatch.setenv("NETRC", str(netrc))
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        fake.will(answer({}))
        post(fake)
        assert not proxy.requests and "authorization" not in fake.requests[0].headers


def test_breakers_hear_of_it() -> None:
    counting = Counting()
    with FakeUpstream() as fake:
        fake.will(answer({}), error(400), error(500), [Reset()], answer(body=b"x", headers={"Content-Type": "a/b"}))

        async def five(one: Upstream) -> None:
            for _ in range(5):
                with pytest.raises(UpstreamFailed) if _ else _nothing():
                    await one.post(CHAT, b"{}")

        asking(replace(FAST, url=fake.url, retries=0), five, counting)
        assert (counting.good, counting.bad) == (2, 3)
        counting.allows = False
        with pytest.raises(UpstreamFailed) as caught:
            asking(replace(FAST, url=fake.url), lambda one: one.post(CHAT, b"{}"), counting)
        assert caught.value.code == "upstream_paused" and len(fake.requests) == 5


def test_whoever_gives_up_ends_it_there_too() -> None:
    with FakeUpstream() as fake:
        fake.will([Wait(30)])
        counting = Counting()

        async def impatient(one: Upstream) -> None:
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(one.post(CHAT, b"{}"), 0.2)
            assert await asyncio.to_thread(fake.wait, lambda: fake.closed == 1, 1.0)
            fake.will(answer({"a": 1}))
            assert (await one.post(CHAT, b"{}")).json() == {"a": 1}

        asking(replace(FAST, url=fake.url, timeout=9, total=9, connections=1), impatient, counting)
        assert (counting.good, counting.bad) == (1, 0)


class _nothing:
    def __enter__(self) -> None: ...
    def __exit__(self, *_: object) -> None: ...


def test_credentials_go_there_and_nowhere_else(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("UP_KEY", "sk-secret")
    with FakeUpstream() as fake, caplog.at_level(logging.DEBUG):
        fake.will(answer({}), error(401, text="sk-secret"))
        endpoint = replace(FAST, url=fake.url, key_env="UP_KEY")
        upstreams = Upstreams({"one": endpoint})
        post(fake, endpoint=endpoint)
        with pytest.raises(UpstreamFailed) as caught:
            post(fake, endpoint=endpoint)
        assert [seen.headers["authorization"] for seen in fake.requests] == ["Bearer sk-secret"] * 2
    shown = repr(upstreams) + repr(list(upstreams)) + repr(endpoint) + repr(caught.value) + caplog.text
    assert "sk-secret" not in shown


def test_a_credential_that_changes_is_used_at_once(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("first\n")
    file.chmod(0o600)
    with FakeUpstream() as fake:
        fake.default = lambda _: answer({})

        async def rotate(one: Upstream) -> None:
            await one.post(CHAT, b"{}")
            fresh = tmp_path / "fresh"
            fresh.write_text("second\n")
            fresh.chmod(0o600)
            fresh.replace(file)
            await one.post(CHAT, b"{}")
            file.chmod(0o644)
            with pytest.raises(UpstreamFailed) as caught:
                await one.post(CHAT, b"{}")
            assert (caught.value.code, caught.value.delivery) == ("upstream_credentials", "failed")
            assert str(tmp_path) not in str(caught.value)
            file.chmod(0o600)
            await one.post(CHAT, b"{}")

        asking(replace(FAST, url=fake.url, key_file=str(file)), rotate)
        assert [s.headers["authorization"] for s in fake.requests] == [
            "Bearer first",
            "Bearer second",
            "Bearer second",
        ]


def test_tls_is_verified_and_certificates_are_shown(tmp_path: Path) -> None:
    import ipaddress

    ours, theirs = Authority(tmp_path, "ours"), Authority(tmp_path, "theirs")
    local = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    pair, other = ours.issue("server", local), ours.issue("other", x509.DNSName("example.org"))
    mine = ours.issue("client")
    both = tmp_path / "both.pem"
    both.write_bytes(mine.certificate.read_bytes() + mine.key.read_bytes())
    both.chmod(0o600)
    with FakeUpstream(server_context(pair.certificate, pair.key)) as fake:
        fake.will(answer({"a": 1}))
        assert post(fake, endpoint=replace(FAST, ca=str(ours.path))).json() == {"a": 1}
        for trusted in (None, str(theirs.path)):
            with pytest.raises(UpstreamFailed) as caught:
                post(fake, b"secret", endpoint=replace(FAST, ca=trusted))
            assert (caught.value.code, caught.value.delivery) == ("upstream_unverified", "failed")
        assert b"secret" not in fake.received and len(fake.requests) == 1
    with FakeUpstream(server_context(other.certificate, other.key)) as fake:
        with pytest.raises(UpstreamFailed) as caught:
            post(fake, endpoint=replace(FAST, ca=str(ours.path)))
        assert caught.value.code == "upstream_unverified"
    with FakeUpstream(server_context(pair.certificate, pair.key, client_ca=ours.path)) as fake:
        fake.will(answer({"a": 1}))
        shows = replace(FAST, ca=str(ours.path), certificate=str(both))
        assert post(fake, endpoint=shows).json() == {"a": 1}
        with pytest.raises(UpstreamFailed):
            post(fake, endpoint=replace(FAST, ca=str(ours.path)))
