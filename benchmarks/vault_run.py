"""The vault: sealing beside bare AES-GCM in the same run, keys, pseudonyms and rotation, on SQLite and PostgreSQL.

Run alone, it prints what it measured as JSON: `python benchmarks/vault_run.py [--postgres URL_KEYS URL_STATE]`.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from accord.core.content import Origin
from accord.core.pseudonym import Issued
from accord.store.engine import Store, file_url
from accord.store.tables import KEY_STORE, STATE_STORE
from accord.vault.envelope import open_sealed, seal
from accord.vault.keys import KeyRing
from accord.vault.opening import open_ring
from accord.vault.pseudonyms import VaultPseudonyms

SIZES = (100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000)
KEYS = 2_000
ROUNDS = 7


@dataclass(slots=True)
class VaultResults:
    """Everything a run measured; times in microseconds, medians of rounds.

    Attributes:
        seal: by size in bytes: `seal`, `open`, and what a bare `AESGCM` with a key at hand takes: `bare_encrypt`,
            `bare_decrypt`.
        keys: `cached` (a key in memory), `name` (a keyed hash), `read` (a key from the store), `made` (a new key).
        rewrap: microseconds a key when the master key is rotated, and for how many keys that was measured.
        pseudonyms: `keep` (one pseudonym, durable), `load_100` (a scope of a hundred), `version`.
    """

    seal: dict[int, dict[str, float]] = field(default_factory=dict)
    keys: dict[str, float] = field(default_factory=dict)
    rewrap: dict[str, float] = field(default_factory=dict)
    pseudonyms: dict[str, float] = field(default_factory=dict)


def measure(folder: Path, keys_url: str = "", state_url: str = "") -> VaultResults:
    """Everything on the vault.

    Args:
        folder: an empty folder for the master key, and for the databases where no addresses are given.
        keys_url: an empty database for keys.
        state_url: an empty database for state.
    """
    keys = Store(keys_url or file_url(folder / "keys" / "keys.sqlite"), KEY_STORE)
    state = Store(state_url or file_url(folder / "state" / "state.sqlite"), STATE_STORE)
    try:
        ring = open_ring(keys, folder / "master.key")
        results = VaultResults()
        _seal(results, ring)
        _keys(results, ring)
        _pseudonyms(results, VaultPseudonyms(state, ring))
        return results
    finally:
        keys.close()
        state.close()


def _seal(results: VaultResults, ring: KeyRing) -> None:
    key = ring.key("tenant", "acme")
    bare = AESGCM(bytes(key.secret))
    for size in SIZES:
        plain = os.urandom(size)
        sealed = seal(key, plain, "item", "acme", "1")
        nonce = os.urandom(12)
        encrypted = bare.encrypt(nonce, plain, b"item acme 1")
        calls: dict[str, Callable[[], object]] = {
            "seal": lambda plain=plain: seal(key, plain, "item", "acme", "1"),
            "open": lambda sealed=sealed: open_sealed(ring, sealed, "item", "acme", "1"),
            "bare_encrypt": lambda plain=plain: bare.encrypt(os.urandom(12), plain, b"item acme 1"),
            "bare_decrypt": lambda nonce=nonce, encrypted=encrypted: bare.decrypt(nonce, encrypted, b"item acme 1"),
        }
        results.seal[size] = _beside(calls, max(3, min(1000, 3_000_000 // size)))


def _keys(results: VaultResults, ring: KeyRing) -> None:
    ring.key("subject", "acme", "jonas")
    held = ring.key("subject", "acme", "jonas")
    results.keys = _beside(
        {
            "cached": lambda: ring.key("subject", "acme", "jonas"),
            "by_id": lambda: ring.by_id(held.id),
            "name": lambda: ring.name("subject", "acme", "jonas"),
        },
        2000,
    )

    def read() -> None:
        ring.forget()
        ring.by_id(held.id)

    results.keys["read"] = _time(read, 100)
    above = ring.key("tenant", "acme")
    start = time.perf_counter()
    for number in range(KEYS):
        ring.key("scope", "acme", str(number), under=above)
    results.keys["made"] = (time.perf_counter() - start) / KEYS * 1e6
    ring.master.add()  # type: ignore[attr-defined]
    start = time.perf_counter()
    count = ring.rewrap()
    results.rewrap = {"per_key": (time.perf_counter() - start) / count * 1e6, "keys": count}


def _pseudonyms(results: VaultResults, held: VaultPseudonyms) -> None:
    scope = ("acme", "app", "user", "session")
    value = Issued("Jonas Weber", "privacy.person.name", Origin.CALLER)
    times = []
    for number in range(100):
        start = time.perf_counter()
        held.keep(scope, {f"[PERSON_{number}]": value}, "jonas")
        times.append((time.perf_counter() - start) * 1e6)
    results.pseudonyms = {
        "keep": statistics.median(times),
        "load_100": _time(lambda: held.load(scope), 20),
        "version": _time(lambda: held.version(scope), 200),
    }


def _beside(calls: dict[str, Callable[[], object]], number: int) -> dict[str, float]:
    """Microseconds a call, of several measured in turn, so that what else the machine does meets all alike."""
    rounds: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(ROUNDS):
        for name, call in calls.items():
            rounds[name].append(_once(call, number))
    return {name: statistics.median(found) for name, found in rounds.items()}


def _time(call: Callable[[], object], number: int) -> float:
    return statistics.median(_once(call, number) for _ in range(ROUNDS))


def _once(call: Callable[[], object], number: int) -> float:
    start = time.perf_counter()
    for _ in range(number):
        call()
    return (time.perf_counter() - start) / number * 1e6


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--postgres", nargs=2, metavar=("KEYS", "STATE"), help="addresses of two empty databases")
    given = parser.parse_args()
    keys_url, state_url = given.postgres or ("", "")
    with tempfile.TemporaryDirectory(prefix="accord-bench-") as folder:
        results = measure(Path(folder), keys_url, state_url)
    json.dump(asdict(results), sys.stdout, indent=1)
    print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
