"""What each kind of part of an Office Open XML package is to a rebuilt file (ECMA-376 parts 1 and 2)."""

from __future__ import annotations

import re

KEPT = {
    "officeDocument": "",
    "styles": "styles",
    "settings": "settings",
    "webSettings": "webSettings",
    "fontTable": "fontTable",
    "numbering": "numbering",
    "footnotes": "footnotes",
    "endnotes": "endnotes",
    "comments": "comments",
    "commentsExtended": "commentsExtended",
    "header": "header",
    "footer": "footer",
    "theme": "theme/theme",
    "themeOverride": "theme/themeOverride",
    "chart": "charts/chart",
    "chartEx": "charts/chartEx",
    "chartStyle": "charts/style",
    "chartColorStyle": "charts/colors",
    "chartUserShapes": "drawings/drawing",
    "diagramData": "diagrams/data",
    "diagramLayout": "diagrams/layout",
    "diagramQuickStyle": "diagrams/quickStyle",
    "diagramColors": "diagrams/colors",
    "diagramDrawing": "diagrams/drawing",
    "drawing": "drawings/drawing",
    "vmlDrawing": "drawings/vmlDrawing",
    "worksheet": "worksheets/sheet",
    "chartsheet": "chartsheets/sheet",
    "sharedStrings": "sharedStrings",
    "threadedComment": "threadedComments/threadedComment",
    "person": "persons/person",
    "table": "tables/table",
    "slide": "slides/slide",
    "slideLayout": "slideLayouts/slideLayout",
    "slideMaster": "slideMasters/slideMaster",
    "notesSlide": "notesSlides/notesSlide",
    "notesMaster": "notesMasters/notesMaster",
    "handoutMaster": "handoutMasters/handoutMaster",
    "presProps": "presProps",
    "viewProps": "viewProps",
    "tableStyles": "tableStyles",
    "commentAuthors": "commentAuthors",
    "modernComments": "comments/modernComment",
    "authors": "authors",
}
"""Last word of a relationship's type → name of such a part in its package, numbers and ending left out.

Parts of these kinds are read and written anew. All others are left out: pivot caches, external links, custom XML,
macros, ActiveX, signatures, printer settings, fonts, thumbnails, revisions, connections.
"""

EMBEDDED = {
    "image": "media/image",
    "media": "media/media",
    "video": "media/media",
    "audio": "media/media",
    "hdphoto": "media/hdphoto",
    "package": "embeddings/object",
    "oleObject": "embeddings/object",
    "aFChunk": "chunks/chunk",
    "subDocument": "chunks/document",
}
"""Relationships to files inside the file."""

_OPEN = "application/vnd.openxmlformats-officedocument."
MAIN = frozenset(
    f"{_OPEN}{kind}.main+xml"
    for kind in (
        "wordprocessingml.document wordprocessingml.template spreadsheetml.sheet spreadsheetml.template "
        "presentationml.presentation presentationml.template presentationml.slideshow"
    ).split()
) | frozenset(
    f"application/vnd.ms-{kind}.main+xml"
    for kind in (
        "word.document.macroEnabled word.template.macroEnabledTemplate excel.sheet.macroEnabled "
        "excel.template.macroEnabled excel.addin.macroEnabled powerpoint.presentation.macroEnabled "
        "powerpoint.slideshow.macroEnabled powerpoint.template.macroEnabled powerpoint.addin.macroEnabled"
    ).split()
)
"""Content types of the main part."""

CONTENT = re.compile(
    r"application/(?:vnd\.(?:openxmlformats-officedocument|ms-)[\w.\-]+\+xml|xml"
    r"|vnd\.openxmlformats-officedocument\.vmlDrawing)"
)
"""Content types of parts that are kept."""

METADATA = {
    "core-properties": "docProps/core",
    "extended-properties": "docProps/app",
    "custom-properties": "docProps/custom",
}
"""Relationships to the properties of the file, and where these stand."""

PROPERTIES = frozenset(
    """
title subject creator keywords description lastModifiedBy revision created modified category contentStatus contentType
language version lastPrinted identifier Template Manager Company Pages Words Characters PresentationFormat Lines
Paragraphs Slides Notes TotalTime HiddenSlides MMClips ScaleCrop HeadingPairs TitlesOfParts LinksUpToDate
CharactersWithSpaces SharedDoc HyperlinkBase HLinks HyperlinksChanged DigSig Application AppVersion DocSecurity
""".split()
)
"""Names of the properties of ECMA-376 (part 1, 22.2; part 2, annex on core properties)."""

TYPES = {
    "png": "image/png",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "gif": "image/gif",
    "bmp": "image/bmp",
    "tiff": "image/tiff",
    "svg": "image/svg+xml",
    "xml": "application/xml",
    "rels": "application/vnd.openxmlformats-package.relationships+xml",
    "vml": f"{_OPEN}vmlDrawing",
    "docx": f"{_OPEN}wordprocessingml.document",
    "xlsx": f"{_OPEN}spreadsheetml.sheet",
    "pptx": f"{_OPEN}presentationml.presentation",
    "docm": "application/vnd.ms-word.document.macroEnabled.12",
    "xlsm": "application/vnd.ms-excel.sheet.macroEnabled.12",
    "pptm": "application/vnd.ms-powerpoint.presentation.macroEnabled.12",
    "pdf": "application/pdf",
    "txt": "text/plain",
    "htm": "text/html",
    "html": "text/html",
    "mht": "message/rfc822",
    "rtf": "application/rtf",
    "wav": "audio/wav",
    "mp3": "audio/mpeg",
    "m4a": "audio/mp4",
    "mp4": "video/mp4",
    "bin": "application/octet-stream",
}
"""Endings and the content types they stand for in a rebuilt package."""

FOLDERS = {"wordprocessingml": "word", "spreadsheetml": "xl", "presentationml": "ppt"}

_TRANSITIONAL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
_STRICT = "http://purl.oclc.org/ooxml/officeDocument/relationships/"
_MICROSOFT = "http://schemas.microsoft.com/office/"
_OWN_RELATIONS = {
    f"{_MICROSOFT}2014/relationships/chartEx": "chartEx",
    f"{_MICROSOFT}2011/relationships/chartStyle": "chartStyle",
    f"{_MICROSOFT}2011/relationships/chartColorStyle": "chartColorStyle",
    f"{_MICROSOFT}2011/relationships/commentsExtended": "commentsExtended",
    f"{_MICROSOFT}2007/relationships/diagramDrawing": "diagramDrawing",
    f"{_MICROSOFT}2007/relationships/media": "media",
    f"{_MICROSOFT}2007/relationships/hdphoto": "hdphoto",
    f"{_MICROSOFT}2017/10/relationships/threadedComment": "threadedComment",
    f"{_MICROSOFT}2017/10/relationships/person": "person",
    f"{_MICROSOFT}2018/10/relationships/comments": "modernComments",
    f"{_MICROSOFT}2018/10/relationships/authors": "authors",
}
_OWN_TYPES = {
    "theme": f"{_OPEN}theme+xml",
    "themeOverride": f"{_OPEN}themeOverride+xml",
    "chart": f"{_OPEN}drawingml.chart+xml",
    "chartEx": "application/vnd.ms-office.chartex+xml",
    "chartStyle": "application/vnd.ms-office.chartstyle+xml",
    "chartColorStyle": "application/vnd.ms-office.chartcolorstyle+xml",
    "chartUserShapes": f"{_OPEN}drawingml.chartshapes+xml",
    "diagramData": f"{_OPEN}drawingml.diagramData+xml",
    "diagramLayout": f"{_OPEN}drawingml.diagramLayout+xml",
    "diagramQuickStyle": f"{_OPEN}drawingml.diagramStyle+xml",
    "diagramColors": f"{_OPEN}drawingml.diagramColors+xml",
    "diagramDrawing": "application/vnd.ms-office.drawingml.diagramDrawing+xml",
    "drawing": f"{_OPEN}drawing+xml",
    "vmlDrawing": f"{_OPEN}vmlDrawing",
    "threadedComment": "application/vnd.ms-excel.threadedcomments+xml",
    "person": "application/vnd.ms-excel.person+xml",
    "modernComments": "application/vnd.ms-powerpoint.comments+xml",
    "authors": "application/vnd.ms-powerpoint.authors+xml",
}


def role_of(kind: str) -> str:
    """What a relationship of this type leads to; empty for a type that is not known.

    Only types of the standard, transitional and strict, and of its published extensions are known.
    """
    if kind in _OWN_RELATIONS:
        return _OWN_RELATIONS[kind]
    for base in (_TRANSITIONAL, _STRICT):
        role = kind.removeprefix(base)
        if role != kind and (role in KEPT or role in EMBEDDED or role == "hyperlink"):
            return role
    return ""


def content_type(role: str, family: str) -> str:
    """The content type of a part that is kept, by what it is in which family of files (`word`, `xl`, `ppt`)."""
    markup = next(name for name, folder in FOLDERS.items() if folder == family)
    return _OWN_TYPES.get(role, f"{_OPEN}{markup}.{role}+xml")
