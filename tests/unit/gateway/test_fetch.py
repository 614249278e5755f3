"""Media by address: nothing unless listed, and then by rules that no address can talk its way around."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from tests.unit.access.pki import Authority
from tests.upstream import FakeUpstream, Repeat, Reply, Reset, Send, Wait, answer

from accord.access.tls import client_context, server_context
from accord.errors import ConfigError
from accord.gateway.fetch import FILES, IMAGES, Fetched, Fetcher, is_public
from accord.gateway.problems import Problem

HOSTS = ("files.example.org", "*.cdn.example.org")
URL = "https://files.example.org/a.png"


class Names:
    """Says where hosts are; a different answer every time where several are given."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers, self.asked = list(answers), []

    async def __call__(self, host: str) -> Sequence[str]:
        self.asked.append(host)
        found = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if not found:
            raise OSError
        return found


def refused(url: str, names: Names | None = None, **how: Any) -> Problem:
    looked = names or Names(["93.184.215.14"])
    with pytest.raises(Problem) as caught:
        asyncio.run(Fetcher(how.pop("hosts", HOSTS), resolve=looked, **how).fetch(url, "messages[0].url"))
    if names is None:
        assert not looked.asked, "it is not even looked up"
    assert caught.value.param == "messages[0].url"
    return caught.value


def test_without_hosts_nothing_is_fetched() -> None:
    said = refused(URL, hosts=())
    assert (said.status, said.code) == (400, "remote_media") and "data URL" in str(said)
    assert not Fetcher().enabled and Fetcher(HOSTS).enabled


@pytest.mark.parametrize(
    "url",
    [
        "http://files.example.org/a.png",
        "https://files.example.org:8443/a.png",
        "https://files.example.org:80/a.png",
        "https://files.example.org:0/",
        "https://files.example.org:x/",
        "https://jane@files.example.org/a.png",
        "https://files.example.org@127.0.0.1/",
        "https://127.0.0.1@files.example.org/",
        "https://@files.example.org/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0177.0.0.1/",
        "https://127.1/",
        "https://localhost/",
        "https://files.example.org./a.png",
        "https://files.example.org.evil.example/",
        "https://evil.example/files.example.org",
        "https://evil.example?files.example.org",
        "https://evil.example#files.example.org",
        "https://evil.example\\@files.example.org/",
        "https://evilfiles.example.org/",
        "https://cdn.example.org/",
        "https://xcdn.example.org/",
        "https://.cdn.example.org/",
        "https://a..cdn.example.org/",
        "https://-a.cdn.example.org/",
        "https://files.example.org/#a",
        "https://files.example.org/a b",
        "https://files.example.org/a\r\nHost: evil",
        "https://files.example.org/\x00",
        "https://files。example.org/",
        "https://ﬁles.example.org/",
        "https://files.example.org/ä",
        "https:files.example.org",
        "https:///files.example.org",
        "//files.example.org/a.png",
        "file:///etc/passwd",
        "ftp://files.example.org/",
        "gopher://files.example.org/",
        "data:image/png;base64,AA==",
        "https://[files.example.org/",
        "https://files.example.org/" + "a" * 3000,
        "",
    ],
)
def test_addresses_that_are_not_asked(url: str) -> None:
    said = refused(url)
    assert (said.status, said.code) == (400, "remote_media")
    assert "example" not in str(said) and "jane" not in str(said)


@pytest.mark.parametrize(
    "address",
    """127.0.0.1 127.8.8.8 0.0.0.0 0.1.2.3 10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1 169.254.169.254 100.64.0.1
    100.100.100.200 192.0.0.192 192.0.2.1 198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1 239.1.1.1 240.0.0.1
    255.255.255.255 168.63.129.16 192.88.99.1 :: ::1 ::7f00:1 ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:8.8.8.8
    ::ffff:0:8.8.8.8 64:ff9b::7f00:1 64:ff9b::8.8.8.8 64:ff9b:1::1 100::1 2001::1 2001:db8::1 2002:7f00:1:: 2002:808:808::
    fc00::1 fd00:ec2::254 fe80::1 fe80::1%eth0 2606:4700::1%1 fec0::1 ff02::1 3fff::1 4000::1 nothing 127.1 1.2.3 """.split(),
)
def test_addresses_of_inside_are_not_asked(address: str) -> None:
    assert not is_public(address)
    said = refused(URL, Names([address]))
    assert (said.status, said.code) == (400, "remote_media")
    assert refused(URL, Names(["93.184.215.14", address])).status == 400, "one among others is enough"


@pytest.mark.parametrize(
    "address", ["93.184.215.14", "8.8.8.8", "172.32.0.1", "2606:4700::1111", "2a00:1450:4001::1"]
)
def test_addresses_of_the_internet(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "host", ["", "*", "*.", "localhost", "127.0.0.1", "*.com.", "a b.example", "ex*.example", "[::1]", "a/b.c"]
)
def test_hosts_that_cannot_be_listed(host: str) -> None:
    with pytest.raises(ConfigError):
        Fetcher([host])


class Site:
    """A server of files over TLS, known by its names."""

    def __init__(self, fake: FakeUpstream, authority: Authority) -> None:
        self.fake, self.authority = fake, authority

    def fetch(self, reply: Reply, url: str = URL, names: Names | None = None, **how: Any) -> Fetched:
        self.fake.will(reply)
        kinds = how.pop("kinds", IMAGES)
        looked = names or Names(["127.0.0.1"])
        given = {"largest": 1000, "seconds": 1.0, "tls": client_context(ca=self.authority.path), **how}
        fetcher = Fetcher(HOSTS, resolve=looked, allowed=lambda a: a == "127.0.0.1", port=self.fake.port, **given)

        async def run() -> Fetched:
            try:
                return await fetcher.fetch(url, "here", kinds=kinds)
            finally:  # whatever came of it, no connection is left behind
                over = self.fake
                assert await asyncio.to_thread(over.wait, lambda: over.closed == over.opened, 5.0)
                await asyncio.sleep(0.05)

        return asyncio.run(run())

    def fails(self, reply: Reply, **how: Any) -> tuple[int, str]:
        with pytest.raises(Problem) as caught:
            self.fetch(reply, **how)
        assert "Jane" not in str(caught.value)
        return caught.value.status, caught.value.code


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> tuple[Authority, Any]:
    authority = Authority(tmp_path_factory.mktemp("pki"))
    names = [x509.DNSName("files.example.org"), x509.DNSName("*.cdn.example.org")]
    pair = authority.issue("files", *names)
    return authority, server_context(pair.certificate, pair.key)


@pytest.fixture
def site(pki: tuple[Authority, Any]) -> Iterator[Site]:
    with FakeUpstream(pki[1]) as fake:
        yield Site(fake, pki[0])


def picture(data: bytes = b"png", kind: str = "image/png", **headers: str) -> Reply:
    return answer(body=data, headers={"Content-Type": kind, **headers})


def test_a_file_of_a_listed_host(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    cookie = "Jane Doe=1"
    got = site.fetch(picture(**{"Set-Cookie": cookie}), "https://FILES.example.org:443/a%20b?x=%31")
    assert (got.data, got.media_type) == (b"png", "image/png") and "png" not in repr(got)
    seen = site.fake.requests[0]
    assert (seen.method, seen.path) == ("GET", "/a%20b?x=%31")
    assert set(seen.headers) == {"host", "accept", "accept-encoding", "user-agent"}
    assert seen.headers["host"] == "files.example.org" and "Jane" not in caplog.text
    assert site.fetch(picture(), "https://a.cdn.example.org").data == b"png"
    assert site.fake.requests[1].path == "/"


def test_kinds_of_media(site: Site) -> None:
    assert site.fetch(picture(b"%PDF", "application/pdf; x=y"), kinds=FILES).media_type == "application/pdf"
    for kind, kinds in (
        ("text/html", IMAGES),
        ("image/png", FILES),
        ("", IMAGES),
        ("image/", IMAGES),
        ("image/a b", IMAGES),
    ):
        assert site.fails(picture(kind=kind), kinds=kinds) == (400, "remote_media")


def test_bounds(site: Site) -> None:
    assert site.fetch(picture(b"x" * 1000)).data == b"x" * 1000
    assert site.fails(picture(b"x" * 1001)) == (413, "too_large")
    head = Send(b"HTTP/1.1 200 OK\r\ncontent-type: image/png\r\n\r\n")
    assert site.fails([head, Repeat(b"x" * 100)]) == (413, "too_large")
    slow = {"seconds": 0.2}
    assert site.fails([Wait(9)], **slow) == (504, "remote_media_timeout")
    assert site.fails([head, Repeat(b"x", 0.01)], **slow) == (504, "remote_media_timeout")


@pytest.mark.parametrize(
    "reply",
    [
        answer({"Jane": 1}, 404),
        answer({}, 500),
        picture(**{"Content-Encoding": "gzip"}),
        [Reset()],
        [Send(b"Jane\r\n\r\n")],
        [Send(b"HTTP/1.1 200 OK\r\ncontent-type: image/png\r\ncontent-length: 9\r\n\r\nx"), Reset()],
    ],
)
def test_hosts_that_fail(site: Site, reply: Reply) -> None:
    assert site.fails(reply) == (502, "remote_media_failed")


def test_redirects_are_not_followed(site: Site) -> None:
    for status in (301, 302, 303, 307, 308):
        to = {"Location": "https://files.example.org/other", "Content-Type": "image/png"}
        assert site.fails(answer({}, status, to)) == (400, "remote_media")
    assert len(site.fake.requests) == 5


def test_the_name_is_looked_up_once_and_the_connection_goes_where_it_was_judged(site: Site) -> None:
    """DNS rebinding: a second answer to the same question would point elsewhere."""
    names = Names(["127.0.0.1"], ["10.0.0.1"])
    assert site.fetch(picture(), names=names).data == b"png"
    assert names.asked == ["files.example.org"]
    assert site.fails(picture(), names=Names([])) == (502, "remote_media_failed")


def test_servers_are_verified(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = Authority(tmp_path, "other")
    assert site.fails(picture(), tls=client_context(ca=other.path)) == (502, "remote_media_failed")
    assert site.fails(picture(), url="https://a.b.cdn.example.org/") == (502, "remote_media_failed")
    assert not site.fake.requests
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    with FakeUpstream() as plain:
        plain.will(picture())
        with pytest.raises(Problem):
            Site(plain, site.authority).fetch(picture(), seconds=0.3)
