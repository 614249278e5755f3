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

MAIN = re.compile(
    r"application/vnd\.(?:openxmlformats-officedocument\.(?:wordprocessingml|spreadsheetml|presentationml)"
    r"|ms-(?:word|excel|powerpoint))\.[\w.\-]+\+xml"
)
"""Content types of the main part."""

CONTENT = re.compile(
    r"application/(?:vnd\.(?:openxmlformats-officedocument|ms-)[\w.\-]+\+xml|xml"
    r"|vnd\.openxmlformats-officedocument\.vmlDrawing)"
)
"""Content types of parts that are kept."""

METADATA = frozenset({"core-properties", "extended-properties", "custom-properties"})
"""Relationships to the properties of the file."""

TYPES = {
    "png": "image/png",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "bmp": "image/bmp",
    "tiff": "image/tiff",
    "svg": "image/svg+xml",
    "xml": "application/xml",
    "rels": "application/vnd.openxmlformats-package.relationships+xml",
}
"""Endings and the content types they stand for in a rebuilt package."""

FOLDERS = {"wordprocessingml": "word", "spreadsheetml": "xl", "presentationml": "ppt"}


def role_of(kind: str) -> str:
    """The last word of a relationship's type, in the words of the transitional standard."""
    return kind.rstrip("/").rpartition("/")[2]
