"""`multipart/form-data` (RFC 7578), read strictly: one reading only."""

from __future__ import annotations

from collections.abc import Mapping
from email.message import Message
from types import MappingProxyType

from accord.gateway.problems import Problem, bad

MAX_FIELDS = 32
_MAX_HEAD = 8192


def fields(body: bytes, content_type: str) -> Mapping[str, bytes]:
    """The fields of a form by name; file names and types that it gives them are not looked at.

    Raises:
        Problem: 400: it is no form, or has a name twice; 415: it does not say that it is one.
    """
    kind, boundary = _parameter("content-type", content_type, "boundary")
    if kind != "multipart/form-data" or not 1 <= len(boundary) <= 70 or not boundary.isascii():
        raise Problem(415, "unsupported_media_type", "The body is no form with a boundary.")
    mark = b"--" + boundary.encode()
    pieces = (b"\r\n" + body).split(b"\r\n" + mark)
    if len(pieces) < 2 or pieces[0] or pieces[-1].strip(b" \t\r\n") != b"--":
        raise bad("invalid_form", "The form does not begin or end with its boundary.")
    if len(pieces) > MAX_FIELDS + 2:
        raise bad("invalid_form", f"The form has more than {MAX_FIELDS} fields.")
    made: dict[str, bytes] = {}
    for piece in pieces[1:-1]:
        name, value = _field(piece)
        if name in made:
            raise bad("repeated_key", "A field stands twice in the form.")
        made[name] = value
    return MappingProxyType(made)


def _field(piece: bytes) -> tuple[str, bytes]:
    head, blank, value = piece.partition(b"\r\n\r\n")
    line, _, lines = head.partition(b"\r\n")
    if not blank or line.strip(b" \t") or len(head) > _MAX_HEAD:
        raise bad("invalid_form", "A field of the form has no head.")
    found = []
    for one in lines.split(b"\r\n"):
        header, colon, said = one.partition(b":")
        if not colon:
            raise bad("invalid_form", "A field of the form has a head that is not understood.")
        key = header.strip().lower()
        if key == b"content-disposition":
            found.append(said.decode("latin-1"))
        elif key == b"content-transfer-encoding" and said.strip().lower() not in (b"binary", b"8bit", b"7bit"):
            raise bad("invalid_form", "A field of the form is encoded.")  # RFC 7578, 4.7: deprecated
    kind, name = _parameter("content-disposition", found[0].strip(), "name") if len(found) == 1 else ("", "")
    if kind != "form-data" or not name:
        raise bad("invalid_form", "A field of the form has no name.")
    return name, value


def _parameter(header: str, value: str, name: str) -> tuple[str, str]:
    """A header's value in small letters, and one of its parameters; "" where it has none."""
    message = Message()
    message[header] = " ".join(value.split())
    found = message.get_param(name, header=header)
    return value.partition(";")[0].strip().lower(), found if isinstance(found, str) else ""
