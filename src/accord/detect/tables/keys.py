"""Secrets that are found as a whole: key blocks, signed tokens, URLs and headers that carry a password."""

# ruff: noqa: E501 - a row is one line, so that rows can be compared

from __future__ import annotations

import base64
import binascii
import json
import re

from accord.detect.tables.pattern import Edge, Pattern
from accord.detect.tables.secret_value import likely, placeholder

KEY = "privacy.credential.private_key"
TOKEN = "privacy.credential.token"  # noqa: S105 - a category
PASSWORD = "privacy.credential.password"  # noqa: S105 - a category
API_KEY = "privacy.credential.api_key"

_LONGEST_BLOCK = 65536  # characters; an RSA key of 16384 bits takes 13 kB
_LONGEST_TOKEN = 16384
_URL_SAFE = re.compile(r"[A-Za-z0-9_-]+")


_BODY = re.compile(
    r"(?:\s|\\[nr]|(?:Proc-Type|DEK-Info|Version|Comment|Hash)[^\n]{0,120}|[A-Za-z0-9+/=]{16,}|[A-Za-z0-9+/]{1,15}={1,2})*"
)


def _block(text: str, start: int, end: int) -> tuple[int, int] | None:
    """From the opening line of a key block to its closing line, or to the end of what looks like one."""
    kind = text[start:end]
    limit = min(len(text), end + _LONGEST_BLOCK)
    following = text.find("BEGIN ", end, limit)  # another block: this one ends before it, so work stays linear
    limit = following if following >= 0 else limit
    label = re.search(r"BEGIN ([A-Z0-9 ]*?PRIVATE KEY(?: BLOCK)?)", kind)
    if label is not None:
        closing = f"END {label.group(1)}"
        stop = text.find(closing, end, limit)
        if stop >= 0:
            last = stop + len(closing)
            return start, last + len(text[last : last + 5]) - len(text[last : last + 5].lstrip("-"))
    body = _BODY.match(text, end, limit)
    found = body.group() if body is not None else ""
    if len(re.sub(r"\s|\\n", "", found)) < 32:
        return None
    return start, end + len(found.rstrip())


def _putty(text: str, start: int, end: int) -> tuple[int, int] | None:
    """A PuTTY key file, to its message authentication code."""
    following = text.find("PuTTY-User-Key-File", end, end + _LONGEST_BLOCK)
    limit = following if following >= 0 else min(len(text), end + _LONGEST_BLOCK)
    stop = re.compile(r"Private-(?:MAC|Hash): [0-9a-f]+").search(text, end, limit)
    return (start, stop.end()) if stop is not None else None


def _jwt(text: str, start: int, end: int) -> tuple[int, int] | None:
    """A signed or encrypted token whose header decodes to JSON with an algorithm (RFC 7515, RFC 7519)."""
    header = _URL_SAFE.match(text, start, start + 4096)
    if header is None or not _header(header.group()):
        return None
    last, parts = header.end(), 1
    while parts < 5 and text[last : last + 1] == ".":
        part = _URL_SAFE.match(text, last + 1, min(len(text), last + 1 + _LONGEST_TOKEN))
        if part is None:
            last += 1 if parts < 3 and text[last + 1 : last + 2] in (".", "") else 0
            break
        last, parts = part.end(), parts + 1
    return (start, last) if parts >= 2 else None


def _header(text: str) -> bool:
    try:
        found = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        return False
    return isinstance(found, dict) and bool({"alg", "typ", "enc"} & found.keys())


def basic(value: str) -> bool:
    """Whether a value is `user:password` in base64 (RFC 7617)."""
    try:
        text = base64.b64decode(value + "=" * (-len(value) % 4), validate=True).decode()
    except (ValueError, binascii.Error):
        return False
    return ":" in text and text.isprintable()


def _password(value: str) -> bool:
    return not placeholder(value)


PATTERNS: tuple[Pattern, ...] = (
    Pattern("key.pem", KEY, r"-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-{2,5}", 0.98, reach=_block, edge=Edge.FREE),
    Pattern("key.ssh2", KEY, r"---- BEGIN (?:SSH2 ENCRYPTED )?PRIVATE KEY ----", 0.98, reach=_block, edge=Edge.FREE),
    Pattern("key.putty", KEY, r"PuTTY-User-Key-File-[123]: [a-z0-9-]+", 0.98, reach=_putty, edge=Edge.FREE),
    Pattern("key.age", KEY, r"\bAGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}\b", 0.98, edge=Edge.WORD),
    Pattern("key.wireguard", KEY, r"(?i)\b(?:Private|Preshared)Key\s{0,3}=\s{0,3}([A-Za-z0-9+/]{43}=)", 0.95, edge=Edge.FREE),
    Pattern("key.openssh_base64", KEY, r"\bb3BlbnNzaC1rZXktdjE[A-Za-z0-9+/=\s]{40,}", 0.9, edge=Edge.FREE),
    Pattern("key.jwk", KEY, r'"d"\s{0,2}:\s{0,2}"([A-Za-z0-9_-]{40,700})"', 0.8, check=likely, edge=Edge.FREE),
    Pattern("key.xprv", KEY, r"\b[xyz]prv[1-9A-HJ-NP-Za-km-z]{100,112}\b", 0.95, edge=Edge.WORD),
    Pattern("key.wif", KEY, r"\b[5KL][1-9A-HJ-NP-Za-km-z]{50,51}\b", 0.5, 0.95, 0.7, likely, False, ("private key", "wif", "wallet", "secret", "bitcoin"), None, Edge.WORD),
    Pattern("jwt", TOKEN, r"\bey[JI][A-Za-z0-9_-]{8,}", 0.95, check=lambda value: True, strong=True, reach=_jwt, edge=Edge.FREE),
    Pattern(
        "url.password", PASSWORD,
        r"(?i)\b[a-z][a-z0-9+.-]{1,24}://[^\s:/?#\[\]@'\"<>]{0,128}:([^\s/?#'\"<>]{1,256})@[a-z0-9\[\].:_-]+", 0.9, check=_password, edge=Edge.FREE,
        gate=r"://[^\s/]{0,400}@",
    ),
    Pattern(
        "header.bearer", TOKEN, r"(?i)\b(?:bearer|token)[ :=]{1,3}([A-Za-z0-9_\-.~+/]{16,}={0,2})", 0.8, check=likely, edge=Edge.FREE,
    ),
    Pattern("header.basic", PASSWORD, r"(?i)\bbasic ([A-Za-z0-9+/]{8,}={0,2})", 0.9, check=basic, edge=Edge.FREE),
    Pattern("header.digest", PASSWORD, r'(?i)\bdigest [^\n]{0,200}response="([0-9a-f]{32,64})"', 0.85, edge=Edge.FREE),
    Pattern(
        "header.cookie", TOKEN,
        r"(?i)\b(?:session(?:_?id)?|sess|sid|phpsessid|jsessionid|asp\.net_sessionid|connect\.sid|auth_token|csrftoken|xsrf-token)=([A-Za-z0-9%_\-.~+/:]{12,})",
        0.7, check=likely, edge=Edge.FREE,
    ),
    Pattern(
        "connection.password", PASSWORD, r"(?i);\s{0,3}(?:pwd|password)\s{0,2}=\s{0,2}([^;\s\"']{1,128})", 0.9, check=_password, edge=Edge.FREE,
    ),
    Pattern("connection.account_key", API_KEY, r"(?i)\b(?:AccountKey|SharedAccessKey|SharedSecretValue)=([A-Za-z0-9+/]{32,100}={0,2})", 0.95, edge=Edge.FREE),
    Pattern("connection.sas", TOKEN, r"(?i)[?&;]sig=([A-Za-z0-9%+/]{40,110}(?:%3d|=)?)", 0.9, edge=Edge.FREE),
    Pattern("shell.curl", PASSWORD, r"(?i)\bcurl\b[^\n]{0,200}?(?:\s-u|\s--user)[ =]['\"]?[^\s:'\"]{1,64}:([^\s'\"]{1,128})", 0.9, check=_password, edge=Edge.FREE),
    Pattern("shell.mysql", PASSWORD, r"\b(?:mysql|mysqldump|mariadb)\b[^\n]{0,120}?\s-p([^\s'\"-][^\s'\"]{3,63})", 0.8, check=_password, edge=Edge.FREE),
    Pattern("shell.sshpass", PASSWORD, r"\bsshpass\s+-p\s*['\"]?([^\s'\"]{3,128})", 0.9, check=_password, edge=Edge.FREE),
    Pattern("file.netrc", PASSWORD, r"(?i)\bmachine\s+\S{1,128}\s+login\s+\S{1,128}\s+password\s+(\S{1,128})", 0.95, check=_password, edge=Edge.FREE),
    Pattern("file.npmrc", TOKEN, r"(?i)_auth(?:Token)?\s{0,2}=\s{0,2}([A-Za-z0-9_\-.+/=]{16,})", 0.9, check=likely, edge=Edge.FREE),
    Pattern("file.htpasswd", PASSWORD, r"(\$(?:2[aby]\$[0-9]{2}\$[./A-Za-z0-9]{53}|(?:apr1|1|5|6|y)\$[./A-Za-z0-9$=,]{8,120}|argon2(?:id|i|d)\$[A-Za-z0-9$=,+/]{20,200}))", 0.85, edge=Edge.FREE),
)  # fmt: skip
"""Key blocks (RFC 7468, RFC 4716), tokens (RFC 7519, RFC 6750), credentials in URLs and headers (RFC 3986, RFC 7617)."""
