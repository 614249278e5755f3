"""Which upstream answers, and which addresses are none."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from accord.errors import ConfigError
from accord.gateway.echo import Echo
from accord.gateway.problems import Problem
from accord.gateway.upstream import Endpoint
from accord.gateway.upstreams import Upstreams

HTTPS = Endpoint("https://models.example.org/v1")


def test_the_first_whose_names_fit_answers() -> None:
    upstreams = Upstreams(
        {
            "exact": replace(HTTPS, models=("gpt-4o", "o3")),
            "family": replace(HTTPS, models=("gpt-*", "*-mini*", "o3"), rename={"gpt-5": "gpt-5-2025"}),
            "rest": replace(HTTPS, models=("local/*",)),
        }
    )
    chosen = {m: upstreams.choose(m).name for m in ("gpt-4o", "gpt-5", "gpt-", "x-mini", "o3", "local/a.b", "local/")}
    assert list(chosen.values()) == ["exact", "family", "family", "family", "exact", "rest", "rest"]
    assert upstreams.choose("gpt-5").rename("gpt-5") == "gpt-5-2025"
    assert upstreams.choose("gpt-5").rename("gpt-6") == "gpt-6"
    assert upstreams.models == [("gpt-4o", "exact"), ("o3", "exact")]
    assert len(upstreams) == 3 and "example" not in repr(upstreams) + repr(list(upstreams))
    for none in ("GPT-4o", "gpt", "xlocal/a", "o33", "", "gpt-4o\n"):
        if none == "gpt-4o\n":
            continue
        with pytest.raises(Problem) as caught:
            upstreams.choose(none)
        assert (caught.value.status, caught.value.code, caught.value.param) == (404, "model_not_found", "model")


def test_names_are_no_patterns_but_for_the_star() -> None:
    upstreams = Upstreams({"a": replace(HTTPS, models=("g.t[1]?+", "a*b*c"))})
    assert upstreams.choose("g.t[1]?+") and upstreams.choose("abc") and upstreams.choose("a1b2c")
    for none in ("gxt1", "ab", "g.t[1]+"):
        with pytest.raises(Problem):
            upstreams.choose(none)


def test_without_any_there_is_one_that_echoes() -> None:
    upstreams = Upstreams({})
    assert isinstance(upstreams.choose("anything"), Echo)
    asyncio.run(upstreams.start())
    asyncio.run(upstreams.stop())


@pytest.mark.parametrize(
    "url",
    [
        "http://models.example.org/v1",
        "http://10.0.0.1/v1",
        "http://127.0.0.1.example.org/",
        "http://localhost.example.org/",
        "https://jane:secret@models.example.org/v1",
        "https://jane@models.example.org/v1",
        "https://models.example.org/v1?key=secret",
        "https://models.example.org/v1#secret",
        "https:///v1",
        "https://models.example.org:99999/",
        "https://[::1",
        "ftp://models.example.org",
        "file:///etc/passwd",
        "models.example.org",
        "https://exämple.org/",
        "https://a b/",
        "Echo",
        "",
    ],
)
def test_addresses_that_are_none(url: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Upstreams({"a": Endpoint(url)})
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "endpoint",
    [
        Endpoint("http://127.0.0.1:8000/v1"),
        Endpoint("http://[::1]:8000/v1"),
        Endpoint("http://localhost:8000/v1"),
        Endpoint("http://10.0.0.1/v1", plain_http=True),
        Endpoint("https://models.example.org"),
        Endpoint("echo"),
    ],
)
def test_addresses_that_are(endpoint: Endpoint) -> None:
    assert Upstreams({"a": endpoint}).choose("m").name == "a"


def test_what_else_is_wrong(tmp_path: Path) -> None:
    for name, endpoint in [
        ("", HTTPS),
        ("a b", HTTPS),
        ("a\n", HTTPS),
        ("a", replace(HTTPS, models=())),
        ("a", replace(HTTPS, ca=str(tmp_path / "none.pem"))),
        ("a", replace(HTTPS, certificate=str(tmp_path / "none.pem"))),
        ("a", replace(HTTPS, key_env="NOT_SET_AT_ALL")),
        ("a", replace(HTTPS, url="http://127.0.0.1/", ca="ca.pem")),
    ]:
        with pytest.raises(ConfigError):
            Upstreams({name: endpoint})


def test_before_it_starts_and_after_it_stops_nothing_is_sent() -> None:
    from accord.gateway.upstream import UpstreamFailed

    async def ask() -> None:
        upstreams = Upstreams({"a": Endpoint("http://127.0.0.1:9/v1")})
        for _ in range(2):
            with pytest.raises(UpstreamFailed) as caught:
                await upstreams.choose("m").post("/chat/completions", b"{}")
            assert (caught.value.status, caught.value.delivery) == (503, "failed")
            await upstreams.start()
            await upstreams.start()
            await upstreams.stop()
            await upstreams.stop()

    asyncio.run(ask())
