"""Addresses of crypto-currencies, by the checksum their network asks for."""

# ruff: noqa: E501 - a row is one line, so that rows can be compared

from __future__ import annotations

import re

from accord.detect.tables.checks import base58check, bech32, eip55, ripple, varied
from accord.detect.tables.pattern import Check, Edge, Pattern, labelled

CRYPTO = "privacy.financial.crypto"

_WORDS = (
    "wallet", "address", "bitcoin", "btc", "ethereum", "eth", "crypto", "litecoin", "ltc", "dogecoin", "doge", "ripple", "xrp", "tron", "trx",
    "monero", "xmr", "solana", "sol", "cardano", "ada", "usdt", "usdc", "send to", "deposit", "coin",
)  # fmt: skip


def _mixed(value: str) -> bool:
    return len(set(value)) > 12 and bool(
        re.search("[0-9]", value) and re.search("[a-z]", value) and re.search("[A-Z]", value)
    )


def _row(name: str, regex: str, check: Check, score: float = 0.95) -> Pattern:
    return Pattern(f"crypto.{name}", CRYPTO, regex, score, 0.97, score, check, True, _WORDS, None, Edge.WORD)


PATTERNS: tuple[Pattern, ...] = (
    _row("base58", r"\b[13LMDAnm29Tt][1-9A-HJ-NP-Za-km-z]{24,33}\b", base58check),
    _row("bech32", r"\b(?:bc1|tb1|ltc1|BC1|TB1|LTC1)[02-9ac-hj-np-zAC-HJ-NP-Z]{6,87}\b", bech32),
    _row("cosmos", r"\b(?:cosmos|osmo|terra|juno|addr|stake|bnb|inj|celestia)1[02-9ac-hj-np-z]{38,98}\b", bech32),
    _row("ethereum", r"\b0x[0-9a-fA-F]{40}\b", eip55, 0.9),
    _row("ripple", r"\br[1-9A-HJ-NP-Za-km-z]{24,34}\b", ripple),
    labelled("crypto.monero", CRYPTO, r"\b[48][0-9AB][1-9A-HJ-NP-Za-km-z]{93}\b", _WORDS, varied, 0.7, 0.9),
    labelled(
        "crypto.solana",
        CRYPTO,
        r"\b[1-9A-HJ-NP-Za-km-z]{43,44}\b",
        ("solana", "sol", "spl", "phantom", "wallet"),
        _mixed,
        lifted=0.7,
    ),
)
"""Bitcoin and kin (Base58Check, BIP 173, BIP 350), Ethereum (EIP-55), Ripple, Cosmos, Monero, Solana."""
