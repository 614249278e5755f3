"""Addresses of machines, and coordinates."""

# ruff: noqa: E501 - a row is one line, so that rows can be compared

from __future__ import annotations

import ipaddress
import re

from accord.detect.tables import words
from accord.detect.tables.checks import bare
from accord.detect.tables.pattern import Edge, Pattern, distinct

IP = "privacy.network.ip"
MAC = "privacy.network.mac"
GPS = "privacy.location.gps"

_OCTET = r"(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_VERSION_WORDS = tuple(
    """
        version release build firmware v ver section chapter oid kernel upgrade chrome safari
        """.split()
)


_RELEASE = re.compile(
    r"(?i)\b(?:version|ver|release[ds]?|bump(?:s|ed)?|upgrade[ds]?|downgrade[ds]?|build|chrome|safari|firefox|edge|==|>=|v)\b[^\n]{0,30}$"
)


def address(value: str) -> bool:
    """Whether a value is an IP address of a machine: not loopback, unspecified, broadcast or a netmask.

    Private and documentation ranges count: they tell of somebody's network, or stand for an address that does.
    """
    text = value.partition("/")[0].partition("%")[0]
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    if mapped is not None:
        found = mapped
    if found.version == 4 and (int(found) >> 24 == 255 or int(found) >> 24 == 0):
        return False
    return not (found.is_loopback or found.is_unspecified)


def _not_version(text: str, start: int, end: int) -> tuple[int, int] | None:
    """An IPv4 address; `1.2.3.4` after a word for versions, or in a longer run of numbers, is none."""
    before = text[max(0, start - 12) : start].casefold()
    word = before.rstrip(" .:=/_-").rpartition(" ")[2].rpartition("/")[2]
    if word in _VERSION_WORDS or (before.endswith(("/", "_")) and not before.endswith(("//", "[/")) and word):
        head = text[max(0, start - 40) : start].rpartition(" ")[2]
        if "://" not in head and not head.startswith("/"):
            return None
    if not text[start:end].startswith(("192.168.", "10.", "172.")) and _RELEASE.search(
        text[max(0, start - 40) : start]
    ):
        return None
    if start >= 2 and text[start - 1] in ".-" and text[start - 2].isalnum():
        return None
    if end + 1 < len(text) and text[end] in "." and text[end + 1].isdigit():
        return None
    if text[end : end + 1] == "-" and text[end + 1 : end + 2].isalpha():
        return None
    return start, _prefix(text, end, 32)


def _prefix(text: str, end: int, longest: int) -> int:
    """The end of an address with its prefix length, where one follows (RFC 4632, RFC 4291 2.3)."""
    match = re.compile(r"/(\d{1,3})(?![\d./])").match(text, end)
    return match.end() if match is not None and int(match.group(1)) <= longest else end


def _hextets(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The longest IPv6 address here, without what cannot belong to it (a closing colon, a prefix length)."""
    if start and (text[start - 1].isalnum() or text[start - 1] in ":."):
        return None
    value = text[start:end]
    tail = text[end : end + 1]
    if tail and ((tail.isalnum() and ord(tail) < 0x0E00) or tail == "_"):
        return None
    while value.endswith((":", ".")) and not value.endswith("::"):
        value = value[:-1]
    groups = value.partition("%")[0].split(":")
    if "." not in value and max(map(len, groups)) < 3 and sum(map(bool, groups)) < 4:
        return None
    if value.count(":") < 2 or (not any(c.isdigit() for c in value) and len(bare(value)) < 8):
        return None
    if (
        text[start + len(value) : start + len(value) + 1] == "."
        and text[start + len(value) + 1 : start + len(value) + 2].isdigit()
    ):
        return None
    return start, _prefix(text, start + len(value), 128)


def _pair(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Two numbers that are no part of a longer list of numbers."""
    listed = re.search(r"[\d.]\s?,\s*$", text[max(0, start - 8) : start]) or re.match(
        r"\s?,\s*[-+]?\d", text[end : end + 16]
    )
    return None if listed else (start, end)


def _six(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Six pairs, and no seventh on either side."""
    before, after = text[max(0, start - 2) : start], text[end : end + 2]
    longer = (before[-1:] in (":", "-") and before[:1].isalnum()) or (after[:1] in (":", "-") and after[1:].isalnum())
    return None if longer else (start, end)


def _mac(value: str) -> bool:
    digits = bare(value)
    return len(set(digits)) > 1


_LATITUDE = r"[-+]?(?:[1-8]?[0-9]|90)"
_LONGITUDE = r"[-+]?(?:1[0-7][0-9]|[1-9]?[0-9]|180)"

PATTERNS: tuple[Pattern, ...] = (
    Pattern(
        "ipv4", IP, rf"\b{_OCTET}(?:\.{_OCTET}){{3}}\b", 0.85, 0.95, 0.85, address, True,
        ("ip", "host", "server", "client", "address", "gateway", "router", "subnet"), _not_version, Edge.WORD,
    ),
    Pattern(
        "ipv6", IP, r"(?i)(?:[0-9a-f]{1,4}|:):[0-9a-f:]{0,38}(?:(?:\.[0-9]{1,3}){3})?(?:%[0-9a-z]{1,15})?",
        0.9, 0.95, 0.9, address, True, (), _hextets, Edge.FREE,
        r"(?i)[0-9a-f]{0,4}:[0-9a-f]{0,4}:[0-9a-f:]",
    ),
    Pattern(
        "mac", MAC, r"(?i)\b(?:[0-9a-f]{2}(?::[0-9a-f]{2}){5}|[0-9a-f]{2}(?:-[0-9a-f]{2}){5}|[0-9a-f]{4}(?:\.[0-9a-f]{4}){2})\b",
        0.85, 0.95, 0.85, _mac, True, ("mac", "ethernet", "hardware address", "physical address", "wifi", "bssid"), _six,
    ),
    Pattern(
        "gps.decimal", GPS, rf"{_LATITUDE}\.[0-9]{{4,}}°?\s?[NS]?\s?[,;]\s?{_LONGITUDE}\.[0-9]{{4,}}°?(?:\s?[EWO]\b)?",
        0.5, 0.9, 0.6, None, False, words.GPS, _pair,
    ),
    Pattern(
        "gps.short", GPS, rf"{_LATITUDE}\.[0-9]{{2,}}°?\s?[NS]?\s?[,;/]\s?{_LONGITUDE}\.[0-9]{{2,}}°?(?:\s?[EWO]\b)?",
        0.0, 0.7, 0.0, None, False, words.GPS,
    ),
    Pattern(
        "gps.labelled", GPS,
        r"""(?i)\blat(?:itude)?["']?\s{0,3}[=:]?\s{0,3}([-+]?[0-9]{1,2}\.[0-9]{2,}["']?[\s,;&]{1,4}["']?lo?ng?(?:itude)?["']?\s{0,3}[=:]?\s{0,3}[-+]?[0-9]{1,3}\.[0-9]{2,})""",
        0.9, 0.9, 0.9,
    ),
    distinct(
        "gps.degrees", GPS,
        r"""[0-9]{1,2}°\s?[0-9]{1,2}['′’]\s?(?:[0-9]{1,2}(?:\.[0-9]+)?["″”]|'')?\s?[NS][,;]?\s?[0-9]{1,3}°\s?[0-9]{1,2}['′’]\s?(?:[0-9]{1,2}(?:\.[0-9]+)?["″”]|'')?\s?[EWO]""",
        None, score=0.9,
    ),
    distinct("gps.geo", GPS, r"\bgeo:(-?[0-9]{1,2}\.[0-9]{2,},-?[0-9]{1,3}\.[0-9]{2,})", None, score=0.9),
)  # fmt: skip
"""IPv4 (RFC 791), IPv6 (RFC 4291), MAC addresses (IEEE 802), coordinates (WGS 84, RFC 5870)."""
