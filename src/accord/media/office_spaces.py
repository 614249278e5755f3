"""Namespaces of Office Open XML: those of ECMA-376 and its published extensions, each with its prefix."""

from __future__ import annotations

_OPEN = "http://schemas.openxmlformats.org/"
_MICROSOFT = "http://schemas.microsoft.com/office/"
_VML = "urn:schemas-microsoft-com:"
_STRICT = "http://purl.oclc.org/ooxml/"
_OPEN_SPACES = """
a=drawingml/2006/main c=drawingml/2006/chart cdr=drawingml/2006/chartDrawing comp=drawingml/2006/compatibility
dgm=drawingml/2006/diagram lc=drawingml/2006/lockedCanvas m=officeDocument/2006/math mc=markup-compatibility/2006
p=presentationml/2006/main pic=drawingml/2006/picture r=officeDocument/2006/relationships
vt=officeDocument/2006/docPropsVTypes w=wordprocessingml/2006/main wp=drawingml/2006/wordprocessingDrawing
x=spreadsheetml/2006/main xdr=drawingml/2006/spreadsheetDrawing
"""
_MICROSOFT_SPACES = """
a14=drawing/2010/main a15=drawing/2012/main a16=drawing/2014/main a1611=drawing/2016/11/main
a3danim=drawing/2018/animation/model3d aanim=drawing/2018/animation aclsh=drawing/2020/classificationShape
adec=drawing/2017/decorative ahyp=drawing/2018/hyperlinkcolor aif=drawing/2022/imageformula aink=drawing/2016/ink
alf=drawing/2021/livefeed am3d=drawing/2017/model3d aoe=drawing/2021/oembed ask=drawing/2018/sketchyshapes
asl=drawing/2021/scriptlink asvg=drawing/2016/SVG/main c14=drawing/2007/8/2/chart c15=drawing/2012/chart
c16=drawing/2014/chart c16ac=drawing/2014/chart/ac c16r3=drawing/2017/03/chart cdr14=drawing/2010/chartDrawing
com14=drawing/2010/compatibility cr=comments/2020/reactions cs=drawing/2012/chartStyle cx=drawing/2014/chartex
dgm14=drawing/2010/diagram dgm1611=drawing/2016/11/diagram dgm1612=drawing/2016/12/diagram dsp=drawing/2008/diagram
oel=2019/extlst p14=powerpoint/2010/main p15=powerpoint/2012/main p16=powerpoint/2015/main
p1710=powerpoint/2017/10/main p173=powerpoint/2017/3/main p184=powerpoint/2018/4/main p188=powerpoint/2018/8/main
p1912=powerpoint/2019/12/main p202=powerpoint/2020/02/main p216=powerpoint/2021/06/main p223=powerpoint/2022/03/main
p228=powerpoint/2022/08/main p232=powerpoint/2023/02/main pav=2007/6/19/audiovideo pic14=drawing/2010/picture
sle=drawing/2010/slicer thm15=thememl/2012/main tsle=drawing/2012/timeslicer w14=word/2010/wordml
w15=word/2012/wordml w16cex=word/2018/wordml/cex w16cid=word/2016/wordml/cid w16cur=word/2018/wordml
w16du=word/2023/wordml/word16du w16sdtdh=word/2020/wordml/sdtdatahash w16sdtfl=word/2024/wordml/sdtformatlock
w16se=word/2015/wordml/symex wne=word/2006/wordml woe=word/2020/oembed wp14=word/2010/wordprocessingDrawing
wp15=word/2012/wordprocessingDrawing wpc=word/2010/wordprocessingCanvas wpg=word/2010/wordprocessingGroup
wps=word/2010/wordprocessingShape x12ac=spreadsheetml/2011/1/ac x14=spreadsheetml/2009/9/main
x14ac=spreadsheetml/2009/9/ac x15=spreadsheetml/2010/11/main x15ac=spreadsheetml/2010/11/ac
x16=spreadsheetml/2014/11/main x16r2=spreadsheetml/2015/02/main x16r3=spreadsheetml/2018/08/main
xcalcf=spreadsheetml/2018/calcfeatures xda=spreadsheetml/2017/dynamicarray xdr14=excel/2010/spreadsheetDrawing
xlrd2=spreadsheetml/2017/richdata2 xltc=spreadsheetml/2018/threadedcomments
xltc2=spreadsheetml/2020/threadedcomments2 xlwcv=spreadsheetml/2024/workbookCompatibilityVersion xne=excel/2006/main
xr=spreadsheetml/2014/revision xr10=spreadsheetml/2016/revision10 xr16=spreadsheetml/2017/revision16
xr2=spreadsheetml/2015/revision2 xr3=spreadsheetml/2016/revision3 xr5=spreadsheetml/2016/revision5
xr6=spreadsheetml/2016/revision6 xr9=spreadsheetml/2016/revision9
"""
_VML_SPACES = """
o=office:office pvml=office:powerpoint v=vml w10=office:word xvml=office:excel
"""
XML = "http://www.w3.org/XML/1998/namespace"


def _table() -> dict[str, str]:
    found = {XML: "xml", "": ""}
    for base, spaces in ((_OPEN, _OPEN_SPACES), (_MICROSOFT, _MICROSOFT_SPACES), (_VML, _VML_SPACES)):
        for each in spaces.split():
            prefix, _, rest = each.partition("=")
            found[base + rest] = prefix
            if base == _OPEN and "/2006/" in rest:
                found[_STRICT + rest.replace("/2006/", "/")] = prefix
    return found


SPACES = _table()
"""The prefix of every known namespace by its URI. The strict and the transitional one have the same."""
