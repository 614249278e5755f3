"""The part of the page on what is kept: vault, audit log, access."""

from __future__ import annotations

import datetime
import os

from audit_run import AuditResults
from report import SAID, Target, number, ratio, table
from state_run import StateResults

NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}

INTRO = """\
# Benchmarks on what is kept

Written by `make bench`; do not edit. {date}, Python {machine}; {before:.1f} processes wanted a core when this began,
{after:.1f} when it ended. Read CPU time and ratios first: whatever else the machine did lengthens the rest.

Every figure has its floor beside it, measured in the same run, in turns: sealing beside `AESGCM` alone with a key at
hand, a record beside one row inserted durably into a table of its own with the same pragmas, a decision beside Cedar
alone. {postgres}
"""

AUDIT = """\
*Alone* is one record by itself, on disk before the call returns, with its Merkle nodes; *batched* is 1,000 at once,
each batch durable; *16 threads* write one by one and share commits. A proof is read and checked. The floor is a bare
durable insert of the same text into the same kind of database.
"""

VAULT = """\
`seal` finds the key, binds tenant, purpose and place into what is authenticated, and puts a head in front; a bare
`AESGCM` does none of it. That costs some microseconds, whatever the size, and with large content one more copy.
"""

KEYS = """\
A key that was used lately is in memory; *read* fetches one from the store and unwraps it, *made* makes a new one,
durably. *Re-wrapped* is what one key costs when the master key is replaced, in batches.
"""

ACCESS = """\
CPU time on one thread, medians of interleaved rounds. *Cedar alone* gets the bare request, with its policies parsed
once or as text with every call.
"""


def targets(results: StateResults) -> list[Target]:
    """Every promise with what was measured."""
    audit = results.audit.get("sqlite")
    asked = [us for name, us in results.access.items() if not name.startswith(("Cedar", "API key", "token"))]
    return [
        Target(
            "a record in a batch, durable (20,000 a second)", 50, "µs", 1e6 / audit.batched_per_s if audit else None
        ),
        Target("a record alone beside a bare durable insert", 1.3, "×", audit.ratio if audit else None),
        Target(f"inclusion proof in {_records(results)}, SQLite", 5, "ms", audit.proof_ms if audit else None),
        Target(
            f"inclusion proof in {_records(results)}, PostgreSQL",
            5,
            "ms",
            results.audit["postgresql"].proof_ms if "postgresql" in results.audit else None,
        ),
        Target("an authorisation, the dearest, CPU", 0.2, "ms", max(asked) / 1e3 if asked else None),
    ]


def _records(results: StateResults) -> str:
    return f"{max((one.records for one in results.audit.values()), default=0):,} records"


def page(results: StateResults, machine: str) -> str:
    """The whole part."""
    promised = [
        [t.name, f"{number(t.value)} {t.unit}", f"≤ {t.limit:g} {t.unit}", SAID[t.met]] for t in targets(results)
    ]
    kinds = [kind for kind in NAMES if kind in results.audit]
    missing = (
        f"PostgreSQL is missing: {results.postgres}." if results.postgres else "SQLite and PostgreSQL take turns."
    )
    today = datetime.datetime.now(datetime.UTC).date()
    before, after = results.load
    intro = INTRO.format(date=today, machine=machine, before=before, after=after, postgres=missing)
    return "\n".join(
        [
            intro,
            "## Targets on what is kept\n",
            table(["promise", "measured", "target", ""], promised),
            "## Audit log\n",
            AUDIT,
            table(["", *(NAMES[kind] for kind in kinds)], _audit([results.audit[kind] for kind in kinds])),
            "## Sealing\n",
            VAULT,
            table(["bytes", "seal, µs", "bare, µs", "÷", "open, µs", "bare, µs", "÷"], _seal(results)),
            "## Keys and pseudonyms\n",
            KEYS,
            table(["µs", *(NAMES[kind] for kind in kinds)], _keys(results, kinds)),
            "## Who asks, and whether they may\n",
            ACCESS,
            table(["", "CPU µs", "÷ Cedar alone"], _access(results.access)),
            f"{os.cpu_count()} cores; disks differ more than processors do: on one that is slow to make things durable,"
            " a record alone costs what the disk costs, and a batch hardly more.",
        ]
    )


def _audit(found: list[AuditResults]) -> list[list[str]]:
    rows: list[tuple[str, list[float]]] = [
        ("alone, µs", [one.single_us for one in found]),
        ("bare insert, µs", [one.bare_us for one in found]),
        ("÷", [one.ratio for one in found]),
        ("alone, CPU µs", [one.single_cpu_us for one in found]),
        ("bare insert, CPU µs", [one.bare_cpu_us for one in found]),
        ("batched, records/s", [one.batched_per_s for one in found]),
        ("16 threads, records/s", [one.threads_per_s for one in found]),
        (f"inclusion proof in {found[0].records:,}, ms" if found else "", [one.proof_ms for one in found]),
        ("the slowest of 300, ms", [one.proof_worst_ms for one in found]),
        ("consistency proof, ms", [one.consistency_ms for one in found]),
        ("verified, records/s", [one.verify_per_s for one in found]),
        ("bytes a record on disk", [one.bytes_per_record for one in found]),
    ]
    return [[name, *(number(value) for value in values)] for name, values in rows]


def _seal(results: StateResults) -> list[list[str]]:
    rows = []
    vault = results.vault["sqlite"]
    for size, us in vault.seal.items():
        pairs = (("seal", "bare_encrypt"), ("open", "bare_decrypt"))
        cells = [cell for own, bare in pairs for cell in (us[own], us[bare], ratio(us[own], us[bare]))]
        rows.append([f"{size:,}", *(number(cell) for cell in cells)])
    return rows


def _keys(results: StateResults, kinds: list[str]) -> list[list[str]]:
    rows = {
        "a key in memory": ("keys", "cached"),
        "a keyed name": ("keys", "name"),
        "a key read": ("keys", "read"),
        "a key made, durable": ("keys", "made"),
        "a key re-wrapped": ("rewrap", "per_key"),
        "a pseudonym kept, durable": ("pseudonyms", "keep"),
        "a conversation with 100 pseudonyms loaded": ("pseudonyms", "load_100"),
        "whether it has changed": ("pseudonyms", "version"),
    }
    return [
        [name, *(number(getattr(results.vault[kind], field)[key]) for kind in kinds)]
        for name, (field, key) in rows.items()
    ]


def _access(found: dict[str, float]) -> list[list[str]]:
    alone = next((us for name, us in found.items() if name.startswith("Cedar alone, parsed")), None)
    outside = ("Cedar", "API key", "token")
    return [
        [name, number(us), "" if name.startswith(outside) else number(ratio(us, alone))] for name, us in found.items()
    ]
