"""HTML and XML: text nodes, attributes and comments, with places.

A tolerant scanner that follows tags, not a parser: no entity is fetched, nothing is executed, unclosed elements
are no error. Sources: the HTML standard section 13.2.5, XML 1.0 section 2.
"""

from __future__ import annotations

import re

from accord.core.reading import Field
from accord.readers.align import Scan
from accord.readers.escapes import entities
from accord.readers.lines import scan_lines

_TAG = re.compile(
    r"<!--(?P<comment>.*?)(?:-->|\Z)|<!\[CDATA\[(?P<cdata>.*?)(?:\]\]>|\Z)|<[!?][^<>]*+>"
    r"|<(?P<close>/?)(?P<name>[A-Za-z_][\w:.\-]*+)(?P<attributes>(?:[^<>\"']|\"[^\"]*+\"|'[^']*+')*+)>",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(r"""([\w:.\-@]+)\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'<>`]++))""")
_RAW = {"script", "style", "textarea", "title", "xmp", "noscript"}
_CODE = {"script", "style"}
_VOID = {
    "br",
    "img",
    "hr",
    "input",
    "meta",
    "link",
    "area",
    "base",
    "col",
    "embed",
    "source",
    "track",
    "wbr",
    "param",
}
_INLINE = {"b", "i", "em", "strong", "span", "font", "u", "s", "small", "sub", "sup", "mark", "wbr", "big", "tt", "a",
           "code", "del", "ins", "bdo", "bdi", "abbr"}  # fmt: skip
_STRUCTURE = (
    "html head body div p ul ol li dl dt dd table thead tbody tfoot tr td th caption h1 h2 h3 h4 h5 h6 "
    "section article header footer nav main aside form label button select option fieldset legend pre "
    "blockquote figure figcaption details summary center svg g path iframe template picture video audio "
    "canvas dialog"
)
_HTML = _INLINE | _VOID | _RAW | set(_STRUCTURE.split())
_NAMING = {"dt", "th", "label"}
_DEEPEST = 200


def scan_markup(text: str, start: int, end: int) -> Scan:
    """Name text after the element it stands in and attribute values after their attribute."""
    scan = Scan()
    stack: list[str] = []
    labels = _Labels()
    at = start
    while True:
        tag = _TAG.search(text, at, end)
        stop = end if tag is None else tag.start()
        _text_node(text, at, stop, stack, labels, scan)
        if tag is None:
            return scan
        at = tag.end()
        name = (tag["name"] or "").lower()
        if tag["cdata"] is not None:
            scan.add(*tag.span("cdata"), stack[-1] if stack else "", "")
        elif tag["comment"] is not None:
            scan.extend(scan_lines(text, *tag.span("comment")))
        elif name and tag["close"]:
            labels.closed(name)
            if name in stack[-_DEEPEST:]:
                while stack and stack.pop() != name:
                    pass
        elif name:
            _attributes(text, name, *tag.span("attributes"), scan)
            labels.opened(name)
            if name in _RAW and not tag["attributes"].endswith("/"):
                at = _raw(text, at, end, name, scan)
            elif name not in _VOID and not tag["attributes"].endswith("/"):
                stack.append(name)


class _Labels:
    """Which label, table header or term names the text that comes next."""

    def __init__(self) -> None:
        self.columns: list[str] = []
        self.column = 0
        self.label = ""

    def opened(self, name: str) -> None:
        if name == "table":
            self.columns = []
        if name == "tr":
            self.column = 0
            self.label = ""

    def closed(self, name: str) -> None:
        if name in {"td", "th"}:
            self.column += 1
        if name in {"dd", "td", "tr"}:
            self.label = ""

    def note(self, element: str, text: str) -> None:
        """Remember the text of an element that names others."""
        if element == "th":
            self.columns += [""] * (self.column + 1 - len(self.columns))
            self.columns[self.column] = text
        self.label = text

    def name(self, element: str) -> str:
        """The name for text in an element."""
        if self.label:
            return self.label
        if element == "td" and self.column < len(self.columns):
            return self.columns[self.column]
        return element


def _text_node(text: str, start: int, end: int, stack: list[str], labels: _Labels, scan: Scan) -> None:
    chunk = text[start:end]
    stripped = chunk.strip()
    if not stripped:
        return
    left = start + len(chunk) - len(chunk.lstrip())
    stop = left + len(stripped)
    element = next((name for name in reversed(stack[-8:]) if name not in _INLINE), stack[-1] if stack else "")
    if element in _NAMING and len(stripped) <= 60:
        labels.note(element, stripped.rstrip(":").strip().lower())
        _add(text, left, stop, element, "html.text", scan)
        return
    name = labels.name("td" if "td" in stack[-4:] else element)
    if name == element and element not in _HTML and len(stack) > 1:
        name = ".".join(part for part in stack[-3:] if part not in _HTML)
    inner = scan_lines(text, left, stop) if ":" in stripped or "=" in stripped else None
    if inner is not None and inner.fields:
        scan.fields += (Field(item.span, item.name, "html.text") for item in inner.fields)
        name = ""
    _add(text, left, stop, name, "html.text", scan)


def _add(text: str, start: int, end: int, name: str, syntax: str, scan: Scan) -> None:
    scan.add(start, end, name, syntax)
    if text.find("&", start, end) >= 0:
        scan.swaps += entities(text, start, end)


def _attributes(text: str, element: str, start: int, end: int, scan: Scan) -> None:
    found: list[tuple[int, int, str]] = []
    naming = ""
    for match in _ATTRIBUTE.finditer(text, start, end):
        group = match.lastindex or 2
        name = match[1].lower()
        if name in {"name", "id", "property", "itemprop"} and not naming:
            naming = match[group].strip().lower()
        found.append((*match.span(group), name))
    for begin, stop, name in found:
        # <input name="email" value="…"> and <meta name="author" content="…"> name their value themselves
        named = naming if name in {"value", "content"} and naming else name
        _add(text, begin, stop, named, "html.attribute", scan)


def _raw(text: str, at: int, end: int, name: str, scan: Scan) -> int:
    """Text of an element without markup inside; returns where its end tag begins."""
    close = re.compile(rf"</{name}", re.IGNORECASE).search(text, at, end)
    stop = end if close is None else close.start()
    if name in _CODE:
        scan.extend(scan_lines(text, at, stop))
    else:
        chunk = text[at:stop]
        left = at + len(chunk) - len(chunk.lstrip())
        _add(text, left, left + len(chunk.strip()), name, "html.text", scan)
    return stop
