"""How an upstream fails, in our words: a status, a code of a fixed list, and nothing that it said."""

from __future__ import annotations

import ssl
from collections.abc import Mapping

import aiohttp
import orjson

from accord.gateway.upstream import UpstreamFailed, garbled

CODES: Mapping[str, str] = {
    "content_filter": "The upstream's own filter stopped this request.",
    "content_policy_violation": "The upstream's own filter stopped this request.",
    "context_length_exceeded": "The request is longer than this model reads.",
    "image_parse_error": "The upstream could not read a picture of the request.",
    "insufficient_quota": "The account at the upstream is used up.",
    "invalid_base64_image": "The upstream could not read a picture of the request.",
    "invalid_image": "The upstream could not read a picture of the request.",
    "invalid_image_format": "The upstream could not read a picture of the request.",
    "invalid_prompt": "The upstream refused the prompt.",
    "invalid_type": "The upstream found a field of the request of the wrong type.",
    "invalid_value": "The upstream found a value of the request wrong.",
    "missing_required_parameter": "The upstream misses a field of the request.",
    "model_not_found": "The upstream does not know this model.",
    "rate_limit_exceeded": "The upstream takes no more requests for now.",
    "string_above_max_length": "A text of the request is longer than the upstream allows.",
    "tokens_exceeded": "The request is longer than this model reads.",
    "unsupported_parameter": "This model does not take a field of the request.",
    "unsupported_value": "This model does not take a value of the request.",
}
"""Codes of OpenAI's API that are passed on, with what is said of them here."""

MAX_RETRY_AFTER = 86_400


def answered(status: int, body: bytes, retry_after: str | None) -> UpstreamFailed:
    """What an answer that is no success means for the client.

    Args:
        status: HTTP status code of the upstream.
        body: of its answer, or the beginning; only its code is looked at, and only if it is a known one.
        retry_after: header of its answer.
    """
    code = _code(body)
    headers = {"retry-after": str(seconds)} if (seconds := waits(retry_after)) is not None else {}

    def failed(becomes: int, word: str, text: str) -> UpstreamFailed:
        return UpstreamFailed(becomes, word, text, delivery="delivered", headers=headers)

    if status in (401, 403):
        return failed(502, "upstream_credentials", "The upstream does not accept the credentials it was given.")
    if status == 429:
        found = code or "rate_limit_exceeded"
        return failed(429, found, CODES[found])
    if status in (400, 413, 422):
        return failed(
            413 if status == 413 else 400, code or "upstream_refused", CODES.get(code, "The upstream refused this.")
        )
    if status == 404:
        found = code or "upstream_not_found"
        return failed(404, found, CODES.get(code, "The upstream does not know what was asked for."))
    if status in (408, 504):
        return timed_out("delivered")
    if 300 <= status < 400:
        return failed(502, "upstream_redirect", "The upstream sent the request elsewhere, and it is not followed.")
    if status >= 500:
        return failed(502, "upstream_error", f"The upstream failed ({status}).")
    return failed(502, "upstream_refused", f"The upstream refused this ({status}).")


def waits(retry_after: str | None) -> int | None:
    """Seconds of a Retry-After header (RFC 9110, section 10.2.3); None for dates and all else."""
    if retry_after is None or not retry_after.isascii() or not retry_after.isdigit() or len(retry_after) > 6:
        return None
    return min(int(retry_after), MAX_RETRY_AFTER)


def _code(body: bytes) -> str:
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        return ""
    error = value.get("error") if isinstance(value, dict) else None
    code = error.get("code") if isinstance(error, dict) else None
    return code if isinstance(code, str) and code in CODES else ""


def timed_out(delivery: str = "unknown") -> UpstreamFailed:
    """It took too long."""
    return UpstreamFailed(504, "upstream_timeout", "The upstream did not answer in time.", delivery=delivery)


def broken(error: Exception, *, sent: bool) -> UpstreamFailed:
    """What an error of the connection means for the client.

    Args:
        error: of aiohttp, of TLS or of the system; nothing of its text is used.
        sent: whether some of the request may have left.
    """
    delivery = "unknown" if sent else "failed"
    if isinstance(error, aiohttp.ClientConnectorCertificateError | aiohttp.ClientSSLError | ssl.SSLError):
        text = "The upstream could not be verified, so nothing was sent."
        return UpstreamFailed(502, "upstream_unverified", text, delivery=delivery)
    if not sent:
        if isinstance(error, TimeoutError):
            return UpstreamFailed(
                504, "upstream_timeout", "The upstream could not be reached in time.", delivery="failed"
            )
        return UpstreamFailed(502, "upstream_unreachable", "The upstream could not be reached.", delivery="failed")
    if isinstance(error, TimeoutError):
        return timed_out()
    if isinstance(error, aiohttp.ClientResponseError):
        return garbled()
    return UpstreamFailed(502, "upstream_reset", "The upstream broke off.", delivery="unknown")


def too_large() -> UpstreamFailed:
    """It said more than allowed."""
    text = "The upstream's answer is larger than allowed."
    return UpstreamFailed(502, "upstream_too_large", text, delivery="delivered")


def busy() -> UpstreamFailed:
    """All connections are taken."""
    text = "All connections to the upstream are taken."
    return UpstreamFailed(503, "upstream_busy", text, delivery="failed", headers={"retry-after": "1"})


def paused() -> UpstreamFailed:
    """It failed so often that it is left alone for a while."""
    text = "The upstream failed repeatedly and is left alone for a while."
    return UpstreamFailed(503, "upstream_paused", text, delivery="failed", headers={"retry-after": "5"})
