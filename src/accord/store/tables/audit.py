"""The audit log: entries, the tiles of its Merkle tree, its head, checkpoints, and who is writing."""

from __future__ import annotations

from sqlalchemy import Index, LargeBinary, String, Table, Text

from accord.store.tables.columns import STATE, Number, kept

_FOREVER = "as long as the log"

entries = Table(
    "audit_entry",
    STATE,
    kept(
        "seq",
        Number,
        primary_key=True,
        autoincrement=False,
        purpose="place in the log: 0, 1, 2 … without gaps",
        retention=_FOREVER,
    ),
    kept("record", Text, purpose="what was decided, canonical JSON without content; the leaf", retention=_FOREVER),
    kept("kind", String(24), purpose="finds records of one kind: release, delivery, access …", retention=_FOREVER),
    kept("decision", String(64), purpose="finds all records of one decision", retention=_FOREVER),
    kept(
        "mac",
        LargeBinary,
        purpose="shows that the row was edited; HMAC under a key kept elsewhere",
        retention=_FOREVER,
    ),
    Index("audit_entry_decision", "decision"),
)

tiles = Table(
    "audit_tile",
    STATE,
    kept(
        "level",
        Number,
        primary_key=True,
        autoincrement=False,
        purpose="height in the tree, by eights",
        retention=_FOREVER,
    ),
    kept("number", Number, primary_key=True, autoincrement=False, purpose="place in the level", retention=_FOREVER),
    kept("hashes", LargeBinary, purpose="256 hashes of the Merkle tree (RFC 6962)", retention=_FOREVER),
)

head = Table(
    "audit_head",
    STATE,
    kept("id", Number, primary_key=True, autoincrement=False, purpose="there is one row", retention=_FOREVER),
    kept("size", Number, purpose="how many entries there are", retention=_FOREVER),
    kept(
        "peaks", LargeBinary, purpose="roots of the complete subtrees: the tree grows from them", retention=_FOREVER
    ),
    kept("checkpoint", Number, purpose="size of the newest signed head; -1 for none", retention=_FOREVER),
    kept("key", String(32), purpose="which key makes the HMACs of this log", retention=_FOREVER),
    kept("mac", LargeBinary, purpose="shows that the row was edited", retention=_FOREVER),
)

checkpoints = Table(
    "audit_checkpoint",
    STATE,
    kept(
        "size",
        Number,
        primary_key=True,
        autoincrement=False,
        purpose="how much of the log it vouches for",
        retention=_FOREVER,
    ),
    kept("note", Text, purpose="signed checkpoint (C2SP tlog-checkpoint)", retention=_FOREVER),
    kept("at", Number, purpose="when it was signed", retention=_FOREVER),
    kept("previous", Number, purpose="size of the one before, to miss one that was removed", retention=_FOREVER),
    kept("mac", LargeBinary, purpose="shows that the row was edited", retention=_FOREVER),
)

_RUNS = "until the process ends, or is found dead"

writers = Table(
    "audit_writer",
    STATE,
    kept("id", String(32), primary_key=True, purpose="a process that writes to the log", retention=_RUNS),
    kept("host", String(255), purpose="where it runs, to tell whether it still does", retention=_RUNS),
    kept("boot", String(64), purpose="since which start of the machine, likewise", retention=_RUNS),
    kept("pid", Number, purpose="which process it is, likewise", retention=_RUNS),
    kept("started", Number, purpose="tells a process from a later one with its number", retention=_RUNS),
    kept("seen", Number, purpose="when it last said that it runs", retention=_RUNS),
    kept("since", Number, purpose="the oldest entry whose delivery it may still owe", retention=_RUNS),
)
