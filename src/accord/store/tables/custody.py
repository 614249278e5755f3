"""What is kept of content that did not leave, who looked at it, what may not be deleted, and what was."""

from __future__ import annotations

from sqlalchemy import Index, LargeBinary, String, Table, Text

from accord.store.tables.columns import STATE, Number, kept

_ITEM = "until it expires or is erased; not while a legal hold lasts"
_PROOF = "as long as the log: it proves what was done"

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
    kept("categories", String(2048), purpose="what was found, for the list of a reviewer", retention=_ITEM),
    kept("content", LargeBinary, purpose="a keyed hash that recognises the same content", retention=_ITEM),
    kept("sealed", LargeBinary, purpose="the content, encrypted", retention=_ITEM),
    kept("created", Number, purpose="its age", retention=_ITEM),
    kept("expires", Number, purpose="when the sweeper removes it", retention=_ITEM),
    kept("approved_until", Number, nullable=True, purpose="until when an approval admits it", retention=_ITEM),
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
    kept("reason", Text, purpose="why it is needed; people write no personal data here", retention=_PROOF),
    kept("created", Number, purpose="when it was asked for", retention=_PROOF),
    kept("expires", Number, purpose="when the permission ends", retention=_PROOF),
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
    kept("id", String(32), primary_key=True, purpose="names the hold", retention=_PROOF),
    kept("tenant", String(255), purpose="whose data", retention=_PROOF),
    kept(
        "subject",
        LargeBinary,
        nullable=True,
        purpose="of one subject, as a keyed hash; all where empty",
        retention=_PROOF,
    ),
    kept("placed_by", String(255), purpose="who placed it, by key or token id", retention=_PROOF),
    kept("reason", Text, purpose="the matter it serves; people write no personal data here", retention=_PROOF),
    kept("placed", Number, purpose="when it began", retention=_PROOF),
    kept("lifted", Number, nullable=True, purpose="when it ended", retention=_PROOF),
)

erasures = Table(
    "erasure",
    STATE,
    kept("id", String(32), primary_key=True, purpose="names the erasure", retention=_PROOF),
    kept("tenant", String(255), purpose="whose data", retention=_PROOF),
    kept("note", Text, purpose="what was erased, counted and signed; names nobody", retention=_PROOF),
    kept("at", Number, purpose="when", retention=_PROOF),
)
