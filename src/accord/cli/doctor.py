"""`accord doctor`: whether everything that accord needs is there and works."""

from __future__ import annotations

import asyncio
import contextlib
import platform
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from importlib import metadata
from typing import TYPE_CHECKING

import click

from accord import __version__
from accord.cli import say
from accord.cli.options import Common, common, pass_common, policy_option
from accord.core.content import Context
from accord.errors import AccordError, ConfigError
from accord.guard import Guard

if TYPE_CHECKING:
    from accord.config import ConfigModel
    from accord.gateway.upstream import Upstream
    from accord.state import State

SENTENCE = "Please write to casey.morgan@example.org about the invoice."
"""What the self-test inspects: it holds one e-mail address and nothing unsafe."""

_PACKAGES = (
    "google-re2", "onnxruntime", "tokenizers", "numpy", "pydantic", "phonenumbers", "python-stdnum",
    "uvicorn", "uvloop", "httptools", "aiohttp",
)  # fmt: skip

_PATIENCE = 10.0
_REFUSALS = frozenset({"upstream_credentials", "upstream_redirect", "upstream_error", "upstream_timeout"})


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    name: str
    ok: bool
    detail: str
    hint: str = ""


@click.command(short_help="Say whether everything accord needs is there and works.")
@policy_option
@common
@pass_common
def doctor(shared: Common) -> int:
    """Say whether everything accord needs is there and works. Exit code 0 when it does, 2 when something does not."""
    checks = list(_checks(shared))
    healthy = all(check.ok for check in checks)
    if shared.json:
        say.as_json({"ok": healthy, "checks": [asdict(check) for check in checks]}, indent=2)
    else:
        for check in checks:
            mark = click.style("ok  ", fg="green") if check.ok else click.style("FAIL", fg="red", bold=True)
            say.line(f"{mark} {check.name:<12} {say.safe(check.detail)}")
            if check.hint and not check.ok:
                say.line(f"     {'':<12} {say.safe(check.hint)}")
        say.line("all is well" if healthy else "something needs attention")
    return 0 if healthy else 2


def _checks(shared: Common) -> Iterator[Check]:
    yield Check("accord", True, f"{__version__}, Python {platform.python_version()}, {platform.platform(terse=True)}")
    yield _packages()
    yield from _models()
    guard: list[Guard] = []
    yield _tried("policy", lambda: _policy(shared))
    yield _tried("state", lambda: _open(shared, guard))
    if guard:
        try:
            yield _tried("self-test", lambda: _self_test(guard[0]))
            yield _tried("audit", lambda: _audit(guard[0]))
        finally:
            guard[0].close()
        yield from _serving(shared)


def _tried(name: str, run: Callable[[], str]) -> Check:
    try:
        return Check(name, True, run())
    except AccordError as error:
        return Check(name, False, str(error), error.hint)
    except Exception as error:
        return Check(name, False, f"internal error: {type(error).__name__}")


def _packages() -> Check:
    found, missing = [], []
    for name in _PACKAGES:
        try:
            found.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            missing.append(name)
    if missing:
        return Check(
            "packages", False, f"missing: {', '.join(missing)}", f"run `{sys.executable} -m pip install accord`"
        )
    return Check("packages", True, ", ".join(found))


def _models() -> Iterator[Check]:
    from accord.models.cache import PULL, status

    try:
        for model in status():
            detail = f"{model.version}, {model.state}" + (f": {model.detail}" if model.detail else "")
            yield Check(f"model {model.name}", model.state == "ready", detail, PULL)
    except AccordError as error:
        yield Check("models", False, str(error), error.hint)


def _policy(shared: Common) -> str:
    from accord.app import settings

    policy = settings(shared.source).policy()
    mode = "enforced" if policy.enforced() else f"watching only, {policy.owner} answers for it until {policy.expires}"
    return f"{say.plural(len(policy.rules), 'rule')}, {mode}, digest {policy.digest[:12]}"


def _open(shared: Common, made: list[Guard]) -> str:
    from accord.app import state_dir

    made.append(shared.guard())
    return f"{state_dir(shared.state)} can be written; detectors: {', '.join(d.name for d in made[0].detectors)}"


def _self_test(guard: Guard) -> str:
    context = Context(purpose="doctor")
    inspection = guard.inspect(SENTENCE, context)
    decision = inspection.preview("model")
    guard.recorder.record(decision, context, "preview")
    faults = sorted({f"{f.detector}: {f.reason}" for f in decision.findings if f.category.startswith("fault.")})
    if faults:
        raise AccordError("; ".join(faults), hint="everything is refused until this is mended")
    if "privacy.contact.email" not in {finding.category for finding in decision.findings}:
        raise AccordError("the e-mail address of the self-test was not found", hint="enable the detector `patterns`")
    return f"found what it should, and would {decision.outcome.value} it to the model"


def _audit(guard: Guard) -> str:
    guard.audit.verify()
    count = sum(1 for _ in guard.audit.records())
    return f"{say.plural(count, 'record')}, and the chain holds"


def _serving(shared: Common) -> Iterator[Check]:
    """What `accord serve` would need: keys, the kill switch, where it may listen, who answers."""
    from accord.app import settings

    try:
        chosen = settings(shared.source)
    except AccordError:
        return  # said already
    yield _tried("keys", lambda: _keys(shared, chosen))
    yield _tried("switch", lambda: _switch(shared))
    yield _tried("listen", lambda: _listen(shared, chosen))
    yield from _upstreams(chosen)


def _keys(shared: Common, chosen: ConfigModel) -> str:
    with _opened(shared, chosen) as kept:
        kept.ring.key("audit")  # the master key unwraps it, or says that it cannot
        infos = kept.api_keys().list()
        now = time.time_ns() // 1_000_000
        good = sum(info.state(now) == "active" for info in infos)
    return f"the key store opens; {say.plural(good, 'API key')} in force, of {len(infos)}"


def _switch(shared: Common) -> str:
    from accord.app import state_dir
    from accord.store.switch import Switch

    state = Switch(state_dir(shared.state)).state()
    if state is not None:
        raise AccordError(
            f"the kill switch is engaged by {state.by}{f' since {state.at}' if state.at else ''}: nothing is served",
            hint="when it may go on: accord kill off --reason TEXT",
        )
    return "the kill switch is not engaged"


def _listen(shared: Common, chosen: ConfigModel) -> str:
    from accord.serve.plan import serving, where

    with _opened(shared, chosen) as kept:
        exist = kept.api_keys().any()
    certificate = serving(chosen).certificate
    if certificate is not None:
        certificate.context()
    here = where(chosen, "127.0.0.1", 0, keys_exist=exist)
    try:
        where(chosen, "*", 0, keys_exist=exist)
    except ConfigError as error:
        return f"on this machine{', open to everyone on it' if here.open else ''}; not elsewhere: {error}"
    return "on this machine and elsewhere"


def _upstreams(chosen: ConfigModel) -> Iterator[Check]:
    from accord.gateway.upstreams import Upstreams
    from accord.serve.objects import endpoints

    try:
        upstreams = Upstreams(endpoints(chosen))
    except AccordError as error:
        yield Check("upstreams", False, str(error), error.hint)
        return
    for upstream in upstreams:
        yield _tried(f"upstream {upstream.name}", lambda one=upstream: asyncio.run(_asked(one)))  # type: ignore[misc]


async def _asked(upstream: Upstream) -> str:
    """Ask for its models; one that has no list of them answers all the same."""
    from accord.gateway.upstream import UpstreamFailed

    try:
        async with asyncio.timeout(_PATIENCE):
            await upstream.start()
            await upstream.get("/models")
    except TimeoutError:
        raise AccordError("it does not answer in time", hint="see that it is reachable from here") from None
    except UpstreamFailed as failed:
        if failed.delivery != "delivered" or failed.code in _REFUSALS:
            raise AccordError(str(failed), hint=f"{failed.code}: see its address and credential") from None
        return f"answers, and lists no models ({failed.code})"
    finally:
        await upstream.stop()
    return "answers"


@contextlib.contextmanager
def _opened(shared: Common, chosen: ConfigModel) -> Iterator[State]:
    from accord.app import state_dir
    from accord.state import open_state

    kept = open_state(state_dir(shared.state), chosen, recover=False)
    try:
        yield kept
    finally:
        kept.close()
