"""The gateway as configured: who is let in, what stands behind the doors, and what begins and ends with it."""

from __future__ import annotations

import asyncio
import json
import pickle
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from accord.access.actions import ACTIONS
from accord.access.principals import Role
from accord.access.tokens import Tokens
from accord.config import ConfigModel, parse
from accord.errors import ConfigError, StoreError
from accord.gateway.app import Gateway
from accord.gateway.upkeep import Upkeep
from accord.serve import Plan, gateway, plan, serving
from accord.serve.objects import authenticator, endpoints, issuer_keys
from accord.serve.plan import where
from accord.state import open_state

FAST = "version: 1\nextends: default\nreaders: [structure]\ndetectors: [patterns, fields]\n"


def chosen(more: str = "") -> ConfigModel:
    return parse(FAST + more, "test.yaml")


class Talk:
    """Asks a gateway that was begun."""

    def __init__(self, made: Callable[..., Any]) -> None:
        self._made = made

    async def ask(self, method: str, path: str, body: Any = None, key: str = "", **more: Any) -> tuple[int, Any]:
        raw = b"" if body is None else json.dumps(body).encode()
        got: dict[str, Any] = {"body": b"", "status": 0}
        sent = False

        async def receive() -> dict[str, Any]:
            nonlocal sent
            if sent:
                await asyncio.sleep(60)
            sent = True
            return {"type": "http.request", "body": raw, "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            got["status"] = message.get("status", got["status"])
            got["body"] += message.get("body", b"")

        headers = [(b"host", b"localhost"), (b"content-type", b"application/json")]
        headers += [(b"authorization", f"Bearer {key}".encode())] if key else []
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "headers": headers,
            "client": ("127.0.0.1", 1),
            **more,
        }
        await self._made(scope, receive, send)
        try:
            return got["status"], json.loads(got["body"])
        except ValueError:
            return got["status"], got["body"]

    async def chat(self, text: str = "Write to jane@example.org", key: str = "", **more: Any) -> tuple[int, Any]:
        body = {"model": "m", "messages": [{"role": "user", "content": text}]}
        return await self.ask("POST", "/v1/chat/completions", body, key, **more)


@asynccontextmanager
async def begun(made: Callable[..., Any]) -> AsyncIterator[Talk]:
    """A gateway between its start and its end."""
    events: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    said: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    task = asyncio.ensure_future(made({"type": "lifespan"}, events.get, said.put))
    events.put_nowait({"type": "lifespan.startup"})
    assert (await said.get())["type"] == "lifespan.startup.complete"
    try:
        yield Talk(made)
    finally:
        events.put_nowait({"type": "lifespan.shutdown"})
        assert (await said.get())["type"] == "lifespan.shutdown.complete"
        await task


def open_gateway(folder: Path, more: str = "", **named: Any) -> Gateway:
    return gateway(chosen(more), folder, open_loopback=True, **named)


def test_a_gateway_from_begin_to_end(tmp_path: Path) -> None:
    async def run() -> None:
        made = open_gateway(tmp_path)
        async with begun(made) as talk:
            status, said = await talk.chat()
            assert status == 200 and said["choices"][0]["message"]["content"] == "Write to jane@example.org"
            assert (await talk.ask("GET", "/healthz"))[0] == 200
            assert (await talk.ask("GET", "/metrics"))[0] == 200
            assert (await talk.ask("POST", "/admin/switch", {}))[0] == 403
            until = time.monotonic() + 20
            while (await talk.ask("GET", "/readyz"))[0] != 200:
                assert time.monotonic() < until
                await asyncio.sleep(0.05)

    asyncio.run(run())
    kept = open_state(tmp_path, chosen())
    try:
        kinds = [record["kind"] for record in kept.audit.records()]
        assert kinds.count("release") == 2 and "verification" in kinds
        report = kept.audit.verify()
        assert report.size == len(kinds)
    finally:
        kept.close()


def test_every_door_is_in_the_table_of_actions(tmp_path: Path) -> None:
    made = open_gateway(tmp_path)
    served = {(f"{route.method} {route.path}", route.action) for route in made.routes if route.action}
    named = {(door, action.value) for action, guarded in ACTIONS.items() for door in guarded.doors}
    short = {(door.replace(" /v1/", " /"), action) for door, action in named}
    assert named <= served <= named | short


def test_every_door_is_there_and_described(tmp_path: Path) -> None:
    async def run() -> None:
        made = open_gateway(tmp_path)
        async with begun(made) as talk:
            paths = (await talk.ask("GET", "/openapi.json"))[1]["paths"]
        served = {route.path for route in made.routes}
        wanted = {
            "/v1/chat/completions", "/v1/embeddings", "/v1/models", "/v1/moderations", "/beta/litellm_basic_guardrail_api", "/analyze", "/anonymize",
            "/console", "/console/inspect", "/healthz", "/readyz", "/metrics", "/admin/switch", "/admin/reload", "/",
        }  # fmt: skip
        assert wanted <= served and wanted <= set(paths)
        assert len(paths) == len({route.path.removesuffix("/") if route.path != "/" else "/" for route in made.routes} | {
            f"{route.path}{{name}}" for route in made.routes if route.path.endswith("/") and route.path != "/"
        } & set(paths))  # fmt: skip

    asyncio.run(run())


def test_the_first_key_closes_what_was_open(tmp_path: Path) -> None:
    async def run() -> None:
        async with begun(open_gateway(tmp_path)) as talk:
            assert (await talk.chat())[0] == 200
            kept = open_state(tmp_path, chosen(), recover=False)
            _, key = kept.api_keys().add("acme", Role.APP)
            kept.close()
            until = time.monotonic() + 20
            while (await talk.chat())[0] == 200:
                assert time.monotonic() < until
                await asyncio.sleep(0.2)
            assert (await talk.chat())[0] == 401
            assert (await talk.chat(key=key))[0] == 200
            assert (await talk.chat(key="accord_wrong"))[0] == 401
            assert (await talk.ask("GET", "/metrics", key=key))[0] == 403
            assert (await talk.ask("POST", "/console/inspect", {"text": "a"}))[0] == 401
            assert (await talk.ask("POST", "/console/inspect", {"text": "a"}, key))[0] == 200

    asyncio.run(run())


def test_metrics_can_be_public_and_count(tmp_path: Path) -> None:
    async def run() -> None:
        async with begun(open_gateway(tmp_path, "gateway: {public_metrics: true}\n")) as talk:
            await talk.chat()
            status, said = await talk.ask("GET", "/metrics")
            assert status == 200
            text = said.decode()
            assert 'accord_decisions_total{outcome="transform",to="model"} 1.0' in text
            assert 'accord_requests_total{door="/v1/chat/completions",status="200"} 1.0' in text
            assert (
                "accord_audit_seconds_count" in text
                and 'accord_breaker_open{kind="upstream",name="echo"} 0.0' in text
            )

    asyncio.run(run())


def test_a_policy_is_read_anew_where_it_came_from(tmp_path: Path) -> None:
    file = tmp_path / "accord.yaml"
    file.write_text(FAST)
    stricter = FAST + "rules:\n  - {id: X, match: [privacy.contact.email], to: [model], action: block}\n"

    async def run() -> None:
        made = gateway(parse(FAST, "a"), tmp_path / "state", open_loopback=True, source=file)
        async with begun(made) as talk:
            assert (await talk.chat())[0] == 200
            file.write_text(stricter)
            until = time.monotonic() + 20
            while (await talk.chat())[0] != 403:
                assert time.monotonic() < until
                await asyncio.sleep(0.1)
            file.write_text("version: 1\nrules: nonsense\n")
            await asyncio.sleep(1.5)
            assert (await talk.chat())[0] == 403

    asyncio.run(run())


def test_the_kill_switch_stops_it_and_a_file_is_enough(tmp_path: Path) -> None:
    async def run() -> None:
        async with begun(open_gateway(tmp_path)) as talk:
            (tmp_path / "kill-switch").touch()
            assert (await talk.chat())[0] == 503
            assert (await talk.ask("GET", "/healthz"))[0] == 200

    asyncio.run(run())


def test_a_shadow_policy_hears_what_is_decided(tmp_path: Path) -> None:
    async def run() -> None:
        kept = open_state(tmp_path, chosen())
        _, key = kept.api_keys().add("*", Role.OPERATOR)
        _, app = kept.api_keys().add("acme", Role.APP)
        kept.close()
        (tmp_path / "accord.yaml").write_text(FAST)
        made = open_gateway(tmp_path, "shadow: {policy: strict}\n", source=tmp_path / "accord.yaml")
        async with begun(made) as talk:
            assert (await talk.chat(key=app))[0] == 200
            status, said = await talk.ask("GET", "/admin/shadow", key=key)
            assert status == 200 and said["decisions"] == 2
            status, said = await talk.ask("POST", "/admin/reload", key=key)
            assert status == 200 and said["changed"] is False

    asyncio.run(run())


def test_what_cannot_start_says_why(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="upstream a"):
        gateway(chosen("upstreams: {a: {url: 'http://model.test/v1'}}\n"), tmp_path)
    with pytest.raises(ConfigError):
        gateway(chosen("shadow: {policy: /nowhere/policy.yaml}\n"), tmp_path)


def test_where_to_listen_is_judged_before_anything_is_bound(tmp_path: Path) -> None:
    made = plan(chosen(), tmp_path, "127.0.0.1", 0)
    assert made.listen.open and made.listen.loopback
    with pytest.raises(ConfigError, match="no API key") as raised:
        plan(chosen(), tmp_path, "0.0.0.0", 0)
    assert "accord keys add" in raised.value.hint
    kept = open_state(tmp_path, chosen())
    kept.api_keys().add("acme", Role.APP)
    kept.close()
    assert not plan(chosen(), tmp_path, "127.0.0.1", 0).listen.open
    with pytest.raises(ConfigError, match="no TLS"):
        plan(chosen(), tmp_path, "0.0.0.0", 0)
    assert not plan(chosen("gateway: {behind_proxy: true}\n"), tmp_path, "0.0.0.0", 0).listen.open


def test_a_plan_can_be_pickled_and_makes_the_application(tmp_path: Path) -> None:
    made: Plan = pickle.loads(pickle.dumps(plan(chosen(), tmp_path, "127.0.0.1", 0)))
    assert made.chosen == chosen()

    async def run() -> None:
        async with begun(made(1)) as talk:
            assert (await talk.chat())[0] == 200
            rebound = [(b"host", b"evil.test")]
            assert (await talk.ask("GET", "/healthz", headers=rebound))[0] == 421

    asyncio.run(run())


def test_how_to_serve_is_as_configured() -> None:
    tls = "gateway: {workers: 3, drain: PT5S, tls: {certificate: a.pem, key: a.key, clients: ca.pem}}\n"
    made = serving(chosen(tls))
    assert (made.workers, made.drain) == (3, 5.0)
    assert made.certificate is not None and made.certificate.clients == Path("ca.pem")
    with pytest.raises(ConfigError):
        made.certificate.context()
    assert serving(chosen()).certificate is None


def test_certificates_of_clients_alone_do_not_open_a_server_as_long_as_none_is_granted_anything() -> None:
    tls = "gateway: {tls: {certificate: a.pem, key: a.key, clients: ca.pem}}\n"
    with pytest.raises(ConfigError, match="no API key"):
        where(chosen(tls), "192.0.2.1", 0, keys_exist=False)
    assert not where(chosen(tls), "192.0.2.1", 0, keys_exist=True).open


def test_tokens_are_accepted_where_there_is_an_issuer(tmp_path: Path) -> None:
    (tmp_path / "keys.json").write_text('{"keys": []}')
    said = chosen(f"access: {{oidc: {{issuer: 'https://i', audience: a, jwks: {tmp_path}/keys.json}}}}\n")
    keys = issuer_keys(said)
    assert keys is not None and issuer_keys(chosen()) is None
    kept = open_state(tmp_path / "state", said)
    try:
        made = authenticator(said, kept, keys, open_loopback=True)
        assert isinstance(made._tokens, Tokens) and not made._open
    finally:
        kept.close()


def test_upstreams_are_as_configured() -> None:
    said = chosen(
        "upstreams:\n  a: {url: 'https://model.test/v1', key: {env: KEY}, models: ['gpt-*'], timeout: PT5S}\n"
        "  b: {url: echo, key: {file: /run/key}, rename: {a: b}}\n"
    )
    made = endpoints(said)
    assert (made["a"].key_env, made["a"].timeout, made["a"].models) == ("KEY", 5.0, ("gpt-*",))
    assert (made["b"].key_file, made["b"].rename) == ("/run/key", {"a": "b"})


class Log:
    """Counts what upkeep does to it."""

    def __init__(self) -> None:
        self.verified = 0

    def verify(self, progress: Any = None) -> Any:
        self.verified += 1
        raise StoreError("no")

    def upkeep(self) -> None:
        pass


def test_upkeep_sweeps_again_and_again_whatever_goes_wrong() -> None:
    swept: list[float] = []

    def sweep() -> None:
        swept.append(time.monotonic())
        raise (StoreError("the clock") if len(swept) == 1 else ValueError("jane"))

    made = Upkeep(Log(), sweep, sweep_every=0.02, verify_every=0.0)  # type: ignore[arg-type]
    made.start()
    until = time.monotonic() + 10
    while len(swept) < 3 and time.monotonic() < until:
        time.sleep(0.01)
    made.stop()
    assert len(swept) >= 3
    after = len(swept)
    time.sleep(0.1)
    assert len(swept) == after


def test_only_the_first_process_looks_after_the_state(tmp_path: Path) -> None:
    async def run(number: int) -> set[str]:
        import threading

        async with begun(open_gateway(tmp_path, number=number)):
            return {thread.name for thread in threading.enumerate() if thread.name.startswith("accord-")}

    first, second = asyncio.run(run(0)), asyncio.run(run(1))
    assert {"accord-sweep", "accord-audit"} <= first
    assert not {"accord-sweep", "accord-audit"} & second and "accord-upkeep" in second


def test_expired_content_goes_while_it_serves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from accord.custody.retention import Sweeper
    from accord.gateway import upkeep

    swept: list[bool] = []
    monkeypatch.setattr(upkeep, "_SOON", 0.05)
    monkeypatch.setattr(Sweeper, "sweep", lambda self: swept.append(True))

    async def run() -> None:
        async with begun(open_gateway(tmp_path, "retention: {sweep_every: PT1H}\n")):
            until = time.monotonic() + 10
            while not swept and time.monotonic() < until:
                await asyncio.sleep(0.02)

    asyncio.run(run())
    assert swept


def test_erasures_that_were_cut_short_are_finished_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from accord.custody.erasure import Erasure

    resumed: list[bool] = []
    monkeypatch.setattr(Erasure, "resume", lambda self: resumed.append(True) or [])
    plan(chosen(), tmp_path, "127.0.0.1", 0)
    assert resumed == [True]


def test_retention_of_zero_is_never(tmp_path: Path) -> None:
    said = chosen("retention: {sweep_every: PT0S}\nstate: {audit: {verify_every: PT0S}}\n")
    assert said.retention.sweep_every == timedelta(0)

    async def run() -> None:
        async with begun(gateway(said, tmp_path, open_loopback=True)) as talk:
            assert (await talk.chat())[0] == 200

    asyncio.run(run())
