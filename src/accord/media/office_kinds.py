"""Which attributes of Office XML hold content: each may only hold what its kind allows, all else is read as text.

An attribute that people write is text whatever it looks like. Any other is structure only where its value is of the
kind that its name stands for in ECMA-376: a number, a word of a vocabulary, a reference to cells, a colour.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from accord.media.office_spaces import SPACES
from accord.media.office_words import STRUCTURAL, is_token, is_vocabulary, words
from accord.media.office_xml import Element, is_dropped_attribute, is_reference, local

_TEXTS = frozenset(
    """
descr title author initials userId userName user alt altText altTextSummary displayName display displayText tooltip
prompt promptTitle error errorTitle string comment description help helpText statusBar customMenu caption label text
cmd command macro location docLocation tgtFrame url href src althref totalsRowLabel uniqueName codeName newName
oldName lastValue instr fieldCodes equationxml tag bmkName original refreshedBy suggestedSigner suggestedSigner2
suggestedSignerEmail suggestedsigner suggestedsigner2 suggestedsigneremail signingInstructions signinginstructions
sigProvUrl sigprovurl dataCaption errorCaption missingCaption rowHeaderCaption colHeaderCaption grandTotalCaption
subtotalCaption sourceCaption sourceName sourceFile odcFile destinationFile ed edGrp address1 locality postalCode
adminDistrict1 adminDistrict2 entityName attribution menuHelp acdName argValue macroName refersTo invalidUrl
fmlaTxbx fmlaLink fmlaRange linkedCell listFillRange securityDescriptor docId publishItems class addlXml addlxml
ddeService ddeTopic Target phldrT custT stringValue1 stringValue2 uniqueID matchingName
""".split()
)
"""Attributes that people write, whatever element they stand on."""

_TEXTS_AT = frozenset(
    """
sheet@name definedName@name table@name tableColumn@name bookmarkStart@name moveFromRangeStart@name author@name
moveToRangeStart@name cmAuthor@name docVar@name docVar@val custShow@name section@name protectedRange@name
scenario@name customSheetView@name customWorkbookView@name userInfo@name tag@name tag@val customPr@name bmk@name
namedSheetView@name cacheField@name snd@name sndTgt@name wavAudioFile@name slicer@name slicer@caption oleItem@name
custClr@name control@name oleObj@name timeline@name designTag@name designTag@val member@name parameter@name
alias@val listItem@value listEntry@val default@val statusText@val helpText@val entryMacro@val exitMacro@val
altName@val addressFieldName@val query@val udl@val mappedName@val connectString@val mailSubject@val sheetName@val
sectionTitle@val strVal@val title@val desc@val description@val tblCaption@val tblDescription@val docPart@val
docPartCategory@val category@val filter@val customFilter@val cfvo@val hyperlink@anchor scriptLink@val aliases@val
lvlText@val person@displayName cfRule@text attachedSchema@val
""".split()
)
"""Attributes that people write on these elements, as `element@attribute`."""

_LONG = re.compile(r"-?(?:[1-9]\d{0,9}|0)(?:\.0+)?|-?\d{1,5}\.\d{1,17}(?:[eE]-?\d{1,3})?")
_COLOUR = re.compile(r"#?(?:[0-9A-Fa-f]{6}|[0-9A-Fa-f]{8})(?: ?\[\d{1,4}\])?")
_HEX = re.compile(r"(?:0x)?(?:[0-9A-Fa-f]{4}|[0-9A-Fa-f]{8}|[0-9A-Fa-f]{12}|[0-9A-F]{20})")
_GUID = re.compile(r"\{?[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}\}?(?:#_)?")
_CELL = r"(?:\$?[A-Z]{1,3}\$?\d{1,7}|\$?[A-Z]{1,3}:\$?[A-Z]{1,3}|\$?\d{1,7}:\$?\d{1,7})"
_CELLS = re.compile(rf"{_CELL}(?::{_CELL})?(?: {_CELL}(?::{_CELL})?)*")
_SPANS = re.compile(r"\d{1,5}:\d{1,5}(?: \d{1,5}:\d{1,5}){0,9}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Z][a-z]{3})?(?:-[A-Za-z]{2})?")
_RELATION = re.compile(r"(?:rId|rel|R|id|Id)\d{1,6}|R[0-9a-f]{16}|R[0-9a-f]{32}")
_VML = re.compile(r"#?_x0000_[a-z]{1,3}\d{1,6}|#?[a-z]{1,2}\d{1,6}|[\d,]{1,12}")
_OPERATOR = re.compile(r"[*+?/\-]{1,2}")
_GEOMETRY = re.compile(r"(?:[\s\d@,.\-#mlcxetrvMLCZEHVSQTA]|n[fs]|a[elrt]|w[ar]|q[xyb]|h[a-i])*")
_THEME_FONT = re.compile(r"\+m[nj]-(?:lt|ea|cs)")
_LEVEL = re.compile(r"(?:%\d[.):\-]?\s?){1,9}")
_BOOKMARK = re.compile(r"_(?:Toc|Ref|Hlk|Hlt)\d{5,9}|_GoBack")
_OWN_NAME = re.compile(r"_xlnm\.(?:Print_Area|Print_Titles|_FilterDatabase|Criteria|Extract|Sheet_Title)")
_FORMAT = re.compile(
    r"(?:[#0?,.;:@%\-+/ ()\\_*$€£¥E]|\[(?:Red|Black|Blue|Green|White|Yellow|Cyan|Magenta|h+|m+|s+"
    r"|\$[^\W\d]{0,3}[$€£¥]?(?:-[0-9A-F]{1,5})?)\]|General|[dmyhsDMYHS]|AM/PM)+"
)
_URI = re.compile(r"(?:https?://schemas\.(?:openxmlformats\.org|microsoft\.com)|urn:microsoft\.com)([\w/:.\-]{1,80})")
_STYLE = re.compile(r"(?:[a-z\-]{1,40}:\s?[a-z\d.\-#%]{0,24}(?:;\s*|$))+")
_DIGITS = re.compile(r"\d+")
_TOKENS = frozenset({"Ignorable", "Requires"})


_ALLOWED: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        _LONG,
        "x y cx cy id l r t b w h width ht min max left right top bottom header footer tint idx spid connId dist "
        "distT distB distL distR defaultColWidth defaultRowHeight relativeHeight authorId clrIdx shapeId",
    ),
    (
        _COLOUR,
        "fill color color2 rgb val fillcolor strokecolor lastClr bordertopcolor borderbottomcolor borderleftcolor "
        "borderrightcolor chromakey shadowcolor extrusioncolor themeColor argb colors",
    ),
    (
        _HEX,
        "rsidR rsidRPr rsidP rsidRDefault rsidSect rsidTr rsidDel paraId paraIdParent textId durableId anchorId "
        "editId tplc char panose usb0 usb1 usb2 usb3 csb0 csb1 password workbookPassword revisionsPassword fill "
        "characterSet",
    ),
    (
        _GUID,
        "uid guid uri id modelId presId parTransId sibTransId srcId destId cxnId presAssocID def styleId type clsid "
        "classid tableStyleId personId parentId storeItemID val vid fontKey name documentId",
    ),
    (_CELLS, "ref sqref r activeCell topLeftCell r1 r2 cell"),
    (_SPANS, "spans"),
    (_LANGUAGE, "lang altLang val eastAsia bidi script"),
    (_RELATION, "id embed link pict relid relId href dm lo qs cs"),
    (_VML, "id spid type shapeid ShapeID ObjectID data"),
    (
        _GEOMETRY,
        "path eqn adj coordsize coordorigin textboxrect connectlocs limo wrapcoords points from to v control1 "
        "control2 inset position xrange yrange connectangles offset origin",
    ),
    (_FORMAT, "formatCode"),
    (_THEME_FONT, "typeface"),
)
"""What attributes may hold besides a number and a word, by their names."""


def _by_name() -> dict[str, tuple[re.Pattern[str], ...]]:
    found: dict[str, tuple[re.Pattern[str], ...]] = {}
    for pattern, names in _ALLOWED:
        for name in names.split():
            found[name] = (*found.get(name, ()), pattern)
    return found


_KINDS = _by_name()
_URIS = frozenset("uri uniqueId loTypeId qsTypeId csTypeId minVer defStyle href".split())
_NAMES = frozenset(
    "name typeface ascii hAnsi cs eastAsia styleId styleName val ProgID progId presName presStyleLbl styleLbl "
    "forName defaultTableStyle defaultPivotStyle tableStyle dataCellStyle headerRowCellStyle totalsRowCellStyle type "
    "font".split()
)
"""Attributes with names that office programs give as a rule, of more than one word."""
_LONG_VALUES = frozenset("axId crossAx creationId modId idmap serId size sz cnfStyle".split())
_HEX_VALUES = frozenset("rsid rsidRoot nsid tmpl docId charset panose1 sig paraId".split())


def contents(element: Element) -> Iterator[tuple[str, str]]:
    """The attributes of an element that hold content, as (key, value); references are numbered anew, so never."""
    for key, value in element.attrib.items():
        if (
            not is_dropped_attribute(key)
            and not is_reference(key)
            and not is_structure(element, key.rpartition("}")[2], value)
        ):
            yield key, value


def is_structure(element: Element, name: str, value: str) -> bool:
    """Whether the value of a known attribute is structure.

    Args:
        element: that has it.
        name: its local name.
        value: what it holds.
    """
    if len(value) <= 1 or value.isspace():
        return True
    owner = local(element)
    if name in _TEXTS or f"{owner}@{name}" in _TEXTS_AT:
        return _is_given(owner, name, value)
    if is_token(value) or any(pattern.fullmatch(value) for pattern in _kinds(owner, name) if len(value) < 4_000):
        return True
    if name in _NAMES and is_vocabulary(value):
        return True
    if name in _URIS and (value in SPACES or ((path := _URI.fullmatch(value)) and is_vocabulary(path[1]))):
        return True
    if name == "fmla":
        return all(_OPERATOR.fullmatch(part) or _LONG.fullmatch(part) or is_token(part) for part in value.split())
    if name == "style":
        return _STYLE.fullmatch(value) is not None and _is_style(value)
    return name in _TOKENS and all(part in element.nsmap for part in value.split())


def _kinds(owner: str, name: str) -> tuple[re.Pattern[str], ...]:
    if name == "val":
        own = _KINDS["val"]
        own = (*own, _LONG) if owner in _LONG_VALUES else own
        return (*own, _HEX) if owner in _HEX_VALUES else own
    if name == "v" and owner not in {"path", "clippath"}:
        return ()
    return _KINDS.get(name, ())


def _is_given(owner: str, name: str, value: str) -> bool:
    """Whether a text is one that no person writes: the number of a level, a mark that a program set."""
    if owner == "lvlText":
        return _LEVEL.fullmatch(value) is not None
    if owner in {"bookmarkStart", "hyperlink"} and name in {"name", "anchor"}:
        return _BOOKMARK.fullmatch(value) is not None
    return owner == "definedName" and name == "name" and _OWN_NAME.fullmatch(value) is not None


def _is_style(value: str) -> bool:
    """Whether a style of VML holds only properties and values of the standard, and no long numbers."""
    longest = max((len(digits) for digits in _DIGITS.findall(value.replace("z-index:", "z-index: "))), default=0)
    return longest <= 10 and all(
        word.isdigit() or len(word) <= 2 or word.lower() in STRUCTURAL for word in words(value)
    )
