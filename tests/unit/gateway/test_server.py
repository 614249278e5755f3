"""The server on real sockets: one reading of every request, bounded heads, TLS, and an end that finishes."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from accord.access.listen import Listen, check_listen
from accord.errors import ConfigError
from accord.gateway import protocol
from accord.gateway.server import Certificate, Serving, address, bind, server

HEAD = b"POST /x HTTP/1.1\r\nHost: a\r\n"
LOCAL = Listen("127.0.0.1", 0, ("127.0.0.1",), None, loopback=True, open=True)


class Seen:
    """An application that keeps what it was asked, and says what it read."""

    def __init__(self, slow: float = 0.0) -> None:
        self.scopes: list[dict[str, Any]] = []
        self.bodies: list[bytes] = []
        self.ended = False
        self._slow = slow

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            self.ended = True
            await send({"type": "lifespan.shutdown.complete"})
            return
        body, more = b"", True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body, more = body + message.get("body", b""), message.get("more_body", False)
        self.scopes.append({**scope, "headers": list(scope["headers"])})
        self.bodies.append(body)
        await asyncio.sleep(self._slow)
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"6")]})
        await send({"type": "http.response.body", "body": b"<read>"})


class Running:
    """A server in a thread."""

    def __init__(self, seen: Seen, how: Serving) -> None:
        self.seen, ready = seen, threading.Event()
        self.sockets = bind(LOCAL)
        self.where = address(LOCAL, self.sockets, tls=how.certificate is not None)
        self.port = self.sockets[0].getsockname()[1]
        self._server = server(seen, how, ready.set)
        self._thread = threading.Thread(target=self._server.run, args=(self.sockets,), daemon=True)
        self._thread.start()
        assert ready.wait(10)

    def stop(self) -> None:
        self._server.should_exit = True

    def stopped(self) -> bool:
        self._thread.join(10)
        return not self._thread.is_alive()

    def open(self) -> socket.socket:
        made = socket.socket()
        made.settimeout(10)
        try:
            made.connect(("127.0.0.1", self.port))
        except OSError:
            made.close()
            raise
        return made

    def ask(self, data: bytes) -> bytes:
        with closing(self.open()) as made:
            with suppress(ConnectionError):  # it was refused before all of it was said
                made.sendall(data)
            return read(made)


def read(made: socket.socket) -> bytes:
    """All that comes until the other side closes or says nothing for a while."""
    got = b""
    made.settimeout(3)
    try:
        while part := made.recv(65_536):
            got += part
            if b"connection: close" not in got.lower():
                made.settimeout(0.2)
    except (TimeoutError, ConnectionError):
        pass
    return got


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


@contextmanager
def running(how: Serving | None = None, *, slow: float = 0.0) -> Iterator[Running]:
    made = Running(Seen(slow), how or Serving(drain=5.0))
    try:
        yield made
    finally:
        made.stop()
        assert made.stopped()


@pytest.fixture(scope="module")
def one() -> Iterator[Running]:
    with running() as made:
        yield made


@pytest.fixture(autouse=True)
def fresh(request: pytest.FixtureRequest) -> None:
    if "one" in request.fixturenames:
        seen = request.getfixturevalue("one").seen
        seen.scopes.clear()
        seen.bodies.clear()


def test_it_answers_and_says_nothing_of_itself(one: Running) -> None:
    answer = one.ask(HEAD + b"Content-Length: 2\r\n\r\nhi")
    assert status(answer) == 200 and answer.endswith(b"<read>")
    assert one.seen.bodies == [b"hi"]
    assert b"\r\nserver:" not in answer.lower() and b"uvicorn" not in answer.lower()
    assert b"x-content-type-options: nosniff" in answer


SMUGGLED = {
    "length and chunked": b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunked and length": b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n",
    "two lengths": b"Content-Length: 2\r\nContent-Length: 3\r\n\r\nhi!",
    "the same length twice": b"Content-Length: 2\r\nContent-Length: 2\r\n\r\nhi",
    "a list of lengths": b"Content-Length: 2, 2\r\n\r\nhi",
    "a signed length": b"Content-Length: +2\r\n\r\nhi",
    "a length in hexadecimal": b"Content-Length: 0x2\r\n\r\nhi",
    "no length": b"Content-Length:\r\n\r\nhi",
    "space before the colon": b"Content-Length : 2\r\n\r\nhi",
    "folded": b"X: a\r\n b\r\nContent-Length: 2\r\n\r\nhi",
    "folded by a tab": b"Transfer-Encoding:\r\n\tchunked\r\n\r\n0\r\n\r\n",
    "bare line feed": b"X: a\nContent-Length: 2\r\n\r\nhi",
    "bare carriage return": b"X: a\rContent-Length: 2\r\n\r\nhi",
    "NUL": b"X: a\0b\r\nContent-Length: 2\r\n\r\nhi",
    "another coding": b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "chunked is not the last": b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
    "chunked twice": b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "nearly chunked": b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "vertical tab": b"Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n",
    "chunk ended by a line feed": b"Transfer-Encoding: chunked\r\n\r\n2\nhi\r\n0\r\n\r\n",
    "chunk of a negative size": b"Transfer-Encoding: chunked\r\n\r\n-2\r\nhi\r\n0\r\n\r\n",
    "chunk of an enormous size": b"Transfer-Encoding: chunked\r\n\r\n10000000000000002\r\nhi\r\n0\r\n\r\n",
    "chunk longer than it says": b"Transfer-Encoding: chunked\r\n\r\n2\r\nhi!!0\r\n\r\n",
    "another host": b"Host: b\r\nContent-Length: 2\r\n\r\nhi",
    "an upgrade": b"Connection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 2\r\n\r\nhi",
}


@pytest.mark.parametrize("rest", SMUGGLED.values(), ids=list(SMUGGLED))
def test_what_can_be_read_in_two_ways_is_refused(one: Running, rest: bytes) -> None:
    answer = one.ask(HEAD + rest + b"GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n")
    assert status(answer) in (400, 501), answer
    assert len(re.findall(rb"HTTP/1\.1 \d{3}", answer)) == 1 and b"connection: close" in answer
    assert b"<read>" not in answer
    assert not any(scope["path"] == "/smuggled" for scope in one.seen.scopes)
    assert all(body == b"" for body in one.seen.bodies)


@pytest.mark.parametrize(
    "whole",
    [
        b"GET /x\r\n\r\n",
        b"GET /x HTTP/1.2\r\nHost: a\r\n\r\n",
        b"GET /x HTTP/2.0\r\nHost: a\r\n\r\n",
        b"GET /x HTTP/1.1\r\n\r\n",
        b"GET /x HTTP/1.1\nHost: a\n\n",
        b"POST /x HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n",
        b"get /x HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /x\xff HTTP/1.1\r\nHost: a\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ],
)
def test_what_is_no_request_of_ours_is_refused(one: Running, whole: bytes) -> None:
    assert status(one.ask(whole)) in (400, 501, 505)
    assert one.seen.scopes == []


def test_what_is_well_formed_is_read(one: Running) -> None:
    chunked = b"Transfer-Encoding: chunked\r\n\r\n2;a=b\r\nhi\r\n1\r\n!\r\n0\r\n\r\n"
    assert status(one.ask(HEAD + chunked)) == 200
    assert status(one.ask(b"GET / HTTP/1.0\r\n\r\n")) == 200
    assert one.seen.bodies == [b"hi!", b""]


def test_trailers_are_no_headers(one: Running) -> None:
    sent = (
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\nAuthorization: Bearer x\r\nX-Forwarded-For: 1.2.3.4\r\n\r\n"
    )
    assert status(one.ask(sent)) == 200
    assert [name for name, _ in one.seen.scopes[0]["headers"]] == [b"host", b"transfer-encoding"]


def test_requests_in_a_row_are_answered_in_order(one: Running) -> None:
    two = HEAD + b"Content-Length: 1\r\n\r\n1" + HEAD + b"Content-Length: 1\r\n\r\n2"
    assert one.ask(two).count(b"HTTP/1.1 200") == 2
    assert one.seen.bodies == [b"1", b"2"]


@pytest.mark.parametrize(
    ("head", "code"),
    [
        (b"GET /" + b"a" * protocol.URL_BYTES + b" HTTP/1.1\r\nHost: a\r\n\r\n", 414),
        (HEAD + b"X: " + b"a" * protocol.HEAD_BYTES + b"\r\n\r\n", 431),
        (HEAD + b"X: a\r\n" * protocol.HEADERS + b"\r\n", 431),
        (HEAD + b"X: " + b"a" * (protocol.HEAD_BYTES + 1), 431),
        (b"GET / HTTP/1.1\r\nHost: a\r\n" + b"A: b\r\n" * 60_000, 431),
    ],
)
def test_heads_are_bounded(one: Running, head: bytes, code: int) -> None:
    answer = one.ask(head)
    assert status(answer) == code
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["error"]["code"] == "too_large"
    assert one.seen.scopes == []


def test_a_head_as_large_as_allowed_is_served(one: Running) -> None:
    many = b"".join(b"X-%d: %s\r\n" % (i, b"a" * 400) for i in range(protocol.HEADERS - 2))
    assert status(one.ask(HEAD + many + b"Content-Length: 0\r\n\r\n")) == 200


@pytest.mark.parametrize("size", [65_000, 65_537, 200_000, 3_000_000])
@pytest.mark.parametrize("chunked", [False, True])
def test_bodies_are_no_heads_however_they_arrive(one: Running, size: int, chunked: bool) -> None:
    body = b"a" * size
    written = b"%x\r\n%s\r\n0\r\n\r\n" % (size, body) if chunked else body
    said = b"Transfer-Encoding: chunked" if chunked else b"Content-Length: %d" % size
    request = HEAD + said + b"\r\n\r\n" + written
    assert status(one.ask(request)) == 200
    with closing(one.open()) as made:
        for _ in range(3):
            made.sendall(request + HEAD)
            made.sendall(b"Content-Length: 1\r\n\r\nb")
            got = b""
            while got.count(b"<read>") < 2:
                got += made.recv(65_536)
                assert b"431" not in got
    assert [len(each) for each in one.seen.bodies] == [size, *[size, 1] * 3]


def test_endless_trailers_are_refused(one: Running) -> None:
    sent = HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n" + b"A: b\r\n" * 20_000
    answer = one.ask(sent)
    assert answer == b"" or status(answer) in (400, 431)


def test_who_says_nothing_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.2)
    with running() as made:
        with closing(made.open()) as idle, closing(made.open()) as slow, closing(made.open()) as blank:
            slow.sendall(b"GET / HTTP/1.1\r\nHost")
            blank.sendall(b"\r\n\r\n")
            assert (idle.recv(10), slow.recv(10), blank.recv(10)) == (b"", b"", b"")
        assert status(made.ask(HEAD + b"Content-Length: 0\r\n\r\n")) == 200


def test_too_many_connections_are_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "CONNECTIONS", 2)
    with running() as made, closing(made.open()), closing(made.open()):
        time.sleep(0.1)
        assert status(made.ask(b"")) == 503


def test_behind_a_proxy_it_says_who_asks() -> None:
    said = b"GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 6.6.6.6\r\nX-Forwarded-For: 1.2.3.4, 203.0.113.9\r\n\r\n"
    with running(Serving(drain=1.0, behind_proxy=True)) as made:
        made.ask(said)
        made.ask(b"GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: nobody\r\n\r\n")
        assert [scope["client"][0] for scope in made.seen.scopes] == ["203.0.113.9", "127.0.0.1"]
    with running(Serving(drain=1.0)) as made:
        made.ask(said)
        assert made.seen.scopes[0]["client"][0] == "127.0.0.1"


def test_what_is_open_is_finished() -> None:
    with running(slow=0.5) as made, closing(made.open()) as busy, closing(made.open()) as idle:
        busy.sendall(HEAD + b"Content-Length: 0\r\n\r\n")
        time.sleep(0.2)
        made.stop()
        assert read(busy).endswith(b"<read>")
        assert idle.recv(10) == b""
        assert made.stopped() and made.seen.ended
        with pytest.raises(ConnectionRefusedError):
            made.open()


def test_what_does_not_end_is_cut_off() -> None:
    began = time.monotonic()
    with running(Serving(drain=1.0), slow=60.0) as made, closing(made.open()) as busy:
        busy.sendall(HEAD + b"Content-Length: 0\r\n\r\n")
        time.sleep(0.2)
        made.stop()
        assert b"200" not in read(busy)
        assert made.stopped() and made.seen.ended
    assert time.monotonic() - began < 20


def test_nothing_of_an_exception_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    class Failing(Seen):
        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] == "lifespan":
                await super().__call__(scope, receive, send)
                return
            raise ValueError("jane@example.org")

    made = Running(Failing(), Serving(drain=1.0))
    assert status(made.ask(HEAD + b"Content-Length: 0\r\n\r\n")) == 500
    made.stop()
    assert made.stopped()
    assert "ValueError" in caplog.text and "jane" not in caplog.text


def authority(folder: Path) -> Callable[[str], tuple[Path, Path]]:
    """Makes certificates of one authority, which is `ca.pem`; the gateway's own and those of clients."""
    import datetime

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    now = datetime.datetime.now(datetime.UTC)
    own = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "authority")])

    def made(key: Any, subject: str, *, ca: bool) -> x509.Certificate:
        builder = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, subject)]))
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(subject)]), critical=False)
        )
        return builder.sign(own, hashes.SHA256())

    (folder / "ca.pem").write_bytes(made(own, "authority", ca=True).public_bytes(serialization.Encoding.PEM))

    def issue(subject: str) -> tuple[Path, Path]:
        key = ec.generate_private_key(ec.SECP256R1())
        chain, private = folder / f"{subject}.pem", folder / f"{subject}.key"
        chain.write_bytes(made(key, subject, ca=False).public_bytes(serialization.Encoding.PEM))
        form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        private.touch(0o600)
        private.write_bytes(key.private_bytes(*form))
        return chain, private

    return issue


def test_tls_and_certificates_of_clients(tmp_path: Path) -> None:
    issue = authority(tmp_path)
    chain, key = issue("gateway.test")
    how = Serving(drain=1.0, certificate=Certificate(chain, key, tmp_path / "ca.pem"))
    with running(how) as made:
        assert made.where.startswith("https://127.0.0.1:")
        context = ssl.create_default_context(cafile=str(tmp_path / "ca.pem"))
        context.load_cert_chain(*issue("billing.test"))
        with context.wrap_socket(made.open(), server_hostname="gateway.test") as client:
            client.sendall(HEAD + b"Content-Length: 0\r\nConnection: close\r\n\r\n")
            assert read(client).endswith(b"<read>")
        peer = made.seen.scopes[0]["extensions"]["tls"]["client_cert"]
        assert ("DNS", "billing.test") in peer["subjectAltName"]
        stranger = ssl.create_default_context(cafile=str(tmp_path / "ca.pem"))
        with closing(made.open()) as plain, pytest.raises((ssl.SSLError, ConnectionError)):
            client = stranger.wrap_socket(plain, server_hostname="gateway.test")
            with client:
                client.sendall(HEAD + b"Content-Length: 0\r\n\r\n")
                if client.recv(10) == b"":
                    raise ConnectionError
        assert len(made.seen.scopes) == 1


def test_without_tls_nobody_is_said_to_have_a_certificate(one: Running) -> None:
    one.ask(HEAD + b"Content-Length: 0\r\n\r\n")
    assert "extensions" not in one.seen.scopes[0]


def test_a_port_that_is_taken_is_told_with_what_to_do() -> None:
    taken = bind(LOCAL)
    try:
        taken[0].listen()
        with pytest.raises(ConfigError, match="cannot listen on 127.0.0.1") as raised:
            bind(replace(LOCAL, port=taken[0].getsockname()[1]))
        assert "--listen" in raised.value.hint
    finally:
        taken[0].close()


def test_everywhere_is_both_families_on_one_port() -> None:
    everywhere = check_listen("*", 0, keys_exist=True, behind_proxy=True)
    sockets = bind(everywhere)
    try:
        assert {one.getsockname()[1] for one in sockets} == {sockets[0].getsockname()[1]}
        assert address(everywhere, sockets, tls=True).startswith("https://0.0.0.0:")
    finally:
        for one in sockets:
            one.close()


def test_a_unix_socket_is_for_its_owner_and_group(tmp_path: Path) -> None:
    path = tmp_path / "s"
    where = check_listen(f"unix:{path}", 0, keys_exist=False)
    first = bind(where)[0]
    first.listen()
    assert path.stat().st_mode & 0o777 == 0o660
    assert address(where, [first], tls=False) == f"unix:{path}"
    with pytest.raises(ConfigError):
        bind(where)
    first.close()
    bind(where)[0].close()  # nobody listens on what is left of the first
    (tmp_path / "file").write_text("kept")
    with pytest.raises(ConfigError):
        bind(check_listen(f"unix:{tmp_path}/file", 0, keys_exist=False))
    assert (tmp_path / "file").read_text() == "kept"
