"""What it costs to know who asks and whether they may: CPU time on one thread.

    python benchmarks/access_run.py [--rounds 5] [--calls 2000]

Prints one JSON object. Rounds of all cases are interleaved; medians of rounds are kept. Beside our own, in the same
run: the decision by Cedar alone, parsed once and given the bare request, and its policies as text with every call.
"""

from __future__ import annotations

import argparse
import gc
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import cedarpy
from joserfc import jwt
from joserfc.jwk import ECKey

import accord.access
from accord.access.actions import Action
from accord.access.authorise import Authoriser, grant, item
from accord.access.jwks import JwkSet
from accord.access.keys import ApiKeys
from accord.access.principals import Principal, Role
from accord.access.tokens import Tokens
from accord.store.engine import Store, file_url
from accord.store.tables import KEY_STORE, STATE_STORE
from accord.vault.opening import open_ring

LIMIT_US = 200.0
"""The most CPU time an authorisation may take, microseconds."""

EXTRA = 50
ISSUER, AUDIENCE = "https://issuer.test", "accord"

Cases = Mapping[str, Callable[[], object]]


def measure(rounds: int, calls: int) -> dict[str, float]:
    """Median CPU microseconds of each case."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(file_url(Path(folder) / "state.sqlite"), STATE_STORE)
        try:
            cases = {**_decisions(), **_credentials(store, Path(folder))}
            spent: dict[str, list[float]] = {name: [] for name in cases}
            for _ in range(rounds):
                for name, call in cases.items():
                    spent[name].append(_cpu_us(call, calls))
        finally:
            store.close()
    return {name: round(statistics.median(found), 2) for name, found in spent.items()}


def _cpu_us(call: Callable[[], object], calls: int) -> float:
    for _ in range(max(10, calls // 20)):
        call()
    gc.collect()
    begun = time.thread_time()
    for _ in range(calls):
        call()
    return (time.thread_time() - begun) / calls * 1e6


def _decisions() -> Cases:
    app, officer = Principal("k1", "acme", Role.APP), Principal("k2", "acme", Role.OFFICER, person="anna")
    shipped = Authoriser()
    extra = "".join(
        f'@id("x{n}") forbid (principal, action == Accord::Action::"chat", resource) '
        f'when {{ context has model && context.model == "model-{n}" }};'
        for n in range(EXTRA)
    )
    longer = Authoriser({"extra": extra})
    request = grant("g", "acme", requested_by="ben", until=1 << 50)
    numbers = iter(range(1 << 60))
    return {
        "app, chat": lambda: shipped.check(app, Action.CHAT),
        "officer, one held item": lambda: shipped.check(officer, Action.REVIEW_SHOW, item("i", "acme")),
        "officer, approval of a grant": lambda: shipped.check(officer, Action.BREAKGLASS_APPROVE, request),
        "refused": lambda: shipped.may(app, Action.ERASE),
        f"app, chat, {EXTRA} policies more": lambda: longer.check(app, Action.CHAT),
        "a principal never seen before": lambda: shipped.check(
            Principal(f"n{next(numbers)}", "acme", Role.APP), Action.CHAT
        ),
        **_bare(),
    }


def _bare() -> Cases:
    folder = Path(accord.access.__file__).parent
    text, schema_text = (folder / "roles.cedar").read_text(), (folder / "schema.cedarschema").read_text()
    schema, policies = cedarpy.Schema.from_str(schema_text), cedarpy.PolicySet.from_str(text)
    principal = {"tenant": "acme", "kind": "key", "person": "k1", "scopes": []}
    written = json.dumps(
        [
            {
                "uid": {"type": "Accord::Principal", "id": "k1"},
                "attrs": principal,
                "parents": [{"type": "Accord::Role", "id": "app"}],
            },
            {"uid": {"type": "Accord::Role", "id": "app"}, "attrs": {}, "parents": []},
            {"uid": {"type": "Accord::Tenant", "id": "acme"}, "attrs": {"tenant": "acme"}, "parents": []},
        ]
    )
    entities = cedarpy.Entities.from_json_str(written, schema)
    request = {
        "principal": {"type": "Accord::Principal", "id": "k1"},
        "action": {"type": "Accord::Action", "id": "chat"},
        "resource": {"type": "Accord::Tenant", "id": "acme"},
        "context": {"now": 1, "names": ["chat", "model"]},
    }
    assert cedarpy.is_authorized(request, policies, entities, schema).allowed
    return {
        "Cedar alone, parsed once": lambda: cedarpy.is_authorized(request, policies, entities, schema),
        "Cedar alone, as text": lambda: cedarpy.is_authorized(request, text, written, schema_text),
    }


def _credentials(store: Store, folder: Path) -> Cases:
    ring = open_ring(Store(file_url(folder / "keys.sqlite"), KEY_STORE), folder / "master.key")
    keys = ApiKeys(store, ring)
    ticks = iter(range(0, 1 << 60, 2))
    always = ApiKeys(store, ring, ticks=lambda: float(next(ticks)))
    _, key = keys.add("acme", Role.APP)
    signer = ECKey.generate_key("P-256", {"kid": "k1"})
    path = folder / "jwks.json"
    path.write_text(json.dumps({"keys": [signer.as_dict(private=False)]}))
    now = int(time.time())
    said = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "anna",
        "iat": now,
        "exp": now + 3600,
        "tenant": "acme",
        "role": "app",
    }
    token = jwt.encode({"alg": "ES256", "kid": "k1"}, said, signer, ["ES256"])
    tokens = Tokens(ISSUER, AUDIENCE, JwkSet(path))
    return {
        "API key, read within the last second": lambda: keys.check(key),
        "API key, read from SQLite": lambda: always.check(key),
        "token, ES256": lambda: tokens.check(token),
    }


def main() -> int:
    """Print the figures; 1 where an authorisation takes longer than it may."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--calls", type=int, default=2000)
    given = parser.parse_args()
    found = measure(given.rounds, given.calls)
    ours = {name: us for name, us in found.items() if not name.startswith(("Cedar", "API key", "token"))}
    kept = all(us <= LIMIT_US for us in ours.values())
    print(json.dumps({"cpu_us": found, "limit_us": LIMIT_US, "kept": kept}))
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
