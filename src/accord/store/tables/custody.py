"""What is kept of content that did not leave, who looked at it, what may not be deleted, and what was."""

from __future__ import annotations

from sqlalchemy import Index, LargeBinary, String, Table, Text

from accord.store.tables.columns import STATE, Number, kept

_ITEM = "until it expires or is erased; not while a legal hold lasts"
_PROOF = "as long as the log: it proves what was done"
_HOLD = "as long as the log; a lifted one goes when its subject is erased"
_CLOCK = "the newest one only"

items = Table(
    "custody_item",
    STATE,
    kept("id", String(32), primary_key=True, purpose="names it in the audit log", retention=_ITEM),
    kept("kind", String(16), purpose="quarantine (held, awaits a decision) or evidence (blocked)", retention=_ITEM),
    kept("state", String(16), purpose="held, released, denied, used or closed", retention=_ITEM),
    kept("tenant", String(255), purpose="whose it is", retention=_ITEM),
    kept(
        "subject",
        LargeBinary,
        nullable=True,
        purpose="whose data it holds, as a keyed hash, where known",
        retention=_ITEM,
    ),
    kept(
        "principal",
        LargeBinary,
        purpose="who sent it, as a keyed hash: an approval is for them alone",
        retention=_ITEM,
    ),
    kept("decision", String(64), purpose="the decision that kept it", retention=_ITEM),
    kept("destination", String(16), purpose="where it was to go", retention=_ITEM),
    kept("policy", String(64), purpose="which policy held it: an approval is under that one alone", retention=_ITEM),
    kept("categories", String(2048), purpose="what was found, for the list of a reviewer", retention=_ITEM),
    kept("content", LargeBinary, purpose="a keyed hash that recognises the same content", retention=_ITEM),
    kept("sealed", LargeBinary, purpose="the content, encrypted under a key of its own", retention=_ITEM),
    kept("created", Number, purpose="its age", retention=_ITEM),
    kept("expires", Number, purpose="when the sweeper removes it", retention=_ITEM),
    kept("approved_until", Number, nullable=True, purpose="until when an approval admits it", retention=_ITEM),
    kept("mac", LargeBinary, purpose="shows that the row was edited; HMAC under the key ring", retention=_ITEM),
    Index("custody_item_content", "content"),
    Index("custody_item_subject", "subject"),
    Index("custody_item_expires", "expires"),
)

grants = Table(
    "custody_grant",
    STATE,
    kept("id", String(32), primary_key=True, purpose="names the request to see raw content", retention=_PROOF),
    kept("item", String(32), purpose="what is to be seen", retention=_PROOF),
    kept("tenant", String(255), purpose="whose it is", retention=_PROOF),
    kept("requested_by", String(255), purpose="the first of two persons, by key or token id", retention=_PROOF),
    kept("approved_by", String(255), nullable=True, purpose="the second, another person", retention=_PROOF),
    kept(
        "reason",
        LargeBinary,
        nullable=True,
        purpose="why it is needed; encrypted like the content, because people name people",
        retention=_ITEM,
    ),
    kept("created", Number, purpose="when it was asked for", retention=_PROOF),
    kept("expires", Number, purpose="when the permission ends", retention=_PROOF),
    kept("revoked", Number, nullable=True, purpose="when it was taken back", retention=_PROOF),
    kept("mac", LargeBinary, purpose="shows that the row was edited; HMAC under the key ring", retention=_PROOF),
    Index("custody_grant_item", "item"),
)

mentions = Table(
    "mention",
    STATE,
    kept(
        "value",
        LargeBinary,
        primary_key=True,
        purpose="a keyed hash of a value: finds where it is kept",
        retention=_ITEM,
    ),
    kept("kind", String(16), primary_key=True, purpose="pseudonym or item", retention=_ITEM),
    kept("ref", LargeBinary, primary_key=True, purpose="which scope or item mentions it", retention=_ITEM),
    kept("expires", Number, purpose="goes with what it points to", retention=_ITEM),
    Index("mention_ref", "kind", "ref"),
    Index("mention_expires", "expires"),
)

legal_holds = Table(
    "legal_hold",
    STATE,
    kept("id", String(32), primary_key=True, purpose="names the hold", retention=_HOLD),
    kept("tenant", String(255), purpose="whose data", retention=_HOLD),
    kept(
        "subject",
        LargeBinary,
        nullable=True,
        purpose="of one subject, as a keyed hash; all where empty",
        retention=_HOLD,
    ),
    kept("placed_by", String(255), purpose="who placed it, by key or token id", retention=_HOLD),
    kept(
        "reason",
        LargeBinary,
        purpose="the matter it serves; encrypted under the key of the subject or tenant, because people name people",
        retention=_HOLD,
    ),
    kept("placed", Number, purpose="when it began", retention=_HOLD),
    kept("lifted", Number, nullable=True, purpose="when it ended", retention=_HOLD),
    kept("mac", LargeBinary, purpose="shows that the row was edited; HMAC under the key ring", retention=_HOLD),
    Index("legal_hold_tenant", "tenant"),
)

erasures = Table(
    "erasure",
    STATE,
    kept("id", String(32), primary_key=True, purpose="names the erasure", retention=_PROOF),
    kept("tenant", String(255), purpose="whose data", retention=_PROOF),
    kept("kind", String(16), purpose="by subject or by value", retention=_PROOF),
    kept("state", String(16), purpose="begun, proven or finished: one that broke off goes on", retention=_PROOF),
    kept("requested_by", String(255), purpose="who asked for it, by key or token id", retention=_PROOF),
    kept(
        "target",
        LargeBinary,
        nullable=True,
        purpose="who or what, encrypted, so that it can go on after a fault",
        retention="until it is finished",
    ),
    kept("progress", Text, purpose="what was removed so far: counts and ids of destroyed keys", retention=_PROOF),
    kept("note", Text, purpose="what was erased, counted and signed; names nobody", retention=_PROOF),
    kept("at", Number, purpose="when it began", retention=_PROOF),
)

sweeps = Table(
    "sweep",
    STATE,
    kept("id", Number, primary_key=True, autoincrement=False, purpose="there is one row", retention=_CLOCK),
    kept("at", Number, purpose="when it was last swept: shows a clock that leapt", retention=_CLOCK),
)
