"""What kind of text this is: from its media type, else from its first characters."""

from __future__ import annotations

import re

import re2

_TYPES = {
    "application/json": "json",
    "application/jsonl": "json",
    "application/x-ndjson": "json",
    "application/ndjson": "json",
    "text/csv": "table",
    "text/tab-separated-values": "table",
    "text/html": "markup",
    "text/xml": "markup",
    "application/xml": "markup",
    "application/xhtml+xml": "markup",
    "image/svg+xml": "markup",
    "message/rfc822": "mail",
    "text/markdown": "plain",
}
_TAG = re2.compile(
    r"(?i)<(?:!--|!doctype|\?xml|!\[CDATA\[|/[a-z][\w:.\-]*\s*>|[a-z][\w:.\-]*(?:\s[^<>]*)?/>"
    r"|[a-z][\w:\-]*\s+[\w:\-]+=[\"']"
    r"|(?:html|head|body|div|p|br|hr|ul|ol|li|table|tr|td|th|span|a|b|i|em|strong|img|input|form|script|style|meta"
    r"|title|h[1-6])(?:\s[^<>]*)?>)"
)  # a single unknown tag is a placeholder (`<name>`), not markup
_MAIL = re.compile(
    r"(?:From |(?:From|To|Cc|Subject|Date|Received|Return-Path|Delivered-To|Message-ID|MIME-Version|Reply-To|Sender"
    r"|Content-Type|Content-Transfer-Encoding|X-[\w\-]+|DKIM-Signature):)",
    re.IGNORECASE,
)
_HEADER = re.compile(r"(?:[!-9;-~]{1,60}:[^\n]*\n(?:[ \t][^\n]*\n)*+)", re.MULTILINE)


def kind_of(text: str, media_type: str) -> str:
    """One of `json`, `table`, `markup`, `mail`, `plain`.

    A media type is believed, save that what does not parse falls back to plain text.
    """
    declared = media_type.partition(";")[0].strip().lower()
    if declared:
        known = _TYPES.get(declared)
        if known:
            return known
        if declared.endswith("+json"):
            return "json"
        if declared.endswith("+xml"):
            return "markup"
    head = text[:256].lstrip()
    if not head:
        return "plain"
    if head[0] in '{["':
        return "json"
    if _MAIL.match(head) and looks_like_mail(text):
        return "mail"
    if text.find("<") >= 0 and _TAG.search(text):
        return "markup"
    return "plain"


def looks_like_mail(text: str) -> bool:
    """Whether a text begins with at least two header fields, one of which only mail has."""
    at = len(text) - len(text.lstrip())
    if text.startswith("From ", at):
        at = text.find("\n", at) + 1
    names = set()
    for _ in range(100):
        match = _HEADER.match(text, at)
        if match is None:
            break
        names.add(match.group().partition(":")[0].lower())
        at = match.end()
    known = names & {"from", "to", "subject", "date", "message-id", "mime-version", "received", "content-type"}
    blank = at >= len(text) or text[at] in "\r\n"
    return len(known) >= 2 and blank
