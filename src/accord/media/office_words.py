"""Words of which names in office files are made that office programs give, not people: styles, fonts, shapes.

A name all of whose words are here is structure; every other is read as content.
"""

from __future__ import annotations

_STYLES = """
normal heading title subtitle list bullet number continue table grid light medium dark colorful colourful shading
accent contents toc index header footer footnote endnote reference text char body indent first block quote intense
emphasis strong subtle book caption plain default paragraph font no spacing web page line hyperlink followed comment
subject balloon annotation html address cite code keyboard sample typewriter variable preformatted definition message
date closing signature salutation envelope return note document map macro authorities figures bibliography placeholder
revision mention unresolved hashtag smart link style styles theme office themes standard gut bad good neutral
calculation check cell linked input output explanatory warning total currency comma percent hyper pivot slicer
timeline medium2 light1 classic columns contemporary elegant professional simple subtle effects column row band
corner bottom top left right center centre middle mid none
"""
_SHAPES = """
picture image text box textbox rectangle oval ellipse straight connector arrow line elbow curved group graphic
graphics frame object chart diagram smart art content slide number footer date time media video audio shape
autoshape freeform
form control button drop down check label option spinner scroll bar notes master layout background callout rounded
triangle isosceles star diamond google vertical blank section comparison two with only and of a to layouts view
sheet workbook worksheet word excel powerpoint microsoft series axis print area titles filter database
default layout presentation design wide screen standard show custom on general yes no true false
icon logo ole equation package preview embedded file link all objects move size visible row column anchor fill
legend plot gallery gradient solid pattern
"""
_FONTS = """
times new roman arial calibri cambria math symbol wingdings webdings courier verdana tahoma georgia garamond
helvetica neue segoe ui emoji consolas candara corbel constantia aptos display narrow black rounded mt bold
light semibold semilight condensed italic regular medium thin unicode ms sans serif mono noto dejavu liberation
lucida console trebuchet palatino linotype century gothic schoolbook franklin book antiqua bookman old comic impact
gill rockwell open source roboto lato inter carlito caladea freesans devanagari droid fallback
sim sun simsun mincho gothic hei microsoft yahei ya yi baiti jheng jhenghei mongolian himalaya uighur tai le phags
pa lua new meiryo yu malgun batang gulim dotum dotumche angsana cordia browallia upc nyala vrinda shruti daun penh
moolboran mool boran tunga raavi euphemia plantagenet cherokee mv boli mangal gautami latha estrangelo edessa kalinga
kartika dok champa iskoola pota sylfaen leelawadee khmer lao myanmar ebrima gadugi nirmala javanese text kaiti
fangsong starsymbol opensymbol star cjk jp kr sc tc cs hg soft bidi hans hant jpan hang arab hebr thai ethi beng gujr
knda guru
cans cher yiii tibt thaa deva telu taml syrc orya mlym laoo sinh mong viet uigh geor armn bugi bopo java lisu mymr
nkoo khmr olck osma phag syrn syrj syre sora tale talu tfng
ｍｓ ｐゴシック 明朝 ｐ明朝 ゴシック 游ゴシック 游明朝 メイリオ
맑은 고딕 바탕 굴림 돋움 宋体 等线 黑体 仿宋 楷体
微软雅黑 新細明體 細明體 標楷體 微軟正黑體
"""
_PROGRAMS = """
application content type xmlns schemas openxmlformats org com officedocument relationships preserve utf gregorian
prog id static dib doc ppt xls sheet doc document dynamic formula formulas num str dim minor major left right ansi
standalone wps wpg wpc wpi wne mc dgm unknown
"""

STRUCTURAL = frozenset((_STYLES + _SHAPES + _FONTS + _PROGRAMS).lower().split())
"""Lower-case words."""
