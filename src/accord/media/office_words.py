"""Words of which names in office files are made that office programs give, not people: styles, fonts, shapes.

A name all of whose words are here is structure; every other is read as content.
"""

from __future__ import annotations

import re

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
standalone wps wpg wpc wpi wne mc dgm unknown datetime figure three connsite http https
"""

_SCHEMAS = """
abjad above abs absolute abstract aca acc accel accentbar accounting acct accumulate accuracy acd acds across action
active actual add added addin additive addl addlxml adj adjust adjusthandles admin administrators adv advanced advise
aes aft after against aggregated aggregation air aiueo ajt ajtx albers album alg algn algorithm alias aliases alice
align alignment alignshape alive allocation allow allowcomments allowed allowincell allowoverlap almond aln alone
along alpha alt alternate althref alts always ambient amount amt anchorlock anchorx anchory anchr ancst ang angle
angles angular anim animation annotations antique ants any apart app appearance append apples apply aqua aquamarine
arabic arc arch arched arcsize are areas arg argument around arr array arrowheads arrowok arrows artistic asc
ascending ascii asgn asia asian aspect aspectratio assign assigned assoc asst asterisk atrbtn attached attachment
attr attribute attribution author authors auto autofit autoformat autolayout automatic autorotationcenter autosize
autospacing average avg azure baby back backdepth backdrop backslash backup backward backwards baht bal balance
balanced balloons banner bars base based baseline basic bats bdo bdr becffa bef before beg begin beginning begins
behavior behaviors behind beige below bend beneath bent beside best between bevel bez bhvr bias bib big bilevel
billions bin binary binding binning birds bisque bitmap bkgd bkpt blacklevel blanched blanks bld blend blinds blink
blip blk blob blocks bltr blue blur blush bmk bolt bookmark bool boolean border borderbottom borderbottomcolor
borderfor borderleft borderleftcolor borderright borderrightcolor borders bordertop bordertopcolor bot both bottle
bounce bound boundaries bounding bounds boxes brace bracket brackets braid branch breadth break breaking breaks brick
bright brightness brk brown browse browser brush bstr btn bubble bubbles bug build building built builtin bul bulb
bullseye burly butterfly buttons bwmode bwnormal bwpure byte cabins cache cached caches cadet cake calc calcmode
calculated calendar call cameo camera can cancel candy cant canvas cap caps captions card cardinal cascade case cat
catalog categories category ccb ccse ccw ceiling cells celtic cement centered certificate cfe cff cfo cfvo chain
chalk champagne change changes chap character chars charset chartreuse chartsheet che checkbox checked checker
checkered checksum chevron chf chicago chiffon child chilly chinese chm cho chocolate choice choose chord chosung chr
christmas chromakey chs cht chunk circle circles circular citation class classical classification clean cleanup clear
click client clip clippath clipped clips cliptowrap clocks close closed cloud clr clsid clustered cmd cmg cmpd cmplt
cnf cnt cntxt cnv codes coerce coherent col collapse collapsed collate colon color colored colormenu colormru colors
cols comb combine combo comboedit comm command comments comp compact compass compat compatibility compatible complete
completed complex compose composite compress computed concurrent cond condense condition conditional conditions cone
cones confetti conflict conformance conn connect connectangles connection connections connectloc connectlocs
connectortype connecttype consecutive consolidate consolidation consonants constr constrainbounds constrained cont
contains context contextual contiguous continent continuation continuous contour contrast contrasting contributors
controls conv conversion convex conveyor cool coordorigin coordsize copies copy copyright copyrights coral corn
corners cornflower cornsilk count counting country county coupon cover crack crash crazy cream created creation
creatures credentials crimson crisscross crop cropbottom cropleft cropping cropright croptop cross crosses crypt csb
css cstate cstheme ctr ctrl ctrls ctx cube cubic culture cup curly current curve cust cut cutout cxn cyan cycle
cylinder dag daisies darken dash dashed dashes dashstyle data datalabels datapointuniqueidmap datastore datatype
dates day days daysindex dbl dde dec decagon decel decimal decision deco decorated decoration decorative decoupled
deep def defaults defined deflate deg degree del delay delc delete deleted delim delimited delimiter delr delta
demarcate den denormalized depth des desc descending descent descr description descriptions descriptor dest
destination detail details detectmouseclick dev devp dgmbasetextscale dgmfontsize dgmlayout dgmlayoutmru dgmnodekind
dgmscalex dgmscaley dgmstyle diag diagonal dialog dialogsheet diam diamonds diff difference different differentiate
diffused diffusity digit digital dimension dimensions dir direct direction dirty disable disabled discard discrete
discretional disk dismiss disp displaced displayed dissolve dist distance distinct distribute distributed district
div divide divot divs dlbl dll dmnd dmy dodecagon dodger dollar done donut doors dos dot dots dotted double
doubleclicknotify doughnut downs dpi drab draft drag draw drawing drawn drill drilldown drilled dropauto drum dst
dstrike dtr due duotone duplicate duplicated duplicates dur durable duration dvaspect dxa dxf dxfs dya dym each earth
east eclipsing edge edges edit editas edited editing editors edits edt effect eft eftx eggs elem element elements
ellipsis else email embed emboss embosscolor emd emph empty emu enable enabled enclosed encoding encrypt end endangle
endarrow endarrowlength endarrowwidth endcap endnotes endpoint ends enforcement english engrave enhanced enter
entities entity entr entries entry envelopes eol eqn equ equal equationxml err error errors esc etching eval
evaluation even event events every everyone evt exact exception exceptions excl exclude exclusive exit exp expand
explosion export expression ext extend extendable extended extensible extension extensions extent external extra
extract extreme extrusion extrusioncolor extrusionok face facet facing fact factor fade failed fake family fancy fans
fast favor fax fci feature features feed ferris field fields filenames filetime fillcolor filled fillok fills
filltype film filtered filters firebrick firecrackers fish fit fitpath fitshape fix fixed flags flash flat flatten
fld flight flip float floating flood floor floral flow flowers flt flythrough fmla fmt fmts focus focusposition
focussize fol fold folded folder folders follow follows fonts footnotes for force forced forcedash foredepth
foreground forest forget format formats formatting formattings forms forward four fov frac fractional fragile fraktur
frames frameset freehand freeze freezing french from front frozen ftr ftrs fuchsia full fullstop fullwidth func
function functions funky funnel future gain gainsboro gamma ganada gap gbk gear gems geo geography geom gfxdata ghost
gingerbread glass glitter glossary glow goal goback gold goldenrod grad gradientshapeok grain gram grammar
grammatical grand grav gray grays grayscale grayscl greater green grey gridline gridlines grouping groupings groups
grow grp gte guid guide guides gutter hagaki hair hairline half halfwidth handles handmade handout handouts hanging
hangul hard harsh has hash hats hdr hdrs head headers headings heart hearts heavy hebrew heebie height heights help
heptagon heroic hex hexagon hidden hide hier hierarchies hierarchize hierarchy high highlight hijri hilo hindi hint
hiragana historical history hlink hlk hold hole holly home honeycomb honeydew hor horiz horizontal horz hot hour
hours house hover hovered how hps hqprint hralign href hrnoshade hrpct hrstd hsl hue hundred hundreds hybrid
hyperlinks hyphen hyphenate hyphenation hyphens hypnotic ice icons idcntr iddest ideograph ideographic idmap idref
idrefs ids idsrc idx ignorable ignore ignored illuminance illusions ilvl imagealignshape imageaspect imagedata
imagesize ime img immersive implicit import imprint inactive inc inch include inclusive increment ind indefinite
indentation indents indexed indian indicator indigo individual inflate info information inherit init initials ink
inline inner ins insc insects insert inserted inset insetmode insetpen insetpenok inside insr instance instr
instructions int integer integrated intelligent intensity interactive intercept interface intermediate internal
interval intra inv inval invalid inverse invert inverted invx invy iroha irregular iscomment iso isometric
issignatureline item items iterate ivory japan japanese jeebies jis joinstyle jpn junction just justification justify
kana kashida katakana kcm keep kern kerning key keymap keymaps keys khaki kinsoku kiosk knotwork known kor korea
korean kpi kpis kumimoji labels lace lady landscape lang language large largest laser last lat latent latin latitude
lavender lawn layer lbl lbls lct lead leader leading leaf least leave ledger legacy legal lemon len length
lengthspecified less letter letters level levels lfe lff lfo lgl lhe lhf lho lid ligatures lighten lightface
lightharsh lightlevel lightning lightposition lights like likes lim lime limit limo lin linear linen lines linestyle
lining links lit literal live load loc local locale locality location locations lock locked lockrotationcenter locks
log lon long longitude look loop low lower lowest lpstr lpwstr lsd lst lte ltr lum lvl mac macintosh macrosheet
magenta magnetic mail mailing main man manager manifest manual maple mapped mapping mappings maps mar marg margin
margins mark marker markers marks markup maroon marquee mask match matching material matrix matte max maximized maze
mbrs mcd mcds mcs mdx mdy mean measure measures med mediacall median mem member members memory mems mentionperson
mentions menu mercator merge merged meta metadata metal meter meth method metrics midline midnight miller millions
min minimal minimized minimum mint minus minusx minusy minute minutes mirror missing misty miter miterlimit mixed
moccasin mod mode model moderately modern modified modify mods monospace month months monthsindex moon moons morning
mosaic mosiaic most motion mouse moves movie moving mps mru mso muffins mult multi multidocument multilevel multiple
multiply multirow music mute myd name named names namespace namespaces nar narration nary native natural navajo navy
ndxf needed neg negative neighbor neq never newer newsflash next nil ninch nmtoken nmtokens node non nonoutliers nop
nor norm normalize normalized north northwest not notation notched nothing notice nsid nsv null numbering numbers
nums oart oat obj oblique oblob obscured ocean oclc octagon ocx odbc odc odd odso odxf oembed off offline offpage
offset olap older oledb oleicon oleupdate olive oncall once one oned online ooxml opacity openxmlsdk operation
operator ops optimize options orange orchid ord order ordinal organize orgchart orient orientation orientationangle
orig origin original orthographic ostorage ostream other out outcome outer outliers outline outlines outset outside
ovals over overflow overhead overlap overlapping overlay override overwrite ovr ovrs owner owners pacifier packages
pad padding pages paint pair pairs pale palms pan pane panes panose pansy papaya paper papyrus par para paragraphs
parallel parallelogram param parameter parameters paren parent pareto parse part parts party password paste pastels
path patt pause pca pcnt pct peach pen pencil pencils pentagon people per percentage percentile period perm person
personal perspective peru phant phldr phonetic photo photocopy pic picker pict pictures pie pin pink pins pitch
pixels placeholders places plaid planet plaque plastic plate play plc pls plum plus png poinsettias point points
polar poly polygon polygons polyline portrait pos position positions positive post postage postal pour powder power
pre preced precision pred predefined pref prefer preferrelative prefix preparation pres presence present preset
pressure prev previous pri prim primary printer printing prints priority prism privacy prn procedure process product
progress projection prompt prompted prompts proof prop properties property proportional props prot protected
protection prov provid provider proxy prst ptab ptentry ptidx ptr pts pub publish published publishing puff pull
pumpkin punched punct punctuation pure purl purple push pyra pyramid pyramids quad quadrants qualifier quarter
quarters quartile query question questions quick rad radar radial radio radius radiusrange raf raise random range
ranges rank raster rating ratio rattle raw rcc rcft rcmt rctx rcv rdn reactions read reading readonly real recalc
recipient recipients recolor recolortarget recommended reconnection record records recover recovery rect rectangles
red redefine redo reduction ref references refers reflection refmap refresh refreshable refreshed refs region
regroupid regrouptable rel relationship relationtable relative relaxed relid rely removal remove removed rename
render rendered reorder rep repair repeat repeating repl reply represents republish required res reservation reserved
resize resolved rest restart restored result results resume rev reveal reverse reversed reviewed revisions rfe rff
rfmt rfo rgb rhe rhf rho ribbon riblet rich rig ring rings ripple ris rnd robinson roll room root rose roses rosy rot
rotate rotation rotationangle rotationcenter round roundrect rout rows royal rqt rrc rsa rsid rsids rsnm rsquared rtf
rtl rtn ruby rule ruler rules run running runs rup russian rxn saddle safari saka salmon salt same samp sandy sat
saturation save saved saving sawtooth scale scaled scaling scallops scared scatter scenario scenarios scene schema
scheme scope scr scrgb scribble script scrn scrollbar sdt sea seal seattle sec second secondary seconds secret sect
security seed seek seft seftx segments sel select selected selection selections self seltype semi semicolon send
sensitive sep separate separator seq ser server service set sets setting settings setup shade shades shadow
shadowcolor shadowed shadowok shapedefaults shapeid shapelayout shapes shapetype shared sharing sharks sharpen shd
shdw sheets shell shift shimmer shingle shininess shorebird short shortcut showing shown showsigndate shp shred
shrink sib sid side sides sienna sig sigma sign signatureline signer signing signinginstructions
signinginstructionsset signs sigprovurl silver simplified single singleclick sized sketch skew skewamt skewangle skip
skw sky skyrocket slant slate sld slice slicers slides slip slope slow small smiley smoke smoking smooth smoothness
smt snake snap snd sng snip snow snowflake snowflakes soften softmetal solution solutions solve sombrero sort sorter
sound south southwest space spaces span spans sparkle sparkline sparklines spc spd speaker spec special specified
specularity spell speller spelling sphere spid spidmax spin split splitbar splitter spokes sponge spot spreadsheet
spring spt sql sqr sqref square squares src srgb sst stack stacked stamp stars start startangle startarrow
startarrowlength startarrowwidth state statistics stats status statusbar std stealth steel stem step sti sticky
stitch stock stop stopped storage store stored stp stra stream streamers stretch strict strike string strings strip
stripe striped stripes strips stroke strokecolor stroked strokeok strokes strokeweight struck structure sty stylistic
sub subdocs subheading subqueries subquery subscript subset subsetted subtotal subtotals subtype suff suggested
suggestedsigner suggestedsigneremail sum summary summing sunburst sunrise sunset sup superscript supp support
supported suppress surface surround survey svg swap swirligig swiss switch swoosh sym symbols sync sys system tab
tablelimits tableproperties tables tabs tabular tag tags tail taiwan taiwanese tan tape target targetscreensize task
tav tbl tblp tbls tcg teacup teal teardrop teeth temp temperature template temporary ten tentative terminator test
textborder textboxrect textdata textlink textpath textpathok texturizer tgt than then thick thicket thickness third
this thistle thousand thousands threaded threading three thresh through thru thumbnail tick tight tile timed
timelines timeslicer timing timings tint tiny tip tips tlbr tmpl today token tomato tomorrow tool toolbar toolbars
tooltip toothed topic torn totals tpl tplc tpls trace track tracked tracking trackings tracks traditional traffic
trail trans transforms transition transitional translucent transp trapezoid tree treemap trees trellis trend
trendline tri triangles tribal trigger trillions trim triple truncate tuple turquoise twisted txbx txfld txt typeface
types udl uid uidp uint umalqura unasgn unbalanced unbound unchecked und under underflow underline underscore undo
undone undrawn ungrouping ungrp unhide unique unit units unk unlocked unscaled unselected unsigned unsupported update
updated upgrade upp upper upr upright uri url urn usage usb use used user userdrawn userhidden users uspt utc uturn
vacated val valid validate validation validations value values vanish var variant variation varp vars vary vba vector
vendor venn ver verb verifier version vert verticies very vid vietnamese viewed viewpoint viewpointorigin viewport
views vine violet vis visibility visual vml vol vortex vowels vstream wall warm warn warp watch watches watercolor
waterfall watermark watermarks wav wave waveline waving wavy wch weave weaving wedge week weight weighted west wgp
what wheat wheel when whip whisker white whole wid widow width widths win window windows wipe wire wireframe within
wizard wll wood woodwork words workspace world wrap wrapcoords wrapped wrapping write writing wsp www xfrm xfs xlit
xlm xlnm xml xpath xrange xrr xrrc xrrco xrrdo xrrf xrrftr xrrg xrrm xrrrc xrrtest xscale xslt ydm year years yellow
yesterday yin ymd yrange zag zany zero zeros zig zodiac zone zones zoom
"""
# Of these words the names of elements, attributes and enumerated values are made in ECMA-376 and in the published
# extensions of it (MS-DOCX, MS-XLSX, MS-PPTX, MS-ODRAWXML, MS-OI29500).

STRUCTURAL = frozenset((_STYLES + _SHAPES + _FONTS + _PROGRAMS + _SCHEMAS).lower().split())
"""Lower-case words."""

_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[^\W\d_A-Za-z]+|\d+")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]{0,59}")
_TOKEN = re.compile(r"[\w.,\-]{1,60}")
_SHORT = re.compile(r"[A-Za-z]{1,3}\d{0,3}")
_NUMBER = re.compile(
    r"[+\-]?\d{1,7}(?:\.\d{1,8})?(?:[eE][+\-]?\d{1,3})?(?:pt|in|cm|mm|px|em|pc|pi|%|f|fd)?"
    r"|429496\d{4}|-?214748\d{4}"  # the ends of 32 bit
)


def words(value: str) -> list[str]:
    """The words and numbers that a name is made of: `leftRight2` has three."""
    return _WORD.findall(value)


def is_vocabulary(value: str) -> bool:
    """Whether a name is made of words that office programs and standards give, and of at most four digits."""
    if len(value) > 80 or "@" in value:
        return False
    found = words(value)
    digits = sum(len(word) for word in found if word.isdigit())
    short = 1 if any(char.isspace() for char in value) or not value.isascii() else 2
    return digits <= 4 and all(word.isdigit() or len(word) <= short or word.lower() in STRUCTURAL for word in found)


def is_known(name: str) -> bool:
    """Whether an element or attribute of that local name can be one of the standard or of an extension of it."""
    if not _NAME.fullmatch(name):
        return False
    return all(word.isdigit() or len(word) <= 2 or word.lower() in STRUCTURAL for word in words(name))


def is_token(value: str) -> bool:
    """Whether a value can only be structure wherever it stands: a number, or one word of a vocabulary."""
    if len(value) <= 1 or value.isspace() or _NUMBER.fullmatch(value) or _SHORT.fullmatch(value):
        return True
    return _TOKEN.fullmatch(value) is not None and is_vocabulary(value)
